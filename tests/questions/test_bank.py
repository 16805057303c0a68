"""The bank as the learner's path reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workbook.questions import bank

SAMPLE = Path(__file__).parent / "lessons"


@pytest.fixture(autouse=True)
def sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for file in SAMPLE.glob("*.yml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    return tmp_path


def test_every_type_is_read() -> None:
    kinds = [question.type for question in bank.lesson("02")]
    assert set(kinds) == set(bank.TYPES)


def test_questions_come_in_lesson_order() -> None:
    ids = [question.id for question in bank.all_questions()]
    assert ids == sorted(ids)
    assert ids[0] == "01-q01"


def test_what_was_asked_before_a_lesson_does_not_hang_on_later_banks(sample: Path) -> None:
    earlier = bank.lesson("01")
    (sample / "02-forms.yml").write_text("questions: [")
    assert bank.before("02") == earlier
    assert bank.before("01") == []
    with pytest.raises(bank.BankError):
        bank.before("03")


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(bank.UnknownQuestionError, match=r"Did you mean 02-q01\?"):
        bank.get("02-q011")
    with pytest.raises(bank.UnknownQuestionError, match="zz") as caught:
        bank.get("zz")
    assert "\n" not in str(caught.value)


def test_a_changed_file_is_read_again(sample: Path) -> None:
    file = sample / "01-earlier.yml"
    before = bank.get("01-q01")
    assert bank.get("01-q01") is before, "read once while the file stays the same"
    file.write_text(file.read_text().replace("Which test separates", "What tells apart"))
    assert bank.get("01-q01").stem.startswith("What tells apart")


@pytest.mark.parametrize("text", ["questions: [", "questions: 3", "", "- a", "questions:\n- id: x"])
def test_a_broken_bank_gives_one_line_that_names_the_file(sample: Path, text: str) -> None:
    (sample / "01-earlier.yml").write_text(text)
    with pytest.raises(bank.BankError, match=r"01-earlier\.yml") as caught:
        bank.lesson("01")
    assert "\n" not in str(caught.value)
    assert bank.get("02-q01"), "other lessons are not touched"
    with pytest.raises(bank.UnknownQuestionError):
        bank.get("02-q99")


def test_the_hash_follows_what_is_asked_and_not_how_it_is_explained(sample: Path) -> None:
    file = sample / "02-forms.yml"
    text = file.read_text()
    before = bank.get("02-q01").hash
    file.write_text(text.replace("That ties the label to a place", "This ties it to a place"))
    assert bank.get("02-q01").hash == before
    file.write_text(text.replace('keyed: "*Micro*, in most lists."', "keyed: Macro"))
    assert bank.get("02-q01").contested == bank.Contested(
        "Macro", "Micro, since this shop exists to sell."
    )
    assert bank.get("02-q01").hash == before, "what is contested asks nothing"
    file.write_text(text.replace("A micro conversion, a completed", "A micro conversion, a begun"))
    assert bank.get("02-q01").hash != before


def test_the_learners_path_stays_light() -> None:
    code = (
        "import sys; from workbook.questions import bank, marking, selection;"
        "bank.all_questions();"
        "print([m for m in ('pydantic', 'simpleeval', 'pandas', 'mistune') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("columns", "rows", "named"),
    [
        (["step", "users"], [["cart", 5], ["order", 1]], True),
        (["user", "order"], [["a", "no"], ["a", "yes"]], False),  # one user twice
        (["time", "event"], [["9:02", "a"], ["9:10", "b"]], False),
        (["step"], [["cart"], ["order"]], False),  # a list
    ],
)
def test_a_first_column_of_different_words_names_the_rows(
    columns: list[str], rows: list[list[bank.Cell]], named: bool
) -> None:
    assert bank.Table(columns, rows).has_row_names is named
