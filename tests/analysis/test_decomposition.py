"""Mix and rate effects: the course's reference values, identities, and exact fractions."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.analysis.decomposition import (
    mix_and_rate_effects,
    simpson_reversal,
    standardized_rate,
)

DEVICES = ["mobile", "desktop"]
RV_16 = tuple(
    pd.Series(counts, index=DEVICES)
    for counts in ([160, 120], [8_000, 2_000], [72, 330], [4_000, 6_000])
)
CLOSE = 1e-12

segment = st.tuples(st.integers(1, 50), st.integers(1, 50)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)
tables = st.lists(segment, min_size=1, max_size=5).map(
    lambda rows: tuple(pd.Series(column) for column in zip(*rows, strict=True))
)


def test_the_published_shift_splits_as_published():
    effects = mix_and_rate_effects(*RV_16).sum()
    assert effects.round(6).to_dict() == {
        "rate": -0.0026, "mix": 0.0160, "interaction": -0.0012, "total": 0.0122,
    }  # fmt: skip
    midpoint = mix_and_rate_effects(*RV_16, weights="midpoint").sum()
    assert midpoint.round(6).to_dict() == {"rate": -0.0032, "mix": 0.0154, "total": 0.0122}


def test_period_one_at_the_mix_of_period_zero_is_as_published():
    _, whole_0, part_1, whole_1 = RV_16
    assert standardized_rate(part_1, whole_1, whole_0) == pytest.approx(0.0254, abs=CLOSE)


def test_the_published_shift_is_a_reversal_in_both_directions_of_time():
    part_0, whole_0, part_1, whole_1 = RV_16
    assert simpson_reversal(part_0, whole_0, part_1, whole_1)
    assert simpson_reversal(part_1, whole_1, part_0, whole_0)


@given(tables)
@settings(deadline=None, max_examples=60)
def test_the_effects_agree_with_exact_fractions_and_add_up(table):
    p0, n0, p1, n1 = ([int(x) for x in column] for column in table)
    w0 = [Fraction(n, sum(n0)) for n in n0]
    w1 = [Fraction(n, sum(n1)) for n in n1]
    r0 = [Fraction(p, n) for p, n in zip(p0, n0, strict=True)]
    r1 = [Fraction(p, n) for p, n in zip(p1, n1, strict=True)]
    change = Fraction(sum(p1), sum(n1)) - Fraction(sum(p0), sum(n0))
    rows = list(zip(w0, w1, r0, r1, strict=True))
    base = mix_and_rate_effects(*table).sum()
    assert base["rate"] == pytest.approx(float(sum(a * (d - c) for a, b, c, d in rows)), abs=CLOSE)
    assert base["mix"] == pytest.approx(float(sum((b - a) * c for a, b, c, d in rows)), abs=CLOSE)
    assert base["total"] == pytest.approx(float(change), abs=CLOSE)
    assert base.drop("total").sum() == pytest.approx(float(change), abs=CLOSE)
    midpoint = mix_and_rate_effects(*table, weights="midpoint").sum()
    assert midpoint["rate"] + midpoint["mix"] == pytest.approx(float(change), abs=CLOSE)
    assert midpoint["mix"] == pytest.approx(base["mix"] + base["interaction"] / 2, abs=CLOSE)

    total = sum(p1) * sum(n0) - sum(p0) * sum(n1)
    moves = [d - c for _, _, c, d in rows]
    opposite = all(move < 0 for move in moves) if total > 0 else all(move > 0 for move in moves)
    assert simpson_reversal(*table) is (total != 0 and opposite)


@given(tables)
@settings(deadline=None, max_examples=30)
def test_the_own_mix_gives_the_own_total_and_the_other_mix_the_rate_effect(table):
    part_0, whole_0, part_1, whole_1 = table
    own = standardized_rate(part_1, whole_1, whole_1)
    assert own == pytest.approx(part_1.sum() / whole_1.sum(), abs=CLOSE)
    held = standardized_rate(part_1, whole_1, whole_0) - part_0.sum() / whole_0.sum()
    assert held == pytest.approx(mix_and_rate_effects(*table)["rate"].sum(), abs=CLOSE)


def test_segments_are_matched_by_name_and_not_by_place():
    turned = [RV_16[0], RV_16[1].iloc[::-1], RV_16[2].iloc[::-1], RV_16[3]]
    pd.testing.assert_frame_equal(
        mix_and_rate_effects(*turned).loc[DEVICES], mix_and_rate_effects(*RV_16).loc[DEVICES]
    )
    assert simpson_reversal(*turned)
    assert standardized_rate(turned[2], turned[3], turned[1]) == pytest.approx(0.0254)


def test_nothing_that_stands_still_is_a_reversal():
    same = pd.Series([1, 1], index=DEVICES)
    third, double = pd.Series([3, 3], index=DEVICES), pd.Series([6, 6], index=DEVICES)
    assert not simpson_reversal(same, third, 2 * same, double)
    one_still = pd.Series([160, 100], index=DEVICES)
    assert not simpson_reversal(one_still, RV_16[1], pd.Series([72, 300], index=DEVICES), RV_16[3])


def test_a_single_segment_has_no_mix_effect():
    one = [pd.Series([n]) for n in (5, 100, 8, 200)]
    effects = mix_and_rate_effects(*one).sum()
    assert (effects["mix"], effects["interaction"]) == (0, 0)
    assert effects["rate"] == pytest.approx(-0.01)


GOOD = dict(zip(("part_0", "whole_0", "part_1", "whole_1"), RV_16, strict=True))
EMPTY = pd.Series([], dtype=float)


@pytest.mark.parametrize("call", [mix_and_rate_effects, simpson_reversal])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"whole_1": RV_16[3].drop("mobile")}, "'mobile' is missing in whole_1"),
        ({"whole_0": RV_16[1].drop("mobile")}, "'mobile' is missing in whole_0"),
        ({"whole_1": RV_16[3] * 0}, "nobody in whole_1"),
        ({"part_0": RV_16[1] + 1}, "8001 in part_0 is not a part of 8000"),
        ({"part_0": -RV_16[0]}, "not a part"),
        ({"part_0": RV_16[0].where(RV_16[0] > 130)}, "not a part"),
        ({"part_0": RV_16[0].astype(str) + "x"}, "not all numbers"),
        ({"part_0": [160, 120]}, "part_0 is a Series"),
        ({"part_0": pd.concat([RV_16[0], RV_16[0]])}, "stands twice in part_0"),
        (dict.fromkeys(GOOD, EMPTY), "no segments"),
    ],
)
def test_bad_counts_are_named(call, change, words):
    with pytest.raises(ValueError, match=words):
        call(**(GOOD | change))


def test_an_unknown_kind_of_weights_is_refused():
    with pytest.raises(ValueError, match="'midpoint'"):
        mix_and_rate_effects(*RV_16, weights="mid")


def test_a_standard_without_one_of_the_segments_is_refused():
    with pytest.raises(ValueError, match="'desktop' is missing in standard"):
        standardized_rate(RV_16[2], RV_16[3], RV_16[1].drop("desktop"))
