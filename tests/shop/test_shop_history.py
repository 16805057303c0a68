"""The order history: waits, values and refunds follow their laws; only censoring parts cohorts."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from workbook.shop import history
from workbook.shop.calendar import DAY_0, SEED
from workbook.shop.people import CHANNELS
from workbook.shop.world import REFUNDED

SEEDS = range(50)
END = pd.Timestamp(DAY_0)
HORIZONS = (30, 90, 180, 365)


@cache
def table(seed: int) -> pd.DataFrame:
    return history.make(seed)


@cache
def waits(seed: int) -> pd.DataFrame:
    """One row per customer: first order, days to the second or to the end, whether it came."""
    orders = table(seed)
    place = orders.groupby("customer_id").cumcount()
    first = orders[place == 0].set_index("customer_id")
    second = orders[place == 1].set_index("customer_id")["time"].reindex(first.index)
    days = (second.fillna(END) - first["time"]) / pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "first": first["time"],
            "days": days,
            "came": second.notna(),
            "newsletter": first["newsletter_before"],
            "channel": first["acquisition_channel"],
        }
    )


def two_shares(a: pd.Series[bool], b: pd.Series[bool]) -> float:
    """z of the difference of two shares."""
    p = (a.sum() + b.sum()) / (len(a) + len(b))
    return float((b.mean() - a.mean()) / np.sqrt(p * (1 - p) * (1 / len(a) + 1 / len(b))))


# Size and sense


@pytest.mark.parametrize("seed", [SEED, *SEEDS])
def test_there_are_8000_customers_and_about_14000_orders(seed: int) -> None:
    orders = table(seed)
    assert orders["customer_id"].nunique() == history.CUSTOMERS == 8_000
    # The law's mean is 14,100, the standard deviation between seeds 130.
    assert len(orders) == pytest.approx(14_100, abs=4.5 * 130)


def test_orders_fall_into_the_24_months_before_the_log() -> None:
    orders = table(SEED)
    start = END - pd.DateOffset(years=2)
    assert orders["time"].is_monotonic_increasing
    assert start <= orders["time"].min() < start + pd.Timedelta(days=1)
    assert END - pd.Timedelta(days=1) <= orders["time"].max() < END


def test_a_customer_orders_once_a_day_at_most() -> None:
    orders = table(SEED)
    day = orders["time"].dt.normalize()
    assert not pd.DataFrame({"who": orders["customer_id"], "day": day}).duplicated().any()


def test_channel_and_newsletter_belong_to_the_customer() -> None:
    by_customer = table(SEED).groupby("customer_id")
    assert (by_customer["acquisition_channel"].nunique() == 1).all()
    assert (by_customer["newsletter_before"].nunique() == 1).all()
    assert set(table(SEED)["acquisition_channel"]) == set(CHANNELS)
    came_by_mail = waits(SEED).query("channel == 'email'")
    assert came_by_mail["newsletter"].all()


def test_first_orders_have_a_peak_in_november_and_the_others_do_not() -> None:
    peak, plain = np.zeros(2), np.zeros(2)
    for seed in SEEDS:
        orders = table(seed)
        is_repeat = orders["customer_id"].duplicated().astype(int)
        # The last twelve months, so that both peaks have had repeats before them.
        time = orders["time"]
        late_november = time.between("2024-11-18", "2024-12-02")
        october = time.between("2024-10-01", "2024-10-15")
        peak += np.bincount(is_repeat[late_november], minlength=2)
        plain += np.bincount(is_repeat[october], minlength=2)
    assert peak[0] / plain[0] > 1.2
    assert peak[1] / plain[1] < 1.15  # more customers by then


# The second order


def test_the_law_of_the_second_order_is_near_the_published_one() -> None:
    for days, published in zip(HORIZONS, (0.17, 0.29, 0.37, 0.46), strict=True):
        assert history.second_order_within(days) == pytest.approx(published, abs=0.006)


def test_the_law_is_a_mixture_of_lomax_laws() -> None:
    share = np.array([s for s, _ in history._CHANNELS.values()])
    assert share.sum() == pytest.approx(1)
    for days in (0.0, 0.5, 7.0, 400.0, 1e6):
        law = sum(
            part * signed * stats.lomax.cdf(days, history._SHAPE, scale=history._SCALE / pace)
            for (part, own), mailed in zip(
                history._CHANNELS.values(), history._SIGNED_UP, strict=True
            )
            for signed, pace in ((mailed, 1.5 * own), (1 - mailed, own))
        )
        assert history.second_order_within(days) == pytest.approx(law, abs=1e-12)


def test_nobody_orders_again_at_once_and_no_wait_is_negative() -> None:
    assert history.second_order_within(0) == 0
    with pytest.raises(ValueError, match="negative"):
        history.second_order_within(-1)


@pytest.mark.parametrize("seed", [SEED, *SEEDS])
def test_kaplan_and_meier_find_the_law_of_the_second_order(seed: int) -> None:
    w = waits(seed)
    curve = SurvfuncRight(w["days"], w["came"].astype(int))
    for days in HORIZONS:
        place = np.searchsorted(curve.surv_times, days, side="right") - 1
        found, error = 1 - curve.surv_prob[place], curve.surv_prob_se[place]
        assert abs(found - history.second_order_within(days)) < 4.5 * error


@pytest.mark.parametrize("seed", [SEED, *SEEDS])
def test_recent_cohorts_look_bad_only_because_they_are_young(seed: int) -> None:
    w = waits(seed)
    age = (END - w["first"]) / pd.Timedelta(days=1)
    quarters = [w["came"][(age > low) & (age <= low + 91)] for low in (0, 91, 182, 546)]
    naive = [cohort.mean() for cohort in quarters]
    assert naive == sorted(naive)
    assert two_shares(quarters[0], quarters[-1]) > 4.5
    # The same cohorts, all watched for 60 days.
    followed = age > 60
    soon = w["came"] & (w["days"] <= 60)
    assert abs(two_shares(soon[followed & (age <= 365)], soon[followed & (age > 365)])) < 4.5


def test_subscribers_order_again_sooner() -> None:
    z = []
    for seed in SEEDS:
        w = waits(seed)
        mature = w[(END - w["first"]) > pd.Timedelta(days=90)]
        soon = mature["came"] & (mature["days"] <= 90)
        z.append(two_shares(soon[~mature["newsletter"]], soon[mature["newsletter"]]))
    assert min(z) > 0
    assert np.mean(np.array(z) > 1.96) > 0.9


# All orders against a brute simulation with explicit gamma rates and beta leavings


def simulated(customers: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Repeat orders within a year of the first, and in the year after that."""
    rng = np.random.default_rng(seed)
    channels = list(history._CHANNELS.values())
    channel = rng.choice(len(channels), customers, p=[share for share, _ in channels])
    mailed = rng.random(customers) < history._SIGNED_UP[channel]
    pace = np.array([own for _, own in channels])[channel] * np.where(mailed, 1.5, 1.0)
    rate = rng.gamma(history._SHAPE, pace / history._SCALE)
    leaves = rng.beta(history._LEAVE, history._STAY, customers)
    counts = np.zeros((2, customers), dtype=np.int64)
    for who in range(customers):
        time = 0.0
        while True:
            time += max(rng.exponential(1 / rate[who]), 1.0) if rate[who] > 1e-9 else np.inf
            if time > 730:
                break
            counts[int(time > 365), who] += 1
            if rng.random() < leaves[who]:
                break
    return counts[0], counts[1]


