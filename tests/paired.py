"""Pairs of worlds of the same seeds, with something switched on in one of each pair, and what is measured in them."""

import numpy as np
from markets import STILL, default_market

from analysis.explain import lines
from sim.model import CreditModel

LATE_30 = ("M2", "M3", "M4", "M5", "M6", "M7+")
LATE_90 = ("M4", "M5", "M6", "M7+")


def worlds(on, off=None, borrowers=6000, months=24, seeds=(1,), market=default_market):
    """Worlds with and without: (models with ``on``, models with ``off``), one of each per seed, played so many months.

    on, off: what differs from the market: ``parameters``; terms of every one of the ``platforms`` and ``products``;
    ``terms`` of a product by (platform, product); terms of ``lenders`` by name; ``changes``.
    """

    def play(given, seed):
        platforms, products = _offers(market, given)
        return CreditModel(
            platforms,
            products,
            borrowers=borrowers,
            seed=seed,
            parameters=STILL | given.get("parameters", {}),
            changes=given.get("changes", ()),
        ).run(months)

    return [play(on, seed) for seed in seeds], [play(off or {}, seed) for seed in seeds]


def _offers(market, given):
    """The platforms and products of a market with what is given written over their terms."""
    platforms, products = market()
    lenders, terms = given.get("lenders", {}), given.get("terms", {})
    platforms = [p | given.get("platforms", {}) | lenders.get(p["name"], {}) for p in platforms]
    products = [p | given.get("products", {}) | terms.get((p["platform"], p["name"]), {}) for p in products]
    return platforms, products


# --- pairs compared ---
def summed(models, measure):
    """A measure of single worlds, added up over worlds."""
    return sum(measure(model) for model in models)


def rises(on, off, measure, by=0.0):
    """Whether a measure is higher by more than this share in every world of a pair."""
    return all(measure(one) > (1.0 + by) * measure(other) for one, other in zip(on, off, strict=True))


def falls(on, off, measure, by=0.0):
    """Whether a measure is lower by more than this share in every world of a pair."""
    return all(measure(one) < (1.0 - by) * measure(other) for one, other in zip(on, off, strict=True))


# --- a world at the end ---
def on_book(model):
    """Which lines are carried by their lenders [borrower, product]."""
    return lines.on_book(model.market.lines)


def owed(model):
    """What is owed on each line on the book, in fen [borrower, product]."""
    return lines.owed(model.market.lines)


# --- measures of one world, over all months ---
def total(model, column, table="monthly", platform=None) -> int:
    """A column added up over all months and rows, or those of one platform."""
    rows = model.tables()[table]
    return rows[column][... if platform is None else rows["platform"] == platform].sum()


def late_share(model, buckets) -> float:
    """Share of lines with a balance that stand in these buckets at month end; charged-off lines are not counted."""
    moves = model.tables()["transitions"]
    on_book = moves["to_bucket"] != "charged off"
    late = np.isin(moves["to_bucket"], buckets)
    return float(moves["accounts"][late].sum() / moves["accounts"][on_book].sum())


def d30(model) -> float:
    """Share of lines with a balance that are 30 or more days past due."""
    return late_share(model, LATE_30)


def d90(model) -> float:
    """Share of lines with a balance that are more than 90 days past due."""
    return late_share(model, LATE_90)


def default_count(model) -> int:
    """Lines that went into default."""
    return len(model.tables()["defaults"]["borrower"])


def flows(model, name, platform=None) -> float:
    """What was posted under one flow, in yuan, by all or by one platform."""
    table = model.tables()["flows"]
    chosen = (table["flow"] == name) & ((table["platform"] == platform) | (platform is None))
    return float(table["amount_fen"][chosen].sum() / 100)


def mean_trust(model) -> float:
    """Mean trust over accounts and months, in percent."""
    return float(total(model, "trust") / total(model, "accounts"))


def utilisation(model) -> float:
    """Balance over limit, all lines."""
    monthly = model.tables()["monthly"]
    return float(monthly["balance_fen"].sum() / monthly["limit_fen"].sum())


def roll_share(model) -> float:
    """Cash drawn by people who were short, as a share of what was repaid."""
    tables = model.tables()
    return float(tables["economy"]["rolled_fen"].sum() / tables["monthly"]["paid_fen"].sum())


def n_plat(model) -> float:
    """Mean number of platforms that a person owes."""
    economy = model.tables()["economy"]
    return float(economy["lenders_total"].sum() / economy["borrowers"].sum())


def gmv(model) -> float:
    """Sales of merchants to the people of the market, in yuan."""
    return flows(model, "purchases in cash") + flows(model, "purchases on credit")
