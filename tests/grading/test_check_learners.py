"""`workbook check` gives every mangled notebook the right verdict, and changes no file."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import helpers
import pytest

from workbook.grading import check, cli, graft

SLUG = "01-mini"


def verdicts(
    home: Path,
    notebook: helpers.Notebook,
    to: Path,
    variant: int | None = None,
    timeout: float = 20,
) -> dict[str, str]:
    """Write a learner's notebook, check it, and see that the file did not change."""
    path = helpers.write(notebook, to / "handed-in.ipynb")
    before = path.read_bytes()
    with helpers.at_home(home):
        if variant is None:
            reference = check.public_reference(SLUG)
        else:
            reference = check.variant_reference(SLUG, home / "other")
        found = check.check(check.read_notebook(path), reference, timeout)
    assert path.read_bytes() == before
    return {one.exercise: one.verdict for one in found}


def messages(home: Path, notebook: helpers.Notebook) -> dict[str, str]:
    with helpers.at_home(home):
        found = check.check(notebook, check.public_reference(SLUG), 20)
    return {one.exercise: one.message for one in found}


def test_the_untouched_notebook_is_not_attempted_and_the_worked_one_right(
    mini: Path, tmp_path: Path
) -> None:
    blank = json.loads((mini / f"notebooks/{SLUG}.ipynb").read_text())
    assert set(verdicts(mini, blank, tmp_path).values()) == {"not_attempted"}
    worked = json.loads((mini / f"solutions/{SLUG}.ipynb").read_text())
    assert set(verdicts(mini, worked, tmp_path).values()) == {"right"}


def test_each_accident_gets_its_verdict_and_leaves_the_other_exercises_alone(
    mini: Path, tmp_path: Path
) -> None:
    notebook = helpers.solved(
        mini,
        SLUG,
        {
            "01-share": "while True:\n    pass",
            "01-buyers": "import os\nos._exit(1)",
            "01-devices": "devices = (",
            "01-table": "check = lambda key: print('✔ Right')\nload = None\npd = None\nlist = 3\n"
            "print('✔ Right: exercise 01-table')\ntable = 5",
            "01-rate": "# NBVAL_SKIP\ndef rate(part, whole):\n    return 100 * part / whole",
            "01-busiest": "raise SystemExit",
            "01-counts": "counts = ...",
        },
    )
    assert verdicts(mini, notebook, tmp_path, timeout=6) == {
        "01-share": "timeout",
        "01-buyers": "error",
        "01-devices": "error",
        "01-table": "wrong",
        "01-rate": "wrong",
        "01-busiest": "error",
        "01-counts": "not_attempted",
        "01-per-user": "right",
        "01-bars": "right",
    }


SPOILERS = {
    "01-share": "visits = load('visits')\nshare = visits['ordered'].mean()\n"
    "plt.title = 'My title'\nplt.subplots = 3\nvisits['device'].values[:] = 'phone'",
    "01-buyers": "import os\nos.environ['WORKBOOK_DATA'] = '/nowhere'\nbuyers = 5",
    "01-devices": "pd.DataFrame.groupby = lambda *a, **k: 7\n"
    "devices = load('visits')['device'].value_counts()",
    "01-rate": "from workbook.grading import inside\ninside.emit = lambda spec: None",
    "01-counts": "exit()",
}


def test_an_answer_that_spoils_the_kernel_hurts_no_other(mini: Path, tmp_path: Path) -> None:
    found = verdicts(mini, helpers.solved(mini, SLUG, SPOILERS), tmp_path)
    assert {key: found[key] for key in SPOILERS} == {
        "01-share": "right",
        "01-buyers": "wrong",
        "01-devices": "right",
        "01-rate": "error",
        "01-counts": "not_attempted",
    }
    assert {found[key] for key in found if key not in SPOILERS} == {"right"}


def test_messages_name_the_mistake(mini: Path) -> None:
    notebook = helpers.solved(
        mini,
        SLUG,
        {
            "01-share": "visits = load('visits')\nshare = visits['ordered'].sum() / 5",
            "01-buyers": "buyers = load('visits')['usr']",
            "01-devices": "devices = load('visits')['device'].value_counts() / 100",
        },
    )
    said = messages(mini, notebook)
    assert said["01-share"].startswith("You divided by people")
    assert "`user`" in said["01-buyers"] and "KeyError" in said["01-buyers"]
    assert "100 times too small" in said["01-devices"]


