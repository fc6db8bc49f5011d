"""Where credit that was removed reappears: an identity of the borrowers' accounts, exact to the fen.

Everything borrowers receive and spend from the policy month to the last month adds up in each world:
income + family help + cash draws = cash purchases + payments + savings moved away + change in cash. Adding purchases
on credit to both sides gives: credit = purchases + payments + savings + change in cash - income - family help. The
reform minus the baseline therefore splits each fen of credit removed on the lines that were cut, nothing left over.

Net credit is credit less repayment: what lenders leave in the borrowers' hands. Displaced is the part of the net credit
removed that reappears as net credit at lenders that did not cut: 0 if nobody else lends, 1 if another lender stands in
for every yuan. A payment missed at another lender is a yuan left in the borrower's hands and counts like one lent.
"""

from dataclasses import dataclass

import numpy as np

from analysis.estimate import Estimate, estimate, ratio
from analysis.folder import MONTH

#: Flows of the ledger that have a row of their own; every other flow of borrowers goes to "other".
ON_CREDIT = ("purchases on credit", "purchases abroad")  # paid by the lender, so not a flow of the borrowers' cash
CREDIT = (*ON_CREDIT, "cash draws")
REPAID = ("payments", "recoveries", "recoveries by buyers of claims")
PURCHASES = ("purchases in cash", *ON_CREDIT)
INCOME = ("wages from merchants", "wages from outside", "benefits")
FAMILY, SAVINGS = "family help", "savings moved away"
NAMED = {*CREDIT, *REPAID, *PURCHASES, *INCOME, FAMILY, SAVINGS}

#: What each row is called when it replaces removed credit, and when it adds to what must be replaced.
WORDS = {
    "borrowed": ("more borrowed at {}", "less borrowed at {}"),
    "repaid cut": ("less repaid on the lines that were cut", "more repaid on the lines that were cut"),
    "repaid others": ("less repaid on all other lines", "more repaid on all other lines"),
    "lender": ("more borrowed at {}, net of repayment", "less borrowed at {}, net of repayment"),
    "cutter": ("more borrowed on other lines of {}, net", "less borrowed on other lines of {}, net"),
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
    line: str  # "platform product" for credit elsewhere, "platform" for that of a whole lender, otherwise empty
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
    lenders: tuple[Row, ...]  # credit less repayment elsewhere: "lender" if no line of it was cut, otherwise "cutter"
    unmet: np.ndarray  # memo, no part of the identity: rise of what people were still short of, fen per seed
    late: np.ndarray  # memo: rise of balances past due at the lenders that did not cut, at the end, fen per seed
    borrowers: int

    @property
    def net(self) -> np.ndarray:
        """Credit removed less what no longer has to be repaid on the same lines, fen per seed."""
        return self.removed - self.find("repaid cut").fen

    @property
    def destinations(self) -> tuple[Row, ...]:
        """Rows that add up to the net credit removed, one for each lender: where each yuan of it reappears."""
        credit = ("borrowed", "repaid cut", "repaid others")
        return self.lenders + tuple(row for row in self.rows if row.kind not in credit)

    @property
    def displaced(self) -> np.ndarray:
        """Net credit that reappears at lenders none of whose lines was cut, fen per seed."""
        return self._at("lender")

    @property
    def kept(self) -> np.ndarray:
        """Net credit that reappears at the lenders that cut, on their other lines, fen per seed."""
        return self._at("cutter")

    def _at(self, kind) -> np.ndarray:
        return sum((row.fen for row in self.lenders if row.kind == kind), np.zeros_like(self.removed))

    def find(self, kind) -> Row:
        """The first row of a kind."""
        return next(row for row in self.rows if row.kind == kind)

    def yuan(self, fen) -> Estimate:
        """An amount in fen per seed as yuan per borrower of the market."""
        return estimate(np.asarray(fen) / 100.0 / self.borrowers)

    def share(self, fen) -> Estimate:
        """An amount as a share of the credit removed, both summed over seeds; nan if none was removed."""
        return ratio(fen, self.removed)

    def net_share(self, fen) -> Estimate:
        """An amount as a share of the net credit removed; nan if nothing was removed on balance."""
        return ratio(fen, self.net)


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
    lenders = _by_lender(run, {line: total(CREDIT, [line]) - total(REPAID, [line]) for line in others})
    late = _late_change(run, last, [row.line for row in lenders if row.kind == "lender"])
    memo = _unmet_change(run, last), late
    return Displacement(tuple(cut), -total(CREDIT, cut), tuple(rows), lenders, *memo, run.borrowers)


def _by_lender(run, elsewhere) -> tuple[Row, ...]:
    """Rows of the lines that were not cut, added up by lender; elsewhere: "platform product" -> fen per seed."""
    lines = {}
    for platform, product in run.lines:
        lines.setdefault(platform, []).append(f"{platform} {product}")
    return tuple(
        Row("lender" if len(uncut) == len(own) else "cutter", platform, sum(elsewhere[line] for line in uncut))
        for platform, own in lines.items()
        if (uncut := [line for line in own if line in elsewhere])
    )


def _flows(run, last) -> dict[tuple[str, str], np.ndarray]:
    """(flow, line) -> reform minus baseline, fen per seed; unknown flows count positive when borrowers receive them."""
    since, last = _day(_since(run)), _day(last)
    answer = run.ask(
        """SELECT flow, concat_ws(' ', nullif(platform, ''), nullif(product, '')) AS line, seed,
            sum((CASE WHEN world = $reform THEN amount_fen ELSE -amount_fen END)
                * (CASE WHEN list_contains($named, flow) OR payee = 'borrowers' THEN 1 ELSE -1 END))::BIGINT AS value
        FROM flows WHERE month BETWEEN $since AND $last AND world IN ($baseline, $reform)
          AND (payer = 'borrowers' OR payee = 'borrowers' OR list_contains($on_credit, flow))
        GROUP BY ALL""",
        named=sorted(NAMED),
        on_credit=list(ON_CREDIT),
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


def _unmet_change(run, last) -> np.ndarray:
    """Reform minus baseline: what people were still short of after all borrowing and family, fen per seed."""
    return run.by_seed(
        run.ask(
            """SELECT seed, sum(CASE WHEN world = $reform THEN unmet_fen ELSE -unmet_fen END)::BIGINT AS value
        FROM economy WHERE month BETWEEN $since AND $last AND world IN ($baseline, $reform) GROUP BY seed""",
            since=_day(_since(run)),
            last=_day(last),
        )
    )


def _late_change(run, last, lenders) -> np.ndarray:
    """Reform minus baseline: balances of lines past due at these platforms in the month counted last, fen per seed."""
    return run.by_seed(
        run.ask(
            """SELECT seed, sum((CASE WHEN world = $reform THEN 1 ELSE -1 END)
            * (m1_fen + m2_fen + m3_fen + m4_fen))::BIGINT AS value
        FROM monthly WHERE month = $last AND world IN ($baseline, $reform) AND list_contains($lenders, platform)
        GROUP BY seed""",
            last=_day(last),
            lenders=lenders,
        )
    )
