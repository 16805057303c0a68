"""Orders: from purchase events to orders and revenue, without duplicates, net of refunds.

A purchases table has one row per purchase event, with the columns `user`, `transaction_id` and
`revenue`, and `time` where there is one; other names are given by arguments. What an id should be:
GA4 Help 12313109.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.inputs import moment, need_columns, number, numbers
from workbook.analysis.kinds import Bools

UNUSABLE = ("", "(not set)")
"""Ids that name no order (with those that are missing); see also `usable_ids`."""


def purchase_value(items: pd.DataFrame) -> float:
    """Value of a purchase: sum of price x quantity, in the currency of `price`.

    `items` has the columns price (of one unit, after discounts) and quantity. Shipping and tax
    are no part of it (GA4, recommended event `purchase`). ValueError for negatives or blanks.
    """
    need_columns(items, ["price", "quantity"], "The items table")
    price = numbers("price", items["price"], least=0)
    quantity = numbers("quantity", items["quantity"], least=0)
    return fsum((price * quantity).tolist())


def usable_ids(ids: pd.Series[Any], unusable: Sequence[str] = UNUSABLE) -> pd.Series[bool]:
    """True where an id names an order: not missing, blank, or one of `unusable`."""
    text = ids.astype(object).where(ids.notna(), "").astype(str).str.strip()
    return ~text.isin([*unusable, ""])


def deduplicate(
    purchases: pd.DataFrame,
    *,
    user: str = "user",
    transaction_id: str = "transaction_id",
    revenue: str = "revenue",
    time: str = "time",
    unusable: Sequence[str] = UNUSABLE,
) -> pd.DataFrame:
    """One row per order: the purchase events with a usable id, one per (user, id).

    Keeps the earliest event (the first row without a time column) with the *largest* revenue of
    its repeats, since some of them may lack it. Events without a user or a usable id name no
    order and are left out: `deduplication` counts them. By id alone the orders of different
    users who share an id would be merged. Rows keep their index and order. Raises ValueError for
    an order none of whose events has a revenue.
    """
    columns = [user, transaction_id, revenue]
    need_columns(purchases, columns, "The purchases table")
    kept = purchases[_identified(purchases, user, transaction_id, unusable)]
    money = _known_money(revenue, kept[revenue])
    place = kept[[user, transaction_id]].reset_index(drop=True).astype({transaction_id: str})
    place[transaction_id] = place[transaction_id].str.strip()
    if time in kept.columns:
        moments = kept[time].reset_index(drop=True)
        if moments.isna().any():
            raise ValueError("Some purchases have no time: fill it, or drop the column time.")
        order = moments.sort_values(kind="stable").index
    else:
        order = place.index
    largest = money.groupby([place[user], place[transaction_id]]).transform("max")
    first = place.loc[order].drop_duplicates().index.sort_values()
    if unknown := int(largest.loc[first].isna().sum()):
        raise ValueError(f"{unknown} orders have no revenue in any event: fill it (with 0?) first.")
    return kept.iloc[first].assign(**{revenue: largest.loc[first].to_numpy()})


def deduplication(
    purchases: pd.DataFrame,
    *,
    user: str = "user",
    transaction_id: str = "transaction_id",
    revenue: str = "revenue",
    time: str = "time",
    unusable: Sequence[str] = UNUSABLE,
) -> pd.Series[float]:
    """What `deduplicate` did: a Series to print beside its result.

    `events`, `without_id` (no user or no usable id), `repeats`, `orders`; `raw_revenue`,
    `revenue`; `duplicate_rate` = repeats / events with an id, NaN where there is none.
    """
    orders = deduplicate(
        purchases, user=user, transaction_id=transaction_id, revenue=revenue, time=time,
        unusable=unusable,
    )  # fmt: skip
    identified = int(_identified(purchases, user, transaction_id, unusable).sum())
    repeats = identified - len(orders)
    return pd.Series(
        {
            "events": len(purchases),
            "without_id": len(purchases) - identified,
            "repeats": repeats,
            "orders": len(orders),
            "raw_revenue": fsum(_known_money(revenue, purchases[revenue]).dropna().tolist()),
            "revenue": fsum(orders[revenue].tolist()),
            "duplicate_rate": repeats / identified if identified else np.nan,
        }
    )


def revenue_by_rule(
    purchases: pd.DataFrame,
    *,
    user: str = "user",
    transaction_id: str = "transaction_id",
    revenue: str = "revenue",
    unusable: Sequence[str] = UNUSABLE,
) -> pd.DataFrame:
    """Orders and revenue under the right rule and three wrong ones, for contrast.

    Rows: "every event" (counts repeats), "by user and id" (right), "by id alone" (merges users
    who share an id), "by id alone, unusable ids too" (and merges all without an id into one).
    """
    need_columns(purchases, [user, transaction_id, revenue], "The purchases table")
    money = _known_money(revenue, purchases[revenue]).fillna(0.0).to_numpy()
    ids = purchases[transaction_id].astype(object).where(purchases[transaction_id].notna(), "")
    bare = pd.DataFrame({"id": ids.astype(str).str.strip().to_numpy(), "revenue": money})
    good = usable_ids(purchases[transaction_id], unusable).to_numpy()
    right = deduplicate(
        purchases, user=user, transaction_id=transaction_id, revenue=revenue, unusable=unusable
    )
    bare.loc[~good, "id"] = ""
    found = {
        "every event": money.tolist(),
        "by user and id": right[revenue].tolist(),
        "by id alone": bare[good].groupby("id")["revenue"].max().tolist(),
        "by id alone, unusable ids too": bare.groupby("id")["revenue"].max().tolist(),
    }
    return pd.DataFrame(
        {
            "orders": {rule: len(values) for rule, values in found.items()},
            "revenue": {rule: fsum(values) for rule, values in found.items()},
        }
    )


def net_of_refunds(
    orders: pd.DataFrame,
    refunds: pd.DataFrame,
    *,
    as_of: Any = None,
    order_id: str = "order_id",
    value: str = "value",
) -> pd.DataFrame:
    """The orders with the columns `refunded` and `net` = value - refunded; refunds come in parts.

    `refunds` has order_id, value (above 0), and time where `as_of` is given: only refunds up to
    that moment count, as a report of that day would have seen them. Recent orders look better
    than they will be, for their refunds have not come yet. Refunds of orders that are not in
    `orders` take nothing from it. Raises ValueError for a repeated order (de-duplicate first) or
    more refunded than paid.
    """
    need_columns(orders, [order_id, value], "The orders table")
    need_columns(refunds, [order_id, value], "The refunds table")
    if orders[order_id].duplicated().any():
        raise ValueError("An order stands twice in the orders table: de-duplicate it first.")
    paid = numbers("The orders' value", orders[value], least=0)
    back = pd.Series(
        numbers("The refunds' value", refunds[value], least=0),
        index=refunds[order_id].to_numpy(),
        dtype=np.float64,
    )
    if as_of is not None:
        need_columns(refunds, ["time"], "The refunds table")
        if refunds["time"].isna().any():
            raise ValueError("Some refunds have no time, so nobody knows whether they were in yet.")
        back = back[_up_to(refunds["time"], as_of)]
    refunded = back.groupby(level=0).sum().reindex(orders[order_id]).fillna(0.0).to_numpy()
    over = refunded > paid + 0.005  # half a cent: parts of a refund may be rounded
    if over.any():
        which = orders[order_id].to_numpy()[over][0]
        raise ValueError(
            f"Of order {which} more was refunded than paid. Is a refund event recorded twice?"
        )
    return orders.assign(refunded=refunded, net=np.maximum(paid - refunded, 0.0))


def _known_money(name: str, column: pd.Series[Any]) -> pd.Series[float]:
    """The column as numbers by place, blanks kept."""
    known = column.notna().to_numpy(dtype=np.bool_)
    found = pd.Series(np.nan, index=range(len(column)))
    found[known] = numbers(name, column[known])
    return found


def _up_to(times: pd.Series[Any], as_of: Any) -> Bools:
    if pd.api.types.is_datetime64_any_dtype(times):
        return (times <= moment("as_of", as_of, times)).to_numpy(dtype=np.bool_)
    return numbers("time", times) <= number("as_of", as_of)


def _identified(
    purchases: pd.DataFrame, user: str, transaction_id: str, unusable: Sequence[str]
) -> Bools:
    known = purchases[user].notna() & usable_ids(purchases[transaction_id], unusable)
    found: Bools = known.to_numpy(dtype=np.bool_)
    return found
