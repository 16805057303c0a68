"""The written tables: the same bytes everywhere, whole, and sensible to somebody who reads them."""

from __future__ import annotations

import gzip
import json
import os
import platform
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbook import data, paths
from workbook.shop import dictionary, tables
from workbook.shop.calendar import SEED
from workbook.shop.world import World, simulate

SHOP_FILES = [table.file for table in tables.TABLES]
QUICK = [table for table in tables.TABLES if table.name not in tables.SLOW]


def content(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def texts(shop: tables.Shop) -> dict[str, str]:
    """A hash of each table's CSV text, by file; slow tables left out."""
    found = {}
    for table in QUICK:
        text = tables.csv_text(shop.frame(table.name), table)
        found[table.file] = sha256(text.encode()).hexdigest()
    return found


@pytest.fixture(scope="module")
def hashes(written: Path) -> dict[str, str]:
    """The same of the written files."""
    return {t.file: sha256(content(written / t.file)).hexdigest() for t in QUICK}


@pytest.fixture(scope="module")
def events(world: World) -> pd.DataFrame:
    return world.events


# Bytes


def test_committed_datasets_equal_a_fresh_build(written: Path) -> None:
    committed = paths.root() / "datasets"
    fresh = {path.relative_to(written) for path in written.rglob("*") if path.is_file()}
    there = {path.relative_to(committed) for path in committed.rglob("*") if path.is_file()}
    assert fresh == there, "run `python -m workbook data`, and take away what is no longer built"
    for name in sorted(fresh):
        assert content(committed / name) == content(written / name), (
            f"{name} is stale: run `python -m workbook data`"
        )


def test_a_second_world_has_the_same_content(hashes: dict[str, str]) -> None:
    shop = tables.Shop(SEED)
    shop.world = simulate(SEED, chunk=9_999)
    assert texts(shop) == hashes


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="names of x86 features")
def test_content_does_not_depend_on_the_processor(hashes: dict[str, str]) -> None:
    # Without these, numpy's log and exp differ in the last bit of some results.
    code = (
        "import json, sys; sys.path[:0] = [sys.argv[1]]; import test_shop_tables as t;"
        "print(json.dumps(t.texts(t.tables.Shop(t.SEED))))"
    )
    plain = {**os.environ, "NPY_DISABLE_CPU_FEATURES": "AVX512_ICL X86_V4 X86_V3"}
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env=plain, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(run.stdout) == hashes


def test_files_have_lf_ends_and_zips_no_time_stamp(written: Path) -> None:
    for name in SHOP_FILES:
        assert b"\r" not in content(written / name)
        if name.endswith(".gz"):
            assert (written / name).read_bytes()[4:8] == bytes(4)


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").write_text("old")

    def full_disk(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        tables._put(tmp_path / "orders.csv", b"new")
    assert (tmp_path / "orders.csv").read_text() == "old"


def test_teaching_tables_are_copied_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "lessons" / "tables"
    small.mkdir(parents=True)
    (small / "tiny_log.csv").write_bytes(b"user,minute,note\nu1,1,\nu2,3,late\n")
    (small / "tables.yml").write_text(
        "tiny_log:\n  title: Two users\n  source: ours\n"
        "  columns: {user: Who, minute: When, note: What else}\n"
    )
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path / "lessons"))
    monkeypatch.setattr(tables, "simulate", lambda seed: simulate(seed, 200))
    files = tables.write(tmp_path / "out", 3, tables.SLOW)
    assert (tmp_path / "out/tiny_log.csv") in files
    assert (tmp_path / "out/tiny_log.csv").read_bytes() == (small / "tiny_log.csv").read_bytes()
    readme = (tmp_path / "out/README.md").read_text()
    assert "Two users. Source: ours." in readme
    assert "| minute | integer | When. |" in readme
    assert "this one is a variant" in readme
    package = json.loads((tmp_path / "out/datapackage.json").read_text())
    fields = package["resources"][-1]["schema"]["fields"]
    assert [field["type"] for field in fields] == ["string", "integer", "string"]


def test_the_tables_are_small(written: Path) -> None:
    files = [path for path in written.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"\n{size / 1e6:.2f} MB in {len(files)} files")
    assert size < 20e6


# Keys


