"""What can be asked about some days of the raw log, as small tables: before, and on the days in
question.

Each table compares the average day in question with the average of the same weekdays before, on
which no fault of one day or one week strikes. `Log` holds the tables, `QUERIES` the questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.audits.truth import Planted, Rows, Truth

STEPS = {
    "view_item": "product view",
    "add_to_cart": "cart",
    "begin_checkout": "checkout",
    "purchase": "purchase",
}
_YEAR = 364  # the same weekday a year before
_HOURS = 2
_OF_EVENT = ["time", "user", "session", "transaction_id"]
_FEW = 28  # days
_BEFORE = 2  # how many times the same weekdays are looked up before


@dataclass(frozen=True, eq=False, repr=False)
class Log:
    """The raw tables, and what they are compared with.

    raw, sessions   raw_events and raw_sessions
    orders          the shop system
    daily           daily counts of this and of last autumn
    """

    raw: pd.DataFrame
    sessions: pd.DataFrame
    orders: pd.DataFrame
    daily: pd.DataFrame
    first_day: pd.Timestamp
    days: int

    @cached_property
    def day(self) -> Rows:
        """The day of each raw event, 0 the log's first; in ascending order."""
        return self._days_of(self.raw["time"])

    @cached_property
    def start_day(self) -> Rows:
        """The day on which each raw session began."""
        return self._days_of(self.sessions["start"])

    @cached_property
    def order_day(self) -> Rows:
        """The day of each order in the shop system."""
        return self._days_of(self.orders["time"])

    @cached_property
    def daily_day(self) -> Rows:
        """The day of each line of the daily counts; those of last autumn are negative."""
        return self._days_of(self.daily["day"])

    def _days_of(self, times: pd.Series[pd.Timestamp]) -> Rows:
        return np.asarray((times - self.first_day).dt.days, np.int64)

    def events(
        self, days: Iterable[int], name: str | None = None, columns: list[str] | None = None
    ) -> pd.DataFrame:
        """The raw events of these days with a column `day`; of one name, if it is given.

        `columns`: only these, which is faster.
        """
        wanted = sorted(days)
        low, high = np.searchsorted(self.day, [wanted[0], wanted[-1] + 1])
        kept = np.isin(self.day[low:high], wanted)
        if name is not None:
            kept &= (self.raw["event"].iloc[low:high] == name).to_numpy()
        rows = low + np.flatnonzero(kept)
        table: pd.DataFrame = self.raw if columns is None else self.raw[columns]
        found: pd.DataFrame = table.iloc[rows].assign(day=self.day[rows])
        return found

    def visits(self, days: Iterable[int]) -> pd.DataFrame:
        """The raw sessions that began on these days; `time` is their start."""
        kept = np.isin(self.start_day, list(days))
        found: pd.DataFrame = self.sessions[kept].rename(columns={"start": "time"})
        return found.assign(day=self.start_day[kept])

    def with_visit(self, events: pd.DataFrame) -> pd.DataFrame:
        """Events with the channel, device and landing page of their visit, "no visit" without."""
        place = self._place_of.get_indexer(pd.Index(events["session"]))
        return events.assign(**{name: cells[place] for name, cells in self._of_visit.items()})

    @cached_property
    def _place_of(self) -> pd.Index[Any]:
        found: pd.Index[Any] = pd.Index(self.sessions["session"])
        return found

    @cached_property
    def _of_visit(self) -> dict[str, NDArray[np.object_]]:
        """Per column its cells, and at the end the one for -1."""
        names = ("channel", "device", "landing_page")
        return {
            name: np.append(self.sessions[name].to_numpy(dtype=object), "no visit")
            for name in names
        }


@dataclass(frozen=True)
class Counted:
    """What a case counts: an event (or visits, if it is ""), maybe of one channel's visits only.

    words: what one day's number is called
    """

    words: str
    event: str = ""
    channel: str = ""

    def rows(self, log: Log, days: Iterable[int]) -> pd.DataFrame:
        """One row per thing counted, with day, time, channel, device and landing page."""
        found = (
            log.with_visit(log.events(days, self.event, _OF_EVENT))
            if self.event
            else log.visits(days)
        )
        kept: pd.DataFrame = found[found["channel"] == self.channel] if self.channel else found
        return kept


