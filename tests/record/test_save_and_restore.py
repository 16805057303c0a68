"""Work saved here comes back elsewhere, and nothing that stands there is overwritten."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import helpers
import pytest

from workbook import progress
from workbook.widgets import checking, record

SLUG = "01-mini"


@pytest.fixture
def home(mini: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "home"
    shutil.copytree(mini, home)
    monkeypatch.chdir(home / "notebooks")
    with helpers.at_home(home):
        yield home


def notebook(home: Path) -> Path:
    return home / f"notebooks/{SLUG}.ipynb"


def source(home: Path, key: str) -> str:
    cells = json.loads(notebook(home).read_text())["cells"]
    [text] = ["".join(c["source"]) for c in cells if c["metadata"].get("key") == key]
    return text


def saved(home: Path, capsys: pytest.CaptureFixture[str], name: str = "") -> tuple[Path, str]:
    record.save_my_work(name)
    [bundle] = home.glob("my-work*.zip")
    return bundle, capsys.readouterr().out


def test_work_comes_back_on_another_machine(
    home: Path, mini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = helpers.answered(json.loads(notebook(home).read_text()), {"01-share": "share = 0.38"})
    helpers.write(mine, notebook(home))
    progress.record("check", "01-share", verdict="right")
    bundle, said = saved(home, capsys, "Ada / Lovelace")
    assert bundle.name.startswith("my-work-Ada-Lovelace-")
    assert bundle.name in said
    other = tmp_path / "other"
    shutil.copytree(mini, other)
    shutil.copy(bundle, other)
    with helpers.at_home(other):
        record.restore()
        assert source(other, "01-share") == "share = 0.38"
        assert source(other, "01-buyers") == source(mini, "01-buyers")
        assert [event["item"] for event in progress.events()] == ["01-share"]
        record.restore(bundle.name)
        assert len(progress.events()) == 1
    assert "1 answer brought back" in capsys.readouterr().out


def test_an_answer_that_stands_here_stays(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blank = json.loads(notebook(home).read_text())
    helpers.write(helpers.answered(blank, {"01-share": "share = 0.1"}), notebook(home))
    saved(home, capsys)
    helpers.write(helpers.answered(blank, {"01-share": "share = 0.2"}), notebook(home))
    record.restore()
    assert source(home, "01-share") == "share = 0.2"
    assert "stay as they are" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_a_damaged_zip_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (home / "my-work-x.zip").write_bytes(content)
    before = notebook(home).read_bytes()
    record.restore()
    assert "not a whole ZIP" in capsys.readouterr().out
    assert notebook(home).read_bytes() == before


def test_a_zip_with_foreign_files_touches_nothing_outside(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(home / "my-work-evil.zip", "w") as bundle:
        bundle.writestr("../../escaped.txt", "x")
        bundle.writestr("notebooks/../../escaped.ipynb", "{}")
        bundle.writestr(f"notebooks/{SLUG}.ipynb", "not json")
        bundle.writestr("progress.jsonl", b"\xff\x00 nothing")
    before = notebook(home).read_bytes()
    record.restore()
    assert "damaged and was left out" in capsys.readouterr().out
    assert notebook(home).read_bytes() == before
    assert not list(home.parent.rglob("escaped*"))


def test_a_notebook_that_is_damaged_here_does_not_stop_the_others(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record.save_my_work()
    path = home / "notebooks/01-mini.ipynb"
    for text in ("{", "[]", '{"cells": [{}]}', '{"cells": 5}'):
        path.write_text(text)
        record.restore()
        assert "01-mini.ipynb` in this copy is damaged" in capsys.readouterr().out
        assert path.read_text() == text


def test_without_a_zip_one_sentence_says_where_to_put_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record.restore()
    record.restore("nowhere.zip")
    assert capsys.readouterr().out.count("workbook's folder") == 2


def test_a_folder_that_cannot_be_written_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    record.save_my_work()
    assert "No space left" in capsys.readouterr().out
    assert not list(home.glob("my-work*"))


@pytest.mark.parametrize(
    ("code", "blank"),
    [
        ("x = ...\n# Your code:", True),
        ("visits = load('visits')\nx = ...\n# Your code:\nx", True),
        ("x = ...\n# Your code:\nx = 3", False),
        ("x = 3", False),
        ("f = ...\n# Your code:\ndef f(a):\n    return a", False),
        ("x = ...\nx == 3", True),
        ("x = ...\n# Your code:\nfor n in [1, 2]:\n    x = n", False),
        ("x = ...\n# Your code:\nx, y = 1, 2", False),
        ("x = ...\n# Your code:\nx: int = 3", False),
        ("x = ...\n# Your code:\nvisits.groupby('device').size()", False),
        ("x = ...\n# Your code:\nx = (", False),
        ("labels = ...\n# Your code:\nlabels = {\n    'a': 1,\n}", False),
    ],
)
def test_a_blank_is_recognized(code: str, blank: bool) -> None:
    assert record.is_blank(code) is blank


# ---------------------------------------------------------------- check, hint, solution


def test_check_names_the_mistake_and_records_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exec("share = 0.6\ncheck('01-share')", {"check": checking.check})
    exec("share = 3 / 8\ncheck('01-share')", {"check": checking.check})
    exec("check('01-share')", {"check": checking.check})
    said = capsys.readouterr().out
    assert "✘ Not yet" in said and "divided by people" in said and "✔ Right" in said
    assert "There is no `share` yet" in said and "0.375" not in said
    verdicts = [(event["verdict"], event["answer"]) for event in progress.events()]
    assert verdicts == [("wrong", "per_user"), ("right", ""), ("not_attempted", "")]


def test_on_binder_a_card_reminds_now_and_then_to_save(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def reminded(times: int) -> bool:
        for _ in range(times):
            exec("share = 0\ncheck('01-share')", {"check": checking.check})
        return "save_my_work()" in capsys.readouterr().out

    assert not reminded(1)
    (home / "progress.jsonl").unlink()
    monkeypatch.setenv("BINDER_SERVICE_HOST", "hub")
    assert reminded(1)
    assert not reminded(4)
    assert reminded(1)


def test_hints_come_one_after_the_other_and_are_counted(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_hints_shown", {})
    for _ in range(3):
        checking.hint("01-share")
    said = capsys.readouterr().out
    assert said.index("1 of 2") < said.index("2 of 2") < said.index("That was the last hint")
    assert len([e for e in progress.events() if e["kind"] == "hint"]) == 2


def test_a_misspelled_key_and_a_damaged_copy_are_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checking.check("01-shar")
    assert 'Did you mean "01-share"?' in capsys.readouterr().out
    (home / f"workbook/exercises/answers/{SLUG}.json").write_text("{")
    checking.check("01-share")
    assert "Download it again" in capsys.readouterr().out
    shutil.rmtree(home / "solutions")


def test_a_copy_without_solutions_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(home / "solutions")
    checking.solution("01-share", sure=True)
    assert "comes without the worked answers" in capsys.readouterr().out
