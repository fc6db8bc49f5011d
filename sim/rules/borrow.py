"""Borrow: cash is raised from open lines, by those who are short and by those who wish to spend."""

from sim.budget import restraint
from sim.chance import BELONGINGS, FAMILY, LOAN_CHOICE, LOAN_SIZE, LOAN_WISH, TRIAGE, uniform
from sim.compiled import rule
from sim.ledger import BELONGINGS_SOLD, FAMILY_HELP, fen, post
from sim.line import (
    FROZEN,
    MOST_RESPONSE,
    OPEN,
    balance,
    cash_headroom,
    draw,
    headroom,
    is_called_in,
    is_on_book,
    lends_again,
    lends_no_more,
    price,
    price_response,
)
from sim.person import is_aimed_at, is_malicious, own_cap
from sim.records import NOTICE


@rule
def roll(borrower, lines, products, chance, plan, tally):
    """Draw open cash lines until the person is no longer short: one lender's debt pays another.

    The line that looks cheapest is drawn first, price * (1/2 + uniform), as when a loan is taken to spend.

    plan: record, its ``short`` falls by what is raised. Returns the cash raised, in fen.
    """
    raised = 0
    while plan.short > 0:
        cheapest = -1
        most = 0
        lowest = 0.0
        for k in range(len(lines)):
            within_reach = _within_reach(lines[k], products[k], plan)
            if within_reach <= 0:
                continue
            cost = price(lines[k], products[k].instalment_rate, products[k])
            cost *= 0.5 + uniform(chance, LOAN_CHOICE, borrower.id, k)
            if cheapest < 0 or cost < lowest:
                cheapest = k
                most = within_reach
                lowest = cost
        if cheapest < 0:
            break
        amount = min(int(plan.short), most)
        unused = headroom(lines[cheapest])
        draw(borrower, lines[cheapest], products[cheapest], cheapest, amount, tally)
        if products[cheapest].buys > 0.0:
            plan.room -= unused - headroom(lines[cheapest])
        plan.short -= amount
        raised += amount
    return raised


@rule
def leave_unpaid(borrower, lines, held, products, rules, plan):
    """Some of those who are short raise no cash for a lender that would not lend it again.

    They leave the bill of a lender that has stopped lending cash; and if short > all cash within reach, so that not
    everybody can be paid, also those of frozen lines and of lines of which less than half could be drawn again. Such
    bills get what is over when all others are paid.

    plan: record, its ``left`` names these lines, its ``short`` falls by what is due on them. Returns by how much, in
    fen.
    """
    if uniform(rules.founding, TRIAGE, borrower.id) >= rules.triage_share:
        return 0
    reach = unpaid = 0
    for k in held:
        reach += _within_reach(lines[k], products[k], plan)
    for k in held:
        line, product = lines[k], products[k]
        billed = (line.state == OPEN or line.state == FROZEN) and not is_called_in(line, product)
        if billed and (lends_no_more(line, product) or (reach < plan.short and not lends_again(line, product))):
            plan.left |= 1 << k
            unpaid += int(line.due)
    unpaid = min(unpaid, int(plan.short))
    plan.short -= unpaid
    return unpaid


@rule
def _within_reach(line, product, plan):
    """Cash that a line can still give, in fen: on a card, what is left once its fee and the credit that necessities
    count on are set aside."""
    if product.lends_cash <= 0.0:
        return 0
    most = cash_headroom(line, product)
    if product.buys > 0.0:
        most = min(most, int((plan.room - plan.reserved) / (1.0 + product.draw_fee)))
    return max(0, most)


@rule
def ask_family(borrower, rules, chance, plan, tally):
    """Family helps some of those who are short, more of those who are being called, up to a share of a month's wage."""
    if uniform(chance, FAMILY, borrower.id) < rules.family_help_hazard * (1.0 + plan.pressure):
        amount = min(int(plan.short), fen(rules.family_help_size * borrower.wage))
        borrower.cash += amount
        plan.short -= amount
        post(tally.flows, FAMILY_HELP, -1, amount)


