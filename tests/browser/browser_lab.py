"""JupyterLab in a real Chromium: everything that the browser tests share.

`Lab` is a JupyterLab server of its own (own folders for settings, workspaces and kernels), and a
`Notebook` is one of its notebooks open in a page, with the verbs that tests speak in.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Playwright

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chromium(playwright: Playwright | None = None) -> str | None:
    """Path of a Chromium to drive, or None: CHROMIUM, the system's, then Playwright's own."""
    if wanted := os.environ.get("CHROMIUM"):
        return shutil.which(wanted)
    for name in NAMES:
        if path := shutil.which(name) or shutil.which(f"/usr/bin/{name}"):
            return path
    own = playwright.chromium.executable_path if playwright else None
    return own if own and Path(own).exists() else None


class Lab:
    """A running JupyterLab. `root` is the folder it shows; notebooks are put below it."""

    def __init__(self, base: Path, root: Path, env: Mapping[str, str]) -> None:
        self.root = root
        self.log = base / "server.log"
        settings = {
            name: str(base / name.lower())
            for name in (
                "JUPYTER_CONFIG_DIR",
                "JUPYTER_RUNTIME_DIR",
                "JUPYTER_DATA_DIR",
                "JUPYTERLAB_SETTINGS_DIR",
                "JUPYTERLAB_WORKSPACES_DIR",
                "IPYTHONDIR",
                "MPLCONFIGDIR",
            )
        }
        for folder in (root, *map(Path, settings.values())):
            folder.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0",
            f"--ServerApp.root_dir={root}", "--IdentityProvider.token=",
            "--ServerApp.password=", "--ServerApp.allow_root=True",
            "--ServerApp.allow_remote_access=False", "--LabApp.news_url=None",
            "--LabApp.expose_app_in_browser=True",
            "--ServerApp.disable_check_xsrf=True", "--KernelManager.shutdown_wait_time=1",
        ]  # fmt: skip
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=root, env={**os.environ, **settings, **env}, stdout=log, stderr=log
            )
        self.url = self._await(Path(settings["JUPYTER_RUNTIME_DIR"]))

    def _await(self, runtime: Path) -> str:
        for _ in range(600):
            if self._process.poll() is not None:
                break
            for file in runtime.glob("jpserver-*.json"):
                try:
                    url = json.loads(file.read_text())["url"].replace("localhost", "127.0.0.1")
                    urllib.request.urlopen(url + "api", timeout=2).close()
                    return str(url)
                except (OSError, ValueError, KeyError):
                    pass
            time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")

    def put(self, name: str, cells: Iterable[str]) -> str:
        """Write a notebook of code cells (Markdown if a cell starts with `#`); its name."""
        book = nbformat.v4.new_notebook(
            metadata={
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            },
            cells=[
                nbformat.v4.new_markdown_cell(cell)
                if cell.startswith("# ")
                else nbformat.v4.new_code_cell(cell)
                for cell in cells
            ],
        )
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(book, path)
        return name

    def ask(self, what: str) -> list[dict[str, Any]]:
        """The server's list of `kernels` or `sessions`."""
        with urllib.request.urlopen(f"{self.url}api/{what}") as reply:
            found: list[dict[str, Any]] = json.load(reply)
        return found

    def stop_kernels(self) -> None:
        """Shut all kernels down, as a server does overnight."""
        for kernel in self.ask("kernels"):
            request = urllib.request.Request(
                f"{self.url}api/kernels/{kernel['id']}", method="DELETE"
            )
            urllib.request.urlopen(request).close()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()


