"""Where credit that was removed reappears: an identity of the borrowers' accounts, exact to the fen.

Everything borrowers receive and spend from the policy month to the last month adds up in each world:
income + family help + cash draws = cash purchases + payments + savings moved away + change in cash. Adding purchases
on credit to both sides gives: credit = purchases + payments + savings + change in cash - income - family help. The
reform minus the baseline therefore splits each fen of credit removed on the lines that were cut, nothing left over.
"""

from dataclasses import dataclass

import numpy as np

from analysis.estimate import Estimate, estimate
from analysis.folder import MONTH

#: Flows of the ledger that have a row of their own; every other flow of borrowers goes to "other".
CREDIT = ("purchases on credit", "cash draws")
REPAID = ("payments", "recoveries")
PURCHASES = ("purchases in cash", "purchases on credit")
INCOME = ("wages from merchants", "wages from outside", "benefits")
FAMILY, SAVINGS = "family help", "savings moved away"
NAMED = {*CREDIT, *REPAID, *PURCHASES, *INCOME, FAMILY, SAVINGS}

#: What each row is called when it replaces removed credit, and when it adds to what must be replaced.
WORDS = {
    "borrowed": ("more borrowed at {}", "less borrowed at {}"),
    "repaid cut": ("less repaid on the lines that were cut", "more repaid on the lines that were cut"),
    "repaid others": ("less repaid on all other lines", "more repaid on all other lines"),
    "net": ("more borrowed at {}, net of repayment", "less borrowed at {}, net of repayment"),
    "income": ("more income", "less income"),
    "family": ("more help from family", "less help from family"),
    "purchases": ("bought less", "bought more"),
    "savings": ("moved less into savings", "moved more into savings"),
    "cash": ("cash run down", "cash built up"),
    "other": ("other flows", "other flows"),
}


@dataclass(frozen=True)
class Row:
    """One place where removed credit went: positive if it replaces credit, negative if it takes more away."""

    kind: str  # key of WORDS
    line: str  # "platform product" for credit elsewhere, otherwise empty
    fen: np.ndarray  # per seed, whole fen

    @property
    def name(self) -> str:
        """The row in words that fit its sign."""
        more, less = WORDS[self.kind]
        return (more if self.fen.sum() >= 0 else less).format(self.line)


@dataclass(frozen=True)
class Displacement:
    """Credit removed on the lines that were cut, and the rows that add up to it, fen per seed."""

    cut_lines: tuple[str, ...]  # "platform product"
    removed: np.ndarray  # credit no longer extended on them, fen per seed
    rows: tuple[Row, ...]
    elsewhere: tuple[Row, ...]  # credit less repayment at each other line: the same as its rows in ``rows``, summed
    borrowers: int

    @property
    def net(self) -> np.ndarray:
        """Credit removed less what no longer has to be repaid on the same lines, fen per seed."""
        return self.removed - self.find("repaid cut").fen

    @property
    def net_rows(self) -> tuple[Row, ...]:
        """Rows that add up to the net credit removed, credit and repayment at each other line taken together."""
        return self.elsewhere + tuple(
            row for row in self.rows if row.kind not in ("borrowed", "repaid cut", "repaid others")
        )

    def find(self, kind) -> Row:
        """The first row of a kind."""
        return next(row for row in self.rows if row.kind == kind)

    def yuan(self, fen) -> Estimate:
        """An amount in fen per seed as yuan per borrower of the market."""
        return estimate(np.asarray(fen) / 100.0 / self.borrowers)

    def share(self, fen) -> float:
        """An amount as a share of the credit removed, both summed over seeds; nan if none was removed."""
        return _ratio(fen, self.removed)

    def net_share(self, fen) -> float:
        """An amount as a share of the net credit removed; nan if nothing was removed on balance."""
        return _ratio(fen, self.net)


def _ratio(part, whole) -> float:
    total = int(np.sum(whole))
    return int(np.sum(part)) / total if total > 0 else float("nan")


HORIZONS = (3, 6, 12)  #: months after which displacement is looked at, besides the end


