"""Scenario files: found, extended, set, and the same for everybody who reads them."""

import dataclasses
import io
import json
import tomllib

import pytest
from click.testing import CliRunner
from rich.console import Console

from analysis.commands import main
from analysis.timetable import described
from scenarios.loader import GALLERY, MARKETS, fingerprint, gallery, load, load_pair
from scenarios.places import read
from scenarios.runner import plan
from scenarios.schema import Behaviour, ChangeTable, Platform, Product, Scenario, WhenTable, WhoTable
from sim.levers import LEVERS, NEEDS
from sim.parameters import BEHAVIOUR, PLATFORM, PRODUCT
from sim.policy import Change, When, Who


def test_every_scenario_of_the_gallery_asks_a_question_and_commits_an_expected_outcome():
    assert gallery()[0] == "baseline"
    for name in gallery():
        scenario = load(name)
        assert scenario.title
        assert scenario.question.endswith("?")
        assert len(scenario.expected.split()) > 20
        assert scenario.source


def test_every_parameter_lever_and_field_of_a_change_can_be_written_in_a_file():
    for section, group in ((Behaviour, BEHAVIOUR), (Platform, PLATFORM), (Product, PRODUCT)):
        assert set(section.model_fields) - {"products"} == set(group)
        for name, parameter in group.items():
            assert section.model_fields[name].default == parameter.default
    assert set(WhoTable.model_fields) == {field.name for field in dataclasses.fields(Who)}
    assert set(WhenTable.model_fields) == {field.name for field in dataclasses.fields(When)}
    assert set(ChangeTable.model_fields) == {field.name for field in dataclasses.fields(Change)} - {"name"}


def test_every_market_in_the_gallery_uses_only_terms_that_exist():
    for path in MARKETS.glob("*.toml"):
        for platform in tomllib.loads(path.read_text())["platforms"]:
            assert set(platform) - {"name", "products"} <= set(PLATFORM)
            for product in platform["products"]:
                assert set(product) - {"name"} <= set(PRODUCT)


def test_a_scenario_keeps_what_it_extends_and_adds_its_own():
    baseline, world = load_pair("limit-cut-deep")
    assert baseline.name == "baseline"
    assert set(world.changes) == {*baseline.changes, "cut", "cash-cut"}
    cut = world.changes["cut"]
    assert (cut.value, cut.product, cut.who.age_below) == (0.5, "pay-later", 30)


def test_a_file_is_found_by_path_and_extends_its_neighbour_before_the_gallery(tmp_path):
    (tmp_path / "ours.toml").write_text('title = "Ours"\nextends = "baseline"\nmonths = 50\n')
    mine = tmp_path / "mine.toml"
    mine.write_text('title = "Mine"\nextends = "ours"\n[parameters]\nimpulse = 0.5\n')
    scenario = load(mine)
    assert (scenario.name, scenario.months, scenario.parameters.impulse) == ("mine", 50, 0.5)
    assert load_pair(mine)[0].name == "baseline"


def test_a_scenario_changes_terms_of_its_market_without_repeating_it(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'title = "Mine"\nextends = "baseline"\n[platforms.p2p]\napproval = 0.5\n'
        "[platforms.p2p.products.cash]\nterm = 9\n"
    )
    ours, theirs = load(mine).platforms, load("baseline").platforms
    assert (ours["p2p"].approval, ours["p2p"].products["cash"].term) == (0.5, 9)
    assert ours["p2p"].products["cash"].monthly_rate == theirs["p2p"].products["cash"].monthly_rate
    assert list(ours) == list(theirs)


