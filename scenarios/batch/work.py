"""Play one run, wherever that happens: what comes in is text, what goes out is the bytes of its tables."""

import json
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scenarios.schema import Scenario
from scenarios.store import BLANK, write_table
from sim.record import TABLES, Column

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
    from sim.compiled import market_hash
    from sim.model import CreditModel

    began = time.monotonic()
    given = json.loads(work)
    here = _version(market_hash)
    if given["market"] != here:
        raise OtherVersion(
            f"this worker has another version of the market ({here}, the batch was planned with {given['market']});"
            " install the same version of Rollover there"
        )
    scenario = Scenario.model_validate({**_without_none(given["scenario"]), "name": given["world"], "title": "run"})
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


@cache
def _version(market_hash) -> str:
    """The market's version, read once in a process."""
    return market_hash()


def _without_none(value):
    if not isinstance(value, dict):
        return value
    return {key: _without_none(item) for key, item in value.items() if item is not None}


def _parquet(folder: Path, table: str, values: dict, keys: dict) -> bytes:
    """One table of one run as the bytes of a Parquet file, each row with the run's keys. folder: to write it in."""
    path = folder / f"{table}.parquet"
    write_table(path, KEYS + TABLES[table], values, keys, BLANK.get(table, ""))
    return path.read_bytes()
