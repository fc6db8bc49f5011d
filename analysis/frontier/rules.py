"""Rules, each measured as a reform against the same baseline with the same seeds: seed by seed, doing nothing first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.compare import compare
from analysis.estimate import Estimate, estimate
from analysis.folder import Run
from analysis.frontier.ground import same_ground
from analysis.frontier.measures import MEASURES, Measure

NOTHING = "do nothing"  #: the name of the baseline among the rules: no fall in risk, no harm


@dataclass(frozen=True, eq=False)  # of arrays: only the same rule is equal
class Rule:
    """One rule against doing nothing: for each measure, by its name, one number per seed in the measure's unit."""

    name: str
    start: np.datetime64 | None  # first month in which it may matter, datetime64[M]; None: never
    seeds: tuple[int, ...]
    values: dict[str, np.ndarray]

    def estimate(self, measure: Measure) -> Estimate:
        """A measure with its interval over seeds."""
        return estimate(self.values[measure.name])


def rules(runs: Sequence[Run]) -> list[Rule]:
    """Measure rules, doing nothing first.

    runs: two or more, each a reform against the same baseline. Returns a Rule for doing nothing and one for each run,
    named after its folder (the whole path, if two folders are alike); raises ValueError if they cannot be compared.
    """
    same_ground(runs)
    names = [run.folder.resolve().name for run in runs]
    names = [name if names.count(name) == 1 else str(run.folder) for name, run in zip(names, runs, strict=True)]
    nothing = Rule(NOTHING, None, runs[0].seeds, {name: np.zeros(len(runs[0].seeds)) for name in MEASURES})
    return [nothing, *(measured(run, name) for run, name in zip(runs, names, strict=True))]


def measured(run: Run, name: str) -> Rule:
    """A rule by the measures of one run. run: with two worlds; name: what the rule is called."""
    values = {m.name: _yuan(run, m) for m in MEASURES.values() if m.fen}
    values["defaults"] = 1000.0 * compare(run).people.excess / run.borrowers
    return Rule(name, run.policy, run.seeds, values)


def _yuan(run: Run, measure: Measure) -> np.ndarray:
    """Reform minus baseline of an amount, or the other way round for a risk: yuan per borrower, per seed."""
    change = run.ask(f"""SELECT seed, sum(CASE WHEN world = $reform THEN fen ELSE -fen END)::BIGINT AS value
                         FROM ({measure.fen}) WHERE world IN ($baseline, $reform) GROUP BY seed""")
    return (-1 if measure.fall else 1) * run.by_seed(change) / 100.0 / run.borrowers
