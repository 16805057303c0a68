"""On more seeds of the shop each right way is right, and each wrong way is still wrong.

One other seed is tried by every build. `WORKBOOK_SEEDS=50` tries fifty more (a quarter of an hour
for two lessons).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.building import rules
from workbook.reference import record, source

LESSONS = source.sources(Path(__file__).parents[2] / "lessons")
COUNT = int(os.environ.get("WORKBOOK_SEEDS", "0"))


@pytest.fixture(scope="module", params=range(2_001, 2_001 + max(1, COUNT)))
def shop(request: pytest.FixtureRequest, other_shop: Callable[[int], Path]) -> Path:
    """The tables of another seed."""
    return other_shop(request.param)


@pytest.mark.slow
@pytest.mark.skipif(not COUNT, reason="WORKBOOK_SEEDS names no more seeds to try")
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_ways_stay_right_and_wrong(path: Path, shop: Path) -> None:
    lesson = source.read(path)
    ours, theirs = (record.record(lesson, data).answers for data in (None, shop))
    assert rules.of_seeds(lesson, ours, theirs) == []
