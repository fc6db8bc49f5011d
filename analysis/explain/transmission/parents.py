"""Parents: who handed a default on, with what weight, and what grows out of it: a forest and descending weights.

The pushes that came no later than the first missed bill of the spell that ended in default share the blame equally.
Each share is handed to whoever stands behind the push:

- a cut, and rules that bind: the policy;
- a job: the customers of the shop, in proportion to how much less each spent than in the baseline up to the month
  before, smoothed as shops smooth their sales;
- a lender's state: people 30 or more days late with it in the reform only, in proportion to balance and months, as far
  as its delinquency rose through late balances; the rest, where the book shrank, is the policy's if the policy cut
  lines of that lender;
- friends: those in default in the reform only, equally;
- trust: nobody known.

What cannot be traced is unknown. The weights of a default add up to 1. This is bookkeeping of who stood upstream, not
an experiment: freezing a channel is the experiment.
"""

from dataclasses import dataclass

import numpy as np

from analysis.explain.transmission.chains import ENTRIES, PUSHES, Step
from analysis.explain.transmission.divergence import NEVER, Divergence

POLICY, UNKNOWN = -1, -2  #: givers that are not people
NOBODY = (np.zeros(0, int), np.zeros(0))
NOBODY_KNOWN = (np.array([UNKNOWN]), np.ones(1))
BY_POLICY = (np.array([POLICY]), np.ones(1))


@dataclass(frozen=True)
class Edges:
    """Who handed what to whom: one row per default, push and giver; the weights of one default add up to 1.

    child: person who defaults; parent: person, POLICY or UNKNOWN; weight: share; through: index in ENTRIES; place: the
    shop of a job, the platform of a lender's push, otherwise -1; month: of the push; infectious: 1 if the parent is an
    excess default too and already stood in its last spell of lateness.
    """

    child: np.ndarray
    parent: np.ndarray
    weight: np.ndarray
    through: np.ndarray
    place: np.ndarray
    month: np.ndarray
    infectious: np.ndarray


def edges_of(log: Divergence, market, pushes: dict[int, list[Step]]) -> Edges:
    """Hand on the default of everybody.

    log: what differs between the worlds; market: the reform's, for who shops where and who is whose friend; pushes:
    person -> pushes that count.
    """
    sources = _Sources(log, market)
    kinds = list(ENTRIES)
    parts = []  # of the columns of Edges, one for each push
    for child, steps in pushes.items():
        for step in steps:
            entry = PUSHES[step.kind]
            place = step.shop if entry == "job" else int(sources.lender[step.line]) if entry == "lender" else -1
            givers, shares = sources.behind(child, step)
            parts.append((child, givers, shares / len(steps), kinds.index(entry), place, step.month))
        if not steps:
            parts.append((child, *NOBODY_KNOWN, kinds.index("unknown"), -1, int(log.spell[child])))
    sizes = [len(part[1]) for part in parts]
    child, through, place, month = (np.repeat(np.array([part[c] for part in parts], int), sizes) for c in (0, 3, 4, 5))
    parent = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, int)
    weight = np.concatenate([part[2] for part in parts]) if parts else np.zeros(0)
    sick = np.isin(parent, log.caused) & (log.spell[np.maximum(parent, 0)] < month)
    return Edges(child, parent, weight, through, place, month, sick)


