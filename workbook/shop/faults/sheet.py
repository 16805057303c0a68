"""A clean table on its way to become raw: what is taken out, changed and added, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbook.data import patched
from workbook.shop.draws import Bools, Ints

LOG_COLUMNS = ("fault", "table", "operation", "row", "raw_row", "column", "clean", "raw")


class Sheet:
    """Collects the changes to one table, which is sorted by its column of times.

    A fault may only take rows that are free: none has two faults. Rows are positions in the
    clean table. `finish` gives the patch and the log.
    """

    def __init__(self, name: str, clean: pd.DataFrame, by: str) -> None:
        self.name, self.clean, self._by = name, clean, by
        self.free: Bools = np.ones(len(clean), bool)
        self.origin: Ints = np.arange(len(clean))
        """Position in clean of each raw row, -1 for the added; right after `finish`."""
        self._removed: list[tuple[str, Ints]] = []
        self._changed: list[tuple[str, Ints, str, Any]] = []
        self._added: list[tuple[str, pd.DataFrame]] = []

    def remove(self, fault: str, rows: Ints) -> None:
        """Take rows out."""
        self._take(rows)
        self._removed.append((fault, rows))

    def change(self, fault: str, rows: Ints, **values: Any) -> None:
        """Put other values, one or one for each row, into columns of rows.

        A row whose time changes moves to where the new time belongs.
        """
        self._take(rows)
        for column, value in values.items():
            self._changed.append((fault, rows, column, value))

    def add(self, fault: str, rows: pd.DataFrame, after: Ints | None = None) -> None:
        """Add rows after the clean rows `after`; else each where its time belongs."""
        place = self._place(rows[self._by]) if after is None else after
        self._added.append((fault, rows.assign(row=place)))

    def _take(self, rows: Ints) -> None:
        assert self.free[rows].all(), "a row has at most one fault"
        self.free[rows] = False

    def _place(self, times: pd.Series[pd.Timestamp]) -> Ints:
        """The last clean row that is not later than each time."""
        clean = self.clean[self._by].to_numpy()
        return np.searchsorted(clean, times.to_numpy().astype(clean.dtype), side="right") - 1

    def finish(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The patch (see `workbook.data.patched`) and the log, with positions in both tables."""
        removed = np.concatenate([_NO_ROWS, *(rows for _, rows in self._removed)])
        touched = np.unique(np.concatenate([_NO_ROWS, *(edit[1] for edit in self._changed)]))
        before = self.clean.iloc[touched].reset_index(drop=True)
        after = before.copy()
        for _, rows, column, values in self._changed:
            after.loc[np.searchsorted(touched, rows), column] = values
        moves = (before[self._by] != after[self._by]).to_numpy()
        added = [rows for _, rows in self._added]
        rows_added = sum(map(len, added))
        new = len(self.clean) + np.arange(rows_added)  # stands for a row that is not in clean
        patch = pd.concat(
            [
                _patch("remove", self.clean.iloc[removed], removed, removed),
                _patch("remove", before[moves], touched[moves], touched[moves]),
                _patch("change", after[~moves], touched[~moves], touched[~moves]),
                _patch("add", after[moves], self._place(after[self._by][moves]), touched[moves]),
                *(_patch("add", rows.drop(columns="row"), rows["row"]) for rows in added),
            ],
            ignore_index=True,
        )
        patch.loc[len(patch) - rows_added :, "origin"] = new
        adds = (patch["operation"] == "add").to_numpy()
        time = patch[self._by].to_numpy().astype(np.int64)
        order = np.lexsort((time, 2 * patch["row"].to_numpy() + adds))
        patch = patch.iloc[order].reset_index(drop=True)
        raw_row = self._raw_rows(patch, len(self.clean) + rows_added)
        log = self._log(raw_row, touched, before, after)
        return patch.drop(columns="origin"), log

    def _raw_rows(self, patch: pd.DataFrame, known: int) -> Ints:
        """The position in raw of each clean row, then of each added one; -1 for the removed."""
        clean = pd.DataFrame({"origin": np.arange(len(self.clean))})
        origin = patched(clean, patch)["origin"].to_numpy()
        raw_row = np.full(known, -1)
        raw_row[origin] = np.arange(len(origin))
        self.origin = np.where(origin < len(clean), origin, -1)
        return raw_row

    def _log(
        self, raw_row: Ints, touched: Ints, before: pd.DataFrame, after: pd.DataFrame
    ) -> pd.DataFrame:
        parts = []
        for fault, rows in self._removed:
            text = row_texts(self.clean.iloc[rows])
            parts.append(
                log_lines(fault, self.name, "remove", rows, np.full(len(rows), -1), clean=text)
            )
        for fault, rows, column, _ in self._changed:
            place = np.searchsorted(touched, rows)
            was, now = (texts(table[column].iloc[place]) for table in (before, after))
            differs = (was.fillna("") != now.fillna("")).to_numpy()
            part = log_lines(fault, self.name, "change", rows, raw_row[rows], column, was, now)
            parts.append(part[differs])
        first = len(self.clean)
        for fault, rows_added in self._added:
            new = np.arange(first, first + len(rows_added))
            parts.append(log_lines(fault, self.name, "add", np.full(len(new), -1), raw_row[new]))
            first += len(new)
        log = pd.concat(
            [log_lines("", self.name, "", _NO_ROWS, _NO_ROWS), *parts], ignore_index=True
        )
        return log.sort_values(["row", "raw_row"], kind="stable", ignore_index=True)


_NO_ROWS = np.zeros(0, np.int64)


def _patch(
    operation: str, rows: pd.DataFrame, places: Any, origin: Ints | int = -1
) -> pd.DataFrame:
    rows = rows.reset_index(drop=True)
    rows.insert(0, "operation", pd.Series(operation, index=rows.index, dtype="str"))
    rows.insert(1, "row", np.asarray(places, np.int64))
    return rows.assign(origin=origin)


def log_lines(
    fault: str,
    table: str,
    operation: str,
    rows: Ints,
    raw_rows: Ints,
    column: Any = np.nan,
    clean: Any = np.nan,
    raw: Any = np.nan,
) -> pd.DataFrame:
    """Lines of the fault log, one for each row."""
    given = (fault, table, operation, rows, raw_rows, column, clean, raw)
    kinds = {"row": np.int64, "raw_row": np.int64}
    return pd.DataFrame(
        {
            name: pd.Series(
                value.to_numpy() if isinstance(value, pd.Series) else value,
                index=range(len(rows)),
                dtype=kinds.get(name, "str"),
            )
            for name, value in zip(LOG_COLUMNS, given, strict=True)
        }
    )


def texts(values: pd.Series[Any]) -> pd.Series[str]:
    """The values as the CSV files write them; missing stays missing."""
    if values.dtype.kind == "M":
        shown: pd.Series[str] = values.dt.strftime("%Y-%m-%d %H:%M:%S").astype("str")
        return shown
    if values.dtype.kind == "f":
        return values.map("{:.2f}".format, na_action="ignore").astype("str")
    return values.astype("str")


def row_texts(rows: pd.DataFrame) -> pd.Series[str]:
    """Each row as a line of CSV."""
    cells = [texts(rows[column]).fillna("") for column in rows]
    return pd.Series([",".join(line) for line in zip(*cells, strict=True)], dtype="str")
