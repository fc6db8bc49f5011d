"""Play a design: plan it, say what it will take, play what is not done, keep every run as soon as it is."""

import json
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path

from scenarios.batch.archive import Archive
from scenarios.batch.design import Design
from scenarios.batch.engines import Failure
from scenarios.batch.plan import Cell, Run, lay_out
from scenarios.batch.samples import count, points
from scenarios.batch.work import Played, play, version
from scenarios.loader import fingerprint
from scenarios.messages import BadInput
from scenarios.runner import installed, warm_up

MOST_RUNS = 100_000  #: more must be asked for twice
PROBE = (2, 8)  #: months that are played of the first run, to see what a month takes and what the rest does


@dataclass(frozen=True)
class Forecast:
    """What a batch will take, from a short probe: seconds on one worker, and bytes on disk."""

    runs: int
    seconds: float
    bytes: float

    def words(self, workers: int) -> str:
        """What will be played, for how long and how much of the disk it fills."""
        return (
            f"{self.runs:,} runs, about {_duration(self.seconds / workers)} on {workers}"
            f" worker{'s' if workers > 1 else ''}, {_size(self.bytes)} on disk"
        )


@dataclass(frozen=True)
class Planned:
    """A design laid out: every place in it, and the names of the runs that fill them."""

    design: Design
    points: list[dict]
    cells: list[Cell]
    names: list[str]

    @property
    def key(self) -> str:
        """Content hash of the whole batch."""
        return fingerprint([[vars(cell) for cell in self.cells], self.points])

    def runs(self, wanted: set[str]) -> Iterator[Run]:
        """The runs wanted, one after another, made when they are asked for, at the first place that each fills."""
        first: dict[str, int] = {}
        for cell in self.cells:
            first.setdefault(cell.run, cell.point)
        left = wanted & first.keys()
        for _, run in lay_out(self.design, self.points, {first[name] for name in left}):
            if run.name in left:
                left.remove(run.name)
                yield run


def plan(design: Design, allowed: int = MOST_RUNS) -> Planned:
    """Lay out a design.

    design: what to play; allowed: how many runs at most. Raises BadInput, before anything is laid out, if there are
    more.
    """
    runs = count(design) * len(design.worlds) * (1 + len(design.policies)) * design.seeds
    if runs > allowed:
        words = "make the sweep coarser, take fewer seeds, or confirm with --yes"
        raise BadInput(f"{design.name}: {runs:,} runs, more than {allowed:,}; {words}")
    found = points(design)
    cells, names = [], {}
    for cell, run in lay_out(design, found):
        cells.append(cell)
        names[run.name] = None
    return Planned(design, found, cells, list(names))


def forecast(planned: Planned, wanted: set[str]) -> Forecast:
    """Play a few months of the first run to see what all will take.

    seconds = runs * (what a run takes besides its months + months * seconds a month); bytes likewise.
    """
    if not wanted:
        return Forecast(0, 0.0, 0.0)
    warm_up()
    run = next(planned.runs(wanted))
    months = json.loads(run.work)["scenario"]["months"]
    short, longer = (play(run.name, run.work, min(some, months)) for some in PROBE)
    span = max(1, min(PROBE[1], months) - min(PROBE[0], months))
    rest = months - min(PROBE[1], months)
    seconds = longer.seconds + rest * max(0.0, longer.seconds - short.seconds) / span
    sizes = [sum(map(len, played.tables.values())) for played in (short, longer)]
    size = sizes[1] + rest * max(0, sizes[1] - sizes[0]) / span
    return Forecast(len(wanted), len(wanted) * seconds, len(wanted) * size)


def begin(planned: Planned, folder: Path | str) -> Archive:
    """Write the plan into a folder, or open the folder if it holds the same batch."""
    design = planned.design
    manifest = {
        "rollover": installed("rollover"), "python": platform.python_version(), "version": version(),
        "key": planned.key, "design": asdict(design), "tables": sorted(design.tables),
        "runs": len(planned.names), "places": len(planned.cells), "points": len(planned.points),
    }  # fmt: skip
    return Archive.begin(folder, manifest, planned.cells, planned.points)


def todo(planned: Planned, archive: Archive, retry: bool = False) -> set[str]:
    """The runs that are still to be played: not done, and not failed unless they are to be tried again."""
    return set(planned.names) - archive.done() - (set() if retry else archive.failed())


def carry_out(
    planned: Planned,
    archive: Archive,
    engine: AbstractContextManager,
    rounds: Iterable[set[str]],
    progress: Callable[[int, int], None] = lambda done, failed: None,
) -> int:
    """Play runs and keep each as soon as it is done.

    rounds: names of runs that are played together, one set after another, each asked for when the last is done;
    progress: called with runs done and failed so far. Returns how many failed. Stopped at any moment, what is done is
    kept, and the same call goes on from there.
    """
    done = failed = 0
    with archive.held(), engine:
        for wanted in rounds:
            archive.log("began", runs=len(wanted))
            for outcome in engine.play(planned.runs(wanted)):
                if isinstance(outcome, Failure):
                    failed += 1
                    archive.fail(outcome.name, outcome.traceback)
                else:
                    _keep(archive, outcome)
                    done += 1
                progress(done, failed)
    archive.log("ended", done=done, failed=failed)
    return failed


def _keep(archive: Archive, played: Played) -> None:
    try:
        archive.keep(played)
    except OSError as error:
        words = f"{archive.counts()['done']} runs are kept: free some space and give the same command again"
        raise BadInput(f"{archive.folder}: cannot be written ({error.strerror}); {words}") from None


def status(archive: Archive) -> str:
    """What is done, what failed, and how long the rest may take, from the log."""
    counts = archive.counts()
    left = counts["planned"] - counts["done"] - counts["failed"]
    text = f"{counts['done']:,} of {counts['planned']:,} runs done, {counts['failed']:,} failed, {left:,} left"
    events = archive.events()
    since = max((i for i, event in enumerate(events) if event["event"] == "began"), default=None)
    if since is None or not left:
        return text
    recent = [event["time"] for event in events[since:] if event["event"] == "done"]
    if any(event["event"] == "ended" for event in events[since:]) or len(recent) < 2:
        return text
    pace = (recent[-1] - events[since]["time"]) / len(recent)
    quiet = time.time() - recent[-1]
    if quiet > 10 * max(pace, 6.0):
        return f"{text}; nothing has happened for {_duration(quiet)}: give the same command again to go on"
    return f"{text}, about {_duration(left * pace)} to go"


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{max(1, round(seconds))} s"


def _size(count: float) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{max(1, round(count / 1e3))} kB"
