"""When to stop: the interval that is reported after stopping still covers what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimate import estimate
from scenarios.batch.stopping import Rule

TIMES = 4000  #: so many that the share is known to a third of a percent


def stopped(draw, rule):
    """The seeds that a rule takes of a stream of effects."""
    effects = draw(rule.most)
    return next(effects[:count] for count in rule.looks() if rule.enough(effects[:count]))


@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("kind", ["normal", "skewed", "counts"])
def test_the_interval_after_stopping_covers_the_truth_in_93_of_100_cases_at_least(kind, spread):
    """Nominal 95 %; effects are normal, skewed, or differences of two counts, as defaults caused and avoided are."""
    chance = np.random.default_rng(20201223)
    draws = {
        "normal": lambda n: 0.3 + spread * chance.standard_normal(n),
        "skewed": lambda n: 0.3 + spread * (chance.gamma(4.0, 0.5, n) - 2.0),
        "counts": lambda n: 0.3 + (chance.poisson(4 * spread, n) - chance.poisson(4 * spread, n)) / 4.0,
    }
    rule = Rule(half_width=0.35, most=400)
    covered = taken = 0
    for _ in range(TIMES):
        seeds = stopped(draws[kind], rule)
        interval = estimate(seeds)
        covered += interval.low <= 0.3 <= interval.high
        taken += len(seeds)
        assert interval.high - interval.low <= 2 * rule.half_width
    assert covered / TIMES >= 0.93
    assert taken / TIMES < rule.most


def test_without_the_margin_and_the_least_number_it_would_cover_less():
    chance = np.random.default_rng(1)
    hasty = Rule(half_width=1.0, least=2, step=1, most=1000)
    covered = 0
    for _ in range(TIMES):
        interval = estimate(stopped(lambda n: 2.0 * chance.standard_normal(n), hasty))
        covered += interval.low <= 0.0 <= interval.high
    assert covered / TIMES < 0.93


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=60), st.floats(0.1, 50))
def test_more_agreement_is_never_less_enough(effects, half_width):
    rule = Rule(half_width, least=5, most=50)
    mean = float(np.mean(effects))
    closer = [mean + 0.5 * (effect - mean) for effect in effects]
    assert rule.enough(closer) or not rule.enough(effects)


def test_it_stops_after_the_most_seeds_however_wide_the_interval_is_and_never_before_the_least():
    rule = Rule(half_width=0.001, least=10, most=20, step=5)
    assert rule.looks() == [10, 15, 20]
    wide = np.arange(20.0)
    assert not rule.enough(wide[:15])
    assert rule.enough(wide)
    assert not rule.enough(np.zeros(9))
    assert Rule(1.0, least=10).enough(np.zeros(10))
