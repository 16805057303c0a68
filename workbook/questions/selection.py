"""Which questions to ask again, pure and deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbook.questions import bank
from workbook.questions.bank import Question

RECALLED = ("single", "multiple", "numeric", "order", "match")


def recall(
    lesson: str,
    events: Iterable[Mapping[str, Any]],
    n: int = 3,
    questions: Sequence[Question] | None = None,
) -> list[Question]:
    """Up to `n` questions from the lessons before `lesson` ("07"), from the lesson pool only.

    First those whose last answer was wrong, the most recent first; then those never asked, one
    from each lesson in turn, the latest lesson first; then the longest unseen. Prose, predictions,
    decisions and long classifications are left out: recall is to be quick. `events` are the
    record's, oldest first.
    """
    pool = [
        question
        for question in (bank.before(lesson) if questions is None else questions)
        if question.lesson < lesson and question.pool == "lesson" and question.type in RECALLED
    ]
    turn: Counter[str] = Counter()
    turns = []  # a question's number within its lesson
    for question in pool:
        turns.append(turn[question.lesson])
        turn[question.lesson] += 1
    last: dict[str, tuple[int, bool]] = {}
    for position, event in enumerate(events):
        if event.get("kind") == "answer" and isinstance(event.get("item"), str):
            last[event["item"]] = (position, event.get("verdict") == "wrong")

    def rank(place: int, question: Question) -> tuple[int, int, int]:
        if question.id not in last:
            return (1, turns[place], -int(question.lesson))
        position, wrong = last[question.id]
        return (0, -position, place) if wrong else (2, position, place)

    ranked = sorted(enumerate(pool), key=lambda item: rank(*item))
    return [question for _, question in ranked[:n]]
