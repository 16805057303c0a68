"""The plan for the days until an exam: its promises hold for any record, and it says what it
leaves out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbook import paths, progress
from workbook.exercises.standing import replay
from workbook.study import days
from workbook.study.blueprint import BlueprintError
from workbook.study.days import Course, Lesson, Mock, Plan, Record
from workbook.study.schedule import exam_date
from workbook.widgets import study_plan as widget
from workbook.widgets.cards import Card
from workbook.widgets.study_plan import StudyPlan, study_plan

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parents[2]
SHORT, LONG = Mock("short", "Short mock exam", 25), Mock("long", "Long mock exam", 75)


def lesson(number: int, minutes: int = 50, weight: float = 0.125, **more: object) -> Lesson:
    return Lesson(f"{number:02d}", f"Lesson {number}", minutes, weight, **more)  # type: ignore[arg-type]


ALL = [lesson(number) for number in range(8)]


def plan(count: int, minutes: int, lessons: list[Lesson] = ALL, **more: object) -> Plan:
    mocks = more.pop("mocks", [SHORT, LONG])
    exam = TODAY + timedelta(days=count)
    return days.plan(TODAY, exam, minutes, lessons, mocks, **more)  # type: ignore[arg-type]


@st.composite
def _lessons(draw: st.DrawFn) -> list[Lesson]:
    numbers = draw(st.lists(st.integers(0, 14), unique=True, max_size=10))
    found = []
    for number in numbers:
        state = draw(st.sampled_from(["new", "begun", "weak", "done"]))
        minutes = {"weak": days.MEND, "done": 0}.get(state)
        if minutes is None:
            minutes = 5 * draw(st.integers(2, 24))
        weight = draw(st.sampled_from([0.0, 0.05, 0.1, 0.3]))
        needed = draw(st.booleans()) and number == 0
        asked = draw(st.integers(0, 6))
        right = draw(st.integers(0, asked))
        more = {"state": state, "needed": needed, "right": right, "asked": asked}
        found.append(lesson(number, minutes, weight, **more))
    return found


def _gain(one: Lesson, among: list[Lesson]) -> float:
    """What a lesson has to gain, as the plan's rules say it."""
    weight = one.weight if any(other.weight for other in among) else 1.0
    return weight * ((one.asked - one.right + 1) / (one.asked + 2))


_MOCKS = st.lists(
    st.builds(Mock, st.sampled_from("abc"), st.just("A mock"), st.integers(10, 120)),
    unique_by=lambda mock: mock.name,
    max_size=3,
)


