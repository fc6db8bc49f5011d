"""The figure of the early-warning bench: which indicator warns of which crisis, and for how long."""

from textwrap import fill

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.drawing import INK, entitle
from analysis.early_warning.crises import CONTROL, SIGNAL, Bench

#: From pointing the wrong way, by way of a coin, to perfect; blue and orange are told apart by colour-blind people.
WRONG_TO_RIGHT = LinearSegmentedColormap.from_list("auc", ["#56B4E9", "#FFFFFF", "#E69F00"])
NONE_TO_LONG = LinearSegmentedColormap.from_list("lead", ["#FFFFFF", "#2FB88D"])


def draw_warnings(made: Bench) -> tuple[Figure, str, str]:
    """Two tables in colour: AUC of each indicator before each crisis, and months for which its alarm has stood.

    made: a Bench. Returns the figure, its description and how to read it.
    """
    rows = [*made.ranking, CONTROL]
    scores = [[made.scores[name, crisis.name] for crisis in made.crises] for name in rows]
    rank = np.array([[score.auc.mean for score in row] for row in scores])
    lead = np.array([[score.lead.mean for score in row] for row in scores])
    figure = Figure(figsize=(10.4, 1.9 + 0.27 * len(rows)))
    left, right = figure.subplots(1, 2, sharey=True)
    longest = -min(crisis.begins for crisis in made.crises)
    _table(left, made, rows, rank, WRONG_TO_RIGHT, (0.0, 1.0), "{:.2f}")
    _table(right, made, rows, lead, NONE_TO_LONG, (0.0, longest), "{:.1f}")
    left.set_title(f"AUC, {SIGNAL} months before the break\n(0.5 is a coin, below it the wrong way round)")
    right.set_title("Months an alarm has stood at the break\n(none where it does not stand; mean of worlds)")
    entitle(figure, finding(made))
    worst = {crisis.name: min(rows, key=lambda name: made.scores[name, crisis.name].auc.mean) for crisis in made.crises}
    best = {crisis.name: max(rows, key=lambda name: made.scores[name, crisis.name].auc.mean) for crisis in made.crises}
    told = (
        f"{name}: highest {best[name]} {made.scores[best[name], name].auc.mean:.2f},"
        f" lowest {worst[name]} {made.scores[worst[name], name].auc.mean:.2f}"
        for name in best
    )
    return (
        figure,
        f"AUC of {len(rows)} indicators before {len(made.crises)} kinds of crisis. " + "; ".join(told) + ".",
        (
            "Each row is an indicator, the best on average at the top; each column a kind of crisis. A frame marks the "
            "indicator that measures the cause of the crisis. 'out of the blue' has no build-up, and "
            f"'{CONTROL}' is delinquency with its values dealt out by chance: both should read 0.50 but for luck. "
            f"{made.seeds} worlds of {made.borrowers:,} people each, and as many calm ones."
        ),
    )


def finding(made: Bench) -> str:
    """What the figure shows, in one sentence."""
    own = min(made.scores[crisis.cause, crisis.name].auc.mean for crisis in made.announced)
    late = [made.scores["delinquency", crisis.name].auc.mean for crisis in made.announced]
    return (
        f"Each crisis announces itself in the indicator of its own cause (AUC {own:.2f} or more); delinquency, which "
        f"everybody watches, scores from {min(late):.2f} to {max(late):.2f}"
    )


def _table(axes, made: Bench, rows, values, colours, scale, words):
    """One table in colour, a number in each cell and a frame around the cells of causes."""
    axes.imshow(values, cmap=colours, vmin=scale[0], vmax=scale[1], aspect="auto")
    axes.set_xticks(range(len(made.crises)), [fill(crisis.name, 9) for crisis in made.crises])
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for (row, column), value in np.ndenumerate(values):
        own = made.crises[column].cause == rows[row]
        weight = "bold" if own else "normal"
        axes.text(column, row, words.format(value), ha="center", va="center", fontsize=7.5, color=INK, weight=weight)
        if own:
            axes.add_patch(Rectangle((column - 0.47, row - 0.45), 0.94, 0.9, fill=False, edgecolor=INK, linewidth=1.4))
    axes.axhline(len(rows) - 1.5, color=INK, linewidth=0.8)
    if made.crises[-1].cause is None:
        axes.axvline(len(made.crises) - 1.5, color=INK, linewidth=0.8)
