"""Convert: who cannot pay the bill turns part of it into instalments."""

from sim import tally as row
from sim.budget import count_again
from sim.compiled import rule
from sim.ledger import CONVERSION_FEES, fen, post
from sim.line import INSTAL, OPEN, headroom, is_called_in, lend

STEP = 3  # months: plans run for 3, 6, 9, ... months


@rule
def convert(borrower, lines, held, products, plan, pay, tally):
    """Turn bills into instalments until cash carries necessities and what the person means to pay.

    On each line that lets it: amount = converted share * bill, for a fee that is billed, over the shortest plan that
    fits the cash. What is due falls by the same share, and the person is short by so much less.

    pay: fen planned per line, falls with what is converted.
    """
    planned = 0
    for k in held:
        planned += pay[k]
    for k in held:
        spare = int(borrower.cash) - int(plan.essentials) - planned
        if spare >= 0:
            return
        line, product = lines[k], products[k]
        allowed = line.state == OPEN and line.months_past_due == 0 and line.permissions & INSTAL
        if product.converts == 0.0 or not allowed or is_called_in(line, product) or plan.excused & (1 << k):
            continue
        amount = fen(product.converts * int(line.revolving))
        if amount <= 0:
            continue
        unused = headroom(line)
        fee = fen(product.conversion_fee * amount)
        lend(line, amount, _months(amount, spare + pay[k], product))
        line.revolving += fee - amount
        eased = fen(product.converts * int(line.due))
        line.due -= eased
        plan.minimum -= eased
        plan.short -= eased
        planned -= pay[k]
        pay[k] = max(int(line.due), min(pay[k], int(line.revolving)))
        planned += pay[k]
        if product.buys > 0.0:
            plan.room -= unused - headroom(line)  # the fee takes up unused credit
            count_again(plan)
        post(tally.flows, CONVERSION_FEES, k, fee)
        tally.books[k, row.CONVERTED] += amount


@rule
def _months(amount, spare, product):
    """The shortest plan whose instalment the cash left for this line would pay, at most the product's term."""
    months = STEP
    while months < product.term and months * spare < amount:
        months += STEP
    return min(months, int(product.term))
