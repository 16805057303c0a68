"""The orders of 24 months before the log: enough time for cohorts, RFM and lifetime value.

The customers follow the beta-geometric/NBD model (Fader, Hardie and Lee, 2005): each has a rate
of ordering, drawn from a gamma law, and may leave for good after every repeat order, with a
probability drawn from a beta law. Neither is drawn here. What is drawn is the wait and the
leaving given all orders so far, which has the same law and needs no table of special functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.shop import draws
from workbook.shop.calendar import (
    DAY,
    DAY_0,
    WEEKDAY_ARRIVALS,
    season,
    weekday_of,
)
from workbook.shop.dictionary import Column, Table
from workbook.shop.draws import Bools, Floats, Ints, Keys
from workbook.shop.people import time_of_day
from workbook.shop.world import REFUNDED, refund_time

CUSTOMERS = 8_000
FIRST_DAY = (DAY_0.replace(year=DAY_0.year - 2) - DAY_0).days
"""The first day of the table, counted from day 0: 24 months, so -731 with its leap day."""
LATER_DAYS = 365
"""Days after the table's end for which the truth knows what its customers will order."""

# By channel of the first order: share of customers (A, after the log's orders) and how many
# times as often they order (A).
_CHANNELS = {
    "organic": (0.31, 1.0),
    "direct": (0.21, 1.1),
    "brand search": (0.10, 1.1),
    "non-brand search": (0.07, 0.9),
    "referral": (0.10, 1.4),
    "social": (0.05, 0.6),
    "display": (0.01, 0.6),
    "email": (0.07, 1.3),
    "remarketing": (0.08, 0.8),
}
_SHARE = np.array([share for share, _ in _CHANNELS.values()])
_PACE = np.array([pace for _, pace in _CHANNELS.values()])
# Who comes by mail has signed up before; of the others a fifth, who order more often (A).
_SIGNED_UP = np.where(np.array(list(_CHANNELS)) == "email", 1.0, 0.2)
_SIGNED_UP_PACE = 1.5
# Gamma law of the rate: shape, and scale in days at pace 1. Fitted to the published waits for a
# second order: 17.5, 29.2, 37.5 and 45.9 % within 30, 90, 180 and 365 days (CDNOW).
_SHAPE, _SCALE = 0.215, 25.9
# Beta law of leaving after a repeat order: so that there are about 14,000 orders (A).
_LEAVE, _STAY = 2.0, 1.8
_LOG_VALUE, _LOG_SPREAD = 3.80, 0.848
_OWN_LEVEL = 0.35  # share of the variance of log value that lies between customers (A)
_MARGIN = (400, 521)  # margin in thousandths of the value, from and below (A)
_WHOLE_REFUND = 0.70  # A

TABLE = Table(
    "order_history",
    "order_history.csv.gz",
    "one order",
    f"All orders of {CUSTOMERS:,} customers whose first order fell into the 24 months from "
    f"{DAY_0 + timedelta(FIRST_DAY):%B %Y} to the evening before the log. A teaching cohort from a "
    "model of its own: its counts do not add up with orders or daily, no id joins them, and a "
    "value need not be a sum of catalog prices. Who first ordered late has had little time to "
    "order again; nothing else tells late customers from early ones. How soon they order again "
    "follows a published cohort (CDNOW): 17 % within 30 days, where it is about 7 % in the log.",
    (
        Column("order_id", "string", "The order.", unique=True),
        Column("customer_id", "string", "The customer, a person the shop knows by the address."),
        Column(
            "time",
            "datetime",
            "When it was placed, local shop time. At most one order per customer and day. Only "
            "first orders have a season and weekdays.",
            assumed=True,
        ),
        Column(
            "value",
            "number",
            "Value of the goods without shipping and tax, before any refund. Customers have a "
            "level of their own.",
            unit="US dollars",
            minimum=0.01,
        ),
        Column(
            "margin",
            "number",
            "What is left of the value after buying and packing the goods, before any refund.",
            unit="US dollars",
            minimum=0,
            assumed=True,
        ),
        Column(
            "refund_time",
            "datetime",
            "When money went back, if it did before the log began. Refunds come three days to "
            "several weeks after the order, so those of the last orders are not here yet.",
            required=False,
            assumed=True,
        ),
        Column(
            "refund_value",
            "number",
            "How much of value went back: all of it, or a part. The goods go back to the shelf, so "
            "a refund takes the same share of the margin.",
            unit="US dollars",
            minimum=0,
            required=False,
            assumed=True,
        ),
        Column(
            "acquisition_channel",
            "string",
            "Channel of the customer's first order, repeated on each order.",
            allowed=tuple(_CHANNELS),
            assumed=True,
        ),
        Column(
            "newsletter_before",
            "boolean",
            "The customer signed up for the newsletter before the first order; repeated on each "
            "order. They order again sooner; the table cannot say whether the mails do it.",
            assumed=True,
        ),
    ),
    key=("order_id",),
)


