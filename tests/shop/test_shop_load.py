"""`load` gives a learner a table of their own, or one sentence on what to do."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from workbook.data import BrokenTableError, UnknownTableError, load, tables


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    (tmp_path / "orders.csv").write_text("order_id,time,value\no1,2025-09-22 10:00:05,9.50\n")
    rows = "".join(f"2025-09-22 00:00:{i % 60:02d},u{i % 7},{'NA' if i % 2 else ''},{i}\n"
                   for i in range(5000))  # fmt: skip
    text = "time,user,page,sent_time\n" + rows.replace(",0\n", ",\n")
    (tmp_path / "events.csv.gz").write_bytes(gzip.compress(text.encode()))
    return tmp_path


def test_tables_are_listed_by_name(folder: Path) -> None:
    assert tables() == ["events", "orders"]


def test_times_are_dates_and_texts_are_texts(folder: Path) -> None:
    orders = load("orders")
    assert str(orders["time"].dtype).startswith("datetime64")
    assert orders["value"].tolist() == [9.5]
    assert load("events")["user"].dtype == "str"


def test_only_an_empty_cell_is_missing(folder: Path) -> None:
    page = load("events")["page"]
    assert page.isna().sum() == 2500
    assert (page.dropna() == "NA").all()


def test_changing_a_table_harms_nobody_else(folder: Path) -> None:
    mine = load("orders")
    mine["value"] = 0.0
    mine.loc[0, "order_id"] = "changed"
    assert load("orders")["value"].tolist() == [9.5]
    assert load("orders")["order_id"].tolist() == ["o1"]


def test_a_rewritten_file_is_read_again(folder: Path) -> None:
    load("orders")
    (folder / "orders.csv").write_text("order_id,time,value\no2,2025-09-23 10:00:05,1.00\n")
    os.utime(folder / "orders.csv", ns=(1, 1))
    assert load("orders")["order_id"].tolist() == ["o2"]


def test_an_unknown_name_names_its_neighbours(folder: Path) -> None:
    with pytest.raises(UnknownTableError) as caught:
        load("order")
    assert str(caught.value) == "There is no table 'order'; did you mean 'orders'?"
    with pytest.raises(LookupError, match="choose one of 'events', 'orders'"):
        load("zzz")


@pytest.mark.parametrize("name", [5, None, "Events ", "../orders"])
def test_a_strange_name_is_an_unknown_name(folder: Path, name: object) -> None:
    with pytest.raises(UnknownTableError):
        load(name)  # type: ignore[arg-type]


def test_a_torn_file_says_how_to_get_it_back(folder: Path) -> None:
    whole = (folder / "events.csv.gz").read_bytes()
    for torn in (whole[: len(whole) // 2], b"", b"not a zip"):
        (folder / "events.csv.gz").write_bytes(torn)
        with pytest.raises(BrokenTableError, match=r"damaged.*python -m workbook data"):
            load("events")


def test_a_missing_table_says_how_to_get_it_back(folder: Path) -> None:
    package = {"resources": [{"name": "orders"}, {"name": "sessions"}]}
    (folder / "datapackage.json").write_text(json.dumps(package))
    with pytest.raises(BrokenTableError, match=r"'sessions' is not in .*python -m workbook data"):
        load("sessions")
    for file in folder.glob("*.csv*"):
        file.unlink()
    with pytest.raises(BrokenTableError, match="python -m workbook data"):
        load("orders")


def test_a_folder_that_is_not_there_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path / "nowhere"))
    assert tables() == []
    with pytest.raises(BrokenTableError, match="python -m workbook data"):
        load("events")


def test_importing_data_imports_nothing_heavy() -> None:
    code = (
        "import sys, workbook.data;"
        "print([m for m in ('pandas', 'numpy', 'yaml', 'workbook.shop') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_committed_table_loads() -> None:
    for name in tables():
        assert isinstance(load(name), pd.DataFrame)
        assert len(load(name))


def test_no_way_of_writing_reaches_the_next_load(folder: Path) -> None:
    before = load("events")
    mine = load("events")
    for name in mine:
        with contextlib.suppress(ValueError):  # the text is read-only
            mine[name].values[:] = mine[name].iloc[1]
        with contextlib.suppress(ValueError):
            mine[name].to_numpy()[:] = mine[name].iloc[1]
    mine.loc[:, "user"] = "x"
    mine["page"] = mine["page"].fillna("none")
    assert (mine["user"] == "x").all()
    pd.testing.assert_frame_equal(load("events"), before)
    assert set(before["user"]) == {f"u{n}" for n in range(7)}
