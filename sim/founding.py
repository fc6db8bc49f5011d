"""The market at month 0, from parameters and published figures.

Every person is founded by the same function from their own address in chance, so one more borrower changes nobody else.
"""

import math

import numpy as np

from sim import chance as luck
from sim.budget import HAND_TO_MOUTH, spending_share
from sim.chance import normal, uniform
from sim.compiled import loop, rule
from sim.first_lines import LEAST_APPETITE, MOST_APPETITE, found_lines, implied_income
from sim.ledger import fen
from sim.line import balance, is_on_book
from sim.parameters import AGE_GROUPS, AGE_SHARES, AGE_WAGE, EARNER_MULTIPLE, QUINTILE_INCOME, QUINTILE_YEAR, YUAN
from sim.person import is_malicious
from sim.rules.trade import accepts_lines

MERCHANT_SIZE_SPREAD = 1.8  # standard deviation of log size: the median merchant makes a fifth of the mean sales (K3)
LARGEST_MERCHANT = 10  # times the mean of the sizes drawn: no single shop is a market's labour market
ENTRANT = 20  # an entrant's capital is for one part in so many of the market
WAGE_DRAWS = 5  # draws of a wage of which the nearest to what limits suggest is taken: as correlated as in the market


def merchant_sizes(merchants: int, seed: int) -> np.ndarray:
    """Relative size of each merchant, lognormal, from its own address in chance."""
    key = luck.month_key(seed, 0)
    draws = [normal(uniform(key, luck.MERCHANT_SIZE, m)) for m in range(merchants)]
    size = np.exp(MERCHANT_SIZE_SPREAD * np.array(draws))
    return np.minimum(size, LARGEST_MERCHANT * size.mean())


def wage_edges(start_year: int, wage_growth: float, mean_wage: float = 0.0) -> np.ndarray:
    """Lowest and highest monthly wage of each quintile in the first year, in fen [5, 2].

    Published income per head (H2), times earners' income over income per head, brought to the first year by wage
    growth. Edges lie at the geometric mean of neighbours; wages are log-uniform between them, scaled so that each
    quintile has its published mean. Elsewhere only the shape is kept: mean_wage, if given, is the mean of all, in yuan.
    """
    mean = np.array(QUINTILE_INCOME) * EARNER_MULTIPLE * YUAN / 12 * (1 + wage_growth) ** (start_year - QUINTILE_YEAR)
    if mean_wage > 0.0:
        mean *= mean_wage * YUAN / mean.mean()
    inner = np.sqrt(mean[1:] * mean[:-1])
    low = np.concatenate([[mean[0] ** 2 / inner[0]], inner])
    high = np.concatenate([inner, [mean[-1] ** 2 / inner[-1]]])
    implied = (high - low) / np.log(high / low)
    return np.stack([low, high], axis=1) * (mean / implied)[:, None]


def found(market, rules, seed: int, edges: np.ndarray, given: np.ndarray, given_lines: np.ndarray) -> None:
    """Found every borrower of a market: person, cash, lines and first balances; what is given is taken as it is.

    given, given_lines: records of what is known (``given_records``), for each borrower, or of one of whom nothing is.
    """
    ages = np.array(AGE_GROUPS, np.int64)
    found_people(
        market.borrowers,
        market.lines,
        market.products,
        market.platforms,
        rules,
        luck.month_key(seed, 0),
        edges,
        ages,
        np.cumsum(AGE_SHARES),
        np.array(AGE_WAGE),
        given,
        given_lines,
    )


@loop
def found_people(
    borrowers, lines, products, platforms, rules, chance, edges, ages, age_shares, age_wage, given, given_lines
):
    """Found each person in turn; employers are in place already."""
    for i in range(len(borrowers)):
        row = i if len(given) == len(borrowers) else 0
        income = implied_income(given_lines[row], products)
        found_person(borrowers[i], i, given[row], income, rules, chance, edges, ages, age_shares, age_wage)
        found_lines(borrowers[i], lines[i], given_lines[row], products, platforms, rules, chance)


@rule
def found_person(borrower, i, given, income, rules, chance, edges, ages, age_shares, age_wage):
    """Age, wage, work, buffer and character of one person.

    given: record of what is known; income: what the person's limits suggest, in fen a month, 0 if none is known;
    edges: fen [quintile, (low, high)]; ages: years [group, (from, below)]; age_shares: cumulative [group]; age_wage:
    multiple of the wage [group].
    """
    borrower.id = i
    borrower.policy_cut_month = -1000
    u = uniform(chance, luck.AGE, i)
    group = 0
    while group < len(ages) - 1 and u >= age_shares[group]:
        group += 1
    below = age_shares[group - 1] if group > 0 else 0.0
    within = (u - below) / (age_shares[group] - below)
    borrower.age = ages[group, 0] + int(within * (ages[group, 1] - ages[group, 0]))
    if given.age >= 0:
        borrower.age = given.age
        group = 0
        while group < len(ages) - 1 and given.age >= ages[group, 1]:
            group += 1
    _earning(borrower, given, income, age_wage[group], edges, chance)
    hazard = rules.job_loss_hazard * (rules.young_job_loss_multiple if group == 0 else 1.0)
    lost = uniform(chance, luck.JOBLESS_AT_START, i) < hazard / (hazard + rules.reemployment_hazard)
    if given.employed == 0 or (given.employed < 0 and lost):
        borrower.jobless = 1
        borrower.employer = -1
    _character(borrower, given, rules, chance)


