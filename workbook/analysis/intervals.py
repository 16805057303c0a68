"""Intervals: how far a rate, a difference, a ratio or a mean could lie from what was counted.

Two arms are given as `part_a, whole_a, part_b, whole_b`; a difference is B minus A, a ratio B
over A. Wilson's interval of one rate is `rates.wilson`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import acos, copysign, cos, exp, inf, log, pi, sqrt
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.inputs import inside, need_columns, pair, whole_number
from workbook.analysis.kinds import Floats, Interval
from workbook.analysis.rates import part_whole, rate, rate_variance, wilson, z_value


@dataclass(frozen=True)
class Ratio:
    """A ratio (1 = no difference) and its interval, wider above than below."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class Estimate:
    """A value in its own unit, its standard error and its interval."""

    value: float
    standard_error: float
    interval: Interval


def around(
    value: float, error: float, level: float = 0.95, *, least: float = -inf, most: float = inf
) -> Interval:
    """Normal interval (Wald): value ± z · standard error, cut at `least` and `most`."""
    half = z_value(level) * error
    return Interval(max(least, value - half), min(most, value + half))


def log_interval(ratio: float, error: float, level: float = 0.95) -> Ratio:
    """A ratio with its log interval exp(log ratio ± z · error), `error` that of the log."""
    low, high = around(log(ratio), error, level)
    return Ratio(ratio, Interval(exp(low), exp(high)))


# --- one rate ----------------------------------------------------------------------------------


def normal(part: float, whole: float, level: float = 0.95) -> Interval:
    """Normal interval (Wald) of a rate: p ± z · sqrt(p(1-p)/n), cut at 0 and 1.

    Taught to be distrusted: for 0 of n it is 0 to 0, and with few counts it covers the true rate
    less often than it says (Brown, Cai and DasGupta, 2001).
    """
    return around(rate(part, whole), sqrt(rate_variance(part, whole)), level, least=0.0, most=1.0)


def clopper_pearson(part: int, whole: int, level: float = 0.95) -> Interval:
    """Clopper-Pearson's exact interval (1934) of a rate: beta quantiles, never too narrow.

    Lower end: the rate at which `part` or more would come with chance (1 - level)/2; upper end
    likewise for `part` or fewer. Counts are whole numbers.
    """
    from scipy.special import betaincinv  # type: ignore[import-untyped]

    rate(part, whole)
    part, whole = whole_number("The part", part, 0), whole_number("The whole", whole)
    tail = (1 - inside("level", level)) / 2
    low = betaincinv(part, whole - part + 1, tail) if part else 0.0
    high = betaincinv(part + 1, whole - part, 1 - tail) if part < whole else 1.0
    return Interval(float(low), float(high))


# --- two rates ---------------------------------------------------------------------------------


def wald(
    part_a: float, whole_a: float, part_b: float, whole_b: float, level: float = 0.95
) -> Interval:
    """Wald interval of p_b - p_a, in -1..1: difference ± z · sqrt(p_a q_a/n_a + p_b q_b/n_b).

    Newcombe's method 1 (1998), the textbooks' one. The standard error is unpooled, as nobody claims
    here that the two rates are equal. Where both rates are 0 or 1 the interval has no width, and
    says nothing: take `newcombe`.
    """
    effect = rate(part_b, whole_b) - rate(part_a, whole_a)
    error = sqrt(rate_variance(part_a, whole_a) + rate_variance(part_b, whole_b))
    return around(effect, error, level, least=-1.0, most=1.0)


def newcombe(
    part_a: float, whole_a: float, part_b: float, whole_b: float, level: float = 0.95
) -> Interval:
    """Newcombe's hybrid score interval of p_b - p_a (1998, his method 10), in -1..1.

    Joins the Wilson intervals of both arms: lower end d - sqrt((p_b - low_b)² + (high_a - p_a)²),
    upper end d + sqrt((high_b - p_b)² + (p_a - low_a)²).
    """
    a, b, z = rate(part_a, whole_a), rate(part_b, whole_b), z_value(level)
    low_a, high_a = wilson(part_a, whole_a, z)
    low_b, high_b = wilson(part_b, whole_b, z)
    below = sqrt((b - low_b) ** 2 + (high_a - a) ** 2)
    above = sqrt((high_b - b) ** 2 + (a - low_a) ** 2)
    return Interval(max(-1.0, b - a - below), min(1.0, b - a + above))


