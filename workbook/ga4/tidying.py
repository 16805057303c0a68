"""From the events of an export to four tidy tables: events, sessions, orders, order_items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from workbook.ga4.fields import NOT_SET, Event, Purchase, text
from workbook.ga4.report import Notes

FUNNEL = (
    "view_item", "add_to_cart", "begin_checkout", "add_shipping_info", "add_payment_info",
    "purchase",
)  # fmt: skip
EVENTS = (
    "time", "event_date", "user", "session", "event", "item_id", "page_location", "value",
    "currency", "transaction_id", "engaged_seconds", "user_id",
    "consent",
)  # fmt: skip
PAGE_VIEWS = ("page_view", "screen_view")
FIRST_VISITS = ("first_visit", "first_open")
# Sent by GA4 itself with the first hit; they carry no source of their own.
_AUTOMATIC = ("session_start", *FIRST_VISITS)
_HIDDEN = ("<Other>", "(data deleted)")
_TEXTS = (
    "event", "user", "user_id", "page_location", "currency", "transaction_id", "item_id", "device",
    "country", "consent",
)  # fmt: skip
_ORDER = ("micros", "page_order", "batch_order", "event_order", "bundle_order")
_TOUCHES = ("last_click", "collected", "parameters", "first_touch")
_SAME = (
    *_ORDER, "date", "event", "user", "user_id", "session_id", "page_location", "value",
    "currency", "transaction_id", "item_id", "engaged_seconds",
)  # fmt: skip


class Tables(NamedTuple):
    """The four tables."""

    events: pd.DataFrame
    sessions: pd.DataFrame
    orders: pd.DataFrame
    order_items: pd.DataFrame


def tables(
    found: list[Event], sizes: Sequence[int], extra: Sequence[str], tz: str | None, notes: Notes
) -> Tables:
    """The tables of events as found, file after file; `sizes` are the files' numbers of rows."""
    log = _log(found, sizes, extra, notes)
    sessions = _sessions(log, notes)
    orders, lines = _orders(log, notes)
    events = log[[*EVENTS, *(f"parameter {name}" for name in extra)]].reset_index(drop=True)
    events.columns = pd.Index([*EVENTS, *extra])
    _note_events(log, notes)
    if tz is not None:
        for table in (events, sessions, orders):
            for column in table.columns:
                if column in {"time", "start", "end"} or column.endswith("_time"):
                    table[column] = _local(table[column], tz)
        off = events[events.event_date.notna() & (events.event_date != events.time.dt.normalize())]
        if len(off):
            first = off.iloc[0]
            said = f"{first.event_date:%Y-%m-%d} for {first.time:%Y-%m-%d %H:%M:%S}"
            notes.note("dates that differ", said, len(off))
    return Tables(events, sessions, orders, lines)


def _local(times: Any, tz: str) -> Any:
    return times.dt.tz_localize("UTC").dt.tz_convert(tz).dt.tz_localize(None)


def _log(
    found: list[Event], sizes: Sequence[int], extra: Sequence[str], notes: Notes
) -> pd.DataFrame:
    """All events as a table in the true order, with the touches and purchases as objects.

    Order: event_timestamp, then batch_page_id, batch_ordering_id and batch_event_index where
    present, else event_bundle_sequence_id; then as found.
    """
    columns = list(zip(*found, strict=True)) or [()] * len(Event._fields)
    by_name = dict(zip(Event._fields, columns, strict=True))
    made: dict[str, Any] = {}
    for name in _ORDER:
        made[name] = np.array(by_name[name], dtype=np.int64)
    for name in _TEXTS:
        made[name] = pd.array(by_name[name], dtype="str")
    for name in ("session_id", "session_number"):
        made[name] = pd.array(by_name[name], dtype="Int64")
    for name in ("value", "engaged_seconds"):
        made[name] = np.array(by_name[name], dtype=np.float64)
    for name in ("entrance", "debug"):
        made[name] = np.array(by_name[name], dtype=bool)
    for name in (*_TOUCHES, "purchase", "engaged"):
        made[name] = pd.Series(list(by_name[name]), dtype=object)
    made["date"] = np.array(by_name["date"], dtype="datetime64[D]").astype("datetime64[us]")
    made["file"] = np.repeat(np.arange(len(sizes)), sizes)
    log = pd.DataFrame(made)
    log["time"] = log.micros.to_numpy().view("datetime64[us]")
    log = log.rename(columns={"date": "event_date"})
    inside = log.user.notna() & log.session_id.notna()
    log["session"] = (log.user + "." + log.session_id.astype("str")).where(inside)
    for place, name in enumerate(extra):
        # A parameter may be called like a column that the tables are made of.
        log[f"parameter {name}"] = _column([row[place] for row in by_name["extra"]])
    keys = [log[name].to_numpy() for name in reversed(_ORDER)]
    log = log.iloc[np.lexsort(keys)].reset_index(drop=True)
    return _without_overlap(log, notes)


