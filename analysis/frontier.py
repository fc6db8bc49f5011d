"""The frontier of rules: which of them buy a fall in risk with the least harm, doing nothing among them.

Every rule is a reform against the same baseline with the same seeds, so that rules are compared seed by seed. A rule
is *on the frontier* if no other one has at least its fall in risk at no more harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np

from analysis.compare import compare
from analysis.estimate import Estimate, estimate
from analysis.folder import Run
from analysis.ground import same_ground

CAUTION = "Harm is what happens to borrowers; what a rule costs the state or the lenders is not counted."
NOTHING = "do nothing"  #: the name of the baseline among the rules: no fall in risk, no harm
BEST, UNTOLD, DOMINATED = "on the frontier", "not told from it", "dominated"  #: how a rule may stand


@dataclass(frozen=True)
class Measure:
    """One number by which rules are judged, as reform minus baseline or, for a risk, baseline minus reform."""

    name: str
    words: str  # what changes, as a column is headed
    unit: str
    amount: str  # so much of it, in a sentence
    digits: int  # worth printing
    meaning: str
    fen: str | None = None  # SQL that gives rows (world, seed, fen); None: counted in people, by ``compare``
    fall: bool = False  # whether a fall is what is wanted: the sign is turned round
    pronoun: str = "it"


_FLOW = "SELECT world, seed, {} AS fen FROM flows WHERE month >= $policy AND flow IN ({})"
_END = "SELECT world, seed, {} AS fen FROM monthly WHERE month = (SELECT max(month) FROM monthly)"
_LOST = "CASE WHEN flow = 'charge-offs' THEN amount_fen ELSE -amount_fen END"

#: What a regulator wants to fall. What people with three or more lenders owe is not among them: whoever defaults is
#: taken out of it by the charge-off, so that harm would pass for a fall in risk.
RISKS = (
    Measure(
        "losses",
        "lenders' credit losses",
        "yuan per borrower",
        "{} yuan of credit losses",
        0,
        "charge-offs less recoveries and sales of claims from the policy month on, plus balances more than 90 days late"
        " at the end, which are losses under way",
        _FLOW.format(_LOST, "'charge-offs', 'recoveries', 'sales of claims'") + " UNION ALL " + _END.format("m4_fen"),
        fall=True,
        pronoun="them",
    ),
    Measure(
        "debt",
        "debt at the end",
        "yuan per borrower",
        "{} yuan of debt",
        0,
        "what people owe at the end of the run, charged-off claims included, so that a charge-off lowers nothing",
        _END.format("balance_fen + claims_fen"),
        fall=True,
    ),
)

#: What a rule costs the people it is meant for; what it costs the state or the lenders is not harm here.
HARMS = (
    Measure(
        "defaults",
        "people in default",
        "per 1,000 borrowers",
        "{} people in default per 1,000",
        2,
        "people who default for the first time from the policy month on: caused less avoided",
    ),
    Measure(
        "consumption",
        "purchases given up",
        "yuan per borrower",
        "{} yuan of purchases given up",
        0,
        "what people no longer buy, in cash and on credit, here and abroad, from the policy month on",
        _FLOW.format("-amount_fen", "'purchases in cash', 'purchases on credit', 'purchases abroad'"),
    ),
    Measure(
        "unmet",
        "unmet need for credit",
        "yuan per borrower",
        "{} yuan of unmet need",
        0,
        "what people are short of for bills and necessities after every other help, month by month added up",
        "SELECT world, seed, unmet_fen AS fen FROM economy WHERE month >= $policy",
    ),
)
MEASURES = {measure.name: measure for measure in (*RISKS, *HARMS)}


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
    """Measure one rule against its baseline; run: two worlds, name: what the rule is called. Returns a Rule."""
    values = {m.name: _yuan(run, m) for m in MEASURES.values() if m.fen}
    values["defaults"] = 1000.0 * compare(run).people.excess / run.borrowers
    return Rule(name, run.policy, run.seeds, values)


def _yuan(run: Run, measure: Measure) -> np.ndarray:
    """Reform minus baseline of an amount, or the other way round for a risk: yuan per borrower, per seed."""
    change = run.ask(f"""SELECT seed, sum(CASE WHEN world = $reform THEN fen ELSE -fen END)::BIGINT AS value
                         FROM ({measure.fen}) WHERE world IN ($baseline, $reform) GROUP BY seed""")
    return (-1 if measure.fall else 1) * run.by_seed(change) / 100.0 / run.borrowers


def dominance(fall, harm) -> tuple[np.ndarray, np.ndarray]:
    """Which rule is better than which, on average and for certain.

    Rule a dominates rule b on average if mean fall(a) >= mean fall(b) and mean harm(a) <= mean harm(b), one of them
    strictly (Pareto dominance). It does so for certain if, besides, the paired difference over seeds of at least one
    of the two is told from zero by its 95 % interval. What is better for certain is better on average, and that cannot
    go round in a circle, so some rule always remains. With one seed nothing is certain.

    fall, harm: arrays [rule, seed], any unit. Returns two boolean arrays [a, b]: on average, for certain.
    """
    fall, harm = np.asarray(fall, dtype=float), np.asarray(harm, dtype=float)
    falls, harms = fall.mean(axis=1), harm.mean(axis=1)
    no_worse = (falls[:, None] >= falls) & (harms[:, None] <= harms)
    on_average = no_worse & ~no_worse.T
    certain = np.zeros_like(on_average)
    for a, b in permutations(range(len(fall)), 2):
        told = any(not estimate(values[a] - values[b]).includes_zero for values in (fall, harm))
        certain[a, b] = on_average[a, b] and told
    return on_average, certain


@dataclass(frozen=True)
class Frontier:
    """Rules judged by one risk and one harm."""

    rules: list[Rule]
    risk: Measure
    harm: Measure

    @cached_property
    def _dominance(self):
        return dominance(*(np.array([rule.values[m.name] for rule in self.rules]) for m in (self.risk, self.harm)))

    @property
    def best(self) -> list[Rule]:
        """Rules that no other one dominates on average, the least fall in risk first: the corners of the frontier."""
        return sorted(
            (rule for rule in self.rules if self.better(rule, certain=False) is None),
            key=lambda rule: rule.estimate(self.risk).mean,
        )

    def better(self, rule: Rule, certain=True) -> Rule | None:
        """Of the rules that dominate this one, for certain or on average, that of least harm; None if none does."""
        matrix = self._dominance[1 if certain else 0]
        found = [self.rules[a] for a in np.flatnonzero(matrix[:, self.rules.index(rule)])]
        return min(found, key=lambda other: other.estimate(self.harm).mean, default=None)

    def standing(self, rule: Rule) -> str:
        """Whether a rule is on the frontier, is dominated on average but not told from it, or is dominated."""
        if self.better(rule) is not None:
            return DOMINATED
        return BEST if self.better(rule, certain=False) is None else UNTOLD

    def words(self, rule: Rule) -> str:
        """The standing of a rule with the name of the rule that is better."""
        standing = self.standing(rule)
        return {
            BEST: lambda: "on the frontier",
            UNTOLD: lambda: f"not told from {self.better(rule, certain=False).name}",
            DOMINATED: lambda: f"dominated by {self.better(rule).name}",
        }[standing]()

    def lowers(self, rule: Rule) -> bool:
        """Whether the seeds can tell that a rule lowers the risk."""
        return rule.estimate(self.risk).low > 0

    def price(self, rule: Rule) -> float:
        """Harm for each 100 yuan per borrower of fall in risk, of means; nan unless the rule lowers the risk."""
        fall, harm = rule.estimate(self.risk).mean, rule.estimate(self.harm).mean
        return 100.0 * harm / fall if self.lowers(rule) else float("nan")

    @property
    def finding(self) -> str:
        """What the seeds can tell: which rules lower the risk, and what 100 yuan of it cost in harm."""
        own = [rule for rule in self.rules if rule.name != NOTHING]
        lowering = [rule for rule in own if self.lowers(rule)]
        if len(own[0].seeds) < 2:
            return "one seed cannot tell which rule lowers risk"
        if not lowering:
            raising = sum(rule.estimate(self.risk).high < 0 for rule in own)
            none = f"no rule is seen to lower {self.risk.words}"
            return f"{none}, {raising} of {len(own)} raise {self.risk.pronoun}" if raising else none
        harmful = [rule for rule in lowering if rule.estimate(self.harm).low > 0]
        others = [rule for rule in lowering if rule not in harmful]
        widest = max(others, key=lambda rule: rule.estimate(self.risk).mean, default=None)
        fall = f"{widest.estimate(self.risk).mean:,.0f} yuan" if widest else ""
        less = widest is not None and widest.estimate(self.harm).high < 0
        if not harmful:
            with_what = "less harm than doing nothing" if less else "no harm that is seen"
            return f"{widest.name} takes {fall} off {self.risk.words}, with {with_what}"
        prices = sorted({f"{self.price(rule):.{self.harm.digits}f}" for rule in harmful}, key=float)
        amount = self.harm.amount.format(" to ".join(dict.fromkeys((prices[0], prices[-1]))))
        gentle = f"; under {widest.name} ({fall}) {'harm falls' if less else 'no harm is seen'}" if widest else ""
        return f"each 100 yuan off {self.risk.words} costs {amount}{gentle}"
