"""Products and their terms: what each term does to one person, by hand, and to a market, in pairs of worlds."""

import numpy as np
import pytest
from markets import arrays, default_market, differences, model_of
from paired import d30, default_count, falls, flows, gmv, rises, roll_share, utilisation, worlds
from scenes import CASH, PAY_LATER, Scene, household, yuan

from sim import ledger
from sim.line import ALL_PERMISSIONS, ASKED, FROZEN, IN_PLAN, NONE, OPEN, balance, cash_headroom, headroom, price
from sim.policy import Change
from sim.rules.apply import seek
from sim.rules.approve import sign
from sim.rules.bill import bill
from sim.rules.collect import age
from sim.rules.convert import convert
from sim.rules.plan import plan_month
from sim.rules.shop import shop
from sim.tally import CONVERTED
from sim.trust import START

SEEDS = (1, 2, 3)
BUYING = [("incumbent", "pay-later"), ("marketplace", "instalments"), ("bank", "card")]
GOOD = {"permissions": ALL_PERMISSIONS, "trust": START}  # a line that has given no cause for anything
LENDING = [(platform, "cash") for platform in ("incumbent", "marketplace", "social", "facilitator", "p2p")]
HOLIDAYS = (np.datetime64("2018-01"), np.datetime64("2018-04"), np.datetime64("2018-07"))


def each(on, off, measure):
    """What a measure is in every world with and without, side by side."""
    return [(measure(one), measure(other)) for one, other in zip(on, off, strict=True)]


def monthly(model, column, product=None):
    """A column of the books by month, of one product or of all together."""
    table = model.tables()["monthly"]
    values = np.asarray(table[column]).reshape(-1, len(model.product_names))
    return values.sum(1) if product is None else values[:, model.product_names.index(product)]


def total(column, product=None):
    """A measure: a column of the books over all months."""
    return lambda model: monthly(model, column, product).sum()


def economy(column, months=slice(None)):
    """A measure: a column of the economy over some months."""
    return lambda model: model.tables()["economy"][column][months].sum()


def of(flow):
    """A measure: what was posted under one flow."""
    return lambda model: flows(model, flow)


def credit_share(model):
    """Share of purchases that is put on lines."""
    return flows(model, "purchases on credit") / gmv(model)


# --- M01: a line for purchases ---
@pytest.mark.mechanism("M01")
def test_a_purchase_line_gives_no_cash():
    s = Scene(PAY_LATER, lines=[GOOD])
    assert headroom(s.lines[0]) == yuan(10_000)
    assert cash_headroom(s.lines[0], s.products[0]) == 0


@pytest.mark.mechanism("M01")
def test_a_purchase_line_moves_sales_from_cash_to_credit_and_makes_some():
    on, off = worlds({}, {"terms": {BUYING[0]: {"reach": 0, "taste": 0}}}, seeds=SEEDS)
    assert rises(on, off, credit_share, by=0.1)
    assert rises(on, off, gmv)
    assert falls(on, off, of("purchases in cash"), by=0.05)


# --- M02: a cash line, which also pays other debts ---
def cash_lines(parameters=None, **terms):
    """A market into which cash lines come without a book, against one where nobody lends cash."""
    card = {BUYING[2]: {"lends_cash": 0}}
    come = {product: {"reach": 0} | terms for product in LENDING}
    never = {product: {"reach": 0, "taste": 0, "lends_cash": 0} for product in LENDING}
    return ({"terms": one | card, "parameters": parameters or {}} for one in (come, never))


def later_defaults(model):
    """People with debts to two or more platforms who first went into default after the first year."""
    table = model.tables()["defaults"]
    return (table["first"] & (table["lenders"] >= 2) & (table["month"] >= HOLIDAYS[0])).sum()


