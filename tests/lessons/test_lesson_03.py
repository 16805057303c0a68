"""Lesson 03: its prose and its bank follow the shop, its messages name the mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pandas as pd
import pytest

from workbook import four_readings, load, paths
from workbook.analysis.value import (
    break_even_roas,
    excess_value,
    incremental_value,
    incremental_value_per_visitor,
    naive_value,
)
from workbook.exercises import store
from workbook.exercises.judge import judge
from workbook.plans.agency import TRICKS
from workbook.plans.plan import MEASURES
from workbook.questions import bank
from workbook.questions.drawing import draw, evaluate
from workbook.questions.marking import mark
from workbook.reference import source

LESSONS = paths.lessons_dir()
LESSON = source.read(LESSONS / "03-measurement-plan.py")
PROSE = " ".join(
    " ".join(cell.source.split())
    for cell in LESSON.cells
    if cell.kind == "markdown" and not cell.tags & {"hint", "instructor"}
)
STEPS = [
    "add_to_cart", "begin_checkout", "create_account",
    "add_shipping_info", "add_payment_info", "purchase",
]  # fmt: skip
ASKED = 2


@pytest.fixture(scope="module")
def questions():
    return {question.id: question for question in bank.lesson("03")}


def sign_ups() -> pd.DataFrame:
    events = load("events")
    return events[events["event"] == "newsletter_signup"]


def margin_per_order() -> float:
    items = load("order_items").merge(load("products")[["item_id", "margin"]], on="item_id")
    return float((items["quantity"] * items["margin"]).sum() / len(load("orders")))


def margin_share() -> float:
    return margin_per_order() * len(load("orders")) / float(load("orders")["value"].sum())


def money_by_test() -> tuple[float, float, float]:
    """Margin per sign-up by the test, second orders included: low, value, high (95 %)."""
    arms = mail_test().groupby("arm")["revenue"].agg(["mean", "var", "size"])
    value = arms["mean"].diff()["B"]
    luck = 1.96 * (arms["var"] / arms["size"]).sum() ** 0.5
    low, value, high = (margin_share() * one for one in (value - luck, value, value + luck))
    return low, value, high


def money_in_truth() -> float:
    table = load("truth_experiments")
    row = table[(table["test"] == "newsletter mails") & (table["outcome"] == "revenue")]
    return float(row["realized"].item()) * margin_share()


def mail_test() -> pd.DataFrame:
    table = load("experiments")
    return table[table["test"] == "newsletter mails"]


# --- what the prose says of the shop ----------------------------------------------------------


def test_nobody_signed_up_twice_so_a_row_is_a_subscriber():
    assert "nobody did so twice" in PROSE
    assert sign_ups()["user"].is_unique


def test_a_visit_has_at_most_one_order():
    assert "none has two orders" in PROSE
    assert load("orders")["session"].is_unique


def test_the_two_honest_rates_differ_by_nearly_two_and_questions_quote_both(questions):
    sessions = load("sessions")
    signed = sessions["session"].isin(sign_ups()["session"])
    every, articles = signed.mean(), signed[sessions["landing_page"] == "article"].mean()
    assert "Nearly twice the rate" in PROSE
    assert 1.75 < articles / every < 2
    stem = questions["03-q23"].stem
    assert f"Of all visits {100 * every:.1f} % hold a sign-up" in stem
    assert f"with an article {100 * articles:.1f} %" in stem
    assert f"{100 * every:.1f} % of all visits held a sign-up" in questions["03-q18"].stem


def test_one_subscriber_in_ten_orders(questions):
    share = 100 * sign_ups()["user"].isin(load("orders")["user"]).mean()
    assert "One subscriber in ten orders" in PROSE
    assert 9.5 < share < 11.5
    assert f"{share:.1f} of every 100 newsletter subscribers" in questions["03-q01"].stem


def test_some_buyers_among_the_subscribers_ordered_only_before_they_signed_up(questions):
    both = load("orders").merge(sign_ups()[["user", "time"]], on="user", suffixes=("", "_sign_up"))
    after = both.loc[both["time"] > both["time_sign_up"], "user"].nunique()
    buyers = both["user"].nunique()
    assert f"Of the {buyers} who bought, {buyers - after} did so only *before*" in PROSE
    question = questions["03-q10"]
    assert f"Of the {buyers} subscribers" in question.stem
    assert f"{buyers - after} ordered **before**" in question.stem
    assert question.options[2].text.startswith(f"It is right for the other {after},")


def test_the_price_lies_above_all_that_the_test_allows_and_below_naive_and_excess():
    readings = four_readings("newsletter")
    dollars = readings["orders"] / 1_000 * margin_per_order()
    assert readings.loc["experiment", "high"] / 1_000 * margin_per_order() < ASKED
    assert dollars["truth"] < ASKED < dollars["correlation"]
    share = sign_ups()["user"].isin(load("orders")["user"]).mean()
    assert dollars["correlation"] < share * margin_per_order()
    assert readings.loc["experiment", "low"] > 0


def test_in_money_the_whole_interval_lies_below_the_price():
    """Welch's interval of the difference in revenue, times the margin share."""
    low, value, high = money_by_test()
    assert "that whole interval lies below the price" in PROSE
    assert 0 < low < value < high < ASKED
    assert value == pytest.approx(store.find("03-in-money").answer["value"])
    assert value < money_in_truth() < high


