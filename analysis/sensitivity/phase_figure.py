"""The phase diagram: an outcome over two inputs, with the boundary beyond which its spread may sustain itself."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from analysis.drawing import CUT, INK, entitle
from analysis.sensitivity.phase import BEYOND, DIES_OUT, OPEN, Phase
from analysis.sensitivity.values import scale

MOST_NUMBERS = 64  #: places with more of which no ratios are written into the map
SLIGHT = 0.1  #: share of the largest size below which the other sign is not worth colours of its own
HALO = [withStroke(linewidth=3, foreground="white")]


def draw_phase(study) -> tuple[Figure, str, str]:
    """Map an outcome over two inputs; write the ratio of indirect to direct at each place, and draw where it is one.

    study: a Study with a phase. Returns the figure, its description and how to read it.
    """
    p, (across, upward) = study.phase, study.axes
    figure = Figure(figsize=(7.2, 4.9))
    axes = figure.subplots()
    largest = float(np.abs(p.outcome).max()) or 1.0
    signs = p.outcome.min() < -SLIGHT * largest and p.outcome.max() > SLIGHT * largest
    span = {"cmap": "PuOr_r", "vmin": -largest, "vmax": largest} if signs else {"cmap": "cividis"}
    tint = axes.pcolormesh(p.x, p.y, p.outcome.T, shading="nearest", rasterized=True, **span)
    figure.colorbar(tint, ax=axes, label=f"{study.outcome.words}\n({study.outcome.unit})")
    axes.grid(visible=False)
    handles = _lines(axes, p)
    if p.outcome.size <= MOST_NUMBERS:
        for (i, j), ratio in np.ndenumerate(p.ratio):
            known = f"{ratio:.2f}" if abs(ratio) < 10 else f"{ratio:.0f}"
            mark = (known if np.isfinite(ratio) else "") + ("?" if p.told[i, j] == OPEN else "")
            axes.text(p.x[i], p.y[j], mark, ha="center", va="center", fontsize=7.5, path_effects=HALO)
    axes.set_xlabel(scale(across))
    axes.set_ylabel(scale(upward))
    finding = _finding(p)
    entitle(figure, f"{study.pair}: {finding}")
    if handles:
        figure.legend(handles=handles, loc="outside lower left", ncols=len(handles), handlelength=2.4)
    counts = {state: int((p.told == state).sum()) for state in (DIES_OUT, OPEN, BEYOND)}
    alt = (
        f"Map of {study.outcome.words} over {scale(across)} and {scale(upward)}: {finding}. Of {p.told.size} places the"
        f" spread dies out at {counts[DIES_OUT]}, outweighs the push at {counts[BEYOND]}, and cannot be told at"
        f" {counts[OPEN]}."
    )
    caption = (
        "Numbers are excess defaults of people whom the policy did not cut for each one of people whom it cut; a"
        " question mark means that these seeds cannot tell whether it is above one, no number that they cannot tell"
        " whether any one whom it cut defaults because of it. If each default hands on r others,"
        " a number below one shows that r is below one and the spread dies out. Beyond the boundary r may be one or"
        f" more: the spread may sustain itself. A number of {p.generations} or more would show that it does, as no more"
        f" than {p.generations} generations of defaults fit between the policy and the end. People who were cut and"
        " whom only others brought down count as cut, so that the numbers understate the spread."
    )
    return figure, alt, caption + study.company


def _lines(axes, p: Phase) -> list[Line2D]:
    """Draw the boundaries and return what the legend says of them; no boundary if the seeds tell of nothing beyond."""
    handles, seen = [], bool((p.told == BEYOND).any())
    for lines, colour, width, dash, words in (
        (p.boundary if seen else (), INK, 2.4, "-", "indirect = direct: the spread may sustain itself"),
        ((*p.earliest, *p.latest), INK, 1.2, "--", "limit of what the seeds can tell (95 %)"),
        (p.sustained if seen else (), CUT, 2.4, ":", f"indirect = {p.generations} times direct: it does"),
    ):
        style = {"color": colour, "linewidth": width, "linestyle": dash}
        for line in lines:
            axes.plot(*line.T, path_effects=[withStroke(linewidth=width + 2, foreground="white")], **style)
        handles += [Line2D([], [], label=words, **style)] if lines else []
    return handles


def _finding(p: Phase) -> str:
    """What the seeds can tell, in a sentence."""
    beyond, below = (p.told == BEYOND), (p.told == DIES_OUT)
    if beyond.all():
        return (
            "everywhere more people default whom the policy did not cut than whom it cut: the spread outweighs the push"
        )
    if beyond.any():
        return "beyond the line more people default whom the policy did not cut than whom it cut"
    if below.any():
        where = "everywhere" if below.all() else "wherever these seeds can tell,"
        return f"{where} the policy brings down more people whom it cuts than others: the spread dies out"
    return "these seeds cannot tell anywhere whether the spread outweighs the push"
