"""B16 and Chile: what a cap on debt and a cap on prices do to credit, and where the rest turns up."""

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
    ratio,
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
SCENARIO_CALM = 46  # months before the scenario's cap on debt


def displaced(online: float, elsewhere: float) -> float:
    """What appears elsewhere as a share of what disappears online, both changes of balances in yuan."""
    return ratio(elsewhere, -online)


def dearest(products) -> float:
    """The highest yearly rate that any product charges."""
    return 12.0 * float(max(products["monthly_rate"].max(), products["instalment_rate"].max()))


# --- B16: total debt capped at a third of income ---
def _debt_cap(size, seed):
    without, capped = (scenario.market_arguments() for scenario in load_pair("income-cap"))
    start = CreditModel(**without, borrowers=size.borrowers, seed=seed).run(SCENARIO_CALM)
    cap, base = (start.branch(market["changes"]).run(AFTER) for market in (capped, without))
    lost = [flow(m, "charge-offs", SCENARIO_CALM) - flow(m, "recoveries", SCENARIO_CALM) for m in (cap, base)]
    card = product_of(start, "bank", "card")
    gained = (books(cap, tally.BALANCE, -1)[0] - books(base, tally.BALANCE, -1)[0]) / YUAN
    missed = [economy(m, tally.MISSED_FOR_WANT, SCENARIO_CALM).sum() for m in (cap, base)]
    return ratio(*lost) - 1.0, displaced(gained.sum() - gained[card], gained[card]), ratio(*missed) - 1.0


def _play_debt(size, room, progress) -> list[Row]:
    lost, moved, missed = each_seed(size, progress, lambda seed: _debt_cap(size, seed)).T
    group, note = "debt capped by income", "scenario income-cap, two years from November 2020"
    return [
        Row.over_seeds(
            group, "credit losses", lost, None, *BELOW, "percent", SPILL, note, "lower", "B16",
        ),
        Row.over_seeds(
            group, "debt that moves to the bank card", moved,
            None, *ABOVE, "percent", SPILL, "of the fall at online lenders", "some", "B16",
        ),
        Row.over_seeds(
            group, "another risk measure: people who miss a payment for want of money", missed,
            None, *ABOVE, "percent", SPILL, note, "another measure moves", "B16",
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
            group, "interest rates", rates, -0.09, -0.14, -0.04, "percent", CHILE, "interest against balances; old contracts are capped too",
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
