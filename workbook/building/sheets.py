"""What the build asks of the study sheets (`lessons/sheets.yml`): one for each lesson, short, with
figures that the lesson shows and three questions that a learner may see."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbook import cells
from workbook.building import numbers
from workbook.questions import bank
from workbook.questions.bank import BankError
from workbook.reference import source
from workbook.reference.source import Lesson, Problem
from workbook.study.sheets import FILE, SheetsError, sheets

WORDS = 260
"""Words of a sheet at most: two screens of a phone."""
QUESTION_WORDS = 16
SENTENCES = (2, 3)
"""Sentences of an answer, at least and at most."""
FACTS = (6, 9)
REVIEW = 3
TYPES = ("single", "numeric", "multiple")
"""What a review question may be: it is read with its answer on paper and on a phone, too."""

Loc = tuple[str | int, ...]
_TEXTS = ("lesson", "question", "answer")
_LISTS = ("facts", "review")


def of_sheets(folder: Path, worked: Path) -> list[Problem]:
    """All faults of the sheets of the lessons in `folder`, by line; none if there are no lessons.

    `worked` is the folder of the worked notebooks: a figure of a sheet must stand in its lesson's,
    or in the glossary. Where a lesson has none yet, its figures are not judged.
    """
    from workbook.questions import validate  # pydantic, which only a build needs

    lessons = {path.stem[:2]: path for path in source.sources(folder)}
    if not lessons:
        return []
    path = folder / FILE
    found = validate.opened(path)
    if isinstance(found, validate.Problem):
        return [Problem(path, found.line, f"{found.what}; {found.todo}")]
    faults = list(_shape(found.data))
    if not faults and not found.faults:
        try:
            read = list(sheets(folder).values())
        except SheetsError as fault:  # pragma: no cover - what `_shape` let through
            return [Problem(path, 1, str(fault))]
        places: dict[str, Loc] = {sheet.lesson: ("sheets", i) for i, sheet in enumerate(read)}
        for number in sorted(lessons.keys() - places.keys()):
            faults.append(((), f"lesson {number} has no sheet", "write one"))
        for sheet in read:
            loc = places[sheet.lesson]
            if sheet.lesson not in lessons:
                faults.append(((*loc, "lesson"), f"there is no lesson {sheet.lesson}", "remove it"))
                continue
            faults += _lengths(sheet, loc)
            faults += _review(sheet, loc, source.read(lessons[sheet.lesson]))
            faults += _figures(sheet, loc, folder, worked / f"{lessons[sheet.lesson].stem}.ipynb")
    return [
        Problem(path, one.line, f"{one.what}; {one.todo}")
        for one in found.problems((loc, what, todo) for loc, what, todo in faults)
    ]


Fault = tuple[Loc, str, str]


def _shape(data: Any) -> Iterator[Fault]:
    """Faults of the file's form: what is missing, unknown or not text."""
    if not isinstance(data, dict) or not isinstance(data.get("sheets"), list):
        yield (), "there is no list `sheets`", "start the file with `sheets:`"
        return
    for key in data.keys() - {"sheets"}:
        yield (str(key),), f"unknown key `{key}`", "only `sheets` stands here"
    seen: set[Any] = set()
    for index, entry in enumerate(data["sheets"]):
        loc: Loc = ("sheets", index)
        if not isinstance(entry, dict):
            yield loc, "a sheet must be a mapping", "start it with `- lesson:`"
            continue
        for key in entry.keys() - {*_TEXTS, *_LISTS}:
            near = difflib.get_close_matches(str(key), [*_TEXTS, *_LISTS], n=1)
            todo = f"did you mean `{near[0]}`?" if near else "remove it"
            yield (*loc, str(key)), f"unknown key `{key}`", todo
        for name in _TEXTS:
            if name not in entry:
                yield loc, f"`{name}` is missing", "write it"
            elif not isinstance(entry[name], str) or not entry[name].strip():
                yield (*loc, name), f"`{name}` is not a text", "write it, in quotes if YAML balks"
        for name in _LISTS:
            if name not in entry:
                yield loc, f"`{name}` is missing", "write it"
            elif not isinstance(entry[name], list):
                yield (*loc, name), f"`{name}` is not a list", "give each entry a line with `- `"
            else:
                for place, text in enumerate(entry[name]):
                    if not isinstance(text, str) or not text.strip():
                        what = f"an entry of `{name}` is not read as text"
                        yield (*loc, name, place), what, "put it in quotes"
        if entry.get("lesson") in seen:
            yield (*loc, "lesson"), f"lesson {entry['lesson']} has two sheets", "keep one"
        if isinstance(entry.get("lesson"), str):
            seen.add(entry["lesson"])


