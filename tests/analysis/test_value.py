"""Value: the course's reference values of sign-ups, channels, holdouts and customers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chi2_contingency
from statsmodels.stats.proportion import confint_proportions_2indep

from workbook.analysis.value import (
    aov,
    break_even_roas,
    channel_table,
    clv,
    clv_simple,
    cpa,
    excess_value,
    expected_value,
    incremental_value,
    incremental_value_per_visitor,
    incrementality,
    naive_value,
    revenue_drivers,
    revenue_per,
    rfm,
    roas,
    roi,
)

few = settings(max_examples=40, deadline=None)
rates = st.floats(0, 1)

CHANNELS = pd.DataFrame(
    {
        "cost": [2_000, 1_500, 200, 1_000],
        "sessions": [8_000, 15_000, 4_000, 20_000],
        "orders": [160, 60, 120, 20],
        "revenue": [12_800, 3_900, 9_000, 1_500],
    },
    index=["Search", "Social", "Email", "Display"],
)


# --- RV-25 to RV-28, RV-30 ------------------------------------------------------------------------


def test_a_sign_up_has_three_values():
    assert naive_value(0.04, 80, 0.4) == pytest.approx(1.28)
    assert excess_value(0.04, 0.015, 80, 0.4) == pytest.approx(0.80)
    assert incremental_value_per_visitor(0.0215, 0.02, 80, 0.4) == pytest.approx(0.048)
    assert incremental_value(0.0215, 0.02, 0.05, 80, 0.4) == pytest.approx(0.96)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("Search", (0.02, 80, 1.60, 12.5, 6.4, 1.56)),
        ("Social", (0.004, 65, 0.26, 25, 2.6, 0.04)),
        ("Email", (0.03, 75, 2.25, 1.67, 45, 17)),
        ("Display", (0.001, 75, 0.075, 50, 1.5, -0.4)),
        ("All", (0.00766, 75.56, 0.579, 13.06, 5.787, 1.315)),
    ],
)
def test_the_channels_of_the_course(channel, expected):
    row = channel_table(CHANNELS, 0.4).loc[channel]
    found = row[["rate", "aov", "revenue_per_session", "cpa", "roas", "roi"]]
    for value, published in zip(found, expected, strict=True):
        places = len(str(published).partition(".")[2])
        assert round(value, places) == published


def test_channel_and_order_are_far_from_independent():
    found = channel_table(CHANNELS, 0.4).drop("All")
    table = [found["orders"], found["sessions"] - found["orders"]]
    result = chi2_contingency(table, correction=False)
    assert (round(result.statistic, 3), result.dof) == (566.058, 3)


def test_lifetime_value_in_three_forms():
    assert round(clv(100, 0.8, 0.1), 2) == 266.67
    assert round(clv(100, 0.8, 0.1, first="now"), 2) == 366.67
    assert round(clv(100, 0.8, 0.1, periods=10), 2) == 255.63
    assert clv_simple(60, 3, 4, 0.4) == pytest.approx(288)


CUSTOMERS = pd.DataFrame(
    [
        (5, 8, 640), (40, 2, 90), (200, 1, 30), (12, 5, 410), (90, 3, 150),
        (3, 1, 60), (150, 6, 900), (30, 4, 220), (365, 1, 25), (60, 2, 300),
    ],
    columns=["recency", "frequency", "money"],
    index=[f"c{n}" for n in range(1, 11)],
)  # fmt: skip


def test_ten_customers_are_scored_as_published():
    found = rfm(CUSTOMERS)
    assert found["rfm"].to_dict() == {
        "c1": "555", "c2": "322", "c3": "111", "c4": "444", "c5": "233",
        "c6": "512", "c7": "255", "c8": "443", "c9": "121", "c10": "334",
    }  # fmt: skip


def test_a_holdout_shows_how_little_of_the_attributed_return_was_added():
    found = incrementality(100_000, 1_200, 100_000, 1_000, aov=75, cost=10_000)
    assert found.attributed_roas == pytest.approx(9.0)
    assert found.orders == pytest.approx(200)
    assert found.roas == pytest.approx(1.5)
    assert found.cost_per_order == pytest.approx(50)
    assert found.roi(0.4) == pytest.approx((200 * 75 * 0.4 - 10_000) / 10_000)
    low, high = confint_proportions_2indep(1_200, 100_000, 1_000, 100_000, method="newcomb")
    assert list(found.interval) == pytest.approx([100_000 * low, 100_000 * high])


# --- what a micro is worth ------------------------------------------------------------------------


@few
@given(rates, rates, st.floats(0, 500), st.floats(0.01, 1))
def test_the_excess_is_the_naive_value_less_what_comes_anyway(p, q, order, margin):
    expected = naive_value(p, order, margin) - naive_value(q, order, margin)
    assert excess_value(p, q, order, margin) == pytest.approx(expected, abs=1e-9)


@few
@given(rates, rates, st.floats(0.001, 1), st.floats(0, 500))
def test_value_per_micro_times_micros_is_the_value_per_visitor(exposed, held, micro, order):
    per_micro = incremental_value(exposed, held, micro, order, 0.5)
    per_visitor = incremental_value_per_visitor(exposed, held, order, 0.5)
    assert per_micro * micro == pytest.approx(per_visitor, abs=1e-9)


def test_a_lead_is_worth_what_it_may_become():
    assert expected_value(2_000, 0.40, 0.25) == pytest.approx(200)
    assert expected_value(80) == 80
    assert expected_value(80 * 0.4, 0.04) == pytest.approx(naive_value(0.04, 80, 0.4))


# --- channels -------------------------------------------------------------------------------------


def test_the_plain_functions_and_the_table_agree():
    for channel, row in channel_table(CHANNELS, 0.4).iterrows():
        assert row["aov"] == pytest.approx(aov(row["revenue"], row["orders"])), channel
        assert row["revenue_per_session"] == revenue_per(row["revenue"], row["sessions"])
        assert row["cpa"] == cpa(row["cost"], row["orders"])
        assert row["roas"] == roas(row["revenue"], row["cost"])
        assert row["roi"] == pytest.approx(roi(row["revenue"], row["cost"], 0.4))
        assert row["revenue"] == pytest.approx(row["sessions"] * row["rate"] * row["aov"])


@few
@given(st.floats(1, 1e6), st.floats(0.01, 1))
def test_at_the_break_even_roas_nothing_is_won_or_lost(cost, margin):
    assert roi(break_even_roas(margin) * cost, cost, margin) == pytest.approx(0, abs=1e-9)


def test_break_even_at_forty_percent_margin():
    assert break_even_roas(0.4) == pytest.approx(2.5)


def test_a_channel_without_cost_or_orders_has_blanks_and_not_infinities():
    table = pd.DataFrame(
        {"cost": [0.0, 50], "sessions": [10, 10], "orders": [1, 0], "revenue": [80.0, 0]},
        index=["organic", "display"],
    )
    found = channel_table(table, 0.4)
    assert found.loc["organic", ["cpa"]].tolist() == [0]
    assert found.loc["organic", ["roas", "roi"]].isna().all()
    assert found.loc["display", ["aov", "cpa"]].isna().all()
    assert found.loc["display", "roi"] == -1
    assert not np.isinf(found.to_numpy()).any()


def test_the_channel_table_leaves_its_argument_alone():
    before = CHANNELS.copy()
    channel_table(CHANNELS, 0.4)
    pd.testing.assert_frame_equal(CHANNELS, before)


# --- why revenue changed --------------------------------------------------------------------------

totals = st.fixed_dictionaries(
    {
        "sessions": st.integers(1, 10**6),
        "orders": st.integers(1, 10**5),
        "revenue": st.floats(0.01, 1e7),
    }
)


def drivers_of(period):
    return np.array(
        [
            period["sessions"],
            period["orders"] / period["sessions"],
            period["revenue"] / period["orders"],
        ]
    )


@few
@given(totals, totals)
def test_the_drivers_add_up_to_the_change_of_revenue(before, after):
    found = revenue_drivers(before, after)
    assert found.index.tolist() == ["sessions", "rate", "aov"]
    assert found["before"].tolist() == pytest.approx(drivers_of(before))
    assert found["after"].tolist() == pytest.approx(drivers_of(after))
    change = after["revenue"] - before["revenue"]
    # The parts may be large beside their sum, and are rounded as large numbers are.
    size = before["revenue"] + after["revenue"]
    assert found["effect"].sum() == pytest.approx(change, abs=1e-12 * size)


@few
@given(totals, totals)
def test_an_effect_is_revenue_gathered_along_even_growth(before, after):
    """Divisia's own definition: the integral of revenue over d ln driver."""
    found = revenue_drivers(before, after)["effect"]
    growth = np.log(drivers_of(after) / drivers_of(before))
    start, end = before["revenue"], after["revenue"]
    gathered, _ = quad(lambda t: start ** (1 - t) * end**t, 0, 1)
    assert found.tolist() == pytest.approx(gathered * growth, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(
    ("driver", "after"),
    [
        ("sessions", (11_000, 220, 17_600)),
        ("rate", (10_000, 270, 21_600)),
        ("aov", (10_000, 200, 13_000)),
    ],
)
def test_one_driver_that_changed_has_all_of_the_change(driver, after):
    names = ["sessions", "orders", "revenue"]
    before = {"sessions": 10_000, "orders": 200, "revenue": 16_000}
    found = revenue_drivers(before, dict(zip(names, after, strict=True)))["effect"]
    assert found[driver] == pytest.approx(after[2] - 16_000)
    assert found.drop(driver).tolist() == [0, 0]


@few
@given(totals, totals)
def test_looking_back_only_swaps_the_signs(before, after):
    there, back = revenue_drivers(before, after), revenue_drivers(after, before)
    size = before["revenue"] + after["revenue"]
    assert there["effect"].tolist() == pytest.approx((-back["effect"]).tolist(), abs=1e-12 * size)


def test_equal_revenue_may_hide_drivers_that_cancel_out():
    before = {"sessions": 10_000, "orders": 200, "revenue": 16_000}
    found = revenue_drivers(before, {"sessions": 20_000, "orders": 200, "revenue": 16_000})
    assert found["effect"].tolist() == pytest.approx([16_000 * np.log(2), -16_000 * np.log(2), 0])
    nearly = {"sessions": 20_000, "orders": 200, "revenue": 16_000 * (1 + 1e-14)}
    assert revenue_drivers(before, nearly)["effect"].tolist() == pytest.approx(
        found["effect"].tolist(), abs=1e-8
    )


def test_rows_of_a_table_are_periods_too():
    found = revenue_drivers(CHANNELS.loc["Display"], CHANNELS.loc["Search"])
    given_as_dicts = revenue_drivers(
        CHANNELS.loc["Display"].to_dict(), CHANNELS.loc["Search"].to_dict()
    )
    pd.testing.assert_frame_equal(found, given_as_dicts)
    assert found["effect"].sum() == pytest.approx(12_800 - 1_500)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"orders": 0}, r"The period 'after' has no orders \(0\), so .* take a longer period\.$"),
        ({"sessions": 0}, "'after' has no sessions"),
        ({"revenue": 0.0}, "'after' has no revenue"),
        ({"revenue": -5}, "revenue of after is at least 0"),
        ({"orders": float("nan")}, "orders of after is one number"),
        ({"orders": None}, "orders of after is one number"),
    ],
)
def test_a_period_without_orders_has_no_drivers(changed, words):
    before = {"sessions": 10, "orders": 2, "revenue": 160}
    with pytest.raises(ValueError, match=words):
        revenue_drivers(before, before | changed)


