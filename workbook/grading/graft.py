"""Put a learner's answers into the worked notebook.

The worked notebook is the skeleton; of the learner's only the code of the exercises is taken,
matched by key. Whatever else was done to that file (checks deleted, copied, edited, moved)
changes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from workbook import cells as cells_json
from workbook.exercises.judge import Exercise

MARKER = re.compile(r"^(\s*)#+\s*(?:NBVAL_|PYTEST_VALIDATE_)\w+\s*$", re.MULTILINE)
CHECK = re.compile(r"""^\s*check\(\s*["']([\w-]+)["']\s*\)\s*;?\s*$""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A learner's code for one exercise: the answer's cells, and own cells just before them."""

    key: str
    cells: tuple[str, ...]


def code_cells(notebook: Mapping[str, Any]) -> list[tuple[str, str | None, str]]:
    """(id, key, source) of the code cells of a notebook as JSON, nbformat 4."""
    found = []
    for cell in notebook.get("cells", []):
        if not isinstance(cell, Mapping) or cell.get("cell_type") != "code":
            continue
        text = cells_json.source(cell)
        metadata = cell.get("metadata")
        key = metadata.get("key") if isinstance(metadata, Mapping) else None
        found.append((str(cell.get("id", "")), key if isinstance(key, str) else None, text))
    return found


def attempts(
    learner: Mapping[str, Any], reference: Mapping[str, Any], keys: Collection[str]
) -> dict[str, Attempt]:
    """The learner's code per exercise key; exercises without any cell are absent.

    Cells are matched by the key in their metadata; where an editor dropped it, the code cell
    just above `check("key")` is taken. The learner's own added cells go with the answer above if
    its check stands below them, else with the next answer, since it may use what they set.
    """
    given = {source.strip() for _, key, source in code_cells(reference) if key is None}
    cells = code_cells(learner)
    keyed = {key for _, key, _ in cells if key in keys}
    found: dict[str, list[str]] = {}
    own: list[str] = []
    last = ""
    for place, (_, key, source) in enumerate(cells):
        code = unmark(source)
        if CHECK.sub("", code).strip() == "" or source.strip() in given:
            if last in CHECK.findall(code):
                found[last] += own
                own = []
            continue
        if key is None or key not in keys:
            key = _key_below(cells, place, set(keys) - keyed)
        if key is None:
            own.append(CHECK.sub("", code))
            continue
        found.setdefault(key, []).extend([*own, CHECK.sub("", code)])
        own, last = [], key
    return {key: Attempt(key, tuple(code)) for key, code in found.items()}


def _key_below(
    cells: list[tuple[str, str | None, str]], place: int, unmatched: set[str]
) -> str | None:
    """The key of a check directly below a cell that lost its own key, or in the cell itself."""
    for text in [cells[place][2], *(cell[2] for cell in cells[place + 1 : place + 2])]:
        for key in CHECK.findall(text):
            if key in unmatched:
                return str(key)
    return None


def unmark(code: str) -> str:
    """Code without comments that would tell nbval to look away."""
    return MARKER.sub(r"\1#", code)


def graft(
    worked: Mapping[str, Any],
    attempted: Mapping[str, Attempt],
    exercises: Mapping[str, Exercise],
    without: Collection[str] = (),
) -> dict[str, Any]:
    """The notebook to run: the worked one, and around each answer the learner's attempt.

    Per exercise: note the names; the learner's cells; show what the answer is; put the names
    back; the set-up cells; the worked answer; a proof that it still gives the reference, so
    that no answer spoils the kernel for the next unseen. Exercises in `without` get only the last.
    Every cell's metadata says its `role` and `exercise`.
    """
    set_up = [
        cells_json.source(cell)
        for cell in worked["cells"]
        if cell["cell_type"] == "code" and "setup" in cell["metadata"].get("tags", [])
    ]
    cells: list[dict[str, Any]] = []

    def add(role: str, source: str, key: str = "") -> None:
        cells.append(
            {
                "cell_type": "code",
                "id": f"c{len(cells)}",
                "execution_count": 1,
                "outputs": [],
                "source": source,
                "metadata": {"workbook": {"role": role, "exercise": key}},
            }
        )

    for cell in worked["cells"]:
        if cell["cell_type"] != "code":
            continue
        text, key = cells_json.source(cell), cell["metadata"].get("key")
        if key in exercises:
            exercise = exercises[key]
            if key in attempted and key not in without:
                add("note", _call("remember()"), key)
                add("blank", f"{exercise.name} = ...", key)
                for source in attempted[key].cells:
                    add("learner", source, key)
                add("answer", _call(f"emit({_spec(exercise)!r})"), key)
                add("repair", _call("put_back()"), key)
                for source in set_up:
                    add("repair", source, key)
            add("repair", text, key)
            if key in attempted and key not in without:
                add("proof", _call(f"emit({_spec(exercise)!r})"), key)
        elif not CHECK.search(text):
            add("given", text)
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": worked["metadata"]["kernelspec"]},
        "cells": cells,
    }


def _spec(exercise: Exercise) -> str:
    return json.dumps(
        {
            "key": exercise.key,
            "name": exercise.name,
            "kind": exercise.kind,
            "cases": list(exercise.cases),
        }
    )


def _call(what: str) -> str:
    """A cell that uses none of the names a learner may have taken."""
    return f"__import__('workbook.grading.inside', fromlist=['inside']).{what}"
