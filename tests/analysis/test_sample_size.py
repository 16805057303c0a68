"""Sample size: each formula's published value, power as its inverse, and other libraries."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    power_proportions_2indep,
    proportion_effectsize,
    samplesize_proportions_2indep_onetail,
)

from workbook.analysis.sample_size import (
    FORMULAS,
    duration,
    minimum_detectable_effect,
    power,
    sample_size,
)
from workbook.analysis.significance import two_proportions

SOLVABLE = [formula for formula in FORMULAS if formula != "rule of thumb"]
RATES = st.floats(0.01, 0.99)


@st.composite
def base_and_target(draw):
    base, target = draw(RATES), draw(RATES)
    assume(abs(target - base) > 0.01)
    return base, target


# --- RV-01, RV-03 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "exact", "per_arm"),
    [
        ("arcsine", 8142.595, 8_143),
        ("unpooled", 8154.986, 8_155),
        ("pooled", 8157.731, 8_158),
        ("continuity", 8356.535, 8_357),
        ("evan miller", 7663.000, 7_663),
        ("rule of thumb", 7600, 7_600),
    ],
)
def test_each_formula_has_its_published_sample(formula, exact, per_arm):
    found = sample_size(0.05, 0.06, formula=formula)
    assert found.exact == pytest.approx(exact, abs=5e-4)
    assert found.per_arm == per_arm
    assert found.formula == formula


@pytest.mark.parametrize(
    ("base", "target", "options", "per_arm"),
    [
        (0.05, 0.06, {"formula": "arcsine", "power": 0.90}, 10_901),
        (0.05, 0.06, {"formula": "pooled", "power": 0.90}, 10_921),
        (0.05, 0.04, {"formula": "pooled"}, 6_745),
        (0.05, 0.055, {"formula": "pooled"}, 31_234),
        (0.02, 0.022, {"formula": "pooled"}, 80_682),
        (0.03, 0.033, {"formula": "pooled"}, 53_211),
        (0.10, 0.11, {"formula": "pooled"}, 14_751),
        (0.20, 0.22, {"formula": "pooled"}, 6_510),
        (0.40, 0.44, {"formula": "pooled"}, 2_389),
    ],
)
def test_further_samples_are_as_published(base, target, options, per_arm):
    assert sample_size(base, target, **options).per_arm == per_arm


def test_a_purchase_needs_over_five_times_the_users_of_a_cart():
    purchase = sample_size(0.02, 0.022, formula="pooled").per_arm
    cart = sample_size(0.10, 0.11, formula="pooled").per_arm
    assert purchase / cart == pytest.approx(5.47, abs=0.005)


@settings(deadline=None, max_examples=40)
@given(base_and_target(), st.floats(0.5, 0.99), st.sampled_from([0.01, 0.05, 0.1]))
def test_arcsine_agrees_with_statsmodels(rates, wanted, alpha):
    effect = proportion_effectsize(*rates)
    found = sample_size(*rates, formula="arcsine", power=wanted, alpha=alpha)
    oracle = NormalIndPower()
    # At its root, for statsmodels refuses samples below 2.
    got = oracle.power(effect, found.exact, alpha)
    assert got == pytest.approx(wanted, abs=1e-9)
    assert power(*rates, per_arm=500, alpha=alpha) == pytest.approx(
        oracle.power(effect, 500, alpha), abs=1e-12
    )


@settings(deadline=None, max_examples=40)
@given(base_and_target(), st.floats(0.5, 0.99))
def test_pooled_agrees_with_statsmodels(rates, wanted):
    base, target = rates
    oracle = samplesize_proportions_2indep_onetail(target - base, base, wanted, alpha=0.05)
    assert sample_size(base, target, formula="pooled", power=wanted).exact == pytest.approx(oracle)
    chance = power_proportions_2indep(target - base, base, 700, return_results=False)
    assert power(base, target, 700, formula="pooled") == pytest.approx(chance, abs=1e-9)


# --- power (RV-02) ------------------------------------------------------------------------------


@pytest.mark.parametrize(("users", "chance"), [(1_000, 0.166), (4_000, 0.501), (8_158, 0.801)])
def test_power_is_as_published(users, chance):
    assert round(power(0.05, 0.06, users), 3) == chance


def wrong_direction(base, target, formula, wanted):
    """Chance that the difference falls beyond the critical value of the other side."""
    plain = "pooled" if formula == "continuity" else formula
    users = sample_size(base, target, formula=plain, power=wanted).exact
    middle = {"evan miller": base}.get(formula, (base + target) / 2)
    both = base * (1 - base) + target * (1 - target)
    null = both if formula == "unpooled" else 2 * middle * (1 - middle)
    critical = norm.isf(0.025) * np.sqrt(null / users)
    return norm.cdf(-critical, loc=abs(target - base), scale=np.sqrt(both / users))


@pytest.mark.parametrize("formula", SOLVABLE)
@settings(deadline=None, max_examples=25)
@given(rates=base_and_target(), wanted=st.floats(0.6, 0.99))
def test_power_undoes_the_sample_size_of_each_formula(formula, rates, wanted):
    users = sample_size(*rates, formula=formula, power=wanted).exact
    assume(users >= 2)
    found = power(*rates, users, formula=formula)
    if formula == "arcsine":  # its sample size counts both directions already
        assert found == pytest.approx(wanted, abs=1e-9)
    else:
        assert found == pytest.approx(wanted + wrong_direction(*rates, formula, wanted), abs=1e-6)
    assert power(*rates, 2 * users, formula=formula) > wanted


@pytest.mark.parametrize("formula", ["arcsine", "unpooled", "pooled", "evan miller"])
def test_without_an_effect_the_power_is_alpha(formula):
    assert power(0.05, 0.05, 3_000, formula=formula) == pytest.approx(0.05)


def test_the_power_is_the_share_of_significant_tests():
    rng = np.random.default_rng(4)
    a, b = rng.binomial(4_000, 0.05, 3_000), rng.binomial(4_000, 0.06, 3_000)
    found = [
        two_proportions(*arms).p < 0.05
        for arms in zip(a, [4_000] * 3_000, b, [4_000] * 3_000, strict=True)
    ]
    assert np.mean(found) == pytest.approx(power(0.05, 0.06, 4_000), abs=0.03)


# --- minimum detectable effect (RV-31) ----------------------------------------------------------


def test_the_detectable_effect_is_as_published():
    found = minimum_detectable_effect(0.03, 5_000)
    assert 100 * found.after == pytest.approx(4.029, abs=5e-4)
    assert found.points == pytest.approx(1.03, abs=5e-3)
    assert found.relative == pytest.approx(0.34, abs=5e-3)


@pytest.mark.parametrize("formula", FORMULAS)
@settings(deadline=None, max_examples=20)
@given(base=st.floats(0.02, 0.6), users=st.integers(500, 10**7), up=st.booleans())
def test_the_detectable_effect_needs_exactly_these_users(formula, base, users, up):
    direction = "up" if up else "down"
    try:
        found = minimum_detectable_effect(base, users, formula=formula, direction=direction)
    except ValueError as none:
        assert "more users" in str(none)  # noqa: PT017
        furthest = 1 - 1e-9 if up else 1e-9
        assert sample_size(base, furthest, formula=formula).exact > users
        return
    assert (found.after > base) is up
    assert sample_size(base, found.after, formula=formula).exact == pytest.approx(users, rel=1e-5)


def test_a_fall_is_detected_a_little_earlier_than_a_rise():
    rise, fall = (
        minimum_detectable_effect(0.03, 5_000, direction=direction) for direction in ("up", "down")
    )
    assert 0 < -fall.points < rise.points


# --- duration -----------------------------------------------------------------------------------


def test_the_published_example_takes_twelve_days_and_runs_for_two_weeks():
    found = duration(8_158, 1_400)
    assert found.days == pytest.approx(11.7, abs=0.05)
    assert (found.weeks, found.run_days) == (2, 14)


@settings(max_examples=40)
@given(st.integers(1, 10**6), st.integers(1, 10**5), st.integers(2, 6))
def test_full_weeks_are_enough_and_one_less_is_not(per_arm, daily, arms):
    found = duration(per_arm, daily, arms=arms)
    assert found.run_days * daily >= per_arm * arms
    assert (found.run_days - 7) * daily < per_arm * arms
    assert found.weeks == ceil(per_arm * arms / (7 * daily))


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sample_size(0.05, 0.06, formula="pool"), "'pooled'"),
        (lambda: sample_size(5, 6, formula="pooled"), "write 0.05"),
        (lambda: sample_size(0.05, 0.05, formula="pooled"), "equal"),
        (lambda: sample_size(0, 0.05, formula="pooled"), "base"),
        (lambda: sample_size(0.05, 1, formula="pooled"), "target"),
        (lambda: sample_size(0.05, 0.06, formula="pooled", power=80), "write 0.8"),
        (lambda: sample_size(0.05, 0.06, formula="pooled", power=0.04), "alpha"),
        (lambda: sample_size(0.05, 0.06, formula="rule of thumb", power=0.9), "rule of thumb"),
        (lambda: sample_size(0.05, 0.06, formula="rule of thumb", alpha=0.01), "rule of thumb"),
        (lambda: power(0.05, 0.06, 1_000, formula="rule of thumb"), "rule of thumb"),
        (lambda: power(0.05, 0.06, 0), "per_arm"),
        (lambda: minimum_detectable_effect(0.9, 4), "more users"),
        (lambda: minimum_detectable_effect(0.5, 900, direction="rise"), "'up', 'down'"),
        (lambda: duration(0, 100), "per_arm"),
        (lambda: duration(100, 0), "users_per_day"),
        (lambda: duration(100, 10, arms=1), "arms"),
    ],
)
def test_a_plan_that_cannot_be_computed_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
