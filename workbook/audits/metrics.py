"""The numbers that a fault can move, by name, and by how much one fault moved one of them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.audits.truth import Planted, Truth

UNUSABLE_ID = "(not set)"
MAIL = "email"
"""The channel that a learner may call mail."""
METRICS = {
    "purchase events": "rows with the event purchase; any other event of the log works alike: "
    "add_to_cart events, session_start events",
    "orders": "different usable order ids (transaction_id) of purchases",
    "revenue": "dollars: sum of value over purchases",
    "users": "different users",
    "sessions": "different sessions; the same as visits",
    "sessions with a session_start": "different sessions that have such an event",
    "mail visits": "rows of raw_sessions with the channel email; any other channel works alike: "
    "direct visits, referral visits",
    "rows": "rows of raw_events",
    "rows without a user": "rows of raw_events whose user is missing",
}
"""What a finding may name as its number, and how it is counted over the days of the finding."""

_EVENTS = " events"
_VISITS = " visits"


@dataclass(frozen=True)
class Metric:
    """A number of the log.

    table: "events" or "sessions"; where: column -> the only value that counts; adds: "" for rows,
    or the column whose values are added up; differs: "" or the column of which different values
    are counted; missing: the column that must be missing
    """

    name: str
    table: str = "events"
    where: dict[str, str] = field(default_factory=dict)
    adds: str = ""
    differs: str = ""
    missing: str = ""

    @property
    def event(self) -> str:
        """The event whose rows it counts, "" if it looks at all rows.

        Sessions are counted once at their beginning.
        """
        in_sessions = self.table == "sessions" or self.differs == "session"
        return self.where.get("event", "session_start" if in_sessions else "")

    def looks_at(self, rows: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows of its table it counts."""
        counts = np.ones(len(rows), bool)
        for column, value in self.where.items():
            counts &= (rows[column] == value).to_numpy()
        if self.missing:
            counts &= rows[self.missing].isna().to_numpy()
        if self.differs:
            counts &= rows[self.differs].notna().to_numpy()
            if self.differs == "transaction_id":
                counts &= (rows[self.differs] != UNUSABLE_ID).to_numpy()
        return counts

    def value(self, rows: pd.DataFrame) -> float:
        """Its value over these rows of its table."""
        counted = rows[self.looks_at(rows)]
        if self.differs:
            return float(counted[self.differs].nunique())
        return float(counted[self.adds].sum()) if self.adds else float(len(counted))


def metric_named(name: str, events: list[str], channels: list[str]) -> Metric | None:
    """The metric of that name, None without one; small and capital letters are alike.

    `events` and `channels` are the names that the log has.
    """
    said = " ".join(name.lower().split())
    fixed = {
        "orders": Metric("orders", where={"event": "purchase"}, differs="transaction_id"),
        "revenue": Metric("revenue", where={"event": "purchase"}, adds="value"),
        "users": Metric("users", differs="user"),
        "sessions": Metric("sessions", differs="session"),
        "sessions with a session_start": Metric(
            "sessions with a session_start", where={"event": "session_start"}, differs="session"
        ),
        "rows": Metric("rows"),
        "rows without a user": Metric("rows without a user", missing="user"),
    }
    said = "sessions" if said == "visits" else said  # the course's own word
    if said in fixed:
        return fixed[said]
    if said.endswith(_EVENTS) and said.removesuffix(_EVENTS) in events:
        return Metric(said, where={"event": said.removesuffix(_EVENTS)})
    if said.endswith(_VISITS):
        channel = said.removesuffix(_VISITS)
        channel = MAIL if channel == "mail" else channel
        if channel in channels:
            return Metric(said, table="sessions", where={"channel": channel})
    return None


def nearest(name: str, events: list[str], channels: list[str]) -> list[str]:
    """Up to three names of metrics that are spelled nearly so."""
    known = {*METRICS, *(event + _EVENTS for event in events)}
    known |= {channel + _VISITS for channel in channels}
    return difflib.get_close_matches(" ".join(name.lower().split()), sorted(known), n=3, cutoff=0.6)


def moved(metric: Metric, fault: Planted, truth: Truth, first: int, last: int) -> float:
    """By how much this fault alone moved the metric over the days first to last, these included.

    That is the clean log with nothing but this fault, less the clean log.
    """
    before, after = (rows[rows["day"].between(first, last)] for rows in fault.changed(metric.table))
    change = metric.value(after) - metric.value(before)
    if not metric.differs:
        return round(change, 2)
    # A user who has other rows on these days is lost or won by none of them.
    names = [
        set(rows.loc[metric.looks_at(rows), metric.differs].tolist()) for rows in (before, after)
    ]
    if not names[0] ^ names[1]:
        return 0.0
    rest = truth.others(fault, metric.differs, names[0] ^ names[1], first, last)
    elsewhere = set(rest.loc[metric.looks_at(rest), metric.differs].tolist())
    return float(len(names[1] - names[0] - elsewhere) - len(names[0] - names[1] - elsewhere))


def days_of(metric: Metric, fault: Planted) -> frozenset[int]:
    """The days on which the fault touched rows that the metric counts."""
    found: set[int] = set()
    for rows in fault.changed(metric.table):
        found |= set(rows.loc[metric.looks_at(rows), "day"].tolist())
    return frozenset(found)
