"""The calm market of 2017-2019: what the baseline world gives, beside what was published.

Every row states a window. *fits* means inside it, *near* means outside by no more than half its width, *misses*
anything further. Sources are rows of ``docs/evidence.md``. All delinquency figures are shares of balance without
charged-off debt, as the published ones are.
"""

import itertools
from dataclasses import replace

import numpy as np

from analysis.folder import Run, open_run
from analysis.validation.experiment import Experiment, Size, played
from analysis.validation.row import MISSES, NEAR, Row

#: Lenders in the order of their published 90+ days delinquency at the end of 2019, best first.
TIERS = ("social", "incumbent", "marketplace", "facilitator", "p2p")
LATE30, LATE90 = "m2_fen + m3_fen + m4_fen", "m4_fen"


def table(folder) -> list[Row]:
    """The calibration table of a run folder's baseline world.

    folder: path or Run, with one world or two. Returns the rows in the order in which they are read; a target whose
    month or lender is not in the folder is marked ``not simulated``, and so is every target in a market without one of
    these lenders, which is another country's.
    """
    run = folder if isinstance(folder, Run) else open_run(folder)
    rows = _delinquency(run) + _tiers(run) + _balances(run) + _rolls(run) + _people(run)
    elsewhere = not {platform for platform, _ in run.lines} & set(TIERS)
    return [
        (
            replace(row, simulated=None, spread=None)
            if row.simulated is not None and (elsewhere or not np.isfinite(row.simulated))
            else row
        )
        for row in rows
    ]


def misses(rows) -> list[str]:
    """What does not fit, in words: one sentence for each group of targets and side on which they miss.

    rows: what ``table`` returned.
    """
    found = {}
    for row in rows:
        if row.mark in (NEAR, MISSES):
            side = "in disorder" if row.unit == "order" else "too high" if row.simulated > row.high else "too low"
            found.setdefault((row.group, side), []).append(row)
    return [
        f"{group}: {side}: " + "; ".join(_missed(row) for row in missed) + "."
        for (group, side), missed in found.items()
    ]


def _missed(row) -> str:
    if row.unit == "order":
        return f"{row.text(row.simulated)} of {len(TIERS) - 1} neighbours ({row.note})"
    return f"{row.name} {row.text(row.simulated)}, published {row.published_text}" + (
        " (near)" if row.mark == NEAR else ""
    )


def _ratio(run, over, under, condition="TRUE", source="monthly", **values) -> np.ndarray:
    """One ratio of sums for each of the run's seeds in the baseline world; nan where there is nothing to divide."""
    answer = run.ask(
        f"""SELECT seed, sum({over})::DOUBLE / nullif(sum({under})::DOUBLE, 0) AS value FROM {source}
                         WHERE world = $baseline AND {condition} GROUP BY seed ORDER BY seed""",
        **values,
    )
    values = np.ma.filled(answer["value"].astype(float), np.nan)
    found = dict(zip(answer["seed"].tolist(), values, strict=True))  # tables of moves have no row where nobody moved
    return np.array([found.get(seed, np.nan) for seed in run.seeds])


def _platform_ratio(run, over, platform, month) -> np.ndarray:
    return _ratio(run, over, "balance_fen", f"platform = $platform AND month = DATE '{month}-01'", platform=platform)


def _delinquency(run) -> list[Row]:
    published = {"2017": (0.0108, 0.0068), "2018": (0.0143, 0.0101), "2019": (0.0156, 0.0105)}
    rows = []
    for i, (days, late, source) in enumerate(
        (("30+", LATE30, "A7: prospectus of the incumbent"), ("90+", LATE90, "A8: prospectus of the incumbent"))
    ):
        for year, values in published.items():
            rows.append(
                Row.over_seeds(
                    f"{days} days late at the incumbent, share of balance",
                    f"end of {year}",
                    _platform_ratio(run, late, "incumbent", f"{year}-12"),
                    values[i],
                    0.8 * values[i],
                    1.2 * values[i],
                    "percent",
                    source,
                )
            )
    return rows


def _tiers(run) -> list[Row]:
    group = "90+ days late by lender, end of 2019, share of balance"
    published = {
        "social": (0.0076, 0.0032, 0.0120, "A20: bad loans of its bank, 2016 and 2020", "0.32 to 1.20 %"),
        "incumbent": (0.0105, 0.0084, 0.0126, "A8: prospectus of the incumbent", ""),
        "marketplace": (0.0165, 0.0132, 0.0198, "A18: prospectus, first half of 2020", ""),
        "facilitator": (0.0185, 0.0148, 0.0222, "L12, L9: one lender in 2020, another in 2022", "1.48 to 2.22 %"),
        "p2p": (0.125, 0.08, 0.20, "L21, X3: online cash lenders 2019-2020, all overdue", "12 to 20 %"),
    }
    rows, levels = [], []
    for platform in TIERS:
        value, low, high, source, said = published[platform]
        ratio = _platform_ratio(run, LATE90, platform, "2019-12")
        levels.append(np.nanmean(ratio) if np.isfinite(ratio).any() else np.nan)
        rows.append(Row.over_seeds(group, platform, ratio, value, low, high, "percent", source, "", said))
    disorder = sum(a >= b for a, b in itertools.pairwise(levels)) if np.all(np.isfinite(levels)) else np.nan
    rows.append(
        Row.over_seeds(
            group,
            "neighbours out of order",
            [disorder],
            0.0,
            0.0,
            0.0,
            "order",
            "A8, A18, A20, L9, L12, L21",
            "social < incumbent < marketplace < facilitator < p2p",
        )
    )
    return rows


