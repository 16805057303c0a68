"""What the analysis functions ask of their arguments, in words a learner can act on.

Every check raises ValueError with one sentence, or the class given as `error` where a module has
its own. A log is a table with one row per event and the columns `user`, `event`, `session` (for
sessions), and `time` (datetimes) or `minute` (numbers).
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Sequence, Sized
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.kinds import Bools, Floats, Ints

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE

_Error = type[ValueError]

# --- one value ------------------------------------------------------------------------------


def number(
    name: str, value: Any, *, least: float | None = None, above: float | None = None
) -> float:
    """The value as a float; ValueError unless it is one finite number within its bounds."""
    try:
        known = isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
    except OverflowError:
        known = False
    if not known:
        raise ValueError(f"{name} is one number, not {_shown(value)}.")
    if least is not None and value < least:
        raise ValueError(f"{name} is at least {least:g}, not {value:g}.")
    if above is not None and value <= above:
        raise ValueError(f"{name} is above {above:g}, not {value:g}.")
    return float(value)


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """The value as an int; ValueError unless it is a whole number of at least `least`."""
    found = number(name, value)
    if found != int(found) or found < least:
        raise ValueError(f"{name} is a whole number of at least {least}, not {found:g}.")
    return int(found)


def share(name: str, value: Any) -> float:
    """The value as a float; ValueError unless it lies in 0..1, the ends included."""
    found = number(name, value)
    if not 0 <= found <= 1:
        raise ValueError(f"{name} lies between 0 and 1; {found:g} does not.{_as_share(found)}")
    return found


def inside(name: str, value: Any) -> float:
    """The value as a float; ValueError unless it lies in 0..1 without the ends (a level, say)."""
    found = number(name, value)
    if not 0 < found < 1:
        raise ValueError(f"{name} is above 0 and below 1, not {found:g}.{_as_share(found)}")
    return found


def one_of(name: str, value: object, allowed: Sequence[str], *, error: _Error = ValueError) -> None:
    """Raise, with the nearest word, unless the value is one of those allowed."""
    if not isinstance(value, str) or value not in allowed:
        listed = ", ".join(map(repr, allowed))
        raise error(f"{name} is one of {listed}, not {value!r}.{did_you_mean(value, allowed)}")


def did_you_mean(name: object, known: Iterable[Hashable]) -> str:
    """` Did you mean ...?`, or nothing where no name is near."""
    near = difflib.get_close_matches(str(name), sorted({str(k) for k in known}), 1, 0.6)
    return f" Did you mean {near[0]!r}?" if near else ""


def _as_share(found: float) -> str:
    return f" For {found:g} %, write {found / 100:g}." if 1 < found <= 100 else ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 and "\n" not in text else f"a {type(value).__name__}"


# --- lists and columns ----------------------------------------------------------------------


def numbers(
    name: str, values: Iterable[Any], *, least: float | None = None, rows: int = 0
) -> Floats:
    """The values as floats; ValueError unless all are finite numbers of at least `least`.

    `rows` is how many there must be. Texts and times are no numbers, even where they look it.
    """
    try:
        given = np.asarray(values if hasattr(values, "__len__") else list(values))
        if given.dtype.kind in "mMSUTVc":
            raise TypeError
        if given.dtype == object:
            if any(isinstance(value, str) for value in given.flat):
                raise TypeError
            given = np.where(pd.isna(given), np.nan, given)
        found = given.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} is a list of numbers; something else is in it.") from None
    if found.ndim != 1:
        raise ValueError(f"{name} is one list or column of numbers, not {_shown(values)}.")
    if not np.isfinite(found).all():
        raise ValueError(f"{name} has a missing or infinite value: fill it (with 0?) or drop it.")
    if least is not None and (found < least).any():
        raise ValueError(f"{name} has a value below {least:g}: {found.min():g} is among them.")
    if len(found) < rows:
        raise ValueError(f"{name} has {len(found)} of the at least {rows} values it needs.")
    return found


def pair(
    names: tuple[str, str], first: Iterable[Any], second: Iterable[Any], *, rows: int = 1
) -> tuple[Floats, Floats]:
    """Two lists that belong together item by item; ValueError if their lengths differ."""
    left, right = numbers(names[0], first, rows=rows), numbers(names[1], second, rows=rows)
    same_rows(**{names[0]: left, names[1]: right})
    return left, right


def flags(name: str, values: Iterable[Any]) -> Bools:
    """The values as True or False; ValueError for blanks and all but True, False, 1, 0."""
    if isinstance(values, str | pd.DataFrame) or not isinstance(values, Iterable):
        raise ValueError(f"{name} is one list or column of True and False, not {_shown(values)}.")
    series = pd.Series(list(values), dtype=object)
    if series.isna().any():
        raise ValueError(f"{name} has blanks: say for each row whether it is True or False.")
    if not series.isin([0, 1]).all():
        raise ValueError(f"{name} must be True or False (or 1 and 0) in each row.")
    return series.to_numpy(dtype=np.bool_)


def same_rows(**columns: Sized) -> None:
    """ValueError unless all columns have equally many rows, and at least one."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"Each needs one value per row, in the same order: {told}.")
    if not min(lengths.values()):
        raise ValueError("There are no rows, so there is nothing to measure.")


