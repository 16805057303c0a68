"""Blueprints of mock exams: what an exam asks, by topic, and how much of it the bank can ask.

A blueprint is `lessons/exams/blueprints/<name>.yml`; an instructor can write one:

    title: Midterm, lessons 01 to 03
    about: Ten questions on kinds of conversion. Unofficial; no prediction of your grade.
    items: 10               # how many questions
    minutes: 15             # null: no clock
    pass_mark: 0.7          # a share of the items; null: there is none
    pool: lesson            # exam: questions reserved for mocks first, then those of the lessons
    types: [single, numeric]
    packs: []               # exam packs (lessons/exams/*.yml) to draw from beside the lessons
    bloom: {apply: 2, analyze: 1}        # wanted parts, of any sum; {}: as it comes
    topics:                 # weights of any sum; an objective belongs to one topic at most
    - name: Macro and micro
      weight: 2
      objectives: [L1.1, L1.2, L1.4]
    - name: Kinds of micro
      weight: 1
      objectives: [L2.1, L2.4]

This is the learner's side, and imports nothing heavy. Every fault with its line is told by
`workbook.building.blueprints.faults` when the course is built.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml

from workbook import paths
from workbook.questions import bank
from workbook.questions.bank import Pool, Question

FOLDER = "blueprints"
"""The folder of the blueprints, in that of the packs."""
MARKABLE = ("single", "multiple", "numeric", "order", "match", "classify")
"""Types that a machine can mark right or wrong; the others are prose and commitments."""
MOST_ITEMS = 500
MOST_MINUTES = 24 * 60.0
LEVELS = get_args(bank.Bloom)


class BlueprintError(bank.BankError):
    """A blueprint that cannot be used; the message says which file and what to do."""


@dataclass(frozen=True)
class Topic:
    """One topic of an exam: its weight (of any scale) and the objectives that its items serve."""

    name: str
    weight: float
    objectives: tuple[str, ...]


@dataclass(frozen=True)
class Blueprint:
    """What a mock exam is drawn by. `minutes` None: no clock; `pass_mark` (0..1) None: no mark.

    `bloom` holds wanted parts by level, of any sum, and may be empty.
    """

    name: str
    title: str
    about: str
    items: int
    minutes: float | None
    pass_mark: float | None
    topics: tuple[Topic, ...]
    types: tuple[str, ...]
    pool: Pool
    packs: tuple[str, ...]
    bloom: Mapping[str, float]

    def shares(self) -> tuple[float, ...]:
        """The topics' weights as shares of 1, in their order."""
        whole = sum(topic.weight for topic in self.topics)
        return tuple(topic.weight / whole for topic in self.topics)

    def topic_of(self, objective: str) -> Topic | None:
        """The topic that an objective belongs to, or None."""
        return next((topic for topic in self.topics if objective in topic.objectives), None)

    def allows(self, question: Question) -> bool:
        """Whether a question may be drawn: by its type, its pool, its pack and its topic."""
        return (
            question.type in self.types
            and (self.pool == "exam" or question.pool == "lesson")
            and (question.lesson.isdigit() or question.lesson in map(bank.prefix, self.packs))
            and self.topic_of(question.objective) is not None
        )


def home() -> Path:
    """Where the course's blueprints lie."""
    return paths.lessons_dir() / bank.EXAMS / FOLDER


def blueprints(folder: Path | None = None) -> list[Blueprint]:
    """Every blueprint of the course, or of a folder, by name. One that cannot be read is left
    out; `find` says why."""
    found = []
    for path in _sources(folder):
        try:
            found.append(read(path))
        except BlueprintError:
            continue
    return found


def find(name: str, folder: Path | None = None) -> Blueprint:
    """The blueprint `name` ("ga4"). Raises `BlueprintError` if there is none or it is broken."""
    there = {path.stem: path for path in _sources(folder)}
    if name in there:
        return read(there[name])
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.5)
    if not there:
        advice = "This copy has no exam blueprints (lessons/exams/blueprints)."
    else:
        advice = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(there)}."
    raise BlueprintError(f"There is no exam {name}. {advice}")


def questions(blueprint: Blueprint) -> list[Question]:
    """Every question of the lessons and of the blueprint's packs. A file that cannot be read
    costs its own questions, not the exam."""
    banks = sorted(paths.lessons_dir().glob("[0-9][0-9]-*.yml"))
    banks += [paths.lessons_dir() / bank.EXAMS / f"{name}.yml" for name in blueprint.packs]
    found: list[Question] = []
    for path in banks:
        try:
            found += bank.read(path)
        except bank.BankError:
            continue
    return found


def _sources(folder: Path | None) -> list[Path]:
    return sorted((folder or home()).glob("*.yml"))


def read(path: Path) -> Blueprint:
    """The blueprint in a file. Raises `BlueprintError`, which says what the first fault is."""
    try:
        return built(path.stem, yaml.load(path.read_text("utf-8"), Loader=bank.LOADER))
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, RecursionError) as error:
        what = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
        raise BlueprintError(
            f"The exam in {FOLDER}/{path.name} cannot be used: {what.splitlines()[0]}. "
            f"Run `python -m workbook build {path.stem}` to see every fault with its line."
        ) from error


