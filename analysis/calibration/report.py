"""What a calibration found, as tables: on the screen, as a page, and as the file of good fits."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analysis import tables
from analysis.calibration.market import values_of
from analysis.calibration.regression import LEVEL, Identification
from analysis.calibration.study import FRESH, UNPINNED, Calibration
from analysis.calibration.targets import Target
from analysis.sensitivity.values import label
from analysis.validation.row import Row
from analysis.wording import percent
from scenarios.batch.design import Axis
from scenarios.messages import BadInput

FITS = "fits.csv"
COVERING = (0.85, 0.95)  #: share of synthetic truths that 90 % intervals should cover
IDENTIFIED_HEADS = ("parameter", "covered", "width", "found", "")
PARAMETER_HEADS = ("parameter", "unit", "range", "now", "good fits: median (90 %)", "posterior 90 %", "width", "")
TARGET_HEADS = ("target", "published", "window", "good fits: median (5 to 95 %)", "fits in the window")


def identified(found: Identification, free: Sequence[Axis]) -> list[tuple[str, ...]]:
    """The rows of the check on synthetic truths, in the order of IDENTIFIED_HEADS."""
    rows = []
    for one, axis in enumerate(free):
        luck = 2.0 * np.sqrt(LEVEL * (1.0 - LEVEL) / found.truths)
        share = found.covered[one]
        low, high = COVERING[0] - luck, COVERING[1] + luck
        told = "covers too rarely" if share < low else "covers too often" if share > high else ""
        blind = "" if found.width[one] <= UNPINNED else "such data would not pin it"
        said = ", ".join(filter(None, (told, blind)))
        rows.append(
            (
                label(axis.path),
                percent(share),
                percent(found.width[one]),
                f"{found.found[one]:.2f}",
                said,
            )
        )
    return rows


def identified_words(found: Identification) -> str:
    """The check on synthetic truths in a sentence."""
    covered, width = found.covered.mean(), found.width
    return (
        f"Of {found.truths} synthetic truths, 90 % intervals cover {percent(covered, 1)} (by parameter"
        f" {percent(found.covered.min())} to {percent(found.covered.max())}; wanted:"
        f" {percent(COVERING[0])} to {percent(COVERING[1])})."
        f" {int((width <= UNPINNED).sum())} of {len(width)} parameters"
        f" would be known better than to {percent(UNPINNED)} of their range's own 90 %."
    )


def parameters(found: Calibration, present: np.ndarray) -> list[tuple[str, ...]]:
    """The rows of the parameters, in the order of PARAMETER_HEADS. present: their values now, [parameter]."""
    fits, left = (values_of(found.free, quantiles) for quantiles in found.intervals())
    rows = []
    for one, axis in enumerate(found.free):
        middle = f"{_said(fits[1, one])} ({_said(fits[0, one])} to {_said(fits[2, one])})"
        between = f"{_said(left[0, one])} to {_said(left[2, one])}"
        verdict = "" if found.pinned()[one] else "not pinned"
        ends = f"{_said(axis.low)} to {_said(axis.high)}"
        width = percent(found.width()[one])
        rows.append((label(axis.path), axis.unit, ends, _said(present[one]), middle, between, width, verdict))
    return rows


def fit_of_targets(found: Calibration) -> list[tuple[str, ...]]:
    """How the good fits meet each target, in the order of TARGET_HEADS."""
    rows = []
    for one, target in enumerate(found.targets):
        values = found.values[:, one]
        low, middle, high = (_text(target, value) for value in np.nanquantile(values, (0.05, 0.5, 0.95)))
        inside = np.mean((target.low <= values) & (values <= target.high))
        window = f"{_text(target, target.low)} to {_text(target, target.high)}"
        said = f"{middle} ({low} to {high})"
        rows.append((target.name, _text(target, target.published), window, said, percent(inside)))
    return rows


def words(found: Calibration) -> str:
    """What was found, in a few sentences."""
    loose = [label(axis.path) for axis, held in zip(found.free, found.pinned(), strict=True) if not held]
    inside = np.mean([[t.low <= v <= t.high for t, v in zip(found.targets, fit, strict=True)] for fit in found.values])
    return (
        f"{len(found.units)} good fits of {found.candidates} candidates, out of"
        f" {len(found.tried.distances) + len(found.bank.units):,} points: distance {found.distances[0]:.2f} to"
        f" {found.distances[-1]:.2f} on {FRESH} fresh seeds, accepted up to"
        f" {found.bound:.2f}; the world as it is: {found.start:.2f}; every target at the edge of its window:"
        f" {len(found.targets)}. On average a fit meets {percent(inside)} of the windows. Not pinned by the data:"
        f" {len(loose)} of {len(found.free)} parameters{': ' + ', '.join(loose) if loose else ''}."
    )


def page(found: Calibration, checked: Identification, present: np.ndarray, title: str) -> str:
    """The calibration as a page in Markdown."""
    return "\n\n".join(
        (
            f"# {title}",
            words(found),
            "![90 % intervals of each parameter within its range](figures/calibration-intervals.svg)",
            tables.markdown(PARAMETER_HEADS, parameters(found, present)),
            f"*Width*: the wider of the two 90 % intervals, as a share of the range's own 90 %; above"
            f" {percent(UNPINNED)} a parameter counts as not pinned."
            " The good fits are what was accepted after a search, on fresh seeds, and lean towards the best of them;"
            " the posterior is what the bank of prior simulations leaves possible, and is what was checked below.",
            "## Does a fit meet the targets?",
            tables.markdown(TARGET_HEADS, fit_of_targets(found)),
            "## Would such data show the truth?",
            identified_words(checked),
            tables.markdown(IDENTIFIED_HEADS, identified(checked, found.free)),
            "*Covered*: share of synthetic truths inside their 90 % interval. *Width*: median width of the interval, as"
            " a share of the range's own 90 %. *Found*: correlation of the truth with the middle of its posterior.",
        )
    ) + "\n"  # fmt: skip


def write_fits(found: Calibration, path: Path) -> None:
    """Write the accepted fits, best first: distance, each parameter by its address, each target by its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    heads = ["distance", *(axis.path for axis in found.free), *(target.name for target in found.targets)]
    table = np.column_stack([found.distances, values_of(found.free, found.units), found.values])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows([f"{value:.6g}" for value in row] for row in table)


def read_fits(path: Path, free: Sequence[Axis]) -> np.ndarray:
    """The accepted fits of a file, best first: array [fit, parameter] in the order of ``free``; raises BadInput."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        raise BadInput(
            f"{path}: no good fits here; give the same rollover calibrate command without --headline"
        ) from None
    try:
        found = np.array([[float(row[axis.path]) for axis in free] for row in rows])
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: has no number for {error}; calibrate again, or name the design with --free") from None
    if not len(found):
        raise BadInput(f"{path}: holds no fit; calibrate again")
    return found


def _said(value: float) -> str:
    return f"{value:.3g}"


def _text(target: Target, value: float) -> str:
    """A value of a target as people write it."""
    return Row("", "", value, None, target.published, target.low, target.high, target.unit, "").text(value)
