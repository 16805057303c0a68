"""The headline explorer in JupyterLab and Chromium: clicked, typed, reopened, read by axe."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
CELLS = ["from workbook import headline_explorer", "headline_explorer()", "after = 1"]
ROOT = ".ss-heads"
PARTS = ("numerator", "denominator", "scope", "window", "exclusions")
SHOTS = os.environ.get("WORKBOOK_SHOTS")


@pytest.fixture
def opened(kept_notebook: Open) -> Notebook:
    book = kept_notebook("headlines.ipynb", CELLS)
    book.run_all()
    part(book, "numerator").wait_for()
    return book


def explorer(book: Notebook) -> Locator:
    return book.page.locator(ROOT)


def part(book: Notebook, name: str) -> Locator:
    return explorer(book).get_by_label(name, exact=True)


def choose(book: Notebook, setting: str) -> None:
    """Set the five parts by the mouse: "orders|visits|visit|all|none"."""
    for name, value in zip(PARTS, setting.split("|"), strict=True):
        part(book, name).select_option(value)


def pair(book: Notebook, title: str) -> None:
    explorer(book).get_by_role("radio", name=title).check()


def news(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-heads-news")


def verdict(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-heads-verdict")


def split_numbers(book: Notebook) -> list[str]:
    """Cells of the table whose text stands on more lines than it has words."""
    found: list[str] = (
        explorer(book)
        .locator("tbody")
        .evaluate(
            """body => [...body.querySelectorAll('th, td')].filter((cell) => {
          const text = document.createRange();
          text.selectNodeContents(cell);
          return text.getClientRects().length > cell.textContent.split(' ').length;
        }).map((cell) => cell.textContent)"""
        )
    )
    return found


def shot(book: Notebook, name: str, width: int = 1280) -> None:
    if SHOTS:
        book.page.set_viewport_size({"width": width, "height": 2400})
        book.page.wait_for_timeout(400)
        book.shot(Path(SHOTS) / f"{name}.png", ROOT)
        book.page.set_viewport_size({"width": 1280, "height": 900})


def test_nothing_is_said_before_all_five_parts_are_set(opened: Notebook) -> None:
    expect(news(opened)).to_have_text("Set the five parts. Which headline comes out?")
    expect(explorer(opened).locator("table")).to_be_hidden()
    part(opened, "numerator").select_option("orders")
    part(opened, "window").select_option("all")
    expect(news(opened)).to_have_text("Still to be set: denominator, scope, exclusions.")
    expect(verdict(opened)).to_be_hidden()


def test_both_headlines_come_out_and_then_the_verdict(opened: Notebook) -> None:
    choose(opened, "orders|visits|visit|all|none")
    expect(news(opened)).to_contain_text("This is headline B: Ads trail the rest of the shop.")
    expect(news(opened)).to_contain_text("Headline A is still to be found.")
    found = explorer(opened).locator(".ss-heads-cards li")
    expect(found.nth(0)).to_contain_text("not found yet")
    expect(found.nth(1)).to_contain_text("✓ found")
    expect(verdict(opened)).to_be_hidden()
    part(opened, "denominator").select_option("users")
    expect(news(opened)).to_contain_text("a share of nothing")
    part(opened, "scope").select_option("user")
    expect(news(opened)).to_contain_text("This is headline A: Ads beat the rest of the shop.")
    expect(news(opened)).to_contain_text("Both headlines are found")
    words = verdict(opened)
    expect(words).to_contain_text("differ in 2 parts: denominator, scope. One part is enough")
    expect(words).to_contain_text("Settings you have looked at: 2.")
    for said in ("Of 100 users, how many had", "Of 100 visits, how many had at least one order?"):
        expect(words).to_contain_text(said)
    for name in PARTS:
        expect(words).to_contain_text(f"{name.capitalize()}: ")
    expect(explorer(opened).locator("label", has_text="The ads")).to_contain_text("✓ both found")


def test_one_part_that_turns_it_round_replaces_the_longer_way(opened: Notebook) -> None:
    choose(opened, "orders|visits|visit|all|none")
    choose(opened, "orders|users|user|all|none")
    expect(verdict(opened)).to_contain_text("differ in 2 parts")
    choose(opened, "orders|visits|event|all|none")
    part(opened, "denominator").select_option("users")
    expect(verdict(opened)).to_contain_text("differ in one part: denominator.")
    expect(verdict(opened)).to_contain_text("How many orders come on 100 users, repeats included?")


def test_the_table_agrees_with_the_sentence_and_the_interval(opened: Notebook) -> None:
    pair(opened, "The phones")
    choose(opened, "orders|visits|visit|all|none")
    for index, name in enumerate(("By phone", "By computer")):
        row = explorer(opened).locator("tbody tr").nth(index)
        cells = [text.replace(",", "") for text in row.locator("td").all_inner_texts()]
        count, visits, share = (float(text) for text in cells[:3])
        assert abs(100 * count / visits - share) < 0.006
        low, high = map(float, cells[3].split(" to "))
        assert low < share < high
        expect(news(opened)).to_contain_text(f"{name}: {share:.2f} % of visits had an order")
    difference = explorer(opened).locator(".ss-heads-difference")
    expect(difference).to_contain_text("outside luck")
    expect(difference).to_contain_text("points")
    assert re.search(r"−1\.\d\d points", difference.text_content() or "")
    expect(explorer(opened).locator("svg .bar")).to_have_count(2)


def test_a_difference_within_luck_is_no_headline(opened: Notebook) -> None:
    pair(opened, "The phones")
    choose(opened, "orders|none|event|all|none")
    expect(news(opened)).to_contain_text("Neither headline: luck alone could make this difference.")
    expect(explorer(opened).locator(".ss-heads-cards")).not_to_contain_text("✓")
    expect(news(opened)).to_contain_text("By phone: 620 orders; By computer: 580 orders.")


def test_windows_of_december_make_its_headlines_by_keyboard_alone(opened: Notebook) -> None:
    keyboard = opened.page.keyboard
    explorer(opened).get_by_role("radio").first.focus()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(explorer(opened).get_by_role("radio", name="December")).to_be_checked()
    for name in PARTS:
        keyboard.press("Tab")
        expect(part(opened, name)).to_be_focused()
        keyboard.press("ArrowDown")  # the first option
    expect(news(opened)).to_contain_text("This is headline A: December is up.")
    keyboard.press("Shift+Tab")
    expect(part(opened, "window")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(news(opened)).to_contain_text("This is headline B: December is down.")
    expect(verdict(opened)).to_contain_text("differ in one part: window.")
    expect(verdict(opened)).to_contain_text("Is December above the weeks of Black Friday?")
    expect(part(opened, "window")).to_be_focused()


def test_each_pair_keeps_its_parts_and_one_can_begin_anew(opened: Notebook) -> None:
    choose(opened, "orders|visits|visit|all|none")
    pair(opened, "December")
    expect(part(opened, "numerator")).to_have_value("")
    choose(opened, "orders|none|event|november|none")
    pair(opened, "The ads")
    expect(part(opened, "scope")).to_have_value("visit")
    expect(news(opened)).to_contain_text("This is headline B")
    anew = explorer(opened).get_by_role("button", name="Begin this pair anew")
    anew.click()
    expect(news(opened)).to_contain_text("Set the five parts.")
    expect(anew).to_be_disabled()
    expect(part(opened, "numerator")).to_be_focused()
    expect(explorer(opened).locator(".ss-heads-cards")).not_to_contain_text("✓")
    pair(opened, "December")
    expect(news(opened)).to_contain_text("This is headline B: December is down.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    shot(opened, f"headlines-{theme}-start")
    assert axe(opened.page, ROOT) == []
    choose(opened, "orders|users|user|all|none")
    choose(opened, "orders|visits|visit|all|none")
    explorer(opened).locator("summary").click()
    shot(opened, f"headlines-{theme}")
    assert axe(opened.page, ROOT) == []
    pair(opened, "The phones")
    choose(opened, "checkouts|none|event|all|single")
    shot(opened, f"headlines-{theme}-count")
    assert axe(opened.page, ROOT) == []


def test_a_reopened_notebook_still_explores_without_a_kernel(opened: Notebook, lab: Lab) -> None:
    pair(opened, "December")
    choose(opened, "carts|visits|visit|november|none")
    expect(news(opened)).to_contain_text("This is headline B: December is down.")
    opened.save()
    lab.stop_kernels()
    again = opened.reopened()
    part(again, "numerator").wait_for(timeout=60_000)  # JupyterLab loads anew
    expect(news(again)).to_contain_text("This is headline B: December is down.")
    part(again, "window").select_option("autumn")
    expect(news(again)).to_contain_text("This is headline A: December is up.")
    expect(verdict(again)).to_contain_text("differ in one part: window.")


def test_the_explorer_fits_a_phone_and_twice_the_size(opened: Notebook) -> None:
    box = explorer(opened)
    for width in (640, 400, 320):
        box.evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
        for title, settings in {
            "The ads": ("orders|users|user|all|reminded", "carts|visits|event|all|none"),
            "December": (
                "carts|none|event|autumn|none",
                "carts|none|event|november|mails",
                "carts|users|user|november|mails",
            ),
        }.items():
            pair(opened, title)
            for setting in settings:
                choose(opened, setting)
                opened.page.wait_for_timeout(200)
                assert box.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
                assert split_numbers(opened) == []
                outside = box.locator("svg").evaluate(
                    """svg => [...svg.querySelectorAll('text')].filter((text) => {
                      const { x, width } = text.getBBox();
                      return x < -1 || x + width > svg.clientWidth + 1;
                    }).map((text) => text.textContent)"""
                )
                assert outside == []
        if SHOTS:
            opened.page.set_viewport_size({"width": 1280, "height": 2800})
            opened.page.wait_for_timeout(300)
            opened.shot(Path(SHOTS) / f"headlines-{width}.png", ROOT)
