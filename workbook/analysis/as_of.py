"""What was known when: joins and tables in which no feature is dated after its outcome.

A predictor that carries news from after the outcome looks splendid and predicts nothing
(**leakage**). A group that had to stay unconverted for long enough to do a micro conversion is
compared with one that had not (**immortal time**, Suissa 2008). The cure of both is to fix a
moment, take the features strictly before it and the outcome from it on; for a comparison of users
that moment is a **landmark** (Anderson, Cain and Gelber 1983). The `leaky_` functions leave the
cure out, so that a lesson can show the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.inputs import (
    DAY,
    MINUTE,
    known_events,
    microseconds,
    moment,
    need_columns,
    number,
    rows_of,
    time_column,
)
from workbook.analysis.kinds import Bools, Floats, Ints


class LeakageError(ValueError):
    """A feature is dated after the outcome it should predict; the message says which and how."""


@dataclass(frozen=True)
class Watched:
    """A log up to a time, in the order of its events.

    rows: time and event of its rows with a user and a time, by time, then by row order; user:
    each row's user as a number; time: each row's time in microseconds from some zero; users: the
    users' names by number; first: each user's first time; end: until when the log was watched.
    """

    rows: pd.DataFrame
    user: Ints
    time: Floats
    users: pd.Index[Any]
    first: Floats
    end: float

    def first_time(self, event: str) -> Floats:
        """Each user's first time of an event; infinite where there is none."""
        found = np.full(len(self.users), np.inf)
        rows = rows_of(self.rows, event)
        np.minimum.at(found, self.user[rows], self.time[rows])
        return found


def watch(log: pd.DataFrame, as_of: object = None) -> Watched:
    """The log as it was known at the moment `as_of`: later events have not happened.

    `as_of` is a time stamp (a date alone is its midnight), or a minute where the log has those;
    None takes the last event's time, the end of the log. A moment after the last event says that
    nothing more happened until then: give the midnight after the last day if the log holds whole
    days. Raises ValueError where no row with a user and a time is left, or a column is missing.
    """
    need_columns(log, ["user"])
    name = time_column(log)
    time = microseconds(log[name])
    code, names = pd.factorize(log["user"])
    known = (code >= 0) & ~np.isnan(time)
    if not known.any():
        raise ValueError("The log has no row with both a user and a time, so nobody was watched.")
    end = float(time[known].max()) if as_of is None else _position(log[name], as_of)
    kept = np.flatnonzero(known & (time <= end))
    if not len(kept):
        raise ValueError(f"Nothing had happened yet at as_of={as_of!r}: take a later time.")
    kept = kept[np.argsort(time[kept], kind="stable")]
    rows = log[[column for column in (name, "event") if column in log]].iloc[kept]
    user, seen = pd.factorize(code[kept])
    time = time[kept]
    first = time[np.unique(user, return_index=True)[1]]
    return Watched(rows, user.astype(np.int64), time, pd.Index(names[seen]), first, end)


# --- as-of join -----------------------------------------------------------------------------


def refuse_leakage(feature_times: pd.Series[Any], outcome_times: pd.Series[Any]) -> None:
    """Raise LeakageError if a feature is dated at or after the outcome of its row.

    The Series have one row per prediction, matched by place; a missing time (no feature, no
    outcome) cannot leak.
    """
    if len(feature_times) != len(outcome_times):
        raise ValueError("Feature times and outcome times need one row per prediction each.")
    feature, outcome = _comparable(feature_times, outcome_times)
    late = feature >= outcome
    if late.any():
        raise LeakageError(
            f"{int(late.sum()):,} of {len(late):,} features are dated at or after the outcome they "
            "should predict: nobody can know them in time. Take features from before it only."
        )


def as_of_join(
    moments: pd.DataFrame, facts: pd.DataFrame, *, outcome: str | None = None
) -> pd.DataFrame:
    """Each moment with the same user's latest fact from strictly before it.

    `moments` and `facts` have the columns `user` and `time` (or `minute`). The result is
    `moments`, in its order, with the other columns of `facts` and `known_at`, the time of the fact;
    all missing where nothing was known. Facts of one time: the last row holds. A fact of exactly
    the moment counts as not yet known: within one time stamp nothing says which came first.

    `outcome` names a column of `moments` with the time of what is to be predicted (missing: it
    never came). LeakageError if a moment lies after its outcome, since facts known then may be
    dated after it. ValueError for a missing column, a moment without a time, or a name in both.
    """
    need_columns(moments, ["user"])
    need_columns(facts, ["user"])
    here, there = time_column(moments), time_column(facts)
    new = [column for column in facts.columns if column not in ("user", there)]
    _refuse_same_names(moments, new)
    moment, fact = _comparable(moments[here], facts[there])
    if np.isnan(moment).any():
        raise ValueError("Some moments have no time: say for each of them when it was.")
    if outcome is not None:
        need_columns(moments, [outcome])
        _refuse_late_moments(*_comparable(moments[here], moments[outcome]), outcome)
    place = _latest_before(moments["user"], moment, facts["user"], fact)
    taken = facts[[*new, there]].rename(columns={there: "known_at"})
    found = taken.reset_index(drop=True).reindex(place)
    return pd.concat([moments, found.set_axis(moments.index)], axis=1)


