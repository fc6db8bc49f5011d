"""Numbers, intervals and months as people write them."""

import numpy as np

from analysis.estimate import Estimate


def number(value, digits=2, signed=True) -> str:
    """A number as people write it, with its sign; ``signed=False`` for a level, which needs no plus."""
    if not np.isfinite(value):
        return "-"
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text


def span(value: Estimate, digits=2, signed=True) -> str:
    """The interval of an Estimate as ``95 % interval +0.80 to +1.60``, or that one seed has none."""
    if not value.has_interval:
        return "one seed, no interval"
    return f"95 % interval {number(value.low, digits, signed)} to {number(value.high, digits, signed)}"


def interval(value: Estimate, digits=2, signed=True, unit="") -> str:
    """An Estimate as ``+1.20 (95 % interval +0.80 to +1.60)``, with its unit, if one is given, before the bracket."""
    return f"{number(value.mean, digits, signed)}{unit and ' ' + unit} ({span(value, digits, signed)})"


def percent(share, digits=0) -> str:
    """A share as people write it: 0.95 is ``95 %``."""
    return f"{100 * share:.{digits}f} %"


def month(date) -> str:
    """A month as ``2020-12``."""
    return str(np.datetime64(date, "M"))
