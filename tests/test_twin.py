"""The compiled market and its twin of plain Python objects give the same numbers, month by month."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from scenarios.loader import load

BORROWERS = 300
MONTHS = 20
SUMS = ("flows", "books", "economy", "transitions", "segments")
#: A bad year: jobs are lost, lines are charged off, merchants close, and the incumbent cuts its young users.
TROUBLE = (
    "start=2019-12",
    "parameters.job_loss_hazard=0.05",
    "parameters.expense_hazard=0.08",
    "parameters.merchant_cash_months=0.3",
    "parameters.strategic_share=0.3",
)

TWIN = """
import pickle, sys
import numpy as np
from analysis.mesa_objects import ObjectModel  # first: it must come before the rules

with open(sys.argv[1], "rb") as file:
    model = ObjectModel(pickle.load(file))
for _ in range(int(sys.argv[2])):
    model.step()
people = np.array([[p.cash, p.wage, p.jobless, p.bad_record, p.lenders] for p in model.market.borrowers])
shops = np.array([[m.cash, m.staff, m.alive] for m in model.market.merchants])
lines = np.array([[line.revolving, line.limit, line.state] for p in model.market.borrowers for line in p.lines])
np.savez(sys.argv[3], people=people, shops=shops, lines=lines,
         **{name: np.array([month[name] for month in model.months]) for name in model.months[0]})
"""


@pytest.fixture(scope="module")
def compiled():
    """The market as CreditModel plays it, and its pickle at the founding."""
    from sim.model import CreditModel

    model = CreditModel(**load("limit-cut", TROUBLE).market_arguments(), borrowers=BORROWERS, seed=7)
    founded = pickle.dumps(model)
    months = []
    add = model.history.add

    def keep(total, market):
        months.append({name: total[name].copy() for name in SUMS})
        add(total, market)

    model.history.add = keep
    model.run(MONTHS)
    return model, months, founded


@pytest.fixture(scope="module")
def twin(compiled, tmp_path_factory):
    """What the same market gives when every borrower is a Python object, in a process where nothing is compiled."""
    folder = tmp_path_factory.mktemp("twin")
    (folder / "founded").write_bytes(compiled[2])
    command = [sys.executable, "-c", TWIN, str(folder / "founded"), str(MONTHS), str(folder / "twin.npz")]
    subprocess.run(command, check=True, env={**os.environ, "NUMBA_DISABLE_JIT": "1"})
    return np.load(folder / "twin.npz")


def test_every_monthly_sum_is_the_same(compiled, twin):
    for name in SUMS:
        ours = np.array([month[name] for month in compiled[1]])
        assert (ours == twin[name]).all(), f"{name} differs first in month {np.nonzero(ours != twin[name])[0][0]}"


def test_everybody_ends_where_their_twin_does(compiled, twin):
    market = compiled[0].market
    for name, records, fields in (
        ("people", market.borrowers, ("cash", "wage", "jobless", "bad_record", "lenders")),
        ("shops", market.merchants, ("cash", "staff", "alive")),
        ("lines", market.lines.ravel(), ("revolving", "limit", "state")),
    ):
        ours = np.stack([records[field].astype(np.int64) for field in fields], axis=1)
        assert (ours == twin[name]).all()


def test_the_comparison_meets_what_matters(compiled):
    """Equal numbers prove little if nothing happened: cuts, defaults, charge-offs, new lines and closed shops occur."""
    tables = compiled[0].tables()
    for column in ("policy_cut_fen", "defaults", "charge_offs", "approvals", "added_limit_fen"):
        assert tables["monthly"][column].sum() > 0, column
    assert tables["economy"]["merchants_open"].min() < tables["economy"]["merchants_open"].max()
    assert {"recoveries", "family help", "draw fees charged"} <= set(tables["flows"]["flow"])
