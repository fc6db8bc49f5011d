"""The market that is calibrated: plays points as batches, and gives what each simulates for every target.

Each set of points is a design with lists, played into a folder of its own by ``scenarios.batch``: runs are known by
their content and kept as soon as they are done, so the same calibration goes on where it stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np

from analysis.calibration.targets import Target, targets_of
from analysis.folder import Run
from analysis.validation import calm
from scenarios.batch import batch
from scenarios.batch.archive import PLAN, RUNS, Archive
from scenarios.batch.design import Axis, Design, read_design
from scenarios.batch.worlds import source_of
from scenarios.messages import BadInput

FREE = "calm-market"  #: the design that declares what is free, unless another is named
WORLD = "calibrated"


def free_numbers(design: str = FREE, scenario: str | None = None) -> Design:
    """What may be calibrated, within which ranges: a design whose numbers are all sampled from a range.

    design: its name or path; scenario: the world whose numbers they are (None: the one that the design names). Raises
    BadInput if the design has policies, several worlds or numbers with given values, or does not fit the scenario.
    """
    found = read_design(design)
    if found.policies or len(found.worlds) != 1 or len(found.sampled) != len(found.sweep) or not found.sweep:
        words = 'a calibration has one world, no policies, and sampled numbers only: method = "lhs"'
        raise BadInput(f"{design}: {words}")
    if scenario is None:
        return found
    from scenarios.loader import load

    world = source_of(scenario, Path())
    for corner in ("low", "high"):
        load(world, [f"{axis.path}={getattr(axis, corner)!r}" for axis in found.sweep])
    return replace(found, worlds=(world,))


@dataclass
class Market:
    """A world whose free numbers can be set.

    design: what is free; folder: where batches are kept; engine: where runs are played, open for as long as the market
    is used; progress: called with runs done and of how many.
    """

    design: Design
    folder: Path
    engine: object
    progress: Callable[[int, int], None] = lambda done, total: None
    tell: Callable[[str], None] = lambda text: None

    @property
    def free(self) -> tuple[Axis, ...]:
        """The free numbers, in the order of the points' columns."""
        return self.design.sweep

    def play(self, units: np.ndarray, name: str, seeds: range) -> tuple[list[Target], np.ndarray]:
        """Simulate points.

        units: array [point, parameter], places in the ranges from 0 to 1; name: of the batch's folder; seeds: of the
        runs, the same for every point. Returns the targets and an array [point, seed, target] in their units; raises
        BadInput if a run failed.
        """
        listed = [
            replace(axis, method="list", values=tuple(map(float, column)), n=len(column))
            for axis, column in zip(self.free, values_of(self.free, units).T, strict=True)
        ]
        planned = batch.plan(replace(self.design, sweep=tuple(listed), seeds=seeds.stop - 1))
        archive = self.carry_out(planned, name, {cell.run for cell in planned.cells if cell.seed in seeds})
        with _opened(archive, seeds) as data:
            places = tuple(range(len(units) * len(seeds)))
            run = Run(archive.folder, {}, data, WORLD, None, places, np.array([]), (), self.design.borrowers, None)
            targets, values = targets_of(calm.table(run))
        return targets, values.reshape(len(units), len(seeds), -1)

    def carry_out(self, planned: batch.Planned, name: str, runs: set[str] | None = None) -> Archive:
        """Play those runs of a plan that are not done yet, all if ``runs`` is None; raises BadInput if one fails."""
        archive = batch.begin(planned, self.folder / name)
        wanted = (set(planned.names) if runs is None else runs) - archive.done()
        if wanted:
            self.tell(f"{name}: {len(planned.points):,} points, {len(wanted):,} runs to play")
            total = len(wanted)
            failed = batch.carry_out(
                planned, archive, _Lent(self.engine), [wanted], lambda done, lost: self.progress(done + lost, total)
            )
            if failed:
                raise BadInput(f"{failed} runs failed: see {archive.folder / 'failures'}")
        return archive


class _Lent:
    """An engine that stays open when a batch is over: processes that have compiled the market play the next one."""

    def __init__(self, engine):
        self.play = engine.play

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


def values_of(free: Sequence[Axis], units: np.ndarray) -> np.ndarray:
    """Places in ranges as values: low + u (high - low). units: array [..., parameter] from 0 to 1."""
    low, high = (np.array([getattr(axis, end) for axis in free], dtype=float) for end in ("low", "high"))
    return np.clip(low + units * (high - low), low, high)


def units_of(free: Sequence[Axis], values: np.ndarray) -> np.ndarray:
    """Values as places in their ranges, 0 to 1: (value - low) / (high - low). values: array [..., parameter]."""
    low, high = (np.array([getattr(axis, end) for axis in free], dtype=float) for end in ("low", "high"))
    return (np.asarray(values, dtype=float) - low) / (high - low)


def present(design: Design) -> np.ndarray:
    """The values that the free numbers have in the world as it is, array [parameter]."""
    from scenarios.loader import load

    resolved = load(design.worlds[0]).resolved()
    found = []
    for axis in design.sweep:
        here = resolved
        for part in axis.path.split("."):
            here = here[part]
        found.append(float(here))
    return np.array(found)


def _opened(archive: Archive, seeds: range) -> duckdb.DuckDBPyConnection:
    """The tables of a batch, each place of its plan (a point with a seed) under a number of its own as ``seed``."""
    data = duckdb.connect()
    plan, runs = (str(archive.folder / part).replace("'", "''") for part in (PLAN, RUNS))
    data.execute(
        f"""CREATE TABLE place AS SELECT run, row_number() OVER (ORDER BY point, seed) - 1 AS seed
            FROM read_parquet('{plan}') WHERE seed BETWEEN {seeds.start} AND {seeds.stop - 1}"""
    )
    for table in archive.manifest["tables"]:
        data.execute(
            f"""CREATE TABLE {table} AS SELECT t.* EXCLUDE (run, world, policy, seed), place.seed, '{WORLD}' AS world
                FROM read_parquet('{runs}/*/{table}.parquet') t JOIN place USING (run)"""
        )
    return data
