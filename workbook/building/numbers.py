"""Every number that a lesson says must come from somewhere: an output, the code, or a source.

A number is *covered* if an output of the worked notebook shows it, if it stands in code that the
learner sees or is printed by a `facts` cell, in the same section; or if it has a named source
(`cited` in the header, `source` of a question). A question's explanations may also use the
question's own numbers and what two of them give.
"""

from __future__ import annotations

import ast
import html
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbook.reference.source import Lesson, Problem
from workbook.shop.calendar import DAYS

SMALL = 12
"""Whole numbers up to here are free: "two questions", "the next 5 minutes"."""
_ROUND = {100.0, 1000.0, float(DAYS), DAYS / 7}  # "of 100 visits"; the log's days and weeks
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NO_NUMBER = re.compile(
    r"```.*?```|`[^`]*`"  # code
    r"|\]\([^)]*\)|https?://\S+"  # addresses
    r"|\{[^{}]*\}"  # a question's drawn numbers
    rf"|\b(?:{_MONTHS}) \d{{1,2}}\b|(?:\d{{1,2}}(?:-\d{{1,2}})?(?:,? and |, )?)+ (?:{_MONTHS})\b"
    r"|\b\d{1,2}:\d\d\b|\b\d\d-[a-z][\w-]*"  # dates, times, names
    r"|(?m:^\s*\d+\.\s)|(?m:^#+ [^\n\d]*\d+)"  # lists, headings
    r"|(?m:^\|\s*\d+-\d+\s*\|)"  # minutes of a run sheet
    r"|\b\d{7,}\b",  # pages of a help center
    re.DOTALL,
)
_NUMBER = re.compile(
    r"(?<![\w.,:])(?P<money>\$?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<places>\.\d+)?"
    r"(?![\w:]|\.\d|,\d{3})(?P<percent>\s?%)?"
)
# How far the shown number may lie below and above a rounded one, in its last digit's units.
_HEDGES = {
    "about|around|roughly|some": (0.5, 0.5),
    "over|more than|at least": (0.0, 1.0),
    "nearly|almost|under|less than|fewer than|at most": (1.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A number as a text says it: value, decimals, whether $ or % is with it, how loosely
    (`hedge`: how far the shown one may lie below and above; None for as it is rounded)."""

    text: str
    value: float
    places: int
    unit: bool
    percent: bool
    hedge: tuple[float, float] | None
    line: int

    @property
    def free(self) -> bool:
        """A small count, a year or a round base of comparison needs no proof."""
        if self.percent and self.value == 100:
            return True
        if self.unit or self.places:
            return False
        return self.value <= SMALL or self.value in _ROUND or 1900 <= self.value <= 2100

    def covered(self, values: Iterable[float]) -> bool:
        """Whether one of `values`, rounded as the text rounds, gives this number."""
        below, above = self.hedge or (0.5, 0.5)
        unit = self._step() if self.hedge else 10.0**-self.places
        slack = 1e-9 * max(self.value, 1)
        low, high = self.value - below * unit - slack, self.value + above * unit + slack
        return any(
            low <= abs(value) * scale <= high
            for value in values
            for scale in ((1, 100) if self.percent and abs(value) <= 1 else (1,))
        )

    def _step(self) -> float:
        """ "about 61,000" speaks in thousands, "about 9 %" in ones."""
        if self.places:
            return 10.0**-self.places
        digits = str(int(self.value))
        return 10.0 ** (len(digits) - len(digits.rstrip("0"))) if self.value else 1.0


def said(text: str) -> Iterator[Said]:
    """The numbers in a text, code and addresses left out; `line` counts from 0."""
    plain = _NO_NUMBER.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for found in _NUMBER.finditer(plain):
        places = found["places"] or ""
        yield Said(
            found[0].strip(),
            float(found["whole"].replace(",", "") + places),
            max(len(places) - 1, 0),
            bool(found["money"] or found["percent"]),
            bool(found["percent"]),
            _hedge(plain[: found.start()]),
            plain.count("\n", 0, found.start()),
        )


def _hedge(before: str) -> tuple[float, float] | None:
    """How loosely the words before a number make it."""
    for words, room in _HEDGES.items():
        if re.search(rf"\b(?:{words})\s*[$+-]*$", before):
            return room
    return None


def values(text: str) -> set[float]:
    """All numbers that an output shows; tags are removed, a picture's `alt` counts."""
    shown = " ".join([*re.findall(r'alt="([^"]*)"', text), re.sub(r"<[^>]*>", " ", text)])
    found = re.findall(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", html.unescape(shown))
    return {float(number.replace(",", "")) for number in found}


def in_code(code: str) -> set[float]:
    """Numbers that stand in Python code."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    nodes = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {float(v) for v in nodes if isinstance(v, int | float) and not isinstance(v, bool)}


def of_numbers(
    lesson: Lesson,
    questions: Iterable[Any],
    outputs: Mapping[int, list[str]],
    messages: Mapping[str, list[str]],
) -> list[Problem]:
    """Numbers of the lesson that nothing covers, each with file and line.

    A number must be covered in its own section (from one `## ` to the next): in a whole lesson
    nearly every small number stands somewhere. `outputs` are the texts of outputs by the line of
    their cell, `facts` cells included and questions left out; `messages` are those of the wrong
    ways by exercise.
    """
    problems, cited = _cited(lesson)
    section, sections = 0, {}
    for cell in lesson.cells:
        section += cell.kind == "markdown" and bool(re.search(r"(?m)^##? ", cell.source))
        sections[cell.line] = section
    shown: dict[int, set[float]] = {number: set(cited) for number in range(section + 1)}
    for cell in lesson.cells:
        known = shown[sections[cell.line]]
        known.update(*map(values, outputs.get(cell.line, ())))
        if cell.kind == "code" and not cell.tags & {"ways", "facts"}:
            known |= in_code(cell.blank())
    for cell in lesson.cells:
        known = shown[sections[cell.line]]
        if cell.kind == "markdown":
            body = re.sub(r"(?m)^\*\*Sources:\*\*.*$", "", cell.source)
            problems += _uncovered(lesson.path, body, known, cell.line + 1)
    for key, texts in messages.items():
        exercise = lesson.exercises[key]
        known = shown[sections[exercise.cell.line]]
        for text in texts:
            found = _uncovered(lesson.path, text, known, exercise.line)
            problems += [Problem(lesson.path, exercise.line, fault.what) for fault in found]
    place = {name: sections[cell.line] for cell in lesson.cells for name in cell.quizzes()}
    anywhere = set().union(*shown.values())
    for question in questions:
        known = shown[place[question.id]] if question.id in place else anywhere
        problems += _of_question(lesson, question, known)
    return problems


def _uncovered(path: Path, text: str, known: set[float], line: int) -> list[Problem]:
    """The uncovered numbers of a text that begins in this line."""
    return [
        Problem(
            path,
            line + number.line,
            f"nothing in this section shows the number {number.text}: print it in a visible cell "
            "or in a `facts` cell, or name its source (`cited` in the header, `source` of the "
            "question)",
        )
        for number in said(text)
        if not number.free and not number.covered(known)
    ]


def _cited(lesson: Lesson) -> tuple[list[Problem], set[float]]:
    """The header's `cited`: number -> source with a year, whose name the lesson mentions."""
    prose = "\n".join(cell.source for cell in lesson.cells if cell.kind == "markdown")
    problems, found = [], set()
    for number, source in (lesson.header.get("cited") or {}).items():
        name = re.split(r"[,(]", str(source))[0].strip()
        if not re.search(r"\b(?:19|20)\d\d\b", str(source)):
            problems.append(Problem(lesson.path, 1, f"cited {number}: its source needs a year"))
        if name not in prose:
            what = f"cited {number}: the lesson never mentions its source, {name!r}"
            problems.append(Problem(lesson.path, 1, what))
        found |= values(str(number))
    return problems, found


# --- questions

_GIVEN = ("stem", "table", "options", "answer", "wrong", "pairs", "rows", "items", "unit")
"""What a question states. What it explains must follow from it, from the lesson, or a source."""
_EXPLAINED = ("why", "reveal", "model", "rubric", "hint", "keyed", "defensible")
_OF_THE_SHOP = re.compile(r"\b(?:the log|of the log|our log|Pebble Street's (?:log|13 weeks))\b")


def _of_question(lesson: Lesson, question: Any, known: set[float]) -> list[Problem]:
    if re.search(r"\b(?:19|20)\d\d\b", question.source or ""):
        return []
    path = lesson.path.with_suffix(".yml")
    text = path.read_text(encoding="utf-8")
    start = max(text.find(f"id: {question.id}\n"), 0)
    data = asdict(question)
    own = set().union(*(values(part) for name in _GIVEN for part in _strings(data.get(name))))
    problems = []
    for part in _explanations(data):
        follows = known | own | set(_of_two(own))
        problems += _uncovered(path, part, follows, _line_of(text, start, part))
    if _OF_THE_SHOP.search(question.stem) and not question.numbers:
        problems += _uncovered(path, question.stem, known, _line_of(text, start, question.stem))
    return problems


def _line_of(text: str, start: int, part: str) -> int:
    """Where a part of a question stands: its first words, searched from the question on."""
    first = part.strip().splitlines()[0][:40] if part.strip() else ""
    return text.count("\n", 0, max(text.find(first, start), start)) + 1


def _strings(part: Any) -> Iterator[str]:
    """All texts and numbers in a part of a question, explanations left out."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in _EXPLAINED:
                yield from _strings(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _strings(value)
    elif part is not None:
        yield str(part)


def _explanations(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name in _EXPLAINED:
                yield from _strings(value)
            else:
                yield from _explanations(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _explanations(value)


def _of_two(own: set[float]) -> Iterator[float]:
    """What two of a question's numbers give: sum, difference, product, ratio, also in percent."""
    for a, b in itertools.permutations(own, 2):
        yield from (a + b, a - b, a * b, a * b / 100)
        if b and math.isfinite(a / b):
            yield from (a / b, 100 * a / b, 100 * (1 - a / b))
