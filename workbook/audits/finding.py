"""A finding as a learner types it, and whether it can be read: nothing here raises.

Whatever stands in an argument, `checked` gives either a finding that can be scored or problems
that say which argument is wrong and what to write instead.
"""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.audits.metrics import METRICS, Metric, metric_named, nearest
from workbook.audits.rules import ALSO, RULES
from workbook.audits.truth import Rows, Truth

TABLE = '`load("raw_events")`'
_SHOWN = 40  # characters of a learner's value that a message repeats
_PARTS = ["name", "days", "rows", "metric", "effect", "rule"]


@dataclass(frozen=True, eq=False)
class Finding:
    """What was typed, unread.

    unknown: arguments that a finding does not have; more: how many stood behind the last one
    """

    name: Any = None
    days: Any = None
    rows: Any = None
    metric: Any = None
    effect: Any = None
    rule: Any = None
    unknown: Mapping[str, Any] = field(default_factory=dict)
    more: int = 0

    def __repr__(self) -> str:
        return f"finding({shown(self.name)}): put it into a list and give that to audit()"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one argument, and what to do; light Markdown."""

    argument: str
    text: str


@dataclass(frozen=True, eq=False)
class Read:
    """A finding that can be scored.

    first, last: days of the log, 0 the first, both included; rows: positions in raw_events on
    these days in ascending order, None if days are named instead; elsewhere: how many rows were
    left out because they lie on other days
    """

    name: str
    first: int
    last: int
    rows: Rows | None
    metric: Metric | None
    effect: float | None
    rule: str | None
    elsewhere: int = 0

    @property
    def days(self) -> frozenset[int]:
        """The days it names."""
        return frozenset(range(self.first, self.last + 1))


def checked(given: Finding, truth: Truth) -> Read | list[Problem]:
    """The finding, or all that is wrong with its arguments."""
    problems = [_unknown(name) for name in given.unknown]
    if given.more:
        problems.append(
            Problem("finding", f"{given.more} too many in it. It has {_listed(_PARTS)}.")
        )

    def of(part: Any) -> Any:
        if isinstance(part, Problem):
            problems.append(part)
            return None
        return part

    name = of(_name(given.name))
    days = of(_days(given.days, truth))
    rows = of(_rows(given.rows, truth))
    metric = of(_metric(given.metric, given.rows is not None, truth))
    effect, rule = of(_effect(given.effect)), of(_rule(given.rule))
    if problems:
        return problems
    first, last = days
    if rows is None:
        return Read(name, first, last, None, metric, effect, rule)
    here = truth.raw_day[rows]
    kept = rows[(here >= first) & (here <= last)]
    clean_weeks = last < truth.control
    if not len(kept) and not clean_weeks:
        return [
            Problem(
                "days",
                "None of the rows lies on these days. Look at the `time` of the rows: which days "
                f"are theirs? Or is it the index of another table than {TABLE}? Then filter that "
                "one first.",
            )
        ]
    return Read(name, first, last, kept, metric, effect, rule, len(rows) - len(kept))


def shown(value: Any) -> str:
    """A learner's value, short enough for a sentence."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # a value of the learner's own, whose repr may do anything
        text = "<"
    if text.startswith("<"):  # it would say where in memory it lies
        text = f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _gap(value: Any) -> bool:
    """Whether it is a gap of the notebook that nobody has filled."""
    return value is ... or (isinstance(value, str) and value.strip() in ("...", "…"))


def _told(value: Any) -> str:
    return "The gap `...`" if _gap(value) else shown(value)


def _unknown(name: str) -> Problem:
    near = difflib.get_close_matches(name, _PARTS, n=1, cutoff=0.5)
    hint = f"Did you mean `{near[0]}`?" if near else f"It has {_listed(_PARTS)}."
    return Problem(name, f"A finding has no argument `{name}`. {hint}")


