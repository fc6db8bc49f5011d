"""The table of validation: what is played once is kept, what does not fit is seen, and a page takes the table."""

import gc
import io
import sys
import time
import weakref
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from analysis import truth_commands
from analysis.commands import main
from analysis.folder import Run
from analysis.progress import Pace
from analysis.validation import calm, experiment, table
from analysis.validation.experiment import Experiment, Size
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed
from scenarios.messages import BadInput
from scenarios.runner import Stopped
from sim.model import CreditModel

SMALL = Size(100, 3)
INF = float("inf")


def row(value, low=1.0, high=2.0, **more):
    return Row.over_seeds("group", "name", value, 1.5, low, high, "times", "S1", **more)


@pytest.fixture
def counted():
    calls = []

    def play(size, room, progress):
        calls.append(size)
        return [row([1.0, 1.2, 9.0]), row([float("nan")]), row([-1.0], low=-INF, high=0.0)]

    return calls, Experiment("tried", "facts", "Is it so?", play, SMALL, SMALL)


def test_a_row_is_the_median_over_the_seeds_that_have_a_value():
    found = row([1.0, 9.0, 1.2, float("nan")])
    assert (found.simulated, found.seeds, found.mark) == (1.2, 3, "fits")


@pytest.mark.parametrize(("value", "distance"), [(1.5, 0), (2.0, 0), (2.25, 0.5), (0.0, -2.0), (3.0, 2.0)])
def test_distance_is_how_far_outside_the_window_in_half_widths(value, distance):
    assert row(value).distance == pytest.approx(distance)


def test_a_sign_is_either_right_or_on_the_wrong_side():
    right, wrong = row(-0.1, low=-INF, high=0.0), row(0.1, low=-INF, high=0.0)
    assert (right.mark, right.distance_text) == ("fits", "")
    assert (wrong.mark, wrong.distance_text, wrong.window) == ("misses", "wrong side", "at most 0.00 times")


def test_what_could_not_be_simulated_is_said_and_never_counts_as_a_fit():
    assert row([float("nan")]).mark == "not simulated"
    assert table.verdict([row([float("nan")]), row(1.5)]) == "1 of 2 fit, 0 near, 0 miss, 1 could not be simulated"


def test_an_experiment_is_played_once_and_then_read_from_its_folder(tmp_path, counted):
    calls, one = counted
    first = experiment.rows(one, SMALL, tmp_path, None)
    again = experiment.rows(one, SMALL, tmp_path, None)
    assert len(calls) == 1
    assert first == again
    assert [r.mark for r in again] == ["fits", "not simulated", "fits"]


def test_another_size_is_played_again(tmp_path, counted):
    calls, one = counted
    experiment.rows(one, SMALL, tmp_path, None)
    experiment.rows(one, Size(200, 3), tmp_path, None)
    experiment.rows(one, Size(200, 3, threads=4), tmp_path, None)  # threads never change a number
    assert len(calls) == 2


def test_an_experiment_that_was_stopped_leaves_no_rows(tmp_path):
    def stopped(size, room, progress):
        raise KeyboardInterrupt

    one = Experiment("stopped", "facts", "Is it so?", stopped, SMALL, SMALL)
    with pytest.raises(KeyboardInterrupt):
        experiment.rows(one, SMALL, tmp_path, None)
    assert not list(tmp_path.rglob("rows.json"))


def test_every_experiment_has_a_name_of_its_own_a_group_and_two_sizes():
    every = table.experiments()
    assert len({one.name for one in every}) == len(every)
    for one in every:
        assert one.group in experiment.GROUPS
        assert one.quick.borrowers * one.quick.seeds <= one.full.borrowers * one.full.seeds


def test_an_unknown_experiment_is_refused_with_a_suggestion():
    with pytest.raises(BadInput, match="did you mean"):
        table.experiments(["calm-markt"])


def test_a_group_names_all_its_experiments():
    assert [one.name for one in table.experiments(["calm"])] == ["calm-market"]


def test_the_table_takes_its_place_in_a_page_and_rows_that_miss_stand_out(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", encoding="utf-8")
    table.write({"facts": [row(1.5, code="F1"), row(9.0, code="F2")]}, page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "--quick" not in text
    assert "| F1 | group: name |" in text
    assert "| **F2** | **group: name** |" in text
    assert "1 of 2 fit, 0 near, 1 miss" in text


def test_a_page_without_a_place_for_the_table_is_refused_before_anything_is_played(tmp_path, monkeypatch):
    page = tmp_path / "README.md"
    page.write_text("no place\n", encoding="utf-8")
    monkeypatch.setattr(table, "validate", lambda *anything: pytest.fail("played"))
    done = CliRunner().invoke(main, ["validate", "--out", str(tmp_path / "runs"), "--write", str(page)])
    assert done.exit_code == 1
    assert "no place for the table" in done.output
    done = CliRunner().invoke(main, ["validate", "--only", "korea", "--write", str(page)])
    assert done.exit_code == 1
    assert "give one of them" in done.output


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Stopped(None, 1, 2)])
def test_whoever_stops_the_table_is_told_how_it_goes_on(tmp_path, monkeypatch, error):
    def stopped(*anything):
        raise error

    told = []
    monkeypatch.setattr(table, "validate", stopped)
    monkeypatch.setattr(truth_commands, "stop", lambda text: told.append(text) or sys.exit(130))
    done = CliRunner().invoke(main, ["validate", "--out", str(tmp_path)])
    assert done.exit_code == 130
    assert told == [f"stopped; what was played is kept in {tmp_path}: the same command goes on from there"]


