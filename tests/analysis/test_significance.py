"""Significance: the course's reference values, exact enumeration, and other people's libraries."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb

import numpy as np
import pandas as pd
import pytest
import tea_tasting as tt
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import betaln
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from workbook.analysis.intervals import wald
from workbook.analysis.significance import (
    benjamini_hochberg,
    bonferroni,
    chi_square,
    compare_effects,
    difference_in_differences,
    false_positive_risk,
    family_wise_error,
    fisher,
    holm,
    independence,
    posterior,
    sample_ratio,
    two_proportions,
    welch,
    welch_from_summary,
)

ARMS = (500, 10_000, 570, 10_000)  # RV-05
NOTHING_VARIES = [(0, 10, 0, 12), (10, 10, 12, 12)]


@st.composite
def two_arms(draw, largest=3_000):
    """Counts of two arms in which somebody converts and somebody does not."""
    wholes = [draw(st.integers(2, largest)) for _ in range(2)]
    parts = [draw(st.integers(0, whole)) for whole in wholes]
    if sum(parts) in (0, sum(wholes)):
        parts[0] = 1
    return parts[0], wholes[0], parts[1], wholes[1]


# --- two rates (RV-05, RV-30) -------------------------------------------------------------------


def test_the_z_test_gives_the_published_values():
    found = two_proportions(*ARMS)
    assert found.effect == pytest.approx(0.007)
    assert found.standard_error == pytest.approx(0.00318238, abs=1e-8)
    assert found.z == pytest.approx(2.199611, abs=1e-6)
    assert found.p == pytest.approx(0.0278345, abs=1e-7)
    assert found.interval == wald(*ARMS)


@pytest.mark.parametrize(
    ("arms", "z", "p"),
    [
        ((200, 10_000, 230, 10_000), 1.4625, 0.1436),
        ((120, 4_000, 150, 4_000), 1.8574, 0.0633),
        ((1_000, 100_000, 1_200, 100_000), 4.2877, 1.8e-5),
    ],
)
def test_further_z_tests_give_the_published_values(arms, z, p):
    found = two_proportions(*arms)
    assert found.z == pytest.approx(z, abs=5e-5)
    assert found.p == pytest.approx(p, abs=5e-5 if p > 0.01 else 5e-7)


def test_chi_square_and_fisher_give_the_published_values():
    plain, corrected = chi_square(*ARMS), chi_square(*ARMS, yates=True)
    assert plain.statistic == pytest.approx(4.838288, abs=1e-6)
    assert plain.p == pytest.approx(0.0278345, abs=1e-7)
    assert corrected.statistic == pytest.approx(4.701038, abs=1e-6)
    assert corrected.p == pytest.approx(0.0301444, abs=1e-7)
    assert fisher(*ARMS) == pytest.approx(0.0301018, abs=1e-7)


def test_channel_and_order_are_related_as_published():
    channels = [(160, 8_000), (60, 15_000), (120, 4_000), (20, 20_000)]  # RV-26
    found = independence([[orders, visits - orders] for orders, visits in channels])
    assert (round(found.statistic, 3), found.degrees) == (566.058, 3)
    table = pd.DataFrame([{"orders": part, "none": whole - part} for part, whole in channels])
    assert independence(table) == found


@settings(deadline=None, max_examples=50)
@given(two_arms())
def test_tests_of_two_rates_agree_with_statsmodels_and_scipy(arms):
    part_a, whole_a, part_b, whole_b = arms
    found = two_proportions(*arms)
    z, p = proportions_ztest([part_b, part_a], [whole_b, whole_a])
    assert (found.z, found.p) == pytest.approx((z, p), abs=1e-12)
    table = [[part_a, whole_a - part_a], [part_b, whole_b - part_b]]
    for yates in (False, True):
        oracle = stats.chi2_contingency(table, correction=yates)
        square = chi_square(*arms, yates=yates)
        assert (square.statistic, square.p) == pytest.approx(oracle[:2], abs=1e-10)
    assert chi_square(*arms).statistic == pytest.approx(found.z**2)


@settings(deadline=None, max_examples=50)
@given(two_arms(largest=25))
def test_fishers_p_is_that_of_adding_up_all_tables(arms):
    part_a, whole_a, part_b, whole_b = arms
    parts = part_a + part_b
    ways = {
        k: comb(whole_a, k) * comb(whole_b, parts - k)
        for k in range(max(0, parts - whole_b), min(parts, whole_a) + 1)
    }
    as_rare = sum(count for count in ways.values() if count <= ways[part_a])
    assert fisher(*arms) == pytest.approx(float(Fraction(as_rare, sum(ways.values()))))


def test_a_tiny_p_is_not_rounded_to_zero():
    p = two_proportions(100, 10_000, 600, 10_000).p
    assert p == pytest.approx(2 * stats.norm.sf(two_proportions(100, 10_000, 600, 10_000).z))
    assert 0 < p < 1e-60


@pytest.mark.parametrize("test", [two_proportions, chi_square])
@pytest.mark.parametrize("arms", NOTHING_VARIES)
def test_where_nobody_differs_there_is_nothing_to_test(test, arms):
    with pytest.raises(ValueError, match=r"(Nobody|Everybody) converted"):
        test(*arms)


@pytest.mark.parametrize("arms", NOTHING_VARIES)
def test_fisher_finds_nothing_surprising_where_nobody_differs(arms):
    assert fisher(*arms) == 1


# --- two means (RV-29) --------------------------------------------------------------------------


def test_welch_gives_the_published_values():
    found = welch_from_summary(2.10, 15, 5_000, 2.45, 16, 5_000)
    assert found.t == pytest.approx(1.12845, abs=5e-6)
    assert found.p == pytest.approx(0.25916, abs=5e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(2, 40))
def test_welch_agrees_with_scipy(seed, size_a, size_b):
    rng = np.random.default_rng(seed)
    a, b = rng.exponential(3, size_a), rng.normal(2, 5, size_b)
    found, oracle = welch(a, b, 0.9), stats.ttest_ind(b, a, equal_var=False)
    assert (found.t, found.p) == pytest.approx((oracle.statistic, oracle.pvalue))
    assert found.degrees == pytest.approx(oracle.df)
    assert tuple(found.interval) == pytest.approx(tuple(oracle.confidence_interval(0.9)))


def test_welch_works_with_one_arm_that_does_not_vary():
    found = welch([0, 0, 0], [1.0, 2.0, 6.0])
    assert found.degrees == pytest.approx(2)
    assert found.effect == 3


# --- effects against effects --------------------------------------------------------------------


def test_significant_here_and_not_there_need_not_be_a_difference():
    # Gelman and Stern's example: 25 (error 10) is significant, 10 (error 10) is not.
    found = compare_effects(25, 10, 10, 10)
    assert (found.effect, found.standard_error) == (-15, pytest.approx(14.142, abs=1e-3))
    assert found.p > 0.25
    assert 0 in found.interval


def test_difference_in_differences_is_the_difference_of_two_wald_effects():
    groups = [(200, 10_000), (230, 10_000), (180, 9_000), (300, 9_500)]
    found = difference_in_differences(*groups)
    effects, errors = [], []
    for before, after in (groups[:2], groups[2:]):
        low, high = wald(*before, *after)
        effects.append((low + high) / 2)
        errors.append((high - low) / 2 / 1.959963984540054)
    same = compare_effects(effects[0], errors[0], effects[1], errors[1])
    assert found.effect == pytest.approx(300 / 9_500 - 180 / 9_000 - 0.003)
    assert (found.z, found.p) == pytest.approx((same.z, same.p))
    assert tuple(found.interval) == pytest.approx(tuple(same.interval))


def test_a_change_that_both_groups_share_is_no_effect():
    found = difference_in_differences((10, 100), (20, 100), (30, 100), (40, 100))
    assert found.effect == pytest.approx(0, abs=1e-15)
    assert found.p == pytest.approx(1)


# --- the plumbing (RV-07) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "planned", "statistic", "p", "alarm"),
    [
        ((5_000, 5_100), None, 0.9901, 0.3197, False),
        ((10_000, 10_400), (50, 50), 7.8431, 0.005101, False),
        ((821_588, 815_482), (1, 1), 22.7744, 1.82e-6, True),
        ((9_000, 1_100), (90, 10), 8.9109, 0.002835, False),
    ],
)
def test_sample_ratios_are_judged_as_published(counts, planned, statistic, p, alarm):
    found = sample_ratio(counts, planned)
    assert found.statistic == pytest.approx(statistic, abs=5e-5)
    assert found.p == pytest.approx(p, rel=2e-3)
    assert found.alarm is alarm
    assert found.threshold == 0.001


def test_another_threshold_can_turn_the_verdict():
    assert sample_ratio((10_000, 10_400), threshold=0.01).alarm is True
    assert sample_ratio((10_000, 10_400), threshold=0.001).alarm is False


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 9)), min_size=2, max_size=5).filter(
        lambda arms: sum(count for count, _ in arms)
    )
)
def test_sample_ratios_of_several_arms_agree_with_scipy(arms):
    counts, shares = (np.array(column) for column in zip(*arms, strict=True))
    expected = counts.sum() * shares / shares.sum()
    oracle = stats.chisquare(counts, expected)
    found = sample_ratio(counts.tolist(), shares.tolist())
    assert (found.statistic, found.p) == pytest.approx((oracle.statistic, oracle.pvalue))
    assert found.expected == pytest.approx(tuple(expected))


def test_the_sample_ratio_check_agrees_with_tea_tasting():
    users = pd.DataFrame({"variant": [0] * 5_000 + [1] * 5_300})
    oracle = tt.Experiment(ratio=tt.SampleRatio(method="norm", correction=False)).analyze(users)
    assert sample_ratio((5_000, 5_300)).p == pytest.approx(oracle["ratio"].pvalue)


# --- many tests (RV-08, RV-10) ------------------------------------------------------------------

FIVE = (0.003, 0.012, 0.021, 0.039, 0.200)


@pytest.mark.parametrize(
    ("adjust", "published", "kept"),
    [
        (bonferroni, (0.015, 0.060, 0.105, 0.195, 1), 1),
        (holm, (0.015, 0.048, 0.063, 0.078, 0.2), 2),
        (benjamini_hochberg, (0.015, 0.030, 0.035, 0.04875, 0.2), 4),
    ],
)
def test_adjusted_p_values_are_as_published(adjust, published, kept):
    adjusted = adjust(FIVE)
    assert adjusted == pytest.approx(published)
    assert sum(p <= 0.05 for p in adjusted) == kept


@settings(deadline=None, max_examples=12)  # statsmodels' Holm collects garbage at each call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_agree_with_statsmodels_in_any_order(p_values):
    names = ((bonferroni, "bonferroni"), (holm, "holm"), (benjamini_hochberg, "fdr_bh"))
    for adjust, method in names:
        oracle = multipletests(p_values, method=method)[1]
        assert adjust(p_values) == pytest.approx(oracle.tolist(), abs=1e-12)


def test_a_single_p_value_needs_no_adjusting():
    for adjust in (bonferroni, holm, benjamini_hochberg):
        assert adjust([0.03]) == [0.03]


@pytest.mark.parametrize(
    ("tests", "error"), [(1, 0.05), (3, 0.1426), (5, 0.2262), (10, 0.4013), (20, 0.6415)]
)
def test_false_alarms_pile_up_as_published(tests, error):
    assert round(family_wise_error(tests), 4) == error


@pytest.mark.parametrize(
    ("true_share", "risk"),
    [(0.08, 0.264), (0.10, 0.220), (0.15, 0.150), (0.20, 0.111), (1 / 3, 0.059)],
)
def test_false_positive_risks_are_as_published(true_share, risk):
    assert round(false_positive_risk(true_share), 3) == risk


def test_if_no_idea_works_every_win_is_false_and_if_all_work_none_is():
    assert false_positive_risk(0) == 1
    assert false_positive_risk(1) == 0


def test_the_false_positive_risk_is_what_a_simulation_counts():
    rng = np.random.default_rng(11)
    works = rng.random(400_000) < 0.1
    z = rng.normal(np.where(works, 2.8016, 0.0))  # power 0.80 in the winning direction
    wins = z > 1.959964
    assert (~works)[wins].mean() == pytest.approx(false_positive_risk(0.1), abs=0.005)


# --- Bayes (RV-06) ------------------------------------------------------------------------------


def chance_b_better(a, b):
    """Exact for whole numbers (Evan Miller, 2015): a sum instead of an integral."""
    i = np.arange(b[0])
    terms = betaln(a[0] + i, a[1] + b[1]) - np.log(b[1] + i) - betaln(1 + i, b[1]) - betaln(*a)
    return float(np.exp(terms).sum())


def test_the_posterior_gives_the_published_chance():
    found = posterior(*ARMS)
    assert found.chance_b_better == pytest.approx(0.986069, abs=1e-6)
    assert found.chance_b_better == pytest.approx(1 - two_proportions(*ARMS).p / 2, abs=2e-5)


@settings(deadline=None, max_examples=40)
@given(two_arms(), st.tuples(st.integers(1, 30), st.integers(1, 30)))
def test_the_chance_agrees_with_the_exact_sum(arms, prior):
    part_a, whole_a, part_b, whole_b = arms
    a = prior[0] + part_a, prior[1] + whole_a - part_a
    b = prior[0] + part_b, prior[1] + whole_b - part_b
    found = posterior(*arms, prior=prior)
    assert found.chance_b_better == pytest.approx(chance_b_better(a, b), abs=1e-9)


@pytest.mark.parametrize(
    "arms", [(3, 40, 6, 50), (0, 30, 2, 25), (20, 1_000, 30, 1_000), (0, 5, 3, 100_000)]
)
def test_losses_and_the_interval_agree_with_integrals_over_both_rates(arms):
    part_a, whole_a, part_b, whole_b = arms
    a = stats.beta(1 + part_a, 1 + whole_a - part_a)
    b = stats.beta(1 + part_b, 1 + whole_b - part_b)
    found = posterior(*arms)

    narrow = [float(x) for q in (1e-9, 0.5, 1 - 1e-9) for x in (a.ppf(q), b.ppf(q))]

    def over_rates(function, *breaks):
        ends = sorted({0.0, 1.0, *narrow, *(x for x in breaks if 0 < x < 1)})
        return sum(integrate.quad(function, *piece, limit=200)[0] for piece in pairwise(ends))

    # The mean of max(A - B, 0) is the integral of P(B < x < A).
    assert found.loss_b == pytest.approx(over_rates(lambda x: b.cdf(x) * a.sf(x)), abs=1e-9)
    assert found.loss_a == pytest.approx(over_rates(lambda x: a.cdf(x) * b.sf(x)), abs=1e-9)
    for end, chance in zip(found.interval, (0.025, 0.975), strict=True):
        moved = [x - end for x in narrow]
        below = over_rates(lambda x, d=end: a.pdf(x) * b.cdf(x + d), -end, 1 - end, *moved)
        assert below == pytest.approx(chance, abs=1e-6)
    assert tuple(found.interval_a) == pytest.approx(a.interval(0.95))
    assert tuple(found.interval_b) == pytest.approx(b.interval(0.95))


def test_the_two_losses_differ_by_the_difference_of_the_means():
    found = posterior(30, 400, 41, 390)
    assert found.loss_a - found.loss_b == pytest.approx(42 / 392 - 31 / 402)


def test_alike_arms_leave_it_open():
    found = posterior(7, 90, 7, 90)
    assert found.chance_b_better == pytest.approx(0.5)
    assert found.interval.low == pytest.approx(-found.interval.high)
    assert found.loss_a == pytest.approx(found.loss_b)


def test_a_strong_prior_holds_a_lucky_start_back():
    flat, strong = posterior(1, 50, 5, 50), posterior(1, 50, 5, 50, prior=(40, 1_960))
    assert 0.5 < strong.chance_b_better < flat.chance_b_better
    assert strong.interval.high < flat.interval.high


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize("test", [two_proportions, chi_square, fisher, posterior])
@pytest.mark.parametrize("arms", [(1, 0, 1, 5), (6, 5, 1, 5), (1, 5, -1, 5), (1, 5, "2", 5)])
def test_counts_that_are_no_rate_are_refused(test, arms):
    with pytest.raises(ValueError, match=r"\.$|\?$"):
        test(*arms)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fisher(1.5, 10, 2, 10), "whole number"),
        (lambda: independence([[1, 2]]), "two rows"),
        (lambda: independence(5), "list of rows"),
        (lambda: sample_ratio(5), "counts"),
        (lambda: independence([[1, 2], [3, 4, 5]]), "as many counts"),
        (lambda: independence([[1, 0], [3, 0]]), "no counts"),
        (lambda: independence([[1, 2, 3], [3, 4, 5]], yates=True), "two columns"),
        (lambda: welch([1], [1, 2]), "Arm A"),
        (lambda: welch([1, 1], [2, 2]), "the same"),
        (lambda: welch([1, None], [2, 3]), "missing"),
        (lambda: welch_from_summary(1, -2, 10, 1, 2, 10), "sd_a"),
        (lambda: compare_effects(1, 0, 1, 1), "error_1"),
        (lambda: difference_in_differences((1, 9), (1, 9), (1, 9), 3), "pair"),
        (lambda: difference_in_differences((0, 9), (0, 9), (0, 9), (9, 9)), "chance"),
        (lambda: sample_ratio((100,)), "two arms"),
        (lambda: sample_ratio((100, 100), (1, 1, 1)), "planned shares"),
        (lambda: sample_ratio((0, 0)), "somebody"),
        (lambda: sample_ratio((5, 5), (1, 0)), "above 0"),
        (lambda: sample_ratio((5, -5)), "whole number"),
        (lambda: holm([]), "at least 1"),
        (lambda: benjamini_hochberg([0.2, 1.2]), "0..1"),
        (lambda: bonferroni([0.2, float("nan")]), "missing"),
        (lambda: family_wise_error(0), "at least 1"),
        (lambda: family_wise_error(3, 5), "0.05"),
        (lambda: false_positive_risk(10), "0.1"),
        (lambda: posterior(1, 9, 2, 9, prior=(0, 0)), "0.5"),
        (lambda: posterior(1, 9, 2, 9, prior=1), "two numbers"),
        (lambda: posterior(1, 9, 2, 9, level=95), "0.95"),
    ],
)
def test_what_cannot_be_tested_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- awkward numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.float32])
@pytest.mark.parametrize("test", [two_proportions, chi_square, fisher, posterior])
def test_counts_of_a_small_number_type_cannot_overflow(test, kind):
    assert test(*map(kind, (100, 120, 90, 125))) == test(100, 120, 90, 125)


def test_equal_values_are_equal_in_spite_of_rounding():
    """The mean of three times 0.1 is not quite 0.1."""
    with pytest.raises(ValueError, match="the same within each arm"):
        welch([0.1] * 3, [0.3] * 7)
    oracle = stats.ttest_1samp([0.3, 0.4, 0.2], 0.1)  # what is left if one arm does not vary
    assert welch([0.1] * 3, [0.3, 0.4, 0.2]).p == pytest.approx(oracle.pvalue)


@pytest.mark.parametrize(
    "values",
    [
        ["1", "2"],
        pd.Series(["1", "2"]),
        pd.to_datetime(pd.Series(["2025-01-01", "2025-01-02"])),
        pd.Series(pd.to_timedelta([1, 2], unit="D")),
        np.array([1j, 2]),
        [10**400, 1],
        None,
    ],
)
def test_texts_and_times_are_no_numbers(values):
    with pytest.raises(ValueError, match="list of numbers"):
        welch(values, [1, 2])


def test_a_blank_is_called_a_blank_in_any_type_of_column():
    for kind in ("float64", "Int64", object, "int64[pyarrow]"):
        with pytest.raises(ValueError, match="missing or infinite"):
            welch(pd.Series([1, None], dtype=kind), [1, 2])
