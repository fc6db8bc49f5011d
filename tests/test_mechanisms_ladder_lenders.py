"""What lenders do about arrears and what it costs them: profit, capital, hardship plans, calls, the band."""

import numpy as np
import pytest
from paired import d90, flows, total, worlds
from scenes import CASH, PAY_LATER, Scene, household, yuan
from test_mechanisms_ladder import hard, pair

from sim import ledger
from sim import tally as row
from sim.lender import FAILED, LENDING, STOPPED
from sim.line import CHARGED_OFF, FROZEN, IN_PLAN, NONE, OPEN, is_registered
from sim.month import relieve
from sim.month_end import add_up_platform
from sim.policy import Change
from sim.records import RESULT_DTYPE, blank
from sim.rules.approve import approve
from sim.rules.bill import bill
from sim.rules.collect import age
from sim.rules.fund import fund
from sim.rules.negotiate import keep_plan, negotiate, queue


# --- M61, M102: profit, capital and exit ---
def month_end(capital, charged_off, **terms):
    """A platform's month in which nothing happens but a charge-off, with a book of 100,000 yuan, all its own."""
    free = {"funding_apr": 0, "operating_cost": 0, "own_share": 1.0, "capital_share": 0.10, "capital_required": 0.04}
    s = Scene(PAY_LATER, platforms=[free | terms])
    s.platforms[0].capital = yuan(capital)
    s.tally.books[0, row.BALANCE] = yuan(100_000)
    s.tally.flows[ledger.CHARGE_OFFS, 0] = yuan(charged_off)
    result = blank(1, RESULT_DTYPE)[0]
    add_up_platform(0, s.products, s.tally.books, result, s.tally.flows)
    s.play(fund, result=result)
    return s


@pytest.mark.mechanism("M61")
def test_a_charge_off_falls_on_capital_yuan_for_yuan():
    before, after = (month_end(10_000, loss).platforms[0].capital for loss in (0, 3000))
    assert before - after == yuan(3000)
    shared = month_end(10_000, 3000, own_share=0.2).platforms[0].capital
    assert yuan(10_000) - shared == yuan(600)  # partners bear the rest


@pytest.mark.mechanism("M61")
def test_provisions_take_the_loss_early_and_give_it_back():
    """Capital differs by what is set aside, no more, as long as nothing is paid out or put in."""
    cautious = hard() | {"platforms": {"provision_late": 0.3, "provision_default": 0.8}}
    provided, plain = pair(cautious, months=12, borrowers=3000)
    gap = plain.market.platforms.capital - provided.market.platforms.capital
    assert (provided.market.platforms.provisions > 0).all()
    assert np.abs(gap - provided.market.platforms.provisions).max() <= 12  # a fen of rounding a month


@pytest.mark.mechanism("M102")
def test_a_platform_stops_below_its_required_capital_and_fails_only_when_losses_exceed_it():
    states = [int(month_end(10_000, loss).platforms[0].state) for loss in (0, 5000, 7000, 10_000, 10_001)]
    assert states == [LENDING, LENDING, STOPPED, STOPPED, FAILED]
    rescued, gone = (month_end(10_000, loss, recapitalisation=1.0) for loss in (7000, 10_001))
    # owners put in what is missing before the month is judged: 7,000 of 10,000
    assert (rescued.platforms[0].state, rescued.flow(ledger.CAPITAL_IN)) == (LENDING, yuan(7000))
    assert (gone.platforms[0].state, gone.flow(ledger.CAPITAL_IN)) == (LENDING, yuan(10_001))


@pytest.mark.mechanism("M102")
def test_platforms_exit_only_when_losses_are_above_their_capital():
    def failed(hazard, capital, **terms):
        on = {"parameters": {"job_loss_hazard": hazard}, "platforms": {"capital_share": capital, **terms}}
        return int((worlds(on, on, borrowers=3000)[0][0].market.platforms.state == FAILED).sum())

    assert (failed(0.0072, 0.10), failed(0.05, 1.0)) == (0, 0)
    assert failed(0.05, 0.10) > 2
    assert failed(0.05, 0.10, recapitalisation=1.0) == 0  # owners who pay keep it alive


