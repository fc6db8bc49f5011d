"""Fair division: how much of an effect is due to whom, when effects do not simply add up.

A game says what comes out when only some of the players act. A player's part is the mean, over all orders in which
players could be let in, of what the player adds on entering (Shapley 1953). It adds up exactly, does not depend on any
order, and is zero for whoever never adds anything. Values are whole numbers, so that "exactly" means exactly.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.chance import month_key, uniform

Coalition = frozenset


def coalitions(players: Sequence[str]) -> list[Coalition]:
    """Every set of players, the empty one first."""
    sizes = range(len(players) + 1)
    return [Coalition(some) for size in sizes for some in itertools.combinations(players, size)]


def exact(players: Sequence[str], value: Mapping[Coalition, np.ndarray]) -> dict[str, np.ndarray]:
    """Every player's part, from the value of every coalition.

    part of i = sum over coalitions S without i of |S|! (n - |S| - 1)! / n! * (value(S and i) - value(S)).
    players: n names; value: coalition -> whole numbers [...]. Returns name -> parts times n!, whole numbers of the same
    shape: they add up to n! * (value(all) - value(nobody)) to the last unit. Divide by ``math.factorial(n)``.

    Source: Shapley 1953, A value for n-person games; for credit risk Tarashev, Borio and Tsatsaronis 2016.
    """
    count = len(players)
    parts = {}
    for player in players:
        part = 0
        for others in coalitions([other for other in players if other != player]):
            weight = math.factorial(len(others)) * math.factorial(count - len(others) - 1)
            part = part + weight * (value[others | {player}] - value[others])
        parts[player] = part
    return parts


def sequential(order: Sequence[str], value: Callable[[Coalition], np.ndarray]) -> dict[str, np.ndarray]:
    """What each player adds when they enter in one order: the split that depends on it.

    order: names, first in first; value: coalition -> numbers [...]. Returns name -> numbers.
    """
    parts, inside = {}, Coalition()
    for player in order:
        parts[player] = value(inside | {player}) - value(inside)
        inside |= {player}
    return parts


def order_ranges(players: Sequence[str], value: Mapping[Coalition, np.ndarray]) -> dict[str, tuple]:
    """How far each player's part moves with the order: the least and the most it can add on entering.

    players, value: as for ``exact``. Returns name -> (least, most), of sums over all that the values hold.
    """
    ranges = {}
    for player in players:
        rest = coalitions([other for other in players if other != player])
        added = [float(np.sum(value[others | {player}] - value[others])) for others in rest]
        ranges[player] = (min(added), max(added))
    return ranges


@dataclass(frozen=True)
class Sampled:
    """Parts from some of the orders: means, their standard errors, and how many orders were drawn."""

    parts: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    orders: int


def orders(players: Sequence[str], pairs: int, seed: int = 1) -> list[tuple[str, ...]]:
    """Orders drawn by chance, each followed by its reverse, which makes the error smaller.

    players: names; pairs: how many orders and reverses; seed: addresses the chance.
    """
    drawn = []
    for pair in range(pairs):
        key = month_key(seed, pair)
        order = tuple(sorted(players, key=lambda name: uniform(key, 0, players.index(name))))
        drawn += [order, order[::-1]]
    return drawn


def sampled(drawn: Iterable[tuple[str, ...]], value: Callable[[Coalition], np.ndarray]) -> Sampled:
    """Parts estimated from orders drawn in pairs: for more players than all coalitions can be played for.

    part of i = mean over orders of what i adds on entering; error = standard error over pairs. Every order adds up to
    the total, and so does the mean. drawn: orders, each followed by its reverse; value: coalition -> numbers [...],
    asked once for each coalition that is met.

    Source: Castro, Gomez and Tejada 2009, Polynomial calculation of the Shapley value based on sampling; pairs of
    orders as in Mitchell, Cooper, Frank and Holmes 2022.
    """
    known: dict[Coalition, np.ndarray] = {}

    def asked(some: Coalition) -> np.ndarray:
        if some not in known:
            known[some] = np.asarray(value(some), dtype=float)
        return known[some]

    each = [sequential(order, asked) for order in drawn]
    players = list(each[0])
    of_pairs = {
        name: np.array([(one[name] + other[name]) / 2.0 for one, other in zip(each[::2], each[1::2], strict=True)])
        for name in players
    }
    count = len(each) // 2
    return Sampled(
        {name: values.mean(axis=0) for name, values in of_pairs.items()},
        {
            name: values.std(axis=0, ddof=1) / math.sqrt(count) if count > 1 else np.full_like(values[0], np.nan)
            for name, values in of_pairs.items()
        },
        len(each),
    )
