"""Events in the shape of Google's export, and every form in which such events are saved."""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

Event = dict[str, Any]

NOON = 1_741_953_600_000_000  # 2025-03-14 12:00:00 UTC, microseconds
ITEMS = [
    {
        "item_id": number, "item_name": name, "item_category": category,
        "price": price, "quantity": quantity, "item_revenue": price * quantity,
    }
    for number, name, category, price, quantity in (
        ("SKU-11", "Linen apron", "Kitchen", 24.0, 2),
        ("SKU-07", "Oak board", "Kitchen", 15.5, 1),
        ("SKU-31", "Tea towel", "Textile", 8.25, 4),
    )
]  # fmt: skip
# The example row of the project's GA4 reference, section 6.
SAMPLE: Event = {
    "event_date": "20250314",
    "event_timestamp": 1741945512345678,
    "event_name": "purchase",
    "event_params": [
        {"key": "ga_session_id", "value": {"int_value": 1741944890}},
        {"key": "ga_session_number", "value": {"int_value": 2}},
        {"key": "session_engaged", "value": {"string_value": "1"}},
        {"key": "engagement_time_msec", "value": {"int_value": 5321}},
        {"key": "transaction_id", "value": {"string_value": "O-10467"}},
        {"key": "currency", "value": {"string_value": "USD"}},
        {"key": "value", "value": {"double_value": 96.5}},
    ],
    "user_pseudo_id": "1187402956.1741640022",
    "user_first_touch_timestamp": 1741640022000000,
    "device": {"category": "mobile"},
    "geo": {"country": "Canada"},
    "traffic_source": {"source": "google", "medium": "organic", "name": "(organic)"},
    "collected_traffic_source": {
        "manual_source": "newsletter",
        "manual_medium": "email",
        "manual_campaign_name": "spring",
    },
    "platform": "WEB",
    "ecommerce": {
        "transaction_id": "O-10467",
        "purchase_revenue": 96.5,
        "purchase_revenue_in_usd": 96.5,
        "tax_value": 7.0,
        "shipping_value": 6.0,
        "total_item_quantity": 7,
        "unique_items": 3,
    },
    "items": ITEMS,
}


def event(
    name: str = "page_view",
    second: float = 0,
    user: str | None = "1.1",
    session: object = 1741953600,
    date: str | None = None,
    columns: Event | None = None,
    **params: object,
) -> Event:
    """One event, `second` seconds after noon; `columns` are further columns of its row."""
    found: Event = {
        "event_date": date or "20250314",
        "event_timestamp": NOON + round(second * 1_000_000),
        "event_name": name,
        "event_params": [],
    }
    if session is not None:
        params = {"ga_session_id": session, **params}
    for key, value in params.items():
        found["event_params"].append({"key": key, "value": _value(value)})
    if user is not None:
        found["user_pseudo_id"] = user
    return found | (columns or {})


def _value(value: object) -> Event:
    kind = {int: "int_value", float: "double_value"}.get(type(value), "string_value")
    return {kind: value}


def purchase(
    name: str | None = "O-1",
    value: float | None = 48.0,
    items: list[Event] | None = None,
    ecommerce: Event | None = None,
    **rest: Any,
) -> Event:
    """A purchase of two linen aprons unless told otherwise."""
    shop = {"transaction_id": name, "purchase_revenue": value} | (ecommerce or {})
    columns = {"ecommerce": shop, "items": ITEMS[:1] if items is None else items}
    return event("purchase", columns=columns | rest.pop("columns", {}), **rest)


def story(seed: int, users: int = 6) -> list[Event]:
    """Visits of several users with all kinds of gaps and repeats, in random order."""
    draw = random.Random(seed)
    events = []
    for number in range(users):
        user: str | None = f"{number}.{draw.randrange(10**9)}"
        start = draw.randrange(0, 200_000)
        for visit in range(1, draw.randrange(2, 4)):
            start += draw.randrange(1_900, 60_000)
            session: int | None = 1741953600 + (start if draw.random() < 0.8 else 7)
            if draw.random() < 0.15:
                session = None
            if draw.random() < 0.1:
                user = None
            events += _visit(draw, user, session, visit, start)
    draw.shuffle(events)
    return events


