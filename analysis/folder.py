"""A run folder opened for questions: its manifest, its worlds and seeds, and SQL over its Parquet tables."""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from scenarios.store import quoted
from sim.record import TABLES

MONTH = np.timedelta64(1, "M")


@dataclass(frozen=True)
class Run:
    """One run folder: one world, or two worlds of the same seeds that differ by a policy."""

    folder: Path
    manifest: dict
    data: duckdb.DuckDBPyConnection
    baseline: str  # name of the world without the policy
    reform: str | None  # name of the world with it, if there is one
    seeds: tuple[int, ...]  # those that every world has
    months: np.ndarray  # datetime64[M], in order
    lines: tuple[tuple[str, str], ...]  # (platform, product) in the order of the market
    borrowers: int  # people in each world
    policy: np.datetime64 | None  # first month in which the worlds may differ, datetime64[M]

    @property
    def worlds(self) -> tuple[str, ...]:
        """The names of the worlds, baseline first."""
        return (self.baseline, self.reform) if self.reform else (self.baseline,)

    @property
    def pair(self) -> str:
        """How a figure names the two worlds."""
        return f"{self.reform} against {self.baseline}" if self.reform else self.baseline

    def scenario(self, world) -> dict:
        """The resolved scenario of a world, empty if the manifest has none."""
        return self.manifest.get("scenarios", {}).get(world) or {}

    def ask(self, sql, **values) -> dict[str, np.ndarray]:
        """Answer one SQL question about the tables, column by column.

        sql: a query; values: its named parameters, besides $baseline, $reform and $policy which are always known.
        """
        known = {"baseline": self.baseline, "reform": self.reform, "policy": self._policy_date(), **values}
        used = {name: value for name, value in known.items() if f"${name}" in sql}
        return self.data.execute(sql, used or None).fetchnumpy()

    def _policy_date(self):
        return None if self.policy is None else self.policy.astype("datetime64[D]").astype(object)

    def by_seed(self, answer, value="value") -> np.ndarray:
        """One number per seed from an answer with columns ``seed`` and ``value``; seeds without a row count zero."""
        position = {seed: i for i, seed in enumerate(self.seeds)}
        result = np.zeros(len(self.seeds), dtype=np.int64)
        for seed, number in zip(answer["seed"], answer[value], strict=True):
            if int(seed) in position:
                result[position[int(seed)]] += int(number)
        return result

    def by_month(self, answer, value="value") -> np.ndarray:
        """An array [seed, month] from an answer with ``seed``, ``month`` and ``value``; gaps are zero."""
        result = np.zeros((len(self.seeds), len(self.months)))
        seed = np.searchsorted(self.seeds, answer["seed"])
        month = (answer["month"].astype("datetime64[M]") - self.months[0]).astype(int)
        kept = np.isin(answer["seed"], self.seeds)
        np.add.at(result, (seed[kept], month[kept]), np.ma.filled(answer[value], 0.0)[kept])
        return result


def open_run(folder) -> Run:
    """Open a run folder.

    folder: path with manifest.json and the Parquet tables. Returns a Run; raises ValueError with one sentence that
    says what is missing or wrong.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    data = duckdb.connect()
    for table in TABLES:
        _view(data, folder / f"{table}.parquet", table)
    baseline, reform = manifest["baseline"], manifest.get("world")
    reform = None if reform == baseline else reform
    worlds = [baseline] + ([reform] if reform else [])
    seeds = [
        set(data.execute("SELECT DISTINCT seed FROM economy WHERE world = ?", [world]).fetchnumpy()["seed"])
        for world in worlds
    ]
    common = tuple(sorted(int(seed) for seed in set.intersection(*seeds)))
    if not common:
        raise ValueError(f"{folder}: no seed was finished in {' and '.join(worlds)}; run it again")
    months = (
        data.execute("SELECT DISTINCT month FROM economy ORDER BY month").fetchnumpy()["month"].astype("datetime64[M]")
    )
    people = data.execute("SELECT max(borrowers) AS n FROM economy").fetchone()[0]
    policy = None
    if reform:
        policy = np.datetime64(manifest["reference"], "M") + MONTH if manifest.get("reference") else months[0]
    return Run(folder, manifest, data, baseline, reform, common, months, _lines(data), int(people), policy)


def _lines(data) -> tuple[tuple[str, str], ...]:
    """Every product, in the order in which the first month of the table names them."""
    return tuple(
        data.execute(
            """SELECT platform, product FROM (SELECT platform, product, row_number() OVER () AS place FROM monthly)
                                 GROUP BY ALL ORDER BY min(place)"""
        ).fetchall()
    )


def _manifest(folder) -> dict:
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{folder}: no manifest.json here; give a folder that 'rollover run' wrote") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not readable as JSON ({error}); the folder is damaged, run it again") from None
    if not isinstance(manifest, dict) or "baseline" not in manifest:
        raise ValueError(f"{path}: no 'baseline'; this is not a manifest that 'rollover run' wrote")
    return manifest


def _view(data, path, table):
    if not path.exists():
        raise ValueError(f"{path}: missing; the run was not finished or the folder is damaged, run it again")
    try:
        data.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({quoted(path)})")
        found = {row[0] for row in data.execute(f"DESCRIBE {table}").fetchall()}
    except duckdb.Error as error:
        raise ValueError(f"{path}: not a readable Parquet file ({str(error).splitlines()[0]})") from None
    lacking = [column.name for column in TABLES[table] if column.name not in found]
    if lacking:
        raise ValueError(f"{path}: no column '{lacking[0]}'; it was written by another version, run it again")
