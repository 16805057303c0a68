"""A question as one learner sees it: seeded numbers drawn, texts filled, items shuffled.

Pure. A draw depends on nothing but the question's id, the seed and the number's name, so that
adding a question or a number never changes another one. Seed 0 is what the lessons show.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from workbook.questions.bank import Cell, Question

Number = int | float
T = TypeVar("T")
_BRACES = re.compile(r"\{([^{}:]+)(?::([^{}]*))?\}")


class ExpressionError(ValueError):
    """An expression that does not give a finite number; the message names it."""


def draw(question: Question, seed: int = 0) -> dict[str, Number]:
    """The question's numbers: each low, low + step, ... up to high, with equal chances."""
    drawn: dict[str, Number] = {}
    for name, (low, high, step) in question.numbers.items():
        count = math.floor((high - low) / step + 1e-9) + 1
        value = low + step * (_hash(question.id, seed, name) % count)
        drawn[name] = value if isinstance(value, int) else round(value, 10)
    return drawn


def evaluate(expression: Cell, numbers: Mapping[str, Number]) -> float:
    """The value of an arithmetic expression over `numbers`. Raises `ExpressionError`."""
    try:
        value = float(_computed(expression, numbers) if isinstance(expression, str) else expression)
    except Exception as error:  # simpleeval raises its own kinds, SyntaxError, ArithmeticError
        raise ExpressionError(f"`{expression}` cannot be computed: {error}") from error
    if not math.isfinite(value):
        raise ExpressionError(f"`{expression}` is not a finite number")
    return value


def _computed(expression: str, numbers: Mapping[str, Number]) -> Any:
    import simpleeval

    return simpleeval.simple_eval(
        expression,
        names=dict(numbers),
        functions={"round": round, "min": min, "max": max, "abs": abs, "sqrt": math.sqrt},
    )


def fill(text: str, numbers: Mapping[str, Number]) -> str:
    """`text` with `{name}` and `{expression:format}` replaced. Raises `ExpressionError`."""

    def value(match: re.Match[str]) -> str:
        number = evaluate(match[1], numbers)
        if match[2] is None:
            return shown(number)
        try:
            return format(number, match[2])
        except ValueError as error:
            raise ExpressionError(f"`{match[0]}` has a format that is none: {error}") from error

    return _BRACES.sub(value, text) if numbers else text


def drawn(question: Question, seed: int = 0) -> Question:
    """The question with every text filled; the same object if it has no numbers."""
    if not question.numbers:
        return question
    numbers = draw(question, seed)
    result: Question = _filled(question, lambda text: fill(text, numbers))
    return result


def shuffled(question: Question, count: int, seed: int = 0) -> list[int]:
    """The indices 0 to count - 1 in a fixed shuffled order that is never the sorted one."""
    order = sorted(range(count), key=lambda index: _hash(question.id, seed, f"place {index}"))
    if count > 1 and order == sorted(order):
        order = [*order[1:], order[0]]
    return order


def shown(number: float) -> str:
    """A number as people write it: 1,200 and 70.5, without a trailing zero."""
    if number == round(number) and abs(number) < 1e15:
        return f"{round(number):,}"
    return f"{number:,.10f}".rstrip("0").rstrip(".") if abs(number) >= 1e-4 else f"{number:g}"


def _hash(question_id: str, seed: int, name: str) -> int:
    key = f"{question_id}/{seed}/{name}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")


def _filled(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_filled(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, change) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{spec.name: _filled(getattr(value, spec.name), change) for spec in fields(value)},
        )
    return value
