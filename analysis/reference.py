"""The reference page: every lever, indicator, channel and parameter, written from the tables that the market reads.

``python -m analysis.reference docs/reference.md`` writes it.
"""

import sys
from pathlib import Path

from analysis.tables import markdown
from sim.channels import CHANNELS
from sim.levers import INDICATORS, LEVERS
from sim.parameters import BEHAVIOUR, NO_CAP, PLATFORM, PRODUCT

HEAD = """\
# Reference

Written from the tables of the market by `python -m analysis.reference docs/reference.md`; do not edit it by hand. A
source such as R9 is a row of [evidence.md](evidence.md).

## Levers

A policy is a list of dated changes, `[[changes]]` in a scenario: `lever`, `value`, `from`, and if wanted `until`,
`phase_in` (months), `announced`, `when` (an indicator) and an aim. A lever at its neutral value does nothing.
"""
MOVES = {
    "people": "What happens to people",
    "rules": "Rules for the whole market",
    "products": "Terms of products",
    "contracts": "Terms of contracts signed from then on",
    "platforms": "Terms of platforms",
}
FOLLOW = """\
## Indicators

`when = { indicator = "delinquency", above = 0.03 }` lets a change hold only in months after one in which the indicator,
as published at its end, stood so.
"""
SPREAD = """\
## Channels

Ways in which an effect spreads. `CreditModel(..., beside=baseline, frozen=("jobs",))` holds one of them on the path
that it takes in the baseline world:
"""
GROUPS = {
    "Behaviour: one value for the market, in `[parameters]`": BEHAVIOUR,
    "Platforms: one value each, in `[[platforms]]`": PLATFORM,
    "Products: one value each, in `[[platforms.products]]`": PRODUCT,
}


def page() -> str:
    """The page in Markdown."""
    parts = [HEAD]
    for moves, title in MOVES.items():
        rows = [
            (f"`{v.name}`", v.meaning, v.unit, _span(v), _number(v.neutral), ", ".join(v.aims_at), v.source)
            for v in LEVERS.values()
            if v.moves == moves
        ]
        columns = ("lever", "what it does", "unit", "range", "neutral", "aimed by", "source")
        parts.append(f"### {title}\n\n{markdown(columns, rows)}\n")
    indicators = [(f"`{name}`", meaning, unit) for name, (unit, meaning) in INDICATORS.items()]
    parts.append(FOLLOW + "\n" + markdown(("indicator", "what it is", "unit"), indicators) + "\n")
    parts.append(SPREAD + ", ".join(f"`{name}`" for name in CHANNELS) + ".\n")
    for title, group in GROUPS.items():
        rows = [(f"`{p.name}`", p.meaning, p.unit, _number(p.default), _span(p), p.source) for p in group.values()]
        columns = ("parameter", "what it is", "unit", "default", "range", "source")
        parts.append(f"## {title}\n\n{markdown(columns, rows)}\n")
    return "\n".join(parts)


def _span(of) -> str:
    return f"{_number(of.low)} to {_number(of.high)}"


def _number(value) -> str:
    """A number as one would write it; nothing for a term that is replaced, a word for what is no limit."""
    return "" if value is None else "none" if value >= NO_CAP else f"{value:,.10g}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
