"""The purchase event as a contract, and what the explorer says its reports show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from workbook import purchase_explorer
from workbook.analysis import payload
from workbook.analysis.payload import (
    REPORTS,
    RULES,
    is_number,
    reports_of,
    validate_payload,
    without_clearing,
)
from workbook.widgets.explorer_purchase import (
    ALL_RIGHT,
    DRAFT,
    FIELDS,
    GATE,
    MODEL,
    ORDER,
    TASKS,
    YESTERDAY,
    Choice,
    card,
    cases,
    code,
    findings,
    meets,
    pushed,
    readings,
    sent,
)

Event = dict[str, Any]
R, B, H, L = "right", "blank", "too high", "too low"
EVERY = list(cases(FIELDS))


def broken(**fields: Any) -> Event:
    """The order's event with other fields in its ecommerce object; None leaves one out."""
    event = deepcopy(ORDER)
    event["ecommerce"].update(fields)
    for name, found in fields.items():
        if found is None:
            del event["ecommerce"][name]
    return event


def priced(**fields: Any) -> Event:
    """The order's event with other fields in every item; None leaves one out."""
    items = [
        {name: found for name, found in {**item, **fields}.items() if found is not None}
        for item in ORDER["ecommerce"]["items"]
    ]
    return broken(items=items)


def shown(event: Event, **how: Any) -> dict[str, float | None]:
    return {name: one.shows for name, one in reports_of(event, ORDER, **how).items()}


# --- the rules ------------------------------------------------------------------------------

# By rule: events that break this rule and no other, the field named, a part of what is said.
BREACHES: dict[str, list[tuple[Event, str, str]]] = {
    "name": [
        ({**ORDER, "event": "Purchase"}, "event", "another event than “purchase”"),
        ({**ORDER, "event": "buy_complete"}, "event", "the site's own"),
        ({**ORDER, "event": " "}, "event", "no name"),
        ({"ecommerce": ORDER["ecommerce"]}, "event", "no name"),
    ],
    "id": [
        (broken(transaction_id=None), "transaction_id", "left out"),
        (broken(transaction_id=" "), "transaction_id", "empty"),
        (broken(transaction_id="(not set)"), "transaction_id", "names no order"),
        (broken(transaction_id=10467), "transaction_id", "10467 is no text"),
    ],
    "value": [
        (broken(value="96.50"), "value", "“96.50” is text"),
        (broken(value=float("nan")), "value", "no number"),
        (broken(value=True), "value", "no number"),
    ],
    "sum": [
        (broken(value=109.50), "value", "holds shipping and tax"),
        (broken(value=103.50), "value", "value is 103.50, the items add up to 96.50"),
        (broken(value=103.50, shipping=None), "value", "holds tax"),
        (broken(value=96.51), "value", "value is 96.51"),
    ],
    "currency": [
        (broken(currency=None), "currency", "left out"),
        (broken(currency="usd"), "currency", "capital"),
        (broken(currency="$"), "currency", "three"),
    ],
    "items": [
        (broken(items=None), "items", "left out"),
        (broken(items=[]), "items", "empty"),
        (broken(items={"a": 1}), "items", "no list"),
        (broken(items=[*ORDER["ecommerce"]["items"], "tea"]), "items", "1 of 4 items"),
        (
            broken(items=[{"item_id": "a", "price": 1.0}] * 201, value=201.0),
            "items",
            "201 items",
        ),
    ],
    "item names": [(priced(item_id=None, item_name=None), "items.item_id", "in 3 of 3 items")],
    "prices": [
        (priced(price=None), "items.price", "left out in 3 of 3 items"),
        (priced(price="8.25"), "items.price", "text in 3 of 3 items"),
        (priced(price=[8.25]), "items.price", "no number"),
    ],
    "quantities": [
        (priced(quantity="1", price=96.5 / 3), "items.quantity", "text in 3 of 3 items"),
        (priced(quantity=True, price=96.5 / 3), "items.quantity", "no number"),
    ],
    "extras": [
        (broken(shipping="6.00"), "shipping", "“6.00” is text"),
        (broken(tax=[7.0]), "tax", "no number"),
    ],
}
EACH = [(rule, *one) for rule, some in BREACHES.items() for one in some]


