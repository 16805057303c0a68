"""What holds for every lesson: both pools serve its objectives, nothing is told before it is asked,
and the core can be read in its minutes. That no look gives a key away is told by the linter."""

from __future__ import annotations

import itertools
import json
import re

import pytest

from workbook import load, paths
from workbook.questions import bank
from workbook.reference import source
from workbook.reference.source import Lesson
from workbook.study.blueprint import MARKABLE
from workbook.study.readiness import ENOUGH

LESSONS = [source.read(path) for path in source.sources(paths.lessons_dir())]
THE_FIRST = "00"  # asks about the notebook itself, which no exam does
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)


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
def test_every_objective_has_enough_to_say_where_a_learner_stands(lesson: Lesson) -> None:
    """First answers count once, so with fewer there would be too little evidence for ever."""
    asked = [q.objective for q in bank.lesson(lesson.number) if q.type in MARKABLE]
    asked += [cell.metadata["objective"] for cell in lesson.cells if cell.is_answer]
    assert {name: asked.count(name) for name in lesson.header["objectives"]} == {
        name: max(ENOUGH, asked.count(name)) for name in lesson.header["objectives"]
    }


def test_there_are_decisions_enough_to_compare_confidence_with() -> None:
    keyed = [
        question
        for question in bank.all_questions()
        if isinstance(question, bank.Decide) and any(option.best for option in question.options)
    ]
    assert len(keyed) >= ENOUGH


@every_lesson
def test_a_fifth_applies_or_analyzes_something_that_is_shown(lesson: Lesson) -> None:
    questions = bank.lesson(lesson.number)
    thinking = [question for question in questions if question.bloom in ("apply", "analyze")]
    shown = [question for question in thinking if question.table or question.numbers]
    assert len(shown) >= len(questions) / 5


@every_lesson
def test_no_two_headings_are_alike(lesson: Lesson) -> None:
    """A link to a section scrolls to the heading with its text."""
    texts = "\n".join(cell.source for cell in lesson.cells if cell.kind == "markdown")
    headings = re.findall(r"^#{1,6} +(.+)$", texts, re.MULTILINE)
    assert len(set(headings)) == len(headings)


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


# --- decisions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "outcome"), [("02-q11", "orders"), ("03-q14", "margin"), ("07-q09", "orders")]
)
def test_the_choice_that_is_called_best_is_best_in_the_shops_truth(name: str, outcome: str) -> None:
    question = bank.get(name)
    assert isinstance(question, bank.Decide)
    truth = load("truth_effects").query("outcome == @outcome").drop_duplicates("policy")
    effects = dict(zip(truth["policy"], truth["expected"], strict=True))
    moved = {
        option.text: effects[json.dumps(option.policy)]
        for option in question.options
        if option.policy
    }
    assert len(moved) >= 3
    best = max(moved, key=lambda text: moved[text])
    assert moved[best] > 0
    assert [option.text for option in question.options if option.best] == [best]


def test_of_the_channels_that_could_be_stopped_each_stop_loses_margin() -> None:
    question = bank.get("06-q08")
    assert isinstance(question, bank.Decide)
    [best] = [option for option in question.options if option.best]
    assert "none of the three losses is made" in best.why
    others = [option.why for option in question.options if not option.best]
    assert len(others) == 3
    assert all("a loss of $" in " ".join(why.split()) for why in others)
