"""Writes the shop's log at any size, some persons at a time: `python -m workbook data --sessions`.

A person does the same whoever else is simulated, so the parts together are the log of all persons
from 0 on, with the ids, times and values of `simulate`. No person is in two parts. So the rows of
one part are in order of time, and those of one user are too; a table as a whole is not: sort it
by `time` where that matters.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import re
import secrets
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np
import pandas as pd

from workbook.shop import events, ga4_export
from workbook.shop.calendar import SEED
from workbook.shop.catalog import CATALOG
from workbook.shop.draws import Ints
from workbook.shop.world import World, simulate

VISITS_PER_PERSON = 0.7311
"""Mean visits in the log per simulated person, over 6.8 million persons of the committed seed."""
LARGEST = 50_000_000
"""Sessions, about 510 million events. Ids have 50 bits: of so many sessions one pair is expected
to share an id; of 5 million, with a chance of one in ninety."""
PART = 100_000
"""Persons of one part: about 73,000 visits and 750,000 events."""
TABLES = ("events", "sessions", "orders", "order_items")
MANIFEST = "stream.json"


class StreamError(ValueError):
    """A call that cannot be carried out; its message is one line for whoever called."""


Write = Callable[[World, Path, int], dict[str, int]]
"""Writes one part, of that number, into the tables' folders; returns its rows by table."""


@dataclass(frozen=True)
class Format:
    """A form the tables are written in; bytes_per_visit: of all tables, a little too many."""

    write: Write
    bytes_per_visit: int


@dataclass(frozen=True)
class Streamed:
    """What was written: the content of stream.json, too. Rows by table; persons are 0 to n - 1."""

    seed: int
    format: str
    sessions_asked: int
    persons: int
    parts: int
    rows: dict[str, int]


def stream(
    folder: Path,
    sessions: int,
    seed: int = SEED,
    form: str = "parquet",
    *,
    part: int = PART,
    progress: TextIO | None = None,
) -> Streamed:
    """Write the log of about so many sessions: a folder per table, in it part-00000 and so on.

    The number of persons is fixed beforehand, `sessions` / VISITS_PER_PERSON, so the sessions
    written differ from those asked for by chance: the standard deviation is about the square root
    of their number. `part` persons are simulated at a time; memory depends on it, not on
    `sessions`. `progress` is where the progress line goes, if it is a terminal.

    All is written into a temporary folder beside `folder` (in it, if it is there and empty) and
    takes its place when it is complete; on an error, Ctrl+C or SIGTERM (these two wait for the end
    of a part) nothing stays. Raises StreamError for a size, format or folder that does not fit, or
    too little space; OSError if writing fails.
    """
    if not 1 <= sessions <= LARGEST:
        raise StreamError(f"--sessions must be from 1 to {LARGEST:,}, not {sessions:,}.")
    if form not in FORMATS:
        raise StreamError(f"There is no format {form!r}. There are: {', '.join(FORMATS)}.")
    if part < 1:
        raise StreamError("A part needs at least one person.")
    persons = math.ceil(sessions / VISITS_PER_PERSON)
    folder = folder.resolve()
    _check_place(folder, sessions * FORMATS[form].bytes_per_visit)
    firsts = range(0, persons, part)
    rows: Counter[str] = Counter()
    line = _ProgressLine(progress or sys.stderr, len(firsts))
    with _unfinished(folder) as unfinished, _held_signals() as signals:
        for number, first in enumerate(firsts):
            size = min(part, persons - first)
            # Without a name for the world, so that it is gone before the next one is made.
            write = FORMATS[form].write
            rows.update(write(simulate(seed, size, first_person=first), unfinished, number))
            line.show(number + 1, rows["events"])
            if signal.SIGTERM in signals:
                raise SystemExit(128 + signal.SIGTERM)
            if signals:
                raise KeyboardInterrupt
        done = Streamed(seed, form, sessions, persons, len(firsts), dict(rows))
        _write_manifest(unfinished, done)
    return done


# --- the formats


def write_parquet(world: World, folder: Path, part: int) -> dict[str, int]:
    """Parquet: text, timestamps, doubles; NULL where the CSV tables are empty. One row group."""

    def typed(name: str, kind: Any) -> str:
        # A table without rows would not know that this is text.
        return f'"{name}"::VARCHAR AS "{name}"' if kind in ("str", "object") else f'"{name}"'

    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {rows}"
    return _copy(world, folder, f"part-{part:05d}.parquet", typed, options)


def write_csv(world: World, folder: Path, part: int) -> dict[str, int]:
    """CSV with the text of `tables.csv_text`, gzip."""

    def as_text(name: str, kind: Any) -> str:
        if kind.kind == "f":
            return f'"{name}"::DECIMAL(12, 2) AS "{name}"'
        if kind.kind == "b":
            return f"""CASE WHEN "{name}" THEN 'True' ELSE 'False' END AS "{name}\""""
        return f'"{name}"'

    options = "FORMAT csv, HEADER, COMPRESSION gzip"
    return _copy(world, folder, f"part-{part:05d}.csv.gz", as_text, options)


def json_lines(write: Callable[[World, BinaryIO], int]) -> Write:
    """A `Write` from a function that puts a world's events into a file and returns their number.

    The lines are gzipped, without a time stamp; there is no other table. Sessions are counted too.
    """

    def into(world: World, folder: Path, part: int) -> dict[str, int]:
        (folder / "events").mkdir(exist_ok=True)
        path = folder / "events" / f"part-{part:05d}.json.gz"
        with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
            rows = write(world, file)  # type: ignore[arg-type]
        return {"events": rows, "sessions": len(world.visits)}

    return into


