"""The network of lenders in a world: read from it and measured.

What one lender's closing does to the borrowers it shares is not assumed: worlds are played in which it closes.
"""

from dataclasses import dataclass, replace

import numpy as np

from analysis.explain.lines import amounts, on_book, owed
from analysis.explain.network import measures
from analysis.explain.twins import Case, Twins, World
from sim.line import CHARGED_OFF, DEFAULT_MONTHS, SOLD

YEAR = 12  #: months after a lender closes in which defaults elsewhere are counted
MOST_LENDERS = 4  #: numbers of lenders are told apart up to so many


@dataclass(frozen=True)
class Network:
    """Who owes whom at the end of a month."""

    platforms: tuple[str, ...]
    owed: np.ndarray  # on the book, fen [person, platform]
    debt: np.ndarray  # claims on charged-off lines included, fen [person, platform]
    in_default: np.ndarray  # yes or no [person, platform]
    capital: np.ndarray  # own capital, fen [platform]
    own_share: np.ndarray  # part of each loan that it bears itself [platform]
    online: np.ndarray  # lends online, yes or no [platform]
    quintile: np.ndarray  # of income at the first month, 0-4 [person]
    offsets: np.ndarray  # of each person's friends [person + 1]
    friends: np.ndarray  # ids

    @property
    def book(self) -> np.ndarray:
        """What each platform is owed, fen [platform]."""
        return self.owed.sum(axis=0)

    def weights(self, extra_default) -> np.ndarray:
        """Shared-borrower exposures, shares of capital [p, q]: ``measures.exposure``."""
        return measures.exposure(self.owed, extra_default, self.capital, self.own_share)


def read_network(model) -> Network:
    """Copy from a world what its network is at the end of the month played last.

    A person is in default at a platform with a line more than 90 days past due there, or one charged off while the
    default is on the bureau's record. model: a CreditModel.
    """
    market = model.market
    lines, people = market.lines, market.borrowers
    at = np.eye(len(model.platform_names), dtype=np.int64)[market.products["platform"]]  # [product, platform]
    held, amount = on_book(lines), amounts(lines)
    written_off = (lines["state"] == CHARGED_OFF) | (lines["state"] == SOLD)
    recorded = written_off & (amount > 0) & (people["bad_record"] > 0)[:, None]
    bad = (held & (lines["months_past_due"] >= DEFAULT_MONTHS)) | recorded
    return Network(
        platforms=tuple(model.platform_names),
        owed=owed(lines) @ at,
        debt=np.where(held | written_off, amount, 0) @ at,
        in_default=bad.astype(np.int64) @ at > 0,
        capital=np.array(market.platforms["capital"]),
        own_share=np.array(market.platforms["own_share"]),
        online=market.platforms["online"] > 0,
        quintile=np.array(people["quintile"]),
        offsets=market.friend_offsets,
        friends=market.friends,
    )


@dataclass(frozen=True)
class Closings:
    """What happens in the year after a platform closes, against the baseline, worlds played for each platform q."""

    extra_default: np.ndarray  # of people who owe q and another, those more who default elsewhere: share [q]
    loss: np.ndarray  # of p through all defaults that q's closing brings, share of capital [p, q]


@dataclass(frozen=True)
class Observed:
    """The network of one seed: in the month before the policy, at the end of both worlds, and what closings do."""

    before: Network
    baseline: Network
    reform: Network
    closings: Closings


def close_each(twins: Twins) -> tuple[Network, Closings]:
    """The network before the policy, and what would happen if each platform closed then.

    One world for each platform q: from the policy month on it takes nobody new and lets nobody draw; debts run off.
    pi_q = (people in default elsewhere within a year there, less those in the baseline) / people, among those who owed
    q and another platform in the month before. It is not assumed but measured, and the same people have the same luck
    in both worlds. loss_pq = loss * own share_p * (balances that go into default at p there, less those in the
    baseline) / capital_p, through whatever channel: what the shared-borrower formula should come to.

    twins: the worlds of one seed; if they differ from the start, the baseline is played up to the policy once more.
    Returns (Network, Closings).
    """
    case = twins.case
    if not case.branches:
        with Twins(replace(case, reform=case.baseline), twins.seed, twins.threads) as alike:
            return close_each(alike)
    before = read_network(twins.trunk)
    worlds = [_closing(case, platform) for platform in before.platforms]
    pairs = twins.play(worlds, lambda *models: [defaults_since(model, case.policy) for model in models], most=YEAR)
    extra = [extra_default(before.owed, q, *pair) for q, pair in enumerate(pairs)]
    more = np.transpose([closed.sum(axis=0) - baseline.sum(axis=0) for baseline, closed in pairs])
    lost = measures.LOSS * before.own_share[:, None] * more * (1 - np.eye(len(worlds)))
    return before, Closings(np.array(extra), measures.of_capital(lost, before.capital))


