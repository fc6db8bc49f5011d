"""Dated changes -> the rules in force in each month.

A change names a lever, a value and a month; it may be phased in, end, be announced before it starts, follow an
indicator, and be aimed at a platform, a product and a group of people. Levers do nothing unless a change uses them.
"""

from dataclasses import dataclass, field

import numpy as np

from sim.levers import INDICATORS, LEVERS
from sim.parameters import NO_CAP
from sim.records import AIM_DTYPE, CUT, LESSON, NOTICE, blank

MOST_VERSIONS = 255  # of fee schedules: a line keeps the number of its own in one byte


@dataclass(frozen=True)
class Who:
    """Whom a change is aimed at: every condition that is set must hold; none set means everybody."""

    age_below: int | None = None         # years; ages stand still, the population is kept stationary
    age_from: int | None = None          # years
    lenders_at_least: int | None = None  # platforms owed to at the end of last month
    score_below: float | None = None     # the platform's own score of the person


@dataclass(frozen=True)
class When:
    """A reaction rule: the change holds only after a month whose indicator was above, or below, a mark."""

    indicator: str              # a name in ``levers.INDICATORS``
    above: float | None = None
    below: float | None = None

    def holds(self, indicators: dict) -> bool:
        """Whether the condition holds; what is not known yet holds nothing."""
        value = indicators.get(self.indicator)
        return value is not None and (self.above is None or value > self.above) and (
            self.below is None or value < self.below)


@dataclass(frozen=True)
class Change:
    """One dated change of one lever. Months are calendar months written ``2020-12``."""

    name: str
    lever: str
    value: float
    start: str
    until: str | None = None      # first month in which it no longer holds
    announced: str | None = None  # month, before the start, in which people and lenders learn of it
    phase_in: int = 0             # months over which it grows to its full value

    platform: str | None = None
    product: str | None = None
    who: Who = field(default_factory=Who)
    when: When | None = None
    source: str = ""


NO_AIMS = blank(0, AIM_DTYPE)


def month_number(date: str) -> int:
    """Months since year 0 of a calendar month written ``2020-12``; raises ValueError with what to write instead."""
    year, _, month = date.partition("-")
    if not (len(year) == 4 and len(month) == 2 and (year + month).isdigit() and 1 <= int(month) <= 12):
        raise ValueError(f"{date!r} is not a calendar month; write it like 2020-12")
    return int(year) * 12 + int(month) - 1


