"""The purchase event as a contract: the rules it keeps, and the reports it then fills.

An event is a dict as the site pushes it into the data layer:

    {"event": "purchase", "ecommerce": {"transaction_id": "O-1", "value": 20.0, "currency": "USD",
     "shipping": 5.0, "tax": 1.5, "items": [{"item_id": "A", "price": 10.0, "quantity": 2}]}}

or, as `gtag` takes it, with these fields beside "event".

`validate_payload` holds it against what Google documents. `reports_of` says what the reports make
of it. Google does not publish what each report does with a broken event: where a reading follows
a documented rule it says so, the rest is **our model**, and no statement about GA4.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from math import fsum, isfinite
from numbers import Real
from typing import Any

from workbook.analysis.inputs import one_of

EVENTS = "Google Analytics, event reference, purchase (read 2026)"
NAMES = "Google Analytics Help 13316687, event naming rules (read 2026)"
IDS = "Google Analytics Help 12313109, transaction IDs (read 2026)"

PURCHASE = "purchase"
PLACEHOLDER = "(not set)"  # what reports show where a value is missing
MOST_ITEMS = 200
CENT = 0.005  # amounts this close are the same amount of money

# --- the rules ------------------------------------------------------------------------------

_Found = Iterator[tuple[str, str]]  # field, what is wrong with it


@dataclass(frozen=True, slots=True)
class Rule:
    """One clause of the contract; `check` yields each breach as (field, what is wrong)."""

    text: str
    source: str
    check: Callable[[Mapping[str, Any]], _Found]


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: the field, what is wrong with it, the rule it breaks, the rule's source."""

    field: str
    what: str
    rule: str
    source: str


def validate_payload(event: Mapping[str, Any]) -> list[Finding]:
    """Every rule of a purchase event that this one breaks, in the order of `RULES`; [] if none.

    It sees one event: that an id was used yesterday, or that consent was refused, it cannot know.
    Raises ValueError for what is no event at all.
    """
    _body(event)
    return [
        Finding(field, what, rule.text, rule.source)
        for rule in RULES.values()
        for field, what in rule.check(event)
    ]


def _check_name(event: Mapping[str, Any]) -> _Found:
    name = event.get("event")
    if not isinstance(name, str) or not name.strip():
        yield "event", "the event has no name"
    elif name != PURCHASE and name.strip().lower() == PURCHASE:
        yield "event", f"“{name}” is another event than “{PURCHASE}”"
    elif name != PURCHASE:
        yield "event", f"“{name}” is a name of the site's own"


def _check_id(event: Mapping[str, Any]) -> _Found:
    found = _body(event).get("transaction_id")
    if found is None:
        yield "transaction_id", "it is left out"
    elif not isinstance(found, str):
        yield "transaction_id", f"{found!r} is no text"
    elif not found.strip():
        yield "transaction_id", "it is empty"
    elif found.strip() == PLACEHOLDER:
        yield "transaction_id", f"“{PLACEHOLDER}” names no order"


def _check_value(event: Mapping[str, Any]) -> _Found:
    yield from _amount("value", _body(event).get("value"))


def _check_sum(event: Mapping[str, Any]) -> _Found:
    body, items = _body(event), _items(event)
    value, prices = _number(body.get("value")), [_number(item.get("price")) for item in items]
    if value is None or not items or None in prices:
        return  # another rule's business
    total = _earned(items)
    if abs(value - total) < CENT:
        return
    said = f"value is {value:.2f}, the items add up to {total:.2f}"
    extra = {name: _number(body.get(name)) or 0.0 for name in ("shipping", "tax")}
    if any(extra.values()) and abs(value - total - fsum(extra.values())) < CENT:
        said += f": it holds {' and '.join(name for name, amount in extra.items() if amount)}"
    yield "value", said


