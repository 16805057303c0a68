"""The checks of arguments: what passes, what does not, and in which words."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbook import analysis
from workbook.analysis.inputs import (
    flags,
    inside,
    microseconds,
    moment,
    need_columns,
    number,
    numbers,
    one_of,
    pair,
    same_rows,
    share,
    unit_codes,
    whole_number,
)

HOME = Path(analysis.__file__).parent
TABLE = pd.DataFrame({"user": ["a"], "event": ["purchase"]})


@pytest.mark.parametrize("value", [3, 3.0, np.int8(3), np.float32(3)])
def test_a_number_becomes_a_plain_float(value):
    assert type(number("x", value)) is float
    assert type(whole_number("x", value)) is int


@pytest.mark.parametrize(
    "value", [True, "3", None, pd.NA, float("nan"), 10**400, [3], np.array([3])]
)
def test_what_is_not_one_finite_number_is_refused(value):
    with pytest.raises(ValueError, match="x is one number"):
        number("x", value)


def test_a_share_may_be_an_end_and_a_level_may_not():
    assert (share("x", 0), share("x", 1)) == (0, 1)
    for end in (0, 1):
        with pytest.raises(ValueError, match="above 0 and below 1"):
            inside("x", end)
    for check in (share, inside):
        with pytest.raises(ValueError, match=r"For 95 %, write 0\.95"):
            check("x", 95)


@pytest.mark.parametrize("kind", ["int8", "Int64", "float32", "category", object, "int64[pyarrow]"])
def test_a_column_of_any_number_type_is_read(kind):
    found = numbers("x", pd.Series([3, 1, 2], index=[5, 5, 5]).astype(kind))
    assert (found.dtype, found.tolist()) == (np.float64, [3, 1, 2])


def test_a_generator_and_flags_are_numbers_too():
    assert numbers("x", (n for n in (1, True))).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1"], "something else is in it"),
        (3, "something else is in it"),
        ([[1], [1, 2]], "something else is in it"),
        (pd.Series(["a"], dtype="category"), "something else is in it"),
        ([[1, 2], [3, 4]], "one list or column"),
        ([1, None], "missing"),
        ([1, np.inf], "infinite"),
        ([], "at least 1"),
    ],
)
def test_what_is_no_list_of_numbers_is_refused(values, words):
    with pytest.raises(ValueError, match=f"x .*{words}"):
        numbers("x", values, rows=1)


def test_lists_that_do_not_belong_together_are_refused():
    assert pair(("a", "b"), [1], [2])[1].tolist() == [2]
    with pytest.raises(ValueError, match="a has 1, b has 2"):
        pair(("a", "b"), [1], [2, 3])
    with pytest.raises(ValueError, match="no rows"):
        same_rows(a=[], b=[])


@pytest.mark.parametrize("kind", [bool, int, float, object, "boolean", "category"])
def test_true_and_false_are_read_from_any_type(kind):
    assert flags("x", pd.Series([1, 0]).astype(kind)).tolist() == [True, False]


@pytest.mark.parametrize("values", [True, "10", None, ["True"], [2], [None], TABLE])
def test_what_is_neither_true_nor_false_is_refused(values):
    with pytest.raises(ValueError, match="x "):
        flags("x", values)


def test_a_word_is_one_of_those_allowed_or_the_nearest_is_offered():
    one_of("scope", "user", ("user", "session"))
    for wrong in ("users", None, ["user"], np.array(["user", "session"])):
        with pytest.raises(ValueError, match="scope is one of 'user', 'session'"):
            one_of("scope", wrong, ("user", "session"))


def test_columns_are_told_apart_by_their_labels():
    need_columns(TABLE.set_axis([0, "event"], axis=1), [0], "The table")  # type: ignore[list-item]
    with pytest.raises(ValueError, match="no column '0'"):
        need_columns(TABLE.set_axis([0, "event"], axis=1), ["0"])
    with pytest.raises(ValueError, match="Its columns: none"):
        need_columns(pd.DataFrame(), ["user"])
    with pytest.raises(ValueError, match="must be a table"):
        need_columns([1], ["user"])


def test_microseconds_of_minutes_do_not_overflow():
    for kind in ("int8", "int16", "int32", "Int32"):
        assert microseconds(pd.Series([0, 100], dtype=kind)).tolist() == [0, 6e9]
    assert np.isnan(microseconds(pd.Series([np.inf, np.nan, 1e305]))).all()


def test_units_are_numbered_by_first_appearance_and_the_unknown_are_below_zero():
    log = pd.DataFrame({"user": ["b", None, "a", "b"], "session": ["1", "1", "1", None]})
    assert unit_codes(log, "user").tolist() == [0, -1, 1, 0]
    assert unit_codes(log, "session").tolist() == [0, -1, 1, -1]
    assert unit_codes(log.drop(columns="user"), "session").tolist() == [0, 0, 0, -1]


def test_a_moment_takes_the_zone_of_its_column():
    plain = pd.Series(pd.to_datetime(["2025-01-01"]), name="time")
    zoned = plain.dt.tz_localize("Asia/Tokyo")
    assert moment("end", "2025-01-02", plain) == pd.Timestamp("2025-01-02")
    assert moment("end", "2025-01-02", zoned) == pd.Timestamp("2025-01-02", tz="Asia/Tokyo")
    assert moment("end", "2025-01-01T15:00Z", zoned) == pd.Timestamp("2025-01-02", tz="Asia/Tokyo")
    for wrong in ("soon", 20250101, None, pd.NaT, "2025-01-02T00:00Z"):
        with pytest.raises(ValueError, match=r"such as 2025.*not a time as in the column 'time'"):
            moment("end", wrong, plain)


def test_no_module_of_the_analysis_takes_a_private_name_of_another():
    for path in HOME.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workbook"):
                private = [name.name for name in node.names if name.name.startswith("_")]
                assert not private, f"{path.name} imports {private}"
