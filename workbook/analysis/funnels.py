"""Funnels: how many users or sessions take the steps of a path, under a stated definition.

A log is a DataFrame with one row per event and the columns `user`, `event`, `session` (for
session scope) and either `time` (datetimes) or `minute` (numbers). Beside the steps, the answer
depends on four choices, each an argument: scope, open or closed, order, window.

**The algorithm.** A closed, ordered funnel counts a user at step k if the log holds *some* chain
of the steps 1..k in the right order, each within the window of the one before. Every occurrence
of a step is tried, not only the first: a user who views, leaves, comes back a day later, views
and adds to the cart within a minute passes a 30-minute window through the second view. It is
enough to look, for each occurrence of step k, at the *latest* earlier occurrence of step k-1 that
itself ends a chain, because no other leaves a shorter gap; so one pass per step is exact. Without
a window this equals the common "first time after the step before" rule.

Events with the same time stamp count as happening in the log's row order.

Sources of the notions: GA4's funnel exploration and Data API (open and closed, directly and
indirectly followed, within a time); Baymard for cart and checkout abandonment.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbook.analysis.inputs import (
    MINUTE,
    did_you_mean,
    event_times,
    need_columns,
    number,
    one_of,
    ranking,
    time_column,
    unit_codes,
    unit_columns,
)
from workbook.analysis.kinds import Bools, Floats, Ints

Window = float | str | pd.Timedelta | None

SCOPES = ("user", "session", "event")
ORDERS = ("in order", "directly", "any")
LEAVES = "(leaves)"
ENTERS = "(enters)"

# Google's recommended shop events: absent from a log they count 0, since a broken tag looks so.
KNOWN_EVENTS = (
    "page_view", "view_item_list", "select_item", "view_item", "add_to_wishlist", "add_to_cart",
    "remove_from_cart", "view_cart", "begin_checkout", "add_shipping_info", "add_payment_info",
    "purchase", "refund", "sign_up", "login", "search", "share", "generate_lead",
)  # fmt: skip


class FunnelError(ValueError):
    """Something that cannot be counted, and why, in a learner's words."""


def funnel(
    log: pd.DataFrame,
    steps: Sequence[str],
    *unnamed: object,
    scope: str = "user",
    closed: bool = True,
    order: str = "in order",
    window: Window = None,
    **misspelled: object,
) -> pd.Series[int]:
    """How many users (or sessions, or events) reach each step: a Series, steps as index.

    scope    "user": distinct users. "session": distinct sessions; a session is a user plus a
             session id, so ids may repeat between users. "event": rows; needs `closed=False`.
    closed   True: only who did all earlier steps counts at a step. False (open): anyone who
             did the step counts, wherever they came in; order and window then cannot matter.
    order    of a closed funnel. "in order": each step after the one before, other events may lie
             between ("indirectly followed" in GA4). "directly": the very next event of that user
             or session in this log. "any": all steps so far, in whatever order.
    window   longest time from one step to the next: minutes, a Timedelta, or text such as
             "1 day". A gap of exactly the window counts. None: any time.

    Rows without user (or session) cannot be followed and are left out; so are rows without a
    time where the order matters. Raises FunnelError, in a learner's words, for anything else
    that cannot be counted.

    Example: `funnel(log, ["view_item", "purchase"], scope="session", window=30)`
    """
    choice: dict[str, Any] = {
        "scope": scope,
        "closed": closed,
        "order": order,
        "window": window,
        **misspelled,
    }
    _only_named(unnamed, "funnel(log, steps", 'scope="user"')
    names, allowed = checked(log, steps, **choice)
    if scope == "event":
        counts = log["event"].value_counts().reindex(names, fill_value=0).tolist()
    else:
        rows, code = _rows_to_walk(log, names, closed, order)
        done = _reached(rows, code, unit_codes(rows, scope), len(names), closed, order, allowed)
        counts = [len(np.unique(units)) for units in done]
    index = pd.Index(names, name="step")
    return pd.Series([int(count) for count in counts], index=index, name=f"{scope}s")


