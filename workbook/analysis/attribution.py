"""Attribution by rule: paths from touches and orders, and credit for each channel of a path.

A paths table has one row per path, or per distinct path with counts. Its columns:

path         the channels in the order of the touches: a tuple, a list, or text "Social > Search"
conversions  orders at the end of this path (1 or 0 for a single path)
lost         paths of this kind that ended without an order; only Markov and rates need it
value        money of the orders, where credit is wanted in money
days         days from each touch to the order, a tuple; only time decay needs it

Attribution divides credit by a rule. No rule here, however clever, measures what would have
happened without the touch; that takes a holdout (see `value.incrementality`). The rules are those
of the Google Ads API (AttributionModel).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from math import fsum
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.inputs import DAY, moment, need_columns, number, numbers, one_of
from workbook.analysis.kinds import Ints

RULES = ("last", "last non-direct", "first", "linear", "position", "time decay")
NO_TOUCH = "(no touch)"
"""The path of an order before which no touch was recorded within the lookback window."""

Path = tuple[str, ...]
Days = tuple[float, ...]


# --- paths ----------------------------------------------------------------------------------


def build_paths(
    touches: pd.DataFrame,
    conversions: pd.DataFrame,
    *,
    lookback: float,
    orders: str = "every",
    reuse: bool = False,
    repeats: str = "kept",
    undecided: str = "lost",
    untouched: str = "kept",
    start: Any = None,
    end: Any = None,
) -> pd.DataFrame:
    """Paths of all users: one row per order, and one per run of touches that led to none.

    `touches` has the columns user, time, channel; `conversions` has user, time and may have
    order_id and value. Times are datetimes in both, or numbers of days in both. `user` is
    whatever the tables mean by it: by browser, one person may have several paths.

    lookback   days. An order takes the touches from exactly so long before it up to its moment.
    orders     "every": each order has a path. "first": only the first of each user; later touches
               and orders are left out. An order without a user stands alone, without touches.
    reuse      May a touch before an earlier order count again for a later one? False: each path
               starts afresh after an order.
    repeats    "kept", or "merged": touches of one channel in a row are one, at the last's time.
    undecided  Touches that no order took up are a lost path. Where its last touch is less than
               the lookback before the log's end, an order could still come: "lost" counts the
               path all the same, "left out" drops it.
    untouched  An order without a touch: "kept" as the path ("(no touch)",), or "left out".
    start      Only paths that end at or after it are given. Earlier touches and orders still
               count for what they did, so that the first paths are not cut short.
    end        End of the log; what lies after it is ignored. None: the last time in the tables.

    Lost paths never reach across an order, and each spans at most the lookback, as a won path
    does; a longer series of touches makes several, counted back from its last touch.

    Returns user, time (of the order, or of the last touch), path, days, conversions and lost
    (1 or 0), and order_id and value where given (None and 0 when lost), by time. Raises ValueError
    for missing columns, blanks in time or channel, and unknown choices.
    """
    need_columns(touches, ["user", "time", "channel"], "The touches table")
    need_columns(conversions, ["user", "time"], "The conversions table")
    window = number("lookback", lookback, above=0)
    one_of("orders", orders, ("every", "first"))
    one_of("repeats", repeats, ("kept", "merged"))
    one_of("undecided", undecided, ("lost", "left out"))
    one_of("untouched", untouched, ("kept", "left out"))
    if touches["channel"].isna().any():
        raise ValueError('Some touches have no channel. Unknown is not direct: write "(not set)".')
    touched, bought, first, last = _clock(touches["time"], conversions["time"], start, end)
    seen, ordered = np.flatnonzero(touched <= last), np.flatnonzero(bought <= last)

    code, users = pd.factorize(
        pd.concat([touches["user"].iloc[seen], conversions["user"].iloc[ordered]])
    )
    touch_user, order_user = code[: len(seen)], code[len(seen) :]
    by_user = _grouped(touch_user, touched[seen], seen)
    bought_by = _grouped(order_user, bought[ordered], ordered)
    at, when = touched.tolist(), bought.tolist()
    span = round(window * DAY)

    # end of the path, number of its user (-1 unknown), row of its order (-1 lost), its touches
    found: list[tuple[int, int, int, list[int]]] = [
        (when[row], -1, row, []) for row in ordered[order_user < 0].tolist()
    ]
    for user in range(len(users)):
        mine, own = by_user.get(user, []), bought_by.get(user, [])
        if orders == "first" and own:
            own = own[:1]
            mine = [row for row in mine if at[row] <= when[own[0]]]
        won, lost = _split([at[row] for row in mine], [when[row] for row in own], span, reuse)
        for row, places in zip(own, won, strict=True):
            if places or untouched == "kept":
                found.append((when[row], user, row, [mine[place] for place in places]))
        for places in lost:
            final = at[mine[places[-1]]]
            if undecided == "lost" or final + span <= last:
                found.append((final, user, -1, [mine[place] for place in places]))
    if untouched == "left out":
        found = [path for path in found if path[3]]
    found = sorted((path for path in found if path[0] >= first), key=lambda path: path[0])
    return _path_table(found, touches, conversions, at, users, repeats)


def count_paths(paths: pd.DataFrame) -> pd.DataFrame:
    """Distinct paths with the sums of conversions, lost and value; most frequent first.

    The column days is dropped, so time decay needs the single paths.
    """
    routes, _ = read_paths(paths)
    sums = [name for name in ("conversions", "lost", "value") if name in paths.columns]
    table = pd.DataFrame({name: numbers(name, paths[name], least=0) for name in sums})
    keys, labels = pd.factorize(pd.Series(routes, dtype=object))
    table = table.groupby(keys, sort=False).sum()
    for name in ("conversions", "lost"):
        if name in table and (table[name] % 1 == 0).all():
            table[name] = table[name].astype(np.int64)
    table.insert(0, "path", pd.Series(list(labels), index=table.index, dtype=object))
    counts = [name for name in ("conversions", "lost") if name in table]
    order = (-table[counts].sum(axis=1)).argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def read_paths(paths: pd.DataFrame, of: str = "conversions") -> tuple[list[Path], list[float]]:
    """The paths as tuples, and the amounts of the column `of`; ValueError for a bad table."""
    one_of("of", of, ("conversions", "lost", "value"))
    need_columns(paths, ["path", of], "The paths table")
    amounts = numbers(of, paths[of], least=0).tolist()
    return [_channels(cell) for cell in paths["path"]], amounts


def all_channels(routes: Iterable[Path]) -> list[str]:
    """The channels of some paths, by name; those that only lost paths hold are among them."""
    return sorted({name for route in routes for name in route})


# --- rules ----------------------------------------------------------------------------------


def touch_shares(
    path: Sequence[str] | str,
    rule: str,
    *,
    days: Sequence[float] | None = None,
    half_life: float = 7.0,
    direct: str = "direct",
) -> list[float]:
    """Each touch's share of one order, in 0..1, first touch first; they add up to 1.

    last             all to the last touch
    last non-direct  all to the last touch that is not `direct`; to direct only if all are. So
                     GA4's "paid and organic last click" treats direct.
    first            all to the first touch
    linear           1/n to each of n touches
    position         0.4 to the first, 0.4 to the last, 0.2 shared by those between; one touch
                     gets 1, two get 0.5 each (Google Ads API, AttributionModel)
    time decay       2^(-days / half_life), divided by its sum; `days` from each touch to the order
                     (Google Ads API: half-life 7 days)

    Raises ValueError for an empty path, an unknown rule, or time decay without days.
    """
    one_of("rule", rule, RULES)
    route = _channels(path)
    n = len(route)
    if rule == "linear":
        return [1 / n] * n
    if rule == "position":
        return [1.0] if n == 1 else [0.5] * 2 if n == 2 else [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
    if rule == "time decay":
        return _decay(route, days, number("half_life", half_life, above=0))
    winner = 0 if rule == "first" else n - 1
    if rule == "last non-direct":
        winner = max((i for i, name in enumerate(route) if name != direct), default=n - 1)
    return [float(i == winner) for i in range(n)]


def credit(
    paths: pd.DataFrame,
    rule: str,
    *,
    of: str = "conversions",
    half_life: float = 7.0,
    direct: str = "direct",
) -> pd.Series[float]:
    """Credit by channel under one of `RULES`: a Series that adds up to all orders (or money).

    `of` is "conversions" or "value". Channels without credit are listed with 0. See
    `touch_shares` for the rules and what it raises.
    """
    one_of("of", of, ("conversions", "value"))
    routes, sums = read_paths(paths, of)
    if rule == "time decay":
        need_columns(paths, ["days"], "The paths table, for time decay,")
    days = list(paths["days"]) if rule == "time decay" else [None] * len(routes)
    parts: dict[str, list[float]] = {name: [] for name in all_channels(routes)}
    for route, total, before in zip(routes, sums, days, strict=True):
        if not total:
            continue
        shares = touch_shares(route, rule, days=before, half_life=half_life, direct=direct)
        for name, part in zip(route, shares, strict=True):
            parts[name].append(part * total)
    return by_channel({name: fsum(some) for name, some in parts.items()}, of)


def credit_table(
    paths: pd.DataFrame,
    rules: Sequence[str] = ("last", "last non-direct", "first", "linear", "position"),
    *,
    of: str = "conversions",
    half_life: float = 7.0,
    direct: str = "direct",
) -> pd.DataFrame:
    """Credit under several rules side by side: channels as index, one column per rule."""
    columns = {r: credit(paths, r, of=of, half_life=half_life, direct=direct) for r in rules}
    return pd.DataFrame(columns)


def assisted_conversions(paths: pd.DataFrame, *, self_assists: bool = False) -> pd.DataFrame:
    """By channel: `assisted`, `last`, and `ratio` = assisted / last (NaN where last is 0).

    An assisted conversion is an order on whose path the channel stands before the last touch
    (Universal Analytics, Multi-Channel Funnels). Each order counts once per channel. On
    Search > Social > Search, Search is also last: `self_assists` says whether it assists too.
    """
    routes, sums = read_paths(paths)
    channels = all_channels(routes)
    assisted, last = dict.fromkeys(channels, 0.0), dict.fromkeys(channels, 0.0)
    for route, total in zip(routes, sums, strict=True):
        last[route[-1]] += total
        helpers = set(route[:-1]) if self_assists else set(route[:-1]) - {route[-1]}
        for name in helpers:
            assisted[name] += total
    table = pd.DataFrame(
        {"assisted": by_channel(assisted, "assisted"), "last": by_channel(last, "last")}
    )
    return table.assign(ratio=table["assisted"] / table["last"].where(table["last"] > 0))


def spread(weights: pd.Series[Any], total: float) -> pd.Series[float]:
    """`total` divided in proportion to the weights: weight / sum of weights x total.

    Turns removal effects or Shapley values, which are no shares, into orders. Weights may be
    negative as long as their sum is above 0; else ValueError.
    """
    found = numbers("The weights", weights)
    whole = fsum(found)
    if whole <= 0:
        raise ValueError("The weights add up to nothing, so there is no share to give.")
    amount = number("total", total, least=0)
    return pd.Series(found / whole * amount, index=weights.index, name=weights.name)


def by_channel(parts: dict[str, float], name: str) -> pd.Series[float]:
    """A Series with the channels as index."""
    index = pd.Index(list(parts), name="channel", dtype=object)
    return pd.Series(list(parts.values()), index=index, name=name, dtype=np.float64)


# --- helpers --------------------------------------------------------------------------------


def _split(
    touches: list[int], orders: list[int], span: int, reuse: bool
) -> tuple[list[list[int]], list[list[int]]]:
    """The touches (places in the list of one user's times) of each order, and of lost paths."""
    won, free, used = [], [True] * len(touches), 0
    for order in orders:
        low, high = bisect_left(touches, order - span), bisect_right(touches, order)
        if not reuse:
            low, used = max(low, used), high
        won.append(list(range(low, high)))
        for place in won[-1]:
            free[place] = False
    lost: list[list[int]] = []  # each from its last touch back
    for place in reversed(range(len(touches))):
        if not free[place]:
            continue
        # What an order left free is older than the lookback, so no lost path reaches across one.
        if lost and touches[place] >= touches[lost[-1][0]] - span:
            lost[-1].append(place)
            continue
        lost.append([place])
    return won, [places[::-1] for places in lost]


def _path_table(
    found: list[tuple[int, int, int, list[int]]],
    touches: pd.DataFrame,
    conversions: pd.DataFrame,
    at: list[int],
    users: Any,
    repeats: str,
) -> pd.DataFrame:
    """The table that `build_paths` returns, from (end, user, order row, touch rows) by path."""
    channel = touches["channel"].astype(str).tolist()
    paths: list[Path] = []
    days: list[Days] = []
    for end, _, _, rows in found:
        if repeats == "merged":
            ends = [a for a, b in pairwise(rows) if channel[a] != channel[b]]
            rows = [*ends, *rows[-1:]]
        paths.append(tuple(channel[row] for row in rows) or (NO_TOUCH,))
        days.append(tuple((end - at[row]) / DAY for row in rows) or (0.0,))
    order = np.array([row for _, _, row, _ in found], dtype=np.int64)
    won = order >= 0
    bought, touched = conversions["time"].tolist(), touches["time"].tolist()
    times = [bought[row] if row >= 0 else touched[rows[-1]] for _, _, row, rows in found]
    columns: dict[str, Any] = {
        "user": pd.Series([users[u] if u >= 0 else None for _, u, _, _ in found], dtype=object),
        "time": pd.Series(times, dtype=touches["time"].dtype if not times else None),
        "path": pd.Series(paths, dtype=object),
        "days": pd.Series(days, dtype=object),
        "conversions": won.astype(np.int64),
        "lost": (~won).astype(np.int64),
    }
    if "order_id" in conversions.columns:
        ids = conversions["order_id"].tolist()
        columns["order_id"] = pd.Series([ids[r] if r >= 0 else None for r in order], dtype=object)
    if "value" in conversions.columns:
        money = numbers("The conversions' value", conversions["value"], least=0)
        columns["value"] = np.array([money[row] if row >= 0 else 0.0 for row in order])
    return pd.DataFrame(columns)


def _channels(cell: Any) -> Path:
    names = cell.split(">") if isinstance(cell, str) else cell
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f'A path is a tuple of channels, or text such as "Social > Search", not {cell!r}.'
        )
    route = tuple(name.strip() for name in names)
    if not all(route) or not route:
        raise ValueError("A path is empty, or one of its channels has no name.")
    return route


