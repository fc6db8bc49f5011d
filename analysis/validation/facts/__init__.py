"""The stylised facts of consumer credit, in the calm market and while all lenders tighten.

F14 and F16 are facts about single rules of behaviour and stand among the micro coefficients.
"""

from analysis.validation.experiment import Experiment, Size
from analysis.validation.facts.targets import TARGETS, bar
from analysis.validation.facts.worlds import one_seed
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed


def _play(size, room, progress) -> list[Row]:
    """All rows over seeds 1, 2, ...; every seed plays the calm market and the stress once for all facts."""
    values = each_seed(size, progress, lambda seed: one_seed(seed, size.borrowers))
    return [target.row(values) for target in TARGETS]


__all__ = ["EXPERIMENTS", "bar"]

EXPERIMENTS = (
    Experiment(
        "stylised-facts",
        "facts",
        "Do the facts F1 to F27 hold, calm ones in the baseline, others while all lenders tighten?",
        _play,
        quick=Size(20_000, 3),
        full=Size(30_000, 20),
    ),
)