def funnel_members(
    log: pd.DataFrame,
    steps: Sequence[str],
    *,
    scope: str = "user",
    closed: bool = True,
    order: str = "in order",
    window: Window = None,
    **misspelled: object,
) -> pd.DataFrame:
    """Who is counted where: one row per user or session, one column per step, True or False.

    Same choices as `funnel`, whose counts are the column sums. Index: the user, or (user,
    session). Everybody with at least one row of the steps has a row here, in the log's order of
    first appearance.
    """
    choice: dict[str, Any] = {
        "scope": scope,
        "closed": closed,
        "order": order,
        "window": window,
        **misspelled,
    }
    names, allowed = checked(log, steps, **choice)
    if scope == "event":
        raise FunnelError('Single events have no members to follow: use scope="user" or "session".')
    rows, code = _rows_to_walk(log, names, closed, order)
    units = unit_codes(rows, scope)
    followed = units >= 0
    rows, code, units = rows[followed], code[followed], units[followed]
    first = np.unique(units, return_index=True)[1]  # units are numbered by first appearance
    columns = unit_columns(log, scope)
    table = np.zeros((len(first), len(names)), dtype=bool)
    for column, done in enumerate(_reached(rows, code, units, len(names), closed, order, allowed)):
        table[done, column] = True
    who = rows.iloc[first][columns]
    index = pd.Index(who[columns[0]]) if len(columns) == 1 else pd.MultiIndex.from_frame(who)
    return pd.DataFrame(table, index=index, columns=pd.Index(names, name="step"))


def step_completion(counts: pd.Series[Any]) -> pd.Series[float]:
    """Share of the step before that goes on to each step: n_k / n_(k-1), in 0..1; first is NaN.

    NaN too where the step before counts nobody. More than 1 means that a step is larger than the
    one before: possible only in an open funnel, and a question about tracking or about paths.
    """
    before = counts.shift()
    return counts / before.where(before > 0)


def overall_completion(counts: pd.Series[Any]) -> float:
    """Last step divided by the first, in 0..1: the product of the step completions."""
    if len(counts) == 0 or not counts.iloc[0]:
        raise FunnelError("The funnel's first step counts nobody, so there is no share of it.")
    return float(counts.iloc[-1] / counts.iloc[0])


def step_abandonment(counts: pd.Series[Any]) -> pd.Series[float]:
    """Share of the step before that does not go on: 1 - step completion; first is NaN."""
    return 1 - step_completion(counts)


def abandonment(begun: float, finished: float) -> float:
    """1 - finished / begun, in 0..1.

    Cart abandonment takes the carts as `begun`, checkout abandonment the checkouts; both take
    orders as `finished`. Say whether you count users, sessions or carts, and count both alike.
    Raises ValueError if nothing was begun, or if more was finished than begun.
    """
    begun, finished = number("begun", begun), number("finished", finished, least=0)
    if begun <= 0:
        raise FunnelError("Nothing was begun, so no share of it can have been abandoned.")
    if finished > begun:
        raise FunnelError(
            f"{finished:g} finished, but only {begun:g} begun. Orders without a recorded cart "
            "are among the finished: count only those that began, or look for a broken tag."
        )
    return 1 - finished / begun


def recoverable_value(
    counts: pd.Series[Any], reachable: pd.Series[Any], value_per_order: float
) -> pd.Series[float]:
    """Money per step, if that step alone were lifted to a reachable completion.

    `counts` are the funnel's counts, `reachable` the completions 0..1 by step (NaN or absent:
    step not considered), `value_per_order` what one more order brings (margin, not revenue).
    Extra orders = orders x (reachable / now - 1): a relative change of one step changes the
    total by as much, provided that later steps hold. Negative where `reachable` is below now.
    """
    now = step_completion(counts)
    return float(counts.iloc[-1]) * (reachable.reindex(counts.index) / now - 1) * value_per_order


