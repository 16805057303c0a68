"""Sessions: cutting a log into visits, and the session metrics of GA4 beside their forebears.

Names and definitions: Google Analytics Help (answer 12798876 and its neighbors); Universal
Analytics is the product before GA4, to 2023. Rates are in 0..1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbook.analysis.inputs import (
    MINUTE,
    SECOND,
    event_times,
    flags,
    need_columns,
    number,
    numbers,
    one_of,
    ranking,
    same_rows,
    time_column,
    unit_codes,
    unit_columns,
)
from workbook.analysis.rates import converted_units, rate

Counting = Literal["once per event", "once per session"]
COUNTINGS = ("once per event", "once per session")


def sessionize(log: pd.DataFrame, timeout_minutes: float = 30.0) -> pd.Series[Any]:
    """The number of each row's session, counted 1, 2, 3 ... for each user: whole numbers (Int64).

    A session ends with `timeout_minutes` of silence of that user, GA4's default 30. A gap of
    exactly the timeout starts a new session: GA4's sessions end after 30 minutes without
    activity, and these are then over (Google does not spell the case out). Midnight and a new
    campaign do not cut, as in GA4 and unlike Universal Analytics.

    `log` has a row per event, `user`, and `time` or `minute`, in any order. Rows without a user or
    a time belong to no session: <NA>. The result has the log's index; with
    `log.assign(session=...)` it is the session id of `funnel`, unique together with the user.
    Raises ValueError for a timeout that is not above 0 or a missing column.
    """
    timeout = number("timeout_minutes", timeout_minutes, above=0)
    need_columns(log, ["user"])
    users, time = unit_codes(log, "user"), event_times(log)
    known = np.flatnonzero((users >= 0) & ~np.isnan(time))
    order = known[ranking(users[known], time[known])]
    users, time = users[order], time[order]
    new_user = np.diff(users, prepend=-1) != 0
    silence = np.diff(time, prepend=-np.inf) >= timeout * MINUTE
    sessions_so_far = np.cumsum(new_user | silence)
    before_user = np.maximum.accumulate(np.where(new_user, sessions_so_far - 1, 0))
    session = np.zeros(len(log), dtype=np.int64)
    session[order] = sessions_so_far - before_user
    return pd.Series(pd.arrays.IntegerArray(session, session == 0), index=log.index, name="session")


def session_table(
    log: pd.DataFrame,
    key_events: Iterable[str] = ("purchase",),
    *,
    page_events: Iterable[str] = ("page_view", "screen_view"),
) -> pd.DataFrame:
    """One row per session: user, session, start, end, seconds, events, page_views, key_events.

    A session is a user plus a session id (the id alone where the log has no `user`), in the order
    of first appearance. `start` and `end` are the log's times of its first and last event, and
    `seconds` lies between them: how long the visit lasted, **not** how long anybody looked. GA4's
    engagement time needs its own measurement. `page_views` counts rows of the `page_events`,
    `key_events` rows of the key events, each occurrence. Rows without user, session or time are
    left out. Raises ValueError for a missing column.
    """
    keys = unit_columns(log, "session")
    need_columns(log, [*keys, "event"])
    pages, marked = _names(page_events, "page_events"), _names(key_events, "key_events")
    units, time, times = unit_codes(log, "session"), event_times(log), log[time_column(log)]
    rows = np.flatnonzero((units >= 0) & ~np.isnan(time))
    units, ids = pd.factorize(units[rows])
    sizes = np.bincount(units, minlength=len(ids))
    ranked, ends = rows[ranking(units, time[rows])], np.cumsum(sizes)
    first, last = ranked[ends - sizes], ranked[ends - 1]
    columns: dict[str, Any] = {key: log[key].iloc[first].array for key in keys}
    columns["start"] = times.iloc[first].array
    columns["end"] = times.iloc[last].array
    columns["seconds"] = (time[last] - time[first]) / SECOND
    columns["events"] = sizes
    event = log["event"].iloc[rows]
    for column, wanted in (("page_views", pages), ("key_events", marked)):
        hits = event.isin(wanted).to_numpy()
        columns[column] = np.bincount(units[hits], minlength=len(ids))
    return pd.DataFrame(columns)


# --- engagement -----------------------------------------------------------------------------


def engaged(
    seconds: pd.Series[Any],
    page_views: pd.Series[Any],
    key_events: pd.Series[Any],
    *,
    longer_than: float = 10.0,
    least_page_views: int = 2,
    least_key_events: int = 1,
) -> pd.Series[bool]:
    """Which sessions are engaged as GA4 defines it: True or False for each.

    Engaged = lasted longer than 10 seconds, or had 2 page views, or a key event; one of the three
    is enough. Exactly 10 seconds is not longer (Google's wording has varied). A property can set
    the seconds anywhere from 10 to 60. The three Series have one row per session. Raises
    ValueError where one is of another length, or holds gaps or numbers below 0.
    """
    time = numbers("seconds", seconds, least=0)
    pages = numbers("page_views", page_views, least=0)
    events = numbers("key_events", key_events, least=0)
    same_rows(seconds=time, page_views=pages, key_events=events)
    found = (time > longer_than) | (pages >= least_page_views) | (events >= least_key_events)
    return pd.Series(found, index=pd.Series(seconds).index, name="engaged")


def engagement_rate(engaged_sessions: pd.Series[Any]) -> float:
    """GA4: engaged sessions / sessions, in 0..1; ValueError without sessions."""
    found = flags("engaged_sessions", engaged_sessions)
    return rate(int(found.sum()), len(found))


def bounce_rate(engaged_sessions: pd.Series[Any]) -> float:
    """GA4: 1 - engagement rate, in 0..1; ValueError without sessions."""
    return 1 - engagement_rate(engaged_sessions)


def single_page_share(page_views: pd.Series[Any]) -> float:
    """Sessions with exactly one page view / sessions, in 0..1: the older notion of a bounce.

    Universal Analytics (to 2023) counted a session with a single interaction as a bounce, however
    long it lasted; without interactive events that is a session of one page.
    """
    pages = numbers("page_views", page_views, least=0)
    return rate(int((pages == 1).sum()), len(pages))


# --- key events -----------------------------------------------------------------------------


def count_key_events(key_events: pd.Series[Any], counting: Counting = "once per event") -> int:
    """How many key events a report shows, from the number of one key event in each session.

    GA4's two counting methods: "once per event" counts each occurrence, "once per session" at
    most one in a session. The method is set for each key event by itself: count several one by
    one and add up.
    """
    one_of("counting", counting, COUNTINGS)
    counts = numbers("key_events", key_events, least=0)
    return int(counts.sum() if counting == "once per event" else (counts > 0).sum())


def session_key_event_rate(key_events: pd.Series[Any]) -> float:
    """Sessions with at least one key event / sessions, in 0..1 (GA4's session key event rate).

    `key_events` is the number of key events in each session. From a log: `rates.session_rate`.
    """
    counts = numbers("key_events", key_events, least=0)
    return rate(*converted_units(np.arange(len(counts)), counts > 0))


def user_key_event_rate(users: pd.Series[Any], key_events: pd.Series[Any]) -> float:
    """Users with at least one key event / users, in 0..1 (GA4's user key event rate).

    Both Series have one row per session: whose it is, and its number of key events. Sessions
    without a user are left out. From a log: `rates.user_rate`.
    """
    counts = numbers("key_events", key_events, least=0)
    same_rows(users=users, key_events=counts)
    return rate(*converted_units(pd.factorize(pd.Series(users))[0].astype(np.int64), counts > 0))


def key_events_per_session(
    key_events: pd.Series[Any], counting: Counting = "once per event"
) -> float:
    """Key events / sessions: a mean, which may pass 1, and not the share of sessions with one."""
    same_rows(key_events=key_events)
    return count_key_events(key_events, counting) / len(key_events)


# --- what can go wrong ----------------------------------------------------------------------


def _names(names: Iterable[str], argument: str) -> Sequence[str]:
    if isinstance(names, str):
        raise ValueError(f'{argument} is a list, even of a single name: ["{names}"].')
    return list(names)
