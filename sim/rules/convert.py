"""Convert: who cannot pay the bill turns part of it into instalments."""

from sim import tally as row
from sim.compiled import rule
from sim.ledger import CONVERSION_FEES, fen, post
from sim.line import INSTAL, OPEN, is_called_in, lend


@rule
def convert(borrower, lines, held, products, plan, pay, tally):
    """Turn bills into instalments if cash does not carry necessities and what the person means to pay.

    On each line that lets it and asks for a payment: amount = converted share * carried bill, repaid over the product's
    term, for a fee that is billed. The minimum payment falls by its share of the amount, at least to what is still
    billed, and the person is short by so much less.

    pay: fen planned per line, falls with what is converted.
    """
    planned = 0
    for k in held:
        planned += pay[k]
    if borrower.cash >= plan.essentials + planned:
        return
    for k in held:
        line, product = lines[k], products[k]
        allowed = line.state == OPEN and line.months_past_due == 0 and line.permissions & INSTAL
        if product.converts == 0.0 or not allowed or is_called_in(line, product) or plan.excused & (1 << k):
            continue
        amount = fen(product.converts * int(line.revolving))
        if amount <= 0:
            continue
        fee = fen(product.conversion_fee * amount)
        lend(line, amount, int(product.term))
        line.revolving += fee - amount
        eased = min(int(line.due), fen(product.minimum_share * amount))
        eased = max(eased, int(line.due) - int(line.revolving))  # no more is due than is still billed
        line.due -= eased
        plan.minimum -= eased
        plan.short -= eased
        pay[k] = max(int(line.due), min(pay[k], int(line.revolving)))
        post(tally.flows, CONVERSION_FEES, k, fee)
        tally.books[k, row.CONVERTED] += amount
