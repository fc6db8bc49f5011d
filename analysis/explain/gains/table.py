"""Who gains and who loses, over seeds: rates per head with their intervals, tables to keep, and a few sentences."""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import bdtr

from analysis.estimate import LEVEL, Estimate, estimate
from analysis.explain.gains.lives import (
    CELLS,
    DECILES,
    DIVISIONS,
    EVERYONE,
    LENDERS,
    OUTCOMES,
    PER_MONTH,
    PER_PERSON,
    PER_THOUSAND,
    Gains,
)
from analysis.wording import interval, number, span
from sim.parameters import YUAN

FEWEST_PEOPLE = 30  #: a group, mean over seeds, of which anything is said
LEVELS = ("excess", "cut", "refused", "spent", "income", "charged", "written_off", "family", "unmet", "owed", "cash")


# --- rates ---
def rate(gains: Sequence[Gains], kind: str, segment: int, outcome: str) -> Estimate:
    """An effect on a group per head, with its interval over paired seeds.

    rate = effects of all seeds / people of all seeds; the interval is that of the mean over seeds of
    rate + (effect - rate * people) / mean people, which is effect / people where groups are equally large in every seed
    (ratio estimator: Cochran 1977, Sampling Techniques, chapter 6). Nobody in the group gives nan.
    gains: one per seed; segment: index into DIVISIONS[kind]. Returns an Estimate in the unit of OUTCOMES.
    """
    people = np.array([one.people[kind][segment] for one in gains], float)
    effect = _column([one.effects[kind][segment] for one in gains], outcome) * _scale(gains, outcome)
    if not people.sum():
        return Estimate(np.nan, np.nan, np.nan, len(gains))
    overall = effect.sum() / people.sum()
    return estimate(overall + (effect - overall * people) / people.mean())


def level(gains: Sequence[Gains], kind: str, segment: int, outcome: str) -> float:
    """What an outcome comes to in the baseline, in the unit of its rate; for ``excess`` defaults. nan if it has none.

    Arguments: as for ``rate``.
    """
    people = sum(int(one.people[kind][segment]) for one in gains)
    if outcome not in LEVELS or not people:
        return np.nan
    return float(_column([one.levels[kind][segment] for one in gains], outcome).sum() * _scale(gains, outcome) / people)


def relative(gains: Sequence[Gains], kind: str, segment: int, outcome: str) -> float:
    """An effect as a share of its level in the baseline; nan if that is nothing. Arguments: as for ``rate``."""
    before = level(gains, kind, segment, outcome)
    return rate(gains, kind, segment, outcome).mean / before if before else np.nan


def _column(rows, outcome) -> np.ndarray:
    return np.array(rows)[:, list(OUTCOMES).index(outcome)]


def _scale(gains, outcome) -> float:
    """What turns a count or fen into the unit of the outcome's rate, but for the number of people."""
    return {PER_THOUSAND: 1000.0, PER_MONTH: 1.0 / YUAN / gains[0].months, PER_PERSON: 1.0 / YUAN}[OUTCOMES[outcome][0]]


def size(gains: Sequence[Gains], kind: str, segment: int) -> float:
    """People in a group, mean over seeds."""
    return float(np.mean([one.people[kind][segment] for one in gains]))


def is_told(gains: Sequence[Gains], kind: str, segment: int, looked_at: int = 1) -> bool:
    """Whether a group's excess defaults can be told from zero: by two tests, since each is blind to something.

    The interval over seeds leaves zero out (a few seeds may agree by luck), and the people who switch do so to one side
    so much more than to the other that chance would with a probability below 5 % / groups looked at (but people of one
    world share its luck). looked_at: among how many groups this one was chosen.

    Source: McNemar 1947, the exact test of paired yes-or-no outcomes; Bonferroni's correction for many groups.
    """
    rows = [one.effects[kind][segment] for one in gains]
    caused, avoided = (int(_column(rows, outcome).sum()) for outcome in ("caused", "avoided"))
    luck = min(1.0, 2.0 * bdtr(min(caused, avoided), caused + avoided, 0.5))
    return luck < (1.0 - LEVEL) / looked_at and not rate(gains, kind, segment, "excess").includes_zero


# --- tables ---
def table(gains: Sequence[Gains]) -> dict[str, list]:
    """Every division but the cells, one row per group and outcome.

    gains: one per seed. Returns columns kind, segment, outcome, people (mean over seeds), total (mean over seeds, of
    people, applications or yuan; the groups of a kind add up), baseline (its level there, nan if none), mean, low, high
    (of the rate) and unit (of the rate).
    """
    return _by_column(
        {"kind": kind, "segment": name} | row
        for kind, names in DIVISIONS.items()
        if kind != CELLS
        for segment, name in enumerate(names)
        for row in _rows(gains, kind, segment)
    )


def cell_table(gains: Sequence[Gains]) -> dict[str, list]:
    """The same by income decile and number of lenders: columns decile and lenders instead of kind and segment."""
    return _by_column(
        {"decile": int(decile), "lenders": lenders} | row
        for d, decile in enumerate(DECILES)
        for n, lenders in enumerate(LENDERS)
        for row in _rows(gains, CELLS, d * len(LENDERS) + n)
    )


def _by_column(rows) -> dict[str, list]:
    rows = list(rows)
    return {column: [row[column] for row in rows] for column in rows[0]}


def _rows(gains, kind, segment) -> Iterator[dict]:
    people = size(gains, kind, segment)
    for outcome, (unit, _) in OUTCOMES.items():
        value = rate(gains, kind, segment, outcome)
        total = float(_column([one.effects[kind][segment] for one in gains], outcome).mean())
        yield {
            "outcome": outcome,
            "people": people,
            "total": total if unit == PER_THOUSAND else total / YUAN,
            "baseline": level(gains, kind, segment, outcome),
            **{"mean": value.mean, "low": value.low, "high": value.high},
            "unit": unit,
        }


