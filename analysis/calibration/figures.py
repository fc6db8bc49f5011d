"""Figures of a calibration: intervals within ranges, the most entangled pair, and headlines over all good fits."""

import numpy as np
from matplotlib.figure import Figure

from analysis.calibration.market import units_of, values_of
from analysis.calibration.robust import ENOUGH, Verdict
from analysis.calibration.study import Calibration
from analysis.drawing import AVOIDED, CAUSED, INK, QUIET, entitle
from analysis.sensitivity.values import label, scale
from analysis.wording import percent

ENTANGLED = 0.5  #: correlation over the good fits from which a pair is worth a picture


def draw_intervals(found: Calibration, present: np.ndarray) -> tuple[Figure, str, str]:
    """Each parameter's 90 % intervals within its range, the best pinned first.

    found: the calibration; present: the values of the world as it is, [parameter]. Returns the figure, its description
    and how to read it.
    """
    order = np.argsort(found.width(), kind="stable")
    fits, left = found.intervals()
    now = units_of(found.free, present)
    figure = Figure(figsize=(8.6, 1.6 + 0.25 * len(order)))
    axes = figure.subplots()
    places = np.arange(len(order))[::-1]
    axes.hlines(places, left[0, order], left[2, order], color=AVOIDED, linewidth=7, alpha=0.6, label="posterior, 90 %")
    axes.hlines(places, fits[0, order], fits[2, order], color=CAUSED, linewidth=3, label="good fits, 90 %")
    axes.plot(fits[1, order], places, "o", color=INK, markersize=4, label="median of good fits")
    axes.plot(now[order], places, "x", color=INK, markersize=6, label="the world as it is")
    for place, one in zip(places, order, strict=True):
        axis = found.free[one]
        ends = f"{axis.low:g} to {axis.high:g} {axis.unit}"
        loose = "" if found.pinned()[one] else "; not pinned"
        axes.text(1.02, place, ends + loose, transform=axes.get_yaxis_transform(), va="center", fontsize=7)
    axes.set_yticks(places, [label(found.free[one].path) for one in order], fontsize=7.5)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.7, len(order) - 0.3)
    axes.set_xlabel("place in the range (0: its lower end, 1: its upper end; the ends stand to the right)")
    figure.legend(loc="outside lower left", ncols=4, handlelength=1.6)
    pinned = int(found.pinned().sum())
    entitle(figure, f"The published figures pin {pinned} of {len(order)} numbers that nobody publishes")
    fitted = values_of(found.free, fits)
    alt = "90 % intervals of good fits: " + "; ".join(
        f"{label(found.free[one].path)} {fitted[0, one]:.3g} to {fitted[2, one]:.3g}" for one in order
    )
    caption = (
        "Wide bars: what a regression on the bank of prior simulations leaves possible. Narrow bars: what was accepted"
        " after a search, on fresh seeds. A bar as wide as the picture means that the data say nothing."
    )
    return figure, alt + ".", caption


def draw_pair(found: Calibration) -> tuple[Figure, str, str] | None:
    """The two parameters that go together most closely over the good fits; None if no pair does."""
    if len(found.units) < 10:
        return None
    together = np.corrcoef(found.units.T)
    together[np.tril_indices(len(together))] = 0.0
    first, second = np.unravel_index(np.abs(together).argmax(), together.shape)
    strength = together[first, second]
    if abs(strength) < ENTANGLED:
        return None
    values = values_of(found.free, found.units)
    figure = Figure(figsize=(7.6, 4.6))
    axes = figure.subplots()
    drawn = axes.scatter(values[:, first], values[:, second], c=found.distances, s=18, cmap="viridis")
    figure.colorbar(drawn, ax=axes, label="distance (squared half windows)")
    axes.set_xlabel(scale(found.free[first]))
    axes.set_ylabel(scale(found.free[second]))
    names = f"{label(found.free[first].path)} and {label(found.free[second].path)}"
    moves = "make up for each other" if strength < 0 else "rise together"
    finding = f"Over the good fits, {names} {moves} (correlation {strength:+.2f})"
    entitle(figure, finding)
    return figure, finding + ".", "Each dot is one accepted fit. The data pin the pair better than either alone."


def draw_headlines(verdicts: list[Verdict]) -> tuple[Figure, str, str]:
    """The excess of each policy at every good fit that was played."""
    figure = Figure(figsize=(7.2, 1.6 + 0.6 * len(verdicts)))
    axes = figure.subplots()
    places = np.arange(len(verdicts))[::-1]
    for place, one in zip(places, verdicts, strict=True):
        lift = np.linspace(-0.22, 0.22, len(one.excess))
        colour = QUIET if not one.robust else CAUSED if one.sign > 0 else AVOIDED
        axes.plot(one.excess, place + lift, "o", color=colour, markersize=3.5, alpha=0.8)
        axes.vlines(np.median(one.excess), place - 0.32, place + 0.32, color=INK, linewidth=1.4, linestyle="-")
        axes.text(1.02, place, one.words, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5)
    axes.axvline(0.0, color=INK, linewidth=0.8, linestyle="-")
    axes.set_yticks(places, [one.policy for one in verdicts])
    axes.set_ylim(-0.6, len(verdicts) - 0.4)
    axes.set_xlabel("excess defaults (people per 1,000 borrowers, reform less baseline)")
    robust = sum(one.robust for one in verdicts)
    entitle(
        figure,
        f"The sign of {robust} of {len(verdicts)} headline effects holds at {percent(ENOUGH)} of all good fits or more",
    )
    alt = "; ".join(f"{one.policy}: {one.words}, median {np.median(one.excess):+.2f}" for one in verdicts)
    return (
        figure,
        alt + ".",
        "Each dot is one good fit, the mean over its paired seeds; the bar is the median fit; grey is not robust.",
    )
