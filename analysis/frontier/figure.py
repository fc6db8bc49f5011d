"""Figures of rules as points: how far risk falls, at what harm, and which rules are on the frontier."""

from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.drawing import CUT, INK, QUIET, entitle
from analysis.frontier.frontier import BEST, CAUTION, DOMINATED, UNTOLD, Frontier
from analysis.frontier.rules import NOTHING
from analysis.wording import interval

LETTER, HEIGHT, DOT = 4.2, 9.0, 4.5  #: of a name, in points: width of a letter, height; half the width of a dot
#: Where a name may stand, in points from its dot, the nearest first.
PLACES = sorted(
    [(side * right, up) for side in (1, -1) for right in (8, 16, 28, 44) for up in range(-66, 67, 11)],
    key=lambda place: (np.hypot(*place), -place[0], -place[1]),
)
ALONG = np.linspace(0.3, 0.95, 12)[:, None]  #: where the line from a dot to its name is looked at
FILLS = {BEST: CUT, UNTOLD: "#BBBBBB", DOMINATED: "white"}


def draw_frontier(frontiers: Sequence[Frontier]) -> tuple[Figure, str, str]:
    """One panel for each risk: rules as points with interval crosses, names, and the frontier as a staircase.

    frontiers: of the same rules and the same harm, one for each risk. Returns the figure, its description and how to
    read it.
    """
    figure = Figure(figsize=(7.2, 0.9 + 3.7 * len(frontiers)))
    FigureCanvasAgg(figure)  # names are placed by where things are on paper
    panels = np.atleast_1d(figure.subplots(len(frontiers), 1))
    for axes, one in zip(panels, frontiers, strict=True):
        _points(axes, one)
    finding = "; ".join(dict.fromkeys(one.finding for one in frontiers))
    entitle(figure, (finding[0].upper() + finding[1:]).replace("-", "\N{NON-BREAKING HYPHEN}"))
    _legend(figure)
    figure.draw_without_rendering()
    for axes, one in zip(panels, frontiers, strict=True):
        _names(axes, one)
    alt = f"{finding[0].upper() + finding[1:]}. " + " ".join(_described(one) for one in frontiers)
    return (
        figure,
        alt,
        (
            "Further right is a larger fall in risk, further up is more harm; each rule is compared with the baseline"
            " of the same seeds, and the crosses are 95 % intervals over seeds. The staircase is the least harm, on"
            " average, that comes with at least so large a fall. White: another rule, or doing nothing, has on average"
            " at least this fall at no more harm, and the seeds can tell the two apart. Grey: the same, but the seeds"
            f" cannot tell. {CAUTION}"
        ),
    )


def _points(axes, one: Frontier) -> None:
    axes.step(*_corners(one), where="pre", color=CUT, linewidth=1.4, linestyle="-", zorder=2)
    axes.axhline(0, color=QUIET, linewidth=0.6, linestyle="-", zorder=1)
    axes.axvline(0, color=QUIET, linewidth=0.6, linestyle="-", zorder=1)
    for rule in one.rules:
        x, y = rule.estimate(one.risk), rule.estimate(one.harm)
        if x.has_interval:
            axes.plot([x.low, x.high], [y.mean, y.mean], color=QUIET, linewidth=0.9, linestyle="-", zorder=3)
            axes.plot([x.mean, x.mean], [y.low, y.high], color=QUIET, linewidth=0.9, linestyle="-", zorder=3)
        shape = "s" if rule.name == NOTHING else "o"
        fill = FILLS[one.standing(rule)]
        axes.plot(x.mean, y.mean, shape, color=INK, markerfacecolor=fill, markersize=5.5, zorder=4)
    if not any(rule.values[one.harm.name].any() for rule in one.rules):
        axes.set_ylim(-1, 1)  # nothing happens: not a scale of rounding errors
    axes.set_xlabel(f"fall in {one.risk.words}, {one.risk.unit}")
    axes.set_ylabel(f"harm: {one.harm.words},\n{one.harm.unit}")
    axes.grid(axis="x", visible=True)
    axes.margins(x=0.15, y=0.2)


def _corners(one: Frontier) -> tuple[list[float], list[float]]:
    best = one.best
    return [rule.estimate(one.risk).mean for rule in best], [rule.estimate(one.harm).mean for rule in best]


