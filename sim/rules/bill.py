"""Bill: interest is charged, purchases and instalments fall due, the minimum payment is set."""

from sim.compiled import rule
from sim.ledger import INTEREST, fen, post
from sim.line import IN_PLAN, OLDEST, is_called_in, price

MONTH = 30.0  # days


@rule
def bill(line, product, k, holiday, tally):
    """One line's statement: what is billed, and the least that must be paid this month.

    Interest on the carried balance at the monthly rate; purchases since the last statement join it, free of interest if
    the product has a free period (on a card: only if the last bill was paid in full). One instalment of the principal
    is billed with its interest. Then
    due = arrears + minimum share of the rest of the bill + the instalment,
    where a product with a minimum share of 1, and a hardship plan, asks for everything. In a month without a
    statement (a bill cycle above 30 days) purchases wait and only the instalment falls due. Once a line is so many
    months past due that it is called in, everything still owed on it is billed and due. In a payment holiday interest
    runs and nothing is due.

    line: record; product: terms that the line signed; k: product index. Interest is posted; the line's ``due`` and
    balances change.
    """
    arrears = int(line.due)
    carried = int(line.revolving)
    called_in = is_called_in(line, product)
    statement = called_in or _closes(line, product)
    purchases = int(line.purchases) if statement else 0
    monthly_rate = price(line, product.monthly_rate, product)
    interest = carried * monthly_rate
    if product.free_period == 0 or (product.free_period == 2 and carried > 0):
        interest += int(line.purchases) * monthly_rate
    instalment = 0
    if line.instalment > 0:
        interest += line.instalment * price(line, product.instalment_rate, product)
        if not holiday:
            left = 1 if called_in else max(1, int(line.instalments_left))
            instalment = (int(line.instalment) + left - 1) // left
            line.instalments_left = left - 1
            line.instalment -= instalment
    charge = fen(interest)
    billed = carried + purchases + instalment + charge
    line.revolving = billed
    line.purchases -= purchases
    rest = max(0, billed - arrears - instalment) if statement else 0
    least = 1.0 if line.state == IN_PLAN else product.minimum_share
    if holiday:
        line.due = 0
    else:
        line.due = billed if called_in else min(billed, arrears + instalment + fen(least * rest))
    post(tally.flows, INTEREST, k, charge)


@rule
def _closes(line, product):
    """Whether a statement closes this month: one in every bill cycle, counted from the opening of the line."""
    if product.bill_cycle <= MONTH or line.months_on_book >= OLDEST:
        return True
    age = MONTH * int(line.months_on_book)
    return int(age / product.bill_cycle) > int((age - MONTH) / product.bill_cycle)
