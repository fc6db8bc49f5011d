"""The early-warning bench: crises whose cause and date are known, and how well indicators warn of them.

Each crisis is played beside a calm world of the same seed, from the same chance. Crises break in different months of
different seeds, so that no indicator scores by knowing the calendar.
"""

import itertools
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from analysis.early_warning.indicators import INDICATORS, courses, totals
from analysis.early_warning.scores import Score, alarms_in_calm, score, shuffled
from analysis.estimate import Estimate, estimate
from scenarios.loader import load
from sim.chance import month_key
from sim.parameters import merchants_for
from sim.policy import Change, month_date, month_number

TABLE = Path(__file__).with_name("crises.toml")
CALM = 24  #: first month that is scored: by then the market has forgotten how it was founded
ONSETS = tuple(range(42, 54))  #: months in which crises break, in turn over seeds
AFTER = 12  #: months from the break on in which the harm is counted
MONTHS = ONSETS[-1] + AFTER
SIGNAL, NEAR = 12, 6  #: months before the break that an indicator should tell from calm ones
LEADS, MISLEADS = 0.7, 0.3  #: AUC from which an indicator is said to lead a crisis, and to point the wrong way
ENOUGH = 0.9  #: AUC from which a crisis counts as announced by an indicator
CONTROL = "shuffled"  #: an indicator that knows nothing: delinquency, its values dealt out by chance


@dataclass(frozen=True)
class Crisis:
    """One kind of crisis: what causes it and when each part happens, in months from the break."""

    name: str
    story: str
    expected: str
    changes: tuple[dict, ...]  # lever, value, from, until, phase_in, platform, product
    cause: str | None = None  # the indicator that measures the cause most directly; None if nothing builds up

    @property
    def begins(self) -> int:
        """The first month of the cause, from the break; at most 0."""
        return min(change["from"] for change in self.changes)

    @property
    def break_alone(self) -> "Crisis":
        """The same break without the cause that built up: what it would have done in a calm market."""
        return replace(self, changes=tuple(change for change in self.changes if change["from"] >= 0))

    def dated(self, start: str, onset: int) -> tuple[Change, ...]:
        """The changes of a world in which this crisis breaks ``onset`` months after its first month, ``start``."""

        def date(month):
            return None if month is None else month_date(month_number(start) + onset + month)

        return tuple(
            Change(
                name=f"{self.name} {number}",
                start=date(change["from"]),
                until=date(change.get("until")),
                **{key: value for key, value in change.items() if key not in ("from", "until")},
            )
            for number, change in enumerate(self.changes)
        )


@dataclass(frozen=True)
class Worlds:
    """What was seen in the worlds of one kind: every indicator, and defaults."""

    courses: dict[str, np.ndarray]  # indicator -> [seed, month], higher is worse
    defaults: np.ndarray  # lines that went into default [seed, month]


@dataclass(frozen=True)
class Bench:
    """All that the page and the figure say."""

    crises: tuple[Crisis, ...]
    scores: dict[tuple[str, str], Score]  # (indicator or CONTROL, crisis)
    calm_alarms: dict[str, np.ndarray]  # indicator or CONTROL -> whether its alarm stands [seed, calm month]
    size: dict[str, Estimate]  # crisis -> defaults from the break on, as a multiple of those of the calm world
    alone: dict[str, Estimate]  # the same, had nothing built up before
    before: dict[str, Estimate]  # the same as size, in the signal months
    borrowers: int
    seeds: int

    @property
    def announced(self) -> list[Crisis]:
        """The crises that have something to warn of: those whose cause builds up."""
        return [crisis for crisis in self.crises if crisis.cause]

    @property
    def ranking(self) -> list[str]:
        """Indicators by their mean AUC over crises that have something to warn of, the best first."""
        auc = {name: [self.scores[name, crisis.name].auc.mean for crisis in self.announced] for name in INDICATORS}
        return sorted(INDICATORS, key=lambda name: -np.mean(auc[name]))


