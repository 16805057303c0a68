"""What if: the same persons, one thing changed. About a second at the size of the log."""

from __future__ import annotations

from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

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


def what_if(*, seed: int = SEED, **changes: Any) -> pd.DataFrame:
    """The 13 weeks as they were and with these changes: what_if(forced_account=False).

    The changes are the settings of `Policy`; `since=28` lets them act from day 28 on. Rows:
    carts, checkouts (visits with one), orders, revenue and margin (dollars); columns: "as it
    was", "with the change", "difference". Raises ValueError for a setting the shop has not.
    """
    settings = [setting.name for setting in fields(Policy)]
    for name in changes:
        if name not in settings:
            near = get_close_matches(name, settings, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(settings)}."
            raise ValueError(f"The shop has no setting {name!r}; {hint}")
    return compare(Policy(**changes), seed).table.copy()


@lru_cache(maxsize=4)
def world(policy: Policy, seed: int = SEED) -> World:
    """The log's persons under a policy; the last few worlds are kept. Do not change them."""
    return simulate(seed, policy=policy)


@lru_cache(maxsize=64)
def _totals(policy: Policy, seed: int) -> pd.Series[float]:
    found = world(policy, seed).summary()
    return pd.Series({name: float(found[name]) for name in SHOWN})
