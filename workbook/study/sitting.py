"""Sittings of mock exams, replayed from the record's "exam" events.

Pure: events in, sittings out. Nothing that a record may hold raises: what cannot be read is passed
over. The functions `start`, `answer`, `flag`, `seen` and `end` make what is to be recorded, each as
`(item, fields)` for `progress.record("exam", item, **fields)`; `after` gives the sitting as it is
once that was recorded, so that a widget does not replay the whole record at every click.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Literal, get_args

from workbook.questions.bank import Question
from workbook.questions.drawing import ExpressionError
from workbook.questions.marking import NotAnAnswerError, mark
from workbook.study.blueprint import MOST_MINUTES, Blueprint
from workbook.study.drawing_lots import Item, draw, needed

Event = Mapping[str, Any]
Verdict = Literal["right", "wrong", "blank"]
Why = Literal["handed in", "time"]
Step = tuple[str, dict[str, Any]]

GRACE = timedelta(seconds=5)
"""An answer sent in the last second still counts when it arrives this much later."""
EXTRAS = (0.0, 0.25, 0.5, 1.0)
"""Shares of extra time that a learner can choose."""
DAY = 86_400.0
LAST_YEAR = 9000  # a torn date; a deadline after the year 9999 cannot be computed
_VERDICTS = get_args(Verdict)
_BY_COUNT = itemgetter(0, 1)
_Timed = tuple[int, datetime, Event]


@dataclass(frozen=True)
class Sitting:
    """One mock exam of one learner, as far as the record tells.

    `minutes` is without `extra`, the share of extra time; None: no clock. `met` are items that
    the learner knew before. `answers` and `seconds` are by question id, answers in the bank's form
    with original option indices. `steps` and `latest` are the count and the time of what was
    recorded last. `ended` is None while it runs; `verdicts` are those of the end event. `alike`:
    the number of its drawing (`seed`) was given, so that others could sit the same.
    """

    id: str
    blueprint: str
    title: str
    items: tuple[Item, ...]
    started: datetime
    minutes: float | None
    extra: float = 0.0
    seed: int = 0
    met: frozenset[str] = frozenset()
    answers: Mapping[str, Any] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=dict)
    ended: datetime | None = None
    why: Why | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    steps: int = 0
    latest: datetime | None = None
    alike: bool = False

    @property
    def deadline(self) -> datetime | None:
        """When time is up, extra time included; None without a clock."""
        if self.minutes is None:
            return None
        return self.started + timedelta(minutes=self.minutes * (1 + self.extra))

    def remaining(self, now: datetime) -> float | None:
        """Seconds left at `now`, from 0 to all of them; None without a clock."""
        if self.deadline is None:
            return None
        left = (self.deadline - now).total_seconds()
        return max(0.0, min(left, (self.deadline - self.started).total_seconds()))

    def is_over(self, now: datetime) -> bool:
        """Whether it was ended or its time is up."""
        return self.ended is not None or (self.deadline is not None and now >= self.deadline)

    def item(self, question: str) -> Item | None:
        """The item of a question, or None if it is not asked here."""
        return next((item for item in self.items if item.id == question), None)


def sittings(events: Iterable[Event]) -> list[Sitting]:
    """Every sitting in the record, oldest first, whatever the order of `events`."""
    of: dict[str, list[_Timed]] = {}
    for event in events:
        if event.get("kind") == "exam" and (time := _time(event)) is not None:
            of.setdefault(event["item"], []).append((_count(event), time, event))
    found = [sitting for steps in of.values() if (sitting := _replayed(steps))]
    return sorted(found, key=lambda sitting: (sitting.started, sitting.id))


def _replayed(steps: list[_Timed]) -> Sitting | None:
    """The sitting of these steps; None if none of them begins it."""
    ordered = _ordered(steps)
    begun = (_started(time, one) for _, time, one in ordered if one.get("what") == "start")
    replay = next((_Replay(sitting) for sitting in begun if sitting is not None), None)
    if replay is None:
        return None
    for _, time, event in ordered:
        replay.apply(time, event)
    return replay.sitting()


def running(events: Iterable[Event], now: datetime, blueprint: str | None = None) -> Sitting | None:
    """The latest sitting (of a blueprint) that is not over at `now`, or None."""
    going = [sitting for sitting in sittings(events) if not sitting.is_over(now)]
    mine = [sitting for sitting in going if blueprint in (None, sitting.blueprint)]
    return mine[-1] if mine else None


def expired(events: Iterable[Event], now: datetime) -> list[Sitting]:
    """Sittings whose time is up and which nobody closed: record `end(..., "time")` for each."""
    return [s for s in sittings(events) if s.ended is None and s.is_over(now)]


def seen_before(events: Iterable[Event]) -> frozenset[str]:
    """Questions that this learner met: asked in a mock, shown as a card, answered or looked up."""
    met: set[str] = set()
    for event in events:
        kind, item = event.get("kind"), event.get("item")
        if not isinstance(item, str):
            continue
        if kind == "exam" and event.get("what") == "start":
            met.update(one.id for one in _items(event.get("items")))
        elif kind == "card":
            met.add(item.removeprefix("question:"))
        elif kind in ("answer", "commit", "decision", "hint", "solution"):
            met.add(item)
    return frozenset(met)


def after(sitting: Sitting, event: Event) -> Sitting:
    """The sitting once this event was recorded; the same if the event says nothing usable."""
    time = _time(event)
    if time is None or (event.get("kind"), event["item"]) != ("exam", sitting.id):
        return sitting
    replay = _Replay(sitting)
    replay.apply(time, event)
    return replay.sitting()


class _Replay:
    """A sitting while events are applied to it; `Sitting` is what others see of it."""

    def __init__(self, sitting: Sitting) -> None:
        self._start = sitting
        self._asked = {item.id for item in sitting.items}
        self._last = None if sitting.deadline is None else sitting.deadline + GRACE
        self.answers = dict(sitting.answers)
        self.flags = set(sitting.flags)
        self.seconds = dict(sitting.seconds)
        self.ended, self.why = sitting.ended, sitting.why
        self.verdicts, self.steps = sitting.verdicts, sitting.steps
        self.latest = sitting.latest or sitting.started

    def sitting(self) -> Sitting:
        return replace(
            self._start,
            answers=self.answers,
            flags=frozenset(self.flags),
            seconds=self.seconds,
            ended=self.ended,
            why=self.why,
            verdicts=self.verdicts,
            steps=self.steps,
            latest=self.latest,
        )

    def apply(self, time: datetime, event: Event) -> None:
        what = event.get("what")
        if what == "end":
            self._end(time, event)
        elif what not in ("answer", "flag", "seen") or self._late(time):
            return
        else:
            self._step(what, event)
            if time > self.latest:
                self.latest = time
        number = event.get("n")
        if type(number) is int and number > self.steps:
            self.steps = number

    def _late(self, time: datetime) -> bool:
        return self.ended is not None or (self._last is not None and time > self._last)

    def _step(self, what: Any, event: Event) -> None:
        question = event.get("question")
        if not isinstance(question, str) or question not in self._asked:
            return
        if what == "flag":
            on = event.get("on")
            if on is True:
                self.flags.add(question)
            elif on is False:
                self.flags.discard(question)
            return
        seconds = _number(event.get("seconds"), DAY)
        if seconds is not None:
            self.seconds[question] = self.seconds.get(question, 0.0) + seconds
        if what == "answer" and "answer" in event:
            if event["answer"] is None:
                self.answers.pop(question, None)
            else:
                self.answers[question] = event["answer"]

    def _end(self, time: datetime, event: Event) -> None:
        if self.ended is not None:  # a second kernel's
            return
        deadline, given = self._start.deadline, event.get("verdicts")
        # Who ended it knew all up to `upto`; a clock set back does not make that come after.
        self.ended = max(time, self._start.started, _read(event.get("upto")) or time)
        self.why = "time" if event.get("why") == "time" else "handed in"
        if deadline is not None and self.ended > deadline:
            self.why = "time" if self.ended > deadline + GRACE else self.why
            self.ended = deadline
        if isinstance(given, Mapping):
            self.verdicts = {
                name: given[name] for name in sorted(self._asked) if given.get(name) in _VERDICTS
            }


def _ordered(steps: list[_Timed]) -> list[_Timed]:
    """One sitting's steps, each once, in the order in which they were taken: the writer's count
    tells it, since a clock can be set back; where two windows counted alike, the time."""
    steps.sort(key=_BY_COUNT)
    if all(earlier[:2] < later[:2] for earlier, later in pairwise(steps)):
        return steps
    ordered = []
    for _, group in groupby(steps, key=_BY_COUNT):
        together = list(group)
        if len(together) > 1:
            once = {_text(step[2]): step for step in together}
            together = [once[text] for text in sorted(once)]
        ordered += together
    return ordered


def _count(event: Event) -> int:
    """The writer's count of a step; an end without one comes last."""
    number = event.get("n")
    if type(number) is int:
        return number
    return sys.maxsize if event.get("what") == "end" else -1


