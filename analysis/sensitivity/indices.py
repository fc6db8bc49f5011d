"""Sobol indices: which part of the variance of an outcome each input accounts for, alone and with the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.estimate import LEVEL
from scenarios.batch.samples import SEED

RESAMPLES = 1000  #: of the bootstrap behind the intervals


@dataclass(frozen=True, eq=False)  # of arrays
class Indices:
    """Shares of the variance of the outcome over the ranges; arrays [input], nan if the outcome does not vary.

    first: S1 = Var(E[y | x]) / Var(y), what an input moves alone; total: ST = 1 - Var(E[y | all but x]) / Var(y), what
    it moves alone and together with others; each with half the width of its 95 % bootstrap interval. A sample estimate
    may fall a little below 0 or above 1.
    """

    names: tuple[str, ...]
    first: np.ndarray
    first_half: np.ndarray
    total: np.ndarray
    total_half: np.ndarray

    @property
    def order(self) -> np.ndarray:
        """Places of the inputs, the largest total index first."""
        return np.argsort(-self.total, kind="stable")

    @property
    def together(self) -> float:
        """Share of the variance that no input accounts for alone: 1 - sum of S1, at least 0."""
        return float(max(0.0, 1.0 - self.first.sum()))


def indices(names: Sequence[str], outcome) -> Indices:
    """First and total order index of every input.

    names: of the inputs; outcome: array [row], rows of a Saltelli sample without second order as ``points`` gives them:
    n blocks of len(names) + 2. Returns Indices. Sources: Sobol 2001; Saltelli et al. 2010, Computer Physics
    Communications 181(2); computed by SALib.
    """
    from SALib.analyze import sobol

    outcome = np.asarray(outcome, dtype=float)
    if np.ptp(outcome) == 0.0:
        return Indices(tuple(names), *np.full((4, len(names)), np.nan))
    found = sobol.analyze(
        {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)},
        outcome,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=LEVEL,
        seed=SEED,
    )
    return Indices(tuple(names), *(np.asarray(found[key], float) for key in ("S1", "S1_conf", "ST", "ST_conf")))
