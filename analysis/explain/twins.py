"""Twin worlds: a baseline and worlds that differ from it, of one seed, month by month in lockstep.

Until the policy's month nothing differs, so that part is played once and every world branches off from it.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.folder import Run
from scenarios.schema import Scenario

MOST_BYTES = 600_000_000  #: that the worlds of one seed may take at once; more are played in turns
BYTES_EACH = 560  #: per borrower and world: records and what is added up


@dataclass(frozen=True)
class Case:
    """Two worlds to be compared, and how they are played: everything but the seed."""

    baseline: Scenario
    reform: Scenario
    borrowers: int
    merchants: int
    months: int
    reference: str | None  # the month at whose end each person's number of lenders is noted
    policy: int  # months from the start to the first in which the worlds may differ

    @cached_property
    def given(self) -> tuple[dict, dict]:
        """What the models of the baseline and of the reform are founded with, sizes and seed apart."""
        return self.baseline.market_arguments(), self.reform.market_arguments()

    @cached_property
    def branches(self) -> bool:
        """Whether the worlds differ by dated changes alone, so that they are one world until the policy."""
        baseline, reform = (given | {"changes": ()} for given in self.given)
        return baseline == reform

    @property
    def parting(self) -> int:
        """Months behind when the worlds part: until then they are one."""
        return self.policy if self.branches else 0

    @property
    def apart(self) -> int:
        """Months for which they are two."""
        return self.months - self.parting

    @property
    def own_changes(self) -> tuple:
        """The changes that only the reform has: the provisions of the policy, ``policy.Change``."""
        before, after = (given["changes"] for given in self.given)
        return tuple(change for change in after if change not in before)


def case_of(run: Run) -> Case:
    """What a run folder compared.

    run: a Run with two worlds. Raises ValueError for one world only, or if the market's code is not the one that wrote
    the folder: it would not play the same worlds.
    """
    from sim.compiled import market_hash

    if run.reform is None:
        raise ValueError(f"{run.folder}: one world only; there is nothing to explain without a world to compare with")
    written = run.manifest.get("market_hash")
    if written != market_hash():
        raise ValueError(
            f"{run.folder}: written by another version of the market ({written}, this is {market_hash()}), which would"
            " not play the same worlds; run the scenario again"
        )
    baseline, reform = (Scenario.again(run.scenario(world)) for world in run.worlds)
    return Case(
        baseline,
        reform,
        run.borrowers,
        run.manifest["merchants"],
        len(run.months),
        run.manifest.get("reference"),
        int((run.policy - run.months[0]).astype(int)),
    )


@dataclass(frozen=True)
class World:
    """One world beside the baseline: its changes (None: the reform's) and the channels frozen in it."""

    changes: tuple | None = None
    frozen: tuple[str, ...] = ()


REFORM = World()  #: the reform as it is


class Twins:
    """The worlds of one seed. A context manager: at the end every world is let go of."""

    def __init__(self, case: Case, seed: int, threads: int = 1):
        """Play the part that all worlds share. Arguments: the case, the seed, threads that share a month's work."""
        self.case, self.seed, self.threads = case, seed, threads
        self._models = []
        self.trunk = self._keep(self._found(case.given[0])).run(case.parting)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        from sim.agents import release

        for model in self._models:
            release(model)

    def play(
        self,
        worlds: Sequence[World],
        measure: Callable,
        each_month: Callable | None = None,
        progress: Callable[[int], None] = lambda months: None,
        most: int | None = None,
    ) -> list:
        """Play worlds from the parting to the end, each month the baseline first.

        worlds: which; measure: called with (baseline, world) models at the end; each_month: called with (baseline,
        models of worlds) after every month; progress: called with the months of worlds just played; most: months after
        which to end (None: those of the run). Returns what ``measure`` gave for each world. Too many worlds for the
        memory are played in turns.
        """
        months = self.case.apart if most is None else min(most, self.case.apart)
        at_once = max(1, MOST_BYTES // (BYTES_EACH * self.case.borrowers))
        found = []
        for start in range(0, len(worlds), at_once):
            part = worlds[start : start + at_once]
            baseline, models = self._play_together(part, months, each_month, progress)
            found += [measure(baseline, model) for model in models]
            self._let_go([baseline, *models])
        return found

    def _play_together(self, worlds, months, each_month, progress):
        baseline = self._keep(self.trunk.branch(diary=True))
        watched = each_month is not None  # a diary takes a sixth of the time
        models = [self._keep(self._part(baseline, world, watched)) for world in worlds]
        for _ in range(months):
            for model in (baseline, *models):
                model.step()
            if each_month is not None:
                each_month(baseline, models)
            progress(len(models))
        return baseline, models

    def _part(self, baseline, world: World, diary: bool):
        """A world that parts from the baseline now."""
        reform = self.case.given[1]
        changes = reform["changes"] if world.changes is None else world.changes
        if self.case.branches:
            return baseline.branch(changes, frozen=world.frozen, diary=diary)
        return self._found(reform, changes=changes, beside=baseline, frozen=world.frozen, diary=diary)

    def _found(self, given: dict, **more):
        from sim.model import CreditModel

        sizes = {"borrowers": self.case.borrowers, "merchants": self.case.merchants, "seed": self.seed}
        arguments = given | sizes | {"reference": self.case.reference, "threads": self.threads}
        return CreditModel(**arguments | more)

    def _keep(self, model):
        self._models.append(model)
        return model

    def _let_go(self, models: Iterable) -> None:
        from sim.agents import release

        for model in models:
            release(model)
            self._models.remove(model)


def each_seed(
    play: Callable[[int, Callable[[int], None]], object],
    seeds: Sequence[int],
    threads: int,
    progress: Callable[[int], None] = lambda months: None,
) -> list:
    """Do something for every seed, several at once; if one fails or is stopped, the others end within a month.

    play: called with a seed, and with what it has to call with the months just played; threads: seeds at once;
    progress: called with the months just played by any of them. Returns what ``play`` gave, in the order of seeds.
    """
    stop, lock = threading.Event(), threading.Lock()

    def advance(months: int) -> None:
        if stop.is_set():
            raise InterruptedError
        with lock:
            progress(months)

    pool = ThreadPoolExecutor(max_workers=max(1, min(threads, len(seeds))))
    try:
        futures = [pool.submit(play, seed, advance) for seed in seeds]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            if future.done() and future.exception():
                raise future.exception()
        return [future.result() for future in futures]
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def first_defaults(model, since: int) -> np.ndarray:
    """Who went into default for the first time since a month: ids of borrowers.

    model: a world played to the end; since: months from the start.
    """
    events = np.concatenate([month["events"] for month in model.history.months[since:]])
    return np.unique(events["borrower"][events["first"] == 1])
