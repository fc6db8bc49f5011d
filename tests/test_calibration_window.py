"""Fitting the Korean market to its window again: the steps, the aims, and the numbers that are free."""

from itertools import islice, pairwise

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analysis.calibration import window
from analysis.calibration.ensemble import smooth
from analysis.calibration.steps import EXACT, FARTHEST, distance, steps
from analysis.validation.korea import benchmarks, outputs
from analysis.validation.korea.observed import CALIBRATION
from analysis.validation.korea.replay import Replay, span
from scenarios.loader import load

LINE = np.array([[4.0, 1.0, 0.0], [0.0, 3.0, -2.0]])  # two figures, three numbers
GOAL = np.array([0.7, 0.4, 0.5])


def linear(units):
    return LINE @ (units - GOAL)


def test_a_miss_counts_from_a_third_of_its_allowed_error_and_at_most_five_errors():
    missed, weights = np.array([0.2, -1.3, 40.0]), np.array([1.0, 2.0, 3.0])
    assert distance(missed, weights) == pytest.approx(2 * (1.3 - EXACT) ** 2 + 3 * FARTHEST**2)


def test_steps_end_where_every_figure_is_within_what_nobody_minds():
    *_, last = steps(linear, np.array([0.1, 0.9, 0.2]), np.ones(2), held=0.0)
    assert last.distance == pytest.approx(0.0, abs=1e-3)
    assert (np.abs(linear(last.units)) <= EXACT + 0.03).all()


def test_a_figure_that_cannot_be_told_counts_as_far_off_and_the_others_are_fitted_all_the_same():
    def half_blind(units):
        return np.array([linear(units)[0], np.nan])

    *_, last = steps(half_blind, np.array([0.1, 0.9, 0.2]), np.ones(2), held=0.0)
    assert abs(linear(last.units)[0]) <= EXACT + 0.03
    assert last.distance == pytest.approx((FARTHEST - EXACT) ** 2, abs=1e-3)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_every_step_is_nearer_than_the_one_before_and_stays_within_the_ranges(start):
    path = list(islice(steps(linear, np.array(start), np.ones(2), held=0.01), 4))
    assert all(later.distance < earlier.distance for earlier, later in pairwise(path))
    assert all((step.units >= 0).all() and (step.units <= 1).all() for step in path)


def test_who_is_held_closer_to_the_start_goes_less_far():
    start = np.array([0.1, 0.9, 0.2])
    ways = []
    for held in (0.0, 0.1, 10.0):
        *_, last = steps(linear, start, np.ones(2), held)
        ways.append(np.linalg.norm(last.units - start))
    assert ways[0] > ways[1] > ways[2]


LIKELY = np.array([0.4, 0.6, 0.5])


def every(units):
    return (units - GOAL) @ LINE.T


def test_guesses_that_are_smoothed_end_near_the_figures_and_stay_within_the_ranges():
    first, *_, last = smooth(every, LIKELY, np.full(2, 100.0), guesses=200, generations=4)
    assert np.abs(last.missed.mean(axis=0)).max() < 0.1 < np.abs(first.missed.mean(axis=0)).max()
    assert ((last.units > 0) & (last.units < 1)).all()
    assert np.abs(linear(last.middle)).max() < 0.15


def test_what_the_figures_do_not_tell_stays_as_broad_as_it_was():
    def one_figure(units):
        return 4.0 * (units[:, :1] - 0.7)  # says nothing of the other two numbers

    first, *_, last = smooth(one_figure, LIKELY, np.full(1, 100.0), guesses=400, generations=4)
    told, untold = last.units.std(axis=0)[0], last.units.std(axis=0)[1:]
    assert told < 0.3 * first.units.std(axis=0)[0]
    assert untold == pytest.approx(first.units.std(axis=0)[1:], rel=0.15)


