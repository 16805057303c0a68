"""The exam packs: the form of their exam, dated sources, and how they are read."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from workbook.questions import bank, selection, validate
from workbook.questions.bank import Match, Multiple, Order, Question, Single

ROOT = Path(__file__).parents[2]
FILE = ROOT / "lessons/exams/ga4-setup.yml"
PACK = list(bank.read(FILE))
SINGLES = [question for question in PACK if isinstance(question, Single)]
OBJECTIVES = yaml.safe_load((ROOT / "lessons/objectives.yml").read_text(encoding="utf-8"))
TOPICS = [name for name in OBJECTIVES if name.startswith("GA.")]


# --- what the pack holds


def test_the_pack_is_a_sound_bank_whose_ids_run_through() -> None:
    assert validate.validate(FILE, set(OBJECTIVES)) == []
    assert [question.id for question in PACK] == [f"ga4-q{n:02}" for n in range(1, len(PACK) + 1)]


def test_it_has_the_form_of_the_certification() -> None:
    assert len(PACK) >= 44
    assert len(SINGLES) >= 3 / 4 * len(PACK)
    assert {len(question.options) for question in SINGLES} == {4}
    assert {type(question) for question in PACK} == {Single, Multiple, Match, Order}


def test_every_topic_has_four_questions_and_some_for_study_pages() -> None:
    found = Counter(question.objective for question in PACK)
    assert len(TOPICS) == 12
    assert set(found) == set(TOPICS)
    assert min(found.values()) >= 4
    for pool in ("lesson", "exam"):
        assert {question.objective for question in PACK if question.pool == pool} == set(TOPICS)
    shown = sum(question.pool == "lesson" for question in PACK)
    assert 0.3 <= shown / len(PACK) <= 0.4


@pytest.mark.parametrize("question", PACK, ids=lambda question: question.id)
def test_every_question_names_its_page_and_when_it_was_read(question: Question) -> None:
    pages = (question.source or "").split("; ")
    google = r"(?:Google (?:Analytics|Ads|Merchant Center)|Search Console)"
    named = r"(?:Help \d{7,8}|\w+ (?:API|Protocol) (?:reference|guide), )"
    assert re.match(f"{google} {named}", pages[0])
    dated = r"\((?:read|updated) (?:\w+ )?20(?:2[3-9])\)$"
    assert [page for page in pages if not re.search(dated, page)] == []


# --- how it is read


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A course of two lessons and one pack."""
    for file in (Path(__file__).parent / "lessons").glob("*.yml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "exams").mkdir()
    (tmp_path / "exams" / FILE.name).write_bytes(FILE.read_bytes())
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("course")
def test_a_pack_is_read_by_its_name_and_its_questions_by_their_ids() -> None:
    assert bank.pack("ga4-setup") == PACK
    assert bank.packs() == {"ga4-setup": PACK}
    assert bank.get("ga4-q02") == PACK[1]
    assert PACK[0].lesson == "ga4" and bank.get("02-q01").lesson == "02"
    assert bank.pack("no-such") == []
    with pytest.raises(bank.UnknownQuestionError, match=r"Did you mean ga4-q\d\d\?"):
        bank.get("ga4-q0")


@pytest.mark.parametrize("odd", ["", "-", "/etc-q01", "../exams/ga4-q01", "*-q01", "g*4-q01"])
@pytest.mark.usefixtures("course")
def test_an_odd_id_is_unknown_and_nothing_worse(odd: str) -> None:
    with pytest.raises(bank.UnknownQuestionError):
        bank.get(odd)


@pytest.mark.usefixtures("course")
def test_lessons_and_their_recall_leave_the_packs_alone() -> None:
    assert not {question.id for question in bank.all_questions()} & {q.id for q in PACK}
    assert {question.lesson for question in selection.recall("99", [], n=50)} == {"01", "02"}


def test_a_broken_pack_is_named_with_the_command_that_tells_more(course: Path) -> None:
    (course / "exams" / FILE.name).write_text("questions: [")
    with pytest.raises(bank.BankError, match=r"ga4-setup\.yml .* build ga4-setup`"):
        bank.packs()
    assert bank.get("02-q01"), "lessons are not touched"


def test_without_a_folder_of_packs_there_are_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    assert bank.packs() == {} and bank.pack("ga4-setup") == []


# --- its faults


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- id: ga4-q03", "- id: ga-q03", "the id `ga-q03` does not belong to pack ga4"),
        ("objective: GA.9", "objective: GA.99", "choose one of GA.1, GA.10"),
        ("objective: GA.9", "objective: L7.77", "choose one of GA.1, GA.10"),
    ],
)
def test_a_fault_in_a_pack_is_told_in_its_terms(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    text = FILE.read_text(encoding="utf-8")
    file = tmp_path / FILE.name
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    [problem] = validate.validate(file, set(OBJECTIVES))
    assert said in str(problem)
    assert new in file.read_text(encoding="utf-8").splitlines()[problem.line - 1]


def test_an_id_that_begins_with_nothing_is_a_fault_like_any_other(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8").replace("- id: ga4-q03", '- id: "-q03"')
    file = tmp_path / FILE.name
    file.write_text(text.replace("objective: GA.1\n", "objective: GA.0\n"), encoding="utf-8")
    assert len(validate.validate(file, set(OBJECTIVES))) == 7  # the id, and six objectives
