"""Operate: platforms' systems fail and their data leak, now and then."""

from sim import tally as row
from sim.chance import EXPOSED, LEAK, LOCKED_OUT, OUTAGE, uniform
from sim.compiled import loop, rule
from sim.trust import lose_trust

KEPT_IN_FULL = 24.0  # months of record-keeping at which a leak exposes its full share of clients


@loop
def operate(platforms, rules, chance):
    """Before the month: which platforms' systems fail, whose data leak, and who has anything to do with its lines.

    The less time records are kept, the fewer clients a leak exposes.
    """
    for p in range(len(platforms)):
        platform = platforms[p]
        platform.outage = 1 if uniform(chance, OUTAGE, p) < platform.outage_hazard else 0
        platform.leak = 0.0
        if uniform(chance, LEAK, p) < platform.leak_hazard:
            platform.leak = platform.leak_reach * min(1.0, rules.bureau_memory / KEPT_IN_FULL)
        platform.attends = _attends(platform, rules)


@rule
def _attends(platform, rules):
    """Whether the month must look at the platform's lines one by one for what its monitor, callers and service do."""
    acts = platform.monitor + platform.calls + platform.plan_acceptance + platform.wrongful_fee_hazard + platform.outage
    return 1 if acts + rules.trust_gain + rules.churn_hazard > 0.0 else 0


@rule
def is_locked_out(borrower, platform, lender, chance):
    """Whether the failure of a platform's system reaches this person: no spending and no repaying this month."""
    return lender.outage > 0 and uniform(chance, LOCKED_OUT, borrower.id, platform) < lender.outage_reach


@rule
def expose(borrower, line, platform, lender, rules, chance, tally):
    """A client of a platform whose data leak may be exposed, and trusts it less."""
    if lender.leak > 0.0 and uniform(chance, EXPOSED, borrower.id, platform) < lender.leak:
        tally.economy[row.PRIVACY_HARM] += 1 - borrower.exposed
        borrower.exposed = 1
        lose_trust(line, rules, 1.0)
