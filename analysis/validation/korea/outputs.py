"""Nineteen outputs of the Korean card crisis, O1 to O19: the market beside what was published.

The scenario is calibrated on 2002-01 to 2003-06. Rows that need any later month are named *hold-out*, or *aimed at*
where the fit had the same figure among its aims, as a stylised fact (F11, F17, F18); what else was seen meanwhile,
scenarios/markets/korea-cards.toml says. Windows are judgements, set before the market was played, and
wide enough for the conflicts between the sources. Months of a peak are counted from December 2002.
"""

import numpy as np

from analysis.validation.korea.observed import CALIBRATION, HOLD_OUT, points, sources, value
from analysis.validation.korea.replay import Replay, ratio, rmse, span
from analysis.validation.korea.world import ACTIVE, ELSEWHERE, MULTI_ELSEWHERE
from analysis.validation.row import Row

REAL, HEADLINE = "real delinquency", "headline delinquency"
ARREARS = "arrears of less than 30 days"
PERSONS, REGISTRATIONS = "delinquent persons", "registrations per delinquent"
MULTI = "delinquents with two or more lenders"
#: The same of all delinquents, as they were counted: those on other debts than cards, who are not simulated, are added.
REGISTRATIONS_ANY, MULTI_ANY = f"{REGISTRATIONS} on any debt", "delinquents on any debt with two or more lenders"
ORIGIN = "2002-12"  #: the month that peaks are counted from and in which the index of persons is 100
INF = float("inf")
SEEN, UNSEEN, AIMED = "to 2003-06", "hold-out", "aimed at"


def table(replay: Replay, uncut: Replay | None = None, ages: Replay | None = None) -> list[Row]:
    """All rows O1 to O19.

    replay: the crisis; uncut: its first seeds without the cuts of limits from October 2002 on, against which the fall
    of consumption is measured; ages: limits by age in its first seeds (None: these rows are not simulated). Returns the
    rows in order.
    """
    makers = (_delinquency, _persons, _volumes, _elasticities, _lenders, _funding, _structure)
    rows = [row for maker in makers for row in maker(replay)]
    rows += [consumption(replay, uncut), _young(ages or Replay(replay.months, replay.seeds))]
    return sorted(rows, key=lambda row: int(row.code[1:]))


HOLDERS, DRAWING = "holders of four cards or more", "users of cash advances on four cards or more"
ON_CARDS = "card-related delinquents"
#: Who held and owed how much before the crisis and when it began: series, month, published share of people, unit,
#: source, in words.
LEVELS = (
    ("cards", "2000-12", 57.88e6 / ACTIVE, "times", "KR90", "cards per person, December 2000"),
    ("cards", "2001-12", 89.33e6 / ACTIVE, "times", "KR90", "cards per person, December 2001"),
    ("cards", "2002-06", 4.69, "times", "KR82", "cards per person, June 2002"),
    (HOLDERS, "2000-12", 4.347e6 / ACTIVE, "percent", "KR91", "people with four cards or more, December 2000"),
    (HOLDERS, "2001-12", 7.192e6 / ACTIVE, "percent", "KR91", "people with four cards or more, December 2001"),
    (HOLDERS, ORIGIN, 10.23e6 / ACTIVE, "percent", "KR-cards", "people with four cards or more, December 2002"),
    (DRAWING, ORIGIN, value(DRAWING, ORIGIN) / ACTIVE, "percent", "KR70",
     "people who draw cash on four cards or more, December 2002"),
    ("card delinquents", "2001-12", value(ON_CARDS, "2001-12") / ACTIVE, "percent", "KR-others",
     "delinquent on cards, December 2001"),
    ("card delinquents", "2002-09", value(ON_CARDS, "2002-09") / ACTIVE, "percent", "KR-others",
     "delinquent on cards, September 2002"),
    ("card delinquents", ORIGIN, value(ON_CARDS, ORIGIN) / ACTIVE, "percent", "KR21",
     "delinquent on cards, December 2002"),
)  # fmt: skip
CASH_USE = value("cash advances, year", ORIGIN) / 12 / value("cash-advance limits", ORIGIN)
PURCHASES = value("purchases, year", ORIGIN) / value("cash advances, year", ORIGIN)


def per_person(replay: Replay, series: str, month: str) -> np.ndarray:
    """A count over all people in one month, [seed]."""
    return ratio(replay.at(series, month), replay.at("people", month))


def cash_use(replay: Replay) -> np.ndarray:
    """Cash advances of the mean month of 2002 over the cash limits at the end of it, [seed]."""
    monthly = replay.between("cash advances of card companies", "2002-01", ORIGIN).mean(axis=1)
    return ratio(monthly, replay.at("cash-advance limits", ORIGIN))