@given(st.integers(1, 40), st.integers(20, 240), _lessons(), _MOCKS, st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_promises_hold_whatever_there_is_to_do(
    count: int, minutes: int, lessons: list[Lesson], mocks: list[Mock], done: bool, cards: bool
) -> None:
    made = plan(count, minutes, lessons, mocks=mocks, diagnosed=done, carded=cards)
    assert [day.date for day in made.days] == [TODAY + timedelta(days=n) for n in range(count)]
    assert all(day.minutes <= minutes for day in made.days)
    if count > 1:
        assert made.days[-1].minutes <= days.LIGHT
    assert all(entry.minutes > 0 for entry in made.entries)
    # Nothing new on the last day, and no mock exam that leaves no day for mending.
    last = {entry.kind for entry in made.days[-1].entries}
    assert not last & {"mock", "lesson"}
    for day, after in zip(made.days, made.days[1:], strict=False):
        if mocked := [entry.about for entry in day.entries if entry.kind == "mock"]:
            assert [e.about for e in after.entries if e.kind == "review"] == mocked
    # Everything is planned whole, or named as left out; nothing is both.
    out = {(entry.kind, entry.about) for entry in made.left_out}
    for one in lessons:
        kind = "mend" if one.state == "weak" else "lesson"
        worked = sum(e.minutes for e in made.entries if (e.kind, e.about) == (kind, one.number))
        if one.minutes:
            assert (worked, (kind, one.number) in out) in [(one.minutes, False), (0, True)]
        sheets = [e for e in made.entries if (e.kind, e.about) == ("sheet", one.number)]
        assert len(sheets) == (("sheet", one.number) not in out)
    assert set(made.first) == {e.about for e in made.entries if e.kind in ("lesson", "mend")}
    planned = {entry.about for entry in made.entries if entry.kind == "mock"}
    if mocks:
        longest = max(mocks, key=lambda mock: (mock.minutes, mock.name))
        assert planned or ("mock", longest.name) in out
    diagnostics = [entry for entry in made.entries if entry.kind == "diagnostic"]
    assert len(diagnostics) == (not done and ("diagnostic", "") not in out)


@given(st.integers(2, 20), st.integers(30, 180), _lessons())
@settings(max_examples=100)
def test_a_sheet_never_stands_before_its_lesson(
    count: int, minutes: int, lessons: list[Lesson]
) -> None:
    entries = plan(count, minutes, lessons).entries
    for one in lessons:
        kinds = [e.kind for e in entries if e.about == one.number and e.kind != "mock"]
        if "sheet" in kinds and "lesson" in kinds:
            assert kinds[-1] == "sheet"


@given(st.integers(2, 40), st.integers(60, 240), _lessons(), _MOCKS, st.booleans())
@settings(max_examples=200, deadline=None)
def test_with_time_to_spare_all_comes_in_the_courses_order_by_the_last_mock_exam(
    count: int, minutes: int, lessons: list[Lesson], mocks: list[Mock], done: bool
) -> None:
    made = plan(count, minutes, lessons, mocks=mocks, diagnosed=done)
    mocked = [n for n, day in enumerate(made.days) if any(e.kind == "mock" for e in day.entries)]
    until = max(mocked, default=count - 2)
    learning = ("lesson", "mend", "sheet")
    taken = [sum(e.minutes for e in d.entries if e.kind not in learning) for d in made.days]
    # A day loses less than 20 minutes, since no part of a lesson is shorter than that.
    room = sum(max(0, minutes - day - 20) for day in taken[: until + 1])
    assume(room >= sum(one.minutes + days.SHEET for one in lessons))
    assert not [e for e in made.left_out if e.kind != "mock"]
    assert list(made.first) == sorted(one.number for one in lessons if one.minutes)
    worked = [e.about for e in made.entries if e.kind in ("lesson", "mend")]
    assert worked == sorted(worked)
    assert not [e for day in made.days[until + 1 :] for e in day.entries if e.kind == "lesson"]


@given(st.integers(1, 12), st.integers(20, 120), _lessons(), st.sampled_from([15, 35, 50, 90]))
@settings(max_examples=200, deadline=None)
def test_of_lessons_of_one_length_those_with_most_to_gain_are_planned(
    count: int, minutes: int, lessons: list[Lesson], each: int
) -> None:
    lessons = [replace(one, minutes=each, state="new", needed=False) for one in lessons]
    made = plan(count, minutes, lessons)
    kept = [_gain(one, lessons) for one in lessons if one.number in made.first]
    out = [_gain(one, lessons) for one in lessons if one.number not in made.first]
    assert min(kept, default=1.0) >= max(out, default=0.0)


@given(st.integers(1, 12), st.integers(20, 120), _lessons(), _MOCKS)
@settings(max_examples=200, deadline=None)
def test_sheets_come_in_the_order_of_what_they_have_to_gain(
    count: int, minutes: int, lessons: list[Lesson], mocks: list[Mock]
) -> None:
    made = plan(count, minutes, lessons, mocks=mocks)
    gain = {one.number: _gain(one, lessons) for one in lessons}
    free = [gain[number] for number in _sheets(made) if number not in made.first]
    assert free == sorted(free, reverse=True)
    out = [gain[entry.about] for entry in made.left_out if entry.kind == "sheet"]
    assert max(out, default=0.0) <= min((gain[n] for n in _sheets(made)), default=1.0)


def test_with_time_enough_all_is_planned_in_the_courses_order() -> None:
    made = plan(30, 90)
    assert made.left_out == ()
    assert list(made.first) == [one.number for one in ALL]
    work = [entry.about for entry in made.entries if entry.kind == "lesson"]
    assert work == sorted(work)


def test_time_to_spare_is_spread_over_the_days() -> None:
    lessons = [
        sum(e.minutes for e in day.entries if e.kind == "lesson") for day in plan(30, 90).days
    ]
    assert max(lessons) <= days.STEADY[0]


def test_too_few_days_leave_out_the_lightest_lesson() -> None:
    heavy, light = lesson(5, weight=0.5), lesson(1, weight=0.1)
    made = plan(3, 90, [light, heavy], mocks=[], diagnosed=True)
    assert made.left_out == ()
    made = plan(2, 80, [light, heavy], mocks=[], diagnosed=True)
    assert [(entry.kind, entry.about) for entry in made.left_out] == [("lesson", "01")]
    assert made.first == ("05",)


def test_wrong_first_answers_make_up_for_weight() -> None:
    """0.3 with both answers wrong has more to gain, 0.3 * 3/4, than 0.5 with both right."""

    def first(known: int, missed: int, asked: int) -> tuple[str, ...]:
        lessons = [
            lesson(1, weight=0.5, right=known, asked=asked),
            lesson(5, weight=0.3, right=missed, asked=asked),
        ]
        return plan(2, 80, lessons, mocks=[], diagnosed=True).first

    assert first(known=0, missed=0, asked=0) == ("01",)
    assert first(known=2, missed=0, asked=2) == ("05",)


def test_what_the_exam_does_not_ask_fills_no_gap() -> None:
    lessons = [lesson(0, 20, weight=0.0), lesson(1, 90, weight=0.5), lesson(2, 90, weight=0.5)]
    made = plan(2, 60, lessons, mocks=[], diagnosed=True)
    assert made.first == ()


def test_without_weights_any_lesson_that_fits_is_planned() -> None:
    lessons = [lesson(number, weight=0.0) for number in range(4)]
    assert plan(3, 60, lessons, mocks=[]).first == ("00",)


def test_what_the_others_build_on_comes_first() -> None:
    lessons = [lesson(0, 35, weight=0.0, needed=True), lesson(1, 90, weight=0.5), lesson(2)]
    assert plan(3, 60, lessons, mocks=[]).first[0] == "00"


def test_two_evenings_hold_the_diagnostic_and_every_sheet() -> None:
    made = plan(2, 60)
    assert made.days[0].entries[0].kind == "diagnostic"
    assert sum(entry.kind == "sheet" for entry in made.entries) == len(ALL)


def test_no_lesson_is_planned_only_because_others_would_build_on_it() -> None:
    lessons = [lesson(0, 35, weight=0.0, needed=True), *ALL[1:]]
    assert plan(2, 70, lessons, mocks=[]).first == ()


def test_a_mock_exam_leaves_most_of_the_time_for_learning() -> None:
    entries = plan(4, 75, mocks=[LONG]).entries
    assert "mock" not in {entry.kind for entry in entries}
    assert "mock" in {entry.kind for entry in plan(8, 75, mocks=[LONG]).entries}


def test_an_evening_too_short_for_all_sheets_has_those_that_weigh_most() -> None:
    lessons = [lesson(n, weight=n / 28) for n in range(8)]
    made = plan(1, 35, lessons)
    assert [e.about for e in made.entries if e.kind == "sheet"] == ["07", "06", "05"]
    assert ("sheet", "04") in {(e.kind, e.about) for e in made.left_out}


def _sheets(made: Plan) -> list[str]:
    return [entry.about for entry in made.entries if entry.kind == "sheet"]


def test_a_sheet_goes_by_weight_and_by_wrong_first_answers_alike() -> None:
    lessons = [
        lesson(1, weight=0.5, right=2, asked=2),
        lesson(2, weight=0.1),
        lesson(3, weight=0.2),
        lesson(4, weight=0.0, right=1, asked=2),
        lesson(5, weight=0.2, right=0, asked=2),
    ]
    made = plan(1, 60, lessons, mocks=[], diagnosed=True)
    assert _sheets(made) == ["05", "01", "03", "02", "04"]
    # What the exam does not ask is what gives way, whatever went wrong in it.
    assert _sheets(plan(1, 24, lessons, mocks=[], diagnosed=True)) == ["05", "01", "03", "02"]


def test_of_what_the_exam_does_not_ask_wrong_first_answers_come_first_and_lesson_00_last() -> None:
    wrong = {"right": 0, "asked": 3}
    lessons = [lesson(0, weight=0.0, **wrong), lesson(4, weight=0.0), lesson(6, weight=0.1)]
    lessons.append(lesson(11, weight=0.0, **wrong))
    assert [one.number for one in days.by_gain(lessons)] == ["06", "11", "04", "00"]


def test_cards_are_not_cut_for_a_sheet_that_the_exam_does_not_ask() -> None:
    asked = [lesson(n, weight=1 / 8) for n in range(1, 9)]
    made = plan(1, 60, [*asked, lesson(9, weight=0.0, right=0, asked=1)], diagnosed=True)
    assert [e.minutes for e in made.entries if e.kind == "cards"] == [days.CARDS]
    assert [e.about for e in made.left_out if e.kind == "sheet"] == ["09"]
    made = plan(1, 60, [*asked, lesson(9, weight=0.01)], diagnosed=True)
    assert [e.minutes for e in made.entries if e.kind == "cards"] == [days.CARDS // 2]


def test_lesson_00_comes_after_all_others_before_an_exam() -> None:
    lessons = [lesson(0, 20, weight=0.0), lesson(1, weight=0.5), lesson(4, weight=0.0)]
    short = plan(3, 60, lessons, mocks=[], diagnosed=True)
    assert set(short.first) == {"01", "04"}
    assert [one.number for one in days.by_gain(lessons)] == ["01", "04", "00"]
    assert set(plan(4, 60, lessons, mocks=[], diagnosed=True).first) == {"00", "01", "04"}


def test_time_left_goes_to_a_lesson_that_the_exam_does_not_ask() -> None:
    lessons = [lesson(1, 90, weight=1.0), lesson(4, 40, weight=0.0)]
    assert plan(2, 60, lessons, mocks=[], diagnosed=True).first == ("04",)


def test_a_lesson_may_begin_on_any_day_and_is_cut_up_least() -> None:
    lessons = [lesson(1, 40, weight=0.4), lesson(2, 60, weight=0.3), lesson(3, 500, weight=0.2)]
    made = plan(4, 70, lessons, mocks=[])
    for number in ("01", "02"):
        parts = [e for e in made.entries if (e.kind, e.about) == ("lesson", number)]
        assert len(parts) == 1


def test_a_long_lesson_is_not_spread_thin_where_the_days_have_room() -> None:
    made = plan(20, 90, [lesson(1, 110), lesson(2, 110)])
    for number in ("01", "02"):
        assert sum((e.kind, e.about) == ("lesson", number) for e in made.entries) <= 2


@given(st.integers(1, 20), st.integers(30, 180), _lessons())
@settings(max_examples=100)
def test_no_day_stands_half_empty_while_a_lesson_is_left_out(
    count: int, minutes: int, lessons: list[Lesson]
) -> None:
    made = plan(count, minutes, lessons, carded=True)
    out = [entry for entry in made.left_out if entry.kind == "lesson"]
    # Lesson 00, if the exam does not ask it, waits until nothing else is left out.
    weights = {one.number: one.weight for one in lessons}
    waits = len(out) > 1 and any(weights.values()) and not weights.get(days.NOTEBOOKS)
    fits = [entry.minutes for entry in out if not (waits and entry.about == days.NOTEBOOKS)]
    shortest = min(fits, default=999)
    for day in made.days[:-1]:
        assert minutes - day.minutes < max(shortest, days.CHUNK)


def test_the_evening_before_has_cards_beside_the_sheets_that_count() -> None:
    lessons = [lesson(0, weight=0.0), *(lesson(n, weight=1 / 7) for n in range(1, 8))]
    made = plan(1, 60, lessons, diagnosed=True)
    assert len(_sheets(made)) == 8 and "cards" in {entry.kind for entry in made.entries}
    made = plan(1, 65, lessons)
    assert "cards" in {entry.kind for entry in made.entries}
    assert [e.about for e in made.left_out if e.kind == "sheet"] == ["00"]


def test_two_evenings_hold_a_short_mock_exam_where_sheets_and_cards_leave_room() -> None:
    made = plan(2, 60, diagnosed=True)
    kinds = {entry.kind for entry in made.entries}
    assert kinds >= {"mock", "review", "cards"} and len(_sheets(made)) == len(ALL)
    assert "mock" not in {entry.kind for entry in plan(2, 60).entries}


def test_the_longest_exam_that_fits_is_the_last_mock() -> None:
    mocks = [e.about for e in plan(20, 90).entries if e.kind == "mock"]
    assert mocks[-1] == "long" and "short" in mocks
    made = plan(20, 60)
    assert {e.about for e in made.entries if e.kind == "mock"} == {"short"}
    assert [(e.kind, e.about) for e in made.left_out] == [("mock", "long")]


@pytest.mark.parametrize(("count", "minutes"), [(0, 60), (-1, 60), (367, 60), (5, 19), (5, 601)])
def test_what_cannot_be_planned_is_refused(count: int, minutes: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        plan(count, minutes)


def test_planning_a_whole_year_takes_no_second() -> None:
    started = datetime.now()
    plan(366, 60)
    assert datetime.now() - started < timedelta(seconds=1)


# --- what there is to do -----------------------------------------------------------------------


def test_every_built_lesson_tells_its_minutes_and_contents() -> None:
    found = days.courses(ROOT / "notebooks")
    built = sorted(path.name for path in (ROOT / "notebooks").glob("0*.ipynb"))
    assert [one.file for one in found] == built
    for one in found:
        assert 0 < one.no_code < one.core
        assert one.questions and one.exercises
        assert all(name.startswith(one.number) for name in (*one.questions, *one.exercises))


def test_a_torn_notebook_is_passed_over(tmp_path: Path) -> None:
    good = {"cell_type": "markdown", "source": "# 03 A title\n\n*Core core 40 minutes*"}
    (tmp_path / "03-good.ipynb").write_text(json.dumps({"cells": [good]}))
    (tmp_path / "01-torn.ipynb").write_text('{"cells": [')
    (tmp_path / "02-none.ipynb").write_text('{"cells": []}')
    (tmp_path / "04-other.ipynb").write_text("[1]")
    (tmp_path / "90-room.ipynb").write_text(json.dumps({"cells": [good]}))
    assert [(one.number, one.core, one.no_code) for one in days.courses(tmp_path)] == [
        ("03", 40, 40)
    ]


COURSE = Course("01", "One", 50, 30, ("01-a", "01-b"), ("01-q01", "01-q02", "01-q03"))
TWINS = {"01-q02": "01-a", "01-q03": "01-b"}


def _needs(record: Record, code: bool = True) -> Lesson:
    [found] = days.needs([COURSE], record, code=code, twins=TWINS, weights={"01": 0.4})
    return found


def _record(*events: tuple[str, str, str]) -> Record:
    raw = [{"kind": kind, "item": item, "verdict": verdict} for kind, item, verdict in events]
    answered = {event["item"] for event in raw if event["kind"] == "answer"}
    return Record(replay(raw), answered)


def test_a_lesson_not_begun_needs_the_minutes_of_the_route() -> None:
    assert (_needs(Record()).minutes, _needs(Record(), code=False).minutes) == (50, 30)
    assert _needs(Record()).weight == 0.4


def test_what_is_worked_through_is_taken_off() -> None:
    begun = _record(("answer", "01-q01", "wrong"))
    assert (_needs(begun).state, _needs(begun).minutes) == ("begun", 35)
    done = _record(
        ("answer", "01-q01", "right"), ("check", "01-a", "right"), ("check", "01-b", "right")
    )
    assert (_needs(done).state, _needs(done).minutes) == ("done", 0)
    assert _needs(done, code=False).state == "begun"


def test_a_twin_stands_for_its_exercise() -> None:
    answers = [("answer", name, "right") for name in COURSE.questions]
    assert _needs(_record(*answers)).state == "done"
    assert _needs(_record(*answers), code=False).state == "done"


def test_a_failed_check_works_nothing_through() -> None:
    assert _needs(_record(("check", "01-a", "wrong"))).state == "new"


def test_a_lesson_that_went_wrong_at_first_is_weak() -> None:
    done = _record(*(("answer", name, "right") for name in COURSE.questions))
    often = Record(done.items, done.answered, {"01": (2, 5)})
    assert (_needs(often).state, _needs(often).minutes) == ("weak", days.MEND)
    too_few = Record(done.items, done.answered, {"01": (0, 3)})
    assert _needs(too_few).state == "done"


def test_lesson_00_is_needed_on_the_route_with_code_only() -> None:
    start = Course("00", "Start", 35, 25, (), ("00-q01",))
    [found] = days.needs([start], Record(), code=True, twins={}, weights={"01": 1.0})
    assert not found.needed  # no exam asks for it
    for code in (True, False):
        [found] = days.needs([start], Record(), code=code, twins={}, weights={})
        assert found.needed == code


def test_a_topics_weight_is_divided_among_its_objectives() -> None:
    found = days.shares([(3, ["L1.1", "L1.2", "L2.1"]), (1, ["GA.1", "L2.2"])])
    assert found == pytest.approx({"01": 0.5, "02": 0.375})
    assert days.shares([]) == {}


# --- what a learner sees -----------------------------------------------------------------------


def _clock(monkeypatch: pytest.MonkeyPatch, hour: int) -> None:
    moment = datetime.combine(TODAY, time(hour)).astimezone()
    monkeypatch.setattr(widget, "_now", lambda: moment)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _clock(monkeypatch, 12)
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))


def test_a_plan_is_a_table_with_a_text_form_and_keeps_the_day() -> None:
    shown = study_plan("2026-12-05")
    assert isinstance(shown, StudyPlan)
    assert exam_date(progress.events()) == date(2026, 12, 5)
    bundle = shown._repr_mimebundle_()
    assert bundle["text/html"].count("<tr>") == len(shown.rows()) + 2
    for when, tasks, _ in shown.rows():
        assert when in bundle["text/plain"]
        assert when in bundle["text/html"].replace("&nbsp;", " ")
        assert all(text in bundle["text/plain"] for text, _ in tasks)
    assert "Sat, Dec 5: the exam" in repr(shown)


def test_the_day_in_the_record_counts_if_none_is_given() -> None:
    assert "study_plan(" in repr(study_plan(""))
    study_plan("2026-12-05")
    study_plan("2026-12-05")
    assert len(progress.events()) == 1
    again = study_plan()
    assert isinstance(again, StudyPlan) and again.plan.exam == date(2026, 12, 5)
    study_plan(date(2026, 12, 6))
    assert exam_date(progress.events()) == date(2026, 12, 6)


@pytest.mark.parametrize(
    "said",
    ["2026-11-21", "2026-11-22", "2028-01-01", "5.12.2026", "25/12/2026", "soon", "2026-02-30", 5],
)
def test_a_day_that_cannot_be_planned_gets_plain_words(said: object) -> None:
    shown = study_plan(said)
    assert isinstance(shown, Card)
    assert progress.events() == []


def test_the_day_of_a_plan_turns_when_that_of_the_cards_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _clock(monkeypatch, 3)
    shown = study_plan(TODAY)
    assert isinstance(shown, StudyPlan)
    assert [day.date for day in shown.plan.days] == [TODAY - timedelta(days=1)]
    _clock(monkeypatch, 4)
    assert "The exam is today" in repr(study_plan(TODAY))


@pytest.mark.parametrize("said", ["2026-12-5", "2026/12/05", " 2026.12.05 ", datetime(2026, 12, 5)])
def test_a_day_is_read_as_people_write_it(said: object) -> None:
    shown = study_plan(said)
    assert isinstance(shown, StudyPlan) and shown.plan.exam == date(2026, 12, 5)


@pytest.mark.parametrize("minutes", [0, 5, 1000, "an hour", None, True, float("nan")])
def test_minutes_that_cannot_be_planned_get_plain_words(minutes: object) -> None:
    shown = study_plan("2026-12-05", minutes)
    assert isinstance(shown, Card) and "minutes" in repr(shown)


def test_an_unknown_exam_gets_a_card_that_names_the_nearest() -> None:
    assert "ga4" in repr(study_plan("2026-12-05", exam="gaa4"))


def test_a_copy_without_exams_plans_without_mocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widget, "blueprints", lambda: [])
    shown = study_plan("2026-12-05")
    assert isinstance(shown, StudyPlan)
    assert "mock" not in {entry.kind for entry in shown.plan.entries}