def miettinen_nurminen(
    part_a: float, whole_a: float, part_b: float, whole_b: float, level: float = 0.95
) -> Interval:
    """Score interval of p_b - p_a (Miettinen and Nurminen, 1985), in -1..1.

    All differences that a score test would not reject. The variance of each is taken at the
    rates most likely under that difference, times N/(N - 1).
    """
    (part_a, whole_a), (part_b, whole_b) = part_whole(part_a, whole_a), part_whole(part_b, whole_b)
    observed, z = part_b / whole_b - part_a / whole_a, z_value(level)
    if whole_a + whole_b <= 1:
        raise ValueError("The two arms need more than one user together.")

    def edge(rejected: float) -> float:
        kept = observed
        for _ in range(60):
            middle = (kept + rejected) / 2
            variance = _score_variance(part_a, whole_a, part_b, whole_b, middle)
            if abs(observed - middle) > z * sqrt(variance):
                rejected = middle
            else:
                kept = middle
        return kept

    return Interval(edge(-1.0), edge(1.0))


def _score_variance(
    part_a: float, whole_a: float, part_b: float, whole_b: float, difference: float
) -> float:
    """Variance of the observed difference if `difference` were true.

    The likelihood is greatest at the middle root of a cubic in p_a, here by its cosine.
    """
    total, found = whole_a + whole_b, part_a + part_b
    square = (whole_b + 2 * whole_a) * difference - total - found
    linear = (whole_a * difference - total - 2 * part_a) * difference + found
    absolute = part_a * difference * (1 - difference)
    third = square / (3 * total)
    shape = third**3 - square * linear / (6 * total**2) + absolute / (2 * total)
    radius = copysign(sqrt(max(third**2 - linear / (3 * total), 0.0)), shape)
    turn = min(1.0, max(-1.0, shape / radius**3)) if radius else 1.0
    a = 2 * radius * cos((pi + acos(turn)) / 3) - third
    a = min(max(a, 0.0, -difference), 1.0, 1 - difference)
    b = min(max(a + difference, 0.0), 1.0)
    return (a * (1 - a) / whole_a + b * (1 - b) / whole_b) * total / (total - 1)


def rate_ratio(
    part_a: float, whole_a: float, part_b: float, whole_b: float, level: float = 0.95
) -> Ratio:
    """p_b / p_a with its log interval (Katz and others, 1978).

    exp(log ratio ± z · sqrt(1/part_a - 1/whole_a + 1/part_b - 1/whole_b)). ValueError if a part
    is 0, or both rates are 1: then take an interval of the difference.
    """
    (part_a, whole_a), (part_b, whole_b) = part_whole(part_a, whole_a), part_whole(part_b, whole_b)
    ratio = _over(part_b / whole_b, part_a / whole_a, part_a, part_b)
    if (part_a, part_b) == (whole_a, whole_b):
        raise ValueError(
            "Everybody converted in both arms, so a ratio has no log interval: give the difference "
            "and its interval (newcombe) instead."
        )
    error = sqrt(1 / part_a - 1 / whole_a + 1 / part_b - 1 / whole_b)
    return log_interval(ratio, error, level)


def odds_ratio(
    part_a: float, whole_a: float, part_b: float, whole_b: float, level: float = 0.95
) -> Ratio:
    """Odds of B / odds of A, odds = part / (whole - part), with its log interval (Woolf, 1955).

    exp(log ratio ± z · sqrt(sum of 1/count over the four cells)). ValueError if a cell is 0.
    """
    (part_a, whole_a), (part_b, whole_b) = part_whole(part_a, whole_a), part_whole(part_b, whole_b)
    cells = (part_a, whole_a - part_a, part_b, whole_b - part_b)
    ratio = _over(cells[2] * cells[1], cells[0] * cells[3], *cells)
    return log_interval(ratio, sqrt(sum(1 / cell for cell in cells)), level)


def _over(above: float, below: float, *counts: float) -> float:
    if not all(counts):
        raise ValueError(
            "A count is 0, so a ratio has no log interval: give the difference and its interval "
            "(newcombe) instead."
        )
    return above / below


# --- whole users -------------------------------------------------------------------------------


def clustered(parts: Iterable[float], wholes: Iterable[float], level: float = 0.95) -> Estimate:
    """A ratio of sums over users, sum(parts) / sum(wholes), with users as the independent units.

    parts, wholes   one number per user: orders and visits (a per-visit rate), revenue and orders
                    (average order value), revenue and visits. Users without visits add nothing.
    Linearized (delta method; Cochran, 1977; Deng, Knoblich and Lu, 2018): with r = part - R ·
    whole of each of k users, the squared error is k/(k-1) · sum(r²) / sum(wholes)². The visits
    of one user are alike, so this is mostly wider than an interval that takes each visit as
    news. Not cut at 0 and 1; if all users are alike it has no width, and says nothing.
    ValueError for fewer than two users or no whole.
    """
    above, below = _clusters(parts, wholes)
    ratio, error = _ratio_and_error(above, below)
    return Estimate(ratio, error, around(ratio, error, level))