def _name(value: Any) -> str | Problem:
    if isinstance(value, str) and value.strip():
        return " ".join(value.split())
    return Problem("name", 'Give the finding a name of your own in quotes, such as `"carts gone"`.')


# --- days ----------------------------------------------------------------------------------------

_HOW_DAYS = 'Write the first and the last day: `days=("2025-10-14", "2025-10-17")`.'


def _days(value: Any, truth: Truth) -> tuple[int, int] | Problem:
    if value is None:
        return Problem("days", f"The days are missing. {_HOW_DAYS}")
    if isinstance(value, str | date | np.datetime64):
        value = (value, value)
    if isinstance(value, pd.DatetimeIndex | pd.Series | np.ndarray) and value.ndim == 1:
        value = list(value)
    if not isinstance(value, list | tuple) or len(value) != 2:
        return Problem("days", f"{_told(value)} is not a first and a last day. {_HOW_DAYS}")
    places: list[int] = []
    for day in value:
        stamp = _stamp(day)
        if stamp is None:
            return Problem("days", f"{_told(day)} is not a day. {_HOW_DAYS}")
        place = (stamp - truth.first_day).days
        if not 0 <= place < truth.days:
            last = truth.first_day + pd.Timedelta(days=truth.days - 1)
            return Problem(
                "days",
                f"{stamp.date()} is not in the log, which goes from {truth.first_day.date()} to "
                f"{last.date()}.",
            )
        places.append(place)
    if places[0] > places[1]:
        return Problem("days", "The last day comes before the first. Write the earlier one first.")
    return places[0], places[1]


def _stamp(value: Any) -> pd.Timestamp | None:
    """Midnight of a day; None for what is none. Of texts only those that begin with the year,
    since others are read differently in different countries."""
    if isinstance(value, str):
        if not (len(value.strip()) >= 8 and value.strip()[:4].isdigit()):
            return None
    elif not isinstance(value, date | np.datetime64):  # a Timestamp is a date
        return None
    try:
        stamp = pd.Timestamp(value)
        return None if pd.isna(stamp) else stamp.tz_localize(None).normalize()
    except (ValueError, TypeError, OverflowError):
        return None


# --- rows ----------------------------------------------------------------------------------------

_HOW_ROWS = (
    f"Give a Series of True and False over {TABLE}, the `.index` of the rows, or None if events "
    "are missing."
)


def _rows(value: Any, truth: Truth) -> Rows | Problem | None:
    if value is None:
        return None
    if isinstance(value, pd.DataFrame):
        if not {"time", "event"} <= set(value.columns):
            return Problem("rows", f"That is no table of events. {_HOW_ROWS}")
        value = value.index
    found = _labels(value, len(truth.raw))
    if isinstance(found, str):
        return Problem("rows", found)
    if not len(found):
        return Problem(
            "rows",
            "There is no row in it. If events are missing, there is nothing to point at: write "
            "`rows=None`, and the days are judged.",
        )
    if found.min() < 0 or found.max() >= len(truth.raw):
        return Problem(
            "rows",
            f"It names rows that {TABLE} does not have (they go from 0 to {len(truth.raw) - 1:,}). "
            "Is it the index of that table?",
        )
    return np.unique(found)


def _labels(value: Any, size: int) -> Rows | str:
    """The labels of the rows that are meant, or what is wrong with them."""
    if isinstance(value, pd.Series):
        return _labels_of_series(value, size)
    if isinstance(value, pd.MultiIndex):
        return f"An index of {TABLE} has one whole number a row. {_HOW_ROWS}"
    if isinstance(value, pd.Index | np.ndarray | list | tuple | set | frozenset | range):
        items = list(value) if isinstance(value, set | frozenset) else value
        try:
            array = np.asarray(items)
        except (ValueError, TypeError):
            return f"It is not a list of rows. {_HOW_ROWS}"
        if array.ndim != 1:
            return f"It is not a list of rows. {_HOW_ROWS}"
        if not len(array):
            return np.zeros(0, np.int64)
        if array.dtype.kind == "b":
            if len(array) != size:
                return _wrong_length(len(array), size)
            return np.flatnonzero(array)
        return _whole(array)
    return f"{_told(value)} does not say which rows. {_HOW_ROWS}"


