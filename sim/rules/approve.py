"""Approve: a lender decides on an application and sets the first limit and price."""

from sim.chance import JUDGEMENT, MANUAL, SANDBOX, normal, uniform
from sim.compiled import rule
from sim.lender import threshold
from sim.limit import deserved, room_under_caps
from sim.line import ALL_PERMISSIONS, BASIS_POINTS, OPEN, count_bits, is_on_book
from sim.parameters import MOST_KINDS, YEAR, YUAN
from sim.person import is_cooling_off
from sim.score import drift, score
from sim.trust import START

ORDINARY = 0.5  # score at which a line costs what the product says
LARGEST_MARKUP = 3000  # basis points


@rule
def is_manual(borrower, k, lender, rules):
    """Whether people, not the machine, decide on this person's application."""
    return lender.manual_share > 0.0 and uniform(rules.founding, MANUAL, borrower.id, k) < lender.manual_share


@rule
def approve(borrower, lines, k, products, platforms, rules, chance):
    """Open the line if the score reaches the threshold; a visible bad record costs score points.

    The first limit is what the score deserves, within the person's cap if one is in force; below the product's floor no
    line is opened, nor if a year's interest would not bring in the cost of the account. People who decide see through
    the scorecard's drift and make errors of their own. Who just misses the threshold may be let in by the sandbox, with
    a small limit.
    Returns 1 if opened, else 0.
    """
    product = products[k]
    platform = int(product.platform)
    lender = platforms[platform]
    if borrower.age < product.age_from or is_cooling_off(borrower, rules):  # rules may have changed since it was asked
        return 0
    if rules.lender_cap < MOST_KINDS and _other_lenders(lines, platform, products) >= rules.lender_cap:
        return 0
    points, income = score(borrower, lines, k, products, platforms, rules, chance)
    if is_manual(borrower, k, lender, rules):
        points -= drift(borrower, platform, lender, rules)
        if rules.manual_error > 0.0:
            points += rules.manual_error * normal(uniform(chance, JUDGEMENT, borrower.id, k))
    missing = threshold(lender, rules) - points
    tried_out = missing > 0.0 and _in_sandbox(borrower, lines, missing, rules)
    if missing > 0.0 and not tried_out:
        return 0
    limit = deserved(product, points, income)
    if tried_out:
        limit = min(limit, int(rules.sandbox_limit * YUAN))
    if lender.online > 0.0:
        limit = min(limit, room_under_caps(borrower, lines, products, platforms, rules))
    if limit <= 0 or (limit < product.limit_low * YUAN and not tried_out) or not _pays(limit, points, product, lender):
        return 0
    sign(lines[k], limit, points, product, rules)
    lines[k].on_trial = tried_out
    borrower.last_opened = rules.month
    return 1


@rule
def _other_lenders(lines, platform, products):
    """At how many other lenders the person holds a line."""
    held = 0  # bits: platforms
    for k in range(len(lines)):
        if products[k].platform != platform and is_on_book(lines[k]):
            held |= 1 << int(products[k].platform)
    return count_bits(held)


@rule
def _in_sandbox(borrower, lines, missing, rules):
    """Whether a person just below the threshold is in the cohort for which a looser rule is tried out.

    One line each, so that no more than people * share * sandbox limit can be lost.
    """
    if rules.sandbox == 0.0 or missing > rules.sandbox_relief:
        return False
    for k in range(len(lines)):
        if lines[k].on_trial > 0:
            return False
    return uniform(rules.founding, SANDBOX, borrower.id) < rules.sandbox


@rule
def _pays(limit, points, product, lender):
    """Whether a year's expected interest brings in the cost of the account.

    limit * use * rate * chance of being paid >= cost, where the chance is 1/2 + score: certain for an ordinary score.
    """
    if lender.acquisition_cost == 0.0:
        return True
    worth = limit * product.target_use * YEAR * product.instalment_rate * min(1.0, max(0.0, 0.5 + points))
    return worth >= lender.acquisition_cost * YUAN


@rule
def sign(line, limit, points, product, rules):
    """Open the line under the fee schedule of the day, at a price that follows the score."""
    line.state = OPEN
    line.limit = limit
    line.cut_month = line.reported_cut = -1
    line.limit_before = 0
    line.months_clean = 0
    line.months_on_book = 0
    line.contract = rules.contract
    line.permissions = ALL_PERMISSIONS
    line.trust = START
    line.wait = 0
    line.markup = 0
    if product.risk_pricing > 0.0:
        markup = int(BASIS_POINTS * product.risk_pricing * (ORDINARY - points))
        line.markup = max(-LARGEST_MARKUP, min(LARGEST_MARKUP, markup))