def test_whatever_fails_shows_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> object:
        raise OSError("no disk")

    monkeypatch.setattr(widget, "_exams", broken)
    assert "OSError" in repr(study_plan("2026-12-05"))
    assert issubclass(BlueprintError, Exception)


def test_what_is_left_out_is_named_with_its_weight() -> None:
    shown = study_plan("2026-11-24", minutes_a_day=60)
    assert isinstance(shown, StudyPlan)
    out = shown.left_out()
    assert len(out) == len(shown.plan.left_out) > 0
    assert any("of the exam" in note for note in shown.notes)
    assert all(text in repr(shown) for text in out)


def test_the_route_without_code_is_named_where_more_of_the_exam_fits_on_it() -> None:
    with_code = study_plan("2026-11-29", 60)
    without = study_plan("2026-11-29", 60, code=False)
    assert isinstance(with_code, StudyPlan) and isinstance(without, StudyPlan)
    assert any("code=False" in note for note in with_code.notes)
    assert not any("code=False" in note for note in without.notes)


def test_days_of_cards_only_are_one_row() -> None:
    shown = study_plan("2027-02-22", 60)
    assert isinstance(shown, StudyPlan)
    assert len(shown.plan.days) == 92 > len(shown.rows())
    assert any(" to " in when and minutes.endswith("a day") for when, _, minutes in shown.rows())


