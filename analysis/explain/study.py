"""Explain a run: play its worlds again, each beside its baseline, and say why the policy's effect spread."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from analysis.compare import compare
from analysis.explain import files, sections
from analysis.explain.attribution.games import GAMES, Game, attribute, months_of
from analysis.explain.gains.lives import Gains, Lives
from analysis.explain.network.closings import Observed, close_each, read_network
from analysis.explain.transmission.forest import Transmission, Watch
from analysis.explain.twins import REFORM, Case, Twins, case_of, each_seed
from analysis.folder import MONTH, open_run
from analysis.wording import month
from scenarios.messages import BadInput


@dataclass(frozen=True)
class Seen:
    """What one seed shows besides attribution."""

    transmission: Transmission
    gains: Gains
    network: Observed


def explain(
    folder: Path | str,
    by: Sequence[str] = (),
    seeds: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    command: str = "",
) -> Path:
    """Find out why a policy's effect spread, and write tables and figures into ``explain/`` of the run's folder.

    folder: a finished run with two worlds; by: games to play (names in ``attribution.GAMES``; none: channels, and
    provisions and platforms if there are several); seeds: how many of the run's seeds (None: all); threads: seeds at
    once (None: all cores); progress: called with months played and months in all; command: kept with the result.
    Returns the folder written. Raises BadInput, with the reason, if the run cannot be explained.
    """
    from scenarios.runner import cores, warm_up

    began = time.monotonic()
    try:
        run = open_run(folder)
        case = case_of(run)
        games = [GAMES[name](case) for name in dict.fromkeys(by)] or _games(case)
    except ValueError as error:
        raise BadInput(str(error)) from None
    comparison = compare(run)
    chosen, threads = run.seeds[:seeds], threads or cores()
    warm_up()
    total = len(chosen) * (sum(months_of(game, case) for game in games) + case.apart)
    done = 0

    def advance(months: int) -> None:
        nonlocal done
        done += months
        progress(done, total)

    cutters = [group.name for group in comparison.platforms if group.cut]
    parts = [attribute(case, chosen, game, cutters, threads, advance) for game in games]
    seen = each_seed(partial(_watch, case), chosen, threads, advance)
    channels = next((part for part in parts if part.game.name == "channels"), None)
    ends = (month(run.policy - MONTH), month(run.months[-1]))
    told = [
        *(sections.attribution(part, run.pair) for part in parts),
        sections.displacement(comparison),
        sections.transmission([one.transmission for one in seen], channels),
        sections.gains([one.gains for one in seen], run.reform, run.baseline),
        sections.network([one.network for one in seen], run.worlds, ends),
    ]
    made = {
        "market_hash": run.manifest["market_hash"],
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "seeds": list(chosen),
        "seconds": round(time.monotonic() - began, 1),
    }
    return files.write(run.folder, told, made)


def _games(case: Case) -> list[Game]:
    """The games that make sense for a policy: channels always, provisions and platforms where there are several.

    If every provision falls on a platform of its own, provisions and platforms are one game.
    """
    fall_on = [change.platform for change in case.own_changes]
    one_each = None not in fall_on and len(set(fall_on)) == len(fall_on)
    games = [GAMES["channels"](case)]
    for name in ("provisions",) if one_each else ("provisions", "platforms"):
        try:
            game = GAMES[name](case)
        except ValueError:  # no provision of its own, or none that could be divided among platforms
            continue
        if len(game.players) > 1:
            games.append(game)
    return games


def _watch(case: Case, seed: int, advance: Callable[[int], None]) -> Seen:
    """Play the reform of one seed beside its baseline, look at everybody after every month, then close lenders."""
    with Twins(case, seed) as twins:
        lives, watch = Lives(twins.trunk), Watch()

        def each_month(baseline, models) -> None:
            lives.each_month(baseline, models)
            watch.each_month(baseline, models)

        def finish(*worlds):
            return watch.finish(*worlds), [read_network(world) for world in worlds]

        [(transmission, ends)] = twins.play([REFORM], finish, each_month, advance)
        before, closings = close_each(twins)
        return Seen(transmission, lives.gains(), Observed(before, *ends, closings))
