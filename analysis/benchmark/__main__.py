"""Speed and memory on this machine, against floors and aims: ``python -m analysis.benchmark``.

Every measurement runs in a fresh process with a fresh compiler cache, so none profits from an earlier one. Nothing is
asserted: the table says what was reached. Shares and ratios bear a busy machine better than absolute figures.
"""

import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from analysis.tables import markdown

ROOT = Path(__file__).resolve().parents[2]
MANY = 10_000  # borrowers from which a market is held against the bars: below, fixed costs of a month count
EVERYBODY = 100_000  # borrowers of the market with everything on
ROLLOVER = "from analysis.commands import main; main()"


@dataclass(frozen=True)
class Bar:
    """What a figure should reach: its floor, what the design aims at, and whether more or less is better."""

    floor: float
    aim: float
    more: bool = True


#: Bars measured on prototypes of this market before it was written: a toy month in the forms named in the comments.
BARS = {
    "speed": Bar(3e6, 6e6),  # scalar compiled rules on records: 4-8 M borrower-months a second a core
    "everything": Bar(1.5e6, 3e6),  # the same with every mechanism on
    "objects, one core": Bar(150, 300),  # compiled rules against Python objects, same rules
    "objects, all cores": Bar(400, 1000),
    "roof": Bar(0.05, 0.20),  # a fused scalar loop reached 7 % of memory bandwidth, SIMD tiles 21 %
    "batch": Bar(3.0, 3.7),  # whole months without the interpreter lock, on four cores
    "memory": Bar(400, 300, more=False),  # bytes
    "memory of everything": Bar(640, 400, more=False),  # bytes
    "exponent": Bar(1.08, 1.0, more=False),
    "reform": Bar(1.2, 1.05, more=False),
    "compile": Bar(30, 10, more=False),  # seconds
    "command": Bar(2, 1, more=False),  # seconds
}


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, the value, how it is written, and the bar it is held against."""

    name: str
    value: float
    form: str  # format of the value, the floor and the aim
    bar: str = ""

    @property
    def verdict(self) -> str:
        """How the value stands against its bar, in words."""
        if not self.bar:
            return ""
        bar = BARS[self.bar]
        reached = [self.value >= level if bar.more else self.value <= level for level in (bar.aim, bar.floor)]
        return "aim" if reached[0] else "floor" if reached[1] else "below"

    def cells(self) -> list[str]:
        """The line as it is printed."""
        bar = BARS.get(self.bar)
        levels = [_written(self.form, level) for level in (bar.floor, bar.aim)] if bar else ["", ""]
        return [self.name, _written(self.form, self.value), *levels, self.verdict]


def _written(form: str, value: float) -> str:
    if form == "M/s":
        return f"{value / 1e6:.2f} M/s"
    return form.format(value)


class Laboratory:
    """Runs measurements in processes of their own that share one compiler cache, empty at first.

    advance: called with what is being measured, before each.
    """

    def __init__(self, cache: str, advance):
        self.advance = advance
        self.environment = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "NUMBA_DISABLE_JIT")}
        self.environment |= {
            "XDG_CACHE_HOME": cache,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        }

    def measure(self, what: str, name: str, compiled: bool = True, **arguments) -> dict:
        """One measurement of ``analysis.benchmark.measures``; what: in words, for the progress bar."""
        self.advance(what)
        more = {} if compiled else {"NUMBA_DISABLE_JIT": "1"}
        command = [sys.executable, "-m", "analysis.benchmark.measures", name, json.dumps(arguments)]
        run = subprocess.run(command, env=self.environment | more, check=True, stdout=subprocess.PIPE)
        return json.loads(run.stdout)

    def command_line(self, *arguments: str) -> float:
        """Median seconds of a warm call of the command line."""
        self.advance("the command line")
        seconds = []
        for _ in range(6):
            began = time.perf_counter()
            command = [sys.executable, "-c", ROLLOVER, *arguments]
            subprocess.run(command, env=self.environment, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - began)
        return median(seconds[1:])


def measure_all(laboratory: Laboratory, full: bool, folder: str) -> dict:
    """Take every measurement; full: also ten million borrowers and a hundred thousand Python objects."""
    cores = _cores()
    sizes = [1_000, 10_000, 100_000, 1_000_000, *([10_000_000] if full else [])]
    crowds = [1_000, 10_000, *([100_000] if full else [])]
    threads = sorted({1, min(2, cores), cores})
    raw = {name: laboratory.measure(f"compiling, {name}", "compiling") for name in ("cold", "warm")}
    raw["speed"] = laboratory.measure("sizes and threads", "speed", sizes=sizes, threads=threads, rounds=7)
    raw["memory"] = {
        name: {
            size: laboratory.measure(f"memory of {size:,}", "memory", borrowers=size, scenario=name)["peak"]
            for size in (sizes[0], sizes[-1])
        }
        for name in ("baseline", "everything")
    }
    raw["objects"] = {}
    for size in crowds:
        file = str(Path(folder) / f"founded-{size}")
        what = f"{size:,} Python objects"
        laboratory.measure(what, "founded", borrowers=size, file=file)
        raw["objects"][size] = laboratory.measure(what, "objects", compiled=False, file=file, months=5)
    size = {"borrowers": 20_000, "months": 72}
    raw["reform"] = laboratory.measure("a reform", "beside", scenario="limit-cut", **size, repeats=3)
    crowd = {"borrowers": EVERYBODY, "months": 12, "repeats": 3}
    raw["everything"] = laboratory.measure("everything on", "beside", scenario="everything", **crowd)
    raw["batch"] = laboratory.measure("a batch of seeds", "batch", **size, seeds=2 * cores, threads=cores)
    raw["command"] = {name: laboratory.command_line(name) for name in ("--help", "list")}
    return raw


def figures(raw: dict) -> list[Figure]:
    """The lines of the table from the raw measurements."""
    months = _numbered({size: _numbered(by) for size, by in raw["speed"]["months"].items()})
    bandwidth = _numbered(raw["speed"]["bandwidth"])
    batch = _numbered(raw["batch"])
    cores = max(bandwidth)
    return [
        *_speeds(months, bandwidth, raw["speed"]["record"]),
        *_against_objects(_numbered(raw["objects"]), months, cores),
        Figure("peak memory a borrower", _each(raw["memory"]["baseline"]), "{:,.0f} B", "memory"),
        Figure("of which records of the month", raw["speed"]["record"], "{:,.0f} B"),
        Figure("everything on, 1 thread", EVERYBODY / raw["everything"]["seconds"], "M/s", "everything"),
        Figure("everything on / baseline", raw["everything"]["ratio"], "{:.2f}"),
        Figure("everything on, memory", _each(raw["memory"]["everything"]), "{:,.0f} B", "memory of everything"),
        Figure("batch of seeds, 1 thread", batch[1], "M/s"),
        Figure(f"batch of seeds, {_threads(cores)}", batch[cores] / batch[1], "{:.2f} x", "batch"),
        Figure("reform run / baseline run", raw["reform"]["ratio"], "{:.2f}", "reform"),
        Figure("compilation, cold", raw["cold"]["seconds"], "{:.1f} s", "compile"),
        Figure("the same from the cache", raw["warm"]["seconds"], "{:.1f} s"),
        *(Figure(f"rollover {name}", seconds, "{:.2f} s", "command") for name, seconds in raw["command"].items()),
    ]


def _numbered(by: dict) -> dict:
    """The same with numbers as keys, which JSON turned into text."""
    return {int(key): value for key, value in by.items()}


def _each(peaks: dict) -> float:
    """Bytes that one more borrower takes, from the peaks of a small and a large market."""
    (small, least), (large, most) = sorted(_numbered(peaks).items())
    return (most - least) / (large - small)


def _speeds(months: dict, bandwidth: dict, record: int) -> list[Figure]:
    """Borrower-months a second by size and threads, how cost grows, and how near a month comes to the memory's pace."""
    lines = []
    for size, by in months.items():
        for count, seconds in by.items():
            bar = "speed" if count == 1 and size >= MANY else ""
            lines.append(Figure(f"{size:>10,} borrowers, {_threads(count)}", size / seconds, "M/s", bar))
    largest = max(months)
    growth = math.log(months[largest][1] / months[100_000][1]) / math.log(largest / 100_000)
    lines.append(Figure(f"exponent of cost to {largest:,}", growth, "{:.2f}", "exponent"))
    for count in sorted({1, max(bandwidth)}):
        touched = 2 * record * largest / months[largest][count]
        lines.append(Figure(f"memory bandwidth, {_threads(count)}", bandwidth[count] / 1e9, "{:.0f} GB/s"))
        lines.append(Figure(f"month's share of it, {_threads(count)}", touched / bandwidth[count], "{:.1%}", "roof"))
    return lines