# --- M63, M69, M70: plans ---
def with_plan(extension, relief, **terms):
    """A person two months late with 12,000 yuan who is given a plan, and the bill of the month after."""
    late = {"revolving": yuan(9000), "purchases": yuan(3000), "due": yuan(2000), "months_past_due": 2, "state": FROZEN}
    s = household(PAY_LATER | {"instalment_rate": 0.01, "late_fee": 0.0} | terms,
                  lines=[late], parameters={"plan_request_hazard": 1.0},
                  platforms=[{"plan_acceptance": 1.0, "plan_extension": extension, "plan_relief": relief}])  # fmt: skip
    s.platforms[0].plan_reach = 1.0
    s.play(negotiate, lender=s.platforms[0])
    assert (s.lines[0].state, s.lines[0].months_past_due) == (IN_PLAN, 0)
    s.products["most_rate"] = 1.0
    s.play(bill, holiday=False)
    return s


@pytest.mark.mechanism("M63")
def test_a_plan_extends_or_writes_interest_down_and_each_lowers_the_bill_in_its_own_way():
    assert with_plan(12, 0.0).lines[0].due == yuan(1000 + 120)
    assert with_plan(24, 0.0).lines[0].due == yuan(500 + 120)
    assert with_plan(12, 0.5).lines[0].due == yuan(1000 + 60)
    assert with_plan(12, 1.0).lines[0].due == yuan(1000)
    assert with_plan(12, 0.0, minimum_share=1.0).lines[0].due == yuan(1120)  # a plan asks for all its interest


@pytest.mark.mechanism("M63")
def test_a_plan_that_is_broken_ends_and_bars_the_next_for_a_year():
    s = with_plan(12, 0.5)
    line = s.lines[0]
    for unpaid in (0, yuan(1060)):
        s.play(age, paid=0, unpaid_before=unpaid)
        s.play(keep_plan)
        line.due += yuan(1060)
    assert (line.state, line.relief, line.wait) == (FROZEN, 0, 12)
    assert (s.tally.books[0, row.RELIEVED_BROKEN], s.tally.books[0, row.EXTENDED_BROKEN]) == (1, 0)
    s.play(negotiate, lender=s.platforms[0])
    assert line.state == FROZEN
    line.wait = 0
    s.play(negotiate, lender=s.platforms[0])
    assert line.state == IN_PLAN
    line.instalment = line.revolving = line.due = 0
    s.play(keep_plan)
    assert line.state == OPEN


ASKING = {"plan_request_hazard": 0.5}


def plans(extension=12, relief=0.0, acceptance=0.8, **terms):
    """Hard times in which lenders agree to plans."""
    terms |= {"plan_acceptance": acceptance, "plan_extension": extension, "plan_relief": relief}
    return hard(**ASKING) | {"platforms": terms}


@pytest.mark.mechanism("M63", "M69")
def test_plans_lower_default_while_they_run_and_broken_ones_are_counted_by_type():
    for relief, kind, other in ((0.0, "extended", "relieved"), (0.5, "relieved", "extended")):
        agreed, none = pair(plans(relief=relief))
        assert d90(agreed) < 0.8 * d90(none)
        assert total(agreed, f"plans_{kind}") > total(agreed, f"{kind}_broken") > 0
        assert total(agreed, f"plans_{other}") == total(agreed, f"{other}_broken") == 0


def broken(extension, relief=0.0, months=60, **parameters):
    """Share of the plans agreed in the first half-year that have been broken after so many months."""
    offer = [Change("plans", "restructuring", 0.9, "2017-01", until="2017-07")]
    terms = {"plan_extension": extension, "plan_relief": relief}
    behaviour = {"parameters": {"funding_channel": 0, "plan_request_hazard": 0.9} | parameters}
    (model,), _ = worlds(behaviour | {"platforms": terms, "changes": offer}, borrowers=8000, months=months)
    agreed = total(model, "plans_extended") + total(model, "plans_relieved")
    return (total(model, "extended_broken") + total(model, "relieved_broken")) / agreed


