"""Lesson 07: its explorer, its bank, its messages, and what its prose says of the shop."""

from __future__ import annotations

import ast
import json
import re

import numpy as np
import pandas as pd
import pytest

from workbook import load, paths
from workbook.analysis.funnels import (
    abandonment,
    funnel,
    recoverable_value,
    step_abandonment,
    step_completion,
    transitions,
)
from workbook.exercises import store
from workbook.exercises.judge import judge
from workbook.questions import bank
from workbook.questions.drawing import evaluate
from workbook.reference import source
from workbook.shop import truth, visits
from workbook.shop.policy import Policy
from workbook.shop.stream import VISITS_PER_PERSON
from workbook.shop.what_if import world
from workbook.shop.world import SHOP_PERSONS
from workbook.widgets import explorer_funnel
from workbook.widgets.explorer_funnel import STEPS, choices, funnel_explorer

CHECKOUT = [*STEPS[:3], "add_shipping_info", "add_payment_info", "purchase"]
LESSONS = paths.lessons_dir()


@pytest.fixture(scope="module")
def explorer():
    return funnel_explorer()


@pytest.fixture(scope="module")
def questions():
    return bank.lesson("07")


# --- the explorer -----------------------------------------------------------------------------


def test_every_state_of_the_explorer_lies_in_its_traits(explorer):
    """So it redraws without a kernel, also in a notebook reopened tomorrow."""
    assert set(explorer.mini) == set(explorer.shop) == set(choices())
    json.dumps(explorer.get_state(["mini", "shop", "choice", "steps"]))


def test_the_dots_add_up_to_the_counts_of_the_funnel(explorer):
    mini_log = load("mini_log")
    for key, choice in choices().items():
        state = explorer.mini[key]
        assert state["counts"] == funnel(mini_log, STEPS, **choice).tolist()
        columns = zip(*(lane["counted"] for lane in state["lanes"]), strict=True)
        assert [sum(column) for column in columns] == state["counts"], key


def test_the_shop_is_counted_by_the_same_definitions(explorer):
    log = load("events")
    assert explorer.shop["user|open"]["counts"] == funnel(log, STEPS, closed=False).tolist()
    assert explorer.shop["session|in order|half"]["counts"] == (
        funnel(log, STEPS, scope="session", window=30).tolist()
    )


def test_a_lane_has_a_reason_exactly_where_something_done_is_not_counted(explorer):
    for state in explorer.mini.values():
        for lane in state["lanes"]:
            overlooked = any(
                d and not c for d, c in zip(lane["done"], lane["counted"], strict=True)
            )
            assert bool(lane["why"]) == overlooked


@pytest.mark.parametrize(
    ("key", "name", "reason"),
    [
        ("user|in order|none", "u3", "never viewed a product"),
        ("user|in order|none", "u4", "never filled a cart"),
        ("user|in order|none", "u6", "filled the cart, but not after the product view"),
        ("user|in order|half", "u2", "1,439 minutes after the cart; 30 are allowed"),
        ("session|in order|none", "u2 s2", "viewed a product in another session"),
    ],
)
def test_the_explorer_says_why_a_visitor_vanishes(explorer, key, name, reason):
    lanes = {lane["name"]: lane["why"] for lane in explorer.mini[key]["lanes"]}
    assert reason in lanes[name]


def test_something_in_between_is_named_where_only_directly_removes(explorer):
    log = pd.DataFrame(
        {
            "user": "k",
            "session": "s1",
            "minute": [1, 2, 3, 4, 5],
            "event": ["view_item", "page_view", "add_to_cart", "begin_checkout", "purchase"],
        }
    )
    [lane] = explorer_funnel.lanes(log)["user|directly|none"]
    assert lane["why"] == "filled the cart, but not directly after the product view"


def test_without_widgets_the_explorer_is_a_table_of_six_definitions(explorer):
    text = explorer._repr_mimebundle_()[0]["text/plain"]
    rows = [line.split()[-4:] for line in text.splitlines()[2:]]
    assert rows == [
        list("6544"), list("5544"), list("6544"), list("5322"), list("6311"), list("5311")
    ]  # fmt: skip


