"""How long the learner waits, as ratios in one run: `python tests/benchmarks/bench_workbook.py`.

Four questions, each with its target: the import, check() of each exercise, `workbook check`
against bare nbval, and each lesson from top to bottom. Prints a table; asserts nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workbook import paths

ROOT = Path(__file__).parents[2]
ROUNDS = 7
QUIET = {"WORKBOOK_NO_RECORD": "1"}


def seconds(*command: str, rounds: int = ROUNDS) -> float:
    """Median wall time of a process."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True, env={**os.environ, **QUIET})
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def line(what: str, value: float, unit: str, target: float) -> None:
    met = "met" if value < target else "MISSED"
    print(f"{what:<58} {value:8.2f} {unit:<6} target {target:g}: {met}")


def imports() -> None:
    """The names a lesson imports, beside pandas and ipywidgets."""
    bare = seconds(sys.executable, "-c", "import pandas, ipywidgets")
    names = "from workbook import check, hint, load, quiz, show, solution"
    ours = seconds(sys.executable, "-c", f"import pandas, ipywidgets\n{names}")
    package = seconds(sys.executable, "-c", "import pandas, ipywidgets, workbook")
    line("import workbook / import pandas, ipywidgets", package / bare, "x", 1.25)
    line("a lesson's import line / import pandas, ipywidgets", ours / bare, "x", 1.25)


CHECK = """
import io, contextlib, json, statistics, sys, time
from workbook import paths
from workbook.exercises import store
from workbook.widgets import checking
namespace = {}
code = json.loads(sys.argv[2])
for key, exercise in store.lesson(paths.answers_dir() / f"{sys.argv[1]}.json").items():
    exec(code[key], namespace)
    times = []
    for _ in range(21):
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            exec(f"check({key!r})", {**namespace, "check": checking.check})
        times.append(time.perf_counter() - start)
    print(key, 1000 * statistics.median(times))
"""


def checks(slug: str) -> None:
    """Milliseconds of check() on the worked answer of each exercise, its record included."""
    worked = json.loads((ROOT / f"solutions/{slug}.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in worked["cells"] if cell["cell_type"] == "code"]
    set_up = "".join(c for cell in cells if "setup" in cell["metadata"].get("tags", [])
                     for c in cell["source"])  # fmt: skip
    code = {
        cell["metadata"]["key"]: set_up + "\n" + "".join(cell["source"])
        for cell in cells
        if "key" in cell["metadata"]
    }
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [sys.executable, "-c", CHECK, slug, json.dumps(code)],
            capture_output=True, text=True, check=True,
            env={**os.environ, "WORKBOOK_PROGRESS": f"{folder}/progress.jsonl"},
        )  # fmt: skip
    for row in run.stdout.splitlines():
        key, milliseconds = row.split()
        line(f"check({key!r})", float(milliseconds), "ms", 50)


def grading(slug: str) -> None:
    """`workbook check` of a solved notebook beside bare nbval on the worked one."""
    solution = str(ROOT / f"solutions/{slug}.ipynb")
    bare = seconds(
        sys.executable, "-m", "pytest", "--nbval-lax", solution, "-q", "--nbval-current-env",
        "-p", "no:xdist", "-p", "no:cacheprovider", "-c", os.devnull, rounds=3,
    )  # fmt: skip
    ours = seconds(sys.executable, "-m", "workbook", "check", solution, rounds=3)
    line(f"workbook check {slug} / bare nbval", ours / bare, "x", 1.5)


def lesson(slug: str) -> None:
    """The untouched notebook in a fresh kernel, kernel start included."""
    code = (
        "import sys, pathlib; from workbook.reference import kernel; import nbformat\n"
        f"book = nbformat.read({str(ROOT / f'notebooks/{slug}.ipynb')!r}, as_version=4)\n"
        "with kernel.clean_environment() as scratch: kernel.run(book, scratch)\n"
    )
    line(f"{slug} from top to bottom", seconds(sys.executable, "-c", code, rounds=3), "s", 15)


def main() -> None:
    imports()
    for path in paths.lesson_notebooks():
        checks(path.stem)
        grading(path.stem)
        lesson(path.stem)


if __name__ == "__main__":
    main()
