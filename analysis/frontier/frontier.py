"""The frontier of rules: which of them buy a fall in risk with the least harm, doing nothing among them.

Every rule is a reform against the same baseline with the same seeds, so that rules are compared seed by seed. A rule
is *on the frontier* if no other one has at least its fall in risk at no more harm.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np

from analysis.estimate import estimate
from analysis.frontier.measures import Measure
from analysis.frontier.rules import NOTHING, Rule

CAUTION = "Harm is what happens to borrowers; what a rule costs the state or the lenders is not counted."
BEST, UNTOLD, DOMINATED = "on the frontier", "not told from it", "dominated"  #: how a rule may stand


def dominance(fall, harm) -> tuple[np.ndarray, np.ndarray]:
    """Which rule is better than which, on average and for certain.

    Rule a dominates rule b on average if mean fall(a) >= mean fall(b) and mean harm(a) <= mean harm(b), one of them
    strictly (Pareto dominance). It does so for certain if, besides, the paired difference over seeds of at least one
    of the two is told from zero by its 95 % interval. What is better for certain is better on average, and that cannot
    go round in a circle, so some rule always remains. With one seed nothing is certain.

    fall, harm: arrays [rule, seed], any unit. Returns two boolean arrays [a, b]: on average, for certain.
    """
    fall, harm = np.asarray(fall, dtype=float), np.asarray(harm, dtype=float)
    falls, harms = fall.mean(axis=1), harm.mean(axis=1)
    no_worse = (falls[:, None] >= falls) & (harms[:, None] <= harms)
    on_average = no_worse & ~no_worse.T
    certain = np.zeros_like(on_average)
    for a, b in permutations(range(len(fall)), 2):
        told = any(not estimate(values[a] - values[b]).includes_zero for values in (fall, harm))
        certain[a, b] = on_average[a, b] and told
    return on_average, certain


@dataclass(frozen=True)
class Frontier:
    """Rules judged by one risk and one harm."""

    rules: list[Rule]
    risk: Measure
    harm: Measure

    @cached_property
    def _dominance(self):
        return dominance(*(np.array([rule.values[m.name] for rule in self.rules]) for m in (self.risk, self.harm)))

    @property
    def best(self) -> list[Rule]:
        """Rules that no other one dominates on average, the least fall in risk first: the corners of the frontier."""
        return sorted(
            (rule for rule in self.rules if self.better(rule, certain=False) is None),
            key=lambda rule: rule.estimate(self.risk).mean,
        )

    def better(self, rule: Rule, certain=True) -> Rule | None:
        """Of the rules that dominate this one, for certain or on average, that of least harm; None if none does."""
        matrix = self._dominance[1 if certain else 0]
        found = [self.rules[a] for a in np.flatnonzero(matrix[:, self.rules.index(rule)])]
        return min(found, key=lambda other: other.estimate(self.harm).mean, default=None)

    def standing(self, rule: Rule) -> str:
        """Whether a rule is on the frontier, is dominated on average but not told from it, or is dominated."""
        if self.better(rule) is not None:
            return DOMINATED
        return BEST if self.better(rule, certain=False) is None else UNTOLD

    def words(self, rule: Rule) -> str:
        """The standing of a rule with the name of the rule that is better."""
        standing = self.standing(rule)
        return {
            BEST: lambda: "on the frontier",
            UNTOLD: lambda: f"not told from {self.better(rule, certain=False).name}",
            DOMINATED: lambda: f"dominated by {self.better(rule).name}",
        }[standing]()

    def lowers(self, rule: Rule) -> bool:
        """Whether the seeds can tell that a rule lowers the risk."""
        return rule.estimate(self.risk).low > 0

    def price(self, rule: Rule) -> float:
        """Harm for each 100 yuan per borrower of fall in risk, of means; nan unless the rule lowers the risk."""
        fall, harm = rule.estimate(self.risk).mean, rule.estimate(self.harm).mean
        return 100.0 * harm / fall if self.lowers(rule) else float("nan")

    @property
    def finding(self) -> str:
        """What the seeds can tell: which rules lower the risk, and what 100 yuan of it cost in harm."""
        own = [rule for rule in self.rules if rule.name != NOTHING]
        lowering = [rule for rule in own if self.lowers(rule)]
        if len(own[0].seeds) < 2:
            return "one seed cannot tell which rule lowers risk"
        if not lowering:
            raising = sum(rule.estimate(self.risk).high < 0 for rule in own)
            none = f"no rule is seen to lower {self.risk.words}"
            return f"{none}, {raising} of {len(own)} raise {self.risk.pronoun}" if raising else none
        harmful = [rule for rule in lowering if rule.estimate(self.harm).low > 0]
        others = [rule for rule in lowering if rule not in harmful]
        widest = max(others, key=lambda rule: rule.estimate(self.risk).mean, default=None)
        fall = f"{widest.estimate(self.risk).mean:,.0f} yuan" if widest else ""
        less = widest is not None and widest.estimate(self.harm).high < 0
        if not harmful:
            with_what = "less harm than doing nothing" if less else "no harm that is seen"
            return f"{widest.name} takes {fall} off {self.risk.words}, with {with_what}"
        prices = sorted({f"{self.price(rule):.{self.harm.digits}f}" for rule in harmful}, key=float)
        amount = self.harm.amount.format(" to ".join(dict.fromkeys((prices[0], prices[-1]))))
        gentle = f"; under {widest.name} ({fall}) {'harm falls' if less else 'no harm is seen'}" if widest else ""
        return f"each 100 yuan off {self.risk.words} costs {amount}{gentle}"
