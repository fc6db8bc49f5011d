"""All experiments in one table: played or taken from the folder, on the screen and as Markdown."""

from collections.abc import Collection
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from rich.markup import escape

from analysis import tables
from analysis.validation import calm, experiment, facts, korea, micro, replications
from analysis.validation.experiment import GROUPS, Experiment
from analysis.validation.row import ABSENT, FITS, MISSES, NEAR, Row
from scenarios.messages import BadInput, unknown

HEADS = ("", "target", "published", "window", "simulated", "half windows off", "mark", "source")
WIDTHS = (13, 13, 13, 11)  #: characters of the columns after the names, which in a terminal of 80 leave these 22
BEGIN, END = "<!-- validation: written by rollover validate --write -->", "<!-- end of validation -->"


def experiments(names: Collection[str] = ()) -> list[Experiment]:
    """The experiments in the order in which they are read.

    names: of experiments or groups (empty: all). Raises BadInput for a name that is neither.
    """
    found = sorted(
        (e for part in (micro, calm, facts, korea, replications) for e in part.EXPERIMENTS),
        key=lambda e: list(GROUPS).index(e.group),
    )
    known = {e.name for e in found} | set(GROUPS)
    for name in names:
        if name not in known:
            raise BadInput(unknown("experiment", name, sorted(known)))
    return [e for e in found if not names or e.name in names or e.group in names]


def validate(folder: Path, quick=False, names=(), threads=1, progress=None, tell=lambda text: None):
    """Play what is not in the folder yet and return the rows of each group.

    folder: where rows and runs are kept; quick: the small sizes; names: as for ``experiments``; threads; progress:
    called with people played, of how many in experiments that are not kept; tell: called with a sentence before each.
    Returns group -> rows.
    """
    wanted = [(one, replace(one.quick if quick else one.full, threads=threads)) for one in experiments(names)]
    ahead = [one.name for one, size in wanted if experiment.kept(one, size, folder) is None]
    work = _Work(progress, sum(size.borrowers * size.seeds for one, size in wanted if one.name in ahead))
    found = {}
    for count, (one, size) in enumerate(wanted, 1):
        if one.name in ahead:
            sizes = f"{size.borrowers:,} borrowers, {size.seeds} seeds"
            tell(f"{count} of {len(wanted)}: {one.name}: {one.question} ({sizes})")
            work.next(size)
        else:
            tell(f"{count} of {len(wanted)}: {one.name}: kept from before")
        found.setdefault(one.group, []).extend(experiment.rows(one, size, folder, work))
    return found


class _Work:
    """All experiments as one work, counted in people played: an experiment is as much as its people in all seeds."""

    def __init__(self, progress, total: int):
        self._progress, self._total = progress, total
        self._before = self._mine = 0

    def next(self, size) -> None:
        self._before, self._mine = self._before + self._mine, size.borrowers * size.seeds

    def __call__(self, done: int, total: int) -> None:
        if self._progress:
            self._progress(self._before + self._mine * done // max(1, total), self._total)


def verdict(rows: Collection[Row]) -> str:
    """How many rows fit, are near and miss, in words."""
    counts = {mark: sum(row.mark == mark for row in rows) for mark in (FITS, NEAR, MISSES, ABSENT)}
    absent = f", {counts[ABSENT]} could not be simulated" if counts[ABSENT] else ""
    return f"{counts[FITS]} of {len(rows)} fit, {counts[NEAR]} near, {counts[MISSES]} miss{absent}"


def closing(found: dict[str, list[Row]]) -> str:
    """The verdict on all rows, in words, and if stylised facts were played whether enough of them hold."""
    rows = [row for group in found.values() for row in group]
    return f"{verdict(rows)}. {facts.bar(rows)}." if "facts" in found else f"{verdict(rows)}."


def cells(row: Row) -> tuple[str, ...]:
    """One row as people read it, in the order of HEADS."""
    name = f"{row.group}: {row.name}" if row.group else row.name
    values = (row.published_text, row.window, row.text(row.simulated), row.distance_text)
    note = f"{row.source}; {row.note}" if row.note else row.source
    return (row.code, name, *values, row.mark, note)


def screen(found: dict[str, list[Row]]) -> list:
    """The table for a terminal: a heading, the rows and the verdict of each group."""
    styles = {MISSES: "red", NEAR: "yellow", FITS: "green"}
    parts = []
    for group, rows in found.items():
        table = tables.terminal("target", "published", "window", "simulated", "mark")
        table.columns[0].ratio, table.expand = 1, True
        for column, width in zip(table.columns[1:], WIDTHS, strict=True):
            column.width = width
        for prefix, members in groupby(rows, key=lambda row: row.group):
            if prefix:
                table.add_row(escape(prefix), style="bold")
            for row in members:
                _, _, published, window, simulated, distance, mark, _ = cells(replace(row, group=""))
                name = f"{row.code} {row.name}".strip()
                told = map(escape, (name, published, window, simulated, f"{mark} {distance}"))
                table.add_row(*told, style=styles.get(mark, "dim"))
        parts += [f"\n[bold]{GROUPS[group]}[/bold] {verdict(rows)}", table]
    return parts


def markdown(found: dict[str, list[Row]]) -> str:
    """The table in Markdown, rows that do not fit in bold."""
    parts = []
    for group, rows in found.items():
        lines = [[f"**{c}**" if row.mark == MISSES and c else c for c in cells(row)] for row in rows]
        parts += [f"**{GROUPS[group]}** {verdict(rows)}.", tables.markdown(HEADS, lines)]
    return "\n\n".join([*parts, f"Together: {closing(found)}"])


def around(page: Path) -> tuple[str, str]:
    """What stands before and after the table in a page. Raises BadInput if the two lines that mark it are missing."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BadInput(f"{page}: no place for the table; write these two lines where it should stand: {BEGIN} {END}")
    return before, after


def write(found: dict[str, list[Row]], page: Path, quick=False) -> None:
    """Put the table into a page, between the two lines that mark its place. Raises BadInput if they are missing.

    quick: whether it was played in small, which the page then says.
    """
    before, after = around(page)
    size = "Played in small, with `--quick`.\n\n" if quick else ""
    page.write_text(f"{before}{BEGIN}\n\n{size}{markdown(found)}\n\n{END}{after}", encoding="utf-8")
