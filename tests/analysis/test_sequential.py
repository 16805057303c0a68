"""Sequential tests: published constants, other ways to integrate, and simulation."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from workbook.analysis.sequential import (
    crossing,
    inflation,
    obrien_fleming,
    peeking_error,
    pocock,
)

# Jennison and Turnbull (2000), tables 2.1 and 2.3, two-sided alpha 0.05, 0.10 and 0.01.
POCOCK = {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 10: 2.555}
OBRIEN_FLEMING = {2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040, 10: 2.087}
# Largest sample against one look, power 0.80 and 0.90 (tables 2.2 and 2.4).
GROWTH = {
    (pocock, 0.80): {2: 1.110, 3: 1.166, 4: 1.202, 5: 1.229},
    (obrien_fleming, 0.80): {2: 1.008, 3: 1.017, 4: 1.024, 5: 1.028},
    (pocock, 0.90): {2: 1.100, 3: 1.151, 4: 1.183, 5: 1.207},
    (obrien_fleming, 0.90): {2: 1.007, 3: 1.016, 4: 1.022, 5: 1.026},
}


@pytest.mark.parametrize(("looks", "constant"), POCOCK.items())
def test_pococks_boundary_is_as_published_and_the_same_at_every_look(looks, constant):
    found = pocock(looks)
    assert [round(z, 3) for z in found.z] == [constant] * looks


@pytest.mark.parametrize(("looks", "constant"), OBRIEN_FLEMING.items())
def test_obrien_and_flemings_boundary_is_as_published_and_falls_with_the_root(looks, constant):
    found = obrien_fleming(looks)
    assert round(found.z[-1], 3) == constant
    assert found.z == pytest.approx([found.z[-1] * sqrt(looks / (k + 1)) for k in range(looks)])


@pytest.mark.parametrize(("kind", "wanted"), GROWTH)
def test_the_growth_of_the_sample_is_as_published(kind, wanted):
    for looks, growth in GROWTH[kind, wanted].items():
        assert round(inflation(kind(looks), wanted), 3) == growth


@pytest.mark.parametrize("kind", [pocock, obrien_fleming])
def test_one_look_is_the_ordinary_test(kind):
    found = kind(1)
    assert found.z == pytest.approx((1.959963984540054,))
    assert found.p == pytest.approx((0.05,))
    assert inflation(found) == pytest.approx(1)


@pytest.mark.parametrize("kind", [pocock, obrien_fleming])
@pytest.mark.parametrize("alpha", [0.01, 0.1])
@pytest.mark.parametrize("looks", [2, 7, 25])
def test_what_the_looks_spend_adds_up_to_alpha(kind, alpha, looks):
    found = kind(looks, alpha)
    assert found.spent[-1] == pytest.approx(alpha, abs=1e-9)
    assert np.diff(found.spent).min() >= 0
    assert found.spent[0] == pytest.approx(found.p[0])
    assert found.p == pytest.approx(2 * stats.norm.sf(found.z))


def test_obrien_and_fleming_are_harder_at_first_and_easier_at_last():
    early, late = pocock(5), obrien_fleming(5)
    assert late.z[0] > early.z[0]
    assert late.z[-1] < early.z[-1]
    assert inflation(late) < inflation(early)


# --- peeking (RV-09) ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("looks", "error"),
    [
        (1, 0.049),
        (2, 0.083),
        (3, 0.107),
        (4, 0.126),
        (5, 0.142),
        (10, 0.193),
        (14, 0.220),
        (20, 0.248),
    ],
)
def test_peeking_inflates_the_error_as_published(looks, error):
    assert peeking_error(looks) == pytest.approx(error, abs=0.0015)


def test_peeking_agrees_with_armitage_mcpherson_and_rowe_to_their_last_digit():
    # Their table 2 at 5 %.
    table = {1: 0.050, 2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248, 50: 0.320}
    assert {looks: round(peeking_error(looks), 3) for looks in table} == table


def test_peeking_is_what_a_simulation_counts():
    rng = np.random.default_rng(20240601)
    looks = 5
    sums = rng.standard_normal((200_000, looks)).cumsum(axis=1)
    z = sums / np.sqrt(np.arange(1, looks + 1))
    crossed = (np.abs(z) > 1.959964).any(axis=1).mean()
    assert peeking_error(looks) == pytest.approx(crossed, abs=0.004)


# --- the integration ----------------------------------------------------------------------------


@settings(deadline=None, max_examples=15)
@given(st.floats(0.5, 4), st.floats(0.5, 4), st.floats(-3, 3))
def test_two_looks_agree_with_adaptive_integration(first, second, drift):
    step, reach = drift / sqrt(2), second * sqrt(2)

    def stays_then_crosses(s):
        out = stats.norm.sf(reach - s - step) + stats.norm.cdf(-reach - s - step)
        return stats.norm.pdf(s - step) * out

    later = integrate.quad(stays_then_crosses, -first, first, epsabs=1e-12)[0]
    at_once = stats.norm.sf(first - step) + stats.norm.cdf(-first - step)
    assert crossing([first, second], drift) == pytest.approx([at_once, later], abs=1e-10)


def test_three_looks_agree_with_the_multivariate_normal():
    bounds, drift = np.array([2.5, 2.1, 1.9]), 1.3
    looks = np.arange(1, 4)
    earlier, later = np.minimum.outer(looks, looks), np.maximum.outer(looks, looks)
    stays = stats.multivariate_normal.cdf(
        bounds,
        drift * np.sqrt(looks / 3),
        np.sqrt(earlier / later),
        lower_limit=-bounds,
        abseps=1e-8,
        rng=np.random.default_rng(1),
    )
    assert 1 - sum(crossing(bounds, drift)) == pytest.approx(stays, abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0.3, 6), min_size=1, max_size=8), st.floats(-4, 4))
def test_chances_are_chances_whichever_way_the_effect_points(bounds, drift):
    there, back = crossing(bounds, drift), crossing(bounds, -drift)
    assert there == pytest.approx(back, abs=1e-12)
    assert min(there) >= 0
    assert sum(there) <= 1 + 1e-12


def test_a_look_with_an_unreachable_boundary_is_as_good_as_none():
    assert sum(crossing([40, 1.96])) == pytest.approx(sum(crossing([1.96])), abs=1e-12)


def test_a_plan_enlarged_by_the_inflation_has_the_power_it_promises():
    plan = pocock(4)
    drift = (1.959963984540054 + stats.norm.ppf(0.8)) * sqrt(inflation(plan, 0.8))
    rng = np.random.default_rng(3)
    looks = np.arange(1, 5)
    z = (rng.standard_normal((100_000, 4)) + drift / 2).cumsum(axis=1) / np.sqrt(looks)
    assert (z > plan.z[0]).any(axis=1).mean() == pytest.approx(0.8, abs=0.006)


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: crossing([]), "boundaries"),
        (lambda: crossing([1.96, 0]), "above 0"),
        (lambda: crossing([1.96], None), "drift"),
        (lambda: peeking_error(0), "looks"),
        (lambda: peeking_error(5, 5), "0.05"),
        (lambda: pocock(2.5), "whole number"),
        (lambda: obrien_fleming(0), "looks"),
        (lambda: inflation(pocock(2), 0.05), "alpha"),
        (lambda: inflation(pocock(2), 80), "0.8"),
    ],
)
def test_a_plan_of_looks_that_makes_no_sense_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_boundary_beyond_all_reach_costs_no_time():
    assert crossing([1e9, 1.96]) == pytest.approx([0, 0.05], abs=1e-5)
    with pytest.raises(ValueError, match="drift"):
        crossing([2.0], drift=1_000)
