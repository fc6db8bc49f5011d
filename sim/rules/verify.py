"""Verify: is the applicant who they say, and can they really repay?"""

from sim import tally as row
from sim.chance import CHECK, DECISION_TIME, uniform
from sim.compiled import rule
from sim.lender import catches
from sim.line import monthly_bills
from sim.parameters import NO_CAP
from sim.person import is_malicious


@rule
def verify(borrower, k, lender, rules, chance, tally):
    """Whether an application passes the checks of identity and data.

    Fraud is stopped with probability (1 - miss ^ checks) * (1 - evasion), an honest application with
    1 - (1 - false alarm) ^ checks. Returns True if it passes.
    """
    malicious = is_malicious(borrower, rules)
    if malicious:
        tally.books[k, row.FRAUDS] += 1
    if lender.checks <= 0:
        return True
    u = uniform(chance, CHECK, borrower.id, k)
    if malicious:
        caught = u < catches(lender, rules)
        tally.books[k, row.FRAUDS_CAUGHT] += caught
        return not caught
    refused = u < 1.0 - (1.0 - rules.check_false_alarm) ** lender.checks
    tally.books[k, row.FALSE_REJECTS] += refused
    return not refused


@rule
def can_repay(borrower, lines, products, lender, rules):
    """Whether true bills at all lenders leave room: at most so much of income, by the lender's review or the rules.

    Income is the wage; of people without work, what they really receive.
    """
    most = min(lender.deep_review, rules.debt_service_cap)
    income = borrower.income if borrower.jobless > 0 else borrower.wage
    return most >= NO_CAP or monthly_bills(lines, products) <= most * income


@rule
def decision_months(borrower, k, product, lender, manual, chance):
    """Months until an application is decided: the product's, one if people decide, and the time of each check.

    A fraction of a month is rounded up with its own probability.
    """
    months = product.approval_months + lender.checks * lender.check_months
    if manual:
        months += 1.0
    if months <= 0.0:
        return 0
    return int(months + uniform(chance, DECISION_TIME, borrower.id, k))
