"""Approve: a lender decides on an application and sets the first limit."""

from sim.compiled import rule
from sim.line import OPEN, is_on_book
from sim.rules.score import score

HUNDRED_YUAN = 10_000  # fen: limits are whole hundreds
YEAR = 12  # months


@rule
def approve(borrower, lines, k, products, platforms, rules, chance):
    """Open the line if the score reaches the threshold, as tightened; a visible bad record always refuses.

    The first limit is what the score deserves, within the person's cap if one is in force; below the product's floor no
    line is opened. Returns 1 if opened, else 0.
    """
    lender = platforms[products[k].platform]
    points, income = score(borrower, lines, k, products, platforms, rules, chance)
    if points < lender.approval + rules.funding_channel * lender.tightening:
        return 0
    product = products[k]
    limit = limit_for(product, points, income)
    if lender.online > 0.0:
        limit = min(limit, int(room_under_caps(borrower, lines, products, platforms, rules)))
    if limit < product.limit_low * 100.0:
        return 0
    line = lines[k]
    line.state = OPEN
    line.limit = limit
    line.cut_month = -1
    line.limit_before = 0
    line.months_clean = 0
    line.months_on_book = 0
    return 1


@rule
def limit_for(product, points, income):
    """The limit that a score deserves, in fen: limit_income * estimated income * (1/2 + score), at most the product's cap.

    points: score; income: fen a month. Whole hundreds of yuan.
    """
    limit = min(product.limit_income * income * (0.5 + max(0.0, points)), product.limit_high * 100.0)
    return int(limit / HUNDRED_YUAN) * HUNDRED_YUAN


@rule
def room_under_caps(borrower, lines, products, platforms, rules):
    """How much more online credit a person may be given under the caps in force, in fen.

    The lower of the cap in yuan and the share of annual income, less the limits held at online platforms.
    """
    cap = min(rules.credit_cap * 100.0, rules.income_cap * YEAR * borrower.wage)
    held = 0
    for j in range(len(lines)):
        if is_on_book(lines[j]) and platforms[products[j].platform].online > 0.0:
            held += int(lines[j].limit)
    return max(0.0, cap - held)
