"""Chance is addressed, never consumed: known answers, uniform, and without memory in any direction."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from sim import chance
from sim.chance import DECISIONS, mix, month_key, normal, uniform
from sim.compiled import rule

N = 20_000


@rule
def draws(key, decision, people, which):
    """One number for each person."""
    numbers = np.empty(people)
    for person in range(people):
        numbers[person] = uniform(key, decision, person, which)
    return numbers


def numbers(seed=1, month=5, decision=chance.FORGET, which=0, people=N):
    """The numbers of everybody at one address."""
    return draws(month_key(seed, month), decision, people, which)


def correlation(one, other):
    """How far two rows of numbers move together, in standard errors of rows that do not."""
    return abs(np.corrcoef(one, other)[0, 1]) * np.sqrt(len(one))


def plain(function, *arguments):
    """The result of a rule without compilation."""
    with np.errstate(over="ignore"):
        return getattr(function, "py_func", function)(*arguments)


def test_the_generator_gives_the_published_sequence_of_splitmix64():
    step = 0x9E3779B97F4A7C15
    states = [np.uint64(step * k % 2**64) for k in (1, 2, 3)]
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [int(mix(state)) for state in states] == published
    assert [int(plain(mix, state)) for state in states] == published


@pytest.mark.parametrize("which", [0, 3])
@pytest.mark.parametrize("decision", range(0, len(DECISIONS), 5), ids=lambda d: DECISIONS[d])
def test_numbers_are_uniform(decision, which):
    row = numbers(decision=decision, which=which)
    assert row.min() >= 0.0
    assert row.max() < 1.0
    assert stats.kstest(row, "uniform").pvalue > 1e-4
    assert stats.chisquare(np.histogram(row, 100, (0, 1))[0]).pvalue > 1e-4


def test_each_decision_has_a_name_and_a_number_of_its_own():
    assert len(set(DECISIONS)) == len(DECISIONS)
    assert [getattr(chance, name) for name in DECISIONS] == list(range(len(DECISIONS)))


def test_no_two_addresses_of_a_market_share_a_number():
    addresses = itertools.product((0, 1, 2), (0, 1, 12), (0, 1, 30), (0, 1, 7))  # seed, month, decision, line
    rows = [numbers(*address, people=500) for address in addresses]
    assert len(np.unique(np.concatenate(rows))) == 500 * len(rows)


@pytest.mark.parametrize("other", [
    {"seed": 2}, {"seed": 3}, {"month": 6}, {"month": 17}, {"decision": chance.FORGET + 1}, {"decision": 0},
    {"which": 1}, {"which": 4},
], ids=str)  # fmt: skip
def test_seeds_months_decisions_and_lines_do_not_move_together(other):
    assert correlation(numbers(), numbers(**other)) < 4


@pytest.mark.parametrize("apart", [1, 2, 3, 16, 1000])
def test_neighbours_do_not_move_together(apart):
    row = numbers()
    assert correlation(row[:-apart], row[apart:]) < 4


def test_one_persons_months_do_not_move_together():
    path = np.array([uniform(month_key(1, month), chance.FORGET, 7) for month in range(4000)])
    assert stats.kstest(path, "uniform").pvalue > 1e-4
    assert all(correlation(path[:-lag], path[lag:]) < 4 for lag in (1, 6, 12))


def test_pairs_of_a_person_and_a_month_fill_the_square_evenly():
    cells = np.histogram2d(numbers(month=3), numbers(month=4), 20, [[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.ravel()).pvalue > 1e-4


@given(st.floats(1e-12, 1 - 1e-12))
def test_normal_is_the_inverse_of_the_normal_distribution_to_seven_digits(u):
    assert normal(u) == pytest.approx(ndtri(u), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(("u", "value"), [(0.5, 0.0), (0.975, 1.959963985), (0.025, -1.959963985), (0.8413447461, 1.0)])
def test_normal_gives_the_numbers_of_the_tables(u, value):
    assert normal(u) == pytest.approx(value, abs=1e-6)


def test_normal_stays_finite_at_the_ends_and_never_falls():
    low, middle = np.logspace(-15, -1, 60), np.linspace(0.1, 0.9, 200)
    grid = np.concatenate([[0.0], low, middle, 1 - low[::-1], [1.0]])
    values = np.array([normal(u) for u in grid])
    assert np.isfinite(values).all()
    assert (np.diff(values) >= -1e-7).all()


@given(st.integers(0, 2**63 - 1), st.integers(0, 1200), st.integers(0, len(DECISIONS) - 1), st.integers(0, 10**7),
       st.integers(0, 60))  # fmt: skip
def test_compiled_and_plain_python_draw_the_same_number(seed, month, decision, person, which):
    with np.errstate(over="ignore"):
        key = month_key(seed, month)
    number = uniform(key, decision, person, which)
    assert number == plain(uniform, key, decision, person, which)
    assert normal(number) == plain(normal, number)
