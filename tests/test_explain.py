"""``rollover explain``: what it writes into a run's folder, what the report makes of it, what it refuses."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from tiny_folder import build

from analysis.commands import main
from analysis.estimate import Estimate, estimate
from analysis.explain import columns, files, sections
from analysis.explain.attribution.games import OUTCOMES
from analysis.explain.study import explain
from analysis.folder import open_run
from analysis.report.page import write
from scenarios.messages import BadInput
from scenarios.runner import run
from sim.channels import CHANNELS

SIZES = {"borrowers": 1500, "months": 52, "seeds": 2, "threads": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of the deep cut, explained through the command line."""
    made = run("limit-cut-deep", **SIZES, out=tmp_path_factory.mktemp("explained") / "run").folder
    done = CliRunner().invoke(main, ["explain", str(made), "--threads", "2"])
    assert done.exit_code == 0, done.output
    return made


def table(folder, name):
    return duckdb.sql(f"SELECT * FROM read_parquet('{folder / 'explain' / name}.parquet')").fetchnumpy()


def test_tables_are_there_with_the_columns_described_each_with_its_unit(folder):
    described = {
        "channels-parts": columns.PARTS, "channels-coalitions": columns.COALITIONS, "provisions-parts": columns.PARTS,
        "provisions-coalitions": columns.COALITIONS, "displacement": columns.DISPLACED, "gains": columns.GAINS,
        "gain-cells": columns.CELLS, "network": columns.NETWORK, "chains": columns.CHAINS,
        "contagious": columns.CONTAGIOUS, "handed": columns.HANDED, "tree": columns.TREE,
    }  # fmt: skip
    assert {path.stem for path in (folder / "explain").glob("*.parquet")} == set(described)
    for name, expected in described.items():
        path = folder / "explain" / f"{name}.parquet"
        assert list(table(folder, name)) == [column.name for column in expected]
        kept = dict(duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall())
        assert {column.name.encode() for column in expected} <= set(kept)
        assert all(column.unit and column.meaning for column in expected)


def test_the_coalitions_are_all_that_can_differ_and_the_parts_add_up(folder):
    played = table(folder, "channels-coalitions")
    assert len(played["difference"]) == (2 ** (len(CHANNELS) - 1) + 1) * SIZES["seeds"] * len(OUTCOMES)
    parts = table(folder, "channels-parts")
    for it in OUTCOMES:
        means = {
            player: mean
            for player, outcome, mean in zip(parts["player"], parts["outcome"], parts["mean"], strict=True)
            if outcome == it.name
        }
        together = means.pop("together")
        assert sum(means.values()) == pytest.approx(together, abs=1e-9)


def test_the_excess_of_the_game_is_the_excess_of_the_run(folder):
    from analysis.compare import compare

    played = table(folder, "channels-coalitions")
    whole = played["players"] == "+".join(CHANNELS)
    found = compare(folder)
    for name, said in (
        ("defaults", found.people),
        ("lines at cutters", found.at_cutters),
        ("lines elsewhere", found.elsewhere),
    ):
        assert played["difference"][whole & (played["outcome"] == name)].tolist() == said.excess.tolist()


def test_displacement_adds_up_in_the_table_too(folder):
    rows = table(folder, "displacement")
    for span in set(rows["span"]):
        for seed in (1, 2):
            mine = (rows["span"] == span) & (rows["seed"] == seed)
            removed = mine & (rows["place"] == "removed")
            assert rows["amount_fen"][removed].sum() == rows["amount_fen"][mine & ~removed].sum()


def test_the_page_says_why_and_shows_every_figure(folder):
    page = (folder / "report.html").read_text()
    told = json.loads((folder / "explain" / "explain.json").read_text())
    assert told["seeds"] == [1, 2]
    figures = [figure for section in told["sections"] for figure in section["figures"]]
    assert {"channels-waterfall", "cascade", "gain-map", "exposures"} <= {figure["name"] for figure in figures}
    for figure in figures:
        assert figure["alt"].replace("&", "&amp;")[:40] in page
        for ending in ("svg", "png"):
            assert (folder / "explain" / f"{figure['name']}.{ending}").stat().st_size > 1000
    for title in (
        "Through which channel",
        "Because of which provision",
        "How it was handed on",
        "Who gains, who loses",
    ):
        assert f"<h3>{title}</h3>" in page


