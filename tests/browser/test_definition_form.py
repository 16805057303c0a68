"""The definition form in JupyterLab and Chromium: clicked, typed, restarted, reopened, by axe."""

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


def start(open_notebook: Open, name: str, *more: str) -> Notebook:
    """A notebook with the form, run, with a record of its own."""
    first = f"{RECORD.format(record=name)}\nfrom workbook import definition_form"
    cells = [first, "definition_form()", *more]
    book = open_notebook(f"{name}.ipynb", cells)
    book.run_all()
    form(book).wait_for()
    return book


def form(book: Notebook) -> Locator:
    return book.page.locator(".ss-fields")


def option(book: Notebook, label: str, group: str = "") -> Locator:
    inside = form(book).get_by_role("radiogroup", name=group) if group else form(book)
    return inside.get_by_label(label, exact=True)


def button(book: Notebook) -> Locator:
    return form(book).get_by_role("button", name="Run it on the twelve visits")


def said(book: Notebook) -> Locator:
    region = form(book).locator(".ss-said-now")
    expect(region).to_have_attribute("role", "status")
    return region


def fill(book: Notebook, repeats: str = "Every time", seconds: str = "30") -> None:
    """Seconds in view on a product page, each page view by itself."""
    option(book, "Enough time on a page").check()
    option(book, "Product pages").check()
    option(book, "The page is in view").check()
    form(book).get_by_label("Threshold: from how many on? in seconds").fill(seconds)
    option(book, "Nothing: each page view by itself").check()
    option(book, repeats).check()


def recorded(lab: Lab, name: str) -> list[dict[str, Any]]:
    path = lab.root / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def shot(book: Notebook, name: str) -> None:
    if SHOTS:
        book.page.set_viewport_size({"width": 1280, "height": 4200})
        book.page.wait_for_timeout(300)
        book.shot(Path(SHOTS) / f"{name}.png", ".ss-fields")


def press(book: Notebook, *keys: str) -> None:
    for key in keys:
        book.page.keyboard.press(key)


def test_a_definition_is_put_together_and_run_by_mouse(open_notebook: Open, lab: Lab) -> None:
    book = start(open_notebook, "definition-mouse")
    expect(form(book).get_by_label("Threshold")).to_be_hidden()  # a page view has none
    option(book, "A page is viewed").check()
    option(book, "Product pages").check()
    option(book, "Every time").check()
    button(book).click()
    expect(said(book)).to_have_text(
        "Counted 38 times: 8 of 8 interests caught, 0 missed, 30 false alarms."
    )
    result = form(book).locator(".ss-result")
    expect(result).to_contain_text(
        "It counts when a product page is viewed, every time that this happens."
    )
    rows = result.locator("tbody tr")
    expect(rows).to_have_count(12)
    expect(rows.nth(2)).to_contain_text("✔ caught")
    expect(rows.nth(2)).to_contain_text("✘ 2 too many")
    expect(rows.nth(1)).to_contain_text("✘ false alarm")
    expect(result).to_contain_text("v03 wanted one chest and was counted 3 times")
    option(book, "Enough time on a page").check()
    option(book, "The page is in view").check()
    form(book).get_by_label("Threshold").fill("30")
    option(book, "All views of the same product (or page) in the visit").check()
    option(book, "Once per visit and product (or page)").check()
    button(book).click()
    expect(said(book)).to_contain_text("Counted 10 times: 7 of 8 interests caught")
    expect(rows.nth(9)).to_contain_text("✘ missed")
    expect(rows.nth(8)).to_contain_text("✔ rightly not counted")
    expect(result).to_contain_text(
        "Run 2. Fewest errors so far (missed, false, product not known): 4"
    )
    answers = [event["answer"] for event in recorded(lab, "definition-mouse")]
    assert [answer["trigger"] for answer in answers] == ["page_view", "time"]
    assert answers[1]["threshold"] == 30
    shot(book, "result")


