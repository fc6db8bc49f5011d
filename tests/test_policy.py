"""Dated changes and the rules in force in each month."""

import pytest
from scenes import CASH, PAY_LATER, Scene

from sim.policy import LEVERS, Change, Timetable, Who, month_date, month_number

NAMES = ["one", "two"], [("one", "pay-later"), ("two", "cash")]


def in_force(month, *changes):
    """The rules and the terms of two products in a month, counted from January 2017."""
    s = Scene(
        PAY_LATER | {"monthly_rate": 0.015, "minimum_share": 0.10, "late_fee": 0.015},
        CASH | {"platform": 1, "instalment_rate": 0.03},
    )
    Timetable(changes, "2017-01", *NAMES).apply(month, s.rules, s.products)
    return s


def test_months_are_counted_and_written_back():
    assert month_date(month_number("2020-12")) == "2020-12"
    assert month_number("2021-01") - month_number("2020-12") == 1


@pytest.mark.parametrize("wrong", ["2020-13", "2020-00", "2020", "20-12", "2020-1", "december", "2020-12-23", ""])
def test_what_is_no_month_is_refused_with_an_example(wrong):
    with pytest.raises(ValueError, match="2020-12"):
        month_number(wrong)


@pytest.mark.parametrize(("month", "cap"), [(1, 1e9), (2, 5000), (4, 5000), (5, 1e9)])
def test_a_change_holds_from_its_month_until_before_its_end(month, cap):
    assert in_force(month, Change("c", "credit_cap", 5000, "2017-03", until="2017-06")).rules.credit_cap == cap


@pytest.mark.parametrize("lever", ["credit_cap", "income_cap"])
def test_of_two_caps_the_lower_holds(lever):
    caps = [Change("a", lever, 3.0, "2017-01"), Change("b", lever, 2.0, "2017-01"), Change("c", lever, 4.0, "2017-01")]
    assert in_force(0, *caps).rules[lever] == 2.0


def test_a_rate_cap_is_per_year_and_lowers_what_is_above_it():
    capped = in_force(0, Change("c", "rate_cap", 0.24, "2017-01")).products
    assert capped["monthly_rate"][0] == 0.015
    assert capped["instalment_rate"][1] == 0.02
    one = in_force(0, Change("c", "rate_cap", 0.12, "2017-01", platform="one")).products
    assert (one["monthly_rate"][0], one["instalment_rate"][1]) == (0.01, 0.03)


@pytest.mark.parametrize(("cap", "rate", "fee"), [(0.36, 0.015, 0.015), (0.24, 0.015, 0.005), (0.12, 0.01, 0.0)])
def test_interest_and_late_fee_together_stay_within_a_rate_cap(cap, rate, fee):
    capped = in_force(0, Change("c", "rate_cap", cap, "2017-01")).products[0]
    assert (capped.monthly_rate, capped.late_fee) == (pytest.approx(rate), pytest.approx(fee))
    assert capped.late_fee >= 0


def test_a_minimum_payment_raises_what_is_below_it():
    assert in_force(0, Change("c", "minimum_payment", 0.2, "2017-01")).products["minimum_share"].tolist() == [0.2, 1.0]


def test_multiples_of_job_losses_multiply():
    path = [Change("a", "job_loss_multiple", 2.0, "2017-01"), Change("b", "job_loss_multiple", 1.5, "2017-02")]
    assert [in_force(month, *path).rules.job_loss_multiple for month in (0, 1)] == [2.0, 3.0]


def test_a_cut_falls_once_and_one_phased_in_falls_in_equal_steps_of_the_first_limit():
    once = Timetable([Change("c", "limit_cut", 0.4, "2017-03")], "2017-01", *NAMES)
    assert [once.cuts(month)["share"].tolist() for month in range(1, 5)] == [[], [0.4, 0.4], [], []]
    phased = Timetable([Change("c", "limit_cut", 0.4, "2017-03", phase_in=4, platform="one")], "2017-01", *NAMES)
    limit, limits = 1000.0, []
    for month in range(2, 8):
        for share in phased.cuts(month)["share"]:
            limit *= 1 - share
        limits.append(round(limit, 6))
    assert limits == [900, 800, 700, 600, 600, 600]


def test_a_cut_of_everything_may_be_phased_in():
    gone = Timetable([Change("c", "limit_cut", 1.0, "2017-01", phase_in=2, platform="one")], "2017-01", *NAMES)
    assert [gone.cuts(month)["share"].tolist() for month in range(3)] == [[0.5], [1.0], []]


def test_a_cut_carries_whom_it_is_aimed_at():
    who = Who(age_below=30, age_from=20, lenders_at_least=2, score_below=0.4)
    cut = Timetable([Change("c", "limit_cut", 0.4, "2017-01", product="cash", who=who)], "2017-01", *NAMES).cuts(0)[0]
    assert (cut.product, cut.age_from, cut.age_below, cut.lenders_at_least, cut.score_below) == (1, 20, 30, 2, 0.4)


@pytest.mark.parametrize(("change", "words"), [
    (Change("c", "limit_cutt", 0.4, "2017-01"), "limit_cut"),
    (Change("c", "limit_cut", 0.4, "2017-01", platform="three"), "one, two"),
    (Change("c", "limit_cut", 0.4, "2017-01", product="card"), "card"),
    (Change("c", "limit_cut", 0.4, "2017-01", platform="one", product="cash"), "one"),
])  # fmt: skip
def test_a_name_that_does_not_exist_is_refused_with_those_that_do(change, words):
    with pytest.raises(ValueError, match=words):
        Timetable([change], "2017-01", *NAMES)


def test_no_lever_is_used_unless_a_change_says_so():
    calm = in_force(0)
    assert (calm.rules.credit_cap, calm.rules.income_cap, calm.rules.job_loss_multiple) == (1e9, 1e9, 1.0)
    assert len(Timetable((), "2017-01", *NAMES).cuts(0)) == 0
    assert set(LEVERS) == {"limit_cut", "income_cap", "credit_cap", "rate_cap", "minimum_payment", "job_loss_multiple"}
