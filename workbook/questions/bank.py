"""The bank of questions: one dataclass per type, read from `lessons/NN-slug.yml` and, for what no
lesson teaches and an exam asks, from the packs `lessons/exams/*.yml`.

This is the learner's side: it trusts that the file was validated when the lesson was built
(`workbook.questions.validate`), imports nothing heavy, and reads a file again only when it changed.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import yaml

from workbook import paths
from workbook.questions.rows import filled

Bloom = Literal["remember", "understand", "apply", "analyze", "evaluate", "create"]
Pool = Literal["lesson", "exam"]
Cell = str | int | float

EXAMS = "exams"
"""The folder of the packs, in that of the lessons."""

_FORBID: dict[str, Any] = {"extra": "forbid"}  # read by pydantic, where the author validates


@dataclass(frozen=True)
class Option:
    """One answer to choose; `why` explains it, right or not (for a decision: its consequence).

    `policy` (decisions) is what the choice changes in the shop: fields of `shop.policy.Policy`;
    `best` (decisions) that the shop's truth names this choice the best of them, if it names one.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    text: str
    why: str
    right: bool = False
    policy: dict[str, bool | float] | None = None
    best: bool = False


@dataclass(frozen=True)
class Slip:
    """A wrong number that people really get: an arithmetic expression, and what went wrong."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    value: Cell
    why: str


@dataclass(frozen=True)
class Pair:
    """Two things that belong together."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    left: str
    right: str
    why: str


@dataclass(frozen=True)
class Row:
    """One thing to classify; `also` names further reasons that are accepted."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    text: str
    label: str
    why: str
    reason: str | None = None
    also: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """A small table shown under the stem."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    columns: list[str]
    rows: list[list[Cell]]

    @property
    def has_row_names(self) -> bool:
        """Whether the first column names the rows: different words, and more columns follow."""
        first = [str(row[0]) for row in self.rows]
        worded = all(any(map(str.isalpha, name)) for name in first)
        return len(self.columns) > 1 and worded and len(set(first)) == len(first)


@dataclass(frozen=True)
class Contested:
    """A point on which sources disagree: `keyed` is what an exam's sources key, and which source,
    `defensible` the answer that can be defended, and why. Told after the answer only."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    keyed: str
    defensible: str


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What every question has.

    `numbers` maps a name to (low, high, step); texts use it as `{name}` or as an expression with
    a format, `{100 * orders / carts:.1f}`. `twin` is the code exercise that asks the same thing.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    # Fields that change what an answer means; rewording a `why` must not void old answers.
    substance: ClassVar[tuple[str, ...]] = ()

    id: str
    objective: str
    bloom: Bloom
    stem: str
    pool: Pool = "lesson"
    twin: str | None = None
    table: Table | None = field(default=None, metadata={"of": Table})
    numbers: dict[str, tuple[int | float, int | float, int | float]] = field(default_factory=dict)
    hint: str | None = None
    source: str | None = None
    contested: Contested | None = field(default=None, metadata={"of": Contested})

    @property
    def lesson(self) -> str:
        """The lesson's number, two digits; of a pack's question what its ids begin with ("ga4")."""
        return prefix(self.id)

    @property
    def hash(self) -> str:
        """Eight hex digits that change when the question asks something else."""
        data = asdict(self)
        kept: dict[str, Any] = {
            name: data[name] for name in ("type", "stem", "table", "numbers", *self.substance)
        }
        for parts in kept.values():
            if isinstance(parts, list):
                for part in parts:
                    if isinstance(part, dict):
                        part.pop("why", None)
                        part.pop("best", None)
        text = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Single(_Question):
    """Exactly one option is right. An answer is the option's index."""

    substance: ClassVar[tuple[str, ...]] = ("options",)
    options: list[Option] = field(metadata={"of": Option})
    type: Literal["single"] = "single"


@dataclass(frozen=True, kw_only=True)
class Multiple(_Question):
    """Any number of options is right. An answer is a list of indices."""

    substance: ClassVar[tuple[str, ...]] = ("options",)
    options: list[Option] = field(metadata={"of": Option})
    type: Literal["multiple"] = "multiple"


