"""Figures of a study: which it allows, and tornado, index bars and scenario discovery."""

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.drawing import AVOIDED, CAUSED, INK, QUIET, entitle
from analysis.sensitivity.curve_figure import draw_curve
from analysis.sensitivity.phase_figure import draw_phase
from analysis.sensitivity.study import Study
from analysis.sensitivity.values import label

ALONE, TOGETHER = "#0072B2", "#E69F00"
LUCK = 0.5  #: share of luck in the variance between points above which a figure says so in its title


def makers(study: Study) -> dict[str, Callable[[], tuple[Figure, str, str]]]:
    """The figures that a study allows, for ``analysis.drawing.drawn``: name -> maker."""
    kinds = (
        ("screening", draw_tornado),
        ("indices", draw_indices),
        ("discovery", draw_discovery),
        ("phase", draw_phase),
        ("curve", draw_curve),
    )
    return {f"{study.name}-{kind}": partial(draw, study) for kind, draw in kinds if getattr(study, kind) is not None}


def draw_tornado(study: Study) -> tuple[Figure, str, str]:
    """What a Morris sample says: how far each input moves the outcome up and down, the strongest first.

    study: with a screening. Returns the figure, its description and how to read it.
    """
    s = study.screening
    order, places = s.order, np.arange(len(s.names))[::-1]
    names = [label(s.names[i]) for i in order]
    figure = Figure(figsize=(7.2, 1.7 + 0.34 * len(names)))
    axes = figure.subplots()
    up, down = (s.mu_star + s.mu)[order] / 2, (s.mu_star - s.mu)[order] / 2
    axes.barh(places, up, height=0.62, color=CAUSED, edgecolor=INK, linewidth=0.4)
    axes.barh(places, -down, height=0.62, color=AVOIDED, edgecolor=INK, linewidth=0.4, hatch="////")
    for place, i in zip(places, order, strict=True):
        axes.plot([s.mu_low[i], s.mu_high[i]], [place, place], color=INK, linewidth=1.4, linestyle="-")
        hollow = s.mu_low[i] <= 0.0 <= s.mu_high[i]
        axes.plot(s.mu[i], place, "o", color=INK, markerfacecolor="white" if hollow else INK, markersize=5)
        luck = f" ({_plain(s.by_luck[i])})" if study.seeds > 1 else ""
        words = f"{_plain(s.mu_star[i])} ± {_plain(s.mu_star_half[i])}{luck}{', uneven' if s.bent[i] else ''}"
        axes.text(1.01, place, words, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5)
    head = "size μ* (by luck alone)" if study.seeds > 1 else "size μ*"
    axes.text(1.01, len(names) - 0.4, head, transform=axes.get_yaxis_transform(), va="bottom", fontsize=7.5)
    _rows(axes, places, names)
    axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
    axes.set_xlabel(f"change of {study.outcome.words} over the whole range of one input\n({study.outcome.unit})")
    finding = f"no input is seen to move {study.outcome.words}"
    if s.told.any():
        first = next(i for i in order if s.told[i])
        most = " most" if first == order[0] else ""
        size = f"{_plain(s.mu_star[first])} {study.outcome.unit}"
        finding = f"over its range {label(s.names[first])} moves {study.outcome.words}{most}, by {size}"
    entitle(figure, _titled(study, finding))
    handles = [
        Patch(facecolor=CAUSED, edgecolor=INK, linewidth=0.4, label="raises it"),
        Patch(facecolor=AVOIDED, edgecolor=INK, linewidth=0.4, hatch="////", label="lowers it"),
        Line2D([], [], color=INK, marker="o", linestyle="-", markersize=5, label="mean effect, 95 % interval"),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, handlelength=1.6, columnspacing=1.2)
    alt = f"Elementary effects on {study.outcome.words}, {study.outcome.unit}. " + "; ".join(
        f"{name}: size {_plain(s.mu_star[i])}, mean {_plain(s.mu[i])}" for name, i in zip(names, order, strict=True)
    )
    caption = (
        "Each bar is the mean size μ* of the change when this input alone moves over its whole range, at"
        f" {s.trajectories} places of the others; its parts to the right and left say how much of it raises and lowers."
        " The dot is the mean with its 95 % interval, hollow if that includes zero; ± is half the 95 % interval of μ*;"
        " in brackets what luck of the seeds alone would give an input that moves nothing."
        " 'Uneven' means that the effect is not the same everywhere (its standard deviation is above half of μ*): it"
        f" bends, depends on the others, or is luck. {_luck(study)}"
    )
    return figure, alt + ".", caption