def _text(event: Event) -> str:
    try:
        return json.dumps(event, sort_keys=True, default=str)
    except (ValueError, TypeError, RecursionError):
        return ""


def _time(event: Event) -> datetime | None:
    return _read(event.get("t")) if isinstance(event.get("item"), str) else None


def _read(text: Any) -> datetime | None:
    """A time with its zone, in UTC; None for all else."""
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is UTC:  # as `progress.record` writes it
            return time
        return time.astimezone(UTC) if time.tzinfo is not None else None
    except (ValueError, TypeError, OverflowError):
        return None


def _started(time: datetime, event: Event) -> Sitting | None:
    """The sitting that a start event began; None if the event cannot be used."""
    minutes, items = event.get("minutes"), _items(event.get("items"))
    lasts = _number(minutes, MOST_MINUTES)
    if not items or "minutes" not in event or (minutes is not None and not lasts):
        return None
    if time.year > LAST_YEAR:
        return None
    seed, met = event.get("seed"), event.get("met")
    met = met if isinstance(met, list) else []
    return Sitting(
        id=event["item"],
        blueprint=str(event.get("blueprint", "")),
        title=str(event.get("title", "")),
        items=items,
        started=time,
        minutes=lasts,
        extra=_number(event.get("extra"), 4.0) or 0.0,
        seed=seed if type(seed) is int else 0,
        met=frozenset(item.id for item in items if item.id in met),
        alike=event.get("alike") is True,
    )


