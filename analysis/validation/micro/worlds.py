"""Paired worlds for the micro experiments: calm markets, people chosen at random, regressions.

An experiment founds a market, lets it settle, branches a second world off it in which something is done to a few
people chosen at random, and plays both with the same luck. The difference between the two worlds is then the effect of
what was done and of nothing else, person by person.
"""

import numpy as np

from analysis.validation.book import in_default, on_book
from scenarios.loader import load
from sim.chance import month_key
from sim.compiled import loop
from sim.model import CreditModel
from sim.score import score

SETTLED = 18  # months after which the first balances are forgotten
CARD = ("bank", "card")  # the product on which most of the published coefficients were measured
CHOSEN = 0.10  # share of people to whom something is done: few, so that the others hardly notice


def calm_market(size, seed, **arguments) -> CreditModel:
    """The baseline's market without its dated changes, so that every month is a calm one.

    size: its borrowers; seed; arguments: of the model, instead of the baseline's.
    """
    given = load("baseline").market_arguments() | {"changes": ()} | arguments
    return CreditModel(**given, borrowers=size.borrowers, seed=seed)


def product(model, name=CARD) -> int:
    """The index of a product, by the names of its platform and itself."""
    return model.product_names.index(name)


def chance_of(model) -> np.random.Generator:
    """The generator that chooses people in an experiment; it depends on the seed of the world alone."""
    return np.random.default_rng(model.seed)


def side_by_side(model, treat, months, each=None, **branch):
    """Two worlds that go on from a model with the same luck: one in which something is done to people, and the other.

    treat: called with the first world before its first month; months: how long both are played; each: called with both
    before every month; branch: arguments of ``CreditModel.branch`` for the first world.
    Yields (months played, the first world, the other) after each month.
    """
    treated, other = model.branch(**branch), model.branch()
    treat(treated)
    treated.touched = True  # the accounts open with what was done
    for month in range(1, months + 1):
        if each is not None:
            each(treated, other)
        treated.step()
        other.step()
        yield month, treated, other


def who_defaults(model, treat, months, each=None) -> tuple[np.ndarray, np.ndarray]:
    """Who falls into default on a line that was on the book and in no default before, in either of two such worlds.

    Arguments as for ``side_by_side``. Returns two masks of people: with what was done, and without.
    """
    good = on_book(model.market.lines) & ~in_default(model.market.lines)
    fell = np.zeros((2, *good.shape), bool)
    for _, *both in side_by_side(model, treat, months, each):
        for seen, world in zip(fell, both, strict=True):
            seen |= good & in_default(world.market.lines)
    return fell[0].any(1), fell[1].any(1)


# --- what the records say, lines [person, product] ---
def scores(model, k) -> np.ndarray:
    """Everybody's score with the lender of product k, as it would be seen this month."""
    market = model.market
    rules, _ = model.rules_in_force()
    points = np.empty(len(market.borrowers))
    key = month_key(model.seed, model.month + 1)
    _score_all(market.borrowers, market.lines, k, market.products, market.platforms, rules, key, points)
    return points


@loop
def _score_all(borrowers, lines, k, products, platforms, rules, chance, points):
    for i in range(len(points)):
        points[i], _ = score(borrowers[i], lines[i], k, products, platforms, rules, chance)


def quarters(values, among) -> tuple[np.ndarray, np.ndarray]:
    """The people among some whose value is in the lowest and in the highest quarter, as two masks."""
    low, high = np.quantile(values[among], (0.25, 0.75))
    return among & (values <= low), among & (values >= high)


# --- regressions ---
def slope(y, x) -> float:
    """The slope of y on x with a constant, by least squares; nan if x does not vary."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    spread = x - x.mean() if x.size else x
    return float(spread @ y / (spread @ spread)) if spread.any() else np.nan


def explained(y, x) -> float:
    """The share of the variance of y that its regression on x explains (R2)."""
    return float(np.corrcoef(x, y)[0, 1] ** 2) if np.std(x) > 0 and np.std(y) > 0 else np.nan


def ratio(over, under) -> float:
    """One sum over another; nan if there is nothing to divide by."""
    total = float(np.sum(under))
    return float(np.sum(over)) / total if total else np.nan
