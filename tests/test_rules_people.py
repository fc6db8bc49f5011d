"""One person's month in yuan: earning, planning, borrowing, applying and shopping."""

import math

import numpy as np
import pytest
from scenes import CARD, CASH, PAY_LATER, household, yuan

from sim import ledger
from sim.budget import target_share
from sim.chance import LOAN_WISH, uniform
from sim.line import CHARGED_OFF, FROZEN, NONE, price_response
from sim.month import raise_cash
from sim.rules.apply import adopt, seek
from sim.rules.borrow import ask_family, draw, loan_wish, roll, spend_loan, take_loan
from sim.rules.earn import earn
from sim.rules.plan import plan_month
from sim.rules.shop import shop


def sure(scene, **rules):
    """Make something certain or impossible, beyond what a parameter may be."""
    for name, value in rules.items():
        scene.rules[name] = value
    return scene


# --- earn ---
def test_a_wage_from_outside_is_paid_in_cash():
    s = household(PAY_LATER, cash=yuan(100))
    s.play(earn)
    assert (s.borrower.cash, s.borrower.income) == (yuan(6100), yuan(6000))
    assert s.flow(ledger.WAGES_OUTSIDE) == yuan(6000)


def test_a_wage_from_a_merchant_is_on_its_payroll():
    s = household(PAY_LATER, employer=2)
    s.play(earn)
    assert s.flow(ledger.WAGES_MERCHANT) == yuan(6000) == s.tally.payroll[2]
    assert s.tally.staff.tolist() == [0, 0, 1, 0]


def test_who_loses_the_job_lives_on_benefits():
    s = sure(household(PAY_LATER, parameters={"benefit_share": 0.25}, employer=1), job_loss_hazard=1.0)
    s.play(earn)
    assert (s.borrower.jobless, s.borrower.employer, s.borrower.income) == (1, -1, yuan(1500))
    assert s.flow(ledger.BENEFITS) == yuan(1500)
    assert not s.tally.staff.any()


@pytest.mark.parametrize(("channel", "jobless"), [(1, 1), (0, 0)])
def test_layoffs_reach_the_staff_through_the_jobs_channel(channel, jobless):
    s = household(PAY_LATER, parameters={"jobs_channel": channel}, employer=1)
    s.merchants[1].layoff_share = 1.0
    s.play(earn)
    assert s.borrower.jobless == jobless


def test_the_young_lose_jobs_more_often():
    def losses(age):
        return sum(one.borrower.jobless for one in everybody(age))

    def everybody(age):
        for seed in range(400):
            one = household(
                PAY_LATER, parameters={"job_loss_hazard": 0.1, "young_job_loss_multiple": 3.0}, seed=seed, age=age
            )
            one.play(earn)
            yield one

    old, young = losses(25), losses(24)
    assert 20 < old < 60  # 40 expected
    assert 90 < young < 150  # 120 expected


@pytest.mark.parametrize(("vacancies", "employer"), [(1.0, 3), (0.9, -1)])
def test_a_found_job_pays_less_and_is_nearby_only_where_somebody_is_hiring(vacancies, employer):
    s = household(PAY_LATER, parameters={"reemployment_hazard": 1.0, "job_loss_scar": 0.15}, jobless=4)
    s.shops[:] = 3
    s.merchants[3].vacancies = vacancies
    s.play(earn)
    assert (s.borrower.jobless, s.borrower.employer, s.borrower.wage) == (0, employer, yuan(5100))


@pytest.mark.parametrize(("channel", "employer"), [(1.0, 3), (0.5, 3), (0.0, -1)])
def test_shops_hire_nobody_while_the_jobs_channel_is_frozen(channel, employer):
    s = household(PAY_LATER, parameters={"reemployment_hazard": 1.0, "jobs_channel": channel}, jobless=4)
    s.shops[:] = 3
    s.merchants[3].vacancies = 5.0
    s.play(earn)
    assert (s.borrower.jobless, s.borrower.employer) == (0, employer)


def test_months_without_work_are_counted():
    s = household(PAY_LATER, parameters={"reemployment_hazard": 0.0}, jobless=4)
    s.play(earn)
    assert s.borrower.jobless == 5