def test_a_market_of_ones_own_may_have_any_platforms(tmp_path):
    (tmp_path / "two.toml").write_text(
        'title = "Two"\n[[platforms]]\nname = "a"\n[[platforms.products]]\nname = "card"\nbuys = true\n'
        '[[platforms]]\nname = "b"\n[[platforms.products]]\nname = "cash"\nlends_cash = 1\n'
    )
    mine = tmp_path / "mine.toml"
    mine.write_text('title = "Mine"\nmarket = "two"\nstart = "2019-01"\nmonths = 12\n')
    arguments = load(mine).market_arguments()
    assert [platform["name"] for platform in arguments["platforms"]] == ["a", "b"]
    products = [(p["platform"], p["name"], p["buys"]) for p in arguments["products"]]
    assert products == [("a", "card", 1), ("b", "cash", 0)]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("parameters.job_loss_hazard=0.02", lambda s: s.parameters.job_loss_hazard == 0.02),
        ("changes.cut.value=0.5", lambda s: s.changes["cut"].value == 0.5),
        ("changes.cut.from=2021-01", lambda s: s.changes["cut"].start == "2021-01"),
        ("changes.cut.who.age_below=25", lambda s: s.changes["cut"].who.age_below == 25),
        ("months=60", lambda s: s.months == 60),
        ("platforms.p2p.approval=0.2", lambda s: s.platforms["p2p"].approval == 0.2),
        ("platforms.p2p.products.cash.term=9", lambda s: s.platforms["p2p"].products["cash"].term == 9),
    ],
)
def test_any_key_can_be_set_by_its_address(setting, value):
    assert value(load("limit-cut", [setting]))


def test_a_setting_reaches_both_worlds_unless_only_one_has_the_change():
    baseline, world = load_pair("limit-cut", settings=["parameters.impulse=0.4", "changes.cut.value=0.5"])
    assert baseline.parameters.impulse == world.parameters.impulse == 0.4
    assert "cut" not in baseline.changes


def test_the_policy_studied_begins_where_the_worlds_first_differ():
    assert plan("limit-cut").reference == "2020-11"
    assert plan("income-cap").reference == "2020-10"
    assert plan("limit-cut-deep", against="limit-cut").reference == "2020-11"
    assert plan("baseline").reference is None


def test_a_resolved_scenario_is_named_by_its_content():
    first, again = load("limit-cut"), load("limit-cut")
    assert fingerprint(first.resolved()) == fingerprint(again.resolved())
    other = load("limit-cut", ["changes.cut.value=0.31"])
    assert fingerprint(first.resolved()) != fingerprint(other.resolved())
    same = load("limit-cut", ["changes.cut.value=0.30"])
    assert fingerprint(first.resolved()) == fingerprint(same.resolved())


@pytest.mark.parametrize("name", gallery())
def test_a_resolved_scenario_is_read_again_as_the_same_world(name):
    resolved = load(name).resolved()
    written = json.loads(json.dumps(resolved))
    assert Scenario.again(written).resolved() == resolved


def test_words_do_not_change_what_a_run_is():
    assert plan("limit-cut").key() == plan("limit-cut", settings=["question=Why?"]).key()
    assert plan("limit-cut").key() != plan("limit-cut", seeds=11).key()


def test_the_changes_given_to_the_market_are_those_of_the_file():
    cut = next(c for c in load("limit-cut").market_arguments()["changes"] if c.name == "cut")
    assert cut == Change("cut", "limit_cut", 0.3, "2020-12", platform="incumbent", product="pay-later",
                         who=Who(age_below=30), source="R11")  # fmt: skip
    assert cut.lever in LEVERS


REACTION = """title = "Mine"
extends = "baseline"
[[changes]]
name = "guard"
lever = "approval_shift"
value = 0.1
from = "2018-01"
until = "2022-01"
platform = "p2p"
phase_in = 3
when = { indicator = "delinquency", above = 0.02 }
[[changes]]
name = "cap"
lever = "income_cap"
value = 0.5
from = "2020-11"
announced = "2020-06"
"""