def _items(entries: Any) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict):
            continue
        name, seed, code = entry.get("id"), entry.get("seed"), entry.get("hash")
        if isinstance(name, str) and type(seed) is int and isinstance(code, str):
            found.setdefault(name, Item(name, seed, code, _places(entry.get("places"))))
    return tuple(found.values())


def _places(entries: Any) -> tuple[int, ...] | None:
    if not isinstance(entries, list) or any(type(place) is not int for place in entries):
        return None
    return tuple(entries) if sorted(entries) == list(range(len(entries))) else None


def _number(value: Any, most: float) -> float | None:
    """A number from 0 to `most`, or None for all else (JSON may hold NaN)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return float(value)


# --- what is recorded ---------------------------------------------------------------------------


def start(
    blueprint: Blueprint,
    questions: Iterable[Question],
    events: Iterable[Event],
    seed: int,
    now: datetime,
    extra: float = 0.0,
    *,
    alike: bool = False,
) -> Step:
    """Begin a sitting: draws its items, what the learner met before coming last.

    `alike`: what was met is drawn like the rest, so that a seed is the same exam for everybody.
    `extra` is one of `EXTRAS`. Raises `BlueprintError` if the bank has nothing to ask.
    """
    met = seen_before(events)
    drawn = needed(draw(blueprint, questions, seed, () if alike else met), blueprint)
    stamp = now.astimezone(UTC)
    mark_ = hashlib.blake2b(f"{blueprint.name}/{seed}/{stamp}".encode(), digest_size=2).hexdigest()
    fields = {
        "what": "start",
        "n": 0,
        "blueprint": blueprint.name,
        "title": blueprint.title,
        "seed": seed,
        "items": [
            {
                "id": item.id,
                "seed": item.seed,
                "hash": item.hash,
                "places": None if item.places is None else list(item.places),
            }
            for item in drawn.items
        ],
        "minutes": drawn.minutes,
        "extra": extra if extra in EXTRAS else 0.0,
        "met": [item.id for item in drawn.items if item.id in met],
        **({"alike": True} if alike else {}),
    }
    return f"{blueprint.name}-{stamp:%Y%m%dT%H%M%S}-{mark_}", fields


def answer(sitting: Sitting, question: str, given: Any, seconds: float) -> Step:
    """An answer (None: taken back), with the seconds on the item since the last report."""
    return _step(sitting, "answer", question=question, answer=given, seconds=_rounded(seconds))


def flag(sitting: Sitting, question: str, on: bool) -> Step:
    """Marked for a second look, or no longer."""
    return _step(sitting, "flag", question=question, on=on)


def seen(sitting: Sitting, question: str, seconds: float) -> Step:
    """Time spent on an item without an answer, in seconds since the last report."""
    return _step(sitting, "seen", question=question, seconds=_rounded(seconds))


def end(sitting: Sitting, questions: Iterable[Question], why: Why = "handed in") -> Step:
    """The sitting is over; the first event that tells the marks."""
    upto = (sitting.latest or sitting.started).isoformat()
    return _step(sitting, "end", why=why, upto=upto, verdicts=verdicts(sitting, questions))


def event(item: str, fields: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The event that `progress.record` writes for a step, for `after` and `begun`."""
    return {"t": now.astimezone(UTC).isoformat(), "kind": "exam", "item": item, **fields}


