"""The mock exam in JupyterLab and Chromium: by keyboard alone, through a kernel restart and a page
reload, out of time, read by axe, on a narrow screen."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from browser_lab import Lab, Notebook, axe
from exam_hall import lessons_with
from playwright.sync_api import Locator, expect

from workbook.questions import bank
from workbook.study.places import place_of

LESSONS = Path(__file__).parents[2] / "lessons"
SETUP = """import os
os.environ["WORKBOOK_PROGRESS"] = os.path.abspath({record!r})
os.environ["WORKBOOK_LESSONS"] = {lessons!r}
from workbook.widgets.mock_exam import mock_exam"""
DEEP = "04-q10"  # a question of a section deep in a long lesson
Open = Callable[..., Notebook]
ITEM = "form[data-question]"


def cells(record: str, lessons: Path, call: str = "mock_exam()") -> list[str]:
    return [SETUP.format(record=record, lessons=str(lessons)), call]


def events(lab: Lab, record: str, what: str | None = None) -> list[dict[str, Any]]:
    lines = (lab.root / record).read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [event for event in found if what in (None, event["what"])]


def press(book: Notebook, *keys: str) -> None:
    for key in keys:
        book.page.keyboard.press(key)


def tab_to(book: Notebook, target: Locator, key: str = "Tab") -> None:
    """Press Tab until the target has the focus, as somebody without a mouse does."""
    for _ in range(80):
        if target.evaluate("node => node === document.activeElement"):
            return
        press(book, key)
    raise AssertionError(f"Tab does not reach {target}")


def into_the_output(book: Notebook) -> None:
    """From the code of the exam's cell, Tab reaches the exam."""
    book.page.locator(".jp-CodeCell .cm-content").nth(1).click()
    press(book, "Escape")
    for _ in range(20):
        press(book, "Tab")
        if book.page.evaluate("document.activeElement.closest('.ss-exam') !== null"):
            return
    raise AssertionError("Tab does not reach the exam")


def form(book: Notebook) -> Locator:
    return book.page.locator(ITEM)


def await_answers(book: Notebook, lab: Lab, record: str, count: int) -> None:
    """Wait until the record has answers to so many questions."""
    for _ in range(100):
        found = len({event["question"] for event in events(lab, record, "answer")})
        if found >= count:
            break
        book.page.wait_for_timeout(100)
    assert found == count


def button(book: Notebook, name: str) -> Locator:
    return book.page.locator(".ss-exam").get_by_role("button", name=name, exact=True)


def filled(book: Notebook) -> list[Any]:
    """What stands in the inputs of the question shown."""
    found: list[Any] = form(book).evaluate(
        """form => [...form.querySelectorAll('input, select, .ss-item-text')].map(
            node => node.matches('[type=radio], [type=checkbox]') ? [node.value, node.checked]
                : node.value ?? node.textContent)"""
    )
    return found


def answer_by_keyboard(book: Notebook, number: int) -> None:
    """Answer the question shown; the focus is where going there has put it."""
    kind = form(book).get_attribute("data-type")
    if kind == "single":
        tab_to(book, form(book).get_by_role("radio").first)
        press(book, "Space", *["ArrowDown"] * (number % 3))
    elif kind == "multiple":
        tab_to(book, form(book).get_by_role("checkbox").first)
        press(book, "Space", "Tab", "Space")
    elif kind == "numeric":
        tab_to(book, form(book).get_by_role("textbox"))
        press(book, "ControlOrMeta+a", *f"{number}.5")
    elif kind == "order":
        tab_to(book, form(book).get_by_role("button", name=re.compile("^Move down")).first)
        press(book, "Enter")
    else:
        for select in form(book).get_by_role("combobox").all():
            tab_to(book, select)
            press(book, "ArrowDown", *["ArrowDown"] * (number % 2))


def left(book: Notebook) -> float:
    """Seconds on the timer."""
    parts = book.page.get_by_role("timer").inner_text().split(":")
    return sum(60**place * int(part) for place, part in enumerate(reversed(parts)))


def deadline(book: Notebook) -> int:
    root = book.page.locator(".ss-exam")
    expect(root).to_have_attribute("data-page", "exam")
    return int(root.get_attribute("data-deadline") or 0)


def by_the_wall_clock(book: Notebook) -> float:
    """Seconds that are left by the deadline and the clock on the wall."""
    now: float = book.page.evaluate("Date.now()")
    return (deadline(book) - now) / 1000


