"""For the `ways` cells of a lesson's source: accepted and wrong ways to solve an exercise.

Importing this module makes `check` record instead of judge. Each way runs when it is decorated,
on freshly copied globals, so that no way can spoil another. The build calls `begin` before the
first cell and `finish` after the last.
"""

from __future__ import annotations

import copy
import inspect
import textwrap
import types
from collections.abc import Callable, Sequence
from typing import Any

from workbook.exercises import values
from workbook.widgets import checking

MIME = "application/vnd.stepping-stones.reference+json"

Way = Callable[..., Any]


class AuthorError(Exception):
    """A fault in a lesson's source, in words for its author."""


class _Recording:
    def __init__(self, declared: dict[str, dict[str, Any]]) -> None:
        self.declared = declared
        self.answers: dict[str, Any] = {}
        self.ways: dict[str, list[tuple[str, str, str, Any]]] = {}
        self.cases: dict[str, list[Any]] = {}


_recording = _Recording({})


def begin(declared: dict[str, dict[str, Any]]) -> None:
    """Start a recording of the exercises declared in a lesson (key: name and kind)."""
    global _recording
    _recording = _Recording(declared)
    checking.recorder = _record


def _record(key: str, namespace: dict[str, Any]) -> None:
    if key not in _recording.declared:
        raise AuthorError(f'check("{key}"): no answer cell has this key')
    name = _recording.declared[key]["name"]
    value = namespace.get(name, ...)
    if value is ...:
        raise AuthorError(f'check("{key}"): the solution leaves `{name}` blank')
    _recording.answers[key] = _frozen(value)


def accepted(key: str) -> Callable[[Way], Way]:
    """Decorate another right way to solve exercise `key`; it returns the answer."""
    return lambda way: _keep(key, "accepted", way)


def wrong(key: str) -> Callable[[Way], Way]:
    """Decorate a wrong way people really take; its docstring is what the learner is told."""
    return lambda way: _keep(key, "wrong", way)


def cases(key: str) -> Callable[[Way], Way]:
    """Decorate a function that returns the argument tuples an answer function is called with."""

    def keep(make: Way) -> Way:
        _recording.cases[key] = [values.encode(tuple(case)) for case in _fresh(make)()]
        return make

    return keep


def _keep(key: str, sort: str, way: Way) -> Way:
    declared = _recording.declared.get(key)
    if declared is None:
        raise AuthorError(f'@{sort}("{key}") on {way.__name__}: no answer cell has this key')
    message = textwrap.dedent(inspect.getdoc(way) or "").strip()
    if sort == "wrong" and not message:
        raise AuthorError(f"{way.__name__}: a wrong way needs a docstring, the learner's message")
    fresh = _fresh(way)
    # An exercise that asks for a function has functions as its ways: called on the cases later.
    value = fresh if declared["kind"] == "function" else fresh()
    _recording.ways.setdefault(key, []).append((sort, way.__name__, message, value))
    return way


def _fresh(way: Way) -> Way:
    """The same function on copied globals."""
    spare = {name: _frozen(value) for name, value in way.__globals__.items()}
    return types.FunctionType(way.__code__, spare, way.__name__, way.__defaults__, way.__closure__)


def _frozen(value: Any) -> Any:
    """A copy that later code cannot change; what need not or cannot be copied, as it is."""
    if type(value).__name__ in ("DataFrame", "Series"):
        return value.copy(deep=False)  # pandas copies on write
    if isinstance(value, list | dict | set):
        return copy.copy(value)
    return value


def finish() -> dict[str, Any]:
    """What was recorded, as JSON: per exercise its answer, cases, accepted and wrong ways."""
    found = {}
    for key, answer in _recording.answers.items():
        declared = _recording.declared[key]
        given = _recording.cases.get(key, [])
        if declared["kind"] == "function" and not given:
            raise AuthorError(f"{key}: a function needs @cases, the arguments it is called with")
        entry: dict[str, Any] = {
            "answer": _form(key, "the solution", answer, declared["kind"], given),
            "accepted": [],
            "wrong": [],
        }
        if given:
            entry["cases"] = given
            if any(result["kind"] == "other" and not isinstance(result["value"], bool)
                   for result in entry["answer"]["results"]):  # fmt: skip
                raise AuthorError(f"{key}: a case gives a result too large or odd to be compared")
        for sort, name, message, value in _recording.ways.get(key, []):
            if sort == "accepted":
                form = _form(key, name, value, declared["kind"], given)
                entry["accepted"].append({"name": name, "value": form})
            else:
                form = _form(key, name, value, declared["kind"], given, strict=False)
                entry["wrong"].append({"name": name, "message": message, "value": form})
        found[key] = entry
    return found


def _form(
    key: str, what: str, value: Any, kind: str, given: Sequence[Any], strict: bool = True
) -> values.Canonical:
    try:
        return values.canonical(value, kind, cases=given)
    except values.TooLarge as large:
        raise AuthorError(f"{key}: {what} holds {large}; ask for a summary instead") from None
    except values.WrongKind as fault:
        other = None if strict else values.natural(value)
        if other is None:
            wanted = values.KINDS[kind]
            raise AuthorError(f"{key}: {what} is {fault.found}, not {wanted}") from None
        return other


def emit() -> None:
    """Display the recording as JSON for the process that runs this kernel."""
    from IPython.display import display

    display({MIME: finish()}, raw=True)