def test_a_diagnostic_that_is_done_is_not_planned_again() -> None:
    stamp = "diagnostic-20261122T090000-abcd"
    item = {"id": "01-q13", "seed": 0, "hash": "0" * 8, "places": None}
    progress.record(
        "exam", stamp, what="start", blueprint="diagnostic", title="Diagnostic", seed=1,
        items=[item], minutes=None, extra=0.0,
    )  # fmt: skip
    running = study_plan("2026-12-05")
    assert isinstance(running, StudyPlan)
    assert "diagnostic" in {entry.kind for entry in running.plan.entries}
    progress.record("exam", stamp, what="end", why="handed in", verdicts={"01-q13": "right"})
    done = study_plan("2026-12-05")
    assert isinstance(done, StudyPlan)
    assert "diagnostic" not in {entry.kind for entry in done.plan.entries}


@pytest.mark.parametrize(("days_ago", "planned"), [(1, False), (8, True)])
def test_a_mock_exam_of_the_last_week_is_not_planned_again(days_ago: int, planned: bool) -> None:
    began = widget._now() - timedelta(days=days_ago)
    item = {"id": "01-q13", "seed": 0, "hash": "0", "places": None}
    start = {
        "what": "start", "n": 0, "blueprint": "short", "title": "Short", "seed": 1,
        "items": [item], "minutes": 25, "extra": 0.0,
    }  # fmt: skip
    end = {"what": "end", "n": 1, "why": "handed in", "verdicts": {"01-q13": "right"}}
    base = {"t": began.isoformat(), "kind": "exam", "item": "short-x"}
    progress.append([{**base, **start}, {**base, **end}])
    shown = study_plan("2026-12-05", 120, exam="ga4")
    assert isinstance(shown, StudyPlan)
    assert ("short" in {entry.about for entry in shown.plan.entries}) == planned


