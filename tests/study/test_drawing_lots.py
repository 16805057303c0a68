"""Drawing a mock exam: topic weights, pools, Bloom levels, no repeats, and the same by seed."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_bank import exam, product, single

from workbook.questions import bank, validate
from workbook.questions.bank import Question
from workbook.questions.drawing import drawn
from workbook.study import blueprint, drawing_lots
from workbook.study.blueprint import Blueprint, Topic, largest_remainders
from workbook.study.drawing_lots import draw, draw_items

SEEDS = range(200)
EXAMS = blueprint.blueprints(Path(__file__).parents[2] / "lessons/exams/blueprints")
BANKS = {one.name: blueprint.questions(one) for one in EXAMS}


def by_id(questions: list[Question]) -> dict[str, Question]:
    return {question.id: question for question in questions}


# --- the exams of the course, over many seeds ---------------------------------------------------


@pytest.fixture(params=EXAMS, ids=lambda one: one.name, scope="module")
def drawings(request: Any) -> tuple[Blueprint, list[list[Question]]]:
    """An exam of the course and what 200 seeds draw."""
    known = by_id(BANKS[request.param.name])
    lots = [draw_items(request.param, known.values(), seed) for seed in SEEDS]
    return request.param, [[known[item.id] for item in items] for items in lots]


Drawings = tuple[Blueprint, list[list[Question]]]


def test_every_draw_has_all_its_items_and_none_twice(drawings: Drawings) -> None:
    exam_, lots = drawings
    for questions in lots:
        assert len(questions) == exam_.items
        assert len({question.id for question in questions}) == exam_.items


def test_only_what_the_exam_allows_is_drawn(drawings: Drawings) -> None:
    exam_, lots = drawings
    packs = {bank.prefix(name) for name in exam_.packs}
    for question in itertools.chain(*lots):
        assert question.type in exam_.types
        assert question.lesson.isdigit() or question.lesson in packs
        assert exam_.pool == "exam" or question.pool == "lesson"


def test_topics_keep_their_weights_where_the_bank_has_enough(drawings: Drawings) -> None:
    exam_, lots = drawings
    usable = [question for question in BANKS[exam_.name] if exam_.allows(question)]
    exact = [exam_.items * share for share in exam_.shares()]
    for topic, most in zip(exam_.topics, map(math.floor, exact), strict=True):
        twins = {q.twin or q.id for q in usable if q.objective in topic.objectives}
        for questions in lots:
            got = sum(question.objective in topic.objectives for question in questions)
            assert got >= min(most, len(twins))
    if all(t.there >= t.wanted for t in blueprint.coverage(exam_, usable).topics):
        for questions in lots:
            counts = Counter(exam_.topic_of(question.objective) for question in questions)
            assert counts.total() == exam_.items
            for topic, share in zip(exam_.topics, exact, strict=True):
                assert abs(counts[topic] - share) < 1


def test_of_topics_with_one_weight_now_this_now_that_gets_the_odd_item() -> None:
    short = blueprint.find("short")
    odd = set()
    for seed in range(20):
        drawn = draw_items(short, BANKS["short"], seed)
        known = {question.id: question.objective for question in BANKS["short"]}
        counts = Counter(short.topic_of(known[item.id]) for item in drawn)
        odd.add(max(short.topics, key=lambda topic: counts[topic]).name)
    assert len(odd) > 2


def test_within_a_topic_the_reserved_questions_come_first(drawings: Drawings) -> None:
    exam_, lots = drawings
    usable = [question for question in BANKS[exam_.name] if exam_.allows(question)]
    for topic in exam_.topics:
        reserved = sum(q.pool == "exam" and q.objective in topic.objectives for q in usable)
        for questions in lots:
            mine = [question for question in questions if question.objective in topic.objectives]
            assert sum(q.pool == "exam" for q in mine) == min(len(mine), reserved)


def test_levels_are_nearer_to_the_wanted_ones_than_without_them(drawings: Drawings) -> None:
    exam_, lots = drawings
    known = by_id(BANKS[exam_.name])
    parts = list(exam_.bloom.values())
    want = dict(zip(exam_.bloom, largest_remainders(exam_.items, parts), strict=True))
    without = replace(exam_, bloom={})

    def met(questions: list[Question]) -> int:
        counts = Counter(question.bloom for question in questions)
        return sum(min(counts[level], most) for level, most in want.items())

    for seed, questions in zip(SEEDS[::10], lots[::10], strict=True):
        plain = [known[item.id] for item in draw_items(without, known.values(), seed)]
        assert met(questions) >= met(plain)
    reserved = [q for q in known.values() if q.pool == "exam" and exam_.allows(q)]
    if len(reserved) > exam_.items:  # there is a choice, and the reserved ones come first
        assert sum(map(met, lots)) > 0.9 * met(reserved) * len(lots)


def test_the_diagnostic_asks_about_every_lesson_there_is() -> None:
    diagnostic = blueprint.find("diagnostic")
    known = by_id(BANKS["diagnostic"])
    there = {q.lesson for q in known.values() if diagnostic.allows(q)}
    assert len(there) >= 8
    for seed in range(20):
        drawn_ = {known[item.id].lesson for item in draw_items(diagnostic, known.values(), seed)}
        assert drawn_ == there


# --- the same by seed ---------------------------------------------------------------------------


def test_a_seed_draws_the_same_exam_however_the_questions_are_ordered() -> None:
    for one in EXAMS:
        questions = BANKS[one.name]
        first = draw_items(one, questions, 7)
        for shuffle in range(5):
            mixed = random.Random(shuffle).sample(questions, len(questions))
            assert draw_items(one, mixed, 7) == first
        assert draw_items(one, questions, 8) != first


def test_numbers_vary_by_seed_among_those_that_a_build_has_tried() -> None:
    questions = [product(f"01-q{n}") for n in range(4)]
    texts = set()
    for seed in range(40):
        for item in draw_items(exam(4), questions, seed):
            assert item.seed in validate.SEEDS
            assert item.seed != 0  # what the lessons show
            texts.add(drawn(by_id(questions)[item.id], item.seed).stem)
    assert len(texts) > 30


def test_options_are_shuffled_evenly_and_other_types_have_none() -> None:
    questions = [single(f"01-q{n}") for n in range(10)] + [product("02-q1", "L2.1")]
    places: Counter[int] = Counter()
    for seed in range(400):
        for item in draw_items(exam(11), questions, seed):
            if item.id == "02-q1":
                assert item.places is None
            else:
                assert item.places is not None
                assert sorted(item.places) == [0, 1, 2, 3]
                places[item.places.index(2)] += 1  # where the right one is shown
    # Each place holds the key in a quarter of 4,000 items; 0.03 is more than four standard errors.
    assert all(abs(count / 4000 - 0.25) < 0.03 for count in places.values())
    assert len(places) == 4


def test_every_question_of_a_topic_has_its_chance() -> None:
    questions = [single(f"01-q{n}", f"L1.{1 + n % 2}") for n in range(12)]
    drawn_ = Counter(i.id for seed in range(300) for i in draw_items(exam(4), questions, seed))
    assert min(drawn_.values()) > 60  # 100 on average
    assert len(drawn_) == 12


def test_an_objective_with_many_questions_does_not_crowd_out_another() -> None:
    questions = [single(f"01-q{n}", "L1.1") for n in range(20)]
    questions += [single(f"01-r{n}", "L1.2") for n in range(3)]
    for seed in range(30):
        items = draw_items(exam(6), questions, seed)
        assert sum(item.id.startswith("01-r") for item in items) == 3


# --- twins, what was met, and too few -----------------------------------------------------------


def test_of_the_twins_of_one_exercise_one_is_drawn_and_the_fresh_one_first() -> None:
    questions = [single(f"01-q{n}", twin="01-sum") for n in range(3)] + [single("01-q9")]
    for seed in range(20):
        ids = {item.id for item in draw_items(exam(4), questions, seed, seen={"01-q0", "01-q1"})}
        assert ids == {"01-q2", "01-q9"}


def test_what_was_met_comes_last_from_whichever_pool() -> None:
    questions = [
        single("01-fresh"),
        single("01-own", pool="lesson"),
        single("01-own-met", pool="lesson"),
        single("01-met"),
    ]
    met = {"01-own-met", "01-met"}
    last = set()
    for seed in range(20):
        drawn = [{i.id for i in draw_items(exam(n), questions, seed, met)} for n in range(1, 5)]
        assert drawn[:2] == [{"01-fresh"}, {"01-fresh", "01-own"}]
        last |= drawn[2] - drawn[1]
    assert last == met


def test_what_a_topic_lacks_goes_to_the_others() -> None:
    questions = [single(f"01-q{n}") for n in range(9)]
    assert len(draw_items(exam(6), [*questions, single("02-q1", "L2.1")], 0)) == 6
    assert len(draw_items(exam(6), questions, 0)) == 6


def test_a_bank_that_is_too_small_makes_a_shorter_exam_at_the_same_pace() -> None:
    found = draw(exam(4), [single("01-q1"), single("02-q1", "L2.1")], 0)
    assert len(found.items) == 2
    assert found.minutes == 5  # half of ten
    assert draw_items(exam(4), [], 0) == []


shares = st.lists(st.integers(1, 9), min_size=1, max_size=6)


@given(shares, st.data())
def test_dealing_leaves_no_place_empty_while_a_topic_has_more(
    weights: list[int], data: st.DataObject
) -> None:
    size = len(weights)
    there = data.draw(st.lists(st.integers(0, 8), min_size=size, max_size=size))
    count = data.draw(st.integers(0, 30))
    topics = tuple(Topic(f"T{n}", w, (f"L1.{n}",)) for n, w in enumerate(weights))
    questions = [
        single(f"01-q{topic}-{n}", f"L1.{topic}")
        for topic in range(size)
        for n in range(there[topic])
    ]
    items = draw_items(exam(max(count, 1), topics=topics), questions, 3)
    got = Counter(int(item.id.split("-")[1][1:]) for item in items)
    assert len(items) == min(max(count, 1), sum(there))
    for topic in range(size):  # who has enough gets at least the whole items of the own share
        share = math.floor(max(count, 1) * weights[topic] / sum(weights))
        assert got[topic] >= min(share, there[topic])


# --- Bloom levels -------------------------------------------------------------------------------

LEVELS = ("remember", "apply", "analyze")


def met(levels: list[str], want: dict[str, int]) -> int:
    counts = Counter(levels)
    return sum(min(counts[level], most) for level, most in want.items())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["L1.1", "L2.1", "L3.1"]), st.sampled_from(LEVELS)),
             min_size=1, max_size=9),
    st.tuples(*[st.integers(1, 3)] * 3),
    st.integers(1, 6),
    st.integers(0, 50),
)  # fmt: skip
def test_no_other_choice_would_meet_more_of_the_wanted_levels(
    bank_: list[tuple[str, str]], parts: tuple[int, int, int], count: int, seed: int
) -> None:
    """Against all choices there are with the same number of items in each topic."""
    questions = [
        single(f"01-q{n}", objective, bloom=level) for n, (objective, level) in enumerate(bank_)
    ]
    topics = tuple(Topic(f"T{n}", 1, (f"L{n}.1",)) for n in (1, 2, 3))
    bloom = dict(zip(LEVELS, parts, strict=True))
    chosen = {i.id for i in draw_items(exam(count, topics=topics, bloom=bloom), questions, seed)}
    per_topic = Counter(q.objective for q in questions if q.id in chosen)
    want = dict(zip(LEVELS, largest_remainders(len(chosen), parts), strict=True))
    choices = [
        itertools.combinations([q.bloom for q in questions if q.objective == objective], many)
        for objective, many in per_topic.items()
    ]
    best = max(met(list(itertools.chain(*one)), want) for one in itertools.product(*choices))
    assert met([q.bloom for q in questions if q.id in chosen], want) == best


def test_levels_give_way_to_the_reserved_pool() -> None:
    questions = [single(f"01-q{n}", bloom="remember") for n in range(4)]
    questions += [single(f"01-r{n}", bloom="apply", pool="lesson") for n in range(4)]
    items = draw_items(exam(4, bloom={"apply": 1}), questions, 0)
    assert all(item.id.startswith("01-q") for item in items)


def test_an_empty_exam_says_that_the_bank_is_missing() -> None:
    with pytest.raises(blueprint.BlueprintError, match="no question for the exam mini"):
        drawing_lots.needed(draw(exam(4), [], 0), exam(4))