class _Sources:
    """The people behind each kind of push."""

    def __init__(self, log, market):
        self.log, self.market = log, market
        self.lender = market.products["platform"].astype(int)
        self.cutters = set(self.lender[(log.first["cut"] != NEVER).any(axis=0)].tolist())
        self._known = {}

    def behind(self, child, step):
        """Givers and their shares, which add up to 1; nobody hands a default to himself."""
        if step.kind in ("cut", "rules"):
            return BY_POLICY
        if step.kind == "job":
            givers, shares = self._once(("shop", step.shop, step.month), lambda: self._customers(step.shop, step.month))
        elif PUSHES[step.kind] == "lender":
            platform = int(self.lender[step.line])
            key = (platform, step.month, step.kind == "looser")
            givers, shares = self._once(key, lambda: self._lender(platform, step))
        elif step.kind == "friends":
            givers, shares = self._friends(child, step.month)
        else:
            givers, shares = NOBODY
        others = givers != child
        return (givers[others], shares[others] / shares[others].sum()) if others.any() else NOBODY_KNOWN

    def _once(self, key, work):
        if key not in self._known:
            self._known[key] = work()
        return self._known[key]

    def _before(self, month) -> int:
        """How many months had been noted when this one began."""
        return month - self.log.months[0]

    def _customers(self, shop, month):
        noted = self._before(month)
        if shop < 0 or noted == 0:
            return NOBODY
        people = np.flatnonzero((self.market.shops == shop).any(axis=1))
        visits = (self.market.shops[people] == shop).sum(axis=1)
        return _in_proportion(people, self.log.less_spent[noted - 1][people].astype(float) * visits)

    def _lender(self, platform, step):
        """Late payers have their part of the rise in delinquency; nobody is named where a lender is looser."""
        noted = self._before(step.month)
        rise = sum(month[:, platform] for month in self.log.delinquency[:noted])
        sign = -1.0 if step.kind == "looser" else 1.0
        by_people, by_book = np.maximum(0.0, sign * rise) if noted else (0.0, 0.0)
        people, shares = NOBODY
        if step.kind != "looser" and by_people > 0.0:
            owed = np.zeros(len(self.market.borrowers))
            for who, lender, fen in self.log.late[:noted]:
                np.add.at(owed, who[lender == platform], fen[lender == platform])
            people, shares = _in_proportion(np.arange(len(owed)), owed)
        part = by_people / (by_people + by_book) if len(people) else 0.0
        rest = POLICY if by_book > 0.0 and platform in self.cutters else UNKNOWN
        givers, weights = np.append(people, rest), np.append(shares * part, 1.0 - part)
        return givers[weights > 0.0].astype(int), weights[weights > 0.0]

    def _friends(self, child, month):
        offsets = self.market.friend_offsets
        friends = self.market.friends[offsets[child] : offsets[child + 1]].astype(int)
        log = self.log
        there = (log.defaulted_there[friends] != NEVER) & (log.defaulted_there[friends] <= month)
        here = (log.defaulted[friends] != NEVER) & (log.defaulted[friends] <= month)
        fallen = friends[here & ~there]
        return _in_proportion(fallen, np.ones(len(fallen)))


def _in_proportion(people, amounts):
    """Those with an amount above zero, and their shares of the sum; nobody if it is nothing to speak of."""
    amounts = np.maximum(0.0, amounts)
    some = amounts > 0.0
    return (people[some], amounts[some] / amounts.sum()) if amounts.sum() >= 1.0 else NOBODY


def forest(who: np.ndarray, edges: Edges) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each default the heaviest infectious giver, where people weigh more than policy and unknown together.

    who: ids of excess defaults. Returns parent (id, -1 for a root), its weight, and the generation: 1 for a root.
    An infectious giver was late before it pushed, and the one pushed later still, so there are no circles.
    """
    place = {int(person): i for i, person in enumerate(who)}
    parent, share = np.full(len(who), NEVER), np.zeros(len(who))
    by_people = np.bincount(edges.child, edges.weight * (edges.parent >= 0), minlength=who.max(initial=0) + 1)
    sick = edges.infectious & (by_people[edges.child] > 0.5)
    pairs, which = np.unique(np.column_stack([edges.child, edges.parent])[sick], axis=0, return_inverse=True)
    weights = np.bincount(which.ravel(), edges.weight[sick], minlength=len(pairs))
    for pair in np.argsort(weights, kind="stable"):  # the heaviest is written last
        i = place[int(pairs[pair, 0])]
        parent[i], share[i] = pairs[pair, 1], weights[pair]
    generation = np.ones(len(who), int)
    for i in range(len(who)):
        above = parent[i]
        while above >= 0:
            generation[i] += 1
            above = parent[place[int(above)]]
    return parent, share, generation


def descent(people: int, who: np.ndarray, edges: Edges) -> np.ndarray:
    """How many defaults descend from each person, in weights: own children, and theirs through infectious edges.

    D(j) = sum over children i of weight(i, j) * (1 + D(i)), where D(i) counts infectious edges only, so that nobody
    descends from himself. people: how many there are. Returns D [borrower].
    """
    infected, total = np.zeros(people), np.zeros(people)
    for month in np.unique(edges.month)[::-1]:  # children who were pushed last have had all of theirs
        now = (edges.month == month) & edges.infectious
        np.add.at(infected, edges.parent[now], edges.weight[now] * (1.0 + infected[edges.child[now]]))
    given = edges.parent >= 0
    np.add.at(total, edges.parent[given], edges.weight[given] * (1.0 + infected[edges.child[given]]))
    return total
