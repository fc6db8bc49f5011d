"""Personal data: leaks, limits on their use, and records that can be forged."""

import numpy as np
import pytest
from markets import STILL, default_market
from paired import falls, flows, mean_trust, total, worlds
from scenes import CASH, PAY_LATER, Scene, yuan

from sim import ledger
from sim import tally as row
from sim.chance import TAKEOVER, uniform
from sim.line import CHARGED_OFF
from sim.model import CreditModel
from sim.person import withholds_data
from sim.policy import Change
from sim.rules.defraud import steal
from sim.rules.operate import expose, operate
from sim.score import score


# --- M46: leaks ---
@pytest.mark.mechanism("M46")
def test_a_leak_costs_trust_and_consent_and_its_data_are_misused():
    s = Scene(PAY_LATER, CASH, parameters={"trust_loss": 0.3, "opt_out": 1.0, "leak_misuse": 4.0},
              platforms=[{"leak_hazard": 1.0, "leak_reach": 1.0}], lines=[{"trust": 100}, {"trust": 100}])  # fmt: skip
    s.rules.takeover_hazard = 0.5 * uniform(s.chance, TAKEOVER, 0)  # just not enough for a takeover
    s.play(steal)
    assert s.flow(ledger.STOLEN) == 0
    s.rules.bureau_memory = 12
    s.play(operate)
    assert s.platforms[0].leak == 0.5, "kept for half as long, half as much leaks"
    s.platforms[0].leak = 1.0
    for line in s.lines:
        s.play(expose, line=line, platform=0, lender=s.platforms[0])
        assert line.trust == 70
    assert s.tally.economy[row.PRIVACY_HARM] == 1, "one person"
    assert withholds_data(s.borrower, s.rules)
    s.play(steal)
    assert s.flow(ledger.STOLEN) == yuan(10000)


@pytest.mark.mechanism("M46")
def test_after_a_leak_trust_falls_consent_is_withdrawn_and_more_is_stolen():
    fears = {"takeover_hazard": 0.002, "leak_misuse": 10, "opt_out": 0.4, "trust_loss": 0.3}
    leak = [Change("leak", "data_leak", 1, "2017-06", "2017-07")]
    on, off = worlds(
        {"parameters": fears, "platforms": {"leak_reach": 0.5}, "changes": leak}, {"parameters": fears}, months=18
    )
    assert mean_trust(on[0]) < mean_trust(off[0]) - 5
    assert total(on[0], "opted_out", "economy") > 0 == total(off[0], "opted_out", "economy")
    assert flows(on[0], "stolen by thieves") > 2 * flows(off[0], "theft")


# --- M47: limits on data ---
def auc(points, bad):
    """Probability that someone who will default scores lower than someone who will not."""
    rank = np.empty(len(points))
    rank[np.argsort(-points)] = np.arange(1, len(points) + 1)
    return (rank[bad].sum() - bad.sum() * (bad.sum() + 1) / 2) / (bad.sum() * (~bad).sum())


def auc_gained(**weights):
    """What personal data of this weight add to the AUC of the first lender's score of its clients, two years ahead."""
    platforms, products = default_market()
    model = CreditModel(
        platforms, products, borrowers=6000, parameters=STILL | {"impulse": 0.5, "job_loss_multiple": 3} | weights
    ).run(12)
    market = model.market
    clients = np.flatnonzero((market.lines["limit"][:, 0] > 0) & (market.borrowers["ever_in_default"] == 0))[:1500]
    rules, _ = model.rules_in_force()
    points = {}
    for limit in (0.0, 1.0):
        rules.data_limit = limit
        points[limit] = np.array([score(market.borrowers[i], market.lines[i], 0, market.products, market.platforms,
                                        rules, np.uint64(1))[0] for i in clients])  # fmt: skip
    model.run(24)
    bad = market.borrowers["ever_in_default"][clients] > 0
    return auc(points[0.0], bad) - auc(points[1.0], bad)


@pytest.mark.mechanism("M47")
def test_a_limit_on_data_blinds_a_score_if_they_inform_and_mends_it_if_they_mislead():
    """Impulsive people default more, so the score misses what it may not use; big spenders default more too, but the
    score likes them, so it is the better without."""
    assert auc_gained(score_behaviour=0.1) > 0.005
    assert auc_gained(score_spending=1.0) < -0.005


@pytest.mark.mechanism("M47")
def test_a_limit_on_data_shuts_out_people_without_a_history_and_quiets_complaints():
    data = {"score_history": 0.4, "complaint_hazard": 0.3}
    friends = {"uses_social": 1.0}
    on, off = worlds(
        {"parameters": data, "platforms": friends, "changes": [Change("privacy", "data_limit", 1.0, "2017-01")]},
        {"parameters": data, "platforms": friends},
        months=18,
    )
    assert total(on[0], "approvals") / total(on[0], "applications") < 0.95 * (
        total(off[0], "approvals") / total(off[0], "applications")
    )
    assert total(on[0], "complaints") == 0 < total(off[0], "complaints")
    assert total(on[0], "privacy_harm", "economy") == 0 < total(off[0], "privacy_harm", "economy")
    half, _ = worlds({"parameters": data | {"data_limit": 0.5}, "platforms": friends}, months=18)
    assert 0 < total(half[0], "complaints") < 0.7 * total(off[0], "complaints")


# --- M51: records that can be forged ---
@pytest.mark.mechanism("M51")
def test_a_forged_record_looks_clean_to_every_other_lender():
    def points(forged, **elsewhere):
        s = Scene(PAY_LATER, CASH | {"platform": 1, "reporting": 1.0}, platforms=[{"signal_noise": 0, "sees": 1.0}, {}],
                  lines=[{}, elsewhere], record_sight=1.0, bad_record=elsewhere.get("reported_late", 0),
                  record_shown=elsewhere.get("reported_late", 0) > 0)  # fmt: skip
        s.rules.forged_share = forged
        return s.play(score)[0]

    charged_off = {"state": CHARGED_OFF, "reported_late": 2}
    clean = points(0.0)
    assert points(0.0, **charged_off) < clean - 0.5
    assert points(1.0, **charged_off) == points(1.0) == clean


@pytest.mark.mechanism("M51")
def test_records_that_cannot_be_forged_spare_lenders_a_second_loss_on_the_same_people():
    hard = {"job_loss_hazard": 0.02}
    seen = {"products": {"reporting": 1.0}, "platforms": {"sees": 1.0}}
    on, off = worlds(
        seen | {"parameters": hard}, seen | {"parameters": hard | {"forged_share": 0.5}}, months=36, seeds=(1, 2, 3)
    )

    def lost_again(model):
        """Exposure at defaults, on young lines, of people who had been in default before."""
        defaults = model.tables()["defaults"]
        again = ~defaults["first"] & (defaults["months_on_book"] <= 18)
        return float(defaults["balance_fen"][again].sum())

    assert falls(on, off, lambda model: total(model, "approvals"))
    assert falls(on, off, lost_again)
