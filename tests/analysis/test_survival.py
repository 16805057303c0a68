"""Time to conversion: published values, statsmodels, and brute force over random tables."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from workbook.analysis.survival import (
    aalen_johansen,
    at_time,
    cumulative_incidence,
    kaplan_meier,
    naive_rates,
    time_to_event,
)

DAYS = pd.Series([1, 2, 3, 3, 5, 8, 10, 14, 14, 14])
BOUGHT = pd.Series([1, 0, 1, 1, 0, 1, 0, 0, 0, 0])

durations = st.integers(0, 6)
watched = st.lists(st.tuples(durations, st.booleans()), min_size=1, max_size=25)
ended = st.lists(
    st.tuples(durations, st.sampled_from(["buy", "leave", None])), min_size=1, max_size=25
).filter(lambda rows: any(outcome == "buy" for _, outcome in rows))


def columns_of(rows: list[tuple[object, object]]) -> tuple[pd.Series, pd.Series]:
    return pd.Series([day for day, _ in rows]), pd.Series([end for _, end in rows], dtype=object)


# --- Kaplan-Meier -------------------------------------------------------------------------------


def test_the_ten_sign_ups_convert_as_published():
    curve = kaplan_meier(DAYS, BOUGHT)
    for day, survival, se in ((1, 0.9, 0.09487), (3, 0.675, 0.15507), (8, 0.54, 0.17312)):
        assert curve.loc[day, "survival"] == pytest.approx(survival, abs=1e-12)
        assert curve.loc[day, "se"] == pytest.approx(se, abs=5e-6)
    assert curve.loc[8, ["low", "high"]].round(3).tolist() == [0.181, 0.801]
    incidence = cumulative_incidence(DAYS, BOUGHT).loc[8]
    assert incidence["incidence"] == pytest.approx(0.46, abs=1e-12)
    assert incidence[["low", "high"]].round(3).tolist() == [0.199, 0.819]


def test_the_naive_rates_of_the_ten_sign_ups_are_as_published():
    assert naive_rates(DAYS, BOUGHT, by=8).to_dict() == {"as if never": 0.4, "dropped": 0.5}


def test_a_curve_counts_who_is_at_risk_and_who_is_lost():
    curve = kaplan_meier(DAYS, BOUGHT)
    assert curve.index.tolist() == [0, 1, 2, 3, 5, 8, 10, 14]
    assert curve["at_risk"].tolist() == [10, 10, 9, 8, 6, 5, 4, 3]
    assert curve["events"].tolist() == [0, 1, 0, 2, 0, 1, 0, 0]
    assert curve["censored"].tolist() == [0, 0, 1, 0, 1, 0, 1, 3]


@given(watched)
@settings(deadline=None, max_examples=80)
def test_kaplan_meier_agrees_with_statsmodels_and_with_its_own_product(rows):
    time, events = columns_of(rows)
    curve = kaplan_meier(time, events)
    product = 1.0
    for day in range(7):
        at_risk = sum(t >= day for t, _ in rows)
        converted = sum(t == day and bool(e) for t, e in rows)
        product *= 1 - converted / at_risk if at_risk else 1
        if day in curve.index:
            assert curve.loc[day, "survival"] == pytest.approx(product, abs=1e-12)
    oracle = SurvfuncRight(time, events.astype(int))
    found = curve.loc[oracle.surv_times]
    np.testing.assert_allclose(found["survival"], oracle.surv_prob, atol=1e-12)
    np.testing.assert_allclose(found["se"], oracle.surv_prob_se, atol=1e-9)  # NaN alike
    for day, row in curve.iterrows():
        if 0 < row["survival"] < 1:
            center = np.log(-np.log(row["survival"]))
            half = 1.959963984540054 * row["se"] / (row["survival"] * -np.log(row["survival"]))
            low, high = (np.exp(-np.exp(center + side * half)) for side in (1, -1))
            assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-9), day
        else:
            assert np.isnan(row["low"]) and np.isnan(row["high"])


@given(watched.filter(lambda rows: all(bought for _, bought in rows)))
@settings(deadline=None, max_examples=20)
def test_without_censoring_the_curve_is_the_plain_share(rows):
    time, events = columns_of(rows)
    curve = cumulative_incidence(time, events)
    for day, row in curve.iterrows():
        assert row["incidence"] == pytest.approx((time <= day).mean(), abs=1e-12)
        assert naive_rates(time, events, day).eq((time <= day).mean()).all()


@given(watched, durations)
@settings(deadline=None, max_examples=60)
def test_the_share_lies_between_the_two_naive_rates(rows, day):
    time, events = columns_of(rows)
    if day > time.max():
        return
    naive = naive_rates(time, events, day)
    share = at_time(cumulative_incidence(time, events), day)["incidence"]
    assert naive["as if never"] <= share + 1e-12
    assert share <= naive["dropped"] + 1e-12


def test_nobody_converted_leaves_a_curve_of_one_and_no_interval():
    curve = kaplan_meier(pd.Series([3, 5]), pd.Series([False, False]))
    assert (curve["survival"] == 1).all()
    assert curve[["low", "high"]].isna().all(axis=None)


def test_a_single_user_who_converted_at_once_is_a_curve_too():
    curve = kaplan_meier(pd.Series([0]), pd.Series([True]))
    assert curve["survival"].to_dict() == {0: 0}
    assert curve[["se", "low", "high"]].isna().all(axis=None)


# --- competing outcomes -------------------------------------------------------------------------


@given(ended)
@settings(deadline=None, max_examples=80)
def test_aalen_johansen_agrees_with_statsmodels(rows):
    time, outcomes = columns_of(rows)
    status = outcomes.map({"buy": 1, "leave": 2}).fillna(0).astype(int)
    found = aalen_johansen(time, outcomes, "buy")
    with np.errstate(all="ignore"):
        oracle = CumIncidenceRight(time.to_numpy(), status.to_numpy())
    at = found.loc[oracle.times]
    np.testing.assert_allclose(at["incidence"], oracle.cinc[0], atol=1e-12)
    known = ~np.isnan(oracle.cinc_se[0])
    np.testing.assert_allclose(at["se"][known], oracle.cinc_se[0][known], atol=1e-7)
    assert at["se"].notna().all()
    inside = (at["incidence"] > 0) & (at["se"] > 0) & (at["incidence"] < 1)
    assert (at["low"][inside] < at["incidence"][inside]).all()
    assert (at["incidence"][inside] < at["high"][inside]).all()


@given(ended)
@settings(deadline=None, max_examples=40)
def test_the_shares_of_all_outcomes_and_of_nobody_add_up_to_one(rows):
    time, outcomes = columns_of(rows)
    total = kaplan_meier(time, outcomes.notna())["survival"]
    for name in sorted(set(outcomes.dropna())):
        total = total + aalen_johansen(time, outcomes, name)["incidence"]
    np.testing.assert_allclose(total, 1, atol=1e-12)


@given(ended)
@settings(deadline=None, max_examples=40)
def test_competition_only_lowers_the_share_and_without_it_both_curves_agree(rows):
    time, outcomes = columns_of(rows)
    naive = cumulative_incidence(time, outcomes == "buy")
    found = aalen_johansen(time, outcomes, "buy")
    assert (found["incidence"] <= naive["incidence"] + 1e-12).all()
    alone = outcomes.where(outcomes == "buy")
    found = aalen_johansen(time, alone, "buy")
    np.testing.assert_allclose(found["incidence"], naive["incidence"], atol=1e-12)
    comparable = naive["se"].notna()
    np.testing.assert_allclose(found["se"][comparable], naive["se"][comparable], atol=1e-7)


def test_the_unsubscribed_of_a_small_list_are_no_longer_at_risk():
    """Four subscribers: one buys on day 1, one leaves on day 2, one buys on day 3, one stays."""
    time = pd.Series([1, 2, 3, 4])
    outcomes = pd.Series(["purchase", "unsubscribe", "purchase", None])
    found = aalen_johansen(time, outcomes, "purchase")
    assert found["incidence"].tolist() == pytest.approx([0, 1 / 4, 1 / 4, 1 / 2, 1 / 2])
    assert found["competing"].tolist() == [0, 0, 1, 0, 0]
    naive = cumulative_incidence(time, outcomes == "purchase")
    assert naive.loc[3, "incidence"] == pytest.approx(1 - 3 / 4 * 1 / 2)


# --- reading a curve, and durations from a log ----------------------------------------------------


def test_a_curve_holds_its_value_until_the_next_time():
    curve = kaplan_meier(DAYS, BOUGHT)
    for day, survival in ((0, 1), (0.5, 1), (1, 0.9), (7.99, 0.675), (8, 0.54), (14, 0.54)):
        assert at_time(curve, day)["survival"] == pytest.approx(survival)


def log_of(rows: str) -> pd.DataFrame:
    """Rows such as "a 0 sign_up": user, day, event."""
    table = pd.DataFrame([row.split() for row in rows.split(", ")], columns=["user", "d", "event"])
    start = pd.Timestamp("2025-11-01")
    table["time"] = start + pd.to_timedelta(table.pop("d").astype(float), unit="D")
    return table


LOG = log_of(
    "a 0 sign_up, b 1 purchase, b 2 sign_up, a 3 purchase, c 3 view, c 4 sign_up, "
    "c 5 unsubscribe, c 6 purchase, d 7 sign_up, d 7 purchase, a 9 purchase, e 10 view"
)


def test_durations_run_from_the_first_start_to_the_first_end_after_it():
    found = time_to_event(LOG, "sign_up", "purchase").set_index("user")
    assert found["days"].to_dict() == {"a": 3, "b": 8, "c": 2, "d": 0}
    assert found["converted"].to_dict() == {"a": True, "b": False, "c": True, "d": True}
    assert found["outcome"].isna().to_dict() == {"a": False, "b": True, "c": False, "d": False}


def test_a_competing_event_ends_the_duration_if_it_comes_first():
    found = time_to_event(LOG, "sign_up", "purchase", competing="unsubscribe").set_index("user")
    assert found.loc["c", ["days", "outcome", "converted"]].tolist() == [1, "unsubscribe", False]
    assert found.loc["a", "outcome"] == "purchase"


def test_what_lies_after_as_of_has_not_happened_and_silence_after_the_log_counts():
    early = time_to_event(LOG, "sign_up", "purchase", as_of="2025-11-03").set_index("user")
    assert early["days"].to_dict() == {"a": 2, "b": 0}
    assert not early["converted"].any()
    late = time_to_event(LOG, "sign_up", "purchase", as_of="2025-12-01").set_index("user")
    assert late.loc["b", "days"] == 28


def test_a_second_purchase_is_timed_from_the_first():
    found = time_to_event(LOG, "purchase", "purchase").set_index("user")
    assert found.loc["a", ["days", "converted"]].tolist() == [6, True]
    assert found["converted"].sum() == 1


def test_without_a_start_the_first_event_starts_the_clock():
    found = time_to_event(LOG, None, "purchase").set_index("user")
    assert found["days"].to_dict() == {"a": 3, "b": 9, "c": 3, "d": 0, "e": 0}


def test_within_one_second_the_row_order_decides_what_came_after():
    turned = LOG.iloc[::-1].sort_values("time", kind="stable")
    assert time_to_event(LOG, "sign_up", "purchase").set_index("user").loc["d", "converted"]
    assert not time_to_event(turned, "sign_up", "purchase").set_index("user").loc["d", "converted"]


# --- words for bad input ---

ONE, YES = pd.Series([1.0]), pd.Series([True])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kaplan_meier(pd.Series([]), pd.Series([])), "no rows"),
        (lambda: kaplan_meier(pd.Series([-1]), YES), "below 0"),
        (lambda: kaplan_meier(pd.Series([1.0, None]), pd.Series([True, True])), "missing"),
        (lambda: kaplan_meier(pd.Series([1, 2]), YES), "one value per row"),
        (lambda: naive_rates(pd.Series([1, 2]), YES, 1), "one value per row"),
        (lambda: kaplan_meier(ONE, pd.Series([2])), "True"),
        (lambda: kaplan_meier(ONE, pd.Series([None])), "blanks"),
        (lambda: kaplan_meier(pd.Series([pd.Timedelta(days=1)]), YES), "Timedelta"),
        (lambda: kaplan_meier(pd.Series(["1 day"]), YES), "numbers"),
        (lambda: at_time(kaplan_meier(ONE, YES), 2), "from 0 to 1"),
        (lambda: at_time(kaplan_meier(ONE, YES), -1), "from 0 to 1"),
        (lambda: aalen_johansen(ONE, pd.Series(["buy"]), "leave"), "'leave'.*'buy'"),
        (lambda: aalen_johansen(ONE, pd.Series([None]), "leave"), "none"),
        (lambda: aalen_johansen(pd.Series([]), pd.Series([]), "buy"), "no rows"),
        (lambda: time_to_event(LOG, "signup", "purchase"), "'sign_up'"),
        (lambda: time_to_event(LOG, "sign_up", "purchase", competing="purchase"), "itself"),
        (lambda: time_to_event(LOG, "sign_up", "purchase", as_of="1999-01-01"), "later"),
        (lambda: time_to_event(LOG, "sign_up", "purchase", as_of="soon"), "not a time"),
        (lambda: time_to_event(LOG, "sign_up", "purchase", as_of=30), "not a time"),
    ],
)
def test_bad_input_is_said_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- the standard error once more, from first principles ------------------------------------------


def direct_se(rows, outcome):
    """Marubini and Valsecchi's sum over pairs of times, in fractions, not multiplied out."""
    days = sorted({day for day, end in rows if end is not None})
    survival, incidence, parts, found = Fraction(1), Fraction(0), [], {}
    for day in days:
        n = sum(t >= day for t, _ in rows)
        d = sum((t, end) == (day, outcome) for t, end in rows)
        every = sum(t == day and end is not None for t, end in rows)
        incidence += survival * Fraction(d, n)
        parts.append((incidence, survival, n, d, every))
        survival *= 1 - Fraction(every, n)
        variance = Fraction(0)
        for so_far, before, at_risk, own, all_ in parts:
            gap = incidence - so_far
            if at_risk > all_:
                variance += gap**2 * Fraction(all_, at_risk * (at_risk - all_))
            variance += before**2 * Fraction(own * (at_risk - own), at_risk**3)
            variance -= 2 * gap * before * Fraction(own, at_risk**2)
        found[day] = float(variance) ** 0.5
    return found


