"""The months behind: what each month added up to, kept small, and given back as the tables of ``record``."""

from collections.abc import Iterable

import numpy as np

from sim.ledger import FLOWS
from sim.policy import month_date, month_number
from sim.record import BOOK, BUCKETS, CAUSES, ECONOMY, MERCHANT_COLUMNS, SEGMENT, SEGMENTS, TABLES

#: Fields of platforms that become columns.
_STATE = ("delinquency", "tightening", "spread", "reputation", "fear", "capital", "provisions", "funds",
          "complaints_open", "state", "alarm")  # fmt: skip


class History:
    """The totals of every month played, and the tables made of them.

    start: first month, ``2017-01``; platforms: names; products: (platform, product) names.
    """

    def __init__(self, start: str, platforms: list[str], products: list[tuple[str, str]]):
        self.start = month_number(start)
        self.platforms = platforms
        self.products = products
        self.months: list[dict] = []

    def __len__(self) -> int:
        return len(self.months)

    def branch(self) -> "History":
        """A history with the same months behind it, to which others will be added."""
        other = History(month_date(self.start), self.platforms, self.products)
        other.months = list(self.months)
        return other

    def last(self, table: str, measure: int, back: int = 0):
        """A sum of the month played last, or of one before it: a number of ``economy``, one per product of ``books``.

        back: how many months before the last.
        """
        return self.months[-1 - back][table][..., measure]

    def add(self, total: dict, market) -> None:
        """Keep a month: its sums, its defaults with who they are, and the state of platforms and merchants."""
        events = total["events"]
        people = market.borrowers[events["borrower"]]
        self.months.append(
            {
                **{name: total[name] for name in ("flows", "books", "transitions", "economy", "segments")},
                "events": events,
                "who": np.array(people[["age", "quintile", "lenders_before"]].tolist(), np.int64).reshape(-1, 3),
                "platforms": np.array(
                    market.platforms[list(_STATE)].tolist()
                ),
                "merchants": _sum_merchants(market.merchants),
            }
        )

    def tables(self, names: Iterable[str] = tuple(TABLES)) -> dict[str, dict[str, np.ndarray]]:
        """Tables of ``record.TABLES`` as columns of numpy arrays, rows by month, then as in the market.

        names: of the tables wanted.
        """
        makers = {
            "monthly": self._monthly,
            "economy": self._economy,
            "segments": self._segments,
            "transitions": self._transitions,
            "defaults": self._defaults,
            "flows": self._flows,
        }
        return {name: makers[name]() for name in names}

    def _dates(self, rows_each) -> np.ndarray:
        """The first day of each month played, repeated for its rows (one number, or one per month)."""
        days = [np.datetime64(month_date(self.start + t), "D") for t in range(len(self))]
        return np.repeat(np.array(days, "datetime64[D]"), rows_each)

    def _stack(self, name: str) -> np.ndarray:
        return np.array([month[name] for month in self.months])

    def _line_keys(self, months, products) -> dict:
        """Columns month, platform and product from indices of months and products."""
        names = np.array(self.products, object).reshape(-1, 2)
        return {"month": self._dates(1)[months], "platform": names[products, 0], "product": names[products, 1]}

    def _monthly(self) -> dict:
        count = len(self.products)
        months = np.repeat(np.arange(len(self)), count)
        table = self._line_keys(months, np.tile(np.arange(count), len(self)))
        books = self._stack("books").reshape(-1, len(BOOK))
        table |= {column.name: books[:, i] for i, column in enumerate(BOOK)}
        of_product = [self.platforms.index(platform) for platform, _ in self.products]
        values = self._stack("platforms")[:, of_product].reshape(-1, len(_STATE))
        state = dict(zip(_STATE, values.T, strict=True))
        return table | {
            **{name: state[name] for name in ("delinquency", "tightening", "spread", "reputation", "fear")},
            **{f"{name}_fen": state[name].astype(np.int64) for name in ("capital", "provisions", "funds")},
            "complaints_open": state["complaints_open"],
            "lending": state["state"] == 0,
            "alarm": state["alarm"] > 0,
        }

    def _economy(self) -> dict:
        sums = self._stack("economy")
        merchants = self._stack("merchants")
        table = {"month": self._dates(1)} | {column.name: sums[:, i] for i, column in enumerate(ECONOMY)}
        return table | {
            column.name: merchants[:, i].astype(np.float64 if column.type == "DOUBLE" else np.int64)
            for i, column in enumerate(MERCHANT_COLUMNS)
        }

    def _segments(self) -> dict:
        names = [(kind, segment) for kind, segments in SEGMENTS.items() for segment in segments]
        cells = self._stack("segments").reshape(-1, len(SEGMENT))
        table = {
            "month": self._dates(len(names)),
            "kind": np.array([k for k, _ in names] * len(self), object),
            "segment": np.array([s for _, s in names] * len(self), object),
        }
        return table | {column.name: cells[:, i] for i, column in enumerate(SEGMENT)}

    def _transitions(self) -> dict:
        moves = self._stack("transitions")
        month, product, was, now = np.nonzero(moves[..., 0])
        buckets = np.array(BUCKETS, object)
        cells = moves[month, product, was, now]
        return self._line_keys(month, product) | {
            "from_bucket": buckets[was],
            "to_bucket": buckets[now],
            "accounts": cells[:, 0],
            "balance_fen": cells[:, 1],
        }

    def _defaults(self) -> dict:
        counts = [len(month["events"]) for month in self.months]
        events = np.concatenate([month["events"] for month in self.months])
        who = np.concatenate([month["who"] for month in self.months])
        fifths = np.array(SEGMENTS["income"], object)
        months = np.repeat(np.arange(len(self)), counts)
        return self._line_keys(months, events["product"]) | {
            "borrower": events["borrower"],
            "balance_fen": events["balance"].astype(np.int64),
            "limit_fen": events["limit"].astype(np.int64),
            "cause": np.array(CAUSES, object)[events["cause"]],
            "first": events["first"] == 1,
            "policy_cut": events["policy_cut"] == 1,
            "months_on_book": events["months_on_book"].astype(np.int8),
            "age": who[:, 0].astype(np.int8),
            "income": fifths[who[:, 1]],
            "lenders": events["lenders"].astype(np.int8),
            "lenders_before": who[:, 2].astype(np.int8),
        }

    def _flows(self) -> dict:
        flows = self._stack("flows")
        month, flow, product = np.nonzero(flows)
        names = np.array(FLOWS, object)
        everywhere = np.array([*self.products, ("", "")], object)
        return {
            "month": self._dates(1)[month],
            "platform": everywhere[product, 0],
            "product": everywhere[product, 1],
            "flow": names[flow, 0],
            "payer": names[flow, 1],
            "payee": names[flow, 2],
            "amount_fen": flows[month, flow, product],
        }


def _sum_merchants(merchants) -> tuple:
    """What is measured of merchants in a month, in the order of ``record.MERCHANT_COLUMNS``."""
    open_and_accepting = (merchants.alive == 1) & (merchants.accepts == 1)
    return (
        int(merchants.alive.sum()),
        int(merchants.staff.sum()),
        float((merchants.layoff_share * merchants.staff).sum()),
        int(merchants.closed.sum()),
        int(open_and_accepting.sum()),
        int(merchants.sales.sum()),
        int(merchants.sales[open_and_accepting].sum()),
        int(merchants.receivable.sum()),
        int((merchants.lost_sales > 0).sum()),
        int(merchants.lost_sales.sum()),
        int(merchants.credit_limit.sum()),
        int(merchants.advance.sum()),
        int(merchants.violated.sum()),
    )
