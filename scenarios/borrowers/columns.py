"""What a table of borrowers may say, one row for each: every column with unit, range, meaning and what stands in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table: what it holds, and how a borrower is founded where it is empty or missing."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    imputed: str = ""
    whole: bool = False
    words: tuple[str, ...] = ()  # what may be written instead of numbers; the first is 0, the second 1

    @property
    def is_money(self) -> bool:
        """Whether a number of this column is an amount of money."""
        return self.unit.startswith("yuan")


ID = Column("id", "text", 0, 0, "names the row in messages; never used for anything else")
PERSON = (
    Column("age", "years", 18, 100, "age", "from the ages of online borrowers (H17)", whole=True),
    Column("income", "yuan per month", 1, 1_000_000, "what the person earns in a month with work",
           "from the income quintiles (H2) for the age; nearest of five draws to limit / the product's limit_income"),
    Column("employed", "0 or 1", 0, 1, "has work", "out of work as often as losses and finds of work balance (H7)",
           whole=True),
    Column("cash", "yuan", 0, 100_000_000, "money at hand; it is also what the person likes to hold",
           "a target buffer from the shares of those who live from hand to mouth and of savers (H10)"),
    Column("payment_habit", "full or minimum", 0, 1, "pays bills in full, or the minimum and lets the rest revolve",
           "minimum as often as in the default market, three times so for those from hand to mouth",
           words=("full", "minimum")),
)  # fmt: skip
#: Of a line; written ``limit:PLATFORM/PRODUCT``, or ``limit`` with the line named once for the whole table.
LINE = (
    Column("limit", "yuan", 0, 10_000_000, "most that may be owed on the line; 0 if it is not held",
           "the lender's own rule, for a share of people who asked; at least the balance"),
    Column("balance", "yuan", 0, 10_000_000, "what is owed on the line",
           "as habit, income and limit make it at the founding of the default market"),
    Column("months_past_due", "months", 0, 24, "monthly payments behind; 4 or more is in default",
           "0: nobody is founded late", whole=True),
)  # fmt: skip


def columns_for(lines, line: str | None) -> dict[str, Column]:
    """Every column that a table may have in a market, by its name.

    lines: ``PLATFORM/PRODUCT`` of each product of the market; line: the one that ``limit``, ``balance`` and
    ``months_past_due`` without a name are of, if one is named.
    """
    found = {column.name: column for column in (ID, *PERSON)}
    for column in LINE:
        found |= {f"{column.name}:{each}": column for each in lines}
        if line is not None:
            found[column.name] = column
    return found
