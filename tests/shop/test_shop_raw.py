"""`load("raw_events")` rebuilds what the tracking recorded from the clean table and its patch."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.data import BrokenTableError, load, patched, tables
from workbook.shop import dictionary, faults
from workbook.shop.calendar import SEED
from workbook.shop.tables import csv_text
from workbook.shop.world import World, simulate

CLEAN = {"raw_events": "events", "raw_sessions": "sessions"}


def put(folder: Path, world: World, made: faults.Faults) -> None:
    for table in (*dictionary.TABLES, *faults.TABLES):
        if table.name in {"events", "sessions"} or table in faults.TABLES:
            source = made if table in faults.TABLES else world
            text = csv_text(getattr(source, table.name), table)
            (folder / table.file).write_bytes(gzip.compress(text.encode(), 1))


@pytest.fixture(scope="module")
def world() -> World:
    """A third of the log."""
    return simulate(SEED, 28_000)


@pytest.fixture(scope="module")
def made(world: World) -> faults.Faults:
    return faults.make(world)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, world: World, made: faults.Faults) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    put(folder, world, made)
    return folder


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tables of a small world, to be damaged."""
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    world = simulate(5, 3_000)
    put(tmp_path, world, faults.make(world))
    return tmp_path


def one_by_one(clean: pd.DataFrame, patch: pd.DataFrame) -> list[tuple[object, ...]]:
    """The raw rows, put together row by row."""
    columns = list(clean.columns)
    replaced: dict[int, tuple[object, ...] | None] = {}
    after: dict[int, list[tuple[object, ...]]] = {}
    texts = patch[columns].astype(clean.dtypes.to_dict()).astype(object)
    for operation, row, *cells in zip(
        patch["operation"], patch["row"], *(texts[name] for name in columns), strict=True
    ):
        if operation == "add":
            after.setdefault(row, []).append(tuple(cells))
        else:
            replaced[row] = tuple(cells) if operation == "change" else None
    rows = list(after.get(-1, []))
    for place, cells in enumerate(clean.astype(object).itertuples(index=False, name=None)):
        stands = replaced.get(place, cells)
        rows += [stands] if stands is not None else []
        rows += after.get(place, [])
    return rows


def test_loaded_raw_tables_equal_those_of_the_faults(
    whole: Path, world: World, made: faults.Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(whole))
    for raw, clean in CLEAN.items():
        patch = getattr(made, f"{raw}_patch")
        expected = patched(getattr(world, clean), patch)
        found = load(raw)
        pd.testing.assert_frame_equal(found, expected)
        pd.testing.assert_frame_equal(load(clean), getattr(world, clean))


def test_raw_rows_are_those_put_together_one_by_one() -> None:
    world = simulate(8, 4_000)
    made = faults.make(world)
    for raw, clean in CLEAN.items():
        patch = getattr(made, f"{raw}_patch")
        found = patched(getattr(world, clean), patch)
        rows = one_by_one(getattr(world, clean), patch)
        by_hand = pd.DataFrame(rows, columns=list(found.columns)).astype(found.dtypes.to_dict())
        pd.testing.assert_frame_equal(found, by_hand)


def test_patches_and_log_load_as_they_were_made(
    whole: Path, made: faults.Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(whole))
    for table in faults.TABLES:
        pd.testing.assert_frame_equal(load(table.name), getattr(made, table.name))


def test_raw_tables_are_listed_when_they_can_be_rebuilt(small: Path) -> None:
    assert tables() == [
        "events", "fault_log", "raw_events", "raw_events_patch", "raw_sessions",
        "raw_sessions_patch", "sessions",
    ]  # fmt: skip
    (small / "raw_events_patch.csv.gz").unlink()
    (small / "sessions.csv.gz").unlink()
    assert tables() == ["events", "fault_log", "raw_sessions_patch"]


@pytest.mark.parametrize("lost", ["raw_events_patch", "events"])
def test_a_missing_part_says_how_to_get_it_back(small: Path, lost: str) -> None:
    load("raw_events")
    (small / f"{lost}.csv.gz").unlink()
    with pytest.raises(BrokenTableError, match=rf"'{lost}'.*not in .*python -m workbook data"):
        load("raw_events")
    assert len(load("raw_sessions"))


def test_in_an_empty_folder_all_is_to_be_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    assert tables() == []
    with pytest.raises(BrokenTableError, match="python -m workbook data"):
        load("raw_events")


