"""The plan for the days until an exam, as a table with a text form."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from workbook import paths, progress
from workbook.exercises import standing
from workbook.questions import bank
from workbook.questions.bank import BankError
from workbook.study import days
from workbook.study.blueprint import Blueprint, blueprints, find
from workbook.study.days import Day, Entry, Plan
from workbook.study.observations import observations
from workbook.study.schedule import EXAM_DATE, exam_date
from workbook.study.sitting import sittings
from workbook.widgets._markdown import to_plain
from workbook.widgets.cards import Card

EXAM = "d381"
"""The exam whose topics weigh the lessons, if the learner names none."""
SHORT = "short"
DIAGNOSTIC = "diagnostic"
_HOW = 'Write the day of your exam as year-month-day in quotes: `study_plan("2026-12-05")`.'
_LEFT = "text-align:left;vertical-align:top;white-space:normal;padding:.3em .6em"
_BOX = "max-width:46em;color:var(--jp-ui-font-color1,#1f1f1f)"


class StudyPlan:
    """A plan as it is shown: rows of day, what to do, and minutes; then what was left out.

    `titles` are those of lessons and exams, `files` the notebooks of the lessons, `notes` what to
    say below.
    """

    def __init__(
        self,
        plan: Plan,
        titles: dict[str, str],
        files: dict[str, str],
        notes: Sequence[str] = (),
    ) -> None:
        self.plan = plan
        self.titles = titles
        self.files = files
        self.notes = list(notes)

    HEAD = ("Day", "What to do", "Minutes")

    @property
    def caption(self) -> str:
        """What the table is about."""
        count = len(self.plan.days)
        left = f"{count} day{'s' * (count > 1)} to plan, today included"
        return f"Your plan until the exam on {_day(self.plan.exam, year=True)}: {left}"

    def rows(self) -> list[tuple[str, list[tuple[str, str]], str]]:
        """Day or days, what to do as (text, notebook or ""), minutes. Days alike are one row."""
        rows = []
        for _, group in groupby(enumerate(self.plan.days), self._alike):
            run = [day for _, day in group]
            first, last = run[0], run[-1]
            when = _day(first.date) if first is last else f"{_day(first.date)} to {_day(last.date)}"
            each = "" if first is last else " a day"
            rows.append((when, self._tasks(first), f"{first.minutes}{each}"))
        return rows

    @staticmethod
    def _alike(numbered: tuple[int, Day]) -> Any:
        """Days with nothing but cards, or with nothing at all, are told together."""
        place, day = numbered
        little = all(entry.kind == "cards" for entry in day.entries)
        return day.entries if little else place

    def _tasks(self, day: Day) -> list[tuple[str, str]]:
        tasks: list[tuple[str, str]] = []
        for kind, group in groupby(day.entries, lambda entry: entry.kind):
            run = list(group)
            if kind == "sheet":
                names = " and ".join(
                    filter(None, [", ".join(e.about for e in run[:-1]), run[-1].about])
                )
                each = (
                    "each with its three questions" if len(run) > 1 else "with its three questions"
                )
                tasks.append((f"Sheet{'s' * (len(run) > 1)} {names}, {each}", ""))
            else:
                tasks += [(self._said(entry), self._file(entry)) for entry in run]
        return tasks or [("Nothing planned: time in hand", "")]

    def _said(self, entry: Entry) -> str:
        title = self.titles.get(entry.about, entry.about)
        match entry.kind:
            case "diagnostic":
                return "The diagnostic, 15 questions"
            case "cards":
                return "Flashcards; if they take longer, choose lessons there"
            case "lesson":
                whole = sum(
                    one.minutes
                    for one in self.plan.entries
                    if (one.kind, one.about) == ("lesson", entry.about)
                )
                part = f", {entry.minutes} of {whole} minutes" if entry.minutes < whole else ""
                return f"Lesson {entry.about} {title}{part}"
            case "mend":
                return f"Lesson {entry.about} {title}: what went wrong"
            case "sheet":
                return f"Sheet {entry.about}"
            case "mock":
                return f"Mock exam: {title}, {entry.minutes} minutes in one sitting"
            case "review":
                return f"What went wrong in the mock exam ({title}), with the sections it links to"
            case "again":
                return "All sheets once more, without the questions"

    def _file(self, entry: Entry) -> str:
        rooms = {"cards": "91-flashcards.ipynb", "mock": "92-mock-exam.ipynb"}
        if entry.kind in ("lesson", "mend"):
            return self.files.get(entry.about, "")
        return rooms.get(entry.kind, "")

    def left_out(self) -> list[str]:
        """What found no place, the heaviest first."""
        return [
            f"{self._said(entry)} ({entry.minutes} minutes)"
            if entry.kind != "mock"
            else self._said(entry)
            for entry in self.plan.left_out
        ]

    def __repr__(self) -> str:
        lines = [f"• {self.caption}"]
        for when, tasks, minutes in self.rows():
            lines.append(f"{when} ({minutes} minutes): {'; '.join(text for text, _ in tasks)}")
        lines.append(f"{_day(self.plan.exam)}: the exam")
        lines += [f"Left out: {text}" for text in self.left_out()]
        return "\n".join([*lines, *map(to_plain, self.notes)])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _html(self) -> str:
        head = "".join(f'<th scope="col" style="{_LEFT}">{name}</th>' for name in self.HEAD)
        body = "".join(
            f'<tr><th scope="row" style="{_LEFT}">{_unbroken(when)}</th>'
            f'<td style="{_LEFT}">{_list(tasks)}</td>'
            f'<td style="{_LEFT}">{minutes}</td></tr>'
            for when, tasks, minutes in self.rows()
        )
        body += (
            f'<tr><th scope="row" style="{_LEFT}">{_unbroken(_day(self.plan.exam))}</th>'
            f'<td style="{_LEFT}"><strong>The exam</strong></td><td style="{_LEFT}"></td></tr>'
        )
        out = "".join(f"<li>{html.escape(text)}</li>" for text in self.left_out())
        left = (
            f'<p style="margin:.6em 0 0">Left out, the heaviest first</p><ul>{out}</ul>'
            if out
            else ""
        )
        notes = "".join(
            f'<p style="margin:.4em 0">{html.escape(to_plain(n))}</p>' for n in self.notes
        )
        return (
            f'<div lang="en" style="{_BOX}"><table><caption style="text-align:left;'
            'caption-side:top;font-weight:bold;color:inherit">'
            f"{html.escape(self.caption)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>{left}{notes}</div>"
        )


def study_plan(
    exam_day: object = "", minutes_a_day: object = 60, code: bool = True, exam: str = ""
) -> StudyPlan | Card:
    """A plan from today to the day before the exam: `study_plan("2026-12-05", minutes_a_day=45)`.

    `code=False` plans the route without code. `exam` is the mock exam whose topics weigh the
    lessons ("d381", "ga4", ...). The day is kept in the record, so that cards keep to it; without
    one, the day in the record counts. What cannot be planned gets a card; nothing is raised.
    """
    try:
        return _planned(exam_day, minutes_a_day, bool(code), str(exam).strip())
    except BankError as fault:
        return Card("info", str(fault))
    except Exception as fault:  # a plan is a help: whatever is wrong, a learner sees a card
        return Card(
            "info",
            f"No plan can be made in this copy ({type(fault).__name__}). Download the workbook "
            "again, or run `python -m workbook doctor`.",
        )


def _planned(exam_day: object, minutes: object, code: bool, exam: str) -> StudyPlan | Card:
    today, events = _today(), progress.events()
    known = exam_date(events)
    wanted = known if exam_day in ("", None) else _read(exam_day)
    if wanted is None:
        said = "which day?" if exam_day in ("", None) else "this is no day"
        return Card("info", _HOW, said)
    if (problem := _no_days(today, wanted)) is not None:
        return problem
    if isinstance(minutes, bool) or not isinstance(minutes, int | float):
        minutes = 0
    if not days.FEWEST <= minutes <= days.MOST:
        body = (
            f"`minutes_a_day` takes a number from {days.FEWEST} to {days.MOST}: "
            f'`study_plan("{wanted.isoformat()}", minutes_a_day=45)`.'
        )
        return Card("info", body, "how many minutes a day?")
    there = days.courses(paths.notebooks_dir())
    if not there:
        return Card("info", "There are no lessons in this copy to plan with.")
    chosen, mocks = _exams(exam)
    if wanted != known:
        progress.record(EXAM_DATE, EXAM_DATE, date=wanted.isoformat())
    record = _record(events)
    twins = {q.id: q.twin for one in there for q in _bank(one.number) if q.twin}
    weights = days.shares([(t.weight, t.objectives) for t in chosen.topics]) if chosen else {}

    def plan(route: bool) -> Plan:
        lessons = days.needs(there, record, code=route, twins=twins, weights=weights)
        return days.plan(
            today, wanted, int(minutes), lessons, mocks,
            diagnosed=any(s.blueprint == DIAGNOSTIC and s.ended for s in sittings(events)),
            carded=any(event["kind"] == "card" for event in events),
        )  # fmt: skip

    made = plan(code)
    titles = {one.number: one.title for one in there} | {one.name: one.title for one in mocks}
    notes = _notes(made, weights, chosen, plan(False) if code and made.left_out else None)
    return StudyPlan(made, titles, {one.number: one.file for one in there}, notes)


def _today() -> date:
    return date.today()


def _read(given: object) -> date | None:
    """A day as people write it where no reader can take it for another; else None."""
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    parts = re.fullmatch(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", str(given).strip(), re.ASCII)
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def _no_days(today: date, exam: date) -> Card | None:
    """What to say where there is nothing to plan."""
    away = (exam - today).days
    if away < 0:
        return Card("info", f"{_day(exam, year=True)} is past. {_HOW}", "no days are left")
    if away == 0:
        body = (
            "The exam is today, so there is no plan. Read the sheets of what you are least sure of "
            '(`study_sheet("07")`), then leave it.'
        )
        return Card("info", body, "good luck")
    if away > days.FARTHEST:
        return Card("info", f"{_day(exam, year=True)} is more than a year away. {_HOW}", "too far")
    return None


def _exams(name: str) -> tuple[Blueprint | None, list[days.Mock]]:
    """The exam whose topics count, and the mock exams to plan: a short one and that one.

    Raises `BankError` for a name that no exam has; a copy without exams has no mock.
    """
    there = {one.name: one for one in blueprints() if one.name != DIAGNOSTIC}
    chosen = find(name) if name else there.get(EXAM)
    picked = {one.name: one for one in (there.get(SHORT), chosen) if one is not None}
    mocks = [
        days.Mock(one.name, to_plain(one.title), round(one.minutes or 1.5 * one.items))
        for one in picked.values()
    ]
    return chosen or there.get(SHORT), mocks


def _record(events: Sequence[Any]) -> days.Record:
    answered = {e["item"] for e in events if e["kind"] in ("answer", "commit", "decision")}
    first: dict[str, tuple[int, int]] = {}
    try:
        seen = observations(events, bank.all_questions())
    except BankError:
        seen = []
    for one in seen:
        right, of = first.get(one.lesson, (0, 0))
        first[one.lesson] = (right + one.right, of + 1)
    return days.Record(standing.replay(events), answered, first)


def _bank(number: str) -> list[bank.Question]:
    try:
        return bank.lesson(number)
    except BankError:
        return []


def _notes(
    made: Plan, weights: dict[str, float], exam: Blueprint | None, without: Plan | None
) -> list[str]:
    """What to say below the table."""
    notes = []
    out = any(entry.kind in ("lesson", "mend") for entry in made.left_out)
    if out and made.first:
        begin = ", ".join(made.first)
        notes.append(f"Too few days for all: do first what is planned, in this order: {begin}.")
    if out:
        share = _weight_out(made, weights)
        title = to_plain(exam.title) if exam else "the exam"
        sheets = all(entry.kind != "sheet" for entry in made.left_out)
        notes.append(
            f'By the weights of "{title}" the lessons left out are {100 * share:.0f} % of the exam.'
            + " Their sheets stand for them." * sheets
        )
        more = 0.0 if without is None else share - _weight_out(without, weights)
        if more >= 0.005:
            notes.append(
                f"On the route without code (code=False) {100 * more:.0f} % more of the exam fits."
            )
    for entry in made.left_out:
        if entry.kind == "mock":
            notes.append(
                f"A mock exam of {entry.minutes} minutes needs a day with as many and a day after "
                "it for mending, and should not take more than a third of all your time."
            )
    notes.append("On the last evening before the exam stop early, and rest.")
    return notes


def _weight_out(made: Plan, weights: dict[str, float]) -> float:
    """The share of the exam that lessons without a place hold."""
    out = (entry for entry in made.left_out if entry.kind in ("lesson", "mend"))
    return sum(weights.get(entry.about, 0.0) for entry in out)


def _day(day: date, year: bool = False) -> str:
    """A date in English, whatever the machine's language: "Sat, Dec 5"."""
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]
    month = (
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    )[day.month - 1]  # fmt: skip
    return f"{weekday}, {month} {day.day}" + (f", {day.year}" if year else "")


def _unbroken(when: str) -> str:
    """A date, or two, that no line may cut."""
    return " to ".join(html.escape(day).replace(" ", "&nbsp;") for day in when.split(" to "))


def _list(tasks: Sequence[tuple[str, str]]) -> str:
    lines = "".join(f'<li style="margin:0">{_link(*task)}</li>' for task in tasks)
    return f'<ul style="margin:0;padding-left:1.1em">{lines}</ul>'


def _link(text: str, file: str) -> str:
    safe = html.escape(text)
    style = "color:inherit;text-decoration:underline"
    return f'<a href="{html.escape(file)}" style="{style}">{safe}</a>' if file else safe
