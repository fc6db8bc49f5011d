"""B5, B10, B11: a market without a bureau, lenders that begin to look at one, and borrowers who come to know of it."""

import numpy as np

from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications import worlds
from analysis.validation.replications.worlds import ABOVE, calm_market, each_seed, economy, owed, ratio, world
from analysis.validation.row import Row
from sim import tally
from sim.line import NONE
from sim.model import CreditModel
from sim.policy import Change

BEFORE, AFTER = 12, 24  # months without a bureau, and with it
BLIND = {"sees": 0.0}
SEE = (Change("looks", "visibility", 1.0, "2018-01"),)
AWARE = {"bureau_deterrence": 1.0}
OVERLAP = "Beijing Internet Finance Industry Association"
GUATEMALA = "Luoto, McIntosh and Wydick 2007"
COURSE = "de Janvry, McIntosh and Sadoulet 2006"


# --- B5: how many owe several lenders if no lender sees another's debts ---
def _overlap(size, seed):
    model = world(calm_market(platforms=BLIND, products={"reporting": 0.0}), size, seed, BEFORE)
    cash = [k for k, product in enumerate(model.market.products) if product["lends_cash"] > 0 and product["buys"] == 0]
    asked = (model.market.lines["state"][:, cash] != NONE).copy()
    model.keep_diary()
    for _ in range(AFTER):
        model.step()
        asked |= model.market.uses["applied"][:, cash] > 0
    lenders = model.market.products["platform"][cash]
    at = np.array([asked[:, lenders == lender].any(axis=1) for lender in np.unique(lenders)]).sum(axis=0)
    owing = economy(model, tally.ONLINE_TWO)[-1], economy(model, tally.ONLINE)[-1]
    return ratio(*owing), ratio((at >= 2).sum(), (at >= 1).sum())


def _play_overlap(size, room, progress) -> list[Row]:
    owe, asked = each_seed(size, progress, lambda seed: _overlap(size, seed)).T
    return [
        Row.over_seeds(
            "no bureau", "customers of online lenders who owe several", owe,
            0.44, 0.40, 0.50, "percent", OVERLAP, "at the end of 2019; nobody reports, nobody looks", code="B5",
        ),
        Row.over_seeds(
            "no bureau", "cash loan users who asked at different lenders", asked,
            0.494, 0.40, 0.50, "percent", OVERLAP, "held or asked for a cash line at two lenders by the end of 2019",
            code="B5",
        ),
    ]  # fmt: skip


# --- B10, B11: lenders see, borrowers know ---
def corners(size, seed):
    """Four worlds of one luck after a year alike, each two years on: {(lenders see, borrowers know): model}.

    All lenders report and none looks, until they do; borrowers who know keep current on what is reported.
    """
    unaware = calm_market(platforms=BLIND, products={"reporting": 1.0})
    start = world(unaware, size, seed, BEFORE)
    found = {}
    for know in (False, True):
        market = unaware | {"parameters": unaware["parameters"] | (AWARE if know else {})}
        for see in (False, True):
            changes = {"changes": SEE if see else ()}
            found[see, know] = CreditModel(**market | changes, seed=seed, branch=start).run(AFTER)
    return start, found


def arrears(model, since) -> float:
    """Share of the balance that is 30 and more days late, in the months from one on."""
    late = sum(worlds.books(model, column, since).sum() for column in (tally.M2, tally.M3, tally.M4))
    return ratio(late, worlds.books(model, tally.BALANCE, since).sum())


def failed_share(model, held) -> tuple[float, float]:
    """Share of lines that went into default in the two years: (of those held when they began, of those opened since).

    held: lines on the book then [borrower, product]. Of lines opened since, those that are there at the end or failed.
    """
    failed = np.zeros(held.shape, bool)
    for month in model.history.months[BEFORE:]:
        failed[month["events"]["borrower"], month["events"]["product"]] = True
    lines = model.market.lines
    opened = ~held & (failed | ((lines["state"] > NONE) & (lines["state"] <= 3)))
    return ratio((failed & held).sum(), held.sum()), ratio((failed & opened).sum(), opened.sum())


def _square(size, seed):
    start, found = corners(size, seed)
    held = (start.market.lines["state"] >= 1) & (start.market.lines["state"] <= 3)
    last = BEFORE + AFTER // 2
    late = {corner: arrears(model, last) for corner, model in found.items()}
    old, new = zip(*(failed_share(found[corner], held) for corner in ((False, False), (True, False), (False, True))), strict=True)
    return (late[False, False] - late[True, False], late[False, False],
            new[0] - new[1], old[0] - old[1], old[0] - old[2], new[0] - new[2])  # fmt: skip


def _play_square(size, room, progress) -> list[Row]:
    fall, base, see_new, see_old, know_old, know_new = each_seed(size, progress, lambda seed: _square(size, seed)).T
    print(base, owed)
    return [
        Row.over_seeds("bureau for lenders only", "fall of arrears", fall, 0.02, 0.01, 0.03, "points", GUATEMALA, f"30 and more days late, second year, from {100 * np.median(base):.1f} %", code="B10"),
        Row.over_seeds("lenders see", "fall of default on lines opened since", see_new, None, *ABOVE, "points", COURSE, "", "falls", "B11"),
        Row.over_seeds("lenders see", "fall of default on lines held before", see_old, None, *ABOVE, "points", COURSE, "", "falls", "B11"),
        Row.over_seeds("borrowers know", "fall of default on lines held before", know_old, None, *ABOVE, "points", COURSE, "", "falls", "B11"),
        Row.over_seeds("borrowers know", "fall of default on lines opened since", know_new, None, *ABOVE, "points", COURSE, "", "falls", "B11"),
    ]


EXPERIMENTS = (
    Experiment("no-bureau", "replications", "How many owe several lenders if no lender sees another's debts?", _play_overlap, quick=Size(8_000, 3), full=Size(20_000, 10)),
    Experiment("bureau", "replications", "?", _play_square, quick=Size(8_000, 3), full=Size(20_000, 10)),
)
