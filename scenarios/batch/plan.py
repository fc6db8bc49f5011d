"""What a batch plays: every run once, and which worlds, policies and points of the sweep it stands for."""

import hashlib
import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from scenarios.batch.design import Design, settings
from scenarios.batch.work import version
from scenarios.batch.worlds import NONE, called
from scenarios.checks import month_after
from scenarios.loader import load, load_in
from scenarios.messages import BadInput
from scenarios.schema import Scenario, placeless
from sim.policy import month_number

WORDS = ("title", "question", "expected", "source", "name")  #: what a scenario says but the market does not read
SHORT = 16  #: letters of a run's name: enough that two never share one


@dataclass(frozen=True)
class Run:
    """One run: a world, a seed, sizes. It is known by its content, so that what is done is never mistaken."""

    name: str  # content hash
    world: str
    policy: str
    seed: int
    work: str  # all that decides its bytes, as JSON; what a worker is sent


@dataclass(frozen=True)
class Cell:
    """One place in the design: a point of the sweep, a world, a policy and a seed, and the run that fills it."""

    point: int
    world: str
    policy: str
    seed: int
    run: str
    since: str | None  # first month in which the worlds of this point may differ


def worlds_of(world: str, policies: Sequence[str], given: Sequence[str]) -> dict[str, Scenario]:
    """The worlds of one point: without a policy, and with each, which changes nothing else of the world.

    world: name of the world that policies are compared with; given: ``key=value`` of the point, each applied where
    the change exists.
    """
    if not policies:
        return {NONE: load(world, given)}
    found = {}
    for policy in policies:
        baseline, reform = load_in(world, policy, given)
        found.setdefault(NONE, baseline)
        found[policy] = reform
    return found


def reference_of(worlds: dict[str, Scenario]) -> str | None:
    """The month before the first policy begins or is announced: how many lenders people had then is kept.

    worlds: policy -> world, with the world without a policy under NONE.
    """
    baseline = worlds[NONE]
    own = [
        change.announced or change.start
        for world in worlds.values()
        for name, change in world.changes.items()
        if baseline.changes.get(name) != change
    ]
    if not own:
        return None
    last = month_after(baseline.start, baseline.months - 1)
    if min(own) > last:
        months = month_number(min(own)) - month_number(baseline.start) + 1
        words = f"before the first policy begins in {min(own)}; play {months} months at least"
        raise BadInput(f"runs end in {last}, {words}")
    return month_after(min(own), -1)


def work_of(version: str, scenario: Scenario, reference: str | None, tables: Sequence[str]) -> dict:
    """What decides a run, but for its seed and names.

    version: of the code; scenario: with its sizes; reference: month at whose end lenders are counted; tables: which
    are kept.
    """
    content = {key: value for key, value in scenario.resolved().items() if key not in WORDS}
    return {
        "version": version, "reference": reference, "merchants": scenario.shop_count(), "tables": sorted(tables),
        "scenario": content,
    }  # fmt: skip


def run_of(work: dict, policy: str, world: str, seed: int) -> Run:
    """The run that plays a world with one seed. work: as ``work_of`` gives it."""
    work = {"world": world, "policy": policy, "seed": seed, **work}
    text = json.dumps(work, allow_nan=False)  # in the order of the files: a platform's chance is addressed by its place
    content = json.dumps(work | {"scenario": placeless(work["scenario"])}, allow_nan=False)
    return Run(hashlib.sha256(content.encode()).hexdigest()[:SHORT], world, policy, seed, text)


def lay_out(
    design: Design, points: Sequence[dict], numbers: Container[int] | None = None
) -> Iterator[tuple[Cell, Run]]:
    """Every place of a design with the run that fills it, in a fixed order; the same run may fill several places.

    points: of the design's sweep, each a dict of address -> value; numbers: of the points that are wanted, all if None.
    """
    code = version()  # read from its files: once is enough
    sizes = {"borrowers": design.borrowers, "months": design.months, "seeds": design.seeds}
    for number, point in enumerate(points):
        if numbers is not None and number not in numbers:
            continue
        for world in design.worlds:
            worlds = {
                policy: scenario.model_copy(update={k: v for k, v in sizes.items() if v is not None})
                for policy, scenario in worlds_of(world, design.policies, settings(point)).items()
            }
            reference = reference_of(worlds)
            since = reference and month_after(reference, 1)
            work = {
                called(policy): work_of(code, scenario, reference, design.tables)
                for policy, scenario in worlds.items()
            }
            for seed in range(1, design.seeds + 1):
                for policy, content in work.items():
                    run = run_of(content, policy, called(world), seed)
                    yield Cell(number, run.world, policy, seed, run.name, since), run
