"""Measurement plans: what does not compile, what is counted, and who notices the trick."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbook import plans
from workbook.analysis.rates import wilson
from workbook.data import load
from workbook.plans import (
    DECLARED,
    advice,
    compiled,
    compute,
    faults,
    game,
    ladder,
    luck,
    plan_of,
)
from workbook.plans.counting import Part
from workbook.shop.policy import Policy
from workbook.shop.what_if import compare, world

GOOD: dict[str, Any] = {
    "objective": "Sell home goods at a profit",
    "goal": "More viewers fill a cart they mean",
    "event": "add_to_cart",
    "denominator": "sessions",
    "scope": "session",
    "first": "2025-09-22",
    "last": "2025-12-21",
    "exclusion": "none",
    "target": 6.6,
    "by": "2026-03-31",
    "diagnostics": ["carts among viewers"],
    "guardrails": ["orders", "orders per visit"],
    "limit": 5,
    "segment": "everybody",
    "owner": "Mara",
    "review": "2026-04-01",
}
SIGN_UPS = {"event": "newsletter_signup", "target": 2.2}
WISHES = {"event": "add_to_wishlist", "target": 2.3}
ORDERS = {"event": "purchase", "target": 2.3, "guardrails": ["orders"]}


@pytest.fixture(scope="module")
def shop() -> plans.Shop:
    return plans.logged()


def planned(shop: plans.Shop, **changes: Any) -> plans.Plan:
    found = compiled({**GOOD, **changes}, shop)
    assert found.plan is not None, [str(fault) for fault in found.faults]
    return found.plan


# --- the compiler -----------------------------------------------------------------------------


def test_a_whole_plan_compiles_and_tells_its_base(shop: plans.Shop) -> None:
    found = compiled(GOOD, shop)
    assert found.faults == []
    sessions, events = load("sessions"), load("events")
    carts = events.loc[events["event"] == "add_to_cart", "session"].nunique()
    assert found.base and (found.base.part, found.base.whole) == (carts, len(sessions))


@pytest.mark.parametrize("name", plans.FIELDS)
@pytest.mark.parametrize("blank", [None, "  "])
def test_nothing_may_be_left_blank(shop: plans.Shop, name: str, blank: str | None) -> None:
    found = faults({**GOOD, name: blank if name not in ("diagnostics", "guardrails") else []}, shop)
    assert [fault.field for fault in found] == [name]


FAULTY = {
    "one word is no objective": ({"objective": "profit"}, "objective", "three words"),
    "an event is no objective": (
        {"objective": "raise add_to_cart a lot"}, "objective", "add_to_cart",
    ),
    "a micro is no objective": (
        {"objective": "More sign-ups than ever"}, "objective", "'sign-ups' names a step",
    ),
    "a number is no objective": (
        {"objective": "Sell 3 % more home goods"}, "objective", "holds no number",
    ),
    "a team is no owner": ({"owner": "the team"}, "owner", "nobody in particular"),
    "the marketing team is no owner": ({"owner": "Marketing team"}, "owner", "nobody in"),
    "we are no owner": ({"owner": "us"}, "owner", "nobody in particular"),
    "everyone is no owner": ({"owner": "Everyone here"}, "owner", "nobody in particular"),
    "two are no owner": ({"owner": "Mara and Theo"}, "owner", "two owners"),
    "what is recorded and not wanted": ({"event": "scroll"}, "event", "nobody declared"),
    "the goal is not the objective": (
        {"goal": "sell home goods at a PROFIT"}, "goal", "repeats",
    ),
    "two primaries are none": (
        {"event": "add_to_cart and newsletter_signup"}, "event", "2 primary metrics",
    ),
    "two primaries by comma": ({"event": "purchase, share"}, "event", "purchase, share"),
    "an event that the log lacks": ({"event": "add to cart"}, "event", "'add_to_cart'"),
    "an event that Google knows and the log lacks": ({"event": "refund"}, "event", "no refund"),
    "a denominator that the log lacks": (
        {"denominator": "view_items"}, "denominator", "'view_item'",
    ),
    "sessions of users": ({"denominator": "users"}, "scope", "counts sessions"),
    "users of sessions": ({"scope": "user"}, "scope", "counts users"),
    "rows of sessions": ({"scope": "event"}, "scope", "two in one visit"),
    "a scope that is none": ({"scope": "visitor"}, "scope", "visitor"),
    "itself of itself": ({"denominator": "add_to_cart"}, "denominator", "100 %"),
    "more rows above than below": (
        {"event": "add_to_cart", "denominator": "begin_checkout", "scope": "event"},
        "denominator", "is not a part of",
    ),
    "what everybody does": (
        {"event": "begin_checkout", "denominator": "purchase"}, "event", "100%",
    ),
    "no day": ({"first": "September 22"}, "first", "year-month-day"),
    "no such day": ({"last": "2025-11-31"}, "last", "no day"),
    "before the log": ({"first": "2025-09-21"}, "first", "2025-09-22 to 2025-12-21"),
    "after the log": ({"last": "2025-12-22"}, "last", "2025-09-22 to 2025-12-21"),
    "days in the wrong order": (
        {"first": "2025-11-02", "last": "2025-11-01"}, "last", "before it begins",
    ),
    "nobody is left": (
        {"segment": "returning visitors", "exclusion": "returning visitors"},
        "exclusion", "nobody is left",
    ),
    "nothing is left out": (
        {"segment": "phones", "exclusion": "tablets"}, "exclusion", "nothing is left out",
    ),
    "a target that is no rate": ({"target": 120}, "target", "between 0 and 100"),
    "a target that is the base": ({"target": 5.94}, "target", "by luck"),
    "a target by luck": ({"target": 6.1}, "target", "by luck"),
    "a target by the luck of two windows": ({"target": 6.18}, "target", "by luck"),
    "a target far above": ({"target": 12}, "target", "at most twice"),
    "a target far below": ({"target": 2.5}, "target", "at least half"),
    "a date that is past": ({"by": "2025-12-21"}, "by", "is past"),
    "a date too near to compare": ({"by": "2026-01-31"}, "by", "91 days"),
    "a micro without a macro to hold it": (
        {"guardrails": ["visits", "carts among wish-list users"]}, "guardrails", "micro conversion",
    ),
    "the primary as its own guardrail": (
        {"guardrails": ["orders", "carts per visit"]}, "guardrails", "primary metric itself",
    ),
    "the primary as its own diagnostic": (
        {"diagnostics": ["carts per visit"]}, "diagnostics", "primary metric itself",
    ),
    "a diagnostic that is a guardrail": (
        {"diagnostics": ["orders"]}, "diagnostics", "guardrail at once",
    ),
    "a number that there is not": ({"guardrails": ["order"]}, "guardrails", "'orders'"),
    "too many guardrails": (
        {"guardrails": ["orders", "revenue", "margin", "visits", "orders per visit"]},
        "guardrails", "5 guardrails",
    ),
    "a limit of nothing": ({"limit": 0}, "limit", "slightest"),
    "a limit above all": ({"limit": 100}, "limit", "100 %"),
    "a limit that is no number": ({"limit": "some"}, "limit", "no number"),
    "a review before the window ends": ({"review": "2025-12-21"}, "review", "before"),
    "a review before the target's day": ({"review": "2026-03-30"}, "review", "nobody can say"),
    "a segment that there is not": ({"segment": "phone"}, "segment", "'phones'"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_each_fault_is_told_at_its_field(shop: plans.Shop, name: str) -> None:
    changes, field, words = FAULTY[name]
    found = faults({**GOOD, **changes}, shop)
    assert {fault.field for fault in found} == {field}, [str(fault) for fault in found]
    assert words in " ".join(map(str, found))


@pytest.mark.parametrize("nonsense", [3, True, ["a"], {"a": 1}, object()])
def test_no_value_makes_it_raise(shop: plans.Shop, nonsense: object) -> None:
    assert faults(dict.fromkeys(plans.FIELDS, nonsense), shop)


def test_the_base_is_told_while_the_rest_is_still_missing(shop: plans.Shop) -> None:
    found = compiled({**GOOD, "target": None, "owner": ""}, shop)
    assert found.base and f"{100 * found.base.value:.2f} %" in str(found.faults[0])
    assert compiled({**GOOD, "scope": ""}, shop).base is None


def test_an_event_too_rare_for_the_window_is_told(shop: plans.Shop) -> None:
    night = shop.events[shop.events["time"] >= "2025-09-23"]
    found = faults(
        {**GOOD, "last": "2025-09-22", "target": 50},
        plans.Shop(night, shop.sessions, shop.orders),
    )
    assert [fault.field for fault in found] == ["event"]


def test_a_macro_primary_needs_no_other_macro(shop: plans.Shop) -> None:
    assert planned(shop, event="purchase", target=2.3, guardrails=["visits"])


def test_a_plan_survives_the_record(shop: plans.Shop) -> None:
    kept = json.loads(json.dumps(GOOD))
    assert plan_of(kept) == planned(shop)
    assert plan_of({**GOOD, "scope": "visit"}) is None
    assert plan_of({}) is None


def test_a_plan_kept_before_the_form_grew_stricter_is_still_a_plan(shop: plans.Shop) -> None:
    old = {
        **GOOD,
        "objective": "3 % more sign-ups",
        "owner": "us",
        "event": "scroll",
        "review": "2026-01-01",
    }
    assert {one.field for one in faults(old, shop)} == {"objective", "owner", "event", "review"}
    kept = plan_of(old)
    assert kept and (kept.owner, kept.primary.event) == ("us", "scroll")


@pytest.mark.parametrize("owner", ["Mara", "Mara (shop owner)", "Theo, who leads the team of two"])
def test_one_person_owns_a_plan(shop: plans.Shop, owner: str) -> None:
    assert faults({**GOOD, "owner": owner}, shop) == []


@pytest.mark.parametrize(
    "objective", ["Paid orders that leave a margin", "Help people to furnish their homes"]
)
def test_what_a_shop_is_for_may_be_said_in_its_own_words(shop: plans.Shop, objective: str) -> None:
    assert faults({**GOOD, "objective": objective}, shop) == []


def test_a_bonus_is_for_what_the_shop_declared_in_lesson_01(shop: plans.Shop) -> None:
    labels = load("action_labels").query("model == 'shop'").merge(load("actions"), on="action_id")
    wanted = labels[labels["label"] != "neither"]["event"]
    refused = labels[labels["label"] == "neither"]["event"]
    assert set(wanted) & set(shop.names) <= set(DECLARED) <= set(shop.names)
    assert not set(refused) & set(DECLARED)
    steps = {"add_shipping_info", "add_payment_info"}  # of the checkout
    assert set(DECLARED) - steps <= set(wanted)


# --- what is no fault and is said -------------------------------------------------------------


def told(shop: plans.Shop, **changes: Any) -> str:
    found = compiled({**GOOD, "limit": 10, **changes}, shop)
    assert found.plan, [str(fault) for fault in found.faults]
    return " ".join(advice(found.plan, found.base, shop))


def test_a_sound_plan_gets_no_advice(shop: plans.Shop) -> None:
    assert told(shop) == ""


def test_a_target_below_the_base_is_advised_on(shop: plans.Shop) -> None:
    assert "you aim to lower the rate" in told(shop, target=5)


def test_a_limit_within_luck_is_named_with_the_guardrails_it_is_too_narrow_for(
    shop: plans.Shop,
) -> None:
    said = told(shop, limit=5, guardrails=["orders", "visits"])
    assert "Narrower than luck: number of orders (8 %)" in said
    assert "number of visits" not in said


def test_a_wide_limit_is_named_unless_luck_itself_is_wide(shop: plans.Shop) -> None:
    assert "may lose 50 % before anybody stops" in told(shop, limit=50)
    assert "wide limit" not in told(shop, limit=20)


@pytest.mark.parametrize("name", ["orders", "revenue", "orders per visit"])
def test_luck_is_how_far_a_number_falls_between_two_windows_like_it(
    shop: plans.Shop, name: str
) -> None:
    """Against windows whose visits are drawn again, with replacement."""
    part = Part(shop, planned(shop).primary, "everybody")
    values = shop.orders["value"].to_numpy()
    visits = len(shop.sessions)
    rng = np.random.default_rng(7)
    orders = rng.poisson(len(values), size=(2, 2_000))
    if name == "revenue":
        drawn = np.array([[rng.choice(values, n).sum() for n in row] for row in orders])
    elif name == "orders":
        drawn = orders.astype(float)
    else:
        drawn = rng.binomial(visits, len(values) / visits, size=(2, 2_000)) / visits
    fallen = np.quantile(1 - drawn[1] / drawn[0], 0.975)
    found = luck(part, name)
    assert found and found == pytest.approx(fallen, rel=0.12)


def test_the_ladder_runs_from_the_objective_to_the_event(shop: plans.Shop) -> None:
    found = compiled(GOOD, shop)
    assert found.plan
    rungs = ladder(found.plan, found.base)
    names = [name for name, _ in rungs]
    assert names[:6] == ["Objective", "Goal", "KPI", "Target", "Segment", "Event"]
    said = dict(rungs)
    for part in ("sessions with add_to_cart / sessions", "scope: session", "91 days", "none"):
        assert part in said["KPI"]
    assert "6.60 % by 2026-03-31" in said["Target"] and "% relative" in said["Target"]
    assert "lower" not in said["Target"]


def test_a_target_below_the_base_is_said_to_be_one(shop: plans.Shop) -> None:
    found = compiled({**GOOD, "target": 5}, shop)
    assert found.plan
    assert "You aim to lower it" in dict(ladder(found.plan, found.base))["Target"]


def test_a_second_window_stays_within_the_luck_that_a_target_must_exceed(
    shop: plans.Shop,
) -> None:
    """Of pairs of windows with one true rate, 95 of 100 differ by no more than that."""
    base = compiled(GOOD, shop).base
    assert base
    said = faults({**GOOD, "target": 100 * base.value}, shop)[0].what
    low, high = (float(one) / 100 for one in re.findall(r"(\d\.\d\d) %", said)[1:])
    draws = np.random.default_rng(3).binomial(base.whole, base.value, size=(2, 20_000)) / base.whole
    by_luck = draws[1] - draws[0]
    reached = np.mean((by_luck < low - base.value) | (by_luck > high - base.value))
    assert 0.03 < reached < 0.07
    assert faults({**GOOD, "target": 100 * high + 0.02}, shop) == []


# --- what is counted --------------------------------------------------------------------------

NARROW = {
    "first": "2025-10-06",
    "last": "2025-11-02",
    "segment": "new visitors",
    "exclusion": "tablets",
    "by": "2026-01-31",
}


def narrow_log() -> pd.DataFrame:
    sessions, events = load("sessions"), load("events")
    kept = sessions[(sessions["visitor"] == "new") & (sessions["device"] != "tablet")]
    day = events["time"].dt.strftime("%Y-%m-%d")
    inside = (day >= "2025-10-06") & (day <= "2025-11-02")
    return events[inside & events["session"].isin(kept["session"])]


@pytest.mark.parametrize(
    ("event", "denominator", "scope"),
    [
        ("add_to_cart", "sessions", "session"),
        ("purchase", "users", "user"),
        ("add_to_cart", "view_item", "session"),
        ("purchase", "add_to_cart", "user"),
        ("add_to_cart", "view_item", "event"),
    ],
)
def test_a_rate_is_what_counting_by_hand_gives(
    shop: plans.Shop, event: str, denominator: str, scope: str
) -> None:
    log = narrow_log()
    if scope == "event":
        part, whole = (int((log["event"] == name).sum()) for name in (event, denominator))
    else:
        did = set(log.loc[log["event"] == event, scope])
        every = log if denominator in ("sessions", "users") else log[log["event"] == denominator]
        part, whole = len(did & set(every[scope])), every[scope].nunique()
    plan = planned(
        shop, **NARROW, event=event, denominator=denominator, scope=scope,
        target=min(150 * part / whole, 99), diagnostics=["sign-ups per visit"],
    )  # fmt: skip
    row = compute(plan, shop).iloc[0]
    assert (row["role"], row["numerator"], row["denominator"]) == ("primary", part, whole)
    assert row["value"] == part / whole
    assert (row["low"], row["high"]) == pytest.approx(wilson(part, whole))


def test_totals_are_those_of_the_window_and_segment(shop: plans.Shop) -> None:
    rails = ["orders", "revenue", "margin", "visits"]
    table = compute(planned(shop, **NARROW, target=7.5, guardrails=rails), shop)
    value = table.set_index("name")["value"]
    log = narrow_log()
    ids = log.loc[log["event"] == "purchase", "transaction_id"]
    orders, items = load("orders"), load("order_items").merge(load("products"), on="item_id")
    assert value["visits"] == log["session"].nunique()
    assert value["orders"] == len(ids) > 100
    assert value["revenue"] == pytest.approx(orders[orders["order_id"].isin(ids)]["value"].sum())
    sold = items[items["order_id"].isin(ids)]
    assert value["margin"] == pytest.approx((sold["quantity"] * sold["margin"]).sum())
    assert table.loc[table["role"] == "guardrail", "low"].isna().all()


def test_diagnostics_and_guardrails_follow_the_primary(shop: plans.Shop) -> None:
    table = compute(planned(shop), shop)
    assert table["role"].tolist() == ["primary", "diagnostic", "guardrail", "guardrail"]
    by_user = load("events").groupby("user")["event"].agg(set)
    viewers = by_user[by_user.map(lambda did: "view_item" in did)]
    carts = int(viewers.map(lambda did: "add_to_cart" in did).sum())
    row = table.iloc[1]
    assert (row["numerator"], row["denominator"]) == (carts, len(viewers))


# --- the agency -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "trick"),
    [
        ({}, "a louder cart button"),
        (WISHES, "a wish list that fills itself"),
        (SIGN_UPS, "a prize draw"),
        (ORDERS, "display and social switched off"),
    ],
)
def test_each_bonus_has_its_trick_and_every_verdict_is_by_its_limit(
    shop: plans.Shop, changes: dict[str, Any], trick: str
) -> None:
    played = game(planned(shop, **changes))
    assert played.trick and played.trick.name == trick
    first = played.table.iloc[0]
    assert first["after"] > first["high"] > first["before"] == played.base
    assert first["after"] == max(played.tried.values())
    rails = played.table[played.table["role"] == "guardrail"]
    assert list(rails["verdict"]) == [
        "fired" if after < 0.95 * before else "silent"
        for before, after in zip(rails["before"], rails["after"], strict=True)
    ]
    assert set(played.table.loc[played.table["role"] != "guardrail", "verdict"]) == {""}


def test_the_gamed_numbers_are_those_of_the_gamed_shop(shop: plans.Shop) -> None:
    played = game(planned(shop))
    policy = Policy(delta_idle=0.85)
    log = world(policy).events
    carts = log.loc[log["event"] == "add_to_cart", "session"].nunique()
    after = played.table.set_index("name")["after"]
    assert played.table["after"].iloc[0] == carts / log["session"].nunique()
    assert after["orders"] == (log["event"] == "purchase").sum()
    effect = compare(policy).table
    for name in ("orders", "revenue", "margin"):
        assert played.truth.loc[name].tolist() == pytest.approx(effect.loc[name].tolist())


def test_a_guardrail_on_orders_fires_when_the_denominator_is_cut(shop: plans.Shop) -> None:
    played = game(planned(shop, **ORDERS))
    assert played.fired == ["orders"]
    row = played.table.set_index("name").loc["orders"]
    assert row["after"] < row["before"]
    assert played.truth.loc["margin after ads", "difference"] < 0
    silent = game(planned(shop, **{**ORDERS, "limit": 40}))
    assert silent.fired == []
    assert list(silent.too_wide["name"]) == ["orders"]
    assert played.too_wide.empty


def test_a_rate_of_orders_is_silent_where_their_number_fires(shop: plans.Shop) -> None:
    rails = ["orders", "buyers among visitors"]
    played = game(planned(shop, **{**ORDERS, "guardrails": rails}))
    assert played.fired == ["orders"]


def test_carts_that_were_never_meant_are_noticed_behind_the_cart_only(shop: plans.Shop) -> None:
    silent = game(planned(shop))
    assert silent.fired == []
    assert "buyers among cart users" in list(silent.noticed["name"])
    rails = ["buyers among cart users"]
    alarmed = game(planned(shop, guardrails=rails))
    assert alarmed.fired == rails
    assert "buyers among cart users" not in list(alarmed.noticed["name"])


def test_prize_hunters_are_noticed_by_what_subscribers_buy(shop: plans.Shop) -> None:
    played = game(
        planned(shop, **SIGN_UPS, guardrails=["orders", "buyers among subscribers", "visits"])
    )
    assert played.fired == ["buyers among subscribers"]
    row = played.table.set_index("name").loc["visits"]
    sign_ups = int((load("events")["event"] == "newsletter_signup").sum())
    assert row["after"] - row["before"] == sign_ups
    assert (played.truth["difference"] == 0).all()
    assert played.trick and "not the shop's model" in played.trick.what


def test_where_no_trick_works_nothing_is_done_and_nothing_claimed(shop: plans.Shop) -> None:
    # Prize hunters are new visitors, so a bonus on returning ones cannot be had with them.
    played = game(planned(shop, **SIGN_UPS, segment="returning visitors"))
    assert played.trick is None
    assert played.fired == [] and played.noticed.empty
    assert played.table["after"].equals(played.table["before"].rename("after"))
    assert (played.truth["difference"] == 0).all()
    assert len(played.tried) == 2


def test_a_target_below_the_base_is_gamed_downward(shop: plans.Shop) -> None:
    played = game(
        planned(shop, event="purchase", denominator="add_to_cart", target=25,
                guardrails=["orders"])
    )  # fmt: skip
    assert played.trick and played.trick.name == "a louder cart button"
    assert played.table["after"].iloc[0] < played.table["low"].iloc[0]


def test_what_would_have_noticed_fell_by_more_than_a_twentieth(shop: plans.Shop) -> None:
    for changes in ({}, WISHES, SIGN_UPS, ORDERS):
        found = game(planned(shop, **changes)).noticed
        assert len(found) and (found["after"] < 0.95 * found["before"]).all()
        assert found["change"].is_monotonic_increasing
