"""Rates: the five parts, counting at three scopes, sums against means, points against relative."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from workbook.analysis.rates import (
    Z_95,
    Interval,
    Rate,
    change,
    event_rate,
    mean_of_ratios,
    rate,
    ratio_of_sums,
    session_rate,
    user_rate,
    wilson,
    z_value,
)


@pytest.fixture
def sign_ups() -> pd.DataFrame:
    """RV-18: sessions (user, sign-ups); each session also has one page view."""
    rows = []
    sessions = [("a", 0), ("a", 3), ("b", 1), ("b", 0), ("c", 2), ("c", 1), ("d", 0), ("e", 0)]
    for day, (user, count) in enumerate(sessions):
        session = "first" if day % 2 == 0 else "second"  # ids repeat between users
        time = pd.Timestamp("2025-10-01 23:50") + pd.Timedelta(days=day)
        rows.append((user, session, time, "page_view"))
        rows += [(user, session, time + pd.Timedelta(minutes=20), "sign_up")] * count
    return pd.DataFrame(rows, columns=["user", "session", "time", "event"])


# --- a rate and its interval --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        (45, 1500, (2.2496, 3.9905)),
        (30, 1000, (2.1094, 4.2503)),
        (3, 20, (5.2369, 36.0419)),
        (3, 60, (1.7150, 13.7005)),
        (0, 200, (0, 1.8845)),
        (4_419, 270_154, (1.589, 1.684)),
    ],
)
def test_wilson_intervals_are_as_published(part, whole, percent):
    digits = 3 if whole > 10_000 else 4
    assert tuple(round(100 * end, digits) for end in wilson(part, whole)) == percent


def test_the_hand_calculation_of_wilson_has_this_center_and_half_width():
    low, high = wilson(45, 1500)
    assert (low + high) / 2 == pytest.approx(0.0312006, abs=1e-7)
    assert (high - low) / 2 == pytest.approx(0.0087049, abs=1e-7)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 10_000), st.data(), st.floats(0.5, 0.999))
def test_wilson_agrees_with_statsmodels_and_holds_the_rate(whole, data, level):
    part = data.draw(st.integers(0, whole))
    interval = wilson(part, whole, z_value(level))
    oracle = proportion_confint(part, whole, 1 - level, method="wilson")
    assert tuple(interval) == pytest.approx(oracle, abs=1e-10)
    assert 0 <= interval.low <= part / whole <= interval.high <= 1


def test_an_interval_knows_what_lies_in_it():
    assert 0.5 in Interval(0.0, 1.0)
    assert 0.5 not in Interval(-0.1, 0.1)
    assert 0 in Interval(0.0, 1.0)
    assert np.int64(0) in Interval(-0.1, 0.1)
    assert "0" not in Interval(0.0, 1.0)


def test_an_interval_times_a_hundred_is_in_percent() -> None:
    assert 100 * Interval(0.25, 0.5) == Interval(0.25, 0.5) * 100 == Interval(25.0, 50.0)
    assert -1 * Interval(0.25, 0.5) == Interval(-0.5, -0.25)
    assert isinstance(100 * wilson(3, 20), Interval)


def test_z_95_is_the_z_of_a_level_of_95_percent():
    assert z_value(0.95) == pytest.approx(Z_95, abs=1e-14)


@pytest.mark.parametrize(
    ("part", "whole"),
    [(1, 0), (0, 0), (2, 1), (-1, 5), ("2", 5), (None, 5), (1, float("nan")), (float("inf"), 5)],
)
def test_what_is_no_part_of_a_whole_is_refused(part, whole):
    with pytest.raises(ValueError, match=r"\.$|\?$"):
        rate(part, whole)


def test_a_column_is_no_part_of_a_whole():
    with pytest.raises(ValueError, match="number"):
        rate(pd.Series([1, 2]), 5)


@pytest.mark.parametrize("z", [0, -1.96])
def test_a_z_of_nothing_is_refused(z):
    with pytest.raises(ValueError, match="above 0"):
        wilson(3, 20, z)


# --- the five parts -----------------------------------------------------------------------------


def five_parts(**changes):
    parts = {
        "numerator": "sessions with purchase",
        "denominator": "sessions",
        "scope": "session",
        "window": "2025-10-01 to 2025-10-07",
        "exclusions": "staff",
        "part": 30,
        "whole": 1_000,
    }
    return Rate(**(parts | changes))


def test_a_rate_is_printed_with_its_five_parts_on_one_line():
    line = str(five_parts())
    for text in ("3.00 %", "30 sessions with purchase / 1,000 sessions", "scope: session"):
        assert text in line
    assert "window: 2025-10-01 to 2025-10-07" in line and "exclusions: staff" in line
    assert "\n" not in line


def test_a_rate_has_a_value_and_a_wilson_interval():
    found = five_parts()
    assert found.value == 0.03
    assert found.interval() == pytest.approx(wilson(30, 1_000), abs=1e-15)
    assert found.interval(0.5).high < found.interval().high < found.interval(0.99).high


def test_a_rate_cannot_be_changed_afterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        five_parts().part = 31


@pytest.mark.parametrize(
    "changes",
    [{"window": ""}, {"exclusions": " "}, {"scope": "visit"}, {"whole": 0}, {"part": 1_001}],
)
def test_a_rate_without_one_of_its_parts_is_refused(changes):
    with pytest.raises(ValueError, match=r"blank|scope|denominator|not a part"):
        five_parts(**changes)


# --- counting (RV-18) ---------------------------------------------------------------------------


def test_the_same_log_has_another_rate_at_each_scope(sign_ups):
    by_session, by_user = session_rate(sign_ups, "sign_up"), user_rate(sign_ups, "sign_up")
    assert (by_session.part, by_session.whole, by_session.value) == (4, 8, 0.5)
    assert (by_user.part, by_user.whole, by_user.value) == (3, 5, 0.6)
    by_event = event_rate(sign_ups, "sign_up", "page_view")
    assert (by_event.part, by_event.whole, by_event.value) == (7, 8, 0.875)
    assert [found.scope for found in (by_session, by_user, by_event)] == [
        "session", "user", "event",
    ]  # fmt: skip


def test_any_of_several_key_events_makes_a_session_count_once(sign_ups):
    both = session_rate(sign_ups, ["sign_up", "page_view"])
    assert both.value == 1
    assert both.numerator == "sessions with sign_up or page_view"


def test_a_window_includes_its_first_and_last_day_and_nothing_else(sign_ups):
    # Day 2 (a's second visit, at 23:50) ends in day 3, where b's first begins at 23:50.
    found = session_rate(sign_ups, "sign_up", window=("2025-10-03", "2025-10-03"))
    assert (found.part, found.whole) == (1, 2)
    assert found.window == "2025-10-03 to 2025-10-03"
    longer = session_rate(sign_ups, "sign_up", window=("2025-10-02", "2025-10-04"))
    assert (longer.part, longer.whole) == (2, 3)


def test_an_event_that_the_window_lacks_counts_zero(sign_ups):
    found = user_rate(sign_ups, "sign_up", window=("2025-10-01", "2025-10-01"))
    assert (found.part, found.whole) == (0, 1)


def test_the_whole_log_is_named_as_a_window(sign_ups):
    assert session_rate(sign_ups, "sign_up").window == "whole log, 2025-10-01 to 2025-10-08"
    assert session_rate(sign_ups.drop(columns="time"), "sign_up").window == "whole log"


def test_rows_that_cannot_be_followed_are_left_out_and_named(sign_ups):
    log = sign_ups.copy()
    log.loc[0, "session"] = None
    log.loc[1, "time"] = pd.NaT
    found = session_rate(log, "sign_up", window=("2025-10-01", "2025-10-31"), exclusions="bots")
    assert (found.part, found.whole) == (4, 7)
    assert found.exclusions == "bots, 1 row without a time, 1 row without a user or session"


def test_times_with_a_zone_keep_their_local_day(sign_ups):
    log = sign_ups.assign(time=sign_ups["time"].dt.tz_localize("US/Pacific"))
    window = ("2025-10-02", "2025-10-04")
    assert session_rate(log, "sign_up", window=window) == session_rate(
        sign_ups, "sign_up", window=window
    )


def test_a_log_without_users_counts_its_session_ids(sign_ups):
    log = sign_ups.drop(columns="user").assign(session=sign_ups["user"] + sign_ups["session"])
    assert session_rate(log, "sign_up").value == 0.5


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from("pqr")), min_size=1
    )
)
def test_rates_agree_with_counting_by_sets(rows):
    log = pd.DataFrame(rows, columns=["user", "session", "event"])
    name = rows[0][2]
    units = {(user, session) for user, session, _ in rows}
    won = {(user, session) for user, session, event in rows if event == name}
    assert session_rate(log, name).value == len(won) / len(units)
    users = {user for user, _ in units}
    assert user_rate(log, name).value == len({user for user, _ in won}) / len(users)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda log: session_rate(log, "sign_ups"), "'sign_up'"),
        (lambda log: session_rate(log, []), "key event"),
        (lambda log: session_rate(log, None), "key event"),
        (lambda log: session_rate(log.drop(columns="session"), "sign_up"), "'session'"),
        (lambda log: user_rate(log.drop(columns="user"), "sign_up"), "'user'"),
        (lambda log: user_rate([1, 2], "sign_up"), "table"),
        (lambda log: user_rate(log, "sign_up", window=("2024-01-01", "2024-01-31")), "No row"),
        (lambda log: user_rate(log, "sign_up", window=("2025-10-05", "2025-10-01")), "Swap"),
        (lambda log: user_rate(log, "sign_up", window="2025-10-05"), "first and the last day"),
        (lambda log: user_rate(log, "sign_up", window=("soon", "later")), "first and the last"),
        (lambda log: user_rate(log, "sign_up", window=("2025-10-01 9:00", "2025-10-02")), "time"),
        (
            lambda log: user_rate(
                log.assign(time=log["time"].astype(str)), "sign_up", window=("2025-10-01",) * 2
            ),
            "to_datetime",
        ),
        (lambda log: event_rate(log, "page_view", "sign_up"), "not a part of"),
        (
            lambda log: event_rate(log, "page_view", "sign_up", window=("2025-10-01",) * 2),
            "nothing to divide",
        ),
        (lambda log: session_rate(log.iloc[:0], "purchase"), "No row"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_named(sign_ups, call, words):
    with pytest.raises(ValueError, match=words):
        call(sign_ups)


# --- sums and means -----------------------------------------------------------------------------


def test_a_mean_of_daily_rates_lets_a_small_day_weigh_as_much_as_a_large_one():
    orders, visits = [20, 5], [1_000, 10]
    assert ratio_of_sums(orders, visits) == pytest.approx(25 / 1_010)
    assert mean_of_ratios(orders, visits) == pytest.approx((0.02 + 0.5) / 2)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 90)), min_size=1, max_size=20))
def test_both_are_weighted_means_and_agree_where_the_wholes_are_equal(rows):
    parts, wholes = zip(*rows, strict=True)
    ratios = np.array(parts) / np.array(wholes)
    assert ratio_of_sums(parts, wholes) == pytest.approx(np.average(ratios, weights=wholes))
    equal = [7] * len(parts)
    assert mean_of_ratios(parts, equal) == pytest.approx(ratio_of_sums(parts, equal))


def test_a_day_without_visits_has_no_rate_of_its_own_but_does_no_harm_to_the_sum():
    assert ratio_of_sums([0, 3], [0, 10]) == 0.3
    with pytest.raises(ValueError, match="no ratio"):
        mean_of_ratios([0, 3], [0, 10])


@pytest.mark.parametrize("function", [ratio_of_sums, mean_of_ratios])
@pytest.mark.parametrize(
    ("parts", "wholes"),
    [([], []), ([1, 2], [3]), ([1], [0]), ([1], [-4]), ([1, None], [2, 2]), (["x"], [2]), (5, 6)],
)
def test_lists_that_make_no_ratio_are_refused(function, parts, wholes):
    with pytest.raises(ValueError, match=r"\.$"):
        function(parts, wholes)


# --- change -------------------------------------------------------------------------------------


def test_points_and_relative_are_two_things():
    found = change(0.05, 0.057)
    assert found.points == pytest.approx(0.7)
    assert found.relative == pytest.approx(0.14)
    assert str(found) == "+0.70 points (+14.0 % relative)"
    assert str(change(0.06, 0.05)) == "-1.00 point (-16.7 % relative)"


def test_from_nothing_there_is_no_relative_change():
    found = change(0, 0.02)
    assert found.points == 2
    assert found.relative is None
    assert "no relative change" in str(found)


@pytest.mark.parametrize("before", [5, -0.1, None, float("nan")])
def test_a_change_of_no_rate_is_refused(before):
    with pytest.raises(ValueError, match="before"):
        change(before, 0.06)
