"""Association: the course's 2x2 table, statsmodels as oracle, and adjustment for what is alike."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2

from workbook.analysis.association import (
    TwoByTwo,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
    standardized,
    strata,
    two_by_two,
)

few = settings(max_examples=40, deadline=None)
CART = TwoByTwo(220, 780, 30, 8_970)

full = st.builds(TwoByTwo, *[st.integers(1, 300)] * 4)
any_table = st.tuples(*[st.integers(0, 20)] * 4).filter(any).map(lambda four: TwoByTwo(*four))


def cells(one: TwoByTwo) -> np.ndarray:
    return np.array([[one.both, one.micro_only], [one.macro_only, one.neither]], dtype=float)


# --- RV-23 --------------------------------------------------------------------------------------


def test_cart_and_purchase_in_ten_thousand_sessions():
    assert CART.rate_with == pytest.approx(0.22)
    assert CART.rate_without == pytest.approx(30 / 9_000)
    assert CART.base_rate == pytest.approx(0.025)
    assert CART.excess_rate == pytest.approx(0.22 - 30 / 9_000)
    assert CART.lift == pytest.approx(8.8)
    assert CART.risk_ratio == pytest.approx(66)
    assert round(CART.odds_ratio, 3) == 84.333
    assert [round(end, 2) for end in CART.odds_ratio_interval()] == [57.19, 124.36]
    assert round(CART.phi, 4) == 0.4163
    assert CART.recall == pytest.approx(0.88)
    assert CART.precision == pytest.approx(0.22)


# --- one table ----------------------------------------------------------------------------------


@few
@given(full)
def test_ratios_and_their_intervals_are_those_of_statsmodels(one):
    oracle = Table2x2(cells(one), shift_zeros=False)
    assert one.risk_ratio == pytest.approx(oracle.riskratio)
    assert one.odds_ratio == pytest.approx(oracle.oddsratio)
    assert one.risk_ratio_interval() == pytest.approx(oracle.riskratio_confint())
    assert one.odds_ratio_interval(0.9) == pytest.approx(oracle.oddsratio_confint(0.1))


@few
@given(full)
def test_phi_is_the_correlation_of_the_two_columns(one):
    counts = [one.both, one.micro_only, one.macro_only, one.neither]
    micro, macro = np.repeat([1, 1, 0, 0], counts), np.repeat([1, 0, 1, 0], counts)
    assert one.phi == pytest.approx(np.corrcoef(micro, macro)[0, 1], abs=1e-9)
    assert two_by_two(micro, macro.astype(bool)) == one


@few
@given(full)
def test_bayes_joins_recall_lift_and_precision(one):
    assert one.recall * one.base_rate == pytest.approx(one.precision * one.with_micro / one.total)
    assert one.lift == pytest.approx(one.recall / (one.with_micro / one.total))
    low, high = one.excess_interval()
    assert low < one.excess_rate < high


def test_the_table_counts_rows_of_two_columns():
    log = pd.DataFrame(
        {"cart": [True, True, False, False, True], "order": [1, 0, 1, 0, 1]},
        index=[9, 7, 5, 3, 1],
    )
    assert two_by_two(log["cart"], log["order"]) == TwoByTwo(2, 1, 1, 1)
    assert two_by_two(log["cart"].astype("boolean"), log["order"] == 1) == TwoByTwo(2, 1, 1, 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: TwoByTwo(-1, 1, 1, 1), "both is at least 0"),
        (lambda: TwoByTwo(0, 0, 0, 0), "counts nobody"),
        (lambda: TwoByTwo(float("nan"), 0, 0, 1), "both is one number"),
        (lambda: TwoByTwo(0, 0, 1, 9).rate_with, "Nobody did the micro"),
        (lambda: TwoByTwo(1, 9, 0, 0).excess_rate, "nobody to compare"),
        (lambda: TwoByTwo(5, 5, 0, 9).risk_ratio, "compare the two rates"),
        (lambda: TwoByTwo(5, 0, 1, 9).odds_ratio, "cell"),
        (lambda: TwoByTwo(5, 5, 0, 9).odds_ratio_interval(), "count is 0"),
        (lambda: TwoByTwo(0, 5, 0, 9).lift, "Nobody did the macro"),
        (lambda: TwoByTwo(0, 5, 0, 9).recall, "Nobody did the macro"),
        (lambda: TwoByTwo(0, 5, 0, 9).phi, "one of the two"),
        (lambda: two_by_two([True], [True, False]), "micro has 1, macro has 2"),
        (lambda: two_by_two([], []), "no rows"),
        (lambda: two_by_two([True, None], [True, True]), "micro has blanks"),
        (lambda: two_by_two([True, True], ["yes", "no"]), "macro must be True or False"),
        (lambda: two_by_two([2, 0], [1, 0]), "micro must be True or False"),
    ],
)
def test_a_table_that_says_nothing_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- strata -------------------------------------------------------------------------------------


@few
@given(st.lists(full, min_size=1, max_size=4))
def test_the_pooled_risk_ratio_is_that_of_statsmodels(tables):
    oracle = StratifiedTable([cells(one) for one in tables])
    assert mantel_haenszel_risk_ratio(tables).value == pytest.approx(oracle.riskratio_pooled)


@few
@given(full)
def test_with_one_stratum_nothing_is_adjusted(one):
    ratio = mantel_haenszel_risk_ratio([one])
    assert ratio.value == pytest.approx(one.risk_ratio)
    assert ratio.interval == pytest.approx(one.risk_ratio_interval())
    difference, interval = mantel_haenszel_risk_difference([one])
    p, q = one.rate_with, one.rate_without
    half = 1.959963984540054 * sqrt(p * (1 - p) / one.with_micro + q * (1 - q) / one.without_micro)
    ends = [max(-1, p - q - half), min(1, p - q + half)]
    assert difference == pytest.approx(p - q)
    assert list(interval) == pytest.approx(ends)
    for to in ("micro", "all"):
        alike = standardized([one], to=to)
        assert alike.difference == pytest.approx(p - q)
        assert list(alike.interval) == pytest.approx(ends)


@few
@given(
    st.lists(st.tuples(st.integers(2, 50), st.integers(2, 50), st.integers(0, 8)), min_size=1),
    st.integers(-2, 2),
)
def test_a_difference_that_is_alike_everywhere_is_found_whatever_the_mix(sizes, tenths):
    tables = []
    for n1, n0, base in sizes:  # rates in tenths, so that counts of tens are whole
        with_micro = min(10, max(0, base + tenths))
        assume(with_micro == base + tenths)
        tables.append(
            TwoByTwo(n1 * with_micro, n1 * (10 - with_micro), n0 * base, n0 * (10 - base))
        )
    assert mantel_haenszel_risk_difference(tables)[0] == pytest.approx(tenths / 10)
    for to in ("micro", "all"):
        assert standardized(tables, to=to).difference == pytest.approx(tenths / 10)


@few
@given(st.lists(any_table, min_size=1, max_size=5))
def test_standardizing_is_weighting_the_rows_of_the_others(tables):
    kept = [one for one in tables if one.with_micro and one.without_micro]
    assume(kept)
    others = pd.DataFrame(
        [
            (bought, count, stratum.with_micro / stratum.without_micro, stratum)
            for stratum in kept
            for bought, count in ((1, stratum.macro_only), (0, stratum.neither))
        ],
        columns=["bought", "count", "odds", "stratum"],
    )
    expected = np.average(others["bought"], weights=others["count"] * others["odds"])
    takers = sum(one.with_micro for one in kept)
    found = standardized(tables)
    assert found.rate_with == pytest.approx(sum(one.both for one in kept) / takers)
    assert found.rate_expected == pytest.approx(expected)
    assert found.left_out == sum(one.total for one in tables if one not in kept)
    assert found.interval.low <= found.difference <= found.interval.high


CONFOUNDED = pd.DataFrame(
    {
        "wish": np.repeat([1, 0, 1, 0], [400, 600, 100, 9_900]),
        "buy": np.concatenate(
            [np.arange(size) < bought
             for size, bought in ((400, 80), (600, 120), (100, 2), (9_900, 198))]
        ),
        "intent": np.repeat(["high", "high", "low", "low"], [400, 600, 100, 9_900]),
        "device": "mobile",
    }
)  # fmt: skip


def test_a_wish_list_that_only_marks_intent_vanishes_among_alike():
    crude = two_by_two(CONFOUNDED["wish"], CONFOUNDED["buy"])
    assert crude.risk_ratio == pytest.approx((82 / 500) / (318 / 10_500))  # more than five-fold
    alike = strata(CONFOUNDED, "wish", "buy", "intent")
    assert list(alike) == ["high", "low"]
    assert mantel_haenszel_risk_ratio(alike).value == pytest.approx(1)
    assert mantel_haenszel_risk_difference(alike)[0] == pytest.approx(0)
    assert standardized(alike).difference == pytest.approx(0)
    assert standardized(alike).ratio == pytest.approx(1)


def test_strata_may_be_told_apart_by_several_columns_and_blanks_are_one():
    table = CONFOUNDED.assign(intent=CONFOUNDED["intent"].where(CONFOUNDED["intent"] == "high"))
    found = strata(table, "wish", "buy", ["intent", "device"])
    assert len(found) == 2
    assert sum(one.total for one in found.values()) == len(table)


def test_the_weights_decide_when_strata_differ():
    tables = [TwoByTwo(90, 10, 10, 90), TwoByTwo(1, 9, 90, 810)]  # differences .8 and 0
    assert standardized(tables, to="micro").difference == pytest.approx(0.8 * 100 / 110)
    assert standardized(tables, to="all").difference == pytest.approx(0.8 * 200 / 1_110)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    draw = np.random.default_rng(20_240_601)
    sizes, rates = [(300, 900), (500, 400)], [(0.20, 0.10), (0.06, 0.03)]  # ratio 2 in both
    held = np.zeros(2)
    differences = [high - low for high, low in rates]
    truth = np.average(differences, weights=[n1 for n1, _ in sizes])
    for _ in range(1_000):
        tables = [
            TwoByTwo(a := int(draw.binomial(n1, p)), n1 - a, c := int(draw.binomial(n0, q)), n0 - c)
            for (n1, n0), (p, q) in zip(sizes, rates, strict=True)
        ]
        held += [
            2 in mantel_haenszel_risk_ratio(tables).interval,
            truth in standardized(tables).interval,
        ]
    assert (abs(held / 1_000 - 0.95) < 0.03).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: standardized([TwoByTwo(1, 1, 0, 0)]), "No stratum has both kinds"),
        (lambda: standardized([]), "No stratum has both kinds"),
        (lambda: standardized([CART], to="no micro"), "to is one of 'micro', 'all'"),
        (lambda: standardized([TwoByTwo(1, 1, 0, 5)]).ratio, "never did the macro"),
        (lambda: mantel_haenszel_risk_ratio([TwoByTwo(1, 1, 0, 5)]), "risk_difference"),
        (lambda: strata(CONFOUNDED, "wish", "buys", "intent"), "Did you mean 'buy'"),
        (lambda: strata(CONFOUNDED[:0], "wish", "buy", "intent"), "need rows"),
        (lambda: strata(CONFOUNDED, "wish", "buy", []), "at least one column"),
    ],
)
def test_strata_that_cannot_be_compared_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.float32])
def test_cells_of_a_small_number_type_cannot_overflow(kind):
    """220 x 8,970 is more than an int16 holds, and a shop's cells more than an int32."""
    cells = (100, 120, 90, 125)
    small = TwoByTwo(*map(kind, cells))
    assert (small, small.odds_ratio, small.phi) == (
        TwoByTwo(*cells), TwoByTwo(*cells).odds_ratio, TwoByTwo(*cells).phi,
    )  # fmt: skip
    huge = TwoByTwo(*[np.int32(100_000)] * 4)
    assert (huge.odds_ratio, huge.phi) == (1, 0)


