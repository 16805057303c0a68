"""Two worlds of one seed differ only where the change acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from workbook.shop import events, people
from workbook.shop.policy import Policy
from workbook.shop.visits import Visits
from workbook.shop.world import World, simulate

SMALL = 8_000
Under = Callable[[Policy], World]


def columns(visits: Visits) -> dict[str, np.ndarray]:
    return {f.name: getattr(visits, f.name) for f in fields(visits)}


def same(a: Visits, b: Visits) -> bool:
    other = columns(b)
    return all(np.array_equal(value, other[name]) for name, value in columns(a).items())


def differing(a: Visits, b: Visits) -> np.ndarray:
    """For visits in both worlds: which differ in anything."""
    keys, in_a, in_b = np.intersect1d(a.key, b.key, return_indices=True)
    x, y = columns(a.take(in_a)), columns(b.take(in_b))
    differs = np.zeros(len(keys), bool)
    for name, value in x.items():
        unequal = value != y[name]
        differs |= unequal if unequal.ndim == 1 else unequal.any(axis=1)
    return differs


@pytest.fixture(scope="module")
def small() -> World:
    return simulate(5, SMALL)


@pytest.mark.parametrize("chunk", [1_000, 3_333, SMALL])
def test_chunk_size_changes_no_value(small: World, chunk: int) -> None:
    other = simulate(5, SMALL, chunk=chunk)
    assert same(small.visits, other.visits)
    pd.testing.assert_frame_equal(small.events, other.events)


def test_a_person_is_the_same_whoever_else_is_simulated(small: World) -> None:
    block = simulate(5, 1_000, first_person=2_000).visits
    within = (small.visits.person >= 2_000) & (small.visits.person < 3_000)
    assert len(block) > 500
    assert same(block, small.visits.take(within))


def test_another_seed_is_another_world(small: World) -> None:
    assert not set(simulate(6, SMALL).sessions["session"]) & set(small.sessions["session"])


def test_wish_list_for_everybody_moves_no_order(world: World, under: Under) -> None:
    changed = under(Policy(wishlist_for_all=True))
    assert changed.summary()["wish_lists"] > 5 * world.summary()["wish_lists"]
    pd.testing.assert_frame_equal(changed.orders, world.orders)
    pd.testing.assert_frame_equal(changed.sessions, world.sessions)
    rest = [w.events.query("event != 'add_to_wishlist'") for w in (changed, world)]
    pd.testing.assert_frame_equal(*(frame.reset_index(drop=True) for frame in rest))


def test_without_the_pop_up_few_visits_change(world: World, under: Under) -> None:
    changed = under(Policy(popup=False))
    before, after = world.visits, changed.visits
    gone = np.setdiff1d(before.key, after.key)
    come = np.setdiff1d(after.key, before.key)
    assert 0 < len(gone) < 0.015 * len(before)
    assert len(come) < 0.1 * len(gone)
    touched = set(before.person[np.isin(before.key, gone)])
    assert len(touched) < 0.015 * 70_000
    # Who would not have signed up anyway is not touched in any other way than the sign-up.
    lost = before.newsletter.sum() - after.newsletter.sum()
    assert differing(before, after).sum() < lost + 0.005 * len(before)


def test_visits_before_a_change_acts_stay_as_they_are(world: World, under: Under) -> None:
    changed = under(Policy(delta_cart=0.25))
    before, after = world.visits, changed.visits
    gained = set(after.person[after.cart == 1]) - set(before.person[before.cart == 1])
    both = np.intersect1d(before.key, after.key)
    untouched = ~np.isin(after.person, list(gained)) & np.isin(after.key, both)
    changed_ones = differing(after.take(untouched), before)
    assert changed_ones.mean() < 0.01
    assert len(np.setdiff1d(before.key, after.key)) < 0.002 * len(before)


def test_a_channel_that_is_off_brings_nobody(world: World, under: Under) -> None:
    for name in ("brand search", "display", "remarketing"):
        off = under(Policy(off=frozenset({name})))
        code = people.CHANNELS.index(name)
        assert (world.visits.channel == code).any()
        assert not (off.visits.channel == code).any()
        assert off.summary()["orders"] <= world.summary()["orders"]


def test_channels_can_be_named_one_or_several() -> None:
    assert Policy(off="social") == Policy(off={"social"}) == Policy(off=frozenset({"social"}))  # type: ignore[arg-type]


def test_only_channels_with_a_switch_can_be_off() -> None:
    with pytest.raises(ValueError, match="'organic' cannot be switched off"):
        Policy(off=frozenset({"organic"}))


@pytest.mark.parametrize("size", [{"persons": 0}, {"persons": -5}, {"chunk": 0}])
def test_an_empty_world_is_refused(size: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one person"):
        simulate(1, **{"persons": 10, **size})


def test_a_tiny_world_has_all_its_tables() -> None:
    one = simulate(1, 3)
    for table in (one.events, one.sessions, one.orders, one.order_items, one.truth):
        assert isinstance(table, pd.DataFrame)


def test_summary_agrees_with_the_tables(world: World) -> None:
    said = world.summary()
    assert said["visits"] == len(world.sessions)
    assert said["orders"] == len(world.orders)
    assert said["revenue"] == pytest.approx(world.orders["value"].sum())
    by_event = world.events.groupby("event")["session"].nunique()
    for name, event in {
        "product_views": "view_item",
        "sign_ups": "newsletter_signup",
        "accounts": "create_account",
        "wish_lists": "add_to_wishlist",
        "carts": "add_to_cart",
        "checkouts": "begin_checkout",
    }.items():
        assert said[name] == by_event[event], name
    items = world.order_items.merge(world.products, on="item_id", suffixes=("", "_list"))
    assert said["margin"] == pytest.approx((items["quantity"] * items["margin"]).sum())


def test_every_event_name_and_page_kind_occurs(world: World) -> None:
    assert set(world.events["event"]) == set(events.EVENTS)
    assert set(world.events["page"].dropna()) == set(events.PAGES)
