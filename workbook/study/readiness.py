"""What a learner knows, as far as the record tells: evidence by objective, lesson and exam topic.

Pure: events in, a report out. It is evidence and no prediction: nothing here is a chance to pass.

* First exposures only (see `observations`), right *unaided*: without a hint and without the worked
  answer. Exam knowledge (questions, mocks) and pandas skill (exercises) are told apart.
* With fewer than five observations there is no share: too little evidence.
* Wilson's interval takes the questions as drawn by lot from those that could be asked. They were
  not, so it is the least uncertainty that there is.
* Observations older than 30 days stay in the share, since a first exposure cannot be had twice,
  but every tally says how many they are and of when the last one is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from workbook.questions import bank
from workbook.questions.bank import Decide, Question
from workbook.questions.pages import Page, main_page
from workbook.study import places
from workbook.study.blueprint import MARKABLE, Blueprint
from workbook.study.observations import Event, Exposures, Observation, by_time
from workbook.study.places import Place

ENOUGH = 5
"""With fewer observations nothing is said about a share."""
OLD = timedelta(days=30)
"""What was observed longer ago is said to be old: people forget, and records do not."""
NEXT = 3
"""How many things to study next are named."""


@dataclass(frozen=True, slots=True)
class Tally:
    """First exposures: `n` of them, `right` unaided; `helped` after a hint or with the worked
    answer seen, right or not; `old` ones among the `n`, and when the last of these was."""

    n: int = 0
    right: int = 0
    helped: int = 0
    old: int = 0
    last_old: datetime | None = None

    @property
    def enough(self) -> bool:
        """Whether there is evidence enough for a share."""
        return self.n >= ENOUGH

    @property
    def share(self) -> float | None:
        """Right unaided of all, 0..1; None with too little evidence."""
        return self.right / self.n if self.enough else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share, 0..1; None with too little evidence."""
        return _wilson(self.right, self.n) if self.enough else None


