"""A market founded from a table beside the default one, before the first month: a table and a picture."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from rich.table import Table

from analysis.drawing import AVOIDED, CUT, Drawing, drawn, entitle
from scenarios.borrowers.columns import LINE, PERSON
from scenarios.borrowers.table import Borrowers
from scenarios.schema import Scenario
from sim.line import DEFAULT_MONTHS
from sim.parameters import YUAN

SEED = 1
MOST_LATE = 6  # months past due that have a bar of their own; the last is for more, too


@dataclass(frozen=True)
class Founded:
    """People and some of their lines at the founding, as columns: money in yuan, lines [person, line]."""

    age: np.ndarray
    wage: np.ndarray
    jobless: np.ndarray
    revolves: np.ndarray
    limit: np.ndarray
    owed: np.ndarray
    late: np.ndarray
    held: np.ndarray

    @property
    def use(self) -> np.ndarray:
        """Balance over limit of every line that is held and has a limit."""
        counted = self.held & (self.limit > 0)
        return self.owed[counted] / self.limit[counted]


def found(scenario: Scenario, lines: list[str]) -> Founded:
    """Found a scenario's market and look at it before its first month. lines: ``PLATFORM/PRODUCT`` to look at."""
    from sim.model import CreditModel

    sizes = {"borrowers": scenario.borrowers, "merchants": scenario.shop_count(), "seed": SEED}
    market = CreditModel(**scenario.market_arguments(), **sizes).market
    some = market.lines[:, [scenario.lines().index(line) for line in lines]]
    owed = sum(some[field].astype(np.int64) for field in ("revolving", "purchases", "instalment"))
    people = market.borrowers
    return Founded(
        people["age"].astype(int), people["wage"] / YUAN, people["jobless"] > 0, people["appetite"] > 0,
        some["limit"] / YUAN, owed / YUAN, some["months_past_due"].astype(int), some["state"] > 0,
    )  # fmt: skip


def origins(borrowers: Borrowers, others: list[str]) -> Table:
    """What was read and what stands in for the rest: a row for each documented column.

    others: lines of the market of which the table says nothing.
    """
    table = Table(box=None, pad_edge=False)
    for heading in ("column", "read in rows", "imputed", "how"):
        table.add_column(heading, no_wrap=heading != "how", justify="right" if "i" in heading[1:3] else "left")
    named = [(column.name, column) for column in PERSON]
    named += [(f"{column.name}:{line}", column) for line in borrowers.lines() for column in LINE]
    for name, column in named:
        missing = borrowers.missing(name)
        table.add_row(name, f"{borrowers.rows - missing:,}", f"{missing:,}", column.imputed if missing else "")
    if others:
        table.add_row("other lines", "0", f"{borrowers.rows:,}", f"{', '.join(others)}: as in the default market")
    return table


def beside(founded: Founded, default: Founded) -> Table:
    """The two markets side by side. founded, default: as ``found`` gives them."""
    table = Table(box=None, pad_edge=False)
    for heading in ("before the first month", "your market", "default market"):
        table.add_column(heading, no_wrap=True, justify="left" if heading[0] == "b" else "right")
    for (name, own), (_, other) in zip(_figures(founded), _figures(default), strict=True):
        table.add_row(name, own, other)
    return table


def _figures(market: Founded) -> Iterator[tuple[str, str]]:
    held = market.held
    yield "mean age", f"{market.age.mean():.1f} years"
    yield "mean monthly wage", f"{market.wage.mean():,.0f} yuan"
    yield "without work", f"{100 * market.jobless.mean():.1f} %"
    yield "pay the minimum", f"{100 * market.revolves.mean():.1f} %"
    yield "lines held a person, of those in the table", f"{held.sum(1).mean():.2f}"
    yield "mean limit", f"{_mean(market.limit[held]):,.0f} yuan"
    yield "balance over limit", f"{100 * market.owed[held].sum() / max(1.0, market.limit[held].sum()):.1f} %"
    yield "lines late", f"{100 * _mean(market.late[held] > 0):.2f} %"
    yield "lines in default (more than 90 days late)", f"{100 * _mean(market.late[held] >= DEFAULT_MONTHS):.2f} %"


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def picture(founded: Founded, default: Founded, lines: list[str]) -> Drawing:
    """Ages, limits, use and arrears of both markets as a drawing. lines: of which limits, use and arrears are."""
    return drawn({"founded": lambda: _drawn(founded, default, lines)})["founded"]


def _drawn(founded: Founded, default: Founded, lines: list[str]) -> tuple[Figure, str, str]:
    figure = Figure(figsize=(7.2, 5.2))
    axes = figure.subplots(2, 2).ravel()
    markets = ((founded, "your market", CUT), (default, "default market", AVOIDED))
    limits = np.concatenate([market.limit[market.held & (market.limit > 0)] for market, *_ in markets])
    edges = np.geomspace(limits.min(), limits.max() * 1.001, 25) if len(limits) else np.array([1.0, 10.0])
    for market, label, colour in markets:
        style = {"histtype": "step", "color": colour, "label": label, "linewidth": 1.5}
        _shares(axes[0], market.age, np.arange(18, 102, 3), style)
        _shares(axes[1], market.limit[market.held & (market.limit > 0)], edges, style)
        _shares(axes[2], np.minimum(market.use, 1.5), np.linspace(0.0, 1.55, 32), style)
        _shares(axes[3], np.minimum(market.late[market.held], MOST_LATE), np.arange(-0.5, MOST_LATE + 1), style)
    for each, label in zip(axes, ("age (years)", "limit (yuan)", "balance over limit", "months past due"), strict=True):
        each.set_xlabel(label)
        each.set_ylabel("per cent" if label.startswith("age") else "per cent of lines")
    axes[1].set_xscale("log")
    axes[3].set_yscale("log")
    axes[3].set_xticks(range(MOST_LATE + 1), [*map(str, range(MOST_LATE)), f"{MOST_LATE}+"])
    axes[0].legend(frameon=False)
    named = ", ".join(lines)
    finding = f"Before the first month: the people of your table and those of the default market ({named})"
    entitle(figure, finding)
    told = "; ".join(f"{name} {own} against {other}" for (name, own), (_, other) in
                     zip(_figures(founded), _figures(default), strict=True))  # fmt: skip
    return figure, told, "Each curve is a whole market; the default market is founded with every line on time."


def _shares(axis, values, edges, style) -> None:
    if len(values):
        axis.hist(values, bins=edges, weights=np.full(len(values), 100.0 / len(values)), **style)