@pytest.mark.mechanism("M63")
def test_a_write_down_lowers_re_default_and_an_extension_may_raise_it():
    """As Dobbie and Song 2020 found: what is owed matters, and a longer plan is longer at risk of the next shock.

    An extension does help where it turns a bill that cannot be paid into one that can, as long as it is short or looked
    at early: after a year. Both signs are reached.
    """
    uncertain = {"job_loss_hazard": 0.03}
    long = broken(60, **uncertain)
    assert broken(60, relief=1.0, **uncertain) < long
    assert long > 1.3 * broken(12, **uncertain)
    assert broken(24, months=9, **uncertain) < 0.95 * broken(3, months=9, **uncertain)


def test_a_workout_settles_all_debts_in_default_and_leaves_the_others_alone():
    late, gone = {"revolving": yuan(100), "months_past_due": 4}, {"revolving": yuan(70), "state": CHARGED_OFF}
    s = Scene(*[PAY_LATER | {"platform": p} for p in range(4)], lines=[late, gone, late | {"months_past_due": 3}, {}],
              parameters={"workout_hazard": 1.0})  # fmt: skip
    for k in range(4):
        s.play(relieve, k=k)
    assert s.lines["settled"].tolist() == [1, 1, 0, 0]
    assert s.lines["state"].tolist() == [CHARGED_OFF, CHARGED_OFF, OPEN, OPEN]
    assert s.tally.flows[ledger.CHARGE_OFFS].tolist() == [yuan(100), 0, 0, 0, 0]  # the last is of no product
    assert s.tally.books[:, row.WORKED_OUT].tolist() == [1, 1, 0, 0]
    assert not any(is_registered(line) for line in s.lines)


def test_workouts_take_people_off_the_register_and_cost_lenders_what_they_had_not_written_off():
    relief = hard() | {"changes": [Change("relief", "workouts", 0.2, "2017-07")]}
    relieved, plain = pair(relief, months=12, borrowers=6000)
    registered = [int(world.history.last("economy", row.DELINQUENT)) for world in (relieved, plain)]
    assert registered[0] < 0.6 * registered[1]
    assert total(relieved, "worked_out") > 0 == total(plain, "worked_out")
    assert flows(relieved, "charge-offs") > 1.2 * flows(plain, "charge-offs")


@pytest.mark.mechanism("M69")
def test_with_a_queue_the_wait_for_a_plan_grows_and_those_who_got_one_default_less():
    s = Scene(PAY_LATER, platforms=[{"plan_capacity": 2.0}])
    s.play(queue, accounts=1000, requests=8)
    assert s.platforms[0].plan_reach == 0.25
    quick, none = pair(plans(), months=10)
    slow, _ = pair(plans(plan_capacity=2.0), months=10)
    tries = [total(world, "plan_requests") / total(world, "plans_extended") for world in (quick, slow)]
    assert tries[1] > 2 * tries[0]
    # the same lines in the two worlds: who has a plan, or has broken one, and what became of them without
    accepted = (quick.market.lines.state == IN_PLAN) | (quick.market.lines.wait > 0)
    gone = [
        ((lines.months_past_due >= 4) | (lines.state == CHARGED_OFF))[accepted].mean()
        for lines in (quick.market.lines, none.market.lines)
    ]
    assert gone[0] < 0.7 * gone[1]


@pytest.mark.mechanism("M70")
def test_an_adviser_gets_more_plans_accepted_and_wrongful_fees_back():
    wrong = {"wrongful_fee_hazard": 0.02, "plan_acceptance": 0.4, "plan_extension": 12}
    advised, alone = pair(hard(**ASKING, adviser_share=1.0) | {"platforms": wrong},
                          hard(**ASKING) | {"platforms": wrong})  # fmt: skip
    accepted = [total(world, "plans_extended") / total(world, "plan_requests") for world in (advised, alone)]
    assert accepted[0] == pytest.approx(1.5 * accepted[1], rel=0.1)
    assert flows(advised, "fees refunded") > flows(alone, "fees refunded") == 0
    kept = [total(world, "wrongful_fees_fen") - 100 * flows(world, "fees refunded") for world in (advised, alone)]
    assert kept[0] < 0.7 * kept[1]


