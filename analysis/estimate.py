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
