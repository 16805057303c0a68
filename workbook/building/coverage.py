"""What a lesson covers: per objective its exercises and its questions in either pool. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbook.reference.source import Lesson


@dataclass(frozen=True, slots=True)
class Row:
    """What serves one objective: exercises, and questions of the lesson and of the exam pool."""

    exercises: int
    lesson_pool: int
    exam_pool: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """A lesson's rows by objective, in the header's order, and its questions by type."""

    name: str
    rows: dict[str, Row]
    types: dict[str, int]


def of(lesson: Lesson, questions: Sequence[Any]) -> Coverage:
    """What the exercises of a lesson and the questions of its bank cover."""
    exercises = Counter(e.cell.metadata.get("objective") for e in lesson.exercises.values())
    pools = Counter((question.objective, question.pool) for question in questions)
    return Coverage(
        f"{lesson.number} {lesson.header['title']}",
        {
            name: Row(exercises[name], pools[name, "lesson"], pools[name, "exam"])
            for name in lesson.header.get("objectives", [])
        },
        dict(Counter(question.type for question in questions).most_common()),
    )


def table(coverage: Coverage) -> list[str]:
    """The coverage as lines of text: a row per objective, the totals, the types of question."""
    rows = coverage.rows.values()
    total = Row(
        sum(row.exercises for row in rows),
        sum(row.lesson_pool for row in rows),
        sum(row.exam_pool for row in rows),
    )
    every = total.lesson_pool + total.exam_pool
    types = ", ".join(f"{count} {name}" for name, count in coverage.types.items())
    return [
        coverage.name,
        f"{'objective':<10}{'exercises':>11}{'lesson pool':>13}{'exam pool':>11}",
        *(_line(name, row) for name, row in coverage.rows.items()),
        _line("all", total),
        f"{every} questions: {types}.",
    ]


def _line(name: str, row: Row) -> str:
    return f"{name:<10}{row.exercises:>11}{row.lesson_pool:>13}{row.exam_pool:>11}"
