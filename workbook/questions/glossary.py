"""The glossary: the course's terms, read from `lessons/glossary.yml`.

This is the learner's side: it trusts that the file was validated when the lessons were built
(`validate`, which alone imports pydantic) and reads it again only when it changed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

from workbook import paths
from workbook.questions import bank
from workbook.questions.bank import BankError

if TYPE_CHECKING:
    from workbook.questions.validate import Loc, Problem

LESSONS = tuple(f"{number:02d}" for number in range(15))
"""The numbers of the course's lessons."""
NEAR = 0.85  # from here on two spellings are taken for one
THIS = "this workbook"

_FORBID: dict[str, Any] = {"extra": "forbid"}  # read by pydantic, where the author validates


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What a term is taken for: another `term` of the glossary or a plain `word`; how it differs.

    `how` is a clause that goes on after "not ...:", in lower case and without a full stop.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    how: str
    term: str | None = None
    word: str | None = None

    @property
    def name(self) -> str:
        """The term or the word."""
        return self.term or self.word or ""


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A rate in words. What depends on the question says so instead of staying silent."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    numerator: str
    denominator: str
    scope: str
    window: str
    exclusions: str


@dataclass(frozen=True, kw_only=True)
class Term:
    """One term. `lessons` has where it is introduced first, then where it is used again.

    `definition` is one or two sentences that go on after "term:"; `contested` says who disagrees
    and what can be defended.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    term: str
    definition: str
    example: str
    not_to_be_confused_with: list[Difference] = field(metadata={"of": Difference})
    lessons: list[str]
    source: str
    aliases: list[str] = field(default_factory=list)
    contested: str | None = None
    formula: Formula | None = field(default=None, metadata={"of": Formula})

    @property
    def names(self) -> list[str]:
        """The term and its aliases."""
        return [self.term, *self.aliases]

    @property
    def first(self) -> str:
        """The lesson that introduces it."""
        return self.lessons[0]


class GlossaryError(BankError):
    """A glossary that cannot be used; the message says what to do."""


def path() -> Path:
    """Where the glossary is."""
    return paths.lessons_dir() / "glossary.yml"


def terms() -> list[Term]:
    """Every term, in the file's order. Raises `GlossaryError`."""
    return list(read(path()))


def of_lesson(number: str) -> list[Term]:
    """The terms of lesson `number` ("02"): those it introduces, then those met again."""
    found = [term for term in terms() if number in term.lessons]
    return sorted(found, key=lambda term: term.first != number)


def find(name: str) -> Term | None:
    """The term of this name: canonical or alias, in whatever inflection, or nearly so spelled."""
    everything = terms()
    wanted = stems(name)
    for term in everything:
        if wanted and wanted in map(stems, term.names):
            return term
    by_name = {_folded(alias): term for term in everything for alias in term.names}
    near = difflib.get_close_matches(_folded(name), by_name, n=1, cutoff=NEAR)
    return by_name[near[0]] if near else None


def nearest(name: str, count: int = 3) -> list[Term]:
    """The terms most like a name that is unknown: shared words first, then spelling."""
    wanted, folded = set(stems(name)), _folded(name)

    def likeness(term: Term) -> tuple[int, float]:
        shared = max(len(wanted & set(stems(alias))) for alias in term.names)
        match = difflib.SequenceMatcher(a=folded)
        ratios = []
        for alias in term.names:
            match.set_seq2(_folded(alias))
            ratios.append(match.ratio())
        return shared, max(ratios)

    return sorted(terms(), key=likeness, reverse=True)[:count]


_CACHE: dict[Path, tuple[tuple[int, int], tuple[Term, ...]]] = {}


def read(file: Path) -> tuple[Term, ...]:
    """The terms of a glossary file. Raises `GlossaryError`."""
    try:
        stat = file.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        if file in _CACHE and _CACHE[file][0] == stamp:
            return _CACHE[file][1]
        data = yaml.load(file.read_text("utf-8"), Loader=bank.LOADER)
        found = tuple(bank.assembled(Term, entry) for entry in data["terms"])
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise GlossaryError(
            f"The glossary ({file.name}) cannot be read ({type(error).__name__}). "
            "Run `python -m workbook build` to see what is wrong in the file."
        ) from error
    _CACHE[file] = (stamp, found)
    return found


