"""Cohorts: users by the week or month of their first event, and what they did by what age.

A cohort that was not watched long enough for a cell leaves that cell empty (**immature**): its
missing conversions have not failed, they are not in yet. Ages run on each user's own clock from
the first event: whole weeks of 7 days, or "months" of 30, since calendar months differ in length.
Shares are in 0..1.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from workbook.analysis.as_of import Watched, watch
from workbook.analysis.inputs import DAY, known_events, one_of, rows_of, time_column
from workbook.analysis.kinds import Bools, Ints

Period = Literal["week", "month"]
PERIODS = ("week", "month")
_DAYS = {"week": 7, "month": 30}


def cohorts(log: pd.DataFrame, by: Period = "week", *, as_of: object = None) -> pd.DataFrame:
    """Each user's cohort: columns user, first (time of the first event), cohort.

    `cohort` is the Monday of the week, or the first day of the month, of the first event in this
    log; a user's true first visit may lie before the log. `log` has a row per event with `user`
    and `time` (dates). `as_of`: the end of the log, see `as_of.watch`. Raises ValueError for times
    that are no dates, a missing column, or an unknown `by`.
    """
    return _cohorts(watch(log, as_of), log, by)


def retention_table(
    log: pd.DataFrame,
    by: Period = "week",
    *,
    event: str | None = None,
    masked: bool = True,
    as_of: object = None,
) -> pd.DataFrame:
    """The share of each cohort that was there again: a row per cohort, a column per age.

    The cell of age k is users with at least one event (only those named `event`, if given) in
    their own period k, divided by the cohort's users. Age 0 is the period that the first event
    begins. Immature cells are NaN: those whose latest member had not lived the whole period by
    the end of the log. `masked=False` shows them too, as far as anybody had begun the period:
    the naive table. `as_of` and errors as in `cohorts`; ValueError for an unknown event.
    """
    return _table(log, by, event, masked, as_of, to_date=False)


def conversion_table(
    log: pd.DataFrame,
    event: str = "purchase",
    by: Period = "week",
    *,
    masked: bool = True,
    as_of: object = None,
) -> pd.DataFrame:
    """The share of each cohort that had converted by each age: a row per cohort.

    The cell of age k is users whose first `event` came by the end of their own period k (to date),
    divided by the cohort's users; it never falls with k. Columns, immature cells, `masked` and
    errors as in `retention_table`.
    """
    return _table(log, by, event, masked, as_of, to_date=True)


def conversion_so_far(
    log: pd.DataFrame, event: str = "purchase", by: Period = "week", *, as_of: object = None
) -> pd.DataFrame:
    """Each cohort's conversions up to the end of the log: columns users, converted, rate.

    For contrast: old cohorts had longer than recent ones, so these rates do not compare. Read
    down a column of `conversion_table` instead. Arguments and errors as there.
    """
    known_events(log, [event])
    watched = watch(log, as_of)
    table = _cohorts(watched, log, by)
    converted = pd.Series(np.isfinite(watched.first_time(event)), name="converted")
    grouped = converted.groupby(table["cohort"])
    users, done = grouped.size(), grouped.sum()
    return pd.DataFrame({"users": users, "converted": done, "rate": done / users})


# --- the table ------------------------------------------------------------------------------


def _cohorts(watched: Watched, log: pd.DataFrame, by: Period) -> pd.DataFrame:
    one_of("by", by, PERIODS)
    name = time_column(log)
    if not pd.api.types.is_datetime64_any_dtype(log[name]):
        raise ValueError(
            f"Cohorts by {by} need dates, and the column {name!r} holds numbers: "
            "give the log a column 'time' with dates."
        )
    rows = np.unique(watched.user, return_index=True)[1]
    first = watched.rows[name].iloc[rows].reset_index(drop=True)
    day = first.dt.tz_localize(None).dt.normalize()
    back = day.dt.day_of_week if by == "week" else day.dt.day - 1
    cohort = day - pd.to_timedelta(back, unit="D")
    return pd.DataFrame({"user": watched.users, "first": first, "cohort": cohort})


def _table(
    log: pd.DataFrame, by: Period, event: str | None, masked: bool, as_of: object, to_date: bool
) -> pd.DataFrame:
    if event is not None:
        known_events(log, [event])
    watched = watch(log, as_of)
    cohort, names = pd.factorize(_cohorts(watched, log, by)["cohort"], sort=True)
    length = float(_DAYS[by] * DAY)
    if to_date:
        user = np.arange(len(watched.users))
        time = watched.first_time(str(event))
        done = np.isfinite(time)
        user, time = user[done], time[done]
    else:
        named = np.ones(len(watched.rows), dtype=bool)
        if event is not None:
            named = rows_of(watched.rows, event)
        user, time = watched.user[named], watched.time[named]
    ages = int((watched.end - watched.first.min()) // length) + 1
    age = ((time - watched.first[user]) // length).astype(np.int64)
    once = np.unique(user * ages + age)  # a user counts once in a period, however often there
    cells = cohort[once // ages] * ages + once % ages
    counts = np.bincount(cells, minlength=len(names) * ages).reshape(len(names), ages)
    if to_date:
        counts = counts.cumsum(axis=1)
    sizes = np.bincount(cohort, minlength=len(names))
    shares = counts / sizes[:, None]
    shares[~_shown(watched, cohort, len(names), ages, length, masked)] = np.nan
    columns = pd.RangeIndex(ages, name=f"{by}s since first event")
    return pd.DataFrame(shares, index=pd.Index(names, name="cohort"), columns=columns)


def _shown(
    watched: Watched, cohort: Ints, many: int, ages: int, length: float, masked: bool
) -> Bools:
    """Cells to show: all members lived the period to its end; unmasked, one had begun it."""
    age = np.arange(ages)
    if masked:
        last = np.full(many, -np.inf)
        np.maximum.at(last, cohort, watched.first)
        mature: Bools = last[:, None] + (age + 1) * length <= watched.end
        return mature
    earliest = np.full(many, np.inf)
    np.minimum.at(earliest, cohort, watched.first)
    begun: Bools = earliest[:, None] + age * length <= watched.end
    return begun
