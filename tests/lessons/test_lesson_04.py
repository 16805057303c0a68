"""Lesson 04: its payloads, counts and headlines are what prose and questions say of them."""

from __future__ import annotations

import ast
import gzip
import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from lesson_text import answer_of, open_sheet, prose, rows_of

from workbook import load, paths, read_ga4_export
from workbook.analysis import sessions as ga4_sessions
from workbook.exercises import store
from workbook.exercises.judge import judge
from workbook.questions import bank
from workbook.questions.drawing import draw
from workbook.reference import source
from workbook.widgets import explorer_purchase

PATH = paths.lessons_dir() / "04-event-model.py"
LESSON = source.read(PATH)
QUESTIONS = bank.lesson("04")
BY_ID = {question.id: question for question in QUESTIONS}
VERDICTS = {"a": "ok", "b": "name", "c": "amount", "d": "type", "e": "amount", "f": "currency"}


TEXT = prose(LESSON)
[KEY] = [c.source for c in LESSON.cells if c.tags == {"instructor", "key"}]


[SENT, RECORDED, ROWS] = [
    next(c.source for c in LESSON.seen() if c.kind == "code" and c.source.startswith(f"{name} = "))
    for name in ("sent", "recorded", "rows")
]


def dictionary(cell: str) -> Any:
    """What the first statement of a cell assigns."""
    first = ast.parse(cell).body[0]
    assert isinstance(first, ast.Assign)
    return ast.literal_eval(first.value)


def cents(items: list[dict[str, Any]]) -> Decimal:
    """Price x quantity, added up exactly."""
    return sum((Decimal(str(i["price"])) * i["quantity"] for i in items), Decimal(0))


def breach(payload: dict[str, Any]) -> str:
    """The first clause that a payload breaks."""
    if payload["event"] != "purchase":
        return "name"
    if not payload.get("transaction_id"):
        return "order id"
    if "currency" not in payload:
        return "currency"
    if not isinstance(payload["value"], int | float):
        return "type"
    return "ok" if Decimal(str(payload["value"])) == cents(payload["items"]) else "amount"


# --- the bank ----------------------------------------------------------------------------------


def test_the_open_sheet_gives_no_answer() -> None:
    sheet = open_sheet(LESSON)
    assert not re.search(r"9\.1|1,610|1,604|two sessions|keeps the contract", sheet)


def sheet_line(start: str) -> str:
    [sheet] = [c.source for c in LESSON.cells if c.tags == {"instructor"}]
    [line] = [line for line in sheet.splitlines() if line.startswith(f"* *{start}")]
    return line


def test_the_payloads_to_print_are_those_of_exercise_1() -> None:
    [sheet] = [c.source for c in LESSON.cells if c.tags == {"instructor"}]
    found = dict(re.findall(r"(?m)^\* \*\*([a-f])\*\* (.+)$", sheet))
    recorded = dictionary(RECORDED)
    assert found.keys() == recorded.keys()
    for name, payload in recorded.items():
        head, extras, items = found[name].rstrip(". ").split("; ")
        value = payload["value"]
        shown = f'"{value}"' if isinstance(value, str) else f"{value:.2f}"
        currency = payload.get("currency", "-")
        assert head == f"{payload['event']}, {payload['transaction_id']}, {currency}, {shown}"
        assert extras == f"{payload['shipping']:.2f} and {payload['tax']:.2f}"
        lines = []
        for item in payload["items"]:
            plural = "s" if item["quantity"] > 1 else ""
            line = f"{item['quantity']} {item['item_id']}{plural} at {item['price']:.2f}"
            if "discount" in item:
                line += f" (discount {item['discount']:.2f})"
            lines.append(line)
        assert items == ", ".join(lines)


def test_the_names_to_print_are_those_of_the_lesson() -> None:
    [cell] = [c.source for c in LESSON.seen() if "shop_events = [" in c.source]
    listed = re.findall(r'(?m)^    \("([a-z_, ]+)",', cell)
    assert len(listed) == 14
    names = {part for found in listed for part in found.split(", ")}
    assert set(re.findall(r"`(\w+)`", sheet_line("Names"))) == names


