"""Rules side by side: the table for a terminal, and the tables and the figure for a folder."""

import csv
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.estimate import Estimate, estimate
from analysis.frontier.frontier import BEST, CAUTION, Frontier
from analysis.frontier.measures import HARMS, MEASURES, RISKS, Measure
from analysis.frontier.rules import Rule
from analysis.tables import terminal
from analysis.wording import month, number
from scenarios.store import write_table
from sim.record import Column

MEASURED = (
    Column("rule", "VARCHAR", "name", "the run's folder; doing nothing is the baseline"),
    Column("seed", "INTEGER", "number", "which of the paired runs"),
    Column("measure", "VARCHAR", "name", "by what rules are judged"),
    Column("unit", "VARCHAR", "name", "of the value"),
    Column("value", "DOUBLE", "see unit", "the rule against doing nothing; of a risk, the fall"),
)
STANDING = (
    Column("risk", "VARCHAR", "name", "the measure that should fall"),
    Column("harm", "VARCHAR", "name", "the measure set against it"),
    Column("rule", "VARCHAR", "name", "as in measures"),
    Column("fall", "DOUBLE", "of the risk", "mean fall over seeds"),
    Column("fall_low", "DOUBLE", "of the risk", "lower end of its 95 % interval"),
    Column("fall_high", "DOUBLE", "of the risk", "upper end of its 95 % interval"),
    Column("harm_mean", "DOUBLE", "of the harm", "mean harm over seeds"),
    Column("harm_low", "DOUBLE", "of the harm", "lower end of its 95 % interval"),
    Column("harm_high", "DOUBLE", "of the harm", "upper end of its 95 % interval"),
    Column("standing", "VARCHAR", "name", "whether the rule is on the frontier"),
    Column("dominated_by", "VARCHAR", "name", "of the rules that are better, that of least harm"),
)


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
    from analysis.drawing import drawn, save
    from analysis.frontier.figure import draw_frontier

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = _tables(folder, "measures", MEASURED, _values(rules))
    written += _tables(folder, "frontier", STANDING, _standings(rules))
    figure = partial(draw_frontier, [Frontier(rules, risk, harm) for risk in RISKS])
    return written + save(drawn({"frontier": figure}), folder)


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
    parquet, plain = (folder / f"{name}.{ending}" for ending in ("parquet", "csv"))
    names = [column.name for column in columns]
    values = (np.array(column, dtype=object) for column in zip(*rows, strict=True))
    write_table(parquet, columns, dict(zip(names, values, strict=True)))
    with plain.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *rows])
    return [parquet, plain]


def _measures(own) -> Table:
    """Each rule against doing nothing, with intervals."""
    heads = [("fall in " if m.fall else "") + f"{m.words}, {m.unit}" for m in _ordered()]
    table = terminal("rule, against doing nothing", *heads)
    for rule in own:
        table.add_row(rule.name, *(_span(rule.estimate(m), m.digits) for m in _ordered()))
    return table


def _against_first(own) -> Table:
    """Each rule against the first one named, seed by seed."""
    first = own[0]
    table = terminal(f"paired difference against {first.name}", *(m.words for m in _ordered()))
    for rule in own[1:]:
        differences = [(estimate(rule.values[m.name] - first.values[m.name]), m) for m in _ordered()]
        table.add_row(rule.name, *(_span(value, m.digits) for value, m in differences))
    return table


def _frontier(one: Frontier) -> Table:
    """Rules by their fall in one risk, with their standing and what the fall costs."""
    price = f"{one.harm.words} for each 100 yuan"
    table = terminal(
        f"fall in {one.risk.words}", one.risk.unit, f"{one.harm.words}, {one.harm.unit}", price, "standing"
    )
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
