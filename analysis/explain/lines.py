"""All lines of a market at once: which are on the book, and what is owed on them."""

import numpy as np

from sim.line import IN_PLAN, OPEN


def on_book(lines) -> np.ndarray:
    """Which lines their lenders carry: open, frozen or in a plan. lines: LINE records [borrower, line]."""
    return (lines["state"] >= OPEN) & (lines["state"] <= IN_PLAN)


def amounts(lines) -> np.ndarray:
    """What stands on each line, on the book or charged off, in fen [borrower, line]."""
    return lines["revolving"].astype(np.int64) + lines["purchases"] + lines["instalment"]


def owed(lines) -> np.ndarray:
    """What is owed on each line on the book, in fen [borrower, line]."""
    return np.where(on_book(lines), amounts(lines), 0)
