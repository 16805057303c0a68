"""A plan for the days left until an exam. Pure: what is to do and how much time there is, in; days
with minutes and what does not fit, out.

The rules, in the order in which they win:

* No day holds more than its minutes. The day before the exam, unless it is the only one left, holds
  at most `LIGHT` of them, and nothing new: what went wrong, sheets, cards.
* First the diagnostic, then mock exams, the sheets of what the exam asks (all, if no lesson has any
  weight), cards, the other sheets, and last whole lessons: the sheets serve the whole exam in the
  time of one lesson.
* A mock exam is taken in one sitting, on a day after which at least one is left for mending. The
  last one takes a third of the time at most. Where none fits so, and two or three days are left,
  the shortest may take nearly half, if those sheets and cards still find room.
* Of lessons that do not all fit, each goes in that still fits, in the order of what it has to gain:
  the share of the exam times the share of wrong first answers. What the others build on goes
  before, if any of them goes in; lesson 00, if the exam does not ask it, only after all of them.
  What is left out is named.
* A sheet follows its lesson. The other sheets come in the order of what they have to gain, too, and
  if not all sheets fit, those with least are left out.
* If all lessons, or all but lesson 00, fit one after the other, they come in the course's order:
  what is new by the last mock exam, if that can be, and at the slowest pace at which the lesson in
  most parts has as few as can be (two are as good as one). If not, they come in any order that
  fits, so that lessons are cut up little.
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
NOTEBOOKS = "00"
"""The lesson about notebooks, which no exam asks for."""
IDLE = 20
"""Free minutes of a day above which more cards are planned, if lessons found no place."""
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
    the others build on it, whatever its share. `right` of `asked` first answers were right.
    """

    number: str
    title: str
    minutes: int
    weight: float = 0.0
    state: State = "new"
    needed: bool = False
    right: int = 0
    asked: int = 0

    @property
    def wrong_share(self) -> float:
        """The share of wrong first answers (0 to 1), with one right and one wrong more: few answers
        are no certainty, and none stand like one of two (Laplace's rule of succession)."""
        return (self.asked - self.right + 1) / (self.asked + 2)


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
    short = None if left_out else _with_short(table, mocks)
    filled, cards = _with_cards(short or table, lessons, count - 2 if short else mock_day, carded)
    if short and not cards:  # it takes the place of what serves more
        filled, _ = _with_cards(table, lessons, mock_day, carded)
    best, kept, sheets = filled
    left_out += [entry for entry in missing if entry.about not in best.mocks()]
    if count > 1 and (rest := best.free(count - 1)) >= AGAIN // 3:
        best.add(count - 1, Entry("again", min(AGAIN, rest)))
    if any(one.minutes and one not in kept for one in lessons):
        best.more_cards(0 if carded or count == 1 else 1)
    for one in _by_weight(lessons):
        if one not in kept and one.minutes:
            left_out.append(_work(one))
        if one not in sheets:
            left_out.append(Entry("sheet", SHEET, one.number))
    made = Plan(exam, best.days(), tuple(left_out), ())
    work = [entry.about for entry in made.entries if entry.kind in ("lesson", "mend")]
    return replace(made, first=tuple(dict.fromkeys(work)))


