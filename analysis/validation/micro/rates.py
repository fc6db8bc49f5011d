"""How debt answers to its price: a few people's card becomes dearer or cheaper by chance."""

import numpy as np

from analysis.validation.book import on_book
from analysis.validation.experiment import Experiment, Size
from analysis.validation.micro import worlds
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed
from sim.line import BASIS_POINTS, OPEN
from sim.parameters import YEAR

LARGEST_MOVE = 400  # basis points a year, up or down
LONG_RUN = 24  # months


def elasticity(model, name=worlds.CARD, months=LONG_RUN) -> float:
    """The elasticity of debt on a line to its rate in the long run, by regression over the people who hold one.

    In one of two worlds the price of the line moves by up to four points a year for a tenth of its holders, chosen at
    random. The difference in debt is regressed on the difference in the rate;
    elasticity = slope * rate / mean debt. Debt is what bears interest: carried over, or repaid in instalments.
    model: a settled market; name: of platform and product; months: after which debt is compared.
    """
    k, luck = worlds.product(model, name), worlds.chance_of(model)
    holders = model.market.lines["state"][:, k] == OPEN
    chosen = holders & (luck.random(len(holders)) < worlds.CHOSEN)
    moved = np.where(chosen, luck.integers(-LARGEST_MOVE, LARGEST_MOVE, len(holders), endpoint=True), 0)
    terms = model.market.products[k]
    rate = BASIS_POINTS * YEAR * float(terms.monthly_rate if terms.buys else terms.instalment_rate)

    def move(world):
        world.market.lines["markup"][:, k] += moved.astype(np.int16)

    for month, *both in worlds.side_by_side(model, move, months):
        if month == months:
            here, there = (_debt(world.market.lines, k)[holders] for world in both)
    return worlds.slope(here - there, moved[holders]) * rate / float(there.mean())


def _debt(lines, k):
    """What bears interest on a line: carried over or in instalments, in fen."""
    total = lines["revolving"][:, k].astype(float) + lines["instalment"][:, k]
    return np.where(on_book(lines)[:, k], total, 0.0)


def _play(size, room, progress) -> list[Row]:
    """The long-run elasticity of card debt to its rate."""
    values = each_seed(
        size, progress, lambda seed: elasticity(worlds.calm_market(size, seed).run(worlds.SETTLED))
    )
    return [
        Row.over_seeds(
            "Debt and its rate",
            "card, elasticity in the long run",
            values,
            -1.3,
            -1.6,
            -1.0,
            "elasticity",
            "Gross and Souleles 2002",
            "after 24 months",
            code="B2",
        )
    ]


EXPERIMENTS = (
    Experiment(
        "response-to-rates",
        "micro",
        "How much less is borrowed on a card that has become dearer?",
        _play,
        quick=Size(20_000, 3),
        full=Size(50_000, 5),
    ),
)
