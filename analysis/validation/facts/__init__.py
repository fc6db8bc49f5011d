"""The stylised facts of consumer credit: calm ones in the baseline, those of the Korean crisis in the Korean market.

All others are looked for in the default market while all lenders tighten, and so are the Korean ones once more, in rows
marked *. F14 and F16 are facts about single rules of behaviour and stand among the micro coefficients.
"""

from analysis.validation.experiment import Experiment, Size
from analysis.validation.facts import korean, worlds
from analysis.validation.facts.targets import TARGETS, bar
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed


def _play(size, room, progress) -> list[Row]:
    """All rows over seeds 1, 2, ...; every seed plays the calm market, the stress and the Korean crisis once."""

    def once(seed):
        return worlds.one_seed(seed, size.borrowers) | korean.one_seed(seed, size.borrowers)

    values = each_seed(size, progress, once)
    return [target.row(values) for target in TARGETS]


__all__ = ["EXPERIMENTS", "bar"]

EXPERIMENTS = (
    Experiment(
        "stylised-facts",
        "facts",
        "Do the facts F1 to F27 hold: in calm, while all lenders tighten, in Korea?",
        _play,
        quick=Size(20_000, 3),
        full=Size(30_000, 20),
    ),
)
