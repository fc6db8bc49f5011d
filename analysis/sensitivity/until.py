"""Seeds until effects are known well enough: which points want more of them, and in the end why it stopped."""

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np

from analysis.sensitivity.effects import so_far
from analysis.sensitivity.values import OUTCOMES, label
from scenarios.batch.archive import Archive
from scenarios.batch.batch import Planned
from scenarios.batch.stopping import Rule
from scenarios.batch.worlds import called

TOLD = 10  #: effects that are told one by one; of more only how many there are


class Until:
    """A batch that is played until the interval of one outcome is narrow enough at every point."""

    def __init__(self, planned: Planned, archive: Archive, outcome: str, half_width: float):
        """Arguments: the design laid out, its folder; name of the outcome; how far its interval may reach."""
        self.planned, self.archive, self.outcome = planned, archive, outcome
        self.rule = Rule(half_width, most=planned.design.seeds)
        worlds, policies = (tuple(map(called, names)) for names in (planned.design.worlds, planned.design.policies))
        places = product(range(len(planned.points)), worlds, policies)
        self.effects: dict[tuple, np.ndarray] = {place: np.empty(0) for place in places}  # of the seeds looked at

    @property
    def failed(self) -> list[tuple]:
        """Point, world and policy of effects of which no seed could be played, in the worlds with and without it."""
        return [place for place, mine in self.effects.items() if not len(mine)]

    @property
    def narrow(self) -> list[tuple]:
        """Those of which the interval is narrow enough."""
        return [place for place, mine in self.effects.items() if self.rule.reach(mine) <= self.rule.half_width]

    @property
    def wide(self) -> list[tuple]:
        """Those of which it is not, though seeds were played."""
        neither = {*self.failed, *self.narrow}
        return [place for place in self.effects if place not in neither]

    def rounds(self, wanted: set[str]) -> Iterator[set[str]]:
        """Names of runs to be played, round by round, each asked for when the last is done. wanted: what may be."""
        open_now = {(point, world) for point, world, _ in self.effects}
        for look in self.rule.looks():
            cells = (cell for cell in self.planned.cells if cell.seed <= look and (cell.point, cell.world) in open_now)
            yield {cell.run for cell in cells} & wanted - self.archive.done() - self.archive.failed()
            self._look(look)
            open_now &= {(point, world) for point, world, _ in self.wide}
            if not open_now:
                return

    def _look(self, seeds: int) -> None:
        found = so_far(self.archive)
        for point, world, policy in self.effects:
            mine = (found["point"] == point) & (found["world"] == world) & (found["policy"] == policy)
            self.effects[point, world, policy] = found[self.outcome][mine & (found["seed"] <= seeds)]
        counts = {"narrow": len(self.narrow), "wide": len(self.wide), "failed": len(self.failed)}
        self.archive.log("looked", seeds=seeds, **counts)

    def words(self) -> list[str]:
        """Why it stopped, and at which effects the interval is narrow enough, at which not, and which failed."""
        outcome, all_of = OUTCOMES[self.outcome], f"of {len(self.effects)} effects"
        if self.wide:
            why = f"all {self.rule.most} seeds of the design are played where it is not narrow enough"
        else:
            why = f"enough seeds are played{' wherever they did not fail' if self.failed else ''}"
        aim = f"the interval of {outcome.words} may reach {self.rule.half_width:g} {outcome.unit} to each side"
        lines = [f"{aim}: {why}", f"narrow enough: {len(self.narrow)} {all_of}"]
        if self.wide or self.failed:  # otherwise it is all of them
            lines += _told(self._known(place) for place in self.narrow)
        for kind, places, said in (
            ("not narrow enough", self.wide, self._known),
            ("failed, in one of its two worlds at every seed", self.failed, self._called),
        ):
            if places:
                lines += [f"{kind}: {len(places)} {all_of}", *_told(map(said, places))]
        return lines

    def _called(self, place: tuple) -> str:
        point, world, policy = place
        values = ", ".join(f"{label(path)} {value:g}" for path, value in self.planned.points[point].items())
        return f"point {point}{f' ({values})' if values else ''}, {policy} in {world}"

    def _known(self, place: tuple) -> str:
        count, reach = len(self.effects[place]), self.rule.reach(self.effects[place])
        few = f"too few to tell, at least {self.rule.least} are needed"
        return f"{self._called(place)}: {count} seeds, {f'reaches {reach:.3g}' if np.isfinite(reach) else few}"


def _told(said: Iterable[str]) -> list[str]:
    said = list(said)
    more = [f"  and {len(said) - TOLD} more"] if len(said) > TOLD else []
    return [f"  {line}" for line in said[:TOLD]] + more
