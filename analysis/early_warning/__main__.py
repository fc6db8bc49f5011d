"""Write the early-warning page and its figure: ``python -m analysis.early_warning``."""

from functools import partial
from pathlib import Path

import click

from analysis.drawing import drawn, png
from analysis.early_warning.crises import bench
from analysis.early_warning.figure import draw_warnings
from analysis.early_warning.page import page
from scenarios.runner import cores


@click.command()
@click.option("--borrowers", type=click.IntRange(100), default=10_000, show_default=True, help="People in each world.")
@click.option("--seeds", type=click.IntRange(2), default=24, show_default=True, help="Worlds of each kind.")
@click.option("--threads", type=click.IntRange(1), default=None, help="Worlds played at once [default: all cores].")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("docs/early-warning.md"),
              show_default=True, help="The page to write; its figure goes beside it.")  # fmt: skip
def main(borrowers: int, seeds: int, threads: int | None, out: Path) -> None:
    """Play crises whose cause and date are known, score indicators before them, and write the page and its figure.

    Example: python -m analysis.early_warning --borrowers 5000 --seeds 12 --out runs/early-warning.md
    """
    if out.suffix != ".md":
        raise click.BadParameter(f"{out} is not a Markdown file; write {out.with_suffix('.md')}", param_hint="--out")
    made = bench(borrowers, seeds, threads or cores(), lambda name: click.echo(f"playing: {name}"))
    (drawing,) = drawn({out.stem: partial(draw_warnings, made)}).values()
    out.parent.mkdir(parents=True, exist_ok=True)
    picture = out.with_suffix(".png")
    picture.write_bytes(png(drawing))
    out.write_text(page(made, drawing, picture.name), encoding="utf-8")
    click.echo(f"Written to {out} and {picture}")


if __name__ == "__main__":
    main(prog_name="python -m analysis.early_warning")
