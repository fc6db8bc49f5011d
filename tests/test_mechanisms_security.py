"""Fraud, theft and failures of systems: each against its absence."""

import numpy as np
import pytest
from paired import default_count, flows, total, worlds
from scenes import CASH, PAY_LATER, Scene, household, yuan

from sim import ledger
from sim import tally as row
from sim.line import ALL_PERMISSIONS, OLDEST, headroom
from sim.month import follow_up, open_accounts
from sim.policy import Change
from sim.record import CAUSES
from sim.rules.defraud import learn, overdraw, steal
from sim.rules.pay import pay_bills
from sim.rules.plan import plan_month
from sim.rules.verify import verify
from sim.rules.watch import watch
from sim.score import estimated_income


def by_platform(model, column, add=False):
    """A column as [platform, month]: of the platform's first product, or summed over its products."""
    table = model.tables()["monthly"]
    values = table[column].reshape(len(np.unique(table["month"])), -1).astype(float)
    owners = np.array([platform for platform, _ in model.product_names])
    return np.array([values[:, owners == name].sum(1) if add else values[:, owners == name][:, 0]
                     for name in model.platform_names])  # fmt: skip


def malicious(*products, **rest):
    """A scene of a person who means never to pay."""
    s = Scene(*products, **rest)
    s.rules.malicious_share = 1.0
    return s


# --- M41: takeovers against friction at login ---
@pytest.mark.mechanism("M41")
def test_a_thief_takes_the_fullest_purse_unless_the_login_stops_him():
    def robbed(**lender):
        s = Scene(PAY_LATER, CASH, platforms=[lender], lines=[{"revolving": yuan(4000)}, {}])
        s.rules.takeover_hazard = 1.0
        s.play(steal)
        assert s.borrower.cash == 0
        assert s.lines[1].instalment == 0  # the person owes nothing for it
        return s.flow(ledger.STOLEN, 0), s.flow(ledger.STOLEN, 1)

    assert robbed() == (0, yuan(10000))
    assert robbed(login_friction=1.0) == (0, 0)
    assert robbed(monitor=1.0) == (0, 0)


@pytest.mark.mechanism("M41")
def test_friction_at_login_stops_thieves_and_loses_purchases_on_lines():
    thieves = {"takeover_hazard": 0.003, "funding_channel": 0}  # a lender that is robbed of its capital would stop
    guarded, open_house = worlds(
        {"parameters": thieves, "platforms": {"login_friction": 0.7}}, {"parameters": thieves}, months=12
    )
    stolen, exposed = (flows(models[0], "stolen by thieves") for models in (guarded, open_house))
    assert 0.15 * exposed < stolen < 0.5 * exposed
    tired, eager = worlds({"platforms": {"login_friction": 1.0}, "parameters": {"abandonment": 0.4}}, months=12)
    assert flows(tired[0], "purchases on credit") < 0.95 * flows(eager[0], "purchases on credit")
    assert flows(tired[0], "purchases in cash") > flows(eager[0], "purchases in cash")


# --- M42: a monitor suspends ---
@pytest.mark.mechanism("M42")
def test_a_monitor_shuts_fraudulent_lines_for_good_and_honest_ones_for_a_while():
    lender = {"monitor": 1.0, "monitor_false_alarm": 1.0, "suspension_months": 2, "detection_delay": 3}
    rogue = malicious(PAY_LATER, platforms=[lender], lines=[{"months_on_book": 2}])
    assert rogue.play(watch, lender=rogue.platforms[0]) == 0
    assert rogue.lines[0].wait == 0, "fraud cannot be told yet"
    rogue.lines[0].months_on_book = 3
    assert rogue.play(watch, lender=rogue.platforms[0]) == 0
    assert rogue.lines[0].wait == OLDEST
    assert headroom(rogue.lines[0]) == 0
    honest = Scene(PAY_LATER, platforms=[lender])
    assert honest.play(watch, lender=honest.platforms[0]) == 1
    assert honest.lines[0].wait == 2
    assert headroom(honest.lines[0]) == 0
    books = honest.tally.books[0]
    assert (books[row.SUSPENSIONS], books[row.FALSE_SUSPENSIONS]) == (1, 1)


