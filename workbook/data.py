"""`load("events")`: the shop's tables as DataFrames."""

from __future__ import annotations

import difflib
import json
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbook import paths

if TYPE_CHECKING:
    import pandas as pd

_REBUILD = "Run `python -m workbook data` in a terminal to write the tables anew."
_SAMPLE = 2_000


class UnknownTableError(LookupError):
    """There is no table of that name; the message says which names are near."""


class BrokenTableError(OSError):
    """A table is missing or cannot be read; the message says how to get it back."""


def load(name: str) -> pd.DataFrame:
    """The table of that name, for example "events", from the workbook's data folder.

    Columns called `time`, `start`, `day` or ending in `_time` are dates. Read once, then kept:
    each call gives a copy of its own, cheap and safe to change. Raises `UnknownTableError` for
    a name that is not in `tables()`, `BrokenTableError` for a file that cannot be read.
    """
    path = _find(name)
    return _read(path, path.stat().st_mtime_ns).copy(deep=False)


def _frozen(table: pd.DataFrame) -> pd.DataFrame:
    """The table with text columns that cannot be written in place.

    pandas copies on write, but `.values` of a text column is the column itself: who writes into
    that would change every later `load`. Numbers come out of `.values` read-only already.
    """
    for name in table:
        text = getattr(table[name].array, "_ndarray", None)
        if text is not None:
            text.flags.writeable = False
    return table


def tables() -> list[str]:
    """Names of all tables, sorted."""
    folder = paths.data_dir()
    files = [*folder.glob("*.csv"), *folder.glob("*.csv.gz")]
    return sorted({file.name.split(".")[0] for file in files})


def _find(name: str) -> Path:
    folder = paths.data_dir()
    for file in (folder / f"{name}.csv.gz", folder / f"{name}.csv"):
        if file.is_file():
            return file
    known = tables()
    if not known or name in _promised(folder):
        raise BrokenTableError(f"The table {name!r} is not in {folder}. {_REBUILD}")
    raise UnknownTableError(_nearest(name, known))


def _promised(folder: Path) -> list[str]:
    """Names of the tables that the folder's descriptor lists."""
    try:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        return [resource["name"] for resource in package["resources"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def _nearest(name: object, known: list[str]) -> str:
    near = difflib.get_close_matches(str(name).lower(), known, n=3, cutoff=0.5)
    if near:
        return f"There is no table {name!r}; did you mean {' or '.join(map(repr, near))}?"
    return f"There is no table {name!r}; choose one of {', '.join(map(repr, known))}."


def _is_time(column: str) -> bool:
    return column in {"time", "start", "day"} or column.endswith("_time")


@lru_cache(maxsize=32)
def _read(path: Path, modified: int) -> pd.DataFrame:
    """The file, read once for each time it was modified. Only an empty cell is missing."""
    import pandas as pd

    def rows(dtype: dict[str, str] | None, first: int | None) -> pd.DataFrame:
        return pd.read_csv(
            path,
            dtype=dtype,
            nrows=first,
            parse_dates=times,
            date_format="ISO8601",
            keep_default_na=False,
            na_values=[""],
            low_memory=False,
        )

    try:
        header = [str(column) for column in pd.read_csv(path, nrows=0)]
        times = [column for column in header if _is_time(column)]
        start = rows(None, _SAMPLE)
        if len(start) < _SAMPLE:
            return _frozen(start)
        # Texts repeat thousands of times: read as categories first, they take half the time.
        texts = [column for column in header if start[column].dtype == "str"]
        frame = rows(dict.fromkeys(texts, "category"), None)
        return _frozen(frame.astype(dict.fromkeys(texts, "str")))
    except (OSError, EOFError, zlib.error, ValueError) as error:
        said = str(error).strip().splitlines()[0] if str(error).strip() else "cut off"
        raise BrokenTableError(f"The table {path.name} is damaged: {said}. {_REBUILD}") from None
