"""Fraud, security, failures of systems and service, data, warnings, tracking, and investors who run: each against its
absence."""

from functools import cache

import numpy as np
import pytest
from markets import default_market, fingerprint
from paired import default_count, flows, worlds
from scenes import CASH, PAY_LATER, Scene, household, set_fields, yuan
from test_promises import in_another_process

from sim import ledger
from sim import tally as row
from sim.chance import TAKEOVER, uniform
from sim.lender import FAILED, LENDING, STOPPED
from sim.line import ALL_PERMISSIONS, CHARGED_OFF, OLDEST, headroom
from sim.model import CreditModel
from sim.month import follow_up, open_accounts
from sim.person import withholds_data
from sim.policy import Change
from sim.record import CAUSES
from sim.rules.complain import answer
from sim.rules.defraud import learn, overdraw, steal
from sim.rules.fund import fund
from sim.rules.invest import invest
from sim.rules.operate import expose, operate
from sim.rules.pay import pay_bills
from sim.rules.plan import plan_month
from sim.rules.review import review
from sim.rules.verify import verify
from sim.rules.warn import indicate, warn
from sim.rules.watch import watch
from sim.score import estimated_income, score

SHOCK = "2018-06"
JOBS_LOST = Change("jobs are lost", "job_loss_multiple", 6, SHOCK)


# --- measures ---
def total(model, column, table="monthly", platform=None):
    """The sum of a column over all months, of one platform or of all."""
    values = model.tables()[table]
    return float(values[column][_of(values, platform)].sum())


def charged_off(model, platform=None):
    """What was charged off, in yuan, by one platform or by all."""
    table = model.tables()["flows"]
    charges = np.where(table["flow"] == "charge-offs", table["amount_fen"], 0)
    return float(charges[_of(table, platform)].sum() / 100)


def _of(table, platform):
    return slice(None) if platform is None else table["platform"] == platform


def by_platform(model, column, add=False):
    """A column as [platform, month]: of the platform's first product, or summed over its products."""
    table = model.tables()["monthly"]
    values = table[column].reshape(len(np.unique(table["month"])), -1).astype(float)
    owners = np.array([platform for platform, _ in model.product_names])
    return np.array([values[:, owners == name].sum(1) if add else values[:, owners == name][:, 0]
                     for name in model.platform_names])  # fmt: skip


def mean_trust(model):
    """Mean trust over accounts and months, in percent."""
    return total(model, "trust") / total(model, "accounts")


def all_lower(on, off, measure):
    """Whether a measure is lower in every world with than in its pair without."""
    return all(measure(one) < measure(other) for one, other in zip(on, off, strict=True))


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
    on, off = worlds({"parameters": {"malicious_share": 0.03}}, months=18)
    assert total(on[0], "first_payment_defaults") > 5 * total(off[0], "first_payment_defaults")
    assert total(on[0], "fraud_loss_fen") > 0 == total(off[0], "fraud_loss_fen")
    slow, _ = worlds({"parameters": {"malicious_share": 0.03, "fraud_pace": 0.1}}, months=18)
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
        platforms, products, borrowers=6000, parameters={"impulse": 0.5, "job_loss_multiple": 3} | weights
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


# --- M48, M49: early warning ---
@pytest.mark.mechanism("M48")
def test_new_arrears_above_normal_give_the_alarm():
    s = Scene(PAY_LATER, platforms=[{"early_warning": 0.1}], parameters={"warning_rise": 0.5})
    platform = s.platforms[0]
    for arrears, indicator, alarm in ((20, 1.0, 0), (24, 1.2, 0), (40, 40 / 20.4, 1)):
        s.play(indicate, book=yuan(1000), new_arrears=yuan(arrears))
        assert platform.indicator == pytest.approx(indicator)
        s.play(warn, industry=1.0)
        assert platform.alarm == alarm
    assert platform.new_arrears == pytest.approx(0.0204 + 0.1 * (0.04 - 0.0204))
    platform.early_warning = 0.0
    s.play(warn, industry=1.0)
    assert platform.alarm == 0


