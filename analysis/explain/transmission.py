"""Transmission: the chain behind each default that only the reform has, who handed it on, and the tree of a whole run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.estimate import Estimate, estimate
from analysis.explain.chains import ENTRIES, Step, chain_of, pushes_of, words
from analysis.explain.divergence import NEVER, Divergence
from analysis.explain.parents import POLICY, UNKNOWN, Edges, descent, edges_of, forest

MOST_CUTS = 20  #: the most contagious cuts that are kept of each seed


@dataclass(frozen=True)
class Transmission:
    """The defaults that only the reform of one seed has: chains, who handed them on, the forest; in order of month.

    who: ids; month, product: of the default; onset: when the spell of lateness behind it began; entry: index in
    ENTRIES; chains: Steps of each; edges: who handed what to whom; parent: id of the heaviest infectious giver, -1 for
    a root; share: its weight; generation: 1 for a root; avoided: how many default in the baseline only; cut: ids of
    those whom the policy cut, the most contagious first; descent: weights of the defaults that descend from each, its
    own not counted; cut_chains: Steps of the first MOST_CUTS. Months count from the start of the run.
    """

    seed: int
    start: str
    policy: int
    lines: tuple[str, ...]
    platform_of: np.ndarray
    who: np.ndarray
    month: np.ndarray
    product: np.ndarray
    onset: np.ndarray
    entry: np.ndarray
    chains: tuple[tuple[Step, ...], ...]
    edges: Edges
    parent: np.ndarray
    share: np.ndarray
    generation: np.ndarray
    avoided: int
    cut: np.ndarray
    descent: np.ndarray
    cut_chains: tuple[tuple[Step, ...], ...]

    @property
    def reproduction(self) -> float:
        """Effective reproduction number: excess defaults handed on by one excess default; nan if there is none.

        R = sum of infectious weights / number of excess defaults. A whole outbreak that ends has R below 1, and each
        default that people did not hand on grows into 1 / (1 - R) in all.
        """
        return _ratio(self.edges.weight[self.edges.infectious].sum(), len(self.who))

    @property
    def per_cut_default(self) -> float:
        """Excess defaults of people whose own lines were not cut, for each of people whose lines were."""
        own = int(np.isin(self.who, self.cut).sum())
        return _ratio(len(self.who) - own, own)

    @property
    def depth(self) -> int:
        """Generations of the forest."""
        return int(self.generation.max(initial=0))

    def part(self, entry: str) -> float:
        """Share of the excess defaults whose chain begins so; nan if there is no default. entry: a name in ENTRIES."""
        return _ratio((self.entry == list(ENTRIES).index(entry)).sum(), len(self.who))

    def weight_on(self, giver: str) -> float:
        """Share of the blame that is on the policy, on people who default too, on other people, or unknown."""
        parent, weight = self.edges.parent, self.edges.weight
        person = parent >= 0
        chosen = {
            "policy": parent == POLICY,
            "unknown": parent == UNKNOWN,
            "defaulters": person & np.isin(parent, self.who),
            "others": person & ~np.isin(parent, self.who),
        }
        return _ratio(weight[chosen[giver]].sum(), len(self.who))

    def across(self) -> np.ndarray:
        """Which of these people default on a lender that never cut them, though another one was made to: [default]."""
        cut_at = {int(person): set() for person in self.cut}
        for person, line in zip(*self.cut_lines, strict=True):
            cut_at[int(person)].add(int(self.platform_of[line]))
        lender = self.platform_of[self.product]
        return np.array([bool(cut_at.get(int(w))) and p not in cut_at[int(w)] for w, p in zip(self.who, lender, strict=True)], bool)  # fmt: skip

    def words(self, chain: Sequence[Step]) -> str:
        """A chain as a student reads it."""
        return words(chain, self.lines, self.start)

    def trees(self) -> list[np.ndarray]:
        """The forest: the places (in ``who``) of the members of each tree, root first; the largest tree first."""
        place = {int(person): i for i, person in enumerate(self.who)}
        grown: dict[int, list[int]] = {}
        for i in np.argsort(self.generation, kind="stable"):
            root = i
            while self.parent[root] >= 0:
                root = place[int(self.parent[root])]
            grown.setdefault(int(root), []).append(int(i))
        return sorted((np.array(tree) for tree in grown.values()), key=len, reverse=True)


class Watch:
    """Observer of a baseline and its reform: hand ``each_month`` to ``Twins.play``, then call ``finish``."""

    def __init__(self):
        """Nothing has been seen yet."""
        self.log: Divergence | None = None

    def each_month(self, baseline, models: Sequence) -> None:
        """Compare the worlds after a month. Arguments: the baseline, and worlds of which the first is the reform."""
        if self.log is None:
            self.log = Divergence(*models[0].market.lines.shape)
        self.log.note(baseline, models[0])

    def finish(self, baseline, reform) -> Transmission:
        """What was handed on up to now. Arguments: the baseline and the reform, as ``Twins.play`` gives to a measure."""
        if self.log is None:
            raise ValueError("no month has been watched: hand each_month to Twins.play")
        log = self.log
        who = log.caused[np.argsort(log.defaulted[log.caused], kind="stable")]
        pushes = {int(person): pushes_of(log, person, int(log.spell[person])) for person in who}
        edges = edges_of(log, reform.market, pushes)
        parent, share, generation = forest(who, edges)
        reach = descent(len(log.defaulted), who, edges)
        cut = np.flatnonzero((log.first["cut"] != NEVER).any(axis=1))
        cut = cut[np.argsort(-reach[cut], kind="stable")]
        first = [PUSH_ENTRY(pushes[int(person)]) for person in who]
        return Transmission(
            seed=reform.seed,
            start=reform.start,
            policy=log.months[0],
            lines=tuple(f"{platform} {product}" for platform, product in reform.product_names),
            platform_of=reform.market.products["platform"].astype(int),
            who=who,
            month=log.defaulted[who].astype(int),
            product=log.product[who].astype(int),
            onset=log.spell[who].astype(int),
            entry=np.array(first, int),
            chains=tuple(chain_of(log, int(person)) for person in who),
            edges=edges,
            parent=parent,
            share=share,
            generation=generation,
            avoided=len(log.avoided),
            cut=cut,
            descent=reach[cut],
            cut_chains=tuple(chain_of(log, int(person)) for person in cut[:MOST_CUTS]),
        )
