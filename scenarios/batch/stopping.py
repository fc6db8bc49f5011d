"""When can I stop: seeds are played until the interval of an effect is as narrow as was asked for.

Looking at the interval after every few seeds and stopping when it looks narrow makes it cover less often than it says,
since it looks narrow when the spread happens to be underestimated. Three things keep that small: a least number of
seeds, few looks, and a margin that fades with the number of seeds (Chow and Robbins 1965; Glynn and Whitt 1992).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit


@dataclass(frozen=True)
class Rule:
    """Stop once the 95 % interval of the mean reaches no further than ``half_width`` to each side."""

    half_width: float  # in the unit of the effect
    least: int = 30  # seeds that are played in any case: with fewer, skewed effects are covered too rarely
    step: int = 5  # seeds between two looks
    most: int = 1000  # seeds after which it stops however wide the interval is

    def enough(self, effects) -> bool:
        """Whether these seeds are enough: t * sqrt((s^2 + margin) / n) <= half width, margin = half width^2 / n.

        effects: one number per seed, in order of seeds.
        """
        return len(effects) >= self.most or self.reach(effects) <= self.half_width

    def reach(self, effects) -> float:
        """How far the interval, with the margin, reaches to each side; infinite with fewer than the least seeds."""
        effects = np.asarray(effects, dtype=float)
        count = len(effects)
        if count < self.least:
            return float("inf")
        spread = effects.var(ddof=1) + self.half_width**2 / count
        return float(stdtrit(count - 1, 0.975) * np.sqrt(spread / count))

    def looks(self) -> list[int]:
        """After how many seeds the interval is looked at, in order."""
        return [*range(self.least, self.most, self.step), self.most]
