"""What the build asks of a bank of questions: that it can be used, and that no key gives itself
away. Each fault comes with file and line. (The two import pydantic, which only a build needs.)"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.reference.source import Problem

if TYPE_CHECKING:
    from workbook.questions import validate


def unsound(path: Path, objectives: Collection[str]) -> list[Problem]:
    """Faults that keep the bank at `path` from being used."""
    from workbook.questions import validate

    return [problem(path, fault) for fault in validate.validate(path, objectives)]


def telling(path: Path) -> list[Problem]:
    """What is to be mended in the questions of a sound bank."""
    from workbook.questions import lint

    return [problem(path, fault) for fault in lint.problems(path)]


def problem(path: Path, fault: validate.Problem) -> Problem:
    """A fault as the build reports it."""
    return Problem(path, fault.line, f"{fault.what}; {fault.todo}")
