"""What pre-commit runs passes on the whole repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bare_machine import REPOSITORY

SCRIPTS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    ["ruff check", "ruff format --check", "mypy", "lint-imports"],
)
def test_the_repository_passes(command: str) -> None:
    name, *words = command.split()
    done = subprocess.run([SCRIPTS / name, *words], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def test_pre_commit_runs_the_same_tools_from_this_environment() -> None:
    config = REPOSITORY / ".pre-commit-config.yaml"
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", config], check=True, cwd=REPOSITORY
    )
    repositories = yaml.safe_load(config.read_text("utf-8"))["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]  # nothing to download
    hooks = {hook["id"]: hook["entry"] for hook in repositories[0]["hooks"]}
    assert set(hooks) == {"ruff", "ruff-format", "mypy", "import-linter"}