@dataclass(frozen=True, kw_only=True)
class Numeric(_Question):
    """A number with a unit. `answer` is an expression over `numbers`; an answer is typed text."""

    substance: ClassVar[tuple[str, ...]] = ("answer", "unit", "tolerance")
    answer: Cell
    why: str
    unit: str | None = None
    tolerance: float = 0.0
    wrong: list[Slip] = field(default_factory=list, metadata={"of": Slip})
    type: Literal["numeric"] = "numeric"


@dataclass(frozen=True, kw_only=True)
class Order(_Question):
    """Put `items` (given in the right order) in order. An answer is a list of their indices."""

    substance: ClassVar[tuple[str, ...]] = ("items",)
    items: list[str]
    why: str
    type: Literal["order"] = "order"


@dataclass(frozen=True, kw_only=True)
class Match(_Question):
    """Find each left side's right side. An answer lists, for each left, an index into `pairs`."""

    substance: ClassVar[tuple[str, ...]] = ("pairs",)
    pairs: list[Pair] = field(metadata={"of": Pair})
    type: Literal["match"] = "match"


@dataclass(frozen=True, kw_only=True)
class Short(_Question):
    """Prose, compared with a model answer and rated by the learner; never marked right.

    An answer is `{"text": ..., "ratings": [bool per rubric line]}`, first without ratings.
    """

    substance: ClassVar[tuple[str, ...]] = ("rubric",)
    model: str
    rubric: list[str]
    type: Literal["short"] = "short"


@dataclass(frozen=True, kw_only=True)
class Classify(_Question):
    """Give each row a label and, if there are `reasons`, a reason.

    An answer is a list of `[label, reason]`, one per row. Passed with `at_least` right labels;
    the reasons are marked beside them. `words` are what the two are called ("stage", "place").
    """

    substance: ClassVar[tuple[str, ...]] = ("labels", "reasons", "rows", "at_least")
    labels: dict[str, str]
    rows: list[Row] = field(metadata={"of": Row})
    reasons: dict[str, str] = field(default_factory=dict)
    at_least: int | None = None
    words: tuple[str, str] = ("label", "reason")
    type: Literal["classify"] = "classify"


@dataclass(frozen=True, kw_only=True)
class Predict(_Question):
    """A commitment, locked when made; then `reveal` is shown.

    With `options` an answer is an index, else typed text holding a number of `unit`.
    """

    substance: ClassVar[tuple[str, ...]] = ("options", "unit")
    reveal: str
    options: list[Option] = field(default_factory=list, metadata={"of": Option})
    unit: str | None = None
    type: Literal["predict"] = "predict"


@dataclass(frozen=True, kw_only=True)
class Decide(_Question):
    """A choice, how sure one is, and what would change one's mind; locked, then the consequence.

    An answer is `{"choice": index, "confidence": percent, "change": text}`.
    """

    substance: ClassVar[tuple[str, ...]] = ("options", "change_mind")
    options: list[Option] = field(metadata={"of": Option})
    change_mind: str
    type: Literal["decide"] = "decide"


Question = Single | Multiple | Numeric | Order | Match | Short | Classify | Predict | Decide
TYPES: dict[str, type[Any]] = {
    cls.__dataclass_fields__["type"].default: cls for cls in get_args(Question)
}


class BankError(Exception):
    """A bank that cannot be used; the message says which file and what to do."""


class UnknownQuestionError(BankError):
    """No question has this id; `nearest` is the id most like it, or None."""

    def __init__(self, wanted: str, nearest: str | None) -> None:
        self.nearest = nearest
        advice = f"Did you mean {nearest}?" if nearest else "The lesson has no question bank here."
        super().__init__(f"There is no question {wanted}. {advice}")


_CACHE: dict[Path, tuple[tuple[int, int], tuple[Question, ...]]] = {}


