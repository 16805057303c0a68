"""One world and one set of written tables for all tests of the shop."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from workbook.shop import tables
from workbook.shop.policy import Policy
from workbook.shop.world import World, simulate


@pytest.fixture(scope="session")
def world() -> World:
    """The committed world."""
    return simulate()


@pytest.fixture(scope="session")
def under() -> Callable[[Policy], World]:
    """The committed world under another policy, simulated once for each."""
    return cache(lambda policy: simulate(policy=policy))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with freshly written tables."""
    folder = tmp_path_factory.mktemp("datasets")
    tables.write(folder)
    return folder
