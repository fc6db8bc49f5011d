"""What happens to who does not pay: reminders, fees, calls, agencies, records, plans; and what it costs the lender."""

import pytest
from markets import default_market, differences, everything
from paired import flows, total, worlds
from scenes import CASH, PAY_LATER, Scene, household, yuan

from sim import ledger
from sim import tally as row
from sim.lender import calls_made
from sim.line import CHARGED_OFF, FROZEN, NONE, OPEN, SOLD, headroom
from sim.policy import Change
from sim.rules.approve import approve
from sim.rules.collect import age, ration_calls, recover, sell
from sim.rules.pay import pay_bills

#: Work is lost four times as often as by default, and lenders do not answer, so that lateness is what differs.
HARD = {"job_loss_hazard": 0.03, "family_help_hazard": 0.05, "funding_channel": 0}


def hard(**parameters):
    """Hard times with other behaviour."""
    return {"parameters": HARD | parameters}


def pair(on, off=None, **size):
    """One world of each, of 12,000 people unless said otherwise; off left out is plain hard times."""
    (one,), (other,) = worlds(on, off or hard(), **{"borrowers": 12_000} | size)
    return one, other


def share_moved(model, was, now):
    """Share of the lines in one bucket that are in another a month later."""
    moves = model.tables()["transitions"]
    here = moves["from_bucket"] == was
    return moves["accounts"][here & (moves["to_bucket"] == now)].sum() / moves["accounts"][here].sum()


def in_debt(**who):
    """A person who owes 80,000 yuan, more than a year of wage, with a bill of 1,000 yuan that could be paid."""
    terms = {"late_fee": 0.01, "reporting": 0.5}
    rules = {"strategic_share": 0.2, "reminder_effect": 1.0} | who.pop("parameters", {})
    line = {"limit": yuan(90_000), "revolving": yuan(80_000), "due": yuan(1000), "trust": 100} | who.pop("line", {})
    s = household(PAY_LATER | terms | who.pop("terms", {}), parameters=rules, lines=[line], cash=yuan(5000), **who)
    s.plan.minimum = s.pay[0] = yuan(1000)
    return s


def stops_paying(**who):
    """Whether that person chooses to pay nothing."""
    s = in_debt(**who)
    s.play(pay_bills)
    assert s.pay[0] in (0, yuan(1000))
    return s.pay[0] == 0


def generous():
    """A market where people come to owe more than a year of wage, so that some choose to stop paying."""
    platforms, products = default_market()
    return platforms, [terms | {"limit_income": 12.0, "limit_high": 500_000, "target_use": 0.9} for terms in products]


WILLING = {"strategic_share": 0.2, "job_loss_hazard": 0.03, "funding_channel": 0}


def chosen_defaults(model):
    """Defaults of people who could have paid."""
    return int((model.tables()["defaults"]["cause"] == "chose").sum())


# --- M53: late fees ---
@pytest.mark.mechanism("M53")
def test_a_missed_bill_is_counted_and_costs_a_fee_on_what_is_past_due():
    s = household(PAY_LATER | {"late_fee": 0.015}, lines=[{"revolving": yuan(5000), "due": yuan(1000)}])
    s.play(age, paid=0, unpaid_before=0)
    assert (s.lines[0].months_past_due, s.lines[0].state) == (1, FROZEN)
    assert (s.lines[0].due, s.lines[0].revolving) == (yuan(1015), yuan(5015))
    assert s.flow(ledger.LATE_FEES) == yuan(15)


def late_balance(world, buckets=(2, 3, 4)):
    """Share of the balance that is 30 or more days late, or in other buckets, all months."""
    return sum(total(world, f"m{n}_fen") for n in buckets) / total(world, "balance_fen")


@pytest.mark.mechanism("M53", "M55")
def test_late_fees_and_penalties_make_late_debts_larger_and_less_of_them_is_recovered():
    fined, free = pair(hard() | {"products": {"late_fee": 0.02, "penalty_rate": 0.05}},
                       hard() | {"products": {"late_fee": 0.0}})  # fmt: skip
    assert late_balance(fined) > 1.05 * late_balance(free)
    assert late_balance(fined, (4,)) > 1.10 * late_balance(free, (4,))
    assert (flows(fined, "late fees charged") > 0, flows(free, "late fees charged")) == (True, 0)
    recovered = [flows(world, "recoveries") / flows(world, "charge-offs") for world in (fined, free)]
    assert recovered[0] < recovered[1]


