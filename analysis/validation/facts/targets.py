"""The stylised facts: each with its window, where it was seen and how it is measured, read from ``targets.toml``.

One fact may need several rows, and holds if all of them fit.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from analysis.validation.row import FITS, Row

FACTS, CORE, ENOUGH = 23, ("F7", "F8", "F9", "F10", "F11", "F12", "F17", "F18"), 18


@dataclass(frozen=True)
class Target:
    """One row to be filled; ``measure``: name in ``worlds.one_seed`` or ``korean.one_seed``, None for no such thing."""

    code: str
    name: str
    low: float
    high: float
    unit: str
    source: str
    measure: str | None = None
    published: float | None = None
    said: str = ""
    note: str = ""

    def row(self, values: list[dict[str, float]]) -> Row:
        """The row over seeds; values: what ``worlds.one_seed`` returned for each."""
        found = [one[self.measure] for one in values] if self.measure else []
        about = (self.published, self.low, self.high, self.unit, self.source, self.note, self.said, self.code)
        return Row.over_seeds("", self.name, found, *about)


TARGETS = tuple(
    Target(**row) for row in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["targets"]
)


def bar(rows) -> str:
    """Whether enough facts hold, in words; a fact holds if all of its rows fit.

    rows: of the whole validation, of which those coded F1 to F27 count, also beside another code ("E1, F14").
    """
    marks = {}
    for row in rows:
        for code in row.code.split(", "):
            if code.startswith("F") and code[1:].isdigit():
                marks.setdefault(code, []).append(row.mark == FITS)
    held = [code for code, fits in marks.items() if all(fits)]
    core = [code for code in CORE if code not in held]
    missing = f"; of the multi-lender core {', '.join(core)} do not" if core else "; all of the multi-lender core do"
    return f"{len(held)} of {FACTS} stylised facts fit, {ENOUGH} are asked for{missing}"
