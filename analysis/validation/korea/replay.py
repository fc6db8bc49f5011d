"""The simulated side of the Korean replay: monthly series of every seed under the names of the published ones."""

from dataclasses import dataclass, field

import numpy as np

from analysis.folder import MONTH


@dataclass(frozen=True)
class Replay:
    """What a world gave: its months and, by name, arrays [seed, month]; a name that it cannot give is not there."""

    months: np.ndarray  # datetime64[M], in order
    seeds: int
    series: dict[str, np.ndarray] = field(default_factory=dict)

    def __getitem__(self, name: str) -> np.ndarray:
        """A series [seed, month]; nan throughout if this world cannot give it."""
        return self.series.get(name, np.full((self.seeds, len(self.months)), np.nan))

    def at(self, name: str, months) -> np.ndarray:
        """A series in certain months.

        name; months: one calendar month or several (text or datetime64[M]). Returns an array [seed] or [seed, month],
        nan for months that were not played.
        """
        wanted = np.asarray(months, dtype="datetime64[M]")
        place = (np.atleast_1d(wanted) - self.months[0]).astype(int)
        inside = (place >= 0) & (place < len(self.months))
        found = np.where(inside, self[name][:, np.clip(place, 0, len(self.months) - 1)], np.nan)
        return found if wanted.ndim else found[:, 0]

    def between(self, name: str, first: str, last: str) -> np.ndarray:
        """A series [seed, month] over all months from first to last, inclusive; nan for those not played."""
        return self.at(name, span(first, last))

    def first(self, seeds: int) -> "Replay":
        """The same world with its first seeds alone."""
        return Replay(self.months, min(seeds, self.seeds), {name: part[:seeds] for name, part in self.series.items()})

    def change(self, name: str, first: str, last: str) -> np.ndarray:
        """last / first - 1 of a series, by seed; nan where there is nothing to divide by."""
        return ratio(self.at(name, last), self.at(name, first)) - 1


def span(first: str, last: str) -> np.ndarray:
    """All months from first to last, inclusive, as datetime64[M]."""
    return np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + MONTH)


def ratio(over, under) -> np.ndarray:
    """over / under, nan where under is zero or unknown."""
    over, under = np.asarray(over, dtype=float), np.asarray(under, dtype=float)
    return np.divide(over, under, out=np.full(np.broadcast(over, under).shape, np.nan), where=under != 0)


def rmse(simulated, published) -> np.ndarray:
    """Root mean squared error by row, nan if any is unknown: simulated [..., month], published [month] -> [...]."""
    return np.sqrt(np.mean((np.asarray(simulated) - np.asarray(published)) ** 2, axis=-1))
