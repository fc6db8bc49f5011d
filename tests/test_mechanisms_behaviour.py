"""What borrowers do: impulse, need, substitutes, restraint, belongings, half a year of good conduct."""

import numpy as np
import pytest
from markets import default_market, fingerprint, model_of
from paired import default_count, gmv, owed, roll_share, summed, utilisation, worlds
from scenes import CARD, CASH, PAY_LATER, household, yuan

from sim import ledger
from sim.budget import restraint
from sim.line import NONE, OPEN, SPEND
from sim.policy import Change
from sim.rules.approve import approve
from sim.rules.bill import bill
from sim.rules.borrow import roll, sell_belongings
from sim.rules.plan import plan_month
from sim.rules.report import keep_record
from sim.rules.review import review
from sim.rules.shop import shop

SEEDS = (1, 2)


def column(models, name, table=None, months=slice(None)):
    """One column of the results, of a table or of the first that has it, added up over models, in chosen months."""
    total = 0
    for model in models:
        tables = model.tables()
        columns = tables[table] if table else next(table for table in tables.values() if name in table)
        chosen = np.isin(columns["month"], np.unique(columns["month"])[months])
        total += int(np.asarray(columns[name])[chosen].sum())
    return total


def pays_off(rule_on, rule_off, measure, **size):
    """A measure summed over worlds with and without, the same seeds."""
    on, off = worlds(rule_on, rule_off, **({"seeds": SEEDS} | size))
    return summed(on, measure), summed(off, measure)


def cut(share=0.5, start="2017-07", **aim):
    """One cut of limits, as the changes of a world."""
    return [Change("cut", "limit_cut", share, start, **aim)]


# --- M64: impulse ---
@pytest.mark.mechanism("M64")
@pytest.mark.parametrize(("impulse", "wants"), [(0.0, 1470), (0.8, 2400)])
def test_the_impulsive_buy_a_share_of_their_wants_though_the_budget_says_no(impulse, wants):
    # normal wants 3,000; cash is 5,100 below bills, spending and buffer, of which three tenths come off
    s = household(PAY_LATER, cash=yuan(3000), buffer_target=0.4, impulse=impulse)
    s.play(plan_month)
    assert s.plan.wants == yuan(wants)


@pytest.mark.mechanism("M64")
def test_impulsive_people_use_more_credit_and_default_more():
    on, off = worlds({"parameters": {"impulse": 0.6}}, {"parameters": {"impulse": 0.0}}, seeds=SEEDS)
    assert summed(on, utilisation) > 1.01 * summed(off, utilisation)
    assert summed(on, default_count) > 1.03 * summed(off, default_count)


# --- M65: the line as buffer ---
def spent_with(limit, cash):
    """What is bought in a month by somebody who likes to hold little, with a line of this limit, in fen."""
    s = household(PAY_LATER, cash=yuan(cash), buffer_target=0.3, lines=[{"limit": yuan(limit)}])
    s.play(plan_month)
    s.play(shop)
    return s.flow(ledger.PURCHASES_CASH) + s.flow(ledger.PURCHASES_CREDIT)


@pytest.mark.mechanism("M65")
@pytest.mark.parametrize(("cash", "less"), [(3000, 500), (9000, 0)])
def test_spending_falls_by_a_binding_cut_yuan_for_yuan_and_not_at_all_with_cash_at_hand(cash, less):
    assert spent_with(1000, cash) - spent_with(500, cash) == yuan(less)


@pytest.mark.mechanism("M65")
def test_a_cut_costs_shops_more_where_people_live_from_hand_to_mouth():
    """Nobody revolves or borrows to spend, so that the line is a buffer and nothing else."""

    def lost(share):
        people = {"parameters": {"hand_to_mouth_share": share, "minimum_habit_share": 0, "loan_hazard": 0}}
        on, off = pays_off(people | {"changes": cut(0.7)}, people, gmv, months=12)
        return 1 - on / off

    assert lost(0.9) > 3 * lost(0.1) > 0


# --- M66, M67: credit elsewhere ---
@pytest.mark.mechanism("M66", "M67")
def test_the_short_draw_the_line_that_is_cheapest_at_its_own_price():
    cheap, dear = CASH | {"instalment_rate": 0.003}, CASH | {"instalment_rate": 0.01}  # apparent cost errs less
    for markup, drawn in ((0, [1000, 0]), (3600, [0, 1000])):  # 36 % a year more makes the first the dearer one
        s = household(cheap, dear, lines=[{"markup": markup}])
        s.plan.short = yuan(1000)
        s.play(roll)
        assert s.lines["instalment"].tolist() == [yuan(amount) for amount in drawn]


