"""B7: what helps people in trouble, a write-down or a smaller payment? Types of hardship plan drawn by lot."""

import numpy as np

from analysis.validation.book import ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import BELOW, NOT_BELOW, arms, calm_market, each_seed, sign, world
from analysis.validation.row import Row
from sim.line import CHARGED_OFF, DEFAULT_MONTHS, IN_PLAN, SOLD

USUAL, LONGER, RELIEVED = range(3)
MONTHS = (48, 60, 48)  # over which a plan of each arm spreads the debt
RELIEF = (0, 0, 100)  # percent of interest that it writes down
ENTRY, AFTER = 12, 72  # months in which plans are agreed; months until the longest of them is over
BEFORE = 12
PEOPLE = {"plan_request_hazard": 0.2}
LENDERS = {"plan_acceptance": 1.0, "plan_extension": MONTHS[USUAL]}
SOURCE = "Dobbie and Song 2020"


def effects(failed, entered):
    """Effect of each arm on default, against the usual plan, in share points.

    failed: plans that ended in default [arm]; entered: plans agreed [arm]. Returns (longer, relieved).
    """
    share = np.asarray(failed, float) / np.maximum(1, entered)
    return share[LONGER] - share[USUAL], share[RELIEVED] - share[USUAL]


def _round(model, arm):
    """Plans by arm: (that ended in default, that were agreed), each line counted once, each person in one arm."""
    joined = np.zeros(model.market.lines.shape, bool)
    failed = joined.copy()
    for month in range(AFTER):
        was_planned = model.market.lines["state"] == IN_PLAN
        model.step()
        lines = model.market.lines
        new = (lines["state"] == IN_PLAN) & ~was_planned & ~joined & (month < ENTRY)
        lines["instalments_left"][new] = np.take(MONTHS, np.broadcast_to(arm[:, None], new.shape)[new])
        lines["relief"][new] = np.take(RELIEF, np.broadcast_to(arm[:, None], new.shape)[new])
        joined |= new
        gone = (lines["state"] == CHARGED_OFF) | (lines["state"] == SOLD)
        failed |= joined & (gone | (lines["months_past_due"] >= DEFAULT_MONTHS))
    counts = [(failed[arm == a].sum(), joined[arm == a].sum()) for a in range(len(MONTHS))]
    return np.array(counts).T


def _seed(size, seed):
    """Three worlds with the same luck, in which everybody goes through all arms."""
    model = world(calm_market(PEOPLE, LENDERS), size, seed, BEFORE)
    arm = arms(size.borrowers, len(MONTHS), seed)
    failed, entered = sum(_round(model.branch(), (arm + turn) % len(MONTHS)) for turn in range(len(MONTHS)))
    return *effects(failed, entered), ratio(failed[USUAL], entered[USUAL])


def _play(size, room, progress) -> list[Row]:
    longer, relieved, usual = each_seed(size, progress, lambda seed: _seed(size, seed)).T
    note = (
        f"default within {AFTER} months of the first plans, {100 * np.nanmedian(usual):.0f} % under a plan of 48 months"
    )
    return [
        sign(
            "hardship plans", "interest written down: effect on default", relieved,
            BELOW, "points", SOURCE, note, "lower", "B7",
        ),
        sign(
            "hardship plans", "60 months instead of 48: effect on default", longer,
            NOT_BELOW, "points", SOURCE, note, "not lower", "B7",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "plan-types",
        "replications",
        "Do people in trouble need a smaller debt or a smaller payment?",
        _play,
        quick=Size(8_000, 3),
        full=Size(20_000, 10),
    ),
)
