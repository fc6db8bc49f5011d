"""The gallery of real rules: dated files with reference, question, expectation, and a picture of what came out."""

import re
import struct
import tomllib

import numpy as np
import pytest
import tiny_folder
from click.testing import CliRunner
from markets import ROOT

from analysis.compare import compare
from analysis.displacement import displacement
from analysis.drawing import drawn
from analysis.estimate import Estimate, estimate
from analysis.folder import open_run
from analysis.gallery.__main__ import main
from analysis.gallery.figures import draw_all
from analysis.gallery.outcomes import NOT_TOLD, RULES, Outcome, lines_aimed_at, outcome, write
from scenarios.checks import idle
from scenarios.loader import gallery, load, load_pair
from scenarios.runner import plan
from scenarios.schema import Scenario
from sim.model import CreditModel

EVIDENCE = (ROOT / "docs/evidence.md").read_text()
PAGE = (ROOT / "docs/gallery.md").read_text()
PICTURES = ROOT / "docs/gallery"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_a_dated_file_with_reference_question_expectation_and_picture(name):
    scenario = load(name)
    assert scenario.question.endswith("?")
    assert len(scenario.expected.split()) > 40
    own = [c for c in scenario.changes.values() if c not in load_pair(name)[0].changes.values()]
    assert own
    assert all(change.source for change in own)
    for row in re.findall(r"\b[RPE]\d+\b", " ".join([scenario.source, *(change.source for change in own)])):
        assert f"| {row} |" in EVIDENCE, f"{name} cites {row}, which is not in docs/evidence.md"
    assert (PICTURES / f"{name}.png").stat().st_size < 60_000


@pytest.mark.parametrize("name", gallery())
def test_no_change_of_the_gallery_is_idle(name):
    assert not list(idle(load(name)))


def test_rules_stand_in_the_order_of_time_and_are_played_for_more_than_a_year():
    months = [plan(name).reference for name in RULES]
    assert months == sorted(months)
    for name, before in zip(RULES, months, strict=True):
        start, end = (np.datetime64(m, "M") for m in (before, plan(name).size.start))
        assert plan(name).size.months - (start - end).astype(int) - 1 > 12, name


def test_a_world_that_a_rule_is_compared_with_differs_from_it_by_dated_changes_alone():
    for name in RULES:
        baseline, world = (w.market_arguments() | {"changes": ()} for w in load_pair(name))
        assert baseline == world, name


@pytest.mark.parametrize("name", RULES)
def test_before_its_month_a_rule_changes_nothing(name):
    worlds = plan(name, borrowers=60, seeds=1)
    before = np.datetime64(worlds.reference, "M") - np.datetime64(worlds.size.start, "M")
    months = int(before.astype(int)) + 1
    played = []
    for world in worlds.worlds:
        model = CreditModel(**world.market_arguments(), borrowers=60, seed=1, reference=worlds.reference)
        model.run(months)
        played.append((model.market.borrowers.tobytes(), model.market.lines.tobytes()))
    assert played[0] == played[1]


def test_the_page_shows_every_rule_with_its_expectation_word_for_word():
    for name in RULES:
        assert f"## {name}\n" in PAGE
        assert " ".join(load(name).expected.split()) in PAGE
        assert f"(gallery/{name}.png)" in PAGE
    assert (PICTURES / "all-rules.png").stat().st_size < 60_000
    assert set(tomllib.loads((PICTURES / "readings.toml").read_text())) == {"market", "borrowers", "seeds", *RULES}


# --- which lines a rule aims at ---


def test_a_rule_aims_at_the_lenders_it_names_or_on_which_alone_its_lever_can_act():
    lines = [(p, k) for p, terms in load("baseline").platforms.items() for k in terms.products]
    assert lines_aimed_at(*load_pair("bureau-reporting"), lines) == [("incumbent", "pay-later")]
    assert lines_aimed_at(*load_pair("cash-loan-notice"), lines) == [("p2p", "cash")]
    assert lines_aimed_at(*load_pair("p2p-runs"), lines) == [("p2p", "cash")]
    assert lines_aimed_at(*load_pair("cooling-off"), lines) == []


# --- page and pictures ---
def told(folder, name="limit-cut", excess=(3, 4)):
    """An outcome worked out from a tiny folder in which so many people more default in each of two seeds."""
    rows = [tiny_folder.default(seed, b) for seed, count in zip((1, 2), excess, strict=True) for b in range(count)]
    run = open_run(tiny_folder.build(folder, {tiny_folder.REFORM: rows}))
    value = estimate([1.0, 2.0])
    return Outcome(load(name), compare(run), value, value, value, displacement(run, [("incumbent", "pay-later")], 1))


def test_the_share_displaced_is_not_told_if_no_credit_was_removed(tmp_path):
    assert told(tmp_path / "run").displaced is NOT_TOLD


def test_the_picture_of_all_rules_counts_those_that_add_defaults(tmp_path):
    outcomes = [told(tmp_path / "more", excess=(30, 31)), told(tmp_path / "even", excess=(0, 0))]
    figure = drawn({"all": lambda: draw_all(outcomes)})["all"].figure
    assert figure.get_suptitle() == "Of 2 rules 1 add defaults, none lower them, 1 cannot be told from zero"


def test_page_and_pictures_are_written_and_are_the_same_every_time(tmp_path):
    texts, pictures = [], []
    for number in range(2):
        page = tmp_path / str(number) / "gallery.md"
        page.parent.mkdir()
        write([told(tmp_path / f"run-{number}")], page)
        texts.append(page.read_text())
        pictures.append((page.with_suffix("") / "limit-cut.png").read_bytes())
    assert texts[0] == texts[1]
    assert pictures[0] == pictures[1]
    assert struct.unpack(">II", pictures[0][16:24])[0] > 700  # pixels wide
    assert "People in default, per 1,000 borrowers: +1.50" in texts[0]
    assert "Reading:" not in texts[0]


def test_readings_of_other_numbers_are_marked(tmp_path):
    page = tmp_path / "gallery.md"
    (tmp_path / "gallery").mkdir()
    (tmp_path / "gallery/readings.toml").write_text('market = "old"\nlimit-cut = "It did little."\n')
    write([told(tmp_path / "run")], page)
    text = page.read_text()
    assert "Reading: It did little." in text
    assert "another version of the market" in text


def test_a_rule_is_played_and_measured(tmp_path):
    found = outcome("income-cap", tmp_path / "run", borrowers=300, seeds=2, threads=1)
    assert isinstance(found.scenario, Scenario)
    assert found.played == 26
    assert found.displacement.cut_lines
    assert "bank card" not in found.displacement.cut_lines
    assert isinstance(found.displaced, Estimate)
    assert found.debt.mean < 0  # credit that may not be given is not owed


def test_the_page_must_be_a_markdown_file():
    result = CliRunner().invoke(main, ["--out", "gallery.html"])
    assert result.exit_code == 2
    assert "gallery.md" in result.output
