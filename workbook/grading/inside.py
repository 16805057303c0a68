"""The part that runs in the learner's kernel: it shows what an answer *is*, and judges nothing.

No reference value comes near this kernel. Learner's code may patch these functions; all it can
gain is to show another value, and to know which one would be right it would have to solve the
exercise.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from workbook.exercises.judge import Exercise, read

MIME = "application/vnd.stepping-stones.answer+json"

MODULES = ("builtins", "matplotlib.pyplot", "numpy", "pandas", "workbook")
"""What learners' code overwrites by accident (`plt.title = "..."`), put back after each answer."""

_before: dict[str, Any] = {}
_modules: dict[str, dict[str, Any]] = {}


def remember() -> None:
    """Note the names in use before a learner's code runs."""
    global _before
    shell = _shell()
    _before = dict(shell.user_ns)
    for name in MODULES:
        content = vars(sys.modules[name]) if name in sys.modules else {}
        # A single underscore is a module's own state, which may change for good reasons.
        _modules[name] = {k: v for k, v in content.items() if k[:1] != "_" or k[:2] == "__"}


def emit(spec: str) -> None:
    """Display the canonical value of an answer; `spec` is JSON: key, name, kind, cases."""
    from IPython.display import display

    asked = json.loads(spec)
    exercise = Exercise(
        asked["key"], asked["name"], asked["kind"], {}, cases=tuple(asked.get("cases", ()))
    )
    names = _shell().user_ns
    form, found = read(exercise, names.get(exercise.name, ...))
    shown = {"key": exercise.key, "form": form, "found": found, **in_use(names)}
    display({MIME: shown}, raw=True)


def in_use(names: dict[str, Any]) -> dict[str, list[str]]:
    """Names and columns, for the plain words about a misspelled one."""
    from workbook.widgets.plain_errors import columns_in

    return {
        "names": [name for name in names if not name.startswith("_")][:500],
        "columns": columns_in(names)[:500],
    }


def put_back() -> None:
    """Undo what a learner's code did to the names: new ones go, old ones get their value back.

    The same for what stands in the modules that every notebook uses.
    """
    names = _shell().user_ns
    for name in [name for name in names if name not in _before]:
        del names[name]
    names.update(_before)
    for name, content in _modules.items():
        if content:
            vars(sys.modules[name]).update(content)
    plots = sys.modules.get("matplotlib.pyplot")
    if plots is not None:
        plots.close("all")


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()
