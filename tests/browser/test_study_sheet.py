"""A study sheet and a study plan in JupyterLab and Chromium: seen, answered, read by axe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import expect

from workbook.study.sheets import sheets

Open = Callable[..., Notebook]
HOME = Path(__file__).parents[2]
SHOTS = os.environ.get("WORKBOOK_SHOTS")
SHEET = 'from workbook.widgets.study_sheet import study_sheet\nstudy_sheet("06")'
PLAN = (
    "from workbook.widgets.study_plan import study_plan\n"
    f'study_plan("{date.today() + timedelta(days=4)}", minutes_a_day=60)'
)
PAGE = ".jp-OutputArea-output div[lang=en]"


@pytest.fixture(scope="module")
def workbook_lab(start_lab: Callable[..., Lab]) -> Lab:
    """A JupyterLab with the workbook's own lessons."""
    return start_lab(env={"WORKBOOK_LESSONS": str(HOME / "lessons")})


@pytest.fixture
def opened(open_notebook: Open, workbook_lab: Lab) -> Iterator[Notebook]:
    book = open_notebook("sheet.ipynb", [SHEET, PLAN], in_lab=workbook_lab)
    book.run_all()
    book.page.locator("[data-question]").nth(2).wait_for()
    yield book
    workbook_lab.stop_kernels()


def test_a_sheet_has_its_page_and_three_questions_that_answer(opened: Notebook) -> None:
    page = opened.page
    expect(page.locator(f"{PAGE} h3")).to_contain_text("Lesson 06")
    names = sheets(HOME / "lessons")["06"].review
    forms = [page.locator(f"[data-question='{name}']") for name in names]
    for form in forms:
        expect(form.get_by_role("button", name="Check", exact=True)).to_be_visible()
    forms[0].get_by_role("textbox").fill("-1")
    forms[0].get_by_role("button", name="Check", exact=True).click()
    expect(forms[0].locator(".ss-status")).to_contain_text("Not right.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_sheet_and_plan(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    assert axe(opened.page, ".jp-OutputArea-output") == []
    if SHOTS:
        opened.page.set_viewport_size({"width": 1280, "height": 3000})
        opened.shot(Path(SHOTS) / f"sheet-{theme}.png")


def test_sheet_and_plan_fit_a_phone(opened: Notebook) -> None:
    pages = opened.page.locator(PAGE)
    expect(pages).to_have_count(2)
    for index in range(2):
        pages.nth(index).evaluate("node => { node.style.width = '320px'; }")
        assert pages.nth(index).evaluate("node => node.scrollWidth - node.clientWidth") <= 0