def crises() -> tuple[Crisis, ...]:
    """The crises of ``crises.toml``. Raises ValueError for a cause that is no indicator."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["crises"]
    found = tuple(Crisis(**row | {"changes": tuple(row["changes"])}) for row in rows)
    for crisis in found:
        if crisis.cause not in (None, *INDICATORS):
            raise ValueError(f"crisis {crisis.name!r}: no indicator {crisis.cause!r}; they are {', '.join(INDICATORS)}")
    return found


def onset(seed: int) -> int:
    """The month, from the first of the run, in which crises break in the worlds of a seed: each of ONSETS in turn."""
    return ONSETS[(seed - 1) % len(ONSETS)]


def play(crisis: Crisis | None, seed: int, borrowers: int) -> dict[str, dict[str, np.ndarray]]:
    """One world of the default market, without the spring of 2020.

    crisis: None for the calm world; seed; borrowers: how many. Returns the tables of ``CreditModel.tables``.
    """
    from sim.agents import release
    from sim.model import CreditModel

    market = load("baseline").market_arguments()
    changes = crisis.dated(market["start"], onset(seed)) if crisis else ()
    model = CreditModel(
        **market | {"changes": changes}, borrowers=borrowers, merchants=merchants_for(borrowers), seed=seed
    )
    try:
        return model.run(MONTHS).tables()
    finally:
        release(model)


def watch(crisis: Crisis | None, borrowers: int, seeds: int, threads: int) -> Worlds:
    """Play the worlds of one kind, one for each seed from 1 on, and keep what the bench needs."""

    def one(seed):
        tables = play(crisis, seed, borrowers)
        return courses(tables), totals(tables)["defaults"]

    with ThreadPoolExecutor(threads) as pool:
        seen, defaults = zip(*pool.map(one, range(1, seeds + 1)), strict=True)
    return Worlds({name: np.array([each[name] for each in seen]) for name in INDICATORS}, np.array(defaults))


def window(values, first: int, end: int):
    """The months of each world from ``first`` to before ``end``, counted from its break; values: [seed, month]."""
    return np.array([course[onset(seed) + first : onset(seed) + end] for seed, course in enumerate(values, 1)])


def bench(borrowers: int, seeds: int, threads: int = 1, progress=lambda name: None) -> Bench:
    """Play every crisis beside the calm worlds of the same seeds and score every indicator.

    borrowers, seeds: of each world, how many worlds of each kind; threads: worlds played at once; progress: called
    with the name of what is played next. Calm months are those of calm worlds from the month CALM on.
    """
    from sim.model import warm_up

    progress("calm")
    warm_up()
    calm = watch(None, borrowers, seeds, threads)
    quiet = {name: values[:, CALM:] for name, values in calm.courses.items()}
    how = partial(score, months=SIGNAL, near=NEAR)
    kinds, scores, size, alone, before = crises(), {}, {}, {}, {}
    for number, crisis in enumerate(kinds):
        progress(crisis.name)
        worlds = watch(crisis, borrowers, seeds, threads)
        first = min(crisis.begins, -SIGNAL)
        for name in INDICATORS:
            scores[name, crisis.name] = how(window(worlds.courses[name], first, 0), quiet[name])
        dealt = shuffled(
            window(worlds.courses["delinquency"], first, 0), quiet["delinquency"], month_key(seeds, number)
        )
        scores[CONTROL, crisis.name] = how(*dealt)
        size[crisis.name] = _multiple(worlds, calm, 0, AFTER)
        sudden = watch(crisis.break_alone, borrowers, seeds, threads) if crisis.cause else worlds
        alone[crisis.name] = _multiple(sudden, calm, 0, AFTER)
        before[crisis.name] = _multiple(worlds, calm, -SIGNAL, 0)
    alarms = {name: alarms_in_calm(values) for name, values in (quiet | {CONTROL: dealt[1]}).items()}
    return Bench(kinds, scores, alarms, size, alone, before, borrowers, seeds)


def _multiple(worlds: Worlds, calm: Worlds, first: int, end: int) -> Estimate:
    """Defaults in a window as a multiple of those of the calm world of the same seed."""
    count = [window(each.defaults, first, end).sum(axis=1) for each in (worlds, calm)]
    return estimate(count[0] / np.maximum(1, count[1]))


def best_before(made: Bench, crisis: Crisis) -> list[str]:
    """Indicators that lead a crisis, the best first: AUC of LEADS or more, and an interval above one half."""
    auc = {name: made.scores[name, crisis.name].auc for name in INDICATORS}
    return sorted((n for n in auc if auc[n].mean >= LEADS and auc[n].low > 0.5), key=lambda name: -auc[name].mean)


def wrong_before(made: Bench, crisis: Crisis) -> list[str]:
    """Indicators that point the wrong way, the worst first: AUC of MISLEADS or less, and an interval below one half."""
    auc = {name: made.scores[name, crisis.name].auc for name in INDICATORS}
    return sorted((n for n in auc if auc[n].mean <= MISLEADS and auc[n].high < 0.5), key=lambda name: auc[name].mean)


def fewest(made: Bench) -> tuple[str, ...]:
    """The smallest set of indicators of which at least one has an AUC of ENOUGH or more before each crisis.

    Of sets equally small it is the one whose best indicators score most on average; empty if all indicators together
    leave a crisis out.
    """
    auc = {name: [made.scores[name, crisis.name].auc.mean for crisis in made.announced] for name in INDICATORS}
    for count in range(1, len(auc) + 1):
        sets = itertools.combinations(auc, count)
        best = {names: np.max([auc[name] for name in names], axis=0) for names in sets}
        enough = [names for names in best if best[names].min() >= ENOUGH]
        if enough:
            return max(enough, key=lambda names: best[names].mean())
    return ()