# --- words, whatever their inflection ----------------------------------------------------------


def _folded(name: str) -> str:
    return " ".join(stems(name))


@lru_cache(maxsize=4096)
def stems(text: str) -> tuple[str, ...]:
    """The words of a text in one form each: "Engaged sessions'" and "engaged-session" are equal.

    Crude on purpose (endings of plural and verb, no dictionary): it finds a term in a sentence,
    and two words that it takes for one do no harm there.
    """
    plain = re.sub(r"['’]s\b", "", text.lower())
    return tuple(_stem(word) for word in re.findall(r"[a-z0-9]+", plain))


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif re.search(r"(ss|x|ch|sh)es$", word):
        word = word[:-2]
    elif len(word) > 2 and re.search(r"[^sui]s$", word):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            word = re.sub(r"([bdgmnprt])\1$", r"\1", word[: -len(ending)])
            break
    return word.removesuffix("e") if len(word) > 3 else word


def occurs(term: Term, words: Sequence[str]) -> bool:
    """Whether a text, as `stems` gives it, holds the term or one of its aliases."""
    joined = f" {' '.join(words)} "
    return any(f" {' '.join(stems(name))} " in joined for name in term.names)


# --- the author's side -------------------------------------------------------------------------


def validate(file: Path) -> list[Problem]:
    """All faults of the glossary at `file`, in the order of its lines; empty if it is sound.

    Never raises for what is in the file, broken YAML included.
    """
    from workbook.questions import validate as author

    found = author.opened(file)
    if isinstance(found, author.Problem):
        return [found]
    return found.problems([] if found.faults else _faults(found.data))


def lines(file: Path) -> dict[str, int]:
    """The line on which each term of a sound glossary begins."""
    root: Any = yaml.compose(file.read_text("utf-8"), Loader=yaml.SafeLoader)
    [(_, entries)] = root.value
    return {
        value.value: key.start_mark.line + 1
        for entry in entries.value
        for key, value in entry.value
        if key.value == "term"
    }


_Fault = tuple["Loc", str, str]


def _faults(data: Any) -> Iterator[_Fault]:
    from pydantic import TypeAdapter

    if not isinstance(data, dict) or not isinstance(data.get("terms"), list):
        yield (), "there is no list `terms`", "start the file with `terms:`"
        return
    for key in data.keys() - {"terms"}:
        yield (key,), f"unknown key `{key}`", "only `terms` stands here"
    sound: list[tuple[Loc, Term]] = []
    whole = TypeAdapter(Term)
    for index, entry in enumerate(data["terms"]):
        loc: Loc = ("terms", index)
        faults = list(_shape(entry, loc, whole))
        yield from faults
        if not faults:
            sound.append((loc, bank.assembled(Term, entry)))
    yield from _taken(sound)
    known = {stems(name): term for _, term in sound for name in term.names}
    for loc, term in sound:
        yield from _alone(term, loc)
        yield from _confusions(term, loc, known)


