"""What a micro conversion is worth, four ways side by side: correlation, attributed credit, an
experiment, and the truth that only a simulated shop can show.

Each reading is orders per 1,000 times that the micro was done, so the four can be compared. The
first two can be read off any shop's log, the third can be had by asking the shop, the fourth
never. They answer different questions: only the last two say what the micro brings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from workbook.analysis.intervals import newcombe
from workbook.data import load

PER = 1_000


@dataclass(frozen=True)
class Micro:
    """A micro conversion: its event in the log, and the test that tells what it brings.

    done: the outcome of the test that says who did it; "" if all its visitors did
    """

    event: str
    test: str
    done: str


MICROS = {
    "newsletter": Micro("newsletter_signup", "newsletter mails", ""),
    "wish list": Micro("add_to_wishlist", "wish list", "wish_list"),
    "account": Micro("create_account", "forced account", "account"),
    "cart": Micro("add_to_cart", "cart button", "cart"),
}
"""Each with the test whose change makes more of it (for sign-ups: makes them count) and nothing
else: mails, a wish list for everybody, a forced account, a louder button."""


class _Reading(NamedTuple):
    reading: str
    orders: float
    low: float
    high: float
    compares: str


def four_readings(micro: str) -> pd.DataFrame:
    """The four readings of one micro conversion, one row each.

    `micro` is "newsletter", "wish list", "account" or "cart". Columns: orders (per 1,000 who did
    the micro), low, high (95 % interval; missing where nothing is estimated), compares (what
    with what). Experiment and truth are the change in users who order, divided by the change in
    users who did the micro (Wald, 1940); the interval is that of the numerator (Newcombe). Raises
    ValueError for another micro.
    """
    if micro not in MICROS:
        raise ValueError(f"There is no micro {micro!r} here; choose one of {', '.join(MICROS)}.")
    chosen = MICROS[micro]
    rows = [_correlation(chosen), _credit(chosen), _experiment(chosen), _truth(chosen)]
    return pd.DataFrame(rows).set_index("reading")


def _correlation(micro: Micro) -> _Reading:
    events, orders = load("events"), load("orders")
    users = pd.Index(events["user"].unique())
    did = users.isin(events.loc[events["event"] == micro.event, "user"])
    bought = users.isin(orders["user"])
    counts = int(bought[~did].sum()), int((~did).sum()), int(bought[did].sum()), int(did.sum())
    low, high = newcombe(*counts)
    return _Reading(
        "correlation",
        PER * (counts[2] / counts[3] - counts[0] / counts[1]),
        PER * low,
        PER * high,
        "users of the log who did it, less users who did not: who ordered?",
    )


def _credit(micro: Micro) -> _Reading:
    events, orders = load("events"), load("orders")
    done = events[events["event"] == micro.event].groupby("user")["time"].min()
    first = orders["user"].map(done)
    credited = int((first < orders["time"]).sum())
    return _Reading(
        "attributed credit",
        PER * credited / len(done),
        np.nan,
        np.nan,
        "orders of users who had done it before, all credited to it",
    )


def _experiment(micro: Micro) -> _Reading:
    table = load("experiments")
    rows = table[table["test"] == micro.test]
    a, b = rows[rows["arm"] == "A"], rows[rows["arm"] == "B"]
    more = b[micro.done].mean() - a[micro.done].mean() if micro.done else 1.0
    low, high = newcombe(int(a["ordered"].sum()), len(a), int(b["ordered"].sum()), len(b))
    return _Reading(
        "experiment",
        PER * (b["ordered"].mean() - a["ordered"].mean()) / more,
        PER * low / more,
        PER * high / more,
        f"the test '{micro.test}': B less A, visitors who ordered per visitor more who did it",
    )


def _truth(micro: Micro) -> _Reading:
    table = load("truth_experiments")
    effect = table[table["test"] == micro.test].set_index("outcome")["realized"]
    more = effect[micro.done] if micro.done else 1.0
    return _Reading(
        "truth",
        PER * effect["ordered"] / more,
        np.nan,
        np.nan,
        "the same visitors in both arms",
    )
