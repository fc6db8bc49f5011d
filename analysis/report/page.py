"""The answer as one page that opens offline."""

import sys
from base64 import b64encode
from itertools import groupby
from pathlib import Path

import jinja2

from analysis.compare import Comparison, compare
from analysis.explain import files
from analysis.folder import Run, open_run
from analysis.report import rows, sentences
from analysis.report.glossary import GLOSSARY
from analysis.report.provenance import provenance
from analysis.validation import calm
from analysis.wording import month
from sim.parameters import BEHAVIOUR

SECTIONS = (
    ("answer", "How many, where"),
    ("who", "Who"),
    ("where", "Removed credit"),
    ("how", "How it shows"),
    ("why", "Why it spread"),
    ("when", "Over time"),
    ("belief", "How far to believe it"),
    ("made", "How it was made"),
    ("words", "Words"),
)
WITH_TWO_WORLDS = 5  #: so many of them need a world to compare with
CAUTION = (
    "No published outcome of the reported limit cut was found (defaults, spending or migration), so the headline has no"
    " direct empirical check: it is what the stated mechanisms imply in a market that resembles the published one in"
    " the respects above."
)


def write(folder, replay: bool | None = None) -> Path:
    """Write ``figures/`` and the self-contained ``report.html`` into a run folder.

    folder: path of a run folder with one world or two; replay: whether one seed may be played again to draw the
    neighbourhood of a default (None: only if this process has loaded the market already, so that reading never loads
    it). Returns the path of the page; raises ValueError if the folder cannot be read.
    """
    from analysis.drawing import save, svg  # matplotlib waits until something is drawn
    from analysis.report.figures import draw

    run = open_run(folder)
    comparison = compare(run) if run.reform else None
    drawings = draw(run, comparison, "sim.model" in sys.modules if replay is None else replay)
    save(drawings, run.folder)
    pictures = {
        name: {"source": _source(svg(drawing)), "alt": drawing.alt, "caption": drawing.caption}
        for name, drawing in drawings.items()
    }
    explained = files.read(run.folder) if comparison else None
    for section in explained["sections"] if explained else ():
        for figure in section["figures"]:
            pictures[figure["name"]] = figure | {"source": _source(figure["svg"])}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    content = _content(run, comparison) | {"explained": explained, "folder": run.folder.name}
    page = environment.get_template("report.html").render(figures=pictures, **content)
    path = run.folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _source(svg: bytes) -> str:
    """A picture inside the page."""
    return "data:image/svg+xml;base64," + b64encode(svg).decode()


def _content(run: Run, c: Comparison | None) -> dict:
    targets = calm.table(run)
    scenario = run.scenario(run.reform or run.baseline)
    content = {
        "key": rows.key_figures(c) if c else [],
        "title": f"Rollover: {run.pair}",
        "heading": scenario.get("title") or run.pair,
        "question": scenario.get("question"),
        "expected": scenario.get("expected"),
        "worlds": _worlds(run),
        "pair": run.pair if c else None,
        "baseline": run.baseline,
        "policy": month(run.policy) if c else None,
        "end": month(run.months[-1]),
        "sections": SECTIONS if c else SECTIONS[WITH_TWO_WORLDS:],
        "answer": sentences.headline(c) if c else rows.levels(run),
        "belief": rows.belief(targets),
        "misses": calm.misses(targets),
        "calibration": [(group, list(members)) for group, members in groupby(targets, key=lambda row: row.group)],
        "rolls": rows.rolls(run),
        "worlds_named": run.worlds,
        "caution": CAUTION,
        "command": run.manifest.get("command", ""),
        "made": _made(run),
        "timetable": _timetable(run),
        "provenance": provenance(scenario),
        "glossary": GLOSSARY,
    }
    if c:
        content |= {
            "how_many": [s for s in (sentences.turnover(c), sentences.people_cut(c), sentences.where(c)) if s],
            "products": rows.turnover([*c.products, c.lines], total=c.lines),
            "who": rows.who(c),
            "displaced": sentences.displaced(c),
            "segments": [(sentences.group_title(kind), rows.turnover(groups)) for kind, groups in c.segments.items()],
            "displacement": rows.displacement(c),
            "horizons": rows.horizons(c),
            "touched": sentences.touched(c),
        }
    return content


def _worlds(run) -> str:
    people = (
        f"{run.borrowers:,} borrowers, {len(run.seeds)} seed{'s' if len(run.seeds) > 1 else ''}, {month(run.months[0])}"
        f" to {month(run.months[-1])}"
    )
    return (
        f"Reform: {run.reform}. Baseline: {run.baseline}. {people}."
        if run.reform
        else f"World: {run.baseline}. {people}."
    )


def _made(run) -> list[tuple[str, str]]:
    m = run.manifest
    facts = [
        ("Rollover", m.get("rollover")),
        ("hash of scenarios, seeds and sizes", m.get("hash")),
        ("hash of the market's source", m.get("market_hash")),
        ("seeds", ", ".join(map(str, run.seeds))),
        ("borrowers and merchants", f"{m.get('borrowers')} and {m.get('merchants')}"),
        ("months", f"{m.get('months')} from {m.get('start')}"),
        ("versions", ", ".join(f"{name} {m[name]}" for name in ("python", "numpy", "numba", "mesa") if name in m)),
        ("made", m.get("created")),
        ("seconds", m.get("seconds")),
        ("source of the scenario", run.scenario(run.reform or run.baseline).get("source")),
    ]
    for world in run.worlds:
        changed = [
            f"{name} = {value:g} (default {BEHAVIOUR[name].default:g})"
            for name, value in (run.scenario(world).get("parameters") or {}).items()
            if name in BEHAVIOUR and value != BEHAVIOUR[name].default
        ]
        facts.append((f"parameters changed in {world}", ", ".join(changed) or "none"))
    return [(name, str(value)) for name, value in facts if value not in (None, "")]


def _timetable(run) -> list[tuple[str, list[str]]]:
    """What changes and when: in every world, then only in the reform."""
    changes = {world: run.scenario(world).get("changes") or {} for world in run.worlds}
    baseline = changes[run.baseline]
    tables = [
        (f"Changes in {'both worlds' if run.reform else run.baseline}", [_change(*item) for item in baseline.items()])
    ]
    if run.reform:
        own = [(name, change) for name, change in changes[run.reform].items() if baseline.get(name) != change]
        tables.append((f"Changes only in {run.reform}", [_change(*item) for item in own]))
    return tables


def _change(name, change) -> str:
    aim = " ".join(str(change[key]) for key in ("platform", "product") if change.get(key))
    who = ", ".join(
        f"{key.replace('_', ' ')} {value}" for key, value in (change.get("who") or {}).items() if value is not None
    )
    text = (
        f"{change.get('from')}{' up to, not including, ' + change['until'] if change.get('until') else ''}: {name}:"
        f" {change.get('lever')} {change.get('value')}"
    )
    text += f", {aim}" if aim else ""
    text += f", {who}" if who else ""
    text += f", phased in over {change['phase_in']} months" if change.get("phase_in") else ""
    text += f", announced {change['announced']}" if change.get("announced") else ""
    if when := change.get("when"):
        marks = [f"{side} {when[side]}" for side in ("above", "below") if when.get(side) is not None]
        text += f", if {when['indicator'].replace('_', ' ')} {' and '.join(marks)}"
    return text + (f" ({change['source']})" if change.get("source") else "")
