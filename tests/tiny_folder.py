"""Run folders small enough to work out by hand."""

import json
from datetime import date
from pathlib import Path

import duckdb

from sim.record import SEGMENTS, TABLES

LINES = (("incumbent", "pay-later"), ("p2p", "cash"))
MONTHS = (date(2020, 11, 1), date(2020, 12, 1), date(2021, 1, 1))
BASELINE, REFORM = "baseline", "limit-cut"


def default(seed, borrower, month=MONTHS[2], line=LINES[0], **columns):
    """One row of the table of defaults; world is added later."""
    row = {
        "seed": seed,
        "month": month,
        "platform": line[0],
        "product": line[1],
        "borrower": borrower,
        "balance_fen": 100,
        "cause": "job loss",
        "first": True,
        "policy_cut": False,
        "age": 22,
        "income": "lowest fifth",
        "lenders_before": 2,
    }
    return row | columns


def build(
    folder,
    defaults,
    seeds=(1, 2),
    people=100,
    flows=None,
    cash=None,
    worlds=(BASELINE, REFORM),
    scenario=None,
    cut=True,
):
    """Write a run folder.

    defaults: world -> rows of ``default``; flows: (world, seed, month, line, flow, payer, payee, fen) rows; cash:
    {(world, seed, month): fen}. Returns its path.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = {name: [] for name in TABLES}
    for world in worlds:
        rows["defaults"] += [{"world": world, **row} for row in defaults.get(world, ())]
        for seed in seeds:
            for month in MONTHS:
                _month(rows, world, seed, month, people, (cash or {}).get((world, seed, month), 0), cut)
    rows["flows"] = [
        dict(
            zip(
                ("world", "seed", "month", "platform", "product", "flow", "payer", "payee", "amount_fen"),
                (world, seed, month, *line, flow, payer, payee, fen),
                strict=True,
            )
        )
        for world, seed, month, line, flow, payer, payee, fen in flows or ()
    ]
    for name, content in rows.items():
        _parquet(folder / f"{name}.parquet", name, content)
    words = {"title": "A tiny market", "question": "Who?", "changes": {}} | (scenario or {})
    manifest = {
        "rollover": "0",
        "command": "rollover run limit-cut",
        "baseline": BASELINE,
        "world": worlds[1] if len(worlds) > 1 else None,
        "scenarios": {world: words for world in worlds},
        "seeds": list(seeds),
        "borrowers": people,
        "merchants": 2,
        "months": len(MONTHS),
        "start": "2020-11",
        "reference": "2020-11" if len(worlds) > 1 else None,
        "hash": "0",
        "seconds": 1,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _month(rows, world, seed, month, people, cash, cut):
    key = {"world": world, "seed": seed, "month": month}
    cut_now = 500 if cut and world == REFORM and month == MONTHS[1] else 0
    for i, (platform, product) in enumerate(LINES):
        line = key | {"platform": platform, "product": product}
        book = {"accounts": 10, "limit_fen": 2000, "balance_fen": 1000, "m2_fen": 10, "m3_fen": 5, "m4_fen": 20}
        rows["monthly"].append(line | book | {"policy_cut_fen": 0 if i else cut_now})
        for bucket, accounts, fen in (("M2", 1, 25), ("current", 3, 75)):
            move = {"from_bucket": "M1", "to_bucket": bucket, "accounts": accounts, "balance_fen": fen}
            rows["transitions"].append(line | move)
    rows["economy"].append(
        key
        | {
            "borrowers": people,
            "employed": people,
            "cash_fen": cash,
            "online_borrowers": 50,
            "online_two_or_more": 22,
            "hand_to_mouth": 40,
            "policy_cut_people": 20 if cut_now else 0,
        }
    )
    for kind, names in SEGMENTS.items():
        rows["segments"] += [key | {"kind": kind, "segment": name, "people": people // len(names)} for name in names]


def _parquet(path, table, rows):
    columns = [("world", "VARCHAR"), ("seed", "INTEGER")] + [(column.name, column.type) for column in TABLES[table]]
    blank = {"VARCHAR": "", "BOOLEAN": False, "DATE": MONTHS[0]}
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(f'{name} {kind}' for name, kind in columns)})")
        if rows:
            marks = ", ".join("?" for _ in columns)
            connection.executemany(
                f"INSERT INTO t VALUES ({marks})",
                [[row.get(name, blank.get(kind, 0)) for name, kind in columns] for row in rows],
            )
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