def get(question_id: str) -> Question:
    """The question with this id.

    Raises `UnknownQuestionError`, or `BankError` for a file that cannot be used.
    """
    begins = prefix(question_id)
    if begins.isalnum():
        for path in (*_files(begins), *_packs(f"{begins}-*")):
            for question in read(path):
                if question.id == question_id:
                    return question
    ids = [q.id for q in _readable()]
    near = difflib.get_close_matches(question_id, ids, n=1, cutoff=0.5)
    raise UnknownQuestionError(question_id, near[0] if near else None)


def lesson(number: str) -> list[Question]:
    """The questions of lesson `number` ("07"), in the file's order; empty if there is no bank."""
    return [q for path in _files(number) for q in read(path)]


def all_questions() -> list[Question]:
    """Every question of every lesson, in lesson order. The packs are apart: see `packs`."""
    return [q for path in _files("[0-9][0-9]") for q in read(path)]


def before(number: str) -> list[Question]:
    """Every question of the lessons before lesson `number`, in lesson order."""
    paths_before = (path for path in _files("[0-9][0-9]") if prefix(path.stem) < number)
    return [q for path in paths_before for q in read(path)]


def pack(name: str) -> list[Question]:
    """The questions of the exam pack `name` ("ga4-setup"), in the file's order.

    A pack is `lessons/exams/<name>.yml`: questions for an exam on what no lesson teaches, each
    with its source, whose ids begin as the name does up to its first hyphen ("ga4-q01"). Empty if
    there is no such pack, as in a class's handout, which comes without them.
    """
    return [q for path in _packs() if path.stem == name for q in read(path)]


def packs() -> dict[str, list[Question]]:
    """The questions of every exam pack, by the pack's name."""
    return {path.stem: list(read(path)) for path in _packs()}


def prefix(name: str) -> str:
    """What the ids of a bank begin with, from its file's name or from an id: up to the hyphen."""
    return name.partition("-")[0]


def _readable() -> Iterator[Question]:
    for path in (*_files("[0-9][0-9]"), *_packs()):
        try:
            yield from read(path)
        except BankError:
            continue


def _files(number: str) -> list[Path]:
    return sorted(paths.lessons_dir().glob(f"{number}-*.yml"))


def _packs(name: str = "*") -> list[Path]:
    return sorted((paths.lessons_dir() / EXAMS).glob(f"{name}.yml"))


def read(path: Path) -> tuple[Question, ...]:
    try:
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        if path in _CACHE and _CACHE[path][0] == stamp:
            return _CACHE[path][1]
        data = yaml.load(path.read_text("utf-8"), Loader=LOADER)
        tables = path.parent / "tables"
        questions = tuple(build(filled(entry, tables)) for entry in data["questions"])
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        # An author sees every fault in its line from `validate`; here one clear line must do.
        raise BankError(
            f"The questions in {path.name} cannot be read ({type(error).__name__}). "
            f"Run `python -m workbook build {_called(path)}` to see what is wrong in the file."
        ) from error
    _CACHE[path] = (stamp, questions)
    return questions


def _called(path: Path) -> str:
    """What the build calls a file's lesson (its number) or pack (its name)."""
    return path.stem if path.parent.name == EXAMS else prefix(path.stem)


LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def build(data: dict[str, Any]) -> Question:
    """One question from a YAML mapping. Raises KeyError, TypeError or ValueError if it cannot."""
    question: Question = assembled(TYPES[data["type"]], data)
    return question


def assembled(cls: type[Any], data: dict[str, Any]) -> Any:
    """A dataclass from a YAML mapping, its parts (`of` in a field's metadata) likewise; texts are
    stripped, names that it does not know are passed over."""
    values: dict[str, Any] = {}
    for spec in fields(cls):
        if spec.name not in data:
            continue
        value = data[spec.name]
        part = spec.metadata.get("of")
        if part is not None and isinstance(value, list):
            value = [assembled(part, item) for item in value]
        elif part is not None and value is not None:
            value = assembled(part, value)
        elif isinstance(value, str):
            value = value.strip()
        values[spec.name] = value
    return cls(**values)
