"""The Sankey of displaced credit: ribbons as wide as the yuan of net credit removed, each to where it reappears."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from scipy.optimize import isotonic_regression

from analysis.drawing import AVOIDED, CAUSED, CUT, INK, QUIET, entitle
from analysis.report.sentences import memo
from analysis.wording import month

SMALL = 0.01  #: flows below this share of the width are drawn as one
GAP = 0.05  #: between two blocks, as a share of the width of all
LEFT, MIDDLE, RIGHT, BLOCK = 0.26, 0.47, 0.70, 0.014  # where the blocks stand, and how broad they are, in figure widths
LINE = 0.33  # inches that the two lines of a label take

#: What each kind of row is called as a place to which credit went, and as something that takes more away; its colour.
KINDS = {
    "lender": ("{}", "less at {}, net", "#0072B2"),
    "cutter": ("other lines of {}", "less on other lines of {}", AVOIDED),
    "family": ("help from family", "less help from family", "#009E73"),
    "purchases": ("spending given up", "spent in addition", CUT),
    "savings": ("moved less into savings", "moved more into savings", CAUSED),
    "cash": ("cash run down", "cash built up", "#F0E442"),
    "income": ("more income", "lost income", "#CC79A7"),
    "other": ("other flows", "other flows", QUIET),
}


@dataclass(frozen=True)
class Flow:
    """One ribbon: where it comes from or goes to, how wide it is, and its share of the net credit removed."""

    name: str
    yuan: float  # per borrower, positive
    share: float  # of the net credit removed, with its sign in the identity; nan if nothing was removed on balance
    colour: str


def draw_sankey(c) -> tuple[Figure, str, str]:
    """The Sankey over the first twelve months if the run is longer than that, otherwise to its end.

    c: a Comparison. Returns the figure, its description and how to read it.
    """
    if 12 in c.horizons:
        return sankey(c.horizons[12], c.run.pair, "over twelve months")
    return sankey(c.displacement, c.run.pair, f"to {month(c.run.months[-1])}")


def sankey(displacement, pair, span) -> tuple[Figure, str, str]:
    """Net credit removed, and whatever takes more away, flow from the left to where each yuan reappears on the right.

    Widths are means over seeds in yuan per borrower, so both sides are equally wide: net credit removed = sum of
    destinations, and a negative destination stands on the left.

    displacement: a Displacement; pair: the worlds, ``reform against baseline``; span: the months that it covers, in
    words. Returns the figure, its description and how to read it.
    """
    left, right = flows(displacement)
    small_left, small_right = _merged(left), _merged(right)
    rows = max(len(small_left), len(small_right), 5)
    figure = Figure(figsize=(7.2, 1.1 + 0.40 * rows))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    if left:
        _draw(axes, small_left, small_right, inches=0.40 * rows)
    else:
        axes.text(0.5, 0.5, "no credit was removed and nothing else changed", ha="center", va="center")
    entitle(figure, f"{pair}: {_finding(displacement, span)}")
    removed = displacement.yuan(displacement.net).mean > 0
    shares = ", and shares of the net credit removed" if removed else ""
    figure.supxlabel(f"yuan per borrower {span}{shares}", fontsize=8.5)
    said = "; ".join(f"{flow.name} {_amount(flow)}" for flow in right)
    taken = "; ".join(f"{flow.name} {_amount(flow)}" for flow in left)
    alt = f"Removed credit, {pair}, {span}, per borrower. From: {taken or 'nothing'}. To: {said or 'nothing'}."
    merged = any(len(small) < len(side) for small, side in ((small_left, left), (small_right, right)))
    return figure, alt, _caption(displacement, span, left, merged)


def flows(displacement) -> tuple[list[Flow], list[Flow]]:
    """The two sides of the identity: what has to be replaced, and what replaces it; their widths have one sum.

    displacement: a Displacement. Returns (left, right), in the order of the rows, without rows of zero.
    """
    net = displacement.yuan(displacement.net).mean
    left, right = [], []
    if net > 0:
        left.append(Flow("net credit removed", net, 1.0, QUIET))
    for row in displacement.destinations:
        amount, share = displacement.yuan(row.fen).mean, displacement.net_share(row.fen).mean
        replaces, takes, colour = KINDS[row.kind]
        if amount > 0:
            right.append(Flow(replaces.format(row.line), amount, share, colour))
        elif amount < 0:
            left.append(Flow(takes.format(row.line), -amount, share, colour))
    if net < 0:
        right.append(Flow("net credit added", -net, float("nan"), QUIET))
    return left, right


def _merged(side) -> list[Flow]:
    """The flows of one side, those too thin to be seen drawn as one if there are several."""
    total = sum(flow.yuan for flow in side)
    thin = [flow for flow in side if flow.yuan < SMALL * total]
    if len(thin) < 2:
        return list(side)
    together = Flow(f"{len(thin)} smaller", sum(f.yuan for f in thin), sum(f.share for f in thin), QUIET)
    return [flow for flow in side if flow not in thin] + [together]


def _finding(d, span) -> str:
    net, share = d.yuan(d.net).mean, d.net_share(d.displaced)
    if net <= 0:
        rose = f": it rose by {_yuan(-net)} yuan per borrower" if net < 0 else ""
        return f"{span}, no net credit was removed{rose}"
    removed = f"of {_yuan(net)} yuan of net credit removed per borrower {span}"
    if not np.any(d.displaced):
        return f"{removed}, nothing reappears at lenders that did not cut"
    if not share.has_interval:
        return f"{removed}, {_percent(share.mean)} reappears at lenders that did not cut"
    interval = f"95 % interval {round(100 * share.low)} to {round(100 * share.high)} %"
    if share.includes_zero:
        return f"{removed}, these seeds cannot tell what reappears at lenders that did not cut from zero ({interval})"
    return f"{removed}, {_percent(share.mean)} reappears at lenders that did not cut ({interval})"


def _caption(d, span, left, merged) -> str:
    more = " Which yuan of the left went where on the right is not known, hence one block between them."
    if d.yuan(d.net).mean > 0:
        more += (
            " What takes more away than the cut (on the left, below it) has to be replaced too, so shares on the right"
            " may add up to more than 100 %."
        )
    small = f" Flows under {100 * SMALL:.0f} % of the width are drawn as one." if merged else ""
    return (
        "The ribbons are an identity of the borrowers' accounts: both sides add up to the fen. Net credit is credit"
        " less repayment, so a payment missed at a lender counts like a yuan lent by it."
        f"{more if len(left) > 1 else ''}{small} {memo(d, span)}"
    )


def _amount(flow) -> str:
    share = "" if np.isnan(flow.share) else f", {_percent(flow.share)}"
    return f"{_yuan(flow.yuan)} yuan{share}"


def _percent(share) -> str:
    return f"{round(100 * share)} %" if abs(share) >= 0.005 or share == 0 else "under 1 %"


def _yuan(amount) -> str:
    digits = 0 if amount >= 10 else 1 if amount >= 1 else 2
    return f"{amount:,.{digits}f}"


# --- drawing ---
def _draw(axes, left, right, inches):
    """Blocks on both sides, one block between them if several have to be replaced, and ribbons; the first on top."""
    total = sum(flow.yuan for flow in left)
    height = total * (1.0 + GAP * (max(len(left), len(right)) - 1))
    one_source = len(left) == 1
    middle = LEFT if one_source else MIDDLE
    label_height = height * LINE / inches
    tops = {}
    for place, side, of_right in ((LEFT, left, False), (RIGHT, right, True)):
        tops[of_right] = _stack(side, total)
        _blocks(axes, place, side, tops[of_right])
        _labels(axes, place, side, tops[of_right], label_height, of_right)
    inner = {side: 0.5 * total - np.cumsum([0.0] + [flow.yuan for flow in flows])[:-1]
             for side, flows in ((False, left), (True, right))}  # fmt: skip
    for flow, outer, within in zip(right, tops[True], inner[True], strict=True):
        _ribbon(axes, flow, (middle + BLOCK, within), (RIGHT, outer))
    if not one_source:
        for flow, outer, within in zip(left, tops[False], inner[False], strict=True):
            _ribbon(axes, flow, (LEFT + BLOCK, outer), (middle, within))
        axes.add_patch(Rectangle((middle, -0.5 * total), BLOCK, total, facecolor=INK, linewidth=0))
        centre, above = middle + BLOCK / 2, 0.5 * height + 0.3 * label_height  # clear of every ribbon
        axes.plot([centre, centre], [0.5 * total, above], color=QUIET, linewidth=0.7, linestyle="-")
        words = f"together: {_yuan(total)} yuan"
        axes.text(centre, above, words, ha="center", va="bottom", fontsize=7.5)
    axes.set_ylim(*_range(axes, height, label_height))


def _stack(side, total) -> np.ndarray:
    """The upper edge of each block of a column, from the top down, gaps between them, the column centred on zero."""
    widths = np.array([flow.yuan for flow in side])
    above = np.concatenate(([0.0], np.cumsum(widths + GAP * total)[:-1]))
    return 0.5 * (total + GAP * total * (len(side) - 1)) - above


def _blocks(axes, place, side, tops):
    for flow, top in zip(side, tops, strict=True):
        axes.add_patch(
            Rectangle((place, top - flow.yuan), BLOCK, flow.yuan, facecolor=flow.colour, edgecolor=INK, linewidth=0.4)
        )


def _labels(axes, place, side, tops, height, of_right):
    """Name and amount beside each block, moved apart as little as keeps them from overlapping, with a line to it.

    The places nearest to the blocks (least squares) that are at least ``height`` apart: isotonic regression.
    """
    centres = tops - 0.5 * np.array([flow.yuan for flow in side])
    steps = height * np.arange(len(side))
    places = isotonic_regression(centres + steps, increasing=False).x - steps
    edge, far, side_of = (place + BLOCK, place + BLOCK + 0.022, "left") if of_right else (place, place - 0.022, "right")
    for flow, centre, y in zip(side, centres, places, strict=True):
        axes.plot([edge, far], [centre, y], color=QUIET, linewidth=0.7, linestyle="-", clip_on=False)
        axes.text(
            far + (0.006 if of_right else -0.006), y, f"{flow.name}\n{_amount(flow)}",
            ha=side_of, va="center", fontsize=7.5, linespacing=1.15,
        )  # fmt: skip


def _ribbon(axes, flow, start, end):
    """A band as wide as the flow between the upper edges (x, y) of two blocks, bent like an S."""
    (x0, y0), (x1, y1) = start, end
    bend = 0.5 * (x0 + x1)
    upper = [(x0, y0), (bend, y0), (bend, y1), (x1, y1)]
    lower = [(x, y - flow.yuan) for x, y in reversed(upper)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    path = Path([*upper, *lower, (x0, y0)], codes)
    axes.add_patch(PathPatch(path, facecolor=flow.colour, alpha=0.5, linewidth=0))


def _range(axes, height, label_height):
    """The vertical range that holds every block and every label."""
    labels = [text.get_position()[1] for text in axes.texts]
    low = min(-0.55 * height, min(labels) - 0.5 * label_height)
    high = max(0.55 * height, max(labels) + 0.7 * label_height)
    return low, high