def test_the_order_of_the_curriculum_breaks_no_rule() -> None:
    items = ORDER["ecommerce"]["items"]
    assert sum(item["price"] * item["quantity"] for item in items) == 96.50
    assert sum(ORDER["ecommerce"][name] for name in ("value", "shipping", "tax")) == 109.50
    assert validate_payload(ORDER) == []


@pytest.mark.parametrize(("rule", "event", "field", "said"), EACH)
def test_a_breach_is_found_by_its_rule_and_by_no_other(
    rule: str, event: Event, field: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [found] = validate_payload(event)
    assert found.field == field and said in found.what
    assert (found.rule, found.source) == (RULES[rule].text, RULES[rule].source)
    monkeypatch.delitem(payload.RULES, rule)
    assert validate_payload(event) == []


def test_every_rule_is_broken_above_and_names_a_source_with_a_year() -> None:
    assert set(BREACHES) == set(RULES)
    assert all(re.search(r"Google Analytics.* 20\d\d\)", rule.source) for rule in RULES.values())


def test_an_event_may_break_several_rules_and_they_come_in_order() -> None:
    event = {"event": "Purchase", "ecommerce": {"value": "1"}}
    assert [one.field for one in validate_payload(event)] == [
        "event",
        "transaction_id",
        "value",
        "currency",
        "items",
    ]


def test_a_value_left_out_needs_no_currency_and_shipping_may_be_missing() -> None:
    without = broken(value=None, currency=None, shipping=None, tax=None)
    assert [one.field for one in validate_payload(without)] == ["value"]


@pytest.mark.parametrize("event", [ORDER, *(one[0] for some in BREACHES.values() for one in some)])
def test_fields_beside_the_name_count_like_those_of_the_ecommerce_object(event: Event) -> None:
    flat = {**event, **event["ecommerce"]}
    del flat["ecommerce"]
    assert validate_payload(flat) == validate_payload(event)
    assert reports_of(flat, ORDER) == reports_of(event, ORDER)


def test_numbers_of_numpy_are_numbers_and_texts_and_truths_are_none() -> None:
    assert all(is_number(one) for one in (1, 1.5, np.float64(1.5), np.int64(2)))
    assert not any(is_number(one) for one in ("1.5", True, None, float("inf"), [1], np.bool_(True)))
    assert validate_payload(broken(value=np.float64(96.5))) == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: validate_payload("purchase"), "An event is a dict"),  # type: ignore[arg-type]
        (lambda: reports_of(ORDER, broken(value=1.0)), "value breaks a rule"),
        (lambda: reports_of(ORDER, ORDER, consent="refused"), "consent is one of"),
    ],
)
def test_what_is_no_event_or_no_order_is_refused(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


# --- the reports ----------------------------------------------------------------------------


def test_a_right_event_fills_every_report_with_the_shops_number() -> None:
    found = reports_of(ORDER, ORDER)
    assert {name: one.shows for name, one in found.items()} == {
        "purchases": 1,
        "journey": 1,
        "items": 96.50,
        "revenue": 96.50,
        "average": 96.50,
        "key events": 1,
        "shipping and tax": 13.00,
        "orders": 2,
        "google ads": 96.50,
    }
    assert tuple(found) == REPORTS
    assert all(one.state == R and one.shows == one.truth and not one.why for one in found.values())
    assert found["items"].pieces == 7


NOWHERE = [B] * 9
# By field and option: the states of the nine reports when nothing else is wrong.
ONE_FAULT: dict[tuple[str, str], list[str]] = {
    ("event", "capital"): NOWHERE,
    ("event", "own"): NOWHERE,
    ("id", "yesterday"): NOWHERE,
    ("id", "empty"): [R, R, R, R, R, R, R, L, R],
    ("id", "placeholder"): [R, R, R, R, R, R, R, L, R],
    ("id", "none"): [R, R, R, R, R, R, R, H, R],
    ("value", "all"): [R, R, R, H, H, R, R, R, H],
    ("value", "text"): [R, R, R, B, B, R, R, R, B],
    ("value", "none"): [R, R, R, B, B, R, R, R, B],
    ("currency", "none"): [R, R, L, B, B, R, B, R, R],
    ("extras", "none"): [R, R, R, R, R, R, B, R, R],
    ("items", "names"): [R, R, L, R, R, R, R, R, R],
    ("items", "text"): [R, R, L, R, R, R, R, R, R],
    ("items", "empty"): [R, R, B, R, R, R, R, R, R],
    ("cleared", "none"): [R, R, H, R, R, R, R, R, R],
    ("consent", "basic"): NOWHERE,
    ("consent", "advanced"): NOWHERE,
}


def test_every_wrong_option_is_in_the_table_of_faults() -> None:
    wrong = {(name, one) for name, (_, options) in FIELDS.items() for one in options} - {
        (name, "right") for name in FIELDS
    }
    assert set(ONE_FAULT) == wrong


@pytest.mark.parametrize(("field", "option"), ONE_FAULT)
def test_one_fault_spoils_its_reports_and_leaves_the_others(field: str, option: str) -> None:
    found = readings({**ALL_RIGHT, field: option})
    assert [one.state for one in found.values()] == ONE_FAULT[field, option]
    for one in found.values():
        assert bool(one.why) >= (one.state != R)
        assert one.state != B or one.shows is None


def test_a_lost_event_is_lost_for_its_own_reason() -> None:
    reasons = {
        one: readings({**ALL_RIGHT, one[0]: one[1]})["revenue"].why
        for one, states in ONE_FAULT.items()
        if states == NOWHERE
    }
    assert "case sensitive" in reasons["event", "capital"]
    assert "the site's own name" in reasons["event", "own"]
    assert YESTERDAY in reasons["id", "yesterday"] and "copy" in reasons["id", "yesterday"]
    assert "nothing was sent" in reasons["consent", "basic"]
    assert "ping" in reasons["consent", "advanced"]


def test_shipping_and_tax_in_value_are_read_as_revenue() -> None:
    found = reports_of(broken(value=109.50), ORDER)
    assert (found["revenue"].shows, found["average"].shows) == (109.50, 109.50)
    assert found["shipping and tax"].shows == 13.00
    assert "shipping and tax" in found["revenue"].why and found["revenue"].documented


def test_a_value_too_low_for_another_reason_is_not_blamed_on_shipping() -> None:
    found = reports_of(broken(value=9.65), ORDER)["revenue"]
    assert (found.shows, found.state) == (9.65, L)
    assert "sum of the items" in found.why and "shipping" not in found.why


def test_a_missing_currency_hides_that_the_value_is_wrong() -> None:
    found = reports_of(broken(value=109.50, currency=None), ORDER)
    assert found["revenue"].state == B and "shipping" not in found["revenue"].why
    assert found["google ads"].state == H and "shipping" in found["google ads"].why
    both = reports_of(broken(value="96.50", currency=None), ORDER)["revenue"]
    assert "text" in both.why and "currency" in both.why  # each alone makes it blank


def test_an_item_without_price_and_quantity_is_one_piece_that_earns_nothing() -> None:
    names = reports_of(priced(item_id=None, price=None, quantity=None), ORDER)["items"]
    assert (names.shows, names.pieces) == (0.0, 3)
    text = reports_of(priced(price="8.25"), ORDER)["items"]
    assert (text.shows, text.pieces) == (0.0, 7)
    dearer = broken(items=[{"item_id": "board", "price": 96.50}])
    whole = reports_of(dearer, ORDER)["items"]
    assert (whole.shows, whole.pieces, whole.state) == (96.50, 1, L)  # the money alone is right


def test_what_was_not_cleared_appears_as_sold_and_the_check_sees_the_sum() -> None:
    last = {"event": "view_item", "ecommerce": {"items": [{"item_id": "x", "price": 5.0}]}}
    event = without_clearing(ORDER, last)
    found = reports_of(event, ORDER)
    assert (found["items"].shows, found["items"].pieces) == (101.50, 8)
    assert found["revenue"].state == R
    assert [one.field for one in validate_payload(event)] == ["value"]
    assert len(ORDER["ecommerce"]["items"]) == 3


def test_a_repeated_id_counts_once_and_a_missing_one_each_time() -> None:
    assert shown(ORDER)["orders"] == 2
    assert shown(broken(transaction_id=""))["orders"] == 1
    assert shown(broken(transaction_id="(not set)"))["orders"] == 1
    assert shown(broken(transaction_id=None))["orders"] == 3
    assert set(shown(ORDER, seen={"O-10467"}).values()) == {None}
    assert shown(ORDER, seen={"O-10466"}) == shown(ORDER)


def test_only_the_documented_is_called_so() -> None:
    ours = {
        (field, option)
        for field, option in ONE_FAULT
        if not all(one.documented for one in readings({**ALL_RIGHT, field: option}).values())
    }
    assert set(ONE_FAULT) - ours == {
        ("event", "capital"),
        ("event", "own"),
        ("id", "yesterday"),
        ("id", "empty"),
        ("value", "all"),
        ("extras", "none"),
        ("consent", "basic"),
    }
    left_out = readings({**ALL_RIGHT, "value": "none"})
    assert left_out["revenue"].documented and not left_out["google ads"].documented


def test_another_order_has_its_own_true_numbers() -> None:
    order = {
        "event": "purchase",
        "ecommerce": {
            "transaction_id": "A",
            "value": 20.0,
            "currency": "EUR",
            "items": [{"item_id": "A", "price": 10.0, "quantity": 2}],
        },
    }
    found = reports_of(order, order)
    assert found["revenue"].truth == found["items"].truth == 20.0
    assert found["items"].pieces == 2
    assert {one.state for one in found.values()} == {R}
    assert found["shipping and tax"].truth == 0  # nothing was charged


# --- what the browser gets ------------------------------------------------------------------


def look_up(table: dict[str, Any], choice: Choice) -> Any:
    return table["results"][table["cases"]["|".join(choice[name] for name in table["reads"])]]


def test_the_tables_say_of_every_event_what_the_rules_say() -> None:
    explorer = purchase_explorer()
    assert len(EVERY) == 3 * 5 * 4 * 2 * 2 * 4 * 2 * 3
    for choice in EVERY:
        refused = look_up(explorer.gate, choice)
        for one, (report, reading) in zip(explorer.cards, readings(choice).items(), strict=True):
            said = refused or look_up(one, choice)
            assert one["key"] == report
            assert (said["state"], said["why"]) == (reading.state, reading.why)
            number = re.match(r"\$?([\d.]+)", said["shows"])
            assert (float(number[1]) if number else None) == reading.shows
            if reading.why:
                assert (said["basis"] == "documented") == reading.documented
        said = [fault for table in explorer.checks for fault in look_up(table, choice)]
        found = [vars_of(one) for one in findings(choice)]
        assert sorted(said, key=str) == sorted(found, key=str)


def vars_of(finding: payload.Finding) -> dict[str, str]:
    return {name: getattr(finding, name) for name in ("field", "what", "rule", "source")}


@pytest.mark.parametrize("report", REPORTS)
def test_a_card_reads_no_field_in_vain(report: str) -> None:
    one = card(report)
    seen = [choice for choice in cases(one["reads"]) if choice["id"] != "yesterday"]
    for name in one["reads"]:
        rest = [field for field in one["reads"] if field != name]
        by_rest: dict[tuple[str, ...], set[str]] = {}
        for choice in seen:
            key = tuple(choice[field] for field in rest)
            by_rest.setdefault(key, set()).add(str(look_up(one, choice)))
        assert any(len(results) > 1 for results in by_rest.values()), name


def test_what_reports_never_see_is_blank_everywhere_for_one_reason() -> None:
    for choice in cases(GATE):
        found = list(readings(choice).values())
        if found[0].state == B:
            assert {one.state for one in found} == {B} and len({one.why for one in found}) == 1


@pytest.mark.parametrize("choice", [ALL_RIGHT, DRAFT, *({**ALL_RIGHT, f: o} for f, o in ONE_FAULT)])
def test_the_code_shown_is_the_event_that_is_sent(choice: Choice) -> None:
    lines = code(choice)
    body = "\n".join(
        line for name in ("id", "value", "currency", "extras", "items") for line in lines[name]
    )
    text = "{" + "\n".join(lines["event"]) + ' "ecommerce": {' + body + "}}"
    text = re.sub(r"(?<=[\s{])(\w+):", r'"\1":', text)
    text = re.sub(r",(?=\s*[\]}])", "", text)
    assert json.loads(text) == pushed(choice)
    assert ("null" in lines["cleared"][0]) == (choice["cleared"] == "right")


def test_the_tag_reads_the_push_and_what_was_not_cleared() -> None:
    assert sent(ALL_RIGHT) == pushed(ALL_RIGHT) == ORDER
    left = sent({**ALL_RIGHT, "cleared": "none"})["ecommerce"]["items"]
    assert [item["item_id"] for item in left] == ["mat", "garland", "vase", "beaker"]
    assert ORDER["ecommerce"]["transaction_id"] != YESTERDAY


# --- the tasks ------------------------------------------------------------------------------

SOLVED = {
    "blank": [*(one for one in ONE_FAULT if ONE_FAULT[one][3] == B)],
    "next": [("id", "empty"), ("id", "placeholder")],
}


def test_the_draft_is_mended_by_the_right_event_only() -> None:
    assert [choice for choice in EVERY if meets("repair", choice)] == [ALL_RIGHT]
    assert sum(DRAFT[name] != "right" for name in FIELDS) == 4


@pytest.mark.parametrize("task", SOLVED)
def test_tasks_of_one_field_have_these_solutions(task: str) -> None:
    solved = [choice for choice in EVERY if meets(task, choice)]
    assert solved == [choice for choice in EVERY if choice in [
        {**ALL_RIGHT, field: option} for field, option in SOLVED[task]
    ]]  # fmt: skip


def test_revenue_is_too_high_without_a_blank_only_with_shipping_and_tax_in_it() -> None:
    solved = [choice for choice in EVERY if meets("high", choice)]
    assert {**ALL_RIGHT, "value": "all"} in solved
    for choice in solved:
        assert choice["value"] == "all"
        assert (choice["currency"], choice["extras"]) == ("right", "right")
        assert choice["items"] != "empty" or choice["cleared"] == "none"


def test_nothing_unsold_appears_once_the_object_is_cleared() -> None:
    solved = [choice for choice in EVERY if meets("unsold", choice)]
    assert {**ALL_RIGHT, "cleared": "none"} in solved
    assert {choice["cleared"] for choice in solved} == {"none"}


@pytest.mark.parametrize("task", TASKS)
def test_the_draft_solves_no_task(task: str) -> None:
    assert not meets(task, DRAFT)


# --- the text form --------------------------------------------------------------------------


def test_the_text_form_shows_every_fault_beside_the_right_event() -> None:
    lines = purchase_explorer().plain.splitlines()
    lines, note = lines[: 4 + len(ONE_FAULT)], lines[4 + len(ONE_FAULT) :]
    assert " ".join(" ".join(note).split()) == MODEL  # what is Google's and what is ours
    right = lines[3].split("right")[-1].split()
    assert right == ["1", "1", "96.50", "96.50", "96.50", "1", "13.00", "2", "96.50"]
    for line, states in zip(lines[4:], ONE_FAULT.values(), strict=True):
        numbers = line[-72:].split()
        for number, true, state in zip(numbers, right, states, strict=True):
            assert (number == "-") == (state == B)
            assert (number == true) == (state == R)
    assert max(map(len, [*lines, *note])) <= 100


def test_the_text_form_does_not_tell_what_the_learner_did() -> None:
    explorer = purchase_explorer()
    before = explorer.plain
    explorer.state = {**explorer.state, "done": ["repair"], "choice": dict(ALL_RIGHT), "count": 3}
    assert explorer.plain == before == purchase_explorer().plain
    assert purchase_explorer().state["choice"] == DRAFT
