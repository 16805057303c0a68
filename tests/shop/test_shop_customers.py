"""Customers, refunds, touches: what the shop's own system knows beside its analytics."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbook.shop import world as shop_world
from workbook.shop.calendar import DAY, DAYS
from workbook.shop.policy import Policy
from workbook.shop.world import World, simulate


def test_a_customer_is_a_person_whatever_the_browser(world: World) -> None:
    orders = world.orders.merge(world.truth[["session", "person"]], on="session")
    assert (orders.groupby("customer_id")["person"].nunique() == 1).all()
    assert (orders.groupby("person")["customer_id"].nunique() == 1).all()
    browsers = orders.groupby("customer_id")["user"].nunique()
    assert (browsers > 1).sum() > 5, "some order again from another browser"


def test_customers_add_up_to_the_orders(world: World) -> None:
    customers, orders = world.customers.set_index("customer_id"), world.orders
    by_customer = orders.groupby("customer_id")
    assert set(customers.index) == set(orders["customer_id"])
    assert (by_customer.size() == customers["orders"].sort_index()).all()
    assert np.allclose(by_customer["value"].sum(), customers["value"].sort_index())
    assert (by_customer["time"].min() == customers["first_order_time"].sort_index()).all()
    news = orders[orders["new_customer"]].set_index("customer_id")
    assert not customers.loc[news.index, "earlier_customer"].any()
    assert customers["first_order_time"].is_monotonic_increasing
    earlier = customers["earlier_customer"]
    assert customers.loc[customers["first_channel"].isna(), "earlier_customer"].all()
    assert 0.05 < earlier.mean() < 0.35


def test_who_signed_up_is_on_the_list(world: World) -> None:
    signed = world.events.loc[world.events["event"] == "newsletter_signup", "session"]
    persons = world.truth.set_index("session").loc[signed, "person"]
    orders = world.orders.merge(world.truth[["session", "person"]], on="session")
    ids = orders.loc[orders["person"].isin(persons), "customer_id"]
    customers = world.customers.set_index("customer_id")
    assert len(ids) > 50
    assert customers.loc[ids, "newsletter"].all()
    assert customers["newsletter"].mean() < 0.6


def test_shipping_is_paid_for_small_baskets_without_a_coupon(world: World) -> None:
    orders = world.orders
    assert set(orders["shipping"]) == {0.0, 6.0}
    assert (orders.loc[orders["value"] >= 50, "shipping"] == 0).all()
    small = orders[orders["value"] < 50].merge(world.sessions, on="session")
    free = (small["shipping"] == 0).groupby(small["channel"]).mean()
    assert free["email"] == 1.0, "who comes by mail has its coupon"
    assert free["non-brand search"] < 0.2
    assert np.allclose(orders["tax"], (orders["value"] * 0.08).round(2), atol=0.0051)


def test_refunds_come_after_a_lag_so_recent_revenue_is_overstated(world: World) -> None:
    orders = world.orders
    back = orders.dropna(subset="refund_time")
    wait = back["refund_time"] - back["time"]
    days = back["refund_time"].dt.normalize() - back["time"].dt.normalize()
    assert days.min() >= pd.Timedelta(days=3)
    assert back["refund_time"].dt.hour.between(9, 16).all(), "in office hours"
    assert pd.Timedelta(days=8) < wait.mean() < pd.Timedelta(days=15)
    assert (back["refund_value"] > 0).all()
    assert (back["refund_value"] <= back["value"]).all()
    assert orders["refund_value"].notna().equals(orders["refund_time"].notna())
    end = orders["time"].dt.normalize().max() + pd.Timedelta(days=1)
    assert (back["refund_time"] < end).all()
    when, cents = world.refunds
    eventually = (when >= 0).mean()
    sd = np.sqrt(shop_world.REFUNDED * (1 - shop_world.REFUNDED) / len(orders))
    assert eventually == pytest.approx(shop_world.REFUNDED, abs=4.5 * sd)
    assert ((cents > 0) == (when >= 0)).all()
    recent = orders["time"] > end - pd.Timedelta(days=7)
    assert orders.loc[recent, "refund_time"].notna().mean() < eventually / 2


def test_touches_are_the_visits_of_half_a_year(world: World) -> None:
    touches, sessions = world.touches, world.sessions
    inside = touches.dropna(subset="session").reset_index(drop=True)
    assert touches["time"].is_monotonic_increasing
    pd.testing.assert_frame_equal(
        inside[["session", "user", "time", "channel"]],
        sessions[["session", "user", "start", "channel"]].rename(columns={"start": "time"}),
    )
    before = touches[touches["session"].isna()]
    day = (before["time"] - sessions["start"].min().normalize()).dt.days
    assert day.between(-DAYS, -1).all()
    assert day.min() == -DAYS
    # In time, who was first seen before the log is the returning visitor of its first week.
    first_week = sessions[sessions["start"] < sessions["start"].min() + pd.Timedelta(days=7)]
    returning = first_week[first_week["visitor"] == "returning"]
    seen_before = returning["user"].isin(before["user"]) | returning["user"].duplicated()
    assert seen_before.mean() > 0.75


def test_a_policy_acts_from_its_day_on() -> None:
    base = simulate(4, 12_000)
    late = simulate(4, 12_000, Policy(delta_cart=0.6, popup=False, mails=False, since=45))
    early = base.visits.start < 45 * DAY
    same = late.visits.start < 45 * DAY
    assert np.array_equal(base.visits.key[early], late.visits.key[same])
    assert np.array_equal(base.visits.cart[early], late.visits.cart[same])
    assert np.array_equal(base.visits.newsletter[early], late.visits.newsletter[same])
    assert np.array_equal(base.before.key, late.before.key)
    after = [(w.visits.cart[w.visits.start >= 45 * DAY] > 0).mean() for w in (base, late)]
    assert after[1] > 1.15 * after[0]
    mails = [(w.visits.process[w.visits.start >= 45 * DAY] == 1).sum() for w in (base, late)]
    assert mails[0] > 20
    assert mails[1] == 0


def test_a_channel_switched_off_late_brings_those_who_came_before() -> None:
    base = simulate(4, 12_000)
    late = simulate(4, 12_000, Policy(off=frozenset({"social", "remarketing"}), since=30))
    share = {}
    for name, made in (("base", base), ("late", late)):
        channel = made.sessions["channel"].isin(["social", "remarketing"])
        day = made.visits.start // DAY
        share[name] = [channel[day < 30].mean(), channel[day >= 30].mean()]
    assert share["late"][0] == share["base"][0]
    assert share["late"][1] < 0.25 * share["base"][1]


def test_articles_lead_to_sign_ups_and_orders() -> None:
    base, off = (simulate(2, 60_000, Policy(articles=on)) for on in (True, False))
    found, without = base.summary(), off.summary()
    assert not (off.sessions["landing_page"] == "article").any()
    assert 0.03 < 1 - without["sign_ups"] / found["sign_ups"] < 0.25
    assert without["orders"] < found["orders"]
    assert without["visits"] == pytest.approx(found["visits"], rel=0.01), "the same people come"


def test_chat_goes_with_fewer_orders_and_prevents_none(world: World) -> None:
    v = world.visits
    looks = v.views > 0
    asked = v.paid[looks & v.chat].mean()
    silent = v.paid[looks & ~v.chat].mean()
    print(f"\nvisits with a product view that order: {asked:.3f} with a chat, {silent:.3f} without")
    assert asked < silent
    for action in (v.wish_list, v.video):
        assert v.paid[looks & action].mean() > v.paid[looks & ~action].mean()
