"""Attribution: the course's reference values, exact enumeration, and the conventions of paths."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby, pairwise, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.analysis.attribution import (
    NO_TOUCH,
    RULES,
    assisted_conversions,
    build_paths,
    count_paths,
    credit,
    credit_table,
    spread,
    touch_shares,
)
from workbook.analysis.markov import (
    conversion_probability,
    markov_credit,
    removal_effects,
    transition_matrix,
)
from workbook.analysis.shapley import coalition_rates, orders_inside, shapley, shapley_credit

few = settings(max_examples=40, deadline=None)


def table(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["path", "conversions", "lost"])


SET_A = table(("G", 2, 0), ("M", 1, 0), ("G > M", 1, 0), ("G", 0, 1))
SET_B = table(
    ("Search", 10, 90),
    ("Social > Search", 20, 80),
    ("Social", 10, 90),
    ("Search > Email", 15, 35),
    ("Social > Search > Email", 25, 25),
)
B = ["Search", "Social", "Email"]

channels = st.sampled_from(["a", "b", "c", "direct"])
routes = st.lists(channels, min_size=1, max_size=6).map(tuple)
path_tables = (
    st.lists(st.tuples(routes, st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)
    .filter(lambda rows: sum(row[1] for row in rows) > 0)
    .map(lambda rows: table(*rows))
)


def near(series: pd.Series, expected: dict[str, float], within: float = 1e-9) -> None:
    assert series.to_dict() == pytest.approx(expected, abs=within)


# --- RV-11 to RV-14 ---------------------------------------------------------------------------


def test_the_published_markov_example_comes_out_exactly():
    matrix = transition_matrix(SET_A)
    assert conversion_probability(matrix) == pytest.approx(4 / 5)
    assert conversion_probability(matrix, "G") == pytest.approx(1 / 5)
    assert conversion_probability(matrix, "M") == pytest.approx(2 / 5)
    near(removal_effects(SET_A), {"G": 3 / 4, "M": 1 / 2})
    near(markov_credit(SET_A), {"G": 2.4, "M": 1.6})


def test_the_published_example_under_the_other_rules():
    near(shapley(orders_inside(SET_A)), {"G": 2.5, "M": 1.5})
    near(credit(SET_A, "last"), {"G": 2, "M": 2})
    near(credit(SET_A, "first"), {"G": 3, "M": 1})
    near(credit(SET_A, "linear"), {"G": 2.5, "M": 1.5})


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("last", (30, 10, 40)),
        ("first", (25, 55, 0)),
        ("linear", (215 / 6, 85 / 3, 95 / 6)),
        ("position", (32.5, 30, 17.5)),
    ],
)
def test_the_course_s_four_hundred_paths_under_each_rule(rule, expected):
    near(credit(SET_B, rule), dict(zip(B, expected, strict=True)))


def test_the_course_s_four_hundred_paths_as_a_chain():
    matrix = transition_matrix(SET_B)
    assert matrix.loc["(start)", "Search"] == pytest.approx(3 / 8)
    assert matrix.loc["Search"].tolist() == pytest.approx([1 / 3, 0, 0, 1 / 10, 17 / 30])
    assert matrix.loc["Social", ["Search", "(conversion)", "(null)"]].tolist() == pytest.approx(
        [3 / 5, 1 / 25, 9 / 25]
    )
    assert matrix.loc["Email", ["(conversion)", "(null)"]].tolist() == pytest.approx([0.4, 0.6])
    assert conversion_probability(matrix) == pytest.approx(1 / 5)
    removed = {name: conversion_probability(matrix, name) for name in B}
    assert removed == pytest.approx({"Search": 1 / 40, "Social": 7 / 80, "Email": 1 / 10})
    near(removal_effects(SET_B), {"Search": 7 / 8, "Social": 9 / 16, "Email": 1 / 2})
    near(
        markov_credit(SET_B),
        {"Search": 80 * 14 / 31, "Social": 80 * 9 / 31, "Email": 80 * 8 / 31},
    )


def test_the_course_s_four_hundred_paths_by_shapley():
    near(
        shapley(orders_inside(SET_B)),
        {"Search": 215 / 6, "Social": 85 / 3, "Email": 95 / 6},
    )


@pytest.mark.parametrize(
    ("days", "shares"),
    [
        ((14, 7, 0), (1 / 7, 2 / 7, 4 / 7)),
        ((8, 1), (1 / 3, 2 / 3)),
        ((21, 7, 0), (0.076923, 0.307692, 0.615385)),
        ((7_000, 7_000), (0.5, 0.5)),
    ],
)
def test_time_decay_halves_in_seven_days(days, shares):
    path = ["a"] * len(days)
    found = touch_shares(path, "time decay", days=days)
    assert found == pytest.approx(shares, abs=1e-6)


@pytest.mark.parametrize(
    ("n", "shares"), [(1, [1]), (2, [0.5, 0.5]), (3, [0.4, 0.2, 0.4]), (4, [0.4, 0.1, 0.1, 0.4])]
)
def test_position_knows_paths_of_one_and_two(n, shares):
    assert touch_shares(["a"] * n, "position") == pytest.approx(shares)


def test_shapley_on_rates_splits_what_the_channels_add():
    rates = {(): 0.02, "A": 0.10, "B": 0.05, ("A", "B"): 0.24}
    near(shapley(rates), {"A": 0.135, "B": 0.085})
    near(shapley_credit(rates, 24), {"A": 24 * 0.135 / 0.22, "B": 24 * 0.085 / 0.22})
    assert round(shapley_credit(rates, 24)["A"], 3) == 14.727


# --- rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "winner"),
    [
        ("email > direct", "email"),
        ("email > social > direct > direct", "social"),
        ("direct > direct", "direct"),
        ("direct", "direct"),
        ("direct > email", "email"),
    ],
)
def test_direct_gets_the_last_click_only_if_there_is_nothing_else(path, winner):
    near(
        credit(table((path, 3, 0)), "last non-direct").loc[lambda s: s > 0],
        {winner: 3},
    )


@few
@given(path_tables, st.sampled_from(RULES), st.data())
def test_every_rule_gives_away_all_orders_and_all_money(paths, rule, data):
    days = [
        tuple(sorted((data.draw(st.floats(0, 90)) for _ in route), reverse=True))
        for route in paths["path"]
    ]
    paths = paths.assign(days=pd.Series(days, dtype=object), value=paths["conversions"] * 12.34)
    for of in ("conversions", "value"):
        given_away = credit(paths, rule, of=of)
        assert given_away.sum() == pytest.approx(paths[of].sum(), rel=1e-12)
        assert (given_away >= 0).all()
        assert set(given_away.index) == {name for path in paths["path"] for name in path}


@few
@given(path_tables)
def test_distinct_paths_with_counts_get_the_same_credit_as_single_ones(paths):
    counted = count_paths(paths)
    assert not counted["path"].duplicated().any()
    for rule in ("last", "first", "linear", "position", "last non-direct"):
        pd.testing.assert_series_equal(credit(counted, rule), credit(paths, rule))
    pd.testing.assert_series_equal(markov_credit(counted), markov_credit(paths))


def test_rules_stand_side_by_side():
    found = credit_table(SET_B, ["last", "first"])
    assert found.columns.tolist() == ["last", "first"]
    assert found.loc["Social"].tolist() == [10, 55]


def test_assisted_conversions_are_counted_once_per_order_and_not_for_the_last_touch():
    paths = table(("a > a > b", 2, 5), ("b > a > b", 1, 0), ("a", 4, 0))
    found = assisted_conversions(paths)
    assert found["assisted"].to_dict() == {"a": 3, "b": 0}
    assert found["last"].to_dict() == {"a": 4, "b": 3}
    assert found["ratio"].to_dict() == {"a": 0.75, "b": 0}
    assert assisted_conversions(paths, self_assists=True)["assisted"].to_dict() == {"a": 3, "b": 1}


def test_a_channel_that_never_comes_last_has_no_ratio():
    assert np.isnan(assisted_conversions(SET_B.assign(path="x > y"))["ratio"]["x"])


def test_weights_become_orders():
    near(spread(pd.Series({"a": 3.0, "b": -1.0}), 8), {"a": 12, "b": -4})
    with pytest.raises(ValueError, match="add up to nothing"):
        spread(pd.Series({"a": 0.0}), 8)


# --- Markov against exact fractions and against walking -----------------------------------------


def walked(paths: pd.DataFrame, removed: str | None) -> Fraction:
    """P(conversion) by exact elimination on fractions, states joined one at a time."""
    steps: dict[tuple[str, str], Fraction] = {}
    for path, won, lost in paths.itertuples(index=False):
        for end, count in (("W", won), ("L", lost)):
            stops = ["S", *path, end]
            for before, after in pairwise(stops):
                steps[before, after] = steps.get((before, after), Fraction(0)) + count
    totals: dict[str, Fraction] = {}
    for (before, _), count in steps.items():
        totals[before] = totals.get(before, Fraction(0)) + count
    chance = {(before, "L" if after == removed else after): Fraction(0) for before, after in steps}
    for (before, after), count in steps.items():
        if totals[before]:
            chance[before, "L" if after == removed else after] += count / totals[before]
    states = {before for before, _ in chance} - {"S"}
    for gone in states:  # whoever reaches `gone` leaves it by its other steps
        loop = chance.pop((gone, gone), Fraction(0))
        out = {after: p / (1 - loop) for (b, after), p in chance.items() if b == gone and p}
        into = {b: p for (b, after), p in chance.items() if after == gone}
        chance = {key: p for key, p in chance.items() if gone not in key}
        for before, p in into.items():
            for after, q in out.items():
                chance[before, after] = chance.get((before, after), Fraction(0)) + p * q
    return chance.get(("S", "W"), Fraction(0))


@few
@given(path_tables)
def test_chances_and_removal_effects_equal_exact_fractions(paths):
    matrix = transition_matrix(paths)
    whole = walked(paths, None)
    assert conversion_probability(matrix) == pytest.approx(float(whole), abs=1e-12)
    effects = removal_effects(paths)
    for name in effects.index:
        expected = 1 - walked(paths, name) / whole
        assert effects[name] == pytest.approx(float(expected), abs=1e-9)
    assert markov_credit(paths).sum() == pytest.approx(paths["conversions"].sum())


@few
@given(path_tables)
def test_the_chance_is_where_a_long_walk_ends(paths):
    matrix = transition_matrix(paths)
    square = matrix.reindex(index=[*matrix.index, "(conversion)", "(null)"], fill_value=0.0)
    square = square.reindex(columns=square.index, fill_value=0.0)
    square.loc["(conversion)", "(conversion)"] = square.loc["(null)", "(null)"] = 1.0
    after = np.linalg.matrix_power(square.to_numpy(), 2**16)[0]
    assert conversion_probability(matrix) == pytest.approx(after[-2], abs=1e-9)
    assert after[-2:].sum() == pytest.approx(1, abs=1e-9)


@few
@given(path_tables)
def test_the_chain_starts_as_paths_do_and_keeps_their_conversion_rate(paths):
    matrix = transition_matrix(paths)
    assert matrix.sum(axis=1).tolist() == pytest.approx([1.0] * len(matrix))
    if paths["path"].map(lambda path: len(set(path)) == 1 == len(path)).all():
        rate = paths["conversions"].sum() / (paths["conversions"] + paths["lost"]).sum()
        assert conversion_probability(matrix) == pytest.approx(rate)


def test_a_first_order_chain_forgets_how_a_channel_was_reached():
    effects = removal_effects(table(("a > b", 3, 1), ("b", 0, 4)))
    near(effects, {"a": 0.5, "b": 1})  # all orders came by a; the chain has them come by b alone


def test_money_is_divided_by_the_same_shares():
    paths = SET_A.assign(value=[50.0, 100.0, 250.0, 0.0])
    near(markov_credit(paths, of="value"), {"G": 240, "M": 160})


# --- Shapley against its definition -------------------------------------------------------------


def by_arrival(worth: dict[frozenset[str], float], names: list[str]) -> dict[str, float]:
    """Average marginal contribution over all orders of arrival."""
    total = dict.fromkeys(names, 0.0)
    for order in (orders := list(permutations(names))):
        here: frozenset[str] = frozenset()
        for name in order:
            total[name] += (worth[here | {name}] - worth[here]) / len(orders)
            here |= {name}
    return total


@few
@given(st.integers(1, 5), st.randoms(use_true_random=False))
def test_shapley_is_the_mean_contribution_over_all_arrivals(n, random):
    names = list("abcde"[:n])
    worth = {
        frozenset(name for place, name in enumerate(names) if bits >> place & 1): random.random()
        for bits in range(2**n)
    }
    found = shapley(worth)
    near(found, by_arrival(worth, names))
    assert found.sum() == pytest.approx(worth[frozenset(names)] - worth[frozenset()])


@few
@given(path_tables)
def test_shapley_on_orders_inside_is_linear_over_distinct_channels(paths):
    distinct = paths.assign(path=paths["path"].map(lambda path: tuple(dict.fromkeys(path))))
    near(shapley(orders_inside(paths)), credit(distinct, "linear").to_dict())


def test_rates_are_taken_from_those_who_met_exactly_or_at_most_the_combination():
    paths = table(("a", 1, 9), ("b", 1, 4), ("b > a", 6, 4))
    exactly = coalition_rates(paths, baseline=0.01)
    assert exactly[frozenset("ab")] == pytest.approx(0.6)
    assert exactly[frozenset("a")] == pytest.approx(0.1)
    assert exactly[frozenset()] == 0.01
    assert coalition_rates(paths, baseline=0, met="inside")[frozenset("ab")] == pytest.approx(
        8 / 25
    )


def test_more_than_five_channels_are_refused_with_a_way_out():
    paths = table(*((name, 1, 1) for name in "abcdef"))
    for call in (orders_inside, lambda some: coalition_rates(some, baseline=0)):
        with pytest.raises(ValueError, match=r"64 combinations.*at most 5 groups"):
            call(paths)
    worth = {tuple(n for n in "abcdef" if n in some): 1.0 for some in ("", "abcdef")}
    with pytest.raises(ValueError, match="at most 5 groups"):
        shapley(worth)


@pytest.mark.parametrize(
    ("worth", "words"),
    [
        ({(): 0, "A": 1, "B": 1}, r"A \+ B is missing"),
        ({"A": 1}, "no channel is missing"),
        ({(): 0, "A": 1, ("A",): 2}, "twice"),
        ({(): 0, "A": float("nan")}, "worth of A"),
        ({(): 0, 7: 1}, "tuple of names"),
        ({(): 0}, "no channel"),
    ],
)
def test_a_worth_that_cannot_be_split_is_refused(worth, words):
    with pytest.raises(ValueError, match=words):
        shapley(worth)


def test_a_combination_that_nobody_met_is_named():
    with pytest.raises(ValueError, match=r"exactly a \+ b"):
        coalition_rates(table(("a", 1, 1), ("b", 1, 1)), baseline=0)


# --- from touches to paths ----------------------------------------------------------------------


def naive_paths(touches, orders, lookback, counted, reuse, repeats, undecided, untouched, start):
    """Every convention by its wording, user by user, in Fractions of a day."""
    rows = []
    end = max([t for _, t, _ in touches] + [t for _, t in orders])
    for user in sorted({u for u, *_ in touches} | {u for u, _ in orders}):
        mine = sorted((t, place, c) for place, (u, t, c) in enumerate(touches) if u == user)
        bought = sorted(t for u, t in orders if u == user)
        if counted == "first" and bought:
            bought = bought[:1]
            mine = [touch for touch in mine if touch[0] <= bought[0]]
        left = list(mine)
        gone: list = []
        for order in bought:
            path = [touch for touch in mine if order - lookback <= touch[0] <= order]
            if not reuse:
                path = [touch for touch in path if touch not in gone]
                gone += [touch for touch in mine if touch[0] <= order]
            left = [touch for touch in left if touch not in path]
            if path or untouched == "kept":
                rows.append((order, path, 1))
        while left:
            final = left[-1]
            path = [
                touch
                for touch in left
                if touch[0] >= final[0] - lookback
                and not any(touch[0] <= order < final[0] for order in bought)
            ]
            left = [touch for touch in left if touch not in path]
            if undecided == "lost" or final[0] + lookback <= end:
                rows.append((final[0], path, 0))
    found = []
    for at, path, won in rows:
        steps = [(c, at - t) for t, _, c in path]
        if repeats == "merged":
            steps = [list(group)[-1] for _, group in groupby(steps, key=lambda step: step[0])]
        steps = steps or [(NO_TOUCH, 0)]
        if at >= start:
            found.append((at, tuple(c for c, _ in steps), tuple(d for _, d in steps), won))
    return sorted(found)


moments = st.integers(0, 20)


@settings(max_examples=150, deadline=None)
@given(
    touches=st.lists(st.tuples(st.sampled_from("xy"), moments, st.sampled_from("ab")), max_size=9),
    orders=st.lists(st.tuples(st.sampled_from("xyz"), moments), min_size=1, max_size=4),
    lookback=st.integers(1, 12),
    counted=st.sampled_from(["every", "first"]),
    reuse=st.booleans(),
    repeats=st.sampled_from(["kept", "merged"]),
    undecided=st.sampled_from(["lost", "left out"]),
    untouched=st.sampled_from(["kept", "left out"]),
    start=st.sampled_from([0, 6]),
)
def test_paths_follow_every_convention_to_the_letter(
    touches, orders, lookback, counted, reuse, repeats, undecided, untouched, start
):
    found = build_paths(
        pd.DataFrame(touches, columns=["user", "time", "channel"]),
        pd.DataFrame(orders, columns=["user", "time"]),
        lookback=lookback, orders=counted, reuse=reuse, repeats=repeats, undecided=undecided,
        untouched=untouched, start=start,
    )  # fmt: skip
    expected = naive_paths(
        touches, orders, lookback, counted, reuse, repeats, undecided, untouched, start
    )
    columns = ["time", "path", "days", "conversions"]
    assert sorted(found[columns].itertuples(index=False, name=None)) == expected
    assert (found["conversions"] + found["lost"] == 1).all()
    assert found["time"].is_monotonic_increasing


TOUCHES = pd.DataFrame(
    {
        "user": ["u", "u", "u", "v", "w"],
        "time": pd.to_datetime(
            [
                "2025-10-01 12:00",
                "2025-10-20 12:00",
                "2025-11-05 00:00",
                "2025-10-03 00:00",
                "2025-10-31 00:00",
            ]
        ),
        "channel": ["social", "email", "direct", "display", "social"],
    }
)
ORDERS = pd.DataFrame(
    {
        "user": ["u", "v", None],
        "time": pd.to_datetime(["2025-10-20 12:30", "2025-11-10 00:00", "2025-10-02 00:00"]),
        "order_id": ["o1", "o2", "o3"],
        "value": [40.0, 60.0, 20.0],
    }
)


def test_dates_ids_and_money_come_through():
    found = build_paths(TOUCHES, ORDERS, lookback=30).set_index("path")
    assert found.loc[[("social", "email")], "order_id"].tolist() == ["o1"]
    assert found.loc[[("social", "email")], "days"].iloc[0] == pytest.approx((19 + 1 / 48, 1 / 48))
    assert found.loc[[("direct",)], "lost"].tolist() == [1]
    assert found["value"].sum() == 120
    assert found.loc[[("direct",)], "value"].tolist() == [0]
    assert found.loc[[(NO_TOUCH,)], "order_id"].tolist() == ["o3", "o2"]
    assert str(found["time"].dtype).startswith("datetime64")


def test_a_wider_lookback_window_changes_who_gets_credit():
    week = credit(build_paths(TOUCHES, ORDERS, lookback=7), "first")
    quarter = credit(build_paths(TOUCHES, ORDERS, lookback=90), "first")
    near(week.loc[lambda s: s > 0], {"email": 1, NO_TOUCH: 2})
    near(quarter.loc[lambda s: s > 0], {"social": 1, "display": 1, NO_TOUCH: 1})


def test_a_touch_exactly_the_lookback_before_counts_and_a_moment_earlier_does_not():
    orders = pd.DataFrame({"user": ["u"], "time": [31.1]})
    for at, path in ((1.1, ("a",)), (1.1 - 1e-6, (NO_TOUCH,))):
        touches = pd.DataFrame({"user": ["u"], "time": [at], "channel": ["a"]})
        found = build_paths(touches, orders, lookback=30)
        assert found.loc[found["conversions"] == 1, "path"].tolist() == [path]


def test_what_lies_after_the_end_is_not_seen():
    found = build_paths(TOUCHES, ORDERS, lookback=30, end="2025-10-20 12:15")
    assert found["conversions"].sum() == 1  # the order without a user
    assert ("social", "email") in found["path"].tolist()
    assert found.set_index("path").loc[[("social", "email")], "conversions"].tolist() == [0]


def test_the_result_does_not_depend_on_the_row_order():
    first = build_paths(TOUCHES, ORDERS, lookback=30)
    again = build_paths(TOUCHES[::-1], ORDERS[::-1], lookback=30)
    pd.testing.assert_frame_equal(first, again)


def test_empty_tables_make_no_paths_and_no_noise():
    assert build_paths(TOUCHES[:0], ORDERS[:0], lookback=30).empty
    assert len(build_paths(TOUCHES[:0], ORDERS, lookback=30)) == 3
    assert build_paths(TOUCHES, ORDERS[:0], lookback=30)["lost"].sum() == 4


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: build_paths(TOUCHES, ORDERS, lookback=0), "lookback is above 0"),
        (lambda: build_paths(TOUCHES, ORDERS, lookback=30, orders="all"), "'every', 'first'"),
        (lambda: build_paths(TOUCHES.drop(columns="user"), ORDERS, lookback=30), "column 'user'"),
        (lambda: build_paths(TOUCHES.astype({"time": str}), ORDERS, lookback=30), "to_datetime"),
        (lambda: build_paths(TOUCHES.assign(time=1.0), ORDERS, lookback=30), "must be alike"),
        (lambda: build_paths(TOUCHES.assign(channel=None), ORDERS, lookback=30), "not set"),
        (lambda: build_paths(TOUCHES.assign(time=pd.NaT), ORDERS, lookback=30), "no time"),
        (lambda: build_paths(TOUCHES, ORDERS, lookback=30, start="soon"), "start is a moment"),
        (lambda: build_paths(TOUCHES, ORDERS.assign(value=-1), lookback=30), "below 0"),
        (lambda: credit(SET_B, "newest"), "rule is one of"),
        (lambda: credit(SET_B, "time decay"), "no column 'days'"),
        (lambda: credit(SET_B, "last", of="value"), "no column 'value'"),
        (lambda: credit(SET_B.assign(path=7), "last"), "tuple of channels"),
        (lambda: credit(SET_B.assign(path="a > "), "last"), "no name"),
        (lambda: credit(SET_B.assign(conversions=-1), "last"), "below 0"),
        (lambda: touch_shares((), "last"), "empty"),
        (lambda: touch_shares(("a", "b"), "time decay", days=(1,)), "one per touch"),
        (lambda: removal_effects(SET_B.assign(conversions=0)), "No path ends in an order"),
        (lambda: transition_matrix(SET_B.assign(conversions=0, lost=0)), "no paths"),
        (lambda: transition_matrix(SET_B.drop(columns="lost")), "no column 'lost'"),
        (lambda: transition_matrix(SET_B.assign(path="(null)")), "state of the chain"),
        (lambda: conversion_probability(transition_matrix(SET_B), "TV"), "'TV'"),
    ],
)
def test_bad_input_is_named_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_an_end_without_zone_is_taken_in_that_of_the_touches():
    touches = pd.DataFrame(
        {
            "user": ["a", "b"],
            "time": pd.to_datetime(["2025-01-01 12:00", "2025-01-02 00:30"]),
            "channel": "S",
        }
    )
    orders = pd.DataFrame({"user": ["a"], "time": pd.to_datetime(["2025-01-01 13:00"])})
    zoned = [
        table.assign(time=table["time"].dt.tz_localize("Asia/Tokyo")) for table in (touches, orders)
    ]
    for tables in ((touches, orders), zoned):
        found = build_paths(*tables, lookback=30, end="2025-01-02")
        assert found["user"].tolist() == ["a"]
    with pytest.raises(ValueError, match=r"end is a moment.*'soon' is not a time"):
        build_paths(*zoned, lookback=30, end="soon")


def test_a_combination_nobody_met_is_refused_with_advice_that_can_be_followed():
    paths = pd.DataFrame({"path": ["A", "B"], "conversions": [1, 0], "lost": [1, 0]})
    with pytest.raises(ValueError, match='met="inside"'):
        coalition_rates(paths, baseline=0)
    with pytest.raises(ValueError, match=r"more coarsely\.$"):
        coalition_rates(paths, baseline=0, met="inside")