def _names(axes, one: Frontier) -> None:
    """Put each name, one after the other, at the place near its dot that costs least.

    Covering a dot or a name, or leaving the panel, costs 30 for each square point, covering a cross, the frontier or a
    leading line 2; each piece of the line to it that runs across a dot or a name costs 12, each point of distance 1.
    """
    paper = 72.0 / axes.figure.dpi  # points for a pixel
    frame = axes.get_window_extent().get_points().ravel() * paper
    points = [(rule.estimate(one.risk).mean, rule.estimate(one.harm).mean) for rule in one.rules]
    dots = axes.transData.transform(points) * paper
    taken = [np.array([x - DOT, y - DOT, x + DOT, y + DOT]) for x, y in dots]
    lines = [_thin(line, paper) for line in _segments(axes)]
    for i, (rule, point, (x, y)) in enumerate(zip(one.rules, points, dots, strict=True)):
        others = taken[:i] + taken[i + 1 :]  # the line to the name begins at its own dot
        boxes = [_box(rule.name, x + right, y + up, right < 0) for right, up in PLACES]
        costs = [
            30.0 * (_covered(box, taken) + _area(box) - _covered(box, [frame]))
            + 12.0 * _touched(_leading(x, y, place), others)
            + 2.0 * _covered(box, lines)
            + np.hypot(*place)
            for box, place in zip(boxes, PLACES, strict=True)
        ]
        chosen = int(np.argmin(costs))
        taken.append(boxes[chosen])
        lines += list(_leading(x, y, PLACES[chosen]))
        right, up = PLACES[chosen]
        near = (1.0 if right < 0 else 0.0, 0.5)  # of the name: the end that its line leads to
        axes.annotate(
            rule.name,
            point,
            (right, up),
            textcoords="offset points",
            ha="right" if right < 0 else "left",
            va="center",
            fontsize=7.5,
            zorder=5,
            arrowprops={
                "arrowstyle": "-",
                "color": QUIET,
                "linewidth": 0.6,
                "shrinkA": 0,
                "shrinkB": DOT,
                "relpos": near,
            },
        )


def _segments(axes) -> list[np.ndarray]:
    """Crosses and steps of the frontier, each as its two ends in pixels."""
    paths = [line.get_transform().transform_path(line.get_path()).vertices for line in axes.lines]
    return [path[i : i + 2] for path in paths for i in range(len(path) - 1)]


def _thin(segment, paper) -> np.ndarray:
    low, high = segment.min(axis=0) * paper, segment.max(axis=0) * paper
    return np.array([*(low - 1.0), *(high + 1.0)])


def _box(name, x, y, leftward) -> np.ndarray:
    """The paper that a name takes: left, bottom, right, top in points."""
    width = LETTER * len(name)
    left = x - width if leftward else x
    return np.array([left, y - HEIGHT / 2, left + width, y + HEIGHT / 2])


def _leading(x, y, place) -> np.ndarray:
    """The line that leads from a dot to its name, as small boxes [box, side]."""
    middles = np.array([x, y]) + ALONG * np.array(place)
    return np.hstack((middles - 1.5, middles + 1.5))


def _shared(boxes, others) -> np.ndarray:
    """Square points that each box shares with each of the others [box, other]."""
    boxes, others = np.atleast_2d(boxes)[:, None], np.array(others)
    sides = np.minimum(boxes[..., 2:], others[:, 2:]) - np.maximum(boxes[..., :2], others[:, :2])
    return np.maximum(sides, 0.0).prod(axis=-1)


def _covered(box, others) -> float:
    return float(_shared(box, others).sum())


def _touched(boxes, others) -> int:
    """How many of the boxes touch any of the others."""
    return int((_shared(boxes, others) > 0).any(axis=1).sum())


def _area(box) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def _legend(figure) -> None:
    dots = {"color": INK, "linestyle": "none", "markersize": 5.5}
    handles = [
        *(Line2D([], [], marker="o", markerfacecolor=fill, label=name, **dots) for name, fill in FILLS.items()),
        Line2D([], [], marker="s", markerfacecolor="none", label=NOTHING, **dots),
        Line2D([], [], color=CUT, linestyle="-", linewidth=1.4, label="least harm for this fall"),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=5, handlelength=1.4, columnspacing=1.2)


def _described(one: Frontier) -> str:
    """The points of a panel in words."""
    parts = (
        f"{rule.name}: fall {interval(rule.estimate(one.risk), 0)}, harm {interval(rule.estimate(one.harm))},"
        f" {one.words(rule)}"
        for rule in one.rules[1:]
    )
    return f"Fall in {one.risk.words} ({one.risk.unit}): {'; '.join(parts)}."