def _visit(
    draw: random.Random, user: str | None, session: int | None, visit: int, start: int
) -> list[Event]:
    names = ["session_start"] * (draw.random() < 0.8) + ["first_visit"] * (visit == 1)
    names += ["page_view", "scroll", "view_item", "page_view", "add_to_cart", "begin_checkout"]
    names += ["purchase", "purchase"]
    names = [name for name in names if draw.random() < 0.85] or ["page_view"]
    click = draw.random() < 0.2
    order = f"O-{draw.randrange(6)}"
    made = []
    for place, name in enumerate(names):
        second = start + draw.randrange(3) + place // 2
        columns: Event = {
            "event_bundle_sequence_id": place,
            "device": {"category": draw.choice(["mobile", "desktop"])},
            "geo": {"country": draw.choice(["Canada", "Österreich"])},
            "traffic_source": {"source": "google", "medium": "organic", "name": "(organic)"},
        }
        params: dict[str, object] = {"ga_session_number": visit}
        if draw.random() < 0.3:
            columns["batch_page_id"] = draw.randrange(3)
            columns["batch_ordering_id"] = draw.randrange(3)
            columns["batch_event_index"] = draw.randrange(3)
        if click and draw.random() < 0.7:
            campaign = {"source": "bing", "medium": "cpc", "campaign_name": "brand"}
            columns["session_traffic_source_last_click"] = {"cross_channel_campaign": campaign}
        if draw.random() < 0.4:
            source = draw.choice(["newsletter", "partner", "(not set)"])
            columns["collected_traffic_source"] = {
                "manual_source": source,
                "manual_medium": draw.choice(["email", "(not set)"]),
            }
        if name == "page_view":
            params["page_location"] = f"https://www.pebble.example/{draw.randrange(5)}"
            if draw.random() < 0.3:
                params["entrances"] = 1
            if draw.random() < 0.3:
                params |= {"source": "pebble.example", "medium": "referral"}
        if draw.random() < 0.5:
            params["session_engaged"] = draw.choice(["0", "1"])
        if draw.random() < 0.5:
            params["engagement_time_msec"] = draw.randrange(20_000)
        if name in {"view_item", "add_to_cart"}:
            columns["items"] = ITEMS[: draw.randrange(1, 3)]
            params |= {"value": draw.choice([24.0, 48]), "currency": "USD"}
        if name == "purchase":
            value = draw.choice([48.0, 63.5, 55])
            columns["items"] = ITEMS[: draw.randrange(3)]
            columns["ecommerce"] = {
                "transaction_id": draw.choice([order, order, "(not set)", None]),
                "purchase_revenue": float(value),
                "tax_value": draw.choice([None, 7.0]),
            }
            params["value"] = value
        made.append(event(name, second, user, session, columns=columns, **params))
    return made


# --- Forms ------------------------------------------------------------------------------------


def jsonl(events: list[Any]) -> bytes:
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events).encode()


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change) for inner in value]
    return change(value)


def as_bigquery(events: list[Event]) -> list[Event]:
    """INT64 as text, as BigQuery writes JSON; nulls left out."""
    changed = _mapped(events, lambda value: str(value) if type(value) is int else value)
    return [{key: value for key, value in event.items() if value is not None} for event in changed]


def as_texts(events: list[Event]) -> list[Event]:
    """Everything as text, as the command line tool writes JSON."""
    return list(_mapped(events, lambda value: None if value is None else str(value)))


def with_nulls(events: list[Event]) -> list[Event]:
    """All four fields of each parameter's value written out."""
    changed = copy.deepcopy(events)
    blank = dict.fromkeys(["string_value", "int_value", "float_value", "double_value"])
    for event in changed:
        for pair in event["event_params"]:
            pair["value"] = blank | pair["value"]
    return changed