def test_without_the_shop_s_tables_the_explorer_still_shows_six_visitors(monkeypatch, tmp_path):
    (tmp_path / "mini_log.csv").write_text(load("mini_log").to_csv(index=False))
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    widget = funnel_explorer()
    assert widget.shop == {}
    assert widget.mini["user|open"]["counts"] == [5, 5, 4, 4]


# --- the bank ---------------------------------------------------------------------------------


def test_the_twin_of_the_abandonments_follows_from_its_own_counts():
    twin = bank.get("07-q06")
    carts, of_carts, checkouts, of_checkouts = 500, 120, 250, 135
    for count in (carts, of_carts, checkouts, of_checkouts):
        assert re.search(rf"\b{count}\b", twin.stem)
    [key] = (option.text for option in twin.options if option.right)
    lost = 100 * abandonment(carts, of_carts), 100 * abandonment(checkouts, of_checkouts)
    assert key == f"cart {lost[0]:.0f} %, checkout {lost[1]:.0f} %"
    buyers = 100 * abandonment(carts, of_checkouts)
    assert any(f"cart {buyers:.0f} %" in option.text for option in twin.options)


def test_the_twin_of_the_step_to_mend_follows_from_its_own_counts():
    twin = bank.get("07-q08")
    table = pd.DataFrame(twin.table.rows, columns=twin.table.columns).set_index("step")
    phones, desktop = table["phones"], table["desktop"]
    won = recoverable_value(phones, step_completion(desktop), value_per_order=20)
    points = step_completion(desktop) - step_completion(phones)
    numbers = {"m": 20}
    assert evaluate(twin.answer, numbers) == pytest.approx(won.max())
    assert len({won.idxmax(), points.idxmax(), step_abandonment(phones).idxmax()}) == 3
    slips = [evaluate(slip.value, numbers) for slip in twin.wrong]
    assert won[points.idxmax()] == pytest.approx(slips[0])
    assert won[step_abandonment(phones).idxmax()] == pytest.approx(slips[2])


def test_the_twin_of_the_window_follows_from_its_own_table():
    twin = bank.get("07-q15")
    rows = []
    for user, views, carts in twin.table.rows:
        for event, minutes in (("view_item", views), ("add_to_cart", carts)):
            rows += [(user, int(minute), event) for minute in str(minutes).split(",")]
    log = pd.DataFrame(rows, columns=["user", "minute", "event"])
    reached = funnel(log, ["view_item", "add_to_cart"], window=30)
    assert evaluate(twin.answer, {}) == reached["add_to_cart"]
    unlimited = funnel(log, ["view_item", "add_to_cart"])["add_to_cart"]
    stricter = funnel(log, ["view_item", "add_to_cart"], window=29)["add_to_cart"]
    first = log.groupby(["user", "event"])["minute"].min().unstack()
    gap = first["add_to_cart"] - first["view_item"]
    slips = {evaluate(slip.value, {}) for slip in twin.wrong}
    assert {unlimited, stricter, gap.between(1, 30).sum()} <= slips


# --- the messages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "attempt", "words"),
    [
        ("07-by-hand", lambda log: [5, 5, 4, 4], "open funnel"),
        ("07-by-hand", lambda log: [6, 3, 1, 1], "counted sessions"),
        ("07-by-hand", lambda log: [5, 4, 2, 2], "`u6`"),
        ("07-choose", lambda log: funnel(log, STEPS, window=7), "seven **minutes**"),
        ("07-choose", lambda log: funnel(log, STEPS), "no limit"),
        (
            "07-choose",
            lambda log: funnel(log, STEPS, scope="session", window="7 days"),
            "No session lasts a week",
        ),
        (
            "07-abandonment",
            lambda log: {
                "cart": 100 * (1 - 1 / log_ratio(log, "add_to_cart")),
                "checkout": 100 * (1 - 1 / log_ratio(log, "begin_checkout")),
            },
            "all buyers",
        ),
        (
            "07-abandonment",
            lambda log: {
                "cart": 100 * np.divide(*funnel(log, ["add_to_cart", "purchase"])[::-1]),
                "checkout": 100 * np.divide(*funnel(log, ["begin_checkout", "purchase"])[::-1]),
            },
            "that *did* order",
        ),
        (
            "07-abandonment",
            lambda log: dict.fromkeys(
                ("cart", "checkout"),
                100 * abandonment(*funnel(log, ["add_to_cart", "purchase"])),
            ),
            "under both names",
        ),
        ("07-recoverable", lambda log: won_on_phones(log, periods=-1), "the one *after* it"),
        ("07-recoverable", lambda log: won_on_phones(log, better="mobile"), "Nothing but zeros"),
        ("07-recoverable", lambda log: won_on_phones(log, orders=1_235), "*all* devices"),
        (
            "07-broken-tag",
            lambda log: {"2025-09-03", "2025-09-04", "2025-09-05", "2025-09-08"},
            "as many as ever",
        ),
    ],
)
def test_a_known_mistake_is_named(key, attempt, words):
    verdict = judge(store.find(key), attempt(load("events")))
    assert verdict.status == "wrong"
    assert words in verdict.message


