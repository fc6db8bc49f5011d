"""Good fits are searched for by differential evolution, from what the regression leaves possible.

Why ``scipy.optimize.differential_evolution``: it keeps a population of fits instead of one point, asks for a whole
generation at once, which is what a batch plays, starts from any population, and repeats itself exactly under a fixed
seed: played again, it asks for the same points, whose runs are kept, so a search resumes without any state of its own.
SciPy is there already, with wheels for every Python that Rollover runs on. Optuna has an ask-and-tell interface and
more samplers, but brings seven packages, a database layer among them, keeps a record of its own beside the batch's, and
its samplers aim at one optimum. pyABC samples populations, but brings some forty packages (pandas, scikit-learn, Redis,
IPython), and sequential rejection needs tens of thousands of runs for two dozen parameters, where the regression on one
bank does with a thousand. black-it needs NumPy 1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import differential_evolution

MEMBERS = 64  #: fits in the population
MUTATION, RECOMBINATION = (0.4, 0.9), 0.8  #: within the usual ranges; new step lengths each generation


@dataclass(frozen=True, eq=False)  # of arrays
class Tried:
    """All points that a search has tried, in order: units [point, parameter], distances [point]."""

    units: np.ndarray
    distances: np.ndarray


def search(distance: Callable[[np.ndarray, int], np.ndarray], start: np.ndarray, generations: int, seed=1) -> Tried:
    """Improve a population of fits.

    Each member is crossed with steps between others, partly towards the best (Storn and Price 1997), and replaced if
    the child is no worse.

    distance(units [point, parameter], generation): array [point]; start: array [member, parameter], places in the
    ranges; generations: after the first, which is the start itself; seed: of the search. Returns every point tried; the
    same for the same arguments.
    """
    tried: list[tuple[np.ndarray, np.ndarray]] = []

    def generation(members: np.ndarray) -> np.ndarray:
        units = np.ascontiguousarray(np.atleast_2d(members.T))
        tried.append((units, distance(units, len(tried))))
        return tried[-1][1]

    differential_evolution(
        generation, [(0.0, 1.0)] * start.shape[1], strategy="currenttobest1bin", maxiter=generations, init=start,
        mutation=MUTATION, recombination=RECOMBINATION, tol=0.0, atol=0.0, polish=False, vectorized=True,
        updating="deferred", seed=np.random.default_rng(seed),
    )  # fmt: skip
    return Tried(*(np.concatenate(part) for part in zip(*tried, strict=True)))
