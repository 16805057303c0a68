"""The route without code: every lesson from end to end, and not one line of code typed.

Cells are run by Shift+Enter alone; every question up to *Stretch* is answered in its form.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_lab import Lab, Notebook
from playwright.sync_api import Locator, expect

from workbook import paths
from workbook.questions import bank
from workbook.questions.drawing import draw, evaluate
from workbook.reference.source import Cell

ROOT = Path(__file__).parents[2]
SLUGS = [path.stem for path in paths.lesson_notebooks()]


def cells_of(slug: str) -> list[dict[str, Any]]:
    cells = json.loads((ROOT / f"notebooks/{slug}.ipynb").read_text("utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


def route(slug: str) -> list[str]:
    """The questions that the lesson shows before its part *Stretch*, each once."""
    asked: list[str] = []
    for cell in cells_of(slug):
        if cell["cell_type"] == "markdown" and re.search(r"^##? .*Stretch", cell["source"], re.M):
            break
        if cell["cell_type"] == "code":
            asked += Cell("code", cell["source"], {}, 0).quizzes()
    return list(dict.fromkeys(asked))


@pytest.mark.parametrize("slug", SLUGS)
def test_the_route_without_code_can_be_walked(
    slug: str, start_lab: Callable[..., Lab], browser: Any, tmp_path: Path
) -> None:
    shutil.copy(ROOT / f"notebooks/{slug}.ipynb", tmp_path)
    lab = start_lab(tmp_path, {"WORKBOOK_PROGRESS": str(tmp_path / "progress.jsonl")})
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    book = Notebook(page, lab, f"{slug}.ipynb")
    cells = cells_of(slug)
    page.locator(".jp-Cell").first.click()
    page.keyboard.press("Escape")
    for _ in cells:
        page.keyboard.press("Shift+Enter")
    # The last Shift+Enter adds an empty cell, so the last one that ran is counted.
    last = page.locator(".jp-CodeCell").nth(sum(c["cell_type"] == "code" for c in cells) - 1)
    prompt = last.locator(".jp-InputArea-prompt").first
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=120_000)
    book.wait_idle(120)
    asked = route(slug)
    for key in asked:
        answer(page.locator(f"[data-question='{key}']"), bank.get(key))
    saved = [c for c in book.save()["cells"] if "".join(c["source"]).strip()]
    assert ["".join(cell["source"]) for cell in saved] == [cell["source"] for cell in cells]
    assert all(o["output_type"] != "error" for c in saved for o in c.get("outputs", []))
    record = (tmp_path / "progress.jsonl").read_text("utf-8").splitlines()
    noted = {e["item"]: e["verdict"] for e in map(json.loads, record) if "verdict" in e}
    assert set(asked) <= set(noted)
    assert {noted[key] for key in asked} <= {"right", "committed", "decided", "self-rated"}
    page.close()


def answer(form: Locator, question: bank.Question) -> None:
    """Fill in what is right, in the browser, and see that the form says so."""
    said = form.locator(".ss-status")
    button = "Check"
    match question:
        case bank.Single():
            right = next(i for i, option in enumerate(question.options) if option.right)
            form.locator("input[type=radio]").nth(right).check()
        case bank.Multiple():
            for place, option in enumerate(question.options):
                form.locator("input[type=checkbox]").nth(place).set_checked(option.right)
        case bank.Numeric():
            value = evaluate(question.answer, draw(question))
            form.get_by_role("textbox").fill(f"{value:.6f}")
        case bank.Order():
            put_in_order(form, len(question.items))
        case bank.Match():
            for place in range(len(question.pairs)):
                form.get_by_role("combobox").nth(place).select_option(str(place))
        case bank.Classify():
            one, other = (word.capitalize() for word in question.words)
            for place, row in enumerate(question.rows, 1):
                form.locator(f"[aria-label^='{one} of {place}:']").select_option(row.label)
                if question.reasons:
                    reason = form.locator(f"[aria-label^='{other} of {place}:']")
                    reason.select_option(row.reason or "")
        case bank.Short():
            form.get_by_role("textbox").fill("My own words.")
            form.get_by_role("button", name="Save and compare").click()
            expect(form.get_by_role("checkbox")).to_have_count(len(question.rubric))
            for box in form.get_by_role("checkbox").all():
                box.check()
            button = "Save my rating"
        case bank.Predict():
            if question.options:
                form.locator("input[type=radio]").first.check()
            else:
                form.get_by_role("textbox").fill("50")
            button = "Lock it in"
        case bank.Decide():
            form.locator("input[type=radio]").first.check()
            form.get_by_label("60 %").check()
            form.get_by_role("textbox").fill("A trial that shows the opposite.")
            button = "Lock it in"
    form.get_by_role("button", name=button, exact=True).click()
    try:
        if button == "Check":
            summary = said.locator(".ss-summary")
            expect(summary).to_have_attribute("data-state", "right", timeout=20_000)
        else:
            expect(said).not_to_be_empty(timeout=20_000)
    except AssertionError as error:  # the page of JupyterLab hides what the form itself says
        error.add_note(f"{question.id} says:\n{form.inner_text()}\n\n{form.inner_html()}")
        raise


def put_in_order(form: Locator, count: int) -> None:
    """Move each item up to its place; the widget's texts are those of the bank."""
    question = bank.get(form.get_attribute("data-question") or "")
    assert isinstance(question, bank.Order)
    plain = [re.sub(r"[`*]", "", item) for item in question.items]
    for place in range(count):
        while True:
            now = form.locator(".ss-item-text").all_inner_texts()
            at = now.index(plain[place])
            if at == place:
                break
            form.locator(".ss-item").nth(at).get_by_role("button").first.click()
