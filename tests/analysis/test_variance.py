"""CUPED: the share of variance it leaves, tea-tasting, and fairness between the arms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tea_tasting as tt
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.analysis.significance import welch
from workbook.analysis.variance import cuped, cuped_values, theta, variance_left


def correlated(correlation, users=500, seed=1):
    """y and x of exactly this correlation."""
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=users), rng.normal(size=users)
    x = (x - x.mean()) / x.std()
    noise -= noise.mean() + x * (noise @ x) / users
    return correlation * x + np.sqrt(1 - correlation**2) * noise / noise.std(), x


def arms(seed, users=(300, 260), effect=0.4):
    rng = np.random.default_rng(seed)
    before = [rng.gamma(2, 3, size) for size in users]
    after = [0.6 * x + rng.gamma(1, 4, len(x)) for x in before]
    return after[0], before[0], after[1] + effect, before[1]


@pytest.mark.parametrize(("correlation", "left"), [(0.5, 0.75), (0.7, 0.51), (0, 1), (-1, 0)])
def test_the_variance_left_is_as_published_and_as_the_values_have_it(correlation, left):
    assert variance_left(correlation) == pytest.approx(left)
    y, x = correlated(correlation)
    assert cuped_values(y, x).var() / y.var() == pytest.approx(left, abs=1e-12)


def test_theta_is_the_slope_of_a_straight_line():
    y, x = correlated(0.4)
    assert theta(y, x) == pytest.approx(np.polyfit(x, y, 1)[0])


@settings(deadline=None, max_examples=25)
@given(st.floats(-0.95, 0.95), st.floats(-3, 3))
def test_no_other_factor_leaves_less_variance(correlation, away):
    y, x = correlated(correlation, users=60)
    other = y - (theta(y, x) + away) * (x - x.mean())
    assert cuped_values(y, x).var() <= other.var() + 1e-12


def test_adjusting_keeps_the_mean():
    y, x = arms(3)[:2]
    assert cuped_values(y, x).mean() == pytest.approx(y.mean())


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_cuped_agrees_with_tea_tasting(seed):
    y_a, x_a, y_b, x_b = arms(seed)
    users = pd.DataFrame(
        {
            "variant": [0] * len(y_a) + [1] * len(y_b),
            "y": np.concatenate([y_a, y_b]),
            "x": np.concatenate([x_a, x_b]),
        }
    )
    oracle = tt.Experiment(
        plain=tt.Mean("y", equal_var=False), adjusted=tt.Mean("y", "x", equal_var=False)
    ).analyze(users)
    found = cuped(y_a, x_a, y_b, x_b)
    for name in ("plain", "adjusted"):
        ours, theirs = getattr(found, name), oracle[name]
        assert ours.effect == pytest.approx(theirs.effect_size)
        assert ours.t == pytest.approx(theirs.statistic)
        assert ours.p == pytest.approx(theirs.pvalue)
        ends = (theirs.effect_size_ci_lower, theirs.effect_size_ci_upper)
        assert tuple(ours.interval) == pytest.approx(ends)


def test_both_tests_are_those_of_welch():
    y_a, x_a, y_b, x_b = arms(8)
    found = cuped(y_a, x_a, y_b, x_b, level=0.9)
    better = cuped_values(np.concatenate([y_a, y_b]), np.concatenate([x_a, x_b]))
    assert found.plain == welch(y_a, y_b, 0.9)
    assert found.adjusted == welch(better[:300], better[300:], 0.9)
    assert found.variance_left == pytest.approx(
        (found.adjusted.standard_error / found.plain.standard_error) ** 2
    )
    assert found.theta == pytest.approx(0.6, abs=0.15)


def test_without_an_effect_cuped_errs_as_seldom_as_it_promises():
    rng = np.random.default_rng(5)
    runs, alarms, widths = 600, 0, []
    for _ in range(runs):
        x = rng.normal(size=(2, 80))
        y = 0.7 * x + np.sqrt(0.51) * rng.normal(size=(2, 80))
        found = cuped(y[0], x[0], y[1], x[1])
        alarms += found.adjusted.p < 0.05
        widths.append(found.variance_left)
    assert alarms / runs == pytest.approx(0.05, abs=0.025)
    assert np.mean(widths) == pytest.approx(0.51, abs=0.02)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: theta([1, 2], [3, 3]), "leave CUPED out"),
        (lambda: cuped([1, 2], [3, 3], [1, 5], [3, 3]), "leave CUPED out"),
        (lambda: cuped([1, 2], [3, 4], [1], [3]), "y_b"),
        (lambda: cuped([1, 2, 3], [3, 4], [1, 2], [3, 4]), "same order"),
        (lambda: cuped([1, 2], [3, None], [1, 2], [3, 4]), "x_a"),
        (lambda: cuped([1, 2], [1, 2], [4, 5], [4, 5]), "without error"),
        (lambda: cuped([0.1, 0.2], [1, 2], [0.4, 0.7], [4, 7]), "without error"),
        (lambda: cuped([1, 1], [1, 2], [1, 1], [4, 5]), "the same"),
        (lambda: cuped_values([], []), "at least 2"),
        (lambda: variance_left(1.2), "-1..1"),
        (lambda: variance_left(-2), "-1"),
        (lambda: cuped([1, 2], [1, 3], [4, 5], [4, 2], level=95), "0.95"),
    ],
)
def test_input_that_cuped_cannot_use_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
