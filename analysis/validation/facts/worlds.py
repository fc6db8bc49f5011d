"""One seed: the calm market, then a tightening by all lenders beside it, and what the stylised facts need of both.

The calm market is the scenario baseline. It is played to December 2020; from January 2021 on it goes on beside a
world in which all lenders tighten (``stress.toml``), from the same chance. Two more worlds branch off: in the eleventh
month of the stress the incumbent alone stops lending cash, as one card company did ten months after debts became
visible to all; and from the first month of the stress all lenders stop, so that people are cut off fully.
"""

from pathlib import Path

import numpy as np

from analysis.validation.book import owed, ratio
from analysis.validation.facts import measures as m
from analysis.validation.facts.history import STAFF, History
from scenarios.loader import load
from sim import ledger
from sim import tally as row
from sim.line import DEFAULT_MONTHS
from sim.model import CreditModel
from sim.parameters import YEAR
from sim.policy import Change, month_date, month_number
from sim.record import CAUSES

STRESS = Path(__file__).with_name("stress.toml")
CALM = 36  #: months, 2017-2019; the first year is left out where arrears must have built up first
BEFORE = 48  #: months before the stress
AFTER = 24  #: months of stress
STOP = 10  #: months of stress before one lender stops lending cash alone
STOPPER = "incumbent"  # the largest, as LG Card was
CASH_CAUSES = ("job loss", "unplanned expense", "limit cut", "income dip", "debt service")


def one_seed(seed: int, borrowers: int) -> dict[str, float]:
    """Play the worlds of one seed and return every measure by the name under which ``targets`` asks for it."""
    stress, baseline = load(str(STRESS)).market_arguments(), load("baseline").market_arguments()
    model = CreditModel(**{**stress, "changes": baseline["changes"]}, borrowers=borrowers, seed=seed)
    values = calm(model)
    model.run(BEFORE - model.month)
    tight = model.branch(stress["changes"])
    start = month_date(month_number(model.start) + BEFORE)
    cut_off = model.branch((*model.changes, Change("stop", "platform_stop", 1, start)), diary=True)
    values |= fully_cut(cut_off, model)
    values |= tightening(tight, model)
    return values


# --- the calm market ---
def calm(model) -> dict[str, float]:
    """Play the three calm years and measure what is said of calm markets. The model stands at its first month."""
    products = model.market.products
    platform_of, online = products["platform"], model.market.platforms["online"][products["platform"]] > 0.0
    insolvencies = m.Insolvencies(len(model.market.borrowers), platform_of)
    starts, counts, cash, shares = [], 0, None, CashShares(platform_of)
    for month in range(1, CALM + 1):
        if month == YEAR + 1:
            model.keep_diary()
            cash = m.CashOwed(model.market.lines, products["buys"] > 0.0)
        model.step()
        lines = model.market.lines
        insolvencies.look(lines, count=month > YEAR)
        lenders = m.by_platform(np.where(online, owed(lines), 0), platform_of).sum(1)
        if month > YEAR:
            in_cash = cash.look(lines, model.market.uses["drawn"])
        if month > CALM - YEAR:
            shares.look(in_cash, owed(lines))
            counts = counts + np.bincount(lenders, minlength=len(model.platform_names) + 1)
        if month in (YEAR, 2 * YEAR):
            standing = (model.market.borrowers.bad_record == 0) & ~m.is_late(lines)
            starts.append((month, lenders, standing))
    history = History(model)
    values = delinquency(history, model) | vintages(history, model) | causes(history)
    values |= lenders_and_default(starts, history) | shares.values()
    values["lenders step"] = m.mean_step(counts[1:5])
    values["jumped"], values["loans of the jumped"] = insolvencies.shares()
    return values


class CashShares:
    """Cash in what people owe, by number of lenders to which they owe cash."""

    def __init__(self, platform_of):
        """platform_of: index of the platform of each line."""
        self._platform_of = platform_of
        self._sums = np.zeros((2, 5))

    def look(self, cash, owed) -> None:
        """Take a month end into account; cash, owed: fen [people, lines]."""
        lenders = np.minimum(m.by_platform(cash.astype(np.int64), self._platform_of).sum(1), 4)
        for of, amounts in zip(self._sums, (cash, owed), strict=True):
            of += np.bincount(lenders, weights=amounts.sum(1), minlength=5)

    def values(self) -> dict[str, float]:
        """Shares at one lender and at four or more, and how often one more lender has less."""
        shares = [ratio(cash, owed) for cash, owed in self._sums.T[1:]]
        return {"cash share at one": shares[0], "cash share at four": shares[-1], "cash shares fall": m.falls(shares)}


