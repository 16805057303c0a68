"""`python -m workbook lab` and `test` set themselves up on a machine that has only Python."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bare_machine import PYTHON, REPOSITORY, Machine

from workbook import bootstrap

posix = pytest.mark.skipif(os.name != "posix", reason="uses POSIX signals, permissions or scripts")
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def opened(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """What the stand-in for JupyterLab or pytest says it was started with."""
    assert done.stdout.strip(), done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def stalling_index() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """An index that takes a request and never answers: (address, asked, let go)."""
    asked, let_go = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)

        def serve() -> None:
            with server.accept()[0]:
                asked.set()
                let_go.wait(60)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/", asked, let_go
        finally:
            let_go.set()
            thread.join(5)


def stalled(machine: Machine, address: str) -> dict[str, str]:
    return {**machine.offline(), "PIP_INDEX_URL": address, "PIP_RETRIES": "0"}


def test_the_first_start_installs_and_the_second_is_instant(machine: Machine) -> None:
    first = machine.run("lab", "--no-browser")
    assert first.returncode == 0, first.stderr
    assert "not installed yet" in first.stderr
    assert "1 of 1: jupyterlab 1.0" in first.stderr
    words = opened(first)["words"]
    assert isinstance(words, list)
    assert "--LabApp.default_url=/lab/tree/notebooks/01-what-counts.ipynb" in words
    assert f"--ServerApp.root_dir={machine.root}" in words
    assert words[-1] == "--no-browser"
    assert opened(first)["prefix"] == str(machine.root / ".venv")

    # From another folder, without a network, by the path of the package's folder.
    elsewhere = machine.root.parent
    second = machine.run("lab", env=machine.offline(), cwd=elsewhere)
    assert second.returncode == 0
    assert second.stderr == ""
    assert opened(second)["prefix"] == str(machine.root / ".venv")

    # ... and from another folder as `-m workbook`, by PYTHONPATH.
    by_path = subprocess.run(
        [PYTHON, "-m", "workbook", "lab"],
        cwd=elsewhere,
        env={**machine.offline(), "PYTHONPATH": str(machine.root)},
        capture_output=True,
        text=True,
    )
    assert opened(by_path) == opened(second)

    # What is complete stays so when adding to it fails.
    test = machine.run("test", env=machine.offline())
    assert test.returncode == 1
    assert "no connection" in test.stderr
    assert machine.run("lab", env=machine.offline()).stderr == ""


def test_what_is_missing_or_changed_is_added_to_the_environment(machine: Machine) -> None:
    (machine.root / "notebooks" / "00-start-here.ipynb").write_text("{}", "utf-8")
    lab = machine.run("lab")
    assert "00-start-here" in lab.stdout
    test = machine.run("test", "-k", "funnel", "tests/requirements.txt", "--", cwd=machine.root)
    assert test.returncode == 5
    assert "missing from .venv" in test.stderr
    words = opened(test)["words"]
    assert isinstance(words, list)
    assert words[:4] == ["-n", "2", "--dist", "loadscope"]
    assert words[-4:] == ["-k", "funnel", str(machine.root / "tests/requirements.txt"), "--"]
    assert opened(test)["folder"] == str(machine.root)
    again = machine.run("test", env=machine.offline())
    assert again.stderr == ""
    assert machine.run("lab", env=machine.offline()).stderr == ""

    # Requirements that changed since, and a start with .venv's own interpreter.
    machine.write_lock("1.1")
    changed = machine.run("lab", python=machine.venv_python)
    assert changed.returncode == 0, changed.stderr
    assert "other versions" in changed.stderr
    assert machine.run("lab", env=machine.offline()).stderr == ""


def test_without_network_one_clear_line_and_the_next_start_does_it(machine: Machine) -> None:
    off = machine.run("lab", env=machine.offline())
    assert off.returncode == 1
    assert off.stdout == ""
    assert "Traceback" not in off.stderr
    told = off.stderr.splitlines()
    assert told[-1].startswith("The packages could not be downloaded: no connection")
    assert len(told) == 4  # three that say what is being done, one that says what to do
    on = machine.run("lab")
    assert on.returncode == 0, on.stderr
    assert "did not finish" in on.stderr


@posix
def test_a_killed_set_up_is_redone_from_nothing(machine: Machine) -> None:
    with stalling_index() as (address, asked, _):
        first = machine.start("lab", env=stalled(machine, address))
        assert asked.wait(60)
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()
    # As a package cut off in the middle: pip would believe that it is there.
    site = next((machine.root / ".venv").glob("lib/python*/site-packages"))
    half = site / "jupyterlab-1.0.dist-info"
    half.mkdir()
    (half / "METADATA").write_text("Metadata-Version: 2.1\nName: jupyterlab\nVersion: 1.0\n")
    # Even the half-made environment's own interpreter does not use it.
    second = machine.run("lab", python=machine.venv_python)
    assert second.returncode == 0, second.stderr
    assert "did not finish" in second.stderr
    assert opened(second)["prefix"] == str(machine.root / ".venv")


@posix
def test_a_second_start_waits_for_the_first_even_if_only_its_installer_lives(
    machine: Machine,
) -> None:
    with stalling_index() as (address, asked, let_go):
        first = machine.start("lab", env=stalled(machine, address))
        assert asked.wait(60)
        second = machine.start("lab")
        assert second.stderr is not None
        assert "Waiting" in second.stderr.readline()
        first.kill()  # pip goes on as an orphan and still writes
        time.sleep(1)
        assert second.poll() is None
        let_go.set()
        out, err = second.communicate(timeout=120)
        first.communicate()
    assert second.returncode == 0, err
    assert '"words"' in out


def test_two_starts_at_once_install_once(machine: Machine) -> None:
    both = [machine.start("lab"), machine.start("lab")]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert sum("Installing them" in err for _, err in told) == 1


@posix
def test_ctrl_c_during_the_set_up_says_one_line(machine: Machine) -> None:
    with stalling_index() as (address, asked, _):
        process = machine.start("lab", env=stalled(machine, address))
        assert asked.wait(60)
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the whole group
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "Stopped. The same command starts it again."


def test_an_environment_that_has_the_packages_just_runs(
    machine: Machine, tmp_path: Path, make_machine: Callable[[Path], Machine]
) -> None:
    made_by_hand = machine.root / ".venv"
    subprocess.run([PYTHON, "-m", "venv", made_by_hand], check=True)
    pip = [machine.venv_python, "-m", "pip", "-q", "install", "-r", "requirements.txt"]
    subprocess.run(pip, cwd=machine.root, env=machine.env(), check=True)
    # The plain pip way of the README, .venv not activated: used as it is.
    assert machine.run("lab", env=machine.offline()).stderr == ""
    # As Binder and conda: another copy, started in an environment that has the packages.
    other = make_machine(tmp_path / "other")
    done = other.run("lab", python=machine.venv_python, env=other.offline())
    assert done.stderr == ""
    assert not (other.root / ".venv").exists()


@posix
def test_a_moved_folder_and_a_vanished_python_are_noticed(machine: Machine) -> None:
    assert machine.run("test").returncode == 5
    assert machine.run("lab", env=machine.offline()).stderr == ""  # the tests' set holds it
    moved = Machine(machine.root.with_name("moved"), machine.wheels)
    shutil.move(machine.root, moved.root)
    assert bootstrap.state(moved.root) == "stamped"
    assert not bootstrap.is_ready(moved.root, "learner")
    for path in (moved.root / ".venv" / "bin").glob("python*"):
        path.unlink()
    assert bootstrap.state(moved.root) == "broken"
    again = moved.run("lab")
    assert again.returncode == 0, again.stderr
    assert opened(again)["prefix"] == str(moved.root / ".venv")


@posix
def test_where_uv_fails_pip_does_it(machine: Machine) -> None:
    tools = machine.root.parent / "tools"
    tools.mkdir()
    uv = tools / "uv"
    uv.write_text("#!/bin/sh\necho error: no\nexit 2\n")
    uv.chmod(0o755)
    done = machine.run("lab", env=machine.env(PATH=str(tools)))
    assert done.returncode == 0, done.stderr
    assert "Trying pip" in done.stderr


@posix
@pytest.mark.skipif(
    AS_ROOT and not shutil.which("setpriv"), reason="root may write anywhere; setpriv is missing"
)
def test_a_read_only_folder_is_named_in_one_line(machine: Machine) -> None:
    machine.root.chmod(0o555)
    drop = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    try:
        done = subprocess.run(
            [*(drop if AS_ROOT else []), PYTHON, "-m", "workbook", "lab"],
            cwd=machine.root,
            env=machine.env(PYTHONDONTWRITEBYTECODE="1", PATH="/usr/bin:/bin"),
            capture_output=True,
            text=True,
        )
    finally:
        machine.root.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr.startswith(f"The folder {machine.root} cannot be written to")
    assert done.stderr.count("\n") == 1


def old_python() -> str | None:
    """A Python older than the workbook needs, if this machine has one that runs."""
    folders = [*map(Path, os.get_exec_path()), *Path.home().glob(".pyenv/versions/3.*/bin")]
    for program in (folder / f"python3.{minor}" for minor in (8, 9, 10) for folder in folders):
        if program.is_file():
            works = subprocess.run([program, "-c", ""], capture_output=True, cwd=program.parent)
            if works.returncode == 0:
                return str(program)
    return None


def test_an_old_python_is_told_which_it_needs(machine: Machine) -> None:
    program = old_python()
    if program is None:
        pytest.skip("no Python older than 3.11 here")
    done = machine.run("lab", python=Path(program))
    assert done.returncode == 1
    assert "the workbook needs 3.11 or newer" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["__init__", "__main__", "bootstrap"])
def test_an_old_python_can_read_the_entry(name: str) -> None:
    source = (REPOSITORY / "workbook" / f"{name}.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 8))


def test_the_set_up_imports_nothing_but_the_standard_library() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules)\n"
        "from workbook import bootstrap, cli, doctor\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - sys.stdlib_module_names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(REPOSITORY)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["workbook"]
