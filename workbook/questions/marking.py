"""Marking, pure: what an answer is worth and what to say to it.

`mark(question, answer, seed)` takes the answer in the form that the question's class describes
and returns a `Marked`. An answer that is none yet (nothing chosen, "abc" for a number) raises
`NotAnAnswerError`, whose message tells the learner what is missing; it is not counted as wrong.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from workbook.questions.bank import (
    Classify,
    Decide,
    Match,
    Multiple,
    Numeric,
    Option,
    Order,
    Predict,
    Question,
    Short,
    Single,
)
from workbook.questions.drawing import draw, drawn, evaluate, shown

CONFIDENCES = (50, 60, 70, 80, 90, 95, 100)
Sign = Literal["right", "wrong", "missed", "plain"]


class NotAnAnswerError(ValueError):
    """The answer is incomplete or unreadable; the message says what to do."""


@dataclass(frozen=True)
class Part:
    """Feedback on one option, row, pair, item or rubric line.

    `sign` is how it went ("missed": right, but not chosen), `label` the same in words, `name`
    the option's or row's text, `text` the explanation (Markdown).
    """

    sign: Sign
    label: str
    name: str
    text: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Marked:
    """What came of an answer. `correct` is None where nothing is right or wrong.

    `summary` is one plain sentence; `solution` (Markdown) is what may be held back until the
    learner is right or asks for it; `score` is (right, of) where parts count.
    """

    correct: bool | None
    summary: str
    feedback: list[Part] = field(default_factory=list)
    solution: str = ""
    score: tuple[int, int] | None = None


def mark(question: Question, answer: Any, seed: int = 0) -> Marked:
    """Mark one answer. Raises `NotAnAnswerError` if there is nothing to mark yet."""
    question_as_seen = drawn(question, seed)
    match question_as_seen:
        case Single():
            return _single(question_as_seen, answer)
        case Multiple():
            return _multiple(question_as_seen, answer)
        case Numeric():
            return _numeric(question_as_seen, answer, draw(question, seed))
        case Order():
            return _order(question_as_seen, answer)
        case Match():
            return _match(question_as_seen, answer)
        case Short():
            return _short(question_as_seen, answer)
        case Classify():
            return _classify(question_as_seen, answer)
        case Predict():
            return _predict(question_as_seen, answer)
        case Decide():
            return _decide(question_as_seen, answer)


def letter(index: int) -> str:
    """A, B, C ... for the options as they are shown."""
    return chr(ord("A") + index)


# --- options ---------------------------------------------------------------------------------


def _index(value: Any, count: int, missing: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise NotAnAnswerError(missing)
    return value


def _single(question: Single, answer: Any) -> Marked:
    choice = _index(answer, len(question.options), "Choose one of the options first.")
    right = question.options[choice].right
    key = next((i for i, option in enumerate(question.options) if option.right), None)
    summary = "Right." if right else "Not right."
    if not right and key is not None:
        summary += f" You chose {letter(choice)}; the answer is {letter(key)}."
    return Marked(
        right, summary, [_chosen_one(o, i == choice) for i, o in enumerate(question.options)]
    )


def _chosen_one(option: Option, chosen: bool) -> Part:
    sign: Sign = "plain"
    label = "Not right"
    if option.right:
        sign, label = ("right", "Right, your choice") if chosen else ("missed", "The right answer")
    elif chosen:
        sign, label = "wrong", "Not right, your choice"
    return Part(sign, label, option.text, option.why, chosen)


def _multiple(question: Multiple, answer: Any) -> Marked:
    missing = "Choose at least one option first."
    if not isinstance(answer, list) or not answer:
        raise NotAnAnswerError(missing)
    chosen = {_index(value, len(question.options), missing) for value in answer}
    parts = []
    for index, option in enumerate(question.options):
        took = index in chosen
        sign: Sign = "plain"
        if option.right:
            sign = "right" if took else "missed"
            label = "Right, and you chose it" if took else "Right, but you left it out"
        elif took:
            sign, label = "wrong", "Not right, but you chose it"
        else:
            label = "Not right, and you left it out"
        parts.append(Part(sign, label, option.text, option.why, took))
    keys = sum(option.right for option in question.options)
    hits = sum(part.sign == "right" for part in parts)
    extra = sum(part.sign == "wrong" for part in parts)
    correct = hits == keys and not extra
    if correct:
        summary = "Right." if keys == 1 else f"Right: all {keys}, and nothing else."
    else:
        summary = f"Not yet: you found {hits} of {keys} right {_plural(keys, 'option')}"
        summary += f" and chose {extra} that {'is' if extra == 1 else 'are'} not." if extra else "."
    agree = sum(option.right == (i in chosen) for i, option in enumerate(question.options))
    return Marked(correct, summary, parts, score=(agree, len(parts)))


# --- numbers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A typed number: its value as written, and whether a percent sign followed it."""

    value: float
    percent: bool


