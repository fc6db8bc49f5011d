"""The page of the gallery, docs/gallery.md, written from its numbers."""

from math import isnan

from analysis.estimate import Estimate
from analysis.wording import interval, month

LIMITS = """\
- One simulated market with the terms of 2017 to 2020 and six lenders. It says which way a rule works here, and through
  whom; it does not say what happened in China, and no outcome of most of these rules was ever published.
- Rules after 2022 are played in the same market, which nobody calibrated to those years.
- A lever is not a law: what a rule says and the lever cannot is in the scenario's source. Nobody evades, and no rule
  changes what people expect of lenders, or lenders of the state.
- Defaults are counted per person, the first from the month of the rule on. Rules that are played for longer have more
  time to do harm or good: compare them within a year.
- Of twenty intervals that should hold zero about one misses it by chance; a dozen rules are shown.
- The expectation was written before the first run and has not been touched since. A wrong one is worth as much
  as a right one.
"""


def written(outcomes, drawings, pictures: str, readings: dict) -> str:
    """The whole page as Markdown.

    outcomes: in order of time; drawings: name -> Drawing, ``all-rules`` and one for each rule; pictures: their folder,
    beside the page; readings: what a person made of the numbers. Returns the text.
    """
    size = outcomes[0].run
    command = f"python -m analysis.gallery --borrowers {size.borrowers} --seeds {len(size.seeds)}"
    overview = drawings["all-rules"]
    parts = [
        "# Gallery of real rules",
        f"Written by `{command}` (or `make gallery`, at its own sizes); do not edit it by hand. Every rule is a "
        f"scenario file, played against its baseline by {size.borrowers:,} borrowers with {len(size.seeds)} paired "
        "seeds. Sources are rows of [evidence.md](evidence.md). Rules can be played together: "
        "`rollover run limit-cut+guidance-24`.",
        f"![{overview.alt}]({pictures}/all-rules.png)",
        f"*{overview.caption}*",
        _overview(outcomes),
        _age(outcomes, readings),
        *(_section(one, drawings[one.scenario.name], pictures, readings) for one in outcomes),
        "## How far this goes",
        LIMITS.rstrip(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _overview(outcomes) -> str:
    head = ("from", "rule", "defaults per 1,000: within a year", "to the end", "lenders' losses, yuan", "debt, yuan",
            "displaced")  # fmt: skip
    rows = [
        (
            month(one.run.policy),
            f"[{one.scenario.name}](#{one.scenario.name})",
            interval(one.within_year),
            f"{interval(one.excess)}, {one.played} months",
            interval(one.losses, 0),
            interval(one.debt, 0),
            _share(one.displaced),
        )
        for one in outcomes
    ]
    rule = ["---"] * 2 + ["---:"] * 5
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows)).replace("95 % interval ", "")


def _share(value: Estimate) -> str:
    if isnan(value.mean):
        return "-"
    return interval(value.times(100), 0, signed=False, unit="%")


def _age(outcomes, readings: dict) -> str:
    """A warning if people read other numbers than these."""
    return "" if _is_current(outcomes[0], readings) else (
        "The readings below were written on numbers of another version of the market, or of other sizes."
    )  # fmt: skip


def _is_current(one, readings: dict) -> bool:
    size = (one.run.manifest.get("market_hash"), one.run.borrowers, len(one.run.seeds))
    return not readings or size == tuple(readings.get(key) for key in ("market", "borrowers", "seeds"))


def _section(one, drawing, pictures: str, readings: dict) -> str:
    scenario, name = one.scenario, one.scenario.name
    reading = readings.get(name, "").strip()
    parts = [
        f"## {name}",
        f"**{scenario.title}.** From {month(one.run.policy)}, played to {month(one.run.months[-1])} against "
        f"`{one.run.baseline}`.",
        f"Reference: {scenario.source}",
        f"Question: {scenario.question}",
        "Expected: " + " ".join(scenario.expected.split()),
        f"![{drawing.alt}]({pictures}/{name}.png)",
        f"*{drawing.caption}*",
        "What came out:",
        _numbers(one),
        f"Reading: {' '.join(reading.split())}" if reading else "",
        f"`rollover run {name} --borrowers {one.run.borrowers} --seeds {len(one.run.seeds)}`",
    ]
    return "\n\n".join(part for part in parts if part)


def _numbers(one) -> str:
    counts = one.comparison.people_levels
    levels = {world: 1000 * float(people.mean()) / one.run.borrowers for world, people in counts.items()}
    where = one.displacement
    credit = (
        f"Net credit in the first year on the lines that the rule aims at: {interval(where.yuan(-where.net), 0)} yuan "
        f"per borrower; share that reappears at lenders it does not aim at: {_share(one.displaced)}"
        if any(row.kind == "lender" for row in where.lenders)
        else "Displaced: the rule is for all lenders alike, so there is nowhere else for credit to reappear"
    )
    lines = [
        f"People in default, per 1,000 borrowers: {interval(one.within_year)} within a year, {interval(one.excess)} to "
        f"the end ({levels[one.run.reform]:.1f} against {levels[one.run.baseline]:.1f})",
        f"Lenders' credit losses, yuan per borrower: {interval(one.losses, 0)}",
        f"Debt at the end, yuan per borrower: {interval(one.debt, 0)}",
        credit,
    ]
    return "\n".join(f"- {line}" for line in lines)
