"""A batch on disk: the plan first, then each run as soon as it is done, whole or not at all.

``manifest.json`` says what is played and by which version; ``plan.parquet`` has a row for every place of the design and
names the run that fills it; ``runs/NAME/TABLE.parquet`` are the runs; ``log.jsonl`` tells what happened and when;
``failures/NAME.txt`` has the traceback of a run that failed. A run is done if its folder is there: nothing else counts.
"""

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np

from scenarios.batch.plan import Cell
from scenarios.batch.work import KEYS, Played
from scenarios.messages import BadInput
from scenarios.places import shown
from scenarios.store import quoted, write_table
from sim.record import Column

try:
    import fcntl
except ImportError:  # not a POSIX system: two commands could play the same batch, which costs time and nothing else
    fcntl = None

MANIFEST, PLAN, RUNS, LOG, FAILURES = "manifest.json", "plan.parquet", "runs", "log.jsonl", "failures"
DRAFT = ".draft-"
MEND = "remove the folder of that run and give the same rollover batch command again"
CELL = (
    Column("point", "INTEGER", "number", "point of the sweep"),
    *KEYS[1:],
    KEYS[0],
    Column("since", "DATE", "first of month", "first month in which the worlds of the point may differ"),
)


class Archive:
    """The folder of a batch: what is planned, what is done, what failed."""

    def __init__(self, folder: Path | str):
        """Open the folder of a batch that has been planned; raises BadInput if it is none."""
        self.folder = Path(folder)
        try:
            self.manifest = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            self.manifest["key"], self.manifest["runs"], self.manifest["version"]
        except FileNotFoundError:
            words = f"no batch here, {MANIFEST} is missing; give the folder that rollover batch wrote"
            raise BadInput(f"{shown(self.folder)}: {words}") from None
        except (OSError, ValueError, KeyError, TypeError):
            words = f"{MANIFEST} is damaged; start the batch again in another folder"
            raise BadInput(f"{shown(self.folder)}: {words}") from None

    @classmethod
    def begin(cls, folder: Path | str, manifest: dict, cells: Sequence[Cell], points: Sequence[dict]) -> "Archive":
        """Write the plan of a batch into a new folder, or open the folder if it has the same plan.

        manifest: with ``key``, the content of the whole batch, and ``runs``, how many there are; cells: every place;
        points: of the sweep. Raises BadInput if the folder holds anything else.
        """
        folder = Path(folder)
        if (folder / MANIFEST).exists():
            archive = cls(folder)
            if archive.manifest["key"] != manifest["key"]:
                raise BadInput(f"{shown(folder)}: {_difference(archive.manifest, manifest)}; choose another --out")
            (folder / RUNS).mkdir(exist_ok=True)
            return archive
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BadInput(f"{shown(folder)}: is not empty, and holds no batch; choose another --out")
        try:
            (folder / RUNS).mkdir(parents=True)
            _write_plan(folder / PLAN, cells, points)
            _put(folder / MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n")
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            raise BadInput(f"{shown(folder)}: cannot write there ({reason}); choose another --out") from None
        return cls(folder)

    # --- runs ---
    def done(self) -> set[str]:
        """The names of the runs that are done."""
        return {path.name for path in (self.folder / RUNS).glob("*")}

    def keep(self, played: Played) -> None:
        """Put a run in place, whole: a crash at any moment leaves it done or not done."""
        draft = self.folder / (DRAFT + played.name)  # not among the runs, whose files are read by a pattern
        target = self.folder / RUNS / played.name
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for table, content in played.tables.items():
            _write(draft / f"{table}.parquet", content)
        if target.exists():
            shutil.rmtree(draft)
        else:
            draft.rename(target)
        (self.folder / FAILURES / f"{played.name}.txt").unlink(missing_ok=True)
        self.log("done", run=played.name, seconds=round(played.seconds, 3))

    def fail(self, name: str, traceback: str) -> None:
        """Keep why a run failed."""
        (self.folder / FAILURES).mkdir(exist_ok=True)
        _put(self.folder / FAILURES / f"{name}.txt", traceback.encode())
        self.log("failed", run=name, error=traceback.strip().splitlines()[-1])

    def failed(self) -> set[str]:
        """The names of the runs that failed and have not been played since."""
        folder = self.folder / FAILURES
        return {path.stem for path in folder.glob("[!.]*.txt")} - self.done() if folder.is_dir() else set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from playing the same batch meanwhile; raises BadInput if one does."""
        with (self.folder / MANIFEST).open("rb") as file:
            if fcntl is not None:  # the lock ends with the process, however that ends
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    words = "another command is playing this batch; wait for it, or stop it first"
                    raise BadInput(f"{shown(self.folder)}: {words}") from None
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove what a crash left behind: drafts, which were never done."""
        for draft in self.folder.glob(f"{DRAFT}*"):
            shutil.rmtree(draft, ignore_errors=True)

    # --- what happened ---
    def log(self, event: str, **more) -> None:
        """Add a line to the log, on its own even if the last one was torn."""
        line = json.dumps({"time": round(time.time(), 3), "event": event, **more})
        with (self.folder / LOG).open("ab") as file:
            torn = file.tell() > 0 and _last_byte(self.folder / LOG) != b"\n"
            file.write((b"\n" if torn else b"") + line.encode() + b"\n")

    def events(self) -> list[dict]:
        """What the log tells, in order; a torn line tells nothing."""
        try:
            lines = (self.folder / LOG).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "event" in event and "time" in event:
                found.append(event)
        return found

    # --- reading ---
    def query(self, sql: str, *values) -> dict[str, np.ndarray]:
        """Answer a DuckDB query over ``plan`` and the kept tables, each a view over all runs that are done.

        Raises BadInput if a file of a run that is done is missing or damaged.
        """
        try:
            with duckdb.connect() as connection:
                connection.execute(f"CREATE VIEW plan AS SELECT * FROM read_parquet({quoted(self.folder / PLAN)})")
                done = self.done()
                for table in self.manifest["tables"] if done else ():
                    self._whole(table, done)
                    files = quoted(self.folder / RUNS / "*" / f"{table}.parquet")
                    connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({files})")
                return dict(connection.execute(sql, values or None).fetchnumpy())
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            reason = str(error).splitlines()[0]
            raise BadInput(f"{shown(self.folder)}: a file is missing or damaged ({reason}); {MEND}") from None

    def _whole(self, table: str, done: Iterable[str]) -> None:
        for name in sorted(done):
            path = self.folder / RUNS / name / f"{table}.parquet"
            if not path.is_file():
                raise BadInput(f"{shown(path)}: is missing; {MEND}")

    def counts(self) -> Counter:
        """How many runs are planned, done and failed."""
        done = len(self.done())
        return Counter(planned=self.manifest["runs"], done=done, failed=len(self.failed()))


def _write_plan(path: Path, cells: Iterable[Cell], points: Sequence[dict]) -> None:
    cells = list(cells)
    paths = list(points[0]) if points else []
    described = CELL + tuple(Column(path, "DOUBLE", "of the parameter", "value at this point") for path in paths)
    values = {
        "point": np.array([cell.point for cell in cells], np.int32),
        "world": np.array([cell.world for cell in cells], object),
        "policy": np.array([cell.policy for cell in cells], object),
        "seed": np.array([cell.seed for cell in cells], np.int32),
        "run": np.array([cell.run for cell in cells], object),
        "since": np.array([cell.since or "NaT" for cell in cells], "datetime64[M]").astype("datetime64[D]"),
        **{path: np.array([float(points[cell.point][path]) for cell in cells]) for path in paths},
    }
    draft = path.with_name(DRAFT + path.name)
    write_table(draft, described, values)
    draft.replace(path)


def _difference(there: dict, here: dict) -> str:
    if there["version"] != here["version"]:
        return f"holds a batch of another version of the market ({there['version']}, this is {here['version']})"
    return "holds a batch of another design, scenario or size"


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(DRAFT + path.name)
    _write(draft, content)
    os.replace(draft, path)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