@dataclass(frozen=True, slots=True)
class Row:
    """One lesson, objective or exam topic. Of a topic, `weight` is its share of the exam, 0..1,
    and `there` counts the questions that the bank can ask on it."""

    name: str
    text: str
    knowledge: Tally
    skill: Tally
    weight: float | None = None
    there: int = 0


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the confidence in decisions went with what came of them.

    `decided` decisions were locked with a confidence; `n` of them have one choice that holds
    (the bank keys it), of which `held` were chosen. `said` is the mean confidence, `brier` the
    mean squared distance of the confidence from what happened (0 at best), `base` the same for
    somebody who says the share that held each time; 0..1, None with too little evidence. `there`
    are all decisions of this copy that have such a choice.
    """

    decided: int = 0
    n: int = 0
    held: int = 0
    there: int = 0
    said: float | None = None
    brier: float | None = None
    base: float | None = None

    @property
    def enough(self) -> bool:
        """Whether there is evidence enough to say anything."""
        return self.n >= ENOUGH

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share that held, 0..1; None with too little evidence."""
        return _wilson(self.held, self.n) if self.enough else None


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to study next: its objective, what was seen of it, what was never asked.

    `counted` is what the order goes by: for an exam its knowledge, else knowledge and skill
    together. `ask` are questions of the lessons that were not answered yet, `reserved` counts
    those kept for mock exams. `place` teaches it; None for what only an exam pack asks, and then
    `page` is the one that most of the pack's questions on it rest on.
    """

    objective: str
    text: str
    knowledge: Tally
    skill: Tally
    counted: Tally
    place: Place | None
    ask: tuple[str, ...]
    reserved: int
    weight: float
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """The report. `exams` counts the observations from mock exams, `hints` and `solutions` those
    with one, among all of `total`."""

    exam: Blueprint | None
    now: datetime
    total: Row
    exams: int
    hints: int
    solutions: int
    topics: tuple[Row, ...]
    lessons: tuple[Row, ...]
    objectives: tuple[Row, ...]
    calibration: Calibration
    next: tuple[Advice, ...]


def readiness(
    events: Iterable[Event],
    questions: Iterable[Question],
    *,
    now: datetime,
    exam: Blueprint | None = None,
    objectives: Mapping[str, str] | None = None,
    lessons: Mapping[str, str] | None = None,
) -> Readiness:
    """What the record tells at `now` (with a time zone).

    `questions` are the bank's, packs included; `objectives` their texts by id, in the course's
    order; `lessons` titles by number. Without an `exam` there are no topics, and advice keeps to
    lessons that were begun.
    """
    known, texts, titles = list(questions), objectives or {}, lessons or {}
    record = list(events)
    exposures = Exposures(record, known)
    seen = exposures.found
    by_lesson: dict[str, list[Observation]] = {}
    by_objective: dict[str, list[Observation]] = {}
    for one in seen:
        by_lesson.setdefault(one.lesson, []).append(one)
        by_objective.setdefault(one.objective, []).append(one)
    order = {name: place for place, name in enumerate(texts)}
    named = sorted(filter(None, by_objective), key=lambda name: (order.get(name, len(order)), name))

    def row(name: str, text: str, those: Sequence[Observation]) -> Row:
        return Row(name, text, *_apart(those, now))

    topics: list[Row] = []
    if exam is not None:
        bank_has = Counter(one.objective for one in known if one.type in MARKABLE)
        for topic, share in zip(exam.topics, exam.shares(), strict=True):
            those = [one for name in topic.objectives for one in by_objective.get(name, [])]
            there = sum(bank_has[name] for name in topic.objectives)
            topics.append(Row(topic.name, "", *_apart(those, now), share, there))
    return Readiness(
        exam=exam,
        now=now,
        total=row("", "", seen),
        exams=sum(one.source == "exam" for one in seen),
        hints=sum(one.hints > 0 for one in seen),
        solutions=sum(one.solution for one in seen),
        topics=tuple(topics),
        lessons=tuple(
            row(name, titles.get(name, ""), by_lesson[name]) for name in sorted(by_lesson)
        ),
        objectives=tuple(row(name, texts.get(name, ""), by_objective[name]) for name in named),
        calibration=calibration(record, known),
        next=_next(by_objective, set(by_lesson), exposures, known, exam, texts, now),
    )


def _apart(seen: Sequence[Observation], now: datetime) -> tuple[Tally, Tally]:
    """Exam knowledge and pandas skill."""
    skill = [one for one in seen if one.source == "exercise"]
    return _tally([one for one in seen if one.source != "exercise"], now), _tally(skill, now)


def _tally(seen: Iterable[Observation], now: datetime) -> Tally:
    those = list(seen)
    old = [one.when for one in those if now - one.when > OLD]
    return Tally(
        len(those),
        sum(one.unaided for one in those),
        sum(one.hints > 0 or one.solution for one in those),
        len(old),
        max(old, default=None),
    )


def _wilson(part: int, whole: int) -> tuple[float, float]:
    from workbook.analysis.rates import wilson  # pandas, which no room needs to start

    low, high = wilson(part, whole)
    return low, high


# --- confidence ------------------------------------------------------------------------------


def calibration(events: Iterable[Event], questions: Iterable[Question]) -> Calibration:
    """How the confidence of locked decisions went with what the bank says of them.

    A decision counts once, as first locked. It is scored only where the bank marks an option as
    best (the shop's truth names it), and only as long as the question is the one that was asked.
    Most decisions are a matter of judgment and cannot be scored. Brier (1950).
    """
    keyed = {
        one.id: one
        for one in questions
        if isinstance(one, Decide) and any(option.best for option in one.options)
    }
    hashes = {name: one.hash for name, one in keyed.items()}
    locked: dict[tuple[str, str], tuple[int, float]] = {}
    for _, event in by_time(events):
        given, code = event.get("answer"), event.get("hash")
        if event["kind"] != "decision" or not isinstance(given, Mapping):
            continue
        choice, sure = given.get("choice"), _percent(given.get("confidence"))
        if isinstance(code, str) and type(choice) is int and sure is not None:
            locked.setdefault((event["item"], code), (choice, sure))
    scored = [
        (sure, keyed[item].options[choice].best)
        for (item, code), (choice, sure) in locked.items()
        if hashes.get(item) == code and 0 <= choice < len(keyed[item].options)
    ]
    n, held = len(scored), sum(right for _, right in scored)
    if n < ENOUGH:
        return Calibration(len(locked), n, held, len(keyed))
    rate = held / n
    return Calibration(
        len(locked),
        n,
        held,
        len(keyed),
        math.fsum(sure for sure, _ in scored) / n,
        math.fsum((sure - right) ** 2 for sure, right in scored) / n,
        rate * (1 - rate),
    )


def _percent(value: Any) -> float | None:
    """Percent as a share, or None for all that is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        return None
    return value / 100


# --- what to study next ----------------------------------------------------------------------


def urgency(tally: Tally) -> float:
    """How much may be wrong with an objective, 0..1 and a little more: the share wrong after one
    right and one wrong answer are added (Laplace's rule of succession, so that two answers are no
    certainty), plus one standard deviation of it, so that what is uncertain comes early.

    With nothing seen it is 0.79, as with 4 of 6 wrong.
    """
    wrong = (tally.n - tally.right + 1) / (tally.n + 2)
    return wrong + math.sqrt(wrong * (1 - wrong) / (tally.n + 3))


def _next(
    seen: Mapping[str, Sequence[Observation]],
    begun: set[str],
    exposures: Exposures,
    questions: Sequence[Question],
    exam: Blueprint | None,
    texts: Mapping[str, str],
    now: datetime,
) -> tuple[Advice, ...]:
    """The objectives whose weight in the exam times urgency is the largest.

    For an exam only its own knowledge counts; without one an objective's exercises do as well.
    What went right each time is left out once there is enough of it, or nothing left to ask.
    """
    weights = _weights(exam, questions, begun, seen)
    left: dict[str, list[Question]] = {}
    for question in questions:
        if question.type in MARKABLE and not exposures.spent(question):
            left.setdefault(question.objective, []).append(question)
    found: list[Advice] = []
    for objective, weight in weights.items():
        those, unasked = seen.get(objective, []), left.get(objective, [])
        knowledge, skill = _apart(those, now)
        counted = _tally(those, now) if exam is None else knowledge
        if counted.right == counted.n and (counted.enough or not unasked):
            continue
        found.append(
            Advice(
                objective,
                texts.get(objective, ""),
                knowledge,
                skill,
                counted,
                places.place_of(objective),
                tuple(question.id for question in unasked if question.pool == "lesson"),
                sum(question.pool == "exam" for question in unasked),
                weight,
            )
        )
    found.sort(key=lambda one: -one.weight * urgency(one.counted))
    return tuple(_with_page(one, questions) for one in found[:NEXT])


def _with_page(one: Advice, questions: Iterable[Question]) -> Advice:
    """Advice on what no lesson teaches, with the page that explains it."""
    if one.place is not None:
        return one
    return replace(one, page=page_of(one.objective, questions))


def page_of(objective: str, questions: Iterable[Question]) -> Page | None:
    """The page that most questions on an objective rest on, if they name one."""
    return main_page(one.source or "" for one in questions if one.objective == objective)


def _weights(
    exam: Blueprint | None,
    questions: Iterable[Question],
    begun: set[str],
    seen: Iterable[str],
) -> dict[str, float]:
    """The objectives that may be advised, in the course's order, with their weight.

    A topic's weight is shared out evenly to all of its objectives. What the bank cannot ask yet
    keeps its part: else the one objective there is would stand for a whole topic.
    """
    there = Counter(one.objective for one in questions if one.type in MARKABLE)
    if exam is None:
        of_begun = [one.objective for one in questions if one.lesson in begun]
        return dict.fromkeys([*of_begun, *filter(None, seen)], 1.0)
    weights = {}
    for topic, share in zip(exam.topics, exam.shares(), strict=True):
        part = share / max(1, len(topic.objectives))
        weights.update({name: part for name in topic.objectives if there[name]})
    return weights


# --- what the report needs of this copy --------------------------------------------------------


def texts() -> dict[str, str]:
    """What the learner can do, by objective, in the course's order; empty if it cannot be read."""
    import yaml

    from workbook import paths

    try:
        text = (paths.lessons_dir() / places.OBJECTIVES).read_text(encoding="utf-8")
        data = yaml.load(text, Loader=bank.LOADER)
        return {str(name): str(entry["text"]) for name, entry in data.items()}
    except (OSError, ValueError, yaml.YAMLError, TypeError, KeyError, AttributeError):
        return {}