FORMATS = {
    "parquet": Format(write_parquet, 110),
    "csv": Format(write_csv, 130),
    "ga4": Format(json_lines(ga4_export.write), 450),
}


def _copy(
    world: World,
    folder: Path,
    file: str,
    column: Callable[[str, Any], str],
    options: str,
) -> dict[str, int]:
    import duckdb

    rows = {}
    # One thread: the same rows in the same order and the same file on every machine.
    with duckdb.connect(config={"threads": 1}) as base:
        base.execute("SET enable_progress_bar = false")  # it would print into the output
        for name in TABLES:
            frame = _coded_events(world) if name == "events" else getattr(world, name)
            rows[name] = len(frame)
            (folder / name).mkdir(exist_ok=True)
            path = str(folder / name / file).replace("'", "''")
            columns = ", ".join(column(str(key), kind) for key, kind in frame.dtypes.items())
            how = options.format(rows=max(len(frame), 1))
            base.register(name, frame)
            try:
                base.execute(f"COPY (SELECT {columns} FROM {name}) TO '{path}' ({how})")
            except duckdb.Error as error:
                raise _as_os_error(error) from error
    return rows


def _as_os_error(error: Exception) -> OSError:
    """DuckDB tells a failed write in several lines or in JSON; the number in it says it best."""
    if found := re.search(r'"errno":"(\d+)"', str(error)):
        return OSError(int(found[1]), os.strerror(int(found[1])))
    return OSError(str(error).splitlines()[0])


def _coded_events(world: World) -> pd.DataFrame:
    """`world.events` with text as codes, which DuckDB reads as an ENUM and Parquet as a dictionary.

    No text is made for each event: a tenth of the time and of the memory.
    """
    recorded = world._recorded[1]
    purchase = recorded.code == events.EVENTS.index("purchase")
    order = np.where(purchase, np.cumsum(purchase) - 1, -1)
    return pd.DataFrame(
        {
            "time": world._times(recorded.time),
            "user": _of_each(recorded.visit, world._user_ids),
            "session": _of_each(recorded.visit, world._session_ids),
            "event": _coded(recorded.code, events.EVENTS),
            "item_id": _coded(recorded.item, CATALOG.item_id),
            "page": _coded(recorded.page, events.PAGES),
            "value": np.where(recorded.value >= 0, recorded.value / 100.0, np.nan),
            "transaction_id": _of_each(order, world._order_ids),
        }
    )


def _of_each(places: Ints, ids: Any) -> pd.Categorical[Any]:
    """The ids at these places, missing for -1; several places may hold the same id."""
    codes, names = pd.factorize(ids)
    return _coded(np.append(codes, -1)[places], names)


def _coded(codes: Ints, names: Any) -> pd.Categorical[Any]:
    coded: pd.Categorical[Any] = pd.Categorical.from_codes(codes, pd.Index(names, dtype=object))
    return coded


# --- the folder


def _check_place(folder: Path, needed: int) -> None:
    if folder.exists() and not folder.is_dir():
        raise StreamError(f"{folder} is a file. Name a folder that does not exist yet.")
    if folder.exists() and any(folder.iterdir()):
        raise StreamError(f"{folder} is not empty. Name a new folder; this one stays as it is.")
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise StreamError(
            f"About {_size(needed)} are needed, and {there} has {_size(free)} free. Ask for fewer "
            "sessions or name a folder on another disk."
        )


def _size(number: int) -> str:
    return f"{number / 1e9:,.1f} GB" if number >= 1e9 else f"{max(number / 1e6, 0.1):,.1f} MB"


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A folder that takes the place of `folder` in the end, or goes away on an error."""
    there = folder.is_dir()
    name = f"{folder.name}.part-{secrets.token_hex(2)}"
    # In an empty folder that is there, since it may be the only place on its disk.
    unfinished = (folder if there else folder.parent) / name
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        if there:
            for child in unfinished.iterdir():
                child.rename(folder / child.name)
            unfinished.rmdir()
        else:
            unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def _held_signals() -> Iterator[list[int]]:
    """Ctrl+C and SIGTERM that came meanwhile; they interrupt nothing, least of all a write."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = {
        number: signal.signal(number, lambda number, frame: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write_manifest(folder: Path, done: Streamed) -> None:
    import duckdb

    about = {
        **asdict(done),
        "order": "rows are in order of time within a part, not within a table",
        "versions": {"duckdb": duckdb.__version__, "numpy": np.__version__},
    }
    (folder / MANIFEST).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


class _ProgressLine:
    """One line on a terminal, written over and over: share done, events a second, time left."""

    def __init__(self, out: TextIO, parts: int) -> None:
        self.out, self.parts, self.start = out, parts, time.monotonic()
        self.shown = out.isatty()

    def show(self, done: int, rows: int) -> None:
        if not self.shown:
            return
        seconds = max(time.monotonic() - self.start, 1e-9)
        left = round(seconds * (self.parts - done) / done)
        bar = "#" * (30 * done // self.parts)
        self.out.write(
            f"\r[{bar:<30}] {done / self.parts:4.0%}  {rows:,} events, {rows / seconds:,.0f}/s, "
            f"{left // 60}:{left % 60:02d} left \033[K" + "\n" * (done == self.parts)
        )
        self.out.flush()
