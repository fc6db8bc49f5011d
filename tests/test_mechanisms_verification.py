"""Credit assessment (M23-M30): checks, the bureau, bills shown to others, explanations, detection of fraud.

Proofs are of the same three kinds as in ``test_mechanisms_assessment``.
"""

import numpy as np
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
    books,
    default_share,
    everybody,
    offer,
    waiting,
)
from paired import d90, default_count, flows, n_plat, summed, worlds
from scenes import PAY_LATER, Scene, yuan

from sim.line import OPEN
from sim.policy import Change
from sim.rules.fund import cost_of_control
from sim.rules.pay import pay_bills
from sim.rules.review import review
from sim.rules.verify import decision_months


# --- M23: checks ---
@pytest.mark.mechanism("M23")
def test_more_checks_lose_less_to_fraud_take_longer_and_refuse_more_honest_people():
    fraud = {"malicious_share": 0.03, "income_inflation": 1.0}
    found = []
    for checks in (1, 3):
        checked, unchecked = worlds(everybody(fraud, checks=checks, check_months=0.3), everybody(fraud))
        assert books(checked, "fraud_loss_fen") < 0.8 * books(unchecked, "fraud_loss_fen")
        assert waiting(unchecked) == 0
        frauds = books(checked, "frauds")
        assert books(checked, "frauds_caught") / frauds == pytest.approx(1 - 0.4**checks, abs=0.06)
        refused = books(checked, "false_rejects") / (books(checked, "applications") - frauds)
        assert refused == pytest.approx(1 - 0.99**checks, abs=0.006)
        found.append((books(checked, "fraud_loss_fen"), -waiting(checked), -books(checked, "false_rejects")))
    assert all(few > many for few, many in zip(*found, strict=True))
    four = offer(platform={"checks": 4, "check_months": 0.25})
    assert four.play(decision_months, lender=four.platforms[0], manual=False) == 1


# --- M24: the bureau ---
REPORTED = {"reporting": 1.0}


@pytest.mark.mechanism("M24")
def test_a_lender_that_looks_at_the_bureau_approves_fewer_who_default_less_and_owe_fewer_lenders():
    blind, seeing = aucs(P2P, {"platforms": {"sees": 0.0}, "products": REPORTED},
                         {"platforms": {"sees": 1.0}, "products": REPORTED})  # fmt: skip
    assert seeing > blind + 0.05
    on, off = worlds(alone(sees=1.0, products=REPORTED), alone(sees=0.0, products=REPORTED), **SEEDS)
    assert approval_share(on, ONE) < 0.7 * approval_share(off, ONE)
    assert default_share(on) < 0.8 * default_share(off)
    assert summed(on, n_plat) < summed(off, n_plat)


@pytest.mark.mechanism("M24")
def test_if_all_look_at_the_bureau_more_people_default_because_they_can_no_longer_roll_their_debts():
    """What helps one lender hurts the market: shown here, where a refusal moves a default forward, not expected so.

    Without applications in need, and without cuts after a review, hardly anything of it is left.
    """

    def rise(parameters, **terms):
        on, off = worlds(everybody(parameters, REPORTED | terms, sees=1.0),
                         everybody(parameters, REPORTED | terms, sees=0.0))  # fmt: skip
        assert books(on, "approvals") < books(off, "approvals")
        return summed(on, default_count) / summed(off, default_count), summed(on, d90) / summed(off, d90)

    assert min(rise({})) > 2.0
    assert max(rise({"applications": 0}, cut_margin=2.0)) < 1.2


# --- M25: re-estimation ---
@pytest.mark.mechanism("M25")
def test_a_scorecard_tells_less_the_longer_ago_it_was_estimated_and_is_as_good_as_new_afterwards():
    def ages(every, *months):
        lender = {"reestimate_every": every, "signal_noise": 0.0}
        ways = ({"parameters": {"model_drift": 0.3, "month": month}, "platforms": lender} for month in months)
        return aucs(SOCIAL, *ways)

    fresh, older, old, again = ages(12, 24, 27, 35, 36)
    assert fresh > older > old
    assert again == pytest.approx(fresh, abs=0.01)
    assert ages(60, 59)[0] < old
    assert ages(1, 59)[0] == pytest.approx(fresh, abs=0.01)


