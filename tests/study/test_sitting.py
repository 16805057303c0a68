"""Sittings of mock exams replayed from the record, whatever the record holds."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study_bank import exam, product, single

from workbook import progress
from workbook.questions import bank
from workbook.questions.drawing import draw as numbers_of
from workbook.study import sitting as s
from workbook.study.blueprint import BlueprintError
from workbook.study.sitting import Sitting

QUESTIONS = [*(single(f"01-q{n}") for n in range(4)), product("02-q1", "L2.1")]
ASKED = [question.id for question in QUESTIONS]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTES = 10


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Room:
    """A learner in an exam of ten minutes, and the record's events of it."""

    def __init__(self, extra: float = 0.0, **more: Any) -> None:
        step = s.start(exam(5, minutes=MINUTES, **more), QUESTIONS, [], 1, NOON, extra)
        self.events = [s.event(*step, NOON)]
        self.now = s.begun(*step, NOON)

    def does(self, step: tuple[str, dict[str, Any]], seconds: float) -> Room:
        event = s.event(*step, at(seconds))
        self.events.append(json.loads(json.dumps(event)))
        self.now = s.after(self.now, event)
        return self

    def answer(self, name: str, given: Any, seconds: float, took: float = 30) -> Room:
        return self.does(s.answer(self.now, name, given, took), seconds)

    def end(self, seconds: float, why: s.Why = "handed in") -> Room:
        return self.does(s.end(self.now, QUESTIONS, why), seconds)

    @property
    def replayed(self) -> Sitting:
        (found,) = s.sittings(self.events)
        return found


# --- an exam from start to end ------------------------------------------------------------------


def test_replay_gives_what_was_answered_flagged_and_spent() -> None:
    room = Room().answer("01-q0", 2, 40).answer("01-q1", 0, 60)
    room.does(s.flag(room.now, "01-q1", True), 61).does(s.flag(room.now, "01-q0", True), 62)
    room.does(s.flag(room.now, "01-q0", False), 63).does(s.seen(room.now, "02-q1", 12.5), 80)
    room.answer("01-q1", 3, 100, 4).answer("01-q0", None, 110, 1)
    found = room.replayed
    assert found.answers == {"01-q1": 3}  # the first was taken back, the second changed
    assert found.flags == {"01-q1"}
    assert found.seconds == {"01-q0": 31, "01-q1": 34, "02-q1": 12.5}
    assert (found.ended, found.why, found.verdicts) == (None, None, {})


def test_a_widget_that_follows_step_by_step_knows_what_a_replay_knows() -> None:
    room = Room().answer("01-q0", 2, 40).does(s.flag(Room().now, "01-q0", True), 41)
    room.answer("02-q1", "12", 50).end(60)
    assert room.now == room.replayed


def test_the_start_holds_all_that_a_new_kernel_needs() -> None:
    room = Room(extra=0.25)
    found = room.replayed
    assert (found.blueprint, found.title, found.seed) == ("mini", "Mini", 1)
    assert {item.id: item.hash for item in found.items} == {q.id: q.hash for q in QUESTIONS}
    assert found.id.startswith("mini-20261122T120000-")
    assert found.deadline == NOON + timedelta(minutes=12.5)


def test_two_sittings_begun_in_one_second_have_names_of_their_own() -> None:
    names = {s.start(exam(5), QUESTIONS, [], seed, NOON)[0] for seed in range(20)}
    assert len(names) == 20


def test_nothing_before_the_end_tells_a_mark() -> None:
    room = Room().answer("01-q0", 2, 40).does(s.seen(Room().now, "01-q1", 5), 45)
    assert "verdicts" not in json.dumps(room.events)
    assert not {"right", "wrong"} & set(json.dumps(room.events).split('"'))


def test_a_bank_without_a_fitting_question_cannot_begin() -> None:
    with pytest.raises(BlueprintError, match="no question for the exam mini"):
        s.start(exam(5), [], [], 1, NOON)


def test_what_the_learner_met_is_drawn_last_and_noted() -> None:
    events: list[dict[str, Any]] = [
        {"t": NOON.isoformat(), "kind": "answer", "item": "01-q0"},
        {"t": NOON.isoformat(), "kind": "card", "item": "question:01-q1", "rating": 3},
        {"t": NOON.isoformat(), "kind": "check", "item": "01-q2"},  # an exercise's key
    ]
    step = s.start(exam(2, topics=exam().topics[:1]), QUESTIONS, events, 1, NOON)
    assert s.begun(*step, NOON).met == frozenset()
    assert {item.id for item in s.begun(*step, NOON).items} == {"01-q2", "01-q3"}
    again = s.start(exam(4, topics=exam().topics[:1]), QUESTIONS, events, 1, NOON)
    assert s.begun(*again, NOON).met == {"01-q0", "01-q1"}
    third = s.start(exam(5), QUESTIONS, [s.event(*again, NOON)], 1, at(9))
    assert s.begun(*third, at(9)).met == {"01-q0", "01-q1", "01-q2", "01-q3"}