def test_a_change_in_a_file_may_follow_an_indicator_or_be_announced(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(REACTION)
    changes = {change.name: change for change in load(mine).market_arguments()["changes"]}
    assert changes["guard"] == Change("guard", "approval_shift", 0.1, "2018-01", until="2022-01", platform="p2p",
                                      phase_in=3, when=When("delinquency", above=0.02))  # fmt: skip
    assert changes["cap"] == Change("cap", "income_cap", 0.5, "2020-11", announced="2020-06")


def test_a_policy_begins_when_it_is_announced(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(REACTION.replace('"2018-01"', '"2021-01"'))
    assert plan(mine).reference == "2020-05"


def test_reactions_to_different_marks_may_overlap(tmp_path):
    mine = tmp_path / "mine.toml"
    steps = "".join(
        f'[[changes]]\nname = "step {number}"\nlever = "capital_trigger"\nvalue = {mark}\nfrom = "2018-01"\n'
        f'when = {{ indicator = "delinquency", above = {mark} }}\n'
        for number, mark in enumerate((0.05, 0.08))
    )
    mine.write_text('title = "Mine"\nextends = "baseline"\n' + steps)
    assert len(load(mine).changes) == 4


@pytest.mark.parametrize("lever", LEVERS.values(), ids=lambda lever: lever.name)
def test_every_lever_can_be_written_in_a_file_and_is_put_into_words(tmp_path, lever):
    end = 'until = "2019-06"\n' if lever.name in ("campaign", "job_loss_multiple") else ""
    text = f'[[changes]]\nname = "it"\nlever = "{lever.name}"\nvalue = {lever.high}\nfrom = "2019-01"\n{end}'
    mine = tmp_path / "mine.toml"
    mine.write_text('title = "Mine"\nextends = "baseline"\n' + text)
    console = Console(width=300, record=True, file=io.StringIO())
    console.print(described(load(mine)))
    told = " ".join(console.export_text().split())
    assert " ".join(f"{lever.meaning} [{lever.unit}]".split()) in told


def test_an_announcement_and_a_reaction_are_put_into_words(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(REACTION)
    console = Console(width=300, record=True, file=io.StringIO())
    console.print(described(load(mine)))
    told = " ".join(console.export_text().split())
    assert "approval_shift 0.1 p2p everybody over 3 months if delinquency above 0.02" in told
    assert "income_cap 0.5 the whole market everybody announced 2020-06" in told
    assert "balance 30 or more days past due, all lenders, at the end of the month before [share of balance]" in told


def test_the_line_of_every_key_is_known():
    document = read(GALLERY / "limit-cut.toml")
    lines = (GALLERY / "limit-cut.toml").read_text().splitlines()
    for address, place in document.places.items():
        if address and address != ("changes",):
            key = "[[changes]]" if len(address) == 2 and address[0] == "changes" else address[-1]
            assert key in lines[place.line - 1]
    assert ("changes", "cut", "who", "age_below") in document.places


def test_everybody_installs_the_same_versions_and_no_address_is_recorded():
    lines = (GALLERY.parent / "constraints.txt").read_text().splitlines()
    assert not any("http" in line or "/" in line or line.startswith("#") for line in lines)
    assert [line for line in lines if line.startswith("mesa==")] == [
        "mesa==3.3.1 ; python_full_version < '3.12'",
        "mesa==3.5.1 ; python_full_version >= '3.12'",
    ]
    named = {line.split("==")[0] for line in lines}
    project = tomllib.loads((GALLERY.parent / "pyproject.toml").read_text())["project"]
    for wish in project["dependencies"] + project["optional-dependencies"]["dev"]:
        assert wish.split(">=")[0] in named


def test_worlds_that_differ_from_the_start_are_told_apart_by_how_the_first_month_left_people():
    assert plan("everything", borrowers=100, seeds=1).reference == "2017-01"
    assert plan("limit-cut", borrowers=100, seeds=1).reference == "2020-11"
    assert plan("baseline", borrowers=100, seeds=1).reference is None


IDLE = """
title = "Calls are capped"
extends = "baseline"
[[changes]]
name = "calls"
lever = "contact_cap"
value = 2
from = "2018-01"
"""


def test_a_lever_that_acts_on_what_the_market_does_not_have_is_named_with_what_to_switch_on(tmp_path):
    path = tmp_path / "calls.toml"
    path.write_text(IDLE)
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 0
    assert "note: calls: contact_cap changes nothing here while calls stay at their default" in result.output
    result = CliRunner().invoke(main, ["check", str(path), "--set", "platforms.p2p.calls=3"])
    assert "note" not in result.output


def test_what_a_lever_needs_is_a_parameter():
    assert set(NEEDS) <= set(LEVERS)
    assert all(name in {**BEHAVIOUR, **PLATFORM, **PRODUCT} for needs in NEEDS.values() for name in needs)
