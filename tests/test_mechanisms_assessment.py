"""Credit assessment (M14-M22): what tells good payers from bad, what it costs, and what it does to the market.

Three kinds of proof. Cases worked by hand. The same applicants, of whom it is known who defaults within a year, scored
in several ways. And pairs of worlds that differ in how one lender decides, or all of them: what helps the lender that
does it alone need not help the market, because people who are refused cannot roll their debts.
"""

import pytest
from assessment import (
    ONE,
    P2P,
    SEEDS,
    SOCIAL,
    alone,
    applicants,
    approval_share,
    aucs,
    balances,
    books,
    default_share,
    everybody,
    new_lines,
    offer,
    waiting,
)
from markets import fingerprint
from paired import flows, summed, worlds
from scenes import yuan

from sim.line import NONE
from sim.policy import Change
from sim.rules.approve import approve
from sim.rules.verify import can_repay


# --- M14: signals ---
@pytest.mark.mechanism("M14")
def test_the_noisier_the_signals_the_worse_a_score_tells_who_will_pay_and_the_worse_the_better_half():
    ways = [{"platforms": {"signal_noise": noise}} for noise in (0.0, 0.15, 0.3, 1.0)]
    known = aucs(SOCIAL, *ways)
    assert known == sorted(known, reverse=True)
    assert known[0] > 0.65
    assert known[-1] < 0.55
    bad = [applicants().bad_share(applicants().points(SOCIAL, **way)) for way in ways]
    assert bad[0] < bad[2] < bad[3]


@pytest.mark.mechanism("M14")
def test_a_lender_with_better_signals_opens_as_many_lines_of_which_fewer_default():
    sharp, blunt = worlds(alone(signal_noise=0.05), alone(signal_noise=0.5), **SEEDS)
    assert books(sharp, "approvals", ONE) >= books(blunt, "approvals", ONE)
    assert default_share(sharp) < 0.75 * default_share(blunt)


# --- M15: own history ---
@pytest.mark.mechanism("M15")
def test_the_limit_of_a_new_line_rises_with_months_paid_on_time_at_the_same_lender():
    def limit(months, **parameters):
        s = offer(lines=[{"months_clean": months}], parameters=parameters)
        assert s.play(approve)
        return int(s.lines[0].limit)

    # 2 * 6,000 * (0.5 + 0.3 + 0.2 * months / 12), and no more after a year
    assert [limit(months) for months in (0, 6, 12, 24)] == [yuan(9600), yuan(10800), yuan(12000), yuan(12000)]
    assert {limit(months, score_history=0.0) for months in (0, 12)} == {yuan(9600)}


@pytest.mark.mechanism("M15")
def test_with_payment_history_in_the_score_more_limit_is_added_to_lines():
    on, off = worlds({}, {"parameters": {"score_history": 0.0}})
    assert books(on, "added_limit_fen") > books(off, "added_limit_fen")


# --- M16: income ---
@pytest.mark.mechanism("M16")
def test_verified_income_makes_the_score_better_and_limits_smaller_against_true_income():
    guessed, verified = aucs(SOCIAL, {"platforms": {"income_check": 0.0}}, {"platforms": {"income_check": 1.0}})
    assert verified > guessed + 0.02
    on, off = worlds(everybody(income_check=1.0), seeds=(1, 2))
    assert new_lines(on, lambda lines: lines["limit"]) < 0.9 * new_lines(off, lambda lines: lines["limit"])
    assert new_lines(on, balances) < new_lines(off, balances)


# --- M17: behaviour ---
@pytest.mark.mechanism("M17")
def test_with_behaviour_in_the_score_impulsive_people_get_smaller_limits():
    """It separates types, not payers: in this market impulsive people default hardly more often than others."""

    def impulsive_over_calm(models):
        people, limits = models[0].market.borrowers, models[0].market.lines["limit"].sum(1)
        months = limits / people["wage"]
        impulse = people["impulse"]
        return months[impulse > 0.35].mean() / months[impulse < 0.15].mean()

    on, off = worlds({"parameters": {"score_behaviour": 0.1}})
    assert impulsive_over_calm(on) < 0.8
    assert impulsive_over_calm(off) == pytest.approx(1.0, abs=0.06)


# --- M18: friends ---
@pytest.mark.mechanism("M18")
@pytest.mark.parametrize(
    ("friends", "exposed", "limit", "opened"), [(0, 0, 0.0, 1), (1, 0, 0.0, 0), (0, 1, 0.0, 0), (0, 0, 1.0, 0)]
)
def test_friends_who_pay_stand_in_for_a_history_unless_consent_or_the_rules_forbid(friends, exposed, limit, opened):
    rules = {"data_limit": limit, "opt_out": 1.0}
    thin = offer(platform={"uses_social": 1.0, "approval": 0.45}, parameters=rules, friends_in_default=friends,
                 exposed=exposed)  # fmt: skip
    assert thin.play(approve) == opened  # 0.3 + 0.2 * (1 - friends / 2)


