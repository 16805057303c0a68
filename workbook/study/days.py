"""A plan for the days left until an exam. Pure: what is to do and how much time there is, in; days
with minutes and what does not fit, out.

The rules, in the order in which they win:

* No day holds more than its minutes. The day before the exam, unless it is the only one left, holds
  at most `LIGHT` of them, and nothing new: what went wrong, sheets, cards.
* First the diagnostic, then every lesson's sheet, then mock exams, then whole lessons: the sheets
  serve the whole exam in the time of one lesson, and go before cards.
* A mock exam is taken in one sitting, on a day after which at least one is left for mending.
* What does not fit is left out by exam weight, the smallest first, and is named.
* If all fits, lessons come in the course's order, and no faster than they have to, by the last
  mock exam; if not, the heaviest first.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from workbook import cells
from workbook.exercises.standing import Item

DIAGNOSTIC = 15
"""Minutes of the diagnostic."""
SHEET = 6
"""Minutes of a sheet with its three questions."""
MEND = 15
"""Minutes to go again through what went wrong in a lesson, or in a short mock exam."""
AGAIN = 15
"""Minutes to read all sheets once more, at most; a third of it at least."""
CARDS = 10
"""Minutes of cards a day; half of it on days of less than half an hour."""
LIGHT = 45
"""Minutes of the day before the exam, at most; then rest."""
MOCK_PART = 3
"""The last mock exam, mended, takes one part in so many of all minutes at most: the rest is for
learning."""
CHUNK = 15
"""Minutes below which it does not pay to open a lesson."""
FEWEST, MOST = 20, 600
"""Minutes a day that can be planned."""
FARTHEST = 366
"""Days ahead that can be planned."""
STEADY = (30, 45, 60, 90)
"""Minutes of lessons a day that are tried first where there is time to spare."""
WEEK = 7

Kind = Literal["diagnostic", "cards", "lesson", "mend", "sheet", "mock", "review", "again"]
State = Literal["new", "begun", "weak", "done"]


@dataclass(frozen=True)
class Lesson:
    """A lesson as the plan sees it: `minutes` still to go, its share of the exam (0 to 1).

    `weak`: worked through, and often wrong at first; its minutes are those of mending. `needed`:
    the others build on it, whatever its share.
    """

    number: str
    title: str
    minutes: int
    weight: float = 0.0
    state: State = "new"
    needed: bool = False


@dataclass(frozen=True)
class Mock:
    """A mock exam that can be taken: its name, title and minutes."""

    name: str
    title: str
    minutes: int


@dataclass(frozen=True)
class Entry:
    """One thing to do: its kind, minutes, and the lesson or mock exam it is about."""

    kind: Kind
    minutes: int
    about: str = ""


@dataclass(frozen=True)
class Day:
    """One day's entries, in the order in which to do them."""

    date: date
    entries: tuple[Entry, ...]

    @property
    def minutes(self) -> int:
        """What the entries take together."""
        return sum(entry.minutes for entry in self.entries)


@dataclass(frozen=True)
class Plan:
    """The days from today to the eve of the exam, and what found no place in them.

    `first`: the lessons that are planned, in the order of work.
    """

    exam: date
    days: tuple[Day, ...]
    left_out: tuple[Entry, ...]
    first: tuple[str, ...]

    @property
    def entries(self) -> list[Entry]:
        """All that is planned, in the order of time."""
        return [entry for day in self.days for entry in day.entries]


