"""What the records of lines say, in whatever experiment they are looked at."""

import numpy as np

from sim.line import CHARGED_OFF, DEFAULT_MONTHS, IN_PLAN, OPEN, SOLD


def on_book(lines) -> np.ndarray:
    """Which lines are carried by their lenders as an asset, bool in the shape of ``lines``."""
    return (lines["state"] >= OPEN) & (lines["state"] <= IN_PLAN)


def owed(lines) -> np.ndarray:
    """What is owed on each line on the book, in fen, charged-off claims excluded; in the shape of ``lines``."""
    total = lines["revolving"].astype(np.int64) + lines["purchases"] + lines["instalment"]
    return np.where(on_book(lines), total, 0)


def in_default(lines) -> np.ndarray:
    """Which lines are more than 90 days late, charged off or sold, bool in the shape of ``lines``."""
    late = on_book(lines) & (lines["months_past_due"] >= DEFAULT_MONTHS)
    return late | (lines["state"] == CHARGED_OFF) | (lines["state"] == SOLD)


def ratio(over, under) -> float:
    """One number over another; nan where there is nothing to divide by."""
    return float(over) / float(under) if under else float("nan")
