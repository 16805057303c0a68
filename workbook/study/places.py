"""Where the course teaches something: the section of a lesson to open, as a link.

JupyterLab opens `07-funnels.ipynb#2-Five-choices` from any notebook beside it and scrolls to the
heading: a heading's anchor is its text with hyphens for spaces. It compares the anchor as the
browser spells it, without decoding, so a heading with characters that a browser encodes is linked
by the id of its cell, and so is a heading that its notebook has twice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from workbook import cells, paths
from workbook.exercises import store
from workbook.questions import bank


@dataclass(frozen=True, slots=True)
class Place:
    """A section of a lesson.

    `notebook` is a file's name, `heading` the section's, without Markdown, `link` opens it from a
    notebook of the same folder, `title` is the lesson's heading ("07 Funnels").
    """

    notebook: str
    heading: str
    link: str
    title: str = ""

    @property
    def lesson(self) -> str:
        """The lesson's number, two digits."""
        return self.notebook[:2]


OBJECTIVES = "objectives.yml"
_COLLECTION = re.compile(r"(Exam corner|Key points|Stretch|Explorer|More questions)\b")
"""Sections that gather or play, and teach nothing of their own."""
_EXERCISE = re.compile(r"Exercise \d")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_QUIZ = re.compile(r"^\s*(?:quiz|consequence)\(([^()]*)\)", re.MULTILINE)
_ID = re.compile(r"""["']([\w-]+)["']""")
_SAFE = re.compile(r"[!#$&-;=?-\[\]^_a-z{|}~ ]+")
"""ASCII without what a browser encodes in an anchor, without % and the backslash."""
_GATHERED = 3  # questions in one cell from which on they are a collection


def place_of(what: str | bank.Question) -> Place | None:
    """The section that teaches what a question (its id), an exercise (its key) or an objective
    asks.

    What a lesson shows belongs to the section it stands in; an exercise's own heading counts as
    part of the section above it. A question of the reserved pool, or one shown in a collection
    such as "Exam corner", belongs to the section of its objective: the one that `objectives.yml`
    names (`taught`, a heading of the lesson), else the first of the lesson that asks for it. Where
    no section is found it is the notebook's top; None for what no lesson of this copy teaches,
    such as a pack's question. Never raises.
    """
    try:
        name = what if isinstance(what, str) else what.id
        found = _index(_stamps()).get(name)
        return found or _top(name)
    except Exception:  # a link is a help; what asks for it must go on without
        return None


# --- one notebook ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Section:
    place: Place
    collection: bool


@dataclass(frozen=True, slots=True)
class _Book:
    """A lesson's notebook: its top, the section of each item that it shows, all its headings."""

    top: Place
    items: dict[str, _Section]
    headings: dict[str, Place]


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    text: str
    cell: str  # its id, if it has one
    plain: bool  # whether its text is certainly what JupyterLab sees


@lru_cache(maxsize=64)
def _book(path: Path, _changed: int, _size: int) -> _Book | None:
    """What a notebook shows where; None if it cannot be read."""
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return _read(path.name, [cell for cell in parts if isinstance(cell, dict)])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(name: str, parts: list[dict[str, Any]]) -> _Book:
    headings = [
        heading for cell in parts if cell.get("cell_type") == "markdown" for heading in _of(cell)
    ]
    seen = Counter(heading.text for heading in headings)
    title = headings[0].text if headings else ""
    top = Place(name, title, name, title)

    def place(heading: _Heading) -> Place:
        link = f"{name}{_anchor(heading, seen[heading.text] == 1)}"
        return Place(name, heading.text, link, title)

    def section(above: list[_Heading], gathered: bool) -> _Section:
        while len(above) > 1 and _EXERCISE.match(above[-1].text):
            higher = above[-2]
            if higher.level < 2 or _COLLECTION.match(higher.text):
                break
            above = above[:-1]
        if not above or above[-1] == headings[0]:
            return _Section(top, True)
        collection = gathered or bool(_COLLECTION.match(above[-1].text))
        return _Section(place(above[-1]), collection)

    items: dict[str, _Section] = {}
    above: list[_Heading] = []
    for cell in parts:
        if cell.get("cell_type") == "markdown":
            for heading in _of(cell):
                above = [one for one in above if one.level < heading.level] + [heading]
        elif cell.get("cell_type") == "code":
            shown = _shown(cell)
            # A question in the stretch part stands beside an exercise, which teaches nothing.
            aside = "key" not in (cell.get("metadata") or {}) and _in_stretch(above)
            for item in shown:
                items.setdefault(item, section(above, aside or len(shown) >= _GATHERED))
    return _Book(top, items, {heading.text: place(heading) for heading in reversed(headings)})


def _in_stretch(above: list[_Heading]) -> bool:
    return any("(stretch)" in heading.text for heading in above)


def _of(cell: dict[str, Any]) -> Iterator[_Heading]:
    """The headings in a Markdown cell; a `#` in a block of code is none."""
    fenced = False
    for line in cells.source(cell).split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and (found := _HEADING.match(line)):
            text = _without_markup(found[2])
            plain = not re.search(r"[\\$<&]|\*\*\*|!\[", found[2])
            yield _Heading(len(found[1]), text, str(cell.get("id") or ""), plain)


