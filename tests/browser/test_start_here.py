"""Lesson 00 as its learner walks it: by keyboard alone, wrong on purpose, broken and mended."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).parents[2]
NAME = "00-start-here.ipynb"


@pytest.fixture(scope="module")
def own_lab(start_lab: Callable[..., Lab], tmp_path_factory: pytest.TempPathFactory) -> Lab:
    root = tmp_path_factory.mktemp("start")
    return start_lab(root, {"WORKBOOK_PROGRESS": str(root / "progress.jsonl")})


@pytest.fixture
def lesson(page: Page, own_lab: Lab) -> Iterator[Notebook]:
    """The untouched notebook, opened and not run; the record is empty."""
    shutil.copy(ROOT / "notebooks" / NAME, own_lab.root)
    (own_lab.root / "progress.jsonl").unlink(missing_ok=True)
    page.set_viewport_size({"width": 1200, "height": 900})
    yield Notebook(page, own_lab, NAME)
    own_lab.stop_kernels()


def cell(book: Notebook, text: str) -> Locator:
    """The one code cell whose code holds this text."""
    return book.page.locator(".jp-CodeCell").filter(
        has=book.page.locator(".jp-InputArea-editor", has_text=text)
    )


def run_until(book: Notebook, text: str) -> None:
    """Press Shift+Enter until the cell with this text is the selected one."""
    selected = book.page.locator(".jp-Cell.jp-mod-selected .jp-InputArea-editor")
    for _ in range(80):
        if selected.count() and text in selected.first.inner_text():
            return
        book.page.keyboard.press("Shift+Enter")
        book.wait_idle()
    raise AssertionError(f"no cell holds {text!r}")


def replace(book: Notebook, old: str, new: str) -> None:
    """Enter the selected cell, replace the last line's `old` by `new`, run it and stay."""
    keys = book.page.keyboard
    keys.press("Enter")
    keys.press("Control+End")
    for _ in old:
        keys.press("Backspace")
    keys.insert_text(new)
    keys.press("Control+Enter")
    book.wait_idle()


def test_one_key_shows_the_picture_and_one_digit_the_next(lesson: Notebook) -> None:
    keys = lesson.page.keyboard
    run_until(lesson, "hundred_visits(1)")
    keys.press("Control+Enter")
    output = cell(lesson, "hundred_visits(").locator(".jp-OutputArea-output")
    expect(output).to_contain_text("1 of these 100 visits had an order")
    assert "Places of the orders: 75." in (output.locator("img").get_attribute("alt") or "")
    replace(lesson, "1)", "2)")
    expect(output).to_contain_text("Visits 101 to 200, in the order")
    replace(lesson, "2)", "2_000)")
    expect(output).to_contain_text("There are 610 hundreds of visits")
    assert lesson.page.locator("text=Traceback").count() == 0
    before = "2_000)"
    for other, orders in (("8)", "6"), ("10)", "None")):
        replace(lesson, before, other)
        before = other
        expect(output).to_contain_text(f"{orders} of these 100 visits had an order")
    for theme in ("light", "dark"):
        lesson.set_theme(theme)
        assert axe(lesson.page, ".jp-OutputArea-output") == []
    output.evaluate("node => { node.style.width = '320px'; }")
    assert output.evaluate("node => node.scrollWidth - node.clientWidth") <= 0


def test_a_question_is_answered_as_the_lesson_says(lesson: Notebook) -> None:
    """Shift+Tab back into the question, an arrow key, Tab and Enter."""
    keys = lesson.page.keyboard
    run_until(lesson, 'quiz("00-q01")')
    keys.press("Shift+Enter")
    form = cell(lesson, 'quiz("00-q01")').locator("form, fieldset").first
    form.wait_for()
    for _ in range(3):  # past the two buttons
        keys.press("Shift+Tab")
    right = form.get_by_role("radio").nth(2)
    while not right.is_checked():
        keys.press("ArrowUp")
    keys.press("Tab")
    keys.press("Enter")
    said = form.locator(".ss-status .ss-summary")
    expect(said).to_have_attribute("data-state", "right")


def test_the_cell_is_broken_and_mended_and_the_card_says_how(lesson: Notebook) -> None:
    run_until(lesson, "len(visits)")
    broken = cell(lesson, "visits = load")
    card = broken.get_by_role("status")
    replace(lesson, ")", "")
    expect(card).to_contain_text("A parenthesis is open")
    replace(lesson, "", ")")
    expect(card).to_have_count(0)
    replace(lesson, "s)", ")")
    expect(card).to_contain_text("did you mean visits?", ignore_case=True)
    replace(lesson, ")", "s)")
    expect(card).to_have_count(0)
    expect(broken.locator(".jp-OutputArea-output")).to_have_text(re.compile(r"\d+"))


def test_the_wrong_answer_first_then_a_hint_then_right(lesson: Notebook) -> None:
    keys = lesson.page.keyboard
    run_until(lesson, "rows_of_first_visit = ...")
    check = cell(lesson, 'check("00-first-visit")')

    def attempt(old: str, new: str) -> str:
        replace(lesson, old, new)
        keys.press("Shift+Enter")
        keys.press("Control+Enter")
        lesson.wait_idle()
        lesson.page.wait_for_timeout(200)
        return check.get_by_role("status").inner_text()

    said = attempt("...", "len(events)")
    assert "Not yet" in said
    assert "every row of the log" in said
    keys.press("b")  # a new cell below, as the + of the toolbar makes one
    keys.press("Enter")
    keys.insert_text('hint("00-first-visit")')
    keys.press("Control+Enter")
    lesson.wait_idle()
    expect(cell(lesson, 'hint("00-first-visit")').get_by_role("status")).to_contain_text("1 of 2")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    answer = 'len(events[events["session"] == first_visit])'
    assert "Right" in attempt("len(events)", answer)
    record = (lesson.lab.root / "progress.jsonl").read_text("utf-8").splitlines()
    kinds = [(event["kind"], event.get("verdict")) for event in map(json.loads, record)]
    assert ("check", "wrong") not in kinds, "the lesson itself asked for that mistake"
    assert kinds[-2:] == [("hint", None), ("check", "right")]


def test_after_a_restart_the_cells_above_bring_everything_back(lesson: Notebook) -> None:
    lesson.run_all()
    lesson.restart_kernel()
    target = cell(lesson, "phone_share = ...")
    target.locator(".cm-content").click()
    lesson.menu("Run", "Run All Above Selected Cell")
    lesson.page.wait_for_timeout(500)
    lesson.wait_idle(120)
    target.locator(".cm-content").click()
    lesson.page.keyboard.press("Control+Enter")
    lesson.wait_idle()
    assert target.get_by_role("status").count() == 0
    assert target.locator("[data-mime-type*=stderr]").count() == 0