@pytest.mark.parametrize(("month", "wage"), [(11, 6000 * 1.07), (10, 6000), (23, 6000 * 1.07)])
def test_wages_are_reviewed_once_a_year(month, wage):
    s = household(PAY_LATER, parameters={"wage_growth": 0.07}, month=month)
    s.play(earn)
    assert s.borrower.wage == pytest.approx(yuan(wage), abs=1)


def test_wages_in_general_keep_their_growth_though_who_changes_jobs_loses_some():
    losses = {"job_loss_hazard": 0.01, "job_loss_scar": 0.15, "wage_growth": 0.07}  # 1.8 % of all wages a year
    s = sure(household(PAY_LATER, parameters=losses, month=11), job_loss_multiple=0.0)
    s.play(earn)
    assert s.borrower.wage == pytest.approx(yuan(6000 * 1.07 / (1 - 0.018)), abs=1)


def test_the_yearly_shock_to_wages_neither_adds_to_them_nor_takes_away():
    def reviewed(seed):
        s = household(PAY_LATER, parameters={"wage_shock": 0.3}, month=11, seed=seed)
        s.play(earn)
        return s.borrower.wage

    wages = np.array([reviewed(seed) for seed in range(2000)]) / yuan(6000)
    assert wages.mean() == pytest.approx(1, abs=4 * 0.3 / math.sqrt(2000))
    assert np.log(wages).std() == pytest.approx(0.3, rel=0.1)


# --- plan ---
def test_needs_are_necessities_and_minimum_payments_and_means_are_cash_and_reserved_credit():
    s = household(PAY_LATER, cash=yuan(5000), lines=[{"revolving": yuan(2030), "due": yuan(203)}])
    s.play(plan_month)
    assert (s.plan.essentials, s.plan.minimum, s.plan.room) == (yuan(2700), yuan(203), yuan(7970))
    assert s.plan.reserved == yuan(1080)  # four tenths of necessities can be bought on the line
    assert s.plan.short == yuan(2700 - (5000 - 203) - 1080)


def test_belts_are_tightened_by_a_tenth_and_no_further_before_a_bill_is_missed():
    s = household(CASH, cash=yuan(2600), lines=[{"state": NONE}])
    s.play(plan_month)
    assert (s.plan.essentials, s.plan.short) == (yuan(2600), 0)
    s = household(CASH, cash=yuan(2000), lines=[{"state": NONE}])
    s.play(plan_month)
    assert (s.plan.essentials, s.plan.short) == (yuan(2430), yuan(430))


@pytest.mark.parametrize(("target", "jobless", "wants"), [(0.4, 0, 3000), (3.0, 0, 1500), (0.4, 2, 1500)])
def test_normal_wants_are_spending_less_necessities_and_half_of_that_without_work(target, jobless, wants):
    s = household(CASH, lines=[{"state": NONE}], buffer_target=target, jobless=jobless)
    s.play(plan_month)
    assert s.plan.normal_wants == yuan(wants)


def test_wants_move_by_a_share_of_the_gap_to_the_buffer_within_bounds():
    def wants(cash, impulse=0.0):
        s = household(CASH, cash=yuan(cash), lines=[{"state": NONE}], buffer_target=1.0, impulse=impulse)  # 6,000 yuan
        s.play(plan_month)
        return s.plan.wants / 100

    level = 2700 + 1500 + 6000  # necessities, normal wants and the buffer
    assert wants(level) == 1500
    assert wants(level - 1000) == 1200
    assert wants(level + 1000) == 1800
    assert wants(level + 100_000) == 2250  # at most one and a half times normal
    assert wants(0) == 0
    assert wants(0, impulse=0.2) == pytest.approx(300, abs=0.01)


def test_who_pays_in_full_pays_the_bill_and_a_revolver_moves_towards_a_target():
    owed = {"revolving": yuan(8000), "due": yuan(800)}
    s = household(PAY_LATER, cash=yuan(20_000), lines=[owed])
    s.play(plan_month)
    assert s.pay[0] == yuan(8000)
    s = household(PAY_LATER, cash=yuan(20_000), lines=[owed], appetite=1.0)  # target: half of 10,000
    s.play(plan_month)
    assert (s.pay[0], s.buy[0]) == (yuan(800 + 0.15 * 3000), yuan(1250 - 450))
    s = household(PAY_LATER, cash=yuan(20_000), lines=[owed | {"revolving": yuan(3000)}], appetite=1.0)
    s.play(plan_month)
    assert (s.pay[0], s.buy[0]) == (yuan(800), yuan(800 + 0.15 * 2000))


