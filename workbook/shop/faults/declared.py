"""What the columns of the patches and of the fault log mean."""

from __future__ import annotations

from dataclasses import replace

from workbook.shop import dictionary
from workbook.shop.dictionary import Column, Table
from workbook.shop.faults.plan import FAULTS

_OPERATIONS = ("add", "change", "remove")


def _patch(clean: str, about: str, may_be_empty: bool) -> Table:
    """The patch of a clean table, whose columns it has too."""
    [table] = [table for table in dictionary.TABLES if table.name == clean]
    columns = tuple(
        replace(
            column,
            meaning=f"As in {clean}.",
            allowed=(),
            unique=False,
            minimum=None if column.minimum is None else 0,
            required=column.required and not (may_be_empty and column.name in ("user", "session")),
        )
        for column in table.columns
    )
    return Table(
        f"raw_{clean}_patch",
        f"raw_{clean}_patch.csv.gz",
        f"one difference between {clean} and raw_{clean}",
        f"What makes `raw_{clean}`, the table as a faulty tracking recorded it, of {clean}: "
        f'`load("raw_{clean}")` puts the two together. {about}',
        (
            Column(
                "operation",
                "string",
                "change: this row replaces the clean one; remove: the clean row is missing from "
                "raw, and is given here as it was; add: this row is in raw only.",
                allowed=_OPERATIONS,
            ),
            Column(
                "row",
                "integer",
                f"Position in {clean}, counted from 0: of the row changed or removed, or of the "
                "one after which the added row stands (-1: before the first).",
                minimum=-1,
            ),
            *columns,
        ),
    )


TABLES = (
    _patch(
        "events",
        "Raw events stand in the order of receipt, so an event that is received late is removed "
        "where it happened and added where it arrived. Null ids after refused consent leave user "
        'and session empty; unusable transaction ids are empty or "(not set)".',
        may_be_empty=True,
    ),
    _patch(
        "sessions",
        "Sessions whose events all lost their ids are removed. The return from a payment "
        "provider splits a session in two: the second begins on the thank-you page. Engaged "
        "seconds of that one are those up to its last event, and 0 for bots.",
        may_be_empty=False,
    ),
    Table(
        "fault_log",
        "fault_log.csv.gz",
        "one difference between clean and raw",
        "Every planted fault: the key to an audit. A row of raw has at most one fault, and every "
        "cell that differs is in the log once; a row that is only in clean or only in raw is one "
        "line. The log read backwards makes clean of raw. Days 0 to 13 are free of faults. "
        "Duplicates, purchases without revenue, unusable ids and missing session starts are sized "
        "after Google's public GA4 sample (2020-21); the sizes of the other faults are "
        "assumptions.",
        (
            Column(
                "fault",
                "string",
                "What went wrong. Of two faults that could strike one row, the first in this "
                "list does; value typed as int comes on top.",
                allowed=FAULTS,
                assumed=True,
            ),
            Column(
                "table",
                "string",
                "Where it shows. ga4_export: rows count as in events and raw_events, but the "
                "fault shows only in the export, as int_value instead of double_value.",
                allowed=("raw_events", "raw_sessions", "ga4_export"),
            ),
            Column(
                "operation",
                "string",
                "change: a cell differs; remove: a row is missing from raw; add: a row is in raw "
                "only. An event received late is a changed time.",
                allowed=_OPERATIONS,
            ),
            Column(
                "row",
                "integer",
                "Position in the clean table, counted from 0; -1 for an added row.",
                minimum=-1,
            ),
            Column(
                "raw_row",
                "integer",
                "Position in the raw table, counted from 0; -1 for a removed row.",
                minimum=-1,
            ),
            Column("column", "string", "The column; empty for whole rows.", required=False),
            Column(
                "clean",
                "string",
                "The clean value; for a removed row the whole row, separated by commas. Empty "
                "for an added row.",
                required=False,
            ),
            Column(
                "raw",
                "string",
                "The raw value. Empty if it is missing there, and for whole rows.",
                required=False,
            ),
        ),
    ),
)
"""What this package adds to the data dictionary."""
