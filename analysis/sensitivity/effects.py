"""What policies change at every point of a batch: one row for each point, world, policy and seed.

Reform and baseline of a seed are matched person by person, so that effects are free of the luck they share.
"""

from pathlib import Path

import numpy as np

from analysis.sensitivity.values import KEYS, OUTCOMES
from scenarios.batch.archive import CELL, Archive
from scenarios.messages import BadInput
from scenarios.store import write_table
from sim.record import Column

#: First defaults since the policy month, by place in the design; a person counts once in each world.
_PEOPLE = """CREATE TEMP TABLE people AS
    SELECT p.point, p.world, p.policy, p.seed, d.borrower, bool_or(d.policy_cut) AS cut
    FROM plan p JOIN defaults d USING (run) WHERE d.first AND (p.since IS NULL OR d.month >= p.since)
    GROUP BY ALL"""
#: Who defaults in one of the two worlds only. All that are avoided are counted with the people whom the policy cut:
#: nobody knows of them that it would not have.
_PAIRED = """CREATE TEMP TABLE paired AS
    SELECT r.point, r.world, r.policy, r.seed,
        count(*) FILTER (WHERE caused) - count(*) FILTER (WHERE NOT caused) AS excess,
        count(*) FILTER (WHERE caused AND NOT cut) AS indirect
    FROM (
        SELECT *, TRUE AS caused FROM people r WHERE policy <> 'none' AND NOT EXISTS (FROM people b
            WHERE (b.point, b.world, b.policy, b.seed, b.borrower) = (r.point, r.world, 'none', r.seed, r.borrower))
        UNION ALL BY NAME
        SELECT b.point, b.world, q.policy, b.seed, b.borrower, FALSE AS cut, FALSE AS caused
        FROM people b JOIN (SELECT DISTINCT policy FROM plan WHERE policy <> 'none') q ON b.policy = 'none'
        WHERE NOT EXISTS (FROM people r
            WHERE (r.point, r.world, r.policy, r.seed, r.borrower) = (b.point, b.world, q.policy, b.seed, b.borrower))
    ) r GROUP BY ALL"""
_LEVELS = """CREATE TEMP TABLE levels AS
    SELECT p.point, p.world, p.policy, p.seed, max(e.borrowers) AS borrowers,
        sum(e.unmet_fen) FILTER (WHERE p.since IS NULL OR e.month >= p.since)::DOUBLE AS unmet,
        any_value(m.balance)::DOUBLE AS debt
    FROM plan p JOIN economy e USING (run)
    JOIN (SELECT run, sum(balance_fen) AS balance FROM monthly
          WHERE month = (SELECT max(month) FROM monthly) GROUP BY run) m USING (run)
    GROUP BY ALL"""
_EFFECTS = """SELECT r.point, r.world, r.policy, r.seed,
        1000.0 * coalesce(x.excess, 0) / r.borrowers AS excess,
        1000.0 * (coalesce(x.excess, 0) - coalesce(x.indirect, 0)) / r.borrowers AS direct,
        1000.0 * coalesce(x.indirect, 0) / r.borrowers AS indirect,
        (r.unmet - b.unmet) / 100.0 / r.borrowers AS unmet, (r.debt - b.debt) / 100.0 / r.borrowers AS debt
    FROM levels r JOIN levels b ON (b.point, b.world, b.policy, b.seed) = (r.point, r.world, 'none', r.seed)
    LEFT JOIN paired x ON (x.point, x.world, x.policy, x.seed) = (r.point, r.world, r.policy, r.seed)
    WHERE r.policy <> 'none' ORDER BY r.point, r.world, r.policy, r.seed"""
MEASURED = ("excess", "direct", "indirect", "unmet", "debt")  #: what the table of effects tells, beside its keys
NEEDED = ("monthly", "economy", "defaults")


def effects(archive: Archive) -> dict[str, np.ndarray]:
    """The table of effects of a batch.

    excess: people who default for the first time since the policy month in the reform only, less those who do in the
    baseline only; indirect: those of the former whom the policy had not cut; direct: excess less indirect; per 1,000
    borrowers. unmet: what people were short of; debt: balances at the end; yuan per borrower. archive: of the batch.
    Returns columns point, world, policy, seed and these. Raises BadInput if the batch has no policy, kept too few
    tables, or has nothing done yet.
    """
    if not archive.done():
        raise BadInput(f"{archive.folder}: nothing is done yet; wait, or give the same rollover batch command again")
    found = so_far(archive)
    if not len(found["point"]):
        raise BadInput(f"{archive.folder}: no policy is done beside its baseline; there is nothing to compare yet")
    return found


def so_far(archive: Archive) -> dict[str, np.ndarray]:
    """The table of effects of what is done so far, perhaps without a row. archive: of the batch; raises BadInput."""
    lacking = [table for table in NEEDED if table not in archive.manifest["tables"]]
    if lacking:
        words = f"the batch did not keep the table {lacking[0]}; add it to tables in the design"
        raise BadInput(f"{archive.folder}: {words}")
    if not archive.done():
        return {name: np.empty(0) for name in (*KEYS, *MEASURED)}
    return archive.query("; ".join((_PEOPLE, _PAIRED, _LEVELS, _EFFECTS)))


def points_of(archive: Archive) -> dict[str, np.ndarray]:
    """The points of a batch in order: column ``point`` and one for each swept address."""
    plan = archive.query("SELECT * EXCLUDE (world, policy, seed, run, since) FROM plan ORDER BY point")
    _, first = np.unique(plan["point"], return_index=True)
    return {name: column[first] for name, column in plan.items()}


def write_effects(found: dict[str, np.ndarray], path: Path) -> None:
    """Write the table of effects. found: as ``effects`` gives it; path: of the Parquet file."""
    keys = [column for column in CELL if column.name in found]
    known = [outcome for outcome in OUTCOMES.values() if outcome.name in found]
    rest = [Column(one.name, "DOUBLE", one.unit, f"{one.words}, reform less baseline") for one in known]
    write_table(path, (*keys, *rest), found)
