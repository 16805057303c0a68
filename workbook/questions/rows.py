"""Rows of a classify question taken from the teaching tables, so that nothing is kept twice.

```yaml
rows_from:
  tables: [actions, action_labels]         # joined on the columns they share
  where: {model: shop}
  text: "{action}. {at_pebble_street}"     # from columns of the joined table
```

The columns `label`, `why` and, if they are there, `reason` and `also` (separated by spaces) make
the rest of a row.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEYS = {"tables", "where", "text"}


class RowsError(ValueError):
    """The tables do not give the rows that `rows_from` asks for; the message says why."""


def filled(entry: Any, folder: Path) -> Any:
    """A question's YAML mapping with `rows_from` replaced by the `rows` it stands for.

    `folder` holds the teaching tables. Whatever has no `rows_from` comes back as it is.
    Raises `RowsError`.
    """
    if not isinstance(entry, Mapping) or "rows_from" not in entry:
        return entry
    spec = entry["rows_from"]
    if "rows" in entry:
        raise RowsError("`rows` and `rows_from` stand side by side; keep one")
    if not isinstance(spec, Mapping) or set(spec) - KEYS or not {"tables", "text"} <= set(spec):
        raise RowsError(f"`rows_from` needs tables and text, and may have where; it has {spec!r}")
    where = dict(spec.get("where", {}))
    try:
        joined = _joined([_read(folder / f"{name}.csv") for name in spec["tables"]])
        chosen = [row for row in joined if all(row[key] == where[key] for key in where)]
        rows = [_row(row, spec["text"]) for row in chosen]
    except KeyError as missing:
        raise RowsError(f"the tables of `rows_from` have no column {missing}") from None
    except OSError as fault:
        raise RowsError(f"`rows_from`: {fault.strerror}: {fault.filename}") from None
    if not rows:
        raise RowsError("`rows_from` finds no row; check `where`")
    return {**{key: entry[key] for key in entry if key != "rows_from"}, "rows": rows}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _joined(tables: list[list[dict[str, str]]]) -> list[dict[str, str]]:
    """All combinations of rows that agree in the columns they share, in the first table's order."""
    result: list[dict[str, str]] = [{}]
    for table in tables:
        result = [
            {**left, **right}
            for left in result
            for right in table
            if all(left[name] == right[name] for name in left.keys() & right.keys())
        ]
    return result


def _row(row: dict[str, str], text: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "text": text.format_map(row),
        "label": row["label"],
        "why": row["why"],
    }
    if row.get("reason"):
        made["reason"] = row["reason"]
    if row.get("also"):
        made["also"] = row["also"].split()
    return made
