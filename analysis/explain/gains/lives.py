"""Who gains and who loses: what a policy changes for each person, summed over groups fixed before it began.

Every person lives in both worlds. The effect on a person is what the reform's months come to less what the baseline's
do, in whole fen or whole people, so that the effects on the groups of any division add up to the total exactly.
"""

from dataclasses import dataclass

import numpy as np

from analysis.explain.lines import on_book, owed
from sim.chance import month_key
from sim.compiled import loop
from sim.line import CHARGED_OFF, SOLD, is_on_book
from sim.parameters import AGE_GROUPS, YEAR
from sim.record import SEGMENTS
from sim.score import score

DECILES = tuple(str(decile) for decile in range(1, 11))
LENDERS = SEGMENTS["lenders"]
EVERYONE, CELLS = "everyone", "decile and lenders"

#: How people are divided: by their state at the end of the month before the policy, the same in both worlds.
DIVISIONS = {
    EVERYONE: ("everyone",),
    "income decile": DECILES,  # by wage
    "age": SEGMENTS["age"],
    "lenders": LENDERS,  # platforms owed to
    "score": SEGMENTS["income"],  # fifths of the mean score
    "file": ("thin", "thick"),
    CELLS: tuple(f"{decile}, {lenders}" for decile in DECILES for lenders in LENDERS),
}

PER_THOUSAND, PER_MONTH, PER_PERSON = "per 1,000 people", "yuan per person and month", "yuan per person"
#: What is counted: (unit of its rate, meaning). Differences are reform less baseline.
OUTCOMES = {
    "caused": (PER_THOUSAND, "people whose first default is only in the reform"),
    "avoided": (PER_THOUSAND, "people whose first default is only in the baseline"),
    "excess": (PER_THOUSAND, "caused less avoided"),
    "cut": (PER_THOUSAND, "people of whom a limit was cut by policy, less those in the baseline"),
    "good_cut": (PER_THOUSAND, "of these, people who are in default in neither world, ever"),
    "good_refused": (PER_THOUSAND, "people in default in neither world who are refused more applications"),
    "good_accepted": (PER_THOUSAND, "people in default in neither world who are refused fewer applications"),
    "good_excess": (PER_THOUSAND, "good_refused less good_accepted"),
    "refused": (PER_THOUSAND, "applications refused"),
    "spent": (PER_MONTH, "consumption: bought in cash and on lines"),
    "income": (PER_MONTH, "wages and benefits"),
    "charged": (PER_MONTH, "cost of credit: interest and fees charged"),
    "written_off": (PER_MONTH, "what lenders lost: charge-offs less recoveries"),
    "family": (PER_MONTH, "help from family"),
    "unmet": (PER_MONTH, "what was missing after cash lines, new lines and family"),
    "owed": (PER_PERSON, "balance on all lines at the end"),
    "cash": (PER_PERSON, "money at hand at the end"),
}
_PAGES = ("refused", "spent", "charged", "written_off", "family", "unmet")  # added up month by month, with income
_FLOWS = (*_PAGES, "income")
_STOCKS = ("owed", "cash")


# --- who belongs where ---
def divide(model) -> dict[str, np.ndarray]:
    """Divide people by their state at the end of the month played last.

    Deciles and fifths hold equally many people: rank by wage or score (equal ones by number) * groups // people. A file
    is thin if none of the lines that lenders report has been on the book for a year or was charged off.
    model: the world before the policy; it is left as it is. Returns kind -> index into DIVISIONS[kind] [borrower].
    """
    people, lines, products = model.market.borrowers, model.market.lines, model.market.products
    decile = _ranked(people["wage"], len(DECILES))
    lenders = np.minimum(people["lenders"].astype(np.int64), len(LENDERS) - 1)
    known = (lines["state"] == CHARGED_OFF) | (lines["state"] == SOLD)
    known |= on_book(lines) & (lines["months_on_book"] >= YEAR)
    return {
        EVERYONE: np.zeros(len(people), np.int64),
        "income decile": decile,
        "age": np.searchsorted([end for _, end in AGE_GROUPS[:-1]], people["age"], side="right"),
        "lenders": lenders,
        "score": _ranked(mean_scores(model), len(DIVISIONS["score"])),
        "file": (known & (products["reporting"] > 0.0)).any(axis=1).astype(np.int64),
        CELLS: decile * len(LENDERS) + lenders,
    }


def _ranked(values: np.ndarray, groups: int) -> np.ndarray:
    """Groups of equal size, the lowest values in the first: an index for each person."""
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    return rank * groups // len(values)


def mean_scores(model) -> np.ndarray:
    """Each person's score, as lenders would see it next month: the mean over the lines on the book.

    Whoever has none is scored for every product there is. model: a world; it is left as it is, for the rules of the
    month to come are asked of a branch. Returns scores [borrower]; about 0.5 is ordinary, higher is better.
    """
    from sim.agents import release

    next_month = model.branch()
    rules, _ = next_month.rules_in_force()
    market, chance = next_month.market, month_key(model.seed, model.month + 1)
    scores = _mean_scores(market.borrowers, market.lines, market.products, market.platforms, rules, chance)
    release(next_month)
    return scores


