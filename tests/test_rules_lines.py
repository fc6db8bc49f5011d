"""One line's life in yuan and fen: billed, aged, frozen, cured, charged off, recovered, cut and given back."""

import pytest
from scenes import CARD, CASH, PAY_LATER, Scene, yuan

from sim.ledger import CHARGE_OFFS, INTEREST, LATE_FEES, RECOVERIES, fen
from sim.limit import deserved, give_limit, take_limit
from sim.line import CHARGED_OFF, FROZEN, NONE, OPEN, balance, bucket, cash_headroom, headroom, lend, lenders_owed
from sim.record import BUCKETS
from sim.rules.bill import bill
from sim.rules.borrow import draw
from sim.rules.collect import DEFAULTED, WRITTEN_OFF, age, charge_off, recover

TERMS = {"monthly_rate": 0.015, "instalment_rate": 0.01, "minimum_share": 0.10, "late_fee": 0.02, "freeze_after": 1,
         "call_in_after": 3, "charge_off_after": 6}  # fmt: skip


def billed(terms, **line):
    """A line after its bill: in yuan, what is due, what is billed, and the interest in it."""
    scene = Scene(TERMS | terms, lines=[line])
    scene.play(bill)
    after = scene.lines[0]
    return after.due / 100, after.revolving / 100, scene.flow(INTEREST) / 100


def test_money_is_rounded_to_the_fen_half_up():
    assert [fen(0.5), fen(0.49), fen(2.5), fen(1234.0)] == [1, 0, 3, 1234]


# --- the bill ---
def test_purchases_are_free_of_interest_until_they_are_due():
    assert billed(PAY_LATER, purchases=yuan(1000)) == (100, 1000, 0)


def test_what_is_carried_over_bears_interest_and_a_tenth_of_the_bill_is_due():
    assert billed(PAY_LATER, revolving=yuan(2000)) == (203, 2030, 30)


def test_what_was_not_paid_last_month_is_due_in_full_beside_the_minimum_of_the_rest():
    assert billed(PAY_LATER, revolving=yuan(1000), due=yuan(100)) == (191.50, 1015, 15)


def test_a_card_charges_purchases_from_posting_only_if_the_last_bill_was_not_paid_in_full():
    assert billed(CARD, purchases=yuan(1000)) == (100, 1000, 0)
    assert billed(CARD, purchases=yuan(1000), revolving=yuan(500)) == (152.25, 1522.50, 22.50)


def test_without_a_free_period_purchases_bear_interest_from_posting():
    assert billed(PAY_LATER | {"free_period": 0}, purchases=yuan(1000)) == (101.50, 1015, 15)


def test_an_instalment_is_due_in_full_and_of_its_interest_the_minimum():
    assert billed(PAY_LATER, instalment=yuan(1200), instalments_left=12) == (101.20, 112, 12)


def test_a_cash_loan_asks_for_instalment_and_interest_in_full():
    assert billed(CASH, instalment=yuan(1200), instalments_left=12) == (112, 112, 12)


def test_a_cash_loan_of_twelve_months_is_repaid_in_twelve_months_with_interest_on_what_is_left():
    scene = Scene(TERMS | CASH | {"term": 12})
    scene.play(draw, amount=yuan(1200))
    line, paid = scene.lines[0], []
    while balance(line) > 0:
        scene.play(bill)
        paid.append(line.due / 100)
        line.revolving -= line.due
        line.due = 0
    assert paid == [112 - month for month in range(12)]
    assert scene.flow(INTEREST) == yuan(78)


def test_an_instalment_of_an_odd_amount_loses_no_fen():
    scene = Scene(TERMS | CASH | {"instalment_rate": 0}, lines=[{"instalment": 1000, "instalments_left": 7}])
    line, paid = scene.lines[0], []
    while balance(line) > 0:
        scene.play(bill)
        paid.append(int(line.due))
        line.revolving = line.due = 0
    assert (sum(paid), len(paid)) == (1000, 7)
    assert paid == [143] * 6 + [142]


def test_a_line_that_is_called_in_asks_for_everything_still_owed():
    late = {
        "months_past_due": 3,
        "revolving": yuan(500),
        "due": yuan(300),
        "instalment": yuan(1000),
        "instalments_left": 10,
    }
    assert billed(PAY_LATER, **late) == (1517.50, 1517.50, 17.50)
    due, *_ = billed(PAY_LATER, **late | {"months_past_due": 2})
    assert due == 300 + 100 + 21.75  # arrears, an instalment, and a tenth of the other 217.50