def test_credit_and_excess_agree_to_the_cent_by_chance():
    both = load("orders").merge(sign_ups()[["user", "time"]], on="user", suffixes=("", "_sign_up"))
    after = both.loc[both["time"] > both["time_sign_up"], "user"].nunique()
    credit = after / len(sign_ups()) * margin_per_order()
    excess = store.find("03-excess").answer["value"]
    assert "That it equals *excess* is chance" in PROSE
    assert f"{credit:.2f}" == f"{excess:.2f}" and credit != excess


def test_half_of_the_credited_ordered_in_the_visit_of_the_sign_up():
    signed = sign_ups()[["user", "time", "session"]]
    both = load("orders").merge(signed, on="user", suffixes=("", "_sign_up"))
    after = both[both["time"] > both["time_sign_up"]]
    same = after[after["session"] == after["session_sign_up"]]
    said = f"Of the {after['user'].nunique()} behind it, {same['user'].nunique()} ordered in the"
    assert said in PROSE


def test_subscribers_come_more_often_than_others():
    visits = load("sessions").groupby("user").size()
    reader = visits.index.isin(sign_ups()["user"])
    said = f"({visits[reader].mean():.1f} visits each, others {visits[~reader].mean():.1f})"
    assert said in PROSE


def test_by_lot_as_many_order_because_of_mails_as_the_prose_says():
    shares = 100 * mail_test().groupby("arm")["ordered"].mean()
    low, high = four_readings("newsletter").loc["experiment", ["low", "high"]] / 10
    assert f"By lot, {shares['B'] - shares['A']:.1f} more of 100 subscribers" in PROSE
    assert f"(95 %: {low:.1f} to {high:.1f}, the thin line on the bar)" in PROSE


def test_the_test_lets_subscribers_in_for_nine_weeks():
    assert "followed for 4 to 13 weeks" in PROSE
    days = mail_test()["entry_day"]
    assert (days.min(), days.max()) == (0, (13 - 4) * 7 - 1)


def test_in_money_a_sign_up_brings_more_and_still_less_than_the_price():
    assert "More than in Exercise 3, since mails also bring second orders, and still less" in PROSE
    answers = {key: store.find(key).answer["value"] for key in ("03-incremental", "03-in-money")}
    assert answers["03-incremental"] < answers["03-in-money"] < ASKED


def test_four_of_the_six_steps_lie_in_the_visit_of_every_order():
    events, orders = load("events"), load("orders")
    paid = events[events["session"].isin(orders["session"]) & events["event"].isin(STEPS)]
    passed = paid.groupby("event")["session"].nunique()
    assert (passed[["begin_checkout", *STEPS[3:]]] == len(orders)).all()
    assert passed["add_to_cart"] < len(orders)
    assert passed["create_account"] < len(orders)
    assert store.find("03-times-counted").answer["value"] == pytest.approx(
        passed.sum() / len(orders)
    )


