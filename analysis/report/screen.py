"""The short answer for a terminal."""

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from analysis.compare import compare
from analysis.folder import open_run
from analysis.report import rows, sentences
from analysis.tables import terminal
from analysis.validation import calm
from analysis.validation.row import FITS, MISSES, NEAR


def screen(folder):
    """The short answer as a rich renderable.

    folder: path of a run folder with one world or two. Returns a group of lines and tables for a rich console.
    """
    run = open_run(folder)
    targets = calm.table(run)
    parts = []
    if run.reform:
        c = compare(run)
        parts += [Text(sentences.headline(c), style="bold"), Text(sentences.turnover(c))]
        told = (sentences.people_cut(c), sentences.where(c), sentences.touched(c))
        parts += [Text(sentence) for sentence in told if sentence]
        parts += [
            Text(
                f"Defaults in one world only, {run.pair}; caused: only under {run.reform}, avoided: only under"
                f" {run.baseline}.",
                style="italic",
            ),
            _rates("lines by lender, per 1,000 borrowers", c.platforms),
            *(
                _rates(f"people by {sentences.group_title(kind)}, per 1,000 of the group", groups)
                for kind, groups in c.segments.items()
            ),
            _displacement_table(c),
            Text(sentences.displaced(c)),
        ]
        parts.append(_calibration_table([row for row in targets if row.mark != FITS], "calibration: what does not fit"))
    else:
        parts += [
            Text(rows.levels(run), style="bold"),
            _calibration_table(targets, "calibration: calm market of 2017-2019"),
        ]
    parts.append(Text(rows.belief(targets)))
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _rates(title, groups):
    table = terminal(title, "caused", "avoided", "difference", "95 % interval")
    for row in rows.turnover(groups):
        table.add_row(
            row["name"] + (" (cut)" if row["cut"] else ""),
            row["caused"],
            row["avoided"],
            row["excess"],
            row["interval"],
        )
    return table


def _displacement_table(c):
    table = terminal("where the removed credit went", "yuan per borrower", "95 % interval", "of removed", "of net")
    for row in rows.displacement(c):
        table.add_row(
            row["name"], row["yuan"], row["interval"], row["share"], row["net"], style="bold" if row["total"] else ""
        )
    return table


def _calibration_table(targets, title):
    table = terminal(title, "simulated", "published", "window", "mark")
    styles = {MISSES: "red", NEAR: "yellow", FITS: "green"}
    for row in targets:
        table.add_row(
            f"{row.group}: {row.name}",
            row.text(row.simulated),
            row.published_text,
            row.window,
            row.mark,
            style=styles.get(row.mark, "dim"),
        )
    return table
