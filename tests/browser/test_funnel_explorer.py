"""The funnel explorer in JupyterLab and Chromium: clicked, typed, reopened, read by axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
CELLS = ["from workbook import funnel_explorer", "funnel_explorer()", "after = 1"]


@pytest.fixture
def opened(kept_notebook: Open) -> Notebook:
    book = kept_notebook("explorer.ipynb", CELLS)
    book.run_all()
    explorer(book).locator("svg .walker").first.wait_for()
    return book


def explorer(book: Notebook) -> Locator:
    return book.page.locator(".ss-funnel")


def radio(book: Notebook, label: str) -> Locator:
    return explorer(book).get_by_role("radio", name=label)


def counts(book: Notebook) -> list[str]:
    return explorer(book).locator("tbody tr td:nth-child(2)").all_inner_texts()


def test_named_dots_vanish_when_a_choice_is_clicked(opened: Notebook) -> None:
    said = explorer(opened).get_by_role("status")
    assert counts(opened) == ["5", "5", "4", "4"]
    radio(opened, "closed: all steps before").check()
    expect(said).to_contain_text("u3 vanishes from cart, checkout and purchase")
    expect(said).to_contain_text("never viewed a product")
    radio(opened, "30 minutes").check()
    expect(said).to_contain_text("u2 vanishes from checkout and purchase")
    assert counts(opened) == ["5", "3", "1", "1"]
    radio(opened, "events").check()
    expect(radio(opened, "in order")).to_be_disabled()
    assert counts(opened) == ["6", "5", "4", "4"]


def test_the_whole_shop_is_one_click_away(opened: Notebook) -> None:
    radio(opened, "the whole log").check()
    assert int(counts(opened)[0].replace(",", "")) > 1000
    radio(opened, "sessions").check()
    expect(explorer(opened).get_by_role("status")).to_contain_text("sessions instead of users")


def test_the_marks_are_explained_for_what_is_counted(opened: Notebook) -> None:
    said = explorer(opened).locator(".ss-funnel-key")
    expect(said).to_contain_text("Large dot: a user, at the last step that counts")
    radio(opened, "sessions").check()
    expect(said).to_contain_text("Large dot: a session")
    radio(opened, "events").check()
    expect(said).to_have_text("Number in a dot: how often the visitor did the step.")
    radio(opened, "the whole log").check()
    expect(said).to_contain_text("Dashed outline: counted before")


def test_arrow_keys_move_the_choice_and_not_the_notebook(opened: Notebook) -> None:
    radio(opened, "users").focus()
    opened.page.keyboard.press("ArrowRight")
    expect(radio(opened, "sessions")).to_be_checked()
    expect(radio(opened, "sessions")).to_be_focused()
    assert counts(opened) == ["6", "5", "4", "4"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    for label in ("closed: all steps before", "30 minutes", "the whole log"):
        radio(opened, label).check()
        opened.page.wait_for_timeout(400)  # the dots have arrived
        assert axe(opened.page, ".ss-funnel") == []


def test_a_reopened_notebook_still_explores_without_a_kernel(opened: Notebook, lab: Lab) -> None:
    radio(opened, "closed: all steps before").check()
    opened.save()
    lab.stop_kernels()
    again = opened.reopened()
    explorer(again).locator("svg .walker").first.wait_for()
    expect(radio(again, "closed: all steps before")).to_be_checked()
    radio(again, "30 minutes").check()
    assert counts(again) == ["5", "3", "1", "1"]


def test_the_explorer_fits_a_phone(opened: Notebook) -> None:
    box = explorer(opened)
    for label in ("users", "the whole log"):
        radio(opened, label).check()
        box.evaluate("node => { node.style.width = '320px'; }")
        opened.page.wait_for_timeout(300)
        assert box.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
        assert box.locator("svg").evaluate("node => node.clientWidth") <= 320