def won_on_phones(
    log: pd.DataFrame, *, better: str = "desktop", periods: int = 1, orders: int | None = None
) -> pd.Series:
    """What phones would win at the level of another device, with room for slips."""
    device = log["session"].map(load("sessions").set_index("session")["device"])
    phone, other = (
        funnel(log[device == name], CHECKOUT, scope="session") for name in ("mobile", better)
    )
    items = load("order_items").merge(load("products")[["item_id", "margin"]], on="item_id")
    margin = (items["quantity"] * items["margin"]).sum() / items["order_id"].nunique()
    now, reachable = phone / phone.shift(periods), other / other.shift(periods)
    return (phone["purchase"] if orders is None else orders) * (reachable / now - 1) * margin


def test_the_helper_of_the_slips_gives_the_right_answer_without_a_slip():
    assert judge(store.find("07-recoverable"), won_on_phones(load("events"))).status == "right"


def log_ratio(log: pd.DataFrame, step: str) -> float:
    """Users with a step per user with a purchase, whatever came first."""
    users = log.groupby("event")["user"].nunique()
    return users[step] / users["purchase"]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("07-by-hand", lambda log: (5, 3, 2, 2)),
        ("07-choose", lambda log: funnel(log, STEPS, window=pd.Timedelta(days=7))),
        (
            "07-detour",
            lambda log: (
                100
                / transitions(log, "checkout", by="page")
                .drop("checkout")
                .pipe(lambda exits: exits.sum() / exits["delivery"])
            ),
        ),
    ],
)
def test_another_way_to_the_same_answer_is_right(key, answer):
    assert judge(store.find(key), answer(load("events"))).status == "right"


def test_a_plan_in_an_answer_cell_is_python_once_its_signs_are_removed():
    """A learner who removes the first `#` of each line meets gaps, and no SyntaxError."""
    planned = 0
    for cell in source.read(LESSONS / "07-funnels.py").cells:
        if not cell.is_answer:
            continue
        lines = [
            line.removeprefix("# ")
            for line in cell.blank().splitlines()
            if not line.startswith("# A way to begin")
        ]
        planned += lines != cell.blank().splitlines()
        ast.parse("\n".join(lines))
    assert planned >= 4


# --- what the prose says of the shop ----------------------------------------------------------


def test_the_two_reports_differ_as_the_lesson_tells():
    log = load("events")
    rates = {
        scope: (counts := funnel(log, STEPS, scope=scope))["purchase"] / counts["view_item"]
        for scope in ("user", "session")
    }
    assert 1.15 < rates["user"] / rates["session"] < 1.2  # 07-q24: "by almost a fifth"


def test_the_question_of_the_day_is_answered_as_mara_asks_it():
    viewers, *_, buyers = funnel(load("events"), STEPS, window="7 days")
    said = f"{buyers:,} of {viewers:,} viewers ordered: {100 * buyers / viewers:.1f} %"
    assert any(said in cell.source for cell in source.read(LESSONS / "07-funnels.py").cells)


def test_the_scope_moves_cart_abandonment_by_more_than_baymard_is_away():
    log = load("events")
    lost = {
        scope: 100 * abandonment(*funnel(log, ["add_to_cart", "purchase"], scope=scope))
        for scope in ("user", "session")
    }
    assert abs(lost["session"] - 70.19) < lost["session"] - lost["user"]


