"""Leave: people who have lost trust in a lender pay what they owe and close the line."""

from sim import tally as row
from sim.chance import CHURN, uniform
from sim.compiled import rule
from sim.ledger import PAYMENTS, post
from sim.line import CLOSED, NONE, OPEN, balance
from sim.trust import START, gain_trust


@rule
def leave(borrower, line, k, smooth, rules, chance, tally):
    """A smooth month brings trust back; for want of it people pay what they owe and close the line.

    Probability = churn hazard * (1 - trust). Who owes more than the cash beyond the buffer that he likes has to stay.
    smooth: nothing bad happened on the line this month.
    """
    if line.state != OPEN:
        return
    if smooth:
        gain_trust(line, rules)
    if rules.churn_hazard == 0.0 or line.trust >= START:
        return
    owed = balance(line)
    if owed > 0 and owed > borrower.cash - float(borrower.buffer_target) * borrower.wage:
        return
    if uniform(chance, CHURN, borrower.id, k) < rules.churn_hazard * (1.0 - int(line.trust) / START):
        line.revolving = line.purchases = line.instalment = line.due = 0
        line.instalments_left = line.months_past_due = 0
        borrower.cash -= owed
        tally.pay[k] += owed
        post(tally.flows, PAYMENTS, k, owed)
        line.state = CLOSED
        line.limit = 0
        tally.books[k, row.LEFT] += 1


@rule
def come_back(line, rules):
    """Time without a lender brings trust back too; who trusts it again may ask it for a line again."""
    gain_trust(line, rules)
    if line.trust >= START:
        line.state = NONE
