"""Are two canonical values the same answer?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbook.exercises.values import Canonical, Json

RELATIVE = 1e-6
"""Without a number of digits asked for, two floats are equal within this share of the larger;
two whole numbers must be equal."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How two values of an exercise are compared.

    `tolerance` is absolute, in the answer's unit; None means equal within `RELATIVE`.
    `ordered`: the order of a list's items, of a Series' or a table's rows matters.
    `facts` are those of a figure that count.
    """

    tolerance: float | None = None
    ordered: bool = False
    facts: tuple[str, ...] = ()

    def widened(self, factor: float) -> Rules:
        """The same rules with a larger tolerance."""
        return Rules((self.tolerance or 0.0) * factor or None, self.ordered, self.facts)


def same(one: Canonical, other: Canonical, rules: Rules) -> bool:
    """Whether two canonical values are the same answer under `rules`."""
    if one["kind"] != other["kind"]:
        return False
    match one["kind"]:
        case "number" | "string" | "other":
            return _equal(one["value"], other["value"], rules)
        case "list":
            mine, theirs = one["items"], other["items"]
            if not rules.ordered:
                mine, theirs = _sorted(mine), _sorted(theirs)
            return _all_equal(mine, theirs, rules)
        case "set":
            return _all_equal(_sorted(one["items"]), _sorted(other["items"]), rules)
        case "mapping":
            return _all_equal(one["items"], other["items"], rules)
        case "series":
            return _same_rows(
                [[k, v] for k, v in zip(one["index"], one["values"], strict=True)],
                [[k, v] for k, v in zip(other["index"], other["values"], strict=True)],
                rules,
            )
        case "frame":
            names = [str(name) for name in one["columns"]]
            if sorted(names) != sorted(map(str, other["columns"])):
                return False
            places = [list(map(str, other["columns"])).index(name) for name in names]
            return _same_rows(one["rows"], [[r[p] for p in places] for r in other["rows"]], rules)
        case "figure":
            return all(
                _equal(one["facts"].get(fact), other["facts"].get(fact), rules)
                for fact in rules.facts or ("bars", "lines")
            )
        case "function":
            return len(one["results"]) == len(other["results"]) and all(
                _same_result(a, b, rules)
                for a, b in zip(one["results"], other["results"], strict=True)
            )
    raise ValueError(f"unknown kind {one['kind']!r}")


def _same_result(one: Canonical, other: Canonical, rules: Rules) -> bool:
    if one["kind"] == "error" or other["kind"] == "error":
        return bool(one["kind"] == other["kind"] and one["value"] == other["value"])
    if {one["kind"], other["kind"]} <= {"list", "set", "mapping", "series"}:
        one, other = _loose(one), _loose(other)
    return same(one, other, rules)


def _loose(form: Canonical) -> Canonical:
    """A mapping as the Series it stands for: a function may return either."""
    if form["kind"] != "mapping":
        return form
    return {
        "kind": "series",
        "index": [key for key, _ in form["items"]],
        "values": [value for _, value in form["items"]],
    }


def _same_rows(one: list[list[Json]], other: list[list[Json]], rules: Rules) -> bool:
    if not rules.ordered:
        one, other = _sorted(one), _sorted(other)
    return _all_equal(one, other, rules)


def _all_equal(one: Sequence[Json], other: Sequence[Json], rules: Rules) -> bool:
    return len(one) == len(other) and all(
        _equal(a, b, rules) for a, b in zip(one, other, strict=True)
    )


def _equal(one: Json, other: Json, rules: Rules) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return _all_equal(one, other, rules)
    if isinstance(one, int) and isinstance(other, int) and rules.tolerance is None:
        return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
    if _is_number(one) and _is_number(other):
        room = rules.tolerance if rules.tolerance is not None else 0.0
        slack = RELATIVE * max(abs(one), abs(other)) if rules.tolerance is None else 1e-9
        return bool(abs(one - other) <= room + slack)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _is_number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool)


def _sorted(items: Sequence[Json]) -> list[Json]:
    """Rows by their text first, so that numbers within a tolerance cannot change the order of
    rows that a label tells apart."""

    def key(item: Json) -> tuple[list[str], list[float]]:
        parts = item if isinstance(item, list) else [item]
        return (
            [str(part) for part in parts if not _is_number(part)],
            [float(part) for part in parts if _is_number(part)],
        )

    return sorted(items, key=key)
