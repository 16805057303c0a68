"""What the build asks of an exam pack (`lessons/exams/*.yml`): a sound bank whose questions all
have a dated source and leave no objective of their topic out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from workbook.building import banks
from workbook.questions import bank
from workbook.questions.bank import Question
from workbook.reference.source import Problem


def sources(folder: Path) -> list[Path]:
    """The packs of the course whose lessons lie in `folder`, by name."""
    return sorted((folder / bank.EXAMS).glob("*.yml"))


def asked(objectives: Iterable[str], questions: Iterable[Question]) -> list[str]:
    """The objectives that a pack has to serve, in the course's order: all of each topic ("GA" of
    "GA.3") that one of its questions names."""
    topics = {_topic(question.objective) for question in questions}
    return [name for name in objectives if _topic(name) in topics]


def _topic(objective: str) -> str:
    return objective.partition(".")[0]


def of_pack(path: Path, objectives: Collection[str]) -> tuple[list[Question], list[Problem]]:
    """The questions of the pack at `path`, and its faults; no questions if it is no sound bank."""
    from workbook.questions import validate  # pydantic, which only a build needs

    if faults := banks.unsound(path, objectives):
        return [], faults
    questions = list(bank.read(path))
    opened = validate.opened(path)
    lines = {} if isinstance(opened, validate.Problem) else opened.lines
    problems = [
        Problem(
            path,
            lines.get(("questions", place), 1),
            f"{question.id}: no dated source; what an exam keys changes, so name the page and the "
            "year (`source`)",
        )
        for place, question in enumerate(questions)
        if not re.search(r"\b20\d\d\b", question.source or "")
    ]
    problems += [*banks.telling(path), *_unserved(path, objectives, questions)]
    return questions, [*_named(path), *problems]


def _named(path: Path) -> Iterator[Problem]:
    """A name whose ids would be taken for those of a lesson or of another pack."""
    begins = bank.prefix(path.stem)
    if begins.isdigit() or not begins.isalnum():
        what = "the name begins like a lesson's or not with letters; call it e.g. ga4-setup.yml"
        yield Problem(path, 1, what)
    for other in path.parent.glob(f"{begins}-*.yml"):
        if other.name < path.name:
            yield Problem(path, 1, f"{other.name} begins with {begins} too: their ids would clash")


def _unserved(
    path: Path, objectives: Iterable[str], questions: list[Question]
) -> Iterator[Problem]:
    served = {question.objective for question in questions}
    for name in asked(objectives, questions):
        if name not in served:
            yield Problem(path, 1, f"no question serves the objective {name}")