# --- borrow ---
def drawn(scene):
    """Cash drawn on each line, in yuan."""
    return [scene.flow(ledger.DRAWS, k) / 100 for k in range(len(scene.lines))]


def test_a_draw_gives_cash_and_a_debt_and_bills_its_fee():
    s = household(CARD | {"draw_fee": 0.01, "term": 10})
    s.play(draw, amount=yuan(1000))
    line = s.lines[0]
    assert (s.borrower.cash, line.instalment, line.revolving, line.instalments_left) == (
        yuan(1000),
        yuan(1000),
        yuan(10),
        10,
    )
    assert s.flow(ledger.DRAW_FEES) == yuan(10)


def rolling(*lines, short, rates=(0.03, 0.01, 0.02)):
    """Three cash lines of different price, of a person who is short."""
    s = household(*(CASH | {"instalment_rate": rate, "platform": p} for p, rate in enumerate(rates)), lines=lines)
    s.plan.short = yuan(short)
    return s, s.play(roll) / 100


def test_who_is_short_draws_the_cheapest_cash_line_first():
    s, raised = rolling(short=15_000)
    assert drawn(s) == [0, 10_000, 5000]
    assert (raised, s.plan.short) == (15_000, 0)


def test_frozen_suspended_and_full_lines_are_never_drawn():
    s, raised = rolling({"state": FROZEN}, {"wait": 1}, {"revolving": yuan(10_000)}, short=500)
    assert (drawn(s), raised, s.plan.short) == ([0, 0, 0], 0, yuan(500))
    s, _ = rolling({}, {"limit": yuan(100)}, {"state": CHARGED_OFF, "limit": 0}, short=500)
    assert drawn(s) == [400, 100, 0]


def test_a_card_gives_cash_only_beyond_what_necessities_count_on():
    s = household(CARD, cash=0)  # necessities of 2,430 count on 0.45 of themselves: 1,093.50
    s.play(plan_month)
    assert s.plan.short == yuan(2430 - 1093.50)
    s.play(roll)
    assert (drawn(s), s.plan.short) == ([1336.50], 0)
    s = household(CARD, lines=[{"limit": yuan(2000)}], cash=0)
    s.play(plan_month)
    s.play(roll)
    assert drawn(s) == [2000 - 1093.50]


@pytest.mark.parametrize(("short", "given"), [(500, 500), (5000, 3000)])
def test_family_gives_what_is_missing_up_to_half_a_wage(short, given):
    s = sure(household(CASH, parameters={"family_help_size": 0.5}), family_help_hazard=1.0)
    s.plan.short = yuan(short)
    s.play(ask_family)
    assert (s.flow(ledger.FAMILY_HELP), s.borrower.cash, s.plan.short) == (
        yuan(given),
        yuan(given),
        yuan(short - given),
    )


def test_a_loan_to_spend_is_drawn_and_spent_in_the_same_month():
    s = sure(household(CASH, CARD, parameters={"loan_size": 1.0}), loan_hazard=1.0)
    s.plan.wants, s.plan.short = yuan(100), -yuan(50)
    s.play(take_loan)
    loan = s.flow(ledger.DRAWS, 0)
    assert 0 < loan <= yuan(10_000)
    assert s.flow(ledger.DRAWS, 1) == 0  # a card is for purchases
    assert (s.borrower.cash, s.plan.wants, s.plan.short) == (loan, yuan(100) + loan, -yuan(50) - loan)