def test_of_two_prices_nearly_the_same_the_short_draw_the_cheaper_one_somewhat_more_often():
    drawn = np.zeros(2)
    for person in range(400):
        s = household(CASH | {"instalment_rate": 0.010}, CASH | {"instalment_rate": 0.011}, id=person)
        s.plan.short = yuan(1000)
        s.play(roll)
        drawn += s.lines["instalment"] > 0
    assert drawn.sum() == 400
    assert 0.5 < drawn[0] / 400 < 0.67


CHEAPEST = {"platform": "incumbent", "product": "cash"}


def displaced(applications):
    """(credit lost on the line that is cut, more borrowed elsewhere), in fen, from the cut to the end."""
    people = {"parameters": {"applications": applications}}
    worlds_of = worlds(people | {"changes": cut(0.7, **CHEAPEST)}, people, months=18, seeds=SEEDS)

    def credit(models):
        here = elsewhere = 0
        for model in models:
            table = model.tables()["flows"]
            given = np.isin(table["flow"], ("purchases on credit", "cash draws")) & (
                table["month"] >= np.unique(table["month"])[6]
            )
            cut_line = (table["platform"] == "incumbent") & (table["product"] == "cash")
            here += int(table["amount_fen"][given & cut_line].sum())
            elsewhere += int(table["amount_fen"][given & ~cut_line].sum())
        return np.array([here, elsewhere])

    here, elsewhere = credit(worlds_of[0]) - credit(worlds_of[1])
    return -here, elsewhere


@pytest.mark.mechanism("M66")
def test_part_of_the_credit_that_a_cut_removes_reappears_elsewhere_and_more_of_it_where_people_search():
    shares = []
    for applications in (0, 2):
        lost, found = displaced(applications)
        shares.append(found / lost)
    assert 0 < shares[0] < shares[1] < 1


@pytest.mark.mechanism("M67")
def test_the_same_need_costs_more_in_interest_and_instalments_at_the_substitute():
    def month_after(cut_away):
        cheap = CASH | {"instalment_rate": 0.012, "term": 12}
        dear = CASH | {"instalment_rate": 0.037, "term": 6}  # more than three times: it never looks cheaper
        s = household(cheap, dear, lines=[{"limit": 0 if cut_away else yuan(10000)}])
        s.plan.short = yuan(1200)
        s.play(roll)
        for k in (0, 1):
            s.play(bill, line=s.lines[k], product=s.products[k], k=k, holiday=False)
        return s.flow(ledger.INTEREST), int(s.lines["due"].sum())

    assert month_after(False) == (yuan(14.40), yuan(114.40))  # 1.2 % and a twelfth of 1,200
    assert month_after(True) == (yuan(44.40), yuan(244.40))  # 3.7 % and a sixth


@pytest.mark.mechanism("M67")
def test_substituters_pay_more_for_each_yuan_they_owe():
    """Interest over income rises per yuan of debt. It need not rise in all: much of the credit lost is never replaced.

    Substituters owe less on the line that was cut and more elsewhere than the same people do without the cut.
    """
    on, off = worlds({"changes": cut(0.7, **CHEAPEST)}, months=18, seeds=SEEDS)
    paid = np.zeros(2)
    debt = np.zeros(2)
    for with_cut, without in zip(on, off, strict=True):
        k = with_cut.product_names.index(("incumbent", "cash"))
        elsewhere = np.arange(len(with_cut.product_names)) != k
        more = owed(with_cut)[:, elsewhere].sum(1) > owed(without)[:, elsewhere].sum(1)
        substitutes = more & (owed(with_cut)[:, k] < owed(without)[:, k])
        assert substitutes.sum() > 200
        for i, model in enumerate((with_cut, without)):
            rate = model.market.products["instalment_rate"]
            paid[i] += (owed(model)[substitutes] * rate).sum()
            debt[i] += owed(model)[substitutes].sum()
    assert paid[0] / debt[0] > 1.01 * paid[1] / debt[1]


# --- M68: several lines ---
def lenders(number, limit_income):
    """A market of so many equal lenders, each with one line for purchases and cash that everybody holds."""
    line = {"name": "line", "buys": 1, "lends_cash": 0.5, "acceptance": 0.4, "reach": 1.0, "limit_low": 100,
            "limit_income": limit_income}  # fmt: skip
    names = [f"lender {i + 1}" for i in range(number)]
    return [{"name": name, "approval": -1.0} for name in names], [line | {"platform": name} for name in names]


