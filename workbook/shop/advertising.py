"""What the shop paid for its channels: impressions, clicks and cost per day.

Clicks are counted by whoever sells them and are not visits: some who click leave before the page
has loaded. Costs are ours (A), set so that the channels differ in what they are worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.shop import draws, people
from workbook.shop.calendar import DAY, DAYS, weekday_of
from workbook.shop.dictionary import Column, Table
from workbook.shop.draws import Floats, Ints, Keys
from workbook.shop.people import CHANNELS
from workbook.shop.world import World

CLAIM_DAYS = 30
"""How long after a click a seller claims an order."""
LOST_CLICKS = 0.12
"""Clicks that never become a visit, per click (A)."""


@dataclass(frozen=True)
class Price:
    """Dollars per click and per thousand impressions.

    click_rate: clicks per impression; mails need none, since they go to the whole list
    """

    click_rate: float = 1.0
    per_click: float = 0.0
    per_thousand: float = 0.0


PRICES = {
    "brand search": Price(0.060, per_click=0.13),
    "non-brand search": Price(0.030, per_click=0.27),
    "social": Price(0.009, per_click=0.17),
    "display": Price(0.0035, per_thousand=2.10),
    "remarketing": Price(0.007, per_click=0.55),
    "email": Price(per_thousand=8.00),
}


def make(world: World) -> pd.DataFrame:
    """One row per day and paid channel of the log."""
    v = world.visits
    claimed = _claimed(world)
    parts = []
    for channel, price in PRICES.items():
        code = CHANNELS.index(channel)
        visits = np.bincount(v.start[v.channel == code] // DAY, minlength=DAYS)[:DAYS]
        keys = draws.child(draws.person_keys(world.seed, np.arange(DAYS), " advertising"), channel)
        lost = visits * LOST_CLICKS / (1 - LOST_CLICKS) * _about_one(keys, "lost clicks", 0.25)
        clicks = visits + np.rint(lost).astype(np.int64)
        if channel == "email":
            impressions = _mailed(world)
        else:
            shown = clicks / price.click_rate * _about_one(keys, "impressions", 0.12)
            impressions = np.rint(shown).astype(np.int64)
        cost = clicks * price.per_click * _about_one(keys, "price of a click", 0.08)
        cost = cost + impressions * price.per_thousand / 1_000
        parts.append(
            pd.DataFrame(
                {
                    "day": pd.date_range(world.autumn.first_day, periods=DAYS, unit="us"),
                    "channel": pd.array([channel] * DAYS, dtype="str"),
                    "impressions": impressions,
                    "clicks": clicks,
                    "conversions": claimed.get(channel, np.zeros(DAYS, np.int64)),
                    "cost": np.rint(cost * 100) / 100.0,
                }
            )
        )
    return pd.concat(parts).sort_values(["day", "channel"], kind="stable").reset_index(drop=True)


def _mailed(world: World) -> Ints:
    """Mails of each day: on Thursdays one to everybody on the list that morning, else none."""
    who = people.make(world.seed, np.arange(world.persons), world.policy, world.autumn)
    signed = np.concatenate([v.start[v.newsletter] for v in (world.before, world.visits)])
    days = np.arange(DAYS)
    joined = np.searchsorted(np.sort(signed), days * DAY)
    mailed = np.where(weekday_of(days) == 3, int(who.on_list.sum()) + joined, 0)
    return mailed.astype(np.int64)


def _claimed(world: World) -> dict[str, Ints]:
    """By channel, the orders that its seller claims, by the day of the click.

    A seller knows its own clicks only: it claims each order within CLAIM_DAYS after one, whole,
    and dates it back to the last of them. So an order may be claimed by several.
    """
    touches, orders = world.touches, world.orders
    pairs = orders[["order_id", "user", "time"]].merge(
        touches[["user", "time", "channel"]], on="user", suffixes=("", "_of_click")
    )
    wait = pairs["time"] - pairs["time_of_click"]
    due = pairs[(wait >= pd.Timedelta(0)) & (wait <= pd.Timedelta(days=CLAIM_DAYS))]
    last = due.groupby(["channel", "order_id"])["time_of_click"].max()
    day = (last - pd.Timestamp(world.autumn.first_day)) // pd.Timedelta(days=1)
    clicked = pd.DataFrame({"day": day}).reset_index()
    clicked = clicked[clicked["day"] >= 0]
    return {
        str(channel): np.bincount(of["day"], minlength=DAYS)
        for channel, of in clicked.groupby("channel")
    }


def _about_one(keys: Keys, decision: str, spread: float) -> Floats:
    """A factor that scatters around 1, lognormal."""
    factor: Floats = np.exp(spread * draws.normal(keys, decision))
    return factor


TABLE = Table(
    "ad_spend",
    "ad_spend.csv",
    "one day and paid channel",
    "What was paid to bring the visits of the log: its tenth of the shop's budget. Organic, "
    "direct and referral visits cost nothing here. All prices and click rates are assumptions.",
    (
        Column("day", "date", "The day, local shop time."),
        Column("channel", "string", "The paid channel.", allowed=tuple(sorted(PRICES))),
        Column(
            "impressions",
            "integer",
            "Times the ad was shown. For email, mails delivered on a Thursday, to the whole list; "
            "the welcome mails of other days are not counted.",
            minimum=0,
            assumed=True,
        ),
        Column(
            "clicks",
            "integer",
            "Clicks as the seller counts them. More than the visits: about one click in eight "
            "leaves before the page has loaded. Clicks on a Thursday mail come the same day; those "
            "of other days are on welcome mails, the day after a sign-up.",
            minimum=0,
            assumed=True,
        ),
        Column(
            "conversions",
            "integer",
            f"Orders that the seller claims: each one within {CLAIM_DAYS} days after a click, "
            "whole, dated back to the last click. Several sellers may claim one order, and each "
            "sees only its own clicks.",
            minimum=0,
        ),
        Column("cost", "number", "What was paid.", unit="US dollars", minimum=0, assumed=True),
    ),
    key=("day", "channel"),
)
