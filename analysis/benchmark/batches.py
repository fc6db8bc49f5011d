"""What a batch costs beyond its runs, how it grows with workers, and how its memory grows with the number of runs.

Run it with ``python -m analysis.benchmark.batches``; about two minutes. Times on a shared machine are rough.
"""

import json
import tempfile
import threading
import time
from pathlib import Path

import psutil

from scenarios.batch import batch
from scenarios.batch.design import read_design
from scenarios.batch.engines import Local
from scenarios.batch.work import play
from scenarios.runner import cores, warm_up

DESIGN = 'title = "bench"\nseeds = {seeds}\nborrowers = {borrowers}\nmonths = {months}\n'
DESIGN += 'tables = ["monthly", "economy", "defaults"]\n'  # those that effects are made of
STANDARD = {"borrowers": 10_000, "months": 60}  #: the run against which everything is held


class _Peak(threading.Thread):
    """The most memory that this process and its workers have held together, in bytes."""

    def __init__(self):
        super().__init__(daemon=True)
        self.bytes, self.over = 0, threading.Event()

    def run(self):
        me = psutil.Process()
        while not self.over.wait(0.05):
            held = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    held += process.memory_info().rss
                except psutil.Error:  # it ended in between
                    continue
            self.bytes = max(self.bytes, held)


def planned(folder: Path, **sizes) -> batch.Planned:
    """A design of one world, laid out. folder: where its file is put; sizes: seeds, borrowers, months."""
    path = folder / "bench.toml"
    path.write_text(DESIGN.format(**sizes))
    return batch.plan(read_design(path))


def carried_out(plan: batch.Planned, folder: Path, workers: int) -> tuple[float, int]:
    """Seconds and peak bytes of a batch. folder: to play it into; workers: processes."""
    archive, peak, began = batch.begin(plan, folder), _Peak(), time.perf_counter()
    peak.start()
    batch.carry_out(plan, archive, Local(workers), [set(plan.names)])
    peak.over.set()
    peak.join()
    return time.perf_counter() - began, peak.bytes


def storing(plan: batch.Planned) -> float:
    """Seconds that writing the tables of one run adds to playing it, as a share of playing it."""
    runs = list(plan.runs(set(plan.names)))
    bare = [_without_tables(run) for run in runs]
    both = [[play(run.name, run.work).seconds for run in some] for some in (bare, runs, bare, runs)]
    without, kept = min(sum(both[0]), sum(both[2])), min(sum(both[1]), sum(both[3]))
    return kept / without - 1.0


def _without_tables(run):
    work = json.loads(run.work) | {"tables": []}
    return type(run)(run.name, run.world, run.policy, run.seed, json.dumps(work))


def main() -> None:
    """Measure and print."""
    warm_up()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        few = planned(folder, seeds=8, **STANDARD)
        print(f"storing the three tables of effects of a run of 10,000 x 60: {100 * storing(few):.0f} % of playing it")
        many = planned(folder, seeds=48, **STANDARD)
        alone, _ = carried_out(many, folder / "one", 1)
        together, _ = carried_out(many, folder / "all", cores())
        print(f"48 runs on {cores()} workers against one, start included: {alone / together:.2f} times as fast")
        small = {"borrowers": 500, "months": 12}
        peaks = [carried_out(planned(folder, seeds=n, **small), folder / f"m{n}", 2)[1] for n in (10, 1000)]
        print(f"peak memory of 1,000 runs against 10: {peaks[1] / peaks[0]:.2f} times")


if __name__ == "__main__":
    main()
