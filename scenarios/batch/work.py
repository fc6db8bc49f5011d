"""Play one run, wherever that happens: what comes in is text, what goes out is the bytes of its tables."""

import json
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scenarios.loader import fingerprint
from scenarios.schema import Scenario
from scenarios.store import BLANK, write_table
from sim.record import TABLES, Column

SOURCES = Path(__file__).parent.parent
#: From the text of a run's work to its market, and to its tables.
BETWEEN = ("schema.py", "borrowers/columns.py", "borrowers/files.py", "borrowers/table.py", "store.py", "batch/work.py")
#: What every row of a batch is known by, before the columns of the market's record.
KEYS = (
    Column("run", "VARCHAR", "hash", "equal for equal scenario, seed, sizes and code; may fill several places"),
    Column("world", "VARCHAR", "name", "the world that policies are compared with"),
    Column("policy", "VARCHAR", "name", "the policy in force, or none"),
    Column("seed", "INTEGER", "number", "chance is the same in every world of one seed"),
)


@dataclass(frozen=True)
class Played:
    """A run that was played: its name, its tables as Parquet, and how long it took."""

    name: str
    tables: dict[str, bytes]
    seconds: float


class OtherVersion(Exception):
    """The worker's market is not the one that the run was planned for."""


def play(name: str, work: str, months: int | None = None) -> Played:
    """Play one run.

    name: its content hash; work: as ``plan.Run`` has it; months: play only so many, to see how long it takes. Returns
    the tables as bytes: the same for the same work, on any machine. Raises OtherVersion.
    """
    from sim.agents import release
    from sim.model import CreditModel

    began = time.monotonic()
    given = json.loads(work)
    here = _once(version)
    if given["version"] != here:
        raise OtherVersion(
            f"this worker has another version of the market ({here}, the batch was planned with {given['version']});"
            " install the same version of Rollover there"
        )
    scenario = Scenario.again(given["scenario"] | {"name": given["world"], "title": "run"})
    model = CreditModel(
        **scenario.market_arguments(),
        borrowers=scenario.borrowers,
        merchants=given["merchants"],
        seed=given["seed"],
        reference=given["reference"],
    )
    try:
        model.run(months or scenario.months)
        found = model.tables(given["tables"])
    finally:
        release(model)
    keys = {"run": name, "world": given["world"], "policy": given["policy"], "seed": given["seed"]}
    with tempfile.TemporaryDirectory() as folder:
        tables = {table: _parquet(Path(folder), table, values, keys) for table, values in found.items()}
    return Played(name, tables, time.monotonic() - began)


def version(folder: Path = SOURCES) -> str:
    """Name the code that makes the bytes of a run of its work: the market's, and what stands between the two.

    What reads scenarios and designs is not in it, since all that comes of them is in the work. folder: of the sources.
    """
    from sim.compiled import market_hash

    sources = [(folder / name).read_text(encoding="utf-8") for name in BETWEEN]
    return fingerprint([market_hash(), *sources])[:16]


@cache
def _once(found) -> str:
    """What a function finds, asked once in a process."""
    return found()


def _parquet(folder: Path, table: str, values: dict, keys: dict) -> bytes:
    """One table of one run as the bytes of a Parquet file, each row with the run's keys. folder: to write it in."""
    path = folder / f"{table}.parquet"
    write_table(path, KEYS + TABLES[table], values, keys, BLANK.get(table, ""))
    return path.read_bytes()
