"""Candidate indicators of trouble in consumer credit: what a supervisor could publish every month."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

YEAR = 12


@dataclass(frozen=True)
class Indicator:
    """One indicator: how it is worked out, which way is worse, and why it could lead."""

    name: str
    unit: str
    worse: int  # +1: higher is worse; -1: lower is
    formula: str
    why: str
    of: Callable[[dict], np.ndarray]  # from the totals of a world to one value a month


def totals(tables) -> dict[str, np.ndarray]:
    """The whole market month by month: sums over lines and platforms.

    tables: of ``CreditModel.tables``. Returns name -> [month]: every column of ``economy``, the sum over lines of every
    whole-number column of ``monthly`` whose name ``economy`` does not have, and of platforms ``capital_fen`` and
    ``spread_fen``, the funding spread in fen a year on what is owed to each.
    """
    economy, lines = tables["economy"], tables["monthly"]
    months = len(economy["month"])
    each = {name: column.reshape(months, -1) for name, column in lines.items()}
    first = np.unique(each["platform"][0].astype(str), return_index=True)[1]  # one line of each platform
    summed = {name: column.sum(axis=1) for name, column in each.items() if column.dtype == np.int64}
    return (
        summed
        | economy
        | {
            "capital_fen": each["capital_fen"][:, first].sum(axis=1),
            "spread_fen": (each["spread"] * each["balance_fen"]).sum(axis=1),
        }
    )


def _share(part: str, whole: str) -> Callable[[dict], np.ndarray]:
    """One total as a share of another; 0 where there is nothing to share."""
    return lambda total: total[part] / np.maximum(1, total[whole])


def _late(total) -> np.ndarray:
    return (total["m2_fen"] + total["m3_fen"] + total["m4_fen"]) / np.maximum(1, total["balance_fen"])


def _growth(total) -> np.ndarray:
    """Growth over twelve months; not a number in the first twelve."""
    balance = np.log(np.maximum(1, total["balance_fen"]))
    return np.concatenate([np.full(min(YEAR, len(balance)), np.nan), balance[YEAR:] - balance[:-YEAR]])


INDICATORS = {row[0]: Indicator(*row) for row in (
    ("repaid by new debt", "share of repayments", +1, "cash drawn by people who were short / payments received",
     "old debt that is paid with new stays current only as long as somebody lends", _share("rolled_fen", "paid_fen")),
    ("utilisation", "share of limits", +1, "balance / limits",
     "people who have used up their credit have nothing to bridge a bad month with",
     _share("balance_fen", "limit_fen")),
    ("applications", "per person", +1, "applications received / people",
     "people in need ask for new lines first", _share("applications", "borrowers")),
    ("approvals", "share of applications", +1, "applications approved / received",
     "lending standards are laxest in the boom before a bust", _share("approvals", "applications")),
    ("two or more lenders", "share of people", +1, "people who owe two or more online platforms / people",
     "a cut at one lender becomes a missed bill at another", _share("online_two_or_more", "borrowers")),
    ("lenders per person", "count", +1, "platforms owed to, summed over people / people",
     "the same, banks included", _share("lenders_total", "borrowers")),
    ("debt service", "share of income", +1, "minimum payments due, arrears included / income",
     "the best indicator shortly before banking crises in Drehmann and Juselius 2014",
     _share("due_fen", "income_fen")),
    ("credit growth", "log change, over 12 months", +1, "ln(balance / balance of twelve months before)",
     "credit above its trend is the best indicator some years before banking crises in Drehmann and Juselius 2014",
     _growth),
    ("delinquency", "share of balance", +1, "balance 30 or more days past due / balance",
     "what lenders and supervisors watch", _late),
    ("new arrears", "share of balance", +1, "balance 1-30 days past due / balance",
     "every debt passes through it before it is delinquent", _share("m1_fen", "balance_fen")),
    ("people short of cash", "share of people", +1,
     "people whose needs exceed cash and usable purchase credit / people",
     "distress before anybody is late", _share("short", "borrowers")),
    ("unmet need", "share of income", +1, "what people are still short of after all help / income",
     "the part of distress that credit no longer covers", _share("unmet_fen", "income_fen")),
    ("without work", "share of people", +1, "1 - people with work / people",
     "most defaults begin with lost income", lambda total: 1.0 - _share("employed", "borrowers")(total)),
    ("funding spread", "per year", +1, "platforms' funding rates above normal, weighted by balance",
     "those who fund lenders may know more than others", _share("spread_fen", "balance_fen")),
    ("capital", "share of balance", -1, "platforms' capital / balance",
     "lenders that run out of it must stop lending", _share("capital_fen", "balance_fen")),
)}  # fmt: skip


def courses(tables) -> dict[str, np.ndarray]:
    """Every indicator in every month of a world, so turned that higher is worse.

    tables: of ``CreditModel.tables``. Returns name -> [month] in the indicator's unit times its direction.
    """
    total = totals(tables)
    return {name: indicator.worse * indicator.of(total) for name, indicator in INDICATORS.items()}
