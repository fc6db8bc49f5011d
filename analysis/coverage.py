"""The coverage page: for each mechanism of the market its switch, its rule and the test that shows its effect.

A row of ``mechanisms.toml`` is covered if every parameter it names is read by one of its rule files, every lever it
names is applied, every rule file is one that the market plays, and a test is marked with its id. The sources are read
as syntax trees: nothing is run.
"""

import ast
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from analysis.tables import markdown
from scenarios.messages import BadInput
from sim.parameters import BEHAVIOUR, PLATFORM, PRODUCT
from sim.policy import LEVERS

ROOT = Path(__file__).parents[1]
TABLE = Path(__file__).with_name("mechanisms.toml")
SIM, TESTS = ROOT / "sim", ROOT / "tests"
PARAMETERS = {**BEHAVIOUR, **PLATFORM, **PRODUCT}
IDS = tuple(f"M{number:02d}" for number in range(1, 109))
LEVER_FILES = ("policy.py", "levers.py")  #: where levers are listed and applied
RECORDS = {"borrower", "line", "lines", "merchant", "merchants", "plan"}  #: whose fields may have a parameter's name
MARKER = "mechanism"
NOT_RUN = {"skip", "xfail"}


@dataclass(frozen=True)
class Mechanism:
    """One row: what happens in the market, what switches it, where its rule is and which tests show its effect."""

    id: str
    section: str
    what: str
    switch: tuple[str, ...]
    rules: tuple[str, ...]
    tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing that is missing: the row, or the test with a wrong mark, and what is wrong."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True)
class Coverage:
    """The rows with their tests, and everything that is missing."""

    rows: tuple[Mechanism, ...]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """How many of all rows are covered."""
        wrong = {finding.place for finding in self.findings}
        covered = sum(row.id not in wrong for row in self.rows)
        return f"{covered} of {len(IDS)} rows have a live switch, a rule and a test."


def coverage() -> Coverage:
    """The rows of the table, checked against the market in sim/ and the tests beside it."""
    if not TESTS.is_dir():
        raise BadInput(f"{TESTS}: there is no such folder; the tests are in a checkout of the source, beside sim/")
    marked, wrong = marks(TESTS)
    rows = tuple(
        Mechanism(row["id"], f"{part['id']}. {part['title']}", row["what"], tuple(row["switch"]), tuple(row["rules"]),
                  tuple(marked.get(row["id"], ())))
        for part in tomllib.loads(TABLE.read_text(encoding="utf-8"))["section"]
        for row in part["rows"]
    )  # fmt: skip
    listed = Counter(row.id for row in rows)
    found = [Finding(id, "has no row in the table") for id in IDS if not listed[id]]
    found += [Finding(id, f"has {count} rows in the table") for id, count in listed.items() if count > 1]
    sources = _Sources(SIM)
    found += [Finding(row.id, "; ".join(texts)) for row in rows if (texts := list(_missing(row, sources)))]
    found += wrong
    found += [Finding(test, f"there is no row {id}") for id in marked if not listed[id] for test in marked[id]]
    return Coverage(rows, tuple(found))


def _missing(row: Mechanism, sources: "_Sources"):
    """What a row lacks, in words."""
    there = [file for file in row.rules if file in sources.read]
    for name in row.switch:
        if name not in PARAMETERS and name not in LEVERS:
            yield f"{name} is neither a parameter nor a lever"
        elif name in LEVERS and name not in sources.applied:
            yield f"the lever {name} is not applied"
        elif name in PARAMETERS and not any(name in sources.read[file] for file in there):
            where = [file for file, names in sources.read.items() if name in names]
            yield f"{name} is read by {', '.join(where)}, not by its rule file" if where else f"nothing reads {name}"
    for file in row.rules:
        if file not in there:
            yield f"the rule file {file} does not exist"
        elif file not in sources.played:
            yield f"the market does not play {file}"
    for kind, given in (("parameter or lever", row.switch), ("rule file", row.rules), ("test", row.tests)):
        if not given:
            yield f"has no {kind}"


class _Sources:
    """What the files of the market read, which levers are applied, and which files the market plays."""

    def __init__(self, sim: Path):
        trees = {path.relative_to(sim).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
                 for path in sorted(sim.rglob("*.py"))}  # fmt: skip
        self.read = {file: set(_read(tree)) for file, tree in trees.items()}
        # a lever says which terms it moves; one without is named where it is listed, and again where it is applied
        named = Counter(name for file in LEVER_FILES if file in trees for name in _named(trees[file]))
        self.applied = {name for name, lever in LEVERS.items() if lever.effects or named[name] > 1}
        self.played = set()
        ahead = ["model.py"]
        while ahead:
            file = ahead.pop()
            if file in trees and file not in self.played:
                self.played.add(file)
                ahead += _imported(trees[file])