def draw_indices(study: Study) -> tuple[Figure, str, str]:
    """What a Sobol sample says: the share of the variance that each input accounts for, alone and with the others.

    study: with indices. Returns the figure, its description and how to read it.
    """
    s = study.indices
    order, places = s.order, np.arange(len(s.names))[::-1]
    names = [label(s.names[i]) for i in order]
    figure = Figure(figsize=(7.2, 1.5 + 0.5 * len(names)))
    axes = figure.subplots()
    told = bool(np.isfinite(s.total).all())
    for shift, share, half, colour, hatch in (
        (0.19, s.first, s.first_half, ALONE, ""), (-0.19, s.total, s.total_half, TOGETHER, "////"),
    ):  # fmt: skip
        style = {"color": colour, "edgecolor": INK, "linewidth": 0.4, "hatch": hatch}
        axes.barh(places + shift, np.nan_to_num(share[order]), height=0.36, **style)
        bar = {"fmt": "none", "ecolor": INK, "elinewidth": 1.2, "capsize": 2}
        axes.errorbar(np.nan_to_num(share[order]), places + shift, xerr=np.nan_to_num(half[order]), **bar)
    _rows(axes, places, names)
    axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
    axes.set_xlim(min(0.0, axes.get_xlim()[0]), max(1.0, axes.get_xlim()[1]))
    axes.set_xlabel(f"share of the variance of {study.outcome.words} over these ranges")
    finding = f"{study.outcome.words} do not vary over these ranges"
    if told:
        alone, part = 100 * s.first[order[0]], 100 * s.total[order[0]]
        finding = f"{names[0]} has a part in {part:.0f} % of the variance of {study.outcome.words}"
        finding += (
            f", and accounts for {alone:.0f} % alone"
            if alone <= part
            else "; the sample is too small to tell what it does alone from what it does with others"
        )
    entitle(figure, _titled(study, finding))
    handles = [
        Patch(facecolor=ALONE, edgecolor=INK, linewidth=0.4, label="alone (S1)"),
        Patch(facecolor=TOGETHER, edgecolor=INK, linewidth=0.4, hatch="////", label="alone and with others (ST)"),
        Line2D([], [], color=INK, linestyle="-", label="95 % interval"),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, handlelength=1.6, columnspacing=1.2)
    alt = f"Sobol indices of {study.outcome.words}. " + "; ".join(
        f"{name}: alone {s.first[i]:.2f}, with others {s.total[i]:.2f}" for name, i in zip(names, order, strict=True)
    )
    caption = (
        "S1 is the share of the variance over the ranges of the design that an input accounts for alone, ST the share"
        " it has a part in; an input with ST near zero may be fixed anywhere in its range. These shares depend on the"
        f" ranges. {_luck(study)}"
    )
    return figure, alt + ".", caption