def plan(
    today: date,
    exam: date,
    minutes_a_day: int,
    lessons: Sequence[Lesson],
    mocks: Sequence[Mock] = (),
    *,
    diagnosed: bool = False,
    carded: bool = False,
) -> Plan:
    """Plan the days from `today` to the day before `exam`.

    `diagnosed`: the diagnostic is done; `carded`: there are cards due already (else from the
    second day on). Raises ValueError if the exam is not after today or farther than `FARTHEST`
    days, or if the minutes are not between `FEWEST` and `MOST`.
    """
    count = (exam - today).days
    if not 0 < count <= FARTHEST:
        raise ValueError(f"the exam must be 1 to {FARTHEST} days away")
    if not FEWEST <= minutes_a_day <= MOST:
        raise ValueError(f"minutes a day must be {FEWEST} to {MOST}")
    table = _Table(today, count, minutes_a_day)
    left_out: list[Entry] = []
    if not diagnosed and not table.add(0, Entry("diagnostic", DIAGNOSTIC)):
        left_out.append(Entry("diagnostic", DIAGNOSTIC))
    mock_day, missing = _add_mocks(table, mocks, SHEET * len(lessons))
    left_out += missing
    bare = table.copy()
    cards = CARDS if minutes_a_day >= 30 else CARDS // 2
    for place in range(0 if carded else 1, count):
        table.add(place, Entry("cards", cards))
    best, kept, sheets = _fill(table, lessons, mock_day)
    if len(sheets) < len(lessons):  # a sheet is worth more than the cards of its day
        best, kept, sheets = _fill(bare, lessons, mock_day)
    if count > 1 and (rest := best.free(count - 1)) >= AGAIN // 3:
        best.add(count - 1, Entry("again", min(AGAIN, rest)))
    for one in _by_weight(lessons):
        if one not in kept and one.minutes:
            left_out.append(_work(one))
        if one not in sheets:
            left_out.append(Entry("sheet", SHEET, one.number))
    return Plan(exam, best.days(), tuple(left_out), tuple(one.number for one in kept))


class _Table:
    """The days while they are filled."""

    def __init__(self, today: date, count: int, minutes: int) -> None:
        self.today = today
        self.count = count
        self.room = [minutes] * count
        if count > 1:
            self.room[-1] = min(minutes, LIGHT)
        self.entries: list[list[Entry]] = [[] for _ in range(count)]

    def copy(self) -> _Table:
        other = _Table(self.today, self.count, 0)
        other.room = list(self.room)
        other.entries = [list(day) for day in self.entries]
        return other

    def free(self, place: int) -> int:
        return self.room[place] - sum(entry.minutes for entry in self.entries[place])

    def add(self, place: int, entry: Entry) -> bool:
        """Put an entry on a day if it fits there; whether it did."""
        if not 0 < entry.minutes <= self.free(place):
            return False
        self.entries[place].append(entry)
        return True

    def days(self) -> tuple[Day, ...]:
        order = ("diagnostic", "review", "cards", "lesson", "mend", "sheet", "mock", "again")
        # These three keep the order in which they were put: a sheet stands behind its lesson.
        rank = {kind: place for place, kind in enumerate(order)}
        rank["mend"] = rank["sheet"] = rank["lesson"]
        return tuple(
            Day(
                self.today + timedelta(days=place),
                tuple(sorted(entries, key=lambda entry: rank[entry.kind])),
            )
            for place, entries in enumerate(self.entries)
        )


def _add_mocks(table: _Table, mocks: Sequence[Mock], sheets: int) -> tuple[int, list[Entry]]:
    """Put mock exams and the day after each on the table.

    The longest that fits is the last one; a shorter one goes before it, a week apart. Gives the
    day of the last one (or the last day for lessons, if there is none), and the longest exam if it
    found no place.
    """
    by_length = sorted(mocks, key=lambda mock: (mock.minutes, mock.name))
    most = sum(table.room) / MOCK_PART
    last = table.count - 3 if table.count > 3 else table.count - 2
    placed: list[Mock] = []
    for mock in reversed(by_length):
        # On the first day the diagnostic and the sheets come first.
        before = sheets if last == 0 else 0
        if mock.minutes + _review(mock) > most:
            continue
        if last >= 0 and before + mock.minutes <= table.free(last) and _add_mock(table, last, mock):
            placed.append(mock)
            break
    if placed and by_length:
        place = last - WEEK
        while place >= 2 and len(placed) < 3:
            if not _add_mock(table, place, by_length[0]):
                break
            placed.append(by_length[0])
            place -= WEEK
    missing = [
        Entry("mock", mock.minutes, mock.name) for mock in by_length[-1:] if mock not in placed
    ]
    return (last if placed else table.count - 2), missing


def _add_mock(table: _Table, place: int, mock: Mock) -> bool:
    """A mock exam and, on the day after it, the time to mend what it showed; both or neither."""
    review = Entry("review", _review(mock), mock.name)
    if table.free(place + 1) < review.minutes:
        review = replace(review, minutes=MEND)
    if table.free(place + 1) < review.minutes:
        return False
    return table.add(place, Entry("mock", mock.minutes, mock.name)) and table.add(place + 1, review)


def _review(mock: Mock) -> int:
    """Minutes to mend what a mock exam showed."""
    return max(MEND, 5 * math.ceil(0.4 * mock.minutes / 5))