def test_links_lead_to_notebooks_beside_the_page() -> None:
    shown = study_plan("2026-12-05", 120)
    assert isinstance(shown, StudyPlan)
    linked = {file for _, tasks, _ in shown.rows() for _, file in tasks if file}
    lessons = {path.name for path in paths.notebooks_dir().glob("0*.ipynb")}
    rooms = {"91-flashcards.ipynb", "92-mock-exam.ipynb", "study-sheets.html"}
    assert linked == lessons | rooms


def _notes(*said: object, **more: object) -> str:
    shown = study_plan(*said, **more)  # type: ignore[arg-type]
    assert isinstance(shown, StudyPlan)
    return "\n".join(shown.notes)


def test_a_day_with_the_month_first_is_read_and_said() -> None:
    assert "I read 12/05/2026 as December 5, 2026." in _notes("12/05/2026")
    assert exam_date(progress.events()) == date(2026, 12, 5)
    assert "I read" not in _notes("2026-12-05")


def test_it_is_said_that_the_cards_aim_at_the_day_too() -> None:
    assert "Your cards now aim at this day, too." in _notes("2026-12-05")
    assert "Your cards aim at this day, too." in _notes("2026-12-05")
    later = _notes("2026-12-06")
    assert "Your cards now aim at this day, too, no longer at December 5, 2026." in later