def _balances(run) -> list[Row]:
    group, december = "Balances and limits, end of 2019", "month = DATE '2019-12-01'"
    incumbent = f"platform = 'incumbent' AND {december}"
    users = """(SELECT seed, world, month, sum(balance_fen) AS owed, max(accounts) AS users FROM monthly
                 WHERE platform = 'incumbent' GROUP BY ALL)"""
    return [
        Row.over_seeds(
            group,
            "pay-later balance per line",
            _ratio(run, "balance_fen / 100", "accounts", f"{incumbent} AND product = 'pay-later'"),
            950,
            500,
            1000,
            "yuan",
            "A4: press, 2019",
            "all open lines, with and without a balance",
            "below 1,000 yuan",
        ),
        Row.over_seeds(
            group,
            "balance per user of the incumbent",
            _ratio(run, "owed / 100", "users", december, users),
            3460,
            2595,
            4325,
            "yuan",
            "A3: 1.73 trillion over 500 million users",
            "users counted as holders of its most held product",
        ),
        Row.over_seeds(
            group,
            "share of the incumbent's balance in cash loans",
            _ratio(run, "CASE WHEN product = 'cash' THEN balance_fen ELSE 0 END", "balance_fen", incumbent),
            0.70,
            0.55,
            0.80,
            "percent",
            "A5: derived from A3 and A4",
            "the tail of balances sits in the cash product",
        ),
        Row.over_seeds(
            group,
            "card balance over limit",
            _ratio(run, "balance_fen", "limit_fen", f"platform = 'bank' AND {december}"),
            0.41,
            0.38,
            0.45,
            "share",
            "C7, C9: central bank, 2019-2020",
        ),
    ]


def _rolls(run) -> list[Row]:
    group, calm = "Rolls by balance, 2017-2019", "month < DATE '2020-01-01'"

    def roll(start, end, condition="TRUE"):
        return _ratio(
            run,
            f"CASE WHEN to_bucket IN ('{end}') THEN balance_fen ELSE 0 END",
            "balance_fen",
            f"{calm} AND from_bucket = '{start}' AND {condition}",
            "transitions",
        )

    return [
        Row.over_seeds(
            group,
            "M1 to M2 at the incumbent",
            roll("M1", "M2", "platform = 'incumbent'"),
            0.15,
            0.12,
            0.25,
            "share",
            "L2, L3: a prime lender of 2024, collected within 30 days",
        ),
        Row.over_seeds(
            group,
            "M1 to M2 at p2p",
            roll("M1", "M2", "platform = 'p2p'"),
            0.30,
            0.25,
            0.40,
            "share",
            "L4: cash loans, 2017, one practitioner",
        ),
        Row.over_seeds(group, "M2 to M3, all lenders", roll("M2", "M3"), 0.88, 0.75, 0.95, "share", "L4, L6"),
        Row.over_seeds(group, "M3 to M4, all lenders", roll("M3", "M4"), 0.90, 0.80, 0.98, "share", "L4, L10"),
    ]


def _people(run) -> list[Row]:
    group, calm = "People, mean of 2017-2019", "month < DATE '2020-01-01'"
    holders = """(SELECT seed, world, month, accounts, borrowers FROM monthly JOIN economy USING (seed, world, month)
                   WHERE platform = 'incumbent' AND product = 'pay-later')"""
    return [
        Row.over_seeds(
            group,
            "with the incumbent's pay-later line",
            _ratio(run, "accounts", "borrowers", calm, holders),
            0.25,
            0.20,
            0.45,
            "percent",
            "H17, A2",
            "one in four of the young in early 2017; half a billion users of its two products by 2020",
            "25 %, rising",
        ),
        Row.over_seeds(
            group,
            "online borrowers with two or more lenders",
            _ratio(run, "online_two_or_more", "online_borrowers", calm, "economy"),
            0.44,
            0.35,
            0.50,
            "percent",
            "M1, M2: customers of 61 online lenders, about 2017",
        ),
        Row.over_seeds(
            group,
            "hand to mouth",
            _ratio(run, "hand_to_mouth", "borrowers", calm, "economy"),
            0.435,
            0.38,
            0.50,
            "percent",
            "H10, H11: urban households, 2011-2017",
        ),
        Row.over_seeds(
            group,
            "without work",
            _ratio(run, "borrowers - employed", "borrowers", calm, "economy"),
            0.052,
            0.045,
            0.065,
            "percent",
            "H7: urban surveyed, mean of 2023 (earlier years not seen)",
        ),
    ]


def delinquency_path(folder, platform="incumbent") -> dict[str, np.ndarray]:
    """The path of delinquency at one lender in the baseline world, to draw beside the published points.

    folder: path or Run; platform: its name. Returns arrays [seed, month] named ``30+`` and ``90+``, shares of balance.
    """
    run = folder if isinstance(folder, Run) else open_run(folder)
    return {
        name: run.by_month(
            run.ask(
                f"""SELECT seed, month, coalesce(sum({late})::DOUBLE / nullif(sum(balance_fen), 0), 0)
        AS value FROM monthly WHERE world = $baseline AND platform = $platform GROUP BY ALL""",
                platform=platform,
            )
        )
        for name, late in (("30+", LATE30), ("90+", LATE90))
    }


def _play(size, room, progress) -> list[Row]:
    """The calibration table of a baseline played for it."""
    from scenarios.runner import plan

    planned = plan("baseline", borrowers=size.borrowers, months=36, seeds=size.seeds)
    return table(played(planned, room, size, progress).folder)


EXPERIMENTS = (
    Experiment(
        "calm-market",
        "calm",
        "Are delinquency, rolls, balances and people of 2017-2019 the published ones?",
        _play,
        quick=Size(20_000, 6),
        full=Size(50_000, 20),
    ),
)
