"""What the tests of the lessons read: the prose, the open run sheet, a question's table and key."""

from __future__ import annotations

from typing import Any

from workbook.questions import bank
from workbook.questions.drawing import evaluate
from workbook.reference.source import Lesson


def prose(lesson: Lesson) -> str:
    """What a learner reads, in one line."""
    cells = (cell for cell in lesson.cells if cell.kind == "markdown")
    shown = (cell.source for cell in cells if not cell.tags & {"hint", "instructor"})
    return " ".join(" ".join(shown).split())


def open_sheet(lesson: Lesson) -> str:
    """The run sheet that may lie open on a desk."""
    [sheet] = [cell.source for cell in lesson.cells if cell.tags == {"instructor"}]
    return sheet


def rows_of(name: str) -> list[list[Any]]:
    """The rows of a question's table."""
    table = bank.get(name).table
    assert table is not None
    return table.rows


def answer_of(name: str, numbers: dict[str, Any] | None = None) -> float:
    """The right number of a numeric question."""
    question = bank.get(name)
    assert isinstance(question, bank.Numeric)
    return float(evaluate(question.answer, numbers or {}))


def place_of_key(question: bank.Single) -> int:
    """Where the right option stands, from 0."""
    [place] = [place for place, option in enumerate(question.options) if option.right]
    return place


def right_of(name: str) -> str:
    """The right option of a single question."""
    question = bank.get(name)
    assert isinstance(question, bank.Single)
    return question.options[place_of_key(question)].text