def delinquency(history, model) -> dict[str, float]:
    """Levels and rolls of the calm market, 2018 and 2019, and how many borrowers have several lenders."""
    years = slice(YEAR, CALM)
    online = history.economy[:CALM, row.ONLINE_TWO].sum() / max(1, history.economy[:CALM, row.ONLINE].sum())
    cards = [k for k, (platform, _) in enumerate(model.product_names) if platform == "bank"]
    moves = history.moves[years, ..., 1].sum(0).astype(float)
    rolled = moves.sum(0) / np.maximum(1.0, moves.sum(0).sum(1, keepdims=True))
    entering = moves[:, DEFAULT_MONTHS - 1, DEFAULT_MONTHS]
    lost = np.array([m.lost_in_the_end(product)[DEFAULT_MONTHS] for product in moves])
    rolls = [rolled[1, 2], rolled[2, 3], ratio(lost @ entering, entering.sum())]
    return {
        "calm 30+": float(history.late(cards)[years].mean()),
        "calm 30+ of all": float(history.late()[years].mean()),
        "calm charge-offs": ratio(YEAR * history.net_charge_offs()[years].mean(), history.balance()[years].mean()),
        "roll 30-60": float(rolls[0]),
        "roll 60-90": float(rolls[1]),
        "roll 90-off": rolls[2],
        "rolls fall": m.falls(rolls),
        "roll 90-120": float(rolled[3, 4]),
        "multi-lender share": float(online),
    }


def vintages(history, model) -> dict[str, float]:
    """Vintages of online cash lines opened in 2017 after the first month, each seen for two years."""
    cash = np.array([p.lends_cash > 0.0 and p.buys == 0.0 for p in model.market.products])
    opened = history.books[1:YEAR, cash, row.APPROVALS].sum()
    ages, amounts = [], []
    for month, events in enumerate(history.events[:CALM]):
        born = month - events["months_on_book"].astype(int)
        mine = cash[events["product"]] & (born >= 1) & (born < YEAR)
        ages.append(events["months_on_book"][mine])
        amounts.append(events["balance"][mine])
    ages, amounts = np.concatenate(ages), np.concatenate(amounts)
    lost = m.vintage(ages, amounts, 2 * YEAR)
    return {
        "vintage 6/16": ratio(lost[6], lost[16]),
        "vintage 12/16": ratio(lost[12], lost[16]),
        "peak hazard": m.peak(m.hazard(m.vintage(ages, np.ones(len(ages)), 2 * YEAR), opened)),
    }


def causes(history) -> dict[str, float]:
    """Shares of the defaults of the calm years whose first missed payment had a cause of cash, and was chosen."""
    cause = np.concatenate([events["cause"] for events in history.events[:CALM]])
    of_cash = np.isin(cause, [CAUSES.index(name) for name in CASH_CAUSES])
    return {
        "cash-flow defaults": float(of_cash.mean()) if cause.size else np.nan,
        "strategic defaults": float((cause == CAUSES.index("chose")).mean()) if cause.size else np.nan,
        "forgotten defaults": float((cause == CAUSES.index("forgot")).mean()) if cause.size else np.nan,
    }


def lenders_and_default(starts, history) -> dict[str, float]:
    """Default within a year by number of online lenders at its start, of people in good standing."""
    people, defaults = 0, 0
    for month, lenders, clean in starts:
        hit = np.zeros(len(lenders), bool)
        hit[np.concatenate([events["borrower"] for events in history.events[month : month + YEAR]])] = True
        group = m.default_counts(lenders[clean], hit[clean])
        people, defaults = people + group[0], defaults + group[1]
    multi = ratio(defaults[1:].sum(), people[1:].sum())
    return {
        "PD per lender": m.per_extra(people[1:], defaults[1:]),  # what one more adds to several
        "PD multi over single": ratio(multi, ratio(defaults[0], people[0])),
    }


# --- the stress ---
def fully_cut(cut_off, model) -> dict[str, float]:
    """A year in which all lenders have stopped, beside the calm market: what debtors spend. The model plays on, too.

    cut_off: branched off, with a diary; model: the calm market at the same month, with a diary.
    """
    debtors = (model.market.borrowers.lenders > 0) & (model.market.borrowers.bad_record == 0)
    spent = {}
    for name, world in (("cut off", cut_off), ("calm", model)):
        spent[name] = 0
        for _ in range(YEAR):
            world.step()
            spent[name] += int(world.market.pages["spent"][debtors].sum(dtype=np.int64))
    return {"spending cut off": ratio(spent["cut off"], spent["calm"]) - 1.0}


