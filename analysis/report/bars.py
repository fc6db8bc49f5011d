"""Figures of the answer: defaults by lender, by group and by cause."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.drawing import AVOIDED, CAUSED, CUT, INK, entitle
from analysis.report.sentences import CAUSE_WORDS, group_title
from analysis.wording import interval, number


def answer(c) -> tuple[Figure, str, str]:
    """Excess line defaults by lender and product, the lenders that cut marked.

    c: a Comparison. Returns the figure, its description and how to read it.
    """
    groups = c.products
    figure = Figure(figsize=(7.2, 0.9 + 0.42 * len(groups) + 0.6))
    axes = figure.subplots()
    _turnover(axes, groups, [f"{g.name}\n(limits cut)" if g.cut else g.name for g in groups])
    for label, group in zip(axes.get_yticklabels(), groups, strict=True):
        label.set_color(CUT if group.cut else INK)
        label.set_fontweight("bold" if group.cut else "normal")
    axes.set_xlabel(f"lines that default in one world only, per 1,000 borrowers ({_worlds(c)})")
    everyone, outside = c.lines.per_thousand["excess"], c.elsewhere.per_thousand["excess"]
    mixed = c.cut_products and not all(g.cut for g in c.platforms)
    share = f", {number(outside.mean)} of them at lenders that did not cut" if mixed else ""
    finding = (
        f"no difference in line defaults that these seeds can tell from zero ({number(everyone.mean)})"
        if everyone.includes_zero
        else f"{number(everyone.mean)} line defaults per 1,000 borrowers{share}"
    )
    entitle(figure, f"{c.run.pair}: {finding}")
    _legend(figure, c)
    alt = (
        f"Excess line defaults per 1,000 borrowers, {c.run.pair}. "
        + "; ".join(f"{g.name}{' (cut)' if g.cut else ''} {interval(g.per_thousand['excess'])}" for g in groups)
        + "."
    )
    return (
        figure,
        alt,
        (
            "Bars to the right count lines that default only in the reform, bars to the left lines that default only in"
            " the baseline; the dot is the difference with its 95 % interval over paired seeds, hollow if that includes"
            " zero. A line is one product"
            " held by one person."
        ),
    )


def segments(c) -> tuple[Figure, str, str]:
    """Caused, avoided and excess defaults of people by lenders, age and income.

    c: a Comparison. Returns the figure, its description and how to read it.
    """
    figure = Figure(figsize=(7.2, 3.5))
    panels = figure.subplots(1, 3)
    for axes, (kind, groups) in zip(panels, c.segments.items(), strict=True):
        groups = [g for g in groups if g.size.sum() > 0]
        _turnover(axes, groups, [g.name.replace(" fifth", "") for g in groups])
        axes.set_title(group_title(kind), fontweight="normal")
    panels[1].set_xlabel("people who default in one world only, per 1,000 people of the group")
    told = [
        (g, kind) for kind, groups in c.segments.items() for g in groups if not g.per_thousand["excess"].includes_zero
    ]
    if told:
        top, kind = max(told, key=lambda pair: abs(pair[0].per_thousand["excess"].mean))
        finding = (
            f"the largest change is {number(top.per_thousand['excess'].mean)} per 1,000 people in the group"
            f" '{top.name}' ({group_title(kind)})"
        )
    else:
        finding = "in no group can these seeds tell the difference from zero"
    entitle(figure, f"{c.run.pair}: {finding}")
    _legend(figure, c)
    alt = (
        f"Excess defaults per 1,000 people by group, {c.run.pair}. "
        + ". ".join(
            f"{group_title(kind)}: "
            + "; ".join(f"{g.name} {interval(g.per_thousand['excess'])}" for g in groups if g.size.sum() > 0)
            for kind, groups in c.segments.items()
        )
        + "."
    )
    return (
        figure,
        alt,
        (
            "Each person counts once, in the group of the month before the policy (lenders) or of the first month (age,"
            " income). The dot is the difference with its 95 % interval, hollow if that includes zero; of twenty such"
            " intervals about one misses zero by chance alone."
        ),
    )


def causes(c) -> tuple[Figure, str, str]:
    """Caused and avoided defaults of people by the proximate cause of the first missed payment.

    c: a Comparison. Returns the figure, its description and how to read it.
    """
    groups = [g for g in c.causes if g.caused.sum() + g.avoided.sum() > 0] or c.causes
    figure = Figure(figsize=(7.2, 1.5 + 0.36 * max(2, len(groups))))
    axes = figure.subplots()
    _turnover(axes, groups, [CAUSE_WORDS[g.name] for g in groups])
    axes.set_xlabel("people who default in one world only, per 1,000 borrowers, by cause in that world")
    top = max(groups, key=lambda g: g.caused.sum())
    total = max(1, int(c.people.caused.sum()))
    share = f"{100 * top.caused.sum() / total:.0f} % of the defaults that only the reform has"
    entitle(
        figure,
        (
            f"{c.run.pair}: in {share}, credit lost to limit cuts would have covered the first gap"
            if top.name == "limit cut"
            else f"{c.run.pair}: {share} began with {CAUSE_WORDS[top.name]}"
        ),
    )
    _legend(figure, c)
    alt = (
        f"Defaults in one world only by cause, per 1,000 borrowers, {c.run.pair}. "
        + "; ".join(
            f"{CAUSE_WORDS[g.name]}: caused {g.per_thousand['caused'].mean:.2f}, avoided"
            f" {g.per_thousand['avoided'].mean:.2f}"
            for g in groups
        )
        + "."
    )
    return (
        figure,
        alt,
        (
            "The cause is why the first payment of the spell was missed, not a judgement about what would have"
            " prevented it. The dot is the difference with its 95 % interval, hollow if that includes zero."
        ),
    )


def _turnover(axes, groups, labels):
    """Caused to the right, avoided to the left, the excess as a dot with its interval."""
    places = np.arange(len(groups))[::-1]
    caused, avoided = ([g.per_thousand[name].mean for g in groups] for name in ("caused", "avoided"))
    axes.barh(places, caused, height=0.62, color=CAUSED, edgecolor=INK, linewidth=0.4)
    axes.barh(
        places, [-value for value in avoided], height=0.62, color=AVOIDED, edgecolor=INK, linewidth=0.4, hatch="////"
    )
    for place, group in zip(places, groups, strict=True):
        excess = group.per_thousand["excess"]
        if excess.has_interval:
            axes.plot(
                [excess.low, excess.high],
                [place, place],
                color=INK,
                linewidth=1.4,
                linestyle="-",
                solid_capstyle="butt",
            )
        axes.plot(
            excess.mean, place, "o", color=INK, markerfacecolor="white" if excess.includes_zero else INK, markersize=5
        )
    axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
    axes.set_yticks(places, labels)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.margins(x=0.08)
    axes.tick_params(axis="y", length=0)


def _legend(figure, c):
    handles = [
        Patch(facecolor=CAUSED, edgecolor=INK, linewidth=0.4, label=f"caused: only in {c.run.reform}"),
        Patch(
            facecolor=AVOIDED,
            edgecolor=INK,
            linewidth=0.4,
            hatch="////",
            label=f"avoided: only in {c.run.baseline}",
        ),
        Line2D(
            [],
            [],
            color=INK,
            marker="o",
            linestyle="-",
            markersize=5,
            label="difference, 95 % interval",
        ),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, handlelength=1.6, columnspacing=1.2)


def _worlds(c) -> str:
    seeds = len(c.run.seeds)
    return f"{c.run.policy} to {c.run.months[-1]}, {seeds} seed{'s' if seeds > 1 else ''}"
