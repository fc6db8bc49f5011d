"""Figures of an attribution: the waterfall of parts, how far a split depends on the order, and all outcomes at once."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.drawing import AVOIDED, CAUSED, INK, QUIET, entitle
from analysis.explain.attribution.games import OUTCOMES, Attribution
from analysis.wording import number

SAYS = {
    "direct": "direct: lines that were cut,\nothers held as in the baseline",
    "rollover": "rollover: free to turn\nto other lenders",
    "information": "information: lenders\nreact to what they see",
    "funding": "funding: losses and\nfunding tighten lending",
    "jobs": "jobs: spending, shops,\nlayoffs",
    "peers": "peers: friends in default",
    "trust": "trust: leaving, paying\na lender last",
}


def waterfall(a: Attribution, pair: str, outcome: int = 0) -> tuple[Figure, str, str]:
    """Each player's part as a step of a waterfall, and beside it how far the step moves with the order.

    a: an Attribution; pair: how the two worlds are named; outcome: index into OUTCOMES. Returns the figure, its
    description and how to read it.
    """
    it, players = OUTCOMES[outcome], a.game.players
    parts = {player: a.part(player, outcome) for player in players}
    total = a.shown(outcome, a.total[:, outcome])
    ranges = a.by_order(outcome) if a.sample is None else {}
    figure = Figure(figsize=(7.2, 1.7 + 0.52 * (len(players) + 1)))
    steps, order = figure.subplots(1, 2, sharey=True, width_ratios=(2.1, 1.0))
    places = np.arange(len(players) + 1)[::-1]
    level = 0.0
    for place, player in zip(places, players, strict=False):
        _step(steps, place, level, parts[player], AVOIDED if parts[player].mean < 0 else CAUSED)
        level += parts[player].mean
        steps.plot([level, level], [place - 0.31, place - 0.69], color=INK, linewidth=0.7, linestyle="-")
        _range(order, place, parts[player].mean, ranges.get(player))
    _step(steps, 0, 0.0, total, QUIET)
    steps.set_yticks(places, [SAYS.get(player, player) for player in players] + ["together"], fontsize=7.5)
    for axes in (steps, order):
        axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        axes.tick_params(axis="y", length=0)
    steps.set_xlabel(f"{it.unit}, {pair}")
    order.set_xlabel(f"{it.unit}")
    order.set_title("least and most over all orders" if ranges else "", fontweight="normal", fontsize=8)
    steps.margins(x=0.22)
    order.margins(x=0.12)
    if not ranges:
        order.set_visible(False)
    entitle(figure, _finding(pair, outcome, parts, total))
    handles = [Line2D([], [], color=INK, linestyle="-", label="95 % interval over seeds")]
    if ranges:
        handles.append(Line2D([], [], color=QUIET, linewidth=5, linestyle="-", label="what it adds, by order"))
        diamond = {"color": INK, "marker": "D", "linestyle": "none", "markersize": 4}
        handles.append(Line2D([], [], **diamond, label="its part (Shapley)"))
    figure.legend(handles=handles, loc="outside lower left", ncols=3)
    said = "; ".join(f"{player} {number(part.mean)}" for player, part in parts.items())
    first = (
        " Direct comes first and has no order: it is the world in which people who are cut must do at other lenders"
        " what they do in the baseline; rollover is what being free to turn to them changes. Read the two together."
        if a.game.first
        else ""
    )
    return (
        figure,
        f"{it.meaning}, {it.unit}, {pair}: {said}; together {number(total.mean)}.",
        "Each bar starts where the one above ended; the parts add up to the total exactly. A part is the mean of what"
        " the player adds over all orders in which players could be let in; beside it the least and the most it adds in"
        " any one order, which is what a split by switching things on one after another would give." + first,
    )


def outcomes(a: Attribution, pair: str) -> tuple[Figure, str, str]:
    """Parts of every outcome, one panel each.

    a: an Attribution; pair: how the two worlds are named. Returns the figure, its description and how to read it.
    """
    players = a.game.players
    figure = Figure(figsize=(7.2, 1.2 + 2 * (0.7 + 0.2 * len(players))))
    panels = figure.subplots(2, 3, sharey=True)
    places = np.arange(len(players))[::-1]
    said = []
    for i, (axes, it) in enumerate(zip(panels.ravel(), OUTCOMES, strict=True)):
        parts = [a.part(player, i) for player in players]
        colours = [AVOIDED if part.mean < 0 else CAUSED for part in parts]
        axes.barh(places, [part.mean for part in parts], height=0.62, color=colours, edgecolor=INK, linewidth=0.4)
        for place, part in zip(places, parts, strict=True):
            if part.has_interval:
                axes.plot([part.low, part.high], [place, place], color=INK, linewidth=1.2, linestyle="-")
        axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
        axes.set_yticks(places, players)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        total = a.shown(i, a.total[:, i])
        axes.set_title(f"{it.name}: {number(total.mean)}", fontweight="normal", fontsize=8.5)
        axes.set_xlabel(it.unit, fontsize=7.5)
        said.append(f"{it.name}: " + ", ".join(f"{p} {number(e.mean)}" for p, e in zip(players, parts, strict=True)))
        if not any(part.mean for part in parts):
            axes.set_xlim(-1, 1)
    entitle(figure, f"{pair}: what each of the {a.game.name} adds, outcome by outcome")
    return (
        figure,
        f"Parts of the {a.game.name}, {pair}. " + "; ".join(said) + ".",
        "Bars are parts (Shapley values), lines their 95 % intervals over paired seeds; above each panel the total. "
        + "; ".join(f"{it.name}: {it.meaning}" for it in OUTCOMES)
        + ".",
    )


def _step(axes, place, start, part, colour):
    axes.barh(place, part.mean, left=start, height=0.62, color=colour, edgecolor=INK, linewidth=0.5,
              hatch="////" if colour == AVOIDED else None)  # fmt: skip
    end = start + part.mean
    if part.has_interval:
        axes.plot([start + part.low, start + part.high], [place, place], color=INK, linewidth=1.2, linestyle="-")
    edge = max(start, end, start + part.high if part.has_interval else end)
    axes.annotate(f"  {number(part.mean)}", (edge, place), va="center", fontsize=8)


def _range(axes, place, part, span):
    if span is not None:
        axes.plot(span, [place, place], color=QUIET, linewidth=5, linestyle="-", solid_capstyle="butt")
    axes.plot(part, place, "D", color=INK, markersize=4)


def _finding(pair, outcome, parts, total) -> str:
    """The largest part that these seeds can tell from zero, in words."""
    it = OUTCOMES[outcome]
    told = {player: part for player, part in parts.items() if not part.includes_zero}
    if not told:
        return f"{pair}, {it.name} {it.unit}: {number(total.mean)}, no part of it told from zero by these seeds"
    ranked = sorted(told, key=lambda player: -abs(told[player].mean))[:3]
    said = ", ".join(f"{player} {number(told[player].mean)}" for player in ranked)
    return f"{pair}, {it.name} {it.unit}: {said}; together {number(total.mean)}"
