"""The gallery of real rules: every rule played against its baseline, with a page and a picture of what came out.

``python -m analysis.gallery`` (or ``make gallery``) writes docs/gallery.md and docs/gallery/. What was expected stands
in the scenario files, written before the first run; what a person made of the numbers in docs/gallery/readings.toml.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.compare import Comparison, compare
from analysis.displacement import Displacement, displacement
from analysis.estimate import Estimate, estimate
from analysis.folder import Run, open_run
from analysis.frontier.rules import measured
from scenarios.loader import load, load_pair
from scenarios.runner import run as play_worlds
from scenarios.schema import Scenario
from sim.levers import NEEDS

#: Rules that were made, drafted or discussed, by the month in which they begin.
RULES = (
    "cash-loan-notice", "p2p-runs", "rate-cap-lpr", "income-cap", "draft-2020", "limit-cut", "cooling-off",
    "student-loan-ban", "guidance-24", "bureau-reporting", "caps-2025", "credit-repair",
)  # fmt: skip
DPI = 100  #: of the pictures, which are many and kept with the text
NOT_TOLD = Estimate(float("nan"), float("nan"), float("nan"), 0)
YEAR = 12  #: months after which every rule is looked at alike, however long its run goes on


@dataclass(frozen=True)
class Outcome:
    """One rule of the gallery and what it changed against its baseline."""

    scenario: Scenario
    comparison: Comparison
    within_year: Estimate  # people in default, reform minus baseline, per 1,000 borrowers, first twelve months
    losses: Estimate  # lenders' credit losses to the end of the run, yuan per borrower
    debt: Estimate  # debt at the end, yuan per borrower
    displacement: Displacement  # within the first twelve months: later on, what is lent must be paid back

    @property
    def run(self) -> Run:
        """The run folder, open."""
        return self.comparison.run

    @property
    def excess(self) -> Estimate:
        """People in default to the end of the run, reform minus baseline, per 1,000 borrowers."""
        return self.comparison.people.per_thousand["excess"]

    @property
    def played(self) -> int:
        """Months from the policy month to the last."""
        return int((self.run.months[-1] - self.run.policy).astype(int)) + 1

    @property
    def displaced(self) -> Estimate:
        """Share of the net credit removed in the first year that reappears at lenders whom the rule does not aim at.

        Nan if there are no such lenders, or if the seeds cannot tell that credit was removed.
        """
        where = self.displacement
        others = any(row.kind == "lender" for row in where.lenders)
        told = others and where.yuan(where.net).low > 0
        return where.net_share(where.displaced) if told else NOT_TOLD


def outcome(name: str, folder: Path, borrowers: int, seeds: int, threads: int | None) -> Outcome:
    """Play one rule against its baseline and measure it.

    name: a scenario; folder: where its run goes; sizes as for ``rollover run``. Returns an Outcome.
    """
    play_worlds(name, borrowers=borrowers, seeds=seeds, threads=threads, out=folder)
    run = open_run(folder)
    comparison, rule = compare(run), measured(run, name)
    path = comparison.events["added up"]
    place = int((comparison.event_months < YEAR).sum()) - 1
    aimed = comparison.cut_products or lines_aimed_at(*load_pair(name), run.lines)
    return Outcome(
        load(name),
        comparison,
        Estimate(*(float(values[place]) for values in (path.mean, path.low, path.high)), len(run.seeds)),
        estimate(-rule.values["losses"]),
        estimate(-rule.values["debt"]),
        displacement(run, aimed, YEAR),
    )


def lines_aimed_at(baseline: Scenario, world: Scenario, lines) -> list[tuple[str, str]]:
    """Lines of the lenders that a rule names, or on which alone its levers can act; empty if it is for all alike.

    baseline, world: the two worlds; lines: (platform, product) pairs. Returns those aimed at, in the same order.
    """
    aimed = set()
    for change in world.changes.values():
        if change in baseline.changes.values():
            continue
        if change.platform is not None:
            aimed |= {line for line in lines if line[0] == change.platform and change.product in (None, line[1])}
        for need in NEEDS.get(change.lever, ()):
            aimed |= {line for line in lines if getattr(world.platforms[line[0]], need, 0)}
    return [line for line in lines if line in aimed]


def readings(path: Path) -> dict:
    """What a person made of the numbers: ``market``, the hash of the market they were played on, and text by rule."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def gallery(
    borrowers: int, seeds: int, threads: int | None, runs: Path, tell: Callable[[str], None], names=RULES
) -> list[Outcome]:
    """Play the rules one after the other.

    runs: the folder for their run folders; tell: called with the name of each rule before it is played. Returns their
    outcomes by the month in which they begin.
    """
    found = []
    for name in names:
        tell(name)
        found.append(outcome(name, runs / name, borrowers, seeds, threads))
    return sorted(found, key=lambda one: one.run.policy)


def write(outcomes: list[Outcome], page: Path) -> None:
    """Write the page, and beside it a folder of the same name with one picture for each rule and one of all."""
    from analysis.drawing import drawn, png
    from analysis.gallery.figures import draw_all, draw_rule
    from analysis.gallery.page import written

    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    makers = {one.scenario.name: lambda one=one: draw_rule(one) for one in outcomes}
    drawings = drawn({"all-rules": lambda: draw_all(outcomes), **makers})
    for name, drawing in drawings.items():
        (folder / f"{name}.png").write_bytes(png(drawing, DPI))
    text = written(outcomes, drawings, folder.name, readings(folder / "readings.toml"))
    page.write_text(text, encoding="utf-8")
