"""The table that a build prints: what serves each objective, by pool, and by type of question."""

from __future__ import annotations

from pathlib import Path

import helpers
import pytest

from workbook.building import build, cli, coverage
from workbook.questions import bank
from workbook.reference import source


def test_the_table_counts_exercises_and_both_pools(tmp_path: Path) -> None:
    home = helpers.copy_mini(tmp_path / "home")
    path = home / "lessons/01-mini.py"
    covered = coverage.of(source.read(path), bank.read(path.with_suffix(".yml")))
    assert coverage.table(covered) == [
        "01 A mini lesson",
        "objective   exercises  lesson pool  exam pool",
        "L1.1                9            0          1",
        "L1.2                0            3          0",
        "all                 9            3          1",
        "4 questions: 4 single.",
    ]


def test_a_build_prints_it(
    mini: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = mini / "lessons/01-mini.py"
    covered = coverage.of(source.read(path), bank.read(path.with_suffix(".yml")))
    built = build.Built({}, ["a note"], covered)
    monkeypatch.setattr(build, "build_all", lambda numbers: [built])
    assert cli.main(["01"]) == 0
    out = capsys.readouterr().out
    assert "\n".join(coverage.table(covered)) in out
    assert "Note: a note\n" in out