def test_an_exam_is_named_in_any_case_and_short_is_none() -> None:
    _notes("2026-12-05")
    assert _notes("2026-12-05", exam="GA4") == _notes("2026-12-05", exam="ga4")
    for name in ("short", "diagnostic"):
        shown = study_plan("2026-12-05", exam=name)
        assert isinstance(shown, Card) and "ga4" in repr(shown)
        assert "short" not in repr(shown).partition("Write")[2]


def test_what_no_lesson_covers_is_said_before_what_is_left_out() -> None:
    notes = _notes("2026-11-23")
    chosen = next(one for one in widget.blueprints() if one.name == "d381")
    there = {path.name[:2] for path in paths.notebooks_dir().glob("0*.ipynb")}
    none = [
        one.name for one in chosen.topics
        if not any(f"{int(name[1:].partition('.')[0]):02d}" in there for name in one.objectives)
    ]  # fmt: skip
    assert none and all(name in notes for name in none)
    assert notes.index("All lessons so far cover") < notes.index("there is no time")
    told = notes.partition("cover ")[2]
    covered, rest = (int(told.partition(word)[0].split()[-2]) for word in (" of D381", " are not"))
    assert covered + rest == 100


def test_no_lesson_without_weight_stands_below_the_heaviest_first() -> None:
    shown = study_plan("2026-11-24")
    assert isinstance(shown, StudyPlan)
    heads = dict(shown._left_out())
    heavy = heads["Left out, the heaviest first"]
    assert not any(text.startswith(("Lesson 00", "Lesson 04")) for text in heavy)
    assert all("% of the exam" in text for text in heavy if text.startswith("Lesson"))


