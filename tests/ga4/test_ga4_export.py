"""The shop's own GA4 export: read back, it is the raw tables again, in every column it carries.

Not carried, and so not compared: margins, refunds, customers and persons, the clean state, and
the seconds on pages that were left without user_engagement.
"""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from workbook.data import patched
from workbook.ga4 import Export, read_ga4_export, reading
from workbook.shop import faults, ga4_export, ga4_lines, stream
from workbook.shop.calendar import DAY_0, DAYS
from workbook.shop.faults.plan import LATE, NULL_IDS
from workbook.shop.people import CHANNELS
from workbook.shop.world import World, simulate

NEW_YORK = ZoneInfo("America/New_York")
UNUSABLE = "(not set)"
CARRIED = ("time", "event", "item_id", "page", "value", "transaction_id")
Line = dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """The committed world, its faults, its raw tables, its export and the same as read."""

    world: World
    faults: faults.Faults
    events: pd.DataFrame
    sessions: pd.DataFrame
    files: dict[str, bytes]
    read: Export

    @property
    def days(self) -> pd.DatetimeIndex:
        days = faults.plan(self.world.seed).export_days
        return pd.DatetimeIndex([pd.Timestamp(DAY_0) + pd.Timedelta(days=day) for day in days])


def lines_of(content: bytes) -> list[Line]:
    return [json.loads(line) for line in content.splitlines()]


def read_back(folder: Path, files: dict[str, bytes]) -> Export:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(content, 1))
    return read_ga4_export(folder / ga4_export.FOLDER, tz=ga4_export.ZONE)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    world = simulate()
    planted = faults.make(world)
    files = ga4_export.files(world, planted)
    return Shop(
        world,
        planted,
        patched(world.events, planted.raw_events_patch),
        patched(world.sessions, planted.raw_sessions_patch),
        files,
        read_back(tmp_path_factory.mktemp("ga4"), files),
    )


@pytest.fixture(scope="module")
def lines(shop: Shop) -> list[Line]:
    return [line for content in shop.files.values() for line in lines_of(content)]


@pytest.fixture(scope="module")
def small() -> World:
    """13 weeks of few persons, with the end of summer time in them."""
    return simulate(persons=1_600)


@pytest.fixture(scope="module")
def clean(small: World) -> bytes:
    return written(small)


@pytest.fixture(scope="module")
def clean_lines(clean: bytes) -> list[Line]:
    return lines_of(clean)


@pytest.fixture(scope="module")
def visits(clean_lines: list[Line]) -> dict[str, list[Line]]:
    """The clean lines of each session."""
    found: dict[str, list[Line]] = {}
    for line in clean_lines:
        key = f"{line['user_pseudo_id']}.{params(line)['ga_session_id']}"
        found.setdefault(key, []).append(line)
    return found


def written(world: World) -> bytes:
    file = io.BytesIO()
    count = ga4_export.write(world, file)
    assert count == file.getvalue().count(b"\n")
    return file.getvalue()


def params(line: Line) -> dict[str, Any]:
    """The parameters of a line by name, each with its only value."""
    found = {}
    for pair in line["event_params"]:
        (value,) = pair["value"].values()
        assert pair["key"] not in found
        found[pair["key"]] = value
    return found


# What raw and export must agree on


def kind_of_page(addresses: pd.Series[str]) -> pd.Series[str]:
    return addresses.str.extract(r"example/(\w*)")[0].replace("", "home")


def prints(events: pd.DataFrame) -> dict[str, tuple[Any, ...]]:
    """Per session: all that is carried of its events, in their order."""
    rows = events[[*CARRIED, "session"]].astype(object).where(events.notna(), None)
    found: dict[str, list[Any]] = {}
    for *row, session in rows.itertuples(index=False, name=None):
        found.setdefault(session, []).append(tuple(row))
    return {session: tuple(rows) for session, rows in found.items()}


def as_raw(export: Export) -> pd.DataFrame:
    """The events as read, to the second, with the column page."""
    events = export.events
    page = kind_of_page(events["page_location"]).where(events["event"] == "page_view")
    return events.assign(page=page, time=events["time"].dt.floor("s"))


