"""What a lesson imports stays light, and works where only the learner's packages are."""

from __future__ import annotations

import os
import subprocess
import sys

HEAVY = ["pydantic", "jupytext", "pytest", "nbformat", "nbclient", "nbval", "scipy", "duckdb"]


def test_a_lesson_loads_no_authors_library() -> None:
    code = (
        "import sys\n"
        "from workbook import check, hint, load, quiz, show, solution, funnel, progress\n"
        "load('orders'); quiz('01-q01'); quiz.recall('07')\n"
        "x = 1\ncheck('07-by-hand'); hint('07-by-hand')\n"
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "WORKBOOK_NO_RECORD": "1"},
    )  # fmt: skip
    assert run.stdout.splitlines()[-1] == "LOADED []"


def test_every_public_name_can_be_imported() -> None:
    import workbook

    for name in workbook.__all__:
        assert callable(getattr(workbook, name)), name
    assert callable(workbook.progress)  # type: ignore[attr-defined]