def _diagnosed(**verdicts: str) -> None:
    """A diagnostic that is handed in, with the verdict on one question of each lesson."""
    stamp = "diagnostic-20261122T090000-abcd"
    asked = {"l00": "00-q01", "l01": "01-q13", "l05": "05-q07"}
    found = {asked[name]: verdict for name, verdict in verdicts.items()}
    items = [{"id": name, "seed": 0, "hash": "0" * 8, "places": None} for name in found]
    progress.record(
        "exam", stamp, what="start", blueprint="diagnostic", title="Diagnostic", seed=1,
        items=items, minutes=None, extra=0.0,
    )  # fmt: skip
    progress.record("exam", stamp, what="end", why="handed in", verdicts=found)


def test_the_diagnostic_orders_the_sheets_and_the_plan_says_so() -> None:
    assert "most to gain, by weight in the exam. Run this cell again after" in _notes("2026-11-23")
    _diagnosed(l01="right", l05="wrong")
    shown = study_plan("2026-11-23", 120)
    assert isinstance(shown, StudyPlan)
    order = _sheets(shown.plan)
    # 11 % of the exam, but right: behind 10 %. 4 %, but wrong: before 5 %.
    assert order.index("06") < order.index("01") and order.index("05") < order.index("02")
    said = "most to gain, by weight in the exam and by your first answers so far."
    assert any(note.startswith("The sheets") and note.endswith(said) for note in shown.notes)
    assert "cards" in {entry.kind for entry in shown.plan.days[0].entries}
    longer = study_plan("2026-11-25", 90)
    assert isinstance(longer, StudyPlan) and longer.plan.first
    assert any(f"the other sheets begin where you have {said}" in note for note in longer.notes)


