"""The purchase explorer in JupyterLab and Chromium: clicked, typed, reopened, read by axe."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
CELLS = ["from workbook import purchase_explorer", "purchase_explorer()", "after = 1"]
ROOT = ".ss-buy"
SHOTS = os.environ.get("WORKBOOK_SHOTS")
COUNT = 9


@pytest.fixture
def opened(kept_notebook: Open) -> Notebook:
    book = kept_notebook("purchase.ipynb", CELLS)
    book.run_all()
    send(book).wait_for()
    return book


def explorer(book: Notebook) -> Locator:
    return book.page.locator(ROOT)


def send(book: Notebook) -> Locator:
    return explorer(book).get_by_role("button", name="Send")


def choose(book: Notebook, field: str, option: str) -> None:
    radio(book, field, option).check()


def radio(book: Notebook, field: str, option: str) -> Locator:
    group = explorer(book).get_by_role("group", name=field, exact=True)
    return group.get_by_role("radio", name=option, exact=True)


def task(book: Notebook, number: int) -> None:
    explorer(book).get_by_role("radio", name=f"{number}. ").check()


def all_right(book: Notebook) -> None:
    explorer(book).get_by_role("button", name="Put all fields right").click()


def report(book: Notebook, name: str) -> Locator:
    head = book.page.locator(".ss-buy-head strong").get_by_text(name, exact=True)
    return explorer(book).locator(".ss-buy-cards > li").filter(has=head)


def states(book: Notebook) -> list[str]:
    shown = explorer(book).locator(".ss-buy-state").all_inner_texts()
    return [text.lstrip("✓○▲▼ ") for text in shown]


def news(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-buy-news")


def verdict(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-buy-verdict")


def unfold(book: Notebook) -> None:
    for one in explorer(book).locator("summary").all():
        one.click()


def shot(book: Notebook, name: str, width: int = 1280) -> None:
    if SHOTS:
        book.page.set_viewport_size({"width": width, "height": 2600})
        book.page.wait_for_timeout(400)
        book.shot(Path(SHOTS) / f"{name}.png", ROOT)
        book.page.set_viewport_size({"width": 1280, "height": 900})


def test_nothing_fills_before_send_and_the_draft_fills_badly(opened: Notebook) -> None:
    expect(news(opened)).to_contain_text("Nothing is sent yet")
    assert states(opened) == ["not sent"] * COUNT
    send(opened).click()
    expect(news(opened)).to_contain_text("Event 1 sent. 4 of 9 reports are right; blank: Revenue")
    expect(report(opened, "E-commerce purchases by item")).to_contain_text("$0.00, 3 pieces")
    expect(verdict(opened)).to_have_text("Task 1 is not done yet: 5 reports are not right.")
    expect(explorer(opened)).to_contain_text("says of event 1: 2 rules broken")


def test_mending_the_draft_field_by_field_does_the_first_task(opened: Notebook) -> None:
    choose(opened, "currency", '"USD"')
    send(opened).click()  # a blank is gone, and what it hid comes out
    expect(report(opened, "Revenue")).to_contain_text("report: $109.50")
    choose(opened, "value", "96.50 items")
    choose(opened, "items", "id, name, price, quantity")
    choose(opened, "shipping and tax", "6.00, 7.00 in their own fields")
    expect(explorer(opened).locator(".ss-buy-since")).to_contain_text(
        "Changed since: value, shipping and tax, items. The cards still show event 1."
    )
    assert "too high" in states(opened)  # until it is sent
    send(opened).click()
    assert states(opened) == ["right"] * COUNT
    expect(news(opened)).to_have_text("Event 2 sent. All 9 reports show the shop's numbers.")
    expect(verdict(opened)).to_contain_text("✓ Task 1 is done.")
    expect(explorer(opened).locator(".ss-buy-since")).to_be_hidden()
    expect(explorer(opened).locator(".ss-buy-tasks label").first).to_contain_text("✓ done")
    expect(explorer(opened)).to_contain_text("no rule broken")


def test_one_field_makes_a_report_blank_and_the_code_shows_it(opened: Notebook) -> None:
    all_right(opened)
    choose(opened, "value", '"96.50" as text')
    explorer(opened).get_by_text("The push as code").click()
    expect(explorer(opened).locator("pre")).to_contain_text('value: "96.50",')
    send(opened).click()
    revenue = report(opened, "Revenue")
    expect(revenue).to_contain_text("○ blank")
    expect(revenue).to_contain_text("report: nothing")
    expect(revenue).to_contain_text("shop: $96.50")
    expect(revenue).to_contain_text("text is not added up. (our model)")
    choose(opened, "event", '"Purchase"')
    send(opened).click()
    assert states(opened) == ["blank"] * COUNT
    expect(revenue).to_contain_text("names are case sensitive. (documented)")


def test_a_task_says_what_is_missing_and_when_it_is_done(opened: Notebook) -> None:
    task(opened, 2)
    expect(verdict(opened)).to_be_empty()
    choose(opened, "currency", "left out")
    send(opened).click()
    expect(verdict(opened)).to_contain_text(
        "4 fields differ from the right event (value, currency, shipping and tax, items), "
        "and the task allows 1"
    )
    all_right(opened)
    send(opened).click()
    expect(verdict(opened)).to_contain_text("Revenue is right, not blank.")
    choose(opened, "currency", "left out")
    send(opened).click()
    expect(verdict(opened)).to_contain_text("✓ Task 2 is done. Find a second way")

    task(opened, 3)
    all_right(opened)
    choose(opened, "value", "109.50 items, shipping and tax")
    choose(opened, "shipping and tax", "left out")
    send(opened).click()
    expect(verdict(opened)).to_contain_text("Shipping and tax should not be blank.")
    choose(opened, "shipping and tax", "6.00, 7.00 in their own fields")
    send(opened).click()
    expect(verdict(opened)).to_contain_text("✓ Task 3 is done.")
    done = explorer(opened).locator(".ss-buy-tasks label", has_text="✓ done")
    assert done.count() == 2


def test_the_lost_next_order_and_the_unsold_beaker(opened: Notebook) -> None:
    task(opened, 4)
    all_right(opened)
    choose(opened, "transaction_id", "left out")
    send(opened).click()
    expect(verdict(opened)).to_contain_text("De-duplication is too high, not too low.")
    choose(opened, "transaction_id", '"" empty')
    send(opened).click()
    expect(verdict(opened)).to_contain_text("✓ Task 4 is done.")
    task(opened, 5)
    all_right(opened)
    choose(opened, "Last push", "not cleared")
    send(opened).click()
    expect(verdict(opened)).to_contain_text("✓ Task 5 is done.")
    beaker = report(opened, "E-commerce purchases by item")
    expect(beaker).to_contain_text("Toothbrush beaker was left in the list")
    expect(beaker).to_contain_text("$108.50, 8 pieces")


def test_the_keyboard_alone_mends_sends_and_reads_on(opened: Notebook) -> None:
    keyboard = opened.page.keyboard
    radio(opened, "currency", "left out").focus()
    keyboard.press("ArrowUp")
    expect(radio(opened, "currency", '"USD"')).to_be_checked()
    expect(radio(opened, "currency", '"USD"')).to_be_focused()
    keyboard.press("Enter")  # a form is sent from any of its fields
    expect(news(opened)).to_contain_text("Event 1 sent.")
    for _ in range(5):  # shipping and tax, items, last push, consent, Send
        keyboard.press("Tab")
    expect(send(opened)).to_be_focused()
    keyboard.press("Space")
    expect(news(opened)).to_contain_text("Event 2 sent.")
    expect(send(opened)).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(radio(opened, "value", "96.50 items")).to_be_checked()
    for _ in range(2):
        keyboard.press("Tab")
    for part in ("code", "check"):
        folded = explorer(opened).locator(f".ss-buy-{part}")
        expect(folded.locator("summary")).to_be_focused()
        keyboard.press("Enter" if part == "code" else "Space")
        expect(folded).to_have_attribute("open", "")
        keyboard.press("Tab")
    send(opened).click()
    expect(explorer(opened).locator(".ss-buy-check")).to_contain_text("no rule broken")


def test_what_was_sent_is_said_each_time(opened: Notebook) -> None:
    expect(news(opened)).to_have_attribute("aria-live", "polite")
    expect(verdict(opened)).to_have_attribute("role", "status")
    send(opened).click()
    first = news(opened).text_content()
    send(opened).click()
    expect(news(opened)).not_to_have_text(first or "")


def test_states_are_said_by_a_word_and_a_sign(opened: Notebook) -> None:
    choose(opened, "currency", '"USD"')
    choose(opened, "transaction_id", '"" empty')
    send(opened).click()
    badges = explorer(opened).locator(".ss-buy-state").all_inner_texts()
    assert {"✓ right", "○ blank", "▲ too high", "▼ too low"} == set(badges)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    shot(opened, f"purchase-{theme}-draft")
    assert axe(opened.page, ROOT) == []
    choose(opened, "currency", '"USD"')
    send(opened).click()
    unfold(opened)
    shot(opened, f"purchase-{theme}-sent")
    assert axe(opened.page, ROOT) == []
    all_right(opened)
    task(opened, 4)
    choose(opened, "transaction_id", '"" empty')
    send(opened).click()
    choose(opened, "Consent", "given")
    shot(opened, f"purchase-{theme}-done")
    choose(opened, "event", '"Purchase"')
    assert axe(opened.page, ROOT) == []


def test_a_reopened_notebook_still_sends_without_a_kernel(opened: Notebook, lab: Lab) -> None:
    all_right(opened)
    choose(opened, "currency", "left out")
    send(opened).click()
    opened.save()
    lab.stop_kernels()
    again = opened.reopened()
    send(again).wait_for()
    expect(radio(again, "currency", "left out")).to_be_checked()
    expect(news(again)).to_contain_text("Event 1 sent.")
    expect(report(again, "Revenue")).to_contain_text("○ blank")
    choose(again, "currency", '"USD"')
    send(again).click()
    assert states(again) == ["right"] * COUNT
    expect(verdict(again)).to_contain_text("✓ Task 1 is done.")


def test_fields_and_reports_stand_beside_each_other_where_there_is_room(opened: Notebook) -> None:
    box = explorer(opened)
    send(opened).click()
    for width, beside in ((1080, True), (800, False)):
        box.evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
        opened.page.wait_for_timeout(300)
        form = box.locator("form").bounding_box()
        cards = box.locator(".ss-buy-cards").bounding_box()
        assert form and cards
        assert (form["x"] + form["width"] <= cards["x"]) is beside
        assert (form["y"] + form["height"] <= cards["y"]) is not beside


def test_the_explorer_fits_a_phone_and_twice_the_size(opened: Notebook) -> None:
    box = explorer(opened)
    send(opened).click()
    unfold(opened)
    for width in (400, 360, 320):
        box.evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
        opened.page.wait_for_timeout(300)
        for reset in (False, True):
            if reset:
                all_right(opened)  # the longest lines of code
            assert box.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
            outside = box.evaluate(
                """node => [...node.querySelectorAll('*')].filter((one) =>
                  one.getBoundingClientRect().right > node.getBoundingClientRect().right + 1
                ).map((one) => one.textContent.slice(0, 40))"""
            )
            assert outside == []
    if SHOTS:
        box.evaluate("node => { node.style.width = '360px'; }")
        shot(opened, "purchase-phone")
