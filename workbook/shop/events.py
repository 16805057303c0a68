"""What the shop's analytics records of each visit: pages, and the events on them.

A visit is a list of pages with dwell times; every event happens on a page, at a share of its
dwell. So an event beside the path (a wish list, say) shifts no other event. Times are summed as
whole seconds, so that no sum depends on what was simulated beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbook.shop import catalog, draws, steps
from workbook.shop.draws import Bools, Floats, Ints, Keys
from workbook.shop.visits import (
    FROM_CART,
    FROM_OLD_CART,
    LONGEST_VISIT,
    NO_CART,
    NO_CHECKOUT,
    Visits,
)

PAGES = (
    "home", "category", "search", "product", "article",
    "delivery", "cart", "checkout", "thank_you",
)  # fmt: skip
HOME, CATEGORY, SEARCH, PRODUCT, ARTICLE, DELIVERY, CART, CHECKOUT, THANK_YOU = range(9)
EVENTS = (
    "session_start", "first_visit", "page_view", "scroll", "user_engagement", "view_item",
    "add_to_wishlist", "view_size_guide", "newsletter_signup", "add_to_cart", "begin_checkout",
    "create_account", "add_shipping_info", "add_payment_info", "purchase",
    "video_start", "share", "chat_question",
)  # fmt: skip
_CODE = {name: code for code, name in enumerate(EVENTS)}
# Where on its page an event stands: its rank there, and the share of the dwell it falls in.
_PLACE = {
    "session_start": (0, 0.0, 0.0),
    "first_visit": (1, 0.0, 0.0),
    "page_view": (2, 0.0, 0.0),
    "view_item": (3, 0.0, 0.0),
    "begin_checkout": (3, 0.0, 0.0),
    "purchase": (3, 0.0, 0.0),
    "view_size_guide": (4, 0.15, 0.35),
    "scroll": (5, 0.35, 0.50),
    "video_start": (4, 0.15, 0.35),
    "chat_question": (5, 0.35, 0.50),
    "add_to_wishlist": (6, 0.50, 0.60),
    "share": (6, 0.50, 0.60),
    "newsletter_signup": (6, 0.50, 0.60),
    "add_to_cart": (7, 0.60, 0.85),
    "create_account": (7, 0.60, 0.85),
    "add_shipping_info": (8, 0.85, 0.98),
    "add_payment_info": (8, 0.85, 0.98),
    "user_engagement": (9, 1.0, 1.0),
}

_BROWSED = np.array([HOME, CATEGORY, SEARCH, ARTICLE, DELIVERY])
_BROWSED_SHARE = [0.12, 0.54, 0.18, 0.14, 0.02]  # (A)
# Median seconds on a page, in the order of PAGES; lognormal with sigma .95 (A).
_DWELL = np.array([10.0, 13.0, 11.0, 22.0, 30.0, 20.0, 14.0, 32.0, 9.0])
_LONGEST_PAGE = 900
# Groups of pages within a visit: all of one group come before the next.
_LAND, _BROWSE, _CART, _ASK, _OPEN, _SHIP, _READ, _AGAIN, _PAY, _THANK = range(10)


@dataclass
class Pages:
    """One value per page seen, visit after visit and in the order seen.

    visit: place of the visit; group, kind: part of the visit, index into PAGES; item: index into
    the catalog or -1; line: line of the own basket shown, or -1; start: seconds; dwell: seconds
    """

    visit: Ints
    group: Ints
    kind: Ints
    item: Ints
    line: Ints
    key: Keys
    dwell: Ints
    start: Ints


@dataclass
class Events:
    """One value per event, in the order in which they happened.

    visit: place of the visit; code: index into EVENTS; page: index into PAGES or -1;
    item: index into the catalog or -1; value: cents or -1; time: seconds
    """

    visit: Ints
    code: Ints
    page: Ints
    item: Ints
    value: Ints
    time: Ints


def record(visits: Visits) -> tuple[Pages, Events]:
    """Pages and events of visits that are in the order of the log."""
    pages = _pages(visits)
    return pages, _events(visits, pages)


def _pages(visits: Visits) -> Pages:
    n = len(visits)
    everybody = np.arange(n)
    blocks: list[tuple[Ints, int, Ints | int, Ints | int, Keys]] = []

    def add(
        which: Ints,
        group: int,
        kind: Ints | int,
        name: str,
        number: Ints | int = 0,
        line: Ints | int = -1,
    ) -> None:
        blocks.append((which, group, kind, line, draws.child(visits.key[which], name, number)))

    landing = np.array([HOME, CATEGORY, PRODUCT, ARTICLE])[visits.landing]
    on_product = landing == PRODUCT
    add(everybody, _LAND, landing, "landing", 0, np.where(on_product, 0, -1))
    seen = visits.views - on_product
    which = np.repeat(everybody, seen)
    line = _counting(seen) + on_product[which]
    add(which, _BROWSE, PRODUCT, "view page", line, line)
    further = draws.geometric(visits.key, "pages", steps.further_pages(visits.v, visits.a))
    further = further.clip(max=40)
    which, number = np.repeat(everybody, further), _counting(further)
    keys = draws.child(visits.key[which], "browsed page", number)
    add(
        which, _BROWSE, _BROWSED[draws.choice(keys, "kind", _BROWSED_SHARE)], "browsed page", number
    )

    def chance(decision: str, p: Floats | float) -> Bools:
        return draws.uniform(visits.key, decision) < p

    started = visits.checkout != NO_CHECKOUT
    opens_cart = (visits.checkout == FROM_CART) | (visits.checkout == FROM_OLD_CART)
    opens_cart |= (visits.cart != NO_CART) & ~started & chance("looks into the cart", 0.70)
    asks = opens_cart & ~started
    asks &= chance("asks in the cart", steps.opens_delivery_page(visits.s, "cart"))
    reads = visits.wall & chance(
        "reads at checkout",
        np.where(
            visits.shipping,
            steps.opens_delivery_page(visits.s, "stays"),
            steps.opens_delivery_page(visits.s, "leaves"),
        ),
    )
    for group, kind, seen_by in (
        (_CART, CART, opens_cart),
        (_ASK, DELIVERY, asks),
        (_OPEN, CHECKOUT, started),
        (_SHIP, CHECKOUT, visits.wall),
        (_READ, DELIVERY, reads),
        (_AGAIN, CHECKOUT, reads & visits.shipping),
        (_PAY, CHECKOUT, visits.shipping),
        (_THANK, THANK_YOU, visits.paid),
    ):
        add(np.flatnonzero(seen_by), group, kind, f"page {group}")
    return _in_order(visits, blocks)


def _in_order(
    visits: Visits, blocks: list[tuple[Ints, int, Ints | int, Ints | int, Keys]]
) -> Pages:
    """Pages visit by visit, with the goods they show and the seconds they are looked at."""
    visit = np.concatenate([block[0] for block in blocks])
    group, kind, line = (
        np.concatenate([np.broadcast_to(block[c], len(block[0])) for block in blocks])
        for c in (1, 2, 3)
    )
    key = np.concatenate([block[4] for block in blocks])
    order = np.lexsort((draws.uniform(key, "turn"), visit * 16 + group))
    visit, group, kind, line, key = (x[order] for x in (visit, group, kind, line, key))

    of_basket = (line >= 0) & (line < catalog.MAX_LINES)
    item = np.where(of_basket, visits.items[visit, line.clip(0, catalog.MAX_LINES - 1)], -1)
    other = (kind == PRODUCT) & (item < 0)
    item[other] = catalog.popular(key[other], "item")

    dwell = _DWELL[kind] * np.exp(0.95 * draws.normal(key, "dwell"))
    seconds = np.rint(dwell).astype(np.int64).clip(1, _LONGEST_PAGE)
    first = np.flatnonzero(np.diff(visit, prepend=-1))
    count = np.diff(first, append=len(visit))
    total = np.add.reduceat(seconds, first)
    # A visit is cut to its longest length in proportion.
    seconds = np.where(
        (total > LONGEST_VISIT)[visit],
        (seconds * LONGEST_VISIT // total[visit]).clip(1),
        seconds,
    )
    # GA4's rule for an engaged visit has been worded as "10 seconds or longer" and as "longer
    # than 10 seconds": no one-page visit lasts exactly ten.
    seconds += ((total == 10) & (count == 1))[visit]
    ends = np.cumsum(seconds)
    starts = ends - seconds
    starts = starts - np.repeat(starts[first], count) + visits.start[visit]
    return Pages(visit, group, kind, item, line, key, seconds, starts)


def _counting(counts: Ints) -> Ints:
    """0, 1, ... count - 1 for each count, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def _events(visits: Visits, pages: Pages) -> Events:
    rows: list[Ints] = []
    codes: list[Ints] = []
    ranks: list[Ints] = []
    times: list[Ints] = []
    items: list[Ints] = []
    values: list[Ints] = []

    def add(name: str, row: Ints, item: Ints | None = None, value: Ints | None = None) -> None:
        rank, low, high = _PLACE[name]
        share = low + (high - low) * draws.uniform(pages.key[row], name) if high > low else low
        rows.append(row)
        codes.append(np.full(len(row), _CODE[name]))
        ranks.append(np.full(len(row), rank))
        times.append(pages.start[row] + (pages.dwell[row] * share).astype(np.int64))
        items.append(np.full(len(row), -1) if item is None else item)
        values.append(np.full(len(row), -1) if value is None else value)

    visit, group, kind, item = pages.visit, pages.group, pages.kind, pages.item
    price = catalog.CATALOG.price
    landing = group == _LAND

    def where(pages_like_this: Bools) -> Ints:
        return np.flatnonzero(pages_like_this)

    def seldom(decision: str, p: float, least: int) -> Bools:
        return (pages.dwell >= least) & (draws.uniform(pages.key, decision) < p)

    add("session_start", where(landing))
    add("first_visit", where(landing & visits.new_browser[visit]))
    add("page_view", np.arange(len(visit)), item)
    add("scroll", where(seldom("scrolls", 0.36, least=5)))
    add("user_engagement", where(seldom("engages", 0.85, least=8)))
    row = where(kind == PRODUCT)
    add("view_item", row, item[row], price[item[row]])
    # The secondary actions stand on the page of the first good of the basket, one that is there
    # in every world in which a product is viewed; the sign-up stands on the landing page.
    row = where((pages.line == 0) & visits.wish_list[visit])
    add("add_to_wishlist", row, item[row], price[item[row]])
    row = where((pages.line == 0) & visits.size_guide[visit])
    add("view_size_guide", row, item[row])
    for name, happened in (
        ("video_start", visits.video),
        ("share", visits.share),
        ("chat_question", visits.chat),
    ):
        row = where((pages.line == 0) & happened[visit])
        add(name, row, item[row])
    add("newsletter_signup", where(landing & visits.newsletter[visit]))

    line = pages.line.clip(0, catalog.MAX_LINES - 1)
    held = (pages.line >= 0) & (pages.line < catalog.MAX_LINES)
    units = np.where(held, visits.in_cart_quantities[visit, line], 0)
    row = where((units > 0) & (visits.cart[visit] != NO_CART))
    add("add_to_cart", row, item[row], units[row] * price[item[row]])

    total = visits.bought_total[visit]
    reads = np.zeros(len(visits), bool)
    reads[visit[group == _AGAIN]] = True
    ships = visits.shipping[visit] & np.where(reads[visit], group == _AGAIN, group == _SHIP)
    submits = visits.paid | (draws.uniform(visits.key, "submits payment") < 0.50)
    for name, row in (
        ("begin_checkout", where(group == _OPEN)),
        ("add_shipping_info", where(ships)),
        ("add_payment_info", where((group == _PAY) & submits[visit])),
        ("purchase", where(group == _THANK)),
    ):
        add(name, row, value=total[row])
    add("create_account", where((group == _OPEN) & visits.account[visit]))

    row = np.concatenate(rows)
    code = np.concatenate(codes)
    time = np.concatenate(times)
    order = np.lexsort((row * 16 + np.concatenate(ranks), time))
    row, code = row[order], code[order]
    return Events(
        visit=visit[row],
        code=code,
        page=np.where(code == _CODE["page_view"], kind[row], -1),
        item=np.concatenate(items)[order],
        value=np.concatenate(values)[order],
        time=time[order],
    )