def horizons(run, cut_products) -> dict[int, Displacement]:
    """Displacement after 3, 6 and 12 months, as far as the run goes beyond them.

    run, cut_products: as for ``displacement``. Returns months -> Displacement.
    """
    played = int((run.months[-1] - _since(run)).astype(int)) + 1
    return {months: displacement(run, cut_products, months) for months in HORIZONS if months < played}


def displacement(run, cut_products, months=None) -> Displacement:
    """Split the credit removed by a policy into where it reappeared, over the months from the policy month on.

    run: a Run with two worlds; cut_products: (platform, product) pairs that the policy cut; empty means all lines;
    months: how many months to count (None: to the end of the run).
    """
    last = run.months[-1] if months is None else _since(run) + (months - 1) * MONTH
    flows = _flows(run, last)
    lines = [f"{platform} {product}" for platform, product in run.lines]
    cut = [f"{platform} {product}" for platform, product in cut_products] or lines
    nothing = np.zeros(len(run.seeds), dtype=np.int64)

    def total(names, chosen=None):
        return sum(
            (amount for (flow, line), amount in flows.items() if flow in names and (chosen is None or line in chosen)),
            nothing,
        )

    others = [line for line in lines if line not in cut]
    rows = [Row("borrowed", line, total(CREDIT, [line])) for line in others]
    rows += [
        Row("repaid cut", "", -total(REPAID, cut)),
        Row("repaid others", "", -total(REPAID, others)),
        Row("income", "", total(INCOME)),
        Row("family", "", total([FAMILY])),
        Row("purchases", "", -total(PURCHASES)),
        Row("savings", "", -total([SAVINGS])),
        Row("cash", "", -_cash_change(run, last)),
    ]
    rest = sum((amount for (flow, _), amount in flows.items() if flow not in NAMED), nothing)
    if np.any(rest):
        rows.append(Row("other", "", rest))
    rows = [row for row in rows if row.kind != "borrowed" or np.any(row.fen)]
    elsewhere = tuple(Row("net", line, total(CREDIT, [line]) - total(REPAID, [line])) for line in others)
    return Displacement(tuple(cut), -total(CREDIT, cut), tuple(rows), elsewhere, run.borrowers)


def _flows(run, last) -> dict[tuple[str, str], np.ndarray]:
    """(flow, line) -> reform minus baseline, fen per seed; unknown flows count positive when borrowers receive them."""
    since, last = _day(_since(run)), _day(last)
    answer = run.ask(
        """SELECT flow, concat_ws(' ', nullif(platform, ''), nullif(product, '')) AS line, seed,
            sum((CASE WHEN world = $reform THEN amount_fen ELSE -amount_fen END)
                * (CASE WHEN list_contains($named, flow) OR payee = 'borrowers' THEN 1 ELSE -1 END))::BIGINT AS value
        FROM flows WHERE month BETWEEN $since AND $last AND world IN ($baseline, $reform)
          AND (payer = 'borrowers' OR payee = 'borrowers' OR flow = 'purchases on credit')
        GROUP BY ALL""",
        named=sorted(NAMED),
        since=since,
        last=last,
    )
    result = {}
    for flow, line in dict.fromkeys(zip(answer["flow"].tolist(), answer["line"].tolist(), strict=True)):
        chosen = (answer["flow"] == flow) & (answer["line"] == line)
        result[flow, line] = run.by_seed({"seed": answer["seed"][chosen], "value": answer["value"][chosen]})
    return result


def _since(run) -> np.datetime64:
    """The policy month, or the second month if the worlds differ from the first: cash before it must be known."""
    return max(run.policy, run.months[0] + MONTH)


def _day(month):
    return month.astype("datetime64[D]").astype(object)


def _cash_change(run, last) -> np.ndarray:
    """Reform minus baseline: change in cash from the month before the policy to the last counted, fen per seed."""
    return run.by_seed(
        run.ask(
            """SELECT seed, sum((CASE WHEN month = $last THEN 1 ELSE -1 END)
            * (CASE WHEN world = $reform THEN cash_fen ELSE -cash_fen END))::BIGINT AS value
        FROM economy WHERE month IN ($before, $last) AND world IN ($baseline, $reform) GROUP BY seed""",
            before=_day(_since(run) - MONTH),
            last=_day(last),
        )
    )
