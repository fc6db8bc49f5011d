"""A budget: what can be afforded beside the bills."""

from sim.compiled import rule
from sim.ledger import fen
from sim.line import headroom

MOST_ACCEPTANCE = 0.95  # some spending is always in cash


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
