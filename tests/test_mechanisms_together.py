"""Every lever of the design at once, and any set of them: the market plays and the accounts close."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import fingerprint, in_another_process
from paired import worlds
from test_mechanisms_rules import by_month

from sim.levers import LEVERS
from sim.policy import Change, When, Who

P2P = 7  # product of the default market


def lever(name, value, start="2018-01", **more):
    """A change named after its lever."""
    return Change(f"{name} {value}", name, value, start, **more)


YOUNG, SPREAD = Who(age_below=30), Who(lenders_at_least=3)
#: All the levers that a regulator has, at values that could be law.
EVERYTHING = [
    lever("limit_cut", 0.4, "2018-07", announced="2018-03", platform="incumbent", product="cash", who=YOUNG),
    lever("limit_cut", 0.3, "2018-07", phase_in=3, who=SPREAD),
    lever("limit_cut", 0.2, "2018-08", platform="p2p", who=Who(score_below=0.4)),
    lever("credit_cap", 200_000, announced="2017-07"), lever("income_cap", 0.5, "2018-04", announced="2018-01"),
    lever("debt_service_cap", 0.5), lever("rate_cap", 0.24), lever("late_fee_cap", 0.02),
    lever("minimum_payment", 0.15, phase_in=3), lever("co_funding", 0.3, phase_in=12), lever("leverage_cap", 20),
    lever("capital_trigger", 0.045), lever("provisioning", 0.2), lever("reporting_duty", 0.9, phase_in=6),
    lever("visibility", 0.7), lever("record_retention", 18), lever("age_ban", 20), lever("limit_ceiling", 50_000),
    lever("purchases_only", 0.5, platform="bank"), lever("longest_term", 10), lever("cooling_off", 2),
    lever("cut_speed_limit", 0.25), lever("moratorium", 0.2, "2019-02", until="2019-05"), lever("contact_cap", 3),
    lever("no_third_party_before", 3), lever("humane_collection", 0.5), lever("complaint_channel", 0.9),
    lever("restructuring", 0.5), lever("restructuring_months", 24), lever("restructuring_relief", 0.5),
    lever("platform_stop", 1, "2019-01", platform="p2p"), lever("data_limit", 0.5), lever("common_data", 0.5),
    lever("industry_warning", 0.3), lever("education", 0.5, phase_in=6, who=YOUNG), lever("sandbox", 0.1),
    lever("approval_shift", 0.05, when=When("delinquency", above=0.02)),
    lever("benefit", 0.4, when=When("short", above=0.1)), lever("launch", 0.2, platform="social"),
    lever("new_rate", 0.14, platform="facilitator"), lever("new_late_fee", 0.01),
    lever("campaign", 0.1, until="2018-03"),
    lever("job_loss_multiple", 2.0, "2019-01", until="2019-07", phase_in=3), lever("news_shock", 0.2, until="2018-02"),
    lever("base_rate", 0.01), lever("data_leak", 0.1), lever("outage", 0.1),
    lever("cash_limit", 0.8), lever("multi_lender_limit", 0.7, "2018-06"), lever("lender_cap", 6),
    lever("rescue", 0.2, "2019-06"), lever("early_write_off", 0.1, "2019-03", until="2019-04"),
    lever("workouts", 0.02, "2019-01"),
]  # fmt: skip
#: What these levers act on, which is off by default.
ALIVE = {
    "parameters": {"draw_ahead": 0.3, "imitation_months": 6, "campaign_dip": 0.5, "complaint_hazard": 0.1,
                   "plan_request_hazard": 0.2, "trust_loss": 0.1, "churn_hazard": 0.1, "score_behaviour": 0.05,
                   "opt_out": 0.3, "retention_response": 0.1, "reputation_loss": 1.0, "penalty_deterrence": 1.0},
    "platforms": {"calls": 5, "uses_social": 0.3, "early_warning": 0.05, "recapitalisation": 0.1, "outage_grace": 1},
    "products": {"placement_after": 2, "sell_after": 12, "approval_months": 1},
    "lenders": {"p2p": {"investors": 1.0, "run_sensitivity": 0.3}},
}  # fmt: skip


def test_every_lever_is_among_those_composed():
    assert {change.lever for change in EVERYTHING} == set(LEVERS)


@pytest.mark.mechanism("M103", "M104", "M105", "M106", "M107", "M108")
def test_all_levers_together_play_three_years_and_the_accounts_close_every_month():
    """A month that does not close raises; each kind of lever leaves its trace."""
    (model,), (calm,) = worlds(ALIVE | {"changes": EVERYTHING}, {}, borrowers=3000, months=36)
    assert len(model.history) == 36
    traces = ("policy_cut_fen", "plan_requests", "complaints", "removed_limit_fen", "paid_fen", "defaults")
    assert all(by_month(model, column).sum() > 0 for column in traces)
    assert (model.market.lines["on_trial"] > 0).any()
    assert model.tables()["economy"]["taught"].sum() > 0
    assert not by_month(model, "approvals", P2P)[24:].any(), "the platform that was stopped opens nothing"
    assert by_month(model, "limit_fen")[-1] < by_month(calm, "limit_fen")[-1]


def early(change):
    """The same change a year earlier, so that a short run meets it."""
    dates = {key: f"{int(date[:4]) - 1}{date[4:]}" for key in ("start", "until", "announced")
             if (date := getattr(change, key))}  # fmt: skip
    return Change(**vars(change) | dates)


@pytest.mark.mechanism("M103")
@settings(max_examples=12)
@given(st.lists(st.sampled_from(EVERYTHING), min_size=2, unique=True), st.integers(1, 99))
def test_any_set_of_levers_plays_and_the_accounts_close(changes, seed):
    model = worlds(ALIVE | {"changes": list(map(early, changes))}, {}, borrowers=150, months=1, seeds=(seed,))[0][0]
    assert len(model.run(14).history) == 15


def everything_at_once():
    """Sixty people through a year of every lever."""
    return worlds(ALIVE | {"changes": list(map(early, EVERYTHING))}, {}, borrowers=60, months=1)[0][0].run(11)


def test_all_of_this_is_the_same_in_plain_python():
    words = "__import__('test_mechanisms_together').everything_at_once()"
    assert in_another_process(words, NUMBA_DISABLE_JIT="1") == fingerprint(everything_at_once())
