"""Pay: the bill in full, the minimum, part of it, or nothing; and who is paid when not all can be."""

from sim.chance import FORGET, uniform
from sim.compiled import rule
from sim.ledger import PAYMENTS, post
from sim.lender import pressure
from sim.line import balance, headroom, is_called_in, is_on_book
from sim.parameters import YEAR
from sim.person import is_malicious
from sim.record import CAUSES

#: In the order of ``record.CAUSES``, where 0 is none.
FORGOT, CHOSE, JOB_LOSS, EXPENSE, LIMIT_CUT, INCOME_DIP, DEBT_SERVICE, LOCKED_OUT = range(1, len(CAUSES))

ANY_WORTH = 1e12  # more than any yuan protects


@rule
def pay_bills(borrower, lines, held, products, platforms, rules, chance, plan, pay, tally):
    """Pay each line what was planned, as far as cash goes, and say why a first payment is missed.

    With cash for all minimums, these are paid and the rest goes towards the planned payments in proportion to what is
    still planned on each (balance matching). Without, lines are paid in the order of what a yuan protects:
    (consequence * balance + relend weight * unused credit) / amount due, so a lender that cut is paid late; some leave
    those that would not lend again to the end. A lender whose system fails gets nothing.

    pay: fen per line planned, on return fen paid.
    """
    reason = CHOSE if _stops_paying(borrower, lines, products, rules, plan) else 0
    forgotten = _forgets(borrower, lines, products, platforms, rules, chance) if reason == 0 else -1
    skipped = 1 << forgotten if forgotten >= 0 else 0  # bits: nothing is kept for these bills
    if reason == CHOSE:
        for k in held:
            pay[k] = 0
    elif int(borrower.cash) >= plan.minimum:
        _pay_willingly(borrower, lines, held, products, pay, skipped, int(plan.locked))
    else:
        reason = _why_short(borrower, rules, plan)
        skipped |= int(plan.locked)
        _pay_in_order(borrower, lines, held, products, platforms, rules, pay, skipped, int(plan.left))
    for k in held:
        line = lines[k]
        if not is_on_book(line):
            continue
        locked = plan.locked & (1 << k)
        if locked:
            pay[k] = 0
        if pay[k] < line.due:
            why = LOCKED_OUT if locked and reason == 0 else FORGOT if k == forgotten else reason
            if line.months_past_due == 0 or (line.cause == FORGOT and why > 0):
                line.cause = why
        if pay[k] > 0:
            line.revolving -= pay[k]
            line.due = max(0, int(line.due) - pay[k])
            borrower.cash -= pay[k]
            post(tally.flows, PAYMENTS, k, pay[k])


@rule
def _stops_paying(borrower, lines, products, rules, plan):
    """Whether the person chooses to default: debts above so many months of wage, and little shame or fear.

    stigma < strategic share * (1 + peer effect * friends in default), where the right side falls with calls, with the
    penalty and the bureau's reach on what is owed, and once late with the appeal of reminders, which may depend on how
    long the lender is known. A fixed trait against a moving bar, so nobody changes back and forth by luck. The
    malicious never pay.
    """
    if is_malicious(borrower, rules):
        return True
    bar = rules.strategic_share * (1.0 + rules.peers_channel * rules.peer_effect * borrower.friends_in_default)
    if float(borrower.stigma) >= 2.0 * bar:  # a reminder turns away at most as many again
        return False
    debt = 0
    penalty = reported = 0.0
    late = False
    known = 0.0
    for k in range(len(lines)):
        if is_on_book(lines[k]):
            owed = balance(lines[k])
            debt += owed
            penalty += owed * YEAR * (products[k].late_fee + products[k].penalty_rate)
            reported += owed * products[k].reporting
            if lines[k].months_past_due > 0:
                late = True
                known = max(known, min(1.0, lines[k].months_on_book / YEAR))
    if debt <= rules.strategic_debt * int(borrower.wage):
        return False
    bar /= (1.0 + rules.penalty_deterrence * penalty / debt) * (1.0 + rules.bureau_deterrence * reported / debt)
    if late:
        appeal = rules.reminder_appeal * (1.0 - rules.reminder_relationship * (1.0 - known))
        bar *= (1.0 - appeal) * (1.0 - min(1.0, plan.pressure))
    return float(borrower.stigma) < bar