@cache
def warned():
    """Worlds in which many jobs are lost: one lender has an early warning, in their pairs it has none."""
    on = {"lenders": {"facilitator": {"early_warning": 0.3}}, "parameters": {"warning_rise": 0.3}}
    return worlds(on | {"changes": [JOBS_LOST]}, {"changes": [JOBS_LOST]}, borrowers=12000, months=36, seeds=(1, 2))


def months_until_tight(model, name="facilitator"):
    """Months from the shock until a lender first tightens as far as it will."""
    tightening = by_platform(model, "tightening")[model.platform_names.index(name)]
    return int(np.argmax(np.append(tightening[17:] > 0.29, True)))


@pytest.mark.mechanism("M48")
def test_an_early_warning_acts_sooner_and_saves_a_lender_losses_at_the_price_of_false_alarms():
    on, off = warned()
    assert all_lower(on, off, months_until_tight)
    assert all_lower(on, off, lambda model: charged_off(model, "facilitator"))
    f = on[0].platform_names.index("facilitator")
    assert sum(by_platform(model, "alarm")[f, :17].sum() for model in on) > 0, "false alarms before the shock"
    assert not any(by_platform(model, "alarm").any() for model in off)


@pytest.mark.mechanism("M48")
def test_if_every_lender_acts_on_early_warnings_losses_rise():
    """What saves one lender does not save all: limits that everybody cuts at once are missing when bills are due."""
    shock = {"parameters": {"warning_rise": 0.3}, "changes": [JOBS_LOST]}
    on, off = worlds(shock | {"platforms": {"early_warning": 0.3}}, shock, months=36, seeds=(1, 2))
    assert all_lower(off, on, charged_off)


@pytest.mark.mechanism("M49")
def test_one_warning_for_all_makes_lenders_react_alike_and_cut_together():
    own = {"parameters": {"warning_rise": 0.3}, "platforms": {"early_warning": 0.3}}
    duty = Change("pooled", "industry_warning", 1.0, "2017-01")
    on, off = worlds(
        own | {"changes": [JOBS_LOST, duty]}, own | {"changes": [JOBS_LOST]}, borrowers=12000, months=36, seeds=(1, 2)
    )

    def spread(model):
        return by_platform(model, "alarm").std(0).mean()

    def together(model):
        """Mean correlation between platforms of the monthly growth of cuts, after the first year."""
        cuts = np.diff(np.log1p(by_platform(model, "removed_limit_fen", add=True)[:, 12:]))
        return np.corrcoef(cuts)[np.triu_indices(len(cuts), 1)].mean()

    assert all(spread(model) == 0 for model in on)
    assert all(spread(model) > 0.1 for model in off)
    assert all(together(one) > together(other) + 0.2 for one, other in zip(on, off, strict=True))


# --- M50: complaints are handled ---
@pytest.mark.mechanism("M50")
def test_a_desk_answers_what_it_can_and_wrong_answers_come_back():
    s = Scene(PAY_LATER, platforms=[{"complaint_capacity": 5, "service_error": 0.2}])
    platform = s.platforms[0]
    platform.complaints_open = 10
    s.play(answer, accounts=1000, complaints=10)
    assert platform.service == pytest.approx(0.2)  # five answered of twenty, one of them wrongly
    assert platform.complaints_open == 10, "who has waited for a month gives up"
    s.play(answer, accounts=10_000, complaints=10)
    assert platform.complaints_open == pytest.approx(4)  # all twenty answered, four of them wrongly


@pytest.mark.mechanism("M50")
def test_a_desk_that_is_too_small_answers_a_lasting_share_and_is_paid_for_what_it_answers():
    s = Scene(PAY_LATER, platforms=[{"complaint_capacity": 5, "complaint_cost": 20}])
    for _ in range(60):
        costs = s.flow(ledger.CONTROL_COST)
        set_fields(s.result, {"accounts": 1000, "complaints": 10})
        s.play(fund)
        s.play(answer, accounts=1000, complaints=10)
    assert s.platforms[0].complaints_open == 10
    assert s.platforms[0].service == pytest.approx(5 / 20)
    assert s.flow(ledger.CONTROL_COST) - costs == yuan(5 * 20)


