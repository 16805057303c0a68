"""Blueprints: those of the course are sound and promise nothing; faults are told with their line;
coverage says what the bank cannot ask."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from study_bank import exam, single

from workbook.building import blueprints as author
from workbook.study import blueprint
from workbook.study.blueprint import BlueprintError, Topic

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "lessons"
OBJECTIVES = yaml.safe_load((LESSONS / "objectives.yml").read_text("utf-8"))
COURSE = author.sources(LESSONS)

SOUND = """\
title: Midterm
about: Unofficial, and no prediction of a grade.
items: 6
minutes: 15
pass_mark: 0.7
pool: lesson
types: [single, numeric]
packs: [ga4-setup]
bloom: {apply: 2}
topics:
- name: One
  weight: 2
  objectives: [L1.1, L1.2]
- name: Two
  weight: 1
  objectives: [L2.1]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "midterm.yml").write_text(SOUND)
    return tmp_path


def faults(folder: Path, text: str, name: str = "midterm.yml") -> list[tuple[int, str]]:
    (folder / name).write_text(text)
    return author.faults(folder / name, OBJECTIVES, ["ga4-setup"])


# --- those of the course ------------------------------------------------------------------------


def test_the_course_has_the_four_exams() -> None:
    names = [one.name for one in blueprint.blueprints(LESSONS / "exams/blueprints")]
    assert set(names) >= {"ga4", "d381", "short", "diagnostic"}


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_a_blueprint_of_the_course_is_sound(path: Path) -> None:
    assert author.of_blueprint(path, OBJECTIVES) == []
    assert blueprint.read(path).name == path.stem


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_each_names_whom_it_does_not_belong_to_and_says_it_predicts_nothing(path: Path) -> None:
    about = blueprint.read(path).about
    assert "Unaffiliated with" in about
    assert "Google" in about
    assert "WGU" in about or path.stem == "ga4"
    assert "no prediction" in about


def test_the_ga4_format_is_the_certifications() -> None:
    ga4 = blueprint.find("ga4")
    assert (ga4.items, ga4.minutes, ga4.pass_mark, ga4.types) == (50, 75, 0.8, ("single",))
    weights = {topic.name: topic.weight for topic in ga4.topics}
    assert sorted(weights.values()) == [3, 5, 8, 14, 15]
    assert weights["Set-up and linking"] == 15
    assert "one candidate" in ga4.about


def test_d381_has_no_pass_mark_and_says_that_its_topics_are_an_inference() -> None:
    d381 = blueprint.find("d381")
    assert d381.pass_mark is None
    assert "inference" in d381.about


def test_the_diagnostic_and_the_short_exam_have_a_topic_for_every_objective_they_could_ask() -> (
    None
):
    for name in ("diagnostic", "short"):
        found = blueprint.find(name)
        banks = {question.objective for question in blueprint.questions(found)}
        asked = {one for topic in found.topics for one in topic.objectives}
        assert {one for one in banks if not one.startswith("L0.")} <= asked


# --- reading ------------------------------------------------------------------------------------


def test_a_sound_file_is_read_as_it_stands(folder: Path) -> None:
    assert faults(folder, SOUND) == []
    found = blueprint.find("midterm", folder)
    assert found.topics == (Topic("One", 2, ("L1.1", "L1.2")), Topic("Two", 1, ("L2.1",)))
    assert (found.minutes, found.pass_mark, found.bloom) == (15, 0.7, {"apply": 2})


def test_no_clock_no_mark_no_packs_and_no_levels_can_be_left_open(folder: Path) -> None:
    text = SOUND.replace("minutes: 15", "minutes: null").replace("0.7", "null")
    text = text.replace("packs: [ga4-setup]\n", "").replace("bloom: {apply: 2}\n", "")
    assert faults(folder, text) == []
    found = blueprint.find("midterm", folder)
    assert (found.minutes, found.pass_mark, found.packs, found.bloom) == (None, None, (), {})


def test_an_unknown_exam_is_answered_with_the_nearest_name(folder: Path) -> None:
    with pytest.raises(BlueprintError, match="Did you mean midterm"):
        blueprint.find("mid-term", folder)
    with pytest.raises(BlueprintError, match="no exam blueprints"):
        blueprint.find("ga4", folder / "none")


