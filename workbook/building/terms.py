"""What the build asks of a lesson's terms: shown, used, and none introduced behind our back.

A lesson sets a term in bold where it introduces it. Bold that is no term is told apart by its form
(a label ends in a mark or stands alone; a key or a menu is no lower-case word), by its words
("all", "without"), or by the header: `emphasis: [acts, where to look]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.questions import glossary as book
from workbook.questions.bank import Question
from workbook.questions.glossary import Term, stems
from workbook.reference.source import Lesson, Problem

CAST = {"Mara", "Theo", "Northlight"}
LONGEST = 4  # words; no term has more
_EVERYDAY = frozenset(
    stems(
        "a an the and or not no none neither both all any each every some same other another one "
        "two three four five six seven eight nine ten once twice first second last next only own "
        "more most less fewer few many much different new old now then here there where when what "
        "which who why how it its this that these those he she they them you we in on at of for to "
        "from by with without within into out up down over under above below between before after "
        "earlier later until since again never always still yet is are was be been has have had do "
        "does did will would can could may must right wrong true false good better best low high"
    )
)


def of_terms(lesson: Lesson, questions: Iterable[Question], glossary: Path) -> list[Problem]:
    """Faults of the glossary at `glossary`, and of what `lesson` makes of it.

    A lesson must show `glossary("NN")`; each term listed for it occurs in its prose, hints or
    questions; each term that its prose sets in bold is in the glossary for it or for a lesson
    before. A folder without a glossary is asked nothing, unless its lesson shows one.
    """
    shown = _shows(lesson)
    if not glossary.exists():
        what = "it shows a glossary, and there is no glossary.yml beside it"
        return [Problem(lesson.path, shown, what)] if shown else []
    if faults := book.validate(glossary):
        return [Problem(glossary, one.line, f"{one.what}; {one.todo}") for one in faults]
    terms = book.read(glossary)
    problems = []
    if not shown:
        what = f'no cell shows the terms: glossary("{lesson.number}")'
        problems.append(Problem(lesson.path, 1, what))
    problems += _unused(lesson, questions, terms, glossary)
    problems += _unknown(lesson, terms)
    return problems


def _shows(lesson: Lesson) -> int:
    """The line of the cell that shows the lesson's terms; 0 if none does."""
    call = rf"""^[^#\n]*\bglossary\(\s*["']{lesson.number}["']\s*\)"""
    for cell in lesson.seen():
        if cell.kind == "code" and re.search(call, cell.source, re.MULTILINE):
            return cell.line
    return 0


def _unused(
    lesson: Lesson, questions: Iterable[Question], terms: Iterable[Term], glossary: Path
) -> Iterator[Problem]:
    """Terms listed for the lesson that it never says."""
    said = [cell.source for cell in lesson.seen() if cell.kind == "markdown"]
    said += [hint for exercise in lesson.exercises.values() for hint in exercise.hints]
    said += [text for question in questions for text in _texts(question)]
    # A stop between the texts, so that no term is read across two of them.
    words = [word for text in said for word in (*stems(text), ".")]
    lines = book.lines(glossary)
    for term in terms:
        if lesson.number in term.lessons and not book.occurs(term, words):
            what = (
                f"`{term.term}` is listed for lesson {lesson.number}, which never says it: "
                "take the lesson off, or add the word that is said as an alias"
            )
            yield Problem(glossary, lines[term.term], what)


def _texts(part: Any) -> Iterator[str]:
    """Every text in a question."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _texts(value)
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            yield from _texts(getattr(part, name))


@dataclass(frozen=True)
class _Bold:
    """A piece of prose in bold that reads like a term."""

    text: str
    line: int


def _unknown(lesson: Lesson, terms: Iterable[Term]) -> Iterator[Problem]:
    """Bold that is neither a term known by this lesson, nor everyday words, nor declared."""
    home = {stems(name): term for term in terms for name in term.names}
    single = {name[0] for name in home if len(name) == 1}
    emphasis = lesson.header.get("emphasis") or []
    if not isinstance(emphasis, list):
        yield Problem(lesson.path, 1, "`emphasis` in the header must be a list: [acts, one page]")
        return
    allowed = {stems(str(text)) for text in emphasis}
    unused = set(allowed)
    for bold in _bolds(lesson):
        words = stems(bold.text)
        unused.discard(words)
        if words in allowed:
            continue
        term = home.get(words)
        if term is not None:
            if min(term.lessons) > lesson.number:
                what = (
                    f"**{bold.text}**: the glossary introduces `{term.term}` only in lesson "
                    f"{min(term.lessons)}; list {lesson.number} there"
                )
                yield Problem(lesson.path, bold.line, what)
        elif not set(words) <= _EVERYDAY | single:
            what = (
                f"**{bold.text}** reads like a term and is not in the glossary: add it (or an "
                "alias) to glossary.yml, or to `emphasis: [...]` in the header"
            )
            yield Problem(lesson.path, bold.line, what)
    for text in emphasis:
        if stems(str(text)) in unused:
            what = f"`emphasis` names {text!r}, which is nowhere in bold; take it out"
            yield Problem(lesson.path, 1, what)


def _bolds(lesson: Lesson) -> Iterator[_Bold]:
    for cell in lesson.seen():
        if cell.kind != "markdown":
            continue
        for found in re.finditer(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", cell.source):
            text, before = found[1], cell.source[: found.start()]
            alone = not before.rpartition("\n")[2].strip() and not re.match(
                r"[^\n]*\S", cell.source[found.end() :]
            )
            if not alone and _like_a_term(text, before):
                yield _Bold(text, cell.line + 1 + before.count("\n"))


def _like_a_term(text: str, before: str) -> bool:
    begins = re.search(r"(^|\n|[.!?:|]|[*\-] |\d\.)[\s(]*$", before) is not None
    lower = text[0].islower() or begins or text.split()[0].isupper()
    return (
        lower
        and text not in CAST
        and text[-1] not in ".?!:,;"
        and "+" not in text
        and len(text.split()) <= LONGEST
    )
