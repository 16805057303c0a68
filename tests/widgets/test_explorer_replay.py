"""The replay explorer: whom it picks, what it shows of them, and what it says of the others."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pandas as pd
import pytest

from workbook.data import load
from workbook.shop.world import simulate
from workbook.widgets import explorer_replay
from workbook.widgets.explorer_replay import (
    ACTIONS,
    FEWEST_ALIKE,
    MOST_MOMENTS,
    NO_LOG,
    Replays,
    actions_of,
    replay_explorer,
    replays,
)

SEEDS = (2_001, 2_002, 2_003)
CHECKOUT = [
    "viewed a product",
    "put a product into the cart",
    "began the checkout",
    "made an account",
    "entered the address",
]


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return load("events"), load("sessions"), load("products")


@pytest.fixture(scope="module")
def found(tables) -> Replays:
    return replays(*tables)


@pytest.fixture(scope="module", params=("committed", *SEEDS))
def any_shop(request, found) -> Replays:
    """The visitors of the committed shop, and of others."""
    if request.param == "committed":
        return found
    world = simulate(request.param)
    return replays(world.events, world.sessions, load("products"))


def last_group(replay: Replays, place: int) -> dict:
    return replay.groups[replay.visitors[place]["moments"][-1]["group"]]


def test_every_shop_has_eight_visitors_and_half_of_them_order(any_shop):
    assert [v["name"][-1] for v in any_shop.visitors] == list("ABCDEFGH")
    assert sum(v["ordered"] for v in any_shop.visitors) == 4


def test_visitors_stand_in_the_order_in_which_they_came(any_shop):
    days = [first_day(visitor) for visitor in any_shop.visitors]
    assert days == sorted(days)


def first_day(visitor: dict) -> int:
    return int(re.search(r"day (\d+) of 91", visitor["moments"][0]["visit"])[1])


def test_buyers_and_others_are_mixed(found):
    ends = [v["ordered"] for v in found.visitors]
    assert ends not in (sorted(ends), sorted(ends, reverse=True))


def test_all_have_weeks_left_to_order_when_their_replay_stops(any_shop):
    visits = [m["visit"] for v in any_shop.visitors for m in v["moments"] if "visit" in m]
    assert max(int(re.search(r"day (\d+)", visit)[1]) for visit in visits) < 70


def test_moments_are_few_and_begin_with_a_visit(any_shop):
    for visitor in any_shop.visitors:
        assert 6 <= len(visitor["moments"]) <= MOST_MOMENTS
        assert visitor["moments"][0]["text"] == "Came to the shop"
        assert re.match(r"Visit 1: day \d+ of 91, .+, (desktop|mobile|tablet)$",
                        visitor["moments"][0]["visit"])  # fmt: skip


def test_no_group_is_so_small_that_it_gives_the_visitor_away(any_shop):
    shown = [any_shop.groups[m["group"]] for v in any_shop.visitors for m in v["moments"]]
    assert min(group["users"] for group in shown) >= FEWEST_ALIKE
    assert all(0 < group["share"] < 100 for group in shown)


def test_an_order_is_never_among_the_moments(any_shop):
    texts = [m["text"].lower() for v in any_shop.visitors for m in v["moments"]]
    assert not [text for text in texts if "order" in text or "bought" in text]


def test_one_way_ends_with_an_order_and_the_same_way_without(any_shop):
    ends = {
        v["ordered"]
        for place, v in enumerate(any_shop.visitors)
        if last_group(any_shop, place)["done"] == CHECKOUT
    }
    assert ends == {True, False}


def test_the_first_group_is_all_users_of_the_log(tables, found):
    events = tables[0]
    orders = events[events["event"] == "purchase"]
    first = found.groups[0]
    assert first["done"] == []
    assert (first["users"], first["later"]) == (events["user"].nunique(), orders["user"].nunique())
    assert first["low"] < first["share"] < first["high"]


def test_a_group_holds_all_who_had_done_the_same_counted_user_by_user(tables, found):
    place = next(i for i, v in enumerate(found.visitors) if last_group(found, i)["users"] < 500)
    group = last_group(found, place)
    wanted = set(group["done"])
    users = later = 0
    log = actions_of(tables[0])
    some_of_it = (
        log.groupby("user")["event"]
        .agg(set)
        .map(lambda kinds: wanted <= {ACTIONS.get(kind) for kind in kinds})
    )
    for _, way in log[log["user"].isin(some_of_it.index[some_of_it])].groupby("user"):
        done: set[str] = set()
        kinds = way["event"].tolist()
        for at, kind in enumerate(kinds):
            if kind == "purchase":
                break
            done |= {ACTIONS[kind]} if kind in ACTIONS else set()
            if done == wanted:
                users += 1
                later += "purchase" in kinds[at:]
                break
    assert (group["users"], group["later"]) == (users, later)


def small_log(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    """A log in the shop's shape from (session, event, page, item)."""
    log = pd.DataFrame(rows, columns=["session", "event", "page", "item_id"])
    log["user"] = "u"
    log["value"] = 10.0
    log["time"] = pd.date_range("2025-09-22", periods=len(log), freq="h")
    return log


