"""Everybody's counts: the whole shop, of which the log is the first tenth."""

from __future__ import annotations

import pandas as pd
import pytest

from workbook import data
from workbook.shop import advertising, daily
from workbook.shop.calendar import LAST_AUTUMN, SEED
from workbook.shop.policy import Policy
from workbook.shop.world import PERSONS, World, simulate

COUNTS = ["visits", "product_views", "wish_lists", "sign_ups", "carts", "checkouts", "orders"]


@pytest.fixture(scope="module")
def committed() -> pd.DataFrame:
    return data.load("daily")


def test_counts_are_those_of_the_persons(world: World) -> None:
    table = daily.make(SEED, PERSONS, chunk=50_000)
    this = table[table["year"] == 2025]
    summary = world.summary()
    assert {name: int(this[name].sum()) for name in COUNTS} == {
        name: summary[name] for name in COUNTS
    }
    assert this["revenue"].sum() == pytest.approx(summary["revenue"])
    sessions = world.sessions
    by_day = sessions.groupby(
        [sessions["start"].dt.normalize().rename("day"), "channel", "device", "visitor"]
    ).size()
    ours = this.set_index(["day", "channel", "device", "visitor"])["visits"].sort_index()
    assert ours.to_dict() == by_day.to_dict()


def test_last_autumn_had_other_people() -> None:
    last = simulate(SEED, 3_000, autumn=LAST_AUTUMN)
    this = simulate(SEED, 3_000)
    assert not set(last.visits.key) & set(this.visits.key)
    assert last.sessions["start"].min().year == 2024
    assert simulate(SEED, 3_000, Policy(since=200), autumn=LAST_AUTUMN).orders.equals(last.orders)


def test_the_log_is_a_tenth_of_the_shop(committed: pd.DataFrame, world: World) -> None:
    this = committed[committed["year"] == 2025]
    assert 590_000 < this["visits"].sum() < 640_000
    assert this["visits"].sum() / len(world.visits) == pytest.approx(10, rel=0.02)
    assert this["orders"].sum() == pytest.approx(12_400, rel=0.04)


def test_devices_rise_and_the_total_falls(committed: pd.DataFrame) -> None:
    sums = committed.groupby(["year", "device"])[["orders", "visits"]].sum()
    rate = (sums["orders"] / sums["visits"]).unstack("year")
    print(f"\n{(100 * rate).round(2)}")
    assert rate.loc["mobile", 2025] > rate.loc["mobile", 2024]
    assert rate.loc["desktop", 2025] > rate.loc["desktop", 2024]
    total = committed.groupby("year")[["orders", "visits"]].sum()
    total_rate = total["orders"] / total["visits"]
    assert total_rate[2025] < total_rate[2024]
    mobile = sums["visits"].unstack("year").loc["mobile"] / total["visits"]
    assert mobile[2024] == pytest.approx(0.21, abs=0.06)
    assert mobile[2025] == pytest.approx(0.64, abs=0.06)


def test_clicks_are_more_than_visits_and_cost_money(world: World) -> None:
    spend = advertising.make(world)
    sums = spend.groupby("channel")[["impressions", "clicks", "cost"]].sum()
    visits = world.sessions["channel"].value_counts()
    lost = 1 - visits.reindex(sums.index) / sums["clicks"]
    assert lost.between(0.08, 0.17).all()
    assert (sums["clicks"] < 0.15 * sums["impressions"]).all()
    assert (sums["cost"] > 0).all()
    mails = spend[(spend["channel"] == "email") & (spend["impressions"] > 0)]
    assert set(mails["day"].dt.day_name()) == {"Thursday"}


def test_what_last_click_praises_is_not_what_pays(world: World) -> None:
    """The lesson of the budget: by last click remarketing and brand pay, by the truth they do
    not, and display and social the other way round."""
    spend = advertising.make(world).groupby("channel")["cost"].sum()
    effects = data.load("truth_effects").set_index(["change", "outcome"])["expected"]
    per_log = len(world.visits) / 60_000
    orders = world.orders.merge(world.sessions[["session", "channel"]], on="session")
    credited = orders["channel"].value_counts()
    margin = world.summary()["margin"] / world.summary()["orders"]
    pays_by_truth, pays_by_credit = {}, {}
    for channel in ("remarketing", "brand search", "non-brand search", "social", "display"):
        truth = -effects[f"{channel} off", "margin"] * per_log
        credit = credited[channel] * margin
        print(f"{channel:18} cost {spend[channel]:6.0f} credited {credit:6.0f} true {truth:6.0f}")
        pays_by_truth[channel] = truth > spend[channel]
        pays_by_credit[channel] = credit > spend[channel]
    assert pays_by_credit["remarketing"] and not pays_by_truth["remarketing"]
    assert pays_by_credit["brand search"] and not pays_by_truth["brand search"]
    assert pays_by_truth["display"] and not pays_by_credit["display"]
    assert pays_by_truth["social"]
