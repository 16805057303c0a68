"""What the instructor gets: a plan of fifty minutes, two votes, and no answer unasked."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path

import helpers
import pytest

from workbook import cli, paths
from workbook.building import run_sheet
from workbook.questions import bank
from workbook.questions.drawing import drawn
from workbook.reference import source

ROOT = Path(__file__).parents[2]
FINISHED = [
    path
    for path in source.sources(ROOT / "lessons")
    if (ROOT / f"notebooks/{path.stem}.ipynb").exists()
]

SHEET = """\
## For the instructor

| minutes | what | how |
|---|---|---|
| 0-20 | Exercise 1 | Alone. |
| 20-50 | Votes | In pairs. |

**Before class.** Open the lesson.

**What goes wrong.** Somebody counts people.

**If time is short,** stop."""


def faults(text: str) -> list[str]:
    return [f"{line}: {what}" for line, what in run_sheet.read(text).faults]


def test_a_whole_run_sheet_is_read() -> None:
    sheet = run_sheet.read(SHEET)
    assert not sheet.faults
    assert sheet.steps == [
        run_sheet.Step(0, 20, "Exercise 1", "Alone."),
        run_sheet.Step(20, 50, "Votes", "In pairs."),
    ]
    assert sheet.parts == {
        "Before class": "Open the lesson.",
        "What goes wrong": "Somebody counts people.",
        "If time is short": "stop.",
    }


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("## For the instructor", "## Notes", "0: the run sheet needs the heading"),
        ("| minutes | what | how |", "| min | what |", "0: the run sheet needs a table"),
        ("| 20-50 |", "| 25-50 |", "5: the minutes 20 to 25 are not planned"),
        ("| 20-50 |", "| 15-50 |", "5: the minutes 15 to 20 are planned twice"),
        ("| 0-20 |", "| 5-20 |", "4: the minutes 0 to 5 are not planned"),
        ("| 20-50 |", "| 20-45 |", "5: the table ends at minute 45; a lesson has 50"),
        ("| 20-50 |", "| 20-55 |", "5: the table ends at minute 55; a lesson has 50"),
        ("| 20-50 |", "| later |", "5: a row reads `| 0-5 | what | how |`"),
        ("| 20-50 |", "| 50-20 |", "5: a row reads `| 0-5 | what | how |`"),
        ("| Votes | In pairs. |", "| Votes |", "5: a row reads `| 0-5 | what | how |`"),
        ("**Before class.** Open the lesson.", "", "needs a paragraph **Before class**"),
        ("**What goes wrong.**", "**Trouble.**", "needs a paragraph **What goes wrong**"),
        ("**If time is short,** stop.", "**If time is short.**", "paragraph **If time is short**"),
    ],
)
def test_a_faulty_run_sheet_is_told_its_line(before: str, after: str, said: str) -> None:
    assert before in SHEET
    found = faults(SHEET.replace(before, after, 1))
    assert any(said in fault for fault in found), found


def problems(home: Path, change: tuple[str, str] = ("", ""), **question: str) -> list[str]:
    """The faults of the mini lesson after a change of its source, or of its question 01-q02."""
    path = home / "lessons/01-mini.py"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with helpers.at_home(home):
        questions = [
            dataclasses.replace(one, **question) if one.id == "01-q02" else one
            for one in bank.read(path.with_suffix(".yml"))
        ]
    found = run_sheet.of_instructor(source.read(path), questions)
    assert all(problem.path == path for problem in found)
    return [f"{problem.line}: {problem.what}" for problem in found]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return helpers.copy_mini(tmp_path / "home")


def test_the_mini_lesson_has_what_the_instructor_needs(home: Path) -> None:
    assert problems(home) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('[markdown] tags=["instructor"]', "[markdown]"), "is the run sheet; there are 0"),
        (('["instructor", "key"]', '["instructor"]'), "is the key for the instructor; there are 0"),
        (('[markdown] tags=["instructor"]', 'tags=["instructor"]'), "stands in markdown cells"),
        (("[01-q02, 01-q03]", "[01-q02]"), "names 2 questions to vote on, not ['01-q02']"),
        (("[01-q02, 01-q03]", "[01-q02, 01-q02]"), "names 2 questions to vote on"),
        (("[01-q02, 01-q03]", "[01-q02, 01-q77]"), "there is no question 01-q77"),
        (("[01-q02, 01-q03]", "[01-q02, 01-q04]"), "01-q04 is reserved for mock exams"),
        (("| 20-40 | Votes", "| 25-40 | Votes"), "the minutes 20 to 25 are not planned"),
    ],
)  # fmt: skip
def test_what_is_missing_for_the_instructor_is_refused(
    home: Path, change: tuple[str, str], said: str
) -> None:
    found = problems(home, change)
    assert any(said in fault for fault in found), found


def test_a_class_votes_on_single_questions_only(home: Path) -> None:
    path = home / "lessons/01-mini.yml"
    before = "evaluate\n  pool: lesson\n  type: "
    text = path.read_text(encoding="utf-8").replace(f"{before}single", f"{before}multiple", 1)
    path.write_text(text, encoding="utf-8")
    assert problems(home) == [
        "1: votes: 01-q02 is of type multiple; a class votes on a `single` one"
    ]


def test_a_fault_of_the_sheet_is_told_by_its_line_in_the_source(home: Path) -> None:
    [found] = problems(home, ("| 20-40 | Votes", "| 25-40 | Votes"))
    lines = (home / "lessons/01-mini.py").read_text(encoding="utf-8").splitlines()
    assert lines[int(found.partition(":")[0]) - 1].startswith("# | 25-40 | Votes")


# --- teach


def taught(*words: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "workbook", "teach", *words],
        cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return run.stdout


def said(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, str, str]:
    with helpers.at_home(home):
        status = cli.main(["teach", *words])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_run_sheet_reads_well_in_a_plain_terminal(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = said(capsys, home, "01")
    assert (status, err) == (0, "")
    assert out.startswith(
        "01 A mini lesson\n================\n"
        "The shop's question of the day: how often does a visit end with an order?\n"
    )
    assert "  0-20   Exercise 1\n         Alone, then in pairs.\n" in out
    assert "  A. All visits\n  B. Those with an order\n" in out
    assert re.search(r"an owner of \d shops", out)  # drawn, not {n}
    assert "  Exercise 1. The share: minutes 0-20\n" in out
    assert "  Exercise 2. The buyers (stretch): minutes 40-50\n" in out
    assert "  01-devices (stretch): not in class\n" in out
    assert "What goes wrong\n---------------\nSomebody counts people.\n" in out
    assert "If time is short\n----------------\nDrop vote 2.\n" in out
    assert out.isascii()


def test_the_answers_come_only_when_asked_for(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = ["The secret of the key cell.", "right.", "wrong.", "Too many for", "ANSWERS"]
    assert not any(secret in said(capsys, home, "1")[1] for secret in secrets)
    _, out, _ = said(capsys, home, "1", "--answers")
    assert all(secret in out for secret in secrets)
    assert "  B. right. They complete the objective.\n" in out
    assert re.search(r"  A\. wrong\. Too many for \d shops\.\n", out)


def flat(text: str) -> str:
    """A text without line breaks and marks, so that wrapping hides nothing."""
    return " ".join(re.sub(r"[*`]", "", text).split())


@pytest.mark.parametrize("path", FINISHED, ids=lambda path: path.stem)
def test_no_answer_of_a_lesson_leaks_from_its_run_sheet(path: Path) -> None:
    lesson = source.read(path)
    out = flat(taught(lesson.number))
    secrets: dict[str, str] = {}
    for question in bank.read(path.with_suffix(".yml")):
        seen = drawn(question)
        for part in getattr(seen, "options", ()) or ():
            secrets[f"a why of {question.id}"] = part.why
            assert flat(part.why) not in out, question.id
        if question.type == "numeric":
            assert flat(seen.why) not in out
    [_], [key] = run_sheet.cells(lesson)
    told = flat(re.sub(r"(?m)^#+ .*$", "", key.source))
    sentences = [s for s in re.split(r"(?<=[.?])\s+", told) if len(s) > 12]
    assert len(sentences) > 3
    assert not [sentence for sentence in sentences if sentence in out]
    answers = json.loads((paths.answers_dir() / f"{lesson.slug}.json").read_text(encoding="utf-8"))
    for name, entry in answers["exercises"].items():
        for text in forms(entry["answer"]):
            assert text not in out, name
        worked = flat(lesson.exercises[name].cell.region())
        assert worked not in out, name
    votes = [drawn(bank.get(name)) for name in lesson.votes]
    listed = [flat(option.text) for vote in votes for option in vote.options]
    assert all(text in out for text in listed)
    assert not re.search(r"\b(?:right|wrong)\. ", out)
    with_key = flat(taught(lesson.number, "--answers"))
    assert all(sentence in with_key for sentence in sentences)
    assert all(flat(option.why) in with_key for vote in votes for option in vote.options)


def forms(answer: object) -> list[str]:
    """How an answer's value might be written; small counts stand everywhere and are left out."""
    numbers = re.findall(r"\d+\.\d+|\d{4,}", json.dumps(answer))
    return [
        *(number for number in numbers if len(number) > 3),
        *(f"{float(number):.1f}" for number in numbers if float(number) > 12 and "." in number),
        json.dumps(answer),
    ]


