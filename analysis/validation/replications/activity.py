"""B17: consumer credit raises activity at first and deepens the crisis that follows; shops and incomes are closed."""

import numpy as np

from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import ABOVE, BELOW, FLOW, calm_market, each_seed, economy, sign, world
from analysis.validation.row import Row
from sim import tally
from sim.policy import Change

SOURCE = "Russo, Riccetti and Gallegati 2016"
SETTLED, BOOM, CRISIS = 12, 24, 36  # months without credit, with it before the crisis, and from the crisis on
CLOSED = {"merchant_employment_share": 1.0}  # everybody with work earns it at a shop of this market
NOBODY_OWES = {"reach": 0.0}
OWNERS = {"recapitalisation": 1.0}  # lenders that begin with nothing are founded by their owners
SHOCK = Change("crisis", "job_loss_multiple", 3.0, "2020-01", until="2020-07")
SALES = [FLOW["purchases in cash"], FLOW["purchases on credit"]]


def _stopped(until=None):
    return Change("no credit", "platform_stop", 1, "2017-01", until=until)


def compare(sales, without, jobless, jobless_without):
    """What credit did, from what is counted in each month since it came [month], with and without it.

    Returns (sales in the boom, share more; people without work in the boom, more; depth of the fall of sales from the
    last year of the boom to the crisis, more; people without work from the crisis on, more).
    """
    early, late, last = slice(0, BOOM), slice(BOOM, None), slice(BOOM - 12, BOOM)
    depth, depth_without = (1.0 - s[late].mean() / s[last].mean() for s in (sales, without))
    return (
        sales[early].mean() / without[early].mean() - 1.0,
        jobless[early].mean() - jobless_without[early].mean(),
        depth - depth_without,
        jobless[late].mean() - jobless_without[late].mean(),
    )


def _seed(size, seed):
    market = calm_market(CLOSED, OWNERS, NOBODY_OWES)
    start = world(market, size, seed, SETTLED, changes=(_stopped(),))
    credit, none = (start.branch((_stopped(until), SHOCK)).run(BOOM + CRISIS) for until in ("2018-01", None))
    sales = [np.array([m["flows"][SALES].sum() for m in w.history.months[SETTLED:]], float) for w in (credit, none)]
    jobless = [1.0 - economy(w, tally.EMPLOYED, SETTLED) / size.borrowers for w in (credit, none)]
    return compare(*sales, *jobless)


def _play(size, room, progress) -> list[Row]:
    sales, jobless, deeper, later = each_seed(size, progress, lambda seed: _seed(size, seed)).T
    group = "a market with and without credit"
    shock = "job losses tripled for half a year from January 2020: the crisis comes from outside; then three years"
    return [
        sign(
            group, "sales in the first two years", sales,
            ABOVE, "percent", SOURCE, "credit opens in January 2018", "higher", "B17",
        ),
        sign(
            group, "people without work in the first two years", jobless,
            BELOW, "points", SOURCE, "jobs at shops do not grow beyond what they were", "fewer", "B17",
        ),
        sign(
            group, "how much deeper sales fall in the crisis", deeper,
            ABOVE, "points", SOURCE, shock, "deeper", "B17",
        ),
        sign(
            group, "people without work from the crisis on", later,
            ABOVE, "points", SOURCE, shock, "more", "B17",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "credit-and-crisis",
        "replications",
        "Does credit first lift activity and then deepen the crisis?",
        _play,
        quick=Size(10_000, 3),
        full=Size(50_000, 10),
    ),
)
