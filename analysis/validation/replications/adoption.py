"""B20, and pay-later at the till: random people are given a pay-later line in a world that is otherwise the same."""

import numpy as np

from analysis.validation.book import ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import ABOVE, arms, calm_market, each_seed, flow, product_of, sign, world
from analysis.validation.row import Row
from sim.line import ALL_PERMISSIONS, NONE, OPEN
from sim.trust import START

USERS = "deHaan, Kim, Lourie and Zhu"
TILL = "Berg, Burg, Keil and Puri 2025"
BEFORE, AFTER = 24, 12  # months before and after the lines are given
#: Nothing passes from one person to another; half of the shops take lines, so that they can win from the others.
ALONE = {"jobs_channel": 0.0, "peers_channel": 0.0, "funding_channel": 0.0, "merchant_acceptance": 0.5}
CHARGES = ("interest charged", "late fees charged", "draw fees charged")


def give(model, product, people) -> None:
    """Open a line of a product for people who have none, with the median limit of those of their fifth of income.

    model: a world that is written to; product: its index; people: booleans [borrower].
    """
    lines, borrowers = model.market.lines, model.market.borrowers
    terms = {"state": OPEN, "cut_month": -1, "reported_cut": -1, "trust": START, "permissions": ALL_PERMISSIONS}
    for fifth in np.unique(borrowers["quintile"]):
        alike = borrowers["quintile"] == fifth
        limits = lines["limit"][alike & (lines["state"][:, product] == OPEN), product]
        if len(limits):
            for name, value in (terms | {"limit": np.median(limits)}).items():
                lines[name][alike & people, product] = value


def at_accepting(spent, on_lines, share):
    """What people spend at shops that take lines, in fen [borrower]: all that is on lines, and a share of the rest.

    spent, on_lines: fen [borrower]; share: of each person's open shops, how many take lines [borrower].
    """
    return on_lines + share * (spent - on_lines)


def _year(model):
    """Play a year and return what each person spent at shops that take lines, in fen [borrower]."""
    total = np.zeros(len(model.market.borrowers))
    for _ in range(AFTER):
        model.step()
        market = model.market
        shops = market.merchants[market.shops.astype(int)]
        open_, taking = shops["alive"] > 0, (shops["alive"] > 0) & (shops["accepts"] > 0)
        share = taking.sum(axis=1) / np.maximum(1, open_.sum(axis=1))
        total += at_accepting(market.pages["spent"].astype(float), market.uses["bought"].sum(axis=1), share)
    return total


def _charges(model, products) -> float:
    return sum(flow(model, name, BEFORE, product=products) for name in CHARGES)


def _seed(size, seed):
    start = world(calm_market(ALONE), size, seed, BEFORE)
    given, card = product_of(start, "incumbent", "pay-later"), product_of(start, "bank", "card")
    others = [k for k in range(len(start.product_names)) if k not in (given, card)]
    people = (start.market.lines["state"][:, given] == NONE) & (arms(size.borrowers, 2, seed) == 1)
    users, plain = start.branch(diary=True), start.branch(diary=True)
    give(users, given, people)
    spent, spent_plain = _year(users), _year(plain)
    more = [
        ratio((_charges(users, of) - _charges(plain, of)) / people.sum(), _charges(plain, of) / size.borrowers)
        for of in (card, others)
    ]
    fifth = start.market.borrowers["quintile"]
    sales = [
        ratio(spent[people & who].sum(), spent_plain[people & who].sum()) - 1.0
        for who in (fifth >= 0, fifth == 0, fifth == fifth.max())
    ]
    return *more, sales[0], sales[1] - sales[2]


def _play(size, room, progress) -> list[Row]:
    card, cash, sales, poor = each_seed(size, progress, lambda seed: _seed(size, seed)).T
    note = "first year, per new user, against the mean of all people"
    return [
        sign(
            "new pay-later users", "interest and fees on the bank card", card,
            ABOVE, "percent", USERS, note, "rise", "B20",
        ),
        sign(
            "new pay-later users", "interest and fees at all other lenders", cash,
            ABOVE, "percent", USERS, f"stands for overdrafts; {note}", "rise", "B20",
        ),
        Row.over_seeds(
            "new pay-later users", "their purchases at shops that take it", sales,
            0.20, 0.10, 0.30, "percent", TILL, "half of the shops take lines; first year",
        ),
        sign(
            "new pay-later users", "how much more these rise for the poorest fifth than for the richest", poor,
            ABOVE, "points", TILL, "stands for low creditworthiness", "more",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "pay-later-adoption",
        "replications",
        "What do new users of pay-later pay elsewhere, and what do shops gain?",
        _play,
        quick=Size(10_000, 3),
        full=Size(50_000, 10),
    ),
)