def test_the_second_vote_stands_before_what_answers_it() -> None:
    [sheet] = [c.source for c in LESSON.cells if c.tags == {"instructor"}]
    steps = [line for line in sheet.splitlines() if re.match(r"\| \d", line)]
    [vote] = [i for i, step in enumerate(steps) if "Vote (2)" in step]
    [figure] = [i for i, step in enumerate(steps) if "the figure |" in step]
    assert vote < figure


# --- questions with a table of their own ------------------------------------------------------


def test_the_six_payloads_of_the_twin_break_the_clause_that_is_keyed() -> None:
    question = BY_ID["04-q02"]
    assert isinstance(question, bank.Classify)
    for row in question.rows:
        name = row.text.split("`")[1]
        [value] = re.findall(r"value \"?([\d.]+)", row.text)
        [(pieces, price)] = re.findall(r"items (\d+) x ([\d.]+)", row.text)
        due = "ok"
        if Decimal(value) != int(pieces) * Decimal(price):
            due = "amount"
        if "in quotes" in row.text:
            due = "type"
        if "empty id" in row.text:
            due = "order"
        if name != "purchase":
            due = "name"
        assert row.label == due, row.text


@pytest.mark.parametrize("seed", range(20))
def test_the_value_that_an_order_must_carry_is_the_bill_of_its_goods(seed: int) -> None:
    numbers = draw(BY_ID["04-q03"], seed)
    bill = Decimal(0)
    for _, price, _, pieces in rows_of("04-q03"):
        text, many = (str(part).format(**numbers) for part in (price, pieces))
        bill += Decimal(text) * int(many)
    assert answer_of("04-q03", numbers) == pytest.approx(float(bill))


def test_sessions_in_the_small_exports_are_pairs_of_ids() -> None:
    rows = rows_of("04-q04")
    pairs = {(user, number) for user, number, _ in rows if user != "(empty)"}
    assert len(pairs) == answer_of("04-q04")
    by_id = defaultdict(set)
    for user, number, _ in rows_of("04-q25"):
        by_id[number].add(user)
    assert sum(len(users) > 1 for users in by_id.values()) == answer_of("04-q25")


def test_no_other_count_of_the_small_export_is_right_by_luck() -> None:
    rows = rows_of("04-q04")
    others = [
        len(rows),
        len({user for user, _, _ in rows}) - 1,
        len({number for _, number, _ in rows}) - 1,
        sum(event == "session_start" for _, _, event in rows),
    ]
    assert answer_of("04-q04") not in others


@pytest.mark.parametrize("seed", range(10))
def test_the_counting_methods_differ_as_the_reports_functions_say(seed: int) -> None:
    numbers = draw(BY_ID["04-q06"], seed)
    rows = rows_of("04-q06")
    counts = pd.Series([int(str(number).format(**numbers)) for _, _, number in rows])
    each = ga4_sessions.count_key_events(counts, "once per event")
    once = ga4_sessions.count_key_events(counts, "once per session")
    assert each - once == answer_of("04-q06", numbers)


def test_the_user_key_event_rate_of_the_small_table() -> None:
    table = pd.DataFrame(rows_of("04-q12"), columns=["session", "user", "carts"])
    rate = ga4_sessions.user_key_event_rate(table["user"], table["carts"])
    assert 100 * rate == pytest.approx(answer_of("04-q12"))
    session_rate = 100 * ga4_sessions.session_key_event_rate(table["carts"])
    per_session = 100 * ga4_sessions.key_events_per_session(table["carts"])
    question = BY_ID["04-q12"]
    assert isinstance(question, bank.Numeric)
    slips = {str(slip.value) for slip in question.wrong}
    assert {f"{session_rate:g}", f"{per_session:g}"} <= slips


def bounces(rows: list[list[Any]], starred: bool) -> float:
    table = pd.DataFrame(rows, columns=["visit", "seconds", "pages", "hit"])
    marked = (table["hit"] == "yes") & starred
    engaged = ga4_sessions.engaged(table["seconds"], table["pages"], marked.astype(int))
    return 100 * ga4_sessions.bounce_rate(engaged)


