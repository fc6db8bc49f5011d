"""The answer for people: one page that opens offline, and the same in short on the screen."""

from base64 import b64encode
from itertools import groupby
from pathlib import Path

import jinja2
import numpy as np

from analysis import calibration, wording
from analysis.compare import Comparison, compare, roll_rates
from analysis.folder import Run, open_run
from analysis.glossary import GLOSSARY
from analysis.wording import month, number
from sim.parameters import BEHAVIOUR

SECTIONS = (("answer", "How many, where"), ("who", "Who"), ("where", "Removed credit"), ("how", "Through what"), ("when", "Over time"),
            ("belief", "How far to believe it"), ("made", "How it was made"), ("words", "Words"))
CAUTION = ("No published outcome of the reported limit cut was found (defaults, spending or migration), so the headline has no direct empirical "
           "check: it is what the stated mechanisms imply in a market that resembles the published one in the respects above.")


def write(folder) -> Path:
    """Write ``figures/`` and the self-contained ``report.html`` into a run folder.

    folder: path of a run folder with one world or two. Returns the path of the page; raises ValueError if the folder
    cannot be read.
    """
    from analysis import figures
    from analysis.neighbourhood import neighbourhood

    run = open_run(folder)
    comparison = compare(run) if run.reform else None
    drawings = figures.draw(run, comparison)
    if comparison is not None:
        drawn = neighbourhood(comparison)
        if drawn is not None:
            drawings["neighbourhood"] = drawn
    figures.save(drawings, run.folder)
    pictures = {name: {"source": "data:image/svg+xml;base64," + b64encode(figures.svg(drawing)).decode(), "alt": drawing.alt,
                       "caption": drawing.caption} for name, drawing in drawings.items()}
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    page = environment.get_template("report.html").render(figures=pictures, **_content(run, comparison))
    path = run.folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def screen(folder):
    """The short answer as a rich renderable.

    folder: path of a run folder with one world or two. Returns a group of lines and tables for a rich console.
    """
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    run = open_run(folder)
    rows = calibration.table(run)
    parts = []
    if run.reform:
        c = compare(run)
        parts += [Text(wording.headline(c), style="bold"), Text(wording.turnover(c))]
        parts += [Text(sentence) for sentence in (wording.people_cut(c), wording.where(c), wording.touched(c)) if sentence]
        parts += [Text(f"Defaults in one world only, {run.pair}; caused: only under {run.reform}, avoided: only under {run.baseline}.", style="italic"),
                  _rates("lines by lender, per 1,000 borrowers", c.platforms),
                  *(_rates(f"people by {wording.group_title(kind)}, per 1,000 of the group", groups) for kind, groups in c.segments.items()),
                  _displacement_table(c), Text(wording.displaced(c))]
        parts.append(_calibration_table([row for row in rows if row.mark != calibration.FITS], "calibration: what does not fit"))
    else:
        parts += [Text(_levels(run), style="bold"), _calibration_table(rows, "calibration: calm market of 2017-2019")]
    parts.append(Text(_belief(rows)))
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _table(title, *columns):
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for i, column in enumerate((title, *columns)):
        table.add_column(column, justify="left" if i == 0 else "right", overflow="fold")
    return table


def _rates(title, groups):
    table = _table(title, "caused", "avoided", "difference", "95 % interval")
    for row in _turnover(groups):
        table.add_row(row["name"] + (" (cut)" if row["cut"] else ""), row["caused"], row["avoided"], row["excess"], row["interval"])
    return table


def _displacement_table(c):
    table = _table("where the removed credit went", "yuan per borrower", "95 % interval", "of removed", "of net")
    for row in _displacement(c):
        table.add_row(row["name"], row["yuan"], row["interval"], row["share"], row["net"], style="bold" if row["total"] else "")
    return table


def _calibration_table(rows, title):
    table = _table(title, "simulated", "published", "window", "mark")
    styles = {calibration.MISSES: "red", calibration.NEAR: "yellow", calibration.FITS: "green"}
    for row in rows:
        table.add_row(f"{row.group}: {row.name}", row.text(row.simulated), row.published_text, row.window, row.mark,
                      style=styles.get(row.mark, "dim"))
    return table