def test_a_wrong_answer_in_what_no_exam_asks_takes_no_sheets_place() -> None:
    _diagnosed(l00="wrong")
    shown = study_plan("2026-11-23", 30)
    assert isinstance(shown, StudyPlan)
    assert "06" in _sheets(shown.plan) and "00" not in _sheets(shown.plan)
    # It moves no other sheet, so it is not named as a reason.
    assert any(note.endswith("most to gain, by weight in the exam.") for note in shown.notes)


def test_the_order_of_sheets_has_no_reason_but_those_that_hold() -> None:
    def said(*lessons: Lesson) -> list[str]:
        return widget._order(plan(1, 60, list(lessons), diagnosed=True), lessons)

    right, wrong = {"right": 1, "asked": 1}, {"right": 0, "asked": 1}
    by = "The sheets begin where you have most to gain, by"
    assert said(lesson(1), lesson(2)) == []  # the course's order
    assert said(lesson(1, **right), lesson(2, **right)) == []
    assert said(lesson(1), lesson(2, **wrong)) == [f"{by} your first answers so far."]
    assert said(lesson(1, weight=0.0), lesson(2, weight=0.0, **right)) == [
        f"{by} your first answers so far."
    ]
    # Of what the exam does not ask, no answer moves a sheet before one that it does ask.
    unasked = lesson(4, weight=0.0, **wrong)
    for more in ([], [unasked]):
        lessons = [lesson(1, weight=0.1), lesson(2, weight=0.2), *more]
        assert said(*lessons) == [f"{by} weight in the exam."]
    assert said(lesson(1, weight=0.1), lesson(2, weight=0.2, **right)) == [
        f"{by} weight in the exam and by your first answers so far."
    ]


def test_why_there_is_no_mock_exam_is_true_of_short_days_and_of_few() -> None:
    [short] = [note for note in _notes("2026-12-22", 20).split("\n") if "No mock" in note]
    assert short.endswith("takes 25 minutes in one sitting, and your days have 20.")
    [few] = [note for note in _notes("2026-11-24", 40).split("\n") if "No mock" in note]
    assert "takes 25 minutes, and 15 more on the day after it. In so few days" in few
    assert "No mock" not in _notes("2026-12-22", 25)


def test_the_evening_before_links_the_sheets_and_the_cards_and_says_why_no_mock() -> None:
    shown = study_plan("2026-11-23")
    assert isinstance(shown, StudyPlan)
    linked = {file for _, tasks, _ in shown.rows() for _, file in tasks}
    assert linked >= {"91-flashcards.ipynb", "study-sheets.html"}
    assert any(note.startswith("No mock exam: no day") for note in shown.notes)
