"""Northlight is paid for a plan's primary metric: which trick raises it, and who notices?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from workbook.plans.counting import Part, Shop, computed, trimmed
from workbook.plans.plan import MEASURES, Plan
from workbook.shop import advertising
from workbook.shop.calendar import SEED
from workbook.shop.policy import Policy
from workbook.shop.world import simulate

NOTICED = 0.05
"""A number that falls by more than this share would have noticed a trick."""


@dataclass(frozen=True)
class Trick:
    """Something the agency can do to the primary.

    aims    events that it makes more of, or fewer; empty: all, since it changes who comes
    policy  runs in the shop's model; None: the prize draw, which is an assumption of this workbook
            and not the shop's model
    """

    name: str
    what: str
    aims: frozenset[str]
    policy: Policy | None


TRICKS = (
    Trick(
        "a louder cart button",
        "The cart button grows, turns orange and follows the finger down the page. People press "
        "it who never meant to buy.",
        frozenset({"add_to_cart", "begin_checkout"}),
        Policy(delta_idle=0.85),
    ),
    Trick(
        "a wish list that fills itself",
        "Whoever views a product finds it on a wish list.",
        frozenset({"add_to_wishlist"}),
        Policy(wishlist_for_all=True),
    ),
    Trick(
        "display and social switched off",
        "The channels that bring beginners are turned off. Who still comes is nearer to buying, "
        "so the denominator shrinks faster than the numerator.",
        frozenset(),
        Policy(off=frozenset({"display", "social"})),
    ),
    Trick(
        "a prize draw",
        "For each sign-up of the log one more visitor comes for a prize: one page, one sign-up, "
        "never an order. This is an assumption of this workbook, not the shop's model.",
        frozenset({"newsletter_signup"}),
        None,
    ),
)
"""What the agency has in its drawer. Forced accounts and the pop-up are in use already, so they
cannot raise anything any more."""


@dataclass(frozen=True, eq=False)
class Game:
    """What the agency did to a plan's primary, and who noticed.

    trick     what raised the primary most, or lowered it, whichever way the target lies; None if
              nothing moved it beyond the base's own 95 % interval: then it leaves the shop alone
    base      the primary before
    tried     the primary after each trick that aims at it, by the trick's name
    table     as `compute`, with value as `before`, then `after`, `change` (relative) and `verdict`
              ("fired" or "silent"; "" if the row is no guardrail)
    noticed   numbers of `MEASURES` that fell by more than 5 % and are no guardrail here: name,
              before, after, change; the largest fall first
    truth     orders, and in dollars revenue, margin, ad cost and margin after ads, of the whole
              shop's log in the 13 weeks: "as it was", "gamed", "difference"
    """

    trick: Trick | None
    base: float
    tried: dict[str, float]
    table: pd.DataFrame
    noticed: pd.DataFrame
    truth: pd.DataFrame

    @property
    def too_wide(self) -> pd.DataFrame:
        """Guardrails that fell as far as `noticed` asks for and did not fire: rows of `table`."""
        fell = (self.table["change"] < -NOTICED) & ~(self.table["after"] >= self.table["low"])
        return self.table[(self.table["verdict"] == "silent") & fell]

    @property
    def fired(self) -> list[str]:
        """Names of the guardrails that fired."""
        return list(self.table.loc[self.table["verdict"] == "fired", "name"])


def game(plan: Plan, seed: int = SEED) -> Game:
    """Let the agency, paid for the primary, do its best: run every trick that aims at it and keep
    the one that moves it most. Some seconds at first; each trick's world is kept."""
    kpi = plan.primary
    as_it_was, before = _world(None, seed)
    part = Part(as_it_was, kpi, plan.segment)
    base = part.rate(kpi.event, kpi.denominator, kpi.scope)
    up = plan.target > base.value
    parts: dict[Trick | None, Part] = {None: part}
    values: dict[Trick, float] = {}
    for trick in TRICKS:
        if not trick.aims or {kpi.event, kpi.denominator} & trick.aims:
            parts[trick] = Part(_world(trick, seed)[0], kpi, plan.segment)
            values[trick] = parts[trick].rate(kpi.event, kpi.denominator, kpi.scope).value
    nearest = max(values, key=lambda trick: values[trick] if up else -values[trick])
    low, high = base.interval()
    moved = values[nearest] > high if up else values[nearest] < low
    best = nearest if moved else None
    truth = pd.DataFrame({"as it was": before, "gamed": _world(best, seed)[1]})
    truth["difference"] = truth["gamed"] - truth["as it was"]
    return Game(
        best,
        base.value,
        {trick.name: value for trick, value in values.items()},
        _before_after(plan, part, parts[best]),
        _noticed(plan, part, parts[best]),
        truth,
    )


