"""The command line: one function for each command. Heavy imports wait until they are needed."""

import shlex
import sys
import time
from pathlib import Path

import click

from analysis import batch_commands, found_command, truth_commands
from analysis.progress import Progress, stop


class Commands(click.Group):
    """Commands whose errors are one clear message, without a traceback."""

    def list_commands(self, ctx):
        """The commands in the order in which they are used."""
        return list(self.commands)

    def invoke(self, ctx):
        """Run a command; bad input ends with exit code 1, Ctrl-C with 130."""
        from scenarios.messages import BadInput

        try:
            return super().invoke(ctx)
        except BadInput as error:
            click.echo(f"{error}", err=True)
        except KeyboardInterrupt:
            stop("stopped")
        except MemoryError:
            click.echo("not enough memory; use fewer --borrowers, or fewer --threads (markets at once)", err=True)
        except BrokenPipeError:
            raise  # the reader of our output went away; click ends quietly
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            click.echo(f"{place}{error.strerror or error}", err=True)
        ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rollover", prog_name="rollover")
def main():
    """Rollover: who defaults because of a policy who would not have defaulted, and where does the credit go?

    \b
    Example:
      rollover run limit-cut
    """


def _settings(command):
    return click.option(
        "--set", "settings", multiple=True, metavar="KEY=VALUE",
        help="Set a key, for example changes.cut.value=0.5 or parameters.job_loss_hazard=0.01. Repeatable.",
    )(command)  # fmt: skip


@main.command("list")
def list_scenarios():
    """List the scenarios and the designs of batches that come with Rollover.

    \b
    Example:
      rollover list
    """
    from rich.table import Table

    from scenarios.batch.design import read_design
    from scenarios.loader import DESIGNS, gallery, load

    designs = sorted(path.stem for path in DESIGNS.glob("*.toml"))
    for kind, names, read in (("scenario", gallery(), load), ("design", designs, read_design)):
        table = Table(box=None, pad_edge=False)
        table.add_column(kind, no_wrap=True)
        table.add_column("question")
        for name in names:
            table.add_row(name, read(name).question)
        _console().print(table)


@main.command()
@click.argument("scenario")
@_settings
def show(scenario, settings):
    """Show what a scenario means: its question, market and timetable.

    \b
    Example:
      rollover show limit-cut
      rollover show limit-cut --set changes.cut.value=0.5
      rollover show limit-cut+rate-cap-lpr
    """
    from analysis.report.provenance import provenance
    from analysis.timetable import described
    from scenarios.loader import load

    found = load(scenario, settings)
    _console().print(described(found))
    for origin in provenance(found.resolved()):
        click.echo(origin.words)
    _note(found)


@main.command()
@click.argument("file")
@_settings
def check(file, settings):
    """Check a scenario file and say what is wrong, line by line.

    \b
    Example:
      rollover check my-scenario.toml
    """
    from scenarios.checks import idle
    from scenarios.runner import plan

    found = plan(file, settings=settings).worlds
    against = f", compared with {found[0].name}" if len(found) > 1 else ""
    world = found[-1]
    click.echo(f"{file}: correct: {world.title} ({world.months} months from {world.start}{against})")
    for text in idle(world):
        click.echo(f"note: {text}")
    _note(world)


@main.command()
@click.argument("scenario")
@click.option("--against", metavar="NAME", help="The world to compare with. Default: what the scenario extends.")
@click.option("--borrowers", type=click.IntRange(1, 100_000_000), help="People in each market.")
@click.option("--months", type=click.IntRange(1, 1200), help="Months to play.")
@click.option("--seeds", type=click.IntRange(1, 100_000), help="Paired runs: each seed is played in both worlds.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Default: all cores; never changes a number.")
@_settings
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write. Default: the next free one in runs/.")
def run(scenario, against, borrowers, months, seeds, threads, settings, out):
    """Run a scenario beside its baseline and print the answer.

    The folder holds its tables, figures and report. Stop it with Ctrl-C; the same command goes on where it stopped.

    \b
    Example:
      rollover run limit-cut
      rollover run limit-cut --borrowers 50000 --seeds 20
      rollover run my-scenario.toml --against limit-cut --set changes.cut.value=0.5 --out runs/mine
      rollover run limit-cut+rate-cap-lpr
    """
    from scenarios.runner import Stopped, default_folder, plan, play

    planned = plan(scenario, against, settings, borrowers, months, seeds)
    folder = out or default_folder(planned)
    _announce(planned, folder)
    try:
        with Progress() as progress:
            play(planned, folder, threads, progress, ["rollover", *sys.argv[1:]])
    except Stopped as stopped:
        stop(f"{stopped}; the same command goes on from there")
    try:
        _report(folder)
    except KeyboardInterrupt:
        stop(f"stopped; the run is complete: rollover report {folder} writes its report")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def report(folder):
    """Write the report of a finished run again and print its answer.

    \b
    Example:
      rollover report runs/limit-cut
    """
    _report(folder)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--by", type=click.Choice(["channels", "provisions", "platforms"]), multiple=True,
              help="To what the effect is due. Repeatable. Default: channels, others if several.")  # fmt: skip
