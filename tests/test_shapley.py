"""Fair division: worked by hand, and what must hold for any game."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.explain.attribution.shapley import Coalition, coalitions, exact, order_ranges, orders, sampled, sequential

THREE = ("a", "b", "c")


def game(players, worth):
    """The values of every coalition, one number each, as arrays."""
    return {some: np.array([worth(some)]) for some in coalitions(players)}


def shares(players, value):
    return {name: float(part.sum()) / math.factorial(len(players)) for name, part in exact(players, value).items()}


def test_one_right_glove_and_two_left_ones_by_hand():
    """A pair is worth 6: of the six orders, the right glove completes it in four, each left one in one."""
    value = game(THREE, lambda some: 6 if "a" in some and len(some) > 1 else 0)
    assert shares(THREE, value) == {"a": 4.0, "b": 1.0, "c": 1.0}


def test_what_two_do_together_is_halved_and_what_one_does_alone_is_its_own():
    value = game(THREE, lambda some: 10 * ("a" in some) + 4 * ({"a", "b"} <= some))
    assert shares(THREE, value) == {"a": 12.0, "b": 2.0, "c": 0.0}


def test_a_split_by_switching_on_one_after_another_depends_on_the_order():
    value = game(THREE, lambda some: 6 if "a" in some and len(some) > 1 else 0)
    first, last = (
        {name: int(part[0]) for name, part in sequential(order, value.__getitem__).items()}
        for order in (("a", "b", "c"), ("c", "b", "a"))
    )
    assert first == {"a": 0, "b": 6, "c": 0}
    assert last == {"c": 0, "b": 0, "a": 6}
    assert order_ranges(THREE, value) == {"a": (0.0, 6.0), "b": (0.0, 6.0), "c": (0.0, 6.0)}


worths = st.lists(st.integers(-(10**9), 10**9), min_size=16, max_size=16)


@settings(max_examples=60, deadline=None)
@given(worths, st.permutations("abcd"))
def test_parts_add_up_to_the_last_unit_and_do_not_depend_on_the_order_of_players(worth, renamed):
    players = tuple("abcd")
    value = {some: np.array([number]) for some, number in zip(coalitions(players), worth, strict=True)}
    parts = exact(players, value)
    total = value[Coalition(players)] - value[Coalition()]
    assert sum(int(part[0]) for part in parts.values()) == math.factorial(4) * int(total[0])
    assert {name: int(part[0]) for name, part in exact(tuple(renamed), value).items()} == {
        name: int(part[0]) for name, part in parts.items()
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=8, max_size=8))
def test_who_never_adds_anything_gets_exactly_nothing_and_the_others_what_they_get_without_him(worth):
    without = {some: number for some, number in zip(coalitions(THREE), worth, strict=True)}
    players = (*THREE, "idle")
    value = game(players, lambda some: without[some - {"idle"}])
    parts = exact(players, value)
    assert parts["idle"][0] == 0
    alone = exact(THREE, game(THREE, without.__getitem__))
    assert all(parts[name][0] == 4 * alone[name][0] for name in THREE)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-100, 100), min_size=16, max_size=16), st.integers(1, 4))
def test_sampled_parts_add_up_to_the_total_however_few_orders_are_drawn(worth, pairs):
    players = tuple("abcd")
    value = {some: np.array([float(number)]) for some, number in zip(coalitions(players), worth, strict=True)}
    found = sampled(orders(players, pairs), value.__getitem__)
    total = value[Coalition(players)] - value[Coalition()]
    assert sum(part[0] for part in found.parts.values()) == pytest.approx(total[0])
    assert found.orders == 2 * pairs


def test_sampled_parts_close_in_on_the_exact_ones_within_their_stated_error():
    players = tuple("abcdefgh")
    weights = {name: 3 * i for i, name in enumerate(players)}
    value = game(players, lambda some: sum(weights[name] for name in some) + 20 * (len(some) >= 4) * ("a" in some))
    truth = {name: float(part[0]) / math.factorial(8) for name, part in exact(players, value).items()}
    few, many = (sampled(orders(players, pairs), value.__getitem__) for pairs in (20, 500))
    for name in players:
        assert abs(many.parts[name][0] - truth[name]) <= 4 * many.errors[name][0] + 1e-9
    assert sum(error[0] for error in many.errors.values()) < 0.5 * sum(error[0] for error in few.errors.values())


def test_the_reverse_of_an_order_makes_games_of_pairs_exact():
    players = tuple("abcdef")
    value = game(players, lambda some: len(some) * (len(some) - 1))  # every two together are worth 2
    found = sampled(orders(players, 1), value.__getitem__)
    assert all(part[0] == pytest.approx(5.0) for part in found.parts.values())


def test_orders_are_drawn_by_address_and_every_player_is_in_each_of_them_once():
    drawn = orders(THREE, 50)
    assert drawn == orders(THREE, 50)
    assert drawn != orders(THREE, 50, seed=2)
    assert set(drawn) == set(itertools.permutations(THREE))
    assert all(one == other[::-1] for one, other in zip(drawn[::2], drawn[1::2], strict=True))