def _check_currency(event: Mapping[str, Any]) -> _Found:
    body = _body(event)
    found = body.get("currency")
    if body.get("value") is None:
        return
    if found is None:
        yield "currency", "it is left out"
    elif not is_currency(found):
        yield "currency", f"{found!r} is no code of three capital letters"


def _check_items(event: Mapping[str, Any]) -> _Found:
    found = _body(event).get("items")
    if found is None:
        yield "items", "they are left out"
    elif not isinstance(found, list | tuple):
        yield "items", "they are no list"
    elif not found:
        yield "items", "the list is empty"
    elif len(found) > MOST_ITEMS:
        yield "items", f"the list holds {len(found)} items"
    elif odd := len(found) - len(_items(event)):
        yield "items", f"{odd} of {len(found)} items are no objects with fields"


def _check_item_names(event: Mapping[str, Any]) -> _Found:
    nameless = [not (item.get("item_id") or item.get("item_name")) for item in _items(event)]
    yield from _in_items("item_id", "and item_name are left out", nameless)


def _check_prices(event: Mapping[str, Any]) -> _Found:
    yield from _item_amounts(event, "price", needed=True)


def _check_quantities(event: Mapping[str, Any]) -> _Found:
    yield from _item_amounts(event, "quantity", needed=False)


def _check_extras(event: Mapping[str, Any]) -> _Found:
    for name in ("shipping", "tax"):
        if (found := _body(event).get(name)) is not None:
            yield from _amount(name, found)


def _item_amounts(event: Mapping[str, Any], name: str, *, needed: bool) -> _Found:
    found = [item.get(name) for item in _items(event)]
    if needed:
        yield from _in_items(name, "is left out", [one is None for one in found])
    yield from _in_items(name, "is text", [isinstance(one, str) for one in found])
    odd = [not (one is None or isinstance(one, str) or is_number(one)) for one in found]
    yield from _in_items(name, "is no number", odd)


def _in_items(name: str, fault: str, where: list[bool]) -> _Found:
    if any(where):
        yield f"items.{name}", f"{name} {fault} in {sum(where)} of {len(where)} items"


def _amount(name: str, found: Any) -> _Found:
    if found is None:
        yield name, "it is left out"
    elif isinstance(found, str):
        yield name, f"“{found}” is text"
    elif not is_number(found):
        yield name, f"{found!r} is no number"


RULES: dict[str, Rule] = {
    "name": Rule(
        "The event is named purchase, in small letters: names are case sensitive.",
        NAMES,
        _check_name,
    ),
    "id": Rule(
        "Each order has a transaction_id of its own, a text that is not empty.", IDS, _check_id
    ),
    "value": Rule("value is a number.", EVENTS, _check_value),
    "sum": Rule(
        "value is the sum of price × quantity over the items, without shipping and tax.",
        EVENTS,
        _check_sum,
    ),
    "currency": Rule(
        "Where there is a value there is a currency, a code of three letters (ISO 4217).",
        EVENTS,
        _check_currency,
    ),
    "items": Rule(
        f"items is a list of the products bought, at least one and at most {MOST_ITEMS}.",
        EVENTS,
        _check_items,
    ),
    "item names": Rule("Each item has an item_id or an item_name.", EVENTS, _check_item_names),
    "prices": Rule("The price of an item is a number: value is made of it.", EVENTS, _check_prices),
    "quantities": Rule(
        "The quantity of an item is a number; left out, it is 1.", EVENTS, _check_quantities
    ),
    "extras": Rule(
        "shipping and tax are numbers in fields of their own.", EVENTS, _check_extras
    ),
}  # fmt: skip

# --- the reports ----------------------------------------------------------------------------

