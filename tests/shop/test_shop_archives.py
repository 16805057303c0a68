"""The archives: A/A tests err at the stated rates, and past tests hold the truth they claim."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

from workbook.shop import archives, draws
from workbook.shop.calendar import SEED

SEEDS = [SEED, *range(49)]
Z = stats.norm.ppf(0.975)


def z_of(
    orders_a: NDArray[np.int64],
    visitors_a: NDArray[np.int64],
    orders_b: NDArray[np.int64],
    visitors_b: NDArray[np.int64],
) -> NDArray[np.float64]:
    """z of B against A, pooled under the null."""
    p = (orders_a + orders_b) / (visitors_a + visitors_b)
    error = np.sqrt(p * (1 - p) * (1 / visitors_a + 1 / visitors_b))
    return (orders_b / visitors_b - orders_a / visitors_a) / error


@cache
def daily_z(seed: int) -> NDArray[np.float64]:
    """z of each A/A test (rows) on all its data up to each day (columns)."""
    table = archives.make_aa_archive(seed)
    shape = (archives.AA_TESTS, archives.AA_DAYS, 2)
    visitors, orders = (
        table[name].to_numpy().reshape(shape).cumsum(axis=1) for name in ("visitors", "orders")
    )
    return z_of(orders[..., 0], visitors[..., 0], orders[..., 1], visitors[..., 1])


@cache
def past(seed: int) -> pd.DataFrame:
    """One row per past test: its counts by arm, and its truth."""
    counts = archives.make_test_archive(seed).pivot(index="test", columns="arm")
    counts.columns = [f"{name}_{arm}" for name, arm in counts.columns]
    return counts.join(archives.test_archive_truth(seed).set_index("test"))


def lift(tests: pd.DataFrame, what: str) -> pd.Series[float]:
    """Observed relative lift."""
    rate_a, rate_b = (tests[f"{what}_{arm}"] / tests[f"visitors_{arm}"] for arm in "AB")
    return rate_b / rate_a - 1


def z_past(tests: pd.DataFrame, what: str) -> pd.Series[float]:
    return z_of(tests[f"{what}_A"], tests["visitors_A"], tests[f"{what}_B"], tests["visitors_B"])


# Counts


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**63), st.integers(0, 100_000), st.floats(0, 1, allow_subnormal=False))
def test_a_count_is_where_the_distribution_function_passes_the_draw(
    seed: int, trials: int, rate: float
) -> None:
    keys = draws.person_keys(seed, np.arange(3))
    u = draws.uniform(keys, "count")
    count = archives.binomial(keys, "count", np.full(3, trials), rate)
    assert ((count >= 0) & (count <= trials)).all()
    assert (stats.binom.cdf(count, trials, rate) >= u - 1e-12).all()
    assert (stats.binom.cdf(count - 1, trials, rate) <= u + 1e-12).all()


def test_no_visitors_give_no_orders_and_certainty_gives_all() -> None:
    keys = draws.person_keys(1, np.arange(4))
    assert archives.binomial(keys, "d", np.zeros(4, dtype=np.int64), 0.3).tolist() == [0] * 4
    assert archives.binomial(keys, "d", np.full(4, 9), 0.0).tolist() == [0] * 4
    assert archives.binomial(keys, "d", np.full(4, 9), 1.0).tolist() == [9] * 4


# A/A


def test_the_z_of_these_tests_is_that_of_statsmodels() -> None:
    table = archives.make_aa_archive(SEED)
    for test, day in ((1, 1), (17, 5), (1000, 14)):
        rows = table[(table["test"] == test) & (table["test_day"] <= day)]
        sums = rows.groupby("arm")[["orders", "visitors"]].sum()
        z, _ = proportions_ztest(sums["orders"][::-1], sums["visitors"][::-1])
        assert daily_z(SEED)[test - 1, day - 1] == pytest.approx(z)


def test_between_29_and_74_of_1000_are_significant_at_the_end() -> None:
    at_end = [int((abs(daily_z(seed)[:, -1]) > Z).sum()) for seed in SEEDS]
    # One archive in 1,000 may fall outside: two of 50 would be one chance in 800.
    assert sum(not 29 <= count <= 74 for count in at_end) <= 1
    total = 1_000 * len(SEEDS)
    assert sum(at_end) / total == pytest.approx(0.05, abs=4.5 * np.sqrt(0.05 * 0.95 / total))


def test_p_values_at_the_end_are_uniform() -> None:
    z = np.concatenate([daily_z(seed)[:, -1] for seed in SEEDS])
    p = 2 * stats.norm.sf(abs(z))
    assert stats.kstest(p, "uniform").pvalue > 1e-5
    assert stats.kstest(z, "norm").pvalue > 1e-5


def test_22_percent_are_green_on_some_day() -> None:
    on_some = [(abs(daily_z(seed)) > Z).any(axis=1).mean() for seed in SEEDS]
    error = np.sqrt(0.22 * 0.78 / 1_000)
    assert all(abs(share - 0.22) < 4.5 * error for share in on_some)
    # RV-09: .220 of 400,000 tests with 14 equal looks.
    assert np.mean(on_some) == pytest.approx(0.22, abs=0.01)


def test_a_test_that_is_green_on_day_5_and_not_on_day_14_can_always_be_shown() -> None:
    cases, b_better = [], []
    for seed in SEEDS:
        z = daily_z(seed)
        not_at_end = abs(z[:, -1]) <= Z
        cases.append(int(((abs(z[:, 4]) > Z) & not_at_end).sum()))
        b_better.append(int(((z[:, 4] > Z) & not_at_end).sum()))
    assert min(cases) > 0 and min(b_better) > 0
    # By the bivariate normal law of two looks, correlation sqrt(5 / 14).
    rho = np.sqrt(5 / 14)
    both = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    inside = sum(
        sign * both.cdf([a, b]) for a, b, sign in ((Z, Z, 1), (-Z, Z, -1), (Z, -Z, -1), (-Z, -Z, 1))
    )
    chance = 0.95 - inside
    error = np.sqrt(1_000 * chance / len(SEEDS))
    assert np.mean(cases) == pytest.approx(1_000 * chance, abs=4.5 * error + 1)
    assert np.mean(b_better) == pytest.approx(500 * chance, abs=4.5 * error + 1)


def test_arms_of_aa_tests_are_split_one_to_one() -> None:
    sums = archives.make_aa_archive(SEED).groupby(["test", "arm"])["visitors"].sum().unstack()
    p = stats.chisquare(sums.to_numpy(), axis=1).pvalue
    assert stats.kstest(p, "uniform").pvalue > 1e-5


# Past tests


def test_past_tests_have_20000_to_80000_visitors_per_arm() -> None:
    both = pd.concat([past(seed)[["visitors_A", "visitors_B"]] for seed in SEEDS])
    planned = both.sum(axis=1) / 2
    assert (planned % 1 == 0).all()
    assert planned.between(20_000, 80_000).all()
    assert planned.mean() == pytest.approx(50_000, rel=0.02)
    z = (both["visitors_A"] - planned) / np.sqrt(planned / 2)
    assert stats.kstest(z, "norm").pvalue > 1e-5


def test_12_percent_win_and_20_percent_harm() -> None:
    verdicts = pd.concat([past(seed)["verdict"] for seed in SEEDS])
    for verdict, share in (("win", 0.12), ("nil", 0.68), ("harm", 0.20)):
        error = np.sqrt(share * (1 - share) / len(verdicts))
        assert (verdicts == verdict).mean() == pytest.approx(share, abs=4.5 * error)


def test_true_effects_are_1_to_5_percent_or_none() -> None:
    everything = pd.concat([past(seed) for seed in SEEDS])
    by_verdict = everything.groupby("verdict")["order_lift"].agg(["min", "max"])
    assert by_verdict.loc["nil"].tolist() == [0, 0]
    assert by_verdict.loc["win"].tolist() == [0.01, 0.05]
    assert by_verdict.loc["harm"].tolist() == [-0.05, -0.01]
    for what in ("cart", "order"):
        ratio = everything[f"{what}_rate_B"] / everything[f"{what}_rate_A"] - 1
        assert (abs(ratio - everything[f"{what}_lift"]) < 1e-6).all()


@pytest.mark.parametrize("what", ["cart", "order"])
def test_counts_of_past_tests_follow_their_true_rates(what: str) -> None:
    everything = pd.concat([past(seed) for seed in SEEDS])
    for arm in "AB":
        n, rate = everything[f"visitors_{arm}"], everything[f"{what}_rate_{arm}"]
        z = (everything[f"{what}s_{arm}"] - n * rate) / np.sqrt(n * rate * (1 - rate))
        assert stats.kstest(z, "norm").pvalue > 1e-5


def test_most_orders_come_from_a_cart_so_the_chances_of_both_go_together() -> None:
    everything = pd.concat([past(seed) for seed in SEEDS])
    z = []
    for what in ("cart", "order"):
        n, rate = everything["visitors_A"], everything[f"{what}_rate_A"]
        z.append((everything[f"{what}s_A"] - n * rate) / np.sqrt(n * rate * (1 - rate)))
    # Correlation of two yes/no marks of a visitor, where .986 of the orders have a cart.
    c, o = archives._CART, archives._ORDER
    with_cart = archives._CART * archives._ORDER_IF_CART
    rho = (with_cart - c * o) / np.sqrt(c * (1 - c) * o * (1 - o))
    found = np.corrcoef(z[0], z[1])[0, 1]
    assert abs(np.arctanh(found) - np.arctanh(rho)) < 4.5 / np.sqrt(len(z[0])) + 0.01


def test_true_effects_on_carts_and_orders_correlate_but_do_not_agree() -> None:
    everything = pd.concat([past(seed) for seed in SEEDS])
    found = everything[["cart_lift", "order_lift"]].corr().iloc[0, 1]
    assert found == pytest.approx(0.69, abs=0.02)
    for seed in SEEDS:
        tests = past(seed)
        assert 0.5 < tests[["cart_lift", "order_lift"]].corr().iloc[0, 1] < 0.85
        # A cart that truly rises says little about the single test.
        rises = tests["cart_lift"] > 0
        assert 0.1 < (tests.loc[rises, "order_lift"] > 0).mean() < 0.8


def test_intervals_of_past_tests_cover_the_truth() -> None:
    for what in ("cart", "order"):
        covered = []
        for seed in SEEDS:
            tests = past(seed)
            rates = [tests[f"{what}s_{arm}"] / tests[f"visitors_{arm}"] for arm in "AB"]
            error = np.sqrt(
                sum(r * (1 - r) / tests[f"visitors_{a}"] for r, a in zip(rates, "AB", strict=True))
            )
            true = tests[f"{what}_rate_B"] - tests[f"{what}_rate_A"]
            covered.append((abs(rates[1] - rates[0] - true) <= Z * error).mean())
        assert 0.93 < np.mean(covered) < 0.97


def test_half_of_the_winners_are_chance_and_nearly_all_look_too_large() -> None:
    winners = pd.concat([past(seed)[z_past(past(seed), "orders") > Z] for seed in SEEDS])
    # About six in an archive; in some archives one or two, seldom none.
    assert 5 < len(winners) / len(SEEDS) < 8
    assert 0.35 < (winners["verdict"] != "win").mean() < 0.75
    assert (lift(winners, "orders") > winners["order_lift"]).mean() > 0.95
    assert lift(winners, "orders").mean() > 3 * winners["order_lift"].mean()


def test_no_past_test_is_large_enough_to_find_a_small_effect_surely() -> None:
    wins = pd.concat([past(seed).query("verdict == 'win'") for seed in SEEDS])
    power = (z_past(wins, "orders") > Z).mean()
    assert 0.05 < power < 0.25
