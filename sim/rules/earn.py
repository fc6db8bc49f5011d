"""Earn: jobs are lost and found, wages are paid, the jobless live on benefits."""

import math

from sim.chance import INCOME_SHOCK, JOB_LOSS, NEW_EMPLOYER, REEMPLOYMENT, WAGE_REVIEW, normal, uniform
from sim.compiled import rule
from sim.ledger import BENEFITS, WAGES_MERCHANT, WAGES_OUTSIDE, fen, post
from sim.parameters import YEAR, YOUNG


@rule
def earn(borrower, merchants, shops, rules, chance, tally):
    """A month's income: keep, lose or find a job, then be paid.

    An employed person loses the job if the employer's layoffs (published last month) or the own hazard strike; a
    jobless one finds work at the re-employment hazard, at a shop nearby if it is hiring, otherwise outside.
    income = wage * (1 + transitory shock), or the benefit share of the wage. Once a year the wage is
    multiplied by (1 + growth) * a lognormal shock of mean one, and by what those who change jobs lose, so that wages in
    general keep the growth.

    borrower: record; merchants: records; shops: merchant ids [shop]; tally: this slice's sums (payroll and staff).
    """
    if borrower.jobless > 0:
        if uniform(chance, REEMPLOYMENT, borrower.id) < rules.reemployment_hazard:
            borrower.jobless = 0
            borrower.wage = fen(borrower.wage * (1.0 - rules.job_loss_scar))
            borrower.employer = _new_employer(borrower, merchants, shops, rules, chance)
        elif borrower.jobless < 250:
            borrower.jobless += 1
    elif uniform(chance, JOB_LOSS, borrower.id) < _loss_probability(borrower, merchants, rules):
        borrower.jobless = 1
        borrower.employer = -1
    if (rules.month + borrower.id) % YEAR == YEAR - 1:
        shock = normal(uniform(chance, WAGE_REVIEW, borrower.id))
        noise = math.exp(rules.wage_shock * shock - 0.5 * rules.wage_shock * rules.wage_shock)
        lost_by_others = min(0.5, YEAR * rules.job_loss_hazard * rules.job_loss_scar)
        borrower.wage = fen(borrower.wage * (1.0 + rules.wage_growth) / (1.0 - lost_by_others) * noise)
    if borrower.jobless > 0:
        borrower.income = fen(borrower.wage * rules.benefit_share)
        post(tally.flows, BENEFITS, -1, int(borrower.income))
    else:
        shock = normal(uniform(chance, INCOME_SHOCK, borrower.id))
        borrower.income = fen(borrower.wage * max(0.2, 1.0 + rules.income_shock * shock))
        if borrower.employer >= 0:
            tally.payroll[borrower.employer] += int(borrower.income)
            tally.staff[borrower.employer] += 1
            post(tally.flows, WAGES_MERCHANT, -1, int(borrower.income))
        else:
            post(tally.flows, WAGES_OUTSIDE, -1, int(borrower.income))
    borrower.cash += int(borrower.income)


@rule
def _loss_probability(borrower, merchants, rules):
    """1 - (1 - own hazard) * (1 - layoffs at the employer); the young lose jobs more often."""
    own = rules.job_loss_hazard * rules.job_loss_multiple
    if borrower.age < YOUNG:
        own *= rules.young_job_loss_multiple
    layoffs = 0.0
    if borrower.employer >= 0:
        layoffs = rules.jobs_channel * merchants[borrower.employer].layoff_share
    return 1.0 - (1.0 - own) * (1.0 - layoffs)


@rule
def _new_employer(borrower, merchants, shops, rules, chance):
    """One of the shops nearby, if it has room for one more; otherwise, or with the jobs channel frozen, outside."""
    place = shops[int(uniform(chance, NEW_EMPLOYER, borrower.id) * len(shops))]
    hiring = merchants[place].vacancies >= 1.0  # a shop that is shut has none
    return place if hiring and rules.jobs_channel > 0.0 else -1