def _against_objects(objects: dict, months: dict, cores: int) -> list[Figure]:
    """The market of Python objects, and how much faster the records are."""
    lines = []
    for size, found in objects.items():
        lines.append(Figure(f"{size:>10,} Mesa objects", size / found["seconds"] / 1e6, "{:.3f} M/s"))
        for count in sorted({1, cores}):
            bar = "" if size < MANY else "objects, one core" if count == 1 else "objects, all cores"
            ratio = found["seconds"] / months[size][count]
            lines.append(Figure(f"{size:>10,} borrowers, {_threads(count)}", ratio, "{:.0f} x", bar))
    (small, least), *_, (large, most) = sorted((size, found["peak"]) for size, found in objects.items())
    lines.append(Figure("peak memory a Mesa borrower", (most - least) / (large - small), "{:,.0f} B"))
    return lines


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict:
    """What the figures were measured on."""
    names = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in names if line.startswith("model name")), platform.processor())
    return {
        "processor": model,
        "cores": _cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{package: version(package) for package in ("numpy", "numba", "mesa")},
        "load before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def _titles(what: dict) -> tuple[str, str]:
    """A title for the table, and a note if the machine was busy."""
    packages = ", ".join(f"{name} {what[name]}" for name in ("python", "numpy", "numba", "mesa"))
    title = f"Rollover on {what['cores']} cores of {what['processor']}, {packages}; borrower-months a second"
    busy = what["load before"] is not None and what["load before"] > what["cores"] / 4
    return (
        title,
        f"The machine was busy already (load {what['load before']}); alone it would do better." if busy else "",
    )


HEADINGS = ("figure", "measured", "floor", "aim", "reached")


def show(console: Console, title: str, note: str, lines: list[Figure]) -> None:
    """Print the table."""
    table = Table(title=title, caption=note or None, box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if 1 <= i <= 3 else "left", no_wrap=True)
    for line in lines:
        table.add_row(*line.cells())
    console.print(table)


def write(out: Path, what: dict, title: str, note: str, lines: list[Figure], raw: dict) -> None:
    """Write the figures as JSON, and the table as Markdown beside it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(line) | {"verdict": line.verdict, **(asdict(BARS[line.bar]) if line.bar else {})} for line in lines]
    out.write_text(json.dumps({"machine": what, "figures": rows, "raw": raw}, indent=1) + "\n")
    text = markdown(HEADINGS, [line.cells() for line in lines], right=(1, 2, 3))
    out.with_suffix(".md").write_text(f"{title}\n\n{note + chr(10) * 2 if note else ''}{text}\n")


@click.command()
@click.option("--full", is_flag=True, help="Also ten million borrowers and 100,000 Python objects (some ten minutes).")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("runs/bench.json"),
              show_default=True, help="Figures as JSON; the table goes beside it as Markdown.")  # fmt: skip
def main(full: bool, out: Path) -> None:
    """Measure speed and memory on this machine and compare them with what the design asks for."""
    console = Console()
    what = machine()
    count = TextColumn("{task.completed:.0f} of {task.total}")
    columns = (TextColumn("{task.description:28}"), BarColumn(), count, TimeElapsedColumn())
    with Progress(*columns, console=console) as progress, tempfile.TemporaryDirectory() as folder:
        task = progress.add_task("", total=20 if full else 16, completed=-1)
        laboratory = Laboratory(folder, lambda text: progress.update(task, description=text, advance=1))
        raw = measure_all(laboratory, full, folder)
        progress.update(task, advance=1)
    title, note = _titles(what)
    lines = figures(raw)
    show(console, title, note, lines)
    write(out, what, title, note, lines, raw)
    console.print(f"Written to {out} and {out.with_suffix('.md')}")


if __name__ == "__main__":
    main(prog_name="python -m analysis.benchmark")
