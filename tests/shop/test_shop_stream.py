"""The log at any size: the same rows as the committed log's, whole or not there at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pytest

from workbook.shop import dictionary, stream, tables
from workbook.shop.world import PERSONS, World, simulate

PERSONS_HERE = 3_000
SESSIONS = 2_193  # of so many persons
SORT = {"events": "session", "sessions": "session", "orders": "order_id", "order_items": "order_id"}


def parts(folder: Path, table: str) -> list[Path]:
    return sorted((folder / table).iterdir())


def read(folder: Path, table: str) -> pd.DataFrame:
    """The parts one after the other."""
    return pd.concat([pd.read_parquet(path) for path in parts(folder, table)], ignore_index=True)


def csv_text(world: World, table: str) -> str:
    (meaning,) = (found for found in dictionary.TABLES if found.name == table)
    return tables.csv_text(getattr(world, table), meaning)


def in_one_order(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """By id; rows of one id stay in the order they have."""
    return frame.sort_values(SORT[table], kind="stable", ignore_index=True)


@pytest.fixture(scope="module")
def small() -> World:
    return simulate(persons=PERSONS_HERE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parquet in four parts, the last one smaller."""
    folder = tmp_path_factory.mktemp("stream") / "shop"
    done = stream.stream(folder, SESSIONS, part=800)
    assert (done.persons, done.parts) == (PERSONS_HERE, 4)
    return folder


# The rows


@pytest.mark.parametrize("part", [PERSONS_HERE, 1_234, 500])
def test_the_parts_together_are_the_log_of_the_same_persons(
    tmp_path: Path, small: World, part: int
) -> None:
    done = stream.stream(tmp_path / "shop", SESSIONS, part=part)
    for table in stream.TABLES:
        found, expected = read(tmp_path / "shop", table), getattr(small, table)
        assert done.rows[table] == len(expected) > 0
        pd.testing.assert_frame_equal(in_one_order(found, table), in_one_order(expected, table))


def test_they_are_the_first_persons_of_the_committed_log(whole: Path, world: World) -> None:
    ids = world.truth.loc[world.truth["person"] < PERSONS_HERE, "session"]
    log = world.events[world.events["session"].isin(set(ids))]
    found = in_one_order(read(whole, "events"), "events")
    pd.testing.assert_frame_equal(found, in_one_order(log, "events"))


def test_csv_parts_have_the_text_of_the_committed_tables(tmp_path: Path, small: World) -> None:
    stream.stream(tmp_path / "shop", SESSIONS, form="csv")
    for table in stream.TABLES:
        (path,) = parts(tmp_path / "shop", table)
        text = gzip.decompress(path.read_bytes()).decode()
        assert text == csv_text(small, table)


def test_each_part_and_each_user_is_in_order_of_time(whole: Path) -> None:
    for path in parts(whole, "events"):
        assert pd.read_parquet(path)["time"].is_monotonic_increasing
    log = read(whole, "events")
    assert log.groupby("user")["time"].is_monotonic_increasing.all()
    assert not log["time"].is_monotonic_increasing


def test_no_user_is_in_two_parts(whole: Path) -> None:
    users = [set(pd.read_parquet(path)["user"]) for path in parts(whole, "sessions")]
    assert sum(map(len, users)) == len(set.union(*users))


def test_another_seed_is_another_shop(tmp_path: Path, whole: Path) -> None:
    stream.stream(tmp_path / "shop", SESSIONS, seed=7)
    other = set(read(tmp_path / "shop", "sessions")["session"])
    assert other
    assert not other & set(read(whole, "sessions")["session"])


def test_parquet_columns_have_types_also_without_rows(tmp_path: Path, whole: Path) -> None:
    done = stream.stream(tmp_path / "none", 1)  # two persons, who did not come in the log
    assert set(done.rows.values()) == {0}
    for table in stream.TABLES:
        types = [
            duckdb.sql(f"DESCRIBE FROM '{folder / table}/*.parquet'").fetchall()
            for folder in (tmp_path / "none", whole)
        ]
        assert types[0] == types[1]
        assert {kind for _, kind, *_ in types[0]} <= {
            "VARCHAR", "TIMESTAMP", "DOUBLE", "BIGINT", "BOOLEAN"
        }  # fmt: skip


def test_csv_without_rows_has_its_header(tmp_path: Path) -> None:
    stream.stream(tmp_path / "none", 1, form="csv")
    for table in stream.TABLES:
        (path,) = parts(tmp_path / "none", table)
        assert gzip.decompress(path.read_bytes()).decode() == csv_text(simulate(persons=2), table)


def test_missing_values_are_null_and_nothing_else_is(whole: Path, small: World) -> None:
    for table in stream.TABLES:
        frame: pd.DataFrame = getattr(small, table)
        counts = ", ".join(f'count("{column}")' for column in frame)
        found = duckdb.sql(f"SELECT {counts} FROM '{whole / table}/*.parquet'").fetchall()
        assert found[0] == tuple(frame.count())


def test_two_things_with_one_id_are_both_written(small: World) -> None:
    ids = np.array(["u_a", "u_b", "u_a"], dtype=object)
    places = np.array([2, 1, 0, -1])
    assert pd.Series(stream._of_each(places, ids)).tolist()[:3] == ["u_a", "u_b", "u_a"]
    assert pd.isna(stream._of_each(places, ids)[3])


# The size


def test_about_as_many_sessions_as_asked_for_are_written(whole: Path, world: World) -> None:
    found = len(read(whole, "sessions"))
    assert found == pytest.approx(SESSIONS, abs=4 * np.sqrt(SESSIONS))
    each = np.bincount(world.visits.person, minlength=PERSONS)
    error = each.std() / np.sqrt(PERSONS)
    assert each.mean() == pytest.approx(stream.VISITS_PER_PERSON, abs=3 * error)
    assert each.std() / np.sqrt(each.mean()) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("form", stream.FORMATS)
