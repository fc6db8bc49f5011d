"""The drawn neighbourhood of one default that spread."""

import json
import sys

import pytest
from tiny_folder import BASELINE, LINES, REFORM, build, default

from analysis.compare import compare
from analysis.report import page
from analysis.report.neighbourhood import KEPT, choose, neighbourhood


def _case(borrower, policy_cut, lenders_before):
    return {"borrower": borrower, "policy_cut": policy_cut, "lenders_before": lenders_before}


def _person(borrower, months_past_due, in_default=False):
    line = {
        "platform": "p2p",
        "product": "cash",
        "limit_fen": 9000,
        "owed_fen": 8000,
        "charged_off": False,
        "limit_cut": True,
    }
    return {
        "borrower": borrower,
        "cash_fen": 100,
        "jobless": 2,
        "in_default": in_default,
        "lines": [line | {"months_past_due": months_past_due}],
    }


def _world(behind):
    last = _person(3, behind, behind >= 4)
    friends, colleagues = [_person(5, 4, True), _person(6, 0)], [_person(8, 5, True)]
    return {
        "path": [_person(3, 0), last],
        "friends": friends,
        "colleagues": colleagues,
        "colleagues_late": 1,
        "colleagues_in_all": 9,
        "employer": 1,
    }


@pytest.fixture
def folder(tmp_path):
    path = build(tmp_path / "run", {REFORM: [default(1, 3, line=LINES[1], cause="limit cut", policy_cut=True)]})
    case = {"seed": 1, "borrower": 3, "month": "2021-01", "platform": "p2p", "product": "cash", "cause": "limit cut"}
    seen = {
        "case": case | {"policy_cut": True, "lenders_before": 2},
        "first_month": "2020-12",
        "worlds": {BASELINE: _world(0), REFORM: _world(4)},
    }
    (path / KEPT).write_text(json.dumps(seen))
    return path


def test_the_case_drawn_is_a_person_who_was_cut_and_had_several_lenders():
    cases = [_case(1, False, 4), _case(2, True, 1), _case(3, True, 3), _case(4, True, 3)]
    assert choose(cases)["borrower"] == 3
    assert choose([]) is None


def test_the_drawing_says_what_is_owed_to_whom_in_both_worlds(folder):
    _, alt, caption = neighbourhood(compare(folder), replay=False)
    assert "baseline: p2p cash 80 yuan, on time" in alt
    assert "limit-cut: p2p cash 80 yuan, 4 behind" in alt
    assert "not as typical" in caption


def test_what_was_seen_once_is_drawn_again_without_loading_the_market(folder):
    loaded = "sim.model" in sys.modules
    assert 'alt="Network around borrower 3' in page.write(folder, replay=False).read_text()
    assert ("sim.model" in sys.modules) == loaded


def test_nothing_is_drawn_when_no_default_spread(tmp_path):
    nobody = compare(build(tmp_path, {REFORM: [default(1, 3)]}))
    assert neighbourhood(nobody, replay=True) is None
