"""A number that a lesson says is shown by a cell near it, or has a named source."""

from __future__ import annotations

import os
from pathlib import Path

import helpers
import pytest

from workbook.building import build, numbers
from workbook.questions import bank
from workbook.reference import source
from workbook.reference.source import SourceError

LESSON = """# ---
# title: Tiny
# objectives: [L1.1]
# {header}
# ---

# %% [markdown]
# ## 1 First
# {first}

# %%
visits = 61072
visits

# %% tags=["facts"]
print("share", 2.0222)

# %% [markdown]
# ## 2 Second
# {second}
"""
OUTPUTS = {11: ["61072"], 15: ["share 2.0222"]}


def found(tmp_path: Path, first: str = "", second: str = "", header: str = "") -> list[str]:
    """The numbers of a small lesson that nothing covers, as `line: number`."""
    path = tmp_path / "01-tiny.py"
    path.write_text(LESSON.format(first=first, second=second, header=header), encoding="utf-8")
    (tmp_path / "01-tiny.yml").write_text("questions: []\n", encoding="utf-8")
    lesson = source.read(path)
    lines = [cell.line for cell in lesson.cells if cell.kind == "code"]
    outputs = dict(zip(lines, OUTPUTS.values(), strict=True))
    problems = numbers.of_numbers(lesson, [], outputs, {})
    return [f"{problem.line}: {problem.what}" for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        "The log has 61,072 visits.",
        "The log has about 61,000 visits.",
        "The log has over 61,000 visits, nearly 62,000.",
        "2.0 % of the visits hold an order, or 2.02 %, or 2 %.",
        "Ask 12 people. Of 100 visits, 1,000 visits, 13 weeks, 91 days, in 2025: free.",
        "On 22 September and September 23 at 14:30, by `print(77)` and [a page](x/4711).",
        "1. first\n# 27. twenty-seventh",
    ],
)
def test_a_number_that_a_cell_of_the_section_shows_is_covered(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, first=text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The log has 61,073 visits.", "61,073"),
        ("The log has about 62,000 visits.", "62,000"),
        ("The log has nearly 61,000 visits.", "61,000"),
        ("The log has over 62,000 visits.", "62,000"),
        ("2.1 % of the visits hold an order.", "2.1 %"),
        ("3 % of the visits hold an order.", "3 %"),
        ("It cost $5.", "$5"),
        ("A fall of -37 points.", "37"),
        ("Between 20-30 of them.", "20"),
    ],
)
def test_a_number_that_nothing_shows_is_named_with_its_line(
    tmp_path: Path, text: str, number: str
) -> None:
    said = found(tmp_path, first=text)
    assert said
    assert said[0].startswith(f"9: nothing in this section shows the number {number}:")


def test_what_another_section_shows_does_not_cover_it(tmp_path: Path) -> None:
    assert len(found(tmp_path, second="There are 61,072 visits.")) == 1


def test_a_cited_number_needs_a_year_and_a_source_that_the_lesson_names(tmp_path: Path) -> None:
    text = "The Baymard Institute says 70.2 %."
    assert len(found(tmp_path, second=text)) == 1
    good = 'cited: {"70.2": "Baymard Institute, average of 2025"}'
    assert found(tmp_path, second=text, header=good) == []
    [no_year] = found(tmp_path, second=text, header='cited: {"70.2": "Baymard Institute"}')
    assert "needs a year" in no_year
    [unnamed] = found(tmp_path, second=text, header='cited: {"70.2": "Somebody, 2025"}')
    assert "never mentions its source" in unnamed


def question(tmp_path: Path, text: str, sources: str = "") -> list[str]:
    """What is uncovered in a question with this `why`."""
    path = tmp_path / "01-tiny.py"
    path.write_text(LESSON.format(first="", second="", header=""), encoding="utf-8")
    path.with_suffix(".yml").write_text(
        f"""questions:
- id: 01-q01
  objective: L1.1
  bloom: apply
  type: single
  stem: Of 250 carts 40 were paid. What share?
{sources}  options:
  - text: 16 %
    right: true
    why: "{text}"
  - text: 40 %
    why: Forty is the count.
""",
        encoding="utf-8",
    )
    lesson = source.read(path)
    problems = numbers.of_numbers(lesson, bank.read(path.with_suffix(".yml")), {}, {})
    assert all(problem.path.suffix == ".yml" for problem in problems)
    return [f"{problem.line}: {problem.what}" for problem in problems]


def test_an_explanation_may_use_what_the_question_states_and_what_follows(tmp_path: Path) -> None:
    assert question(tmp_path, "40 of 250 are 16 %, and 210 are left.") == []
    [one] = question(tmp_path, "A quarter would be 73 carts.")
    assert one.startswith("10: nothing in this section shows the number 73:")


def test_a_source_with_a_year_covers_a_question(tmp_path: Path) -> None:
    text = "Others find 73 %."
    assert question(tmp_path, text, "  source: Baymard Institute (2025)\n") == []
    assert len(question(tmp_path, text, "  source: the shop's truth\n")) == 1


def test_a_wrong_number_stops_the_build(tmp_path: Path) -> None:
    home = helpers.copy_mini(tmp_path / "home")
    path = next((home / "lessons").glob("01-*.py"))
    text = path.read_text(encoding="utf-8")
    wrong = '\n# %% [markdown]\n# No cell shows 4,711 of anything.\n\n# %% tags=["facts"]\n4712\n'
    path.write_text(text + wrong, encoding="utf-8")
    with helpers.at_home(home), pytest.raises(SourceError) as caught:
        build.build(path, home / "other")
    [problem] = caught.value.problems
    assert "4,711" in problem.what
    assert problem.line == (text + wrong)[: (text + wrong).index("4,711")].count("\n") + 1


def test_facts_cover_and_appear_in_no_notebook(tmp_path: Path) -> None:
    home = helpers.copy_mini(tmp_path / "home")
    path = next((home / "lessons").glob("01-*.py"))
    text = path.read_text(encoding="utf-8")
    added = '\n# %% [markdown]\n# It is 4,711.\n\n# %% tags=["facts"]\nprint(4000 + 711)\n'
    path.write_text(text + added, encoding="utf-8")
    with helpers.at_home(home):
        built = build.build(path, home / "other")
    assert any("It is 4,711" in text for text in built.files.values())
    assert not any("4000 + 711" in text for text in built.files.values())
    assert os.environ.get("WORKBOOK_HOME") != str(home)
