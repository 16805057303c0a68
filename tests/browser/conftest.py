"""One server for all browser tests; their browser is in tests/conftest.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

from browser_lab import Lab, Notebook, close_all  # noqa: E402

SAMPLE = Path(__file__).parents[1] / "questions" / "lessons"
FAILED = pytest.StashKey[bool]()
SIZE: playwright_api.ViewportSize = {"width": 1280, "height": 900}  # a laptop's


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def start_lab(
    browser: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Lab]]:
    """Start a JupyterLab of its own: `start_lab(root=folder, env={...})`."""
    labs: list[Lab] = []

    def start(root: Path | None = None, env: dict[str, str] | None = None) -> Lab:
        base = tmp_path_factory.mktemp("lab")
        record = {"WORKBOOK_PROGRESS": str(base / "progress.jsonl")}
        labs.append(Lab(base, root or base / "root", {**record, **(env or {})}))
        return labs[-1]

    yield start
    for lab in labs:
        lab.stop()


@pytest.fixture(scope="session")
def lab(start_lab: Callable[..., Lab]) -> Lab:
    """The JupyterLab of this session, with the tests' own question bank."""
    return start_lab(env={"WORKBOOK_LESSONS": str(SAMPLE)})


@pytest.fixture(scope="session")
def shared_page(browser: playwright_api.Browser) -> Iterator[playwright_api.Page]:
    """One page for the session: JupyterLab is loaded once, notebooks are opened in it."""
    page = browser.new_page()
    page.set_default_timeout(15_000)
    yield page
    page.close()


@pytest.fixture(scope="module")
def kept_notebook(
    shared_page: playwright_api.Page, lab: Lab
) -> Iterator[Callable[[str, list[str]], Notebook]]:
    """A notebook that the tests of a file share, with its kernel: each gets it run anew from clear
    outputs, which takes one second instead of five. One that a test has closed, reloaded without a
    kernel or left broken is opened again.
    """
    kernels: dict[str, str] = {}

    def start(name: str, cells: list[str]) -> Notebook:
        shared_page.set_viewport_size(SIZE)
        alive = {one["path"]: one["kernel"]["id"] for one in lab.ask("sessions")}
        shown = shared_page.locator(".lm-TabBar-tab.lm-mod-current", has_text=name)
        if name in kernels and alive.get(name) == kernels[name] and shown.count() == 1:
            shared_page.evaluate(
                "() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
            )
            return Notebook(shared_page, lab, name, reopen=False)
        close_all(shared_page)
        lab.stop_kernels()
        lab.put(name, cells)
        book = Notebook(shared_page, lab, name)
        kernels[name] = {one["path"]: one["kernel"]["id"] for one in lab.ask("sessions")}[name]
        return book

    yield start
    close_all(shared_page)
    lab.stop_kernels()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash.setdefault(FAILED, False)
    item.stash[FAILED] |= report.failed
    return report


@pytest.fixture(autouse=True)
def picture_of_failure(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """A failed test leaves a screenshot of the shared page, and the next one gets it empty."""
    yield
    names = {"shared_page", "page", "kept_notebook"} & set(request.fixturenames)
    if names and request.node.stash.get(FAILED, False):
        page: playwright_api.Page = request.getfixturevalue("shared_page")
        page.screenshot(path=tmp_path / "failed.png")
        print(f"\nScreenshot: {tmp_path / 'failed.png'}")
        page.goto("about:blank")  # whatever is wrong with it must not spread


@pytest.fixture
def page(
    shared_page: playwright_api.Page, picture_of_failure: None
) -> Iterator[playwright_api.Page]:
    """A page wide as a laptop's, without notebooks."""
    close_all(shared_page)  # not afterwards: a picture of a failure is taken first
    shared_page.set_viewport_size(SIZE)
    return shared_page


@pytest.fixture
def open_notebook(page: playwright_api.Page, lab: Lab) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook: `open_notebook("a.ipynb", ["cell", "cell"])`, or one that is there."""

    def start(name: str, cells: list[str] | None = None, in_lab: Lab | None = None) -> Notebook:
        where = in_lab or lab
        if cells is not None:
            where.put(name, cells)
        return Notebook(page, where, name)

    yield start
    lab.stop_kernels()