# --- M54: reminders ---
@pytest.mark.mechanism("M54")
def test_reminders_bring_back_who_forgot_and_do_nothing_for_who_cannot_pay():
    """A month is the shortest step, so what a reminder saves shows in lines that are late a second month."""
    reminded, not_reminded = pair(hard(reminder_effect=0.9), hard(reminder_effect=0.0))
    assert share_moved(reminded, "M1", "M2") < 0.98 * share_moved(not_reminded, "M1", "M2")
    attentive = {"products": {"forget_hazard": 0.0}}
    placebo = pair(hard(reminder_effect=0.9) | attentive, hard(reminder_effect=0.0) | attentive, borrowers=2000)
    assert not differences(*(everything(world) for world in placebo))


@pytest.mark.mechanism("M54")
def test_the_wording_of_a_reminder_wins_people_back_or_turns_them_away():
    """Both signs are possible, as in the field: Du, Li, Lu and Lu 2020."""
    late = {"months_past_due": 1, "state": FROZEN, "months_on_book": 12}

    def stops(stigma, appeal, line=late, **rules):
        return stops_paying(stigma=stigma, line=line, parameters={"reminder_appeal": appeal} | rules)

    assert (stops(0.15, 0.0), stops(0.15, 0.5), stops(0.15, -0.5)) == (True, False, True)
    assert (stops(0.25, 0.0), stops(0.25, 0.5), stops(0.25, -0.5)) == (False, False, True)
    assert stops(0.15, 0.5, line={})  # nobody reminds who is not late
    # a relationship: only who has been a client for long listens
    assert not stops(0.15, 0.5, reminder_relationship=1.0)
    assert stops(0.15, 0.5, late | {"months_on_book": 0}, reminder_relationship=1.0)
    assert not stops(0.15, 0.5, late | {"months_on_book": 0}, reminder_relationship=0.0)


# --- M55: penalty ---
@pytest.mark.mechanism("M55")
def test_a_penalty_deters_who_could_pay():
    """A bar of 0.2, divided by 1 + 5 * yearly penalty of 0.12 = 0.125."""
    assert stops_paying(stigma=0.15)
    assert not stops_paying(stigma=0.15, parameters={"penalty_deterrence": 5.0})
    assert stops_paying(stigma=0.12, parameters={"penalty_deterrence": 5.0})
    dear = {"products": {"penalty_rate": 0.05}}
    deterred, undeterred = pair({"parameters": WILLING | {"penalty_deterrence": 10.0}} | dear,
                                {"parameters": WILLING} | dear, market=generous, borrowers=6000)  # fmt: skip
    assert chosen_defaults(deterred) < 0.7 * chosen_defaults(undeterred)


@pytest.mark.mechanism("M55")
def test_a_cap_on_late_fees_holds_the_penalty():
    dear = {"products": {"penalty_rate": 0.08}}
    capped, free = pair(hard() | dear | {"changes": [Change("cap", "late_fee_cap", 0.02, "2017-01")]}, hard() | dear)
    assert flows(capped, "late fees charged") < 0.4 * flows(free, "late fees charged")


# --- M56: calls ---
@pytest.mark.mechanism("M56")
def test_calls_cure_more_lines_and_cost_complaints_and_money():
    service = {"call_effect": 2.0, "complaint_hazard": 0.3}
    called, left_alone = pair(hard(**service) | {"platforms": {"calls": 4.0, "call_cost": 2.0}}, hard(**service))
    assert share_moved(called, "M1", "current") > share_moved(left_alone, "M1", "current")
    assert total(called, "charge_offs") < total(left_alone, "charge_offs")
    assert total(called, "complaints") > total(left_alone, "complaints") == 0
    assert flows(called, "cost of control") > flows(left_alone, "cost of control") == 0


