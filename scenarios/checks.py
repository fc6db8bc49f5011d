"""Whether a scenario can be played: its keys and ranges, then whether its dates and targets make sense together."""

import typing
from collections.abc import Iterator
from itertools import combinations

from pydantic import BaseModel, ValidationError

from scenarios.messages import BadInput, Problem, out_of_range, plain, unknown, wrong_type
from scenarios.places import Document
from scenarios.schema import Behaviour, ChangeTable, Platform, Product, Scenario, WhenTable, WhoTable
from sim.levers import LEVERS, NEEDS
from sim.parameters import BEHAVIOUR, PLATFORM, PRODUCT
from sim.policy import faults, month_date, month_number

#: Levers that act once, in the month they start or over their phase-in; the others hold until they end.
ONCE = {lever.name for lever in LEVERS.values() if lever.once}
#: pydantic's names for a wrong type, in plain words.
KINDS = {
    "string_type": "text", "float_type": "number", "int_type": "whole number", "int_from_float": "whole number",
    "finite_number": "number", "dict_type": "table", "model_type": "table", "model_attributes_type": "table",
}  # fmt: skip
HOMES = (
    (Scenario, "at the top of the file, before the first [table]"),
    (Behaviour, "under [parameters]"),
    (Platform, "under [platforms.NAME]"),
    (Product, "under [platforms.NAME.products.PRODUCT]"),
    (ChangeTable, "under [[changes]]"),
    (WhoTable, "inside who = { ... } of a change"),
    (WhenTable, "inside when = { ... } of a change"),
)
NEVER = "9999-12"  #: the month after the last, of what has no end
Found = tuple[tuple[str, ...], str]  #: an address and what is wrong there


def validated(document: Document, name: str, composed: bool = False) -> Scenario:
    """Make a scenario of a merged document; raises BadInput with every problem found.

    Arguments: the document; the name that the world will have in result tables; whether it is composed of scenarios
    that are correct by themselves, so that changes of one lever may meet (``compose.notes`` tells how they count).
    """
    if "name" in document.data:
        raise BadInput([document.problem(("name",), "a scenario is named after its file; remove this key")])
    try:
        scenario = Scenario.model_validate({**document.data, "name": name})
    except ValidationError as error:
        raise BadInput([_explained(item, document) for item in error.errors(include_url=False)]) from None
    sense = [*_sense(scenario), *(() if composed else _overlaps(scenario))]
    found = [document.problem(address, text) for address, text in sense]
    if found:
        raise BadInput(found)
    return scenario


def _explained(error: dict, document: Document) -> Problem:
    """Rewrite one of pydantic's complaints in plain words, at the line of the key."""
    address, kind, value = tuple(map(str, error["loc"])), error["type"], error["input"]
    section = _section(address)
    if kind == "extra_forbidden":
        text = _unknown_key(address[-1], section)
    elif kind == "missing":
        text = f'"{address[-1]}" is missing; add {address[-1]} = ...'
    elif kind in ("greater_than_equal", "less_than_equal"):
        field = keys_of(section)[address[-1]]
        low, high = (next(getattr(m, b) for m in field.metadata if hasattr(m, b)) for b in ("ge", "le"))
        text = out_of_range(value, low, high, (field.json_schema_extra or {}).get("unit", ""))
    elif kind in KINDS:
        text = wrong_type(KINDS[kind], value)
    else:
        text = error["msg"]
    return document.problem(address, text)


def keys_of(section: type[BaseModel]) -> dict:
    """The keys of a section as they are spelt in a file."""
    return {field.alias or name: field for name, field in section.model_fields.items() if name != "name"}


def _section(address: tuple[str, ...]):
    """Find the section that should hold the last part of an address."""
    section = Scenario
    for part in address[:-1]:
        is_named = typing.get_origin(section) is dict  # a table of named tables
        section = typing.get_args(section)[1] if is_named else keys_of(section)[part].annotation
    return section


def _unknown_key(key: str, section: type[BaseModel]) -> str:
    keys = keys_of(section)
    for home, words in HOMES:
        if home is not section and key in keys_of(home):
            return f'"{key}" does not belong here; write it {words}'
    return unknown("key", key, keys)


def _sense(scenario: Scenario) -> Iterator[Found]:
    """Find what no single key can show: dates, targets, overlaps, limits that contradict each other."""
    for name, change in scenario.changes.items():
        address = ("changes", name)
        for key, text in faults(change):
            yield (*address, key), _range(change) or text if key == "value" else text
        yield from _dates(address, change, scenario)
        yield from _target(address, change, scenario)
    for name, platform in scenario.platforms.items():
        for product, terms in platform.products.items():
            if terms.limit_low > terms.limit_high:
                address = ("platforms", name, "products", product, "limit_low")
                yield address, f"{plain(terms.limit_low)} is above limit_high, {plain(terms.limit_high)}; swap them"


