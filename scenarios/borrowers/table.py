"""Read and check a table of borrowers: numbers by column, and every error with its row, column and remedy."""

import difflib
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from scenarios.borrowers.columns import ID, LINE, PERSON, Column, columns_for
from scenarios.borrowers.files import Raw, read_raw
from scenarios.borrowers.layouts import LAYOUTS, Layout
from scenarios.messages import BadInput, plain, unknown
from scenarios.places import shown
from scenarios.store import write_table
from sim.record import Column as Stored

MOST_TOLD = 10  # errors that are told in full
MUCH_OWED = 2.0  # times a limit: who owes more is told
CLOSE = 0.66  # how alike an unknown column and a known one are if it is probably misspelt


@dataclass(frozen=True)
class Borrowers:
    """A checked table: columns of numbers as ``sim.given`` takes them, NaN where not known, and what is to be said."""

    file: str
    rows: int
    columns: dict[str, np.ndarray]
    notes: tuple[str, ...]  # what a reader should know: columns not used, cells that look odd

    def missing(self, name: str) -> int:
        """In how many rows a column is not known."""
        return int(np.isnan(self.columns[name]).sum()) if name in self.columns else self.rows

    def lines(self) -> list[str]:
        """The lines, ``PLATFORM/PRODUCT``, of which something is known."""
        return list(dict.fromkeys(name.partition(":")[2] for name in self.columns if ":" in name))


def read(path, lines, line: str | None = None, layout: str | None = None, per_yuan: float | None = None) -> Borrowers:
    """Read a table and check every cell.

    path: CSV or Parquet; lines: ``PLATFORM/PRODUCT`` of each product of the market; line: which of them ``limit``,
    ``balance`` and ``months_past_due`` are of; layout: name of a published layout that the file has; per_yuan: how much
    of the file's money is a yuan (None: 1, or the layout's). Raises BadInput with the first errors, by row and column.
    """
    lines = list(lines)
    if layout is not None and layout not in LAYOUTS:
        raise BadInput(f"--layout {layout}: {unknown('layout', layout, LAYOUTS)}")
    preset = LAYOUTS.get(layout)
    line = line if line is not None or preset is None else preset.line
    if line is not None and line not in lines:
        raise BadInput(f"--line {line}: {unknown('line', line, lines)}")
    per_yuan = per_yuan or (preset.per_yuan if preset else 1.0)
    raw = read_raw(Path(path), [column.name for column in preset.columns] if preset else ())
    if preset:
        names = _names_of(preset)
        there = {names.get(_spelling(given)) for given in raw.columns}
        if "LIMIT_BAL" not in there:
            raise BadInput(f'{raw.file}: there is no column "LIMIT_BAL"; is this the layout {preset.name}?')
        numbers, notes = _checked(raw, {c.name: c for c in preset.columns}, 1.0, names, preset.unused)
        if absent := [name for name in preset.used if name not in there]:
            notes.append(f"not in the table: {', '.join(absent)}")
        values = preset.mapped(numbers)
    else:
        values, notes = _checked(raw, columns_for(lines, line), per_yuan, {}, ())
    columns = _named(raw.file, values, line, per_yuan if preset else 1.0)
    if not columns:
        known = ", ".join(column.name for column in (*PERSON, *LINE))
        raise BadInput(f"{raw.file}: no column says anything about a borrower; there are {known}")
    rows = len(next(iter(raw.columns.values())))
    return Borrowers(raw.file, rows, columns, (*notes, *_odd(columns)))