def without_unusable(events: pd.DataFrame) -> pd.DataFrame:
    ids = events["transaction_id"]
    return events.assign(transaction_id=ids.where(ids != UNUSABLE))


@pytest.fixture(scope="module")
def raw(shop: Shop) -> pd.DataFrame:
    """Raw events of the three days; unusable ids are missing, as the reader has them."""
    return without_unusable(shop.events[shop.events["time"].dt.normalize().isin(shop.days)])


def same_sessions(export: Export, raw: pd.DataFrame) -> dict[str, str]:
    """The raw session of each session read: the one with the same events, whoever had it."""
    known: dict[tuple[Any, ...], list[str]] = {}
    for session, rows in prints(raw[raw["session"].notna()]).items():
        known.setdefault(rows, []).append(session)
    events = as_raw(export)
    found = {}
    for session, rows in prints(events[events["session"].notna()]).items():
        assert len(known[rows]) == 1, rows
        found[session] = known[rows][0]
    assert len(set(found.values())) == len(found)
    return found


@pytest.fixture(scope="module")
def pairs(shop: Shop, raw: pd.DataFrame) -> dict[str, str]:
    return same_sessions(shop.read, raw)


def users(export: Export, pairs: dict[str, str], sessions: pd.DataFrame) -> dict[str, str]:
    """The raw user of each user read; raises if it is not one to one."""
    raw_user = sessions.set_index("session")["user"]
    read = export.sessions.set_index("session")["user"]
    both = {(read[ours], raw_user[theirs]) for ours, theirs in pairs.items()}
    assert len({ours for ours, _ in both}) == len({theirs for _, theirs in both}) == len(both)
    return dict(both)


def test_the_events_of_every_session_come_back_in_their_order(
    shop: Shop, raw: pd.DataFrame, pairs: dict[str, str]
) -> None:
    assert set(pairs) == set(shop.read.sessions["session"])
    who = users(shop.read, pairs, shop.sessions)
    theirs = raw[raw["user"].isin(set(who.values()))]
    named = shop.read.events["user"].notna()
    assert len(theirs) == named.sum()
    assert set(theirs["session"]) == set(pairs.values())


def test_the_browsers_are_about_the_share_that_is_said(
    shop: Shop, raw: pd.DataFrame, pairs: dict[str, str]
) -> None:
    n, share = raw["user"].nunique(), ga4_export.SHARE
    found = len(users(shop.read, pairs, shop.sessions))
    assert found == pytest.approx(n * share, abs=3 * np.sqrt(n * share * (1 - share)) + 5)


def test_events_without_ids_come_back_visit_by_visit(shop: Shop, raw: pd.DataFrame) -> None:
    lost = raw[raw["session"].isna()]
    log = shop.faults.fault_log
    log = log[(log["fault"] == NULL_IDS) & (log["raw_row"] >= 0)]
    clean = shop.world.events["session"]
    visit = pd.Series(clean.iloc[log["row"]].to_numpy(), index=log["raw_row"].to_numpy())
    visit = visit[~visit.index.duplicated()]
    events = as_raw(shop.read)
    events = events[events["session"].isna()]
    assert events["user"].isna().all()
    left = Counter(
        events[list(CARRIED)]
        .astype(object)
        .where(events.notna(), None)
        .itertuples(index=False, name=None)
    )
    chosen = 0
    visits = prints(lost.assign(session=visit.reindex(lost.index)))
    for rows in visits.values():
        if not Counter(rows) - left:
            left -= Counter(rows)
            chosen += 1
    assert not left
    assert 0.5 * len(visits) < chosen < 0.8 * len(visits)


def whole(shop: Shop, raw: pd.DataFrame) -> set[str]:
    """Raw sessions with all their events within the three days."""
    events = shop.events["session"].value_counts()
    here = raw["session"].value_counts()
    return set(here.index[here == events.reindex(here.index)])