def test_ids_are_unique_and_point_to_something(world: World) -> None:
    sessions, orders, items = world.sessions, world.orders, world.order_items
    assert sessions["session"].is_unique
    assert orders["order_id"].is_unique
    assert orders["session"].is_unique
    assert world.products["item_id"].is_unique
    assert not items.duplicated(["order_id", "item_id"]).any()
    assert set(orders["session"]) <= set(sessions["session"])
    assert set(items["order_id"]) == set(orders["order_id"])
    assert set(items["item_id"]) <= set(world.products["item_id"])
    assert set(world.events["session"]) == set(sessions["session"])
    assert set(world.events["item_id"].dropna()) <= set(world.products["item_id"])
    joined = orders.merge(sessions, on="session", suffixes=("", "_of_visit"))
    assert (joined["user"] == joined["user_of_visit"]).all()


def test_no_table_names_the_person(written: Path) -> None:
    for table in tables.TABLES:
        assert not {"person", "cause", "intent"} & {column.name for column in table.columns}
    ids = pd.read_csv(written / "sessions.csv.gz", nrows=2000)["user"]
    assert ids.str.fullmatch(r"u_[a-z2-9]{10}").all()


def test_a_user_is_a_browser(world: World) -> None:
    both = world.truth.merge(world.sessions, on="session")
    assert (both.groupby("user")["person"].nunique() == 1).all()
    assert (both.groupby("user")["device"].nunique() == 1).all()
    several = both.groupby("person")["user"].nunique() > 1
    assert 0.01 < several.mean() < 0.10


def test_orders_purchases_and_order_items_agree(world: World, events: pd.DataFrame) -> None:
    purchases = events.query("event == 'purchase'").reset_index()
    orders = world.orders
    assert len(purchases) == len(orders)
    for column in ("session", "time", "value"):
        assert (purchases[column] == orders[column]).all()
    lines = world.order_items.assign(value=lambda d: d["quantity"] * d["price"])
    sums = lines.groupby("order_id")[["value", "quantity"]].sum().loc[orders["order_id"]]
    assert np.allclose(sums["value"].to_numpy(), orders["value"].to_numpy())
    assert (sums["quantity"].to_numpy() == orders["items"].to_numpy()).all()


# Sense


def test_events_are_in_order_and_each_visit_begins_with_its_start(
    world: World, events: pd.DataFrame
) -> None:
    assert events["time"].is_monotonic_increasing
    first = events.drop_duplicates("session").set_index("session")
    assert (first["event"] == "session_start").all()
    sessions = world.sessions.set_index("session")
    assert (first["time"] == sessions["start"].loc[first.index]).all()
    starts = events.query("event == 'session_start'")
    assert len(starts) == len(sessions)
    new = set(events.query("event == 'first_visit'")["session"])
    assert new == set(sessions.index[sessions["visitor"] == "new"])
    views = events.query("event == 'page_view'")
    assert (views.groupby("session").size() == sessions["pages"].sort_index()).all()
    landing = views.drop_duplicates("session").set_index("session")["page"]
    assert (landing == sessions["landing_page"].loc[landing.index]).all()


def test_each_step_comes_after_the_one_before_it(events: pd.DataFrame) -> None:
    place = events.assign(place=np.arange(len(events)))
    first = place.drop_duplicates(["session", "event"]).pivot(
        index="session", columns="event", values="place"
    )
    for before, after in (
        ("view_item", "add_to_cart"),
        ("view_item", "add_to_wishlist"),
        ("view_item", "view_size_guide"),
        ("add_to_cart", "begin_checkout"),
        ("begin_checkout", "create_account"),
        ("begin_checkout", "add_shipping_info"),
        ("create_account", "add_shipping_info"),
        ("add_shipping_info", "add_payment_info"),
        ("add_payment_info", "purchase"),
    ):
        both = first[[before, after]].dropna()
        assert len(both) > 100
        assert (both[before] < both[after]).all(), (before, after)
    for needed, step in (
        ("view_item", "add_to_cart"),
        ("begin_checkout", "add_shipping_info"),
        ("add_shipping_info", "add_payment_info"),
        ("add_payment_info", "purchase"),
    ):
        assert first.loc[first[step].notna(), needed].notna().all(), (needed, step)


def test_what_is_carted_was_seen(events: pd.DataFrame) -> None:
    seen = set(events.query("event == 'view_item'")[["session", "item_id"]].itertuples(index=False))
    for event in ("add_to_cart", "add_to_wishlist", "view_size_guide"):
        done = events[events["event"] == event][["session", "item_id"]]
        assert set(done.itertuples(index=False)) <= seen


def test_some_orders_have_no_cart_event_in_their_visit(world: World) -> None:
    checkout = world.truth[world.truth["ordered"]]["checkout"].value_counts(normalize=True)
    assert 0.03 < checkout["earlier cart"] < 0.20
    assert 0.01 < checkout["express"] < 0.10


