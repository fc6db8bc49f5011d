"""How much of a limit is borrowed: a few people's limits are raised by chance, and their debt is compared."""

import numpy as np

from analysis.validation.book import owed
from analysis.validation.experiment import Experiment, Size
from analysis.validation.micro import worlds
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed
from sim.line import OPEN

GROUP = "Debt per yuan of limit"
HORIZONS = (3, 12, 36)  # months
RAISES = (0.05, 0.30)  # of the limit, uniform
NEAR, FAR = 0.8, 0.5  # use of the limit above which it is nearly used up, and below which it is far away
PAY_LATER = ("incumbent", "pay-later")


def responses(model, name, horizons=HORIZONS) -> dict[str, float]:
    """Debt on a line per yuan of a higher limit on it, among the holders of a product.

    Both worlds have the same people and luck; in one of them the limits of a tenth of the holders, chosen at random,
    are higher by a random share, and are kept as much higher whatever reviews do, since it is the borrower's rule that
    is measured and not the lender's. As in experiments, the instrument is being chosen:
    response = sum of differences in debt / sum of differences in the limit.
    model: a settled market; name: of platform and product; horizons: months.
    Returns the responses, named ``3``, ``12``, ...; those at 12 months also for ``weak`` and ``strong`` (the lowest
    and the highest quarter of scores), for lines ``near`` the limit and ``far`` from it, and as ``least squares``, the
    slope of the difference in debt on the difference in the limit in yuan, where large limits weigh more.
    """
    k, lines, luck = worlds.product(model, name), model.market.lines, worlds.chance_of(model)
    holders = (lines["state"][:, k] == OPEN) & (lines["months_past_due"][:, k] == 0)
    limit = np.maximum(1, lines["limit"][:, k]).astype(float)
    use = owed(lines)[:, k] / limit
    points = worlds.scores(model, k)
    chosen = holders & (luck.random(len(limit)) < worlds.CHOSEN)
    raised = np.where(chosen, limit * luck.uniform(*RAISES, len(limit)), 0).astype(np.int32)
    weak, strong = worlds.quarters(points, holders)
    groups = {"weak": weak, "strong": strong, "near": holders & (use > NEAR), "far": holders & (use < FAR)}

    def keep_up(treated, other):
        both = chosen & (treated.market.lines["state"][:, k] == OPEN) & (other.market.lines["state"][:, k] == OPEN)
        treated.market.lines["limit"][both, k] = other.market.lines["limit"][both, k] + raised[both]

    found = {}
    for month, treated, other in worlds.side_by_side(model, lambda world: None, max(horizons), keep_up):
        if month in horizons:
            debt = (owed(treated.market.lines) - owed(other.market.lines))[:, k]
            found[str(month)] = worlds.ratio(debt[chosen], raised[chosen])
            if month == 12:
                found["least squares"] = worlds.slope(debt[holders], raised[holders])
                for group, who in groups.items():
                    found[group] = worlds.ratio(debt[who & chosen], raised[who & chosen])
    return found


def _play(size, room, progress) -> list[Row]:
    """The response of debt to limits, on the bank's card and on the incumbent's pay-later line."""

    def once(seed):
        market = worlds.calm_market(size, seed).run(worlds.SETTLED)
        return responses(market, worlds.CARD), responses(market, PAY_LATER, horizons=(3,))

    played = each_seed(size, progress, once)
    card = {name: [on_card[name] for on_card, _ in played] for name in played[0][0]}
    pay_later = [on_line["3"] for _, on_line in played]
    gross, aydin, agarwal = "Gross and Souleles 2002", "Aydin 2022", "Agarwal et al. 2018"
    times = np.array(card["near"]) / np.array(card["far"])
    after, without_end = "after 12 months", np.inf
    return [
        _row("card, after 3 months", card["3"], 0.11, 0.10, 0.14, aydin, "", "", "E1"),
        _row(f"card, all holders, {after}", card["12"], 0.11, 0.08, 0.30, f"{gross}, {aydin}", code="F14"),
        _row(f"card, least squares, {after}", card["least squares"], 0.12, 0.10, 0.14, gross, "", "0.10 to 0.14", "B2"),
        _row("card, after 36 months", card["36"], 0.28, 0.21, 0.35, aydin, "window: a quarter either way", code="E1"),
        _row(f"card, weak scores, {after}", card["weak"], 0.59, 0.44, 0.74, agarwal, "lowest quarter", code="E1, F14"),
        _row(f"card, strong scores, {after}", card["strong"], 0, -0.1, 0.1, agarwal, "highest quarter", code="E1, F14"),
        _row(f"card, less than half used, {after}", card["far"], None, 0.005, without_end, gross, "", "above 0", "B2"),
        Row.over_seeds(
            *(GROUP, f"card, more than 80 % used against less than half, {after}", times, None, 2.0, without_end),
            *("times", gross, "window: judgement", "far larger near the limit", "B2"),
        ),
        _row("pay-later, after 3 months", pay_later, 0.11, 0.10, 0.14, f"{aydin} (cards)",
             "Most holders pay in full and use a third of it: a way to pay rather than to borrow.", code="E1"),
    ]  # fmt: skip


def _row(name, values, published, low, high, source, note="", said="", code=""):
    return Row.over_seeds(GROUP, name, values, published, low, high, "share", source, note, said, code)


EXPERIMENTS = (
    Experiment(
        "response-to-limits",
        "micro",
        "How much of a higher limit is borrowed, by whom and how soon?",
        _play,
        quick=Size(10_000, 3),
        full=Size(50_000, 5),
    ),
)
