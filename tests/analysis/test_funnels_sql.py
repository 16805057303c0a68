"""The SQL funnel against the pandas funnel, which decides: random logs, ties, quotes, Parquet."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import paths
from workbook.analysis.funnels import FunnelError, funnel
from workbook.analysis.funnels_sql import funnel_sql, run_funnel_sql

STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]


@pytest.fixture
def mini_log() -> pd.DataFrame:
    return pd.read_csv(paths.lessons_dir() / "tables" / "mini_log.csv")


@pytest.mark.parametrize(
    ("choice", "counts"),
    [
        ({"closed": False}, [5, 5, 4, 4]),
        ({"scope": "session", "closed": False}, [6, 5, 4, 4]),
        ({}, [5, 3, 2, 2]),
        ({"scope": "session"}, [6, 3, 1, 1]),
        ({"window": 30}, [5, 3, 1, 1]),
    ],
)
def test_the_definitions_of_the_mini_log_count_as_published(mini_log, choice, counts):
    found = run_funnel_sql(mini_log, STEPS, **choice)
    assert found.tolist() == counts
    pd.testing.assert_series_equal(found, funnel(mini_log, STEPS, **choice))


# Few users and minutes, so that most logs have ties in time; None and NaN are holes in the log.
events = st.tuples(
    st.sampled_from(["a", "b", "b", None]),
    st.sampled_from(["s1", "s1", "s2", None]),
    st.sampled_from([0.0, 1.0, 1.1, 2.0, 3.5, 31.0, float("nan")]),
    st.sampled_from([*STEPS[:3], *STEPS[:3], "page_view", None]),
)
choices = st.one_of(
    st.fixed_dictionaries(
        {"scope": st.sampled_from(["user", "session"]), "closed": st.just(False)}
    ),
    st.fixed_dictionaries(
        {
            "scope": st.sampled_from(["user", "session"]),
            "window": st.sampled_from([None, 0.9, 1, 2.5, "30 min", float("inf")]),
        }
    ),
)


@given(st.lists(events, max_size=30), choices, st.booleans())
@settings(deadline=None, max_examples=60)
def test_the_sql_counts_what_the_pandas_funnel_counts(rows, choice, clock):
    log = pd.DataFrame(rows, columns=["user", "session", "minute", "event"])
    log = log.astype({"user": "str", "session": "str", "event": "str", "minute": float})
    if clock:
        time = pd.Timestamp("2025-11-01") + pd.to_timedelta(log.pop("minute"), unit="min")
        log["time"] = time.astype("datetime64[us]")
    expected = funnel(log, STEPS[:3], **choice)
    pd.testing.assert_series_equal(run_funnel_sql(log, STEPS[:3], **choice), expected)


def many_ties(rows: int, users: int) -> pd.DataFrame:
    """Most events share their second with others of the same user: the row order decides."""
    draw = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "user_pseudo_id": draw.integers(0, users, rows).astype(str),
            "ga_session_id": draw.integers(0, 4, rows),
            "event_name": draw.choice([*STEPS, "page_view"], rows),
            "event_time": pd.Timestamp("2025-11-01")
            + pd.to_timedelta(draw.integers(0, 6, rows), unit="s"),
        }
    )


NAMES = {"user": "user_pseudo_id", "session": "ga_session_id", "event": "event_name"}


@pytest.mark.parametrize("many_files", [False, True])
def test_a_parquet_log_with_many_ties_counts_as_in_memory(tmp_path: Path, many_files: bool):
    log = many_ties(40_000, 4_000)
    if many_files:
        for part in range(4):
            log.iloc[part * 10_000 : (part + 1) * 10_000].to_parquet(
                tmp_path / f"events_{part}.parquet", index=False
            )
        path = tmp_path / "events_*.parquet"
    else:
        path = tmp_path / "it's a log.parquet"
        log.to_parquet(path, index=False, row_group_size=2_048)
    plain = log.rename(columns={new: old for old, new in NAMES.items()} | {"event_time": "time"})
    reversed_ties = plain.iloc[::-1]
    for choice in ({}, {"scope": "session"}, {"window": 1 / 60}, {"closed": False}):
        expected = funnel(plain, STEPS, **choice)
        found = run_funnel_sql(path, STEPS, **NAMES, time="event_time", **choice)
        pd.testing.assert_series_equal(found, expected)
        if choice.get("closed", True):  # the test is only worth something if ties matter
            assert funnel(reversed_ties, STEPS, **choice).tolist() != expected.tolist()


def test_the_text_runs_by_itself_on_a_variable_and_on_a_file(mini_log, tmp_path):
    path = tmp_path / "log.parquet"
    mini_log.to_parquet(path)
    log = mini_log  # DuckDB finds the variable by its name
    for source in ("log", str(path)):
        query = funnel_sql(STEPS, source=source, window=30, time="minute", in_minutes=True)
        rows = duckdb.sql(query).fetchall()
        assert rows == [(1, STEPS[0], 5), (2, STEPS[1], 3), (3, STEPS[2], 1), (4, STEPS[3], 1)]
    assert len(log) == 19


def test_the_text_has_one_named_part_for_each_step_and_says_its_definition():
    query = funnel_sql(STEPS, window=30)
    for number, step in enumerate(STEPS, start=1):
        assert query.count(f"\nstep_{number} AS") == 1
        assert f"-- Step {number}: " in query and f"'{step}'" in query
    assert query.startswith("-- Closed funnel by user, in order, at most 30 minutes")
    assert all(len(line) <= 100 for line in query.splitlines())


ugly = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)


@given(st.lists(ugly, min_size=3, max_size=3, unique=True))
@settings(deadline=None, max_examples=12)
def test_any_one_line_text_is_a_step_and_never_code(names):
    names = ["'; DROP TABLE log; --" if name == "'" else name for name in names]
    log = pd.DataFrame({"user": ["a", "a", "a"], "minute": [0, 1, 2], "event": names})
    assert run_funnel_sql(log, names).tolist() == [1, 1, 1]
    assert run_funnel_sql(log, [*names[1:], "purchase"]).tolist() == [1, 1, 0]


def test_step_and_column_names_are_quoted():
    step = "'; DROP TABLE log; --"
    log = pd.DataFrame(
        {'who "is" it': ["a", "a"], "place": [0, 1], "select": ["view_item", step], "row": [2, 2]}
    )
    columns = {"user": 'who "is" it', "event": "select", "time": "place"}
    assert run_funnel_sql(log, ["view_item", step], **columns).tolist() == [1, 1]
    assert run_funnel_sql(log, [step, "view_item"], **columns).tolist() == [1, 0]


@pytest.mark.parametrize("step", ["a\nb", "a\0b", "a\u2028", "\ud800"])
def test_a_step_that_no_quotes_can_hold_is_refused(step):
    event = pd.Series([step], dtype=object)
    log = pd.DataFrame({"user": ["a"], "minute": [0], "event": event})
    with pytest.raises(FunnelError, match="one line"):
        run_funnel_sql(log, [step])


def test_mixed_categorical_and_zoned_columns_count_alike(mini_log):
    mixed = mini_log.astype({"user": object})
    mixed.loc[mixed["user"] == "u1", "user"] = 1
    mixed.loc[mixed["user"] == "u2", "user"] = "1"
    categories = mini_log.astype({"user": "category", "session": "category", "event": "category"})
    night = pd.Timestamp("2025-03-30", tz="Europe/Berlin")  # an hour is lost in this night
    zoned = mini_log.assign(time=night + pd.to_timedelta(mini_log.pop("minute"), unit="min"))
    numbers = categories.assign(event=1)
    for log, choice in product(
        [mixed, categories, zoned, numbers], [{}, {"scope": "session"}, {"window": 1439}]
    ):
        found = run_funnel_sql(log, STEPS, **choice)
        pd.testing.assert_series_equal(found, funnel(log, STEPS, **choice))


def test_texts_count_alike_with_and_without_pyarrow(mini_log):
    with pd.option_context("mode.string_storage", "python"):
        log = pd.read_csv(paths.lessons_dir() / "tables" / "mini_log.csv")
        assert log["user"].dtype.storage == "python"
        assert run_funnel_sql(log, STEPS, window=30).tolist() == [5, 3, 1, 1]


def test_an_empty_log_counts_nobody(mini_log, tmp_path):
    path = tmp_path / "empty.parquet"
    mini_log.head(0).to_parquet(path)
    for log, closed in product([mini_log.head(0), path], [True, False]):
        assert run_funnel_sql(log, STEPS, closed=closed).tolist() == [0, 0, 0, 0]


def test_a_single_step_counts_who_did_it(mini_log):
    assert run_funnel_sql(mini_log, ["purchase"]).to_dict() == {"purchase": 4}


def test_sessions_stand_for_themselves_in_a_log_without_users(mini_log):
    log = mini_log.drop(columns="user")
    expected = funnel(log, STEPS, scope="session")
    pd.testing.assert_series_equal(run_funnel_sql(log, STEPS, scope="session"), expected)


def test_nothing_is_left_open_or_written(mini_log, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = mini_log.copy()
    run_funnel_sql(mini_log, STEPS)
    assert list(tmp_path.iterdir()) == []
    pd.testing.assert_frame_equal(mini_log, before)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda log: run_funnel_sql(log, ["view_items"]), "'view_item'"),
        (lambda log: run_funnel_sql(log, "purchase"), "list"),
        (lambda log: run_funnel_sql(log, []), "empty"),
        (lambda log: run_funnel_sql(log, ["purchase", "purchase"]), "twice"),
        (lambda log: run_funnel_sql(log, STEPS, scope="event"), "'user', 'session'"),
        (lambda log: run_funnel_sql(log, STEPS, window=-1), "longer than 0"),
        (lambda log: run_funnel_sql(log, STEPS, window=5, closed=False), "open funnel"),
        (lambda log: run_funnel_sql(log, STEPS, user="visitor"), "'visitor'"),
        (lambda log: run_funnel_sql(log, STEPS, time="clock"), "'clock'"),
        (lambda log: run_funnel_sql(log.drop(columns="minute"), STEPS), "'time'"),
        (lambda log: run_funnel_sql(log.astype({"minute": str}), STEPS), "to_datetime"),
        (lambda log: run_funnel_sql("nowhere.parquet", STEPS), "cannot count this log"),
        (lambda log: funnel_sql([1, 2]), "text"),
        (lambda log: funnel_sql(STEPS, user=None), "user column"),
    ],
)
def test_bad_input_is_named_in_plain_words(mini_log, call, words):
    with pytest.raises(FunnelError, match=words):
        call(mini_log)


def test_a_misspelled_step_is_found_in_a_parquet_file_too(mini_log, tmp_path):
    path = tmp_path / "log.parquet"
    mini_log.to_parquet(path)
    with pytest.raises(FunnelError, match="'add_to_cart'"):
        run_funnel_sql(path, ["view_item", "add_to_carts"])


def test_a_log_turned_back_to_front_is_counted(mini_log):
    turned = mini_log.iloc[::-1]
    assert run_funnel_sql(turned, STEPS, window=30).equals(funnel(turned, STEPS, window=30))


def test_no_progress_bar_is_drawn(mini_log, monkeypatch):
    import duckdb

    seen = []
    connect = duckdb.connect

    class Watched:
        """A connection that asks for its setting when it is closed."""

        def __init__(self, **options):
            self.db = connect(**options)

        def __enter__(self):
            return self.db

        def __exit__(self, *_):
            setting = self.db.sql("SELECT current_setting('enable_progress_bar')").fetchall()
            seen.append(setting[0][0])
            self.db.close()

    monkeypatch.setattr(duckdb, "connect", Watched)
    run_funnel_sql(mini_log, STEPS)
    assert seen == [False]
