"""A run's folder: every finished world and seed kept at once, then one Parquet file for each table, and a manifest.

``Unfinished`` is a folder being filled; ``Run`` is a finished one, read through DuckDB.
"""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np

from scenarios.messages import BadInput
from scenarios.places import shown
from sim.record import TABLES, Column

PARTS = ".parts"
MANIFEST = "manifest.json"
SUFFIX = ".parquet"
_WORLD = (
    Column("world", "VARCHAR", "name", "baseline, or the scenario's name"),
    Column("seed", "INTEGER", "number", "which of the paired runs: chance is the same in every world of one seed"),
)
BLANK = {"transitions": "accounts", "flows": "amount_fen"}  #: rows in which this column is zero are not kept
#: How a table of one run is written, of a few hundred rows: compressing each of its columns with zstd would take a
#: quarter of the time, and Parquet's second version makes whole numbers as small without. Large files are better with.
FAST, SMALL = "PARQUET_VERSION V2, COMPRESSION snappy", "COMPRESSION zstd"
_DTYPES = {"BIGINT": "int64", "INTEGER": "int32", "TINYINT": "int8", "DOUBLE": "float64", "BOOLEAN": "bool"}


def columns(table: str) -> tuple[Column, ...]:
    """Columns of a stored table: world and seed, then those of the market's record."""
    return _WORLD + TABLES[table]


def _connect() -> duckdb.DuckDBPyConnection:
    # One thread and kept order: the same rows give the same bytes on any machine.
    return duckdb.connect(":memory:", config={"threads": 1, "preserve_insertion_order": True})


_writing = threading.local()  #: one connection for each thread that writes


def quoted(text) -> str:
    """A text, or path, as it stands in a query."""
    return "'" + str(text).replace("'", "''") + "'"


def _copy(connection, query: str, path: Path, described: Iterable[Column], how: str = SMALL, given=None) -> None:
    """Write what a query gives to a Parquet file. given: columns that it may read by this name, as DuckDB finds it."""
    notes = ", ".join(f"{quoted(c.name)}: {quoted(f'{c.unit}; {c.meaning}')}" for c in described)
    target = f"{quoted(path)} (FORMAT parquet, {how}, KV_METADATA {{{notes}}})"
    try:
        connection.execute(f"COPY ({query}) TO {target}")
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        remedy = "free some space, or remove the part that is named, and give the same command again"
        raise BadInput(f"{shown(path)}: cannot be written ({why}); {remedy}") from None


def write_table(path: Path, described: Iterable[Column], values: dict, same: dict | None = None, blank="") -> None:
    """Write one table as Parquet, each column with its type, unit and meaning; the same bytes for the same rows.

    path: file to write; described: the columns in order; values: name -> numpy column; same: name -> value of columns
    that are the same in every row; blank: rows in which this column is zero are left out.
    """
    described, same = tuple(described), same or {}
    given = {c.name: _readable(values[c.name]) for c in described if c.name not in same}
    chosen = ", ".join(_chosen(c, same, given) for c in described)
    if not hasattr(_writing, "connection"):
        _writing.connection = _connect()  # opening one takes longer than writing a table
    kept = f" WHERE {_named(blank)} <> 0" if blank else ""
    _copy(_writing.connection, f"SELECT {chosen} FROM given{kept}", path, described, FAST, given)


def _chosen(column: Column, same: dict, given: dict) -> str:
    """One column of a query; most are of their type already, and every cast costs as much as writing some rows."""
    name = _named(column.name)
    if column.name not in same and given[column.name].dtype == _DTYPES.get(column.type):
        return name
    return f"CAST({_literal(same[column.name]) if column.name in same else name} AS {column.type}) AS {name}"


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _literal(value) -> str:
    return str(value) if isinstance(value, int | float) else quoted(value)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Unfinished:
    """A run folder being filled: parts are put on disk whole or not at all."""

    def __init__(self, folder: Path, key: str):
        """Open a new folder, or an unfinished one of the same run.

        Arguments: the folder; key, the content hash of the run. Raises BadInput if the folder holds anything else.
        """
        self.folder, self.parts = Path(folder), Path(folder) / PARTS
        if not available(self.folder, key):
            raise BadInput(f"{shown(self.folder)}: {_occupied(self.folder)}; choose another folder with --out")
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            (self.parts / "key").write_text(key)
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            words = f"cannot write there ({reason}); choose another folder with --out"
            raise BadInput(f"{shown(self.folder)}: {words}") from None

    def _part(self, world: str, seed: int) -> Path:
        return self.parts / f"{world}-{seed}"

    def has(self, world: str, seed: int) -> bool:
        """Whether this world and seed is done."""
        return self._part(world, seed).is_dir()

    def add(self, world: str, seed: int, tables: dict[str, dict]) -> None:
        """Keep the tables of one world and seed; a crash in the middle leaves no part."""
        part = self._part(world, seed)
        draft = part.with_name(f"draft-{part.name}")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for table, values in tables.items():
            same = {"world": world, "seed": seed}
            write_table(draft / f"{table}{SUFFIX}", columns(table), values, same, BLANK.get(table, ""))
        draft.rename(part)

    def finish(self, worlds: Iterable[str], seeds: Iterable[int], manifest: dict) -> "Run":
        """Join the parts in the order of worlds and seeds, write the manifest last, and drop the parts."""
        order = [self._part(world, seed) for world in worlds for seed in seeds]
        with _connect() as connection:
            for table in TABLES:
                files = ", ".join(quoted(part / f"{table}{SUFFIX}") for part in order)
                draft = self.parts / f"{table}{SUFFIX}"
                _copy(connection, f"SELECT * FROM read_parquet([{files}])", draft, columns(table))
                draft.replace(self.folder / draft.name)
        hashes = {f"{table}{SUFFIX}": _digest(self.folder / f"{table}{SUFFIX}") for table in TABLES}
        draft = self.parts / MANIFEST
        draft.write_text(json.dumps({**manifest, "tables": hashes}, indent=2) + "\n")
        draft.replace(self.folder / MANIFEST)
        shutil.rmtree(self.parts)
        return Run(self.folder)