def test_the_bounce_rates_of_the_small_tables() -> None:
    assert bounces(rows_of("04-q08"), starred=True) == pytest.approx(answer_of("04-q08"))
    question = BY_ID["04-q08"]
    assert isinstance(question, bank.Numeric)
    assert "50 %, with the same visits" in " ".join(question.why.split())
    assert bounces(rows_of("04-q08"), starred=False) == 50
    fall = bounces(rows_of("04-q23"), starred=False) - bounces(rows_of("04-q23"), starred=True)
    assert fall == pytest.approx(answer_of("04-q23"))


# --- the contract ------------------------------------------------------------------------------


def test_the_order_of_the_day_is_96_50_and_109_50_on_the_bill() -> None:
    sent, rows = dictionary(SENT), dictionary(ROWS)
    assert cents(sent["items"]) == Decimal("96.5")
    assert sent["value"] == float(cents(sent["items"])) + sent["shipping"] + sent["tax"] == 109.5
    assert cents(rows[2]["items"]) == Decimal("96.5")
    assert rows[2]["event_params"][1]["value"] == {"double_value": 96.5}


def test_the_order_is_of_the_shop_s_own_products_at_prices_that_its_list_explains() -> None:
    shop = load("products").set_index("name")["price"]
    lesson = dictionary(SENT)["items"]
    assert dictionary(ROWS)[2]["items"] == lesson
    for line, shown in zip(lesson, explorer_purchase.ITEMS, strict=True):
        assert line.items() <= shown.items()
    listed = {item["item_id"]: shop[item["item_name"]] for item in explorer_purchase.ITEMS}
    reduced = {line["item_id"] for line in lesson if line["price"] != listed[line["item_id"]]}
    assert reduced == {"vase"}
    assert "the vase's price is a reduced one" in TEXT


def test_the_text_before_the_explorer_says_what_it_opens_with() -> None:
    [at] = [i for i, c in enumerate(LESSON.cells) if c.source.strip() == "purchase_explorer()"]
    before = LESSON.cells[at - 1].source
    assert "opens with an even earlier draft of this order, with more faults" in before
    assert "below is an early draft" in explorer_purchase.INTRO
    assert explorer_purchase.START["choice"] == explorer_purchase.DRAFT
    assert next(iter(explorer_purchase.TASKS)) == "repair"
    assert "mend it (task 1)" in before


def test_the_three_rows_share_an_id_and_are_two_sessions() -> None:
    ids = {row["event_params"][0]["value"]["int_value"] for row in dictionary(ROWS)}
    assert len(ids) == 1
    assert len({row["user_pseudo_id"] for row in dictionary(ROWS)}) == 2
    assert "Here are two, one of browser 11.52 and one of 27.80." in TEXT


def test_the_table_of_three_rows_shows_the_rows_of_the_stretch() -> None:
    [cell] = [c.source for c in LESSON.seen() if '"Three rows of an export"' in c.source]
    stored = dictionary(ROWS)
    for name, values in (
        ("event_name", [row["event_name"] for row in stored]),
        ("user_pseudo_id", [row["user_pseudo_id"] for row in stored]),
        (
            "ga_session_id",
            [str(row["event_params"][0]["value"]["int_value"]) for row in stored],
        ),
    ):
        assert f'"{name}": {json.dumps(values)}' in cell


def test_the_six_recorded_payloads_break_what_the_answer_says() -> None:
    found = {name: breach(payload) for name, payload in dictionary(RECORDED).items()}
    assert found == VERDICTS
    assert judge(store.find("04-payloads"), found).status == "right"
    # No two words can be found by elimination: one is used twice and one not at all.
    assert Counter(found.values())["amount"] == 2
    assert "order id" not in found.values()


def worked_rules() -> Any:
    """The worked answer of Exercise 2."""
    space: dict[str, Any] = {"pd": pd}
    exec(LESSON.exercises["04-clauses"].cell.region(), space)
    return space["rules"]