# --- tables and logs ------------------------------------------------------------------------


def need_columns(
    table: object, columns: Iterable[str], what: str = "The log", *, error: _Error = ValueError
) -> None:
    """Raise unless it is a table with these columns; `what` begins the sentence."""
    if not isinstance(table, pd.DataFrame):
        raise error(f"{what} must be a table (DataFrame), not {_shown(table)}.")
    here = list(table.columns)
    for column in columns:
        if column not in here:
            listed = ", ".join(map(str, here)) or "none"
            near = did_you_mean(column, here) or f" Its columns: {listed}."
            raise error(f"{what} has no column {column!r}.{near}")
        if here.count(column) > 1:
            raise error(f"{what} has two columns {column!r}: rename or drop one.")


def known_events(log: pd.DataFrame, events: Iterable[str]) -> None:
    """ValueError, with the nearest name, for an event that the log does not hold."""
    need_columns(log, ["event"])
    present = set(log["event"].dropna().unique())
    for event in events:
        if event not in present:
            near = did_you_mean(event, present)
            raise ValueError(f"No event of this log is called {event!r}.{near}")


def rows_of(log: pd.DataFrame, event: str) -> Bools:
    """True for each row with this event."""
    return (log["event"] == event).to_numpy(dtype=np.bool_, na_value=False)


def time_column(log: pd.DataFrame, *, error: _Error = ValueError) -> str:
    """The log's column of times, "time" or else "minute"; raises where it has neither."""
    for name in ("time", "minute"):
        if name in log.columns:
            return name
    near = did_you_mean("time", log.columns)
    raise error(f"The log needs a column 'time' (or 'minute') to know what came first.{near}")


def event_times(log: pd.DataFrame, *, error: _Error = ValueError) -> Floats:
    """Whole microseconds of each row, from any zero, so that a gap of exactly a window counts
    in spite of rounding; NaN where unknown."""
    return microseconds(log[time_column(log, error=error)], error=error)


def microseconds(column: pd.Series[Any], *, error: _Error = ValueError) -> Floats:
    """Whole microseconds from the column's earliest time, or of its minutes; NaN where unknown."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = (column - column.min()) / pd.Timedelta(microseconds=1)
    elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        # As floats first: a column of small whole numbers (int32) would overflow unnoticed.
        minutes = column.to_numpy(dtype=np.float64, na_value=np.nan)
        with np.errstate(over="ignore"):
            found = np.round(minutes * MINUTE)
        return np.where(np.isfinite(found), found, np.nan)
    else:
        name = column.name
        raise error(
            f"The column {name!r} holds text, not times. "
            f'Turn it into times first: log["{name}"] = pd.to_datetime(log["{name}"]).'
        )
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def moment(name: str, value: Any, column: pd.Series[Any]) -> pd.Timestamp:
    """A time stamp to compare with a column of datetimes; ValueError if it is none.

    Without a time zone it is taken in the column's.
    """
    try:
        if isinstance(value, bool | Real):  # a number would be nanoseconds since 1970
            raise ValueError
        found = pd.Timestamp(value)
        zone = getattr(column.dt, "tz", None)
        found = found if zone is None or found.tzinfo else found.tz_localize(zone)
        if pd.isna(found) or (zone is None and found.tzinfo):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        some = column.dropna()
        such = f", such as {some.iloc[-1]}" if len(some) else ""
        raise ValueError(
            f"{name} is a moment{such}; {value!r} is not a time as in the column {column.name!r}."
        ) from None
    return found


def unit_columns(log: pd.DataFrame, scope: str) -> list[str]:
    """The columns that name a user, or a session: the user and the session id, since ids may
    repeat between users (the id alone where the log has no user)."""
    if scope == "user":
        return ["user"]
    return ["user", "session"] if "user" in log.columns else ["session"]


def unit_codes(rows: pd.DataFrame, scope: str) -> Ints:
    """A number for the user or session of each row, by first appearance; -1 where unknown."""
    columns = unit_columns(rows, scope)
    code = pd.factorize(rows[columns[0]])[0].astype(np.int64)
    if len(columns) == 1:
        return code
    second, names = pd.factorize(rows[columns[1]])
    known = (code >= 0) & (second >= 0)
    both = code * (len(names) + 1) + second
    code[:] = -1
    code[known] = pd.factorize(both[known])[0]
    return code


def ranking(unit: Ints, time: Floats) -> Ints:
    """Row numbers by unit, then time, then row order."""
    by_time = np.argsort(time, kind="stable")  # a log is mostly in this order already
    return by_time[np.argsort(unit[by_time], kind="stable")]
