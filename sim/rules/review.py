"""Review: a platform looks at a line every few months and raises, cuts or restores its limit."""

from sim import tally as row
from sim.compiled import rule
from sim.ledger import fen
from sim.lender import takes_business, tightening
from sim.limit import deserved, give_limit, room_under_caps, take_limit
from sim.line import OPEN
from sim.score import score, sees_record

CLEAN_FOR_RAISE = 3  # months without a late payment before a limit is raised
RESTORED_AT_ONCE = 1.0 / 6.0  # share of the former limit that one review gives back


@rule
def review(borrower, lines, k, products, platforms, rules, chance, tally):
    """Decide on one limit, in the months that are this person's turn, and at once while the bureau shows a default.

    Score further below the approval score than the cut margin: cut by the cut share, not below the product's floor.
    Further above it than the raise margin, after three clean months: a limit that was cut gets back a sixth of what it
    was, once the person has been clean long enough; any other rises towards the limit that the score deserves, by the
    raise share at most. Caps in force must leave room. The platform's tightening counts against the score.
    """
    line = lines[k]
    product = products[k]
    if line.state != OPEN or line.months_past_due > 0:
        return
    turn = (rules.month + borrower.id + k) % int(product.review_interval) == 0
    lender = platforms[product.platform]
    reported = borrower.bad_record >= rules.bureau_memory and sees_record(borrower, lender, product.platform, rules)
    if not turn and not reported:
        return
    points, income = score(borrower, lines, k, products, platforms, rules, chance)
    above = points - lender.approval - tightening(lender, rules)
    if above < -product.cut_margin:
        floor = fen(product.limit_low * 100.0)
        new_limit = max(min(floor, int(line.limit)), fen(line.limit * (1.0 - product.cut_share)))
        if new_limit < line.limit:
            tally.books[k, row.REMOVED_LIMIT] += take_limit(line, new_limit, product, borrower, rules.month)
        return
    if above < product.raise_margin or line.months_clean < CLEAN_FOR_RAISE or not takes_business(lender, rules):
        return
    if line.limit_before > line.limit:
        if min(int(line.months_clean), rules.month - line.cut_month) < rules.restoration_months:
            return
        step = min(int(line.limit_before) - int(line.limit), fen(line.limit_before * RESTORED_AT_ONCE))
    else:
        step = min(fen(line.limit * product.raise_share), deserved(product, points, income) - int(line.limit))
    if lender.online > 0.0:
        step = min(step, room_under_caps(borrower, lines, products, platforms, rules))
    if step > 0:
        give_limit(line, step, product, borrower)
        tally.books[k, row.ADDED_LIMIT] += step
