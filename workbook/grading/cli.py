"""`workbook check [NOTEBOOK ...] [--json] [--variant SEED] [--timeout S]`."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from workbook.grading.check import TIMEOUT, Checked, Unusable, check_files

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
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    else:
        print("\n".join(table(found)))
    return 0 if all(one.verdict == "right" for one in found) else 1


def table(found: Sequence[Checked]) -> list[str]:
    """One line per exercise, its message wrapped below it."""
    lines = []
    for lesson in dict.fromkeys(one.lesson for one in found):
        mine = [one for one in found if one.lesson == lesson]
        right = sum(one.verdict == "right" for one in mine)
        lines.append(f"{lesson}: {right} of {len(mine)} right")
        for one in mine:
            lines.append(f"  {SYMBOLS[one.verdict]} {one.exercise}  ({one.verdict})")
            if one.verdict != "right":
                for part in one.message.splitlines():
                    lines += textwrap.wrap(part, 84, initial_indent=" " * 6,
                                           subsequent_indent=" " * 6)  # fmt: skip
    return lines
