"""Build lessons: run the source, record the references, write what learners open.

Nothing is written unless every lesson asked for passes every rule. An exam pack or a
blueprint is only read and judged: it is used as it is.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from workbook import paths
from workbook.building import (
    banks,
    blueprints,
    coverage,
    images,
    notebooks,
    numbers,
    packs,
    rooms,
    rules,
    run_sheet,
    terms,
)
from workbook.reference import kernel, record, source
from workbook.reference.source import Cell, Lesson, Problem, SourceError

OTHER_SEED = 20260101
"""The seed whose data must change every answer that is not by hand."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Built:
    """The files of one lesson by their place below the workbook's folder, as text; none of an
    exam pack."""

    files: dict[Path, str]
    notes: list[str] = field(default_factory=list)
    covered: coverage.Coverage | None = None


def objectives(folder: Path) -> dict[str, dict[str, str]]:
    """The course's objectives by id: `text`, `bloom`."""
    data = yaml.safe_load((folder / "objectives.yml").read_text(encoding="utf-8"))
    return dict(data)


def lesson_files(lesson: Lesson, top: Path) -> tuple[Path, Path, Path]:
    """Where a lesson's learner's notebook, worked notebook and answers go."""
    return (
        top / "notebooks" / f"{lesson.slug}.ipynb",
        top / "solutions" / f"{lesson.slug}.ipynb",
        top / "workbook" / "exercises" / "answers" / f"{lesson.slug}.json",
    )


def build(
    path: Path, other_data: Path, committed: Path | None = None, say: Say = lambda _: None
) -> Built:
    """Build one lesson from its source; `other_data` holds the tables of another seed.

    `committed` is the workbook's folder whose pictures are kept where they look alike.
    Raises `SourceError` with all faults found.
    """
    say(f"{path.stem}: reading")
    lesson = source.read(path)
    earlier = [source.read(other) for other in source.sources(path.parent) if other < path]
    problems = rules.of_source(lesson, objectives(path.parent))
    questions, faults = _questions(lesson)
    problems += [*faults, *_unreadable(earlier)]
    if not faults:
        problems += banks.telling(path.with_suffix(".yml"))
        problems += rules.of_coverage(lesson, questions)
        problems += run_sheet.of_instructor(lesson, questions)
        problems += terms.of_terms(lesson, questions, path.parent / "glossary.yml")
    moved, notes = rules.of_moves(lesson, earlier)
    problems += moved
    if problems:
        raise SourceError(problems)
    say(f"{path.stem}: running the source with its wrong ways")
    recording = record.record(lesson)
    recorded = recording.answers
    problems = rules.of_recording(lesson, recorded) + record.judge_ways(lesson, recorded)
    if problems:
        raise SourceError(problems)
    say(f"{path.stem}: running it on another seed of the shop")
    problems = rules.of_seeds(lesson, recorded, record.record(lesson, other_data).answers)
    if problems:
        raise SourceError(problems)
    say(f"{path.stem}: running the worked notebook")
    answers = json.dumps(
        record.entries(lesson, recorded), indent=1, sort_keys=True, ensure_ascii=False
    )
    worked = _run_worked(lesson, answers)
    problems = numbers.of_numbers(
        lesson, questions, _outputs(lesson, worked, recording.facts), _messages(recorded)
    )
    if problems:
        raise SourceError(problems)
    learner, solution, store = lesson_files(lesson, Path())
    if committed is not None and (committed / solution).exists():
        former = json.loads((committed / solution).read_text(encoding="utf-8"))
        images.keep_committed(worked, former)
    return Built(
        {
            learner: notebooks.text_of(notebooks.tidy(notebooks.learners(lesson))),
            solution: notebooks.text_of(worked),
            store: answers + "\n",
        },
        notes,
        coverage.of(lesson, questions),
    )


def _outputs(lesson: Lesson, worked: dict[str, Any], facts: dict[int, str]) -> dict[int, list[str]]:
    """What the worked notebook and the facts show, by the line of the cell in the source.

    Questions are left out: they would prove themselves.
    """
    code = _worked_code(lesson)
    ran = [cell for cell in worked["cells"] if cell["cell_type"] == "code"]
    shown = {
        cell.line: [record.said(output) for output in done["outputs"]]
        for cell, done in zip(code, ran, strict=True)
        if "quiz" not in cell.source
    }
    return shown | {line: [text] for line, text in facts.items()}


def _worked_code(lesson: Lesson) -> list[Cell]:
    """The code cells that the worked notebook has, in its order."""
    hidden = source.HIDDEN_FROM_SOLUTIONS
    return [cell for cell in lesson.cells if cell.kind == "code" and not cell.tags & hidden]


def _messages(answers: dict[str, Any]) -> dict[str, list[str]]:
    """The messages of the wrong ways, by exercise."""
    return {key: [way["message"] for way in entry["wrong"]] for key, entry in answers.items()}


def _questions(lesson: Lesson) -> tuple[list[Any], list[Problem]]:
    from workbook.questions import bank

    path = lesson.path.with_suffix(".yml")
    if not path.exists():
        return [], [Problem(path, 1, "the lesson's questions are missing")]
    faults = banks.unsound(path, set(objectives(path.parent)))
    return ([] if faults else list(bank.read(path))), faults


def _unreadable(earlier: Sequence[Lesson]) -> list[Problem]:
    """Banks of earlier lessons out of which nothing can be recalled."""
    from workbook.questions import bank

    problems = []
    for lesson in earlier:
        try:
            bank.lesson(lesson.number)
        except bank.BankError as fault:
            problems.append(Problem(lesson.path.with_suffix(".yml"), 1, str(fault)))
    return problems