@pytest.mark.parametrize("period", [{"sessions": 1, "orders": 1}, (10, 2, 160), None])
def test_a_period_names_all_its_totals(period):
    with pytest.raises(ValueError, match="before has to name the period's sessions, orders and"):
        revenue_drivers(period, {"sessions": 10, "orders": 2, "revenue": 160})


# --- holdouts -------------------------------------------------------------------------------------


def test_groups_of_unlike_size_are_compared_by_rate():
    found = incrementality(90_000, 1_080, 10_000, 100, aov=75, cost=9_000)
    assert found.orders == pytest.approx(180)
    assert found.interval.low < 180 < found.interval.high


def test_ads_that_add_nothing_have_no_cost_per_incremental_order():
    found = incrementality(1_000, 10, 1_000, 12, aov=75, cost=100)
    assert found.orders == pytest.approx(-2)
    assert found.roas < 0 < found.attributed_roas
    with pytest.raises(ValueError, match="no incremental order"):
        _ = found.cost_per_order


# --- customers ------------------------------------------------------------------------------------


@few
@given(st.integers(1, 99), st.integers(0, 30), st.integers(0, 12))
def test_lifetime_value_is_the_sum_of_discounted_margins(retained, discounted, periods):
    r, d = Fraction(retained, 100), Fraction(discounted, 100)
    exact = sum(100 * r**t / (1 + d) ** t for t in range(1, periods + 1))
    assert clv(100, float(r), float(d), periods=periods) == pytest.approx(float(exact))
    assert clv(100, float(r), float(d), periods=5_000) == pytest.approx(
        clv(100, float(r), float(d))
    )
    later, now = clv(100, float(r), float(d)), clv(100, float(r), float(d), first="now")
    assert now - later == pytest.approx(100)


