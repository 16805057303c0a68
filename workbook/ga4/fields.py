"""One event of an export, in whatever types it was saved, as plain values."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

import numpy as np

from workbook.ga4.reading import ExportError, missing
from workbook.ga4.report import Notes

NOT_SET = "(not set)"
# Microseconds since 1970 in the years 1973 to 2286: seconds, milliseconds, nanoseconds are not.
EARLIEST, LATEST = 10**14, 10**16
_FILLED = ("string_value", "int_value", "double_value", "float_value")
_INT64 = 2**63
# Named once: a union written where it is used is built anew at each of a million calls.
_LISTS = (list, tuple, np.ndarray)
_WHOLE = (int, np.integer)
_NUMBERS = (int, float, Decimal, np.number)
_TRUTHS = (bool, np.bool_)
_CONSENT = {"yes": "Yes", "no": "No", "unset": None}
# Their goods are a list even if it holds one product: the event is not about that product.
_OF_A_LIST = frozenset(
    {
        "view_item_list", "view_promotion", "select_promotion", "view_cart", "begin_checkout",
        "add_shipping_info", "add_payment_info", "purchase", "refund",
    }
)  # fmt: skip


class Touch(NamedTuple):
    """Where a visit came from; `inferred` if only an ad click's id said so."""

    source: str
    medium: str
    campaign: str
    inferred: bool = False


class Line(NamedTuple):
    """One product of a purchase."""

    item_id: str | None
    name: str | None
    category: str | None
    quantity: int
    price: float | None


class Purchase(NamedTuple):
    """What a purchase event says beside its id; amounts in its own currency."""

    value: float | None
    tax: float | None
    shipping: float | None
    coupon: str | None
    units: int | None
    new_customer: bool | None
    lines: tuple[Line, ...]


class Event(NamedTuple):
    """One event as plain values; None is missing, in the numbers of a batch -1."""

    micros: int
    date: dt.date | None
    event: str
    user: str | None
    user_id: str | None
    session_id: int | None
    session_number: int | None
    engaged: bool | None
    entrance: bool
    debug: bool
    engaged_seconds: float | None
    page_location: str | None
    value: float | None
    currency: str | None
    transaction_id: str | None
    item_id: str | None
    device: str | None
    country: str | None
    consent: str | None
    last_click: Touch | None
    collected: Touch | None
    parameters: Touch | None
    first_touch: Touch | None
    page_order: int
    batch_order: int
    event_order: int
    bundle_order: int
    purchase: Purchase | None
    extra: tuple[Any, ...]


