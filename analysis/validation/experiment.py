"""An experiment that confronts the market with published figures, and where its rows are kept."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis.validation.row import Row
from scenarios.loader import fingerprint

ROWS = "rows.json"
#: What experiments are read off with, besides their own files: in the folder ``analysis``.
SHARED = ("folder.py", "explain/twins.py", "validation/row.py", "validation/experiment.py", "validation/book.py",
          "validation/seeds.py", "validation/korea/world.py", "validation/korea/observed.py",
          "validation/korea/observed.csv", "validation/korea/replay.py")  # fmt: skip

#: The parts of the table, in the order in which they are read.
GROUPS = {
    "micro": "Does each rule of behaviour give its published coefficient?",
    "calm": "Is the calm market of 2017-2019 the published one?",
    "facts": "Does the market show the stylised facts of consumer credit?",
    "korea": "Does the market replay the Korean card crisis of 2002-2004?",
    "replications": "Does the market replicate published results?",
}


@dataclass(frozen=True)
class Size:
    """How large an experiment is played: people in each market, seeds, threads (which never change a number)."""

    borrowers: int
    seeds: int
    threads: int = 1


@dataclass(frozen=True)
class Experiment:
    """One confrontation with published figures.

    name: as ``--only`` spells it; group: a key of GROUPS; question: what it asks; play(size, room, progress): plays
    it and returns its rows, keeping runs and pictures in the folder ``room``; quick, full: its sizes for ``--quick``
    and for the whole table.
    """

    name: str
    group: str
    question: str
    play: Callable[[Size, Path, Callable], list[Row]]
    quick: Size
    full: Size


def rows(experiment: Experiment, size: Size, folder: Path, progress) -> list[Row]:
    """The rows of an experiment: those kept in ``folder`` if nothing they depend on has changed, or else played now.

    experiment; size; folder: of the whole validation; progress: called with what is done and of how many.
    """
    if (found := kept(experiment, size, folder)) is not None:
        return found
    room = folder / experiment.name
    room.mkdir(parents=True, exist_ok=True)
    found = experiment.play(size, room, progress)
    text = json.dumps({"key": _key(experiment, size), "rows": [asdict(row) for row in found]}, indent=1)
    half = room / "rows.part"
    half.write_text(text, encoding="utf-8")
    half.replace(room / ROWS)
    return found


def kept(experiment: Experiment, size: Size, folder: Path) -> list[Row] | None:
    """The rows of an experiment that ``folder`` has; None if it has none, or something they depend on has changed."""
    file = folder / experiment.name / ROWS
    if not file.exists():
        return None
    found = json.loads(file.read_text(encoding="utf-8"))
    return [Row(**row) for row in found["rows"]] if found["key"] == _key(experiment, size) else None


def played(planned, room: Path, size: Size, progress):
    """The run folder of a plan: the one in ``room`` if it was finished before, or else played now.

    planned: a ``scenarios.runner.Plan``; room: of the experiment; size: says how many threads; progress: called with
    months played and months in all. A folder is named by what was played, so another market's is not mistaken for it.
    """
    from scenarios.runner import play
    from scenarios.store import open_run

    folder = room / f"{planned.size.name}-{planned.key()[:8]}"
    return open_run(folder) if (folder / "manifest.json").exists() else play(planned, folder, size.threads, progress)


def _key(experiment: Experiment, size: Size) -> str:
    """Content hash of what decides an experiment's rows: the market, scenarios, its own and shared code, its size."""
    import inspect

    from scenarios.loader import GALLERY
    from sim.compiled import market_hash

    file = Path(inspect.getsourcefile(experiment.play))
    here = Path(__file__).parent
    package = [file] if file.parent == here else sorted(file.parent.glob("*"))  # its data too
    package += [here.parent / name for name in SHARED]
    own = [path.read_text(encoding="utf-8") for path in package if path.suffix in (".py", ".csv", ".toml")]
    files = sorted(path for path in GALLERY.rglob("*") if path.suffix in (".py", ".toml", ".csv"))
    read = [path.read_text(encoding="utf-8") for path in files]
    return fingerprint([market_hash(), read, own, size.borrowers, size.seeds])
