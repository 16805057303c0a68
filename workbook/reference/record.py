"""Run a lesson's source with its ways and record what the answers are.

No reference value is typed by hand: it is what the worked code gives on the shop's data, or on
the data of another seed (`data`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook import paths
from workbook.authoring import MIME
from workbook.exercises.compare import Rules, same
from workbook.reference import kernel
from workbook.reference.source import Declared, Lesson, Problem, SourceError


@dataclass(frozen=True, slots=True)
class Recording:
    """What a run of the source gave: per exercise the recorded answer, cases, accepted and wrong
    ways (`authoring.finish`), and what the `facts` cells printed, by their line."""

    answers: dict[str, Any]
    facts: dict[int, str]


def record(lesson: Lesson, data: Path | None = None) -> Recording:
    """Run the source with its ways and its facts; on the tables in `data`, if given.

    Facts are said of the public shop, so their cells are left out on other data. Raises
    `SourceError` where the source stops.
    """
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    declared = {
        key: {"name": exercise.name, "kind": exercise.kind}
        for key, exercise in lesson.exercises.items()
    }
    left_out = {"facts"} if data else set()
    code = [cell for cell in lesson.cells if cell.kind == "code" and not cell.tags & left_out]
    first = f"from workbook import authoring as _authoring\n_authoring.begin({declared!r})"
    cells = [first, *(cell.worked() for cell in code), "_authoring.emit()"]
    notebook = new_notebook(cells=[new_code_cell(text) for text in cells])
    extra = {"WORKBOOK_DATA": str(data or paths.data_dir())}
    with kernel.clean_environment(extra) as scratch:
        try:
            kernel.run(notebook, scratch)
        except kernel.CellFailed as failed:
            raise SourceError([_problem(lesson, code, failed)]) from None
    problems = noise(lesson, code, notebook.cells[1:-1])
    if problems:
        raise SourceError(problems)
    [output] = notebook.cells[-1].outputs
    ran = zip(code, notebook.cells[1:-1], strict=True)
    facts = {
        cell.line: "\n".join(map(said, done.outputs)) for cell, done in ran if "facts" in cell.tags
    }
    return Recording(dict(nbformat.from_dict(output)["data"][MIME]), facts)


def said(output: Any) -> str:
    """The text of a cell's output, whatever its form; "" for a bare picture."""
    data = output.get("data", {})
    text = output.get("text") or data.get("text/html") or data.get("text/plain") or ""
    return text if isinstance(text, str) else "".join(text)  # a saved notebook keeps lines


def _problem(lesson: Lesson, code: list[Any], failed: kernel.CellFailed) -> Problem:
    if not 0 < failed.cell <= len(code):
        return Problem(lesson.path, 1, f"{failed.name}: {failed.text}")
    cell = code[failed.cell - 1]
    return Problem(lesson.path, cell.line + (failed.lineno or 0), f"{failed.name}: {failed.text}")


def noise(lesson: Lesson, code: list[Any], ran: list[Any]) -> list[Problem]:
    """Outputs no lesson may have: anything on stderr, an address that changes at every run."""
    import re

    problems = []
    for cell, done in zip(code, ran, strict=True):
        for output in done.outputs:
            if output["output_type"] == "stream" and output["name"] == "stderr":
                last = output["text"].strip().splitlines()[-1:]
                what = f"the cell writes to stderr (a warning?): {' '.join(last)}"
                problems.append(Problem(lesson.path, cell.line, what))
            texts = [output.get("text", ""), *output.get("data", {}).values()]
            if any(isinstance(t, str) and re.search(r"\b0x[0-9a-f]{6,}", t) for t in texts):
                what = "the cell's output holds an address (0x...), which changes at every run"
                problems.append(Problem(lesson.path, cell.line, what))
    return problems


def judge_ways(lesson: Lesson, recorded: dict[str, Any]) -> list[Problem]:
    """What is wrong with the ways of a recording: a right way that differs from the answer, a
    wrong way that hits the answer or another wrong way within three tolerances."""
    problems = []
    for key, exercise in lesson.exercises.items():
        if key not in recorded:
            continue
        entry, rules = recorded[key], rules_of(exercise)
        wide = rules.widened(3)

        def problem(what: str, line: int = exercise.line) -> None:
            problems.append(Problem(lesson.path, line, what))

        for way in entry["accepted"]:
            if not same(way["value"], entry["answer"], rules):
                problem(f"{key}: the accepted way {way['name']} gives another value")
        invited = exercise.cell.metadata.get("invites")
        if invited and invited not in [way["name"] for way in entry["wrong"]]:
            problem(f"{key}: invites the wrong way {invited}, which it does not have")
        for place, way in enumerate(entry["wrong"]):
            if same(way["value"], entry["answer"], wide):
                problem(f"{key}: the wrong way {way['name']} gives (nearly) the right answer")
            for other in entry["wrong"][:place]:
                if same(way["value"], other["value"], wide):
                    problem(
                        f"{key}: the wrong ways {other['name']} and {way['name']} give (nearly) "
                        "the same value, so a learner could get the wrong message"
                    )
    return problems


def rules_of(exercise: Declared) -> Rules:
    """How answers to a declared exercise are compared."""
    meta = exercise.cell.metadata
    return Rules(exercise.tolerance, meta.get("ordered", False), tuple(meta.get("facts", ())))


def entries(lesson: Lesson, recorded: dict[str, Any]) -> dict[str, Any]:
    """The lesson's answers file as data: what `exercises.store` reads."""
    found = {}
    for key, exercise in lesson.exercises.items():
        found[key] = {**exercise.options(), "hints": exercise.hints, **recorded[key]}
        found[key]["accepted"] = [way["name"] for way in recorded[key]["accepted"]]
    return {
        "lesson": lesson.slug,
        "title": lesson.header["title"],
        "order": list(lesson.exercises),
        "exercises": found,
    }
