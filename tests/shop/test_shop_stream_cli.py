"""`workbook data --sessions N`: says what it wrote; a wrong call is one line and loses nothing."""

from __future__ import annotations

import gzip
import os
import platform
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from workbook import bootstrap, cli
from workbook.shop import stream, tables

POSIX = pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX")


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: None)


def test_what_was_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "shop"
    assert cli.main(["data", "--sessions", "2_000", "--seed", "7", "--out", str(folder)]) == 0
    told = capsys.readouterr()
    rows = {
        table: duckdb.sql(f"SELECT count(*) FROM '{folder / table}/*.parquet'").fetchall()[0][0]
        for table in stream.TABLES
    }
    said = ", ".join(f"{number:,} {name}" for name, number in rows.items())
    assert f"Wrote {said} of 2,736 persons to {folder} (seed 7, parquet)." in told.out
    assert "not from file to file" in told.out
    assert told.err == ""


@pytest.mark.parametrize("size", ["300", "3e2", "0.3e3", "3_00"])
def test_a_size_may_be_written_in_several_ways(tmp_path: Path, size: str) -> None:
    call = ["data", "--sessions", size, "--out", str(tmp_path / "shop"), "--format", "csv"]
    assert cli.main(call) == 0
    assert '"sessions_asked": 300,' in (tmp_path / "shop" / stream.MANIFEST).read_text()


def test_without_a_size_the_committed_tables_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[object] = []
    monkeypatch.setattr(tables, "write", lambda *options: got.extend(options) or [])
    assert cli.main(["data", "--seed", "3", "--out", str(tmp_path)]) == 0
    assert got == [tmp_path, 3]


def test_the_formats_are_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["data", "--help"])
    assert f"--format {{{','.join(stream.FORMATS)}}}" in capsys.readouterr().out


def status(words: list[str]) -> int:
    try:
        return cli.main(words)
    except SystemExit as stop:
        return int(str(stop.code))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--sessions 0 --out {}/new", "from 1 to 50,000,000, not 0"),
        ("--sessions -5 --out {}/new", "from 1 to 50,000,000, not -5"),
        ("--sessions 1e12 --out {}/new", "not 1,000,000,000,000"),
        ("--sessions 1e999 --out {}/new", "'1e999' is not a whole number"),
        ("--sessions nan --out {}/new", "'nan' is not a whole number"),
        ("--sessions 2.5 --out {}/new", "'2.5' is not a whole number"),
        ("--sessions many --out {}/new", "'many' is not a whole number"),
        ("--sessions 10 --format excel --out {}/new", "invalid choice: 'excel'"),
        ("--sessions 10", "needs --out DIR"),
        ("--format csv --out {}/new", "--format goes with --sessions"),
        ("--sessions 10 --out {}", "is not empty"),
        ("--sessions 10 --out {}/mine.txt", "is a file"),
        ("--sessions 10 --out {}/mine.txt/new", "could not be written: "),
        ("--out {}/mine.txt", "could not be written: "),
    ],
)
def test_a_wrong_call_is_one_line_and_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert status(["data", *words.format(tmp_path).split(" ")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert said in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert (tmp_path / "mine.txt").read_text() == "mine"


def run(*words: str, before: str = "", **options: object) -> subprocess.Popen[str]:
    """The command in a process of its own; `before` is Python that comes first."""
    code = f"import sys; {before}; from workbook.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, "data", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,  # type: ignore[call-overload]
    )  # fmt: skip


@POSIX
@pytest.mark.parametrize("form", stream.FORMATS)
def test_a_disk_that_fills_up_is_one_line_and_nothing_stays(tmp_path: Path, form: str) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))"
    words = ["--sessions", "9e3", "--format", form, "--out", str(tmp_path / "shop")]
    process = run(*words, before=limit)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert told == f"{tmp_path / 'shop'} could not be written: File too large.\n"
    assert not any(tmp_path.iterdir())


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_command_leaves_nothing(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    # A shell lets its background jobs ignore Ctrl+C.
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    process = run("--sessions", "5e6", "--out", str(tmp_path / "shop"), before=listen)
    until = time.monotonic() + 60
    while not list(tmp_path.rglob("part-00000.parquet")) and time.monotonic() < until:
        time.sleep(0.05)
    assert [path.name[:10] for path in tmp_path.iterdir()] == ["shop.part-"]
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in told
    assert not any(tmp_path.iterdir())


def contents(folder: Path) -> dict[str, str]:
    files = folder.rglob("part-*.csv.gz")
    return {
        str(path.relative_to(folder)): sha256(gzip.decompress(path.read_bytes())).hexdigest()
        for path in files
    }


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="names of x86 features")
def test_content_depends_neither_on_the_processor_nor_on_pyarrow(tmp_path: Path) -> None:
    words = ["--sessions", "4e3", "--format", "csv"]
    plain = {**os.environ, "NPY_DISABLE_CPU_FEATURES": "AVX512_ICL X86_V4 X86_V3"}
    # pyarrow is none of the learner's packages; pandas keeps text in it where it is there.
    bare = run(
        *words, "--out", str(tmp_path / "bare"), before="sys.modules['pyarrow'] = None", env=plain
    )
    assert cli.main(["data", *words, "--out", str(tmp_path / "here")]) == 0
    _, told = bare.communicate(timeout=60)
    assert (bare.returncode, told) == (0, "")
    assert contents(tmp_path / "bare") == contents(tmp_path / "here")
    assert len(contents(tmp_path / "here")) == len(stream.TABLES)
