"""The record loses nothing: torn lines, foreign lines, read-only folders, two writers at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbook import progress
from workbook.exercises import standing


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(path))
    return path


def test_what_is_recorded_is_replayed_in_order(record: Path) -> None:
    assert progress.record("check", "01-a", verdict="wrong", answer="per_user", hints=1)
    assert progress.record("check", "01-a", verdict="right")
    first, second = progress.events()
    assert (first["kind"], first["item"], first["answer"]) == ("check", "01-a", "per_user")
    assert second["verdict"] == "right" and first["v"] == progress.SCHEMA
    assert len(record.read_text().splitlines()) == 2


def test_a_torn_last_line_costs_only_itself(record: Path) -> None:
    progress.record("check", "01-a", verdict="right")
    with record.open("a") as file:
        file.write('{"v": 1, "t": "2026-01-01T00:0')
    assert len(progress.events()) == 1
    progress.record("check", "01-b", verdict="right")
    assert [event["item"] for event in progress.events()] == ["01-a", "01-b"]


def test_foreign_lines_and_unknown_kinds_are_left_alone(record: Path) -> None:
    record.write_bytes(
        b"hello\n\n[1, 2]\n{}\n\xff\xfe\n"
        b'{"v": 9, "t": "2026-01-01T00:00:00+00:00", "kind": "dream", "item": "z", "new": 1}\n'
        b'{"kind": "check", "item": "01-a", "t": "yesterday"}\n'
        b'{"kind": "check", "item": 5, "t": "2026-01-01T00:00:00+00:00"}\n' + b"[" * 100_000 + b"\n"
    )
    before = record.read_bytes()
    assert [event["kind"] for event in progress.events()] == ["dream"]
    progress.record("check", "01-a", verdict="right")
    assert record.read_bytes().startswith(before)
    items = standing.replay(progress.events())
    assert items["01-a"].last == "right"


EVENT = '"t":"2026-01-01T00:00:00+00:00","kind":"check","item":"01-a"'


@pytest.mark.parametrize(
    "torn",
    [
        ['{"v":1', f"{EVENT}}}"],  # one event in two lines
        [f"{{{EVENT}}},{{{EVENT}}}"],  # two events in one line
        [f'{{{EVENT},"a":[1', "2]}", "3"],
    ],
)
def test_lines_that_only_joining_would_mend_are_none(torn: list[str]) -> None:
    whole = '{"t":"2026-01-01T00:00:00+00:00","kind":"dream","item":"z"}'
    found = progress.parse("\n".join([whole, *torn, whole]))
    assert [event["kind"] for event in found] == ["dream", "dream"]


def test_a_record_that_cannot_be_written_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path))  # a folder, in every system
    assert progress.record("check", "01-a", verdict="right") is False
    assert progress.events() == []


WRITER = """
from workbook import progress
import sys
for number in range(200):
    progress.record("check", f"{sys.argv[1]}-{number}", text="x" * 500)
"""


def test_two_kernels_that_append_at_once_lose_no_event(record: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, name]) for name in ("a", "b", "c")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    items = [event["item"] for event in progress.events()]
    assert sorted(items) == sorted(f"{name}-{n}" for name in "abc" for n in range(200))


def test_merging_is_a_union_and_sorts_by_time(record: Path) -> None:
    progress.record("check", "01-b", verdict="right")
    mine = record.read_text()
    old = {"v": 1, "t": "2020-01-01T00:00:00+00:00", "kind": "check", "item": "01-a"}
    other = mine + json.dumps(old) + "\nrubbish\n" + '{"torn'
    assert progress.merge(other) == 1
    assert progress.merge(other) == 0
    assert [event["item"] for event in progress.events()] == ["01-a", "01-b"]


def test_progress_is_both_the_record_and_the_word_that_shows_it(
    record: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from workbook import progress as word

    word()
    assert "Your progress" in capsys.readouterr().out


# ---------------------------------------------------------------- where a learner stands


def event(kind: str, item: str, verdict: str = "", objective: str = "L1.1") -> dict[str, str]:
    return {"kind": kind, "item": item, "verdict": verdict, "objective": objective, "t": ""}


def test_first_and_last_attempts_are_kept_apart_and_blanks_are_none() -> None:
    items = standing.replay(
        [
            event("check", "a", "not_attempted"),
            event("check", "a", "wrong"),
            event("hint", "a"),
            event("check", "a", "right"),
            event("dream", "a"),
        ]
    )
    assert items["a"].first == "wrong" and items["a"].last == "right"
    assert items["a"].attempts == 2 and items["a"].hints == 1


def test_a_lesson_counts_what_is_solved_and_what_was_right_unaided() -> None:
    items = standing.replay(
        [
            event("check", "a", "right"),
            event("check", "a", "wrong"),
            event("hint", "b"),
            event("check", "b", "right"),
            event("solution", "c"),
            event("check", "c", "right"),
            event("answer", "q", "wrong"),
            event("answer", "q", "right"),
        ]
    )
    [lesson] = standing.lessons([standing.Contents("01-x", "X", "abc", "qr")], items)
    assert (lesson.solved, lesson.first_try, lesson.answered, lesson.right_first) == (2, 1, 1, 0)


def test_weak_points_are_the_objectives_with_the_fewest_right_first_attempts() -> None:
    events = [
        event("answer", f"q{n}", "wrong" if n < 3 else "right", f"L1.{n % 2}") for n in range(8)
    ]
    events += [event("answer", "z", "right", "L1.9")]
    weak = standing.weak_points(standing.replay(events))
    assert [(w.objective, w.right, w.seen) for w in weak] == [("L1.0", 2, 4), ("L1.1", 3, 4)]
    assert weak[0].items == ("q0", "q2")
