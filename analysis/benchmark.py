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
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
ROLLOVER = "from analysis.commands import main; main()"


@dataclass(frozen=True)
class Bar:
    """What a figure should reach: its floor, what the design aims at, and whether more or less is better."""

    floor: float
    aim: float
    more: bool = True


#: Bars measured on prototypes of this market before it was written: a toy month in the forms named in the comments.
BARS = {
    "speed": Bar(3e6, 6e6),                 # scalar compiled rules on records: 4-8 M borrower-months a second a core
    "objects, one core": Bar(150, 300),     # compiled rules against Python objects, same rules
    "objects, all cores": Bar(400, 1000),
    "roof": Bar(0.05, 0.20),                # a fused scalar loop reached 7 % of memory bandwidth, SIMD tiles 21 %
    "batch": Bar(3.0, 3.7),                 # whole months without the interpreter lock, on four cores
    "memory": Bar(400, 300, more=False),    # bytes
    "exponent": Bar(1.08, 1.0, more=False),
    "reform": Bar(1.2, 1.05, more=False),
    "compile": Bar(30, 10, more=False),     # seconds
    "command": Bar(2, 1, more=False),       # seconds
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
        return "aim reached" if reached[0] else "above the floor" if reached[1] else "BELOW THE FLOOR"

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
        self.environment |= {"XDG_CACHE_HOME": cache,
                             "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}

    def measure(self, what: str, name: str, compiled: bool = True, **arguments) -> dict:
        """One measurement of ``analysis.measures``; what: in words, for the progress bar."""
        self.advance(what)
        more = {} if compiled else {"NUMBA_DISABLE_JIT": "1"}
        command = [sys.executable, "-m", "analysis.measures", name, json.dumps(arguments)]
        run = subprocess.run(command, env=self.environment | more, check=True, stdout=subprocess.PIPE)
        return json.loads(run.stdout)

    def command_line(self, *arguments: str) -> float:
        """Median seconds of a warm call of the command line."""
        self.advance("the command line")
        seconds = []
        for _ in range(6):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", ROLLOVER, *arguments], env=self.environment, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - began)
        return median(seconds[1:])


def measure_all(laboratory: Laboratory, full: bool, folder: str) -> dict:
    """Take every measurement; full: also ten million borrowers and a hundred thousand Python objects."""
    cores = _cores()
    sizes = [1_000, 10_000, 100_000, 1_000_000, *([10_000_000] if full else [])]
    crowds = [1_000, 10_000, *([100_000] if full else [])]
    raw = {"cold": laboratory.measure("compiling", "compiling"), "warm": laboratory.measure("starting again", "compiling")}
    raw["speed"] = laboratory.measure("speed by size and threads", "speed", sizes=sizes, rounds=7,
                                      threads=sorted({1, 2, cores} - set(range(cores + 1, 3))))
    raw["memory"] = {size: laboratory.measure(f"memory of {size:,}", "memory", borrowers=size)["peak"]
                     for size in (sizes[0], sizes[-1])}
    raw["objects"] = {}
    for size in crowds:
        file = str(Path(folder) / f"founded-{size}")
        laboratory.measure(f"founding {size:,} Python objects", "founded", borrowers=size, file=file)
        raw["objects"][size] = laboratory.measure(f"{size:,} Python objects", "objects", compiled=False, file=file, months=5)
    raw["reform"] = laboratory.measure("a reform and its baseline", "reform", borrowers=20_000, months=72, repeats=3)
    raw["batch"] = laboratory.measure("a batch of seeds", "batch", borrowers=20_000, months=24, seeds=2 * cores, threads=cores)
    raw["command"] = {name: laboratory.command_line(name) for name in ("--help", "list")}
    return raw


def figures(raw: dict) -> list[Figure]:
    """The lines of the table from the raw measurements."""
    months = {int(size): {int(count): seconds for count, seconds in by.items()} for size, by in raw["speed"]["months"].items()}
    bandwidth = {int(count): rate for count, rate in raw["speed"]["bandwidth"].items()}
    cores = max(bandwidth)
    lines = [Figure(f"borrower-months, {size:,} borrowers, {_threads(count)}", size / seconds, "M/s",
                    "speed" if count == 1 and size >= 10_000 else "")
             for size, by in months.items() for count, seconds in by.items()]
    largest = max(months)
    span = math.log(largest / 100_000)
    lines.append(Figure(f"exponent of cost, 100,000 to {largest:,}", math.log(months[largest][1] / months[100_000][1]) / span,
                        "{:.2f}", "exponent"))
    for count in (1, cores):
        touched = 2 * raw["speed"]["record"] * largest / months[largest][count]
        lines.append(Figure(f"memory bandwidth, {_threads(count)}", bandwidth[count] / 1e9, "{:.1f} GB/s"))
        lines.append(Figure(f"share of it that a month reaches, {_threads(count)}", touched / bandwidth[count], "{:.1%}", "roof"))
    lines += _against_objects(raw["objects"], months, cores)
    (small, least), (large, most) = sorted((int(size), peak) for size, peak in raw["memory"].items())
    batch = {int(count): rate for count, rate in raw["batch"].items()}
    return [
        *lines,
        Figure(f"peak memory per borrower, {large:,}", (most - least) / (large - small), "{:.0f} bytes", "memory"),
        Figure("of this, records that a month reads and writes", raw["speed"]["record"], "{:.0f} bytes"),
        Figure("batch of seeds, one thread", batch[1], "M/s"),
        Figure(f"batch of seeds, {_threads(max(batch))}: times one thread", batch[max(batch)] / batch[1], "{:.2f} times", "batch"),
        Figure("reform run / baseline run", raw["reform"]["ratio"], "{:.2f}", "reform"),
        Figure("compilation, cold", raw["cold"]["seconds"], "{:.1f} s", "compile"),
        Figure("the same from the cache", raw["warm"]["seconds"], "{:.1f} s"),
        *(Figure(f"rollover {name}, warm", seconds, "{:.2f} s", "command") for name, seconds in raw["command"].items()),
    ]


def _against_objects(objects: dict, months: dict, cores: int) -> list[Figure]:
    """The market of Python objects, and how much faster the records are."""
    lines = []
    for size, found in ((int(size), found) for size, found in objects.items()):
        lines.append(Figure(f"Mesa objects, {size:,} borrowers", size / found["seconds"], "{:,.0f} /s"))
        for count in sorted({1, cores}):
            bar = "" if size < 10_000 else "objects, one core" if count == 1 else "objects, all cores"
            lines.append(Figure(f"times Mesa objects, {size:,} borrowers, {_threads(count)}",
                                found["seconds"] / months[size][count], "{:.0f} times", bar))
    (small, least), *_, (large, most) = sorted((int(size), found["peak"]) for size, found in objects.items())
    lines.append(Figure("peak memory per borrower of Mesa objects", (most - least) / (large - small), "{:,.0f} bytes"))
    return lines


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict:
    """What the figures were measured on."""
    names = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in names if line.startswith("model name")), platform.processor())
    return {"processor": model, "cores": _cores(), "system": platform.platform(), "python": platform.python_version(),
            **{package: version(package) for package in ("numpy", "numba", "mesa")},
            "load before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None}


def _titles(what: dict) -> tuple[str, str]:
    """A title for the table, and a note if the machine was busy."""
    title = (f"Rollover on {what['cores']} cores of {what['processor']}, Python {what['python']}, "
             f"numpy {what['numpy']}, numba {what['numba']}, mesa {what['mesa']}")
    busy = what["load before"] is not None and what["load before"] > what["cores"] / 4
    note = f"The machine was busy before the benchmark (load {what['load before']}): it could do better." if busy else ""
    return title, note


HEADINGS = ("figure", "measured", "floor", "aim", "")


def show(console: Console, title: str, note: str, lines: list[Figure]) -> None:
    """Print the table."""
    table = Table(title=title, caption=note or None)
    for i, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if 1 <= i <= 3 else "left")
    for line in lines:
        table.add_row(*line.cells())
    console.print(table)


