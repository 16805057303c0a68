"""What is no GA4 export is refused in one sentence that names the file, the line and the field."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import ga4_forms as forms
import pandas as pd
import pyarrow.parquet as pq
import pytest
from ga4_forms import SAMPLE, Event, event, purchase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.ga4 import ExportError, fields, read_ga4_export
from workbook.ga4.report import Notes

SHAPE = b'{"rows": [], "schema": 1}'
GOOD = forms.jsonl([SAMPLE, SAMPLE])
SAVE = r"Save the events table from BigQuery as JSON \(newline delimited\) or as Parquet\.$"
AGAIN = r"Download or export the file again\.$"


def refused(path: Path | str) -> str:
    """The message; it must be plain: no chained errors, one line."""
    with pytest.raises(ExportError) as caught:
        read_ga4_export(path)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    message = str(caught.value)
    assert "\n" not in message and len(message) < 400
    return message


def of(tmp_path: Path, content: bytes, name: str = "events_20250314.json") -> str:
    (tmp_path / name).write_bytes(content)
    message = refused(tmp_path / name)
    assert message.startswith(name)
    return message


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("events.json"), GOOD)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", " is empty"),
        (b"\n \r\n", " is empty"),
        (b"\xef\xbb\xbf", " is empty"),
        (gzip.compress(b"", mtime=0), " is empty"),
        (b"time,user,event\n1,2,3\n", r" looks like a CSV file \(it begins 'time,user,event'\)"),
        (b"\x89PNG\r\n\x1a\n\0\0", " is a picture, not an export"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", " is a picture, not an export"),
        (zipped(), " is a zip archive or a spreadsheet, not an export"),
        (b"<!doctype html><html>", " is a web page, not an export"),
        (b"Hello, learner", r" holds neither JSON nor Parquet \(it begins 'Hello, learner'\)"),
        (random.Random(1).randbytes(500), " holds neither JSON nor Parquet"),
        (gzip.compress(b"a,b,c\n", mtime=0), " looks like a CSV file"),
        (b"12\n", " holds neither JSON nor Parquet"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    message = of(tmp_path, content)
    assert pd.Series([message]).str.contains(said)[0], message
    assert pd.Series([message]).str.contains(f"{SAVE}|{AGAIN}")[0], message


@pytest.mark.parametrize(
    "content",
    [SHAPE, b"[" + SHAPE + b"]", SHAPE + b"\n{}", json.dumps(json.loads(SHAPE), indent=1).encode()],
)
def test_json_of_another_shape_is_shown_by_its_names(tmp_path: Path, content: bytes) -> None:
    message = of(tmp_path, content)
    assert "no event of a GA4 export, it has no event_name, only rows, schema." in message


def test_a_row_of_nothing_is_refused(tmp_path: Path) -> None:
    assert "line 3: this is no event" in of(tmp_path, GOOD + b"{}\n")


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_a_truncated_gzip_is_cut_off(tmp_path: Path, keep: float) -> None:
    packed = gzip.compress(forms.jsonl(forms.story(1, users=40)))
    message = of(tmp_path, packed[: int(len(packed) * keep)], "events_20250314.json.gz")
    assert message == (
        "events_20250314.json.gz: the compressed file is cut off or damaged. "
        "Download or export the file again."
    )


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(GOOD))
    packed[-6] ^= 0xFF
    assert "cut off or damaged" in of(tmp_path, bytes(packed))
    packed[12:40] = b"\xff" * 28
    assert "cut off or damaged" in of(tmp_path, bytes(packed))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(cut=st.integers(1, len(GOOD) - 2))
def test_a_torn_line_is_found_wherever_it_tears(tmp_path: Path, cut: int) -> None:
    content = GOOD[:cut]
    (tmp_path / "torn.json").write_bytes(content)
    whole = GOOD.index(b"\n")
    if cut in (whole, whole + 1):
        assert len(read_ga4_export(tmp_path / "torn.json").events) == 1
        return
    message = refused(tmp_path / "torn.json")
    assert message.startswith(f"torn.json, line {1 + (cut > whole)}: ")


def test_a_torn_last_line_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    assert of(tmp_path, GOOD + GOOD[:200]) == (
        "events_20250314.json, line 3: the file ends in mid-line. "
        "Download or export the file again."
    )
    message = of(tmp_path, GOOD + b'{"event_name": nonsense}\n' + GOOD)
    assert "line 3: this is no JSON object (Expecting value at column 16)" in message


def test_a_damaged_array_names_its_line(tmp_path: Path) -> None:
    text = json.dumps([SAMPLE, SAMPLE], indent=1)
    text = text[: len(text) // 2]
    lines = text.count("\n") + 1
    assert f"events_20250314.json, line {lines}: " in of(tmp_path, text.encode())
    assert "cut off or damaged" in of(tmp_path, b"[" + GOOD)


def test_a_damaged_object_of_several_lines_names_its_line(tmp_path: Path) -> None:
    text = json.dumps(SAMPLE, indent=1)
    last = text.count("\n") + 3 + 2
    message = of(tmp_path, f"\n\n{text}\n{{\n{{".encode())
    assert f", line {last}: " in message and "cut off or damaged" in message


@pytest.mark.parametrize(
    ("line", "said"),
    [(b"[1, 2]", "a list"), (b'"text"', "text"), (b"3.5", "a number"), (b"null", "null")],
)
def test_a_line_that_is_no_object_is_refused(tmp_path: Path, line: bytes, said: str) -> None:
    message = of(tmp_path, GOOD + line + b"\n")
    assert f"line 3: expected one event, a JSON object, and found {said}." in message
    if line != b"[1, 2]":
        row = of(tmp_path, b"[" + line + b"]")
        assert f"row 1: expected one event, a JSON object, and found {said}." in row


def test_text_in_another_encoding_names_its_line(tmp_path: Path) -> None:
    latin = GOOD + '{"event_name": "café"}\n'.encode("latin-1")
    assert "line 3: the text is not UTF-8" in of(tmp_path, latin)
    spread = json.dumps(SAMPLE | {"event_name": "café"}, indent=1, ensure_ascii=False)
    line = 1 + spread[: spread.index("café")].count("\n")
    assert f"line {line}: the text is not UTF-8" in of(tmp_path, spread.encode("latin-1"))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("event_name", None, "event_name must be a name, and is None"),
        ("event_name", "", "event_name must be a name, and is ''"),
        ("event_name", 5, "event_name must be a name, and is 5"),
        ("event_timestamp", None, "event_timestamp must be microseconds since 1970"),
        ("event_timestamp", "soon", "a whole number, and is 'soon'"),
        ("event_timestamp", "2025-03-14 12:00:00 UTC", "event_timestamp must be microseconds"),
        ("event_timestamp", 1741945512, "a whole number, and is 1741945512"),
        ("event_timestamp", 1741945512345, "a whole number, and is 1741945512345"),
        ("event_timestamp", 1741945512345678901, "event_timestamp must be microseconds"),
        ("event_timestamp", 1741945512345678.5, "event_timestamp must be microseconds"),
        ("event_timestamp", [1], "event_timestamp must be microseconds"),
        ("event_params", "[]", "event_params must be a list of records, and is '[]'"),
        ("event_params", 5, "event_params must be a list of records, and is 5"),
        ("event_params", [5], "an entry of event_params must be a record, and is 5"),
        ("event_params", [{"value": {"int_value": 1}}], "an entry of event_params has no key"),
        ("items", "[]", "items must be a list of records, and is '[]'"),
        ("items", ["SKU-11"], "an entry of items must be a record, and is 'SKU-11'"),
        ("ecommerce", "O-1", "ecommerce must be a record, and is 'O-1'"),
    ],
)
def test_a_wrong_type_in_a_needed_field_names_file_line_and_field(
    tmp_path: Path, field: str, value: Any, said: str
) -> None:
    message = of(tmp_path, GOOD + forms.jsonl([SAMPLE | {field: value}]))
    assert message.startswith("events_20250314.json, line 3: ") and said in message
    row = of(tmp_path, json.dumps([SAMPLE | {field: value}]).encode())
    assert row.startswith("events_20250314.json, row 1: ") and said in row


def test_a_missing_timestamp_says_what_to_export(tmp_path: Path) -> None:
    short = {key: value for key, value in SAMPLE.items() if key != "event_timestamp"}
    message = of(tmp_path, forms.jsonl([short]))
    assert message == (
        "events_20250314.json, line 1: event_timestamp is missing. "
        "Export the column event_timestamp too."
    )


def test_an_error_names_the_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "events_20250313.json").write_bytes(GOOD)
    (tmp_path / "events_20250314.json").write_bytes(GOOD[:-30])
    assert refused(tmp_path).startswith("events_20250314.json, line 2: ")


def test_parquet_of_another_shape_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    forms.parquet([{"user": 1, "time": 2}], path)
    message = refused(path)
    assert message.startswith("visits.parquet: this is no event of a GA4 export")
    assert "only user, time" in message
    forms.parquet([{"event_name": "a", "event_timestamp": pd.Timestamp("2025-03-14")}], path)
    assert "row 1: event_timestamp must be microseconds" in refused(path)


def test_a_parquet_file_without_rows_is_an_export_without_events(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    forms.parquet([SAMPLE], path)
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    assert len(read_ga4_export(path).events) == 0


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    forms.parquet([SAMPLE], path)
    path.write_bytes(path.read_bytes()[:-20])
    assert refused(path) == (
        "events.parquet: the Parquet file is cut off or damaged. Download or export the file again."
    )
    path.write_bytes(gzip.compress(b"PAR1 and nothing else"))
    assert "events.parquet: the Parquet file is cut off or damaged" in refused(path)


def test_a_path_to_nothing_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", str(tmp_path / "none_*")):
        assert "There is no file, folder or match for" in refused(path)
    for path in ("", " ", None, 5):
        assert "Give the path" in refused(path)  # type: ignore[arg-type]
    (tmp_path / "notes.txt").write_text("nothing")
    assert "holds no export files" in refused(tmp_path)


def test_a_deeply_nested_line_is_refused(tmp_path: Path) -> None:
    assert "nested too deep" in of(tmp_path, GOOD + b"[" * 100_000 + b"\n")
    assert "nested too deep" in of(tmp_path, b"[" * 100_000)
    long = b'{"event_name": ' + b"9" * 5_000 + b"}\n"
    assert "a number is too long" in of(tmp_path, GOOD + long)


# --- Anything at all --------------------------------------------------------------------------

leaf = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.sampled_from(["1", "(not set)", "2025-02-31", "1e999", "\ud83d", 2**63, 10**400]),
)  # fmt: skip
anything = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
RECORDS = {
    "device": "category", "geo": "country", "traffic_source": "source",
    "collected_traffic_source": "gclid", "ecommerce": "tax_value",
    "session_traffic_source_last_click": "google_ads_campaign",
}  # fmt: skip
PARAMETERS = (
    "ga_session_id", "ga_session_number", "session_engaged", "engagement_time_msec", "entrances",
    "value", "currency", "transaction_id", "page_location", "source", "customer_type", "coupon",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> Event:
    """A purchase with some fields replaced by anything at all."""
    raw = purchase(session_engaged="1", ga_session_number=1, entrances=1, page_location="/a")
    for column in draw(st.sets(st.sampled_from(sorted(forms.SAMPLE)), max_size=2)):
        raw[column] = draw(anything)
    for column, field in RECORDS.items():
        if draw(st.booleans()):
            raw[column] = {field: draw(anything)}
    if draw(st.booleans()):
        raw["items"] = [{name: draw(anything) for name in ("item_id", "quantity", "price")}]
    if isinstance(raw["event_params"], list):
        kind = draw(st.sampled_from(["string_value", "int_value", "double_value"]))
        key = draw(st.sampled_from(PARAMETERS))
        raw["event_params"] = [*raw["event_params"], {"key": key, "value": {kind: draw(anything)}}]
    return raw


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(damaged(), min_size=8, max_size=12))
def test_anything_in_any_field_is_read_or_refused_in_words(
    tmp_path: Path, rows: list[Event]
) -> None:
    readable = []
    for row in rows:
        try:
            fields.event(json.loads(json.dumps(row)), Notes(), ["coupon", "source"])
        except ExportError:
            continue
        readable.append(row)
    path = tmp_path / "anything.json"
    path.write_text(json.dumps(readable))
    export = read_ga4_export(path, parameters=["coupon", "source"])
    assert len(export.events) == len(readable)
    assert str(export).startswith("GA4 export. ")


def test_one_bad_event_does_not_hide_behind_good_ones(tmp_path: Path) -> None:
    many = forms.jsonl([event(second=second) for second in range(50)])
    assert ", line 51: " in of(tmp_path, many + b'{"event_name": "x"}\n' + many)