# --- M96, M97: what control costs ---
def profit(model):
    """What all lenders and their partners earned, in fen."""
    earned = ("interest charged", "late fees charged", "draw fees charged", "merchant fees", "recoveries")
    spent = ("charge-offs", "funding cost", "operating cost", "cost of control", "collection commissions")
    return sum(flows(model, name) for name in earned) - sum(flows(model, name) for name in spent)


@pytest.mark.mechanism("M96")
def test_profit_is_largest_at_some_calls_neither_none_nor_as_many_as_possible():
    behaviour = hard(call_effect=2.0, family_help_hazard=0.3, peers_channel=0, jobs_channel=0)

    def called(calls):
        (world,), _ = worlds(behaviour | {"platforms": {"calls": calls, "call_cost": 2.0}}, borrowers=12_000)
        return world

    none, some, many = (called(calls) for calls in (0.0, 4.0, 20.0))
    assert profit(some) > 1.02 * profit(none)
    assert profit(some) > 1.01 * profit(many)
    assert d90(many) < d90(some) < d90(none)
    assert flows(many, "cost of control") > 3 * flows(some, "cost of control") > 0


@pytest.mark.mechanism("M97")
def test_automation_makes_a_decision_cheaper_and_frees_it_of_human_error():
    by_hand, by_machine = pair({"platforms": {"manual_share": 1.0}}, {"platforms": {"manual_share": 0.0}})
    cost = [flows(world, "cost of control") / total(world, "applications") for world in (by_hand, by_machine)]
    assert (cost[0], cost[1]) == (pytest.approx(30), 0.0)

    def refused(manual_share, error):
        """Of 400 people who are good enough by 0.05 points, those who are refused."""
        s = Scene(CASH, parameters={"manual_error": error, "score_income": 0.5}, lines=[{"state": NONE}],
                  platforms=[{"signal_noise": 0, "approval": 0.25, "manual_share": manual_share}])  # fmt: skip
        count = 0
        for person in range(400):
            s.borrower.id, s.lines[0].state = person, NONE
            count += 1 - s.play(approve)
        return count

    assert (refused(0.0, 0.1), refused(1.0, 0.0)) == (0, 0)
    assert 80 < refused(1.0, 0.1) < 170  # half a standard deviation below: 31 % of 400


# --- M99: the band ---
def one_lender():
    """One lender with capital for anything, whose line is bought on and drawn."""
    terms = {"buys": 1, "acceptance": 0.4, "lends_cash": 0.5, "reach": 0.8, "limit_income": 2.0, "target_use": 0.6,
             "call_in_after": 2}  # fmt: skip
    shop = {"own_share": 0.1, "capital_share": 1.0, "capital_required": 0.0, "calls": 2.0, "target_delinquency": 0.02}
    return [{"name": "shop"} | shop], [{"name": "line", "platform": "shop"} | terms]


@pytest.mark.mechanism("M99")
def test_delinquency_returns_to_its_band_after_a_small_shock_and_not_after_a_large_one():
    """The band is 1.6-2.4 %; job losses rise for good after two years. What steers it back is collection.

    Thresholds alone do not: a stricter lender's book shrinks, which raises the share that is late, and the score says
    little of who will lose work. So the largest tightening is small here.
    """
    behaviour = {"tighten_delinquency": 0, "tighten_capital": 0, "tighten_spread": 0, "tighten_most": 0.03,
                 "jobs_channel": 0, "peers_channel": 0, "call_effect": 5.0, "belt_tightening": 0.3}  # fmt: skip

    def later(multiple, control):
        """Delinquency in the last two years of six, mean of two worlds."""
        shock = [Change("shock", "job_loss_multiple", multiple, "2019-01")]
        on = {"parameters": behaviour, "platforms": {"band_control": control}, "changes": shock}
        models, _ = worlds(on, borrowers=8000, months=72, seeds=(1, 2), market=one_lender)
        return np.mean([model.tables()["monthly"]["delinquency"][-24:] for model in models])

    small, large = 1.5, 6.0
    assert 0.016 < later(small, control=0.009) < 0.024 < later(small, control=0.0)
    assert later(large, control=0.009) > 0.040
