"""Chains: what happened to one person in the reform and not in the baseline, in order, up to a default.

A chain begins with a push: something that came from outside. The policy cut a line, or its rules bind; the job was
lost; a lender turned tighter or looser; friends defaulted; trust in a lender moved. What follows is the person's own:
borrowing elsewhere, bills missed, and what lenders make of that.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from analysis.explain.transmission.divergence import NEVER, Divergence
from sim.policy import month_date, month_number

#: How a chain may begin, in words for figures. What pushes -> what it is handed on by.
ENTRIES = {
    "cut": "own limit cut by the policy",
    "rules": "bound by the policy's rules",
    "job": "laid off",
    "lender": "a lender tighter or looser",
    "friends": "friends in default",
    "trust": "trust in lenders",
    "unknown": "unknown",
}
#: Steps in the order in which they happen within a month, in words; {} is the line or the shop.
STEPS = {
    "cut": "cut at {}",
    "rules": "bound by the rules at {}",
    "job": "laid off by {}",
    "trust": "turned to or from lenders",
    "refused": "refused by {}, now tighter",
    "opened": "new line at {}",
    "drew": "borrowed more at {}",
    "missed": "missed at {}",
    "tighter": "given less by {}, now tighter",
    "looser": "given more by {}, now looser",
    "reports": "given less by {}, which saw it",
    "friends": "more friends in default",
    "default": "default at {}",
}
PUSHES = {"cut": "cut", "rules": "rules", "job": "job", "refused": "lender", "tighter": "lender", "looser": "lender",
          "friends": "friends", "trust": "trust"}  # fmt: skip
AT_MONTH_END = ("tighter", "looser", "friends")  # too late for the bills of that month
MOST_MISSED = 3  # lines in a chain on which bills are missed


@dataclass(frozen=True)
class Step:
    """One step of a chain: month from the start of the run, kind (a key of STEPS), product index, shop; -1 for none."""

    month: int
    kind: str
    line: int = -1
    shop: int = -1


def pushes_of(log: Divergence, person: int, onset: int) -> list[Step]:
    """Everything that pushed a person from outside before bills were missed in a month, each kind once, in order.

    Friends count only if the default was chosen, which is all that they act on, or if there is nothing else. Trust
    counts only if there is nothing else. onset: the month of the missed bill, from the start of the run.
    """
    found = []
    for kind in PUSHES:
        step = _first(log, kind, person, onset - (kind in AT_MONTH_END))
        if kind == "friends" and log.cause_of(person) != "chose":
            step = None if found else step
        if step and not (kind == "trust" and found):
            found.append(step)
    return _in_order(found)


def entry_of(pushes: list[Step]) -> int:
    """Which of ENTRIES a chain with these pushes begins with: the first."""
    return list(ENTRIES).index(PUSHES[pushes[0].kind] if pushes else "unknown")


def chain_of(log: Divergence, person: int) -> tuple[Step, ...]:
    """The chain of one person: pushes, the first new line and loan, missed bills, what lenders made of it, default.

    person: id, who need not default. Until the default, or until now.
    """
    defaulted = int(log.defaulted[person])
    until = defaulted if defaulted != NEVER else log.months[-1]
    pushes = pushes_of(log, person, until)
    steps = {step for step in pushes if step.kind != "cut"} | _lines(log, "cut", person, until)
    steps |= {step for kind in ("opened", "drew", "reports") if (step := _first(log, kind, person, until))}
    missed = {step.line: step for step in _in_order(_lines(log, "missed", person, until))[:MOST_MISSED]}
    if defaulted != NEVER:
        fatal = int(log.product[person])
        missed[fatal] = Step(int(log.spell[person]), "missed", fatal)
    steps |= set(missed.values())
    counted = pushes if defaulted == NEVER else [step for step in pushes if step.month <= log.spell[person]]
    start = counted[0].month if counted else NEVER  # what differed before the first push has no story
    end = [Step(defaulted, "default", fatal)] if defaulted != NEVER else []
    return tuple(_in_order([step for step in steps if step.month >= start]) + end)


def words(chain, lines, start: str) -> str:
    """A chain as a student reads it: "cut at shop pay-later (2020-12) -> missed at bank card (2021-02) -> ...".

    chain: Steps; lines: names of products; start: first month of the run.
    """
    told = []
    for (month, kind), steps in groupby(chain, key=lambda step: (step.month, step.kind)):
        shop = lambda step: f"shop {step.shop}" if step.shop >= 0 else "an employer outside"  # noqa: E731
        where = ", ".join(lines[step.line] if step.line >= 0 else shop(step) for step in steps)
        told.append(f"{STEPS[kind].format(where)} ({month_date(month_number(start) + month)})")
    return " -> ".join(told)


def _lines(log, kind, person, until) -> set[Step]:
    """All lines of a person on which something happened up to a month, each at its first time."""
    months = log.first[kind][person]
    happened = np.flatnonzero((months != NEVER) & (months <= until))
    return {Step(int(months[line]), kind, int(line)) for line in happened}


def _first(log, kind, person, until) -> Step | None:
    """When something first happened to a person, if it did up to a month; of several lines the lowest."""
    months = log.first[kind][person]
    if months.ndim == 0:
        shop = int(log.employer[person]) if kind == "job" else -1
        return Step(int(months), kind, shop=shop) if NEVER < months <= until else None
    return min(_lines(log, kind, person, until), key=lambda step: (step.month, step.line), default=None)


def _in_order(steps) -> list[Step]:
    order = list(STEPS)
    return sorted(steps, key=lambda step: (step.month, order.index(step.kind), step.line))