@pytest.mark.mechanism("M68")
def test_three_small_lines_soften_the_stop_of_one_lender_and_are_used_more_than_one_large():
    stop = {"changes": [Change("stop", "platform_stop", 1, "2018-01", platform="lender 1")]}
    more_short, debt = {}, {}
    for number in (1, 3):
        on, off = worlds(stop, market=lambda n=number: lenders(n, 3.0 / n), borrowers=4000, seeds=SEEDS)
        stopped = slice(12, None)
        more_short[number] = column(on, "short_fen", "economy", stopped) - column(off, "short_fen", "economy", stopped)
        debt[number] = column(off, "balance_fen") / column(off, "limit_fen")
    assert 0 < more_short[3] < 0.75 * more_short[1]
    assert debt[3] > 1.2 * debt[1]


# --- M71: belongings ---
@pytest.mark.mechanism("M71")
@pytest.mark.parametrize(
    ("months_late", "short", "amount"),
    [
        (1, 800, 800),  # the bill of 500 is in what is short already
        (3, 800, 1300),  # called in: the bill comes on top
        (3, -200, 300),  # what is spare helps
        (3, -900, 0),
        (0, 800, 0),  # nobody sells before a payment is late
        (3, 5500, 6000),  # a month of wage is as much as can be sold
        (3, 5501, 0),  # nobody sells who would stay in arrears all the same
    ],
)
def test_what_is_sold_covers_what_is_short_and_what_has_been_called_in(months_late, short, amount):
    s = household(PAY_LATER, lines=[{"revolving": yuan(500), "due": yuan(500), "months_past_due": months_late}],
                  parameters={"asset_sale_hazard": 1.0})  # fmt: skip
    s.plan.short, s.plan.wants = yuan(short), yuan(1000)
    s.play(sell_belongings)
    assert s.borrower.cash == s.flow(ledger.BELONGINGS_SOLD) == yuan(amount)
    assert s.plan.short == yuan(short - amount)
    assert s.plan.wants == (0 if amount > 0 else yuan(1000))


@pytest.mark.mechanism("M71")
def test_people_who_sell_belongings_cure_and_buy_less_meanwhile():
    on, off = worlds({"parameters": {"asset_sale_hazard": 0.5, "asset_sale_size": 6.0}}, seeds=SEEDS)
    assert summed(on, default_count) < 0.6 * summed(off, default_count)
    hard = {"job_loss_hazard": 0.08}
    first = [model_of(default_market(), borrowers=6000, seed=1, parameters=hard).run(6) for _ in range(2)]
    first[0]._calm_rules.asset_sale_hazard = 1.0  # the same people in the same month, one month of sales
    first[0]._calm_rules.asset_sale_size = 6.0
    for model in first:
        model.step()
    sold, kept = (column([model], "cut_wants_fen", "economy", slice(6, None)) for model in first)
    assert sold > kept


# --- M72: half a year of good conduct ---
def months_until_restored(missed_in=None):
    """(month of the first, of the last step) in which a limit cut from 10,000 to 6,000 in month 0 is given back."""
    calm = PAY_LATER | {"review_interval": 1, "raise_share": 0.0}
    s = household(calm, platforms=[{"signal_noise": 0, "approval": -1.0}],
                  lines=[{"limit": yuan(6000), "limit_before": yuan(10000), "cut_month": 0}])  # fmt: skip
    raised = []
    for month in range(1, 25):
        s.rules.month = month
        s.lines[0].months_clean = 0 if month == missed_in else s.lines[0].months_clean + 1
        before = int(s.lines[0].limit)
        s.play(review)
        if s.lines[0].limit > before:
            raised.append(month)
    assert s.lines[0].limit == yuan(10000)
    return raised[0], raised[-1]


@pytest.mark.mechanism("M72")
@pytest.mark.parametrize(("missed_in", "months"), [(None, (6, 8)), (1, (7, 9)), (5, (11, 13))])
def test_a_limit_comes_back_in_steps_after_six_clean_months_and_a_miss_starts_the_count_again(missed_in, months):
    assert months_until_restored(missed_in) == months


