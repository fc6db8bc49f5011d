"""What the stylised facts are measured with: arithmetic on arrays, knowing nothing of how they were played."""

import numpy as np

from analysis.validation.book import in_default, on_book, owed, ratio
from sim.line import CHARGED_OFF, DEFAULT_MONTHS, FROZEN, IN_PLAN, SOLD
from sim.record import BUCKETS


def claims(lines) -> np.ndarray:
    """What is still owed on each charged-off or sold line, in fen; in the shape of ``lines``."""
    gone = (lines["state"] == CHARGED_OFF) | (lines["state"] == SOLD)
    return np.where(gone, lines["revolving"].astype(np.int64), 0)


def is_late(lines) -> np.ndarray:
    """Who is late with a payment on any line, bool [people]."""
    return (on_book(lines) & (lines["months_past_due"] > 0) & (owed(lines) > 0)).any(1)


def by_platform(line_values, platform_of) -> np.ndarray:
    """Whether anything holds at each platform: bool [people, platforms] from values [people, lines].

    line_values: numbers or bools, 0 is nothing; platform_of: index of the platform of each line.
    """
    held = np.zeros((len(line_values), int(max(platform_of)) + 1), bool)
    for k, platform in enumerate(platform_of):
        held[:, platform] |= line_values[:, k] != 0
    return held


def registrations(lines, platform_of) -> np.ndarray:
    """At how many platforms each person is registered as a bad debtor, int [people].

    A platform registers a person as long as anything owed to it is more than 90 days late, or was charged off and is
    neither repaid nor settled in a workout.

    lines: records [people, lines]; platform_of: index of the platform of each line.
    """
    unpaid = in_default(lines) & (owed(lines) + claims(lines) > 0)
    return by_platform(unpaid & (lines["settled"] == 0), platform_of).sum(1)


def multiplicity(registered) -> tuple[float, float]:
    """Share of delinquent people registered by two or more lenders, and registrations per delinquent person.

    registered: registrations of each delinquent person, at least 1. nan if nobody is delinquent.
    """
    if not registered.size:
        return np.nan, np.nan
    return float((registered >= 2).mean()), float(registered.mean())


def mean_step(counts) -> float:
    """How many people have n + 1 lenders per person with n, in the mean of all steps: a geometric count has one ratio.

    (last count / first count) ^ (1 / steps), the geometric mean of the ratios of neighbours.

    counts: people with 1, 2, 3, ... lenders. nan where there is nobody to divide by.
    """
    first, *_, last = counts
    return float((last / first) ** (1 / (len(counts) - 1))) if first > 0 else np.nan


def default_counts(lenders, defaulted, most=4) -> tuple[np.ndarray, np.ndarray]:
    """People, and how many of them default, by number of lenders 1, 2, ..., ``most`` or more.

    lenders: int [people], at the start; defaulted: bool [people], within the year after.
    """
    group = np.minimum(lenders, most)
    people = np.bincount(group, minlength=most + 1)[1:]
    return people, np.bincount(group[defaulted], minlength=most + 1)[1:]


def per_extra(people, defaults) -> float:
    """By what each further lender multiplies the default rate: exp(slope) of ln(rate) on the number of lenders.

    Least squares with the number of defaults as weights, since the variance of ln(rate) is about 1 / defaults.

    people, defaults: by number of lenders from 1 on. nan with defaults at fewer than two numbers of lenders.
    """
    people, defaults = np.asarray(people, float), np.asarray(defaults, float)
    seen = defaults > 0
    if seen.sum() < 2:
        return np.nan
    lenders = 1.0 + np.flatnonzero(seen)
    rates = np.log(defaults[seen] / people[seen])
    return float(np.exp(np.polyfit(lenders, rates, 1, w=np.sqrt(defaults[seen]))[0]))


def falls(values) -> float:
    """How many steps of a sequence fall or stand still, where each should rise; nan if a value is missing."""
    values = np.asarray(values, float)
    return float((np.diff(values) <= 0).sum()) if np.isfinite(values).all() else np.nan


