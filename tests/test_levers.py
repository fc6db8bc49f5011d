"""Every lever: does nothing at its neutral value, moves what it says at another, composes, and ends."""

import pickle
from dataclasses import replace

import pytest
from markets import TWO_LENDERS, default_market, differences, everything, model_of
from scenes import CASH, PAY_LATER, Scene

from sim.levers import INDICATORS, LEVERS
from sim.parameters import BEHAVIOUR, NO_CAP
from sim.policy import LESSON, Change, Timetable, When, Who

NAMES = ["one", "two"], [("one", "pay-later"), ("two", "cash")]
#: Terms that differ from the neutral end of every lever, so that each can be seen to move them.
TERMS = {"monthly_rate": 0.015, "instalment_rate": 0.02, "late_fee": 0.015, "penalty_rate": 0.01, "minimum_share": 0.1,
         "term": 12, "limit_high": 50_000, "reporting": 0.5, "placement_after": 4, "taste": 1.0}  # fmt: skip
LENDER = {"approval": 0.3, "sees": 0.3, "own_share": 0.1, "capital_required": 0.04, "funding_apr": 0.05}


def scene():
    """Two lenders of one product each: pay-later and cash."""
    return Scene(PAY_LATER | TERMS, CASH | TERMS | {"platform": 1}, platforms=[LENDER, LENDER])


def in_force(*changes, month=0, **rules):
    """A scene in which the changes of a month hold."""
    s = scene()
    for name, value in rules.items():
        s.rules[name] = value
    Timetable(changes, "2017-01", *NAMES).apply(month, s.rules, s.products, s.platforms)
    return s


def change(lever, value, start="2017-01", **more):
    """A change of a lever from the first month, with the end that a campaign needs."""
    if lever == "campaign":
        more = {"until": "2017-06"} | more
    return Change(f"{lever} {value}", lever, value, start, **more)


# --- neutral ---
WITH_NEUTRAL = [lever for lever in LEVERS.values() if lever.neutral is not None]


@pytest.fixture(scope="module")
def untouched():
    return everything(model_of(default_market(), borrowers=500, seed=4).run(8))


@pytest.mark.parametrize("lever", WITH_NEUTRAL, ids=lambda lever: lever.name)
def test_a_lever_at_its_neutral_value_changes_nothing_to_the_bit(lever, untouched):
    neutral = change(lever.name, lever.neutral, "2017-03")
    model = model_of(default_market(), borrowers=500, seed=4, changes=[neutral])
    assert not differences(untouched, everything(model.run(8)))


def test_only_what_replaces_a_term_has_no_neutral_value():
    assert {name for name, lever in LEVERS.items() if lever.neutral is None} == {
        "new_rate", "new_late_fee", "restructuring_months"}  # fmt: skip


