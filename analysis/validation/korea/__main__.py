"""Draw the Korean replay: ``python -m analysis.validation.korea`` writes docs/korea-2002.png."""

from dataclasses import replace
from pathlib import Path

import click

from analysis.progress import Progress, stop
from analysis.validation.korea import EXPERIMENTS, draw
from scenarios.runner import Stopped, cores


@click.command()
@click.option("--room", type=click.Path(file_okay=False, path_type=Path), default=Path("runs/validation/korea-2002"),
              show_default=True, help="What rollover validate has played is taken from there.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/korea-2002.png"),
              show_default=True, help="The picture to write.")  # fmt: skip
@click.option("--quick", is_flag=True, help="The small market and few seeds.")
def main(room: Path, out: Path, quick: bool) -> None:
    """Play the Korean card crisis of 2002-2004 and draw it over what was published."""
    (experiment,) = EXPERIMENTS
    size = replace(experiment.quick if quick else experiment.full, threads=cores())
    try:
        with Progress() as progress:
            draw(size, room, out, progress)
    except Stopped as stopped:
        stop(f"{stopped}; the same command goes on from there")
    click.echo(f"Written to {out}")


if __name__ == "__main__":
    main(prog_name="python -m analysis.validation.korea")
