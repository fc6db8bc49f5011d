"""One person, a few lines and everything around them, for rules played one at a time from Python."""

import inspect

import numpy as np

from sim import chance as luck
from sim.line import ALL_PERMISSIONS, NONE, OPEN
from sim.model import _terms
from sim.month import list_held
from sim.parameters import BEHAVIOUR, NO_CAP, PLATFORM, PRODUCT
from sim.records import (
    AIM_DTYPE,
    BORROWER_DTYPE,
    LINE_DTYPE,
    MERCHANT_DTYPE,
    PLATFORM_DTYPE,
    PRODUCT_DTYPE,
    RESULT_DTYPE,
    RULES_DTYPE,
    blank,
)
from sim.rules.report import publish
from sim.tally import new_tally
from sim.trust import START

#: Nothing unexpected happens: no luck, no error, no help, unless a test asks for it.
CALM = {"job_loss_hazard": 0, "income_shock": 0, "wage_shock": 0, "wage_growth": 0, "expense_hazard": 0,
        "loan_hazard": 0, "adoption_hazard": 0, "family_help_hazard": 0, "applications": 0, "strategic_share": 0,
        "income_noise": 0, "score_income": 0.468, "score_burden": 0.752, "score_late": 0.664, "strategic_debt": 12,
        "malicious_share": 0, "openness_need": 1, "saver_spending_share": 0.6, "saver_buffer_median": 3,
        "use_adjustment": 0.15}
CALM_PRODUCT = {"call_in_after": 2, "forget_hazard": 0, "instalment_share": 0, "draw_fee": 0, "merchant_fee": 0}
PAY_LATER = {"buys": 1, "acceptance": 0.4}
CASH = {"lends_cash": 1, "minimum_share": 1, "late_fee": 0}
CARD = {"buys": 1, "lends_cash": 0.5, "acceptance": 0.45, "free_period": 2, "consequence": 2}


class Scene:
    """One person of 30 who earns 6,000 yuan outside, and holds one open line of 10,000 yuan of each product.

    Lines stood at the end of last month as they stand now, unless ``reported`` fields say otherwise, and a default on
    record is shown. The contract of every line is what its product says.

    products: terms of each product, with ``platform`` as an index (default 0); platforms: terms of each platform;
    lines: fields of each line that differ, in fen; parameters: behaviour that differs from CALM; person: fields of the
    borrower. ``play(rule)`` calls a rule with what its arguments are called here; line, product and lender are those of
    the product ``k``, the first unless it is given.
    """

    def __init__(self, *products, platforms=None, lines=(), parameters=None, merchants=4, seed=1, month=1,
                 wage_level=1.0, **person):  # fmt: skip
        offers = [CALM_PRODUCT | terms for terms in products]
        self.products = _terms(PRODUCT_DTYPE, PRODUCT, offers, named=("platform",))
        self.products["most_rate"] = NO_CAP
        self.products["platform"] = [terms.get("platform", 0) for terms in products]
        self.contracts = self.products.reshape(1, -1)  # one version of every fee schedule: the products' own terms
        platforms = platforms or [{"signal_noise": 0}] * (1 + max(terms.get("platform", 0) for terms in products))
        self.platforms = _terms(PLATFORM_DTYPE, PLATFORM, platforms)
        for normal in ("reputation", "call_reach", "plan_reach", "service", "indicator", "attends"):
            self.platforms[normal] = 1
        self.rules = _terms(RULES_DTYPE, BEHAVIOUR, [CALM | (parameters or {})])[0]
        self.rules.month = month
        self.rules.wage_level = wage_level
        self.rules.founding = luck.month_key(seed, 0)
        self.merchants = blank(merchants, MERCHANT_DTYPE)
        self.merchants["alive"] = self.merchants["accepts"] = 1
        self.merchants["id"] = np.arange(merchants)
        self.shops = np.arange(4, dtype=np.int32) % merchants
        self.chance = luck.month_key(seed, month + 1)
        self.borrower = blank(1, BORROWER_DTYPE)[0]
        self.lines = blank(len(products), LINE_DTYPE)
        self.tally = new_tally(1, len(products), merchants)
        self.plan, self.buy, self.pay = self.tally.plan[0], self.tally.buy, self.tally.pay
        self.aims = blank(0, AIM_DTYPE)
        self.results = blank(len(self.platforms), RESULT_DTYPE)
        self.result = self.results[0]
        set_fields(self.borrower, {"wage": yuan(6000), "income": yuan(6000), "employer": -1, "age": 30, "stigma": 0.5,
                                   "openness": 1.0,
                                   "policy_cut_month": -1000, "last_opened": -1000,
                                   "record_shown": person.get("bad_record", 0) > 0} | person)  # fmt: skip
        for line, fields in zip(self.lines, list(lines) + [{}] * (len(products) - len(lines)), strict=True):
            set_fields(line, {"state": OPEN, "limit": yuan(10000), "cut_month": -1, "permissions": ALL_PERMISSIONS,
                              "trust": START} | fields)  # fmt: skip
            if line.state == NONE:
                line.limit = 0
            publish(line)
            set_fields(line, {name: value for name, value in fields.items() if name.startswith("reported")})

    def play(self, rule, **more):
        """Call a rule; each of its arguments is found here by its name, or given. Returns what it returns."""
        k = more.setdefault("k", 0)
        asked = inspect.signature(rule).parameters.values()
        return rule(*(more[p.name] if p.name in more else self._named(p.name, k)
                      for p in asked if p.name in more or p.default is p.empty))  # fmt: skip

    def _named(self, name, k):
        one = {"line": self.lines[k], "product": self.products[k], "contract": self.contracts[0, k],
               "lender": self.platforms[self.products[k].platform], "platform": self.platforms[0],
               "merchant": self.merchants[0], "flows": self.tally.flows, "holiday": False}  # fmt: skip
        return one[name] if name in one else getattr(self, name)

    @property
    def held(self):
        """The products of which the person has a line, as the month lists them."""
        return list_held(self.lines, self.tally)

    def flow(self, flow, k=None):
        """What was posted under one flow, in fen, of one product or altogether."""
        row = self.tally.flows[flow]
        return int(row.sum() if k is None else row[k])


def set_fields(record, fields):
    """Write several fields of one record."""
    for name, value in fields.items():
        record[name] = value


def yuan(amount) -> int:
    """An amount of yuan in fen."""
    return round(amount * 100)


#: Round numbers, so that a case can be worked out by hand: 6,000 yuan of wage, of which 2,700 are necessities.
BUDGET = {"necessity_share": 0.45, "saver_spending_share": 0.70, "hand_to_mouth_spending_share": 0.95,
          "jobless_spending": 0.5, "belt_tightening": 0.10, "spending_adjustment": 0.30, "saving_sweep": 0.20,
          "use_adjustment": 0.15, "reminder_effect": 1.0, "relend_weight": 0.5}  # fmt: skip
ROUND_TERMS = {"monthly_rate": 0.015, "instalment_rate": 0.01, "minimum_share": 0.10, "target_use": 0.5}


def household(*products, parameters=None, **rest):
    """A scene with the budget and the terms above, to be worked out by hand."""
    return Scene(*(ROUND_TERMS | terms for terms in products), parameters=BUDGET | (parameters or {}), **rest)
