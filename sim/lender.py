"""A lender: whether it takes business, and how far its own troubles have raised its thresholds."""

from sim.compiled import rule

LENDING, STOPPED, FAILED = 0, 1, 2


@rule
def takes_business(lender, rules):
    """Whether a platform opens lines and raises limits; if the funding channel is frozen, always."""
    return lender.state == LENDING or rules.funding_channel == 0.0


@rule
def tightening(lender, rules):
    """How many score points a platform's thresholds stand above normal, as far as the funding channel is open."""
    return rules.funding_channel * lender.tightening