# --- the clock ----------------------------------------------------------------------------------


def test_the_wall_clock_decides_how_much_time_is_left() -> None:
    found = Room().replayed
    assert found.remaining(NOON) == 600
    assert found.remaining(at(450)) == 150
    assert found.remaining(at(700)) == 0
    assert found.remaining(at(-3600)) == 600  # a clock set back does not show more than there was
    assert Room(extra=0.5).replayed.remaining(at(600)) == 300


def test_without_a_clock_there_is_no_deadline_and_the_exam_waits_for_weeks() -> None:
    step = s.start(exam(5, minutes=None), QUESTIONS, [], 1, NOON)
    events = [s.event(*step, NOON)]
    later = NOON + timedelta(weeks=3)
    found = s.running(events, later)
    assert found is not None
    assert (found.deadline, found.remaining(later)) == (None, None)
    assert s.expired(events, later) == []


@pytest.mark.parametrize(("seconds", "counts"), [(599, True), (605, True), (605.1, False)])
def test_an_answer_counts_until_five_seconds_after_the_deadline(
    seconds: float, counts: bool
) -> None:
    room = Room().answer("01-q0", 1, 30).answer("01-q0", 2, seconds)
    assert room.replayed.answers["01-q0"] == (2 if counts else 1)
    assert room.replayed.seconds["01-q0"] == (60 if counts else 30)


def test_extra_time_moves_the_deadline_for_answers_too() -> None:
    assert Room(extra=1.0).answer("01-q0", 2, 1204).replayed.answers == {"01-q0": 2}
    assert Room(extra=1.0).answer("01-q0", 2, 1206).replayed.answers == {}


def test_extra_time_that_is_not_offered_is_none() -> None:
    assert Room(extra=99.0).replayed.extra == 0


def test_time_that_ran_out_unwatched_is_closed_at_the_deadline_by_whoever_opens_it() -> None:
    room = Room().answer("01-q0", 2, 30)
    assert s.running(room.events, at(599)) is not None
    assert s.running(room.events, at(601)) is None
    assert [found.id for found in s.expired(room.events, at(90_000))] == [room.now.id]
    room.end(90_000, "time")
    assert (room.replayed.ended, room.replayed.why) == (at(600), "time")
    assert room.replayed.verdicts["01-q0"] == "right"
    assert s.expired(room.events, at(90_001)) == []


def test_handed_in_long_after_the_deadline_is_time() -> None:
    assert Room().end(607).replayed.why == "time"
    assert Room().end(603).replayed.why == "handed in"
    assert Room().end(603).replayed.ended == at(600)


def test_running_is_the_latest_of_its_blueprint() -> None:
    first, other = Room(), Room(name="other")
    later = s.start(exam(5), QUESTIONS, [], 2, at(60))
    events = [s.event(*later, at(60)), *first.events, *other.events]
    running = s.running(events, at(70), "mini")
    assert running is not None
    assert running.started == at(60)
    latest = s.running(events, at(70))
    assert latest is not None
    assert latest.id == running.id
    assert s.running(events, at(70), "third") is None


# --- two kernels, and clocks that go back -------------------------------------------------------


def test_the_first_end_holds_and_a_second_kernels_comes_too_late() -> None:
    room = Room().answer("01-q0", 2, 30)
    other = room.now
    room.end(100)
    room.events.append(s.event(*s.answer(other, "01-q1", 2, 9), at(101)))
    room.events.append(s.event(*s.end(other, QUESTIONS, "time"), at(102)))
    found = room.replayed
    assert (found.ended, found.why, found.answers) == (at(100), "handed in", {"01-q0": 2})


def test_answers_given_before_the_clock_was_set_back_are_not_after_the_end() -> None:
    room = Room().answer("01-q0", 2, 300).answer("01-q1", 2, -200).end(-100)
    assert room.replayed.answers == {"01-q0": 2, "01-q1": 2}
    assert room.replayed.ended == at(300)  # never before what its writer knew


def test_an_answer_stamped_before_the_start_is_kept() -> None:
    assert Room().answer("01-q0", 2, -60).replayed.answers == {"01-q0": 2}


