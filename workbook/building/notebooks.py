"""The two notebooks of a lesson: the learner's, and the worked and executed one."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from workbook.reference.source import (
    HIDDEN_FROM_LEARNERS,
    HIDDEN_FROM_SOLUTIONS,
    Cell,
    Lesson,
)

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEEP = {"tags", "key"}
"""Metadata of a cell that goes into notebooks: how a learner's answer is found again."""


def learners(lesson: Lesson) -> Any:
    """The notebook a learner opens: blanks instead of answers, no outputs."""
    return _notebook(lesson, HIDDEN_FROM_LEARNERS, worked=False)


def worked(lesson: Lesson) -> Any:
    """The worked notebook, not yet executed."""
    return _notebook(lesson, HIDDEN_FROM_SOLUTIONS, worked=True)


def _notebook(lesson: Lesson, hidden: set[str], worked: bool) -> Any:
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    cells = [new_markdown_cell(_opening(lesson), id="title")]
    taken: set[str] = {"title"}
    for cell in lesson.cells:
        if cell.tags & hidden:
            continue
        text = cell.source
        if cell.is_answer:
            text = cell.worked() if worked else cell.blank()
        make = new_code_cell if cell.kind == "code" else new_markdown_cell
        metadata = {name: value for name, value in cell.metadata.items() if name in KEEP}
        cells.append(make(text, id=_identity(cell, taken), metadata=metadata))
    return new_notebook(cells=cells, metadata=METADATA)


def _opening(lesson: Lesson) -> str:
    """Title and times, from the header."""
    header = lesson.header
    minutes = header.get("minutes", {})
    times = [
        f"{name} {minutes[key]} minutes"
        for key, name in (("core", "core"), ("stretch", "stretch"), ("no_code", "without code"))
        if key in minutes
    ]
    line = " · ".join([*filter(None, [header.get("genre", "").capitalize()]), *times])
    return f"# {lesson.number} {header['title']}\n\n*{line}*" if line else f"# {header['title']}"


def _identity(cell: Cell, taken: set[str]) -> str:
    """A cell's id from its key or its text: it stays when other cells come or go."""
    checked = cell.checks()
    if cell.is_answer:
        wish = str(cell.key)
    elif len(checked) == 1:
        wish = f"check-{checked[0]}"
    else:
        wish = hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:10]
    name, copies = wish, 1
    while name in taken:
        copies += 1
        name = f"{wish}-{copies}"
    taken.add(name)
    return name


def tidy(notebook: Any) -> dict[str, Any]:
    """An executed notebook as JSON without what changes from run to run or needs a kernel."""
    import nbformat

    data: dict[str, Any] = json.loads(nbformat.writes(notebook))
    data["metadata"] = METADATA
    for cell in data["cells"]:
        cell["metadata"].pop("execution", None)
        for output in cell.get("outputs", []):
            for mime in [m for m in output.get("data", {}) if "jupyter.widget" in m]:
                del output["data"][mime]
    return data


def text_of(data: dict[str, Any]) -> str:
    """A notebook's file content."""
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
