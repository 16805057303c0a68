"""Where something is taught: the section of a lesson, as a link that JupyterLab understands."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workbook import paths
from workbook.questions import bank
from workbook.study import places
from workbook.study.places import place_of

ROOT = Path(__file__).parents[2]

BANK = """
questions:
- {id: 07-q01, objective: L7.1, bloom: apply, type: single, stem: a, options: &o [{text: b, why: c, right: true}, {text: d, why: e}]}
- {id: 07-q02, objective: L7.2, bloom: apply, type: single, stem: a2, options: *o}
- {id: 07-q03, objective: L7.2, bloom: apply, type: single, stem: a3, options: *o}
- {id: 07-q04, objective: L7.2, bloom: apply, type: single, stem: a4, pool: exam, options: *o}
- {id: 07-q05, objective: L7.3, bloom: apply, type: single, stem: a5, pool: exam, options: *o}
- {id: 07-q06, objective: L7.4, bloom: apply, type: predict, stem: a6, reveal: r, unit: "%"}
- {id: 07-q07, objective: L7.4, bloom: apply, type: single, stem: a7, options: *o}
- {id: 07-q08, objective: L7.5, bloom: apply, type: single, stem: a8, options: *o}
- {id: 07-q09, objective: L7.2, bloom: apply, type: single, stem: a9, options: *o}
"""  # noqa: E501
CELLS = [
    "# 07 Funnels\n\n*A laboratory*",
    'quiz("07-q06")',
    "Some words.\n\n## 1 Six visitors, by hand\n\nMore.\n\n```python\n# no heading\n```",
    "### Exercise 1. With your finger",
    ("07-by-hand", "closed = ..."),
    'check("07-by-hand")',
    'quiz("07-q01")',
    '## 2 What `x` *may* "hold"',
    'quiz("07-q02")',
    "### Twice",
    'quiz("07-q07")',
    "## Exam corner",
    'quiz("07-q03")',
    "# Stretch",
    "### Twice",
    'quiz("07-q08", "07-q01", "07-q02")',
    "### Exercise 2 (stretch). The detour",
    ("07-detour", "x = ..."),
    'quiz("07-q09")',
]


def notebook(cells: list[Any]) -> dict[str, Any]:
    made = []
    for place, cell in enumerate(cells):
        key, source = cell if isinstance(cell, tuple) else (None, cell)
        kind = "code" if key or source.startswith(("quiz", "check")) else "markdown"
        metadata = {"key": key} if key else {}
        made.append({"cell_type": kind, "id": f"c{place}", "metadata": metadata, "source": source})
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson."""
    for folder in ("notebooks", "datasets", "lessons", "answers"):
        (tmp_path / folder).mkdir()
    (tmp_path / "notebooks/07-funnels.ipynb").write_text(json.dumps(notebook(CELLS)))
    (tmp_path / "lessons/07-funnels.yml").write_text(BANK)
    exercise = {"name": "x", "kind": "number", "answer": {"kind": "number", "value": 1}}
    exercises = {
        key: {**exercise, "objective": objective, "hints": [], "accepted": [], "wrong": []}
        for key, objective in (("07-by-hand", "L7.2"), ("07-detour", "L7.9"))
    }
    answers = {"lesson": "07-funnels", "title": "F", "order": list(exercises)}
    text = json.dumps({**answers, "exercises": exercises})
    (tmp_path / "answers/07-funnels.json").write_text(text)
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path / "lessons"))
    monkeypatch.setenv("WORKBOOK_ANSWERS", str(tmp_path / "answers"))
    return tmp_path


def heading(what: str) -> str | None:
    found = place_of(what)
    return found.heading if found else None


def test_what_a_lesson_shows_belongs_to_the_section_it_stands_in(home: Path) -> None:
    found = place_of("07-q01")
    assert found is not None
    assert (found.notebook, found.heading) == ("07-funnels.ipynb", "1 Six visitors, by hand")
    assert found.link == "07-funnels.ipynb#1-Six-visitors,-by-hand"
    assert (found.title, found.lesson) == ("07 Funnels", "07")
    assert heading("07-by-hand") == "1 Six visitors, by hand"


def test_an_exercise_without_a_section_above_it_has_its_own_heading(home: Path) -> None:
    assert heading("07-detour") == "Exercise 2 (stretch). The detour"


def test_reserved_questions_go_to_the_first_section_of_their_objective(home: Path) -> None:
    assert heading("07-q04") == heading("L7.2") == "1 Six visitors, by hand"  # by the exercise


