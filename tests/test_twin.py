"""The compiled market and its twin of plain Python objects give the same numbers, month by month."""

import os
import pickle
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from markets import CHANGES_ON, everything_on

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

def in_trouble():
    """The keywords of a scenario in a bad year."""
    return load("limit-cut", TROUBLE).market_arguments()


TWIN = """
import pickle, sys
import numpy as np
from analysis.benchmark.mesa_objects import ObjectModel  # first: it must come before the rules

with open(sys.argv[1], "rb") as file:
    model = ObjectModel(pickle.load(file))
for _ in range(int(sys.argv[2])):
    model.step()
market = model.market
fields = lambda records, names: np.array([[getattr(each, name) for name in names] for each in records], float)
people, shops, platforms, lines = (names.split() for names in sys.argv[4:])
np.savez(sys.argv[3], people=fields(market.borrowers, people), shops=fields(market.merchants, shops),
         platforms=fields(market.platforms, platforms),
         lines=fields([line for person in market.borrowers for line in person.lines], lines),
         **{name: np.array([month[name] for month in model.months]) for name in model.months[0]})
"""


@pytest.fixture(scope="module", params=[in_trouble, everything_on])
def market(request):
    """The keywords of one market."""
    return SimpleNamespace(name=request.param.__name__, keywords=request.param())


@pytest.fixture(scope="module")
def compiled(market):
    """The market as CreditModel plays it, and its pickle at the founding."""
    from sim.model import CreditModel

    model = CreditModel(**market.keywords, borrowers=BORROWERS, seed=7)
    founded = pickle.dumps(model)
    months = []
    add = model.history.add

    def keep(total, market):
        months.append({name: total[name].copy() for name in SUMS})
        add(total, market)

    model.history.add = keep
    model.run(MONTHS)
    return model, months, founded


def everybody(model):
    """All records of a market, by the name they have in the twin's file."""
    market = model.market
    return {"people": market.borrowers, "shops": market.merchants, "platforms": market.platforms,
            "lines": market.lines.ravel()}  # fmt: skip


@pytest.fixture(scope="module")
def twin(compiled, tmp_path_factory):
    """What the same market gives when every borrower is a Python object, in a process where nothing is compiled."""
    folder = tmp_path_factory.mktemp("twin")
    (folder / "founded").write_bytes(compiled[2])
    fields = [" ".join(records.dtype.names) for records in everybody(compiled[0]).values()]
    files = str(folder / "founded"), str(MONTHS), str(folder / "twin.npz")
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", TWIN, *files, *fields], capture_output=True, text=True, check=False,
                          env=environment)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return np.load(folder / "twin.npz")


def test_every_monthly_sum_is_the_same(compiled, twin):
    for name in SUMS:
        ours = np.array([month[name] for month in compiled[1]])
        assert (ours == twin[name]).all(), f"{name} differs first in month {np.nonzero(ours != twin[name])[0][0]}"


def test_everybody_ends_where_their_twin_does(compiled, twin):
    for name, records in everybody(compiled[0]).items():
        for place, field in enumerate(records.dtype.names):
            if field != "lenders_before":  # noted by the model for tables, outside the month
                assert (records[field].astype(float) == twin[name][:, place]).all(), f"{name}.{field}"


def test_the_comparison_meets_what_matters(compiled, market):
    """Equal numbers prove little if nothing happened: cuts, defaults, charge-offs, new lines and closed shops occur."""
    tables = compiled[0].tables()
    monthly, economy = tables["monthly"], tables["economy"]
    happened = ["policy_cut_fen", "defaults", "charge_offs", "approvals", "added_limit_fen"]
    paid = {"recoveries", "family help"}
    if market.name == "everything_on":
        happened += ["frauds_caught", "suspensions", "locked_out", "complaints", "plan_requests", "plans_relieved",
                     "manual", "converted_fen", "warnings", "lines_left"]  # fmt: skip
        paid |= {"stolen by thieves", "collection commissions", "sales of claims", "advances to merchants",
                 "settlements paid", "belongings sold", "purchases abroad",
                 "capital put in"}  # fmt: skip
        assert economy["taught"].sum() > 0
        shifts = compiled[0].timetable
        assert shifts.holds(CHANGES_ON[-1], MONTHS - 1), "the change that reacts never did"
    for column in happened:
        assert monthly[column].sum() > 0, column
    assert economy["merchants_open"].min() < economy["merchants_open"].max()
    assert paid <= set(tables["flows"]["flow"]), paid - set(tables["flows"]["flow"])