# --- the line ---
def test_a_second_draw_joins_the_first_and_is_repaid_over_the_mean_of_the_two_terms():
    line = Scene(CASH, lines=[{"instalment": yuan(600), "instalments_left": 3}]).lines[0]
    lend(line, yuan(600), 12)
    assert (line.instalment, line.instalments_left) == (yuan(1200), 7)  # 7.5, rounded down
    line.instalments_left = 0  # the last instalment is on this month's bill
    lend(line, yuan(100), 6)
    assert (line.instalment, line.instalments_left) == (yuan(1300), 1)  # 0.46: at least one


@pytest.mark.parametrize(("fields", "unused"), [
    ({}, 3000), ({"state": FROZEN}, 0), ({"wait": 1}, 0), ({"limit": yuan(5000)}, 0), ({"state": NONE}, 0),
    ({"months_past_due": 1}, 3000),
])  # fmt: skip
def test_unused_credit_is_limit_less_balance_unless_frozen_or_suspended(fields, unused):
    owed = {"revolving": yuan(4000), "purchases": yuan(1000), "instalment": yuan(2000)}
    assert headroom(Scene(PAY_LATER, lines=[owed | fields]).lines[0]) == yuan(unused)


def test_only_the_cash_share_of_a_card_may_be_drawn():
    scene = Scene(CARD, lines=[{"instalment": yuan(2000), "revolving": yuan(1000)}])
    assert cash_headroom(scene.lines[0], scene.products[0]) == yuan(3000)  # half of 10,000 less 2,000 drawn
    scene.lines[0].revolving = yuan(7000)
    assert cash_headroom(scene.lines[0], scene.products[0]) == yuan(1000)


def test_two_lines_of_one_platform_are_one_lender():
    lines = [{"revolving": 1}, {"purchases": 1}, {"instalment": 1}, {"state": CHARGED_OFF, "revolving": 1}, {}]
    scene = Scene(*({"platform": p} for p in (0, 0, 1, 2, 3)), lines=lines)
    assert lenders_owed(scene.lines, scene.products) == 2


@pytest.mark.parametrize(("months", "state", "name"), [
    (0, OPEN, "current"), (1, FROZEN, "M1"), (6, FROZEN, "M6"), (9, FROZEN, "M7+"), (7, CHARGED_OFF, "charged off"),
])  # fmt: skip
def test_a_bucket_is_named_after_the_months_past_due(months, state, name):
    assert BUCKETS[bucket(Scene(CASH, lines=[{"months_past_due": months, "state": state}]).lines[0])] == name


# --- months past due ---
def aged(paid=0, before=0, terms=None, **line):
    """A line of 1,000 yuan after a payment of so many yuan, with so many past due before: its scene and the result."""
    scene = Scene(TERMS | PAY_LATER | (terms or {}), lines=[{"revolving": yuan(1000)} | line])
    scene.moved = scene.play(age, paid=yuan(paid), unpaid_before=yuan(before))
    if scene.moved == WRITTEN_OFF:
        scene.play(charge_off)
    return scene


def test_a_missed_minimum_makes_the_line_late_costs_a_fee_and_freezes_it():
    scene = aged(due=yuan(200))
    line = scene.lines[0]
    assert (line.months_past_due, line.state, scene.flow(LATE_FEES)) == (1, FROZEN, yuan(4))
    assert (line.due, line.revolving) == (yuan(204), yuan(1004))
    assert scene.borrower.lost_headroom == 0  # lateness of one's own is not a limit cut


def test_a_line_is_frozen_from_the_month_of_its_product():
    scene = aged(due=yuan(200), terms={"freeze_after": 2})
    assert scene.lines[0].state == OPEN
    scene.play(age, paid=0, unpaid_before=int(scene.lines[0].due) - yuan(50))
    assert scene.lines[0].state == FROZEN


def test_part_of_the_minimum_is_a_missed_payment_too():
    assert aged(paid=199, due=yuan(1)).lines[0].months_past_due == 1


def test_one_months_payment_holds_a_late_line_where_it_is_and_less_does_not():
    late = {"months_past_due": 1, "state": FROZEN, "before": 200}  # 200 past due, then 150 more were billed
    assert aged(paid=150, due=yuan(200), **late).lines[0].months_past_due == 1
    assert aged(paid=149, due=yuan(201), **late).lines[0].months_past_due == 2


def test_who_pays_nothing_falls_further_behind_even_if_the_month_billed_nothing_more():
    late = {"months_past_due": 1, "state": FROZEN, "terms": {"late_fee": 0}}
    assert aged(due=yuan(200), before=200, **late).lines[0].months_past_due == 2


def test_a_called_in_line_is_cured_by_payment_in_full_alone():
    late = {"months_past_due": 3, "state": FROZEN, "before": 200}
    assert aged(paid=999, due=yuan(1), **late).lines[0].months_past_due == 4
    assert aged(paid=1000, due=0, **late).lines[0].months_past_due == 0


