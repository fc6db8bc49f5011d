"""A mean over seeds with its interval: the only statistics that the answer needs."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95  #: probability of every interval that is called an interval


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds and its 95 % Student-t interval; the interval is missing (nan) with fewer than two seeds."""

    mean: float
    low: float
    high: float
    seeds: int

    @property
    def has_interval(self) -> bool:
        """Whether there were seeds enough for an interval."""
        return bool(np.isfinite(self.low))

    @property
    def includes_zero(self) -> bool:
        """Whether these seeds cannot tell the mean from zero (always so without an interval)."""
        return not self.has_interval or self.low <= 0.0 <= self.high

    def times(self, factor: float) -> "Estimate":
        """The same in another unit. factor: above 0."""
        return Estimate(factor * self.mean, factor * self.low, factor * self.high, self.seeds)


def estimate(values) -> Estimate:
    """Mean and interval of one number per seed.

    values: one number per seed, any unit. Returns an Estimate in the same unit.
    """
    values = np.asarray(values, dtype=float)
    mean = float(values.mean()) if values.size else float("nan")
    if values.size < 2:
        return Estimate(mean, float("nan"), float("nan"), values.size)
    half = float(stdtrit(values.size - 1, 0.5 + LEVEL / 2) * values.std(ddof=1) / np.sqrt(values.size))
    return Estimate(mean, mean - half, mean + half, values.size)


def ratio(part, whole) -> Estimate:
    """One sum over seeds as a share of another, with Fieller's interval.

    The interval holds every share r for which the mean over seeds of part - r * whole cannot be told from zero, that is
    (mean part - r mean whole)^2 <= t^2 * variance(part - r whole) / seeds.
    It is missing if these seeds cannot tell the whole from zero, for then no share can be ruled out.

    part, whole: one number per seed, same unit. Returns an Estimate, nan unless the whole is positive.
    Source: Fieller 1954, Some problems in interval estimation, JRSS B 16(2).
    """
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    nan, seeds = float("nan"), whole.size
    if whole.sum() <= 0:
        return Estimate(nan, nan, nan, seeds)
    share = float(part.sum() / whole.sum())
    if seeds < 2:
        return Estimate(share, nan, nan, seeds)
    means = np.array([part.mean(), whole.mean()])
    # [part, whole]: the mean products less t^2 times their covariance; the ends of the interval solve a quadratic
    spread = stdtrit(seeds - 1, 0.5 + LEVEL / 2) ** 2 / seeds * np.cov(part, whole)
    (square_part, cross), (_, square_whole) = np.outer(means, means) - spread
    if square_whole <= 0:
        return Estimate(share, nan, nan, seeds)
    half = float(np.sqrt(max(0.0, cross**2 - square_part * square_whole)) / square_whole)
    middle = float(cross / square_whole)
    return Estimate(share, middle - half, middle + half, seeds)


@dataclass(frozen=True)
class Path:
    """A mean over seeds for every month, with a band around it."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def interval_path(values) -> Path:
    """The mean over seeds of each month with its 95 % interval.

    values: array [seed, month]. Returns a Path; without two seeds the band is the mean itself.
    """
    values = np.asarray(values, dtype=float)
    mean = values.mean(axis=0)
    if len(values) < 2:
        return Path(mean, mean, mean)
    half = stdtrit(len(values) - 1, 0.5 + LEVEL / 2) * values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return Path(mean, mean - half, mean + half)


def spread_path(values) -> Path:
    """The mean over seeds of each month with the band that holds 90 % of the seeds.

    values: array [seed, month]. Returns a Path from the 5th to the 95th percentile.
    """
    values = np.asarray(values, dtype=float)
    low, high = np.percentile(values, (5, 95), axis=0)
    return Path(values.mean(axis=0), low, high)
