"""From a value to a verdict: which mistake was made, in words that help and give nothing away.

The order is fixed: blank -> kind and shape -> right -> a known wrong way -> general slips ->
"not yet". Works on canonical values alone, so that the same judgment is passed in the learner's
kernel and, from outside of it, by `workbook check`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbook.exercises import values
from workbook.exercises.beginner import Failure, explain
from workbook.exercises.compare import Rules, same
from workbook.exercises.values import Canonical, Json

Status = Literal["right", "wrong", "not_attempted", "error", "timeout"]


@dataclass(frozen=True, slots=True)
class WrongWay:
    """A mistake people really make: its name, the value it gives, what to say to the learner."""

    name: str
    message: str
    value: Canonical


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise as the build recorded it.

    invites: the wrong way that the prompt itself asks for; no record is kept of it
    """

    key: str
    name: str
    kind: str
    answer: Canonical
    rules: Rules = field(default_factory=Rules)
    hints: tuple[str, ...] = ()
    wrong: tuple[WrongWay, ...] = ()
    cases: tuple[Json, ...] = ()
    objective: str = ""
    stretch: bool = False
    invites: str = ""

    @classmethod
    def from_json(cls, key: str, data: Mapping[str, Any]) -> Exercise:
        """An exercise from its entry in `answers/NN-slug.json`."""
        return cls(
            key=key,
            name=data["name"],
            kind=data["kind"],
            answer=data["answer"],
            rules=Rules(
                data.get("tolerance"), data.get("ordered", False), tuple(data.get("facts", ()))
            ),
            hints=tuple(data.get("hints", ())),
            wrong=tuple(WrongWay(**way) for way in data.get("wrong", ())),
            cases=tuple(data.get("cases", ())),
            objective=data.get("objective", ""),
            stretch=data.get("stretch", False),
            invites=data.get("invites", ""),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said about an attempt. `way` names the wrong way or slip that was recognized."""

    status: Status
    message: str
    way: str = ""


def judge(exercise: Exercise, value: object) -> Verdict:
    """The verdict on a live value (`...` if the blank is untouched). Never raises."""
    return judge_form(exercise, *read(exercise, value))


def read(exercise: Exercise, value: object) -> tuple[Canonical | None, str]:
    """A live value's canonical form (None if it has none) and what it is in plain words.

    Read as the exercise's kind if it can be, else by its own nature: a wrong way may give a
    value of another kind. An untouched blank is the form `{"kind": "blank"}`.
    """
    if value is ...:
        return {"kind": "blank"}, "a blank"
    try:
        return values.canonical(value, exercise.kind, cases=exercise.cases), ""
    except values.WrongKind as wrong:
        return values.natural(value), wrong.found
    except values.TooLarge:
        return None, f"{values.describe(value)}, far more than is asked"
    except (Exception, SystemExit):  # a hostile or broken object: its own methods raise
        return None, f"a {type(value).__name__}"


def judge_form(exercise: Exercise, form: Canonical | None, found: str = "") -> Verdict:
    """The verdict on a canonical value; `found` says what the value is if of another kind."""
    if form is not None and form["kind"] == "blank":
        return Verdict(
            "not_attempted",
            f"`{exercise.name}` is still `...`: put your answer in its place and run the cell.",
        )
    if form is not None and same(form, exercise.answer, exercise.rules):
        return Verdict("right", "")
    if form is not None:
        for way in exercise.wrong:
            if same(form, way.value, exercise.rules):
                return Verdict("wrong", way.message, way.name)
    expected = values.KINDS[exercise.kind]
    if form is None or form["kind"] != exercise.kind:
        return Verdict(
            "wrong",
            f"`{exercise.name}` is {found or 'something else'}. This exercise asks for {expected}.",
            "kind",
        )
    if _holds_blanks(form):
        said = f"A blank is left: a value in `{exercise.name}` is still `...`."
        return Verdict("wrong", said, "blank")
    if part := _part_of(exercise, form):
        way, more = part
        said = (
            f"{more} more of its {len(form['items'])} entries {'is' if more == 1 else 'are'} wrong."
        )
        return Verdict("wrong", f"{way.message}\n\n{said}", way.name)
    name, message = _slip(exercise, form) or ("", _not_yet(exercise, form))
    return Verdict("wrong", message, name)


def _not_yet(exercise: Exercise, form: Canonical) -> str:
    text = f"The kind is right ({values.KINDS[exercise.kind]}), the value is not. "
    if exercise.kind == "function":
        return text + _function_trouble(exercise, form)
    if _is_text(form) and not _is_text(exercise.answer):
        return f"The values in `{exercise.name}` are texts. Numbers stand without quotes."
    if exercise.kind in ("number", "series", "frame"):
        return text + "Read once more what is counted, in which rows and, if divided, by what."
    if exercise.kind == "mapping":
        return text + _entries(exercise, form)
    if exercise.kind == "string":
        return text + "Is it spelled as the prompt spells it, capital letters included?"
    return text + "Go through its values one by one: which would you defend, and how?"


def _part_of(exercise: Exercise, form: Canonical) -> tuple[WrongWay, int] | None:
    """The wrong way whose mistakes in a dictionary were made beside others, and how many these
    are: the way with most mistakes, of equals the first. Not one that says that the rest is right.
    """
    if form["kind"] != "mapping":
        return None

    def differing(one: Canonical, other: Canonical) -> set[Json]:
        pairs = zip(one["items"], other["items"], strict=True)
        return {
            a[0]
            for a, b in pairs
            if not same({**one, "items": [a]}, {**one, "items": [b]}, exercise.rules)
        }

    found: tuple[WrongWay, set[Json]] | None = None
    for way in exercise.wrong:
        forms = (way.value, form, exercise.answer)
        if re.search(r"\bright\b", way.message) or (
            len({str([key for key, _ in each.get("items", ())]) for each in forms}) > 1
        ):
            continue
        mistaken = differing(way.value, exercise.answer)
        made = mistaken and not mistaken & differing(form, way.value)
        if made and (found is None or len(mistaken) > len(found[1])):
            found = way, mistaken
    if found is None:
        return None
    way, mistaken = found
    return way, len(differing(form, exercise.answer) - mistaken)


def _entries(exercise: Exercise, form: Canonical) -> str:
    """Which entries are right, by name if they are numbers; labels would be guessed one by one."""
    pairs = list(zip(form["items"], exercise.answer["items"], strict=False))
    right = [
        key
        for (key, value), wanted in pairs
        if same({**form, "items": [[key, value]]}, {**form, "items": [wanted]}, exercise.rules)
    ]
    is_are = "is" if len(right) == 1 else "are"
    if not all(_is_number(value) for _, value in [*form["items"], *exercise.answer["items"]]):
        return f"{len(right)} of its {len(pairs)} entries {is_are} right."
    names = " and ".join(f"`{key}`" for key in right)
    said = f"In it {names} {is_are} right." if right else "None of its numbers is right."
    for (key, value), (_, wanted) in pairs:
        if key not in right and value in [*_rounded(wanted), round(wanted)]:
            said += f" `{key}` is close: is it rounded?"
    return said


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(form: Canonical) -> bool:
    """Whether the values of a container are all texts."""
    if form["kind"] == "mapping":
        return all(isinstance(value, str) for _, value in form["items"])
    held = form.get("items") or form.get("values") or [0]
    return all(isinstance(value, str) for value in held)


def _holds_blanks(form: Canonical) -> bool:
    """Whether a container still holds the `...` of its template."""
    if form["kind"] == "mapping":
        return any(value == "Ellipsis" for _, value in form["items"])
    return "Ellipsis" in (form.get("items") or form.get("values") or [])


def _function_trouble(exercise: Exercise, form: Canonical) -> str:
    pairs = list(zip(form["results"], exercise.answer["results"], strict=False))
    broken = [got for got, wanted in pairs if got["kind"] == "error" and wanted != got]
    right = sum(same_result(got, wanted, exercise) for got, wanted in pairs)
    score = f"It is right on {right} of {len(pairs)} test calls."
    if broken:
        name, text = broken[0]["value"], broken[0]["text"]
        words = explain(Failure(name, text))
        return f"{score} One call stopped: {words or f'{name}: {text}'}"
    return f"{score} Try it on an example so small that you can work it out by hand."


def same_result(got: Canonical, wanted: Canonical, exercise: Exercise) -> bool:
    """Whether one call of a function gave what the reference gives."""
    one = {"kind": "function", "results": [got]}
    return same(one, {"kind": "function", "results": [wanted]}, exercise.rules)


# ---------------------------------------------------------------- general slips


def _slip(exercise: Exercise, form: Canonical) -> tuple[str, str] | None:
    """A slip that can happen in any exercise: percent for share, the complement, the order."""
    answer, rules = exercise.answer, exercise.rules
    name = exercise.name
    numbers = {
        "x100": (lambda x: x / 100, "100 times too large: a percentage where a share is asked?"),
        "/100": (lambda x: x * 100, "100 times too small: a share where a percentage is asked?"),
        "1-x": (lambda x: 1 - x, "like the complement: the share of those who did *not*?"),
        "100-x": (lambda x: 100 - x, "like the complement: the percentage of those who did *not*?"),
        "sign": (lambda x: -x, "right but for its sign. Which of the two is subtracted?"),
    }
    for slip, (undo, message) in numbers.items():
        undone = _with_numbers(form, undo)
        if undone is not None and same(undone, answer, rules):
            return slip, f"`{name}` looks {message}" if slip[0] != "s" else f"`{name}` is {message}"
    too_round = form["kind"] == "number" and form["value"] in _rounded(answer["value"])
    if too_round or (rules.tolerance and same(form, answer, rules.widened(20))):
        return "rounding", f"`{name}` is close. Was something rounded too early or too much?"
    if rules.ordered and same(form, answer, Rules(rules.tolerance, False, rules.facts)):
        return "order", f"`{name}` holds the right values in another order than the prompt asks."
    return _rows_slip(name, form, answer, rules)


def _rounded(answer: Json) -> list[float]:
    """A number as people round it, to one decimal and more."""
    return [round(answer, places) for places in range(1, 7)] if isinstance(answer, float) else []


def _with_numbers(form: Canonical, change: Any) -> Canonical | None:
    def over(item: Json) -> Json:
        if isinstance(item, list):
            return [over(part) for part in item]
        return change(item) if _is_number(item) else item

    match form["kind"]:
        case "number" if not isinstance(form["value"], str):
            return {**form, "value": change(form["value"])}
        case "series":
            return {**form, "values": over(form["values"])}
        case "mapping":
            return {**form, "items": [[key, over(value)] for key, value in form["items"]]}
        case "list":
            return {**form, "items": over(form["items"])}
    return None


def _rows_slip(
    name: str, form: Canonical, answer: Canonical, rules: Rules
) -> tuple[str, str] | None:
    """Rows, labels or columns that are missing or too many."""
    if form["kind"] == "frame":
        mine, theirs = set(map(str, form["columns"])), set(map(str, answer["columns"]))
        if mine != theirs:
            return "columns", _count(name, "column", len(mine), len(theirs), len(mine & theirs))
        if len(form["rows"]) != len(answer["rows"]):
            return "rows", _count(name, "row", len(form["rows"]), len(answer["rows"]))
        return None
    if form["kind"] not in ("series", "mapping", "list", "set"):
        return None
    mine, theirs = set(map(str, _labels(form))), set(map(str, _labels(answer)))
    if len(_labels(form)) != len(_labels(answer)):
        if form["kind"] in ("set", "list"):
            extra, missing = mine - theirs, theirs - mine
            if extra and not missing:
                return "extra", (
                    f"`{name}` holds too much: {_of_them(len(extra))} not belong. "
                    "Which could you not defend?"
                )
            if missing and not extra:
                return "missing", (
                    f"What `{name}` holds is right, but {len(missing)} more "
                    f"belong{'s' * (len(missing) == 1)} to it. What did you not think of?"
                )
        return "rows", _count(name, "value", len(_labels(form)), len(_labels(answer)))
    if form["kind"] in ("series", "mapping") and mine != theirs:
        return "labels", (
            f"`{name}` has the right number of values, but {len(mine - theirs)} of its labels "
            "are not those that the prompt names. " + _about_labels(form, answer)
        )
    if form["kind"] == "set" and mine != theirs:
        wrong = len(mine - theirs)
        return "some", (
            f"`{name}` has the right number of values; {_of_them(wrong)} not belong. "
            "A misspelled name, or one too many?"
        )
    return None


def _about_labels(form: Canonical, answer: Canonical) -> str:
    """Names without quotes stand for values, mostly numbers of a cell above."""
    if any(isinstance(label, str) for label in _labels(form)) or not all(
        isinstance(label, str) for label in _labels(answer)
    ):
        return "Check the spelling."
    return "A name in a dictionary stands in quotes, or Python puts a value in its place."


def _of_them(count: int) -> str:
    return f"{count} of its values do{'es' * (count == 1)}"


def _labels(form: Canonical) -> list[Json]:
    if form["kind"] == "mapping":
        return [key for key, _ in form["items"]]
    return list(form["index"] if form["kind"] == "series" else form["items"])


def _count(name: str, what: str, mine: int, theirs: int, shared: int | None = None) -> str:
    more = "more" if mine > theirs else "fewer"
    if mine == theirs:
        return f"`{name}` has the right number of {what}s, but only {shared} of the right names."
    return f"`{name}` has {mine} {what}{'s' * (mine != 1)}: {abs(mine - theirs)} {more} than asked."
