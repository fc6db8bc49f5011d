"""The house keeps its own rules: tests that read the source."""

import ast
import re
import subprocess
from collections import Counter

import pytest
from markets import ROOT

from sim import ledger, record, records, tally
from sim.chance import DECISIONS
from sim.parameters import BEHAVIOUR, PLATFORM, PRODUCT
from sim.policy import LEVERS
from sim.rules import pay

PACKAGES = ("sim", "scenarios", "analysis")
SOURCES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text())
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
SIM = {name: tree for name, tree in SOURCES.items() if name.startswith("sim/")}
#: What parties do and the nouns they do it with: where a parameter has to matter.
DESCRIBED = ("sim/parameters.py", "sim/levers.py", "sim/policy.py", "sim/records.py")
PLAY = {name: tree for name, tree in SIM.items() if name not in DESCRIBED}
#: What changes and levers do by themselves: a parameter that they read from the rules matters too.
POLICY = {name: SIM[name] for name in ("sim/levers.py", "sim/policy.py")}
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def imports(tree):
    """The modules that a file imports, in full, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "import by the full name"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(module, package):
    return module == package or module.startswith(package + ".")


def names_read(trees):
    """Every attribute and name that is read, and every text constant, with how often."""
    found = Counter()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found[node.attr] += 1
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found[node.id] += 1
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[node.value] += 1
    return found


# --- who may know whom ---
def test_only_chance_touches_randomness():
    random = ("random", "secrets", "uuid", "numpy.random", "scipy.stats")
    for name, tree in SIM.items():
        for module in imports(tree):
            assert not any(inside(module, one) for one in random), f"{name} imports {module}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("random", "rng", "default_rng", "shuffle_do"):
                pytest.fail(f"{name}:{node.lineno} reaches for {node.attr}")


def test_the_generator_itself_stays_in_chance():
    for name, tree in SIM.items():
        if name != "sim/chance.py":
            assert not {"mix", "_key"} & set(names_read([tree])), name


def test_imports_run_one_way():
    forbidden = {"sim": ("scenarios", "analysis", "tests"), "scenarios": ("analysis", "tests"), "analysis": ("tests",)}
    for name, tree in SOURCES.items():
        for module in imports(tree):
            assert not any(inside(module, one) for one in forbidden[name.split("/")[0]]), f"{name} imports {module}"


def test_a_rule_imports_no_other_rule():
    for name, tree in SIM.items():
        if name.startswith("sim/rules/"):
            assert not any(inside(module, "sim.rules") for module in imports(tree)), name


def test_networkx_is_used_by_networks_alone_and_mesa_by_its_shell():
    allowed = {"networkx": {"sim/networks.py"}, "mesa": {"sim/model.py", "sim/agents.py", "sim/population.py"}}
    for name, tree in SIM.items():
        for library, files in allowed.items():
            if name not in files:
                assert not any(inside(module, library) for module in imports(tree)), f"{name} imports {library}"


# --- sizes and names ---
def test_no_file_is_long():
    long = {name: lines for name in SOURCES if (lines := len((ROOT / name).read_text().splitlines())) > LONGEST_FILE}
    assert not long


def test_no_function_is_long():
    long = {
        f"{name}:{node.lineno} {node.name}": length
        for name, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := node.end_lineno - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert not long


def test_nothing_is_named_after_nothing():
    empty = re.compile(r"(^|_)(utils?|helpers?|core|base|common|managers?|misc)(_|$)", re.IGNORECASE)
    for name, tree in SOURCES.items():
        parts = [part.removesuffix(".py") for part in name.split("/")]
        parts += [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        assert not [part for part in parts if empty.search(part)], name


def test_every_file_and_every_public_function_and_class_says_what_it_is():
    silent = []
    for name, tree in SOURCES.items():
        if tree.body and not ast.get_docstring(tree):
            silent.append(name)
        for node in tree.body:
            public = isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{name}:{node.lineno} {node.name}")
    assert not silent


# --- parameters, fields, decisions, levers ---
PARAMETERS = [*BEHAVIOUR.values(), *PLATFORM.values(), *PRODUCT.values()]
TABLES = ("BORROWER", "LINE", "MERCHANT", "PLAN", "PLATFORM_STATE", "PRODUCT_STATE", "RULES", "RESULT", "AIM", "EVENT",
          "PAGE", "USE")  # fmt: skip


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)
def test_every_parameter_has_unit_meaning_range_and_source(parameter):
    assert parameter.unit
    assert parameter.meaning
    assert parameter.source
    assert parameter.low <= parameter.default <= parameter.high
    assert parameter.low < parameter.high


def test_no_parameter_has_the_name_of_another():
    names = [parameter.name for parameter in PARAMETERS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("table", TABLES)
def test_every_field_of_a_record_has_unit_and_meaning(table):
    fields = getattr(records, table)
    assert all(field.unit and field.meaning for field in fields)
    assert len({field.name for field in fields}) == len(fields)


def test_every_column_of_a_result_has_unit_and_meaning():
    for name, columns in record.TABLES.items():
        assert all(column.unit and column.meaning for column in columns), name
        assert len({column.name for column in columns}) == len(columns), name


def test_the_rows_of_the_tally_are_those_that_are_named():
    assert ledger.FLOWS[ledger.CHARGE_OFFS][0] == "charge-offs"
    assert ledger.FLOWS[ledger.OPERATING_COST][0] == "operating cost"
    assert record.BOOK[tally.CHARGE_OFF_LINES].name == "charge_offs"
    assert record.BOOK[tally.CLAIMS].name == "claims_fen"
    assert record.ECONOMY[tally.MISSED_FOR_WANT].name == "missed_for_want"
    assert record.SEGMENT[tally.SEGMENT_DEFAULTS].name == "defaults"
    assert record.CAUSES[pay.FORGOT] == "forgot"
    assert record.CAUSES[pay.LOCKED_OUT] == "locked out"


def read_from_rules(tree):
    """The parameters that a file reads as ``rules.name``; names in a table of levers do not count."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and ast.unparse(node.value) == "rules":
            yield node.attr


