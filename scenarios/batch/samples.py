"""The points of a design: the same ones, in the same order, every time.

Given values come first and change slowest: grids crossed with each other, then lists row by row, then the sample.
"""

from itertools import product
from math import prod

import numpy as np

from scenarios.batch.design import Axis, Design

SEED = 1  #: of every sample: a design names its points once and for all
LEVELS = 4  #: of a Morris trajectory in each direction, the usual choice: steps of two thirds of the range


def count(design: Design) -> int:
    """How many points a design has, found without making them.

    Grids multiply, lists count once, and the sample of n and k sampled axes has n rows for a Latin hypercube,
    n (k + 2) for Sobol (Saltelli 2010, first and total order), n (k + 1) for Morris.
    """
    return prod(_given(design)) * rows(design)


def rows(design: Design) -> int:
    """How many rows the sample has that each given combination is crossed with; 1 without a sample."""
    extra = {None: 0, "lhs": 1, "sobol": len(design.sampled) + 2, "morris": len(design.sampled) + 1}[design.method]
    return design.sampled[0].n * extra if design.sampled else 1


def points(design: Design) -> list[dict[str, float]]:
    """Every point of a design: address -> value, addresses in the order of the design.

    Whole-number axes get whole numbers, each with the same weight. Points of Morris and, with whole numbers, of Sobol
    samples may repeat: their order carries the meaning, and ``analysis.sensitivity`` reads them in this order.
    """
    grids = [axis for axis in design.sweep if axis.method == "grid"]
    lists = [axis for axis in design.sweep if axis.method == "list"]
    choices = [[{axis.path: value} for value in axis.values] for axis in grids]
    if lists:
        together = zip(*(axis.values for axis in lists), strict=True)
        choices.append([dict(zip([axis.path for axis in lists], row, strict=True)) for row in together])
    choices.append(_sample(design.method, design.sampled))
    order = [axis.path for axis in design.sweep]
    crossed = ({path: value for part in parts for path, value in part.items()} for parts in product(*choices))
    return [{path: point[path] for path in order} for point in crossed]


def problem(axes) -> dict:
    """Sampled axes as SALib describes them, on the unit cube. axes: Axis each."""
    return {"num_vars": len(axes), "names": [axis.path for axis in axes], "bounds": [[0.0, 1.0]] * len(axes)}


def _given(design: Design) -> list[int]:
    """Sizes that multiply: of each grid, and of the lists together."""
    sizes = [len(axis.values) for axis in design.sweep if axis.method == "grid"]
    return sizes + [len(axis.values) for axis in design.sweep if axis.method == "list"][:1]


def _sample(method: str | None, axes: tuple[Axis, ...]) -> list[dict[str, float]]:
    """The rows of the sample, one row without values if there is none."""
    if method is None:
        return [{}]
    return [{axis.path: _scaled(axis, u) for axis, u in zip(axes, row, strict=True)} for row in _unit(method, axes)]


def _unit(method: str, axes: tuple[Axis, ...]) -> np.ndarray:
    """The sample on the unit cube, array [row, axis].

    Sources: McKay, Beckman and Conover 1979 (Latin hypercube); Saltelli et al. 2010 (Sobol, scrambled); Morris 1991.
    """
    if method == "lhs":
        from scipy.stats import qmc

        return qmc.LatinHypercube(len(axes), seed=SEED).random(axes[0].n)
    if method == "sobol":
        from SALib.sample import sobol

        return sobol.sample(problem(axes), axes[0].n, calc_second_order=False, seed=SEED)
    from SALib.sample import morris

    return morris.sample(problem(axes), axes[0].n, num_levels=LEVELS, seed=SEED)


def _scaled(axis: Axis, u: float) -> float:
    """A number of the unit interval on the scale of an axis: low + u (high - low), or a whole number by equal bins."""
    if not axis.whole:
        return float(min(axis.high, axis.low + u * (axis.high - axis.low)))
    width = axis.high - axis.low + 1
    return int(axis.low + min(int(u * width + 1e-9), width - 1))  # the step keeps thirds on their side of a bin
