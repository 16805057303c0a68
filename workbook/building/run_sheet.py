"""The instructor's part of a lesson: read from its two cells, kept to its rules, shown as text.

The cell tagged `instructor` is the run sheet, which may lie open on a desk: a table of minutes and
three paragraphs, no answers. The cell tagged `instructor` and `key` has the answers. Pure.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbook.questions.bank import Single
from workbook.questions.drawing import drawn
from workbook.questions.marking import letter
from workbook.reference.source import Cell, Lesson, Problem
from workbook.widgets._plain import table_lines

MINUTES = 50
WIDTH = 80
HEADING = "## For the instructor"
PARTS = ("Before class", "What goes wrong", "If time is short")
VOTES = 2

_PART = re.compile(rf"(?m)^(?:#+ |\*\*)({'|'.join(PARTS)})\b[.:,]?(?:\*\*)?[.:,]?[ \t]*")
_HEAD = re.compile(r"(?i)^\|\s*minutes\s*\|\s*what\s*\|\s*how\s*\|\s*$")
_RULE = re.compile(r"^\|[\s:|-]+\|\s*$")
_SPAN = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_BULLET = re.compile(r"(?:[*-]|\d+\.)\s+")


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table: from minute `start` to minute `end`, what happens and how."""

    start: int
    end: int
    what: str
    how: str


@dataclass(slots=True)
class Sheet:
    """A run sheet: its steps in order, and its paragraphs by their names (`PARTS`), Markdown.

    `faults` are what is wrong with it, each with its line in the cell, counted from 0.
    """

    steps: list[Step] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)


# --- reading


def read(text: str) -> Sheet:
    """The run sheet in a cell's text, with every fault found."""
    sheet = Sheet()
    lines = text.splitlines()
    if HEADING not in [line.rstrip() for line in lines]:
        sheet.faults.append((0, f"the run sheet needs the heading `{HEADING}`"))
    start = next((at for at, line in enumerate(lines) if _HEAD.match(line)), None)
    if start is None:
        sheet.faults.append((0, "the run sheet needs a table `| minutes | what | how |`"))
        rest = text
    else:
        rows = start + 1
        while rows < len(lines) and lines[rows].startswith("|"):
            rows += 1
        _read_rows(sheet, lines, start, rows)
        rest = "\n".join([*lines[:start], "", *lines[rows:]])
    found = list(_PART.finditer(rest))
    ends = [one.start() for one in found[1:]] + [len(rest)]
    for one, end in zip(found, ends, strict=False):
        sheet.parts[one[1]] = rest[one.end() : end].strip()
    for part in PARTS:
        if not sheet.parts.get(part):
            sheet.faults.append((0, f"the run sheet needs a paragraph **{part}**"))
    return sheet


def _read_rows(sheet: Sheet, lines: list[str], start: int, end: int) -> None:
    reached = 0
    for at in range(start + 1, end):
        if _RULE.match(lines[at]):
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", lines[at].strip().strip("|"))]
        span = _SPAN.fullmatch(cells[0])
        if len(cells) != 3 or not span or not cells[1] or int(span[1]) >= int(span[2]):
            sheet.faults.append((at, "a row reads `| 0-5 | what | how |`, minutes from and to"))
            continue
        step = Step(int(span[1]), int(span[2]), *(cell.replace(r"\|", "|") for cell in cells[1:]))
        if step.start != reached:
            what = "are planned twice" if step.start < reached else "are not planned"
            between = sorted((step.start, reached))
            sheet.faults.append((at, f"the minutes {between[0]} to {between[1]} {what}"))
        reached = step.end
        sheet.steps.append(step)
    if reached != MINUTES:
        what = f"the table ends at minute {reached}; a lesson has {MINUTES}"
        sheet.faults.append((max(end - 1, start), what))


def cells(lesson: Lesson) -> tuple[list[Cell], list[Cell]]:
    """The run sheet cells and the key cells of a lesson; a finished one has one of each."""
    mine = [cell for cell in lesson.cells if "instructor" in cell.tags]
    return (
        [cell for cell in mine if "key" not in cell.tags],
        [cell for cell in mine if "key" in cell.tags],
    )


def of_instructor(lesson: Lesson, questions: Sequence[Any]) -> list[Problem]:
    """Faults of what the instructor needs: the two cells, fifty planned minutes, two votes."""
    problems = []

    def problem(line: int, what: str) -> None:
        problems.append(Problem(lesson.path, line, what))

    sheets, keys = cells(lesson)
    for found, tags, name in (
        (sheets, '["instructor"]', "run sheet"),
        (keys, '["instructor", "key"]', "key for the instructor"),
    ):
        if len(found) != 1:
            line = found[1].line if found else 1
            what = f"one markdown cell with tags={tags} is the {name}; there are {len(found)}"
            problem(line, what)
    for cell in [*sheets, *keys]:
        if cell.kind != "markdown":
            problem(cell.line, "what is for the instructor stands in markdown cells")
    for cell in sheets[:1]:
        for line, what in read(cell.source).faults:
            problem(cell.line + 1 + line, what)
    by_id = {question.id: question for question in questions}
    if len(set(lesson.votes)) != VOTES:
        problem(1, f"`votes` in the header names {VOTES} questions to vote on, not {lesson.votes}")
    for name in lesson.votes:
        question = by_id.get(name)
        if question is None:
            problem(1, f"votes: there is no question {name} in the lesson's bank")
        elif not isinstance(question, Single):
            problem(1, f"votes: {name} is of type {question.type}; a class votes on a `single` one")
        elif question.pool != "lesson":
            problem(1, f"votes: {name} is reserved for mock exams")
    return problems


# --- showing


