"""Gauss-Newton steps: the smallest change of free numbers that brings what is simulated nearer to what was published.

Worlds on common seeds answer smoothly enough to a small change of a number for its effect to be measured by difference.
There are more numbers than figures to fit, so each step is held close to where it stands, and the whole way to where it
began: what the figures do not tell, the start does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import lsq_linear

EXACT = 0.3  #: errors below this share of an allowed error are nobody's business
FARTHEST = 5.0  #: a figure that is further off weighs no more
DIFFERENCE = 0.08  #: of its range, by which each number is moved to see what it does
STRIDE = 0.35  #: of its range, the most that a number moves in a step
HOLDS = (3.0, 10.0, 30.0, 100.0, 300.0)  #: how closely a step keeps to where it stands; the best of them is taken


@dataclass(frozen=True, eq=False)  # of arrays
class Step:
    """One point: units [number] in their ranges, missed [figure] in allowed errors, distance."""

    units: np.ndarray
    missed: np.ndarray
    distance: float


def distance(missed: np.ndarray, weights: np.ndarray) -> float:
    """Weighted sum of squared misses, each counted from ``EXACT`` and at most ``FARTHEST``.

    distance = sum of weight * min(FARTHEST, max(0, |missed| - EXACT))^2. missed, weights: [figure].
    """
    return float((weights * np.clip(np.abs(missed) - EXACT, 0.0, FARTHEST) ** 2).sum())


def steps(simulate: Callable[[np.ndarray], np.ndarray], start: np.ndarray, weights, held: float) -> Iterator[Step]:
    """Points that are each nearer to the published figures than the one before, until no step brings anything.

    A step minimises |W (missed + J step)|^2 + hold |2 step|^2 + held |10 (units + step - start)|^2 within the ranges,
    where J is measured by differences. Distances include the last term.

    simulate(units): misses [figure], in allowed errors, nan for what cannot be told, which counts as far off; start:
    [number] from 0 to 1; weights: [figure]; held: how much a way of a tenth of every range from the start costs, in
    units of the distance. Yields the start first.
    """
    root = np.sqrt(np.asarray(weights, dtype=float))

    def told(units) -> np.ndarray:
        missed = simulate(units)
        return np.where(np.isnan(missed), FARTHEST, missed)

    def look(units) -> Step:
        missed = told(units)
        return Step(units, missed, distance(missed, weights) + held * float((((units - start) * 10) ** 2).sum()))

    here = look(np.asarray(start, dtype=float))
    while True:
        yield here
        slopes = _slopes(told, here)
        wanted = np.clip(np.clip(here.missed, -EXACT, EXACT) - here.missed, -FARTHEST, FARTHEST)
        tried = [look(_moved(here.units, start, slopes, wanted, root, hold, held)) for hold in HOLDS]
        best = min(tried, key=lambda step: step.distance)
        if best.distance >= here.distance:
            return
        here = best


def _slopes(simulate, here: Step) -> np.ndarray:
    """What a whole range of each number would change, measured over a part of it: [figure, number]."""
    found = np.empty((len(here.missed), len(here.units)))
    for place, unit in enumerate(here.units):
        part = DIFFERENCE if unit + DIFFERENCE <= 1.0 else -DIFFERENCE
        moved = here.units.copy()
        moved[place] += part
        found[:, place] = (simulate(moved) - here.missed) / part
    return found


def _moved(units, start, slopes, wanted, root, hold, held) -> np.ndarray:
    """The point after one step, within the ranges."""
    every = np.eye(len(units))
    rows = np.vstack([slopes * root[:, None], 2 * np.sqrt(hold) * every, 10 * np.sqrt(held) * every])
    goals = np.concatenate([wanted * root, np.zeros(len(units)), 10 * np.sqrt(held) * (start - units)])
    bounds = np.maximum(-STRIDE, -units) - 1e-9, np.minimum(STRIDE, 1.0 - units) + 1e-9
    return np.clip(units + lsq_linear(rows, goals, bounds=bounds).x, 0.0, 1.0)
