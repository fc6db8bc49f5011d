"""Which worlds a design plays: each as it is, and each with a policy added that changes nothing else in it."""

from collections.abc import Sequence
from pathlib import Path

from scenarios.loader import GALLERY, find, load, load_in, world_of
from scenarios.messages import BadInput
from scenarios.schema import Scenario

NONE = "none"  #: the policy of a world without one


def source_of(name: str, folder: Path) -> str:
    """Where a world or policy is read: its name in the gallery, or the path of its file; several joined by a plus.

    name: as the design has it; folder: of the design, where files are looked for first. Raises BadInput.
    """
    several = "+" in name and not (folder / name).is_file()
    paths = [find(part.strip(), folder) for part in (name.split("+") if several else [name])]
    source = "+".join(path.stem if path.parent == GALLERY else str(path) for path in paths)
    load(source)
    return source


def called(source: str) -> str:
    """What a world or policy is called in results, wherever its file is; ``A+B`` is both together."""
    if source == NONE:
        return NONE
    return "+".join(Path(part).stem for part in ([source] if Path(source).is_file() else source.split("+")))


def compared_with(policies: Sequence[str]) -> str:
    """The one world with which all policies are compared unless the design names worlds; raises BadInput if several."""
    worlds = {policy: world_of(policy) for policy in policies}
    if len(set(worlds.values())) > 1:
        pairs = ", ".join(f"{called(policy)} with {called(world)}" for policy, world in worlds.items())
        raise BadInput(f'"worlds" is missing, and there are several: {pairs}; write worlds = [...], or two designs')
    return next(iter(worlds.values()), "baseline")


def read_world(world: str, policy: str, given: Sequence[str] = ()) -> Scenario:
    """A world with a policy in it, or as it is for NONE. given: ``key=value``, applied where the change exists."""
    return load(world, given) if policy == NONE else load_in(world, policy, given)[1]
