"""Correlation, credit, experiment and truth of one micro conversion stand side by side."""

from __future__ import annotations

import pandas as pd
import pytest

from workbook import load
from workbook.evidence import MICROS, four_readings


@pytest.fixture(scope="module")
def readings() -> dict[str, pd.DataFrame]:
    return {micro: four_readings(micro) for micro in MICROS}


def test_the_wish_list_goes_with_orders_and_brings_none(
    readings: dict[str, pd.DataFrame],
) -> None:
    orders = readings["wish list"]["orders"]
    assert orders["truth"] == 0
    assert orders["correlation"] > 100
    assert orders["attributed credit"] > 100
    low, high = readings["wish list"].loc["experiment", ["low", "high"]]
    assert low < 0 < high < orders["correlation"] / 2


def test_a_sign_up_brings_orders_though_fewer_than_it_goes_with(
    readings: dict[str, pd.DataFrame],
) -> None:
    table = readings["newsletter"]
    assert 0 < table.loc["truth", "orders"] < 0.7 * table.loc["correlation", "orders"]
    assert table.loc["experiment", "low"] > 0


def test_a_forced_account_goes_with_orders_and_prevents_some(
    readings: dict[str, pd.DataFrame],
) -> None:
    table = readings["account"]
    assert table.loc["correlation", "orders"] > 300
    assert table.loc["truth", "orders"] < 0
    assert table.loc["experiment", "high"] < 0


def test_carts_of_a_louder_button_bring_next_to_nothing(
    readings: dict[str, pd.DataFrame],
) -> None:
    table = readings["cart"]
    assert table.loc["correlation", "orders"] > 300
    assert abs(table.loc["truth", "orders"]) < 60
    assert table.loc["experiment", "high"] < table.loc["correlation", "orders"] / 2


def test_the_experiment_finds_the_truth_within_its_error(
    readings: dict[str, pd.DataFrame],
) -> None:
    for micro, table in readings.items():
        seen = table.loc["experiment"]
        error = (seen["high"] - seen["low"]) / 2 / 1.96
        # The truth per doer has its own denominator: the change in doers of all visitors.
        assert abs(seen["orders"] - table.loc["truth", "orders"]) < 4.5 * error + 1, micro
        assert seen["low"] < seen["orders"] < seen["high"]


def test_the_readings_follow_from_the_tables(readings: dict[str, pd.DataFrame]) -> None:
    events, orders = load("events"), load("orders")
    did = set(events.loc[events["event"] == "add_to_wishlist", "user"])
    others, buys = set(events["user"]) - did, set(orders["user"])
    table = readings["wish list"]["orders"]
    shares = [len(group & buys) / len(group) for group in (did, others)]
    assert table["correlation"] == pytest.approx(1000 * (shares[0] - shares[1]))
    earliest: dict[str, pd.Timestamp] = {}
    for row in events[events["event"] == "add_to_wishlist"].itertuples():
        earliest.setdefault(row.user, row.time)
    credited = sum(
        row.user in earliest and earliest[row.user] < row.time for row in orders.itertuples()
    )
    assert table["attributed credit"] == pytest.approx(1000 * credited / len(did))


def test_an_unknown_micro_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="choose one of newsletter, wish list"):
        four_readings("scroll")
