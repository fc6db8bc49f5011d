"""Who is paid, how much and why not; and the heart of the market: when a payment is missed for want of money."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import CARD, CASH, PAY_LATER, Scene, household, yuan

from sim import ledger
from sim import tally as row
from sim.line import (
    ALL_PERMISSIONS,
    BORROW,
    CHARGED_OFF,
    FROZEN,
    NONE,
    OPEN,
    cash_headroom,
    headroom,
    is_called_in,
    is_on_book,
)
from sim.month import open_accounts, raise_cash
from sim.record import CAUSES
from sim.rules.convert import convert
from sim.rules.pay import _forgets, pay_bills
from sim.rules.plan import plan_month
from sim.rules.shop import shop


def cause(line):
    """Why the line's payment was missed, in words."""
    return CAUSES[line.cause]


# --- pay ---
def paying(*lines, cash, products=(PAY_LATER, PAY_LATER), planned=None, short=0, parameters=None, locked=0, excused=0,
           **person):  # fmt: skip
    """What is paid on each line, in yuan: due unless planned otherwise. Also the scene.

    Lines are called in after three months. locked, excused: one bit per line.
    """
    products = [{"call_in_after": 3} | terms for terms in products]
    s = household(*products, lines=lines, cash=yuan(cash), parameters=parameters, **person)
    s.plan.minimum = s.lines["due"][[not is_called_in(*pair) for pair in zip(s.lines, s.products, strict=True)]].sum()
    s.plan.short, s.plan.locked, s.plan.excused = yuan(short), locked, excused
    s.plan.minimum -= sum(int(line.due) for k, line in enumerate(s.lines) if excused & (1 << k))
    s.pay[:] = s.lines["due"] if planned is None else [yuan(amount) for amount in planned]
    s.play(pay_bills)
    return [s.flow(ledger.PAYMENTS, k) / 100 for k in range(len(s.lines))], s


OWES = {"revolving": yuan(1000), "due": yuan(200)}


def test_with_money_for_everything_every_planned_payment_is_made():
    paid, s = paying(OWES, OWES, cash=5000, planned=(1000, 200))
    assert paid == [1000, 200]
    assert (s.borrower.cash, s.lines[0].revolving, s.lines[0].due, s.lines[1].due) == (yuan(3800), 0, 0, 0)


def test_beyond_the_minimums_payments_match_what_is_still_planned_on_each_line():
    large = {"revolving": yuan(5000), "due": yuan(100)}
    paid, s = paying(large, large, cash=800, planned=(500, 900))
    assert paid == [300, 500]  # 600 beyond the minimums, on 400 and 800 planned
    assert s.borrower.cash == 0


def test_when_not_all_can_be_paid_the_bank_is_paid_first():
    paid, s = paying(OWES, OWES, cash=300, products=(PAY_LATER, PAY_LATER | {"consequence": 2}))
    assert paid == [100, 200]
    assert s.borrower.cash == 0


def test_when_not_all_can_be_paid_the_lender_that_cut_is_paid_last():
    cut = OWES | {"limit": yuan(1000)}
    assert paying(cut, OWES, cash=200)[0] == [0, 200]
    assert paying(OWES, cut, cash=200)[0] == [200, 0]
    assert paying(cut, OWES, cash=200, parameters={"relend_weight": 0})[0] == [200, 0]  # indifferent: in order


WITHDRAWN = {"instalment": yuan(900), "due": yuan(600), "permissions": ALL_PERMISSIONS & ~BORROW}
NEARLY_DRAWN = {"instalment": yuan(800), "due": yuan(500), "limit": yuan(1000)}


OWES_CASH = {"instalment": yuan(10_000), "due": yuan(150)}


def short_of(amount, *lines, stops=None, **parameters):
    """A person with 500 yuan who lacks this many yuan beside them, after cash is raised and bills are paid.

    stops: terms of the first lender, if it stopped lending cash.
    """
    s = household(CASH | (stops or {}), CASH, lines=lines, cash=yuan(500), parameters=parameters)
    s.plan.short, s.plan.minimum = yuan(amount), s.lines["due"].sum()
    s.pay[:] = s.lines["due"]
    s.play(raise_cash)
    s.play(pay_bills)
    return s


