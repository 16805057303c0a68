"""The explorer of lesson 03: how many of the buyers among subscribers would have bought anyway, and
what is a sign-up worth then?

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
START: dict[str, Any] = {
    "share": 0,
    "price": PRICE,
    "moved": False,
    "tested": False,
    "shown": False,
}
"""moved: the learner has guessed; tested, shown: test and truth are open, in this order."""


def facts(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """What the shop's log says of its subscribers, in numbers.

    `tables` has events, orders, order_items and products. subscribers: users with a sign-up;
    ordered: the share of them who ordered, in 0..1; per_order: margin per order, dollars;
    margin_share: margin of all orders / their value, in 0..1; naive: dollars per sign-up.
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
        "margin_share": earned / revenue,
        "naive": naive_value(ordered, order, earned / revenue),
    }


def values(naive: float) -> list[float]:
    """Dollars per sign-up, in cents, if 0, 1, ... 100 % of the buyers would have bought anyway."""
    return [round(naive * (100 - share) / 100, 2) for share in range(101)]


def marks(
    ordered: float, margin_share: float, experiments: pd.DataFrame, truth: pd.DataFrame
) -> dict[str, dict[str, float]]:
    """Where the test and the truth stand on the slider: percent of the buyers among subscribers
    who would have bought anyway.

    `ordered` is the share of the log's subscribers who ordered, taken as known. Of these the mails
    added what they add in the test `TEST`; the rest would have bought anyway. added: buyers per
    100 sign-ups; low, high: of the share, from the test's 95 % interval (Newcombe), so its luck
    only; without, with_mails: percent of the test's two arms who bought; money: margin per
    sign-up, dollars, second orders included. Shares stay within 0 to 100.
    """
    rows = experiments[experiments["test"] == TEST].groupby("arm")
    bought = rows["ordered"].agg(["sum", "size"])
    (bought_a, size_a), (bought_b, size_b) = (map(int, bought.loc[arm]) for arm in ("A", "B"))
    low, high = newcombe(bought_a, size_a, bought_b, size_b)
    spent = rows["revenue"].mean()
    known = truth[truth["test"] == TEST].set_index("outcome")["realized"]

    def anyway(added: float) -> float:
        return round(min(max(100 * (1 - added / ordered), 0.0), 100.0), 1)

    without, with_mails = rate(bought_a, size_a), rate(bought_b, size_b)
    return {
        "test": {
            "share": anyway(with_mails - without),
            "low": anyway(high),
            "high": anyway(low),
            "added": round(100 * (with_mails - without), 2),
            "without": round(100 * without, 2),
            "with_mails": round(100 * with_mails, 2),
            "money": round(float(spent["B"] - spent["A"]) * margin_share, 2),
        },
        "truth": {
            "share": anyway(float(known["ordered"])),
            "added": round(100 * float(known["ordered"]), 2),
            "money": round(float(known["revenue"]) * margin_share, 2),
        },
    }


class SubscriberExplorer(Widget):
    """Two sliders above a chart of value per sign-up; made by `subscriber_explorer()`."""

    _esm = joined("explorer_base.js", "explorer_subscribers.js")
    _css = joined("explorer_base.css", "explorer_subscribers.css")

    facts = traitlets.Dict().tag(sync=True)
    values = traitlets.List(traitlets.Float()).tag(sync=True)  # by percent who bought anyway
    marks = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)  # set by the browser

    @property
    def plain(self) -> str:
        """Five positions of the slider as a table, at the price that Northlight asks."""
        count, naive = self.facts["subscribers"], self.values[0]
        lines = [
            "Subscriber explorer: what is a sign-up worth if some would have bought anyway?",
            "  (in buyers times the margin of an average order)",
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
        marks=marks(
            found["ordered"], found["margin_share"], load("experiments"), load("truth_experiments")
        ),
        state=dict(START),
    )
    return placed(explorer)
