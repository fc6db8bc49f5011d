"""Play every world with every seed, keep each as soon as it is done, and join them into a run folder."""

import importlib.metadata
import os
import platform
import shlex
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scenarios.checks import month_after
from scenarios.loader import fingerprint, load_pair
from scenarios.messages import BadInput
from scenarios.schema import Scenario, placeless
from scenarios.store import Run, Unfinished, available
from sim.policy import month_number

WORDS = {"title", "question", "expected", "source"}  #: what a scenario says but the market does not read


class Stopped(Exception):
    """The run was stopped; what is done is kept in ``folder``."""

    def __init__(self, folder: Path, done: int, total: int):
        """Arguments: the unfinished folder, how many worlds and seeds are done, and of how many."""
        super().__init__(f"stopped; {done} of {total} runs are done and kept in {folder}")
        self.folder, self.done, self.total = folder, done, total


@dataclass(frozen=True)
class Plan:
    """All that decides the numbers of a run: worlds (the baseline first), seeds, the month before the policy."""

    worlds: tuple[Scenario, ...]
    seeds: tuple[int, ...]
    reference: str | None

    @property
    def size(self) -> Scenario:
        """The world that says how large and how long."""
        return self.worlds[-1]

    def key(self) -> str:
        """Content hash of the run: scenarios without their words, seeds, sizes and the market's code."""
        from sim.compiled import market_hash

        worlds = [{k: v for k, v in placeless(w.resolved()).items() if k not in WORDS} for w in self.worlds]
        return fingerprint([market_hash(), worlds, self.seeds, self.reference])


def plan(name, against=None, settings: Sequence[str] = (), borrowers=None, months=None, seeds=None) -> Plan:
    """Resolve a scenario and the world it is compared with into a plan.

    Arguments: name or path; name or path of the other world (None: the root of what it extends); ``key=value``
    settings; sizes that replace the scenario's (people, months, paired runs). Raises BadInput.
    """
    baseline, world = load_pair(name, against, settings)
    size = {
        "borrowers": borrowers or world.borrowers,
        "months": months or world.months,
        "seeds": seeds or world.seeds,
        "merchants": world.merchants,
    }
    worlds = tuple(w.model_copy(update=size) for w in (baseline, world) if w is not None)
    return Plan(worlds, tuple(range(1, size["seeds"] + 1)), _reference(worlds))


def _reference(worlds: tuple[Scenario, ...]) -> str | None:
    """The month before the policy studied begins, or is announced: the first change that only the second world has."""
    if len(worlds) == 1:
        return None
    baseline, world = worlds
    before = baseline.changes.values()  # a change is known by what it does: composed worlds may rename it
    own = [change.announced or change.start for change in world.changes.values() if change not in before]
    if not own:  # worlds that differ from the first month on: people are told apart by how that month left them
        return world.start
    first, last = min(own), month_after(world.start, world.months - 1)
    if first > last:
        raise BadInput(
            f"the run ends in {last}, before the policy of {world.name} begins in {first}; "
            f"play at least --months {month_number(first) - month_number(world.start) + 1}"
        )
    return month_after(first, -1)


def default_folder(plan: Plan, runs: Path = Path("runs")) -> Path:
    """The first of runs/NAME, runs/NAME-2, ... that is free, or holds this same run unfinished."""
    number = 1
    while True:
        folder = runs / (plan.size.name if number == 1 else f"{plan.size.name}-{number}")
        if available(folder, plan.key()):
            return folder
        number += 1


def run(
    name,
    against=None,
    *,
    borrowers: int | None = None,
    months: int | None = None,
    seeds: int | None = None,
    threads: int | None = None,
    settings: Sequence[str] = (),
    out: Path | str | None = None,
) -> Run:
    """Run a scenario against its baseline and return the run folder, ready to be read.

    Arguments: as for ``plan``; threads (None: all cores); out, the folder (None: the next free one in ``runs``).
    Raises BadInput, or Stopped after Ctrl-C; running the same again goes on where it stopped.
    """
    return play(plan(name, against, settings, borrowers, months, seeds), out, threads)


