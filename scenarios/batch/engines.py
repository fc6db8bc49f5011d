"""Where runs are played: in processes on this machine, or on a Dask cluster. Both give the same bytes."""

import contextlib
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from scenarios.batch.plan import Run
from scenarios.batch.work import Played, play, version
from scenarios.messages import BadInput

PATIENCE = "10s"  #: for which a scheduler may keep us waiting
TRIES = 3  #: times that a run may take its worker down before it is given up


@dataclass(frozen=True)
class Failure:
    """A run that failed, and why."""

    name: str
    traceback: str


class Local:
    """Processes on this machine: needs nothing installed, and outlives the death of any of them."""

    def __init__(self, workers: int):
        """Arguments: how many processes play at once."""
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self):
        self._pool = self._new_pool()
        return self

    def __exit__(self, *error):
        self._end(self._pool)

    def play(self, runs: Iterator[Run]) -> Iterator[Played | Failure]:
        """Play runs as they come, a few ahead of the workers; gives each as soon as it is done, in any order.

        If a process dies, everything it and its fellows had in hand is played again, one run at a time, so that the run
        which kills its worker is found; after three deaths it counts as failed.
        """
        waiting: dict[Future, Run] = {}
        suspects: list[Run] = []
        deaths: dict[str, int] = {}
        runs, more = iter(runs), True
        while more or waiting or suspects:
            while more and not suspects and len(waiting) < self.workers + 1:
                run = next(runs, None)
                more = run is not None
                if more:
                    self._submit(run, waiting)
            if suspects and not waiting:
                self._submit(suspects.pop(0), waiting)
            if not waiting:
                break
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            dead = []
            for future in done:
                run = waiting.pop(future)
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    dead.append(run)
                else:
                    yield _outcome(run, future)
            if dead:
                yield from self._bury(dead, waiting, suspects, deaths)

    def _submit(self, run: Run, waiting: dict[Future, Run]) -> None:
        """Hand a run to the pool; one that died unnoticed is replaced, and what it had in hand will say so."""
        try:
            future = self._pool.submit(play, run.name, run.work)
        except BrokenProcessPool as error:
            future = Future()
            future.set_exception(error)
        waiting[future] = run

    def _bury(self, dead, waiting, suspects, deaths) -> Iterator[Failure]:
        """A process died, and with it the pool: start another, and suspect whatever was in hand."""
        in_hand = [*dead, *waiting.values()]
        waiting.clear()
        self._end(self._pool)
        self._pool = self._new_pool()
        alone = len(in_hand) == 1
        for run in in_hand:
            deaths[run.name] = deaths.get(run.name, 0) + alone
            if deaths[run.name] >= TRIES:
                yield Failure(run.name, f"the process that plays this run died {TRIES} times: out of memory, or killed")
            else:
                suspects.append(run)

    def _new_pool(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")  # a fork would copy threads and locks in whatever state they are
        return ProcessPoolExecutor(self.workers, mp_context=spawn, initializer=_settle_in, initargs=(os.getpid(),))

    @staticmethod
    def _end(pool: ProcessPoolExecutor) -> None:
        """End a pool now: what is in hand is lost, and will be played again."""
        for process in list((pool._processes or {}).values()):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        pool.shutdown(wait=True, cancel_futures=True)


class Cluster:
    """The workers of a Dask cluster, on this machine or many."""

    def __init__(self, address: str):
        """Arguments: where its scheduler listens, for example tcp://node7:8786. Raises BadInput if nobody answers."""
        try:
            from distributed import Client
        except ImportError:
            words = 'the cluster engine needs Dask: pip install "rollover[cluster]" here and on every worker'
            raise BadInput(words) from None
        try:
            self._client = Client(address, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise BadInput(f"--cluster {address}: no scheduler answers there ({error}); start dask scheduler") from None

    def __enter__(self):
        """Raises BadInput if there is no worker, or one whose market is another version."""
        here, there = version(), self._client.run(version)
        if not there:
            raise BadInput("the cluster has no workers; start dask worker on one machine at least")
        for address, other in there.items():
            if other != here:
                raise BadInput(
                    f"the worker {address} has another version of the market ({other}, this is {here}); install the"
                    " same version of Rollover there"
                )
        return self

    def __exit__(self, *error):
        self._client.close()

    @property
    def workers(self) -> int:
        """How many threads of workers there are."""
        return max(1, sum(self._client.nthreads().values()))

    def play(self, runs: Iterator[Run]) -> Iterator[Played | Failure]:
        """Play runs as they come, a few ahead of the workers; Dask plays again what a dying worker had in hand."""
        from distributed import as_completed

        runs = iter(runs)
        known: dict[str, Run] = {}
        pending = as_completed()

        def submit() -> None:
            run = next(runs, None)
            if run is not None:
                known[run.name] = run
                pending.add(self._client.submit(play, run.name, run.work, key=run.name, pure=False, retries=TRIES - 1))

        for _ in range(2 * self.workers):
            submit()
        for future in pending:
            run = known.pop(future.key)
            if future.cancelled():
                raise BadInput("the scheduler went away; start it again and give the same command: nothing is lost")
            yield _outcome(run, future)
            future.release()
            submit()


def _outcome(run: Run, future) -> Played | Failure:
    error = future.exception()
    if error is None:
        return future.result()
    return Failure(run.name, "".join(traceback.format_exception(error)))


def _settle_in(parent: int) -> None:
    """What a process does before it plays: leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
