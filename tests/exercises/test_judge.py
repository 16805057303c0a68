"""What a learner is told: the value counts and not its looks, and every mistake has its name."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from workbook.exercises import values
from workbook.exercises.compare import Rules
from workbook.exercises.judge import Exercise, WrongWay, judge

EXACT = Rules()


def exercise(
    answer: Any, kind: str, *, rules: Rules = EXACT, wrong: Any = (), cases: Any = ()
) -> Exercise:
    encoded = tuple(values.encode(case) for case in cases)
    ways = tuple(
        WrongWay(f"way{n}", f"message {n}", values.natural(value) or {"kind": "?"})
        for n, value in enumerate(wrong)
    )
    form = values.canonical(answer, kind, cases=encoded)
    assert json.loads(json.dumps(form)) == form, "a canonical value is plain JSON"
    return Exercise("01-x", "x", kind, form, rules, wrong=ways, cases=encoded)


SERIES = pd.Series([6, 5, 4], index=["view", "cart", "order"])
FRAME = pd.DataFrame({"device": ["phone", "desktop"], "rate": [0.012, 0.019], "n": [600, 400]})


@pytest.mark.parametrize(
    ("answer", "kind", "looks"),
    [
        (0.63, "number", [np.float64(0.63), Decimal("0.63"), pd.Series([0.63]), [0.63],
                          np.array(0.63), np.array([[0.63]]), pd.DataFrame({"a": [0.63]})]),
        (5, "number", [5.0, np.int64(5), pd.Series([5.0])]),
        ("phone", "string", ["phone ", np.str_("phone"), pd.Series(["phone"])[0]]),
        ({"a", "b"}, "set", [["b", "a"], ("a", "b", "a"), pd.Series(["a", "b"]),
                             np.array(["b", "a"]), pd.Index(["a", "b"]), frozenset("ab"),
                             pd.Series(["a", "b", "a"]).unique(), pd.CategoricalIndex(["b", "a"]),
                             pd.Categorical(["a", "b"]), {"a": 1, "b": 2}.keys(),
                             {1: "a", 2: "b"}.values(), pd.DataFrame({"u": ["a", "b"]})]),
        ([3, 1], "list", [(1, 3), np.array([3.0, 1.0]), pd.Series([3, 1]), range(1, 4, 2),
                          pd.RangeIndex(1, 4, 2), {3: 0, 1: 0}.keys(),
                          pd.array([1, 3], dtype="Int64")]),
        (["2025-11-01"], "list", [pd.DatetimeIndex(["2025-11-01"]), [dt.date(2025, 11, 1)],
                                  np.array(["2025-11-01"], dtype="datetime64[ns]"),
                                  pd.Series(pd.to_datetime(["2025-11-01"])).unique()]),
        ({"a": 1, "b": 2}, "mapping", [{"b": 2.0, "a": 1}, pd.Series({"b": 2, "a": 1})]),
        (SERIES, "series", [SERIES.astype(float), SERIES.rename("other"), SERIES[::-1],
                            SERIES.to_dict(), SERIES.to_frame("n"), SERIES.astype("Int64")]),
        (FRAME, "frame", [FRAME[::-1], FRAME[["n", "device", "rate"]], FRAME.set_index("device"),
                          FRAME.astype({"n": float}), FRAME[FRAME["n"] > 0][::-1],
                          FRAME.set_index("device", drop=False)]),
        (pd.DataFrame({"id": [0, 1], "n": [5, 6]}), "frame", [
            pd.DataFrame({"n": [5, 6]}, index=pd.RangeIndex(2, name="id"))]),
        (pd.Series([2, 1], ["a", "b"]), "series", [
            pd.DataFrame({"u": ["a", "b", "a"]}).value_counts()]),
    ],
)  # fmt: skip
def test_the_value_counts_and_not_its_looks(answer: Any, kind: str, looks: list[Any]) -> None:
    asked = exercise(answer, kind)
    for look in [answer, *looks]:
        verdict = judge(asked, look)
        assert verdict.status == "right", (look, verdict)


@pytest.mark.parametrize(
    ("answer", "kind", "other"),
    [
        (0.63, "number", 0.6301),
        (1, "number", True),
        (0.63, "number", "0.63"),
        ({"a"}, "set", {"A"}),
        ([1, 2], "list", [1, 2, 2]),
        (SERIES, "series", SERIES.set_axis(["view", "order", "cart"])),
        (FRAME, "frame", FRAME.assign(rate=[0.019, 0.012])),
        (FRAME, "frame", FRAME.rename(columns={"n": "N"})),
        ({"a": 1}, "mapping", {"a": None}),
        (0.0, "number", float("nan")),
    ],
)
def test_another_value_is_wrong(answer: Any, kind: str, other: Any) -> None:
    verdict = judge(exercise(answer, kind), other)
    assert verdict.status == "wrong"
    assert verdict.message


def test_a_table_is_not_changed_by_looking_at_it() -> None:
    table = FRAME.groupby("device").agg({"n": ["sum", "mean"]}).reset_index()
    before = table.columns
    values.natural(table)
    assert table.columns is before and isinstance(before, pd.MultiIndex)


def test_whole_numbers_without_a_tolerance_must_be_equal() -> None:
    asked = exercise(1_234_567, "number")
    assert judge(asked, 1_234_567.0).status == "right"
    assert judge(asked, 1_234_568).status == "wrong"


def test_more_than_an_answer_can_hold_is_called_so() -> None:
    said = judge(exercise(FRAME, "frame"), pd.concat([FRAME] * 2_000)).message
    assert "a table" in said and "far more than is asked" in said


@pytest.mark.parametrize("other", [lambda n: n <= 1, lambda n: exit(), lambda n: None])
def test_a_function_that_answers_true_or_false_is_judged_by_which(other: Any) -> None:
    asked = exercise(lambda n: n > 1, "function", cases=[(1,), (2,)])
    assert judge(asked, lambda n: np.bool_(n > 1)).status == "right"
    assert judge(asked, other).status == "wrong"


def test_tolerance_is_half_a_unit_of_the_last_digit_asked_for() -> None:
    asked = exercise(70.4567, "number", rules=Rules(tolerance=0.05))
    assert judge(asked, 70.5).status == "right"
    assert judge(asked, 70.41).status == "right"
    assert judge(asked, 70.4).way == "rounding"
    assert judge(asked, 75.4).way == ""


def test_order_counts_only_where_the_prompt_says_so() -> None:
    assert judge(exercise([2, 1], "list"), [1, 2]).status == "right"
    strict = exercise([2, 1], "list", rules=Rules(ordered=True))
    assert judge(strict, [1, 2]).way == "order"
    assert judge(strict, [2, 1]).status == "right"


def test_blank_comes_first_then_kind_then_right_then_the_wrong_ways() -> None:
    asked = exercise(0.5, "number", wrong=[0.25, {"a": 1}])
    assert judge(asked, ...).status == "not_attempted"
    assert "asks for one number" in judge(asked, "half").message
    assert judge(asked, 0.5).status == "right"
    assert judge(asked, 0.25) == judge(asked, pd.Series([0.25]))
    assert judge(asked, 0.25).way == "way0"
    assert judge(asked, {"a": 1}).way == "way1", "a wrong way may be of another kind"


@pytest.mark.parametrize(
    ("value", "way"),
    [(30.0, "x100"), (0.003, "/100"), (0.7, "1-x"), (99.7, "100-x"), (-0.3, "sign"), (0.4, "")],
)
def test_general_slips_of_a_number(value: float, way: str) -> None:
    asked = exercise(0.3, "number", rules=Rules(tolerance=1e-4))
    assert judge(asked, value).way == way


@pytest.mark.parametrize("value", [98.0, 98.04, 98.035])
def test_rounding_where_none_is_asked_is_called_so(value: float) -> None:
    asked = exercise(98.03537980, "number", rules=Rules(0.00005))
    assert judge(asked, value).way == "rounding"
    assert judge(asked, 98.05).way == ""


def test_general_slips_of_tables_and_sets() -> None:
    series = exercise(SERIES, "series")
    assert judge(series, SERIES * 100).way == "x100"
    assert judge(series, SERIES[:2]).way == "rows"
    assert judge(series, SERIES.set_axis(["View", "cart", "order"])).way == "labels"
    frame = exercise(FRAME, "frame")
    assert judge(frame, FRAME[:1]).way == "rows"
    assert judge(frame, FRAME[["device", "n"]]).way == "columns"
    items = exercise({"a", "b"}, "set")
    assert judge(items, {"a", "b", "c"}).way == "extra"
    assert judge(items, {"a"}).way == "missing"
    assert judge(items, {"a", "c"}).way == "some"


def test_a_name_without_quotes_is_told_from_a_misspelled_one() -> None:
    asked = exercise({"low": 0.62, "high": 2.08}, "mapping")
    assert "stands in quotes" in judge(asked, {0.05: 0.62, 0.36: 2.08}).message
    assert "Check the spelling" in judge(asked, {"low": 0.62, "hihg": 2.08}).message
    assert "Check the spelling" in judge(asked, {"low": 0.62, 0.36: 2.08}).message


def test_no_message_gives_the_answer_away() -> None:
    asked = exercise(pd.Series({"view": 61252, "cart": 12545}), "series")
    tries: list[Any] = [..., 3, "x", {"view": 1}, {"view": 1, "cart": 2},
                        {"view": 6125200, "cart": 1254500},
                        {"a": 61252, "b": 12545}, None, object()]  # fmt: skip
    for value in tries:
        said = judge(asked, value).message
        assert "61252" not in said and "12545" not in said, said


def test_a_blank_inside_a_container_is_named_and_entries_are_counted() -> None:
    asked = exercise({"shop": "micro", "app": "macro"}, "mapping")
    assert "A blank is left" in judge(asked, {"shop": "micro", "app": ...}).message
    assert judge(exercise({"a", "b"}, "set"), {...}).way == "blank"
    said = judge(asked, {"shop": "micro", "app": "micro"}).message
    assert "1 of its 2 entries is right" in said
    assert "shop" not in said, "one label after the other could be tried"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"copies": 113, "coverage": 97}, "In it `copies` is right. `coverage` is close: is it"),
        ({"copies": 113, "coverage": 96.7}, "In it `copies` is right. `coverage` is close: is it"),
        ({"copies": 112, "coverage": 50}, "None of its numbers is right."),
        ({"copies": 113, "coverage": 50}, "In it `copies` is right."),
    ],
)
def test_right_numbers_of_a_dictionary_are_named(value: dict[str, float], words: str) -> None:
    said = judge(exercise({"copies": 113, "coverage": 96.68}, "mapping"), value).message
    assert said.endswith(words) or said.endswith(f"{words} rounded?")


def test_a_mistake_among_others_in_a_dictionary_is_named() -> None:
    right = {"a": "ok", "b": "name", "c": "amount"}
    ways = [{**right, "b": "ok"}, {**right, "a": "amount", "c": "ok"}]
    asked = exercise(right, "mapping", wrong=ways)
    assert judge(asked, ways[0]).message == "message 0"
    both = judge(asked, {"a": "name", "b": "ok", "c": "amount"})
    assert both.message == "message 0\n\n1 more of its 3 entries is wrong."
    assert both.way == "way0"
    assert judge(asked, {"a": "amount", "b": "amount", "c": "ok"}).way == "way1"
    assert judge(asked, {"a": "amount", "b": "name", "c": "amount"}).way == ""
    assert judge(asked, {"a": "name", "b": "ok", "d": "ok"}).way == "labels"
    praise = WrongWay("praise", "The rest is right.", values.natural({**right, "b": "ok"}) or {})
    proud = Exercise("01-x", "x", "mapping", asked.answer, EXACT, wrong=(praise,))
    assert judge(proud, {"a": "ok", "b": "ok", "c": "amount"}).way == "praise"
    assert judge(proud, {"a": "name", "b": "ok", "c": "amount"}).way == ""


def test_texts_where_numbers_belong_are_named() -> None:
    assert "without quotes" in judge(exercise([5, 3], "list"), ["5", "3"]).message
    mapping = exercise({"cart": 66.3}, "mapping")
    assert "without quotes" in judge(mapping, {"cart": "66.3 %"}).message


def test_what_a_function_prints_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def loud(a: int) -> int:
        print("here")
        return a

    assert judge(exercise(lambda a: a, "function", cases=[(1,)]), loud).status == "right"
    assert capsys.readouterr().out == ""


class Hostile:
    """An object that breaks whoever touches it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __len__(self) -> int:
        raise RuntimeError

    def __iter__(self) -> Any:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("kind", values.KINDS)
