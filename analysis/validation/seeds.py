"""The seeds of an experiment, several at once: whoever stops one stops all, and the worlds of each are let go of."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, as_completed

import mesa

from analysis.validation.experiment import Size
from sim.agents import release


def each_seed(size: Size, progress: Callable[[int, int], None], play: Callable[[int], object]) -> list:
    """What ``play(seed)`` returns for the seeds 1, 2, ... of a size, in their order; threads change nothing.

    size; progress: called with seeds done and of how many; play: founds and branches worlds, of that seed alone, and
    hands none of them on: afterwards they are gone. If it fails or is stopped, seeds that have not begun never do.
    """
    from scenarios.runner import warm_up

    warm_up()
    others = _worlds()
    pool = ThreadPoolExecutor(max(1, size.threads))
    try:
        jobs = [pool.submit(_played, play, seed, others) for seed in range(1, size.seeds + 1)]
        for done, job in enumerate(as_completed(jobs), 1):
            job.result()
            progress(done, size.seeds)
        return [job.result() for job in jobs]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _played(play, seed: int, others: Collection):
    """Play a seed and let go of its worlds: Mesa would keep them all, at 50,000 people 30 MB each, to the end."""
    try:
        return play(seed)
    finally:
        for model in _worlds():
            if model not in others and getattr(model, "seed", None) == seed:
                release(model)


def _worlds() -> list:
    """Every model that Mesa holds on to; versions that hold none have no such table."""
    return list(getattr(mesa.Agent, "_ids", ()))
