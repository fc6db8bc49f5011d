"""From a run folder of the Korean market to monthly series under the names of the published ones."""

import numpy as np

from analysis.folder import Run, open_run
from analysis.validation.korea.observed import CALIBRATION, points, value
from analysis.validation.korea.replay import Replay, ratio
from scenarios.schema import Scenario

BANKS = "banks"  #: the banks' own cards, which the published figures of card companies leave out
STOPS = "lg"  #: the lender that stops cash advances in November 2003
LATE = "m2_fen + m3_fen + m4_fen"
ACTIVE = 22.3e6  #: economically active people at the end of 2002 (KR-cards)
BOOM = "2001-12"  #: from here on it was published how many were delinquent on cards
ELSEWHERE = 2.6  #: registrations of a delinquent on other debts, December 2001 and March 2002 (KR-others)
#: Of delinquents on other debts, those with two or more lenders: as of all in December 2000, when few were on cards.
MULTI_ELSEWHERE = value("delinquents with two or more lenders", "2000-12")
CARD_COMPANIES = f"platform <> '{BANKS}'"


def replay(folder, played: Scenario) -> Replay:
    """The series of a run folder's only world.

    folder: path or Run; played: the scenario. Delinquencies are shares of the balance of card companies without
    charged-off debt; *real* adds lines in a plan that are not late again. Persons are those with a line more than 90
    days late or charged off and still owed, registrations the platforms at which they have one; *delinquent persons*
    and *on any debt* add those who are so on other debts than cards. Returns a Replay.
    """
    run = folder if isinstance(folder, Run) else open_run(folder)
    owed = _book(run, "balance_fen")
    series = {
        "real delinquency": ratio(_book(run, f"{LATE} + plan_fen"), owed),
        "headline delinquency": ratio(_book(run, LATE), owed),
        "arrears of less than 30 days": ratio(_book(run, "m1_fen"), owed),
        **_persons(run),
        **_volumes(run),
        **_lenders(run, owed),
        "cash-advance limits": _cash_limits(run, played),
        "spread of card bonds": ratio(_book(run, "balance_fen * spread"), owed)
        + in_force(played.changes.values(), "base_rate", 0.0, run.months),
        "limits taken by policies": _book(run, "policy_cut_fen", "TRUE"),
        "rewritten loans agreed": _book(run, "plans_extended + plans_relieved"),
        "rewritten loans broken": _book(run, "extended_broken + relieved_broken"),
    }
    return Replay(run.months, len(run.seeds), series)


def _book(run, what: str, where: str = CARD_COMPANIES) -> np.ndarray:
    """A sum over lines of card companies, [seed, month]."""
    sql = f"""SELECT seed, month, sum(({what})::DOUBLE) AS value FROM monthly WHERE world = $baseline AND {where}
              GROUP BY ALL"""
    return run.by_month(run.ask(sql))


def _economy(run, what: str) -> np.ndarray:
    """A column for the whole market, [seed, month]."""
    return run.by_month(run.ask(f"SELECT seed, month, ({what})::DOUBLE AS value FROM economy WHERE world = $baseline"))


def _flow(run, flow: str, where: str = CARD_COMPANIES) -> np.ndarray:
    """What flowed at card companies, [seed, month] in fen."""
    sql = f"""SELECT seed, month, sum(amount_fen)::DOUBLE AS value FROM flows WHERE world = $baseline AND flow = $flow
              AND {where} GROUP BY ALL"""
    return run.by_month(run.ask(sql, flow=flow))


def _persons(run) -> dict[str, np.ndarray]:
    people = _economy(run, "borrowers")
    on_cards = [_economy(run, what) for what in ("delinquent", "registrations", "delinquent_two_or_more")]
    persons, registrations, multi = with_others(on_cards, people, run.months)
    return {
        "delinquent persons": persons,
        "card delinquents": on_cards[0],  # every lender of this market issues cards
        "registrations per delinquent": ratio(on_cards[1], on_cards[0]),
        "registrations per delinquent on any debt": registrations,
        "delinquents with two or more lenders": ratio(on_cards[2], on_cards[0]),
        "delinquents on any debt with two or more lenders": multi,
        "people": people,
        "cards": _book(run, "accounts", "TRUE"),
        "holders of four cards or more": _economy(run, "holders_four_or_more"),
        "users of cash advances on four cards or more": _economy(run, "cash_four_or_more"),
    }


