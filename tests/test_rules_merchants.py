"""Merchants and friends: sales, wages, closing and being taken over; who hears of whose default."""

import math

import networkx
import numpy as np
import pytest
from markets import TWO_LENDERS, model_of
from scenes import PAY_LATER, Scene, yuan

from sim import ledger
from sim.chance import MERCHANT_CASH, MERCHANT_MARGIN, NEW_MARGIN, month_key, normal, uniform
from sim.rules.talk import talk
from sim.rules.trade import SETTLING_MONTHS, close_month, trade

FOUNDING = month_key(1, 0)


def traded(sales=0, fees=0, payroll=0, staff=0, parameters=None, month=SETTLING_MONTHS, wage_level=1.0, **fields):
    """A merchant after a month, with amounts in yuan; its smoothed sales stand still unless said otherwise."""
    s = Scene(PAY_LATER, month=month, wage_level=wage_level,
              parameters={"merchant_layoff_response": 0.7, "merchant_slack": 0.08,
                          "merchant_cash_months": 12} | (parameters or {}))  # fmt: skip
    s.rules.merchant_smoothing = (parameters or {}).get("merchant_smoothing", 0.0)
    for name, value in fields.items():
        s.merchants[0][name] = value
    a_month(s, sales, fees, payroll, staff)
    return s


def a_month(s, sales=0, fees=0, payroll=0, staff=0):
    """The first merchant trades and closes the month, paid at once; amounts in yuan."""
    if s.play(trade, sales=yuan(sales), on_lines=0, settled=0, fees=yuan(fees), payroll=yuan(payroll), staff=staff):
        s.play(close_month)


def buffer_months(mean):
    """Months of sales that the owner of the first merchant keeps."""
    return -mean * math.log(1 - uniform(FOUNDING, MERCHANT_CASH, 0))


def test_a_merchants_month_adds_up():
    s = traded(sales=10_000, fees=100, payroll=3000, staff=2, outside_sales=yuan(5000), goods_share=0.5,
               fixed_cost=yuan(1000), smooth_sales=yuan(1e6), norm_sales=yuan(1e6))  # fmt: skip
    merchant = s.merchants[0]
    assert (merchant.cash, merchant.sales, merchant.staff) == (yuan(15_000 - 8500 - 100 - 3000), yuan(15_000), 2)
    assert s.flow(ledger.OUTSIDE_SALES) == yuan(5000)
    assert s.flow(ledger.MERCHANT_COSTS) == yuan(8500)


def test_prices_and_costs_grow_with_wages():
    s = traded(wage_level=1.21, outside_sales=yuan(5000), fixed_cost=yuan(1000), smooth_sales=yuan(1e6))
    assert s.flow(ledger.OUTSIDE_SALES) == yuan(6050)
    assert s.flow(ledger.MERCHANT_COSTS) == yuan(1210)


def test_an_owner_takes_half_of_the_cash_above_the_buffer():
    buffer = buffer_months(12) * 1000
    s = traded(cash=yuan(100_000), smooth_sales=yuan(1000), norm_sales=yuan(1000))
    assert s.flow(ledger.OWNERS_INCOME) == pytest.approx(yuan((100_000 - buffer) / 2), abs=1)


def test_smoothed_sales_move_by_a_share_towards_this_month():
    s = traded(sales=2000, parameters={"merchant_smoothing": 0.25}, smooth_sales=yuan(1000), norm_sales=yuan(1000))
    assert s.merchants[0].smooth_sales == yuan(1250)


@pytest.mark.parametrize(("smooth", "share"), [(100, 0), (92, 0), (70, 0.7 * 0.22), (0, 0.7 * 0.92)])
def test_staff_follows_sales_beyond_the_slack(smooth, share):
    s = traded(staff=10, norm_staff=10, smooth_sales=yuan(smooth), norm_sales=yuan(100))
    assert s.merchants[0].layoff_share == pytest.approx(share)
    assert s.merchants[0].vacancies == 0


def test_a_merchant_with_less_staff_than_its_sales_need_hires():
    s = traded(staff=7, norm_staff=10, smooth_sales=yuan(100), norm_sales=yuan(100))
    assert (s.merchants[0].layoff_share, s.merchants[0].vacancies) == (0, 3)


