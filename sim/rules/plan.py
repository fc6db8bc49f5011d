"""Plan: what the month asks for, what the person would like, and whether it can be met."""

import math

from sim.budget import accept, affordable_needs, reserve, restraint, spending_share, target_share
from sim.chance import EXPENSE, PLANNING, normal, uniform
from sim.compiled import rule
from sim.ledger import fen
from sim.lender import pressure
from sim.line import OPEN, balance, headroom, is_called_in, is_on_book
from sim.person import own_cap
from sim.trust import willingness

LARGEST_EXPENSE = 20.0  # times the smallest
MOST_WANTS = 1.5  # times normal, for people with more cash than they like to hold


@rule
def plan_month(borrower, lines, held, products, contracts, platforms, rules, chance, plan, buy, pay):
    """Set out the month's needs, wants and means; nothing is paid yet.

    Needs are necessities, an unplanned expense and the minimum payments; debt that has been called in is paid out of
    what is left. Means are cash and the purchase credit that can pay for necessities. If they fall short, necessities
    are tightened to what is affordable, within bounds; then
    short = necessities - (cash - minimum payments) - reserved credit.
    Wants move with the gap between cash and the target buffer, as far as the person judges it rightly:
    wants = normal + adjustment * gap, within bounds, and what lines and campaigns add for those who hold a line.
    Calls about late bills tighten belts further. Nobody buys wants on credit beyond a cap of the person's own.

    plan: record; buy, pay: fen per line, what the person means to put on each line and to pay on it.
    """
    wage = int(borrower.wage)
    usual = (spending_share(borrower, rules) - rules.necessity_share) * wage
    if borrower.jobless > 0:
        usual *= rules.jobless_spending
    plan.normal_wants = fen(max(0.0, usual))
    plan.expense = _expense(borrower, rules, chance)
    plan.essentials = fen(rules.necessity_share * wage) + plan.expense
    net_new, planned = _lines(borrower, lines, held, products, contracts, platforms, rules, plan, buy, pay)

    gap = borrower.cash - planned - plan.essentials - plan.normal_wants - float(borrower.buffer_target) * wage
    plan.saved = fen(max(0.0, rules.saving_sweep * gap))
    if rules.planning_error > 0.0:
        gap += rules.planning_error * wage * normal(uniform(chance, PLANNING, borrower.id))
    wants = plan.normal_wants + net_new + rules.spending_adjustment * gap
    least = float(borrower.impulse) * plan.normal_wants
    most = MOST_WANTS * plan.normal_wants + max(0, net_new)
    plan.wants = fen(min(max(wants, least), max(most, least)))
    if plan.acceptance > 0.0:
        plan.wants += _lift(lines, held, rules, plan, buy)

    free = int(borrower.cash) - plan.minimum
    least = plan.essentials - fen(min(1.0, rules.belt_tightening * (1.0 + plan.pressure)) * plan.essentials)
    plan.essentials = max(least, min(int(plan.essentials), affordable_needs(plan, free)))
    plan.reserved = reserve(plan)
    plan.short = plan.essentials - free - plan.reserved
    plan.asked = plan.apart = plan.left = 0
    kept = _kept(borrower, lines, held, products, rules)
    if kept > 0:
        plan.wants = min(int(plan.wants), max(0, free + int(plan.room) - kept - int(plan.essentials)))


@rule
def _kept(borrower, lines, held, products, rules):
    """Unused purchase credit that the person's own cap keeps back from wants, in fen; necessities may break the cap."""
    cap = own_cap(borrower, rules)
    kept = 0
    if cap < 1.0:
        for k in held:
            if products[k].buys > 0.0:
                kept += max(0, headroom(lines[k]) - max(0, int(cap * lines[k].limit) - balance(lines[k])))
    return kept


@rule
def _lift(lines, held, rules, plan, buy):
    """Further wants of people with a purchase line, in fen: lines make new demand, campaigns bring it forward.

    lift = uplift * what is put on lines by habit + campaign * wants, below 0 in the dip after a campaign. It is put on
    the lines in proportion to the habit, as far as there is room.
    """
    habit = 0
    for k in held:
        habit += buy[k]
    lift = int(rules.demand_uplift * habit + rules.wants_lift * plan.wants)
    if lift != 0 and habit > 0:
        for k in held:
            if buy[k] > 0:
                buy[k] = max(0, min(headroom(lines[k]), buy[k] + lift * buy[k] // habit))
    return lift


@rule
def _expense(borrower, rules, chance):
    """An unplanned expense: rare, Pareto with tail exponent 2, from the same uniform that decides whether it falls."""
    u = uniform(chance, EXPENSE, borrower.id)
    if u >= rules.expense_hazard:
        return 0
    size = min(LARGEST_EXPENSE, math.sqrt(rules.expense_hazard / max(u, 1e-12)))
    return fen(rules.expense_size * size * borrower.wage)


@rule
def _lines(borrower, lines, held, products, contracts, platforms, rules, plan, buy, pay):
    """For each line: what will be paid by habit and bought on it.

    Those who pay in full pay the bill and put a share of spending on the line, at most half of its limit, since last
    month's bill still takes up room while this month's purchases are made. Revolvers pay the minimum, and bring
    what they owe towards a target share of the limit, from below by buying, from above by paying more. The year after a
    cut they aim lower. Nobody puts more on a line than trust and a cap of the person's own allow.
    Returns (new debt that revolvers take on, planned payments), in fen.
    """
    spending = plan.essentials + plan.normal_wants
    plan.minimum = 0
    plan.room = 0
    plan.acceptance = 0.0
    plan.scenes = 0.0
    plan.pressure = 0.0
    net_new = 0
    planned = 0
    aim = restraint(lines, rules)
    for k in range(len(lines)):
        buy[k] = 0
        pay[k] = 0
    for k in held:
        line = lines[k]
        if not is_on_book(line):
            continue
        product = products[k]
        owed = int(line.revolving) + int(line.instalment)
        target = aim * target_share(borrower, line, contracts[line.contract, k], rules) * line.limit
        lender = platforms[product.platform]
        plan.pressure = max(plan.pressure, pressure(line, product, lender, rules))
        pay[k] = int(line.due)
        if product.minimum_share < 1.0:
            if borrower.appetite == 0.0:
                pay[k] = int(line.revolving)
            elif owed > target:
                extra = fen(rules.use_adjustment * (owed - target))
                pay[k] = min(int(line.revolving), pay[k] + extra)
        plan.minimum += 0 if is_called_in(line, product) else int(line.due)
        planned += pay[k]
        if product.buys == 0.0 or line.state != OPEN:
            continue
        room = headroom(line)
        plan.room += room
        accept(plan, product)
        if borrower.appetite == 0.0:
            places = spending - (1.0 - product.scenes) * plan.essentials
            habit = fen(float(borrower.credit_share) * product.acceptance * willingness(line) * places)
            buy[k] = min(room, habit, int(line.limit) // 2, fen(own_cap(borrower, rules) * line.limit))
        else:
            wanted = pay[k] + rules.use_adjustment * (target - owed)
            buy[k] = min(room, fen(max(0.0, wanted)))
            net_new += buy[k] - pay[k]
        if lender.login_friction > 0.0:
            buy[k] = fen((1.0 - rules.abandonment * lender.login_friction) * buy[k])
    return net_new, planned
