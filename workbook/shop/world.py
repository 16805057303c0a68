"""The shop run once: the same seed and policy give the same world, whatever the chunk size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.shop import draws, events, people, steps
from workbook.shop import visits as shop_visits
from workbook.shop.calendar import DAY, DAYS, SEED, THIS_AUTUMN, Autumn
from workbook.shop.catalog import CATALOG
from workbook.shop.draws import Ints, Keys
from workbook.shop.people import CHANNELS, DEVICES
from workbook.shop.policy import Policy
from workbook.shop.visits import CHECKOUTS, PROCESSES, Visits

PERSONS = 84_000
"""Persons of the log: about 61,000 visits and 1,230 orders in 13 weeks."""
SHOP_PERSONS = 10 * PERSONS
"""Persons of the whole shop, of whom the first tenth is the log."""
SHIPPING = 600
"""Cents for an order of less than steps.SMALL_BASKET without a coupon (A)."""
TAX_PERCENT = 8
"""Sales tax on the value of an order (A)."""
REFUNDED = 0.07
"""Share of orders with something sent back, seven in ten of them whole (A)."""


@dataclass
class World:
    """The shop's tables under one policy; columns are described in the data dictionary.

    `visits` are the visits of the log in its order, with what no shop knows (the person, the
    momentary intent): the truth, from which the tables below are made when first asked for.
    `before` are those of the 13 weeks before day 0, by start.
    """

    seed: int
    policy: Policy
    autumn: Autumn
    persons: int
    visits: Visits
    before: Visits

    def _times(self, seconds: Ints) -> pd.Series[pd.Timestamp]:
        start = np.datetime64(self.autumn.first_day, "s")
        return pd.Series((start + seconds.astype("timedelta64[s]")).astype("datetime64[us]"))

    @cached_property
    def _recorded(self) -> tuple[events.Pages, events.Events]:
        return events.record(self.visits)

    @cached_property
    def _session_ids(self) -> NDArray[np.object_]:
        return draws.shown_ids(self.visits.key, "s_")

    @cached_property
    def _user_ids(self) -> NDArray[np.object_]:
        return draws.shown_ids(self.visits.browser, "u_")

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event, in the order in which they happened."""
        e = self._recorded[1]
        sold = np.flatnonzero(e.code == events.EVENTS.index("purchase"))
        transaction = np.full(len(e.code), np.nan, dtype=object)
        transaction[sold] = self._order_ids
        return pd.DataFrame(
            {
                "time": self._times(e.time),
                "user": _text(self._user_ids[e.visit]),
                "session": _text(self._session_ids[e.visit]),
                "event": _labels(e.code, events.EVENTS),
                "item_id": _labels(e.item, CATALOG.item_id),
                "page": _labels(e.page, events.PAGES),
                "value": np.where(e.value >= 0, e.value / 100.0, np.nan),
                "transaction_id": _text(transaction),
            }
        )

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """One row per visit, by start."""
        v, pages = self.visits, self._recorded[0]
        first = np.flatnonzero(np.diff(pages.visit, prepend=-1))
        return pd.DataFrame(
            {
                "session": _text(self._session_ids),
                "user": _text(self._user_ids),
                "start": self._times(v.start),
                "channel": _labels(v.channel, CHANNELS),
                "device": _labels(v.device, DEVICES),
                "visitor": _labels(v.new_browser.astype(np.int64), ("returning", "new")),
                "landing_page": _labels(pages.kind[first], events.PAGES),
                "pages": np.bincount(pages.visit, minlength=len(v)),
                "engaged_seconds": np.add.reduceat(pages.dwell, first),
            }
        )

    @cached_property
    def _order_places(self) -> tuple[Ints, Ints]:
        """Places of the visits with an order, by time of the order; and those times."""
        e = self._recorded[1]
        purchase = e.code == events.EVENTS.index("purchase")
        return e.visit[purchase], e.time[purchase]

    @cached_property
    def _order_ids(self) -> NDArray[np.object_]:
        """Ids of the orders, by time of the order."""
        return draws.shown_ids(draws.child(self.visits.key[self._order_places[0]], "order"), "o_")

    @cached_property
    def refunds(self) -> tuple[Ints, Ints]:
        """When each order is refunded, seconds, and how many cents; (-1, 0) for those that stay.

        Also refunds after the log's end, which its tables do not know yet.
        """
        place, time = self._order_places
        v = self.visits
        key = draws.child(v.key[place], "order")
        back = draws.uniform(key, "refunded") < REFUNDED
        whole = draws.uniform(key, "whole order back") < 0.70
        first_line = v.bought_quantities[place, 0] * CATALOG.price[v.bought_items[place, 0]]
        cents = np.where(whole, v.bought_total[place], first_line)
        return np.where(back, refund_time(key, time), -1), np.where(back, cents, 0)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """One row per order, by time."""
        place, time = self._order_places
        v = self.visits
        value = v.bought_total[place]
        refund_time, refund = self.refunds
        landed = (refund_time >= 0) & (refund_time < DAYS * DAY)
        small = value < steps.SMALL_BASKET
        return pd.DataFrame(
            {
                "order_id": _text(self._order_ids),
                "session": _text(self._session_ids[place]),
                "user": _text(self._user_ids[place]),
                "customer_id": _text(self._customer_ids(v.person[place])),
                "time": self._times(time),
                "value": value / 100.0,
                "shipping": np.where(small & ~v.coupon[place], SHIPPING, 0) / 100.0,
                "tax": (value * TAX_PERCENT + 50) // 100 / 100.0,
                "items": v.bought_quantities[place].sum(axis=1),
                "new_customer": v.first_order[place],
                "refund_time": self._times(refund_time).where(landed),
                "refund_value": np.where(landed, refund / 100.0, np.nan),
            }
        )

    def _customer_ids(self, persons: Ints) -> NDArray[np.object_]:
        keys = draws.person_keys(self.seed, persons, self.autumn.persons)
        return draws.shown_ids(draws.child(keys, "customer"), "c_")

    @cached_property
    def customers(self) -> pd.DataFrame:
        """One row per person with an order in the log, by the first of them."""
        place, time = self._order_places
        v = self.visits
        persons, first, orders = np.unique(v.person[place], return_index=True, return_counts=True)
        value = np.bincount(
            np.searchsorted(persons, v.person[place]), weights=v.bought_total[place]
        )
        who = people.make(self.seed, persons, self.policy, self.autumn)
        seen = Visits.joined([self.before, v])
        listed = np.isin(persons, seen.person[seen.newsletter]) | who.on_list
        _, first_visit = np.unique(seen.person, return_index=True)
        channel = seen.channel[first_visit][np.searchsorted(seen.person[first_visit], persons)]
        table = pd.DataFrame(
            {
                "customer_id": _text(self._customer_ids(persons)),
                "first_order_time": self._times(time[first]),
                "earlier_customer": ~v.first_order[place][first],
                "first_channel": _labels(np.where(who.earlier, -1, channel), CHANNELS),
                "newsletter": listed,
                "orders": orders,
                "value": value / 100.0,
            }
        )
        return table.iloc[np.argsort(first)].reset_index(drop=True)

    @cached_property
    def touches(self) -> pd.DataFrame:
        """One row per visit from 13 weeks before day 0 on, by time: what attribution looks at."""
        early, v = self.before, self.visits
        return pd.DataFrame(
            {
                "time": self._times(np.concatenate([early.start, v.start])),
                "user": _text(
                    np.concatenate([draws.shown_ids(early.browser, "u_"), self._user_ids])
                ),
                "channel": _labels(np.concatenate([early.channel, v.channel]), CHANNELS),
                "session": _text(
                    np.concatenate([np.full(len(early), np.nan, object), self._session_ids])
                ),
            }
        )

    @cached_property
    def order_items(self) -> pd.DataFrame:
        """One row per order and product, in the order of the orders."""
        place, _ = self._order_places
        v = self.visits
        quantity = v.bought_quantities[place]
        row, line = np.nonzero(quantity)
        item = v.bought_items[place][row, line]
        return pd.DataFrame(
            {
                "order_id": self.orders["order_id"].to_numpy()[row],
                "item_id": _labels(item, CATALOG.item_id),
                "quantity": quantity[row, line],
                "price": CATALOG.price[item] / 100.0,
            }
        )

    @cached_property
    def products(self) -> pd.DataFrame:
        """One row per product; the same in every world."""
        return pd.DataFrame(
            {
                "item_id": _text(CATALOG.item_id),
                "name": _text(CATALOG.name),
                "category": _text(CATALOG.category),
                "price": CATALOG.price / 100.0,
                "margin": CATALOG.margin / 100.0,
            }
        ).sort_values("item_id", ignore_index=True)

    def summary(self) -> dict[str, float]:
        """The log in a few numbers, without making the tables: for comparing two worlds.

        visits, product_views, sign_ups (newsletter), accounts, wish_lists, carts, checkouts:
        visits with at least one of them; orders; revenue and margin in dollars.
        """
        return totals(self.visits)

    @cached_property
    def truth(self) -> pd.DataFrame:
        """One row per visit, by start, with what no shop knows; joins sessions by `session`.

        person: number of the person behind the browser; process, number: the cause of the
        visit; intent, browsing, cost_dislike: the person's state in it; checkout: from where;
        idle: the cart was never meant; returning: the person, not the browser, was here before.
        """
        v = self.visits
        return pd.DataFrame(
            {
                "session": _text(self._session_ids),
                "person": v.person,
                "process": _labels(v.process, PROCESSES),
                "number": v.number,
                "intent": v.v,
                "browsing": v.a,
                "cost_dislike": v.s,
                "checkout": _labels(v.checkout, CHECKOUTS),
                "idle": v.cart == shop_visits.IDLE,
                "returning": v.returning,
                "ordered": v.paid,
            }
        )


