"""The commands that confront the market with data: validate. Heavy imports wait until they are needed."""

from pathlib import Path

import click

from analysis.progress import Progress


@click.command()
@click.option("--quick", is_flag=True, help="Small markets and few seeds: minutes instead of an hour.")
@click.option("--only", multiple=True, metavar="NAME", help="An experiment, or a group of them. Repeatable.")
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
    from scenarios.runner import cores

    folder = out or Path("runs/validation-quick" if quick else "runs/validation")
    tell = lambda text: click.echo(text, err=True)  # noqa: E731
    with Progress() as progress:
        found = table.validate(folder, quick, only, threads or cores(), progress, tell)
    console = Console(highlight=False)
    for part in table.screen(found):
        console.print(part)
    console.print(table.closing(found))
    if page:
        table.write(found, page)
        click.echo(f"written: {page}")
