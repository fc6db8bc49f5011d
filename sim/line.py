"""A credit line: its states and its arithmetic. One product of one platform, held by one borrower."""

from sim.compiled import rule
from sim.ledger import DRAW_FEES, DRAWS, fen, post
from sim.parameters import YEAR
from sim.record import BUCKETS

NONE, OPEN, FROZEN, IN_PLAN, CHARGED_OFF, SOLD, ASKED, CLOSED = range(8)
SPEND, INSTAL, BORROW = 1, 2, 4  # permissions, one bit each
ALL_PERMISSIONS = SPEND | INSTAL | BORROW
BASIS_POINTS = 10_000
MOST_RESPONSE = 3.0  # times the usual debt that a low price makes people wish for
OLDEST = 120  # months on book are not counted further
DEFAULT_MONTHS = 4  # months past due at which a line is more than 90 days late: default
CHARGED_OFF_BUCKET = len(BUCKETS) - 1
LAST_BUCKET = CHARGED_OFF_BUCKET - 1


@rule
def is_on_book(line):
    """Whether the platform carries the line as an asset: open, frozen or in a hardship plan."""
    return OPEN <= line.state <= IN_PLAN


@rule
def is_registered(line):
    """Whether the line puts its holder on the register of those in default.

    More than 90 days late, or charged off and still owed, unless a workout has settled it.
    """
    if is_on_book(line):
        return line.months_past_due >= DEFAULT_MONTHS
    return (line.state == CHARGED_OFF or line.state == SOLD) and line.revolving > 0 and line.settled == 0


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
    """Unused credit in fen: limit less balance, nothing if the line is frozen or suspended."""
    if line.state != OPEN or line.wait > 0:
        return 0
    return max(0, int(line.limit) - balance(line))


@rule
def cash_headroom(line, product):
    """How much of the unused credit may be drawn as cash, in fen.

    The cash share of the limit, less what is already drawn and repaid in instalments; nothing without the permission.
    """
    if not line.permissions & BORROW:
        return 0
    return min(headroom(line), max(0, fen(product.lends_cash * line.limit) - int(line.instalment)))


@rule
def lends_again(line, product):
    """Whether at least half of the line's bill can be drawn again as cash once it is paid."""
    if line.state != OPEN or line.wait > 0 or not line.permissions & BORROW:
        return False
    unused = int(line.limit) - balance(line) + int(line.due)
    return 2 * min(fen(product.lends_cash * line.limit), unused) >= line.due


@rule
def lends_no_more(line, product):
    """Whether cash is owed on an open line whose lender, to anybody, lends less than half of what it asks back."""
    stopped = 2 * fen(product.lends_cash * line.limit) < line.due
    return stopped and line.state == OPEN and line.limit > 0 and line.instalment > 0 and line.permissions & BORROW > 0


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
def draw(borrower, line, product, k, amount, tally):
    """Draw cash on a line: the person gets the amount, the principal rises by it, the fee is billed.

    amount: fen, at most the line's cash headroom.
    """
    lend(line, amount, int(product.term))
    borrower.cash += amount
    line.drawn += amount
    post(tally.flows, DRAWS, k, amount)
    if product.draw_fee > 0.0:
        charge = fen(product.draw_fee * amount)
        line.revolving += charge
        post(tally.flows, DRAW_FEES, k, charge)


@rule
def price(line, rate, product):
    """What the person pays a month on this line: rate + the line's markup, within the cap in force, less plan relief.

    rate: per month, of the contract; returns a share of what is owed, per month.
    """
    own = max(0.0, rate + int(line.markup) / (BASIS_POINTS * YEAR)) if line.markup != 0 else rate
    return min(own, product.most_rate) * (1.0 - 0.01 * int(line.relief))


@rule
def price_response(line, rate, usual, product, rules):
    """How much of the usual debt a line's price leaves people wishing for: (usual price / price) ^ elasticity.

    At most ``MOST_RESPONSE``: a price near nothing has no bounds. rate: per month, of the contract; usual: the same at
    the founding.
    """
    now = price(line, rate, product)
    if now == usual or usual <= 0.0:
        return 1.0
    return min(MOST_RESPONSE, (usual / max(now, usual / MOST_RESPONSE)) ** rules.rate_elasticity)


@rule
def monthly_bills(lines, products):
    """What a person's lines ask for in an ordinary month, in fen: minimum share of the bill and one instalment each."""
    bills = 0.0
    for k in range(len(lines)):
        line = lines[k]
        if is_on_book(line):
            bills += products[k].minimum_share * (int(line.revolving) + int(line.purchases))
            bills += int(line.instalment) / max(1, int(line.instalments_left))
    return bills


@rule
def bucket(line):
    """The months-past-due bucket of a line, an index into ``record.BUCKETS``."""
    if line.state == CHARGED_OFF or line.state == SOLD:
        return CHARGED_OFF_BUCKET
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
