"""What if: the same persons, one thing changed. About a second at the size of the log."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from workbook.shop.calendar import SEED
from workbook.shop.policy import Policy
from workbook.shop.world import World, simulate

SHOWN = ("carts", "checkouts", "orders", "revenue", "margin")


@dataclass(frozen=True, slots=True)
class Effect:
    """One change in these 13 weeks, as it came out for these persons.

    `table` has the rows carts, checkouts (visits with one), orders, revenue and margin
    (dollars), and the columns "as it was", "with the change", "difference".
    """

    policy: Policy
    table: pd.DataFrame

    @property
    def margin(self) -> float:
        """Dollars of margin that the change added in the 13 weeks."""
        return float(self.table["difference"]["margin"])


def compare(policy: Policy, seed: int = SEED) -> Effect:
    """Run the shop as it was and with `policy`; both worlds share everything it does not touch."""
    table = pd.DataFrame(
        {"as it was": _totals(Policy(), seed), "with the change": _totals(policy, seed)}
    )
    table["difference"] = table["with the change"] - table["as it was"]
    return Effect(policy, table)


@lru_cache(maxsize=4)
def world(policy: Policy, seed: int = SEED) -> World:
    """The log's persons under a policy; the last few worlds are kept. Do not change them."""
    return simulate(seed, policy=policy)


@lru_cache(maxsize=64)
def _totals(policy: Policy, seed: int) -> pd.Series[float]:
    found = world(policy, seed).summary()
    return pd.Series({name: float(found[name]) for name in SHOWN})
