"""A table as it stands in a CSV or Parquet file: named columns of values, None where a cell is empty."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scenarios.messages import BadInput
from scenarios.places import shown

SEPARATORS = ",;\t"
REMEDY = "give a table as CSV or Parquet"


@dataclass(frozen=True)
class Raw:
    """A file's columns by name, in its order, all of one length."""

    file: str
    columns: dict[str, list]


def read_raw(path: Path, headings: Sequence[str] = ()) -> Raw:
    """Read a file, whatever it is called.

    headings: words of which the line with the names of the columns has one, where another line may stand above it.
    Raises BadInput if there is no such file, or it is empty, or neither CSV in UTF-8 nor Parquet.
    """
    path, file = Path(path), shown(Path(path))
    if path.is_dir():
        raise BadInput(f"{file} is a folder; {REMEDY}")
    if not path.is_file():
        raise BadInput(f"{file}: there is no such file; {REMEDY}")
    content = path.read_bytes()
    if content[:4] == b"PAR1":
        columns = _parquet(path, file)
    else:
        try:
            columns = _csv(content.decode("utf-8-sig"), file, headings)
        except UnicodeDecodeError:
            sheet = path.suffix.lower() in (".xls", ".xlsx", ".ods")
            words = "is a spreadsheet; save it as CSV" if sheet else f"is neither CSV in UTF-8 nor Parquet; {REMEDY}"
            raise BadInput(f"{file} {words}") from None
    if not columns or not next(iter(columns.values())):
        raise BadInput(f"{file}: the table is empty; write the names of the columns, and a row for each borrower")
    return Raw(file, columns)


def _parquet(path: Path, file: str) -> dict[str, list]:
    try:
        found = duckdb.connect(":memory:").execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0].strip() for column in found.description]
        rows = found.fetchall()
    except duckdb.Error as error:
        raise BadInput(f"{file}: cannot be read as Parquet ({str(error).splitlines()[0]})") from None
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}


def _csv(text: str, file: str, headings: Sequence[str]) -> dict[str, list]:
    if "\0" in text:
        raise BadInput(f"{file} is neither CSV in UTF-8 nor Parquet; {REMEDY}")
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text), delimiter=separator) if any(map(str.strip, line))]
    except csv.Error as error:
        raise BadInput(f"{file}: cannot be read as CSV ({error})") from None
    if len(lines) > 1 and set(headings) & set(lines[1]) and not set(headings) & set(lines[0]):
        lines = lines[1:]
    if not lines:
        return {}
    names = [name.strip() for name in lines[0]]
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise BadInput(f'{file}: two columns are called "{twice[0]}"; rename or remove one')
    for row, line in enumerate(lines[1:], 1):
        if len(line) != len(names):
            words = f"{len(line)} cells, where the header has {len(names)}"
            raise BadInput(f"{file}: row {row}: {words}; separate them by {separator!r}, and quote text that has one")
    return dict(zip(names, map(list, zip(*lines[1:], strict=True)), strict=True)) if lines[1:] else {}
