"""The study sheets: those of the course are sound, faults are told, and what a learner sees."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from workbook import paths, progress
from workbook.building.sheets import of_sheets
from workbook.study.sheets import SheetsError, sheets
from workbook.widgets.study_sheet import StudySheet, study_sheet

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "lessons"
ONE = "01-what-counts"
Change = Callable[[dict[str, object]], object]


def test_the_sheets_of_the_course_are_sound() -> None:
    assert [str(problem) for problem in of_sheets(LESSONS, ROOT / "solutions")] == []


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of one lesson with its sheet and its worked notebook."""
    (tmp_path / "lessons").mkdir()
    for name in (f"{ONE}.py", f"{ONE}.yml", "glossary.yml"):
        shutil.copy(LESSONS / name, tmp_path / "lessons" / name)
    shutil.copytree(LESSONS / "tables", tmp_path / "lessons/tables")
    (tmp_path / "solutions").mkdir()
    shutil.copy(ROOT / f"solutions/{ONE}.ipynb", tmp_path / "solutions")
    _write(tmp_path, _sheet())
    return tmp_path


def _sheet() -> dict[str, object]:
    data = yaml.safe_load((LESSONS / "sheets.yml").read_text("utf-8"))
    found: dict[str, object] = next(one for one in data["sheets"] if one["lesson"] == "01")
    return found


def _write(course: Path, *found: dict[str, object]) -> None:
    text = yaml.safe_dump({"sheets": list(found)}, sort_keys=False, allow_unicode=True, width=1000)
    (course / "lessons/sheets.yml").write_text(text, "utf-8")


def _faults(course: Path) -> list[str]:
    return [str(problem) for problem in of_sheets(course / "lessons", course / "solutions")]


def test_a_course_with_all_its_sheets_passes(course: Path) -> None:
    assert _faults(course) == []


def _set(name: str, value: object) -> Change:
    return lambda sheet: sheet.update({name: value})


def _first_fact(text: str) -> Change:
    return lambda sheet: sheet.update(facts=[text, *sheet["facts"][1:]])  # type: ignore[index]


def _review(name: str) -> Change:
    return lambda sheet: sheet.update(review=[name, *sheet["review"][1:]])  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (lambda sheet: sheet.pop("answer"), "- lesson", "`answer` is missing"),
        (_set("answer", "One sentence only."), "answer:", "the answer has 1 sentences"),
        (_set("answer", 5), "answer:", "`answer` is not a text"),
        (_set("question", "Conversions"), "question:", "the question is long, or is none"),
        (_set("facts", ["A fact."]), "facts:", "there are 1 facts"),
        (_set("facts", "A fact."), "facts:", "`facts` is not a list"),
        (_first_fact("One. Two."), "One. Two.", "a fact is one sentence"),
        (_first_fact("A fact without an end"), "A fact", "a fact is one sentence"),
        (_first_fact("word " * 200 + "."), "- lesson", "the sheet has 4"),
        (_first_fact("Here 47.3 % do it."), "47.3", f"nothing in {ONE}.ipynb shows 47.3 %"),
        (_set("fact", "A fact."), "fact:", "unknown key `fact`; did you mean `facts`?"),
        (_review("02-q13"), "- 02-q13", "lesson 01 has no question 02-q13"),
        (_review("01-q01"), "- 01-q01", "01-q01 is of the type order"),
        (_review("01-q32"), "- 01-q32", "01-q32 is what a class votes on"),
        (_review("01-q18"), "review:", "there are 2 review questions"),
        (_set("lesson", "09"), "- lesson", "there is no lesson 09"),
        (_set("lesson", "09"), "sheets:", "lesson 01 has no sheet"),
    ],
)
def test_a_fault_is_told_with_its_line(course: Path, change: Change, where: str, what: str) -> None:
    sheet = _sheet()
    change(sheet)
    _write(course, sheet)
    text = (course / "lessons/sheets.yml").read_text("utf-8").splitlines()
    line = next(number for number, one in enumerate(text, 1) if where in one)
    told = [fault for fault in _faults(course) if what in fault]
    assert len(told) == 1
    assert told[0].startswith(f"{course}/lessons/sheets.yml:{line}: ")


def test_a_question_reserved_for_mocks_is_refused(course: Path) -> None:
    bank = yaml.safe_load((course / f"lessons/{ONE}.yml").read_text("utf-8"))["questions"]
    reserved = next(q["id"] for q in bank if q.get("pool") == "exam" and q["type"] == "single")
    sheet = _sheet()
    _review(reserved)(sheet)
    _write(course, sheet)
    assert [f"{reserved} is reserved for mock exams" in fault for fault in _faults(course)] == [
        True
    ]


def test_two_sheets_of_a_lesson_are_refused(course: Path) -> None:
    _write(course, _sheet(), _sheet())
    assert any("lesson 01 has two sheets" in fault for fault in _faults(course))


