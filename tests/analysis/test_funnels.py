"""Funnels: the course's reference values, exact enumeration, and words for bad input."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise, product

import numpy as np
import pandas as pd
import pytest

from workbook import paths
from workbook.analysis.funnels import (
    ENTERS,
    LEAVES,
    FunnelError,
    abandonment,
    funnel,
    funnel_members,
    overall_completion,
    recoverable_value,
    step_abandonment,
    step_completion,
    transitions,
)
from workbook.analysis.rates import rate, wilson

STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]


@pytest.fixture
def mini_log() -> pd.DataFrame:
    return pd.read_csv(paths.lessons_dir() / "tables" / "mini_log.csv")


# --- RV-17, RV-32, RV-34 ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "counts"),
    [
        ({"scope": "event", "closed": False}, [6, 5, 4, 4]),
        ({"scope": "user", "closed": False}, [5, 5, 4, 4]),
        ({"scope": "session", "closed": False}, [6, 5, 4, 4]),
        ({"scope": "user"}, [5, 3, 2, 2]),
        ({"scope": "session"}, [6, 3, 1, 1]),
        ({"scope": "user", "window": 30}, [5, 3, 1, 1]),
    ],
)
def test_the_six_definitions_of_the_mini_log_count_as_published(mini_log, choice, counts):
    assert funnel(mini_log, STEPS, **choice).tolist() == counts


def test_a_funnel_is_a_series_with_the_steps_as_index(mini_log):
    counts = funnel(mini_log, STEPS, scope="session")
    assert counts.index.tolist() == STEPS
    assert (counts.index.name, counts.name) == ("step", "sessions")
    assert counts.dtype == "int64"


def test_the_public_sample_gives_the_published_percentages():
    steps = ["session_start", "view_item", "add_to_cart", "begin_checkout", "purchase"]
    users = pd.Series([270_154, 61_252, 12_545, 9_715, 4_419], index=steps)
    percent = (100 * step_completion(users)).round(2)
    assert percent.tolist()[1:] == [22.67, 20.48, 77.44, 45.49]
    assert round(100 * overall_completion(users), 3) == 1.636
    assert [round(100 * end, 3) for end in wilson(4_419, 270_154)] == [1.589, 1.684]
    assert round(100 * abandonment(12_545, 4_419), 1) == 64.8
    assert round(100 * abandonment(9_715, 4_419), 1) == 54.5
    assert round(100 * rate(4_446, 360_129), 4) == 1.2346
    assert round(100 * rate(4_848, 360_129), 4) == 1.3462
    assert round(100 * rate(320_096, 360_129), 2) == 88.88


def test_a_relative_change_of_one_step_changes_the_total_by_as_much():
    assert np.prod([0.4, 0.25, 0.5, 0.6]) == pytest.approx(0.03, abs=1e-12)
    assert np.prod([0.4, 0.25, 0.55, 0.6]) == pytest.approx(0.033, abs=1e-12)
    counts = pd.Series([10_000, 4_000, 1_000, 500, 300], index=list("abcde"))
    assert overall_completion(counts) == pytest.approx(0.03)
    extra = recoverable_value(counts, pd.Series({"d": 0.55}), value_per_order=20)
    assert extra["d"] == pytest.approx(300 * 0.1 * 20)
    assert extra.drop("d").isna().all()


# --- the algorithm against exact enumeration ----------------------------------------------------


def enumerate_funnel(log, steps, scope, order, window):
    """Try every chain of every unit, the slow way."""
    columns = {"user": ["user"], "session": ["user", "session"]}[scope]
    counts = [0] * len(steps)
    for _, rows in log.groupby(columns):
        rows = rows.sort_values("minute", kind="stable")
        events, minutes = rows["event"].tolist(), rows["minute"].tolist()
        for length in range(1, len(steps) + 1):
            wanted = steps[:length]
            if order == "any":
                counts[length - 1] += set(wanted) <= set(events)
                continue
            counts[length - 1] += any(
                [events[i] for i in chain] == wanted
                and all(
                    (order != "directly" or b == a + 1)
                    and (window is None or minutes[b] - minutes[a] <= window)
                    for a, b in pairwise(chain)
                )
                for chain in combinations(range(len(events)), length)
            )
    return counts


def random_log(seed):
    draw = np.random.default_rng(seed)
    rows = int(draw.integers(1, 26))
    return pd.DataFrame(
        {
            "user": draw.choice(["a", "b", "c"], rows),
            "session": draw.choice(["s1", "s2"], rows),
            "minute": draw.integers(0, 12, rows),  # few minutes, so that time stamps tie
            "event": draw.choice([*STEPS[:3], "page_view"], rows, p=[0.4, 0.3, 0.2, 0.1]),
        }
    )


@pytest.mark.parametrize("seed", range(60))
def test_every_closed_funnel_agrees_with_trying_every_chain(seed):
    log, steps = random_log(seed), STEPS[:3]
    for scope, order, window in product(
        ["user", "session"], ["in order", "directly", "any"], [None, 1, 3]
    ):
        if order == "any" and window is not None:
            continue
        expected = enumerate_funnel(log, steps, scope, order, window)
        found = funnel(log, steps, scope=scope, order=order, window=window)
        assert found.tolist() == expected, (seed, scope, order, window)


def test_a_window_is_passed_through_any_start_and_not_only_the_first(mini_log):
    """u5 viewed at minute 1 and again at 2000, one minute before the cart."""
    members = funnel_members(mini_log, STEPS, window=30)
    assert members.loc["u5", "add_to_cart"]


def test_a_gap_of_exactly_the_window_counts_in_minutes_and_in_times():
    log = pd.DataFrame({"user": "a", "minute": [0.1, 30.1], "event": ["view_item", "add_to_cart"]})
    clock = log.assign(time=pd.Timestamp("2025-11-01") + pd.to_timedelta([0, 30], unit="min"))
    for table, window in product([log, clock.drop(columns="minute")], [30, "30 min"]):
        assert funnel(table, STEPS[:2], window=window).tolist() == [1, 1]
        assert funnel(table, STEPS[:2], window=29.99).tolist() == [1, 0]


def test_datetimes_and_minutes_give_the_same_funnel(mini_log):
    clock = mini_log.drop(columns="minute").assign(
        time=pd.Timestamp("2025-11-01") + pd.to_timedelta(mini_log["minute"], unit="min")
    )
    for choice in [{}, {"scope": "session"}, {"window": "30min"}, {"order": "directly"}]:
        assert funnel(clock, STEPS, **choice).tolist() == funnel(mini_log, STEPS, **choice).tolist()


def test_the_order_of_the_rows_does_not_matter_where_times_differ(mini_log):
    for seed in range(5):
        mixed = mini_log.sample(frac=1, random_state=seed)
        assert funnel(mixed, STEPS, window=30).tolist() == [5, 3, 1, 1]


def test_session_ids_may_repeat_between_users(mini_log):
    """s1 and s2 are two names, but eight sessions."""
    assert len(funnel_members(mini_log, STEPS, scope="session")) == 8


def test_rows_without_a_user_or_a_time_are_left_out(mini_log):
    holes = mini_log.astype({"minute": float}).copy()
    holes.loc[holes["user"] == "u1", "user"] = None
    holes.loc[holes["user"] == "u2", "minute"] = np.nan
    assert funnel(holes, STEPS).tolist() == [3, 1, 0, 0]
    assert funnel(holes, STEPS, closed=False).tolist() == [4, 4, 3, 3]


def test_the_members_add_up_to_the_funnel(mini_log):
    for scope, closed in product(["user", "session"], [True, False]):
        members = funnel_members(mini_log, STEPS, scope=scope, closed=closed)
        counts = funnel(mini_log, STEPS, scope=scope, closed=closed)
        assert members.sum().tolist() == counts.tolist()


def test_a_step_whose_tag_is_broken_counts_nobody(mini_log):
    broken = mini_log[mini_log["event"] != "add_to_cart"]
    assert funnel(broken, STEPS, closed=False).tolist() == [5, 0, 4, 4]
    assert funnel(broken, STEPS).tolist() == [5, 0, 0, 0]


def test_an_empty_log_counts_nobody(mini_log):
    assert funnel(mini_log.head(0), STEPS).tolist() == [0, 0, 0, 0]
    assert funnel(mini_log.head(0), STEPS, scope="session", order="directly").sum() == 0


def test_the_log_is_not_changed(mini_log):
    before = mini_log.copy()
    funnel(mini_log, STEPS, window=30)
    transitions(mini_log, "view_item")
    pd.testing.assert_frame_equal(mini_log, before)


# --- transitions ------------------------------------------------------------------------------


def test_transitions_count_what_comes_next_in_the_same_session(mini_log):
    found = transitions(mini_log, "add_to_cart")
    assert found.to_dict() == {LEAVES: 2, "begin_checkout": 2, "view_item": 1}
    by_user = transitions(mini_log, "add_to_cart", scope="user")
    assert by_user.to_dict() == {"begin_checkout": 3, LEAVES: 1, "view_item": 1}


def test_transitions_look_back_too(mini_log):
    found = transitions(mini_log, "begin_checkout", direction="before")
    assert found.to_dict() == {"add_to_cart": 2, ENTERS: 1, "view_item": 1}


def test_transitions_by_page_skip_rows_without_a_page():
    log = pd.DataFrame(
        {
            "user": "a",
            "session": "s",
            "minute": [0, 1, 2, 3],
            "event": ["page_view", "add_to_cart", "page_view", "page_view"],
            "page": ["product", None, "cart", "delivery"],
        }
    )
    assert transitions(log, "product", by="page").to_dict() == {"cart": 1}
    assert transitions(log, "delivery", by="page").to_dict() == {LEAVES: 1}


# --- rates ------------------------------------------------------------------------------------


def test_completion_and_abandonment_add_up_to_one(mini_log):
    counts = funnel(mini_log, STEPS)
    both = step_completion(counts) + step_abandonment(counts)
    assert both.dropna().tolist() == [1, 1, 1]
    assert overall_completion(counts) == pytest.approx(step_completion(counts).prod())


@pytest.mark.parametrize(("begun", "finished"), [(0, 0), (10, 12)])
def test_an_impossible_abandonment_is_refused(begun, finished):
    with pytest.raises(ValueError, match="begun"):
        abandonment(begun, finished)


def test_an_interval_for_nothing_of_many_is_not_empty():
    low, high = wilson(0, 200)
    assert (low, round(100 * high, 4)) == (0, 1.8845)


# --- words for bad input --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda log: funnel(log, ["view_item", "add_to_carts"]), "'add_to_carts'.*'add_to_cart'"),
        (lambda log: funnel(log, ["view_items"]), "'view_item'"),
        (lambda log: funnel(log, STEPS, scope="sesion"), "'session'"),
        (lambda log: funnel(log, STEPS, scope="users"), "'user'"),
        (lambda log: funnel(log, STEPS, order="inorder"), "'in order'"),
        (lambda log: funnel(log, STEPS, scop="user"), "'scop'.*'scope'"),
        (lambda log: funnel(log, STEPS, close=True), "'close'.*'closed'"),
        (lambda log: funnel(log, STEPS, closed="yes"), "True or False"),
        (lambda log: funnel(log, STEPS, ...), "gap.*still open"),
        (lambda log: funnel(log, "purchase"), r'list.*\["purchase"\]'),
        (lambda log: funnel(log, []), "empty"),
        (lambda log: funnel(log, ["view_item", "view_item"]), "twice"),
        (lambda log: funnel(log, STEPS, window="soon"), "minutes"),
        (lambda log: funnel(log, STEPS, window=-5), "longer than 0"),
        (lambda log: funnel(log, STEPS, window=True), "minutes"),
        (lambda log: funnel(log, STEPS, scope="event"), "closed=False"),
        (lambda log: funnel(log, STEPS, closed=False, window=30), "open funnel"),
        (lambda log: funnel(log, STEPS, order="any", window=30), "no step before"),
        (lambda log: funnel(log, STEPS, closed=False, order="directly"), "no order"),
        (lambda log: funnel(log.rename(columns={"user": "users"}), STEPS), "'user'.*'users'"),
        (lambda log: funnel(log.drop(columns="minute"), STEPS), "'time'"),
        (lambda log: funnel(log.astype({"minute": str}), STEPS), "to_datetime"),
        (lambda log: funnel(STEPS, log), "first argument"),
        (lambda log: funnel_members(log, STEPS, scope="event", closed=False), "members"),
        (lambda log: transitions(log, "add_to_card"), "'add_to_cart'"),
        (lambda log: transitions(log, "view_item", by="page"), "'page'"),
        (lambda log: transitions(log, "view_item", direction="back"), "'before'"),
    ],
)
def test_bad_input_is_named_and_the_nearest_right_one_offered(mini_log, call, words):
    with pytest.raises(ValueError, match=words):
        call(mini_log)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda log: funnel(log, STEPS, window="7"), "7"),
        (lambda log: funnel(log, STEPS, "user"), 'scope="user"'),
        (lambda log: funnel(log, STEPS, scop="user"), "scope"),
        (lambda log: funnel(log, ["view_item", "cart"]), "add_to_cart"),
    ],
    ids=["a window without unit", "an unnamed choice", "a misspelled choice", "a short name"],
)
def test_slips_that_newcomers_made_get_plain_words(
    mini_log: pd.DataFrame, call: Callable[[pd.DataFrame], object], words: str
) -> None:
    with pytest.raises(FunnelError, match=words) as caught:
        call(mini_log)
    assert "nanosecond" not in str(caught.value)


def test_a_week_may_be_written_as_people_write_it(mini_log: pd.DataFrame) -> None:
    weekly = funnel(mini_log, STEPS, window="1 week")
    assert weekly.equals(funnel(mini_log, STEPS, window="7 days"))


# --- kinds of columns ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["int16", "int32", "uint16", "float32", "Int64", "int64[pyarrow]"])
def test_minutes_of_any_number_type_are_the_same_minutes(mini_log, kind):
    """100 minutes are 6,000 million microseconds: more than a small integer holds."""
    small = mini_log.astype({"minute": kind})
    for choice in ({"window": 30}, {"window": 1, "order": "directly"}, {"scope": "session"}):
        assert funnel(small, STEPS, **choice).equals(funnel(mini_log, STEPS, **choice))


@pytest.mark.parametrize("kind", ["category", "str", object, "string[pyarrow]"])
def test_names_of_any_text_type_are_the_same_names(mini_log, kind):
    other = mini_log.astype({"user": kind, "session": kind, "event": kind})
    for choice in ({}, {"scope": "session", "window": 30}, {"scope": "event", "closed": False}):
        assert funnel(other, STEPS, **choice).equals(funnel(mini_log, STEPS, **choice))
    assert transitions(other, "view_item").equals(transitions(mini_log, "view_item"))


def test_a_share_of_nobody_is_blank():
    counts = pd.Series([10, 0, 0, 5])
    assert step_completion(counts).isna().tolist() == [True, False, True, True]
    assert step_abandonment(counts)[1] == 1


def test_abandonment_is_of_numbers():
    with pytest.raises(ValueError, match="begun is one number"):
        abandonment("12", 3)
    with pytest.raises(ValueError, match="finished is one number"):
        abandonment(12, np.nan)


def test_two_columns_of_one_name_are_refused(mini_log):
    with pytest.raises(FunnelError, match="two columns 'user'"):
        funnel(pd.concat([mini_log, mini_log["user"]], axis=1), STEPS)