def _column(values: list[Any]) -> Any:
    """A parameter's values, None where there is none.

    Whole numbers become Int64, which shows gaps without turning the others into decimals; other
    numbers float64; what is not all numbers text.
    """
    if any(value is not None for value in values):
        if all(value is None or type(value) is int for value in values):
            try:
                return pd.array(values, dtype="Int64")
            except OverflowError:
                pass  # a number too long for it
        series = pd.Series(values)
        if series.dtype != object:
            return series
    return _texts(None if value is None else text(value) for value in values)


def _without_overlap(log: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """The log without events that stand in an earlier file already; twins within a file stay."""
    same = ["event_date" if name == "date" else name for name in _SAME]
    files = log.groupby("event_date", dropna=False).file.transform("nunique")
    shared = log[files > 1]
    again = pd.Series(False, index=log.index)
    if len(shared):
        first = shared.groupby(same, dropna=False, sort=False).file.transform("min")
        again.loc[shared.index] = shared.file > first
        _note(notes, "events in two files", log[again])
        log = log[~again].reset_index(drop=True)
    twins = log.duplicated(same) & log.user.notna()
    _note(notes, "repeated events", log[twins])
    return log


def _note(notes: Notes, rule: str, events: pd.DataFrame) -> None:
    if len(events):
        first = events.iloc[0]
        user = "no user" if pd.isna(first.user) else first.user
        notes.note(rule, f"{first.event} of {user} at {first.time}", len(events))


def _note_events(log: pd.DataFrame, notes: Notes) -> None:
    days = log.event_date.dropna()
    if len(days):
        absent = pd.date_range(days.min(), days.max()).difference(pd.DatetimeIndex(days.unique()))
        notes.several("days without events", [f"{day:%Y-%m-%d}" for day in absent])
    for rule, rows in (
        ("events without user id", log.user.isna()),
        ("events without session id", log.session_id.isna()),
        ("debug events", log.debug),
    ):
        if rows.any():
            example = log[rows].iloc[0]
            notes.note(rule, f"{example.event} at {example.time}", int(rows.sum()))
    pairs = log.loc[log.session.notna(), ["user", "session_id"]].drop_duplicates()
    users = pairs.session_id.value_counts()
    notes.several("session ids of several users", [str(name) for name in users[users > 1].index])


def _sessions(log: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """One row per session, by start."""
    seen = log[log.session.notna()]
    by = seen.groupby("session", sort=False)
    table = by.agg(
        user=("user", "first"),
        start=("time", "first"),
        end=("time", "last"),
        session_number=("session_number", "first"),
        device=("device", "first"),
        country=("country", "first"),
        consent=("consent", "last"),
        engaged_seconds=("engaged_seconds", "sum"),
        dates=("event_date", "nunique"),
    )

    def of(rows: pd.Series[Any]) -> pd.Series[Any]:
        """How many of these rows each session has."""
        return rows.groupby(seen.session, sort=False).sum().astype("int64")

    number = table.session_number
    met = of(seen.event.isin(FIRST_VISITS)) > 0
    new = (number == 1).fillna(False).astype(bool) | (number.isna() & met)
    table["visitor"] = _texts(
        "new" if first else "returning" if known else None
        for first, known in zip(new, number.notna(), strict=True)
    )
    table["pages"] = of(seen.event.isin(PAGE_VIEWS))
    table["engaged"] = of(seen.engaged == True) > 0  # noqa: E712 - unknown is neither
    landing = pd.concat([seen[seen.entrance], seen[seen.event.isin(PAGE_VIEWS)]])
    landing = landing.drop_duplicates("session").set_index("session")
    table["landing_page"] = landing.page_location.reindex(table.index)
    _add_sources(table, seen, landing, new, notes)
    for step in FUNNEL:
        first = seen[seen.event == step].drop_duplicates("session").set_index("session").time
        table[f"{step}_time"] = first.reindex(table.index)
        table[step] = table[f"{step}_time"].notna()
    _note_sessions(table, seen, of, notes)
    columns = [
        "session", "user", "start", "end", "session_number", "visitor", "source", "medium",
        "campaign", "source_rule", "device", "country", "landing_page", "pages",
        "engaged_seconds", "engaged", "consent", *FUNNEL, *(f"{step}_time" for step in FUNNEL),
    ]  # fmt: skip
    return table.reset_index()[columns]


def _texts(values: Iterable[str | None]) -> Any:
    return pd.array(list(values), dtype="str")


def _add_sources(
    table: pd.DataFrame,
    seen: pd.DataFrame,
    landing: pd.DataFrame,
    new: pd.Series[bool],
    notes: Notes,
) -> None:
    """Source, medium and campaign of each session, and the rule that gave them.

    The first rule that knows a source wins. "First event" means up to and with the first that
    GA4 did not add by itself: those it adds share its moment and carry no source.
    """
    own = (~seen.event.isin(_AUTOMATIC)).astype("int64")
    own_before = own.groupby(seen.session, sort=False).cumsum() - own
    of_new = seen.session.isin(new.index[new])
    rules = {
        "session_traffic_source_last_click": seen.set_index("session").last_click,
        "collected_traffic_source": seen[own_before == 0].set_index("session").collected,
        "event_params": landing.parameters,
        "traffic_source": seen[of_new].set_index("session").first_touch,
    }
    touches = pd.concat({rule: known.dropna() for rule, known in rules.items()}, names=["rule"])
    touches = touches.reset_index(name="touch").drop_duplicates("session").set_index("session")
    touches = touches.reindex(table.index)
    unknown = touches.touch.isna()
    for place, name in enumerate(("source", "medium", "campaign")):
        values = [NOT_SET if miss else touch[place] for touch, miss in _both(touches, unknown)]
        table[name] = _texts(values)
    table["source_rule"] = _texts(touches.rule.where(~unknown, NOT_SET))
    inferred = [not miss and touch.inferred for touch, miss in _both(touches, unknown)]
    notes.several("sources from an ad click id", list(table.index[inferred]))


def _both(touches: pd.DataFrame, unknown: pd.Series[bool]) -> Any:
    return zip(touches.touch, unknown, strict=True)


def _note_sessions(table: pd.DataFrame, seen: pd.DataFrame, of: Any, notes: Notes) -> None:
    hosts = {_host(page) for page in table.landing_page.dropna().unique()} - {None}
    own = {name: _host(f"//{name}") in hosts for name in table.source.unique()}
    for rule, rows in (
        ("sessions without session_start", of(seen.event == "session_start") == 0),
        ("sessions over midnight", table.dates > 1),
        ("sessions without session_engaged", of(seen.engaged.notna()) == 0),
        ("sessions of unknown source", table.source_rule == NOT_SET),
        ("sources hidden by Google", table.source.isin(_HIDDEN)),
        ("self-referrals", (table.medium == "referral") & table.source.map(own).astype(bool)),
    ):
        notes.several(rule, list(table.index[rows]))


def _host(address: str) -> str | None:
    """The host of an address, without www."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _orders(log: pd.DataFrame, notes: Notes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders by time and their products.

    One order per user and usable transaction_id: time and session of the earliest purchase, value
    of the highest; tax, shipping, coupon and products come with that value, products from another
    purchase of the order if it lists none.
    """
    bought = log[log.event == "purchase"]
    usable = bought[bought.transaction_id.notna()]
    _note(notes, "purchases without usable id", bought[bought.transaction_id.isna()])
    lost = usable[usable.session.isna()]
    notes.several("purchases outside sessions", [str(name) for name in lost.transaction_id])
    names = [
        "order_id", "session", "user", "time", "value", "items", "new_customer", "tax", "shipping",
        "currency", "coupon",
    ]  # fmt: skip
    orders: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    wanted = ["transaction_id", "session", "user", "time", "currency", "purchase"]
    groups: dict[tuple[str, str | None], list[Any]] = {}
    plain = usable[wanted].astype(object).where(usable[wanted].notna(), None)
    events: Iterable[Any] = plain.itertuples()
    for event in events:
        groups.setdefault((event.transaction_id, event.user), []).append(event)
    for (name, user), repeats in groups.items():
        first = repeats[0]
        kept: list[Purchase] = [event.purchase for event in repeats]
        values = [one.value for one in kept if one.value is not None]
        top = next((at for at, one in enumerate(kept) if values and one.value == max(values)), 0)
        best = kept[top]
        listed = best if best.lines else next((one for one in kept if one.lines), best)
        currency = repeats[top].currency or first.currency
        orders.append(
            (
                name, first.session, user, first.time, best.value, listed.units,
                best.new_customer, best.tax, best.shipping, currency, best.coupon,
            )
        )  # fmt: skip
        lines += [
            (name, user, line.item_id, line.name, line.category, line.quantity, line.price)
            for line in listed.lines
        ]
        notes.note("repeated purchases", name, len(kept) - 1)
        if values and max(values) - min(values) > 0.01 - 1e-9:
            said = " and ".join(f"{value:g}" for value in dict.fromkeys(values))
            notes.note("orders with conflicting value", f"{name}: {said}")
        _check(name, best, listed, notes)
    table = pd.DataFrame(orders, columns=names).astype(
        {
            **dict.fromkeys(["order_id", "session", "user", "currency", "coupon"], "str"),
            **dict.fromkeys(["value", "tax", "shipping"], "float64"),
            "time": "datetime64[us]",
            "items": "Int64",
            "new_customer": "boolean",
        }
    )
    _add_refunds(table, log[log.event == "refund"], notes)
    users = table.order_id.value_counts()
    notes.several("ids of several users", [str(name) for name in users[users > 1].index])
    main = table.currency.mode()
    other = table[table.currency.notna() & (table.currency != (main.iloc[0] if len(main) else ""))]
    notes.several("orders in another currency", list(other.order_id + " in " + other.currency))
    return table, pd.DataFrame(
        lines,
        columns=["order_id", "user", "item_id", "name", "category", "quantity", "price"],
    ).astype(
        {
            **dict.fromkeys(["order_id", "user", "item_id", "name", "category"], "str"),
            "quantity": "int64",
            "price": "float64",
        }
    )


def _add_refunds(orders: pd.DataFrame, refunds: pd.DataFrame, notes: Notes) -> None:
    """Add refund_time, the first, and refund_value, their sum, to the orders.

    A refund is that of the order of its user and transaction_id; of another user, as when the
    shop's server sends it, that of the only order with this id.
    """
    by_id: dict[str, dict[str | None, int]] = {}
    users = [None if pd.isna(user) else user for user in orders.user]
    for place, (name, user) in enumerate(zip(orders.order_id, users, strict=True)):
        by_id.setdefault(name, {})[user] = place
    times, values = [pd.NaT] * len(orders), [np.nan] * len(orders)
    without: list[str] = []
    events: Iterable[Any] = refunds.itertuples()
    for event in events:
        places = by_id.get(event.transaction_id, {})
        user = event.user if event.user in places or len(places) != 1 else next(iter(places))
        if user not in places:
            without.append("no id" if pd.isna(event.transaction_id) else event.transaction_id)
            continue
        place = places[user]
        times[place] = event.time if pd.isna(times[place]) else times[place]
        if not pd.isna(event.value):
            values[place] = event.value + (0 if np.isnan(values[place]) else values[place])
    orders["refund_time"] = pd.Series(times, dtype="datetime64[us]")
    orders["refund_value"] = np.array(values, dtype=np.float64)
    notes.several("refunds", [str(name) for name in refunds.transaction_id.fillna("no id")])
    notes.several("refunds without order", without)
    above = orders[orders.refund_value > orders.value + 0.01 - 1e-9]
    notes.several("refunds above the value", list(above.order_id))


def _check(name: str, best: Purchase, listed: Purchase, notes: Notes) -> None:
    if best.value is None:
        notes.note("orders without value", name)
    if not listed.lines:
        notes.note("orders without items", name)
        return
    for line in listed.lines:
        if line.item_id is None:
            notes.note("items without id", f"{line.name or 'an item'} in {name}")
    if best.value is None or any(line.price is None for line in listed.lines):
        return
    total = sum((line.price or 0.0) * line.quantity for line in listed.lines)
    gap = best.value - total
    if abs(gap) > 0.01 - 1e-9:
        part = _part(gap, best)
        said = f"{name}: value {best.value:.2f}, products {total:.2f}{part}"
        notes.note("orders that do not add up", said)


def _part(gap: float, order: Purchase) -> str:
    """Which known amount explains the gap."""
    tax, shipping = order.tax or 0.0, order.shipping or 0.0
    for amount, said in (
        (tax, "tax"),
        (shipping, "shipping"),
        (tax + shipping, "tax and shipping"),
    ):
        if amount and abs(gap - amount) < 0.005:
            return f", the gap is the {said}"
    return ""
