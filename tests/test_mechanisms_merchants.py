"""Merchants as firms: they accept lines or not, wait for their money, stock up, comply, and borrow working capital."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import default_market, model_of
from scenes import PAY_LATER, Scene, set_fields, yuan
from wild_markets import playing, value_of, wild_markets

from sim import ledger
from sim.chance import ACCEPTS, MERCHANT_CASH, VIOLATION, month_key, uniform
from sim.lender import STOPPED
from sim.parameters import BEHAVIOUR, PLATFORM
from sim.policy import Change
from sim.rules.advance import advance, advancing_product
from sim.rules.fund import fund
from sim.rules.settle import settle, share_settlements
from sim.rules.shop import _sell
from sim.rules.trade import SETTLING_MONTHS, accepts_lines, close_month, trade

FOUNDING = month_key(1, 0)
SETTLED = slice(SETTLING_MONTHS, None)  # nobody closes before


def firm(*, platforms=None, parameters=None, month=SETTLING_MONTHS, products=(PAY_LATER,), **fields):
    """A scene whose first merchant has these fields; its smoothed sales and its buffer stand where they are put."""
    calm = {"merchant_smoothing": 0.01, "merchant_cash_months": 0.1}
    s = Scene(*products, platforms=platforms, month=month, parameters=calm | (parameters or {}))
    s.rules.merchant_smoothing = 0.0
    for name, value in fields.items():
        s.merchants[0][name] = value
    return s


def traded(sales=0, on_lines=0, settled=0, **rest):
    """The first merchant after a month of trade, amounts in yuan."""
    s = firm(**rest)
    s.play(trade, sales=yuan(sales), on_lines=yuan(on_lines), settled=yuan(settled), fees=0, payroll=0, staff=0)
    return s


def world(months=30, *, advance_months=0.0, changes=(), merchants=300, seed=1, **parameters):
    """The default market with many merchants; the first platform may lend to them."""
    platforms, products = default_market()
    platforms[0]["advance_months"] = advance_months
    market = (platforms, products)
    size = {"borrowers": 3000, "merchants": merchants, "seed": seed}
    return model_of(market, **size, parameters=parameters, changes=changes).run(months)


def after_the_first_year(model, column):
    """The sum of a column of the economy once merchants may close."""
    return model.tables()["economy"][column][SETTLED].sum()


def paid_as(model, name):
    """What was paid under one flow in all months, in fen."""
    flows = model.tables()["flows"]
    return int(flows["amount_fen"][flows["flow"] == name].sum())


# --- M87: acceptance ---
@pytest.mark.mechanism("M87")
def test_what_is_put_on_lines_goes_to_shops_that_accept_them_and_cash_to_all():
    s = Scene(PAY_LATER)
    s.merchants["accepts"] = [1, 0, 1, 1]
    s.merchants["alive"] = [1, 1, 1, 0]
    s.play(_sell, credit=201, cash=100, fee=3)
    assert s.tally.on_lines.tolist() == [101, 0, 100, 0]
    assert s.tally.sales.tolist() == [101 + 34, 33, 100 + 33, 0]
    assert s.tally.fees.tolist() == [2, 0, 1, 0]


@pytest.mark.mechanism("M87")
@pytest.mark.parametrize("accepts", [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 1]])
def test_if_no_open_shop_accepts_lines_all_do(accepts):
    s = Scene(PAY_LATER)
    s.merchants["accepts"] = accepts
    s.merchants["alive"] = [1, 1, 1, 0]
    s.play(_sell, credit=200, cash=101, fee=0)
    assert s.tally.sales.tolist() == [101, 100, 100, 0]
    assert s.tally.on_lines.sum() == 200


@pytest.mark.mechanism("M87")
@given(credit=st.integers(0, 10**9), cash=st.integers(0, 10**9), fee=st.integers(0, 10**6),
       alive=st.lists(st.integers(0, 1), min_size=4, max_size=4),
       accepts=st.lists(st.integers(0, 1), min_size=4, max_size=4))  # fmt: skip
def test_every_fen_that_is_spent_is_somebodys_sale(credit, cash, fee, alive, accepts):
    s = Scene(PAY_LATER)
    s.merchants["alive"], s.merchants["accepts"] = alive, accepts
    s.play(_sell, credit=credit, cash=cash, fee=fee)
    assert (s.tally.sales.sum(), s.tally.on_lines.sum(), s.tally.fees.sum()) == (credit + cash, credit, fee)
    shut = np.array(alive) == 0
    assert not s.tally.sales[1:][shut[1:]].any()


@pytest.mark.mechanism("M87")
def test_merchants_that_accept_lines_sell_more_at_the_cost_of_those_that_do_not():
    all_accept, some = (world(6, merchant_acceptance=share) for share in (1.0, 0.5))
    accepting = some.market.merchants["accepts"] == 1
    assert 0.4 < accepting.mean() < 0.6
    more = some.market.merchants["sales"] - all_accept.market.merchants["sales"]
    assert more[accepting].sum() > 0
    assert more[accepting].sum() == -more[~accepting].sum()  # in the first year nothing else has moved


# --- M88: settlement and stock ---
@pytest.mark.mechanism("M88")
def test_of_what_is_owed_to_a_merchant_the_same_share_is_paid_each_month():
    s = firm(parameters={"settlement_lag": 1.0})
    assert s.play(settle, on_lines=1000) == (500, 0)
    assert s.play(settle, on_lines=1000) == (500, 250)
    assert s.merchants[0].receivable == 750
    s.rules.settlement_lag = 0.0
    assert s.play(settle, on_lines=1000) == (0, 750)
    assert s.play(settle, on_lines=1000) == (0, 0)


@pytest.mark.mechanism("M88")
@pytest.mark.parametrize("lag", [0.25, 1.0, 3.0])
def test_what_is_owed_to_a_merchant_settles_at_the_lag_times_its_sales_on_lines(lag):
    s = firm(parameters={"settlement_lag": lag})
    for _ in range(200):
        s.play(settle, on_lines=yuan(1000))
    assert s.merchants[0].receivable == pytest.approx(yuan(lag * 1000), abs=3)


@pytest.mark.mechanism("M88")
@given(lags=st.lists(st.floats(0, 3), min_size=1, max_size=8), sales=st.integers(0, 10**8))
def test_a_receivable_is_never_negative(lags, sales):
    s = firm()
    for lag in lags:
        s.rules.settlement_lag = lag
        held, paid = s.play(settle, on_lines=sales)
        assert min(held, paid, s.merchants[0].receivable) >= 0
        assert held <= sales


@pytest.mark.mechanism("M88")
@given(st.data())
def test_platforms_pay_as_they_owe_and_hold_back_as_they_sold(data):
    amounts = st.integers(0, 10**9)
    s = Scene(PAY_LATER, PAY_LATER | {"platform": 1}, PAY_LATER | {"platform": 1})
    s.platforms["payable"] = owed = [data.draw(amounts) for _ in range(2)]
    s.tally.flows[ledger.PURCHASES_CREDIT, :3] = sold = [data.draw(amounts) for _ in range(3)]
    held, paid = (data.draw(st.integers(0, sum(most))) for most in (sold, owed))
    s.play(share_settlements, held=held, paid=paid)
    assert (s.flow(ledger.SETTLEMENTS_HELD), s.flow(ledger.SETTLEMENTS_PAID)) == (held, paid)
    for k in range(3):
        assert s.flow(ledger.SETTLEMENTS_HELD, k) == pytest.approx(held * sold[k] / max(1, sum(sold)), abs=3)
        assert s.flow(ledger.SETTLEMENTS_HELD, k) <= sold[k]
    assert s.flow(ledger.SETTLEMENTS_PAID, 2) == 0  # under the first product of each platform
    assert s.platforms["payable"].sum() == sum(owed) + held - paid
    assert (s.platforms["payable"] >= 0).all()


@pytest.mark.mechanism("M88")
@pytest.mark.parametrize(("cash", "need", "lost"), [(500, 1.0, 0), (250, 1.0, 500), (250, 0.8, 300), (0, 1.0, 600)])
def test_who_cannot_pay_for_stock_ahead_loses_outside_sales(cash, need, lost):
    """Demand of 1,000 yuan, 600 of it from outside, half of it goods."""
    s = traded(sales=400, cash=yuan(cash), parameters={"stock_need": need}, goods_share=0.5, outside_sales=yuan(600))
    assert s.merchants[0].lost_sales == yuan(lost)
    assert s.merchants[0].sales == yuan(1000 - lost)
    assert s.flow(ledger.OUTSIDE_SALES) == yuan(600 - lost)


@pytest.mark.mechanism("M88")
def test_what_is_not_yet_paid_for_is_working_capital_that_is_not_at_hand():
    months = -2.0 * math.log(1 - uniform(FOUNDING, MERCHANT_CASH, 0))
    for receivable, kept in ((0, months * 1000), (100, months * 1000 - 100), (1e6, 0)):
        s = traded(smooth_sales=yuan(1000), receivable=yuan(receivable), parameters={"merchant_cash_months": 2.0})
        assert s.merchants[0].buffer == pytest.approx(yuan(kept), abs=1)


@pytest.mark.mechanism("M88")
def test_if_platforms_pay_sooner_money_is_tied_up_for_fewer_days_and_fewer_sales_are_lost_for_want_of_stock():
    slow, fast = ([world(settlement_lag=lag, stock_need=1.0, seed=s) for s in (1, 2)] for lag in (2.0, 0.25))
    held = [models[0].tables()["economy"]["receivable_fen"].sum() for models in (slow, fast)]
    days = [30 * fen / paid_as(m[0], "purchases on credit") for fen, m in zip(held, (slow, fast), strict=True)]
    assert days == pytest.approx([60, 7.5], rel=0.15)  # it fills up first
    for column in ("lost_sales_fen", "stock_outs", "merchants_closed"):
        sooner, later = (sum(after_the_first_year(model, column) for model in models) for models in (fast, slow))
        assert sooner < later, column


# --- M91, M92: working capital ---
LENDS = [{"signal_noise": 0, "advance_months": 2.0, "advance_rate": 0.01}]


def borrowed(*, stopped=False, **fields):
    """The first merchant, 1,000 yuan of smoothed sales, after its line was used; and the scene."""
    s = firm(platforms=LENDS, **{"smooth_sales": yuan(1000)} | fields)
    s.platforms["advanced"] = fields.get("advance", 0)
    s.platforms["state"] = STOPPED if stopped else 0
    before = int(s.merchants[0].cash)
    s.play(advance, lender=s.platforms[0])
    merchant = s.merchants[0]
    paid = [s.flow(flow) for flow in (ledger.ADVANCES, ledger.ADVANCES_REPAID, ledger.ADVANCE_INTEREST)]
    assert merchant.cash - before == paid[0] - paid[1] - paid[2]
    assert merchant.advance == s.platforms[0].advanced
    assert merchant.advance == fields.get("advance", 0) + paid[0] - paid[1] - s.flow(ledger.ADVANCES_LOST)
    return s, merchant


@pytest.mark.mechanism("M91")
def test_cash_below_the_owners_buffer_is_filled_up_from_the_line():
    s, merchant = borrowed(cash=-yuan(300), buffer=yuan(500))
    assert (merchant.cash, merchant.advance, merchant.credit_limit) == (yuan(500), yuan(800), yuan(2000))
    s.play(close_month)
    assert merchant.alive == 1
    assert s.flow(ledger.OWNERS_INCOME) == 0  # owners do not take what was borrowed


@pytest.mark.mechanism("M91")
def test_who_has_a_line_keeps_a_months_stock_at_hand():
    _, merchant = borrowed(cash=0, buffer=yuan(100), goods_share=0.5, parameters={"stock_need": 0.8})
    assert merchant.cash == yuan(400)


@pytest.mark.mechanism("M91")
def test_interest_comes_first_and_cash_above_the_buffer_repays():
    _, merchant = borrowed(cash=yuan(610), buffer=yuan(500), advance=yuan(1000))
    assert (merchant.cash, merchant.advance) == (yuan(500), yuan(900))  # 10 yuan of interest
    _, merchant = borrowed(cash=yuan(5010), buffer=yuan(500), advance=yuan(1000))
    assert (merchant.cash, merchant.advance) == (yuan(4000), 0)


@pytest.mark.mechanism("M91")
def test_a_line_that_is_used_up_does_not_save_the_shop_and_the_lender_loses_what_it_lent():
    s, merchant = borrowed(cash=-yuan(500), advance=yuan(1900))
    assert s.flow(ledger.ADVANCES) == yuan(100)
    assert s.flow(ledger.ADVANCES_LOST) == yuan(2000)
    s.play(close_month)
    assert (merchant.alive, merchant.closed, merchant.cash, merchant.advance) == (0, 1, 0, 0)


@pytest.mark.mechanism("M91")
def test_a_lender_that_takes_no_business_lends_nothing_more():
    s, merchant = borrowed(cash=yuan(100), buffer=yuan(500), stopped=True)
    assert merchant.advance == s.flow(ledger.ADVANCES) == 0


@pytest.mark.mechanism("M88", "M91")
@pytest.mark.parametrize(
    ("advanced", "payable", "funded"), [(0, 0, 1000), (500, 0, 1500), (500, 300, 1200), (0, 2000, 0)]
)
def test_what_merchants_owe_must_be_funded_and_what_is_owed_to_them_funds_the_platform(advanced, payable, funded):
    s = Scene(PAY_LATER, platforms=[{"funding_apr": 0.12}])
    set_fields(s.platforms[0], {"advanced": yuan(advanced), "payable": yuan(payable)})
    s.result.book = yuan(1000)
    s.play(fund)
    assert s.flow(ledger.FUNDING_COST) == yuan(0.01 * funded)


@pytest.mark.mechanism("M91", "M92")
def test_a_shop_that_works_at_a_loss_gets_no_line():
    _, merchant = borrowed(cash=yuan(100), buffer=yuan(500), margin=-0.01)
    assert merchant.credit_limit == merchant.advance == 0
    _, merchant = borrowed(cash=yuan(100), buffer=yuan(500), margin=0.0)
    assert merchant.advance == yuan(400) < merchant.credit_limit


@pytest.mark.mechanism("M91", "M92")
def test_working_capital_earns_more_than_it_loses():
    model = world(60, advance_months=2.0)
    assert paid_as(model, "advances lost") < 0.5 * paid_as(model, "advance interest")


@pytest.mark.mechanism("M91")
def test_the_first_product_whose_platform_advances_is_where_it_is_posted():
    two = [{"advance_months": 0}, {"advance_months": 1}]
    products = (PAY_LATER, PAY_LATER | {"platform": 1}, PAY_LATER | {"platform": 1})
    assert Scene(*products, platforms=two).play(advancing_product) == 1
    assert Scene(*products, platforms=[{}, {}]).play(advancing_product) == -1


@pytest.mark.mechanism("M91")
def test_with_working_capital_lines_fewer_merchants_close_and_more_is_sold():
    without, lent = (world(advance_months=months) for months in (0.0, 2.0))
    assert after_the_first_year(lent, "merchants_closed") < 0.85 * after_the_first_year(without, "merchants_closed")
    assert after_the_first_year(lent, "merchant_sales_fen") > after_the_first_year(without, "merchant_sales_fen")
    assert paid_as(lent, "advance interest") > 0
    assert paid_as(lent, "advances lost") > 0
    assert paid_as(without, "advances to merchants") == 0


@pytest.mark.mechanism("M92")
def test_when_the_limit_falls_with_sales_what_is_owed_above_it_is_repaid_as_far_as_cash_goes():
    _, merchant = borrowed(smooth_sales=yuan(400), cash=yuan(110), buffer=yuan(500), advance=yuan(1000))
    assert (merchant.credit_limit, merchant.cash, merchant.advance) == (yuan(800), 0, yuan(900))
    _, merchant = borrowed(smooth_sales=yuan(400), cash=yuan(410), buffer=yuan(500), advance=yuan(1000))
    assert (merchant.cash, merchant.advance) == (yuan(200), yuan(800))


@pytest.mark.mechanism("M92")
def test_merchants_limits_fall_after_their_sales_do():
    cut = Change("cut", "limit_cut", 0.8, "2018-07")
    calm, hit = (world(advance_months=1.0, changes=changes).tables()["economy"] for changes in ((), (cut,)))
    before, after = slice(SETTLING_MONTHS, 18), slice(18, 24)
    for column in ("merchant_sales_fen", "merchant_limit_fen"):
        assert (calm[column][before] == hit[column][before]).all()
        assert hit[column][after].sum() < calm[column][after].sum()
    sales, limits = (hit[c][18:24] / calm[c][18:24] for c in ("merchant_sales_fen", "merchant_limit_fen"))
    assert sales[0] < limits[0]  # smoothed: the limit follows


# --- M93: compliance ---
@pytest.mark.mechanism("M93")
def test_compliance_costs_a_share_of_sales_on_lines_and_a_fine_months_of_sales():
    fined = {"compliance_cost": 0.01, "violation_share": 1.0, "violation_fine": 2.0, "merchant_acceptance": 1.0}
    draw = uniform(Scene(PAY_LATER, month=SETTLING_MONTHS).chance, VIOLATION, 0)
    for share in (1.0, 0.0):
        s = traded(sales=1000, on_lines=400, smooth_sales=yuan(300), parameters=fined | {"violation_share": share})
        violated = draw < share * 0.25  # one percent halves it twice
        assert s.merchants[0].violated == violated
        assert s.flow(ledger.COMPLIANCE) == yuan(4) + violated * yuan(600)
        assert s.merchants[0].cash == yuan(1000) - s.flow(ledger.COMPLIANCE)


@pytest.mark.mechanism("M93")
@pytest.mark.parametrize(("acceptance", "violated"), [(1.0, 1), (0.0, 0)])
def test_only_who_accepts_lines_breaks_their_rules(acceptance, violated):
    s = traded(parameters={"violation_share": 1.0, "violation_fine": 1.0, "merchant_acceptance": acceptance},
               smooth_sales=yuan(300))  # fmt: skip
    assert s.merchants[0].violated == violated
    assert s.flow(ledger.COMPLIANCE) == violated * yuan(300)


@pytest.mark.mechanism("M93")
@pytest.mark.parametrize("cost", [0.0, 0.02, 0.1])
def test_a_merchant_accepts_if_its_draw_is_below_what_compliance_leaves(cost):
    s = Scene(PAY_LATER, merchants=400, parameters={"merchant_acceptance": 0.8, "compliance_cost": cost})
    s.merchants["goods_share"] = 0.5
    accepts = [s.play(accepts_lines, merchant=merchant) for merchant in s.merchants]
    willing = [uniform(FOUNDING, ACCEPTS, m) < 0.8 * (1 - cost / 0.5) for m in range(400)]
    assert accepts == willing


@pytest.mark.mechanism("M93")
def test_compliance_makes_slightly_fewer_merchants_accept_and_prevents_violations():
    fined = {"violation_share": 0.05, "violation_fine": 1.0}
    # nobody closes, so that only the choice to accept moves
    calm = {"merchant_cash_months": 12.0, "merchant_margin": 0.3}
    careless, careful = (world(24, compliance_cost=cost, **fined, **calm) for cost in (0.0, 0.01))
    columns = [m.tables()["economy"] for m in (careless, careful)]
    accepting = [t["merchants_accepting"].mean() for t in columns]
    assert 0.95 * accepting[0] < accepting[1] < accepting[0]
    violations = [t["violations"].sum() for t in columns]
    assert violations[1] < 0.5 * violations[0]
    assert violations[1] > 0


# --- M94: the owner's buffer ---
@pytest.mark.mechanism("M94")
def test_after_a_limit_cut_fewer_merchants_close_if_owners_keep_more_cash():
    cut = Change("cut", "limit_cut", 0.9, "2018-07")
    closed = []
    for months in (0.3, 5.0):
        calm, hit = (world(36, changes=changes, merchant_cash_months=months) for changes in ((), (cut,)))
        closed.append((after_the_first_year(hit, "merchants_closed"), after_the_first_year(calm, "merchants_closed")))
    (thin_hit, thin_calm), (thick_hit, thick_calm) = closed
    assert thick_hit < thin_hit
    assert thick_hit - thick_calm < thin_hit - thin_calm


# --- all together ---
NAMES = ("merchant_acceptance", "settlement_lag", "stock_need", "compliance_cost", "violation_share", "violation_fine",
         "merchant_cash_months", "merchant_margin")  # fmt: skip
WILD = st.fixed_dictionaries({name: value_of(BEHAVIOUR[name]) for name in NAMES})
LENDING = st.fixed_dictionaries({name: value_of(PLATFORM[name]) for name in ("advance_months", "advance_rate")})


@pytest.mark.mechanism("M87", "M88", "M91", "M92", "M93", "M94")
@given(wild_markets(), WILD, LENDING)
@settings(max_examples=60)
def test_the_accounts_close_and_what_merchants_owe_and_are_owed_is_what_platforms_say(keywords, parameters, terms):
    keywords["parameters"] |= parameters
    keywords["platforms"][1] |= terms
    with playing(keywords) as model:
        merchants, platforms = model.market.merchants, model.market.platforms
        for _ in range(18):
            model.step()  # raises unless the accounts close
            assert (merchants["cash"] >= 0).all()
            for theirs, ours in (("receivable", "payable"), ("advance", "advanced")):
                assert (merchants[theirs] >= 0).all()
                assert (platforms[ours] >= 0).all()
                assert merchants[theirs].sum() == platforms[ours].sum()
            assert not merchants["advance"][merchants["alive"] == 0].any()
        posted = paid_as(model, "settlements held back") - paid_as(model, "settlements paid")
        assert posted == merchants["receivable"].sum()
        lent = paid_as(model, "advances to merchants") - paid_as(model, "advances repaid")
        assert lent - paid_as(model, "advances lost") == merchants["advance"].sum()


@pytest.mark.mechanism("M87", "M88", "M91", "M92", "M93", "M94")
def test_with_nothing_switched_on_merchants_accept_all_lines_are_paid_at_once_and_borrow_nothing():
    model = world(24, merchants=30)
    economy = model.tables()["economy"]
    assert (economy["merchants_accepting"] == economy["merchants_open"]).all()
    for column in ("receivable_fen", "stock_outs", "lost_sales_fen", "merchant_limit_fen", "merchant_advances_fen",
                   "violations"):  # fmt: skip
        assert not economy[column].any(), column
    rows = set(model.tables()["flows"]["flow"])
    assert not rows & {"settlements held back", "settlements paid", "advances to merchants", "compliance and fines"}