def _content(run: Run, c: Comparison | None) -> dict:
    rows = calibration.table(run)
    scenario = run.scenario(run.reform or run.baseline)
    content = {
        "key": _key_figures(c) if c else [],
        "title": f"Rollover: {run.pair}", "heading": scenario.get("title") or run.pair, "question": scenario.get("question"),
        "expected": scenario.get("expected"), "worlds": _worlds(run), "pair": run.pair if c else None, "baseline": run.baseline,
        "policy": month(run.policy) if c else None, "end": month(run.months[-1]), "sections": SECTIONS if c else SECTIONS[4:],
        "answer": wording.headline(c) if c else _levels(run), "belief": _belief(rows), "misses": calibration.misses(rows),
        "calibration": [(group, list(members)) for group, members in groupby(rows, key=lambda row: row.group)],
        "rolls": _rolls(run), "worlds_named": run.worlds, "caution": CAUTION, "command": run.manifest.get("command", ""), "made": _made(run), "timetable": _timetable(run), "glossary": GLOSSARY,
    }
    if c:
        content |= {
            "how_many": [s for s in (wording.turnover(c), wording.people_cut(c), wording.where(c)) if s],
            "products": _turnover([*c.products, c.lines], total=c.lines), "who": _who(c), "displaced": wording.displaced(c),
            "segments": [(wording.group_title(kind), _turnover(groups)) for kind, groups in c.segments.items()],
            "displacement": _displacement(c), "touched": wording.touched(c)}
    return content


def _key_figures(c) -> list[tuple[str, str]]:
    """The numbers that a reader in a hurry takes along: value and meaning."""
    d, rates, levels = c.displacement, c.people.per_thousand, c.people_levels
    base = 1000 * float(np.mean(levels[c.run.baseline])) / c.run.borrowers
    figures = [(number(rates["excess"].mean), f"people in default per 1,000, {c.run.pair}; {base:.1f} default under {c.run.baseline}")]
    if c.cut_people and c.cut_months == 1:
        figures.append((f"{100 * c.cut_people / c.run.borrowers:.1f} %", "of borrowers had a limit cut by the policy"))
    figures.append((f"{_plain(rates['caused'].mean)} / {_plain(rates['avoided'].mean)}", "caused / avoided defaults of people, per 1,000"))
    if c.cut_products and not all(group.cut for group in c.platforms):
        figures.append((number(c.elsewhere.per_thousand["excess"].mean), "line defaults per 1,000 at lenders that did not cut"))
    net = d.yuan(d.net).mean
    if net > 0:
        unspent, elsewhere = d.net_share(d.find("purchases").fen), d.net_share(sum(row.fen for row in d.elsewhere))
        figures.append((f"{net:,.0f} yuan", "net credit removed per borrower"))
        figures.append((f"{100 * elsewhere:.0f} % / {100 * unspent:.0f} %", "of it borrowed elsewhere / given up as spending"))
    return figures


def _turnover(groups, total=None) -> list[dict]:
    rows = []
    for group in groups:
        rates = group.per_thousand
        span = rates["excess"]
        rows.append({"name": group.name, "cut": group.cut, "total": group is total, "caused": _plain(rates["caused"].mean),
                     "avoided": _plain(rates["avoided"].mean), "excess": number(span.mean),
                     "interval": _interval(group),
                     "size": f"{float(np.mean(group.size)):,.0f}"})
    return rows


def _interval(group) -> str:
    if not group.caused.any() and not group.avoided.any():
        return "no default differs"  # an interval of width zero would claim to know that the difference is zero
    span = group.per_thousand["excess"]
    return f"{number(span.low)} to {number(span.high)}" if span.has_interval else "-"


def _plain(value) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "-"


def _displacement(c) -> list[dict]:
    d = c.displacement

    def row(name, fen, net=True, total=False):
        amount, share, net_share = d.yuan(fen), d.share(fen), d.net_share(fen)
        return {"name": name, "yuan": number(amount.mean, 1), "total": total, "share": f"{100 * share:.1f} %" if np.isfinite(share) else "-",
                "interval": f"{number(amount.low, 1)} to {number(amount.high, 1)}" if amount.has_interval else "-",
                "net": f"{100 * net_share:.1f} %" if net and np.isfinite(net_share) else ""}

    repaid = d.find("repaid cut")
    return [row("credit removed on " + ", ".join(d.cut_lines), d.removed, net=False, total=True), row(repaid.name, repaid.fen, net=False),
            row("net credit removed", d.net, total=True), *(row(r.name, r.fen) for r in d.rows if r is not repaid)]


def _rolls(run) -> list[tuple[str, list[str]]]:
    return [(row["line"], [f"{100 * row[world, stage]:.1f} %" if np.isfinite(row[world, stage]) else "-"
                           for stage in ("M1", "M2", "M3") for world in run.worlds]) for row in roll_rates(run)]


