"""The plan for the days until an exam, as a table with a text form."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from workbook import paths, progress
from workbook.exercises import standing
from workbook.questions import bank
from workbook.questions.bank import BankError
from workbook.study import days, schedule
from workbook.study.blueprint import Blueprint, Topic, blueprints, find, percent
from workbook.study.days import Day, Entry, Plan
from workbook.study.deck import wrong_in_exams
from workbook.study.observations import observations
from workbook.study.schedule import EXAM_DATE, exam_date
from workbook.study.sitting import sittings
from workbook.widgets._markdown import to_plain
from workbook.widgets.cards import Card

EXAM = "d381"
"""The exam whose topics weigh the lessons, if the learner names none."""
_LATELY = timedelta(days=days.WEEK)
"""A mock exam that was taken so lately is not planned again."""
SHORT = "short"
SHEETS = "study-sheets.html"
DIAGNOSTIC = "diagnostic"
_HOW = 'Write the day of your exam as year-month-day in quotes: `study_plan("2026-12-05")`.'
_UNASKED = "Left out, and not asked by this exam as far as we know"
_LEFT = "text-align:left;vertical-align:top;white-space:normal;padding:.3em .6em"
_BOX = "max-width:46em;color:var(--jp-ui-font-color1,#1f1f1f)"


class StudyPlan:
    """A plan as it is shown: rows of day, what to do, and minutes; then what was left out.

    `titles` are those of lessons and exams, `files` the notebooks of the lessons, `notes` what to
    say below, `weights` each lesson's share of the exam (0 to 1).
    """

    def __init__(
        self,
        plan: Plan,
        titles: dict[str, str],
        files: dict[str, str],
        notes: Sequence[str] = (),
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self.plan = plan
        self.weights = weights or {}
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
                tasks.append((f"Sheet{'s' * (len(run) > 1)} {names}, {each}", SHEETS))
            else:
                tasks += [(self._said(entry), self._file(entry)) for entry in run]
        return tasks or [("Nothing planned: time in hand", "")]

    def _said(self, entry: Entry) -> str:
        title = self.titles.get(entry.about, entry.about)
        match entry.kind:
            case "diagnostic":
                return "The diagnostic, 15 questions"
            case "cards":
                return "Flashcards, those that are due first; if they take longer, stop there"
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
        mock = "92-mock-exam.ipynb"
        rooms = {"cards": "91-flashcards.ipynb", "mock": mock, "review": mock, "again": SHEETS}
        if entry.kind in ("lesson", "mend"):
            return self.files.get(entry.about, "")
        return rooms.get(entry.kind, "")

    def left_out(self) -> list[str]:
        """What found no place, the heaviest first."""
        return [text for _, texts in self._left_out() for text in texts]

    def _left_out(self) -> list[tuple[str, list[str]]]:
        """What found no place, below headings: what the exam does not ask stands by itself."""
        out = self.plan.left_out

        def unasked(entry: Entry) -> bool:
            return bool(self.weights and entry.about) and (
                entry.kind != "mock" and not self.weights.get(entry.about)
            )

        asked = [self._out(entry) for entry in out if not unasked(entry)]
        rest = [self._out(entry) for entry in out if unasked(entry)]
        first = "Left out, the heaviest first" if self.weights and len(asked) > 1 else "Left out"
        return [(head, texts) for head, texts in ((first, asked), (_UNASKED, rest)) if texts]

    def _out(self, entry: Entry) -> str:
        if entry.kind == "mock":
            return self._said(entry)
        share = self.weights.get(entry.about, 0.0) if entry.kind in ("lesson", "mend") else 0.0
        of = f", {percent(share)} of the exam" if share else ""
        return f"{self._said(entry)} ({entry.minutes} minutes{of})"

    def __repr__(self) -> str:
        lines = [f"• {self.caption}"]
        for when, tasks, minutes in self.rows():
            lines.append(f"{when} ({minutes} minutes): {'; '.join(text for text, _ in tasks)}")
        lines.append(f"{_day(self.plan.exam)}: the exam")
        lines += [
            f"{head.partition(', the')[0]}: {text}"
            for head, texts in self._left_out()
            for text in texts
        ]
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
        left = ""
        for name, texts in self._left_out():
            out = "".join(f"<li>{html.escape(text)}</li>" for text in texts)
            left += f'<p style="margin:.6em 0 0">{name}</p><ul>{out}</ul>'
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
    lessons ("d381" or "ga4"). The day is kept in the record, so that cards keep to it; without
    one, the day in the record counts. What cannot be planned gets a card; nothing is raised.
    """
    try:
        return _planned(exam_day, minutes_a_day, bool(code), str(exam).strip().lower())
    except BankError as fault:
        return Card("info", str(fault))
    except Exception as fault:  # a plan is a help: whatever is wrong, a learner sees a card
        return Card(
            "info",
            f"No plan can be made in this copy ({type(fault).__name__}). Download the workbook "
            "again, or run `python -m workbook doctor`.",
        )