def test_an_exam_by_keyboard_alone_through_a_restart_and_a_reload(
    open_notebook: Open, lab: Lab
) -> None:
    record = "exam.jsonl"
    book = open_notebook("exam.ipynb", cells(record, LESSONS, 'mock_exam("short")'))
    book.run_all()
    expect(book.page.locator(".ss-exam")).to_contain_text("no prediction")
    into_the_output(book)
    tab_to(book, book.page.get_by_label("none"))
    press(book, "ArrowRight", "ArrowRight")
    expect(book.page.get_by_label("+50 %")).to_be_checked()
    start = book.page.get_by_role("button", name=re.compile("^Start: 37 minutes 30 seconds"))
    tab_to(book, start)
    press(book, "Enter")
    expect(form(book)).to_contain_text("Question 1 of 20")
    expect(form(book).locator("fieldset").first).to_be_focused()
    [begun] = events(lab, record, "start")
    seconds = datetime.fromisoformat(begun["t"]).timestamp() + 25 * 60 * 1.5
    until = deadline(book)
    assert until == round(seconds * 1000)
    given: list[list[Any]] = []

    def answer(number: int) -> None:
        expect(form(book)).to_contain_text(f"Question {number} of 20")
        answer_by_keyboard(book, number)
        given.append(filled(book))

    def on(number: int) -> None:
        tab_to(book, book.page.locator(f"{ITEM} button[type=submit]"))
        press(book, "Enter")
        if number < 20:
            expect(form(book).locator("fieldset").first).to_be_focused()

    for number in range(1, 9):
        answer(number)
        if number == 4:
            tab_to(book, button(book, "Flag for later"))
            press(book, "Enter")
            expect(button(book, "Flagged: take the flag off")).to_be_visible()
        on(number)

    # The kernel restarts; question 9 is answered without one, and nothing of it is lost.
    book.restart_kernel()
    expect(book.page.locator(".ss-banner")).to_contain_text("clock runs on")
    form(book).locator("fieldset").first.focus()
    answer(9)
    on(9)
    assert len({event["question"] for event in events(lab, record, "answer")}) == 8
    book.run_all()
    expect(form(book)).to_contain_text("Question 10 of 20")
    expect(book.page.locator(".ss-banner")).to_be_empty()
    expect(book.page.locator(".ss-far")).to_have_text("9 of 20 answered")
    assert deadline(book) == until
    assert abs(left(book) - by_the_wall_clock(book)) < 1.5
    await_answers(book, lab, record, 9)

    into_the_output(book)
    form(book).locator("fieldset").first.focus()
    for number in range(10, 15):
        answer(number)
        on(number)

    # The page is loaded again, without saving the notebook.
    book.page.goto("about:blank")
    book = open_notebook("exam.ipynb")
    book.run_all()
    expect(form(book)).to_contain_text("Question 15 of 20")
    expect(book.page.locator(".ss-far")).to_have_text("14 of 20 answered")
    assert deadline(book) == until
    assert abs(left(book) - by_the_wall_clock(book)) < 1.5
    form(book).locator("fieldset").first.focus()
    for number in range(15, 21):
        if number == 17:
            given.append(filled(book))
        else:
            answer(number)
        on(number)

    # Everything stands where it was put.
    overview = book.page.locator(".ss-overview")
    expect(overview.get_by_role("listitem")).to_have_count(20)
    flagged = overview.get_by_role("button", name=re.compile("^Question 4 .*, flagged"))
    expect(flagged).to_be_visible()
    expect(overview.get_by_role("button", name="Question 17 open")).to_be_visible()
    tab_to(book, overview.get_by_role("button").first)
    press(book, "Enter")
    for number in range(1, 21):
        expect(form(book)).to_contain_text(f"Question {number} of 20")
        assert filled(book) == given[number - 1], f"question {number}"
        on(number)
    tab_to(book, button(book, "Hand in …"))
    press(book, "Enter")
    warning = book.page.locator(".ss-exam").get_by_role("group", name="Hand in?")
    expect(warning).to_contain_text("1 question is flagged.")
    expect(warning.get_by_role("button", name="Go to question 17, open")).to_be_visible()
    assert not events(lab, record, "end")
    tab_to(book, button(book, "Hand in now"))
    press(book, "Enter")
    report = book.page.locator(".ss-report")
    head = report.get_by_role("heading", name="Report: Short mock exam")
    expect(head).to_be_focused(timeout=20_000)
    [end] = events(lab, record, "end")
    assert len(end["verdicts"]) == 20
    assert end["why"] == "handed in"
    right = list(end["verdicts"].values()).count("right")
    expect(report.locator(".ss-score")).to_contain_text(f"{right} of 20")
    expect(report.locator(".ss-entry")).to_have_count(20)
    by_place = [item["id"] for item in begun["items"]]
    shown = report.locator(".ss-entry").evaluate_all(
        "nodes => nodes.map(node => [node.dataset.question, node.dataset.verdict])"
    )
    assert shown == [[key, end["verdicts"][key]] for key in by_place]
    look_through_the_report(book, lab, report)


