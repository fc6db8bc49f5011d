"""B14: a run of investors on many P2P platforms after bad news."""

import numpy as np

from analysis.validation.book import ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import calm_market, each_seed, world
from analysis.validation.row import Row
from sim.policy import Change

SOURCE = "Yingcan 2018"
PLATFORMS = 50
NEWS, AFTER = 17, 6  # June 2018, counted from 0; months watched from then on
FEAR = ("news_shock", 5.0, "2018-06", "2018-08")  # as in the scenario p2p-runs
INVESTORS = {"investors": 0.9, "run_sensitivity": 0.005}  # as in p2p-investors
PEOPLE = {"news_weight": 0.3}  # as in everything


def trouble(lending) -> tuple[np.ndarray, np.ndarray]:
    """Platforms that get into trouble in each month, and those that were in order until then.

    lending: booleans [month, platform]. A platform is in trouble from the first month in which it does not lend.
    Returns (new cases, platforms in order before) [month], from the second month on.
    """
    fine = np.logical_and.accumulate(lending, axis=0).sum(axis=1)
    return fine[:-1] - fine[1:], fine[:-1]


def many_platforms(count=PLATFORMS) -> dict:
    """The default market with so many P2P platforms instead of one, which share its clients."""
    market = calm_market(PEOPLE)
    lender = next(platform for platform in market["platforms"] if platform["name"] == "p2p")
    loan = next(product for product in market["products"] if product["platform"] == "p2p")
    names = [f"p2p-{number}" for number in range(count)]
    share = {"reach": loan["reach"] / count, "taste": loan["taste"] / count}
    platforms = [lender | INVESTORS | {"name": name} for name in names]
    products = [loan | share | {"platform": name} for name in names]
    return market | {
        "platforms": [p for p in market["platforms"] if p is not lender] + platforms,
        "products": [p for p in market["products"] if p is not loan] + products,
    }


def shape(cases, fine, start) -> tuple[float, float, float]:
    """How a wave of trouble looks from the month of the news on: (jump, peak, what is left three months later).

    Jump: cases in the peak month against the month before it; peak: cases against platforms in order; left: the same
    share three months after the peak, against that of the peak, nan if no platform is left by then.
    """
    peak = start + int(np.argmax(cases[start : start + AFTER - 3]))
    worst, later = (ratio(cases[month], fine[month]) for month in (peak, peak + 3))
    return ratio(cases[peak], cases[peak - 1]), worst, ratio(later, worst)


def _seed(size, seed):
    model = world(many_platforms(), size, seed, NEWS + AFTER, changes=(Change("news", *FEAR),))
    lending = model.tables()["monthly"]["lending"].reshape(NEWS + AFTER, -1)  # [month, product], ours last
    cases, fine = trouble(lending[:, -PLATFORMS:])
    return shape(cases, fine, NEWS - 1)


def _play(size, room, progress) -> list[Row]:
    jump, peak, left = each_seed(size, progress, lambda seed: _seed(size, seed)).T
    note = f"{PLATFORMS} platforms; fear as in the scenario p2p-runs, its strength is judgement"
    return [
        Row.over_seeds(
            "P2P runs", "jump of failures in the month of the run", jump,
            2.7, 2.0, 3.4, "times", SOURCE, note, "80 in June, 218 in July", "B14",
        ),
        Row.over_seeds(
            "P2P runs", "platforms in order that fail in the peak month", peak,
            0.12, 0.09, 0.15, "percent", SOURCE, "failing is to stop lending", "218 of 1,836", "B14",
        ),
        Row.over_seeds(
            "P2P runs", "failures three months after the peak", left,
            None, 0.0, 0.999, "times", SOURCE,
            "share of platforms in order, against the peak; unknown where none is left", "fewer", "B14",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "p2p-runs",
        "replications",
        "Do platforms funded by investors fail together after bad news, and how many?",
        _play,
        quick=Size(20_000, 3),
        full=Size(100_000, 6),
    ),
)
