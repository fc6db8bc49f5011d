"""Which values a bank of simulations leaves possible once the data are known: regression-adjusted Bayesian computation.

Every point of the bank was drawn from the prior and simulated once. Those nearest to the data are kept, and a linear
regression of parameters on simulated data moves each to where it would have been had it simulated the data exactly
(Beaumont, Zhang and Balding 2002, Genetics 162(4)). Parameters are regressed as log odds of their place in the prior
range, so that none leaves it. Published data are not exact: each simulation is given an error of publication, which
makes the answer the posterior under such errors (Wilkinson 2013, Stat Appl Genet Mol Biol 12(2)). Because one bank
serves any data, each of its own points can be taken as the truth in turn: that is how identification is checked before
real data are looked at.
"""

from dataclasses import dataclass

import numpy as np

from analysis.calibration.targets import WITHIN

LEVEL = 0.90  #: probability of the intervals
TAILS = (0.5 - LEVEL / 2, 0.5, 0.5 + LEVEL / 2)
NEAREST = 0.5  #: share of the bank that is kept: fewer points are nearer, but leave too few for the regression
SEED = 1  #: of errors of publication and of the draw of truths
EDGE = 1e-3  #: log odds are taken this far inside the range


@dataclass(frozen=True, eq=False)  # of arrays
class Bank:
    """Points drawn from the prior with what they simulate.

    units: array [point, parameter], places in the prior range from 0 to 1; summaries: array [point, target], simulated
    misses with an error of publication, stretched.
    """

    units: np.ndarray
    summaries: np.ndarray

    @classmethod
    def of(cls, units: np.ndarray, missed: np.ndarray) -> "Bank":
        """The bank of simulated points. units: [point, parameter]; missed: [point, seed, target] in tolerances."""
        mean = missed.mean(axis=1)
        error = np.random.default_rng(SEED).normal(0.0, 1.0 / WITHIN, mean.shape)
        return cls(units, stretched(mean + error))


@dataclass(frozen=True, eq=False)  # of arrays
class Posterior:
    """Draws of the parameters given data: array [draw, parameter] of places in the prior range, and their weights."""

    draws: np.ndarray
    weights: np.ndarray

    def quantiles(self, levels=TAILS) -> np.ndarray:
        """Quantiles of each parameter, array [level, parameter]."""
        return np.quantile(self.draws, levels, axis=0, weights=self.weights, method="inverted_cdf")

    def sample(self, count: int, seed: int = SEED) -> np.ndarray:
        """So many draws by weight, none twice as long as there are enough, array [draw, parameter]."""
        generator = np.random.default_rng(seed)
        count = min(count, int((self.weights > 0).sum()))
        return self.draws[generator.choice(len(self.draws), count, replace=False, p=self.weights)]


def stretched(missed: np.ndarray) -> np.ndarray:
    """Misses on a scale that is even near the data and logarithmic far off: arcsinh(miss). In tolerances."""
    return np.arcsinh(missed)


def posterior(bank: Bank, observed: np.ndarray, nearest: float = NEAREST) -> Posterior:
    """The parameters given data: y_i - b (s_i - observed), for the nearest points, weighted by their nearness.

    y are log odds; b is the weighted least-squares slope; weights are Epanechnikov's, 1 - (d / largest d)^2, where d is
    the distance of summaries in their standard deviations. Residuals are widened by sqrt(n / (n - k)) for the k numbers
    that the regression takes from n points.

    bank; observed: array [target], stretched misses of the data (zeros for the published values themselves); nearest:
    share of the bank. Returns the posterior.
    """
    scale = bank.summaries.std(axis=0)
    apart = (bank.summaries - observed) / np.where(scale > 0, scale, 1.0)
    distance = np.sqrt((apart**2).sum(axis=1))
    count = max(apart.shape[1] + 2, round(nearest * len(distance)))
    kept = np.argsort(distance, kind="stable")[: count + 1]
    weights = 1.0 - (distance[kept] / distance[kept[-1]]) ** 2
    kept, weights = kept[weights > 0], weights[weights > 0]
    inside = np.clip(bank.units[kept], EDGE, 1.0 - EDGE)
    odds = np.log(inside / (1.0 - inside))
    design = np.column_stack([np.ones(len(kept)), apart[kept]])
    root = np.sqrt(weights)[:, None]
    fitted = np.linalg.lstsq(root * design, root * odds, rcond=None)[0]
    points = weights.sum() ** 2 / (weights**2).sum()
    widened = np.sqrt(points / max(1.0, points - design.shape[1]))
    adjusted = fitted[0] + widened * (odds - design @ fitted)
    return Posterior(1.0 / (1.0 + np.exp(-adjusted)), weights / weights.sum())


@dataclass(frozen=True, eq=False)  # of arrays
class Identification:
    """How well each parameter would be known from such data: arrays [parameter] over synthetic truths.

    covered: share of truths inside their interval; width: median width of the interval, against that of the prior's;
    found: correlation of truths with the middle of their posterior; truths: how many.
    """

    covered: np.ndarray
    width: np.ndarray
    found: np.ndarray
    truths: int


def identification(bank: Bank, truths: int, nearest: float = NEAREST) -> Identification:
    """Take points of the bank as the truth in turn, calibrate on their data with the others, and see what is found.

    bank; truths: how many, drawn at random; nearest: as for ``posterior``. Returns coverage, width and correlation.
    """
    count = len(bank.units)
    chosen = np.random.default_rng(SEED).choice(count, min(truths, count), replace=False)
    intervals = np.empty((len(chosen), 3, bank.units.shape[1]))
    for row, truth in enumerate(chosen):
        others = Bank(np.delete(bank.units, truth, axis=0), np.delete(bank.summaries, truth, axis=0))
        intervals[row] = posterior(others, bank.summaries[truth], nearest).quantiles()
    true = bank.units[chosen]
    covered = ((intervals[:, 0] <= true) & (true <= intervals[:, 2])).mean(axis=0)
    width = np.median(intervals[:, 2] - intervals[:, 0], axis=0) / LEVEL
    found = np.array([np.corrcoef(true[:, one], intervals[:, 1, one])[0, 1] for one in range(true.shape[1])])
    return Identification(covered, width, found, len(chosen))
