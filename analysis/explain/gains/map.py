"""Figures of who gains and who loses: a map by income decile and number of lenders, and bars by decile."""

from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from analysis.drawing import AVOIDED, CAUSED, INK, entitle
from analysis.explain.gains.lives import CELLS, DECILES, EVERYONE, LENDERS, Gains
from analysis.explain.gains.table import FEWEST_PEOPLE, extremes, group_name, is_told, rate, relative, size
from analysis.wording import interval, number

DECILE = "income decile"
_COLOURS = LinearSegmentedColormap.from_list("avoided to caused", [AVOIDED, "#FFFFFF", CAUSED])
_PALE = 0.4  #: how much of its colour a cell keeps that cannot be told from zero


def draw_map(gains: Sequence[Gains], pair: str) -> tuple[Figure, str, str]:
    """Excess defaults per 1,000 people of each cell of income decile and number of lenders, with margins.

    gains: one per seed; pair: what names the two worlds. Returns the figure, its description and how to read it.
    """
    figure = Figure(figsize=(7.2, 5.6))
    axes = figure.subplots()
    cells = _cells()
    shown = [abs(rate(gains, *cell, "excess").mean) for cell in cells.values() if size(gains, *cell) >= FEWEST_PEOPLE]
    widest = max(shown, default=0.0) or 1.0
    scale = Normalize(-widest, widest)
    for (column, row), cell in cells.items():
        _draw_cell(axes, gains, cell, column, row, scale)
    columns, rows = [*LENDERS, "all"], [*DECILES, "all"]
    axes.set_xticks(_places(len(columns)), columns)
    axes.set_yticks(_places(len(rows)), rows)
    axes.set(xlim=(-0.5, len(LENDERS) + 0.62), ylim=(-0.5, len(DECILES) + 0.62))
    axes.set_xlabel("platforms owed to at the end of the month before the policy")
    axes.set_ylabel("decile of wages before the policy, 1 the lowest")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = figure.colorbar(ScalarMappable(scale, _COLOURS), ax=axes, shrink=0.55, aspect=18)
    bar.set_label("people in default, reform less baseline,\nper 1,000 people of the cell")
    _map_legend(figure)
    entitle(figure, f"{pair}: {_finding(gains)}")
    told = [(cell, rate(gains, *cell, "excess")) for cell in cells.values() if is_told(gains, *cell)]
    words = "; ".join(f"people {group_name(*cell)} {interval(value, 1)}" for cell, value in told)
    alt = (
        "Map of excess defaults per 1,000 people by income decile and number of lenders before the policy,"
        f" {pair}. {f'Told from zero: {words}' if told else 'No cell can be told from zero'}."
    )
    return figure, alt, (
        "Orange cells have more people in default under the reform, blue ones fewer; the small number is the people of"
        " the cell in one world. Pale cells cannot be told from zero: the 95 % interval over paired seeds includes it,"
        " or those who switch are so few that chance may put them on one side. One bold cell alone may still be luck:"
        f" look for a pattern. Cells with fewer than {FEWEST_PEOPLE} people are hatched. Weighted by people, the cells"
        " add up to the margins exactly."
    )  # fmt: skip


def _cells() -> dict[tuple[float, float], tuple[str, int]]:
    """Place in the map (column, row) -> (kind, segment), margins at the end of each row and column."""
    columns, rows = _places(len(LENDERS) + 1), _places(len(DECILES) + 1)
    inside = {
        (columns[n], rows[d]): (CELLS, d * len(LENDERS) + n) for d in range(len(DECILES)) for n in range(len(LENDERS))
    }
    right = {(columns[-1], rows[d]): (DECILE, d) for d in range(len(DECILES))}
    top = {(columns[n], rows[-1]): ("lenders", n) for n in range(len(LENDERS))}
    return inside | right | top | {(columns[-1], rows[-1]): (EVERYONE, 0)}


def _places(count) -> list[float]:
    """Where rows or columns stand: the last, the margin, a little apart."""
    return [float(place) for place in range(count - 1)] + [count - 0.88]


def _draw_cell(axes, gains, cell, column, row, scale):
    people, value = size(gains, *cell), rate(gains, *cell, "excess")
    corner = (column - 0.49, row - 0.48)
    if people < FEWEST_PEOPLE:
        axes.add_patch(Rectangle(corner, 0.98, 0.96, facecolor="white", edgecolor="#CCCCCC", hatch="////", linewidth=0))
        return
    told = is_told(gains, *cell)
    colour = np.array(_COLOURS(scale(value.mean)))
    colour[:3] = colour[:3] if told else 1.0 - _PALE * (1.0 - colour[:3])
    axes.add_patch(
        Rectangle(
            corner, 0.98, 0.96, facecolor=colour, edgecolor=INK if told else "#DDDDDD", linewidth=0.8 if told else 0.4
        )
    )
    axes.text(
        column, row + 0.12, number(value.mean, 1), ha="center", va="center", fontsize=8.5 if told else 7.5,
        fontweight="bold" if told else "normal", color=INK if told else "#555555",
    )  # fmt: skip
    axes.text(column, row - 0.28, f"{people:,.0f}", ha="center", va="center", fontsize=5.5, color="#555555")


def _map_legend(figure):
    figure.legend(
        handles=[
            Patch(facecolor=CAUSED, edgecolor=INK, linewidth=0.8, label="told from zero"),
            Patch(facecolor="#F5E5BF", edgecolor="#DDDDDD", linewidth=0.4, label="not told from zero"),
            Patch(facecolor="white", edgecolor="#CCCCCC", hatch="////", label=f"fewer than {FEWEST_PEOPLE} people"),
        ],
        loc="outside lower left", ncols=3, handlelength=1.6, columnspacing=1.2,
    )  # fmt: skip


