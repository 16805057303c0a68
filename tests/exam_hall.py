"""A small bank with a blueprint of its own, for the tests of the mock exam."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

SAMPLE = Path(__file__).parent / "questions/lessons"
TYPES = ["single", "multiple", "numeric", "order", "match", "classify"]


def lessons_with(folder: Path, name: str = "small", **changes: Any) -> Path:
    """`folder`, made a lessons' folder: the tests' bank and a blueprint that asks all of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for bank in SAMPLE.glob("*.yml"):
        shutil.copy(bank, folder)
    blueprint = {
        "title": "Small exam",
        "about": "All that the tests' bank has.",
        "items": 6,
        "minutes": 10,
        "pass_mark": 0.5,
        "pool": "lesson",
        "types": TYPES,
        "packs": [],
        "bloom": {},
        "topics": [{"name": "Forms", "weight": 1, "objectives": ["L2.1", "L2.2", "L2.3"]}],
        **changes,
    }
    place = folder / "exams/blueprints"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.yml").write_text(yaml.safe_dump(blueprint), encoding="utf-8")
    return folder
