"""Network measures: how lenders hang together through borrowers they share, and how far defaults cluster.

Pure functions of arrays, small enough to be worked by hand. Nothing here knows about worlds or months.
"""

import itertools
from dataclasses import dataclass

import numpy as np

LOSS = 0.8  #: of an unsecured balance in default, the share lost: middle of 70-90 % (usual range, from memory)
SMALLEST = 1e-12  #: distress that is too small to be passed on further
MOST_ROUNDS = 10_000  #: of passing distress on, if weights are such that it hardly fades


def shared_borrowers(owed) -> np.ndarray:
    """How many people owe both of two platforms; on the diagonal, how many owe one.

    people_pq = sum over persons i of 1[owed_ip > 0] * 1[owed_iq > 0]: the borrower-platform graph projected on
    platforms. owed: fen [person, platform]. Returns counts [platform, platform].
    """
    owes = (np.asarray(owed) > 0).astype(np.int64)
    return owes.T @ owes


def shared_balance(owed) -> np.ndarray:
    """What people who owe q owe to p: fen [p, q]; on the diagonal the whole book of p.

    balance_pq = sum over persons i of owed_ip * 1[owed_iq > 0]. owed: fen [person, platform].
    """
    owed = np.asarray(owed, dtype=np.int64)
    return owed.T @ (owed > 0).astype(np.int64)


def exposure(owed, extra_default, capital, own_share, loss=LOSS) -> np.ndarray:
    """Share of its capital that p loses if q closes: the shared-borrower weights W [p, q], nothing on the diagonal.

    W_pq = min(1, loss * own share_p * pi_q * shared balance_pq / capital_p). The balance that p shares with q is what
    its borrowers who also owe q owe to p; pi_q is the extra chance that such a person defaults elsewhere once q closes
    (one number for everybody who owes q; a negative one spreads nothing). A platform without capital loses all of it.

    owed: fen [person, platform]; extra_default: share [platform]; capital: fen [platform]; own_share: the part of each
    loan that the platform bears itself [platform]; loss: share of a balance in default that is lost.

    Source: shared-borrower form of the interbank weights of Battiston, Puliga, Kaushik, Tasca and Caldarelli 2012.
    """
    spread = np.maximum(0.0, np.nan_to_num(np.asarray(extra_default, dtype=float)))
    lost = loss * np.asarray(own_share, dtype=float)[:, None] * spread * shared_balance(owed)
    np.fill_diagonal(lost, 0.0)
    return of_capital(lost, capital)


def of_capital(lost, capital) -> np.ndarray:
    """Losses as shares of the capital of whoever bears them, at most all of it.

    lost: fen [p, q], negative for gains; capital: fen [p], nothing or less where it is gone: any loss is all of it.
    """
    capital = np.asarray(capital, dtype=float)[:, None]
    left = capital > 0
    return np.minimum(1.0, np.where(left, lost / np.where(left, capital, 1.0), lost > 0))


def debt_rank(weights, shock) -> np.ndarray:
    """How much of its capital each platform has lost once distress has passed through the network: h [platform].

    h_p(t+1) = min(1, h_p(t) + sum_q W_pq (h_q(t) - h_q(t-1))), from h(0) = 0 and h(1) = shock: each platform passes
    on all that it has lost since it last passed something on. Added up, that is h_p = min(1, shock_p + sum_q W_pq h_q),
    which is how it is worked out; it never falls if a weight or a shock rises.

    weights: shares [p, q], not negative; shock: shares of capital lost at first [platform].
    Source: differential DebtRank of Bardoscia, Battiston, Caccioli and Caldarelli 2015, after Battiston et al. 2012.
    """
    shock = np.minimum(1.0, np.asarray(shock, dtype=float))
    distress = shock
    for _ in range(MOST_ROUNDS):
        further = np.minimum(1.0, shock + weights @ distress)
        if np.max(further - distress, initial=0.0) < SMALLEST:
            break
        distress = further
    return distress


def impact(weights, book) -> np.ndarray:
    """DebtRank of each platform: what its closing does to the others, as a share of the whole market [platform].

    R_q = sum over p other than q of h_p * book_p / sum of all books, where q alone is shocked with 1. Platforms count
    by their books, their relative economic value in the words of the source.

    weights: shares [p, q]; book: fen [platform]. nan where nobody owes anything. Source: Battiston et al. 2012.
    """
    return weighed(np.transpose([debt_rank(weights, closed) for closed in np.eye(len(book))]), book)


def weighed(lost, book) -> np.ndarray:
    """What the others lose if each platform closes, those others counted by their books [platform].

    sum over p other than q of lost_pq * book_p / sum of all books. lost: shares of capital [p, q]; book: fen [p].
    """
    return (np.asarray(lost) * (1 - np.eye(len(book)))).T @ _share_of_all(book)


def amplification(weights, book, shock=0.005) -> float:
    """Loss after distress has spread against the loss at first, if every platform loses the same share of its capital.

    sum_p h_p book_p / sum_p shock book_p; 1 is a market in which nothing spreads. Arguments as for ``impact``; shock:
    share of capital. Source: Bardoscia et al. 2015, who report 3 in calm times and 6 in a crisis for banks.
    """
    value = _share_of_all(book)
    return float(debt_rank(weights, np.full(len(value), shock)) @ value / shock)