def _labels_of_series(value: pd.Series[Any], size: int) -> Rows | str:
    if value.isna().any():
        return (
            "There are missing values in it (NaN), so it does not say True or False for each row. "
            "Which comparison did they come from?"
        )
    truths = value.dtype == bool or all(isinstance(cell, bool | np.bool_) for cell in value)
    if not truths:
        if all(isinstance(cell, str) for cell in value):
            return (
                "It holds other values than True and False: texts, such as names of users. First "
                'filter the log by them, `raw[raw["user"].isin(...)]`. ' + _HOW_ROWS
            )
        return f"It holds other values than True and False. {_HOW_ROWS}"
    labels = value.index
    own = labels.equals(pd.RangeIndex(len(labels)))
    if own and len(value) != size:
        return _wrong_length(len(value), size)
    return _labels(labels[value.to_numpy(dtype=bool)], size)


def _whole(array: NDArray[Any]) -> Rows | str:
    """The array as whole numbers."""
    none_of_these = f"An index of {TABLE} holds whole numbers. {_HOW_ROWS}"
    kind = array.dtype.kind
    if kind not in "iufO" or (kind == "O" and any(isinstance(c, bool | str) for c in array)):
        return none_of_these
    try:
        floats = array.astype(np.float64)
    except (ValueError, TypeError):
        return none_of_these
    if np.isnan(floats).any():
        return "There are missing values in it (NaN). An index has none."
    if (floats != np.floor(floats)).any():
        return none_of_these
    whole: Rows = np.clip(floats, -1, 2**53).astype(np.int64)
    return whole


def _wrong_length(length: int, size: int) -> str:
    return (
        f"It has {length:,} rows and {TABLE} has {size:,}. Was it made from another table, or was "
        "its index renumbered?"
    )


# --- metric, effect, rule ------------------------------------------------------------------------


def _metric(value: Any, has_rows: bool, truth: Truth) -> Metric | Problem | None:
    if value is None and has_rows:
        return None
    choices = f"Choose one: {_listed(list(METRICS))}."
    if value is None:
        return Problem(
            "metric",
            "Without rows it takes a number that is wrong on these days. " + choices,
        )
    if not isinstance(value, str) or _gap(value):
        return Problem("metric", f"{_told(value)} is not the name of a number. {choices}")
    found = metric_named(value, truth.event_names, truth.channels)
    if found is None:
        near = nearest(value, truth.event_names, truth.channels)
        hint = f"Did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else choices
        return Problem("metric", f"There is no number {_told(value)} here. {hint}")
    return found


def _effect(value: Any) -> float | Problem | None:
    if value is None:
        return None
    how = "Write a number: what was recorded less what should have been, such as `-240` or `110`."
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return Problem("effect", f"{_told(value)} is not a number. {how}")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        return Problem("effect", f"{_told(value)} is not a number that can be compared. {how}")
    return found


def _rule(value: Any) -> str | Problem | None:
    if value is None:
        return None
    choices = f"Choose one: {_listed(list(RULES))}."
    if not isinstance(value, str) or _gap(value):
        return Problem("rule", f"{_told(value)} is not a rule. {choices}")
    said = " ".join(value.lower().split())
    said = ALSO.get(said, said)
    for name in RULES:
        if said == name.lower():
            return name
    near = difflib.get_close_matches(said, list(RULES), n=1, cutoff=0.6)
    hint = f'Did you mean "{near[0]}"?' if near else choices
    return Problem("rule", f"There is no rule {_told(value)} here. {hint}")


def _listed(names: list[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return ", ".join(quoted[:-1]) + " or " + quoted[-1]
