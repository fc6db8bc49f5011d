"""The coverage page: every mechanism of the market has a live switch, a rule and a test."""

import json

import pytest
from click.testing import CliRunner
from markets import ROOT

from analysis import coverage, reference
from analysis.commands import main
from scenarios.messages import BadInput

GOOD = {"id": "M01", "what": "Late fee", "switch": ["late_fee"], "rules": ["rules/collect.py"]}
MARK = "@pytest.mark.mechanism"
TEST = f'{MARK}("M01")\ndef test_it_shows(): ...\n'


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Check a table of one row, with its tests, against a market of two files in which only ``late_fee`` is live."""

    def check(tests=TEST, **changes):
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "test_lines.py").write_text(tests)
        (tmp_path / "rules").mkdir()
        (tmp_path / "model.py").write_text("from sim.policy import Timetable\nfrom sim.rules.collect import age\n")
        (tmp_path / "rules" / "collect.py").write_text(
            '"""Reads penalty_rate only in words."""\n'
            "def age(borrower, product, rules): return product.late_fee * borrower.impulse\n"
        )
        (tmp_path / "rules" / "bill.py").write_text("def bill(product): return product.bill_cycle\n")
        (tmp_path / "policy.py").write_text('LEVERS = ("rate_cap", "limit_cut")\nin_force("rate_cap")\n')
        row = GOOD | changes
        fields = ", ".join(f"{key} = {json.dumps(value)}" for key, value in row.items())
        (tmp_path / "table.toml").write_text(f'[[section]]\nid = "A"\ntitle = "Terms"\nrows = [{{ {fields} }}]\n')
        for name, value in {"TABLE": tmp_path / "table.toml", "SIM": tmp_path, "TESTS": tmp_path / "tests",
                            "IDS": ("M01",)}.items():  # fmt: skip
            monkeypatch.setattr(coverage, name, value)
        return coverage.coverage()

    return check


def test_a_row_with_a_live_parameter_a_rule_and_a_test_is_covered(check):
    found = check()
    assert not found.findings
    assert found.rows[0].tests == ("test_lines.py::test_it_shows",)
    assert found.verdict.startswith("1 of 1 rows")
    line = "| M01 | Late fee | `late_fee` | `rules/collect.py` | `test_lines.py::test_it_shows` |"
    assert line in coverage.page(found).splitlines()


def test_a_lever_that_is_applied_is_live_and_is_called_a_lever(check):
    found = check(switch=["rate_cap"])
    assert not found.findings
    assert "`rate_cap` (lever)" in coverage.page(found)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"switch": ["late_fees"]}, "late_fees is neither a parameter nor a lever"),
        ({"switch": ["penalty_rate"]}, "nothing reads penalty_rate"),
        ({"switch": ["impulse"]}, "nothing reads impulse"),  # a trait of the same name is no parameter
        ({"switch": ["late_fee", "bill_cycle"]}, "bill_cycle is read by rules/bill.py, not by its rule file"),
        ({"switch": ["limit_cut"]}, "the lever limit_cut is not applied"),
        ({"rules": ["rules/collect.py", "rules/watch.py"]}, "the rule file rules/watch.py does not exist"),
        ({"switch": ["bill_cycle"], "rules": ["rules/bill.py"]}, "the market does not play rules/bill.py"),
        ({"switch": []}, "has no parameter or lever"),
        ({"rules": []}, "has no rule file"),
        ({"tests": ""}, "has no test"),
        ({"tests": TEST.replace("M01", "M02")}, "has no test"),
    ],
)
def test_what_a_row_lacks_is_named_with_its_id(changes, reason, check):
    found = check(**changes)
    assert reason in {str(each) for each in found.findings if each.place == "M01"}.pop()
    assert found.verdict.startswith("0 of 1 rows")


@pytest.mark.parametrize(
    ("more", "finding"),
    [
        (f'{MARK}("M999")\ndef test_else(): ...\n', "test_lines.py::test_else: there is no row M999"),
        (f'{MARK}("M01")\ndef scene(): ...\n', "test_lines.py::scene: is marked with a mechanism but is not a test"),
        (f"{MARK}(ROW)\ndef test_else(): ...\n", "test_lines.py::test_else: write out the ids of its mechanisms"),
        (
            f'@pytest.mark.skip\n{MARK}("M01")\ndef test_later(): ...\n',
            "test_lines.py::test_later: is marked with a mechanism but is skipped or may fail",
        ),
    ],
)
def test_a_mark_that_cannot_count_is_found(more, finding, check):
    assert [str(each) for each in check(TEST + more).findings] == [finding]


def test_one_test_may_show_several_rows_and_one_case_of_a_test_may_show_one(check):
    tests = f'{MARK}("M01", "M02")\n@pytest.mark.parametrize("x", [pytest.param(1, marks={MARK[1:]}("M03"))])\n'
    check(tests + "def test_them(x): ...\n")
    marked, wrong = coverage.marks(coverage.TESTS)
    assert marked == {id: ["test_lines.py::test_them"] for id in ("M01", "M02", "M03")}
    assert not wrong


def test_a_row_that_is_not_in_the_table_is_missing(check, monkeypatch):
    check()
    monkeypatch.setattr(coverage, "IDS", ("M01", "M02"))
    assert [str(each) for each in coverage.coverage().findings] == ["M02: has no row in the table"]


def test_without_the_tests_the_command_says_where_they_are(check, monkeypatch, tmp_path):
    check()
    monkeypatch.setattr(coverage, "TESTS", tmp_path / "nowhere")
    with pytest.raises(BadInput, match=r"nowhere: there is no such folder; .* checkout"):
        coverage.coverage()


@pytest.mark.parametrize("width", ["80", "120", "200"])
def test_the_command_prints_every_row_whole_and_succeeds(width, check):
    check()
    shown = CliRunner().invoke(main, ["coverage"], env={"COLUMNS": width})
    assert (shown.exit_code, shown.stderr) == (0, "")
    for words in ("A. Terms", "M01", "Late fee", "late_fee", "rules/collect.py", "test_lines.py::test_it_shows"):
        assert words in shown.stdout
    assert all(len(line) <= int(width) for line in shown.stdout.splitlines())


def test_the_command_fails_and_says_what_is_missing(check):
    check(tests="")
    shown = CliRunner().invoke(main, ["coverage"])
    assert (shown.exit_code, shown.stderr) == (1, "M01: has no test\n")
    assert "missing" in shown.stdout
    assert shown.stdout.endswith("0 of 1 rows have a live switch, a rule and a test.\n")


def test_the_command_writes_the_page(check, tmp_path):
    found = check()
    written = CliRunner().invoke(main, ["coverage", "--write", str(tmp_path / "page.md")])
    assert written.exit_code == 0
    assert (tmp_path / "page.md").read_text() == coverage.page(found)


def test_the_command_explains_itself_with_an_example():
    shown = CliRunner().invoke(main, ["coverage", "--help"]).stdout
    assert "rollover coverage" in shown.partition("Example:")[2]


# --- the market itself ---
@pytest.fixture(scope="module")
def market():
    return coverage.coverage()


def test_the_table_has_the_108_rows_in_order(market):
    assert [row.id for row in market.rows] == list(coverage.IDS)
    assert len(coverage.IDS) == 108
    assert all(row.what and "|" not in row.what for row in market.rows)


def test_every_row_has_a_live_switch_a_rule_and_a_test(market):
    assert not list(map(str, market.findings))


def test_the_page_is_what_the_command_writes(market):
    assert (ROOT / "docs" / "coverage.md").read_text() == coverage.page(market), "rollover coverage --write it again"


def test_the_reference_page_is_written_from_the_tables():
    assert (ROOT / "docs" / "reference.md").read_text() == reference.page(), (
        "python -m analysis.reference docs/reference.md"
    )