def test_without_cash_a_merchant_closes_and_lays_everybody_off():
    s = traded(payroll=500, staff=3, cash=yuan(100))
    merchant = s.merchants[0]
    assert (merchant.alive, merchant.cash, merchant.layoff_share, merchant.vacancies) == (0, 0, 1.0, 0)
    assert s.flow(ledger.OWNERS_FUNDS) == yuan(400)


def test_in_the_year_that_sets_what_is_normal_nobody_closes():
    s = traded(payroll=500, staff=3, cash=yuan(100), month=SETTLING_MONTHS - 1, smooth_sales=yuan(1000))
    merchant = s.merchants[0]
    assert (merchant.alive, merchant.norm_sales, merchant.norm_staff) == (1, yuan(1000), 3)
    assert merchant.cash == pytest.approx(yuan(buffer_months(12) * 1000), abs=1)


def test_costs_are_set_so_that_the_drawn_margin_holds():
    settled = traded(sales=10_000, payroll=3000, month=SETTLING_MONTHS - 1, smooth_sales=yuan(10_000),
                     parameters={"merchant_margin": 0.05, "merchant_margin_spread": 0.0})  # fmt: skip
    merchant = settled.merchants[0]
    before = merchant.cash
    settled.rules.month = SETTLING_MONTHS
    a_month(settled, sales=10_000, payroll=3000, staff=1)
    taken = settled.flow(ledger.OWNERS_INCOME)
    assert merchant.cash + taken - before == pytest.approx(yuan(500), abs=2)


@pytest.mark.parametrize(("hazard", "alive"), [(1.0, 1), (0.0, 0)])
def test_a_closed_shop_is_taken_over_with_staff_to_hire(hazard, alive):
    s = traded(sales=50, parameters={"merchant_entry_hazard": hazard, "merchant_cash_months": 2}, alive=0, norm_staff=4,
               layoff_share=1.0, norm_sales=yuan(1000), smooth_sales=yuan(10))  # fmt: skip
    merchant = s.merchants[0]
    assert merchant.alive == alive
    if alive:
        assert (merchant.vacancies, merchant.layoff_share, merchant.smooth_sales) == (4, 0, yuan(1000))
        assert (merchant.cash, s.flow(ledger.OWNERS_FUNDS)) == (yuan(1050), yuan(1000))


def margin(decision, chance, mean=0.05, spread=0.085):
    """A net margin drawn by the first merchant."""
    return mean + spread * normal(uniform(chance, decision, 0))


def test_an_owner_keeps_the_margin_drawn_at_the_founding_and_a_newcomer_draws_another():
    spread = {"merchant_margin": 0.05, "merchant_margin_spread": 0.085, "merchant_entry_hazard": 1.0}
    first = traded(sales=10_000, payroll=3000, month=SETTLING_MONTHS - 1, smooth_sales=yuan(10_000), parameters=spread)
    merchant = first.merchants[0]
    assert merchant.margin == pytest.approx(margin(MERCHANT_MARGIN, FOUNDING))
    assert merchant.goods_share == pytest.approx(0.6 - merchant.margin)  # 0.3 for wages, 0.1 for rent
    newcomer = traded(parameters=spread, alive=0, margin=0.02, goods_share=0.5, norm_sales=yuan(1000))
    drawn = margin(NEW_MARGIN, newcomer.chance)
    assert newcomer.merchants[0].margin == pytest.approx(drawn)
    assert newcomer.merchants[0].goods_share == pytest.approx(0.52 - drawn)  # who has a better margin has cheaper goods
    assert traded(parameters=spread | {"merchant_entry_hazard": 0.0}, alive=0, margin=0.02).merchants[0].margin == 0.02


# --- friends ---
def test_friends_hear_of_a_default_and_of_its_end():
    model = model_of(TWO_LENDERS, borrowers=5, friends=networkx.path_graph(5))
    market = model.market

    def tell(*changed):
        talk(market.borrowers, market.friend_offsets, market.friends, np.array(changed, np.int32))
        return market.borrowers["friends_in_default"].tolist()

    assert tell(+3) == [0, 1, 0, 1, 0]  # borrower 2
    assert tell(+1, +5) == [0, 2, 0, 2, 0]
    assert tell(-3) == [0, 1, 0, 1, 0]
