"""The numbers of a plan, counted on the shop's log or on another world of the shop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.rates import Rate, event_rate, session_rate, user_rate
from workbook.data import load
from workbook.plans.plan import EXCLUSIONS, MEASURES, SEGMENTS, UNITS, Kpi, Plan


@dataclass(frozen=True, eq=False)
class Shop:
    """One world's tables, trimmed to what a plan asks for.

    events    time, user, session, event (categories), in the order in which they happened
    sessions  session, channel, device, visitor
    orders    session, time, value, margin (dollars)
    """

    events: pd.DataFrame
    sessions: pd.DataFrame
    orders: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """Names of the events of the log."""
        return [str(name) for name in self.events["event"].cat.categories]


def logged() -> Shop:
    """The shop as its log has it: half a second. Raises as `data.load`."""
    names = ("events", "sessions", "orders", "order_items", "products")
    return trimmed(*(load(name) for name in names))


def trimmed(
    events: pd.DataFrame,
    sessions: pd.DataFrame,
    orders: pd.DataFrame,
    order_items: pd.DataFrame,
    products: pd.DataFrame,
) -> Shop:
    log = events[["time", "user", "session", "event"]].astype(
        {
            "user": "category",
            "session": pd.CategoricalDtype(sessions["session"]),
            "event": "category",
        }
    )
    each = order_items["item_id"].map(products.set_index("item_id")["margin"])
    margin = (each * order_items["quantity"]).groupby(order_items["order_id"]).sum()
    sold = orders[["session", "time", "value"]].assign(margin=orders["order_id"].map(margin))
    return Shop(log, sessions[["session", "channel", "device", "visitor"]], sold)


@dataclass(frozen=True, eq=False)
class Part:
    """A shop's rows that a plan looks at: its window and segment, without what it excludes."""

    shop: Shop
    kpi: Kpi
    segment: str
    events: pd.DataFrame = field(init=False)
    orders: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        kept = kept_visits(self.shop, self.segment, self.kpi.exclusion)
        log, orders = self.shop.events, self.shop.orders
        code = log["session"].cat.codes.to_numpy()
        here = kept[code] & (code >= 0)
        ids = self.shop.sessions["session"][kept]
        object.__setattr__(self, "events", log[here & self._inside(log["time"])])
        inside = self._inside(orders["time"]) & orders["session"].isin(ids).to_numpy()
        object.__setattr__(self, "orders", orders[inside])

    def _inside(self, time: pd.Series[Any]) -> Any:
        end = pd.Timestamp(self.kpi.last) + pd.Timedelta(days=1)
        return ((time >= pd.Timestamp(self.kpi.first)) & (time < end)).to_numpy()

    def rate(self, event: str, denominator: str, scope: str) -> Rate:
        """The rate on these rows; ValueError if there is nothing to divide, or to count."""
        log, more = self.events, {"exclusions": self.kpi.exclusion}
        window = str(self.kpi.first), str(self.kpi.last)
        if scope == "event":
            return self._named(event_rate(log, event, denominator, window=window, **more))
        whole = f"{scope}s"
        if denominator not in UNITS:
            units = log.loc[log["event"] == denominator, scope]
            log = log[log[scope].isin(units)]
            whole += f" with {denominator}"
        if not len(log):
            raise ValueError(f"There are no {whole} in the window, so there is nothing to divide.")
        counted = session_rate if scope == "session" else user_rate
        return self._named(replace(counted(log, event, window=window, **more), denominator=whole))

    def _named(self, found: Rate) -> Rate:
        group = "" if self.segment == "everybody" else f" ({self.segment})"
        return replace(found, denominator=found.denominator + group)

    def total(self, name: str) -> float:
        """A total of these rows: orders, revenue, margin or visits."""
        if name == "visits":
            return float(self.events["session"].nunique())
        if name == "orders":
            return float(len(self.orders))
        return float(self.orders["value" if name == "revenue" else name].sum())

    def row(self, role: str, name: str) -> dict[str, Any]:
        """One line of `compute` for a measure."""
        measure = MEASURES[name]
        if measure.event:
            try:
                found = self.rate(measure.event, measure.denominator, measure.scope)
            except ValueError:  # nobody in the denominator, or the event never happened
                return {"role": role, "name": name, "unit": "%"}
            return {"role": role, "name": name, **_counts(found)}
        return {"role": role, "name": name, "value": self.total(name), "unit": measure.unit}


def kept_visits(shop: Shop, segment: str, exclusion: str) -> Any:
    """For each visit of the shop whether the plan looks at it."""
    kept = np.ones(len(shop.sessions), dtype=np.bool_)
    if wanted := SEGMENTS[segment]:
        kept &= (shop.sessions[wanted[0]] == wanted[1]).to_numpy()
    if left_out := EXCLUSIONS[exclusion]:
        kept &= (shop.sessions[left_out[0]] != left_out[1]).to_numpy()
    return kept


def _counts(found: Rate) -> dict[str, Any]:
    low, high = found.interval()
    return {
        "value": found.value,
        "numerator": found.part,
        "denominator": found.whole,
        "low": low,
        "high": high,
        "unit": "%",
    }


COLUMNS = ("role", "name", "value", "numerator", "denominator", "low", "high", "unit")


def compute(plan: Plan, shop: Shop | None = None) -> pd.DataFrame:
    """Every number of a plan on the shop's log (or another world's tables), one row each.

    Columns: role (primary, diagnostic, guardrail), name, value, numerator, denominator, low and
    high (95 %, Wilson), unit. Rates are in 0..1 with the unit "%". Totals have no numerator and no
    interval; a rate without a denominator has no value. Window, segment and exclusions of the
    primary hold for every row.
    """
    return computed(plan, Part(shop or logged(), plan.primary, plan.segment))


def computed(plan: Plan, part: Part) -> pd.DataFrame:
    kpi = plan.primary
    rows = [
        {
            "role": "primary",
            "name": f"{kpi.event} / {kpi.denominator}",
            **_counts(part.rate(kpi.event, kpi.denominator, kpi.scope)),
        },
        *(part.row("diagnostic", name) for name in plan.diagnostics),
        *(part.row("guardrail", rail.measure) for rail in plan.guardrails),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
