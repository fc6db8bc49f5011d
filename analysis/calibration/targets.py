"""The published targets that a calibration aims at, and how far a simulated market is from all of them at once."""

from dataclasses import dataclass

import numpy as np

from analysis.validation.row import Row

MISSING = 10.0  #: tolerances by which a target is missed that a market does not give at all (a lender without a book)
WITHIN = 2.0  #: a window is read as what 95 % of equally careful publications would say: two standard deviations


@dataclass(frozen=True)
class Target:
    """One published number: its name, value, window and unit."""

    name: str
    published: float
    low: float
    high: float
    unit: str

    @property
    def tolerance(self) -> float:
        """Half the width of the window."""
        return 0.5 * (self.high - self.low)


def targets_of(rows: list[Row]) -> tuple[list[Target], np.ndarray]:
    """The targets of a table of rows, and what was simulated for each.

    A row whose window has no width, such as an order, has no scale of its own and is left out: the levels that stand in
    order are targets themselves. A figure that stands in two groups (the incumbent's 90+ days of 2019) counts twice. rows: with one value per run. Returns the targets, and an array [run, target].
    """
    kept = [row for row in rows if 0.0 < row.high - row.low < np.inf]
    found = [Target(f"{row.group}: {row.name}", row.published, row.low, row.high, row.unit) for row in kept]
    return found, np.column_stack([row.values for row in kept])


def misses(values: np.ndarray, targets: list[Target]) -> np.ndarray:
    """Simulated less published in tolerances: (simulated - published) / half the window; MISSING where there is none.

    values: array [..., target] in the units of the targets. Returns an array of the same shape, in tolerances.
    """
    published, tolerance = (np.array([getattr(one, key) for one in targets]) for key in ("published", "tolerance"))
    return np.where(np.isfinite(values), (values - published) / tolerance, MISSING)


def distances(missed: np.ndarray) -> np.ndarray:
    """The distance of each point from all targets at once: the sum over targets of the squared mean over seeds.

    The method of simulated moments with weights 1 / tolerance^2. missed: array [point, seed, target] in tolerances.
    Returns an array [point]. Source: McFadden 1989, Econometrica 57(5).
    """
    return (missed.mean(axis=1) ** 2).sum(axis=-1)
