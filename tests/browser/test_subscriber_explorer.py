"""The subscriber explorer in JupyterLab and Chromium: dragged, typed, reopened, read by axe."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
CELLS = ["from workbook import subscriber_explorer", "subscriber_explorer()", "after = 1"]
ROOT = ".ss-subs"
SHOTS = os.environ.get("WORKBOOK_SHOTS")


@pytest.fixture
def opened(kept_notebook: Open) -> Notebook:
    book = kept_notebook("subscribers.ipynb", CELLS)
    book.run_all()
    explorer(book).locator("svg .here").wait_for()
    return book


def explorer(book: Notebook) -> Locator:
    return book.page.locator(ROOT)


def share(book: Notebook) -> Locator:
    return explorer(book).get_by_role("slider", name="would have bought anyway")


def price(book: Notebook) -> Locator:
    return explorer(book).get_by_role("slider", name="Price asked")


def said(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-subs-news")


def by_test(book: Notebook) -> Locator:
    return explorer(book).get_by_role("button", name="Show the test")


def truth(book: Notebook) -> Locator:
    return explorer(book).get_by_role("button", name="Show the truth")


def shot(book: Notebook, name: str) -> None:
    if SHOTS:
        book.page.set_viewport_size({"width": 1280, "height": 1400})
        book.page.wait_for_timeout(300)
        book.shot(Path(SHOTS) / f"{name}.png", ROOT)


def test_dragging_sinks_the_incremental_value_and_leaves_the_naive_one(opened: Notebook) -> None:
    box = share(opened).bounding_box()
    assert box
    naive = explorer(opened).locator("svg text", has_text="naive")
    before = naive.text_content()
    expect(said(opened)).to_contain_text("a gain of")
    mouse = opened.page.mouse
    mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=8)
    mouse.up()
    expect(said(opened)).to_contain_text("If 100 % of the buyers among subscribers")
    expect(said(opened)).to_contain_text("brings $0.00 and costs $2.00")
    expect(said(opened)).to_contain_text("a loss of")
    assert naive.text_content() == before


def test_arrow_keys_move_the_sliders_and_not_the_notebook(opened: Notebook) -> None:
    share(opened).focus()
    for _ in range(3):
        opened.page.keyboard.press("ArrowRight")
    expect(said(opened)).to_contain_text("If 3 % of")
    opened.page.keyboard.press("Tab")
    expect(price(opened)).to_be_focused()
    opened.page.keyboard.press("End")
    expect(said(opened)).to_contain_text("costs $4.00")
    opened.page.keyboard.press("Home")
    expect(said(opened)).to_contain_text("costs $0.00")
    expect(price(opened)).to_be_focused()


def test_the_test_waits_for_a_guess_and_the_truth_for_the_test(opened: Notebook) -> None:
    expect(by_test(opened)).to_be_disabled()
    expect(truth(opened)).to_be_disabled()
    expect(by_test(opened)).to_have_accessible_description(
        "Move the first slider to your guess first."
    )
    price(opened).focus()
    opened.page.keyboard.press("ArrowRight")  # not the slider in question
    expect(by_test(opened)).to_be_disabled()
    expect(explorer(opened)).not_to_contain_text("The deal turns to a loss")
    assert explorer(opened).locator("svg .test, svg .band, svg .truth").count() == 0
    share(opened).focus()
    opened.page.keyboard.press("End")
    expect(by_test(opened)).to_be_enabled()
    expect(truth(opened)).to_be_disabled()
    for _ in range(2):
        opened.page.keyboard.press("Tab")
    expect(by_test(opened)).to_be_focused()
    opened.page.keyboard.press("Enter")
    expect(explorer(opened).locator(".ss-subs-test")).to_contain_text("The deal turns to a loss")
    assert explorer(opened).locator("svg .test").count() == 1
    assert explorer(opened).locator("svg .truth").count() == 0
    opened.page.keyboard.press("Tab")
    expect(explorer(opened).locator("summary")).to_be_focused()
    opened.page.keyboard.press("Space")
    expect(explorer(opened).locator("details")).to_have_attribute("open", "")
    opened.page.keyboard.press("Tab")
    expect(truth(opened)).to_be_focused()
    opened.page.keyboard.press("Enter")
    words = explorer(opened).locator(".ss-subs-truth")
    expect(words).to_contain_text("would have bought anyway")
    expect(words).to_contain_text("In money, second orders included, it brings $")
    assert explorer(opened).locator("svg .truth").count() == 1
    expect(truth(opened)).to_be_focused()


def test_the_test_is_read_of_100_buyers_and_how_it_is_counted_folds_open(opened: Notebook) -> None:
    share(opened).fill("50")
    by_test(opened).click()
    text = explorer(opened).locator(".ss-subs-test").text_content() or ""
    low, high, best = re.findall(
        r"of 100 buyers among subscribers, (\d+) to (\d+) would have bought anyway; the best guess "
        r"is ([\d.]+)",
        text,
    )[0]
    assert 0 < int(low) < float(best) < int(high) < 100
    how = explorer(opened).locator("details")
    expect(how).not_to_have_attribute("open", "")
    how.locator("summary").click()
    expect(how).to_contain_text("Set against the log's")
    without, with_mails, share_ = re.findall(
        r"Within the test it is ([\d.]+) of ([\d.]+), (\d+) %", how.text_content() or ""
    )[0]
    assert int(share_) == round(100 * float(without) / float(with_mails))


def test_gain_and_truth_are_counted_on_one_base(opened: Notebook) -> None:
    """With the slider at the truth, the gain beside the chart and that of the truth agree."""
    share(opened).fill("50")
    by_test(opened).click()
    truth(opened).click()
    words = explorer(opened).locator(".ss-subs-truth").text_content() or ""
    [at] = re.findall(r"so ([\d.]+) % would", words)
    share(opened).fill(str(round(float(at))))
    amounts = [
        int(re.findall(r"loss of \$([\d,]+)", text)[0].replace(",", ""))
        for text in (words, said(opened).text_content() or "")
    ]
    per_point = 3.25 * 10.83  # a point of the slider, in dollars
    assert abs(amounts[0] - amounts[1]) <= per_point


def test_the_sums_shown_are_right_to_the_cent(opened: Notebook) -> None:
    share(opened).fill("40")
    lines = explorer(opened).locator("li").all_inner_texts()
    naive, incremental, gain = (line.split("=")[1].strip() for line in lines)
    worth = round(float(naive[1:]) * 0.6, 2)
    assert abs(float(incremental[1:]) - worth) <= 0.011  # the naive value is rounded once more
    count = int(lines[2].split(":")[1].split("×")[0].replace(",", ""))
    expected = count * (float(incremental[1:]) - 2)
    assert gain[0] == ("−" if expected < 0 else "+")
    assert abs(int(re.sub(r"\D", "", gain)) - abs(expected)) <= 0.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    assert axe(opened.page, ROOT) == []
    share(opened).fill("70")
    by_test(opened).click()
    explorer(opened).locator("summary").click()
    truth(opened).click()
    shot(opened, f"subscribers-{theme}")
    assert axe(opened.page, ROOT) == []


def test_a_reopened_notebook_still_explores_without_a_kernel(opened: Notebook, lab: Lab) -> None:
    share(opened).fill("30")
    by_test(opened).click()
    truth(opened).click()
    expect(explorer(opened).locator("svg .truth")).to_have_count(1)
    opened.save()
    lab.stop_kernels()
    again = opened.reopened()
    explorer(again).locator("svg .here").wait_for()
    expect(explorer(again).locator("svg .truth")).to_have_count(1)
    expect(said(again)).to_contain_text("If 30 % of")
    share(again).fill("90")
    expect(said(again)).to_contain_text("If 90 % of")


def test_the_explorer_fits_a_phone_and_twice_the_size(opened: Notebook) -> None:
    box = explorer(opened)
    share(opened).fill("10")
    by_test(opened).click()
    explorer(opened).locator("summary").click()
    truth(opened).click()
    for width in (400, 320):
        box.evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
        opened.page.wait_for_timeout(300)
        for at in ("0", "50", "100"):
            share(opened).fill(at)
            assert box.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
            outside = box.locator("svg").evaluate(
                """svg => [...svg.querySelectorAll('text')].filter((text) => {
                  const { x, width } = text.getBBox();
                  return x < -1 || x + width > svg.clientWidth + 1;
                }).map((text) => text.textContent)"""
            )
            assert outside == []
