"""One target: what the market gives beside what was published, and how far apart they are."""

from dataclasses import dataclass, field

import numpy as np

FITS, NEAR, MISSES, ABSENT = "fits", "near", "misses", "not simulated"
EDGE = 0.05  #: half windows: who is off by less is at the edge
UNITS = ("percent", "points", "share", "times", "elasticity", "yuan", "months", "people", "count", "order")


@dataclass(frozen=True)
class Row:
    """One target: the simulated median over seeds, the published value, the window, the mark and the source.

    low and high: the window, inclusive; infinite where only a sign or a bound is published.
    """

    group: str
    name: str
    simulated: float | None
    spread: float | None  # standard deviation over seeds
    published: float | None
    low: float
    high: float
    unit: str  # one of UNITS; percent and points are held as shares, 0.05 reads 5 %
    source: str
    note: str = ""
    said: str = ""  # the published value in words, where it is a bound, a range or a sign
    code: str = ""  # how the evidence numbers it: F7, O1, B2
    seeds: int = 0
    values: tuple[float, ...] = field(default=(), compare=False)  # one per seed, nan where a seed has none

    @classmethod
    def over_seeds(cls, group, name, values, published, low, high, unit, source, note="", said="", code="") -> "Row":
        """The row of one value per seed; seeds without a value (nan) are left out."""
        every = np.atleast_1d(np.asarray(values, dtype=float))
        values = every[np.isfinite(every)]
        middle = float(np.median(values)) if values.size else None
        spread = float(values.std(ddof=1)) if values.size > 1 else None
        kept = {"seeds": int(values.size), "values": tuple(every.tolist())}
        return cls(group, name, middle, spread, published, low, high, unit, source, note, said, code, **kept)

    @property
    def distance(self) -> float:
        """How far outside its window the market is, in half widths of the window, with the sign of the error.

        0 inside; infinite outside a window that has one end only and no scale of its own.
        """
        if self.simulated is None or not np.isfinite(self.simulated):
            return float("nan")
        if self.low <= self.simulated <= self.high:
            return 0.0
        edge = self.low if self.simulated < self.low else self.high
        half = 0.5 * (self.high - self.low)
        gap = self.simulated - edge
        return gap / half if 0 < half < np.inf else np.copysign(np.inf, gap)

    @property
    def mark(self) -> str:
        """``fits`` inside the window, ``near`` outside by at most half its width, ``misses``, ``not simulated``."""
        if np.isnan(self.distance):
            return ABSENT
        return FITS if self.distance == 0 else NEAR if abs(self.distance) <= 1 else MISSES

    @property
    def published_text(self) -> str:
        """The published value as people write it."""
        return self.said or self.text(self.published)

    @property
    def distance_text(self) -> str:
        """The distance as people write it: empty inside the window."""
        if not np.isfinite(self.distance):
            return "" if self.mark == ABSENT or self.unit == "order" else "wrong side"
        if abs(self.distance) < EDGE:
            return "at the edge" if self.distance else ""
        return f"{self.distance:+.1f}"

    def text(self, value) -> str:
        """A value of this row as people write it."""
        if value is None or not np.isfinite(value):
            return "-"
        if self.unit in ("percent", "points"):
            hundredths = round(100 * value, 2) + 0.0  # nothing reads -0.00
            return f"{hundredths:.2f} %" if self.unit == "percent" else f"{hundredths:+.2f} points"
        if self.unit == "times":
            return f"{value:.2f} times"
        if self.unit == "elasticity":
            return f"{value:+.2f}"
        if self.unit in ("yuan", "months", "people"):
            return f"{value:,.0f} {self.unit}"
        if self.unit == "count":
            return f"{value:g}"
        return f"{value:.0f}" if self.unit == "order" else f"{value:.2f}" if value < 10 else f"{value:,.0f}"

    @property
    def window(self) -> str:
        """The window as people write it."""
        if self.unit == "order":
            return "0"
        first, last = self.text(self.low), self.text(self.high)
        if not np.isfinite(self.low):
            return f"at most {last}"
        if not np.isfinite(self.high):
            return f"at least {first}"
        return f"{first.split(' ')[0]} to {last}"
