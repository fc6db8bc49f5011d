"""The figures of a run: which there are, and in which order."""

from functools import partial

from analysis.compare import Comparison
from analysis.drawing import Drawing, drawn
from analysis.folder import Run
from analysis.report import bars, paths
from analysis.report.neighbourhood import neighbourhood
from analysis.report.sankey import draw_sankey


def draw(run: Run, comparison: Comparison | None, replay: bool = False) -> dict[str, Drawing]:
    """Draw every figure that the run allows.

    run: one world or two; comparison: what ``compare`` gave, None with one world; replay: whether one seed may be
    played again for the neighbourhood of a default. Returns name -> Drawing.
    """
    alone = {"calibration": partial(paths.calibration, run), "past-due": partial(paths.past_due, run)}
    alone["rolls"] = partial(paths.rolls, run)
    if comparison is None:
        return drawn(alone)
    compared = {
        "answer": bars.answer,
        "segments": bars.segments,
        "causes": bars.causes,
        "displacement": draw_sankey,
        "events": paths.events,
    }
    around = {"neighbourhood": partial(neighbourhood, comparison, replay)}
    return drawn({name: partial(make, comparison) for name, make in compared.items()} | alone | around)
