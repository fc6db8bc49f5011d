"""Measurements, each for a process of its own: ``python -m analysis.benchmark.measures NAME ARGUMENTS``.

Timings that are to be compared are interleaved, so that a machine busy with something else disturbs both alike, and
medians are taken. Arguments and results are JSON objects.
"""

import json
import pickle
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

CROWD = 100_000  # borrowers in all the small markets that are timed together
AGE = 10  # months after which Python objects take over: what was measured at other sizes is as old


def _clock(function, *arguments) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


def _market(borrowers: int, scenario: str = "baseline", seed: int = 1):
    from scenarios.loader import load
    from sim.model import CreditModel

    return CreditModel(**load(scenario).market_arguments(), borrowers=borrowers, seed=seed)


def compiling() -> dict:
    """Seconds to make the rules ready: compile them if the cache folder is empty, else read them."""
    from sim.model import warm_up

    return {"seconds": _clock(warm_up)}


def speed(sizes: list[int], threads: list[int], rounds: int) -> dict:
    """Seconds per month by size and threads, and bytes per second by threads of plain reading and writing.

    Every round visits every size with every number of threads and the memory once. A visit plays one month of as many
    small markets as take long enough to time, so that all sizes are compared at the same age.
    """
    crowds = {size: [_market(size, seed=seed) for seed in range(max(1, CROWD // size))] for size in sizes}
    memory = _Memory(max(threads))
    months = {size: {count: [] for count in threads} for size in sizes}
    bytes_per_second = {count: [] for count in threads}
    for _ in range(rounds):
        for count in threads:
            bytes_per_second[count].append(memory.visit(count))
            for size, crowd in crowds.items():
                months[size][count].append(_clock(_play_one_month, crowd, count) / len(crowd))
    return {
        "months": {size: {count: median(times) for count, times in by.items()} for size, by in months.items()},
        "bandwidth": {count: median(rates) for count, rates in bytes_per_second.items()},
        "record": _record_bytes(),
    }


def _play_one_month(models, threads: int) -> None:
    for model in models:
        model.threads = threads
        model.step()


class _Memory:
    """A long array of integers, every one of which is read, changed and written back, in slices on threads."""

    def __init__(self, slices: int, length: int = 48_000_000):
        import numba
        import numpy as np

        @numba.njit(nogil=True)
        def touch(numbers):
            for i in range(len(numbers)):
                numbers[i] += 1

        self.touch = touch
        self.numbers = np.ones(length, np.int64)
        self.parts = np.array_split(self.numbers, 4 * slices)
        self.touch(self.numbers[:10])

    def visit(self, threads: int) -> float:
        """Bytes read and written per second."""
        with ThreadPoolExecutor(threads) as pool:
            return 2 * self.numbers.nbytes / _clock(lambda: list(pool.map(self.touch, self.parts)))


def _record_bytes() -> int:
    """Bytes of the records that one borrower's month reads and writes."""
    from sim.records import BORROWER_DTYPE, LINE_DTYPE

    model = _market(20)
    return BORROWER_DTYPE.itemsize + model.market.lines.shape[1] * LINE_DTYPE.itemsize


def memory(borrowers: int, scenario: str = "baseline") -> dict:
    """The most memory that a run of a few months ever held, founding included, in bytes."""
    _market(borrowers, scenario).run(3)
    return {"peak": _peak()}


def _peak() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def founded(borrowers: int, file: str) -> dict:
    """Found a market, play some months and leave it in a file, for the model of Python objects."""
    model = _market(borrowers).run(AGE)
    Path(file).write_bytes(pickle.dumps(model))
    return {}


def objects(file: str, months: int) -> dict:
    """Seconds per month of the market of Python objects, and the most memory it held, in bytes."""
    from analysis.benchmark.mesa_objects import ObjectModel  # before the rules

    model = ObjectModel(pickle.loads(Path(file).read_bytes()))
    return {"seconds": median(_clock(model.step) for _ in range(months)), "peak": _peak()}


def beside(scenario: str, borrowers: int, months: int, repeats: int) -> dict:
    """Seconds per month of a scenario, and their ratio to the baseline's, played month by month in turn.

    The best of some repeats stands for each month.
    """
    best = [[float("inf")] * months, [float("inf")] * months]
    for _ in range(repeats):
        worlds = [_market(borrowers, name) for name in ("baseline", scenario)]
        for month in range(months):
            for i in (0, 1):
                best[i][month] = min(best[i][month], _clock(worlds[i].step))
    return {"ratio": sum(best[1]) / sum(best[0]), "seconds": sum(best[1]) / months}


def batch(borrowers: int, months: int, seeds: int, threads: int) -> dict:
    """Borrower-months per second of a batch of seeds, founding included, on one thread and on all."""

    def one(seed):
        _market(borrowers, seed=seed).run(months)

    one(1)
    seconds = {1: [], threads: []}
    for _ in range(3):
        for count in seconds:
            with ThreadPoolExecutor(count) as pool:
                seconds[count].append(_clock(lambda pool=pool: list(pool.map(one, range(seeds)))))
    return {str(count): borrowers * months * seeds / median(times) for count, times in seconds.items()}


MEASURES = {f.__name__: f for f in (compiling, speed, memory, founded, objects, beside, batch)}

if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](**json.loads(sys.argv[2]))))
