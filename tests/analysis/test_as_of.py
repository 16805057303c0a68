"""As-of joins and landmark tables against plain loops, and what they refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.analysis.as_of import (
    LeakageError,
    as_of_join,
    known_counts,
    landmark_table,
    leaky_counts,
    leaky_table,
    refuse_leakage,
)

START = pd.Timestamp("2025-11-01")


def log_of(rows: list[tuple[object, float, str]]) -> pd.DataFrame:
    """Rows (user, day, event)."""
    table = pd.DataFrame(rows, columns=["user", "day", "event"])
    table["time"] = START + pd.to_timedelta(table.pop("day").astype(float), unit="D")
    return table


def moments_of(rows: list[tuple[object, float]]) -> pd.DataFrame:
    return log_of([(user, day, "") for user, day in rows]).drop(columns="event")


def day(number: float | None) -> pd.Timestamp:
    return pd.NaT if number is None else START + pd.Timedelta(days=number)


users = st.sampled_from(["a", "b", None])
few_days = st.integers(0, 5)
moment_rows = st.lists(st.tuples(users, few_days), max_size=8)
fact_rows = st.lists(st.tuples(users, few_days, st.sampled_from(["x", "y"])), max_size=15)


# --- as-of join -----------------------------------------------------------------------------------


@given(moment_rows, fact_rows, st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_join_finds_the_last_fact_strictly_before_each_moment(moments, facts, in_minutes):
    here, there = moments_of(moments), log_of(facts)
    here.index = pd.Index([7] * len(here))  # an index with repeats is kept
    if in_minutes:
        here["minute"] = [float(when) for _, when in moments]
        there["minute"] = [when for _, when, _ in facts]
        here, there = here.drop(columns="time"), there.drop(columns="time")
    there["rank"] = range(len(there))
    found = as_of_join(here, there)
    assert found.index.equals(here.index)
    pd.testing.assert_frame_equal(found[here.columns], here)
    for (user, when), (_, row) in zip(moments, found.iterrows(), strict=True):
        known = [(d, i) for i, (u, d, _) in enumerate(facts) if u == user and u and d < when]
        if known:
            last, place = max(known)
            assert (row["rank"], row["event"]) == (place, facts[place][2])
            assert row["known_at"] == (last if in_minutes else day(last))
        else:
            assert row[["rank", "event", "known_at"]].isna().all()


@given(moment_rows, fact_rows)
@settings(deadline=None, max_examples=40)
def test_counts_hold_what_was_known_and_leaky_counts_hold_everything(moments, facts):
    facts = [*facts, ("z", 9, "x"), ("z", 9, "y")]
    here, log = moments_of(moments), log_of(facts)
    known, leaky = known_counts(here, log, ["x", "y"]), leaky_counts(here, log, ["x", "y"])
    assert known.columns.tolist() == leaky.columns.tolist()
    for table, limit in ((known, True), (leaky, False)):
        assert table["x"].dtype == "int64"
        for (user, when), (_, row) in zip(moments, table.iterrows(), strict=True):
            own = [(d, e) for u, d, e in facts if u and u == user and (d < when or not limit)]
            assert row["x"] == sum(e == "x" for _, e in own)
            assert row["y"] == sum(e == "y" for _, e in own)
            expected = day(max((d for d, _ in own), default=None))
            assert row["known_at"] is expected or row["known_at"] == expected


def test_a_fact_of_the_very_moment_is_not_yet_known():
    found = as_of_join(moments_of([("a", 2), ("a", 2.001)]), log_of([("a", 2, "view")]))
    assert found["known_at"].isna().tolist() == [True, False]


def test_dates_of_different_precision_and_zones_are_compared_by_the_instant():
    moments, facts = moments_of([("a", 2)]), log_of([("a", 1.99, "view"), ("a", 2.01, "late")])
    facts["time"] = facts["time"].astype("datetime64[ns]")
    assert as_of_join(moments, facts)["event"].tolist() == ["view"]
    moments["time"] = moments["time"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    facts["time"] = facts["time"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    assert as_of_join(moments, facts)["event"].tolist() == ["view"]


def test_moments_after_their_outcome_are_refused():
    facts = log_of([("a", 1, "view"), ("b", 6, "thank_you")])
    moments = moments_of([("a", 4), ("b", 7), ("c", 1)])
    moments["bought"] = [day(4), day(5), day(None)]
    with pytest.raises(LeakageError, match="1 of 3 moments lie after their outcome"):
        as_of_join(moments, facts, outcome="bought")
    with pytest.raises(LeakageError, match="1 of 3"):
        known_counts(moments, facts, ["view"], outcome="bought")
    fine = as_of_join(moments.drop(index=1), facts, outcome="bought")
    assert fine["event"].tolist()[0] == "view"


def test_leaky_features_are_refused_and_known_ones_are_not():
    log = log_of([("a", 1, "view"), ("a", 6, "view"), ("b", 2, "view")])
    moments = moments_of([("a", 5), ("b", 5)])
    bought = pd.Series([day(5), day(None)])
    refuse_leakage(known_counts(moments, log, ["view"])["known_at"], bought)
    with pytest.raises(LeakageError, match="1 of 2 features"):
        refuse_leakage(leaky_counts(moments, log, ["view"])["known_at"], bought)


def test_a_feature_of_the_same_second_as_the_outcome_is_refused():
    with pytest.raises(LeakageError):
        refuse_leakage(pd.Series([day(5)]), pd.Series([day(5)]))
    refuse_leakage(pd.Series([day(4.99)]), pd.Series([day(5)]))
    refuse_leakage(pd.Series([None]), pd.Series([day(5)]))
    refuse_leakage(pd.Series([], dtype=float), pd.Series([], dtype=float))


# --- landmark -------------------------------------------------------------------------------------

event_rows = st.lists(
    st.tuples(
        st.sampled_from("abcdef"), st.integers(0, 20), st.sampled_from(["m", "b", "view", "view"])
    ),
    min_size=1,
    max_size=40,
)


@given(event_rows, st.sampled_from([2, 3]), st.sampled_from([5, 9]), st.sampled_from([None, 1]))
@settings(deadline=None, max_examples=80)
def test_the_tables_agree_with_a_walk_through_each_users_days(rows, landmark, horizon, until):
    rows = [*rows, ("m", 0, "m"), ("b", 0, "b"), ("z", 20, "view")]
    log = log_of(rows)
    days = {"landmark": landmark, "horizon": horizon, "micro_until": until}
    found = landmark_table(log, "m", "b", **days).set_index("user")
    leaky = leaky_table(log, "m", "b", horizon=horizon).set_index("user")
    for user in {user for user, _, _ in rows}:
        own = [(d, e) for u, d, e in rows if u == user]
        first = min(d for d, _ in own)
        micro = min([d - first for d, e in own if e == "m"], default=99)
        macro = min([d - first for d, e in own if e == "b"], default=99)
        mature = first + horizon <= 20
        assert (user in leaky.index) == mature
        assert (user in found.index) == (mature and macro >= landmark)
        if user in leaky.index:
            did, bought = micro < horizon, macro < horizon
            expected = [did, bought, did and bought and micro >= macro]
            assert leaky.loc[user].tolist() == expected
        if user in found.index:
            assert found.loc[user].tolist() == [micro < (until or landmark), macro < horizon]


SMALL = log_of(
    [
        ("a", 0, "view"), ("a", 3, "wish"), ("a", 10, "purchase"),
        ("b", 0, "view"), ("b", 2, "purchase"), ("b", 4, "wish"),
        ("c", 0, "view"), ("c", 8, "purchase"), ("c", 9, "wish"),
        ("d", 0, "view"), ("e", 20, "view"), ("e", 40, "view"),
    ]
)  # fmt: skip


def test_early_buyers_and_unfinished_users_are_left_out_and_late_micros_do_not_count():
    """b bought before the landmark, e was not watched for 30 days, c wished after buying."""
    found = landmark_table(SMALL, "wish").set_index("user")
    assert found.index.tolist() == ["a", "c", "d"]
    assert found["micro"].tolist() == [True, False, False]
    assert found["macro"].tolist() == [True, True, False]


def test_the_leaky_table_shows_which_micros_came_after_their_macro():
    found = leaky_table(SMALL, "wish").set_index("user")
    assert found.index.tolist() == ["a", "b", "c", "d"]
    assert found["micro"].tolist() == [True, True, True, False]
    assert found["macro"].tolist() == [True, True, True, False]
    assert found["micro_after_macro"].tolist() == [False, True, True, False]


def test_a_micro_that_changes_nothing_looks_useful_only_in_the_leaky_table():
    """Everybody wishes with one chance each day and buys with another, whoever wished."""
    draw = np.random.default_rng(20251101)
    people = 20_000
    wish, buy = draw.geometric(0.05, people), draw.geometric(0.05, people)
    # Buyers never come back, so who buys early has no time left to wish: immortal time.
    rows = [pd.DataFrame({"user": range(people), "day": 0.0, "event": "view"})]
    for name, when, happens in (
        ("purchase", buy, buy < 60),
        ("wish", wish, (wish < 60) & (wish < buy)),
    ):
        rows.append(pd.DataFrame({"user": np.arange(people), "day": when, "event": name})[happens])
    table = pd.concat([*rows, pd.DataFrame({"user": [-1], "day": [60.0], "event": ["view"]})])
    log = log_of(list(table.itertuples(index=False, name=None)))

    def ratio(found: pd.DataFrame) -> float:
        rates = found.groupby("micro")["macro"].mean()
        return float(rates[True] / rates[False])

    assert 0.95 < ratio(landmark_table(log, "wish")) < 1.05
    assert ratio(leaky_table(log, "wish")) < 0.8


def test_a_log_too_short_for_the_horizon_leaves_nobody():
    found = landmark_table(SMALL, "wish", horizon=50)
    assert found.empty
    assert found.columns.tolist() == ["user", "micro", "macro"]


def test_as_of_ends_the_log():
    assert landmark_table(SMALL, "wish", as_of=day(29)).empty
    assert landmark_table(SMALL, "wish", as_of=day(50))["user"].tolist() == ["a", "c", "d", "e"]


# --- what is refused ---

MOMENTS = moments_of([("a", 4)])


def test_a_micro_that_may_come_after_its_outcome_is_refused():
    with pytest.raises(LeakageError, match=r"until day 30.*from day 7"):
        landmark_table(SMALL, "wish", micro_until=30)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: landmark_table(SMALL, "wish", landmark=30), "no time at all"),
        (lambda: landmark_table(SMALL, "wish", landmark=0), "landmark is above 0"),
        (lambda: landmark_table(SMALL, "wish", horizon=float("nan")), "horizon is one number"),
        (lambda: leaky_table(SMALL, "wish", horizon="30"), "horizon is one number"),
        (lambda: landmark_table(SMALL, "wishes"), "'wish'"),
        (lambda: landmark_table(SMALL, "wish", "wish"), "itself"),
        (lambda: landmark_table(SMALL.head(0), "wish"), "'wish'"),
        (lambda: known_counts(MOMENTS, SMALL, "wish"), r'\["wish"\]'),
        (lambda: known_counts(MOMENTS, SMALL, ["wishes"]), "'wish'"),
        (lambda: known_counts(MOMENTS.assign(wish=1), SMALL, ["wish"]), "column 'wish'"),
        (lambda: leaky_counts(MOMENTS.assign(wish=1), SMALL, ["wish"]), "column 'wish'"),
        (lambda: as_of_join(MOMENTS.assign(event=1), SMALL), "column 'event'"),
        (lambda: as_of_join(MOMENTS.drop(columns="user"), SMALL), "'user'"),
        (lambda: as_of_join(MOMENTS, SMALL.drop(columns="time")), "'time'"),
        (lambda: as_of_join(MOMENTS.assign(time=pd.NaT), SMALL), "no time"),
        (lambda: as_of_join(MOMENTS.assign(time=4.0), SMALL), "two kinds"),
        (lambda: as_of_join(MOMENTS, SMALL, outcome="bought"), "'bought'"),
        (lambda: as_of_join(MOMENTS.astype({"time": str}), SMALL), "to_datetime"),
        (lambda: refuse_leakage(MOMENTS["time"], SMALL["time"]), "one row per prediction"),
    ],
)
def test_bad_input_is_said_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- kinds of columns ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["category", "str", object])
def test_tables_do_not_depend_on_types_of_columns_or_on_the_index(kind):
    other = SMALL.sample(frac=1, random_state=1).set_axis([0] * len(SMALL))
    other = other.astype({"user": kind, "event": kind})
    expected = landmark_table(SMALL, "wish").set_index("user").sort_index()
    found = landmark_table(other, "wish").set_index("user").sort_index()
    assert found.to_numpy().tolist() == expected.to_numpy().tolist()
    assert list(found.index) == list(expected.index)
    counts = known_counts(MOMENTS.astype({"user": kind}), other, ["wish"])
    assert counts["wish"].tolist() == known_counts(MOMENTS, SMALL, ["wish"])["wish"].tolist()


@pytest.mark.parametrize("kind", ["int32", "Int64", "float32"])
def test_days_in_minutes_of_a_small_number_type_are_the_same_days(kind):
    minutes = ((SMALL["time"] - START) / pd.Timedelta(minutes=1)).astype(kind)
    log = SMALL.drop(columns="time").assign(minute=minutes)
    assert landmark_table(log, "wish").equals(landmark_table(SMALL, "wish"))
