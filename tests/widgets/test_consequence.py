"""A locked decision runs the shop; without one, one line says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook import progress
from workbook.questions import bank
from workbook.shop.policy import Policy
from workbook.shop.what_if import compare
from workbook.widgets.consequence import consequence

DECISION = "07-q09"


@pytest.fixture(autouse=True)
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))


def test_without_a_decision_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    consequence(DECISION)
    consequence("07-q02")
    consequence("07-q9999")
    said = capsys.readouterr().out
    assert "Lock your decision" in said and "no decision" in said and "07-q9999" in said


def test_the_locked_choice_is_run_and_set_beside_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = bank.get(DECISION).options  # type: ignore[union-attr]
    button = next(n for n, o in enumerate(options) if o.policy == {"delta_idle": 0.85})
    progress.record("decision", DECISION, answer={"choice": button, "confidence": 90, "change": ""})
    consequence(DECISION)
    said = capsys.readouterr().out
    assert f"You chose: {options[button].text}" in said
    for option in options:
        assert option.text in said


def test_a_choice_that_changes_nothing_is_set_beside_the_others_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = bank.get("02-q11").options  # type: ignore[union-attr]
    [still] = [place for place, option in enumerate(options) if not option.policy]
    answer = {"choice": still, "confidence": 70, "change": "1"}
    progress.record("decision", "02-q11", answer=answer)
    consequence("02-q11")
    said = capsys.readouterr().out
    assert f"{options[still].text}: +$0 of margin" in said
    assert all(option.text in said for option in options)


def test_every_policy_of_a_decision_is_one_the_shop_knows() -> None:
    for question in bank.all_questions():
        for option in getattr(question, "options", []):
            if option.policy is not None:
                Policy(**option.policy)


def test_the_louder_button_moves_carts_and_hardly_orders() -> None:
    table = compare(Policy(delta_idle=0.85)).table
    carts = table.loc["carts", "difference"] / table.loc["carts", "as it was"]
    orders = table.loc["orders", "difference"] / table.loc["orders", "as it was"]
    assert carts > 0.1 > 0.03 > orders


def test_a_world_compared_with_itself_differs_in_nothing() -> None:
    assert (compare(Policy()).table["difference"] == 0).all()
