"""Review: a platform looks at a line every few months and raises, cuts or restores its limit."""

from sim import tally as row
from sim.chance import TRACK, uniform
from sim.compiled import rule
from sim.ledger import fen
from sim.lender import takes_business, threshold
from sim.limit import deserved, give_limit, room_under_caps, take_limit
from sim.line import ALL_PERMISSIONS, INSTAL, OPEN, SPEND, balance
from sim.parameters import YUAN
from sim.score import score, sees_record

NONE, TURN, WARNING, GOOD_USE = range(4)  # occasions for a review

NEARLY_USED_UP = 0.9  # share of limit: a warning sign
MANY_INQUIRIES = 3  # applications lately: another
HALF_USED = 0.5  # share of limit: used enough to be worth a raise at once
RESTORED_AT_ONCE = 1.0 / 6.0  # share of the former limit that one review gives back


@rule
def review(borrower, lines, k, products, platforms, rules, chance, tally):
    """Decide on one limit, in the months that are this person's turn, and at once if something calls for it.

    Score further below the threshold than the cut margin: cut by the cut share, within the speed limit in force and not
    below the product's floor. Further above it than the raise margin, after enough clean months: a limit that was cut
    gets back a sixth of what it was, once the person has been clean long enough; any other rises towards the limit that
    the score deserves, by the raise share at most. Caps in force must leave room. Permissions follow the score first.
    What good use calls for takes nothing away, what a warning calls for gives nothing; a cut that is explained costs
    less trust.
    """
    line = lines[k]
    product = products[k]
    if line.state != OPEN or line.months_past_due > 0:
        return
    lender = platforms[product.platform]
    occasion = _occasion(borrower, line, k, product, lender, rules, chance, tally)
    if occasion == NONE:
        return
    points, income = score(borrower, lines, k, products, platforms, rules, chance)
    above = points - threshold(lender, rules)
    if product.permissions > 0.0 and occasion != GOOD_USE:
        line.permissions = _permitted(above, product)
    if above < -product.cut_margin:
        if occasion == GOOD_USE:
            return
        floor = fen(product.limit_low * YUAN)
        new_limit = max(min(floor, int(line.limit)), fen(line.limit * (1.0 - product.cut_share)))
        if new_limit < line.limit:
            removed = take_limit(line, new_limit, product, borrower, rules, blow=1.0 - lender.explains)
            tally.books[k, row.REMOVED_LIMIT] += removed
        return
    good = above >= product.raise_margin and line.months_clean >= rules.clean_for_raise
    if not good or occasion == WARNING or not takes_business(lender, rules):
        return
    if line.limit_before > line.limit:
        if min(int(line.months_clean), rules.month - line.cut_month) < rules.restoration_months:
            return
        most = min(int(line.limit_before), int(product.limit_high * 100.0))
        step = min(most - int(line.limit), fen(line.limit_before * RESTORED_AT_ONCE))
    else:
        step = min(fen(line.limit * product.raise_share), deserved(product, points, income) - int(line.limit))
    if lender.online > 0.0:
        step = min(step, room_under_caps(borrower, lines, products, platforms, rules))
    if line.on_trial > 0 and rules.sandbox > 0.0:
        step = 0  # lines in the sandbox stay small
    if step > 0:
        give_limit(line, step, product, borrower)
        tally.books[k, row.ADDED_LIMIT] += step


@rule
def _occasion(borrower, line, k, product, lender, rules, chance, tally):
    """Why a line is reviewed now: it is its turn, the bureau shows a fresh default, good use calls for a raise, or a
    tracked line shows a warning sign; most months there is none."""
    if (rules.month + borrower.id + k) % int(product.review_interval) == 0:
        return TURN
    if borrower.bad_record >= rules.bureau_memory and sees_record(borrower, lender, int(product.platform), rules):
        return TURN
    if product.event_review == 0.0 and product.tracking == 0.0:
        return NONE
    used = balance(line) / max(1, int(line.limit))
    warned = used >= NEARLY_USED_UP or borrower.inquiries >= MANY_INQUIRIES
    if warned and uniform(chance, TRACK, borrower.id, k) < product.tracking:
        tally.books[k, row.WARNINGS] += 1
        return WARNING
    if product.event_review > 0.0 and used >= HALF_USED and line.months_clean >= rules.clean_for_raise:
        return GOOD_USE
    return NONE


@rule
def _permitted(above, product):
    """What a line may be used for: below the threshold no cash, half way to a cut no instalments either."""
    if above >= 0.0:
        return ALL_PERMISSIONS
    return SPEND | INSTAL if above >= -0.5 * product.cut_margin else SPEND
