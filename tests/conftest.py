"""Fixtures that many tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import helpers


@pytest.fixture(scope="session")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mini workbook, built: nine exercises, one of every kind."""
    home = helpers.copy_mini(tmp_path_factory.mktemp("mini") / "home")
    helpers.build_mini(home)
    return home
