"""The figure of a curve: an outcome over one input, against a straight line."""

import numpy as np
from matplotlib.figure import Figure

from analysis.drawing import CAUSED, INK, QUIET, entitle
from analysis.sensitivity.values import label, scale
from analysis.wording import interval, number


def draw_curve(study) -> tuple[Figure, str, str]:
    """Draw an outcome over one input with its intervals, and the straight line between the ends.

    study: a Study with a curve. Returns the figure, its description and how to read it.
    """
    c, (axis,) = study.curve, study.axes
    mean, low, high = (np.array([getattr(one, end) for one in c.at]) for end in ("mean", "low", "high"))
    figure = Figure(figsize=(7.2, 3.9))
    axes = figure.subplots()
    axes.axhline(0, color=INK, linewidth=0.8, linestyle="-")
    axes.plot(
        c.x[[0, -1]], mean[[0, -1]], color=QUIET, linewidth=1.2, linestyle="--", label="straight line between ends"
    )
    axes.fill_between(c.x, low, high, color=CAUSED, alpha=0.3, linewidth=0, label="95 % interval at each value")
    axes.plot(c.x, mean, "o-", color=INK, markersize=4, label="mean over seeds")
    axes.set_xlabel(scale(axis))
    axes.set_ylabel(f"{study.outcome.words}\n({study.outcome.unit})")
    figure.legend(loc="outside lower left", ncols=3, handlelength=2.0)
    finding = _finding(study)
    entitle(figure, f"{study.pair}: {finding}")
    alt = f"{study.outcome.words} over {scale(axis)}: {finding}. " + "; ".join(
        f"at {x:g}: {number(one.mean)}" for x, one in zip(c.x, c.at, strict=True)
    )
    caption = (
        "Every value is played with the same seeds, so that neighbouring values move together and their differences are"
        " known better than the intervals show."
    )
    if len(c.x) > 2:
        caption += (
            " On average over the inner values the outcome lies below the straight line between its ends by"
            f" {interval(c.bend)} {study.outcome.unit}."
        )
    return figure, alt + ".", caption + study.company


def _finding(study) -> str:
    """Whether the outcome moves, and how its pace changes, in a sentence."""
    c, name, words = study.curve, label(study.axes[0].path), study.outcome.words
    if c.rise.includes_zero:
        return f"these seeds cannot tell whether {words} move with {name}"
    up = c.rise.mean > 0
    pace = ", in a straight line as far as these seeds can tell" if len(c.x) > 2 else ""
    if not c.bend.includes_zero:
        pace = ", faster and faster" if (c.bend.mean > 0) == up else ", slower and slower"
    ends = f"from {number(c.at[0].mean)} to {number(c.at[-1].mean)} {study.outcome.unit}"
    return f"with {name} {words} {'rise' if up else 'fall'} {ends}{pace}"