def test_the_progress_of_all_experiments_never_runs_backwards_and_what_is_kept_is_no_part_of_it(tmp_path, monkeypatch):
    def play(size, room, progress):
        for done in range(1, size.seeds + 1):
            progress(done, size.seeds)
        return [row(1.5)]

    every = [
        Experiment(name, "facts", "?", play, Size(people, 2), Size(1, 1)) for name, people in (("a", 10), ("b", 30))
    ]
    monkeypatch.setattr(table, "experiments", lambda names: [e for e in every if not names or e.name in names])
    seen = []
    table.validate(tmp_path, quick=True, progress=lambda *at: seen.append(at))
    assert seen == [(10, 80), (20, 80), (50, 80), (80, 80)]
    (tmp_path / "a" / "rows.json").unlink()
    seen.clear()
    table.validate(tmp_path, quick=True, progress=lambda *at: seen.append(at))
    assert seen == [(10, 20), (20, 20)]


def test_the_time_left_leaves_out_the_stretch_in_which_rules_were_compiled():
    pace = Pace()
    for now, done in ((0.0, 0), (45.0, 1), (46.0, 2), (47.0, 3), (47.0, 3), (48.0, 4)):
        pace.look(now, done)
        assert pace.left(104) is None  # too early to say
    pace.look(49.0, 5)
    assert pace.left(105) == pytest.approx(100.0)
    pace.look(50.0, 1)  # other work
    assert pace.left(105) is None


def test_a_narrow_terminal_shows_the_whole_table():
    console = Console(width=80, file=io.StringIO())
    name = "delinquents with [two] or more lenders, December 2001 to 2003 (hold-out)"
    long = Row.over_seeds("", name, [0.1], 0.178, 0.12, 0.24, "points", "S", code="E1, F14")
    for part in table.screen({"facts": [long]}):
        console.print(part)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) < 12
    words = " ".join(lines).split()
    assert {"[two]", "(hold-out)", "+17.80", "+24.00", "+10.00", "near", "-0.3"} <= set(words)


def test_what_rows_are_read_off_with_decides_whether_they_are_played_again(tmp_path, counted, monkeypatch):
    calls, one = counted
    experiment.rows(one, SMALL, tmp_path, None)
    monkeypatch.setattr(experiment, "SHARED", experiment.SHARED[1:])
    experiment.rows(one, SMALL, tmp_path, None)
    assert len(calls) == 2


# --- seeds ---
def test_worlds_of_a_seed_are_gone_when_it_is_done_and_others_stay():
    mine = CreditModel([{"name": "one"}], [{"name": "loan", "platform": "one"}], borrowers=20, merchants=2, seed=1)
    made = []

    def play(seed):
        model = CreditModel(
            [{"name": "one"}], [{"name": "loan", "platform": "one"}], borrowers=20, merchants=2, seed=seed
        )
        made.extend([weakref.ref(model), weakref.ref(model.branch())])
        return seed

    assert each_seed(Size(20, 2), lambda done, total: None, play) == [1, 2]
    gc.collect()
    left = [model for world in made if (model := world()) is not None]
    assert not [model for model in left if model.market is not None]
    assert mine.market is not None


def test_after_a_seed_that_fails_no_other_begins():
    begun = []

    def play(seed):
        begun.append(seed)
        time.sleep(0.01)  # a seed takes longer than to stop the others, on a busy machine too
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        each_seed(Size(20, 500), lambda done, total: None, play)
    assert len(begun) < 500


def test_a_seed_in_which_nobody_moved_keeps_its_place_in_a_row():
    data = duckdb.connect()
    data.execute(
        """CREATE TABLE transitions AS SELECT * FROM (VALUES
           (2, 'one', DATE '2018-01-01', 'p2p', 'M1', 'M2', 30), (2, 'one', DATE '2018-01-01', 'p2p', 'M1', 'M0', 70))
           AS t (seed, world, month, platform, from_bucket, to_bucket, balance_fen)"""
    )
    run = Run(Path(), {}, data, "one", None, (1, 2, 3), np.array([]), (), 100, None)
    roll = next(found for found in calm._rolls(run) if found.name == "M1 to M2 at p2p")
    assert roll.values == pytest.approx((np.nan, 0.3, np.nan), nan_ok=True)


def test_a_value_just_outside_is_at_the_edge_and_nothing_reads_minus_zero():
    def row(simulated, low, high):
        return Row.over_seeds("", "", [simulated], None, low, high, "points", "")

    assert row(0.0101, 0.0, 0.01).distance_text == "at the edge"
    assert row(0.015, 0.0, 0.01).distance_text == "+1.0"
    assert row(0.005, 0.0, 0.01).distance_text == ""
    below = row(-1e-9, -np.inf, np.nextafter(0.0, -1.0))
    assert (below.window, below.text(below.simulated)) == ("at most +0.00 points", "+0.00 points")
