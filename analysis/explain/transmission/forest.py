"""Transmission: the chain behind each default that only the reform has, who handed it on, the tree of a whole run.

This is bookkeeping of who stood upstream of whom. How much a channel matters is found by freezing it: a person whose
limit was cut and whom a tighter lender then refuses may owe the default to both, and a chain can begin only once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.estimate import Estimate, estimate
from analysis.explain.transmission.chains import ENTRIES, Step, chain_of, entry_of, pushes_of, words
from analysis.explain.transmission.divergence import NEVER, Divergence
from analysis.explain.transmission.parents import POLICY, UNKNOWN, Edges, descent, edges_of, forest
from analysis.folder import MONTH
from analysis.wording import interval

GIVERS = ("policy", "defaulters", "others", "unknown")
AT_LENDERS = ("cut", "rules", "refused", "tighter", "looser")  # what lenders do to a person
MOST_CUTS = 20  #: the most contagious cuts that are kept of each seed


@dataclass(frozen=True)
class Transmission:
    """The defaults that only the reform of one seed has: chains, who handed them on, the forest; in order of month.

    who: ids; month, product: of the default; onset: when the spell of lateness behind it began; entry: index in
    ENTRIES; cause: why the first bill of that spell was missed; crossed: lenders cut, tightened or loosened on the
    person before, and the default is at none of them; chains: Steps of each; edges: who handed what to whom; parent: id
    of the heaviest infectious giver, -1 for a root; share: its weight, which is small where many give; generation: 1
    for a root; avoided: months of those who default in the baseline only, of whom the policy never cut avoided_uncut;
    cut: ids of those whom the policy cut, the most contagious first; descent: weights of the defaults that descend from
    each, its own not counted; cut_chains: Steps of the first MOST_CUTS. Months count from the start of the run.
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
    avoided: np.ndarray
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

    def date(self, month):
        """Months from the start of the run as dates. month: a number or an array."""
        return np.datetime64(self.start, "M") + month * MONTH

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
        self.reform = None

    def each_month(self, baseline, models: Sequence) -> None:
        """Compare the worlds after a month.

        baseline, models: as ``Twins.play`` gives them, the reform first. Worlds that are played in later turns, without
        the reform that was seen first, are passed over.
        """
        if self.log is None:
            self.log, self.reform = Divergence(*models[0].market.lines.shape), models[0]
        if models[0] is self.reform:
            self.log.note(baseline, models[0])

    def finish(self, baseline, reform) -> Transmission:
        """What was handed on up to now.

        baseline, reform: models, as ``Twins.play`` gives them to a measure. Returns a Transmission. Raises ValueError
        if no month has been watched.
        """
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
            avoided=log.defaulted_there[log.avoided].astype(int),
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
        "avoided": lambda one: len(one.avoided),
        "caused, never cut": lambda one: one.uncut,
        "avoided, never cut": lambda one: one.avoided_uncut,
        "R": lambda one: one.reproduction,
        "uncut per cut default": lambda one: one.per_cut_default,
        "depth": lambda one: one.depth,
        "most contagious": lambda one: one.descent.max(initial=0.0),
        "crossed": lambda one: _ratio(one.crossed.sum(), len(one.who)),
        **{f"entry: {entry}": lambda one, entry=entry: one.part(entry) for entry in ENTRIES},
        **{f"blame: {giver}": lambda one, giver=giver: one.weight_on(giver) for giver in GIVERS},
    }
    values = {name: np.array([measure(one) for one in found], float) for name, measure in measures.items()}
    return {name: estimate(column[np.isfinite(column)]) for name, column in values.items()}


