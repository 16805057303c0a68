"""What the analysis functions ask of their arguments, in words a learner can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.funnels import Bools, Floats


def number(
    name: str, value: Any, *, least: float | None = None, above: float | None = None
) -> float:
    """The value as a float; ValueError unless it is one finite number within its bounds."""
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise ValueError(f"{name} is one number, not {_shown(value)}.")
    if least is not None and value < least:
        raise ValueError(f"{name} is at least {least:g}, not {value:g}.")
    if above is not None and value <= above:
        raise ValueError(f"{name} is above {above:g}, not {value:g}.")
    return float(value)


def share(name: str, value: Any) -> float:
    """The value as a float; ValueError unless it lies in 0..1, the ends included."""
    found = number(name, value)
    if not 0 <= found <= 1:
        hint = f" For {found:g} %, write {found / 100:g}." if 1 < found <= 100 else ""
        raise ValueError(f"{name} lies between 0 and 1; {found:g} does not.{hint}")
    return found


def numbers(name: str, values: Iterable[Any], *, least: float | None = None) -> Floats:
    """The values as floats; ValueError unless all are finite numbers of at least `least`."""
    try:
        found = np.asarray(values if hasattr(values, "__len__") else list(values), dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is a list of numbers; something else is in it.") from None
    if found.ndim != 1:
        raise ValueError(f"{name} is one list or column of numbers, not {_shown(values)}.")
    if not np.isfinite(found).all():
        raise ValueError(f"{name} has a missing or infinite value: fill it (with 0?) or drop it.")
    if least is not None and (found < least).any():
        raise ValueError(f"{name} has a value below {least:g}: {found.min():g} is among them.")
    return found


def flags(name: str, values: Iterable[Any]) -> Bools:
    """The values as True or False; ValueError for blanks and all but True, False, 1, 0."""
    series = pd.Series(list(values), dtype=object)
    if series.isna().any():
        raise ValueError(f"{name} has blanks: say for each row whether it is True or False.")
    if not series.isin([0, 1]).all():
        raise ValueError(f"{name} must be True or False (or 1 and 0) in each row.")
    return series.to_numpy(dtype=np.bool_)


def same_rows(**columns: Sequence[Any]) -> None:
    """ValueError unless all columns have equally many rows, and at least one."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"Both need one value per row, in the same order: {told}.")
    if not min(lengths.values()):
        raise ValueError("There are no rows, so there is nothing to measure.")


def one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    """ValueError, with the nearest word, unless the value is one of those allowed."""
    if value not in allowed:
        near = difflib.get_close_matches(str(value), allowed, 1, 0.6)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        listed = ", ".join(map(repr, allowed))
        raise ValueError(f"{name} is one of {listed}, not {value!r}.{hint}")


def need_columns(table: object, columns: Iterable[str], what: str) -> None:
    """ValueError unless it is a table with these columns; `what` begins the sentence."""
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{what} must be a table (DataFrame), not {_shown(table)}.")
    here = [str(name) for name in table.columns]
    for column in columns:
        if column not in here:
            near = difflib.get_close_matches(column, here, 1, 0.6)
            hint = f"Did you mean {near[0]!r}?" if near else f"Its columns: {', '.join(here)}."
            raise ValueError(f"{what} has no column {column!r}. {hint}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 and "\n" not in text else f"a {type(value).__name__}"
