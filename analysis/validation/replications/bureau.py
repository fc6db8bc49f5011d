"""B5, B10, B11: a market without a bureau; a lender that begins to look at one, and borrowers who know that it does."""

import numpy as np

from analysis.validation.book import on_book, ratio
from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import (
    ABOVE,
    books,
    calm_market,
    each_seed,
    economy,
    failed_lines,
    product_of,
    sign,
    world,
)
from analysis.validation.row import Row
from sim import tally
from sim.line import NONE
from sim.model import CreditModel
from sim.policy import Change

OVERLAP = "Beijing Internet Finance Industry Association 2018"
SCREENING = "Luoto, McIntosh and Wydick 2007"
BOTH_SIDES = "de Janvry, McIntosh and Sadoulet 2006"
BEFORE, AFTER = 24, 24  # months before and after something changes
LENDER = "p2p"  # lends to the weakest borrowers, and looks at a tenth of what others report
SEE = (Change("looks", "visibility", 1.0, "2019-01", platform=LENDER),)
KNOW = {"bureau_deterrence": 1.0}  # to stay current counts twice where all is reported


# --- B5: how many owe several lenders if no lender sees another's debts ---
def several(asked, platform_of) -> float:
    """Of the people who asked for a line, the share who asked two or more lenders.

    asked: booleans [borrower, product]; platform_of: the lender of each product [product].
    """
    at = np.array([asked[:, platform_of == lender].any(axis=1) for lender in np.unique(platform_of)]).sum(axis=0)
    return ratio((at >= 2).sum(), (at >= 1).sum())


def _overlap(size, seed):
    market = calm_market(platforms={"sees": 0.0}, products={"reporting": 0.0})
    model = world(market, size, seed, BEFORE, diary=True)
    products = model.market.products
    cash = (products["lends_cash"] > 0) & (products["buys"] == 0)
    asked = model.market.lines["state"][:, cash] != NONE
    for _ in range(AFTER // 2):
        model.step()
        asked = asked | (model.market.uses["applied"][:, cash] > 0)
    owing = ratio(economy(model, tally.ONLINE_TWO)[-1], economy(model, tally.ONLINE)[-1])
    return owing, several(asked, products["platform"][cash])


def _play_overlap(size, room, progress) -> list[Row]:
    owing, asked = each_seed(size, progress, lambda seed: _overlap(size, seed)).T
    return [
        Row.over_seeds(
            "no bureau", "customers of online lenders who owe several", owing,
            0.44, 0.40, 0.50, "percent", OVERLAP, "after three years in which nobody reports or looks", code="B5",
        ),
        Row.over_seeds(
            "no bureau", "cash loan users who asked different lenders", asked,
            0.494, 0.40, 0.50, "percent", OVERLAP, "hold a line or asked within a year", code="B5",
        ),
    ]  # fmt: skip


# --- B10, B11: a lender sees, borrowers know ---
def corners(size, seed, before=BEFORE, after=AFTER):
    """Four worlds that were one until a lender began to look: (world before, {(it sees, borrowers know): world})."""
    market = calm_market()
    mine = [product | ({"reporting": 1.0} if product["platform"] == LENDER else {}) for product in market["products"]]
    market = market | {"products": mine}
    start = world(market, size, seed, before)
    found = {}
    for sees in (False, True):
        for know in (False, True):
            terms = {"parameters": market["parameters"] | (KNOW if know else {}), "changes": SEE if sees else ()}
            found[sees, know] = CreditModel(**market | terms, seed=seed, branch=start).run(after)
    return start, found


def default_shares(failed, held, there) -> tuple[float, float]:
    """Share of lines that went into default: (of those held when the comparison began, of those opened since).

    failed, held, there: booleans per line: went into default since, were on the book then, are on the book now.
    """
    new = ~held & (failed | there)
    return ratio((failed & held).sum(), held.sum()), ratio((failed & new).sum(), new.sum())


def _arrears(model, product, since) -> float:
    """Share of the balance of a product that is 30 and more days late, over the months from one on."""
    late = sum(books(model, column, since)[:, product].sum() for column in (tally.M2, tally.M3, tally.M4))
    return ratio(late, books(model, tally.BALANCE, since)[:, product].sum())


def _square(size, seed):
    start, found = corners(size, seed)
    k = product_of(start, LENDER, "cash")
    held = on_book(start.market.lines)[:, k]
    late = {corner: _arrears(model, k, BEFORE + AFTER // 2) for corner, model in found.items()}
    shares = {
        corner: default_shares(failed_lines(model, BEFORE)[:, k], held, on_book(model.market.lines)[:, k])
        for corner, model in found.items()
    }
    (old, new), (old_seen, new_seen), (old_known, _) = (shares[c] for c in ((0, 0), (1, 0), (0, 1)))
    fall = late[0, 0] - late[1, 0]
    return fall, late[0, 0], new - new_seen, (new - new_seen) - (old - old_seen), old - old_known


def _play_square(size, room, progress) -> list[Row]:
    fall, base, selected, margin, behaved = each_seed(size, progress, lambda seed: _square(size, seed)).T
    base = f"from {100 * np.median(base):.1f} % of balance, second year"
    return [
        Row.over_seeds(
            "a lender begins to look", "fall of its 30+ arrears", fall,
            0.02, 0.01, 0.03, "points", SCREENING, f"the P2P lender; {base}; the published base is not known to us",
            code="B10",
        ),
        sign(
            "lenders see", "fall of default on lines opened since", selected,
            ABOVE, "points", BOTH_SIDES, "the P2P lender, two years", "falls", "B11",
        ),
        sign(
            "lenders see", "how much more it falls on new lines than on old ones", margin,
            ABOVE, "points", BOTH_SIDES, "selection, not behaviour", "more", "B11",
        ),
        sign(
            "borrowers know", "fall of default on lines held before", behaved,
            ABOVE, "points", BOTH_SIDES, "the weight of a line reported in full is doubled", "falls", "B11",
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "no-bureau",
        "replications",
        "How many owe several lenders if no lender sees another's debts?",
        _play_overlap,
        quick=Size(8_000, 3),
        full=Size(20_000, 10),
    ),
    Experiment(
        "bureau",
        "replications",
        "What do lenders who see and borrowers who know each do to default?",
        _play_square,
        quick=Size(20_000, 3),
        full=Size(50_000, 10),
    ),
)