def sentences(found: Sequence[Transmission]) -> list[str]:
    """Plain sentences, four at most: how chains begin, how far they reach, how much is only moved, the worst cut."""
    total = summary(found)
    if not sum(len(one.who) for one in found):
        return ["No person defaults only in the reform, so nothing was handed on."]
    seeds = f"{len(found)} seed{'s' if len(found) > 1 else ''}"
    parts = sorted(ENTRIES, key=lambda entry: -total[f"entry: {entry}"].mean)
    begins = [
        f"{100 * total[f'entry: {e}'].mean:.0f} % {ENTRIES[e]}" for e in parts if total[f"entry: {e}"].mean >= 0.005
    ]
    told = [
        f"Of the {total['caused'].mean:.0f} people (mean of {seeds}) who default only in the reform, chains begin with:"
        f" {', '.join(begins)}; {100 * total['crossed'].mean:.0f} % default with a lender that had not cut or refused"
        " them.",
        f"The effective reproduction number is {interval(total['R'], signed=False)}: so many further defaults each one"
        f" hands on through lenders, jobs and friends, in at most {max(one.depth for one in found)} generations;"
        f" another {100 * total['blame: others'].mean:.0f} % of the blame is on people who were late or bought less and"
        " do not default themselves.",
        f"{total['caused, never cut'].mean:.1f} of these people were never cut themselves, and"
        f" {total['avoided, never cut'].mean:.1f} such people default only in the baseline: only what the first number"
        " has above the second is added harm, the rest is default moved from one person to another.",
    ]
    one = max(found, key=lambda one: one.descent.max(initial=0.0))
    if one.descent.max(initial=0.0) > 0.0:
        told.append(
            f"From the most contagious cut, {one.descent[0]:.2f} defaults descend (seed {one.seed}, borrower"
            f" {one.cut[0]}): {one.words(one.cut_chains[0])}."
        )
    return told


def tables(found: Sequence[Transmission]) -> dict[str, dict[str, np.ndarray]]:
    """Tables ready to be written: ``chains`` (a row per excess default), ``contagious`` (per cut from which defaults
    descend), ``handed`` (per default and giver), ``tree`` (per seed).

    found: one Transmission per seed. Returns table -> column -> values; months are dates, text is str, weights and
    shares 0-1. A giver or parent below 0 is no person: -1 the policy (in chains: a root), -2 unknown.
    """
    made = {name: [table(one) for one in found] for name, table in TABLES.items()}
    return {name: {key: np.concatenate([np.asarray(part[key]) for part in parts]) for key in parts[0]}
            for name, parts in made.items()}  # fmt: skip


def _chains_table(t: Transmission) -> dict:
    names = np.array(t.names)
    return {
        "seed": np.full(len(t.who), t.seed),
        "borrower": t.who,
        "month": t.date(t.month),
        "platform": names[t.product, 0],
        "product": names[t.product, 1],
        "entry": np.array(list(ENTRIES))[t.entry],
        "cause": np.array(t.cause, str),
        "crossed": t.crossed,
        "chain": np.array([t.words(chain) for chain in t.chains], str),
        "steps": np.array([len(chain) for chain in t.chains], int),
        "generation": t.generation,
        "parent": t.parent,
        "weight": t.share,
    }


def _contagious_table(t: Transmission) -> dict:
    count = int((t.descent[:MOST_CUTS] > 0.0).sum())
    return {
        "seed": np.full(count, t.seed),
        "borrower": t.cut[:count],
        "descent": t.descent[:count],
        "defaults": np.isin(t.cut[:count], t.who),
        "chain": np.array([t.words(chain) for chain in t.cut_chains[:count]], str),
    }


def _handed_table(t: Transmission) -> dict:
    edges = t.edges
    kinds = np.array(list(ENTRIES))
    ways, which = np.unique(np.column_stack([edges.through, edges.place]), axis=0, return_inverse=True)
    places = np.array([t.via(kinds[entry], int(place)) for entry, place in ways], str)
    return {
        "seed": np.full(len(edges.child), t.seed),
        "borrower": edges.child,
        "giver": edges.parent,
        "weight": edges.weight,
        "through": kinds[edges.through],
        "place": places[which.ravel()],
        "month": t.date(edges.month),
        "infectious": edges.infectious,
    }


def _tree_table(t: Transmission) -> dict:
    found = summary([t])
    return {
        "seed": np.full(len(found), t.seed),
        "measure": np.array(list(found)),
        "value": np.array([one.mean for one in found.values()]),
    }


TABLES = {"chains": _chains_table, "contagious": _contagious_table, "handed": _handed_table, "tree": _tree_table}
