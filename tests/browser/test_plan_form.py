"""The plan form in JupyterLab and Chromium: clicked, typed, reopened, read by axe."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
RECORD = "import os; os.environ['WORKBOOK_PROGRESS'] = os.path.abspath('{record}.jsonl')"
SHOTS = os.environ.get("WORKBOOK_SHOTS")
ROOT = ".ss-fields"
LONG = 60_000  # the shop is run some times, on whatever machine

TEXTS = {
    "Business objective": "Sell home goods at a profit",
    "Goal": "More viewers fill a cart they mean",
    "Numerator: the event": "add_to_cart",
    "Window: first day": "2025-09-22",
    "Window: last day": "2025-12-21",
    "Rate to reach in %": "6.6",
    "By which day?": "2026-03-31",
    "A guardrail fires if it falls by more than in %": "5",
    "Owner": "Mara",
    "Review on": "2026-04-01",
}
CHOICES = {
    "Denominator: of whom?": "all sessions",
    "Exclusions: what is left out?": "none",
    "Segment": "everybody",
}


def start(open_notebook: Open, name: str, *more: str) -> Notebook:
    """A notebook with the form, run, with a record of its own."""
    first = f"{RECORD.format(record=name)}\nfrom workbook import my_plan, plan_form"
    book = open_notebook(f"{name}.ipynb", [first, "plan_form()", *more])
    book.run_all()
    form(book).wait_for()
    return book


def form(book: Notebook) -> Locator:
    return book.page.locator(ROOT)


def text(book: Notebook, label: str) -> Locator:
    return form(book).get_by_label(label, exact=True)


def box(book: Notebook, group: str, label: str) -> Locator:
    return form(book).get_by_role("group", name=group).get_by_label(label, exact=True)


def button(book: Notebook, name: str) -> Locator:
    return form(book).get_by_role("button", name=name)


def said(book: Notebook) -> Locator:
    region = form(book).locator(".ss-said-now")
    expect(region).to_have_attribute("role", "status")
    return region


def fill(book: Notebook, **changes: str) -> None:
    for label, typed in TEXTS.items():
        text(book, label).fill(changes.get(label.split(":")[0].split()[0].lower(), typed))
    for label, choice in CHOICES.items():
        text(book, label).select_option(label=choice)
    form(book).get_by_label("sessions: once per visit").check()
    box(book, "Diagnostics: why", "Users with a cart, of users who view a product").check()
    box(book, "Guardrails: what", "Number of orders").check()


def recorded(lab: Lab, name: str) -> list[dict[str, Any]]:
    path = lab.root / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def shot(book: Notebook, name: str) -> None:
    if SHOTS:
        book.page.set_viewport_size({"width": 1280, "height": 4600})
        book.page.wait_for_timeout(300)
        book.shot(Path(SHOTS) / f"{name}.png", ROOT)


def test_faults_stand_at_their_fields_until_the_plan_compiles(
    open_notebook: Open, lab: Lab
) -> None:
    book = start(open_notebook, "plan-mouse")
    button(book, "Check the plan").click()
    expect(said(book)).to_contain_text("10 fields to settle", timeout=LONG)
    expect(text(book, "Business objective")).to_be_focused()
    expect(text(book, "Owner")).to_have_accessible_description(
        "One person who looks at it and acts. Nobody owns the plan. Name the one who looks at "
        "it and acts."
    )
    shot(book, "plan-faults")
    fill(book, numerator="cart", rate="")
    button(book, "Check the plan").click()
    event = text(book, "Numerator: the event")
    expect(event).to_have_attribute("aria-invalid", "true")
    expect(event).to_be_focused()
    expect(form(book)).to_contain_text("Did you mean 'add_to_cart'?")
    event.fill("add_to_cart")
    button(book, "Check the plan").click()
    expect(form(book).locator(".ss-result")).to_contain_text("Base: ", timeout=LONG)
    text(book, "Rate to reach in %").fill("6.6")
    button(book, "Check the plan").click()
    expect(said(book)).to_contain_text("The plan compiles. Its base is", timeout=LONG)
    expect(form(book).locator("[aria-invalid=true]")).to_have_count(0)
    expect(form(book).locator(".ss-result")).to_contain_text("6.60 % by 2026-03-31")
    assert [event["kind"] for event in recorded(lab, "plan-mouse")] == ["plan"]
    shot(book, "plan-clean")


def test_northlight_games_the_plan_and_the_better_guardrail_fires(open_notebook: Open) -> None:
    book = start(open_notebook, "plan-gamed")
    fill(book)
    button(book, "Hand it to Northlight").click()
    expect(said(book)).to_contain_text("Northlight's trick: a louder cart button", timeout=LONG)
    expect(said(book)).to_contain_text("No guardrail fired")
    expect(form(book).locator(".ss-note")).to_be_empty()  # whatever it said while it waited
    result = form(book).locator(".ss-result")
    expect(result).to_contain_text("Change your guardrails and hand the plan over again")
    noticed = result.get_by_role("table", name="Guardrails you did not choose")
    expect(noticed).to_be_hidden()
    result.locator("summary", has_text="Guess first").click()
    expect(noticed).to_contain_text("users who order, of users with a cart")
    expect(result).to_contain_text("The truth: what the trick did to the shop")
    shot(book, "plan-silent")
    box(book, "Guardrails: what", "Users who order, of users with a cart").check()
    button(book, "Hand it to Northlight").click()
    expect(said(book)).to_contain_text(
        "1 of 2 guardrails fired: users who order, of users with a cart.", timeout=LONG
    )
    expect(result.get_by_role("row", name="users who order, of users with a cart")).to_contain_text(
        "▲ fired"
    )
    shot(book, "plan-fired")


def test_a_plan_is_written_and_checked_by_keyboard_alone(open_notebook: Open, lab: Lab) -> None:
    book = start(open_notebook, "plan-keys")
    keys = book.page.keyboard
    text(book, "Business objective").focus()
    keys.type("Sell home goods at a profit")
    keys.press("Tab")
    keys.type("Mails bring people back")
    keys.press("Tab")
    keys.type("newsletter_signup")
    keys.press("Tab")
    keys.type("all users")  # a select takes the letters of its option
    keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowDown")
    keys.press("ArrowDown")  # event, session, user
    keys.press("Tab")
    keys.type("2025-09-22")
    keys.press("Tab")
    keys.type("2025-11-02")
    keys.press("Tab")
    keys.type("none")
    keys.press("Tab")
    keys.type("2.9")
    keys.press("Tab")
    keys.type("2026-01-31")
    keys.press("Tab")
    keys.press("Space")
    for _ in range(6):  # on to the first of the guardrails
        keys.press("Tab")
    keys.press("Tab")
    keys.press("Space")
    for _ in range(7):
        keys.press("Tab")
    keys.type("5")
    keys.press("Tab")
    keys.type("everybody")
    keys.press("Tab")
    keys.type("Mara")
    keys.press("Tab")
    keys.type("2026-02-02")
    keys.press("Enter")  # the first button
    expect(said(book)).to_contain_text("The plan compiles", timeout=LONG)
    [event] = recorded(lab, "plan-keys")
    answer = event["answer"]
    assert (answer["scope"], answer["denominator"]) == ("user", "users")
    assert answer["diagnostics"] == ["visits"] and answer["guardrails"] == ["revenue"]
    keys.press("Tab")
    keys.press("Tab")
    expect(button(book, "Hand it to Northlight")).to_be_focused()
    keys.press("Enter")
    expect(said(book)).to_contain_text("Northlight's trick: a prize draw", timeout=LONG)


def test_dates_and_the_fold_are_worked_by_keyboard_alone(open_notebook: Open) -> None:
    book = start(open_notebook, "plan-fold")
    keys = book.page.keyboard
    expect(text(book, "By which day?")).to_have_value("2026-03-22")
    expect(text(book, "Segment")).to_have_value("everybody")
    fill(book, rate="7.5")
    text(book, "Window: first day").focus()
    keys.press("Control+a")
    keys.type("2025-11-24")
    button(book, "Hand it to Northlight").focus()
    keys.press("Tab")
    expect(button(book, "Set both dates")).to_be_focused()
    keys.press("Space")
    expect(said(book)).to_contain_text("28 days", timeout=LONG)
    expect(text(book, "By which day?")).to_have_value("2026-01-18")
    expect(text(book, "Review on")).to_have_value("2026-01-19")
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(said(book)).to_contain_text("Northlight's trick: a louder cart button", timeout=LONG)
    fold = form(book).locator("details")
    expect(fold).not_to_have_attribute("open", "")
    button(book, "Set both dates").focus()
    for _ in range(5):  # past what scrolls
        keys.press("Tab")
        if fold.locator("summary").evaluate("node => node === document.activeElement"):
            break
    expect(fold.locator("summary")).to_be_focused()
    keys.press("Space")
    expect(fold).to_have_attribute("open", "")
    expect(fold).to_contain_text("users who order, of users with a cart")


def test_the_plan_comes_back_after_a_restart_and_for_later_lessons(open_notebook: Open) -> None:
    book = start(open_notebook, "plan-back", "my_plan()")
    expect(book.page.locator(".jp-OutputArea-output").last).to_contain_text("no plan yet")
    fill(book)
    button(book, "Check the plan").click()
    expect(said(book)).to_contain_text("The plan compiles", timeout=LONG)
    book.restart_kernel()
    expect(form(book).locator(".ss-banner")).to_contain_text("Run this cell again")
    book.run_all()
    expect(text(book, "Owner")).to_have_value("Mara")
    expect(text(book, "Segment")).to_have_value("everybody")
    expect(box(book, "Guardrails: what", "Number of orders")).to_be_checked()
    mine = book.page.get_by_role("table", name="Your measurement plan")
    expect(mine).to_contain_text("6.60 % by 2026-03-31")


def test_a_reopened_notebook_shows_the_plan_without_a_kernel(open_notebook: Open, lab: Lab) -> None:
    book = start(open_notebook, "plan-reopened")
    fill(book)
    button(book, "Check the plan").click()
    expect(said(book)).to_contain_text("The plan compiles", timeout=LONG)
    book.save()
    lab.stop_kernels()
    again = open_notebook("plan-reopened.ipynb")
    expect(text(again, "Owner")).to_have_value("Mara")
    expect(form(again).locator(".ss-result")).to_contain_text("The plan in words")
    button(again, "Check the plan").click()
    expect(form(again)).to_contain_text("Run this cell again")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_notebook: Open, theme: str) -> None:
    book = start(open_notebook, f"plan-axe-{theme}")
    book.set_theme(theme)
    button(book, "Check the plan").click()
    expect(said(book)).to_contain_text("fields to settle", timeout=LONG)
    assert axe(book.page, ROOT) == []
    fill(book)
    button(book, "Hand it to Northlight").click()
    expect(said(book)).to_contain_text("Northlight's trick", timeout=LONG)
    assert axe(book.page, ROOT) == []
    form(book).locator("summary").click()
    assert axe(book.page, ROOT) == []
    shot(book, f"plan-{theme}")
    text(book, "A guardrail fires if it falls by more than in %").fill("50")
    button(book, "Check the plan").click()
    expect(said(book)).to_contain_text("remarks below", timeout=LONG)
    assert axe(book.page, ROOT) == []
    shot(book, f"plan-remarks-{theme}")


def test_the_form_and_its_tables_fit_a_phone(open_notebook: Open) -> None:
    book = start(open_notebook, "plan-phone")
    fill(book)
    button(book, "Hand it to Northlight").click()
    expect(said(book)).to_contain_text("Northlight's trick", timeout=LONG)
    for width in (400, 320):
        form(book).evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
        book.page.wait_for_timeout(300)
        assert form(book).evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    wide = form(book).get_by_role("region", name="Your plan before and after the trick")
    expect(wide).to_have_attribute("tabindex", "0")
    shot(book, "plan-phone")