@pytest.mark.mechanism("M56")
def test_a_team_of_callers_has_a_capacity():
    s = Scene(PAY_LATER, platforms=[{"calls": 4.0, "call_capacity": 100.0}])
    s.play(ration_calls, accounts=1000, late_accounts=50)
    assert s.platforms[0].call_reach == 0.5  # 200 wanted, 100 made
    assert s.play(calls_made, lender=s.platforms[0]) == 2.0
    s.play(ration_calls, accounts=1000, late_accounts=10)
    assert s.platforms[0].call_reach == 1.0
    large, small = (worlds(hard(call_effect=2.0) | {"platforms": {"calls": 4.0, "call_cost": 2.0, "call_capacity": c}})
                    [0][0] for c in (1e6, 20.0))  # fmt: skip
    assert flows(small, "cost of control") < 0.5 * flows(large, "cost of control")
    assert share_moved(small, "M1", "current") < share_moved(large, "M1", "current")


# --- M57: third parties ---
@pytest.mark.mechanism("M57")
def test_a_third_party_recovers_more_of_what_was_written_off_but_keeps_a_part_and_costs_reputation():
    talked_of = {"reputation_loss": 20.0}
    placed, own = pair(hard(**talked_of) | {"products": {"placement_after": 10}}, hard(**talked_of), months=36)
    gain = flows(placed, "recoveries") - flows(own, "recoveries")
    net = gain - flows(placed, "collection commissions")
    assert 0 < net < gain
    assert placed.market.platforms.reputation.mean() < own.market.platforms.reputation.mean()


@pytest.mark.mechanism("M57")
def test_placed_too_early_a_third_party_keeps_more_than_it_adds():
    """On lines that are still on the book most of what it collects would have been paid anyway."""
    early, own = pair(hard() | {"products": {"placement_after": 2}, "platforms": {"calls": 1.0}},
                      hard() | {"platforms": {"calls": 1.0}})  # fmt: skip
    received = [sum(flows(world, name) for name in ("payments", "recoveries")) for world in (early, own)]
    assert flows(early, "collection commissions") > received[0] - received[1]


@pytest.mark.mechanism("M57")
def test_the_commission_is_due_on_every_payment_of_a_placed_debt_and_a_sold_claim_is_gone():
    s = Scene(PAY_LATER | {"placement_after": 3}, lines=[{"months_past_due": 3, "state": FROZEN}])
    s.play(age, paid=yuan(1000), unpaid_before=yuan(500))
    assert (s.lines[0].months_past_due, s.flow(ledger.COMMISSIONS)) == (0, yuan(300))
    claim = {"months_past_due": 12, "state": CHARGED_OFF, "revolving": yuan(1000), "limit": 0}
    s = Scene(PAY_LATER | {"sell_after": 12, "recovery_hazard": 1.0}, lines=[claim], cash=yuan(400))
    s.play(sell)
    assert (s.lines[0].state, s.flow(ledger.CLAIM_SALES)) == (SOLD, yuan(25))  # 5 % halved after a year
    s.play(recover)
    assert (s.flow(ledger.RECOVERIES), s.flow(ledger.BUYERS_RECOVERIES)) == (0, yuan(400))


# --- M58, M59: the bureau ---
#: Debts and history do not count, so that reports differ by what they say of lateness alone.
LATENESS_ALONE = HARD | {"score_burden": 0.0, "score_history": 0.0}


def approved(model):
    """Share of applications that were approved."""
    return total(model, "approvals") / total(model, "applications")


@pytest.mark.mechanism("M58", "M59")
def test_lateness_reported_to_the_bureau_costs_approvals_and_a_lag_delays_that():
    def world(reporting, lag=0.0):
        return {"parameters": LATENESS_ALONE | {"bureau_lag": lag}, "platforms": {"sees": 1.0},
                "products": {"reporting": reporting}}  # fmt: skip

    reported, hidden = pair(world(1.0), world(0.0))
    late, _ = pair(world(1.0, lag=24.0), world(0.0))
    assert approved(reported) < approved(late) < approved(hidden)


