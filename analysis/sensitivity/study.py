"""Everything that a batch tells about what its outcomes depend on: one study for each world, policy and outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis.sensitivity.discovery import Discovery, discovery
from analysis.sensitivity.indices import Indices, indices
from analysis.sensitivity.phase import Phase, generations_within, phase
from analysis.sensitivity.screening import Screening, screening
from analysis.sensitivity.values import KEYS, Outcome, Values, outcomes, values
from scenarios.batch.design import Axis, Design
from scenarios.batch.samples import rows
from scenarios.runner import plan
from sim.policy import month_number

WORST = 0.75  #: cases of interest are those above this quantile of the outcome


@dataclass(frozen=True, eq=False)  # of arrays
class Study:
    """One outcome of one world and policy over the points of a design, or over one sample of it.

    at: the given values that the sample is crossed with, address -> value; axes: the inputs that are studied; noise:
    share of the variance between points that is luck of the seeds; then what the design allows, None for the rest.
    threshold: the outcome above which a case is of interest, for the discovery.
    """

    world: str
    policy: str
    outcome: Outcome
    at: dict[str, float]
    axes: tuple[Axis, ...]
    seeds: int
    noise: float
    threshold: float
    screening: Screening | None = None
    indices: Indices | None = None
    discovery: Discovery | None = None
    phase: Phase | None = None

    @property
    def name(self) -> str:
        """A short name for files and headings."""
        parts = [self.policy or self.world, self.outcome.name, *(f"{value:g}" for value in self.at.values())]
        return "-".join(parts)


def sensitivity(points: Mapping, effects: Mapping, design: Design) -> list[Study]:
    """Study every outcome of a batch by what its design allows.

    A Morris sample is screened; a Sobol sample gives indices and, like a Latin hypercube, a box of the worst quarter of
    its points; two given dimensions (a grid against another, or against the lists, which are one) give a phase diagram.
    A sample that is crossed with given values is studied once for each of their combinations.

    points: columns ``point`` and one for each address, in the order of ``scenarios.batch.samples.points``; effects:
    columns ``point``, ``seed``, one for each outcome of OUTCOMES and, if there are several, ``world`` and ``policy``.
    All are numpy arrays. Returns the studies; raises BadInput if results are missing.
    """
    studies = []
    for key in _groups(effects):
        found = [values(points, effects, outcome, **key) for outcome in outcomes(effects)]
        for one in found:
            studies += _samples(points, one, design) if design.sampled else _map(points, found, one, design)
    return studies


def _groups(effects: Mapping) -> list[dict[str, str]]:
    """The worlds and policies that a table of effects tells apart, in the order in which they appear."""
    keys = [key for key in KEYS if key in ("world", "policy") and key in effects]
    seen = dict.fromkeys(zip(*(map(str, effects[key]) for key in keys), strict=True)) if keys else {(): None}
    return [dict(zip(keys, names, strict=True)) for names in seen]


def _samples(points: Mapping, found: Values, design: Design) -> list[Study]:
    """Study a sample once for each combination of given values: its rows follow each other."""
    size, studies = rows(design), []
    given = [axis.path for axis in design.sweep if axis not in design.sampled]
    names = [axis.path for axis in design.sampled]
    for start in range(0, len(points["point"]), size):
        block = slice(start, start + size)
        inputs = np.column_stack([np.asarray(points[name][block], dtype=float) for name in names])
        outcome = found.mean[block]
        threshold = float(np.quantile(outcome, WORST))
        made = {}
        if design.method == "morris":
            made["screening"] = screening(names, inputs, outcome)
        else:
            made["discovery"] = discovery(names, inputs, outcome > threshold)
        if design.method == "sobol":
            made["indices"] = indices(names, outcome)
        part = Values(found.outcome, found.world, found.policy, found.seeds, found.table[block])
        at = {path: float(points[path][start]) for path in given}
        studies.append(_study(part, at, design.sampled, threshold, **made))
    return studies


def _map(points: Mapping, tables: Sequence[Values], one: Values, design: Design) -> list[Study]:
    """Study a design of two given dimensions; nothing without direct and indirect effects, or with other dimensions."""
    dimensions = [axis for axis in design.sweep if axis.method == "grid"]
    dimensions += [axis for axis in design.sweep if axis.method == "list"][:1]
    by_name = {table.outcome.name: table for table in tables}
    if (
        len(dimensions) != 2
        or min(len(axis.values) for axis in dimensions) < 2
        or {"direct", "indirect"} - set(by_name)
    ):
        return []
    seeds = sorted(set.intersection(*(set(table.seeds) for table in tables)))
    cells = _cells(points, dimensions)

    def arranged(table: Values) -> np.ndarray:
        return table.table[cells][:, :, [table.seeds.index(seed) for seed in seeds]]

    x, y = (sorted(set(axis.values)) for axis in dimensions)
    split = (arranged(by_name[name]) for name in ("direct", "indirect"))
    found = phase(x, y, arranged(one), *split, _generations(design, one))
    return [_study(one, {}, tuple(dimensions), float(np.quantile(one.mean, WORST)), phase=found)]


def _cells(points: Mapping, dimensions: Sequence[Axis]) -> np.ndarray:
    """The row of the point at each pair of values, array [x, y]."""
    place = {
        pair: row for row, pair in enumerate(zip(*(points[axis.path].tolist() for axis in dimensions), strict=True))
    }
    x, y = (sorted(set(axis.values)) for axis in dimensions)
    return np.array([place[pair] for pair in product(x, y)]).reshape(len(x), len(y))


def _generations(design: Design, found: Values) -> int:
    """The most generations of defaults between the policy month and the end of the run."""
    made = plan(found.policy or design.policies[0], months=design.months)
    if made.reference is None:
        return generations_within(design.months)
    before = month_number(made.reference) - month_number(made.size.start) + 1
    return generations_within(design.months - before)


def _study(found: Values, at, axes, threshold: float, **made) -> Study:
    seeds = len(found.seeds)
    return Study(found.world, found.policy, found.outcome, at, axes, seeds, found.noise, threshold, **made)