def _before_after(plan: Plan, before: Part, after: Part) -> pd.DataFrame:
    table = computed(plan, before).rename(columns={"value": "before"})
    table["after"] = computed(plan, after)["value"]
    table["change"] = table["after"] / table["before"] - 1
    limits = {rail.measure: rail.limit / 100 for rail in plan.guardrails}
    table["verdict"] = [
        "" if role != "guardrail" else "fired" if moved < -limits[name] else "silent"
        for role, name, moved in zip(table["role"], table["name"], table["change"], strict=True)
    ]
    return table


def _noticed(plan: Plan, before: Part, after: Part) -> pd.DataFrame:
    kpi, watched = plan.primary, {rail.measure for rail in plan.guardrails}
    rows = []
    for name, one in MEASURES.items():
        same = (one.event, one.denominator, one.scope) == (kpi.event, kpi.denominator, kpi.scope)
        if name in watched or same:
            continue
        was, now = before.row("", name), after.row("", name)
        if not was.get("value") or "value" not in now:
            continue
        moved = now["value"] / was["value"] - 1
        # A fall within the rate's own interval would not be noticed by anybody.
        if moved < -NOTICED and now["value"] < was.get("low", np.inf):
            rows.append({"name": name, "before": was["value"], "after": now["value"],
                         "change": moved, "unit": was["unit"]})  # fmt: skip
    columns = ["name", "before", "after", "change", "unit"]
    return pd.DataFrame(rows, columns=columns).sort_values("change", ignore_index=True)


@lru_cache(maxsize=8)
def _world(trick: Trick | None, seed: int) -> tuple[Shop, pd.Series[float]]:
    """The shop under a trick, and what it made of it in the 13 weeks."""
    if trick and trick.policy is None:
        shop, made = _world(None, seed)
        return _with_prize_hunters(shop), made
    # Not `what_if.world`, which keeps whole worlds: four of them are a quarter of a gigabyte.
    found = simulate(seed, policy=trick.policy if trick else None)
    shop = trimmed(found.events, found.sessions, found.orders, found.order_items, found.products)
    summary = found.summary()
    totals = {name: summary[name] for name in ("orders", "revenue", "margin")}
    totals["ad cost"] = float(advertising.make(found)["cost"].sum())
    totals["margin after ads"] = totals["margin"] - totals["ad cost"]
    return shop, pd.Series(totals, dtype=float)


def _with_prize_hunters(shop: Shop) -> Shop:
    """The prize draw: each sign-up of the log brings another new visitor within the same minute,
    with the same kind of device, who sees one page, signs up and never comes again."""
    log = shop.events
    signed = log[log["event"] == "newsletter_signup"]
    hunters = [f"prize_{number}" for number in range(len(signed))]
    device = signed["session"].map(shop.sessions.set_index("session")["device"])
    visits = pd.DataFrame(
        {
            "session": hunters,
            "channel": "referral",
            "device": device.astype(str).to_numpy(),
            "visitor": "new",
        }
    )
    sessions = pd.concat([shop.sessions, visits], ignore_index=True)
    steps = ("session_start", "first_visit", "page_view", "newsletter_signup")
    added = [
        pd.DataFrame(
            {"time": signed["time"].to_numpy(), "user": hunters, "session": hunters, "event": step}
        )
        for step in steps
    ]
    plain = log.astype({"user": "str", "session": "str", "event": "str"})
    events = pd.concat([plain, *added], ignore_index=True).astype(
        {
            "user": "category",
            "session": pd.CategoricalDtype(sessions["session"]),
            "event": "category",
        }
    )
    return Shop(events.sort_values("time", kind="stable"), sessions, shop.orders)