@lru_cache(maxsize=8)
def read_known(file: str, content: str, lines: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The columns of a table that a scenario names.

    file: its path; content: ``digest`` of what was in it; lines: of the market. Raises BadInput, also if it is gone or
    something else is in it now.
    """
    path = Path(file)
    if not path.is_file():
        raise BadInput(f"{shown(path)}: there is no such file here; the market is founded from it")
    if digest(path) != content:
        raise BadInput(f"{shown(path)}: it has changed since the scenario was read; give the command again")
    columns = read(path, lines).columns
    for values in columns.values():
        values.flags.writeable = False  # several threads found their markets from it
    return columns


def digest(path: Path) -> str:
    """What is in a file, as a hash."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(borrowers: Borrowers, path: Path) -> None:
    """Write a checked table as Parquet in the documented columns, empty where something is not known."""
    known = {column.name: column for column in (*PERSON, *LINE)}
    described, values = [], {}
    for name, numbers in borrowers.columns.items():
        column = known[name.partition(":")[0]]
        kind = "VARCHAR" if column.words else "BIGINT" if column.whole else "DOUBLE"
        described.append(Stored(name, kind, column.unit, column.meaning))
        spelt = column.words.__getitem__ if column.words else int if column.whole else float
        cells = [None if np.isnan(x) else spelt(int(x) if column.words else x) for x in numbers]
        values[name] = np.array(cells, object)
    write_table(path, described, values)


def _names_of(layout: Layout) -> dict[str, str]:
    """What the columns of a layout may be called, in capitals with underscores -> name."""
    return {c.name.upper(): c.name for c in layout.columns} | {n: n for n in layout.unused} | layout.other_names


def _spelling(name: str) -> str:
    return name.strip().upper().replace(" ", "_").replace(".", "_")


def _checked(raw: Raw, known: dict[str, Column], per_yuan: float, other_names: dict[str, str], unused) -> tuple:
    """Numbers of every known column, and notes; raises BadInput with every error of a cell."""
    names = other_names or {_spelling(name): name for name in known}
    found: dict[str, tuple[str, Column]] = {}
    ignored, errors = [], []
    for given in raw.columns:
        name = names.get(_spelling(given))
        if name in known:
            if name in found:
                raise BadInput(f'{raw.file}: columns "{found[name][0]}" and "{given}" are both {name}; remove one')
            found[name] = (given, known[name])
        elif name in unused or not (meant := _meant(given, known)):
            ignored.append(given)
        else:
            raise BadInput(f'{raw.file}: column {given}: {meant}')
    numbers = {}
    for name, (given, column) in found.items():
        if column is ID:
            errors += _repeated(raw.columns[given], given)
        else:
            numbers[name], wrong = _numbers(raw.columns[given], given, column, per_yuan if column.is_money else 1.0)
            errors += wrong
    if errors:
        errors.sort(key=lambda error: error[0])
        told = [f"{raw.file}: row {row}: {text}" for row, text in errors[:MOST_TOLD]]
        more = len(errors) - MOST_TOLD
        raise BadInput("\n".join(told + ([f"{raw.file}: and {more:,} more cells like these"] if more > 0 else [])))
    return numbers, ([f"not used: {', '.join(ignored)}"] if ignored else [])


def _meant(given: str, known) -> str:
    """What to say of an unknown column that was probably meant to be a known one; "" if it is simply another."""
    kind, colon, line = given.partition(":")
    kinds = list(dict.fromkeys(name.partition(":")[0] for name in known))
    if colon and kind.lower() in kinds:
        return unknown("line", line, sorted(name.partition(":")[2] for name in known if name.startswith(f"{kind}:")))
    if kind.lower() in {column.name for column in LINE}:
        return f"of which line? name it with --line PLATFORM/PRODUCT, or in the column: {kind.lower()}:PLATFORM/PRODUCT"
    close = difflib.get_close_matches(_spelling(given), [_spelling(name) for name in known], n=1, cutoff=CLOSE)
    spelt = {_spelling(name): name for name in known}
    return f'there is no such column; did you mean "{spelt[close[0]]}"? If not, remove it' if close else ""


def _repeated(values, given: str) -> list[tuple[int, str]]:
    """Rows whose name stands in another row already."""
    first, errors = {}, []
    for row, value in enumerate(values, 1):
        if value is None or not str(value).strip():
            continue
        name = str(value).strip()
        if name in first:
            errors.append((row, f"{given}: {name} stands in row {first[name]} already; keep one row per borrower"))
        first.setdefault(name, row)
    return errors


def _numbers(values: list, given: str, column: Column, per_yuan: float) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """A column as numbers, NaN where a cell is empty, and the cells that are wrong."""
    empty = np.array([value is None or (isinstance(value, str) and not value.strip()) for value in values])
    numbers = np.full(len(values), np.nan)
    said = [value for value, nothing in zip(values, empty, strict=True) if not nothing]
    try:
        numbers[~empty] = [_word(value, column) for value in said] if column.words else said
    except (TypeError, ValueError):  # some cell is no number: find out which
        numbers[~empty] = [_number(value) for value in said]
    low, high = column.low * per_yuan, column.high * per_yuan
    with np.errstate(invalid="ignore"):
        wrong = ~empty & ~((numbers >= low) & (numbers <= high) & ~(column.whole & (numbers != np.floor(numbers))))
    rows = np.flatnonzero(wrong)
    errors = [(row + 1, f"{given}: {_wrong(values[row], numbers[row], column, low, high)}") for row in rows]
    return numbers / per_yuan, errors


def _word(value, column: Column) -> float:
    """The number of a word; NaN if it is none of the column's."""
    word = str(value).strip().lower()
    return float(column.words.index(word)) if word in column.words else np.nan


def _number(value) -> float:
    """The number that a cell stands for; NaN if it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def _wrong(value, number: float, column: Column, low: float, high: float) -> str:
    """What is wrong with a cell, and what to write. number: what it stands for, NaN if that is no number."""
    if column.words:
        return f'"{value}" is neither of {" and ".join(column.words)}; write one of these, or leave the cell empty'
    kind = "a whole number" if column.whole else "a number"
    wish = f"write {kind} from {plain(low)} to {plain(high)} ({column.unit}), or leave the cell empty"
    if not np.isfinite(number):
        comma = "; decimals are written with a point, thousands without a mark" if "," in str(value) else ""
        return f'"{value}" is not a number{comma}; {wish}'
    if low <= number <= high:
        return f"{plain(number)} is not a whole number; {wish}"
    return f"{plain(number)} is {'negative' if number < 0 <= low else 'out of range'}; {wish}"


def _named(file: str, values: dict[str, np.ndarray], line: str | None, per_yuan: float) -> dict[str, np.ndarray]:
    """Columns in their documented order, lines by name, money in yuan to the fen; those that say nothing left out."""
    kinds = {column.name: column for column in (*PERSON, *LINE)}
    named = {}
    for name, numbers in values.items():
        column = kinds[name.partition(":")[0]]
        full = f"{name}:{line}" if column in LINE and ":" not in name else name
        if full in named:
            raise BadInput(f'{file}: columns "{column.name}" and "{full}" are the same line; remove one')
        if not np.isnan(numbers).all():
            named[full] = np.round(numbers / per_yuan, 2) if column.is_money else numbers
    order = {name: number for number, name in enumerate(kinds)}
    return dict(sorted(named.items(), key=lambda item: (":" in item[0], item[0].partition(":")[2],
                                                        order[item[0].partition(":")[0]])))  # fmt: skip


def _odd(columns: dict[str, np.ndarray]):
    """Cells that can be, and that a reader should know of."""
    for name in columns:
        kind, _, line = name.partition(":")
        if kind != "balance":
            continue
        owed, limit = columns[name], columns.get(f"limit:{line}")
        if limit is not None:
            yield from _told(owed > MUCH_OWED * limit, f"more is owed on {line} than twice its limit")
        late = columns.get(f"months_past_due:{line}")
        if late is not None:
            yield from _told((late > 0) & (owed == 0), f"{line} is late though nothing is owed: founded on time")


def _told(where: np.ndarray, text: str):
    if where.any():
        count = int(where.sum())
        yield f"{text} ({count:,} {'row' if count == 1 else 'rows'}, the first is row {int(np.argmax(where)) + 1})"
