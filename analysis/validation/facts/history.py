"""What a world added up to, month by month."""

import numpy as np

from sim import ledger
from sim import tally as row
from sim.model import CreditModel
from sim.record import MERCHANT_COLUMNS

_NAMES = [column.name for column in MERCHANT_COLUMNS]
STAFF, SALES = _NAMES.index("merchant_staff"), _NAMES.index("merchant_sales_fen")


class History:
    """What a world added up to, by month: arrays [month, ...] of its tallies, and who defaulted when."""

    def __init__(self, model: CreditModel):
        """Take over the months a model has played."""
        months = model.history.months
        self.books, self.economy, self.flows, self.moves, self.merchants = (
            np.array([month[name] for month in months])
            for name in ("books", "economy", "flows", "transitions", "merchants")
        )
        self.events = [month["events"] for month in months]

    def late(self, which=slice(None)) -> np.ndarray:
        """Share of balance 30 or more days late, by month; which: products, all of them by default."""
        books = self.books[:, which].sum(1)
        return books[:, [row.M2, row.M3, row.M4]].sum(1) / np.maximum(1, books[:, row.BALANCE])

    def flow(self, *names) -> np.ndarray:
        """The sum of some flows of ``ledger.FLOWS``, in fen by month."""
        return self.flows[:, list(names)].sum((1, 2)).astype(float)

    def net_charge_offs(self) -> np.ndarray:
        """Charged off less recovered, in fen by month."""
        return self.flow(ledger.CHARGE_OFFS) - self.flow(ledger.RECOVERIES, ledger.CLAIM_SALES)

    def spending(self) -> np.ndarray:
        """What people bought, in fen by month."""
        return self.flow(ledger.PURCHASES_CASH, ledger.PURCHASES_CREDIT, ledger.PURCHASES_ABROAD)

    def balance(self) -> np.ndarray:
        """What all people owe, charged-off debt excluded, in fen by month."""
        return self.books[..., row.BALANCE].sum(1).astype(float)
