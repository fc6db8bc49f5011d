"""A scenario in plain words: its question, its market, and what changes when, where and for whom."""

from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scenarios.checks import NEVER, end_of, month_after
from scenarios.messages import plain
from scenarios.places import shown
from scenarios.schema import ChangeTable, Scenario
from sim.levers import INDICATORS, LEVERS
from sim.parameters import BEHAVIOUR


def described(scenario: Scenario) -> RenderableType:
    """Describe a resolved scenario for the screen: words, size, market, parameters that differ, timetable."""
    last = month_after(scenario.start, scenario.months - 1)
    facts = {
        "question": scenario.question,
        "expected": " ".join(scenario.expected.split()),
        "source": scenario.source,
        "months": f"{scenario.start} to {last} ({scenario.months})",
        "market": scenario.market,
        "size": f"{scenario.borrowers:,} borrowers, {scenario.shop_count():,} merchants, {scenario.seeds} seeds",
        "people": scenario.founded_from and f"founded from {shown(Path(scenario.founded_from.file))}",
        "lenders": "; ".join(f"{name} ({', '.join(p.products)})" for name, p in scenario.platforms.items()),
        "parameters": "\n".join(_differing(scenario)) or "all at their defaults",
    }
    table = Table.grid(padding=(0, 2))
    for key, value in facts.items():
        if value:
            table.add_row(Text(key, style="bold"), Text(value))
    heading = Text(f"{scenario.name}: {scenario.title}", style="bold")
    return Group(heading, Padding(table, (1, 0)), timetable(scenario))


def _differing(scenario: Scenario):
    for name, parameter in BEHAVIOUR.items():
        value = getattr(scenario.parameters, name)
        if value != parameter.default:
            yield f"{name} = {plain(value)} {parameter.unit} (default {plain(parameter.default)})"


def timetable(scenario: Scenario) -> RenderableType:
    """List the changes of a scenario by month, and what each lever used means."""
    if not scenario.changes:
        return Text("Nothing changes.")
    table = Table(box=None, pad_edge=False)
    for heading in ("from", "to", "change", "what", "where", "for whom"):
        table.add_column(heading, no_wrap=heading in ("from", "to", "change", "what"))
    for name, change in sorted(scenario.changes.items(), key=lambda item: item[1].start):
        table.add_row(change.start, _last_month(change), name, _what(change), where(change), whom(change))
    meanings = Table.grid(padding=(0, 2))
    for lever in dict.fromkeys(change.lever for change in scenario.changes.values()):
        meanings.add_row(Text(lever, style="bold"), Text(f"{LEVERS[lever].meaning} [{LEVERS[lever].unit}]"))
    for indicator in dict.fromkeys(change.when.indicator for change in scenario.changes.values() if change.when):
        unit, meaning = INDICATORS[indicator]
        said = f"{meaning}, at the end of the month before [{unit}]"
        meanings.add_row(Text(indicator.replace("_", " "), style="bold"), Text(said))
    return Group(table, Padding(meanings, (1, 0, 0, 0)))


def _last_month(change: ChangeTable) -> str:
    return "the end" if end_of(change) == NEVER else month_after(end_of(change), -1)


def _what(change: ChangeTable) -> str:
    more = [
        f"over {change.phase_in} months" if change.phase_in else "",
        f"announced {change.announced}" if change.announced else "",
        reaction(change) if change.when else "",
    ]
    return "\n  ".join([f"{change.lever} {plain(change.value)}", *filter(None, more)])


def reaction(change: ChangeTable) -> str:
    """Say which indicator a change follows."""
    marks = [f"{side} {plain(mark)}" for side in ("above", "below") if (mark := getattr(change.when, side)) is not None]
    return f"if {change.when.indicator.replace('_', ' ')} {' and '.join(marks)}"


def where(change: ChangeTable) -> str:
    """Say which platforms and products a change is aimed at."""
    aims = LEVERS[change.lever].aims_at
    if "platform" not in aims:
        return "the whole market"
    return f"{change.platform or 'all platforms'}" + (
        f", {change.product or 'all products'}" if "product" in aims else ""
    )


def whom(change: ChangeTable) -> str:
    """Say which people a change is aimed at."""
    who, words = change.who, []
    if who.age_from is not None:
        words.append(f"aged {who.age_from} or over")
    if who.age_below is not None:
        words.append(f"under {who.age_below}")
    if who.lenders_at_least is not None:
        words.append(f"owing {who.lenders_at_least} or more lenders")
    if who.score_below is not None:
        words.append(f"with a score under {plain(who.score_below)}")
    return " and ".join(words) or "everybody"