def test_the_space_asked_for_beforehand_is_enough_and_not_far_off(
    tmp_path: Path, form: str
) -> None:
    done = stream.stream(tmp_path / "shop", 20_000, form=form)
    used = sum(path.stat().st_size for path in (tmp_path / "shop").rglob("part-*"))
    needed = done.rows["sessions"] * stream.FORMATS[form].bytes_per_visit
    assert 0.6 * needed < used < needed


def test_the_manifest_says_what_is_there(whole: Path) -> None:
    said = json.loads((whole / stream.MANIFEST).read_text())
    assert said["rows"] == {table: len(read(whole, table)) for table in stream.TABLES}
    assert (said["seed"], said["persons"], said["parts"]) == (20250922, PERSONS_HERE, 4)
    assert said["sessions_asked"] == SESSIONS


def test_a_world_is_gone_before_the_next_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before: list[weakref.ref[World]] = []

    def write(world: World, folder: Path, part: int) -> dict[str, int]:
        assert all(other() is None for other in before)
        before.append(weakref.ref(world))
        return stream.write_parquet(world, folder, part)

    monkeypatch.setitem(stream.FORMATS, "parquet", stream.Format(write, 110))
    stream.stream(tmp_path / "shop", SESSIONS, part=1_000)
    assert len(before) == 3


# Another form


def test_a_writer_of_json_lines_can_be_plugged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: World
) -> None:
    def write(world: World, file: BinaryIO) -> int:
        names = world.events["event"]
        file.writelines(json.dumps({"event_name": name}).encode() + b"\n" for name in names)
        return len(names)

    monkeypatch.setitem(stream.FORMATS, "lines", stream.Format(stream.json_lines(write), 400))
    done = stream.stream(tmp_path / "shop", SESSIONS, form="lines", part=1_000)
    files = parts(tmp_path / "shop", "events")
    assert [path.name for path in files] == [f"part-{number:05d}.json.gz" for number in range(3)]
    assert all(path.read_bytes()[4:8] == bytes(4) for path in files)
    lines = [line for path in files for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert len(lines) == done.rows["events"] == len(small.events)
    assert sum(b'"purchase"' in line for line in lines) == len(small.orders)


# Refusals


@pytest.mark.parametrize("sessions", [0, -1, stream.LARGEST + 1, 10**30])
def test_a_size_that_makes_no_sense_is_refused(tmp_path: Path, sessions: int) -> None:
    with pytest.raises(stream.StreamError, match=r"must be from 1 to 50,000,000"):
        stream.stream(tmp_path / "shop", sessions)
    assert not any(tmp_path.iterdir())


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(stream.StreamError, match=r"no format 'xls'.*parquet, csv"):
        stream.stream(tmp_path / "shop", 10, form="xls")


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(stream.StreamError, match="is not empty"):
        stream.stream(tmp_path, 10)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_in_the_place_of_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine")
    with pytest.raises(stream.StreamError, match="is a file"):
        stream.stream(tmp_path / "shop", 10)
    assert (tmp_path / "shop").read_text() == "mine"


def test_too_little_space_is_said_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(10**9))
    with pytest.raises(stream.StreamError, match=r"2\.2 GB are needed.* has 1\.0 GB free"):
        stream.stream(tmp_path / "shop", 20_000_000)
    assert not any(tmp_path.iterdir())


# Whole or not at all


def failing(monkeypatch: pytest.MonkeyPatch, what: Callable[[], None]) -> None:
    """The second part writes its tables, then something happens."""

    def write(world: World, folder: Path, part: int) -> dict[str, int]:
        rows = stream.write_parquet(world, folder, part)
        if part == 1:
            what()
        return rows

    monkeypatch.setitem(stream.FORMATS, "parquet", stream.Format(write, 110))


def full() -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("what", "error"),
    [
        (full, OSError),
        (lambda: os.kill(os.getpid(), signal.SIGINT), KeyboardInterrupt),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), SystemExit),
    ],
    ids=["full disk", "Ctrl+C", "SIGTERM"],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_nothing_stays_of_a_stream_that_ended_early(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: Callable[[], None],
    error: type[BaseException],
    is_there: bool,
) -> None:
    failing(monkeypatch, what)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    if is_there:
        (tmp_path / "shop").mkdir()
    with pytest.raises(error):
        stream.stream(tmp_path / "shop", SESSIONS, part=1_000)
    assert list(tmp_path.rglob("*")) == [tmp_path / "shop"] * is_there
    assert handlers == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


def test_a_failed_write_of_duckdb_is_an_error_of_the_system(
    tmp_path: Path, small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "part-00000.parquet").mkdir()  # a folder where the file should be
    with pytest.raises(OSError, match=r"^[^\n]+$"):
        stream.write_parquet(small, tmp_path, 0)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    stream.stream(folder, 10)
    assert {path.name for path in folder.iterdir()} == {*stream.TABLES, stream.MANIFEST}
    assert list(tmp_path.iterdir()) == [folder]


# The progress line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is(tmp_path: Path) -> None:
    shown = Terminal()
    done = stream.stream(tmp_path / "shop", SESSIONS, part=1_500, progress=shown)
    first, last = shown.getvalue().split("\r")[1:]
    assert " 50% " in first
    assert "100%" in last
    assert f" {done.rows['events']:,} events, " in last
    assert "0:00 left" in last
    assert shown.getvalue().count("\n") == 1


def test_a_file_gets_no_progress_line(tmp_path: Path) -> None:
    shown = io.StringIO()
    stream.stream(tmp_path / "shop", SESSIONS, progress=shown)
    assert shown.getvalue() == ""
