"""The Sankey of displaced credit: ribbons and blocks that add up, and words that can be read."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import PathPatch, Rectangle
from tiny_folder import BASELINE, LINES, MONTHS, REFORM, build

from analysis.compare import compare
from analysis.displacement import Displacement, Row
from analysis.drawing import STYLE
from analysis.report.sankey import BLOCK, LEFT, RIGHT, draw_sankey, flows, sankey


def _displacement_of(lenders, **rows):
    """A displacement with rows of so many yuan per borrower, one borrower, two seeds."""
    made = [Row("lender", name, np.array([100, 100]) * int(by)) for name, by in lenders.items()]
    others = [Row(kind, "", np.array([100, 100]) * int(by)) for kind, by in rows.items()]
    net = sum(row.fen for row in (*made, *others))
    rows = (*others, Row("repaid cut", "", np.zeros(2, np.int64)))
    return Displacement(("a b",), net, rows, tuple(made), *np.zeros((2, 2), np.int64), 1)


amounts = st.integers(-1000, 1000)


@settings(max_examples=40, deadline=None)
@given(lenders=st.lists(amounts, max_size=6), rows=st.fixed_dictionaries(dict.fromkeys(
    ("income", "family", "purchases", "savings", "cash"), amounts)))  # fmt: skip
def test_both_sides_of_the_sankey_are_equally_wide(lenders, rows):
    found = _displacement_of({f"lender {i}": by for i, by in enumerate(lenders)}, **rows)
    left, right = flows(found)
    assert sum(flow.yuan for flow in left) == pytest.approx(sum(flow.yuan for flow in right))
    assert all(flow.yuan > 0 for flow in (*left, *right))
    with mpl.rc_context(fname=str(STYLE)):
        figure, _, _ = sankey(found, "reform against baseline", "over twelve months")
        _no_labels_overlap(figure)
    into, out_of = (_widths(figure, side) for side in (LEFT + BLOCK, RIGHT))
    assert sum(out_of) == pytest.approx(sum(flow.yuan for flow in right), abs=1e-6)
    if len(left) > 1:
        assert sum(into) == pytest.approx(sum(out_of), abs=1e-6)
    blocks = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    for place in (LEFT, RIGHT):
        column = sum(block.get_height() for block in blocks if block.get_x() == place)
        assert column == pytest.approx(sum(flow.yuan for flow in left), abs=1e-6)


def _widths(figure, place):
    """How wide the ribbons are where they touch a column of blocks; each is as wide at its other end."""
    found = []
    for patch in figure.axes[0].patches:
        if isinstance(patch, PathPatch):
            points = patch.get_path().vertices
            start, end = points[0, 1] - points[7, 1], points[3, 1] - points[4, 1]
            assert start == pytest.approx(end)
            if place in (points[0, 0], points[3, 0]):
                found.append(start)
    return found


def _no_labels_overlap(figure):
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for i, one in enumerate(boxes):
        assert one.x0 >= 0
        assert one.x1 <= figure.bbox.x1
        assert not any(one.overlaps(other) for other in boxes[:i])


def test_only_flows_too_thin_to_be_seen_are_drawn_as_one_and_the_caption_says_so():
    thin = _displacement_of({"a": 5, "b": 4, "c": 300}, purchases=800)
    figure, alt, caption = sankey(thin, "r against b", "over twelve months")
    words = [text.get_text().split("\n")[0] for text in figure.axes[0].texts]
    assert words == ["net credit removed", "c", "spending given up", "2 smaller"]
    assert "under 1 %" in caption
    assert "a 5.0 yuan" in alt
    seen = _displacement_of({"a": 30, "b": 40, "c": 300}, purchases=800)
    figure, _, caption = sankey(seen, "r against b", "over twelve months")
    assert [text.get_text().split("\n")[0] for text in figure.axes[0].texts][1:4] == ["a", "b", "c"]
    assert "drawn as one" not in caption


def test_what_takes_more_away_stands_on_the_left():
    found = _displacement_of({"a": 40, "b": -10}, purchases=120, cash=-50)
    left, right = flows(found)
    assert [(flow.name, flow.yuan) for flow in left] == [
        ("net credit removed", 100.0), ("less at b, net", 10.0), ("cash built up", 50.0)]  # fmt: skip
    assert [(flow.name, flow.yuan) for flow in right] == [("a", 40.0), ("spending given up", 120.0)]
    assert [round(flow.share, 2) for flow in (*left, *right)] == [1.0, -0.1, -0.5, 0.4, 1.2]


def test_where_nothing_was_removed_the_figure_says_so():
    nothing = _displacement_of({}, purchases=0)
    figure, alt, _ = sankey(nothing, "r against b", "to 2021-12")
    assert "no net credit was removed" in figure.get_suptitle()
    assert "From: nothing. To: nothing." in alt
    more = _displacement_of({}, purchases=-100)
    assert [flow.name for flow in flows(more)[1]] == ["net credit added"]


def test_the_figure_takes_the_first_year_if_the_run_is_longer(tmp_path):
    changes = {LINES[0]: -500, LINES[1]: 300}
    lent = [(world, seed, MONTHS[2], line, "purchases on credit", "platforms", "merchants", 1000 + change)
            for line, by in changes.items() for seed in (1, 2)
            for world, change in ((BASELINE, 0), (REFORM, by))]  # fmt: skip
    compared = compare(build(tmp_path, {}, flows=lent))
    assert "to 2021-01" in draw_sankey(compared)[0].get_suptitle().replace("\n", " ")
    longer = replace(compared, horizons={12: compared.displacement})
    assert "over twelve months" in draw_sankey(longer)[0].get_suptitle().replace("\n", " ")