def look_through_the_report(book: Notebook, lab: Lab, report: Locator) -> None:
    """The filter, an explanation, and the way to the lesson, by keyboard."""
    tab_to(book, button(book, "Wrong, blank and flagged only"))
    press(book, "Enter")
    again = report.locator(".ss-entry:not([data-verdict=right])").count()
    expect(report.get_by_text(re.compile(r"\d+ of 20 questions shown"))).to_be_visible()
    assert again <= report.locator(".ss-entry:visible").count() <= again + 1  # one right, flagged
    entry = report.locator(".ss-entry:not([data-verdict=right])").first
    tab_to(book, entry.locator("summary"))
    press(book, "Enter")
    expect(entry.locator(".ss-answers")).to_contain_text("Your answer")
    link = report.locator(".ss-begin .ss-link").first
    name = link.get_attribute("href") or ""
    assert name.endswith(".ipynb")
    lab.put(name, ["# Elsewhere", "pass"])
    tab_to(book, link, "Shift+Tab")
    press(book, "Enter")
    expect(book.page.locator(".lm-TabBar-tab.lm-mod-current", has_text=name)).to_be_visible()


def test_without_a_kernel_that_is_said_and_a_saved_notebook_shows_the_exam(
    open_notebook: Open, lab: Lab, tmp_path: Path
) -> None:
    lessons = lessons_with(tmp_path / "lessons")
    book = open_notebook("gone.ipynb", cells("gone.jsonl", lessons))
    book.run_all()
    book.page.get_by_role("button", name=re.compile("^Start: 10")).click()
    place = form(book).get_attribute("data-question")
    answer_by_keyboard(book, 1)
    button(book, "Next").click()
    before = deadline(book)
    book.save()
    book.page.goto("about:blank")
    lab.stop_kernels()
    book = open_notebook("gone.ipynb")
    expect(form(book)).to_contain_text("Question 2 of 6")
    assert deadline(book) == before
    banner = book.page.locator(".ss-banner")
    expect(banner).to_contain_text("press Shift+Enter; your answers are kept here.")
    expect(banner).to_contain_text("the clock runs on")
    button(book, "Previous").click()
    expect(form(book)).to_have_attribute("data-question", place or "")
    button(book, "Flag for later").click()
    expect(book.page.locator(".ss-exam")).to_contain_text("Kept in this browser, not saved yet.")
    assert not events(lab, "gone.jsonl", "flag")
    book.run_all()
    expect(button(book, "Flagged: take the flag off")).to_be_visible()
    book.page.wait_for_timeout(1500)
    assert [event["on"] for event in events(lab, "gone.jsonl", "flag")] == [True]


def test_when_time_is_up_the_exam_is_handed_in_with_what_was_typed(
    open_notebook: Open, lab: Lab, tmp_path: Path
) -> None:
    lessons = lessons_with(
        tmp_path / "lessons", items=1, minutes=0.2, types=["numeric"],
        topics=[{"name": "Rates", "weight": 1, "objectives": ["L2.2"]}],
    )  # fmt: skip
    book = open_notebook("time.ipynb", cells("time.jsonl", lessons))
    book.run_all()
    book.page.get_by_label("hidden").check()
    book.page.get_by_role("button", name=re.compile("^Start: 12 seconds")).click()
    expect(book.page.get_by_role("timer")).to_be_hidden()
    expect(button(book, "Show timer")).to_be_visible()
    said = book.page.locator(".ss-time-note")
    expect(said).to_have_attribute("role", "status")
    expect(said).to_have_text("Half of the time is over.", timeout=9_000)
    while by_the_wall_clock(book) > 0.5:
        book.page.wait_for_timeout(100)
    form(book).get_by_role("textbox").fill("31.5")  # no pause, no leaving the field
    report = book.page.locator(".ss-report")
    expect(report).to_contain_text("time ran out", timeout=20_000)
    expect(report.get_by_role("heading", name="Report:")).to_be_focused()
    [end] = events(lab, "time.jsonl", "end")
    assert end["why"] == "time"
    assert list(end["verdicts"].values()) == ["wrong"]
    [answer] = events(lab, "time.jsonl", "answer")
    assert answer["answer"] == "31.5"


