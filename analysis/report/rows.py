"""The answer as rows of text: what the page and the screen both print."""

import numpy as np

from analysis.compare import roll_rates
from analysis.report.sentences import group_title, strongest
from analysis.validation import calm
from analysis.validation.row import ABSENT, FITS, MISSES, NEAR
from analysis.wording import interval, month, number


def key_figures(c) -> list[tuple[str, str]]:
    """The numbers that a reader in a hurry takes along: value and meaning."""
    rates, levels = c.people.per_thousand, c.people_levels
    base = 1000 * float(np.mean(levels[c.run.baseline])) / c.run.borrowers
    figures = [
        (
            number(rates["excess"].mean),
            f"people in default per 1,000, {c.run.pair}; {base:.1f} default under {c.run.baseline}",
        )
    ]
    if c.cut_people and c.cut_months == 1:
        figures.append((f"{100 * c.cut_people / c.run.borrowers:.1f} %", "of borrowers had a limit cut by the policy"))
    figures.append(
        (
            f"{_plain(rates['caused'].mean)} / {_plain(rates['avoided'].mean)}",
            "caused / avoided defaults of people, per 1,000",
        )
    )
    if c.cut_products and not all(group.cut for group in c.platforms):
        figures.append(
            (number(c.elsewhere.per_thousand["excess"].mean), "line defaults per 1,000 at lenders that did not cut")
        )
    d = c.horizons.get(12, c.displacement)
    net, span = d.yuan(d.net).mean, "over 12 months" if 12 in c.horizons else f"to {month(c.run.months[-1])}"
    if net > 0:
        unspent, displaced = d.net_share(d.find("purchases").fen).mean, d.net_share(d.displaced).mean
        figures.append((f"{net:,.0f} yuan", f"net credit removed per borrower {span}"))
        figures.append(
            (
                f"{100 * displaced:.0f} % / {100 * unspent:.0f} %",
                "of it borrowed at lenders that did not cut / given up as spending",
            )
        )
    return figures


def turnover(groups, total=None) -> list[dict]:
    """Caused, avoided and difference of each group, per 1,000 of its people.

    groups: list of Difference; total: the one that is the sum. Returns one dict of text per group.
    """
    rows = []
    for group in groups:
        rates = group.per_thousand
        span = rates["excess"]
        rows.append(
            {
                "name": group.name,
                "cut": group.cut,
                "total": group is total,
                "caused": _plain(rates["caused"].mean),
                "avoided": _plain(rates["avoided"].mean),
                "excess": number(span.mean),
                "interval": _interval(group),
                "size": f"{float(np.mean(group.size)):,.0f}",
            }
        )
    return rows


def displacement(c) -> list[dict]:
    """Where the removed credit went, row by row, in yuan per borrower and as shares.

    c: a Comparison. Returns one dict of text per row.
    """
    d = c.displacement

    def row(name, fen, net=True, total=False):
        amount, share, net_share = d.yuan(fen), d.share(fen).mean, d.net_share(fen).mean
        return {
            "name": name,
            "yuan": number(amount.mean, 1),
            "total": total,
            "share": f"{100 * share:.1f} %" if np.isfinite(share) else "-",
            "interval": f"{number(amount.low, 1)} to {number(amount.high, 1)}" if amount.has_interval else "-",
            "net": f"{100 * net_share:.1f} %" if net and np.isfinite(net_share) else "",
        }

    repaid = d.find("repaid cut")
    return [
        row(
            "credit removed on "
            + (", ".join(d.cut_lines) if len(d.cut_lines) < 3 else f"the {len(d.cut_lines)} lines that were cut"),
            d.removed,
            net=False,
            total=True,
        ),
        row(repaid.name, repaid.fen, net=False),
        row("net credit removed", d.net, total=True),
        *(row(r.name, r.fen) for r in d.rows if r is not repaid),
    ]


