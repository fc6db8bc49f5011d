"""Batches: nothing that was played is lost, whatever dies, and what is there is what an undisturbed batch gives."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from markets import ROOT, heed_ctrl_c

from scenarios.batch import batch as batches
from scenarios.batch.archive import Archive
from scenarios.batch.design import read_design, settings
from scenarios.batch.engines import Cluster, Failure, Local
from scenarios.batch.plan import Run
from scenarios.batch.work import Played, play, version
from scenarios.messages import BadInput

DESIGN = """
title     = "Cut depth"
policies  = ["limit-cut-deep"]
seeds     = 12
borrowers = 300
months    = 50
tables    = ["monthly", "economy", "defaults"]

[[sweep]]
path   = "changes.cut.value"
values = [0.2, 0.8]
method = "list"
"""
SEEDS = 12  #: so many that something is always left when a part of it all is killed
RUNS = SEEDS * (1 + 2)  # the baseline is the same at both points


@pytest.fixture
def design(tmp_path):
    path = tmp_path / "depth.toml"
    path.write_text(DESIGN)
    return path


def planned(design):
    return batches.plan(read_design(design))


def carried_out(design, out, engine=None):
    plan = planned(design)
    archive = batches.begin(plan, out)
    batches.carry_out(plan, archive, engine or Local(2), [batches.todo(plan, archive)])
    return archive


def data(folder):
    """Everything in a batch's folder but the log: name -> hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name != "log.jsonl"
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The folder of a batch that nothing happened to."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "depth.toml").write_text(DESIGN)
    carried_out(folder / "depth.toml", folder / "out")
    return folder / "out"


def in_a_process(design, out, *options, **more):
    """The command, as a user gives it, in a process group of its own."""
    words = ["batch", str(design), "--out", str(out), "--workers", "2", *options]
    program = f"from analysis.commands import main; main({words!r})"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", program], env=environment, start_new_session=True,
                            preexec_fn=heed_ctrl_c,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)  # fmt: skip


def wait_for(condition, seconds=120):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def some_done(out, count=1):
    runs = Path(out) / "runs"
    return lambda: runs.is_dir() and sum(not path.name.startswith(".") for path in runs.iterdir()) >= count


# --- the plan and what is kept ---
def test_a_run_that_fills_several_places_is_played_once(undisturbed):
    archive = Archive(undisturbed)
    assert archive.counts() == {"planned": RUNS, "done": RUNS, "failed": 0}
    places = archive.query("SELECT * FROM plan")
    assert len(places["run"]) == 2 * 2 * SEEDS
    assert set(places["policy"]) == {"none", "limit-cut-deep"}
    assert set(places["changes.cut.value"].tolist()) == {0.2, 0.8}
    alone = places["policy"] == "none"
    assert len(set(places["run"][alone])) == SEEDS


def test_there_is_one_row_for_each_world_policy_seed_month_and_line(undisturbed):
    rows = Archive(undisturbed).query("""SELECT count(*) AS n,
        count(DISTINCT (run, world, policy, seed, month, platform, product)) AS keys FROM monthly""")
    assert rows["n"] == rows["keys"] == RUNS * 50 * 8


def test_the_folder_is_read_by_duckdb_and_by_pandas_in_one_call(undisturbed):
    import duckdb

    sums = duckdb.sql(f"""SELECT policy, seed, sum(defaults) AS defaults FROM '{undisturbed}/plan.parquet'
                          JOIN '{undisturbed}/runs/*/monthly.parquet' USING (run, world, policy, seed)
                          GROUP BY ALL ORDER BY ALL""")
    assert len(sums.df()) == 2 * SEEDS


def test_polars_reads_the_same_rows_and_types_from_the_folder(undisturbed):
    import polars

    for table in ("monthly", "economy", "defaults"):
        rows = polars.read_parquet(undisturbed / "runs" / "*" / f"{table}.parquet").sort(polars.all())
        same = Archive(undisturbed).query(f"SELECT * FROM {table} ORDER BY ALL")
        assert rows.columns == list(same)
        assert all(rows[name].to_list() == column.tolist() for name, column in same.items() if name != "month")
        assert (rows["month"].to_numpy() == same["month"]).all()
    assert rows.schema["month"] == polars.Date


