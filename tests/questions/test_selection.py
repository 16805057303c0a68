"""Recall: what was wrong, then what was not seen for longest."""

from __future__ import annotations

from pathlib import Path

import yaml

from workbook.questions import bank
from workbook.questions.selection import recall

FOLDER = Path(__file__).parent / "lessons"
QUESTIONS = [
    bank.build(entry)
    for file in sorted(FOLDER.glob("*.yml"))
    for entry in yaml.safe_load(file.read_text())["questions"]
]


def ids(lesson: str, *events: tuple[str, str], n: int = 3) -> list[str]:
    record = [{"kind": "answer", "item": item, "verdict": verdict} for item, verdict in events]
    return [question.id for question in recall(lesson, record, n, QUESTIONS)]


def test_a_new_learner_gets_the_first_of_the_earlier_lessons() -> None:
    assert ids("02") == ["01-q01", "01-q02", "01-q04"]


def test_what_was_never_asked_comes_from_each_lesson_in_turn_the_latest_first() -> None:
    assert ids("03", n=4) == ["02-q01", "01-q01", "02-q02", "01-q02"]


def test_nothing_precedes_the_first_lesson() -> None:
    assert ids("01") == []


def test_prose_commitments_and_the_reserved_pool_stay_out() -> None:
    drawn = ids("03", n=99)
    assert not {"01-q03", "01-q05", "02-q06", "02-q07", "02-q08", "02-q09"} & set(drawn)


def test_the_most_recent_mistake_comes_first() -> None:
    assert ids("02", ("01-q04", "wrong"), ("01-q06", "wrong"))[:2] == ["01-q06", "01-q04"]


def test_a_mistake_mended_later_is_no_mistake() -> None:
    assert ids("02", ("01-q06", "wrong"), ("01-q06", "right"))[0] == "01-q01"


def test_among_the_right_ones_the_longest_unseen_comes_first() -> None:
    order = ("01-q04", "01-q06", "01-q01", "01-q02")
    assert ids("02", *((item, "right") for item in order)) == list(order[:3])


def test_unknown_events_are_passed_over() -> None:
    events = [{"kind": "answer"}, {"kind": "check", "item": "01-q01", "verdict": "wrong"}, {}]
    assert [q.id for q in recall("02", events, 1, QUESTIONS)] == ["01-q01"]
