"""A classify question may take its rows from the teaching tables; what cannot be taken is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbook.questions import bank, validate
from workbook.questions.rows import RowsError, filled

HEAD = """questions:
- id: 01-q01
  objective: L1.2
  bloom: apply
  pool: lesson
  type: classify
  stem: Sort these.
  labels: {macro: Macro, micro: Micro}
  reasons: {primary: The objective, path: On the path, own: Beside it}
"""
ROWS = """  rows_from:
    tables: [actions, labels]
    where: {model: shop}
    text: "{action}!"
"""


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "actions.csv").write_text("id,action\na,Buys\nb,Fills the cart\n")
    (tables / "labels.csv").write_text(
        "model,id,label,reason,also,why\n"
        "shop,b,micro,path,own,A step.\nshop,a,macro,primary,,Paid.\napp,a,micro,own,,No shop.\n"
    )
    return tmp_path


def faults(lessons: Path, text: str) -> list[str]:
    path = lessons / "01-x.yml"
    path.write_text(text)
    return [str(problem) for problem in validate.validate(path, {"L1.2"})]


def test_rows_come_from_the_joined_tables_in_their_order(lessons: Path) -> None:
    assert faults(lessons, HEAD + ROWS) == []
    [question] = bank.read(lessons / "01-x.yml")
    assert [(row.text, row.label, row.reason, row.also) for row in question.rows] == [  # type: ignore[union-attr]
        ("Buys!", "macro", "primary", []),
        ("Fills the cart!", "micro", "path", ["own"]),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("model: shop", "model: ship"), "finds no row"),
        (("{action}!", "{act}!"), "no column 'act'"),
        (("actions, labels", "actions, nothing"), "nothing.csv"),
        (("where:", "wher:"), "may have where"),
        (("  rows_from:", "  rows: []\n  rows_from:"), "side by side"),
    ],
)
def test_what_cannot_be_taken_is_said_with_its_line(
    lessons: Path, change: tuple[str, str], words: str
) -> None:
    [fault] = faults(lessons, HEAD + ROWS.replace(*change))
    assert words in fault
    line = int(fault.split(":")[1])
    assert line in (10, 11)


def test_a_question_without_it_stays_as_it_is(lessons: Path) -> None:
    entry: dict[str, Any] = {"id": "01-q01"}
    assert filled(entry, lessons / "tables") is entry
    assert filled("no mapping", lessons) == "no mapping"
    with pytest.raises(RowsError):
        filled({"rows_from": 5}, lessons)