@rule
def sell_belongings(borrower, lines, held, products, rules, chance, plan, tally):
    """Some people in arrears sell something to clear the debt, and buy nothing they only want this month.

    amount = short + what is due on lines that are called in, which the plan does not count as short. Who would stay in
    arrears all the same, because what can be sold brings less (so many months of wage), sells nothing, nor does who
    means never to pay.
    """
    if rules.asset_sale_hazard == 0.0 or uniform(chance, BELONGINGS, borrower.id) >= rules.asset_sale_hazard:
        return
    missing = int(plan.short)
    late = False
    for k in held:
        if is_on_book(lines[k]) and lines[k].months_past_due > 0 and lines[k].due > 0:
            late = True
            missing += int(lines[k].due) if is_called_in(lines[k], products[k]) else 0
    if not late or is_malicious(borrower, rules):
        return
    if missing <= 0 or missing > fen(rules.asset_sale_size * borrower.wage):
        return
    borrower.cash += missing
    plan.short -= missing
    plan.wants = 0
    post(tally.flows, BELONGINGS_SOLD, -1, missing)


@rule
def draw_ahead(borrower, lines, products, aims, rules, tally):
    """Who hears that a line will be cut draws a share of its unused cash credit while it is there."""
    for a in range(len(aims)):
        k = int(aims[a].product)
        if aims[a].kind != NOTICE or rules.draw_ahead == 0.0 or not is_aimed_at(borrower, aims[a]):
            continue
        amount = fen(rules.draw_ahead * cash_headroom(lines[k], products[k]))
        if amount > 0:
            draw(borrower, lines[k], products[k], k, amount, tally)


@rule
def take_loan(borrower, lines, products, contracts, rules, chance, plan, tally):
    """Some who are not short draw cash lines to spend: the loans are added to this month's wants.

    Probability = loan hazard * openness, doubled for revolvers, lower after a lesson and after a cut (deleveraging);
    size uniform on 0-2 times the mean size. The open cash line that looks cheapest is drawn first, instalment rate *
    (1/2 + uniform), and what it cannot give is taken to the next. Fewer wish for a loan on a line that has become
    dearer since the founding, more on one that has become cheaper.
    """
    hazard = rules.loan_hazard * borrower.openness * (2.0 if borrower.appetite > 0.0 else 1.0)
    hazard *= restraint(lines, rules)
    if borrower.taught > 0.0:
        hazard *= 1.0 - rules.education_effect * float(borrower.taught)
    chosen = uniform(chance, LOAN_WISH, borrower.id)
    if chosen >= MOST_RESPONSE * hazard:
        return
    wish = loan_wish(borrower, rules, chance)
    asked = 0  # bits: lines
    for _ in range(int(rules.loan_lines)):
        if wish <= 0:
            return
        best = _cheapest_looking(borrower, lines, products, asked, chance, plan)
        if best < 0:
            return
        asked |= 1 << best
        terms = contracts[lines[best].contract, best]
        answer = price_response(lines[best], terms.instalment_rate, terms.usual_instalment_rate, terms, rules)
        if chosen < hazard * answer:
            wish -= spend_loan(borrower, lines[best], products[best], best, wish, rules, plan, tally)


@rule
def _cheapest_looking(borrower, lines, products, asked, chance, plan):
    """The line, of those that can give cash and were not asked yet, that looks cheapest; -1 if there is none."""
    best = -1
    best_cost = 0.0
    for k in range(len(lines)):
        wished = products[k].buys == 0.0 or products[k].cash_wishes > 0.0
        if wished and not asked & (1 << k) and _within_reach(lines[k], products[k], plan) > 0:
            cost = products[k].instalment_rate * (0.5 + uniform(chance, LOAN_CHOICE, borrower.id, k))
            if best < 0 or cost < best_cost:
                best = k
                best_cost = cost
    return best


@rule
def loan_wish(borrower, rules, chance):
    """What a person who wishes for a loan would like to borrow, in fen: 2 * uniform * mean size * wage."""
    return fen(2.0 * uniform(chance, LOAN_SIZE, borrower.id) * rules.loan_size * borrower.wage)


@rule
def spend_loan(borrower, line, product, k, wish, rules, plan, tally):
    """Draw a loan to spend this month, as far as line and own cap go; returns the amount. wish: fen."""
    allowed = int(own_cap(borrower, rules) * line.limit) - balance(line)
    amount = max(0, min(int(wish), allowed, _within_reach(line, product, plan)))
    if amount > 0:
        unused = headroom(line)
        draw(borrower, line, product, k, amount, tally)
        if product.buys > 0.0:
            plan.room -= unused - headroom(line)
        plan.wants += amount
        plan.short -= amount
    return amount
