"""The linter: each rule finds what breaks it and lets the rest be, and the whole bank keeps all."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from workbook.questions import bank, lint
from workbook.questions.bank import (
    Contested,
    Multiple,
    Numeric,
    Option,
    Order,
    Question,
    Single,
    Slip,
    Table,
)
from workbook.questions.validate import Problem

LESSONS = Path(__file__).parents[2] / "lessons"
BANKS = [*sorted(LESSONS.glob("[0-9][0-9]-*.yml")), *sorted((LESSONS / "exams").glob("*.yml"))]

# --- the course's own ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_the_whole_bank_keeps_every_rule(path: Path) -> None:
    assert lint.problems(path) == []


def test_a_question_of_the_bank_with_another_last_option_is_told() -> None:
    """Stands for what an author does who makes two questions out of one."""
    everything = [question for path in BANKS for question in bank.read(path)]
    chosen = [question for question in everything if isinstance(question, Single | Multiple)]
    assert len(chosen) > 200
    for question in chosen:
        last = replace(question.options[-1], text="Something nobody said here at all")
        options = [*question.options[:-1], last]
        copy = replace(question, id="99-q01", options=options)
        found = [one for one in lint.lint([copy], everything) if one.rule == "duplicate"]
        assert any(f" as {question.id}" in one.what for one in found)


# --- a bank without fault, made of words that mean nothing ---------------------------------------

_LETTERS = random.Random(6)


def word(length: int = 9) -> str:
    return "".join(_LETTERS.choice("bdfgklmprtuvwz") for _ in range(length))


def single(number: int, key: int, texts: Sequence[str] = (), stem: str = "") -> Single:
    texts = texts or [f"{word()} {word()}" for _ in range(4)]
    options = [Option(text, "", right=place == key) for place, text in enumerate(texts)]
    stem = stem or f"Which {word()} {word()} {word()}?"
    return Single(id=f"99-q{number:02}", objective="", bloom="apply", stem=stem, options=options)


KEYS = "ABCDBADCACBD"
BANK: list[Question] = [single(number, ord(key) - 65) for number, key in enumerate(KEYS, 1)]


def numeric(
    answer: str,
    *slips: str,
    stem: str = "How many are {n} of {m}?",
    tolerance: float = 0.0,
    table: Table | None = None,
    why: str = "",
) -> Numeric:
    return Numeric(
        id="99-q40",
        objective="",
        bloom="apply",
        stem=stem,
        numbers={"n": (1, 9, 1), "m": (20, 30, 0.5)},
        answer=answer,
        tolerance=tolerance,
        wrong=[Slip(slip, "") for slip in slips],
        table=table,
        why=why,
    )


def rules(questions: Sequence[Question], others: Sequence[Question] = ()) -> set[str]:
    return {finding.rule for finding in lint.lint(questions, others)}


def test_a_bank_without_fault_is_without_findings() -> None:
    assert lint.lint(BANK) == []
    assert rules([*BANK, numeric("n + m", "n", "m - n", tolerance=0.01)]) == set()


# --- rules for one question ----------------------------------------------------------------------


def with_options(*texts: str, key: int = 0) -> Single:
    return single(30, key, texts)


def asking(stem: str) -> Single:
    return single(31, 0, stem=stem)


EQUAL = ["aaaa", "bbbb", "cccc", "dddd"]
TABLE = Table(["what", "number"], [["some", "{n}"], ["all", "{m}"]])

BROKEN: list[tuple[str, Question]] = [
    *[
        ("above", with_options("Filled cart", "Paid order", "New sign-up", text))
        for text in (
            "All of the above", "None of the above.", "None of these", "Both A and B", "A and C",
            "Neither of the two", "Any of these", "All the above", "*All* of the above!",
            "All are correct", "All of them", "None of them.", "All answers",
            "All answers are right", "All three answers", "Either of the above",
            "Both answers are right", "Every one of the above", "Options 1 and 2",
            "Answers A and C", "The first two", "The last two are true", "None is right",
        )
    ],
    *[
        ("negative", asking(stem))
        for stem in (
            "Which of them is not a conversion?", "Which would you never count?",
            "All are micro. Which of these does the log no longer hold?", "Which isn't a rate?",
            "Which isn’t a rate?", "Mark the one that is not a rate. Which?",
            "One of them is never counted. Which of them?", "Pick what no log holds. Is it macro?",
            "How many of them are not micro?", "Which one does not count, and why?",
            "How should nobody, not even Theo, count?",
            "Which belong here, except in May?", 'He says "no". Which does **not** and never?',
        )
    ],
    ("asks", asking("Name the macro conversion.")),
    ("asks", asking("Is it macro? Which of them is micro.")),
    ("asks", replace(numeric("n + m"), stem="Add {n} and {m}.", tolerance=0.5)),
    ("double-option", with_options("A key event", "A *key event*.", "A page view", "A rate")),
    ("double-option", Multiple(
        id="99-q32", objective="", bloom="apply", stem="Which?",
        options=[Option("3.5 %", "", True), Option("3.5 %.", ""), Option("35 %", "")],
    )),
    ("option-length", with_options("Pays", "Reads what it costs and what it weighs", *EQUAL[:2])),
    *[("form", with_options(f"aaaa{form} aa" if not form.isalpha() else f"aaaa {form} aa",
                            *["bbbb bbbb", "cccc cccc", "dddd dddd"])) for form in lint.TELLING],
    ("form", with_options("aaaa aaaa", *["bbbb only b", "only cccc c", "d only dddd"])),
    ("slip", numeric("n + m", "m - n", "m + 7", tolerance=0.01)),
    ("slip", numeric("n + m", "m - n", "m + n / 5", tolerance=0.5)),
    ("slip", numeric("n + m", "m / (n - 3)", tolerance=0.01)),
    ("slip", numeric("n + m", "2 * m", "m + m", tolerance=0.01)),
    ("rounding", numeric("100 * n / m", stem="What share (one decimal) is {n} of {m}?",
                         tolerance=0.04)),
    *[
        ("rounding", numeric("m / n", stem=f"What is {{m}} by {{n}} ({asked})?", tolerance=off))
        for asked, off in (
            ("to 1 decimal place", 0.04), ("to 2 decimals", 0.004), ("Two decimal places", 0.004),
            ("no decimals", 0.4),
        )
    ],
    ("rounding", numeric("n / m")),
    ("constant", replace(numeric("n"), answer=12.5, tolerance=0.05)),
    ("constant", numeric("5 * 5")),
    ("constant", numeric("n - n + 3", "m")),
    ("constant", numeric("25 + n / 100", tolerance=0.5)),
    ("shown", numeric("n + m", stem="How many are {n}?", tolerance=0.01)),
    ("shown", numeric("n", "n + m", stem="How many are {n}?", tolerance=0.01)),
    ("shown", numeric("n + m", stem="How many are {n} of {m:.0f}?", tolerance=0.01)),
    ("filled", numeric("n + m", stem="How many are {n} of {m} } in all?", tolerance=0.01)),
    ("filled", numeric("n + m", tolerance=0.01, why="It is {n / m}.")),
    ("filled", asking("How many are {n} and 2?")),
    ("filled", replace(single(33, 0), contested=Contested("{n}", "Two."))),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "question"), BROKEN, ids=[rule for rule, _ in BROKEN])
def test_a_question_that_breaks_a_rule_is_told(rule: str, question: Question) -> None:
    found = lint.lint([question])
    assert {(one.rule, one.question) for one in found} == {(rule, question.id)}
    assert all(one.what and one.todo for one in found)


SOUND: list[Question] = [
    with_options("None of the three counts", "Count none of the two", "All of both", "One of them"),
    with_options("All of them, a third", "Both users count", "Neither visit does", "Nothing is so"),
    with_options("The first two visits", "All answers typed", "All below five", "Steps 1 and 2"),
    with_options("Both", "Neither", "The phone", "The bus"),  # of two things that the stem names
    asking("Which of them does **not** count?"),
    asking("Why is there no change in sales?"),
    asking("Sales fell in May. **Why** do visitors not return, and buyers neither?"),
    asking("Which reading is right, and why can't the other be?"),
    asking("Mark does not agree. Names are not sent. Which visit is micro?"),
    asking("How can it be that no order was recorded?"),
    asking("May has no orders. On which day do they stop?"),
    asking('Theo: "I do not know." Which is micro?'),
    asking("Which visit (not in May) is micro?"),
    asking("That is not all. Which visit is micro?"),
    asking('Exam item: "Which statement defines a micro conversion?"'),
    asking("How many of them? Who came twice is in it."),
    Order(id="99-q41", objective="", bloom="apply", stem="Put it in order.", items=EQUAL, why=""),
    with_options('`rows["a"] == 1`', '`rows["a"] = 1`', '`rows["b"] = 1`', "`rows[1] == 1`"),
    with_options("-0.5 points", "0.5 points", "5 points, 1", "1 points, 5"),
    with_options("No", "Yes, it is macro", "Perhaps", "Never asked"),
    with_options("A button, a butter", *["a bbbb bbbb bb", "c cccc cccc cc", "d dddd dddd dd"]),
    with_options("but aaaa", "bbbb but", "cccc cccc", "dddd dddd"),
    with_options("aaaa aaaa", "bbbb only", "cccc cccc", "dddd dddd"),
    Single(id="99-q42", objective="", bloom="apply", stem="Which?",
           options=[Option("Only now", "", True), Option("Not now", "")]),
    numeric("n + m", "n", table=TABLE, stem="How many are there?", tolerance=0.01),
    numeric("100 * n / m", stem="What share (one decimal) is {n} of {m}?", tolerance=0.05),
    numeric("n / m", stem="What is {n} by {m}, to 2 decimal places?", tolerance=0.005),
    numeric("n / m", stem="By how many is {n} by {m}, with 2 decimals?", tolerance=0.005),
    replace(numeric("n"), stem="How many are 3 and 4?", numbers={}, answer=7),
    numeric("25 + n / 100", tolerance=0.01),
    numeric("n", stem="How many are {n:.0f}?"),
    numeric("n + m", tolerance=0.01, why="It is {n / m:.2f}."),
    asking("What does `dataLayer.push({ecommerce})` do?"),
]  # fmt: skip


@pytest.mark.parametrize("question", SOUND, ids=range(len(SOUND)))
def test_what_looks_like_it_and_is_none_is_let_be(question: Question) -> None:
    assert lint.lint([question]) == []


# --- rules for a bank ----------------------------------------------------------------------------


def bank_of(keys: str, texts: Callable[[int], Sequence[str]] = lambda key: ()) -> list[Question]:
    places = [ord(key) - 65 for key in keys]
    return [single(number, key, texts(key)) for number, key in enumerate(places, 1)]


def grown(key: int, by: int, always: bool) -> list[str]:
    """Four options of two words; the right one, or the one after it, is longer (or shorter)."""
    longer = key if always else (key + 1) % 4
    return [f"{word()} {word(9 + by * (place == longer))}" for place in range(4)]


def odd_one(key: int) -> list[str]:
    return [f"{word()}{',' * (place == key)} {word(9 - (place == key))}" for place in range(4)]


def pointing() -> list[Question]:
    made: list[Question] = []
    for number, letter in enumerate(KEYS, 1):
        name = word()
        texts = [f"{word()} {name if place == ord(letter) - 65 else word()}" for place in range(4)]
        made.append(single(number, ord(letter) - 65, texts, f"Which {word()} has a {name}?"))
    return made


HABITS: dict[str, tuple[str, Callable[[], list[Question]], str]] = {
    "the longest": ("length", lambda: bank_of(KEYS, lambda key: grown(key, 2, True)), "longest"),
    "never the longest": (
        "length", lambda: bank_of(KEYS, lambda key: grown(key, 2, False)), "right 0.0 times",
    ),
    "the shortest": ("length", lambda: bank_of(KEYS, lambda key: grown(key, -2, True)), "shortest"),
    "one letter": ("letters", lambda: bank_of("ABABCABADABA"), "A is right in 6 of 12"),
    "no D": ("letters", lambda: bank_of("ABCBACABCBAC"), "D is right in 0 of 12"),
    "three in a row": ("runs", lambda: bank_of("ABCDBBBCDACD"), "B is right in three"),
    "pairs": ("runs", lambda: bank_of("AABBCCDDABCD"), "twice in a row 4 times"),
    "the only comma": ("odd-one", lambda: bank_of(KEYS, odd_one), "right in 12 of 12"),
    "the stem's words": ("stem-words", pointing, "right 12.0 times"),
}  # fmt: skip


@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_of_a_bank_is_told_once_there_are_enough_questions(habit: str) -> None:
    rule, made, said = HABITS[habit]
    questions = made()
    found = [finding for finding in lint.lint(questions) if finding.rule == rule]
    assert any(said in finding.what for finding in found), found
    assert {finding.rule for finding in lint.lint(questions)} == {rule}
    assert lint.lint(questions[:3]) == [], "few questions show luck"


FEW: dict[str, tuple[Callable[[], list[Question]], str]] = {
    "A in seven of seven": (lambda: bank_of("AAAAAAA"), "A is right in 7 of 7"),
    "C in four of four": (lambda: bank_of("CCCC"), "C is right in 4 of 4"),
    "B in five of six": (lambda: bank_of("BBDBBB"), "B is right in 5 of 6"),
    "the longest": (lambda: bank_of(KEYS[:7], lambda key: grown(key, 2, True)), "longest option"),
    "the shortest": (lambda: bank_of(KEYS[:5], lambda key: grown(key, -2, True)), "shortest opt"),
    "the stem's words": (lambda: pointing()[:4], "words with the stem is right in 4 of 4"),
}


@pytest.mark.parametrize("habit", FEW)
def test_a_habit_of_few_questions_is_told_if_luck_hardly_brings_it(habit: str) -> None:
    made, said = FEW[habit]
    [finding] = lint.lint(made())
    assert finding.rule == "few"
    assert said in finding.what


LUCKY = {
    "three of three": lambda: bank_of("AAA"),
    "four of six": lambda: bank_of("AABAAC"),
    "yes or no": lambda: [single(n, 0, [f"{word()} yes", f"{word()} not"]) for n in range(1, 8)],
    "all of one length": lambda: bank_of(KEYS[:7]),
}


@pytest.mark.parametrize("luck", LUCKY)
def test_what_luck_brings_few_questions_is_let_be(luck: str) -> None:
    assert lint.lint(LUCKY[luck]()) == []


# --- what is asked twice -------------------------------------------------------------------------

FIRST = single(
    50, 0, ["A paid order", "A filled cart", "A sent letter", "An opened page"],
    "A bicycle shop sells repairs by mail. Which of these completes its objective?",
)  # fmt: skip
SHOWN = replace(
    numeric("n + m", stem="How large is the sum of the row?", table=TABLE, tolerance=0.01), twin="x"
)

REPEATS: list[tuple[Question, Question]] = [
    (FIRST, replace(FIRST, id="07-q01")),
    (FIRST, replace(FIRST, id="07-q01", options=[*FIRST.options[:3], Option("A lamp", "")])),
    (FIRST, replace(FIRST, id="07-q01", stem=FIRST.stem.replace("completes", "meets"))),
    (
        single(51, 0, ["red lamp, blue rug", "green towel", "white vase, bowl", "tray, candle"]),
        single(52, 0, ["green towel", "red lamp, blue rug", "tray, candle", "white vase, bowl"]),
    ),
    (SHOWN, replace(SHOWN, id="07-q01", stem="What is left when some have gone?", twin="y")),
    (
        replace(single(53, 0), stem="Which?", options=[Option("1", "", True), Option("2", "")]),
        replace(single(54, 0), stem="*Which?*", options=[Option("1", ""), Option("2", "", True)]),
    ),
]


@pytest.mark.parametrize("pair", REPEATS, ids=range(len(REPEATS)))
def test_what_is_asked_twice_is_told_within_a_bank_and_across(
    pair: tuple[Question, Question],
) -> None:
    one, other = pair
    for found in (lint.lint([one, other]), lint.lint([other], [one])):
        [finding] = [finding for finding in found if finding.rule == "duplicate"]
        assert finding.question == other.id
        assert one.id in finding.what


def test_two_questions_of_one_kind_are_no_duplicates() -> None:
    about = single(
        55, 1, ["A gift", "A request", "A visit", "A call"],
        "A kitchen fitter shows finished rooms. What would its owner call success?",
    )  # fmt: skip
    assert "duplicate" not in rules([FIRST, about])


def test_twins_of_one_exercise_may_share_a_table() -> None:
    other = replace(SHOWN, id="07-q01", stem="What is left when some have gone?")
    assert "duplicate" not in rules([SHOWN, other])


def test_every_rule_is_broken_by_a_case() -> None:
    broken = {rule for rule, _ in BROKEN} | {rule for rule, _, _ in HABITS.values()}
    assert broken | {"duplicate", "few"} == set(lint.RULES)


# --- files ---------------------------------------------------------------------------------------

ENTRY = """\
- id: {id}
  objective: L1.1
  bloom: apply
  type: single
  stem: {stem}
  options:
  - {{text: An order that is paid, why: It is., right: true}}
  - {{text: A cart that is filled, why: It is not.}}
  - text: {last}
    why: It is not.