@rule
def _earning(borrower, given, income, age_wage, edges, chance):
    """The wage: what is given, or else a draw from the published quintiles for the person's age.

    Where limits are known the wage is, of several such draws, the one nearest to the income that they suggest.
    """
    nearest = math.inf
    for draw in range(WAGE_DRAWS if income > 0.0 else 1):
        quintile = int(5.0 * uniform(chance, luck.QUINTILE, borrower.id, draw))
        low, high = edges[quintile, 0], edges[quintile, 1]
        wage = age_wage * low * math.exp(math.log(high / low) * uniform(chance, luck.WAGE, borrower.id, draw))
        miss = abs(math.log(wage / income)) if income > 0.0 else 0.0
        if miss < nearest:
            nearest = miss
            borrower.quintile = quintile
            borrower.wage = fen(wage)
    if given.wage >= 0:
        borrower.wage = given.wage
        borrower.quintile = 0
        while borrower.quintile < len(edges) - 1 and given.wage >= age_wage * edges[borrower.quintile + 1, 0]:
            borrower.quintile += 1


@rule
def _character(borrower, given, rules, chance):
    """Buffer, habits and tastes, each from its own uniform; cash that is given is what the person likes to hold.

    Openness to credit = 1 - spread + spread * an exponential of mean 1: counts of rare events are then geometric. Those
    who live from hand to mouth are more open, and pay on lines more or less often, by a multiple; the mean is kept.

    Those who live from hand to mouth are three times as likely to pay only the minimum; the mean share is kept.
    """
    i = borrower.id
    share = rules.hand_to_mouth_share
    u = uniform(chance, luck.BUFFER, i)
    if uniform(chance, luck.BUFFER_KIND, i) < share:
        borrower.buffer_target = HAND_TO_MOUTH * 0.6 * u
    else:
        borrower.buffer_target = max(HAND_TO_MOUTH, rules.saver_buffer_median * math.exp(0.8 * normal(u)))
    borrower.cash = fen(float(borrower.buffer_target) * borrower.wage)
    if given.cash >= 0:
        borrower.cash = given.cash
        borrower.buffer_target = given.cash / borrower.wage
    hand_to_mouth = borrower.buffer_target < HAND_TO_MOUTH
    revolver = rules.minimum_habit_share * _against_others(hand_to_mouth, 3.0, share)
    if given.revolves > 0 or (given.revolves < 0 and uniform(chance, luck.HABIT, i) < revolver):
        borrower.appetite = LEAST_APPETITE + (MOST_APPETITE - LEAST_APPETITE) * uniform(chance, luck.APPETITE, i)
    spread = float(rules.openness_spread)
    borrower.openness = 1.0 - spread - spread * math.log(1.0 - uniform(chance, luck.OPENNESS, i))
    borrower.openness *= _against_others(hand_to_mouth, float(rules.openness_need), share)
    if is_malicious(borrower, rules):
        borrower.openness = 0.0  # holds nothing yet: who means never to pay comes for the first time
    borrower.impulse = 2.0 * rules.impulse * uniform(chance, luck.IMPULSE, i)
    borrower.stigma = uniform(chance, luck.STIGMA, i)
    spread = min(rules.credit_share, 1.0 - rules.credit_share)
    own = rules.credit_share + spread * (2.0 * uniform(chance, luck.CREDIT_SHARE, i) - 1.0)
    borrower.credit_share = min(1.0, own * _against_others(hand_to_mouth, float(rules.credit_share_need), share))


@rule
def _against_others(belongs, multiple, share):
    """A factor so many times as large for those who belong to a group as for all others, 1 in the mean of all.

    multiple / (1 + (multiple - 1) * share), or 1 over the same. share: of people who belong to it.
    """
    return (multiple if belongs else 1.0) / (1.0 + (multiple - 1.0) * share)


def open_merchants(market, rules) -> None:
    """Open every merchant with the sales that its customers' normal spending brings, and others' that pay its staff."""
    open_for_business(market.borrowers, market.shops, market.merchants, rules)


@loop
def open_for_business(borrowers, shops, merchants, rules):
    """Expected sales and staff of each merchant; costs are set during the settling year (``rules.trade``).

    outside sales = max(0, payroll / labour share - sales to modelled customers).
    """
    for i in range(len(borrowers)):
        person = borrowers[i]
        share = spending_share(person, rules)
        for s in range(shops.shape[1]):
            merchants[shops[i, s]].smooth_sales += share * person.wage / shops.shape[1]
        if person.employer >= 0:
            merchants[person.employer].norm_staff += 1
            merchants[person.employer].norm_sales += person.wage  # payroll for now
    for m in range(len(merchants)):
        merchant = merchants[m]
        merchant.id = m
        merchant.alive = 1
        merchant.accepts = accepts_lines(merchant, rules)
        payroll = merchant.norm_sales
        merchant.outside_sales = fen(max(0.0, payroll / rules.merchant_labour_share - merchant.smooth_sales))
        merchant.smooth_sales += merchant.outside_sales
        merchant.norm_sales = merchant.smooth_sales
        merchant.staff = merchant.norm_staff


@loop
def capitalise(lines, products, platforms):
    """Give each platform its book and its capital: capital share * own share * balance of its lines.

    One that starts with no business to speak of is given the capital of an entrant: for a twentieth of the market.
    """
    market = 0
    for i in range(len(lines)):
        for k in range(len(products)):
            if is_on_book(lines[i, k]):
                platforms[int(products[k].platform)].book += balance(lines[i, k])
                market += balance(lines[i, k])
    for p in range(len(platforms)):
        platform = platforms[p]
        book = max(int(platform.book), market // ENTRANT)
        platform.capital = int(platform.capital_share * platform.own_share * book)
        platform.funds = int(platform.investors * platform.book)
        platform.reputation = platform.call_reach = platform.plan_reach = platform.service = 1.0
        platform.indicator = 1.0
