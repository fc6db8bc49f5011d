"""The commands that confront the market with data: validate, calibrate. Heavy imports wait until they are needed."""

from pathlib import Path

import click

from analysis.progress import Progress, stop


@click.command()
@click.option("--quick", is_flag=True, help="Small markets and few seeds, in a minute or two.")
@click.option("--only", multiple=True, metavar="NAME", help="An experiment, or a group of them: micro, calm, facts,"
              " korea, replications. Repeatable.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to keep what is played."
              " Default: runs/validation, or runs/validation-quick.")  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 1024), help="Default: all cores; never changes a number.")
@click.option("--write", "page", type=click.Path(dir_okay=False, exists=True, path_type=Path),
              help="Put the table into this page, between its two marks.")  # fmt: skip
def validate(quick, only, out, threads, page):
    """Confront the market with published figures, and show what does not fit.

    What has been played is kept: the same command goes on where it stopped.

    \b
    Example:
      rollover validate --quick
      rollover validate --only korea
      rollover validate --write README.md
    """
    from rich.console import Console

    from analysis.validation import table
    from scenarios.messages import BadInput
    from scenarios.runner import Stopped, cores

    table.experiments(only)
    if page and only:
        raise BadInput("--write puts the whole table into a page, of which --only would leave a part: give one of them")
    if page:
        table.around(page)  # minutes before it is needed
    folder = out or Path("runs/validation-quick" if quick else "runs/validation")
    tell = lambda text: click.echo(text, err=True)  # noqa: E731
    try:
        with Progress("people") as progress:
            found = table.validate(folder, quick, only, threads or cores(), progress, tell)
    except (KeyboardInterrupt, Stopped):
        stop(f"stopped; what was played is kept in {folder}: the same command goes on from there")
    console = Console(highlight=False)
    for part in table.screen(found):
        console.print(part)
    console.print(table.closing(found))
    console.print("Distances are in half widths of the window.")
    click.echo(f"kept: {folder}")
    if page:
        table.write(found, page, quick)
        click.echo(f"written: {page}")


@click.command()
@click.argument("scenario", required=False)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("runs/calibration"),
              show_default=True, help="Folder to write, or to go on with.")  # fmt: skip
@click.option("--free", default="calm-market", show_default=True, metavar="DESIGN",
              help="What may be calibrated, within which ranges: a design with sampled numbers.")  # fmt: skip
@click.option("--trials", type=click.IntRange(256, 1_000_000), default=2048, show_default=True,
              help="Points to play: half for the bank, half for the search.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes on this machine. Default: all cores.")
@click.option("--identify", "only_identify", is_flag=True,
              help="Only check on synthetic truths that calibration would find them.")  # fmt: skip
@click.option("--headline", "only_headline", is_flag=True,
              help="Play the headline policies over all good fits: does their sign hold?")  # fmt: skip
def calibrate(scenario, out, free, trials, workers, only_identify, only_headline):
    """Find all values of the numbers that nobody publishes that give the published calm market of 2017-2019.

    Not one best point but the population of good fits is kept, and what the data do not pin down is said. Every run is
    kept: the same command goes on where it stopped.

    \b
    Example:
      rollover calibrate --identify
      rollover calibrate --trials 4096 --workers 8
      rollover calibrate --headline
      rollover calibrate my-scenario.toml --free my-ranges.toml --out runs/mine
    """
    if only_identify and only_headline:
        raise click.UsageError("--identify and --headline are two questions: give one of them")
    from analysis.calibration import commands
    from scenarios.batch.engines import Local
    from scenarios.runner import cores

    design = commands.free_numbers(free, scenario)
    tell = lambda text: click.echo(text, err=True)  # noqa: E731
    try:
        with Progress("runs") as progress, Local(workers or cores()) as engine:
            market = commands.Market(design, out, engine, progress, tell)
            if only_headline:
                parts = commands.headline(market)
            elif only_identify:
                parts = commands.identify(market, trials)
            else:
                parts = commands.calibrate(market, trials)
    except KeyboardInterrupt:
        stop(f"stopped; what was played is kept in {out}: the same command goes on from there")
    from rich.console import Console

    console = Console(highlight=False)
    for part in parts:
        console.print(part)