_ANSWERS = st.tuples(st.sampled_from(ASKED[:2]), st.integers(0, 3), st.integers(-90, 300))


@given(st.lists(_ANSWERS, min_size=1))
def test_whatever_the_clock_does_the_last_answer_given_is_the_one_that_counts(
    given_: list[tuple[str, int, int]],
) -> None:
    room = Room()
    for name, option, seconds in given_:
        room.answer(name, option, seconds)
    assert room.replayed.answers == {name: option for name, option, _ in given_}
    assert s.sittings(reversed(room.events)) == [room.now]


def test_two_answers_in_one_tick_of_the_clock_count_in_the_writers_order() -> None:
    for first, second in ((0, 2), (2, 0), (1, 3)):
        room = Room().answer("01-q0", first, 30).answer("01-q0", second, 30)
        assert s.sittings(reversed(room.events))[0].answers == {"01-q0": second}


def test_the_same_event_twice_counts_once() -> None:
    room = Room().answer("01-q0", 2, 30, took=20).end(50)
    assert s.sittings(room.events * 3) == [room.replayed]
    assert room.replayed.seconds == {"01-q0": 20}


# --- what a record may hold ---------------------------------------------------------------------


@pytest.mark.parametrize("odd", [-1, 86_401, float("nan"), float("inf"), "30", None, True, [3]])
def test_absurd_seconds_are_passed_over_and_their_answer_is_kept(odd: Any) -> None:
    room = Room().answer("01-q0", 1, 20, took=7)
    event = s.event(*s.answer(room.now, "01-q0", 2, 1), at(30)) | {"seconds": odd}
    found = s.sittings([*room.events, event])[0]
    assert (found.answers, found.seconds) == ({"01-q0": 2}, {"01-q0": 7})


