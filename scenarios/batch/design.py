"""A design: which numbers of which worlds and policies a batch sweeps, read from a TOML file and checked before a run.

Every swept number has an address, as after ``--set``, and a method: ``grid`` and ``list`` are played at given values,
``lhs``, ``sobol`` and ``morris`` at sampled ones. Axes of a grid cross each other; the lists go together, the first
value with the first; both cross the one sample that a design may have.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from scenarios.batch.sheet import Sheet
from scenarios.batch.worlds import NONE, called, compared_with, read_world, source_of
from scenarios.checks import keys_of
from scenarios.loader import DESIGNS, find
from scenarios.messages import BadInput, out_of_range, plain, unknown, wrong_type
from scenarios.schema import Scenario
from sim.levers import LEVERS
from sim.record import TABLES

SAMPLED = ("lhs", "sobol", "morris")
METHODS = ("grid", "list", *SAMPLED)
WIDEST = 100.0  #: an admissible range that reaches beyond this is no sensible range to sample
MOST_VALUES = 10_000  #: of a grid on one axis; more is a slip of the pen
SIZES = ("seeds", "borrowers", "months")
#: The keys of a design and of a swept number, with what they hold.
KEYS = {"title": "text", "question": "text", "worlds": "names", "policies": "names", **dict.fromkeys(SIZES, "count"),
        "tables": "names", "sweep": "tables"}  # fmt: skip
AXIS_KEYS = {"path": "text", "range": "numbers", "values": "numbers", "method": "text", "n": "count"}


@dataclass(frozen=True)
class Axis:
    """One swept number: its address, its ends, and either its values or the method and size of its sample.

    values: ascending or as listed, empty for a sampled axis; n: rows of a Latin hypercube, rows before crossing of a
    Sobol sample, trajectories of Morris, or how many values; whole: only whole numbers make sense; unit: in words.
    """

    path: str
    low: float
    high: float
    values: tuple[float, ...]
    method: str
    n: int
    whole: bool
    unit: str


@dataclass(frozen=True)
class Design:
    """What a batch plays: worlds x policies x seeds x the points of the sweep; no policies: the worlds themselves.

    worlds, policies: names in the gallery or paths; seeds: paired runs; borrowers: people; tables: names of result
    tables that are kept.
    """

    name: str
    title: str
    question: str
    worlds: tuple[str, ...]
    policies: tuple[str, ...]
    seeds: int
    borrowers: int
    months: int
    tables: tuple[str, ...]
    sweep: tuple[Axis, ...]

    @classmethod
    def again(cls, written: dict) -> "Design":
        """The design that a batch's manifest holds, as ``dataclasses.asdict`` wrote it."""
        plain = {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
        sweep = tuple(Axis(**axis | {"values": tuple(axis["values"])}) for axis in written["sweep"])
        return cls(**plain | {"sweep": sweep})

    @property
    def sampled(self) -> tuple[Axis, ...]:
        """The axes of the one sample, none if everything is given."""
        return tuple(axis for axis in self.sweep if axis.method in SAMPLED)

    @property
    def method(self) -> str | None:
        """The method of the one sample, None if everything is given."""
        return self.sampled[0].method if self.sampled else None


def settings(point: dict[str, float]) -> tuple[str, ...]:
    """A point as the settings that ``load`` applies: ``changes.cut.value=0.5``, floats to the last bit."""
    return tuple(f"{path}={value!r}" for path, value in point.items())


def read_design(source: str | Path) -> Design:
    """Read a design by its name among those that come with Rollover, or by the path of its TOML file.

    Each path must be a number of at least one of the worlds and policies, each of which is checked at the ends of the
    ranges: all low, all high, and each axis alone at its other end, which finds any two numbers that contradict each
    other there. Raises BadInput with one line for each problem.
    """
    path = find(source, shelf=DESIGNS)
    sheet = Sheet(path)
    sheet.check((), sheet.data, KEYS, needed=("title",))
    sheet.refuse()
    tables = sheet.data.get("sweep", [])
    for number, table in enumerate(tables):
        sheet.check(("sweep", number), table, AXIS_KEYS, needed=("path", "method"))
    policies = _sources(sheet, "policies", path.parent)
    worlds = _sources(sheet, "worlds", path.parent)
    kept = _kept(sheet)
    sheet.refuse()
    scenarios = _scenarios(sheet, worlds, policies)
    sheet.refuse()
    worlds = tuple(dict.fromkeys(world for world, _ in scenarios))
    sizes = _sizes(sheet, scenarios[worlds[0], (*policies, NONE)[0]])
    axes = [_axis(sheet, number, table, scenarios.values()) for number, table in enumerate(tables)]
    _together(sheet, [axis.path if axis else "" for axis in axes])
    sheet.refuse()
    sweep = _one_sample(sheet, axes)
    sheet.refuse()
    _dry(sheet, sweep, scenarios)
    sheet.refuse()
    words = (sheet.data["title"], sheet.data.get("question", ""))
    return Design(path.stem, *words, worlds, policies, **sizes, tables=kept, sweep=sweep)


def _sources(sheet: Sheet, key: str, folder: Path) -> tuple[str, ...]:
    """The worlds or policies: names in the gallery, paths of files beside the design."""
    found = []
    for number, name in enumerate(sheet.data.get(key, ())):
        try:
            found.append(source_of(name, folder))
        except BadInput as error:
            sheet.wrong((key, number), str(error))
    if sheet.data.get("worlds") == [] and key == "worlds":
        sheet.wrong((key,), 'a design needs at least one world: worlds = ["baseline"]')
    if len(set(map(called, found))) < len(found):
        sheet.wrong((key,), "one of them is named twice; name each once")
    return tuple(found)


def _scenarios(sheet: Sheet, worlds: Sequence[str], policies: Sequence[str]) -> dict[tuple[str, str], Scenario]:
    """Every world without a policy and with each: (world, policy) -> scenario."""
    try:
        played = worlds or [compared_with(policies)]
        return {(world, policy): read_world(world, policy) for policy in (NONE, *policies) for world in played}
    except BadInput as error:
        sheet.wrong(("policies",), str(error))
        return {}


def _kept(sheet: Sheet) -> tuple[str, ...]:
    """The result tables that are kept: all, if the design does not say."""
    for number, name in enumerate(sheet.data.get("tables", ())):
        if name not in TABLES:
            sheet.wrong(("tables", number), unknown("table", name, TABLES))
    return tuple(dict.fromkeys(sheet.data.get("tables", TABLES)))


def _sizes(sheet: Sheet, scenario: Scenario) -> dict[str, int]:
    """Seeds, borrowers and months: of the first policy, or world, where the design does not say."""
    sizes = {key: sheet.data.get(key, getattr(scenario, key)) for key in SIZES}
    for key, size in sizes.items():
        term = _term(scenario, key)
        if not term.low <= size <= term.high:
            sheet.wrong((key,), out_of_range(size, term.low, term.high, term.unit))
    return sizes


class Term(NamedTuple):
    """What a scenario admits at an address: its ends, whether only whole numbers, and the unit."""

    low: float
    high: float
    whole: bool
    unit: str


def _term(scenario: Scenario, path: str) -> Term:
    """Find what a scenario admits at an address; raises BadInput if there is no number there."""
    here, field, above = scenario, None, None
    address = path.split(".")
    for number, part in enumerate(address):
        above = here
        if isinstance(here, dict):
            if part not in here:
                raise BadInput(unknown(address[number - 1].removesuffix("s"), part, here))
            here, field = here[part], None
        elif isinstance(here, BaseModel):
            if part not in keys_of(type(here)):
                raise BadInput(unknown("key", part, keys_of(type(here))))
            here, field = getattr(here, part, None), keys_of(type(here))[part]
        else:
            raise BadInput(f"there is nothing inside {'.'.join(address[:number])} here; name a number")
    if field is None or field.annotation not in (int, float):
        raise BadInput("only numbers can be swept; name a number")
    if address[0] == "changes" and address[2:] == ["value"]:
        lever = LEVERS[above.lever]
        return Term(lever.low, lever.high, lever.whole, lever.unit)
    low, high = (next((getattr(m, b) for m in field.metadata if hasattr(m, b)), math.nan) for b in ("ge", "le"))
    return Term(low, high, field.annotation is int, (field.json_schema_extra or {}).get("unit", ""))


def _axis(sheet: Sheet, number: int, table: dict, scenarios) -> Axis | None:
    """Make an axis of its table; None, and a note of what is wrong, if that cannot be."""
    at, before = ("sweep", number), len(sheet.problems)
    path, method = table["path"], table["method"]
    terms, refusal = [], ""
    for scenario in scenarios:
        try:
            terms.append(_term(scenario, path))
        except BadInput as error:
            refusal = str(error)  # the last one counts: a policy knows its own changes
    if path in SIZES:
        sheet.wrong((*at, "path"), f"{path} is the same for the whole design; write {path} = ... at the top")
    elif not terms:
        sheet.wrong((*at, "path"), f"{path}: {refusal}")
    if method not in METHODS:
        sheet.wrong((*at, "method"), unknown("method", method, METHODS))
    if len(sheet.problems) > before:
        return None
    term = Term(max(t.low for t in terms), min(t.high for t in terms), any(t.whole for t in terms), terms[-1].unit)
    for key, text in _mixed(table, method, term):
        sheet.wrong((*at, key), text)
    for key in ("range", "values"):
        for place, value in enumerate(table.get(key, ())):
            if term.whole and not isinstance(value, int):
                sheet.wrong((*at, key, place), wrong_type("whole number", value))
            elif value < term.low or value > term.high:
                sheet.wrong((*at, key, place), out_of_range(value, term.low, term.high, term.unit))
    if len(sheet.problems) > before:
        return None
    kind = int if term.whole else float
    values = tuple(map(kind, table.get("values", ())))
    low, high = map(kind, (min(values), max(values)) if values else table.get("range", (term.low, term.high)))
    n = len(values) or table.get("n", 0)
    if method == "grid" and not values:
        values = _spaced(low, high, n, term.whole)
    return Axis(path, low, high, values, method, n, term.whole, term.unit)


def _mixed(table: dict, method: str, term: Term) -> Iterator[tuple[str, str]]:
    """Keys of a swept number that do not go together, or that its method needs."""
    values, ends, n = table.get("values"), table.get("range"), table.get("n")
    if values is not None and ends is not None:
        yield "range", "write range or values, not both"
    elif values is not None and method in SAMPLED:
        yield "values", f'{method} samples a range; write range = [low, high], or method = "list"'
    elif values is None and method == "list":
        yield "values", "a list needs its values: values = [0.1, 0.2]"
    elif values is not None:
        if not values or (len(set(values)) < len(values) and method == "grid"):
            yield "values", "name at least one value, and each once"
        if n is not None:
            yield "n", "n is how many values there are; remove it"
    elif ends is not None and (len(ends) != 2 or not ends[0] < ends[1]):
        yield "range", "write the lower end and then the upper one: range = [0.1, 0.8]"
    elif ends is None and not max(abs(term.low), abs(term.high)) <= WIDEST:
        span = "" if math.isnan(term.low) else f", {plain(term.low)} to {plain(term.high)} ({term.unit}),"
        yield "range", f"range is missing; what is admissible{span} is too wide to sample: write range = [low, high]"
    elif method == "grid" and (n is None or n < 2):
        yield "n", "a grid over a range needs how many values it has, two or more: n = 5"
    elif method == "grid" and n > MOST_VALUES:
        yield "n", f"{n} values on one axis are more than {MOST_VALUES}, the most that a grid takes; write fewer"
    elif method == "grid" and term.whole:
        low, high = ends or (term.low, term.high)
        if isinstance(low, int) and isinstance(high, int) and n > high - low + 1:
            yield "n", f"there are only {high - low + 1} whole numbers from {low} to {high}; write n = {high - low + 1}"


def _spaced(low, high, n: int, whole: bool) -> tuple[float, ...]:
    """So many values at equal distances, whole numbers as near to them as they are."""
    values = [min(high, low + (high - low) * step / (n - 1)) for step in range(n)]
    return tuple(math.floor(value + 0.5) for value in values) if whole else tuple(values)


def _together(sheet: Sheet, paths: list[str]) -> None:
    """Note a number that is swept twice."""
    for number, path in enumerate(paths):
        if path and path in paths[:number]:
            sheet.wrong(("sweep", number, "path"), f"{path} is swept twice; keep one of them")


def _one_sample(sheet: Sheet, axes: list[Axis]) -> tuple[Axis, ...]:
    """Give every sampled axis the size of the one sample; note samples and lists that do not fit together."""
    numbers = [number for number, axis in enumerate(axes) if axis.method in SAMPLED]
    lists = [number for number, axis in enumerate(axes) if axis.method == "list"]
    for number in lists:
        first, own = axes[lists[0]], axes[number]
        if own.n != first.n:
            text = f"lists go together, value by value: {first.path} has {first.n} of them, this one {own.n}"
            sheet.wrong(("sweep", number, "values"), f'{text}; make them equal, or write method = "grid"')
    if not numbers:
        return tuple(axes)
    method = axes[numbers[0]].method
    n = next((axes[number].n for number in numbers if axes[number].n), 0)
    for number in numbers:
        if axes[number].method != method:
            text = f"a design has one sample, and it is {method} already; use {method}, grid or list"
            sheet.wrong(("sweep", number, "method"), text)
        elif axes[number].n not in (0, n):
            sheet.wrong(("sweep", number, "n"), f"the sample has n = {n} already; write the same, or leave it out")
    at = ("sweep", numbers[0], "n")
    if n < 2:
        sheet.wrong(at, "a sample needs its size, two or more: n = 64")
    elif method == "sobol" and n & (n - 1):
        below = 1 << n.bit_length() - 1
        sheet.wrong(at, f"a Sobol sample is even only for a power of two; write {below} or {2 * below}, not {n}")
    return tuple(replace(axis, n=n) if axis.method in SAMPLED else axis for axis in axes)


def _dry(sheet: Sheet, sweep: Sequence[Axis], scenarios: dict[tuple[str, str], Scenario]) -> None:
    """Check every scenario at the ends of the axes that it has."""
    for (world, policy), scenario in scenarios.items():
        name = called(world if policy == NONE else policy)
        own = [(number, axis) for number, axis in enumerate(sweep) if _admits(scenario, axis.path)]
        told = set()
        for moved, corner in _corners([axis for _, axis in own]):
            try:
                read_world(world, policy, settings(corner))
            except BadInput as error:
                number = own[moved][0]
                if number not in told:  # one corner for each axis is enough to mend it
                    sheet.wrong(("sweep", number), f"{name} cannot be played there: {error}")
                told.add(number)


def _admits(scenario: Scenario, path: str) -> bool:
    try:
        _term(scenario, path)
    except BadInput:
        return False
    return True


def _corners(axes: Sequence[Axis]) -> Iterator[tuple[int, dict[str, float]]]:
    """The ends of the sweep: all low, all high, and each axis alone at its other end; with the axis that moved."""
    lows, highs = ({axis.path: getattr(axis, end) for axis in axes} for end in ("low", "high"))
    if not axes:
        return
    yield 0, lows
    yield 0, highs
    for number, axis in enumerate(axes):
        yield number, {**lows, axis.path: axis.high}
        yield number, {**highs, axis.path: axis.low}
