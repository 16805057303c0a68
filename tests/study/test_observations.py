"""First exposures: what counts as evidence of what somebody knew, and what does not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.questions.bank import Option, Question, Single
from workbook.study.deck import of_question
from workbook.study.observations import Exposures, Observation, observations

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def single(name: str, objective: str = "L7.1", stem: str = "Which?") -> Single:
    options = [Option("this", "yes", right=True), Option("that", "no")]
    return Single(id=name, objective=objective, bloom="apply", stem=stem, options=options)


Q1, Q2, Q3 = single("07-q01"), single("07-q02", "L7.2"), single("ga4-q03", "GA.1")
BANK: list[Question] = [Q1, Q2, Q3]


class Record:
    """Events a minute apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, item: str, **fields: Any) -> Record:
        when = START + timedelta(minutes=len(self.events))
        self.events.append({"v": 1, "t": when.isoformat(), "kind": kind, "item": item, **fields})
        return self

    def answer(self, question: Question, verdict: str, **fields: Any) -> Record:
        known = {"hash": question.hash, "objective": question.objective, "pool": question.pool}
        return self.add("answer", question.id, verdict=verdict, **{**known, **fields})

    def sitting(self, *asked: tuple[Question, str], seconds: float = 20.0) -> Record:
        name = f"short-{len(self.events)}"
        items = [{"id": q.id, "seed": 0, "hash": q.hash, "places": None} for q, _ in asked]
        self.add(
            "exam", name, what="start", n=0, blueprint="short", title="", seed=1, items=items,
            minutes=25.0, extra=0.0,
        )  # fmt: skip
        for place, (question, _) in enumerate(asked, 1):
            self.add("exam", name, what="seen", n=place, question=question.id, seconds=seconds)
        said = {question.id: verdict for question, verdict in asked}
        return self.add("exam", name, what="end", n=99, why="handed in", verdicts=said)

    def found(self) -> list[Observation]:
        return observations(self.events, BANK)


def short(found: list[Observation]) -> list[tuple[str, str, bool]]:
    return [(one.item, one.source, one.right) for one in found]


def test_only_the_first_answer_counts() -> None:
    record = Record().answer(Q1, "wrong", attempt=1).answer(Q1, "right", attempt=2)
    assert short(record.found()) == [("07-q01", "question", False)]
    assert record.found()[0].objective == "L7.1"
    assert record.found()[0].when == START


def test_a_recall_of_what_was_answered_is_no_first_exposure() -> None:
    record = Record().answer(Q1, "wrong").answer(Q1, "right", asked="recall-08")
    assert short(record.found()) == [("07-q01", "question", False)]


def test_a_recall_that_asks_for_the_first_time_is_one() -> None:
    record = Record().answer(Q1, "right", asked="recall-08").answer(Q1, "wrong")
    assert short(record.found()) == [("07-q01", "question", True)]


def test_other_numbers_do_not_make_another_question() -> None:
    record = Record().answer(Q1, "wrong").answer(Q1, "right", seed=7)
    assert short(record.found()) == [("07-q01", "question", False)]


def test_a_question_whose_hash_changed_is_another_question() -> None:
    record = Record().answer(Q1, "wrong", hash="0000", objective="L7.9").answer(Q1, "right")
    assert short(record.found()) == [
        ("07-q01", "question", False),
        ("07-q01", "question", True),
    ]
    assert [one.objective for one in record.found()] == ["L7.9", "L7.1"]


def test_a_question_shown_as_a_flashcard_before_is_spent() -> None:
    record = Record().add("card", "question:07-q01", rating=3, hash=of_question(Q1).hash)
    record.answer(Q1, "right").answer(Q2, "right")
    record.add("card", "question:07-q02", rating=1, hash=of_question(Q2).hash)
    assert short(record.found()) == [("07-q02", "question", True)]
    exposures = Exposures(record.events, BANK)
    assert exposures.spent(Q1) and exposures.spent(Q2) and not exposures.spent(Q3)


def test_a_flashcard_of_an_older_wording_does_not_spend_the_question() -> None:
    old = of_question(replace(Q1, stem="Which one?"))
    record = Record().add("card", old.id, rating=3, hash=old.hash)
    assert not Exposures(record.events, BANK).spent(Q1)
    record.answer(Q1, "right").sitting((Q1, "wrong"))
    assert short(record.found()) == [("07-q01", "question", True)]


@pytest.mark.parametrize("verdict", ["self-rated", "written", "committed", "decided", "", None, 3])
def test_what_has_no_right_answer_is_no_observation(verdict: Any) -> None:
    for kind in ("answer", "commit", "decision"):
        record = Record().add(kind, Q1.id, verdict=verdict, hash=Q1.hash, objective="L7.1")
        assert record.found() == []


# --- exercises, hints, solutions ---------------------------------------------------------------


def test_an_exercise_counts_at_its_first_check_with_an_answer() -> None:
    record = Record().add("check", "07-a", verdict="not_attempted", objective="L7.2")
    assert record.found() == []
    record.add("check", "07-a", verdict="error", hash="x", objective="L7.2")
    record.add("check", "07-a", verdict="right", hash="x", objective="L7.2")
    assert short(record.found()) == [("07-a", "exercise", False)]
    assert record.found()[0].objective == "L7.2"