def clustered_difference(
    parts_a: Iterable[float],
    wholes_a: Iterable[float],
    parts_b: Iterable[float],
    wholes_b: Iterable[float],
    level: float = 0.95,
) -> Estimate:
    """Ratio of sums of B minus that of A, users being the units, with a normal interval.

    For a test that assigns users but reads a per-visit metric (Deng, Knoblich and Lu, 2018).
    Arguments and errors as for `clustered`.
    """
    ratio_a, error_a = _ratio_and_error(*_clusters(parts_a, wholes_a))
    ratio_b, error_b = _ratio_and_error(*_clusters(parts_b, wholes_b))
    difference, error = ratio_b - ratio_a, sqrt(error_a**2 + error_b**2)
    return Estimate(difference, error, around(difference, error, level))


def design_effect(parts: Iterable[float], wholes: Iterable[float]) -> float:
    """How many times larger a rate's variance is because visits come in users (Kish, 1965).

    Clustered variance / p(1-p)/n; 1 means that visits are as good as independent, 2 that half as
    many independent visits would say as much. ValueError if the rate is 0 or 1, or if a user
    has more parts than wholes.
    """
    above, below = _clusters(parts, wholes)
    if (above > below).any() or (above < 0).any():
        raise ValueError("A user has more parts than wholes: a design effect is for a rate.")
    p, error = _ratio_and_error(above, below)
    if p in (0, 1):
        raise ValueError(f"The rate is {p:g}: nothing varies, so there is no design effect.")
    return error**2 / rate_variance(float(above.sum()), float(below.sum()))


def _clusters(parts: Iterable[float], wholes: Iterable[float]) -> tuple[Floats, Floats]:
    above, below = pair(("parts", "wholes"), parts, wholes, rows=2)
    if (below < 0).any() or not below.sum() > 0:
        raise ValueError("The wholes must not be negative, and not all 0: nothing to divide by.")
    return above, below


def _ratio_and_error(above: Floats, below: Floats) -> tuple[float, float]:
    ratio = float(above.sum() / below.sum())
    rest = above - ratio * below
    users = len(above)
    return ratio, sqrt(users / (users - 1) * float(rest @ rest)) / float(below.sum())


def bootstrap(
    table: pd.DataFrame,
    statistic: Callable[[pd.DataFrame], float],
    *,
    unit: str = "user",
    draws: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Any statistic of a table with its percentile interval (Efron, 1979), by redrawing users.

    table       rows with a column `unit`; one row per user is fastest. Rows without it are left
                out.
    statistic   from a table to a number: `lambda t: t["revenue"].sum() / t["orders"].sum()`.
    Each draw takes as many users as there are, with replacement, each with all its rows. A user
    drawn twice is two users: the column `unit` holds new numbers in a draw. Random numbers come
    from `numpy.random.default_rng(seed)`, so the same seed gives the same interval. The standard
    error is the standard deviation of the draws. ValueError for fewer than two users, fewer than
    100 draws, or a statistic that is no number in some draw.
    """
    need_columns(table, [unit], "The table to redraw")
    draws = whole_number("draws", draws, 100)
    tail = (1 - inside("level", level)) / 2
    table = table[table[unit].notna()]
    code = pd.factorize(table[unit])[0]
    sizes = np.bincount(code)
    users = len(sizes)
    if users < 2:
        raise ValueError(f"Redrawing needs at least two different values in {unit!r}.")
    by_user = np.argsort(code, kind="stable")
    starts = np.cumsum(sizes) - sizes
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    value = _number_of(statistic, table)
    place, others = list(table.columns).index(unit), table.drop(columns=unit)
    found = np.empty(draws)
    for draw in range(draws):
        drawn = rng.integers(users, size=users)
        lengths = sizes[drawn]
        offsets = np.repeat(starts[drawn] - np.cumsum(lengths) + lengths, lengths)
        rows = others.take(by_user[offsets + np.arange(len(offsets))])
        rows.insert(place, unit, np.repeat(np.arange(users), lengths))
        found[draw] = _number_of(statistic, rows)
    low, high = np.quantile(found, [tail, 1 - tail])
    return Estimate(value, float(found.std(ddof=1)), Interval(float(low), float(high)))


def _number_of(statistic: Callable[[pd.DataFrame], Any], table: pd.DataFrame) -> float:
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(statistic(table))
    except (TypeError, ZeroDivisionError):
        value = float("nan")
    if not np.isfinite(value):
        raise ValueError(
            "The statistic is no number for a draw of users (nothing to divide by?): it must "
            "return one number even if the few users who bought are not drawn."
        )
    return value