def event(row: dict[str, Any], notes: Notes, extra: Sequence[str]) -> Event:
    """The event of one row, `extra` being names of further parameters to keep.

    Raises `ExportError` if a field that all else hangs on is missing or of another type; values
    that cannot be understood elsewhere become missing and are noted.
    """
    name = row.get("event_name")
    name = text(name) if isinstance(name, str) else None
    if name is None:
        raise _needed(row, notes, "event_name", "a name")
    params = parameters(row.get("event_params"), notes)
    shop = _record(row.get("ecommerce"), "ecommerce", notes, needed=True)
    items = _list(row.get("items"), "items", notes)

    def read(reader: Callable[[Any], Any], field: str, value: Any) -> Any:
        if value is None:
            return None
        try:
            return reader(value)
        except (ValueError, TypeError, OverflowError):
            notes.unparsable(field, value)
            return None

    def of(reader: Callable[[Any], Any], field: str) -> Any:
        return read(reader, field, params.get(field))

    number_of_order = _usable(
        read(text, "ecommerce.transaction_id", shop.get("transaction_id"))
    ) or _usable(of(text, "transaction_id"))
    value = of(number, "value")
    purchase = None
    if name == "purchase":
        revenue = read(number, "ecommerce.purchase_revenue", shop.get("purchase_revenue"))
        if revenue is not None and value is not None and not _close(revenue, value):
            said = f"{number_of_order or 'a purchase'}: {revenue:g} and {value:g}"
            notes.note("purchases with two values", said)
        value = value if revenue is None else revenue
        purchase = _purchase(value, params, shop, items, read, notes)
    elif name == "refund" and value is None:
        value = read(number, "ecommerce.refund_value", shop.get("refund_value"))
    item = None
    if name not in _OF_A_LIST and len(items) < 2:
        item = _usable(read(text, "items.item_id", items[0].get("item_id"))) if items else None
        item = item or _usable(of(text, "item_id"))
    user = row.get("user_pseudo_id")
    if isinstance(user, float) and not math.isnan(user):
        notes.note("user ids saved as numbers", repr(user))
    engagement = of(number, "engagement_time_msec")
    device = _record(row.get("device"), "device", notes)
    place = _record(row.get("geo"), "geo", notes)
    privacy = _record(row.get("privacy_info"), "privacy_info", notes)
    return Event(
        micros=_micros(row, notes),
        date=read(_date, "event_date", row.get("event_date")),
        event=intern(name),
        user=_usable(read(text, "user_pseudo_id", user)),
        user_id=_usable(read(text, "user_id", row.get("user_id"))),
        session_id=of(integer, "ga_session_id"),
        session_number=of(integer, "ga_session_number"),
        engaged=of(truth, "session_engaged"),
        entrance=bool(of(truth, "entrances")),
        debug=bool(of(truth, "debug_mode")),
        engaged_seconds=None if engagement is None else engagement / 1000,
        page_location=of(text, "page_location"),
        value=value,
        currency=_usable(of(text, "currency")),
        transaction_id=number_of_order,
        item_id=item,
        device=read(text, "device.category", device.get("category")),
        country=read(text, "geo.country", place.get("country")),
        consent=read(
            consent, "privacy_info.analytics_storage", privacy.get("analytics_storage")
        ),
        last_click=_last_click(row, notes),
        collected=_collected(row, notes),
        parameters=touch(params, "source", "medium", "campaign"),
        first_touch=touch(
            _record(row.get("traffic_source"), "traffic_source", notes),
            "source", "medium", "name",
        ),
        page_order=_order(read, row, "batch_page_id"),
        batch_order=_order(read, row, "batch_ordering_id"),
        event_order=_order(read, row, "batch_event_index"),
        bundle_order=_order(read, row, "event_bundle_sequence_id"),
        purchase=purchase,
        extra=tuple([plain(params.get(name)) for name in extra]),
    )  # fmt: skip


def parameters(raw: Any, notes: Notes) -> dict[str, Any]:
    """A row's parameters by name: the first filled of string, int, double and float value.

    `raw` is the export's list of {key, value}, a numpy array of such, or a dict by name that
    some tool has flattened already. Missing values are left out.
    """
    if isinstance(raw, dict) and set(raw) != {"list"}:
        flat = ((key, filled(v) if isinstance(v, dict) else v) for key, v in raw.items())
        return {key: v for key, v in flat if not _is_missing(v)}
    found = {}
    for pair in _list(raw, "event_params", notes):
        try:
            key, value = pair["key"], pair["value"]
        except KeyError:
            key, value = pair.get("key"), None
        if not isinstance(key, str):
            raise ExportError(
                f"{notes.place}: an entry of event_params has no key. "
                "Export the table again without changing its columns."
            )
        if isinstance(value, dict):
            value = filled(value)
        if not _is_missing(value):
            found[key] = value
    return found


def filled(value: dict[str, Any]) -> Any:
    """The first filled field of a parameter's value, in its type; None if none is."""
    for field in _FILLED:
        found = value.get(field)
        if found is not None and not _is_missing(found):
            # JSON writes integers of 64 bits as text; a string value of digits stays text.
            if field == "string_value" or not isinstance(found, str):
                return found
            try:
                return integer(found) if field == "int_value" else number(found)
            except (ValueError, OverflowError):
                return found
    return None


def _is_missing(value: Any) -> bool:
    # Not a number is how pandas writes "missing" into a column of floats.
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and not value)


def number(value: Any) -> float | None:
    """A value as a finite float; None if not a number. Raises ValueError, TypeError."""
    if isinstance(value, str):
        if "_" in value or not value.isascii():
            raise ValueError
        value = value.strip()
        if not value:
            return None
    elif not isinstance(value, _NUMBERS):
        raise TypeError
    found = float(value)
    if math.isinf(found):
        raise ValueError
    return None if math.isnan(found) else found


