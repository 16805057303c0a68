"""The exercises of a lesson, from the answers file that the build wrote."""

from __future__ import annotations

import difflib
import json
from functools import lru_cache
from pathlib import Path

from workbook import paths
from workbook.exercises.judge import Exercise


class UnknownExercise(LookupError):
    """There is no exercise of this key; the message is one line for the learner."""


def find(key: str) -> Exercise:
    """The exercise of this key. Raises `UnknownExercise`."""
    key, folder = str(key), paths.answers_dir()
    for path in sorted(folder.glob(f"{key[:2]}-*.json")) if key[:2].isdigit() else []:
        exercises = lesson(path)
        if key in exercises:
            return exercises[key]
    every = [name for path in sorted(folder.glob("*.json")) for name in lesson(path)]
    near = difflib.get_close_matches(key, every, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    raise UnknownExercise(f'There is no exercise "{key}".{hint}')


def lesson(path: Path) -> dict[str, Exercise]:
    """The exercises in one answers file by key, in the lesson's order.

    Raises OSError or ValueError if the file is missing or torn.
    """
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> dict[str, Exercise]:
    data = json.loads(path.read_text(encoding="utf-8"))
    return {key: Exercise.from_json(key, data["exercises"][key]) for key in data["order"]}
