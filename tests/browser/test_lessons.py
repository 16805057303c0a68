"""Each lesson in JupyterLab, as its learner sees it: run from top to bottom by Shift+Enter alone,
the route without code walked in its forms, then looked at and typed into."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_lab import Lab, Notebook, axe, close_all
from playwright.sync_api import Locator, Page, expect

from workbook import paths
from workbook.questions import bank
from workbook.questions.drawing import draw, evaluate
from workbook.reference.source import Cell

ROOT = Path(__file__).parents[2]
SLUGS = [path.stem for path in paths.lesson_notebooks()]
SHOTS = os.environ.get("WORKBOOK_SHOTS")


@pytest.fixture(scope="module")
def course(start_lab: Callable[..., Lab], tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A JupyterLab with all lessons as they are delivered."""
    root = tmp_path_factory.mktemp("course")
    for name in SLUGS:
        shutil.copy(ROOT / f"notebooks/{name}.ipynb", root)
    return start_lab(root, {"WORKBOOK_PROGRESS": str(root / "progress.jsonl")})


@pytest.fixture(scope="module", params=SLUGS)
def lesson(request: pytest.FixtureRequest, course: Lab, shared_page: Page) -> Iterator[Notebook]:
    """A lesson's untouched notebook, opened and run once for the tests of this file, in which they
    go on one after the other."""
    close_all(shared_page)
    shared_page.set_viewport_size({"width": 1200, "height": 900})
    notebook = Notebook(shared_page, course, f"{request.param}.ipynb")
    run_by_keyboard(notebook)
    yield notebook
    close_all(shared_page)
    course.stop_kernels()


def run_by_keyboard(notebook: Notebook) -> None:
    """Run all cells with Shift+Enter, and nothing else."""
    page = notebook.page
    cells = cells_of(slug(notebook))
    page.locator(".jp-Cell").first.click()
    page.keyboard.press("Escape")
    for _ in cells:
        page.keyboard.press("Shift+Enter")
    # The last Shift+Enter adds an empty cell, so the last one that ran is counted.
    last = page.locator(".jp-CodeCell").nth(sum(c["cell_type"] == "code" for c in cells) - 1)
    prompt = last.locator(".jp-InputArea-prompt").first
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=120_000)
    notebook.wait_idle(120)


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


def slug(notebook: Notebook) -> str:
    return notebook.name.removesuffix(".ipynb")


def test_it_runs_from_top_to_bottom_without_an_error(lesson: Notebook) -> None:
    page = lesson.page
    assert page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
    assert page.locator("text=Error displaying widget").count() == 0
    exercises = json.loads((paths.answers_dir() / f"{slug(lesson)}.json").read_text())["order"]
    assert page.locator("strong:has-text('○ Not attempted')").count() == len(exercises)
    source = json.loads((ROOT / f"notebooks/{lesson.name}").read_text())
    shown = sum("quiz(" in "".join(cell["source"]) for cell in source["cells"])
    assert shown > 3
    assert (
        page.locator(".jp-OutputArea-output form, .jp-OutputArea-output fieldset").count() >= shown
    )


def test_the_route_without_code_can_be_walked(lesson: Notebook) -> None:
    """Every question up to *Stretch* is answered in its form, and not one line of code typed."""
    asked = route(slug(lesson))
    for key in asked:
        answer(lesson.page.locator(f"[data-question='{key}']"), bank.get(key))
    saved = [c for c in lesson.save()["cells"] if "".join(c["source"]).strip()]
    assert ["".join(cell["source"]) for cell in saved] == [
        cell["source"] for cell in cells_of(slug(lesson))
    ]
    assert all(o["output_type"] != "error" for c in saved for o in c.get("outputs", []))
    record = (lesson.lab.root / "progress.jsonl").read_text("utf-8").splitlines()
    noted = {e["item"]: e["verdict"] for e in map(json.loads, record) if "verdict" in e}
    assert set(asked) <= set(noted)
    assert {noted[key] for key in asked} <= {"right", "committed", "decided", "self-rated"}


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
            expect(summary).to_have_attribute("data-state", "right", timeout=60_000)
        else:
            expect(said).not_to_be_empty(timeout=60_000)
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_output(lesson: Notebook, theme: str) -> None:
    lesson.set_theme(theme)
    if SHOTS:
        lesson.page.set_viewport_size({"width": 1200, "height": 30_000})
        lesson.page.locator(".jp-Cell").first.scroll_into_view_if_needed()
        lesson.shot(Path(SHOTS) / f"{slug(lesson)}-{theme}.png")
        lesson.page.set_viewport_size({"width": 1200, "height": 900})
    # pandas' own tables have an empty header above their index; that is not ours to write.
    assert axe(lesson.page, ".jp-OutputArea-output", but="table.dataframe") == []


def test_every_picture_says_in_words_what_it_shows(lesson: Notebook) -> None:
    pictures = lesson.page.locator(".jp-OutputArea-output img").all()
    assert pictures
    for picture in pictures:
        assert len(picture.get_attribute("alt") or "") > 40


def test_a_wrong_answer_gets_its_message_and_a_right_one_is_right(lesson: Notebook) -> None:
    """Type into the first exercise: a known wrong way, then the worked answer; see the card."""
    answers = json.loads((paths.answers_dir() / f"{slug(lesson)}.json").read_text())
    key = answers["order"][0]
    entry = answers["exercises"][key]
    notebook = json.loads((ROOT / f"notebooks/{lesson.name}").read_text())
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    place = next(n for n, cell in enumerate(code) if cell["metadata"].get("key") == key)

    def attempt(value: object) -> str:
        type_into(lesson, place, f"{entry['name']} = {python(value)}")
        lesson.run_cell(place)
        lesson.run_cell(place + 1)
        card = lesson.page.locator(".jp-CodeCell").nth(place + 1).locator("[role=status]")
        return card.inner_text()

    for way in entry["wrong"][:3]:
        said = attempt(way["value"])
        assert "✘ Not yet" in said
        assert way["message"].split(".")[0].replace("`", "").replace("*", "") in said
    assert "✔ Right" in attempt(entry["answer"])


def python(form: dict[str, object]) -> str:
    """A canonical value as code."""
    if form["kind"] == "set":
        return "{" + ", ".join(map(repr, form["items"])) + "}"  # type: ignore[call-overload]
    if form["kind"] == "series":
        return f"__import__('pandas').Series({form['values']!r}, index={form['index']!r})"
    if form["kind"] == "mapping":
        return repr(dict(form["items"]))  # type: ignore[call-overload]
    return repr(form["items"] if "items" in form else form["value"])


def type_into(notebook: Notebook, place: int, text: str) -> None:
    """Replace the text of a code cell by keyboard."""
    editor = notebook.page.locator(".jp-CodeCell").nth(place).locator(".cm-content")
    editor.click()
    notebook.page.keyboard.press("Control+A")
    notebook.page.keyboard.insert_text(text)


def test_plain_words_stand_below_an_error_even_after_a_restart(lesson: Notebook) -> None:
    """With nothing imported yet, the kernel's own extension helps."""
    lesson.restart_kernel()
    source = json.loads((ROOT / f"notebooks/{lesson.name}").read_text())["cells"]
    code = [cell for cell in source if cell["cell_type"] == "code"]
    place = next(n for n, cell in enumerate(code) if "".join(cell["source"]).startswith("check("))
    lesson.run_cell(place)
    card = lesson.page.locator(".jp-CodeCell").nth(place).locator("[role=status]")
    assert "Was the kernel restarted?" in card.inner_text()
