"""The rows of an export's files, whatever form they were saved in: JSON Lines, JSON, Parquet."""

from __future__ import annotations

import codecs
import glob
import gzip
import io
import json
import re
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from workbook import paths

SUFFIXES = (".json", ".jsonl", ".ndjson", ".parquet", ".gz")
NEEDED = ("event_name", "event_timestamp")
# Top-level columns of the BigQuery export, old and new.
COLUMNS = frozenset(
    {
        "event_date", "event_timestamp", "event_previous_timestamp", "event_name",
        "event_value_in_usd", "event_bundle_sequence_id", "event_server_timestamp_offset",
        "batch_event_index", "batch_page_id", "batch_ordering_id", "event_params", "user_id",
        "user_pseudo_id", "user_first_touch_timestamp", "is_active_user", "user_properties",
        "user_ltv", "privacy_info", "device", "geo", "app_info", "traffic_source",
        "collected_traffic_source", "session_traffic_source_last_click", "stream_id", "platform",
        "event_dimensions", "publisher", "ecommerce", "items",
    }
)  # fmt: skip
# The columns that the tables are made of; no other is taken out of a Parquet file.
USED = (
    "event_date", "event_timestamp", "event_name", "event_bundle_sequence_id",
    "batch_event_index", "batch_page_id", "batch_ordering_id", "event_params", "user_id",
    "user_pseudo_id", "device", "geo", "traffic_source", "collected_traffic_source",
    "session_traffic_source_last_click", "ecommerce", "items", "privacy_info",
)  # fmt: skip

_AS_WHAT = "Save the events table from BigQuery as JSON (newline delimited) or as Parquet."
_AGAIN = "Download or export the file again."
_HEAD = 65_536
_MAGIC = (
    (b"\x89PNG", "is a picture"),
    (b"\xff\xd8\xff", "is a picture"),
    (b"GIF8", "is a picture"),
    (b"%PDF", "is a PDF"),
    (b"PK\x03\x04", "is a zip archive or a spreadsheet"),
    (b"SQLite", "is a database"),
    (b"<", "is a web page"),
)


class ExportError(ValueError):
    """A file that cannot be read as a GA4 export; the message names file, line and field."""


class Row(NamedTuple):
    """One event as saved, and where it stands: `unit` is "line" or "row", counted from 1."""

    unit: str
    number: int
    event: dict[str, Any]


class Found(NamedTuple):
    """Files to read, sorted by name, and the names of those left out."""

    files: list[Path]
    intraday: list[str]
    others: list[str]


def find(path: str | Path) -> Found:
    """The files at a path: a file, a folder or a pattern such as "ga4/events_202503*".

    A relative path that is not in the current folder is looked for in the workbook's data folder.
    Of a folder the files called `events_*` are taken; where none is called so, all with a name
    that ends as JSON, Parquet or gzip files do. An intraday file is left out beside the final
    file of its day, which repeats its events. Raises `ExportError` if there is no file.
    """
    if not isinstance(path, str | Path) or not str(path).strip():
        raise ExportError(f"Give the path of a file or folder as text, not {path!r}.")
    text = str(Path(path).expanduser())
    for base in (Path(), paths.data_dir()):
        place = base / text
        if place.is_file():
            return Found([place], [], [])
        if place.is_dir():
            inside = [file for file in place.iterdir() if file.is_file()]
            return _of_folder(text, inside)
        if glob.has_magic(text):
            # Path.glob takes no absolute pattern.
            hits = [base / hit for hit in glob.glob(text, root_dir=base)]  # noqa: PTH207
            if files := [hit for hit in hits if hit.is_file()]:
                return _without_intraday(sorted(files), [])
    raise ExportError(f"There is no file, folder or match for {text!r}; check the path.")


