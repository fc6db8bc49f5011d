"""An explanation on disk: tables, figures and what they say, in ``explain/`` of the run's folder."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scenarios.store import write_table
from sim.record import Column

FOLDER, SUMMARY = "explain", "explain.json"


@dataclass(frozen=True)
class Table:
    """One file of an explanation: its columns, and its rows as numpy columns by name."""

    name: str
    columns: tuple[Column, ...]
    values: dict[str, np.ndarray]


@dataclass(frozen=True)
class Section:
    """One part: what it says, draws (name -> what gives figure, description and caption), prints and keeps."""

    key: str
    title: str
    sentences: list[str]
    figures: dict[str, Callable] = field(default_factory=dict)
    printed: list[dict] = field(default_factory=list)  # caption, heads, rows of text
    tables: list[Table] = field(default_factory=list)


def write(run: Path, sections: Sequence[Section], made: dict) -> Path:
    """Write an explanation into a run's folder; one that is there already is replaced once the new one is whole.

    run: the run's folder; sections: the parts; made: how it was made, kept with it. Returns the folder written.
    """
    from analysis.drawing import drawn, png, svg

    target, draft = run / FOLDER, run / f".{FOLDER}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    told = []
    for section in sections:
        for table in section.tables:
            write_table(draft / f"{table.name}.parquet", table.columns, table.values)
        drawings = drawn(section.figures)
        for name, drawing in drawings.items():
            (draft / f"{name}.svg").write_bytes(svg(drawing))
            (draft / f"{name}.png").write_bytes(png(drawing))
        told.append(
            {
                "key": section.key,
                "title": section.title,
                "sentences": section.sentences,
                "figures": [{"name": n, "alt": d.alt, "caption": d.caption} for n, d in drawings.items()],
                "tables": section.printed,
                "files": [table.name for table in section.tables],
            }
        )
    text = json.dumps({**made, "sections": told}, indent=2, allow_nan=False)
    (draft / SUMMARY).write_text(text + "\n", encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    draft.rename(target)
    return target


def read(run: Path) -> dict | None:
    """What an explanation says, with its figures as SVG; None if the run has not been explained, or not as it is now.

    run: the run's folder.
    """
    try:
        told = json.loads((run / FOLDER / SUMMARY).read_text(encoding="utf-8"))
        for section in told["sections"]:
            for figure in section["figures"]:
                figure["svg"] = (run / FOLDER / f"{figure['name']}.svg").read_bytes()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return told
