"""Trade: merchants sell, pay fees, wages and suppliers, keep rules, lay off, close, and are taken over."""

import math

from sim.chance import ACCEPTS, MERCHANT_CASH, MERCHANT_ENTRY, MERCHANT_MARGIN, NEW_MARGIN, VIOLATION, normal, uniform
from sim.compiled import rule
from sim.ledger import COMPLIANCE, MERCHANT_COSTS, OUTSIDE_SALES, OWNERS_FUNDS, OWNERS_INCOME, fen, post

SETTLING_MONTHS = 12  # the first year sets what is normal for each merchant
FIXED_SHARE = 0.10  # rent and other costs that do not follow sales, as a share of normal sales
HALVING_COST = 0.005  # share of sales on lines: each time so much is spent on compliance, violations halve


@rule
def trade(merchant, sales, on_lines, settled, fees, payroll, staff, rules, chance, flows):
    """One merchant's month; what becomes of the shop is decided by ``close_month``.

    cash += sales + outside sales + settled - fees - goods - fixed cost - payroll - compliance. Outside sales are lost
    as far as stock cannot be paid for. During the settling year costs are set at each month's end so that the drawn
    margin holds, and owners keep cash at the buffer. A closed shop is taken over with a fixed probability a month.

    sales, of which on_lines, fees, payroll: fen from modelled people; settled: fen that platforms pay for earlier sales
    less what they hold back now; staff: people. Fees are posted where the sale was made.
    Returns 1 if the month is still to be closed: the shop is open, and what is normal for it is settled.
    """
    level = rules.wage_level
    merchant.accepts = accepts_lines(merchant, rules)
    merchant.lost_sales = merchant.closed = merchant.violated = 0
    if not merchant.alive:
        _closed(merchant, sales, sales + settled - fees - payroll, staff, level, rules, chance, flows)
        return 0
    outside = fen(merchant.outside_sales * level)
    merchant.lost_sales = min(outside, _lost_sales(merchant, sales + outside, rules))
    outside -= int(merchant.lost_sales)
    post(flows, OUTSIDE_SALES, -1, outside)
    merchant.sales = sales + outside
    costs = fen(merchant.goods_share * merchant.sales + merchant.fixed_cost * level)
    post(flows, MERCHANT_COSTS, -1, costs)
    merchant.cash += merchant.sales + settled - fees - costs - payroll
    _comply(merchant, on_lines, level, rules, chance, flows)
    real_sales = merchant.sales / level
    merchant.smooth_sales += rules.merchant_smoothing * (real_sales - merchant.smooth_sales)
    merchant.staff = staff
    merchant.buffer = _buffer(merchant, level, rules)
    if rules.month < SETTLING_MONTHS:
        _settle(merchant, payroll / level, fees / level, rules, flows)
        return 0
    return 1


@rule
def close_month(merchant, rules, flows):
    """An open shop's month end: cash below zero closes it and creditors bear the gap.

    Otherwise owners take half of the cash above the buffer, and staff follows smoothed sales:
    layoffs = response * (fall below normal - slack). The staff of a closed shop is laid off.
    """
    if merchant.cash < 0:
        post(flows, OWNERS_FUNDS, -1, -merchant.cash)
        merchant.cash = 0
        merchant.alive = 0
        merchant.closed = 1
        merchant.layoff_share = 1.0
        merchant.vacancies = 0.0
        return
    if merchant.cash > merchant.buffer:
        taken = (merchant.cash - merchant.buffer) // 2
        merchant.cash -= taken
        post(flows, OWNERS_INCOME, -1, taken)
    _staff(merchant, rules)


@rule
def accepts_lines(merchant, rules):
    """Whether a merchant takes purchase lines: some never do, and compliance makes it pay for fewer.

    share of merchants = willing * (1 - compliance cost / what a sale leaves after goods); 1 is yes.
    """
    left = max(FIXED_SHARE, 1.0 - merchant.goods_share)
    willing = rules.merchant_acceptance * (1.0 - rules.compliance_cost / left)
    return 1 if uniform(rules.founding, ACCEPTS, merchant.id) < willing else 0


@rule
def _lost_sales(merchant, demand, rules):
    """Sales lost for want of stock: demand * stock to be paid ahead * what part of it cash leaves out."""
    ahead = rules.stock_need * merchant.goods_share * demand
    if ahead <= merchant.cash or rules.month < SETTLING_MONTHS:
        return 0
    return int(rules.stock_need * (1.0 - merchant.cash / ahead) * demand)


@rule
def _comply(merchant, on_lines, level, rules, chance, flows):
    """Keep data and privacy rules at a cost; who accepts lines may still break them, and is fined.

    cost = share of sales on lines; hazard = violation share * 2 ^ -(that share / the share that halves it).
    """
    spent = fen(rules.compliance_cost * on_lines)
    hazard = rules.violation_share * 0.5 ** (rules.compliance_cost / HALVING_COST)
    if merchant.accepts and uniform(chance, VIOLATION, merchant.id) < hazard:
        merchant.violated = 1
        spent += fen(rules.violation_fine * merchant.smooth_sales * level)
    merchant.cash -= spent
    post(flows, COMPLIANCE, -1, spent)


@rule
def _buffer(merchant, level, rules):
    """Cash that the owner keeps: months of sales, exponential over merchants, so a third hold less than one (K2).

    What is still to be paid for sales on lines is part of this working capital, and is not at hand.
    """
    months = -rules.merchant_cash_months * math.log(1.0 - uniform(rules.founding, MERCHANT_CASH, merchant.id))
    return max(0, fen(months * merchant.smooth_sales * level) - int(merchant.receivable))


@rule
def _settle(merchant, payroll, fees, rules, flows):
    """First year: what this month's sales, wages and margin imply for costs; cash stands at the buffer."""
    merchant.margin = _margin(rules, uniform(rules.founding, MERCHANT_MARGIN, merchant.id))
    sales = max(1.0, merchant.smooth_sales)
    merchant.norm_sales = merchant.smooth_sales
    merchant.norm_staff = merchant.staff
    merchant.fixed_cost = fen(FIXED_SHARE * sales)
    merchant.goods_share = max(0.0, 1.0 - merchant.margin - FIXED_SHARE - (payroll + fees) / sales)
    gap = merchant.buffer - merchant.cash
    if gap > 0:
        post(flows, OWNERS_FUNDS, -1, gap)
    else:
        post(flows, OWNERS_INCOME, -1, -gap)
    merchant.cash = merchant.buffer


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
def _closed(merchant, sales, received, staff, level, rules, chance, flows):
    """A shut shop: stray sales settle its accounts; a newcomer takes it over now and then."""
    merchant.sales = sales
    merchant.cash += received
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
