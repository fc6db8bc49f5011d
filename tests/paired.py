"""Paired worlds, the same seeds with something on and off, and what is measured in them."""

import numpy as np
from markets import default_market, model_of

from sim.ledger import FLOWS


def worlds(on, off=None, borrowers=6000, months=24, seeds=(1,), market=default_market):
    """The worlds with ``on`` and those with ``off``, seed by seed: two lists of models that have been played.

    on, off: what differs from the market, as a dict with any of ``parameters`` (behaviour), ``platforms`` (terms of
    every platform), ``lenders`` (of one: {"p2p": {...}}), ``products`` (of every product), ``terms`` (of one:
    {("incumbent", "pay-later"): {...}}) and ``changes`` (policy). off left out is the market as it is.
    """
    return tuple([_played(what or {}, borrowers, months, seed, market) for seed in seeds] for what in (on, off))


def _played(what, borrowers, months, seed, market):
    platforms, products = market()
    platforms = [p | what.get("platforms", {}) | what.get("lenders", {}).get(p["name"], {}) for p in platforms]
    products = [
        p | what.get("products", {}) | what.get("terms", {}).get((p["platform"], p["name"]), {}) for p in products
    ]
    model = model_of((platforms, products), borrowers=borrowers, seed=seed, parameters=what.get("parameters"),
                     changes=what.get("changes", ()))  # fmt: skip
    return model.run(months)


def total(model, column, table="monthly"):
    """A column added up over all months and rows."""
    return model.tables()[table][column].sum()


def d30(model):
    """Balance 30 or more days past due, as a share of the balance, all months together."""
    return (total(model, "m2_fen") + total(model, "m3_fen") + total(model, "m4_fen")) / total(model, "balance_fen")


def d90(model):
    """The same, more than 90 days."""
    return total(model, "m4_fen") / total(model, "balance_fen")


def default_count(model):
    """Lines that went into default."""
    return int(total(model, "defaults"))


def utilisation(model):
    """Balance as a share of limits, all months together."""
    return total(model, "balance_fen") / total(model, "limit_fen")


def roll_share(model):
    """Cash drawn by people who were short, as a share of what was repaid."""
    return total(model, "rolled_fen", "economy") / total(model, "paid_fen")


def n_plat(model):
    """Mean number of platforms to which a person owes money."""
    return total(model, "lenders_total", "economy") / total(model, "borrowers", "economy")


def gmv(model):
    """Sales of merchants to modelled people, in fen."""
    return flows(model, "purchases in cash") + flows(model, "purchases on credit")


def flows(model, name, platform=None):
    """What was posted under one flow, in fen, by one platform or altogether."""
    assert name in {flow for flow, *_ in FLOWS}, name
    table = model.tables()["flows"]
    chosen = table["flow"] == name
    if platform is not None:
        chosen &= table["platform"] == platform
    return int(np.asarray(table["amount_fen"])[chosen].sum())
