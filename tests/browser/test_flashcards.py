"""The flashcards in JupyterLab and Chromium: a run by keys, restarted, reopened, on a phone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, Page, expect

SETUP = """import os
os.environ["WORKBOOK_PROGRESS"] = os.path.abspath({record!r})
from workbook.widgets.flashcards import flashcards"""
ALL = ".ss-flashcards"
Open = Callable[..., Notebook]
SHOTS = os.environ.get("WORKBOOK_SHOTS")


@pytest.fixture(scope="module")
def course(start_lab: Callable[..., Lab]) -> Lab:
    """A JupyterLab with the course's own lessons."""
    return start_lab()


@pytest.fixture
def opened(page: Page, course: Lab) -> Iterator[Callable[[str], Notebook]]:
    """Open a notebook whose second cell shows the cards of a record of its own."""

    def start(name: str, *before: str, call: str = "flashcards()", late: bool = False) -> Notebook:
        setup = SETUP.format(record=f"{name}.jsonl")
        course.put(f"{name}.ipynb", ["\n".join([setup, *before]), call])
        book = Notebook(page, course, f"{name}.ipynb")
        with book.widgets_loading_late() if late else nullcontext():
            book.run_all()
        page.locator(ALL).wait_for()
        return book

    yield start
    course.stop_kernels()


def events(lab: Lab, name: str) -> list[dict[str, Any]]:
    path = lab.root / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def card(page: Page) -> Locator:
    return page.locator(".ss-card")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def into_the_card(page: Page) -> None:
    """Come from the cell's code into the card by Tab alone."""
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    press(page, "Escape")
    for _ in range(20):
        press(page, "Tab")
        if page.evaluate("document.activeElement.closest('.ss-card') !== null"):
            return
    raise AssertionError("Tab does not lead into the card")


def rate_by_key(page: Page, rating: int) -> None:
    """Turn the card and rate it; wait until the next one (or the end) is there."""
    press(page, "Space")
    expect(card(page).locator(".ss-back")).to_be_focused()
    press(page, str(rating))
    expect(card(page).locator(".ss-back")).to_be_hidden()


def test_fifteen_cards_by_keys_only(opened: Callable[..., Notebook], course: Lab) -> None:
    book = opened("keys")
    page = book.page
    into_the_card(page)
    expect(card(page).get_by_role("button", name="Show the answer")).to_be_focused()
    seen = []
    for number in range(10):
        seen.append(card(page).locator(".ss-front").inner_text())
        rate_by_key(page, 4 if number else 1)
        if number < 9:
            expect(card(page).get_by_role("button", name="Show the answer")).to_be_focused()
    # The one that was forgotten comes again at the end.
    expect(card(page).locator(".ss-front")).to_have_text(seen[0], use_inner_text=True)
    expect(card(page)).to_contain_text("The last one for now")
    rate_by_key(page, 3)
    end = page.locator(".ss-done")
    expect(end).to_be_focused()
    expect(end).to_contain_text("Done for today.")
    expect(end).to_contain_text("11 ratings today, 1 of them Again.")
    press(page, "Tab", "Enter")  # ten more new cards
    expect(card(page).get_by_role("button", name="Show the answer")).to_be_focused()
    for _ in range(4):
        rate_by_key(page, 3)
    found = [(event["kind"], event["rating"]) for event in events(course, "keys")]
    assert found == [("card", 1), *[("card", 4)] * 9, ("card", 3), *[("card", 3)] * 4]
    assert all(0 <= event["seconds"] < 60 for event in events(course, "keys"))
    # Digits and letters are commands of the notebook elsewhere (1: heading, dd: delete).
    press(page, "d", "d", "x", "b", "1")
    assert page.locator(".jp-CodeCell").count() == 2
    assert page.locator(".jp-MarkdownCell").count() == 0


def test_what_is_rated_is_announced_and_can_be_taken_back(
    opened: Callable[..., Notebook], course: Lab
) -> None:
    page = opened("back").page
    first = card(page).locator(".ss-front").inner_text()
    into_the_card(page)
    press(page, "3")  # before the card is turned, a digit rates nothing
    expect(card(page).locator(".ss-front")).to_have_text(first, use_inner_text=True)
    press(page, "Enter")
    good = card(page).get_by_role("button", name="Good")
    expect(good).to_contain_text("in 2 days")
    press(page, "3")
    live = page.locator(f"{ALL} > .ss-hidden[role=status]")
    expect(live).to_have_text("Good: in 2 days. Next card.")
    press(page, "u")
    expect(live).to_have_text("Taken back. This card again.")
    expect(card(page).locator(".ss-front")).to_have_text(first, use_inner_text=True)
    assert [event["kind"] for event in events(course, "back")] == ["card", "card-undo"]


@pytest.mark.parametrize("late", [False, True], ids=["", "loaded late"])
def test_a_run_by_mouse(opened: Callable[..., Notebook], course: Lab, late: bool) -> None:
    record = "mouse-late" if late else "mouse"
    page = opened(record, late=late).page
    for name in ("Again", "Hard", "Good", "Easy"):
        card(page).get_by_role("button", name="Show the answer").click()
        card(page).get_by_role("button", name=name).click()
        expect(card(page).locator(".ss-back")).to_be_hidden()
    assert [event["rating"] for event in events(course, record)] == [1, 2, 3, 4]
    card(page).locator(".ss-front").click()  # from here on the keys work
    rate_by_key(page, 4)
    page.get_by_role("button", name="Stop for now").click()
    expect(page.locator(".ss-done")).to_contain_text("Stopped; 7 cards left for today.")
    page.get_by_role("button", name="Go on").click()
    expect(card(page)).to_be_visible()