def begun(item: str, fields: Mapping[str, Any], now: datetime) -> Sitting:
    """The sitting that `start` began, once it was recorded."""
    sitting = _started(now.astimezone(UTC), event(item, fields, now))
    if sitting is None:
        raise ValueError("there is nothing to ask: no question of the bank fits this exam")
    return sitting


def _step(sitting: Sitting, what: str, **fields: Any) -> Step:
    return sitting.id, {"what": what, "n": sitting.steps + 1, **fields}


def _rounded(seconds: float) -> float:
    return round(min(max(float(seconds), 0.0), DAY), 1)


# --- marks --------------------------------------------------------------------------------------


def verdicts(sitting: Sitting, questions: Iterable[Question]) -> dict[str, Verdict]:
    """How each item went, in the exam's order. Items whose question is gone from the bank, or
    asks something else by now, are left out: see `left_out`."""
    known = {question.id: question for question in questions}
    return {
        item.id: verdict
        for item in sitting.items
        if item.id in known and known[item.id].hash == item.hash
        if (verdict := _verdict(known[item.id], sitting.answers.get(item.id), item.seed))
    }


def _verdict(question: Question, given: Any, seed: int) -> Verdict | None:
    """What no one can mark (nothing, "abc" for a number, a torn line) is a blank; a question that
    cannot be computed, or has nothing right or wrong, is None."""
    try:
        correct = mark(question, given, seed).correct
        return None if correct is None else "right" if correct else "wrong"
    except ExpressionError:
        return None
    except (
        NotAnAnswerError, TypeError, ValueError, LookupError, AttributeError, RecursionError
    ):  # fmt: skip
        return "blank"


def left_out(sitting: Sitting, questions: Iterable[Question]) -> list[str]:
    """Items that cannot be marked, since their question is gone or asks something else by now."""
    scored = verdicts(sitting, questions)
    return [item.id for item in sitting.items if item.id not in scored]


def answered(sitting: Sitting, questions: Iterable[Question]) -> list[str]:
    """Items with an answer that can be marked, in the exam's order."""
    return [name for name, verdict in verdicts(sitting, questions).items() if verdict != "blank"]
