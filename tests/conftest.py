"""Fixtures that many tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

from workbook.reference.kernel import learners_path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
# Every kernel and program that a test starts is without pyarrow, as a learner's is.
os.environ["PYTHONPATH"] = learners_path()

import helpers  # noqa: E402

# Times are for benchmarks: the first example of a process may have to import pandas.
# The examples are the same in every run: a rare one that fails is found by whoever looks for it
# (`--hypothesis-profile=explore`), not by the next change.
settings.register_profile("workbook", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("workbook")


@pytest.fixture(scope="session")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mini workbook, built: nine exercises, one of every kind."""
    home = helpers.copy_mini(tmp_path_factory.mktemp("mini") / "home")
    helpers.build_mini(home)
    return home


@pytest.fixture(scope="session")
def other_shop(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The tables that lessons name under another seed, made once for all processes of a run."""
    from workbook.reference import source
    from workbook.shop import tables

    # Processes of pytest-xdist have folders side by side in that of the run.
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    lessons = map(source.read, source.sources(HERE.parent / "lessons"))
    named = set().union(*(lesson.tables for lesson in lessons))

    def made(seed: int) -> Path:
        folder = run / f"shop-{seed}"
        with FileLock(f"{folder}.lock"):
            if not (folder / "datapackage.json").exists():  # written last
                tables.write(folder, seed, tables.SLOW - named)
        return folder

    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, the only one of this process; skipped with a reason without it.

    Playwright refuses a second one beside the first.
    """
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    sys.path.insert(0, str(HERE / "browser"))
    from browser_lab import FLAGS, chromium

    with api.sync_playwright() as playwright:
        path = chromium(playwright)
        if path is None:
            message = "no Chromium found: install it, or point CHROMIUM to one"
            if os.environ.get("WORKBOOK_REQUIRE_BROWSER") == "1":
                pytest.fail(message)
            pytest.skip(message)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, headless=True)
        yield browser
        browser.close()
