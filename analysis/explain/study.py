"""Explain a run: play its worlds again beside each other, and write what is found into the run's folder."""

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path

from analysis.compare import compare
from analysis.explain.attribution import GAMES, attribute
from analysis.explain.sections import Section, attribution
from analysis.explain.twins import Case, case_of
from analysis.folder import open_run
from scenarios.messages import BadInput

FOLDER, SUMMARY = "explain", "explain.json"


def explain(
    folder: Path | str,
    by: Sequence[str] = (),
    seeds: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    command: str = "",
) -> Path:
    """Find out why a policy's effect spread, and write tables and figures into ``explain/`` of the run folder.

    folder: a finished run with two worlds; by: games to play (``attribution.GAMES``; none given: channels, and
    provisions and platforms if there are several); seeds: how many of the run's seeds (None: all); threads: seeds at
    once (None: all cores); progress: called with months played and months in all. Returns the folder written. Raises
    BadInput if the run cannot be explained, with the reason.
    """
    from scenarios.runner import cores, warm_up

    began = time.monotonic()
    try:
        run = open_run(folder)
        case = case_of(run)
        games = [GAMES[name](case) for name in by] if by else _games(case)
    except ValueError as error:
        raise BadInput(str(error)) from None
    comparison = compare(run)
    chosen, threads = run.seeds[:seeds], threads or cores()
    cutters = [group.name for group in comparison.platforms if group.cut]
    warm_up()
    work = _Work([len(chosen) * game_months(case, game) for game in games], progress)
    sections = [attribution(attribute(case, chosen, game, cutters, threads, work.part(i)), run.pair)
                for i, game in enumerate(games)]  # fmt: skip
    summary = {
        "market_hash": run.manifest["market_hash"],
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "seeds": list(chosen),
        "seconds": round(time.monotonic() - began, 1),
    }
    return write(Path(folder), sections, summary)
