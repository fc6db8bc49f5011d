"""The figures of a run: which there are, in which order, and how they are saved."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from analysis import bars, paths
from analysis.compare import Comparison
from analysis.explain.sankey import draw_sankey
from analysis.folder import Run
from analysis.neighbourhood import neighbourhood

STYLE = Path(__file__).with_name("rollover.mplstyle")


@dataclass(frozen=True)
class Drawing:
    """One figure with its file name, what it shows in words, and how to read it."""

    name: str
    figure: Figure
    alt: str  # what a person who cannot see it should know
    caption: str  # how to read it


def draw(run: Run, comparison: Comparison | None, replay: bool = False) -> dict[str, Drawing]:
    """Draw every figure that the run allows.

    run: one world or two; comparison: what ``compare`` gave, None with one world; replay: whether one seed may be
    played again for the neighbourhood of a default. Returns name -> Drawing.
    """
    with mpl.rc_context(fname=str(STYLE)):
        drawings = [
            Drawing("calibration", *paths.calibration(run)),
            Drawing("past-due", *paths.past_due(run)),
            Drawing("rolls", *paths.rolls(run)),
        ]
        if comparison is not None:
            drawings = [
                Drawing("answer", *bars.answer(comparison)),
                Drawing("segments", *bars.segments(comparison)),
                Drawing("causes", *bars.causes(comparison)),
                Drawing("displacement", *draw_sankey(comparison)),
                Drawing("events", *paths.events(comparison)),
                *drawings,
            ]
            around = neighbourhood(comparison, replay)
            drawings += [Drawing("neighbourhood", *around)] if around else []
    return {drawing.name: drawing for drawing in drawings}


def drawn(makers: dict[str, Callable[[], tuple[Figure, str, str]]]) -> dict[str, Drawing]:
    """Draw figures in the house style.

    makers: name -> what gives the figure, its description and how to read it. Returns name -> Drawing.
    """
    with mpl.rc_context(fname=str(STYLE)):
        return {name: Drawing(name, *make()) for name, make in makers.items()}


def svg(drawing) -> bytes:
    """A drawing as SVG, the same bytes every time."""
    return _render(drawing, "svg", {"Date": None, "Creator": None})


def png(drawing, dpi: int = 192) -> bytes:
    """A drawing as PNG, at twice the size of a screen unless other dots per inch are given; always the same bytes."""
    return _render(drawing, "png", {"Software": None}, dpi=dpi)


def save(drawings, folder) -> list[Path]:
    """Save every drawing as PNG and SVG.

    drawings: name -> Drawing; folder: where ``figures/`` is made. Returns the paths.
    """
    target = Path(folder) / "figures"
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, drawing in drawings.items():
        for ending, content in (("svg", svg(drawing)), ("png", png(drawing))):
            path = target / f"{name}.{ending}"
            path.write_bytes(content)
            written.append(path)
    return written


def _render(drawing, kind, metadata, **options) -> bytes:
    buffer = BytesIO()
    with mpl.rc_context(fname=str(STYLE)):
        drawing.figure.savefig(buffer, format=kind, metadata=metadata, **options)
    return buffer.getvalue()