def purchases(replay: Replay) -> np.ndarray:
    """Purchases on cards over cash advances in 2002, [seed]."""
    return ratio(*(replay.between(what, "2002-01", ORIGIN).sum(axis=1) for what in ("purchases", "cash advances")))


def beginnings(replay: Replay) -> list[Row]:
    """Who owed how much to how many before the crisis and when it began: published levels, within a fifth.

    replay: the crisis. These were there to calibrate on, and tell why an output misses. People are those who are
    economically active, 22.3 million. How much of the cash limits is used decides whom a cut of them reaches: in the
    mean month of 2002 cash advances were 29 % of what the limits were at its end. What is a few days late tells how
    many of those who fall behind stay so. Returns rows.
    """
    late = "2002-11"  # the last month before January in which it was published
    found = [
        ("cash advances of a month over cash limits, 2002", cash_use(replay), CASH_USE, "percent", "KR31, KR40, KR81",
         "card companies; of the first half of 2002 they made 98 % of all cash advances"),
        ("purchases over cash advances, 2002", purchases(replay), PURCHASES, "times", "KR32", "all cards"),
        (f"{ARREARS}, November 2002", replay.at(ARREARS, late), value(ARREARS, late), "percent", "KR84",
         "of what is owed to card companies; late at all less 30 and more days late"),
        *((name, per_person(replay, series, month), published, unit, source, "of economically active people")
          for series, month, published, unit, source, name in LEVELS),
    ]  # fmt: skip
    group = "Where the crisis begins"
    return [
        Row.over_seeds(
            group, f"{name} ({SEEN})", share, published, 0.8 * published, 1.2 * published, unit, source, note
        )
        for name, share, published, unit, source, note in found
    ]


def _row(code, when, name, values, published, low, high, unit, source, note="", said="") -> Row:
    return Row.over_seeds("", f"{name} ({when})", values, published, low, high, unit, source, note, said, code)


def error(replay: Replay, series: str, first: str, last: str) -> np.ndarray:
    """RMSE of a simulated series at the months in which it was published, by seed.

    series: its name; first, last: calendar months, inclusive. Returns an array [seed].
    """
    months, published = points(series, first, last)
    return rmse(replay.at(series, months), published)


def _path(replay, code, series, most) -> list[Row]:
    """RMSE of a path, on the months of calibration and on the hold-out."""
    rows = []
    for when, window in ((SEEN, CALIBRATION), (UNSEEN, HOLD_OUT)):
        _, seen = points(series, *window)
        said = f"{100 * seen[0]:.1f} to {100 * seen[-1]:.1f} %, highest {100 * seen.max():.1f} %"
        note = f"root mean squared error at {len(seen)} published months"
        errors = error(replay, series, *window)
        rows.append(_row(code, when, f"{series}, error", errors, 0.0, 0.0, most, "points", sources(series), note, said))
    return rows


def peak_month(values, months) -> np.ndarray:
    """The month of the maximum of each row, counted from December 2002; nan where a value is unknown.

    values: [seed, month]; months: datetime64[M].
    """
    known = np.isfinite(values).all(axis=1)
    place = np.where(known, np.where(np.isfinite(values), values, 0).argmax(axis=1), 0)
    return np.where(known, (months[place] - np.datetime64(ORIGIN)).astype(float), np.nan)


def _delinquency(replay) -> list[Row]:
    months = span("2003-01", HOLD_OUT[1])
    real, headline = (replay.at(name, months) for name in (REAL, HEADLINE))
    multiple = ratio(real, headline)
    high = real.max(axis=1)
    early = multiple[:, :2].mean(axis=1)
    both = ", ".join(sorted({*sources(REAL).split(", "), *sources(HEADLINE).split(", ")}))
    note = "rewritten loans are in the first, not in the second"
    return [
        *_path(replay, "O1", REAL, 0.03),
        _row("O1", UNSEEN, f"{REAL}, peak", high, value(REAL, "2003-12"), 0.25, 0.31, "percent", sources(REAL)),
        _row("O1", UNSEEN, f"{REAL}, month of the peak from December 2002", peak_month(real, months), 12, 8, 15,
             "months", sources(REAL), "", "December 2003"),
        *_path(replay, "O2", HEADLINE, 0.02),
        _row("O3", SEEN, "real over headline, January and February 2003", early, 1.6, 1.4, 1.9, "times", both, note),
        _row("O3", UNSEEN, "real over headline, highest", multiple.max(axis=1), 2.6, 2.1, 3.0, "times", both, note),
    ]  # fmt: skip