def integer(value: Any) -> int | None:
    """A whole value as an int of 64 bits, digits exact. Raises ValueError, TypeError."""
    if isinstance(value, str):
        digits = value.strip()
        if digits.isascii() and digits.removeprefix("-").isdigit() and len(digits) <= 20:
            value = int(digits)
    if not isinstance(value, _WHOLE):
        found = number(value)
        if found is None:
            return None
        if not found.is_integer():
            raise ValueError
        value = found
    whole = int(value)
    if not -_INT64 <= whole < _INT64:
        raise ValueError
    return whole


def truth(value: Any) -> bool | None:
    """A value as true or false: 1, "1", "true" and True are true. Raises ValueError."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in {"true", "false"}:
            return word == "true"
        if not word:
            return None
    found = integer(value)
    if found not in (None, 0, 1):
        raise ValueError
    return None if found is None else bool(found)


def text(value: Any) -> str | None:
    """A value as text without outer spaces; None for nothing. Raises TypeError for lists."""
    if isinstance(value, str):
        if not value.isascii():
            # Half of a pair of surrogates, a letter cut in two, cannot be stored as text.
            value = value.encode("utf-8", "replace").decode("utf-8")
        return value.strip() or None
    if isinstance(value, _TRUTHS):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if not isinstance(value, _NUMBERS):
        raise TypeError
    return None if _is_missing(value) else str(value)


@lru_cache(maxsize=64)
def consent(value: Any) -> str | None:
    """A value of analytics_storage as "Yes" or "No"; None if it is unset. Raises ValueError."""
    word = (text(value) or "unset").lower()
    if word not in _CONSENT:
        raise ValueError
    return _CONSENT[word]


def plain(value: Any) -> Any:
    """A parameter's value as it was saved; structures as JSON."""
    if isinstance(value, dict | list):
        value = json.dumps(value, default=str)
    return text(value) if isinstance(value, str) else value


def touch(record: dict[str, Any], source: str, medium: str, campaign: str) -> Touch | None:
    """Source, medium and campaign of a record; None unless source or medium is known."""
    parts = record.get(source), record.get(medium), record.get(campaign)
    if parts == (None, None, None):
        return None
    try:
        return _touch(*parts)
    except TypeError:
        return None  # a list or record where a name should be


@lru_cache(maxsize=4096)
def _touch(source: Any, medium: Any, campaign: Any) -> Touch | None:
    names = _name(source), _name(medium), _name(campaign)
    if names[0] is None and names[1] is None:
        return None
    return Touch(names[0] or NOT_SET, names[1] or NOT_SET, names[2] or NOT_SET)


def _name(value: Any) -> str | None:
    try:
        return None if value is None else _usable(text(value))
    except TypeError:
        return None


def _usable(value: str | None) -> str | None:
    return None if value == NOT_SET else value


def _last_click(row: dict[str, Any], notes: Notes) -> Touch | None:
    field = "session_traffic_source_last_click"
    record = _record(row.get(field), field, notes)
    if not record:
        return None

    def part(name: str) -> dict[str, Any]:
        return _record(record.get(name), f"{field}.{name}", notes)

    found = touch(part("cross_channel_campaign"), "source", "medium", "campaign_name")
    if found:
        return found
    # Auto-tagged ads have no manual source: the record itself says that it was Google Ads.
    ads = part("google_ads_campaign")
    if any(_name(value) for value in ads.values()):
        return Touch("google", "cpc", _name(ads.get("campaign_name")) or NOT_SET)
    return touch(part("manual_campaign"), "source", "medium", "campaign_name")


def _collected(row: dict[str, Any], notes: Notes) -> Touch | None:
    field = "collected_traffic_source"
    record = _record(row.get(field), field, notes)
    if not record:
        return None
    found = touch(record, "manual_source", "manual_medium", "manual_campaign_name")
    if found is None and _name(record.get("gclid")):
        campaign = _name(record.get("manual_campaign_name"))
        return Touch("google", "cpc", campaign or NOT_SET, inferred=True)
    return found