# --- active: lever, value, whose, field, after (the calm value is in TERMS, LENDER or the defaults) ---
MOVES = [
    ("income_cap", 0.33, "rules", "income_cap", 0.33),
    ("credit_cap", 20_000, "rules", "credit_cap", 20_000),
    ("debt_service_cap", 0.5, "rules", "debt_service_cap", 0.5),
    ("lender_cap", 3, "rules", "lender_cap", 3),
    ("multi_lender_limit", 0.3, "rules", "multi_lender_limit", 0.3),
    ("cooling_off", 3, "rules", "cooling_off", 3),
    ("cut_speed_limit", 0.2, "rules", "cut_speed_limit", 0.2),
    ("contact_cap", 4, "rules", "contact_cap", 4),
    ("moratorium", 0.3, "rules", "moratorium", 0.3),
    ("complaint_channel", 0.9, "rules", "channel_visibility", 0.9),
    ("complaint_channel", 0.1, "rules", "channel_visibility", 0.7),
    ("data_limit", 0.6, "rules", "data_limit", 0.6),
    ("record_retention", 12, "rules", "bureau_memory", 12),
    ("record_retention", 36, "rules", "bureau_memory", 24),
    ("common_data", 0.4, "rules", "common_score", 0.4),
    ("industry_warning", 0.4, "rules", "pooled_warning", 0.4),
    ("sandbox", 0.1, "rules", "sandbox", 0.1),
    ("news_shock", 0.5, "rules", "news_shock", 0.5),
    ("campaign", 0.2, "rules", "wants_lift", 0.2),
    ("job_loss_multiple", 2, "rules", "job_loss_multiple", 2),
    ("benefit", 0.4, "rules", "benefit_share", 0.4),
    ("launch", 0.2, "products", "monthly_rate", 0.012),
    ("launch", 0.2, "products", "instalment_rate", 0.016),
    ("launch", 0.2, "products", "taste", 1 / 0.64),
    ("rate_cap", 0.36, "products", "most_rate", 0.03),
    ("rate_cap", 0.36, "products", "monthly_rate", 0.015),
    ("rate_cap", 0.36, "products", "late_fee", 0.015),
    ("rate_cap", 0.36, "products", "penalty_rate", 0.0),
    ("rate_cap", 0.24, "products", "late_fee", 0.005),
    ("rate_cap", 0.12, "products", "monthly_rate", 0.01),
    ("rate_cap", 0.12, "products", "instalment_rate", 0.01),
    ("rate_cap", 0.12, "products", "late_fee", 0.0),
    ("late_fee_cap", 0.02, "products", "late_fee", 0.015),
    ("late_fee_cap", 0.02, "products", "penalty_rate", 0.005),
    ("late_fee_cap", 0.01, "products", "late_fee", 0.01),
    ("late_fee_cap", 0.01, "products", "penalty_rate", 0.0),
    ("minimum_payment", 0.3, "products", "minimum_share", 0.3),
    ("longest_term", 6, "products", "term", 6),
    ("limit_ceiling", 8000, "products", "limit_high", 8000),
    ("cash_limit", 0.6, "products", "cash_squeeze", 0.4),
    ("age_ban", 22, "products", "age_from", 22),
    ("workouts", 0.1, "rules", "workout_hazard", 0.1),
    ("early_write_off", 0.5, "products", "early_write_off", 0.5),
    ("reporting_duty", 1.0, "products", "reporting", 1.0),
    ("no_third_party_before", 6, "products", "placement_after", 6),
    ("approval_shift", 0.1, "platforms", "approval", 0.4),
    ("visibility", 0.8, "platforms", "sees", 0.8),
    ("platform_stop", 1, "platforms", "banned", 1),
    ("co_funding", 0.3, "platforms", "own_share", 0.3),
    ("leverage_cap", 10, "platforms", "capital_required", 0.1),
    ("leverage_cap", 50, "platforms", "capital_required", 0.04),
    ("capital_trigger", 0.08, "platforms", "capital_required", 0.08),
    ("provisioning", 0.3, "platforms", "provision_late", 0.3),
    ("provisioning", 0.3, "platforms", "provision_default", 0.6),
    ("provisioning", 0.7, "platforms", "provision_default", 1.0),
    ("rescue", 0.5, "platforms", "rescue", 0.5),
    ("base_rate", 0.02, "platforms", "funding_apr", 0.07),
    ("restructuring", 0.5, "platforms", "plan_acceptance", 0.5),
    ("restructuring_months", 36, "platforms", "plan_extension", 36),
    ("restructuring_relief", 0.4, "platforms", "plan_relief", 0.4),
    ("humane_collection", 0.7, "platforms", "tone", 0.7),
    ("data_leak", 0.1, "platforms", "leak_hazard", 0.1),
    ("outage", 1.0, "platforms", "outage_hazard", 1.0),
]


@pytest.mark.parametrize(("lever", "value", "whose", "field", "after"), MOVES)
def test_a_lever_moves_what_it_says(lever, value, whose, field, after):
    s = in_force(change(lever, value))
    moved = s.rules[field] if whose == "rules" else getattr(s, whose)[field][0]
    assert moved == pytest.approx(after)
    assert LEVERS[lever].moves == whose


def test_a_use_restriction_takes_cash_away():
    assert in_force(change("purchases_only", 1.0)).products["lends_cash"].tolist() == [0, 0]
    assert in_force(change("purchases_only", 0.4)).products["lends_cash"].tolist() == [0, 0.6]