def test_repeat_orders_follow_the_beta_geometric_model() -> None:
    expected, expected_later = simulated(40_000, 1)
    found, later = [], []
    for seed in SEEDS[:10]:
        orders, known = table(seed), history.truth(seed).set_index("customer_id")
        first = orders.groupby("customer_id")["time"].transform("min")
        age = END - first
        # Customers of one month, just a year old when the table ends: the truth is their year two.
        month = age.between(pd.Timedelta(days=365), pd.Timedelta(days=395))
        in_year = orders["time"] - first <= pd.Timedelta(days=365)
        repeats = (orders[month & in_year].groupby("customer_id").size() - 1).to_numpy()
        found.append(repeats)
        later.append(known.loc[orders.loc[month, "customer_id"].unique(), "later_orders"])
    counts, year_two = np.concatenate(found), np.concatenate(later)
    cells = [np.bincount(np.minimum(c, 6), minlength=7) for c in (counts, expected)]
    assert stats.chi2_contingency(cells).pvalue > 1e-5
    # Year two of the truth begins up to 30 days later, on average 15: a little fewer orders.
    error = np.sqrt(year_two.var() / len(year_two) + expected_later.var() / len(expected_later))
    assert abs(year_two.mean() - expected_later.mean()) < 4.5 * error


def test_a_year_suffices_for_quintiles_that_are_not_all_ties() -> None:
    orders = table(SEED).groupby("customer_id").size()
    assert (orders >= 2).mean() > 0.38
    assert (orders >= 4).mean() > 0.05