# --- words ---
def group_name(kind: str, segment: int) -> str:
    """A group in words, as in ``people ...``: ``aged 18-24``, ``who owed 4+ lenders``; nothing for everyone."""
    name = DIVISIONS[kind][segment]
    if kind == CELLS:
        decile, lenders = name.split(", ")
        return f"of income decile {decile} who owed {_lenders(lenders)}"
    return {
        EVERYONE: "",
        "income decile": f"of income decile {name}",
        "age": f"aged {name}",
        "lenders": f"who owed {_lenders(name)}",
        "score": f"with scores in the {name}",
        "file": f"with a {name} credit file",
    }[kind]


def _lenders(name) -> str:
    return {"0": "no lender", "1": "1 lender"}.get(name, f"{name} lenders")


def extremes(gains: Sequence[Gains], kinds: Sequence[str]) -> tuple[tuple | None, tuple | None]:
    """The groups with the most and the least excess defaults per head, of those that can be told from zero.

    gains: one per seed; kinds: divisions to look through. Returns (kind, segment) of the largest positive and of the
    largest negative rate; None where there is none.
    """
    groups = [(kind, segment) for kind in kinds for segment in range(len(DIVISIONS[kind]))]
    told = {
        group: rate(gains, *group, "excess").mean
        for group in groups
        if size(gains, *group) >= FEWEST_PEOPLE and is_told(gains, *group, looked_at=len(groups))
    }
    most, least = (choose(told, key=told.get, default=None) for choose in (max, min))
    return most if told and told[most] > 0 else None, least if told and told[least] < 0 else None


def sentences(gains: Sequence[Gains], reform: str, baseline: str) -> list[str]:
    """Who bears it, who gains, what it does to spending and to good borrowers, in plain sentences.

    gains: one per seed; reform, baseline: names of the worlds.
    """
    return [_burden(gains, reform), _money(gains, reform, baseline), _good(gains, reform, baseline)]


def _burden(gains, reform) -> str:
    kinds = [kind for kind in DIVISIONS if kind not in (EVERYONE, CELLS)]
    count = sum(len(DIVISIONS[kind]) for kind in kinds)
    worst, best = extremes(gains, kinds)
    if worst is None and best is None:
        return f"In none of {count} groups can these seeds tell the change in defaults under {reform} from zero."
    parts = []
    if worst is not None:
        people = size(gains, *worst) / size(gains, EVERYONE, 0)
        total, part = (sum(_column([g.effects[k][s] for g in gains], "excess")) for k, s in ((EVERYONE, 0), worst))
        share = f", and {100 * part / total:.0f} % of the excess" if is_told(gains, EVERYONE, 0) and total > 0 else ""
        parts.append(
            f"Of {count} groups looked at, {reform} adds most defaults per head among people {group_name(*worst)}:"
            f" {interval(rate(gains, *worst, 'excess'), 1)} per 1,000 of them; they are {100 * people:.0f} % of people"
            f"{share}."
        )
    if best is not None:
        change = interval(rate(gains, *best, "excess"), 1)
        parts.append(f"It prevents most among people {group_name(*best)}: {change} per 1,000.")
    else:
        parts.append("Looking at so many groups, these seeds show none in which clearly fewer people default.")
    return " ".join(parts)


def _money(gains, reform, baseline) -> str:
    changes = {
        outcome: rate(gains, EVERYONE, 0, outcome) for outcome in ("spent", "charged", "written_off", "owed", "cash")
    }
    spent, charged, lost = (_than(changes[outcome]) for outcome in ("spent", "charged", "written_off"))
    share = 100 * relative(gains, EVERYONE, 0, "spent")
    not_lent = changes["spent"].mean < 0 and changes["owed"].mean < 0
    return (
        f"Each month under {reform} a person spends {spent} than under {baseline} ({number(share, 1)} %) and is charged"
        f" {charged} for credit; lenders lose {lost} on the person. At the end the person owes"
        f" {_than(changes['owed'], 0)} and holds {_than(changes['cash'], 0)} in cash"
        f"{': part of the spending given up is debt not taken up' if not_lent else ''}."
    )


def _than(value: Estimate, digits=1) -> str:
    """A change as ``22.5 yuan less (95 % interval ...)``, with a word of warning where it may be nothing."""
    words = f"{abs(value.mean):,.{digits}f} yuan {'less' if value.mean < 0 else 'more'}"
    untold = ", not told from zero" if value.has_interval and value.includes_zero else ""
    return f"{words} ({span(value, digits)}{untold})"


def _good(gains, reform, baseline) -> str:
    everybody = len(gains) * size(gains, EVERYONE, 0)
    cut, good_cut, refused, accepted, caused = (
        int(_column([one.effects[EVERYONE][0] for one in gains], outcome).sum())
        for outcome in ("cut", "good_cut", "good_refused", "good_accepted", "caused")
    )
    of_cut = (
        f"Of the people whom the policy cuts, {100 * good_cut / cut:.0f} % never default in either world"
        if cut > 0
        else f"{reform} cuts no more limits than {baseline}"
    )
    per_default = (
        f"; that is {good_cut / caused:,.0f} such people for each default caused" if cut > 0 and caused else ""
    )
    return (
        f"{of_cut}{per_default}. Of 1,000 borrowers, {1000 * refused / everybody:.1f} never default and have more"
        f" applications refused under {reform} than under {baseline}, {1000 * accepted / everybody:.1f} have fewer."
    )