_NUMBER = re.compile(r"[-+]?(?:\d[\d.,' ]*|[.,]\d+)(?:[eE][-+]?\d+)?")
_CURRENCIES = "$€£¥"
_MONEY = {"usd": "$", "eur": "€", "gbp": "£", "dollar": "$", "dollars": "$", "euro": "€"}


def read_number(text: Any, unit: str | None = None) -> Reading:
    """Read what people type for a number: "70.5 %", "70,5", "1,200", "$ 12".

    One comma before exactly three digits separates thousands ("1,200"), unless a zero stands
    before it ("0,705"); any other single comma is a decimal comma. Raises `NotAnAnswerError`.
    """
    wanted = (
        f"Type a number{f' in {unit}' if unit else ''}, such as {'70.5' if unit == '%' else '12'}."
    )
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = repr(text)
    if not isinstance(text, str) or not text.strip():
        raise NotAnAnswerError(wanted)
    plain = re.sub(r"[\u00a0\u2007\u2009\u202f]", " ", text.strip()).replace("\u2212", "-")
    found = _NUMBER.search(plain)
    if found is None:
        raise NotAnAnswerError(f"`{plain[:40]}` is not a number. {wanted}")
    before, after = plain[: found.start()].strip(), plain[found.end() :].strip()
    if before in ("-", "+"):  # "- 5"
        before, sign = "", -1 if before == "-" else 1
    else:
        sign = 1
    percent = after.lower().startswith(("%", "percent", "per cent", "pct"))
    if not _is_unit(before, unit) or not (percent or _is_unit(after, unit)):
        raise NotAnAnswerError(f"I cannot read `{plain[:40]}` as one number. {wanted}")
    try:
        value = sign * float(_point(found[0]))
    except ValueError:
        raise NotAnAnswerError(f"I cannot read `{plain[:40]}` as one number. {wanted}") from None
    if not math.isfinite(value):
        raise NotAnAnswerError(wanted)
    return Reading(value, percent)


def _point(digits: str) -> str:
    digits = digits.replace("'", "").replace(" ", "").rstrip(".,")
    last = max(digits.rfind(","), digits.rfind("."))
    if "," in digits and "." in digits:  # the last one is the decimal sign
        thousands = "." if digits[last] == "," else ","
        return digits.replace(thousands, "").replace(",", ".")
    if digits.count(",") == 1:
        head, tail = digits.lstrip("+-").split(",")
        if len(tail) == 3 and head.isdigit() and not head.startswith("0"):
            return digits.replace(",", "")
        return digits.replace(",", ".")
    if digits.count(".") > 1:
        return digits.replace(".", "")
    return digits.replace(",", "")


def _is_unit(word: str, unit: str | None) -> bool:
    """Whether what stands beside the number is nothing, the unit (singular, plural), or money."""
    word = word.lower().rstrip(".")
    if not word:
        return True
    if unit is None:
        return False
    words = {unit.lower(), *re.findall(r"\w+", unit.lower())}
    words |= {w[:-1] for w in words if w.endswith("s")} | {f"{w}s" for w in words}
    symbol = _MONEY.get(word, word)
    return word in words or symbol in words or (symbol in _CURRENCIES and unit in _CURRENCIES)


def _numeric(question: Numeric, answer: Any, numbers: dict[str, int | float]) -> Marked:
    reading = read_number(answer, question.unit)
    target = evaluate(question.answer, numbers)
    in_percent = question.unit is not None and question.unit.strip().startswith(("%", "percent"))
    value = reading.value
    if reading.percent and not in_percent:
        if question.unit:
            raise NotAnAnswerError(f"The answer is asked for in {question.unit}, not in percent.")
        value /= 100

    def near(other: float) -> bool:
        return abs(value - other) <= question.tolerance + 1e-9 * max(1.0, abs(other))

    def part(correct: bool, text: str) -> list[Part]:
        name = f"{shown(value)} {question.unit or ''}".strip()
        return [Part("right" if correct else "wrong", "Your answer", name, text, True)]

    solution = f"**{_with_unit(target, question)}** {question.why}"
    if near(target):
        return Marked(True, "Right.", part(True, question.why), solution)
    for slip in question.wrong:
        if near(evaluate(slip.value, numbers)):
            return Marked(False, "Not right.", part(False, slip.why), solution)
    return Marked(
        False, "Not right.", part(False, _slip(value, target, question, in_percent)), solution
    )