def test_the_late_fee_of_a_called_in_line_is_on_its_minimum_payment_and_not_on_all_of_it():
    late = {"state": FROZEN, "due": yuan(1000), "revolving": yuan(1000), "instalment": yuan(500)}
    assert aged(**late, months_past_due=3).flow(LATE_FEES) == yuan(3)  # 2 % of a tenth of 1,500
    assert aged(**late, months_past_due=1).flow(LATE_FEES) == yuan(20)


def test_payment_of_all_that_is_due_cures_a_frozen_line():
    line = aged(paid=350, due=0, months_past_due=2, state=FROZEN, cause=3, months_clean=0).lines[0]
    assert (line.months_past_due, line.state, line.cause, line.months_clean) == (0, OPEN, 0, 1)


def test_a_late_payment_ends_the_run_of_clean_months():
    assert aged(due=1, months_clean=40).lines[0].months_clean == 0
    assert aged(due=0, months_clean=40).lines[0].months_clean == 41


def test_a_line_defaults_once_in_the_month_it_is_more_than_ninety_days_late():
    results = [aged(due=yuan(200), months_past_due=months, state=FROZEN, before=150).moved for months in range(6)]
    assert results == [0, 0, 0, DEFAULTED, 0, 0]


def test_past_the_charge_off_month_the_balance_becomes_a_claim():
    six = {"months_past_due": 6, "state": FROZEN, "due": yuan(1000), "terms": {"charge_off_after": 6}}
    scene = aged(**six, instalment=yuan(50), instalments_left=2)
    line = scene.lines[0]
    claim = yuan(1050 + 2.10)  # with a late fee of 2 % of the minimum share of 1,050
    assert (line.state, line.revolving, line.due, line.limit, line.instalment) == (CHARGED_OFF, claim, 0, 0, 0)
    assert scene.flow(CHARGE_OFFS) == claim
    assert aged(**six | {"months_past_due": 5}).lines[0].state == FROZEN


@pytest.mark.parametrize(("cash", "recovered"), [(100, 100), (5000, 300), (0, 0)])
def test_a_recovery_brings_its_share_of_the_claim_as_far_as_there_is_cash(cash, recovered):
    scene = Scene({"recovery_hazard": 1, "recovery_share": 0.6}, cash=yuan(cash),
                  lines=[{"state": CHARGED_OFF, "revolving": yuan(500)}])  # fmt: skip
    scene.play(recover)
    assert scene.flow(RECOVERIES) == yuan(recovered)
    assert scene.lines[0].revolving == yuan(500 - recovered)
    assert scene.borrower.cash == yuan(cash - recovered)


# --- limits ---
def test_a_limit_is_months_of_income_by_score_in_whole_hundreds_and_at_most_the_cap():
    product = Scene({"limit_income": 2, "limit_high": 20_000}).products[0]
    assert deserved(product, 0.5, yuan(6543)) == yuan(13_000)  # 13,086
    assert deserved(product, -0.7, yuan(6000)) == yuan(6000)  # a bad score gets half
    assert deserved(product, 1.0, yuan(6000)) == yuan(18_000)
    assert deserved(product, 1.5, yuan(6000)) == yuan(20_000)


def test_a_cut_takes_unused_credit_and_remembers_the_limit_before_the_first_cut():
    scene = Scene(CASH, lines=[{"revolving": yuan(7000)}])
    line = scene.lines[0]
    scene.rules.month = 9
    assert scene.play(take_limit, new_limit=yuan(6000)) == yuan(4000)
    assert (line.limit, line.limit_before, line.cut_month) == (yuan(6000), yuan(10_000), 9)
    assert scene.borrower.lost_headroom == yuan(3000)  # the 1,000 above the limit were not credit to lose
    scene.rules.month = 10
    scene.play(take_limit, new_limit=yuan(5000))
    assert (line.limit_before, scene.borrower.lost_headroom) == (yuan(10_000), yuan(3000))


@pytest.mark.parametrize(("terms", "helps"), [
    ({"lends_cash": 1.0}, 1.0), ({"lends_cash": 0.5, "acceptance": 0.4}, 0.5), ({"acceptance": 0.4}, 0.4), ({}, 0.0),
])  # fmt: skip
def test_credit_that_is_taken_is_missed_as_far_as_it_could_have_helped_and_given_back_as_far(terms, helps):
    scene = Scene(terms)
    scene.play(take_limit, new_limit=yuan(4000))
    assert scene.borrower.lost_headroom == yuan(6000 * helps)
    scene.play(give_limit, step=yuan(1000))
    assert scene.lines[0].limit == yuan(5000)
    assert scene.borrower.lost_headroom == yuan(5000 * helps)
    scene.play(give_limit, step=yuan(9000))
    assert scene.borrower.lost_headroom == 0  # never more than was taken
