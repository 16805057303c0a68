"""The fault explorer in JupyterLab and Chromium: asked, accused, typed, reopened, read by axe."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
CELLS = ["from workbook import fault_explorer", "fault_explorer()", "after = 1"]
ROOT = ".ss-faults"
SHOTS = os.environ.get("WORKBOOK_SHOTS")
LOST = "events got lost: a tag was silent"
CALENDAR = "the calendar: season, weekday, holiday"


@pytest.fixture
def opened(kept_notebook: Open) -> Notebook:
    book = kept_notebook("faults.ipynb", CELLS)
    book.run_all()
    explorer(book).locator("svg .odd").first.wait_for(state="attached")
    return book


def explorer(book: Notebook) -> Locator:
    return book.page.locator(ROOT)


def radio(book: Notebook, label: str) -> Locator:
    return explorer(book).get_by_role("radio", name=label, exact=True)


def case(book: Notebook, letter: str) -> Locator:
    return explorer(book).get_by_role("radio", name=re.compile(f"^{letter}( [✔✘]|$)"))


def query(book: Notebook, label: str) -> Locator:
    return explorer(book).get_by_role("button", name=label)


def effect(book: Notebook, which: str, label: str) -> Locator:
    group = explorer(book).get_by_role("group", name=re.compile(f"^The {which} conversion"))
    return group.get_by_role("radio", name=label, exact=True)


def tables(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-faults-answers caption")


def news(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-faults-news")


def verdict(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-faults-verdict")


def score(book: Notebook) -> Locator:
    return explorer(book).locator(".ss-faults-score")


def accuse(book: Notebook, culprit: str, micro: str, macro: str) -> None:
    radio(book, culprit).check()
    effect(book, "micro", micro).check()
    effect(book, "macro", macro).check()
    query(book, "Accuse").click()


def shot(book: Notebook, name: str) -> None:
    if SHOTS:
        book.page.set_viewport_size({"width": 1280, "height": 3400})
        book.page.wait_for_timeout(300)
        book.shot(Path(SHOTS) / f"{name}.png", ROOT)


def test_three_queries_and_no_fourth(opened: Notebook) -> None:
    expect(news(opened)).to_have_text("3 queries left.")
    for place, label in enumerate(
        ("Orders in the shop system", "By hour of the day", "Step by step, from visit to purchase"),
        1,
    ):
        query(opened, label).click()
        expect(tables(opened)).to_have_count(place)
        expect(tables(opened).first).to_have_text(label)  # the newest stands on top
        expect(news(opened)).to_contain_text(f"{label}: see the table below.")
    expect(news(opened)).to_contain_text("No query is left: accuse.")
    fourth = query(opened, "By device")
    expect(fourth).to_have_attribute("aria-disabled", "true")
    fourth.click(force=True)
    expect(tables(opened)).to_have_count(3)
    asked_before = query(opened, "By hour of the day")
    expect(asked_before).to_have_attribute("aria-disabled", "true")


def test_an_accusation_wants_all_three_answers_and_shows_no_truth_before(opened: Notebook) -> None:
    query(opened, "Accuse").click()
    missing = explorer(opened).locator(".ss-faults-missing")
    expect(missing).to_contain_text("Still open: who or what did it;")
    expect(missing).to_contain_text("visits with a purchase")
    expect(explorer(opened)).not_to_contain_text("The truth")
    radio(opened, LOST).check()
    effect(opened, "micro", "too low").check()
    query(opened, "Accuse").click()
    expect(missing).to_have_text("Still open: what became of visits with a purchase.")
    expect(verdict(opened)).to_be_hidden()


def test_the_truth_stands_beside_the_lying_funnel(opened: Notebook) -> None:
    query(opened, "Step by step, from visit to purchase").click()
    accuse(opened, LOST, "too low", "right")
    lines = verdict(opened).get_by_role("listitem")
    expect(lines).to_have_count(3)
    for line in lines.all_inner_texts():
        assert line.startswith("✔")
    funnel = explorer(opened).locator(".ss-faults-funnel")
    expect(funnel.locator("caption")).to_contain_text("The lying funnel beside the truth, Oct 14")
    carts = funnel.locator("tbody tr", has_text="visits with a cart").locator("td")
    recorded, true, off = carts.all_inner_texts()
    assert int(recorded) == 0 and int(true) > 100 and off == f"−{true}"
    best = explorer(opened).locator(".ss-faults-best li")
    expect(best).to_have_count(3)
    expect(best.nth(0)).to_contain_text("(you asked it)")
    expect(best.nth(1)).not_to_contain_text("(you asked it)")
    expect(score(opened)).to_contain_text("1 of 7 cases judged: 1 right, 0 wrong")
    expect(score(opened)).to_contain_text("Points: 1.")
    # An accusation is locked; the other queries are free now and count no longer.
    expect(radio(opened, CALENDAR)).to_be_disabled()
    expect(news(opened)).to_have_text("All queries are free now.")
    query(opened, "Orders in the shop system").click()
    expect(tables(opened)).to_have_count(2)
    query(opened, "By device").click()
    query(opened, "By landing page").click()
    query(opened, "By hour of the day").click()
    expect(tables(opened)).to_have_count(5)
    expect(best.nth(1)).to_contain_text("(you asked it)")
    expect(best.nth(2)).not_to_contain_text("(you asked it)")


def test_who_accuses_the_tracking_everywhere_pays_for_the_season(opened: Notebook) -> None:
    case(opened, "C").check()
    expect(explorer(opened).locator("blockquote")).to_contain_text("Theo:")
    accuse(opened, "events arrived twice", "too high", "too high")
    first = verdict(opened).get_by_role("listitem").first
    expect(first).to_contain_text("✘ A false alarm: nothing is wrong with the log.")
    expect(explorer(opened)).to_contain_text("Left out, the week takes")
    expect(score(opened)).to_contain_text("1 false alarm,")
    expect(score(opened)).to_contain_text("Points: −1.")
    case(opened, "B").check()
    expect(verdict(opened)).to_be_hidden()
    accuse(opened, "people did something else than before", "right", "right")
    expect(verdict(opened)).to_contain_text("A fault taken for real. It was this: events arrived")
    case(opened, "D").check()
    accuse(opened, LOST, "too low", "right")
    expect(verdict(opened)).to_contain_text("A fault, but another one")
    expect(score(opened)).to_contain_text("Points: −3.")
    case(opened, "C").check()
    expect(verdict(opened)).to_contain_text("A false alarm")
    marks = explorer(opened).locator(".ss-faults-mark").all_inner_texts()
    assert marks == ["", "✘ wrong", "✘ wrong", "✘ wrong", "", "", ""]


def test_each_case_keeps_its_own_queries_and_answers(opened: Notebook) -> None:
    query(opened, "By device").click()
    radio(opened, LOST).check()
    case(opened, "B").check()
    expect(tables(opened)).to_have_count(0)
    expect(radio(opened, LOST)).not_to_be_checked()
    expect(news(opened)).to_have_text("3 queries left.")
    case(opened, "A").check()
    expect(tables(opened)).to_have_text(["By device"])
    expect(radio(opened, LOST)).to_be_checked()
    expect(news(opened)).to_have_text("2 queries left.")


def test_a_case_is_solved_by_keyboard_alone(opened: Notebook) -> None:
    keyboard = opened.page.keyboard
    case(opened, "A").focus()
    keyboard.press("ArrowRight")
    expect(case(opened, "B")).to_be_checked()
    expect(explorer(opened).locator("h3")).to_have_text("Case B")
    keyboard.press("ArrowLeft")
    expect(case(opened, "A")).to_be_focused()
    keyboard.press("Tab")
    expect(explorer(opened).locator("summary")).to_be_focused()
    keyboard.press("Enter")
    expect(explorer(opened).locator("details")).to_have_attribute("open", "")
    for label in ("Orders in the shop system", "Visits by channel"):
        keyboard.press("Tab")
        expect(query(opened, label)).to_be_focused()
        keyboard.press("Enter")
        expect(query(opened, label)).to_be_focused()  # what was pressed keeps the focus
    expect(tables(opened)).to_have_count(2)
    for _ in range(7):  # the other queries
        keyboard.press("Tab")
    keyboard.press("Tab")
    expect(radio(opened, LOST)).to_be_focused()
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.press("Space")
    expect(effect(opened, "micro", "too low")).to_be_checked()
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("ArrowRight")
    expect(effect(opened, "macro", "right")).to_be_checked()
    keyboard.press("Tab")
    expect(query(opened, "Accuse")).to_be_focused()
    keyboard.press("Enter")
    expect(verdict(opened)).to_contain_text("✔ Right")
    expect(query(opened, "Accuse")).to_be_focused()
    expect(opened.page.locator(".jp-Notebook .jp-Cell")).to_have_count(3)  # no key reached it


def test_the_chart_says_in_words_and_as_a_table_what_it_shows(opened: Notebook) -> None:
    picture = explorer(opened).get_by_role("img")
    name = picture.get_attribute("aria-label") or ""
    assert "In question, Oct 14 to Oct 17: 0, 0, 0, 0." in name
    explorer(opened).locator("summary").click()
    rows = explorer(opened).locator("details tbody tr").all_inner_texts()
    bars = explorer(opened).locator("svg .usual, svg .odd").count()
    assert len(rows) == bars > 25
    asked = [row for row in rows if "in question" in row]
    assert len(asked) == 4 and asked[0].startswith("Tue, Oct 14")
    heights = (
        explorer(opened)
        .locator("svg .usual")
        .evaluate_all("bars => bars.map((bar) => Number(bar.getAttribute('height')))")
    )
    values = [float(row.split()[-1]) for row in rows if "in question" not in row]
    ratios = [height / value for height, value in zip(heights, values, strict=True)]
    assert max(ratios) - min(ratios) < 1e-6 * max(ratios)


def test_bars_of_one_measure_are_drawn_to_one_scale(opened: Notebook) -> None:
    query(opened, "Visits by channel").click()
    cells = explorer(opened).locator(".ss-faults-answers tbody tr td:nth-of-type(-n+2)")
    measured = cells.evaluate_all(
        "cells => cells.map((cell) => [Number(cell.firstChild.textContent.replace(',', '')), "
        "cell.querySelector('span').getBoundingClientRect().width])"
    )
    large = [(value, width) for value, width in measured if value >= 30]
    assert len(large) >= 8
    ratios = [width / value for value, width in large]
    assert max(ratios) / min(ratios) < 1.08


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    assert axe(opened.page, ROOT) == []
    explorer(opened).locator("summary").click()
    for label in ("Orders in the shop system", "Rows without a user", "By landing page"):
        query(opened, label).click()
    query(opened, "Accuse").click()
    assert axe(opened.page, ROOT) == []
    explorer(opened).locator("summary").click()
    accuse(opened, "people did something else than before", "right", "right")
    shot(opened, f"faults-{theme}")
    assert axe(opened.page, ROOT) == []


def test_a_reopened_notebook_goes_on_without_a_kernel(opened: Notebook, lab: Lab) -> None:
    query(opened, "By hour of the day").click()
    accuse(opened, LOST, "too low", "right")
    case(opened, "D").check()
    query(opened, "By device").click()
    expect(tables(opened)).to_have_text(["By device"])
    opened.save()
    lab.stop_kernels()
    again = opened.reopened()
    explorer(again).locator("svg .odd").first.wait_for(state="attached")
    expect(explorer(again).locator("h3")).to_have_text("Case D")
    expect(tables(again)).to_have_text(["By device"])
    expect(score(again)).to_contain_text("1 of 7 cases judged: 1 right")
    query(again, "By hour of the day").click()
    expect(tables(again)).to_have_count(2)
    accuse(again, "a program visited, not people", "too high", "right")
    expect(score(again)).to_contain_text("2 of 7 cases judged: 2 right")


def test_the_explorer_fits_a_phone_and_twice_the_size(opened: Notebook) -> None:
    box = explorer(opened)
    for width in (400, 320):
        box.evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
        for letter in ("A", "F", "G"):
            case(opened, letter).check()
            for label in ("Visits by channel", "Rows without a user"):
                if query(opened, label).get_attribute("aria-disabled") == "false":
                    query(opened, label).click()
            if not radio(opened, LOST).is_disabled():
                accuse(opened, LOST, "right", "right")
            opened.page.wait_for_timeout(200)
            assert box.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
            # Tables need no scrolling of their own either, from 400 pixels on.
            wide = box.locator(".ss-faults-table").evaluate_all(
                "nodes => nodes.map((node) => node.scrollWidth - node.clientWidth)"
            )
            assert max(wide) <= (0 if width == 400 else 60)
            outside = box.locator("svg").evaluate(
                """svg => [...svg.querySelectorAll('text')].filter((text) => {
                  const { x, width } = text.getBBox();
                  return x < -1 || x + width > svg.clientWidth + 1;
                }).map((text) => text.textContent)"""
            )
            assert outside == []
    shot(opened, "faults-narrow")
