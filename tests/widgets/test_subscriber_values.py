"""The numbers behind the subscriber explorer, counted by hand and on another shop."""

from __future__ import annotations

import pandas as pd
import pytest

from workbook import four_readings, subscriber_explorer
from workbook.data import load
from workbook.shop.policy import Policy
from workbook.shop.world import simulate
from workbook.widgets.explorer_subscribers import facts, marks, values


def test_the_naive_value_is_the_buyers_share_times_the_margin_per_order() -> None:
    found = subscriber_explorer().facts
    events, orders = load("events"), load("orders")
    items = load("order_items").merge(load("products"), on="item_id")
    signed = set(events.loc[events["event"] == "newsletter_signup", "user"])
    bought = len(signed & set(orders["user"]))
    per_order = (items["quantity"] * items["margin"]).sum() / len(orders)
    assert found["subscribers"] == len(signed)
    assert found["ordered"] == bought / len(signed)
    assert found["per_order"] == pytest.approx(per_order)
    assert found["naive"] == pytest.approx(bought / len(signed) * per_order)


def test_the_incremental_value_sinks_from_the_naive_one_to_nothing() -> None:
    worth = values(3.2483)
    assert len(worth) == 101
    assert (worth[0], worth[25], worth[50], worth[100]) == (3.25, 2.44, 1.62, 0.0)
    assert worth == sorted(worth, reverse=True)


def test_the_marks_stand_where_test_and_truth_give_the_value_of_the_lesson() -> None:
    explorer = subscriber_explorer()
    readings, ordered = four_readings("newsletter"), explorer.facts["ordered"]
    for mark, reading in (("test", "experiment"), ("truth", "truth")):
        anyway = 100 * (1 - readings["orders"][reading] / 1000 / ordered)
        assert explorer.marks[mark]["share"] == pytest.approx(anyway, abs=0.051)
    test = explorer.marks["test"]
    high = 100 * (1 - readings["low"]["experiment"] / 1000 / ordered)
    assert test["low"] < test["share"] < test["high"] == pytest.approx(high, abs=0.051)


def test_within_the_test_and_in_money_the_marks_are_those_of_its_arms() -> None:
    explorer = subscriber_explorer()
    table = load("experiments").query("test == 'newsletter mails'")
    arms = table.groupby("arm")[["ordered", "revenue"]].mean()
    test = explorer.marks["test"]
    assert test["without"] == round(100 * arms["ordered"]["A"], 2)
    assert test["with_mails"] == round(100 * arms["ordered"]["B"], 2)
    items = load("order_items").merge(load("products"), on="item_id")
    kept = (items["quantity"] * items["margin"]).sum() / load("orders")["value"].sum()
    assert test["money"] == pytest.approx(arms["revenue"].diff()["B"] * kept, abs=0.0051)
    truth = load("truth_experiments").query("test == 'newsletter mails' and outcome == 'revenue'")
    assert explorer.marks["truth"]["money"] == pytest.approx(
        truth["realized"].item() * kept, abs=0.0051
    )


def test_marks_stay_on_the_slider_when_a_test_surprises() -> None:
    def test_of(a: int, b: int) -> dict[str, dict[str, float]]:
        rows = [("A", n < a) for n in range(200)] + [("B", n < b) for n in range(200)]
        table = pd.DataFrame(rows, columns=["arm", "ordered"]).assign(test="newsletter mails")
        table["revenue"] = 60.0 * table["ordered"]
        truth = pd.DataFrame(
            {
                "test": "newsletter mails",
                "outcome": ["ordered", "revenue"],
                "realized": [(b - a) / 200, 0.3 * (b - a)],
            }
        )
        return marks(0.1, 0.5, table, truth)

    assert test_of(30, 20)["test"]["share"] == 100  # mails that drive buyers away
    assert test_of(10, 60)["test"]["share"] == 0
    assert test_of(10, 20)["truth"]["share"] == 50
    assert test_of(10, 20)["truth"]["money"] == 1.5  # 10 of 200 more, $60 each, half of it margin


def test_another_shop_has_other_numbers() -> None:
    other = simulate(1_001, persons=20_000, policy=Policy())
    names = ("events", "orders", "order_items", "products")
    found = facts({name: getattr(other, name) for name in names})
    here = subscriber_explorer().facts
    assert 0 < found["naive"] != here["naive"]
    assert found["subscribers"] < here["subscribers"]


def test_the_text_form_is_a_table_of_five_positions() -> None:
    lines = subscriber_explorer().plain.splitlines()
    assert "buyers times the margin of an average order" in lines[1]
    assert [line.split("%")[0].strip() for line in lines[3:]] == ["0", "25", "50", "75", "100"]
    naive = {line.split()[2] for line in lines[3:]}
    assert len(naive) == 1  # it stays put
    assert lines[3].split()[-1].startswith("+$") and lines[-1].split()[-1].startswith("-$")


def test_the_truth_is_not_in_the_text_form() -> None:
    explorer = subscriber_explorer()
    assert str(explorer.marks["truth"]["share"]) not in explorer.plain
    assert str(explorer.marks["truth"]["money"]) not in explorer.plain
