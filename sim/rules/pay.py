"""Pay: the bill in full, the minimum, part of it, or nothing; and who is paid when not all can be."""

from sim.chance import FORGET, uniform
from sim.compiled import rule
from sim.ledger import PAYMENTS, post
from sim.line import balance, headroom, is_called_in, is_on_book
from sim.parameters import YEAR
from sim.record import CAUSES

FORGOT, CHOSE, JOB_LOSS, EXPENSE, LIMIT_CUT, INCOME_DIP, DEBT_SERVICE = (
    CAUSES.index("forgot"),
    CAUSES.index("chose"),
    CAUSES.index("job loss"),
    CAUSES.index("unplanned expense"),
    CAUSES.index("limit cut"),
    CAUSES.index("income dip"),
    CAUSES.index("debt service"),
)


@rule
def pay_bills(borrower, lines, held, products, rules, chance, plan, pay, tally):
    """Pay each line what was planned, as far as cash goes, and say why a first payment is missed.

    With cash for all minimums, these are paid and the rest goes towards the planned payments in proportion to what is
    still planned on each (balance matching). Without, lines are paid in the order of what a yuan protects:
    (consequence * balance + relend weight * unused credit) / amount due, so a lender that cut is paid late.

    pay: fen per line planned, on return fen paid.
    """
    reason = CHOSE if _stops_paying(borrower, lines, held, rules) else 0
    forgotten = _forgets(borrower, lines, products, rules, chance) if reason == 0 else -1
    if reason == CHOSE:
        for k in held:
            pay[k] = 0
    elif int(borrower.cash) >= plan.minimum:
        _pay_willingly(borrower, lines, held, products, pay, forgotten)
    else:
        reason = _why_short(borrower, rules, plan)
        _pay_in_order(borrower, lines, held, products, rules, pay, forgotten)
    for k in held:
        line = lines[k]
        if not is_on_book(line):
            continue
        if pay[k] < line.due:
            why = FORGOT if k == forgotten else reason
            if line.months_past_due == 0 or (line.cause == FORGOT and why > 0):
                line.cause = why
        if pay[k] > 0:
            line.revolving -= pay[k]
            line.due = max(0, int(line.due) - pay[k])
            borrower.cash -= pay[k]
            post(tally.flows, PAYMENTS, k, pay[k])


@rule
def _stops_paying(borrower, lines, held, rules):
    """Whether the person chooses to default: debts above a year of wage, and little shame or fear.

    stigma < strategic share * (1 + peer effect * friends in default). A fixed trait against a moving bar, so nobody
    changes back and forth by luck.
    """
    bar = rules.strategic_share * (1.0 + rules.peers_channel * rules.peer_effect * borrower.friends_in_default)
    if float(borrower.stigma) >= bar:
        return False
    debt = 0
    for k in held:
        if is_on_book(lines[k]):
            debt += balance(lines[k])
    return debt > YEAR * int(borrower.wage)


@rule
def _forgets(borrower, lines, products, rules, chance):
    """The line whose bill is forgotten this month, or -1: one uniform, with a slot as wide as its hazard for each line.

    Once a bill is late a reminder shrinks the slot.
    """
    u = uniform(chance, FORGET, borrower.id)
    for k in range(len(lines)):
        hazard = products[k].forget_hazard
        if u < hazard:
            reminded = lines[k].months_past_due > 0 and u >= (1.0 - rules.reminder_effect) * hazard
            return -1 if reminded else k
        u -= hazard
    return -1


@rule
def _pay_willingly(borrower, lines, held, products, pay, forgotten):
    """All minimums, then called-in debts that the cash left can clear, then the rest of the plan in proportion.

    Only payment in full cures a called-in line, so one that can be cleared is cleared before others get their part.
    """
    if forgotten >= 0:
        pay[forgotten] = 0
    spare = int(borrower.cash)
    for k in held:
        if k != forgotten:
            spare -= _minimum(lines[k], products[k])
    cleared = 0  # one bit per line
    extra = 0
    for k in held:
        if not is_on_book(lines[k]) or k == forgotten:
            continue
        more = pay[k] - _minimum(lines[k], products[k])
        if is_called_in(lines[k], products[k]) and more <= spare:
            spare -= more
            cleared |= 1 << k
        else:
            extra += more
    if extra <= spare:
        return
    for k in held:
        if is_on_book(lines[k]) and k != forgotten and not cleared & (1 << k):
            minimum = _minimum(lines[k], products[k])
            pay[k] = minimum + (pay[k] - minimum) * spare // extra


@rule
def _minimum(line, product):
    """The least that must be paid on a line this month, in fen; nothing counts as a minimum once it is called in."""
    return 0 if not is_on_book(line) or is_called_in(line, product) else int(line.due)


@rule
def _pay_in_order(borrower, lines, held, products, rules, pay, forgotten):
    """Cash that cannot cover all minimums goes to the line where a yuan protects most, then the next."""
    cash = int(borrower.cash)
    for k in held:
        pay[k] = -1  # not yet looked at
    for _ in range(len(held)):
        best = -1
        best_worth = -1.0
        for k in held:
            if pay[k] < 0 and _minimum(lines[k], products[k]) > 0 and k != forgotten:
                protects = products[k].consequence * balance(lines[k]) + rules.relend_weight * headroom(lines[k])
                worth = protects / lines[k].due
                if worth > best_worth:
                    best = k
                    best_worth = worth
        if best < 0:
            break
        pay[best] = min(cash, int(lines[best].due))
        cash -= pay[best]
    for k in held:
        pay[k] = max(0, pay[k])


@rule
def _why_short(borrower, rules, plan):
    """The proximate cause of a shortfall: the first that applies, shocks before credit.

    No work; an unplanned expense as large as the shortfall; as much credit lost to limit cuts; a dip of income as
    large; else the bills.
    """
    missing = int(plan.short)
    if borrower.jobless > 0:
        return JOB_LOSS
    if plan.expense >= missing:
        return EXPENSE
    if borrower.lost_headroom >= missing:
        return LIMIT_CUT
    if int(borrower.wage) - int(borrower.income) >= missing:
        return INCOME_DIP
    return DEBT_SERVICE