def _slip(value: float, target: float, question: Numeric, in_percent: bool) -> str:
    """What is wrong with a number no author foresaw, without telling the right one."""

    def near(other: float, scale: float = 1.0) -> bool:
        return abs(value - other) <= question.tolerance * scale + 5e-4 * abs(other)

    if target and (near(target / 100, 0.01) or abs(value - target / 100) < 0.02 * abs(value)):
        return (
            "That is the share, a number between 0 and 1. The answer is asked for in percent."
            if in_percent
            else "Your number is a hundred times too small. Did a percent sign get lost?"
        )
    if target and near(target * 100, 100):
        return (
            "Your number is a hundred times too large. It was in percent already."
            if in_percent
            else "Your number is a hundred times too large. Is it a percentage?"
        )
    whole = 100.0 if in_percent else 1.0
    if (in_percent or 0 < target < 1) and near(whole - target):
        return "That is the rest, the part that was not asked for. Read the question's noun again."
    if target and near(-target):
        return "The size is right, the sign is not."
    if target and abs(1 / target) > 5 * question.tolerance and near(1 / target):
        return "You divided the wrong way round: numerator and denominator are swapped."
    counted = target == round(target) and value == round(value)
    rounded = target != round(target) and value in (round(target, places) for places in range(4))
    if rounded or (abs(value - target) <= 3 * question.tolerance and not counted):
        return "Close. Look at the rounding: round once, at the end."
    direction = "too small" if value < target else "too large"
    if in_percent or 0 < abs(target) < 1:
        return f"Your number is {direction}. Say in words what is counted above and below the line."
    return f"Your number is {direction}. Say in words what one unit of it stands for."


def _with_unit(value: float, question: Numeric) -> str:
    decimals = 0
    while (
        decimals < 6
        and question.tolerance < 0.5 * 10**-decimals
        and (abs(round(value, decimals) - value) > 1e-9 * max(1.0, abs(value)))
    ):
        decimals += 1
    return f"{shown(round(value, decimals))} {question.unit or ''}".strip() + "."


# --- order, match, classify ------------------------------------------------------------------


def _order(question: Order, answer: Any) -> Marked:
    count = len(question.items)
    if not isinstance(answer, list) or sorted(map(str, answer)) != sorted(map(str, range(count))):
        raise NotAnAnswerError("Put every item in its place first.")
    parts = []
    for place, index in enumerate(answer):
        fits = question.items[index] == question.items[place]
        label = "In its place" if fits else "Not in its place"
        parts.append(Part("right" if fits else "wrong", label, question.items[index], chosen=True))
    hits = sum(part.sign == "right" for part in parts)
    right_order = "; ".join(f"{n}. {item}" for n, item in enumerate(question.items, 1))
    solution = f"**{right_order}.** {question.why}"
    if hits == count:
        return Marked(
            True, "Right: every item is in its place.", parts, question.why, (hits, count)
        )
    summary = f"Not yet: {hits} of {count} are in their place."
    return Marked(False, summary, parts, solution, (hits, count))


def _match(question: Match, answer: Any) -> Marked:
    missing = "Choose a partner for every line first."
    pairs = question.pairs
    if not isinstance(answer, list) or len(answer) != len(pairs):
        raise NotAnAnswerError(missing)
    chosen = [_index(value, len(pairs), missing) for value in answer]
    parts = []
    for pair, index in zip(pairs, chosen, strict=True):
        fits = pairs[index].right == pair.right
        label = "Right" if fits else f"Not right: it goes with “{pair.right}”"
        parts.append(Part("right" if fits else "wrong", label, pair.left, pair.why, True))
    hits = sum(part.sign == "right" for part in parts)
    correct = hits == len(pairs)
    summary = (
        "Right: every pair fits." if correct else f"Not yet: {hits} of {len(pairs)} pairs fit."
    )
    return Marked(correct, summary, parts, score=(hits, len(pairs)))


