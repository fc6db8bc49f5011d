"""What friends' defaults do to one's own repayment: a few people hear that all of theirs default, or none."""

import numpy as np

from analysis.validation.book import in_default, owed
from analysis.validation.experiment import Experiment, Size
from analysis.validation.micro import worlds
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed

LISTENERS = 0.10  # share of people who hear it
MONTHS = 12


def rise_of_repayment(model, months=MONTHS) -> float:
    """How much more often people who owe repay if all their friends do than if all are in default.

    Some of those who owe, chosen at random, believe one thing in one of two worlds and the other in the other, month
    after month; repaying is not falling into default within a year. model: a settled market; months.
    """
    lines = model.market.lines
    friends = np.diff(model.market.friend_offsets)
    at_risk = owed(lines).any(1) & ~in_default(lines).any(1)
    chosen = at_risk & (worlds.chance_of(model).random(len(lines)) < LISTENERS)

    def tell(all_repay, all_default):
        all_repay.market.borrowers["friends_in_default"][chosen] = 0
        all_default.market.borrowers["friends_in_default"][chosen] = friends[chosen]

    repay, default = worlds.who_defaults(model, lambda world: None, months, tell)
    return float(default[chosen].mean() - repay[chosen].mean())


def willingness(model) -> float:
    """How many times as willing to stop paying those are who know somebody in default, against those who do not."""
    known = model.market.borrowers["friends_in_default"].astype(float)
    effect = float(model.rules_in_force()[0].peer_effect)
    return float(1.0 + effect * known[known > 0].mean())


def _play(size, room, progress) -> list[Row]:
    """Repayment, and the willingness to default, by what friends do."""

    def once(seed):
        market = worlds.calm_market(size, seed).run(worlds.SETTLED)
        return rise_of_repayment(market), willingness(market)

    played = each_seed(size, progress, once)
    return [
        Row.over_seeds(
            *("Friends", "own repayment if all of them repay against if all default", [a for a, _ in played]),
            *(None, 0.10, 0.15, "points", "Breza 2014 (villages in a mass default)"),
            "Only who owes more than a year of wage thinks of stopping by choice, and in a calm market nobody does.",
            *("+10 to +15 points", "E9"),
        ),
        Row.over_seeds(
            *("Friends", "willingness to default of who knows a defaulter", [b for _, b in played]),
            *(1.82, 1.5, 2.1, "times", "Guiso, Sapienza and Zingales 2013 (mortgages)"),
            *("restates an input, peer effect; window: judgement", "", "E9"),
        ),
    ]  # fmt: skip


EXPERIMENTS = (
    Experiment(
        *("peers", "micro", "How far does own repayment follow that of friends?", _play),
        quick=Size(10_000, 3),
        full=Size(50_000, 5),
    ),
)
