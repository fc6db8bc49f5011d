"""Steps 8 and 9 of the month: merchants and platforms, on what people did."""

from sim import ledger
from sim import tally as row
from sim.compiled import loop, rule
from sim.lender import LENDING
from sim.rules.advance import advance, advancing_product
from sim.rules.collect import ration_calls
from sim.rules.complain import answer
from sim.rules.defraud import learn
from sim.rules.fund import fund
from sim.rules.invest import invest, investors_part
from sim.rules.negotiate import queue
from sim.rules.settle import first_product, settle, share_settlements
from sim.rules.trade import close_month, trade
from sim.rules.warn import indicate, steer, warn


@loop
def merchants_trade(merchants, platforms, products, sales, on_lines, fees, payroll, staff, rules, chance, flows):
    """Every merchant's month, in order: be paid for sales on lines, trade, borrow or repay, close the month."""
    k = advancing_product(products, platforms)
    all_held = all_paid = 0
    for m in range(len(merchants)):
        merchant = merchants[m]
        held, paid = settle(merchant, on_lines[m], rules)
        all_held += held
        all_paid += paid
        if trade(merchant, sales[m], on_lines[m], paid - held, fees[m], payroll[m], staff[m], rules, chance, flows):
            if k >= 0:
                advance(merchant, platforms[products[k].platform], k, rules, flows)
            close_month(merchant, rules, flows)
    share_settlements(platforms, products, all_held, all_paid, flows)


@loop
def platforms_fund(platforms, products, books, results, rules, flows):
    """Every platform's month-end, in order, from the flows of its products.

    results: blank records, one for each platform, in which its month is set out.
    """
    industry = stopped = funded_by_investors = 0.0
    for p in range(len(platforms)):
        add_up_platform(p, products, books, results[p], flows)
        indicate(platforms[p], results[p].book, results[p].new_arrears)
        industry += platforms[p].indicator / len(platforms)
        part = investors_part(platforms[p])
        funded_by_investors += part
        stopped += part if platforms[p].state != LENDING else 0.0
    for p in range(len(platforms)):
        platform, result = platforms[p], results[p]
        if result.product < 0:
            continue
        part = investors_part(platform)
        elsewhere = stopped - (part if platform.state != LENDING else 0.0)
        news = elsewhere / max(1.0, funded_by_investors - part)
        warn(platform, industry, rules)
        fund(platform, result, rules, flows)
        steer(platform, rules)
        invest(platform, news, rules)
        answer(platform, result.accounts, result.complaints)
        ration_calls(platform, result.accounts, result.late_accounts, rules)
        queue(platform, result.accounts, result.plan_requests)
        learn(platform, result.frauds, result.frauds_caught, rules)


@rule
def add_up_platform(p, products, books, result, flows):
    """Set out one platform's month from the flows and books of its products, in a blank record."""
    result.product = first_product(products, p)
    for k in range(len(products)):
        if products[k].platform != p:
            continue
        book, flow = books[k], flows[:, k]
        result.book += book[row.BALANCE]
        result.new_arrears += book[row.M1]
        result.late += book[row.M2] + book[row.M3] + book[row.M4]
        result.in_default += book[row.M4]
        result.accounts += book[row.ACCOUNTS]
        result.late_accounts += book[row.LATE_ACCOUNTS]
        result.applications += book[row.APPLICATIONS]
        result.approvals += book[row.APPROVALS]
        result.manual += book[row.MANUAL_DECISIONS]
        result.complaints += book[row.COMPLAINTS]
        result.escalations += book[row.ESCALATIONS]
        result.plan_requests += book[row.PLAN_REQUESTS]
        result.frauds += book[row.FRAUDS]
        result.frauds_caught += book[row.FRAUDS_CAUGHT]
        result.placed += flow[ledger.COMMISSIONS]
        fees = flow[ledger.MERCHANT_FEES] + flow[ledger.FEES_ABROAD]
        back = flow[ledger.RECOVERIES] + flow[ledger.CLAIM_SALES] + flow[ledger.CHARGEBACKS]
        gone = flow[ledger.STOLEN] + flow[ledger.COMMISSIONS]
        charged = flow[ledger.INTEREST] + flow[ledger.LATE_FEES] + flow[ledger.DRAW_FEES] + flow[ledger.CONVERSION_FEES]
        advanced = flow[ledger.ADVANCES] - flow[ledger.ADVANCES_REPAID] - flow[ledger.ADVANCE_INTEREST]
        held_back = flow[ledger.SETTLEMENTS_HELD] - flow[ledger.SETTLEMENTS_PAID]
        result.earned += charged + fees + back + flow[ledger.ADVANCE_INTEREST]
        result.lost += flow[ledger.CHARGE_OFFS] + flow[ledger.FEES_REFUNDED] + flow[ledger.ADVANCES_LOST] + gone
        lent = flow[ledger.DRAWS] + flow[ledger.PURCHASES_CREDIT] + flow[ledger.PURCHASES_ABROAD]
        result.cash_flow += flow[ledger.PAYMENTS] + back + fees + held_back - gone - lent - advanced
