"""How payments are shared among a person's lines, and how many stay near the minimum."""

from dataclasses import dataclass

import numpy as np

from analysis.validation.book import on_book
from analysis.validation.experiment import Experiment, Size
from analysis.validation.micro import worlds
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed
from sim.policy import Change

MONTHS = 12  # over which payments are read
NEAR = 1.1  # times the minimum: a payment up to this is near it
RAISED = 0.15  # share of the bill: the new minimum of the experiment


@dataclass(frozen=True)
class Statements:
    """One month's bills on purchase lines, fen [person, line]: what was billed, the least due and what was paid."""

    billed: np.ndarray
    due: np.ndarray
    paid: np.ndarray

    @property
    def near(self) -> np.ndarray:
        """Bills on which something was paid, not all of it, and no more than a tenth above the minimum."""
        return (self.paid > 0) & (self.paid <= NEAR * self.due) & (self.paid < self.billed)


def _choice(model) -> np.ndarray:
    """The products that ask for less than the whole bill, by index."""
    return np.flatnonzero((model.market.products["buys"] > 0) & (model.market.products["minimum_share"] < 1))


def statements(model) -> Statements:
    """Play a month and return its bills on the products that ask for less than the whole bill.

    model: with a diary. Billed is what was left unpaid at the end of the month plus what was paid; the instalment in it
    is what last month's principal says, and due = arrears + instalment + minimum share of the rest. Lines of people who
    are late are left out, since their bills hold fees that were added later.
    """
    choice = _choice(model)
    before = {name: model.market.lines[name][:, choice].astype(np.int64) for name in ("instalment", "instalments_left")}
    current = on_book(model.market.lines) & (model.market.lines["months_past_due"] == 0)
    model.step()
    lines, terms = model.market.lines, model.market.products[choice]
    good = current[:, choice] & (on_book(lines) & (lines["months_past_due"] == 0))[:, choice]
    paid = np.where(good, model.market.uses["paid"][:, choice].astype(np.int64), 0)
    billed = np.where(good, lines["revolving"][:, choice].astype(np.int64) + paid, 0)
    instalment = np.minimum(billed, -(-before["instalment"] // np.maximum(1, before["instalments_left"])))
    due = instalment + terms["minimum_share"] * (billed - instalment)
    return Statements(billed, np.where(good, due, 0.0), paid)


def balance_matching(bills: Statements) -> tuple[np.ndarray, np.ndarray]:
    """The shares of each line in what a person owes and in what the person pays, for people who choose.

    Those with bills on two or more lines who pay at least the minimum on each, more than that on one or more, and not
    all of every bill. Returns (share of balances, share of payments), one pair for each line with a bill.
    """
    billed = bills.billed > 0
    enough = (~billed | (bills.paid >= np.floor(bills.due))).all(1)
    chooses = (billed.sum(1) >= 2) & enough & (bills.paid.sum(1) > 1.01 * bills.due.sum(1))
    chooses &= bills.paid.sum(1) < bills.billed.sum(1)
    owed, paid = bills.billed[chooses], bills.paid[chooses]
    shares = (total / total.sum(1, keepdims=True) for total in (owed, paid))
    return tuple(share[owed > 0] for share in shares)


def habits(model) -> dict[str, float]:
    """How payments follow balances, and bills near the minimum, before and after the minimum is raised to 15 %.

    model: a settled market. Returns ``match``, the R2 of the regression of payment shares on balance shares; ``near``,
    the share of the card's paid bills that are near the minimum; ``anchored``, the share of all paid card bills that
    were near the old minimum in one world and are near the new one in a world in which it has just been raised.
    """
    start = model.date_after()
    raised = model.branch([Change("minimum", "minimum_payment", RAISED, start)], diary=True)
    model.keep_diary()
    k = _choice(model).tolist().index(worlds.product(model))
    months = [statements(model) for _ in range(MONTHS)]
    after = statements(raised)
    shares = [np.concatenate(pair) for pair in zip(*map(balance_matching, months), strict=True)]
    first, card = months[0], (slice(None), k)
    return {
        "match": worlds.explained(shares[1], shares[0]),
        "near": worlds.ratio([m.near[card].sum() for m in months], [(m.paid[card] > 0).sum() for m in months]),
        "anchored": worlds.ratio((first.near & after.near)[card], (first.paid > 0)[card]),
    }


def _play(size, room, progress) -> list[Row]:
    """Balance matching and payments near the minimum."""
    played = each_seed(size, progress, lambda seed: habits(worlds.calm_market(size, seed).run(worlds.SETTLED)))
    values = {name: [found[name] for found in played] for name in played[0]}
    group, end = "Payments", np.inf
    return [
        Row.over_seeds(
            *(group, "R2 of payment shares on balance shares, who pays part", values["match"], None, 0.5, end),
            *("share", "Gathergood et al. 2019", "two or more purchase lines", "at least a half", "F16"),
        ),
        Row.over_seeds(
            *(group, "card bills paid at or near the minimum", values["near"], 0.29, 0.25, 0.33),
            *("percent", "Keys and Wang 2019", "up to a tenth above it", "", "B6"),
        ),
        Row.over_seeds(
            *(group, "card bills paid near the minimum, in all sources", values["near"], None, 0.20, 0.35),
            *("percent", "Keys and Wang 2019, Gathergood et al. 2019", "as above", "20 to 35 %", "F16"),
        ),
        Row.over_seeds(
            *(group, "card bills that stay near the minimum when it is raised", values["anchored"], 0.09, 0.09, end),
            *("percent", "Keys and Wang 2019", "from 10 to 15 % of the bill", "at least 9 %", "B6"),
        ),
    ]


EXPERIMENTS = (
    Experiment(
        *("payments", "micro", "Do payments follow balances, and how many stay near the minimum?", _play),
        quick=Size(10_000, 3),
        full=Size(50_000, 5),
    ),
)
