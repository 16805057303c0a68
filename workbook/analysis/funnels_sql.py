"""The funnel of `funnels` as DuckDB SQL: a text to read, and a way to run it on big logs.

The definitions are those of `funnels.funnel`. Two of them need words of their own in SQL:

* A table has no row order there, and events of the same second need one. `row_number() OVER ()`
  turns the order in which DuckDB reads the log into a column (its manual, "Order Preservation",
  promises that order for a table, a DataFrame or Parquet files read with nothing but a WHERE).
* "The latest step before this one" is an as-of join: `ASOF JOIN` gives each row the nearest
  earlier row of the other table, and no other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from math import floor
from pathlib import Path
from typing import Any

import pandas as pd

from workbook.analysis.funnels import FunnelError, Window, checked, step_names
from workbook.analysis.inputs import MINUTE, microseconds, need_columns, one_of, time_column

SCOPES = ("user", "session")
_LONGEST = 2.0**62  # microseconds; DuckDB's whole numbers end soon after


def funnel_sql(
    steps: Sequence[str],
    *,
    source: str = "log",
    scope: str = "user",
    closed: bool = True,
    window: Window = None,
    user: str | None = "user",
    session: str = "session",
    event: str = "event",
    time: str = "time",
    in_minutes: bool = False,
) -> str:
    """The funnel as one DuckDB query; it gives the rows (number, step, users or sessions).

    The choices are those of `funnels.funnel`, in order where closed. `source` names a table, a
    DataFrame variable or a Parquet file; `user`, `session`, `event`, `time` name its columns.
    `user=None`, with session scope: a session's id is its own. `time` holds time stamps, or, with
    `in_minutes=True`, numbers of minutes; either is taken in whole microseconds. Names and values
    are quoted. Raises FunnelError as `funnel` does, and for a step that is not a text.
    """
    names, allowed = _choices(steps, scope=scope, closed=closed, window=window)
    columns = {"session": session} if scope == "session" else {}
    if user is not None:
        columns = {"user": user, **columns}
    elif scope == "user":
        raise FunnelError("A funnel by user needs the name of the user column, not None.")
    unit = ", ".join(_name(column) for column in columns)
    renamed = ", ".join(_renamed(column, new) for new, column in columns.items())
    followed = " AND ".join(f"{_name(column)} IS NOT NULL" for column in columns.values())
    listed = ", ".join(_text(step) for step in names)

    if not closed:
        parts = [
            "-- Who did which step, however often: one row each.",
            "path AS MATERIALIZED (",
            f"    SELECT DISTINCT {renamed}, {_renamed(event, 'event')}",
            f"    FROM {_name(source)}",
            f"    WHERE {_name(event)} IN ({listed})",
            f"        AND {followed}",
            ")",
        ]
    else:
        clock, known = _clock(time, in_minutes)
        parts = [
            "-- The events of the steps. Their row numbers decide between events of one time.",
            "numbered AS (",
            f"    SELECT {renamed}, {_renamed(event, 'event')},",
            f"        {clock} AS microsecond,",
            "        row_number() OVER () AS row_in_log",
            f"    FROM {_name(source)}",
            f"    WHERE {_name(event)} IN ({listed})",
            f"        AND {followed} AND {known}",
            "),",
            f"-- place: which of its {scope}'s events this is, the first, the second ...",
            "path AS MATERIALIZED (",
            f'    SELECT {unit}, "event", microsecond, row_number() OVER (',
            f"        PARTITION BY {unit} ORDER BY microsecond, row_in_log",
            "    ) AS place",
            "    FROM numbered",
            ")",
        ]
    for number, step in enumerate(names, start=1):
        parts[-1] += ","
        if number == 1 or not closed:
            parts += _any_step(number, step)
        else:
            parts += _next_step(number, step, list(columns), allowed)
    counts = [
        f"SELECT {number} AS number, {_text(step)} AS step, count(*) AS {scope}s\n"
        f"FROM (SELECT DISTINCT {unit} FROM step_{number})"
        for number, step in enumerate(names, start=1)
    ]
    title = _title(scope, closed, allowed)
    return "\n".join([title, "WITH", *parts, "\nUNION ALL\n".join(counts), "ORDER BY number\n"])


def run_funnel_sql(
    log: pd.DataFrame | str | Path,
    steps: Sequence[str],
    *,
    scope: str = "user",
    closed: bool = True,
    window: Window = None,
    user: str = "user",
    session: str = "session",
    event: str = "event",
    time: str | None = None,
    memory: str = "1GB",
) -> pd.Series[int]:
    """What `funnels.funnel` gives, counted by DuckDB: a Series, steps as index.

    `log` is a DataFrame or the path of a Parquet file (`*` in it stands for several, read in the
    order of their names). The columns go by other names: say which. `time=None` takes "time" or
    "minute". Without a user column, session ids are taken as unique. `memory` limits what DuckDB
    holds at a time; what is more waits in a temporary folder. Raises FunnelError as `funnel`
    does, and for a file that cannot be read.
    """
    import duckdb

    choice: dict[str, Any] = {"scope": scope, "closed": closed, "window": window}
    names, _ = _choices(steps, **choice)
    with tempfile.TemporaryDirectory() as folder:
        config: dict[str, Any] = {"memory_limit": memory, "temp_directory": folder}
        try:
            with duckdb.connect(config=config) as db:
                # DuckDB draws a bar on standard output when a query takes long.
                db.execute("SET enable_progress_bar = false")
                if isinstance(log, pd.DataFrame):
                    columns = _columns(log, scope, closed, user, session, event, time)
                    db.register("log", _for_duckdb(log, columns))
                else:
                    db.read_parquet(str(log)).create_view("log")
                    head = db.sql("FROM log LIMIT 0").df()
                    columns = _columns(head, scope, closed, user, session, event, time)
                counts = [
                    row[2] for row in db.sql(funnel_sql(names, **choice, **columns)).fetchall()
                ]
                if 0 in counts:  # a step that counts nobody may be a misspelled one
                    present = db.sql(f'SELECT DISTINCT {_name(event)} AS "event" FROM log').df()
                    step_names(present, names)
        except duckdb.OutOfMemoryException:
            raise FunnelError(
                f"memory={memory!r} is too little to count this log: allow more."
            ) from None
        except duckdb.Error as problem:
            reason = str(problem).splitlines()[0]
            raise FunnelError(f"DuckDB cannot count this log. It says: {reason}") from None
    return pd.Series(counts, index=pd.Index(names, name="step"), name=f"{scope}s", dtype="int64")


# --- the parts of the query -----------------------------------------------------------------


def _title(scope: str, closed: bool, allowed: int | None) -> str:
    if not closed:
        return f"-- Open funnel by {scope}: whoever did a step counts there."
    limit = "any time" if allowed is None else f"at most {allowed / MINUTE:g} minutes"
    return f"-- Closed funnel by {scope}, in order, {limit} from one step to the next."


def _any_step(number: int, step: str) -> list[str]:
    return [
        f"-- Step {number}: {step}, wherever it happened.",
        f"step_{number} AS (",
        f'    SELECT * FROM path WHERE "event" = {_text(step)}',
        ")",
    ]


def _next_step(number: int, step: str, columns: list[str], allowed: int | None) -> list[str]:
    same = [f"here.{_name(name)} = before.{_name(name)}" for name in columns]
    within = f"here.microsecond - before.microsecond <= {allowed}"
    limit = [] if allowed is None else [f"        AND {within}"]
    found = "exists" if allowed is None else "lies within the time"
    return [
        f"-- Step {number}: each {step} whose latest step {number - 1} before it {found}.",
        f"step_{number} AS MATERIALIZED (",
        "    SELECT here.*",
        "    FROM path AS here",
        f"    ASOF JOIN step_{number - 1} AS before",
        "        ON " + "\n        AND ".join([*same, "here.place > before.place"]),
        f'    WHERE here."event" = {_text(step)}',
        *limit,
        ")",
    ]


def _clock(time: str, in_minutes: bool) -> tuple[str, str]:
    """The column's time in whole microseconds, and the test that it is known."""
    column = _name(time)
    if in_minutes:
        clock = f"round_even({column} * 6e7, 0)"
        return clock, f"{column} IS NOT NULL AND NOT isnan({column} * 6e7)"
    return f"epoch_us({column})", f"{column} IS NOT NULL"


