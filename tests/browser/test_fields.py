"""Every kind of field in JupyterLab and Chromium: clicked, typed, filled by Python, read by axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
FORM = """from workbook.widgets.fields import FieldForm, Outcome, table_html
FIELDS = [
    {"name": "size", "kind": "choice", "label": "Size", "help": "Of the *thing*", "group": "Thing",
     "options": [["s", "Small"], ["l", "Large"]], "required": "Say the size."},
    {"name": "reason", "kind": "text", "label": "Reason", "group": "Thing", "lines": 2},
    {"name": "month", "kind": "choice", "label": "Month", "required": True,
     "options": [[str(n), f"Month {n}"] for n in range(1, 7)]},
    {"name": "days", "kind": "number", "label": "Days", "unit": "days", "step": 1,
     "only_if": {"size": ["l"]}, "group": "Only of large things"},
    {"name": "marks", "kind": "many", "label": "Marks", "required": "Choose one or more.",
     "options": [["a", "Mark A"], ["b", "Mark B"], ["c", "Mark C"]]},
]
def act(action, values):
    if action == "example":
        return Outcome("Filled in.", values={"size": "l", "month": "3", "days": 12,
                                             "reason": "So <it> is", "marks": ["a", "c"]})
    rows = [[name, value] for name, value in values.items()]
    return Outcome("Done.", table_html(["Field", "Value"], rows, "What came"))
form = FieldForm("A form", FIELDS, [{"name": "run", "label": "Run"},
    {"name": "example", "label": "Fill in an example", "checks": False}], act, None, "A form")
form"""


@pytest.fixture
def opened(open_notebook: Open, request: pytest.FixtureRequest) -> Notebook:
    name = request.node.name.replace("[", "-").replace("]", "")
    book = open_notebook(f"{name}.ipynb", [FORM, "after = 1"])
    book.run_all()
    form(book).wait_for()
    return book


def form(book: Notebook) -> Locator:
    return book.page.locator(".ss-fields")


def cell(book: Notebook, name: str) -> Locator:
    return form(book).locator(".ss-result").get_by_role("row", name=name).get_by_role("cell").last


def press(book: Notebook, *keys: str) -> None:
    for key in keys:
        book.page.keyboard.press(key)


def test_python_gets_what_is_filled_in(opened: Notebook) -> None:
    box = form(opened)
    expect(box.get_by_role("group", name="Only of large things")).to_be_hidden()
    box.get_by_label("Large").check()
    box.get_by_label("Reason").fill("Because")
    box.get_by_label("Month", exact=True).select_option("Month 4")
    box.get_by_label("Days in days").fill("7")
    box.get_by_label("Mark B").check()
    box.get_by_role("button", name="Run").click()
    expect(box.locator(".ss-said-now")).to_have_text("Done.")
    for name, value in [("size", "l"), ("reason", "Because"), ("month", "4"), ("days", "7")]:
        expect(cell(opened, name)).to_have_text(value)
    expect(cell(opened, "marks")).to_have_text("['b']")
    box.get_by_label("Small").check()
    expect(box.get_by_label("Days in days")).to_be_hidden()
    box.get_by_role("button", name="Run").click()
    expect(cell(opened, "days")).to_have_text("None")


def test_every_kind_of_field_says_what_is_wrong_until_it_is_changed(opened: Notebook) -> None:
    box = form(opened)
    box.get_by_role("button", name="Run").click()
    size = box.get_by_role("radiogroup", name="Size")
    expect(size).to_have_accessible_description("Of the thing Say the size.")
    month, mark = box.get_by_label("Month", exact=True), box.get_by_label("Mark A")
    expect(month).to_have_attribute("aria-invalid", "true")
    expect(month).to_have_accessible_description("Fill this in.")
    expect(mark).to_have_attribute("aria-invalid", "true")
    assert axe(opened.page, ".ss-fields") == []
    month.select_option("Month 2")
    mark.check()
    expect(month).not_to_have_attribute("aria-invalid", "true")
    expect(mark).not_to_have_attribute("aria-invalid", "true")
    expect(size).to_have_attribute("aria-invalid", "true")


def test_a_button_of_python_fills_the_fields(opened: Notebook) -> None:
    box = form(opened)
    box.get_by_label("Reason").fill("Mine")
    example = box.get_by_role("button", name="Fill in an example")
    example.click()
    expect(box.get_by_label("Large")).to_be_checked()
    expect(box.get_by_label("Days in days")).to_have_value("12")
    expect(box.get_by_label("Reason")).to_have_value("So <it> is")
    expect(box.get_by_label("Mark C")).to_be_checked()
    box.get_by_label("Reason").fill("Changed")
    example.click()
    expect(box.get_by_label("Reason")).to_have_value("So <it> is")


def test_the_form_is_filled_by_keyboard_alone(opened: Notebook) -> None:
    box = form(opened)
    opened.page.locator(".jp-CodeCell .cm-content").first.click()
    press(opened, "Escape")
    for _ in range(20):
        press(opened, "Tab")
        if opened.page.evaluate("document.activeElement.closest('.ss-fields') !== null"):
            break
    press(opened, "Space", "ArrowDown", "Tab")  # large
    opened.page.keyboard.type("a b dd x 1")  # the letters are commands of the notebook
    press(opened, "Enter")  # a new line in the box, not a press of the button
    opened.page.keyboard.type("two")
    press(opened, "ArrowUp", "ArrowDown", "Tab")
    opened.page.keyboard.type("Month 5")
    press(opened, "Tab")
    opened.page.keyboard.type("9")
    press(opened, "Tab", "Tab", "Space", "Tab", "Tab")  # the second mark
    expect(box.get_by_role("button", name="Run")).to_be_focused()
    press(opened, "Space")
    expect(cell(opened, "reason")).to_have_text("a b dd x 1\ntwo")
    expect(cell(opened, "size")).to_have_text("l")
    expect(cell(opened, "month")).to_have_text("5")
    expect(cell(opened, "days")).to_have_text("9")
    expect(cell(opened, "marks")).to_have_text("['b']")
    assert opened.page.locator(".jp-CodeCell").count() == 2
    press(opened, "Tab", "Enter")
    expect(box.locator(".ss-said-now")).to_have_text("Filled in.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    form(opened).get_by_role("button", name="Fill in an example").click()
    expect(form(opened).locator(".ss-said-now")).to_have_text("Filled in.")
    form(opened).get_by_role("button", name="Run").click()
    expect(form(opened).locator(".ss-said-now")).to_have_text("Done.")
    opened.page.mouse.move(0, 0)
    opened.page.wait_for_timeout(300)
    assert axe(opened.page, ".ss-fields") == []


def test_a_reopened_form_shows_fields_and_result(
    opened: Notebook, lab: Lab, open_notebook: Open
) -> None:
    form(opened).get_by_role("button", name="Fill in an example").click()
    expect(form(opened).locator(".ss-said-now")).to_have_text("Filled in.")
    form(opened).get_by_role("button", name="Run").click()
    expect(cell(opened, "days")).to_have_text("12")
    opened.save()
    opened.page.goto("about:blank")
    lab.stop_kernels()
    for _ in range(3):  # JupyterLab restores widgets in a race with itself; see test_quiz.py
        opened.page.goto("about:blank")
        again = open_notebook(opened.name)
        lost = again.page.get_by_text("Error displaying widget: model not found")
        expect(form(again).or_(lost).first).to_be_visible()
        if not lost.count():
            break
    expect(cell(again, "days")).to_have_text("12")
    expect(form(again).get_by_label("Mark C")).to_be_checked()
    expect(form(again).get_by_label("Days in days")).to_have_value("12")