def test_who_cannot_pay_everybody_may_draw_nothing_for_a_lender_that_lends_no_more_and_pays_it_last():
    s = short_of(600, WITHDRAWN, NEARLY_DRAWN, triage_share=1)  # 200 within reach
    assert s.flow(ledger.DRAWS, 1) == 0
    assert (s.flow(ledger.PAYMENTS, 0), s.flow(ledger.PAYMENTS, 1)) == (0, yuan(500))
    assert s.plan.short == yuan(600)
    all_drawn = short_of(600, WITHDRAWN, NEARLY_DRAWN, triage_share=0)
    assert all_drawn.flow(ledger.DRAWS, 1) == yuan(200)
    assert all_drawn.plan.short == yuan(400)


def test_what_the_others_ask_for_is_still_raised():
    s = short_of(700, WITHDRAWN, NEARLY_DRAWN, triage_share=1)
    assert s.flow(ledger.DRAWS, 1) == yuan(100)
    assert s.flow(ledger.PAYMENTS, 1) == yuan(500)
    assert s.flow(ledger.PAYMENTS, 0) == yuan(100)  # what is over


@pytest.mark.parametrize("line", [{"limit": 0}, {"wait": 3}, {"state": FROZEN}])
def test_a_lender_that_cut_suspended_or_froze_the_line_is_not_expected_to_lend_again(line):
    s = short_of(600, {"instalment": yuan(900), "due": yuan(600)} | line, NEARLY_DRAWN, triage_share=1)
    assert (s.flow(ledger.PAYMENTS, 0), s.flow(ledger.PAYMENTS, 1)) == (0, yuan(500))


def test_who_could_pay_everybody_leaves_only_a_lender_that_has_stopped_lending_cash():
    paid = short_of(150, OWES_CASH, NEARLY_DRAWN, triage_share=1)
    assert (paid.flow(ledger.PAYMENTS, 0), paid.flow(ledger.PAYMENTS, 1)) == (yuan(150), yuan(500))
    left = short_of(150, OWES_CASH, NEARLY_DRAWN, stops={"lends_cash": 0.005}, triage_share=1)
    assert left.flow(ledger.DRAWS, 1) == 0
    assert (left.flow(ledger.PAYMENTS, 0), left.flow(ledger.PAYMENTS, 1)) == (0, yuan(500))


def test_a_lender_that_withdrew_cash_from_one_person_is_paid_by_who_can():
    s = short_of(150, WITHDRAWN | {"due": yuan(150)}, NEARLY_DRAWN, triage_share=1)
    assert s.flow(ledger.DRAWS, 1) == yuan(150)
    assert (s.flow(ledger.PAYMENTS, 0), s.flow(ledger.PAYMENTS, 1)) == (yuan(150), yuan(500))


def test_a_small_bill_on_a_large_balance_is_worth_most():
    small = {"revolving": yuan(1000), "due": yuan(20)}
    assert paying(OWES, small, cash=100)[0] == [80, 20]


CALLED_IN = {"state": FROZEN, "months_past_due": 3, "revolving": yuan(5000), "due": yuan(5000)}


def test_debt_that_is_called_in_is_paid_from_what_is_left_like_any_plan_beyond_the_minimums():
    bill = {"revolving": yuan(1000), "due": yuan(100)}
    assert paying(CALLED_IN, bill, cash=7000, planned=(5000, 1000))[0] == [5000, 1000]
    assert paying(CALLED_IN, bill, cash=1280, planned=(5000, 1000))[0] == [1000, 280]  # 1,180 on 5,000 and 900 planned
    assert paying(CALLED_IN, bill, cash=100, planned=(5000, 1000))[0] == [0, 100]


def test_debt_that_is_called_in_and_can_be_cleared_is_cleared_before_others_get_more_than_their_minimum():
    bill = {"revolving": yuan(1000), "due": yuan(100)}
    small = CALLED_IN | {"revolving": yuan(300), "due": yuan(300)}
    assert paying(CALLED_IN, bill, cash=5500, planned=(5000, 1000))[0] == [5000, 500]
    assert paying(bill, CALLED_IN, cash=5100, planned=(1000, 5000))[0] == [100, 5000]
    paid, _ = paying(CALLED_IN, bill, small, cash=1580, planned=(5000, 1000, 300), products=[PAY_LATER] * 3)
    assert paid == [1000, 280, 300]  # what is left, 1,180, on 5,000 and 900 planned


def test_debt_that_is_called_in_gets_nothing_while_minimums_are_unpaid():
    assert paying(CALLED_IN, OWES, cash=199)[0] == [0, 199]
    nearly = CALLED_IN | {"months_past_due": 2}
    assert paying(nearly, OWES, cash=300, parameters={"relend_weight": 0})[0] == [100, 200]  # 1 a yuan against 5