def test_every_lever_is_tried():
    tried = {row[0] for row in MOVES} | {"purchases_only", "limit_cut", "education", "new_rate", "new_late_fee"}
    assert tried == set(LEVERS)


@pytest.mark.parametrize("lever", [lever.name for lever in LEVERS.values() if lever.moves in ("products", "platforms")])
def test_a_lever_aimed_at_one_lender_leaves_the_other_alone(lever):
    value = next((row[1] for row in MOVES if row[0] == lever), 1.0)
    calm, s = scene(), in_force(change(lever, value, platform="two"))
    for records in ("products", "platforms"):
        assert getattr(s, records)[0].tolist() == getattr(calm, records)[0].tolist()
    assert (s.products[1].tolist(), s.platforms[1].tolist()) != (calm.products[1].tolist(), calm.platforms[1].tolist())


def test_a_lever_ends_with_its_last_month():
    for lever, value, *_ in MOVES:
        if lever != "campaign":
            end, calm = in_force(change(lever, value, until="2017-03"), month=2), scene()
            assert end.rules.tolist() == calm.rules.tolist(), lever
            assert end.products.tolist() == calm.products.tolist(), lever
            assert end.platforms.tolist() == calm.platforms.tolist(), lever


def test_a_lesson_reaches_a_share_of_the_people_aimed_at_and_is_about_no_product():
    lesson = change("education", 0.6, phase_in=3, who=Who(age_below=25))
    aims = [Timetable([lesson], "2017-01", *NAMES).aims(month) for month in range(4)]
    assert [len(a) for a in aims] == [1, 1, 1, 0]
    assert (aims[0].kind[0], aims[0].product[0], aims[0].age_below[0]) == (LESSON, -1, 25)
    assert aims[0].share[0] == pytest.approx(0.2)


def test_a_cut_or_lesson_of_nothing_falls_on_nobody():
    nothing = [change("limit_cut", 0.0, "2017-02", announced="2017-01"), change("education", 0.0)]
    assert not any(len(Timetable(nothing, "2017-01", *NAMES).aims(month)) for month in range(3))


# --- growing ---
def test_a_lever_phased_in_grows_in_equal_steps_from_neutral():
    slow = change("moratorium", 0.6, "2017-02", phase_in=3)
    assert [in_force(slow, month=m).rules.moratorium for m in range(5)] == pytest.approx([0, 0.2, 0.4, 0.6, 0.6])
    crisis = change("job_loss_multiple", 3.0, phase_in=2)
    assert [in_force(crisis, month=m).rules.job_loss_multiple for m in range(3)] == [2, 3, 3]


@pytest.mark.parametrize("lever", LEVERS.values(), ids=lambda lever: lever.name)
def test_a_lever_can_be_phased_in_only_from_a_natural_zero(lever):
    counted = lever.unit in ("yes or no", "months", "years", "months past due")
    assert lever.grows == (lever.neutral in (0, 1) and not counted)


def test_after_a_campaign_part_of_its_lift_is_missing_for_as_long():
    sale = change("campaign", 0.2, "2017-02", until="2017-04")
    lift = [in_force(sale, month=m, campaign_dip=0.5).rules.wants_lift for m in range(7)]
    assert lift == pytest.approx([0, 0.2, 0.2, -0.1, -0.1, 0, 0])


def test_rivals_copy_a_launch_after_a_while():
    s = scene()
    offers = Scene(PAY_LATER, PAY_LATER | {"platform": 1}, CASH | {"platform": 1}).products
    names = ["one", "two"], [("one", "pay-later"), ("two", "pay-later"), ("two", "cash")]
    timetable = Timetable([change("launch", 0.5, platform="one")], "2017-01", *names)
    s.rules.imitation_months, s.rules.price_elasticity = 2, 1
    tastes = []
    for month in (1, 2):
        terms = offers.copy()
        timetable.apply(month, s.rules, terms, s.platforms)
        tastes.append(terms["taste"].tolist())
    assert tastes == [[2, 1, 1], [2, 2, 1]]


