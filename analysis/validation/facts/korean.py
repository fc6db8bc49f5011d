"""One seed of the Korean crisis, and what the stylised facts that were seen there need of it.

The crisis is played as its scenario has it (``scenarios/korea-2002.toml``); from October 2002 on the world without the
cuts of limits goes on beside it, from the same chance. People are counted who hold cards of four companies or more
where the published figure counts these.
"""

import numpy as np

from analysis.validation.book import ratio
from analysis.validation.facts import measures as m
from analysis.validation.facts.history import SALES, STAFF, History
from analysis.validation.korea.world import BANKS, STOPS, cash_share
from scenarios.loader import load
from sim import ledger
from sim.model import CreditModel
from sim.policy import month_date, month_number

CRISIS, UNCUT = "korea-2002", "korea-2002-no-cuts"
BRANCH = "2002-09"  #: the last month before the cuts
END = "2003-12"
MANY = 4  #: cards of a holder of many
DIPS = (("2003-02", "2003-03"), ("2003-05", "2003-06"))  #: quarter ends with write-offs, after the month before


def one_seed(seed: int, borrowers: int) -> dict[str, float]:
    """Play the crisis of one seed to the end of 2003 and return every measure by the name that ``targets`` asks for."""
    model = CreditModel(**load(CRISIS).market_arguments(), borrowers=borrowers, seed=seed)
    registered, limits = {}, {}

    def play_to(month):
        _play_to(model, month)
        registered[month], limits[month] = _registered(model), _cash_limits(model)

    play_to("2001-12")
    _play_to(model, BRANCH)
    uncut = model.branch(load(UNCUT).market_arguments()["changes"])
    play_to("2002-12")
    plans, over_late, end = m.Rewritten(model.market.lines), [], month_number(END)
    for number in range(month_number("2003-01"), end + 1):
        if number == end:
            model.keep_diary()
        play_to(month_date(number))
        over_late.append(m.rewritten_over_late(model.market.lines))
        plans.look(model.market.lines, follow=number < end - plans.WITHIN)
    _play_to(uncut, END)
    values = persons(registered, limits) | cards(model.market) | months(model, uncut)
    values["r over c"] = float(np.nanmedian(over_late))
    values["re-default"] = ratio(plans.broken, plans.agreed)
    return {f"Korea: {name}": value for name, value in values.items()}


def _play_to(model, month: str) -> None:
    """Play on to the end of a calendar month."""
    model.run(month_number(month) + 1 - month_number(model.start) - model.month)


def _registered(model) -> np.ndarray:
    """Registrations of each person who is registered at all."""
    found = m.registrations(model.market.lines, model.market.products["platform"])
    return found[found > 0]


def _cash_limits(model) -> float:
    """What card companies let people draw as cash in all, used or not, in fen."""
    products = model.market.products
    share = cash_share(products["lends_cash"], 1.0 - products["cash_squeeze"], products["cash_limit_power"])
    of_companies = np.array([platform != BANKS for platform, _ in model.product_names])
    return float(model.market.lines["limit"].sum(0) @ (share * of_companies))


def persons(registered, limits) -> dict[str, float]:
    """Delinquent persons: at how many companies before and after, and how their number answers to limits on cash.

    registered: by calendar month, registrations of each delinquent person; limits: by calendar month, fen.
    """
    before, middle, after = (m.multiplicity(registered[month]) for month in ("2001-12", "2003-06", END))
    delinquent = ratio(registered["2003-07"].size, registered["2002-12"].size)
    return {
        "multi share rise": after[0] - before[0],
        "registrations rise": ratio(middle[1], before[1]),
        "elasticity": m.log_elasticity(delinquent, ratio(limits["2003-06"], limits["2002-12"])),
    }


def cards(market) -> dict[str, float]:
    """Holders of four cards or more by the number of cards on which they draw cash in the month just played.

    market: with a diary. How many there are at each number per one at the number before, in the mean, and the share of
    cash in all use of their cards.
    """
    platform_of, uses = market.products["platform"], market.uses
    many = m.by_platform(market.lines["limit"] > 0, platform_of).sum(1) >= MANY
    drawn_on = m.by_platform(uses["drawn"], platform_of).sum(1)
    counts = np.bincount(drawn_on[many], minlength=MANY + 2)[1 : MANY + 1]
    shares = []
    for cards_used in range(1, MANY + 1):
        who = many & (np.minimum(drawn_on, MANY) == cards_used)
        drawn, bought = (int(uses[what][who].sum(dtype=np.int64)) for what in ("drawn", "bought"))
        shares.append(ratio(drawn, drawn + bought))
    return {
        "lenders step": m.mean_step(counts),
        "cash share at one": shares[0],
        "cash share at four": shares[-1],
        "cash shares fall": m.falls(shares),
    }


def months(model, uncut) -> dict[str, float]:
    """The lender that stops and the others, dips at quarter ends, volumes, sales and jobs, by calendar months."""
    crisis, without = History(model), History(uncut)

    def at(month: str) -> int:
        return month_number(month) - month_number(model.start)

    companies = {
        "own": np.array([platform == STOPS for platform, _ in model.product_names]),
        "others": np.array([platform not in (STOPS, BANKS) for platform, _ in model.product_names]),
    }
    all_companies = companies["own"] | companies["others"]
    values = {}
    for who, where in companies.items():
        late = crisis.late(where)
        values[f"{who} rise"] = float(late[at(END)] - late[at("2003-10")])
    late = crisis.late(all_companies)
    values["dip"] = float(np.mean([late[at(before)] - late[at(month)] for before, month in DIPS]))
    year, last = slice(at("2003-01"), at(END) + 1), slice(at("2002-01"), at("2002-12") + 1)
    drawn, staff = crisis.flow(ledger.DRAWS), crisis.merchants[:, STAFF]
    sales = [world.merchants[year, SALES].sum() for world in (crisis, without)]
    return values | {
        "cash volume": ratio(drawn[year].sum(), drawn[last].sum()) - 1.0,
        "jobs": ratio(staff[year].mean(), staff[last].mean()) - 1.0,
        "spending": ratio(*sales) - 1.0,
    }