def test_a_run_of_a_batch_is_the_run_of_the_same_scenario(undisturbed):
    from scenarios.loader import load_pair
    from sim.model import CreditModel

    reform = load_pair("limit-cut-deep", None, ["changes.cut.value=0.8"])[1]
    model = CreditModel(**reform.market_arguments(), borrowers=300, seed=2, reference="2020-11").run(50)
    rows = Archive(undisturbed).query("""SELECT defaults FROM plan JOIN monthly USING (run, world, policy, seed)
        WHERE "changes.cut.value" = 0.8 AND policy = 'limit-cut-deep' AND seed = 2 ORDER BY month, platform, product""")
    table = model.tables()["monthly"]
    order = np.lexsort([table["product"].astype(str), table["platform"].astype(str), table["month"]])
    assert rows["defaults"].tolist() == table["defaults"][order].tolist()


def test_a_run_makes_only_the_tables_that_are_kept(design, monkeypatch):
    run = next(planned(design).runs(set(planned(design).names)))
    monkeypatch.setattr("sim.history.History._flows", lambda self: pytest.fail("a table is made that nobody keeps"))
    assert set(play(run.name, run.work, months=1).tables) == {"monthly", "economy", "defaults"}


def test_the_same_command_again_plays_nothing(design, undisturbed):
    before = data(undisturbed)
    plan = planned(design)
    assert not batches.todo(plan, batches.begin(plan, undisturbed))
    assert data(undisturbed) == before


def test_a_changed_scenario_size_or_code_is_not_mistaken_for_what_is_done(design, undisturbed, monkeypatch):
    for was, now in (("seeds     = 12", "seeds     = 13"), ("0.8]", "0.7]"), ("borrowers = 300", "borrowers = 301")):
        design.write_text(DESIGN.replace(was, now))
        with pytest.raises(BadInput, match="another design, scenario or size; choose another --out"):
            batches.begin(planned(design), undisturbed)
    design.write_text(DESIGN)
    monkeypatch.setattr("sim.compiled.market_hash", lambda: "0123456789abcdef")
    with pytest.raises(BadInput, match=r"another version of the market \(\w+, this is \w+\)"):
        batches.begin(planned(design), undisturbed)


@pytest.mark.parametrize(("source", "counts"), [("schema.py", True), ("store.py", True), ("batch/work.py", True),
                                                ("borrowers/table.py", True), ("borrowers/layouts.py", False),
                                                ("batch/archive.py", False), ("messages.py", False)])  # fmt: skip
def test_the_version_of_a_batch_is_that_of_all_code_that_makes_a_run_of_its_work(tmp_path, source, counts):
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    with (tmp_path / "scenarios" / source).open("a") as file:
        file.write("\nEND = 1\n")
    assert (version(tmp_path / "scenarios") != version()) == counts


def test_the_version_of_a_batch_is_that_of_the_market_too(design, monkeypatch):
    before = planned(design).key, version()
    monkeypatch.setattr("sim.compiled.market_hash", lambda: "0123456789abcdef")
    assert not {planned(design).key, version()} & set(before)


def test_code_that_reads_a_scenario_otherwise_plans_other_runs(design, monkeypatch):
    """Whatever the loader makes of a file is in the work that a run is named after."""
    import scenarios.batch.plan as plans

    before = planned(design)
    load_in = plans.load_in
    monkeypatch.setattr(plans, "load_in", lambda *given: [
        world.model_copy(update={"start": "2017-02"}) for world in load_in(*given)])  # fmt: skip
    assert not set(planned(design).names) & set(before.names)


