"""Marking: every type, friendly numbers, and answers that are none yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from workbook.questions import bank
from workbook.questions.drawing import draw
from workbook.questions.marking import Marked, NotAnAnswerError, mark, read_number

FILE = Path(__file__).parent / "lessons/02-forms.yml"
BANK = {q["id"][3:]: bank.build(q) for q in yaml.safe_load(FILE.read_text())["questions"]}


def marked(key: str, answer: Any, seed: int = 0) -> Marked:
    return mark(BANK[key], answer, seed)


def signs(result: Marked) -> list[str]:
    return [part.sign for part in result.feedback]


# --- options


def test_a_single_answer_explains_every_option() -> None:
    result = marked("q01", 2)
    assert result.correct is False
    assert result.summary == "Not right. You chose C; the answer is B."
    assert signs(result) == ["plain", "missed", "wrong"]
    assert all(part.text and part.label for part in result.feedback)
    assert marked("q01", 1).correct is True


@pytest.mark.parametrize("answer", [None, -1, 3, "1", True, 1.0, [1], {}])
def test_a_single_answer_that_is_none_is_not_counted(answer: Any) -> None:
    with pytest.raises(NotAnAnswerError, match="Choose one"):
        marked("q01", answer)


def test_multiple_says_what_was_found_missed_and_wrongly_taken() -> None:
    result = marked("q02", [0, 1])
    assert result.correct is False
    assert signs(result) == ["right", "wrong", "missed", "plain"]
    assert "1 of 2" in result.summary
    assert "chose 1 that is not" in result.summary
    assert result.score == (2, 4)
    assert marked("q02", [2, 0]).correct is True


def test_multiple_with_everything_chosen_is_not_right() -> None:
    assert marked("q02", [0, 1, 2, 3]).correct is False


def test_multiple_with_nothing_chosen_is_not_counted() -> None:
    with pytest.raises(NotAnAnswerError):
        marked("q02", [])


# --- numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("70.5", 70.5), ("70.5 %", 70.5), ("70,5", 70.5), (" 70.5% ", 70.5), ("70.5 percent", 70.5),
        ("1,200", 1200), ("1,200.5", 1200.5), ("1.200,5", 1200.5), ("1 200", 1200),
        ("1,234,567", 1234567), ("1.234.567", 1234567), ("0,705", 0.705), ("0.705", 0.705),
        (".5", 0.5), ("5.", 5), ("-3", -3), ("\u22123", -3), ("- 3", -3), ("1e3", 1000),
        ("1\u202f200", 1200), ("1'200", 1200), ("12,5", 12.5), ("70.5 %.", 70.5),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(text: str, value: float) -> None:
    assert read_number(text, "%").value == pytest.approx(value)


@pytest.mark.parametrize("text", ["$ 12", "12 $", "12 USD", "$12"])
def test_money_is_read_with_its_sign_or_code(text: str) -> None:
    assert read_number(text, "$").value == 12


@pytest.mark.parametrize("text", ["200 users", "200 user", "200", "200 Users."])
def test_the_unit_may_be_typed(text: str) -> None:
    assert read_number(text, "users").value == 200


@pytest.mark.parametrize(
    "text", ["", "  ", "abc", None, [], "1 of 5", "47/200", "3 sessions", "nan"]
)
def test_what_is_no_number_is_asked_for_again(text: Any) -> None:
    with pytest.raises(NotAnAnswerError, match="users"):
        read_number(text, "users")


def abandonment(seed: int = 0) -> float:
    numbers = draw(BANK["q03"], seed)
    return 100 * (1 - numbers["orders"] / numbers["carts"])


def said(key: str, answer: Any) -> str:
    return marked(key, answer).feedback[0].text


def test_a_rounded_number_within_tolerance_is_right() -> None:
    assert marked("q03", f"{abandonment():.1f} %").correct is True
    assert marked("q03", f"{abandonment() + 0.2:.1f} %").correct is False


def test_another_seed_asks_for_another_number() -> None:
    seed = next(seed for seed in range(1, 50) if abs(abandonment(seed) - abandonment()) > 1)
    assert marked("q03", f"{abandonment(seed):.2f}", seed).correct is True
    assert marked("q03", f"{abandonment():.2f}", seed).correct is False


def test_a_known_slip_gets_its_own_words() -> None:
    assert "share that ordered" in said("q03", f"{100 - abandonment():.1f}")


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_a_share_where_percent_is_asked_is_named(digits: int) -> None:
    result = marked("q03", f"{abandonment() / 100:.{digits}f}")
    assert result.correct is False
    assert "asked for in percent" in result.feedback[0].text


def test_a_wrong_number_does_not_tell_the_right_one() -> None:
    right = f"{abandonment():.1f}"
    result = marked("q03", "3")
    assert right not in result.summary + result.feedback[0].text
    assert right in result.solution


def test_percent_where_a_share_is_asked_is_read() -> None:
    share = bank.Numeric(
        id="02-x", objective="L", bloom="apply", stem=".", answer=0.705, why=".", tolerance=0.0005
    )
    assert mark(share, "70.5 %").correct is True
    assert mark(share, "0,705").correct is True
    assert "hundred times too large" in mark(share, "70.5").feedback[0].text
    assert "rest" in mark(share, "0.295").feedback[0].text
    assert "swapped" in mark(share, "1.418").feedback[0].text


def test_percent_for_a_count_is_asked_again() -> None:
    count = bank.Numeric(
        id="02-x", objective="L", bloom="apply", stem=".", answer=12, why=".", unit="users"
    )
    with pytest.raises(NotAnAnswerError, match="in users, not in percent"):
        mark(count, "12 %")
    assert mark(count, "12 users").correct is True


# --- order, match, classify


def test_order_says_which_items_are_misplaced() -> None:
    result = marked("q04", [0, 2, 1, 3])
    assert result.correct is False
    assert signs(result) == ["right", "wrong", "wrong", "right"]
    assert result.score == (2, 4)
    assert "1. View a product; 2. Add it" in result.solution
    assert marked("q04", [0, 1, 2, 3]).correct is True


@pytest.mark.parametrize("answer", [None, [], [0, 1], [0, 0, 1, 2], [0, 1, 2, 9], "0123"])
def test_an_incomplete_order_is_not_counted(answer: Any) -> None:
    with pytest.raises(NotAnAnswerError):
        marked("q04", answer)


def test_match_explains_every_pair() -> None:
    result = marked("q05", [1, 0, 2])
    assert result.score == (1, 3)
    assert signs(result) == ["wrong", "wrong", "right"]
    assert all(part.text for part in result.feedback)
    assert marked("q05", [0, 1, 2]).correct is True
    with pytest.raises(NotAnAnswerError):
        marked("q05", [0, None, 2])


def test_a_classification_may_have_words_of_its_own() -> None:
    rows = [bank.Row("a blog post", "see", ".", "off"), bank.Row("a parcel", "care", ".", "off")]
    question = bank.Classify(
        id="02-x", objective="L", bloom="apply", stem=".", labels={"see": "See", "care": "Care"},
        reasons={"on": "On the site", "off": "Outside"}, rows=rows, words=("stage", "place"),
    )  # fmt: skip
    result = mark(question, [["see", "on"], ["see", "off"]])
    labels = [part.label for part in result.feedback]
    assert labels == [
        "The stage is right, the place is not",
        "The place is right, the stage is not",
    ]
    with pytest.raises(NotAnAnswerError, match="a stage and a place first"):
        mark(question, [["see", ""], ["care", "off"]])


def test_a_classification_without_reasons_speaks_of_none() -> None:
    rows = [bank.Row("a blog post", "see", "."), bank.Row("a parcel", "care", ".")]
    question = bank.Classify(
        id="02-x", objective="L", bloom="apply", stem=".",
        labels={"see": "See", "care": "Care"}, rows=rows,
    )  # fmt: skip
    result = mark(question, [["see", ""], ["see", ""]])
    assert [part.label for part in result.feedback] == ["Right", "Not right"]


@pytest.mark.parametrize(
    ("right", "given", "close"),
    [
        ("5.85", "5.8", True), ("5.85", "5.9", False), ("5.85", "6", True), ("5.85", "5.84", True),
        ("7", "6", False), ("7", "6.5", True), ("1605", "1604", False),
    ],
)  # fmt: skip
def test_only_what_can_be_rounded_is_called_close(right: str, given: str, close: bool) -> None:
    question = bank.Numeric(
        id="02-x", objective="L", bloom="apply", stem=".", answer=right, why=".",
        tolerance=0.006 if "." in right else 0.3,
    )  # fmt: skip
    text = mark(question, given).feedback[0].text
    assert text.startswith("Close. Look at the rounding") is close, text


def test_a_small_number_is_not_taken_for_one_over_a_large_one() -> None:
    question = bank.Numeric(
        id="02-x", objective="L", bloom="apply", stem=".", answer="19.3", why=".", tolerance=0.06
    )
    assert "swapped" not in mark(question, "0.1").feedback[0].text


def test_equal_right_sides_are_interchangeable() -> None:
    pairs = [bank.Pair("a", "x", "."), bank.Pair("b", "x", "."), bank.Pair("c", "y", ".")]
    question = bank.Match(id="02-x", objective="L", bloom="apply", stem=".", pairs=pairs)
    assert mark(question, [1, 0, 2]).correct is True


ALL = [["macro", "primary"], ["micro", "step"], ["neither", "passive"], ["neither", "passive"]]


def test_classify_marks_label_and_reason_of_each_row() -> None:
    answer = [["macro", "step"], ["macro", "step"], ["macro", "primary"], ["neither", "passive"]]
    result = marked("q07", answer)
    assert [part.label for part in result.feedback] == [
        "The label is right, the reason is not",
        "The reason is right, the label is not",
        "Neither label nor reason is right",
        "Right",
    ]
    assert result.score == (2, 4)
    assert result.correct is False
    assert result.summary == (
        "2 of 4 labels right, 1 of them with a reason that holds; 3 are enough to pass. Not yet."
    )


def test_classify_accepts_other_defensible_reasons() -> None:
    assert marked("q07", [*ALL[:3], ["neither", "step"]]).score == (4, 4)


def test_classify_is_passed_with_as_many_as_asked_for() -> None:
    result = marked("q07", [["micro", "step"], *ALL[1:]])
    assert result.correct is True
    assert result.summary == (
        "3 of 4 labels right, 3 of them with a reason that holds; 3 are enough. Passed."
    )
    assert marked("q07", ALL).summary == "Right: all 4."


def test_right_labels_pass_and_a_wrong_reason_is_still_marked() -> None:
    result = marked("q07", [["macro", "step"], *ALL[1:]])
    assert result.correct is True
    assert result.feedback[0].label == "The label is right, the reason is not"


def test_classify_names_the_open_rows() -> None:
    with pytest.raises(NotAnAnswerError, match="Open: rows 2, 3"):
        marked("q07", [ALL[0], ["micro", None], None, ALL[3]])


# --- prose and commitments


def test_prose_is_never_marked_right() -> None:
    first = marked("q06", {"text": "No, since sign-ups are not orders."})
    assert first.correct is None
    assert first.solution.startswith("Not by sign-ups alone")
    rated = marked("q06", {"text": "No.", "ratings": [True, False]})
    assert rated.correct is None
    assert rated.summary.startswith("Self-rated: 1 of 2")
    with pytest.raises(NotAnAnswerError, match="Write"):
        marked("q06", {"text": "  "})


def test_a_prediction_shows_what_happened() -> None:
    result = marked("q08", "30 %")
    assert result.correct is None
    assert result.summary == "Locked in: 30 %."
    assert "12 %" in result.solution
    assert marked("q10", 1).correct is False


def test_a_decision_needs_choice_confidence_and_what_would_change_it() -> None:
    whole = {"choice": 1, "confidence": 80, "change": "40 %"}
    result = marked("q09", whole)
    assert result.correct is None, "no option is keyed"
    assert result.summary == "Locked in: B, 80 % sure."
    assert all(part.text for part in result.feedback)
    for key in whole:
        with pytest.raises(NotAnAnswerError):
            marked("q09", {**whole, key: None})
    with pytest.raises(NotAnAnswerError):
        marked("q09", {**whole, "confidence": 55})


@pytest.mark.parametrize("key", sorted(BANK))
@pytest.mark.parametrize("answer", [None, "", [], {}, [None] * 9, {"choice": 99}, True, object()])
def test_no_answer_however_odd_breaks_marking(key: str, answer: Any) -> None:
    with pytest.raises(NotAnAnswerError):
        mark(BANK[key], answer)