def _of_folder(folder: str, inside: list[Path]) -> Found:
    inside = sorted(file for file in inside if not file.name.startswith((".", "_")))
    files = [file for file in inside if file.name.startswith("events_")]
    files = files or [file for file in inside if file.suffix.lower() in SUFFIXES]
    if not files:
        raise ExportError(f"The folder {folder!r} holds no export files. {_AS_WHAT}")
    return _without_intraday(files, [file.name for file in inside if file not in files])


def _without_intraday(files: list[Path], others: list[str]) -> Found:
    final = {day[1] for file in files if (day := re.match(r"events_(\d{8})", file.name))}
    intraday = [
        file
        for file in files
        if (day := re.match(r"events_intraday_(\d{8})", file.name)) and day[1] in final
    ]
    kept = [file for file in files if file not in intraday]
    return Found(kept, [file.name for file in intraday], others)


def rows(file: Path) -> Iterator[Row]:
    """The events of one file, in the order of the file; its form is told by its content.

    Raises `ExportError` for whatever is not an export.
    """
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if packed else raw as plain:
                yield from _plain_rows(file, packed, plain)  # type: ignore[arg-type]
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ExportError(
            f"{file.name}: the compressed file is cut off or damaged. {_AGAIN}"
        ) from None
    except OSError as error:
        why = error.strerror or "unknown cause"
        raise ExportError(f"{file.name} cannot be opened: {why}.") from None


def _plain_rows(file: Path, packed: bool, plain: IO[bytes]) -> Iterator[Row]:
    head = plain.read(_HEAD)
    if head.startswith(b"PAR1"):
        if not packed:
            yield from _parquet(file.name, file)
            return
        # DuckDB opens files by name only.
        with tempfile.TemporaryDirectory() as folder:
            unpacked = Path(folder) / "unpacked.parquet"
            unpacked.write_bytes(head + plain.read())
            yield from _parquet(file.name, unpacked)
        return
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    start = head.decode("utf-16" if wide else "utf-8-sig", errors="replace").lstrip()
    if not head:
        raise ExportError(f"{file.name} is empty. {_AGAIN}")
    if start and start[0] not in "{[":
        raise ExportError(f"{file.name} {_what(head, start)}. {_AS_WHAT}")
    plain.seek(0)
    # PowerShell's > writes UTF-16.
    stream = io.BytesIO(plain.read().decode("utf-16").encode()) if wide else plain
    if start.startswith("["):
        yield from _whole(file.name, _decoded(file.name, 1, stream.read()))
    else:
        yield from _lines(file.name, stream)


def _what(head: bytes, start: str) -> str:
    """What a file is that begins like neither JSON nor Parquet."""
    for magic, said in _MAGIC:
        if head.startswith(magic):
            return f"{said}, not an export"
    first = start.splitlines()[0][:60]
    if not first.isprintable() or "\ufffd" in first:
        return "holds neither JSON nor Parquet"
    if first.count(",") >= 2:
        return f"looks like a CSV file (it begins {first!r}), which cannot hold event_params"
    return f"holds neither JSON nor Parquet (it begins {first!r})"


