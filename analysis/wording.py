"""Numbers, intervals and months as people write them."""

import numpy as np

from analysis.estimate import Estimate


def number(value, digits=2) -> str:
    """A number with its sign, as people write it."""
    if not np.isfinite(value):
        return "-"
    text = f"{value:+,.{digits}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text


def interval(value: Estimate, digits=2) -> str:
    """An Estimate as ``+1.20 (95 % interval +0.80 to +1.60)``, or without the interval if there is one seed."""
    if not value.has_interval:
        return f"{number(value.mean, digits)} (one seed, no interval)"
    return f"{number(value.mean, digits)} (95 % interval {number(value.low, digits)} to {number(value.high, digits)})"


def month(date) -> str:
    """A month as ``2020-12``."""
    return str(np.datetime64(date, "M"))
