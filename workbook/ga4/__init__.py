"""`read_ga4_export("folder")`: a Google Analytics 4 export from BigQuery as tidy tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workbook.ga4 import fields, reading, report, tidying
from workbook.ga4.reading import ExportError

__all__ = ["Export", "ExportError", "read_ga4_export"]

# Absent from older exports, or from those of shops that do not send them. Without privacy_info
# the column `consent` is empty and says so itself.
_MAY_BE_ABSENT = tuple(
    column for column in reading.USED if column not in (*reading.NEEDED, "privacy_info")
)


@dataclass(frozen=True, repr=False, eq=False)
class Export:
    """An export as four tables, named and typed like the shop's own, and a report.

    events       one event in the true order: time, event_date, user, session, event, item_id,
                 page_location, value, currency, transaction_id, engaged_seconds, user_id,
                 consent, then the parameters asked for (whole numbers as Int64, with gaps).
    sessions     one session by start: session, user, start, end, session_number, visitor, source,
                 medium, campaign, source_rule, device, country, landing_page (an address, where
                 the shop's table has a kind of page), pages, engaged_seconds, engaged, consent; for
                 each step from view_item to purchase whether it happened and, as `<step>_time`,
                 when first.
    orders       one order by time: order_id, session, user, time, value, items, new_customer, tax,
                 shipping, currency, coupon, refund_time, refund_value. Amounts are in `currency`,
                 `value` is before refunds.
    order_items  one product of an order: order_id, user, item_id, name, category, quantity, price.
                 An order_id may belong to several users: join on both.
    report       rule, rows, done, example, why: one row per thing looked for, also where nothing
                 was found.
    """

    events: pd.DataFrame
    sessions: pd.DataFrame
    orders: pd.DataFrame
    order_items: pd.DataFrame
    report: pd.DataFrame

    def summary(self) -> str:
        """The sizes, then what was dropped, repaired or found, and why."""
        first = (
            f"GA4 export. Events: {len(self.events):,}, sessions: {len(self.sessions):,}, "
            f"orders: {len(self.orders):,}."
        )
        return f"{first}\n{report.summary(self.report)}"

    def __repr__(self) -> str:
        return self.summary()


def read_ga4_export(
    path: str | Path, *, tz: str | None = None, parameters: Sequence[str] = ()
) -> Export:
    """The events of a GA4 BigQuery export as tidy tables, with a report of what was repaired.

    path        a file, a folder of day files, or a pattern such as "ga4/events_202503*". Each
                file is JSON Lines, a JSON array or Parquet, compressed by gzip or not. A relative
                path that is not in the current folder is looked for in the workbook's data folder.
    tz          a time zone such as "America/New_York". Without it all times are UTC, as
                event_timestamp is; with it they are local. Either way they carry no zone, and
                event_date is the day in the zone of the GA4 property.
    parameters  names of further event parameters to keep as columns of `events`.

    Rules. A session is user_pseudo_id + "." + ga_session_id; events without either are kept and
    belong to none. A session's source is that of session_traffic_source_last_click (in it
    cross_channel_campaign, then google_ads_campaign, then manual_campaign), else
    collected_traffic_source of the first event, else the parameters source and medium at the
    landing page, else, of a user's first session only, traffic_source, else "(not set)", which is
    unknown and not direct; `source_rule` says which. An order is the purchases of one user with
    one usable transaction_id: earliest time, highest value. Values are purchase_revenue, else the
    parameter value. Consent is privacy_info.analytics_storage, "Yes" or "No", missing where the
    export does not say; that of a session is the last known. Events of one moment keep the order
    of their batch (batch_page_id, batch_ordering_id, batch_event_index), else of
    event_bundle_sequence_id, else of the file.

    Raises `ExportError` for a file that is not an export or is damaged, naming file, line and
    field; ValueError for an unknown time zone or parameter name.
    Source: Google, "GA4 BigQuery Export schema" (2025).
    """
    _check_zone(tz)
    extra = _checked(parameters)
    found = reading.find(path)
    notes = report.Notes()
    events: list[fields.Event] = []
    sizes: list[int] = []
    columns: set[str] = set()
    for file in found.files:
        before = len(events)
        for unit, number, row in reading.rows(file):
            notes.at = (file.name, unit, number)
            columns |= row.keys()
            events.append(fields.event(row, notes, extra))
        sizes.append(len(events) - before)
    files = f"{len(sizes)} file" + "s" * (len(sizes) > 1)
    notes.note("events read", f"{files}, {found.files[0].name} first", len(events))
    notes.several("intraday files", found.intraday)
    notes.several("other files", found.others)
    notes.several("unknown columns", sorted(map(str, columns - reading.COLUMNS)))
    if events:
        notes.several("absent columns", [name for name in _MAY_BE_ABSENT if name not in columns])
    tables = tidying.tables(events, sizes, extra, tz, notes)
    return Export(*tables, report=notes.table())


def _check_zone(tz: str | None) -> None:
    from zoneinfo import ZoneInfo

    if tz is None:
        return
    try:
        ZoneInfo(tz)
    except (KeyError, ValueError, TypeError, OSError, AttributeError):
        raise ValueError(
            f'{tz!r} is not a time zone; write it like "America/New_York", or leave tz out for UTC.'
        ) from None


def _checked(parameters: Sequence[str]) -> list[str]:
    """The names, unless one is no name, stands twice or is a column of `events` already."""
    names = [parameters] if isinstance(parameters, str) else list(parameters)
    for name in names:
        if not isinstance(name, str) or not name:
            raise ValueError(f"parameters holds {name!r}; it takes names of parameters as text.")
        if name in tidying.EVENTS or names.count(name) > 1:
            raise ValueError(f"The events table has a column {name!r} already; leave it out.")
    return names