def _decoded(name: str, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        number += line.count(b"\n", 0, error.start)
        raise ExportError(f"{name}, line {number}: the text is not UTF-8. {_AGAIN}") from None


def _lines(name: str, stream: IO[bytes]) -> Iterator[Row]:
    """JSON Lines; or objects that are each spread over several lines, as people paste them."""
    empty = True
    for number, raw in enumerate(stream, 1):
        line = _decoded(name, number, raw).strip()
        if not line:
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            if not empty:
                raise _torn(name, number, line, raw, error) from None
            rest = stream.read()
            if not rest.strip():
                raise _torn(name, number, line, raw, error) from None
            text = "\n" * (number - 1) + line + "\n" + _decoded(name, number + 1, rest)
            yield from _spread(name, text)
            return
        empty = False
        yield Row("line", number, _object(name, "line", number, event))
    if empty:
        raise ExportError(f"{name} is empty. {_AGAIN}")


def _torn(name: str, number: int, line: str, raw: bytes, error: Exception) -> ExportError:
    """The error for a line that is no JSON: cut off if it breaks at the end of the file."""
    at = error.pos if isinstance(error, json.JSONDecodeError) else 0
    cut = not raw.endswith(b"\n") and (at >= len(line) - 1 or "Unterminated" in str(error))
    if cut:
        return ExportError(f"{name}, line {number}: the file ends in mid-line. {_AGAIN}")
    return ExportError(
        f"{name}, line {number}: this is no JSON object ({_said(error)}). "
        "Each line must hold one event; export the file again."
    )


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return "nested too deep" if isinstance(error, RecursionError) else "a number is too long"


def _spread(name: str, text: str) -> Iterator[Row]:
    decoder = json.JSONDecoder()
    number = at = 0
    while at := _next(text, at):
        number += 1
        try:
            event, at = decoder.raw_decode(text, at - 1)
        except (ValueError, RecursionError) as error:
            raise _broken(name, error) from None
        yield Row("row", number, _object(name, "row", number, event))


def _next(text: str, at: int) -> int:
    """One more than the place of the next character that is no white space; 0 at the end."""
    found = re.compile(r"\S").search(text, at)
    return found.end() if found else 0


def _broken(name: str, error: Exception) -> ExportError:
    if isinstance(error, json.JSONDecodeError):
        return ExportError(
            f"{name}, line {error.lineno}: this is no JSON ({_said(error)}); the file is cut off "
            f"or damaged. {_AGAIN}"
        )
    return ExportError(f"{name}: this is no JSON ({_said(error)}). {_AGAIN}")


def _whole(name: str, text: str) -> Iterator[Row]:
    """A JSON array of events."""
    try:
        events = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _broken(name, error) from None
    for number, event in enumerate(events, 1):
        yield Row("row", number, _object(name, "row", number, event))


def _object(name: str, unit: str, number: int, event: object) -> dict[str, Any]:
    if not isinstance(event, dict):
        kind = {list: "a list", str: "text", bool: "a truth value", type(None): "null"}
        said = kind.get(type(event), "a number")
        raise ExportError(
            f"{name}, {unit} {number}: expected one event, a JSON object, and found {said}. "
            f"{_AS_WHAT}"
        )
    return event


def _parquet(name: str, file: Path) -> Iterator[Row]:
    import duckdb

    # Brackets and stars in a file's own name are no pattern.
    source = "read_parquet(?, binary_as_string = true)"
    where = [glob.escape(str(file))]
    try:
        with duckdb.connect(":memory:") as base:
            described = base.execute(f"DESCRIBE SELECT * FROM {source}", where).fetchall()
            names = [str(column[0]) for column in described]
            for column in NEEDED:
                if column not in names:
                    raise ExportError(missing(name, column, names))
            used = [column for column in USED if column in names]
            # The reader's report names all columns: the first row shows the unused ones too.
            unused = dict.fromkeys(column for column in names if column not in used)
            # Nested values leave DuckDB as JSON three times as fast as they do as objects.
            inner = f"SELECT {', '.join(used)} FROM {source}"
            cursor = base.execute(f"SELECT to_json(event)::VARCHAR FROM ({inner}) event", where)
            number = 0
            while batch := cursor.fetchmany(5_000):
                for (line,) in batch:
                    number += 1
                    event = json.loads(line)
                    yield Row("row", number, event | unused if number == 1 else event)
    except duckdb.Error:
        raise ExportError(f"{name}: the Parquet file is cut off or damaged. {_AGAIN}") from None


def missing(place: str, column: str, names: list[str]) -> str:
    """The message for a file, or a row of it, without a needed column."""
    shown = ", ".join(map(str, names[:5])) + (", ..." if len(names) > 5 else "")
    return (
        f"{place}: this is no event of a GA4 export, it has no {column}, only "
        f"{shown or 'nothing'}. {_AS_WHAT}"
    )