def test_cells_that_a_learner_reads_fit_the_page():
    for cell in LESSON.cells:
        shown = cell.kind == "code" and not cell.tags & {"ways", "facts"}
        if shown and "To be run, not read" not in cell.source and "import" not in cell.source:
            wide = [line for line in cell.blank().splitlines() if len(line) > 80]
            assert not wide, wide


# --- the decision -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    table = load("truth_effects")
    return table.set_index(["policy", "outcome"])[["base", "expected"]]


def effect(effects: pd.DataFrame, outcome: str, **policy: bool) -> tuple[float, float]:
    base, more = effects.loc[(json.dumps(policy), outcome)]
    return float(base), float(more)


def test_the_decision_quotes_the_truth_and_the_holdout(questions, effects):
    pay, low, no_pop_up, no_mails, guest = (o.why for o in questions["03-q14"].options)
    count, lost = effect(effects, "sign_ups", popup=False)
    _, worth, _ = money_by_test()
    assert f"{count:,.0f} sign-ups make a bill of ${ASKED * count:,.0f}" in pay
    assert f"In money they bring ${worth * count:,.0f} by the holdout" in pay
    assert f"${money_in_truth() * count:,.0f} in truth" in pay
    assert f"pays {ASKED / worth:.2f} times what she gets" in pay
    assert f"only {-lost:,.0f} of them are the pop-up's doing" in pay
    assert f"costs ${ASKED * count / -lost:.2f}" in pay
    assert f"${count:,.0f} for ${worth * count:,.0f} of margin leaves" in low
    assert f"leaves ${(worth - 1) * count:,.0f}" in low
    assert f"{-lost:,.0f} of {count:,.0f} each of these costs ${count / -lost:.2f}" in low
    assert f"and brings ${worth:.2f}" in low

    orders, fewer = effect(effects, "orders", popup=False)
    margin = -effect(effects, "margin", popup=False)[1]
    assert f"Sign-ups fall by {-100 * lost / count:.0f} %" in no_pop_up
    assert f"from {count:,.0f} to {count + lost:,.0f}" in no_pop_up
    assert f"orders from {orders:,.0f} to {orders + fewer:,.0f}" in no_pop_up
    assert f"margin by ${margin:,.0f}" in no_pop_up
    assert margin < ASKED * count / 2  # "less than half of the bill"

    _, fewer = effect(effects, "orders", mails=False)
    assert f"{-fewer:.0f} of {orders:,.0f} orders are gone" in no_mails
    assert f"${-effect(effects, 'margin', mails=False)[1]:,.0f} of margin" in no_mails
    assert effect(effects, "sign_ups", mails=False)[1] == 0
    # "most of these orders are of readers who signed up before these weeks"
    spent = mail_test().groupby("arm")["revenue"].mean().diff()["B"]
    assert count * spent / load("orders")["value"].mean() < -fewer / 2

    _, more = effect(effects, "orders", forced_account=False)
    accounts, gone = effect(effects, "accounts", forced_account=False)
    assert f"{more:.0f} more orders than {orders:,.0f}" in guest
    assert f"${effect(effects, 'margin', forced_account=False)[1]:,.0f} more margin" in guest
    assert f"Accounts fall by {-100 * gone / accounts:.0f} %" in guest
    assert abs(effect(effects, "sign_ups", forced_account=False)[1]) < 1


def test_what_the_decision_rests_on_stands_above_it(effects):
    count, lost = effect(effects, "sign_ups", popup=False)
    _, money, _ = money_by_test()
    bars = four_readings("newsletter").loc["experiment", "orders"] / 1_000 * margin_per_order()
    above = PROSE[: PROSE.index("If your choice changes the shop")]
    assert f"the holdout's {money:.2f} dollars count, not the {bars:.2f} of the bars" in above
    assert f"{count + lost:,.0f} of {count:,.0f} sign-ups would come without the pop-up" in above
    assert f"the log has {len(sign_ups()):,}" in above
    assert (
        f"only the bill: {ASKED * count:,.0f} dollars as asked, {count:,.0f} at half of it" in PROSE
    )