def test_debt_that_is_called_in_is_no_need_but_the_fen_planned_for_it_are_not_spent_at_will():
    def planned(line):
        s = household(CASH | {"call_in_after": 3}, CASH, lines=[line, {"revolving": yuan(500), "due": yuan(100)}],
                      cash=yuan(9000))  # fmt: skip
        s.play(plan_month)
        return s.plan.minimum / 100, s.plan.short / 100, (s.pay / 100).tolist(), s.plan.wants / 100

    # needs: 2,700 and 100; wants: 3,000 less 0.3 of what 9,000 lack for all bills and 5,700 of spending
    assert planned(CALLED_IN) == (100, 2700 - 8900, [5000, 100], 3000 - 0.3 * (5100 + 5700 - 9000))
    assert planned(CALLED_IN | {"months_past_due": 2})[:2] == (5100, 2700 - 3900)


def test_a_forgotten_bill_is_missed_though_it_could_be_paid_and_a_reminder_helps():
    s = household(PAY_LATER, lines=[OWES], cash=yuan(5000))
    s.products[0].forget_hazard = 1.0
    s.plan.minimum = s.pay[0] = yuan(200)
    s.play(pay_bills)
    assert (s.flow(ledger.PAYMENTS), cause(s.lines[0])) == (0, "forgot")
    s.lines[0].months_past_due = 1
    s.pay[0] = yuan(200)
    s.play(pay_bills)
    assert s.flow(ledger.PAYMENTS) == yuan(200)


def test_a_bill_of_a_lender_whose_system_fails_is_left_alone_and_all_others_are_paid_as_planned():
    """Money for the bill is kept in cash by those who have it."""
    paid, s = paying(OWES, OWES, cash=1200, planned=(1000, 1000), locked=0b01)
    assert paid == [0, 1000]
    assert (cause(s.lines[0]), s.borrower.cash) == ("locked out", yuan(200))
    paid, s = paying(OWES, OWES, cash=250, locked=0b01)
    assert paid == [0, 200]  # what cannot be paid to one lender is there for the other
    assert (cause(s.lines[1]), s.borrower.cash) == ("none", yuan(50))
    assert cause(s.lines[0]) != "locked out"  # there was no money for it anyway


def test_a_bill_turned_into_instalments_asks_for_less_and_never_for_more_than_is_still_billed():
    def converted(due, **line):
        s = household(PAY_LATER | {"converts": 0.5, "conversion_fee": 0.02, "term": 6}, cash=yuan(100),
                      lines=[{"revolving": yuan(1000), "due": yuan(due)} | line])  # fmt: skip
        s.plan.essentials, s.plan.minimum, s.plan.short = yuan(2700), yuan(due), yuan(2700)
        s.pay[0] = yuan(due)
        s.play(convert)
        after = s.lines[0]
        assert s.plan.minimum == after.due <= s.pay[0] <= after.revolving
        fee = s.flow(ledger.CONVERSION_FEES)
        assert s.plan.short == yuan(2700 - due) + after.due + fee  # which takes up room on the line
        assert fee == after.revolving + after.instalment - yuan(1000)
        return after.due / 100, after.revolving / 100, after.instalment / 100

    assert converted(100) == (50, 510, 500)
    assert converted(900) == (450, 510, 500)
    assert converted(100, permissions=1) == (100, 1000, 0)
    assert converted(100, state=FROZEN, months_past_due=1) == (100, 1000, 0)


RICH = {"revolving": yuan(80_000), "due": yuan(200), "limit": yuan(100_000)}  # more than a year of 6,000 yuan


@pytest.mark.parametrize(("stigma", "friends", "channel", "owed", "stops"), [
    (0.01, 0, 1, 80_000, True), (0.03, 0, 1, 80_000, False), (0.01, 0, 1, 70_000, False),
    (0.025, 3, 1, 80_000, False), (0.025, 4, 1, 80_000, True), (0.025, 4, 0, 80_000, False),
])  # fmt: skip
def test_who_owes_more_than_a_year_of_wage_and_feels_no_shame_may_choose_to_stop(stigma, friends, channel, owed, stops):
    choice = {"strategic_share": 0.02, "peer_effect": 0.08, "peers_channel": channel}
    paid, s = paying(RICH | {"revolving": yuan(owed)}, cash=5000, products=(PAY_LATER,), parameters=choice,
                     stigma=stigma, friends_in_default=friends)  # fmt: skip
    assert (paid, cause(s.lines[0])) == (([0], "chose") if stops else ([200], "none"))