PURCHASES = Counted("Purchases", "purchase")


@dataclass(frozen=True, eq=False, repr=False)
class Asked:
    """A case's days: those in question, those before, and what it counts."""

    log: Log
    days: tuple[int, ...]
    before: tuple[int, ...]
    counted: Counted

    def pair(self, day: pd.Series[int] | Rows, weights: Any = None) -> list[float]:
        """Rows (or weights) per day: before, and on the days in question; as `rounded`."""
        return [rounded(value) for value in self.mean(day, weights)]

    def mean(self, day: pd.Series[int] | Rows, weights: Any = None) -> list[float]:
        """The same, not rounded."""
        of = np.asarray(day)
        weight = np.ones(len(of)) if weights is None else np.asarray(weights, float)
        return [
            float(weight[np.isin(of, days)].sum()) / len(days) for days in (self.before, self.days)
        ]

    @property
    def both(self) -> tuple[int, ...]:
        """All days that are looked at."""
        return (*self.before, *self.days)

    @cached_property
    def visits(self) -> pd.DataFrame:
        """The visits that began on these days."""
        return self.log.visits(self.both)

    @cached_property
    def things(self) -> pd.DataFrame:
        """What the case counts."""
        return self.counted.rows(self.log, self.both)

    @cached_property
    def purchases(self) -> pd.DataFrame:
        """The purchase events, each with its visit."""
        return PURCHASES.rows(self.log, self.both)


def rounded(value: float) -> float:
    """As a table shows it: whole from 100 on, else to one decimal."""
    once = round(value, 1)
    return float(round(value)) if once >= 100 else once


Row = tuple[str, list[list[float]]]
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Answer:
    """A query's table: per row a label, and per measure the two numbers of `Asked.pair`.

    by_row: a row's two numbers are compared with one another, not with those of other rows
    """

    measures: list[str]
    rows: list[Row]
    note: str = ""
    by_row: bool = False


@dataclass(frozen=True)
class Query:
    """A question to the log. `answer` runs it."""

    label: str
    answer: Callable[[Asked], Answer]


def _shop(asked: Asked) -> Answer:
    purchases = asked.purchases
    return Answer(
        ["A day"],
        [
            ("Orders in the shop system", [asked.pair(asked.log.order_day)]),
            ("Purchase events in the log", [asked.pair(purchases["day"])]),
        ],
    )


def _by(column: str, order: Sequence[str] = ()) -> Callable[[Asked], Answer]:
    """Visits, and what the case counts, by a column of the visits."""

    def answer(asked: Asked) -> Answer:
        visits, things, words = asked.visits, asked.things, asked.counted.words
        if asked.counted.channel or not asked.counted.event:
            # A second column of the same visits, or of one channel's, would tell nothing.
            things, words = asked.purchases, PURCHASES.words
        parts: list[dict[Any, pd.Series[int]]] = [
            dict(list(part.groupby(column, sort=False)["day"])) for part in (visits, things)
        ]
        known = {*parts[0], *parts[1]}
        names = [name for name in order if name in known]
        names += sorted(known - set(names), key=lambda name: (-len(parts[0].get(name, ())), name))
        rows: list[Row] = [
            (str(name), [asked.pair(part.get(name, _NONE)) for part in parts]) for name in names
        ]
        return Answer(["Visits a day", f"{words} a day"], rows)

    return answer


def _steps(asked: Asked) -> Answer:
    visits = asked.mean(asked.visits["day"])
    rows: list[Row] = [("visits", [[rounded(value) for value in visits], [100.0, 100.0]])]
    for event, words in STEPS.items():
        a_day = asked.mean(asked.log.events(asked.both, event, columns=["time"])["day"])
        share = [100 * a / b if b else 0.0 for a, b in zip(a_day, visits, strict=True)]
        rows.append((f"{words}s", [[rounded(value) for value in of] for of in (a_day, share)]))
    return Answer(["A day", "Per 100 visits"], rows, by_row=True)


def _hours(asked: Asked) -> Answer:
    things = asked.things
    hour = things["time"].dt.hour.to_numpy()
    rows: list[Row] = [
        (
            f"{first:02d}:00 to {first + _HOURS - 1:02d}:59",
            [asked.pair(things["day"][(hour >= first) & (hour < first + _HOURS)])],
        )
        for first in range(0, 24, _HOURS)
    ]
    return Answer([f"{asked.counted.words} a day"], rows)