def test_the_validator_sees_what_the_eye_saw() -> None:
    rules = worked_rules()
    for name, payload in dictionary(RECORDED).items():
        broken = {rule for rule, kept in rules(payload).items() if not kept}
        due = {"ok": set(), "type": {"type", "amount"}}.get(VERDICTS[name], {VERDICTS[name]})
        assert broken == due, name
    assert not rules(dictionary(SENT))["amount"]


# --- the export --------------------------------------------------------------------------------


def raw_rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for file in sorted((paths.data_dir() / "ga4_export").glob("*.json.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines]
    return found


def test_ids_and_sessions_of_the_export_counted_from_its_lines() -> None:
    users, without, starts = defaultdict(set), 0, 0
    for row in raw_rows():
        slots = {one["key"]: one["value"] for one in row["event_params"]}
        number, user = slots.get("ga_session_id", {}).get("int_value"), row.get("user_pseudo_id")
        starts += row["event_name"] == "session_start"
        if user and number:
            users[number].add(user)
        else:
            without += 1
    counted = {
        "ids": len(users),
        "sessions": sum(map(len, users.values())),
        "shared": sum(len(found) for found in users.values() if len(found) > 1),
    }
    shared = sum(len(found) > 1 for found in users.values())
    assert judge(store.find("04-session-key"), counted).status == "right"
    assert f"{counted['ids']:,} ids, {counted['sessions']:,} sessions, twelve with one of" in KEY
    assert (counted["shared"], shared) == (12, 6)  # the key says so
    assert f"how many rows have none (here {without:,} of {len(raw_rows()):,}, consent" in TEXT
    assert starts not in counted.values()


def test_rows_without_ids_counted_as_a_session_are_named() -> None:
    events = read_ga4_export("ga4_export", parameters=["ga_session_id"]).events
    pairs = events[["user", "ga_session_id"]]
    users = events.groupby("ga_session_id")["user"].nunique()
    right = {"ids": len(users), "sessions": int(users.sum()), "shared": int(users[users > 1].sum())}
    ids, sessions = events["ga_session_id"].unique().size, len(pairs.drop_duplicates())
    for slip, words in (
        ({"sessions": sessions}, "the pair of two empty ids counts as one session"),
        ({"ids": ids}, "the empty id is counted as one more"),
        ({"ids": ids, "sessions": sessions}, "are too large by one"),
    ):
        verdict = judge(store.find("04-session-key"), right | slip)
        assert verdict.status == "wrong"
        assert words in verdict.message


def test_google_s_sample_is_named_with_its_years() -> None:
    said = "In Google's public sample of its store (November 2020 to January 2021)"
    assert f"{said} 9,906 of 349,545 ids are shared" in TEXT


# --- the stars ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return load("events")


def rate_of(log: pd.DataFrame, stars: set[str]) -> float:
    """The bounce rate visit by visit, in sets."""
    visits = load("sessions")
    marked = {s for s, e in zip(log["session"], log["event"], strict=True) if e in stars}
    facts = zip(visits["session"], visits["engaged_seconds"], visits["pages"], strict=True)
    left = sum(not (sec > 10 or pages >= 2 or name in marked) for name, sec, pages in facts)
    return 100 * left / len(visits)


def test_what_a_star_on_scroll_does(log: pd.DataFrame) -> None:
    without, with_scroll = rate_of(log, {"purchase"}), rate_of(log, {"purchase", "scroll"})
    assert f"only goes from {without:.1f} to {with_scroll:.1f} %" in TEXT
    assert rate_of(log, set()) == pytest.approx(without)  # who buys was engaged
    assert f"{without:.1f} % of all visits bounce" in " ".join(BY_ID["04-q05"].stem.split())
    held = 100 * log[log["event"] == "scroll"]["session"].nunique() / len(load("sessions"))
    assert f"{held:.0f} of 100 visits hold a scroll" in BY_ID["04-q05"].stem


def test_most_visits_with_a_scroll_were_engaged_anyway(log: pd.DataFrame) -> None:
    visits = load("sessions")
    held = visits[visits["session"].isin(log[log["event"] == "scroll"]["session"])]
    assert ((held["engaged_seconds"] > 10) | (held["pages"] >= 2)).mean() > 0.9


def test_a_star_on_page_view_leaves_no_bounce(log: pd.DataFrame) -> None:
    assert rate_of(log, {"page_view"}) == 0
    assert "A star on `page_view` would leave no bounce." in TEXT


def test_the_bet_comes_before_anything_that_shows_its_answer() -> None:
    at = {name: i for i, cell in enumerate(LESSON.cells) for name in cell.quizzes()}
    [figure] = [i for i, c in enumerate(LESSON.cells) if c.source.rstrip().endswith('{drawn}.")')]
    assert at["04-q05"] < at["04-q08"] < figure
    shown = [i for i, c in enumerate(LESSON.seen()) if "9.1 %" in c.source]
    first = next(i for i, c in enumerate(LESSON.seen()) if "04-q05" in c.quizzes())
    assert shown and min(shown) > first


# --- the decision ------------------------------------------------------------------------------

HEADLINES = [
    ["orders"],
    ["orders", "sign_ups"],
    ["orders", "sign_ups", "carts", "checkouts"],
    ["orders", "sign_ups", "carts", "checkouts", "accounts", "wish_lists"],
]


def moved(change: str, outcomes: list[str]) -> tuple[float, float]:
    """The level of a sum of outcomes, and its change in percent: the shop's truth."""
    rows = load("truth_effects").query("change == @change and outcome in @outcomes")
    assert len(rows) == len(outcomes)
    return float(rows["base"].sum()), float(100 * rows["expected"].sum() / rows["base"].sum())


@pytest.mark.parametrize("choice", range(4))
def test_each_choice_is_told_its_own_headline(choice: int) -> None:
    question = BY_ID["04-q09"]
    assert isinstance(question, bank.Decide)
    why = " ".join(question.options[choice].why.split())
    base, louder = moved("louder cart button", HEADLINES[choice])
    _, guest = moved("guest checkout", HEADLINES[choice])
    assert f"headline is {base:,.0f}" in why
    assert f"Louder button: {louder:+.1f} %" in why
    assert f"Guest checkout: {guest:+.1f} %" in why


def test_the_change_that_earns_most_looks_small_or_bad_in_a_full_headline() -> None:
    _, orders_louder = moved("louder cart button", ["orders"])
    _, orders_guest = moved("guest checkout", ["orders"])
    assert orders_guest > 10 * orders_louder
    for full in HEADLINES[2:]:
        assert moved("louder cart button", full)[1] > moved("guest checkout", full)[1]
    assert moved("guest checkout", HEADLINES[3])[1] < 0
    assert "falls with the checkout that earns far more" in TEXT
    truth = load("truth_effects").set_index(["change", "outcome"])["expected"]
    times = truth["guest checkout", "margin"] / truth["louder cart button", "margin"]
    question = BY_ID["04-q09"]
    assert isinstance(question, bank.Decide)
    why = " ".join(question.options[2].why.split())
    assert f"earns {times:.0f} times as much" in why
    carts = moved("guest checkout", ["carts"])[0] / moved("guest checkout", HEADLINES[2])[0]
    assert f"{100 * carts:.0f} of every 100 key events in it are carts" in why


def test_the_decision_is_taken_before_the_headlines_are_shown() -> None:
    at = {name: i for i, cell in enumerate(LESSON.cells) for name in cell.quizzes()}
    first = "# To be run, not read: the change of each headline"
    [table] = [i for i, cell in enumerate(LESSON.cells) if cell.source.startswith(first)]
    assert at["04-q09"] < table


# --- judging -----------------------------------------------------------------------------------


def whole_bill(payload: dict[str, Any]) -> dict[str, bool]:
    paid = float(cents(payload["items"])) + payload["shipping"] + payload["tax"]
    return worked_rules()(payload) | {"amount": payload["value"] == round(paid, 2)}


def prints_only(payload: dict[str, Any]) -> None:
    worked_rules()(payload)


def unrounded(payload: dict[str, Any]) -> dict[str, bool]:
    goods = pd.DataFrame(payload["items"])
    total = (goods["price"] * goods["quantity"]).sum()
    return worked_rules()(payload) | {"amount": payload["value"] == total}


def changed(old: str, new: str) -> Any:
    """The worked answer of Exercise 2 with a slip in it."""
    region = LESSON.exercises["04-clauses"].cell.region()
    assert region.count(old) == 1
    space: dict[str, Any] = {"pd": pd}
    exec(region.replace(old, new), space)
    return space["rules"]


SUM, ASKED = '(goods["price"] * goods["quantity"]).sum()', '"currency" in payload'


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (changed(SUM, "..."), "what stands in `round` is no number"),
        (changed(SUM, SUM[:-2]), "parentheses of `.sum()` missing"),
        (changed(SUM, SUM.replace('"', "")), "a word without quotes"),
        (changed(SUM, "price * quantity"), "known inside `line_total` only"),
        (changed(SUM, 'payload["price"] * payload["quantity"]'), "belong to its items"),
        (changed(SUM, f'{SUM} + payload["shipping"]'), "has the shipping in it"),
        (changed("== total", '== payload["value"]'), "compared with itself"),
        (changed(ASKED, '"currency"'), "nothing but a word"),
        (changed(SUM, 'goods["price"] * goods["quantity"]'), "a whole column"),
        (changed(ASKED, 'payload["currency"]'), "stops where there is no currency"),
        (changed(ASKED, 'payload["currency"] == "USD"'), "in whatever currency"),
        (changed(ASKED, "..."), "the gap `...` is left"),
        (
            changed('payload["value"] == total', 'payload["value"] == ...'),
            "no amount is ever right",
        ),
        (whole_bill, "tax and shipping are in it"),
        (prints_only, "gives nothing back"),
        (unrounded, "24.299999999999997"),
    ],
)
def test_a_known_mistake_in_the_validator_is_named(attempt: Any, words: str) -> None:
    verdict = judge(store.find("04-clauses"), attempt)
    assert verdict.status == "wrong"
    assert words in verdict.message


