"""Figure: what each lender would lose of its capital if another closed, and how much of the market that comes to."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from analysis.drawing import CAUSED, CUT, INK, entitle
from analysis.explain.network.closings import Observed
from analysis.explain.network.table import over_seeds

DARK = 0.6  #: of the darkest cell; from there on numbers are white
NOBODY = "#E4E4E4"  #: a lender and itself


def exposure_map(observed: Sequence[Observed], month: str) -> tuple[Figure, str, str]:
    """Draw the shared-borrower exposure matrix as a heatmap and beside it the DebtRank of each lender as a bar.

    Rows are lenders that close, columns lenders that lose; the largest book comes first. Numbers are means over seeds.
    observed: one of each seed; month: the one before the policy, ``2020-11``. Returns the figure, its description and
    how to read it.
    """
    networks = [one.before for one in observed]
    found = over_seeds(observed, "before")
    names = networks[0].platforms
    order = np.argsort(-np.sum([network.book for network in networks], axis=0), kind="stable")
    names = [names[p] for p in order]
    cells = {(p, q): found["exposure", p, q].mean for p in names for q in names if p != q}
    ranks, played = ([found[what, name, ""] for name in names] for what in ("DebtRank", "loss of others if it closes"))
    figure = Figure(figsize=(7.2, 1.6 + 0.34 * len(names)))
    left, right = figure.subplots(1, 2, width_ratios=(2.1, 1), sharey=True)
    _heatmap(left, names, 100 * np.array([[cells.get((p, q), np.nan) for p in names] for q in names]))
    _bars(right, ranks, played)
    title = f"{month}: no lender shares a borrower with another"
    if cells and max(cells.values()) > 0:
        (loser, closed), most = max(cells.items(), key=lambda item: item[1])
        top = int(np.argmax([rank.mean for rank in ranks]))
        title = (
            f"{month}: if {closed} closed, {loser} would lose {_number(100 * most)} % of its capital through borrowers"
            f" they share, the most of any pair; DebtRank is largest for {names[top]}"
        )
    entitle(figure, title)
    alt = (
        f"Share of capital that a lender loses if another closes, {month}. "
        + "; ".join(f"{closed} closes: {loser} {_number(100 * value)} %" for (loser, closed), value in cells.items())
        + ". DebtRank, in % of all books: "
        + "; ".join(
            f"{name} {_number(100 * rank.mean)}, as played {_number(100 * loss.mean)}"
            for name, rank, loss in zip(names, ranks, played, strict=True)
        )
        + "."
    )
    return figure, alt, CAPTION


CAPTION = (
    "Read a row: if this lender stopped lending, some of its borrowers would fail to pay the others too. How many more"
    " default elsewhere within a year was found by playing worlds in which it closes; 80 % of a balance in default is"
    " lost, and a lender bears its own share of that. The bar is DebtRank: the capital that the others lose once this"
    " distress has passed on among them, each counted by its book; the line is the 95 % interval over seeds. The"
    " diamond is what they lose in the worlds that were played. It is more than the formula says where people move"
    " their debt to others before they default, or where those default who would have turned to that lender later."
)


def _heatmap(axes, names, percent):
    """Rows close, columns lose; a lender does not lose through itself."""
    most = max(1e-9, np.max(percent, initial=0.0, where=np.isfinite(percent)))
    shades = colormaps["Blues"].with_extremes(bad=NOBODY)
    axes.imshow(np.ma.masked_invalid(percent), cmap=shades, vmin=0.0, vmax=1.15 * most, aspect="auto")
    for row, column in np.ndindex(percent.shape):
        value = percent[row, column]
        if np.isfinite(value):
            ink = "white" if value > DARK * most else INK
            axes.text(column, row, _number(value), ha="center", va="center", color=ink, fontsize=8)
    places = np.arange(len(names))
    axes.set_yticks(places, names)
    axes.set_xticks(places, names, rotation=25, ha="right", rotation_mode="anchor")
    axes.set_ylabel("lender that closes")
    axes.set_xlabel("lender that loses, in % of its own capital")
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)


def _bars(axes, ranks, played):
    """DebtRank of the lender of each row, and the loss as it was played."""
    for place, (rank, loss) in enumerate(zip(ranks, played, strict=True)):
        axes.barh(place, 100 * rank.mean, height=0.62, color=CAUSED, edgecolor=INK, linewidth=0.4)
        if rank.has_interval:
            ends = [100 * rank.low, 100 * rank.high]
            axes.plot(ends, [place, place], color=INK, linewidth=1.4, linestyle="-", solid_capstyle="butt")
        axes.plot(100 * loss.mean, place, "D", color=CUT, markerfacecolor="white", markersize=5)
    axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
    axes.set_xlabel("% of all books: DebtRank\n(bar), loss as played (diamond)")
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.tick_params(axis="y", length=0)


def _number(percent) -> str:
    """A percentage with as many digits as it can bear."""
    return f"{percent:.0f}" if abs(percent) >= 10 or percent == 0 else f"{percent:.1f}"
