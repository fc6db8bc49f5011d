"""A budget: what can be afforded beside the bills."""

from sim.compiled import rule
from sim.ledger import fen
from sim.line import BORROW, OPEN, headroom, price_response
from sim.parameters import YEAR
from sim.person import own_cap
from sim.trust import willingness

MOST_ACCEPTANCE = 0.95  # some spending is always in cash
MOST_USE = 0.95  # of a limit: nobody aims at the last yuan
HAND_TO_MOUTH = 0.5  # months of wage: a target buffer below this is living from hand to mouth (H10)


@rule
def spending_share(borrower, rules):
    """Normal spending as a share of the wage: more for those who live from hand to mouth than for savers."""
    if borrower.buffer_target < HAND_TO_MOUTH:
        return rules.hand_to_mouth_spending_share
    return rules.saver_spending_share


@rule
def target_share(borrower, line, product, rules):
    """Share of a purchase limit that a revolver likes to owe; nothing for those who pay in full.

    appetite * the product's target use, less if the line has become dearer, after a lesson and without trust, at most
    the person's own cap. product: terms that the line signed.
    """
    share = min(MOST_USE, float(borrower.appetite) * product.target_use)
    share = min(MOST_USE, share * price_response(line, product.monthly_rate, product.usual_rate, product, rules))
    if borrower.taught > 0.0:
        share *= 1.0 - rules.education_effect * float(borrower.taught)
    return min(share * willingness(line), own_cap(borrower, rules))


@rule
def restraint(lines, rules):
    """What is left of the credit that a person aims at: 1 - deleveraging while a cut is felt, else all of it.

    It is felt in the year after a cut of any limit, and as long as an open line lends no cash any more.
    """
    if rules.deleveraging > 0.0:
        for k in range(len(lines)):
            cut = lines[k].limit_before > 0 and rules.month - int(lines[k].cut_month) < YEAR
            if cut or (lines[k].state == OPEN and not lines[k].permissions & BORROW):
                return 1.0 - rules.deleveraging
    return 1.0


@rule
def affordable_needs(plan, free):
    """The most necessities that cash free of bills and the unused credit on purchase lines can pay, in fen.

    Where lines pay for a share s of them: min(free / (1 - s), free + unused credit), nothing without free cash.
    """
    if free <= 0:
        return 0
    return min(int(free / (1.0 - plan.scenes)), free + int(plan.room))


@rule
def affordable_wants(plan, free):
    """The most wants that can be bought beside necessities, in fen.

    Lines pay for a share s of necessities and a of wants: cash pays the rest of both, so that
    wants <= (free - (1 - s) * necessities) / (1 - a), and credit has to suffice.
    """
    if free <= 0:
        return 0
    cash_only = fen(plan.essentials * (plan.acceptance - plan.scenes) / (1.0 - plan.acceptance))
    most = min(int(free / (1.0 - plan.acceptance)) - cash_only, free + int(plan.room))
    return max(0, most - int(plan.essentials))


@rule
def reserve(plan):
    """The unused purchase credit that necessities can count on: as much as there is, as far as lines pay for them."""
    return min(int(plan.room), fen(plan.essentials * plan.scenes))


@rule
def accept(plan, product):
    """Add one more purchase line to the share of spending, and of necessities, that lines can pay for."""
    plan.acceptance = min(MOST_ACCEPTANCE, plan.acceptance + product.acceptance)
    plan.scenes = min(MOST_ACCEPTANCE, plan.scenes + product.acceptance * product.scenes)


@rule
def count_on(plan, line, product):
    """Count a line opened this month among the means: what it can pay of necessities makes the person less short."""
    if product.buys == 0.0:
        return
    plan.room += headroom(line)
    accept(plan, product)
    count_again(plan)


@rule
def count_again(plan):
    """The unused credit that necessities count on has changed, and with it by how much the person is short."""
    before = int(plan.reserved)
    plan.reserved = reserve(plan)
    plan.short -= int(plan.reserved) - before