def _closing(case: Case, platform: str) -> World:
    """The baseline with one platform that stops lending when the policy would come."""
    from sim.policy import Change, month_date, month_number

    given, _ = case.given
    start = month_date(month_number(given["start"]) + case.policy)
    return World((*given["changes"], Change("closing", "platform_stop", 1, start, platform=platform)))


def defaults_since(model, since: int) -> np.ndarray:
    """What went into default at which platform since a month, fen [person, platform]; since: months from the start."""
    found = np.zeros((len(model.market.borrowers), len(model.platform_names)), dtype=np.int64)
    for month in model.history.months[since:]:
        event = month["events"]
        np.add.at(found, (event["borrower"], model.market.products["platform"][event["product"]]), event["balance"])
    return found


def extra_default(owed, q: int, baseline, closed) -> float:
    """Of people who owe q and another platform, how many more default at another once q has closed: a share.

    owed: fen [person, platform] before; baseline, closed: what went into default in the two worlds, the same shape.
    """
    owed = np.asarray(owed)
    shared = (owed[:, q] > 0) & ((owed > 0).sum(axis=1) >= 2)
    elsewhere = np.arange(owed.shape[1]) != q
    people = [(world[shared][:, elsewhere] > 0).any(axis=1).sum() for world in (closed, baseline)]
    return float((people[0] - people[1]) / shared.sum()) if shared.any() else float("nan")


def network_measures(network: Network, closings: Closings) -> dict[tuple[str, str, str], float]:
    """Every measure of one network: (name, platform, other platform) -> number; "" where there is none.

    The names are those of ``network_table.MEASURES``. network: a Network; closings: what closings have done.
    """
    weights = network.weights(closings.extra_default)
    found = {(name, "", ""): float(value) for name, value in _whole_market(network, weights).items()}
    rank = measures.impact(weights, network.book)
    people, balance = measures.shared_borrowers(network.owed), measures.shared_balance(network.owed)
    for q, platform in enumerate(network.platforms):
        found["borrowers", platform, ""] = _share(people[q, q], (network.owed > 0).any(axis=1).sum())
        found["DebtRank", platform, ""] = float(rank[q])
        for p, lender in enumerate(network.platforms):
            if p != q:
                found["shared borrowers", lender, platform] = _share(people[p, q], people[p, p])
                found["shared book", lender, platform] = _share(balance[p, q], balance[p, p])
                found["exposure", lender, platform] = float(weights[p, q])
    return found


def closing_measures(network: Network, closings: Closings) -> dict[tuple[str, str, str], float]:
    """The measures of closings themselves, in the same form.

    network: a Network of the month before; closings: what closings did from there.
    """
    played = measures.weighed(closings.loss, network.book)
    found = {}
    for q, platform in enumerate(network.platforms):
        found["extra default if it closes", platform, ""] = float(closings.extra_default[q])
        found["loss of others if it closes", platform, ""] = float(played[q])
        for p, lender in enumerate(network.platforms):
            if p != q:
                found["loss if the other closes", lender, platform] = float(closings.loss[p, q])
    return found


def _whole_market(network: Network, weights) -> dict[str, float]:
    owes = network.owed > 0
    exposed = owes | network.in_default
    lenders, online = owes.sum(axis=1), owes[:, network.online].sum(axis=1)
    groups = network.quintile * (MOST_LENDERS + 1) + np.minimum(MOST_LENDERS, exposed.sum(axis=1))
    anywhere = network.in_default.any(axis=1)
    among_friends = measures.clustering_among_friends(network.offsets, network.friends, anywhere, groups)
    return {
        "borrowers with two lenders": _share((lenders >= 2).sum(), (lenders >= 1).sum()),
        "borrowers with two online lenders": _share((online >= 2).sum(), (online >= 1).sum()),
        "debt of borrowers with two lenders": _share(network.owed[lenders >= 2].sum(), network.owed.sum()),
        "registrations per person in default": measures.registrations_per_person(network.in_default),
        "registrations against independence": measures.clustering_within_people(exposed, network.in_default),
        "friends in default against independence": among_friends,
        "debt of people in default at two lenders": measures.cross_default_share(network.debt, network.in_default),
        "amplification": measures.amplification(weights, network.book),
        "fit of a centre": measures.find_centre(measures.shared_borrowers(network.owed)).fit,
    }


def _share(part, whole) -> float:
    return float(part / whole) if whole > 0 else float("nan")
