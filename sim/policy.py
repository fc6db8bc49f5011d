"""Dated changes -> the rules in force in each month.

A change names a lever, a value and a month; it may be phased in, end, be announced before it starts, and be aimed at
a platform, a product and a group of people. Levers do nothing unless a change uses them.
"""

from dataclasses import dataclass, field

import numpy as np

from sim.parameters import YEAR
from sim.records import AIM_DTYPE, blank


@dataclass(frozen=True)
class Lever:
    """One thing that a change can move: unit, admissible range, meaning, whether it can be aimed, and a source."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    aims_at: tuple[str, ...]  # which of "platform", "product", "who" it understands
    source: str

def _levers(*rows) -> dict[str, Lever]:
    return {row[0]: Lever(*row) for row in rows}

LEVERS = _levers(
    ("limit_cut", "share of limit", 0.0, 1.0,
     "take this share off the limits of the lines aimed at, once or in equal steps; good conduct restores it",
     ("platform", "product", "who"), "R11"),
    ("income_cap", "share of annual income", 0.0, 10.0,
     "a person's online limits together may not grow past this share of annual income; unused credit above it goes",
     (), "R10"),
    ("credit_cap", "yuan", 0.0, 1e7,
     "a person's online limits together may not grow past this many yuan; unused credit above it goes",
     (), "R9, R10"),
    ("rate_cap", "per year", 0.0, 10.0, "no product may charge more than this in interest and late fees",
     ("platform", "product"), "R3, R8, R17"),
    ("minimum_payment", "share of bill", 0.0, 1.0, "no product may ask for less than this as minimum payment",
     ("platform", "product"), "d'Astous and Shore 2017"),
    ("job_loss_multiple", "multiple", 0.0, 10.0, "macro path: job losses against normal times", (), "H7, X2"),
)

@dataclass(frozen=True)
class Who:
    """Whom a change is aimed at: every condition that is set must hold; none set means everybody."""

    age_below: int | None = None         # years; ages stand still, the population is kept stationary
    age_from: int | None = None          # years
    lenders_at_least: int | None = None  # platforms owed to at the end of last month
    score_below: float | None = None     # the platform's own score of the person

@dataclass(frozen=True)
class Change:
    """One dated change of one lever. Months are calendar months written ``2020-12``."""

    name: str
    lever: str
    value: float
    start: str
    until: str | None = None      # first month in which it no longer holds
    phase_in: int = 0             # months over which it grows to its full value

    platform: str | None = None
    product: str | None = None
    who: Who = field(default_factory=Who)
    source: str = ""


NO_CUTS = blank(0, AIM_DTYPE)


def month_number(date: str) -> int:
    """Months since year 0 of a calendar month written ``2020-12``; raises ValueError with what to write instead."""
    year, _, month = date.partition("-")
    if not (len(year) == 4 and len(month) == 2 and (year + month).isdigit() and 1 <= int(month) <= 12):
        raise ValueError(f"{date!r} is not a calendar month; write it like 2020-12")
    return int(year) * 12 + int(month) - 1


def month_date(number: int) -> str:
    """The calendar month, written ``2020-12``, that is so many months after year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


class Timetable:
    """The changes of a run by month: what is cut, which terms hold.

    changes: sequence of Change; start: first month of the run; platforms, products: names in the market's order,
    products as (platform, product). Raises ValueError for a name that does not exist.
    """

    def __init__(self, changes, start: str, platforms: list[str], products: list[tuple[str, str]]):
        self.changes = tuple(changes)
        self.start = month_number(start)
        self._platforms = platforms
        self._products = products
        for change in self.changes:
            if change.lever not in LEVERS:
                raise ValueError(f"change {change.name!r}: no lever {change.lever!r}; levers are {', '.join(LEVERS)}")
            self._aim(change)

    def _aim(self, change: Change) -> tuple[list[int], list[int]]:
        """Indices of the platforms and products that a change is aimed at."""
        if change.platform is not None and change.platform not in self._platforms:
            known = ", ".join(self._platforms)
            raise ValueError(f"change {change.name!r}: no platform {change.platform!r}; platforms are {known}")
        products = [k for k, (platform, product) in enumerate(self._products)
                    if change.platform in (None, platform) and change.product in (None, product)]
        if not products:
            where = change.platform or "any platform"
            raise ValueError(f"change {change.name!r}: no product {change.product!r} at {where}")
        return sorted({self._platforms.index(self._products[k][0]) for k in products}), products

    def _in_force(self, month: int, lever: str):
        """Changes of one lever that hold in a month (months since the first)."""
        for change in self.changes:
            first = month_number(change.start) - self.start
            last = month_number(change.until) - self.start if change.until else month + 1
            if change.lever == lever and first <= month < last:
                yield change, month - first

    def cuts(self, month: int) -> np.recarray:
        """The limit cuts that fall in a month: one record per change and product aimed at.

        A cut phased in over n months takes value / n of the first limit each month.
        """
        rows = []
        for change, since in self._in_force(month, "limit_cut"):
            steps = max(1, change.phase_in)
            if since >= steps:
                continue
            share = (change.value / steps) / (1.0 - change.value * since / steps)
            who = change.who
            for k in self._aim(change)[1]:
                rows.append((0, share, k, who.age_from or 0, who.age_below or 1000, who.lenders_at_least or 0,
                             1e9 if who.score_below is None else who.score_below))
        if not rows:
            return NO_CUTS
        return np.array(rows, AIM_DTYPE).view(np.recarray)

    def apply(self, month: int, rules, products) -> None:
        """Write the levers in force in a month into the rules record and the product terms."""
        for lever in ("income_cap", "credit_cap"):
            values = [change.value for change, _ in self._in_force(month, lever)]
            if values:
                rules[lever] = min(values)
        for change, _ in self._in_force(month, "job_loss_multiple"):
            rules.job_loss_multiple *= change.value
        for change, _ in self._in_force(month, "rate_cap"):
            for k in self._aim(change)[1]:
                for term in ("monthly_rate", "instalment_rate"):
                    products[k][term] = min(products[k][term], change.value / YEAR)
                products[k].late_fee = min(products[k].late_fee, change.value / YEAR - products[k].monthly_rate)
        for change, _ in self._in_force(month, "minimum_payment"):
            for k in self._aim(change)[1]:
                products[k].minimum_share = max(products[k].minimum_share, change.value)
