"""Dated changes -> the rules in force in each month.

A change names a lever, a value and a month; it may be phased in, end, be announced before it starts, and be aimed at
a platform, a product and a group of people. Levers do nothing unless a change uses them.
"""

from dataclasses import dataclass, field

@dataclass(frozen=True)
class Lever:
    """One thing that a change can move: unit, admissible range, meaning, whether it can be aimed, and a source."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    aims_at: tuple[str, ...]  # which of "platform", "product", "who" it understands
    source: str

def _levers(*rows) -> dict[str, Lever]:
    return {row[0]: Lever(*row) for row in rows}

LEVERS = _levers(
    ("limit_cut", "share of limit", 0.0, 1.0,
     "take this share off the limits of the lines aimed at, once, or in equal steps over the phase-in",
     ("platform", "product", "who"), "R11"),
    ("income_cap", "share of annual income", 0.0, 10.0,
     "a person's limits at all online platforms together may not grow past this share of annual income, and unused limits above it are cut",
     (), "R10"),
    ("credit_cap", "yuan", 0.0, 1e7,
     "a person's limits at all online platforms together may not grow past this many yuan, and unused limits above it are cut",
     (), "R9, R10"),
    ("rate_cap", "per year", 0.0, 10.0, "no product may charge more than this", ("platform", "product"), "R3, R8, R17"),
    ("minimum_payment", "share of bill", 0.0, 1.0, "no product may ask for less than this as minimum payment",
     ("platform", "product"), "d'Astous and Shore 2017"),
    ("job_loss_multiple", "multiple", 0.0, 10.0, "macro path: job losses against normal times", (), "H7, X2"),
)

@dataclass(frozen=True)
class Who:
    """Whom a change is aimed at: every condition that is set must hold; none set means everybody."""

    age_below: int | None = None        # years, at the first month
    age_from: int | None = None         # years, at the first month
    lenders_at_least: int | None = None # platforms owed to at the end of last month
    score_below: float | None = None    # the platform's own score of the person

@dataclass(frozen=True)
class Change:
    """One dated change of one lever. Months are calendar months written ``2020-12``."""

    name: str
    lever: str
    value: float
    start: str
    until: str | None = None      # first month in which it no longer holds
    phase_in: int = 0             # months over which it grows to its full value

    platform: str | None = None
    product: str | None = None
    who: Who = field(default_factory=Who)
    source: str = ""