def transitions(
    log: pd.DataFrame,
    start: str,
    *unnamed: object,
    by: str = "event",
    scope: str = "session",
    direction: Literal["after", "before"] = "after",
    **misspelled: object,
) -> pd.Series[int]:
    """What comes right after (or before) an event or page: counts, largest first.

    Looks at every occurrence of `start` in the column `by` ("event" or "page"; rows without a
    value there are skipped) and at the next row of the same user or session. Where there is no
    next row the answer is "(leaves)", where there is none before, "(enters)". Raises FunnelError
    for an unknown start, column, scope or direction.
    """
    _only_named(unnamed, 'transitions(log, "checkout"', 'by="page"')
    _known_arguments(misspelled, ("by", "scope", "direction"))
    one_of("direction", direction, ("after", "before"), error=FunnelError)
    one_of("scope", scope, ("user", "session"), error=FunnelError)
    need_columns(log, [by, *unit_columns(log, scope)], error=FunnelError)
    rows = log[log[by].notna()]
    present = rows[by].unique().tolist()
    if start not in present:
        raise FunnelError(f"No row has the {by} {start!r}.{did_you_mean(start, present)}")
    units, time = unit_codes(rows, scope), event_times(rows, error=FunnelError)
    ranked = ranking(units, time)
    units, values = units[ranked], rows[by].to_numpy()[ranked]
    at = np.flatnonzero((values == start) & (units >= 0))
    there = at + (1 if direction == "after" else -1)
    inside = (there >= 0) & (there < len(values))
    there = np.where(inside, there, at)
    same = inside & (units[there] == units[at])
    edge = LEAVES if direction == "after" else ENTERS
    found = pd.Series(np.where(same, values[there], edge), dtype=object)
    name = "next" if direction == "after" else "before"
    counts = found.value_counts(sort=False).astype(np.int64)
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    return counts.rename_axis(name).rename("times")


# --- the walk -------------------------------------------------------------------------------


def _rows_to_walk(
    log: pd.DataFrame, steps: list[str], closed: bool, order: str
) -> tuple[pd.DataFrame, Ints]:
    """The rows that decide, and for each the number of its step (-1: another event)."""
    code = pd.Index(steps).get_indexer(pd.Index(log["event"])).astype(np.int64)
    if closed and order == "directly":  # what lies between the steps matters here
        return log, code
    kept = np.flatnonzero(code >= 0)
    return log.iloc[kept], code[kept]


def _reached(
    rows: pd.DataFrame, code: Ints, units: Ints, steps: int, closed: bool, order: str,
    window: float | None,
) -> list[Ints]:  # fmt: skip
    """Per step the units counted there (with repeats)."""
    usable = units >= 0
    if not closed or order == "any":
        done = [units[usable & (code == step)] for step in range(steps)]
        return done if not closed else _all_so_far(done, int(units.max(initial=-1)) + 1)
    time = event_times(rows, error=FunnelError)
    usable &= ~np.isnan(time)
    units, time, code = units[usable], time[usable], code[usable]
    ranked = ranking(units, time)
    return _chains(units[ranked], time[ranked], code[ranked], steps, order, window)


def _chains(
    units: Ints, time: Floats, code: Ints, steps: int, order: str,
    window: float | None,
) -> list[Ints]:  # fmt: skip
    """Units that complete a chain up to each step; rows sorted by unit and time."""
    rows = np.arange(len(units))
    reached: Bools = code == 0
    done = [units[reached]]
    for step in range(1, steps):
        if order == "directly":
            before = rows - 1
            ends_chain = np.concatenate([[False], reached[:-1]]) if len(rows) else reached
        else:
            before = np.maximum.accumulate(np.where(reached, rows, -1))
            ends_chain = before >= 0
        here = (code == step) & ends_chain & (units == units[before])
        if window is not None:
            here &= time - time[before] <= window * MINUTE
        reached = here
        done.append(units[reached])
    return done


def _all_so_far(done: list[Ints], units: int) -> list[Ints]:
    """Units that have done every step up to each one, in any order."""
    alive = np.ones(units, dtype=bool)
    kept = []
    for step in done:
        here = np.zeros(units, dtype=bool)
        here[step] = True
        alive &= here
        kept.append(np.flatnonzero(alive))
    return kept


# --- what can go wrong, in words a beginner understands --------------------------------------