@pytest.mark.parametrize("path", FINISHED, ids=lambda path: path.stem)
@pytest.mark.parametrize("words", [[], ["--answers"]], ids=["sheet", "answers"])
def test_no_line_is_wider_than_a_terminal(path: Path, words: list[str]) -> None:
    out = taught(path.stem[:2], *words)
    assert max(map(len, out.splitlines())) <= 80
    assert not re.search(r"\*\*|`", out)


def test_a_windows_console_prints_it_too() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "workbook", "teach", FINISHED[-1].stem, "--answers"],
        cwd=ROOT, capture_output=True, check=True,
        env={**__import__("os").environ, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert "For the" not in run.stderr.decode() and b"The fifty minutes" in run.stdout


def test_what_cannot_be_taught_is_said_in_one_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, home, "99") == (
        2, "",
        "workbook teach: there is no lesson '99'; there are: 00-mini-start, 01-mini\n",
    )  # fmt: skip
    assert said(capsys, home, "0")[::2] == (
        2,
        "workbook teach: lesson 00-mini-start has no run sheet: it has no instructor cells\n",
    )
    problems(home, ("| 20-40 | Votes", "| 25-40 | Votes"))
    status, out, err = said(capsys, home, "01")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "the minutes 20 to 25 are not planned" in err
    for file in (home / "lessons").glob("*.py"):
        file.unlink()
    status, out, err = said(capsys, home, "01")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "has no lesson sources" in err
