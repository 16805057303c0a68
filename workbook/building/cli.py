"""`workbook build [NN ...]`: build, refuse with file and line, print what is covered."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from workbook import paths
from workbook.building.build import build_all, write
from workbook.reference.source import SourceError


def main(numbers: Sequence[str]) -> int:
    """Build the lessons of these numbers (all if none). Exit status 0, 1 (refused) or 2."""
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
    print("\nObjective   exercises   questions")
    for one in built:
        for name, (exercises, questions) in one.coverage.items():
            print(f"{name:<10} {exercises:>10} {questions:>11}")
    for one in built:
        for note in one.notes:
            print(f"Note: {note}")
    for path in changed:
        print(f"written: {path.relative_to(paths.root())}")
    print(f"{len(built)} lesson(s) built, {len(changed)} file(s) changed.")
    return 0


def _relative(text: str) -> str:
    here = f"{Path.cwd()}/"
    return text.removeprefix(here)
