"""Each lesson in JupyterLab, from top to bottom, as its learner sees it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_lab import Lab, Notebook, axe

from workbook import paths

ROOT = Path(__file__).parents[2]
SLUGS = [path.stem for path in paths.lesson_notebooks()]
SHOTS = os.environ.get("WORKBOOK_SHOTS")


@pytest.fixture(scope="module", params=SLUGS)
def lesson(
    request: pytest.FixtureRequest,
    start_lab: Callable[..., Lab],
    browser: object,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Notebook]:
    """A lesson's untouched notebook, opened and run once for the tests of this file."""
    root = tmp_path_factory.mktemp(request.param)
    shutil.copy(ROOT / f"notebooks/{request.param}.ipynb", root)
    lab = start_lab(root, {"WORKBOOK_PROGRESS": str(root / "progress.jsonl")})
    page = browser.new_page(viewport={"width": 1200, "height": 900})  # type: ignore[attr-defined]
    notebook = Notebook(page, lab, f"{request.param}.ipynb")
    notebook.run_all()
    yield notebook
    page.close()
    lab.stop_kernels()


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