def _fill(
    table: _Table, lessons: Sequence[Lesson], mock_day: int
) -> tuple[_Table, list[Lesson], list[Lesson]]:
    """The table with as many sheets, then as many lessons, as fit; which ones."""
    work = [one for one in lessons if one.minutes]
    course = sorted(lessons, key=lambda one: one.number)
    in_order = sorted(work, key=lambda one: one.number)
    for pace in (*STEADY, MOST):  # time enough for all?
        if done := _filled(table, in_order, course, mock_day, pace):
            return done, in_order, course
    if done := _filled(table, in_order, course, table.count - 2, MOST):
        return done, in_order, course
    best, sheets = table, list[Lesson]()
    for one in _by_weight(lessons):
        if done := _filled(table, [], [*sheets, one], table.count - 2, MOST):
            best, sheets = done, [*sheets, one]
    needed = [one for one in work if one.needed]
    chosen = _chosen(table, [*needed, *(one for one in _by_weight(work) if not one.needed)], sheets)
    if chosen and all(one.needed for one in chosen):  # it serves nothing that is planned
        chosen = _chosen(table, [one for one in _by_weight(work) if not one.needed], sheets)
    return _filled(table, chosen, sheets, table.count - 2, MOST) or best, chosen, sheets


def _chosen(table: _Table, work: Sequence[Lesson], sheets: Sequence[Lesson]) -> list[Lesson]:
    """Those lessons that fit, each tried in turn beside the sheets and those taken before."""
    kept: list[Lesson] = []
    weighed = any(one.weight for one in work)
    for one in work:
        if weighed and not (one.weight or one.needed or one.state == "weak"):
            continue  # what the exam does not ask must not fill what a heavier one was too long for
        if _filled(table, [*kept, one], sheets, table.count - 2, MOST):
            kept.append(one)
    return kept


def _by_weight(lessons: Iterable[Lesson]) -> list[Lesson]:
    return sorted(lessons, key=lambda one: (-one.weight, one.number))


def _filled(
    table: _Table, work: Sequence[Lesson], sheets: Sequence[Lesson], until: int, pace: int
) -> _Table | None:
    """The table with this work, in this order, and these sheets; None if they do not all fit.

    Lessons end on day `until` and take `pace` minutes a day at most. A sheet follows its lesson.
    """
    table = table.copy()
    place, spent = 0, Counter[int]()
    placed = set()
    for one in work:
        left = one.minutes
        # Mending is not new: it may stand on the last day, too.
        end = table.count - 1 if one.state == "weak" else until
        while left:
            if place > end:
                return None
            part = min(left, table.free(place), pace - spent[place])
            if part < left:
                part = 0 if one.state == "weak" else _part(left, part)
            if part <= 0:
                place += 1
                continue
            table.add(place, replace(_work(one), minutes=part))
            spent[place] += part
            left -= part
        if one in sheets:
            if not _add_sheet(table, one, place):
                return None
            placed.add(one.number)
    rest = (one for one in sheets if one.number not in placed)
    return table if all(_add_sheet(table, one, 0) for one in rest) else None


def _add_sheet(table: _Table, one: Lesson, first: int) -> bool:
    """Put a lesson's sheet on the first day from `first` on that has room; whether one had."""
    sheet = Entry("sheet", SHEET, one.number)
    return any(table.add(place, sheet) for place in range(first, table.count))


def _part(left: int, room: int) -> int:
    """How much of a lesson to do on a day that has not room for all; 0 if it does not pay."""
    part = room - room % 5
    if left - part < CHUNK:  # no crumb for the next day, if that can be had
        part = left - CHUNK if left >= 2 * CHUNK else min(part, left - 5)
    return part if part >= min(left, CHUNK) else 0


def _work(one: Lesson) -> Entry:
    return Entry("mend" if one.state == "weak" else "lesson", one.minutes, one.number)


