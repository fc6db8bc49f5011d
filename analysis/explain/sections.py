"""The parts of an explanation, from what was found: sentences, figures, small tables, and whole tables."""

from collections.abc import Sequence

import numpy as np

from analysis.explain import columns
from analysis.explain.attribution.games import LENDERS, OUTCOMES, Attribution
from analysis.explain.files import Section, Table
from analysis.explain.gains import table as gain_table
from analysis.explain.gains.lives import Gains
from analysis.explain.network import table as network_table
from analysis.explain.network.closings import Observed
from analysis.explain.transmission import forest
from analysis.explain.transmission.chains import ENTRIES
from analysis.explain.transmission.forest import Transmission
from analysis.wording import interval, number
from sim.record import Column

#: What a game is called in a title.
ASKED = {
    "channels": "Through which channel",
    "provisions": "Because of which provision",
    "platforms": "Because of which platform",
}


def attribution(a: Attribution, pair: str) -> Section:
    """How much is due to each channel, provision or platform.

    a: an Attribution; pair: how the two worlds are named.
    """
    from analysis.explain.attribution import waterfall

    return Section(
        a.game.name,
        ASKED[a.game.name],
        _attribution_sentences(a),
        {
            f"{a.game.name}-waterfall": lambda: waterfall.waterfall(a, pair),
            f"{a.game.name}-outcomes": lambda: waterfall.outcomes(a, pair),
        },
        [_printed_parts(a, pair)],
        [_parts_table(a), _coalitions_table(a)],
    )


def _attribution_sentences(a: Attribution) -> list[str]:
    total, parts = a.total[:, 0], {player: a.part(player, 0) for player in a.game.players}
    said = [f"{player} {interval(part)}" for player, part in parts.items() if part.mean != 0.0]
    nothing = [player for player, part in parts.items() if not a.parts[player].any()]
    sentences = [
        f"Of {interval(a.shown(0, total))} people in default per 1,000 borrowers, these parts are due to the"
        f" {a.game.name}: {'; '.join(said) or 'none'}."
    ]
    if nothing:
        sentences.append(f"{', '.join(nothing)}: exactly nothing, in any outcome.")
    if a.game.first:
        sentences += _reading(a)
    if a.sample is not None:
        worst = max(a.sampling_error(player, 0) for player in a.game.players)
        sentences.append(
            f"There are too many of them to play every combination: {a.sample.orders} orders were drawn, which leaves a"
            f" standard error of at most {number(worst, signed=False)} per 1,000."
        )
    else:
        widest = max(a.by_order(0).items(), key=lambda item: item[1][1] - item[1][0])
        sentences.append(
            f"Switched on one after another, a split would depend on the order: {widest[0]} would be given anything"
            f" from {number(widest[1][0])} to {number(widest[1][1])}."
        )
    return sentences


def _reading(a: Attribution) -> list[str]:
    """How to read the parts of channels: the first round with rollover, and the rule against lenders' reactions."""
    both = a.shown(0, a.parts["direct"][:, 0] + a.parts["rollover"][:, 0])
    return [
        "The first round, direct, is no forecast: people whom the policy cuts must then borrow, buy and pay at other"
        " lenders as they do in the baseline, so nobody can replace what was taken (where their cash does not reach,"
        " family pays there). Rollover is what it changes that they are free to turn to other lenders: below zero if"
        f" that saves more people than it drags down. The two belong together: {interval(both)}.",
        "How much is the rule, how much the lenders: with what lenders see and how they are funded held on the path of"
        f" the baseline and everything else free, the policy would add {interval(a.without(LENDERS, 0))}; lenders'"
        f" reactions add {interval(a.added_last(LENDERS, 0))} to that. Their parts above differ from this: parts are"
        " means over all orders, also those in which nobody may turn elsewhere yet.",
    ]


def _printed_parts(a: Attribution, pair: str) -> dict:
    heads = [a.game.name.rstrip("s"), *(f"{it.name}, {it.unit}" for it in OUTCOMES)]
    rows = [[player, *(_with_span(a.part(player, i)) for i in range(len(OUTCOMES)))] for player in a.game.players]
    rows.append(["together", *(_with_span(a.shown(i, a.total[:, i])) for i in range(len(OUTCOMES)))])
    return {"caption": f"Parts (Shapley values) with 95 % intervals over paired seeds, {pair}. They add up exactly.",
            "heads": heads, "rows": rows}  # fmt: skip


def _with_span(value) -> str:
    if not value.mean and not value.low and not value.high:
        return "0"
    return number(value.mean) + (f"\n{number(value.low)} to {number(value.high)}" if value.has_interval else "")


def _parts_table(a: Attribution) -> Table:
    rows = []
    for i, it in enumerate(OUTCOMES):
        ranges = a.by_order(i) if a.sample is None else {}
        for player in (*a.game.players, "together"):
            value = a.shown(i, a.total[:, i]) if player == "together" else a.part(player, i)
            error = 0.0 if player == "together" else a.sampling_error(player, i)
            least, most = ranges.get(player, (value.mean, value.mean))
            rows.append((a.game.name, it.name, it.unit, player, value.mean, value.low, value.high, error, least, most))
    return Table(f"{a.game.name}-parts", columns.PARTS, _turned(columns.PARTS, rows))


def _coalitions_table(a: Attribution) -> Table:
    rows = [
        (a.game.name, "+".join(p for p in a.game.players if p in some), seed, it.name, int(differences[s, i]))
        for some, differences in a.values.items()
        for s, seed in enumerate(a.seeds)
        for i, it in enumerate(OUTCOMES)
    ]
    return Table(f"{a.game.name}-coalitions", columns.COALITIONS, _turned(columns.COALITIONS, rows))