@pytest.mark.mechanism("M72")
@pytest.mark.parametrize(("relapse", "opened"), [(None, 6), (4, 10)])
def test_the_bank_opens_a_card_once_the_record_has_been_clean_for_six_months(relapse, opened):
    s = household(PAY_LATER | {"reporting": 1.0}, CARD | {"platform": 1}, lines=[{}, {"state": NONE}],
                  platforms=[{}, {"online": 0, "sees": 1.0, "signal_noise": 0, "approval": 0.13}],
                  parameters={"bureau_memory": 6})  # fmt: skip
    s.plan.sight = 1.0
    s.play(keep_record)
    for month in range(1, 13):
        s.tally.counts[:] = 0
        s.plan.sight = 1.0 if month == relapse else -1.0
        s.play(keep_record)
        if s.play(approve, k=1):
            break
    assert month == opened


@pytest.mark.mechanism("M72")
def test_in_a_market_the_median_limit_is_first_raised_half_a_year_after_a_cut_unless_a_payment_was_missed():
    model = model_of(default_market(), borrowers=4000,
                     changes=cut(0.4, "2017-04", platform="incumbent", product="pay-later")).run(4)  # fmt: skip
    line = model.market.lines[:, 0]
    cut_to, open_lines = line["limit"].copy(), (line["cut_month"] == 3) & (line["state"] == OPEN)
    first, missed = np.zeros(4000, int), np.zeros(4000, bool)
    for months in range(1, 19):
        model.step()
        line = model.market.lines[:, 0]
        missed |= (first == 0) & (line["months_clean"] < months)
        first[(first == 0) & (line["limit"] > cut_to)] = months
    clean = open_lines & ~missed & (first > 0)
    late = open_lines & missed & (first > 0)
    assert clean.sum() > 1000 < 20 * late.sum()
    assert first[clean].min() == 6  # and the review comes within three months
    assert 6 <= np.median(first[clean]) <= 8
    assert np.median(first[late]) > 9


@pytest.mark.mechanism("M72")
@pytest.mark.parametrize(("response", "sign"), [(0.0, 1), (0.2, -1)])
def test_a_shorter_record_opens_banks_to_some_unless_lenders_answer_by_asking_more_of_all(response, sign):
    """Both signs can come out: the people helped are few, those who meet a higher threshold are many."""
    people = {"parameters": {"retention_response": response, "job_loss_hazard": 0.02}}
    shorter = people | {"changes": [Change("short", "record_retention", 6, "2017-02")]}
    on, off = worlds(shorter, people, months=36, seeds=SEEDS)

    def opened(models):
        tables = [model.tables()["monthly"] for model in models]
        return sum(int(table["approvals"][table["platform"] == "bank"].sum()) for table in tables)

    assert sign * (opened(on) - opened(off)) > 0


# --- M73: deleveraging ---
@pytest.mark.mechanism("M73")
@pytest.mark.parametrize(("deleveraging", "paid"), [(0.0, 500), (0.5, 875)])
def test_after_a_cut_people_pay_down_other_lines_too(deleveraging, paid):
    # owes 5,000 of 10,000 on a line that was not cut: aims at half, then at a quarter, and goes 15 % of the way a month
    s = household(PAY_LATER, CARD, appetite=1.0, cash=yuan(6000), month=5, parameters={"deleveraging": deleveraging},
                  lines=[{"limit": yuan(5000), "limit_before": yuan(10000), "cut_month": 2},
                     {"revolving": yuan(5000), "due": yuan(500)}])  # fmt: skip
    s.play(plan_month)
    assert s.pay[1] == yuan(paid)


@pytest.mark.mechanism("M73")
def test_people_hold_back_for_a_year_after_a_cut_and_as_long_as_a_line_lends_no_cash_any_more():
    cut_lately, long_ago = ({"limit_before": yuan(20000), "cut_month": month} for month in (19, 18))
    for line, left in ((cut_lately, 0.6), (long_ago, 1.0), ({"permissions": SPEND}, 0.6), ({"state": NONE}, 1.0)):
        s = household(CARD, lines=[line], month=30, parameters={"deleveraging": 0.4})
        assert s.play(restraint) == pytest.approx(left)


@pytest.mark.mechanism("M73")
def test_deleveraging_lowers_use_and_sales_after_a_cut_and_does_nothing_without_one():
    thrift = {"deleveraging": 0.5}
    on, off = worlds({"parameters": thrift, "changes": cut()}, {"changes": cut()}, seeds=SEEDS)
    assert summed(on, utilisation) < 0.97 * summed(off, utilisation)
    assert summed(on, gmv) < summed(off, gmv)
    assert summed(on, roll_share) < summed(off, roll_share)
    uncut = {"products": {"cut_share": 0.0}}
    on, off = worlds(uncut | {"parameters": thrift}, uncut, borrowers=1000, months=12)
    assert fingerprint(on[0]) == fingerprint(off[0])