def test_lessons_and_exam_date_are_set_by_keys(
    opened: Callable[..., Notebook], course: Lab
) -> None:
    page = opened("settings").page
    page.locator("summary").focus()
    press(page, "Enter", "Tab")
    for _ in range(7):
        press(page, "Space")
        expect(page.locator(".ss-lesson input:focus")).not_to_be_checked()
        press(page, "Tab")
    expect(card(page).locator(".ss-kicker")).to_have_text("Term · lesson 07 · new")
    date = page.get_by_label("Date of your exam")
    date.focus()
    year = int(page.evaluate("new Date().getFullYear()"))
    page.keyboard.type(f"1231{year + 1}")  # as Chromium takes a date, part by part
    press(page, "Enter")
    expect(page.locator(".ss-today")).to_contain_text("days to your exam")
    (said,) = [event for event in events(course, "settings") if event["kind"] == "exam-date"]
    assert said["date"] == f"{year + 1}-12-31"
    date.fill("2020-01-01")
    page.get_by_role("button", name="Set the date").click()
    expect(page.locator(".ss-note")).to_contain_text("That day is over")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".ss-today")).not_to_contain_text("exam")


def test_a_restart_is_said_and_the_cell_goes_on_where_the_run_stopped(
    opened: Callable[..., Notebook], course: Lab
) -> None:
    book = opened("restart")
    page = book.page
    into_the_card(page)
    for _ in range(3):
        rate_by_key(page, 4)
    fourth = card(page).locator(".ss-front").inner_text()
    book.restart_kernel()
    expect(page.locator(".ss-banner")).to_contain_text("Run this cell again")
    card(page).get_by_role("button", name="Show the answer").click()
    press(page, "4")
    expect(page.locator(".ss-note")).to_contain_text("Not sent")
    book.run_all()
    expect(page.locator(".ss-banner")).to_be_empty()
    expect(card(page).locator(".ss-front")).to_have_text(fourth, use_inner_text=True)
    expect(page.locator(".ss-today")).to_contain_text("Today: 0 due, 7 new, 3 rated")
    assert len(events(course, "restart")) == 3
    book.run_cell(1)
    expect(page.locator(ALL)).to_have_count(1)


def test_a_notebook_reopened_with_a_new_kernel_still_shows_the_card(
    opened: Callable[..., Notebook], course: Lab, page: Page
) -> None:
    book = opened("tomorrow")
    into_the_card(page)
    rate_by_key(page, 4)
    press(page, "Space")
    back = card(page).locator(".ss-back").inner_text()
    page.wait_for_timeout(300)  # what is turned is kept
    book.save()
    page.evaluate(
        "() => [...window.jupyterapp.shell.widgets('main')].forEach(open => open.dispose())"
    )
    course.stop_kernels()
    Notebook(page, course, "tomorrow.ipynb")
    expect(card(page).locator(".ss-back")).to_have_text(back, use_inner_text=True)
    expect(page.locator(".ss-banner")).to_contain_text("Run this cell again")


LEECHES = """
from workbook import progress
from workbook.study import deck
for card in deck.deck().cards[:2]:
    for _ in range(6):
        progress.record("card", card.id, rating=1, seconds=3.0, hash=card.hash)
        __import__("time").sleep(1.05)
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_front_back_settings_leeches_and_end(
    opened: Callable[..., Notebook], theme: str
) -> None:
    book = opened(f"axe-{theme}", LEECHES)
    page = book.page
    book.set_theme(theme)
    page.set_viewport_size({"width": 1280, "height": 1300})
    assert axe(page, ALL) == []
    page.locator("summary").click()
    card(page).get_by_role("button", name="Show the answer").click()
    assert axe(page, ALL) == []
    expect(page.locator(".ss-leech")).to_have_count(2)
    if SHOTS:
        book.shot(Path(SHOTS) / f"flashcards-{theme}.png", ALL)
    card(page).get_by_role("button", name="Good").click()
    page.get_by_role("button", name="Stop for now").click()
    expect(page.locator(".ss-done")).to_be_visible()
    assert axe(page, ALL) == []


def test_it_fits_a_phone(opened: Callable[..., Notebook]) -> None:
    book = opened("phone", call='flashcards("06", "07")')
    page = book.page
    page.locator("summary").click()
    root = page.locator(ALL)
    root.evaluate("node => { node.style.width = '330px'; }")
    for _ in range(10):
        card(page).get_by_role("button", name="Show the answer").click()
        assert root.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
        wide = card(page).evaluate(
            """node => {
                const edge = node.getBoundingClientRect().right + 1;
                return [...node.querySelectorAll('*')].filter(part =>
                    !part.closest('table') && part.getBoundingClientRect().right > edge).length;
            }"""
        )
        assert wide == 0
        if SHOTS:
            book.shot(Path(SHOTS) / "flashcards-phone.png", ALL)
        card(page).get_by_role("button", name="Easy").click()
        expect(card(page).locator(".ss-back")).to_be_hidden()