CONSENT = ("granted", "denied, basic", "denied, advanced")
REPORTS = (
    "purchases",
    "journey",
    "items",
    "revenue",
    "average",
    "key events",
    "shipping and tax",
    "orders",
    "google ads",
)
RIGHT, BLANK, HIGH, LOW = "right", "blank", "too high", "too low"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one report makes of an event.

    shows: a count or an amount in the order's currency, None if nothing is there; truth: the same
    number in the shop system; state: right, blank, too high or too low; why: sentences, "" where
    nothing is to be said; documented: whether Google documents the rule, else it is our model;
    pieces: what the report by item counts, None elsewhere.
    """

    shows: float | None
    truth: float
    state: str
    why: str = ""
    documented: bool = True
    pieces: int | None = None


@dataclass(frozen=True, slots=True)
class _Cause:
    """Why a number is not the shop's: a sentence, and whether Google documents it."""

    says: str
    documented: bool


BLOCKED = _Cause("Consent was refused and the tag is blocked: nothing was sent.", True)
PINGED = _Cause(
    "Consent was refused: a ping without browser and session arrives, and no report shows this "
    "order.",
    False,
)
NO_CURRENCY = _Cause("Without a currency no amount of money is counted.", False)


def reports_of(
    event: Mapping[str, Any],
    order: Mapping[str, Any],
    *,
    consent: str = "granted",
    seen: Collection[str] = (),
) -> dict[str, Reading]:
    """What nine reports show of a purchase event, beside what the shop system knows of the order.

    `order` is the same order as a flawless event, from which the true numbers come; `consent` is
    one of `CONSENT`; `seen` holds the ids that this buyer's browser has sent before. Keys: see
    `REPORTS`; "orders" follows three sendings of this page: the order, a reload, and the same
    buyer's next order. ValueError if `order` breaks a rule.

    Documented: names are case sensitive; the purchase journey counts users with an event purchase;
    purchase revenue is the field value; a transaction has revenue; item revenue is price x
    quantity, a quantity left out is 1; shipping and tax have fields of their own; purchase is a key
    event; a repeated id of one user counts once, all empty ids count as one; Google Ads replaces a
    missing currency or value by the conversion's defaults. Our model: text is no number; without a
    currency no money is counted; "(not set)" is an id like any other; an event without an id is
    never dropped; after a refused consent no report shows the order (GA4 may add modeled ones);
    the defaults in Google Ads are the order's currency and no value, and hold for key events from
    GA4 as for its own conversions.
    """
    one_of("consent", consent, CONSENT)
    if broken := validate_payload(order):
        raise ValueError(
            f"The order is the shop system's, without a fault; {broken[0].field} breaks a rule: "
            f"{broken[0].what}."
        )
    truth = _truths(order)
    if lost := _lost(event, consent, seen):
        return {name: _said(None, truth[name], BLANK, [lost]) for name in REPORTS}
    revenue, causes = _revenue(event, order)
    return {
        "purchases": _compared(1, truth["purchases"]),
        "journey": _compared(1, truth["journey"]),
        "items": _by_item(event, order, truth["items"]),
        "revenue": _compared(revenue, truth["revenue"], causes),
        "average": _compared(revenue, truth["average"], [_of_average(revenue, causes)]),
        "key events": _compared(1, truth["key events"]),
        "shipping and tax": _extras(event, truth["shipping and tax"]),
        "orders": _orders(event, order),
        "google ads": _ads(event, order, truth["google ads"]),
    }


def without_clearing(event: Mapping[str, Any], last: Mapping[str, Any]) -> dict[str, Any]:
    """The event as the tag reads it if the ecommerce object was not cleared after the push `last`.

    Google says to clear it, since several e-commerce events of a page can affect one another. How
    they do is our model: items of the last push stay at the end of the list.
    """
    items = [*_items(event), *_items(last)]
    if "ecommerce" not in event:
        return {**event, "items": items}
    return {**event, "ecommerce": {**_body(event), "items": items}}


