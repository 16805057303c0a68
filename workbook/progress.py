"""The learner's record: an append-only file of JSON Lines, one event a line.

State is never stored: it is derived by replay. A torn last line, a line of another program,
an unknown kind of event, a read-only folder or two kernels that append at once lose nothing
else and stop nothing.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from workbook import paths

SCHEMA = 1
_LOCK = threading.Lock()  # widget answers are handled in a thread beside the learner's cell


def record(kind: str, item: str, **fields: Any) -> bool:
    """Append one event; False if it could not be written (read-only folder, full disk).

    `kind` is what happened ("check", "hint", "solution", "answer", "commit", "decision"),
    `item` the exercise key or question id. Never raises for reasons outside the program: a
    record that cannot be kept must not stop a lesson.
    """
    return append([event(kind, item, **fields)])


def event(kind: str, item: str, **fields: Any) -> dict[str, Any]:
    """An event of now, as the record holds it."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return {"v": SCHEMA, "t": now, "kind": kind, "item": item, **fields}


def append(events: Iterable[Mapping[str, Any]]) -> bool:
    """Append events as they are, all or (where the record cannot be written) none; whether it
    went well."""
    if os.environ.get("WORKBOOK_NO_RECORD"):
        return False
    lines = "".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"
        for one in events
    )
    try:
        with _LOCK, paths.progress_file().open("ab+") as file, _locked(file):
            file.write(_mended(file) + lines.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True


def _mended(file: IO[bytes]) -> bytes:
    """A newline if the last writer was cut off in the middle of a line, else nothing."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


@contextmanager
def _locked(file: IO[bytes]) -> Iterator[None]:
    """Hold the file against other kernels; where the system has no lock, append all the same."""
    try:
        import fcntl
    except ImportError:  # Windows, JupyterLite
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:  # some network folders cannot lock
        yield
        return
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def parse(lines: str | bytes) -> list[dict[str, Any]]:
    """The events in a record's text, in its order; every line that is not an event is skipped."""
    return [event for _, event in _timed(lines)]


def _timed(lines: str | bytes) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """The events of `parse`, each with its time, which has to be read to know that it is one."""
    text = lines.decode("utf-8", errors="replace") if isinstance(lines, bytes) else lines
    for event in _objects([line for line in text.split("\n") if line]):
        if type(event) is not dict:
            continue
        time = event.get("t")
        if type(event.get("kind")) is type(event.get("item")) is type(time) is str:
            with suppress(ValueError):
                when = datetime.fromisoformat(time)
                if when.tzinfo is not None:
                    yield when, event


def _objects(lines: Sequence[str]) -> Iterable[Any]:
    """What these lines are as JSON, without those that are none."""
    with suppress(ValueError, RecursionError):
        every: list[Any] = json.loads(f"[{','.join(lines)}]")  # takes a third less time
        if len(every) == len(lines):  # else a line is torn in a way that joining has mended
            return every
    return _one_by_one(lines)


def _one_by_one(lines: Iterable[str]) -> Iterator[Any]:
    for line in lines:
        with suppress(ValueError, RecursionError):
            yield json.loads(line)


def events(path: Path | None = None) -> list[dict[str, Any]]:
    """All readable events of the record, oldest first; empty without one.

    Sorted by their time, since a restored record is appended to the present one.
    """
    try:
        found = list(_timed((path or paths.progress_file()).read_bytes()))
    except OSError:
        return []
    return [event for _, event in sorted(found, key=lambda one: one[0])]


class Reader:
    """The events of the record, read on from where the last look ended.

    So what another kernel has written meanwhile is seen, and 100,000 older lines are not read for
    each step. `naming` are texts of which a line must hold one to be read at all.
    """

    def __init__(self, naming: Sequence[bytes] = ()) -> None:
        self._naming = tuple(naming)
        self._path: Path | None = None
        self._read = 0

    def news(self) -> tuple[bool, list[dict[str, Any]]]:
        """The events since the last look, in the order of their lines; True if they are all there
        are, not only the new ones."""
        path = paths.progress_file()
        try:
            size = path.stat().st_size
            afresh = path != self._path or size < self._read
            start = 0 if afresh else self._read
            with path.open("rb") as file:
                file.seek(start)
                text = file.read()
        except OSError:
            return False, []
        whole = text[: text.rfind(b"\n") + 1]  # another kernel may be in the middle of a line
        self._path, self._read = path, start + len(whole)
        lines = whole.split(b"\n")
        if self._naming:
            lines = [line for line in lines if any(name in line for name in self._naming)]
        return afresh, parse(b"\n".join(lines))


def merge(text: str | bytes) -> int:
    """Add those events of another record that this one lacks (union); how many were added.

    They are appended; replay sorts by time (`events`). Raises OSError if the record cannot be
    written: the caller has a learner waiting for the restored work and must say so.
    """
    path = paths.progress_file()
    mine = path.read_bytes() if path.exists() else b""
    known = {_identity(event) for event in parse(mine)}
    new = [event for event in parse(text) if _identity(event) not in known]
    if not new:
        return 0
    lines = b"".join(
        json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        for event in new
    )
    with _LOCK, path.open("ab+") as file, _locked(file):
        file.write(_mended(file) + lines)
    return len(new)


def _identity(event: dict[str, Any]) -> str:
    return json.dumps(event, sort_keys=True, ensure_ascii=False)


class _Callable(ModuleType):
    """`from workbook import progress; progress()` shows the learner's card.

    The package's record and the learner's word for it share a name; a module can be both. The
    card lives two floors up, so it is looked up only when called.
    """

    def __repr__(self) -> str:
        return "progress() shows where you stand"

    def __call__(self) -> None:
        importlib.import_module("workbook.widgets.record").progress_card()


sys.modules[__name__].__class__ = _Callable