def test_what_a_learner_tries_in_section_3_leaves_no_name_behind_that_is_used_later():
    """ "Put price in the place of margin" must not price the figure or the dashboard."""
    codes = [cell for cell in LESSON.cells if cell.kind == "code"]
    [place] = [number for number, cell in enumerate(codes) if 'lines["earned"]' in cell.source]
    tried = codes[place].source
    names = set(re.findall(r"(?m)^(\w+) = ", tried)) - {"products"}
    assert names == {"lines", "per_order"}
    for cell in codes[place + 1 :]:
        if not cell.tags & {"facts", "ways"}:
            assert not re.search(rf"\b({'|'.join(names)})\b", cell.source), cell.line
    [figure] = [cell.source for cell in codes if "four_readings(" in cell.source]
    assert figure.index("margin_per_order =") < figure.index("* margin_per_order")


def test_an_option_runs_the_shop_exactly_where_it_changes_the_shop(questions):
    policies = [option.policy for option in questions["03-q14"].options]
    assert policies == [None, None, {"popup": False}, {"mails": False}, {"forced_account": False}]


def test_the_division_that_northlight_makes_is_quoted_as_it_is_wrong(questions, effects):
    stem = questions["03-q26"].stem
    _, readers = effect(effects, "sign_ups", popup=False)
    _, orders = effect(effects, "orders", popup=False)
    assert f"{-readers:.0f} fewer sign-ups and {-orders:.0f} fewer orders" in stem
    quotient = 1_000 * round(orders) / round(readers)
    held_out = four_readings("newsletter").loc["experiment", "orders"]
    assert f"{quotient:.0f} orders per 1,000" in stem
    assert f"holdout's {held_out:.0f} is far too low" in stem
    assert quotient > 1.5 * held_out


def test_the_model_answer_to_northlight_is_true_of_the_shop(questions):
    shares = 100 * mail_test().groupby("arm")["ordered"].mean()
    low, money, high = money_by_test()
    model = questions["03-q21"].model
    assert f"about {shares['A']:.0f} of 100 order without any, about {shares['B']:.0f}" in model
    added = shares["B"] - shares["A"]
    assert 3 < added < 4 and "3 to 4 of 100" in model
    assert f"that is ${money:.2f} of margin" in model
    assert f"(95 %: {low:.2f} to {high:.2f})" in model
    assert "3 to 4 more of 100" in questions["03-q18"].stem
    naive = sign_ups()["user"].isin(load("orders")["user"]).mean() * margin_per_order()
    assert f"worth ${naive:.2f}; we ask ${ASKED}" in questions["03-q21"].stem


def test_the_form_offers_what_the_lesson_speaks_of():
    """Northlight can move sign-ups, and a guardrail is there that would notice."""
    assert any("newsletter_signup" in trick.aims for trick in TRICKS)
    assert "visits with a sign-up of all visits" in PROSE
    assert MEASURES["buyers among subscribers"].macro


# --- the bank ---------------------------------------------------------------------------------


def test_the_quoted_example_of_another_shop_follows_the_reference_functions(questions):
    question = questions["03-q11"]
    answer = evaluate(question.answer, {})
    assert answer == pytest.approx(incremental_value(0.0215, 0.02, 0.05, 80, 0.4))
    slips = [evaluate(slip.value, {}) for slip in question.wrong]
    assert slips[0] == pytest.approx(incremental_value_per_visitor(0.0215, 0.02, 80, 0.4))


def test_the_twins_follow_the_reference_functions(questions):
    for seed in range(5):
        n = draw(questions["03-q07"], seed)
        expected = naive_value(n["bought"] / n["signed"], n["aov"], n["m"] / 100)
        assert evaluate(questions["03-q07"].answer, n) == pytest.approx(expected)
        n = draw(questions["03-q08"], seed)
        expected = excess_value(n["bought"] / n["signed"], n["rest"] / n["others"], n["margin"])
        assert evaluate(questions["03-q08"].answer, n) == pytest.approx(expected)
        n = draw(questions["03-q38"], seed)
        expected = incremental_value(n["a"] / n["n"], n["b"] / n["n"], n["s"] / 100, n["margin"])
        assert evaluate(questions["03-q38"].answer, n) == pytest.approx(expected)