def vintage(ages, weights, oldest) -> np.ndarray:
    """Cumulative defaults of a set of vintages by months on book: [age] from 0 to ``oldest``, in the unit of weights.

    ages: months on book of each default; weights: what each counts.
    """
    ages, weights = np.asarray(ages), np.asarray(weights, float)
    seen = ages <= oldest
    return np.cumsum(np.bincount(ages[seen], weights=weights[seen], minlength=oldest + 1))


def hazard(cumulative, opened) -> np.ndarray:
    """Defaults of each month on book per line not in default before: [age]; lines that were closed are not known of.

    cumulative: lines in default by age, from age 0; opened: lines.
    """
    cumulative = np.asarray(cumulative, float)
    before = np.concatenate([[0.0], cumulative[:-1]])
    return (cumulative - before) / np.maximum(1.0, opened - before)


def peak(values, window=3) -> float:
    """Index of the largest value of a sequence after a centred moving average; nan if nothing is above 0."""
    smooth = np.convolve(values, np.ones(window) / window, mode="same")
    return float(smooth.argmax()) if smooth.max() > 0 else np.nan


def lost_in_the_end(moves) -> np.ndarray:
    """The part of a balance in each bucket that is charged off before it is current again: a Markov chain's absorption.

    loss = moves to charged-off + sum over late buckets of moves * loss, moves as shares of what was in the bucket.

    moves: balance [from bucket, to bucket] in the order of ``record.BUCKETS``. Returns shares [bucket]; 0 for current.
    """
    late = slice(1, len(BUCKETS) - 1)
    share = moves / np.maximum(1.0, moves.sum(1, keepdims=True))
    loss = np.zeros(len(BUCKETS))
    inside = share[late, late]
    loss[late] = np.linalg.lstsq(np.eye(len(inside)) - inside, share[late, -1], rcond=None)[0]
    loss[-1] = 1.0
    return loss


def lag(leader, follower, most=12) -> float:
    """Months by which the follower runs behind the leader: the lag, 0 to ``most``, of the highest correlation.

    leader, follower: by month, equally long. nan if one of them never moves.
    """
    found = []
    for months in range(most + 1):
        one, other = np.asarray(leader[: len(leader) - months]), np.asarray(follower[months:])
        moves = len(one) > 2 and one.std() > 0 and other.std() > 0
        found.append(np.corrcoef(one, other)[0, 1] if moves else -np.inf)
    return float(np.argmax(found)) if np.isfinite(found).any() else np.nan


def log_elasticity(response, cause) -> float:
    """ln(response) / ln(cause), both as multiples of what they were; nan where one is 0 or the cause stands still."""
    if not (response > 0 and cause > 0 and cause != 1.0):
        return np.nan
    return float(np.log(response) / np.log(cause))


def triangles(offsets, neighbours) -> np.ndarray:
    """All groups of three people who are friends of each other, int [groups, 3], each once.

    offsets, neighbours: friends of person i are ``neighbours[offsets[i]:offsets[i + 1]]``, in rising order.
    """
    found = []
    for person in range(len(offsets) - 1):
        friends = neighbours[offsets[person] : offsets[person + 1]]
        friends = friends[friends > person]
        for a, one in enumerate(friends):
            known = neighbours[offsets[one] : offsets[one + 1]]
            found += [(person, one, other) for other in friends[a + 1 :] if other in known]
    return np.array(found, np.int64).reshape(-1, 3)


def collective(bad, groups) -> float:
    """How much more often whole groups are bad than if people were so independently: share of groups / p ^ size.

    bad: bool [people]; groups: int [groups, size]. nan if nobody is bad or there are no groups.
    """
    share = bad.mean()
    return ratio(bad[groups].all(1).mean(), share ** groups.shape[1]) if len(groups) and share > 0 else np.nan