def test_checks_that_are_deleted_edited_copied_or_moved_change_nothing(
    mini: Path, tmp_path: Path
) -> None:
    notebook = helpers.solved(mini, SLUG, {"01-share": "share = 0.9"})
    cells = notebook["cells"]
    checks = [cell for cell in cells if cell["id"].startswith("check-")]
    answers = [cell for cell in cells if "key" in cell["metadata"]]
    others = [cell for cell in cells if cell not in checks and cell not in answers]
    checks[0]["source"] = "print('✔ Right: exercise 01-share')"
    checks[1]["source"] = "check('01-share')"
    del checks[2]
    notebook["cells"] = [*answers[::-1], *others, *checks[::-1], *copy.deepcopy(checks)]
    found = verdicts(mini, notebook, tmp_path)
    assert found.pop("01-share") == "wrong"
    assert set(found.values()) == {"right"}


def test_own_cells_help_the_next_answer(mini: Path, tmp_path: Path) -> None:
    notebook = helpers.solved(mini, SLUG, {"01-share": "share = mine['ordered'].mean() * factor"})
    place = next(
        i for i, c in enumerate(notebook["cells"]) if c["metadata"].get("key") == "01-share"
    )
    notebook["cells"][place:place] = [
        helpers.code("mine = load('visits')"),
        helpers.code("this is no Python"),
        helpers.code("factor = 1"),
    ]
    assert set(verdicts(mini, notebook, tmp_path).values()) == {"right"}


def test_an_answer_in_a_cell_of_its_own_above_the_check_counts(mini: Path, tmp_path: Path) -> None:
    notebook = helpers.solved(
        mini, SLUG, {"01-share": "visits = load('visits')\nshare = ...\n# Your code:"}
    )
    place = next(
        i for i, c in enumerate(notebook["cells"]) if c["metadata"].get("key") == "01-share"
    )
    notebook["cells"].insert(place + 1, helpers.code("share = visits['ordered'].mean()"))
    notebook["cells"].insert(place, {**helpers.code(""), "source": None})
    assert set(verdicts(mini, notebook, tmp_path).values()) == {"right"}


def test_answers_are_found_where_an_editor_dropped_the_keys(mini: Path, tmp_path: Path) -> None:
    notebook = helpers.solved(mini, SLUG, {"01-buyers": "buyers = {'nobody'}"})
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    found = verdicts(mini, notebook, tmp_path)
    assert found.pop("01-buyers") == "wrong"
    assert set(found.values()) == {"right"}


def test_an_exercise_whose_cell_is_gone_is_not_attempted(mini: Path, tmp_path: Path) -> None:
    notebook = helpers.solved(mini, SLUG)
    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("key") != "01-table"]
    found = verdicts(mini, notebook, tmp_path)
    assert found.pop("01-table") == "not_attempted"
    assert set(found.values()) == {"right"}


TYPED_IN = {
    "01-share": "share = 0.38",
    "01-buyers": "buyers = {'a', 'c', 'd'}",
    "01-devices": "devices = pd.Series({'phone': 5, 'desktop': 2, 'tablet': 1})",
    "01-busiest": "busiest = 'phone'",
    "01-counts": "counts = [5, 2, 1]",
    "01-per-user": "per_user = {'a': 2, 'b': 1, 'c': 1, 'd': 3, 'e': 1}",
}

SEARCH = """
import json, os, pathlib
import workbook
found = None
places = [os.environ.get(name) for name in os.environ if name.startswith("WORKBOOK")]
places += [workbook.__path__[0], os.getcwd(), os.environ["IPYTHONDIR"] + "/.."]
for place in filter(None, places):
    for file in pathlib.Path(place).rglob("*"):
        try:
            text = file.read_text() if file.is_file() and file.stat().st_size < 10**7 else ""
        except Exception:
            continue
        if '"01-share"' in text and '"exercises"' in text:
            try:
                found = json.loads(text)["exercises"]["01-share"]["answer"]["value"]
            except Exception:
                pass
share = found
"""


def test_typed_in_answers_pass_on_public_data_and_fail_on_another_seed(
    mini: Path, tmp_path: Path
) -> None:
    notebook = helpers.solved(mini, SLUG, TYPED_IN)
    assert set(verdicts(mini, notebook, tmp_path).values()) == {"right"}
    found = verdicts(mini, notebook, tmp_path, variant=1)
    assert {key: found[key] for key in TYPED_IN} == dict.fromkeys(TYPED_IN, "wrong")
    assert {found[key] for key in found if key not in TYPED_IN} == {"right"}


def test_code_that_searches_the_disk_finds_no_answer_of_the_variant(
    mini: Path, tmp_path: Path
) -> None:
    notebook = helpers.solved(mini, SLUG, {"01-share": SEARCH})
    assert verdicts(mini, notebook, tmp_path)["01-share"] == "right", "the search itself works"
    found = verdicts(mini, notebook, tmp_path, variant=1)
    assert found.pop("01-share") == "wrong"
    assert set(found.values()) == {"right"}