@click.option("--seeds", type=click.IntRange(1, 100_000), help="How many of the run's seeds. Default: all.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Seeds at once. Default: all cores.")
def explain(folder, by, seeds, threads):
    """Find out why the effect of a run spread, and to whom.

    To which channel, provision or platform it is due; how it was handed on; who gains and who loses.

    The worlds of the run are played again, beside each other and with channels held; tables, figures and a part of
    the report are added to its folder.

    \b
    Example:
      rollover explain runs/limit-cut
      rollover explain runs/limit-cut --by channels --seeds 5
    """
    from analysis.explain.study import explain as play
    from scenarios.store import open_run

    open_run(folder)
    with Progress() as progress:
        written = play(folder, by, seeds, threads, progress, shlex.join(["rollover", *sys.argv[1:]]))
    _report(folder)
    click.echo(f"tables and figures: {written}")


@main.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...", type=click.Path(path_type=Path))
@click.option("--harm", type=click.Choice(["defaults", "consumption", "unmet"]), default="defaults",
              help="What the frontier sets against the fall in risk. Default: defaults.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the tables and the figure.")
def compare(runs, harm, out):
    """Compare rules: which lower risk with the least harm?

    Each rule is a finished run; all have the same baseline, people and seeds.

    \b
    Example:
      rollover compare runs/limit-cut runs/income-cap
      rollover compare runs/limit-cut runs/income-cap runs/multi-lender-cut --out runs/frontier
    """
    from analysis.folder import open_run
    from analysis.frontier.measures import MEASURES
    from analysis.frontier.rules import rules
    from analysis.frontier.table import screen, write
    from scenarios import store
    from scenarios.messages import BadInput

    for folder in runs:
        store.open_run(folder)  # a damaged folder is refused before anything is worked out
    try:
        found = rules([open_run(folder) for folder in runs])
    except ValueError as error:
        raise BadInput(str(error)) from None
    _console().print(screen(found, MEASURES[harm]))
    for path in write(found, MEASURES[harm], out) if out else ():
        click.echo(f"written: {path}")


for _command in (
    batch_commands.batch, batch_commands.status, batch_commands.sensitivity,
    truth_commands.validate, truth_commands.calibrate,
):  # fmt: skip
    main.add_command(_command)
main.add_command(found_command.found)


@main.command()
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Write the page here, as Markdown.")
def coverage(write):
    """Show the switch, the rule and the test of each mechanism.

    Fails if one of them is missing.

    \b
    Example:
      rollover coverage
      rollover coverage --write docs/coverage.md
    """
    from analysis.coverage import coverage, page, screen

    found = coverage()
    if write:
        write.write_text(page(found), encoding="utf-8")
    else:
        _console().print(screen(found))
    for finding in found.findings:
        click.echo(f"{finding}", err=True)
    click.echo(found.verdict)
    if found.findings:
        click.get_current_context().exit(1)


@main.command()
def warmup():
    """Compile the market now, so that the first run starts at once.

    \b
    Example:
      rollover warmup
    """
    from scenarios.runner import warm_up

    began = time.monotonic()
    warm_up()
    click.echo(f"the market's rules are compiled ({time.monotonic() - began:.0f} s)")


def _note(scenario, err=False) -> None:
    """Say how changes of composed scenarios count together where they move the same lever."""
    from scenarios.compose import notes

    for text in notes(scenario):
        click.echo(f"note: {text}", err=err)


def _console():
    from rich.console import Console

    return Console(highlight=False)


def _report(folder: Path) -> None:
    from analysis.report.page import write
    from analysis.report.screen import screen
    from scenarios.store import open_run

    open_run(folder)  # a damaged folder is refused before anything in it is replaced
    write(folder)
    console = _console()
    console.print(screen(folder))
    console.print(f"report: {folder / 'report.html'}")


def _announce(planned, folder: Path) -> None:
    worlds, size = planned.worlds, planned.size
    against = f" against {worlds[0].name}" if len(worlds) > 1 else ""
    runs = f"{size.seeds} paired seeds" if len(worlds) > 1 else f"{size.seeds} seeds"
    sizes = f"{size.borrowers:,} borrowers, {size.months} months, {runs}"
    click.echo(f"{size.name}{against}: {sizes} -> {folder}", err=True)
    _note(size, err=True)