def _read(tree):
    """The names that a file reads from the rules, a platform or a product: ``rules.name`` or ``terms["name"]``."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load)):
            continue
        if ast.unparse(node.value).split("[")[0] in RECORDS:
            continue
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node.slice, ast.Constant):
            yield node.slice.value


def _named(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _imported(tree):
    """The files of the market that a file imports."""
    for node in ast.walk(tree):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for module in modules:
            if module.startswith("sim."):
                yield module.removeprefix("sim.").replace(".", "/") + ".py"


def marks(folder: Path) -> tuple[dict[str, list[str]], list[Finding]]:
    """The tests marked ``@pytest.mark.mechanism("M01", ...)`` by id, and the marks that cannot count."""
    marked, wrong = {}, []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            name = f"{path.name}::{node.name}"
            inside = [each for decorator in node.decorator_list for each in ast.walk(decorator)]
            ids = [id for call in inside if _marker(call) == MARKER for id in call.args]
            reason = _why_not(path, node, inside, ids) if ids else None
            if reason:
                wrong.append(Finding(name, reason))
                continue
            for id in dict.fromkeys(id.value for id in ids):
                marked.setdefault(id, []).append(name)
    return marked, wrong


def _why_not(path: Path, function, decorators, ids) -> str | None:
    """Why a mark does not count, if it does not."""
    if not (path.name.startswith("test_") and function.name.startswith("test_")):
        return "is marked with a mechanism but is not a test"
    if any(_marker(each) in NOT_RUN for each in decorators):
        return "is marked with a mechanism but is skipped or may fail"
    if not all(isinstance(id, ast.Constant) for id in ids):
        return "write out the ids of its mechanisms"
    return None


def _marker(node) -> str | None:
    """The name of the marker that a node of a decorator calls or is, ``pytest.mark.<name>``."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute) and target.value.attr == "mark":
        return target.attr if isinstance(node, ast.Call) or target.attr in NOT_RUN else None
    return None


def _cells(row: Mechanism) -> tuple[list[str], list[str], list[str]]:
    """Switches, rule files and tests of a row as texts; a lever says that it is one."""
    switch = [f"{name} (lever)" if name in LEVERS else name for name in row.switch]
    return switch, list(row.rules), list(row.tests)


def _in_code(cell) -> str:
    return ", ".join(f"`{each}`" for each in cell).replace(" (lever)`", "` (lever)") or "**missing**"


def _sections(rows) -> dict[str, list[Mechanism]]:
    sections = {}
    for row in rows:
        sections.setdefault(row.section, []).append(row)
    return sections


def page(found: Coverage) -> str:
    """The coverage page in Markdown: one line per row."""
    lines = [
        "# What the market can do",
        "",
        "One line per mechanism: the parameter or lever that switches it, the file in `sim/` with its rule, and the",
        "test in `tests/` that plays the same seeds with it on and off. Written by `rollover coverage --write",
        "docs/coverage.md`, which fails if a line has no live switch, rule or test; do not edit it by hand.",
        "",
        found.verdict,
    ]
    for section, rows in _sections(found.rows).items():
        cells = [(row.id, row.what, *map(_in_code, _cells(row))) for row in rows]
        heads = ("id", "what it is", "parameter or lever", "rule file", "test")
        lines += ["", f"## {section}", "", markdown(heads, cells)]
    return "\n".join(lines) + "\n"


def screen(found: Coverage):
    """The coverage page as a rich renderable: below each row its switch and rule, then its tests."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    parts = []
    missing = Text("missing", style="red")
    for section, rows in _sections(found.rows).items():
        table = Table(box=None, pad_edge=False, title=section, title_justify="left", header_style="dim")
        table.add_column("id", no_wrap=True, min_width=len(IDS[-1]))
        table.add_column("what it is\nparameter or lever | rule file\ntest", overflow="fold")
        for row in rows:
            switch, rules, tests = (Text(join.join(cell)) if cell else missing
                                    for cell, join in zip(_cells(row), (", ", ", ", "\n"), strict=True))  # fmt: skip
            lines = Text(row.what, style="bold"), Text(" | ").join((switch, rules)), tests
            table.add_row(row.id, Text("\n").join(lines))
        parts.append(Padding(table, (0, 0, 1, 0)))
    return Group(*parts)
