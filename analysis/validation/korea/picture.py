"""The picture of the Korean replay: bands of simulated paths over the published dots, the hold-out shaded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.figure import Figure

from analysis.drawing import AVOIDED, CUT, INK, QUIET, Drawing, drawn, entitle
from analysis.folder import MONTH
from analysis.validation.korea.benchmarks import persons_index
from analysis.validation.korea.observed import HOLD_OUT, points, value
from analysis.validation.korea.outputs import ORIGIN, PERSONS, REAL, REGISTRATIONS, REGISTRATIONS_ANY, error
from analysis.validation.korea.replay import Replay, ratio

NAME = "korea-2002"
LOW, HIGH = 5, 95  #: percentiles of the band


@dataclass(frozen=True)
class Panel:
    """One panel: its title, its axis with unit, the published months and values, the simulated paths [seed, month].

    wider: the same paths counted another way, drawn as a broken line.
    """

    title: str
    axis: str
    published: tuple[np.ndarray, np.ndarray]
    simulated: np.ndarray
    wider: np.ndarray | None = None


def panels(replay: Replay) -> tuple[Panel, ...]:
    """Real delinquency in percent, delinquent persons with December 2002 at 100, registrations for each of them."""
    real, persons = points(REAL), persons_index()
    return (
        Panel("Real delinquency", "30+ days late or rewritten,\n% of balance", (real[0], 100 * real[1]),
              100 * replay[REAL]),
        Panel("Delinquent persons", "index, December 2002 = 100\n(other debts added as published)",
              (persons[0], 100 * persons[1]), 100 * ratio(replay[PERSONS], replay.at(PERSONS, [ORIGIN]))),
        Panel("Registrations for each of them", "lenders per person delinquent on cards", points(REGISTRATIONS),
              replay[REGISTRATIONS], replay[REGISTRATIONS_ANY]),
    )  # fmt: skip


def draw(replay: Replay) -> Callable[[], tuple[Figure, str, str]]:
    """What draws the picture: replay -> a maker for ``drawing.drawn``."""

    def maker():
        figure = Figure(figsize=(10.4, 3.7))
        made = panels(replay)
        for axes, panel in zip(figure.subplots(1, len(made)), made, strict=True):
            _panel(axes, panel, replay)
        shown = [zip(*axes.get_legend_handles_labels(), strict=True) for axes in figure.axes]
        handles = {label: handle for panel in shown for handle, label in panel}
        figure.legend(handles.values(), handles.keys(), loc="outside lower left", ncols=6)
        entitle(figure, finding(replay))
        seen = "; ".join(f"{panel.title.lower()}: {_told(panel, replay.months)}" for panel in made)
        return (
            figure,
            f"Three panels, 2002 to 2004. {seen}.",
            f"Bands hold {HIGH - LOW} % of {replay.seeds} seeds, lines are their medians, dots are published figures. "
            "Grey months are the hold-out. In the second panel those delinquent on other debts are added as published. "
            "Hollow dots follow a new definition of May 2004. Registrations are of people delinquent on cards; the "
            "broken line adds those delinquent on other debts, whom the published figures count too.",
        )

    return maker


def picture(replay: Replay) -> Drawing:
    """The picture in the house style."""
    return drawn({NAME: draw(replay)})[NAME]


def finding(replay: Replay) -> str:
    """What the picture shows, in one sentence."""
    high = np.nanmedian(np.max(replay.at(REAL, np.arange("2002-07", "2005-01", dtype="datetime64[M]")), axis=1))
    off = np.nanmedian(error(replay, REAL, *HOLD_OUT))
    return (
        f"Korea 2002-2004 replayed: real delinquency peaks at {100 * high:.0f} % (published "
        f"{100 * value(REAL, '2003-12'):.0f} %), in the hold-out a world is off by {100 * off:.1f} points"
    )


def _days(months) -> list[datetime]:
    return list(np.asarray(months, dtype="datetime64[M]").astype("datetime64[D]").astype(datetime))


def _panel(axes, panel: Panel, replay: Replay) -> None:
    months = replay.months
    kept = months >= np.datetime64("2001-12")
    days, paths = _days(months[kept]), panel.simulated[:, kept]
    low, middle, high = np.nanpercentile(paths, (LOW, 50, HIGH), axis=0)
    first, last = _days([HOLD_OUT[0], np.datetime64(HOLD_OUT[1]) + MONTH])
    axes.axvspan(first, last, color=QUIET, alpha=0.15, linewidth=0, label="hold-out")
    band = f"simulated, {HIGH - LOW} % of {replay.seeds} seeds"
    axes.fill_between(days, low, high, color=AVOIDED, alpha=0.5, linewidth=0, label=band)
    axes.plot(days, middle, color=INK, linestyle="-", label="simulated, median")
    if panel.wider is not None:
        wider = np.median(panel.wider[:, kept], axis=0)
        axes.plot(days, wider, color=INK, linestyle="--", linewidth=1, label="with those on other debts")
    seen = (panel.published[0] >= np.datetime64("2001-12")) & (panel.published[0] <= np.datetime64(HOLD_OUT[1]))
    dates, values = panel.published[0][seen], panel.published[1][seen]
    broken = (dates > np.datetime64("2004-05")) & (panel.title == "Delinquent persons")
    axes.plot(_days(dates[~broken]), values[~broken], "o", color=CUT, markersize=4, label="published")
    axes.plot(_days(dates[broken]), values[broken], "o", color=CUT, markersize=4, markerfacecolor="none",
              label="new definition" if broken.any() else None)  # fmt: skip
    axes.set_title(panel.title)
    axes.set_ylabel(panel.axis)
    axes.set_xlabel("month")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))


def _told(panel: Panel, months) -> str:
    """Simulated against published at the last published month, in words."""
    dates, values = panel.published
    month = dates[dates <= months[-1]][-1]
    simulated = np.nanmedian(panel.simulated[:, int((month - months[0]).astype(int))])
    return f"{simulated:.1f} in {month}, published {values[dates == month][0]:.1f}"