class Notebook:
    """A notebook open in its own page."""

    def __init__(self, page: Page, lab: Lab, name: str, *, reopen: bool = True) -> None:
        """Open it in the page, or take it as it stands there in front."""
        self.page, self.lab, self.name = page, lab, name
        if not reopen:
            return
        here = page.url.startswith(f"{lab.url}lab")
        if here and not page.locator(".jp-NotebookPanel").count():  # takes one second, not six
            page.evaluate(
                "path => window.jupyterapp.commands.execute('docmanager:open', { path })", name
            )
        else:
            page.goto(f"{lab.url}lab/workspaces/test{time.monotonic_ns()}/tree/{name}?reset")
        self.body.wait_for(timeout=60_000)
        self._await_kernel()
        self.wait_idle()

    def reopened(self) -> Notebook:
        """The same notebook after the page was loaded anew, as it was saved."""
        return Notebook(self.page, self.lab, self.name)

    @property
    def body(self) -> Locator:
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook")

    def _await_kernel(self) -> None:
        """Wait for the first kernel; until it is there "idle" is shown, and running asks for it."""
        for _ in range(300):
            for session in self.lab.ask("sessions"):
                kernel = session["kernel"]
                if (
                    session["path"] == self.name
                    and kernel["execution_state"] == "idle"
                    and kernel["connections"]
                ):
                    return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no kernel for {self.name} came up")

    def wait_idle(self, timeout: float = 60) -> None:
        """Wait until the kernel is idle."""
        self.page.locator(
            ".jp-NotebookPanel:not(.lm-mod-hidden) "
            ".jp-Notebook-ExecutionIndicator[data-status=idle]"
        ).wait_for(state="attached", timeout=timeout * 1000)

    def is_busy(self) -> bool:
        """Whether a cell is running."""
        shown = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator"
        return self.page.locator(shown).get_attribute("data-status") == "busy"

    def menu(self, menu: str, item: str) -> None:
        """Click an item of the menu bar."""
        self.page.locator(f".lm-MenuBar-item:has-text('{menu}')").first.click()
        self.page.locator(f".lm-Menu-item:has-text('{item}')").first.click()

    def run_all(self, timeout: float = 120) -> None:
        """Run all cells and wait until the last one is done."""
        self.menu("Run", "Run All Cells")
        self.page.wait_for_function(
            """() => [...document.querySelectorAll(
                   '.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .jp-InputArea-prompt')]
                .every(prompt => /\\[\\d+\\]/.test(prompt.textContent))""",
            timeout=timeout * 1000,
        )
        self.wait_idle(timeout)

    @contextmanager
    def widgets_loading_late(self) -> Iterator[None]:
        """The widgets that appear within hear nothing of their kernel: anywidget gives a widget's
        script two seconds to load (here none), and drops all messages to one that takes longer."""
        self.page.evaluate(
            """() => {
                const real = AbortSignal.timeout;
                let late = 0;
                AbortSignal.timeout = (ms) => {
                    late += ms === 2000;
                    return real.call(AbortSignal, ms === 2000 ? 0 : ms);
                };
                window.undoLate = () => {
                    AbortSignal.timeout = real;
                    return late;
                };
            }"""
        )
        yield
        self.page.locator(".ss-form").first.wait_for()
        # An inner working of anywidget's; if it went, what is tested so would prove nothing.
        assert self.page.evaluate("() => window.undoLate()")

    def run_cell(self, index: int) -> None:
        """Run one code cell (counted from 0) by keyboard."""
        cell = self.page.locator(".jp-CodeCell").nth(index)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.wait_idle()

    def restart_kernel(self) -> None:
        """Restart the kernel through the menu and wait for it."""
        self.menu("Kernel", "Restart Kernel…")
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        self.page.locator(".jp-Dialog").wait_for(state="detached")
        self.wait_idle()

    def save(self) -> dict[str, Any]:
        """Save; what the file then holds."""
        file = self.lab.root / self.name
        before = file.stat().st_mtime_ns
        self.menu("File", "Save Notebook")
        for _ in range(200):
            self.page.wait_for_timeout(50)
            try:  # the server may be in the middle of writing it
                saved: dict[str, Any] = json.loads(file.read_text("utf-8"))
            except json.JSONDecodeError:
                continue
            if file.stat().st_mtime_ns != before:
                return saved
        raise AssertionError(f"{self.name} was not saved within ten seconds")

    def set_theme(self, theme: str) -> None:
        """Switch JupyterLab to "light" or "dark"."""
        light = "true" if theme == "light" else "false"
        if self.page.locator(f"body[data-jp-theme-light={light}]").count():
            return
        self.page.locator(".lm-MenuBar-item:has-text('Settings')").first.click()
        self.page.locator(".lm-Menu-item:has-text('Theme')").first.hover()
        self.page.locator(f".lm-Menu-item:has-text('JupyterLab {theme.title()}')").first.click()
        self.page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")
        self.page.wait_for_timeout(200)  # the style sheet is swapped after the attribute

    def shot(self, path: Path, selector: str = ".jp-Notebook") -> Path:
        """A screenshot of the first element that fits."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.locator(selector).first.screenshot(path=path)
        return path


def close_all(page: Page) -> None:
    """Close all notebooks; without the question whether to save."""
    if "/lab/" in page.url:
        page.evaluate(
            "() => [...window.jupyterapp.shell.widgets('main')].forEach(open => open.dispose())"
        )


def axe(page: Page, selector: str, but: str | None = None) -> list[str]:
    """What axe-core finds wrong in every element that fits `selector`, one line a fault.

    What fits `but` is left out. Page-level rules do not apply to a part of a page and are off.
    """
    if not page.locator(selector).count():
        raise AssertionError(f"nothing on the page fits {selector!r}")
    found = Axe().run(
        page,
        context={"include": [[selector]], "exclude": [[but]] if but else []},
        options={"resultTypes": ["violations"], "rules": {"region": {"enabled": False}}},
    )
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:200]} {node.get('failureSummary', '')}"
        for fault in found.response["violations"]
        for node in fault["nodes"]
    ]
