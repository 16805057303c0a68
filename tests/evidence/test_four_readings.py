"""Correlation, credit, experiment and truth of one micro conversion stand side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbook.evidence import MICROS, four_readings
from workbook.shop.policy import Policy
from workbook.shop.what_if import world


@pytest.fixture(scope="module")
def readings() -> dict[str, pd.DataFrame]:
    return {micro: four_readings(micro) for micro in MICROS}


def test_the_wish_list_goes_with_orders_and_causes_none(
    readings: dict[str, pd.DataFrame],
) -> None:
    table = readings["wish list"]["difference"]
    assert table["truth"] == 0
    assert table["correlation"] > 100
    assert table["attributed credit"] > 2


def test_a_forced_account_goes_with_orders_and_prevents_some(
    readings: dict[str, pd.DataFrame],
) -> None:
    table = readings["account"]["difference"]
    assert table["correlation"] > 300
    assert table["truth"] < -1


def test_the_experiment_finds_the_truth_within_its_error(
    readings: dict[str, pd.DataFrame],
) -> None:
    for micro, table in readings.items():
        seen = table.loc["experiment"]
        error = (seen["high"] - seen["low"]) / 2 / 1.96
        assert abs(seen["difference"] - table.loc["truth", "difference"]) < 4.5 * error, micro
        assert seen["low"] < seen["difference"] < seen["high"]


def test_the_readings_follow_from_the_tables(readings: dict[str, pd.DataFrame]) -> None:
    log = world(Policy())
    users = log.sessions["user"].nunique()
    events = log.events
    did = set(events.loc[events["event"] == "add_to_wishlist", "user"])
    buys = set(log.orders["user"])
    table = readings["wish list"]
    assert table.loc["correlation", "with_it"] == pytest.approx(1000 * len(did & buys) / len(did))
    assert table.loc["correlation", "without"] == pytest.approx(
        1000 * len(buys - did) / (users - len(did))
    )
    first = events[events["event"] == "add_to_wishlist"].groupby("user")["time"].min()
    # In one visit the wish list comes before the purchase, so times decide alike.
    orders = log.orders.assign(first=log.orders["user"].map(first))
    credited = (orders["first"] < orders["time"]).sum()
    assert table.loc["attributed credit", "difference"] == pytest.approx(1000 * credited / users)
    persons = np.union1d(log.visits.person, world(MICROS["wish list"].policy).visits.person)
    assert table.loc["truth", "without"] == pytest.approx(1000 * len(log.orders) / len(persons))


def test_an_unknown_micro_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="choose one of wish list, newsletter"):
        four_readings("scroll")
