"""Six worlds without one piece of the Korean crisis each, with the same luck, and what must change in them.

No observed number exists for any of them: each row asks for a direction only, except that a world in which everybody
has one lender must lose half of the crisis. The worlds are scenarios of their own, which anybody can play.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.validation.korea.outputs import HEADLINE, MULTI, PERSONS, REAL, REGISTRATIONS, peak_month
from analysis.validation.korea.replay import Replay, ratio, span
from analysis.validation.row import Row

INF = float("inf")
#: A direction is strict: a world in which nothing changed shows none.
ABOVE_ONE, BELOW_ONE = np.nextafter(1.0, INF), np.nextafter(1.0, -INF)
ABOVE_ZERO, BELOW_ZERO = np.nextafter(0.0, INF), np.nextafter(0.0, -INF)
CRISIS = span("2003-01", "2004-12")
UNCUT = "korea-2002-no-cuts"


@dataclass(frozen=True)
class Ablation:
    """One world without a piece of the crisis.

    code: its number; scenario: its name in the gallery; name: in words; rows: what (its replay, the crisis) must show.
    """

    code: str
    scenario: str
    name: str
    rows: Callable[[Replay, Replay], list[tuple]]


def _peak(replay: Replay, series: str) -> np.ndarray:
    return replay.at(series, CRISIS).max(axis=1)


def _total(replay: Replay, series: str, first: str, last: str) -> np.ndarray:
    return replay.between(series, first, last).sum(axis=1)


def _later(world: Replay, crisis: Replay, series: str) -> np.ndarray:
    """By how many months the peak of a series comes later."""
    return peak_month(world.at(series, CRISIS), CRISIS) - peak_month(crisis.at(series, CRISIS), CRISIS)


def _without_others(world, crisis):
    rise = world.at(REGISTRATIONS, "2003-06") / world.at(REGISTRATIONS, "2001-12") - 1
    multi = world.at(MULTI, "2003-12") - world.at(MULTI, "2001-12")
    calm = crisis.at(REAL, "2002-06"), world.at(REAL, "2002-06")
    share = ratio(_peak(world, REAL), _peak(crisis, REAL))
    rises = ratio(_peak(world, REAL) - calm[1], _peak(crisis, REAL) - calm[0])
    return [
        ("registrations per delinquent, December 2001 to June 2003", rise, -0.05, 0.05, "percent", "flat",
         "one lender at a time: another may follow when a debt was written off"),
        ("delinquents with two or more lenders, December 2001 to 2003", multi, -0.02, 0.02, "points", "flat",
         ""),
        ("peak of real delinquency, against the crisis", share, -INF, 0.5, "times", "at most half", ""),
        ("rise of real delinquency from June 2002 to its peak, against the crisis", rises, -INF, 0.5, "times",
         "at most half", ""),
    ]  # fmt: skip


def _without_cuts(world, crisis):
    return [
        ("claims in December 2003, against the crisis", ratio(world.at("claims", "2003-12"),
         crisis.at("claims", "2003-12")), ABOVE_ONE, INF, "times", "higher", ""),
        ("months by which real delinquency peaks later", _later(world, crisis, REAL), 1, INF, "months", "later",
         "the run ends in December 2004: a rise that goes on peaks then"),
        ("peak of real delinquency, against the crisis", ratio(_peak(world, REAL), _peak(crisis, REAL)), 0.5, INF,
         "times", "not: no crisis", ""),
    ]  # fmt: skip


def _slowly(world, crisis):
    def largest(replay):
        persons = replay.between(PERSONS, "2002-09", "2003-12")
        return (persons[:, 3:] - persons[:, :-3]).max(axis=1)

    def growth(replay):
        return replay.change(PERSONS, "2002-09", "2003-12")

    return [
        ("largest rise of delinquent persons in a quarter, against the crisis", ratio(largest(world), largest(crisis)),
         -INF, BELOW_ONE, "times", "lower", "October 2002 to December 2003"),
        ("growth of delinquent persons, September 2002 to December 2003, less that of the crisis",
         growth(world) - growth(crisis), -INF, BELOW_ZERO, "points", "lower", ""),
    ]  # fmt: skip


def _without_rewriting(world, crisis):
    return [
        ("peak of headline delinquency, against the crisis", ratio(_peak(world, HEADLINE), _peak(crisis, HEADLINE)),
         ABOVE_ONE, INF, "times", "higher", ""),
        ("months by which headline delinquency peaks later", _later(world, crisis, HEADLINE), -INF, -1, "months",
         "earlier", ""),
        ("mean real delinquency of 2003 and 2004, against the crisis",
         ratio(world.at(REAL, CRISIS).mean(axis=1), crisis.at(REAL, CRISIS).mean(axis=1)), -INF, BELOW_ONE, "times",
         "lower", ""),
    ]  # fmt: skip


def _without_registry(world, crisis):
    taken = [_total(replay, "limits taken by policies", "2002-10", "2003-03") for replay in (world, crisis)]
    fall = [replay.change("users of cash advances on four cards or more", "2002-09", "2003-06")
            for replay in (world, crisis)]  # fmt: skip
    return [
        ("limits taken from multi-lender users, October 2002 to March 2003, against the crisis", ratio(*taken), -INF,
         BELOW_ONE, "times", "less", ""),
        ("users of cash advances on four cards or more, September 2002 to June 2003, less the change in the crisis",
         fall[0] - fall[1], ABOVE_ZERO, INF, "points", "a smaller fall", ""),
    ]  # fmt: skip


def _without_run(world, crisis):
    failed = [replay.at("lenders failed or absorbed", "2004-03") for replay in (world, crisis)]
    capital = [replay.at("capital ratio", "2003-12") for replay in (world, crisis)]
    return [
        ("lenders failed or absorbed by March 2004, less those of the crisis", failed[0] - failed[1], -INF, -1, "count",
         "fewer", "cannot fall where none fails in the crisis"),
        ("capital over claims in December 2003, less that of the crisis", capital[0] - capital[1], ABOVE_ZERO,
         INF, "points", "higher", ""),
    ]  # fmt: skip


ABLATIONS = (
    Ablation("S1", "korea-2002-one-lender", "Everybody has one lender", _without_others),
    Ablation("S2", UNCUT, "No cut of limits after September 2002", _without_cuts),
    Ablation("S3", "korea-2002-slow-cuts", "Cuts of at most 10 % a quarter from October 2002", _slowly),
    Ablation("S4", "korea-2002-no-rewriting", "No loan is rewritten from June 2002 on", _without_rewriting),
    Ablation("S5", "korea-2002-no-registry", "No registry", _without_registry),
    Ablation("S6", "korea-2002-no-run", "No funding run", _without_run),
)


def table(ablation: Ablation, world: Replay, crisis: Replay) -> list[Row]:
    """The sign rows of one ablation.

    world: without the piece; crisis: the same seeds with it. Returns rows whose windows are signs or bounds.
    """
    return [
        Row.over_seeds(ablation.name, name, values, None, low, high, unit, "direction only", note,
                       said, ablation.code)
        for name, values, low, high, unit, said, note in ablation.rows(world, crisis)
    ]  # fmt: skip