def checked(
    log: pd.DataFrame,
    steps: Sequence[str],
    *,
    scope: str,
    closed: bool,
    order: str,
    window: Window,
    **misspelled: object,
) -> tuple[list[str], float | None]:
    """The steps as a list and the window in minutes; ValueError for what cannot be counted."""
    _known_arguments(misspelled, ("scope", "closed", "order", "window"))
    if not isinstance(log, pd.DataFrame):
        raise FunnelError("The first argument is the log, a table: funnel(log, steps).")
    one_of("scope", scope, SCOPES, error=FunnelError)
    one_of("order", order, ORDERS, error=FunnelError)
    if not isinstance(closed, bool | np.bool_):
        raise FunnelError(f"closed is True or False (without quotes), not {closed!r}.")
    minutes = _minutes(window)
    if scope == "event":
        need_columns(log, ["event"], error=FunnelError)
        if closed:
            raise FunnelError(
                'A closed funnel follows somebody from step to step, and scope="event" only '
                'counts rows. Use closed=False with it, or scope="user" or "session".'
            )
    else:
        need_columns(log, ["event", *unit_columns(log, scope)], error=FunnelError)
    if minutes is not None and (not closed or order == "any"):
        kind = "An open funnel" if not closed else 'A funnel in "any" order'
        raise FunnelError(
            f"{kind} has no step before, so a window has nothing to measure from. "
            "Which of the two did you want?"
        )
    if order == "directly" and not closed:
        raise FunnelError('An open funnel has no order: order="directly" needs closed=True.')
    if closed and order != "any":
        time_column(log, error=FunnelError)
    return step_names(log, steps), minutes


def step_names(log: pd.DataFrame, steps: Sequence[str]) -> list[str]:
    """The steps as a list; FunnelError where one is unknown, named twice, or there is none."""
    if isinstance(steps, str):
        raise FunnelError(f'The steps are a list, even a single one: ["{steps}"].')
    names = list(steps)
    if not names:
        raise FunnelError('The list of steps is empty: name at least one, such as "purchase".')
    for name in names:
        if names.count(name) > 1:
            raise FunnelError(f"The step {name!r} is named twice: a funnel takes each step once.")
    present = set(log["event"].dropna().unique())
    for name in names:
        if name not in present and name not in KNOWN_EVENTS:
            near = _near_event(str(name), present)
            raise FunnelError(f"No event of this log is called {name!r}.{near}")
    return names


def _near_event(name: str, present: set[str]) -> str:
    """The events that a wrong name may stand for: near in spelling, or longer by a word."""
    known = {*present, *KNOWN_EVENTS}
    close = difflib.get_close_matches(name, sorted(known), 1, 0.75)
    longer = sorted(event for event in present if len(name) > 2 and name.lower() in event)
    if found := close or longer[:3]:
        return f" Did you mean {' or '.join(map(repr, found))}?"
    return f" It has: {', '.join(sorted(present)[:20])}."


def _minutes(window: Window) -> float | None:
    if window is None:
        return None
    if isinstance(window, str) and re.fullmatch(r"[\d.\s]+", window):
        raise FunnelError(
            f"window={window!r} names no unit: {window.strip()} of what? Write it, as in "
            '"1 day", or give a number of minutes without quotes.'
        )
    try:
        if isinstance(window, bool):
            raise ValueError
        length = (
            float(window)
            if isinstance(window, int | float | np.number)
            else _timedelta(window) / pd.Timedelta(minutes=1)
        )
    except (ValueError, TypeError):
        raise FunnelError(
            'window is a number of minutes, or a figure with its unit, such as "1 day"; '
            f"not {window!r}."
        ) from None
    if not length > 0:
        raise FunnelError(f"window must be longer than 0 minutes, not {window!r}.")
    return length


def _only_named(unnamed: tuple[object, ...], call: str, example: str) -> None:
    if unnamed and unnamed[0] is ...:
        raise FunnelError(
            "The gap `...` is still open: put your choices there, each by its name, as in "
            f"{call}, {example})."
        )
    if unnamed:
        raise FunnelError(
            f"{unnamed[0]!r} stands there without a name: which choice is it? Each choice is "
            f"given by its name, as in {call}, {example})."
        )


def _timedelta(window: object) -> pd.Timedelta:
    if isinstance(window, str):
        window = re.sub(r"\bweeks?\b", "W", window)  # pandas knows weeks by this name only
    return pd.Timedelta(window)  # type: ignore[arg-type]


def _known_arguments(misspelled: dict[str, object], known: tuple[str, ...]) -> None:
    for name in misspelled:
        near = did_you_mean(name, known) or f" The arguments are {', '.join(known)}."
        raise FunnelError(f"There is no argument {name!r}.{near}")