def _without_markup(text: str) -> str:
    """The text of a heading as a reader sees it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(\*\*|__)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", r"\1", text)
    text = re.sub(r"(?<!\w)_([^_\s][^_]*)_(?!\w)", r"\1", text)
    return text.replace("`", "").strip()


def _anchor(heading: _Heading, alone: bool) -> str:
    if alone and heading.plain and _SAFE.fullmatch(heading.text):
        return f"#{heading.text.replace(' ', '-')}"
    if re.fullmatch(r"[\w-]+", heading.cell, re.ASCII):
        return f"#cell-id={heading.cell}"
    return ""


def _shown(cell: dict[str, Any]) -> list[str]:
    """The exercise that is answered in a code cell, or the questions that it shows."""
    key = (cell.get("metadata") or {}).get("key")
    if isinstance(key, str):
        return [key]
    calls = _QUIZ.findall(cells.source(cell))
    return list(dict.fromkeys(name for call in calls for name in _ID.findall(call)))


# --- all of them -----------------------------------------------------------------------------

_Stamps = tuple[tuple[Path, int, int], ...]


def _stamps() -> _Stamps:
    """All files that places are read from, with what changes when they do."""
    there = [
        *paths.lesson_notebooks(),
        *sorted(paths.answers_dir().glob("[0-9][0-9]-*.json")),
        *sorted(paths.lessons_dir().glob("[0-9][0-9]-*.yml")),
        paths.lessons_dir() / OBJECTIVES,
    ]
    found = []
    for path in there:
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((path, stat.st_mtime_ns, stat.st_size))
    return tuple(found)


@lru_cache(maxsize=4)
def _index(stamps: _Stamps) -> dict[str, Place]:
    """The place of every question, exercise and objective that a lesson here teaches."""
    objectives, early = _objectives(stamps)
    books = {
        path.name[:2]: book
        for path, changed, size in stamps
        if path.suffix == ".ipynb" and (book := _book(path, changed, size))
    }
    first: dict[tuple[str, str], Place] = {}  # by lesson and objective
    for teaching in (True, False):  # a collection only where no other section asks for it
        for number, book in books.items():
            for item, section in book.items.items():
                # A prediction is asked before anything is taught.
                if item in objectives and (section.collection or item in early) != teaching:
                    first.setdefault((number, objectives[item]), section.place)
    found: dict[str, Place] = {}
    for (number, objective), place in first.items():
        if number == _lesson_of(objective) or objective not in found:
            found[objective] = place
    found |= _declared(stamps, books)
    for item, objective in objectives.items():
        at = item[:2]
        section_here = books[at].items.get(item) if at in books else None
        if section_here is not None and not section_here.collection:
            found[item] = section_here.place
        elif objective in found:
            found[item] = found[objective]
    return found


def _objectives(stamps: _Stamps) -> tuple[dict[str, str], set[str]]:
    """The objective of every question and exercise, and the questions that are asked before the
    section teaches; files that cannot be read are passed over."""
    found: dict[str, str] = {}
    early: set[str] = set()
    for path, _, _ in stamps:
        try:
            if path.suffix == ".json":
                found |= {key: one.objective for key, one in store.lesson(path).items()}
            elif path.suffix == ".yml" and path.name != OBJECTIVES:
                for question in bank.read(path):
                    found[question.id] = question.objective
                    if question.type == "predict":
                        early.add(question.id)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, bank.BankError):
            continue
    return found, early


def _declared(stamps: _Stamps, books: dict[str, _Book]) -> dict[str, Place]:
    """The sections that objectives.yml names, as far as their lessons have such a heading."""
    found = {}
    for path, _, _ in stamps:
        if path.name != OBJECTIVES:
            continue
        try:
            data = yaml.load(path.read_text("utf-8"), Loader=bank.LOADER)
            taught = {name: entry.get("taught") for name, entry in data.items()}
        except (OSError, ValueError, AttributeError, yaml.YAMLError):
            continue
        for objective, heading in taught.items():
            book = books.get(_lesson_of(str(objective)))
            if book is not None and heading in book.headings:
                found[objective] = book.headings[heading]
    return found


def _lesson_of(objective: str) -> str:
    """The number of the lesson that an objective belongs to ("L7.3": "07"); "" of a pack's."""
    found = re.fullmatch(r"L(\d{1,2})\.\d+", objective)
    return f"{int(found[1]):02d}" if found else ""


def _top(name: str) -> Place | None:
    """The top of the lesson's notebook that a question, exercise or objective belongs to."""
    number = _lesson_of(name) or (name[:2] if re.match(r"\d\d-", name) else "")
    for path in paths.lesson_notebooks() if number else []:
        if path.name.startswith(f"{number}-"):
            stat = path.stat()
            book = _book(path, stat.st_mtime_ns, stat.st_size)
            return book.top if book else Place(path.name, "", path.name)
    return None
