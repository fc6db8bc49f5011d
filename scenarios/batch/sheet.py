"""A design file being read: what it says, on which line, and all that is wrong with it, told at once."""

import math
from collections.abc import Sequence
from pathlib import Path

from scenarios.messages import BadInput, Problem, unknown, wrong_type
from scenarios.places import parse, shown

#: How to write what holds several things.
WISHES = {
    "names": 'write names in a list: {} = ["...", "..."]',
    "numbers": "write numbers in a list: {} = [0.1, 0.8]",
    "tables": "write [[{}]] above the keys of each swept number",
}


class Sheet:
    """A design file that is being read: its data, the line of each key, and what is wrong so far."""

    def __init__(self, path: Path):
        """Arguments: path of the file. Raises BadInput if it is no TOML."""
        self.file = shown(path)
        self.data, self.lines = parse(path)
        self.problems: list[Problem] = []

    def wrong(self, address: tuple, text: str) -> None:
        """Note what is wrong at an address, or where the table that should hold it begins."""
        lines = (self.lines.get(address[:length]) for length in range(len(address), 0, -1))
        key = ".".join(part for part in address if isinstance(part, str))
        self.problems.append(Problem(self.file, next(filter(None, lines), None), key, text))

    def refuse(self) -> None:
        """Raise BadInput if anything is wrong so far."""
        if self.problems:
            raise BadInput(self.problems)

    def check(self, address: tuple, table: dict, keys: dict[str, str], needed: Sequence[str]) -> None:
        """Note keys that do not exist, that are missing, and that hold the wrong thing."""
        for key, value in table.items():
            if key not in keys:
                self.wrong((*address, key), unknown("key", key, keys))
            elif not _holds(keys[key], value):
                kind = {"text": "text", "count": "whole number"}.get(keys[key])
                text = wrong_type(kind, value) if kind else WISHES[keys[key]].format(key)
                self.wrong((*address, key), text)
        for key in needed:
            if key not in table:
                self.wrong((*address, key), f'"{key}" is missing; add {key} = ...')


def _holds(kind: str, value) -> bool:
    """Whether a value is of a kind."""
    if kind in ("text", "count"):
        return type(value) is (str if kind == "text" else int)
    types = {"names": (str,), "numbers": (int, float), "tables": (dict,)}[kind]
    finite = kind != "numbers" or all(type(item) in types and math.isfinite(item) for item in value)
    return isinstance(value, list) and all(type(item) in types for item in value) and finite