@loop
def _mean_scores(borrowers, lines, products, platforms, rules, chance):
    scores = np.zeros(len(borrowers))
    for i in range(len(borrowers)):
        held = 0
        for k in range(len(products)):
            held += is_on_book(lines[i, k])
        for k in range(len(products)):
            if held == 0 or is_on_book(lines[i, k]):
                points, _ = score(borrowers[i], lines[i], k, products, platforms, rules, chance)
                scores[i] += points
        scores[i] /= held if held > 0 else len(products)
    return scores


# --- what happened to whom ---
@dataclass(frozen=True)
class Gains:
    """What the reform changes for every group of people, in the worlds of one seed."""

    seed: int
    months: int  # since the worlds parted
    people: dict[str, np.ndarray]  # kind -> people [segment]
    effects: dict[str, np.ndarray]  # kind -> whole people, applications or fen [segment, outcome of OUTCOMES]
    levels: dict[str, np.ndarray]  # the same in the baseline; for ``excess`` defaults, 0 where there is no level


class Lives:
    """What each person's months come to in two worlds, from the parting on: an observer of ``Twins.play``."""

    def __init__(self, trunk):
        """Fix the groups. trunk: the world before the policy (``twins.trunk``)."""
        self.seed, self.first, self.until = trunk.seed, trunk.month, trunk.month
        self.divisions = divide(trunk)
        people = len(trunk.market.borrowers)
        self._flows = np.zeros((2, len(_FLOWS), people), np.int64)  # baseline, reform
        self._stocks = np.zeros((2, len(_STOCKS), people), np.int64)
        self._before = trunk.market.borrowers["ever_in_default"] == 1
        self._defaulted = np.tile(self._before, (2, 1))
        self._cut = np.zeros((2, people), bool)

    def each_month(self, baseline, models) -> None:
        """Take in the month just played. baseline: its model; models: of worlds beside it, the reform the first."""
        if baseline.month <= self.until:  # worlds played in turns: the reform was in the first
            return
        self.until = baseline.month
        for side, model in enumerate((baseline, models[0])):
            people, lines, pages = model.market.borrowers, model.market.lines, model.market.pages
            for place, field in enumerate(_PAGES):
                self._flows[side, place] += pages[field]
            self._flows[side, -1] += people["income"]
            self._stocks[side] = owed(lines).sum(axis=1), people["cash"]
            self._defaulted[side] = people["ever_in_default"] == 1
            self._cut[side] = people["policy_cut_month"] >= self.first

    def effects(self) -> np.ndarray:
        """The effect on every person, whole people, applications or fen [borrower, outcome of OUTCOMES]."""
        good = (~self._defaulted.any(axis=0)).astype(np.int64)
        was, now = self._defaulted
        cut = self._cut[1].astype(np.int64) - self._cut[0]
        changes = dict(zip(_FLOWS, self._flows[1] - self._flows[0], strict=True))
        changes |= dict(zip(_STOCKS, self._stocks[1] - self._stocks[0], strict=True))
        changes |= {
            "caused": now & ~was,
            "avoided": was & ~now,
            "excess": now.astype(np.int64) - was,
            "cut": cut,
            "good_cut": cut * good,
            "good_refused": good * (changes["refused"] > 0),
            "good_accepted": good * (changes["refused"] < 0),
            "good_excess": good * np.sign(changes["refused"]),
        }
        return _columns(changes, len(good))

    def levels(self) -> np.ndarray:
        """What every person's months come to in the baseline, as far as there is a level; otherwise zeros."""
        known = dict(zip(_FLOWS + _STOCKS, (*self._flows[0], *self._stocks[0]), strict=True))
        return _columns(known | {"excess": self._defaulted[0] & ~self._before, "cut": self._cut[0]}, len(self._before))

    def gains(self) -> Gains:
        """The effects of the months taken in, summed over the groups of every division."""
        people = sum_up(np.ones((len(self._before), 1), np.int64), self.divisions)
        return Gains(
            self.seed,
            self.until - self.first,
            {kind: count[:, 0] for kind, count in people.items()},
            sum_up(self.effects(), self.divisions),
            sum_up(self.levels(), self.divisions),
        )


def _columns(known: dict[str, np.ndarray], people: int) -> np.ndarray:
    """Whole numbers [borrower, outcome of OUTCOMES], zero for an outcome that is not known."""
    nothing = np.zeros(people, np.int64)
    return np.stack([known.get(outcome, nothing) for outcome in OUTCOMES], axis=1).astype(np.int64)


def sum_up(values: np.ndarray, divisions: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Sum what people have over groups: whole numbers, so that every division adds up to the same total.

    values: [borrower, what]; divisions: kind -> index of each person's segment. Returns kind -> [segment, what].
    """
    sums = {}
    for kind, of in divisions.items():
        sums[kind] = np.zeros((len(DIVISIONS[kind]), values.shape[1]), np.int64)
        np.add.at(sums[kind], of, values)
    return sums
