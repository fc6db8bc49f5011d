"""The command that plays the gallery and writes its page."""

import tempfile
from pathlib import Path

import click

from analysis.gallery.outcomes import gallery, write


@click.command()
@click.option("--borrowers", type=click.IntRange(100), default=10_000, show_default=True, help="People in each world.")
@click.option("--seeds", type=click.IntRange(2), default=6, show_default=True, help="Paired runs of each rule.")
@click.option("--threads", type=click.IntRange(1), default=None, help="Worlds played at once [default: all cores].")
@click.option("--runs", type=click.Path(path_type=Path, file_okay=False), help="Keep the run folders here.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("docs/gallery.md"))
def main(borrowers: int, seeds: int, threads: int | None, runs: Path | None, out: Path) -> None:
    """Play every rule of the gallery against its baseline and write the page and its pictures.

    Example: python -m analysis.gallery --borrowers 20000 --seeds 10 --out runs/gallery.md
    """
    if out.suffix != ".md":
        raise click.BadParameter(f"{out} is not a Markdown file; write {out.with_suffix('.md')}", param_hint="--out")
    with tempfile.TemporaryDirectory() as scratch:
        folder = runs or Path(scratch)
        write(gallery(borrowers, seeds, threads, folder, lambda name: click.echo(f"playing: {name}")), out)
    click.echo(f"Written to {out} and {out.with_suffix('')}")


if __name__ == "__main__":
    main()
