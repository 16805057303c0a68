"""What a micro conversion is worth, four ways side by side: correlation, attributed credit, an
experiment, and the truth that only a simulated shop can show.

All four are orders per 1,000 persons or users of the log, so they can be compared. Only the first
two can be read off a real shop's log, and only the third can be had by asking it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.analysis.intervals import clustered_difference, newcombe
from workbook.shop import draws
from workbook.shop.calendar import SEED
from workbook.shop.draws import Bools, Floats
from workbook.shop.policy import Policy
from workbook.shop.visits import NO_CART, Visits
from workbook.shop.what_if import world

PER = 1_000


@dataclass(frozen=True)
class Micro:
    """A micro conversion: how it shows in visits, and the policy that changes how often it is done.

    more: the changed shop has more of it
    """

    name: str
    policy: Policy
    more: bool

    def done(self, visits: Visits) -> Bools:
        """Which visits hold it."""
        if self.name == "cart":
            in_cart: Bools = visits.cart != NO_CART
            return in_cart
        flags: Bools = getattr(visits, _FIELDS[self.name])
        return flags


_FIELDS = {"wish list": "wish_list", "newsletter": "newsletter", "account": "account"}
MICROS = {
    "wish list": Micro("wish list", Policy(wishlist_for_all=True), more=True),
    "newsletter": Micro("newsletter", Policy(popup=False), more=False),
    "account": Micro("account", Policy(forced_account=False), more=False),
    "cart": Micro("cart", Policy(delta_idle=0.85), more=True),
}
"""Each with the change of the shop that makes more or less of it and nothing else."""


def four_readings(micro: str, seed: int = SEED) -> pd.DataFrame:
    """The four readings of one micro conversion, one row each; about a second.

    `micro` is "wish list", "newsletter", "account" or "cart". Columns: without, with_it (orders
    per 1,000 in the two groups), difference, low, high (95 % interval; missing where there is
    none), compares (what with what). The experiment gives half of the log's persons, drawn by
    lot, the changed shop; the truth gives it to all. Both difference columns read "with more of
    the micro less with less of it". Raises ValueError for another micro.
    """
    if micro not in MICROS:
        raise ValueError(f"There is no micro {micro!r} here; choose one of {', '.join(MICROS)}.")
    chosen = MICROS[micro]
    base, changed = world(Policy(), seed).visits, world(chosen.policy, seed).visits
    less, more = (base, changed) if chosen.more else (changed, base)
    persons = np.union1d(base.person, changed.person)
    rows = [
        ("correlation", *_correlation(base, chosen.done(base))),
        ("attributed credit", *_credit(base, chosen.done(base))),
        ("experiment", *_experiment(less, more, persons, micro, seed)),
        ("truth", *_truth(less, more, persons)),
    ]
    table = pd.DataFrame(
        rows, columns=["reading", "without", "with_it", "difference", "low", "high", "compares"]
    )
    return table.set_index("reading")


_Row = tuple[float, float, float, float, float, str]


def _correlation(log: Visits, done: Bools) -> _Row:
    """Users who did it against users who did not: who orders?"""
    users = np.unique(log.browser, return_inverse=True)[1]
    did = np.bincount(users, weights=done) > 0
    buys = np.bincount(users, weights=log.paid) > 0
    counts = int(buys[~did].sum()), int((~did).sum()), int(buys[did].sum()), int(did.sum())
    low, high = newcombe(*counts)
    without, with_it = counts[0] / counts[1], counts[2] / counts[3]
    return (
        PER * without, PER * with_it, PER * (with_it - without), PER * low, PER * high,
        "users who did it with users who did not; share of them who ordered",
    )  # fmt: skip


def _credit(log: Visits, done: Bools) -> _Row:
    """Orders of users who had done it by then, over all users: what a credit rule hands out."""
    order = np.lexsort((log.start, log.browser))
    user = np.unique(log.browser[order], return_inverse=True)[1]
    so_far = np.cumsum(done[order])
    first = np.searchsorted(user, user)
    before_user = np.where(first > 0, so_far[first - 1], 0)
    credited = int((log.paid[order] & (so_far > before_user)).sum())
    users = int(user.max()) + 1
    rest = int(log.paid.sum()) - credited
    return (
        PER * rest / users, PER * (rest + credited) / users, PER * credited / users,
        np.nan, np.nan, "all orders with those of users who had not done it; per user of the log",
    )  # fmt: skip


def _orders(log: Visits, persons: draws.Ints) -> Floats:
    place = np.searchsorted(persons, log.person[log.paid])
    return np.bincount(place, minlength=len(persons)).astype(np.float64)


def _experiment(less: Visits, more: Visits, persons: draws.Ints, micro: str, seed: int) -> _Row:
    """Half of the persons in either shop, by lot."""
    keys = draws.person_keys(seed, persons)
    in_more = draws.uniform(keys, f"exp:four readings, {micro}") < 0.5
    a, b = _orders(less, persons)[~in_more], _orders(more, persons)[in_more]
    found = clustered_difference(a, np.ones(len(a)), b, np.ones(len(b)))
    return (
        PER * a.mean(), PER * b.mean(), PER * found.value, PER * found.interval.low,
        PER * found.interval.high, "a random half in the shop with more of it with the other half",
    )  # fmt: skip


def _truth(less: Visits, more: Visits, persons: draws.Ints) -> _Row:
    """All persons in both shops."""
    a, b = _orders(less, persons).mean(), _orders(more, persons).mean()
    return (
        PER * a, PER * b, PER * (b - a), np.nan, np.nan,
        "the same persons in the shop with more of it and in the one with less",
    )  # fmt: skip