def test_sessions_come_back_with_start_channel_device_pages_and_landing_page(
    shop: Shop, raw: pd.DataFrame, pairs: dict[str, str]
) -> None:
    read = shop.read.sessions.merge(ga4_export.origins(), how="left", validate="many_to_one")
    read = read.assign(raw=read["session"].map(pairs)).set_index("raw")
    theirs = shop.sessions.set_index("session").loc[read.index]
    for column in ("channel", "device", "visitor"):
        assert (read[column] == theirs[column]).all(), column
    ids = read["session"].str.rsplit(".", n=1).str[1].astype("int64")
    began = [datetime.fromtimestamp(second, NEW_YORK).replace(tzinfo=None) for second in ids]
    assert (pd.Series(began, index=read.index) == theirs["start"]).all()
    assert (read["engaged_seconds"] <= theirs["engaged_seconds"]).all()

    full = whole(shop, raw)
    inside = [session for session in read.index if session in full]
    assert len(inside) >= len(read) - 5
    read, theirs = read.loc[inside], theirs.loc[inside]
    assert (read["start"].dt.floor("s") == theirs["start"]).all()
    assert (read["pages"] == theirs["pages"]).all()
    assert (kind_of_page(read["landing_page"]) == theirs["landing_page"]).all()


def test_orders_come_back_by_the_rules_of_the_reader(
    shop: Shop, raw: pd.DataFrame, pairs: dict[str, str]
) -> None:
    back = {theirs: ours for ours, theirs in pairs.items()}
    who = {theirs: ours for ours, theirs in users(shop.read, pairs, shop.sessions).items()}
    bought = raw[(raw["event"] == "purchase") & raw["transaction_id"].notna()]
    read = shop.read.orders.set_index("order_id")
    ours = bought["user"].isin(set(who)) | (
        bought["user"].isna() & bought["transaction_id"].isin(set(read.index))
    )
    by = bought[ours].groupby("transaction_id")
    first = by.first()
    assert set(first.index) == set(read.index)
    first = first.loc[read.index]
    assert (read["time"].dt.floor("s") == by["time"].min()[read.index]).all()
    pd.testing.assert_series_equal(read["value"], by["value"].max()[read.index], check_names=False)
    for column, names in (("session", back), ("user", who)):
        expected = first[column].map(names).where(first[column].notna())
        assert (read[column].fillna("") == expected.fillna("")).all()
    orders = shop.world.orders.set_index("order_id").loc[read.index]
    for column in ("tax", "shipping", "items", "new_customer"):
        assert (read[column] == orders[column]).all(), column
    assert ((read["currency"] == "USD") == read["value"].notna()).all()

    lines = shop.read.order_items.drop(columns="user")
    goods = shop.world.products[["item_id", "name", "category"]]
    expected_lines = shop.world.order_items.merge(goods, on="item_id")
    expected_lines = expected_lines[expected_lines["order_id"].isin(set(read.index))]
    by_line = ["order_id", "item_id"]
    pd.testing.assert_frame_equal(
        lines.sort_values(by_line, ignore_index=True),
        expected_lines[lines.columns].sort_values(by_line, ignore_index=True),
    )


def test_the_reader_finds_the_planted_faults_and_no_other(shop: Shop) -> None:
    found = shop.read.report.set_index("rule")["rows"]
    planted = {
        "events without user id", "events without session id", "repeated purchases",
        "sessions without session_start", "purchases without usable id", "orders without value",
        "purchases outside sessions",
    }  # fmt: skip
    natural = {"events read", "session ids of several users", "sessions over midnight"}
    assert (found[list(planted | natural)] > 0).all()
    none_of_the_shop = {"absent columns"}  # user_id
    assert set(found.index[found > 0]) == planted | natural | none_of_the_shop
    burst = as_raw(shop.read)
    burst = burst[(burst["event"] == "purchase") & (burst["event_date"] == shop.days[0])]
    assert burst["transaction_id"].duplicated().sum() >= 10
    late = shop.faults.fault_log
    late = late[(late["fault"] == LATE) & (late["operation"] == "change")]
    rows = shop.events.iloc[late["raw_row"]]
    assert rows["time"].dt.normalize().isin(shop.days).any()


