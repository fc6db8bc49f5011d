"""One outcome at every point of a design, each point with the same seeds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.batch.design import Axis
from scenarios.messages import BadInput, unknown

KEYS = ("point", "world", "policy", "seed")  #: columns of a table of effects that are not outcomes


@dataclass(frozen=True)
class Outcome:
    """One number per point and seed: what it is, in words, and its unit."""

    name: str
    words: str
    unit: str


_PEOPLE, _YUAN = "people per 1,000 borrowers", "yuan per borrower"

#: What a table of effects may hold, each as reform minus baseline from the policy month on.
OUTCOMES = {
    name: Outcome(name, words, unit)
    for name, words, unit in (
        ("excess", "excess defaults", _PEOPLE),
        ("direct", "excess defaults of people whom the policy cut", _PEOPLE),
        ("indirect", "excess defaults of people whom it did not cut", _PEOPLE),
        ("losses", "lenders' credit losses", _YUAN),
        ("consumption", "purchases", _YUAN),
        ("unmet", "unmet need for credit", _YUAN),
        ("debt", "debt at the end", _YUAN),
    )
}


@dataclass(frozen=True, eq=False)  # of arrays
class Values:
    """One outcome of one world and policy: ``table`` is an array [point, seed] in the outcome's unit."""

    outcome: Outcome
    world: str
    policy: str
    seeds: tuple[int, ...]
    table: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean over seeds, array [point]."""
        return self.table.mean(axis=1)

    @property
    def noise(self) -> float:
        """Share of the variance between points that is only the luck of these seeds; nan with one seed or point.

        All points have the same seeds, so the luck of a seed that all points share is taken out first. With r the
        residuals of table = point + seed, P points and S seeds: noise = sum r^2 / ((P - 1) (S - 1) S) / variance of
        the means, at most 1.
        """
        points, seeds = self.table.shape
        spread = float(self.mean.var(ddof=1)) if points > 1 else 0.0
        if seeds < 2 or spread == 0.0:
            return float("nan")
        residual = self.table - self.mean[:, None] - self.table.mean(axis=0) + self.table.mean()
        return min(1.0, float((residual**2).sum()) / ((points - 1) * (seeds - 1) * seeds) / spread)


def outcomes(effects: Mapping[str, np.ndarray]) -> list[Outcome]:
    """The outcomes that a table of effects holds; raises BadInput for a column that nobody has described."""
    names = [name for name in effects if name not in KEYS]
    for name in names:
        if name not in OUTCOMES:
            raise BadInput(unknown("outcome", name, OUTCOMES))
    return [OUTCOMES[name] for name in names]


def values(points, effects, outcome: Outcome, world: str = "", policy: str = "") -> Values:
    """Arrange an outcome by point and seed.

    points: table with a column ``point``, in the order of the design; effects: table with ``point``, ``seed``, the
    outcome and, if there are several, ``world`` and ``policy``; world, policy: which rows, empty for all. Seeds that a
    point lacks are left out everywhere. Raises BadInput if no seed is left.
    """
    chosen = np.ones(len(effects["point"]), dtype=bool)
    for key, name in (("world", world), ("policy", policy)):
        if name and key in effects:
            chosen &= effects[key] == name
    ids = np.asarray(points["point"])
    place = {int(point): row for row, point in enumerate(ids)}
    seeds, column = np.unique(effects["seed"][chosen], return_inverse=True)
    table = np.full((len(ids), len(seeds)), np.nan)
    table[[place[int(point)] for point in effects["point"][chosen]], column] = effects[outcome.name][chosen]
    whole = np.isfinite(table).all(axis=0)
    if not whole.any():
        missing = int(np.isnan(table).all(axis=1).sum()) if table.size else len(ids)
        reason = f"{missing} of {len(ids)} points have no result" if missing else "no seed was played at every point"
        raise BadInput(f"{reason} for {outcome.words}; run rollover batch again, it does what is left")
    return Values(outcome, world, policy, tuple(seeds[whole].tolist()), table[:, whole])


def label(path: str) -> str:
    """An address as a person says it: ``changes.cut.value`` is "cut value", ``parameters.impulse`` is "impulse"."""
    parts = [part for part in path.split(".") if part not in ("parameters", "changes", "platforms", "products")]
    return " ".join(parts).replace("_", " ")


def scale(axis: Axis) -> str:
    """An address with its unit, as an axis of a figure is labelled."""
    return f"{label(axis.path)} ({axis.unit})" if axis.unit else label(axis.path)