def not_on_cards(months) -> np.ndarray:
    """Delinquents on other debts than cards, per economically active person: 1.85 million at the end of 2001, 1.14 in
    December 2002.

    This market has cards alone; the published count of all delinquents has both. All less card-related ones, as far as
    both were published up to June 2003, with straight lines between and level before and after.

    months: datetime64[M]. Returns [month].
    """
    known, persons = points("delinquent persons", BOOM, CALIBRATION[1])
    card_months, on_cards = points("card-related delinquents", BOOM, CALIBRATION[1])
    others = persons[np.isin(known, card_months)] - on_cards
    return np.interp(months.astype(int), card_months.astype(int), others / ACTIVE)


def with_others(on_cards, people, months) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Delinquent persons, registrations per person and share with two or more lenders, as published: on any debt.

    Persons on other debts than cards are added, each with as many registrations as they had when few were on cards.
    Registrations = (those on cards + ELSEWHERE * others) / (persons on cards + others), shares alike.

    on_cards: persons delinquent on cards, their registrations, and how many have two or more lenders; people: in the
    market; months: datetime64[M]; all broadcast with [month]. Returns persons, registrations per person, share.
    """
    persons, registrations, multi = on_cards
    others = not_on_cards(months) * people
    together = persons + others
    return (
        together,
        ratio(registrations + ELSEWHERE * others, together),
        ratio(multi + MULTI_ELSEWHERE * others, together),
    )


def _volumes(run) -> dict[str, np.ndarray]:
    drawn, bought = (_economy(run, f"one_{what}_fen") for what in ("drawn", "bought"))
    return {
        "cash advances": _book(run, "cash_drawn_fen", "TRUE"),
        "cash advances of card companies": _book(run, "cash_drawn_fen"),
        "purchases": _flow(run, "purchases on credit", "TRUE"),
        "cash advances of holders of four cards or more": _economy(run, "holders_four_drawn_fen"),
        "cash in use of cards, drawn on one": ratio(drawn, drawn + bought),
        "sales": _economy(run, "merchant_sales_fen"),
        "staff": _economy(run, "merchant_staff"),
    }


def _lenders(run, owed) -> dict[str, np.ndarray]:
    """Delinquency at the lender that stops and elsewhere, losses and capital, and how many have failed so far.

    Failed: capital below zero before anything was put in, or no new business for three months running, for the first
    time since January 2002.
    """
    own, others = f"platform = '{STOPS}'", f"{CARD_COMPANIES} AND platform <> '{STOPS}'"
    calm = run.months < np.datetime64(CALIBRATION[0])
    names = [name for name, _ in run.lines if name != BANKS]
    loss, failed, all_capital = (np.zeros(owed.shape) for _ in range(3))
    for name in names:
        where = f"platform = '{name}'"
        capital = _book(run, "capital_fen", where)  # one card each: its row is the platform's
        put_in = _flow(run, "capital put in", where)
        rise = np.diff(capital, axis=1, prepend=capital[:, :1])
        loss += put_in - rise - _flow(run, "dividends", where)
        stopped = _book(run, "NOT lending", where)
        running = stopped[:, 2:] * stopped[:, 1:-1] * stopped[:, :-2]
        gone = (capital < put_in) | np.pad(running > 0, ((0, 0), (2, 0)))
        gone[gone[:, calm].any(axis=1)] = False
        failed += np.maximum.accumulate(gone, axis=1)
        all_capital += capital
    return {
        "headline delinquency, lender that stops": ratio(_book(run, LATE, own), _book(run, "balance_fen", own)),
        "headline delinquency, other lenders": ratio(_book(run, LATE, others), _book(run, "balance_fen", others)),
        "loss": loss,
        "claims": owed,
        "capital ratio": ratio(all_capital, owed),
        "lenders failed or absorbed": failed,
    }


def in_force(changes, lever: str, nothing: float, months: np.ndarray) -> np.ndarray:
    """The value of a market-wide lever in each month, where at most one change of it holds at a time.

    changes: of a scenario; lever: its name; nothing: while none holds; months: datetime64[M]. Returns [month].
    """
    found = np.full(len(months), nothing)
    for change in changes:
        if change.lever == lever:
            begun = months >= np.datetime64(change.start)
            found[begun & (months < np.datetime64(change.until or "9999-12"))] = change.value
    return found


def cash_share(lends_cash, index, power):
    """The share of a product's limits that may be drawn as cash: share lent as cash * index of cash limits ^ power."""
    return lends_cash * index**power


def _cash_limits(run, played) -> np.ndarray:
    """What may be drawn as cash at card companies: limit * share lent as cash * index ^ power, [seed, month] in fen."""
    total = 0.0
    index = in_force(played.changes.values(), "cash_limit", 1.0, run.months)
    for name, platform in played.platforms.items():
        for product, terms in platform.products.items():
            if name != BANKS:
                limit = _book(run, "limit_fen", f"platform = '{name}' AND product = '{product}'")
                total = total + limit * cash_share(terms.lends_cash, index, terms.cash_limit_power)
    return total
