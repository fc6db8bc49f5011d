"""Advance: a platform lends working capital to merchants against their rolling sales."""

from sim.compiled import rule
from sim.ledger import ADVANCE_INTEREST, ADVANCES, ADVANCES_LOST, ADVANCES_REPAID, fen, post
from sim.lender import takes_business


@rule
def advance(merchant, lender, k, rules, flows):
    """A merchant's working-capital line, at month end, before its fate is decided.

    limit = months * smoothed sales, so it falls when sales do; nothing for a shop that works at a loss. Interest is
    paid first. Who has a line keeps at hand the owner's buffer, and at least a month's stock: cash above repays, cash
    below is filled up from the line; what is owed above the limit is repaid as far as cash goes. If the line does not
    bring cash back to zero the shop will close, and what it owes is lost.

    lender: platform; k: its product under which this is posted.
    """
    interest = fen(lender.advance_rate * merchant.advance)
    merchant.cash -= interest
    post(flows, ADVANCE_INTEREST, k, interest)
    worth = merchant.smooth_sales if merchant.margin >= 0.0 else 0.0
    merchant.credit_limit = fen(lender.advance_months * worth * rules.wage_level)
    stock = rules.stock_need * merchant.goods_share * merchant.smooth_sales * rules.wage_level
    merchant.buffer = max(int(merchant.buffer), fen(stock))
    spare = int(merchant.cash - merchant.buffer)
    room = int(merchant.credit_limit - merchant.advance)
    if spare < 0 and room > 0 and takes_business(lender, rules):
        drawn = min(-spare, room)
        _owe(merchant, lender, drawn)
        post(flows, ADVANCES, k, drawn)
    repaid = min(int(merchant.advance), max(spare, min(int(merchant.cash), -room)))
    if repaid > 0:
        _owe(merchant, lender, -repaid)
        post(flows, ADVANCES_REPAID, k, repaid)
    if merchant.cash < 0:
        lost = int(merchant.advance)
        lender.advanced -= lost
        merchant.advance = merchant.credit_limit = 0
        post(flows, ADVANCES_LOST, k, lost)


@rule
def _owe(merchant, lender, amount):
    """Move money from the lender to the merchant, who owes it; back, if the amount is negative."""
    merchant.cash += amount
    merchant.advance += amount
    lender.advanced += amount


@rule
def advancing_product(products, platforms):
    """The first product whose platform lends to merchants; -1 if none does."""
    for k in range(len(products)):
        if platforms[products[k].platform].advance_months > 0.0:
            return k
    return -1
