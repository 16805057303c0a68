"""Prediction: the surrogate's reference value, scipy and statsmodels as oracles, leaks refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workbook.analysis.association import TwoByTwo
from workbook.analysis.prediction import (
    INTERCEPT,
    auc,
    brier,
    calibration_ratio,
    calibration_table,
    fit_logistic,
    lift_by_tenth,
    predicted_effect,
    roc_points,
    surrogate_prediction,
    surrogate_verdict,
)
from workbook.analysis.rates import wilson

few = settings(max_examples=40, deadline=None)
PAST = TwoByTwo(200, 800, 90, 8_910)  # P(buy | cart) 20 %, P(buy | no cart) 1 %

scored = st.lists(
    st.tuples(st.integers(0, 8).map(lambda n: n / 8), st.booleans()), min_size=2, max_size=60
).filter(lambda rows: len({bought for _, bought in rows}) == 2)


def columns(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    score, bought = zip(*rows, strict=True)
    return np.array(score), np.array(bought)


# --- RV-24 --------------------------------------------------------------------------------------


def test_two_points_more_carts_foretell_0_38_points_more_orders():
    assert predicted_effect(0.02, 0.20, 0.01) == pytest.approx(0.0038)
    found = surrogate_prediction(1_000, 10_000, 1_200, 10_000, PAST)
    assert found.effect == pytest.approx(0.0038)
    low, high = found.interval
    assert low + high == pytest.approx(2 * 0.0038)
    assert surrogate_verdict(found, (0.0005, 0.0015)) == "below"


def test_the_interval_of_the_prediction_is_as_wide_as_repeated_experiments_spread():
    draw = np.random.default_rng(5)
    size = 40_000
    change = draw.binomial(900, 0.40, size) / 900 - draw.binomial(900, 0.10, size) / 900
    excess = draw.binomial(300, 0.20, size) / 300 - draw.binomial(700, 0.04, size) / 700
    found = surrogate_prediction(90, 900, 360, 900, TwoByTwo(60, 240, 28, 672))
    assert found.standard_error == pytest.approx(float((change * excess).std()), rel=0.03)


def test_without_doubt_about_the_past_only_the_test_is_unsure():
    endless = TwoByTwo(2e12, 8e12, 9e11, 8.91e13)
    found = surrogate_prediction(1_000, 10_000, 1_200, 10_000, endless)
    alone = np.sqrt(0.1 * 0.9 / 10_000 + 0.12 * 0.88 / 10_000)
    assert found.standard_error == pytest.approx(0.19 * alone, rel=1e-6)


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        ((0.001, 0.003), "below"),
        ((0.001, 0.0038), "holds"),
        ((0.0038, 0.009), "holds"),
        ((0.004, 0.009), "above"),
        ((-0.001, 0.002), "below"),
    ],
)
def test_the_test_s_interval_lies_below_or_above_the_prediction_or_holds_it(interval, verdict):
    assert surrogate_verdict(0.0038, interval) == verdict


# --- sorting ------------------------------------------------------------------------------------


@few
@given(scored)
def test_auc_counts_pairs_with_ties_as_half(rows):
    score, bought = columns(rows)
    pairs = [
        (mine > other) + (mine == other) / 2 for mine in score[bought] for other in score[~bought]
    ]
    assert auc(score, bought) == pytest.approx(np.mean(pairs))
    u = stats.mannwhitneyu(score[bought], score[~bought]).statistic
    assert auc(score, bought) == pytest.approx(u / (bought.sum() * (~bought).sum()))


@few
@given(scored)
def test_the_area_under_the_roc_points_is_the_auc(rows):
    score, bought = columns(rows)
    points = roc_points(score, bought)
    x, y = points["false_positive_rate"], points["true_positive_rate"]
    assert (x.iloc[0], y.iloc[0], x.iloc[-1], y.iloc[-1]) == (0, 0, 1, 1)
    assert x.is_monotonic_increasing and y.is_monotonic_increasing
    assert np.trapezoid(y, x) == pytest.approx(auc(score, bought))
    for _, (threshold, false, true) in points.iterrows():
        assert true == pytest.approx((score[bought] >= threshold).mean())
        assert false == pytest.approx((score[~bought] >= threshold).mean())


def test_a_perfect_score_and_a_constant_one():
    assert auc([0.1, 0.2, 0.9], [0, 0, 1]) == 1
    assert auc([0.9, 0.8, 0.1], [0, 0, 1]) == 0
    assert auc([0.5, 0.5, 0.5], [0, 0, 1]) == 0.5


def test_the_best_tenth_without_ties_is_counted_by_hand():
    score = np.arange(20) / 20
    bought = np.isin(np.arange(20), [19, 18, 17, 3])
    found = lift_by_tenth(score, bought)
    assert found["people"].tolist() == [2] * 10
    assert found["buyers"].tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    assert found["lift"].tolist()[:2] == pytest.approx([5, 2.5])
    assert found["captured"].tolist()[:2] == pytest.approx([0.5, 0.75])


@few
@given(scored, st.integers(1, 2), st.randoms(use_true_random=False))
def test_ties_count_as_any_order_of_them_would_on_average(rows, groups, random):
    score, bought = columns(rows)
    found = lift_by_tenth(score, bought, groups=groups)
    assert found["people"].sum() == len(rows)
    assert found["buyers"].sum() == pytest.approx(bought.sum())
    assert found["captured"].iloc[-1] == pytest.approx(1)
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(found, lift_by_tenth(*columns(shuffled), groups=groups))
    top = found["people"].iloc[0]
    border = np.sort(score)[::-1][top - 1]
    sure, tied = score > border, score == border
    expected = bought[sure].sum() + bought[tied].mean() * (top - sure.sum())
    assert found["buyers"].iloc[0] == pytest.approx(expected)


# --- calibration --------------------------------------------------------------------------------


@few
@given(scored, st.integers(1, 2))
def test_calibration_loses_nobody_and_keeps_equals_together(rows, groups):
    predicted, bought = columns(rows)
    found = calibration_table(predicted, bought, groups=groups)
    assert found["people"].sum() == len(rows)
    assert found["buyers"].sum() == bought.sum()
    assert (found["people"] * found["predicted"]).sum() == pytest.approx(predicted.sum())
    assert found["predicted"].is_monotonic_increasing and found["predicted"].is_unique
    assert brier(predicted, bought) == pytest.approx(np.mean([(p - y) ** 2 for p, y in rows]))
    for _, row in found.iterrows():
        assert [row["low"], row["high"]] == pytest.approx([*wilson(row["buyers"], row["people"])])


def test_a_calibration_table_by_hand():
    found = calibration_table([0.1, 0.1, 0.1, 0.4, 0.5, 0.6], [0, 0, 1, 0, 1, 1], groups=2)
    assert found["people"].tolist() == [3, 3]
    assert found["predicted"].tolist() == pytest.approx([0.1, 0.5])
    assert found["observed"].tolist() == pytest.approx([1 / 3, 2 / 3])
    tied = calibration_table([0.2] * 9 + [0.9], [0] * 9 + [1])
    assert tied["people"].tolist() == [9, 1]


def test_a_rate_that_doubled_since_the_fit_shows_in_the_calibration_ratio():
    assert calibration_ratio([0.1] * 10, [1, 1] + [0] * 8) == pytest.approx(2)
    assert brier([1, 0, 1], [1, 0, 1]) == 0
    assert brier([0, 1], [1, 0]) == 1


# --- the logistic model ---------------------------------------------------------------------------


def people(seed: int, n: int) -> tuple[pd.DataFrame, np.ndarray]:
    draw = np.random.default_rng(seed)
    features = pd.DataFrame(
        {
            "views": draw.poisson(3, n),
            "cents": draw.normal(50_000, 20_000, n),
            "cart": draw.random(n) < 0.3,
        },
        index=draw.permutation(n),
    )
    score = -2 + 0.2 * features["views"] + 1e-5 * features["cents"] + 0.8 * features["cart"]
    return features, draw.random(n) < 1 / (1 + np.exp(-score.to_numpy()))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(150, 800))
def test_the_fit_is_that_of_statsmodels(seed, n):
    features, bought = people(seed, n)
    found = fit_logistic(features, bought)
    design = sm.add_constant(features.astype(float))
    oracle = sm.GLM(bought.astype(float), design, family=sm.families.Binomial()).fit(tol=1e-12)
    assert found.coefficients.tolist() == pytest.approx(oracle.params.tolist(), rel=1e-6, abs=1e-9)
    assert found.standard_errors.tolist() == pytest.approx(oracle.bse.tolist(), rel=1e-5)
    assert found.log_likelihood == pytest.approx(oracle.llf)
    assert found.coefficients.index.tolist() == [INTERCEPT, "views", "cents", "cart"]
    predicted = found.predict(features)
    assert predicted.index.equals(features.index)
    assert predicted.tolist() == pytest.approx(oracle.predict(design).tolist(), rel=1e-6)
    assert calibration_ratio(predicted, bought) == pytest.approx(1)  # the score equations


def test_logit_of_statsmodels_agrees_too():
    features, bought = people(1, 2_000)
    oracle = sm.Logit(bought, sm.add_constant(features.astype(float))).fit(disp=0, tol=1e-12)
    assert fit_logistic(features, bought).coefficients.tolist() == pytest.approx(
        oracle.params.tolist(), rel=1e-6
    )


def test_a_yes_or_no_column_gives_the_log_odds_ratio_of_the_two_by_two_table():
    table = TwoByTwo(22, 78, 30, 870)
    cart = np.repeat([1, 1, 0, 0], [22, 78, 30, 870])
    bought = np.repeat([1, 0, 1, 0], [22, 78, 30, 870])
    found = fit_logistic(pd.DataFrame({"cart": cart}), bought)
    assert np.exp(found.coefficients["cart"]) == pytest.approx(table.odds_ratio)
    assert found.predict(pd.DataFrame({"cart": [1, 0]})).tolist() == pytest.approx(
        [table.rate_with, table.rate_without]
    )


def test_later_visitors_are_predicted_by_columns_of_the_same_name():
    features, bought = people(3, 500)
    model = fit_logistic(features, bought)
    later = features[["cart", "cents", "views"]].assign(extra=1).tail(50)
    expected = model.predict(features).tail(50)
    pd.testing.assert_series_equal(model.predict(later), expected)
    far = features.assign(cents=1e9).head(3)
    assert model.predict(far).between(0, 1).all()
    with pytest.raises(ValueError, match="no column 'views'"):
        model.predict(later.drop(columns="views"))


@pytest.mark.parametrize("leak", ["perfect", "one group", "with others"])
def test_a_leak_from_after_the_order_is_refused(leak):
    features, bought = people(4, 300)
    thanks = bought.copy()
    if leak != "perfect":  # nobody without the page ever buys, or all with it do: quasi-separated
        thanks[np.flatnonzero(~bought)[:40]] = True
    table = pd.DataFrame({"thank_you": thanks})
    if leak == "with others":
        table = table.set_index(features.index).join(features)
    with pytest.raises(ValueError, match="without error"):
        fit_logistic(table, bought)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda f, y: fit_logistic(f.assign(one=1), y), "'one' has one value"),
        (lambda f, y: fit_logistic(f.assign(twice=2 * f["views"] + 1), y), "follow from others"),
        (lambda f, y: fit_logistic(f.assign(cents=np.nan), y), "'cents' has a missing"),
        (lambda f, y: fit_logistic(f.assign(device="mobile"), y), "'device' is a list of numbers"),
        (lambda f, y: fit_logistic(f, y[:-1]), "same order"),
        (lambda f, y: fit_logistic(f, y & False), "nobody bought"),
        (lambda f, y: fit_logistic(f, y | True), "everybody bought"),
        (lambda f, y: fit_logistic(f[[]], y), "at least one column"),
        (lambda f, y: fit_logistic(f["views"], y), "table with at least one column"),
        (lambda f, y: fit_logistic(f[:0], y[:0]), "no rows"),
        (lambda f, y: auc(f["views"], y & False), "nobody bought"),
        (lambda f, y: auc([0.5], [2]), "True or False"),
        (lambda f, y: roc_points([], []), "no rows"),
        (lambda f, y: lift_by_tenth(f["views"][:9], [1, 0] * 4 + [1]), "fewer groups"),
        (lambda f, y: calibration_table(f["views"], y), "probabilities"),
        (lambda f, y: calibration_ratio([0, 0], [0, 1]), "all 0"),
        (lambda f, y: predicted_effect(2, 0.2, 0.01), "2 points are 0.02"),
        (lambda f, y: predicted_effect(0.02, 20, 0.01), "For 20 %, write 0.2"),
        (lambda f, y: surrogate_prediction(5, 4, 1, 4, PAST), "not a part"),
        (lambda f, y: surrogate_verdict(0.1, (0.2, 0.1)), r"\(low, high\)"),
    ],
)
def test_bad_input_is_named_in_one_sentence(call, words):
    features, bought = people(2, 60)
    with pytest.raises(ValueError, match=words):
        call(features, bought)


def test_columns_may_go_by_numbers():
    table = pd.DataFrame({0: [1.0, 2, 3, 4, 5, 6], 1: [True, False] * 3})
    bought = [0, 1, 0, 1, 1, 0]
    found = fit_logistic(table, bought)
    named = fit_logistic(table.set_axis(["n", "flag"], axis=1), bought)
    assert found.coefficients.tolist() == named.coefficients.tolist()
    assert found.predict(table).between(0, 1).all()


def test_the_predictions_interval_covers_as_often_as_it_says():
    """The test's micros and the past table are drawn anew, the truth is known."""
    rng = np.random.default_rng(5)
    runs, truth, covered = 1_500, 0.02 * (0.2 - 0.02), 0
    a, b = rng.binomial(4_000, 0.10, runs), rng.binomial(4_000, 0.12, runs)
    both, only = rng.binomial(500, 0.2, runs), rng.binomial(4_500, 0.02, runs)
    for i in range(runs):
        past = TwoByTwo(both[i], 500 - both[i], only[i], 4_500 - only[i])
        covered += truth in surrogate_prediction(a[i], 4_000, b[i], 4_000, past).interval
    assert covered / runs == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("groups", [2.5, "3", 0])
def test_groups_are_a_whole_number(groups):
    with pytest.raises(ValueError, match="groups is"):
        lift_by_tenth([0.1, 0.2, 0.3], [1, 0, 1], groups=groups)


@pytest.mark.parametrize("observed", [0.2, "ab", (0.1,), None])
def test_a_verdict_needs_an_interval(observed):
    with pytest.raises(ValueError, match="low, high"):
        surrogate_verdict(0.1, observed)
