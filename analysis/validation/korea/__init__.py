"""The Korean card crisis of 2002-2004 replayed: outputs, ablations, benchmarks, and a picture."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.drawing import png
from analysis.validation.experiment import Experiment, Size, played
from analysis.validation.korea import ablations, benchmarks, outputs, picture, world
from analysis.validation.korea.ages import limits_by_age
from analysis.validation.korea.replay import Replay
from analysis.validation.row import Row
from scenarios.schema import Scenario

CRISIS = "korea-2002"


@dataclass
class _Stage:
    """Where the worlds of the replay are played, and how far they are together."""

    room: Path
    size: Size
    progress: Callable[[int, int], None]
    total: int
    done: int = 0

    def play(self, of: Scenario, seeds: int) -> Replay:
        """The series of a world over so many seeds: played now, or read if this folder has it."""
        from scenarios.runner import Plan

        plan, before = Plan((of,), tuple(range(1, seeds + 1)), None), self.done
        run = played(plan, self.room, self.size, lambda done, total: self.progress(before + done, self.total))
        self.done += seeds * of.months
        return world.replay(run.folder, of)

    def advance(self, months: int) -> None:
        self.done += months
        self.progress(self.done, self.total)


def scenario(name: str, size: Size) -> Scenario:
    """A scenario of the gallery with so many people."""
    from scenarios.loader import load

    return load(name).model_copy(update={"borrowers": size.borrowers})


def _play(size: Size, room: Path, progress) -> list[Row]:
    """The crisis over all seeds, its ablations over the first half of them, all scored, and the picture."""
    few = max(2, size.seeds // 2)
    crisis = scenario(CRISIS, size)
    worlds = {one: scenario(one.scenario, size) for one in ablations.ABLATIONS}
    months = crisis.months * (size.seeds + few * len(worlds)) + _age_months(crisis) * few
    stage = _Stage(room, size, progress or (lambda done, total: None), months)
    replay = stage.play(crisis, size.seeds)
    (room / f"{picture.NAME}.png").write_bytes(png(picture.picture(replay)))
    without = {one: stage.play(world_without, few) for one, world_without in worlds.items()}
    ages = limits_by_age(crisis, few, size.threads, stage.advance)
    uncut = next(found for one, found in without.items() if one.scenario == ablations.UNCUT)
    rows = outputs.beginnings(replay) + outputs.table(replay, uncut, ages) + benchmarks.table(replay)
    return rows + [row for one, found in without.items() for row in ablations.table(one, found, replay.first(few))]


def _age_months(played: Scenario) -> int:
    from analysis.validation.korea.ages import MONTHS
    from sim.policy import month_number

    return month_number(MONTHS[-1]) - month_number(played.start) + 1


def draw(size: Size, room: Path, target: Path, progress=lambda done, total: None) -> None:
    """Play the crisis, or read it if ``room`` has it, and save its picture.

    size; room: folder of the experiment; target: a .png to write; progress: called with months played and in all.
    """
    crisis = scenario(CRISIS, size)
    stage = _Stage(room, size, progress, crisis.months * size.seeds)
    target.write_bytes(png(picture.picture(stage.play(crisis, size.seeds))))


EXPERIMENTS = (
    Experiment(
        CRISIS,
        "korea",
        "Does the market replay Korea's card crisis, and for the right reasons?",
        _play,
        quick=Size(5_000, 3),
        full=Size(20_000, 20),
    ),
)
