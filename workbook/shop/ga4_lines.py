"""Events of the shop as lines of GA4's BigQuery export: what each line says, and its text.

What no table knows, such as the fraction of a second or the browser's version, is drawn from the
key of the visit or the browser (A). So an event has the same line whatever is written beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.shop import draws, events
from workbook.shop.calendar import DAY, WARM_UP_DAYS
from workbook.shop.catalog import CATALOG
from workbook.shop.draws import Bools, Ints, Keys
from workbook.shop.people import CHANNELS, DEVICES, ORIGIN_SHARE
from workbook.shop.visits import Visits
from workbook.shop.world import World

Texts = NDArray[np.object_]

ZONE = "America/New_York"
"""Zone of the property and of the shop's tables."""
COUPON = "SHIPFREE"
"""Code of the coupon in the mails (A)."""
SITE = "https://www.pebble-street.example/"
LONGER_THAN = 10
"""Seconds after which a session of one page is engaged."""
BLOCK = 20_000
"""Lines made at a time: about 30 MB of text."""


@dataclass(frozen=True)
class Origin:
    """How a channel reads in the export; several of one channel are equally frequent (A).

    tagged: links to the shop have UTM parameters; referrer: address of the page before
    """

    channel: str
    source: str
    medium: str
    campaign: str
    tagged: bool = False
    referrer: str = ""


_GOOGLE = "https://www.google.com/"
ORIGINS = (
    Origin("organic", "google", "organic", "(organic)", referrer=_GOOGLE),
    Origin("direct", "(direct)", "(none)", "(direct)"),
    Origin("brand search", "google", "cpc", "brand", True, _GOOGLE),
    Origin("non-brand search", "google", "cpc", "home_goods", True, _GOOGLE),
    *(
        Origin("referral", site, "referral", "(referral)", referrer=f"https://{site}/")
        for site in ("craftpost.example", "giftfinder.example", "homeblog.example")
    ),
    *(
        Origin("social", name, "paid_social", "autumn", True, f"https://www.{name}.com/")
        for name in ("facebook", "instagram", "pinterest")
    ),
    Origin("display", "google", "display", "prospecting", True),
    Origin("email", "newsletter", "email", "thursday", True),
    Origin("remarketing", "google", "display", "remarketing", True),
)
"""In the order of CHANNELS. No source, medium and campaign stand for two channels."""

# By device: operating system, browser, its version, weight (A).
_MACHINES = (
    (("Windows", "Chrome", "142.0", 5), ("Windows", "Edge", "142.0", 2),
     ("Macintosh", "Safari", "26.1", 3)),
    (("iOS", "Safari", "26.1", 5), ("Android", "Chrome", "142.0", 5)),
    (("iOS", "Safari", "26.1", 7), ("Android", "Chrome", "142.0", 3)),
)  # fmt: skip
_TITLES = ("Pebble Street", "", "Search", "", "", "Delivery", "Cart", "Checkout", "Thank you")
_SHELVES = tuple(dict.fromkeys(CATALOG.category))
_ARTICLES = (
    "Caring for linen", "Choosing a lamp", "Setting a table", "Small gardens", "Wood and oil",
)  # fmt: skip


