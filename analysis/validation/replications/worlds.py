"""Worlds to replicate published results in: the default market in calm times, one world per seed, and its branches."""

import numpy as np

from analysis.validation import seeds
from analysis.validation.row import Row
from scenarios.loader import load
from sim.ledger import FLOWS
from sim.model import CreditModel
from sim.parameters import YUAN

#: Windows of results of which only the sign is published: nothing at all is neither.
ABOVE, BELOW = (1e-6, np.inf), (-np.inf, -1e-6)
NOT_ABOVE, NOT_BELOW = (-np.inf, 0.0), (0.0, np.inf)
FLOW = {name: row for row, (name, _, _) in enumerate(FLOWS)}


def calm_market(parameters=None, platforms=None, products=None, lenders=None) -> dict:
    """The keywords of ``CreditModel`` for the default market without the shocks of 2020.

    parameters: behaviour that differs; platforms, products: terms that differ for every one of them; lenders: terms
    that differ, by the name of the platform.
    """
    given = load("baseline").market_arguments() | {"changes": ()}
    given["parameters"] |= parameters or {}
    given["platforms"] = [p | (platforms or {}) | (lenders or {}).get(p["name"], {}) for p in given["platforms"]]
    given["products"] = [p | (products or {}) for p in given["products"]]
    return given


def world(market, size, seed, months=0, **keywords) -> CreditModel:
    """A world of a market in which so many people as the size says have lived so many months."""
    return CreditModel(**market | keywords, borrowers=size.borrowers, seed=seed).run(months)


def each_seed(size, progress, play) -> np.ndarray:
    """What ``play(seed)`` returns for every seed of a size, as ``seeds.each_seed`` plays them [seed, value]."""
    return np.array(seeds.each_seed(size, progress, play), dtype=float)


def arms(people: int, count: int, seed: int) -> np.ndarray:
    """A random arm 0, 1, ... count - 1 for each person [borrower]."""
    return np.random.default_rng([seed, count]).integers(count, size=people)


def product_of(model, platform: str, product: str) -> int:
    """The index of a product."""
    return model.product_names.index((platform, product))


def flow(model, name: str, since=0, until=None, product=slice(None)) -> float:
    """What was posted under a flow in the months from one to another, in yuan, of one product or of all."""
    months = model.history.months[since:until]
    return float(sum(month["flows"][FLOW[name], product].sum() for month in months)) / YUAN


def books(model, column: int, since=0, until=None) -> np.ndarray:
    """A column of the books (``sim.tally``) [month, product]."""
    return np.array([month["books"][:, column] for month in model.history.months[since:until]])


def economy(model, column: int, since=0, until=None) -> np.ndarray:
    """A column of the economy (``sim.tally``) [month]."""
    return np.array([month["economy"][column] for month in model.history.months[since:until]])


def failed_lines(model, since=0, until=None) -> np.ndarray:
    """Whether each line became more than 90 days late in the months from one to another [borrower, product]."""
    found = np.zeros(model.market.lines.shape, bool)
    for month in model.history.months[since:until]:
        found[month["events"]["borrower"], month["events"]["product"]] = True
    return found


def sign(group, name, values, window, unit, source, note="", said="", code="") -> Row:
    """The row of a result of which only the sign is published: as ``Row.over_seeds``, with how many worlds have it.

    values: one per seed; window: ABOVE, BELOW, NOT_ABOVE or NOT_BELOW; said: the sign in words.
    """
    known = [value for value in values if np.isfinite(value)]
    right = sum(window[0] <= value <= window[1] for value in known)
    count = f"so in {right} of {len(known)} worlds"
    note = f"{note}; {count}" if note else count
    return Row.over_seeds(group, name, values, None, *window, unit, source, note, said, code)
