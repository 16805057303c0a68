"""What the build asks of a blueprint of a mock exam (`lessons/exams/blueprints/*.yml`): a sound
file whose topics rest on objectives of the course, and that promises a learner nothing."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from workbook.questions import bank
from workbook.reference.source import Problem
from workbook.study import blueprint
from workbook.study.blueprint import LEVELS, MARKABLE, MOST_ITEMS, MOST_MINUTES, Blueprint, Topic

KEYS = [spec.name for spec in fields(Blueprint) if spec.name != "name"]
OPTIONAL = ("packs", "bloom")
TOPIC_KEYS = [spec.name for spec in fields(Topic)]

Loc = tuple[str | int, ...]
Fault = tuple[Loc, str, str]


def sources(folder: Path) -> list[Path]:
    """The blueprints of the course whose lessons lie in `folder`, by name."""
    return sorted((folder / bank.EXAMS / blueprint.FOLDER).glob("*.yml"))


def of_blueprint(path: Path, objectives: Collection[str]) -> list[Problem]:
    """The faults of a blueprint of the course, whose packs lie in the folder above."""
    packs = [pack.stem for pack in path.parent.parent.glob("*.yml")]
    return [Problem(path, line, what) for line, what in faults(path, objectives, packs)]


def lacking(path: Path) -> list[str]:
    """What the bank lacks for a sound blueprint, in sentences; empty if nothing."""
    found = blueprint.read(path)
    known = blueprint.questions(found)
    there = sum(map(found.allows, known))
    said = blueprint.coverage(found, known).sentences[1:]
    if there < found.items:
        said.append(f"The bank has {there} questions for {found.items} items.")
    return said


def faults(
    path: Path, objectives: Collection[str], packs: Collection[str]
) -> list[tuple[int, str]]:
    """All faults of the blueprint at `path` by line: what is wrong, and what to do.

    `objectives` are the ids that the course knows, `packs` the names of its exam packs. Never
    raises for what is in the file, broken YAML included.
    """
    from workbook.questions import validate  # pydantic, which only a build needs

    file = validate.opened(path)
    if isinstance(file, validate.Problem):
        return [(file.line, f"{file.what}; {file.todo}")]
    found = [*_name(path, packs), *_file(file.data, objectives, packs)]
    return [(fault.line, f"{fault.what}; {fault.todo}") for fault in file.problems(found)]


def _name(path: Path, packs: Collection[str]) -> Iterator[Fault]:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", path.stem):
        todo = "use small letters, digits and hyphens, such as midterm-1.yml"
        yield (), f"the file's name `{path.stem}` cannot be the exam's name", todo
    if path.stem in packs:
        yield (), f"an exam pack is called {path.stem} too", "give one another name"


def _file(data: Any, objectives: Collection[str], packs: Collection[str]) -> Iterator[Fault]:
    if not isinstance(data, dict):
        yield (), "there are no keys", f"give {', '.join(KEYS)}"
        return
    for key in data:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, n=1)
            todo = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(KEYS)}"
            yield (str(key),), f"unknown key `{key}`", todo
    for key in KEYS:
        if key not in data and key not in OPTIONAL:
            null = " (null if there is none)" if key in ("minutes", "pass_mark") else ""
            yield (), f"`{key}` is missing", f"add it{null}"
    for key, check in (("title", _title), ("about", _about), ("items", _items)):
        if key in data:
            yield from check(data[key], (key,))
    if data.get("minutes") is not None:
        yield from _number(data["minutes"], ("minutes",), MOST_MINUTES)
    if data.get("pass_mark") is not None:
        yield from _number(data["pass_mark"], ("pass_mark",), 1, "write 80 % as 0.8")
    pools = get_args(bank.Pool)
    if "pool" in data and data["pool"] not in pools:
        yield ("pool",), f"unknown pool `{data['pool']}`", f"choose {' or '.join(pools)}"
    if "types" in data:
        todo = f"choose of {', '.join(MARKABLE)}: a machine has to mark them"
        yield from _names(data["types"], ("types",), MARKABLE, "type", todo)
    if "packs" in data:
        todo = f"there are {', '.join(sorted(packs)) or 'none'}"
        yield from _names(data["packs"], ("packs",), packs, "exam pack", todo, empty=True)
    yield from _bloom(data.get("bloom"))
    if "topics" in data:
        yield from _topics(data["topics"], objectives)
        yield from _weights(data)


def _title(value: Any, loc: Loc) -> Iterator[Fault]:
    if not isinstance(value, str) or not value.strip():
        yield loc, f"`{loc[-1]}` is no text", "write it"


def _about(value: Any, loc: Loc) -> Iterator[Fault]:
    if not isinstance(value, str) or not value.strip():
        yield loc, "`about` is no text", "say what the exam is and where its topics come from"
        return
    if not re.search(r"\b(unaffiliated|not affiliated|unofficial)\b", value, re.IGNORECASE):
        todo = "say with whom, e.g. unaffiliated with Google and with WGU"
        yield loc, "it does not say that the exam is unaffiliated", todo
    if not re.search(r"\bno prediction\b", value, re.IGNORECASE):
        todo = "say that a score here is no prediction of a real result"
        yield loc, "it does not say what a score is not", todo


def _items(value: Any, loc: Loc) -> Iterator[Fault]:
    if type(value) is not int or not 0 < value <= MOST_ITEMS:
        yield loc, f"`{value}` is no number of items", f"a whole number from 1 to {MOST_ITEMS}"


def _number(value: Any, loc: Loc, most: float, todo: str = "") -> Iterator[Fault]:
    if not _is_number(value) or not 0 < value <= most:
        said = f"a number above 0, at most {most:g}" + (f": {todo}" if todo else "")
        yield loc, f"`{loc[-1]}` is `{value}`", said


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _names(
    value: Any, loc: Loc, known: Collection[str], word: str, todo: str, empty: bool = False
) -> Iterator[Fault]:
    """A list of names, each known and once."""
    if not isinstance(value, list) or (not value and not empty):
        yield loc, f"`{loc[-1]}` is no list of names", todo
        return
    for place, name in enumerate(value):
        if not isinstance(name, str) or name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            advice = f"did you mean `{near[0]}`?" if near else todo
            yield (*loc, place), f"unknown {word} `{name}`", advice
        elif name in value[:place]:
            yield (*loc, place), f"the {word} `{name}` stands here twice", "keep one"


def _bloom(value: Any) -> Iterator[Fault]:
    if value is None:
        return
    if not isinstance(value, dict):
        yield ("bloom",), "`bloom` is no mapping", "write {apply: 2, analyze: 1}, or {}"
        return
    for level, part in value.items():
        loc = ("bloom", str(level))
        if level not in LEVELS:
            yield loc, f"unknown level `{level}`", f"the levels are {', '.join(LEVELS)}"
        yield from _number(part, loc, MOST_ITEMS)


def _topics(value: Any, objectives: Collection[str]) -> Iterator[Fault]:
    if not isinstance(value, list) or not value:
        yield ("topics",), "there is no topic", "give `- name`, `weight`, `objectives` of each"
        return
    names: set[str] = set()
    owner: dict[str, str] = {}
    for place, topic in enumerate(value):
        loc: Loc = ("topics", place)
        if not isinstance(topic, dict):
            yield loc, "a topic must be a mapping", f"give {', '.join(TOPIC_KEYS)}"
            continue
        for key in topic:
            if key not in TOPIC_KEYS:
                yield (*loc, str(key)), f"unknown key `{key}`", f"give {', '.join(TOPIC_KEYS)}"
        for key in TOPIC_KEYS:
            if key not in topic:
                yield loc, f"`{key}` is missing", "add it"
        name = str(topic.get("name", "")).strip()
        if "name" in topic:
            yield from _title(topic["name"], (*loc, "name"))
            if name and name in names:
                yield (*loc, "name"), f"two topics are called {name}", "give each its own name"
            names.add(name)
        if "weight" in topic:
            yield from _number(topic["weight"], (*loc, "weight"), MOST_ITEMS)
        ids = topic.get("objectives", [])
        if "objectives" in topic:
            todo = "the ids stand in lessons/objectives.yml"
            yield from _names(ids, (*loc, "objectives"), objectives, "objective", todo)
        for index, one in enumerate(ids if isinstance(ids, list) else []):
            if isinstance(one, str) and owner.setdefault(one, name) != name:
                what = f"the objective {one} stands in {owner[one]} too"
                yield (*loc, "objectives", index), what, "an item counts once, so keep one"


def _weights(data: dict[str, Any]) -> Iterator[Fault]:
    """A topic so light that no item is drawn for it."""
    topics, items = data["topics"], data.get("items")
    if not isinstance(topics, list):
        return
    weights: list[Any] = [t.get("weight") if isinstance(t, dict) else None for t in topics]
    if type(items) is not int or not 0 < items <= MOST_ITEMS:
        return
    if not all(_is_number(weight) and 0 < weight <= MOST_ITEMS for weight in weights):
        return
    for place, count in enumerate(blueprint.largest_remainders(items, weights)):
        if not count:
            what = f"its weight asks for none of the {items} items"
            yield ("topics", place, "weight"), what, "raise it, or join it to another topic"