def _who(c) -> str:
    sentences = []
    for kind, groups in c.segments.items():
        top = wording.strongest(groups)
        excess = top.per_thousand["excess"]
        if np.isfinite(excess.mean) and not excess.includes_zero and excess.mean > 0:
            sentences.append(f"By {wording.group_title(kind)}, the largest excess is in the group '{top.name}': "
                             f"{wording.interval(excess)} per 1,000 people of the group.")
        else:
            sentences.append(f"By {wording.group_title(kind)}, no group has an excess that these runs can tell from zero.")
    return " ".join(sentences)


def _levels(run) -> str:
    late = calibration.delinquency_path(run)
    last = {name: 100 * float(values[:, -1].mean()) for name, values in late.items()}
    return (f"{run.baseline} alone: at the end ({month(run.months[-1])}), {last['30+']:.2f} % of the incumbent's balance is more than 30 days late and "
            f"{last['90+']:.2f} % more than 90 days. There is no second world to compare with.")


def _belief(rows) -> str:
    counts = {mark: sum(row.mark == mark for row in rows) for mark in (calibration.FITS, calibration.NEAR, calibration.MISSES, calibration.ABSENT)}
    absent = f", {counts[calibration.ABSENT]} could not be computed from this run" if counts[calibration.ABSENT] else ""
    text = (f"Of {len(rows)} published figures of the calm market of 2017-2019, the baseline world fits {counts[calibration.FITS]}, is near "
            f"{counts[calibration.NEAR]} and misses {counts[calibration.MISSES]}{absent}.")
    late = [row.simulated / row.published for row in rows if row.name == "end of 2019" and row.simulated is not None]
    if not late or 0.8 <= late[0] <= 1.2:
        return text
    return text + (f" More than 30 days late at the incumbent at the end of 2019 is {late[0]:.1f} times the published figure, so the number of "
                   f"defaults is {'low' if late[0] < 1 else 'high'} in both worlds, and the excess probably is too.")


def _worlds(run) -> str:
    people = f"{run.borrowers:,} borrowers, {len(run.seeds)} seed{'s' if len(run.seeds) > 1 else ''}, {month(run.months[0])} to {month(run.months[-1])}"
    return f"Reform: {run.reform}. Baseline: {run.baseline}. {people}." if run.reform else f"World: {run.baseline}. {people}."


def _made(run) -> list[tuple[str, str]]:
    m = run.manifest
    rows = [("Rollover", m.get("rollover")), ("hash of scenarios, seeds and sizes", m.get("hash")), ("hash of the market's source", m.get("market_hash")),
            ("seeds", ", ".join(map(str, run.seeds))), ("borrowers and merchants", f"{m.get('borrowers')} and {m.get('merchants')}"),
            ("months", f"{m.get('months')} from {m.get('start')}"), ("versions", ", ".join(f"{name} {m[name]}" for name in ("python", "numpy", "numba", "mesa") if name in m)),
            ("made", m.get("created")), ("seconds", m.get("seconds")), ("source of the scenario", run.scenario(run.reform or run.baseline).get("source"))]
    for world in run.worlds:
        changed = [f"{name} = {value:g} (default {BEHAVIOUR[name].default:g})" for name, value in (run.scenario(world).get("parameters") or {}).items()
                   if name in BEHAVIOUR and value != BEHAVIOUR[name].default]
        rows.append((f"parameters changed in {world}", ", ".join(changed) or "none"))
    return [(name, str(value)) for name, value in rows if value not in (None, "")]


def _timetable(run) -> list[tuple[str, list[str]]]:
    """What changes and when: in every world, then only in the reform."""
    changes = {world: run.scenario(world).get("changes") or {} for world in run.worlds}
    baseline = changes[run.baseline]
    tables = [(f"Changes in {'both worlds' if run.reform else run.baseline}", [_change(*item) for item in baseline.items()])]
    if run.reform:
        own = [(name, change) for name, change in changes[run.reform].items() if baseline.get(name) != change]
        tables.append((f"Changes only in {run.reform}", [_change(*item) for item in own]))
    return tables


def _change(name, change) -> str:
    aim = " ".join(str(change[key]) for key in ("platform", "product") if change.get(key))
    who = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in (change.get("who") or {}).items() if value is not None)
    text = f"{change.get('from')}{' to before ' + change['until'] if change.get('until') else ''}: {name}: {change.get('lever')} {change.get('value')}"
    text += f", {aim}" if aim else ""
    text += f", {who}" if who else ""
    text += f", phased in over {change['phase_in']} months" if change.get("phase_in") else ""
    return text + (f" ({change['source']})" if change.get("source") else "")
