"""B9: how reminders are framed, and what pressure on people and their families brings and costs."""

import numpy as np

from analysis.validation.book import ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import ABOVE, NOT_ABOVE, books, calm_market, each_seed, sign, world
from analysis.validation.row import Row
from sim import tally
from sim.model import CreditModel

FRAMES = "Du, Li, Lu and Lu 2020"
CONTACTS = "Lu, Lu, Wang and Wu 2021"
BEFORE, YEAR = 12, 12
WILLING = {"strategic_share": 0.2, "complaint_hazard": 0.05}  # ten times as many as in the calm market could choose
KIND, THREAT = {"reminder_appeal": 0.3}, {"reminder_appeal": -0.3}
CALLS = {"calls": 10.0, "tone": 0.0}


def cured(moves) -> float:
    """Of the lines that were 1-30 days late, the share that is current a month later.

    moves: lines [from bucket, to bucket], months and products added up.
    """
    return ratio(moves[1, 0], moves[1].sum())


def _cured(model, since, until=None) -> float:
    return cured(sum(month["transitions"][..., 0].sum(axis=0) for month in model.history.months[since:until]))


def _complaints(model) -> float:
    """Complaints per line that is late at the start of a month."""
    return ratio(books(model, tally.COMPLAINTS, BEFORE).sum(), books(model, tally.LATE_ACCOUNTS, BEFORE).sum())


def _arm(start, market, behaviour=None, lenders=None):
    """What becomes of a world in two years under other behaviour or other terms of all its lenders."""
    terms = {"parameters": market["parameters"] | (behaviour or {})}
    model = CreditModel(**market | terms, seed=start.seed, branch=start)
    for term, value in (lenders or {}).items():
        model.market.platforms[term] = value
    return model.run(2 * YEAR)


def _seed(size, seed):
    market = calm_market(WILLING)
    start = world(market, size, seed, BEFORE)
    plain, kind, threat = (_arm(start, market, frame) for frame in ({}, KIND, THREAT))
    called = _arm(start, market, lenders=CALLS)
    second = BEFORE + YEAR
    lost = [books(model, tally.DEFAULTS, BEFORE).sum() for model in (called, plain)]
    return (
        _cured(kind, BEFORE) - _cured(plain, BEFORE),
        _cured(threat, second) - _cured(plain, second),
        ratio(*lost) - 1.0,
        _complaints(called) - _complaints(plain),
    )


def _play(size, room, progress) -> list[Row]:
    kind, threat, pressed, harm = each_seed(size, progress, lambda seed: _seed(size, seed)).T
    where = "bills 1-30 days late that are current a month later; the sign for each wording is assumed"
    family = (
        "nobody's contacts are told here; the nearest: ten calls a month, which also reach families. "
        f"They cost {100 * np.median(harm):.1f} more complaints per 100 late bills"
    )
    return [
        sign(
            "reminders", "positive expectation: bills cured", kind,
            ABOVE, "points", FRAMES, where, "more", "B9",
        ),
        sign(
            "reminders", "threat: bills cured in the second year", threat,
            NOT_ABOVE, "points", FRAMES, where, "no lasting effect", "B9",
        ),
        Row.over_seeds(
            "pressure through others", "change of defaults", pressed,
            -0.5, -1.0, -0.5, "percent", CONTACTS, family, "more than 50 % fewer", "B9",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "reminders",
        "replications",
        "Which reminders bring money back, and what does pressure cost?",
        _play,
        quick=Size(20_000, 3),
        full=Size(50_000, 10),
    ),
)
