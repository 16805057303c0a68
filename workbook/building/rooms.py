"""What the rooms to study in need beside their own text, judged and built with them: the sheets and
their page (90), the list of cards (91)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbook import paths
from workbook.building import sheets, study_page
from workbook.questions import bank
from workbook.reference.source import Lesson, Problem
from workbook.study import deck
from workbook.study.sheets import FILE

SHEETS, CARDS = "90", "91"


def beside(room: Lesson) -> tuple[dict[Path, str], list[Problem]]:
    """The files built with a room, by their place below the workbook's folder, and all faults of
    what they are built from."""
    folder = room.path.parent
    if room.number == SHEETS and (folder / FILE).exists():
        if problems := sheets.of_sheets(folder, paths.solutions_dir()):
            return {}, problems
        return {Path("notebooks") / study_page.NAME: study_page.page(folder)}, []
    if room.number == CARDS and (folder / deck.FILE).exists():
        return {}, list(_of_cards(folder / deck.FILE))
    return {}, []


def _of_cards(path: Path) -> Iterator[Problem]:
    from workbook.questions import validate  # pydantic, which only a build needs

    opened = validate.opened(path)
    if isinstance(opened, validate.Problem):
        yield Problem(path, opened.line, f"{opened.what}; {opened.todo}")
        return
    data = opened.data.get("cards") if isinstance(opened.data, dict) else None
    if not isinstance(data, dict):
        yield Problem(path, 1, "write `cards:`, and below it a list of ids for each lesson")
        return
    for lesson, ids in data.items():
        for place, name in enumerate(ids if isinstance(ids, list) else ()):
            line = opened.lines.get(("cards", lesson, place), 1)
            try:
                question = bank.get(str(name))
            except bank.BankError as fault:
                yield Problem(path, line, str(fault))
                continue
            if question.pool == "exam":
                yield Problem(path, line, f"{name} is reserved for mock exams")
            if question.lesson != lesson:
                yield Problem(path, line, f"{name} is no question of lesson {lesson}")