@pytest.mark.mechanism("M25")
def test_a_lender_that_estimates_its_scorecard_more_often_loses_less_under_drift():
    drift = {"model_drift": 1.0}
    often, seldom = worlds(
        alone(drift, reestimate_every=1), alone(drift, reestimate_every=60), **SEEDS | {"months": 36}
    )
    assert default_share(often) < 0.85 * default_share(seldom)


# --- M26, M27: bills shown to another lender ---
@pytest.mark.mechanism("M26")
def test_bills_shown_to_a_blind_rival_help_good_payers_and_give_hidden_debtors_away():
    people = applicants()
    shown = people.points(P2P, {"record_sharing": 1.0}, {"sees": 0.0, "reads_records": 1.0})
    hidden = people.points(P2P, {"record_sharing": 1.0}, {"sees": 0.0, "reads_records": 0.0})
    payers = (people.months_owed < 0.2) & (people.history >= 12)
    debtors = people.months_owed > 3.0
    threshold = 0.25
    assert (shown >= threshold)[payers].mean() > 1.1 * (hidden >= threshold)[payers].mean()
    assert (shown >= threshold)[debtors].mean() < 0.3 * (hidden >= threshold)[debtors].mean()
    half = people.points(P2P, {"record_sharing": 0.5}, {"sees": 0.0, "reads_records": 1.0})
    assert 0.45 < (half != hidden).mean() / (shown != hidden).mean() < 0.55


@pytest.mark.mechanism("M26", "M27")
def test_a_p2p_lender_that_reads_bills_loses_less_and_prices_wider():
    priced = {"risk_pricing": 0.2}
    reads = {"parameters": {"record_sharing": 1.0}, "lenders": {"p2p": {"reads_records": 1.0}}, "products": priced}
    on, off = worlds(reads, {"parameters": {"record_sharing": 1.0}, "products": priced}, **SEEDS)
    assert default_share(on, "p2p") < 0.7 * default_share(off, "p2p")

    def dispersion(model):
        lines = model.market.lines[:, P2P]
        return lines["markup"][lines["state"] == OPEN].std()

    assert summed(on, dispersion) > 1.1 * summed(off, dispersion)


# --- M28: who sees which debt ---
@pytest.mark.mechanism("M28")
def test_the_more_lenders_see_the_less_are_those_who_hide_debt_worse_than_others_at_the_same_approval():
    people = applicants()

    def gap(sees, reporting):
        """How many more of the approved default who owe more than a wage than of those who owe less."""
        points = people.points(SOCIAL, platforms={"sees": sees}, products={"reporting": reporting})
        approved, indebted = points >= np.median(points), people.months_owed > 1.0
        return people.bad[approved & indebted].mean() - people.bad[approved & ~indebted].mean()

    assert gap(0.0, 1.0) == gap(1.0, 0.0) > 1.5 * gap(1.0, 1.0) > 0.0
    assert gap(0.0, 1.0) > gap(0.5, 1.0)
    levels = [[applicants().auc(people.points(SOCIAL, platforms={"sees": sees}, products={"reporting": reporting}))
               for reporting in (0.0, 0.5, 1.0)] for sees in (0.0, 1.0)]  # fmt: skip
    assert len(set(levels[0])) == 1
    assert levels[1] == sorted(levels[1])


@pytest.mark.mechanism("M28")
def test_levers_that_make_debt_visible_take_effect_from_their_month():
    see = [Change("look", "visibility", 1.0, "2017-07"), Change("report", "reporting_duty", 1.0, "2017-07")]
    on, off = worlds({"changes": see})
    approvals = [models[0].tables()["monthly"]["approvals"].reshape(24, -1).sum(1) for models in (on, off)]
    assert (approvals[0][:6] == approvals[1][:6]).all()
    assert approvals[0][6:].sum() < 0.9 * approvals[1][6:].sum()


