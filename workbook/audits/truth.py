"""The planted faults as an audit needs them: which rows, which days, what was there before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.shop.faults.plan import CONTROL_DAYS

Rows = NDArray[np.int64]
_TIME = {"events": "time", "sessions": "start"}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, eq=False, repr=False)
class Planted:
    """One planted fault.

    name     as in the fault log
    rows     its rows of raw_events, positions in ascending order; none if it left no row there
    events   its clean and its raw rows of the events, with a column `day`, 0 for the log's first
    sessions the same of the sessions
    visits   the rows of raw_events of the visits that it struck, if it left no row itself
    """

    name: str
    rows: Rows
    events: tuple[pd.DataFrame, pd.DataFrame]
    sessions: tuple[pd.DataFrame, pd.DataFrame]
    visits: Rows

    def __repr__(self) -> str:
        return f"Planted({self.name!r})"

    @property
    def silent(self) -> bool:
        """It left no row of its own: what is missing, or in another table, cannot be marked."""
        return not len(self.rows)

    @property
    def marks(self) -> Rows:
        """The rows that an audit can mark: its own, else those of the visits that it struck."""
        return self.visits if self.silent else self.rows

    def changed(self, table: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Its rows of "events" or "sessions": clean (before it), raw (after it)."""
        return self.sessions if table == "sessions" else self.events


@dataclass(frozen=True, eq=False, repr=False)
class Truth:
    """Everything that an audit is scored against; made by `planted`.

    faults    those that the raw tables show, in the order of the fault log
    first_day midnight of day 0
    days      how many days the log has
    control   how many days from day 0 on hold no fault
    """

    faults: list[Planted]
    first_day: pd.Timestamp
    days: int
    control: int
    raw: pd.DataFrame
    clean: pd.DataFrame
    channels: list[str]

    def __repr__(self) -> str:
        return f"Truth({self.faults})"

    @cached_property
    def raw_day(self) -> Rows:
        """The day of each row of raw_events."""
        return _day(self.raw["time"], self.first_day)

    @cached_property
    def clean_day(self) -> Rows:
        """The day of each row of events."""
        return _day(self.clean["time"], self.first_day)

    @cached_property
    def raw_event(self) -> NDArray[np.object_]:
        """The event of each row of raw_events."""
        return self.raw["event"].to_numpy(dtype=object)

    @cached_property
    def event_names(self) -> list[str]:
        """Names of the events of the log, sorted."""
        return sorted(map(str, self.raw["event"].unique()))

    def spoken(self, day: int) -> str:
        """A day of the log as "Sep 22", whatever the machine's language."""
        stamp = self.first_day + pd.Timedelta(days=day)
        return f"{_MONTHS[stamp.month - 1]} {stamp.day}"

    def others(
        self, fault: Planted, column: str, names: set[str], first: int, last: int
    ) -> pd.DataFrame:
        """Clean events of these names in `column`, on these days, that the fault did not touch."""
        low, high = np.searchsorted(self.clean_day, [first, last + 1])
        rows = self.clean.iloc[low:high]
        rows = rows[rows[column].isin(list(names))]
        return rows[~rows.index.isin(fault.events[0].index)]


def planted(
    fault_log: pd.DataFrame,
    clean: tuple[pd.DataFrame, pd.DataFrame],
    raw: tuple[pd.DataFrame, pd.DataFrame],
) -> Truth:
    """The faults in the log, from the tables as `data.load` gives them.

    `clean` are events and sessions, `raw` are raw_events and raw_sessions. A fault that shows in
    the export only ("value typed as int") is left out: no look at these tables finds it.
    """
    first_day = clean[0]["time"].min().normalize()
    seen = fault_log[fault_log["table"].isin(["raw_events", "raw_sessions"])]
    faults = []
    for name, lines in seen.groupby("fault", sort=False):
        events, sessions = (
            _both(lines[lines["table"] == f"raw_{table}"], *tables, first_day, table)
            for table, tables in zip(_TIME, zip(clean, raw, strict=True), strict=True)
        )
        rows = _places(lines.loc[lines["table"] == "raw_events", "raw_row"])
        visits = np.zeros(0, np.int64)
        if not len(rows):
            struck = pd.concat([part["session"] for part in (*events, *sessions)]).dropna()
            visits = np.flatnonzero(raw[0]["session"].isin(struck.unique()))
        faults.append(Planted(str(name), rows, events, sessions, visits))
    last = int(_day(clean[0]["time"], first_day).max())
    channels = sorted(map(str, clean[1]["channel"].unique()))
    return Truth(faults, first_day, last + 1, CONTROL_DAYS, raw[0], clean[0], channels)


def _both(
    lines: pd.DataFrame,
    clean: pd.DataFrame,
    raw: pd.DataFrame,
    first_day: pd.Timestamp,
    table: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a table that these lines of the fault log speak of, as they were and as they are.

    A row has at most one fault, so the raw row differs from the clean one by this fault alone.
    """
    before, after = clean.iloc[_places(lines["row"])], raw.iloc[_places(lines["raw_row"])]
    time = _TIME[table]
    return (
        before.assign(day=_day(before[time], first_day)),
        after.assign(day=_day(after[time], first_day)),
    )


def _places(column: pd.Series[int]) -> Rows:
    """The positions in a column of the fault log, each once, without the -1 of "no such row"."""
    places = np.unique(column.to_numpy(dtype=np.int64))
    return places[places >= 0].astype(np.int64)


def _day(times: pd.Series[pd.Timestamp], first_day: pd.Timestamp) -> Rows:
    days = (times - first_day).dt.days
    return np.asarray(days, np.int64)