@pytest.mark.mechanism("M18")
def test_a_portrait_from_friends_opens_more_lines_to_people_without_history_and_harms_privacy():
    on, off = worlds(everybody(uses_social=1.0))
    assert books(on, "approvals") > books(off, "approvals")
    harm = [models[0].tables()["economy"]["privacy_harm"].sum() for models in (on, off)]
    assert harm == [books(on, "applications"), 0]
    gain = applicants().points(P2P, platforms={"uses_social": 1.0}) - applicants().points(P2P)
    assert gain[applicants().history == 0].mean() > 0.1
    forbidden, _ = worlds(everybody(uses_social=1.0, parameters={"data_limit": 1.0}))
    assert fingerprint(without_terms(forbidden[0])) == fingerprint(without_terms(off[0]))


def without_terms(model):
    """The model with the term of platforms that differs set alike, so that only what it did is compared."""
    model.market.platforms["uses_social"] = 0.0
    return model


# --- M19: automatic decisions ---
@pytest.mark.mechanism("M19")
def test_decisions_by_machine_cost_less_and_come_at_once():
    machine, people = worlds(everybody(manual_share=0.05), everybody(manual_share=1.0))
    assert 0.03 < books(machine, "manual") / books(machine, "applications") < 0.07
    assert books(people, "manual") == books(people, "applications")
    cost = [summed(models, lambda m: flows(m, "cost of control")) for models in (machine, people)]
    assert cost == [30.0 * books(models, "manual") for models in (machine, people)]
    assert cost[0] < 0.1 * cost[1]
    assert waiting(machine) < 0.1 * waiting(people)


# --- M20: consumption, and ability to repay ---
@pytest.mark.mechanism("M20")
def test_points_for_spending_flatter_people_who_will_not_pay():
    plain, flattered = aucs(SOCIAL, {}, {"parameters": {"score_spending": 0.5}})
    assert flattered < plain - 0.03


@pytest.mark.mechanism("M20")
@pytest.mark.parametrize(("bills", "jobless", "passes"), [(1200, 0, True), (1201, 0, False), (800, 2, False)])
def test_a_deep_review_sees_bills_at_all_lenders_and_what_people_really_earn(bills, jobless, passes):
    loan = {"instalment": yuan(bills * 10), "instalments_left": 10}
    s = offer(lines=[loan], elsewhere=1, platform={"deep_review": 0.2}, jobless=jobless)  # a fifth of 6,000
    if jobless:
        s.borrower.income = yuan(900)
    assert s.play(can_repay, lender=s.platforms[0]) == passes
    s.platforms[0].deep_review = 1e9
    assert s.play(can_repay, lender=s.platforms[0])


@pytest.mark.mechanism("M20")
def test_a_lender_with_a_deep_review_lends_to_fewer_people_with_high_debt_and_has_fewer_defaults():
    spending = {"score_spending": 0.5}
    deep, shallow = worlds(alone(spending, deep_review=0.2), alone(spending), **SEEDS)
    assert approval_share(deep, ONE) < 0.6 * approval_share(shallow, ONE)
    assert default_share(deep) < 0.8 * default_share(shallow)


# --- M21: drift, and people who decide ---
@pytest.mark.mechanism("M21")
def test_people_who_decide_see_through_the_drift_of_the_scorecard():
    def opened(manual):
        s = offer(parameters={"model_drift": 0.3}, platform={"manual_share": manual}, month=11)
        count = 0
        for person in range(200):
            s.borrower.id = person
            s.lines[0].state = NONE
            count += s.play(approve)
        return count

    assert opened(1.0) == 200  # everybody scores 0.3 and needs 0.25
    assert 80 < opened(0.0) < 150


@pytest.mark.mechanism("M21")
def test_when_times_turn_a_machine_that_nobody_overrides_loses_more_than_was_to_be_expected():
    drift = {"model_drift": 0.5}
    crisis = [Change("crisis", "job_loss_multiple", 3.0, "2018-01")]

    def unexpected(manual):
        worse, calm = worlds(alone(drift, crisis, reestimate_every=60, manual_share=manual),
                             alone(drift, reestimate_every=60, manual_share=manual), **SEEDS)  # fmt: skip
        return default_share(worse) - default_share(calm)

    assert unexpected(0.0) > 1.3 * unexpected(1.0) > 0.0


# --- M22: cost of an account ---
@pytest.mark.mechanism("M22")
def test_an_account_is_opened_if_a_years_interest_brings_in_its_cost_so_a_lower_cost_admits_worse_risks():
    def opened(cost, wage=6000):
        return offer(platform={"acquisition_cost": cost, "approval": -1.0}, wage=yuan(wage)).play(approve)

    # 9,600 yuan * 0.35 used * 12 months * 0.0127 * (0.5 + 0.3) = 409.6 yuan
    assert (opened(409), opened(410), opened(0)) == (1, 0, 1)

    def worst(cost):
        """The lowest wage, and so the lowest score, that still gets a line."""
        return next(wage for wage in range(1000, 10_000, 250) if opened(cost, wage))

    assert worst(50) < worst(200) < worst(400)


@pytest.mark.mechanism("M22")
def test_the_cheaper_an_account_the_more_applications_are_approved():
    cheap, dear = worlds(everybody(acquisition_cost=50), everybody(acquisition_cost=200))
    assert approval_share(cheap) > 1.1 * approval_share(dear)
    for models, cost in ((cheap, 50), (dear, 200)):
        assert summed(models, lambda m: flows(m, "cost of control")) == cost * books(models, "approvals")