def _persons(replay) -> list[Row]:
    growth = value(PERSONS, "2003-12") / value(PERSONS, ORIGIN) - 1
    months = span("2002-07", "2003-12")
    rises = np.diff(replay.at(PERSONS, months), axis=1)
    published, counted = points(REGISTRATIONS)
    registrations = replay.at(REGISTRATIONS, published)
    first = registrations[:, 0]
    falls = np.where(np.isfinite(registrations).all(axis=1), (np.diff(registrations, axis=1) < 0).sum(axis=1), np.nan)
    dated = "published months: " + ", ".join(str(month) for month in published)
    rise = counted[-1] / counted[0] - 1
    every = ratio(replay.at(REGISTRATIONS_ANY, "2003-06"), replay.at(REGISTRATIONS_ANY, "2001-12")) - 1
    shares, all_shares = (replay.at(of, "2003-12") - replay.at(of, "2001-12") for of in (MULTI, MULTI_ANY))
    wider = value(MULTI, "2003-12") - value(MULTI, "2001-12")
    cards_alone = "delinquents on cards alone; published: on any debt"
    return [
        _row("O4", UNSEEN, f"{PERSONS}, December 2002 to 2003", replay.change(PERSONS, ORIGIN, "2003-12"), growth,
             0.30, 0.55, "percent", sources(PERSONS),
             "half of the year is hold-out; delinquents on other debts are added, 1.14 to 1.22 million as published to "
             "April 2003"),
        _row("O4", UNSEEN, f"{PERSONS}, month of the largest rise from December 2002", peak_month(rises, months[1:]),
             4, 1, 5, "months", sources(PERSONS), "of the rises from August 2002 to December 2003", "April 2003"),
        _row("O5", SEEN, f"{REGISTRATIONS}, falls between published months", falls, 0.0, 0.0, 0.0, "order",
             sources(REGISTRATIONS), dated, "none"),
        _row("O5", SEEN, f"{REGISTRATIONS}, December 2001 to June 2003", ratio(registrations[:, -1], first) - 1, rise,
             0.45, 0.65, "percent", sources(REGISTRATIONS), cards_alone),
        _row("O5", SEEN, f"{REGISTRATIONS_ANY}, December 2001 to June 2003", every, rise, 0.45, 0.65, "percent",
             f"{sources(REGISTRATIONS)}, KR-others", f"{ELSEWHERE} for each of those who are not on cards"),
        _row("O6", AIMED, f"{MULTI}, December 2001 to 2003", shares, wider, 0.12, 0.24, "points", sources(MULTI),
             cards_alone),
        _row("O6", AIMED, f"{MULTI_ANY}, December 2001 to 2003", all_shares, wider, 0.12, 0.24, "points",
             f"{sources(MULTI)}, KR-others",
             f"of those not on cards {100 * MULTI_ELSEWHERE:.1f} %, as of all in December 2000"),
    ]  # fmt: skip


def _volumes(replay) -> list[Row]:
    year, half, bought = "cash advances, year", "cash advances, first half", "purchases, year"
    four = "cash advances of holders of four cards or more"

    def total(name, first, last):
        return replay.between(name, first, last).sum(axis=1)

    def years(name):
        return ratio(total(name, "2003-01", "2003-12"), total(name, "2002-01", "2002-12")) - 1

    def published(name, last, first):
        return value(name, last) / value(name, first) - 1

    halves = ratio(total("cash advances", "2004-01", "2004-06"), total("cash advances", "2003-01", "2003-06")) - 1
    return [
        _row("O7", UNSEEN, "cash advances, 2003 against 2002", years("cash advances"),
             published(year, "2003-12", "2002-12"), -0.42, -0.25, "percent", sources(year)),
        _row("O7", UNSEEN, "cash advances, first half of 2004 against 2003", halves,
             published(half, "2004-06", "2003-06"), -0.60, -0.40, "percent", sources(half)),
        _row("O8", UNSEEN, "purchases on cards, 2003 against 2002", years("purchases"),
             published(bought, "2003-12", "2002-12"), -0.20, -0.08, "percent", sources(bought)),
        _row("O9", UNSEEN, f"{four}, December 2002 to August 2003", replay.change(four, ORIGIN, "2003-08"),
             published(four, "2003-08", ORIGIN), -0.45, -0.28, "percent", sources(four)),
    ]  # fmt: skip


def _elasticities(replay) -> list[Row]:
    persons, limits = "card delinquents", "cash-advance limits"

    def logs(of):
        return np.log(of(persons, "2003-07") / of(persons, ORIGIN)) / np.log(of(limits, "2003-06") / of(limits, ORIGIN))

    with np.errstate(divide="ignore", invalid="ignore"):
        simulated = logs(replay.at)
    source = f"{sources(persons)}; {sources(limits)}"
    return [
        _row("O10", AIMED, "card delinquents (to July 2003) to limits (to June), log on log", simulated, logs(value),
             -1.2, -0.4, "elasticity", source),
    ]  # fmt: skip