def test_one_table_is_no_strata():
    with pytest.raises(ValueError, match="list of tables"):
        standardized(CART)


def test_standardized_errors_are_the_spread_of_repeated_samples():
    """Three strata of fixed sizes, rates known: the interval's width against 4,000 draws."""
    rng = np.random.default_rng(11)
    sizes, rates = [(300, 900), (150, 500), (80, 80)], [(0.3, 0.1), (0.5, 0.4), (0.2, 0.3)]
    with_micro = [rng.binomial(n, p, 4_000) for (n, _), (p, _) in zip(sizes, rates, strict=True)]
    without = [rng.binomial(n, p, 4_000) for (_, n), (_, p) in zip(sizes, rates, strict=True)]
    found = [
        standardized(
            [
                TwoByTwo(a[i], n - a[i], b[i], m - b[i])
                for a, b, (n, m) in zip(with_micro, without, sizes, strict=True)
            ]
        )
        for i in range(4_000)
    ]
    error = np.mean([one.interval.high - one.interval.low for one in found]) / 2 / 1.959964
    assert np.std([one.difference for one in found]) == pytest.approx(error, rel=0.05)
    truth = np.average([p - q for p, q in rates], weights=[n for n, _ in sizes])
    assert np.mean([truth in one.interval for one in found]) == pytest.approx(0.95, abs=0.015)