@pytest.mark.mechanism("M50")
def test_more_staff_shorten_the_queue_and_training_spares_repeats():
    anger = {"complaint_hazard": 1.0, "trust_loss": 0.2}
    nuisance = {"monitor": 1.0, "monitor_false_alarm": 0.03}

    def compare(good, bad):
        on, off = worlds(
            {"parameters": anger, "platforms": nuisance | good}, {"parameters": anger, "platforms": nuisance | bad},
            months=12,
        )  # fmt: skip
        assert total(on[0], "complaints_open") < 0.2 * total(off[0], "complaints_open")
        assert total(on[0], "escalations") < 0.7 * total(off[0], "escalations")
        assert mean_trust(on[0]) > mean_trust(off[0])

    compare({"complaint_capacity": 50}, {"complaint_capacity": 5})
    compare({"complaint_capacity": 20, "service_error": 0.0}, {"complaint_capacity": 20, "service_error": 0.5})


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

    assert all_lower(on, off, lambda model: total(model, "approvals"))
    assert all_lower(on, off, lost_again)


# --- M52: lines are followed ---
@pytest.mark.mechanism("M52")
def test_a_warning_sign_brings_a_cut_at_once_and_never_a_raise():
    def limit_after(tracking, month, used, wage):
        s = Scene(PAY_LATER | {"tracking": tracking, "review_interval": 12}, month=month, wage=wage,
                  lines=[{"revolving": yuan(used), "months_clean": 12}])  # fmt: skip
        s.play(review)
        return int(s.lines[0].limit), s.tally.books[0, row.WARNINGS]

    poor, rich = yuan(1500), yuan(60000)
    assert limit_after(0.0, month=5, used=9500, wage=poor) == (yuan(10000), 0), "until its turn nothing happens"
    assert limit_after(0.0, month=12, used=9500, wage=poor) == (yuan(7000), 0)
    assert limit_after(1.0, month=5, used=9500, wage=poor) == (yuan(7000), 1)
    assert limit_after(1.0, month=5, used=5000, wage=poor) == (yuan(10000), 0), "no warning sign"
    assert limit_after(1.0, month=5, used=9500, wage=rich) == (yuan(10000), 1)
    assert limit_after(1.0, month=12, used=9500, wage=rich)[0] > yuan(10000)


@pytest.mark.mechanism("M52")
def test_following_its_lines_saves_a_lender_losses_and_costs_the_others_more():
    """People whose limit is cut at a warning sign can roll over less: who cuts loses less, all together more."""
    lines = [("incumbent", "pay-later"), ("incumbent", "cash")]
    on, off = worlds(
        {"terms": {line: {"review_interval": 12, "tracking": 1.0} for line in lines}},
        {"terms": {line: {"review_interval": 12} for line in lines}},
        borrowers=12000,
        months=36,
        seeds=(1, 2, 3),
    )
    assert all(total(model, "warnings") > 0 for model in on)
    assert all_lower(on, off, lambda model: charged_off(model, "incumbent"))
    assert all_lower(off, on, charged_off)


# --- M86: investors who run ---
@pytest.mark.mechanism("M86")
def test_fear_takes_funds_out_until_the_platform_stops_and_then_fails():
    s = Scene(PAY_LATER, platforms=[{"investors": 0.8, "run_sensitivity": 0.2}], parameters={"fear_memory": 0.8})
    platform = s.platforms[0]
    platform.book, platform.funds = yuan(1000), yuan(800)

    def month(shock, state):
        s.rules.news_shock = shock
        s.play(invest, news=0.0)
        assert platform.state == state
        return platform.funds

    assert month(0.0, LENDING) == yuan(800)
    assert month(0.2, LENDING) == yuan(768), "a little fear is paid out of repayments"
    platform.fear, platform.funds = 0.0, yuan(800)
    assert month(1.0, STOPPED) == yuan(640)
    assert month(1.0, STOPPED) == pytest.approx(yuan(409.6), abs=1)
    assert month(1.0, FAILED) == pytest.approx(yuan(409.6) * (1 - 0.2 * 2.44), abs=1)
    platform.fear, platform.funds, platform.state = 0.0, yuan(500), LENDING
    assert month(0.0, LENDING) == yuan(800), "when nobody is afraid, investors come back"


