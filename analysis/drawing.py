"""How every figure looks and is saved: its colours, its title, its files."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import matplotlib as mpl
from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("rollover.mplstyle")
CAUSED, AVOIDED, INK, QUIET, CUT = "#E69F00", "#56B4E9", "#000000", "#8A8A8A", "#D55E00"
LETTERS = 82  #: that fit into a line of a title as wide as the figure


@dataclass(frozen=True)
class Drawing:
    """One figure with its file name, what it shows in words, and how to read it."""

    name: str
    figure: Figure
    alt: str  # what a person who cannot see it should know
    caption: str  # how to read it


def entitle(figure, finding):
    """Put a finding above a figure.

    figure: a matplotlib Figure; finding: one sentence that names the worlds.
    """
    unbroken = finding.replace(" %", "\N{NO-BREAK SPACE}%")
    figure.suptitle("\n".join(wrap(unbroken, LETTERS)), x=0.01, ha="left")


def drawn(makers: dict[str, Callable[[], tuple[Figure, str, str] | None]]) -> dict[str, Drawing]:
    """Draw figures in the house style.

    makers: name -> what gives the figure, its description and how to read it, or None if there is nothing to draw.
    Returns name -> Drawing.
    """
    with mpl.rc_context(fname=str(STYLE)):
        made = {name: make() for name, make in makers.items()}
    return {name: Drawing(name, *parts) for name, parts in made.items() if parts}


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
