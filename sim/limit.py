"""A limit: what a score deserves, what the caps in force leave, and how one is taken away."""

from sim.compiled import rule
from sim.ledger import fen
from sim.line import headroom, is_on_book
from sim.parameters import YEAR, YUAN
from sim.trust import lose_trust

HUNDRED_YUAN = 10_000  # fen: limits are given in whole hundreds


@rule
def deserved(product, points, income):
    """The limit that a score deserves, in fen and whole hundreds of yuan.

    limit_income * estimated income * (1/2 + score), at most the product's cap. points: score; income: fen a month.
    """
    limit = min(product.limit_income * income * (0.5 + max(0.0, points)), product.limit_high * YUAN)
    return int(limit / HUNDRED_YUAN) * HUNDRED_YUAN


@rule
def cap_on_person(borrower, rules):
    """The most online credit a person may be given under the caps in force, in fen.

    The lower of the cap in yuan and the share of annual income.
    """
    return min(rules.credit_cap * YUAN, rules.income_cap * YEAR * borrower.wage)


@rule
def cap_on_new(borrower, rules):
    """The same for what is newly given: caps that are announced count already, or it would have to be taken back."""
    coming = min(rules.credit_cap_ahead * YUAN, rules.income_cap_ahead * YEAR * borrower.wage)
    return min(cap_on_person(borrower, rules), coming)


@rule
def room_under_caps(borrower, lines, products, platforms, rules):
    """How much more online credit a person may be given, in fen: the cap less the limits held at online platforms."""
    return int(max(0.0, cap_on_new(borrower, rules) - online_limits(lines, products, platforms)))


@rule
def online_limits(lines, products, platforms):
    """The limits of a person's lines at online platforms, in fen."""
    held = 0
    for k in range(len(lines)):
        if is_on_book(lines[k]) and platforms[products[k].platform].online > 0.0:
            held += int(lines[k].limit)
    return held


@rule
def take_limit(line, new_limit, product, borrower, rules, blow=1.0):
    """Lower a limit and remember what was taken; it costs trust, less if the blow is softened.

    A speed limit in force bounds the cut, and lets a line be cut once a month; it may protect only people who drew cash
    at so many lenders last month.

    Unused credit that disappears is added to the person's lost headroom, as far as it could have helped: the share that
    may be drawn as cash, or that is accepted for purchases. new_limit: fen, below the present one; blow: share of a
    full bad experience. Returns the limit removed, in fen.
    """
    if rules.cut_speed_limit < 1.0 and borrower.cash_lenders >= rules.speed_limit_from:
        share = 0.0 if line.cut_month == rules.month else rules.cut_speed_limit
        new_limit = max(new_limit, fen(line.limit * (1.0 - share)))
    removed = int(line.limit) - new_limit
    if removed <= 0:
        return 0
    unused = headroom(line)
    if line.limit_before < line.limit:
        line.limit_before = line.limit
    line.limit = new_limit
    line.cut_month = rules.month
    lose_trust(line, rules, blow)
    borrower.lost_headroom += fen(_helps(product) * (unused - headroom(line)))
    return removed


@rule
def give_limit(line, step, product, borrower):
    """Raise a limit; what a cut took from the person is given back as far. step: fen."""
    line.limit += step
    borrower.lost_headroom = max(0, int(borrower.lost_headroom) - fen(_helps(product) * step))


@rule
def _helps(product):
    return max(product.lends_cash, product.acceptance)
