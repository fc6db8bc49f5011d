"""B8: defaults are kept on record for a shorter time, and lenders answer."""

import numpy as np

from analysis.validation.book import ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import (
    ABOVE,
    BELOW,
    NOT_ABOVE,
    books,
    calm_market,
    each_seed,
    failed_lines,
    sign,
    world,
)
from analysis.validation.row import Row
from sim import tally
from sim.policy import Change

BEFORE, WITHIN = 24, 24  # months before the rule; months in which a new default counts
AFTER = 36
SHORTER = 21  # months on record, against 24: as 36 against 42
ANSWER = {"retention_response": 0.1}  # as in the scenario everything: only its sign is published
RULE = (Change("shorter", "record_retention", SHORTER, "2019-01"),)
TIGHTER, FORGOTTEN = "Bos and Nakamura 2014", "Bos and Nakamura 2013"


def again(freed, failed) -> float:
    """Of the people whose record ended, the share with a new default within two years.

    freed: month in which each record ended, -1 if it did not; failed: booleans [month, borrower], a line became more
    than 90 days late. People whose two years are not over when the months end are left out.
    """
    last = len(failed) - WITHIN
    people = np.flatnonzero((freed >= 0) & (freed < last))
    return ratio(sum(failed[freed[p] + 1 : freed[p] + 1 + WITHIN, p].any() for p in people), len(people))


def _watch(model, months):
    """Play so many months: (records [month, borrower], new defaults [month, borrower])."""
    records, failed = [], []
    for _ in range(months):
        model.step()
        records.append(model.market.borrowers["bad_record"] > 0)
        failed.append(failed_lines(model, -1).any(axis=1))
    return np.array(records), np.array(failed)


def _seed(size, seed):
    model = world(calm_market(ANSWER), size, seed, BEFORE)
    treated = model.market.borrowers["bad_record"] > SHORTER  # on record when the rule comes, and forgotten earlier
    short, long = model.branch(RULE), model.branch()
    (kept, failed), (_, failed_long) = _watch(short, AFTER), _watch(long, AFTER)
    ended = np.argmax(kept[:-1] & ~kept[1:], axis=0)
    freed = np.where((kept[:-1] & ~kept[1:]).any(axis=0), ended + 1, -1)
    approved = [
        ratio(books(m, tally.APPROVALS, BEFORE).sum(), books(m, tally.APPLICATIONS, BEFORE).sum())
        for m in (short, long)
    ]
    more = ratio(failed[:, treated].any(axis=0).sum() - failed_long[:, treated].any(axis=0).sum(), treated.sum())
    all_more = ratio(failed.sum() - failed_long.sum(), size.borrowers)
    return approved[0] - approved[1], more, all_more, again(freed, failed)


def _play(size, room, progress) -> list[Row]:
    approvals, treated, everybody, repeat = each_seed(size, progress, lambda seed: _seed(size, seed)).T
    note = f"{SHORTER} months on record instead of 24, as 36 instead of 42: lenders here forget after two years at most"
    group = "shorter records"
    return [
        sign(
            group, "share of applications approved", approvals,
            BELOW, "points", TIGHTER, note, "lenders tighten", "B8",
        ),
        sign(
            group, "new defaults of those who are forgotten earlier", treated,
            ABOVE, "points", TIGHTER, "per person, three years", "more", "B8",
        ),
        sign(
            group, "defaults in all", everybody,
            NOT_ABOVE, "points", TIGHTER, "lines per person, three years", "not more", "B8",
        ),
        Row.over_seeds(
            group, "new default within two years of the end of a record", repeat,
            0.27, 0.0, 0.27, "percent", FORGOTTEN, "", "less than 27 %", "B8",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "record-retention",
        "replications",
        "What do lenders and borrowers do when defaults are forgotten sooner?",
        _play,
        quick=Size(20_000, 3),
        full=Size(50_000, 10),
    ),
)