def _lost(event: Mapping[str, Any], consent: str, seen: Collection[str]) -> _Cause | None:
    """Why no report for shops sees the event at all."""
    if consent != "granted":
        return BLOCKED if consent == "denied, basic" else PINGED
    name, transaction = event.get("event"), _body(event).get("transaction_id")
    if isinstance(name, str) and name != PURCHASE and name.lower() == PURCHASE:
        says = f"“{name}” is another event than “{PURCHASE}”: names are case sensitive."
        return _Cause(says, True)
    if name != PURCHASE:
        says = f"“{name or ''}” is the site's own name: reports for shops read “{PURCHASE}”."
        return _Cause(says, True)
    if transaction in seen:
        says = f"This buyer sent “{transaction}” before: the purchase is dropped as a copy."
        return _Cause(says, True)
    return None


def _truths(order: Mapping[str, Any]) -> dict[str, float]:
    body = _body(order)
    value = float(body["value"])
    extra = fsum(float(body.get(name) or 0) for name in ("shipping", "tax"))
    return {
        "purchases": 1,
        "journey": 1,
        "items": value,
        "revenue": value,
        "average": value,
        "key events": 1,
        "shipping and tax": extra,
        "orders": 2,
        "google ads": value,
    }


def _compared(shows: float | None, truth: float, causes: Collection[_Cause] = ()) -> Reading:
    """A reading; causes are kept only if the number is not the shop's."""
    state = _state(shows, truth)
    return _said(shows, truth, state, () if state == RIGHT else causes)


def _said(
    shows: float | None,
    truth: float,
    state: str,
    causes: Collection[_Cause],
    pieces: int | None = None,
) -> Reading:
    why = " ".join(cause.says for cause in causes)
    documented = all(cause.documented for cause in causes)
    return Reading(shows, truth, state, why, documented, pieces)


def _state(shows: float | None, truth: float) -> str:
    if shows is None:
        return BLANK
    if abs(shows - truth) < CENT:
        return RIGHT
    return HIGH if shows > truth else LOW


def _revenue(
    event: Mapping[str, Any], order: Mapping[str, Any]
) -> tuple[float | None, list[_Cause]]:
    """Purchase revenue, and why it is not the order's. What is blank hides a wrong amount."""
    value, causes = _number(_body(event).get("value")), _wrong_value(event, order)
    if is_currency(_body(event).get("currency")):
        return value, causes
    return None, [*(causes if value is None else []), NO_CURRENCY]


def _wrong_value(event: Mapping[str, Any], order: Mapping[str, Any]) -> list[_Cause]:
    found, truths = _body(event).get("value"), _truths(order)
    value = _number(found)
    if found is None:
        return [_Cause("Revenue is the field value, and it was left out.", True)]
    if value is None:
        return [_Cause("The value was sent as text, and text is not added up.", False)]
    if abs(value - truths["revenue"]) < CENT:
        return []
    if abs(value - truths["revenue"] - truths["shipping and tax"]) < CENT:
        return [_Cause("The value holds shipping and tax; it should be the items alone.", True)]
    return [_Cause("The value is not the sum of the items' price × quantity.", True)]


def _of_average(revenue: float | None, causes: Collection[_Cause]) -> _Cause:
    says = "It divides revenue by the purchases that have some"
    says += "; none has." if revenue is None else ", so it is off as revenue is."
    return _Cause(says, all(cause.documented for cause in causes))


def _by_item(event: Mapping[str, Any], order: Mapping[str, Any], truth: float) -> Reading:
    rows = [item for item in _items(event) if _names_of(item)]
    if not rows:
        says = "No item arrived, so no product gets a row."
        return _said(None, truth, BLANK, [_Cause(says, False)], 0)
    causes = []
    prices = [row.get("price") for row in rows]
    if None in prices:
        causes.append(_Cause("Without a price an item earns nothing.", False))
    if any(price is not None and not is_number(price) for price in prices):
        causes.append(
            _Cause("A price sent as text is no number, so the item earns nothing.", False)
        )
    if any(not is_number(row.get("quantity")) for row in rows):
        causes.append(_Cause("Without a quantity an item counts as 1 piece.", True))
    bought = set().union(*(_names_of(item) for item in _items(order)))
    if strange := [row for row in rows if not _names_of(row) & bought]:
        named = " and ".join(str(row.get("item_name") or row["item_id"]) for row in strange)
        causes.append(_Cause(f"{named} was left in the list by an earlier push.", False))
    known = is_currency(_body(event).get("currency"))
    if not known:
        causes.append(NO_CURRENCY)
    earned = _earned(rows) if known else 0.0
    pieces, wanted = (sum(map(_quantity, some)) for some in (rows, _items(order)))
    state = _state(earned, truth)
    if state == RIGHT:
        state = _state(pieces, wanted)
    return _said(earned, truth, state, () if state == RIGHT else causes, int(pieces))


