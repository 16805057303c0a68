"""`workbook check [NOTEBOOK ...] [--json] [--variant SEED] [--timeout S]`."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from workbook.exercises.standing import LessonStanding
from workbook.grading.check import (
    TIMEOUT,
    Checked,
    Unusable,
    answered_questions,
    check_files,
    given,
    mock_exams,
)
from workbook.study.sitting import Sitting

SYMBOLS = {"right": "✔", "wrong": "✘", "not_attempted": "○", "error": "✘", "timeout": "✘"}


def main(
    notebooks: Sequence[str],
    as_json: bool = False,
    variant: int | None = None,
    timeout: float | None = None,
) -> int:
    """Check and print. Exit status 0 if all are right, 1 if not, 2 if a file is unusable."""
    try:
        found = check_files(notebooks, variant, timeout or TIMEOUT)
    except Unusable as fault:
        print(f"workbook check: {fault}", file=sys.stderr)
        return 2
    verdicts = [one for _, checked in found for one in checked]
    if as_json:
        print(json.dumps([asdict(one) for one in verdicts], ensure_ascii=False, indent=1))
    else:
        # Hand-ins of one lesson have one name; what tells them apart is their folder.
        names = _names([path for path, _ in found])
        tables = [
            table(name, checked, answered_questions(path))
            for name, (path, checked) in zip(names, found, strict=True)
        ]
        tables += [exams(name, mock_exams(Path(name))) for name in given(notebooks)]
        print("\n".join(line for lines in tables for line in lines))
    return 0 if all(one.verdict == "right" for one in verdicts) else 1


def _names(files: Sequence[Path]) -> list[str]:
    """The files' names, or their paths as given where two have one name or a ZIP holds them."""
    once = len({file.name for file in files}) == len(files)
    zipped = any(file.parent.suffix.lower() == ".zip" for file in files)
    return [file.name if once and not zipped else file.as_posix() for file in files]


def table(
    name: str, checked: Sequence[Checked], questions: LessonStanding | None = None
) -> list[str]:
    """A heading with the file's name, one line per exercise, its message wrapped below it.

    The last line says of `questions` how many were answered, which is all that a hand-in by the
    route without code holds.
    """
    right = sum(one.verdict == "right" for one in checked)
    lines = [f"{name} ({checked[0].lesson}): {right} of {len(checked)} right"]
    for one in checked:
        lines.append(f"  {SYMBOLS[one.verdict]} {one.exercise}  ({one.verdict})")
        if one.verdict != "right":
            for part in one.message.replace("**", "").splitlines():
                indent = " " * 6
                lines += textwrap.wrap(part, 84, initial_indent=indent, subsequent_indent=indent)
    if questions is not None:
        lines.append(
            f"  questions, by the record handed in: {questions.answered} of "
            f"{questions.questions} answered, {questions.right_first} right at the first try"
        )
    return lines


def exams(name: str, sat: Sequence[Sitting]) -> list[str]:
    """A heading with the ZIP's name and one line per mock exam; nothing without any."""
    lines = [f"{name}: mock exams, by the record handed in"] if sat else []
    for one in sat:
        right = sum(verdict == "right" for verdict in one.verdicts.values())
        drawing = f", drawing {one.seed}" if one.alike else ""
        extra = f", {100 * one.extra:.0f} % extra time" if one.extra else ""
        lines.append(
            f"  {one.started.astimezone():%Y-%m-%d %H:%M}  {one.title}{drawing}: "
            f"{right} of {len(one.verdicts)} right{extra}"
        )
    return lines