@pytest.mark.mechanism("M58")
def test_who_would_be_reported_pays_in_time():
    """A bar of 0.2, divided by 1 + 2 * reporting of 0.5 = 0.1; and a reported line is paid before another."""
    assert stops_paying(stigma=0.15)
    assert not stops_paying(stigma=0.15, parameters={"bureau_deterrence": 2.0})
    assert stops_paying(stigma=0.15, parameters={"bureau_deterrence": 2.0}, terms={"reporting": 0.0})
    deterred, undeterred = pair({"parameters": WILLING | {"bureau_deterrence": 5.0}}, {"parameters": WILLING},
                                market=generous, borrowers=6000)  # fmt: skip
    on_time = [total(world, "bills_in_time") / total(world, "bills") for world in (deterred, undeterred)]
    assert on_time[0] > on_time[1]
    assert chosen_defaults(deterred) < chosen_defaults(undeterred)


@pytest.mark.mechanism("M59")
def test_a_record_makes_the_next_loan_dearer_or_impossible():
    """The record costs 0.35 points of score: at 0.3 a year per point, 10.5 % a year."""

    def applies(threshold, **record):
        terms = CASH | {"risk_pricing": 0.3, "limit_low": 0}
        rules = {"score_late": 0.35, "score_income": 0.5}
        s = Scene(terms, parameters=rules, lines=[{"state": NONE}], record_sight=1.0, **record,
                  platforms=[{"signal_noise": 0, "sees": 1.0, "approval": threshold}])  # fmt: skip
        return s.play(approve), int(s.lines[0].markup)

    (_, clean), (_, recorded) = applies(-0.5), applies(-0.5, record_shown=1, bad_record=10)
    assert recorded - clean == 1050
    assert (applies(0.2)[0], applies(0.2, record_shown=1, bad_record=10)[0]) == (1, 0)


# --- M60: what happens to the line ---
@pytest.mark.mechanism("M60")
def test_arrears_freeze_the_line_and_cut_its_limit_from_a_set_month_on():
    terms = PAY_LATER | {"freeze_after": 2, "late_cut": 0.4, "late_fee": 0.0, "minimum_share": 0.1}
    s = household(terms, lines=[{"revolving": yuan(5000), "due": yuan(500)}])
    line, books = s.lines[0], s.tally.books[0]
    s.play(age, paid=0, unpaid_before=0)
    assert (line.state, line.limit, headroom(line)) == (OPEN, yuan(10_000), yuan(5000))
    line.due += yuan(500)
    s.play(age, paid=0, unpaid_before=yuan(500))
    assert (line.state, line.limit, line.limit_before) == (FROZEN, yuan(6000), yuan(10_000))
    assert books[row.REMOVED_LIMIT] == yuan(4000)
    line.due, line.revolving = 0, yuan(4000)
    s.play(age, paid=yuan(1000), unpaid_before=yuan(500))
    assert (line.state, headroom(line)) == (OPEN, yuan(2000))


@pytest.mark.mechanism("M60")
def test_a_cut_for_lateness_lowers_exposure_and_credit_for_those_who_recover():
    cut, kept = pair(hard() | {"products": {"late_cut": 0.5}})
    assert total(cut, "removed_limit_fen") > total(kept, "removed_limit_fen")
    assert total(cut, "limit_fen") < total(kept, "limit_fen")
    assert total(cut, "short_fen", "economy") > total(kept, "short_fen", "economy")


# --- M62: tone ---
@pytest.mark.mechanism("M62")
def test_a_humane_tone_costs_fewer_complaints_and_clients_and_may_cost_cures():
    hurt = {"call_effect": 2.0, "complaint_hazard": 0.3, "trust_loss": 0.2, "churn_hazard": 0.2, "humane_loss": 1.0}
    kind, harsh = pair(hard(**hurt) | {"platforms": {"calls": 4.0, "tone": 1.0}},
                       hard(**hurt) | {"platforms": {"calls": 4.0}})  # fmt: skip
    assert total(kind, "complaints") < 0.5 * total(harsh, "complaints")
    assert total(kind, "lines_left") < total(harsh, "lines_left")
    assert share_moved(kind, "M1", "current") < share_moved(harsh, "M1", "current")
    # where a kind voice is as convincing, cures are the same: whoever complains or leaves is left out here
    calm = hard(call_effect=2.0, humane_loss=0.0)
    kind, harsh = pair(calm | {"platforms": {"calls": 4.0, "tone": 1.0}}, calm | {"platforms": {"calls": 4.0}},
                       borrowers=2000)  # fmt: skip
    assert share_moved(kind, "M1", "current") == share_moved(harsh, "M1", "current")
