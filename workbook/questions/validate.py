"""Author's side of the bank: every fault of a question file, with its line and what to do.

`validate(path, objectives)` never raises for what is in the file, broken YAML included.
Imported by the build and the tests only: pydantic is not on the learner's path.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from workbook.questions import bank
from workbook.questions.bank import (
    Classify,
    Decide,
    Match,
    Multiple,
    Numeric,
    Order,
    Predict,
    Question,
    Single,
    Table,
)
from workbook.questions.drawing import ExpressionError, draw, drawn, evaluate
from workbook.questions.rows import RowsError, filled

SEEDS = range(20)  # numbers drawn by these seeds must all give a sound question
DEPTH = 12  # a question needs six levels; an anchor inside itself would never end
Loc = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: where it is (line from 1), what is wrong, what to do."""

    file: str
    line: int
    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.todo}"


@dataclass(frozen=True)
class _Fault:
    """A fault at a place in the data, before the place became a line."""

    loc: Loc
    what: str
    todo: str


def validate(path: Path, objectives: Collection[str]) -> list[Problem]:
    """All faults of the bank at `path`, in the order of its lines; empty if it is sound.

    Its ids begin as its name does up to the first hyphen: `07-funnels.yml` holds "07-q01",
    `ga4-setup.yml` "ga4-q01". `objectives` are the ids that the course knows ("L7.2").
    """
    file = opened(path)
    if isinstance(file, Problem):
        return [file]
    faults = file.faults
    if not faults:
        faults = list(_filled(file.data, path.parent / "tables"))
    if not faults:
        faults = list(_file(file.data, bank.prefix(path.stem), objectives))
    return file.problems((f.loc, f.what, f.todo) for f in faults)


@dataclass(frozen=True)
class Opened:
    """A YAML file with the line of every place in it, and keys that YAML would swallow."""

    name: str
    data: Any
    lines: dict[Loc, int]
    faults: list[_Fault]

    def problems(self, faults: Iterable[tuple[Loc, str, str]]) -> list[Problem]:
        """Faults (place, what, todo) with their lines, each once; the file's own come first."""
        found = [(fault.loc, fault.what, fault.todo) for fault in self.faults] or faults
        return sorted({Problem(self.name, _line(self.lines, at), *said) for at, *said in found})


