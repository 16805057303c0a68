"""Three experiments with a trap: over seeds, each is read as the lesson intends."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from workbook.shop import archives, history, tables, trials
from workbook.shop.calendar import SEED
from workbook.shop.dictionary import Table

SEEDS = [SEED, *range(49)]
Z = stats.norm.ppf(0.975)
MADE: dict[str, tuple[Table, Callable[[int], pd.DataFrame]]] = {
    table.name: (table, make)
    for table, make in (
        (history.TABLE, history.make),
        (archives.TABLES[0], archives.make_aa_archive),
        (archives.TABLES[1], archives.make_test_archive),
        (trials.TABLES[0], trials.make_sample_ratio),
        (trials.TABLES[1], trials.make_personalization),
        (trials.TABLES[2], trials.make_novelty),
    )
}
TRUTHS = (
    history.truth,
    archives.test_archive_truth,
    trials.sample_ratio_truth,
    trials.personalization_truth,
    trials.novelty_truth,
)


def hashes(seed: int) -> dict[str, str]:
    """A hash of each table's CSV text, by name; of the truths too."""
    frames = {name: make(seed) for name, (_, make) in MADE.items()}
    frames |= {f"{truth.__module__} {truth.__name__}": truth(seed) for truth in TRUTHS}
    text = {
        name: frame.to_csv() if name not in MADE else tables.csv_text(frame, MADE[name][0])
        for name, frame in frames.items()
    }
    return {name: sha256(content.encode()).hexdigest() for name, content in text.items()}


# All tables that do not come from the shop's visits


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    first, again, other = hashes(SEED), hashes(SEED), hashes(7)
    assert first == again
    assert not set(first.values()) & set(other.values())


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="names of x86 features")
def test_these_tables_do_not_depend_on_the_processor() -> None:
    code = (
        "import json, sys; sys.path[:0] = [sys.argv[1]]; import test_shop_trials as t;"
        "print(json.dumps(t.hashes(t.SEED)))"
    )
    plain = {**os.environ, "NPY_DISABLE_CPU_FEATURES": "AVX512_ICL X86_V4 X86_V3"}
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env=plain, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(run.stdout) == hashes(SEED)


@pytest.mark.parametrize("name", MADE)
def test_each_table_keeps_its_declaration(name: str) -> None:
    table, make = MADE[name]
    kinds = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
    for seed in (SEED, 3):
        frame = make(seed)
        assert frame.columns.tolist() == [column.name for column in table.columns]
        assert not frame.duplicated(list(table.key)).any()
        assert isinstance(frame.index, pd.RangeIndex)
        for column in table.columns:
            values = frame[column.name]
            kind = kinds.get(column.type, "datetime")
            assert str(values.dtype).startswith(kind), column.name
            assert column.meaning.endswith(".")
            assert values.notna().all() or not column.required
            assert values.is_unique or not column.unique
            if column.allowed:
                assert set(values.dropna()) == set(column.allowed), column.name
            if column.minimum is not None:
                assert values.min() >= column.minimum
            if kind == "float":
                cents = (100 * values).dropna()
                assert (abs(cents - cents.round()) < 1e-6).all()


def test_the_tables_are_small_together() -> None:
    size = sum(len(tables.csv_text(make(SEED), table)) for table, make in MADE.values())
    assert size < 4e6


# Sample ratio


