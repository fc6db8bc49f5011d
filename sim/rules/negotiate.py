"""Negotiate: with one lender a hardship plan, for which people wait in a queue; with all of them together a workout."""

from sim import tally as row
from sim.chance import PLAN_ANSWER, PLAN_REQUEST, WORKOUT, uniform
from sim.compiled import rule
from sim.lender import share_handled
from sim.line import FROZEN, IN_PLAN, OPEN, balance, is_registered
from sim.person import has_adviser

BROKEN_AT = 2  # months past due at which a plan is broken
SUSPENDED = 12  # months without credit or another plan once a plan was broken


@rule
def negotiate(borrower, line, k, lender, rules, chance, tally):
    """Who is late enough on a line may ask for a plan; it is agreed with chance acceptance * capacity for requests.

    An adviser raises the acceptance; who is not reached has to ask again. The plan spreads the whole balance over its
    months, writes down its share of the interest, and starts current: extension and write-down are separate terms. A
    suspended line gets none.
    """
    late = (line.state == OPEN or line.state == FROZEN) and line.months_past_due >= rules.plan_from and line.wait == 0
    if lender.plan_acceptance == 0.0 or not late:
        return
    if uniform(chance, PLAN_REQUEST, borrower.id, k) >= rules.plan_request_hazard:
        return
    tally.books[k, row.PLAN_REQUESTS] += 1
    advised = 1.0 + rules.adviser_effect if has_adviser(borrower, rules) else 1.0
    if uniform(chance, PLAN_ANSWER, borrower.id, k) >= min(1.0, lender.plan_acceptance * advised) * lender.plan_reach:
        return
    line.instalment = balance(line)
    line.instalments_left = int(lender.plan_extension)
    line.revolving = line.purchases = line.due = 0
    line.months_past_due = 0
    line.cause = 0
    line.state = IN_PLAN
    line.relief = int(100.0 * lender.plan_relief + 0.5)
    tally.books[k, row.PLANS_RELIEVED if line.relief > 0 else row.PLANS_EXTENDED] += 1


@rule
def keep_plan(line, k, tally):
    """A plan is broken when two payments are missed, and done when everything is repaid: the line opens again.

    Broken, it ends the write-down and suspends the line for a year: an arrear cannot be planned away again and again.
    """
    if line.state != IN_PLAN:
        return
    if line.months_past_due >= BROKEN_AT:
        tally.books[k, row.RELIEVED_BROKEN if line.relief > 0 else row.EXTENDED_BROKEN] += 1
        line.state = FROZEN
        line.relief = 0
        line.wait = SUSPENDED
    elif balance(line) == 0:
        line.state = OPEN
        line.relief = 0


@rule
def is_worked_out(borrower, line, rules, chance):
    """Whether a workout settles this debt now: a person's debts in default all together, with chance workout hazard."""
    if rules.workout_hazard == 0.0 or not is_registered(line):
        return False
    return uniform(chance, WORKOUT, borrower.id) < rules.workout_hazard


@rule
def settle_claim(line, k, tally):
    """The claim is no longer on the register; what the person can pay goes on being collected, for whoever owns it."""
    line.settled = 1
    tally.books[k, row.WORKED_OUT] += 1


@rule
def queue(platform, accounts, requests):
    """How many requests a platform can handle, published for next month: capacity / requests, at most 1."""
    platform.plan_reach = share_handled(platform.plan_capacity, accounts, requests)
