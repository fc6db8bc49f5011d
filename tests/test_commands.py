"""The command line, the run folder, and what survives Ctrl-C."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import duckdb
import numpy as np
import pytest
from markets import ROOT, heed_ctrl_c

from analysis.commands import main
from scenarios.messages import BadInput
from scenarios.runner import Stopped, default_folder, plan, play, run
from scenarios.store import PARTS, open_run
from sim.record import TABLES

SMALL = {"borrowers": 200, "months": 49, "seeds": 2}
COMMAND = [sys.executable, "-c", "from analysis.commands import main; main(prog_name='rollover')"]


def rollover(*words, cwd, **options):
    """Run the command line in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run(
        [*COMMAND, *map(str, words)], cwd=cwd, env=environment, capture_output=True, text=True, check=False, **options
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A small finished run, made by the command line."""
    folder = tmp_path_factory.mktemp("runs") / "limit-cut"
    sizes = [f"--{key}={value}" for key, value in SMALL.items()]
    done = rollover("run", "limit-cut", *sizes, "--out", folder, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    return folder


@pytest.mark.parametrize("command", ["", *main.commands])
def test_every_command_explains_itself_with_an_example(command, tmp_path):
    shown = rollover(*command.split(), "--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert f"rollover {command}".strip() in shown.stdout.partition("Example:")[2]


def test_the_list_names_every_scenario_with_its_question(tmp_path):
    listed = rollover("list", cwd=tmp_path).stdout
    for name in ("baseline", "limit-cut", "limit-cut-deep", "multi-lender-cut", "income-cap"):
        assert name in listed
    assert "Who defaults because of the cut" in listed


def test_a_scenario_is_shown_with_its_timetable_in_words(tmp_path):
    shown = rollover("show", "limit-cut", "--set", "changes.cut.value=0.4", cwd=tmp_path).stdout
    row = next(line for line in shown.splitlines() if line.startswith("2020-12"))
    for word in ("limit_cut 0.4", "incumbent", "pay-later", "under 30"):
        assert word in row


def test_a_correct_file_is_called_correct_and_a_wrong_one_ends_with_an_error(tmp_path):
    (tmp_path / "mine.toml").write_text('title = "Mine"\nextends = "limit-cut"\n')
    good = rollover("check", "mine.toml", cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert "mine.toml: correct" in good.stdout
    (tmp_path / "mine.toml").write_text('title = "Mine"\nextends = "limit-cut"\nmonth = 60\n')
    bad = rollover("check", "mine.toml", cwd=tmp_path)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr == 'mine.toml:3: month: there is no key "month"; did you mean "months"?\n'


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("show", "limit-cu"), 1, 'did you mean "limit-cut"'),
        (("run", "limit-cut", "--months", "0"), 2, "--months"),
        (("run", "limit-cut", "--months", "12"), 1, "--months 48"),
        (("run", "limit-cut", "--against", "limit-cut"), 1, "itself"),
        (("run", "limit-cut", "--set", "changes.cut.value=1.5"), 1, "changes.cut.value=1.5: 1.5 is out of range"),
        (("report", "."), 1, "manifest.json is missing"),
        (("report", "nowhere"), 1, "there is no such folder"),
        (("rum", "limit-cut"), 2, "rum"),
    ],
)
def test_an_error_is_one_message_without_a_traceback(words, code, message, tmp_path):
    failed = rollover(*words, cwd=tmp_path)
    assert failed.returncode == code
    assert message in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("words", [("--help",), ("list",), ("show", "limit-cut"), ("check", "limit-cut"), ("report",)])
def test_mesa_and_the_compiler_are_imported_only_by_a_run(words, finished, tmp_path):
    words = [*words, str(finished)] if words == ("report",) else list(words)
    script = (
        "import sys; from analysis.commands import main\n"
        f"try: main({words!r}, standalone_mode=False)\n"
        "finally: print({'mesa', 'numba'} & set(sys.modules), file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stderr.strip().endswith("set()")


def test_a_run_folder_says_what_was_run(finished):
    manifest = json.loads((finished / "manifest.json").read_text())
    assert (manifest["baseline"], manifest["world"]) == ("baseline", "limit-cut")
    assert (manifest["seeds"], manifest["borrowers"], manifest["months"]) == ([1, 2], 200, 49)
    assert (manifest["start"], manifest["reference"]) == ("2017-01", "2020-11")
    changes = manifest["scenarios"]["limit-cut"]["changes"]
    assert (changes["cut"]["from"], changes["cut"]["value"]) == ("2020-12", 0.3)
    assert manifest["command"].startswith("rollover run limit-cut")
    assert set(manifest["tables"]) == {f"{table}.parquet" for table in TABLES}
    assert not (finished / PARTS).exists()


def test_every_column_carries_its_unit_and_meaning(finished):
    for table, columns in TABLES.items():
        path = finished / f"{table}.parquet"
        notes = duckdb.sql(f"SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata('{path}')").fetchall()
        names = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]
        assert names == ["world", "seed", *(column.name for column in columns)]
        assert {name for name, _ in notes} >= set(names)
        assert all("; " in note for _, note in notes)


def test_rows_are_in_the_order_of_world_and_seed(finished):
    columns = open_run(finished).table("economy", ["world", "seed", "month"])
    keys = list(zip(columns["world"], columns["seed"], columns["month"], strict=True))
    assert keys == sorted(keys)
    assert len(keys) == 2 * SMALL["seeds"] * SMALL["months"]


def test_the_number_of_threads_changes_no_byte(finished, tmp_path):
    again = run("limit-cut", **SMALL, threads=3, out=tmp_path / "again")
    assert again.manifest["tables"] == open_run(finished).manifest["tables"]


def test_before_the_policy_begins_the_two_worlds_are_the_same(finished):
    read = open_run(finished).query
    early = "SELECT * EXCLUDE (world) FROM monthly WHERE world = ? AND month < '2020-12-01' ORDER BY ALL"
    one, other = read(early, "baseline"), read(early, "limit-cut")
    for column in one:
        assert np.array_equal(one[column], other[column])


def test_a_finished_run_is_not_overwritten(finished, tmp_path):
    before = (finished / "manifest.json").read_bytes()
    again = rollover("run", "limit-cut", "--seeds", 1, "--out", finished, cwd=tmp_path)
    assert again.returncode == 1
    assert "already holds a finished run; choose another folder with --out" in again.stderr
    assert (finished / "manifest.json").read_bytes() == before


def test_a_run_without_a_folder_takes_the_next_free_one(tmp_path):
    planned = plan("limit-cut", **SMALL)
    assert default_folder(planned, tmp_path) == tmp_path / "limit-cut"
    (tmp_path / "limit-cut").mkdir()
    (tmp_path / "limit-cut" / "notes.txt").write_text("mine")
    assert default_folder(planned, tmp_path) == tmp_path / "limit-cut-2"


@pytest.mark.parametrize("harm", ["shorten", "change", "remove"])
def test_a_damaged_table_is_found_out(harm, tmp_path):
    folder = run("baseline", borrowers=50, months=3, seeds=1, out=tmp_path / "run").folder
    table = folder / "monthly.parquet"
    content = table.read_bytes()
    if harm == "remove":
        table.unlink()
    else:
        table.write_bytes(content[:-20] if harm == "shorten" else content[:100] + b"!" + content[101:])
    failed = rollover("report", folder, cwd=tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.startswith("run/monthly.parquet: ")
    assert "run the scenario again" in failed.stderr


def test_a_stopped_run_keeps_what_is_done_and_goes_on_to_the_same_bytes(tmp_path):
    sizes = {**SMALL, "seeds": 30}
    options = [f"--{key}={value}" for key, value in sizes.items()]
    words = [*COMMAND, "run", "limit-cut", *options, "--threads", "2", "--out", "run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True,
                               start_new_session=True, preexec_fn=heed_ctrl_c)  # fmt: skip
    parts = tmp_path / "run" / PARTS
    while not any(parts.glob("baseline-*")) and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "kept in run; the same command goes on from there" in said.splitlines()[-1]
    assert "Traceback" not in said
    with_them = sum(1 for part in parts.iterdir() if part.name.startswith(("baseline-", "limit-cut-")))
    assert with_them >= 1

    planned, seen = plan("limit-cut", **sizes), []
    finished = play(planned, tmp_path / "run", progress=lambda done, total: seen.append(done))
    assert seen[0] == with_them * sizes["months"]
    fresh = play(planned, tmp_path / "fresh")
    assert finished.manifest["tables"] == fresh.manifest["tables"]


def test_ctrl_c_while_compiling_ends_at_once_with_one_message(tmp_path):
    words = [*COMMAND, "run", "limit-cut", "--borrowers", "50", "--seeds", "1", "--out", "run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)
    process = subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True,
                               start_new_session=True, preexec_fn=heed_ctrl_c)  # fmt: skip
    while "compiling" not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(2.5)  # inside the compiler
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=15)
    assert process.returncode == 130
    assert said == "stopped; 0 of 2 runs are done and kept in run; the same command goes on from there\n"


def test_an_unfinished_run_is_neither_read_nor_mixed_with_another(tmp_path):
    planned = plan("limit-cut", **SMALL)

    def stop(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(Stopped):
        play(planned, tmp_path / "run", threads=1, progress=stop)
    unread = rollover("report", "run", cwd=tmp_path)
    assert unread.returncode == 1
    assert "this run is not finished" in unread.stderr
    other = rollover("run", "income-cap", "--out", "run", cwd=tmp_path)
    assert other.returncode == 1
    assert "holds an unfinished run of another scenario" in other.stderr


def test_a_run_lets_go_of_the_markets_it_has_played(tmp_path):
    from sim.model import CreditModel

    def markets():
        gc.collect()
        return sum(isinstance(thing, CreditModel) and thing.seed == 717 for thing in gc.get_objects())

    planned = replace(plan("baseline", borrowers=50, months=2, seeds=1), seeds=(717,))
    play(planned, tmp_path / "run")
    assert markets() == 0


def test_a_part_damaged_before_the_run_is_finished_is_named(tmp_path):
    planned, folder = plan("baseline", borrowers=50, months=2, seeds=2), tmp_path / "run"

    def stop(done, total):
        if done == 3:  # in the second market, when the first is on disk
            raise KeyboardInterrupt

    with pytest.raises(Stopped):
        play(planned, folder, threads=1, progress=stop)
    part = folder / PARTS / "baseline-1" / "monthly.parquet"
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(BadInput, match=r"baseline-1.*remove the part that is named"):
        play(planned, folder)
