"""What only the statistics ask of their arguments: levels, whole counts, lists of a length."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbook.analysis.funnels import Floats
from workbook.analysis.inputs import number, numbers, same_rows


def inside(name: str, value: Any, low: float = 0.0, high: float = 1.0) -> float:
    """The value as a float; ValueError unless it lies strictly between low and high."""
    found = number(name, value)
    if not low < found < high:
        percent = (low, high) == (0, 1) and 1 < found < 100
        hint = f" For {found:g} %, write {found / 100:g}." if percent else ""
        raise ValueError(f"{name} lies between {low:g} and {high:g}; {found:g} does not.{hint}")
    return found


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """The value as an int; ValueError unless it is a whole number of at least `least`."""
    found = number(name, value)
    if found != int(found) or found < least:
        raise ValueError(f"{name} is a whole number of at least {least}, not {found:g}.")
    return int(found)


def column(name: str, values: Iterable[Any], least: int = 1) -> Floats:
    """The values as floats; ValueError unless they are at least `least` finite numbers."""
    found = numbers(name, values)
    if len(found) < least:
        raise ValueError(f"{name} has {len(found)} of the at least {least} values it needs.")
    return found


def pair(
    names: tuple[str, str], first: Iterable[Any], second: Iterable[Any], least: int = 1
) -> tuple[Floats, Floats]:
    """Two lists that belong together item by item; ValueError if their lengths differ."""
    left, right = column(names[0], first, least), column(names[1], second, least)
    same_rows(**{names[0]: left, names[1]: right})  # type: ignore[arg-type]
    return left, right
