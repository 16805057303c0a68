"""A lesson's study sheet in a notebook: the page as HTML, its three questions as a form."""

from __future__ import annotations

import html
import re
from typing import Any

from workbook import paths
from workbook.questions import bank
from workbook.questions.bank import BankError, Question
from workbook.study.places import Place, place_of
from workbook.study.sheets import Sheet, sheets
from workbook.widgets._markdown import to_inline, to_plain
from workbook.widgets.base import placed
from workbook.widgets.cards import Card, present
from workbook.widgets.quiz import QuizForm

REVIEW = "Three questions"
_BOX = (
    "max-width:46em;color:var(--jp-content-font-color1,inherit);"
    "font-family:var(--jp-ui-font-family,system-ui,sans-serif);"
    "font-size:var(--jp-content-font-size1,14px);line-height:1.5"
)
_HEAD = "color:inherit;font-weight:bold;line-height:1.3;margin:.2em 0"
_ANSWER = (
    "border-left:4px solid var(--jp-brand-color1,#1565c0);padding:.5em .9em;margin:.5em 0;"
    "background:var(--jp-layout-color2,#eee)"
)


class Page:
    """What stands above the questions. Headings are of the third and fourth level: a notebook has
    those above."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.place = _place(sheet)

    @property
    def name(self) -> str:
        """The lesson as its notebook is headed: "07 Funnels"; without a notebook its number."""
        return _name(self.sheet, self.place)

    def __repr__(self) -> str:
        one = self.sheet
        facts = (f"* {to_plain(fact)}" for fact in one.facts)
        lines = [f"Study sheet of lesson {self.name}: {one.question}", to_plain(one.answer)]
        return "\n".join([*lines, "Must know", *facts])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}

    def html(self) -> str:
        """The page as a fragment of HTML that needs no style sheet."""
        one = self.sheet
        name = html.escape(self.name)
        if self.place:
            link = html.escape(self.place.notebook)
            name = f'<a href="{link}" style="color:inherit;text-decoration:underline">{name}</a>'
        title = f"Lesson {name}: {to_inline(one.question)}"
        facts = "".join(f'<li style="margin:.25em 0">{to_inline(fact)}</li>' for fact in one.facts)
        return (
            f'<div lang="en" style="{_BOX}">'
            f'<h3 style="{_HEAD};font-size:1.2em">{title}</h3>'
            f'<p style="{_ANSWER}">{to_inline(one.answer)}</p>'
            f'<h4 style="{_HEAD};font-size:1em">Must know</h4>'
            f'<ul style="margin:.2em 0;padding-left:1.4em">{facts}</ul></div>'
        )


class StudySheet:
    """A sheet with its questions: two outputs of one cell, in this order."""

    def __init__(self, sheet: Sheet) -> None:
        self.page = Page(sheet)
        questions, notices = _review(sheet)
        # Asked afresh: whoever answered in the lesson is to answer once more.
        asked = f"sheet-{sheet.lesson}"
        self.form = placed(QuizForm(questions, title=REVIEW, notices=notices, asked=asked))

    @property
    def plain(self) -> str:
        """The sheet in words; nothing of the learner's record."""
        return f"{self.page!r}\n\n{self.form.plain}"

    def __repr__(self) -> str:
        return self.plain

    def _ipython_display_(self) -> None:
        present(self.page)
        present(self.form)


def study_sheet(lesson: object = "") -> StudySheet | Card:
    """The sheet of a lesson, `study_sheet("07")`: its answer, what an exam asks, three questions.

    A lesson without a sheet gets a card with those that have one; nothing is raised.
    """
    wanted = str(lesson).strip().lower().removeprefix("lesson").strip()
    number = f"{int(wanted):02d}" if re.fullmatch(r"[0-9]{1,3}", wanted) else wanted
    try:
        there = sheets(paths.lessons_dir())
        if number in there:
            return StudySheet(there[number])
    except BankError as fault:
        return Card("info", str(fault))
    except Exception as fault:  # a learner sees a card, whatever is wrong with this copy
        return Card(
            "info",
            f"The study sheets of this copy cannot be shown ({type(fault).__name__}). Download the "
            "workbook again, or run `python -m workbook doctor`.",
        )
    said = f'no sheet for "{wanted[:40]}"' if wanted else "whose sheet?"
    known = "\n\n".join(
        f'`study_sheet("{one.lesson}")`: {_name(one, _place(one))}: {one.question}'
        for one in there.values()
    )
    return Card("info", f"There are sheets for:\n\n{known}" if known else "There are none.", said)


def _place(sheet: Sheet) -> Place | None:
    """Where the lesson begins, told by a question that its notebook shows."""
    found = (place_of(name) for name in sheet.review)
    return next((place for place in found if place and place.lesson == sheet.lesson), None)


def _name(sheet: Sheet, place: Place | None) -> str:
    return (place.title if place else "") or sheet.lesson


def _review(sheet: Sheet) -> tuple[list[Question], list[str]]:
    """The questions of a sheet, and a line of advice for each that this copy lacks."""
    questions: list[Question] = []
    notices: list[str] = []
    for name in sheet.review:
        try:
            questions.append(bank.get(name))
        except BankError as error:
            if str(error) not in notices:
                notices.append(str(error))
    return questions, notices
