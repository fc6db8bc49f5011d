"""B6: do near-minimum payments move with the formula of the minimum? A bank raises it for all its cards."""

import numpy as np

from analysis.validation.book import owed, ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import calm_market, each_seed, product_of, world
from analysis.validation.row import Row
from sim.line import OPEN
from sim.policy import Change

NEAR = 1.1  # times the minimum: at or near it
BEFORE = 24  # months
RAISE = Change("formula", "minimum_payment", 0.15, "2019-01", platform="bank", product="card")
SOURCE = "Keys and Wang 2019"


def minimum(billed, instalment, share):
    """What a bill without arrears asks for, in fen: instalment + share * (billed - instalment), rounded to the fen."""
    return instalment + np.floor(share * (billed - instalment) + 0.5)


def anchored(due, paid, new_due, new_paid, cash_left):
    """Accounts that pay near the minimum, and those of them that follow the formula though nothing forces them.

    Near: due <= paid <= 1.1 * due, under the old formula. Followers pay near the new minimum too, and after it have
    cash left for as much again, so that it is not want of money that keeps their payment there.

    due, paid: fen under the old formula; new_due, new_paid, cash_left: fen under the new one. Returns two arrays of
    booleans [account].
    """
    near = (due > 0) & (paid >= due) & (paid <= NEAR * due)
    follow = near & (new_due > due) & (new_paid >= new_due) & (new_paid <= NEAR * new_due)
    return near, follow & (cash_left >= new_due)


def _month(model, card, share):
    """One more month: (due, paid, cash left, accounts that were billed, were not late and drew no cash) [borrower]."""
    before = model.market.lines[:, card].copy()
    model.step()
    line, use = model.market.lines[:, card], model.market.uses[:, card]
    paid = use["paid"].astype(np.int64)
    plain = (owed(before) > 0) & (before["months_past_due"] == 0) & (use["drawn"] == 0) & (line["state"] == OPEN)
    left = np.maximum(1, before["instalments_left"])
    due = minimum(line["revolving"] + paid, -(-before["instalment"].astype(np.int64) // left), share)
    return due, paid, model.market.borrowers["cash"].copy(), plain


def _seed(size, seed):
    model = world(calm_market(), size, seed, BEFORE)
    card = product_of(model, "bank", "card")
    old = float(model.market.products["minimum_share"][card])
    due, paid, _, plain = _month(model.branch(diary=True), card, old)
    new_due, new_paid, cash, new_plain = _month(model.branch([RAISE], diary=True), card, RAISE.value)
    both = plain & new_plain
    near, follow = anchored(due[both], paid[both], new_due[both], new_paid[both], cash[both])
    return ratio(follow.sum(), near.sum()), ratio(follow.sum(), both.sum())


def _play(size, room, progress) -> list[Row]:
    of_near, of_all = each_seed(size, progress, lambda seed: _seed(size, seed)).T
    note = "minimum of the bank's card raised from 10 to 15 % of the bill; followers have cash for as much again"
    return [
        Row.over_seeds(
            "minimum payment", "near-minimum payers who follow the formula", of_near,
            0.22, 0.22, 1.0, "percent", SOURCE, note, "at least 22 %", "B6",
        ),
        Row.over_seeds(
            "minimum payment", "accounts that follow the formula", of_all,
            0.09, 0.09, np.inf, "percent", SOURCE, "of all accounts with a bill", "at least 9 %", "B6",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "minimum-formula",
        "replications",
        "When the minimum payment is raised, do those who pay near it follow?",
        _play,
        quick=Size(5_000, 3),
        full=Size(20_000, 10),
    ),
)