@dataclass(frozen=True)
class _Customers:
    keys: Keys
    channel: Ints
    signed_up: Bools
    first: Ints  # seconds from midnight of day 0


TRUTH_TABLE = Table(
    "truth_customers",
    "truth_customers.csv.gz",
    "one customer of order_history",
    "The truth: what each customer will do in the 365 days after order_history ends, drawn by the "
    "same model. It judges forecasts of lifetime value.",
    (
        Column("customer_id", "string", "The customer.", unique=True),
        Column("later_orders", "integer", "Orders in those days.", minimum=0),
        Column("later_value", "number", "Their value, refunds taken off.", unit="US dollars",
               minimum=0),
        Column("later_margin", "number", "Their margin, refunds taken off.", unit="US dollars"),
    ),
    key=("customer_id",),
)  # fmt: skip


def make(seed: int) -> pd.DataFrame:
    """The table `order_history` of this seed, by time; columns as `TABLE` says."""
    customers = _customers(seed)
    who, time, keys = _orders(customers)
    within = time < 0
    who, time, keys = who[within], time[within], keys[within]
    in_order = np.lexsort((keys, time))
    who, time, keys = who[in_order], time[in_order], keys[in_order]
    value = _value(customers.keys[who], keys)
    refund, refund_time = _refund(keys, value, time)
    landed = (refund > 0) & (refund_time < 0)
    return pd.DataFrame(
        {
            "order_id": pd.Series(draws.shown_ids(keys, "o_"), dtype="str"),
            "customer_id": _customer_ids(customers)[who],
            "time": _times(time),
            "value": value / 100.0,
            "margin": _margin(keys, value) / 100.0,
            "refund_time": _times(refund_time).where(landed),
            "refund_value": np.where(landed, refund / 100.0, np.nan),
            "acquisition_channel": pd.Series(
                np.array(list(_CHANNELS), dtype=object)[customers.channel[who]], dtype="str"
            ),
            "newsletter_before": customers.signed_up[who],
        }
    ).astype({"customer_id": "str"})


def truth(seed: int) -> pd.DataFrame:
    """What each customer will do in the 365 days after the table's end, by customer id.

    Columns: customer_id; later_orders; later_value and later_margin, US dollars, after all
    refunds of those orders. No shop knows this on day 0: it judges forecasts of lifetime value.
    """
    customers = _customers(seed)
    who, time, keys = _orders(customers)
    later = time >= 0
    who, time, keys = who[later], time[later], keys[later]
    value = _value(customers.keys[who], keys)
    refund, _ = _refund(keys, value, time)
    margin = _margin(keys, value)
    kept = np.zeros((3, len(customers.keys)), dtype=np.int64)
    for row, added in enumerate((np.ones_like(who), value - refund, _kept(margin, refund, value))):
        np.add.at(kept[row], who, added)
    return pd.DataFrame(
        {
            "customer_id": pd.Series(_customer_ids(customers), dtype="str"),
            "later_orders": kept[0],
            "later_value": kept[1] / 100.0,
            "later_margin": kept[2] / 100.0,
        }
    ).sort_values("customer_id", ignore_index=True)


def second_order_within(days: float) -> float:
    """True share of customers, in 0..1, whose second order comes within `days` of the first.

    Average over channels and newsletter of 1 - (scale / (scale + days))^shape, the scale in days
    divided by the group's pace: the wait of a gamma mixture of Poisson customers (Lomax, 1954;
    Fader, Hardie and Lee, 2005). The same for every cohort. ValueError for negative days.
    """
    if days < 0:
        raise ValueError("A wait cannot be negative: give the days since the first order.")
    total = 0.0
    for share, pace, signed_up in zip(_SHARE / _SHARE.sum(), _PACE, _SIGNED_UP, strict=True):
        for part, times in ((signed_up, _SIGNED_UP_PACE), (1.0 - signed_up, 1.0)):
            scale = _SCALE / (pace * times)
            total += share * part * (1.0 - (scale / (scale + days)) ** _SHAPE)
    return float(total)


