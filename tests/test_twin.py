"""The compiled market and its twin of plain Python objects give the same numbers, month by month."""

import os
import pickle
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from markets import default_market

from scenarios.loader import load
from sim.policy import Change, When

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
#: Whatever is off in a market where nothing is said about it.
BEHAVIOUR_ON = {
    "job_loss_hazard": 0.04, "planning_error": 0.2, "attention": 0.3, "demand_uplift": 0.1, "self_cap_share": 0.3,
    "deleveraging": 0.3, "draw_ahead": 0.5, "imitation_months": 2, "campaign_dip": 0.5, "asset_sale_hazard": 0.2,
    "plan_request_hazard": 0.4, "adviser_share": 0.3, "reminder_appeal": 0.2, "penalty_deterrence": 1.0,
    "bureau_deterrence": 0.5, "malicious_share": 0.05, "income_inflation": 0.5, "ring_adaptation": 0.3,
    "forged_share": 0.1, "takeover_hazard": 0.05, "opt_out": 0.5, "trust_gain": 0.02, "trust_loss": 0.3,
    "churn_hazard": 0.3, "complaint_hazard": 0.5, "strategic_share": 0.2, "score_behaviour": 0.05,
    "score_spending": 0.1, "score_inquiries": 0.1, "score_cut": 0.05, "model_drift": 0.1, "common_score": 0.3,
    "data_limit": 0.2, "record_sharing": 0.3, "bureau_lag": 1.0, "retention_response": 0.1,
    "merchant_cash_months": 0.5, "merchant_acceptance": 0.8, "settlement_lag": 0.7, "stock_need": 0.5,
    "compliance_cost": 0.01, "violation_share": 0.1, "violation_fine": 0.1, "pooled_warning": 0.3,
    "reputation_loss": 2.0, "reputation_price": 0.05, "news_weight": 0.5, "sandbox": 0.3, "cooling_off": 1,
}  # fmt: skip
PLATFORM_ON = {
    "income_check": 0.3, "deep_review": 0.6, "reads_records": 0.5, "uses_social": 0.3, "checks": 1,
    "check_months": 0.3, "manual_share": 0.2, "check_cost": 5.0, "account_cost": 0.5, "strictness": 0.01,
    "explains": 0.3, "login_friction": 0.2, "monitor": 0.3, "monitor_cost": 0.5, "outage_hazard": 0.2,
    "outage_grace": 1, "leak_hazard": 0.1, "service_error": 0.2, "wrongful_fee_hazard": 0.05, "calls": 3.0,
    "call_capacity": 100.0, "call_cost": 2.0, "tone": 0.3, "plan_acceptance": 0.6, "plan_capacity": 50.0,
    "plan_relief": 0.5, "provision_late": 0.2, "provision_default": 0.5, "band_control": 0.01, "early_warning": 0.05,
    "recapitalisation": 0.5, "investors": 0.3, "run_sensitivity": 0.01, "advance_months": 0.3,
}  # fmt: skip
PRODUCT_ON = {
    "abroad": 0.05, "converts": 0.3, "risk_pricing": 0.1, "penalty_rate": 0.01, "late_cut": 0.2, "permissions": 1,
    "event_review": 1, "tracking": 0.3, "placement_after": 2, "sell_after": 9, "recourse": 0.2, "bill_cycle": 45,
    "recovery_hazard": 0.5,
}  # fmt: skip
CHANGES = (
    Change("cut", "limit_cut", 0.4, "2017-06", announced="2017-04", platform="incumbent"),
    Change("lesson", "education", 0.5, "2017-03"),
    Change("sale", "campaign", 0.2, "2017-05", until="2017-07"),
    Change("cheaper", "new_rate", 0.10, "2017-04"),
    Change("variant", "launch", 0.2, "2017-05", platform="marketplace"),
    Change("break", "moratorium", 0.3, "2017-08", until="2017-10"),
    Change("brake", "approval_shift", 0.05, "2017-03", when=When("delinquency", above=0.03)),
)


def in_trouble():
    """The keywords of a scenario in a bad year."""
    return load("limit-cut", TROUBLE).market_arguments()


def all_on():
    """The keywords of a market with every mechanism switched on and changes of every kind.

    The first platform lends to merchants, so it has capital to last and no investors who could leave.
    """
    platforms, products = default_market()
    safe = {"investors": 0.0, "capital_share": 0.6}
    return {"platforms": [terms | PLATFORM_ON | (safe if not p else {}) for p, terms in enumerate(platforms)],
            "products": [terms | PRODUCT_ON for terms in products],
            "parameters": BEHAVIOUR_ON, "changes": CHANGES}  # fmt: skip


TWIN = """
import pickle, sys
import numpy as np
from analysis.mesa_objects import ObjectModel  # first: it must come before the rules

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


@pytest.fixture(scope="module", params=[in_trouble, all_on])
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
    if market.name == "all_on":
        happened += ["frauds_caught", "suspensions", "locked_out", "complaints", "plan_requests", "plans_relieved",
                     "manual", "converted_fen", "warnings", "lines_left"]  # fmt: skip
        paid |= {"stolen by thieves", "collection commissions", "sales of claims", "advances to merchants",
                 "settlements paid", "belongings sold", "purchases abroad", "fees refunded",
                 "capital put in"}  # fmt: skip
        assert economy["taught"].sum() > 0
        shifts = compiled[0].timetable
        assert shifts.holds(CHANGES[-1], MONTHS - 1), "the change that reacts never did"
    for column in happened:
        assert monthly[column].sum() > 0, column
    assert economy["merchants_open"].min() < economy["merchants_open"].max()
    assert paid <= set(tables["flows"]["flow"]), paid - set(tables["flows"]["flow"])