def each_page(book: Notebook, look: Callable[[str], None]) -> None:
    """Go through the exam's pages and look at each."""
    look("start page")
    book.page.get_by_role("button", name=re.compile("^Start: 10")).click()
    for number in range(1, 7):
        expect(form(book)).to_contain_text(f"Question {number} of 6")
        if number == 1:
            button(book, "Flag for later").click()
        elif number < 6:
            answer_by_keyboard(book, number)
        look(f"item {number}")
        book.page.locator(f"{ITEM} button[type=submit]").click()
    look("overview")
    book.page.locator(".ss-stage").get_by_role("button", name="Hand in …").click()
    look("warning")
    button(book, "Hand in now").click()
    expect(book.page.locator(".ss-report")).to_be_visible(timeout=20_000)
    button(book, "Open all").click()
    book.page.locator(".ss-fold > summary").click()
    look("report")
    button(book, "Back to the start page").click()
    expect(book.page.locator(".ss-earlier")).to_be_visible()
    look("start page with a sitting")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    theme: str, open_notebook: Open, tmp_path: Path, lab: Lab
) -> None:
    lessons = lessons_with(tmp_path / "lessons")
    lessons_with(lessons, "other", title="Other exam", minutes=30)
    book = open_notebook(f"axe-{theme}.ipynb", cells(f"axe-{theme}.jsonl", lessons))
    book.set_theme(theme)
    book.run_all()
    book.page.get_by_label("Small exam").check()

    def look(page: str) -> None:
        book.page.mouse.move(0, 0)
        book.page.wait_for_timeout(250)
        assert axe(book.page, ".ss-exam") == [], page

    each_page(book, look)


def test_an_exam_that_loads_late_is_shown_begun_and_handed_in(
    open_notebook: Open, tmp_path: Path, lab: Lab
) -> None:
    book = open_notebook("late.ipynb", cells("late.jsonl", lessons_with(tmp_path / "lessons")))
    with book.widgets_loading_late():
        book.run_all()
    each_page(book, lambda page: None)
    assert len({event["question"] for event in events(lab, "late.jsonl", "answer")}) == 4
    assert len(events(lab, "late.jsonl", "end")) == 1


def test_nothing_is_cut_off_at_360_pixels(open_notebook: Open, tmp_path: Path) -> None:
    lessons = lessons_with(tmp_path / "lessons")
    lessons_with(lessons, "other", title="Another exam with quite a long name", minutes=30)
    book = open_notebook("narrow.ipynb", cells("narrow.jsonl", lessons))
    book.run_all()
    root = book.page.locator(".ss-exam")
    root.wait_for()
    root.evaluate("node => (node.style.width = '330px')")  # 360 less the page's edges
    book.page.get_by_label("Small exam").check()

    def look(page: str) -> None:
        wide = root.evaluate(
            """root => [...root.querySelectorAll('*')]
                .filter(node => !node.closest('.ss-hidden, .ss-table, .ss-teaser, thead') &&
                                node.offsetParent)
                .filter(node => node.getBoundingClientRect().right >
                                root.getBoundingClientRect().right + 0.5)
                .map(node => node.outerHTML.slice(0, 120))"""
        )
        assert wide == [], page
        scrolled = root.evaluate(
            """root => [...root.querySelectorAll('.ss-scroll:has(caption)')]
                .filter(node => node.scrollWidth > node.clientWidth + 1).length"""
        )
        assert scrolled == 0, page

    each_page(book, look)


# --- what somebody new stumbles over ------------------------------------------------------------


def untimed(folder: Path, types: list[str], items: int = 6) -> Path:
    return lessons_with(
        folder, "untimed", title="Where to begin", minutes=None, pass_mark=None, types=types,
        items=items,
    )  # fmt: skip