def test_on_phones_most_is_lost_at_the_cart_and_most_can_be_won_at_the_purchase():
    sessions = load("sessions").set_index("session")["device"]
    log = load("events")
    device = log["session"].map(sessions)
    phone, desktop = (
        funnel(log[device == name], CHECKOUT, scope="session") for name in ("mobile", "desktop")
    )
    won = recoverable_value(phone, step_completion(desktop), value_per_order=1)
    assert step_abandonment(phone).idxmax() == "add_to_cart"
    assert won.idxmax() == "purchase"
    assert won["add_to_cart"] < 0


def test_quoted_losses_are_those_of_the_log(questions):
    log = load("events")
    viewers, carts = funnel(log, ["view_item", "add_to_cart"])
    lost = f"{100 * abandonment(viewers, carts):.0f}"
    [slide] = (question for question in questions if question.id == "07-q17")
    assert f"{lost} filled no cart" in slide.stem and f"lose {lost} %" in slide.stem
    assert f"The {lost} % are right" in slide.model
    assert f"{100 - int(lost)} put something into the cart" in slide.model

    device = log["session"].map(load("sessions").set_index("session")["device"])
    phone = 100 * step_abandonment(funnel(log[device == "mobile"], CHECKOUT, scope="session"))
    [vote] = (question for question in questions if question.id == "07-q33")
    said = " ".join(vote.stem.split())
    assert f"payment details {phone['purchase']:.0f} place no order" in said
    assert f"product view {phone['add_to_cart']:.0f} fill no cart" in said


def test_before_a_checkout_without_a_cart_event_lie_an_old_cart_or_an_express_checkout():
    log = load("events")
    checkouts = log[log["event"] == "begin_checkout"]
    carts = log[log["event"] == "add_to_cart"]
    sessions = checkouts.loc[~checkouts["session"].isin(carts["session"]), "session"]
    theirs = log[log["session"].isin(sessions)]
    before = transitions(theirs, "checkout", by="page", direction="before").drop("checkout")
    made = world(Policy()).visits
    assert before["cart"] == (made.checkout == visits.FROM_OLD_CART).sum()
    express = before.drop(["cart", "delivery"])
    assert express.sum() == (made.checkout == visits.EXPRESS).sum()
    assert before.drop("delivery").sum() == sessions.nunique()  # "counts already"
    assert express.idxmax() == "product" and len(express) > 1  # "from product and other pages"


def test_only_a_silent_cart_tag_gives_days_with_more_checkouts_than_carts():
    raw, faults = load("raw_events"), load("fault_log")
    per_day = raw.groupby([raw["time"].dt.date, "event"])["user"].nunique().unstack(fill_value=0)
    odd = per_day[per_day["begin_checkout"] > per_day["add_to_cart"]]
    outage = faults[faults["fault"] == "cart outage"]
    log = load("events")
    assert set(odd.index) == set(log.iloc[outage["row"]]["time"].dt.date)
    assert (odd["add_to_cart"] == 0).all() and (odd["purchase"] > 0).all()

    unseen = (log["event"] == "add_to_cart") & log["time"].dt.date.isin(odd.index)
    closed, closed_dead = funnel(log, STEPS), funnel(log[~unseen], STEPS)
    moved = step_completion(closed_dead) - step_completion(closed)
    assert closed_dead["purchase"] < closed["purchase"]
    assert moved[["begin_checkout", "purchase"]].abs().max() < 0.005  # "hardly move"
    opened, open_dead = (funnel(rows, STEPS, closed=False) for rows in (log, log[~unseen]))
    better = step_completion(open_dead) - step_completion(opened)
    assert better["begin_checkout"] > 0.02
    assert open_dead.is_monotonic_decreasing  # "over 13 weeks no count is impossible"


NOW = {"orders": 1_227, "carts": 3_605, "checkouts": 2_301, "accounts": 1_600}
"""The shop as it is, per 60,000 visits, over the seeds of the expected effects."""


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    """Expected effects: one row per policy, as JSON, one column per outcome."""
    table = load("truth_effects")
    assert (
        table["unit"].str.contains("per 60,000 visits") | (table["outcome"] == truth.MAILED)
    ).all()
    return table.pivot(index=["change", "policy"], columns="outcome", values="expected").droplevel(
        "change"
    )


def percent(effect: pd.Series, outcome: str) -> float:
    return float(100 * effect[outcome] / NOW[outcome])


