"""Markets to test on: the default one, small ones made by hand, and how two worlds are compared."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np

import sim
from sim.model import CreditModel
from sim.policy import Change, When

ROOT = Path(sim.__file__).parent.parent

#: Nothing passes from one person to another.
UNCOUPLED = {"jobs_channel": 0, "peers_channel": 0, "funding_channel": 0}

ONE_LENDER = (
    [{"name": "shop"}], [{"name": "pay-later", "platform": "shop", "buys": 1, "acceptance": 0.4, "call_in_after": 2}])

TWO_LENDERS = (
    [{"name": "shop"}, {"name": "lender", "sees": 1.0}],
    [{"name": "pay-later", "platform": "shop", "buys": 1, "acceptance": 0.4, "reach": 0.8, "call_in_after": 2},
     {"name": "cash", "platform": "lender", "lends_cash": 1, "minimum_share": 1, "reach": 0.6, "call_in_after": 2}])


#: Behaviour and terms of ``still_market.toml`` where they differ from today's defaults.
STILL = {
    "job_loss_hazard": 0.0072, "job_loss_scar": 0.19, "benefit_share": 0.15, "wage_shock": 0.08, "income_shock": 0.26,
    "hand_to_mouth_share": 0.501, "belt_tightening": 0.11, "expense_hazard": 0.075, "credit_share": 0.68,
    "minimum_habit_share": 0.32, "adoption_hazard": 0.025, "loan_hazard": 0.059, "loan_size": 3.85,
    "family_help_hazard": 0.1, "income_noise": 0.41, "score_income": 0.51, "score_burden": 0.8, "score_late": 0.67,
    "merchant_layoff_response": 0.7, "peer_effect": 0.08, "openness_spread": 0.0, "strategic_debt": 12.0,
    "loan_lines": 1, "malicious_share": 0.0, "openness_need": 1.0,
    "reemployment_hazard": 0.17, "saver_spending_share": 0.6, "saver_buffer_median": 3.0, "fraud_hazard": 0.1,
    "use_adjustment": 0.15, "applications": 2,
}  # fmt: skip
STILL_TERMS = {"call_in_after": 2, "raise_share": 0.109, "raise_margin": 0.041, "cut_margin": 0.162}


def default_market() -> tuple[list[dict], list[dict]]:
    """The platforms and products of a market like the default one, as ``CreditModel`` takes them.

    It stands still: a new calibration of the default market changes no test of a mechanism.
    """
    market = tomllib.loads((ROOT / "tests/still_market.toml").read_text())
    platforms, products = [], []
    for terms in market["platforms"]:
        products += [STILL_TERMS | product | {"platform": terms["name"]} for product in terms.pop("products")]
        platforms.append(terms)
    return platforms, products


#: Whatever is off in a market where nothing is said about it.
BEHAVIOUR_ON = STILL | {
    "loan_lines": 3, "openness_spread": 1.0, "strategic_debt": 6.0, "openness_need": 2.0,
    "job_loss_hazard": 0.04, "planning_error": 0.2, "attention": 0.3, "demand_uplift": 0.1, "self_cap_share": 0.3,
    "deleveraging": 0.3, "draw_ahead": 0.5, "imitation_months": 2, "campaign_dip": 0.5, "asset_sale_hazard": 0.2,
    "plan_request_hazard": 0.4, "adviser_share": 0.3, "reminder_appeal": 0.2, "reminder_relationship": 0.5,
    "penalty_deterrence": 1.0,
    "bureau_deterrence": 0.5, "malicious_share": 0.05, "income_inflation": 0.5, "ring_adaptation": 0.3,
    "forged_share": 0.1, "takeover_hazard": 0.05, "opt_out": 0.5, "trust_gain": 0.02, "trust_loss": 0.3,
    "churn_hazard": 0.3, "complaint_hazard": 0.9, "strategic_share": 0.2, "score_behaviour": 0.05,
    "score_spending": 0.1, "score_inquiries": 0.1, "score_cut": 0.05, "model_drift": 0.1, "common_score": 0.3,
    "manual_error": 0.1,
    "data_limit": 0.2, "record_sharing": 0.3, "bureau_lag": 1.0, "retention_response": 0.1,
    "merchant_cash_months": 0.5, "merchant_acceptance": 0.8, "settlement_lag": 0.7, "stock_need": 0.5,
    "compliance_cost": 0.01, "violation_share": 0.1, "violation_fine": 0.1, "pooled_warning": 0.3,
    "reputation_loss": 2.0, "reputation_price": 0.05, "news_weight": 0.5, "sandbox": 0.3, "cooling_off": 1,
}  # fmt: skip
PLATFORM_ON = {
    "income_check": 0.3, "deep_review": 0.6, "reads_records": 0.5, "uses_social": 0.3, "checks": 1,
    "check_months": 0.3, "manual_share": 0.2, "check_cost": 5.0, "account_cost": 0.5, "acquisition_cost": 20.0,
    "strictness": 0.01,
    "explains": 0.3, "login_friction": 0.2, "monitor": 0.3, "monitor_cost": 0.5, "outage_hazard": 0.2,
    "outage_grace": 1, "leak_hazard": 0.1, "service_error": 0.2,
    "complaint_capacity": 50.0, "complaint_cost": 10.0, "detection_delay": 1, "wrongful_fee_hazard": 0.1, "calls": 3.0,
    "call_capacity": 100.0, "call_cost": 2.0, "tone": 0.3, "plan_acceptance": 0.6, "plan_capacity": 50.0,
    "plan_relief": 0.5, "provision_late": 0.2, "provision_default": 0.5, "band_control": 0.01, "early_warning": 0.05,
    "recapitalisation": 0.5, "investors": 0.3, "run_sensitivity": 0.01, "advance_months": 0.3,
}  # fmt: skip
PRODUCT_ON = {
    "abroad": 0.05, "converts": 0.3, "risk_pricing": 0.1, "penalty_rate": 0.01, "late_cut": 0.2, "permissions": 1,
    "event_review": 1, "tracking": 0.3, "placement_after": 2, "sell_after": 12, "recourse": 0.2, "bill_cycle": 45,
    "recovery_hazard": 0.5, "approval_months": 1,
}  # fmt: skip
CHANGES_ON = (
    Change("cut", "limit_cut", 0.4, "2017-06", announced="2017-04", platform="incumbent"),
    Change("lesson", "education", 0.5, "2017-03"),
    Change("sale", "campaign", 0.2, "2017-05", until="2017-07"),
    Change("cheaper", "new_rate", 0.10, "2017-04"),
    Change("variant", "launch", 0.2, "2017-05", platform="marketplace"),
    Change("break", "moratorium", 0.3, "2017-08", until="2017-10"),
    Change("brake", "approval_shift", 0.05, "2017-03", when=When("delinquency", above=0.03)),
)


def everything_on():
    """The keywords of a market with every mechanism switched on and changes of every kind.

    The first platform lends to merchants, so it has capital to last and no investors who could leave.
    """
    platforms, products = default_market()
    safe, strict = {"investors": 0.0, "capital_share": 0.6}, {"outage_grace": 0}
    return {"platforms": [terms | PLATFORM_ON | (strict if p else safe) for p, terms in enumerate(platforms)],
            "products": [terms | PRODUCT_ON for terms in products],
            "parameters": BEHAVIOUR_ON, "changes": CHANGES_ON}  # fmt: skip


def model_of(market, **keywords) -> CreditModel:
    """A model of a pair (platforms, products)."""
    return CreditModel(*market, **keywords | {"parameters": STILL | (keywords.get("parameters") or {})})


def arrays(model) -> dict[str, np.ndarray]:
    """Every field of every record of a model's market, copied: ``borrowers.cash``, ``lines.limit`` and so on."""
    return {f"{table}.{field}": np.array(getattr(model.market, table)[field])
            for table in ("borrowers", "lines", "merchants", "platforms", "products")
            for field in getattr(model.market, table).dtype.names}