@pytest.mark.parametrize(
    ("markup", "response"),
    [(0, 1.0), (1200, 0.25), (-600, 3.0), (-1200, 3.0)],  # usual is 12 % a year: twice, half (4 cut to 3), nothing
)
def test_debt_that_is_aimed_at_answers_to_the_price_of_a_line(markup, response):
    s = household(CARD | {"monthly_rate": 0.01}, parameters={"rate_elasticity": 2.0}, lines=[{"markup": markup}])
    s.products["usual_rate"] = 0.01
    assert s.play(price_response, rate=0.01, usual=0.01) == pytest.approx(response)
    s.borrower.appetite, s.products[0].target_use = 1.0, 0.2
    assert s.play(target_share) == pytest.approx(0.2 * response)


def test_a_line_that_has_no_usual_price_is_used_as_ever():
    s = household(CARD, parameters={"rate_elasticity": 2.0}, lines=[{"markup": 1000}])
    assert s.play(price_response, rate=0.01, usual=0.0) == 1.0


@pytest.mark.parametrize(("markup", "drawn"), [(0, True), (2400, False)])  # three times the price: a ninth
def test_fewer_wish_for_a_loan_that_has_become_dearer(markup, drawn):
    s = household(CASH | {"instalment_rate": 0.01}, parameters={"rate_elasticity": 2.0}, lines=[{"markup": markup}])
    s.products["usual_instalment_rate"] = 0.01
    wish = uniform(s.chance, LOAN_WISH, s.borrower.id)
    s.rules.loan_hazard = min(1.0, 2.0 * wish)
    s.play(take_loan)
    assert (s.flow(ledger.DRAWS) > 0) == drawn


def test_less_is_turned_into_instalments_that_have_become_dearer():
    s = household(CARD | {"instalment_share": 0.4, "instalment_rate": 0.01}, parameters={"rate_elasticity": 2.0},
              lines=[{"markup": 1200}], cash=yuan(100))  # fmt: skip
    s.products["usual_instalment_rate"] = 0.01
    s.buy[0] = s.plan.essentials = yuan(1000)
    s.plan.room, s.plan.acceptance, s.plan.scenes, s.plan.short = yuan(10_000), 0.9, 0.9, -yuan(1)
    s.play(shop)
    assert s.lines[0].instalment == pytest.approx(0.1 * (s.lines[0].instalment + s.lines[0].purchases), abs=2)


def test_a_loan_is_no_larger_than_the_line():
    s = household(CASH, parameters={"loan_size": 6.0}, lines=[{"limit": yuan(300)}], wage=yuan(60_000))
    assert s.play(spend_loan, wish=yuan(4000)) == yuan(300)
    assert s.flow(ledger.DRAWS) == yuan(300)


def test_what_one_line_cannot_give_of_a_wish_is_drawn_on_the_next():
    s = household(CASH | {"platform": 0}, CASH | {"platform": 1}, parameters={"loan_hazard": 0.5, "loan_size": 6.0},
                  lines=[{"limit": yuan(300)}] * 2, wage=yuan(60_000), appetite=1.0)  # fmt: skip
    assert s.play(loan_wish) > yuan(600)
    s.play(take_loan)
    assert [s.flow(ledger.DRAWS, k) for k in (0, 1)] == [yuan(300)] * 2
    assert s.plan.wants == yuan(600)


def test_a_wish_that_one_line_can_give_is_not_taken_to_another():
    s = household(CASH | {"platform": 0}, CASH | {"platform": 1}, parameters={"loan_hazard": 0.5, "loan_size": 0.1},
                  lines=[{"limit": yuan(50_000)}] * 2, appetite=1.0)  # fmt: skip
    s.play(take_loan)
    assert sorted(s.flow(ledger.DRAWS, k) > 0 for k in (0, 1)) == [False, True]


@pytest.mark.parametrize(("openness", "drawn"), [(0.0, False), (1.0, True)])
def test_who_is_not_open_to_credit_wishes_for_no_loan(openness, drawn):
    s = household(CASH, parameters={"loan_hazard": 0.5}, appetite=1.0, openness=openness)
    s.play(take_loan)
    assert (s.flow(ledger.DRAWS) > 0) == drawn


