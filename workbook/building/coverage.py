"""What a lesson or an exam pack covers: per objective its exercises and its questions in either
pool. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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
    """The rows of a lesson or a pack by objective, in order, and its questions by type."""

    name: str
    rows: dict[str, Row]
    types: dict[str, int]


def of(lesson: Lesson, questions: Sequence[Any]) -> Coverage:
    """What the exercises of a lesson and the questions of its bank cover."""
    exercises = Counter(e.cell.metadata.get("objective") for e in lesson.exercises.values())
    name = f"{lesson.number} {lesson.header['title']}"
    return _of(name, lesson.header.get("objectives", []), questions, exercises)


def of_pack(name: str, objectives: Iterable[str], questions: Sequence[Any]) -> Coverage:
    """What the questions of an exam pack cover; a pack has no exercises."""
    return _of(f"exam pack {name}", objectives, questions, Counter())


def _of(
    name: str, objectives: Iterable[str], questions: Sequence[Any], exercises: Counter[Any]
) -> Coverage:
    pools = Counter((question.objective, question.pool) for question in questions)
    rows = {
        one: Row(exercises[one], pools[one, "lesson"], pools[one, "exam"]) for one in objectives
    }
    types = Counter(question.type for question in questions)
    return Coverage(name, rows, dict(types.most_common()))


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