def _nobody(asked: Asked) -> Answer:
    events = asked.log.events(asked.both, columns=["event", "user"])
    kinds = {"all rows": None, "page views": "page_view", "carts": "add_to_cart"}
    kinds |= {"checkouts": "begin_checkout", "purchases": "purchase"}
    rows: list[Row] = []
    for words, event in kinds.items():
        those = events if event is None else events[events["event"] == event]
        nobody = those.loc[those["user"].isna(), "day"]
        rows.append((words, [asked.pair(those["day"]), asked.pair(nobody)]))
    return Answer(["Rows a day", "Without a user a day"], rows, by_row=True)


def _twice(asked: Asked) -> Answer:
    purchases = asked.purchases
    again = purchases.duplicated(["user", "transaction_id"]) & purchases["user"].notna()
    again &= ~purchases["transaction_id"].isin([np.nan, "(not set)"])
    return Answer(
        ["A day"],
        [
            ("Purchase events", [asked.pair(purchases["day"])]),
            (
                "of them a user's order id that was there before",
                [asked.pair(purchases.loc[again, "day"])],
            ),
        ],
    )


def _last_year(asked: Asked) -> Answer:
    """What the whole shop counted on the same weekdays a year before."""
    daily, day = asked.log.daily, asked.log.daily_day + _YEAR
    channel = asked.counted.channel
    if channel:
        kept = (daily["channel"] == channel).to_numpy()
        daily, day = daily[kept], day[kept]
    names = {
        "visits": "visits",
        "product_views": "with a product view",
        "carts": "with a cart",
        "checkouts": "with a checkout",
        "orders": "with an order",
    }
    by = f"By {channel}, a day" if channel else "A day"
    rows: list[Row] = [(words, [asked.pair(day, daily[column])]) for column, words in names.items()]
    return Answer([by], rows, "Counted in the whole shop, ten times the log.", by_row=True)


QUERIES: dict[str, Query] = {
    "shop": Query("Orders in the shop system", _shop),
    "channel": Query("Visits by channel", _by("channel")),
    "steps": Query("Step by step, from visit to purchase", _steps),
    "hour": Query("By hour of the day", _hours),
    "nobody": Query("Rows without a user", _nobody),
    "twice": Query("The same order id twice", _twice),
    "device": Query("By device", _by("device", ("desktop", "mobile", "tablet"))),
    "landing": Query("By landing page", _by("landing_page")),
    "year": Query("The same days a year before", _last_year),
}
"""By key, in the order in which they are offered."""


# --- which days ----------------------------------------------------------------------------------


def busy_days(truth: Truth, everyday: frozenset[str]) -> frozenset[int]:
    """The days on which a fault of some hours, days or weeks strikes.

    Faults named in `everyday` strike here and there, or nothing that is counted here. Of the
    others a day counts if it holds a tenth of the fault, or if the fault strikes on few days.
    """
    found: set[int] = set()
    for fault in truth.faults:
        if fault.name in everyday:
            continue
        days = struck(fault)
        burst = days >= 0.1 * days.sum()
        found |= set((days[burst] if len(days) > _FEW else days).index.to_numpy().tolist())
    return frozenset(found)


def struck(fault: Planted) -> pd.Series[int]:
    """How many rows of the raw or else the clean log a fault struck, by day."""
    parts = [table[1] if len(table[1]) else table[0] for table in (fault.events, fault.sessions)]
    days = parts[0] if len(parts[0]) else parts[1]
    return days["day"].value_counts().sort_index()


def weekdays_before(
    days: Sequence[int], busy: frozenset[int], before: int | None = None
) -> tuple[int, ...]:
    """The same weekdays in the two nearest weeks before in which no day is busy.

    `before`: all of them lie before this day; else before the first of `days`. In the worst case
    they lie in the clean weeks at the beginning of the log.
    """
    end = days[0] if before is None else before
    found: list[int] = []
    for weeks in range(1, days[0] // 7 + 1):
        shifted = [day - 7 * weeks for day in days]
        if shifted[-1] < end and not busy & set(shifted):
            found = [*shifted, *found]
        if len(found) == _BEFORE * len(days):
            break
    return tuple(found)
