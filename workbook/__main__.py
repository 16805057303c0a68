"""Entry of `python -m workbook`, of `python path/to/workbook` and of the console script `workbook`.

Parses on any Python 3, so that an old one is told what to do instead of a SyntaxError.
"""

from __future__ import annotations

import os
import shutil
import sys

OLDEST = (3, 11)


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    if sys.version_info < OLDEST:
        print(_too_old(), file=sys.stderr)
        return 1
    if not __package__:  # run as a folder: the import path then starts inside the package
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    from workbook.cli import main as run

    return run(argv)


def _too_old() -> str:
    have = "This is Python {}.{}; the workbook needs 3.11 or newer.".format(*sys.version_info)
    for minor in (13, 12, 11, 14):
        if shutil.which(f"python3.{minor}"):
            return f"{have} One is here: run `python3.{minor} -m workbook lab`."
    return f"{have} Install it from python.org, then run the same command with it."


if __name__ == "__main__":
    sys.exit(main())
