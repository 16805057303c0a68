"""First exposures: what a learner could do the first time something was asked.

Pure: events in, observations out. Who answers again has read the explanation, so only the first
answer tells what was known. Nothing that a record may hold raises: odd events are passed over.

What counts, and what does not:

* A question counts once, at its first answer, wherever it was asked: in a lesson, a recall, a
  diagnostic, or a mock exam (there at its end). Whatever comes later is no first exposure, nor is
  a question that was shown as a flashcard before: its back gives the answer.
* A question whose hash changed asks something else, so it is another question. Other numbers (a
  seed) do not make another question.
* An exercise counts at its first check with an answer. A cell that stopped with an error is an
  answer that is not right; "not attempted" is none.
* Hints and solutions count that were opened before that answer, those of the exercise too whose
  twin a question is.
* Prose (self-rated), predictions and decisions have no right answer.
* An item left blank in a mock is not right if the learner had it before the eyes for a second or
  more: who skips what is not known must not look better for it. One that was never looked at
  tells nothing. Its answer is shown afterwards all the same, so it is spent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from workbook.questions.bank import Question, prefix
from workbook.study.sitting import sittings

Event = Mapping[str, Any]
Source = Literal["question", "exercise", "exam"]

LOOKED = 1.0
"""Seconds from which on an exam's item counts as looked at: with less it was only passed by."""


def is_missed(verdict: Any, seconds: float) -> bool:
    """Whether an item of an ended exam was answered wrong, or looked at so long and left blank."""
    return bool(verdict == "wrong" or (verdict == "blank" and seconds >= LOOKED))


_UNSEEN = "unseen"
_CHECKED = ("right", "wrong", "error", "timeout")


@dataclass(frozen=True, slots=True)
class Observation:
    """One first exposure. `item` is a question id or exercise key, `objective` may be "" (an
    exercise without one), `when` is in UTC, `hints` and `solution` were seen before it."""

    item: str
    objective: str
    source: Source
    right: bool
    when: datetime
    hints: int = 0
    solution: bool = False

    @property
    def unaided(self) -> bool:
        """Whether it was right without a hint and without the worked answer."""
        return self.right and not self.hints and not self.solution

    @property
    def lesson(self) -> str:
        """The lesson's number; of a pack's question what its ids begin with."""
        return prefix(self.item)


def observations(events: Iterable[Event], questions: Iterable[Question]) -> list[Observation]:
    """The first exposures in a record, oldest first, whatever the order of `events`.

    `questions` tell the objectives; an exam's item that is not among them is left out.
    """
    return Exposures(events, questions).found


class Exposures:
    """The first exposures in a record (`found`, oldest first), and what can be none any more."""

    def __init__(self, events: Iterable[Event], questions: Iterable[Question]) -> None:
        self.found: list[Observation] = []
        self._bank = {question.id: question for question in questions}
        self._spent: set[tuple[str, str]] = set()  # item and hash
        self._hints: dict[tuple[str, str], int] = {}  # an exercise's hints have no hash
        self._solutions: set[tuple[str, str]] = set()
        for when, event in _with_verdicts(events):
            self._apply(when, event)

    def spent(self, question: Question) -> bool:
        """Whether a question was answered, or its answer shown: to ask it now tells less."""
        return (question.id, question.hash) in self._spent

    def _apply(self, when: datetime, event: Event) -> None:
        kind, item, code = event["kind"], event["item"], _text(event.get("hash"))
        if kind == "hint":
            self._hints[item, code] = self._hints.get((item, code), 0) + 1
        elif kind == "solution":
            self._solutions.add((item, code))
        elif kind == "card":
            self._spent.add((item.removeprefix("question:"), code))  # its hash is the question's
        elif kind == "answer" and event.get("verdict") in ("right", "wrong"):
            self._observe("question", when, item, code, event)
        elif kind == "check" and event.get("verdict") in _CHECKED:
            self._observe("exercise", when, item, code, event)
        elif kind == _EXAM:
            self._observe("exam", when, item, code, event)

    def _observe(self, source: Source, when: datetime, item: str, code: str, event: Event) -> None:
        if (item, code) in self._spent:
            return
        self._spent.add((item, code))
        if event.get("verdict") == _UNSEEN:
            return
        question, objective = self._bank.get(item), _text(event.get("objective"))
        if question is not None and (question.hash == code or not objective):
            objective = question.objective
        elif source == "exam":
            return
        opened = {(item, code), (item, "")}
        if question is not None and question.twin:
            opened.add((question.twin, ""))
        hints = max(_count(event.get("hints")), sum(self._hints.get(one, 0) for one in opened))
        self.found.append(
            Observation(
                item, objective, source, event.get("verdict") == "right", when, hints,
                bool(opened & self._solutions),
            )
        )  # fmt: skip


_EXAM: Any = object()  # the kind of a sitting's verdict: no line of a record has it


def by_time(events: Iterable[Event]) -> list[tuple[datetime, Event]]:
    """The events that have a kind, an item and a time (in UTC), oldest first."""
    timed = []
    for event in events:
        if isinstance(event.get("kind"), str) and isinstance(event.get("item"), str):
            when = _time(event.get("t"))
            if when is not None:
                timed.append((when, event))
    return sorted(timed, key=lambda pair: pair[0])


def _with_verdicts(events: Iterable[Event]) -> list[tuple[datetime, Event]]:
    """The events by time; instead of a sitting's steps its verdicts, when it ended."""
    timed = by_time(events)
    steps = [event for _, event in timed if event["kind"] == "exam"]
    rest = [pair for pair in timed if pair[1]["kind"] != "exam"]
    for sat in sittings(steps):
        if sat.ended is None:
            continue
        for item in sat.items:
            if verdict := sat.verdicts.get(item.id):
                looked = sat.seconds.get(item.id, 0.0) >= LOOKED
                said = _UNSEEN if verdict == "blank" and not looked else verdict
                fields = {"kind": _EXAM, "item": item.id, "hash": item.hash, "verdict": said}
                rest.append((sat.ended, fields))
    return sorted(rest, key=lambda pair: pair[0])


def _time(text: Any) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
        return when.astimezone(UTC) if when.tzinfo is not None else None
    except (ValueError, TypeError, OverflowError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0
