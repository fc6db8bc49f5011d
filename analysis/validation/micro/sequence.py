"""What a line from another lender does to earlier lines: a few people are given one by chance."""

import numpy as np

from analysis.validation.book import in_default, on_book, owed
from analysis.validation.experiment import Experiment, Size
from analysis.validation.micro import worlds
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed
from sim.line import ALL_PERMISSIONS, BASIS_POINTS, NONE, OPEN
from sim.parameters import YUAN
from sim.trust import START

GIVEN = 0.30  # share of those who could be given one: few are without a card
MONTHS = 18
LOAN = ("facilitator", "cash")


def effects(model, name, spent, months=MONTHS) -> dict[str, float]:
    """How much more often people default on earlier lines within 18 months of getting one from another lender.

    People who owe, are late nowhere and hold no line of the product: some of them, chosen at random, are given one in
    one of two worlds, with the limit that an ordinary score deserves there.
    model: a settled market; name: of platform and product; spent: whether the whole of it is drawn and spent in the
    month before, as those do who ask for a loan to spend. Returns differences in shares, for the ``weak`` and the
    ``strong`` (lowest and highest quarter of scores with that lender).
    """
    k, lines, people = worlds.product(model, name), model.market.lines, model.market.borrowers
    late = (on_book(lines) & (lines["months_past_due"] > 0)) | in_default(lines)
    could = (lines["state"][:, k] == NONE) & owed(lines).any(1) & ~late.any(1)
    chosen = could & (worlds.chance_of(model).random(len(people)) < GIVEN)
    terms = model.market.products[k]
    deserved = np.clip(terms["limit_income"] * people["wage"], terms["limit_low"] * YUAN, terms["limit_high"] * YUAN)
    limit = (deserved // BASIS_POINTS * BASIS_POINTS).astype(np.int32)
    weak, strong = worlds.quarters(worlds.scores(model, k), could)

    def give(world):
        line = world.market.lines[:, k]
        fields = {"state": OPEN, "cut_month": -1, "reported_cut": -1, "permissions": ALL_PERMISSIONS, "trust": START}
        for field, value in fields.items():
            line[field][chosen] = value
        line["limit"][chosen] = limit[chosen]
        if spent:
            line["instalment"][chosen] = limit[chosen]
            line["instalments_left"][chosen] = int(terms["term"])

    with_line, without = worlds.who_defaults(model, give, months)
    return {
        group: float(with_line[who & chosen].mean() - without[who & chosen].mean())
        for group, who in (("weak", weak), ("strong", strong))
    }


def _play(size, room, progress) -> list[Row]:
    """Default on earlier lines after a card was given, and after a loan was taken and spent.

    The windows are judgement: half of the published effect either way, so that a wrong sign misses.
    """

    def once(seed):
        market = worlds.calm_market(size, seed).run(worlds.SETTLED)
        return effects(market, worlds.CARD, spent=False), effects(market, LOAN, spent=True)

    played = each_seed(size, progress, once)
    rows = []
    for i, what in enumerate(("a card, used as its holder likes", "an online loan, spent at once")):
        for group, published, low, high in (("weak", 0.19, 0.095, 0.285), ("strong", -0.059, -0.0885, -0.0295)):
            rows.append(
                Row.over_seeds(
                    "Default on earlier lines",
                    f"after {what}: {group} scores",
                    [found[i][group] for found in played],
                    *(published, low, high, "points", "De Giorgi, Drenik and Seira 2023 (Mexico)"),
                    *(WHY[i][group], "", "E5"),
                )
            )
    return rows


#: Why the market differs, by what is given and to whom.
WHY = (
    {
        "weak": "Unused credit bridges a spell without work, and nobody who has it stops paying for want of money.",
        "strong": "Hardly any of them defaults, and who needs a reserve finds one at yet another lender.",
    },
    {
        "weak": "Wants give way before bills are missed, so that debt alone brings few people into default.",
        "strong": "What has been spent is no reserve.",
    },
)

EXPERIMENTS = (
    Experiment(
        *("sequential-lending", "micro", "What does a line from another lender do to earlier ones?", _play),
        quick=Size(20_000, 3),
        full=Size(50_000, 5),
    ),
)