def test_a_click_on_start_gives_the_first_question_the_focus_and_blanks_are_fine(
    open_notebook: Open, lab: Lab, tmp_path: Path
) -> None:
    lessons = untimed(tmp_path / "lessons", ["single", "multiple"])
    book = open_notebook("mouse.ipynb", cells("mouse.jsonl", lessons, 'mock_exam("untimed")'))
    book.run_all()
    expect(book.page.locator(".ss-about")).to_contain_text("Leave blank what you would only guess.")
    button(book, "Start").click()
    expect(form(book)).to_contain_text("Question 1 of 2")
    expect(form(book).locator("fieldset").first).to_be_focused()
    button(book, "Hand in …").click()
    warning = book.page.locator(".ss-exam").get_by_role("group", name="Hand in?")
    expect(warning).to_contain_text("Blank is fine here: it shows a gap.")
    expect(warning).not_to_contain_text("guess")
    book.restart_kernel()
    banner = book.page.locator(".ss-banner")
    expect(banner).to_contain_text("Python was restarted or has stopped")
    expect(banner).not_to_contain_text("clock")


def test_a_text_that_is_no_number_is_said_at_once_and_counts_as_blank(
    open_notebook: Open, lab: Lab, tmp_path: Path
) -> None:
    lessons = untimed(tmp_path / "lessons", ["numeric", "single"])
    book = open_notebook("text.ipynb", cells("text.jsonl", lessons, 'mock_exam("untimed")'))
    book.run_all()
    button(book, "Start").click()
    expect(form(book)).to_contain_text("Question 1 of 2")
    number = 1
    if form(book).get_attribute("data-type") != "numeric":
        button(book, "Next").click()
        number = 2
    box = form(book).get_by_role("textbox")
    note = form(book).get_by_role("status")

    def enter(text: str) -> None:
        box.fill(text)
        press(book, "Enter")

    def stays() -> None:
        expect(note).to_contain_text(re.compile("not a number|as one number"))
        expect(form(book)).to_contain_text(f"Question {number} of 2")
        expect(box).to_be_focused()
        expect(book.page.locator(".ss-far")).to_have_text("0 of 2 answered")

    enter("many")
    stays()
    enter("12 apples and pears")  # only Python knows that this is none
    stays()
    press(book, "Enter")  # it was said: now go on
    expect(form(book).filter(has_text=f"Question {number} of 2")).to_have_count(0)
    if number == 1:
        button(book, "Overview").click()
    jump = book.page.locator(".ss-overview").get_by_role("button").nth(number - 1)
    expect(jump).to_contain_text("not readable")
    expect(book.page.locator("[data-tally]")).to_contain_text("0 of 2 answered, 1 not readable")
    book.page.locator(".ss-stage").get_by_role("button", name="Hand in …").click()
    warning = book.page.locator(".ss-exam").get_by_role("group", name="Hand in?")
    expect(warning).to_contain_text("1 question is not readable")
    warning.get_by_role("button", name=f"Go to question {number}, not readable").click()
    enter("12")
    expect(form(book).filter(has_text=f"Question {number} of 2")).to_have_count(0)
    expect(book.page.locator(".ss-far")).to_have_text("1 of 2 answered")


def test_only_the_chosen_exam_tells_all_about_itself(open_notebook: Open, tmp_path: Path) -> None:
    lessons = lessons_with(tmp_path / "lessons", about="About the small one.")
    lessons_with(lessons, "other", title="Other exam", about="About the other one.", minutes=30)
    book = open_notebook("choice.ipynb", cells("choice.jsonl", lessons))
    book.run_all()
    exam = book.page.locator(".ss-exam")
    for chosen, other in (("Small exam", "Other exam"), ("Other exam", "Small exam")):
        exam.get_by_label(chosen).check()
        word = {"Small exam": "small", "Other exam": "other"}
        expect(exam.get_by_text(f"About the {word[chosen]} one.")).to_be_visible()
        expect(exam.get_by_text(f"About the {word[other]} one.")).to_be_hidden()
        expect(exam.get_by_text(other, exact=True)).to_be_visible()
        expect(exam.locator(".ss-facts", has_text="30 minutes")).to_be_visible()
        expect(exam.locator(".ss-facts", has_text="10 minutes")).to_be_visible()


