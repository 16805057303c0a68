"""The kinds of value that the analysis modules hand to one another."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Interval(NamedTuple):
    """Lower and upper end; `0 in interval` asks whether 0 lies between them, ends included.

    `100 * interval` is the interval in percent (a tuple would be repeated a hundred times).
    """

    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, Real) and self.low <= float(value) <= self.high

    if not TYPE_CHECKING:  # a type checker takes any product of a tuple for a longer tuple

        def __mul__(self, factor: float) -> Interval:
            return Interval(*sorted((self.low * factor, self.high * factor)))

        __rmul__ = __mul__
