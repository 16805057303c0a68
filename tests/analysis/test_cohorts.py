"""Cohort tables against a plain loop over users, and the cells that are not in yet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbook.analysis.cohorts import (
    cohorts,
    conversion_so_far,
    conversion_table,
    retention_table,
)

MONDAY = pd.Timestamp("2025-11-03")
LENGTH = {"week": 7.0, "month": 30.0}


def log_of(rows: list[tuple[str, float, str]]) -> pd.DataFrame:
    """Rows (user, days since a Monday, event)."""
    table = pd.DataFrame(rows, columns=["user", "day", "event"])
    table["time"] = MONDAY + pd.to_timedelta(table.pop("day"), unit="D")
    return table


def random_log(seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    rows = int(draw.integers(5, 120))
    days = draw.integers(0, 100 * 24, rows) / 24
    users = draw.integers(0, 25, rows).astype(str)
    events = draw.choice(["view", "view", "purchase"], rows)
    return log_of([*zip(users, days, events, strict=True), ("x", 100.0, "purchase")])


def table_by_loop(log, by, event, end, *, to_date, masked):
    """Go through the users of each cohort one by one."""
    length = pd.Timedelta(days=LENGTH[by])
    firsts = log.groupby("user")["time"].min().to_dict()
    members: dict[pd.Timestamp, list[str]] = {}
    for user, first in firsts.items():
        start = first.to_period("W" if by == "week" else "M").start_time
        members.setdefault(start, []).append(user)
    ages: dict[str, list[int]] = {user: [] for user in firsts}
    for row in log.itertuples():
        if event in (None, row.event):
            ages[row.user].append((row.time - firsts[row.user]) // length)
    expected: dict[tuple[pd.Timestamp, int], float] = {}
    for cohort, users in members.items():
        for age in range(16):
            hits = [any(a <= age if to_date else a == age for a in ages[user]) for user in users]
            lived = [firsts[user] + (age + 1) * length <= end for user in users]
            begun = [firsts[user] + age * length <= end for user in users]
            if all(lived) if masked else any(begun):
                expected[cohort, age] = sum(hits) / len(users)
    return expected


def cells(table: pd.DataFrame) -> dict[tuple[pd.Timestamp, int], float]:
    return table.stack().dropna().to_dict()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("by", ["week", "month"])
@pytest.mark.parametrize("masked", [True, False])
def test_the_tables_agree_with_a_loop_over_users(seed, by, masked):
    log = random_log(seed)
    end = log["time"].max()
    for event in (None, "purchase"):
        found = retention_table(log, by, event=event, masked=masked)
        expected = table_by_loop(log, by, event, end, to_date=False, masked=masked)
        assert cells(found) == pytest.approx(expected)
    found = conversion_table(log, "purchase", by, masked=masked)
    expected = table_by_loop(log, by, "purchase", end, to_date=True, masked=masked)
    assert cells(found) == pytest.approx(expected)


def test_a_week_begins_on_monday_and_a_month_on_the_first():
    log = log_of([("a", 0, "view"), ("b", 6.99, "view"), ("c", 7, "view"), ("d", 28, "view")])
    weeks = cohorts(log).set_index("user")["cohort"]
    assert [(day - MONDAY).days for day in weeks] == [0, 0, 7, 28]
    months = cohorts(log, "month")["cohort"].dt.strftime("%Y-%m-%d")
    assert months.tolist() == ["2025-11-01"] * 3 + ["2025-12-01"]


def test_the_index_and_columns_say_what_they_are():
    table = retention_table(random_log(1), "month")
    assert (table.index.name, table.columns.name) == ("cohort", "months since first event")
    assert table.index.is_monotonic_increasing
    assert table.columns.tolist() == list(range(len(table.columns)))


LOG = log_of(
    [("a", 0, "view"), ("b", 1, "view"), ("a", 8, "purchase"), ("c", 9, "view"), ("a", 15, "view")]
)


def test_a_cell_is_shown_once_its_latest_member_has_lived_the_period():
    """b came on day 1, so week 1 of the first cohort ends for all of it on day 15."""
    table = conversion_table(LOG)
    first, second = table.index
    assert table.loc[first].dropna().to_dict() == {0: 0, 1: 0.5}
    assert table.loc[second].dropna().to_dict() == {}
    just_before = conversion_table(LOG, as_of="2025-11-17 23:59:59")
    assert just_before.loc[first].dropna().to_dict() == {0: 0}


def test_silence_after_the_last_event_is_evidence_if_the_log_was_watched():
    table = conversion_table(LOG, as_of=MONDAY + pd.Timedelta(days=16))
    assert table.iloc[1].dropna().to_dict() == {0: 0}


def test_as_of_shows_the_table_of_that_day():
    log = random_log(3)
    day = MONDAY + pd.Timedelta(days=60)
    cut = log[log["time"] <= day]
    early = conversion_table(log, as_of=day)
    pd.testing.assert_frame_equal(early, conversion_table(cut, as_of=day))
    late = conversion_table(log)
    assert cells(early)
    assert cells(early).items() <= cells(late).items()  # what was mature stays as it was


def test_the_naive_table_makes_recent_cohorts_look_bad_and_the_mask_hides_just_those_cells():
    masked, naive = conversion_table(LOG), conversion_table(LOG, masked=False)
    assert naive.iloc[0].tolist() == [0, 0.5, 0.5]
    assert naive.iloc[1].dropna().to_dict() == {0: 0}
    both = masked.notna()
    pd.testing.assert_frame_equal(masked.where(both), naive.where(both))


def test_conversions_so_far_count_everybody_whatever_the_age():
    found = conversion_so_far(LOG)
    assert found["users"].tolist() == [2, 1]
    assert found["converted"].tolist() == [1, 0]
    assert found["rate"].tolist() == [0.5, 0]


def test_a_single_event_is_a_table_without_a_mature_cell():
    log = log_of([("a", 0, "purchase")])
    assert conversion_table(log).shape == (1, 1)
    assert conversion_table(log).isna().all(axis=None)
    assert conversion_so_far(log)["rate"].tolist() == [1]


def test_dates_with_a_time_zone_use_the_local_calendar():
    log = log_of([("a", 0, "view"), ("b", 6.99, "view")])
    log["time"] = log["time"].dt.tz_localize("America/New_York")
    assert cohorts(log)["cohort"].tolist() == [MONDAY, MONDAY]
    assert retention_table(log).shape == (1, 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: retention_table(LOG, "day"), "'week'"),
        (lambda: conversion_table(LOG, "purchases"), "'purchase'"),
        (lambda: retention_table(LOG, event="buy"), "'buy'"),
        (lambda: conversion_so_far(LOG, "purchases"), "'purchase'"),
        (lambda: cohorts(LOG.head(0)), "nobody was watched"),
        (lambda: cohorts(LOG, as_of="2000-01-01"), "later time"),
        (lambda: cohorts(LOG.drop(columns="user")), "'user'"),
        (lambda: cohorts(LOG.drop(columns="time")), "'time'"),
        (lambda: cohorts(LOG.drop(columns="time").assign(minute=1)), "need dates"),
    ],
)
def test_bad_input_is_said_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