def draw_discovery(study: Study) -> tuple[Figure, str, str]:
    """The box that holds the worst quarter of the points, and the boxes that were passed on the way to it.

    study: with a discovery. Returns the figure, its description and how to read it.
    """
    d = study.discovery
    where = [i for i in np.flatnonzero(d.box.restricted)]
    rules = [_rule(study.axes[i], d.box.low[i], d.box.high[i]) for i in where]
    figure = Figure(figsize=(7.2, max(3.4, 2.2 + 0.5 * len(where))))
    path, box = figure.subplots(1, 2, width_ratios=(1, 1.25))
    coverage, density = ([100.0 * getattr(one, key) for one in d.peeled] for key in ("coverage", "density"))
    path.plot(coverage, density, "o-", color=QUIET, markersize=3, linewidth=0.8)
    path.plot(100.0 * d.box.coverage, 100.0 * d.box.density, "D", color=CAUSED, markeredgecolor=INK, markersize=8)
    path.set_xlim(-3, 106)
    path.set_ylim(0, 106)
    path.set_xlabel("coverage (%)")
    path.set_ylabel("density (%)")
    path.set_title("boxes passed while peeling", fontweight="normal")
    _ranges(box, study, where, rules)
    if where:
        finding = (
            f"with {' and '.join(rules)}, {100 * d.box.density:.0f} % of the points are among the worst quarter of"
            f" {study.outcome.words}, and {100 * d.box.coverage:.0f} % of that quarter lie there"
        )
    else:
        finding = f"no range of any input holds more of the worst quarter of {study.outcome.words} than chance does"
    entitle(figure, _titled(study, finding))
    alt = f"Scenario discovery of the worst quarter of {study.outcome.words}: {finding}."
    caption = (
        f"A worst case is a point with {study.outcome.words} above {_plain(study.threshold)} {study.outcome.unit}, the"
        f" highest quarter of {d.points} points. Each dot is a box: coverage is the share of all worst cases that lie"
        " in it, density their share among the points in it. The diamond is the box with the largest harmonic mean of"
        " the two, less the restrictions that chance would give in more than one case of twenty. The box was found in"
        " the same points that it is judged by, which flatters it."
        f" {_luck(study)}"
    )
    return figure, alt, caption


def _ranges(axes, study: Study, where, rules) -> None:
    """The restricted inputs, each over its own whole range."""
    places = np.arange(len(where))[::-1]
    for place, i, rule in zip(places, where, rules, strict=True):
        axis, d = study.axes[i], study.discovery
        low, high = max(d.box.low[i], axis.low), min(d.box.high[i], axis.high)
        start, end = ((value - axis.low) / (axis.high - axis.low) for value in (low, high))
        axes.plot([0, 1], [place, place], color=QUIET, linewidth=1.0, linestyle="-")
        axes.barh(place, end - start, left=start, height=0.3, color=CAUSED, edgecolor=INK, linewidth=0.4)
        axes.text(0.0, place + 0.24, rule + (f" ({axis.unit})" if axis.unit else ""), fontsize=7.5)
        axes.text(0.0, place - 0.2, _plain(axis.low), fontsize=7, va="top", color="#555555")
        axes.text(1.0, place - 0.2, _plain(axis.high), fontsize=7, va="top", ha="right", color="#555555")
    if not where:
        axes.text(0.5, 0.0, "no input is restricted", ha="center", va="center")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.6, max(0.6, len(where) - 0.3))
    axes.set_axis_off()
    axes.set_title("the box, within the range of each input", fontweight="normal")


def _rule(axis, low: float, high: float) -> str:
    """The restriction of one input in words."""
    name = label(axis.path)
    if np.isfinite(low) and np.isfinite(high):
        return f"{name} from {_plain(low)} to {_plain(high)}"
    return f"{name} at least {_plain(low)}" if np.isfinite(low) else f"{name} at most {_plain(high)}"


def _rows(axes, places, names) -> None:
    """Name the rows of bars."""
    axes.set_yticks(places, names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.tick_params(axis="y", length=0)


def _titled(study: Study, finding: str) -> str:
    """The finding with its world, what the sample was crossed with, and a warning if luck is most of what is seen."""
    at = ", ".join(f"{label(path)} {_plain(value)}" for path, value in study.at.items())
    named = f"{study.pair}{f' ({at})' if at else ''}"
    luck = "; more than half of what moves it is luck of the seeds" if study.noise > LUCK else ""
    return f"{named}: {finding}{luck}"


def _luck(study: Study) -> str:
    """How much of what is seen is luck, in a sentence."""
    if not np.isfinite(study.noise):
        return "With one seed nothing is known about how much of this is luck."
    return f"Luck of the {study.seeds} seeds makes {100 * study.noise:.0f} % of the variance between points."


def _plain(value: float) -> str:
    """A number in three figures, nothing if it is nothing but rounding."""
    value = 0.0 if abs(value) < 1e-12 else value
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