@pytest.mark.parametrize(
    "value",
    [Hostile(), None, float("nan"), [], {}, set(), pd.DataFrame(), pd.Series(dtype=float), print,
     object, [[1, [2]], {"a": {1}}], {1: {2: 3}}, pd.NaT, 1j, b"x", range(3), lambda: 1 / 0,
     pd.DataFrame({"a": [[1], {2}]}), pd.Series([Hostile()]), "x" * 10_000, np.zeros((3, 3))],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_whatever_stands_there_check_never_raises(kind: str, value: Any) -> None:
    reference = {"number": 1, "string": "a", "set": {1}, "list": [1], "mapping": {"a": 1},
                 "series": SERIES, "frame": FRAME, "function": len}  # fmt: skip
    answer = reference.get(kind)
    if kind == "figure":
        _, answer = plt.subplots()
        plt.close("all")
    asked = exercise(answer, kind, cases=[([1, 2],)] if kind == "function" else ())
    assert judge(asked, value).status in ("right", "wrong")


def test_an_error_in_a_test_call_is_told_in_plain_words() -> None:
    asked = exercise(lambda column: len(column), "function", cases=[([1, 2],), ([3],)])
    said = judge(asked, lambda column: 2 if pd.Series(column) == [1, 2] else 1).message
    assert "right on 0 of 2 test calls. One call stopped: `and`, `or`, `not`, `if` do not" in said
    assert "One call stopped: OSError: no" in judge(asked, _refusing).message


def _refusing(_: Any) -> None:
    raise OSError("no")


def test_a_function_is_called_on_fresh_arguments_and_its_errors_are_caught() -> None:
    def first(items: list[int]) -> int:
        return items.pop(0)

    asked = exercise(lambda items: items[0], "function", cases=[([1, 2],), ([7],)])
    assert judge(asked, first).status == "right"
    assert judge(asked, lambda items: items[-1]).status == "wrong"
    broken = judge(asked, lambda items: items[5])
    assert broken.status == "wrong"
    assert "One call stopped: There are fewer rows or items" in broken.message
    half = judge(asked, lambda items: 1)
    assert "1 of 2 test calls" in half.message


def test_a_figure_is_judged_by_its_facts() -> None:
    def bars(heights: list[int], bottom: float = 0, title: str = "t") -> Any:
        figure, axes = plt.subplots()
        axes.bar(["a", "b"], heights)
        axes.set_ylim(bottom, 10)
        axes.set_title(title)
        plt.close(figure)
        return axes

    rules = Rules(facts=("bars", "y_starts_at_zero"))
    asked = exercise(bars([3, 5]), "figure", rules=rules)
    assert judge(asked, bars([3, 5], title="another")).status == "right"
    assert judge(asked, bars([3, 5]).figure).status == "right"
    assert judge(asked, bars([3, 5], bottom=2)).status == "wrong"
    assert judge(asked, bars([5, 3])).status == "wrong"


def test_arguments_survive_encoding() -> None:
    frame = pd.DataFrame({"user": ["a", "b"], "time": pd.to_datetime(["2025-09-22", "2025-09-23"])})
    given = (
        frame,
        ["x"],
        {"a": 1.5},
        pd.Series([1, 2], index=["p", "q"]),
        pd.Timedelta("30min"),
        None,
    )
    back = values.decode(json.loads(json.dumps(values.encode(given))))
    pd.testing.assert_frame_equal(back[0], frame, check_dtype=False)
    pd.testing.assert_series_equal(back[3], given[3])
    assert back[1:3] == (["x"], {"a": 1.5}) and back[4] == pd.Timedelta("30min") and back[5] is None


def test_an_answer_too_large_to_keep_is_refused() -> None:
    with pytest.raises(values.TooLarge):
        values.canonical(pd.Series(range(3000)), "series")