def _turned(described: tuple[Column, ...], rows: list[tuple]) -> dict[str, np.ndarray]:
    """Rows of values as numpy columns by the columns' names."""
    return {column.name: as_column(column, [row[i] for row in rows]) for i, column in enumerate(described)}


def as_column(column: Column, values) -> np.ndarray:
    """Values as the numpy column that a table keeps; text stays text when there is no row."""
    kinds = {"VARCHAR": object, "INTEGER": np.int32, "BIGINT": np.int64, "DOUBLE": np.float64, "BOOLEAN": bool}
    return np.array(values, dtype=kinds.get(column.type, "datetime64[D]"))


def _kept(name: str, described: tuple[Column, ...], values: dict) -> Table:
    """A table from columns that may still be lists."""
    return Table(name, described, {column.name: as_column(column, values[column.name]) for column in described})


def displacement(comparison) -> Section:
    """Where the credit that was removed reappears, as a table; the report has said it already.

    comparison: a ``compare.Comparison``.
    """
    spans = {str(months): d for months, d in comparison.horizons.items()} | {"end": comparison.displacement}
    rows = [
        (span, place, seed, int(amount))
        for span, d in spans.items()
        for place, amounts in [("removed", d.net), *((row.name, row.fen) for row in d.destinations)]
        for seed, amount in zip(comparison.run.seeds, amounts, strict=True)
    ]
    table = Table("displacement", columns.DISPLACED, _turned(columns.DISPLACED, rows))
    return Section("displacement", "Instead of what", [], tables=[table])


LEAST_TOLD = 0.005  # share of chains below which a beginning is not mentioned
#: How a chain may begin, and the channels that are frozen to find out what that matters.
FROZEN_FOR = {"lender": LENDERS, "job": ("jobs",), "friends": ("peers",), "trust": ("trust",)}


def transmission(found: Sequence[Transmission], channels: Attribution | None) -> Section:
    """How default was handed on: chains, trees, the reproduction number, the most contagious cuts.

    found: one Transmission per seed; channels: the attribution to channels, to be set beside, if there is one.
    """
    from analysis.explain.transmission import cascade

    kept = forest.tables(found)
    described = {
        "chains": columns.CHAINS, "contagious": columns.CONTAGIOUS, "handed": columns.HANDED, "tree": columns.TREE,
    }  # fmt: skip
    return Section(
        "transmission",
        "How it was handed on",
        forest.sentences(found) + (_side_by_side(found, channels) if channels else []),
        {"cascade": lambda: cascade.cascade(found), "beginnings": lambda: cascade.beginnings(found)},
        [],
        [_kept(name, described[name], kept[name]) for name in described],
    )


def _side_by_side(found, a: Attribution) -> list[str]:
    """Where the bookkeeping of chains and the experiment of freezing a channel say different things."""
    begun = forest.summary(found)
    share = {entry: begun[f"entry: {entry}"].mean for entry in FROZEN_FOR}
    if not np.isfinite(share["lender"]):
        return []
    said = [
        f"Chains are bookkeeping, freezing is the experiment: {100 * share['lender']:.0f} % of chains begin with a"
        " lender that turned tighter or looser, while lenders' reactions, as freezing them shows, add"
        f" {interval(a.added_last(LENDERS, 0))} of {number(a.shown(0, a.total[:, 0]).mean)} per 1,000. A chain is"
        " counted once, by what came first: whom a cut weakened and a tighter lender then refused is counted under the"
        " cut."
    ]
    idle = [
        ENTRIES[entry]
        for entry, channels in FROZEN_FOR.items()
        if share[entry] >= LEAST_TOLD and not any(a.parts[channel][:, 0].any() for channel in channels)
    ]
    if idle:
        said.append(
            f"Some chains begin with {', '.join(idle)}, but with that frozen as many people default: it came first and"
            " did not matter."
        )
    return said


def gains(found: Sequence[Gains], reform: str, baseline: str) -> Section:
    """Who gains and who loses.

    found: one Gains per seed; reform, baseline: names of the worlds.
    """
    from analysis.explain.gains import map as gain_map

    pair = f"{reform} against {baseline}"
    return Section(
        "gains",
        "Who gains, who loses",
        gain_table.sentences(found, reform, baseline),
        {
            "gain-map": lambda: gain_map.draw_map(found, pair),
            "gain-deciles": lambda: gain_map.draw_deciles(found, pair),
        },
        [],
        [
            _kept("gains", columns.GAINS, gain_table.table(found)),
            _kept("gain-cells", columns.CELLS, gain_table.cell_table(found)),
        ],
    )


def network(found: Sequence[Observed], worlds: tuple[str, str], months: tuple[str, str]) -> Section:
    """What the network of shared borrowers could pass on.

    found: one Observed per seed; worlds: baseline and reform; months: the one before the policy, and the last.
    """
    from analysis.explain.network.map import exposure_map

    rows = network_table.rows(found, worlds, months)
    values = {column.name: [row[column.name] for row in rows] for column in columns.NETWORK}
    several = len(found[0].before.platforms) > 1
    return Section(
        "network",
        "What lenders share",
        network_table.sentences(found, worlds),
        {"exposures": lambda: exposure_map(found, months[0])} if several else {},
        [],
        [_kept("network", columns.NETWORK, values)],
    )