@cache
def split(seed: int) -> pd.DataFrame:
    return trials.make_sample_ratio(seed).groupby("arm").agg(
        visitors=("visitor", "size"), views=("product_view", "sum"), orders=("order", "sum")
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sample_ratio_raises_the_alarm(seed: int) -> None:
    visitors = split(seed)["visitors"]
    assert stats.chisquare(visitors).pvalue < 0.0005
    assert visitors["B"] < visitors["A"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_product_view_rate_of_b_is_falsely_up(seed: int) -> None:
    arms = split(seed).loc[["B", "A"]]
    z, p = proportions_ztest(arms["views"], arms["visitors"])
    assert z > 0 and p < 0.05
    # Counted on those who were sent, nothing has happened: the planned 30,000 per arm.
    sent = trials.SPLIT_VISITORS / 2
    z, _ = proportions_ztest(arms["views"], [sent, sent])
    # Twice the square root of two: who is sent where is itself a draw.
    assert abs(z) < 4.5 * np.sqrt(2)


def test_b_changes_nobody_and_loses_6_percent() -> None:
    for seed in SEEDS:
        visitors = trials._split(seed)
        # Who is gone would neither have looked nor ordered: that is why the truth is 0.
        assert not (visitors.gone & (visitors.view | visitors.order)).any()
        assert not (visitors.gone & ~visitors.in_b).any()
        b = visitors.in_b
        error = np.sqrt(0.06 * 0.94 / b.sum())
        assert visitors.gone[b].mean() == pytest.approx(0.06, abs=4.5 * error)
        assert split(seed).loc["B", "views"] == (b & visitors.view).sum()
        assert split(seed)["visitors"].sum() == trials.SPLIT_VISITORS - visitors.gone.sum()
    truth = trials.sample_ratio_truth(SEED).set_index("outcome")
    assert truth.loc[["product_view", "order"], ["expected", "realized"]].eq(0).all(axis=None)
    lost = trials._split(SEED)
    assert truth.loc["not counted", "expected"] == pytest.approx(0.06)
    assert truth.loc["not counted", "realized"] == pytest.approx(
        lost.gone.sum() / lost.in_b.sum(), abs=1e-6
    )


def test_orders_come_from_product_views_at_the_rates_of_the_model() -> None:
    a = pd.concat([split(seed).loc[["A"]] for seed in SEEDS]).sum()
    for what, rate in (("views", 0.43), ("orders", 0.027)):
        error = np.sqrt(rate * (1 - rate) / a["visitors"])
        assert a[what] / a["visitors"] == pytest.approx(rate, abs=4.5 * error)


# Personalization


@cache
def cells(seed: int) -> pd.DataFrame:
    return trials.make_personalization(seed)


def counts(frame: pd.DataFrame) -> tuple[int, int]:
    return int(frame["orders"].sum()), int(frame["visitors"].sum())


def ratio(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Relative lift of a over b."""
    return (a[0] / a[1]) / (b[0] / b[1]) - 1


@cache
def holdout_interval(seed: int) -> tuple[float, float]:
    """95 % interval of the relative lift, all of the group against the holdout."""
    table = cells(seed)
    own = counts(table[table["group"] == "personalized"])
    held = counts(table[table["group"] == "holdout"])
    low, high = confint_proportions_2indep(*own, *held, compare="ratio", method="log")
    return low - 1, high - 1


@pytest.mark.parametrize("seed", SEEDS)
def test_seen_against_not_seen_promises_about_150_percent(seed: int) -> None:
    table = cells(seed)
    seen, not_seen = counts(table[table["seen"]]), counts(table[~table["seen"]])
    own = counts(table[~table["seen"] & (table["group"] == "personalized")])
    assert 1.0 < ratio(seen, not_seen) < 1.7
    assert 1.15 < ratio(seen, own) < 2.1


@pytest.mark.parametrize("seed", SEEDS)
def test_similar_visitors_help_and_do_not_cure(seed: int) -> None:
    table = cells(seed)
    own = table[table["group"] == "personalized"]
    by_level = []
    for level in trials.ENGAGEMENT:
        rows = own[own["engagement"] == level].sort_values("seen", ascending=False)
        others = rows["visitors"] - rows["orders"]
        by_level.append(np.stack([rows["orders"], others], axis=1))
    pooled = StratifiedTable(np.stack(by_level, axis=-1)).riskratio_pooled - 1
    naive = ratio(counts(own[own["seen"]]), counts(own[~own["seen"]]))
    assert trials._lift_if_seen() + 0.15 < pooled < naive - 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_the_holdout_keeps_the_effect_below_40_percent(seed: int) -> None:
    assert holdout_interval(seed)[1] < 0.40


def test_the_holdout_covers_5_percent_and_mostly_0() -> None:
    low, high = np.array([holdout_interval(seed) for seed in (SEED, *range(149))]).T
    for value, share in ((0.05, 0.95), (0.0, 0.71)):
        covered = ((low < value) & (value < high)).mean()
        assert covered == pytest.approx(share, abs=4.5 * np.sqrt(share * (1 - share) / len(low)))
    # Each estimate, in its own standard errors from the truth.
    log_low, log_high = np.log1p(low), np.log1p(high)
    z = ((log_low + log_high) / 2 - np.log(1.05)) / ((log_high - log_low) / (2 * Z))
    assert abs(z.mean()) < 4.5 / np.sqrt(len(z))
    assert z.std() == pytest.approx(1, abs=4.5 / np.sqrt(2 * len(z)))


def test_the_true_lift_is_5_percent_of_a_base_of_4() -> None:
    base, all_lift, seen_lift = [], [], []
    expected = trials.personalization_truth(SEED).set_index("population")["expected"]
    for seed in SEEDS[:20]:
        visitors = trials._eligible(seed)
        base.append(visitors.order_without.mean())
        realized = trials.personalization_truth(seed).set_index("population")["realized"]
        all_lift.append(realized["all eligible"])
        seen_lift.append(realized["those who see recommendations"])
        # By hand: everybody gets recommendations, or nobody.
        world = np.where(visitors.would_see, visitors.order_with, visitors.order_without)
        assert realized["all eligible"] == pytest.approx(
            world.mean() / visitors.order_without.mean() - 1, abs=1e-6
        )
    for found, true in (
        (base, 0.04),
        (all_lift, expected["all eligible"]),
        (seen_lift, expected["those who see recommendations"]),
    ):
        error = np.std(found, ddof=1) / np.sqrt(len(found))
        assert np.mean(found) == pytest.approx(true, abs=4.5 * error)
    assert expected["all eligible"] == 0.05
    assert 0.08 < expected["those who see recommendations"] < 0.11


def test_a_fifth_is_held_out_and_sees_nothing() -> None:
    for seed in SEEDS:
        table = cells(seed)
        held = table[table["group"] == "holdout"]
        assert not held["seen"].any()
        assert table["visitors"].sum() == trials.ELIGIBLE
        n = trials.ELIGIBLE
        assert held["visitors"].sum() == pytest.approx(0.2 * n, abs=4.5 * np.sqrt(n * 0.16))


# Novelty


@cache
def novelty(seed: int) -> pd.DataFrame:
    return trials.make_novelty(seed)


@cache
def by_period(seed: int, kind: str) -> pd.DataFrame:
    """Difference of click rates and its variance in days 0-6 and 14-27."""
    table = novelty(seed)
    own = table[table["visitor"] == kind]
    found = {}
    for period, (low, high) in {"week 1": (0, 6), "weeks 3-4": (14, 27)}.items():
        rows = own[own["days_since_exposure"].between(low, high)]
        arms = rows.groupby("arm")[["clicks", "visitors"]].sum()
        p = arms["clicks"] / arms["visitors"]
        found[period] = {
            "difference": p["B"] - p["A"],
            "variance": (p * (1 - p) / arms["visitors"]).sum(),
        }
    return pd.DataFrame(found).T


def fading(seed: int, kind: str) -> float:
    """z of the first week's difference less that of weeks 3 and 4."""
    periods = by_period(seed, kind)
    change = periods.loc["week 1", "difference"] - periods.loc["weeks 3-4", "difference"]
    return float(change / np.sqrt(periods["variance"].sum()))


@pytest.mark.parametrize("seed", SEEDS)
def test_novelty_fades_among_returning_visitors(seed: int) -> None:
    assert fading(seed, "returning") > Z
    periods = by_period(seed, "returning")
    later = periods.loc["weeks 3-4"]
    assert (
        later["difference"] + Z * np.sqrt(later["variance"]) < periods.loc["week 1", "difference"]
    )


def test_new_visitors_show_no_novelty() -> None:
    z = np.array([fading(seed, "new") for seed in SEEDS])
    assert (abs(z) < 4.5).all()
    assert (abs(z) < Z).mean() >= 0.84
    assert abs(z.mean()) < 4.5 / np.sqrt(len(z))
    effect = [by_period(seed, "new").loc["week 1"] for seed in SEEDS]
    alone = np.array([e["difference"] / np.sqrt(e["variance"]) for e in effect])
    assert abs(alone.mean()) < 4.5 / np.sqrt(len(z))


def test_the_true_lift_halves_every_four_days() -> None:
    truth = trials.novelty_truth(SEED).set_index(["visitor", "days_since_exposure"])
    expected = truth["expected"]
    assert [expected["returning", day] for day in (0, 4, 8, 12)] == [0.4, 0.2, 0.1, 0.05]
    ratios = expected["returning"] / expected["returning"].shift(1)
    assert np.allclose(ratios.dropna(), 0.5**0.25, atol=2e-4)
    assert (truth.loc["new", ["expected", "realized"]] == 0).all(axis=None)
    realized = [
        trials.novelty_truth(seed).query("visitor == 'returning'")["realized"]
        for seed in SEEDS[:20]
    ]
    error = np.std(realized, axis=0, ddof=1) / np.sqrt(len(realized))
    assert (abs(np.mean(realized, axis=0) - expected["returning"]) < 4.5 * error + 1e-6).all()


def test_about_3000_visitors_a_day_and_arm_click_at_10_percent() -> None:
    pooled = []
    for seed in SEEDS:
        table = novelty(seed)
        assert (abs(table["visitors"] - 3_000) < 5.5 * np.sqrt(6_000 / 4)).all()
        day = table.groupby(["visitor", "days_since_exposure"])["visitors"].sum()
        assert (day == 6_000).all()
        pooled.append(table[table["arm"] == "A"][["clicks", "visitors"]].sum())
    total = pd.concat(pooled, axis=1).sum(axis=1)
    error = np.sqrt(0.1 * 0.9 / total["visitors"])
    assert total["clicks"] / total["visitors"] == pytest.approx(0.10, abs=4.5 * error)
