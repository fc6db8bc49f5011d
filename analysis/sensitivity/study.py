"""Everything that a batch tells about what its outcomes depend on: one study for each world, policy and outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis.sensitivity.curve import Curve, curve
from analysis.sensitivity.discovery import Discovery, discovery
from analysis.sensitivity.indices import Indices, indices
from analysis.sensitivity.phase import Phase, generations_within, phase
from analysis.sensitivity.screening import Screening, screening
from analysis.sensitivity.values import KEYS, Outcome, Values, label, outcomes, values
from scenarios.batch.design import Axis, Design
from scenarios.batch.samples import rows
from scenarios.batch.worlds import called
from scenarios.runner import plan
from sim.policy import month_number

WORST = 0.75  #: cases of interest are those above this quantile of the outcome


@dataclass(frozen=True, eq=False)  # of arrays
class Study:
    """One outcome of one world and policy over the points of a design, or over one sample of it.

    at: the given values that the sample is crossed with, address -> value; axes: the inputs that are studied; noise:
    share of the variance between points that is luck of the seeds; threshold: the outcome above
    which a case is of interest, for the discovery; along: addresses of lists that move together with the one that is
    shown; then what the design allows, None for the rest.
    """

    world: str
    policy: str
    outcome: Outcome
    at: dict[str, float]
    axes: tuple[Axis, ...]
    seeds: int
    noise: float
    threshold: float
    along: tuple[str, ...] = ()
    screening: Screening | None = None
    indices: Indices | None = None
    discovery: Discovery | None = None
    phase: Phase | None = None
    curve: Curve | None = None

    @property
    def name(self) -> str:
        """A short name for files and headings."""
        parts = [self.world, self.policy, self.outcome.name, *(f"{value:g}" for value in self.at.values())]
        return "-".join(filter(None, parts))

    @property
    def pair(self) -> str:
        """What is compared, as a title begins."""
        return " against ".join(filter(None, (self.policy, self.world))) or "these worlds"

    @property
    def company(self) -> str:
        """A sentence about the lists that move along, empty if there are none."""
        return f" {' and '.join(map(label, self.along))}: moved along with it, value by value." if self.along else ""


def sensitivity(points: Mapping, effects: Mapping, design: Design) -> list[Study]:
    """Study every outcome of a batch by what its design allows.

    A Morris sample is screened; a Sobol sample gives indices and, like a Latin hypercube, a box of the worst quarter of
    its points; two given dimensions (a grid against another, or against the lists, which are one) give a phase diagram,
    one gives a curve. A sample that is crossed with given values is studied once for each of their combinations.

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
            made["screening"] = screening(names, inputs, found.table[block])
        else:
            made["discovery"] = discovery(names, inputs, outcome > threshold)
        if design.method == "sobol":
            made["indices"] = indices(names, outcome)
        part = Values(found.outcome, found.world, found.policy, found.seeds, found.table[block])
        at = {path: float(points[path][start]) for path in given}
        studies.append(_study(part, at, design.sampled, threshold, **made))
    return studies


def _map(points: Mapping, tables: Sequence[Values], one: Values, design: Design) -> list[Study]:
    """Study a design of given values: a curve over one dimension, a phase diagram over two, nothing over more.

    A phase diagram needs direct and indirect effects.
    """
    lists = [axis for axis in design.sweep if axis.method == "list"]
    dimensions = tuple(axis for axis in design.sweep if axis not in lists[1:])
    by_name = {table.outcome.name: table for table in tables}
    if not dimensions or any(len(set(axis.values)) < axis.n or axis.n < 2 for axis in dimensions):
        return []
    seeds = sorted(set.intersection(*(set(table.seeds) for table in tables)))
    places = [sorted(axis.values) for axis in dimensions]
    cells = _cells(points, dimensions, places)

    def arranged(table: Values) -> np.ndarray:
        return table.table[cells][..., [table.seeds.index(seed) for seed in seeds]]

    threshold, along = float(np.quantile(one.mean, WORST)), tuple(axis.path for axis in lists[1:])
    if len(dimensions) == 1:
        return [_study(one, {}, dimensions, threshold, along=along, curve=curve(*places, arranged(one)))]
    if len(dimensions) > 2 or {"direct", "indirect"} - set(by_name):
        return []
    split = (arranged(by_name[name]) for name in ("direct", "indirect"))
    found = phase(*places, arranged(one), *split, _generations(design, one))
    return [_study(one, {}, dimensions, threshold, along=along, phase=found)]


def _cells(points: Mapping, dimensions: Sequence[Axis], places: Sequence[Sequence[float]]) -> np.ndarray:
    """The row of the point at each combination of ascending values, array [x] or [x, y]."""
    columns = (np.asarray(points[axis.path]).tolist() for axis in dimensions)
    row = {values: number for number, values in enumerate(zip(*columns, strict=True))}
    return np.array([row[values] for values in product(*places)]).reshape([len(values) for values in places])


def _generations(design: Design, found: Values) -> int:
    """The most generations of defaults between the policy month and the end of the run."""
    policy = next((one for one in design.policies if called(one) == found.policy), design.policies[0])
    made = plan(policy, months=design.months)
    if made.reference is None:
        return generations_within(design.months)
    before = month_number(made.reference) - month_number(made.size.start) + 1
    return generations_within(design.months - before)


def _study(found: Values, at, axes, threshold: float, **made) -> Study:
    seeds = len(found.seeds)
    return Study(found.world, found.policy, found.outcome, at, axes, seeds, found.noise, threshold, **made)