def shown(lesson: Lesson, questions: Sequence[Any], answers: bool = False) -> str:
    """The run sheet as text of 80 columns, without any answer; with `answers` the key as well.

    The lesson must keep to `of_instructor`.
    """
    [sheet_cell], [key_cell] = cells(lesson)
    sheet = read(sheet_cell.source)
    title = f"{lesson.number} {lesson.header['title']}"
    lines = [title, "=" * len(title)]
    if day := _question_of_the_day(lesson):
        lines += _wrapped(f"The shop's question of the day: {day}")
    lines += _heading("The fifty minutes")
    for step in sheet.steps:
        span = f"{step.start}-{step.end}".ljust(7)
        lines += _wrapped(step.what, f"  {span}", " " * 9)
        lines += _wrapped(step.how, " " * 9) if step.how else []
    lines += [*_heading(PARTS[0]), *_text(sheet.parts[PARTS[0]])]
    by_id = {question.id: drawn(question) for question in questions}
    votes = [vote for vote in map(by_id.get, lesson.votes) if isinstance(vote, Single)]
    for number, vote in enumerate(votes, start=1):
        lines += _heading(f"Vote {number}: vote, discuss with a neighbor, vote again")
        lines += _text(vote.stem)
        lines += ["", *table_lines(vote.table)] if vote.table else []
        lines.append("")
        for place, option in enumerate(vote.options):
            lines += _wrapped(option.text, f"  {letter(place)}. ", " " * 5)
    lines += [*_heading("Exercises"), *_exercises(lesson, sheet.steps)]
    for part in PARTS[1:]:
        lines += [*_heading(part), *_text(sheet.parts[part])]
    if answers:
        lines += _answers(key_cell, votes)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _answers(key: Cell, votes: Sequence[Single]) -> Iterator[str]:
    yield from _heading("ANSWERS, for you alone")
    for number, vote in enumerate(votes, start=1):
        yield f"Vote {number} ({vote.id})"
        yield from _wrapped(
            "Project it from the open sheet, which holds no answer. Its feedback: a new cell with "
            f'quiz("{vote.id}") in a notebook of the repository, since handouts lack it; press '
            "Check only after the second vote."
        )
        for place, option in enumerate(vote.options):
            sign = "right" if option.right else "wrong"
            yield from _wrapped(f"{sign}. {option.why}", f"  {letter(place)}. ", " " * 5)
        yield ""
    yield from _text(re.sub(r"(?m)^#+ .*\n?", "", key.source))


def _question_of_the_day(lesson: Lesson) -> str:
    for cell in lesson.seen():
        found = re.search(r"(?s)\*\*The shop's question of the day: (.+?)\*\*", cell.source)
        if found and cell.kind == "markdown":
            return found[1]
    return ""


def _exercises(lesson: Lesson, steps: Sequence[Step]) -> Iterator[str]:
    """Each exercise with its title, and when it is due."""
    title = ""
    for cell in lesson.seen():
        if cell.kind == "markdown":
            heads = re.findall(r"(?m)^#+ +(Exercise\b.+)$", cell.source)
            title = heads[-1] if heads else title
        elif cell.is_answer:
            name = title or str(cell.key)
            title = ""
            stretch = cell.metadata.get("stretch") and "stretch" not in name
            spans = [f"{step.start}-{step.end}" for step in steps if _names(step, name)]
            when = f"minutes {', '.join(spans)}" if spans else "not in class"
            yield from _wrapped(f"{name}{' (stretch)' * bool(stretch)}: {when}", "  ", " " * 5)


def _names(step: Step, title: str) -> bool:
    """Whether a step speaks of the exercise of this title: "Exercise 2", "Exercises 2 and 4"."""
    found = re.match(r"Exercise (\d+)", title)
    if not found:
        return title in f"{step.what} {step.how}"
    listed = re.findall(
        r"Exercises? ((?:\d+(?:, and |, | and | to |-)?)+)", f"{step.what} {step.how}"
    )
    numbers: set[int] = set()
    for text in listed:
        for first, last in re.findall(r"(\d+)(?:(?: to |-)(\d+))?", text):
            numbers |= set(range(int(first), int(last or first) + 1))
    return int(found[1]) in numbers


def _heading(text: str) -> list[str]:
    return ["", text, "-" * len(text)]


def _text(markdown: str) -> Iterator[str]:
    """Paragraphs and lists of a Markdown text, wrapped."""
    for number, block in enumerate(re.split(r"\n\s*\n", markdown.strip())):
        if number:
            yield ""
        # A list's items stand on lines of their own, also right below a paragraph.
        for item in re.split(r"\n(?=\s*(?:[*-]|\d+\.)\s|\|)", block):
            text = item.strip()
            if _RULE.match(text):
                continue
            text = re.sub(r"\s*\|\s*", " | ", text.strip("|").strip()) if text[:1] == "|" else text
            bullet = _BULLET.match(text)
            if bullet:
                yield from _wrapped(text[bullet.end() :], "* ", "  ")
            else:
                text = text if number or not text[:1].islower() else text[0].upper() + text[1:]
                yield from _wrapped(text)


def _wrapped(text: str, first: str = "", later: str | None = None) -> list[str]:
    """Markdown as plain lines of at most 80 columns."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    plain = re.sub(r"\*\*(.+?)\*\*|`([^`]+)`", lambda one: one[1] or one[2], plain, flags=re.S)
    plain = re.sub(r"(?<![\w*])\*(\S(?:[^*]*\S)?)\*(?![\w*])", r"\1", plain)
    return textwrap.wrap(
        " ".join(plain.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if later is None else later,
        break_long_words=False,
        break_on_hyphens=False,
    )
