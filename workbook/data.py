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
_RAW = {"raw_events": "events", "raw_sessions": "sessions"}
"""Tables that are not stored but rebuilt: from the clean one and the patch of the raw name."""


class UnknownTableError(LookupError):
    """There is no table of that name; the message says which names are near."""


class BrokenTableError(OSError):
    """A table is missing or cannot be read; the message says how to get it back."""


def load(name: str) -> pd.DataFrame:
    """The table of that name, for example "events", from the workbook's data folder.

    Columns called `time`, `start`, `day` or ending in `_time` are dates. Read once, then kept:
    each call gives a copy of its own, cheap and safe to change. Raises `UnknownTableError` for
    a name that is not in `tables()`, `BrokenTableError` for a file that cannot be read.

    "raw_events" and "raw_sessions" are what the tracking recorded, faults included: rebuilt from
    the clean table and its patch.
    """
    if clean := _RAW.get(str(name)):
        of_clean, patch = _part(clean, name), _part(f"{name}_patch", name)
        modified = of_clean.stat().st_mtime_ns, patch.stat().st_mtime_ns
        return _rebuilt(of_clean, patch, modified).copy(deep=False)
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
    names = {file.name.split(".")[0] for file in files}
    rebuilt = {raw for raw, clean in _RAW.items() if {clean, f"{raw}_patch"} <= names}
    return sorted(names | rebuilt)


def patched(clean: pd.DataFrame, patch: pd.DataFrame) -> pd.DataFrame:
    """The raw table: the clean one with a patch laid over it.

    The patch has the columns of the clean table and two more. `operation` says what happens and
    `row` where, counted from 0 in the clean table: "remove" takes that row out, "change" puts
    the patch's row in its place, "add" puts it after that row (-1: before the first), several
    in the order of the patch. A removed row is given as it was. Other columns are left out.
    Raises ValueError if the patch does not fit the clean table.
    """
    import numpy as np
    import pandas as pd

    columns = list(clean.columns)
    missing = [name for name in ("operation", "row", *columns) if name not in patch]
    if missing:
        raise ValueError(f"it has no column {missing[0]!r}")
    operation = patch["operation"].to_numpy(dtype=object)
    row = patch["row"].to_numpy()
    adds, removes = operation == "add", operation == "remove"
    if not (adds | removes | (operation == "change")).all():
        raise ValueError("an operation is none of add, change, remove")
    within = row.dtype.kind == "i" and ((row >= -adds.astype(int)) & (row < len(clean))).all()
    replaced = row[~adds]
    if len(patch) and (not within or len(np.unique(replaced)) < len(replaced)):
        raise ValueError("it names rows that the clean table has not")
    if not len(patch):
        return clean.copy()
    rows = patch[columns].astype(clean.dtypes.to_dict()).reset_index(drop=True)
    was = clean.iloc[row[removes]].reset_index(drop=True)
    if not rows[removes].reset_index(drop=True).equals(was):
        raise ValueError("it was made for another clean table")
    kept = np.ones(len(clean), bool)
    kept[replaced] = False
    place = np.concatenate([2 * np.flatnonzero(kept), (2 * row + adds)[~removes]])
    source = np.flatnonzero(np.concatenate([kept, ~removes]))
    both = pd.concat([clean, rows], ignore_index=True)
    raw: pd.DataFrame = both.iloc[source[np.argsort(place, kind="stable")]].reset_index(drop=True)
    return raw


def _part(name: str, raw: str) -> Path:
    """The file of a table that a raw table is rebuilt from."""
    try:
        return _find(name)
    except UnknownTableError:
        raise BrokenTableError(
            f"The table {name!r}, from which {raw!r} is rebuilt, is not in {paths.data_dir()}. "
            f"{_REBUILD}"
        ) from None


@lru_cache(maxsize=4)
def _rebuilt(clean: Path, patch: Path, modified: tuple[int, int]) -> pd.DataFrame:
    """The raw table, rebuilt once for each time that one of its two files was modified."""
    try:
        return _frozen(patched(_read(clean, modified[0]), _read(patch, modified[1])))
    except (ValueError, TypeError) as error:
        said = str(error).strip().splitlines()[0]
        raise BrokenTableError(f"The table {patch.name} is damaged: {said}. {_REBUILD}") from None


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