def test_the_break_even_of_the_ads_is_the_one_of_the_margin(questions):
    [key] = [option for option in questions["03-q45"].options if option.right]
    assert f"below a ROAS of {break_even_roas(0.4):.1f} each dollar" in key.text


def test_the_open_sheet_tells_no_answer_and_no_vote_by_name():
    [sheet] = [c.source for c in LESSON.cells if c.tags == {"instructor"}]
    [key] = [c.source for c in LESSON.cells if c.tags == {"instructor", "key"}]
    for name in LESSON.header["votes"]:
        assert name not in sheet
    for word in ("Defensible", "1.37", "prize", "65 more", "to wait"):
        assert word in key and word not in sheet
    assert "Ctrl+B" in sheet and "*No laptop:*" in sheet and "*Early:*" in sheet
    per_1000 = 1_000 * ASKED / margin_per_order()
    assert f"from about {per_1000:.0f} more buyers per 1,000 sign-ups" in key


def test_only_one_primary_passes_the_question_on_roles(questions):
    question = questions["03-q04"]
    given = [[row.label, ""] for row in question.rows]
    assert mark(question, given).correct is True
    for place, row in enumerate(question.rows):
        if row.label != "primary":
            twice = [*given]
            twice[place] = ["primary", ""]
            assert mark(question, twice).correct is False


# --- the messages -----------------------------------------------------------------------------


def shares_of_the_test() -> pd.Series:
    return mail_test().groupby("arm")["ordered"].mean()


def naive_by(column: str, each: float) -> float:
    return float(sign_ups()[column].isin(load("orders")[column]).mean() * each)


@pytest.mark.parametrize(
    ("key", "attempt", "words"),
    [
        ("03-naive", lambda: naive_by("user", load("orders")["value"].mean()), "From which part"),
        ("03-naive", lambda: naive_by("session", margin_per_order()), "Which scope"),
        ("03-naive", lambda: naive_by("user", 1), "the prompt asks for dollars"),
        ("03-excess", lambda: naive_by("user", margin_per_order()), "Nothing was taken away"),
        (
            "03-incremental",
            lambda: shares_of_the_test()["B"] * margin_per_order(),
            "Those without mails ordered too",
        ),
        (
            "03-incremental",
            lambda: (
                shares_of_the_test().diff()["B"]
                * margin_per_order()
                / (len(sign_ups()) / len(load("sessions")))
            ),
            "Who is in this one",
        ),
        ("03-times-counted", lambda: 6, "Who needs no new account"),
        (
            "03-after-sign-up",
            lambda: int(sign_ups()["user"].isin(load("orders")["user"]).sum()),
            "Which two times",
        ),
    ],
)
def test_a_known_mistake_is_named(key: str, attempt: Callable[[], float], words: str):
    verdict = judge(store.find(key), attempt())
    assert verdict.status == "wrong"
    assert words in verdict.message


def test_a_value_in_cents_is_no_right_answer():
    exercise = store.find("03-incremental")
    verdict = judge(exercise, 100 * exercise.answer["value"])
    assert verdict.status == "wrong"


@pytest.mark.parametrize("key", ["03-naive", "03-excess", "03-incremental", "03-times-counted"])
def test_no_message_gives_the_answer_away(key: str):
    exercise = store.find(key)
    value = exercise.answer["value"]
    for way in exercise.wrong:
        assert f"{value:.2f}" not in way.message
        assert f"{value:.1f}" not in way.message


@pytest.mark.parametrize("key", ["03-naive", "03-excess", "03-incremental"])
def test_a_value_rounded_to_four_decimals_is_right(key: str):
    exercise = store.find(key)
    assert judge(exercise, round(exercise.answer["value"], 4)).status == "right"
