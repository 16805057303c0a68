"""A thin adapter around nbval: it runs the cells, we judge the answers as they arrive.

Answers are compared here, outside the kernel. Only a plain pass of nbval counts as right.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty
from typing import Any

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # see reference.kernel

import nbval.plugin
import pytest

from workbook.exercises.beginner import Failure, explain
from workbook.exercises.judge import Exercise, Verdict, judge_form
from workbook.grading.inside import MIME

POLL = 0.5
"""Seconds between looks at whether the kernel is still alive."""


@dataclass(slots=True)
class Outcome:
    """What one run of nbval said: verdicts so far, and where it ended before its time.

    `stopped_by` is the exercise at which the kernel hung or died, `suspect` the one at which
    something that is not the learner's own failed: an earlier answer may have spoiled the kernel.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    stopped_by: str = ""
    suspect: str = ""
    timed_out: bool = False
    trouble: str = ""


class _DeadKernel(Exception):
    """The kernel ended while a cell ran."""


def _await_reply(kernel: Any, msg_id: str, timeout: float) -> None:
    """nbval's wait for a reply, but a dead kernel is noticed at once."""
    end = time.monotonic() + timeout
    while True:
        try:
            message = kernel.get_message(stream="shell", timeout=POLL)
        except Empty:
            if not kernel.is_alive():
                raise _DeadKernel from None
            if time.monotonic() > end:
                raise
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            return


class _Judge:
    """A pytest plugin: collects one grafted notebook and judges its answer cells."""

    def __init__(self, exercises: Mapping[str, Exercise]) -> None:
        self.exercises = exercises
        self.outcome = Outcome()

    def pytest_collect_file(self, file_path: Path, parent: Any) -> Any:
        if file_path.suffix != ".ipynb":
            return None
        return _File.from_parent(parent, path=file_path)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        for item in items:
            item.judge = self

    def pytest_collection_finish(self, session: Any) -> None:
        for item in session.items[:1]:  # read by now; a learner's code has nothing to read there
            item.path.unlink(missing_ok=True)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when != "call":
            if report.failed:
                self.outcome.trouble = str(report.longreprtext)[-300:]
            return
        plain = report.outcome == "passed" and not hasattr(report, "wasxfail")
        role, key = dict(report.user_properties).get("cell", ("", ""))
        if role == "answer" and plain:
            self.outcome.passed.add(key)


class _File(nbval.plugin.IPyNbFile):  # type: ignore[misc]
    def setup(self) -> None:
        super().setup()
        kernel = self.kernel
        kernel.await_reply = lambda msg_id, timeout=None: _await_reply(kernel, msg_id, timeout)

    def collect(self) -> Any:
        for item in super().collect():
            item.__class__ = _Cell
            item.options["check"] = item.role in ("answer", "proof")
            item.user_properties.append(("cell", (item.role, item.exercise)))
            yield item


class _Cell(nbval.plugin.IPyNbCell):  # type: ignore[misc]
    judge: _Judge

    @property
    def role(self) -> str:
        return str(self.cell.metadata["workbook"]["role"])

    @property
    def exercise(self) -> str:
        return str(self.cell.metadata["workbook"]["exercise"])

    def setup(self) -> None:
        outcome = self.judge.outcome
        if outcome.stopped_by or outcome.trouble or outcome.suspect:
            pytest.skip("the kernel was stopped by an earlier cell")

    def runtest(self) -> None:
        outcome = self.judge.outcome
        try:
            super().runtest()
        except _DeadKernel:
            outcome.stopped_by = self.exercise or "?"
            raise
        except nbval.plugin.NbCellError:
            if self.parent.timed_out:
                outcome.stopped_by, outcome.timed_out = self.exercise or "?", True
            elif self.role == "learner":
                self._note_failure()
            elif self.role == "proof":
                outcome.suspect = self.exercise
            elif self.role != "answer" or self.exercise not in outcome.verdicts:
                outcome.trouble, outcome.suspect = self._last_error(), self.exercise
            raise

    def _note_failure(self) -> None:
        for output in self.test_outputs or []:
            if output["output_type"] == "error":
                text = output["evalue"].split(" (", 1)[0]
                self.judge.outcome.failures[self.exercise] = Failure(
                    output["ename"], text, self.cell.source
                )

    def _last_error(self) -> str:
        for output in self.test_outputs or []:
            if output["output_type"] == "error":
                return f"{output['ename']}: {output['evalue']}"
        return "a cell of the worked notebook failed"

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        shown = [
            output["data"][MIME]
            for output in test
            if output["output_type"] == "display_data" and MIME in output.get("data", {})
        ]
        key = self.exercise
        if self.role == "proof":  # does the worked answer still give the reference?
            exercise = self.judge.exercises[key]
            self.comparison_traceback = ["The worked answer gives another value."]
            return len(shown) == 1 and judge_form(exercise, shown[0].get("form")).status == "right"
        failure = self.judge.outcome.failures.get(key)
        if failure is not None and shown and isinstance(shown[0], dict):
            words = {
                name: tuple(map(str, shown[0].get(name) or ())) for name in ("names", "columns")
            }
            self.judge.outcome.failures[key] = replace(
                failure, known=words["names"], columns=words["columns"]
            )
        if len(shown) != 1 or not isinstance(shown[0], dict) or shown[0].get("key") != key:
            verdict = Verdict(
                "error", "Something printed a false answer next to the check.", "fake"
            )
            self.judge.outcome.suspect = key
        else:
            try:
                verdict = judge_form(
                    self.judge.exercises[key], shown[0].get("form"), str(shown[0].get("found"))
                )
            except Exception:  # whatever a patched kernel may send
                verdict = Verdict("error", "The answer arrived in a form nobody can read.", "fake")
        self.judge.outcome.verdicts[key] = verdict
        self.comparison_traceback = [verdict.message]
        return verdict.status == "right"


def run(notebook: Mapping[str, Any], exercises: Mapping[str, Exercise], folder: Path,
        timeout: float) -> Outcome:  # fmt: skip
    """Run a grafted notebook under nbval in `folder`; verdicts for the exercises reached.

    `timeout` is in seconds a cell.
    """
    path = folder / "grafted.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    plugin = _Judge(exercises)
    arguments = [
        str(path), "--nbval-cell-timeout", str(timeout), "--nbval-current-env",
        "--disable-plugin-autoload", "-p", "nbval.plugin", "-p", "no:cacheprovider",
        "-p", "no:unraisableexception",
        "--rootdir", str(folder), "-c", str(_no_settings(folder)), "--color", "no",
    ]  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pytest.main(arguments, plugins=[plugin])
    return _finished(plugin.outcome)


def _no_settings(folder: Path) -> Path:
    """An empty pytest configuration, so that no settings of a folder above leak in."""
    path = folder / "pytest.ini"
    path.write_text("[pytest]\n", encoding="utf-8")
    return path


def _finished(outcome: Outcome) -> Outcome:
    for key, verdict in list(outcome.verdicts.items()):
        if verdict.status == "right" and key not in outcome.passed:
            outcome.verdicts[key] = Verdict("error", "nbval did not pass this cell.", "nbval")
        failure = outcome.failures.get(key)
        if verdict.status == "not_attempted" and failure is not None:
            words = explain(failure) or f"Its last line: {failure.text or failure.name}"
            said = f"The code stopped with an error ({failure.name}). {words}"
            outcome.verdicts[key] = Verdict("error", said, failure.name)
    return outcome
