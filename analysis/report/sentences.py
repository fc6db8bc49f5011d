"""The answer in sentences, written from the numbers, careful about signs and intervals that include zero."""

import numpy as np

from analysis.compare import Comparison, Difference
from analysis.wording import interval, month, number

CAUSE_WORDS = {
    "none": "no cause recorded",
    "forgot": "a forgotten bill",
    "chose": "a choice not to pay",
    "job loss": "job loss",
    "unplanned expense": "an unplanned expense",
    "limit cut": "lost credit would have covered the gap",
    "income dip": "a dip in income",
    "debt service": "bills above the budget",
    "locked out": "the lender's system was down",
}


def headline(c: Comparison) -> str:
    """The one-sentence answer: how many more or fewer people default, with the interval."""
    run, excess = c.run, c.people.per_thousand["excess"]
    where = f"From {month(run.policy)} to {month(run.months[-1])}, under {run.reform}"
    size = f"{abs(excess.mean):.2f}"
    if not excess.has_interval:
        return (
            f"{where}, {number(excess.mean)} people per 1,000 default against {run.baseline}; with one seed nothing "
            "is known about how far this is luck."
        )
    span = f"95 % interval {number(excess.low)} to {number(excess.high)}, {excess.seeds} paired seeds"
    if excess.includes_zero:
        return (
            f"{where}, these runs cannot tell a difference in the number of people who default from zero: "
            f"{number(excess.mean)} per 1,000 ({span})."
        )
    return (
        f"{where}, {size} {'more' if excess.mean > 0 else 'fewer'} people per 1,000 default than under {run.baseline}"
        f" ({span})."
    )


def turnover(c: Comparison) -> str:
    """How many defaults were caused and how many avoided, behind the difference."""
    caused, avoided = (c.people.per_thousand[name].mean for name in ("caused", "avoided"))
    levels = {world: 1000 * float(np.mean(count)) / c.run.borrowers for world, count in c.people_levels.items()}
    return (
        f"Matched person by person, {caused:.2f} per 1,000 default only under {c.run.reform} and {avoided:.2f} per"
        f" 1,000 only under {c.run.baseline}; in all, {levels[c.run.reform]:.1f} per 1,000 default in the first world"
        f" and {levels[c.run.baseline]:.1f} in the second."
    )


def where(c: Comparison) -> str:
    """How the excess divides between lenders that cut and lenders that did not."""
    inside, outside = c.at_cutters.per_thousand["excess"], c.elsewhere.per_thousand["excess"]
    if not c.cut_products:
        return f"No limit was cut in {c.run.reform}, so lenders are not divided into those that cut and the others."
    cutters = ", ".join(group.name for group in c.platforms if group.cut)
    if all(group.cut for group in c.platforms):
        return f"Every lender cut; line defaults change by {interval(inside)} per 1,000 borrowers."
    return (
        f"Of the change in line defaults, {interval(inside)} per 1,000 borrowers falls on the"
        f" {'lenders' if ', ' in cutters else 'lender'} that cut ({cutters}), {interval(outside)} on lenders that did"
        " not."
    )


def people_cut(c: Comparison) -> str:
    """How many people the policy cut and what the excess means for them."""
    if not c.cut_people:
        return ""
    share = 100 * c.cut_people / c.run.borrowers
    text = f"The policy cut limits of {c.cut_people:,} of {c.run.borrowers:,} people ({share:.1f} %)"
    if c.cut_months > 1:
        return (
            f"The policy cut limits in {c.cut_months} months, {c.cut_people:,} times among {c.run.borrowers:,} people."
        )
    if c.people.per_thousand["excess"].includes_zero:
        return text + "."
    return (
        text
        + f"; spread over them alone, the excess is {number(1000 * float(c.people.excess.mean()) / c.cut_people, 1)}"
        " per 1,000."
    )


def touched(c: Comparison) -> str:
    """How many of the caused defaults befall people whose own limit was cut."""
    cut, others = (int(group.caused.sum()) for group in c.touched)
    if not cut + others:
        return f"Nobody defaults only under {c.run.reform} in the first twelve months."
    who = f"Of the {cut + others:,} people (all seeds) who within twelve months default only under {c.run.reform}, "
    if not others:
        return who + "all had had a limit of their own cut."
    share = f"{100 * cut / (cut + others):.0f} % had had a limit of their own cut"
    return f"{who}{share}; the others were reached through lenders, jobs or friends."


