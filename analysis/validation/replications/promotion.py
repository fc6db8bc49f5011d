"""B12: two lenders and a promotion: how long an interest-free period pays best, and what answering late costs."""

import numpy as np

from analysis.validation.book import on_book, ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import each_seed, flow, world
from analysis.validation.row import Row
from scenarios.loader import load
from sim.line import NONE
from sim.model import CreditModel

SOURCE = "Hamill et al. 2025"
PERIODS = (0, 3, 6, 9, 12, 15, 18, 24)  # months without interest for a new account
HORIZON = 36  # months over which people reckon what a card costs, and over which lenders count
BEFORE, WINDOW = 12, 12  # months without and with an offer
MATCH, DELAY = 12, 3  # months without interest with which a rival is matched; months by which that comes late
INCOME = ("interest charged", "late fees charged", "merchant fees", "recoveries")
COSTS = ("charge-offs", "funding cost", "operating cost", "cost of control")


def taste(period: int, elasticity: float) -> float:
    """How much more a card is asked for if it bears no interest at first.

    Over the horizon it then costs a share 1 - period / horizon of its price, and taste = share ^ -elasticity, as for
    the launch of a cheaper variant. Only how the two cards compare counts, so half of it is written for both.
    """
    return 0.5 * (1.0 - period / HORIZON) ** -elasticity


def best(profits, periods=PERIODS) -> int:
    """The period with the largest profit, the shortest of equal ones."""
    return periods[int(np.argmax(profits))]


def disorder(shares) -> int:
    """How many neighbours are out of order among shares that should rise."""
    return int((np.diff(shares) <= 0).sum())


def two_lenders() -> dict:
    """A market of two lenders with the same card, that of the default market's bank, each held by a quarter."""
    given = load("baseline").market_arguments()
    bank = next(platform for platform in given["platforms"] if platform["name"] == "bank")
    card = next(product for product in given["products"] if product["platform"] == "bank")
    names = ("ours", "rival")
    return {
        "platforms": [bank | {"name": name} for name in names],
        "products": [card | {"platform": name, "reach": 0.25, "lends_cash": 0.0} for name in names],
        "parameters": given["parameters"],
        "start": given["start"],
    }


def play_offers(model, market, offers):
    """What becomes of a world in which lenders make offers: months without interest to accounts opened in a month.

    The interest of a line is taken off like that of a hardship plan, of which there are none in this market.
    market: what the world was founded with; offers: one pair (ours, the rival's) for each month to be played.
    """
    elasticity = market["parameters"]["price_elasticity"]
    granted = np.zeros(model.market.lines.shape, int)
    made = None
    for offer in offers:
        if offer != made:
            products = [p | {"taste": taste(n, elasticity)} for p, n in zip(market["products"], offer, strict=True)]
            model, made = CreditModel(**market | {"products": products}, seed=model.seed, branch=model), offer
        lines = model.market.lines
        there = lines["state"] != NONE
        lines["relief"] = 100 * (on_book(lines) & (lines["months_on_book"] < granted))
        model.step()
        new = ~there & (lines["state"] != NONE)
        granted[new] = np.broadcast_to(offer, new.shape)[new]
    return model


def _offers(ours, rival=0, late=0):
    """Offers of the whole horizon: both in the window, ours some months late."""
    shown = [(ours if late <= month < WINDOW else 0, rival if month < WINDOW else 0) for month in range(HORIZON)]
    return shown


def _income(model, since) -> float:
    return sum(flow(model, name, since, product=0) for name in INCOME)


def _seed(size, seed):
    market = two_lenders()
    start = world(market, size, seed, BEFORE)
    profits, shares = [], []
    for period in PERIODS:
        model = play_offers(start, market, _offers(period))
        profits.append(_income(model, BEFORE) - sum(flow(model, name, BEFORE, product=0) for name in COSTS))
        held = on_book(model.market.lines).sum(axis=0)
        shares.append(ratio(held[0], held.sum()))
    at_once, late = (_income(play_offers(start, market, _offers(MATCH, MATCH, by)), BEFORE) for by in (0, DELAY))
    return best(profits), disorder(shares), ratio(late, at_once) - 1.0


def _play(size, room, progress) -> list[Row]:
    period, swaps, delay = each_seed(size, progress, lambda seed: _seed(size, seed)).T
    note = "the price elasticity of 2 is judgement; offers stand for a year, all counted over three years"
    return [
        Row.over_seeds(
            "promotion", "interest-free months with the largest profit", period,
            12, 9, 15, "months", SOURCE, f"of {', '.join(map(str, PERIODS))}; {note}", "about 12", "B12",
        ),
        Row.over_seeds(
            "promotion", "lengths at which a longer one wins no more accounts", swaps,
            0, 0, 0, "order", SOURCE, f"of {len(PERIODS) - 1} steps", "the longest wins most", "B12",
        ),
        Row.over_seeds(
            "promotion", "income lost by matching a rival three months late", delay,
            -0.024, -0.04, -0.01, "percent", SOURCE, note, code="B12",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "promotion",
        "replications",
        "How long should a card bear no interest, and what does answering late cost?",
        _play,
        quick=Size(5_000, 3),
        full=Size(20_000, 10),
    ),
)