def _run(lesson: Lesson, notebook: Any, answers: dict[str, str]) -> None:
    """Run a notebook of this source in place, with these answers files (text by name), or with
    those of the workbook if there are none.

    Raises `SourceError` where it stops.
    """
    # What is shown without a record: built notebooks know no learner.
    with tempfile.TemporaryDirectory(prefix="workbook-answers-") as folder:
        for name, text in answers.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        extra = {
            "WORKBOOK_PROGRESS": str(Path(folder) / "none.jsonl"),
            "WORKBOOK_LESSONS": str(lesson.path.parent),
            "WORKBOOK_DATA": str(paths.data_dir()),
            **({"WORKBOOK_ANSWERS": folder} if answers else {}),
        }
        with kernel.clean_environment(extra) as scratch:
            try:
                kernel.run(notebook, scratch)
            except kernel.CellFailed as failed:
                what = f"the worked notebook stops in cell {failed.cell}: {failed}"
                raise SourceError([Problem(lesson.path, 1, what)]) from None


def _run_worked(lesson: Lesson, answers: str) -> dict[str, Any]:
    notebook = notebooks.worked(lesson)
    _run(lesson, notebook, {f"{lesson.slug}.json": answers})
    code = _worked_code(lesson)
    ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if problems := record.noise(lesson, code, ran):
        raise SourceError(problems)
    problems = [
        Problem(lesson.path, cell.line, f"the worked notebook fails its own check: {said}")
        for cell, done in zip(code, ran, strict=True)
        if cell.checks()
        for said in [" ".join(o.get("data", {}).get("text/plain", "") for o in done.outputs)]
        if "✔" not in said
    ]
    if problems:
        raise SourceError(problems)
    return notebooks.tidy(notebook)


def build_room(path: Path, say: Say = lambda _: None) -> Built:
    """Build a notebook of the exam room: it has no exercises, and runs as it is without a record.

    Raises `SourceError` with all faults found.
    """
    say(f"{path.stem}: reading")
    room = source.read(path)
    files, problems = rooms.beside(room)
    if problems := [*rules.of_room(room), *problems]:
        raise SourceError(problems)
    say(f"{path.stem}: running it")
    ran = notebooks.learners(room)
    _run(room, ran, {})
    code = [cell for cell in room.cells if cell.kind == "code"]
    if problems := record.noise(room, code, [c for c in ran.cells if c.cell_type == "code"]):
        raise SourceError(problems)
    place = Path("notebooks") / f"{room.slug}.ipynb"
    text = notebooks.text_of(notebooks.tidy(notebooks.learners(room)))
    return Built({place: text, **files})


def build_blueprint(path: Path, say: Say = lambda _: None) -> Built:
    """Judge the blueprint of a mock exam, and note what the bank lacks for it. Raises `SourceError`
    with all faults found."""
    say(f"{path.stem}: reading")
    if problems := blueprints.of_blueprint(path, objectives(path.parents[2])):
        raise SourceError(problems)
    return Built({}, [f"{path.stem}: {said}" for said in blueprints.lacking(path)])


def build_pack(path: Path, say: Say = lambda _: None) -> Built:
    """Judge an exam pack. Raises `SourceError` with all faults found."""
    say(f"{path.stem}: reading")
    known = objectives(path.parent.parent)
    questions, problems = packs.of_pack(path, known)
    if problems:
        raise SourceError(problems)
    covered = coverage.of_pack(path.stem, packs.asked(known, questions), questions)
    return Built({}, covered=covered)


def build_all(numbers: Sequence[str], say: Say = print) -> list[Built]:
    """Build the lessons and rooms of these numbers and judge the exam packs and blueprints of
    these names (all if none), from `lessons/`; writes nothing.

    Raises `SourceError` with the faults of all of them, LookupError for an unknown one.
    """
    folder = paths.lessons_dir()
    exams: dict[Callable[..., Built], list[Path]] = {
        build_pack: packs.sources(folder),
        build_blueprint: blueprints.sources(folder),
    }
    there = {path.stem: path for found in exams.values() for path in found}
    known = [*source.sources(folder), *source.rooms(folder)]
    try:
        chosen = [source.find(folder, number, known) for number in numbers if number not in there]
    except LookupError as error:
        raise LookupError(f"{error}; and of exam files (.yml): {', '.join(there)}") from None
    judged = [there[number] for number in numbers if number in there]
    if not numbers:
        chosen, judged = known, list(there.values())
    lessons = [path for path in chosen if paths.is_lesson(path)]
    work = [(build_room, path) for path in chosen if path not in lessons]
    work += [(make, path) for make, found in exams.items() for path in found if path in judged]
    built, problems = [], []
    for make, path in work:
        try:
            built.append(make(path, say))
        except SourceError as fault:
            problems += fault.problems
    if lessons:
        try:
            built = [*_build_lessons(folder, lessons, say), *built]
        except SourceError as fault:
            problems = [*fault.problems, *problems]
    if problems:
        raise SourceError(problems)
    return built


def _build_lessons(folder: Path, chosen: Sequence[Path], say: Say) -> list[Built]:
    from workbook.shop import tables

    built, problems = [], []
    with tempfile.TemporaryDirectory(prefix="workbook-seed-") as other:
        say("The shop's tables under another seed")
        named = set().union(*(source.read(path).tables for path in chosen))
        tables.write(Path(other), OTHER_SEED, tables.SLOW - named)
        for path in chosen:
            try:
                built.append(build(path, Path(other), paths.root(), say))
            except SourceError as fault:
                problems += fault.problems
    if problems:
        raise SourceError(problems)
    return built


def write(built: Sequence[Built], top: Path) -> list[Path]:
    """Write built lessons below `top`; returns the files that changed."""
    changed = []
    for one in built:
        for place, text in one.files.items():
            path = top / place
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8", newline="\n")
                changed.append(path)
    return changed