def test_the_page_says_how_to_read_the_first_round(folder):
    told = {
        section["key"]: section for section in json.loads((folder / "explain" / "explain.json").read_text())["sections"]
    }
    reading = " ".join(told["channels"]["sentences"])
    assert "is no forecast" in reading
    assert "lenders' reactions add" in reading
    assert "Read the two together" in told["channels"]["figures"][0]["caption"]
    assert "Read the two together" not in told["provisions"]["figures"][0]["caption"]


def test_a_beginning_of_chains_that_does_not_matter_when_it_is_frozen_is_said_to_be_none(monkeypatch):
    begun = {f"entry: {entry}": Estimate(share, 0.0, 0.0, 2) for entry, share in
             {"lender": 0.2, "job": 0.0, "friends": 0.0, "trust": 0.1}.items()}  # fmt: skip
    monkeypatch.setattr(sections.forest, "summary", lambda found: begun)
    nothing = np.zeros((2, len(OUTCOMES)), int)
    a = SimpleNamespace(parts={channel: nothing + (channel == "funding") for channel in CHANNELS}, total=nothing)
    a.shown = lambda outcome, counts: estimate(counts)
    a.added_last = lambda players, outcome: estimate([0, 0])
    said = sections._side_by_side([], a)
    assert "20 % of chains" in said[0]
    assert "begin with trust in lenders, but" in said[1]
    begun["entry: lender"] = Estimate(np.nan, np.nan, np.nan, 0)  # nobody defaults in the reform only
    assert sections._side_by_side([], a) == []


def test_the_page_of_a_run_that_has_not_been_explained_says_how_to(folder, tmp_path):
    plain = tmp_path / "plain"
    shutil.copytree(folder, plain, ignore=shutil.ignore_patterns("explain"))
    page = write(plain, replay=False).read_text()
    assert "rollover explain plain" in page
    assert "Through which channel" not in page


def test_a_new_explanation_replaces_the_old_one_whole(folder, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    (again / "explain" / "old.txt").write_text("of the last one")
    written = explain(again, by=["provisions"], seeds=1, threads=1)
    assert written == again / "explain"
    assert not (written / "old.txt").exists()
    assert not (written / "channels-parts.parquet").exists()
    assert files.read(again)["seeds"] == [1]


def test_a_damaged_explanation_is_no_explanation(folder, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(folder, damaged)
    (damaged / "explain" / "cascade.svg").unlink()
    assert files.read(damaged) is None
    write(damaged, replay=False)


def test_a_run_by_another_version_of_the_market_is_refused(folder, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    manifest = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps(manifest | {"market_hash": "0123456789abcdef"}))
    with pytest.raises(BadInput, match=r"written by another version of the market \(0123456789abcdef, this is"):
        explain(old)
    done = CliRunner().invoke(main, ["explain", str(old)])
    assert done.exit_code == 1
    assert "run the scenario again" in done.output
    assert "Traceback" not in done.output


def test_one_world_alone_is_refused(tmp_path):
    build(tmp_path / "alone", {}, worlds=("baseline",))
    assert open_run(tmp_path / "alone").reform is None
    with pytest.raises(BadInput, match="one world only"):
        explain(tmp_path / "alone")


def test_a_game_that_cannot_be_played_is_refused_with_the_reason(tmp_path):
    made = run("income-cap", borrowers=300, months=48, seeds=1, threads=1, out=tmp_path / "cap").folder
    with pytest.raises(BadInput, match="falls on people at all lenders together"):
        explain(made, by=["platforms"])
    assert not Path(made, "explain").exists()


def test_an_unknown_game_or_folder_is_one_clear_message(tmp_path):
    for words, message in (
        (["explain", str(tmp_path / "nowhere")], "there is no such folder"),
        (["explain", str(tmp_path), "--by", "rumours"], "'rumours' is not one of"),
    ):
        done = CliRunner().invoke(main, words)
        assert done.exit_code in (1, 2)
        assert message in done.output
