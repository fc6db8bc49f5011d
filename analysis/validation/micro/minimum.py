"""What a higher minimum payment does to entry into delinquency, and to cure."""

import numpy as np

from analysis.validation.book import on_book
from analysis.validation.experiment import Experiment, Size
from analysis.validation.micro import worlds
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed
from scenarios.loader import load
from sim.policy import Change

LOW, HIGH = 0.03, 0.05  # share of the bill
ENTRY, CURE = 12, 6  # months over which entries and cures are counted


def market_with_low_minimum(size, seed):
    """The calm market with a minimum payment of 3 % on every product that asks for less than the whole bill."""
    products = load("baseline").market_arguments()["products"]
    for terms in products:
        if terms["buys"] and terms["minimum_share"] < 1:
            terms["minimum_share"] = LOW
    return worlds.calm_market(size, seed, products=products)


def effects(model) -> dict[str, float]:
    """What raising the minimum on the bank's card from 3 to 5 % does to accounts that are current, and to late ones.

    model: a settled market with the low minimum. Returns differences in shares between the world in which it is
    raised and the one in which it is not: ``entry``, of current accounts with a balance that fall late within a year;
    ``cure``, of accounts one to three months late that are current again within half a year.
    """
    k, lines = worlds.product(model), model.market.lines
    late = lines["months_past_due"][:, k]
    current = on_book(lines)[:, k] & (late == 0) & (lines["revolving"][:, k] > 0)
    delinquent = on_book(lines)[:, k] & (late >= 1) & (late <= 3)
    change = Change("minimum", "minimum_payment", HIGH, model.date_after(), platform="bank")
    fell, cured = np.zeros((2, len(lines)), bool), np.zeros((2, len(lines)), bool)
    changes = (*model.changes, change)
    for month, *both in worlds.side_by_side(model, lambda world: None, ENTRY, changes=changes):
        for i, world in enumerate(both):
            good = on_book(world.market.lines)[:, k] & (world.market.lines["months_past_due"][:, k] == 0)
            fell[i] |= current & ~good
            if month <= CURE:
                cured[i] |= delinquent & good
    return {
        name: worlds.ratio(seen[0], who) - worlds.ratio(seen[1], who)
        for name, seen, who in (("entry", fell, current), ("cure", cured, delinquent))
    }


def _play(size, room, progress) -> list[Row]:
    """Entry and cure after the minimum was raised."""
    played = each_seed(
        size, progress, lambda seed: effects(market_with_low_minimum(size, seed).run(worlds.SETTLED))
    )
    group, source = "Minimum payment raised from 3 to 5 %", "d'Astous and Shore 2017"
    return [
        Row.over_seeds(
            *(group, "current accounts that fall late within a year", [found["entry"] for found in played]),
            *(0.0, -0.005, 0.005, "points", source, "window: judgement", "no more than before", ""),
        ),
        Row.over_seeds(
            *(group, "late accounts that are current within half a year", [found["cure"] for found in played]),
            *(None, -np.inf, -0.001, "points", source),
            "Who is late for want of money lacks far more than the difference between the two minimums.",
            *("fewer than before", ""),
        ),
    ]


EXPERIMENTS = (
    Experiment(
        *("minimum-payment", "micro", "What does a higher minimum payment do to current and to late accounts?", _play),
        quick=Size(20_000, 3),
        full=Size(50_000, 5),
    ),
)
