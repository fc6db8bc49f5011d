"""Phase diagrams: an outcome over two inputs, and the boundary beyond which its spread may sustain itself.

Direct are the excess defaults of people whose own lines the policy cut, indirect those of everybody else. If each
excess default hands on r others, the direct ones D grow over g generations into indirect ones I = D (r + r^2 + ... +
r^g). So the ratio rho = I / D tells without knowing who handed on what to whom:

- rho < 1: r < 1 however many generations there were, for I is at least D r. The spread dies out.
- rho >= 1: the spread outweighs the push; r >= 1 is possible. This is the boundary that is drawn.
- rho >= G, the most generations that fit between the policy and the end: r >= 1, for I is at most D (r + ... + r^G).
  The spread sustains itself, as long as there is anybody left to reach.

Both are drawn where I - rho D changes sign, which needs no division by a D that may be nothing. People whom the policy
cut and whom only the defaults of others bring down count as direct, so that rho understates the spread, the more so the
more people are cut; and r is a mean over generations, which the last ones may fall short of as nobody is left to reach.
"""

from dataclasses import dataclass

import numpy as np

from analysis.estimate import estimate

MONTHS_TO_DEFAULT = 4  #: a missed bill is a default when it is more than 90 days late: the shortest generation
DIES_OUT, OPEN, BEYOND = -1, 0, 1  #: what the seeds can tell of a place


@dataclass(frozen=True, eq=False)  # of arrays
class Phase:
    """An outcome over two inputs, arrays [x, y], and boundaries as polylines, arrays [corner, 2] of x and y.

    outcome: mean over seeds; ratio: indirect / direct, of means, nan where direct cannot be told from nothing; told:
    DIES_OUT, OPEN or BEYOND; boundary: where indirect = direct; earliest, latest: the same at the ends of the 95 %
    interval of their difference, so that the seeds cannot tell what lies between them (both empty with one seed);
    sustained: where indirect = generations x direct; generations: the most that fit.
    """

    x: np.ndarray
    y: np.ndarray
    outcome: np.ndarray
    ratio: np.ndarray
    told: np.ndarray
    boundary: tuple[np.ndarray, ...]
    earliest: tuple[np.ndarray, ...]
    latest: tuple[np.ndarray, ...]
    sustained: tuple[np.ndarray, ...]
    generations: int


def generations_within(months: int) -> int:
    """The most generations of defaults that fit into so many months after the policy, at least one."""
    return max(1, months // MONTHS_TO_DEFAULT)


def phase(x, y, outcome, direct, indirect, generations: int) -> Phase:
    """Draw the map of an outcome over two inputs and find its boundaries.

    x, y: ascending values of the inputs, two or more each; outcome, direct, indirect: arrays [x, y, seed], the last two
    in one unit; generations: the most that fit. Boundaries lie between places by linear interpolation. Returns a Phase.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    outcome, direct, indirect = (np.asarray(table, dtype=float) for table in (outcome, direct, indirect))
    mean, low, high = _ends(indirect - direct)
    pushed, least, _ = _ends(direct)
    pushes = np.where(np.isnan(least), pushed, least) > 0
    ratio = np.divide(indirect.mean(axis=2), pushed, out=np.full(pushed.shape, np.nan), where=pushes)
    told = np.where(low > 0, BEYOND, np.where(high < 0, DIES_OUT, OPEN))
    certain = (indirect - generations * direct).mean(axis=2)
    lines = (crossing(x, y, surface) for surface in (mean, high, low, certain))
    return Phase(x, y, outcome.mean(axis=2), ratio, told, *lines, generations)


def crossing(x, y, surface) -> tuple[np.ndarray, ...]:
    """Where a surface changes sign: polylines, arrays [corner, 2] of x and y.

    x, y: ascending; surface: array [x, y]; where it is nan there is no line. A single place at which the surface is
    just zero is no line either.
    """
    from contourpy import contour_generator

    made = contour_generator(x, y, np.ma.masked_invalid(np.asarray(surface).T))
    return tuple(line for line in map(np.asarray, made.lines(0.0)) if np.ptp(line, axis=0).any())


def _ends(table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over seeds and the ends of its 95 % interval, arrays [x, y] (ends nan with one seed)."""
    found = [[estimate(cell) for cell in row] for row in table]
    return tuple(np.array([[getattr(one, end) for one in row] for row in found]) for end in ("mean", "low", "high"))
