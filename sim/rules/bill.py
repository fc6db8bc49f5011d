"""Bill: interest is charged, purchases and instalments fall due, the minimum payment is set."""

from sim.compiled import rule
from sim.ledger import INTEREST, fen, post
from sim.line import is_called_in


@rule
def bill(line, product, k, tally):
    """One line's statement: what is billed, and the least that must be paid this month.

    Interest on the carried balance at the monthly rate; purchases of last month join it, free of interest if the
    product has a free period (on a card: only if the last bill was paid in full). One instalment of the principal
    is billed with its interest. Then
    due = arrears + minimum share of the rest of the bill + the instalment,
    where a product with a minimum share of 1 asks for everything. Once a line is so many months past due that it is
    called in, everything still owed on it is billed and due.

    line, product: records; k: product index. Interest is posted; the line's ``due`` and balances change.
    """
    arrears = int(line.due)
    carried = int(line.revolving)
    purchases = int(line.purchases)
    interest = carried * product.monthly_rate
    if product.free_period == 0 or (product.free_period == 2 and carried > 0):
        interest += purchases * product.monthly_rate
    instalment = 0
    called_in = is_called_in(line, product)
    if line.instalment > 0:
        interest += line.instalment * product.instalment_rate
        left = 1 if called_in else max(1, int(line.instalments_left))
        instalment = (int(line.instalment) + left - 1) // left
        line.instalments_left = left - 1
        line.instalment -= instalment
    charge = fen(interest)
    billed = carried + purchases + instalment + charge
    line.revolving = billed
    line.purchases = 0
    rest = max(0, billed - arrears - instalment)
    line.due = billed if called_in else min(billed, arrears + instalment + fen(product.minimum_share * rest))
    post(tally.flows, INTEREST, k, charge)
