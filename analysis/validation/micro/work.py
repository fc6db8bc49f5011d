"""What losing a job does: a few people lose theirs by chance."""

from analysis.validation.book import in_default, owed
from analysis.validation.experiment import Experiment, Size
from analysis.validation.micro import worlds
from analysis.validation.row import Row
from analysis.validation.seeds import each_seed

LOSERS = 0.05  # share of those who owe and work: shops lose few customers
MONTHS = 12


def rise_of_default(model, months=MONTHS) -> float:
    """How much more often people who owe and are in no default fall into one in the year after losing their job.

    model: a settled market; months. Returns the difference in shares between two worlds, in one of which a twentieth of
    them, chosen at random, lose their job at once; they find another as everybody does.
    """
    people, lines = model.market.borrowers, model.market.lines
    at_risk = (people["jobless"] == 0) & owed(lines).any(1) & ~in_default(lines).any(1)
    chosen = at_risk & (worlds.chance_of(model).random(len(people)) < LOSERS)

    def dismiss(world):
        world.market.borrowers["jobless"][chosen] = 1
        world.market.borrowers["employer"][chosen] = -1

    without_work, with_work = worlds.who_defaults(model, dismiss, months)
    return float(without_work[chosen].mean() - with_work[chosen].mean())


def _play(size, room, progress) -> list[Row]:
    """The rise of default in the year after a job is lost."""
    values = each_seed(
        size, progress, lambda seed: rise_of_default(worlds.calm_market(size, seed).run(worlds.SETTLED))
    )
    return [
        Row.over_seeds(
            *("Default", "after the loss of a job, within a year", values, None, 0.05, 0.13, "points"),
            *("Gerardi et al. 2018 (mortgages)", "", "+5 to +13 points", "E4"),
        )
    ]


EXPERIMENTS = (
    Experiment(
        *("job-loss", "micro", "How many more people default in the year after losing their job?", _play),
        quick=Size(10_000, 3),
        full=Size(50_000, 5),
    ),
)
