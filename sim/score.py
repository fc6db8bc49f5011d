"""Score: what a lender believes about a borrower, from noisy signals and the debts it can see."""

import math

from sim.budget import spending_share
from sim.chance import BUREAU_SIGHT, DRIFT, INCOME_ERROR, SIGNAL, normal, uniform
from sim.compiled import rule
from sim.line import ASKED, CHARGED_OFF, NONE, SOLD, balance, is_on_book
from sim.parameters import YEAR, YOUNG, YUAN
from sim.person import is_forged, is_malicious, shows_bills, withholds_data

MIDDLE_WAGE = 400_000.0  # fen a month in the first month, unless the market has a mean wage of its own: income points
# are half of their weight here
SHARED = 1000  # stands for a lender's number in the error that all lenders share
RECENT = 6  # months in which a cut elsewhere counts
FRIENDS = 2.0  # friends in default that spoil a portrait drawn from friends
INQUIRIES = 3.0  # applications that cost the full weight
ORDINARY_SPENDING = 0.75  # share of wage


@rule
def _shared(own, common, rules):
    """A lender's own error and the one all lenders make, mixed as far as they use the same data.

    sqrt(1 - c) * own + sqrt(c) * common: as large as before, and c is the correlation between two lenders.
    """
    return math.sqrt(1.0 - rules.common_score) * own + math.sqrt(rules.common_score) * common


@rule
def estimated_income(borrower, rules, platform, lender):
    """A lender's estimate of the monthly wage, in fen: wage * exp(error), one lasting error per person and platform.

    Who means never to pay overstates it. Verification removes its share of both.
    """
    error = normal(uniform(rules.founding, INCOME_ERROR, borrower.id, platform))
    if rules.common_score > 0.0:
        error = _shared(error, normal(uniform(rules.founding, INCOME_ERROR, borrower.id, SHARED)), rules)
    unchecked = 1.0 - lender.income_check
    claimed = 1.0
    if rules.income_inflation > 0.0 and is_malicious(borrower, rules):
        claimed += rules.income_inflation * unchecked
    return borrower.wage * claimed * math.exp(unchecked * rules.income_noise * error)


@rule
def sees_record(borrower, lender, platform, rules):
    """Whether a lender sees the person's default: the bureau shows it, the lender looks, and nobody forged it clean.

    Probability = share that it looks at * share reported, by one lasting draw per person and platform.
    """
    if borrower.record_shown == 0:
        return False
    if is_forged(borrower, rules):
        return False
    looks = max(lender.sees, lender.sees_defaults)
    return uniform(rules.founding, BUREAU_SIGHT, borrower.id, platform) < looks * float(borrower.record_sight)


@rule
def sees_debts(borrower, lender, platform, rules):
    """Whether a lender sees at how many others the person draws cash: by the same lasting draw, as far as it looks."""
    return uniform(rules.founding, BUREAU_SIGHT, borrower.id, platform) < lender.sees


@rule
def drift(borrower, platform, lender, rules):
    """The error that a scorecard has gathered since it was last estimated, in score points.

    drift * sqrt(months / 12) * one normal number per person, platform and estimation.
    """
    if rules.model_drift == 0.0:
        return 0.0
    every = int(lender.reestimate_every)
    shape = normal(uniform(rules.founding, DRIFT, borrower.id, SHARED * platform + rules.month // every))
    return rules.model_drift * math.sqrt((rules.month % every) / YEAR) * shape


@rule
def score(borrower, lines, k, products, platforms, rules, chance):
    """One platform's score of one person for one product; about 0.5 is ordinary, higher is better.

    score = income points + history points - utilisation of the own line - burden of visible debt - visible lateness
    - youth + personal data + noise + drift. Own products are seen as they are; others as they stood at the end of last
    month, as far as they report and the platform looks, or the person shows the bills and the platform reads them.

    lines: the person's lines; k: product. Returns (score, estimated income in fen a month).
    """
    platform = int(products[k].platform)
    lender = platforms[platform]
    income = estimated_income(borrower, rules, platform, lender)
    debt, late, history, cut = _seen(borrower, lines, platform, lender, products, rules)
    if sees_record(borrower, lender, platform, rules):
        late = 1.0
    middle = rules.mean_wage * YUAN if rules.mean_wage > 0.0 else MIDDLE_WAGE
    points = rules.score_income * income / (income + middle * rules.wage_level)
    points += rules.score_history * history / 12.0
    points -= rules.score_burden * min(2.0, debt / (6.0 * income)) + rules.score_late * late
    own = lines[k]
    if is_on_book(own) and own.limit > 0:
        points -= rules.score_use * min(1.0, balance(own) / own.limit)
    if borrower.age < YOUNG:
        points -= rules.score_young
    points -= rules.score_cut * cut + rules.score_inquiries * lender.sees * min(1.0, borrower.inquiries / INQUIRIES)
    points += _personal(borrower, history, lender, rules)
    error = normal(uniform(chance, SIGNAL, borrower.id, k))
    if rules.common_score > 0.0:
        error = _shared(error, normal(uniform(chance, SIGNAL, borrower.id, SHARED)), rules)
    return points + lender.signal_noise * error + drift(borrower, platform, lender, rules), income


@rule
def _seen(borrower, lines, platform, lender, products, rules):
    """What a lender sees of all lines: (debt in fen, lateness 0-1, clean months, recent cuts elsewhere 0-1).

    A charge-off elsewhere is seen as long as the bureau keeps the default on record; a lender never forgets its own.
    """
    debt = late = history = cut = 0.0
    reads = lender.reads_records if lender.reads_records > 0.0 and shows_bills(borrower, rules) else 0.0
    for j in range(len(lines)):
        line = lines[j]
        if line.state == NONE or line.state == ASKED:
            continue
        if products[j].platform == platform:
            if is_on_book(line):
                debt += balance(line)
                history = max(history, min(12.0, float(line.months_clean)))
            if line.state == CHARGED_OFF or line.state == SOLD or (is_on_book(line) and line.months_past_due > 0):
                late = 1.0
            continue
        sight = max(products[j].reporting * lender.sees, reads)
        debt += sight * int(line.reported)
        history = max(history, sight * min(12.0, float(line.reported_clean)))
        shown = line.reported_late == 1 or (line.reported_late == 2 and borrower.record_shown > 0)
        if shown and not is_forged(borrower, rules):
            late = max(late, sight)
        if line.reported_cut >= 0 and rules.month - line.reported_cut <= RECENT:
            cut = max(cut, sight)
    return debt, late, history, cut


@rule
def uses_personal_data(borrower, lender, rules):
    """Whether a lender's decision rests on spending, behaviour or friends, and the rules and the person let it."""
    weight = rules.score_behaviour + rules.score_spending + lender.uses_social
    return weight > 0.0 and rules.data_limit < 1.0 and not withholds_data(borrower, rules)


@rule
def _personal(borrower, history, lender, rules):
    """Points from personal data, as far as rules and consent allow.

    Impulsive people lose, big spenders win, and friends who pay stand in for a history that is missing.
    """
    if not uses_personal_data(borrower, lender, rules):
        return 0.0
    points = rules.score_spending * (spending_share(borrower, rules) - ORDINARY_SPENDING)
    if rules.impulse > 0.0:
        points -= rules.score_behaviour * (float(borrower.impulse) / rules.impulse - 1.0)
    if history == 0.0:
        points += lender.uses_social * rules.score_history * (1.0 - min(1.0, borrower.friends_in_default / FRIENDS))
    return points * (1.0 - rules.data_limit)