@pytest.mark.mechanism("M42")
def test_monitors_lower_losses_to_fraud_and_annoy_honest_people():
    fraud = {"malicious_share": 0.05, "fraud_pace": 0.3, "complaint_hazard": 0.5}
    watched, not_watched = worlds(
        {"parameters": fraud, "platforms": {"monitor": 0.6, "monitor_false_alarm": 0.05}}, {"parameters": fraud}
    )
    assert total(watched[0], "fraud_loss_fen") < 0.8 * total(not_watched[0], "fraud_loss_fen")
    assert total(watched[0], "false_suspensions") > 0 == total(not_watched[0], "suspensions")
    assert total(watched[0], "complaints") > 10 * total(not_watched[0], "complaints")


# --- M43: people who draw and never pay ---
@pytest.mark.mechanism("M43")
def test_who_means_never_to_pay_draws_at_a_pace_until_nothing_is_left():
    s = malicious(PAY_LATER, CASH, parameters={"fraud_pace": 0.4}, lines=[{}, {"permissions": ALL_PERMISSIONS}])
    drawn = []
    for _ in range(3):
        s.play(overdraw)
        drawn.append((int(s.lines[0].purchases), int(s.lines[1].instalment)))
    assert drawn == [(yuan(4000), yuan(4000)), (yuan(8000), yuan(8000)), (yuan(10000), yuan(10000))]
    assert s.borrower.cash == s.flow(ledger.DRAWS) == s.flow(ledger.PURCHASES_ABROAD) == yuan(10000)


@pytest.mark.mechanism("M43")
def test_people_who_never_mean_to_pay_default_on_the_first_payment():
    thieves = {"malicious_share": 0.03, "fraud_hazard": 0.35}
    on, off = worlds({"parameters": thieves}, months=18)
    assert total(on[0], "first_payment_defaults") > 5 * total(off[0], "first_payment_defaults")
    assert total(on[0], "fraud_loss_fen") > 0 == total(off[0], "fraud_loss_fen")
    slow, _ = worlds({"parameters": thieves | {"fraud_pace": 0.1}}, months=18)
    assert total(slow[0], "fraud_loss_fen") < total(on[0], "fraud_loss_fen")


# --- M44: false income, and rings that learn ---
@pytest.mark.mechanism("M44")
def test_an_income_is_overstated_as_far_as_it_is_not_verified():
    s = malicious(PAY_LATER, platforms=[{"income_check": 0.25}], parameters={"income_inflation": 1.0})
    claimed = s.play(estimated_income, platform=0, lender=s.platforms[0])
    assert claimed == pytest.approx(1.75 * yuan(6000))
    s.rules.malicious_share = 0.0
    assert s.play(estimated_income, platform=0, lender=s.platforms[0]) == yuan(6000)


@pytest.mark.mechanism("M44")
def test_detection_teaches_rings_to_evade_and_they_forget():
    s = malicious(PAY_LATER, parameters={"ring_adaptation": 0.5})
    s.platforms[0].checks = 1000
    assert not s.play(verify, lender=s.platforms[0]), "a thousand checks miss nothing"
    s.play(learn, frauds=10, caught=6)
    assert s.platforms[0].evasion == pytest.approx(0.3)
    s.play(learn, frauds=0, caught=0)
    assert s.platforms[0].evasion == pytest.approx(0.27)
    s.platforms[0].evasion = 1.0
    assert s.play(verify, lender=s.platforms[0]), "who has learned everything passes"