def test_nobody_retained_leaves_the_first_margin():
    assert clv(100, 0, 0.1) == 0
    assert clv(100, 0, 0.1, first="now") == 100


@few
@given(st.lists(st.integers(0, 6), min_size=5, max_size=60))
def test_fifths_in_row_order_are_those_of_pandas(orders):
    table = pd.DataFrame({"recency": orders, "frequency": orders, "money": orders})
    found = rfm(table)
    ranks = table["frequency"].rank(method="first")
    assert found["f"].tolist() == pd.qcut(ranks, 5, labels=[1, 2, 3, 4, 5]).astype(int).tolist()
    assert found["m"].equals(found["f"].rename("m"))
    newest = (-table["recency"]).rank(method="first")
    assert found["r"].tolist() == pd.qcut(newest, 5, labels=[1, 2, 3, 4, 5]).astype(int).tolist()
    sizes = found["f"].value_counts()
    assert sizes.max() - sizes.min() <= 2


@few
@given(st.lists(st.integers(0, 3), min_size=5, max_size=60))
def test_equals_score_alike_if_one_says_so(orders):
    table = pd.DataFrame({"recency": orders, "frequency": orders, "money": orders})
    found = rfm(table, ties="alike").assign(orders=orders)
    assert (found.groupby("orders")[["r", "f", "m"]].nunique() == 1).all().all()
    rising = found.sort_values("orders", kind="stable")
    assert rising["f"].is_monotonic_increasing and rising["r"].is_monotonic_decreasing


