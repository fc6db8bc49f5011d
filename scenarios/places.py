"""Which line of which file set each key: TOML tables with their places.

A list of named tables (``[[changes]]``, ``[[platforms]]``) is read as a table of tables, so that a key has one
address wherever it is written: ``changes.cut.value``.
"""

import os
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from scenarios.messages import BadInput, Problem

Address = tuple[str, ...]  #: the address of a key, part by part


@dataclass(frozen=True)
class Place:
    """Where a key was set: a file and, if known, a line."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Document:
    """A TOML table and the place of each of its keys."""

    data: dict
    places: dict[Address, Place]

    def place(self, address: Address) -> Place:
        """Find where an address was set, or else the table that should hold it."""
        for length in range(len(address), -1, -1):
            if address[:length] in self.places:
                return self.places[address[:length]]
        return Place("scenario")

    def problem(self, address: Address, text: str) -> Problem:
        """Say what is wrong at an address."""
        place = self.place(address)
        key = ".".join(address)
        return Problem(place.file, place.line, "" if place.file.startswith(f"--set {key}=") else key, text)

    def over(self, below: "Document") -> "Document":
        """Lay this document over another: tables are merged key by key, anything else is replaced."""
        return Document(_merged(below.data, self.data), {**below.places, **self.places})


def _merged(below: dict, above: dict) -> dict:
    result = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def shown(path: Path) -> str:
    """Write a path as a person here would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def read(path: Path) -> Document:
    """Read a TOML file with the line of each key; raises BadInput if it cannot be read."""
    file = shown(path)
    data, lines = parse(path)
    places = {(): Place(file)}
    return Document(_named(data, (), (), lines, file, places), places)


def parse(path: Path) -> tuple[dict, dict[tuple, int]]:
    """Read a TOML file as it stands: its data, and the line of each key, items of a list counted from 0.

    Raises BadInput if it cannot be read.
    """
    file = shown(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        raise BadInput([Problem(file, None, "", f"cannot be read: {reason}")]) from None
    try:
        return tomllib.loads(text), _lines(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput([_not_toml(file, text, str(error))]) from None


def _not_toml(file: str, text: str, message: str) -> Problem:
    """Turn the parser's complaint into a line and, for the usual slips, the remedy."""
    found = re.search(r"\(at line (\d+)", message)
    number = int(found.group(1)) if found else len(text.splitlines()) or 1
    line = (text.splitlines() or [""])[min(number, len(text.splitlines())) - 1]
    what = message.split(" (at ")[0]
    remedies = (
        (r"=\s*(\d{4}-\d{2})\s*(#|$)", 'write the month in quotes: "{0}"'),
        (r"=\s*([\d.]+)\s*%", "write a share between 0 and 1, not a percentage"),
        (r"=\s*(True|False)\b", "write true or false in small letters"),
        (r"=\s*([A-Za-z_][\w -]*?)\s*(#|$)", 'write text in quotes: "{0}"'),
        (r"^\s*[\w-]+\s*:", "write key = value, with an equals sign"),
    )
    for pattern, remedy in remedies:
        if match := re.search(pattern, line):
            return Problem(file, number, "", f"this is not TOML: {remedy.format(*match.groups())}")
    return Problem(file, number, "", f"this is not TOML: {what[0].lower()}{what[1:]}")


@lru_cache(maxsize=64)  # a batch reads its scenarios once for every point of the sweep
def _lines(text: str) -> dict[tuple, int]:
    """Find the line on which each key of a valid TOML text is set; items of a list are counted from 0.

    The parser itself decides where a statement ends: lines are gathered until they parse.
    """
    lines: dict[tuple, int] = {}
    table, statement, start, items = (), "", 1, {}
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        start = start if statement else number
        statement += line
        try:
            found = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if statement.lstrip().startswith("["):
            table = _header(found, items)
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], start)
        else:
            _note(found, table, start, lines)
        statement = ""
    return lines


def _header(found: dict, items: dict[tuple, int]) -> tuple:
    """Resolve ``[a.b]`` or ``[[a.b]]`` to an address, an item of a list being its number."""
    address = ()
    while found:
        key, value = next(iter(found.items()))
        address = (*address, key)
        if isinstance(value, list):
            items[address] = items.get(address, -1) + 1
        if address in items:
            address = (*address, items[address])
        found = value[0] if isinstance(value, list) else value
    return address


def _note(found, table: tuple, line: int, lines: dict[tuple, int]) -> None:
    """Note the line of a key and of everything inside its value."""
    pairs = found.items() if isinstance(found, dict) else enumerate(found)
    for key, value in pairs:
        lines[(*table, key)] = line
        if isinstance(value, dict | list):
            _note(value, (*table, key), line, lines)


def _named(value, raw: tuple, address: Address, lines: dict, file: str, places: dict):
    """Copy a value, lists of tables by name, and note the place of every address."""
    if raw in lines:
        places.setdefault(address, Place(file, lines[raw]))
    if isinstance(value, dict):
        return {k: _named(v, (*raw, k), (*address, k), lines, file, places) for k, v in value.items()}
    if not (isinstance(value, list) and value and all(isinstance(item, dict) for item in value)):
        return value
    result = {}
    for number, item in enumerate(value):
        name, line = item.get("name"), lines.get((*raw, number))
        key = ".".join(address)
        if not isinstance(name, str) or not name or "." in name:
            wish = "give it a name without dots" if name else "it needs a name"
            raise BadInput([Problem(file, line, key, f'{wish}: name = "..."')])
        if name in result:
            raise BadInput([Problem(file, line, f"{key}.{name}", f'the name "{name}" is used twice; choose another')])
        rest = {k: v for k, v in item.items() if k != "name"}
        result[name] = _named(rest, (*raw, number), (*address, name), lines, file, places)
    return result
