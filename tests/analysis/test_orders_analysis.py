"""Orders: one per user and id, the wrong ways beside the right one, refunds that come later."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.analysis.orders import (
    deduplicate,
    deduplication,
    net_of_refunds,
    purchase_value,
    revenue_by_rule,
    usable_ids,
)

few = settings(max_examples=60, deadline=None)

PURCHASES = pd.DataFrame(
    [
        ("u1", "T1", 50), ("u1", "T1", 50), ("u2", "T2", 80), ("u3", "T3", 30),
        ("u4", "T2", 45), ("u5", "(not set)", 0), ("u6", "T6", 95),
    ],
    columns=["user", "transaction_id", "revenue"],
)  # fmt: skip


# --- RV-21, RV-22 ---------------------------------------------------------------------------------


def test_the_value_of_a_purchase_leaves_shipping_and_tax_out():
    items = pd.DataFrame({"quantity": [2, 1, 4], "price": [24.00, 15.50, 8.25]})
    value = purchase_value(items)
    assert value == pytest.approx(96.50)
    assert purchase_value(items.assign(shipping=6.0, tax=7.0)) == value
    assert value + 6 + 7 == pytest.approx(109.50)


def test_seven_events_are_five_orders():
    found = deduplication(PURCHASES)
    assert found["events"] == 7 and found["raw_revenue"] == 350
    assert found["orders"] == 5 and found["revenue"] == 300
    assert found["without_id"] == 1 and found["repeats"] == 1
    assert found["duplicate_rate"] == pytest.approx(1 / 6)
    rules = revenue_by_rule(PURCHASES)
    assert rules.loc["every event"].tolist() == [7, 350]
    assert rules.loc["by user and id"].tolist() == [5, 300]
    assert rules.loc["by id alone"].tolist() == [4, 255]
    assert rules.loc["by id alone, unusable ids too"].tolist() == [5, 255]


# --- de-duplication -------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["", " ", "(not set)", " (not set) ", None, np.nan])
def test_an_id_that_names_no_order_is_unusable(bad):
    assert usable_ids(pd.Series(["T1", bad], dtype=object)).tolist() == [True, False]


def test_ids_may_be_numbers_and_the_list_of_unusable_ones_may_grow():
    assert usable_ids(pd.Series([17, 18])).tolist() == [True, True]
    assert usable_ids(pd.Series(["test", "T1"]), ["test"]).tolist() == [False, True]
    assert usable_ids(pd.Series([], dtype=object)).empty


@few
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["u", "v", None]),
            st.sampled_from(["T1", "T2", "", None]),
            st.integers(0, 9),
            st.integers(0, 5),
        ),
        max_size=12,
    )
)
def test_orders_are_the_pairs_of_user_and_id_at_their_first_time_and_largest_revenue(rows):
    columns = ["user", "transaction_id", "revenue", "time"]
    purchases = pd.DataFrame(rows, columns=columns, index=[f"row {n}" for n in range(len(rows))])
    purchases = purchases.astype({"revenue": float, "time": float})
    found = deduplicate(purchases)
    expected = {}
    for user, order, revenue, time in rows:
        if user and order:
            first, most = expected.get((user, order), (time, revenue))
            expected[user, order] = (min(first, time), max(most, revenue))
    got = {(row.user, row.transaction_id): (row.time, row.revenue) for row in found.itertuples()}
    assert got == expected
    assert len(found) == len(expected)
    assert [name for name in purchases.index if name in set(found.index)] == found.index.tolist()
    assert deduplicate(found).equals(found)
    told = deduplication(purchases)
    assert told["events"] == told["without_id"] + told["repeats"] + told["orders"]


def test_without_times_the_first_row_stands_for_the_order():
    log = PURCHASES.assign(page=range(7))
    assert deduplicate(log)["page"].tolist() == [0, 2, 3, 4, 6]
    assert deduplicate(log[::-1])["page"].tolist() == [6, 4, 3, 2, 1]


def test_a_repeat_that_lacks_its_revenue_does_not_spoil_the_order():
    log = PURCHASES.assign(revenue=[np.nan, 50, 80, 30, 45, np.nan, 95])
    assert deduplicate(log)["revenue"].sum() == 300
    assert deduplication(log)["raw_revenue"] == 300
    assert revenue_by_rule(log).loc["by id alone", "revenue"] == 255
    with pytest.raises(ValueError, match="1 orders have no revenue"):
        deduplicate(PURCHASES.assign(revenue=[50, 50, np.nan, 30, 45, 0, 95]))


def test_other_names_of_columns_are_told():
    log = PURCHASES.rename(columns={"transaction_id": "order_id", "revenue": "value"})
    names = {"transaction_id": "order_id", "revenue": "value"}
    assert deduplicate(log, **names)["value"].sum() == 300
    assert deduplication(log, **names)["orders"] == 5
    assert revenue_by_rule(log, **names).loc["by id alone", "revenue"] == 255


def test_a_log_without_purchases_has_no_orders_and_no_duplicate_rate():
    found = deduplication(PURCHASES[:0])
    assert found["orders"] == 0 and found["revenue"] == 0
    assert np.isnan(found["duplicate_rate"])
    assert revenue_by_rule(PURCHASES[:0])["revenue"].tolist() == [0, 0, 0, 0]


# --- refunds --------------------------------------------------------------------------------------

ORDERS = pd.DataFrame({"order_id": ["a", "b", "c"], "value": [100.0, 60.0, 40.0]})
REFUNDS = pd.DataFrame(
    {
        "order_id": ["b", "a", "b", "old"],
        "value": [20.0, 100.0, 10.5, 99.0],
        "time": pd.to_datetime(["2025-10-05", "2025-10-20", "2025-10-21", "2025-10-01"]),
    }
)


def test_refunds_are_taken_from_their_own_orders_in_parts():
    found = net_of_refunds(ORDERS, REFUNDS)
    assert found["refunded"].tolist() == [100, 30.5, 0]
    assert found["net"].tolist() == [0, 29.5, 40]
    assert found[["order_id", "value"]].equals(ORDERS)


def test_a_report_of_an_earlier_day_does_not_know_of_later_refunds():
    assert net_of_refunds(ORDERS, REFUNDS, as_of="2025-10-10")["net"].sum() == 180
    assert net_of_refunds(ORDERS, REFUNDS, as_of="2025-10-20")["net"].sum() == 80
    assert net_of_refunds(ORDERS, REFUNDS, as_of="2026-01-01")["net"].sum() == 69.5


def test_without_refunds_all_revenue_stays():
    assert net_of_refunds(ORDERS, REFUNDS[:0])["net"].tolist() == ORDERS["value"].tolist()
    assert net_of_refunds(ORDERS[:0], REFUNDS).empty


@few
@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 60)), max_size=8),
)
def test_net_revenue_is_revenue_less_the_refunds_of_these_orders(paid, returned):
    orders = pd.DataFrame({"order_id": range(len(paid)), "value": [cents + 480 for cents in paid]})
    refunds = pd.DataFrame(returned, columns=["order_id", "value"]).astype("int64")
    known = [cents for order, cents in returned if order < len(paid)]
    assert net_of_refunds(orders, refunds)["net"].sum() == sum(orders["value"]) - sum(known)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: purchase_value(pd.DataFrame({"price": [1.0]})), "no column 'quantity'"),
        (lambda: purchase_value(pd.DataFrame({"price": [-1.0], "quantity": [1]})), "below 0"),
        (lambda: purchase_value(pd.DataFrame({"price": ["1 $"], "quantity": [1]})), "numbers"),
        (lambda: deduplicate(PURCHASES.drop(columns="user")), "no column 'user'"),
        (lambda: deduplicate(PURCHASES.astype({"revenue": str}) + "x"), "list of numbers"),
        (lambda: deduplicate(PURCHASES.assign(time=None)), "no time"),
        (lambda: net_of_refunds(pd.concat([ORDERS, ORDERS]), REFUNDS), "de-duplicate it first"),
        (lambda: net_of_refunds(ORDERS, REFUNDS.assign(value=99.0)), "Of order b more was"),
        (lambda: net_of_refunds(ORDERS, REFUNDS.assign(value=-1.0)), "below 0"),
        (lambda: net_of_refunds(ORDERS, REFUNDS, as_of="soon"), "as_of is a moment"),
        (lambda: net_of_refunds(ORDERS, REFUNDS.drop(columns="time"), as_of=1), "column 'time'"),
        (
            lambda: net_of_refunds(ORDERS, REFUNDS.assign(time=pd.NaT), as_of="2026-01-01"),
            "no time",
        ),
    ],
)
def test_bad_input_is_named_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_refunds_are_as_of_a_day_in_the_zone_of_their_times():
    orders = pd.DataFrame({"order_id": [1], "value": [50.0]})
    times = pd.to_datetime(["2025-01-01 23:30", "2025-01-02 00:30"])
    refunds = pd.DataFrame({"order_id": 1, "value": [10.0, 5.0], "time": times})
    zoned = refunds.assign(time=refunds["time"].dt.tz_localize("America/New_York"))
    for table in (refunds, zoned):
        assert net_of_refunds(orders, table, as_of="2025-01-02")["net"].tolist() == [40]
    with pytest.raises(ValueError, match="not a time"):
        net_of_refunds(orders, refunds, as_of=20250102)