def refund_time(orders: Keys, time: Ints) -> Ints:
    """When the office sends the money back: three days or more after the order, nine to five."""
    days = time // DAY + 3 + draws.geometric(orders, "days until refund", 9.0)
    office = 9 * 3_600 + (draws.uniform(orders, "refund hour") * 8 * 3_600).astype(np.int64)
    return days * DAY + office


def totals(visits: Visits) -> dict[str, float]:
    """Counts of visits with each action; orders; revenue and margin in dollars."""
    v = visits
    sold = np.where(v.paid[:, None], v.bought_quantities, 0)
    return {
        "visits": len(v),
        "product_views": int((v.views > 0).sum()),
        "sign_ups": int(v.newsletter.sum()),
        "accounts": int(v.account.sum()),
        "wish_lists": int(v.wish_list.sum()),
        "carts": int((v.cart != shop_visits.NO_CART).sum()),
        "checkouts": int((v.checkout != shop_visits.NO_CHECKOUT).sum()),
        "orders": int(v.paid.sum()),
        "revenue": int((sold * CATALOG.price[v.bought_items]).sum()) / 100.0,
        "margin": int((sold * CATALOG.margin[v.bought_items]).sum()) / 100.0,
    }


def simulate(
    seed: int = SEED,
    persons: int = PERSONS,
    policy: Policy | None = None,
    *,
    first_person: int = 0,
    chunk: int = 35_000,
    autumn: Autumn = THIS_AUTUMN,
) -> World:
    """Run the shop for 13 weeks, after 13 weeks of warm-up.

    Persons are numbered from `first_person`; a person does the same in every world of the seed,
    unless the policy touches them. `chunk` is how many persons are simulated at a time and
    changes no value. Raises ValueError for a size below one.
    """
    if persons < 1 or chunk < 1:
        raise ValueError("a world needs at least one person, and a chunk too")
    policy = policy or Policy()
    parts, early = [], []
    for low in range(first_person, first_person + persons, chunk):
        numbers = np.arange(low, min(low + chunk, first_person + persons))
        visits = shop_visits.run(seed, numbers, policy, autumn)
        in_log = visits.start >= 0
        parts.append(visits.take(in_log))
        early.append(visits.take(~in_log))
    log, before = (
        whole.take(np.lexsort((whole.key, whole.start)))
        for whole in (Visits.joined(parts), Visits.joined(early))
    )
    return World(seed, policy, autumn, persons, log, before)


def _text(values: Any) -> pd.Series[str]:
    return pd.Series(values, dtype="str")


def _labels(codes: Ints, names: tuple[str, ...]) -> pd.Series[str]:
    """The names of the codes as text, missing for -1."""
    return _text(np.array([*names, np.nan], dtype=object)[codes])