def _decay(route: Path, days: Sequence[float] | None, half_life: float) -> list[float]:
    if days is None or len(days) != len(route):
        raise ValueError("Time decay needs the days from each touch to the order, one per touch.")
    ages = [number("days", age, least=0) for age in days]
    # Counted from the latest touch, so that a path of old touches cannot vanish in rounding.
    weights = [2 ** (-(age - min(ages)) / half_life) for age in ages]
    return [weight / fsum(weights) for weight in weights]


def _clock(
    touched: pd.Series[Any], bought: pd.Series[Any], start: Any, end: Any
) -> tuple[Ints, Ints, int, int]:
    """Times in whole microseconds from one zero, and the first and last moment that count."""
    kinds = [_kind(column) for column in (touched, bought) if len(column)]
    if len(set(kinds)) > 1:
        raise ValueError(
            "The times of touches and conversions must be alike: datetimes in both (of one time "
            "zone), or numbers of days in both."
        )
    if touched.isna().any() or bought.isna().any():
        raise ValueError("Some rows have no time: leave them out, or find out when they happened.")
    dated = bool(kinds) and kinds[0] != "days"
    every = pd.concat([column for column in (touched, bought) if len(column)] or [touched])
    zero: Any = every.min() if dated else 0

    def ticks(column: pd.Series[Any]) -> Ints:
        if not len(column):
            return np.empty(0, dtype=np.int64)
        if dated:
            since = (column - zero) // pd.Timedelta(microseconds=1)
            return np.asarray(since, dtype=np.int64)
        return np.round(numbers("time", column) * DAY).astype(np.int64)

    def tick(name: str, at: Any) -> int:
        if not dated:
            return round(number(name, at) * DAY)
        return int((moment(name, at, every) - zero) // pd.Timedelta(microseconds=1))

    rows, orders = ticks(touched), ticks(bought)
    both = np.concatenate([rows, orders])
    first = int(both.min(initial=0)) if start is None else tick("start", start)
    last = int(both.max(initial=first)) if end is None else tick("end", end)
    return rows, orders, first, last


def _kind(column: pd.Series[Any]) -> Hashable:
    if pd.api.types.is_datetime64_any_dtype(column):
        return str(getattr(column.dt, "tz", None))
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return "days"
    raise ValueError(
        "The column 'time' holds text, not times: turn it into times with pd.to_datetime first."
    )


def _grouped(user: Any, time: Ints, rows: Ints) -> dict[int, list[int]]:
    """Row numbers of each known user, by time; equal times keep the row order."""
    order = np.lexsort((np.arange(len(rows)), time, user))
    user, rows = user[order], rows[order]
    edges = np.flatnonzero(np.diff(user, prepend=-2, append=-2))
    return {
        int(user[low]): rows[low:high].tolist()
        for low, high in pairwise(edges.tolist())
        if user[low] >= 0
    }
