"""The points of a design: inside their bounds, as many as counted, evenly spread, the same every time."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.batch.design import Axis, Design
from scenarios.batch.samples import count, points


def axis(name="a", low=0.0, high=1.0, method="lhs", n=8, values=(), whole=False):
    return Axis(name, low, high, tuple(values), method, n, whole, "share")


def design(*axes):
    return Design("d", "Mine", "", ("baseline",), (), 1, 100, 12, (), tuple(axes))


@st.composite
def ends(draw):
    whole = draw(st.booleans())
    low = draw(st.integers(-20, 20) if whole else st.floats(-50, 50))
    width = draw(st.integers(1, 12) if whole else st.floats(0.01, 50))
    return {"low": low, "high": low + width, "whole": whole}


@st.composite
def designs(draw):
    """Any mixture: grids, lists that go together, and one sample."""
    grids = draw(st.lists(st.lists(st.integers(-5, 5), min_size=1, max_size=3, unique=True), max_size=2))
    axes = [axis(f"grid{i}", min(v), max(v), "grid", len(v), v) for i, v in enumerate(grids)]
    length = draw(st.integers(1, 3))
    for i in range(draw(st.integers(0, 2))):
        values = draw(st.lists(st.floats(0, 1), min_size=length, max_size=length))
        axes.append(axis(f"list{i}", min(values), max(values), "list", length, values))
    method, n = draw(st.sampled_from(["lhs", "sobol", "morris"])), draw(st.sampled_from([2, 4, 8]))
    for i in range(draw(st.integers(0, 3))):
        axes.append(axis(f"sample{i}", method=method, n=n, **draw(ends())))
    return design(*draw(st.permutations(axes)))


@given(designs())
def test_points_are_as_many_as_counted_and_lie_inside_their_bounds(made):
    found = points(made)
    assert len(found) == count(made)
    for point in found:
        assert list(point) == [axis.path for axis in made.sweep]
        for axis in made.sweep:
            assert axis.low <= point[axis.path] <= axis.high
            if axis.method == "list" or axis.method == "grid":
                assert point[axis.path] in axis.values
            elif axis.whole:
                assert isinstance(point[axis.path], int)


@given(designs())
def test_the_same_design_gives_the_same_bytes_again(made):
    state = np.random.get_state()[1].tobytes()  # noqa: NPY002 the state that nobody may touch
    assert json.dumps(points(made)) == json.dumps(points(made))
    assert np.random.get_state()[1].tobytes() == state  # noqa: NPY002


@given(st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_a_grid_holds_every_combination_once(sizes):
    found = points(design(*(axis(f"g{i}", 0, n, "grid", n, range(n)) for i, n in enumerate(sizes))))
    assert len({tuple(point.values()) for point in found}) == len(found) == np.prod(sizes)


@given(st.integers(2, 60), st.integers(1, 4))
def test_a_latin_hypercube_has_one_point_in_each_stratum_of_each_axis(n, dimensions):
    found = points(design(*(axis(f"x{i}", 2.0, 5.0, "lhs", n) for i in range(dimensions))))
    for i in range(dimensions):
        strata = sorted(int((point[f"x{i}"] - 2.0) / 3.0 * n) for point in found)
        assert strata == list(range(n))


def test_lists_go_together_and_cross_the_grid():
    made = design(
        axis("a", 1, 2, "list", 2, [1, 2]), axis("g", 5, 6, "grid", 2, [5, 6]), axis("b", 3, 4, "list", 2, [3, 4])
    )
    assert [tuple(point.values()) for point in points(made)] == [(1, 5, 3), (2, 5, 4), (1, 6, 3), (2, 6, 4)]


def test_a_design_without_a_sweep_is_one_point():
    assert points(design()) == [{}]
    assert count(design()) == 1


def test_a_thousand_million_points_are_counted_without_being_made():
    assert count(design(*(axis(f"g{i}", 0, 999, "grid", 1000, range(1000)) for i in range(3)))) == 10**9


def test_every_whole_number_is_sampled_about_as_often():
    values = [point["a"] for point in points(design(axis(low=2, high=5, whole=True, n=400)))]
    assert np.unique(values, return_counts=True)[1].tolist() == [100, 100, 100, 100]


@pytest.mark.parametrize(("low", "high", "whole"), [(0.0, 1.0, False), (-3.0, 9.0, False), (0, 1, True), (2, 9, True)])
def test_each_step_of_a_morris_trajectory_moves_one_axis(low, high, whole):
    axes = [axis(f"x{i}", low, high, "morris", 6, whole=whole) for i in range(4)]
    found = np.array([list(point.values()) for point in points(design(*axes))]).reshape(6, 5, 4)
    moves = np.diff(found, axis=1) != 0
    assert (moves.sum(axis=2) == 1).all()  # one axis at each step
    assert (moves.sum(axis=1) == 1).all()  # each axis once along a trajectory


def test_a_sobol_sample_is_made_of_two_matrices_whose_columns_are_swapped():
    axes = [axis(f"x{i}", method="sobol", n=16) for i in range(3)]
    found = np.array([list(point.values()) for point in points(design(*axes))]).reshape(16, 5, 3)
    first, last = found[:, 0], found[:, -1]
    for i in range(3):
        assert np.array_equal(found[:, 1 + i, i], last[:, i])
        assert np.array_equal(np.delete(found[:, 1 + i], i, 1), np.delete(first, i, 1))
    assert np.all(np.abs(first.mean(axis=0) - 0.5) < 0.05)
