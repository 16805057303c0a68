"""A handout is a whole workbook for a class, and holds nothing that answers for it."""

from __future__ import annotations

import copy
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import helpers
import pytest
import yaml

from workbook import cli, doctor
from workbook.building import handout, run_sheet
from workbook.grading import check as grading
from workbook.reference import kernel, source

ROOT = Path(__file__).parents[2]
LESSONS = [
    source.read(path)
    for path in source.sources(ROOT / "lessons")
    if (ROOT / f"solutions/{path.stem}.ipynb").exists()
]
SLUGS = [lesson.slug for lesson in LESSONS]


@pytest.fixture(scope="module", params=LESSONS, ids=SLUGS)
def lesson(request: pytest.FixtureRequest) -> source.Lesson:
    return request.param


@pytest.fixture(scope="module")
def unpacked(lesson: source.Lesson, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handout of one lesson, made by the command and unpacked."""
    folder = tmp_path_factory.mktemp("handed-out")
    file = folder / "class.zip"
    assert cli.main(["handout", lesson.number, "--out", str(file)]) == 0
    with zipfile.ZipFile(file) as bundle:
        bundle.extractall(folder)
    [home] = [path for path in folder.iterdir() if path.is_dir()]
    return home


def contents(home: Path) -> dict[str, bytes]:
    found = [path for path in home.rglob("*") if path.is_file()]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found}


# --- what is in it


def test_it_holds_its_own_lessons_and_no_sources_solutions_or_tests(
    unpacked: Path, lesson: source.Lesson
) -> None:
    names = set(contents(unpacked))
    tops = {name.split("/")[0] for name in names}
    assert tops == {*handout.TOP_FILES, "datasets", "lessons", "notebooks", "workbook"}
    mine = {slug for slug in SLUGS if slug.startswith("00")} | {lesson.slug}
    for folder, ending in (
        ("notebooks", "ipynb"), ("lessons", "yml"), ("workbook/exercises/answers", "json"),
    ):  # fmt: skip
        there = {name for name in names if re.match(rf"{folder}/\d\d-", name)}
        assert there == {f"{folder}/{slug}.{ending}" for slug in mine}
    assert {"lessons/objectives.yml", "lessons/tables/tables.yml"} <= names
    assert not [
        n for n in names if re.search(r"__pycache__|/\.|progress.jsonl|^lessons/.*\.py$", n)
    ]


def test_the_doctor_finds_it_whole(unpacked: Path) -> None:
    assert doctor.folder(unpacked).ok
    assert doctor.notebooks(unpacked / "notebooks").ok
    found = doctor.datasets(unpacked / "datasets")
    assert found.ok and not found.what.startswith("0 ")


def secrets(lessons: list[source.Lesson]) -> dict[str, str]:
    """What a class must not get, by what it is: worked answers, keys, reserved questions."""
    found: dict[str, str] = {}
    for one in lessons:
        for key, exercise in one.exercises.items():
            region = exercise.cell.region().strip()
            found[f"the worked answer of {key}"] = region
            for line in region.splitlines():
                if re.match(rf"{exercise.name} = .{{12,}}[^(\[{{,]$", line):
                    found[f"the line of {key}"] = line
        for cell in (cell for cell in one.cells if "instructor" in cell.tags):
            for number, part in enumerate(cell.source.split("\n\n")[1:]):
                found[f"{one.slug}, instructor, line {cell.line}, {number}"] = part
        for cell in (cell for cell in one.cells if "ways" in cell.tags):
            for place, code in enumerate(
                re.findall(r"(?m)^@(?:accepted|cases)\(.*\n.*", cell.source)
            ):
                found[f"{one.slug}, way, line {cell.line}, {place}"] = code
        bank = yaml.safe_load(one.path.with_suffix(".yml").read_text(encoding="utf-8"))
        for question in bank["questions"]:
            if question.get("pool") == "exam":
                for place, text in enumerate(texts(question)):
                    if len(text) > 40:
                        found[f"{question['id']}, text {place}"] = text.strip()
                found[f"the id {question['id']}"] = f"id: {question['id']}\n"
    return found


def texts(part: Any) -> list[str]:
    """The texts of a question; sources and formulas may be those of another one too."""
    if isinstance(part, Mapping):
        free = ("source", "value", "answer")
        return [text for key, value in part.items() if key not in free for text in texts(value)]
    if isinstance(part, list):
        return [text for value in part for text in texts(value)]
    return [part] if isinstance(part, str) else []


def leaks(content: Mapping[str, bytes], hidden: Mapping[str, str]) -> list[str]:
    """Which secrets stand in which files, as they are or with escaped line ends and quotes."""
    found = []
    for file, data in content.items():
        if file.endswith(".gz"):  # tables of the shop, which tests/shop compares with a fresh build
            continue
        text = data.decode("utf-8", "replace")
        if file.endswith(".ipynb"):  # it keeps the lines of a cell apart
            text += "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        plain = " ".join(re.sub(r"(?m)^# ?", "", text).split())
        for name, secret in hidden.items():
            escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
            if secret in text or escaped in text or " ".join(secret.split()) in plain:
                found.append(f"{file}: {name}")
    return found


@pytest.fixture(scope="module")
def all_secrets() -> dict[str, str]:
    return secrets(LESSONS)


def test_nothing_in_it_tells_an_answer(unpacked: Path, all_secrets: dict[str, str]) -> None:
    assert leaks(contents(unpacked), all_secrets) == []


def test_the_search_for_leaks_finds_them_where_they_are(lesson: source.Lesson) -> None:
    hidden = secrets([lesson])
    parts = ("lessons/{}.py", "lessons/{}.yml", "solutions/{}.ipynb")
    where = {part: (ROOT / part.format(lesson.slug)).read_bytes() for part in parts}
    found = leaks(where, hidden)
    assert {name for name in hidden} == {one.partition(": ")[2] for one in found}
    assert any(one.startswith("solutions/") and "worked answer" in one for one in found)


# --- that it works


def said(cell: Any) -> str:
    return "\n".join(
        str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
        for output in cell.get("outputs", [])
    )


def mistake(lesson: source.Lesson) -> tuple[str, str, str]:
    """An exercise, code that makes its first known mistake, and the first words of the message."""
    for cell in lesson.cells:
        ways = re.findall(r'@wrong\("([\w-]+)"\)\ndef (\w+)\(\):\n    """(.+)', cell.source)
        if "ways" in cell.tags and ways:
            key, function, message = ways[0]
            code = re.sub(r"(?m)^from workbook.authoring.*\n", "", cell.source)
            code = f"accepted = cases = wrong = lambda key: lambda way: way\n{code}\n"
            name = lesson.exercises[key].name
            return key, f"{code}{name} = {function}()", " ".join(message.split()[:4])
    raise AssertionError("the lesson has no wrong way without arguments")


@pytest.mark.slow
def test_its_notebook_runs_untouched_and_marks_quizzes_and_withholds(
    unpacked: Path, lesson: source.Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbformat.v4 import new_code_cell

    notebook = nbformat.read(unpacked / f"notebooks/{lesson.slug}.ipynb", as_version=4)
    key, wrong, words = mistake(lesson)
    bank = yaml.safe_load(lesson.path.with_suffix(".yml").read_text(encoding="utf-8"))
    reserved = next(q["id"] for q in bank["questions"] if q.get("pool") == "exam")
    shown = next(name for cell in lesson.cells for name in cell.quizzes())
    notebook.cells += [
        new_code_cell(text)
        for text in (
            "import workbook\nprint(workbook.__file__)",
            lesson.exercises[key].cell.worked(),
            f'check("{key}")',
            wrong,
            f'check("{key}")',
            f'from workbook import solution\nsolution("{key}", sure=True)',
            f'quiz("{shown}")',
            f'quiz("{reserved}", "{lesson.votes[0]}")',
        )
    ]
    for name in ("WORKBOOK_HOME", "WORKBOOK_DATA", "WORKBOOK_LESSONS", "WORKBOOK_ANSWERS"):
        monkeypatch.delenv(name, raising=False)
    extra = {"PYTHONPATH": str(unpacked), "WORKBOOK_PROGRESS": str(unpacked / "none.jsonl")}
    with kernel.clean_environment(extra):
        kernel.run(notebook, unpacked / "notebooks")
    told = [said(cell) for cell in notebook.cells[-8:]]
    assert told[0].strip() == str(unpacked / "workbook/__init__.py")
    assert "✔ Right" in told[2]
    assert "✘" in told[4] and words in told[4].replace("**", "").replace("\n", " ")
    assert "comes without the worked answers" in told[5]
    assert f"Question {shown}" in told[6]
    assert f"There is no question {reserved}" in told[7]
    assert f"There is no question {lesson.votes[0]}" in told[7]
    every = "\n".join(said(cell) for cell in notebook.cells)
    assert "is damaged" not in every and "There is no table" not in every
    assert every.count("There is no question") == 2


def test_its_readme_speaks_to_learners_only(unpacked: Path) -> None:
    text = (unpacked / "README.md").read_text(encoding="utf-8")
    assert "## For learners" in text and "## License" in text
    assert "workbook teach" not in text and "workbook build" not in text


@pytest.mark.slow
def test_what_the_class_hands_in_is_marked_by_the_whole_copy(tmp_path: Path) -> None:
    one = LESSONS[0]
    content = handout.files([one], ROOT)
    blank = json.loads(content[f"notebooks/{one.slug}.ipynb"])
    [first, *others] = one.exercises
    right = {key: exercise.cell.worked() for key, exercise in one.exercises.items()}
    files = [
        helpers.write(helpers.answered(blank, right), tmp_path / "ada.ipynb"),
        helpers.write(helpers.answered(blank, {first: right[first]}), tmp_path / "bob.ipynb"),
    ]
    found = grading.check_files([str(file) for file in files], None, 60)
    verdicts = [{checked.exercise: checked.verdict for checked in each} for _, each in found]
    assert set(verdicts[0].values()) == {"right"}
    assert verdicts[1].pop(first) == "right"
    assert set(verdicts[1]) == set(others) and set(verdicts[1].values()) == {"not_attempted"}


# --- the file


def test_the_same_handout_has_the_same_bytes_and_no_file_is_overwritten_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    small = {"b.txt": b"two", "a.txt": b"one"}
    monkeypatch.setattr(handout, "files", lambda lessons, root: small)
    number = LESSONS[-1].number
    name = f"stepping-stones-{number}"
    assert cli.main(["handout", number]) == 0
    assert f"{name}.zip: 2 files" in capsys.readouterr().out
    before = (tmp_path / f"{name}.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / f"{name}.zip") as bundle:
        assert bundle.namelist() == [f"{name}/a.txt", f"{name}/b.txt"]
        assert {entry.date_time for entry in bundle.infolist()} == {handout.TIME}
    small["a.txt"] = b"another"
    assert cli.main(["handout", number]) == 2
    assert capsys.readouterr().err == (
        f"workbook handout: {name}.zip is there already; add --replace to write over it\n"
    )
    assert (tmp_path / f"{name}.zip").read_bytes() == before
    assert cli.main(["handout", number, "--replace"]) == 0
    assert "replaced" in capsys.readouterr().out
    assert (tmp_path / f"{name}.zip").read_bytes() != before
    small["a.txt"] = b"one"
    assert cli.main(["handout", number, "--out", "again.zip"]) == 0
    assert (tmp_path / "again.zip").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.zip", f"{name}.zip"]


def test_the_name_says_which_lessons() -> None:
    def name(*numbers: str) -> str:
        return handout.stem(handout.chosen(ROOT / "lessons", numbers), numbers)

    assert name("1", "07") == "stepping-stones-01-07"
    assert name("07-funnels") == "stepping-stones-07"
    assert name() == "stepping-stones-all"


def test_two_makings_of_the_content_are_equal() -> None:
    assert handout.files(LESSONS[-1:], ROOT) == handout.files(LESSONS[-1:], ROOT)


def test_the_notebooks_are_the_built_ones_whoever_worked_in_the_folder() -> None:
    content = handout.files(LESSONS, ROOT)
    for one in LESSONS:
        notebook = json.loads(content[f"notebooks/{one.slug}.ipynb"])
        assert not any(cell.get("outputs") for cell in notebook["cells"])
        blanks = [c for c in notebook["cells"] if c["metadata"].get("key")]
        assert len(blanks) == len(one.exercises)
        assert all("= ..." in "".join(cell["source"]) for cell in blanks)


def test_what_cannot_be_handed_out_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def refused(*words: str) -> str:
        assert cli.main(["handout", *words]) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1
        assert not list(tmp_path.glob("*.zip*"))
        return err

    assert "there is no lesson '99'; there are: " in refused("99")
    assert "is a folder; name a file" in refused("07", "--out", str(tmp_path))
    assert "could not be written" in refused("07", "--out", str(tmp_path / "no/such.zip"))
    monkeypatch.setenv("WORKBOOK_ANSWERS", str(tmp_path))
    assert "run `python -m workbook build 07` first" in refused("07")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    assert "has no lesson sources" in refused()


# --- its parts

BANK = """\
# A comment on top.
questions:

- id: 07-q01
  pool: lesson
  stem: |
    One
    # no comment

    two
# --- reserved
- id: 07-q02
  pool: exam
  stem: Secret

# --- more
- id: 07-q03
  stem: "Quoted: yes"
- {id: 07-q04, pool: exam, stem: Hidden}
"""


def test_reserved_questions_are_cut_out_and_the_others_stay_as_written() -> None:
    assert handout.without_reserved(BANK, Path("07-x.yml")) == (
        "# A comment on top.\nquestions:\n\n- id: 07-q01\n  pool: lesson\n  stem: |\n    One\n"
        '    # no comment\n\n    two\n\n- id: 07-q03\n  stem: "Quoted: yes"\n'
    )


def test_a_question_that_borrows_from_a_reserved_one_is_told() -> None:
    text = BANK.replace("stem: Secret", "stem: &said Secret").replace('"Quoted: yes"', "*said")
    with pytest.raises(handout.HandoutError, match=r"07-x\.yml: the reserved questions cannot"):
        handout.without_reserved(text, Path("07-x.yml"))


def test_the_tables_that_an_explorer_loads_come_along() -> None:
    [one] = [copy.copy(lesson) for lesson in LESSONS if lesson.number == "07"]
    one.header = {**one.header, "tables": ["raw_events"]}
    names = set(handout.files([one], ROOT))
    tables = {name for name in names if name.startswith("datasets/") and ".csv" in name}
    assert tables == {
        "datasets/mini_log.csv",  # of `funnel_explorer()`
        "datasets/events.csv.gz",
        "datasets/raw_events_patch.csv.gz",
    }


def test_a_table_that_is_not_there_is_named() -> None:
    one = copy.copy(LESSONS[-1])
    one.header = {**one.header, "tables": ["nothing_such"]}
    with pytest.raises(handout.HandoutError, match="lacks the table nothing_such"):
        handout.files([one], ROOT)


def test_every_lesson_of_the_course_has_its_instructor_cells() -> None:
    for one in LESSONS:
        assert [len(found) for found in run_sheet.cells(one)] == [1, 1], one.slug
