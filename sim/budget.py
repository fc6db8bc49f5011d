"""A budget: what can be afforded beside the bills."""

from sim.compiled import rule


@rule
def affordable(plan, free):
    """The most that can be spent with so much cash free of bills and the unused credit on purchase lines, in fen.

    With acceptance a: min(free / (1 - a), free + unused credit), nothing without free cash.
    """
    if free <= 0:
        return 0
    return min(int(free / (1.0 - plan.acceptance)), free + int(plan.room))