# --- M29: a score that is explained ---
@pytest.mark.mechanism("M29")
def test_who_is_told_what_the_next_step_needs_does_not_forget_a_bill_on_the_way_to_it():
    def paid(person, clean, explains):
        line = {"revolving": yuan(100), "due": yuan(100), "months_clean": clean}
        s = Scene(PAY_LATER | {"forget_hazard": 0.1}, platforms=[{"explains": explains}], lines=[line], cash=yuan(5000),
                  id=person)  # fmt: skip
        s.plan.minimum = s.pay[0] = yuan(100)
        s.play(pay_bills)
        return int(s.lines[0].due) == 0

    forgetful = next(person for person in range(500) if not paid(person, 2, 0.0))
    assert paid(forgetful, 2, 1.0)  # a raise after three, a limit given back after six clean months
    assert not paid(forgetful, 6, 1.0)


@pytest.mark.mechanism("M29")
def test_explained_scores_are_paid_for_in_time_and_in_trust():
    trust = {"trust_loss": 0.3}
    on, off = worlds(everybody(trust, explains=1.0), everybody(trust), seeds=(1, 2))
    on_time = [books(models, "bills_in_time") / books(models, "bills") for models in (on, off)]
    assert on_time[0] > on_time[1] + 0.001
    mean = [books(models, "trust") / books(models, "accounts") for models in (on, off)]
    assert mean[0] > mean[1] + 2.0


@pytest.mark.mechanism("M29")
@pytest.mark.parametrize(("explains", "left"), [(0.0, 70), (0.5, 85), (1.0, 100)])
def test_a_cut_that_is_explained_costs_less_trust(explains, left):
    lender = {"signal_noise": 0, "explains": explains, "approval": 2.0}
    s = Scene(PAY_LATER | {"review_interval": 1}, platforms=[lender], parameters={"trust_loss": 0.3},
              lines=[{"trust": 100}])  # fmt: skip
    s.play(review)
    assert s.lines[0].limit == yuan(7000)
    assert s.lines[0].trust == left


# --- M30: power and delay of detection ---
@pytest.mark.mechanism("M30")
def test_fraud_found_sooner_or_more_surely_costs_less_and_finding_it_costs_more():
    fraud = {"malicious_share": 0.03, "fraud_pace": 0.2}

    def caught(power, delay):
        terms = everybody(fraud, monitor=power, detection_delay=delay, monitor_cost=1.0, monitor_false_alarm=0.0)
        models, _ = worlds(terms, terms, seeds=(1, 2), months=24)
        return books(models, "fraud_loss_fen"), summed(models, lambda m: flows(m, "cost of control"))

    (now, cost_now), (later, cost_later), (weak, cost_weak) = caught(0.6, 0), caught(0.6, 6), caught(0.1, 0)
    assert now < 0.95 * later
    assert now < 0.95 * weak
    assert cost_now > 2.0 * max(cost_later, cost_weak) > 0.0


@pytest.mark.mechanism("M30")
def test_a_monitor_costs_its_power_and_less_if_it_may_take_its_time():
    def cost(delay):
        s = Scene(PAY_LATER, platforms=[{"monitor": 0.5, "monitor_cost": 2.0, "detection_delay": delay}])
        return s.play(cost_of_control, result=Month(accounts=100))

    assert [cost(delay) for delay in (0, 1, 4)] == [yuan(100), yuan(50), yuan(20)]  # 100 * 0.5 * 2 / (1 + delay)


class Month:
    """A platform's month in which nothing happened but what is given."""

    def __init__(self, **counts):
        for name in ("applications", "manual", "approvals", "accounts", "late_accounts", "complaints"):
            setattr(self, name, counts.get(name, 0))