class Insolvencies:
    """People with several lenders as they become insolvent: more than half of what they owe is more than 90 days late.

    What they owe includes charged-off claims. Those who *jump* had nothing so late in any month before.
    """

    def __init__(self, people: int, platform_of):
        """Nobody is late yet; people: how many; platform_of: index of the platform of each line."""
        self._platform_of = platform_of
        self._late_before = np.zeros(people, bool)
        self._insolvent = np.zeros(people, bool)
        self._jumped: list[np.ndarray] = []
        self._loans: list[np.ndarray] = []

    def look(self, lines, count=True) -> None:
        """Take a month end into account; count: whether insolvencies of this month are kept."""
        balance, gone = owed(lines), claims(lines)
        late = gone + np.where(lines["months_past_due"] >= DEFAULT_MONTHS, balance, 0)
        debts = balance + gone
        now = 2 * late.sum(1) > debts.sum(1)
        fresh = now & ~self._insolvent & (by_platform(debts, self._platform_of).sum(1) >= 2)
        if count:
            self._jumped.append(~self._late_before[fresh])
            self._loans.append((debts[fresh] > 0).sum(1))
        self._insolvent |= now
        self._late_before |= (late > 0).any(1)

    def shares(self) -> tuple[float, float]:
        """Share of insolvencies that came at a jump, and loans of those per loan of the others; nan without any."""
        jumped = np.concatenate([np.zeros(0, bool), *self._jumped])
        loans = np.concatenate([np.zeros(0), *self._loans])
        if not jumped.size:
            return np.nan, np.nan
        held = ratio(loans[jumped].mean(), loans[~jumped].mean()) if 0 < jumped.sum() < jumped.size else np.nan
        return float(jumped.mean()), held


class CashOwed:
    """Cash debt on each line, told from goods bought by instalments on the same line.

    All that is owed on a line that pays for nothing is cash. On the others all instalment principal falls by one part
    in so many months left, so cash(t) = cash(t - 1) * (1 - 1 / months left) + drawn(t).
    """

    def __init__(self, lines, pays):
        """lines: records at the month end before the first; pays: whether each line pays for purchases, bool [lines].

        No cash is known of on lines that pay, so look from a longest term before it counts.
        """
        self._pays = np.asarray(pays, bool)
        self._mixed = np.zeros(lines.shape)
        self._left = lines["instalments_left"].copy()

    def look(self, lines, drawn) -> np.ndarray:
        """Cash owed on each line at this month end, fen [people, lines]; drawn: fen drawn this month."""
        self._mixed = self._mixed * (1.0 - 1.0 / np.maximum(1, self._left)) + drawn
        self._mixed = np.minimum(self._mixed, lines["instalment"])
        self._left = lines["instalments_left"].copy()
        return np.where(self._pays, np.where(on_book(lines), self._mixed, 0.0), owed(lines))


def rewritten_over_late(lines) -> float:
    """Debt 30 or more days late or rewritten, per debt 30 or more days late; nan if nothing is late."""
    debts = owed(lines)
    late = lines["months_past_due"] >= BUCKETS.index("M2")
    rewritten = lines["state"] == IN_PLAN
    return ratio(debts[late | rewritten].sum(), debts[late].sum())


class Rewritten:
    """Lines in hardship plans: how many of those agreed from now on are broken within half a year.

    lines: as they stand; plans that run already are not followed. Broken is two payments missed, more than 30 days late
    (``sim/rules/negotiate.py``).
    """

    WITHIN = 6  # months

    def __init__(self, lines):
        self._since = np.full(lines.shape, -1)
        self._older = lines["state"] == IN_PLAN
        self._month = 0
        self.agreed = self.broken = 0

    def look(self, lines, follow=True) -> None:
        """Take a month end into account; follow: whether plans agreed this month are followed, too."""
        planned = lines["state"] == IN_PLAN
        failed = (self._since >= 0) & (lines["state"] == FROZEN)
        self.broken += int((failed & (self._month - self._since <= self.WITHIN)).sum())
        self._since[~planned] = -1
        self._older &= planned
        if follow:
            fresh = planned & (self._since < 0) & ~self._older
            self.agreed += int(fresh.sum())
            self._since[fresh] = self._month
        self._month += 1
