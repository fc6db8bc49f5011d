"""Pictures of the gallery: for each rule when and where people default because of it, and all rules on one chart."""

import numpy as np
from matplotlib.figure import Figure

from analysis.drawing import AVOIDED, CAUSED, CUT, INK, QUIET, entitle
from analysis.wording import interval, month, number


def draw_rule(one) -> tuple[Figure, str, str]:
    """People in default because of one rule by month, and lines in default by lender.

    one: an Outcome. Returns the figure, its description and how to read it.
    """
    figure = Figure(figsize=(7.2, 2.7))
    path, lenders = figure.subplots(1, 2, width_ratios=(1.2, 1.0))
    _path(path, one)
    groups = one.comparison.platforms
    _lenders(lenders, groups)
    entitle(figure, f"{one.scenario.name}: {_finding(one)}")
    alt = (
        f"People in default because of {one.scenario.name}, {month(one.run.policy)} to {month(one.run.months[-1])}:"
        f" {interval(one.excess)} per 1,000 borrowers. Lines, by lender: "
        + "; ".join(f"{group.name} {interval(group.per_thousand['excess'])}" for group in groups)
        + "."
    )
    return figure, alt, "Left: reform minus baseline, added up. Right: to the end of the run. Intervals are 95 %."


def _finding(one) -> str:
    excess = one.excess
    if excess.includes_zero:
        return f"no difference told from zero after {one.played} months ({number(excess.mean)} per 1,000)"
    more = "more" if excess.mean > 0 else "fewer"
    return f"{abs(excess.mean):.1f} {more} people per 1,000 in default after {one.played} months"


def _path(axes, one):
    """The excess added up month by month, with its band."""
    path, months = one.comparison.events["added up"], one.comparison.event_months
    shown = (months >= -6) & (months < one.played)
    axes.fill_between(months[shown], path.low[shown], path.high[shown], color=CAUSED, alpha=0.35, linewidth=0)
    axes.plot(months[shown], path.mean[shown], color=INK, linestyle="-")
    axes.axhline(0, color=INK, linewidth=0.8, linestyle="-")
    axes.axvline(0, color=QUIET, linewidth=0.8, linestyle="--")
    axes.set_xlabel(f"months since {month(one.run.policy)}")
    axes.set_ylabel("people who defaulted,\nper 1,000 borrowers")
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -1.0), max(high, 1.0))  # what is nothing looks like nothing
    axes.set_title("when", fontweight="normal")


def _lenders(axes, groups):
    """The excess of line defaults at each lender, with its interval; lenders that cut limits are marked."""
    places = np.arange(len(groups))[::-1]
    for place, group in zip(places, groups, strict=True):
        excess = group.per_thousand["excess"]
        color = CAUSED if excess.mean > 0 else AVOIDED
        axes.barh(place, excess.mean, height=0.62, color=color, edgecolor=INK, linewidth=0.4)
        if excess.has_interval:
            axes.plot([excess.low, excess.high], [place, place], color=INK, linewidth=1.2, linestyle="-")
    axes.set_yticks(places, [group.name for group in groups])
    for label, group in zip(axes.get_yticklabels(), groups, strict=True):
        label.set_color(CUT if group.cut else INK)
        label.set_fontweight("bold" if group.cut else "normal")
    axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, -1.0), max(high, 1.0))
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("lines in default, per 1,000 borrowers")
    cutting = any(group.cut for group in groups)
    axes.set_title("where (red: limits cut)" if cutting else "where", fontweight="normal")


def draw_all(outcomes) -> tuple[Figure, str, str]:
    """People in default because of every rule, by the month in which it begins: after a year and to the end.

    outcomes: Outcomes in order of time. Returns the figure, its description and how to read it.
    """
    figure = Figure(figsize=(7.2, 1.3 + 0.27 * len(outcomes)))
    panels = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(outcomes))[::-1]
    _dots(panels[0], places, [one.within_year for one in outcomes])
    _dots(panels[1], places, [one.excess for one in outcomes], [f" {one.played} months" for one in outcomes])
    panels[0].set_yticks(places, [f"{month(one.run.policy)}  {one.scenario.name}" for one in outcomes])
    panels[0].set_title("within a year", fontweight="normal")
    panels[1].set_title("to the end of the run", fontweight="normal")
    for axes in panels:
        axes.set_xlabel("more people in default, per 1,000 borrowers")
    more = sum(one.excess.low > 0 for one in outcomes)
    fewer = sum(one.excess.high < 0 for one in outcomes)
    rest = len(outcomes) - more - fewer
    split = f"{more} add defaults, {fewer or 'none'} lower them, {rest} cannot be told from zero"
    entitle(figure, f"Of {len(outcomes)} rules {split}")
    alt = "People in default because of each rule, per 1,000 borrowers, to the end of the run: " + "; ".join(
        f"{one.scenario.name} ({month(one.run.policy)}) {interval(one.excess)}" for one in outcomes
    )
    return (
        figure,
        f"{alt}.",
        "Reform minus baseline with 95 % intervals over paired seeds; hollow if they include zero.",
    )


def _dots(axes, places, estimates, words=()):
    """One dot with its interval for each rule, and words beside it."""
    for place, value in zip(places, estimates, strict=True):
        if value.has_interval:
            axes.plot([value.low, value.high], [place, place], color=INK, linewidth=1.4, linestyle="-")
        color = "white" if value.includes_zero else CAUSED if value.mean > 0 else AVOIDED
        axes.plot(value.mean, place, "o", color=INK, markerfacecolor=color, markersize=5.5)
    axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
    axes.margins(x=0.08, y=0.06)
    for place, value, text in zip(places, estimates, words, strict=bool(words)):
        right = value.high if value.has_interval else value.mean
        axes.annotate(text, (right, place), (4, 0), textcoords="offset points", va="center", color=QUIET, fontsize=7)
    if words:
        low, high = axes.get_xlim()
        axes.set_xlim(low, high + 0.22 * (high - low))  # room for the words
    axes.grid(axis="y", visible=True)
    axes.grid(axis="x", visible=True)
    axes.tick_params(axis="y", length=0)
