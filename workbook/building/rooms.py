"""What the rooms to study in need beside their own text, judged and built with them: the sheets and
their page (90), the list of cards (91)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbook import paths
from workbook.building import banks, sheets, study_page
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
        return {}, _of_cards(folder / deck.FILE)
    return {}, []


def _of_cards(path: Path) -> list[Problem]:
    from workbook.questions import validate  # pydantic, which only a build needs

    file = validate.opened(path)
    faults = [file] if isinstance(file, validate.Problem) else file.problems(_unfit(file.data))
    return [banks.problem(path, fault) for fault in faults]


def _unfit(data: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Faults of the list of cards: the place, what is wrong, what to do."""
    lessons = data.get("cards") if isinstance(data, dict) else None
    if not isinstance(lessons, dict) or not lessons:
        yield (), "there are no cards", "write `cards:`, and below it a list of ids for each lesson"
        return
    seen = set()
    for lesson, ids in lessons.items():
        if not isinstance(ids, list) or not ids:
            what = f"lesson {lesson} has no list of ids"
            yield ("cards", lesson), what, "write it in brackets, or leave the lesson out"
            continue
        for place, name in enumerate(map(str, ids)):
            here = ("cards", lesson, place)
            if name in seen:
                yield here, f"{name} stands here twice", "keep one"
            seen.add(name)
            try:
                question = bank.get(name)
            except bank.BankError as fault:
                yield here, f"{name} cannot be a card", str(fault)
                continue
            if question.pool == "exam":
                yield here, f"{name} is reserved for mock exams", "choose from the lesson's pool"
            if question.lesson != lesson:
                what = f"{name} is no question of lesson {lesson}"
                yield here, what, f"move it to lesson {question.lesson}"