# --- composing ---
#: A policy of everything at once, twice over.
ALL = [change(lever, value) for lever, value, *_ in MOVES] + [
    change("purchases_only", 0.3), change("purchases_only", 0.2), change("new_rate", 0.2, platform="one"),
    change("new_rate", 0.1, "2017-02"), change("new_late_fee", 0.02), change("job_loss_multiple", 1.1),
    change("job_loss_multiple", 1.3), change("approval_shift", 0.03), change("approval_shift", -0.07),
]  # fmt: skip


def test_the_order_in_which_changes_are_given_does_not_matter():
    forth, back = in_force(*ALL, month=1), in_force(*reversed(ALL), month=1)
    for records in ("rules", "products", "platforms"):
        assert getattr(forth, records).tolist() == getattr(back, records).tolist()


def test_two_policies_in_either_order_make_the_same_world():
    one = [change("limit_cut", 0.3), change("rate_cap", 0.1, "2017-02"), change("new_rate", 0.3, "2017-03")]
    other = [change("limit_cut", 0.41, who=Who(age_below=40)), change("launch", 0.3), change("base_rate", 0.03)]
    worlds = [everything(model_of(default_market(), borrowers=300, changes=changes).run(5))
              for changes in (one + other, other + one)]  # fmt: skip
    assert not differences(*worlds)


def test_each_cap_holds_whatever_else_does():
    s = in_force(change("rate_cap", 0.12), change("new_late_fee", 0.1), change("late_fee_cap", 0.004))
    assert (s.products["monthly_rate"] + s.products["late_fee"] + s.products["penalty_rate"] <= 0.12 / 12 + 1e-12).all()


# --- contracts ---
def market_in(months, *changes):
    """The market of two lenders after some months under some changes, and the rules then in force."""
    model = model_of(TWO_LENDERS, borrowers=60, changes=changes).run(months)
    rules, _ = model.rules_in_force()
    return model.market, rules


def test_without_new_terms_there_is_one_version_of_every_contract():
    market, rules = market_in(2, change("rate_cap", 0.06))
    assert market.contracts.shape == (1, 2)
    assert rules.contract == 0
    assert market.contracts[0].tolist() == market.products.tolist()


def test_new_terms_are_signed_by_new_lines_only():
    changes = change("new_rate", 0.06, "2017-03", platform="lender"), change("new_late_fee", 0.001, "2017-05")
    versions = [market_in(month, *changes)[1].contract for month in range(6)]
    assert versions == [0, 0, 1, 1, 2, 2]
    market, _ = market_in(5, *changes)
    assert market.contracts["monthly_rate"].tolist() == [[0.015, 0.015], [0.015, 0.005], [0.015, 0.005]]
    assert market.contracts["instalment_rate"][:, 1].tolist() == [0.0127, 0.005, 0.005]
    assert market.contracts["late_fee"].tolist() == [[0.015, 0.015], [0.015, 0.015], [0.001, 0.001]]
    assert market.products["late_fee"].tolist() == [0.001, 0.001]


def test_new_terms_that_end_make_way_for_the_old_ones():
    market, rules = market_in(4, change("new_rate", 0.06, "2017-02", until="2017-04"))
    assert rules.contract == 2
    assert market.contracts[2].tolist() == market.contracts[0].tolist() != market.contracts[1].tolist()


def test_a_law_reaches_every_version():
    changes = change("new_rate", 0.24, "2017-02"), change("rate_cap", 0.12, "2017-03"), change("age_ban", 22, "2017-03")
    market, _ = market_in(3, *changes)
    assert market.contracts["monthly_rate"].tolist() == [[0.01, 0.01]] * 2
    assert market.contracts["age_from"].tolist() == [[22, 22]] * 2
    before, _ = market_in(1, *changes)
    assert before.contracts["monthly_rate"].tolist() == [[0.015, 0.015], [0.02, 0.02]]