def month_date(number: int) -> str:
    """The calendar month, written ``2020-12``, that is so many months after year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def faults(change):
    """What is wrong with a change by itself: pairs of the key and what to write instead.

    change: a Change, or anything with its fields, whose lever exists.
    """
    lever = LEVERS[change.lever]
    value = change.value
    if not (lever.low <= value <= lever.high or value == lever.neutral):
        yield "value", f"{value:g} is out of range; write a number from {lever.low:g} to {lever.high:g} ({lever.unit})"
    elif lever.whole and value != int(value):
        yield "value", f"{value:g} is not a whole number ({lever.unit}); write {round(value)}"
    if change.announced is not None and change.announced >= change.start:
        yield "announced", f"{change.announced} is not before from, {change.start}; write an earlier month"
    if change.phase_in and not lever.grows:
        yield "phase_in", f"{change.lever} has no small first step from which it could grow; remove phase_in"
    if change.lever == "campaign" and change.until is None:
        yield "until", "a campaign has an end, after which sales dip; write until"
    yield from _missed(change, lever)
    yield from _unanswered(change, lever)


def _missed(change, lever):
    """Aims that the lever does not understand."""
    who = {key for key, value in vars(change.who).items() if value is not None}
    given = {"platform": change.platform, "product": change.product, "who": who or None}
    for key in (key for key, value in given.items() if value is not None and key not in lever.aims_at):
        reach = "applies to everybody alike" if not lever.aims_at else f"is aimed by {' and '.join(lever.aims_at)} only"
        yield key, f"the lever {change.lever} {reach}; remove {key}"
    if lever.name == "education" and "score_below" in who:
        yield "who", "a lesson is not given by a lender, so there is no score; remove score_below"


def _unanswered(change, lever):
    """What makes no sense about the reaction of a change."""
    when = change.when
    if when is None:
        return
    if when.indicator not in INDICATORS:
        yield "when", f"there is no indicator {when.indicator!r}; indicators are {', '.join(INDICATORS)}"
    if when.above is None and when.below is None:
        yield "when", f'say when it acts: when = {{ indicator = "{when.indicator}", above = ... }}, or below'
    elif None not in (when.above, when.below) and when.above >= when.below:
        yield "when", f"nothing is above {when.above:g} and below {when.below:g}; swap them"
    if lever.moves == "contracts" or lever.name == "campaign":
        yield "when", f"a {change.lever} has dates and cannot follow an indicator; remove when"
    if change.announced is not None:
        yield "announced", "nobody knows when a change that follows an indicator will come; remove announced"


class Timetable:
    """The changes of a run by month: who is cut or taught, which terms hold.

    changes: sequence of Change; start: first month of the run; platforms, products: names in the market's order,
    products as (platform, product). Raises ValueError for a name that does not exist or a change without sense.
    """

    def __init__(self, changes, start: str, platforms: list[str], products: list[tuple[str, str]]):
        self.start = month_number(start)
        self._platforms = platforms
        self._products = products
        for change in changes:
            if change.lever not in LEVERS:
                raise ValueError(f"change {change.name!r}: no lever {change.lever!r}; levers are {', '.join(LEVERS)}")
            for key, text in faults(change):
                raise ValueError(f"change {change.name!r}: {key}: {text}")
            self._aim(change)
            for date in filter(None, (change.start, change.until, change.announced)):
                month_number(date)
        order = list(LEVERS)  # the order in which changes are given never matters
        self.changes = tuple(sorted(changes, key=lambda c: (order.index(c.lever), c.start, repr(c))))
        self.reacts = any(change.when is not None for change in self.changes)
        self._held_since: dict[Change, int] = {}  # reacting changes that hold, and the month in which they began to
        self._edges = self._contract_months()

    # --- when ---
    def observe(self, month: int, indicators: dict) -> None:
        """Note which reacting changes hold in a month, from the indicators published at the end of the month before."""
        for change in self.changes:
            if change.when is None:
                continue
            if self._within_dates(change, month) and change.when.holds(indicators):
                self._held_since.setdefault(change, month)
            else:
                self._held_since.pop(change, None)

    def take_over(self, other: "Timetable") -> None:
        """Go on from the past of another timetable: changes of both that react have held here since they did there."""
        self._held_since = {change: since for change, since in other._held_since.items() if change in self.changes}

    def holds(self, change: Change, month: int) -> bool:
        """Whether a change holds in a month: within its dates and, if it follows an indicator, as last observed."""
        return self._since(change, month) is not None

    def _run_month(self, date: str) -> int:
        return month_number(date) - self.start

    def _within_dates(self, change: Change, month: int) -> bool:
        return self._run_month(change.start) <= month and (
            change.until is None or month < self._run_month(change.until))

    def _since(self, change: Change, month: int) -> int | None:
        """For how many months a change has held; None if it does not hold."""
        if not self._within_dates(change, month) or (change.when is not None and change not in self._held_since):
            return None
        return month - (self._run_month(change.start) if change.when is None else self._held_since[change])

    def _value(self, change: Change, month: int, rules) -> float | None:
        """What a lever stands at because of a change: growing from neutral over its phase-in; None if it does not hold.

        After a campaign, for as many months as it lasted, a share of its lift is missing.
        """
        since = self._since(change, month)
        if since is not None:
            if since + 1 >= change.phase_in:
                return change.value
            neutral = LEVERS[change.lever].neutral
            return neutral + (change.value - neutral) * (since + 1) / change.phase_in
        if change.lever == "campaign":
            first, end = self._run_month(change.start), self._run_month(change.until)
            if end <= month < 2 * end - first:
                return -float(rules.campaign_dip) * change.value
        return None

    # --- where ---
    def _aim(self, change: Change) -> tuple[list[int], list[int]]:
        """Indices of the platforms and products that a change is aimed at."""
        if change.platform is not None and change.platform not in self._platforms:
            known = ", ".join(self._platforms)
            raise ValueError(f"change {change.name!r}: no platform {change.platform!r}; platforms are {known}")
        products = [k for k, (platform, product) in enumerate(self._products)
                    if change.platform in (None, platform) and change.product in (None, product)]
        if not products and change.product is not None:
            where = change.platform or "any platform"
            raise ValueError(f"change {change.name!r}: no product {change.product!r} at {where}")
        return [p for p, name in enumerate(self._platforms) if change.platform in (None, name)], products

    def _reached(self, change: Change, month: int, rules, terms) -> list[int] | None:
        """The records that a change moves: platforms or products aimed at; None for the rules, which are one record.

        In time, rivals copy a launch: it then reaches every product that buys as those aimed at do.
        """
        platforms, products = self._aim(change)
        if change.lever == "launch" and 0 < rules.imitation_months <= self._since(change, month):
            buys = terms["buys"].reshape(-1, len(self._products))[0]
            return [k for k in range(len(self._products)) if buys[k] in buys[products]]
        return {"rules": None, "platforms": platforms, "products": products}[LEVERS[change.lever].moves]

    # --- what ---
    def aims(self, month: int) -> np.recarray:
        """What falls on people in a month: one record per cut, announced cut or lesson and product aimed at.

        A cut phased in over n months takes value / n of the first limit each month, and is announced whole; lessons
        phased in over n months reach value / n of the people each month.
        """
        rows = []
        for change in self.changes:
            if not LEVERS[change.lever].once:
                continue
            if change.lever == "limit_cut" and change.announced and month == self._run_month(change.announced):
                rows += self._records(change, NOTICE, change.value)
            since, steps = self._since(change, month), max(1, change.phase_in)
            if since is None or since >= steps:
                continue
            if change.lever == "education":
                rows += self._records(change, LESSON, change.value / steps)
            else:
                rows += self._records(change, CUT, (change.value / steps) / (1.0 - change.value * since / steps))
        return np.array(rows, AIM_DTYPE).view(np.recarray) if rows else NO_AIMS

    def _records(self, change: Change, kind: int, share: float) -> list[tuple]:
        """The fields of one record per product aimed at; a lesson is about none."""
        who = change.who
        score_below = NO_CAP if who.score_below is None else who.score_below
        group = (who.age_from or 0, who.age_below or 1000, who.lenders_at_least or 0, score_below)
        products = [-1] if kind == LESSON else self._aim(change)[1]
        return [(kind, share, k, *group) for k in products] if share > 0.0 else []

    def apply(self, month: int, rules, terms, platforms) -> None:
        """Write the levers in force in a month into the rules, the terms of products and those of platforms.

        terms: records by product, or by version of the fee schedule and product. Announced caps hold for new credit.
        """
        records = {"rules": rules, "products": terms, "platforms": platforms}
        for change in self.changes:
            lever, value = LEVERS[change.lever], self._value(change, month, rules)
            if value is not None and lever.moves in records:
                where = self._reached(change, month, rules, terms)
                for effect in lever.effects:
                    effect(records[lever.moves], where, value, rules)
        self._announce(month, rules)

    def _announce(self, month: int, rules) -> None:
        """Caps on a person that are announced and not yet in force: the least of those to come and those in force."""
        for change in self.changes:
            if change.lever in ("income_cap", "credit_cap") and change.announced is not None and (
                    self._run_month(change.announced) <= month < self._run_month(change.start)):
                ahead = f"{change.lever}_ahead"
                rules[ahead] = min(rules[ahead], change.value, rules[change.lever])

    def columns(self, moves: str) -> list[str]:
        """The fields of platforms or products that some change of this run moves."""
        levers = [LEVERS[change.lever] for change in self.changes]
        return sorted({name for lever in levers if lever.moves == moves for name in lever.fields})

    # --- contracts ---
    def _contract_months(self) -> list[int]:
        """The months in which the terms of new contracts change."""
        ours = [change for change in self.changes if LEVERS[change.lever].moves == "contracts"]
        dates = {change.start for change in ours} | {change.until for change in ours if change.until}
        if len(dates) >= MOST_VERSIONS:
            raise ValueError(f"terms of new contracts change {len(dates)} times; at most {MOST_VERSIONS - 1} are kept")
        return sorted(self._run_month(date) for date in dates)

    def version(self, month: int) -> int:
        """The version of the fee schedule that lines opened in a month sign; 0 is the terms of the founding."""
        return sum(edge <= month for edge in self._edges)

    def contracts(self, calm: np.recarray) -> np.recarray:
        """The versions of the fee schedule, [version, product], before other levers; calm: terms of the founding."""
        versions = np.repeat(calm[None, :], len(self._edges) + 1, axis=0).view(np.recarray)
        for version, month in enumerate(self._edges, 1):
            for change in self.changes:
                if LEVERS[change.lever].moves == "contracts" and self._since(change, month) is not None:
                    for effect in LEVERS[change.lever].effects:
                        effect(versions[version], self._aim(change)[1], change.value, None)
        return versions
