"""The exam packs: dated sources, keys that no form betrays, and nothing that a lesson asks."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable
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


def key(question: Single) -> int:
    [right] = [place for place, option in enumerate(question.options) if option.right]
    return right


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


# --- that the key cannot be told by its look


def test_neither_letter_nor_length_gives_the_right_option_away() -> None:
    places, longest, shortest = Counter[int](), 0, 0
    for question in SINGLES:
        lengths = [len(option.text) for option in question.options]
        right = lengths[key(question)]
        places[key(question)] += 1
        longest += right == max(lengths)
        shortest += right == min(lengths)
    assert min(places.values()) >= len(SINGLES) / 5
    assert max(places.values()) <= 3 / 10 * len(SINGLES)
    for count in (longest, shortest):  # never to be one of them would tell as well
        assert 0.12 <= count / len(SINGLES) <= 0.3


def test_the_right_letter_hardly_ever_stands_twice_in_a_row_and_never_three_times() -> None:
    letters = "".join("ABCD"[key(question)] for question in SINGLES)
    assert sum(a == b for a, b in itertools.pairwise(letters)) <= len(letters) / 4
    assert not re.search(r"(.)\1\1", letters)


@pytest.mark.parametrize(
    "form",
    [
        ";", ":", ",", "(", "since", "because", "but", "only", "never", "always", "nothing",
        "every", "not", "can", "may", "some",
    ],
)  # fmt: skip
def test_no_form_of_words_gives_the_right_option_away(form: str) -> None:
    """Where the right option has it, another of the same question has it, and the reverse."""
    alone = []
    mark = rf"\b{form}\b" if form.isalpha() else re.escape(form)
    for question in SINGLES:
        has = [bool(re.search(mark, option.text.lower())) for option in question.options]
        mine = has[key(question)]
        if (sum(has) == 1 and mine) or (sum(has) == len(has) - 1 and not mine):
            alone.append(question.id)
    assert not alone


def test_the_words_of_the_stem_do_not_point_to_the_right_option() -> None:
    pointed, by_chance = 0, 0.0
    for question in SINGLES:
        shared = [len(words(question.stem) & words(option.text)) for option in question.options]
        most = [place for place, count in enumerate(shared) if count == max(shared)]
        pointed += key(question) in most
        by_chance += len(most) / len(shared)
    assert pointed <= 1.3 * by_chance


# --- that it repeats nothing

COMMON = frozenset(
    re.findall(
        r"\S+",
        "a an the and or not no of to in on at by for from with as is are was it its that this "
        "these what which who how why where when does do did has have had can be one two there "
        "their they he she his her theo mara shop shop's pebble street analytics google",
    )
)


def words(text: str) -> set[str]:
    found = {word.strip("'") for word in re.findall(r"[a-z_']+", text.lower())}
    return {word.rstrip("s") for word in found - COMMON}


def content(question: Question) -> set[str]:
    """What a question asks and answers, as words without their endings."""
    said = [question.stem]
    match question:
        case Single() | Multiple():
            said += [option.text for option in question.options]
        case Match():
            said += [text for pair in question.pairs for text in (pair.left, pair.right)]
        case Order():
            said += question.items
    return words(" ".join(said))


def alike(one: set[str], other: set[str]) -> float:
    """Shared words as a share of all words of the two."""
    return len(one & other) / max(1, len(one | other))


LIKE = 0.45


def repeated(some: Iterable[Question], others: Iterable[Question]) -> list[tuple[str, str]]:
    theirs = [(question.id, content(question)) for question in others]
    return [
        (one.id, name)
        for one in some
        for name, said in theirs
        if one.id != name and alike(content(one), said) >= LIKE
    ]


def test_no_question_repeats_one_of_a_lesson_or_of_the_pack() -> None:
    lessons = [q for path in sorted((ROOT / "lessons").glob("[0-9]*.yml")) for q in bank.read(path)]
    assert len(lessons) > 100
    assert repeated(PACK, lessons) == []
    assert repeated(PACK, PACK) == []


def test_a_question_with_another_fourth_option_is_told() -> None:
    for question in SINGLES:
        other = [*question.options[:3], bank.Option("Something nobody said", "")]
        copy = Single(id="99-q01", objective="", bloom="apply", stem=question.stem, options=other)
        assert ("99-q01", question.id) in repeated([copy], PACK)


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
