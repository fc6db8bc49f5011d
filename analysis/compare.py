"""Two worlds of the same seeds, person by person: who defaults in one and not in the other.

Every person and every line is matched by seed and number, so a default is either *caused* (only in the reform),
*avoided* (only in the baseline) or common to both; the excess is caused minus avoided. Arrays hold one number per
seed; intervals are taken over seeds.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.displacement import Displacement, displacement, horizons
from analysis.estimate import Estimate, Path, estimate, interval_path
from analysis.folder import Run, open_run
from sim.record import CAUSES, SEGMENTS


@dataclass(frozen=True)
class Difference:
    """Defaults that only one world has, counted per seed, in one group of people or lines."""

    name: str
    caused: np.ndarray  # only in the reform, count per seed
    avoided: np.ndarray  # only in the baseline, count per seed
    size: np.ndarray  # people in the group, per seed
    cut: bool = False  # whether the policy cut lines of this platform or product

    @property
    def excess(self) -> np.ndarray:
        """Caused minus avoided, count per seed."""
        return self.caused - self.avoided

    def rate(self, counts) -> Estimate:
        """Any count of this group as an Estimate per 1,000 of its people; empty groups give nan."""
        return estimate(1000.0 * np.asarray(counts)[self.size > 0] / self.size[self.size > 0])

    @cached_property
    def per_thousand(self) -> dict[str, Estimate]:
        """Excess, caused and avoided per 1,000 people of the group."""
        return {name: self.rate(getattr(self, name)) for name in ("excess", "caused", "avoided")}


@dataclass(frozen=True)
class Comparison:
    """Everything that two worlds tell when they are compared."""

    run: Run
    people: Difference  # people, first default from the policy month on
    people_levels: dict[str, np.ndarray]  # world -> people who defaulted from the policy month on, per seed
    lines: Difference  # lines
    products: list[Difference]  # lines, by platform and product
    platforms: list[Difference]  # lines, by platform
    segments: dict[str, list[Difference]]  # people, by number of lenders, age and income
    causes: list[Difference]  # people, by proximate cause
    touched: list[Difference]  # people of the first twelve months, by whether the policy had cut a line of theirs
    cut_products: list[tuple[str, str]]  # (platform, product) that the policy cut
    cut_people: int  # people whose limits the policy cut, mean over seeds (months added up)
    cut_months: int  # months in which it cut
    displacement: Displacement
    horizons: dict[int, Displacement]  # the same after so many months
    events: dict[str, Path]  # name -> reform minus baseline per month
    event_months: np.ndarray  # months since the policy month

    @property
    def elsewhere(self) -> Difference:
        """Line defaults at platforms whose lines the policy did not cut."""
        return _sum("other lenders", [group for group in self.platforms if not group.cut], self.people.size)

    @property
    def at_cutters(self) -> Difference:
        """Line defaults at the platforms whose lines the policy cut."""
        return _sum("lenders that cut", [group for group in self.platforms if group.cut], self.people.size)


def compare(folder) -> Comparison:
    """Compare the two worlds of a run folder.

    folder: path or Run with two worlds. Returns a Comparison; raises ValueError if there is one world only.
    """
    run = folder if isinstance(folder, Run) else open_run(folder)
    if run.reform is None:
        raise ValueError(f"{run.folder}: one world only; run a scenario against a baseline to compare")
    _match(run)
    cut_products = _cut_products(run)
    everyone = np.full(len(run.seeds), run.borrowers)
    products = _by_product(run, everyone, cut_products)
    people = _difference(run, "everyone", "people", everyone)
    cut = run.ask("""SELECT count(DISTINCT month) AS months, coalesce(sum(policy_cut_people), 0)::DOUBLE AS people
                     FROM economy WHERE world = $reform AND month >= $policy AND policy_cut_people > 0""")
    return Comparison(
        run=run,
        people=people,
        people_levels=_levels(run),
        lines=_difference(run, "all lines", "lines", everyone),
        products=products,
        platforms=_by_platform(products, everyone),
        segments={kind: _by_segment(run, kind) for kind in ("lenders", "age", "income")},
        causes=[_difference(run, cause, "people", everyone, "cause = $key", cause) for cause in CAUSES],
        touched=[
            _difference(run, name, "people", everyone, "policy_cut = $key AND month < $policy + INTERVAL 1 YEAR", flag)
            for name, flag in (("own limit cut", True), ("own limit not cut", False))
        ],
        cut_products=cut_products,
        cut_people=round(float(cut["people"][0]) / len(run.seeds)),
        cut_months=int(cut["months"][0]),
        displacement=displacement(run, cut_products),
        horizons=horizons(run, cut_products),
        events=_events(run, cut_products),
        event_months=(run.months - run.policy).astype(int),
    )


def _match(run):
    """Make the tables ``people`` and ``lines``: one row per default that only one world has."""
    events = """SELECT * FROM defaults WHERE month >= $policy"""
    run.ask(f"""CREATE OR REPLACE TABLE person_defaults AS
        SELECT world, seed, borrower, min(month) AS month,
               arg_min(cause, (month, -balance_fen, platform, product)) AS cause,
               arg_min(platform, (month, -balance_fen, platform, product)) AS platform,
               arg_min(product, (month, -balance_fen, platform, product)) AS product,
               bool_or(policy_cut) AS policy_cut, any_value(age) AS age, any_value(income) AS income,
               any_value(lenders_before) AS lenders_before
        FROM ({events}) WHERE first GROUP BY ALL""")
    run.ask(f"""CREATE OR REPLACE TABLE line_defaults AS
        SELECT world, seed, borrower, platform, product, min(month) AS month FROM ({events}) GROUP BY ALL""")
    for table, source, key in (
        ("people", "person_defaults", "borrower"),
        ("lines", "line_defaults", "borrower, platform, product"),
    ):
        run.ask(
            f"""CREATE OR REPLACE TABLE {table} AS
            SELECT *, world = $reform AS caused FROM {source}
            WHERE (seed, {key}) IN (SELECT (seed, {key}) FROM {source} GROUP BY ALL HAVING count(DISTINCT world) = 1)"""
        )


def _difference(run, name, table, size, condition="TRUE", key=None, cut=False) -> Difference:
    counts = []
    for caused in (True, False):
        answer = run.ask(
            f"SELECT seed, count(*) AS value FROM {table} WHERE caused = $caused AND {condition} GROUP BY seed",
            caused=caused,
            key=key,
        )
        counts.append(run.by_seed(answer))
    return Difference(name, counts[0], counts[1], np.asarray(size), cut)


def _levels(run) -> dict[str, np.ndarray]:
    return {
        world: run.by_seed(
            run.ask("SELECT seed, count(*) AS value FROM person_defaults WHERE world = $w GROUP BY seed", w=world)
        )
        for world in run.worlds
    }


def _cut_products(run) -> list[tuple[str, str]]:
    answer = run.ask("""SELECT platform, product FROM monthly WHERE world = $reform AND month >= $policy
                        GROUP BY ALL HAVING sum(policy_cut_fen) > 0""")
    cut = set(zip(answer["platform"].tolist(), answer["product"].tolist(), strict=True))
    return [line for line in run.lines if line in cut]


def _by_product(run, size, cut_products) -> list[Difference]:
    return [
        _difference(
            run,
            f"{platform} {product}",
            "lines",
            size,
            "platform || ' ' || product = $key",
            f"{platform} {product}",
            (platform, product) in cut_products,
        )
        for platform, product in run.lines
    ]


def _by_platform(products, size) -> list[Difference]:
    names = list(dict.fromkeys(group.name.split(" ")[0] for group in products))
    return [_sum(name, [group for group in products if group.name.split(" ")[0] == name], size) for name in names]


def _sum(name, groups, size) -> Difference:
    nothing = np.zeros(len(size), dtype=np.int64)
    return Difference(
        name,
        sum((group.caused for group in groups), nothing),
        sum((group.avoided for group in groups), nothing),
        size,
        any(group.cut for group in groups),
    )


def _by_segment(run, kind) -> list[Difference]:
    column = {
        "lenders": "CASE WHEN lenders_before >= 4 THEN '4+' ELSE lenders_before::VARCHAR END",
        "income": "income",
        "age": _AGE_GROUP,
    }[kind]
    return [
        _difference(run, label, "people", _segment_size(run, kind, label), f"({column}) = $key", label)
        for label in SEGMENTS[kind]
    ]


*_YOUNGER, _OLDEST = SEGMENTS["age"]
_UP_TO = " ".join(f"WHEN age <= {label.split('-')[1]} THEN '{label}'" for label in _YOUNGER)
_AGE_GROUP = f"CASE {_UP_TO} ELSE '{_OLDEST}' END"


def _segment_size(run, kind, label) -> np.ndarray:
    """People of the segment when the policy begins: its month counts the lenders of the end of the month before."""
    return run.by_seed(
        run.ask(
            """SELECT seed, people AS value FROM segments WHERE world = $baseline
        AND month = $policy AND kind = $kind AND segment = $label""",
            kind=kind,
            label=label,
        )
    )


def _events(run, cut_products) -> dict[str, Path]:
    names = [f"{platform} {product}" for platform, product in cut_products]
    economy = "SELECT seed, month, {}::DOUBLE AS value FROM economy WHERE world = $w"
    book = "SELECT seed, month, sum({})::DOUBLE AS value FROM monthly WHERE world = $w {} GROUP BY ALL"
    late, balance = (
        {world: run.by_month(run.ask(book.format(column, ""), w=world)) for world in run.worlds}
        for column in ("m2_fen + m3_fen + m4_fen", "balance_fen")
    )
    share = {
        world: np.divide(late[world], balance[world], out=np.zeros_like(late[world]), where=balance[world] > 0)
        for world in run.worlds
    }
    new = """SELECT seed, month, count(DISTINCT borrower)::DOUBLE AS value FROM defaults WHERE world = $w AND first
             GROUP BY ALL"""

    def difference(sql, scale, added_up=False, **values):
        reform, baseline = (run.by_month(run.ask(sql, w=world, **values)) for world in (run.reform, run.baseline))
        change = scale * (reform - baseline)
        return interval_path(change.cumsum(axis=1) if added_up else change)

    inside, outside = (
        "AND list_contains($names, platform || ' ' || product)",
        "AND NOT list_contains($names, platform || ' ' || product)",
    )
    per_person, per_thousand = 0.01 / run.borrowers, 1000.0 / run.borrowers
    first = """SELECT seed, month, count(*)::DOUBLE AS value FROM person_defaults WHERE world = $w GROUP BY ALL"""
    return {
        "new defaults": difference(new, per_thousand),
        "added up": difference(first, per_thousand, added_up=True),
        "30+ share": interval_path(100.0 * (share[run.reform] - share[run.baseline])),
        "balance cut": difference(book.format("balance_fen", inside), per_person, names=names),
        "balance others": difference(book.format("balance_fen", outside), per_person, names=names),
        "short": difference(economy.format("short"), per_thousand),
    }


def roll_rates(run) -> list[dict]:
    """Rolls to the next stage of lateness by product and world, shares of balance, from the policy month on.

    run: a Run; with one world all its months count. Returns rows with ``line`` and, for each world and each of M1 to
    M3, the share of the balance standing there that stands one stage further a month later (nan if none stood there).
    """
    since = "AND month >= $policy" if run.policy is not None else ""
    answer = run.ask(f"""SELECT platform || ' ' || product AS line, world, from_bucket AS stage, sum(CASE WHEN
            substr(to_bucket, 2, 1) = (substr(from_bucket, 2, 1)::INTEGER + 1)::VARCHAR
            THEN balance_fen ELSE 0 END)::DOUBLE / sum(balance_fen) AS share
        FROM transitions WHERE from_bucket IN ('M1', 'M2', 'M3') {since} GROUP BY ALL HAVING sum(balance_fen) > 0""")
    shares = {
        (line, world, stage): float(share)
        for line, world, stage, share in zip(*(answer[k] for k in ("line", "world", "stage", "share")), strict=True)
    }
    return [
        {
            "line": line,
            **{
                (world, stage): shares.get((line, world, stage), float("nan"))
                for world in run.worlds
                for stage in ("M1", "M2", "M3")
            },
        }
        for line in (f"{platform} {product}" for platform, product in run.lines)
    ]


def spread_defaults(run, most=200) -> list[dict]:
    """Caused defaults that began at a platform the policy did not cut, earliest first.

    run: a Run that ``compare`` has read; most: how many to return. Each has seed, borrower, month, platform,
    product, cause, policy_cut (whether the person's own limit had been cut) and lenders_before.
    """
    cut = list({platform for platform, _ in _cut_products(run)})
    if not cut:
        return []
    answer = run.ask(
        """SELECT seed, borrower, month, platform, product, cause, policy_cut, lenders_before FROM people
        WHERE caused AND NOT list_contains($cut, platform) ORDER BY month, seed, borrower LIMIT $most""",
        cut=cut,
        most=most,
    )
    rows = zip(*(column.tolist() for column in answer.values()), strict=True)
    return [dict(zip(answer, row, strict=True)) for row in rows]