def _planned(exam_day: object, minutes: object, code: bool, exam: str) -> StudyPlan | Card:
    # The learner's day, as the cards count it: who plans past midnight is still in yesterday.
    today, events = schedule.day(_now()), progress.events()
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
    sat = [one for one in sittings(events) if one.ended]
    lately = {one.blueprint for one in sat if one.ended and _now() - one.ended < _LATELY}
    mocks = [mock for mock in mocks if mock.name not in lately]
    if wanted != known:
        progress.record(EXAM_DATE, EXAM_DATE, date=wanted.isoformat())
    record = _record(events)
    twins = {q.id: q.twin for one in there for q in _bank(one.number) if q.twin}
    shares = days.shares([(t.weight, t.objectives) for t in chosen.topics]) if chosen else {}
    weights = {one.number: shares[one.number] for one in there if one.number in shares}

    def plan(route: bool) -> Plan:
        lessons = days.needs(there, record, code=route, twins=twins, weights=weights)
        return days.plan(
            today, wanted, int(minutes), lessons, mocks,
            diagnosed=any(one.blueprint == DIAGNOSTIC for one in sat),
            carded=bool(wrong_in_exams(events)) or any(e["kind"] == "card" for e in events),
        )  # fmt: skip

    made = plan(code)
    titles = {one.number: one.title for one in there} | {one.name: one.title for one in mocks}
    aim = "now aim" if wanted != known else "aim"
    before = f", no longer at {_long(known)}" if known and wanted != known else ""
    notes = [f"Your cards {aim} at this day, too{before}."]
    if slashes := _slashes(exam_day):
        notes.insert(0, f"I read {str(exam_day).strip()} as {_long(slashes)}.")
    notes += _order(made, days.needs(there, record, code=code, twins=twins, weights=weights))
    notes += _covered(chosen, weights, there)
    notes += _notes(made, weights, plan(False) if code and made.left_out else None)
    notes += _no_mock(made, mocks, int(minutes))
    notes.append("On the last evening before the exam stop early, and rest.")
    return StudyPlan(made, titles, {one.number: one.file for one in there}, notes, weights)


def _now() -> datetime:
    return datetime.now(UTC)