def _purchase(
    value: float | None,
    params: dict[str, Any],
    shop: dict[str, Any],
    items: list[dict[str, Any]],
    read: Callable[..., Any],
    notes: Notes,
) -> Purchase:
    def amount(column: str, parameter: str) -> Any:
        found = read(number, f"ecommerce.{column}", shop.get(column))
        return read(number, parameter, params.get(parameter)) if found is None else found

    lines = tuple([_line(item, read, notes) for item in items])
    total = read(integer, "ecommerce.total_item_quantity", shop.get("total_item_quantity"))
    customer = read(text, "customer_type", params.get("customer_type"))
    return Purchase(
        value=value,
        tax=amount("tax_value", "tax"),
        shipping=amount("shipping_value", "shipping"),
        coupon=_usable(read(text, "coupon", params.get("coupon"))),
        units=sum(line.quantity for line in lines) if lines else total,
        new_customer={"new": True, "returning": False}.get(customer),
        lines=lines,
    )


def _line(item: dict[str, Any], read: Callable[..., Any], notes: Notes) -> Line:
    quantity = read(integer, "items.quantity", item.get("quantity"))
    name = _usable(read(text, "items.item_name", item.get("item_name")))
    number_of_item = _usable(read(text, "items.item_id", item.get("item_id")))
    if quantity is None:
        notes.note("items without quantity", number_of_item or name or "an item without a name")
        quantity = 1
    price = read(number, "items.price", item.get("price"))
    if price is None and quantity:
        revenue = read(number, "items.item_revenue", item.get("item_revenue"))
        price = None if revenue is None else revenue / quantity
    category = _usable(read(text, "items.item_category", item.get("item_category")))
    return Line(number_of_item, name, category, quantity, price)


def _close(one: float, other: float) -> bool:
    """Whether two amounts are equal to the cent."""
    return abs(one - other) < 0.01 - 1e-9


def _order(read: Callable[..., Any], row: dict[str, Any], field: str) -> int:
    value = row.get(field)
    found = None if value is None else read(integer, field, value)
    return -1 if found is None else int(found)


def _micros(row: dict[str, Any], notes: Notes) -> int:
    try:
        found = integer(row.get("event_timestamp"))
    except (ValueError, TypeError, OverflowError):
        found = None
    if found is None or not EARLIEST <= found < LATEST:
        raise _needed(row, notes, "event_timestamp", "microseconds since 1970, a whole number")
    return found


def _needed(row: dict[str, Any], notes: Notes, field: str, expected: str) -> ExportError:
    if field not in row:
        if field == "event_name" or "event_name" not in row:
            return ExportError(missing(notes.place, field, list(row)))
        return ExportError(f"{notes.place}: {field} is missing. Export the column {field} too.")
    return ExportError(
        f"{notes.place}: {field} must be {expected}, and is {_shown(row[field])}. "
        f"Export {field} as Google writes it."
    )


def _shown(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 60 else said[:57] + "..."


@lru_cache(maxsize=4096)
def _date(value: Any) -> dt.date | None:
    """20250314 or 2025-03-14, text or number, as a date. Raises ValueError."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    digits = text(value)
    if digits is None:
        return None
    digits = digits.replace("-", "")
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        raise ValueError
    return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _record(raw: Any, field: str, notes: Notes, needed: bool = False) -> dict[str, Any]:
    if isinstance(raw, dict):
        return raw
    if raw is not None and not _is_missing(raw):
        if needed:
            raise _misshapen(raw, field, "a record", notes)
        notes.unparsable(field, raw)
    return {}


def _list(raw: Any, field: str, notes: Notes) -> list[dict[str, Any]]:
    if isinstance(raw, dict) and set(raw) == {"list"}:
        raw = raw["list"]  # BigQuery's Parquet without list inference
    if raw is None:
        return []
    if not isinstance(raw, _LISTS):
        if _is_missing(raw):
            return []
        raise _misshapen(raw, field, "a list of records", notes)
    found = []
    for entry in raw:
        if isinstance(entry, dict) and set(entry) == {"element"}:
            entry = entry["element"]
        if not isinstance(entry, dict):
            raise _misshapen(entry, f"an entry of {field}", "a record", notes)
        found.append(entry)
    return found


def _misshapen(raw: Any, field: str, expected: str, notes: Notes) -> ExportError:
    return ExportError(
        f"{notes.place}: {field} must be {expected}, and is {_shown(raw)}. "
        "Export the table again without changing its columns."
    )
