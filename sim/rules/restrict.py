"""Restrict: a policy that takes effect this month reaches a person's lines."""

from sim.compiled import rule
from sim.ledger import fen
from sim.line import OPEN, balance, is_on_book, take_limit
from sim.rules.score import score
from sim.tally import POLICY_CUT, POLICY_CUT_ACCOUNTS, POLICY_CUT_PEOPLE, REMOVED_LIMIT

YEAR = 12  # months


@rule
def restrict(borrower, lines, products, platforms, cuts, rules, chance, tally):
    """Apply this month's limit cuts and caps on a person's total online credit.

    Each cut takes its share off the limit of every open line it is aimed at. If online limits together exceed the
    cap in force, all are lowered in the same proportion. Nobody is asked to repay at once: a balance above the new
    limit only cannot grow.

    cuts: records of the limit cuts that fall in this month. Returns 1 if anything was taken, else 0.
    """
    hit = 0
    for c in range(len(cuts)):
        cut = cuts[c]
        if borrower.age < cut.age_from or borrower.age >= cut.age_below or borrower.lenders < cut.lenders_at_least:
            continue
        k = cut.product
        if lines[k].state != OPEN or lines[k].limit == 0:
            continue
        if cut.score_below < 1e9:
            points, _ = score(borrower, lines, k, products, platforms, rules, chance)
            if points >= cut.score_below:
                continue
        _take(borrower, lines[k], k, fen(lines[k].limit * (1.0 - cut.share)), rules, tally)
        hit = 1
    cap = min(rules.credit_cap * 100.0, rules.income_cap * YEAR * borrower.wage)
    if cap < 1e14 and _enforce_cap(borrower, lines, products, platforms, cap, rules, tally):
        hit = 1
    tally.economy[POLICY_CUT_PEOPLE] += hit
    return hit


@rule
def _enforce_cap(borrower, lines, products, platforms, cap, rules, tally):
    """Scale down online limits that together exceed the cap; used credit is left, unused credit goes."""
    held = 0
    for k in range(len(lines)):
        if is_on_book(lines[k]) and platforms[products[k].platform].online > 0.0:
            held += int(lines[k].limit)
    if held <= cap:
        return False
    hit = False
    for k in range(len(lines)):
        if lines[k].state == OPEN and platforms[products[k].platform].online > 0.0:
            new_limit = max(fen(lines[k].limit * (cap / held)), min(int(lines[k].limit), balance(lines[k])))
            if new_limit < lines[k].limit:
                _take(borrower, lines[k], k, new_limit, rules, tally)
                hit = True
    return hit


@rule
def _take(borrower, line, k, new_limit, rules, tally):
    removed = take_limit(line, new_limit, borrower, rules.month)
    tally.books[k, REMOVED_LIMIT] += removed
    tally.books[k, POLICY_CUT] += removed
    tally.books[k, POLICY_CUT_ACCOUNTS] += 1
