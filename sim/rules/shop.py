"""Shop: necessities, then wants, with cash or on a line, at merchants that are open."""

from sim import tally as row
from sim.budget import affordable_wants
from sim.compiled import rule
from sim.ledger import (
    FEES_ABROAD,
    MERCHANT_FEES,
    PURCHASES_ABROAD,
    PURCHASES_CASH,
    PURCHASES_CREDIT,
    SAVINGS,
    fen,
    post,
)
from sim.line import INSTAL, headroom, lend, price_response


@rule
def shop(borrower, lines, held, products, contracts, shops, merchants, rules, plan, buy, tally):
    """Buy what the plan says, as far as cash kept for bills and unused credit go.

    Who is still short buys necessities only, with the credit kept for them and cash, before any bill. Everybody else
    keeps the cash for the minimum payments and spends what is affordable beside them. What is habitually put on lines
    goes there; the rest is paid in cash.

    Returns wants given up against normal, in fen.
    """
    if plan.short > 0:
        credit = int(plan.reserved)
        spending = min(int(plan.essentials), int(borrower.cash) + credit)
        wants = 0
    else:
        free = int(borrower.cash) - int(plan.minimum)
        wants = min(int(plan.wants), affordable_wants(plan, free))
        spending = int(plan.essentials) + wants
        habit = 0
        for k in held:
            habit += buy[k]
        credit = max(min(habit, spending), spending - free)
    credit, fees = _buy_on_lines(lines, held, products, contracts, credit, wants, rules, plan, buy, tally)
    if plan.short <= 0:
        _buy_abroad(lines, held, products, wants, tally)
    cash = min(spending - credit, int(borrower.cash))
    borrower.cash -= cash
    post(tally.flows, PURCHASES_CASH, -1, cash)
    _sell(shops, merchants, credit, cash, fees, tally)
    saved = min(int(plan.saved), max(0, int(borrower.cash) - int(plan.minimum)))
    if plan.short <= 0 and saved > 0:
        borrower.cash -= saved
        post(tally.flows, SAVINGS, -1, saved)
    return max(0, int(plan.normal_wants) - wants)


@rule
def _buy_abroad(lines, held, products, wants, tally):
    """Lines that pay sellers abroad are used there too: a share of wants on top, as far as there is room."""
    for k in held:
        if products[k].buys > 0.0 and products[k].abroad > 0.0:
            amount = min(headroom(lines[k]), fen(products[k].abroad * wants))
            lines[k].purchases += amount
            post(tally.flows, PURCHASES_ABROAD, k, amount)
            post(tally.flows, FEES_ABROAD, k, fen(products[k].merchant_fee * amount))


@rule
def _buy_on_lines(lines, held, products, contracts, amount, wants, rules, plan, buy, tally):
    """Put an amount on purchase lines: by habit first, then wherever there is room.

    A share is turned into instalments at once, less of it where these have become dearer since the founding.
    Returns what was put there and what it costs the merchants, in fen.
    """
    left = amount
    fees = 0
    for by_habit in (True, False):
        for k in held:
            if left <= 0 or products[k].buys == 0.0:
                continue
            part = min(left, headroom(lines[k]))
            if by_habit:
                part = min(part, buy[k])
            if part <= 0:
                continue
            converted = 0
            if lines[k].permissions & INSTAL and products[k].instalment_share > 0.0:
                terms = contracts[lines[k].contract, k]
                share = products[k].instalment_share
                share *= price_response(lines[k], terms.instalment_rate, terms.usual_instalment_rate, terms, rules)
                converted = fen(min(1.0, share) * part)
            if converted > 0:
                lend(lines[k], converted, int(products[k].term))
            lines[k].purchases += part - converted
            fee = fen(products[k].merchant_fee * part)
            post(tally.flows, PURCHASES_CREDIT, k, part)
            needed = products[k].scenes * plan.essentials
            tally.books[k, row.NECESSITIES] += fen(part * needed / max(1.0, needed + wants))
            post(tally.flows, MERCHANT_FEES, k, fee)
            fees += fee
            left -= part
    return amount - left, fees


@rule
def _sell(shops, merchants, credit, cash, fee, tally):
    """Share a purchase among the person's open shops: what is on lines among those that accept them, cash among all.

    If no open shop accepts lines, all do; if all four are shut, the first one's successor sells.
    """
    open_shops = accepting = 0
    for s in range(len(shops)):
        if merchants[shops[s]].alive:
            open_shops += 1
            accepting += int(merchants[shops[s]].accepts)
    if open_shops == 0:
        tally.sales[shops[0]] += credit + cash
        tally.on_lines[shops[0]] += credit
        tally.fees[shops[0]] += fee
        return
    choosy = 0 < accepting < open_shops
    places = accepting if choosy else open_shops
    _divide(shops, merchants, choosy, places, credit, tally.on_lines)
    _divide(shops, merchants, choosy, places, fee, tally.fees)
    if choosy:
        _divide(shops, merchants, True, places, credit, tally.sales)
        _divide(shops, merchants, False, open_shops, cash, tally.sales)
    else:
        _divide(shops, merchants, False, open_shops, credit + cash, tally.sales)


@rule
def _divide(shops, merchants, choosy, places, amount, sums):
    """Add equal parts of an amount to the sums of so many open shops; the odd fen go to the first.

    choosy: leave out shops that do not accept lines.
    """
    part = amount // places
    rest = amount % places
    for s in range(len(shops)):
        if merchants[shops[s]].alive and (merchants[shops[s]].accepts or not choosy):
            sums[shops[s]] += part + rest
            rest = 0