def test_only_articles_visits_and_actions_are_kept_of_a_log():
    log = small_log(
        ("s1", "session_start", "", None),
        ("s1", "page_view", "home", None),
        ("s1", "page_view", "article", None),
        ("s1", "scroll", "", None),
        ("s2", "session_start", "", None),
        ("s2", "view_item", "", "KIT-01"),
        ("s2", "purchase", "", None),
    )
    kept = actions_of(log)
    assert kept["event"].tolist() == ["visit", "article", "came back", "view_item", "purchase"]
    assert kept["visit"].tolist() == [1, 1, 2, 2, 2]


def test_alike_in_a_row_is_folded_and_the_set_grows_only_with_a_new_kind():
    log = small_log(
        ("s1", "session_start", "", None),
        *[("s1", "view_item", "", "KIT-01")] * 4,
        ("s1", "begin_checkout", "", None),
        ("s1", "begin_checkout", "", None),
        ("s2", "session_start", "", None),
        ("s3", "session_start", "", None),
    )
    rows = actions_of(log)
    steps = explorer_replay._folded(rows)
    said = [explorer_replay._said(rows.loc[s.row], s.more, {"KIT-01": "Tray"}) for s in steps]
    assert said == [
        "Came to the shop",
        "Viewed Tray",
        "Viewed 3 more product pages",
        "Began the checkout",
        "Came back",
        "Came back",
    ]
    assert [len(step.done) for step in steps] == [0, 1, 1, 2, 3, 3]


def test_kinds_said_once_are_not_said_again():
    for kind in set(ACTIONS) - set(explorer_replay._MORE) - {"came back"}:
        log = small_log(("s1", "session_start", "", None), *[("s1", kind, "", None)] * 3)
        assert len(explorer_replay._folded(actions_of(log))) == 2


@pytest.mark.parametrize(
    ("session", "said"),
    [("s1", "in the same visit, day 2: 1,234.50 dollars."), ("s2", "in a later visit, day 2")],
)
def test_the_end_says_when_the_order_came_and_its_value(session, said):
    start = pd.Timestamp("2025-09-22")
    order = {"session": session, "value": 1234.5, "time": start + pd.Timedelta(hours=30)}
    outcome = explorer_replay._outcome({"session": "s1", "time": start}, order, start, 91)
    assert said in outcome


def test_the_end_says_how_much_time_was_left_without_an_order():
    start = pd.Timestamp("2025-09-22")
    last = {"session": "s1", "time": start + pd.Timedelta(days=20, hours=3)}
    assert "70 of the log's 91 days were left" in explorer_replay._outcome(last, None, start, 91)


@pytest.mark.parametrize(
    ("stop", "kept"),
    [(None, 6), ("visit", 4), ("begin_checkout", 5), ("add_payment_info", 6)],
)
def test_a_replay_stops_in_the_last_visit_only(stop, kept):
    log = small_log(
        ("s1", "session_start", "", None),
        ("s1", "add_to_cart", "", "KIT-01"),
        ("s1", "begin_checkout", "", None),
        ("s2", "session_start", "", None),
        ("s2", "view_item", "", "KIT-01"),
        ("s2", "begin_checkout", "", None),
    )
    assert len(explorer_replay._until(actions_of(log), stop)) == kept


def test_the_text_form_keeps_shares_and_ends_behind_all_moments():
    plain = replay_explorer().plain
    moments, ends = plain.split("Of all visitors with the same kinds of action so far")
    assert "%" not in moments
    assert "followed" not in moments
    assert ends.count("order followed") == 8
    for letter in "ABCDEFGH":
        assert f"Visitor {letter}\n   1. Came to the shop" in moments


def test_it_starts_at_the_first_moment_without_bets():
    state = replay_explorer().state
    assert state == {"visitor": 0, "open": [1] * 8, "shown": [False] * 8, "bets": []}


def test_without_the_shops_tables_it_says_what_to_do(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    explorer = replay_explorer()
    assert explorer.visitors == []
    assert explorer.plain == NO_LOG


def test_two_seconds_are_enough_for_the_whole_log(tables):
    start = time.process_time()
    replays(*tables)
    assert time.process_time() - start < 2