def known_counts(
    moments: pd.DataFrame,
    log: pd.DataFrame,
    events: Sequence[str],
    *,
    outcome: str | None = None,
) -> pd.DataFrame:
    """`moments` with the number of each of the user's events strictly before the moment.

    One whole-number column per event, and `known_at`, the last of their times (missing: none).
    `outcome` and errors as in `as_of_join`, by which the counts are found; ValueError for an event
    that the log does not hold.
    """
    facts = _running_counts(log, events)
    return _whole(as_of_join(moments, facts, outcome=outcome), events)


def leaky_counts(moments: pd.DataFrame, log: pd.DataFrame, events: Sequence[str]) -> pd.DataFrame:
    """The naive counterpart of `known_counts`: the user's events at any time, also afterwards.

    For contrast only. Same columns; `refuse_leakage(found["known_at"], outcome_times)` says what
    is wrong with it.
    """
    facts = _running_counts(log, events)
    _refuse_same_names(moments, list(events))
    last = facts.drop_duplicates("user", keep="last").set_index("user")
    found = last.rename(columns={time_column(facts): "known_at"})[[*events, "known_at"]]
    found = found.reindex(moments["user"]).set_axis(moments.index)
    return _whole(pd.concat([moments, found], axis=1), events)


# --- landmark -------------------------------------------------------------------------------


def landmark_table(
    log: pd.DataFrame,
    micro: str,
    macro: str = "purchase",
    *,
    landmark: float = 7,
    horizon: float = 30,
    micro_until: float | None = None,
    as_of: object = None,
) -> pd.DataFrame:
    """Who did the micro before the landmark, and the macro after it: one row per user.

    Columns: user, micro (True: at least once in the days [0, landmark) since the user's first
    event), macro (True: in the days [landmark, horizon)). Whoever did the macro before the
    landmark is excluded, since that is decided; so is whoever was watched for less than `horizon`
    days, since that is open. All others were unconverted at the landmark, and watched as long.

    `micro_until` ends the days of the micro earlier. `as_of` is the end of the log (see `watch`).
    Raises LeakageError if the micro may happen after the landmark, where the outcome may come
    first; ValueError for impossible days, an unknown event, or micro = macro.
    """
    until = landmark if micro_until is None else micro_until
    for name, days in (("landmark", landmark), ("horizon", horizon), ("micro_until", until)):
        number(name, days, above=0)
    if until > landmark:
        raise LeakageError(
            f"The micro may happen until day {until:g}, but outcomes count from day {landmark:g}: "
            "some micros would be dated after their outcome. Let micro_until be the landmark."
        )
    if horizon <= landmark:
        raise ValueError(
            f"Outcomes count from day {landmark:g} to day {horizon:g}, which is no time at all: "
            "the horizon must be later than the landmark."
        )
    watched, age_micro, age_macro, mature = _ages(log, micro, macro, horizon, as_of)
    undecided = mature & (age_macro >= landmark * DAY)
    return pd.DataFrame(
        {
            "user": watched.users[undecided],
            "micro": age_micro[undecided] < until * DAY,
            "macro": age_macro[undecided] < horizon * DAY,
        }
    )


def leaky_table(
    log: pd.DataFrame,
    micro: str,
    macro: str = "purchase",
    *,
    horizon: float = 30,
    as_of: object = None,
) -> pd.DataFrame:
    """The naive counterpart of `landmark_table`: micro and macro at any time before the horizon.

    For contrast only: micros done after the macro count as its predictors, and early buyers,
    who had less time for the micro, as people without it. Columns user, micro, macro, and
    micro_after_macro (True: the first micro came at or after the first macro). The users are
    those watched for `horizon` days. Errors as `landmark_table`.
    """
    number("horizon", horizon, above=0)
    watched, age_micro, age_macro, mature = _ages(log, micro, macro, horizon, as_of)
    did, bought = age_micro < horizon * DAY, age_macro < horizon * DAY
    table = {
        "user": watched.users,
        "micro": did,
        "macro": bought,
        "micro_after_macro": did & bought & (age_micro >= age_macro),
    }
    return pd.DataFrame(table)[mature].reset_index(drop=True)