# --- what there is to do -----------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """A lesson as its notebook tells: title, minutes of the two routes, and what stands above
    *Stretch* (exercise keys, question ids)."""

    number: str
    title: str
    core: int
    no_code: int
    exercises: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    file: str = ""


_TITLE = re.compile(r"# (\d\d) ([^\n]+)")
_STRETCH = re.compile(r"^#{1,2} Stretch\b", re.MULTILINE)
_QUIZ = re.compile(r"^\s*quiz\(([^()]*)\)", re.MULTILINE)
FIRST_ROOM = "90"
"""From this number on a notebook is a room to study in, not a lesson."""


def courses(notebooks: Path) -> list[Course]:
    """The lessons of a folder of notebooks, in order. One that cannot be read is passed over."""
    found = []
    for path in sorted(notebooks.glob("[0-9][0-9]-*.ipynb")):
        if path.name < FIRST_ROOM:
            try:
                found.append(_course(json.loads(path.read_text("utf-8")), path.name))
            except (OSError, ValueError, LookupError, TypeError, AttributeError):
                continue
    return found


def _course(notebook: Mapping[str, Any], file: str) -> Course:
    head = cells.source(notebook["cells"][0])
    title = _TITLE.match(head)
    core = re.search(r"core (\d+) minutes", head)
    no_code = re.search(r"without code (\d+) minutes", head)
    if not title or not core:
        raise ValueError(f"{file} has no title with minutes")
    exercises: list[str] = []
    questions: list[str] = []
    for cell in notebook["cells"][1:]:
        text = cells.source(cell)
        if cell["cell_type"] == "markdown" and _STRETCH.search(text):
            break
        if cell["cell_type"] == "code":
            if key := cell.get("metadata", {}).get("key"):
                exercises.append(str(key))
            for call in _QUIZ.findall(text):
                questions += re.findall(r"[\"']([\w-]+)[\"']", call)
    return Course(
        title[1],
        title[2].strip(),
        int(core[1]),
        int((no_code or core)[1]),
        tuple(exercises),
        tuple(questions),
        file,
    )


DONE = 0.8
"""The share of a lesson's questions and exercises from which on it counts as worked through."""
WEAK, SEEN = 0.6, 4
"""Weak: fewer than this share right at the first try, of at least so many."""


@dataclass(frozen=True)
class Record:
    """What the learner's record says: histories by item, items with any answer (predictions and
    decisions too), and right first answers by lesson as (right, of)."""

    items: Mapping[str, Item] = field(default_factory=dict)
    answered: Collection[str] = ()
    first: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def needs(
    there: Iterable[Course],
    record: Record,
    *,
    code: bool,
    twins: Mapping[str, str],
    weights: Mapping[str, float],
) -> list[Lesson]:
    """What each lesson still needs, by the record.

    `code`: the route with code, on which lesson 00 teaches what all others use. `twins`: by
    question, the exercise that asks the same; one of the two is enough. `weights`: each lesson's
    share of the exam.
    """
    found = []
    for one in there:
        whole = one.core if code else one.no_code
        state, minutes = _state(one, record, code, twins), 0
        share = _share(one, record, code, twins)
        if state in ("new", "begun"):
            minutes = max(CHUNK, 5 * math.ceil(whole * (1 - share) / 5))
        elif state == "weak":
            minutes = MEND
        needed = code and one.number == "00" and state != "done"
        weight = weights.get(one.number, 0.0)
        found.append(Lesson(one.number, one.title, minutes, weight, state, needed))
    return found


def _share(one: Course, record: Record, code: bool, twins: Mapping[str, str]) -> float:
    """The share of a route that is worked through."""
    done = set(record.answered)
    done |= {name for name, item in record.items.items() if item.solved or item.solution}
    done |= {twins[name] for name in done & twins.keys()}
    if code:
        asked = [*one.exercises, *(q for q in one.questions if twins.get(q) not in one.exercises)]
    else:
        asked = list(one.questions)
    return sum(name in done for name in asked) / len(asked) if asked else 0.0


def _state(one: Course, record: Record, code: bool, twins: Mapping[str, str]) -> State:
    share = _share(one, record, code, twins)
    if share < DONE:
        return "begun" if share else "new"
    right, of = record.first.get(one.number, (0, 0))
    return "weak" if of >= SEEN and right < WEAK * of else "done"


def shares(topics: Iterable[tuple[float, Sequence[str]]]) -> dict[str, float]:
    """Each lesson's share of an exam, from its topics' weights and objectives ("L7.2" is lesson
    07). A topic's weight is divided evenly among its objectives; what no lesson teaches takes its
    part and belongs to nobody."""
    found: defaultdict[str, float] = defaultdict(float)
    whole = 0.0
    for weight, objectives in topics:
        whole += weight
        for name in objectives:
            if lesson := re.fullmatch(r"L(\d+)\.\d+", name):
                found[f"{int(lesson[1]):02d}"] += weight / len(objectives)
    return {number: part / whole for number, part in sorted(found.items())} if whole else {}