def _classify(question: Classify, answer: Any) -> Marked:
    one, other = question.words
    missing = (
        f"Give every row a {one}" + (f" and a {other}" if question.reasons else "") + " first."
    )
    rows = question.rows
    if not isinstance(answer, list) or len(answer) != len(rows):
        raise NotAnAnswerError(missing)
    parts, empty = [], []
    for number, (row, given) in enumerate(zip(rows, answer, strict=True), 1):
        label, reason = given if isinstance(given, list | tuple) and len(given) == 2 else ("", "")
        if label not in question.labels or (question.reasons and reason not in question.reasons):
            empty.append(number)
            continue
        label_fits = label == row.label
        reason_fits = not question.reasons or reason in (row.reason, *row.also)
        if label_fits and reason_fits:
            words = "Right"
        elif label_fits:
            words = f"The {one} is right, the {other} is not"
        elif reason_fits and question.reasons:
            words = f"The {other} is right, the {one} is not"
        else:
            words = f"Neither {one} nor {other} is right" if question.reasons else "Not right"
        good = label_fits and reason_fits
        parts.append(Part("right" if good else "wrong", words, row.text, row.why, True))
    if empty:
        some = ", ".join(map(str, empty[:5])) + (" ..." if len(empty) > 5 else "")
        raise NotAnAnswerError(f"{missing} Open: {_plural(len(empty), 'row')} {some}.")
    wanted = question.at_least or len(rows)
    labels = sum(given[0] == row.label for row, given in zip(rows, answer, strict=True))
    whole = sum(part.sign == "right" for part in parts)
    summary = f"{labels} of {len(rows)} {f'{one}s ' if question.reasons else ''}right"
    if question.reasons:
        summary += f", {whole} of them with a {other} that holds"
    if whole == len(rows):
        summary = f"Right: all {len(rows)}."
    elif labels >= wanted:
        summary += ". Passed." if wanted == len(rows) else f"; {wanted} are enough. Passed."
    else:
        enough = "all are needed" if wanted == len(rows) else f"{wanted} are enough"
        summary += f"; {enough} to pass. Not yet."
    return Marked(labels >= wanted, summary, parts, score=(labels, len(rows)))


# --- prose and commitments -------------------------------------------------------------------


def _short(question: Short, answer: Any) -> Marked:
    text = answer.get("text") if isinstance(answer, dict) else answer
    if not isinstance(text, str) or not text.strip():
        raise NotAnAnswerError("Write a sentence or two first.")
    ratings = answer.get("ratings") if isinstance(answer, dict) else None
    if ratings is None:
        summary = "Saved. Compare your text with the model answer and rate it yourself."
        parts = [Part("plain", "", line) for line in question.rubric]
        return Marked(None, summary, parts, question.model)
    if not isinstance(ratings, list) or len(ratings) != len(question.rubric):
        raise NotAnAnswerError("Rate your text against every line.")
    met = sum(bool(rating) for rating in ratings)
    parts = [
        Part("plain", "You say: yes" if rating else "You say: not yet", line, chosen=bool(rating))
        for line, rating in zip(question.rubric, ratings, strict=True)
    ]
    summary = f"Self-rated: {met} of {len(ratings)}. Nobody else has judged this text."
    return Marked(None, summary, parts, question.model, (met, len(ratings)))


def _predict(question: Predict, answer: Any) -> Marked:
    if not question.options:
        reading = read_number(answer, question.unit)
        if question.unit == "%" and not 0 <= reading.value <= 100:
            raise NotAnAnswerError("A share lies between 0 and 100 %.")
        name = f"{shown(reading.value)} {question.unit or ''}".strip()
        part = Part("plain", "Your prediction", name, chosen=True)
        return Marked(None, f"Locked in: {name}.", [part], question.reveal)
    choice = _index(answer, len(question.options), "Choose your prediction first.")
    return Marked(
        _keyed(question.options, choice),
        f"Locked in: {letter(choice)}.",
        [_committed(o, i == choice, question.options) for i, o in enumerate(question.options)],
        question.reveal,
    )


def _decide(question: Decide, answer: Any) -> Marked:
    given = answer if isinstance(answer, dict) else {}
    choice = _index(given.get("choice"), len(question.options), "Choose first.")
    if given.get("confidence") not in CONFIDENCES:
        raise NotAnAnswerError("Say how sure you are.")
    if not str(given.get("change") or "").strip():
        raise NotAnAnswerError("Say what would change your mind.")
    return Marked(
        None,
        f"Locked in: {letter(choice)}, {given['confidence']} % sure.",
        [_decided(option, index == choice) for index, option in enumerate(question.options)],
    )


def _decided(option: Option, chosen: bool) -> Part:
    label = "Your choice" if chosen else "Not chosen"
    if option.best:
        label += "; best of these in the shop's truth"
    return Part("plain", label, option.text, option.why, chosen)


def _keyed(options: list[Option], choice: int) -> bool | None:
    return options[choice].right if any(option.right for option in options) else None


def _committed(option: Option, chosen: bool, options: list[Option]) -> Part:
    label = "Your choice" if chosen else "Not chosen"
    sign: Sign = "plain"
    if any(o.right for o in options):
        if option.right:
            sign, label = (
                ("right", "Your choice, and it holds") if chosen else ("missed", "This holds")
            )
        elif chosen:
            sign, label = "wrong", "Your choice; it does not hold"
    return Part(sign, label, option.text, option.why, chosen)


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
