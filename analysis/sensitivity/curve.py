"""A curve: an outcome over one input, and whether it bends."""

from dataclasses import dataclass

import numpy as np

from analysis.estimate import Estimate, estimate


@dataclass(frozen=True, eq=False)  # of arrays
class Curve:
    """An outcome over ascending values x of one input: an Estimate at each, and the bend between the ends.

    rise: of the outcome from the first value to the last; bend: mean over the inner values of (straight line between
    the ends - outcome), above zero if it rises faster and faster, or falls slower and slower; nan with two values.
    """

    x: np.ndarray
    at: tuple[Estimate, ...]
    rise: Estimate
    bend: Estimate


def curve(x, outcome) -> Curve:
    """Follow an outcome over one input.

    The bend is taken seed by seed: mean over inner x of y(first) + (y(last) - y(first)) (x - first) / (last - first) -
    y(x). x: ascending values, two or more; outcome: array [x, seed]. Returns a Curve.
    """
    x, outcome = np.asarray(x, dtype=float), np.asarray(outcome, dtype=float)
    share = ((x - x[0]) / (x[-1] - x[0]))[:, None]
    above = outcome[0] + (outcome[-1] - outcome[0]) * share - outcome
    bend = estimate(above[1:-1].mean(axis=0) if len(x) > 2 else np.full(outcome.shape[1], np.nan))
    return Curve(x, tuple(map(estimate, outcome)), estimate(outcome[-1] - outcome[0]), bend)
