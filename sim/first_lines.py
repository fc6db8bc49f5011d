"""The lines that people have when the market begins: as they are known from a table, or as a lender would give them."""

from sim import chance as luck
from sim.budget import target_share
from sim.chance import uniform
from sim.compiled import rule
from sim.ledger import fen
from sim.limit import deserved
from sim.line import DEFAULT_MONTHS, FROZEN, NONE, balance, is_called_in, lend, lenders_owed
from sim.parameters import MOST_KINDS, YUAN
from sim.person import is_malicious
from sim.rules.approve import approve, sign
from sim.rules.report import publish
from sim.score import score

OLDEST_LINE = 36  # months
FIRST_LOANS = 0.35  # share of cash lines that carry a loan at the founding
LEAST_APPETITE, MOST_APPETITE = 0.2, 1.8  # of a revolver, against the product's target use


@rule
def implied_income(given, products):
    """The monthly income that a person's known limits suggest, in fen: sum of limits / sum of months of income given.

    A limit is limit_income * income * (1/2 + score), taken at a score of one half. given: records by product; returns 0
    if no limit is known.
    """
    limits = months = 0.0
    for k in range(len(given)):
        if given[k].limit > 0:
            limits += given[k].limit
            months += products[k].limit_income
    return limits / months if months > 0.0 else 0.0


@rule
def found_lines(borrower, lines, given, products, platforms, rules, chance):
    """The lines a person already has: first those that are known, which other lenders see, then the others.

    Of the others, some are asked for and given by the lender's own rule, with a first balance. Where the lenders of a
    person are capped, each person asks another one first.
    """
    for k in range(len(lines)):
        if is_held(given[k]):
            take_over(borrower, lines, k, given[k], products, platforms, rules, chance)
    first = 0
    if rules.lender_cap < MOST_KINDS:
        first = int(len(lines) * uniform(chance, luck.FIRST_LENDER, borrower.id))
    for step in range(len(lines)):
        k = (first + step) % len(lines)
        if lines[k].state != NONE or given[k].limit == 0:
            continue
        if uniform(chance, luck.HOLDS_LINE, borrower.id, k) >= products[k].reach * borrower.openness:
            continue
        if is_malicious(borrower, rules) or not approve(borrower, lines, k, products, platforms, rules, chance):
            continue
        seasoned(borrower, lines[k], k, chance)
        if given[k].balance < 0:
            first_balance(borrower, lines[k], k, products[k], rules, chance)
        publish(lines[k])
    borrower.last_opened = -1000
    borrower.lenders = lenders_owed(lines, products)


@rule
def seasoned(borrower, line, k, chance):
    """Give a line its age: opened within three years, without a late payment since."""
    line.months_on_book = line.months_clean = 1 + int(OLDEST_LINE * uniform(chance, luck.FIRST_AGE, borrower.id, k))


@rule
def first_balance(borrower, line, k, product, rules, chance):
    """What is owed on a line of which only the limit is known: bills as habits make them, loans on some cash lines."""
    u = uniform(chance, luck.FIRST_BALANCE, borrower.id, k)
    if product.buys > 0.0:
        if borrower.appetite > 0.0:
            line.revolving = fen(u * target_share(borrower, line, product, rules) * line.limit)
        else:
            bought = fen(u * product.acceptance * float(borrower.credit_share) * borrower.wage)
            line.purchases = min(int(line.limit), bought)
    elif u < FIRST_LOANS:
        amount = min(int(line.limit), fen(2.0 * u / FIRST_LOANS * rules.loan_size * borrower.wage))
        if amount > 0:
            lend(line, amount, first_term(borrower, k, product, chance))


@rule
def first_term(borrower, k, product, chance):
    """Months over which a loan that stands at the founding is still to be repaid: any up to the product's term."""
    return 1 + int(product.term * uniform(chance, luck.FIRST_TERM, borrower.id, k))


@rule
def is_held(given):
    """Whether a line is known to be held: by its limit, by what is owed on it or by its being late."""
    return given.limit > 0 or given.balance > 0 or (given.limit < 0 and given.months_past_due > 0)


@rule
def take_over(borrower, lines, k, given, products, platforms, rules, chance):
    """Open a line that is known to be held, with what is owed on it and how late it is.

    A limit that is not known is what the lender's rule would give, and at least the balance; a balance
    that is not known is one as habits make it.
    """
    product, line = products[k], lines[k]
    points, income = score(borrower, lines, k, products, platforms, rules, chance)
    limit = int(given.limit)
    if limit < 0:
        limit = max(deserved(product, points, income), int(product.limit_low * YUAN), int(given.balance))
    sign(line, limit, points, product, rules)
    seasoned(borrower, line, k, chance)
    amount, late = int(given.balance), max(0, int(given.months_past_due))
    if amount < 0:
        first_balance(borrower, line, k, product, rules, chance)
        amount = balance(line) if late > 0 else 0
    if amount > 0:
        owe(borrower, line, k, amount, late, product, rules, chance)
    publish(line)


@rule
def owe(borrower, line, k, amount, late, product, rules, chance):
    """Enter a balance that is known, so many months past due.

    A loan is repaid over its remaining term; a bill revolves, or waits for its statement if the person pays in full
    and is not late. Past due = months * (minimum share of the bill, or one instalment), at most the balance, and all of
    it once the line is called in. Who owes a larger share of a limit than a revolver with that appetite would has a
    larger appetite, up to the largest there is. amount: fen.
    """
    line.revolving = line.purchases = line.instalment = 0
    if product.buys > 0.0:
        if late > 0 or borrower.appetite > 0.0:
            line.revolving = amount
        else:
            line.purchases = amount
        if borrower.appetite > 0.0 and line.limit > 0 and product.target_use > 0.0:
            shown = min(MOST_APPETITE, amount / line.limit / product.target_use)
            borrower.appetite = max(float(borrower.appetite), shown)
        payment = product.minimum_share * amount
    else:
        lend(line, amount, first_term(borrower, k, product, chance))
        payment = amount / int(line.instalments_left)
    if late == 0:
        return
    line.months_past_due = late
    line.months_clean = 0
    line.months_on_book = max(int(line.months_on_book), late + 1)
    line.due = amount if is_called_in(line, product) else min(amount, fen(late * payment))
    if line.instalment > 0:
        line.revolving = line.due
        line.instalment = amount - line.due
        line.instalments_left = max(1, int(line.instalments_left) - late) if line.instalment > 0 else 0
    if late >= product.freeze_after or is_called_in(line, product):
        line.state = FROZEN
    if late >= DEFAULT_MONTHS:
        borrower.ever_in_default = 1