def _readable(column) -> np.ndarray:
    """Make a column that DuckDB can scan: days as microseconds, words as objects."""
    values = np.asarray(column)
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]")
    return values.astype(object) if values.dtype.kind == "U" else values


def available(folder: Path, key: str) -> bool:
    """Whether a run may be written to a folder: new, empty, or the same run unfinished."""
    folder = Path(folder)
    if not folder.exists():
        return True
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        return False
    if (folder / PARTS / "key").is_file() and not (folder / MANIFEST).exists():
        return (folder / PARTS / "key").read_text() == key
    return not any(folder.iterdir())


def _occupied(folder: Path) -> str:
    if not folder.is_dir():
        return "is a file, not a folder"
    if not os.access(folder, os.R_OK | os.X_OK):
        return "cannot be read"
    if (folder / MANIFEST).exists():
        return "already holds a finished run"
    if (folder / PARTS).exists():
        return "holds an unfinished run of another scenario, size or version"
    return "is not empty, and was not made by Rollover"


class Run:
    """A finished run folder: ``manifest``, ``worlds``, ``seeds``, and the tables as numpy columns."""

    def __init__(self, folder: Path | str):
        """Open a run folder; raises BadInput if it is foreign, unfinished or damaged."""
        self.folder = Path(folder)
        self.manifest = _manifest(self.folder)
        self.seeds: list[int] = self.manifest["seeds"]
        self.baseline: str = self.manifest["baseline"]
        self.world: str | None = self.manifest["world"]
        self.worlds: list[str] = [name for name in (self.baseline, self.world) if name]
        for name, digest in self.manifest["tables"].items():
            path = self.folder / name
            if not path.is_file():
                raise BadInput(f"{shown(path)}: this file of the run is missing; run the scenario again")
            if _digest(path) != digest:
                raise BadInput(f"{shown(path)}: damaged or changed since the run wrote it; run the scenario again")

    def query(self, sql: str, *values) -> dict[str, np.ndarray]:
        """Answer a DuckDB query over the tables monthly, economy, segments, transitions, defaults and flows.

        Arguments: the query, and values for its question marks. Returns a numpy array for each column.
        """
        with _connect() as connection:
            for table in TABLES:
                path = quoted(self.folder / f"{table}{SUFFIX}")
                connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({path})")
            return dict(connection.execute(sql, values or None).fetchnumpy())

    def table(self, name: str, wanted: Iterable[str] = ("*",)) -> dict[str, np.ndarray]:
        """Read a table, or some of its columns, in the order of world, seed and month."""
        return self.query(f"SELECT {', '.join(wanted)} FROM {name}")


def open_run(folder: Path | str) -> Run:
    """Open a finished run folder; raises BadInput with one message if it is foreign, unfinished or damaged."""
    return Run(folder)


def _manifest(folder: Path) -> dict:
    path = folder / MANIFEST
    if not folder.is_dir():
        raise BadInput(f"{shown(folder)}: there is no such folder; give the folder that rollover run wrote")
    if not path.is_file():
        if (folder / PARTS).is_dir():
            raise BadInput(f"{shown(folder)}: this run is not finished; give the same rollover run command again")
        words = f"not a run folder, {MANIFEST} is missing; give a folder that rollover run wrote"
        raise BadInput(f"{shown(folder)}: {words}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        tables = manifest["tables"]
        whole = set(tables) == {f"{name}{SUFFIX}" for name in TABLES}
        whole = whole and all(key in manifest for key in ("baseline", "world", "scenarios", "seeds", "start", "months"))
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise BadInput(f"{shown(path)}: damaged, or written by another version of Rollover; run the scenario again")
    return manifest