@pytest.mark.mechanism("M02")
def test_cash_lines_spare_missed_bills_at_first_and_new_debt_pays_old():
    on, off = worlds(*cash_lines(), months=12, seeds=SEEDS)
    assert falls(on, off, economy("missed_for_want", slice(6)), by=0.5)
    assert all(roll_share(model) > 0.01 for model in on)
    assert not any(roll_share(model) for model in off)


@pytest.mark.mechanism("M02")
def test_cash_lines_save_the_stacked_who_bridge_a_shock_and_ruin_those_who_borrow_to_spend():
    """More late defaults of people with several lenders are no law: with calm wishes cash lines bridge more than they
    burden, for four years at least; where wishes are large, limits generous and shocks rare, they ruin."""
    on, off = worlds(*cash_lines(), months=48, seeds=SEEDS)
    assert falls(on, off, later_defaults, by=0.2)
    wishes = {"loan_hazard": 0.2, "loan_size": 6, "adoption_hazard": 0.1, "expense_hazard": 0.01, "income_shock": 0.05}
    on, off = worlds(*cash_lines(wishes, limit_income=5), months=48, seeds=SEEDS)
    assert rises(on, off, later_defaults, by=0.2)


# --- M03: the bill cycle ---
def statements(cycle, months):
    """For each month after a line was opened, yuan billed of 100 yuan bought in every month, and months past due."""
    s = Scene(PAY_LATER | {"bill_cycle": cycle, "monthly_rate": 0, "late_fee": 0, "call_in_after": 24})
    line, seen = s.lines[0], []
    for _ in range(months):
        line.purchases += yuan(100)
        line.months_on_book += 1
        before, due = int(line.revolving), int(line.due)
        s.play(bill, holiday=False)
        s.play(age, paid=0, unpaid_before=due)
        seen.append(((line.revolving - before) / 100, int(line.months_past_due)))
    return seen


@pytest.mark.mechanism("M03")
def test_a_longer_cycle_bills_the_same_purchases_later_and_the_first_delinquency_shifts_with_it():
    assert statements(30, 4) == [(100, 1), (100, 2), (100, 3), (100, 4)]
    assert [billed for billed, _ in statements(45, 6)] == [0, 200, 100, 0, 200, 100]
    assert statements(60, 4) == [(0, 0), (200, 1), (0, 2), (200, 3)]
    assert statements(90, 4) == [(0, 0), (0, 0), (300, 1), (0, 2)]


@pytest.mark.mechanism("M03")
def test_between_two_statements_what_is_carried_bears_interest_and_asks_for_no_minimum():
    terms = PAY_LATER | {"bill_cycle": 60, "monthly_rate": 0.01, "instalment_rate": 0, "minimum_share": 0.1}
    owed = {"revolving": yuan(1000), "purchases": yuan(500), "instalment": yuan(300), "instalments_left": 3}
    dues = []
    for months in (1, 2):
        s = Scene(terms, lines=[owed | {"months_on_book": months}])
        s.play(bill, holiday=False)
        dues.append((s.lines[0].due / 100, s.lines[0].revolving / 100))
    assert dues == [(100, 1110), (100 + 151, 1610)]


@pytest.mark.mechanism("M03")
def test_a_longer_cycle_makes_balances_larger():
    on, off = worlds({"products": {"bill_cycle": 45}}, seeds=SEEDS)
    assert rises(on, off, total("balance_fen"), by=0.01)


# --- M04 and M05: in full, or the minimum ---
@pytest.mark.mechanism("M04")
def test_people_who_pay_in_full_owe_less_and_pay_less_interest():
    on, off = worlds({"parameters": {"minimum_habit_share": 0.0}}, seeds=SEEDS)
    assert falls(on, off, of("interest charged"), by=0.1)
    assert falls(on, off, utilisation, by=0.05)


