"""The replay explorer in JupyterLab and Chromium: clicked, typed, reopened, read by axe."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
CELLS = ["from workbook import replay_explorer", "replay_explorer()", "after = 1"]
NO_MORE = re.compile("No further moment")


@pytest.fixture
def opened(kept_notebook: Open) -> Notebook:
    book = kept_notebook("replay.ipynb", CELLS)
    book.run_all()
    explorer(book).locator("h3").wait_for()
    return book


def explorer(book: Notebook) -> Locator:
    return book.page.locator(".ss-replay")


def button(book: Notebook, name: str) -> Locator:
    return explorer(book).get_by_role("button", name=name)


def visitor(book: Notebook, letter: str) -> Locator:
    return explorer(book).get_by_role("radio", name=re.compile(f"^{letter}( |$)"))


def bet(book: Notebook, percent: int) -> None:
    explorer(book).get_by_role("slider").fill(str(percent))
    button(book, "Place bet").click()


def shown(book: Notebook) -> list[str]:
    return explorer(book).locator(".ss-replay-list li").all_inner_texts()


def table(book: Notebook) -> list[list[str]]:
    rows = explorer(book).locator("tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def focused(book: Notebook) -> str:
    text: str = book.page.evaluate("document.activeElement.textContent")
    return text


def test_moments_open_one_by_one_and_the_end_waits_for_a_bet(opened: Notebook) -> None:
    assert len(shown(opened)) == 1
    show = button(opened, "Show what happened (bet first)")
    expect(show).to_be_disabled()
    show.click(force=True)
    assert "What happened to" not in explorer(opened).inner_text()
    button(opened, "Next moment").click()
    button(opened, "Next moment").click()
    assert len(shown(opened)) == 3
    expect(explorer(opened).locator(".ss-replay-now")).to_contain_text("Moment 3 of")
    bet(opened, 30)
    button(opened, "Show what happened").click()
    expect(explorer(opened).locator(".ss-replay-end")).to_contain_text("order followed")
    expect(button(opened, "No further moment")).to_be_disabled()
    expect(button(opened, "No more bets")).to_be_disabled()


def test_a_bet_is_met_by_all_who_did_the_same(opened: Notebook) -> None:
    bet(opened, 40)
    result = explorer(opened).locator(".ss-replay-result")
    expect(result).to_contain_text("visitors came to the shop: all of the log.")
    share = float(re.search(r"ordered later: ([\d.]+)", result.inner_text())[1])  # type: ignore[index]
    expect(result).to_contain_text(f"Your bet, 40\u00a0%, is {40 - share:.1f} points above")
    expect(button(opened, "Bet placed")).to_be_disabled()
    button(opened, "Next moment").click()
    expect(result).to_have_text("")
    bet(opened, 0)
    expect(result).to_contain_text("had at some moment done exactly this:")
    expect(result).to_contain_text("below that share")
    assert [row[2:3] + row[4:] for row in table(opened)] == [
        ["40\u00a0%", "not shown yet"],
        ["0\u00a0%", "not shown yet"],
    ]


def test_every_visitor_keeps_its_own_moments_and_bets(opened: Notebook) -> None:
    button(opened, "Next moment").click()
    bet(opened, 20)
    visitor(opened, "C").check()
    expect(explorer(opened).locator("h3")).to_have_text("Visitor C")
    assert len(shown(opened)) == 1
    expect(button(opened, "Show what happened (bet first)")).to_be_disabled()
    visitor(opened, "A").check()
    assert len(shown(opened)) == 2
    expect(button(opened, "Show what happened")).to_be_enabled()


def test_played_to_the_end_it_says_how_the_visitors_were_picked(opened: Notebook) -> None:
    radios = explorer(opened).get_by_role("radio")
    for place in range(radios.count()):
        radios.nth(place).check()
        bet(opened, 10)
        button(opened, "Show what happened").click()
    ends = [row[4] for row in table(opened)]
    assert len(ends) == radios.count()
    assert 3 <= ends.count("ordered") <= len(ends) - 3
    said = explorer(opened).locator(".ss-replay-verdict")
    expect(said).to_contain_text(f"{ends.count('ordered')} ordered, since they were picked so")


def test_it_is_played_by_keyboard_alone(opened: Notebook) -> None:
    keys = opened.page.keyboard
    visitor(opened, "A").focus()
    keys.press("ArrowRight")
    expect(visitor(opened, "B")).to_be_checked()
    expect(visitor(opened, "B")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Space")
    assert len(shown(opened)) == 3
    assert focused(opened) == "Next moment"
    keys.press("Tab")
    assert focused(opened) == "Show what happened (bet first)"
    keys.press("Enter")
    expect(explorer(opened).locator(".ss-replay-end")).to_have_count(0)
    keys.press("Tab")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(explorer(opened).locator("output")).to_have_text("60\u00a0%")
    keys.press("Enter")  # in the slider: places the bet, and the focus stays in the explorer
    assert focused(opened) == "Bet placed"
    assert len(table(opened)) == 1
    keys.press("Shift+Tab")
    assert focused(opened) == "Show what happened"
    keys.press("Enter")
    expect(explorer(opened).locator(".ss-replay-end")).to_contain_text("Visitor B")
    assert focused(opened) == "The end is shown"
    keys.press("Shift+Tab")
    assert focused(opened) == "No further moment"
    assert explorer(opened).is_visible()


def test_the_focus_stays_on_next_to_the_last_moment(opened: Notebook) -> None:
    button(opened, "Next moment").focus()
    for _ in range(15):
        opened.page.keyboard.press("Enter")
    assert focused(opened) == "No further moment"
    said = explorer(opened).locator(".ss-replay-now")
    expect(said).to_contain_text("The replay stops here; what came next is not shown yet.")
    expect(said).to_contain_text(f"Moment {len(shown(opened))} of {len(shown(opened))}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    assert axe(opened.page, ".ss-replay") == []
    for _ in range(5):
        button(opened, "Next moment").click()
    bet(opened, 45)
    explorer(opened).locator("summary").click()
    assert axe(opened.page, ".ss-replay") == []
    button(opened, "Show what happened").click()
    assert axe(opened.page, ".ss-replay") == []


def test_a_reopened_notebook_still_plays_without_a_kernel(opened: Notebook, lab: Lab) -> None:
    visitor(opened, "B").check()
    button(opened, "Next moment").click()
    bet(opened, 35)
    opened.save()
    lab.stop_kernels()
    again = opened.reopened()
    explorer(again).locator("h3").wait_for()
    expect(visitor(again, "B")).to_be_checked()
    assert len(shown(again)) == 2
    assert [row[2] for row in table(again)] == ["35\u00a0%"]
    button(again, "Next moment").click()
    bet(again, 55)
    assert len(table(again)) == 2


def test_the_explorer_fits_a_phone(opened: Notebook) -> None:
    box = explorer(opened)
    button(opened, "Next moment").click()
    bet(opened, 45)
    button(opened, "Show what happened").click()
    box.locator("summary").click()
    for width in (400, 320):
        box.evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
        assert box.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
        wide = box.evaluate(
            "node => [...node.querySelectorAll('*')].filter(one =>"
            " one.getBoundingClientRect().right > node.getBoundingClientRect().right + 1)"
            ".map(one => one.outerHTML.slice(0, 80))"
        )
        assert wide == []
