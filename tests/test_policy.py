"""Dated changes and the rules in force in each month."""

import pytest
from scenes import CASH, PAY_LATER, Scene

from sim.policy import Change, Timetable, When, Who, month_date, month_number
from sim.records import CUT, LESSON, NOTICE

NAMES = ["one", "two"], [("one", "pay-later"), ("two", "cash")]


def in_force(month, *changes):
    """The rules and the terms of two products in a month, counted from January 2017."""
    s = Scene(
        PAY_LATER | {"monthly_rate": 0.015, "minimum_share": 0.10, "late_fee": 0.015},
        CASH | {"platform": 1, "instalment_rate": 0.03},
    )
    Timetable(changes, "2017-01", *NAMES).apply(month, s.rules, s.products, s.platforms)
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
    assert [once.aims(month)["share"].tolist() for month in range(1, 5)] == [[], [0.4, 0.4], [], []]
    phased = Timetable([Change("c", "limit_cut", 0.4, "2017-03", phase_in=4, platform="one")], "2017-01", *NAMES)
    limit, limits = 1000.0, []
    for month in range(2, 8):
        for share in phased.aims(month)["share"]:
            limit *= 1 - share
        limits.append(round(limit, 6))
    assert limits == [900, 800, 700, 600, 600, 600]


def test_a_cut_of_everything_may_be_phased_in():
    gone = Timetable([Change("c", "limit_cut", 1.0, "2017-01", phase_in=2, platform="one")], "2017-01", *NAMES)
    assert [gone.aims(month)["share"].tolist() for month in range(3)] == [[0.5], [1.0], []]


def test_a_cut_carries_whom_it_is_aimed_at():
    who = Who(age_below=30, age_from=20, lenders_at_least=2, score_below=0.4)
    cut = Timetable([Change("c", "limit_cut", 0.4, "2017-01", product="cash", who=who)], "2017-01", *NAMES).aims(0)[0]
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
    assert len(Timetable((), "2017-01", *NAMES).aims(0)) == 0


def shares(timetable, months, kind=CUT):
    """The shares of the aims of one kind in some months, first product only."""
    found = [timetable.aims(month) for month in months]
    return [round(float(aims["share"][aims["kind"] == kind][0]), 6) if (aims["kind"] == kind).any() else 0
            for aims in found]


# --- announced ---
def test_an_announced_cut_is_told_once_and_whole_to_those_aimed_at_and_falls_on_its_date():
    told = Change("c", "limit_cut", 0.4, "2017-05", announced="2017-02", phase_in=2, product="cash",
                  who=Who(age_below=30))  # fmt: skip
    timetable = Timetable([told], "2017-01", *NAMES)
    assert shares(timetable, range(7), NOTICE) == [0, 0.4, 0, 0, 0, 0, 0]
    assert shares(timetable, range(7)) == [0, 0, 0, 0, 0.2, 0.25, 0]
    (aim,) = timetable.aims(1)
    assert (aim.product, aim.age_below) == (1, 30)


@pytest.mark.parametrize("lever", ["credit_cap", "income_cap"])
def test_an_announced_cap_stands_ahead_until_it_holds(lever):
    changes = [Change("present", lever, 9.0, "2017-01", until="2017-05"),
               Change("coming", lever, 4.0, "2017-04", announced="2017-02")]
    path = [(s.rules[lever], s.rules[f"{lever}_ahead"]) for s in (in_force(month, *changes) for month in range(5))]
    assert path == [(9, 1e9), (9, 4), (9, 4), (4, 1e9), (4, 1e9)]
    milder = [changes[0], Change("coming", lever, 10.0, "2017-04", announced="2017-02")]
    assert in_force(1, *milder).rules[f"{lever}_ahead"] == 9.0


def test_an_announcement_of_any_other_lever_moves_nothing_before_its_month():
    s = in_force(1, Change("c", "rate_cap", 0.06, "2017-03", announced="2017-02"))
    assert s.products.tolist() == in_force(1).products.tolist()
    assert s.rules.tolist() == in_force(1).rules.tolist()


# --- reaction ---
def reacting(lever, value, marks, when, **more):
    """A timetable that has observed a path of delinquency; yields it month by month."""
    change = Change("c", lever, value, "2017-01", when=when, **more)
    timetable = Timetable([change], "2017-01", *NAMES)
    for month, mark in enumerate(marks):
        timetable.observe(month, {} if mark is None else {"delinquency": mark})
        yield month, timetable


HIGH = When("delinquency", above=0.05)


