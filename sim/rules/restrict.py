"""Restrict: a policy that takes effect this month reaches a person's lines."""

from sim import tally as row
from sim.chance import CASH_CUT, MULTI_CUT, uniform
from sim.compiled import rule
from sim.ledger import fen
from sim.limit import cap_on_person, online_limits, take_limit
from sim.line import BORROW, INSTAL, NONE, OPEN, SPEND, cash_headroom, headroom
from sim.parameters import NO_CAP, YUAN
from sim.person import is_aimed_at
from sim.records import CUT
from sim.score import score, sees_debts


@rule
def restrict(borrower, lines, products, platforms, aims, rules, chance, tally):
    """Apply this month's limit cuts, caps on a person's total online credit, and the index of cash limits.

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
    _cut_cash(borrower, lines, products, rules)
    tally.economy[row.POLICY_CUT_PEOPLE] += hit


@rule
def _cut_multi(borrower, lines, products, platforms, rules, tally):
    """Who drew cash at many lenders last month keeps the limits at a share of those that see it, and loses the others.

    Which lenders these are is one lasting draw per person and platform; the speed limit in force holds.
    """
    if rules.multi_lender_limit >= 1.0 or borrower.cash_lenders < rules.multi_lender_from:
        return 0
    hit = 0
    for k in range(len(lines)):
        platform = int(products[k].platform)
        if lines[k].state != OPEN or not sees_debts(borrower, platforms[platform], platform, rules):
            continue
        if uniform(rules.founding, MULTI_CUT, borrower.id, platform) >= rules.multi_lender_limit:
            hit |= _take(borrower, lines[k], products[k], k, 0, rules, tally)
    return hit


@rule
def _cut_cash(borrower, lines, products, rules):
    """As the market's index of cash limits falls, line by line stops lending cash; as it rises, they do again.

    Lines that still lend cash: index ^ power of the product, by one lasting draw per person and line. What cannot be
    drawn any more counts as lost; where reviews decide on permissions, they give it back.
    """
    for k in range(len(lines)):
        line, product = lines[k], products[k]
        if line.state == NONE or (product.cash_squeeze == 0.0 and line.permissions & BORROW):
            continue
        left = (1.0 - product.cash_squeeze) ** product.cash_limit_power
        if uniform(rules.founding, CASH_CUT, borrower.id, k) >= left:
            borrower.lost_headroom += cash_headroom(line, product)
            line.permissions &= SPEND | INSTAL
        elif product.permissions == 0.0:
            line.permissions |= BORROW


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
