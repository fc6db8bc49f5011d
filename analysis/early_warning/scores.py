"""How well an indicator warns of a crisis whose date is known: AUC, lead time and false alarms, from arrays alone.

Values are [world, month], and higher means worse: the direction of an indicator is agreed before it is scored, so that
an AUC below one half says that it points the wrong way round. Signal months are those before a crisis breaks, calm
months those of worlds without its cause; the months of the crisis itself are in neither.
"""

from dataclasses import dataclass

import numpy as np

from analysis.estimate import Estimate, estimate
from sim.chance import uniform

CALM_MONTHS_IN_ALARM = 0.05  #: share of calm months in which an alarm may stand, where its threshold is chosen
YEAR = 12


@dataclass(frozen=True)
class Score:
    """How one indicator did before one kind of crisis."""

    auc: Estimate  # chance that a signal month ranks above a calm month
    near: Estimate  # the same, of the last months before the break
    hits: float  # share of worlds whose alarm stands when the crisis breaks
    lead: Estimate  # months for which that alarm has stood by then; none where it does not stand


def wins(signal, calm):
    """How often the signal months of one world rank above the calm months of another.

    win = 1 if signal > calm, 1/2 if they are equal, 0 otherwise, averaged over pairs of months.
    signal: [world, month]; calm: [world, month]. Returns shares [world of the signal, world of the calm]; their mean
    is the area under the ROC curve. Raises ValueError for a value that is not a number.

    Source: Hanley and McNeil 1982, The meaning and use of the area under a ROC curve.
    """
    signal, calm = np.asarray(signal, float), np.asarray(calm, float)
    if not (np.isfinite(signal).all() and np.isfinite(calm).all()):
        raise ValueError("an indicator is not a number in a month that is scored; score later months")
    one, other = signal[:, None, :, None], calm[None, :, None, :]
    return ((one > other) + 0.5 * (one == other)).mean(axis=(2, 3))


def auc(signal, calm) -> Estimate:
    """The area under the ROC curve with an interval over seeds.

    AUC = mean of ``wins``; its error is that of the jackknife which leaves out one seed at a time, with all its signal
    and calm months, since months of one world are not independent. One half is a coin, 1 perfect, 0 perfectly wrong.
    signal, calm: [seed, month], the same seeds. Returns an Estimate with ends inside 0-1.

    Source: Hanley and McNeil 1982; for warnings of credit crises Drehmann and Juselius 2014.
    """
    won = wins(signal, calm)
    seeds, mean = len(won), float(won.mean())
    if seeds < 2:
        return Estimate(mean, float("nan"), float("nan"), seeds)
    kept = [np.delete(np.delete(won, seed, 0), seed, 1).mean() for seed in range(seeds)]
    spread = estimate(seeds * mean - (seeds - 1) * np.array(kept))  # of pseudo-values: only its width is used
    half = (spread.high - spread.low) / 2
    return Estimate(mean, max(0.0, mean - half), min(1.0, mean + half), seeds)


def thresholds(calm, share=CALM_MONTHS_IN_ALARM):
    """The value above which an alarm is given in each world, chosen in the calm months of the other seeds.

    threshold of a seed = the (1 - share) quantile of the calm months of all other seeds: no world is judged by a
    threshold that has seen it. calm: [seed, month], two seeds or more; share: 0-1. Returns [seed].
    """
    return np.array([np.quantile(np.delete(calm, seed, 0), 1.0 - share) for seed in range(len(calm))])


def standing(values, threshold):
    """For how many months up to the last one an alarm has stood without a break.

    values: [seed, month]; threshold: [seed]. Returns whole months [seed]; 0 if no alarm stands in the last month.
    """
    alarm = values > np.asarray(threshold)[:, None]
    return np.cumprod(alarm[:, ::-1], axis=1).sum(axis=1)


def alarms_in_calm(calm):
    """In which calm months an alarm stands, each world judged by the threshold of the others; calm: [seed, month]."""
    return calm > thresholds(calm)[:, None]


def false_alarms(alarm) -> tuple[float, float]:
    """How often alarms are given in calm times.

    alarm: whether one stands in each calm month [seed, month]. Returns the share of months in which one stands, and
    how many begin in a year.
    """
    begun = alarm & ~np.pad(alarm, ((0, 0), (1, 0)))[:, :-1]
    return float(alarm.mean()), float(begun.mean() * YEAR)


def score(build_up, calm, months, near) -> Score:
    """Everything about one indicator before one kind of crisis.

    build_up: [seed, month] from the month in which the cause begins to the last before the break, so that no lead is
    longer than the cause is old; calm: [seed, month] of the same seeds; months, near: how many months before the break
    are signal months, for ``auc`` and for ``near``.
    """
    lead = standing(build_up, thresholds(calm))
    return Score(
        auc(build_up[:, -months:], calm), auc(build_up[:, -near:], calm), float((lead > 0).mean()), estimate(lead)
    )


def shuffled(build_up, calm, key):
    """The same values dealt out to other months and worlds by chance: an indicator that knows nothing.

    build_up, calm: [seed, month]; key: of ``chance.month_key``. Returns both, in the same shapes.
    """
    values = np.concatenate([np.ravel(build_up), np.ravel(calm)])
    dealt = values[np.argsort([uniform(key, 0, place) for place in range(len(values))], kind="stable")]
    return dealt[: np.size(build_up)].reshape(np.shape(build_up)), dealt[np.size(build_up) :].reshape(np.shape(calm))