def test_a_change_that_follows_an_indicator_holds_after_months_in_which_the_indicator_says_so():
    marks, caps = [None, 0.04, 0.06, 0.07, 0.05, 0.08], []
    for month, timetable in reacting("credit_cap", 5000, marks, HIGH):
        s = Scene(PAY_LATER, CASH | {"platform": 1})
        timetable.apply(month, s.rules, s.products, s.platforms)
        caps.append(s.rules.credit_cap)
    assert caps == [1e9, 1e9, 5000, 5000, 1e9, 5000]


def test_a_reacting_cut_falls_once_each_time_its_condition_begins_to_hold():
    marks = [0.06, 0.06, 0.04, 0.06, 0.06]
    fallen = [shares(timetable, [month]) for month, timetable in reacting("limit_cut", 0.4, marks, HIGH)]
    assert fallen == [[0.4], [0], [0], [0.4], [0]]
    taught = [shares(timetable, [month], LESSON) for month, timetable in reacting("education", 0.5, marks, HIGH)]
    assert taught == [[0.5], [0], [0], [0.5], [0]]


def test_a_reacting_cut_in_steps_goes_on_only_while_its_condition_holds():
    marks = [0.06, 0.06, 0.04, 0.06]
    fallen = [shares(timetable, [month])[0] for month, timetable in
              reacting("limit_cut", 0.5, marks, HIGH, phase_in=5)]  # fmt: skip
    assert fallen == [0.1, pytest.approx(1 / 9, abs=1e-6), 0, 0.1]


def test_a_reaction_keeps_to_its_dates_and_asking_twice_changes_nothing():
    marks = [0.06] * 4
    held = []
    for month, timetable in reacting("moratorium", 0.5, marks, HIGH, until="2017-03"):
        timetable.observe(month, {"delinquency": 0.06})
        held.append(timetable.holds(timetable.changes[0], month))
    assert held == [True, True, False, False]


@pytest.mark.parametrize(("when", "value", "holds"), [
    (When("short", above=0.1), 0.1, False), (When("short", above=0.1), 0.11, True),
    (When("short", below=0.1), 0.05, True), (When("short", above=0.1, below=0.2), 0.15, True),
    (When("short", above=0.1, below=0.2), 0.25, False),
    (When("short", below=0.1), None, False),
])  # fmt: skip
def test_a_condition_is_above_below_or_between(when, value, holds):
    assert when.holds({"short": value}) is holds
    assert not when.holds({})


# --- what makes no sense ---
@pytest.mark.parametrize(("change", "words"), [
    (Change("c", "limit_cut", 0.4, "2017-03", announced="2017-03"), "announced: 2017-03 is not before"),
    (Change("c", "limit_cut", 0.4, "2017-03", when=When("delinquancy", above=0.1)), "delinquency, in_default"),
    (Change("c", "limit_cut", 0.4, "2017-03", when=When("short")), "when: say when"),
    (Change("c", "limit_cut", 0.4, "2017-03", when=When("short", above=0.3, below=0.2)), "swap them"),
    (Change("c", "income_cap", 0.4, "2017-03", platform="one"), "platform: the lever income_cap applies to everybody"),
    (Change("c", "co_funding", 0.4, "2017-03", product="cash"), "product: the lever co_funding is aimed by platform"),
    (Change("c", "rate_cap", 0.4, "2017-03", who=Who(age_below=30)), "who: the lever rate_cap is aimed by"),
    (Change("c", "education", 0.4, "2017-03", platform="one"), "platform: the lever education is aimed by who only"),
    (Change("c", "education", 0.4, "2017-03", who=Who(score_below=0.3)), "remove score_below"),
    (Change("c", "campaign", 0.4, "2017-03"), "until: a campaign has an end"),
    (Change("c", "campaign", 0.4, "2017-03", until="2017-05", when=HIGH), "when: a campaign has dates"),
    (Change("c", "new_rate", 0.1, "2017-03", when=HIGH), "when: a new_rate has dates"),
    (Change("c", "moratorium", 0.1, "2017-03", when=HIGH, announced="2017-01"), "announced: nobody knows"),
    (Change("c", "limit_cut", 1.4, "2017-03"), "value: 1.4 is out of range; write a number from 0 to 1"),
    (Change("c", "cooling_off", 1.5, "2017-03"), "value: 1.5 is not a whole number"),
    (Change("c", "rate_cap", 0.2, "2017-03", phase_in=3), "phase_in: rate_cap"),
    (Change("c", "new_rate", 0.2, "2017-03", phase_in=3), "phase_in: new_rate"),
    (Change("c", "rate_cap", 0.2, "2017-3"), "2020-12"),
])  # fmt: skip
def test_a_change_without_sense_is_refused_with_what_to_write_instead(change, words):
    with pytest.raises(ValueError, match=words):
        Timetable([change], "2017-01", *NAMES)
