"""The drawn cascade: who was cut, who missed what, which lender or shop passed it on, who was hit next, over time."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.drawing import AVOIDED, CAUSED, CUT, INK, QUIET, entitle
from analysis.explain.transmission.chains import ENTRIES, Step
from analysis.explain.transmission.forest import Transmission

BLUE, GREEN, PINK = "#0072B2", "#009E73", "#CC79A7"
#: kind of step: marker, colour, how far from the line (so that what happens in one month stays visible), words.
MARKS = {
    "cut": ("s", CUT, -0.24, "limit cut by the policy"),
    "rules": ("s", CAUSED, -0.24, "bound by the policy's rules"),
    "job": ("h", PINK, -0.24, "laid off by a shop"),
    "lender": ("D", BLUE, -0.24, "given less by a tighter lender (more by a looser one)"),
    "friends": ("*", PINK, -0.24, "friends in default"),
    "trust": ("P", QUIET, -0.24, "turned to or from lenders"),
    "borrowed": ("^", AVOIDED, 0.24, "borrowed elsewhere"),
    "reports": ("v", GREEN, 0.24, "given less by a lender that saw it"),
    "missed": ("o", "white", 0.0, "bill missed"),
    "default": ("X", INK, 0.0, "default"),
}
KIND = {"opened": "borrowed", "drew": "borrowed", "refused": "lender", "tighter": "lender", "looser": "lender"}
MOST_GIVERS, MOST_HIT, MOST_HUBS, MOST_CHAINS = 4, 5, 2, 6  # rows that can be read
LEAST = 0.05  # part of the blame below which a second step is not drawn


def cascade(found: Sequence[Transmission]) -> tuple[Figure, str, str]:
    """The most telling cascade of all seeds, or the most telling chains where nothing was handed from one to another.

    found: one Transmission per seed. Returns the figure, its description and how to read it.
    """
    one, hubs = max(((t, _hubs(t)) for t in found), key=lambda pair: (sum(hub[2] for hub in pair[1]), len(pair[0].who)))
    rows = _rows(one, hubs) if hubs else [("person", int(i)) for i in _telling(one)]
    figure = Figure(figsize=(7.2, 1.9 + 0.42 * max(2, len(rows))))
    axes = figure.subplots()
    height = {row: -place for place, row in enumerate(rows)}
    for row in rows:
        if row[0] == "person":
            _draw_person(axes, one, row[1], height[row])
    for hub in hubs:
        _draw_hub(axes, one, hub, height)
    _dress(figure, axes, one, rows)
    finding = _finding(one, hubs)
    entitle(figure, finding)
    told = "; ".join(one.words(one.chains[row[1]]) for row in rows if row[0] == "person")
    return (
        figure,
        f"{finding}. Chains, from top to bottom: {told}." if told else f"{finding}.",
        (
            "One row per person who defaults only in the reform, time from left to right. Grey bands"
            " are lenders or shops: lines run into them from people late there only in the reform (or who bought less),"
            " and out of them to those whom they then gave less, or laid off; the percentage is the part of the blame"
            " for that default which is handed to the people drawn above it, the rest falling on others not drawn. It"
            " is bookkeeping of who stood upstream, in one seed; how much a channel matters is found by freezing it."
        ),
    )


def _hubs(t: Transmission) -> list[tuple]:
    """The lender or shop through which most default was handed on, then one through which those it hit hand on more.

    Returns (entry, place, weight, givers, hit): places in ``who``, the heaviest givers and the most heavily hit first.
    """
    edges, found, among = t.edges, [], None
    place = {int(person): i for i, person in enumerate(t.who)}
    while len(found) < MOST_HUBS:
        sick = edges.infectious & (edges.weight > 0.0)
        if among is not None:
            sick &= np.isin(edges.parent, t.who[among])
            for entry, hub, *_ in found:
                sick &= (edges.through != entry) | (edges.place != hub)
        if not sick.any():
            return found
        keys, group = np.unique(np.column_stack([edges.through, edges.place])[sick], axis=0, return_inverse=True)
        weight = np.bincount(group.ravel(), edges.weight[sick])
        if among is not None and edges.weight[sick].max() < LEAST:
            return found
        entry, hub = keys[np.argmax(weight)]
        mine = sick & (edges.through == entry) & (edges.place == hub)
        givers = [place[person] for person in _heaviest(edges.parent[mine], edges.weight[mine], MOST_GIVERS)]
        told = mine & np.isin(edges.parent, t.who[givers])
        hit = [place[person] for person in _heaviest(edges.child[told], edges.weight[told], MOST_HIT)]
        found.append((int(entry), int(hub), float(weight.max()), givers, hit))
        among = hit
    return found


def _heaviest(people, weights, most) -> list[int]:
    """The people on whom most weight lies, at most so many."""
    each, inverse = np.unique(people, return_inverse=True)
    order = np.argsort(-np.bincount(inverse, weights), kind="stable")
    return each[order][:most].tolist()


def _rows(t: Transmission, hubs) -> list[tuple]:
    """Rows from top to bottom: givers, hub, those hit; then the next hub and whom it hit; each person once."""
    rows = []
    for entry, place, _, givers, hit in hubs:
        people = sorted((i for i in givers if i not in hit), key=lambda i: t.onset[i])
        below = sorted(hit, key=lambda i: t.onset[i])
        rows += [("person", i) for i in people] + [("hub", (entry, place))] + [("person", i) for i in below]
    return list(dict.fromkeys(rows))


def _telling(t: Transmission) -> list[int]:
    """The places of the chains with most steps of different kinds; the earlier first."""
    variety = [len({step.kind for step in chain}) for chain in t.chains]
    return sorted(np.argsort(-np.array(variety), kind="stable")[:MOST_CHAINS].tolist()) if variety else []


def _mark(step: Step) -> str:
    return KIND.get(step.kind, step.kind)


def _draw_person(axes, t, i, y):
    """One chain as a line of marks, who it is on the left, where the person defaults on the right."""
    chain = t.chains[i]
    span = [chain[0].month - t.policy, t.month[i] - t.policy]
    axes.plot(span, [y, y], color=QUIET, linewidth=1.0, linestyle="-", zorder=1)
    for kind, month in dict.fromkeys((_mark(step), step.month) for step in chain):
        marker, colour, offset, _ = MARKS[kind]
        axes.plot(month - t.policy, y - offset, marker, color=colour, markeredgecolor=INK, markeredgewidth=0.7,
                  markersize=7.5 if kind == "default" else 6.5, zorder=3, clip_on=False)  # fmt: skip
    platform, product = t.names[t.product[i]]
    axes.annotate(f"{platform} {product}", (t.month[i] - t.policy, y), (8, 0), textcoords="offset points",
                  va="center", fontsize=7.5)  # fmt: skip


def _draw_hub(axes, t, hub, height):
    """A band for a lender or shop, lines into it from the givers and out of it to those who are hit."""
    entry, place, _, givers, hit = hub
    y = height["hub", (entry, place)]
    edges = t.edges
    mine = (edges.through == entry) & (edges.place == place) & edges.infectious & np.isin(edges.parent, t.who[givers])
    pushes = {i: int(edges.month[mine & (edges.child == t.who[i])].min()) - t.policy for i in hit}
    late = {i: int(t.onset[i]) - t.policy for i in givers if i not in hit} or {i: pushes[i] for i in hit}
    everybody = (edges.through == entry) & (edges.place == place) & (edges.parent >= 0)
    behind = np.unique(edges.parent[everybody])
    ill = np.unique(edges.parent[everybody & edges.infectious])
    doing = {"job": "bought less here", "friends": "were in default"}.get(list(ENTRIES)[entry], "were late here")
    start, end = min(late.values()) - 0.25, max(pushes.values()) + 0.25
    axes.barh(y, end - start, left=start, height=0.5, color="#E4E4E4", edgecolor=QUIET, linewidth=0.6, zorder=1)
    inside = 2 * (end - start) > max(int(t.month[i]) for i in (*givers, *hit)) - t.policy  # wide enough for the words
    axes.annotate(f"{len(behind):,} people {doing} in the reform only; {len(ill):,} of them default",
                  (start if inside else end, y), (6, 0), textcoords="offset points", va="center",
                  fontsize=7.5)  # fmt: skip
    for i, month in late.items():
        axes.plot([month, month], [height["person", i], y], color=INK, linewidth=0.8, linestyle=":", zorder=0.9)
    for i, month in pushes.items():
        share = edges.weight[mine & (edges.child == t.who[i])].sum()
        axes.annotate("", (month, height["person", i] + 0.3), (month, y - 0.25), zorder=2,
                      arrowprops={"arrowstyle": "-|>", "color": BLUE, "linewidth": 0.7 + 2.5 * share,
                                  "shrinkA": 0, "shrinkB": 0})  # fmt: skip
        axes.annotate(f"{100 * share:.0f} %", (month, height["person", i] + 0.3), (-3, 0), textcoords="offset points",
                      fontsize=7, ha="right", va="center", color=BLUE)  # fmt: skip


def _dress(figure, axes, t, rows):
    labels = [
        f"borrower {t.who[key]}" if kind == "person" else t.via(list(ENTRIES)[key[0]], key[1]) or "friends"
        for kind, key in rows
    ]
    axes.set_yticks([-place for place in range(len(rows))], labels)
    for label, (kind, _) in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if kind == "hub" else "normal")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.set_xlabel(f"months since the worlds part ({t.date(t.policy)}, seed {t.seed})")
    axes.set_ylim(-max(1, len(rows)) + 0.4, 0.6)
    people = [key for kind, key in rows if kind == "person"]
    last = max((int(t.month[i]) - t.policy for i in people), default=1)
    axes.set_xlim(-0.6, 1.28 * last + 0.6)  # room for the name of the line at the end of each row
    axes.set_xticks(range(0, last + 1, max(1, last // 12)))
    shown = {_mark(step) for i in people for step in t.chains[i]}
    handles = [
        Line2D([], [], linestyle="", marker=marker, color=colour, markeredgecolor=INK, markersize=6, label=words)
        for kind, (marker, colour, _, words) in MARKS.items()
        if kind in shown
    ]
    if not handles:
        axes.set_axis_off()
    else:
        figure.legend(handles=handles, loc="outside lower left", ncols=3, columnspacing=1.2, handletextpad=0.3)


def _finding(t: Transmission, hubs) -> str:
    if not len(t.who):
        return "Nobody defaults only in the reform, so there is no cascade to draw"
    if not hubs:
        return "No default was handed from one borrower to another: the most telling chains, one person each"
    entry, place, weight, *_ = hubs[0]
    mine = t.edges.infectious & (t.edges.through == entry) & (t.edges.place == place)
    reached = len(np.unique(t.edges.child[mine]))
    what = f"{weight:.1f} of the {reached} default{'s' if reached > 1 else ''} that followed"
    kind = list(ENTRIES)[entry]
    if kind == "job":
        return f"Default spread most through {t.via(kind, place)}: customers in default stand behind {what} its layoffs"
    if kind == "lender":
        return f"Default spread most through {t.via(kind, place)}: people who fell late there stand behind {what}"
    return f"Default spread most from friend to friend: friends in default stand behind {what}"


#: Colour and hatch of each beginning.
BEGINNINGS = {"cut": (CUT, None), "rules": (CAUSED, "...."), "job": (PINK, "////"), "lender": (BLUE, None),
              "friends": (GREEN, "xxxx"), "trust": (AVOIDED, "\\\\\\\\"), "unknown": ("white", None)}  # fmt: skip


def beginnings(found: Sequence[Transmission]) -> tuple[Figure, str, str]:
    """How the chains begin, by the month of the default, and the defaults that the reform avoids below.

    found: one Transmission per seed. Returns the figure, its description and how to read it.
    """
    first = min(t.policy for t in found)
    last = max([int(month) for t in found for month in (*t.month, *t.avoided)], default=first)
    months = np.arange(first, last + 1)
    figure = Figure(figsize=(7.2, 3.6))
    axes = figure.subplots()
    level, told = np.zeros(len(months)), []
    for place, (entry, words) in enumerate(ENTRIES.items()):
        begun = [np.count_nonzero((t.entry == place)[:, None] & (t.month[:, None] == months), axis=0) for t in found]
        bars = np.mean(begun, axis=0)
        if bars.sum() > 0:
            colour, hatch = BEGINNINGS[entry]
            axes.bar(months - first, bars, bottom=level, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.4,
                     label=f"{words} ({bars.sum():.1f})")  # fmt: skip
            told.append((bars.sum(), f"{words} {bars.sum():.1f}", words))
        level += bars
    avoided = np.mean([np.count_nonzero(t.avoided[:, None] == months, axis=0) for t in found], axis=0)
    axes.bar(months - first, -avoided, color="white", hatch="////", edgecolor=QUIET, linewidth=0.4,
             label=f"avoided: default only in the baseline ({avoided.sum():.1f})")  # fmt: skip
    axes.axhline(0, color=INK, linewidth=0.8, linestyle="-")
    seeds = f"mean of {len(found)} seeds" if len(found) > 1 else "one seed"
    axes.set_xlabel(f"months since the worlds part ({found[0].date(first)}); {seeds}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.set_ylabel("people a month")
    axes.xaxis.get_major_locator().set_params(integer=True)
    figure.legend(loc="outside lower left", ncols=2)
    total = sum(part for part, *_ in told)
    finding = (
        f"{100 * max(told)[0] / total:.0f} % of the chains of default begin with: {max(told)[2]}"
        if total
        else "Nobody defaults only in the reform: there is no chain"
    )
    entitle(figure, finding)
    return (
        figure,
        f"{finding}. People who default only in the reform, by beginning: {'; '.join(text for _, text, _ in told)}."
        f" Only in the baseline: {avoided.sum():.1f}.",
        (
            "Each person counts in the month of default, under the first push from outside that came before the first"
            " missed bill. Bars below are people who default only in the baseline: some because they could not borrow"
            " so much, some because any push, however small, turns a few people's luck both ways."
        ),
    )