# --- what both use --------------------------------------------------------------------------


def _ages(
    log: pd.DataFrame, micro: str, macro: str, horizon: float, as_of: object
) -> tuple[Watched, Floats, Floats, Bools]:
    """Ages of each user at the first micro and macro, and who was watched to the horizon."""
    if micro == macro:
        raise ValueError(f"Micro and macro are both {micro!r}: an event cannot predict itself.")
    known_events(log, [micro, macro])
    watched = watch(log, as_of)
    mature = watched.first + horizon * DAY <= watched.end
    age_micro = watched.first_time(micro) - watched.first
    age_macro = watched.first_time(macro) - watched.first
    return watched, age_micro, age_macro, mature


def _running_counts(log: pd.DataFrame, events: Sequence[str]) -> pd.DataFrame:
    """user, time, and the number of each event so far: a row per such event, by time."""
    if isinstance(events, str):
        raise ValueError(f'The events are a list, even a single one: ["{events}"].')
    need_columns(log, ["user"])
    known_events(log, events)
    name = time_column(log)
    wanted = log["event"].isin(list(events)) & log[name].notna() & log["user"].notna()
    rows = log.loc[wanted, ["user", name, "event"]].sort_values(name, kind="stable")
    counts = {
        e: (rows["event"] == e).groupby(rows["user"]).cumsum().astype("int64") for e in events
    }
    return rows[["user", name]].assign(**counts)


def _latest_before(
    who: pd.Series[Any], moment: Floats, whose: pd.Series[Any], fact: Floats
) -> Ints:
    """For each moment the row of the same user's latest earlier fact; -1: none."""
    code = pd.factorize(pd.concat([who.astype(object), whose.astype(object)]))[0]
    left = pd.DataFrame({"user": code[: len(who)], "time": moment, "at": np.arange(len(who))})
    right = pd.DataFrame({"user": code[len(who) :], "time": fact, "row": np.arange(len(whose))})
    left, right = left[left["user"] >= 0], right[(right["user"] >= 0) & right["time"].notna()]
    joined = pd.merge_asof(
        left.sort_values("time", kind="stable"),
        right.sort_values("time", kind="stable"),
        on="time",
        by="user",
        allow_exact_matches=False,
    )
    place = np.full(len(who), -1, dtype=np.int64)
    place[joined["at"]] = joined["row"].fillna(-1)
    return place


def _whole(table: pd.DataFrame, events: Sequence[str]) -> pd.DataFrame:
    """Nothing known of an event: 0 of it."""
    return table.assign(**{event: table[event].fillna(0).astype("int64") for event in events})


def _refuse_same_names(moments: pd.DataFrame, new: list[Any]) -> None:
    for column in [*new, "known_at"]:
        if column in moments.columns:
            raise ValueError(f"Both tables would have a column {column!r}: rename one of them.")


def _refuse_late_moments(moment: Floats, outcome_time: Floats, outcome: str) -> None:
    late = int((moment > outcome_time).sum())
    if late:
        raise LeakageError(
            f"{late:,} of {len(moment):,} moments lie after their outcome ({outcome!r}), so facts "
            "known then may be dated after it. Take moments up to the outcome only."
        )


def _comparable(one: pd.Series[Any], other: pd.Series[Any]) -> tuple[Floats, Floats]:
    """Two columns of times as microseconds on one scale; NaN where missing."""
    dated = [column for column in (one, other) if not column.isna().all()]
    for column in dated:
        microseconds(column.head(0))  # refuses texts
    kinds = {_kind(column) for column in dated}
    if len(kinds) > 1:
        raise ValueError(
            f"Times of two kinds cannot be compared: {' and '.join(sorted(kinds))}. Turn one into "
            "the other first."
        )
    return _numbers(one), _numbers(other)


def _numbers(times: pd.Series[Any]) -> Floats:
    if times.isna().all():
        return np.full(len(times), np.nan)
    if _kind(times) == "numbers":
        return microseconds(times)
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    since = (times - pd.Timestamp("2000-01-01")) / pd.Timedelta(microseconds=1)
    return np.asarray(since, dtype=np.float64)


def _kind(times: pd.Series[Any]) -> str:
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        return "dates with a time zone"
    return "dates" if pd.api.types.is_datetime64_any_dtype(times) else "numbers"


def _position(column: pd.Series[Any], as_of: Any) -> float:
    """`as_of` in the microseconds of `microseconds(column)`."""
    if pd.api.types.is_datetime64_any_dtype(column):
        since = moment("as_of", as_of, column) - column.min()
        return float(since / pd.Timedelta(microseconds=1))
    return float(round(number("as_of", as_of) * MINUTE))
