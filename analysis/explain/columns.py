"""What the tables of an explanation hold: each column once, with type, unit and meaning."""

from sim.record import Column

SEED = Column("seed", "INTEGER", "number", "which of the paired runs")
BORROWER = Column("borrower", "INTEGER", "id", "the person, the same in every world of one seed")
LINE = (
    Column("platform", "VARCHAR", "name", "platform"),
    Column("product", "VARCHAR", "name", "product of that platform"),
)


def _columns(*rows) -> tuple[Column, ...]:
    return tuple(row if isinstance(row, Column) else Column(*row) for row in rows)


_SPAN = _columns(
    ("mean", "DOUBLE", "unit of the row", "mean over seeds"),
    ("low", "DOUBLE", "unit of the row", "lower end of the 95 % interval over paired seeds"),
    ("high", "DOUBLE", "unit of the row", "upper end of it"),
)
_RATES = _columns(
    ("outcome", "VARCHAR", "name", "what is counted, reform less baseline"),
    ("people", "DOUBLE", "people", "people in the group, mean over seeds"),
    ("total", "DOUBLE", "people, applications or yuan", "of the whole group, mean over seeds; groups of a kind add up"),
    ("baseline", "DOUBLE", "unit of the row", "the level in the baseline; missing where there is none"),
    *_SPAN,
    ("unit", "VARCHAR", "name", "unit of the rate"),
)
PARTS = _columns(
    ("game", "VARCHAR", "name", "channels, provisions or platforms"),
    ("outcome", "VARCHAR", "name", "what is attributed"),
    ("unit", "VARCHAR", "name", "unit of the numbers of this row"),
    ("player", "VARCHAR", "name", "to whom or to what a part is due; 'together' is all of them"),
    *_SPAN,
    ("sampling_error", "DOUBLE", "unit of the row", "standard error from drawing orders, 0 if every order counts"),
    ("least", "DOUBLE", "unit of the row", "least that the player adds on entering, over all orders"),
    ("most", "DOUBLE", "unit of the row", "most that the player adds on entering, over all orders"),
)
COALITIONS = _columns(
    ("game", "VARCHAR", "name", "channels, provisions or platforms"),
    ("players", "VARCHAR", "names", "who acts in this world, joined by +"),
    SEED,
    ("outcome", "VARCHAR", "name", "what is counted"),
    ("difference", "BIGINT", "people, lines, fen or merchants", "this world less the baseline"),
)
DISPLACED = _columns(
    ("span", "VARCHAR", "months", "over how many months since the policy, or 'end'"),
    ("place", "VARCHAR", "name", "where net credit removed went; 'removed' is the sum of all others"),
    SEED,
    ("amount_fen", "BIGINT", "fen", "of the whole market; below 0 it takes more credit away"),
)
GAINS = _columns(
    ("kind", "VARCHAR", "name", "how people are divided, by their state before the policy"),
    ("segment", "VARCHAR", "name", "the group"),
    *_RATES,
)
CELLS = _columns(
    ("decile", "INTEGER", "1-10", "tenth of income, the lowest first"),
    ("lenders", "VARCHAR", "count", "platforms owed to before the policy"),
    *_RATES,
)
NETWORK = _columns(
    ("measure", "VARCHAR", "name", "what is measured"),
    ("platform", "VARCHAR", "name", "of which platform; empty for the whole market"),
    ("other", "VARCHAR", "name", "towards which other platform, if any"),
    ("world", "VARCHAR", "name", "baseline, or the scenario's name"),
    ("month", "VARCHAR", "calendar month", "at the end of which month"),
    *_SPAN,
    ("seeds", "INTEGER", "count", "seeds in which it is defined"),
    ("unit", "VARCHAR", "name", "unit"),
    ("meaning", "VARCHAR", "text", "what it is"),
    ("source", "VARCHAR", "text", "where the measure comes from"),
)
CHAINS = _columns(
    SEED,
    BORROWER,
    ("month", "DATE", "first of month", "month of the person's first default"),
    *LINE,
    ("entry", "VARCHAR", "name", "what the chain begins with"),
    ("cause", "VARCHAR", "cause", "why the first payment of the spell was missed"),
    ("crossed", "BOOLEAN", "yes or no", "the default is at a lender that had not pushed the person"),
    ("chain", "VARCHAR", "text", "the person's events that only the reform has, in order"),
    ("steps", "INTEGER", "count", "how many these are"),
    ("generation", "INTEGER", "count", "0 if no other default handed it on, 1 if one that nobody handed on did, ..."),
    ("parent", "INTEGER", "id", "the person from whom most of it comes, -1 for none"),
    ("weight", "DOUBLE", "share", "how much of it comes from this person"),
)
CONTAGIOUS = _columns(
    SEED,
    BORROWER,
    ("descent", "DOUBLE", "defaults", "defaults of others that descend from this person's cut, in weights"),
    ("defaults", "BOOLEAN", "yes or no", "the person defaults too, only in the reform"),
    ("chain", "VARCHAR", "text", "what happened to the person"),
)
HANDED = _columns(
    SEED,
    BORROWER,
    ("giver", "INTEGER", "id", "who handed it on: a person, -1 the policy, -2 nobody known"),
    ("weight", "DOUBLE", "share", "part of the default that comes from there; parts of one default add up to 1"),
    ("through", "VARCHAR", "name", "by which way"),
    ("place", "VARCHAR", "name", "through which lender or merchant, if any"),
    ("month", "DATE", "first of month", "when"),
    ("infectious", "BOOLEAN", "yes or no", "the giver defaults too, only in the reform"),
)
TREE = _columns(
    SEED,
    ("measure", "VARCHAR", "name", "what is measured of the seed's forest of defaults"),
    ("value", "DOUBLE", "people, share or count", "its value; missing where there is nothing to divide by"),
)