@given(ended)
@settings(deadline=None, max_examples=60)
def test_the_standard_error_is_the_direct_sum_also_where_statsmodels_has_none(rows):
    found = aalen_johansen(*columns_of(rows), "buy")["se"]
    for day, se in direct_se(rows, "buy").items():
        assert found[day] == pytest.approx(se, abs=1e-9)


@given(ended.filter(lambda rows: all(end for _, end in rows)))
@settings(deadline=None, max_examples=40)
def test_with_everybody_decided_the_standard_error_is_that_of_a_share(rows):
    found = aalen_johansen(*columns_of(rows), "buy")
    p = found["incidence"]
    np.testing.assert_allclose(found["se"], np.sqrt(p * (1 - p).clip(0) / len(rows)), atol=1e-7)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kaplan_meier(ONE, YES, z=-1.96), "z is above 0"),
        (lambda: kaplan_meier(ONE, YES, z="95 %"), "z is one number"),
        (lambda: at_time(kaplan_meier(ONE, YES), "1"), "time is one number"),
        (lambda: naive_rates(ONE, YES, by="day 1"), "by is one number"),
        (lambda: naive_rates(ONE, YES, by=float("nan")), "by is one number"),
    ],
)
def test_a_bad_number_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_moment_without_zone_is_taken_in_that_of_the_log():
    zoned = LOG.assign(time=LOG["time"].dt.tz_localize("Europe/Berlin"))
    found = time_to_event(zoned, "sign_up", "purchase", as_of="2025-11-03")
    assert found.equals(time_to_event(LOG, "sign_up", "purchase", as_of="2025-11-03"))
    with pytest.raises(ValueError, match="not a time"):
        time_to_event(LOG, "sign_up", "purchase", as_of="2025-11-03T00:00Z")
