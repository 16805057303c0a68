"""Variance: CUPED, which takes out of a metric what was known of each user before the test.

x is the same user's number from before the test (visits, revenue), or anything the test cannot
have changed; y is the metric in the test. Users new to the shop have x = 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from workbook.analysis.inputs import inside, number, pair
from workbook.analysis.kinds import Floats
from workbook.analysis.significance import TTest, welch


@dataclass(frozen=True)
class Cuped:
    """A test read with and without CUPED.

    theta           how much of y goes with one unit of x, over both arms
    plain           Welch's test of y
    adjusted        Welch's test of y - theta · (x - mean of x)
    variance_left   share of the effect's variance that is left, 0..1 (rarely a little above);
                    as many times fewer users would have done
    """

    theta: float
    plain: TTest
    adjusted: TTest
    variance_left: float


def theta(y: Iterable[float], x: Iterable[float]) -> float:
    """cov(y, x) / var(x): the factor that leaves least variance (Deng, Xu, Kohavi, Walker, 2013).

    One value per user in each, in the same order. ValueError if x is the same for all.
    """
    return _theta(*_known(y, x))


def cuped_values(y: Iterable[float], x: Iterable[float]) -> Floats:
    """y - theta · (x - mean of x), one per user: same mean as y, less variance (Deng 2013).

    Give both arms in one list: an own theta and an own mean of x in each arm would not be fair.
    ValueError as for `theta`.
    """
    after, before = _known(y, x)
    return _adjusted(after, before)


def variance_left(correlation: float) -> float:
    """Share of the variance that CUPED leaves, 1 - correlation², for a correlation in -1..1.

    A correlation of 0.5 of y with x leaves 0.75, one of 0.7 leaves 0.51 (Deng and others, 2013).
    """
    found = number("correlation", correlation, least=-1)
    if found > 1:
        raise ValueError(f"A correlation lies in -1..1; {found:g} does not.")
    return 1 - found**2


def cuped(
    y_a: Iterable[float],
    x_a: Iterable[float],
    y_b: Iterable[float],
    x_b: Iterable[float],
    level: float = 0.95,
) -> Cuped:
    """The effect of B minus A with and without CUPED (Deng, Xu, Kohavi and Walker, 2013).

    Theta and the mean of x are taken over both arms, then both tests are Welch's. ValueError for
    fewer than two users in an arm, lists of different length, an x that is the same for all, or
    one that y follows without error.
    """
    inside("level", level)
    after_a, before_a = pair(("y_a", "x_a"), y_a, x_a, rows=2)
    after_b, before_b = pair(("y_b", "x_b"), y_b, x_b, rows=2)
    after, before = np.concatenate([after_a, after_b]), np.concatenate([before_a, before_b])
    adjusted = _adjusted(after, _varied(before))
    plain = welch(after_a, after_b, level)
    if adjusted.std() <= 1e-9 * after.std():
        raise ValueError(
            "x tells y without error, so nothing is left to test: is it from before the test?"
        )
    better = welch(adjusted[: len(after_a)], adjusted[len(after_a) :], level)
    left = (better.standard_error / plain.standard_error) ** 2
    return Cuped(_theta(after, before), plain, better, left)


def _known(y: Iterable[float], x: Iterable[float]) -> tuple[Floats, Floats]:
    after, before = pair(("y", "x"), y, x, rows=2)
    return after, _varied(before)


def _varied(x: Floats) -> Floats:
    if x.min() == x.max():
        raise ValueError("x is the same for all users, so it explains nothing: leave CUPED out.")
    return x


def _theta(y: Floats, x: Floats) -> float:
    away = x - x.mean()
    return float(away @ (y - y.mean()) / (away @ away))


def _adjusted(y: Floats, x: Floats) -> Floats:
    less: Floats = y - _theta(y, x) * (x - x.mean())
    return less