def _read(given: object) -> date | None:
    """A day as people write it where no reader can take it for another; else None."""
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    parts = re.fullmatch(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", str(given).strip(), re.ASCII)
    try:
        return date(*map(int, parts.groups())) if parts else _slashes(given)
    except ValueError:
        return None


def _slashes(given: object) -> date | None:
    """A day as it is written in the US, month first (12/05/2026), else None."""
    parts = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", str(given).strip(), re.ASCII)
    try:
        return date(int(parts[3]), int(parts[1]), int(parts[2])) if parts else None
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
    outside = [one for one in there if one != SHORT]
    if name in (SHORT, DIAGNOSTIC) or (name and name not in there and outside):
        known = " or ".join(f'`exam="{one}"`' for one in outside)
        raise BankError(f'"{name[:40]}" is no exam to plan for. Write {known}.')
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


def _order(made: Plan, lessons: Sequence[days.Lesson]) -> list[str]:
    """How the sheets are ordered that do not follow a lesson."""
    after = set(made.first)  # a sheet follows its lesson
    order = [e.about for e in made.entries if e.kind == "sheet" and e.about not in after]
    listed = [one for one in days.by_gain(lessons) if one.number in order]
    if order != [one.number for one in listed]:
        return []
    weighed = any(one.weight for one in lessons)
    counted = [one for one in listed if one.weight or not weighed]
    by = ["weight in the exam"] * (len({one.weight for one in listed}) > 1)
    by += ["your first answers so far"] * (len({one.wrong_share for one in counted}) > 1)
    if not by:  # all alike: they stand in the course's order
        return []
    sheets = "A sheet follows its lesson; the other sheets" if after else "The sheets"
    said = f"{sheets} begin where you have most to gain, by {' and by '.join(by)}."
    if any(entry.kind == "diagnostic" for entry in made.entries):
        said += " Run this cell again after the diagnostic: then its answers count, too."
    return [said]


def _covered(
    exam: Blueprint | None, weights: Mapping[str, float], there: Sequence[days.Course]
) -> list[str]:
    """How much of the exam the lessons of this copy teach, and what they do not."""
    if exam is None or exam.name == SHORT or not exam.topics:
        return []
    share, name = sum(weights.values()), exam.name.upper()
    have = {one.number for one in there}

    def taught(topic: Topic) -> int:
        lessons = (re.fullmatch(r"L(\d+)\.\d+", one) for one in topic.objectives)
        return sum(1 for one in lessons if one and f"{int(one[1]):02d}" in have)

    none = [topic.name for topic in exam.topics if not taught(topic)]
    some = [one.name for one in exam.topics if 0 < taught(one) < len(one.objectives)]
    said = (
        f"All lessons so far cover {percent(share)} of {name}'s topics, as far as we could infer "
        "them."
    )
    if none or some:
        where = "in no lesson yet" if exam.packs else "not in this workbook yet"
        rest = round(100 - 100 * share)
        missing = "; ".join([*none, *(f"parts of “{one}”" for one in some)])
        said += f" The other {rest} % are {where}: {missing}."
        if exam.packs:
            said += " The mock exam and the flashcards ask some of that."
    return [said]


def _notes(made: Plan, weights: dict[str, float], without: Plan | None) -> list[str]:
    """How much of the exam is left out, and what to do first."""
    notes = []
    if share := _weight_out(made, weights):
        heavy = {e.about for e in made.left_out if e.kind == "sheet" and weights.get(e.about)}
        notes.append(
            f"For lessons on {percent(share)} of the exam there is no time: this plan leaves out "
            "the lessons" + (", and has their sheets, one page each." if not heavy else ".")
        )
        more = 0.0 if without is None else share - _weight_out(without, weights)
        if more >= 0.005:
            notes.append(
                f"On the route without code (code=False) {percent(more)} more of the exam fits."
            )
    out = any(entry.kind in ("lesson", "mend") for entry in made.left_out)
    if out and made.first and (share or not weights):
        begin = ", ".join(made.first)
        notes.append(f"Too few days for all: do first what is planned, in this order: {begin}.")
    return notes


def _no_mock(made: Plan, mocks: Sequence[days.Mock], minutes: int) -> list[str]:
    """Why a mock exam found no place."""
    if not mocks:
        return []
    if any(entry.kind == "mock" for entry in made.entries):
        return [
            f"A mock exam of {entry.minutes} minutes needs a day with as many and a day after "
            "it for mending, and should not take more than a third of all your time."
            for entry in made.left_out
            if entry.kind == "mock"
        ]
    if len(made.days) == 1:
        return ["No mock exam: no day would be left to mend what it shows."]
    short = min(mock.minutes for mock in mocks)
    takes = f"No mock exam: even the shortest takes {short} minutes"
    if short > minutes:
        return [f"{takes} in one sitting, and your days have {minutes}."]
    return [
        f"{takes}, and {days.MEND} more on the day after it. In so few days the rest of this plan "
        "serves you more."
    ]


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


def _long(day: date) -> str:
    """A date in full: "December 5, 2026"."""
    month = (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    )[day.month - 1]  # fmt: skip
    return f"{month} {day.day}, {day.year}"


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
