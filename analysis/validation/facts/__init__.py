"""The stylised facts of consumer credit, in the calm market and while all lenders tighten.

F14 and F16 are facts about single rules of behaviour and stand among the micro coefficients.
"""

from concurrent.futures import ThreadPoolExecutor, as_completed

from analysis.validation.experiment import Experiment, Size
from analysis.validation.facts.targets import TARGETS, bar
from analysis.validation.facts.worlds import one_seed
from analysis.validation.row import Row


def _play(size, room, progress) -> list[Row]:
    """All rows over seeds 1, 2, ...; every seed plays the calm market and the stress once for all facts."""
    from sim.model import warm_up

    warm_up()
    with ThreadPoolExecutor(size.threads) as pool:
        jobs = [pool.submit(one_seed, seed, size.borrowers) for seed in range(1, size.seeds + 1)]
        for done, job in enumerate(as_completed(jobs), 1):
            job.result()
            progress(done, len(jobs))
    values = [job.result() for job in jobs]
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