def test_a_few_broken_markets_do_not_lead_the_others_astray():
    def sometimes(units):
        found = every(units)
        found[::20] = np.nan
        found[1::20] = 1e6
        return found

    *_, last = smooth(sometimes, LIKELY, np.full(2, 100.0), guesses=200, generations=4)
    assert np.abs(linear(last.middle)).max() < 0.3


def test_the_same_seed_gives_the_same_guesses_and_another_seed_others():
    def end(seed):
        *_, last = smooth(every, LIKELY, np.ones(2), guesses=30, generations=2, seed=seed)
        return last.units

    assert (end(1) == end(1)).all()
    assert (end(1) != end(2)).any()


def test_what_is_likely_lies_within_its_range():
    assert all(free.low <= free.likely <= free.high for free in window.FREE)


def test_the_aims_are_met_by_what_was_published_and_only_stylised_facts_ask_for_a_month_of_the_hold_out(monkeypatch):
    seen = span("2000-07", CALIBRATION[1])
    blank = Replay(seen, 1, {})
    assert np.isnan(window.missed(blank)).all()
    asked = []

    class Watched(Replay):
        def at(self, name, months):
            asked.extend(np.atleast_1d(np.asarray(months, dtype="datetime64[M]")))
            return super().at(name, months)

    facts = [aim for aim in window.AIMS if aim.name.startswith("F")]
    assert [aim.name for aim in facts] == ["F10", "F11", "F12", "F17, own", "F17, others", "F18"]
    monkeypatch.setattr(window, "AIMS", [aim for aim in window.AIMS if aim not in facts])
    window.missed(Watched(seen, 1, {}))
    assert max(asked) <= np.datetime64(CALIBRATION[1])
    persons = next(aim for aim in window.AIMS if aim.name == "persons 2003-06")
    path = {"delinquent persons": np.where(seen == np.datetime64("2003-06"), 3.225168, 2.635723)[None, :]}
    assert persons.simulated(Replay(seen, 1, path)) == pytest.approx(persons.published)


@pytest.mark.parametrize("aim", [aim for aim in window.AIMS if aim.name.split()[-1][:3] == "200"], ids=lambda a: a.name)
def test_an_aim_of_a_month_reads_that_month_and_no_other(aim):
    """A path that has the published value in the month of the aim, and something else in all others, meets it."""
    months = span("2000-12", CALIBRATION[1])
    here = months == np.datetime64(aim.name.split()[-1])
    series = {}
    for name in (outputs.REAL, outputs.HEADLINE, outputs.ARREARS, outputs.REGISTRATIONS):
        series[name] = np.where(here, aim.published, 9e9)[None, :]
    for name in (outputs.PERSONS, "card delinquents"):  # against December 2002
        growth = np.where(months == np.datetime64(outputs.ORIGIN), 1.0, 9e9)
        series[name] = np.where(here, aim.published, growth)[None, :]
    for name, *_ in outputs.LEVELS:  # shares of people
        if not aim.name.startswith("card delinquents grown"):
            series[name] = np.where(here, aim.published, 9e9)[None, :]
    series["people"] = np.ones((1, len(months)))
    assert aim.simulated(Replay(months, 1, series)) == pytest.approx(aim.published)


def test_cash_advances_fall_from_the_first_half_of_2002_to_that_of_2003_by_hand():
    (aim,) = [aim for aim in window.AIMS if aim.name == "fall of cash advances"]
    months = span("2002-01", CALIBRATION[1])
    path = np.where(months >= np.datetime64("2003-01"), 6.0, 10.0)[None, :]
    assert aim.simulated(Replay(months, 1, {"cash advances": path})) == pytest.approx(0.6)
    assert aim.published < 1.0


def test_the_numbers_as_they_are_give_the_market_as_it_is():
    here = load("korea-2002", window.settings(window.present())).market_arguments()
    there = load("korea-2002").market_arguments()
    for kind in ("platforms", "products"):
        for ours, theirs in zip(here[kind], there[kind], strict=True):
            assert {key for key in ours if ours[key] != theirs[key]} == set()
    assert here["parameters"] == pytest.approx(there["parameters"], rel=1e-3)