def effect_of(option, effects: pd.DataFrame) -> pd.Series:
    return effects.loc[json.dumps(option.policy, sort_keys=True)]


def test_the_decision_quotes_the_shop_s_expected_effects(questions, effects):
    [decision] = (question for question in questions if question.type == "decide")
    assert f"{60_000:,} visits" in decision.source
    whys = {option.text: option.why for option in decision.options}
    quoted = []
    for option in decision.options:
        effect = effect_of(option, effects)
        assert f"orders {percent(effect, 'orders'):+.1f} %" in option.why
        assert f"{effect['orders']:.0f} more than {NOW['orders']:,}" in option.why
        for carts in re.findall(r"[Cc]arts (?:moved by )?([-+][\d.]+) %", option.why):
            assert carts == f"{percent(effect, 'carts'):+.1f}"
            quoted.append(option.text)
    assert quoted == ["Better product page", "Louder cart button", "Trust seals"]

    guest = effects.loc[json.dumps({"forced_account": False})]
    rates = [
        100 * (NOW["orders"] + more["orders"]) / (NOW["checkouts"] + more["checkouts"])
        for more in (guest, 0 * guest)
    ]
    said = f"begin checkout {rates[0]:.0f} end with an order instead of {rates[1]:.0f}"
    assert said in whys["Guest checkout"]
    assert f"Accounts fall by {-percent(guest, 'accounts'):.0f} %" in whys["Guest checkout"]


def test_the_decision_ranks_its_projects_as_the_truth_does(questions, effects):
    """Only differences of more than two standard errors make a rank."""
    [decision] = (question for question in questions if question.type == "decide")
    table = load("truth_effects").query("outcome == 'orders'").set_index("policy")
    chosen = table.loc[[json.dumps(o.policy, sort_keys=True) for o in decision.options]]
    chosen.index = pd.Index([option.text for option in decision.options])
    chosen = chosen.sort_values("expected", ascending=False)
    orders, error = chosen["expected"], chosen["standard_error"]
    clear = -orders.diff() > 2 * np.hypot(error, error.shift())
    assert list(orders.index) == [
        "Better product page", "Guest checkout", "Trust seals", "Shipping cost shown early",
        "Louder cart button",
    ]  # fmt: skip
    assert clear.tolist()[1:] == [True, False, True, True]
    assert (orders.iloc[:3] > 2 * orders["Shipping cost shown early"]).all()


def test_every_promise_of_the_decision_is_kept_where_it_acts(questions, effects):
    [decision] = (question for question in questions if question.type == "decide")
    promised = {row[0]: row[2] for row in decision.table.rows}
    for option in decision.options:
        effect = effect_of(option, effects)
        arrived = {name: percent(effect, name) for name in ("carts", "checkouts")}
        begun, ordered = (1 + percent(effect, name) / 100 for name in ("checkouts", "orders"))
        arrived["orders per checkout"] = 100 * (ordered / begun - 1)
        [text] = (text for name, text in promised.items() if name.startswith(option.text))
        gains = re.findall(r"\+(\d+) % (carts|checkouts|orders per checkout)", text)
        assert gains
        for gain, where in gains:
            assert arrived[where] == pytest.approx(float(gain), abs=0.5), (option.text, where)


def test_the_shop_as_it_is_has_the_counts_that_the_effects_are_quoted_against(questions):
    base = load("truth_effects").groupby("outcome")["base"].first()
    for name, count in NOW.items():
        assert base[name] == pytest.approx(count, abs=0.6)
    visits = len(truth.SEEDS) * SHOP_PERSONS * VISITS_PER_PERSON
    [decision] = (question for question in questions if question.type == "decide")
    assert f"averaged over {visits / 1e6:.1f} million visits" in decision.source


def test_the_table_of_the_matching_question_is_the_mini_log() -> None:
    steps = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
    shown = {
        (user, session, step, minute)
        for user, session, *minutes in bank.get("07-q03").table.rows
        for step, minute in zip(steps, minutes, strict=True)
        if minute != ""
    }
    log = pd.read_csv(LESSONS / "tables" / "mini_log.csv")
    rows = log[["user", "session", "event", "minute"]]
    assert shown == set(rows.itertuples(index=False, name=None))
