"""A credit line: its states and its arithmetic. One product of one platform, held by one borrower."""

from sim.compiled import rule
from sim.ledger import fen
from sim.record import BUCKETS

NONE, OPEN, FROZEN, CHARGED_OFF = range(4)
DEFAULT_MONTHS = 4  # months past due at which a line is more than 90 days late: default
WRITTEN_OFF = len(BUCKETS) - 1
LAST_BUCKET = WRITTEN_OFF - 1


@rule
def is_on_book(line):
    """Whether the platform carries the line as an asset: open or frozen."""
    return line.state == OPEN or line.state == FROZEN


@rule
def is_called_in(line, product):
    """Whether the line is so far past due that everything owed on it is due at once."""
    return line.months_past_due >= product.call_in_after


@rule
def balance(line):
    """What is owed on a line that is on the book, in fen: billed, not yet billed, and instalment principal."""
    return int(line.revolving) + int(line.purchases) + int(line.instalment)


@rule
def headroom(line):
    """Unused credit in fen: limit less balance, nothing if the line is frozen or a payment is late."""
    if line.state != OPEN or line.months_past_due > 0:
        return 0
    return max(0, int(line.limit) - balance(line))


@rule
def cash_headroom(line, product):
    """How much of the unused credit may be drawn as cash, in fen.

    The cash share of the limit less what is already drawn and repaid in instalments.
    """
    return min(headroom(line), max(0, fen(product.lends_cash * line.limit) - int(line.instalment)))


@rule
def lend(line, amount, term):
    """Add a draw or an instalment purchase to the principal repaid in instalments.

    All draws on a line are one loan: months left = average of the old and the new term, weighted by principal,
    rounded down. amount: fen; term: months.
    """
    owed = int(line.instalment)
    weighted = owed * int(line.instalments_left) + amount * term
    line.instalment = owed + amount
    line.instalments_left = max(1, weighted // (owed + amount))


@rule
def bucket(line):
    """The months-past-due bucket of a line, an index into ``record.BUCKETS``."""
    if line.state == CHARGED_OFF:
        return WRITTEN_OFF
    return min(LAST_BUCKET, int(line.months_past_due))


@rule
def lenders_owed(lines, products):
    """How many platforms a person owes money to."""
    platforms = 0  # one bit each
    for k in range(len(lines)):
        if is_on_book(lines[k]) and balance(lines[k]) > 0:
            platforms |= 1 << int(products[k].platform)
    return count_bits(platforms)


@rule
def count_bits(word):
    """How many bits of a word are set."""
    count = 0
    while word:
        word &= word - 1
        count += 1
    return count
