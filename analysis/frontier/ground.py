"""Whether runs stand on the same ground: only then is a difference between two rules the rules' doing.

Two reforms are compared through the baseline they share. That works if both were played by the same people with the
same luck over the same months, by the same code; anything else is refused, with what differs and what to do instead.
"""

from collections.abc import Sequence

import numpy as np

from analysis.folder import Run

WORDS = ("name", "title", "question", "expected", "source")  #: what a scenario says but the market does not read

#: What must be equal in the manifests: key, what it is called, and what to do if it differs.
SAME = (
    ("market_hash", "the market's code", "run both scenarios again with one version of Rollover"),
    ("rollover", "the version of Rollover", "run both scenarios again with one version of Rollover"),
    ("borrowers", "borrowers", "run both scenarios again with the same --borrowers"),
    ("merchants", "merchants", "give both scenarios the same merchants and run them again"),
    ("seeds", "seeds", "run both scenarios again with the same --seeds"),
    ("start", "the first month", "let both scenarios start in the same month and run them again"),
    ("months", "months", "run both scenarios again with the same --months"),
)


def same_ground(runs: Sequence[Run]) -> None:
    """Refuse runs that cannot be compared with each other.

    runs: two or more, each a reform against a baseline. Raises ValueError, one sentence that names the folder, what
    differs from the first run (both values) and what to do instead, if one has no baseline, two hold the same run, or
    they differ in code, people, merchants, seeds, months, or in the baseline: its rules or its numbers.
    """
    if len(runs) < 2:
        raise ValueError(f"{runs[0].folder}: one run only; name two or more, each a reform against the same baseline")
    first, known = runs[0], {}
    for run in runs:
        if run.reform is None:
            raise ValueError(f"{run.folder}: one world only; run a scenario that differs from the baseline")
        for mark in (run.folder.resolve(), run.manifest.get("hash")):
            if mark in known:
                raise ValueError(f"{run.folder}: the same run as {known[mark]}; name every run once")
            known[mark] = run.folder
        for key, words, remedy in SAME:
            here, there = run.manifest.get(key), first.manifest.get(key)
            if here != there:
                raise ValueError(f"{run.folder}: {words}: {here}, but {there} in {first.folder}; {remedy}")
        _same_baseline(run, first)


def _same_baseline(run: Run, first: Run) -> None:
    """The baselines must have the same rules and, as a check of everything else, the same money in every month."""
    found = _difference(_unnamed(run), _unnamed(first))
    if found:
        key, here, there = found
        raise ValueError(
            f"{run.folder}: another baseline: {key} is {here}, but {there} in {first.folder};"
            " run both scenarios against the same one (--against, and the same --set parameters)"
        )
    money = "SELECT seed, month, (cash_fen + income_fen)::DOUBLE AS value FROM economy WHERE world = $baseline"
    differ = np.argwhere(run.by_month(run.ask(money)) != first.by_month(first.ask(money)))
    if len(differ):
        seed, month = differ[0]
        raise ValueError(
            f"{run.folder}: its baseline was not played like that of {first.folder}: people's money differs in seed"
            f" {run.seeds[seed]} from {run.months[month]} on; run both scenarios again on one installation"
        )


def _unnamed(run: Run) -> dict:
    return {key: value for key, value in run.scenario(run.baseline).items() if key not in WORDS}


def _difference(here, there, key=""):
    """The first key in which two nested tables differ, with both values; None if they are equal."""
    if isinstance(here, dict) and isinstance(there, dict):
        for name in sorted({*here, *there}):
            found = _difference(here.get(name), there.get(name), f"{key}.{name}".lstrip("."))
            if found:
                return found
        return None
    if here == there:
        return None
    return key, *("not there" if value is None else _short(value) for value in (here, there))


def _short(value) -> str:
    return "there" if isinstance(value, dict) else str(value)