"""


def test_a_problem_of_a_file_has_its_line_and_other_banks_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "exams").mkdir()
    lesson, pack = tmp_path / "01-one.yml", tmp_path / "exams/ex-one.yml"
    stem = "Which action completes the objective of a florist?"
    lesson.write_text(
        "questions:\n"
        + ENTRY.format(id="01-q01", stem=stem, last="Any of these")
        + ENTRY.format(id="01-q02", stem="Name a rate of letters.", last="A mail that was opened")
    )
    pack.write_text("questions:\n" + ENTRY.format(id="ex-q01", stem=stem, last="A page seen twice"))
    (tmp_path / "02-two.yml").write_text("questions: [")  # told by its own build
    found = told(lesson)
    lines = lesson.read_text().splitlines()
    assert {rule: lines[problem.line - 1] for rule, problem in found.items()} == {
        "duplicate": "- id: 01-q01",
        "above": "  - text: Any of these",
        "asks": "  stem: Name a rate of letters.",
    }
    assert "as ex-q01" in found["duplicate"].what
    above = found["above"]
    assert str(above).startswith(f"{tmp_path.name}/01-one.yml:{above.line}: 01-q01: ")
    assert above.todo
    assert "as 01-q01" in told(pack)["duplicate"].what


def told(path: Path) -> dict[str, Problem]:
    """The problems of a file by their rule; the first of each."""
    found: dict[str, Problem] = {}
    for problem in lint.problems(path):
        found.setdefault(problem.what.partition("(rule ")[2].rstrip(")"), problem)
    return found