def test_what_is_missing_is_said_at_its_field(open_notebook: Open, lab: Lab) -> None:
    book = start(open_notebook, "definition-missing")
    button(book).click()
    expect(said(book)).to_contain_text("3 fields need another look")
    group = form(book).get_by_role("radiogroup", name="Trigger")
    expect(group).to_have_attribute("aria-invalid", "true")
    expect(group).to_have_accessible_description(
        "The trigger is missing. Say what sets it off: a page view, or time."
    )
    expect(option(book, "A page is viewed")).to_be_focused()
    shot(book, "missing")
    assert axe(book.page, ".ss-fields") == []
    fill(book, seconds="soon")
    expect(group).not_to_have_attribute("aria-invalid", "true")
    button(book).click()
    box = form(book).get_by_label("Threshold")
    expect(box).to_be_focused()
    expect(box).to_have_accessible_description(
        "`soon` is not a number. Type a number in seconds, such as 12."
    )
    box.fill("30")
    option(book, "The whole visit").check()
    option(book, "Once per visit and product (or page)").check()
    button(book).click()
    expect(form(book).get_by_role("radiogroup", name="Repeats")).to_contain_text(
        "no product stands for them"
    )
    assert recorded(lab, "definition-missing") == []


def test_a_definition_is_run_by_keyboard_alone(open_notebook: Open, lab: Lab) -> None:
    book = start(open_notebook, "definition-keys", "after = 1")
    book.page.locator(".jp-CodeCell .cm-content").nth(1).click()
    press(book, "Escape")
    for _ in range(20):
        press(book, "Tab")
        if book.page.evaluate("document.activeElement.closest('.ss-fields') !== null"):
            break
    expect(form(book).locator("summary")).to_be_focused()
    press(book, "Enter")
    expect(form(book).get_by_text("Apothecary chest 22 (20)")).to_be_visible()
    press(book, "Enter", "Tab", "Space", "ArrowDown")  # the trigger: time
    expect(option(book, "Enough time on a page")).to_be_checked()
    press(book, "Tab", "Space")  # product pages
    press(book, "Tab", "Space", "ArrowDown")  # in view
    press(book, "Tab")
    book.page.keyboard.type("30")
    press(book, "Tab", "Space", "ArrowDown")  # the same product
    press(book, "Tab", "ArrowUp", "ArrowUp")  # once per visit and product
    press(book, "b", "d", "d", "x", "1")  # would be commands of the notebook
    assert book.page.locator(".jp-CodeCell").count() == 3
    press(book, "Tab")
    expect(button(book)).to_be_focused()
    press(book, "Enter")
    expect(said(book)).to_contain_text("Counted 10 times: 7 of 8 interests caught")
    expect(button(book)).to_be_focused()
    (event,) = recorded(lab, "definition-keys")
    assert (event["answer"]["scope"], event["answer"]["counted"]) == ("product", "product")


def test_a_lost_kernel_is_said_and_a_cell_run_again_brings_the_last_definition_back(
    open_notebook: Open, lab: Lab
) -> None:
    book = start(open_notebook, "definition-lost")
    fill(book)
    button(book).click()
    expect(said(book)).to_contain_text("Counted 7 times")
    book.restart_kernel()
    banner = form(book).locator(".ss-banner")
    expect(banner).to_contain_text("Run this cell again")
    expect(banner).to_have_attribute("role", "status")
    button(book).click()
    expect(form(book).locator(".ss-note")).to_contain_text("Not sent")
    assert axe(book.page, ".ss-fields") == []
    book.run_all()
    expect(form(book).locator(".ss-banner")).to_be_empty()
    expect(said(book)).to_contain_text("Counted 7 times")
    expect(option(book, "Nothing: each page view by itself")).to_be_checked()
    expect(form(book).get_by_label("Threshold")).to_have_value("30")
    assert len(recorded(lab, "definition-lost")) == 1, "what comes back is not run again"
    # In a living kernel, what was changed and not yet run survives too.
    form(book).get_by_label("Threshold").fill("45")
    book.page.wait_for_timeout(700)
    book.run_cell(1)
    expect(form(book)).to_have_count(1)
    expect(form(book).get_by_label("Threshold")).to_have_value("45")
    expect(said(book)).to_contain_text("Counted 7 times")