def test_a_folder_with_something_else_in_it_is_refused(design, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("...")
    with pytest.raises(BadInput, match="is not empty, and holds no batch"):
        batches.begin(planned(design), tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").exists()


def test_a_billion_runs_by_mistake_are_noticed_before_anything_is_laid_out(design, monkeypatch):
    axes = "".join(f'\n[[sweep]]\npath = "parameters.{name}"\nrange = [0.1, 0.2]\nmethod = "grid"\nn = 1000\n'
                   for name in ("impulse", "credit_share", "belt_tightening"))  # fmt: skip
    design.write_text(DESIGN.split("[[sweep]]")[0] + axes)
    monkeypatch.setattr(batches, "points", lambda design: pytest.fail("points are made"))
    with pytest.raises(BadInput, match=r"24,000,000,000 runs, more than 100,000; .* --yes"):
        planned(design)


def test_a_policy_changes_nothing_else_of_its_world_and_is_swept_by_its_own_numbers(tmp_path):
    """Worlds that differ in a parameter keep it under every policy; a policy without the swept change is played too."""
    (tmp_path / "keen.toml").write_text('title = "Keen"\nextends = "baseline"\n[parameters]\nimpulse = 0.5\n')
    (tmp_path / "d.toml").write_text(
        'title = "Worlds"\nworlds = ["baseline", "keen"]\npolicies = ["limit-cut-deep", "income-cap"]\n'
        '[[sweep]]\npath = "changes.cut.value"\nmethod = "list"\nvalues = [0.2, 0.7]\n'
    )
    plan = planned(tmp_path / "d.toml")
    content = {run.name: json.loads(run.work)["scenario"] for run in plan.runs(set(plan.names))}
    for cell in plan.cells:
        made = content[cell.run]
        assert (made["parameters"]["impulse"] == 0.5) == (cell.world == "keen")
        assert ("cut" in made["changes"]) == (cell.policy == "limit-cut-deep")
        if "cut" in made["changes"]:
            assert made["changes"]["cut"]["value"] == (0.2, 0.7)[cell.point]
    seeds = plan.design.seeds
    assert len(plan.cells) == 2 * 2 * 3 * seeds
    assert len(plan.names) == 2 * (1 + 2 + 1) * seeds


def test_only_the_points_whose_runs_are_wanted_are_laid_out_again(design, monkeypatch):
    plan = planned(design)
    everything = [run.name for run in plan.runs(set(plan.names))]
    assert everything == plan.names
    laid = []
    monkeypatch.setattr("scenarios.batch.plan.settings", lambda point: laid.append(point) or settings(point))
    last = {cell.run for cell in plan.cells if cell.point == 1} - {cell.run for cell in plan.cells if cell.point == 0}
    assert [run.name for run in plan.runs(last)] == [name for name in plan.names if name in last]
    assert laid == [{"changes.cut.value": 0.8}]
    shared = {plan.cells[0].run}  # the baseline is the same at both points: one is enough to make it
    assert {run.name for run in plan.runs(shared)} == shared
    assert laid[1:] == [{"changes.cut.value": 0.2}]


def test_a_design_in_another_folder_is_the_same_batch(tmp_path):
    keys = set()
    for folder in (tmp_path / "here", tmp_path / "there"):
        folder.mkdir()
        (folder / "own.toml").write_text('title = "Own"\nextends = "limit-cut"\n')
        (folder / "d.toml").write_text('title = "Moved"\npolicies = ["own"]\nseeds = 1\n')
        plan = planned(folder / "d.toml")
        keys.add(plan.key)
    assert {cell.policy for cell in plan.cells} == {"none", "own"}
    assert len(keys) == 1


# --- what may happen ---
def test_a_killed_worker_costs_nothing(design, undisturbed, tmp_path):
    import psutil

    out = tmp_path / "out"
    command = in_a_process(design, out)
    wait_for(some_done(out))
    workers = [child for child in psutil.Process(command.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    assert workers
    workers[0].kill()
    assert command.wait(120) == 0, command.stderr.read()
    assert data(out) == data(undisturbed)


def test_a_killed_parent_leaves_no_torn_run_and_no_orphan_and_the_same_command_goes_on(design, undisturbed, tmp_path):
    import psutil

    out = tmp_path / "out"
    command = in_a_process(design, out)
    wait_for(some_done(out, 2))
    children = psutil.Process(command.pid).children(recursive=True)
    command.kill()
    command.wait(30)
    wait_for(lambda: not any(child.is_running() and child.status() != "zombie" for child in children), 30)
    kept = {name: what for name, what in data(out).items() if ".draft-" not in name}
    whole = data(undisturbed)
    assert all(whole[name] == what for name, what in kept.items())
    assert len(kept) < len(whole)
    again = in_a_process(design, out)
    assert again.wait(120) == 0, again.stderr.read()
    assert data(out) == whole


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(design, undisturbed, tmp_path):
    out = tmp_path / "out"
    command = in_a_process(design, out)
    wait_for(some_done(out, 2))
    os.killpg(command.pid, signal.SIGINT)
    assert command.wait(60) == 130
    said = command.stderr.read()
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    again = in_a_process(design, out)
    assert again.wait(120) == 0, again.stderr.read()
    assert data(out) == data(undisturbed)


def test_a_full_disk_ends_the_batch_with_one_message_and_what_is_done_is_kept(
    design, undisturbed, tmp_path, monkeypatch
):
    out, written = tmp_path / "out", []

    def write(path, content):
        written.append(path)
        if len(written) > 8:
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    plan = planned(design)
    archive = batches.begin(plan, out)
    monkeypatch.setattr("scenarios.batch.archive._write", write)
    with pytest.raises(BadInput, match=r"No space left on device.*2 runs are kept"):
        batches.carry_out(plan, archive, Local(1), [batches.todo(plan, archive)])
    assert archive.counts()["done"] == 2
    monkeypatch.undo()
    carried_out(design, out)
    assert data(out) == data(undisturbed)


def test_a_torn_last_line_of_the_log_hides_no_other(tmp_path, design):
    archive = batches.begin(planned(design), tmp_path / "out")
    archive.log("began", runs=9)
    with (archive.folder / "log.jsonl").open("ab") as file:
        file.write(b'{"time": 17952, "event": "do')
    archive.log("done", run="abc", seconds=1.0)
    assert [event["event"] for event in archive.events()] == ["began", "done"]
    assert f"0 of {RUNS} runs done" in batches.status(archive)


def test_a_run_that_is_half_written_is_read_by_nobody(design, undisturbed, tmp_path, monkeypatch):
    """Whoever reads the runs by a pattern, as the README does, sees none twice and none that is torn."""
    import duckdb

    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    archive, name = Archive(out), next((out / "runs").iterdir()).name
    tables = {path.stem: path.read_bytes() for path in (out / "runs" / name).iterdir()}
    rows = "SELECT count(*) AS n FROM monthly"
    before, drafts = archive.query(rows)["n"].tolist(), []

    def torn(path, content):
        path.write_bytes(content[:100])
        drafts.append(archive.query(rows)["n"].tolist())
        path.write_bytes(content)
        drafts.append(duckdb.sql(f"SELECT count(*) FROM '{out}/runs/*/monthly.parquet'").fetchall()[0][0])

    monkeypatch.setattr("scenarios.batch.archive._write", torn)
    archive.keep(Played(name, tables, 1.0))
    assert drafts == [before, before[0]] * len(tables)
    assert data(out) == data(undisturbed)


def test_a_file_that_was_damaged_or_removed_by_hand_is_told_and_can_be_mended(design, undisturbed, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    run = next((out / "runs").iterdir())
    os.truncate(run / "monthly.parquet", 1000)
    with pytest.raises(BadInput, match=f"damaged .*{run.name}.*remove the folder of that run"):
        Archive(out).query("SELECT sum(defaults) FROM monthly")
    (run / "monthly.parquet").unlink()
    with pytest.raises(BadInput, match=f"{run.name}.*is missing; remove the folder of that run"):
        Archive(out).query("SELECT sum(defaults) FROM monthly")
    shutil.rmtree(run)
    carried_out(design, out)
    assert data(out) == data(undisturbed)
    shutil.rmtree(out / "runs")
    assert f"0 of {RUNS} runs done" in batches.status(Archive(out))
    carried_out(design, out)
    assert data(out) == data(undisturbed)


def test_two_commands_never_play_the_same_batch_at_once(design, tmp_path):
    plan = planned(design)
    archive, again = batches.begin(plan, tmp_path / "out"), batches.begin(plan, tmp_path / "out")
    with archive.held(), pytest.raises(BadInput, match="another command is playing this batch"):
        batches.carry_out(plan, again, Local(1), [set()])
    batches.carry_out(plan, again, Local(1), [set()])


class Clumsy:
    """An engine that fails at some runs."""

    workers = 1

    def __init__(self, fails):
        self.fails = fails

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def play(self, runs):
        for run in runs:
            yield Failure(run.name, "Traceback ...\nValueError: wild") if self.fails(run) else play(run.name, run.work)


def test_a_failed_run_keeps_its_traceback_loses_no_other_and_is_played_again_on_request(design, undisturbed, tmp_path):
    plan = planned(design)
    archive = batches.begin(plan, tmp_path / "out")
    failed = batches.carry_out(plan, archive, Clumsy(lambda run: run.seed == 2), [batches.todo(plan, archive)])
    assert failed == 3
    assert archive.counts() == {"planned": RUNS, "done": RUNS - 3, "failed": 3}
    assert {path.read_text() for path in (archive.folder / "failures").iterdir()} == {"Traceback ...\nValueError: wild"}
    assert not batches.todo(plan, archive)
    batches.carry_out(plan, archive, Local(2), [batches.todo(plan, archive, retry=True)])
    assert archive.counts()["failed"] == 0
    (archive.folder / "failures").rmdir()
    assert data(archive.folder) == data(undisturbed)


def test_a_run_that_kills_whoever_plays_it_is_given_up_alone(design, tmp_path):
    plan = planned(design)
    runs = list(plan.runs(set(plan.names)))
    deadly = Run("deadly", "baseline", "none", 1, '{"market": null}')
    with Deadly(2) as engine:
        outcomes = list(engine.play(iter([runs[0], deadly, *runs[1:]])))
    assert {outcome.name for outcome in outcomes if isinstance(outcome, Played)} == set(plan.names)
    [given_up] = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    assert given_up.name == "deadly"
    assert "died 3 times" in given_up.traceback


class Deadly(Local):
    """Processes of which one dies at the run called deadly."""

    def _submit(self, run, waiting):
        if run.name != "deadly":
            super()._submit(run, waiting)
        else:
            waiting[self._pool.submit(os._exit, 9)] = run


# --- many machines ---
def test_a_local_cluster_gives_the_same_bytes(design, undisturbed, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        carried_out(design, tmp_path / "out", Cluster(cluster.scheduler_address))
    assert data(tmp_path / "out") == data(undisturbed)


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler started as a user would, and what starts workers for it."""
    pytest.importorskip("distributed")
    processes = []

    def start(*words):
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        process = subprocess.Popen([sys.executable, "-m", "dask", *words], env=environment, cwd=tmp_path, **quiet)
        processes.append(process)
        return process

    file = tmp_path / "scheduler.json"
    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    wait_for(file.exists, 60)
    start.address = json.loads(file.read_text())["address"]
    start.processes = processes
    yield start
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


def worker(scheduler):
    return scheduler("worker", scheduler.address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")


def workers_known(address):
    from distributed import Client

    with Client(address, timeout="20s") as client:
        return len(client.scheduler_info()["workers"])


def test_a_scheduler_and_two_workers_give_the_same_bytes_though_a_worker_is_killed(
    design, undisturbed, tmp_path, scheduler
):
    first, _ = worker(scheduler), worker(scheduler)
    wait_for(lambda: workers_known(scheduler.address) == 2, 60)
    command = in_a_process(design, tmp_path / "out", "--cluster", scheduler.address)
    wait_for(some_done(tmp_path / "out"))
    os.killpg(first.pid, signal.SIGKILL)
    assert command.wait(180) == 0, command.stderr.read()
    assert data(tmp_path / "out") == data(undisturbed)


def test_a_killed_scheduler_ends_the_batch_with_one_message_and_the_same_command_goes_on(
    design, undisturbed, tmp_path, scheduler
):
    worker(scheduler)
    wait_for(lambda: workers_known(scheduler.address) == 1, 60)
    command = in_a_process(design, tmp_path / "out", "--cluster", scheduler.address)
    wait_for(some_done(tmp_path / "out"))
    os.killpg(scheduler.processes[0].pid, signal.SIGKILL)
    assert command.wait(120) == 1
    said = command.stderr.read()
    assert "the scheduler went away" in said
    carried_out(design, tmp_path / "out")
    assert data(tmp_path / "out") == data(undisturbed)


def test_a_scheduler_that_does_not_answer_is_one_clear_message(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("scenarios.batch.engines.PATIENCE", "1s")
    with pytest.raises(BadInput, match="no scheduler answers there"):
        Cluster("tcp://127.0.0.1:9")


def test_a_worker_with_another_version_of_the_market_plays_nothing(design):
    run = next(planned(design).runs(set(planned(design).names)))
    other = run.work.replace(json.loads(run.work)["version"], "0123456789abcdef")
    with pytest.raises(Exception, match="this worker has another version of the market"):
        play(run.name, other)
