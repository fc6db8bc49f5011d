"""Does an answer hold over all good fits, or only at one of them?

Each policy is played beside its baseline at many accepted fits. Its sign is called robust only if at least 95 % of the
fits give the same one: the data cannot tell these fits from each other.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.calibration.market import Market
from analysis.sensitivity.effects import effects
from analysis.wording import percent
from scenarios.batch import batch
from scenarios.batch.worlds import called, source_of
from scenarios.loader import load

HEADLINES = ("limit-cut", "limit-cut-deep", "multi-lender-cut", "income-cap")
ENOUGH = 0.95  #: share of fits that must give the same sign
POINTS, SEEDS = 40, 4  #: fits that are played, and paired seeds of each
TABLES = ("monthly", "economy", "defaults")
SEED = 1  #: of the choice among fits
HEADS = ("policy", "fits", "median", "5 to 95 % of fits", "same sign", "")


@dataclass(frozen=True, eq=False)  # of arrays
class Verdict:
    """One policy over the good fits: excess defaults per 1,000 borrowers, array [fit], means over seeds."""

    policy: str
    excess: np.ndarray

    @property
    def sign(self) -> int:
        """The sign that more fits give: 1, -1, or 0 if as many rise as fall."""
        return int(np.sign(np.sign(self.excess).sum()))

    @property
    def agreeing(self) -> float:
        """Share of fits that give that sign; a fit without any effect agrees with nothing."""
        return float(np.mean(np.sign(self.excess) == self.sign)) if self.sign else 0.0

    @property
    def robust(self) -> bool:
        """Whether at least 95 % of fits give the same sign."""
        return self.agreeing >= ENOUGH

    @property
    def words(self) -> str:
        """The verdict in words."""
        more = {1: "more defaults", -1: "fewer defaults", 0: "no direction"}[self.sign]
        return f"robust: {more}" if self.robust else f"not robust ({more} at {percent(self.agreeing)} of fits)"


def headline(market: Market, fits: np.ndarray, policies=HEADLINES) -> list[Verdict]:
    """Play policies beside their baseline over the good fits.

    market: whose free numbers the fits are; fits: array [fit, parameter] of values; policies: names or paths. At most
    POINTS fits are played, drawn at random; months are those of the longest policy. Returns a verdict for each.
    """
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(fits))[:POINTS])
    sources = tuple(source_of(policy, Path()) for policy in policies)
    sweep = tuple(
        replace(axis, method="list", values=tuple(map(float, column)), n=len(column))
        for axis, column in zip(market.free, fits[chosen].T, strict=True)
    )
    months = max(load(source).months for source in sources)
    design = replace(
        market.design, policies=sources, seeds=SEEDS, months=months, tables=TABLES, sweep=sweep
    )  # fmt: skip
    return verdicts(effects(market.carry_out(batch.plan(design), "headline")), [called(one) for one in sources])


def verdicts(found: dict[str, np.ndarray], policies: list[str]) -> list[Verdict]:
    """The verdict on each policy. found: columns point, policy, seed, excess; policies: in the order wanted."""
    made = []
    for policy in policies:
        mine = found["policy"] == policy
        points = np.unique(found["point"][mine])
        means = [found["excess"][mine & (found["point"] == point)].mean() for point in points]
        made.append(Verdict(policy, np.array(means, dtype=float)))
    return made


def rows(found: list[Verdict]) -> list[tuple[str, ...]]:
    """The rows of the table, in the order of HEADS; excess defaults per 1,000 borrowers."""
    made = []
    for one in found:
        low, middle, high = np.quantile(one.excess, (0.05, 0.5, 0.95))
        said = (f"{middle:+.2f}", f"{low:+.2f} to {high:+.2f}", percent(one.agreeing), one.words)
        made.append((one.policy, str(len(one.excess)), *said))
    return made