@pytest.mark.parametrize(("why", "person", "expense"), [
    ("job loss", {"jobless": 2, "income": yuan(1500), "lost_headroom": yuan(500)}, 9000),
    ("job loss", {"jobless": 1, "income": yuan(5999)}, 0),  # whatever the amount
    ("unplanned expense", {"lost_headroom": yuan(500), "income": yuan(5000)}, 500),
    ("limit cut", {"lost_headroom": yuan(500), "income": yuan(5000)}, 499),
    ("income dip", {"lost_headroom": yuan(499), "income": yuan(5500)}, 499),
    ("debt service", {"lost_headroom": yuan(499), "income": yuan(5501)}, 499),
])  # fmt: skip
def test_the_cause_of_a_shortfall_is_the_first_that_is_as_large_as_it_shocks_before_credit(why, person, expense):
    s = household(PAY_LATER, lines=[OWES], **person)
    s.plan.minimum, s.plan.short, s.plan.expense = yuan(200), yuan(500), yuan(expense)
    s.play(pay_bills)
    assert cause(s.lines[0]) == why


def late(why, **line):
    """A line one month behind, for a reason."""
    return OWES | {"state": FROZEN, "months_past_due": 1, "cause": CAUSES.index(why)} | line


def test_the_cause_is_that_of_the_first_missed_payment_of_a_spell_unless_that_was_forgotten():
    _, s = paying(late("income dip"), late("forgot"), OWES, cash=0, short=600, products=[PAY_LATER] * 3)
    assert [cause(line) for line in s.lines] == ["income dip", "debt service", "debt service"]
    _, s = paying(late("forgot"), OWES, cash=0, short=400, jobless=2)
    assert [cause(line) for line in s.lines] == ["job loss", "job loss"]


def test_a_line_forgotten_twice_was_forgotten():
    always = PAY_LATER | {"forget_hazard": 0.1}
    forgets = next(seed for seed in range(1000) if Scene(always, lines=[OWES], seed=seed, parameters={
        "reminder_effect": 0.0}).play(_forgets) == 0)  # fmt: skip
    _, s = paying(late("forgot"), cash=5000, products=(always,), parameters={"reminder_effect": 0.0}, seed=forgets)
    assert cause(s.lines[0]) == "forgot"


def test_a_debt_that_was_forgotten_until_it_was_called_in_keeps_a_cause():
    _, s = paying(late("forgot", months_past_due=3, due=yuan(1000)), cash=300, products=(PAY_LATER,))
    assert s.lines[0].due == yuan(700)
    assert cause(s.lines[0]) in ("forgot", "debt service")


# --- the heart: a payment is missed for want of money if and only if needs exceed everything within reach ---
# Needs are necessities and the minimum payments of lines that have not been called in.
LENDERS = (PAY_LATER, CARD | {"platform": 1}, CASH | {"platform": 2}, CASH | {"platform": 3, "instalment_rate": 0.02})


@st.composite
def lines(draw, terms):
    """A line of any state and size that a market could hold."""
    state = draw(st.sampled_from([NONE, OPEN, OPEN, OPEN, FROZEN, CHARGED_OFF]))
    if state == NONE:
        return {"state": NONE}
    limit = draw(st.integers(0, 2_000_000))
    revolving = draw(st.integers(0, limit))
    instalment = draw(st.integers(0, limit - revolving))
    purchases = draw(st.integers(0, limit - revolving - instalment)) if terms.get("buys") else 0
    fields = {"state": state, "limit": limit, "revolving": revolving, "purchases": purchases, "instalment": instalment,
              "instalments_left": draw(st.integers(1, 12)) if instalment else 0}  # fmt: skip
    if state == CHARGED_OFF:
        return fields | {"limit": 0, "purchases": 0, "instalment": 0, "instalments_left": 0}
    if state == FROZEN:
        fields |= {"months_past_due": draw(st.integers(1, 5)), "due": draw(st.integers(0, revolving))}
    return fields


@st.composite
def people(draw, **parameters):
    """A person with four lines in any state, and some need."""
    values = {name: draw(st.sampled_from(some)) for name, some in parameters.items()}
    calls = {"call_in_after": draw(st.sampled_from([1, 2, 4, 9]))}
    return Scene(
        calls | PAY_LATER | {"acceptance": draw(st.sampled_from([0.0, 0.4, 0.8]))},
        *(calls | terms for terms in LENDERS[1:]),
        lines=[draw(lines(terms)) for terms in LENDERS], parameters=values, seed=draw(st.integers(0, 10**6)),
        cash=draw(st.one_of(st.just(0), st.integers(0, 1_000_000), st.integers(0, 10_000_000))),
        wage=draw(st.integers(100_000, 1_500_000)), jobless=draw(st.sampled_from([0, 0, 3])),
        appetite=draw(st.sampled_from([0.0, 1.0])), buffer_target=draw(st.sampled_from([0.1, 3.0])),
        credit_share=draw(st.floats(0, 1)), impulse=draw(st.floats(0, 0.5)),
    )  # fmt: skip


