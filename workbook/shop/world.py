"""The shop run once: the same seed and policy give the same world, whatever the chunk size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.shop import draws, events
from workbook.shop import visits as shop_visits
from workbook.shop.calendar import DAY_0, SEED
from workbook.shop.catalog import CATALOG
from workbook.shop.draws import Ints
from workbook.shop.people import CHANNELS, DEVICES
from workbook.shop.policy import Policy
from workbook.shop.visits import CHECKOUTS, PROCESSES, Visits

PERSONS = 70_000
"""Persons of the log: about 62,000 visits and 1,230 orders in 13 weeks."""


@dataclass
class World:
    """The shop's tables under one policy; columns are described in the data dictionary.

    `visits` are the visits of the log in its order, with what no shop knows (the person, the
    momentary intent): the truth, from which the tables below are made when first asked for.
    """

    seed: int
    policy: Policy
    visits: Visits

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
        return pd.DataFrame(
            {
                "time": _times(e.time),
                "user": _text(self._user_ids[e.visit]),
                "session": _text(self._session_ids[e.visit]),
                "event": _labels(e.code, events.EVENTS),
                "item_id": _labels(e.item, CATALOG.item_id),
                "page": _labels(e.page, events.PAGES),
                "value": np.where(e.value >= 0, e.value / 100.0, np.nan),
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
                "start": _times(v.start),
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
    def orders(self) -> pd.DataFrame:
        """One row per order, by time."""
        place, time = self._order_places
        v = self.visits
        return pd.DataFrame(
            {
                "order_id": pd.array(
                    draws.shown_ids(draws.child(v.key[place], "order"), "o_"), dtype="str"
                ),
                "session": _text(self._session_ids[place]),
                "user": _text(self._user_ids[place]),
                "time": _times(time),
                "value": v.bought_total[place] / 100.0,
                "items": v.bought_quantities[place].sum(axis=1),
                "new_customer": v.first_order[place],
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
        v = self.visits
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


def simulate(
    seed: int = SEED,
    persons: int = PERSONS,
    policy: Policy | None = None,
    *,
    first_person: int = 0,
    chunk: int = 35_000,
) -> World:
    """Run the shop for 13 weeks (and 8 weeks of warm-up that are cut off).

    Persons are numbered from `first_person`; a person does the same in every world of the seed,
    unless the policy touches them. `chunk` is how many persons are simulated at a time and
    changes no value. Raises ValueError for a size below one.
    """
    if persons < 1 or chunk < 1:
        raise ValueError("a world needs at least one person, and a chunk too")
    policy = policy or Policy()
    parts = []
    for low in range(first_person, first_person + persons, chunk):
        numbers = np.arange(low, min(low + chunk, first_person + persons))
        visits = shop_visits.run(seed, numbers, policy)
        parts.append(visits.take(visits.start >= 0))
    whole = Visits.joined(parts)
    return World(seed, policy, whole.take(np.lexsort((whole.key, whole.start))))


def _times(seconds: Ints) -> pd.Series[pd.Timestamp]:
    start = np.datetime64(DAY_0, "s")
    return pd.Series((start + seconds.astype("timedelta64[s]")).astype("datetime64[us]"))


def _text(values: Any) -> pd.Series[str]:
    return pd.Series(values, dtype="str")


def _labels(codes: Ints, names: tuple[str, ...]) -> pd.Series[str]:
    """The names of the codes as text, missing for -1."""
    return _text(np.array([*names, np.nan], dtype=object)[codes])