def months_in_debt(minimum_share):
    """Months until a debt of 1,000 yuan at 1 % a month on which only the minimum is paid is under ten yuan."""
    s = Scene(PAY_LATER | {"monthly_rate": 0.01, "minimum_share": minimum_share}, lines=[{"revolving": yuan(1000)}])
    line, months = s.lines[0], 0
    while balance(line) >= yuan(10):
        s.play(bill, holiday=False)
        line.revolving -= line.due
        line.due = 0
        months += 1
    return months


@pytest.mark.mechanism("M05")
def test_who_pays_the_minimum_stays_in_debt_the_longer_the_smaller_it_is():
    assert months_in_debt(1.0) == 1
    assert 1 < months_in_debt(0.5) < months_in_debt(0.2) < months_in_debt(0.1)


@pytest.mark.mechanism("M05")
def test_a_minimum_payment_means_fewer_arrears_at_first_more_use_and_more_interest():
    """Arrears are fewer in the first half year; over two years the larger debts bring them back to about the same."""
    everything = {product: {"minimum_share": 1.0} for product in BUYING}
    on, off = worlds({}, {"terms": everything}, months=6, seeds=SEEDS)
    assert falls(on, off, d30, by=0.3)
    assert falls(on, off, economy("missed_for_want"), by=0.3)
    on, off = worlds({}, {"terms": everything}, seeds=SEEDS)
    assert rises(on, off, of("interest charged"), by=0.1)
    assert rises(on, off, utilisation, by=0.05)
    assert rises(on, off, d30, by=-0.1)


# --- M06: a bill turned into instalments ---
PLAN = PAY_LATER | {"converts": 0.8, "conversion_fee": 0.02, "minimum_share": 0.1, "term": 12, "call_in_after": 9}


def converted(cash, *, terms=PLAN, essentials=2000, pay=1000, **line):
    """A bill of 1,000 yuan, all of which the person means to pay, after it was converted or not."""
    s = Scene(terms, lines=[GOOD | {"revolving": yuan(1000), "due": yuan(100)} | line], cash=yuan(cash))
    s.plan.essentials, s.plan.minimum, s.plan.short = yuan(essentials), s.lines[0].due, 0
    s.plan.room, s.pay[0] = headroom(s.lines[0]), yuan(pay)
    s.play(convert)
    return s


@pytest.mark.mechanism("M06")
def test_who_cannot_pay_the_bill_turns_part_of_it_into_instalments_for_a_fee():
    s = converted(cash=2250)
    line = s.lines[0]
    assert (line.instalment / 100, line.revolving / 100, line.due / 100, s.pay[0] / 100) == (800, 216, 20, 216)
    assert (s.plan.minimum / 100, s.plan.short / 100, s.plan.room / 100) == (20, -80, 8984)
    assert s.flow(ledger.CONVERSION_FEES) == yuan(16)
    assert s.tally.books[0, CONVERTED] == yuan(800)


@pytest.mark.mechanism("M06")
@pytest.mark.parametrize(("cash", "months"), [(2999, 3), (2200, 6), (2100, 9), (2070, 12), (1500, 12)])
def test_the_plan_is_the_shortest_that_the_cash_can_carry(cash, months):
    assert converted(cash).lines[0].instalments_left == months


@pytest.mark.mechanism("M06")
def test_nobody_converts_a_bill_that_can_be_paid_or_that_is_late():
    assert converted(cash=3000).lines[0].instalment == 0
    assert converted(cash=2000, months_past_due=1).lines[0].instalment == 0
    assert converted(cash=2000, permissions=1).lines[0].instalment == 0


@pytest.mark.mechanism("M06")
def test_a_bill_of_instalments_converted_whole_never_asks_for_more_than_is_owed():
    line = converted(cash=2000, terms=PLAN | {"converts": 1.0}, due=yuan(1000)).lines[0]
    assert (line.instalment / 100, line.revolving / 100, line.due) == (1000, 20, 0)


