"""The audit: what a finding is worth, checked against sets, other means and other seeds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook import audit, finding, progress
from workbook.audits import (
    METRICS,
    RULES,
    Finding,
    Judged,
    Problem,
    Read,
    Score,
    Truth,
    checked,
    metric_named,
    planted,
    reason,
    score,
)
from workbook.audits.matching import (
    ENOUGH,
    MONTH,
    NEAR,
    PRECISE,
    Effect,
    Overlap,
    Verdict,
    effect_of,
)
from workbook.audits.metrics import moved
from workbook.audits.rules import ALSO
from workbook.data import load, patched
from workbook.shop import faults as shop_faults
from workbook.shop.faults.plan import CONTROL_DAYS, TYPED
from workbook.shop.world import simulate
from workbook.widgets.audit_card import AuditCard

ALL = ("2025-10-06", "2025-12-21")
LOG = ("2025-09-22", "2025-12-21")
EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return planted(
        load("fault_log"),
        (load("events"), load("sessions")),
        (load("raw_events"), load("raw_sessions")),
    )


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return load("raw_events")


def purchases(raw: pd.DataFrame) -> pd.DataFrame:
    return raw[raw["event"] == "purchase"]


def repeated(raw: pd.DataFrame) -> pd.Index:
    """The rows that most learners would mark as duplicates."""
    bought = purchases(raw)
    return bought[bought.duplicated(["user", "transaction_id"])].index


def judged(truth: Truth, *findings: Finding) -> Score:
    return score(findings, truth)


def verdicts(found: Score) -> list[str]:
    return [
        "unread" if isinstance(entry, list) else entry.match.verdict.value
        for entry in found.entries
    ]


def one(truth: Truth, *arguments: Any, **named: Any) -> Judged:
    [entry] = judged(truth, finding("it", *arguments, **named)).entries
    assert isinstance(entry, Judged), entry
    return entry


def problems(truth: Truth, *arguments: Any, **named: Any) -> dict[str, str]:
    found = checked(finding(*arguments, **named), truth)
    assert isinstance(found, list)
    return {problem.argument: problem.text for problem in found}


SILENT = {
    "cart outage": "add_to_cart events",
    "mail without UTM": "mail visits",
    "missing session_start": "session_start events",
}
"""The faults that leave no row in raw_events, each with a number that it moves."""
CARTS = dict(days=("2025-10-14", "2025-10-17"), metric="add_to_cart events")


# --- the truth -----------------------------------------------------------------------------------


def test_the_truth_holds_every_fault_that_the_raw_tables_show(truth: Truth) -> None:
    log = load("fault_log")
    assert [fault.name for fault in truth.faults] == [
        name for name in log["fault"].unique() if name != TYPED
    ]
    for fault in truth.faults:
        lines = log[(log["fault"] == fault.name) & (log["table"] == "raw_events")]
        assert set(fault.rows.tolist()) == set(lines["raw_row"]) - {-1}


def test_no_fault_lies_in_the_clean_weeks(truth: Truth) -> None:
    assert truth.control == CONTROL_DAYS == 14
    for fault in truth.faults:
        for table in (*fault.events, *fault.sessions):
            assert (table["day"] >= truth.control).all()
        assert (truth.raw_day[fault.rows] >= truth.control).all()


@pytest.mark.parametrize("metric", [*METRICS, "add_to_cart events", "direct visits"])
def test_what_a_fault_moved_is_the_clean_log_with_this_fault_less_the_clean_log(
    truth: Truth, raw: pd.DataFrame, metric: str
) -> None:
    """Recounted on whole tables, which `moved` never looks at."""
    found = metric_named(metric, truth.event_names, truth.channels)
    assert found is not None
    tables = {
        "events": (load("events"), raw, "time"),
        "sessions": (load("sessions"), load("raw_sessions"), "start"),
    }
    clean, spoiled, time = tables[found.table]
    log = load("fault_log").query(f"table == 'raw_{found.table}'")
    rng = np.random.default_rng(len(metric))
    clean_day = (clean[time] - truth.first_day).dt.days
    for fault in truth.faults:
        first = int(rng.integers(14, 80))
        last = first + int(rng.integers(0, 11))
        lines = log[log["fault"] == fault.name]
        gone = set(lines["row"]) - {-1}
        here = clean_day.between(first, last)
        alone = pd.concat(
            [
                clean[here & ~clean.index.isin(gone)],
                spoiled.loc[sorted(set(lines["raw_row"]) - {-1})],
            ]
        )
        alone = alone[(alone[time] - truth.first_day).dt.days.between(first, last)]
        counted = [recounted(metric, table) for table in (clean[here], alone)]
        assert moved(found, fault, truth, first, last) == pytest.approx(
            counted[1] - counted[0], abs=0.006
        ), fault.name


def recounted(metric: str, table: pd.DataFrame) -> float:
    if metric.endswith(" visits"):
        name = metric.removesuffix(" visits")
        return (table["channel"] == {"mail": "email"}.get(name, name)).sum()
    bought = purchases(table)
    ids = bought["transaction_id"].dropna()
    starts = table[table["event"] == "session_start"]
    return {
        "orders": lambda: len(set(ids) - {"(not set)"}),
        "revenue": lambda: bought["value"].sum(),
        "users": lambda: len(set(table["user"].dropna())),
        "sessions": lambda: len(set(table["session"].dropna())),
        "sessions with a session_start": lambda: len(set(starts["session"].dropna())),
        "rows": lambda: len(table),
        "rows without a user": lambda: table["user"].isna().sum(),
    }.get(metric, lambda: (table["event"] == metric.removesuffix(" events")).sum())()


# --- precision and recall are set arithmetic -----------------------------------------------------


@EXAMPLES
@given(st.data())
def test_precision_and_recall_of_rows_are_set_arithmetic(
    truth: Truth, raw: pd.DataFrame, data: st.DataObject
) -> None:
    seed = data.draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    named: set[int] = set()
    for fault in data.draw(st.lists(st.sampled_from(truth.faults), min_size=1, max_size=3)):
        share = data.draw(st.sampled_from([0.02, 0.3, 1.0]))
        named |= set(rng.choice(fault.marks, max(1, int(share * len(fault.marks)))).tolist())
    fine = data.draw(st.sampled_from([0, 10, 3_000]))
    named |= set(rng.integers(0, len(raw), fine).tolist())
    entry = one(truth, LOG, pd.Index(sorted(named)), None)
    sets = {fault.name: set(fault.marks.tolist()) for fault in truth.faults}
    f1 = {name: 2 * len(named & rows) / (len(named) + len(rows)) for name, rows in sets.items()}
    assert entry.match.fault is not None
    name = entry.match.fault.name
    assert f1[name] == pytest.approx(max(f1.values()))
    both = len(named & sets[name])
    assert entry.match.overlap == (len(named), len(sets[name]), both)
    assert entry.match.overlap.f1 == pytest.approx(f1[name])
    precision, recall = both / len(named), both / len(sets[name])
    assert (entry.match.verdict is Verdict.MET) == (precision >= PRECISE and recall >= ENOUGH)


@EXAMPLES
@given(st.integers(14, 90), st.integers(14, 90), st.sampled_from(list(SILENT)))
def test_precision_and_recall_of_days_are_set_arithmetic(
    truth: Truth, one_end: int, other_end: int, fault: str
) -> None:
    metric = SILENT[fault]
    lines = load("fault_log").query("fault == @fault")
    times = lines["clean"].str.extract(r"(2025-\d\d-\d\d)")[0]
    if fault == "mail without UTM":
        times = load("sessions")["start"].iloc[lines["row"]].astype("str").str[:10]
    faulty = {str(day) for day in times}
    first, last = sorted((one_end, other_end))
    days = [
        str((truth.first_day + pd.Timedelta(days=day)).date()) for day in range(first, last + 1)
    ]
    entry = one(truth, (days[0], days[-1]), None, metric)
    both = len(set(days) & faulty)
    if len(days) > MONTH:  # no effect is stated
        assert entry.match.verdict is Verdict.EVERYTHING
        return
    met = both / len(days) >= PRECISE and both / len(faulty) >= ENOUGH
    assert (entry.match.verdict is Verdict.MET) == met
    if entry.match.verdict is Verdict.POINT:  # another fault lies there, and has rows
        return
    if both:
        assert entry.match.fault is not None and entry.match.fault.name == fault
        assert entry.match.overlap == (len(days), len(faulty), both)
    else:
        assert entry.match.verdict is Verdict.NOTHING


@settings(EXAMPLES, max_examples=15)
@given(st.lists(st.sampled_from(["carts", "bots", "nulls", "dups", "false", "all"]), max_size=12))
def test_overall_precision_and_recall_count_different_faults(
    truth: Truth, raw: pd.DataFrame, chosen: list[str]
) -> None:
    of = {fault.name: fault.rows for fault in truth.faults}
    known = {
        "carts": finding("a", **CARTS),
        "bots": finding("a", LOG, pd.Index(of["bot traffic"])),
        "nulls": finding("a", LOG, pd.Index(of["null ids"])),
        "dups": finding("a", LOG, pd.Index(of["duplicate purchase"])),
        "false": finding("a", ("2025-10-20", "2025-10-22"), None, "add_to_cart events"),
        "all": finding("a", LOG, raw.index),
    }
    found = judged(truth, *(known[name] for name in chosen))
    met = set(chosen) - {"false", "all"}
    assert found.met == len(met)
    assert found.recall == len(met) / len(truth.faults)
    # The same finding again is a finding that meets nothing new.
    assert found.precision == (len(met) / len(chosen) if chosen else None)


# --- what is met ---------------------------------------------------------------------------------


def test_missing_events_are_met_by_days_and_number(truth: Truth) -> None:
    entry = one(truth, **CARTS, rows=None, effect=-240, rule="leave the days out")
    assert (entry.match.verdict, entry.match.effect) == (Verdict.MET, Effect.RIGHT)
    assert entry.match.fault is not None and entry.match.fault.name == "cart outage"
    assert entry.match.overlap == (4, 4, 4) and entry.match.change == -245
    assert entry.fits


def test_marked_rows_meet_the_fault_they_hold(truth: Truth, raw: pd.DataFrame) -> None:
    entry = one(truth, ALL, repeated(raw), "purchase events", 110, "keep the first of each order")
    assert entry.match.fault is not None and entry.match.fault.name == "duplicate purchase"
    assert entry.match.overlap == (113, 113, 113) and entry.match.effect is Effect.RIGHT
    by_mask = one(truth, ALL, raw.index.isin(repeated(raw)), "purchase events", 110)
    assert by_mask.match.overlap == entry.match.overlap


def test_a_name_decides_nothing(truth: Truth) -> None:
    other = finding("cart outage", ("2025-11-20",) * 2, None, "add_to_cart events")
    named = judged(truth, finding("bot traffic", **CARTS), other)
    assert verdicts(named) == ["met", "nothing"]


def test_the_worst_day_of_a_fault_is_a_find_and_judged_on_its_own_effect(
    truth: Truth, raw: pd.DataFrame
) -> None:
    day = ("2025-11-26", "2025-11-26")
    entry = one(truth, day, repeated(raw), "purchase events", 19)
    assert entry.match.verdict is Verdict.MET and entry.match.effect is Effect.RIGHT
    assert entry.match.overlap.recall == pytest.approx(19 / 113)
    assert entry.found.elsewhere == 113 - 19


def test_who_marks_only_purchases_is_judged_on_purchases(truth: Truth, raw: pd.DataFrame) -> None:
    tests = raw.loc[raw["item_id"] == "TEST", "session"]
    rows = purchases(raw)[purchases(raw)["session"].isin(tests)].index
    entry = one(truth, ALL, rows, "purchase events")
    assert entry.match.event == "purchase"
    assert entry.match.overlap.faulty == 14 and entry.match.verdict is Verdict.MET
    by_users = one(truth, ALL, rows, "users")
    assert by_users.match.overlap.faulty == 213 and by_users.match.verdict is Verdict.NARROW


def test_a_fault_without_rows_is_met_by_the_rows_of_its_visits_too(
    truth: Truth, raw: pd.DataFrame
) -> None:
    started = raw.loc[raw["event"] == "session_start", "session"]
    rows = raw["session"].notna() & ~raw["session"].isin(started)
    entry = one(truth, ALL, rows, "sessions with a session_start", -752)
    assert entry.match.fault is not None and entry.match.fault.name == "missing session_start"
    assert entry.match.overlap.precision == 1.0 and entry.match.effect is Effect.RIGHT


@pytest.mark.parametrize(
    ("said", "change", "worth"),
    [(120, 100, "right"), (80, 100, "right"), (-80, -100, "right"), (121, 100, "too large"),
     (79, 100, "too small"), (-100, 100, "other way"), (0, 100, "too small"),
     (0, 0, "not moved"), (None, 5, "missing"), (0.36, 0.3, "right")],
)  # fmt: skip
def test_an_effect_is_right_within_a_fifth_of_the_truth(
    said: float | None, change: float, worth: str
) -> None:
    assert NEAR == 0.2
    assert effect_of(said, change).value == worth


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_effects_are_right_exactly_within_the_fifth(said: float, change: float) -> None:
    off = abs(said - change) - 0.2 * abs(change)
    if change and abs(off) > 1e-6 * abs(change):
        assert (effect_of(said, change) is Effect.RIGHT) == (off < 0)


def test_a_number_that_the_fault_does_not_move_earns_nothing(
    truth: Truth, raw: pd.DataFrame
) -> None:
    for said in (0, 100):
        entry = one(truth, ALL, repeated(raw), "orders", said)
        assert entry.match.effect is Effect.NOT_MOVED


def test_every_fault_has_a_rule_and_every_rule_a_fault(truth: Truth) -> None:
    names = {fault.name for fault in truth.faults}
    assert names == {fault for rule in RULES.values() for fault in rule.fits}
    for rule in RULES:
        fitting = [name for name in names if reason(rule, name)[0]]
        assert 0 < len(fitting) < len(names)
    assert reason("leave the days out", "cart outage")[0]
    assert not reason("leave the days out", "duplicate purchase")[0]
    # Several may fit.
    assert sum(reason(rule, "duplicate purchase")[0] for rule in RULES) >= 2


# --- what is not met -----------------------------------------------------------------------------


def test_whoever_names_everything_has_found_nothing(truth: Truth, raw: pd.DataFrame) -> None:
    found = judged(
        truth,
        finding("all rows", LOG, raw.index, "rows", 3125),
        finding("most rows", LOG, raw["event"] != "page_view", "rows"),
        finding("all days", LOG, None, "sessions with a session_start", -752),
        finding("all purchases", ALL, purchases(raw).index, "purchase events"),
        finding("a whole day", ("2025-11-12",) * 2, raw["time"].dt.normalize() == "2025-11-12"),
    )
    assert verdicts(found) == ["everything", "everything", "everything", "wide", "wide"]
    assert (found.met, found.precision, found.recall) == (0, 0.0, 0.0)


def test_over_many_days_only_a_right_effect_counts(truth: Truth, raw: pd.DataFrame) -> None:
    """Else every number, said to be wrong on every day, would find what strikes on every day."""
    metric = "sessions with a session_start"
    guesses = [finding(name, ALL, None, name) for name in METRICS]
    guesses += [finding(f"{name}, less", ALL, None, name, -100) for name in METRICS]
    found = judged(truth, *guesses)
    assert set(verdicts(found)) == {"everything"} and found.met == 0
    assert "It names more than 28 days" in repr(AuditCard(found, truth))
    starts = raw.loc[raw["event"] == "session_start", "session"]
    without = raw.loc[raw["session"].notna() & ~raw["session"].isin(starts), "session"].nunique()
    entry = one(truth, ALL, None, metric, -without)
    assert entry.match.verdict is Verdict.MET and entry.match.effect is Effect.RIGHT


def test_who_accuses_every_day_or_every_column_finds_next_to_nothing(
    truth: Truth, raw: pd.DataFrame
) -> None:
    autumn = [str(day.date()) for day in pd.date_range(*ALL)]
    whole_days = [finding(day, LOG, raw["time"].dt.strftime("%Y-%m-%d") == day) for day in autumn]
    empty_columns = [finding(name, ALL, raw[name].isna()) for name in raw.columns]
    all_events = [finding(name, ALL, raw["event"] == name) for name in raw["event"].unique()]
    for guesses, most in ((whole_days, 0), (empty_columns, 1), (all_events, 0)):
        found = judged(truth, *guesses)
        assert found.met <= most and found.precision is not None and found.precision < 0.2


def test_the_clean_weeks_are_clean(truth: Truth, raw: pd.DataFrame) -> None:
    early = raw[raw["time"] < "2025-10-06"].index[::7]
    found = judged(
        truth,
        finding("days", ("2025-09-22", "2025-10-05"), None, "add_to_cart events", -5),
        finding("into", ("2025-10-05", "2025-10-17"), None, "add_to_cart events", -245),
        finding("rows", LOG, early, "rows"),
        finding("rows and days", ("2025-09-23",) * 2, repeated(raw), "purchase events"),
    )
    assert verdicts(found) == ["control"] * 4
    card = repr(AuditCard(found, truth))
    assert card.count("Nothing was wrong there.") == 4
    assert "Sep 22 to Oct 5" in card and "It reaches into the clean weeks" in card


def test_forty_findings_by_brute_force_find_a_fault_and_lose_their_precision(truth: Truth) -> None:
    starts = pd.date_range("2025-10-06", periods=40, freq="D").astype("str")
    found = judged(truth, *(finding(d, (d, d), None, "add_to_cart events", -60) for d in starts))
    assert found.met == 1 and found.missed == 36
    assert found.precision == pytest.approx(1 / 37)


def test_the_same_finding_twice_counts_once_and_costs(truth: Truth, raw: pd.DataFrame) -> None:
    bought = purchases(raw)
    again = bought[bought.duplicated(["user", "transaction_id"], keep=False)].index
    found = judged(
        truth,
        finding("a", **CARTS), finding("b", **CARTS),
        finding("c", ALL, repeated(raw)), finding("d", ALL, again),
    )  # fmt: skip
    assert verdicts(found) == ["met", "again", "met", "again"]
    assert (found.met, found.precision) == (2, 0.5)


def test_parts_of_one_fault_make_up_for_no_false_alarm(truth: Truth, raw: pd.DataFrame) -> None:
    rows = repeated(raw)
    parts = [finding(str(n), ALL, rows[n::5], "purchase events") for n in range(5)]
    false = finding("false", ("2025-10-20", "2025-10-22"), None, "add_to_cart events")
    found = judged(truth, *parts, false)
    assert verdicts(found) == ["met"] * 5 + ["nothing"]
    assert (found.met, found.precision) == (1, 0.5)


def test_days_do_not_find_what_has_rows(truth: Truth) -> None:
    found = judged(
        truth,
        finding("bots", ("2025-11-12",) * 2, None, "sessions", 340),
        finding("revenue", ("2025-10-20", "2025-10-30"), None, "revenue", -900),
    )
    assert verdicts(found) == ["point", "nothing"]
    assert "bot" not in repr(AuditCard(found, truth)).replace("bots", "")


def test_positions_of_the_clean_table_hit_nothing(truth: Truth) -> None:
    log = load("fault_log").query("table == 'raw_events' and operation == 'change'")
    for name, lines in log.groupby("fault"):
        entry = one(truth, LOG, pd.Index(lines["row"].unique()))
        assert entry.match.verdict is not Verdict.MET, name


def test_a_mask_over_another_table_is_refused(truth: Truth) -> None:
    found = problems(truth, "it", ALL, load("events")["event"] == "purchase")
    assert set(found) == {"rows"} and "Was it made from another table" in found["rows"]


def test_all_faults_in_one_finding_meet_at_most_one(truth: Truth) -> None:
    everything = load("fault_log").query("table == 'raw_events' and raw_row >= 0")["raw_row"]
    assert judged(truth, finding("it", LOG, pd.Index(everything.unique()))).met <= 1


def test_a_copied_fault_log_wins_and_the_docs_say_so(truth: Truth) -> None:
    copied = [finding("it", LOG, pd.Index(fault.marks)) for fault in truth.faults]
    found = judged(truth, *copied)
    assert (found.precision, found.recall) == (1.0, 1.0)
    assert 'load("fault_log")' in str(audit.__doc__)


# --- what cannot be read -------------------------------------------------------------------------

_GOOD: dict[str, Any] = dict(name="it", rows=None, effect=-240, rule=None, **CARTS)


@pytest.mark.parametrize(
    ("argument", "value", "says"),
    [
        ("name", None, "name of your own"), ("name", 5, "name of your own"),
        ("name", "  ", "name of your own"),
        ("days", None, "missing"), ("days", 3, "first and a last day"),
        ("days", "soon", "not a day"), ("days", ("2025-10-14",), "first and a last day"),
        ("days", ("2025-10-14", None), "None is not a day"),
        ("days", ("2025-10-14", float("nan")), "nan is not a day"),
        ("days", ("2025-10-14", pd.NaT), "not a day"),
        ("days", ("14.10.2025", "17.10.2025"), "not a day"),
        ("days", ("2025-13-14", "2025-10-17"), "not a day"),
        ("days", ("2025-10-17", "2025-10-14"), "earlier one first"),
        ("days", ("2024-10-14", "2025-10-17"), "not in the log"),
        ("days", ("2025-10-14", "2026-10-17"), "from 2025-09-22 to 2025-12-21"),
        ("days", {"2025-10-14", "2025-10-15"}, "first and a last day"),
        ("rows", "all", "does not say which rows"), ("rows", 7, "does not say which rows"),
        ("rows", [], "no row in it"), ("rows", pd.Index([]), "no row in it"),
        ("rows", [1.5], "whole numbers"), ("rows", [float("nan")], "missing values"),
        ("rows", [-1], "does not have"), ("rows", [10**9], "does not have"),
        ("rows", [10**30], "does not have"), ("rows", np.array([2**63], "u8"), "does not have"),
        ("rows", np.array([100], "i1") - 101, "does not have"), ("rows", ["s_1"], "whole numbers"),
        ("rows", [True, False], "has 2 rows"), ("rows", [[1, 2], [3]], "list of rows"),
        ("rows", pd.Series([True, None]), "missing values"),
        ("rows", pd.Series([1, 2]), "other values than True and False"),
        ("rows", pd.Series([True, False]), "has 2 rows"),
        ("rows", pd.Series(["a"], index=[3]), "other values"),
        ("rows", pd.DataFrame({"a": [1]}), "no table of events"),
        ("rows", pd.MultiIndex.from_tuples([(1, 2)]), "one whole number a row"),
        ("rows", pd.to_datetime(["2025-10-14"]), "whole numbers"),
        ("metric", None, "it takes a number"), ("metric", 3, "not the name of a number"),
        ("metric", "purchase evens", "Did you mean `purchase events`"),
        ("metric", "happiness", "Choose one"), ("metric", "fax visits", "There is no number"),
        ("effect", "many", "not a number"), ("effect", True, "not a number"),
        ("effect", float("nan"), "compared"), ("effect", float("inf"), "compared"),
        ("effect", [1], "not a number"), ("effect", 10**400, "compared"),
        ("effect", np.float64("nan"), "compared"),
        ("days", ..., "The gap `...` is not a first and a last day"),
        ("rows", ..., "The gap `...` does not say which rows"),
        ("metric", "...", "The gap `...` is not the name"),
        ("effect", ..., "The gap `...` is not a number"), ("effect", "-240", "not a number"),
        ("rule", "...", "The gap `...` is not a rule. Choose one"),
        ("rule", 3, "not a rule"), ("rule", "keep the first", "Did you mean"),
        ("rule", "pray", "Choose one"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_named_and_said(
    truth: Truth, argument: str, value: Any, says: str
) -> None:
    found = problems(truth, **{**_GOOD, argument: value})
    assert list(found) == [argument]
    assert says in found[argument]


def test_the_words_of_the_lesson_are_understood(truth: Truth, raw: pd.DataFrame) -> None:
    visits = load("raw_sessions")["user"].value_counts()
    rows = raw["user"].isin(visits.index[:4])
    day = ("2025-11-12",) * 2
    [bots] = judged(
        truth, finding("bots", day, rows, "visits", 340, "Leave the four users out")
    ).judged
    assert bots.match.effect is Effect.RIGHT and bots.fits
    assert all(name in RULES for name in ALSO.values()) and not set(ALSO) & set(RULES)


def test_names_of_users_are_told_from_rows(truth: Truth, raw: pd.DataFrame) -> None:
    found = problems(truth, **{**_GOOD, "rows": raw["user"].dropna().head()})
    assert "First filter the log by them" in found["rows"]


def test_all_wrong_arguments_are_said_at_once(truth: Truth) -> None:
    found = problems(truth, "", 1, 2, 3, "x", 5, rowz=3, colour=1)
    assert set(found) == {"name", "days", "rows", "metric", "effect", "rule", "rowz", "colour"}
    assert "Did you mean `rows`?" in found["rowz"]


def test_more_arguments_than_a_finding_has_are_said(truth: Truth) -> None:
    found = problems(truth, "it", ALL, [3], "rows", 1, "leave the rows out", "and so on", 7)
    assert list(found) == ["finding"] and "2 too many" in found["finding"]


def test_rows_on_other_days_than_named_are_said(truth: Truth, raw: pd.DataFrame) -> None:
    visits = load("raw_sessions")
    four = visits[visits["user"].isin(visits["user"].value_counts().head(4).index)]
    for rows in (raw["user"].isna(), four.index):
        found = problems(truth, "it", ("2025-10-20",) * 2, rows, "users")
        assert list(found) == ["days"] and "the index of another table" in found["days"]
    assert "no table of events" in problems(truth, "it", ALL, four)["rows"]


@pytest.mark.parametrize(
    "days",
    [("2025-10-14", "2025-10-17"), ["2025-10-14 09:30", "2025-10-17 23:59"],
     (pd.Timestamp("2025-10-14"), pd.Timestamp("2025-10-17").date()),
     pd.date_range("2025-10-14", "2025-10-17", periods=2),
     np.array(["2025-10-14", "2025-10-17"], "datetime64[D]"), ("20251014", "20251017"),
     pd.Series(pd.to_datetime(["2025-10-14", "2025-10-17"]))],
)  # fmt: skip
def test_days_are_read_in_every_form_that_is_clear(truth: Truth, days: Any) -> None:
    found = checked(finding("it", days, None, "add_to_cart events"), truth)
    assert isinstance(found, Read) and (found.first, found.last) == (22, 25)


@pytest.mark.parametrize(
    "form",
    [
        lambda rows: rows,
        lambda rows: rows.tolist(),
        lambda rows: set(rows),
        lambda rows: rows.to_numpy(dtype=float),
        lambda rows: rows.append(rows),
        lambda rows: load("raw_events").loc[rows],
    ],
)
def test_rows_are_read_in_every_form_that_is_clear(
    truth: Truth, raw: pd.DataFrame, form: Callable[[pd.Index], Any]
) -> None:
    rows = repeated(raw)
    found = checked(finding("it", ALL, form(rows)), truth)
    assert isinstance(found, Read) and found.rows is not None
    assert found.rows.tolist() == rows.tolist()


def test_a_mask_over_some_rows_of_the_raw_log_is_read(truth: Truth, raw: pd.DataFrame) -> None:
    bought = purchases(raw)
    mask = bought.duplicated(["user", "transaction_id"])
    for given_mask in (mask, mask.astype("boolean"), mask.astype(object), mask.sample(frac=1)):
        found = checked(finding("it", ALL, given_mask), truth)
        assert isinstance(found, Read) and found.rows is not None
        assert set(found.rows.tolist()) == set(mask[mask].index)


class Nasty:
    """A value whose every use fails."""

    def __repr__(self) -> str:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


_CELLS = st.one_of(
    st.integers(-5, 700_000), st.floats(), st.text(max_size=3), st.none(), st.booleans()
)
_JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.binary(max_size=4), st.lists(_CELLS, max_size=4), st.dates(), st.datetimes(),
    st.tuples(st.text(max_size=10), st.text(max_size=10)), st.tuples(st.dates(), st.dates()),
    st.complex_numbers(), st.decimals(), st.fractions(),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2), st.just(object()),
    st.just(pd.NA), st.just(pd.NaT), st.just(pd.Timestamp("2025-10-14", tz="UTC")),
    st.just(Nasty()), st.just([Nasty()]), st.just(pd.Series([Nasty()], index=[2])),
    st.just(np.array(3)), st.just(np.zeros((2, 2))),
)  # fmt: skip


@settings(EXAMPLES, max_examples=300)
@given(st.tuples(*[_JUNK] * 6))
def test_whatever_is_typed_nothing_is_raised(truth: Truth, values: tuple[Any, ...]) -> None:
    found = judged(truth, finding(*values))
    [entry] = found.entries
    assert isinstance(entry, Judged) or all(isinstance(part, Problem) for part in entry)
    assert repr(AuditCard(found, truth)) and repr(finding(*values))


# --- the card ------------------------------------------------------------------------------------


def test_a_fault_that_was_not_met_is_counted_and_never_named(
    truth: Truth, raw: pd.DataFrame
) -> None:
    tries = [
        finding("1", **CARTS, effect=-240, rule="leave as it is and say so"),
        finding("2", ("2025-11-12",) * 2, raw["time"].dt.normalize() == "2025-11-12"),
        finding("3", ALL, repeated(raw)[:3]), finding("4", ("2025-11-12",) * 2, None, "sessions"),
        finding("5", ALL, purchases(raw).index),
        finding("6", ("2025-10-08",) * 2, None, "session_start events"),
        finding("7", LOG, raw.index), finding("8", **CARTS), finding("9", 3),
    ]  # fmt: skip
    found = judged(truth, *tries)
    assert verdicts(found) == [
        "met", "wide", "narrow", "point", "wide", "narrow", "everything", "again", "unread"
    ]  # fmt: skip
    card = AuditCard(found, truth)
    for text in (repr(card), card._repr_mimebundle_()["text/html"]):
        for fault in truth.faults:
            assert (fault.name in text) == (fault.name == "cart outage")
        assert "11 are still in the log" in text
        assert "1 finding could not be read" in text


def test_the_card_says_what_is_right_and_what_is_not(truth: Truth, raw: pd.DataFrame) -> None:
    found = judged(
        truth,
        finding("a", **CARTS, effect=-240, rule="leave the days out"),
        finding("b", ALL, repeated(raw), "purchase events", 60, "leave the days out"),
        finding("c", ALL, purchases(raw)["value"].isna(), "revenue", 6000),
    )
    text = repr(AuditCard(found, truth))
    assert "Days: 4 of the 4 you named are its own (precision 100 %)" in text
    assert "Effect on add_to_cart events: ✔ within 20 % of the truth." in text
    assert "Rule: ✔ it fits. Every number that needs this event" in text
    assert "✘ too small: less than 80 % of the truth." in text
    assert "Rule: ✘ it does not fit. It throws out far more" in text
    assert "✘ it goes the other way." in text and "Rule: none was given." in text
    assert "Precision 3 of 3 (100 %)" in text and "Recall 3 of 12 (25 %)" in text


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("orders  twice", "▲ 2. orders twice: not read."), ("*", "▲ 2. not read."),
        ("", "▲ 2. not read."), (None, "▲ 2. not read."), (np.zeros(2), "▲ 2. not read."),
        ("<b>" + "a" * 99, "▲ 2. <b>" + "a" * 56 + "…: not read."),
    ],
)  # fmt: skip
def test_a_finding_that_cannot_be_read_is_known_by_number_and_name(
    truth: Truth, name: Any, head: str
) -> None:
    given = [finding("carts", **CARTS), finding(name, 3)]
    card = AuditCard(judged(truth, *given), truth, [one.name for one in given])
    assert head in repr(card)
    assert "<b>" not in card._repr_mimebundle_()["text/html"]


def test_the_card_escapes_what_the_learner_typed(truth: Truth) -> None:
    name = "<img src=x onerror=alert(1)> **bold** `code`"
    page = AuditCard(judged(truth, finding(name, **CARTS)), truth)._repr_mimebundle_()["text/html"]
    assert "<img" not in page and "&lt;img" in page and "<strong>bold" not in page


def test_an_audit_is_recorded_with_its_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    monkeypatch.delenv("WORKBOOK_NO_RECORD", raising=False)
    audit([finding("a", **CARTS, effect=-240), finding("b", 3)])
    assert "1 planted fault met" in capsys.readouterr().out
    [event] = progress.events()
    assert (event["kind"], event["item"]) == ("audit", "05-audit")
    assert event["findings"] == 2 and event["unread"] == 1 and event["met"] == 1
    assert (event["precision"], event["recall"]) == (1.0, 0.0833)
    assert (event["effects"], event["rules"]) == (1, 0)
    assert "cart outage" not in json.dumps(event)


@pytest.mark.parametrize(
    "given_to_audit", [3, "carts", None, [3], [finding("a", **CARTS), "b"], {"a": 1}, 1.5, [None]]
)
def test_what_is_no_list_of_findings_gets_a_plain_card(
    given_to_audit: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    audit(given_to_audit)
    assert "audit([finding(...), finding(...)])" in capsys.readouterr().out


def test_the_fault_log_itself_is_no_audit(capsys: pytest.CaptureFixture[str]) -> None:
    audit(load("fault_log"))
    out = capsys.readouterr().out
    assert "no list of findings" in out and "bot" not in out


def test_an_empty_audit_lists_the_numbers_and_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    audit([])
    out = capsys.readouterr().out
    assert all(name in out for name in (*METRICS, *RULES))


def test_missing_tables_get_a_plain_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    audit([finding("a", **CARTS)])
    assert "python -m workbook data" in capsys.readouterr().out


def test_findings_without_a_list_around_them_are_an_audit_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    audit(finding("a", **CARTS))
    assert "1 planted fault met" in capsys.readouterr().out
    audit(finding("a", **CARTS), finding("b", **CARTS))
    assert "Precision 1 of 2" in capsys.readouterr().out
    audit(finding("a", **CARTS), 3)
    assert "Number 2 of the list was not made by `finding(...)`" in capsys.readouterr().out


def test_percentages_of_nothing_are_nothing() -> None:
    empty = Overlap(0, 0, 0)
    assert (empty.precision, empty.recall, empty.f1) == (0.0, 0.0, 0.0)


# --- other seeds ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 7])
def test_the_same_queries_find_the_faults_of_another_shop(seed: int) -> None:
    """What an analyst would type, without knowing any day; no word of it depends on the seed."""
    world = simulate(seed)
    made = shop_faults.make(world)
    raw = patched(world.events, made.raw_events_patch)
    sessions = patched(world.sessions, made.raw_sessions_patch)
    truth = planted(made.fault_log, (world.events, world.sessions), (raw, sessions))
    bought = purchases(raw)
    starts = raw.loc[raw["event"] == "session_start", "session"]
    outages = shop_faults.plan(seed).outages

    def day(number: int) -> str:
        return str((truth.first_day + pd.Timedelta(days=number)).date())

    no_id = bought["transaction_id"].isna() | (bought["transaction_id"] == "(not set)")
    thanks = sessions.loc[sessions["landing_page"] == "thank_you", "session"]
    tests = raw.loc[raw["item_id"] == "TEST", "session"]
    startless = raw["session"].notna() & ~raw["session"].isin(starts)
    found = judged(
        truth,
        finding("1", ALL, repeated(raw), "purchase events", len(repeated(raw))),
        finding("2", ALL, raw["user"].isna(), "rows without a user", raw["user"].isna().sum()),
        finding("3", ALL, bought["value"].isna(), "revenue"),
        finding("4", ALL, no_id, "orders"),
        finding("5", ALL, raw["session"].isin(thanks), "sessions"),
        finding("6", ALL, startless, "sessions with a session_start"),
        finding("7", ALL, raw["session"].isin(tests), "purchase events"),
        *(finding("8", (day(o[0]), day(o[-1])), None, "add_to_cart events") for o in outages),
        finding("9", LOG[:1] * 2, None, "add_to_cart events"),
    )
    assert verdicts(found) == ["met"] * (7 + len(outages)) + ["control"]
    assert found.met == 8 and found.precision == pytest.approx(8 / 9)
    assert [one.match.effect for one in found.judged[:2]] == [Effect.RIGHT] * 2
    days = [one.match.overlap for one in found.judged[7 : 7 + len(outages)]]
    assert sum(overlap.both for overlap in days) == sum(map(len, outages))
    assert len(outages) == 2  # the second window is a part of the same fault, and no repeat
