"""The page of all study sheets in Chromium: on a phone, by keyboard, on paper, read by axe."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from workbook.building.study_page import NAME, page
from workbook.study.sheets import sheets

LESSONS = Path(__file__).parents[2] / "lessons"
SHOTS = os.environ.get("WORKBOOK_SHOTS")
Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("page") / NAME
    made.write_text(page(LESSONS), "utf-8")
    return made


@pytest.fixture
def phone(browser: Browser, file: Path) -> Iterator[Open]:
    """The page on a phone of 360 pixels, in "light" or "dark"; fails if it asks for anything."""
    contexts = []
    asked: list[str] = []

    def start(scheme: str) -> Page:
        context = browser.new_context(
            viewport={"width": 360, "height": 740},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        contexts.append(context)
        opened = context.new_page()
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(file.as_uri())
        return opened

    yield start
    for context in contexts:
        context.close()
    assert set(asked) == {file.as_uri()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_answers_open(phone: Open, scheme: str) -> None:
    opened = phone(scheme)
    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(opened).response["violations"]
    assert [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found] == []
    if SHOTS:
        opened.screenshot(path=Path(SHOTS) / f"study-page-{scheme}.png", full_page=True)


def test_dark_is_dark(phone: Open) -> None:
    def lightness(scheme: str) -> int:
        color = phone(scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", color)[:3]))

    assert lightness("dark") < 150 < 600 < lightness("light")


def test_nothing_is_wider_than_the_phone(phone: Open) -> None:
    opened = phone("light")
    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360


def test_links_and_answers_work_by_keyboard_alone(phone: Open) -> None:
    opened = phone("light")
    opened.keyboard.press("Tab")
    expect(opened.locator("nav a").first).to_be_focused()
    opened.keyboard.press("Enter")
    opened.wait_for_function("location.hash === '#lesson-00'")
    opened.keyboard.press("Tab")
    while opened.evaluate("document.activeElement.tagName") != "SUMMARY":
        opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    expect(opened.locator("#lesson-00 details").first).to_have_attribute("open", "")


def test_on_paper_each_sheet_has_one_page(phone: Open) -> None:
    paper = phone("light").pdf(format="Letter")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1 + len(sheets(LESSONS))
