"""What is wrong with an input, in one line each: place, key, what is wrong, what to type instead."""

import datetime
import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input file or an option."""

    file: str
    line: int | None
    key: str
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.key, self.text) if part)


class BadInput(Exception):
    """Input that cannot be used: one line for each problem, in the order of the files' lines."""

    def __init__(self, problems: Iterable[Problem] | str):
        if isinstance(problems, str):
            self.problems, lines = [], [problems]
        else:
            self.problems = sorted(problems, key=lambda p: (p.file, p.line or 0, p.key))
            lines = dict.fromkeys(map(str, self.problems))
        super().__init__("\n".join(lines))


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """Say that there is no such thing, and what was probably meant."""
    known = list(known)
    close = difflib.get_close_matches(word.replace(" ", "_"), known, n=1, cutoff=0.6)
    if close:
        return f'there is no {kind} "{word}"; did you mean "{close[0]}"?'
    if not known:
        return f'there is no {kind} "{word}", and none can be named here'
    if len(known) > 16:
        known = difflib.get_close_matches(word, known, n=6, cutoff=0.0)
        return f'there is no {kind} "{word}"; the nearest are {", ".join(known)}'
    return f'there is no {kind} "{word}"; choose one of {", ".join(known)}'


def plain(number) -> str:
    """Write a number without a needless decimal point."""
    return f"{number:.10g}" if isinstance(number, float) else str(number)


def out_of_range(value, low, high, unit: str) -> str:
    """Say that a number is outside its range, and what was probably meant."""
    share = "share" in unit or "per " in unit or "score" in unit
    of = f" ({unit})" if unit else ""
    if share and value > high and low <= value / 100 <= high and value >= 2:
        return f"{plain(value)} looks like a percentage; write {plain(value / 100.0)}{of}"
    if value < 0 <= low:
        return f"{plain(value)} is negative; write a number from {plain(low)} to {plain(high)}{of}"
    return f"{plain(value)} is out of range; write a number from {plain(low)} to {plain(high)}{of}"


def wrong_type(kind: str, value) -> str:
    """Say that a value is of the wrong type, and what to write instead."""
    if isinstance(value, str) and kind in ("number", "whole number"):
        try:
            return f'"{value}" is text; write {plain(float(value))} without quotes'
        except ValueError:
            return f'"{value}" is text; write a {kind}'
    if isinstance(value, datetime.date):
        return f'write the month in quotes: "{value:%Y-%m}"'
    if kind == "text":
        return "write text in quotes"
    if kind == "table":
        return "this is a table; write its keys under a [heading] of its own"
    if kind == "whole number" and isinstance(value, float) and value == value and abs(value) < 1e15:
        return f"{plain(value)} is not a whole number; write {round(value)}"
    return f"write a {kind}, not {_spelt(value)}"


def _spelt(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else plain(value)