# --- in a market ---
def test_a_market_counts_what_reaction_rules_follow():
    model = model_of(default_market(), borrowers=600)
    assert model.indicators() == {}
    first = model.run(1).indicators()
    assert set(first) == set(INDICATORS) - {"credit_growth"}
    assert (first["delinquency"], first["short"]) == (model.late_share, model.short_share)
    model.run(12)
    balance = model.tables()["monthly"]["balance_fen"].reshape(13, -1).sum(1)
    assert model.indicators()["credit_growth"] == pytest.approx(balance[12] / balance[0] - 1)
    lenders = model.market.platforms
    assert model.indicators()["spread"] == pytest.approx((lenders.spread * lenders.book).sum() / lenders.book.sum())


@pytest.fixture(scope="module")
def spring():
    return everything(model_of(default_market(), borrowers=500, seed=4).run(4))


@pytest.mark.parametrize("lever", LEVERS)
def test_nothing_differs_before_the_month_of_a_lever(lever, spring):
    value = next((row[1] for row in MOVES if row[0] == lever), 0.1)
    later = change(lever, value, "2017-05", phase_in=2 if LEVERS[lever].grows else 0)
    model = model_of(default_market(), borrowers=500, seed=4, changes=[later])
    assert not differences(spring, everything(model.run(4)))


@pytest.mark.parametrize("lever", ["limit_cut", "income_cap", "credit_cap", "rate_cap"])
def test_nothing_differs_before_the_month_in_which_a_lever_is_announced(lever, spring):
    told = change(lever, 0.2, "2017-08", announced="2017-05")
    model = model_of(default_market(), borrowers=500, seed=4, changes=[told])
    assert not differences(spring, everything(model.run(4)))


def test_a_market_plays_with_every_lever_at_once():
    more = [change("limit_cut", 0.2, "2017-03", announced="2017-02"), change("education", 0.5)]
    everywhere = [replace(each, platform=None) for each in ALL + more]
    model = model_of(default_market(), borrowers=300, changes=everywhere).run(8)
    assert len(model.history) == 8


def test_terms_of_contracts_cannot_change_more_often_than_a_line_can_remember():
    monthly = [change("new_rate", 0.1, f"{2017 + m // 12}-{m % 12 + 1:02d}") for m in range(255)]
    assert Timetable(monthly[:254], "2017-01", *NAMES).version(300) == 254
    with pytest.raises(ValueError, match="at most 254"):
        Timetable(monthly, "2017-01", *NAMES)


def test_a_reaction_in_a_market_moves_nothing_before_it_fires_and_a_model_can_be_put_away():
    when = When("delinquency", above=0.005)
    changes = [change("limit_cut", 0.5, when=when), change("approval_shift", 0.3, when=when)]
    calm, acting = (model_of(default_market(), borrowers=600, seed=2, changes=c) for c in ((), changes))
    held = []
    for _ in range(12):
        marks = acting.indicators()
        calm.step()
        acting.step()
        held.append(acting.timetable.holds(acting.timetable.changes[0], acting.month - 1))
        assert held[-1] == when.holds(marks)
        assert any(held) or not differences(everything(calm), everything(acting))
    assert any(held)
    assert not all(held)
    assert differences(everything(calm), everything(acting))
    again = pickle.loads(pickle.dumps(acting))
    assert not differences(everything(acting.run(2)), everything(again.run(2)))


def test_terms_that_no_lever_moves_may_be_written_through_a_view():
    model = model_of(TWO_LENDERS, borrowers=60, changes=[change("co_funding", 0.5, "2017-03", until="2017-05")])
    model.market.platforms["approval"] = 0.7
    path = []
    for _ in range(5):
        model.step()
        path.append(model.market.platforms["own_share"].tolist())
    assert path == [[0.1, 0.1], [0.1, 0.1], [0.5, 0.5], [0.5, 0.5], [0.1, 0.1]]
    assert model.market.platforms["approval"].tolist() == [0.7, 0.7]


def test_a_neutral_cap_is_what_parameters_call_no_cap():
    for name in ("income_cap", "credit_cap", "debt_service_cap", "contact_cap"):
        assert LEVERS[name].neutral == BEHAVIOUR[name].default == NO_CAP