def owing(s):
    """Lines that ask for a minimum payment: on the book, and not called in."""
    return [is_on_book(line) and not is_called_in(line, product)
            for line, product in zip(s.lines, s.products, strict=True)]  # fmt: skip


def missed(s):
    """Whether a minimum payment is unpaid."""
    return bool((s.lines["due"][owing(s)] > 0).any())


def reach(s):
    """Needs of this month and all that is within reach of them, in fen, added up from the records after the plan."""
    cash_lines = purchase_lines = from_cards = 0
    for line, product in zip(s.lines, s.products, strict=True):
        if product.buys:
            purchase_lines += headroom(line)
            from_cards += cash_headroom(line, product)
        elif product.lends_cash:
            cash_lines += cash_headroom(line, product)
    accepted = sum(p.acceptance for line, p in zip(s.lines, s.products, strict=True)
                   if p.buys and line.state == OPEN and line.months_past_due == 0)  # fmt: skip
    for_necessities = min(purchase_lines, ledger.fen(min(0.95, accepted) * s.plan.essentials))
    from_cards = min(from_cards, purchase_lines - for_necessities)
    needs = int(s.plan.essentials) + int(s.lines["due"][owing(s)].sum())
    return needs, int(s.borrower.cash) + cash_lines + for_necessities + from_cards


@given(people(belt_tightening=(0.0, 0.12, 0.5), expense_hazard=(0.0, 0.5), loan_hazard=(0.0, 0.5)))
@settings(max_examples=300)
def test_a_payment_is_missed_if_and_only_if_needs_exceed_everything_within_reach(s):
    s.play(open_accounts)
    s.play(plan_month)
    needs, within_reach = reach(s)
    something_due = s.plan.minimum > 0
    for rule in (raise_cash, shop, pay_bills):
        s.play(rule)
    assert missed(s) == (needs > within_reach and something_due)


@given(people(applications=(0, 2), family_help_hazard=(0.0, 0.5), loan_hazard=(0.0, 0.5), expense_hazard=(0.0, 0.5)))
@settings(max_examples=300)
def test_whom_the_tally_counts_as_missing_for_want_is_who_misses_and_says_so(s):
    for rule in (open_accounts, plan_month, raise_cash, shop, pay_bills):
        s.play(rule)
    assert s.tally.economy[row.MISSED_FOR_WANT] == missed(s)
    want = {"job loss", "unplanned expense", "limit cut", "income dip", "debt service"}
    first = [cause(line) for line in s.lines if is_on_book(line) and line.due > 0 and line.months_past_due == 0]
    assert set(first) <= want
    assert (s.tally.flows >= 0).all()
    assert s.borrower.cash >= 0


@given(people(applications=(0, 2), expense_hazard=(0.5,)), st.integers(1, 3))
@settings(max_examples=100)
def test_who_is_not_short_misses_only_by_forgetting_or_choosing(s, forgets):
    s.borrower.cash += 50_000_000  # half a million yuan
    s.products[forgets].forget_hazard = 1.0
    for rule in (open_accounts, plan_month, raise_cash, shop, pay_bills):
        s.play(rule)
    unpaid = [k for k, line in enumerate(s.lines) if is_on_book(line) and line.due > 0 and line.months_past_due == 0]
    assert set(unpaid) <= {forgets}
    assert all(cause(s.lines[k]) == "forgot" for k in unpaid)


def test_a_card_opened_in_need_pays_for_no_more_than_was_counted_on():
    full = {"revolving": yuan(5000), "limit": yuan(5000)}
    new = CARD | {"platform": 1, "limit_income": 0.5, "limit_high": 3000, "limit_low": 100}
    s = household(PAY_LATER, new, lines=[full, {"state": NONE}], cash=yuan(1200),
              platforms=[{}, {"approval": -1}], parameters={"applications": 1, "belt_tightening": 0})  # fmt: skip
    for rule in (open_accounts, plan_month, raise_cash, shop, pay_bills):
        s.play(rule)
    assert s.lines[1].state == OPEN
    assert s.tally.economy[row.MISSED_FOR_WANT] == missed(s)
