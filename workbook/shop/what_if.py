"""What if: the same persons, one thing changed. About two seconds at the size of the log."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from workbook.shop.calendar import SEED
from workbook.shop.policy import Policy
from workbook.shop.world import World, simulate


@dataclass(frozen=True, slots=True)
class Effect:
    """One change in these 13 weeks, as it came out for these persons.

    `table` has the rows carts, checkouts (sessions with the event), orders, revenue and margin
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
    before, after = _totals(Policy(), seed), _totals(policy, seed)
    table = pd.DataFrame({"as it was": before, "with the change": after})
    table["difference"] = table["with the change"] - table["as it was"]
    return Effect(policy, table)


@lru_cache(maxsize=16)
def _totals(policy: Policy, seed: int) -> pd.Series[float]:
    world = simulate(seed, policy=policy)
    sessions = world.events.groupby("event", observed=True)["session"].nunique()
    return pd.Series(
        {
            "carts": sessions.get("add_to_cart", 0),
            "checkouts": sessions.get("begin_checkout", 0),
            "orders": len(world.orders),
            "revenue": round(float(world.orders["value"].sum()), 2),
            "margin": round(_margin(world), 2),
        },
        dtype=float,
    )


def _margin(world: World) -> float:
    """Dollars left after the cost of the goods."""
    items = world.order_items.merge(world.products[["item_id", "margin"]], on="item_id")
    return float((items["quantity"] * items["margin"]).sum())
