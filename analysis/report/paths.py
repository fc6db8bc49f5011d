"""Figures over time: months past due, rolls, the event study, and the calm years beside what was published."""

import numpy as np
from matplotlib.dates import DateFormatter, MonthLocator, YearLocator
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from analysis.drawing import entitle
from analysis.estimate import spread_path
from analysis.validation.calm import delinquency_path
from analysis.wording import number
from sim.record import BUCKETS

BASELINE, REFORM, BLUE, GREY = "#000000", "#D55E00", "#0072B2", "#8A8A8A"
LOOKS = ({"color": BASELINE, "linestyle": "-"}, {"color": REFORM, "linestyle": "--"})
PUBLISHED = {"30+": (0.0108, 0.0143, 0.0156), "90+": (0.0068, 0.0101, 0.0105)}  #: ends of 2017, 2018, 2019 (A7, A8)


def past_due(run) -> tuple[Figure, str, str]:
    """Shares of balance 1-30, 31-60, 61-90 and more than 90 days late in each world, with bands over seeds.

    run: a Run. Returns the figure, its description and how to read it.
    """
    figure = Figure(figsize=(7.2, 4.6))
    panels = figure.subplots(2, 2, sharex=True).ravel()
    ends = []
    for axes, (column, days) in zip(
        panels,
        (
            ("m1_fen", "M1: 1-30 days late"),
            ("m2_fen", "M2: 31-60 days late"),
            ("m3_fen", "M3: 61-90 days late"),
            ("m4_fen", "M4+: more than 90 days late"),
        ),
        strict=True,
    ):
        for world, look in zip(run.worlds, LOOKS, strict=False):
            path = spread_path(100 * _share(run, world, column))
            axes.fill_between(run.months, path.low, path.high, color=look["color"], alpha=0.15, linewidth=0)
            axes.plot(run.months, path.mean, label=world, **look)
            ends.append((world, days.split(":")[0], path.mean[-1]))
        axes.set_title(days, fontweight="normal")
        axes.set_ylim(bottom=0)
        years = len(run.months) > 24
        axes.xaxis.set_major_locator(YearLocator() if years else MonthLocator(interval=max(1, len(run.months) // 4)))
        axes.xaxis.set_major_formatter(DateFormatter("%Y" if years else "%Y-%m"))
        _mark_policy(axes, run)
    panels[0].set_ylabel("percent of balance")
    panels[2].set_ylabel("percent of balance")
    panels[0].legend(loc="best")
    last = {(world, bucket): value for world, bucket, value in ends}
    levels = ", ".join(f"{last[world, 'M4+']:.2f} % under {world}" for world in run.worlds)
    entitle(figure, f"Months past due at all lenders, {run.pair}: more than 90 days late at the end: {levels}")
    alt = (
        f"Shares of balance by months past due, monthly, {run.months[0]} to {run.months[-1]}. At the end: "
        + "; ".join(f"{bucket} {value:.2f} percent under {world}" for world, bucket, value in ends)
        + "."
    )
    pair = (
        " The bands of the two worlds overlap because seeds differ from each other; the paired difference is in"
        " the event study."
    )
    return (
        figure,
        alt,
        (
            "Lines are means over seeds, bands hold 90 % of the seeds of a world. Charged-off debt is not counted."
            + (pair if run.reform else "")
        ),
    )


def rolls(run) -> tuple[Figure, str, str]:
    """A heatmap of where balances stand one month later, and how the reform changes it.

    run: a Run. Returns the figure, its description and how to read it.
    """
    base = _matrix(run, run.baseline)
    shares = {world: _rows_to_shares(_matrix(run, world)) for world in run.worlds}
    kept = [i for i in range(len(BUCKETS)) if base[1][i].sum() > 0]
    figure = Figure(figsize=(7.2, 3.9 if run.reform is None else 6.9))
    panels = np.atleast_1d(figure.subplots(len(run.worlds), 1))
    lines = [f"{BUCKETS[i]} ({_short(base[1][i].sum())})" for i in kept]
    _heatmap(panels[0], 100 * shares[run.baseline][kept], lines, "Greys", (0, 100), "{:.1f}")
    panels[0].set_title(f"{run.baseline}: percent of last month's balance", fontweight="normal")
    if run.reform:
        change = 100 * (shares[run.reform] - shares[run.baseline])[kept]
        top = max(0.1, float(np.nanmax(np.abs(change))) if np.isfinite(change).any() else 0.1)
        _heatmap(panels[1], change, lines, "PuOr", (-top, top), "{:+.2f}")
        panels[1].set_title(f"{run.reform} minus {run.baseline}: percentage points", fontweight="normal")
    for axes in panels:
        axes.set_ylabel("stood at (line-months)")
    panels[-1].set_xlabel("stands one month later at")
    first = BUCKETS.index("M1"), BUCKETS.index("M2")
    said = ", ".join(f"{100 * shares[world][first]:.1f} % under {world}" for world in run.worlds)
    since = run.policy if run.policy is not None else run.months[0]
    entitle(
        figure,
        f"Roll rates at all lenders, {run.pair}, {since} to {run.months[-1]}: of the balance in M1, {said} rolls to M2",
    )
    return (
        figure,
        f"Matrix of monthly moves between months past due, shares of balance. From M1 to M2: {said}.",
        (
            "Each row adds up to 100 %. Blank cells never happen. In brackets: the lines with a balance that stood"
            " there, added over months and seeds, in the baseline."
        ),
    )


def events(c) -> tuple[Figure, str, str]:
    """The reform minus the baseline, month by month around the policy, with intervals over paired seeds.

    c: a Comparison. Returns the figure, its description and how to read it.
    """
    panels = (
        ("new defaults", "people newly in default", "per 1,000 borrowers"),
        ("added up", "people in default, added up", "per 1,000 borrowers"),
        ("30+ share", "30+ days late, share of balance", "percentage points"),
        ("short", "people short of money", "per 1,000 borrowers"),
        ("balance cut", "balance on the lines that were cut", "yuan per borrower"),
        ("balance others", "balance on all other lines", "yuan per borrower"),
    )
    shown = c.event_months >= -12
    figure = Figure(figsize=(7.2, 5.8))
    grid = figure.subplot_mosaic("AB;CD;EF", sharex=True)
    for axes, (name, title, unit) in zip(grid.values(), panels, strict=True):
        path, months = c.events[name], c.event_months[shown]
        axes.axhline(0, color=GREY, linewidth=0.8, linestyle="-")
        axes.axvline(-0.5, color=GREY, linewidth=1.0, linestyle=":")
        axes.fill_between(months, path.low[shown], path.high[shown], color=BLUE, alpha=0.22, linewidth=0)
        axes.plot(months, path.mean[shown], color=BLUE, linestyle="-", marker="o", markersize=2.2, linewidth=1.1)
        axes.set_title(title, fontweight="normal")
        axes.set_ylabel(unit)
        axes.xaxis.set_major_locator(MultipleLocator(6))
    for axes in (grid["E"], grid["F"]):
        axes.set_xlabel(f"months since {c.run.policy}")
    total = c.people.per_thousand["excess"]
    entitle(
        figure,
        f"{c.run.pair}: the excess of defaults adds up to {number(total.mean)} people per 1,000 by {c.run.months[-1]}",
    )
    ends = "; ".join(f"{title} {c.events[name].mean[-1]:+.2f} {unit}" for name, title, unit in panels)
    return (
        figure,
        f"Event study, {c.run.pair}, monthly differences from 12 months before. In the last month: {ends}.",
        (
            "Each point is the reform minus the baseline in one month, averaged over paired seeds; the band is the 95 %"
            " interval. Before the dotted line the two worlds are the same world, so the difference is exactly zero."
            " Added up, each person counts once. A person is short when needs exceed cash and usable purchase credit."
        ),
    )


def calibration(run) -> tuple[Figure, str, str]:
    """Simulated delinquency at the incumbent beside the published year-end points.

    run: a Run. Returns the figure, its description and how to read it.
    """
    figure = Figure(figsize=(7.2, 3.0))
    axes = figure.subplots()
    calm = run.months < np.datetime64("2020-01")
    calm = calm if calm.any() else np.ones(len(run.months), dtype=bool)
    ends = [np.datetime64(f"{year}-12") for year in (2017, 2018, 2019)]
    for (name, values), look, marker in zip(delinquency_path(run).items(), LOOKS, ("o", "s"), strict=True):
        path = spread_path(100 * values[:, calm])
        axes.fill_between(run.months[calm], path.low, path.high, color=look["color"], alpha=0.15, linewidth=0)
        axes.plot(run.months[calm], path.mean, label=f"{name} days late, simulated", **look)
        axes.plot(
            ends,
            100 * np.array(PUBLISHED[name]),
            marker,
            color=look["color"],
            markerfacecolor="white",
            markersize=6.5,
            markeredgewidth=1.5,
            linestyle="none",
            label=f"{name} days late, published",
        )
    axes.set_ylim(bottom=0)
    axes.set_ylabel("percent of balance")
    axes.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.12))
    entitle(figure, f"Late payment at the incumbent in the calm years: {run.baseline} beside published figures")
    return (
        figure,
        (
            "Simulated 30+ and 90+ days delinquency at the incumbent, percent of balance, beside the published ends of"
            " 2017, 2018 and 2019."
        ),
        (
            f"Lines are means over {len(run.seeds)} seeds of {run.baseline}, bands hold 90 % of the seeds; hollow marks"
            " are the figures of the incumbent's prospectus (A7, A8)."
        ),
    )


def _share(run, world, column) -> np.ndarray:
    return run.by_month(
        run.ask(
            f"""SELECT seed, month, coalesce(sum({column})::DOUBLE / nullif(sum(balance_fen), 0), 0) AS value
                                    FROM monthly WHERE world = $w GROUP BY ALL""",
            w=world,
        )
    )


def _matrix(run, world) -> tuple[np.ndarray, np.ndarray]:
    """Balance and line-months [from, to] from the policy month on (all months with one world)."""
    since = "AND month >= $policy" if run.policy is not None else ""
    answer = run.ask(
        f"""SELECT from_bucket, to_bucket, sum(balance_fen)::DOUBLE AS balance, sum(accounts)::DOUBLE AS lines
                         FROM transitions WHERE world = $w {since} GROUP BY ALL""",
        w=world,
    )
    balance, lines = np.zeros((2, len(BUCKETS), len(BUCKETS)))
    for start, end, fen, count in zip(
        *(answer[name] for name in ("from_bucket", "to_bucket", "balance", "lines")), strict=True
    ):
        balance[BUCKETS.index(start), BUCKETS.index(end)] = fen
        lines[BUCKETS.index(start), BUCKETS.index(end)] = count
    return balance, lines


def _rows_to_shares(matrix) -> np.ndarray:
    balance = matrix[0]
    total = balance.sum(axis=1, keepdims=True)
    return np.divide(balance, total, out=np.full_like(balance, np.nan), where=(total > 0) & (balance > 0))


def _heatmap(axes, values, rows, colours, limits, form):
    image = axes.imshow(np.ma.masked_invalid(values), cmap=colours, vmin=limits[0], vmax=limits[1], aspect="auto")
    axes.set_xticks(range(len(BUCKETS)), BUCKETS)
    axes.set_yticks(range(len(rows)), rows)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            red, green, blue, _ = image.cmap(image.norm(value))
            dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
            axes.text(
                j,
                i,
                form.format(value if abs(value) >= 0.005 else 0.0).replace("+0.00", "0.00"),
                ha="center",
                va="center",
                fontsize=7.5,
                color="white" if dark else "black",
            )


def _short(count) -> str:
    return f"{count / 1e6:.1f}m" if count >= 1e6 else f"{count / 1e3:.0f}k" if count >= 1e4 else f"{count:,.0f}"


def _mark_policy(axes, run):
    if run.policy is not None:
        axes.axvline(run.policy, color=GREY, linewidth=1.0, linestyle=":")
        axes.annotate(
            f" {run.policy}", (run.policy, 0.02), xycoords=("data", "axes fraction"), fontsize=7, color="#555555"
        )
