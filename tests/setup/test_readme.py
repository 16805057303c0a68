"""What the README says of the lessons is what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbook.reference import source

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LESSONS = [source.read(path) for path in source.sources(ROOT / "lessons")]


def test_it_names_the_finished_lessons_and_no_others() -> None:
    [sentence] = re.findall(r"^Finished so far: (.*?)\. Lessons ", README, re.M)
    named = re.findall(r"\*\*(.*?)\*\*", sentence)
    assert named == [f"{lesson.number} {lesson.header['title']}" for lesson in LESSONS]


def test_it_names_the_exercises_that_no_variant_changes() -> None:
    [listed] = re.findall(r"are the same on every shop: ([^)]*)\.\)", README)
    same = {
        key
        for lesson in LESSONS
        for key, exercise in lesson.exercises.items()
        if exercise.cell.metadata.get("by_hand") and exercise.kind != "function"
    }
    assert set(listed.split(", ")) == same


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_its_links_lead_somewhere(link: str) -> None:
    assert link.startswith("https://") or (ROOT / link).exists()


def test_it_names_the_minutes_that_the_lessons_ask_for() -> None:
    minutes = [lesson.header["minutes"] for lesson in LESSONS]
    for route, words in (("core", "core route of a lesson takes"), ("no_code", "without code,")):
        each = [of[route] for of in minutes]
        assert f"{words} {min(each)} to {max(each)} minutes" in README, route
