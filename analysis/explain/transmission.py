"""Transmission: the chain behind each default that only the reform has, who handed it on, and the tree of a whole run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.estimate import Estimate, estimate
from analysis.explain.chains import ENTRIES, Step, chain_of, entry_of, pushes_of, words
from analysis.explain.divergence import NEVER, Divergence
from analysis.explain.parents import POLICY, UNKNOWN, Edges, descent, edges_of, forest

GIVERS = ("policy", "defaulters", "others", "unknown")
AT_LENDERS = ("cut", "rules", "refused", "tighter", "looser")  # what lenders do to a person
MOST_CUTS = 20  #: the most contagious cuts that are kept of each seed


@dataclass(frozen=True)
class Transmission:
    """The defaults that only the reform of one seed has: chains, who handed them on, the forest; in order of month.

    who: ids; month, product: of the default; onset: when the spell of lateness behind it began; entry: index in
    ENTRIES; cause: why the first bill of that spell was missed; crossed: lenders cut, tightened or loosened on the
    person before, and the default is at none of them; chains: Steps of each; edges: who handed what to whom; parent: id
    of the heaviest infectious giver, -1 for a root; share: its weight; generation: 1 for a root; avoided: how many
    default in the baseline only, of whom the policy never cut avoided_uncut; cut: ids of those whom the policy cut, the
    most contagious first; descent: weights of the defaults that descend from each, its own not counted; cut_chains:
    Steps of the first MOST_CUTS. Months count from the start of the run.
    """

    seed: int
    start: str
    policy: int
    names: tuple[tuple[str, str], ...]
    platforms: tuple[str, ...]
    who: np.ndarray
    month: np.ndarray
    product: np.ndarray
    onset: np.ndarray
    entry: np.ndarray
    cause: tuple[str, ...]
    crossed: np.ndarray
    chains: tuple[tuple[Step, ...], ...]
    edges: Edges
    parent: np.ndarray
    share: np.ndarray
    generation: np.ndarray
    avoided: int
    avoided_uncut: int
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
        return _ratio(self.uncut, len(self.who) - self.uncut)

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

    @property
    def uncut(self) -> int:
        """How many of them the policy never cut: the spread beyond its reach."""
        return int((~np.isin(self.who, self.cut)).sum())

    def words(self, chain: Sequence[Step]) -> str:
        """A chain as a student reads it."""
        return words(chain, [" ".join(name) for name in self.names], self.start)

    def date(self, month: int) -> np.datetime64:
        """A month from the start of the run as a date."""
        return np.datetime64(self.start, "M") + int(month)

    def place(self, line: int) -> dict[str, str]:
        """The names of platform and product."""
        platform, product = self.names[line]
        return {"platform": platform, "product": product}

    def via(self, entry: str, place: int) -> str:
        """The name of the shop or lender through which something was handed on, empty where there is none."""
        if place < 0:
            return ""
        return f"shop {place}" if entry == "job" else self.platforms[place]

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
        cut = np.flatnonzero(log.cut)
        cut = cut[np.argsort(-reach[cut], kind="stable")]
        lender = reform.market.products["platform"].astype(int)
        return Transmission(
            seed=reform.seed,
            start=reform.start,
            policy=log.months[0],
            names=tuple(reform.product_names),
            platforms=tuple(reform.platform_names),
            who=who,
            month=log.defaulted[who].astype(int),
            product=log.product[who].astype(int),
            onset=log.spell[who].astype(int),
            entry=np.array([entry_of(pushes[int(person)]) for person in who], int),
            cause=tuple(log.cause_of(person) for person in who),
            crossed=np.array([_crossed(log, int(person), lender) for person in who], bool),
            chains=tuple(chain_of(log, int(person)) for person in who),
            edges=edges,
            parent=parent,
            share=share,
            generation=generation,
            avoided=len(log.avoided),
            avoided_uncut=int((~log.cut[log.avoided]).sum()),
            cut=cut,
            descent=reach[cut],
            cut_chains=tuple(chain_of(log, int(person)) for person in cut[:MOST_CUTS]),
        )


def _ratio(part, whole) -> float:
    return float(part / whole) if whole else float("nan")


def _crossed(log: Divergence, person: int, lender) -> bool:
    """Whether lenders pushed the person before the spell began, and the default is at none of them."""
    pushed = set()
    for kind in AT_LENDERS:
        months = log.first[kind][person]
        pushed |= set(lender[(months != NEVER) & (months <= log.spell[person])].tolist())
    return bool(pushed) and int(lender[log.product[person]]) not in pushed


# --- all seeds ---
def summary(found: Sequence[Transmission]) -> dict[str, Estimate]:
    """What the trees of all seeds come to.

    found: one Transmission per seed. Returns name -> Estimate over seeds; seeds in which a ratio does not exist (no
    default to divide by) are left out of it. "R" is the effective reproduction number.
    """
    measures: dict[str, Callable[[Transmission], float]] = {
        "caused": lambda one: len(one.who),
        "avoided": lambda one: one.avoided,
        "caused, never cut": lambda one: one.uncut,
        "avoided, never cut": lambda one: one.avoided_uncut,
        "R": lambda one: one.reproduction,
        "uncut per cut default": lambda one: one.per_cut_default,
        "depth": lambda one: one.depth,
        "largest tree": lambda one: max(map(len, one.trees()), default=0),
        "crossed": lambda one: _ratio(one.crossed.sum(), len(one.who)),
        **{f"entry: {entry}": lambda one, entry=entry: one.part(entry) for entry in ENTRIES},
        **{f"blame: {giver}": lambda one, giver=giver: one.weight_on(giver) for giver in GIVERS},
    }
    values = {name: np.array([measure(one) for one in found], float) for name, measure in measures.items()}
    return {name: estimate(column[np.isfinite(column)]) for name, column in values.items()}


def sentences(found: Sequence[Transmission]) -> list[str]:
    """Two to four plain sentences: how chains begin, how far they reach, how much of it may be chance, and the worst."""
    total = summary(found)
    if not sum(len(one.who) for one in found):
        return ["No person defaults only in the reform, so nothing was handed on."]
    seeds = f"{len(found)} seed{'s' if len(found) > 1 else ''}"
    parts = sorted(ENTRIES, key=lambda entry: -total[f"entry: {entry}"].mean)
    begins = [f"{100 * total[f'entry: {e}'].mean:.0f} % {ENTRIES[e]}" for e in parts if total[f"entry: {e}"].mean > 0]
    told = [
        f"Of the {total['caused'].mean:.0f} people (mean of {seeds}) who default only in the reform, chains begin with: "
        f"{', '.join(begins)}; {100 * total['crossed'].mean:.0f} % default with a lender that had not touched them.",
        f"The effective reproduction number is {_span(total['R'])}: so many further defaults are handed on by each,"
        f" through jobs, lenders and friends, and chains of people are at most {max(one.depth for one in found)} long.",
        f"{total['caused, never cut'].mean:.1f} of these people were never cut themselves, and"
        f" {total['avoided, never cut'].mean:.1f} such people default only in the baseline: where both are as many,"
        " the spread beyond those cut is chance turned over, not harm.",
    ]
    one = max(found, key=lambda one: one.descent.max(initial=0.0))
    if one.descent.max(initial=0.0) > 0.0:
        told.append(
            f"From the most contagious cut, {one.descent[0]:.2f} defaults descend (seed {one.seed}, borrower"
            f" {one.cut[0]}): {one.words(one.cut_chains[0])}."
        )
    return told


def _span(value: Estimate) -> str:
    if not value.has_interval:
        return f"{value.mean:.2f} (one seed, no interval)"
    return f"{value.mean:.2f} (95 % interval {value.low:.2f} to {value.high:.2f})"


def tables(found: Sequence[Transmission]) -> dict[str, dict[str, np.ndarray]]:
    """Tables ready to be written: chains (one row per excess default), contagious (per cut), handed (per edge), tree
    (per seed).

    found: one Transmission per seed. Returns table -> column -> values; months are dates, text is str, weights shares.
    """
    kinds = list(ENTRIES)
    each = {
        "chains": lambda t, i: {
            "seed": t.seed, "borrower": int(t.who[i]), "month": t.date(t.month[i]),
            **t.place(t.product[i]), "entry": kinds[t.entry[i]], "cause": t.cause[i], "crossed": bool(t.crossed[i]),
            "chain": t.words(t.chains[i]), "steps": len(t.chains[i]), "generation": int(t.generation[i]),
            "parent": int(t.parent[i]), "weight": float(t.share[i]),
        },
        "contagious": lambda t, i: {
            "seed": t.seed, "borrower": int(t.cut[i]), "descent": float(t.descent[i]),
            "defaults": bool(np.isin(t.cut[i], t.who)), "chain": t.words(t.cut_chains[i]),
        },
        "handed": lambda t, i: {
            "seed": t.seed, "borrower": int(t.edges.child[i]), "giver": int(t.edges.parent[i]),
            "weight": float(t.edges.weight[i]), "through": kinds[t.edges.through[i]], "place": t.via(kinds[t.edges.through[i]], t.edges.place[i]),
            "month": t.date(t.edges.month[i]), "infectious": bool(t.edges.infectious[i]),
        },
        "tree": lambda t, i: {"seed": t.seed, **{name: one.mean for name, one in summary([t]).items()}},
    }  # fmt: skip
    rows = {
        "chains": lambda t: len(t.who),
        "contagious": lambda t: int((t.descent[:MOST_CUTS] > 0).sum()),
        "handed": lambda t: len(t.edges.child),
        "tree": lambda t: 1,
    }
    made = {name: [row(t, i) for t in found for i in range(rows[name](t))] for name, row in each.items()}
    return {name: {key: np.array([row[key] for row in some]) for key in some[0]} if some else {} for name, some in made.items()}  # fmt: skip