def _with_cards(
    table: _Table, lessons: Sequence[Lesson], mock_day: int, carded: bool
) -> tuple[Filled, int]:
    """The table filled beside cards, as many as leave room for every sheet that matters; and the
    minutes of cards a day.

    A sheet is worth more than the cards of its day, if the exam asks for its lesson.
    """
    full = CARDS if table.most >= 30 else CARDS // 2
    weighed = any(one.weight for one in lessons)
    # With one day left the cards have no second day to begin on.
    first = 0 if carded or table.count == 1 else 1
    for cards in (full, CARDS // 2):
        dealt = table.copy()
        for place in range(first, table.count):
            dealt.add(place, Entry("cards", cards))
        found = _fill(dealt, lessons, mock_day)
        missing = [one for one in lessons if one not in found[2]]
        if not any(one.weight or not weighed for one in missing):
            return found, cards
    return _fill(table, lessons, mock_day), 0


def _with_short(table: _Table, mocks: Sequence[Mock]) -> _Table | None:
    """Where so few days are left that no mock exam found its place: the table with the shortest on
    the last day but one, if that leaves more than half of the time."""
    if not mocks or table.mocks() or not 1 < table.count <= 3:
        return None
    short = min(mocks, key=lambda mock: (mock.minutes, mock.name))
    if short.minutes + MEND > 0.45 * sum(table.room):
        return None
    table = table.copy()
    return table if _add_mock(table, table.count - 2, short) else None


class _Table:
    """The days while they are filled."""

    def __init__(self, today: date, count: int, minutes: int) -> None:
        self.today = today
        self.count = count
        self.most = minutes
        self.room = [minutes] * count
        if count > 1:
            self.room[-1] = min(minutes, LIGHT)
        self.entries: list[list[Entry]] = [[] for _ in range(count)]

    def copy(self) -> _Table:
        other = _Table(self.today, self.count, self.most)
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

    def mocks(self) -> set[str]:
        """The mock exams on the table."""
        return {entry.about for day in self.entries for entry in day if entry.kind == "mock"}

    def more_cards(self, first: int) -> None:
        """Give cards what is left of days that would be half empty, from day `first` on."""
        for place in range(first, self.count):
            if (rest := self.free(place)) <= IDLE:
                continue
            day = self.entries[place]
            cards = sum(entry.minutes for entry in day if entry.kind == "cards")
            day[:] = [entry for entry in day if entry.kind != "cards"]
            day.append(Entry("cards", cards + min(rest - rest % 5, IDLE)))

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


Filled = tuple[_Table, list[Lesson], list[Lesson]]
"""A table with the lessons and the sheets that are on it."""


def _fill(table: _Table, lessons: Sequence[Lesson], mock_day: int) -> Filled:
    """The table with as many sheets, then as many lessons, as fit; which ones."""
    work = [one for one in lessons if one.minutes]
    ranked = by_gain(lessons)
    in_order = sorted(work, key=lambda one: one.number)
    weighed = any(one.weight for one in lessons)
    asked = [one for one in in_order if one.number != NOTEBOOKS or one.weight or not weighed]
    for wanted in (in_order, asked):  # time enough for all, or for all but lesson 00?
        paces = (*STEADY, MOST)
        tried = (_filled(table, wanted, ranked, mock_day, pace) for pace in paces)
        fits = [done for done in tried if done]
        fits = fits or [
            done for done in [_filled(table, wanted, ranked, table.count - 2, MOST)] if done
        ]
        if fits:
            return min(fits, key=_most_parts), wanted, ranked
    best, sheets = table, list[Lesson]()
    for one in ranked:
        if done := _filled(table, [], [*sheets, one], table.count - 2, MOST):
            best, sheets = done, [*sheets, one]
    needed = [one for one in work if one.needed]
    others = [one for one in ranked if one.minutes and not one.needed]
    chosen = _chosen(table, [*needed, *others], sheets)
    if chosen and all(one.needed for one in chosen):  # it serves nothing that is planned
        chosen = _chosen(table, others, sheets)
    return _packed(table, chosen, sheets) or best, chosen, sheets


def _most_parts(table: _Table) -> int:
    """Over how many days the lesson goes that is cut up most; 2 at least."""
    parts = Counter(e.about for day in table.entries for e in day if e.kind == "lesson")
    return max(2, *parts.values(), 2)


def _chosen(table: _Table, work: Sequence[Lesson], sheets: Sequence[Lesson]) -> list[Lesson]:
    """Those lessons that fit, each tried in turn beside the sheets and those taken before."""
    kept: list[Lesson] = []
    weighed = any(one.weight for one in work)
    for one in work:
        last = weighed and one.number == NOTEBOOKS and not (one.needed or one.weight)
        if last and len(kept) < len(work) - 1:
            continue
        if _packed(table, [*kept, one], sheets):
            kept.append(one)
    return kept


def _by_weight(lessons: Sequence[Lesson]) -> list[Lesson]:
    weighed = any(one.weight for one in lessons)
    return sorted(
        lessons, key=lambda one: (-one.weight, weighed and one.number == NOTEBOOKS, one.number)
    )


def by_gain(lessons: Sequence[Lesson]) -> list[Lesson]:
    """The lessons in the order of what they have to gain in the exam: weight times share of wrong
    first answers. Those without weight come last, and of them lesson 00; if none has any, each
    counts alike."""
    weighed = any(one.weight for one in lessons)

    def key(one: Lesson) -> tuple[float, bool, float, str]:
        gain = (one.weight if weighed else 1.0) * one.wrong_share
        # What the exam does not ask gains nothing: only among its like does it count what is wrong.
        return -gain, weighed and one.number == NOTEBOOKS, -one.wrong_share, one.number

    return sorted(lessons, key=key)


def _packed(table: _Table, work: Sequence[Lesson], sheets: Sequence[Lesson]) -> _Table | None:
    """The table with this work on whatever days, in as few parts as can be, and these sheets."""
    until = table.count - 2
    return _filled(table, work, sheets, until, MOST, anywhere=True) or _filled(
        table, work, sheets, until, MOST
    )


def _filled(
    table: _Table,
    work: Sequence[Lesson],
    sheets: Sequence[Lesson],
    until: int,
    pace: int,
    *,
    anywhere: bool = False,
) -> _Table | None:
    """The table with this work, in this order, and these sheets; None if they do not all fit.

    Lessons end on day `until` and take `pace` minutes a day at most. A sheet follows its lesson.
    `anywhere`: each lesson begins where it is cut up least, also before those ahead of it.
    """
    table = table.copy()
    place, spent = 0, Counter[int]()
    placed = set()
    for one in work:
        # Mending is not new: it may stand on the last day, too.
        end = table.count - 1 if one.state == "weak" else until
        starts = range(end + 1) if anywhere else [place]
        tried = [found for start in starts if (found := _laid(table, one, start, end, pace, spent))]
        if not tried:
            return None
        parts = min(tried, key=lambda days: (len(days), days[-1][0] - days[0][0]))
        for place, part in parts:  # the last place is where its sheet may stand
            table.add(place, replace(_work(one), minutes=part))
            spent[place] += part
        if one in sheets:
            if not _add_sheet(table, one, place):
                return None
            placed.add(one.number)
    rest = (one for one in sheets if one.number not in placed)
    return table if all(_add_sheet(table, one, 0) for one in rest) else None


def _laid(
    table: _Table, one: Lesson, place: int, end: int, pace: int, spent: Counter[int]
) -> list[tuple[int, int]] | None:
    """The days and minutes of a lesson that begins on day `place` or later; None if it does not
    fit until `end`."""
    left, found = one.minutes, list[tuple[int, int]]()
    while left:
        if place > end:
            return None
        part = min(left, table.free(place), pace - spent[place])
        if part < left:
            part = 0 if one.state == "weak" else _part(left, part)
        if part > 0:
            found.append((place, part))
            left -= part
        place += 1
    return found


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

    `code`: the route with code, on which lesson 00 teaches what all others use; before an exam
    (`weights`) it is not put before what is asked. `twins`: by
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
        needed = code and one.number == NOTEBOOKS and state != "done" and not weights
        weight = weights.get(one.number, 0.0)
        right, of = record.first.get(one.number, (0, 0))
        found.append(Lesson(one.number, one.title, minutes, weight, state, needed, right, of))
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
