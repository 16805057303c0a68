"""The flashcards: every term of the glossary, chosen questions, and what a mock exam got wrong.

Pure but for reading the lessons' files, which are read again only when they changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from workbook import paths
from workbook.questions import bank, glossary
from workbook.questions.bank import (
    BankError,
    Classify,
    Decide,
    Match,
    Multiple,
    Numeric,
    Order,
    Predict,
    Question,
    Short,
    Single,
)
from workbook.questions.drawing import ExpressionError, draw, drawn, evaluate, shown, shuffled
from workbook.questions.glossary import Term
from workbook.study.observations import is_missed
from workbook.study.sitting import Sitting, sittings

Events = Iterable[Mapping[str, Any]]

FILE = "cards.yml"
"""The list of questions that are cards, in the folder of the lessons."""
DIAGNOSTIC = "diagnostic"


@dataclass(frozen=True, slots=True)
class Card:
    """One flashcard; `front` and `back` are Markdown.

    `id` is "term:<slug>" or "question:<question id>", `kind` "term" or "question", `lesson` two
    digits or the exam pack's prefix ("ga4"). `hash`, eight hex digits, changes when something else
    has to be known; a reworded example or explanation leaves it as it is.
    """

    id: str
    kind: str
    lesson: str
    front: str
    back: str
    hash: str


@dataclass(frozen=True, slots=True)
class Deck:
    """The cards in the order in which they are learned, and what could not be read."""

    cards: tuple[Card, ...]
    notices: tuple[str, ...] = ()


def deck(wrong: Iterable[str] = ()) -> Deck:
    """All cards, lesson by lesson; among them the questions `wrong` (their ids) in exams.

    What cannot be read becomes a notice; an id that no question has is passed over.
    """
    found: list[Card] = []
    notices: list[str] = []
    try:
        found += [of_term(term) for term in glossary.terms()]
    except BankError as error:
        notices.append(str(error))
    try:
        named = chosen()
    except BankError as error:
        notices.append(str(error))
        named = []
    for question_id in dict.fromkeys([*named, *wrong]):
        try:
            found.append(of_question(bank.get(question_id)))
        except bank.UnknownQuestionError:
            continue  # a class's handout comes with some lessons only
        except (BankError, ExpressionError) as error:
            if str(error) not in notices:
                notices.append(str(error))
    return Deck(tuple(_in_order(found)), tuple(notices))


def _in_order(cards: Sequence[Card]) -> list[Card]:
    """Lesson by lesson, and in each its questions spread evenly among its terms."""
    count: Counter[tuple[str, str]] = Counter((card.lesson, card.kind) for card in cards)
    met: Counter[tuple[str, str]] = Counter()
    placed: list[tuple[str, float, int, Card]] = []
    for card in cards:
        group = (card.lesson, card.kind)
        met[group] += 1
        placed.append((card.lesson, met[group] / (count[group] + 1), len(placed), card))
    return [card for *_, card in sorted(placed, key=lambda one: one[:3])]


def chosen() -> list[str]:
    """The ids of the questions that `lessons/cards.yml` makes cards; none without the file.

    Raises `BankError` for a file that cannot be used.
    """
    path = paths.lessons_dir() / FILE
    if not path.exists():
        return []
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=bank.LOADER)
        return [str(one) for ids in data["cards"].values() for one in ids]
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BankError(
            f"The list of cards ({path.name}) cannot be read ({type(error).__name__}); "
            "the cards of the glossary are here all the same."
        ) from error


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that an ended exam found wrong, or that was looked at there and left blank.

    `when` is the end of the last such exam, `said` names it: "wrong in the diagnostic".
    """

    when: datetime
    said: str


def wrong_in_exams(events: Events) -> dict[str, Missed]:
    """The questions that ended mock exams and diagnostics found wrong, or that were looked at there
    and left blank."""
    taken = [event for event in events if event.get("kind") == "exam"]
    seconds: dict[str, Mapping[str, float]] | None = None
    found: dict[str, Missed] = {}
    for event in taken:
        verdicts = event.get("verdicts")
        if event.get("what") != "end" or not isinstance(verdicts, Mapping):
            continue
        try:
            when = datetime.fromisoformat(str(event.get("t")))
        except ValueError:
            continue
        if when.tzinfo is None:
            continue
        sitting = str(event.get("item"))
        where = "the diagnostic" if sitting.startswith(f"{DIAGNOSTIC}-") else "a mock exam"
        for question_id, verdict in verdicts.items():
            if verdict == "blank" and seconds is None:  # only then is all of the record replayed
                seconds = {sat.id: sat.seconds for sat in _sittings(taken)}
            if not is_missed(verdict, (seconds or {}).get(sitting, {}).get(question_id, 0.0)):
                continue
            said = f"{'left blank' if verdict == 'blank' else 'wrong'} in {where}"
            before = found.get(question_id)
            if before is None or before.when <= when:
                found[question_id] = Missed(when, said)
    return found