def tightening(tight, model) -> dict[str, float]:
    """Play the stress, and the calm market beside it to the same month, and measure what is said of stress.

    tight: branched off at month BEFORE; model: the calm market, which may have played on already.
    """
    plans, registered, rewritten, values = m.Rewritten(tight.market.lines), [], [], {}
    registered.append(delinquents(tight.market))
    for month in range(1, AFTER + 1):
        tight.step()
        lines = tight.market.lines
        registered.append(delinquents(tight.market))
        rewritten.append(m.rewritten_over_late(lines))
        plans.look(lines, follow=month <= AFTER - plans.WITHIN)
        if month == STOP:
            values |= stopped(tight)
    model.run(BEFORE + AFTER - model.month)
    stress, base = History(tight), History(model)
    values |= persons(registered, stress, tight.market.products)
    values |= economy(stress, base)
    values["r over c"] = float(np.nanmedian(rewritten[2:]))
    values["re-default"] = ratio(plans.broken, plans.agreed)
    groups = m.triangles(tight.market.friend_offsets, tight.market.friends)
    values["collective default"] = m.collective(tight.market.borrowers.bad_record > 0, groups)
    return values


def delinquents(market) -> np.ndarray:
    """Registrations of each person on the bureau's record of defaults with a debt that is still in default."""
    found = m.registrations(market.lines, market.products["platform"])[market.borrowers.bad_record > 0]
    return found[found > 0]


def stopped(tight) -> dict[str, float]:
    """One lender alone stops lending cash: two months later, 30+ delinquency there and of all others."""
    start = month_date(month_number(tight.start) + tight.month)
    world = tight.branch((*tight.changes, Change("stop", "purchases_only", 1.0, start, platform=STOPPER))).run(2)
    own = np.array([platform == STOPPER for platform, _ in tight.product_names])
    history, going_on = History(world), History(tight.branch().run(2))
    rise = {who: history.late(mine)[[-3, -1]] for who, mine in (("own", own), ("others", ~own))}
    without = going_on.late(own)[[-3, -1]]
    return {
        "own rise": float(rise["own"][1] - rise["own"][0]),
        "others rise": float(rise["others"][1] - rise["others"][0]),
        "own rise without": float(without[1] - without[0]),
    }


def persons(registered, stress, products) -> dict[str, float]:
    """Delinquent persons: at how many lenders before and after, and how their number answers to limits on cash."""
    before, middle, after = (m.multiplicity(registered[month]) for month in (0, 18, AFTER))
    delinquent = [at.size for at in registered]
    limits = stress.books[..., row.LIMIT] @ products["lends_cash"]
    fall = ratio(limits[BEFORE + 5], limits[BEFORE - 1])
    return {
        "multi share before": before[0],
        "multi share rise": after[0] - before[0],
        "registrations before": before[1],
        "registrations rise": ratio(middle[1], before[1]),
        "elasticity": m.log_elasticity(ratio(delinquent[7], delinquent[0]), fall),
        "limits": fall,
    }


def economy(stress, base) -> dict[str, float]:
    """Charge-offs, spending, jobs and cash lending in the stress, beside the calm market or the year before."""
    first, both = slice(BEFORE, BEFORE + YEAR), slice(BEFORE, BEFORE + AFTER)
    lost = np.convolve(stress.net_charge_offs()[both], np.ones(YEAR), "valid")
    owed = np.convolve(stress.balance()[both], np.ones(YEAR) / YEAR, "valid")
    rate = stress.net_charge_offs() / stress.balance() - base.net_charge_offs() / base.balance()
    drawn = stress.flow(ledger.DRAWS)
    return {
        "stress charge-offs": float((lost / owed).max()),
        "charge-off lag": m.lag((stress.late() - base.late())[both], rate[both]),
        "spending": ratio(stress.spending()[first].sum(), base.spending()[first].sum()) - 1.0,
        "jobs": ratio(stress.merchants[first, STAFF].sum(), base.merchants[first, STAFF].sum()) - 1.0,
        "cash volume": ratio(drawn[first].sum(), drawn[BEFORE - YEAR : BEFORE].sum()) - 1.0,
    }
