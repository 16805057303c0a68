"""An IPython extension: under a traceback, what happened in plain words.

The environment's `ipython_kernel_config.py` loads it into every kernel, so that it also helps
when the kernel was restarted and nothing is imported yet; `import workbook` loads it where
that file is not read.
"""

from __future__ import annotations

from typing import Any

from workbook.exercises.beginner import Failure, explain

_last: Failure | None = None


def last_failure() -> Failure | None:
    """The error of the last cell that failed, until a later cell runs the same name well."""
    return _last


def load_ipython_extension(shell: Any) -> None:
    """Listen to the shell; a second load changes nothing."""
    if _after_cell not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _after_cell)


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
    global _last
    code = getattr(result.info, "raw_cell", "") or ""
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        if _last is not None and _last.code and _assigned(_last.code) & _assigned(code):
            _last = None
        return
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return
    _last = failure_from(error, code)
    words = in_plain_words(_last)
    if words:
        from workbook.widgets.cards import Card, present

        present(Card("error", words, _last.name))


def failure_from(error: BaseException, code: str) -> Failure:
    """What the plain words need to know of an error: names and columns in use among it."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    namespace = dict(getattr(shell, "user_ns", {}))
    names = [name for name in namespace if not name.startswith("_")]
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return Failure(type(error).__name__, text, code, tuple(names), tuple(columns_in(namespace)))


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


def _assigned(code: str) -> set[str]:
    """Names that a cell sets at the left edge, found without parsing: it may not parse."""
    lines = (line.split("=", 1) for line in code.splitlines() if "=" in line)
    return {parts[0].strip() for parts in lines if parts[0].strip().isidentifier()}
