"""The report: one page that opens offline, in careful words, and the same in short on the screen."""

import io
import re

import pytest
from rich.console import Console
from tiny_folder import BASELINE, LINES, REFORM, build, default

from analysis.compare import compare
from analysis.report import sentences
from analysis.report.page import write
from analysis.report.screen import screen
from analysis.validation import calm
from analysis.validation.row import ABSENT, Row


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = build(
        tmp_path_factory.mktemp("run"),
        {BASELINE: [default(1, 4)], REFORM: [default(s, b, line=LINES[1]) for s in (1, 2) for b in (1, 2, 3)]},
        scenario={"title": "Cut <b>& run</b>", "question": "Who <script>alert(1)</script>?"},
    )
    return write(folder)


def test_the_report_is_one_file_that_asks_nobody_for_anything(page):
    text = page.read_text()
    assert "http://" not in text
    assert "https://" not in text
    assert "<script" not in text
    assert "<link" not in text
    assert all(source.startswith("data:") for source in re.findall(r'src="([^"]*)', text))
    assert "default-src 'none'" in text


def test_markup_in_a_scenario_is_shown_and_not_obeyed(page):
    text = page.read_text()
    assert "Cut &lt;b&gt;&amp; run&lt;/b&gt;" in text
    assert "&lt;script&gt;" in text


def test_every_figure_says_in_words_what_it_shows(page):
    images = re.findall(r"<img[^>]*>", page.read_text())
    assert len(images) >= 8
    for image in images:
        assert 'role="img"' in image
        assert len(re.search(r'alt="([^"]*)"', image).group(1)) > 40


def test_every_figure_is_saved_as_png_and_svg(page):
    names = {path.name for path in (page.parent / "figures").iterdir()}
    for figure in ("answer", "segments", "causes", "displacement", "events", "past-due", "rolls", "calibration"):
        assert {f"{figure}.png", f"{figure}.svg"} <= names


def test_writing_the_report_twice_gives_the_same_bytes(page):
    before = {path: path.read_bytes() for path in (page, *(page.parent / "figures").iterdir())}
    write(page.parent)
    assert all(path.read_bytes() == content for path, content in before.items())


def _headline(folder, baseline, reform):
    return sentences.headline(compare(build(folder, {BASELINE: baseline, REFORM: reform})))


def test_the_headline_says_more_when_more_default(tmp_path):
    both = [default(s, b) for s in (1, 2) for b in (1, 2, 3)]
    assert "30.00 more people per 1,000 default" in _headline(tmp_path, [], both)


def test_the_headline_says_fewer_when_fewer_default(tmp_path):
    both = [default(s, b) for s in (1, 2) for b in (1, 2, 3)]
    assert "30.00 fewer people per 1,000 default" in _headline(tmp_path, both, [])


def test_the_headline_claims_nothing_when_the_interval_includes_zero(tmp_path):
    said = _headline(tmp_path, [], [default(1, 1)])
    assert "cannot tell" in said
    assert "more people" not in said


def test_the_headline_of_one_seed_admits_that_luck_is_unknown(tmp_path):
    said = sentences.headline(compare(build(tmp_path, {REFORM: [default(1, 1)]}, seeds=(1,))))
    assert "one seed" in said
    assert "interval" not in said


def test_a_folder_with_one_world_gives_calibration_and_levels(tmp_path):
    folder = build(tmp_path, {BASELINE: [default(1, 1)]}, worlds=(BASELINE,))
    text = write(folder).read_text()
    assert "How far to believe it" in text
    assert 'id="answer"' not in text
    assert "no second world" in _printed(screen(folder))


def test_the_screen_gives_the_headline_lenders_groups_displacement_and_calibration(page):
    text = _printed(screen(page.parent))
    for words in ("per 1,000", "p2p", "4+", "lowest fifth", "net credit removed", "published figures"):
        assert words in text


def _printed(renderable):
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(renderable)
    return " ".join(console.export_text().split())


def test_a_target_whose_month_was_not_played_is_said_to_be_absent(page):
    rows = {(row.group, row.name): row for row in calm.table(page.parent)}
    assert rows["30+ days late at the incumbent, share of balance", "end of 2017"].mark == ABSENT


@pytest.mark.parametrize(
    ("value", "mark"),
    [(1.0, "fits"), (2.0, "fits"), (2.4, "near"), (0.6, "near"), (2.6, "misses"), (None, "not simulated")],
)
def test_a_target_fits_inside_its_window_and_is_near_within_half_its_width(value, mark):
    assert Row("g", "n", value, None, 1.5, 1.0, 2.0, "share", "s").mark == mark


def test_what_does_not_fit_is_said_in_words():
    row = Row("Balances", "card", 0.5, None, 0.41, 0.38, 0.44, "share", "s")
    assert calm.misses([row]) == ["Balances: too high: card 0.50, published 0.41."]