def test_a_number_of_all_lenders_multiplies_adds_to_or_replaces_what_each_has():
    units = window.present()
    names = [free.address for free in window.FREE]
    units[names.index("products.*.limit_income times")] = (2.0 - 0.4) / (2.5 - 0.4)
    units[names.index("platforms.*.approval plus")] = 0.75
    units[names.index("products.*.acceptance")] = 0.0
    here, there = (load("korea-2002", given).platforms for given in (window.settings(units), []))
    for name, lender in here.items():
        card, before = lender.products["card"], there[name].products["card"]
        assert card.limit_income == pytest.approx(2 * before.limit_income, rel=1e-3)
        assert lender.approval == pytest.approx(there[name].approval + 0.15, abs=1e-3)
        assert card.acceptance == 0.08


def test_the_command_says_what_becomes_of_the_contests_and_writes_settings_that_load(tmp_path, monkeypatch):
    few = ("parameters.loan_size", "products.*.acceptance")
    monkeypatch.setattr(window, "FREE", tuple(free for free in window.FREE if free.address in few))
    result = CliRunner().invoke(
        window.main, ["--out", str(tmp_path), "--steps", "1", "--people", "300", "--seeds", "1"], catch_exceptions=False
    )
    assert result.exit_code == 0
    assert "step 0: window" in result.output
    assert all(contest.code in result.output for contest in benchmarks.CONTESTS)
    written = (tmp_path / "settings.txt").read_text().split()
    assert load("korea-2002", written).platforms["lg"].products["card"].acceptance >= 0.08


def test_who_begins_afresh_forgets_the_free_numbers_of_the_market_as_it_is(tmp_path, monkeypatch):
    few = ("parameters.common_score", "products.*.lends_cash")
    monkeypatch.setattr(window, "FREE", tuple(free for free in window.FREE if free.address in few))
    played = []

    def all_alike(units, *more):
        played.append(units)
        return np.ones((len(units), len(window.AIMS)))

    monkeypatch.setattr(window, "guessed", all_alike)
    window.smoothed(tmp_path / "world", 400, 1, 300, range(1, 3))
    likely = window.units_of(window.FREE, [free.likely for free in window.FREE])
    assert [len(units) for units in played] == [400, 400, window.FINALISTS + 1]
    assert np.median(played[0], axis=0) == pytest.approx(likely, abs=0.05)
    assert np.abs(window.present() - likely).max() > 0.2


def test_the_guess_to_begin_from_is_the_best_on_seeds_that_no_generation_was_played_on(tmp_path, monkeypatch):
    luck = []

    def off(units, room, people, seeds, progress=None):
        luck.append(set(seeds))
        return np.tile(5.0 * (units[:, :1] - 0.4), len(window.AIMS))

    monkeypatch.setattr(window, "guessed", off)
    start = window.smoothed(tmp_path / "world", 60, 2, 300, range(1, 4))
    assert start[0] == pytest.approx(0.4, abs=0.1)
    assert luck[-1] == {1, 2, 3}
    assert [len(one) for one in luck[:-1]] == [1, 1, 1]
    assert not set.union(*luck[:-1]) & luck[-1]
    assert len(set.union(*luck[:-1])) == 3


def test_guesses_are_played_together_and_each_misses_what_it_would_alone(tmp_path):
    here = window.present()
    there = np.clip(here + 0.1, 0.0, 1.0)
    together = window.guessed(np.array([here, there]), tmp_path / "room", 400, range(1, 2))
    alone = window.missed(window.played(there[None], tmp_path / "room", 400, range(1, 2))[0])
    assert together[1] == pytest.approx(alone, nan_ok=True)
    assert (together[0] != together[1]).any()
