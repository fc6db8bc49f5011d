"""Restrict: a policy that takes effect this month reaches a person's lines."""

from sim import tally as row
from sim.compiled import rule
from sim.ledger import fen
from sim.limit import cap_on_person, online_limits, take_limit
from sim.line import OPEN, headroom
from sim.parameters import NO_CAP, YUAN
from sim.person import is_aimed_at
from sim.records import CUT
from sim.score import score, sees_debts


@rule
def restrict(borrower, lines, products, platforms, aims, rules, chance, tally):
    """Apply this month's limit cuts and caps on a person's total online credit.

    Each cut takes its share off the limit of every open line it is aimed at, within the speed limit in force. If online
    limits together exceed the cap in force, unused credit above it goes, as fast as the speed limit lets it. Nobody is
    asked to repay at once: a balance above the new limit only cannot grow.

    aims: what the regulator aims at people this month, limit cuts among it.
    """
    hit = 0
    for a in range(len(aims)):
        cut = aims[a]
        if cut.kind != CUT or not is_aimed_at(borrower, cut):
            continue
        k = cut.product
        if lines[k].state != OPEN or lines[k].limit == 0:
            continue
        if cut.score_below < NO_CAP:
            points, _ = score(borrower, lines, k, products, platforms, rules, chance)
            if points >= cut.score_below:
                continue
        hit |= _take(borrower, lines[k], products[k], k, fen(lines[k].limit * (1.0 - cut.share)), rules, tally)
    hit |= _cut_multi(borrower, lines, products, platforms, rules, tally)
    hit |= _enforce_cap(borrower, lines, products, platforms, rules, tally)
    tally.economy[row.POLICY_CUT_PEOPLE] += hit


@rule
def _cut_multi(borrower, lines, products, platforms, rules, tally):
    """Who drew cash at many lenders last month keeps a share of each limit, at the lenders that see it.

    The share is of the limit before any cut, and the speed limit in force holds.
    """
    if rules.multi_lender_limit >= 1.0 or borrower.cash_lenders < rules.multi_lender_from:
        return 0
    hit = 0
    for k in range(len(lines)):
        platform = int(products[k].platform)
        if lines[k].state == OPEN and sees_debts(borrower, platforms[platform], platform, rules):
            limit = max(int(lines[k].limit), int(lines[k].limit_before))
            hit |= _take(borrower, lines[k], products[k], k, fen(rules.multi_lender_limit * limit), rules, tally)
    return hit


@rule
def _enforce_cap(borrower, lines, products, platforms, rules, tally):
    """Take unused online credit above the cap, the same share on every line; what is used goes as it is repaid."""
    cap = cap_on_person(borrower, rules)
    if cap >= NO_CAP * YUAN:
        return 0
    excess = online_limits(lines, products, platforms) - cap
    if excess <= 0.0:
        return 0
    unused = 0
    for k in range(len(lines)):
        if platforms[products[k].platform].online > 0.0:
            unused += headroom(lines[k])
    share = min(1.0, excess / max(1, unused))
    hit = 0
    for k in range(len(lines)):
        if platforms[products[k].platform].online > 0.0:
            new_limit = int(lines[k].limit) - fen(share * headroom(lines[k]))
            hit |= _take(borrower, lines[k], products[k], k, new_limit, rules, tally)
    return hit


@rule
def _take(borrower, line, product, k, new_limit, rules, tally):
    """Lower one limit and count it; a cut that rounds to nothing is none. Returns 1 if anything was taken."""
    if new_limit >= line.limit:
        return 0
    removed = take_limit(line, new_limit, product, borrower, rules)
    if removed == 0:
        return 0
    borrower.policy_cut_month = rules.month
    line.aimed = 1
    tally.books[k, row.REMOVED_LIMIT] += removed
    tally.books[k, row.POLICY_CUT] += removed
    tally.books[k, row.POLICY_CUT_ACCOUNTS] += 1
    return 1