def results(model) -> dict[str, np.ndarray]:
    """Every column of every table of a model."""
    return {f"{table}.{column}": np.asarray(values)
            for table, columns in model.tables().items() for column, values in columns.items()}


def everything(model) -> dict[str, np.ndarray]:
    """All that can be known about a model: its records and its tables."""
    return arrays(model) | results(model)


def differences(one: dict, other: dict) -> list[str]:
    """The names of the arrays that are not equal to the bit, for a message when a promise is broken."""
    return [name for name in one.keys() | other.keys()
            if name not in one or name not in other or _bytes(one[name]) != _bytes(other[name])]


def fingerprint(model) -> str:
    """A hash of everything, equal in every process where a model is the same to the bit."""
    digest = hashlib.sha256()
    for name, values in sorted(everything(model).items()):
        digest.update(name.encode() + _bytes(values))
    return digest.hexdigest()


def in_another_process(words, **environment):
    """The fingerprint of a model written in Python, made in a process of its own."""
    program = f"from markets import *; from sim.policy import Change, Who; print(fingerprint({words}))"
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    environment = os.environ | paths | environment
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def heed_ctrl_c():
    """For a process that is to be stopped: that of a shell in the background would be born deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _bytes(values: np.ndarray) -> bytes:
    if values.dtype == object:
        return json.dumps(values.tolist()).encode()
    return str(values.shape).encode() + np.ascontiguousarray(values).tobytes()