ODD: list[Mapping[str, Any]] = [
    {"what": "answer", "question": "99-q1", "answer": 1},
    {"what": "answer", "question": ["01-q0"], "answer": 1},
    {"what": "answer", "question": "01-q0"},  # torn: no answer at all
    {"what": "answer"},
    {"what": "flag", "question": "01-q0", "on": "yes"},
    {"what": "paused", "question": "01-q0", "answer": 1},
    {"what": ["answer"], "question": "01-q0", "answer": 1},
    {"what": None},
    {},
    {"what": "start"},
    {"what": "answer", "question": "01-q0", "answer": 1, "t": "yesterday"},
    {"what": "answer", "question": "01-q0", "answer": 1, "t": "2026-11-22T12:01:00"},
    {"what": "answer", "question": "01-q0", "answer": 1, "t": 7},
    {"what": "answer", "question": "01-q0", "answer": 1, "item": 7},
    {"what": "answer", "question": "01-q0", "answer": 1, "kind": "answer"},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_event_that_says_nothing_usable_is_passed_over(odd: Mapping[str, Any]) -> None:
    room = Room().answer("01-q1", 2, 30)
    event = {"t": at(40).isoformat(), "kind": "exam", "item": room.now.id, **odd}
    found = s.sittings([event, *room.events])[0]
    assert (found.answers, found.flags) == ({"01-q1": 2}, frozenset())
    assert s.after(room.now, event).answers == {"01-q1": 2}


STARTS = [
    {"items": "all"}, {"items": []}, {"items": [{"id": 3, "seed": 1, "hash": "x"}]},
    {"minutes": -5}, {"minutes": "ten"}, {"minutes": 1e12}, {"minutes": float("nan")},
    {"minutes": 0}, {"minutes": True}, {"t": "9999-12-31T23:59:59+00:00"},
]  # fmt: skip


@pytest.mark.parametrize("odd", STARTS, ids=str)
def test_a_start_that_cannot_be_used_begins_nothing(odd: Mapping[str, Any]) -> None:
    room = Room().answer("01-q0", 2, 30)
    assert s.sittings([{**room.events[0], **odd}, *room.events[1:]]) == []


def test_a_start_with_an_odd_item_or_extra_keeps_the_rest() -> None:
    (start,) = Room().events
    items = [*start["items"], start["items"][0], {"id": "x"}, 7, None]
    for item in items[:5]:
        item["places"] = [0, 0, 5]
    (found,) = s.sittings([{**start, "items": items, "extra": "much", "seed": 1.5}])
    assert sorted(item.id for item in found.items) == sorted(ASKED)
    assert {item.places for item in found.items} == {None}
    assert (found.extra, found.seed) == (0, 0)


def test_verdicts_of_the_end_that_are_none_are_dropped() -> None:
    room = Room().end(50)
    room.events[-1]["verdicts"] = {"01-q0": "right", "01-q1": "great", "99-q9": "wrong", "02-q1": 1}
    assert room.replayed.verdicts == {"01-q0": "right"}


def test_a_record_on_disk_with_torn_lines_is_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    monkeypatch.delenv("WORKBOOK_NO_RECORD", raising=False)
    now = datetime.now(UTC)
    item, fields = s.start(exam(5), QUESTIONS, progress.events(), 1, now)
    assert progress.record("exam", item, **fields)
    sitting = s.begun(item, fields, now)
    for number, choice in enumerate((2, 1)):
        item, fields = s.answer(sitting, f"01-q{number}", choice, 3.04)
        assert progress.record("exam", item, **fields)
        sitting = s.after(sitting, s.event(item, fields, datetime.now(UTC)))
    with (tmp_path / "progress.jsonl").open("a") as file:
        file.write('{"v":1,"kind":"exam","item":"' + sitting.id + '","what":"answ')
    (found,) = s.sittings(progress.events())
    assert found.answers == sitting.answers == {"01-q0": 2, "01-q1": 1}
    assert found.items == sitting.items
    assert found.seconds == {"01-q0": 3.0, "01-q1": 3.0}


# --- marks --------------------------------------------------------------------------------------


def test_answers_are_marked_with_the_items_own_numbers_and_original_options() -> None:
    room = Room()
    item = room.now.item("02-q1")
    assert item is not None
    drawn = numbers_of(QUESTIONS[-1], item.seed)
    room.answer("02-q1", str(drawn["a"] * drawn["b"]), 20).answer("01-q0", 2, 30)
    room.answer("01-q1", 3, 40)
    marks = s.verdicts(room.now, QUESTIONS)
    assert list(marks) == [item.id for item in room.now.items]
    assert marks == {
        "02-q1": "right", "01-q0": "right", "01-q1": "wrong", "01-q2": "blank", "01-q3": "blank",
    }  # fmt: skip
    assert set(s.answered(room.now, QUESTIONS)) == {"02-q1", "01-q0", "01-q1"}


@pytest.mark.parametrize("torn", ["", "many", [], {}, [[]], 9, -1, True, 1.5, {"text": "x"}])
def test_what_cannot_be_marked_is_blank(torn: Any) -> None:
    assert s.verdicts(Room().answer("01-q0", torn, 9).now, QUESTIONS)["01-q0"] == "blank"


@pytest.mark.parametrize("kind", ["multiple", "order", "match", "classify", "numeric"])
@pytest.mark.parametrize(
    "torn", [None, "", "x", [], [None], [[]], ["0", "1", "2"], {}, [[["a"], 1], 2, 3], [0, 1, {}]]
)
def test_no_answer_of_any_type_raises(kind: str, torn: Any) -> None:
    parts = {
        "multiple": {"options": [{"text": t, "why": "x", "right": True} for t in "ab"]},
        "order": {"items": ["a", "b", "c"], "why": "x"},
        "match": {"pairs": [{"left": t, "right": t, "why": "x"} for t in "abc"]},
        "classify": {
            "labels": {"a": "A", "b": "B"},
            "rows": [{"text": t, "label": "a", "why": "x"} for t in "abc"],
        },
        "numeric": {"answer": 7, "why": "x"},
    }[kind]
    question = bank.build(
        {"id": "01-x", "objective": "L1.1", "bloom": "apply", "stem": "?", "type": kind, **parts}
    )
    step = s.start(exam(1, types=(kind,), pool="lesson"), [question], [], 1, NOON)
    sitting = s.begun(*step, NOON)
    sitting = s.after(sitting, s.event(*s.answer(sitting, "01-x", torn, 1), at(9)))
    assert s.verdicts(sitting, [question])["01-x"] in ("blank", "wrong")


def test_a_question_that_is_gone_or_asks_something_else_is_left_out() -> None:
    room = Room().answer("01-q0", 2, 9).answer("01-q1", 2, 10)
    changed = single("01-q1", stem="Something else?")
    now = [q for q in QUESTIONS if q.id not in ("01-q0", "01-q1")] + [changed]
    assert set(s.left_out(room.now, now)) == {"01-q0", "01-q1"}
    assert s.left_out(room.now, QUESTIONS) == []
    reworded = single(
        "01-q1", options=[{"text": c, "why": "in other words", "right": c == "c"} for c in "abcd"]
    )
    assert s.left_out(room.now, [*(q for q in QUESTIONS if q.id != "01-q1"), reworded]) == []


def test_a_question_that_cannot_be_computed_is_left_out_not_wrong() -> None:
    broken = product("02-q1", "L2.1", answer="a / 0")
    step = s.start(exam(1), [broken], [], 1, NOON)
    sitting = s.begun(*step, NOON)
    sitting = s.after(sitting, s.event(*s.answer(sitting, "02-q1", "7", 1), at(9)))
    assert s.verdicts(sitting, [broken]) == {}
    assert s.left_out(sitting, [broken]) == ["02-q1"]


# --- any record ---------------------------------------------------------------------------------

names = st.text(max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=4,
)
ticks = st.integers(-2, 14).map(lambda tick: 50.0 * tick)  # coarse, so that many are equal
ids = st.sampled_from([*ASKED, "99-q9"])
BEGUN = [
    (step, s.begun(*step, NOON))
    for step in (s.start(exam(5, minutes=MINUTES), QUESTIONS, [], n, NOON) for n in range(2))
]
ENDS = [dict(s.end(BEGUN[0][1], QUESTIONS, why)[1]) for why in ("handed in", "time")]
steps = st.one_of(
    st.fixed_dictionaries(
        {"what": st.just("answer"), "question": ids, "answer": st.none() | st.integers(0, 4),
         "seconds": st.sampled_from([0.1, 5, -3])}
    ),
    st.fixed_dictionaries({"what": st.just("flag"), "question": ids, "on": st.booleans()}),
    st.fixed_dictionaries({"what": st.just("seen"), "question": ids, "seconds": st.just(0.7)}),
    st.sampled_from(ENDS),
)  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A record of two sittings: sound steps at any time, some of them torn."""
    events = [s.event(*step, at(draw(ticks))) for step, _ in BEGUN]
    for step in draw(st.lists(steps, max_size=12)):
        _, sitting = draw(st.sampled_from(BEGUN))
        fields = {**step, "n": draw(st.integers(1, 3))}
        event = s.event(sitting.id, fields, at(draw(ticks)))
        if draw(st.integers(0, 9)) == 0:
            event[draw(st.sampled_from(sorted(event)))] = draw(json_values)
        events.append(event)
    return [json.loads(json.dumps(event)) for event in events]


anything = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


keys = st.sampled_from(
    ["t", "kind", "item", "what", "n", "items", "minutes", "question", "answer", "verdicts"]
)
words = st.sampled_from(["exam", "start", "end", "answer", NOON.isoformat()])


@anything
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_never_matters(
    events: list[dict[str, Any]], dice: random.Random
) -> None:
    mixed = dice.sample(events, len(events))
    # As text: a torn number may be NaN, which equals nothing.
    assert repr(s.sittings(mixed)) == repr(s.sittings(events))


@anything
@given(records(), st.randoms(use_true_random=False))
def test_events_that_come_twice_change_nothing(
    events: list[dict[str, Any]], dice: random.Random
) -> None:
    twice = events + [json.loads(json.dumps(event)) for event in dice.choices(events, k=4)]
    assert repr(s.sittings(twice)) == repr(s.sittings(events))


@anything
@given(records(), st.data())
def test_no_part_of_a_record_raises_and_nothing_comes_of_what_is_not_in_it(
    events: list[dict[str, Any]], data: st.DataObject
) -> None:
    part = data.draw(st.lists(st.sampled_from(events), max_size=len(events)))
    for found in s.sittings(part):
        assert found.ended is None or found.ended >= found.started
        assert found.deadline is None or found.ended is None or found.ended <= found.deadline
        assert set(found.answers) <= set(ASKED)
        assert set(s.verdicts(found, QUESTIONS)) == set(ASKED)
        assert s.seen_before(part) >= set(ASKED)
    s.running(part, at(300))
    s.expired(part, at(300))


@anything
@given(st.lists(st.dictionaries(keys, json_values | words, max_size=8), max_size=6))
def test_any_json_is_a_record_that_can_be_replayed(events: list[dict[str, Any]]) -> None:
    s.sittings(events)
    s.seen_before(events)


@anything
@given(
    st.lists(st.tuples(st.sampled_from(ASKED), st.none() | st.integers(0, 3)), max_size=25),
    st.data(),
)
def test_a_record_cut_off_anywhere_loses_only_what_came_after(
    done: list[tuple[str, int | None]], data: st.DataObject
) -> None:
    room = Room()
    for second, (name, given_) in enumerate(done):
        room.answer(name, given_, 1.0 + second)
    cut = data.draw(st.integers(0, len(done)))
    kept: dict[str, Any] = {}
    for name, given_ in done[:cut]:
        if given_ is None:
            kept.pop(name, None)
        else:
            kept[name] = given_
    (found,) = s.sittings(room.events[: 1 + cut])
    assert found.answers == kept