def late(open_notebook: Open, name: str, cell: str) -> Notebook:
    """A form filled in, and pressed while the given last cell holds it back."""
    first = f"import time; pause = 0\n{RECORD.format(record=name)}"
    start = "from workbook import definition_form\nbox = definition_form()\nbox"
    book = open_notebook(f"{name}.ipynb", [first, start, cell])
    book.run_all()
    fill(book)
    form(book).locator("xpath=self::*[@data-heard]").wait_for()
    book.page.wait_for_timeout(2_000)  # JupyterLab opens its thread for widgets
    book.page.locator(".jp-CodeCell").nth(2).locator(".cm-content").click()
    press(book, "Control+Enter")
    button(book).click()
    book.page.wait_for_timeout(2_000)
    expect(form(book).locator(".ss-note")).to_be_empty()
    return book


def test_a_busy_kernel_is_told_after_three_seconds_and_answers_later(open_notebook: Open) -> None:
    # JupyterLab has a thread for widgets, which waits at the form's own lock.
    hold = "with box._lock:\n    time.sleep(pause)\npause = 8"
    book = late(open_notebook, "definition-busy", hold)
    note = form(book).locator(".ss-note")
    expect(note).to_contain_text("Python is busy with a cell.", timeout=3_000)
    expect(form(book).locator(".ss-banner")).to_be_empty()
    expect(said(book)).to_contain_text("Counted 7 times", timeout=10_000)
    expect(note).to_be_empty()


def test_a_silent_kernel_is_told_from_a_busy_one(open_notebook: Open) -> None:
    book = late(open_notebook, "definition-silent", "box.handle = print if pause else box.handle\n"
                                                    "pause = 1")  # fmt: skip
    expect(form(book).locator(".ss-note")).to_contain_text("No reply yet.", timeout=3_000)
    expect(form(book).locator(".ss-banner")).to_be_empty()


def test_a_notebook_reopened_shows_definition_and_result(open_notebook: Open, lab: Lab) -> None:
    book = start(open_notebook, "definition-tomorrow")
    fill(book)
    button(book).click()
    expect(said(book)).to_contain_text("Counted 7 times")
    option(book, "Once per visit").check()
    book.page.wait_for_timeout(700)
    book.save()
    book.page.goto("about:blank")
    lab.stop_kernels()
    for _ in range(3):  # JupyterLab restores widgets in a race with itself; see test_quiz.py
        book.page.goto("about:blank")
        book = open_notebook("definition-tomorrow.ipynb")
        lost = book.page.get_by_text("Error displaying widget: model not found")
        expect(form(book).or_(lost).first).to_be_visible()
        if not lost.count():
            break
    expect(said(book)).to_contain_text("Counted 7 times")
    expect(form(book).locator(".ss-result tbody tr")).to_have_count(12)
    expect(option(book, "Once per visit")).to_be_checked()
    expect(form(book).locator(".ss-banner")).to_contain_text("Run this cell again")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_before_and_after_a_run(theme: str, open_notebook: Open) -> None:
    book = start(open_notebook, f"definition-axe-{theme}")
    book.set_theme(theme)
    assert axe(book.page, ".ss-fields") == []
    form(book).locator("summary").click()
    fill(book)
    button(book).click()
    expect(said(book)).to_contain_text("Counted 7 times")
    book.page.mouse.move(0, 0)
    book.page.wait_for_timeout(300)
    assert axe(book.page, ".ss-fields") == []
    shot(book, theme)


def test_tables_scroll_inside_the_form_at_400_pixels(open_notebook: Open) -> None:
    book = start(open_notebook, "definition-narrow")
    form(book).evaluate("node => (node.style.width = '370px')")  # 400 less the page's edges
    form(book).locator("summary").click()
    fill(book)
    button(book).click()
    expect(said(book)).to_contain_text("Counted 7 times")
    wide = form(book).evaluate(
        """root => [...root.querySelectorAll('*')]
            .filter(node => !node.closest('.ss-hidden') && node.offsetParent
                            && !node.parentElement.closest('.ss-scroll'))
            .filter(node => node.getBoundingClientRect().right >
                            root.getBoundingClientRect().right + 0.5)
            .map(node => node.outerHTML.slice(0, 120))"""
    )
    assert wide == []
    table = form(book).get_by_role("region", name="The twelve visits under your definition")
    assert table.evaluate("node => node.scrollWidth > node.clientWidth")
    table.focus()  # the browser scrolls it with the arrow keys
    press(book, "ArrowRight")
    book.page.wait_for_function("node => node.scrollLeft > 0", arg=table.element_handle())
    assert axe(book.page, ".ss-fields") == []
    shot(book, "narrow")
