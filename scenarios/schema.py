"""What a scenario may say: built from the market's own parameters, levers and changes, so nothing is written twice."""

import dataclasses
import re
import typing
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError

from scenarios.borrowers.table import read_known
from scenarios.messages import unknown
from sim.levers import INDICATORS, LEVERS
from sim.parameters import BEHAVIOUR, PLATFORM, PRODUCT, Parameter, merchants_for
from sim.policy import Change, When, Who


class Section(BaseModel):
    """A table of a scenario: no key that is not declared, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True)


def _number(kind: type, low, high, unit: str, meaning: str = ""):
    return Annotated[kind, Field(ge=low, le=high, description=meaning, json_schema_extra={"unit": unit})]


def _yes_or_no(value):
    return int(value) if isinstance(value, bool) else value


def _term(parameter: Parameter):
    """Type of one parameter: whole if its default and range are, yes or no as true and false too."""
    whole = all(isinstance(x, int) for x in (parameter.default, parameter.low, parameter.high))
    kind = int if whole else float
    number = _number(kind, parameter.low, parameter.high, parameter.unit, parameter.meaning)
    if parameter.unit == "yes or no":
        number = Annotated[number, BeforeValidator(_yes_or_no)]
    return (number, kind(parameter.default))


def _terms(title: str, group: dict[str, Parameter], **more) -> type[Section]:
    return create_model(title, __base__=Section, **{name: _term(p) for name, p in group.items()}, **more)


def _calendar_month(text: str) -> str:
    match = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if not match:
        raise PydanticCustomError("month", 'write a month as year and month: "2020-12"')
    if not (1 <= int(match[2]) <= 12 and 1900 <= int(match[1]) <= 2200):
        raise PydanticCustomError("month", f'there is no month "{text}"; write one such as "{match[1]}-12"')
    return text


def _lever(name: str) -> str:
    if name not in LEVERS:
        raise PydanticCustomError("lever", "{text}", {"text": unknown("lever", name, LEVERS)})
    return name


def _indicator(name: str) -> str:
    if name not in INDICATORS:
        raise PydanticCustomError("indicator", "{text}", {"text": unknown("indicator", name, INDICATORS)})
    return name


Month = Annotated[str, AfterValidator(_calendar_month)]
_SPECIAL = {  # fields of Who, When and Change whose admissible values are narrower than their type
    "age_below": _number(int, 18, 100, "years"),
    "age_from": _number(int, 0, 99, "years"),
    "lenders_at_least": _number(int, 0, 50, "platforms owed to"),
    "score_below": _number(float, -1.0, 2.0, "score"),
    "phase_in": _number(int, 0, 240, "months"),
    "lever": Annotated[str, AfterValidator(_lever)],
    "start": Month,
    "until": Month,
    "announced": Month,
    "indicator": Annotated[str, AfterValidator(_indicator)],
    "above": float,
    "below": float,
}


def _of_dataclass(model: type, **replaced) -> type[Section]:
    """Make a section with the fields of a dataclass of the market; ``start`` is spelt ``from`` in a file."""
    fields = {}
    hints = typing.get_type_hints(model)
    for field in dataclasses.fields(model):
        kind = _SPECIAL.get(field.name, hints[field.name])  # TOML has no null: a default of None needs no type
        default = ... if field.default is dataclasses.MISSING else field.default
        fields[field.name] = (kind, Field(default, alias="from") if field.name == "start" else default)
    fields.pop("name", None)  # a named table is known by its address
    return create_model(model.__name__, __base__=Section, **{**fields, **replaced})


Behaviour = _terms("Behaviour", BEHAVIOUR)
Product = _terms("Product", PRODUCT)
Platform = _terms("Platform", PLATFORM, products=(dict[str, Product], ...))
WhoTable = _of_dataclass(Who)
WhenTable = _of_dataclass(When)
ChangeTable = _of_dataclass(Change, who=(WhoTable, WhoTable()), when=(WhenTable, None))


def _given(value):
    """A table without the keys that say nothing."""
    if not isinstance(value, dict):
        return value
    return {key: _given(item) for key, item in value.items() if item is not None}


class FoundedFrom(Section):
    """The table from which borrowers are founded: where it is, and what is in it."""

    file: str
    content: str


class Scenario(Section):
    """One world: a market, when and how large, and the dated changes of its rules."""

    name: str
    title: str
    question: str = ""
    expected: str = ""
    source: str = ""
    extends: str | None = None
    against: str | None = None
    market: str
    start: Month
    months: _number(int, 1, 1200, "months")
    borrowers: _number(int, 1, 100_000_000, "people") = 20_000
    seeds: _number(int, 1, 100_000, "paired runs") = 10
    merchants: _number(int, 1, 10_000_000, "merchants") = None
    founded_from: FoundedFrom = None
    parameters: Behaviour = Behaviour()
    platforms: dict[str, Platform]
    changes: dict[str, ChangeTable] = {}

    def resolved(self) -> dict:
        """Everything that defines this world, as plain data; named tables are addressed by their names."""
        return self.model_dump(by_alias=True, exclude={"extends", "against"})

    @classmethod
    def again(cls, resolved: dict) -> "Scenario":
        """The world that ``resolved`` wrote down."""
        return cls.model_validate(_given(resolved))

    def lines(self) -> list[str]:
        """Every line that its market offers, as ``PLATFORM/PRODUCT``."""
        return [f"{name}/{product}" for name, platform in self.platforms.items() for product in platform.products]

    def known_borrowers(self) -> dict:
        """What is known of its borrowers beforehand, by column; nothing unless it is founded from a table."""
        if self.founded_from is None:
            return {}
        return read_known(self.founded_from.file, self.founded_from.content, tuple(self.lines()))

    def shop_count(self) -> int:
        """How many merchants the market has: one for 100 borrowers, at least ten, unless the scenario says."""
        return self.merchants or merchants_for(self.borrowers)

    def market_arguments(self) -> dict:
        """The keywords with which the market model is founded, sizes and seed apart."""
        platforms, products = [], []
        for name, platform in self.platforms.items():
            platforms.append({"name": name, **platform.model_dump(exclude={"products"})})
            for product, terms in platform.products.items():
                products.append({"name": product, "platform": name, **terms.model_dump()})
        changes = [
            Change(
                name,
                who=Who(**table.who.model_dump()),
                when=table.when and When(**table.when.model_dump()),
                **table.model_dump(exclude={"who", "when"}),
            )
            for name, table in self.changes.items()
        ]
        return {
            "platforms": platforms,
            "products": products,
            "parameters": self.parameters.model_dump(),
            "changes": changes,
            "start": self.start,
            "table": self.known_borrowers(),
        }


def placeless(resolved: dict) -> dict:
    """A resolved scenario, the same wherever its table of borrowers lies: the table is known by what is in it."""
    table = resolved.get("founded_from")
    return resolved if table is None else resolved | {"founded_from": table["content"]}
