"""Scenario discovery by PRIM: the simplest box of inputs in which most of the cases of interest lie.

The patient rule induction method peels a thin slice off one side of the box again and again, always the slice whose
removal leaves the largest share of cases of interest. The boxes passed on the way trade coverage (how many of all cases
of interest lie inside) against density (how many of those inside are of interest). Only the peeling is done here: the
pasting that follows it in the original hardly changes a box.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtrc

PEEL = 0.05  #: share of the points inside that one slice takes off, as in Bryant and Lempert
LEAST = 0.05  #: share of all points below which nothing more is peeled
FEWEST = 40  #: points, with fewer of which nothing is looked for
CHANCE = 0.05  #: a restriction whose gain chance gives more often than this is dropped


@dataclass(frozen=True, eq=False)  # of arrays
class Box:
    """Ends of the inputs, arrays [input] (infinite where nothing is restricted), and what lies between them, ends too.

    coverage: share of all cases of interest that lie inside; density: share of interest of the points inside; mass:
    share of all points that lie inside.
    """

    low: np.ndarray
    high: np.ndarray
    coverage: float
    density: float
    mass: float

    @property
    def restricted(self) -> np.ndarray:
        """Which inputs are restricted, array of bool."""
        return np.isfinite(self.low) | np.isfinite(self.high)

    @property
    def worth(self) -> float:
        """Harmonic mean of coverage and density, by which a box is chosen; 0 if nothing of interest lies inside."""
        both = self.coverage + self.density
        return 2.0 * self.coverage * self.density / both if both else 0.0


@dataclass(frozen=True, eq=False)
class Discovery:
    """The boxes passed while peeling, the first holding everything, and the one that is chosen.

    chance: array [input], how often chance alone would give the share of interest that the restriction of this input
    gives (Bryant and Lempert's quasi-p-value), 1 where nothing is restricted. The box was sought in the same points, so
    this flatters it.
    """

    names: tuple[str, ...]
    points: int
    peeled: tuple[Box, ...]
    box: Box
    chance: np.ndarray


def discovery(names: Sequence[str], inputs, interest) -> Discovery | None:
    """Find the box of inputs that holds the cases of interest.

    Of the boxes passed the one with the largest harmonic mean of coverage and density is taken; restrictions that
    chance would give in more than one case of twenty are dropped, the likeliest first.

    names: of the inputs; inputs: array [point, input]; interest: array of bool [point]. Returns a Discovery, None with
    fewer than 40 points or nothing (or everything) of interest. Sources: Friedman and Fisher 1999, Statistics and
    Computing 9(2); Bryant and Lempert 2010, Technological Forecasting and Social Change 77(1).
    """
    inputs, interest = np.asarray(inputs, dtype=float), np.asarray(interest, dtype=bool)
    if len(inputs) < FEWEST or interest.all() or not interest.any():
        return None
    low, high = np.full(inputs.shape[1], -np.inf), np.full(inputs.shape[1], np.inf)
    peeled = [_box(inputs, interest, low, high)]
    while peeled[-1].density < 1.0 and (ends := _peel(inputs, interest, peeled[-1])) is not None:
        peeled.append(_box(inputs, interest, *ends))
    box = max(peeled, key=lambda one: one.worth)
    while (chance := _chance(inputs, interest, box)).max(initial=0.0, where=box.restricted) > CHANCE:
        box = _freed(inputs, interest, box, int(np.argmax(np.where(box.restricted, chance, -1.0))))
    return Discovery(tuple(names), len(inputs), tuple(peeled), box, chance)


def inside(inputs, low, high) -> np.ndarray:
    """Which points lie in a box, ends included: array of bool [point]. inputs: array [point, input]."""
    return ((inputs >= low) & (inputs <= high)).all(axis=1)


def _box(inputs, interest, low, high) -> Box:
    held = inside(inputs, low, high)
    hits = (held & interest).sum()
    return Box(low, high, float(hits / interest.sum()), float(hits / held.sum()), float(held.mean()))


def _peel(inputs, interest, box: Box) -> tuple[np.ndarray, np.ndarray] | None:
    """The ends of the best smaller box; None if every slice would leave too little.

    A slice holds a twentieth of the points inside, or all points at the outermost value if there are more.
    """
    held = inside(inputs, box.low, box.high)
    best, ends = (-1.0, 0), None
    for number in range(inputs.shape[1]):
        column = np.sort(inputs[held, number])
        taken = max(1, int(PEEL * len(column)))
        for side, sign in ((box.low, 1), (box.high, -1)):
            outward = sign * column[::sign]  # ascending from the end that is peeled
            further = outward[outward > outward[0]]
            if not further.size:
                continue  # one value is left
            kept = max(outward[taken], further[0])
            moved = side.copy()
            moved[number] = sign * kept
            new = (moved, box.high) if sign == 1 else (box.low, moved)
            left = inside(inputs, *new)
            score = (float(interest[left].mean()), int(left.sum()))
            if left.mean() >= LEAST and score > best:
                best, ends = score, new
    return ends


def _freed(inputs, interest, box: Box, number: int) -> Box:
    """The box without the restriction of one input."""
    low, high = box.low.copy(), box.high.copy()
    low[number], high[number] = -np.inf, np.inf
    return _box(inputs, interest, low, high)


def _chance(inputs, interest, box: Box) -> np.ndarray:
    """For each restriction, how often so many of the points inside would be of interest without it, by the binomial."""
    held = inside(inputs, box.low, box.high)
    hits, points = int((held & interest).sum()), int(held.sum())
    chance = np.ones(inputs.shape[1])
    for number in np.flatnonzero(box.restricted):
        chance[number] = bdtrc(hits - 1, points, _freed(inputs, interest, box, number).density) if hits else 1.0
    return chance
