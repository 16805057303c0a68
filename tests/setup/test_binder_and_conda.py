"""Binder, conda and a plain `pip install` get the versions that the tests ran with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bare_machine import PYTHON, REPOSITORY
from packaging.version import Version

ENVIRONMENT = REPOSITORY / "environment.yml"


def sources(target: Path) -> Path:
    """A copy of what an installation and Binder look at."""
    target.mkdir()
    for name in ("environment.yml", "requirements.txt", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, target)
    (target / "tests").mkdir()
    shutil.copy(REPOSITORY / "tests" / "requirements.txt", target / "tests")
    shutil.copytree(
        REPOSITORY / "workbook",
        target / "workbook",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return target


def test_environment_yml_is_python_pip_and_the_lock_and_nothing_else() -> None:
    read = yaml.safe_load(ENVIRONMENT.read_text("utf-8"))
    assert read["name"] == "stepping-stones"
    assert read["channels"] == ["conda-forge", "nodefaults"]
    *conda, pip = read["dependencies"]
    assert pip == {"pip": ["-r requirements.txt"]}
    assert conda == ["python=3.11", "pip"]


def test_conda_understands_environment_yml() -> None:
    rattler = pytest.importorskip("rattler")
    read = yaml.safe_load(ENVIRONMENT.read_text("utf-8"))
    specs = [rattler.MatchSpec(d, strict=True) for d in read["dependencies"] if isinstance(d, str)]
    assert [spec.name.normalized for spec in specs] == ["python", "pip"]
    python = next(spec for spec in specs if spec.name.normalized == "python")
    assert python.version == "3.11.*"


def test_binder_builds_from_environment_yml_with_python_3_11(tmp_path: Path) -> None:
    pytest.importorskip("repo2docker")
    copy = sources(tmp_path / "repository")
    command = [sys.executable, "-m", "repo2docker"]
    done = subprocess.run(
        [*command, "--no-build", "--debug", "--user-id=1000", "--user-name=jovyan", copy],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-2000:]
    assert '--file "environment.yml"' in told
    assert "environment.py-3.11-" in told.replace("-2e", ".").replace("-2d", "-")
    # The lock installs the package itself, so the sources must be there before the installation.
    assert told.index("COPY --chown=1000:1000 src/") < told.index('--file "environment.yml"')


@pytest.mark.slow
def test_the_lock_installs_into_a_fresh_environment(tmp_path: Path) -> None:
    copy = sources(tmp_path / "repository")
    venv = tmp_path / "fresh"
    subprocess.run([PYTHON, "-m", "venv", venv], check=True)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    how = [python, "-m", "pip", "install", "-q", "--no-compile", "--retries", "1"]
    done = subprocess.run(
        [*how, "-r", "requirements.txt"], cwd=copy, capture_output=True, text=True
    )
    if done.returncode and ("onnection" in done.stderr or "resolution" in done.stderr):
        pytest.skip("no network: the package index did not answer")
    assert done.returncode == 0, done.stderr

    def run(*words: str) -> str:
        told = subprocess.run([python, *words], cwd=copy, capture_output=True, text=True)
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    run("-m", "pip", "check")
    run("-c", "from workbook import check, hint, load, quiz, solution")
    version = run("-m", "workbook", "lab", "--version").splitlines()[-1]
    assert Version(version) >= Version("4.4")
    assert not (copy / ".venv").exists()  # the packages are there: nothing to set up
    told = subprocess.run(
        [python, "-m", "workbook", "doctor"], cwd=copy, capture_output=True, text=True
    )
    lines = told.stdout.splitlines()
    for finding in ("the packages are installed", "JupyterLab's widgets", "notebooks run in this"):
        assert any(line.startswith(f"ok   {finding}") for line in lines), told.stdout
    assert "ok   the workbook's JupyterLab settings" in lines