def test_every_parameter_matters_somewhere_in_the_market():
    read = names_read(PLAY.values()) + Counter(name for tree in POLICY.values() for name in read_from_rules(tree))
    assert not [parameter.name for parameter in PARAMETERS if not read[parameter.name]]


def test_every_field_of_a_record_is_read_somewhere():
    read = names_read(SOURCES.values())
    unread = [field.name for table in TABLES for field in getattr(records, table) if not read[field.name]]
    assert not unread


def decisions_of(tree):
    """The names in which a file asks for a number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "uniform":
            decision = node.args[1]
            yield decision.attr if isinstance(decision, ast.Attribute) else decision.id


def test_each_decision_is_left_to_chance_in_one_file():
    places = {name: set() for name in DECISIONS}
    for name, tree in SIM.items():
        if name != "sim/chance.py":
            for decision in decisions_of(tree):
                places[decision].add(name)
    assert not {decision: files for decision, files in places.items() if len(files) != 1}


def test_every_lever_moves_something():
    records_of = {
        "rules": records.RULES_DTYPE,
        "products": records.PRODUCT_DTYPE,
        "contracts": records.PRODUCT_DTYPE,
        "platforms": records.PLATFORM_DTYPE,
    }
    for lever in LEVERS.values():
        assert lever.once or lever.effects, lever.name
        assert lever.once or set(lever.fields) <= set(records_of[lever.moves].names), lever.name


def test_every_lever_has_unit_meaning_range_and_source():
    for lever in LEVERS.values():
        assert all((lever.unit, lever.meaning, lever.source)), lever.name
        assert lever.low < lever.high
        assert set(lever.aims_at) <= {"platform", "product", "who"}


# --- what must never be in the product ---
def tracked():
    """The text files of the product, as far as they are under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    for name in filter(None, listed.stdout.split("\0")):
        try:
            yield name, (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def test_no_tracked_file_knows_a_machine_or_a_registry():
    homes = r"/(?:home|Users|root|work|workspace|mnt)/\w"
    addresses = r"(?:index-url|index_url|extra-index|trusted-host|find-links)"
    indexes = r"https?://(?:(?:[\w-]+\.)*(?:pypi|artifactory|nexus)\b|localhost|\d+\.\d+\.\d+\.\d+)"
    for name, text in tracked():
        if name == "tests/test_house.py":
            continue
        for pattern in (homes, addresses, indexes):
            found = re.search(pattern, text)
            assert not found, f"{name}: {found.group()}"
