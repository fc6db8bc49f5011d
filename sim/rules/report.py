"""Report: what the bureau may show of a person, published at the end of each month for the next."""

from sim.chance import REPORT, uniform
from sim.compiled import rule
from sim.line import CHARGED_OFF, SOLD, balance, is_on_book


@rule
def publish(line):
    """Report one line's month-end to the bureau: what is owed, whether it is late or was cut, how long it was clean."""
    on_book = is_on_book(line)
    line.reported = balance(line) if on_book else 0
    line.reported_cut = line.cut_month if on_book else -1
    line.reported_clean = min(12, int(line.months_clean)) if on_book else 0
    if line.state == CHARGED_OFF or line.state == SOLD:
        line.reported_late = 2
    else:
        line.reported_late = 1 if line.months_past_due > 0 else 0


@rule
def keep_record(borrower, plan, rules, chance, tally):
    """The bureau's record: it lasts from the last month in default, and is shown after a lag whose mean is set.

    Lenders learn of it from the next month on, as of all that others report. Where the time that records are kept is
    shortened, old ones are gone sooner too. Friends will hear when it begins and ends.
    """
    was_clean = borrower.bad_record == 0
    if plan.sight >= 0.0:
        borrower.bad_record = int(rules.bureau_memory)
        borrower.record_sight = plan.sight
    elif borrower.bad_record > 0:
        borrower.bad_record = min(int(borrower.bad_record), int(rules.bureau_memory)) - 1
    if borrower.bad_record == 0:
        borrower.record_shown = 0
    elif borrower.record_shown == 0:
        lag = rules.bureau_lag
        borrower.record_shown = lag == 0.0 or uniform(chance, REPORT, borrower.id) < 1.0 / (1.0 + lag)
    if was_clean != (borrower.bad_record == 0):
        tally.changed[tally.counts[1]] = borrower.id + 1 if was_clean else -borrower.id - 1
        tally.counts[1] += 1
