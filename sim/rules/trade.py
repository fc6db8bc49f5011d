"""Trade: merchants sell, pay fees, wages and suppliers, lay off, close, and are taken over."""

import math

from sim.chance import MERCHANT_CASH, MERCHANT_ENTRY, MERCHANT_MARGIN, NEW_MARGIN, normal, uniform
from sim.compiled import rule
from sim.ledger import MERCHANT_COSTS, OUTSIDE_SALES, OWNERS_FUNDS, OWNERS_INCOME, fen, post

SETTLING_MONTHS = 12  # the first year sets what is normal for each merchant
FIXED_SHARE = 0.10  # rent and other costs that do not follow sales, as a share of normal sales


@rule
def trade(merchant, sales, fees, payroll, staff, rules, chance, flows):
    """One merchant's month.

    cash += sales + outside sales - fees - goods - fixed cost - payroll. During the settling year nobody fails: costs
    are set at its end so that the drawn margin holds. Later, cash below zero closes the shop, its staff is laid off and
    creditors bear the gap; a closed shop is taken over with a fixed probability a month. Staff follows smoothed sales:
    layoffs = response * (fall below normal - slack). Owners take half of the cash above the buffer.

    sales, fees, payroll: fen from modelled people; staff: people. Fees are posted where the sale was made.
    """
    level = rules.wage_level
    if not merchant.alive:
        _closed(merchant, sales, fees, payroll, staff, level, rules, chance, flows)
        return
    outside = fen(merchant.outside_sales * level)
    post(flows, OUTSIDE_SALES, -1, outside)
    merchant.sales = sales + outside
    costs = fen(merchant.goods_share * merchant.sales + merchant.fixed_cost * level)
    post(flows, MERCHANT_COSTS, -1, costs)
    merchant.cash += merchant.sales - fees - costs - payroll
    real_sales = merchant.sales / level
    merchant.smooth_sales += rules.merchant_smoothing * (real_sales - merchant.smooth_sales)
    merchant.staff = staff
    buffer = _buffer(merchant, level, rules)
    if rules.month < SETTLING_MONTHS:
        _settle(merchant, buffer, payroll / level, fees / level, rules, flows)
    elif merchant.cash < 0:
        post(flows, OWNERS_FUNDS, -1, -merchant.cash)
        merchant.cash = 0
        merchant.alive = 0
        merchant.layoff_share = 1.0
        merchant.vacancies = 0.0
    else:
        if merchant.cash > buffer:
            taken = (merchant.cash - buffer) // 2
            merchant.cash -= taken
            post(flows, OWNERS_INCOME, -1, taken)
        _staff(merchant, rules)


@rule
def _buffer(merchant, level, rules):
    """Cash that the owner keeps: months of sales, exponential over merchants, so a third hold less than one (K2)."""
    months = -rules.merchant_cash_months * math.log(1.0 - uniform(rules.founding, MERCHANT_CASH, merchant.id))
    return fen(months * merchant.smooth_sales * level)


@rule
def _settle(merchant, buffer, payroll, fees, rules, flows):
    """First year: what this month's sales, wages and margin imply for costs; cash stands at the buffer."""
    merchant.margin = _margin(rules, uniform(rules.founding, MERCHANT_MARGIN, merchant.id))
    sales = max(1.0, merchant.smooth_sales)
    merchant.norm_sales = merchant.smooth_sales
    merchant.norm_staff = merchant.staff
    merchant.fixed_cost = fen(FIXED_SHARE * sales)
    merchant.goods_share = max(0.0, 1.0 - merchant.margin - FIXED_SHARE - (payroll + fees) / sales)
    gap = buffer - merchant.cash
    if gap > 0:
        post(flows, OWNERS_FUNDS, -1, gap)
    else:
        post(flows, OWNERS_INCOME, -1, -gap)
    merchant.cash = buffer


@rule
def _margin(rules, u):
    """A net margin: normal over owners, so that some make losses (K4)."""
    return rules.merchant_margin + rules.merchant_margin_spread * normal(u)


@rule
def _staff(merchant, rules):
    """Layoffs when smoothed sales fall below normal by more than the slack; vacancies when sales need more staff."""
    fall = 1.0 - merchant.smooth_sales / max(1.0, merchant.norm_sales) - rules.merchant_slack
    wanted = merchant.norm_staff * (1.0 - rules.merchant_layoff_response * max(0.0, fall))
    staff = max(1.0, float(merchant.staff))
    merchant.layoff_share = min(1.0, max(0.0, (merchant.staff - wanted) / staff)) if fall > 0.0 else 0.0
    merchant.vacancies = max(0.0, wanted - merchant.staff)


@rule
def _closed(merchant, sales, fees, payroll, staff, level, rules, chance, flows):
    """A shut shop: stray sales settle its accounts; a newcomer takes it over now and then."""
    merchant.sales = sales
    merchant.cash += sales - fees - payroll
    merchant.staff = staff
    if merchant.cash < 0:
        post(flows, OWNERS_FUNDS, -1, -merchant.cash)
        merchant.cash = 0
    merchant.layoff_share = 1.0
    if uniform(chance, MERCHANT_ENTRY, merchant.id) < rules.merchant_entry_hazard:
        capital = fen(rules.merchant_cash_months * 0.5 * merchant.norm_sales * level)
        post(flows, OWNERS_FUNDS, -1, capital)
        merchant.cash += capital
        merchant.smooth_sales = merchant.norm_sales
        margin = _margin(rules, uniform(chance, NEW_MARGIN, merchant.id))
        merchant.goods_share = max(0.0, merchant.goods_share + merchant.margin - margin)
        merchant.margin = margin
        merchant.alive = 1
        merchant.layoff_share = 0.0
        merchant.vacancies = float(merchant.norm_staff)
