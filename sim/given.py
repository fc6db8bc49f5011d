"""What is known of the borrowers before the founding: a table of columns as records, one for each borrower."""

import numpy as np

from sim import chance as luck
from sim.chance import uniform
from sim.compiled import loop
from sim.parameters import YUAN
from sim.records import GIVEN_DTYPE, GIVEN_LINE_DTYPE, blank

#: Column of a table -> field of the record, and what one unit of the column is in that field.
PERSON = {
    "age": ("age", 1),
    "income": ("wage", YUAN),
    "employed": ("employed", 1),
    "cash": ("cash", YUAN),
    "payment_habit": ("revolves", 1),
}
LINE = {"limit": ("limit", YUAN), "balance": ("balance", YUAN), "months_past_due": ("months_past_due", 1)}


def given_records(table, borrowers: int, seed: int, product_names) -> tuple[np.recarray, np.recarray]:
    """Records of what is known of each borrower and of each of the borrower's lines.

    table: name -> array, one number for each row and NaN where it is not known: ``age`` (years), ``income`` and
    ``cash`` (yuan), ``employed`` (0 or 1), ``payment_habit`` (1 minimum, 0 full), and ``limit:PLATFORM/PRODUCT``,
    ``balance:PLATFORM/PRODUCT`` (yuan) and ``months_past_due:PLATFORM/PRODUCT``; product_names: pairs of platform and
    product. Returns records [borrower] and [borrower, product]; of an empty table one of each, with nothing known.
    Raises ValueError for a column that does not exist and for columns of different length.
    """
    lengths = {len(values) for values in table.values()}
    if len(lengths) > 1 or 0 in lengths:
        raise ValueError("the columns of a table must be of one length, and have a row at least")
    rows = rows_of(borrowers, lengths.pop(), seed) if lengths else np.zeros(1, np.int64)
    people = blank(len(rows), GIVEN_DTYPE)
    lines = blank((len(rows), len(product_names)), GIVEN_LINE_DTYPE)
    for records in (people, lines):
        for field in records.dtype.names:
            records[field] = -1
    products = {f"{platform}/{product}": k for k, (platform, product) in enumerate(product_names)}
    for name, values in table.items():
        kind, _, product = name.partition(":")
        if name in PERSON:
            (field, unit), target = PERSON[name], people
        elif kind in LINE and product in products:
            (field, unit), target = LINE[kind], lines[:, products[product]]
        else:
            raise ValueError(f"a table of borrowers has no column {name!r} in this market")
        values = np.asarray(values, float)[rows]
        target[field] = np.where(np.isnan(values), -1.0, np.floor(values * unit + 0.5))
    return people, lines


def rows_of(borrowers: int, rows: int, seed: int) -> np.ndarray:
    """Which row of a table each borrower is.

    The rows in their order; people beyond the last row are rows drawn again, each from its own address in chance. With
    fewer people than rows they are a random sample of the rows, the same for one seed whatever else is asked.
    """
    draws = _draws(luck.month_key(seed, 0), max(borrowers, rows))
    if borrowers < rows:
        return np.argsort(draws, kind="stable")[:borrowers]
    return np.concatenate([np.arange(rows), (draws[rows:] * rows).astype(np.int64)])


@loop
def _draws(chance, count):
    draws = np.empty(count)
    for i in range(count):
        draws[i] = uniform(chance, luck.ROW, i)
    return draws
