"""The cards: from the glossary, from chosen questions, from what mock exams found wrong."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from workbook import paths
from workbook.questions import bank, glossary
from workbook.questions.drawing import drawn
from workbook.questions.glossary import Formula, Term
from workbook.study import deck

SAMPLE = Path(__file__).parents[1] / "questions" / "lessons"
LESSONS = [f"{number:02d}" for number in range(8)]


def ended(verdicts: Any, when: str = "2026-11-01T10:00:00+00:00") -> dict[str, Any]:
    return {"t": when, "kind": "exam", "item": "x", "what": "end", "verdicts": verdicts}


def test_every_term_and_every_chosen_question_is_one_card() -> None:
    cards = deck.deck().cards
    assert deck.deck().notices == ()
    wanted = {f"term:{deck.slug(term.term)}" for term in glossary.terms()}
    wanted |= {f"question:{one}" for one in deck.chosen()}
    assert {card.id for card in cards} == wanted
    assert len(cards) == len(glossary.terms()) + len(deck.chosen())
    for card in cards:
        assert card.front and card.back and re.fullmatch(r"[0-9a-f]{8}", card.hash)


@pytest.mark.parametrize("lesson", LESSONS)
def test_chosen_questions_are_of_the_lesson_pool_and_can_be_known_by_heart(lesson: str) -> None:
    chosen = [bank.get(one) for one in deck.chosen() if bank.prefix(one) == lesson]
    assert 4 <= len(chosen) <= 6
    for question in chosen:
        assert question.pool == "lesson"
        assert question.type in ("single", "numeric", "order")
        assert question.table is None  # nobody learns a table's count by heart


def test_a_term_asks_for_its_meaning_and_answers_with_all_there_is() -> None:
    by_id = {card.id: card for card in deck.deck().cards}
    for term in glossary.terms():
        card = by_id[f"term:{deck.slug(term.term)}"]
        assert term.term in card.front and term.definition not in card.front
        assert term.definition in card.back and term.example in card.back
        for other in term.not_to_be_confused_with:
            assert other.name in card.back and other.how in card.back
        if term.contested:
            assert term.contested in card.back
        if term.formula:
            assert term.formula.denominator in card.back
        assert card.lesson == term.first


def test_a_question_card_shows_all_options_and_answers_with_the_right_one_alone() -> None:
    by_id = {card.id: card for card in deck.deck().cards}
    singles = [bank.get(one) for one in deck.chosen()]
    for question in singles:
        if not isinstance(question, bank.Single):
            continue
        seen = drawn(question)
        assert isinstance(seen, bank.Single)
        card = by_id[f"question:{question.id}"]
        for option in seen.options:
            assert " ".join(option.text.split()) in card.front
            assert (f"**{option.text}**" in card.back) == option.right
        [why] = [option.why for option in seen.options if option.right]
        assert why in card.back


def test_a_contested_question_says_both_after_the_answer_only() -> None:
    contested = bank.Contested(keyed="Exams key B.", defensible="A holds as well.")
    question = dataclasses.replace(bank.get("02-q12"), contested=contested)
    card = deck.of_question(question)
    for said in (contested.keyed, contested.defensible):
        assert said in card.back and said not in card.front
    assert card.hash == deck.of_question(bank.get("02-q12")).hash


def test_every_type_of_question_can_become_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_LESSONS", str(SAMPLE))
    cards = {one.id: deck.of_question(one) for one in bank.lesson("02")}
    assert {bank.get(one).type for one in cards} == set(bank.TYPES)
    assert all(card.front and card.back for card in cards.values())
    assert "A key event" in cards["02-q02"].back and "A page view" not in cards["02-q02"].back
    order = cards["02-q04"].back
    places = [order.index(step) for step in ("View a", "Add it", "Begin the", "Pay")]
    assert places == sorted(places)
    assert "Cart abandonment: **Users with a cart**" in cards["02-q05"].back


def test_the_number_of_a_card_is_the_one_that_marking_wants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from workbook.questions.marking import mark

    monkeypatch.setenv("WORKBOOK_LESSONS", str(SAMPLE))
    question = bank.get("02-q03")
    said = re.search(r"\*\*(.+?)\*\*", deck.of_question(question).back)
    assert said and mark(question, said[1]).correct


RATE = Formula(
    numerator="not engaged",
    denominator="all sessions",
    scope="session",
    window="the report's",
    exclusions="none",
)
TERM = Term(
    term="bounce rate",
    definition="The share of sessions that were not engaged.",
    example="40 of 100.",
    not_to_be_confused_with=[],
    lessons=["06"],
    source="this workbook",
    formula=RATE,
)


def test_the_hash_changes_with_what_has_to_be_known_only() -> None:
    before = deck.of_term(TERM).hash
    reworded = dataclasses.replace(TERM, example="7 of 10.", contested="By some.")
    assert deck.of_term(reworded).hash == before
    rate = dataclasses.replace(RATE, denominator="all users")
    for other in (
        dataclasses.replace(TERM, definition="The share of sessions with one page."),
        dataclasses.replace(TERM, formula=rate),
    ):
        assert deck.of_term(other).hash != before


def test_what_an_ended_exam_found_wrong_is_a_card_and_nothing_else_of_it() -> None:
    reserved = [one.id for one in bank.all_questions() if one.pool == "exam"][:3]
    wrong, right, blank = reserved
    found = deck.wrong_in_exams(
        [
            ended({wrong: "wrong", right: "right", blank: "blank"}),
            {**ended({right: "wrong"}), "what": "answer"},
            ended("torn"),
            ended({right: "wrong"}, when="yesterday"),
            {"kind": "exam"},
        ]
    )
    assert list(found) == [wrong]
    ids = {card.id for card in deck.deck(found).cards}
    assert f"question:{wrong}" in ids
    assert f"question:{right}" not in ids and f"question:{blank}" not in ids


def _sat(blueprint: str, seconds: dict[str, float], verdicts: Any) -> list[dict[str, Any]]:
    name = f"{blueprint}-20261101T090000-abcd"
    items = [{"id": one, "seed": 0, "hash": "0" * 8, "places": None} for one in verdicts]
    base = {"kind": "exam", "item": name}
    steps = [
        {**base, "t": "2026-11-01T09:01:00+00:00", "what": "seen", "question": one, "seconds": sec}
        for one, sec in seconds.items()
    ]
    start = {
        **base, "t": "2026-11-01T09:00:00+00:00", "what": "start", "blueprint": blueprint,
        "title": "An exam", "seed": 1, "items": items, "minutes": None, "extra": 0.0,
    }  # fmt: skip
    return [start, *steps, {**ended(verdicts), "item": name, "why": "handed in"}]


def test_what_was_looked_at_and_left_blank_becomes_a_card_too() -> None:
    looked, glimpsed, never = [one.id for one in bank.lesson("07") if one.pool == "exam"][:3]
    events = _sat(
        "short", {looked: 8.0, glimpsed: 0.9}, dict.fromkeys([looked, glimpsed, never], "blank")
    )
    found = deck.wrong_in_exams(events)
    assert {name: one.said for name, one in found.items()} == {looked: "left blank in a mock exam"}
    assert f"question:{looked}" in {card.id for card in deck.deck(found).cards}


def test_a_card_says_whether_a_diagnostic_or_a_mock_exam_found_it_wrong() -> None:
    for blueprint, said in (("diagnostic", "the diagnostic"), ("ga4", "a mock exam")):
        found = deck.wrong_in_exams(_sat(blueprint, {}, {"07-q01": "wrong"}))
        assert found["07-q01"].said == f"wrong in {said}"


def test_a_question_that_is_gone_is_passed_over() -> None:
    assert deck.deck(["07-q999", "zz-q01"]) == deck.deck()


def test_a_broken_file_takes_its_own_cards_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "glossary.yml").write_bytes((paths.lessons_dir() / "glossary.yml").read_bytes())
    (tmp_path / "cards.yml").write_text("cards: [", "utf-8")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    found = deck.deck()
    assert len(found.cards) == len(glossary.terms())
    assert "cards.yml" in found.notices[0]
    (tmp_path / "cards.yml").write_text('cards: {"02": [02-q01]}', "utf-8")
    (tmp_path / "02-forms.yml").write_bytes((SAMPLE / "02-forms.yml").read_bytes())
    (tmp_path / "glossary.yml").write_text("terms: 7", "utf-8")
    found = deck.deck()
    assert [card.id for card in found.cards] == ["question:02-q01"]
    assert "glossary" in found.notices[0]


def test_questions_come_among_the_terms_of_their_lesson() -> None:
    cards = deck.deck().cards
    assert [card.lesson for card in cards] == sorted(card.lesson for card in cards)
    for lesson in LESSONS:
        kinds = [card.kind for card in cards if card.lesson == lesson]
        assert kinds[0] == "term" and kinds[-1] == "term"
        assert kinds != sorted(kinds) and kinds != sorted(kinds, reverse=True)
