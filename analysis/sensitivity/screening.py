"""Morris screening: how much an outcome moves when one input moves alone, at many places of the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from analysis.estimate import LEVEL
from scenarios.batch.samples import LEVELS, SEED

RESAMPLES = 1000  #: of the bootstrap behind the intervals
BENT = 0.5  #: above this ratio of sigma to mu* an input acts unevenly: bent, or depending on the others


@dataclass(frozen=True, eq=False)  # of arrays
class Screening:
    """Elementary effects, each the change of the outcome over the whole range of one input; arrays [input].

    mu: mean effect, with its 95 % Student-t interval over trajectories; mu_star: mean size of the effect, with half the
    width of its 95 % bootstrap interval; sigma: standard deviation of the effect.
    """

    names: tuple[str, ...]
    trajectories: int
    mu: np.ndarray
    mu_low: np.ndarray
    mu_high: np.ndarray
    mu_star: np.ndarray
    mu_star_half: np.ndarray
    sigma: np.ndarray

    @property
    def order(self) -> np.ndarray:
        """Places of the inputs, the one that moves the outcome most first."""
        return np.argsort(-self.mu_star, kind="stable")

    @property
    def bent(self) -> np.ndarray:
        """Whether an input acts unevenly: sigma above half of mu*."""
        return self.sigma > BENT * self.mu_star


def screening(names: Sequence[str], inputs, outcome) -> Screening:
    """Morris's measures of every input.

    An elementary effect is (y after the step - y before) / step, the step as a share of the range; mu* is the mean of
    its size, so that effects of both signs do not cancel.

    names: of the inputs; inputs: array [row, input], trajectories one after another as ``points`` gives them; outcome:
    array [row]. Returns a Screening. Sources: Morris 1991, Technometrics 33(2); Campolongo, Cariboni and Saltelli 2007,
    Environmental Modelling & Software 22(10); computed by SALib.
    """
    from SALib.analyze import morris

    inputs, outcome = np.asarray(inputs, dtype=float), np.asarray(outcome, dtype=float)
    found = morris.analyze(
        {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)},
        inputs,
        outcome,
        num_resamples=RESAMPLES,
        conf_level=LEVEL,
        num_levels=LEVELS,
        seed=SEED,
    )
    mu, mu_star, sigma, half = (
        np.asarray(found[key], dtype=float) for key in ("mu", "mu_star", "sigma", "mu_star_conf")
    )
    trajectories = len(outcome) // (len(names) + 1)
    reach = stdtrit(trajectories - 1, 0.5 + LEVEL / 2) * sigma / np.sqrt(trajectories)
    return Screening(tuple(names), trajectories, mu, mu - reach, mu + reach, mu_star, half, sigma)