@dataclass
class Rows:
    """One value per event, those of a visit in the order in which they happened.

    visit: place of the visit in the world's; time: seconds, as recorded; happened: as it was;
    code, page, item: as in `events.Events`; cents: -1 for none; order: transaction id or None;
    typed: the value is sent as an integer
    """

    visit: Ints
    time: Ints
    happened: Ints
    code: Ints
    page: Ints
    item: Ints
    cents: Ints
    order: Texts
    typed: Bools

    def take(self, which: Any) -> Rows:
        """Those events, in that order."""
        return Rows(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


@dataclass
class Log:
    """Whole visits of a world as the analytics recorded them.

    shown: of each event, whether it has a line; channel, named: of each visit of the world, its
    index into CHANNELS and whether its events bear ids
    """

    world: World
    rows: Rows
    shown: Bools
    channel: Ints
    named: Bools


def blocks(log: Log) -> Iterator[tuple[list[str], list[str]]]:
    """event_date and line, its end included, of the events shown: by time, then as they stand."""
    by_visit = np.argsort(log.rows.visit, kind="stable")
    rows = log.rows.take(by_visit)
    new_visit = _changes(rows.visit)
    is_page = rows.code == _PAGE_VIEW
    number = _count(is_page, new_visit)
    # What comes before the first page_view, in the same second, belongs to its page.
    place = np.cumsum(is_page) - 1 + (number == 0)
    engaged = (number > 1) | (rows.code == _PURCHASE)
    engaged |= rows.happened - log.world.visits.start[rows.visit] > LONGER_THAN
    new_second = new_visit | _changes(rows.time)
    new_page = new_visit | _changes(place)
    new_batch = new_second | new_page
    facts = _Facts(
        rows,
        micros=_micros(log.world, rows.visit, rows.time),
        place=place,
        engaged=engaged,
        bundle=_count(new_second, new_visit),
        batch=_count(new_batch, new_page),
        index=_count(np.ones(len(place), bool), new_batch),
    )
    order = np.lexsort((by_visit, facts.micros))
    order = order[log.shown[by_visit][order]]
    writer = _Writer(log, _pages(log.world, rows.take(is_page), number[is_page]))
    for low in range(0, len(order), BLOCK):
        yield writer.block(facts.take(order[low : low + BLOCK]))


@dataclass
class _Facts:
    """More values per event.

    micros: event_timestamp; place: of its page; engaged: the session is by then; bundle: number
    of the second in the visit; batch: number of the second on the page; index: of the event in
    that
    """

    rows: Rows
    micros: Ints
    place: Ints
    engaged: Bools
    bundle: Ints
    batch: Ints
    index: Ints

    def take(self, which: Any) -> _Facts:
        rest = [getattr(self, f.name)[which] for f in fields(self)[1:]]
        return _Facts(self.rows.take(which), *rest)


@dataclass
class _Pages:
    """One value per page seen, visit after visit.

    number: 1 for the landing page; start: seconds; load: Unix milliseconds; which: drawn, which
    of several pages of its kind
    """

    visit: Ints
    number: Ints
    kind: Ints
    item: Ints
    start: Ints
    load: Ints
    which: Ints


def _pages(world: World, views: Rows, number: Ints) -> _Pages:
    keys = draws.child(world.visits.key[views.visit], "ga4 page", number)
    several = np.ones(len(events.PAGES), np.int64)
    several[events.CATEGORY], several[events.ARTICLE] = len(_SHELVES), len(_ARTICLES)
    return _Pages(
        visit=views.visit,
        number=number,
        kind=views.page,
        item=views.item,
        start=views.happened,
        load=_micros(world, views.visit, views.happened) // 1_000,
        which=(draws.uniform(keys, "which") * several[views.page]).astype(np.int64),
    )


def _changes(values: Ints) -> Bools:
    """Where a value differs from the one before; the first does."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]


def _count(counted: Bools, restarts: Bools) -> Ints:
    """How many are counted from the last restart to here, both included."""
    count: Ints = np.cumsum(counted)
    before: Ints = (count - counted)[restarts]
    since: Ints = count - before[np.cumsum(restarts) - 1]
    return since


def _utc(world: World, seconds: Ints) -> Ints:
    """Unix seconds of seconds since midnight of day 0, by the shop's clock.

    The hour that comes twice when summer time ends is taken as the first of the two.
    """
    start = np.datetime64(world.autumn.first_day, "s")
    local = pd.DatetimeIndex(start + seconds.astype("timedelta64[s]"))
    first = np.ones(len(local), bool)
    known = local.tz_localize(ZONE, ambiguous=first, nonexistent="shift_forward")
    return np.asarray(known.as_unit("s").asi8, np.int64)


def _micros(world: World, visit: Ints, time: Ints) -> Ints:
    """Unix microseconds; the fraction is that of the visit and second."""
    keys = draws.child(world.visits.key[visit], "ga4 second", time)
    fraction = (draws.uniform(keys, "fraction") * 1e6).astype(np.int64)
    return _utc(world, time) * 1_000_000 + fraction


# --- visits and browsers


@dataclass
class _Sessions:
    """One value per visit.

    start: ga_session_id; number: of the browser's visits; client, born: the halves of
    user_pseudo_id; origin, first: index into ORIGINS, of the visit and of the browser's first
    one; machine: index into the machines of its device
    """

    start: Ints
    number: Ints
    client: Ints
    born: Ints
    origin: Ints
    first: Ints
    machine: Ints


def _sessions(log: Log) -> _Sessions:
    world, v = log.world, log.world.visits
    known = Visits.joined([world.before, v])  # by start
    here = slice(len(world.before), None)
    _, first, browser = np.unique(known.browser, return_index=True, return_inverse=True)
    by_browser = np.argsort(browser, kind="stable")
    number = np.empty(len(known), np.int64)
    number[by_browser] = _count(np.ones(len(known), bool), _changes(browser[by_browser]))
    origin = _origins(np.concatenate([world.before.channel, log.channel]), known.key)

    # Browsers of customers of earlier years: their first visit was before the warm-up.
    key, old = known.browser[first], ~known.new_browser[first]
    age = (draws.uniform(key, "ga4 age") * 365 * DAY).astype(np.int64)
    born = np.where(old, -WARM_UP_DAYS * DAY - 1 - age, known.start[first])
    visits = np.where(old, 1 + draws.geometric(key, "ga4 visits", 1.5), 0)
    by = _origins(draws.choice(key, "ga4 channel", ORIGIN_SHARE), key)
    client = (draws.uniform(key, "ga4 client") * 2.0**31).astype(np.int64)

    of = browser[here]
    machine = np.zeros(len(v), np.int64)
    for device, machines in enumerate(_MACHINES):
        weights = [weight for *_, weight in machines]
        these = v.device == device
        machine[these] = draws.choice(v.browser[these], "ga4 machine", weights)
    return _Sessions(
        start=_utc(world, v.start),
        number=number[here] + visits[of],
        client=client[of],
        born=_utc(world, born)[of],
        origin=origin[here],
        first=np.where(old, by, origin[first])[of],
        machine=machine,
    )


def _origins(channel: Ints, keys: Keys) -> Ints:
    """Index into ORIGINS of each visit by these channels."""
    channels = [CHANNELS.index(origin.channel) for origin in ORIGINS]
    count = np.bincount(channels)
    several = (draws.uniform(keys, "ga4 source") * count[channel]).astype(np.int64)
    return np.searchsorted(channels, channel) + several


# --- the text

_CODE = {name: code for code, name in enumerate(events.EVENTS)}
_PAGE_VIEW, _PURCHASE = _CODE["page_view"], _CODE["purchase"]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _param(key: str, field: str, value: str) -> str:
    return f'{{"key":"{key}","value":{{"{field}":{value}}}}}'


@lru_cache(maxsize=8192)
def _string(key: str, value: str) -> str:
    return _param(key, "string_value", _text(value))


def _int(key: str, value: int) -> str:
    return _param(key, "int_value", f'"{value}"')


def _double(key: str, cents: int) -> str:
    return _param(key, "double_value", str(cents / 100))


def _array(values: Any) -> Texts:
    """An array of texts; numpy would make another of a list of equal lengths."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


_USD = _string("currency", "USD")
_ENGAGED = ("", *("," + _string("session_engaged", said) for said in "01"))
_SOURCE = _array(
    [
        f'"traffic_source":{{"name":{_text(o.campaign)},"medium":{_text(o.medium)},'
        f'"source":{_text(o.source)}}},'
        for o in ORIGINS
    ]
)
_COLLECTED = _array(
    [
        f'"collected_traffic_source":{{"manual_campaign_name":{_text(o.campaign)},'
        f'"manual_source":{_text(o.source)},"manual_medium":{_text(o.medium)}}},'
        if o.channel != "direct"
        else ""
        for o in ORIGINS
    ]
)
_LAST_CLICK = _array(
    [
        f',"session_traffic_source_last_click":{{"manual_campaign":{{"campaign_name":'
        f'{_text(o.campaign)},"source":{_text(o.source)},"medium":{_text(o.medium)}}}}}'
        for o in ORIGINS
    ]
)
_TAGS = tuple(
    f"?utm_source={o.source}&utm_medium={o.medium}&utm_campaign={o.campaign}" if o.tagged else ""
    for o in ORIGINS
)
_MACHINE = tuple(
    tuple(
        f'"device":{{"category":"{DEVICES[device]}","operating_system":"{system}",'
        f'"language":"en-us","browser":"{browser}","web_info":{{"browser":"{browser}",'
        f'"browser_version":"{version}","hostname":"{SITE[8:-1]}"}}}},'
        for system, browser, version, _ in machines
    )
    for device, machines in enumerate(_MACHINES)
)
_PLACE = (
    '"geo":{"continent":"Americas","sub_continent":"Northern America","country":"United States"},'
)
_STREAM = '"stream_id":"4820157396","platform":"WEB",'
_YES, _NO = (
    f'"privacy_info":{{"analytics_storage":"{said}","ads_storage":"{said}",'
    '"uses_transient_token":"No"},"user_properties":[],'
    for said in ("Yes", "No")
)
_PRICE: list[int] = CATALOG.price.tolist()
_ITEM = tuple(
    f'{{"item_id":"{number}","item_name":{_text(name)},"item_category":{_text(category)},'
    f'"price":{price / 100},"quantity":"'
    for number, name, category, price in zip(
        CATALOG.item_id, CATALOG.name, CATALOG.category, _PRICE, strict=True
    )
)
_NO_ITEMS = '"items":[],'
_BUYS = [_CODE[name] for name in ("view_item", "add_to_wishlist", "add_to_cart")]
# The steps of the checkout, with parameters of their own.
_CHECKOUT = {
    _CODE["begin_checkout"]: "",
    _CODE["add_shipping_info"]: "," + _string("shipping_tier", "Standard"),
    _CODE["add_payment_info"]: "," + _string("payment_type", "Card"),
    _PURCHASE: "",
}


class _Address(NamedTuple):
    """A page's address, and the parameters that say it."""

    address: str
    params: str


@lru_cache(maxsize=8192)
def _address(kind: int, item: int, which: int, landing: int) -> _Address:
    """Of a page: its kind, product, number among several, origin if a visit landed there."""
    title, path = _TITLES[kind], "" if kind == events.HOME else events.PAGES[kind]
    if kind == events.PRODUCT:
        title = CATALOG.name[item]
        path += "/" + CATALOG.item_id[item]
    elif kind in (events.CATEGORY, events.ARTICLE):
        title = (_SHELVES if kind == events.CATEGORY else _ARTICLES)[which]
        path += "/" + title.lower().replace(" ", "-")
    address = SITE + path + (_TAGS[landing] if landing >= 0 else "")
    return _Address(address, _string("page_location", address) + "," + _string("page_title", title))


class _Writer:
    """Turns events into text; what visits and pages say is made once per block."""

    def __init__(self, log: Log, pages: _Pages) -> None:
        self.log, self.pages, self.sessions = log, pages, _sessions(log)
        # Where a visit landed: its origin; -1 for further pages.
        self.landing = np.where(pages.number == 1, self.sessions.origin[pages.visit], -1)
        place, _ = log.world._order_places
        self.order = np.full(len(log.world.visits), -1)
        self.order[place] = np.arange(len(place))
        orders = log.world.orders
        self.orders = [
            np.rint(orders["tax"].to_numpy() * 100).astype(np.int64).tolist(),
            np.rint(orders["shipping"].to_numpy() * 100).astype(np.int64).tolist(),
            np.where(orders["new_customer"], "new", "returning").tolist(),
        ]

    def block(self, facts: _Facts) -> tuple[list[str], list[str]]:
        """event_date and line of each event."""
        rows = facts.rows
        visits, of_visit = np.unique(rows.visit, return_inverse=True)
        about = [self._visit(visit) for visit in visits.tolist()]
        ids, who, came = (_array(texts)[of_visit] for texts in zip(*about, strict=True))
        pages, of_page = np.unique(facts.place, return_inverse=True)
        shown = self._pages(pages)
        page, viewed = (_array(texts)[of_page] for texts in zip(*shown, strict=True))

        is_page = rows.code == _PAGE_VIEW
        params = np.where(is_page, viewed, "")
        collected = np.full(len(page), "", dtype=object)
        landing = is_page & (self.landing[facts.place] >= 0)
        collected[landing] = _COLLECTED[self.landing[facts.place[landing]]]
        goods = np.full(len(page), _NO_ITEMS, dtype=object)
        self._add_engagement(facts, params)
        params[rows.code == _CODE["scroll"]] = "," + _int("percent_scrolled", 90)
        self._add_items(rows, params, goods)
        self._add_baskets(rows, params, goods)

        first = np.datetime64(self.log.world.autumn.first_day, "D")
        days, of_day = np.unique(rows.time // DAY, return_inverse=True)
        date = _array([str(first + day).replace("-", "") for day in days])[of_day].tolist()
        automatic = np.isin(rows.code, [_CODE["session_start"], _CODE["first_visit"]])
        says = self.log.named[rows.visit] & ~automatic
        engaged = _array(_ENGAGED)[np.where(says, 1 + facts.engaged, 0)]
        columns = (
            date, facts.micros, _array(events.EVENTS)[rows.code], ids, page, engaged, params,
            facts.bundle, who, goods, collected, facts.index, self.pages.load[facts.place],
            facts.batch, came,
        )  # fmt: skip
        listed = (c if isinstance(c, list) else c.tolist() for c in columns)
        return date, [
            f'{{"event_date":"{day}","event_timestamp":"{micros}","event_name":"{name}",'
            f'"event_params":[{id_}{at}{eng}{par}],"event_bundle_sequence_id":"{bundle}",{user}'
            f'{good}{coll}"batch_event_index":"{index}","batch_page_id":"{load}",'
            f'"batch_ordering_id":"{batch}"{last}}}\n'
            for (
                day, micros, name, id_, at, eng, par, bundle, user, good, coll, index, load,
                batch, last,
            ) in zip(*listed, strict=True)
        ]  # fmt: skip

    def _visit(self, visit: int) -> tuple[str, str, str]:
        """Of a visit: its first parameters, the columns about its user, its source."""
        s = self.sessions
        machine = _MACHINE[self.log.world.visits.device[visit]][s.machine[visit]]
        if not self.log.named[visit]:
            return "", f"{_NO}{machine}{_PLACE}{_STREAM}", ""
        ids = (
            _int("ga_session_id", s.start[visit]) + "," + _int("ga_session_number", s.number[visit])
        )
        born = s.born[visit]
        who = (
            f'"user_pseudo_id":"{s.client[visit]}.{born}",{_YES}"user_first_touch_timestamp":'
            f'"{born}000000",{machine}{_PLACE}{_SOURCE[s.first[visit]]}{_STREAM}'
        )
        return ids + ",", who, _LAST_CLICK[s.origin[visit]]

    def _pages(self, places: Ints) -> list[tuple[str, str]]:
        """Of pages: the parameters on all their events, and those of page_view alone."""
        landings = self.landing[places].tolist()
        found = []
        for page, before, origin, item in zip(
            self._addresses(places),
            self._addresses(places - 1),  # of a landing page it is another visit's, and not used
            landings,
            self.pages.item[places].tolist(),
            strict=True,
        ):
            referrer = before.address if origin < 0 else ORIGINS[origin].referrer
            extra = "," + _string("page_referrer", referrer) if referrer else ""
            if origin >= 0:
                extra += "," + _int("entrances", 1)
            if item >= 0:
                extra += "," + _string("item_id", CATALOG.item_id[item])
            found.append((page.params, extra))
        return found

    def _addresses(self, places: Ints) -> Iterator[_Address]:
        p = self.pages
        parts = (values[places].tolist() for values in (p.kind, p.item, p.which, self.landing))
        return map(_address, *parts)

    def _add_engagement(self, facts: _Facts, params: Texts) -> None:
        at = np.flatnonzero(facts.rows.code == _CODE["user_engagement"])
        seconds = facts.rows.happened[at] - self.pages.start[facts.place[at]]
        params[at] = ["," + _int("engagement_time_msec", 1000 * s) for s in seconds.tolist()]

    def _add_items(self, rows: Rows, params: Texts, goods: Texts) -> None:
        """Events about one product: bought things in `items`, else a parameter."""
        for at in np.flatnonzero((rows.item >= 0) & (rows.code != _PAGE_VIEW)).tolist():
            item, cents = int(rows.item[at]), int(rows.cents[at])
            if rows.code[at] in _BUYS:
                units = cents // _PRICE[item]
                goods[at] = f'"items":[{_ITEM[item]}{units}"}}],'
                params[at] = f",{_USD},{_value(cents, rows.typed[at])}"
            else:
                params[at] = "," + _string("item_id", CATALOG.item_id[item])

    def _add_baskets(self, rows: Rows, params: Texts, goods: Texts) -> None:
        """Events of the checkout: the goods of the basket, and of a purchase the order."""
        v = self.log.world.visits
        for at in np.flatnonzero(np.isin(rows.code, list(_CHECKOUT))).tolist():
            visit, cents, code = rows.visit[at], int(rows.cents[at]), int(rows.code[at])
            sold = code == _PURCHASE
            basket = v.bought_items[visit].tolist(), v.bought_quantities[visit].tolist()
            lines = []
            for item, units in zip(*basket, strict=True):
                revenue = f',"item_revenue":{units * _PRICE[item] / 100}' if sold else ""
                if units:
                    lines.append(f'{_ITEM[item]}{units}"{revenue}}}')
            goods[at] = f'"items":[{",".join(lines)}],'
            said = f",{_USD},{_value(cents, rows.typed[at])}" if cents >= 0 else ""
            if v.coupon[visit]:
                said += "," + _string("coupon", COUPON)
            params[at] = said + _CHECKOUT[code]
            if sold:
                known, record = self._order(self.order[visit], rows.order[at])
                params[at] += known
                revenue = _revenue("purchase_revenue", cents) if cents >= 0 else ""
                goods[at] = (
                    f'"ecommerce":{{"total_item_quantity":"{sum(basket[1])}",{revenue}{record}'
                    f'"unique_items":"{len(lines)}"}},{goods[at]}'
                )

    def _order(self, place: int, number: str | None) -> tuple[str, str]:
        """Of a purchase: parameters, and fields of the record ecommerce."""
        tax, shipping, customer = (values[place] for values in self.orders)
        params = f",{_double('tax', tax)},{_double('shipping', shipping)}"
        params += "," + _string("customer_type", customer)
        record = _revenue("shipping_value", shipping) + _revenue("tax_value", tax)
        if number is None:
            return params, record
        return (
            f"{params},{_string('transaction_id', number)}",
            f'{record}"transaction_id":{_text(number)},',
        )


def _value(cents: int, typed: bool) -> str:
    return _int("value", cents // 100) if typed else _double("value", cents)


def _revenue(field: str, cents: int) -> str:
    """A field of the record ecommerce, in the currency of the event and in dollars."""
    return f'"{field}_in_usd":{cents / 100},"{field}":{cents / 100},'