def _extras(event: Mapping[str, Any], truth: float) -> Reading:
    body = _body(event)
    given = [body[name] for name in ("shipping", "tax") if body.get(name) is not None]
    known = [one for one in map(_number, given) if one is not None]
    if not given and not truth:
        return _compared(0, truth)  # nothing was charged
    if not given:
        cause = _Cause("Neither was sent in a field of its own.", True)
    else:
        cause = _Cause("What was sent as text or left out is not counted.", False)
    if known and not is_currency(body.get("currency")):
        return _said(None, truth, BLANK, [NO_CURRENCY])
    return _compared(fsum(known) if known else None, truth, [cause])


def _orders(event: Mapping[str, Any], order: Mapping[str, Any]) -> Reading:
    """Orders kept of three sendings: the order, a reload of its page, the buyer's next order."""
    found, own = _body(event).get("transaction_id"), _body(order)["transaction_id"]
    if found is None:
        cause = _Cause("Without an id the reload of the page counts as one more order.", False)
        return _compared(3, 2, [cause])
    # A page that gets the id right gives the next order an id of its own; a fixed text stays.
    kept = 2 if found == own else 1
    if not str(found).strip():
        cause = _Cause("All empty ids count as one order: the next one is lost.", True)
    else:
        says = f"The next order also says “{found}” and is dropped as a copy of this one."
        cause = _Cause(says, False)
    return _compared(kept, 2, [cause])


def _ads(event: Mapping[str, Any], order: Mapping[str, Any], truth: float) -> Reading:
    value, causes = _number(_body(event).get("value")), _wrong_value(event, order)
    if value is None:
        says = "Without a number in value the conversion's default counts, here none."
        return _said(None, truth, BLANK, [_Cause(says, False)])
    if not is_currency(_body(event).get("currency")):
        says = "No currency came; the conversion's default stands in, by luck the right one."
        causes.append(_Cause(says, False))
    return _said(value, truth, _state(value, truth), causes)


# --- the parts of an event ------------------------------------------------------------------


def is_number(value: Any) -> bool:
    """Whether it is one finite number; text that looks like one is none."""
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def is_currency(value: Any) -> bool:
    """Whether it looks like a code of ISO 4217: three capital letters."""
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()


def _body(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of the purchase: the ecommerce object, or those beside the name."""
    if not isinstance(event, Mapping):
        raise ValueError(f"An event is a dict with event and ecommerce, not {event!r}.")
    found = event.get("ecommerce", event)
    return found if isinstance(found, Mapping) else {}


def _items(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = _body(event).get("items")
    listed = found if isinstance(found, list | tuple) else []
    return [one for one in listed if isinstance(one, Mapping)]


def _names_of(item: Mapping[str, Any]) -> set[Any]:
    return {item[name] for name in ("item_id", "item_name") if item.get(name)}


def _number(value: Any) -> float | None:
    return float(value) if is_number(value) else None


def _quantity(item: Mapping[str, Any]) -> float:
    found = _number(item.get("quantity"))
    return 1.0 if found is None else found


def _earned(items: Collection[Mapping[str, Any]]) -> float:
    """Price x quantity over items; one whose price is no number earns nothing."""
    return fsum((_number(item.get("price")) or 0.0) * _quantity(item) for item in items)
