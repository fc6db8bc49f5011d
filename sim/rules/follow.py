"""Follow: what people do on lines that are held on the course of a baseline world.

Nobody does this in earnest: it is how the rollover channel is frozen. Of those whom a policy cuts, all borrowing,
buying and paying at other lenders goes on as in the baseline, and they have to manage with the lines that were cut.
"""

from sim.compiled import rule
from sim.ledger import DRAWS, FAMILY_HELP, FEES_ABROAD, MERCHANT_FEES, PAYMENTS, PURCHASES_ABROAD, fen, post
from sim.line import OPEN, draw, headroom, is_on_book


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
    lend less than the baseline has it lend: its holder is then free to do what people do when a lender cuts them.
    course: the person's USE in the baseline this month.
    """
    cut_at = cutters(lines, products)
    apart = 0
    if cut_at:
        for k in range(len(lines)):
            elsewhere = not cut_at & (1 << int(products[k].platform))
            charted = course[k].held > 0 or course[k].applied > 0 or not is_on_book(lines[k])
            if elsewhere and charted and is_on_book(lines[k]) and lent(course[k]) > headroom(lines[k]):
                lines[k].off_course = 1
            apart |= (elsewhere and charted and lines[k].off_course == 0) << k
    return apart


@rule
def lent(use):
    """What the course has the lender lend this month, in fen."""
    return int(use.drawn) + int(use.bought) + int(use.abroad)


@rule
def follow(borrower, line, product, k, use, tally):
    """Draw, buy and pay on one line what the baseline has the person draw, buy and pay there this month.

    What is bought there is lent as cash, out of which the purchases of the month are made. Until the month is over
    nothing else can be drawn. Returns what the merchants pay for it, in fen.
    """
    if not is_on_book(line) or lent(use) > headroom(line):  # opened this month with a lower limit than there
        return 0
    if use.drawn > 0:
        draw(borrower, line, product, k, int(use.drawn), tally)
    line.purchases += use.bought + use.abroad
    borrower.cash += use.bought
    fee = fen(product.merchant_fee * use.bought)
    post(tally.flows, DRAWS, k, int(use.bought))
    post(tally.flows, MERCHANT_FEES, k, fee)
    post(tally.flows, PURCHASES_ABROAD, k, int(use.abroad))
    post(tally.flows, FEES_ABROAD, k, fen(product.merchant_fee * use.abroad))
    line.revolving -= use.paid
    line.due = max(0, int(line.due) - int(use.paid))
    borrower.cash -= use.paid
    post(tally.flows, PAYMENTS, k, int(use.paid))
    if line.state == OPEN:
        line.wait += 1  # until lines age at the end of the month
    return fee


@rule
def fill_gap(borrower, tally):
    """What the course asks for beyond the person's means comes from family: it is paid whatever happens."""
    if borrower.cash < 0:
        post(tally.flows, FAMILY_HELP, -1, -int(borrower.cash))
        borrower.cash = 0
