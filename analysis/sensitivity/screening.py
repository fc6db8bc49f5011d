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
    width of its 95 % bootstrap interval; sigma: standard deviation of the effect; luck: standard deviation that the
    luck of the seeds gives one effect; by_luck: mean size that luck alone would give; both nan with one seed.
    """

    names: tuple[str, ...]
    trajectories: int
    mu: np.ndarray
    mu_low: np.ndarray
    mu_high: np.ndarray
    mu_star: np.ndarray
    mu_star_half: np.ndarray
    sigma: np.ndarray
    luck: np.ndarray
    by_luck: np.ndarray

    @property
    def order(self) -> np.ndarray:
        """Places of the inputs, the one that moves the outcome most first."""
        return np.argsort(-self.mu_star, kind="stable")

    @property
    def told(self) -> np.ndarray:
        """Whether an input is seen to move the outcome: the interval of mu* lies above what luck alone would give."""
        return self.mu_star - self.mu_star_half > np.nan_to_num(self.by_luck)

    @property
    def bent(self) -> np.ndarray:
        """Whether an input acts unevenly: sigma, without the part that is luck, above half of mu*."""
        own = np.sqrt(np.maximum(0.0, self.sigma**2 - np.nan_to_num(self.luck) ** 2))
        return own > BENT * self.mu_star


def screening(names: Sequence[str], inputs, outcome) -> Screening:
    """Morris's measures of every input.

    An elementary effect is (y after the step - y before) / step, the step as a share of the range; mu* is the mean of
    its size, so that effects of both signs do not cancel. Measures are those of the mean over seeds. Luck is taken from
    how the same effect differs between seeds, with v its variance over seeds / seeds at each trajectory: luck^2 = mean
    of v over trajectories, and by_luck = sqrt(2 / pi) mean of sqrt(v), the mean size of normal deviates so wide.

    names: of the inputs; inputs: array [row, input], trajectories one after another as ``points`` gives them; outcome:
    array [row, seed]. Returns a Screening. Sources: Morris 1991, Technometrics 33(2); Campolongo, Cariboni and Saltelli
    2007, Environmental Modelling & Software 22(10); computed by SALib.
    """
    from SALib.analyze import morris

    inputs, outcome = np.asarray(inputs, dtype=float), np.asarray(outcome, dtype=float)
    found = morris.analyze(
        {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)},
        inputs,
        outcome.mean(axis=1),
        num_resamples=RESAMPLES,
        conf_level=LEVEL,
        num_levels=LEVELS,
        seed=SEED,
    )
    mu, mu_star, sigma, half = (
        np.asarray(found[key], dtype=float) for key in ("mu", "mu_star", "sigma", "mu_star_conf")
    )
    effects = elementary_effects(inputs, outcome)
    trajectories, _, seeds = effects.shape
    reach = stdtrit(trajectories - 1, 0.5 + LEVEL / 2) * sigma / np.sqrt(trajectories)
    spread = effects.var(axis=2, ddof=1) / seeds if seeds > 1 else np.full(effects.shape[:2], np.nan)
    luck, by_luck = np.sqrt(spread.mean(axis=0)), np.sqrt(2.0 / np.pi) * np.sqrt(spread).mean(axis=0)
    return Screening(tuple(names), trajectories, mu, mu - reach, mu + reach, mu_star, half, sigma, luck, by_luck)


def elementary_effects(inputs, outcome) -> np.ndarray:
    """The effect of each step, seed by seed, over the whole range of the input that it moves.

    inputs: array [row, input]; outcome: array [row, seed]. Returns an array [trajectory, input, seed].
    """
    number = inputs.shape[1]
    steps = np.diff(inputs.reshape(-1, number + 1, number), axis=1)  # [trajectory, step, input]
    change = np.diff(outcome.reshape(len(steps), number + 1, -1), axis=1)  # [trajectory, step, seed]
    step = LEVELS / (2.0 * (LEVELS - 1))
    return np.einsum("tsi,tsk->tik", np.sign(steps), change) / step
