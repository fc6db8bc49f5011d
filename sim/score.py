"""Score: what a lender believes about a borrower, from noisy signals and the debts it can see."""

import math

from sim.chance import BUREAU_SIGHT, INCOME_ERROR, SIGNAL, normal, uniform
from sim.compiled import rule
from sim.line import CHARGED_OFF, NONE, balance, is_on_book
from sim.parameters import YOUNG

MIDDLE_WAGE = 400_000.0  # fen a month in the first month: income points are half of their weight here


@rule
def estimated_income(borrower, rules, platform):
    """A lender's estimate of the monthly wage, in fen: wage * exp(error), one lasting error per person and platform."""
    error = normal(uniform(rules.founding, INCOME_ERROR, borrower.id, platform))
    return borrower.wage * math.exp(rules.income_noise * error)


@rule
def sees_record(borrower, lender, platform, rules):
    """Whether a lender sees the person's default on record: it looks, and the lender defaulted on reported it.

    Probability = share that it looks at * share reported, by one lasting draw per person and platform.
    """
    return uniform(rules.founding, BUREAU_SIGHT, borrower.id, platform) < lender.sees * float(borrower.record_sight)


@rule
def score(borrower, lines, k, products, platforms, rules, chance):
    """One platform's score of one person for one product; about 0.5 is ordinary, higher is better.

    score = income points + history points - utilisation of the own line - burden of visible debt - visible lateness
    - youth + noise. Own products are seen in full, others as far as they report and the platform looks.

    lines: the person's lines; k: product. Returns (score, estimated income in fen a month).
    """
    platform = products[k].platform
    lender = platforms[platform]
    income = estimated_income(borrower, rules, platform)
    debt = 0.0
    late = 0.0
    history = 0.0
    for j in range(len(lines)):
        line = lines[j]
        if line.state == NONE:
            continue
        sight = 1.0 if products[j].platform == platform else products[j].reporting * lender.sees
        if is_on_book(line):
            debt += sight * balance(line)
            if line.months_past_due > 0:
                late = max(late, sight)
            history = max(history, sight * min(12, int(line.months_clean)))
        elif line.state == CHARGED_OFF:
            late = max(late, sight)
    if borrower.bad_record > 0 and sees_record(borrower, lender, platform, rules):
        late = 1.0
    points = rules.score_income * income / (income + MIDDLE_WAGE * rules.wage_level)
    points += rules.score_history * history / 12.0
    points -= rules.score_burden * min(2.0, debt / (6.0 * income)) + rules.score_late * late
    own = lines[k]
    if is_on_book(own) and own.limit > 0:
        points -= rules.score_use * min(1.0, balance(own) / own.limit)
    if borrower.age < YOUNG:
        points -= rules.score_young
    return points + lender.signal_noise * normal(uniform(chance, SIGNAL, borrower.id, k)), income