def _shape(entry: Any, loc: Loc, whole: Any) -> Iterator[_Fault]:
    from pydantic import ValidationError

    if not isinstance(entry, dict):
        yield loc, "a term must be a mapping", "start it with `- term:`"
        return
    try:
        whole.validate_python(entry)
    except ValidationError as error:
        for one in error.errors():
            here, name = (*loc, *one["loc"]), str(one["loc"][-1])
            if one["type"] in ("missing", "missing_argument"):
                yield here, f"`{name}` is missing", "write it"
            elif one["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
                parts = (Term, Difference, Formula)
                known = [spec.name for part in parts for spec in fields(part)]
                near = difflib.get_close_matches(name, known, n=1)
                todo = f"did you mean `{near[0]}`?" if near else "remove it"
                yield here, f"unknown key `{name}`", todo
            elif one["type"] == "string_type":
                yield here, f"`{name}` is not read as text", "put it in quotes"
            else:
                yield here, f"`{name}`: {one['msg']}", "correct the value"
        return
    yield from _empty(entry, loc)


def _empty(value: Any, loc: Loc) -> Iterator[_Fault]:
    if value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
        yield loc, f"`{loc[-1]}` is empty", "write it"
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _empty(item, (*loc, key))


def _taken(sound: Iterable[tuple[Loc, Term]]) -> Iterator[_Fault]:
    owner: dict[tuple[str, ...], str] = {}
    seen: set[tuple[str, ...]] = set()
    for loc, term in sound:
        places: list[Loc] = [(*loc, "term")]
        places += [(*loc, "aliases", index) for index in range(len(term.aliases))]
        for nth, (place, name) in enumerate(zip(places, term.names, strict=True)):
            # A term may list another spelling of its own, such as the event's name in the log.
            taken = owner.setdefault(stems(name), term.term)
            if taken != term.term or name in term.names[:nth] or (nth == 0 and stems(name) in seen):
                yield place, f"`{name}` already belongs to `{taken}`", "give each name to one term"
            seen.add(stems(name))


def _alone(term: Term, loc: Loc) -> Iterator[_Fault]:
    """Faults that a term shows by itself."""
    if (said := len(_sentences(term.definition))) > 2:
        what = f"the definition has {said} sentences"
        yield (*loc, "definition"), what, "keep two; the rest is example, difference or contested"
    own = {stem for name in term.names for stem in stems(name)}
    if len(set(stems(term.definition)) - own - _LITTLE) < 3:
        what = f"the definition of `{term.term}` says little but its own name"
        yield (*loc, "definition"), what, "say what it is in other words"
    for index, number in enumerate(term.lessons):
        if number not in LESSONS:
            todo = f"use two digits in quotes, {LESSONS[0]} to {LESSONS[-1]}"
            yield (*loc, "lessons", index), f"unknown lesson `{number}`", todo
    if len(set(term.lessons)) < len(term.lessons):
        yield (*loc, "lessons"), "a lesson stands here twice", "keep one"
    if THIS not in term.source.lower() and not re.search(r"\b(19|20)\d\d\b", term.source):
        yield (*loc, "source"), "the source has no year", f'add it, or write "{THIS}"'


def _confusions(term: Term, loc: Loc, known: dict[tuple[str, ...], Term]) -> Iterator[_Fault]:
    for index, other in enumerate(term.not_to_be_confused_with):
        here: Loc = (*loc, "not_to_be_confused_with", index)
        if (other.term is None) == (other.word is None):
            yield here, "it must name a `term` or a plain `word`", "give one of the two"
            continue
        meant = known.get(stems(other.name))
        if meant is term:
            yield here, f"`{term.term}` is set against itself", "name something else"
        elif other.term is not None and meant is None:
            near = difflib.get_close_matches(other.term, [one.term for one in known.values()], n=1)
            todo = f"did you mean `{near[0]}`?" if near else "add the term, or name it as a `word`"
            yield (*here, "term"), f"`{other.term}` is no term of the glossary", todo
        elif other.term is not None and meant is not None and meant.term != other.term:
            todo = f"write `{meant.term}`"
            yield (*here, "term"), f"`{other.term}` is only another name", todo
        elif other.word is not None and meant is not None:
            todo = f"write `term: {meant.term}`"
            yield (*here, "word"), f"`{other.word}` is a term of the glossary", todo
        if len(_sentences(other.how)) > 1 or other.how.rstrip().endswith("."):
            todo = "one clause, no full stop"
            yield (*here, "how"), f"the difference to `{other.name}` is more than a clause", todo


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])[\"')]*\s+(?=\S)", text.strip())


_LITTLE = frozenset(
    stem
    for stem in stems(
        "a an the this that these which what who whose it its is are was be been being has have "
        "do does did of in on at to for from by with as and or not no if when where than then one "
        "any all some each every other such so also only used term word name called means thing"
    )
)