@pytest.mark.parametrize("text", ["sheets: [", "", "sheet: []", "sheets: 3", "- a", "sheets: [4]"])
def test_a_file_of_another_form_is_one_clear_line(course: Path, text: str) -> None:
    (course / "lessons/sheets.yml").write_text(text, "utf-8")
    assert len(_faults(course)) == 1
    if text != "sheets: []":
        with pytest.raises(SheetsError, match="Run `python -m workbook build`"):
            sheets(course / "lessons")


def test_a_missing_file_is_one_clear_line(course: Path) -> None:
    (course / "lessons/sheets.yml").unlink()
    assert "sheets.yml:1: cannot be read" in _faults(course)[0]
    with pytest.raises(SheetsError):
        sheets(course / "lessons")


def test_figures_wait_for_the_worked_notebook(course: Path) -> None:
    sheet = _sheet()
    _first_fact("Here 47.3 % do it.")(sheet)
    _write(course, sheet)
    (course / f"solutions/{ONE}.ipynb").unlink()
    assert _faults(course) == []


# --- what a learner sees -----------------------------------------------------------------------


@pytest.mark.parametrize("said", ["07", "7", 7, " lesson 07 "])
def test_a_sheet_is_found_however_its_number_is_written(said: object) -> None:
    shown = study_sheet(said)
    assert isinstance(shown, StudySheet)
    assert shown.page.sheet.lesson == "07"
    assert [one["id"] for one in shown.form.questions] == list(shown.page.sheet.review)


@pytest.mark.parametrize("said", ["", "99", "funnels", None, "7" * 50, "<b>"])
def test_an_unknown_lesson_gets_a_card_with_what_there_is(said: object) -> None:
    card = repr(study_sheet(said))
    for number in sheets(LESSONS):
        assert f'study_sheet("{number}")' in card


def test_the_text_form_does_not_depend_on_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    before = study_sheet("01")
    assert isinstance(before, StudySheet)
    name = before.page.sheet.review[0]
    before.form.handle({"type": "answer", "id": name, "seq": 1, "answer": 0})
    [event] = progress.events()
    assert (event["item"], event["asked"]) == (name, "sheet-01")
    after = study_sheet("01")
    assert isinstance(after, StudySheet)
    assert after.plain == before.plain
    assert after.form.forms[name]["attempts"] == 1


def test_what_was_answered_in_the_lesson_is_asked_afresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    name = sheets(LESSONS)["01"].review[0]
    progress.record("answer", name, verdict="right", answer=3, attempt=1)
    shown = study_sheet("01")
    assert isinstance(shown, StudySheet)
    assert "feedback" not in shown.form.forms[name]
    assert shown.form.forms[name]["attempts"] == 0


def test_headings_stay_below_those_of_a_notebook_and_markup_is_escaped(course: Path) -> None:
    sheet = _sheet()
    _first_fact("A fact with <script>alert(1)</script> in it.")(sheet)
    _write(course, sheet)
    monkey = pytest.MonkeyPatch()
    monkey.setenv("WORKBOOK_LESSONS", str(course / "lessons"))
    try:
        shown = study_sheet("01")
    finally:
        monkey.undo()
    assert isinstance(shown, StudySheet)
    page = shown.page.html()
    assert "<h1" not in page and "<h2" not in page and "<h3" in page
    assert "<script" not in page


def test_a_copy_without_the_lessons_questions_says_so(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / f"lessons/{ONE}.yml").unlink()
    monkeypatch.setenv("WORKBOOK_LESSONS", str(course / "lessons"))
    assert paths.lessons_dir() == course / "lessons"
    shown = study_sheet("01")
    assert isinstance(shown, StudySheet)
    assert shown.form.notices and not shown.form.questions


def test_broken_sheets_are_a_card_and_no_traceback(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "lessons/sheets.yml").write_text("sheets: [", "utf-8")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(course / "lessons"))
    assert "cannot be read" in repr(study_sheet("01"))


def test_a_sheet_is_headed_by_its_lesson_and_leads_to_it() -> None:
    shown = study_sheet("05")
    assert isinstance(shown, StudySheet)
    notebook = next(paths.notebooks_dir().glob("05-*.ipynb"))
    title = json.loads(notebook.read_text("utf-8"))["cells"][0]["source"]
    title = "".join(title).partition("\n")[0].removeprefix("# ")
    assert f"{title}: {sheets(LESSONS)['05'].question}" in shown.plain
    assert f'href="{notebook.name}"' in shown.page.html() and title in shown.page.html()
    assert f"{title}: " in repr(study_sheet())


def test_a_sheet_without_its_notebook_has_its_number_and_no_link(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "notebooks_dir", lambda: tmp_path)
    shown = study_sheet("05")
    assert isinstance(shown, StudySheet)
    assert "lesson 05: " in shown.plain and "href" not in shown.page.html()