def displaced(c: Comparison) -> str:
    """Where the removed credit went, in a few sentences: over the first year, if the run is longer, and to the end."""
    d, first_year = c.displacement, c.horizons.get(12)
    lines = "the line that was cut" if len(d.cut_lines) == 1 else "the lines that were cut"
    removed = d.yuan(d.removed).mean
    if removed <= 0:
        return f"Credit extended on {lines} did not fall: it changed by {number(-removed, 0)} yuan per borrower."
    text = (
        f"By {month(c.run.months[-1])}, {removed:,.0f} yuan less credit per borrower had been extended on {lines};"
        f" {100 * d.share(d.find('repaid cut').fen).mean:.0f} % of it no longer had to be repaid there either."
    )
    if first_year is not None:
        text += " " + _replaced(first_year, "over the first twelve months")
    text = f"{text} {_replaced(d, f'to {month(c.run.months[-1])}')}"
    told, span = (d, f"to {month(c.run.months[-1])}") if first_year is None else (first_year, "over twelve months")
    return f"{text} {memo(told, span)}"


def memo(d, span) -> str:
    """The interval of the displaced share, late payment in it, and unmet need, which is no part of the identity.

    d: a Displacement; span: the months that it covers, in words. Returns sentences.
    """
    share, unmet, late = d.net_share(d.displaced), d.yuan(d.unmet).mean, d.yuan(d.late).mean
    text = ""
    if any(row.kind == "lender" for row in d.lenders):
        if share.has_interval:
            text = (
                "The share displaced to lenders that did not cut has a 95 % interval (Fieller) of"
                f" {100 * share.low:.0f} to {100 * share.high:.0f} % {span}. "
            )
        text += (
            "Not all of it need be new lending, for a payment missed there counts too: net credit there changed by"
            f" {number(d.yuan(d.displaced).mean, 1)} yuan per borrower, balances past due there by {number(late, 1)}. "
        )
    return text + (
        "Unmet need in the narrow sense, what people were still short of after all borrowing and family, changed by"
        f" {number(unmet, 1)} yuan per borrower {span}; this stands beside the identity and is no part of it."
    )


def _replaced(d, span) -> str:
    net = d.yuan(d.net).mean
    if net <= 0:
        return f"Net of that, no credit was removed {span}."
    parts = [
        (d.displaced, "borrowed at lenders that did not cut", "repaid in addition to lenders that did not cut"),
        (d.kept, "borrowed on other lines of the lenders that cut", "repaid in addition on other lines of these"),
    ]
    parts += [
        (d.find(kind).fen, plus, minus)
        for kind, plus, minus in (
            ("purchases", "spending given up", "spent in addition"),
            ("cash", "cash run down", "cash built up"),
            ("family", "help from family", "less help from family"),
            ("savings", "less saving", "more saving"),
            ("income", "more income", "lost income"),
        )
    ]
    shares = sorted(
        ((d.net_share(fen).mean, plus, minus) for fen, plus, minus in parts), key=lambda part: -abs(part[0])
    )
    replaced = [f"{100 * share:.0f} % {plus}" for share, plus, _ in shares if share >= 0.005]
    added = [f"{-100 * share:.0f} % {minus}" for share, _, minus in shares if share <= -0.005]
    against = f"; minus {' and '.join(added)}" if added else ""
    return f"The {net:,.0f} yuan of net credit removed {span} are {', '.join(replaced)}{against}."


def group_title(kind) -> str:
    """What a way of dividing people is called."""
    return {"lenders": "lenders owed to before the policy", "age": "age in years", "income": "fifth of income"}[kind]


def strongest(groups: list[Difference]) -> Difference | None:
    """The group with the largest excess per 1,000 of its people, of those that the seeds can tell from zero."""
    told = [group for group in groups if not group.per_thousand["excess"].includes_zero]
    return max(told, key=lambda group: group.per_thousand["excess"].mean, default=None)