def many_p2p(count=6):
    """The default market with so many equal peer-to-peer lenders instead of one."""
    platforms, products = default_market()
    lender = next(terms for terms in platforms if terms["name"] == "p2p")
    product = next(terms for terms in products if terms["platform"] == "p2p")
    platforms = [terms for terms in platforms if terms is not lender]
    products = [terms for terms in products if terms is not product]
    terms = {"investors": 0.9, "run_sensitivity": 0.2}
    platforms += [lender | terms | {"name": f"p2p {i}"} for i in range(count)]
    return platforms, products + [product | {"platform": f"p2p {i}"} for i in range(count)]


def stops(model):
    """The months in which peer-to-peer lenders first stopped to lend, of those that did."""
    lending = by_platform(model, "lending")[[name.startswith("p2p") for name in model.platform_names]]
    return np.array([np.argmin(months) for months in lending if not months.all()])


@pytest.mark.mechanism("M86")
def test_after_a_news_shock_lenders_funded_by_investors_fail_together():
    news = {"changes": [Change("news", "news_shock", 1.0, "2018-01", "2018-03")]}
    on, off = worlds(news, months=36, market=many_p2p, seeds=(1, 2))
    for shocked, calm in zip(on, off, strict=True):
        assert (shocked.market.platforms["state"][-6:] == FAILED).all()
        assert stops(shocked).max() - stops(shocked).min() <= 1
        assert stops(calm).max() - stops(calm).min() >= 6
    run, _ = worlds({"parameters": {"news_weight": 1.0}}, months=36, market=many_p2p, seeds=(1, 2))
    for heard, calm in zip(run, off, strict=True):  # without any shock, the first to stop is news
        assert np.ptp(stops(heard)) < np.ptp(stops(calm))


# --- everything at once, compiled and plain ---
def test_with_everything_here_switched_on_a_compiled_market_and_a_plain_python_market_are_identical():
    on = {
        "parameters": {
            "malicious_share": 0.1, "fraud_pace": 0.5, "income_inflation": 1.0, "ring_adaptation": 0.5,
            "forged_share": 0.3, "takeover_hazard": 0.02, "opt_out": 0.5, "trust_gain": 0.01, "trust_loss": 0.2,
            "churn_hazard": 0.1, "complaint_hazard": 0.5, "score_behaviour": 0.1, "score_spending": 0.1,
            "data_limit": 0.5, "pooled_warning": 0.5, "warning_rise": 0.2, "news_weight": 1.0, "job_loss_hazard": 0.05,
        },
        "platforms": {
            "checks": 2, "check_months": 0.3, "income_check": 0.3, "uses_social": 0.5, "login_friction": 0.3,
            "monitor": 0.4, "outage_hazard": 0.2, "leak_hazard": 0.2, "wrongful_fee_hazard": 0.05,
            "service_error": 0.2, "early_warning": 0.1, "investors": 0.5, "run_sensitivity": 0.2,
        },
        "lenders": {"incumbent": {"outage_grace": 1}},
        "products": {"tracking": 0.5, "event_review": 1},
        "changes": [Change("news", "news_shock", 1.0, "2017-06", "2017-08")],
    }  # fmt: skip
    words = f"__import__('paired').worlds({on}, borrowers=60, months=12)[0][0]"
    (model,), _ = worlds(on, borrowers=60, months=12)
    assert in_another_process(words, NUMBA_DISABLE_JIT="1") == fingerprint(model)
    assert total(model, "fraud_loss_fen") >= 0 < total(model, "suspensions")