def test_read_again_opens_a_closed_long_lesson_at_its_section(
    open_notebook: Open, lab: Lab, tmp_path: Path
) -> None:
    place = place_of(DEEP)
    assert place is not None and "#" in place.link
    shutil.copy(LESSONS.parent / "notebooks" / place.notebook, lab.root / place.notebook)
    objective = next(q.objective for q in bank.read(LESSONS / "04-event-model.yml") if q.id == DEEP)
    lessons = tmp_path / "lessons"
    lessons_with(
        lessons, items=1, types=["single", "multiple", "numeric", "match", "order", "classify"],
        topics=[{"name": "04 Deep", "weight": 1, "objectives": [objective]}],
    )  # fmt: skip
    for path in (LESSONS / "04-event-model.yml", LESSONS / "objectives.yml"):
        shutil.copy(path, lessons)
    book = open_notebook("again.ipynb", cells("again.jsonl", lessons, 'mock_exam("small")'))
    book.run_all()
    book.page.get_by_role("button", name=re.compile("^Start")).click()
    button(book, "Hand in …").click()
    button(book, "Hand in now").click()
    button(book, "Open all").click()
    link = book.page.locator(".ss-entry .ss-source .ss-link").first
    heading = link.inner_text().removeprefix("04: ")
    assert not heading.startswith("04")  # a section, not the lesson's top
    link.click()
    panel = book.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(panel.locator("h1").first).to_contain_text("04")
    target = panel.locator(".jp-MarkdownCell :is(h2, h3)").filter(has_text=heading).first
    frame = panel.locator(".jp-WindowedPanel-outer").first
    for _ in range(150):
        book.page.wait_for_timeout(100)
        if target.count() and (box := target.bounding_box()) and (sight := frame.bounding_box()):
            below = box["y"] - sight["y"]
            if -10 <= below <= 200:
                break
    else:
        raise AssertionError("the section does not come into sight")
    book.page.wait_for_timeout(1500)  # and it stays there
    box = target.bounding_box()
    assert box and sight and -10 <= box["y"] - sight["y"] <= 200


SHEETS = """() => {
    window.formSheets = [...document.querySelectorAll('style')].filter(
        style => style.textContent.includes('.ss-form'));
    return window.formSheets.length;
}"""
ALONE = """own => {
    const mine = window.formSheets.filter(style => style.textContent.includes(own) &&
        (own === '.ss-go-on' || !style.textContent.includes('.ss-go-on')));
    window.formSheets.forEach(style => (style.media = style === mine[0] ? 'all' : 'not all'));
    return Math.min(mine.length, 1);
}"""
LAST = """place => {
    const style = window.formSheets[place];
    style.parentNode.append(style);
}"""
LOOKS = """root => [...root.querySelectorAll('*')].filter(node => node.offsetParent).map(node => {
    const style = getComputedStyle(node);
    return [node.className, style.fontSize, style.fontWeight, style.margin, style.padding,
            style.display, style.color, style.backgroundColor, style.float, style.minHeight];
})"""


def test_no_form_changes_the_look_of_another(open_notebook: Open, lab: Lab, tmp_path: Path) -> None:
    lessons = lessons_with(tmp_path / "lessons", minutes=600)
    setup = SETUP.format(record="looks.jsonl", lessons=str(lessons))
    more = "from workbook.widgets.flashcards import flashcards\nfrom workbook import quiz"
    calls = ["mock_exam()", "flashcards()", 'quiz("02-q01")']
    book = open_notebook("looks.ipynb", [f"{setup}\n{more}", *calls, *calls])
    book.run_all()
    roots = [".ss-exam.ss-form", ".ss-flashcards", ".ss-quiz:not(.ss-exam)"]
    for root in roots:
        expect(book.page.locator(root)).to_have_count(2)
    book.page.wait_for_timeout(500)
    sheets = book.page.evaluate(SHEETS)
    assert sheets >= 3
    before = {}
    for root, own in zip(roots, [".ss-go-on", ".ss-flashcards", ".ss-quiz"], strict=True):
        assert book.page.evaluate(ALONE, own) == 1
        before[root] = book.page.locator(root).first.evaluate(LOOKS)
    assert all(len(look) > 5 for look in before.values())
    book.page.evaluate("() => window.formSheets.forEach(style => (style.media = 'all'))")
    for place in range(sheets):  # whichever was loaded last stands last
        book.page.evaluate(LAST, place)
        for root in roots:
            assert book.page.locator(root).first.evaluate(LOOKS) == before[root], (root, place)
