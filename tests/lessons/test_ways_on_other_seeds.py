"""On other seeds of the shop each right way is right, and each wrong way is still wrong.

Two seeds by default; `WORKBOOK_SEEDS=50` tries fifty (a quarter of an hour for two lessons).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbook.exercises.compare import same
from workbook.exercises.judge import Exercise
from workbook.reference import record, source
from workbook.shop import tables

LESSONS = source.sources(Path(__file__).parents[2] / "lessons")
SEEDS = range(2_001, 2_001 + int(os.environ.get("WORKBOOK_SEEDS", "2")))
NAMED: frozenset[str] = frozenset().union(*(source.read(path).tables for path in LESSONS))


@pytest.fixture(scope="module", params=SEEDS)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of another seed."""
    folder = tmp_path_factory.mktemp(f"seed-{request.param}-")
    parts = {"events", "sessions", "raw_events_patch", "raw_sessions_patch"}
    tables.write(folder, request.param, {t.name for t in tables.TABLES} - NAMED - parts)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_wrong_ways_stay_wrong(path: Path, shop: Path) -> None:
    lesson = source.read(path)
    entries = record.entries(lesson, record.record(lesson, shop).answers)["exercises"]
    hits = []
    for key, entry in entries.items():
        exercise = Exercise.from_json(key, entry)
        for way in exercise.wrong:
            if same(way.value, exercise.answer, exercise.rules):
                hits.append(f"{key}: {way}")
    assert len(entries) > 3
    assert not hits
