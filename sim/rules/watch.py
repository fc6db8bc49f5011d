"""Watch: a platform looks at transactions and suspends lines that look wrong."""

from sim import tally as row
from sim.chance import MONITOR, uniform
from sim.compiled import rule
from sim.line import OLDEST, OPEN
from sim.person import is_malicious


@rule
def watch(borrower, line, k, lender, rules, chance, tally):
    """Suspend a line, rightly or falsely; at the end of the month.

    A malicious line is found with probability power a month, once it is older than the detection delay, and stays
    shut; an honest one is suspended with probability power * false alarm, for the set months.
    Returns 1 for a false suspension.
    """
    if lender.monitor <= 0.0 or line.state != OPEN or line.wait > 0:
        return 0
    u = uniform(chance, MONITOR, borrower.id, k)
    if is_malicious(borrower, rules):
        if line.months_on_book >= lender.detection_delay and u < lender.monitor:
            line.wait = OLDEST
            tally.books[k, row.SUSPENSIONS] += 1
        return 0
    if u >= lender.monitor * lender.monitor_false_alarm:
        return 0
    line.wait = int(lender.suspension_months)
    tally.books[k, row.SUSPENSIONS] += 1
    tally.books[k, row.FALSE_SUSPENSIONS] += 1
    return 1
