"""A lender: whether it takes business, how high its threshold stands, what it catches, how hard it collects."""

from sim.compiled import rule
from sim.parameters import YEAR

LENDING, STOPPED, FAILED = 0, 1, 2
FULL_MEMORY = 2 * YEAR  # months of record-keeping at which lenders ask for nothing in return
LATE_STAGE = 2.0  # months past due from which calls come at full strength


@rule
def takes_business(lender, rules):
    """Whether a platform opens lines and raises limits: not banned, and able, or the funding channel is off."""
    return lender.banned == 0 and (lender.state == LENDING or rules.funding_channel == 0.0)


@rule
def tightening(lender, rules):
    """How many score points a platform's thresholds stand above normal, as far as the funding channel is open."""
    return rules.funding_channel * lender.tightening


@rule
def threshold(lender, rules):
    """The score that an application needs and a review measures against.

    approval + strictness + tightening + response to short records: lenders that can look back less ask for more.
    """
    forgotten = max(0.0, 1.0 - rules.bureau_memory / FULL_MEMORY)
    return lender.approval + tightening(lender, rules) + lender.strictness + rules.retention_response * forgotten


@rule
def catches(lender, rules):
    """Share of fraudulent applications that its checks stop: (1 - miss ^ checks) * (1 - evasion learned by rings)."""
    if lender.checks <= 0:
        return 0.0
    return (1.0 - rules.check_miss**lender.checks) * (1.0 - lender.evasion)


@rule
def complaints_answered(lender, waiting, accounts):
    """How many of the complaints that wait a lender answers in a month, rightly or not, as far as capacity goes."""
    return min(float(waiting), per_thousand(lender.complaint_capacity, accounts))


@rule
def per_thousand(capacity, accounts):
    """What a capacity per 1,000 accounts a month comes to."""
    return capacity * accounts / 1000.0


@rule
def share_handled(capacity, accounts, wanted):
    """The share of what is wanted that a capacity per 1,000 accounts can handle, at most 1."""
    return min(1.0, per_thousand(capacity, accounts) / wanted) if wanted > 0.0 else 1.0


@rule
def calls_wanted(lender, rules):
    """Calls a month that a lender means to make to a late borrower, within the cap in force.

    calls * (1 + control / largest tightening): up to twice as many while delinquency is steered back into its band.
    """
    calls = lender.calls
    if lender.control != 0.0:
        calls *= 1.0 + lender.control / rules.tighten_most
    return min(calls, rules.contact_cap)


@rule
def calls_made(lender, rules):
    """Calls that a late borrower gets in a month: those wanted, as far as the lender's capacity goes."""
    return calls_wanted(lender, rules) * lender.call_reach


@rule
def _insistence(line, lender, rules):
    """How insistently the holder of a late line is called, 0-1: calls / (1 + calls)."""
    if line.months_past_due == 0 or lender.calls <= 0.0:
        return 0.0
    calls = calls_made(lender, rules)
    return calls / (1.0 + calls)


@rule
def harshness(line, product, lender, rules):
    """How a late borrower suffers from collection, 0-1: insistence, doubled by a third party, less a humane tone."""
    placed = 2.0 if line.months_past_due >= product.placement_after else 1.0
    return min(1.0, placed * _insistence(line, lender, rules)) * (1.0 - lender.tone)


@rule
def pressure(line, product, lender, rules):
    """How hard a late line is collected: what calls add to the weight that the borrower gives to it.

    effect * insistence * stage * (1 + agency effect, if a third party collects) * (1 - what a humane tone gives up);
    the stage grows to 1 at two months past due.
    """
    insistence = _insistence(line, lender, rules)
    if insistence == 0.0:
        return 0.0
    strength = rules.call_effect * insistence * min(1.0, line.months_past_due / LATE_STAGE)
    if line.months_past_due >= product.placement_after:
        strength *= 1.0 + product.agency_effect
    return strength * (1.0 - rules.humane_loss * lender.tone)
