"""`workbook build`, `teach` and `handout`: one function each, refusals in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from workbook import paths
from workbook.reference import source
from workbook.reference.source import SourceError


def main(numbers: Sequence[str]) -> int:
    """Build the lessons of these numbers and judge the exam packs and blueprints of these names
    (all if none).
    Exit status 0, 1 (refused) or 2."""
    from workbook.building import coverage
    from workbook.building.build import build_all, write

    try:
        built = build_all(numbers)
    except SourceError as fault:
        for problem in fault.problems:
            print(_relative(str(problem)), file=sys.stderr)
        count = len(fault.problems)
        print(f"Refused: {count} problem{'s' * (count != 1)}; nothing written.", file=sys.stderr)
        return 1
    except (LookupError, OSError) as fault:
        print(f"workbook build: {fault}", file=sys.stderr)
        return 2
    changed = write(built, paths.root())
    for one in built:
        if one.covered is not None:
            print("", *coverage.table(one.covered), sep="\n")
    print()
    for one in built:
        for note in one.notes:
            print(f"Note: {note}")
    for path in changed:
        print(f"written: {path.relative_to(paths.root())}")
    count = sum(bool(one.files) for one in built)
    sound = f", {len(built) - count} exam file(s) sound" * (count < len(built))
    print(f"{count} notebook(s) built{sound}, {len(changed)} file(s) changed.")
    return 0


def teach(number: str, answers: bool) -> int:
    """Print a lesson's run sheet, with `answers` its key as well. Exit status 0 or 2."""
    from workbook.building import run_sheet
    from workbook.questions import bank

    folder = paths.lessons_dir()
    if not source.sources(folder):
        return _no("teach", "this copy has no lesson sources (lessons/NN-slug.py)")
    try:
        lesson = source.read(source.find(folder, number))
        questions = bank.lesson(lesson.number)
    except LookupError as fault:
        return _no("teach", str(fault))
    except (SourceError, bank.BankError) as fault:
        return _no("teach", _relative(str(fault).splitlines()[0]))
    if not any(run_sheet.cells(lesson)):
        return _no("teach", f"lesson {lesson.slug} has no run sheet: it has no instructor cells")
    if problems := run_sheet.of_instructor(lesson, questions):
        return _no("teach", _relative(str(problems[0])))
    print(run_sheet.shown(lesson, questions, answers), end="")
    return 0


def handout(numbers: Sequence[str], out: str | None, replace: bool) -> int:
    """Make the ZIP of these lessons (all if none) for a class. Exit status 0 or 2."""
    from workbook.building import handout as making

    try:
        lessons = making.chosen(paths.lessons_dir(), numbers)
        name = making.stem(lessons, numbers)
        target = Path(out or f"{name}.zip")
        if target.is_dir():
            return _no("handout", f"{target} is a folder; name a file")
        there = target.exists()
        if there and not replace:
            return _no("handout", f"{target} is there already; add --replace to write over it")
        content = making.files(lessons, paths.root())
        making.pack(content, name, target)
    except making.HandoutError as fault:
        return _no("handout", _relative(str(fault)))
    except OSError as fault:
        return _no("handout", f"{target} could not be written ({fault.strerror or fault})")
    size = target.stat().st_size / 1e6
    print(f"{target}: {len(content)} files, {size:.1f} MB{', replaced' * there}.")
    print(f"Lessons: {', '.join(lesson.slug for lesson in lessons)}.")
    print("It holds no worked answers, no instructor cells and no exam questions. Mark what comes")
    print("back with `python -m workbook check FILE ...` here.")
    return 0


def _no(command: str, why: str) -> int:
    print(f"workbook {command}: {why}", file=sys.stderr)
    return 2


def _relative(text: str) -> str:
    return text.removeprefix(str(Path.cwd()) + os.sep)