def flattened(events: list[Event]) -> list[Event]:
    """Parameters as one dict by name."""
    changed = copy.deepcopy(events)
    for event in changed:
        event["event_params"] = {
            pair["key"]: next(iter(pair["value"].values())) for pair in event["event_params"]
        }
    return changed


def with_elements(events: list[Event]) -> list[Event]:
    """Lists as BigQuery writes them into Parquet without list inference."""

    def wrap(entries: list[Any]) -> Event:
        return {"list": [{"element": entry} for entry in entries]}

    changed = copy.deepcopy(events)
    for event in changed:
        event["event_params"] = wrap(event["event_params"])
        if "items" in event:
            event["items"] = wrap(event["items"])
    return changed


def parquet(events: list[Event], path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(events, schema=_schema(events)), path)


def _schema(events: list[Event]) -> pa.Schema:
    """Arrow's schema of all events: the first alone does not show all columns."""
    return pa.unify_schemas([pa.Table.from_pylist([event]).schema for event in events])


def duck_parquet(events: list[Event], path: Path) -> None:
    source = path.with_name("source.jsonl")
    source.write_bytes(jsonl(events))
    with duckdb.connect() as base:
        read = f"read_json('{source}', format = 'newline_delimited', sample_size = -1)"
        base.execute(f"COPY (SELECT * FROM {read}) TO '{path}' (FORMAT parquet)")


def _bytes(make: Callable[[list[Event]], bytes]) -> Callable[[list[Event], Path], None]:
    return lambda events, path: path.write_bytes(make(events)) and None


def _gz_parquet(events: list[Event], path: Path) -> None:
    parquet(events, path)
    path.write_bytes(gzip.compress(path.read_bytes()))


# Names say nothing of the form: the reader must tell it by the content.
FORMS: dict[str, Callable[[list[Event], Path], None]] = {
    "json lines": _bytes(jsonl),
    "json lines, gzip": _bytes(lambda events: gzip.compress(jsonl(events))),
    "json lines, CRLF and blank lines": _bytes(
        lambda events: b"\r\n" + jsonl(events).replace(b"\n", b"\r\n\r\n")
    ),
    "json lines, byte order mark": _bytes(lambda events: b"\xef\xbb\xbf" + jsonl(events)),
    "json lines, UTF-16": _bytes(lambda events: jsonl(events).decode().encode("utf-16")),
    "json array": _bytes(lambda events: json.dumps(events).encode()),
    "json array, gzip": _bytes(lambda events: gzip.compress(json.dumps(events).encode())),
    "json array, UTF-16": _bytes(lambda events: json.dumps(events).encode("utf-16")),
    "json, objects over several lines": _bytes(
        lambda events: "\n".join(json.dumps(event, indent=1) for event in events).encode()
    ),
    "BigQuery's integers as text": _bytes(lambda events: jsonl(as_bigquery(events))),
    "all values as text": _bytes(lambda events: jsonl(as_texts(events))),
    "nulls written out": _bytes(lambda events: jsonl(with_nulls(events))),
    "parameters flattened": _bytes(lambda events: jsonl(flattened(events))),
    "lists of elements": _bytes(lambda events: jsonl(with_elements(events))),
    "parquet": parquet,
    "parquet of elements": lambda events, path: parquet(with_elements(events), path),
    "parquet, flattened": lambda events, path: parquet(_one_type(flattened(events)), path),
    "parquet by DuckDB": duck_parquet,
    "parquet, gzip": _gz_parquet,
}


def _one_type(events: list[Event]) -> list[Event]:
    """A Parquet column has one type: each flattened parameter as float unless text."""
    for event in events:
        for key, value in event["event_params"].items():
            if type(value) is int and key == "value":
                event["event_params"][key] = float(value)
    return events
