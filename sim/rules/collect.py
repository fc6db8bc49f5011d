"""Collect: lines age by months past due, are charged fees, frozen, charged off, and a little is recovered."""

from sim import tally as row
from sim.chance import RECOVERY, uniform
from sim.compiled import rule
from sim.ledger import CHARGE_OFFS, LATE_FEES, RECOVERIES, fen, post
from sim.line import CHARGED_OFF, DEFAULT_MONTHS, FROZEN, OPEN, balance, is_called_in


@rule
def age(line, product, k, paid, unpaid_before, tally):
    """Move one line along the months-past-due ladder after the payment.

    All due paid: current, and a frozen line opens again. Less than one month's payment: one month further behind, a
    late fee on the minimum past due, frozen from the product's month on. In between: where it was, unless the line is
    called in, which only payment in full cures.
    Past the charge-off month the balance leaves the book and stays as a claim.

    paid: fen paid this month; unpaid_before: fen past due before this month's bill was added.
    Returns 1 if the line defaults now (becomes more than 90 days late).
    """
    if line.due <= 0:
        line.months_past_due = 0
        line.cause = 0
        line.state = OPEN
        if line.months_clean < 250:
            line.months_clean += 1
        return 0
    added = int(line.due) + paid - unpaid_before  # what this month alone added to the bill
    behind = paid < max(1, added) or line.months_past_due == 0 or is_called_in(line, product)
    line.months_clean = 0
    if behind:
        line.months_past_due += 1
        if line.months_past_due >= product.freeze_after:
            line.state = FROZEN
    overdue = product.minimum_share * balance(line) if is_called_in(line, product) else float(line.due)
    charge = fen(product.late_fee * overdue)
    line.revolving += charge
    line.due += charge
    post(tally.flows, LATE_FEES, k, charge)
    if line.months_past_due > product.charge_off_after:
        _charge_off(line, k, tally)
        return 0
    return 1 if line.months_past_due == DEFAULT_MONTHS and behind else 0


@rule
def _charge_off(line, k, tally):
    """Take a line off the book: a loss for the platform, a claim on the person."""
    claim = balance(line)
    post(tally.flows, CHARGE_OFFS, k, claim)
    tally.books[k, row.CHARGE_OFF_LINES] += 1
    line.revolving = claim
    line.purchases = 0
    line.instalment = 0
    line.instalments_left = 0
    line.due = 0
    line.limit = 0
    line.state = CHARGED_OFF


@rule
def recover(borrower, line, product, k, chance, tally):
    """Something is recovered on a charged-off claim, now and then, as far as the person has cash."""
    if line.revolving <= 0 or uniform(chance, RECOVERY, borrower.id, k) >= product.recovery_hazard:
        return
    amount = min(int(borrower.cash), fen(product.recovery_share * line.revolving))
    if amount > 0:
        borrower.cash -= amount
        line.revolving -= amount
        post(tally.flows, RECOVERIES, k, amount)
