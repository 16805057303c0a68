"""The kinds of value that the analysis modules hand to one another."""

from __future__ import annotations

from numbers import Real
from typing import NamedTuple

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


def _times(interval: Interval, factor: float) -> Interval:
    return Interval(*sorted((interval.low * factor, interval.high * factor)))


# Set from outside: a type checker takes any product of a tuple for a longer tuple.
Interval.__mul__ = Interval.__rmul__ = _times  # type: ignore[method-assign, assignment]
