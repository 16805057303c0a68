"""Canonical values: what a learner's answer *is*, whatever it looks like.

`np.float64(0.63)`, `0.63` and a Series with that one number are the same number; a table is the
same table with its rows in another order. A canonical value is plain JSON, so that it can be
stored, printed by a kernel and compared outside of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import math
import numbers
from collections.abc import Callable, KeysView, Mapping, Sequence, Sized, ValuesView
from collections.abc import Set as AbstractSet
from typing import Any, cast

Json = Any
Canonical = dict[str, Json]

DIGITS = 12
"""Significant digits kept: the last bits of a float differ between processors."""

LARGEST = 10**300
"""Whole numbers beyond are as good as infinite; arithmetic with floats would overflow."""

MAX_CELLS = 2_000
"""No canonical value has more cells; a larger answer belongs summarized."""

KINDS = {
    "number": "one number",
    "string": "a text (in quotes)",
    "set": "a set of values",
    "list": "a list of values",
    "mapping": "a dictionary (name: value)",
    "series": "a column of values (a Series)",
    "frame": "a table (a DataFrame)",
    "figure": "the axes of a figure",
    "function": "a function",
}


class WrongKind(Exception):
    """The value is not of the kind that the exercise asks for; `found` says what it is."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class TooLarge(Exception):
    """The value has more than `MAX_CELLS` cells."""


def canonical(value: object, kind: str, *, cases: Sequence[Json] = ()) -> Canonical:
    """The canonical form of `value` read as `kind` (one of `KINDS`).

    `cases` are the encoded argument lists (`encode`) a function is called with.
    Raises `WrongKind` if it cannot be read so, `TooLarge` if it is too big to keep.
    """
    if kind == "function":
        return _function(value, cases)
    if (
        kind in ("list", "series", "frame")
        and kind_of(value) == kind
        and _length(value) > MAX_CELLS
    ):
        raise TooLarge(f"more than {MAX_CELLS} values")  # before its cells are read one by one
    form = _READERS[kind](value)
    if _cells(form) > MAX_CELLS:
        raise TooLarge(f"more than {MAX_CELLS} values")
    return form


def _length(value: object) -> int:
    return len(value) if isinstance(value, Sized) else 0


def natural(value: object) -> Canonical | None:
    """The canonical form of a value of whatever kind; None if it has none."""
    try:
        return canonical(value, kind_of(value))
    except Exception:  # of another kind, too large, or an object whose own methods raise
        return None


def kind_of(value: object) -> str:
    """The kind a value is of by its own type; "other" if it is of none."""
    name = type(value).__name__
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool) or name == "bool":
        return "truth"
    if isinstance(value, numbers.Real) or name == "Decimal":
        return "number"
    if name in ("Series", "DataFrame", "Axes"):
        return {"Series": "series", "DataFrame": "frame", "Axes": "figure"}[name]
    if isinstance(value, Mapping):
        return "mapping"
    # What a dictionary lists, arrays and indexes of whatever kind: `.unique()` gives several.
    if isinstance(value, list | tuple | range | KeysView | ValuesView):
        return "list"
    if isinstance(value, AbstractSet):
        return "set"
    if hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1:
        return "list"
    if callable(value):
        return "function"
    return "other"


def describe(value: object) -> str:
    """What a value is, in a beginner's words. Never how many rows: that may be the answer."""
    kind = kind_of(value)
    if value is None:
        return "nothing (None)"
    if isinstance(value, tuple):
        return "several values with commas between (a decimal needs a point)"
    if kind == "list":
        return f"a list of {len(cast(Any, value))}"
    if kind == "truth":
        return "True or False"
    if kind == "function":
        return "a function that was not called (its parentheses `()` are missing)"
    return KINDS.get(kind, f"a {type(value).__name__}")


# ---------------------------------------------------------------- reading each kind


def scalar(value: object) -> Json:
    """One value as JSON: numbers to 12 digits, missing values as None, dates as ISO text.

    A day is the same day as a date, as its midnight and as text.
    """
    if type(value).__name__ in ("datetime64", "timedelta64"):  # their own item() may be a number
        value = cast(Any, value).astype(f"{type(value).__name__}[us]")
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:
        value = item()
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, numbers.Integral):
        whole = int(value)
        return whole if abs(whole) < LARGEST else str(math.copysign(math.inf, whole > 0 or -1))
    if isinstance(value, numbers.Real) or type(value).__name__ == "Decimal":
        number = float(cast(Any, value))
        if math.isnan(number):
            return None
        return str(number) if math.isinf(number) else float(f"{number:.{DIGITS}g}")
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, dt.timedelta):
        return f"{value.total_seconds():g} s"
    if isinstance(value, tuple | list):
        return [scalar(part) for part in value]
    return str(value)


