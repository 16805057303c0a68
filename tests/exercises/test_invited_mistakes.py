"""A mistake that a prompt asks for is explained like any other, and leaves no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook import load, progress
from workbook.widgets import checking


def test_only_the_invited_mistake_stays_out_of_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    invited = checking._check("00-first-visit", {"rows_of_first_visit": len(load("events"))})
    assert invited.kind == "wrong" and "every row of the log" in invited.body
    assert progress.events() == []
    checking._check("00-first-visit", {"rows_of_first_visit": len(load("orders"))})
    assert [event["verdict"] for event in progress.events()] == ["wrong"]
