"""The mock exam where things go wrong: a clock that differs, no kernel when time is up, two tabs at
once, a notebook that was run whole; and what is said as time runs out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from browser_lab import Lab, Notebook
from exam_hall import lessons_with
from playwright.sync_api import Locator, expect

SETUP = """import os
os.environ["WORKBOOK_PROGRESS"] = os.path.abspath({record!r})
os.environ["WORKBOOK_LESSONS"] = {lessons!r}
from workbook.widgets.mock_exam import mock_exam"""
Open = Callable[..., Notebook]


def cells(record: str, lessons: Path) -> list[str]:
    return [SETUP.format(record=record, lessons=str(lessons)), "mock_exam()"]


def started(open_notebook: Open, name: str, lessons: Path, *more: str) -> Notebook:
    """A notebook with a running exam; `more` cells stand below it."""
    book = open_notebook(f"{name}.ipynb", [*cells(f"{name}.jsonl", lessons), *more])
    book.run_all()
    book.page.get_by_role("button", name=re.compile("^Start: 10")).click()
    expect(exam(book)).to_contain_text("Question 1 of 6")
    return book


def exam(book: Notebook) -> Locator:
    """The exam in the notebook that is in front."""
    return book.body.locator(".ss-exam")


def button(book: Notebook, name: str) -> Locator:
    return exam(book).get_by_role("button", name=name, exact=True)


def minutes_left(lab: Lab, record: str, minutes: float) -> None:
    """Let the exam in the record have begun so long ago that so many of its 10 minutes are left."""
    path = lab.root / record
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    now = datetime.now().astimezone()
    for line in lines:
        if line["what"] == "start":
            line["t"] = (now - timedelta(minutes=10 - minutes)).isoformat()
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def test_five_minutes_and_one_minute_before_the_end_it_is_said(
    open_notebook: Open, lab: Lab, tmp_path: Path
) -> None:
    book = started(open_notebook, "marks", lessons_with(tmp_path / "lessons"))
    said = exam(book).locator(".ss-time-note[aria-live=polite]")
    for minutes, words in ((5, "5 minutes left."), (1, "1 minute left.")):
        minutes_left(lab, "marks.jsonl", minutes + 0.08)
        book.run_all()
        assert said.inner_text() == ""
        expect(said).to_have_text(words, timeout=10_000)


def test_a_browser_whose_clock_is_wrong_shows_the_time_that_is_left(
    start_lab: Callable[..., Lab], browser: Any, tmp_path: Path
) -> None:
    lab = start_lab()
    lab.put("clock.ipynb", cells("clock.jsonl", lessons_with(tmp_path / "lessons")))
    page = browser.new_page()
    page.add_init_script("const now = Date.now; Date.now = () => now() + 3_600_000;")
    book = started(lambda name, _: Notebook(page, lab, name), "clock", tmp_path)
    timer = exam(book).get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"9:5\d"), timeout=10_000)
    page.wait_for_timeout(1500)  # several looks at the clock: it does not hand in
    expect(timer).to_have_text(re.compile(r"9:5\d"))
    page.close()
    lab.stop()


def test_time_that_is_up_without_a_kernel_is_handed_in_by_the_next(
    open_notebook: Open, lab: Lab, tmp_path: Path
) -> None:
    book = started(open_notebook, "late", lessons_with(tmp_path / "lessons"))
    button(book, "Next").click()
    minutes_left(lab, "late.jsonl", 0.15)
    book.run_all()
    book.restart_kernel()  # what is shown has lost its kernel
    said = exam(book).locator(".ss-time-note")
    expect(said).to_contain_text("Time is up. Click into the gray cell above", timeout=20_000)
    book.run_all()
    expect(exam(book).locator(".ss-report")).to_contain_text("Time ran out while this exam")


def test_two_tabs_show_one_exam_and_what_one_hands_in_the_other_cannot_change(
    open_notebook: Open, lab: Lab, browser: Any, tmp_path: Path
) -> None:
    lessons = lessons_with(tmp_path / "lessons")
    one = started(open_notebook, "tabs", lessons)
    lab.put("other.ipynb", cells("tabs.jsonl", lessons))
    other = Notebook(browser.new_page(), lab, "other.ipynb")
    other.run_all()
    expect(exam(other)).to_contain_text("Question 1 of 6")
    button(other, "Flag for later").click()
    expect(button(other, "Flagged: take the flag off")).to_be_visible()
    button(other, "Hand in …").click()
    button(other, "Hand in now").click()
    expect(exam(other).locator(".ss-report")).to_be_visible()
    other.page.close()
    expect(exam(one)).to_contain_text("Question 1 of 6")
    button(one, "Flag for later").click()
    expect(exam(one)).to_contain_text("handed in in another window")
    record = [json.loads(line) for line in (lab.root / "tabs.jsonl").read_text().splitlines()]
    assert [line["what"] for line in record].count("start") == 1
    assert record[-1]["what"] == "end"


def test_run_all_leaves_the_running_exam_in_sight(open_notebook: Open, tmp_path: Path) -> None:
    below = "# " + "\n\n".join(f"Line {n}" for n in range(60))
    lessons = lessons_with(tmp_path / "lessons")
    book = started(open_notebook, "sight", lessons, below, "pass", below, "pass")
    book.restart_kernel()
    book.run_all()
    expect(exam(book)).to_be_in_viewport(timeout=5_000)