@pytest.mark.mechanism("M44")
def test_false_income_brings_early_defaults_and_rings_that_learn_pass_the_checks():
    fraud = {"malicious_share": 0.03, "fraud_hazard": 0.3}
    on, off = worlds({"parameters": fraud | {"income_inflation": 2.0}}, {"parameters": fraud}, months=12)
    assert total(on[0], "first_payment_defaults") > 1.1 * total(off[0], "first_payment_defaults")
    assert total(on[0], "default_fen") > 1.5 * total(off[0], "default_fen")
    checks = {"platforms": {"checks": 2}}
    on, off = worlds({"parameters": fraud | {"ring_adaptation": 0.5}} | checks, {"parameters": fraud} | checks)
    caught = [total(m[0], "frauds_caught") / total(m[0], "frauds") for m in (on, off)]
    assert caught[0] < 0.7 * caught[1]
    assert total(on[0], "fraud_loss_fen") > total(off[0], "fraud_loss_fen")
    assert (on[0].market.platforms["evasion"] > 0.1).all()
    assert (off[0].market.platforms["evasion"] == 0).all()


# --- M45: systems fail ---
def month_of_failure(grace, cash=9000):
    """A person with bills at two lenders lives through the failure of the first one's system."""
    s = household(PAY_LATER, PAY_LATER | {"platform": 1}, cash=yuan(cash),
                  platforms=[{"outage_reach": 1.0, "outage_grace": grace}, {}],
                  lines=[{"revolving": yuan(2000)}, {"revolving": yuan(3000)}])  # fmt: skip
    s.platforms[0].outage = 1
    contracts = s.products.reshape(1, -1)
    s.play(open_accounts, contracts=contracts)
    assert headroom(s.lines[0]) == 0, "nothing can be bought"
    s.play(plan_month)
    s.play(pay_bills)
    s.play(follow_up, contracts=contracts)
    return s


@pytest.mark.mechanism("M45")
def test_a_failure_makes_a_willing_person_late_and_grace_does_not_count_it():
    plain, kind = month_of_failure(0), month_of_failure(1)
    for s in (plain, kind):
        assert s.pay[0] == 0 < s.pay[1]
        assert s.lines[0].revolving >= yuan(2000), "it is still owed"
        assert s.borrower.cash >= s.lines[0].due, "the money is kept"
    assert (plain.lines[0].months_past_due, plain.lines[0].cause) == (1, CAUSES.index("locked out"))
    assert (kind.lines[0].months_past_due, kind.flow(ledger.LATE_FEES)) == (0, 0)
    assert plain.lines[1].months_past_due == kind.lines[1].months_past_due == 0


@pytest.mark.mechanism("M45")
@pytest.mark.parametrize("grace", [0, 1])
@pytest.mark.parametrize("cash", [200, 1000, 3200, 4000])
def test_a_bill_that_cannot_be_paid_takes_no_cash_from_another(grace, cash):
    s = month_of_failure(grace, cash)
    assert s.pay[0] == 0
    assert 0 <= s.pay[1] <= yuan(3045)
    assert s.pay[1] == min(yuan(cash), s.pay[1]) >= min(yuan(cash), yuan(304.5))
    assert s.lines[1].months_past_due == (s.pay[1] < yuan(304.5))


@pytest.mark.mechanism("M45")
def test_a_failure_makes_people_late_for_a_month_and_grace_removes_it():
    """All systems fail in January 2018. Most of those late are current a month later; some never recover, since they
    lived from their lines."""

    def late(grace):
        down = [Change("down", "outage", 1, "2018-01", "2018-02")]
        on, off = worlds(
            {"platforms": {"outage_reach": 1.0, "outage_grace": grace}, "changes": down}, months=20, borrowers=3000
        )
        by_month = [by_platform(models[0], "m1_fen", add=True).sum(0) for models in (on, off)]
        return *by_month, on[0], off[0]

    on, off, model, calm = late(grace=0)
    assert (on[:12] == off[:12]).all()
    assert on[12] > 20 * off[12]
    assert on[13] < 0.1 * on[12]
    assert total(model, "locked_out") > 0 == total(calm, "locked_out")
    assert default_count(model) > default_count(calm)
    excused, _, forgiven, _ = late(grace=1)
    assert excused[12] <= 1.2 * off[12]
    assert excused[13] < 2.0 * off[13]
    assert default_count(forgiven) < 1.1 * default_count(calm)