def _lenders(replay) -> list[Row]:
    stopped = "headline delinquency, lender that stops"
    rest = "headline delinquency, other lenders"
    own = value(stopped, "2003-12") - value(stopped, "2003-10")
    rises = {name: replay.at(name, "2003-12") - replay.at(name, "2003-10") for name in (stopped, rest)}
    loss = ratio(replay.between("loss", "2003-01", "2003-12").sum(axis=1),
                 replay.between("claims", "2003-01", "2003-12").mean(axis=1))  # fmt: skip
    capital = replay.at("capital ratio", "2003-12") - replay.at("capital ratio", "2003-03")
    fall = value("capital ratio", "2003-12") - value("capital ratio", "2003-03")
    failed = replay.at("lenders failed or absorbed", "2004-03")
    return [
        _row("O11", AIMED, f"{stopped}, October to December 2003", rises[stopped], own, 0.04, 0.10, "points",
             sources(stopped)),
        _row("O11", AIMED, f"{rest}, October to December 2003", rises[rest], None, -0.02, 0.02, "points", "KR68",
             "down 1.8 points in December alone", "flat or down"),
        _row("O12", UNSEEN, "loss of all lenders in 2003 over their claims", loss,
             value("loss of the year", "2003-12") / 75, 0.09, 0.20, "percent", "KR42, KR41",
             "claims about 75 trillion won, between those of 2002 and September 2003"),
        _row("O13", UNSEEN, "capital of all lenders over claims, March to December 2003", capital, fall, -INF, -0.10,
             "points", sources("capital ratio"), "published: adjusted capital ratio"),
        _row("O14", UNSEEN, "card companies that failed by March 2004", failed, 4, 2, 6, "count", "KR42, KR74",
             "of nine, since 2002: no capital, or no new business for three months; published: rescued, absorbed"),
    ]  # fmt: skip


def consumption(replay: Replay, uncut: Replay | None) -> Row:
    """The fall of sales in 2003 against the same seeds without the cuts of limits.

    replay: the crisis; uncut: the world without the cuts. Returns one row of O15.
    """
    note = "against the same seeds without cuts of limits from October 2002; published: all private consumption"
    uncut = uncut or Replay(replay.months, replay.seeds)
    sales = [world.between("sales", "2003-01", "2003-12").sum(axis=1) for world in (replay.first(uncut.seeds), uncut)]
    return _row("O15", UNSEEN, "sales in 2003", ratio(*sales) - 1, -0.01, -0.02, -0.005, "percent", "KR62", note)


def _funding(replay) -> list[Row]:
    spread = "spread of card bonds"
    jump = replay.at(spread, "2003-03") - replay.at(spread, "2003-02")
    staff = ratio(replay.between("staff", "2003-01", "2003-12").mean(axis=1),
                  replay.between("staff", "2002-01", "2002-12").mean(axis=1)) - 1  # fmt: skip
    broken, agreed = (replay.between(f"rewritten loans {what}", str(replay.months[0]), "2003-03").sum(axis=1)
                      for what in ("broken", "agreed"))  # fmt: skip
    return [
        _row("O15", UNSEEN, "jobs at merchants, 2003 against 2002", staff, -0.024, -0.04, -0.01, "percent", "KR75",
             "published: trade, food and lodging"),
        _row("O16", SEEN, "spread of the month of the run, February to March 2003", jump, 0.015, 0.01, 0.04, "points",
             sources(spread), "hardly a test: the month's base rate is a dated input"),
        _row("O17", SEEN, "rewritten loans broken again by March 2003, of all that were agreed", ratio(broken, agreed),
             value("re-default of rewritten loans", "2003-03"), 0.18, 0.45, "percent",
             sources("re-default of rewritten loans"), "18 to 43 % by lender; 30 and more days late again"),
    ]  # fmt: skip


def _structure(replay) -> list[Row]:
    return [
        _row("O19", UNSEEN, f"{DRAWING}, December 2002 to 2003", replay.change(DRAWING, ORIGIN, "2003-12"),
             value(DRAWING, "2003-12") / value(DRAWING, ORIGIN) - 1, -0.80, -0.45, "percent", sources(DRAWING),
             "definitions of the two counts may differ"),
    ]  # fmt: skip


def _young(ages: Replay) -> Row:
    cut = [ages.change(f"limits of people in their {age}", "2003-09", "2003-12") for age in ("20s", "40s")]
    name = "cut of cash limits in late 2003, people in their 20s over 40s"
    return _row("O18", UNSEEN, name, ratio(*cut), 23 / 17, 1.1, 1.8, "times", "KR38")