def _finding(gains) -> str:
    """The row or column that stands out: a single cell that does may be one of fifty by chance."""
    most, least = extremes(gains, ["lenders", DECILE])
    if most is None and least is None:
        return "in no row or column can these seeds tell the change in defaults from zero"
    words = "harm is greatest" if most is not None else "only relief can be told from zero, most"
    group = most or least
    return (
        f"{words} among people {group_name(*group)}, {number(rate(gains, *group, 'excess').mean, 1)} defaults per 1,000"
    )


# --- by decile ---
def draw_deciles(gains: Sequence[Gains], pair: str) -> tuple[Figure, str, str]:
    """Spending, cost of credit, defaults and good borrowers refused by decile of income, with intervals.

    gains: one per seed; pair: what names the two worlds. Returns the figure, its description and how to read it.
    """
    figure = Figure(figsize=(7.2, 4.2))
    panels = figure.subplots(1, 4, sharey=True)
    _money_panel(panels[0], gains, "spent")
    _money_panel(panels[1], gains, "charged")
    _count_panel(panels[2], gains, "caused", "avoided", "excess")
    _count_panel(panels[3], gains, "good_refused", "good_accepted", "good_excess")
    titles = ("spending", "cost of credit", "people in default", "good borrowers\nrefused")
    for axes, title, unit in zip(
        panels, titles, ["yuan a person and month"] * 2 + ["per 1,000 people"] * 2, strict=True
    ):
        axes.set_title(title, fontweight="normal")
        axes.set_xlabel(unit)
    panels[0].set_ylabel("decile of wages before the policy")
    panels[0].set_yticks(range(len(DECILES)), ["1, lowest", *DECILES[1:-1], "10, highest"])
    for axes in panels:
        axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        axes.tick_params(axis="y", length=0)
        _give_room(axes)
    figure.legend(
        handles=[
            Patch(facecolor=CAUSED, edgecolor=INK, linewidth=0.4, label="more under the reform"),
            Patch(facecolor=AVOIDED, edgecolor=INK, linewidth=0.4, hatch="////", label="less"),
            Line2D([], [], color=INK, marker="o", linestyle="-", markersize=4, label="difference, 95 % interval"),
        ],
        loc="outside lower left", ncols=3, handlelength=1.6, columnspacing=1.2,
    )  # fmt: skip
    entitle(figure, f"{pair}: {_decile_finding(gains)}")
    alt = f"Effects by decile of income, {pair}. " + " ".join(
        f"Decile {name}: spending {interval(rate(gains, DECILE, d, 'spent'), 1)} and cost of credit"
        f" {interval(rate(gains, DECILE, d, 'charged'), 1)} yuan a month, defaults"
        f" {interval(rate(gains, DECILE, d, 'excess'), 1)} per 1,000."
        for d, name in enumerate(DECILES)
    )
    return figure, alt, (
        "The share beside a bar is of spending, or of the cost of credit, in the baseline. A good borrower is in"
        " default in neither world, ever; refused more means more applications refused than in the baseline. Bars to"
        " the right are people in one world only, bars to the left people in the other only; the dot is the difference"
        " with its 95 % interval over paired seeds, hollow if that includes zero."
    )  # fmt: skip


def _money_panel(axes, gains, outcome):
    for place in range(len(DECILES)):
        value = rate(gains, DECILE, place, outcome)
        less = value.mean < 0
        axes.barh(
            place, value.mean, height=0.66, color=AVOIDED if less else CAUSED, edgecolor=INK, linewidth=0.4,
            hatch="////" if less else None,
        )  # fmt: skip
        _dot(axes, value, place)
        share = f"{number(100 * relative(gains, DECILE, place, outcome), 1)} %"
        beside = axes.get_yaxis_transform()  # at the right edge, where no bar or interval can be
        axes.text(1.03, place, share, transform=beside, va="center", fontsize=6.5, color="#555555")


def _count_panel(axes, gains, more, fewer, net):
    for place in range(len(DECILES)):
        plus, minus = (rate(gains, DECILE, place, outcome) for outcome in (more, fewer))
        axes.barh(place, plus.mean, height=0.66, color=CAUSED, edgecolor=INK, linewidth=0.4)
        axes.barh(place, -minus.mean, height=0.66, color=AVOIDED, edgecolor=INK, linewidth=0.4, hatch="////")
        _dot(axes, rate(gains, DECILE, place, net), place)


def _give_room(axes):
    """Room on both sides, also where no bar goes, and few numbers, so that large ones do not run into each other."""
    axes.use_sticky_edges = False
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=3)
    axes.xaxis.set_major_formatter("{x:,g}")


def _dot(axes, value, place):
    if value.has_interval:
        axes.plot([value.low, value.high], [place, place], color=INK, linewidth=1.2, linestyle="-")
    axes.plot(
        value.mean, place, "o", color=INK, markerfacecolor="white" if value.includes_zero else INK, markersize=3.5
    )


def _decile_finding(gains) -> str:
    ends = (0, len(DECILES) - 1)
    if all(rate(gains, DECILE, decile, "spent").includes_zero for decile in ends):
        return "neither in the lowest decile of income nor in the highest can the change in spending be told from zero"
    low, high = (number(100 * relative(gains, DECILE, decile, "spent"), 1) for decile in ends)
    return f"spending changes by {low} % in the lowest decile of income and by {high} % in the highest"
