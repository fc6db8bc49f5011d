"""The page of the early-warning bench, docs/early-warning.md, written from its numbers."""

import numpy as np

from analysis.early_warning.crises import (
    AFTER,
    CALM,
    CONTROL,
    ENOUGH,
    LEADS,
    MISLEADS,
    MONTHS,
    NEAR,
    SIGNAL,
    Bench,
    Crisis,
    best_before,
    fewest,
    wrong_before,
)
from analysis.early_warning.indicators import INDICATORS
from analysis.early_warning.scores import CALM_MONTHS_IN_ALARM, false_alarms
from analysis.tables import markdown


def page(made: Bench, drawing, picture: str) -> str:
    """The whole page as Markdown.

    made: a Bench; drawing: its figure, with ``alt`` and ``caption``; picture: the file of the figure, beside the page.
    """
    command = f"python -m analysis.early_warning --borrowers {made.borrowers} --seeds {made.seeds}"
    parts = [
        "# Early warning: which indicator would have told?",
        f"Written by `{command}` (or `make warning`, at its own sizes); do not edit it by hand.",
        _in_short(made),
        f"![{drawing.alt}]({picture})",
        f"*{drawing.caption}*",
        "## The crises",
        _design(made),
        _crises(made),
        "## What leads, and what does not",
        f"Leads: AUC of {LEADS:.2f} or more with its interval above 0.50. Wrong way round: AUC of {MISLEADS:.2f} or "
        "less with its interval below 0.50: the indicator says that all is well. In brackets the AUC, then the months "
        "for which its alarm has stood at the break, on average over worlds.",
        *(_reading(made, crisis) for crisis in made.crises),
        "## AUC, with 95 % intervals over seeds",
        f"Second line: the last {NEAR} months before the break alone.",
        _aucs(made),
        "## Alarms",
        _how_alarms(),
        _alarms(made),
        "## The indicators",
        _indicators(),
        "## How far this goes",
        LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


LIMITS = """\
- The crises are planted by levers in one simulated market: they show what an indicator can see, not how often which
  kind of crisis happens.
- An indicator can see what builds up, not what breaks it. Where the break alone does nearly as much harm, a warning
  says that the market has become more fragile, and not much about how bad it will be.
- Calm worlds hold no other trouble, so false alarms are noise alone. A boom that ends gently would raise the same
  alarms: an alarm says that a cause is building up, not that or when it will break.
- Indicators are known at the end of their month, for the whole market and without revisions. Supervisors see most of
  them later, and what is owed across lenders hardly at all.
- The cause's own indicator is marked because we know which one it is. Before a crisis nobody does: what helps then is a
  set of indicators that point at different causes, read together, each in its own column of the figure.

Sources: Hanley and McNeil 1982 (area under the ROC curve and its rank form); Drehmann and Juselius 2014, Evaluating
early warning indicators of banking crises (AUC by horizon, direction agreed before scoring)."""


def _range(values) -> str:
    values = list(values)
    return f"{min(values):.2f} to {max(values):.2f}"


def _in_short(made: Bench) -> str:
    auc = {key: score.auc.mean for key, score in made.scores.items()}
    known = made.announced
    lead = [made.scores[crisis.cause, crisis.name].lead.mean for crisis in known]
    over = {name: _range(auc[name, crisis.name] for crisis in known) for name in INDICATORS}
    luck = _range(auc[name, crisis.name] for name in INDICATORS for crisis in made.crises if not crisis.cause)
    best, blind = made.ranking[0], min(known, key=lambda crisis: auc["delinquency", crisis.name])
    points = [
        f"The indicator of a crisis's own cause scores {_range(auc[crisis.cause, crisis.name] for crisis in known)} "
        f"(AUC in the {SIGNAL} months before the break; 0.50 is a coin), and its alarm has stood for {min(lead):.0f} "
        f"to {max(lead):.0f} months when the crisis breaks.",
        f"No indicator leads every crisis. The best on average, {best}, scores {over[best]}; the share of repayments "
        f"funded by new borrowing {over['repaid by new debt']}; credit growth {over['credit growth']}.",
        f"Delinquency scores {over['delinquency']}. It looks best just before the {blind.name}: there defaults in the "
        f"year before the break are {made.before[blind.name].mean:.2f} times those of the calm world.",
        _together(made),
        f"Before the crisis that has no build-up, indicators score {luck}: luck, and trends of a growing market. One "
        f"whose values are dealt out by chance scores {_range(auc[CONTROL, crisis.name] for crisis in made.crises)}.",
    ]
    return "\n".join(f"- {point}" for point in points)


def _together(made: Bench) -> str:
    """What the fewest indicators are that leave no crisis without a warning, and what they cost in calm times."""
    names = fewest(made)
    if not names:
        return f"Even all indicators together leave a crisis without one that scores {ENOUGH:.2f}."
    share, begun = false_alarms(np.any([made.calm_alarms[name] for name in names], axis=0))
    return (
        f"It takes {len(names)} indicators for every crisis with a build-up to have one that scores {ENOUGH:.2f} or "
        f"more: {', '.join(names)}. At least one of their alarms stands in {share:.0%} of calm months, and {begun:.1f} "
        "begin in a calm year."
    )


def _design(made: Bench) -> str:
    return (
        f"Each kind is played with {made.seeds} seeds, {made.borrowers:,} people and {MONTHS} months, in the default "
        "market without the spring of 2020, beside a calm world of the same seed. Seeds differ in the month of the "
        f"break. Signal months are the {SIGNAL} before it, when half of the cause or more is in place; calm months "
        f"are those of the calm worlds after the first {CALM}; the crisis itself is in neither. Size: defaults of "
        f"lines in the {AFTER} months from the break on, as a multiple of those in the calm world of the same seed. "
        f"Break alone: the same, had nothing built up. Before: the same as size, in the {SIGNAL} months before the "
        "break. Means over seeds with 95 % intervals."
    )


def _crises(made: Bench) -> str:
    rows = [
        (
            f"**{c.name}**: {c.story}",
            c.cause or "none",
            *(_interval(each[c.name]) for each in (made.before, made.size, made.alone)),
        )
        for c in made.crises
    ]
    return markdown(("crisis", "indicator of the cause", "before", "size", "break alone"), rows, right=(2, 3, 4))


def _interval(value) -> str:
    return f"{value.mean:.2f} ({value.low:.2f}-{value.high:.2f})"


def _reading(made: Bench, crisis: Crisis) -> str:
    def told(names):
        scores = ((name, made.scores[name, crisis.name]) for name in names)
        return ", ".join(f"{name} ({s.auc.mean:.2f}, {s.lead.mean:.1f})" for name, s in scores) or "nothing"

    return (
        f"**{crisis.name}.** Expected: {crisis.expected} Measured: leads {told(best_before(made, crisis))}; "
        f"wrong way round {told(wrong_before(made, crisis))}."
    )


def _aucs(made: Bench) -> str:
    rows = []
    for name in (*made.ranking, CONTROL):
        scores = [made.scores[name, crisis.name] for crisis in made.crises]
        rows.append((name, *(f"{_interval(score.auc)}<br>{score.near.mean:.2f}" for score in scores)))
    heads = ("indicator", *(crisis.name for crisis in made.crises))
    return markdown(heads, rows, right=range(1, len(heads)))


def _how_alarms() -> str:
    return (
        "An alarm stands in a month whose value is above a threshold: the value that the calm months of all *other* "
        f"seeds exceed in {CALM_MONTHS_IN_ALARM:.0%} of cases, so that no world is judged by a threshold that has seen "
        "it. Hits: share of worlds in which it stands in the last month before the break. Months: for how long it has "
        "stood by then without interruption, none where it does not; never longer than the cause is old. In calm: "
        "share of calm months in alarm, and alarms that begin in a calm year."
    )


def _alarms(made: Bench) -> str:
    rows = []
    for name in (*made.ranking, CONTROL):
        scores = [made.scores[name, crisis.name] for crisis in made.crises]
        share, begun = false_alarms(made.calm_alarms[name])
        rows.append((name, *(f"{s.hits:.0%}, {s.lead.mean:.1f}" for s in scores), f"{share:.1%}", f"{begun:.2f}"))
    heads = ("indicator", *(f"{crisis.name}: hits, months" for crisis in made.crises), "in calm", "alarms a calm year")
    return markdown(heads, rows, right=range(1, len(heads)))


def _indicators() -> str:
    rows = [
        (i.name, i.formula, i.unit, "higher" if i.worse > 0 else "lower", i.why) for i in INDICATORS.values()
    ]  # fmt: skip
    return markdown(("indicator", "formula", "unit", "worse is", "why it could lead"), rows)