def _customers(seed: int) -> _Customers:
    everybody = draws.person_keys(seed, np.arange(CUSTOMERS))
    keys = draws.child(everybody, "customer of the order history")
    channel = draws.choice(keys, "first channel", _SHARE)
    signed_up = draws.uniform(keys, "newsletter before") < _SIGNED_UP[channel]
    days = np.arange(FIRST_DAY, 0)
    # The same peak as in the log, one and two years of 52 weeks before.
    peaks = season(days + 364) + season(days + 728)
    weights = WEEKDAY_ARRIVALS[weekday_of(days)] * (1.0 + 0.35 * peaks)
    first = days[draws.choice(keys, "first day", weights)] * DAY + time_of_day(keys, "order")
    return _Customers(keys, channel, signed_up, first)


def _orders(customers: _Customers) -> tuple[Ints, Ints, Keys]:
    """Customer's place, time and key of each order, until a year after the table's end."""
    pace = _PACE[customers.channel] * np.where(customers.signed_up, _SIGNED_UP_PACE, 1.0)
    who = np.arange(len(customers.keys))
    first, scale = customers.first, _SCALE / pace
    time = first
    keys = draws.child(customers.keys, "order", 0)
    found = [(who, time, keys)]
    repeat = 0
    while len(who):
        repeat += 1
        keys = draws.child(customers.keys[who], "order", repeat)
        time = _next_time(keys, first[who], time, scale[who], repeat)
        stays = time < LATER_DAYS * DAY
        who, time, keys = who[stays], time[stays], keys[stays]
        found.append((who, time, keys))
        leaves = draws.uniform(keys, "leaves") < _LEAVE / (_LEAVE + _STAY + repeat - 1)
        who, time = who[~leaves], time[~leaves]
    return (
        np.concatenate([f[0] for f in found]),
        np.concatenate([f[1] for f in found]),
        np.concatenate([f[2] for f in found]),
    )


def _next_time(keys: Keys, first: Ints, last: Ints, scale: Floats, repeat: int) -> Ints:
    """Time of a repeat order: a Lomax wait, its shape and scale grown by the orders so far."""
    shape = _SHAPE + repeat - 1
    wait = (scale + (last - first) / DAY) * (draws.uniform(keys, "wait") ** (-1.0 / shape) - 1.0)
    seconds = (np.minimum(wait, 10_000.0) * DAY).astype(np.int64)
    day = np.maximum((last + seconds) // DAY, last // DAY + 1)
    time: Ints = day * DAY + time_of_day(keys, "order")
    return time


def _value(customers: Keys, orders: Keys) -> Ints:
    """Value in cents, for the customer and the order at the same place."""
    own = np.sqrt(_OWN_LEVEL) * draws.normal(customers, "level of value")
    of_the_day = np.sqrt(1.0 - _OWN_LEVEL) * draws.normal(orders, "value")
    dollars = np.exp(_LOG_VALUE + _LOG_SPREAD * (own + of_the_day))
    cents: Ints = np.rint(100.0 * dollars).astype(np.int64)
    return cents.clip(min=1)


def _margin(orders: Keys, value: Ints) -> Ints:
    low, high = _MARGIN
    thousandths = low + (draws.uniform(orders, "margin") * (high - low)).astype(np.int64)
    return value * thousandths // 1000


def _refund(orders: Keys, value: Ints, time: Ints) -> tuple[Ints, Ints]:
    """Cents that will be paid back (0 for none), and when: as often and as late as in the log."""
    part = value * (100 + (draws.uniform(orders, "part back") * 800).astype(np.int64)) // 1000
    whole = draws.uniform(orders, "whole order back") < _WHOLE_REFUND
    back = draws.uniform(orders, "refunded") < REFUNDED
    return np.where(back, np.where(whole, value, part), 0), refund_time(orders, time)


def _kept(margin: Ints, refund: Ints, value: Ints) -> Ints:
    """Margin in cents that is left after the refund."""
    return margin * (value - refund) // value


def _customer_ids(customers: _Customers) -> NDArray[np.object_]:
    return draws.shown_ids(customers.keys, "c_")


def _times(seconds: Ints) -> pd.Series[pd.Timestamp]:
    start = np.datetime64(DAY_0, "s")
    return pd.Series((start + seconds.astype("timedelta64[s]")).astype("datetime64[us]"))
