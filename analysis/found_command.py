"""The command that founds the market from a user's own table of borrowers. Heavy imports wait until they are needed."""

import json
import os
from pathlib import Path

import click

MARK = "# Written by rollover found"  #: begins a file that the same command may write again

FEW = 1000  #: rows, below which a market is so small that a reader should know


@click.command()
@click.option("--from", "table", required=True, metavar="FILE", type=click.Path(path_type=Path),
              help="CSV or Parquet, one row for each borrower; docs/your-data.md has the columns.")  # fmt: skip
@click.option("--layout", metavar="NAME", help="A published layout that the file has: card-clients.")
@click.option("--line", metavar="PLATFORM/PRODUCT", help="Which line limit, balance and months_past_due are of.")
@click.option("--money-per-yuan", type=click.FloatRange(1e-6, 1e6), metavar="NUMBER",
              help="How much of the file's money is a yuan. Default: 1, or what the layout says.")  # fmt: skip
@click.option("--scenario", default="baseline", show_default=True, help="The scenario that the new one extends.")
@click.option("--out", default="my-market.toml", show_default=True, type=click.Path(dir_okay=False, path_type=Path),
              help="Scenario file to write; the table and a picture are written beside it.")  # fmt: skip
def found(table, layout, line, money_per_yuan, scenario, out):
    """Found the market from your own table of borrowers.

    Writes a scenario that can be run, extended and composed with rules like any other.

    \b
    Example:
      rollover found --from borrowers.csv --line bank/card
      rollover found --from cards.csv --layout card-clients --out cards.toml
      rollover run limit-cut+cards.toml
    """
    from rich.console import Console

    from analysis.drawing import png
    from analysis.founded import beside, found, origins, picture
    from scenarios.borrowers import table as tables
    from scenarios.borrowers.layouts import LAYOUTS
    from scenarios.loader import load, load_pair

    other, world = load_pair(scenario)
    _may_be_extended(scenario, other, world, out)
    beneath = _extended(scenario, out)
    stored, image = out.with_suffix(".parquet"), out.with_suffix(".png")
    _may_write(out, stored, table)
    borrowers = tables.read(table, world.lines(), line, layout, money_per_yuan)
    if not borrowers.lines():
        click.echo("note: the table says nothing about lines; all of them are as in the default market")
    out.parent.mkdir(parents=True, exist_ok=True)
    tables.write(borrowers, stored)
    out.write_text(_scenario(borrowers, beneath, stored), encoding="utf-8")

    console = Console(highlight=False)
    console.print(f"{borrowers.file}: {borrowers.rows:,} borrowers")
    if preset := LAYOUTS.get(layout):
        console.print(f"{preset.title}: {preset.says} ({preset.source})")
        console.print(f"a yuan is {money_per_yuan or preset.per_yuan:g} {preset.money}\n")
    lines = borrowers.lines()
    console.print(origins(borrowers, [each for each in world.lines() if each not in lines]))
    for note in borrowers.notes:
        click.echo(f"note: {note}")
    if borrowers.rows < FEW:
        click.echo(f"note: {borrowers.rows:,} rows are a small market; with --borrowers 20000 rows are drawn again")
    mine = load(out)
    looked_at = lines or mine.lines()
    default = world.model_copy(update={"founded_from": None})
    founded, default = found(mine, looked_at), found(default, looked_at)
    console.print()
    console.print(beside(founded, default))
    image.write_bytes(png(picture(founded, default, looked_at), dpi=96))
    click.echo(f"written: {out}, {stored}, {image}")
    click.echo(f"now: rollover run {out}   or, with a rule: rollover run limit-cut+{out}")


def _may_be_extended(scenario: str, other, world, out: Path) -> None:
    """Refuse a scenario with a rule of its own: in a founded market it would stand on both sides of a comparison."""
    from scenarios.messages import BadInput

    if other is not None and world.changes.keys() - other.changes.keys():
        raise BadInput(
            f"--scenario {scenario}: this has a rule, which is compared with {other.name}; found the market without it "
            f"(--scenario {other.name}), then play the rule in it: rollover run {scenario}+{out}"
        )


def _extended(scenario: str, out: Path) -> str:
    """How the new file names the scenario that it extends: by its name in the gallery, or by a path from there."""
    from scenarios.loader import GALLERY, find

    path = find(scenario)
    if path == out.resolve():
        from scenarios.messages import BadInput

        raise BadInput(f"{out}: a scenario cannot extend itself; choose another --out")
    return path.stem if path.parent == GALLERY else os.path.relpath(path, out.resolve().parent)


def _may_write(out: Path, stored: Path, table: Path) -> None:
    """Refuse to write over what this command has not written, or over the table that it reads."""
    from scenarios.messages import BadInput

    if out.suffix != ".toml":
        raise BadInput(f"--out {out}: name a file that ends in .toml")
    if stored.resolve() == table.resolve():
        raise BadInput(f"--out {out}: {stored.name} is the table itself; choose another --out")
    own = out.is_file() and out.read_text(encoding="utf-8", errors="replace").startswith(MARK)
    if not own:
        for path in (out, stored, out.with_suffix(".png")):
            if path.exists():
                raise BadInput(f"{path}: there is such a file already; choose another --out, or remove it")


def _scenario(borrowers, beneath: str, stored: Path) -> str:
    """The text of the scenario file."""
    name = Path(borrowers.file).name
    texts = {
        "title": f"The market founded from {name}",
        "question": f"How much is borrowed, and how much of it falls behind, by the people of {name}?",
        "expected": "",
        "source": name,
        "extends": beneath,
        "founded_from": stored.name,
    }
    keys = "\n".join(f"{key:<12} = {json.dumps(text, ensure_ascii=False)}" for key, text in texts.items())
    return (
        f"{MARK}: the borrowers are the {borrowers.rows:,} rows of {name}.\n"
        "# With more borrowers rows are drawn again; with fewer they are a random sample of the rows.\n"
        f"{keys}\nborrowers    = {borrowers.rows}\n"
    )
