"""Lesson 07: its explorer, its bank, its messages, and what its prose says of the shop."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from workbook import load
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
from workbook.questions.drawing import draw, evaluate
from workbook.shop import visits
from workbook.shop.policy import Policy
from workbook.widgets import explorer_funnel
from workbook.widgets.explorer_funnel import STEPS, choices, funnel_explorer

CHECKOUT = [*STEPS[:3], "add_shipping_info", "add_payment_info", "purchase"]


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


def test_every_objective_has_questions_to_practice_and_questions_in_reserve(questions):
    for number in range(1, 8):
        pools = {q.pool for q in questions if q.objective == f"L7.{number}"}
        assert pools == {"lesson", "exam"}, number


def test_a_third_of_the_bank_is_reserved_for_mocks(questions):
    assert len(questions) >= 22
    reserved = sum(q.pool == "exam" for q in questions)
    assert 0.3 <= reserved / len(questions) <= 0.4


def test_neither_the_longest_option_nor_one_letter_is_worth_guessing(questions):
    singles = [q for q in questions if q.type == "single"]
    keys = [[option.right for option in q.options].index(True) for q in singles]
    lengths = [[len(option.text) for option in q.options] for q in singles]
    longest = sum(
        length[key] == max(length) and length.count(max(length)) == 1
        for key, length in zip(keys, lengths, strict=True)
    )
    assert max(Counter(keys).values()) <= len(singles) / 3
    assert longest <= len(singles) / 4


def test_no_drawn_numbers_make_a_slip_right(questions):
    for question in questions:
        if question.type != "numeric":
            continue
        for seed in range(300):
            numbers = draw(question, seed)
            answer = evaluate(question.answer, numbers)
            for slip in question.wrong:
                gap = abs(evaluate(slip.value, numbers) - answer)
                assert gap > 2 * question.tolerance, (question.id, numbers, slip.value)


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


# --- what the prose says of the shop ----------------------------------------------------------


def test_the_two_reports_differ_as_the_lesson_tells():
    log = load("events")
    rates = {
        scope: (counts := funnel(log, STEPS, scope=scope))["purchase"] / counts["view_item"]
        for scope in ("user", "session")
    }
    assert rates["user"] > 1.1 * rates["session"]


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


@pytest.mark.slow
def test_the_decision_s_consequences_are_what_the_simulator_does(questions):
    """Orders under each project against the shop as it is; the texts quote a larger simulation."""
    projects = {
        "Better product page": (Policy(delta_cart=0.25), 13.8),
        "Louder cart button": (Policy(delta_idle=0.85), 1.0),
        "Guest checkout": (Policy(forced_account=False), 11.7),
        "Shipping cost shown early": (Policy(shipping_early=True), 4.8),
        "Trust seals": (Policy(trust_seals=0.5), 11.3),
    }
    persons = np.arange(150_000)

    def orders(policy: Policy) -> int:
        made = visits.run(7, persons, policy)
        return int((made.paid & (made.start >= 0)).sum())

    [decision] = (question for question in questions if question.type == "decide")
    now = orders(Policy())
    for option in decision.options:
        policy, percent = projects[option.text]
        assert f"orders +{percent} %" in option.why
        assert 100 * (orders(policy) / now - 1) == pytest.approx(percent, abs=2.5)


def test_the_table_of_the_matching_question_is_the_mini_log() -> None:
    from workbook import paths
    from workbook.questions import bank

    steps = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
    shown = {
        (user, session, step, minute)
        for user, session, *minutes in bank.get("07-q03").table.rows
        for step, minute in zip(steps, minutes, strict=True)
        if minute != ""
    }
    log = pd.read_csv(paths.lessons_dir() / "tables" / "mini_log.csv")
    rows = log[["user", "session", "event", "minute"]]
    assert shown == set(rows.itertuples(index=False, name=None))
