"""An IPython extension: under a traceback, what happened in plain words.

The environment's `ipython_kernel_config.py` loads it into every kernel, so that it also helps
when the kernel was restarted and nothing is imported yet; `import workbook` loads it where
that file is not read.
"""

from __future__ import annotations

import ast
import re
from types import TracebackType
from typing import Any

from workbook.exercises.beginner import Failure, explain

_failed: dict[str, Failure] = {}


def failure_of(name: str) -> Failure | None:
    """The error of the cell that last tried to set `name`, unless a later one set it well."""
    return _failed.get(name)


def load_ipython_extension(shell: Any) -> None:
    """Listen to the shell; a second load changes nothing."""
    if _after_cell not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _after_cell)
        shell.automagic = False  # `load(...)` is the course's, not the magic %load
        shell.set_custom_exc((Exception,), _own_lines_only)


def _own_lines_only(
    shell: Any, kind: type[BaseException], error: BaseException, trace: Any, tb_offset: Any = None
) -> None:
    """Show an error by the learner's own lines, without the inside of pandas."""
    if isinstance(error, SyntaxError):
        shell.showsyntaxerror()
        return
    frames = []
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    own = [n for n, at in enumerate(frames) if at.tb_frame.f_globals is shell.user_ns]
    kept = None
    for at in reversed(frames[: max(own, default=len(frames)) + 1]):
        kept = TracebackType(kept, at.tb_frame, at.tb_lasti, at.tb_lineno)
    error.__cause__ = None  # also silences what was raised on the way
    shell.showtraceback((kind, error, kept), running_compiled_code=True)


def install() -> None:
    """Load the extension if the code runs in IPython."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is not None and hasattr(shell, "events"):
        load_ipython_extension(shell)


def _after_cell(result: Any) -> None:
    code = getattr(result.info, "raw_cell", "") or ""
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        for name in _set_by(code):
            _failed.pop(name, None)
        return
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return
    failure = failure_from(error, code)
    _failed.update(dict.fromkeys(_assigned(code), failure))
    words = in_plain_words(failure)
    if words and words != failure.text:  # else the error itself has said it
        from workbook.widgets.cards import Card, present

        present(Card("error", words, failure.name))


def failure_from(error: BaseException, code: str) -> Failure:
    """What the plain words need to know of an error: names and columns in use among it."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    namespace = dict(getattr(shell, "user_ns", {}))
    names = [name for name in namespace if not name.startswith("_")]
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    tables = {
        name: tuple(map(str, value.columns))
        for name, value in namespace.items()
        if type(value).__name__ == "DataFrame" and not name.startswith("_")
    }
    columns = tuple(columns_in(namespace))
    return Failure(
        type(error).__name__, text, code, tuple(names), columns, raised_by_us(error), tables,
        labels_in(namespace), conditions_in(namespace),
    )  # fmt: skip


def raised_by_us(error: BaseException) -> bool:
    """Whether the course refused something on purpose: its own lines raised it, as a ValueError,
    LookupError or OSError with a message."""
    trace = error.__traceback__
    if trace is None or not isinstance(error, ValueError | LookupError | OSError):
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    module = str(trace.tb_frame.f_globals.get("__name__", ""))
    return module.startswith("workbook.") and type(error) is not KeyError


def columns_in(namespace: dict[str, Any]) -> list[str]:
    """The column names of all tables in a namespace, each once."""
    frames = [value for value in namespace.values() if type(value).__name__ == "DataFrame"]
    return list(dict.fromkeys(str(name) for frame in frames for name in frame.columns))


def in_plain_words(failure: Failure) -> str | None:
    """The explanation, or None; a fault of the explainer itself is no learner's business."""
    try:
        return explain(failure)
    except Exception:
        return None


def labels_in(namespace: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The labels of every Series that is labeled by texts, such as counts by event."""
    return {
        name: tuple(value.index)
        for name, value in namespace.items()
        if type(value).__name__ == "Series"
        and not name.startswith("_")
        and len(value) <= 1000
        and all(isinstance(label, str) for label in value.index)
    }


def conditions_in(namespace: dict[str, Any]) -> tuple[str, ...]:
    """The names of columns of True and False."""
    return tuple(
        name
        for name, value in namespace.items()
        if type(value).__name__ == "Series" and str(value.dtype) in ("bool", "boolean")
    )


def _assigned(code: str) -> set[str]:
    """Names that a failed cell was to set, by its text: it may not parse."""
    found = re.findall(r"^(?:def (\w+)|(\w+)\s*=(?!=))", code, re.MULTILINE)
    return {name for pair in found for name in pair if name}


def _set_by(code: str) -> set[str]:
    """Names that a cell which ran well has set, in whatever way."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:  # a magic among the lines
        return _assigned(code)
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names | {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
