"""The calibration itself: a bank of simulations, what it leaves possible, a search for good fits, and which are kept.

1. Bank: half of the trials, a Latin hypercube over the ranges. Its regression gives the posterior (regression.py).
2. Search: draws of that posterior, and the world as it is, are the first of a population that is improved (search.py)
   until the trials are used up.
3. Check: of the points that are good enough by the seeds of the search, CANDIDATES are played again with fresh seeds.
   Only these count: the best of many points is also the luckiest on the seeds by which it was found.
4. Accepted: every candidate whose distance on fresh seeds is at most the best plus a margin. A window is read as what
   95 % of publications would say, two standard deviations wide to each side, so that four times a distance is minus
   twice a log likelihood, and by Wilks's theorem (1938) a fit worse by no more than

       margin = chi2(90 %, degrees) / 4 + 2 standard errors of the distance that are luck of the seeds

   is within the 90 % region of what the published figures leave possible. There are as many degrees as free numbers, or
   as targets if these are fewer: no more can be told apart.

The accepted fits lean towards the best, as every search does: on toys whose truth is known, the middle 90 % of them
cover the truth about 80 times in a hundred, the intervals of the regression about 90 times. So both are told, and a
parameter counts as pinned only if both intervals are narrow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import chdtri
from scipy.stats import qmc

from analysis.calibration.regression import LEVEL, TAILS, Bank, Identification, Posterior, identification, posterior
from analysis.calibration.search import MEMBERS, Tried, search
from analysis.calibration.targets import WITHIN, Target, distances, misses
from scenarios.batch.design import Axis

SEED = 1  #: of the hypercube, the search and every choice among points
SEEDS = 2  #: of every point of the bank and the search: never one run
FRESH = 6  #: seeds by which candidates are judged, none of which was used before
CANDIDATES = 96
TRUTHS = 400  #: synthetic truths by which identification is checked
UNPINNED = 0.8  #: an interval as wide as this share of the prior's own says next to nothing


class Simulator(Protocol):
    """What can be calibrated: free numbers, and a way to simulate points."""

    free: Sequence[Axis]

    def play(self, units: np.ndarray, name: str, seeds: range) -> tuple[list[Target], np.ndarray]:
        """Simulate points: the targets, and what each point gives with each seed, [point, seed, target]."""


@dataclass(frozen=True, eq=False)  # of arrays
class Calibration:
    """What a calibration found.

    bank: prior simulations; posterior: what they leave possible; tried: points of the search; units, values: of the
    accepted fits, best first, [fit, parameter] and [fit, target] (means over fresh seeds); distances: [fit]; bound: the
    distance up to which a fit is accepted; candidates: how many points were judged; start: distance of the world as it
    is, on the same fresh seeds.
    """

    free: tuple[Axis, ...]
    targets: list[Target]
    bank: Bank
    posterior: Posterior
    tried: Tried
    units: np.ndarray
    values: np.ndarray
    distances: np.ndarray
    bound: float
    candidates: int
    start: float

    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """5 %, 50 % and 95 % quantiles, [level, parameter]: of the accepted fits, and of the posterior."""
        return np.quantile(self.units, TAILS, axis=0), self.posterior.quantiles()

    def width(self) -> np.ndarray:
        """The wider of a parameter's two 90 % intervals against the prior's own 90 %, [parameter]: 1 says nothing."""
        return np.max([found[2] - found[0] for found in self.intervals()], axis=0) / LEVEL

    def pinned(self) -> np.ndarray:
        """Whether the data pin a parameter down, [parameter]: its width is at most UNPINNED."""
        return self.width() <= UNPINNED


def bank_of(simulator: Simulator, trials: int) -> tuple[list[Target], Bank]:
    """Play the bank: half of the trials, a Latin hypercube over the ranges."""
    units = qmc.LatinHypercube(len(simulator.free), seed=SEED).random(trials // 2)
    targets, values = simulator.play(units, "bank", range(1, SEEDS + 1))
    return targets, Bank.of(units, misses(values, targets))


def identify(simulator: Simulator, trials: int) -> Identification:
    """Check on synthetic truths, before any real data, that calibration finds what is there."""
    _, bank = bank_of(simulator, trials)
    return identification(bank, TRUTHS)


def calibrate(
    simulator: Simulator, present: np.ndarray, trials: int, tell: Callable[[str], None] = lambda text: None
) -> Calibration:
    """Find the population of good fits.

    simulator: what is calibrated; present: places of the world as it is, [parameter]; trials: points to play, of the
    bank and the search together; tell: called with a sentence after each generation. Returns the calibration: the same
    for the same arguments.
    """
    targets, bank = bank_of(simulator, trials)
    left = posterior(bank, np.zeros(len(targets)))
    start = np.vstack([np.clip(present, 0.0, 1.0), left.sample(MEMBERS - 1)])

    def distance(units: np.ndarray, generation: int) -> np.ndarray:
        _, values = simulator.play(units, f"search/{generation:03}", range(1, SEEDS + 1))
        found = distances(misses(values, targets))
        tell(f"generation {generation}: best distance {found.min():.2f}, median {np.median(found):.2f}")
        return found

    tried = search(distance, start, max(1, (trials - trials // 2) // MEMBERS - 1), SEED)
    allowed = margin(len(simulator.free), len(targets))
    candidates = np.vstack([start[:1], _candidates(tried, allowed)])
    _, values = simulator.play(candidates, "check", range(SEEDS + 1, SEEDS + FRESH + 1))
    missed = misses(values, targets)
    found = distances(missed)
    bound = float(found.min() + allowed + 2.0 * luck(missed[found.argmin()]))
    order = np.argsort(found, kind="stable")
    order = order[found[order] <= bound]
    kept = (candidates[order], values[order].mean(axis=1), found[order])
    return Calibration(tuple(simulator.free), targets, bank, left, tried, *kept, bound, len(found), float(found[0]))


def margin(free: int, targets: int) -> float:
    """By how much a fit may be worse than the best: chi2(90 %, the fewer of free numbers and targets) / 4."""
    return float(chdtri(min(free, targets), 1.0 - LEVEL) / WITHIN**2)


def luck(missed: np.ndarray) -> float:
    """Standard error of a point's distance that is due to its seeds, by the jackknife.

    missed: array [seed, target] in tolerances. sqrt((S - 1) / S * sum over seeds of (d without it - their mean)^2).
    """
    seeds = len(missed)
    without = np.array([(np.delete(missed, seed, axis=0).mean(axis=0) ** 2).sum() for seed in range(seeds)])
    return float(np.sqrt((seeds - 1) / seeds * ((without - without.mean()) ** 2).sum()))


def _candidates(tried: Tried, allowed: float) -> np.ndarray:
    """The best point, and others drawn at random from those worse by no more than twice the allowed margin."""
    units, first = np.unique(tried.units, axis=0, return_index=True)
    found = tried.distances[first]
    good = np.flatnonzero(found <= found.min() + 2.0 * allowed)
    good = good[good != found.argmin()]
    drawn = np.random.default_rng(SEED).permutation(good)[: CANDIDATES - 1]
    return units[[found.argmin(), *drawn]]
