"""Pairs of worlds of the same seeds, with something switched on in one of each pair, and what is measured in them."""

import numpy as np
from markets import default_market

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
            parameters=given.get("parameters"),
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


def total(model, column, table="monthly") -> int:
    """A column added up over all months and rows."""
    return model.tables()[table][column].sum()


# --- measures of one world, over all months ---
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


def flows(model, name) -> float:
    """What was posted under one flow, in yuan."""
    table = model.tables()["flows"]
    return float(table["amount_fen"][table["flow"] == name].sum() / 100)


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