# --- names and values -----------------------------------------------------------------------


def _choices(
    steps: Sequence[str], *, scope: str, closed: bool, window: Window
) -> tuple[list[str], int | None]:
    """The steps as a list, the window in whole microseconds (None: no limit)."""
    one_of("scope", scope, SCOPES, error=FunnelError)
    named = [] if isinstance(steps, str) else list(steps)
    events = pd.Series(named, dtype=object)
    like_a_log = pd.DataFrame({"user": 0, "session": 0, "minute": 0, "event": events})
    names, minutes = checked(
        like_a_log, steps, scope=scope, closed=closed, order="in order", window=window
    )
    for name in names:
        if not isinstance(name, str):
            raise FunnelError(f"In SQL a step is a text, and {name!r} is none.")
        _quotable(name)
    if minutes is None or minutes * MINUTE >= _LONGEST:
        return names, None
    return names, floor(minutes * MINUTE)


def _quotable(text: str) -> None:
    """Refuse what would end a comment or the query: no quotes help there."""
    odd = "\0" in text or text.splitlines() not in ([text], [])
    if odd or text != text.encode(errors="ignore").decode():
        raise FunnelError(f"{text!r} is more than one line of plain text, so SQL cannot name it.")


def _name(identifier: str) -> str:
    _quotable(identifier)
    return '"' + identifier.replace('"', '""') + '"'


