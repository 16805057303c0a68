"""The build judges exam packs as it judges lessons, and a class's handout comes without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.building import build, cli, handout, packs
from workbook.questions import bank
from workbook.reference import source
from workbook.reference.source import SourceError

ROOT = Path(__file__).parents[2]

OBJECTIVES = """\
L1.1: {bloom: apply, text: "a lesson's"}
EX.1: {bloom: apply, text: "one"}
EX.2: {bloom: apply, text: "two"}
"""
QUESTION = """\
- id: {id}
  objective: {objective}
  bloom: apply
  pool: {pool}
  type: single
  stem: Which of them has a {thing} at {place}?
  source: Some page (read 2026)
  options:
  - {{text: This, why: It is., right: true}}
  - {{text: That, why: It is not.}}
"""


THINGS = [
    ("", ""),
    ("lamp", "home"), ("rug", "sea"), ("vase", "work"), ("tray", "night"), ("cup", "lunch"),
]  # fmt: skip


def question(number: int, objective: str, pool: str = "exam", begins: str = "ex") -> str:
    thing, place = THINGS[number]  # two questions of the same words would be refused
    return QUESTION.format(
        id=f"{begins}-q{number:02}", objective=objective, pool=pool, thing=thing, place=place
    )


SOUND = "questions:\n" + question(1, "EX.1", "lesson") + question(2, "EX.2") + question(3, "EX.2")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of lessons with one sound pack and no lesson."""
    folder = tmp_path / "lessons"
    (folder / "exams").mkdir(parents=True)
    (folder / "objectives.yml").write_text(OBJECTIVES)
    (folder / "exams/ex-one.yml").write_text(SOUND)
    monkeypatch.setenv("WORKBOOK_LESSONS", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def said(path: Path) -> list[str]:
    """The faults that the build finds in a pack."""
    with pytest.raises(SourceError) as caught:
        build.build_pack(path)
    return [str(problem).removeprefix(str(path)) for problem in caught.value.problems]


# --- what it says


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("words", [[], ["ex-one"]])
def test_a_build_prints_what_a_pack_covers_and_writes_nothing(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 0
    out = capsys.readouterr().out
    table = [
        "exam pack ex-one",
        "objective   exercises  lesson pool  exam pool",
        "EX.1                0            1          0",
        "EX.2                0            0          2",
        "all                 0            1          2",
        "3 questions: 3 single.",
    ]
    assert "\n".join(table) in out
    assert out.endswith("0 notebook(s) built, 1 exam file(s) sound, 0 file(s) changed.\n")


@pytest.mark.usefixtures("course")
def test_lessons_are_built_with_the_packs_and_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    one = build.Built({Path("a"): "b"})
    monkeypatch.setattr(build, "_build_lessons", lambda folder, chosen, say: [one] * len(chosen))
    monkeypatch.setattr(source, "sources", lambda folder: [Path("01-mini.py")])

    def made(*names: str) -> list[str]:
        found = build.build_all(names, lambda text: None)
        return ["lesson" if built.files else "pack" for built in found]

    assert made() == ["lesson", "pack"]
    assert made("01") == ["lesson"]
    assert made("ex-one", "1") == ["lesson", "pack"]


@pytest.mark.usefixtures("course")
def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ex-two"]) == 2
    assert "there is no lesson 'ex-two'" in capsys.readouterr().err


def test_a_fault_ends_the_build_with_file_and_line(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "exams/ex-one.yml").write_text(SOUND.replace("bloom: apply", "bloom: think", 1))
    assert cli.main([]) == 1
    err = capsys.readouterr().err
    assert err.startswith("lessons/exams/ex-one.yml:4: `bloom` is `think`")
    assert err.endswith("Refused: 1 problem; nothing written.\n")


# --- what it refuses

NUMBER = """\
- id: ex-q04
  objective: EX.2
  bloom: apply
  pool: exam
  type: numeric
  stem: How many dollars are {n} cups?
  source: Some page (read 2026)
  numbers: {n: [2, 9, 1]}
  answer: 3 * n
  wrong: [{value: 3 + n, why: You added.}]
  why: Three each.
"""
FAULTS = {
    "bad YAML": ("objective: EX.1", "objective: [EX.1", "bloom: apply", "is not YAML"),
    "missing key": ("  bloom: apply\n", "", "- id: ex-q01", "`bloom` is missing"),
    "unknown objective": ("EX.1", "EX.9", "objective: EX.9", "unknown objective `EX.9`"),
    "no number": ("3 * n", "3 * m", "answer: 3 * m", "`3 * m` cannot be computed"),
    "no tellable slip": ("3 + n", "n + 2 * n", "wrong: [{value: n + 2", "cannot be told from"),
    "a key told": ("text: That", "text: None of these", "text: None of these", "(rule above)"),
    "no question": ("a lamp at home?", "a lamp at home.", "a lamp at home.", "(rule asks)"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bank_with_an_error_stops_the_build_with_file_and_line(
    fault: str, course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, where, what = FAULTS[fault]
    (course / "exams/ex-one.yml").write_text(SOUND + NUMBER)
    assert cli.main([]) == 0
    text = (SOUND + NUMBER).replace(old, new, 1)
    (course / "exams/ex-one.yml").write_text(text)
    capsys.readouterr()
    assert cli.main([]) == 1
    line = text[: text.index(where)].count("\n") + 1
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith(f"lessons/exams/ex-one.yml:{line}: ")
    assert what in first


def test_a_question_without_a_dated_source_is_refused(course: Path) -> None:
    path = course / "exams/ex-one.yml"
    for wrong in ("", "  source: Some page\n"):
        path.write_text(SOUND.replace("  source: Some page (read 2026)\n", wrong, 1))
        [problem] = said(path)
        assert problem.startswith(":2: ex-q01: no dated source")


def test_an_objective_of_the_topic_that_no_question_serves_is_refused(course: Path) -> None:
    path = course / "exams/ex-one.yml"
    path.write_text("questions:\n" + question(1, "EX.1"))
    assert said(path) == [":1: no question serves the objective EX.2"]


@pytest.mark.parametrize("name", ["07-one.yml", "-one.yml"])
def test_a_name_like_a_lessons_is_refused(name: str, course: Path) -> None:
    path = course / "exams" / name
    begins = name.partition("-")[0]
    both = question(1, "EX.1", begins=begins) + question(2, "EX.2", begins=begins)
    path.write_text("questions:\n" + both)
    assert any("the name begins like a lesson's" in problem for problem in said(path))


def test_two_packs_whose_ids_would_clash_are_refused(course: Path) -> None:
    other = course / "exams/ex-two.yml"
    other.write_text("questions:\n" + question(4, "EX.1") + question(5, "EX.2"))
    assert said(other) == [":1: ex-one.yml begins with ex too: their ids would clash"]
    assert build.build_pack(course / "exams/ex-one.yml").covered is not None


# --- the course's own


def test_the_courses_packs_are_sound() -> None:
    found = packs.sources(ROOT / "lessons")
    assert [path.stem for path in found] == ["ga4-setup"]
    for path in found:
        covered = build.build_pack(path).covered
        assert covered is not None
        assert list(covered.rows) == [f"GA.{number}" for number in range(1, 13)]


def test_a_handout_holds_no_pack_and_nothing_out_of_one() -> None:
    lessons = [
        source.read(path)
        for path in source.sources(ROOT / "lessons")
        if (ROOT / f"solutions/{path.stem}.ipynb").exists()
    ]
    [one] = [lesson for lesson in lessons if lesson.number == "07"]
    content = handout.files([one], ROOT)
    assert not [name for name in content if bank.EXAMS in Path(name).parts]
    everything = b"\n".join(content.values()).decode("utf-8", "replace")
    for path in packs.sources(ROOT / "lessons"):
        text = path.read_text(encoding="utf-8")
        for question in bank.read(path):
            first = question.stem.splitlines()[0]
            assert first in text, "what is looked for is written like this"
            assert first not in everything
            assert f"id: {question.id}" not in everything
