"""Rates: what they count, how sure they are, and how they change.

A rate says who is counted, how often and over what time before it says how many (Nielsen 2013).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.funnels import SCOPES, funnel
from workbook.analysis.inputs import inside, number, one_of, pair, share, unit_codes, unit_columns
from workbook.analysis.kinds import Bools, Interval, Ints

Z_95 = 1.959963984540054  # two-sided 95 %

Days = tuple[object, object]
"""First and last day, both included: `("2025-09-22", "2025-10-05")`."""


@dataclass(frozen=True)
class Rate:
    """A rate with all that makes it a number one can compare: the five parts and both counts.

    numerator, denominator   what is counted, in words ("sessions with purchase", "sessions")
    scope                    "event", "session" or "user"
    window, exclusions       when, and what was left out ("none")
    part, whole              the counts
    """

    numerator: str
    denominator: str
    scope: str
    window: str
    exclusions: str
    _: KW_ONLY
    part: float
    whole: float

    def __post_init__(self) -> None:
        rate(self.part, self.whole)
        one_of("scope", self.scope, SCOPES)
        for name in ("numerator", "denominator", "window", "exclusions"):
            if not str(getattr(self, name)).strip():
                raise ValueError(f"The rate's {name} is blank: name it, or write 'none'.")

    @property
    def value(self) -> float:
        """part / whole, in 0..1."""
        return rate(self.part, self.whole)

    def interval(self, level: float = 0.95) -> Interval:
        """Wilson's interval (1927), in 0..1. It takes the units as independent of one another:
        right for users; for visits or events of the same users see `intervals.clustered`."""
        return wilson(self.part, self.whole, z_value(level))

    def __str__(self) -> str:
        return (
            f"{100 * self.value:.2f} % = {self.part:,.0f} {self.numerator} / {self.whole:,.0f} "
            f"{self.denominator}; scope: {self.scope}; window: {self.window}; "
            f"exclusions: {self.exclusions}"
        )


@dataclass(frozen=True)
class Change:
    """From one rate to another: `points` in percentage points, `relative` as a share of before.

    5 % to 6 % is +1 point and +20 % relative. From 0 there is no relative change: None.
    """

    before: float
    after: float

    @property
    def points(self) -> float:
        """Percentage points: 100 · (after - before)."""
        return 100 * (self.after - self.before)

    @property
    def relative(self) -> float | None:
        """after / before - 1, as a share of before; None from 0."""
        return self.after / self.before - 1 if self.before else None

    def __str__(self) -> str:
        share = "from 0, so no relative change"
        if self.relative is not None:
            share = f"{100 * self.relative:+.1f} % relative"
        points = f"{self.points:+.2f}"
        return f"{points} point{'s' * (points not in ('+1.00', '-1.00'))} ({share})"


def rate(part: float, whole: float) -> float:
    """part / whole in 0..1; ValueError if there is no whole or the part is not inside it."""
    part, whole = part_whole(part, whole)
    return part / whole


def part_whole(part: float, whole: float) -> tuple[float, float]:
    """Both as plain floats, so that no small integer type of a table overflows in a formula.

    ValueError if there is no whole or the part is not inside it.
    """
    part, whole = number("The part", part), number("The whole", whole)
    if whole <= 0:
        raise ValueError("A rate needs a denominator above 0.")
    if not 0 <= part <= whole:
        raise ValueError(f"{part:g} is not a part of {whole:g}: which rows does each count?")
    return part, whole


def rate_variance(part: float, whole: float) -> float:
    """p(1-p)/n, the squared standard error of a rate of independent units (binomial)."""
    part, whole = part_whole(part, whole)
    return part / whole * (1 - part / whole) / whole


def converted_units(units: Ints, hits: Bools) -> tuple[int, int]:
    """How many of the units (users, sessions) have at least one hit, and how many there are.

    units   a number for the unit of each row, as `inputs.unit_codes` gives; below 0: left out.
    hits    True for each row that counts, such as a key event.
    """
    known = units >= 0
    return len(np.unique(units[known & hits])), len(np.unique(units[known]))


def z_value(level: float) -> float:
    """The z of a two-sided level: 1.96 for 0.95. ValueError unless 0 < level < 1."""
    return NormalDist().inv_cdf((1 + inside("level", level)) / 2)


def wilson(part: float, whole: float, z: float = Z_95) -> Interval:
    """Wilson's interval (1927) of a rate: lower and upper end, in 0..1.

    Center (p + z²/2n) / (1 + z²/n), half-width z / (1 + z²/n) · sqrt(p(1-p)/n + z²/4n²). Unlike
    the normal interval it stays inside 0..1 and says something for 0 of n. The width is given
    by z: `z_value(0.90)` for another level. ValueError as for `rate`, or if z is not above 0.
    """
    part, whole = part_whole(part, whole)
    p, z = part / whole, number("z", z)
    if z <= 0:
        raise ValueError(f"z is above 0 (1.96 for 95 %), not {z:g}.")
    spread = z * z / whole
    center = (p + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(p * (1 - p) / whole + spread / (4 * whole))
    # At the ends the two terms are equal on paper; rounding must not push the rate outside.
    return Interval(0.0 if p == 0 else center - half, 1.0 if p == 1 else center + half)


def change(before: float, after: float) -> Change:
    """From rate `before` to rate `after` (both in 0..1), in points and relative.

    ValueError for a rate outside 0..1, mostly a percentage that was not divided by 100.
    """
    return Change(share("before", before), share("after", after))


def ratio_of_sums(parts: Iterable[float], wholes: Iterable[float]) -> float:
    """Sum of the parts / sum of the wholes: the rate of all rows together.

    Each visit counts the same (ratio estimate; Cochran, 1977). Parts may be larger than wholes
    (revenue per visit). ValueError
    for lists of different length, a negative whole, or wholes that sum to 0.
    """
    above, below = pair(("parts", "wholes"), parts, wholes)
    if (below < 0).any() or not below.sum() > 0:
        raise ValueError("The wholes must not be negative, and not all 0: nothing to divide by.")
    return float(above.sum() / below.sum())


def mean_of_ratios(parts: Iterable[float], wholes: Iterable[float]) -> float:
    """Mean of part / whole, each row counting the same however small its whole.

    For daily rates a Sunday with 10 visits then weighs as much as a Monday with 1,000: usually
    not what is meant (see `ratio_of_sums`). ValueError if a row has no whole.
    """
    above, below = pair(("parts", "wholes"), parts, wholes)
    if (below <= 0).any():
        raise ValueError("A row has a whole of 0 or less, so it has no ratio: drop it, or sum up.")
    return float((above / below).mean())


def session_rate(
    log: pd.DataFrame,
    key_events: str | Iterable[str],
    *,
    window: Days | None = None,
    exclusions: str = "none",
) -> Rate:
    """Session key event rate: sessions with at least one key event / sessions (GA4, 2024).

    With a macro as key event it is the session conversion rate. From a table of sessions:
    `sessions.session_key_event_rate`.

    log          one row per event: user, session, event and, for a window, time (datetimes).
                 A session is a user plus a session id, so ids may repeat between users.
    key_events   one event's name, or several: any of them makes the session count, once.
    window       first and last day, both included. Rows outside do not exist for the rate: a
                 session over midnight is in both days, its purchase in one.
    exclusions   what you left out of the log before, in words; it is printed with the rate.

    Rows without user, session or (with a window) time are left out, and the rate says so.
    ValueError for an unknown event or column, and for a window without a row.
    """
    return _unit_rate(log, key_events, "session", window, exclusions)


def user_rate(
    log: pd.DataFrame,
    key_events: str | Iterable[str],
    *,
    window: Days | None = None,
    exclusions: str = "none",
) -> Rate:
    """User key event rate: users with at least one key event / users (GA4, 2024).

    Arguments and errors as for `session_rate`. Both counts are of the window: a longer window
    gives each user more visits to convert in, so rates of different windows do not compare.
    """
    return _unit_rate(log, key_events, "user", window, exclusions)


def event_rate(
    log: pd.DataFrame,
    key_events: str | Iterable[str],
    per: str,
    *,
    window: Days | None = None,
    exclusions: str = "none",
) -> Rate:
    """Event-scope rate: rows of the key events / rows of the event `per`.

    Arguments and errors as for `session_rate`. Two purchases in one visit count twice, so this
    can pass 1; then there is no rate and ValueError says so.
    """
    names = _names(key_events)
    funnel(log, [per], scope="event", closed=False)
    funnel(log, names, scope="event", closed=False)
    rows, when, left_out = _in_window(log, window)
    base = int((rows["event"] == per).sum())
    if not base:
        raise ValueError(f"There is no {per!r} event in the window, so there is nothing to divide.")
    return Rate(
        f"{' or '.join(names)} events",
        f"{per} events",
        "event",
        when,
        _excluded(exclusions, left_out),
        part=int(rows["event"].isin(names).sum()),
        whole=base,
    )


def _unit_rate(
    log: pd.DataFrame,
    key_events: str | Iterable[str],
    scope: str,
    window: Days | None,
    exclusions: str,
) -> Rate:
    names = _names(key_events)
    funnel(log, names, scope=scope, closed=False)  # says in plain words what is wrong with a log
    rows, when, left_out = _in_window(log, window)
    units = unit_codes(rows, scope)
    if unknown := int((units < 0).sum()):
        left_out.append(_rows_without(unknown, " or ".join(unit_columns(log, scope))))
    part, whole = converted_units(units, rows["event"].isin(names).to_numpy())
    if not whole:
        raise ValueError(f"No row of the log has a {scope} in the window: {when}.")
    return Rate(
        f"{scope}s with {' or '.join(names)}",
        f"{scope}s",
        scope,
        when,
        _excluded(exclusions, left_out),
        part=part,
        whole=whole,
    )


def _names(key_events: str | Iterable[str]) -> list[str]:
    names = [key_events] if isinstance(key_events, str) else key_events
    names = list(dict.fromkeys(names)) if isinstance(names, Iterable) else []
    if not names:
        raise ValueError('No key event is named: give at least one, such as "purchase".')
    return names


def _excluded(stated: str, left_out: list[str]) -> str:
    parts = left_out if stated.strip().lower() in ("", "none") else [stated, *left_out]
    return ", ".join(parts) or "none"


def _rows_without(rows: int, what: str) -> str:
    return f"{rows:,} row{'s' * (rows != 1)} without a {what}"


def _in_window(log: pd.DataFrame, window: Days | None) -> tuple[pd.DataFrame, str, list[str]]:
    """The rows of the window, the window in words, and what was left out for want of a time."""
    dated = "time" in log.columns and pd.api.types.is_datetime64_any_dtype(log["time"])
    if window is None:
        if not dated or log["time"].isna().all():
            return log, "whole log", []
        return log, f"whole log, {log['time'].min():%Y-%m-%d} to {log['time'].max():%Y-%m-%d}", []
    if not dated:
        raise ValueError(
            "A window needs a column 'time' of datetimes; "
            'text becomes times by log["time"] = pd.to_datetime(log["time"]).'
        )
    first, last = _days(window)
    day = log["time"].dt.tz_localize(None).dt.normalize()
    missing = int(day.isna().sum())
    left_out = [_rows_without(missing, "time")] if missing else []
    return log[(day >= first) & (day <= last)], f"{first:%Y-%m-%d} to {last:%Y-%m-%d}", left_out


def _days(window: Any) -> tuple[pd.Timestamp, pd.Timestamp]:
    asked = 'window is the first and the last day, such as ("2025-09-22", "2025-10-05")'
    try:
        first, last = (pd.Timestamp(day) for day in ([] if isinstance(window, str) else window))
    except (TypeError, ValueError):
        raise ValueError(f"{asked}; not {window!r}.") from None
    if pd.isna(first) or pd.isna(last) or first != first.normalize() or last != last.normalize():
        raise ValueError(f"{asked}, without a time of day; not {window!r}.")
    if last < first:
        raise ValueError(f"The window ends before it begins: {window!r}. Swap the two days.")
    return first, last