def test_a_collection_teaches_nothing(home: Path) -> None:
    assert heading("07-q03") == "1 Six visitors, by hand"  # shown in the exam corner
    assert heading("07-q08") == "Twice"  # one of three in a cell, but asked nowhere else
    assert heading("07-q09") == "1 Six visitors, by hand"  # beside an exercise of the stretch part


def test_a_prediction_at_the_top_does_not_tell_the_section(home: Path) -> None:
    assert heading("L7.4") == heading("07-q06") == "Twice"


def test_what_has_no_section_gets_the_top_of_its_lesson(home: Path) -> None:
    for what in ("07-q05", "L7.3", "L7.8", "07-q99", "07-nothing"):
        found = place_of(what)
        assert found is not None and found.link == "07-funnels.ipynb"
        assert found.heading == "07 Funnels"


@pytest.mark.parametrize("what", ["ga4-q01", "GA.1", "L8.1", "08-q01", "", "x", "L", "##"])
def test_what_no_lesson_here_teaches_has_no_place(home: Path, what: str) -> None:
    assert place_of(what) is None


def test_an_author_may_say_which_section_teaches_an_objective(home: Path) -> None:
    taught = {"L7.2": {"text": "a", "bloom": "apply", "taught": "Exam corner"}}
    taught["L7.1"] = {**taught["L7.2"], "taught": "No such heading"}
    (home / "lessons/objectives.yml").write_text(yaml.safe_dump(taught))
    assert heading("L7.2") == heading("07-q04") == "Exam corner"
    assert heading("07-q02") == '2 What x may "hold"'  # where it is shown is known better
    assert heading("L7.1") == "1 Six visitors, by hand"


def test_headings_that_an_address_cannot_spell_are_linked_by_their_cell(home: Path) -> None:
    found = place_of("07-q02")
    assert found is not None and found.link == "07-funnels.ipynb#cell-id=c7"
    found = place_of("07-q07")  # there are two of this name
    assert found is not None and found.link == "07-funnels.ipynb#cell-id=c9"


def test_a_changed_notebook_is_read_again(home: Path) -> None:
    assert heading("07-q01") == "1 Six visitors, by hand"
    path = home / "notebooks/07-funnels.ipynb"
    path.write_text(path.read_text().replace("Six visitors", "Seven visitors"))
    os.utime(path, ns=(1, 1))
    assert heading("07-q01") == "1 Seven visitors, by hand"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"cells": [3, {}]}', "\x00"])
def test_torn_files_stop_nothing(home: Path, text: str) -> None:
    (home / "notebooks/07-funnels.ipynb").write_text(text)
    found = place_of("07-q01")
    assert found is not None and found.link == "07-funnels.ipynb"
    for name in ("lessons/07-funnels.yml", "answers/07-funnels.json", "lessons/objectives.yml"):
        (home / name).write_text(text)
    assert place_of("L7.2") is not None


@given(st.text(max_size=30))
def test_any_word_has_a_place_or_none(what: str) -> None:
    assert place_of(what) is None or isinstance(place_of(what), places.Place)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "cell_type": st.sampled_from(["markdown", "code", "raw", 3]),
                "source": st.one_of(
                    st.text(alphabet='# abq\n`*_"()[]$&uiz("07-q01")', max_size=60), st.none()
                ),
                "metadata": st.one_of(st.none(), st.just({"key": 3}), st.just({"key": "07-x"})),
                "id": st.one_of(st.none(), st.text(max_size=5)),
            },
        ),
        max_size=6,
    )
)
def test_no_notebook_breaks_the_reader(cells: list[dict[str, Any]]) -> None:
    book = places._read("07-x.ipynb", cells)
    for section in book.items.values():
        assert section.place.link.startswith("07-x.ipynb")


# --- the course itself -------------------------------------------------------------------------


def test_every_question_of_the_course_has_a_section_that_is_there() -> None:
    headings = {path.name: places._book(path, 0, 0) for path in paths.lesson_notebooks()}
    for question in bank.all_questions():
        found = place_of(question)
        assert found is not None, question.id
        book = headings[found.notebook]
        assert book is not None and found.heading in book.headings, question.id
        assert found.lesson == question.lesson


def test_sections_named_in_objectives_are_headings_of_their_lessons() -> None:
    data = yaml.safe_load((ROOT / "lessons/objectives.yml").read_text(encoding="utf-8"))
    for objective, entry in data.items():
        if "taught" in entry:
            assert heading(objective) == entry["taught"]
