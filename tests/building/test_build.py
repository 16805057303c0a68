"""What is built: the learner's notebook without answers, the worked one executed, equal again."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import helpers
import numpy as np
import pytest
from matplotlib import image as mpl_image

from workbook.building import images, moves
from workbook.reference import source


def cells(home: Path, folder: str) -> list[dict[str, Any]]:
    notebook = json.loads((home / folder / "01-mini.ipynb").read_text(encoding="utf-8"))
    return list(notebook["cells"])


def text(home: Path, folder: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in cells(home, folder))


def test_the_learners_notebook_holds_no_answer_hint_or_way(mini: Path) -> None:
    shown = text(mini, "notebooks")
    secrets = (
        "SOLUTION", '["ordered"].mean()', "What is divided by what", "@wrong", "instructors",
        "secret of the key",
    )  # fmt: skip
    for secret in secrets:
        assert secret not in shown
    assert 'visits = load("visits")\nshare = ...\nshare' in shown
    assert all(not cell.get("outputs") for cell in cells(mini, "notebooks"))


def test_the_worked_notebook_is_executed_and_all_its_checks_are_right(mini: Path) -> None:
    shown = text(mini, "solutions")
    assert "@wrong" not in shown and "What is divided by what" not in shown
    assert "SOLUTION" not in shown and "= ..." not in shown
    assert "Only for instructors." in shown and "secret of the key" in shown
    checks = [cell for cell in cells(mini, "solutions") if cell["id"].startswith("check-")]
    assert len(checks) == 9
    for cell in checks:
        assert "✔ Right" in "".join(cell["outputs"][0]["data"]["text/plain"])


def test_a_second_build_changes_no_byte(mini: Path, tmp_path: Path) -> None:
    again = helpers.copy_mini(tmp_path / "again")
    built = helpers.build_mini(again)
    for place in built.files:
        assert (again / place).read_bytes() == (mini / place).read_bytes(), place


def test_solution_shows_the_worked_code_after_asking(
    mini: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from workbook import solution

    with helpers.at_home(mini):
        solution("01-share")
        asked = capsys.readouterr().out
        solution("01-share", sure=True)
        shown = capsys.readouterr().out
    assert "sure=True" in asked and ".mean()" not in asked
    assert 'share = visits["ordered"].mean()' in shown


def test_jupytext_gives_a_source_back_byte_for_byte() -> None:
    import jupytext

    for path in [helpers.MINI / "lessons/01-mini.py", *source.sources(_lessons())]:
        content = path.read_text(encoding="utf-8")
        notebook = jupytext.reads(content, fmt="py:percent")
        assert jupytext.writes(notebook, fmt="py:percent") == content, path.name


def _lessons() -> Path:
    return Path(__file__).parents[2] / "lessons"


def test_moves_are_the_methods_and_statements_that_code_uses() -> None:
    code = "x = log[log['a'] > 1].groupby('b')['c'].nunique()\nfor y in x:\n    print(y)"
    assert moves.used(code) == {"filter", "[]", "nunique", "groupby", "for"}
    first = moves.named(["read", "select", "filter", "count"])
    assert moves.used(code) - first == {"groupby", "for"}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("x = load('visits')['user']", {"load", "[]"}),
        ("x = log[['user', 'event']]", {"[]"}),
        ("x = log[(log.a == 1) & ~log.b]", {"filter"}),
        ("x = log[log['event'].isin(names)]", {"filter", "[]", "isin"}),
        ("x = rows[place - 1]", {"[]"}),
        ("x = len(log)", {"len"}),
        ("x = 3 * y / z", set()),
    ],
)
def test_brackets_filter_if_a_condition_stands_in_them(code: str, found: set[str]) -> None:
    assert moves.used(code) == found


def png(change: float = 0.0, size: int = 40) -> str:
    pixels = np.full((size, size, 3), 0.5)
    pixels[:10, :10] += change
    file = io.BytesIO()
    mpl_image.imsave(file, pixels, format="png")
    return base64.b64encode(file.getvalue()).decode()


def as_notebook(image: str) -> dict[str, Any]:
    html = f'<img alt="x" src="data:image/png;base64,{image}">'
    return {"cells": [{"id": "a", "outputs": [{"data": {"text/html": html}}]}]}


@pytest.mark.parametrize(
    ("image", "kept"), [(png(0.01), True), (png(0.4), False), (png(0, size=41), False)]
)
def test_a_build_keeps_the_committed_bytes_of_a_picture_that_looks_alike(
    image: str, kept: bool
) -> None:
    old, new = as_notebook(png()), as_notebook(image)
    images.keep_committed(new, old)
    assert (new == old) is kept
