"""Sessions: the course's reference values, a plain loop as oracle, and the edges of GA4's rules."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.analysis.funnels import funnel
from workbook.analysis.rates import session_rate, user_rate
from workbook.analysis.sessions import (
    bounce_rate,
    count_key_events,
    engaged,
    engagement_rate,
    key_events_per_session,
    session_key_event_rate,
    session_table,
    sessionize,
    single_page_share,
    user_key_event_rate,
)

RV_18 = pd.DataFrame({"user": list("aabbccde"), "sign_ups": [0, 3, 1, 0, 2, 1, 0, 0]})
RV_19 = pd.DataFrame(
    [(6, 1, 0), (12, 1, 0), (4, 2, 0), (5, 1, 1), (45, 3, 1), (3, 1, 0), (25, 1, 0), (8, 1, 0)],
    columns=["seconds", "page_views", "key_events"],
)


def engaged_of(table: pd.DataFrame, **choice: float) -> pd.Series:
    return engaged(table["seconds"], table["page_views"], table["key_events"], **choice)


def log_of(minutes: list[float], user: object = "a") -> pd.DataFrame:
    return pd.DataFrame({"user": user, "minute": minutes, "event": "page_view"})


# --- sessionize -------------------------------------------------------------------------------


def test_the_published_minutes_fall_into_the_published_sessions():
    found = sessionize(log_of([0, 10, 25, 56, 60, 120, 149]))
    assert found.tolist() == [1, 1, 1, 2, 2, 3, 3]


def test_a_gap_of_exactly_the_timeout_starts_a_new_session():
    assert sessionize(log_of([0.1, 30.1])).tolist() == [1, 2]
    assert sessionize(log_of([0.1, 30.09])).tolist() == [1, 1]
    assert sessionize(log_of([0, 30]), timeout_minutes=31).tolist() == [1, 1]


def test_midnight_does_not_cut_a_session():
    times = pd.to_datetime(["2025-11-01 23:50", "2025-11-02 00:05"])
    log = pd.DataFrame({"user": "a", "time": times, "event": "page_view"})
    assert sessionize(log).tolist() == [1, 1]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", None]), st.sampled_from([*range(0, 100, 7), float("nan")])
        ),
        max_size=25,
    ),
    st.sampled_from([1, 7, 14, 30]),
)
@settings(deadline=None, max_examples=60)
def test_sessions_are_those_of_a_walk_through_each_users_events(rows, timeout):
    log = pd.DataFrame(rows, columns=["user", "minute"]).astype({"user": object, "minute": float})
    log.index = pd.Index(range(100, 100 + len(rows)))
    expected: dict[int, int] = {}
    for user in ("a", "b"):
        session, last = 0, float("-inf")
        own = [(m, i) for i, (u, m) in zip(log.index, rows, strict=True) if u == user and m == m]
        for minute, place in sorted(own):
            session += minute - last >= timeout
            last = minute
            expected[place] = session
    found = sessionize(log, timeout)
    assert found.index.equals(log.index)
    assert found.dropna().to_dict() == expected


def test_the_numbers_serve_as_session_ids_of_a_funnel():
    log = pd.DataFrame(
        {
            "user": ["a", "a", "b", "b"],
            "minute": [0, 5, 0, 45],
            "event": ["view_item", "add_to_cart"] * 2,
        }
    )
    log["session"] = sessionize(log)
    steps = ["view_item", "add_to_cart"]
    assert funnel(log, steps, scope="session").tolist() == [2, 1]


def test_an_empty_log_has_no_sessions():
    log = log_of([1]).head(0)
    assert sessionize(log).empty
    table = session_table(log.assign(session="s"))
    assert table.empty
    assert "page_views" in table


@pytest.mark.parametrize("timeout", [0, -5, float("nan"), "30", True])
def test_a_timeout_that_is_no_number_above_zero_is_refused(timeout):
    with pytest.raises(ValueError, match="timeout_minutes is"):
        sessionize(log_of([1]), timeout)


# --- the session table --------------------------------------------------------------------------


def random_events(seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    rows = int(draw.integers(1, 40))
    start = pd.Timestamp("2025-11-01")
    return pd.DataFrame(
        {
            "user": draw.choice(["a", "b", "c"], rows),
            "session": draw.choice(["s1", "s2"], rows),
            "time": start + pd.to_timedelta(draw.integers(0, 500, rows), unit="s"),
            "event": draw.choice(["page_view", "scroll", "purchase", "sign_up"], rows),
        }
    )


@pytest.mark.parametrize("seed", range(10))
def test_a_session_table_agrees_with_a_groupby(seed):
    log = random_events(seed)
    table = session_table(log, ["purchase", "sign_up"]).set_index(["user", "session"])
    grouped = log.groupby(["user", "session"], sort=False)
    assert set(table.index) == set(grouped.groups)
    assert table.index.is_unique
    for key, rows in grouped:
        row = table.loc[key]
        events = Counter(rows["event"])
        assert (row["start"], row["end"]) == (rows["time"].min(), rows["time"].max())
        assert row["seconds"] == (rows["time"].max() - rows["time"].min()).total_seconds()
        assert row["events"] == len(rows)
        assert row["page_views"] == events["page_view"]
        assert row["key_events"] == events["purchase"] + events["sign_up"]


def test_a_session_table_keeps_the_order_of_first_appearance_and_drops_rows_of_nobody():
    log = pd.DataFrame(
        {
            "user": ["b", None, "a", "b"],
            "session": ["s1", "s1", "s1", "s1"],
            "minute": [5, 1, 2, 4.5],
            "event": "page_view",
        }
    )
    table = session_table(log)
    assert table["user"].tolist() == ["b", "a"]
    assert table["seconds"].tolist() == [30, 0]
    assert table["start"].tolist() == [4.5, 2]


def test_ids_stand_for_themselves_in_a_log_without_users():
    log = random_events(1)
    assert len(session_table(log.drop(columns="user"))) == log["session"].nunique()


def test_one_key_event_written_without_a_list_is_refused():
    with pytest.raises(ValueError, match=r'\["purchase"\]'):
        session_table(random_events(1), "purchase")


# --- engagement ---------------------------------------------------------------------------------


def test_engagement_of_the_eight_sessions_is_as_published():
    assert engaged_of(RV_19).sum() == 5
    assert engagement_rate(engaged_of(RV_19)) == 0.625
    assert bounce_rate(engaged_of(RV_19)) == 0.375
    assert single_page_share(RV_19["page_views"]) == 0.75


def test_a_scroll_made_a_key_event_lowers_the_bounce_rate_of_the_same_behavior():
    starred = RV_19.copy()
    starred.loc[[0, 7], "key_events"] = 1
    assert engagement_rate(engaged_of(starred)) == 0.875
    assert bounce_rate(engaged_of(starred)) == 0.125
    assert single_page_share(starred["page_views"]) == 0.75


def test_exactly_the_threshold_is_not_longer():
    table = pd.DataFrame({"seconds": [10, 10.1, 60], "page_views": 1, "key_events": 0})
    assert engaged_of(table).tolist() == [False, True, True]
    assert engaged_of(table, longer_than=60).tolist() == [False, False, False]


def test_each_of_the_three_ways_is_enough_by_itself():
    table = pd.DataFrame(
        {"seconds": [0, 11, 0, 0], "page_views": [1, 1, 2, 1], "key_events": [0, 0, 0, 1]}
    )
    assert engaged_of(table).tolist() == [False, True, True, True]
    strict = engaged_of(table, longer_than=20, least_page_views=3, least_key_events=2)
    assert strict.tolist() == [False] * 4


def test_a_session_without_a_page_view_is_no_single_page_session():
    assert single_page_share(pd.Series([0, 1])) == 0.5


# --- key events -----------------------------------------------------------------------------------


def test_the_two_counting_methods_and_rates_are_as_published():
    sign_ups = RV_18["sign_ups"]
    assert count_key_events(sign_ups) == 7
    assert count_key_events(sign_ups, "once per session") == 4
    assert session_key_event_rate(sign_ups) == 0.5
    assert user_key_event_rate(RV_18["user"], sign_ups) == 0.6
    assert key_events_per_session(sign_ups) == 0.875
    assert key_events_per_session(sign_ups, "once per session") == 0.5


def test_sessions_of_nobody_count_for_sessions_and_not_for_users():
    users = RV_18["user"].where(RV_18["user"] != "c")
    assert user_key_event_rate(users, RV_18["sign_ups"]) == 0.5
    assert session_key_event_rate(RV_18["sign_ups"]) == 0.5


# --- words for bad input ---

NONE = pd.Series([], dtype=float)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: engagement_rate(NONE), "denominator"),
        (lambda: bounce_rate(NONE), "denominator"),
        (lambda: single_page_share(NONE), "denominator"),
        (lambda: session_key_event_rate(NONE), "denominator"),
        (lambda: user_key_event_rate(NONE, NONE), "no rows"),
        (lambda: key_events_per_session(NONE), "no rows"),
        (lambda: count_key_events(pd.Series([1]), "per event"), "once per event"),
        (lambda: count_key_events(pd.Series([1, -1])), "below 0"),
        (lambda: count_key_events(pd.Series([1, None])), "missing"),
        (lambda: count_key_events(pd.Series(["one"])), "number"),
        (lambda: engaged(pd.Series([1]), pd.Series([1, 2]), pd.Series([0])), "one value per row"),
        (lambda: engagement_rate(pd.Series([12, 1])), "True or False"),
        (lambda: user_key_event_rate(pd.Series(["a"]), pd.Series([1, 2])), "one value per row"),
        (lambda: sessionize(pd.DataFrame({"users": ["a"], "minute": [1]})), "'user'"),
        (lambda: sessionize(pd.DataFrame({"user": ["a"]})), "'time'"),
        (lambda: session_table(log_of([1])), "'session'"),
    ],
)
def test_bad_input_is_said_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("kind", ["int16", "int32", "float32", "Int64"])
def test_minutes_of_a_small_number_type_cut_the_same_sessions(kind):
    log = pd.DataFrame({"user": "a", "minute": [0, 100, 125, 30_000]})
    assert sessionize(log.astype({"minute": kind})).tolist() == [1, 2, 2, 3]


def test_a_time_without_end_is_no_time():
    log = pd.DataFrame({"user": "a", "minute": [0, np.inf, 5, -np.inf]})
    assert sessionize(log).tolist() == [1, pd.NA, 1, pd.NA]


def test_lists_will_do_for_columns():
    assert engaged([5, 20], [1, 1], [0, 0]).tolist() == [False, True]
    assert user_key_event_rate(["a", "a", None, "b"], [0, 2, 1, 0]) == 0.5


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 2)), min_size=1))
@settings(deadline=None, max_examples=30)
def test_rates_from_a_session_table_and_from_the_log_are_one(rows):
    """Each session of the log is a view and its key events."""
    events = [
        (user, number, name)
        for number, (user, sales) in enumerate(rows)
        for name in ["view_item", *["purchase"] * sales]
    ]
    log = pd.DataFrame(events, columns=["user", "session", "event"])
    users = pd.Series([user for user, _ in rows], dtype=object)
    counts = pd.Series([sales for _, sales in rows])
    known = users.notna()
    if not known.any():
        return
    assert user_rate(log, "purchase").value == user_key_event_rate(users, counts)
    assert session_rate(log, "purchase").value == session_key_event_rate(counts[known])