def test_who_leaves_at_shipping_has_read_about_delivery(events: pd.DataFrame) -> None:
    def sessions_with(column: str, value: str) -> pd.Index:
        return pd.Index(events.loc[events[column] == value, "session"].unique())

    started = sessions_with("event", "begin_checkout")
    went_on = started.isin(sessions_with("event", "add_shipping_info"))
    reads = started.isin(sessions_with("page", "delivery"))
    assert reads[~went_on].mean() > 2 * reads[went_on].mean()


def test_half_an_hour_of_silence_tells_visits_apart(events: pd.DataFrame) -> None:
    ordered = events.sort_values(["user", "time"], kind="stable")
    silence = ordered.groupby("user")["time"].diff() > pd.Timedelta(minutes=30)
    by_rule = silence.groupby(ordered["user"]).cumsum()
    assert (ordered.groupby(["user", by_rule])["session"].nunique() == 1).all()
    times = events.groupby("session")["time"]
    assert (times.max() - times.min() < pd.Timedelta(minutes=45)).all()


def test_some_visits_cross_midnight(events: pd.DataFrame) -> None:
    times = events.groupby("session")["time"]
    crosses = times.max().dt.normalize() > times.min().dt.normalize()
    assert 10 < crosses.sum() < 0.01 * len(crosses)


def test_no_one_page_visit_lasts_exactly_ten_seconds(world: World) -> None:
    one_page = world.sessions.query("pages == 1")["engaged_seconds"]
    assert not (one_page == 10).any()
    assert (one_page < 10).any()


def test_sizes_are_like_those_of_a_real_shop(world: World) -> None:
    sessions = world.sessions
    assert len(world.events) / len(sessions) == pytest.approx(10, abs=0.5)
    assert sessions["pages"].mean() == pytest.approx(3.75, abs=0.25)
    assert sessions["engaged_seconds"].mean() == pytest.approx(87, abs=15)
    log_value = np.log(world.orders["value"])
    assert log_value.std() == pytest.approx(0.848, abs=4 * 0.848 / np.sqrt(2 * len(log_value)))
    assert 120 <= len(world.products) <= 200
    assert (world.products["margin"] < world.products["price"]).all()


# The data dictionary


def test_the_dictionary_documents_every_column(written: Path) -> None:
    readme = (written / "README.md").read_text()
    package = json.loads((written / "datapackage.json").read_text())
    listed = {resource["path"]: resource["schema"]["fields"] for resource in package["resources"]}
    files = {p.name for p in written.iterdir() if re.search(r"\.csv(\.gz)?$", p.name)}
    assert set(listed) == files
    missing = []
    for name, fields in listed.items():
        header = pd.read_csv(written / name, nrows=0).columns.tolist()
        assert [field["name"] for field in fields] == header
        section = readme.split(f"File `{name}`")[1].split("\n#")[0]
        for field in fields:
            assert f"| {field['name']} |" in section
            if not field.get("description"):
                missing.append(f"{name}: {field['name']}")
    assert not missing, "describe these in lessons/tables/tables.yml"


def test_the_tables_keep_what_the_dictionary_says(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(written))
    kinds = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
    for table in tables.TABLES:
        frame = data.load(table.name)
        for column in table.columns:
            values = frame[column.name]
            if values.isna().all():
                continue  # nothing to judge a type by
            kind = kinds.get(column.type, "datetime")
            assert str(values.dtype).startswith(kind), (table.name, column.name)
            if column.required:
                assert values.notna().all(), (table.name, column.name)
            if column.unique:
                assert values.is_unique
            if column.allowed:
                assert set(values.dropna()) == set(column.allowed), (table.name, column.name)
            if column.type == "number" and column.places < 6:
                scaled = values.dropna() * 10**column.places
                assert np.allclose(scaled, scaled.round(), atol=1e-4), (table.name, column.name)
            if column.minimum is not None:
                assert values.min() >= column.minimum


def test_the_seed_is_disclosed(written: Path) -> None:
    readme = (written / "README.md").read_text()
    assert f"Seed {SEED}" in readme
    assert "not searched" in readme
    assert f"{dictionary.SEEDS_LOOKED_AT} seeds" in readme


def test_written_tables_load_as_the_world_made_them(
    written: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(written))
    shop = tables.Shop(SEED)
    shop.world = world
    for table in QUICK:
        made = shop.frame(table.name)
        pd.testing.assert_frame_equal(data.load(table.name), made, check_exact=False, atol=5e-7)