def _share_of_all(book) -> np.ndarray:
    book = np.asarray(book, dtype=float)
    return book / book.sum() if book.sum() > 0 else np.full(len(book), np.nan)


@dataclass(frozen=True)
class Centre:
    """The platforms at the centre of the network, and how well the pattern of a centre fits it (1 is perfectly)."""

    platforms: tuple[int, ...]
    fit: float


def find_centre(people) -> Centre:
    """Which platforms are the centre to which the others are tied, but not to each other: a core and its periphery.

    Of all ways to divide the platforms into a core and at least two others, the one whose ideal pattern (1 for a pair
    with a platform of the core in it, 0 for a pair of others) correlates best with the number of shared borrowers,
    over all pairs; of equal ones the smallest. Platforms are few, so all ways are tried.

    people: counts [platform, platform]. Nobody and nan with fewer than three platforms or if all pairs are alike.
    Source: Borgatti and Everett 2000, Models of core/periphery structures (discrete model).
    """
    people = np.asarray(people, dtype=float)
    count = len(people)
    pairs = np.triu_indices(count, 1)
    ties = people[pairs]
    best = Centre((), float("nan"))
    if count < 3 or np.ptp(ties) == 0:
        return best
    for size in range(1, count - 1):
        for chosen in itertools.combinations(range(count), size):
            inside = np.isin(np.arange(count), chosen)
            ideal = inside[pairs[0]] | inside[pairs[1]]
            fit = float(np.corrcoef(ties, ideal)[0, 1])
            if not best.platforms or fit > best.fit + SMALLEST:
                best = Centre(chosen, fit)
    return best


def registrations_per_person(in_default) -> float:
    """Platforms to which a person in default is in default, on average: the multiplicity of default.

    in_default: yes or no [person, platform]. nan if nobody is. In Korea's register it rose from 2.7 (end of 2001) to
    4.2 (mid-2003).
    """
    in_default = np.asarray(in_default, dtype=bool)
    return _ratio(in_default.sum(), in_default.any(axis=1).sum())


def clustering_within_people(exposed, in_default) -> float:
    """How many times more registrations a person in default has than if platforms' defaults fell independently.

    Each platform keeps its rate r_p = people in default there / people exposed there, and its number of defaults; drawn
    independently they would hit sum_i (1 - product over the platforms p of person i of (1 - r_p)) people. Ratio =
    that number / the people who are in default. 1 is independence; nan if nobody is in default.

    exposed: who owes there or is in default there, yes or no [person, platform]; in_default: the same shape.
    """
    exposed, in_default = np.asarray(exposed, dtype=bool), np.asarray(in_default, dtype=bool)
    rate = in_default.sum(axis=0) / np.maximum(1, exposed.sum(axis=0))
    spared = np.where(exposed, 1.0 - rate, 1.0).prod(axis=1)
    return _ratio((1.0 - spared).sum(), in_default.any(axis=1).sum())


def clustering_among_friends(offsets, friends, in_default, group) -> float:
    """How many times more pairs of friends are both in default than if defaults fell by chance within groups.

    Expected pairs = sum over pairs of friends of the chance that both are hit if each group g keeps its D_g defaults
    and these are dealt out anew among its n_g people: D_g D_h / (n_g n_h) in different groups,
    D_g (D_g - 1) / (n_g (n_g - 1)) in the same. Ratio = pairs observed / expected; nan if none is expected.

    offsets, friends: each person's friends, friendship by friendship in both directions; in_default: yes or no
    [person]; group: whole numbers [person], for instance of income and number of lenders.
    Source: collective against independent default as compared for borrower groups in India, where groups failed as a
    whole six times as often (21.6 against 3.7 %).
    """
    one = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    once = one < friends
    one, other = one[once], np.asarray(friends)[once]
    in_default = np.asarray(in_default, dtype=bool)
    group = np.unique(group, return_inverse=True)[1]
    people = np.bincount(group).astype(float)
    hit = np.bincount(group, weights=in_default)
    g, h = group[one], group[other]
    same = g == h
    chance = (hit[g] / people[g]) * (hit[h] - same) / np.maximum(1.0, people[h] - same)
    return _ratio((in_default[one] & in_default[other]).sum(), chance.sum())


def cross_default_share(debt, in_default) -> float:
    """Of what people in default owe, to anybody, the share owed by those in default at two platforms or more.

    debt: fen [person, platform], claims on charged-off lines included; in_default: yes or no [person, platform].
    nan if people in default owe nothing.
    """
    debt = np.asarray(debt, dtype=np.int64).sum(axis=1)
    places = np.asarray(in_default, dtype=bool).sum(axis=1)
    return _ratio(debt[places >= 2].sum(), debt[places >= 1].sum())


def _ratio(part, whole) -> float:
    return float(part / whole) if whole > 0 else float("nan")