@pytest.mark.mechanism("M06")
def test_conversion_spares_arrears_for_fees():
    on, off = worlds({"products": {"converts": 0.8}}, seeds=SEEDS)
    assert falls(on, off, economy("missed_for_want"), by=0.1)
    assert np.mean([d30(model) for model in on]) < np.mean([d30(model) for model in off])
    assert falls(on, off, lambda model: total("paid_fen")(model) / economy("income_fen")(model))
    assert all(flows(model, "conversion fees charged") > 0 for model in on)


# --- M07: the largest limit ---
@pytest.mark.mechanism("M07")
def test_a_lower_cap_means_smaller_exposures_and_debts_with_more_lenders():
    exposure = lambda model: total("default_fen", BUYING[0])(model) / total("defaults", BUYING[0])(model)  # noqa: E731
    on, off = worlds({"terms": {BUYING[0]: {"limit_high": 1000}}}, seeds=SEEDS)
    assert falls(on, off, exposure, by=0.3)
    lenders = []
    for one, other in zip(on, off, strict=True):
        capped = other.market.lines["limit"][:, 0] > yuan(1000)
        lenders.append([(model.market.lines["state"][capped] != NONE).sum(1).mean() for model in (one, other)])
    assert all(with_cap > without for with_cap, without in lenders)


# --- M08: small and short ---
@pytest.mark.mechanism("M08")
def test_shorter_terms_turn_balances_over_faster_and_are_refinanced_more_often():
    on, off = worlds({"changes": [Change("short", "longest_term", 3, "2017-01")]}, seeds=SEEDS)
    assert rises(on, off, lambda model: total("paid_fen")(model) / total("balance_fen")(model), by=0.5)
    assert rises(on, off, roll_share, by=0.5)


# --- M09: where a line can pay ---
def bought(scenes):
    """Yuan put on a line that takes half of spending, by somebody with 3,000 yuan and 2,700 of necessities."""
    s = household(PAY_LATER | {"acceptance": 0.5, "scenes": scenes}, cash=yuan(3000))
    s.play(plan_month)
    s.play(shop)
    return s.flow(ledger.PURCHASES_CREDIT) / 100, s.flow(ledger.PURCHASES_CASH) / 100


@pytest.mark.mechanism("M09")
def test_a_line_that_does_not_pay_for_necessities_is_good_for_half_of_the_wants():
    """Without it for necessities 300 yuan are left for wants, which half on the line makes 600."""
    assert bought(0.0) == (300, 3000)
    assert bought(1.0) == (1890, 3000)


@pytest.mark.mechanism("M09")
def test_more_scenes_more_use_and_more_necessities_on_credit():
    on, off = worlds({}, {"products": {"scenes": 0.0}}, seeds=SEEDS)
    assert rises(on, off, utilisation, by=0.1)
    assert all(total("necessities_fen")(model) > 0 for model in on)
    assert not any(total("necessities_fen")(model) for model in off)


# --- M10: time to a decision ---
def several_in_a_month(months):
    """Lines opened in two years, and months in which somebody opened two or more, if a decision takes so long."""
    platforms, products = default_market()
    model = model_of((platforms, [terms | {"approval_months": months} for terms in products]), borrowers=6000)
    opened = several = 0
    for _ in range(24):
        model.step()
        lines = model.market.lines
        new = ((lines["state"] == OPEN) & (lines["months_on_book"] == 1)).sum(1) if model.month > 1 else np.zeros(1)
        opened += new.sum()
        several += (new >= 2).sum()
    return opened, several


@pytest.mark.mechanism("M10")
def test_fast_decisions_open_more_lines_and_several_in_one_month():
    fast, slow = several_in_a_month(0), several_in_a_month(1)
    assert fast[0] > 1.1 * slow[0]
    assert fast[1] > slow[1]


@pytest.mark.mechanism("M10")
def test_who_waits_for_an_answer_asks_nobody_else():
    s = household(PAY_LATER, CASH, CASH, lines=[{}, {"state": NONE}, {"state": NONE}])
    assert s.play(seek) >= 1
    s.lines[1].state = ASKED
    s.plan.asked = 0
    assert s.play(seek) == -1