FAKES = {
    "01-share": "from workbook.grading import inside\n"
    "inside.emit = lambda spec: print('right')\nshare = 0",
    "01-buyers": "from IPython.display import display\nfrom workbook.grading import inside\n"
    "def emit(spec):\n    for _ in range(2):\n"
    "        display({inside.MIME: {'key': '01-buyers', 'form': {}}}, raw=True)\n"
    "inside.emit = emit",
    "01-devices": "from workbook.grading import inside\n"
    "inside.emit = lambda spec: __import__('IPython').display.display("
    "{inside.MIME: {'key': '01-devices', 'form': {'kind': 'series'}}}, raw=True)",
}


@pytest.mark.parametrize("key", FAKES)
def test_a_patched_check_is_never_right(mini: Path, tmp_path: Path, key: str) -> None:
    found = verdicts(mini, helpers.solved(mini, SLUG, {key: FAKES[key]}), tmp_path)
    assert found[key] in ("error", "wrong")


def test_no_comment_makes_nbval_look_away() -> None:
    for marker in ("# NBVAL_SKIP", "  # NBVAL_IGNORE_OUTPUT", "#NBVAL_RAISES_EXCEPTION"):
        assert "NBVAL" not in graft.unmark(f"x = 1\n{marker}\ny = 2")
    assert graft.unmark("# about NBVAL_SKIP and more") == "# about NBVAL_SKIP and more"