BROKEN = {
    "no YAML": "items: [",
    "a list": "- items",
    "nothing": "",
    "items missing": SOUND.replace("items: 6\n", ""),
    "items a word": SOUND.replace("items: 6", "items: six"),
    "items none": SOUND.replace("items: 6", "items: 0"),
    "minutes negative": SOUND.replace("minutes: 15", "minutes: -1"),
    "minutes no number": SOUND.replace("minutes: 15", "minutes: .nan"),
    "mark in percent": SOUND.replace("0.7", "70"),
    "pool unknown": SOUND.replace("pool: lesson", "pool: both"),
    "prose": SOUND.replace("[single, numeric]", "[short]"),
    "no types": SOUND.replace("[single, numeric]", "[]"),
    "level unknown": SOUND.replace("{apply: 2}", "{applying: 2}"),
    "no topics": SOUND[: SOUND.index("topics:")] + "topics: []\n",
    "topics a word": SOUND[: SOUND.index("topics:")] + "topics: all\n",
    "weight true": SOUND.replace("weight: 2", "weight: true"),
    "weight missing": SOUND.replace("  weight: 2\n", ""),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_blueprint_stops_neither_the_others_nor_the_build(folder: Path, text: str) -> None:
    (folder / "other.yml").write_text(text)
    assert [one.name for one in blueprint.blueprints(folder)] == ["midterm"]
    with pytest.raises(BlueprintError, match=r"other\.yml .*workbook build other"):
        blueprint.find("other", folder)
    assert faults(folder, text, "other.yml")


FAULTS = [
    ("items: 6", "items: 6\nitem: 7", 4, "unknown key `item`; did you mean `items`?"),
    ("items: 6", "items: 6\nitems: 7", 4, "stands here twice"),
    ("minutes: 15\n", "", 1, "`minutes` is missing; add it (null if there is none)"),
    ("Unofficial, and ", "", 2, "it does not say that the exam is unaffiliated"),
    ("no prediction of a grade", "much like the real one", 2, "what a score is not"),
    ("title: Midterm", "title: 7", 1, "`title` is no text"),
    ("items: 6", "items: 6.5", 3, "`6.5` is no number of items"),
    ("minutes: 15", "minutes: 0", 4, "a number above 0, at most 1440"),
    ("0.7", "70", 5, "write 80 % as 0.8"),
    ("pool: lesson", "pool: exams", 6, "choose lesson or exam"),
    ("numeric]", "short]", 7, "unknown type `short`; choose of single"),
    ("numeric]", "single]", 7, "the type `single` stands here twice"),
    ("ga4-setup", "ga4-setups", 8, "unknown exam pack `ga4-setups`; did you mean `ga4-setup`?"),
    ("apply: 2", "aply: 2", 9, "unknown level `aply`"),
    ("apply: 2", "apply: -2", 9, "`apply` is `-2`"),
    ("name: Two", "name: One", 14, "two topics are called One"),
    ("weight: 1", "weight: none", 15, "`weight` is `none`"),
    ("weight: 2", "weight: 200", 15, "its weight asks for none of the 6 items"),
    ("L2.1", "L2.11", 16, "unknown objective `L2.11`"),
    ("L2.1", "L1.2", 16, "the objective L1.2 stands in One too"),
    ("[L2.1]", "[]", 16, "`objectives` is no list of names"),
    ("  weight: 1\n", "", 14, "`weight` is missing"),
]


@pytest.mark.parametrize(("old", "new", "line", "said"), FAULTS, ids=[f[3][:40] for f in FAULTS])
def test_each_fault_is_told_with_its_line_and_what_to_do(
    folder: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in SOUND
    found = faults(folder, SOUND.replace(old, new))
    assert [at for at, what in found if said in what] == [line], found
    assert len(found) == 1, found


def test_a_name_that_a_pack_has_or_that_cannot_be_called_is_refused(folder: Path) -> None:
    assert "an exam pack is called ga4-setup too" in faults(folder, SOUND, "ga4-setup.yml")[0][1]
    assert "cannot be the exam's name" in faults(folder, SOUND, "Mid term.yml")[0][1]


# --- coverage -----------------------------------------------------------------------------------


def test_coverage_weighs_topics_by_objectives_served_and_by_questions_for_the_items() -> None:
    # One asks for 4 of 6 items and has all, but L1.2 has none: half. Two asks for 2 and has 1.
    questions = [single(f"01-q{n}", "L1.1") for n in range(9)] + [single("02-q1", "L2.1")]
    found = blueprint.coverage(exam(6), questions)
    assert [(t.wanted, t.there, t.missing) for t in found.topics] == [(4, 9, ("L1.2",)), (2, 1, ())]
    assert found.share == pytest.approx(1 / 2)
    said = " ".join(found.sentences)
    assert "covers 50 % of this exam's topics by weight so far" in said
    assert "One (1 of 2 objectives without a question)" in said
    assert "Two (1 question for 2 items)" in said


def test_coverage_names_what_has_nothing_and_says_when_nothing_is_missing() -> None:
    one = [single(f"01-q{n}", f"L1.{1 + n % 2}") for n in range(8)]
    assert "Nothing yet on: Two." in blueprint.coverage(exam(6), one).sentences
    whole = blueprint.coverage(exam(6), [*one, single("02-q1", "L2.1"), single("02-q2", "L2.1")])
    assert whole.share == 1
    assert whole.sentences == ["The bank has questions on all of this exam's topics."]


def test_coverage_counts_only_what_the_exam_may_ask() -> None:
    questions = [
        single("01-q1", "L1.1", type="multiple"),  # of another type
        single("ga4-q1", "L1.1"),  # of a pack that is not named
        single("01-q2", "L1.1", pool="lesson"),
    ]
    assert blueprint.coverage(exam(6), questions).topics[0].there == 1
    assert blueprint.coverage(exam(6, pool="lesson"), [single("01-q3")]).topics[0].there == 0
    assert blueprint.coverage(exam(6, packs=("ga4-setup",)), questions).topics[0].there == 2


def test_coverage_of_the_course_names_a_topic_without_questions() -> None:
    for found in blueprint.blueprints(LESSONS / "exams/blueprints"):
        questions = blueprint.questions(found)
        said = " ".join(blueprint.coverage(found, questions).sentences)
        for topic in found.topics:
            there = {q.objective for q in questions if q.type in found.types}
            if not there & set(topic.objectives):
                assert topic.name in said


def test_a_bank_that_cannot_be_read_costs_its_own_questions_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "01-a.yml").write_text("questions: [")
    entry = "{id: 02-q1, objective: L2.1, bloom: apply, type: numeric, stem: x, answer: 1, why: x}"
    (tmp_path / "02-b.yml").write_text(f"questions:\n- {entry}\n")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    assert [question.id for question in blueprint.questions(exam(packs=("gone",)))] == ["02-q1"]


# --- arithmetic ---------------------------------------------------------------------------------


def test_largest_remainders_on_a_textbooks_example() -> None:
    # Hamilton's method on votes of 47,000, 16,000, 15,900, 12,000, 6,000 and 3,100 for 10 seats.
    votes = [47_000, 16_000, 15_900, 12_000, 6_000, 3_100]
    assert blueprint.largest_remainders(10, votes) == [5, 2, 1, 1, 1, 0]


@given(st.integers(0, 200), st.lists(st.floats(0.01, 100), min_size=1, max_size=12))
def test_largest_remainders_deal_all_and_keep_within_one_of_the_share(
    count: int, weights: list[float]
) -> None:
    dealt = blueprint.largest_remainders(count, weights)
    assert sum(dealt) == count
    for got, weight in zip(dealt, weights, strict=True):
        assert math.floor(count * weight / sum(weights) - 1e-6) <= got
        assert got <= math.ceil(count * weight / sum(weights) + 1e-6)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.001, "1 %"), (0.624, "62 %"), (0.999, "99 %"), (1, "100 %")],
)
def test_percent_never_rounds_to_all_or_nothing(share: float, said: str) -> None:
    assert blueprint.percent(share) == said


def test_a_learner_never_meets_pydantic(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from workbook.study import blueprint, drawing_lots, score, sitting; "
        "blueprint.blueprints(); "
        "print([m for m in ('pydantic', 'scipy', 'pandas', 'fsrs') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]", ran.stderr