def test_one_order_each_makes_fifths_by_row_order_meaningless():
    table = pd.DataFrame({"recency": range(10), "frequency": [1] * 10, "money": range(10)})
    assert rfm(table)["f"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert rfm(table, ties="alike")["f"].unique().tolist() == [3]


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: naive_value(4, 80, 0.4), "For 4 %, write 0.04"),
        (lambda: naive_value(0.04, -80, 0.4), "aov is at least 0"),
        (lambda: naive_value(0.04, 80, 40), "For 40 %, write 0.4"),
        (lambda: naive_value(0.04, 80, 0), "margin of 0"),
        (lambda: incremental_value(0.02, 0.01, 0, 80), "there is none to value"),
        (lambda: expected_value(2_000, 0.4, 25), "A chance lies between"),
        (lambda: aov(100, 0), "no orders"),
        (lambda: revenue_per(100, 0), "no sessions or visitors"),
        (lambda: cpa(100, 0), "no cost per orders"),
        (lambda: roas(100, 0), "There are no cost|no revenue per cost"),
        (lambda: roi(100, -1, 0.4), "cost is at least 0"),
        (lambda: break_even_roas(float("nan")), "margin is one number"),
        (lambda: channel_table(CHANNELS.drop(columns="cost"), 0.4), "no column 'cost'"),
        (lambda: channel_table(channel_table(CHANNELS, 0.4), 0.4), "'All' already"),
        (lambda: incrementality(10, 11, 10, 1, aov=1, cost=1), "not a part"),
        (lambda: incrementality(10, 1, 0, 0, aov=1, cost=1), "denominator"),
        (lambda: incrementality(10, 1, 10, 1, aov=1, cost=0), "cost is above 0"),
        (lambda: clv(100, 1, 0), "no limit"),
        (lambda: clv(100, 80, 0.1), "For 80 %, write 0.8"),
        (lambda: clv(100, 0.8, 0.1, first="immediately"), "first is one of"),
        (lambda: clv(100, 0.8, 0.1, periods=2.5), "whole number"),
        (lambda: rfm(CUSTOMERS[:4]), "at least five customers"),
        (lambda: rfm(CUSTOMERS.drop(columns="money")), "no column 'money'"),
        (lambda: rfm(CUSTOMERS.assign(money=np.nan)), "money has a missing"),
        (lambda: rfm(CUSTOMERS, ties="random"), "ties is one of"),
    ],
)
def test_bad_input_is_named_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_holdout_without_any_order_leaves_room_for_some():
    found = incrementality(500, 0, 500, 0, aov=75, cost=100)
    assert found.orders == 0
    assert found.interval.low < -1 and found.interval.high > 1


def test_a_tables_short_numbers_are_counted_in_full():
    few = (np.float32(3), np.int8(100))
    assert type(roas(*few)) is float
    assert incrementality(np.int8(120), np.int8(12), np.int8(100), np.int8(5), aov=75, cost=9) == (
        incrementality(120, 12, 100, 5, aov=75, cost=9)
    )


def test_channels_of_two_names_are_refused():
    table = pd.DataFrame(
        {name: [1.0] for name in ("cost", "sessions", "orders", "revenue")},
        index=pd.MultiIndex.from_tuples([("Search", "brand")]),
    )
    with pytest.raises(ValueError, match="one name"):
        channel_table(table, 0.4)
