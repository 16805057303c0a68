"""Everybody, as counts per day: the whole shop in two autumns.

The log is every tenth person; these counts are all of them, for claims that need 600,000 visits.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from workbook.shop import visits as shop_visits
from workbook.shop.calendar import DAY, DAYS, LAST_AUTUMN, THIS_AUTUMN, Autumn
from workbook.shop.dictionary import Column, Table
from workbook.shop.draws import Floats
from workbook.shop.people import CHANNELS, DEVICES
from workbook.shop.policy import Policy
from workbook.shop.visits import NO_CART, NO_CHECKOUT, Visits
from workbook.shop.world import SHOP_PERSONS

VISITORS = ("returning", "new")
AUTUMNS = (LAST_AUTUMN, THIS_AUTUMN)
_SHAPE = (DAYS, len(CHANNELS), len(DEVICES), len(VISITORS))
_COUNTS = ("visits", "product_views", "wish_lists", "sign_ups", "carts", "checkouts", "orders")


def make(seed: int, persons: int = SHOP_PERSONS, chunk: int = 60_000) -> pd.DataFrame:
    """Visits of everybody by day, channel, device and visitor, last autumn and this one.

    `chunk` is how many persons are simulated at a time and changes no value.
    """
    parts = [_counts(seed, autumn, persons, chunk) for autumn in AUTUMNS]
    return pd.concat(parts, ignore_index=True)


def _counts(seed: int, autumn: Autumn, persons: int, chunk: int) -> pd.DataFrame:
    totals = np.zeros((len(_COUNTS) + 1, *_SHAPE))
    for low in range(0, persons, chunk):
        numbers = np.arange(low, min(low + chunk, persons))
        visits = shop_visits.run(seed, numbers, Policy(), autumn)
        totals += _counted(visits.take(visits.start >= 0))
    day, channel, device, visitor = np.nonzero(totals[0])
    cells = totals[:, day, channel, device, visitor].astype(np.int64)
    days = pd.DatetimeIndex([autumn.first_day + timedelta(days=int(d)) for d in range(DAYS)])
    table = pd.DataFrame(
        {
            "year": autumn.first_day.year,
            "day": pd.Series(days[day]).astype("datetime64[us]"),
            "channel": pd.array(np.array(CHANNELS, object)[channel], dtype="str"),
            "device": pd.array(np.array(DEVICES, object)[device], dtype="str"),
            "visitor": pd.array(np.array(VISITORS, object)[visitor], dtype="str"),
        }
    )
    for place, column in enumerate(_COUNTS):
        table[column] = cells[place]
    table["revenue"] = cells[-1] / 100.0
    return table


def _counted(v: Visits) -> Floats:
    """Whole numbers as floats, exact far beyond any shop: one plane per count, cents last."""
    place = np.ravel_multi_index(
        (v.start // DAY, v.channel, v.device, v.new_browser.astype(np.int64)), _SHAPE
    )
    size = int(np.prod(_SHAPE))
    weights = (
        None,
        v.views > 0,
        v.wish_list,
        v.newsletter,
        v.cart != NO_CART,
        v.checkout != NO_CHECKOUT,
        v.paid,
        np.where(v.paid, v.bought_total, 0),
    )
    planes = [np.bincount(place, weights=w, minlength=size).reshape(_SHAPE) for w in weights]
    return np.stack(planes).astype(np.float64)


TABLE = Table(
    "daily",
    "daily.csv.gz",
    "one day, channel, device and kind of visitor of one autumn",
    "The whole shop, ten times the log, in counts of visits. The visits of the log are in it. "
    "Combinations without a visit are left out. Between the two autumns two things changed (A): "
    "a year ago far fewer people came by mobile, whatever brought them, and the mobile checkout "
    "and payment were worse. So the people on desktop are others too: those whom an ad brought "
    "moved to mobile. The few on tablets changed as little as the shop itself.",
    (
        Column("year", "integer", "The autumn.", minimum=LAST_AUTUMN.first_day.year),
        Column("day", "date", "The day the visit began, local shop time."),
        Column("channel", "string", "As in sessions.", allowed=CHANNELS, assumed=True),
        Column("device", "string", "Kind of device.", allowed=DEVICES),
        Column(
            "visitor", "string", "new if the shop never saw this browser before.", allowed=VISITORS
        ),
        Column("visits", "integer", "Visits (sessions) that began.", minimum=1),
        Column("product_views", "integer", "Visits with a product view.", minimum=0),
        Column("wish_lists", "integer", "Visits that used the wish list.", minimum=0, assumed=True),
        Column("sign_ups", "integer", "Visits with a newsletter sign-up.", minimum=0),
        Column("carts", "integer", "Visits that put something into a cart.", minimum=0),
        Column("checkouts", "integer", "Visits that began a checkout.", minimum=0),
        Column("orders", "integer", "Visits with an order; no visit has two.", minimum=0),
        Column(
            "revenue",
            "number",
            "Value of the orders without shipping and tax, refunds not taken off.",
            unit="US dollars",
            minimum=0,
        ),
    ),
    key=("year", "day", "channel", "device", "visitor"),
)
