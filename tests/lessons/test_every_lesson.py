"""What holds for every lesson: both pools serve its objectives, no look gives a key away, nothing
is told before it is asked, and the core can be read in its minutes."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from lesson_text import place_of_key

from workbook import paths
from workbook.questions import bank
from workbook.questions.drawing import draw, evaluate
from workbook.reference import source
from workbook.reference.source import Lesson

LESSONS = [source.read(path) for path in source.sources(paths.lessons_dir())]
THE_FIRST = "00"  # asks about the notebook itself, which no exam does
FORMS = [
    ";",
    ":",
    "since",
    "because",
    "yet",
    "but",
    "only",
    "never",
    "always",
    "nothing",
    "may",
    "about",
]
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)


def singles(lesson: Lesson) -> list[bank.Single]:
    return [one for one in bank.lesson(lesson.number) if isinstance(one, bank.Single)]


# --- the bank ----------------------------------------------------------------------------------


@every_lesson
def test_both_pools_serve_every_objective_and_all_types_occur(lesson: Lesson) -> None:
    questions = bank.lesson(lesson.number)
    reserved = [question for question in questions if question.pool == "exam"]
    assert len(questions) >= 22
    assert 1 / 3 <= len(reserved) / len(questions) <= 1 / 2
    objectives = set(lesson.header["objectives"])
    practiced = {question.objective for question in questions if question.pool == "lesson"}
    practiced |= {cell.metadata["objective"] for cell in lesson.cells if cell.is_answer}
    assert practiced == objectives
    if lesson.number != THE_FIRST:
        assert {question.objective for question in reserved} == objectives
        assert len({question.type for question in questions}) >= 8


@every_lesson
def test_a_fifth_applies_or_analyzes_something_that_is_shown(lesson: Lesson) -> None:
    questions = bank.lesson(lesson.number)
    thinking = [question for question in questions if question.bloom in ("apply", "analyze")]
    shown = [question for question in thinking if question.table or question.numbers]
    assert len(shown) >= len(questions) / 5


def gain(questions: list[bank.Single], extreme: Callable[[Iterable[int]], int]) -> float:
    """The share of right answers of who always takes the option of that length."""
    hits = 0.0
    for question in questions:
        lengths = [len(option.text) for option in question.options]
        taken = [place for place, length in enumerate(lengths) if length == extreme(lengths)]
        hits += (place_of_key(question) in taken) / len(taken)
    return hits / len(questions)


@every_lesson
def test_neither_letter_nor_length_gives_the_right_option_away(lesson: Lesson) -> None:
    questions = singles(lesson)
    places = Counter(map(place_of_key, questions))
    assert len(places) == 4
    assert max(places.values()) <= len(questions) / 3
    assert 0 < gain(questions, max) <= 0.3  # never to be the longest would tell as well
    assert 0 < gain(questions, min) <= 0.3


@every_lesson
@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_words_gives_the_right_option_away(lesson: Lesson, form: str) -> None:
    """Where the right option has it, another of the same question has it, and the reverse."""
    alone = []
    for question in singles(lesson):
        has = [form in option.text.lower() for option in question.options]
        right = has[place_of_key(question)]
        if (sum(has) == 1 and right) or (sum(has) == len(has) - 1 and not right):
            alone.append(question.id)
    assert not alone


@every_lesson
def test_no_drawn_numbers_make_a_slip_right_or_two_slips_one(lesson: Lesson) -> None:
    for question in bank.lesson(lesson.number):
        if not isinstance(question, bank.Numeric):
            continue
        for seed in range(200):
            numbers = draw(question, seed)
            found = [evaluate(question.answer, numbers)]
            found += [evaluate(slip.value, numbers) for slip in question.wrong]
            for one, other in itertools.combinations(found, 2):
                assert abs(one - other) > 2 * question.tolerance, (question.id, numbers)


# --- what stands where -------------------------------------------------------------------------


@every_lesson
def test_the_votes_are_not_in_the_notebook_and_only_the_key_names_them(lesson: Lesson) -> None:
    shown = {name for cell in lesson.cells for name in cell.quizzes()}
    for name in lesson.votes:
        told = [cell.tags for cell in lesson.cells if name in cell.source]
        assert name not in shown
        assert told == [{"instructor", "key"}]


@every_lesson
def test_each_core_exercise_has_its_twin_right_below_it(lesson: Lesson) -> None:
    twins = {question.twin: question.id for question in bank.lesson(lesson.number)}
    cells = lesson.seen()
    core = 0
    for place, cell in enumerate(cells):
        if cell.is_answer and not cell.metadata.get("stretch"):
            core += 1
            below = [name for one in cells[place : place + 8] for name in one.quizzes()]
            assert twins[cell.key] in below
    assert core >= 2


@every_lesson
def test_the_core_is_short_enough_to_read(lesson: Lesson) -> None:
    """Signs between words, as in tables and formulas, are not counted."""
    core = itertools.takewhile(
        lambda cell: not cell.source.startswith("## Exam corner"), lesson.cells
    )
    read = [c for c in core if c.kind == "markdown" and not c.tags & {"hint", "instructor"}]
    words = [word for cell in read for word in cell.source.split() if re.search(r"\w", word)]
    assert 400 < len(words) <= 1_200