@pytest.mark.parametrize("source", ["question", "exercise"])
def test_hints_before_the_first_answer_count_and_later_ones_do_not(source: str) -> None:
    def given(record: Record) -> Record:
        if source == "question":
            return record.answer(Q1, "right")
        return record.add("check", "07-q01", verdict="right", hash="x", objective="L7.1")

    hint = {"hash": Q1.hash} if source == "question" else {}
    [before] = given(Record().add("hint", "07-q01", **hint).add("hint", "07-q01", **hint)).found()
    assert (before.hints, before.right, before.unaided) == (2, True, False)
    [after] = given(Record()).add("hint", "07-q01", **hint).found()
    assert (after.hints, after.unaided) == (0, True)


def test_hints_that_could_not_be_recorded_are_known_from_the_answer() -> None:
    [found] = Record().answer(Q1, "right", hints=1).found()
    assert found.hints == 1 and not found.unaided
    for odd in (True, "2", -1, None, 1.5):
        assert Record().answer(Q1, "right", hints=odd).found()[0].hints == 0


def test_a_hint_of_an_older_question_is_not_one_of_the_new_one() -> None:
    [found] = Record().add("hint", "07-q01", hash="0000").answer(Q1, "right").found()
    assert found.hints == 0


def test_who_read_the_worked_answer_first_was_aided() -> None:
    record = Record().add("solution", "07-a").add("check", "07-a", verdict="right", hash="x")
    [found] = record.found()
    assert found.right and found.solution and not found.unaided
    record = Record().add("check", "07-a", verdict="right", hash="x").add("solution", "07-a")
    assert record.found()[0].unaided


# --- mock exams ----------------------------------------------------------------------------------


def test_an_exam_counts_when_it_has_ended() -> None:
    record = Record().sitting((Q1, "right"), (Q3, "wrong"))
    assert short(record.found()) == [("07-q01", "exam", True), ("ga4-q03", "exam", False)]
    assert [one.objective for one in record.found()] == ["L7.1", "GA.1"]
    assert record.found()[1].lesson == "ga4"
    record.events.pop()
    assert record.found() == []


def test_what_was_answered_before_the_exam_does_not_count_again() -> None:
    record = Record().answer(Q1, "wrong").sitting((Q1, "right"), (Q2, "right"))
    assert short(record.found()) == [("07-q01", "question", False), ("07-q02", "exam", True)]
    record.sitting((Q1, "wrong"), (Q2, "wrong")).answer(Q2, "wrong")
    assert len(record.found()) == 2


def test_a_blank_that_was_looked_at_is_not_right_and_one_unseen_tells_nothing() -> None:
    looked = Record().sitting((Q1, "blank"), seconds=30.0)
    assert short(looked.found()) == [("07-q01", "exam", False)]
    unseen = Record().sitting((Q1, "blank"), seconds=0.0).answer(Q1, "right")
    assert unseen.found() == []  # and its answer was shown with the report


def test_an_item_that_the_bank_does_not_know_any_more_is_left_out() -> None:
    record = Record().sitting((single("07-q77"), "right"), (Q2, "right"))
    assert short(record.found()) == [("07-q02", "exam", True)]


# --- robustness ----------------------------------------------------------------------------------


def test_the_order_of_the_lines_does_not_matter() -> None:
    record = Record().add("hint", "07-q01", hash=Q1.hash).answer(Q1, "wrong").answer(Q1, "right")
    record.sitting((Q2, "right"), (Q3, "blank"))
    record.add("card", "question:07-q02", rating=1, hash=Q2.hash)
    wanted = record.found()
    assert len(wanted) == 3
    for seed in range(20):
        random.Random(seed).shuffle(record.events)
        assert record.found() == wanted


JSON: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS = ["answer", "check", "hint", "solution", "card", "commit", "decision", "exam", "dream"]
ODD: Any = st.fixed_dictionaries(
    {},
    optional={
        "t": st.one_of(st.just(START.isoformat()), st.just("2026-11-01T09:00:00"), JSON),
        "kind": st.one_of(st.sampled_from(KINDS), JSON),
        "item": st.one_of(st.sampled_from(["07-q01", "07-a", "short-1", "question:07-q01"]), JSON),
        "verdict": st.one_of(st.sampled_from(["right", "wrong", "error"]), JSON),
        "hash": st.one_of(st.just(Q1.hash), JSON),
        "objective": JSON,
        "hints": JSON,
        "what": st.one_of(st.sampled_from(["start", "end", "answer", "seen"]), JSON),
        "items": st.one_of(
            st.just([{"id": "07-q01", "seed": 0, "hash": Q1.hash, "places": None}]), JSON
        ),
        "verdicts": st.one_of(st.just({"07-q01": "right"}), JSON),
        "minutes": st.one_of(st.just(25.0), JSON),
        "answer": JSON,
    },
)


@given(st.lists(ODD, max_size=12))
def test_nothing_that_a_record_may_hold_raises(events: list[dict[str, Any]]) -> None:
    found = observations(events, BANK)
    assert len(found) <= len(events)
    assert all(isinstance(one.objective, str) and one.when.tzinfo is UTC for one in found)


@pytest.mark.parametrize(("kind", "hints", "solution"), [("hint", 1, False), ("solution", 0, True)])
def test_help_with_an_exercise_is_help_with_the_question_that_is_its_twin(
    kind: str, hints: int, solution: bool
) -> None:
    twin = replace(Q1, twin="07-by-hand")
    record = Record().add(kind, "07-by-hand").answer(twin, "right").answer(Q2, "right")
    first, second = observations(record.events, [twin, Q2])
    assert (first.hints, first.solution, first.unaided) == (hints, solution, False)
    assert second.unaided