def opened(path: Path) -> Opened | Problem:
    """A YAML file that people write, or the one problem that keeps it from being read."""
    name = path.as_posix() if not path.is_absolute() else f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        return Problem(name, 1, f"cannot be read ({error.strerror})", "check name and rights")
    except UnicodeDecodeError:
        return Problem(name, 1, "is not UTF-8 text", "save it as UTF-8")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.load(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _broken(name, error)
    lines: dict[Loc, int] = {(): 1}
    faults = list(_keys(root, (), lines)) if root is not None else []
    return Opened(name, data, lines, faults)


def _broken(name: str, error: Exception) -> Problem:
    """The problem of a file that is no YAML, at the line that YAML names."""
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    todo = "mend the YAML here or just above (indentation, a colon or quote inside a text)"
    return Problem(name, mark.line + 1 if mark else 1, f"is not YAML: {what}", todo)


def _keys(node: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> Iterator[_Fault]:
    """Note the line of every place, and report keys that YAML would swallow or turn around."""
    if len(loc) > DEPTH:
        yield _Fault(loc, "this is nested too deeply", "do not let an anchor refer to itself")
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            here = (*loc, str(key.value))
            lines[here] = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                yield _Fault(here, f"the key `{key.value}` is not read as text", "quote it")
            if key.value in seen:
                yield _Fault(here, f"the key `{key.value}` stands here twice", "keep one")
            seen.add(key.value)
            yield from _keys(value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*loc, index)] = value.start_mark.line + 1
            yield from _keys(value, (*loc, index), lines)


def _filled(data: Any, tables: Path) -> Iterator[_Fault]:
    """Put the rows that questions take from tables in place, and report those that cannot be."""
    entries: Any = data.get("questions") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return
    for index, entry in enumerate(entries):
        try:
            entries[index] = filled(entry, tables)
        except RowsError as fault:
            loc: Loc = ("questions", index, "rows_from")
            yield _Fault(loc, str(fault), "mend it here or in lessons/tables")


def _line(lines: dict[Loc, int], loc: Loc) -> int:
    """The line of a place; what is missing has none, so that of what lacks it."""
    while loc not in lines:
        loc = loc[:-1]
    return lines[loc]


def _file(data: Any, begins: str, objectives: Collection[str]) -> Iterator[_Fault]:
    if not isinstance(data, dict) or not isinstance(data.get("questions"), list):
        yield _Fault((), "there is no list `questions`", "start the file with `questions:`")
        return
    for key in data.keys() - {"questions"}:
        yield _Fault((key,), f"unknown key `{key}`", "only `questions` stands here")
    seen: dict[str, int] = {}
    for index, entry in enumerate(data["questions"]):
        loc: Loc = ("questions", index)
        faults = list(_shape(entry, loc))
        yield from faults
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            yield from _id(entry["id"], begins, seen, loc)
            seen.setdefault(entry["id"], index)
        if not faults:
            question = bank.build(entry)
            yield from _question(question, loc, objectives)


def _id(question_id: str, begins: str, seen: dict[str, int], loc: Loc) -> Iterator[_Fault]:
    here = (*loc, "id")
    if not re.fullmatch(rf"{re.escape(begins)}-[a-z0-9][a-z0-9-]*", question_id):
        whose = f"{'lesson' if begins.isdigit() else 'pack'} {begins}"
        todo = f"name it {begins}-q01, {begins}-q02, ..."
        yield _Fault(here, f"the id `{question_id}` does not belong to {whose}", todo)
    if question_id in seen:
        yield _Fault(here, f"the id `{question_id}` is used twice", "give each question its own")


# --- shape: the dataclasses, read by pydantic -------------------------------------------------


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(bank.TYPES[kind])


def _shape(entry: Any, loc: Loc) -> Iterator[_Fault]:
    if not isinstance(entry, dict):
        yield _Fault(loc, "a question must be a mapping", "start it with `- id:`")
        return
    kind = entry.get("type")
    if not isinstance(kind, str) or kind not in bank.TYPES:
        said = f"the type is `{kind}`" if kind else "the type is missing"
        yield _Fault((*loc, "type"), said, f"choose one of {', '.join(bank.TYPES)}")
        return
    try:
        # Through JSON, since strict mode then takes a list for a tuple, and yet no "no" for False.
        text = json.dumps(entry, default=lambda value: {"not text": str(value)})
        _adapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        yield from {str(e["loc"]): _said(e, loc, kind) for e in error.errors()}.values()


def _said(error: Any, loc: Loc, kind: str) -> _Fault:
    # A choice between types adds its branch to the place ("str", "int"): keep what is in the data.
    place = [part for part in error["loc"] if part not in ("str", "int", "float")]
    here, name = (*loc, *place), str(place[-1]) if place else kind
    if error["type"] in ("missing", "missing_argument"):
        return _Fault(here, f"`{name}` is missing", "add it")
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = [f.name for f in fields(bank.TYPES[kind])] + ["text", "why", "right", "value"]
        near = difflib.get_close_matches(name, known, n=1)
        todo = f"did you mean `{near[0]}`?" if near else "remove it"
        return _Fault(here, f"unknown key `{name}` (type {kind})", todo)
    if error["type"] == "string_type":
        return _Fault(here, f"`{name}` is not read as text", "put it in quotes")
    if error["type"] == "literal_error":
        return _Fault(here, f"`{name}` is `{error['input']}`", f"use {error['ctx']['expected']}")
    return _Fault(here, f"`{name}`: {error['msg']}", "correct the value")


# --- rules -------------------------------------------------------------------------------------


def _question(question: Question, loc: Loc, objectives: Collection[str]) -> Iterator[_Fault]:
    if question.objective not in objectives:
        begins = question.lesson
        topic = f"L{int(begins)}" if begins.isdecimal() else begins.rstrip("0123456789").upper()
        mine = sorted(o for o in objectives if o.startswith(f"{topic}."))
        known = mine or sorted(objectives)[:8]
        todo = f"choose one of {', '.join(known)}" if known else "declare it"
        yield _Fault((*loc, "objective"), f"unknown objective `{question.objective}`", todo)
    yield from _empty(question, loc)
    if question.table:
        width = len(question.table.columns)
        for index, row in enumerate(question.table.rows):
            if len(row) != width:
                what = f"the row has {len(row)} cells for {width} columns"
                yield _Fault((*loc, "table", "rows", index), what, "add or remove cells")
    numbers = list(_numbers(question, loc))
    yield from numbers
    if not numbers:
        yield from _texts(question, loc)
        match question:
            case Numeric():
                yield from _numeric(question, loc)
    match question:
        case Single() | Multiple() | Decide():
            yield from _options(question, loc)
        case Predict():
            if question.options and question.unit:
                yield _Fault(loc, "a prediction has options or a unit, not both", "remove one")
            elif question.options:
                yield from _options(question, loc)
        case Order():
            if len(question.items) < 3:
                yield _Fault(
                    (*loc, "items"), "there is hardly an order", "give three or more items"
                )
            yield from _repeated(question.items, (*loc, "items"))
        case Match():
            if len(question.pairs) < 3:
                yield _Fault((*loc, "pairs"), "too few pairs", "give three or more")
            yield from _repeated([pair.left for pair in question.pairs], (*loc, "pairs"))
        case Classify():
            yield from _classify(question, loc)


def _empty(value: Any, loc: Loc) -> Iterator[_Fault]:
    if isinstance(value, str) and not value.strip():
        yield _Fault(loc, f"`{loc[-1]}` is empty", "write it")
    elif isinstance(value, list):
        if not value and loc[-1] in ("rows", "rubric", "items", "pairs", "columns"):
            yield _Fault(loc, f"`{loc[-1]}` is empty", "fill it")
        for index, item in enumerate(value):
            yield from _empty(item, (*loc, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _empty(item, (*loc, key))
    elif isinstance(value, Table):
        yield from _empty(value.columns, (*loc, "columns"))  # a cell may be empty
    elif hasattr(value, "__dataclass_fields__"):
        for spec in fields(value):
            yield from _empty(getattr(value, spec.name), (*loc, spec.name))


def _numbers(question: Question, loc: Loc) -> Iterator[_Fault]:
    used = json.dumps([getattr(question, f.name) for f in fields(question)], default=repr)
    for name, (low, high, step) in question.numbers.items():
        here = (*loc, "numbers", name)
        if not name.isidentifier():
            yield _Fault(here, f"`{name}` cannot be used in an expression", "use letters and _")
        if not (low <= high and step > 0 and all(map(math.isfinite, (low, high, step)))):
            yield _Fault(here, f"[{low}, {high}, {step}] draws nothing", "give [low, high, step]")
        elif len(re.findall(rf"\b{re.escape(name)}\b", used)) < 2:
            yield _Fault(here, f"the number `{name}` is used nowhere", "use or remove it")


def _texts(question: Question, loc: Loc) -> Iterator[_Fault]:
    if not question.numbers:
        return
    for seed in SEEDS:
        try:
            drawn(question, seed)
        except ExpressionError as error:
            todo = f"in braces, use {', '.join(question.numbers)} and arithmetic"
            yield _Fault(loc, f"a text cannot be filled: {error}", todo)
            return


def _numeric(question: Numeric, loc: Loc) -> Iterator[_Fault]:
    if not 0 <= question.tolerance < math.inf:
        what = f"the tolerance is {question.tolerance:g}"
        yield _Fault((*loc, "tolerance"), what, "give half a unit")
        return
    for seed in SEEDS if question.numbers else (0,):
        numbers = draw(question, seed)
        try:
            here = (*loc, "answer")
            evaluate(question.answer, numbers)
            for index, slip in enumerate(question.wrong):
                here = (*loc, "wrong", index, "value")
                evaluate(slip.value, numbers)
        except ExpressionError as error:
            yield _Fault(here, str(error), f"use {', '.join(numbers) or 'numbers'} and arithmetic")
            return


def _options(question: Single | Multiple | Predict | Decide, loc: Loc) -> Iterator[_Fault]:
    here = (*loc, "options")
    right = sum(option.right for option in question.options)
    if len(question.options) < 2:
        yield _Fault(here, "there is nothing to choose", "give two or more options")
    if isinstance(question, Single) and right != 1:
        yield _Fault(here, f"{right} options are right", "mark exactly one, or use type multiple")
    if isinstance(question, Multiple) and not right:
        yield _Fault(here, "no option is right", "mark at least one")
    if isinstance(question, Decide):
        if right:
            todo = "leave `right` out; `best: true` is what the shop's truth names best"
            yield _Fault(here, "a decision has no right option", todo)
        if (best := sum(option.best for option in question.options)) > 1:
            yield _Fault(here, f"{best} options are best", "mark one at most")
    elif any(option.best for option in question.options):
        yield _Fault(here, "`best` is for decisions", "write `right: true`")
    yield from _repeated([option.text for option in question.options], here)


def _classify(question: Classify, loc: Loc) -> Iterator[_Fault]:
    for index, row in enumerate(question.rows):
        here = (*loc, "rows", index)
        if row.label not in question.labels:
            todo = f"use one of {', '.join(question.labels)}"
            yield _Fault((*here, "label"), f"unknown label `{row.label}`", todo)
        if question.reasons and row.reason is None:
            yield _Fault(here, "the row has no reason", "give the code of one")
        for name, code in [("reason", row.reason), *(("also", code) for code in row.also)]:
            if code is not None and code not in question.reasons:
                todo = (
                    f"use one of {', '.join(question.reasons)}" if question.reasons else "remove it"
                )
                yield _Fault((*here, name), f"unknown reason `{code}`", todo)
    if question.at_least is not None and not 1 <= question.at_least <= len(question.rows):
        what = f"`at_least` is {question.at_least} of {len(question.rows)} rows"
        yield _Fault((*loc, "at_least"), what, "ask for at least one, at most all")
    yield from _repeated([row.text for row in question.rows], (*loc, "rows"))


def _repeated(texts: list[str], loc: Loc) -> Iterator[_Fault]:
    seen = set()
    for index, text in enumerate(texts):
        if text.strip().lower() in seen:
            yield _Fault((*loc, index), f"`{text}` stands here twice", "change one")
        seen.add(text.strip().lower())
