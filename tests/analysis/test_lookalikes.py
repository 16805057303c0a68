"""Who had done the same so far: by hand on the mini-log, by brute force on any log."""

from __future__ import annotations

from itertools import chain, combinations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook import paths
from workbook.analysis.lookalikes import MOST, Alike, lookalikes

ACTIONS = ["view_item", "add_to_cart", "begin_checkout"]
EVENTS = [*ACTIONS, "scroll", "purchase"]


@pytest.fixture
def mini_log() -> pd.DataFrame:
    return pd.read_csv(paths.lessons_dir() / "tables" / "mini_log.csv")


def test_the_mini_log_counted_by_hand(mini_log):
    view, cart, checkout = ACTIONS
    assert lookalikes(mini_log, ACTIONS) == {
        frozenset(): (6, 4),
        frozenset({view}): (4, 3),  # u1, u2, u4, u5; not u5
        frozenset({cart}): (2, 1),  # u3, u6; not u6
        frozenset({view, cart}): (4, 2),  # u1, u2, u5, u6
        frozenset({view, checkout}): (1, 1),  # u4
        frozenset({cart, checkout}): (1, 1),  # u3
        frozenset({view, cart, checkout}): (2, 2),  # u1, u2
    }


def test_what_comes_after_the_first_order_makes_no_group():
    log = pd.DataFrame(
        {
            "user": ["a"] * 4,
            "event": ["view_item", "purchase", "add_to_cart", "purchase"],
            "minute": [1, 2, 3, 4],
        }
    )
    assert lookalikes(log, ACTIONS) == {frozenset(): (1, 1), frozenset({"view_item"}): (1, 1)}


def test_the_clock_orders_a_shuffled_log_and_rows_of_one_time_keep_theirs():
    log = pd.DataFrame(
        {
            "user": ["a", "a", "b", "b"],
            "event": ["add_to_cart", "view_item", "add_to_cart", "view_item"],
            "minute": [9, 1, 5, 5],
        }
    )
    found = lookalikes(log, ACTIONS)
    assert found[frozenset({"view_item"})] == found[frozenset({"add_to_cart"})] == (1, 0)
    assert found[frozenset({"add_to_cart", "view_item"})] == Alike(users=2, later=0)


def test_rows_without_user_or_time_are_left_out():
    log = pd.DataFrame(
        {
            "user": ["a", None, "b", "b"],
            "event": ["view_item", "view_item", "view_item", "purchase"],
            "minute": [1, 2, None, 4],
        }
    )
    assert lookalikes(log, ACTIONS) == {frozenset(): (2, 1), frozenset({"view_item"}): (1, 0)}


def test_a_log_without_rows_has_nobody():
    log = pd.DataFrame({"user": [], "event": [], "minute": []})
    assert lookalikes(log, ACTIONS) == {frozenset(): (0, 0)}


def by_following_each_user(log: pd.DataFrame) -> dict[frozenset[str], tuple[int, int]]:
    """Every set of actions, every user, every moment: does the set fit, and what comes after?"""
    ways = [group["event"].tolist() for _, group in log.groupby("user")]
    found = {}
    for done in map(set, chain.from_iterable(combinations(ACTIONS, n) for n in range(4))):
        users = later = 0
        for way in ways:
            for moment in range(len(way) + 1):
                so_far = way[:moment]
                if "purchase" not in so_far and set(so_far) & set(ACTIONS) == done:
                    users += 1
                    later += "purchase" in way[moment:]
                    break
        if users:
            found[frozenset(done)] = (users, later)
    return found


rows = st.tuples(st.sampled_from("abcdef"), st.sampled_from(EVENTS), st.integers(0, 9))


@given(st.lists(rows, min_size=1, max_size=60))
def test_any_log_counts_as_following_each_user_does(made):
    log = pd.DataFrame(made, columns=["user", "event", "minute"])
    in_order = log.sort_values("minute", kind="stable")
    assert lookalikes(log, ACTIONS) == by_following_each_user(in_order)


def test_an_action_that_never_happens_changes_nothing(mini_log):
    assert lookalikes(mini_log, [*ACTIONS, "share"]) == lookalikes(mini_log, ACTIONS)


@pytest.mark.parametrize("actions", [["view_item", "view_item"], ["view_item", "purchase"]])
def test_actions_that_repeat_or_hold_the_goal_are_refused(mini_log, actions):
    with pytest.raises(ValueError, match="differ from one another and from the goal"):
        lookalikes(mini_log, actions)


def test_as_many_actions_as_fit_one_number_are_told_apart():
    names = [f"kind {n}" for n in range(MOST)]
    log = pd.DataFrame({"user": "a", "event": names, "minute": range(MOST)})
    found = lookalikes(log, names)
    assert len(found) == MOST + 1
    assert found[frozenset(names)] == (1, 0)
    with pytest.raises(ValueError, match="At most 60"):
        lookalikes(log, [*names, "one more"])


def test_a_log_without_its_columns_is_refused(mini_log):
    with pytest.raises(ValueError, match="no column 'user'"):
        lookalikes(mini_log.drop(columns="user"), ACTIONS)
    with pytest.raises(ValueError, match="'time' \\(or 'minute'\\)"):
        lookalikes(mini_log.drop(columns="minute"), ACTIONS)
