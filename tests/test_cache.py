"""A compiled rule is never older than the source it stands for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from markets import ROOT

#: A rule of one file, whose result follows from a constant in another.
PROGRAM = """
from scenes import PAY_LATER, Scene
from sim.compiled import cache_folder, market_hash
from sim.rules.approve import approve

scene = Scene(PAY_LATER, lines=[{"state": 0}], wage=765432)
assert scene.play(approve)
print(market_hash(), cache_folder().name, scene.lines[0].limit)
"""


@pytest.fixture
def play(tmp_path):
    """Play a rule of a copy of ``sim`` whose source may be changed, with one place for all caches."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))

    def play(**variables):
        paths = os.pathsep.join([str(tmp_path), str(Path(__file__).parent)])
        environment = os.environ | {"PYTHONPATH": paths, "XDG_CACHE_HOME": str(tmp_path / "caches")}
        environment.pop("NUMBA_CACHE_DIR", None)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=tmp_path,  # where "sim" is the copy
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return play


def compiled(folder):
    """The compiled rules in a folder, with the time of each."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.nb[ic]")}


def test_a_changed_constant_in_another_file_changes_cache_and_result(play, tmp_path):
    first = play()
    kept = compiled(tmp_path / "caches")
    assert kept
    source = tmp_path / "sim" / "limit.py"
    before, after = "HUNDRED_YUAN = 10_000", "HUNDRED_YUAN = 10_001"
    text = source.read_text()
    assert before in text
    source.write_text(text.replace(before, after))
    second = play()
    assert [one == other for one, other in zip(first, second, strict=True)] == [False, False, False], (first, second)
    assert kept.items() < compiled(tmp_path / "caches").items()
    source.write_text(text)
    assert play() == first


def test_a_second_process_compiles_nothing_and_the_users_own_cache_folder_is_keyed_too(play, tmp_path):
    own = {"NUMBA_CACHE_DIR": str(tmp_path / "own")}
    _, folder, _ = play(**own)
    kept = compiled(tmp_path / "own")
    assert kept
    assert all(path.is_relative_to(tmp_path / "own" / folder) for path in kept)
    play(**own)
    assert compiled(tmp_path / "own") == kept
    assert not (tmp_path / "caches").exists()