def horizons(c) -> dict:
    """Shares of the net credit removed by where it went, after some months and at the end."""
    columns = [(f"{months} months", d) for months, d in c.horizons.items()] + [
        (f"to {month(c.run.months[-1])}", c.displacement)
    ]
    kinds = (
        ("displaced: borrowed at lenders that did not cut, net of repayment", lambda d: d.displaced),
        ("borrowed on other lines of the lenders that cut, net of repayment", lambda d: d.kept),
        *(
            (words, lambda d, kind=kind: d.find(kind).fen)
            for words, kind in (
                ("help from family", "family"),
                ("income", "income"),
                ("spending given up", "purchases"),
                ("moved less into savings", "savings"),
                ("cash run down", "cash"),
            )
        ),
    )
    rows = [("net credit removed, yuan per borrower", [number(d.yuan(d.net).mean, 1) for _, d in columns])]
    rows += [(words, [_percent(d.net_share(part(d)).mean) for _, d in columns]) for words, part in kinds]
    rows.append(("95 % interval of the displaced share", [_span(d.net_share(d.displaced)) for _, d in columns]))
    for words, part in (
        ("change of balances past due at lenders that did not cut", lambda d: d.late),
        ("change of unmet need for credit", lambda d: d.unmet),
    ):
        amounts = [number(d.yuan(part(d)).mean, 1) for _, d in columns]
        rows.append((f"beside the identity: {words}, yuan per borrower", amounts))
    return {"heads": [head for head, _ in columns], "rows": rows}


def rolls(run) -> list[tuple[str, list[str]]]:
    """Rolls to the next stage of lateness by product, world beside world.

    run: a Run. Returns (product, shares) rows.
    """
    return [
        (
            row["line"],
            [
                f"{100 * row[world, stage]:.1f} %" if np.isfinite(row[world, stage]) else "-"
                for stage in ("M1", "M2", "M3")
                for world in run.worlds
            ],
        )
        for row in roll_rates(run)
    ]


def who(c) -> str:
    """Which group has the largest excess, for each way of dividing people.

    c: a Comparison. Returns sentences.
    """
    told = []
    for kind, groups in c.segments.items():
        top = strongest(groups)
        excess = top and top.per_thousand["excess"]
        if excess and excess.mean > 0:
            told.append(
                f"By {group_title(kind)}, the largest excess is in the group '{top.name}': "
                f"{interval(excess)} per 1,000 people of the group."
            )
        else:
            told.append(f"By {group_title(kind)}, no group has an excess that these runs can tell from zero.")
    return " ".join(told)


def levels(run) -> str:
    """What one world alone can say: late payment at the incumbent at the end.

    run: a Run. Returns a sentence.
    """
    late = calm.delinquency_path(run)
    last = {name: 100 * float(values[:, -1].mean()) for name, values in late.items()}
    return (
        f"{run.baseline} alone: at the end ({month(run.months[-1])}), {last['30+']:.2f} % of the incumbent's balance is"
        f" more than 30 days late and {last['90+']:.2f} % more than 90 days. There is no second world to compare with."
    )


def belief(targets) -> str:
    """How many published figures fit, and what the most important one implies.

    targets: what ``calm.table`` returned. Returns sentences.
    """
    counts = {mark: sum(row.mark == mark for row in targets) for mark in (FITS, NEAR, MISSES, ABSENT)}
    absent = f", {counts[ABSENT]} could not be computed from this run" if counts[ABSENT] else ""
    text = (
        f"Of {len(targets)} published figures of the calm market of 2017-2019, the baseline world fits"
        f" {counts[FITS]}, is near {counts[NEAR]} and misses"
        f" {counts[MISSES]}{absent}."
    )
    late = [row.simulated / row.published for row in targets if row.name == "end of 2019" and row.simulated is not None]
    if not late or 0.8 <= late[0] <= 1.2:
        return text
    return (
        text
        + f" More than 30 days late at the incumbent at the end of 2019 is {late[0]:.1f} times the published figure, so"
        f" the number of defaults is {'low' if late[0] < 1 else 'high'} in both worlds, and the excess probably is"
        " too."
    )


def _interval(group) -> str:
    if not group.caused.any() and not group.avoided.any():
        return "no default differs"  # an interval of width zero would claim to know that the difference is zero
    span = group.per_thousand["excess"]
    return f"{number(span.low)} to {number(span.high)}" if span.has_interval else "-"


def _percent(share) -> str:
    return f"{round(100 * share)} %" if np.isfinite(share) else "-"


def _span(share) -> str:
    return f"{100 * share.low:.0f} to {100 * share.high:.0f} %" if share.has_interval else "-"


def _plain(value) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "-"
