"""What people of an age may draw as cash: read from the market itself, as run folders do not divide limits by age."""

from collections.abc import Callable

import numpy as np

from analysis.explain.twins import each_seed
from analysis.validation.book import on_book
from analysis.validation.korea.replay import Replay, span
from analysis.validation.korea.world import BANKS, cash_share, in_force
from scenarios.schema import Scenario
from sim.policy import month_number

MONTHS = ("2003-09", "2003-12")
AGES = {"20s": (20, 30), "40s": (40, 50)}


def limits_by_age(
    world: Scenario, seeds: int, threads: int, progress: Callable[[int], None] = lambda months: None
) -> Replay:
    """What people in their 20s and their 40s may draw as cash at card companies, in September and December 2003.

    Limit * share lent as cash * index ^ power, in fen, over lines on the book. world: the scenario; seeds: how many,
    from 1 on; threads: seeds at once; progress: called with months just played. Returns a Replay of these months.
    """
    from scenarios.runner import warm_up

    warm_up()
    found = each_seed(lambda seed, advance: _one(world, seed, advance), range(1, seeds + 1), threads, progress)
    months = span(*MONTHS)
    series = {}
    for i, age in enumerate(AGES):
        series[f"limits of people in their {age}"] = np.full((seeds, len(months)), np.nan)
        series[f"limits of people in their {age}"][:, [0, -1]] = [limits[i] for limits in found]
    return Replay(months, seeds, series)


def _one(world: Scenario, seed: int, advance) -> np.ndarray:
    """Limits in one world [age, month]."""
    from sim.agents import release
    from sim.model import CreditModel

    model = CreditModel(
        **world.market_arguments(), borrowers=world.borrowers, merchants=world.shop_count(), seed=seed, threads=1
    )
    try:
        limits = []
        for month in MONTHS:
            begun = model.month
            model.run(month_number(month) - month_number(world.start) + 1 - begun, lambda done: advance(1))
            limits.append(_limits(model, world, month))
        return np.array(limits).T
    finally:
        release(model)


def _limits(model, world, month) -> list[float]:
    lines, age = model.market.lines, model.market.borrowers["age"]
    index = in_force(world.changes.values(), "cash_limit", 1.0, np.array([month], dtype="datetime64[M]"))[0]
    lent = np.array([
        0.0 if platform == BANKS else cash_share(terms.lends_cash, index, terms.cash_limit_power)
        for platform, one in world.platforms.items() for terms in one.products.values()
    ])  # fmt: skip
    cash = np.where(on_book(lines), lines["limit"], 0) @ lent
    return [float(cash[(age >= low) & (age < high)].sum()) for low, high in AGES.values()]
