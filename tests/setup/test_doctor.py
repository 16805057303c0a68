"""The doctor names each usual trouble and what to do about it, and is silent about none."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest
from bare_machine import REPOSITORY, Machine

from workbook import doctor


def test_an_old_python_is_found() -> None:
    assert doctor.python_version((3, 11)).ok
    assert not doctor.python_version((3, 10)).ok


def test_a_folder_that_is_not_the_whole_workbook_is_found(tmp_path: Path) -> None:
    found = doctor.folder(tmp_path)
    assert not found.ok
    assert "requirements.txt" in found.what
    assert "Extract All" in found.do
    assert doctor.folder(REPOSITORY).ok


def test_missing_notebooks_are_found(tmp_path: Path) -> None:
    assert not doctor.notebooks(tmp_path / "notebooks").ok
    (tmp_path / "01-what-counts.ipynb").touch()
    assert doctor.notebooks(tmp_path).ok


def test_missing_and_empty_tables_are_named(tmp_path: Path) -> None:
    assert not doctor.datasets(tmp_path).ok
    package = {"resources": [{"path": "events.csv.gz"}, {"path": "orders.csv.gz"}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package), "utf-8")
    (tmp_path / "events.csv.gz").write_bytes(b"x")
    (tmp_path / "orders.csv.gz").write_bytes(b"")
    found = doctor.datasets(tmp_path)
    assert not found.ok
    assert "missing: orders.csv.gz" in found.what
    assert "workbook data" in found.do
    (tmp_path / "orders.csv.gz").write_bytes(b"x")
    assert doctor.datasets(tmp_path).ok


def test_a_folder_without_write_access_is_found(tmp_path: Path) -> None:
    assert doctor.writable(tmp_path).ok
    assert not doctor.writable(tmp_path / "absent").ok


def test_a_full_disk_is_found() -> None:
    assert not doctor.disk(int(1e9), installed=False).ok
    assert doctor.disk(int(1e9), installed=True).ok


@pytest.mark.skipif(os.name != "posix", reason="makes symbolic links")
def test_each_state_of_the_environment_is_told_apart(machine: Machine) -> None:
    assert doctor.environment(machine.root).ok  # none: others may have the packages
    venv = machine.root / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "workbook-unfinished").write_text("learner", "utf-8")
    assert "broken off" in doctor.environment(machine.root).what
    (venv / "workbook-unfinished").unlink()
    (venv / "pyvenv.cfg").write_text("version = 3.11.2\n", "utf-8")
    assert "is gone" in doctor.environment(machine.root).what
    (venv / "bin" / "python").symlink_to(sys.executable)
    assert doctor.environment(machine.root).ok  # made by hand
    (venv / "workbook-learner.stamp").write_text("python 3.11\nold\n", "utf-8")
    found = doctor.environment(machine.root)
    assert not found.ok
    assert "older" in found.what


def test_missing_packages_are_counted_and_some_named() -> None:
    found = doctor.packages(["a 1", "b 1", "c 1", "d 1", "e 1"])
    assert not found.ok
    assert found.what == "packages missing or of other versions, 5: a 1, b 1, c 1, d 1, ..."
    assert doctor.packages([]).ok


def test_missing_widgets_are_found(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "labextensions" / "anywidget").mkdir(parents=True)
    found = doctor.widgets([one, two])
    assert not found.ok
    assert found.what.endswith("missing: @jupyter-widgets/jupyterlab-manager")
    (two / "labextensions" / "@jupyter-widgets" / "jupyterlab-manager").mkdir(parents=True)
    assert doctor.widgets([one, two]).ok


def test_missing_or_old_settings_are_found(tmp_path: Path) -> None:
    shared = REPOSITORY / "workbook" / "_shared"
    assert "not installed" in doctor.settings(shared, tmp_path).what
    shutil.copytree(shared / "jupyter", tmp_path / "share" / "jupyter")
    assert doctor.settings(shared, tmp_path).ok
    for path in tmp_path.rglob("overrides.d/*.json"):
        path.write_text("{}", "utf-8")
    assert not doctor.settings(shared, tmp_path).ok


def test_a_kernel_of_the_same_name_in_another_python_is_found(tmp_path: Path) -> None:
    mine, others = tmp_path / "mine", tmp_path / "others"
    python = tmp_path / "here" / "python"
    for place, program in ((mine, "python"), (others, str(tmp_path / "there" / "python"))):
        kernel = place / "kernels" / "python3"
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text(json.dumps({"argv": [program, "-m", "x"]}), "utf-8")
    assert doctor.kernels([mine, others], python).ok  # the first one counts
    found = doctor.kernels([others, mine], python)
    assert not found.ok
    assert str(others / "kernels" / "python3") in found.do
    assert doctor.kernels([tmp_path], python).ok


def test_a_taken_port_is_told_and_none_left_is_a_trouble() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert not doctor.port(number, tries=1).ok
        assert f"{number} is taken" in doctor.port(number, tries=40).what


def test_a_blocked_loopback_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.loopback().ok

    def blocked(*_: object, **__: object) -> None:
        raise OSError("blocked by a security program")

    monkeypatch.setattr(socket, "create_connection", blocked)
    found = doctor.loopback()
    assert not found.ok
    assert "blocked by a security program" in found.what


def test_the_doctor_answers_on_a_machine_without_the_packages(machine: Machine) -> None:
    done = machine.run("doctor")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "packages missing or of other versions, 1: jupyterlab 1.0" in done.stdout
    assert "Run `python -m workbook lab`" in done.stdout


def test_every_trouble_is_printed_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [doctor.Finding(True, "fine"), doctor.Finding(False, "broken", "Mend it.")]
    monkeypatch.setattr(doctor, "examine", lambda: found)
    assert doctor.main() == 1
    told = capsys.readouterr().out
    assert told == "ok   fine\nNOT  broken\n     -> Mend it.\nFound 1 thing to mend.\n"
    monkeypatch.setattr(doctor, "examine", lambda: found[:1])
    assert doctor.main() == 0