def write(out: Path, what: dict, title: str, note: str, lines: list[Figure], raw: dict) -> None:
    """Write the figures as JSON, and the table as Markdown beside it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(line) | {"verdict": line.verdict, **(asdict(BARS[line.bar]) if line.bar else {})} for line in lines]
    out.write_text(json.dumps({"machine": what, "figures": rows, "raw": raw}, indent=1) + "\n")
    table = [HEADINGS, ("---", "---:", "---:", "---:", "---"), *(line.cells() for line in lines)]
    text = "\n".join("| " + " | ".join(cells) + " |" for cells in table)
    out.with_suffix(".md").write_text(f"{title}\n\n{note + chr(10) * 2 if note else ''}{text}\n")


@click.command()
@click.option("--full", is_flag=True, help="Also ten million borrowers and 100,000 Python objects (some ten minutes).")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("runs/bench.json"), show_default=True)
def main(full: bool, out: Path) -> None:
    """Measure speed and memory on this machine and compare them with what the design asks for."""
    console = Console()
    what = machine()
    columns = (TextColumn("{task.description:32}"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress, tempfile.TemporaryDirectory() as folder:
        task = progress.add_task("", total=17 if full else 13, completed=-1)
        laboratory = Laboratory(folder, lambda text: progress.update(task, description=text, advance=1))
        raw = measure_all(laboratory, full, folder)
        progress.update(task, advance=1)
    title, note = _titles(what)
    lines = figures(raw)
    show(console, title, note, lines)
    write(out, what, title, note, lines, raw)
    console.print(f"Written to {out} and {out.with_suffix('.md')}")


if __name__ == "__main__":
    main()