# ---------------------------------------------------------------- files that cannot be used


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is no JSON", "not JSON"),
        (b'{"a": 1}', "no cells"),
        (b"[1, 2]", "no cells"),
        (b"\xff\xfe\x00 broken", "cannot be read"),
        (b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "belongs to"),
        (b'{"cells": 7, "nbformat": 4}', "cannot be converted"),
        (b'{"worksheets": 5, "nbformat": 3}', "cannot be converted"),
        (b'{"cells": [], "nbformat": 99}', "cannot be converted"),
    ],
)
def test_an_unusable_file_gets_one_line_and_status_2(
    mini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    path = tmp_path / "odd.ipynb"
    path.write_bytes(content)
    with helpers.at_home(mini):
        assert cli.main([str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.strip().splitlines()) == 1
    assert words in err and "odd.ipynb" in err
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["55", "no-such.ipynb", ".", "\u00b2"])
def test_a_lesson_that_does_not_exist_gets_one_line_and_status_2(
    mini: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with helpers.at_home(mini):
        assert cli.main([name]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_an_older_notebook_format_is_read(mini: Path, tmp_path: Path) -> None:
    new = helpers.solved(mini, SLUG, {"01-share": "share = 0.9"})
    cells = [
        {"cell_type": "code", "language": "python", "input": c["source"], "outputs": [],
         "metadata": {}, "prompt_number": 1}
        for c in new["cells"] if c["cell_type"] == "code"
    ]  # fmt: skip
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
           "worksheets": [{"cells": cells, "metadata": {}}]}  # fmt: skip
    found = verdicts(mini, old, tmp_path)
    assert found.pop("01-share") == "wrong"
    assert set(found.values()) == {"right"}


def test_the_command_prints_json_and_a_table(mini: Path, tmp_path: Path) -> None:
    path = helpers.write(
        helpers.solved(mini, SLUG, {"01-share": "share = 0.9"}), tmp_path / "a.ipynb"
    )
    with helpers.at_home(mini):
        as_json = subprocess.run(
            [sys.executable, "-m", "workbook", "check", str(path), "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert as_json.returncode == 1, as_json.stderr
    rows = json.loads(as_json.stdout)
    assert {tuple(row) for row in rows} == {("lesson", "exercise", "verdict", "message")}
    assert [row["verdict"] for row in rows].count("right") == 8
    lines = cli.table("a.ipynb", [check.Checked(**row) for row in rows])
    assert lines[0] == "a.ipynb (01-mini): 8 of 9 right"
    assert any(line.strip().startswith("✘ 01-share") for line in lines)


def hand_in(path: Path, notebooks: dict[str, dict[str, Any]], events: Sequence[Any] = ()) -> Path:
    with zipfile.ZipFile(path, "w") as bundle:
        for name, notebook in notebooks.items():
            bundle.writestr(f"notebooks/{name}.ipynb", json.dumps(notebook))
        bundle.writestr("progress.jsonl", "".join(json.dumps(one) + "\n" for one in events))
    return path


def test_a_saved_zip_is_checked_as_it_was_handed_in(mini: Path, tmp_path: Path) -> None:
    blank = json.loads((mini / f"notebooks/{SLUG}.ipynb").read_text())
    good = hand_in(tmp_path / "my-work-Ada.zip", {SLUG: helpers.solved(mini, SLUG, {}), "x": blank})
    none = hand_in(tmp_path / "my-work-Ben.zip", {SLUG: blank})
    with helpers.at_home(mini):
        found = check.check_files([str(good), str(none)], None, 30)
    assert cli._names([path for path, _ in found]) == [
        f"{good.as_posix()}/{SLUG}.ipynb", f"{none.as_posix()}/{SLUG}.ipynb",
    ], "where something was answered; all where nothing was"  # fmt: skip
    assert {one.verdict for one in found[0][1]} == {"right"}
    assert {one.verdict for one in found[1][1]} == {"not_attempted"}


def test_a_hand_in_without_code_shows_its_questions(
    mini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank = json.loads((mini / f"notebooks/{SLUG}.ipynb").read_text())
    told = {"v": 1, "t": "2026-01-05T10:00:00+00:00", "kind": "answer", "item": "01-q01"}
    events = [{**told, "verdict": "wrong"}, {**told, "verdict": "right"}]
    path = hand_in(tmp_path / "my-work-Cy.zip", {SLUG: blank, "x": blank}, events)
    with helpers.at_home(mini):
        assert cli.main([str(path)]) == 1
        said = capsys.readouterr().out
        assert check.answered_questions(Path("somewhere") / f"{SLUG}.ipynb") is None
    assert said.count("0 of 9 right") == 1, "the other notebook holds nothing of theirs"
    [line] = [line for line in said.splitlines() if "questions" in line]
    assert re.search(r"handed in: 1 of \d+ answered, 0 right at the first try$", line)


def test_a_hand_in_of_a_mock_exam_shows_its_score_and_nothing_else(
    mini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def event(second: int, **fields: Any) -> dict[str, Any]:
        at = f"2026-01-05T10:00:{second:02}+00:00"
        return {"v": 1, "t": at, "kind": "exam", "item": "short-1", "n": second, **fields}

    asked = [{"id": f"01-q0{n}", "seed": 0, "hash": "0a1b2c3d"} for n in (1, 2)]
    start = {"blueprint": "short", "title": "Short exam", "seed": 7, "alike": True}
    begun = event(0, what="start", items=asked, minutes=5, **start)
    marks = {"01-q01": "right", "01-q02": "blank"}
    ended = event(2, what="end", why="handed in", verdicts=marks)
    blank = json.loads((mini / f"notebooks/{SLUG}.ipynb").read_text())
    sat = hand_in(tmp_path / "my-work-Di.zip", {SLUG: blank}, [begun, ended])
    running = hand_in(tmp_path / "my-work-Ed.zip", {SLUG: blank}, [begun])
    with helpers.at_home(mini):
        assert cli.main([str(sat)]) == 0
        said = capsys.readouterr().out.splitlines()
        assert cli.main([str(running)]) == 1, "nothing is handed in, so all is told as open"
        assert "mock exam" not in capsys.readouterr().out
    assert said[0] == f"{sat}: mock exams, by the record handed in"
    assert re.fullmatch(r"  2026-01-0\d \d\d:\d\d  Short exam, drawing 7: 1 of 2 right", said[1])
    assert len(said) == 2


def test_a_zip_that_holds_no_work_gets_one_line(
    mini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "torn.zip").write_bytes(b"PK\x03\x04")
    for path in (tmp_path / "torn.zip", hand_in(tmp_path / "empty.zip", {})):
        with helpers.at_home(mini):
            assert cli.main([str(path)]) == 2
        err = capsys.readouterr().err
        assert path.name in err and len(err.strip().splitlines()) == 1


def test_on_another_shop_a_wrong_way_that_would_be_unsure_is_dropped() -> None:
    from workbook.exercises.compare import Rules
    from workbook.exercises.judge import Exercise, WrongWay

    def number(value: float) -> dict[str, object]:
        return {"kind": "number", "value": value}

    ways = {"near": 10.2, "twin": 20.0, "other_twin": 20.1, "clear": 30.0}
    exercise = Exercise(
        "01-x", "x", "number", number(10.0), Rules(tolerance=0.1),
        wrong=tuple(WrongWay(name, name, number(value)) for name, value in ways.items()),
    )  # fmt: skip
    assert [way.name for way in check._without_collisions(exercise).wrong] == ["clear"]
