"""On other seeds of the shop each right way is right, and each wrong way is still wrong.

Two seeds by default; `WORKBOOK_SEEDS=50` tries fifty (a quarter of an hour for two lessons).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.building import build
from workbook.exercises.compare import same
from workbook.exercises.judge import Exercise
from workbook.reference import record, source

LESSONS = source.sources(Path(__file__).parents[2] / "lessons")
MORE = range(2_001, 2_000 + int(os.environ.get("WORKBOOK_SEEDS", "2")))


@pytest.fixture(scope="module", params=[build.OTHER_SEED, *MORE])
def shop(request: pytest.FixtureRequest, other_shop: Callable[[int], Path]) -> Path:
    """The tables of another seed."""
    return other_shop(request.param)


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