def test_bots_staff_and_the_faults_with_windows_of_their_own_are_on_other_days() -> None:
    for seed in range(300):
        when = faults.plan(seed)
        others = {when.bots // 86_400, when.mail, *when.template, *when.provider}
        others |= {day for outage in when.outages for day in outage}
        days = set(when.export_days)
        assert not days & others
        assert days <= set(when.typed)
        assert {when.burst, *when.consent} == days
        assert max(days) < DAYS


# The lines


def test_every_line_has_the_columns_and_types_of_the_export(lines: list[Line]) -> None:
    always = {
        "event_date", "event_timestamp", "event_name", "event_params", "event_bundle_sequence_id",
        "privacy_info", "user_properties", "device", "geo", "stream_id", "platform", "items",
        "batch_event_index", "batch_page_id", "batch_ordering_id",
    }  # fmt: skip
    of_users = {
        "user_pseudo_id", "user_first_touch_timestamp", "traffic_source",
        "session_traffic_source_last_click",
    }  # fmt: skip
    sometimes = {"collected_traffic_source", "ecommerce"}
    numbers = {
        "double_value", "price", "item_revenue", "purchase_revenue", "purchase_revenue_in_usd",
        "tax_value", "tax_value_in_usd", "shipping_value", "shipping_value_in_usd",
    }  # fmt: skip

    def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            for name, inside in value.items():
                yield from leaves(inside, name)
        elif isinstance(value, list):
            for inside in value:
                yield from leaves(inside, key)
        else:
            yield key, value

    for line in lines:
        named = "user_pseudo_id" in line
        assert set(line) - sometimes == always | (of_users if named else set())
        assert set(line) <= reading.COLUMNS
        assert ("ga_session_id" in params(line)) == named
        assert line["privacy_info"]["analytics_storage"] == ("Yes" if named else "No")
        assert ("ecommerce" in line) == (line["event_name"] == "purchase")
        for key, value in leaves(line):
            assert type(value) is (float if key in numbers else str), (key, value)
            if key in numbers:
                assert value == round(value, 2)


def test_timestamps_are_utc_and_dates_those_of_new_york(lines: list[Line]) -> None:
    for line in lines:
        moment = datetime.fromtimestamp(int(line["event_timestamp"]) // 10**6, NEW_YORK)
        assert f"{moment:%Y%m%d}" == line["event_date"]


def test_lines_are_in_order_of_time_in_the_file_of_their_day(shop: Shop) -> None:
    assert list(shop.files) == [f"ga4_export/events_{day:%Y%m%d}.json.gz" for day in shop.days]
    for name, content in shop.files.items():
        found = lines_of(content)
        times = [int(line["event_timestamp"]) for line in found]
        assert times == sorted(times)
        assert {line["event_date"] for line in found} == {name[-16:-8]}
        assert content.endswith(b"\n")


def test_whole_values_are_integers_and_others_are_not(lines: list[Line]) -> None:
    kinds = Counter()
    for line in lines:
        for pair in line["event_params"]:
            if pair["key"] == "value":
                ((kind, value),) = pair["value"].items()
                assert (kind == "int_value") == float(value).is_integer()
                kinds[kind] += 1
    assert set(kinds) == {"int_value", "double_value"}
    assert min(kinds.values()) > 100


def test_late_events_keep_the_seconds_on_their_pages(shop: Shop, lines: list[Line]) -> None:
    seconds = [int(params(line).get("engagement_time_msec", 8_000)) / 1_000 for line in lines]
    assert min(seconds) == 8  # the shop notes no shorter look at a page
    late = shop.faults.fault_log
    late = shop.events.iloc[late.loc[late["fault"] == LATE, "raw_row"]]
    late = late[late["event"] == "user_engagement"]
    assert late["time"].dt.normalize().isin(shop.days).any()


def test_items_add_up_to_the_value(lines: list[Line]) -> None:
    seen = Counter()
    for line in lines:
        said = params(line)
        if line["items"] and "value" in said:
            total = sum(item["price"] * int(item["quantity"]) for item in line["items"])
            assert total == pytest.approx(float(said["value"]), abs=0.005)
            assert said["currency"] == "USD"
            seen[line["event_name"]] += 1
    steps = {"add_shipping_info", "add_payment_info", "purchase", "begin_checkout"}
    assert set(seen) == steps | {"view_item", "add_to_cart", "add_to_wishlist"}


def test_the_record_of_a_purchase_agrees_with_its_parameters(lines: list[Line]) -> None:
    without = Counter()
    for line in lines:
        if line["event_name"] == "purchase":
            record, said = line["ecommerce"], params(line)
            for field, name in (("tax_value", "tax"), ("shipping_value", "shipping")):
                assert record[field] == record[f"{field}_in_usd"] == said[name]
            for field, name in (
                ("transaction_id", "transaction_id"),
                ("purchase_revenue", "value"),
            ):
                assert (field in record) == (name in said)
                without[field] += field not in record
            assert float(said.get("value", 0)) == record.get("purchase_revenue", 0)
            units = [int(item["quantity"]) for item in line["items"]]
            assert record["total_item_quantity"] == str(sum(units))
            assert record["unique_items"] == str(len(units))
    assert without["transaction_id"] > 0 and without["purchase_revenue"] > 0


# The clean log: no faults, 13 weeks


@pytest.fixture(scope="module")
def of_small(small: World, clean: bytes, tmp_path_factory: pytest.TempPathFactory) -> Export:
    return read_back(tmp_path_factory.mktemp("clean"), {"ga4_export/events.json.gz": clean})


def test_a_clean_log_comes_back_whole(small: World, of_small: Export) -> None:
    pairs = same_sessions(of_small, small.events)
    assert set(pairs.values()) == set(small.sessions["session"])
    assert len(of_small.events) == len(small.events)
    assert set(users(of_small, pairs, small.sessions).values()) == set(small.sessions["user"])
    read = of_small.sessions.merge(ga4_export.origins(), how="left")
    theirs = small.sessions.set_index("session").loc[read["session"].map(pairs)].reset_index()
    for column in ("channel", "device", "visitor", "pages"):
        assert (read[column] == theirs[column]).all(), column
    assert (read["start"].dt.floor("s") == theirs["start"]).all()
    orders = of_small.orders.set_index("order_id")
    pd.testing.assert_series_equal(
        orders["value"], small.orders.set_index("order_id")["value"], check_names=False
    )
    found = of_small.report.set_index("rule")["rows"]
    assert set(found.index[found > 0]) <= {
        "events read", "absent columns", "sessions over midnight", "session ids of several users",
    }  # fmt: skip


def test_summer_time_ends_within_the_log(clean_lines: list[Line]) -> None:
    offsets = Counter()
    for line in clean_lines:
        second = int(line["event_timestamp"]) // 10**6
        moment = datetime.fromtimestamp(second, NEW_YORK)
        offsets[moment.utcoffset(), moment.date() <= datetime(2025, 11, 2).date()] += 1
        # The clock's second pass through the hour is not used.
        assert moment.fold == 0
    assert len({offset for offset, _ in offsets}) == 2


def test_seconds_summed_are_those_of_the_shop_where_every_page_has_its_event(
    small: World, of_small: Export
) -> None:
    pairs = same_sessions(of_small, small.events)
    read = of_small.sessions.assign(raw=of_small.sessions["session"].map(pairs)).set_index("raw")
    theirs = small.sessions.set_index("session").loc[read.index]
    named = small.events[small.events["event"] == "user_engagement"]
    count = named["session"].value_counts().reindex(read.index).fillna(0)
    full = count == theirs["pages"]
    assert 0.1 < full.mean() < 0.9
    equal = read["engaged_seconds"] == theirs["engaged_seconds"]
    assert equal[full].all()
    assert not equal[~full].any()


def test_a_session_is_engaged_by_its_second_page_or_after_ten_seconds(
    small: World, of_small: Export
) -> None:
    read = of_small.sessions
    seconds = (read["end"].dt.floor("s") - read["start"].dt.floor("s")).dt.total_seconds()
    expected = (read["pages"] >= 2) | (seconds > 10)
    assert (read["engaged"] == expected).all()
    assert 0.5 < expected.mean() < 0.95


def test_each_event_says_whether_the_session_is_engaged_by_then(
    visits: dict[str, list[Line]],
) -> None:
    at_ten = Counter()
    for session, rows in visits.items():
        start, pages = int(session.rsplit(".", 1)[1]), 0
        for line in rows:
            seconds = int(line["event_timestamp"]) // 10**6 - start
            pages += line["event_name"] == "page_view"
            said = params(line).get("session_engaged")
            if line["event_name"] in ("session_start", "first_visit"):
                assert said is None
            else:
                assert said == str(int(pages > 1 or seconds > 10))
                at_ten[said] += seconds == 10
    assert at_ten["0"] > 0


def test_a_visit_is_in_its_order_also_where_timestamps_tie(visits: dict[str, list[Line]]) -> None:
    order = ("event_timestamp", "batch_page_id", "batch_ordering_id", "batch_event_index")
    for rows in visits.values():
        keys = [tuple(int(line[name]) for name in order) for line in rows]
        assert all(before < after for before, after in pairwise(keys))
        bundles = [int(line["event_bundle_sequence_id"]) for line in rows]
        assert bundles == sorted(bundles) and bundles[0] == 1
        assert len(set(bundles)) == len({key[0] for key in keys})


def test_a_visit_leads_from_page_to_page_and_its_first_has_the_tags(
    visits: dict[str, list[Line]],
) -> None:
    tagged = Counter()
    for rows in visits.values():
        views = [line for line in rows if line["event_name"] == "page_view"]
        assert ["entrances" in params(line) for line in views] == [True] + [False] * (
            len(views) - 1
        )
        for before, after in pairwise(views):
            assert params(after)["page_referrer"] == params(before)["page_location"]
            assert "?" not in params(after)["page_location"]
        came = views[0].get("collected_traffic_source", {})
        assert sum("collected_traffic_source" in line for line in rows) == bool(came)
        tags = parse_qs(urlsplit(params(views[0])["page_location"]).query)
        last = views[0]["session_traffic_source_last_click"]["manual_campaign"]
        assert bool(came) == (last["source"] != "(direct)")
        if came:
            assert came["manual_source"] == last["source"]
        if tags:
            assert tags == {
                "utm_source": [last["source"]],
                "utm_medium": [last["medium"]],
                "utm_campaign": [last["campaign_name"]],
            }
        tagged[last["medium"], bool(tags)] += 1
    untagged = {medium for medium, has in tagged if not has}
    assert untagged == {"organic", "(none)", "referral"}
    assert {medium for medium, has in tagged if has} == {"cpc", "paid_social", "display", "email"}


def test_numbers_of_sessions_and_first_touches_are_those_of_the_browser(
    small: World, visits: dict[str, list[Line]], of_small: Export
) -> None:
    channel = ga4_export.origins().set_index(["source", "medium", "campaign"])["channel"]
    pairs = same_sessions(of_small, small.events)
    user = small.sessions.set_index("session")["user"]
    touches = small.touches.groupby("user")
    first, count = touches.first(), touches.cumcount() + 1
    number = pd.Series(count.to_numpy(), index=small.touches["session"])
    warm_up = pd.Timestamp(DAY_0) - pd.Timedelta(days=91)
    older = 0
    for session, rows in visits.items():
        touch = first.loc[user[pairs[session]]]
        born = datetime.fromtimestamp(int(session.split(".")[1]), NEW_YORK).replace(tzinfo=None)
        assert {line["user_first_touch_timestamp"] for line in rows} == {
            session.split(".")[1] + "000000"
        }
        (said,) = {int(params(line)["ga_session_number"]) for line in rows}
        if born < warm_up:
            older += 1
            assert said > number[pairs[session]]
            continue
        assert said == number[pairs[session]]
        assert born == touch["time"]
        source = rows[0]["traffic_source"]
        assert channel[source["source"], source["medium"], source["name"]] == touch["channel"]
    assert 0 < older < 0.2 * len(pairs)


# Always the same


def test_the_bytes_do_not_depend_on_how_the_work_is_cut(
    small: World, clean: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert written(simulate(persons=1_600, chunk=700)) == clean
    monkeypatch.setattr(ga4_lines, "BLOCK", 997)
    assert written(small) == clean


def test_persons_have_the_same_lines_beside_others(clean: bytes) -> None:
    parts = [simulate(persons=size, first_person=at) for at, size in ((0, 700), (700, 900))]
    lines = [line for part in parts for line in written(part).splitlines()]
    assert sorted(lines) == sorted(clean.splitlines())


def without_faults(world: World) -> faults.Faults:
    planted = faults.make(world)
    return replace(
        planted,
        raw_events_patch=planted.raw_events_patch.iloc[:0],
        raw_sessions_patch=planted.raw_sessions_patch.iloc[:0],
        fault_log=planted.fault_log.iloc[:0],
    )


def test_without_faults_the_three_days_are_lines_of_the_clean_log(
    small: World, clean: bytes
) -> None:
    found = {line for _, line in ga4_export.lines(small, without_faults(small))}
    assert found
    assert found <= set(clean.decode().splitlines(keepends=True))


def test_a_visit_from_the_day_before_goes_on_as_if_the_day_had_not_changed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = shop.world.events["time"].dt.normalize().groupby(shop.world.events["session"])
    days = days.agg(["first", "last"])
    days = days[days["first"] < days["last"]]
    truth = shop.world.truth.set_index("session")
    person = int(truth.loc[days.index[0], "person"])
    world = simulate(persons=1, first_person=person)
    first = days["last"].iloc[0]
    when = replace(faults.plan(world.seed), burst=(first - pd.Timestamp(DAY_0)).days)
    monkeypatch.setattr(ga4_export, "plan", lambda seed: when)
    monkeypatch.setattr(ga4_export, "SHARE", 1.0)
    dates = [f"{first + pd.Timedelta(days=day):%Y%m%d}" for day in range(3)]
    lines = written(world).decode().splitlines(keepends=True)
    expected = [line for line in lines if json.loads(line)["event_date"] in dates]
    assert 0 < len(expected) < len(lines)
    assert [line for _, line in ga4_export.lines(world, without_faults(world))] == expected


def test_mail_without_tags_reads_direct(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = shop.world.sessions
    mailed = sessions[sessions["channel"] == "email"].iloc[0]
    person = int(shop.world.truth.set_index("session").loc[mailed["session"], "person"])
    world = simulate(persons=1, first_person=person)
    none = without_faults(world)
    row = int((world.sessions["session"] == mailed["session"]).argmax())
    untagged = world.sessions.iloc[[row]].assign(operation="change", row=row, channel="direct")
    when = replace(faults.plan(world.seed), burst=(mailed["start"] - pd.Timestamp(DAY_0)).days)
    monkeypatch.setattr(ga4_export, "plan", lambda seed: when)
    monkeypatch.setattr(ga4_export, "SHARE", 1.0)
    for patch, source in ((none.raw_sessions_patch, "newsletter"), (untagged, "(direct)")):
        planted = replace(none, raw_sessions_patch=patch)
        line = next(json.loads(line) for _, line in ga4_export.lines(world, planted))
        last = line["session_traffic_source_last_click"]["manual_campaign"]
        assert last["source"] == source
        assert ("utm_source" in params(line)["page_location"]) == (source == "newsletter")


def test_a_shop_without_visits_has_three_empty_files_and_no_lines() -> None:
    world = simulate(persons=2)
    assert len(world.visits) == 0
    assert written(world) == b""
    empty = without_faults(simulate(persons=400))
    assert list(ga4_export.files(world, empty).values()) == [b""] * 3


def test_the_stream_writes_these_lines(tmp_path: Path) -> None:
    done = stream.stream(tmp_path / "shop", 600, form="ga4", part=350)
    files = sorted((tmp_path / "shop" / "events").iterdir())
    lines = [line for path in files for line in gzip.decompress(path.read_bytes()).splitlines()]
    world = simulate(persons=done.persons)
    assert len(files) == done.parts > 1
    assert sorted(lines) == sorted(written(world).splitlines())
    assert done.rows == {"events": len(lines), "sessions": len(world.sessions)}


# The table of channels


def test_every_channel_has_names_that_stand_for_no_other() -> None:
    table = ga4_export.origins()
    assert set(table["channel"]) == set(CHANNELS)
    assert not table.duplicated(["source", "medium", "campaign"]).any()


def test_the_description_shows_the_table() -> None:
    for row in ga4_export.origins().itertuples(index=False):
        assert "| " + " | ".join(row) + " | " in ga4_export.ABOUT
    assert ga4_export.ABOUT.count("\n| ") == len(ga4_export.origins()) + 1
