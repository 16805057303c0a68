"""The explorer of lesson 03: how many subscribers would have ordered anyway, and what is a sign-up
worth then?

Every value that the slider can reach lies in synced traits before it is shown, and the browser
does the rest: it needs no Python handler, so it also works in a reopened notebook.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import traitlets

from workbook.analysis.intervals import newcombe
from workbook.analysis.rates import rate
from workbook.analysis.value import aov, naive_value
from workbook.widgets.base import Widget, joined, placed

TEST = "newsletter mails"
PRICE = 2.0
"""Dollars that Northlight asks for a sign-up."""
START: dict[str, Any] = {"share": 0, "price": PRICE, "moved": False, "shown": False}


def facts(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """What the shop's log says of its subscribers, in numbers.

    `tables` has events, orders, order_items and products. subscribers: users with a sign-up;
    ordered: the share of them who ordered, in 0..1; per_order: margin per order, dollars; naive:
    dollars per sign-up.
    """
    events, orders, items = tables["events"], tables["orders"], tables["order_items"]
    subscribers = events.loc[events["event"] == "newsletter_signup", "user"].drop_duplicates()
    ordered = rate(int(subscribers.isin(orders["user"]).sum()), len(subscribers))
    each = items["item_id"].map(tables["products"].set_index("item_id")["margin"])
    revenue, earned = float(orders["value"].sum()), float((each * items["quantity"]).sum())
    order = aov(revenue, len(orders))
    return {
        "subscribers": len(subscribers),
        "ordered": ordered,
        "per_order": order * earned / revenue,
        "naive": naive_value(ordered, order, earned / revenue),
    }


def values(naive: float) -> list[float]:
    """Dollars per sign-up, in cents, if 0, 1, ... 100 % of the orders would have come anyway."""
    return [round(naive * (100 - share) / 100, 2) for share in range(101)]


def marks(
    ordered: float, experiments: pd.DataFrame, truth: pd.DataFrame
) -> dict[str, dict[str, float]]:
    """Where the test and the truth stand on the slider: percent of the orders that would have
    come anyway.

    `ordered` is the share of subscribers who ordered. Of these the mails added what they add in
    the test `TEST`; the rest would have come anyway. added: orders per 100 sign-ups; low, high:
    of the share, from the test's 95 % interval (Newcombe). Shares stay within 0 to 100.
    """
    rows = experiments[experiments["test"] == TEST].groupby("arm")["ordered"].agg(["sum", "size"])
    (bought_a, size_a), (bought_b, size_b) = (map(int, rows.loc[arm]) for arm in ("A", "B"))
    low, high = newcombe(bought_a, size_a, bought_b, size_b)
    known = truth[(truth["test"] == TEST) & (truth["outcome"] == "ordered")]["realized"]

    def anyway(added: float) -> float:
        return round(min(max(100 * (1 - added / ordered), 0.0), 100.0), 1)

    tested, true = bought_b / size_b - bought_a / size_a, float(known.iloc[0])
    return {
        "test": {
            "share": anyway(tested),
            "low": anyway(high),
            "high": anyway(low),
            "added": round(100 * tested, 2),
        },
        "truth": {"share": anyway(true), "added": round(100 * true, 2)},
    }


class SubscriberExplorer(Widget):
    """Two sliders above a chart of value per sign-up; made by `subscriber_explorer()`."""

    _esm = joined("explorer_base.js", "explorer_subscribers.js")
    _css = joined("explorer_base.css", "explorer_subscribers.css")

    facts = traitlets.Dict().tag(sync=True)
    values = traitlets.List(traitlets.Float()).tag(sync=True)  # by percent that came anyway
    marks = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)  # set by the browser

    @property
    def plain(self) -> str:
        """Five positions of the slider as a table, at the price that Northlight asks."""
        count, naive = self.facts["subscribers"], self.values[0]
        lines = [
            "Subscriber explorer: what is a sign-up worth if some would have ordered anyway?",
            f"  {'anyway':>6}  {'naive':>6}  {'incremental':>11}  "
            f"gain on {count:,} sign-ups at ${PRICE:.2f}",
        ]
        for share in (0, 25, 50, 75, 100):
            worth = self.values[share]
            gain = count * (worth - PRICE)
            lines.append(
                f"  {share:>4} %  {f'${naive:.2f}':>6}  {f'${worth:.2f}':>11}  "
                f"{'-' if gain < 0 else '+'}${abs(gain):,.0f}"
            )
        return "\n".join(lines)


def subscriber_explorer() -> SubscriberExplorer:
    """The explorer on the shop's log and the test of the newsletter mails."""
    from workbook.data import load

    names = ("events", "orders", "order_items", "products")
    found = facts({name: load(name) for name in names})
    explorer = SubscriberExplorer(
        facts=found,
        values=values(found["naive"]),
        marks=marks(found["ordered"], load("experiments"), load("truth_experiments")),
        state=dict(START),
    )
    return placed(explorer)