def _range(change: ChangeTable) -> str:
    """What is wrong with the size of a value, recognising a percentage."""
    lever = LEVERS[change.lever]
    inside = lever.low <= change.value <= lever.high
    return "" if inside else out_of_range(change.value, lever.low, lever.high, lever.unit)


def _dates(address, change: ChangeTable, scenario: Scenario) -> Iterator[Found]:
    last = month_after(scenario.start, scenario.months - 1)
    if not scenario.start <= change.start <= last:
        yield (*address, "from"), f"{change.start} is outside the run, which goes from {scenario.start} to {last}"
    if change.until is not None and change.until <= change.start:
        yield (*address, "until"), f"{change.until} is not after from, {change.start}; write a later month"
    if change.until is not None and change.lever in ONCE and not change.phase_in and change.when is None:
        yield (*address, "until"), f"a {change.lever} acts once and is not undone at a date; remove until"
    if change.announced is not None and change.announced < scenario.start:
        yield (*address, "announced"), f"{change.announced} is before the run, which starts in {scenario.start}"


def _target(address, change: ChangeTable, scenario: Scenario) -> Iterator[Found]:
    platform = scenario.platforms.get(change.platform)
    if change.platform is not None and platform is None:
        yield (*address, "platform"), unknown("platform", change.platform, scenario.platforms)
    elif change.product is not None:
        offered = [platform] if platform else scenario.platforms.values()
        products = list(dict.fromkeys(name for p in offered for name in p.products))
        if change.product not in products:
            kind = f"product of {change.platform}" if platform else "product"
            yield (*address, "product"), unknown(kind, change.product, products)
    who = change.who
    if who.age_from is not None and who.age_below is not None and who.age_from >= who.age_below:
        yield (*address, "who"), f"nobody is {who.age_from} or older and under {who.age_below}; swap them"


def overlapping(scenario: Scenario, same_people: bool = True) -> Iterator[tuple[str, str]]:
    """Pairs of changes, by name, of one lever on one target that hold in the same month.

    same_people: only those aimed at the very same people, or all whose people may overlap.
    """
    for (a, first), (b, second) in combinations(scenario.changes.items(), 2):
        meet = all(
            x is None or y is None or x == y
            for x, y in ((first.platform, second.platform), (first.product, second.product))
        )
        early, late = sorted((first, second), key=lambda change: change.start)
        alike = (first.lever, first.when) == (second.lever, second.when)
        alike = alike and (first.who == second.who if same_people else _share_people(first.who, second.who))
        if alike and meet and late.start < end_of(early):
            yield a, b


def _share_people(one: WhoTable, other: WhoTable) -> bool:
    """Whether somebody may be aimed at by both: unless the ages exclude each other."""
    youngest = max(one.age_from or 0, other.age_from or 0)
    return youngest < min(one.age_below or youngest + 1, other.age_below or youngest + 1)


def _overlaps(scenario: Scenario) -> Iterator[Found]:
    """Two changes of one lever on one target must not hold in the same month: which would count?"""
    for a, b in overlapping(scenario):
        early, late = sorted((scenario.changes[a], scenario.changes[b]), key=lambda change: change.start)
        remedy = "start it later" if early.lever in ONCE else f'end the earlier one with until = "{late.start}"'
        if late.start == early.start:
            remedy = "keep one of them, or change their months"
        yield ("changes", b, "from"), f'overlaps the change "{a}", which moves {early.lever} too; {remedy}'


def idle(scenario: Scenario) -> Iterator[str]:
    """Changes that move nothing here, because what their lever acts on is off; with what would switch it on."""
    groups = [(BEHAVIOUR, scenario.parameters)]
    groups += [(PLATFORM, platform) for platform in scenario.platforms.values()]
    groups += [(PRODUCT, product) for platform in scenario.platforms.values() for product in platform.products.values()]
    on = {name for group, terms in groups for name, p in group.items() if getattr(terms, name) != p.default}
    for name, change in scenario.changes.items():
        needs = NEEDS.get(change.lever, ())
        if needs and not on & set(needs):
            off = " and ".join(needs)
            yield f"{name}: {change.lever} changes nothing here while {off} stay at their default, which is off"


def end_of(change: ChangeTable) -> str:
    """First month in which a change no longer acts."""
    if change.lever in ONCE and change.when is None:
        return min(month_after(change.start, max(1, change.phase_in)), change.until or NEVER)
    return change.until or NEVER


def month_after(month: str, months: int) -> str:
    """Count calendar months on from (or back from) a month written ``2020-12``."""
    return month_date(month_number(month) + months)