def _number(value: object) -> Canonical:
    single = value
    while not isinstance(single, str | Mapping) and getattr(single, "size", None) == 1:
        single = (
            cast(Any, single).item() if hasattr(single, "item") else cast(Any, single).iloc[0, 0]
        )
    if isinstance(single, list | tuple | AbstractSet) and len(single) == 1:
        single = next(iter(single))
    found = scalar(single)
    if isinstance(found, bool) or not (isinstance(found, int | float) or found in ("inf", "-inf")):
        missing = found is None and single is not None
        raise WrongKind("a missing value (NaN)" if missing else describe(value))
    return {"kind": "number", "value": found}


def _string(value: object) -> Canonical:
    found = scalar(value)
    if not isinstance(found, str) or kind_of(value) in ("series", "frame", "function", "other"):
        raise WrongKind(describe(value))
    return {"kind": "string", "value": found.strip()}


def _items(value: object) -> list[Json]:
    if kind_of(value) == "frame" and cast(Any, value).shape[1] == 1:
        value = cast(Any, value).iloc[:, 0]
    if kind_of(value) not in ("list", "set", "series"):
        raise WrongKind(describe(value))
    return [scalar(item) for item in cast(Any, value)]


def _list(value: object) -> Canonical:
    if kind_of(value) == "set":
        raise WrongKind(describe(value))
    return {"kind": "list", "items": _items(value)}


def _set(value: object) -> Canonical:
    unique = {_sort_key(item): item for item in _items(value)}
    return {"kind": "set", "items": [unique[key] for key in sorted(unique)]}


def _mapping(value: object) -> Canonical:
    if kind_of(value) == "series":
        value = cast(Any, value).to_dict()
    if not isinstance(value, Mapping):
        raise WrongKind(describe(value))
    pairs = [[scalar(key), scalar(item)] for key, item in value.items()]
    return {"kind": "mapping", "items": sorted(pairs, key=lambda pair: _sort_key(pair[0]))}


def _series(value: object) -> Canonical:
    if isinstance(value, Mapping):
        return {
            "kind": "series",
            "index": [scalar(key) for key in value],
            "values": [scalar(item) for item in value.values()],
        }
    if kind_of(value) == "frame" and cast(Any, value).shape[1] == 1:
        value = cast(Any, value).iloc[:, 0]
    if kind_of(value) != "series":
        raise WrongKind(describe(value))
    series = cast(Any, value)
    labels = series.index
    if type(labels).__name__ == "MultiIndex" and labels.nlevels == 1:
        labels = labels.get_level_values(0)  # what value_counts of a one-column table gives
    return {
        "kind": "series",
        "index": [scalar(label) for label in labels],
        "values": [scalar(item) for item in series],
    }


def _frame(value: object) -> Canonical:
    if kind_of(value) == "series":
        value = cast(Any, value).to_frame()
    if kind_of(value) != "frame":
        raise WrongKind(describe(value))
    frame = cast(Any, value)
    if twice := [name for name in frame.index.names if name is not None and name in frame.columns]:
        frame = frame.reset_index(level=twice, drop=True)
    names = [name for name in frame.index.names if name is not None]
    # A filter leaves a meaningless integer index behind; a named or text index is data.
    plain = not names and getattr(frame.index.dtype, "kind", "O") in "iu"
    frame = frame.reset_index(drop=plain)
    if type(frame.columns).__name__ == "MultiIndex":
        frame = frame.set_axis([" ".join(map(str, name)).strip() for name in frame.columns], axis=1)
    return {
        "kind": "frame",
        "columns": [scalar(name) for name in frame.columns],
        "rows": [[scalar(item) for item in row] for row in frame.itertuples(index=False)],
    }


