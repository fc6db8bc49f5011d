"""Draw the Korean replay: ``python -m analysis.validation.korea`` writes docs/korea-2002.png."""

from dataclasses import replace
from pathlib import Path

import click

from analysis.progress import Progress, stop
from analysis.validation.korea import EXPERIMENTS, draw
from scenarios.runner import Stopped, cores


@click.command()
@click.option("--room", type=click.Path(file_okay=False, path_type=Path),
              help="What rollover validate has played is taken from there. Default: runs/validation/korea-2002, or"
              " runs/validation-quick/korea-2002.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The picture to write, a .png."
              " Default: docs/korea-2002.png, or with --quick korea-2002.png in the room.")  # fmt: skip
@click.option("--quick", is_flag=True, help="The small market and few seeds.")
def main(room: Path | None, out: Path | None, quick: bool) -> None:
    """Play the Korean card crisis of 2002-2004 and draw it over what was published."""
    (experiment,) = EXPERIMENTS
    room = room or Path("runs/validation-quick" if quick else "runs/validation") / experiment.name
    out = out or (room if quick else Path("docs")) / f"{experiment.name}.png"
    if out.suffix != ".png":
        raise click.BadParameter(f"{out} is no .png", param_hint="--out")
    out.parent.mkdir(parents=True, exist_ok=True)
    size = replace(experiment.quick if quick else experiment.full, threads=cores())
    try:
        with Progress() as progress:
            draw(size, room, out, progress)
    except Stopped as stopped:
        stop(f"{stopped}; the same command goes on from there")
    click.echo(f"Written to {out}")


if __name__ == "__main__":
    main(prog_name="python -m analysis.validation.korea")
