"""Attributes that read and write the records of a market, with every written value checked first."""

import numpy as np

from sim.line import CLOSED
from sim.record import CAUSES

#: Highest value of fields that compiled rules use as an index: they do not check, so it is checked here.
_HIGHEST = {"quintile": 4, "state": CLOSED, "contract": 0, "cause": len(CAUSES) - 1}


def view_of(table, fields):
    """Give a class one attribute for each field of a table of the market.

    The class has ``model`` and ``index``, its place in the table. table: a name in ``model.market``; fields:
    sim.records.Field, whose meaning and unit document the attribute.
    """

    def decorate(cls):
        for field in fields:
            setattr(cls, field.name, _attribute(table, field))
        return cls

    return decorate


def _attribute(table, field):
    def read(self):
        return getattr(self.model.market, table)[field.name][self.index].item()

    def write_one(self, value):
        write(self.model, table, field, self.index, value)

    return property(read, write_one, doc=f"{field.meaning} ({field.unit})")


def write(model, table, field, index, value):
    """Write a number, or an array of them, into a field of some records of a table.

    model: whose ``market`` it is, told by ``touched`` that its accounts must be opened anew; table: a name in the
    market; field: sim.records.Field; index: one place or many.
    Raises AttributeError for an id, TypeError for what is no number, ValueError for a fraction or what does not fit.
    """
    if field.name == "id":
        raise AttributeError("an id is the address in chance and in every table, and cannot be changed")
    column = getattr(model.market, table)[field.name]
    column[index] = _fitting(field, value, column.dtype, len(model.market.merchants))
    model.touched = True


def _fitting(field, value, dtype, merchants):
    number = np.asarray(value)
    if number.dtype.kind not in "biuf":
        raise TypeError(f"{field.name} takes a number ({field.unit}), not {value!r}")
    with np.errstate(invalid="ignore", over="ignore"):  # what does not fit is seen below
        held = number.astype(dtype)
    whole = dtype.kind != "f"
    if (held != number).any() if whole else not np.isfinite(held).all():
        raise ValueError(
            f"{field.name} takes a {'whole' if whole else 'finite'} number ({field.unit}) that fits in "
            f"{dtype}, not {value!r}"
        )
    low, high = _bounds(field, merchants)
    if (held < low).any() or (held > high).any():
        raise ValueError(f"{field.name} must be between {low} and {high} ({field.unit}), not {value!r}")
    return held


def _bounds(field, merchants):
    """Lowest and highest value of a field: a parameter has its own range."""
    if field.name == "employer":
        return -1, merchants - 1
    if field.name in _HIGHEST:
        return 0, _HIGHEST[field.name]
    return getattr(field, "low", -np.inf), getattr(field, "high", np.inf)
