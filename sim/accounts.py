"""Accounts: the books are checked against every flow each month, to the fen."""

import numpy as np

from sim import ledger
from sim import tally as row
from sim.compiled import loop
from sim.line import CHARGED_OFF, balance, is_on_book


class AccountsDoNotClose(Exception):
    """A fen was lost or made: which identity failed, in which month, by how much."""


class Accounts:
    """The stocks at the last month end, against which the next month's flows are checked."""

    def __init__(self, market):
        self._debts = np.zeros(len(market.products), np.int64)
        self._claims = np.zeros(len(market.products), np.int64)
        cash = _open(market.borrowers, market.lines, self._debts, self._claims)
        self._cash = {"borrowers": int(cash), **_institutions(market)}

    def close_month(self, market, total: dict, date: str) -> None:
        """Check a month: money by sector, debts line by line of business, claims. Raises AccountsDoNotClose.

        change of cash = received - paid, for borrowers, merchants and platforms;
        change of debt = purchases + draws + interest + fees - payments - refunds - charge-offs, for each product;
        change of claims = charge-offs - recoveries - claims sold; and what people owe is what the platforms' books say.
        """
        flows = total["flows"]
        cash = {"borrowers": int(total["economy"][row.CASH]), **_institutions(market)}
        for sector, held in cash.items():
            net = sum(
                int(flows[i].sum()) * ((payee == sector) - (payer == sector))
                for i, (_, payer, payee) in enumerate(ledger.FLOWS)
            )
            _must_equal(held - self._cash[sector], net, f"money of {sector}", date)
        lent, gone = (flows[list(rows)].sum(0) for rows in (ledger.DEBT_UP, ledger.DEBT_DOWN))
        charged_off, settled = (flows[list(rows)].sum(0) for rows in (ledger.CLAIMS_UP, ledger.CLAIMS_DOWN))
        debts = total["books"][:, row.BALANCE]
        claims = total["books"][:, row.CLAIMS]
        for k in range(len(debts)):
            _must_equal(debts[k] - self._debts[k], (lent - gone)[k], f"debt on product {k}", date)
            _must_equal(claims[k] - self._claims[k], (charged_off - settled)[k], f"claims on product {k}", date)
        for p, platform in enumerate(market.platforms):
            owned = debts[market.products["platform"] == p].sum()
            _must_equal(platform.book, owned, f"book of platform {p}", date)
        self._cash, self._debts, self._claims = cash, debts.copy(), claims.copy()


@loop
def _open(borrowers, lines, debts, claims):
    """Add up opening debts and charged-off claims by product; returns borrowers' cash. No copies of big columns."""
    cash = 0
    for i in range(len(borrowers)):
        cash += borrowers[i].cash
        for k in range(len(debts)):
            if is_on_book(lines[i, k]):
                debts[k] += balance(lines[i, k])
            elif lines[i, k].state == CHARGED_OFF:
                claims[k] += lines[i, k].revolving
    return cash


def _institutions(market) -> dict[str, int]:
    return {"merchants": int(market.merchants["cash"].sum()), "platforms": int(market.platforms["cash"].sum())}


def _must_equal(change, flow, what: str, date: str) -> None:
    if int(change) != int(flow):
        raise AccountsDoNotClose(f"{date}: {what} changed by {int(change)} fen, the flows say {int(flow)}")
