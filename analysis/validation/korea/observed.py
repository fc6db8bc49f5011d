"""What was published month by month about the Korean card crisis, each figure with its source."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

TABLE = Path(__file__).with_name("observed.csv")
#: The months that the scenario is calibrated on, and those that it is judged by.
CALIBRATION, HOLD_OUT = ("2002-01", "2003-06"), ("2003-07", "2004-12")
#: What a unit of the table is in units of the market: shares for percent and points, plain numbers for all else.
SCALE = {"percent": 0.01, "points": 0.01, "people": 1.0, "times": 1.0, "trillion won": 1.0}


@dataclass(frozen=True)
class Point:
    """One published figure: series, calendar month (the last one of a period), value, mark, sources, what to know."""

    series: str
    month: np.datetime64
    value: float
    unit: str
    mark: str  # S: seen in a copy of the source, D: derived from such figures
    sources: tuple[str, ...]  # rows of docs/evidence.md, section Korea
    note: str


@cache
def table() -> tuple[Point, ...]:
    """Every published figure, in the order of the file; percent and points as shares."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_point(row) for row in csv.DictReader(file))


def _point(row) -> Point:
    month, value = np.datetime64(row["month"], "M"), float(row["value"]) * SCALE[row["unit"]]
    return Point(row["series"], month, value, row["unit"], row["mark"], tuple(row["sources"].split()), row["note"])


def points(series: str, first: str = "1990-01", last: str = "2010-12") -> tuple[np.ndarray, np.ndarray]:
    """The published months and values of a series.

    series: as the table names it; first, last: calendar months, inclusive. Returns months (datetime64[M]) and values;
    raises KeyError for a series that is not in the table.
    """
    found = [point for point in table() if point.series == series]
    if not found:
        raise KeyError(f"no published series {series!r}")
    kept = [p for p in found if np.datetime64(first) <= p.month <= np.datetime64(last)]
    return np.array([p.month for p in kept], dtype="datetime64[M]"), np.array([p.value for p in kept])


def linked(series: str, after: str) -> tuple[np.ndarray, np.ndarray]:
    """A series carried on over a change of its definition, by the month in which both were published.

    series, after: names of the series before and after it; the last month of one is the first of the other. Returns
    months and values, in the first definition.
    """
    months, values = points(series)
    later, changed = points(after)
    return np.concatenate([months, later[1:]]), np.concatenate([values, changed[1:] * values[-1] / changed[0]])


def value(series: str, month: str) -> float:
    """The published value of a series in one month; raises ValueError if there is none."""
    (found,) = points(series, month, month)[1]
    return float(found)


def interpolated(series: str, months: np.ndarray) -> np.ndarray:
    """A series in every month: straight lines between published values, level before the first and after the last.

    months: datetime64[M]. Returns an array [month].
    """
    known, values = points(series)
    return np.interp(months.astype(int), known.astype(int), values)


def sources(series: str) -> str:
    """The sources of a series, as a row of the validation table names them."""
    keys = sorted({key for point in table() if point.series == series for key in point.sources})
    if not keys:
        raise KeyError(f"no published series {series!r}")
    return ", ".join(keys)
