"""Tests from two worlds: an outcome is that of the assigned arm, and the truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbook import data
from workbook.shop import experiments
from workbook.shop.calendar import DAY_0, SEED, Autumn
from workbook.shop.experiments import OUTCOMES, TRIALS, Trial
from workbook.shop.policy import Policy


def smaller(trial: Trial, visitors: int) -> Trial:
    return replace(trial, visitors=visitors)


@pytest.fixture(scope="module")
def made() -> tuple[pd.DataFrame, pd.DataFrame]:
    """As committed; another test proves that a fresh build gives the same."""
    return data.load("experiments"), data.load("truth_experiments")


@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: t.name)
def test_both_worlds_expose_the_same_visitors_at_the_same_time(trial: Trial) -> None:
    numbers = np.arange(12_000)
    persons = Autumn(DAY_0, f" {trial.name}")
    logs = []
    for policy in (trial.a, trial.b):
        visits = experiments.shop_visits.run(7, numbers, policy, persons)
        seen = visits if trial.first_ever else visits.take(visits.start >= 0)
        logs.append(experiments._first_exposure(seen, trial.eligible(seen)))
    assert len(logs[0]) > 100
    for name in ("person", "start", "device", "returning"):
        assert np.array_equal(getattr(logs[0], name), getattr(logs[1], name))


def test_a_test_is_the_same_however_many_persons_are_simulated_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trial = smaller(TRIALS[1], 300)
    one = experiments.run(trial, 3)
    monkeypatch.setattr(experiments, "_BLOCK", 7_001)
    other = experiments.run(trial, 3)
    assert np.array_equal(one.key, other.key)
    assert np.array_equal(one.published("revenue"), other.published("revenue"))


def test_a_policy_that_changes_nothing_has_no_effect() -> None:
    trial = Trial("nothing", Policy(since=0), Policy(since=0), TRIALS[0].eligible, 1_000)
    found = experiments.run(trial, 3)
    for name in OUTCOMES:
        assert np.array_equal(found.a[name], found.b[name])
    assert 0.4 < found.in_b.mean() < 0.6


def test_what_is_published_is_the_outcome_of_the_assigned_world() -> None:
    found = experiments.run(smaller(TRIALS[1], 800), 3)
    shown = experiments.published(TRIALS[1], found)
    b = shown["arm"].eq("B").to_numpy()
    assert np.array_equal(b, found.in_b)
    assert np.array_equal(shown["account"].to_numpy()[b], found.b["account"][b] > 0)
    assert np.array_equal(shown["account"].to_numpy()[~b], found.a["account"][~b] > 0)
    assert (found.a["account"] != found.b["account"]).mean() > 0.3


def test_each_test_has_its_visitors_once_in_arms_of_like_size(
    made: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    table = made[0]
    assert table["visitor"].is_unique
    sizes = table.groupby("test").size()
    assert sizes.to_dict() == {trial.name: trial.visitors for trial in TRIALS}
    for _, arms in table.groupby("test")["arm"]:
        n = len(arms)
        assert abs((arms == "B").sum() - n / 2) < 4.5 * np.sqrt(n) / 2
    assert (table.groupby("test")["entry_day"].max() == experiments.ENTRY_DAYS - 1).all()


def test_the_observed_difference_is_the_truth_within_its_error(
    made: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    table, truth = made
    two_worlds = truth[truth["test"].isin([trial.name for trial in TRIALS])]
    for row in two_worlds.itertuples():
        arms = table[table["test"] == row.test].groupby("arm")[row.outcome]
        mean, var, n = arms.mean(), arms.var(), arms.size()
        error = np.sqrt((var / n).sum())
        seen = mean["B"] - mean["A"]
        assert abs(seen - row.realized) <= 4.5 * error, (row.test, row.outcome)
        assert row.realized == pytest.approx(row.b - row.a, abs=2e-6)


def z(table: pd.DataFrame, test: str, outcome: str) -> float:
    arms = table[table["test"] == test].groupby("arm")[outcome]
    mean, n = arms.mean(), arms.size()
    return float((mean["B"] - mean["A"]) / np.sqrt((mean * (1 - mean) / n).sum()))


def test_the_intended_readings_come_out(made: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table = made[0]
    # Agree: both up.
    assert z(table, "product page", "cart") > 1.96
    assert z(table, "product page", "ordered") > 1.96
    # Conflict: the micro up, the macro down.
    assert z(table, "forced account", "account") > 20
    assert z(table, "forced account", "ordered") < -1.96
    # The micro up by far, the macro as it was.
    assert z(table, "wish list", "wish_list") > 20
    # Mails sell.
    assert z(table, "newsletter mails", "ordered") > 1.96


def test_the_surrogate_fails_for_the_button_and_holds_for_the_page(
    made: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    table = made[0]
    for test, holds in (("cart button", False), ("product page", True)):
        rows = table[table["test"] == test]
        a = rows[rows["arm"] == "A"]
        slope = a.loc[a["cart"], "ordered"].mean() - a.loc[~a["cart"], "ordered"].mean()
        means = rows.groupby("arm")[["cart", "ordered"]].mean()
        n = rows.groupby("arm").size()
        predicted = slope * (means.loc["B", "cart"] - means.loc["A", "cart"])
        seen = means.loc["B", "ordered"] - means.loc["A", "ordered"]
        error = np.sqrt((means["ordered"] * (1 - means["ordered"]) / n).sum())
        print(f"\n{test}: predicted {predicted:.4f}, seen {seen:.4f} ± {1.96 * error:.4f}")
        assert (seen + 1.96 * error < predicted) is not holds


def test_each_reading_is_sized_so_that_chance_cannot_spoil_it(
    made: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    """The true effect lies 4.5 standard errors or more from the reading's edge."""
    truth = made[1].set_index(["test", "outcome"])
    n = {trial.name: trial.visitors / 2 for trial in TRIALS}

    def errors_from(test: str, outcome: str, edge: float = 0.0) -> float:
        a, b = truth.loc[(test, outcome), ["a", "b"]]
        return float((b - a - edge) / np.sqrt((a * (1 - a) + b * (1 - b)) / n[test]))

    assert errors_from("product page", "cart") > 4.5
    assert errors_from("product page", "ordered") > 4.5
    assert errors_from("forced account", "ordered") < -4.5
    assert errors_from("newsletter mails", "ordered") > 4.5
    # The button's prediction: about .35 orders for each cart, .0396 carts.
    assert errors_from("cart button", "ordered", edge=0.0396 * 0.35) < -(1.96 + 2.5)