@rule
def _forgets(borrower, lines, products, platforms, rules, chance):
    """The line whose bill is forgotten this month, or -1: one uniform, with a slot as wide as its hazard for each line.

    Attention shrinks the slot, as do a lesson still remembered and, while the next step of the limit is still to be
    earned, a lender that explains what it needs. Once a bill is late a reminder does.
    """
    u = uniform(chance, FORGET, borrower.id)
    for k in range(len(lines)):
        hazard = products[k].forget_hazard
        if u < hazard:
            line = lines[k]
            inattention = (1.0 - rules.attention) * (1.0 - rules.education_effect * float(borrower.taught))
            if line.months_clean < max(rules.clean_for_raise, rules.restoration_months):
                inattention *= 1.0 - platforms[products[k].platform].explains
            if line.months_past_due > 0:
                inattention *= 1.0 - rules.reminder_effect
            return k if u < inattention * hazard else -1
        u -= hazard
    return -1


@rule
def _pay_willingly(borrower, lines, held, products, pay, skipped, locked):
    """All minimums, then called-in debts that the cash left can clear, then the rest of the plan in proportion.

    Only payment in full cures a called-in line, so one that can be cleared is cleared before others get their part.
    skipped: bits of lines for which nothing is kept; locked: of lines that get nothing, for which the minimum is kept.
    """
    spare = int(borrower.cash)
    for k in held:
        if skipped & (1 << k):
            pay[k] = 0
        else:
            spare -= _minimum(lines[k], products[k])
    cleared = 0  # one bit per line
    extra = 0
    for k in held:
        if not is_on_book(lines[k]) or (skipped | locked) & (1 << k):
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
        if is_on_book(lines[k]) and not (skipped | locked | cleared) & (1 << k):
            minimum = _minimum(lines[k], products[k])
            pay[k] = minimum + (pay[k] - minimum) * spare // extra


@rule
def _minimum(line, product):
    """The least that must be paid on a line this month, in fen; nothing counts as a minimum once it is called in."""
    return 0 if not is_on_book(line) or is_called_in(line, product) else int(line.due)


@rule
def _pay_in_order(borrower, lines, held, products, platforms, rules, pay, skipped, left):
    """Cash that cannot cover all minimums goes to the line where a yuan protects most, then the next.

    skipped: bits of lines that get nothing; left: of those that get what is over when all others are paid.
    """
    cash = int(borrower.cash)
    for k in held:
        pay[k] = -1  # not yet looked at
    for _ in range(len(held)):
        best = -1
        best_worth = 0.0
        for k in held:
            if pay[k] < 0 and _minimum(lines[k], products[k]) > 0 and not skipped & (1 << k):
                weight = _weight(lines[k], products[k], platforms[products[k].platform], rules)
                protects = weight * balance(lines[k]) + rules.relend_weight * headroom(lines[k])
                worth = protects / lines[k].due
                if left & (1 << k):
                    worth -= ANY_WORTH
                if best < 0 or worth > best_worth:
                    best = k
                    best_worth = worth
        if best < 0:
            break
        pay[best] = min(cash, int(lines[best].due))
        cash -= pay[best]
    for k in held:
        pay[k] = max(0, pay[k])


@rule
def _weight(line, product, lender, rules):
    """What staying current on a line is worth: its consequence, more where it is reported and the lender calls."""
    weight = product.consequence * (1.0 + pressure(line, product, lender, rules))
    return weight * (1.0 + rules.bureau_deterrence * product.reporting)


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
