"""Ensemble smoothing: many guesses from broad ranges, moved together towards what was published.

An ensemble smoother with multiple data assimilation (Emerick and Reynolds 2013, Computers & Geosciences 55): where two
numbers do the same to the figures, the guesses stay spread along that line, so what the figures do not tell stays as
broad as it was. It needs no slopes, only one world for each guess.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

SPREAD = 0.7  #: standard deviation of guesses around a likely number, where 1 fills its range evenly
FARTHEST = 2.6  #: of the same, so that no guess sits at the very end of a range
OUTLIER = 6.0  #: median distances from the median: misses beyond do not decide what goes with what


@dataclass(frozen=True, eq=False)  # of arrays
class Guesses:
    """One generation: units [guess, number] in their ranges, missed [guess, figure] in allowed errors."""

    units: np.ndarray
    missed: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        """The median guess, [number]."""
        return np.median(self.units, axis=0)


def smooth(simulate: Callable[[np.ndarray], np.ndarray], likely: np.ndarray, weights, guesses: int, generations: int,
           seed: int = 1) -> Iterator[Guesses]:  # fmt: skip
    """Generations of guesses, each nearer to the published figures than the one before.

    Guesses are normal around the likely place on the scale of the normal quantile, so that all stay within their range.
    Each of G generations moves guess z by C_zd (C_dd + G 1)^-1 (noise - d), where d are its misses times the root of
    their weights, C their covariances over the guesses, and noise is normal with variance G: G such moves together
    count the figures once.

    simulate(units [guess, number]): misses [guess, figure], in allowed errors; likely: [number] from 0 to 1; weights:
    [figure]; guesses: how many; generations: G; seed: of the draws. Yields G + 1 generations, the first before any
    move.
    """
    draws = np.random.default_rng(seed)
    root = np.sqrt(np.asarray(weights, dtype=float))
    places = norm.ppf(np.clip(likely, 0.03, 0.97)) + SPREAD * draws.standard_normal((guesses, len(likely)))
    for generation in range(generations + 1):
        units = norm.cdf(np.clip(places, -FARTHEST, FARTHEST))
        missed = simulate(units)
        yield Guesses(units, missed)
        if generation < generations:
            noise = np.sqrt(generations) * draws.standard_normal(missed.shape)
            places = np.clip(places + _moves(places, _tamed(missed * root), noise, generations), -FARTHEST, FARTHEST)


def _tamed(misses: np.ndarray) -> np.ndarray:
    """Misses [guess, figure] with those of broken markets brought near the others'; unknown ones as the median."""
    median = np.nanmedian(misses, axis=0)
    apart = np.nanmedian(np.abs(misses - median), axis=0) + 1e-9
    return np.clip(np.where(np.isnan(misses), median, misses), median - OUTLIER * apart, median + OUTLIER * apart)


def _moves(places: np.ndarray, misses: np.ndarray, noise: np.ndarray, generations: int) -> np.ndarray:
    """By how much each guess moves, [guess, number]."""
    apart_z, apart_d = places - places.mean(axis=0), misses - misses.mean(axis=0)
    count = len(places) - 1
    together, own = apart_z.T @ apart_d / count, apart_d.T @ apart_d / count
    gain = together @ np.linalg.inv(own + generations * np.eye(misses.shape[1]))
    return (noise - misses) @ gain.T
