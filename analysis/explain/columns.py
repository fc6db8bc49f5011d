"""What the tables of an explanation hold: each column once, with type, unit and meaning."""

from sim.record import Column

SEED = Column("seed", "INTEGER", "number", "which of the paired runs")
BORROWER = Column("borrower", "INTEGER", "id", "the person, the same in every world of one seed")
LINE = (
    Column("platform", "VARCHAR", "name", "platform"),
    Column("product", "VARCHAR", "name", "product of that platform"),
)


_SPAN = (
    Column("mean", "DOUBLE", "unit of the row", "mean over seeds"),
    Column("low", "DOUBLE", "unit of the row", "lower end of the 95 % interval over paired seeds"),
    Column("high", "DOUBLE", "unit of the row", "upper end of it"),
)
_RATES = (
    Column("outcome", "VARCHAR", "name", "what is counted, reform less baseline"),
    Column("people", "DOUBLE", "people", "people in the group, mean over seeds"),
    Column(
        "total",
        "DOUBLE",
        "people, applications or yuan",
        "of the whole group, mean over seeds; groups of a kind add up",
    ),
    Column("baseline", "DOUBLE", "unit of the row", "the level in the baseline; missing where there is none"),
    *_SPAN,
    Column("unit", "VARCHAR", "name", "unit of the rate"),
)
PARTS = (
    Column("game", "VARCHAR", "name", "channels, provisions or platforms"),
    Column("outcome", "VARCHAR", "name", "what is attributed"),
    Column("unit", "VARCHAR", "name", "unit of the numbers of this row"),
    Column("player", "VARCHAR", "name", "to whom or to what a part is due; 'together' is all of them"),
    *_SPAN,
    Column(
        "sampling_error", "DOUBLE", "unit of the row", "standard error from drawing orders, 0 if every order counts"
    ),
    Column("least", "DOUBLE", "unit of the row", "least that the player adds on entering, over all orders"),
    Column("most", "DOUBLE", "unit of the row", "most that the player adds on entering, over all orders"),
)
COALITIONS = (
    Column("game", "VARCHAR", "name", "channels, provisions or platforms"),
    Column("players", "VARCHAR", "names", "who acts in this world, joined by +"),
    SEED,
    Column("outcome", "VARCHAR", "name", "what is counted"),
    Column("difference", "BIGINT", "people, lines, fen or merchants", "this world less the baseline"),
)
DISPLACED = (
    Column("span", "VARCHAR", "months", "over how many months since the policy, or 'end'"),
    Column("place", "VARCHAR", "name", "where net credit removed went; 'removed' is the sum of all others"),
    SEED,
    Column("amount_fen", "BIGINT", "fen", "of the whole market; below 0 it takes more credit away"),
)
GAINS = (
    Column("kind", "VARCHAR", "name", "how people are divided, by their state before the policy"),
    Column("segment", "VARCHAR", "name", "the group"),
    *_RATES,
)
CELLS = (
    Column("decile", "INTEGER", "1-10", "tenth of income, the lowest first"),
    Column("lenders", "VARCHAR", "count", "platforms owed to before the policy"),
    *_RATES,
)
NETWORK = (
    Column("measure", "VARCHAR", "name", "what is measured"),
    Column("platform", "VARCHAR", "name", "of which platform; empty for the whole market"),
    Column("other", "VARCHAR", "name", "towards which other platform, if any"),
    Column("world", "VARCHAR", "name", "baseline, or the scenario's name"),
    Column("month", "VARCHAR", "calendar month", "at the end of which month"),
    *_SPAN,
    Column("seeds", "INTEGER", "count", "seeds in which it is defined"),
    Column("unit", "VARCHAR", "name", "unit"),
    Column("meaning", "VARCHAR", "text", "what it is"),
    Column("source", "VARCHAR", "text", "where the measure comes from"),
)
CHAINS = (
    SEED,
    BORROWER,
    Column("month", "DATE", "first of month", "month of the person's first default"),
    *LINE,
    Column("entry", "VARCHAR", "name", "what the chain begins with"),
    Column("cause", "VARCHAR", "cause", "why the first payment of the spell was missed"),
    Column("crossed", "BOOLEAN", "yes or no", "the default is at a lender that had not pushed the person"),
    Column("chain", "VARCHAR", "text", "the person's events that only the reform has, in order"),
    Column("steps", "INTEGER", "count", "how many these are"),
    Column(
        "generation", "INTEGER", "count", "0 if no other default handed it on, 1 if one that nobody handed on did, ..."
    ),
    Column("parent", "INTEGER", "id", "the person from whom most of it comes, -1 for none"),
    Column("weight", "DOUBLE", "share", "how much of it comes from this person"),
)
CONTAGIOUS = (
    SEED,
    BORROWER,
    Column("descent", "DOUBLE", "defaults", "defaults of others that descend from this person's cut, in weights"),
    Column("defaults", "BOOLEAN", "yes or no", "the person defaults too, only in the reform"),
    Column("chain", "VARCHAR", "text", "what happened to the person"),
)
HANDED = (
    SEED,
    BORROWER,
    Column("giver", "INTEGER", "id", "who handed it on: a person, -1 the policy, -2 nobody known"),
    Column("weight", "DOUBLE", "share", "part of the default that comes from there; parts of one default add up to 1"),
    Column("through", "VARCHAR", "name", "by which way"),
    Column("place", "VARCHAR", "name", "through which lender or merchant, if any"),
    Column("month", "DATE", "first of month", "when"),
    Column("infectious", "BOOLEAN", "yes or no", "the giver defaults too, only in the reform"),
)
TREE = (
    SEED,
    Column("measure", "VARCHAR", "name", "what is measured of the seed's forest of defaults"),
    Column("value", "DOUBLE", "people, share or count", "its value; missing where there is nothing to divide by"),
)
