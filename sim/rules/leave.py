"""Leave: people who have lost trust in a lender close the line."""

from sim import tally as row
from sim.chance import CHURN, uniform
from sim.compiled import rule
from sim.line import CLOSED, OPEN, balance
from sim.trust import START, gain_trust


@rule
def leave(borrower, line, k, smooth, rules, chance, tally):
    """A smooth month brings trust back; a line without a balance is closed for want of it.

    Probability = churn hazard * (1 - trust). smooth: nothing bad happened on the line this month.
    """
    if line.state != OPEN:
        return
    if smooth:
        gain_trust(line, rules)
    if rules.churn_hazard == 0.0 or line.trust >= START or balance(line) > 0:
        return
    if uniform(chance, CHURN, borrower.id, k) < rules.churn_hazard * (1.0 - int(line.trust) / START):
        line.state = CLOSED
        line.limit = 0
        tally.books[k, row.LEFT] += 1