def _figure(value: object) -> Canonical:
    axes = cast(Any, value)
    if hasattr(value, "get_axes") and len(axes.get_axes()) == 1:
        axes = axes.get_axes()[0]
    if not hasattr(axes, "get_xlabel"):
        raise WrongKind(describe(value))
    legend = axes.get_legend()
    bars = [patch for patch in axes.patches if type(patch).__name__ == "Rectangle"]
    horizontal = bool(bars) and len({round(bar.get_x(), 9) for bar in bars}) == 1 < len(bars)
    facts = {
        "title": axes.get_title(loc="center") or axes.get_title(loc="left"),
        "x_label": axes.get_xlabel(),
        "y_label": axes.get_ylabel(),
        "x_starts_at_zero": bool(axes.get_xlim()[0] <= 0),
        "y_starts_at_zero": bool(axes.get_ylim()[0] <= 0),
        "bars": [scalar(bar.get_width() if horizontal else bar.get_height()) for bar in bars],
        "lines": [
            [[scalar(x), scalar(y)] for x, y in zip(*line.get_data(), strict=True)]
            for line in axes.get_lines()
        ],
        "legend": [text.get_text() for text in legend.get_texts()] if legend else [],
    }
    return {"kind": "figure", "facts": facts}


def _function(value: object, cases: Sequence[Json]) -> Canonical:
    if not callable(value):
        raise WrongKind(describe(value))
    results: list[Json] = []
    for case in cases:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # a print in it is not for the card
                result = value(*decode(case))
            other = result if kind_of(result) == "truth" else describe(result)
            results.append(natural(result) or {"kind": "other", "value": scalar(other)})
        except (Exception, SystemExit) as error:
            results.append({"kind": "error", "value": type(error).__name__, "text": str(error)})
    return {"kind": "function", "results": results}


_READERS: dict[str, Callable[[object], Canonical]] = {
    "number": _number,
    "string": _string,
    "list": _list,
    "set": _set,
    "mapping": _mapping,
    "series": _series,
    "frame": _frame,
    "figure": _figure,
}


def _sort_key(item: Json) -> tuple[str, str]:
    """Numbers by value before text, whatever their type."""
    if isinstance(item, int | float) and not isinstance(item, bool):
        return ("0", f"{item:+030.12f}" if item >= 0 else f"{item:030.12f}")
    return ("1", str(item))


def _cells(form: Canonical) -> int:
    if form["kind"] == "frame":
        return len(form["rows"]) * max(1, len(form["columns"]))
    if form["kind"] == "figure":
        return len(form["facts"]["bars"]) + sum(len(line) for line in form["facts"]["lines"])
    return len(form.get("items") or form.get("values") or [])


# ---------------------------------------------------------------- arguments of functions


def encode(value: object) -> Json:
    """An argument as JSON, such that `decode` makes a fresh equal object.

    Frames, Series, lists, tuples, dictionaries with text keys, dates, numbers, text.
    Raises `WrongKind` for anything else.
    """
    kind = kind_of(value)
    if kind == "frame":
        frame = cast(Any, value)
        return {"frame": {str(c): [encode(v) for v in frame[c]] for c in frame.columns}}
    if kind == "series":
        series = cast(Any, value)
        return {"series": [[encode(k) for k in series.index], [encode(v) for v in series]]}
    if isinstance(value, tuple):
        return {"tuple": [encode(part) for part in value]}
    if isinstance(value, list):
        return [encode(part) for part in value]
    if isinstance(value, dict):
        return {"dict": {str(key): encode(part) for key, part in value.items()}}
    if isinstance(value, dt.datetime):
        return {"time": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    found = scalar(value)
    if kind in ("string", "number", "truth") or found is None:
        return found
    raise WrongKind(describe(value))


def decode(data: Json) -> Any:
    """The fresh object that `encode` described."""
    import pandas as pd

    if isinstance(data, list):
        return [decode(part) for part in data]
    if not isinstance(data, dict):
        return data
    [(kind, content)] = data.items()
    if kind == "frame":
        return pd.DataFrame({name: decode(column) for name, column in content.items()})
    if kind == "series":
        return pd.Series(decode(content[1]), index=decode(content[0]))
    if kind == "tuple":
        return tuple(decode(part) for part in content)
    if kind == "dict":
        return {name: decode(part) for name, part in content.items()}
    if kind == "time":
        return pd.Timestamp(content)
    return pd.Timedelta(seconds=content)
