"""The commands for batches: batch, status, sensitivity. Heavy imports wait until they are needed."""

from pathlib import Path

import click

from analysis.progress import Progress, stop


@click.command()
@click.argument("design")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write, or to go on with.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes on this machine. Default: all cores.")
@click.option("--cluster", metavar="ADDRESS", help="Play on a Dask cluster whose scheduler listens here.")
@click.option("--retry", is_flag=True, help="Play again what failed before.")
@click.option("--until", metavar="EFFECT=WIDTH", help="Play seeds only until the 95 % interval of an effect reaches no"
              " further than this to each side, at every point: excess=0.2.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be played, for how long, and stop.")
@click.option("--yes", is_flag=True, help="Play it however many runs there are.")
def batch(design, out, workers, cluster, retry, until, dry_run, yes):
    """Play a design: worlds, policies, seeds and the points of a sweep.

    Every run is kept as soon as it is done. Stop it with Ctrl-C, or lose a machine: the same command goes on.

    \b
    Example:
      rollover batch cut-depth --out runs/depth
      rollover batch my-design.toml --out runs/mine --workers 8
      rollover batch my-design.toml --out runs/mine --until excess=0.2
      rollover batch my-design.toml --out runs/mine --cluster tcp://node7:8786
    """
    from analysis.sensitivity.until import Until
    from scenarios.batch import batch as batches
    from scenarios.batch.design import read_design
    from scenarios.batch.engines import Cluster, Local
    from scenarios.runner import cores

    aim = _aim(until) if until else None
    planned = batches.plan(read_design(design), 10**12 if yes else batches.MOST_RUNS)
    engine = Cluster(cluster) if cluster else Local(workers or cores())
    archive = None if dry_run and not (out / "manifest.json").exists() else batches.begin(planned, out)
    wanted = batches.todo(planned, archive, retry) if archive else set(planned.names)
    done = len(planned.names) - len(wanted)
    click.echo(f"{planned.design.title}: {len(planned.cells):,} places in the design, filled by", err=True)
    click.echo(f"{batches.forecast(planned, wanted).words(engine.workers)}; {done:,} done before -> {out}", err=True)
    if dry_run:
        return
    goal = Until(planned, archive, *aim) if aim else None
    _carry_out(planned, archive, engine, wanted, goal.rounds(wanted) if goal else [wanted])
    click.echo("\n".join([batches.status(archive), *(goal.words() if goal else ())]))
    if failed := archive.counts()["failed"]:
        click.echo(f"{failed} runs failed: see {out / 'failures'}; --retry plays them again", err=True)
        click.get_current_context().exit(1)


def _aim(until: str) -> tuple[str, float]:
    """The effect and the half width of its interval that ``--until`` names."""
    from analysis.sensitivity.effects import MEASURED
    from scenarios.messages import BadInput, unknown

    effect, _, width = until.partition("=")
    if effect not in MEASURED:
        raise BadInput(f"--until {until}: {unknown('effect', effect, MEASURED)}")
    try:
        half_width = float(width)
    except ValueError:
        half_width = 0.0
    if not half_width > 0.0:
        raise BadInput(f"--until {until}: write how far the interval may reach to each side, {effect}=0.2")
    return effect, half_width


def _carry_out(planned, archive, engine, wanted, rounds) -> None:
    from scenarios.batch import batch as batches

    try:
        with Progress("runs") as progress:
            batches.carry_out(planned, archive, engine, rounds, lambda d, f: progress(d + f, len(wanted)))
    except KeyboardInterrupt:
        stop(f"stopped; {batches.status(archive)}; the same command goes on from there")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def status(folder):
    """Say how far a batch has come: runs done and failed, and the time that is left.

    \b
    Example:
      rollover status runs/depth
    """
    from scenarios.batch.archive import Archive
    from scenarios.batch.batch import status as said

    archive = Archive(folder)
    click.echo(said(archive))
    for name in sorted(archive.failed())[:10]:
        last = (folder / "failures" / f"{name}.txt").read_text().strip().splitlines()[-1]
        click.echo(f"failed: {name}: {last}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write. Default: sensitivity/ of the batch.")
def sensitivity(folder, out):
    """Say what the effects of a batch depend on, as far as its design tells.

    A Morris sample is screened, a Sobol sample gives indices, a sample the box in which harm is worst, a grid a curve
    or a phase diagram. Writes the table of effects and the figures.

    \b
    Example:
      rollover sensitivity runs/depth
    """
    from analysis.drawing import drawn, save
    from analysis.sensitivity.effects import effects, points_of, write_effects
    from analysis.sensitivity.figures import makers
    from analysis.sensitivity.study import sensitivity as studied
    from scenarios.batch.archive import Archive
    from scenarios.batch.design import Design

    archive = Archive(folder)
    found = effects(archive)
    studies = studied(points_of(archive), found, Design.again(archive.manifest["design"]))
    target = out or folder / "sensitivity"
    target.mkdir(parents=True, exist_ok=True)
    write_effects(found, target / "effects.parquet")
    drawings = drawn({name: make for study in studies for name, make in makers(study).items()})
    save(drawings, target)
    for drawing in drawings.values():
        click.echo(drawing.alt)
    click.echo(f"{len(drawings)} figures and effects.parquet: {target}")
