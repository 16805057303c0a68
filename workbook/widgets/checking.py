"""check, hint, solution: what a learner calls below an exercise. None of them ever raises."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from workbook import cells, paths, progress
from workbook.exercises import store
from workbook.exercises.judge import Exercise, Verdict, judge
from workbook.widgets import plain_errors
from workbook.widgets.cards import Card, present

Recorder = Callable[[str, dict[str, Any]], None]

recorder: Recorder | None = None
"""Set by `workbook.authoring` during a build: `check` then records instead of judging."""

plain_errors.install()  # where the environment's configuration was not read, as on JupyterLite

_hints_shown: dict[str, int] = {}  # beside the record, for folders that cannot be written


def check(key: str) -> None:
    """Judge the answer of exercise `key` and show the verdict as a card."""
    namespace = sys._getframe(1).f_globals
    if recorder is not None:
        recorder(key, namespace)
        return
    present(_guarded(lambda: _check(key, namespace)))
    if reminder := _binder_reminder():
        present(reminder)


def hint(key: str) -> None:
    """Show the next hint of exercise `key`; the record counts it."""
    present(_guarded(lambda: _hint(key)))


def solution(key: str, sure: bool = False) -> None:
    """Show the worked answer of exercise `key`; asks first, the record counts it."""
    present(_guarded(lambda: _solution(key, sure)))


def _binder_reminder() -> Card | None:
    """On Binder, at the first check and at every fifth: what is not saved will be gone."""
    if not os.environ.get("BINDER_SERVICE_HOST"):
        return None
    checked = sum(event["kind"] == "check" for event in progress.events())
    if checked % 5 != 1:
        return None
    return Card(
        "info",
        "Binder forgets everything when you leave or pause. To keep your work, run\n\n"
        "```python\nfrom workbook import save_my_work\nsave_my_work()\n```\n\n"
        "and download the ZIP. `restore()` brings it back.",
        "you are on Binder",
    )


def _guarded(make: Callable[[], Card]) -> Card:
    """The card, or a card that says what is wrong with this copy of the workbook."""
    try:
        return make()
    except store.UnknownExercise as unknown:
        return Card("info", str(unknown))
    except Exception as fault:
        return Card(
            "error",
            f"This copy of the workbook is damaged ({type(fault).__name__}: {fault}). "
            "Download it again, or run `python -m workbook doctor`.",
        )


def _check(key: str, namespace: dict[str, Any]) -> Card:
    exercise = store.find(key)
    verdict = verdict_on(exercise, namespace)
    shown = Card(verdict.status, verdict.message or praise(exercise), f"exercise {key}")
    if verdict.way and verdict.way == exercise.invites:
        return shown
    progress.record(
        "check",
        key,
        hash=fingerprint(exercise),
        verdict=verdict.status,
        answer=verdict.way,
        hints=hints_seen(key),
        objective=exercise.objective,
    )
    return shown


def verdict_on(exercise: Exercise, namespace: dict[str, Any]) -> Verdict:
    """The verdict on the value that stands under the exercise's name in a namespace."""
    failed = plain_errors.failure_of(exercise.name)
    if failed:  # whatever the name holds is from before that
        words = plain_errors.in_plain_words(failed)
        said = f"The cell of `{exercise.name}` stopped with an error ({failed.name})."
        return Verdict("error", f"{said} {words or 'Read its last line.'}")
    if exercise.name not in namespace:
        return Verdict(
            "not_attempted",
            f"There is no `{exercise.name}` yet. Run the cell above that sets it. After a "
            "restart of the kernel run the cells from the top (menu Run, Run All Above).",
        )
    return judge(exercise, namespace[exercise.name])


def praise(exercise: Exercise) -> str:
    """What stands under "Right": nothing but the fact."""
    return f"`{exercise.name}` holds the reference answer."


def fingerprint(exercise: Exercise) -> str:
    """A short hash of what is asked, so that a record outlives a rewritten exercise."""
    asked = json.dumps([exercise.kind, exercise.name, exercise.answer], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


def hints_seen(key: str) -> int:
    """How many hints of an exercise were shown so far."""
    recorded = [e for e in progress.events() if e["kind"] == "hint" and e["item"] == key]
    return max(len(recorded), _hints_shown.get(key, 0))


def _hint(key: str) -> Card:
    hints = store.find(key).hints
    if not hints:
        return Card("hint", "This exercise has no hint. Read the prompt once more.", key)
    seen = hints_seen(key)
    if seen >= len(hints):
        body = (
            f'{hints[-1]}\n\nThat was the last hint. `solution("{key}")` shows the worked answer.'
        )
        return Card("hint", body, f"{len(hints)} of {len(hints)}")
    _hints_shown[key] = seen + 1
    progress.record("hint", key, number=seen + 1)
    return Card("hint", hints[seen], f"{seen + 1} of {len(hints)}")


def _solution(key: str, sure: bool) -> Card:
    store.find(key)
    code = worked_code(key)
    if code is None:
        return Card("info", "This copy of the workbook comes without the worked answers.")
    if not sure and not _is_solved(key):
        return Card(
            "solution",
            "Seeing the worked answer ends the exercise: the record will say so. If you want "
            f'it, run `solution("{key}", sure=True)`.',
            key,
        )
    progress.record("solution", key)
    return Card("solution", f"```python\n{code}\n```", key)


def _is_solved(key: str) -> bool:
    """Whether the last recorded verdict on an exercise is right."""
    verdicts = [e for e in progress.events() if e["kind"] == "check" and e["item"] == key]
    return bool(verdicts) and verdicts[-1].get("verdict") == "right"


def worked_code(key: str) -> str | None:
    """The worked cell of an exercise from `solutions/`; None in a copy without it."""
    for path in sorted(paths.solutions_dir().glob(f"{key[:2]}-*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code" and cell["metadata"].get("key") == key:
                return cells.source(cell)
    return None
