"""Fixtures of the set-up tests: stand-ins for the packages, and a bare machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bare_machine import LAB, PYPROJECT, PYTEST, REPOSITORY, Machine, make_wheel


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that serves as the package index."""
    folder = tmp_path_factory.mktemp("wheels")
    for version in ("1.0", "1.1"):
        make_wheel(folder, "jupyterlab", version, "jupyterlab/labapp.py", LAB)
    make_wheel(folder, "pytest", "1.0", "pytest.py", PYTEST)
    return folder


@pytest.fixture
def make_machine(wheels: Path) -> Callable[[Path], Machine]:
    """Lay out a copy of the workbook in a folder, with the stand-ins as its requirements."""

    def make(root: Path) -> Machine:
        for name in ("__init__", "__main__", "bootstrap", "cli", "doctor", "paths"):
            target = root / "workbook" / f"{name}.py"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / "workbook" / f"{name}.py", target)
        for name in ("lessons", "notebooks", "datasets", "tests"):
            (root / name).mkdir()
        for name in ("07-funnels", "01-what-counts"):
            (root / "notebooks" / f"{name}.ipynb").write_text("{}", "utf-8")
        (root / "pyproject.toml").write_text(PYPROJECT, "utf-8")
        (root / "tests" / "requirements.txt").write_text("-r ../requirements.txt\npytest==1.0\n")
        machine = Machine(root, wheels)
        machine.write_lock()
        return machine

    return make


@pytest.fixture
def machine(tmp_path: Path, make_machine: Callable[[Path], Machine]) -> Machine:
    return make_machine(tmp_path / "stepping stones")
