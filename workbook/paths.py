"""Where the workbook's files are; every place can be moved by an environment variable."""

from __future__ import annotations

import os
from pathlib import Path

FIRST_ROOM = "90"
"""From this number on a notebook is a room to study in, which has no exercises, not a lesson."""


def root() -> Path:
    """The workbook's folder: the one that holds `lessons/` or `notebooks/`.

    `WORKBOOK_HOME` decides if set; else the folder of this checkout; else the nearest folder
    at or above the current one that looks like the workbook (an installed wheel on JupyterLite
    or a handout without the package beside it); else the current folder.
    """
    if home := os.environ.get("WORKBOOK_HOME"):
        return Path(home)
    here = Path.cwd()
    for folder in (Path(__file__).resolve().parent.parent, here, *here.parents):
        if (folder / "notebooks").is_dir() and (folder / "datasets").is_dir():
            return folder
    return here


def data_dir() -> Path:
    """Folder of the shop's tables."""
    return Path(os.environ.get("WORKBOOK_DATA") or root() / "datasets")


def lessons_dir() -> Path:
    """Folder of all that people write: lesson sources, question banks, teaching tables."""
    return Path(os.environ.get("WORKBOOK_LESSONS") or root() / "lessons")


def notebooks_dir() -> Path:
    """Folder of the learner's notebooks (built)."""
    return root() / "notebooks"


def lesson_notebooks() -> list[Path]:
    """The learner's notebooks that are lessons, in the course's order."""
    return [path for path in sorted(notebooks_dir().glob("[0-9][0-9]-*.ipynb")) if is_lesson(path)]


def is_lesson(path: Path) -> bool:
    """Whether a file's name is that of a lesson, and not of a room to study in (from 90 on)."""
    return path.stem < FIRST_ROOM


def solutions_dir() -> Path:
    """Folder of the worked notebooks (built); absent in a handout."""
    return root() / "solutions"


def answers_dir() -> Path:
    """Folder of the built answers, hints and messages, inside the package."""
    return Path(os.environ.get("WORKBOOK_ANSWERS") or Path(__file__).parent / "exercises/answers")


def progress_file() -> Path:
    """The learner's record, JSON Lines."""
    return Path(os.environ.get("WORKBOOK_PROGRESS") or root() / "progress.jsonl")