def test_the_wish_list_test_has_no_effect_on_orders_at_all(
    made: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    effects = made[1].set_index(["test", "outcome"])["realized"]["wish list"]
    assert effects["wish_list"] > 0.5
    assert (effects.drop("wish_list") == 0).all()


def test_the_holdout_of_remarketing_lies_far_below_its_credit(
    made: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    rows = made[0][made[0]["test"] == "remarketing"]
    arms = rows.groupby("arm")["ordered"]
    mean, n = arms.mean(), arms.size()
    high = mean["B"] - mean["A"] + 1.96 * np.sqrt((mean * (1 - mean) / n).sum())
    # Credit: orders whose visit is labeled remarketing, per visitor whom a reminder could follow.
    events, sessions, orders = (data.load(t) for t in ("events", "sessions", "orders"))
    views = events[events["event"] == "view_item"].groupby("session").size()
    carts = events.loc[events["event"] == "add_to_cart", "session"]
    followed = set(views.index[views >= 4]) | set(carts)
    users = sessions.loc[sessions["session"].isin(followed), "user"].nunique()
    channel = orders.merge(sessions[["session", "channel"]], on="session")["channel"]
    credit = (channel == "remarketing").sum() / users
    truth = made[1].set_index(["test", "outcome"])["realized"]["remarketing", "ordered"]
    print(f"\ncredit {credit:.4f}, upper end {high:.4f}, truth {truth:.4f}")
    assert truth < credit / 3
    assert high < credit


def test_the_past_of_loyal_customers_predicts_their_spend() -> None:
    loyal = experiments.make_loyal(SEED)
    r = loyal["spend_before"].corr(loyal["revenue"])
    assert 0.38 < r < 0.55
    means = loyal.groupby("arm")["spend_before"].mean()
    error = loyal["spend_before"].std() * np.sqrt(4 / len(loyal))
    assert abs(means["B"] - means["A"]) < 4.5 * error, "the past knows nothing of the arm"
    _, truth = experiments._loyal(SEED)
    lift = truth["realized"] / truth["a"]
    assert lift.item() == pytest.approx(experiments.CUPED_LIFT, abs=1e-3)
