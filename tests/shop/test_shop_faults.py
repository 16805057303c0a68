"""The planted faults: each can be found by a rule, and the log tells every one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.data import patched
from workbook.shop import faults
from workbook.shop.calendar import DAYS, PEAK_DAY, SEED
from workbook.shop.catalog import CATALOG
from workbook.shop.faults.plan import CONTROL_DAYS
from workbook.shop.policy import Policy
from workbook.shop.world import World, simulate


@dataclass(frozen=True)
class Spoiled:
    """A world with its faults and its raw tables."""

    world: World
    made: faults.Faults

    @cached_property
    def plan(self) -> faults.Plan:
        return faults.plan(self.world.seed)

    @property
    def log(self) -> pd.DataFrame:
        return self.made.fault_log

    def clean(self, table: str) -> pd.DataFrame:
        return self.world.events if table == "raw_events" else self.world.sessions

    @cached_property
    def events(self) -> pd.DataFrame:
        return patched(self.world.events, self.made.raw_events_patch)

    @cached_property
    def sessions(self) -> pd.DataFrame:
        return patched(self.world.sessions, self.made.raw_sessions_patch)

    def raw(self, table: str) -> pd.DataFrame:
        return self.events if table == "raw_events" else self.sessions

    def days(self, times: pd.Series) -> pd.Series:
        return (times - pd.Timestamp(self.world.autumn.first_day)).dt.days

    @cached_property
    def key(self) -> dict[str, np.ndarray]:
        return faults.audit_key(self.log)


def spoil(world: World) -> Spoiled:
    return Spoiled(world, faults.make(world))


@pytest.fixture(scope="module")
def committed(world: World) -> Spoiled:
    return spoil(world)


@pytest.fixture(scope="module")
def variant() -> Spoiled:
    return spoil(simulate(2))


@pytest.fixture(scope="module", params=["committed", "variant"])
def spoiled(request: pytest.FixtureRequest, committed: Spoiled, variant: Spoiled) -> Spoiled:
    """The committed seed, then a variant of it."""
    return committed if request.param == "committed" else variant


def parsed(texts: pd.Series, dtype: object) -> pd.Series:
    return pd.to_datetime(texts) if str(dtype).startswith("datetime") else texts.astype(dtype)


def origins(log: pd.DataFrame, raw_rows: int) -> np.ndarray:
    """The clean row of each raw row by the log alone, -1 for added ones.

    Rows of which the log says nothing are in the same order in both tables.
    """
    known = log[log["raw_row"] >= 0].drop_duplicates("raw_row")
    origin = np.full(raw_rows, -2)
    origin[known["raw_row"]] = known["row"]
    clean_rows = raw_rows - (log["operation"] == "add").sum() + (log["operation"] == "remove").sum()
    spoken_for = np.zeros(clean_rows, bool)
    spoken_for[log.loc[log["row"] >= 0, "row"]] = True
    origin[origin == -2] = np.flatnonzero(~spoken_for)
    return origin


def undone(raw: pd.DataFrame, log: pd.DataFrame) -> pd.DataFrame:
    """Clean, made of the raw table and its part of the log."""
    origin = origins(log, len(raw))
    back = raw.copy()
    for column, changes in log[log["operation"] == "change"].groupby("column"):
        values = parsed(changes["clean"], raw[column].dtype).to_numpy()
        back.loc[changes["raw_row"], column] = values
    removed = log[log["operation"] == "remove"]
    cells = [line.split(",") for line in removed["clean"]]
    gone = pd.DataFrame(cells, columns=list(raw.columns), dtype="str").replace("", np.nan)
    gone = pd.DataFrame({name: parsed(gone[name], raw[name].dtype) for name in raw})
    both = pd.concat([back[origin >= 0], gone], ignore_index=True)
    place = np.concatenate([origin[origin >= 0], removed["row"].to_numpy()])
    return both.iloc[np.argsort(place)].reset_index(drop=True)


def assert_the_log_explains_all(one: Spoiled) -> None:
    for table in ("raw_events", "raw_sessions"):
        log = one.log[one.log["table"] == table]
        clean, raw = one.clean(table), one.raw(table)
        pd.testing.assert_frame_equal(undone(raw, log), clean)

        assert not log.duplicated(["row", "raw_row", "column"]).any()
        origin = origins(log, len(raw))
        kept = origin >= 0
        was = clean.iloc[origin[origin >= 0]].reset_index(drop=True)
        now = raw[kept].reset_index(drop=True)
        place = origin[kept]
        differs = set()
        for column in clean:
            both_missing = was[column].isna() & now[column].isna()
            rows = np.flatnonzero((was[column] != now[column]).to_numpy() & ~both_missing)
            differs |= {(row, column) for row in place[rows].tolist()}
        changes = log[log["operation"] == "change"]
        assert differs == set(zip(changes["row"], changes["column"], strict=True))
        removed = set(log.loc[log["operation"] == "remove", "row"])
        assert removed == set(range(len(clean))) - set(place.tolist())
        added = set(log.loc[log["operation"] == "add", "raw_row"])
        assert added == set(np.flatnonzero(~kept).tolist())


# The log


def test_the_log_read_backwards_gives_clean_and_explains_every_cell(committed: Spoiled) -> None:
    assert_the_log_explains_all(committed)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**31), persons=st.integers(1, 8_000))
def test_so_it_does_in_every_world(seed: int, persons: int) -> None:
    assert_the_log_explains_all(spoil(simulate(seed, persons)))


def test_a_shop_that_nobody_visits_has_only_staff_and_bots() -> None:
    empty = next(w for w in (simulate(seed, 1) for seed in range(99)) if not len(w.sessions))
    made = spoil(empty)
    assert set(made.log["fault"]) <= {"test order", "bot traffic", "value typed as int"}
    assert made.events["time"].is_monotonic_increasing and len(made.sessions) > 300


def test_raw_values_in_the_log_are_those_of_raw(spoiled: Spoiled) -> None:
    changes = spoiled.log[spoiled.log["operation"] == "change"]
    for (table, column), lines in changes.groupby(["table", "column"]):
        if table == "ga4_export":
            continue
        values = spoiled.raw(table)[column].iloc[lines["raw_row"]]
        said = parsed(lines["raw"], values.dtype)
        pd.testing.assert_series_equal(
            said.reset_index(drop=True), values.reset_index(drop=True), check_names=False
        )


def test_no_row_has_two_faults(spoiled: Spoiled) -> None:
    log = spoiled.log[spoiled.log["table"] != "ga4_export"]
    assert (log.groupby(["table", "row", "raw_row"])["fault"].nunique() == 1).all()
    of_clean = log[log["row"] >= 0]
    assert (of_clean.groupby(["table", "row"])["fault"].nunique() == 1).all()


def test_the_first_two_weeks_are_free_of_faults(spoiled: Spoiled) -> None:
    for table, by in (("raw_events", "time"), ("raw_sessions", "start")):
        tables = (table, "ga4_export") if table == "raw_events" else (table,)
        log = spoiled.log[spoiled.log["table"].isin(tables)]
        for rows, frame in (
            (log["row"], spoiled.clean(table)),
            (log["raw_row"], spoiled.raw(table)),
        ):
            times = frame[by].iloc[rows[rows >= 0].unique()]
            assert spoiled.days(times).min() >= CONTROL_DAYS
        first = spoiled.days(spoiled.clean(table)[by]) < CONTROL_DAYS
        same = spoiled.raw(table)[: first.sum()]
        pd.testing.assert_frame_equal(same, spoiled.clean(table)[first])


def test_the_same_seed_has_the_same_faults_and_the_clean_world_stays() -> None:
    one, other = simulate(7, 15_000), simulate(7, 15_000, chunk=999)
    made, again = faults.make(one), faults.make(other)
    for name in ("raw_events_patch", "raw_sessions_patch", "fault_log"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(made, name))
    untouched = simulate(7, 15_000)
    for name in ("events", "sessions", "orders"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(untouched, name))


def test_another_seed_has_other_windows() -> None:
    assert faults.plan(1) != faults.plan(2) != faults.plan(SEED)


def test_a_change_of_policy_leaves_the_faults_of_other_visits_alone() -> None:
    mine, other = (spoil(simulate(1, 25_000, policy)) for policy in (None, Policy(popup=False)))
    shared = set(mine.world.sessions["session"]) & set(other.world.sessions["session"])
    assert len(mine.world.sessions) > len(shared) > 15_000
    for fault in ("missing session_start", "duplicate purchase", "purchase without revenue"):
        struck = []
        for one in (mine, other):
            log = one.log[(one.log["fault"] == fault) & (one.log["table"] == "raw_events")]
            clean = one.world.events["session"].iloc[log.loc[log["row"] >= 0, "row"]]
            raw = one.events["session"].iloc[log.loc[log["row"] < 0, "raw_row"]]
            struck.append((set(clean) | set(raw)) & shared)
        assert struck[0] == struck[1] and len(struck[0]) > 10


# What raw is like


def test_raw_stands_in_the_order_of_receipt(spoiled: Spoiled) -> None:
    assert spoiled.events["time"].is_monotonic_increasing
    assert spoiled.sessions["start"].is_monotonic_increasing


def test_raw_sessions_are_those_of_raw_events(spoiled: Spoiled) -> None:
    events, sessions = spoiled.events, spoiled.sessions.set_index("session")
    assert sessions.index.is_unique
    named = events.dropna(subset="session")
    assert set(named["session"]) == set(sessions.index)
    views = named[named["event"] == "page_view"].groupby("session").size()
    assert (views == sessions["pages"].loc[views.index]).all() and len(views) == len(sessions)
    first = named.drop_duplicates("session").set_index("session")
    starts = sessions["start"].loc[first.index]
    assert (first["time"] == starts).all()
    assert (first["user"] == sessions["user"].loc[first.index]).all()
    assert sessions["engaged_seconds"].min() == 0


# Each fault, found by a rule that looks only at raw and at the shop's own orders


def test_carts_stop_for_four_days_while_purchases_go_on(spoiled: Spoiled) -> None:
    days = spoiled.days(spoiled.events["time"])
    by_day = pd.crosstab(days, spoiled.events["event"]).reindex(range(DAYS))
    silent = by_day.index[by_day["add_to_cart"] == 0].tolist()
    assert silent == sorted(day for outage in spoiled.plan.outages for day in outage)
    assert (by_day.loc[silent, "purchase"] > 0).all()
    assert len(spoiled.plan.outages) == (1 if spoiled.world.seed == SEED else 2)


def test_repeated_ids_of_one_user_are_the_duplicates(spoiled: Spoiled) -> None:
    events = spoiled.events
    bought = events[(events["event"] == "purchase") & events["transaction_id"].ne("(not set)")]
    bought = bought.dropna(subset=["transaction_id", "user"])
    again = bought[bought.duplicated(["user", "transaction_id"])]
    assert again.index.tolist() == spoiled.key["duplicate purchase"].tolist()
    first = bought.drop_duplicates("transaction_id").set_index("transaction_id")
    first = first.loc[again["transaction_id"]]
    assert (first["value"].to_numpy() == again["value"].to_numpy()).all()
    wait = (again["time"].to_numpy() - first["time"].to_numpy()) / np.timedelta64(1, "s")
    assert wait.min() > 0 and wait.max() <= 1_800
    assert np.mean(wait <= 20) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(wait)))
    by_day = spoiled.days(again["time"]).value_counts()
    assert by_day.idxmax() == spoiled.plan.burst and by_day.max() > 2 * by_day.iloc[1]
    assert spoiled.plan.burst % 7 in (1, 2, 3)


def test_purchases_without_value_and_without_usable_id(spoiled: Spoiled) -> None:
    events = spoiled.events
    bought = events[events["event"] == "purchase"]
    found = bought.index[bought["value"].isna()]
    assert found.tolist() == spoiled.key["purchase without revenue"].tolist()
    ids = bought["transaction_id"]
    found = bought.index[ids.isna() | (ids == "(not set)")]
    assert found.tolist() == spoiled.key["bad transaction id"].tolist()
    assert ids.isna().any() and (ids == "(not set)").any()


def test_tax_is_inside_value_on_small_screens_for_ten_days(spoiled: Spoiled) -> None:
    orders = spoiled.world.orders.set_index("order_id")
    bought = spoiled.events[spoiled.events["event"] == "purchase"].dropna(subset="value")
    known = bought[bought["transaction_id"].isin(orders.index)]
    mine = orders.loc[known["transaction_id"]].set_axis(known.index)
    taxed = known[(known["value"] - mine["value"]).abs() > 0.005]
    assert taxed.index.tolist() == spoiled.key["tax in value"].tolist()
    mine = mine.loc[taxed.index]
    assert np.allclose(taxed["value"], mine["value"] + mine["tax"], atol=1e-9)
    device = spoiled.sessions.set_index("session")["device"]
    assert set(device[taxed["session"]]) == {"mobile", "tablet"}
    days = spoiled.days(known["time"])
    assert set(days[taxed.index]) <= set(spoiled.plan.template) and len(taxed) > 30


def test_sessions_that_begin_on_the_thank_you_page_are_self_referrals(spoiled: Spoiled) -> None:
    begin = spoiled.sessions[spoiled.sessions["landing_page"] == "thank_you"]
    assert set(begin["channel"]) == {"referral"}
    added = faults.audit_key(spoiled.log[spoiled.log["operation"] == "add"], "raw_sessions")[
        "self-referral"
    ]
    assert begin.index.tolist() == added.tolist() and len(added) > 40
    theirs = spoiled.events[spoiled.events["session"].isin(begin["session"])]
    assert theirs.index.tolist() == spoiled.key["self-referral"].tolist()
    events = theirs.groupby("session")["event"].agg(list)
    assert events.str[0].eq("session_start").all() and events.str[1].eq("page_view").all()
    assert events.map(lambda names: names.count("purchase")).eq(1).all()
    # Each takes its order from a session of the same user that ends at that moment.
    referral = spoiled.sessions["channel"] == "referral"
    assert referral.sum() > (spoiled.world.sessions["channel"] == "referral").sum()


def test_sessions_without_a_start(spoiled: Spoiled) -> None:
    starts = spoiled.events.loc[spoiled.events["event"] == "session_start", "session"]
    without = set(spoiled.sessions["session"]) - set(starts)
    log = spoiled.log[spoiled.log["fault"] == "missing session_start"]
    assert without == set(spoiled.world.events["session"].iloc[log["row"]])


def test_events_without_ids_are_those_of_refusers_on_two_days(spoiled: Spoiled) -> None:
    events = spoiled.events
    null = events["user"].isna()
    assert (null == events["session"].isna()).all()
    assert np.flatnonzero(null).tolist() == spoiled.key["null ids"].tolist()
    log = spoiled.log[spoiled.log["fault"] == "null ids"]
    gone = spoiled.world.sessions.iloc[log.loc[log["table"] == "raw_sessions", "row"]]
    assert set(spoiled.days(gone["start"])) == set(spoiled.plan.consent)
    starts = spoiled.days(spoiled.world.sessions["start"]).isin(list(spoiled.plan.consent))
    users = spoiled.world.sessions.loc[starts, "user"].nunique()
    share, sd = gone["user"].nunique() / users, np.sqrt(0.12 * 0.88 / users)
    assert share == pytest.approx(0.12, abs=4 * sd)
    assert (events.loc[null, "event"] == "purchase").any()


def test_orders_that_the_shop_does_not_know_lead_to_the_staff(spoiled: Spoiled) -> None:
    events = spoiled.events
    bought = events[events["event"] == "purchase"].dropna(subset="transaction_id")
    strange = bought[
        ~bought["transaction_id"].isin([*spoiled.world.orders["order_id"], "(not set)"])
    ]
    assert len(strange) == 14 and (strange["value"] % 1 == 0).all()
    staff = set(strange["user"])
    assert len(staff) == 3 and not staff & set(spoiled.world.sessions["user"])
    theirs = events[events["user"].isin(staff)]
    assert theirs.index.tolist() == spoiled.key["test order"].tolist()
    assert theirs["time"].dt.normalize().nunique() == 2 and (theirs["time"].dt.hour == 7).all()
    items = set(theirs["item_id"].dropna())
    assert "TEST" in items and len(items - {"TEST"} & set(CATALOG.item_id)) > 1
    for _, visit in theirs.groupby("session"):
        names = visit["event"].tolist()
        steps = ["session_start", "view_item", "add_to_cart", "begin_checkout", "purchase"]
        assert [name for name in names if name in steps] == steps


def test_users_with_dozens_of_sessions_in_an_hour_are_bots(spoiled: Spoiled) -> None:
    sessions = spoiled.sessions
    count = sessions["user"].value_counts()
    users = set(count.index[count > 30])
    assert len(users) == 4 and not users & set(spoiled.world.sessions["user"])
    theirs = sessions[sessions["user"].isin(users)]
    assert len(theirs) == 340 and set(theirs["channel"]) == {"direct"}
    assert set(theirs["device"]) == {"desktop"} and (theirs["engaged_seconds"] == 0).all()
    assert (theirs["visitor"] == "new").sum() == 4
    events = spoiled.events[spoiled.events["user"].isin(users)]
    assert events.index.tolist() == spoiled.key["bot traffic"].tolist()
    assert events["time"].dt.floor("h").nunique() == 1
    assert set(events["event"]) == {"session_start", "first_visit", "page_view", "view_item"}
    views = events[events["event"] == "view_item"]
    pace = views.groupby("session")["time"].diff().dropna()
    assert (pace == pd.Timedelta(seconds=1)).all()
    first = events.drop_duplicates("session")
    assert (first["event"] == "session_start").all() and len(first) == 340


def test_late_events_stand_after_the_end_of_their_visit(spoiled: Spoiled) -> None:
    log = spoiled.log[spoiled.log["fault"] == "late event"]
    clean, raw = spoiled.world.events, spoiled.events
    late = raw.iloc[log["raw_row"]]
    ends = clean.groupby("session")["time"].max()
    minutes = (late["time"] - late["session"].map(ends)).dt.total_seconds() / 60
    assert minutes.min() >= 5 and minutes.max() <= 490
    assert minutes.max() > 120 > 30 > minutes.min()
    assert late.groupby("session")["time"].nunique().eq(1).all()
    assert not (late["event"] == "session_start").any() and len(late) > 300
    assert spoiled.days(late["time"]).max() < DAYS


def test_one_thursday_has_no_mail(spoiled: Spoiled) -> None:
    mail = spoiled.sessions[spoiled.sessions["channel"] == "email"]
    by_day = spoiled.days(mail["start"]).value_counts().reindex(range(3, DAYS, 7))
    assert by_day.idxmin() == spoiled.plan.mail and by_day.nsmallest(2).iloc[1] > 3 * by_day.min()
    log = spoiled.log[spoiled.log["fault"] == "mail without UTM"]
    assert set(log["clean"]) == {"email"} and set(log["raw"]) == {"direct"} and len(log) > 50


def test_whole_values_of_the_tag_week_are_typed_as_int(spoiled: Spoiled) -> None:
    events = spoiled.events
    week = spoiled.days(events["time"]).isin(list(spoiled.plan.typed))
    whole = week & (events["value"] == events["value"].round())
    typed = faults.typed_as_int(spoiled.log, len(events))
    assert typed.tolist() == whole.tolist()
    assert set(spoiled.plan.export_days) <= set(spoiled.plan.typed)
    lines = spoiled.log[spoiled.log["table"] == "ga4_export"]
    assert (lines["raw"].astype(int) == lines["clean"].astype(float)).all()
    assert not lines["raw"].str.contains(".", regex=False).any()
    known = lines[lines["row"] >= 0]
    at = spoiled.world.events["event"].to_numpy()[known["row"]]
    assert (at == events["event"].to_numpy()[known["raw_row"]]).all()


# Sizes and windows


def test_shares_are_those_of_real_logs(committed: Spoiled, variant: Spoiled) -> None:
    purchases, starts, found = 0, 0, dict.fromkeys(faults.FAULTS, 0)
    for one in (committed, variant):
        late = one.days(one.world.events["time"]) >= CONTROL_DAYS
        purchases += int((late & (one.world.events["event"] == "purchase")).sum())
        starts += int((late & (one.world.events["event"] == "session_start")).sum())
        for fault, lines in one.log[one.log["table"] == "raw_events"].groupby("fault"):
            found[fault] += len(lines)
    for fault, share, among in (
        ("duplicate purchase", 0.08, purchases),
        ("purchase without revenue", 0.08, purchases),
        ("bad transaction id", 0.045, purchases),
        ("missing session_start", 0.015, starts),
    ):
        sd = np.sqrt(share * (1 - share) / among)
        assert found[fault] / among == pytest.approx(share, abs=4 * sd), fault


def test_windows_keep_to_their_slots_on_every_seed() -> None:
    seen = set()
    for seed in range(300):
        plan = faults.plan(seed)
        seen.add(plan)
        first, second = plan.outages
        assert len(first) == 4 and len(second) == 9
        peak = range(PEAK_DAY - 11, PEAK_DAY + 12)
        assert not set(peak) & {*first, *second}
        assert plan.mail % 7 == 3
        windows = (first, plan.template, plan.typed, plan.provider)
        assert all(a.stop <= b.start for a, b in pairwise(windows))
        assert first.start >= CONTROL_DAYS and max(plan.provider.stop, second.stop) <= DAYS
        assert CONTROL_DAYS <= plan.bots // 86_400 < DAYS and plan.bots % 86_400 <= 4 * 3_600
        assert list(plan.export_days) == [plan.burst, *plan.consent]
    assert len(seen) > 290


def test_the_export_days_hold_what_the_export_is_to_show(committed: Spoiled) -> None:
    events = committed.events
    day = committed.days(events["time"])
    three = list(committed.plan.export_days)
    shown = np.flatnonzero(day.isin(three))
    for fault in ("duplicate purchase", "null ids"):
        assert np.isin(committed.key[fault], shown).any()
    days_of_visit = day[day.isin(three)].groupby(events["session"]).nunique()
    assert (days_of_visit > 1).any()


# Helpers and declarations


def test_the_audit_key_names_raw_rows_once_and_in_order(committed: Spoiled) -> None:
    for table in ("raw_events", "raw_sessions"):
        for rows in faults.audit_key(committed.log, table).values():
            assert (np.diff(rows) > 0).all() and rows.max() < len(committed.raw(table))
    assert "cart outage" not in committed.key
    assert (
        len(committed.key["null ids"]) * 2
        == ((committed.log["fault"] == "null ids") & (committed.log["table"] == "raw_events")).sum()
    )


def test_the_tables_have_the_declared_columns(committed: Spoiled) -> None:
    kinds = {"string": "str", "integer": "int", "number": "float"}
    for table in faults.TABLES:
        frame = getattr(committed.made, table.name)
        assert [column.name for column in table.columns] == list(frame.columns)
        for column in table.columns:
            values = frame[column.name]
            assert str(values.dtype).startswith(kinds.get(column.type, "datetime"))
            assert column.meaning and values.notna().any()
            if column.required:
                assert values.notna().all(), (table.name, column.name)
            if column.allowed:
                assert set(values) == set(column.allowed)
            if column.minimum is not None:
                assert values.min() >= column.minimum


def test_the_patches_are_small(committed: Spoiled) -> None:
    rows = sum(len(getattr(committed.made, table.name)) for table in faults.TABLES)
    assert 10_000 < rows < 40_000
