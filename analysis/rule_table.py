"""Rules side by side: the table for a terminal, and the tables and the figure for a folder."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.estimate import Estimate, estimate
from analysis.frontier import BEST, CAUTION, HARMS, MEASURES, RISKS, Frontier, Measure, Rule
from analysis.wording import month, number

#: Columns of the two tables that are written: name, DuckDB type.
MEASURED = (
    ("rule", "VARCHAR"), ("seed", "INTEGER"), ("measure", "VARCHAR"), ("unit", "VARCHAR"), ("value", "DOUBLE"),
)  # fmt: skip
STANDING = (
    ("risk", "VARCHAR"), ("harm", "VARCHAR"), ("rule", "VARCHAR"),
    ("fall", "DOUBLE"), ("fall_low", "DOUBLE"), ("fall_high", "DOUBLE"),
    ("harm_mean", "DOUBLE"), ("harm_low", "DOUBLE"), ("harm_high", "DOUBLE"),
    ("standing", "VARCHAR"), ("dominated_by", "VARCHAR"),
)  # fmt: skip


def screen(rules: Sequence[Rule], harm: Measure):
    """The comparison of rules as a rich renderable.

    rules: what ``frontier.rules`` gave, doing nothing first; harm: by which the frontier is drawn.
    """
    frontiers = [Frontier(rules, risk, harm) for risk in RISKS]
    own = list(rules[1:])
    findings = dict.fromkeys(one.finding for one in frontiers)
    parts = [Text(f"{finding[0].upper()}{finding[1:]}.", style="bold") for finding in findings]
    parts += [_measures(own), _against_first(own), *(_frontier(one) for one in frontiers)]
    parts.append(Text(CAUTION))
    starts = sorted({rule.start for rule in own})
    if len(starts) > 1:
        begins = "; ".join(f"{month(s)}: {', '.join(r.name for r in own if r.start == s)}" for s in starts)
        parts.append(Text(f"The rules do not begin in the same month, so some had longer to work ({begins})."))
    if len(own[0].seeds) < 2:
        parts.append(Text("With one seed nothing is known about how far this is luck, so no rule is ruled out."))
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def write(rules: Sequence[Rule], harm: Measure, folder) -> list[Path]:
    """Write ``measures`` and ``frontier`` as Parquet and CSV, and the figure as PNG and SVG.

    rules, harm: as for ``screen``; folder: made if there is none. Returns the paths.
    """
    import matplotlib as mpl

    from analysis import points
    from analysis.figures import STYLE, Drawing, save

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = _tables(folder, "measures", MEASURED, _values(rules))
    written += _tables(folder, "frontier", STANDING, _standings(rules))
    with mpl.rc_context(fname=str(STYLE)):
        drawing = Drawing("frontier", *points.frontier([Frontier(rules, risk, harm) for risk in RISKS]))
    return written + save({drawing.name: drawing}, folder)


def _values(rules) -> list[tuple]:
    return [
        (rule.name, seed, measure.name, measure.unit, float(value))
        for rule in rules
        for measure in MEASURES.values()
        for seed, value in zip(rule.seeds, rule.values[measure.name], strict=True)
    ]


def _standings(rules) -> list[tuple]:
    rows = []
    for one in (Frontier(rules, risk, harm) for risk in RISKS for harm in HARMS):
        for rule in rules:
            fall, harm, better = rule.estimate(one.risk), rule.estimate(one.harm), one.better(rule)
            numbers = (fall.mean, fall.low, fall.high, harm.mean, harm.low, harm.high)
            name = better.name if better else None
            rows.append((one.risk.name, one.harm.name, rule.name, *map(_finite, numbers), one.standing(rule), name))
    return rows


def _finite(value: float) -> float | None:
    return value if value == value else None  # no interval: nothing, rather than not a number


def _tables(folder: Path, name: str, columns, rows) -> list[Path]:
    paths = [folder / f"{name}.{ending}" for ending in ("parquet", "csv")]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(f'{column} {kind}' for column, kind in columns)})")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", rows)
        for path in paths:
            quoted = str(path).replace("'", "''")
            connection.execute(f"COPY t TO '{quoted}' (FORMAT {path.suffix[1:]})")
    return paths


def _table(*columns) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i == 0 else "right", overflow="fold")
    return table


def _measures(own) -> Table:
    """Each rule against doing nothing, with intervals."""
    heads = [("fall in " if m.fall else "") + f"{m.words}, {m.unit}" for m in _ordered()]
    table = _table("rule, against doing nothing", *heads)
    for rule in own:
        table.add_row(rule.name, *(_span(rule.estimate(m), m.digits) for m in _ordered()))
    return table


def _against_first(own) -> Table:
    """Each rule against the first one named, seed by seed."""
    first = own[0]
    table = _table(f"paired difference against {first.name}", *(m.words for m in _ordered()))
    for rule in own[1:]:
        differences = [(estimate(rule.values[m.name] - first.values[m.name]), m) for m in _ordered()]
        table.add_row(rule.name, *(_span(value, m.digits) for value, m in differences))
    return table


def _frontier(one: Frontier) -> Table:
    """Rules by their fall in one risk, with their standing and what the fall costs."""
    price = f"{one.harm.words} for each 100 yuan"
    table = _table(f"fall in {one.risk.words}", one.risk.unit, f"{one.harm.words}, {one.harm.unit}", price, "standing")
    for rule in sorted(one.rules, key=lambda rule: rule.estimate(one.risk).mean):
        fall, harm, digits = rule.estimate(one.risk).mean, rule.estimate(one.harm).mean, one.harm.digits
        style = "bold" if one.standing(rule) == BEST else ""
        table.add_row(
            rule.name,
            number(fall, 0),
            number(harm, digits),
            number(one.price(rule), digits),
            one.words(rule),
            style=style,
        )
    return table


def _ordered() -> list[Measure]:
    """Defaults first, the question of the house; then risks, then the other harms."""
    return [MEASURES["defaults"], *RISKS, *(m for m in HARMS if m.name != "defaults")]


def _span(value: Estimate, digits: int) -> str:
    text = number(value.mean, digits)
    return f"{text} ({number(value.low, digits)} to {number(value.high, digits)})" if value.has_interval else text
