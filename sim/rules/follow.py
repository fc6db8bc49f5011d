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
    if use.drawn > 0 and is_on_book(line) and lent(use) <= headroom(line):  # one just opened may be smaller than there
        draw(borrower, line, product, k, int(use.drawn), tally)
        plan.wants += int(use.drawn) if plan.short <= 0 else 0
        plan.short -= int(use.drawn)
    line.wait += 1


@rule
def leave_room(line, k, use, buy, tally):
    """While the month's purchases are made there is as much room on the line as the baseline uses, and it is used."""
    line.wait -= 1
    tally.limit_was[k] = line.limit
    line.limit = min(int(line.limit), balance(line) + int(use.bought) + int(use.abroad))
    buy[k] = use.bought


@rule
def pay_on_course(borrower, line, product, k, use, plan, pay, tally):
    """Pay what the baseline pays; what the person's means do not reach comes from family. The limit is what it was."""
    line.limit = tally.limit_was[k]
    if not is_on_book(line):
        return
    plan.minimum -= 0 if is_called_in(line, product) else int(line.due)
    pay[k] = use.paid
    if use.paid > 0:
        line.revolving -= use.paid
        line.due = max(0, int(line.due) - int(use.paid))
        post(tally.flows, PAYMENTS, k, int(use.paid))
        missing = max(0, int(use.paid) - int(borrower.cash))
        borrower.cash += missing - int(use.paid)
        post(tally.flows, FAMILY_HELP, -1, missing)