# --- apply ---
def test_a_person_in_need_asks_each_lender_of_cash_once_and_never_one_that_stopped():
    offers = [CASH | {"platform": 0}, CASH | {"platform": 1}, PAY_LATER | {"platform": 1}, CASH | {"platform": 2}]
    s = household(*offers, CASH | {"platform": 3}, lines=[{"state": NONE}] * 3 + [{}, {"state": NONE}])
    s.platforms[3].state = 1
    asked = [s.play(seek) for _ in range(4)]
    assert sorted(asked[:2]) == [0, 1]
    assert asked[2:] == [-1, -1]
    s.rules.funding_channel = 0.0  # a frozen channel: the market does not know
    assert s.play(seek) == 4


def test_a_much_cheaper_lender_is_asked_first():
    s = household(CASH | {"instalment_rate": 0.04}, CASH | {"instalment_rate": 0.01}, lines=[{"state": NONE}] * 2)
    assert s.play(seek) == 1  # at most 0.015 in anybody's eyes, against at least 0.02


def test_lines_adopted_without_need_follow_taste():
    def choice(seed):
        s = sure(household(*(CASH | {"taste": taste} for taste in (3, 1, 5, 0)), seed=seed,
                       lines=[{"state": NONE}, {"state": NONE}, {}, {"state": NONE}]), adoption_hazard=1.0)  # fmt: skip
        return s.play(adopt)

    counts = np.bincount([choice(seed) for seed in range(400)], minlength=4)
    assert counts[2:].tolist() == [0, 0]  # held already; nobody's taste
    assert 260 < counts[0] < 340  # 300 expected


# --- shop ---
def shopped(s):
    """Spending in cash and on credit, in yuan, after the plan and shopping."""
    s.play(plan_month)
    s.play(raise_cash)
    s.play(shop)
    return s.flow(ledger.PURCHASES_CASH) / 100, s.flow(ledger.PURCHASES_CREDIT) / 100


def test_a_habit_of_paying_later_goes_on_the_line_and_the_rest_is_paid_in_cash():
    s = household(PAY_LATER, cash=yuan(8700), credit_share=0.5, buffer_target=0.5)  # normal: 2,700 + 1,500
    cash, credit = shopped(s)
    assert credit == pytest.approx(0.5 * 0.4 * 4200)
    assert cash + credit == pytest.approx(2700 + 1500 + 0.3 * (8700 - 4200 - 3000))
    assert s.lines[0].purchases == yuan(credit)


def test_who_pays_in_full_leaves_half_of_the_line_for_the_bill_of_last_month():
    s = household(PAY_LATER, lines=[{"limit": yuan(1000)}], cash=yuan(8700), credit_share=1.0, buffer_target=0.5)
    assert shopped(s)[1] == 500


def test_who_is_short_buys_necessities_alone_and_with_what_there_is():
    s = household(PAY_LATER, cash=yuan(300), lines=[{"revolving": yuan(2000), "due": yuan(200), "limit": yuan(2500)}])
    assert shopped(s) == (300, 500)
    assert s.borrower.cash == 0


def test_excess_cash_is_moved_to_savings_but_never_the_money_for_bills():
    s = household(CASH, cash=yuan(4200 + 3000 + 10_000), lines=[{"state": NONE}], buffer_target=0.5)
    shopped(s)
    assert s.flow(ledger.SAVINGS) == yuan(2000)


def test_a_purchase_is_shared_among_open_shops_to_the_fen_and_the_fee_is_theirs():
    s = household(PAY_LATER | {"merchant_fee": 0.01}, cash=yuan(8700.01), credit_share=0.5, buffer_target=0.5)
    s.merchants[1].alive = 0
    cash, credit = shopped(s)
    assert s.tally.sales.sum() == round(100 * (cash + credit))
    assert s.tally.fees.sum() == s.flow(ledger.MERCHANT_FEES) == pytest.approx(yuan(credit * 0.01), abs=1)
    assert s.tally.sales[1] == 0
    assert np.ptp(s.tally.sales[[0, 2, 3]]) <= 4  # two purchases, each up to two fen over


def test_part_of_a_purchase_becomes_instalments_at_once():
    s = household(
        PAY_LATER | {"instalment_share": 0.25, "term": 6}, cash=yuan(8700), credit_share=0.5, buffer_target=0.5
    )
    _, credit = shopped(s)
    assert s.lines[0].instalment == yuan(credit / 4)
    assert (s.lines[0].purchases, s.lines[0].instalments_left) == (yuan(credit * 3 / 4), 6)
