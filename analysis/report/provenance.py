"""Where the inputs of a world come from: published figures, judgement, calibration, or the scenario itself."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from analysis.sensitivity.values import label
from scenarios.loader import DESIGNS, MARKETS, market_terms
from scenarios.messages import plain
from sim.parameters import BEHAVIOUR, PLATFORM, PRODUCT, Parameter

KOREA = "korea-cards"  #: a market with a calibration of its own, which names its sources beside its numbers
CHANGED, PUBLISHED, CALIBRATED, JUDGEMENT, CHOSEN = "changed", "published", "calibrated", "judgement", "chosen"
KINDS = {
    PUBLISHED: "taken from published figures",
    CALIBRATED: "calibrated to published figures of their market",
    JUDGEMENT: "judgement, with no published figure or only its sign",
    CHOSEN: "definitions, and mechanisms of the design",
    CHANGED: "set by the scenario or on the command line, unlike the market as it comes with Rollover",
}


@dataclass(frozen=True)
class Origin:
    """Inputs of one kind: how many numbers of the world, of how many in all, and which."""

    kind: str  # a key of KINDS
    count: int
    total: int
    listed: str

    @property
    def words(self) -> str:
        """The count in words."""
        return f"{self.count} of {self.total} inputs {'is' if self.count == 1 else 'are'} {KINDS[self.kind]}"


def provenance(scenario: dict) -> list[Origin]:
    """Sort the inputs of a world by where they come from.

    A number that is neither the parameter's default nor what its market writes down was set by the scenario; one that
    a calibration declares free, or whose source says so, is calibrated; the rest follows its source in
    ``sim/parameters.py``, and counts as judgement wherever that says judgement or that only a sign is published. A term
    of the default market is a published one if its parameter is: its own row stands beside it in the market's file. Of
    another market a term is published if a row of the evidence is named beside it, and judgement if none is. A dated
    change follows its own source; one without any was set by the scenario.

    scenario: resolved, as the manifest of a run folder holds it. Returns the kinds that occur, in the order of KINDS;
    nothing for a folder without scenarios. Platforms and products count one by one; equal names are listed once.
    """
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    market = str(scenario.get("market", ""))
    terms, beside = market_terms(market), _beside(market)
    for path, parameter, value in _numbers(scenario):
        usual = _at(terms, path, parameter.default)
        kind = CHANGED if value != usual else _kind(market, path, parameter, beside.get(path))
        told = f" = {plain(value)} (usually {plain(usual)})" if kind == CHANGED else ""
        source = f" ({beside.get(path) or parameter.source})" if kind == PUBLISHED else ""
        name = label(".".join(path)) if kind in (CHANGED, CALIBRATED) else parameter.name.replace("_", " ")
        found[kind].append(name + told + source)
    for name, change in (scenario.get("changes") or {}).items():
        source = str(change.get("source") or "")
        kind = CHANGED if not source else JUDGEMENT if "judgement" in source else PUBLISHED
        found[kind].append(f"{name} ({source})" if kind == PUBLISHED else name)
    total = sum(map(len, found.values()))
    return [Origin(kind, len(names), total, ", ".join(dict.fromkeys(names))) for kind, names in found.items() if names]


def _kind(market: str, path: tuple[str, ...], parameter: Parameter, source: str | None) -> str:
    """What a number is that nobody changed. source: what its market writes beside it; None: the number itself not."""
    if _is_free(market, path):
        return CALIBRATED
    if source is not None:
        return PUBLISHED if source else JUDGEMENT
    if "calibrated" in parameter.source:
        return CALIBRATED
    if "judgement" in parameter.source or "sign" in parameter.source:
        return JUDGEMENT
    return CHOSEN if parameter.source in ("design", "definition") else PUBLISHED


def _numbers(scenario: dict) -> Iterator[tuple[tuple[str, ...], Parameter, float]]:
    """Every number of a world: its address, its parameter and its value."""
    for name, value in (scenario.get("parameters") or {}).items():
        if name in BEHAVIOUR:
            yield ("parameters", name), BEHAVIOUR[name], value
    for platform, terms in (scenario.get("platforms") or {}).items():
        for name in filter(terms.__contains__, PLATFORM):
            yield ("platforms", platform, name), PLATFORM[name], terms[name]
        for product, contract in (terms.get("products") or {}).items():
            for name in filter(contract.__contains__, PRODUCT):
                yield ("platforms", platform, "products", product, name), PRODUCT[name], contract[name]


def _at(terms: dict, path: tuple[str, ...], default: float) -> float:
    """What a market writes down at an address, or the default."""
    here = terms
    for part in path:
        if not isinstance(here, dict) or part not in here:
            return default
        here = here[part]
    return here


def _is_free(market: str, path: tuple[str, ...]) -> bool:
    """Whether a calibration of the market declares the number at an address free, for this lender or for all."""
    kind = "products" if "products" in path else path[0]
    return not {".".join(path), f"{kind} {path[-1]}"}.isdisjoint(_free(market))


@cache
def _free(market: str) -> frozenset[str]:
    """The numbers that the calibration of a market declares free: by address, or by name for all its lenders."""
    if market == KOREA:
        from analysis.calibration.window import FREE

        parts = [free.parts() for free in FREE]
        return frozenset(f"{kind} {name}" for kind, name, _ in parts)
    with (DESIGNS / "calm-market.toml").open("rb") as file:
        return frozenset(table["path"] for table in tomllib.load(file)["sweep"])


@cache
def _beside(market: str) -> dict[tuple[str, ...], str]:
    """The rows of the evidence that the Korean market names beside its numbers, by address; "" where it names none."""
    found, where = {}, ("parameters",)
    if market != KOREA:
        return found
    for line in (MARKETS / f"{market}.toml").read_text(encoding="utf-8").splitlines():
        key, _, rest = (part.strip() for part in line.partition("="))
        if key == "[[platforms]]":
            where = ("platforms",)
        elif key == "[[platforms.products]]":
            where = (*where[:2], "products")
        elif key == "name":
            where = (*where, rest.strip('"'))
        elif rest and not key.startswith("#"):
            found[(*where, key)] = ", ".join(re.findall(r"KR-[a-z]+", rest))
    return found
