"""Approve: a lender decides on an application and sets the first limit."""

from sim.compiled import rule
from sim.lender import tightening
from sim.limit import deserved, room_under_caps
from sim.line import OPEN
from sim.score import score


@rule
def approve(borrower, lines, k, products, platforms, rules, chance):
    """Open the line if the score reaches the threshold, as tightened; a visible bad record costs score points.

    The first limit is what the score deserves, within the person's cap if one is in force; below the product's floor no
    line is opened. Returns 1 if opened, else 0.
    """
    lender = platforms[products[k].platform]
    points, income = score(borrower, lines, k, products, platforms, rules, chance)
    if points < lender.approval + tightening(lender, rules):
        return 0
    product = products[k]
    limit = deserved(product, points, income)
    if lender.online > 0.0:
        limit = min(limit, room_under_caps(borrower, lines, products, platforms, rules))
    if limit < product.limit_low * 100.0:
        return 0
    line = lines[k]
    line.state = OPEN
    line.limit = limit
    line.cut_month = -1
    line.limit_before = 0
    line.months_clean = 0
    return 1
