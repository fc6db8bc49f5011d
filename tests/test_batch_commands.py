"""The commands for batches, as a user gives them; and that effects of a batch are those of single runs."""

import json
import shutil

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

from analysis.commands import main
from analysis.compare import compare
from analysis.sensitivity.effects import effects, points_of
from scenarios.batch import batch as batches
from scenarios.batch.archive import Archive
from scenarios.batch.design import Design, read_design
from scenarios.messages import BadInput
from scenarios.runner import run

DESIGN = """
title     = "Depth of the cash cut"
policies  = ["limit-cut-deep"]
seeds     = 3
borrowers = 1500
months    = 56

[[sweep]]
path   = "changes.cash-cut.value"
values = [0.2, 0.5, 0.9]
method = "grid"
"""


def said(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """A batch that was played, and its design file."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "depth.toml").write_text(DESIGN)
    code, words = said("batch", folder / "depth.toml", "--out", folder / "out", "--workers", "2")
    assert code == 0, words
    assert "18 places in the design" in words
    assert "12 runs, about" in words
    assert "12 of 12 runs done, 0 failed, 0 left" in words
    return folder


def test_the_plan_is_said_and_nothing_is_played_on_a_dry_run(batch, tmp_path):
    code, words = said("batch", batch / "depth.toml", "--out", tmp_path / "none", "--workers", "3", "--dry-run")
    assert code == 0
    assert "12 runs, about" in words
    assert "on 3 workers" in words
    assert not (tmp_path / "none").exists()


def test_the_same_command_again_and_the_status_say_that_all_is_done(batch):
    code, words = said("batch", batch / "depth.toml", "--out", batch / "out", "--workers", "2")
    assert code == 0
    assert "12 done before" in words
    assert said("status", batch / "out") == (0, "12 of 12 runs done, 0 failed, 0 left\n")


def test_what_failed_before_is_told_again_until_it_is_retried(batch, tmp_path):
    shutil.copytree(batch / "out", tmp_path / "out")
    run = next((tmp_path / "out" / "runs").iterdir())
    shutil.rmtree(run)
    Archive(tmp_path / "out").fail(run.name, "Traceback ...\nValueError: wild")
    again = ("batch", batch / "depth.toml", "--out", tmp_path / "out", "--workers", "1")
    code, words = said(*again)
    assert code == 1
    assert "1 failed, 0 left" in words
    assert "--retry plays them again" in words
    code, words = said(*again, "--retry")
    assert code == 0
    assert "12 of 12 runs done, 0 failed, 0 left" in words


def test_effects_are_those_of_single_runs_of_the_same_scenarios(batch, tmp_path):
    found = effects(Archive(batch / "out"))
    assert found["point"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert found["seed"].tolist() == [1, 2, 3] * 3
    deep = run("limit-cut-deep", borrowers=1500, months=56, seeds=3, settings=["changes.cash-cut.value=0.9"],
               out=tmp_path / "deep").folder  # fmt: skip
    single = compare(deep)
    mine = found["point"] == 2
    assert found["excess"][mine].tolist() == pytest.approx((1000 * single.people.excess / 1500).tolist())
    assert np.allclose(found["direct"] + found["indirect"], found["excess"])
    debt = single.run.ask("""SELECT seed, sum(CASE WHEN world = $reform THEN balance_fen ELSE -balance_fen END)
        / 150000.0 AS value FROM monthly WHERE month = (SELECT max(month) FROM monthly) GROUP BY seed ORDER BY seed""")
    assert found["debt"][mine].tolist() == pytest.approx(debt["value"].tolist())


def test_points_and_design_come_back_from_the_folder_as_they_were(batch):
    archive = Archive(batch / "out")
    assert points_of(archive)["changes.cash-cut.value"].tolist() == [0.2, 0.5, 0.9]
    assert Design.again(archive.manifest["design"]) == read_design(batch / "depth.toml")


def test_sensitivity_writes_figures_and_a_table_that_says_its_units(batch):
    code, words = said("sensitivity", batch / "out")
    assert code == 0, words
    folder = batch / "out" / "sensitivity"
    assert {path.suffix for path in (folder / "figures").iterdir()} == {".png", ".svg"}
    assert len(duckdb.sql(f"FROM '{folder}/effects.parquet'").df()) == 9
    kept = dict(duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{folder}/effects.parquet')").fetchall())
    assert b"people per 1,000 borrowers" in kept[b"excess"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("status", "nowhere"), "no batch here"),
        (("sensitivity", "nowhere"), "no batch here"),
        (("batch", "no-such-design", "--out", "x"), "no-such-design"),
    ],
)
def test_bad_input_is_one_clear_message(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, output = said(*words)
    assert code == 1
    assert message in output
    assert "Traceback" not in output


def test_seeds_are_played_only_until_the_interval_is_narrow_enough(tmp_path):
    """A wide goal is reached with the least number of seeds, at every point; a narrow one takes them all."""
    (tmp_path / "d.toml").write_text(
        DESIGN.replace("seeds     = 3", "seeds     = 40").replace("1500", "400").replace("0.2, 0.5, 0.9", "0.85, 0.9")
    )
    early = ("30 left\n", "people per 1,000 borrowers to each side: enough seeds", "\nnarrow enough: 2 of 2 effects\n")
    late = (" 0 left\n", "all 40 seeds of the design are played", "\nnot narrow enough: 2 of 2 effects\n",
            "  point 1 (cash-cut value 0.9), limit-cut-deep in baseline: 40 seeds, reaches ")  # fmt: skip
    for goal, seeds, told in (("excess=1000", 30, early), ("excess=0.00001", 40, late)):
        out = tmp_path / f"until-{seeds}"
        code, words = said("batch", tmp_path / "d.toml", "--out", out, "--workers", "2", "--until", goal)
        assert code == 0, words
        assert all(part in words for part in told), words
        assert Archive(out).counts()["done"] == 3 * seeds
        assert set(effects(Archive(out))["seed"]) == set(range(1, seeds + 1))
    looks = [event for event in Archive(out).events() if event["event"] == "looked"]
    assert [(look["seeds"], look["narrow"], look["wide"]) for look in looks] == [(30, 0, 2), (35, 0, 2), (40, 0, 2)]


@pytest.mark.parametrize("points", [{1}, {0, 1}])
def test_a_point_whose_runs_all_failed_is_told_as_failed_and_not_as_narrow_enough(tmp_path, points):
    (tmp_path / "d.toml").write_text(
        DESIGN.replace("seeds     = 3", "seeds     = 32").replace("1500", "50").replace("0.2, 0.5, 0.9", "0.2, 0.9")
    )
    planned = batches.plan(read_design(tmp_path / "d.toml"))
    archive = batches.begin(planned, tmp_path / "out")
    for cell in planned.cells:
        if cell.point in points and cell.policy != "none":
            archive.fail(cell.run, "Traceback ...\nValueError: wild")
    code, words = said("batch", tmp_path / "d.toml", "--out", archive.folder, "--workers", "2", "--until", "excess=1e4")
    assert code == 1
    assert "enough seeds are played wherever they did not fail\n" in words
    assert f"\nnarrow enough: {2 - len(points)} of 2 effects\n" in words
    narrow = "\n  point 0 (cash-cut value 0.2), limit-cut-deep in baseline: 30 seeds, reaches "
    assert (narrow in words) == (0 not in points)
    assert f"\nfailed, in one of its two worlds at every seed: {len(points)} of 2 effects\n" in words
    assert "  point 1 (cash-cut value 0.9), limit-cut-deep in baseline\n" in words
    assert archive.counts()["done"] == 30 * (3 - len(points))


def test_with_fewer_seeds_than_an_interval_needs_none_is_told_as_narrow(batch):
    code, words = said("batch", batch / "depth.toml", "--out", batch / "out", "--until", "excess=1000")
    assert code == 0
    assert "not narrow enough: 3 of 3 effects" in words
    assert "limit-cut-deep in baseline: 3 seeds, too few to tell, at least 30 are needed" in words


@pytest.mark.parametrize(
    ("goal", "message"),
    [("rumours=1", 'no effect "rumours"'), ("losses=1", 'no effect "losses"'), ("excess=wide", "excess=0.2")],
)
def test_a_goal_that_cannot_be_read_is_one_clear_message(batch, goal, message):
    code, words = said("batch", batch / "depth.toml", "--out", batch / "out", "--until", goal)
    assert code == 1
    assert message in words


def test_a_batch_without_a_policy_has_no_effects_and_says_so(tmp_path):
    (tmp_path / "alone.toml").write_text('title = "alone"\nseeds = 1\nborrowers = 100\nmonths = 3\n')
    assert said("batch", tmp_path / "alone.toml", "--out", tmp_path / "out", "--workers", "1")[0] == 0
    with pytest.raises(BadInput, match="no policy is done beside its baseline"):
        effects(Archive(tmp_path / "out"))


def test_a_damaged_manifest_is_one_clear_message(batch, tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"key": 1}))
    assert said("status", tmp_path)[1].strip().endswith("start the batch again in another folder")