def _renamed(column: str, new: str) -> str:
    return _name(column) if column == new else f"{_name(column)} AS {_name(new)}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _columns(
    log: pd.DataFrame, scope: str, closed: bool, user: str, session: str, event: str,
    time: str | None,
) -> dict[str, Any]:  # fmt: skip
    """The arguments of `funnel_sql` that name the columns; FunnelError where one is missing."""
    found: dict[str, Any] = {"event": event, "user": user}
    if scope == "session":
        found |= {"session": session, "user": user if user in log.columns else None}
    if closed:
        found["time"] = time or time_column(log, error=FunnelError)
    need_columns(log, [name for name in found.values() if name is not None], error=FunnelError)
    if closed:
        column = log[found["time"]]
        microseconds(column.head(0), error=FunnelError)
        found["in_minutes"] = pd.api.types.is_numeric_dtype(column)
    return found


def _for_duckdb(log: pd.DataFrame, columns: dict[str, Any]) -> pd.DataFrame:
    """The columns in use, of types that DuckDB reads as they are.

    It would write mixed values (1 and "1") as texts, and so take two users for one.
    """
    # A copy, since DuckDB cannot read a column that lies backward in memory, as after [::-1].
    table = log[list({name for name in columns.values() if isinstance(name, str)})].copy()
    plain: dict[str, Any] = {}
    for role, name in columns.items():
        if role in ("user", "session") and name and not _read_as_is(table[name]):
            code = pd.factorize(table[name])[0].astype("int64")
            plain[name] = pd.arrays.IntegerArray(code, code < 0)
        elif role == "event" and not isinstance(table[name].dtype, pd.StringDtype):
            texts = table[name].astype(object)
            plain[name] = texts.where(texts.map(lambda text: isinstance(text, str))).astype("str")
    return table.assign(**plain)


def _read_as_is(column: pd.Series[Any]) -> bool:
    numbers = pd.api.types.is_any_real_numeric_dtype(column)
    return numbers or isinstance(column.dtype, pd.StringDtype)