# --- M11: price by risk ---
@pytest.mark.mechanism("M11")
@pytest.mark.parametrize(("points", "yearly"), [(0.5, 0.12), (0.3, 0.18), (0.9, 0.0), (-5.0, 0.42)])
def test_a_low_score_pays_more_and_a_high_one_less_within_bounds(points, yearly):
    s = Scene(CASH | {"risk_pricing": 0.3, "monthly_rate": 0.01})
    s.products["most_rate"] = 1e9
    s.play(sign, limit=yuan(1000), points=points)
    assert 12 * price(s.lines[0], 0.01, s.products[0]) == pytest.approx(yearly)


@pytest.mark.mechanism("M11")
def test_pricing_by_risk_earns_more_after_losses_at_the_same_approval_share():
    """Most borrowers score below the price's middle, so the mean price rises too: that is where the margin comes from.
    With base rates lowered until the mean price is what it was, the gain is about nil, since here who borrows how much
    does not follow the price."""
    margin = lambda m: (flows(m, "interest charged") - flows(m, "charge-offs")) / total("balance_fen")(m)  # noqa: E731
    approved = lambda m: total("approvals")(m) / total("applications")(m)  # noqa: E731
    blind = {"parameters": {"rate_elasticity": 0.0}}
    on, off = worlds(blind | {"products": {"risk_pricing": 0.3}}, blind, seeds=SEEDS)
    assert rises(on, off, margin, by=0.1)
    assert all(one == pytest.approx(other, rel=0.05) for one, other in each(on, off, approved))


# --- M12: friction of repayment ---
def technical(model):
    """Lines that were current and became up to 30 days late."""
    table = model.tables()["transitions"]
    return table["accounts"][(table["from_bucket"] == "current") & (table["to_bucket"] == "M1")].sum()


@pytest.mark.mechanism("M12")
def test_convenient_repayment_removes_technical_lateness_and_hardly_any_default():
    """A placebo, but not a perfect one: freezing and a doubled bill push over a few who live on the edge, at most one
    in fifty of the forgotten bills."""
    on, off = worlds({"products": {"forget_hazard": 0.0}}, {"products": {"forget_hazard": 0.03}}, seeds=SEEDS)
    assert falls(on, off, technical, by=0.9)
    for fewer_late, fewer_defaults in zip(
        [other - one for one, other in each(on, off, technical)],
        [other - one for one, other in each(on, off, default_count)],
        strict=True,
    ):
        assert abs(fewer_defaults) < 0.02 * fewer_late


# --- M13: contracts keep their terms ---
DEARER = Change("dearer", "new_late_fee", 0.08, "2017-07")


@pytest.mark.mechanism("M13")
def test_a_new_fee_schedule_touches_nobody_who_signs_nothing_new():
    alone = {"adoption_hazard": 0, "applications": 0}
    on, off = worlds({"changes": [DEARER], "parameters": alone}, {"parameters": alone}, borrowers=2000, months=18)
    apart = differences(arrays(on[0]), arrays(off[0]))
    assert not [name for name in apart if name.startswith(("borrowers", "lines", "merchants", "platforms"))]


@pytest.mark.mechanism("M13")
def test_who_signs_later_pays_the_new_fee():
    model = model_of(default_market(), borrowers=2000, changes=[DEARER]).run(18)
    fees, signed = model.market.contracts["late_fee"], model.market.lines["contract"]
    held = np.isin(model.market.lines["state"], (OPEN, FROZEN, IN_PLAN))
    young = model.market.lines["months_on_book"] <= 12
    assert (fees[1] == 0.08).all()
    assert not (fees[0] == 0.08).any()
    assert (signed[held & young] == 1).all()
    assert (signed[held & ~young] == 0).all()
