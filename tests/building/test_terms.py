"""A lesson shows its terms, uses those listed for it, and introduces none that is not listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.building.terms import of_terms
from workbook.questions import bank
from workbook.reference import source

LESSONS = Path(__file__).parents[2] / "lessons"

GLOSSARY = """\
terms:
- term: closed funnel
  aliases: [closed]
  definition: Only those count at a step who did all the steps before it.
  example: e
  not_to_be_confused_with: [{word: list, how: it has no rule}]
  lessons: ["07"]
  source: this workbook
- term: session
  aliases: [visit]
  definition: One stretch of activity of one browser on the site.
  example: e
  not_to_be_confused_with: [{word: person, how: a person has many}]
  lessons: ["00", "07"]
  source: this workbook
- term: holdout
  definition: A group from which something is withheld by lot.
  example: e
  not_to_be_confused_with: [{word: rest, how: nobody drew it}]
  lessons: ["11"]
  source: this workbook
"""

LESSON = """\
# ---
# title: Tiny
# ---

# %% [markdown]
# **Afterwards you can**
#
# * say what **closed** means, and why two visits are no person;
#
# **Two routes.** Press **Shift+Enter**. **Mara** waits. Choose **Restart Kernel**.
#
# **One and the same session**: it is counted **once**.

# %%
from workbook import glossary

