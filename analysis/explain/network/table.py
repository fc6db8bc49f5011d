"""The network of lenders in numbers and words: means over seeds, a table, and sentences for the report."""

from collections.abc import Sequence

import numpy as np

from analysis.estimate import Estimate, estimate
from analysis.explain.network.closings import Observed, closing_measures, network_measures
from analysis.wording import interval

DEBTRANK = "Battiston et al. 2012; Bardoscia et al. 2015"
INDIA = "Community-Mediated Exchange and Collective Loan Defaults (India)"
OWN = "counted in the market"
PLAYED = "worlds played in which it closes"

#: name: unit, meaning, source.
MEASURES = {
    # --- the whole market ---
    "borrowers with two lenders": (
        "share of borrowers",
        "people who owe two platforms or more, of those who owe any",
        OWN,
    ),
    "borrowers with two online lenders": (
        "share of borrowers",
        "the same, of people who owe an online platform; 44-49 % in China",
        "docs/evidence.md M1, M2",
    ),
    "registrations per person in default": (
        "count",
        "platforms at which a person in default is in default; 2.7 to 4.2 in Korea's crisis",
        OWN,
    ),
    "registrations against independence": (
        "multiple",
        "the same over what it would be if platforms' defaults fell independently of each other",
        OWN,
    ),
    "friends in default against independence": (
        "multiple",
        "pairs of friends both in default over those expected by income fifth and number of lenders; whole"
        " borrower groups in India 6",
        INDIA,
    ),
    "debt of people in default at two lenders": (
        "share of debt",
        "of what people in default owe, the part owed by those in default at two platforms or more",
        OWN,
    ),
    "debt of borrowers with two lenders": (
        "share of debt",
        "of all that is on the books, the part owed by people who owe two platforms or more",
        OWN,
    ),
    "amplification": (
        "multiple",
        "loss once distress has spread over the loss at first, every platform losing 0.5 % of its capital; 3"
        " to 6 between banks",
        DEBTRANK,
    ),
    "fit of a centre": (
        "correlation",
        "how well platforms divide into a centre and others tied only to it, by shared borrowers",
        "Borgatti and Everett 2000",
    ),
    # --- a platform ---
    "borrowers": (
        "share of borrowers",
        "people who owe the platform, of those who owe any",
        OWN,
    ),
    "DebtRank": (
        "share of all books",
        "distress of the other platforms, counted by their books, if this one closes",
        DEBTRANK,
    ),
    "extra default if it closes": (
        "share of people",
        "of people who owe it and another platform, how many more default elsewhere within a year after it"
        " stops lending",
        PLAYED,
    ),
    "loss of others if it closes": (
        "share of all books",
        "what DebtRank should come to: share of capital that the other platforms, counted by their books, lose"
        " within a year on all defaults that its closing brings",
        PLAYED,
    ),
    # --- a platform and another ---
    "shared borrowers": (
        "share of borrowers",
        "of those who owe the platform, the part who also owe the other",
        OWN,
    ),
    "shared book": (
        "share of book",
        "of what the platform is owed, the part owed by people who also owe the other",
        OWN,
    ),
    "exposure": (
        "share of capital",
        "what the platform would lose of its capital through shared borrowers if the other closed",
        DEBTRANK,
    ),
    "loss if the other closes": (
        "share of capital",
        "what exposure should come to: loss within a year on all defaults that the other's closing brings",
        PLAYED,
    ),
}


def over_seeds(observed: Sequence[Observed], moment: str) -> dict[tuple[str, str, str], Estimate]:
    """Every measure at one moment as an Estimate over seeds; a seed in which it is not defined does not count.

    observed: one of each seed; moment: ``before`` (with what closings did from there), ``baseline`` or ``reform``.
    """
    each = [network_measures(getattr(one, moment), one.closings) for one in observed]
    if moment == "before":
        closed = [closing_measures(one.before, one.closings) for one in observed]
        each = [one | other for one, other in zip(each, closed, strict=True)]
    return {key: estimate([one[key] for one in each if np.isfinite(one[key])]) for key in each[0]}


def rows(observed: Sequence[Observed], worlds: tuple[str, str], months: tuple[str, str]) -> list[dict]:
    """The table of network measures: one row for each measure, platform, other platform, world and month.

    observed: one of each seed; worlds: names of the baseline and the reform; months: the month before the policy, in
    which both worlds are one, and the last, written ``2020-12``. Closings are those after the first of these, for
    both. Columns: measure, platform, other, world, month, mean, low, high (95 % interval over seeds), seeds, unit,
    meaning, source.
    """
    moments = (("before", worlds[0], months[0]), ("baseline", worlds[0], months[1]), ("reform", worlds[1], months[1]))
    table = []
    for moment, world, month in moments:
        for (measure, platform, other), value in over_seeds(observed, moment).items():
            where = {"measure": measure, "platform": platform, "other": other, "world": world, "month": month}
            said = dict(zip(("unit", "meaning", "source"), MEASURES[measure], strict=True))
            table.append(where | vars(value) | said)
    return table


def sentences(observed: Sequence[Observed], worlds: tuple[str, str]) -> list[str]:
    """What the network says, in up to three plain sentences; nothing about what one lender alone cannot have.

    observed: one of each seed; worlds: names of the baseline and the reform.
    """
    before, baseline, reform = (over_seeds(observed, moment) for moment in ("before", "baseline", "reform"))
    said = []
    shared = {key: value.mean for key, value in before.items() if key[0] == "shared book" and value.seeds}
    if any(shared.values()):
        said += [_closest(before, max(shared, key=shared.get)), _weightiest(before)]
    many, clustered = (
        [end["registrations " + what, "", ""] for end in (before, baseline, reform)]
        for what in ("per person in default", "against independence")
    )
    if all(value.seeds for value in many):
        said.append(
            f"A person in default was in default at {many[0].mean:.2f} lenders before the policy,"
            f" {clustered[0].mean:.1f} times what defaults independent of each other would give; in the last month it"
            f" is {many[1].mean:.2f} under {worlds[0]} and {many[2].mean:.2f} under {worlds[1]}."
        )
    return said


def _closest(before, tie) -> str:
    """The two lenders that share most."""
    _, lender, other = tie
    return (
        f"Of each yuan owed to {lender} before the policy, {100 * before[tie].mean:.0f} fen were owed by people who"
        f" also owed {other} (of all borrowers, {100 * before['borrowers', other, ''].mean:.0f} % owed {other}); no two"
        " lenders are tied more closely."
    )


def _weightiest(before) -> str:
    """The lender whose closing does most to the others, by the formula and as it was played."""
    ranks = {key[1]: value for key, value in before.items() if key[0] == "DebtRank" and value.seeds}
    top = max(ranks, key=lambda name: ranks[name].mean)
    rank = interval(ranks[top].times(100), 1, signed=False, unit="% of all books")
    more, played = (before[what + " if it closes", top, ""].mean for what in ("extra default", "loss of others"))
    return (
        f"The largest DebtRank is that of {top}, {rank}: if it stopped lending,"
        f" {1000 * more:.0f} per 1,000 more of the people whom it shares with others would default there within a year."
        f" Played month by month, its closing comes to {100 * played:.1f} % on the same scale."
    )
