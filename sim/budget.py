"""A budget: what can be afforded beside the bills."""

from sim.compiled import rule
from sim.ledger import fen
from sim.line import headroom

MOST_ACCEPTANCE = 0.95  # some spending is always in cash
MOST_USE = 0.95  # of a limit: nobody aims at the last yuan
HAND_TO_MOUTH = 0.5  # months of wage: a target buffer below this is living from hand to mouth (H10)


@rule
def spending_share(borrower, rules):
    """Normal spending as a share of the wage: more for those who live from hand to mouth than for savers."""
    if borrower.buffer_target < HAND_TO_MOUTH:
        return rules.hand_to_mouth_spending_share
    return rules.saver_spending_share


@rule
def target_share(borrower, product):
    """Share of a purchase limit that a revolver likes to owe; nothing for those who pay in full."""
    return min(MOST_USE, float(borrower.appetite) * product.target_use)


@rule
def affordable(plan, free):
    """The most that can be spent with so much cash free of bills and the unused credit on purchase lines, in fen.

    With acceptance a: min(free / (1 - a), free + unused credit), nothing without free cash.
    """
    if free <= 0:
        return 0
    return min(int(free / (1.0 - plan.acceptance)), free + int(plan.room))


@rule
def reserve(plan):
    """The unused purchase credit that necessities can count on: as much as there is, as far as lines are accepted."""
    return min(int(plan.room), fen(plan.essentials * plan.acceptance))


@rule
def count_on(plan, line, product):
    """Count a line opened this month among the means: what it can pay of necessities makes the person less short."""
    if product.buys == 0.0:
        return
    plan.room += headroom(line)
    plan.acceptance = min(MOST_ACCEPTANCE, plan.acceptance + product.acceptance)
    before = int(plan.reserved)
    plan.reserved = reserve(plan)
    plan.short -= int(plan.reserved) - before