def test_several_wrong_words_are_answered_by_the_first() -> None:
    told = VERDICTS | {"b": "ok", "d": "amount", "f": "ok"}
    verdict = judge(store.find("04-payloads"), told)
    assert "Which letter is another one?" in verdict.message
    assert verdict.message.endswith("2 more of its 6 entries are wrong.")
    most = judge(store.find("04-payloads"), VERDICTS | {"b": "ok", "c": "ok", "e": "ok"})
    assert "You checked the form and not the sums." in most.message
    assert most.message.endswith("1 more of its 6 entries is wrong.")


def test_a_validator_of_another_make_is_right() -> None:
    def other(payload: dict[str, Any]) -> dict[str, bool]:
        kept = isinstance(payload["value"], float | int)
        return {
            "name": payload["event"] == "purchase",
            "currency": payload.get("currency") is not None,
            "type": kept,
            "amount": kept and abs(payload["value"] - float(cents(payload["items"]))) < 0.005,
        }

    assert judge(store.find("04-clauses"), other).status == "right"


def test_known_mistakes_with_a_star_are_named(log: pd.DataFrame) -> None:
    visits = load("sessions")
    plain = (visits["engaged_seconds"] > 10) | (visits["pages"] >= 2)

    def held(stars: list[str]) -> pd.Series:
        return visits["session"].isin(log[log["event"].isin(stars)]["session"])

    attempts = {
        "never uses `stars`": lambda stars: 100 * (1 - plain.mean()),
        "**are** engaged": lambda stars: 100 * (plain | held(stars)).mean(),
        "asked for all three": lambda stars: 100 * (1 - (plain & held(stars)).mean()),
        "count twice": lambda stars: 100 * (1 - plain.mean() - held(stars).mean()),
    }
    for words, attempt in attempts.items():
        verdict = judge(store.find("04-bounce-rate"), attempt)
        assert verdict.status == "wrong"
        assert words in verdict.message
    right = judge(store.find("04-bounce-rate"), lambda stars: rate_of(log, set(stars)))
    assert right.status == "right"
