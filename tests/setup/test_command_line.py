"""The frame of the command line: one clear line for a wrong call, extra words passed on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bare_machine import REPOSITORY

from workbook import bootstrap, cli


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["chekc", "07"]) == 2
    assert capsys.readouterr().err == "There is no command `chekc`. Did you mean `check`?\n"


def test_a_command_like_no_other_gets_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["zzz"]) == 2
    there = "There are: lab, test, check, teach, handout, build, data, doctor."
    assert there in capsys.readouterr().err


def test_no_command_prints_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name} " in out for name in cli.COMMANDS)


@pytest.mark.parametrize(
    "words", [["check", "--variant", "x"], ["check", "--jsn"], ["data", "--seed"], ["doctor", "x"]]
)
def test_a_wrong_option_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(words)
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert f"See `python -m workbook {words[0]} --help`." in err


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main([name, "--help"])
    assert stop.value.code == 0
    assert cli.COMMANDS[name].help in capsys.readouterr().out


def test_an_interrupt_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "ensure", interrupted)
    assert cli.main(["data"]) == 130
    assert capsys.readouterr().err.strip() == "Stopped. The same command starts it again."


def test_check_passes_its_options_on_as_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    import workbook.grading.cli as grading

    got: list[object] = []

    def main(*options: object) -> int:
        got.extend(options)
        return 1

    monkeypatch.setattr(grading, "main", main)
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: None)
    words = ["check", "a.ipynb", "--json", "--variant", "7", "--timeout", "2.5"]
    assert cli.main(words) == 1
    assert got == [["a.ipynb"], True, 7, 2.5]


def test_data_writes_the_committed_tables_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from workbook.shop import tables
    from workbook.shop.calendar import SEED

    got: list[object] = []
    monkeypatch.setattr(tables, "write", lambda *options: got.extend(options) or [])
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: None)
    assert cli.main(["data", "--out", str(tmp_path)]) == 0
    assert got == [tmp_path, SEED]
    assert str(tmp_path) in capsys.readouterr().out


def test_the_first_notebook_is_the_start_page_or_the_lowest_number(tmp_path: Path) -> None:
    assert cli.first_notebook(tmp_path) == ""
    for name in ("07-funnels", "01-what-counts"):
        (tmp_path / f"{name}.ipynb").touch()
    assert cli.first_notebook(tmp_path) == "01-what-counts.ipynb"
    (tmp_path / "00-start-here.ipynb").touch()
    assert cli.first_notebook(tmp_path) == "00-start-here.ipynb"


def test_an_installed_wheel_needs_no_set_up(tmp_path: Path) -> None:
    bootstrap.ensure("learner", ["lab"], tmp_path)  # no requirements.txt beside the package
    assert not any(tmp_path.iterdir())


def test_a_copy_without_its_tests_says_so(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(REPOSITORY / name, tmp_path)
    with pytest.raises(bootstrap.SetupError, match=r"lacks tests/requirements\.txt"):
        bootstrap.ensure("tests", ["test"], tmp_path)


def test_the_status_of_a_child_is_passed_on() -> None:
    assert bootstrap.run_child([sys.executable, "-c", "raise SystemExit(3)"]) == 3


def test_the_console_script_and_the_module_are_the_same_command() -> None:
    calls = ([sys.executable, "-m", "workbook"], [str(Path(sys.executable).with_name("workbook"))])
    told = [
        subprocess.run(c, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
        for c in calls
    ]
    assert told[0] == told[1] != ""