def _sittings(events: Sequence[Mapping[str, Any]]) -> list[Sitting]:
    whole = [e for e in events if isinstance(e.get("item"), str)]
    return sittings(whole)


# --- terms ---------------------------------------------------------------------------------------


def slug(term: str) -> str:
    """The term as a part of an id: small letters and digits with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def of_term(term: Term) -> Card:
    """The card that asks for a term's meaning."""
    front = f"**{term.term}**\n\nWhat does it mean?"
    parts = [term.definition]
    if term.formula:
        rate = term.formula
        parts.append(
            "| The rate | |\n|---|---|\n"
            + "\n".join(
                f"| {name} | {said.replace('|', '&#124;')} |"
                for name, said in (
                    ("Numerator", rate.numerator),
                    ("Denominator", rate.denominator),
                    ("Scope", rate.scope),
                    ("Window", rate.window),
                    ("Exclusions", rate.exclusions),
                )
            )
        )
    parts.append(f"**Example:** {term.example}")
    if term.not_to_be_confused_with:
        parts.append(
            "\n".join(f"- **Not {one.name}:** {one.how}" for one in term.not_to_be_confused_with)
        )
    if term.contested:
        parts.append(f"**Contested:** {term.contested}")
    if term.aliases:
        parts.append(f"**Also called:** {', '.join(term.aliases)}")
    rate_text = "" if term.formula is None else repr(term.formula)
    return Card(
        id=f"term:{slug(term.term)}",
        kind="term",
        lesson=term.first,
        front=front,
        back="\n\n".join(parts),
        hash=_hash(term.term, term.definition, rate_text),
    )


def _hash(*texts: str) -> str:
    text = json.dumps(texts, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


# --- questions -----------------------------------------------------------------------------------


def of_question(question: Question) -> Card:
    """The card of a question, with the numbers that its lesson shows.

    Raises `ExpressionError` if its numbers cannot be computed.
    """
    seen = drawn(question)
    parts = [seen.stem]
    if seen.table:
        parts.append(_table(seen.table.columns, seen.table.rows))
    parts += _asked(question, seen)
    back = _answer(question, seen)
    if seen.contested:
        back.append(f"**Exams key:** {seen.contested.keyed}")
        back.append(f"**What can be defended:** {seen.contested.defensible}")
    if seen.source:
        back.append(f"*Source: {seen.source}*")
    return Card(
        id=f"question:{question.id}",
        kind="question",
        lesson=question.lesson,
        front="\n\n".join(parts),
        back="\n\n".join(back),
        hash=question.hash,
    )


def _asked(question: Question, seen: Question) -> list[str]:
    """What a question shows below its stem, without letters: they change in a mock exam."""
    match seen:
        case Single() | Multiple() | Predict() | Decide():
            more = ["*Any number can be right.*"] if isinstance(seen, Multiple) else []
            return [_list(option.text for option in seen.options), *more]
        case Numeric():
            return [f"*A number, in {seen.unit}.*" if seen.unit else "*A number.*"]
        case Order():
            order = shuffled(question, len(seen.items))
            return [_list(seen.items[index] for index in order)]
        case Match():
            order = shuffled(question, len(seen.pairs))
            return [
                _list(pair.left for pair in seen.pairs),
                "With which of these does each go?",
                _list(seen.pairs[index].right for index in order),
            ]
        case Classify():
            return [_list(row.text for row in seen.rows), f"{', '.join(seen.labels.values())}?"]
    return []


def _answer(question: Question, seen: Question) -> list[str]:
    match seen:
        case Single() | Multiple() | Decide():
            right = [option for option in seen.options if option.right]
            # A decision has no right one; then each says what comes of it.
            return [f"**{one.text}**\n\n{one.why}" for one in right or seen.options]
        case Numeric():
            value = evaluate(seen.answer, draw(question))
            unit = f" {seen.unit}" if seen.unit else ""
            return [f"**{shown(_rounded(value, seen.tolerance))}{unit}**", seen.why]
        case Order():
            return ["\n".join(f"{n}. {item}" for n, item in enumerate(seen.items, 1)), seen.why]
        case Match():
            return [_list(f"{pair.left}: **{pair.right}**. {pair.why}" for pair in seen.pairs)]
        case Classify():
            return [
                _list(f"{row.text}: **{seen.labels[row.label]}**. {row.why}" for row in seen.rows)
            ]
        case Short():
            return [seen.model]
        case Predict():
            return [seen.reveal]


def _rounded(value: float, tolerance: float) -> float:
    """The value to the digits that its tolerance asks for: 1.43 at 0.005."""
    if not tolerance:
        return round(value, 10)
    digits = 0
    while 0.5 * 10**-digits > tolerance * 1.0001 and digits < 6:
        digits += 1
    return round(value, digits)


def _list(texts: Iterable[str]) -> str:
    return "\n".join(f"- {' '.join(text.split())}" for text in texts)


def _table(columns: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    def line(cells: Iterable[Any]) -> str:
        return f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in cells)} |"

    head = list(columns)
    return "\n".join([line(head), f"|{'---|' * len(head)}", *map(line, rows)])
