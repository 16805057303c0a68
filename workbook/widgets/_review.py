"""A question after the exam: what was answered, what is right, and every option explained.

The quiz gives feedback to whoever may try again, and holds some of it back; here all is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbook.questions.bank import Classify, Match, Multiple, Numeric, Order, Question, Single
from workbook.questions.drawing import draw, drawn, evaluate
from workbook.questions.marking import Marked, NotAnAnswerError, Part, letter, mark
from workbook.widgets._markdown import to_html, to_inline, to_plain
from workbook.widgets.quiz import shown_part

_MONEY = ("dollars", "dollar", "USD", "euros", "euro", "EUR")


def review(
    question: Question, answer: Any, seed: int = 0, places: Sequence[int] | None = None
) -> dict[str, Any]:
    """HTML of `yours` ("" if blank) and `right`, the explained `parts` in the order in which they
    were shown (`places`: original indices), and `solution`."""
    seen = drawn(question, seed)
    try:
        marked = mark(question, answer, seed)
    except (NotAnAnswerError, TypeError, LookupError, AttributeError):  # blank, or a torn line
        marked = None
    match seen:
        case Single() | Multiple():
            order = list(range(len(seen.options)) if places is None else places)
            parts = _options(seen, marked, order)
            chosen = answer if isinstance(answer, list) else [answer]
            yours = [_option(seen, order, i) for i in order if marked and i in chosen]
            right = [_option(seen, order, i) for i in order if seen.options[i].right]
            return _told(_lines(yours), _lines(right), parts)
        case Numeric():
            told = to_inline(_typed(answer)) if answer is not None else ""
            key = to_inline(f"**{_key(question, seen, seed)}**")
            return _told(told, key, _slip(seen, marked), to_html(seen.why))
        case Order():
            given = [seen.items[i] for i in answer] if marked else []
            right = [f"{n}. {to_inline(item)}" for n, item in enumerate(seen.items, 1)]
            yours = [f"{n}. {to_inline(item)}" for n, item in enumerate(given, 1)]
            return _told(_lines(yours), _lines(right), [], to_html(seen.why))
        case Match():
            return _told(_begun(answer, marked), "", _pairs(seen, answer))
        case Classify():
            return _told(_begun(answer, marked), "", _rows(seen, answer))
    return _told(to_inline(_typed(answer)) if answer is not None else "", "", [])


def _told(yours: str, right: str, parts: list[Part], solution: str = "") -> dict[str, Any]:
    return {
        "yours": yours,
        "right": right,
        "parts": [shown_part(part) for part in parts],
        "solution": solution,
    }


def _key(question: Question, seen: Numeric, seed: int) -> str:
    """The right number with its unit; money with its cents."""
    value = evaluate(seen.answer, draw(question, seed))
    if seen.unit in _MONEY:
        return f"{value:,.2f} {seen.unit}"
    solution = mark(question, "0", seed).solution  # the same for every number
    return solution.removeprefix("**").partition("** ")[0].rstrip(".")


def _slip(seen: Numeric, marked: Marked | None) -> list[Part]:
    """What a wrong number comes from, where the author foresaw it. What `mark` says of any other
    is a hint for another try, and there is none here."""
    if marked is None or marked.correct:
        return []
    foreseen = {slip.why for slip in seen.wrong}
    return [part for part in marked.feedback if part.text in foreseen]


def _lines(found: list[str]) -> str:
    return "<br>".join(found)


def _typed(answer: Any) -> str:
    return str(answer)[:80]


def _begun(answer: Any, marked: Marked | None) -> str:
    """What stands for "your answer" where each line below says it."""
    if answer is None:
        return ""
    return "see each line" if marked else "not complete; see each line"


def _option(question: Single | Multiple, order: list[int], index: int) -> str:
    text = to_inline(question.options[index].text)
    return f"<strong>{letter(order.index(index))}.</strong> {text}"


def _options(question: Single | Multiple, marked: Marked | None, order: list[int]) -> list[Part]:
    if marked:
        return [marked.feedback[index] for index in order]
    parts = []
    for option in (question.options[index] for index in order):
        label = "Right" if option.right else "Not right"
        parts.append(Part("missed" if option.right else "plain", label, option.text, option.why))
    return parts


def _pairs(question: Match, answer: Any) -> list[Part]:
    pairs = question.pairs
    parts = []
    for pair, given in zip(pairs, _padded(answer, len(pairs)), strict=True):
        known = type(given) is int and 0 <= given < len(pairs)
        chosen = pairs[given].right if known else None
        parts.append(_line(pair.left, pair.right, chosen, pair.why))
    return parts


def _rows(question: Classify, answer: Any) -> list[Part]:
    parts = []
    for row, given in zip(question.rows, _padded(answer, len(question.rows)), strict=True):
        label, reason = given if isinstance(given, list | tuple) and len(given) == 2 else ("", "")
        accepted = {row.reason, *row.also} if question.reasons else {reason}
        if label == row.label and reason in accepted:
            right = chosen = _named(question, label, reason)
        else:
            right = _named(question, row.label, row.reason)
            chosen = _named(question, label, reason)
        parts.append(_line(row.text, right, chosen or None, row.why))
    return parts


def _named(question: Classify, label: Any, reason: Any) -> str:
    names = [question.labels.get(label) if isinstance(label, str) else None]
    names.append(question.reasons.get(reason) if isinstance(reason, str) else None)
    return ": ".join(name for name in names if name)


def _line(name: str, right: str, chosen: str | None, why: str) -> Part:
    right, chosen = to_plain(right), None if chosen is None else to_plain(chosen)
    if chosen == right:
        return Part("right", f"Right: {right}", name, why, True)
    if chosen is None:
        return Part("missed", f"Blank; right is: {right}", name, why)
    return Part("wrong", f"You: {chosen}. Right is: {right}", name, why, True)


def _padded(answer: Any, length: int) -> list[Any]:
    given = answer if isinstance(answer, list) else []
    return [*given, *[None] * length][:length]
