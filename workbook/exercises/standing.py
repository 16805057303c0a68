"""Where a learner stands, derived from the record by replay. Pure: events in, numbers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Event = Mapping[str, Any]


@dataclass(slots=True)
class Item:
    """An exercise or question as the record knows it."""

    first: str = ""
    last: str = ""
    attempts: int = 0
    hints: int = 0
    solution: bool = False
    solved: bool = False
    objective: str = ""


@dataclass(slots=True)
class LessonStanding:
    """One lesson: exercises solved and questions answered, of how many."""

    slug: str
    title: str
    exercises: int
    questions: int
    solved: int = 0
    first_try: int = 0
    answered: int = 0
    right_first: int = 0


@dataclass(frozen=True, slots=True)
class Weak:
    """An objective that went wrong: right first attempts of all first attempts, and on what."""

    objective: str
    right: int
    seen: int
    items: tuple[str, ...]


@dataclass(slots=True)
class Contents:
    """What a lesson holds: its title, exercise keys and question ids."""

    slug: str
    title: str
    exercises: Sequence[str] = field(default_factory=tuple)
    questions: Sequence[str] = field(default_factory=tuple)


def replay(events: Iterable[Event]) -> dict[str, Item]:
    """Every item's history. A blank ("not attempted") is no attempt; unknown kinds are skipped."""
    items: dict[str, Item] = {}
    for event in events:
        item = items.setdefault(event["item"], Item())
        item.objective = str(event.get("objective") or item.objective)
        if event["kind"] == "hint":
            item.hints += 1
        elif event["kind"] == "solution":
            item.solution = True
        elif event["kind"] in ("check", "answer"):
            verdict = str(event.get("verdict", ""))
            if verdict in ("", "not_attempted"):
                continue
            item.attempts += 1
            item.last = verdict
            item.first = item.first or verdict
            item.solved = item.solved or (verdict == "right" and not item.solution)
    return items


def lessons(contents: Iterable[Contents], items: Mapping[str, Item]) -> list[LessonStanding]:
    """Per lesson how much was solved and answered. What was right once stays solved; who read
    the worked answer first has not solved it."""
    found = []
    for lesson in contents:
        mine = LessonStanding(
            lesson.slug, lesson.title, len(lesson.exercises), len(lesson.questions)
        )
        for key in lesson.exercises:
            item = items.get(key)
            if item is not None and item.solved:
                mine.solved += 1
                mine.first_try += item.first == "right" and not item.hints
        for name in lesson.questions:
            item = items.get(name)
            if item is not None and item.attempts:
                mine.answered += 1
                mine.right_first += item.first == "right"
        found.append(mine)
    return found


def weak_points(items: Mapping[str, Item], most: int = 3) -> list[Weak]:
    """The objectives with the lowest share of right first attempts; none that is all right."""
    by_objective: dict[str, list[tuple[str, Item]]] = {}
    for name, item in items.items():
        if item.objective and item.first in ("right", "wrong", "error", "timeout"):
            by_objective.setdefault(item.objective, []).append((name, item))
    weak = []
    for objective, tried in by_objective.items():
        right = sum(item.first == "right" for _, item in tried)
        wrong = tuple(name for name, item in tried if item.first != "right")
        if wrong:
            weak.append(Weak(objective, right, len(tried), wrong))
    return sorted(weak, key=lambda w: (w.right / w.seen, -w.seen, w.objective))[:most]