def _lengths(sheet: Any, loc: Loc) -> Iterator[Fault]:
    if sheet.words > WORDS:
        yield loc, f"the sheet has {sheet.words} words", f"keep it within {WORDS}"
    asked = len(sheet.question.split())
    if asked > QUESTION_WORDS or not sheet.question.endswith("?"):
        todo = f"ask the shop's question in {QUESTION_WORDS} words or fewer"
        yield (*loc, "question"), "the question is long, or is none", todo
    low, high = SENTENCES
    if not low <= (said := _sentences(sheet.answer)) <= high:
        yield (*loc, "answer"), f"the answer has {said} sentences", f"write {low} or {high}"
    low, high = FACTS
    if not low <= len(sheet.facts) <= high:
        yield (*loc, "facts"), f"there are {len(sheet.facts)} facts", f"give {low} to {high}"
    for place, fact in enumerate(sheet.facts):
        if _sentences(fact) != 1 or not re.search(r"[.*_]$", fact):
            yield (*loc, "facts", place), "a fact is one sentence", "cut it, and end it with a stop"


def _sentences(text: str) -> int:
    return len(re.split(r"(?<=[.!?])[\"')*]*\s+(?=\S)", text.strip()))


def _review(sheet: Any, loc: Loc, lesson: Lesson) -> Iterator[Fault]:
    """Faults of the three questions: they must be of this lesson and open to every learner."""
    if len(set(sheet.review)) != REVIEW or len(sheet.review) != REVIEW:
        what = f"there are {len(set(sheet.review))} review questions"
        yield (*loc, "review"), what, f"name {REVIEW} different ones"
    try:
        known = {question.id: question for question in bank.read(lesson.path.with_suffix(".yml"))}
    except BankError as fault:
        yield (*loc, "review"), str(fault), "mend the lesson's questions"
        return
    for place, name in enumerate(sheet.review):
        here = (*loc, "review", place)
        question = known.get(name)
        if question is None:
            yield here, f"lesson {sheet.lesson} has no question {name}", "name one of its own"
        elif question.pool != "lesson":
            yield here, f"{name} is reserved for mock exams", "name one of the lesson's pool"
        elif question.type not in TYPES:
            what = f"{name} is of the type {question.type}"
            yield here, what, f"choose one of the types {', '.join(TYPES)}"
        elif name in lesson.votes:
            what = f"{name} is what a class votes on, and a handout comes without it"
            yield here, what, "choose another"


def _figures(sheet: Any, loc: Loc, folder: Path, worked: Path) -> Iterator[Fault]:
    """Figures that neither the lesson's worked notebook nor the glossary shows."""
    if not worked.exists():
        return
    shown = _shown(json.loads(worked.read_text("utf-8")))
    glossary = folder / "glossary.yml"
    if glossary.exists():
        shown |= numbers.values(glossary.read_text("utf-8"))
    texts: list[tuple[Loc, str]] = [(("question",), sheet.question), (("answer",), sheet.answer)]
    texts += [(("facts", place), fact) for place, fact in enumerate(sheet.facts)]
    for where, text in texts:
        for figure in numbers.said(text):
            if not figure.free and not figure.covered(shown):
                what = f"nothing in {worked.name} shows {figure.text}"
                yield (*loc, *where), what, "quote a figure of the lesson as it stands there"


def _shown(notebook: Any) -> set[float]:
    """All figures in the text, the code and the outputs of a notebook."""
    found: set[float] = set()
    for cell in notebook["cells"]:
        text = cells.source(cell)
        found |= numbers.values(text) if cell["cell_type"] == "markdown" else numbers.in_code(text)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for part in (output.get("text"), data.get("text/plain"), data.get("text/html")):
                found |= numbers.values(cells.joined(part))
    return found