def test_a_torn_patch_is_a_damaged_table(small: Path) -> None:
    file = small / "raw_events_patch.csv.gz"
    content = file.read_bytes()
    for torn in (content[: len(content) // 2], b"", b"not a zip"):
        file.write_bytes(torn)
        with pytest.raises(BrokenTableError, match=r"patch.*damaged.*python -m workbook data"):
            load("raw_events")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("operation,", "what,", "no column 'operation'"),
        ("\nadd,", "\nput,", "none of add, change, remove"),
        ("\nadd,", "\nadd,99999", "rows that the clean table has not"),
        ("\nadd,", "\nadd,x", "rows that the clean table has not"),
        ("\nremove,", "\nremove,-", "rows that the clean table has not"),
        (",s_", ",t_", "made for another clean table"),
    ],
)
def test_a_patch_that_does_not_fit_is_refused(small: Path, old: str, new: str, said: str) -> None:
    file = small / "raw_events_patch.csv.gz"
    text = gzip.decompress(file.read_bytes()).decode()
    assert old in text
    file.write_bytes(gzip.compress(text.replace(old, new, 1).encode()))
    with pytest.raises(
        BrokenTableError, match=rf"raw_events_patch.*damaged.*{said}.*workbook data"
    ):
        load("raw_events")


def test_a_patch_of_another_seed_is_refused(small: Path) -> None:
    other = simulate(6, 3_000)
    text = csv_text(faults.make(other).raw_events_patch, faults.TABLES[0])
    (small / "raw_events_patch.csv.gz").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(BrokenTableError, match="damaged"):
        load("raw_events")


def test_raw_is_rebuilt_when_a_part_is_rewritten(small: Path) -> None:
    before = load("raw_sessions")
    file = small / "raw_sessions_patch.csv.gz"
    text = gzip.decompress(file.read_bytes()).decode()
    first = text.splitlines(keepends=True)[0]
    file.write_bytes(gzip.compress(first.encode()))
    os.utime(file, ns=(1, 1))
    pd.testing.assert_frame_equal(load("raw_sessions"), load("sessions"))
    assert len(before) > len(load("raw_sessions"))


def test_changing_a_raw_table_harms_nobody_else(small: Path) -> None:
    before, clean = load("raw_events"), load("events")
    mine = load("raw_events")
    mine["value"] = 0.0
    mine.loc[:, "user"] = "x"
    with pytest.raises(ValueError, match="read-only"):
        load("raw_events")["value"].to_numpy()[0] = 1.0
    pd.testing.assert_frame_equal(load("raw_events"), before)
    pd.testing.assert_frame_equal(load("events"), clean)
    assert before["user"].ne("x").all()


def test_an_empty_patch_changes_nothing() -> None:
    clean = pd.DataFrame({"time": [1, 2], "user": pd.Series(["a", None], dtype="str")})
    patch = clean.head(0).assign(operation="add", row=0)
    pd.testing.assert_frame_equal(patched(clean, patch), clean)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), size=st.integers(0, 8))
def test_any_patch_does_what_it_says(data: st.DataObject, size: int) -> None:
    texts = st.sampled_from(["a", "b", None])
    clean = pd.DataFrame(
        {
            "n": np.arange(size),
            "user": pd.Series(
                data.draw(st.lists(texts, min_size=size, max_size=size)), dtype="str"
            ),
        }
    )
    replaced = data.draw(st.lists(st.integers(0, size - 1), unique=True) if size else st.just([]))
    added = data.draw(st.lists(st.integers(-1, size - 1), max_size=6))
    parts = [(data.draw(st.sampled_from(["change", "remove"])), row) for row in replaced] + [
        ("add", row) for row in added
    ]
    parts = data.draw(st.permutations(parts))
    patch = pd.DataFrame(parts, columns=["operation", "row"]).astype({"row": "int64"})
    patch["n"] = 100 + np.arange(len(patch))
    patch["user"] = pd.Series("new", index=patch.index, dtype="str")
    for place in np.flatnonzero(patch["operation"] == "remove"):
        patch.loc[place, ["n", "user"]] = clean.loc[patch["row"][place], ["n", "user"]]
    expected = pd.DataFrame(one_by_one(clean, patch), columns=["n", "user"]).astype(clean.dtypes)
    pd.testing.assert_frame_equal(patched(clean, patch), expected)
