"""The table of validation: what is played once is kept, what does not fit is seen, and a page takes the table."""

import pytest

from analysis.validation import experiment, table
from analysis.validation.experiment import Experiment, Size
from analysis.validation.row import Row
from scenarios.messages import BadInput

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
    assert "| F1 | group: name |" in text
    assert "| **F2** | **group: name** |" in text
    assert "1 of 2 fit, 0 near, 1 miss" in text


def test_a_page_without_a_place_for_the_table_is_refused(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("no place\n", encoding="utf-8")
    with pytest.raises(BadInput, match="no place for the table"):
        table.write({}, page)
