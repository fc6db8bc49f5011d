"""A drawn piece of the borrower-platform network around one default that spread.

The run folder keeps no single person's life, so the two worlds of one seed are played again up to the month of the
default; chance is addressed, so they are the same worlds to the fen. What is seen there is kept in
``neighbourhood.json`` and drawn from it afterwards.
"""

import json
from pathlib import Path

import networkx as nx
import numpy as np
from matplotlib.figure import Figure

from analysis.compare import spread_defaults
from analysis.drawing import CUT, INK, entitle
from analysis.folder import MONTH
from analysis.report.sentences import CAUSE_WORDS

KEPT = "neighbourhood.json"
MONTHS_BEFORE = 3  #: months before the policy that are shown
MOST_WORK = 100_000_000  #: borrower-months that a picture is worth
MOST_PEOPLE = 7  #: friends, and colleagues, that are drawn
DEFAULT = 4  #: monthly payments behind: more than 90 days
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}  # keeps words readable above lines
QUIET, LATE, BAD, LENDER = "#B0B0B0", "#E69F00", "#D55E00", "#56B4E9"


def neighbourhood(comparison, replay) -> tuple[Figure, str, str] | None:
    """Draw one default that the policy caused at a lender that did not cut, in both worlds.

    comparison: a Comparison; replay: whether the seed may be played again if the folder does not hold the case yet.
    Returns the figure, its description and how to read it; None if no default spread, or it cannot be replayed.
    """
    run = comparison.run
    path = Path(run.folder) / KEPT
    if not path.exists() and replay:
        seen = observe(run)
        if seen is not None:
            path.write_text(json.dumps(seen, indent=1) + "\n", encoding="utf-8")
    return draw(comparison, json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def choose(cases) -> dict | None:
    """The case that says most: own limit cut and several lenders before, if there is one; the earliest of those.

    cases: what ``compare.spread_defaults`` returned. Returns one of them, None if there is none.
    """
    return max(cases, key=lambda case: (case["policy_cut"], min(case["lenders_before"], 3)), default=None)


def observe(run) -> dict | None:
    """Play one seed of both worlds again up to the month of a default that spread, and note what is around the person.

    run: a Run that ``compare`` has read. Returns plain data; None if there is no such default, the market's code is no
    longer that of the run, or the run is too large to be worth it.
    """
    from sim.compiled import market_hash

    case = choose(spread_defaults(run))
    if case is None or run.manifest.get("market_hash") != market_hash():
        return None
    months = int((np.datetime64(case["month"], "M") - run.months[0]).astype(int)) + 1
    if 2 * months * run.borrowers > MOST_WORK:
        return None
    first = max(0, int((run.policy - run.months[0]).astype(int)) - MONTHS_BEFORE)
    case = case | {"month": str(np.datetime64(case["month"], "M"))}
    return {
        "case": case,
        "first_month": str(run.months[first]),
        "worlds": {world: _play(run, world, case, first, months) for world in run.worlds},
    }


def _play(run, world, case, first, months) -> dict:
    from scenarios.schema import Scenario
    from sim.model import CreditModel

    model = CreditModel(
        **Scenario.again(run.scenario(world)).market_arguments(),
        borrowers=run.borrowers,
        merchants=run.manifest["merchants"],
        seed=case["seed"],
        reference=run.manifest.get("reference"),
        threads=2,
    )
    policy, path = int((run.policy - run.months[0]).astype(int)), []
    for month in range(months):
        model.step()
        if month >= first:
            path.append(_person(model, case["borrower"], policy))
    market, person = model.market, case["borrower"]
    employer = int(market.borrowers["employer"][person])
    colleagues = np.flatnonzero(market.borrowers["employer"] == employer) if employer >= 0 else np.empty(0, int)
    friends = market.friends[market.friend_offsets[person] : market.friend_offsets[person + 1]]
    late = [int(other) for other in colleagues if other != person and market.borrowers["bad_record"][other] > 0]
    return {
        "path": path,
        "friends": [_person(model, int(friend), policy) for friend in friends[:MOST_PEOPLE]],
        "colleagues": [_person(model, other, policy) for other in late[:MOST_PEOPLE]],
        "colleagues_late": len(late),
        "colleagues_in_all": max(0, len(colleagues) - 1),
        "employer": employer,
    }


def _person(model, index, policy) -> dict:
    """What there is to see of one person: cash, work, and every line; policy: its month since the first."""
    borrower, lines = model.market.borrowers[index], model.market.lines[index]
    return {
        "borrower": index,
        "cash_fen": int(borrower["cash"]),
        "jobless": int(borrower["jobless"]),
        "in_default": bool(borrower["bad_record"] > 0),
        "lines": [
            _line(platform, product, line, policy)
            for (platform, product), line in zip(model.product_names, lines, strict=True)
            if line["state"] > 0
        ],
    }


def _line(platform, product, line, policy) -> dict:
    owed = int(line["revolving"]) + int(line["purchases"]) + int(line["instalment"])
    return {
        "platform": platform,
        "product": product,
        "limit_fen": int(line["limit"]),
        "owed_fen": owed,
        "months_past_due": int(line["months_past_due"]),
        "limit_cut": bool(line["cut_month"] >= policy),
        "charged_off": bool(line["state"] == 3),
    }


def draw(comparison, seen) -> tuple[Figure, str, str]:
    """Draw what was observed: the network in both worlds in the month of the default, and the person's path to it.

    comparison: a Comparison; seen: what ``observe`` returned. Returns the figure, its description and how to read it.
    """
    case, run = seen["case"], comparison.run
    figure = Figure(figsize=(7.2, 6.6))
    panels = figure.subplot_mosaic("AB;CD", height_ratios=(2.1, 1.0))
    lenders = [
        line for line in run.lines if any(_touches(seen["worlds"][world]["path"][-1], line) for world in run.worlds)
    ]
    for world, axes in zip(run.worlds, (panels["A"], panels["B"]), strict=True):
        _network(axes, seen["worlds"][world], lenders)
        axes.set_title(f"{world}, {case['month']}", fontweight="normal")
    _paths(
        panels["C"],
        run,
        seen,
        lambda person: sum(line["owed_fen"] for line in person["lines"] if not line["charged_off"]) / 100,
    )
    panels["C"].set_ylabel("owed in all, yuan")
    panels["C"].yaxis.set_major_formatter("{x:,.0f}")
    _paths(panels["D"], run, seen, lambda person: max((_behind(line) for line in person["lines"]), default=0))
    panels["D"].set_ylabel("payments behind, worst line")
    panels["D"].axhline(DEFAULT, color=BAD, linewidth=0.9, linestyle=":")
    panels["C"].legend(loc="best")
    name = f"{case['platform']} {case['product']}"
    cutters = ", ".join(group.name for group in comparison.platforms if group.cut)
    entitle(
        figure,
        f"{run.pair}: limits are cut at {cutters}; borrower {case['borrower']:,} of seed {case['seed']} defaults first"
        f" at {name}",
    )
    before, after = (_said(seen["worlds"][world]["path"][-1]) for world in run.worlds)
    alt = (
        f"Network around borrower {case['borrower']} in {case['month']}. {run.baseline}: {before}. {run.reform}:"
        f" {after}. Cause of the first missed payment: {CAUSE_WORDS[case['cause']]}."
    )
    cut_words = (
        "The policy had cut a limit of this person in the twelve months before."
        if case["policy_cut"]
        else ("The policy had not cut a limit of this person in the twelve months before.")
    )
    return (
        figure,
        alt,
        (
            f"One of {len(spread_defaults(run, most=1_000_000)):,} people (all seeds) who default only under"
            f" {run.reform} and first at a lender that did not cut; chosen as an illustration, not as typical."
            f" {cut_words} First missed payment: {CAUSE_WORDS[case['cause']]}. Squares are lenders, framed if the limit"
            " was cut since the policy began, round marks people; the width of a line says how much is owed, its dash"
            " and colour how late. Friends and colleagues are drawn with the lenders at which they are in default."
        ),
    )


def _touches(person, lender) -> bool:
    """Whether the person owes the lender, or holds a line there that was cut since the policy began."""
    return any(
        (line["platform"], line["product"]) == lender and (line["owed_fen"] > 0 or line["limit_cut"])
        for line in person["lines"]
    )


def _behind(line) -> int:
    return DEFAULT + 3 if line["charged_off"] else line["months_past_due"]


def _said(person) -> str:
    owing = [line for line in person["lines"] if line["owed_fen"] > 0]
    return (
        "; ".join(
            f"{line['platform']} {line['product']} {line['owed_fen'] / 100:,.0f} yuan, {_lateness(line)}"
            for line in owing
        )
        or "owes nothing"
    )


def _lateness(line) -> str:
    if line["charged_off"]:
        return "charged off"
    return f"{line['months_past_due']} behind" if line["months_past_due"] else "on time"


def _graph(world, lenders) -> tuple[nx.Graph, dict]:
    """The person, the lines of either world, friends, and colleagues in default, with a place for each."""
    person = world["path"][-1]
    held = {(line["platform"], line["product"]): line for line in person["lines"]}
    graph, places = nx.Graph(), {"person": (0.0, 0.0)}
    graph.add_node("person", kind="person", late=person["in_default"])
    for i, lender in enumerate(lenders):
        places[lender] = (1.0, _spread(i, len(lenders)))
        line = held.get(lender)
        graph.add_node(lender, kind="lender", cut=bool(line and line["limit_cut"]), line=line)
        if line and line["owed_fen"]:
            graph.add_edge("person", lender, line=line)
    for kind in ("friends", "colleagues"):
        for i, other in enumerate(world[kind]):
            node = (kind, other["borrower"])
            places[node] = (-1.0, _spread(i, len(world[kind]))) if kind == "friends" else (-0.6 + 0.25 * i, -1.35)
            graph.add_node(node, kind=kind, late=other["in_default"])
            graph.add_edge("person", node, line=None)
            for line in other["lines"]:
                if (line["platform"], line["product"]) in lenders and _behind(line) >= DEFAULT:
                    graph.add_edge(node, (line["platform"], line["product"]), line=line)
    return graph, places


def _spread(i, count) -> float:
    return 0.0 if count < 2 else 1.0 - 2.0 * i / (count - 1)


def _network(axes, world, lenders):
    graph, places = _graph(world, lenders)
    for one, other, line in graph.edges(data="line"):
        style = (
            {"edge_color": QUIET, "style": ":", "width": 0.8} if line is None else _look(line, "person" in (one, other))
        )
        nx.draw_networkx_edges(graph, places, [(one, other)], ax=axes, **style)
    for node, data in graph.nodes(data=True):
        lender = data["kind"] == "lender"
        face = (LENDER if graph.degree(node) else "#FFFFFF") if lender else BAD if data["late"] else "#FFFFFF"
        nx.draw_networkx_nodes(
            graph,
            places,
            [node],
            ax=axes,
            node_shape="s" if lender else "o",
            node_color=face,
            node_size=260 if lender else 330 if node == "person" else 90,
            edgecolors=CUT if data.get("cut") else INK,
            linewidths=2.4 if data.get("cut") else 0.9,
        )
        if lender:
            line = data["line"]
            owed = (
                f"{line['owed_fen'] / 100:,.0f} yuan, {_lateness(line)}"
                if line and line["owed_fen"]
                else "nothing owed"
            )
            note = "\nlimit cut" if data["cut"] else ""
            axes.annotate(
                f"{' '.join(node)}\n{owed}{note}", (places[node][0] + 0.2, places[node][1]), va="center", fontsize=7
            )
    _labels(axes, world)


def _labels(axes, world):
    person, friends = world["path"][-1], world["friends"]
    work = "without work" if person["jobless"] else "at work"
    axes.annotate(
        f"cash {person['cash_fen'] / 100:,.0f} yuan\n{work}", (0, -0.19), ha="center", va="top", fontsize=7, bbox=PAPER
    )
    late = sum(friend["in_default"] for friend in friends)
    axes.annotate(f"friends: {late} of {len(friends)}\nin default", (-1.0, 1.2), ha="center", va="bottom", fontsize=7)
    if world["employer"] >= 0:
        axes.annotate(
            f"colleagues in default: {world['colleagues_late']} of {world['colleagues_in_all']}",
            (-0.05, -1.5),
            ha="center",
            va="top",
            fontsize=7,
        )
    axes.set_xlim(-1.35, 2.25)
    axes.set_ylim(-1.75, 1.6)
    axes.axis("off")


def _look(line, own) -> dict:
    """How the edge of a line is drawn: wider for more owed, dashed when late, broken and red in default."""
    width = (0.8 + min(4.0, line["owed_fen"] / 1_000_000)) if own else 0.8
    behind = _behind(line)
    if behind >= DEFAULT:
        return {"edge_color": BAD, "style": (0, (4, 1.5)), "width": max(width, 1.2)}
    return (
        {"edge_color": LATE, "style": (0, (1, 1)), "width": width}
        if behind
        else {"edge_color": INK, "style": "-", "width": width}
    )


def _paths(axes, run, seen, measure):
    start = np.datetime64(seen["first_month"], "M")
    for world, look in zip(
        run.worlds, ({"color": INK, "linestyle": "-"}, {"color": BAD, "linestyle": "--"}), strict=True
    ):
        path = [measure(person) for person in seen["worlds"][world]["path"]]
        months = (start + np.arange(len(path)) * MONTH - run.policy).astype(int)
        axes.plot(months, path, label=world, **look)
    axes.axvline(-0.5, color=QUIET, linewidth=1.0, linestyle=":")
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"months since {run.policy}")
