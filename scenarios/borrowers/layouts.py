"""Tables that are published in another layout, and how their columns become those of ``columns.py``."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenarios.borrowers.columns import ID, Column

IN_FULL = 0.9  # of what was billed: who pays as much pays in full but for what the statement missed


@dataclass(frozen=True)
class Layout:
    """A published layout: its columns, the line and money it is about, and what it says in our columns."""

    name: str
    title: str
    columns: tuple[Column, ...]
    used: tuple[str, ...]  # columns that are read, if they are there
    unused: tuple[str, ...]  # columns of the layout that say nothing the market knows
    other_names: dict[str, str]  # what columns are called in other copies -> name
    line: str
    money: str
    per_yuan: float
    mapped: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]
    says: str  # what becomes of the columns, in words
    source: str


def _card_clients(given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Limit, balance, lateness, age and payment habit of a card holder.

    Months past due = PAY_0 where it is positive (-2 is no use, -1 paid in full, 0 the minimum); balance = BILL_AMT1, a
    credit counts as nothing owed; habit: full if the payments of five months, each at most the bill before it, are
    nine tenths of these bills, not known if nothing was billed.
    """
    missing = np.full(len(given["LIMIT_BAL"]), np.nan)
    late, bill = given.get("PAY_0", missing), given.get("BILL_AMT1", missing)
    billed, paid = np.zeros(len(missing)), np.zeros(len(missing))
    for month in range(1, 6):
        before = np.maximum(0.0, np.nan_to_num(given.get(f"BILL_AMT{month + 1}", missing)))
        payment = given.get(f"PAY_AMT{month}", missing)
        told = ~np.isnan(payment)
        billed += np.where(told, before, 0.0)
        paid += np.where(told, np.minimum(np.nan_to_num(payment), before), 0.0)
    minimum = np.where(billed > 0, (paid < IN_FULL * billed).astype(float), np.nan)
    return {
        "age": given.get("AGE", missing),
        "payment_habit": minimum,
        "limit": given["LIMIT_BAL"],
        "balance": np.maximum(bill, 0.0),
        "months_past_due": np.maximum(late, 0.0),
    } | ({"id": given["id"]} if "id" in given else {})


_MOST = 100_000_000  # NT dollars
_STATUSES = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
_BILLS = tuple(f"BILL_AMT{month}" for month in range(1, 7))
_PAYMENTS = tuple(f"PAY_AMT{month}" for month in range(1, 7))
_UNUSED = ("SEX", "EDUCATION", "MARRIAGE", "DEFAULT_PAYMENT_NEXT_MONTH")
_NUMBERED = ("LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE", *_STATUSES, *_BILLS, *_PAYMENTS)

CARD_CLIENTS = Layout(
    "card-clients",
    "default of credit card clients (Taiwan, April to September 2005)",
    (
        ID,
        Column("LIMIT_BAL", "NT dollars", 1, _MOST, "credit given, with that of family members"),
        Column("AGE", "years", 18, 100, "age", whole=True),
        *(Column(name, "status", -2, 9, "-2 no use, -1 paid in full, 0 minimum, k months late", whole=True)
          for name in _STATUSES),
        *(Column(name, "NT dollars", -_MOST, _MOST, "bill, the latest first") for name in _BILLS),
        *(Column(name, "NT dollars", 0, _MOST, "payment, the latest first") for name in _PAYMENTS),
    ),
    ("LIMIT_BAL", "AGE", "PAY_0", *_BILLS, *_PAYMENTS[:5]),
    _UNUSED,
    {"PAY_1": "PAY_0", "Y": _UNUSED[-1], "DEFAULT": _UNUSED[-1], "UNNAMED:_0": "id"}
    | {f"X{number}": name for number, name in enumerate(_NUMBERED, 1)},
    "bank/card",
    "NT dollars",
    3.93,  # TW-money: mean of 2005
    _card_clients,
    "LIMIT_BAL is the limit, BILL_AMT1 the balance, PAY_0 above 0 the months past due, AGE the age; who paid nine "
    "tenths of five months' bills (PAY_AMT1-5 against BILL_AMT2-6) pays in full, others the minimum",
    "Yeh and Lien 2009, Expert Systems with Applications 36(2); UCI Machine Learning Repository, data set 350",
)  # fmt: skip

LAYOUTS = {layout.name: layout for layout in (CARD_CLIENTS,)}