def test_who_ordered_lately_and_often_orders_more_in_the_next_year() -> None:
    orders = table(SEED)
    known = history.truth(SEED).set_index("customer_id")["later_orders"]
    by_customer = orders.groupby("customer_id")["time"].agg(["size", "max"])
    lately = END - by_customer["max"] < pd.Timedelta(days=90)
    often = by_customer["size"] >= 3
    best, rest = known[by_customer.index[lately & often]], known[by_customer.index[~often]]
    assert best.mean() > 3 * rest.mean()


def test_the_truth_knows_the_customers_of_the_table() -> None:
    known = history.truth(SEED)
    assert set(known["customer_id"]) == set(table(SEED)["customer_id"])
    assert known["customer_id"].is_unique and known["customer_id"].is_monotonic_increasing
    none = known["later_orders"] == 0
    assert (known.loc[none, ["later_value", "later_margin"]] == 0).all(axis=None)
    assert (known["later_margin"] <= 0.521 * known["later_value"] + 1e-9).all()
    # Most orders keep their value: 64.07 on average, less some 6 % for refunds.
    per_order = known["later_value"].sum() / known["later_orders"].sum()
    assert per_order == pytest.approx(64.07 * 0.94, rel=0.15)


# Money


def test_first_orders_have_the_lognormal_value_of_the_model() -> None:
    for seed in (SEED, *SEEDS[:10]):
        orders = table(seed)
        first = orders[~orders["customer_id"].duplicated()]
        fit = stats.kstest(first["value"], stats.lognorm(0.848, scale=np.exp(3.80)).cdf)
        assert fit.pvalue > 1e-5


def test_customers_have_a_level_of_value_of_their_own() -> None:
    pairs = []
    for seed in SEEDS[:10]:
        orders = table(seed)
        place = orders.groupby("customer_id").cumcount()
        logs = [
            np.log(orders[place == k].set_index("customer_id")["value"]).rename(str(k))
            for k in (0, 1)
        ]
        pairs.append(pd.concat(logs, axis=1).dropna())
    both = pd.concat(pairs)
    found = np.arctanh(both.corr().iloc[0, 1])
    assert abs(found - np.arctanh(0.35)) < 4.5 / np.sqrt(len(both) - 3)


def test_money_is_whole_cents_and_margins_lie_between_40_and_52_percent() -> None:
    orders = table(SEED)
    for column in ("value", "margin", "refund_value"):
        cents = orders[column].dropna() * 100
        assert (abs(cents - cents.round()) < 1e-6).all()
    big = orders[orders["value"] > 50]
    assert (big["margin"] / big["value"]).between(0.399, 0.5201).all()


def test_refunds_come_after_the_order_and_never_exceed_it() -> None:
    orders = table(SEED)
    back = orders[orders["refund_time"].notna()]
    assert (orders["refund_value"].notna() == orders["refund_time"].notna()).all()
    assert ((back["refund_value"] > 0) & (back["refund_value"] <= back["value"])).all()
    days = back["refund_time"].dt.normalize() - back["time"].dt.normalize()
    assert days.min() >= pd.Timedelta(days=3)
    assert back["refund_time"].dt.hour.between(9, 16).all(), "in office hours"
    assert orders["refund_time"].max() < END
    whole = (back["refund_value"] == back["value"]).mean()
    assert whole == pytest.approx(0.70, abs=4.5 * np.sqrt(0.21 / len(back)))


def test_refunds_of_the_last_fortnight_are_mostly_still_to_come() -> None:
    recent = []
    for seed in (SEED, *SEEDS):
        orders = table(seed)
        age = END - orders["time"]
        refunded = orders["refund_time"].notna()
        mature = refunded[age > pd.Timedelta(days=120)]
        error = np.sqrt(REFUNDED * (1 - REFUNDED) / len(mature))
        assert abs(mature.mean() - REFUNDED) < 4.5 * error
        recent.append(refunded[age < pd.Timedelta(days=14)])
        assert not refunded[age < pd.Timedelta(days=3)].any()
    assert pd.concat(recent).mean() < REFUNDED / 2
