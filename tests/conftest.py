"""Fixtures that many tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

# Every kernel and program that a test starts is without pyarrow, as a learner's is.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(HERE / "as_learner"), os.environ.get("PYTHONPATH")])
)

import helpers  # noqa: E402


@pytest.fixture(scope="session")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mini workbook, built: nine exercises, one of every kind."""
    home = helpers.copy_mini(tmp_path_factory.mktemp("mini") / "home")
    helpers.build_mini(home)
    return home