def built(name: str, data: Any) -> Blueprint:
    """A blueprint from YAML's mapping. Raises KeyError, TypeError or ValueError if it is none."""
    if not isinstance(data, dict):
        raise TypeError("it is no list of `key: value` lines")
    topics = tuple(
        Topic(
            str(topic["name"]).strip(),
            _number("weight", topic["weight"], MOST_ITEMS),
            tuple(map(str, topic["objectives"])),
        )
        for topic in data["topics"]
    )
    if not topics:
        raise ValueError("there are no `topics`")
    items, minutes, mark = data["items"], data["minutes"], data["pass_mark"]
    if type(items) is not int or not 0 < items <= MOST_ITEMS:
        raise ValueError(f"`items` is a whole number from 1 to {MOST_ITEMS}")
    if data["pool"] not in get_args(Pool):
        raise ValueError("`pool` is exam or lesson")
    types = tuple(data["types"])
    if not types or not set(types) <= set(MARKABLE):
        raise ValueError(f"`types` are some of {', '.join(MARKABLE)}")
    bloom = {
        _level(level): _number("bloom", part, MOST_ITEMS)
        for level, part in (data.get("bloom") or {}).items()
    }
    return Blueprint(
        name=name,
        title=str(data["title"]).strip(),
        about=str(data["about"]).strip(),
        items=items,
        minutes=None if minutes is None else _number("minutes", minutes, MOST_MINUTES),
        pass_mark=None if mark is None else _number("pass_mark", mark, 1),
        topics=topics,
        types=types,
        pool=data["pool"],
        packs=tuple(map(str, data.get("packs") or ())),
        bloom=bloom,
    )


def _level(name: Any) -> str:
    if name not in LEVELS:
        raise ValueError(f"`{name}` in `bloom` is none of {', '.join(LEVELS)}")
    return str(name)


def _number(name: str, value: Any, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise ValueError(f"`{name}` is a number above 0, at most {most:g}")
    return float(value)


# --- how much of the exam the bank can ask -----------------------------------------------------


@dataclass(frozen=True)
class TopicCoverage:
    """What the bank has for one topic: `there` questions that may be drawn (`reserved` of them
    kept for mocks) against `wanted`, its share of the items; objectives without any question."""

    topic: Topic
    share: float
    wanted: int
    there: int
    reserved: int
    missing: tuple[str, ...]

    @property
    def covered(self) -> float:
        """0..1: the smaller of questions there for those wanted, and objectives served of all."""
        served = 1 - len(self.missing) / len(self.topic.objectives)
        return min(1.0, self.there / max(1, self.wanted), served)

    @property
    def sentence(self) -> str:
        """The topic and what it lacks."""
        lacks = []
        if self.there < self.wanted:
            lacks.append(f"{plural(self.there, 'question')} for {plural(self.wanted, 'item')}")
        if self.missing:
            of = plural(len(self.topic.objectives), "objective")
            lacks.append(f"{len(self.missing)} of {of} without a question")
        return f"{self.topic.name} ({', '.join(lacks)})" if lacks else self.topic.name


@dataclass(frozen=True)
class Coverage:
    """What share of an exam's topics, by weight, the bank covers; 0..1."""

    blueprint: Blueprint
    topics: tuple[TopicCoverage, ...]

    @property
    def share(self) -> float:
        return math.fsum(one.share * one.covered for one in self.topics)

    @property
    def sentences(self) -> list[str]:
        """What a learner is told: how much is covered, and what is not."""
        if all(one.covered == 1 for one in self.topics):
            return ["The bank has questions on all of this exam's topics."]
        said = [f"The bank covers {percent(self.share)} of this exam's topics by weight so far."]
        none = [one.topic.name for one in self.topics if not one.there]
        if none:
            said.append(f"Nothing yet on: {listed(none, '; ')}.")
        some = [one.sentence for one in self.topics if one.there and one.covered < 1]
        if some:
            said.append(f"Not all of: {listed(some, '; ')}.")
        return said


def coverage(blueprint: Blueprint, questions: Iterable[Question]) -> Coverage:
    """Which topics have enough questions for the items that their weight asks for."""
    usable = [question for question in questions if blueprint.allows(question)]
    there = Counter(question.objective for question in usable)
    reserved = Counter(question.objective for question in usable if question.pool == "exam")
    shares = blueprint.shares()
    wanted = largest_remainders(blueprint.items, shares)
    return Coverage(
        blueprint,
        tuple(
            TopicCoverage(
                topic,
                share,
                count,
                sum(there[name] for name in topic.objectives),
                sum(reserved[name] for name in topic.objectives),
                tuple(name for name in topic.objectives if not there[name]),
            )
            for topic, share, count in zip(blueprint.topics, shares, wanted, strict=True)
        ),
    )


def largest_remainders(
    count: int, weights: Iterable[float], ties: Sequence[int] | None = None
) -> list[int]:
    """`count` things dealt out by weight, whole ones: Hamilton's method. Each gets its share
    rounded down; what is left goes to the largest remainders, at a tie to the one with the least
    of `ties`, or to the earlier one."""
    parts = list(weights)
    whole = math.fsum(parts)
    if not whole:
        return [0] * len(parts)
    exact = [count * part / whole for part in parts]
    # A share that is whole on paper must not lose one to rounding (0.1 + 0.2).
    dealt = [math.floor(value + 1e-9) for value in exact]
    tie = ties or range(len(parts))
    order = sorted(range(len(parts)), key=lambda i: (-round(exact[i] - dealt[i], 9), tie[i]))
    for index in order[: count - sum(dealt)]:
        dealt[index] += 1
    return dealt


def plural(count: int, noun: str) -> str:
    """ "1 item", "5 items"."""
    return f"{count} {noun if count == 1 else noun + 's'}"


def listed(names: Iterable[str], between: str = ", ") -> str:
    """ "a, b and c"; with another sign between, "a; b; c"."""
    *most, last = names
    if not most:
        return last
    return between.join([*most, last]) if between != ", " else f"{', '.join(most)} and {last}"


def percent(share: float) -> str:
    """ "62 %"; never 100 % of what is not whole, never 0 % of something."""
    shown = round(100 * share)
    if shown == 100 and share < 1:
        shown = 99
    if shown == 0 and share > 0:
        shown = 1
    return f"{shown} %"
