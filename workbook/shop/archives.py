"""Past experiments as counts: A/A tests without any effect, and tests whose truth is known.

Whole archives are shipped so that a lucky or unlucky test is picked by a rule in the open.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.shop import draws
from workbook.shop.calendar import WEEKDAY_ARRIVALS
from workbook.shop.dictionary import Column, Table
from workbook.shop.draws import Floats, Ints, Keys

AA_TESTS, AA_DAYS = 1_000, 14
TESTS = 200
ARMS = ("A", "B")

# Rates by visitor (the model's section 6): carts, orders of those with a cart and without.
_CART, _ORDER_IF_CART, _ORDER_IF_NOT = 0.076, 0.346, 0.0004
_ORDER = _CART * _ORDER_IF_CART + (1.0 - _CART) * _ORDER_IF_NOT

_AA_VISITORS = 2_000  # of both arms, on an average day (A)
_AA_SPREAD = 0.05  # of the log of a day's visitors (A)

_PLANNED = (20_000, 80_000)  # visitors per arm
_VERDICT_SHARES = np.array([0.12, 0.68, 0.20])  # win, nil, harm
_SIZE = (100, 500)  # size of a true effect on orders, in hundredths of a percent
_CARTS_PER_ORDERS = 1.2  # what an effect on orders does to carts, times its size (A)
_IDLE_SHARE = 0.5  # tests that move carts in a way orders do not feel (A)
_TRAFFIC_SPREAD = 0.1  # of the log of a test's base rates (A)

TABLES = (
    Table(
        "aa_archive",
        "aa_archive.csv.gz",
        "one arm of one test on one day",
        f"{AA_TESTS:,} A/A tests of {AA_DAYS} days: both arms got the same shop, so every "
        "difference is chance. Numbered as they ended; no test was left out.",
        (
            Column("test", "integer", "Number of the test.", minimum=1),
            Column(
                "test_day",
                "integer",
                f"Day of the test, 1 to {AA_DAYS}; day 1 is a Monday.",
                minimum=1,
            ),
            Column("arm", "string", "The arm.", allowed=ARMS),
            Column(
                "visitors",
                "integer",
                "Visitors who entered the arm that day; nobody enters twice.",
                minimum=0,
                assumed=True,
            ),
            Column("orders", "integer", "Those of them who ordered.", minimum=0),
        ),
        key=("test", "test_day", "arm"),
    ),
    Table(
        "test_archive",
        "test_archive.csv",
        "one arm of one test",
        f"The shop's last {TESTS} A/B tests as they stood when they ended. Many ran side by side, "
        "so one visitor may be in several. What B truly did is not in the table.",
        (
            Column("test", "integer", "Number of the test, as they ended.", minimum=1),
            Column("arm", "string", "The arm: A the shop as it was, B the change.", allowed=ARMS),
            Column("visitors", "integer", "Visitors in the arm.", minimum=0, assumed=True),
            Column("carts", "integer", "Those with a cart: the micro conversion.", minimum=0),
            Column("orders", "integer", "Those who ordered: the macro conversion.", minimum=0),
        ),
        key=("test", "arm"),
    ),
)

TRUTH_TABLE = Table(
    "truth_test_archive",
    "truth_test_archive.csv",
    "one past test",
    "The truth of test_archive: what B did in each test.",
    (
        Column("test", "integer", "Number of the test.", minimum=1, unique=True),
        Column("verdict", "string", "By the effect on orders.", allowed=("win", "nil", "harm")),
        Column("cart_lift", "number", "Relative effect on carts.", places=4),
        Column("order_lift", "number", "Relative effect on orders.", places=4),
        Column("cart_rate_A", "number", "True carts per visitor in A.", minimum=0, places=8),
        Column("cart_rate_B", "number", "True carts per visitor in B.", minimum=0, places=8),
        Column("order_rate_A", "number", "True orders per visitor in A.", minimum=0, places=8),
        Column("order_rate_B", "number", "True orders per visitor in B.", minimum=0, places=8),
    ),
    key=("test",),
)


def binomial(keys: Keys, decision: str, trials: Ints, rate: Floats | float) -> Ints:
    """Successes among this many trials for each key (inverse of the distribution function)."""
    from scipy.stats import binom  # type: ignore[import-untyped]

    count: Ints = binom.ppf(draws.uniform(keys, decision), trials, rate).astype(np.int64)
    return count


def make_aa_archive(seed: int) -> pd.DataFrame:
    """The table `aa_archive` of this seed; columns as `TABLES` says."""
    tests = draws.person_keys(seed, np.repeat(np.arange(1, AA_TESTS + 1), AA_DAYS))
    day = np.tile(np.arange(1, AA_DAYS + 1), AA_TESTS)
    keys = draws.child(tests, "A/A test", day)
    busy = WEEKDAY_ARRIVALS[(day - 1) % 7] * np.exp(_AA_SPREAD * draws.normal(keys, "visitors"))
    visitors = np.rint(_AA_VISITORS * busy).astype(np.int64)
    in_a = binomial(keys, "arm", visitors, 0.5)
    arms = []
    for arm, count in zip(ARMS, (in_a, visitors - in_a), strict=True):
        arms.append((count, binomial(draws.child(keys, arm), "orders", count, _ORDER)))
    return pd.DataFrame(
        {
            "test": np.repeat(np.arange(1, AA_TESTS + 1), AA_DAYS * 2),
            "test_day": np.repeat(day, 2),
            "arm": _arms(len(day)),
            "visitors": np.stack([arm[0] for arm in arms], axis=1).ravel(),
            "orders": np.stack([arm[1] for arm in arms], axis=1).ravel(),
        }
    )


def make_test_archive(seed: int) -> pd.DataFrame:
    """The table `test_archive` of this seed; columns as `TABLES` says."""
    keys = _tests(seed)
    true = test_archive_truth(seed)
    low, high = _PLANNED
    planned = low + (draws.uniform(keys, "planned") * (high - low + 1)).astype(np.int64)
    in_a = binomial(keys, "arm", 2 * planned, 0.5)
    arms = []
    for arm, visitors in zip(ARMS, (in_a, 2 * planned - in_a), strict=True):
        cart_rate, order_rate = true[f"cart_rate_{arm}"], true[f"order_rate_{arm}"]
        # The share of orders without a cart is the same in every arm.
        without = (1.0 - _CART) * _ORDER_IF_NOT / _ORDER
        own = draws.child(keys, arm)
        carts = binomial(own, "carts", visitors, cart_rate.to_numpy())
        with_cart = ((1.0 - without) * order_rate / cart_rate).to_numpy()
        no_cart = (without * order_rate / (1.0 - cart_rate)).to_numpy()
        orders = binomial(own, "orders with a cart", carts, with_cart)
        orders += binomial(own, "orders without a cart", visitors - carts, no_cart)
        arms.append((visitors, carts, orders))
    columns = [np.stack([arm[place] for arm in arms], axis=1).ravel() for place in range(3)]
    return pd.DataFrame(
        {
            "test": np.repeat(np.arange(1, TESTS + 1), 2),
            "arm": _arms(TESTS),
            "visitors": columns[0],
            "carts": columns[1],
            "orders": columns[2],
        }
    )


def test_archive_truth(seed: int) -> pd.DataFrame:
    """What B truly did in each test of `test_archive`, by test.

    Columns: test; verdict: win, nil or harm, by the effect on orders; cart_lift and order_lift:
    true relative effects, exact to four decimals; cart_rate_A, cart_rate_B, order_rate_A,
    order_rate_B: true rates per visitor, in 0..1, to eight decimals.

    An effect on orders is 0 (68 % of tests), +1 to +5 % (12 %) or -1 to -5 % (20 %), evenly
    spread. Carts move by 1.2 times that, and in half the tests by another 1 to 5 % up or down
    which orders do not feel (A). So true effects on carts and orders correlate over tests at
    about .69: a cart is a fair surrogate on the whole and no proof in a single test.
    """
    keys = _tests(seed)
    verdict = draws.choice(keys, "verdict", _VERDICT_SHARES)
    sign = np.array([1, 0, -1])[verdict]
    orders = sign * _size(keys, "order lift")
    carts = np.rint(_CARTS_PER_ORDERS * orders).astype(np.int64)
    idle = draws.uniform(keys, "idle carts") < _IDLE_SHARE
    up = np.where(draws.uniform(keys, "more idle carts") < 0.5, 1, -1)
    carts += np.where(idle, up * _size(keys, "idle lift"), 0)
    traffic = np.exp(_TRAFFIC_SPREAD * draws.normal(keys, "base"))
    cart_rate, order_rate = (_CART * traffic).round(8), (_ORDER * traffic).round(8)
    return pd.DataFrame(
        {
            "test": np.arange(1, TESTS + 1),
            "verdict": pd.Series(
                np.array(["win", "nil", "harm"], dtype=object)[verdict], dtype="str"
            ),
            "cart_lift": carts / 10_000.0,
            "order_lift": orders / 10_000.0,
            "cart_rate_A": cart_rate,
            "cart_rate_B": (cart_rate * (1.0 + carts / 10_000.0)).round(8),
            "order_rate_A": order_rate,
            "order_rate_B": (order_rate * (1.0 + orders / 10_000.0)).round(8),
        }
    )


def _tests(seed: int) -> Keys:
    return draws.child(draws.person_keys(seed, np.arange(1, TESTS + 1)), "past test")


def _size(keys: Keys, decision: str) -> Ints:
    """Size of an effect in hundredths of a percent."""
    low, high = _SIZE
    return low + (draws.uniform(keys, decision) * (high - low + 1)).astype(np.int64)


def _arms(times: int) -> pd.Series[str]:
    return pd.Series(np.tile(np.array(ARMS, dtype=object), times), dtype="str")