glossary("07")
"""


CODE = "# %%\nfrom"


def problems(
    folder: Path,
    lesson: str = LESSON,
    glossary: str | None = GLOSSARY,
    questions: list[bank.Question] | None = None,
) -> list[str]:
    """`name:line: what` of every problem."""
    path, terms = folder / "07-tiny.py", folder / "glossary.yml"
    path.write_text(lesson, "utf-8")
    if glossary is not None:
        terms.write_text(glossary, "utf-8")
    found = of_terms(source.read(path), questions or [], terms)
    assert {one.path for one in found} <= {path, terms}
    return [f"{one.path.name}:{one.line}: {one.what}" for one in found]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_a_lesson_that_keeps_the_rules_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    "call", ["", "# glossary('07')", "glossary('01')", "glossary()", "quiz('07')"]
)
def test_a_lesson_without_its_terms_is_refused(tmp_path: Path, call: str) -> None:
    [problem] = problems(tmp_path, LESSON.replace('glossary("07")', call))
    assert problem.startswith("07-tiny.py:1: no cell shows the terms")


def test_a_call_that_learners_do_not_see_does_not_count(tmp_path: Path) -> None:
    hidden = LESSON.replace("# %%\nfrom", '# %% tags=["ways"]\nfrom')
    assert any("no cell shows" in problem for problem in problems(tmp_path, hidden))


def test_a_listed_term_that_is_never_said_is_refused_on_its_line(tmp_path: Path) -> None:
    silent = LESSON.replace("**closed** means", "it means")
    [problem] = problems(tmp_path, silent)
    assert problem.startswith(
        f"glossary.yml:{line_of(GLOSSARY, '- term: closed')}: `closed funnel`"
    )


def test_a_term_said_in_a_hint_or_a_question_is_said(tmp_path: Path) -> None:
    silent = LESSON.replace("**closed** means", "it means")
    option = bank.Option(text="Two closed funnels", why="w", right=True)
    question = bank.Single(id="07-q01", objective="L7.1", bloom="apply", stem="s", options=[option])
    assert problems(tmp_path, silent, questions=[question]) == []
    hint = (
        '\n# %% key="07-a" kind="number"\na = ...\n### BEGIN SOLUTION\na = 1\n### END SOLUTION\n'
        '\n# %% [markdown] tags=["hint"] key="07-a"\n# Is it a closed funnel?\n'
    )
    assert problems(tmp_path, silent + hint) == []


def test_what_only_the_instructor_reads_is_not_said(tmp_path: Path) -> None:
    silent = LESSON.replace("**closed** means", "it means")
    told = silent + '\n# %% [markdown] tags=["instructor"]\n# A **closed** funnel, a **jump**.\n'
    assert len(problems(tmp_path, told)) == 1


def test_two_texts_are_not_read_as_one(tmp_path: Path) -> None:
    split = LESSON.replace("**closed** means", "it means") + (
        "\n# %% [markdown]\n# It is closed\n\n# %% [markdown]\n# funnel by funnel.\n"
    )
    only = GLOSSARY.replace("  aliases: [closed]\n", "")
    assert len(problems(tmp_path, split, only)) == 1


NEW = [
    ("A **step rate** is a share.", "**step rate**"),
    ("**Lag**: the time from a micro to the macro.", "**Lag**"),
    ("* **lag**: the time.", "**lag**"),
    ("It is one (**lag**).", "**lag**"),
    ("A **CLV** says it.", "**CLV**"),
    ("| **lag** | days |", "**lag**"),
]


@pytest.mark.parametrize(("prose", "words"), NEW, ids=[prose for prose, _ in NEW])
def test_a_bold_term_outside_the_glossary_is_refused(
    tmp_path: Path, prose: str, words: str
) -> None:
    text = f"{LESSON}\n# %% [markdown]\n# {prose}\n"
    [problem] = problems(tmp_path, text)
    assert problem.startswith(f"07-tiny.py:{line_of(text, words)}: {words} reads like a term")


NO_TERM = [
    "**Prices.** They rise.",
    "**Why the two reports differ?** Because.",
    "**All of this is only here for the emphasis** of it.",
    "It is **not** there, **two of them** are, **without** any.",
    "**Northlight**, the agency.",
    "**Ctrl+S** saves; the menu **Run** runs.",
    "In **one visit** or in **many visits**, **earlier visits** too.",
    "**Closed funnels** and **sessions**.",
    "a ** b ** c",
]


@pytest.mark.parametrize("prose", NO_TERM)
def test_labels_keys_names_and_everyday_words_are_no_terms(tmp_path: Path, prose: str) -> None:
    assert problems(tmp_path, f"{LESSON}\n# %% [markdown]\n# {prose}\n") == []


def test_the_header_may_name_emphasis(tmp_path: Path) -> None:
    text = f"{LESSON}\n# %% [markdown]\n# A person **acts** on **one page**.\n"
    assert len(problems(tmp_path, text)) == 2
    allowed = text.replace("# title: Tiny\n", "# title: Tiny\n# emphasis: [acts, one page]\n")
    assert problems(tmp_path, allowed) == []
    stale = allowed.replace("acts,", "acts, jumps,")
    assert problems(tmp_path, stale) == [
        "07-tiny.py:1: `emphasis` names 'jumps', which is nowhere in bold; take it out"
    ]
    [problem] = problems(tmp_path, allowed.replace("[acts, one page]", "acts"))[:1]
    assert "must be a list" in problem


def test_a_term_of_a_later_lesson_is_refused_until_it_is_listed(tmp_path: Path) -> None:
    text = f"{LESSON}\n# %% [markdown]\n# Those are the **holdout**.\n"
    [problem] = problems(tmp_path, text)
    assert "introduces `holdout` only in lesson 11; list 07" in problem
    listed = GLOSSARY.replace('["11"]', '["11", "07"]')
    assert problems(tmp_path, text, listed) == []


def test_faults_of_the_glossary_come_with_its_lines(tmp_path: Path) -> None:
    broken = GLOSSARY.replace('["11"]', '["99"]')
    [problem] = problems(tmp_path, glossary=broken)
    assert problem.startswith(f"glossary.yml:{line_of(broken, '99')}: unknown lesson `99`")


def test_a_folder_without_a_glossary_is_asked_nothing(tmp_path: Path) -> None:
    plain = LESSON.replace('glossary("07")', "1")
    assert problems(tmp_path, plain, glossary=None) == []
    [problem] = problems(tmp_path, glossary=None)
    assert problem.startswith(f"07-tiny.py:{line_of(LESSON, CODE)}: ")
    assert "no glossary.yml beside it" in problem


@pytest.mark.parametrize("number", ["00", "01", "02", "03", "07"])
def test_the_courses_lessons_keep_the_rules(number: str) -> None:
    lesson = source.read(source.find(LESSONS, number))
    found = of_terms(lesson, bank.read(lesson.path.with_suffix(".yml")), LESSONS / "glossary.yml")
    assert [str(one) for one in found] == []
