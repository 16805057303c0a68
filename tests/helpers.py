"""One helper to make a learner's notebook, and the mini workbook that most tests build once."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MINI = Path(__file__).parent / "mini"

Notebook = dict[str, Any]


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Let the workbook's paths point to another folder."""
    places = {
        "WORKBOOK_HOME": home,
        "WORKBOOK_ANSWERS": home / "workbook/exercises/answers",
        "WORKBOOK_LESSONS": home / "lessons",
        "WORKBOOK_DATA": home / "datasets",
        "WORKBOOK_PROGRESS": home / "progress.jsonl",
    }
    before = {name: os.environ.get(name) for name in places}
    os.environ.update({name: str(path) for name, path in places.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def copy_mini(to: Path) -> Path:
    """A fresh copy of the mini workbook's source."""
    shutil.copytree(MINI, to)
    return to


def build_mini(home: Path) -> Any:
    """Build the mini workbook in place."""
    from workbook.building import build

    with at_home(home):
        one = build.build(home / "lessons/01-mini.py", home / "other", home)
        build.write([one], home)
    return one


def solved(home: Path, slug: str, answers: Mapping[str, str] | None = None) -> Notebook:
    """The learner's notebook with every exercise solved, but those in `answers` by that code."""
    blank = json.loads((home / f"notebooks/{slug}.ipynb").read_text(encoding="utf-8"))
    worked = json.loads((home / f"solutions/{slug}.ipynb").read_text(encoding="utf-8"))
    right = {
        cell["metadata"]["key"]: "".join(cell["source"])
        for cell in worked["cells"]
        if "key" in cell["metadata"]
    }
    return answered(blank, {**right, **(answers or {})})


def answered(notebook: Notebook, answers: Mapping[str, str]) -> Notebook:
    """A copy of a notebook with code put into its answer cells."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        key = cell["metadata"].get("key")
        if key in answers:
            cell["source"] = answers[key]
    return notebook


def code(source: str, **metadata: Any) -> dict[str, Any]:
    """A code cell."""
    return {
        "cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [],
        "source": source,
    }  # fmt: skip


def write(notebook: Notebook, path: Path) -> Path:
    """Write a notebook as a learner's editor would."""
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path
