"""B16 and Chile: what a cap on debt and a cap on prices do to credit, and where the rest turns up."""

import numpy as np

from analysis.validation.book import ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import (
    ABOVE,
    BELOW,
    books,
    calm_market,
    each_seed,
    economy,
    flow,
    product_of,
    sign,
    world,
)
from analysis.validation.row import Row
from scenarios.loader import load_pair
from sim import tally
from sim.model import CreditModel
from sim.parameters import YUAN
from sim.policy import Change

SPILL = "Carro et al. 2022"
CHILE = "Cuesta and Sepulveda 2021"
CALM, AFTER = 24, 24  # months before and after a cap on prices
CUT = 0.20  # per year, by which a cap stands below the dearest price
ENACTED, SETTLED, LAST = 46, 36, 24  # months before the scenario's cap on debt, until it has settled, and counted then


def displaced(online: float, elsewhere: float) -> float:
    """What appears elsewhere as a share of what disappears online, both changes of balances in yuan."""
    return ratio(elsewhere, -online)


def dearest(products) -> float:
    """The highest yearly rate that any product charges."""
    return 12.0 * float(max(products["monthly_rate"].max(), products["instalment_rate"].max()))


# --- B16: total debt capped at a third of income ---
def _debt_cap(size, seed):
    without, capped = (scenario.market_arguments() for scenario in load_pair("income-cap"))
    start = CreditModel(**without, borrowers=size.borrowers, seed=seed).run(ENACTED)
    worlds = [start.branch(market["changes"]).run(SETTLED + LAST) for market in (capped, without)]
    lost, lost_first = ([_losses(m, since) for m in worlds] for since in (ENACTED + SETTLED, ENACTED))
    card = product_of(start, "bank", "card")
    cap, base = (books(m, tally.BALANCE, -1)[0] / YUAN for m in worlds)
    gained = cap - base
    missed = [economy(m, tally.MISSED_FOR_WANT, ENACTED).sum() for m in worlds]
    moved = displaced(gained.sum() - gained[card], gained[card])
    return ratio(*lost) - 1.0, ratio(*lost_first) - 1.0, moved, ratio(*missed) - 1.0


def _losses(model, since) -> float:
    """Charge-offs less recoveries in two years, in yuan."""
    return flow(model, "charge-offs", since, since + LAST) - flow(model, "recoveries", since, since + LAST)


def _play_debt(size, room, progress) -> list[Row]:
    lost, first, moved, missed = each_seed(size, progress, lambda seed: _debt_cap(size, seed)).T
    group = "debt capped by income"
    note = f"scenario income-cap, fourth and fifth year; in the first two {100 * np.median(first):+.0f} %"
    return [
        sign(group, "credit losses", lost, BELOW, "percent", SPILL, note, "lower", "B16"),
        sign(
            group, "debt that moves to the bank card", moved,
            ABOVE, "percent", SPILL, "of the fall at online lenders", "some", "B16",
        ),
        sign(
            group, "another risk measure: people who miss a payment for want of money", missed,
            ABOVE, "percent", SPILL, "five years", "another measure moves", "B16",
        ),
    ]  # fmt: skip


# --- Chile: a cap on prices lowered by 20 points ---
def _rate_cap(size, seed):
    start = world(calm_market(), size, seed, CALM)
    cap = Change("cap", "rate_cap", dearest(start.market.products) - CUT, "2019-01")
    capped, free = start.branch([cap]).run(AFTER), start.branch().run(AFTER)
    loans = [books(m, tally.APPROVALS, CALM).sum() for m in (capped, free)]
    rates = [
        ratio(flow(m, "interest charged", CALM), books(m, tally.BALANCE, CALM).sum() / YUAN) for m in (capped, free)
    ]
    return ratio(*loans) - 1.0, ratio(*rates) - 1.0


def _play_rates(size, room, progress) -> list[Row]:
    loans, rates = each_seed(size, progress, lambda seed: _rate_cap(size, seed)).T
    group, note = "rate cap 20 points lower", "20 points below the dearest price of this market, two years"
    return [
        Row.over_seeds(
            group, "number of new loans", loans, -0.19, -0.29, -0.09, "percent", CHILE, f"lines opened; {note}",
        ),
        Row.over_seeds(
            group, "interest rates", rates, -0.09, -0.14, -0.04, "percent", CHILE,
            "interest against balances; old contracts are capped too",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "debt-cap",
        "replications",
        "When debt is capped by income, what falls and where does it turn up?",
        _play_debt,
        quick=Size(10_000, 3),
        full=Size(50_000, 10),
    ),
    Experiment(
        "rate-cap",
        "replications",
        "When prices are capped, how many loans are no longer made?",
        _play_rates,
        quick=Size(10_000, 3),
        full=Size(50_000, 10),
    ),
)