def play(
    plan: Plan,
    out: Path | str | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    command: Sequence[str] | None = None,
) -> Run:
    """Play a plan on all cores into a folder.

    Arguments: the plan; the folder (None: the next free one); threads; progress, called with months played and
    months in all; the command line for the manifest. Returns the run; raises BadInput or Stopped.
    """
    began = time.monotonic()
    store = Unfinished(Path(out) if out is not None else default_folder(plan), plan.key())
    jobs = [(world, seed) for seed in plan.seeds for world in plan.worlds]
    left = [(world, seed) for world, seed in jobs if not store.has(world.name, seed)]
    batch = _Batch(plan, store, left, (len(jobs) - len(left)) * plan.size.months, progress)
    try:
        batch.play(threads or cores())
        manifest = _manifest(plan, command or sys.argv, time.monotonic() - began)
        return store.finish([world.name for world in plan.worlds], plan.seeds, manifest)
    except KeyboardInterrupt:
        done = sum(store.has(world.name, seed) for world, seed in jobs)
        raise Stopped(store.folder, done, len(jobs)) from None


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def warm_up() -> None:
    """Compile the market's rules, in a thread of its own: inside the compiler Ctrl-C would become an error."""
    from sim import model

    finished = Future()

    def compile_all():
        try:
            finished.set_result(model.warm_up())
        except BaseException as error:
            finished.set_exception(error)

    threading.Thread(target=compile_all, daemon=True).start()
    finished.result()


class _Batch:
    """The worlds and seeds still to be played, on a pool of threads that ends within a month when stopped."""

    def __init__(self, plan: Plan, store: Unfinished, jobs: list, months_done: int, progress: Callable):
        self.plan, self.store, self.jobs, self.progress = plan, store, jobs, progress
        self.done, self.total = months_done, len(plan.worlds) * len(plan.seeds) * plan.size.months
        self.stop, self.lock = threading.Event(), threading.Lock()

    def play(self, threads: int) -> None:
        if not self.jobs:
            return
        self.progress(self.done, self.total)
        warm_up()  # once, before the threads would each compile the same rules
        inside = max(1, threads // len(self.jobs))  # few jobs: let each market use several threads
        pool = ThreadPoolExecutor(max_workers=min(threads, len(self.jobs)))
        try:
            futures = [pool.submit(self._one, world, seed, inside) for world, seed in self.jobs]
            wait(futures, return_when=FIRST_EXCEPTION)
            for future in futures:
                if future.done() and future.exception():
                    raise future.exception()
        finally:
            self.stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _one(self, world: Scenario, seed: int, threads: int) -> None:
        from sim.agents import release
        from sim.model import CreditModel

        model = CreditModel(
            **world.market_arguments(),
            borrowers=world.borrowers,
            merchants=world.shop_count(),
            seed=seed,
            reference=self.plan.reference,
            threads=threads,
        )
        try:
            model.run(world.months, progress=self._month)
            self.store.add(world.name, seed, model.tables())
        except _Interrupted:
            return
        finally:
            release(model)

    def _month(self, months_done: int) -> None:
        if self.stop.is_set():
            raise _Interrupted
        with self.lock:
            self.done += 1
            self.progress(self.done, self.total)


class _Interrupted(Exception):
    """Raised inside a run that is asked to stop."""


def installed(package: str) -> str:
    """The version of a package that is installed, in words if none is."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _manifest(plan: Plan, command: Sequence[str], seconds: float) -> dict:
    """What a reader must know to judge or repeat the run."""
    from sim.compiled import market_hash

    packages = ("rollover", "numpy", "numba", "mesa")
    size = plan.size
    return {
        **{package: installed(package) for package in packages},
        "python": platform.python_version(),
        "market_hash": market_hash(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join([Path(command[0]).name, *command[1:]]),
        "baseline": plan.worlds[0].name,
        "world": size.name if len(plan.worlds) > 1 else None,
        "scenarios": {world.name: world.resolved() for world in plan.worlds},
        "seeds": list(plan.seeds),
        "borrowers": size.borrowers,
        "merchants": size.shop_count(),
        "months": size.months,
        "start": size.start,
        "reference": plan.reference,
        "hash": plan.key(),
        "seconds": round(seconds, 3),
    }
