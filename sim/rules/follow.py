"""Follow: what people do on lines that are held on the course of a baseline world.

Nobody does this in earnest: it is how the rollover channel is frozen. Of those whom a policy cuts, all borrowing,
buying and paying at other lenders goes on as in the baseline, and they have to manage with the lines that were cut.
People plan with all their lines as ever; on those kept to the course what they do then is given. Whoever is cut where
it does not matter does what the baseline does.
"""

from sim.compiled import rule
from sim.ledger import FAMILY_HELP, PAYMENTS, post
from sim.line import NONE, balance, draw, headroom, is_called_in, is_on_book


@rule
def cutters(lines, products):
    """The lenders whose lines of this person a policy has cut, one bit each."""
    platforms = 0
    for k in range(len(lines)):
        if lines[k].aimed > 0:
            platforms |= 1 << int(products[k].platform)
    return platforms


@rule
def set_apart(lines, products, course):
    """The products on which a person keeps to the course: bits of those of every lender that has not cut the person.

    A line that the baseline does not have has no course. Nor has one whose lender, through another channel, has come to
    lend less than the baseline has it lend, or to refuse it: the person is then free to do what people do in that case.
    course: the person's USE of each line in the baseline this month.
    """
    cut_at = cutters(lines, products)
    apart = 0
    for k in range(len(lines)):
        line, use = lines[k], course[k]
        if not cut_at or cut_at & (1 << int(products[k].platform)):
            continue
        refused = use.held > 0 and line.state == NONE
        if refused or (is_on_book(line) and lent(use) > headroom(line)):
            line.off_course = 1
        charted = use.held > 0 or use.applied > 0 or not is_on_book(line)
        apart |= (charted and line.off_course == 0) << k
    return apart


@rule
def lent(use):
    """What the course has the lender lend this month, in fen."""
    return int(use.drawn) + int(use.bought) + int(use.abroad)


@rule
def draw_on_course(borrower, line, product, k, use, counted_on, plan, tally):
    """Draw what the baseline draws: to pay bills if the person is short, otherwise to spend it.

    Nothing else is drawn, and of the unused credit that the plan counts on only what the baseline buys with it is
    there. counted_on: that credit, in fen; none on a line just opened.
    """
    if product.buys > 0.0:
        plan.room += min(headroom(line), int(use.bought) + int(use.abroad)) - counted_on
    if is_on_book(line) and lent(use) > headroom(line):  # one just opened may be smaller than there
        line.off_course = 1
    elif use.drawn > 0 and is_on_book(line):
        draw(borrower, line, product, k, int(use.drawn), tally)
        plan.wants += int(use.drawn) if plan.short <= 0 else 0
        plan.short -= int(use.drawn)
    line.wait += 1


@rule
def leave_room(lines, held, course, plan, buy, tally):
    """While the month's purchases are made there is as much room on a line as the baseline uses, and it is used."""
    for k in held:
        if plan.apart & (1 << k):
            line, use = lines[k], course[k]
            line.wait -= 1
            tally.limit_was[k] = line.limit
            line.limit = min(int(line.limit), balance(line) + int(use.bought) + int(use.abroad))
            buy[k] = use.bought


@rule
def pay_on_course(borrower, lines, held, products, course, plan, pay, tally):
    """Pay what the baseline pays, as far as it is owed here; the limits are what they were.

    First the bills, then what the baseline pays beyond them, out of the cash that the minimum payments to the lenders
    that cut leave: whoever can pay all bills misses none. What cash does not reach comes from family.
    """
    for k in held:
        if plan.apart & (1 << k):
            line = lines[k]
            line.limit = tally.limit_was[k]
            pay[k] = 0
            if is_on_book(line):
                bill = 0 if is_called_in(line, products[k]) else int(line.due)
                plan.minimum -= bill
                _pay(borrower, line, k, min(bill, int(course[k].paid)), int(borrower.cash), pay, tally)
    for k in held:
        if plan.apart & (1 << k) and is_on_book(lines[k]):
            more = min(int(course[k].paid) - pay[k], balance(lines[k]))  # who leaves pays all
            _pay(borrower, lines[k], k, more, max(0, int(borrower.cash) - int(plan.minimum)), pay, tally)


@rule
def _pay(borrower, line, k, amount, own, pay, tally):
    """Pay an amount on one line, out of so much of the person's own cash, the rest from family."""
    if amount <= 0:
        return
    pay[k] += amount
    line.revolving -= amount
    line.due = max(0, int(line.due) - amount)
    own = min(own, amount)
    borrower.cash -= own
    post(tally.flows, PAYMENTS, k, amount)
    post(tally.flows, FAMILY_HELP, -1, amount - own)
