"""What the shop paid for its channels: impressions, clicks and cost per day.

Clicks are counted by whoever sells them and are not visits: some who click leave before the page
has loaded. Costs are ours (A), set so that the channels differ in what they are worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.shop import draws
from workbook.shop.calendar import DAY, DAYS, weekday_of
from workbook.shop.dictionary import Column, Table
from workbook.shop.draws import Floats, Keys
from workbook.shop.people import CHANNELS
from workbook.shop.world import World

LOST_CLICKS = 0.12
"""Clicks that never become a visit, per click (A)."""


@dataclass(frozen=True)
class Price:
    """click_rate: clicks per impression; per_click, per_thousand: dollars (impressions)."""

    click_rate: float
    per_click: float = 0.0
    per_thousand: float = 0.0


PRICES = {
    "brand search": Price(0.060, per_click=0.13),
    "non-brand search": Price(0.030, per_click=0.27),
    "social": Price(0.009, per_click=0.17),
    "display": Price(0.0035, per_thousand=2.10),
    "remarketing": Price(0.007, per_click=0.55),
    "email": Price(0.045, per_thousand=4.00),
}


def make(world: World) -> pd.DataFrame:
    """One row per day and paid channel of the log."""
    v = world.visits
    parts = []
    for channel, price in PRICES.items():
        code = CHANNELS.index(channel)
        visits = np.bincount(v.start[v.channel == code] // DAY, minlength=DAYS)[:DAYS]
        keys = draws.child(draws.person_keys(world.seed, np.arange(DAYS), " advertising"), channel)
        lost = visits * LOST_CLICKS / (1 - LOST_CLICKS) * _about_one(keys, "lost clicks", 0.25)
        clicks = visits + np.rint(lost).astype(np.int64)
        shown_for = clicks
        if channel == "email":  # one mailing a week, on Thursday; its clicks follow for days
            weekly = clicks.reshape(-1, 7).sum(axis=1).repeat(7)
            shown_for = np.where(weekday_of(np.arange(DAYS)) == 3, weekly, 0)
        impressions = np.rint(
            shown_for / price.click_rate * _about_one(keys, "impressions", 0.12)
        ).astype(np.int64)
        cost = clicks * price.per_click * _about_one(keys, "price of a click", 0.08)
        cost = cost + impressions * price.per_thousand / 1_000
        parts.append(
            pd.DataFrame(
                {
                    "day": pd.date_range(world.autumn.first_day, periods=DAYS, unit="us"),
                    "channel": pd.array([channel] * DAYS, dtype="str"),
                    "impressions": impressions,
                    "clicks": clicks,
                    "cost": np.rint(cost * 100) / 100.0,
                }
            )
        )
    return pd.concat(parts).sort_values(["day", "channel"], kind="stable").reset_index(drop=True)


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
            "Times the ad was shown; for email, mails delivered (Thursdays; their clicks follow "
            "for days).",
            minimum=0,
            assumed=True,
        ),
        Column(
            "clicks",
            "integer",
            "Clicks as the seller counts them. More than the visits: about one click in eight "
            "leaves before the page has loaded.",
            minimum=0,
            assumed=True,
        ),
        Column("cost", "number", "What was paid.", unit="US dollars", minimum=0, assumed=True),
    ),
    key=("day", "channel"),
)
