"""Looks for the usual troubles of a set-up and says what to do about each.

Every check is a plain function of what it looks at, so that a test can show it a broken place.
Standard library only at the top: the doctor also answers on a machine without the packages.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbook import bootstrap, paths

LAB = "python -m workbook lab"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is in order, what was found, what to do if it is not."""

    ok: bool
    what: str
    do: str = ""


def python_version(version: tuple[int, int]) -> Finding:
    """Is this Python new enough?"""
    return Finding(
        version >= (3, 11),
        "Python {}.{}".format(*version),
        "Install Python 3.11, 3.12 or 3.13 from python.org.",
    )


def folder(root: Path) -> Finding:
    """Is this the whole workbook, unpacked, under a name that programs can handle?"""
    needed = ("requirements.txt", "pyproject.toml", "lessons", "workbook")
    missing = [name for name in needed if not (root / name).exists()]
    if missing:
        return Finding(
            False,
            f"the folder {root} is not the whole workbook: {', '.join(missing)} missing",
            "Unpack the ZIP (on Windows: right-click, Extract All), open a terminal in the folder "
            "that holds README.md, and start from there.",
        )
    if os.name == "nt" and len(str(root)) > 100:
        return Finding(
            False,
            f"the folder's path is long ({len(str(root))} characters): {root}",
            r"Windows stops at 260 characters. Move the folder to a short path such as C:\stones.",
        )
    return Finding(True, f"the workbook's folder: {root}")


def notebooks(path: Path) -> Finding:
    """Are there notebooks to open?"""
    count = len(list(path.glob("[0-9][0-9]-*.ipynb")))
    return Finding(
        count > 0,
        f"{count} notebook{'s' * (count != 1)} in {path}",
        "Download the workbook again, or run `python -m workbook build`.",
    )


def datasets(path: Path) -> Finding:
    """Are the shop's tables there, none of them empty?"""
    try:
        package = json.loads((path / "datapackage.json").read_text("utf-8"))
        names = [resource["path"] for resource in package["resources"]]
    except (OSError, ValueError, KeyError, TypeError):
        names = []
    missing = [n for n in names if not (path / n).is_file() or not (path / n).stat().st_size]
    what = f"{len(names)} tables in {path}" + (
        f", missing: {', '.join(missing)}" if missing else ""
    )
    return Finding(bool(names) and not missing, what, "Run `python -m workbook data`.")


def writable(root: Path) -> Finding:
    """Can the learner's work be saved here?"""
    try:
        with tempfile.TemporaryFile(dir=root):
            return Finding(True, "this folder can be written to")
    except OSError as error:
        return Finding(
            False,
            f"this folder cannot be written to ({error.strerror})",
            "Move the workbook's folder to a place of your own, such as Documents.",
        )


def disk(free: int, installed: bool) -> Finding:
    """Is there room, in bytes, for the packages (if not yet installed) and the learner's work?"""
    needed = 200e6 if installed else 1.5e9
    return Finding(
        free >= needed,
        f"{free / 1e9:.1f} GB free on the disk",
        f"Make room: {needed / 1e9:.1f} GB are needed.",
    )


def environment(root: Path) -> Finding:
    """Is `.venv` absent, or complete and up to date?"""
    state = bootstrap.state(root)
    again = f"Run `{LAB}`: it makes a new one."
    if state == "none":
        return Finding(True, "no .venv (not needed where the packages are installed otherwise)")
    if state == "unfinished" and not bootstrap.is_ready(root, "learner"):
        return Finding(False, "the set-up of .venv was broken off, or is going on right now", again)
    if state == "broken":
        return Finding(False, "the Python that .venv was made with is gone", again)
    if state == "own":
        return Finding(True, ".venv was made by hand")
    ready = bootstrap.is_ready(root, "learner")
    what = ".venv is complete" if ready else ".venv is older than the requirements, or was moved"
    return Finding(ready, what, f"Run `{LAB}`: it brings it up to date.")


def packages(lacking: list[str]) -> Finding:
    """Has this interpreter the exact versions?"""
    if not lacking:
        return Finding(True, "the packages are installed in the versions that the tests ran with")
    some = ", ".join(lacking[:4]) + (", ..." if len(lacking) > 4 else "")
    return Finding(
        False,
        f"packages missing or of other versions, {len(lacking)}: {some}",
        f"Run `{LAB}`: it installs them.",
    )


def widgets(data_paths: Iterable[Path]) -> Finding:
    """Will JupyterLab find the browser's half of the widgets?"""
    wanted = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
    places = [path / "labextensions" for path in data_paths]
    missing = [name for name in wanted if not any((place / name).is_dir() for place in places)]
    return Finding(
        not missing,
        "JupyterLab's widgets" + (f" are missing: {', '.join(missing)}" if missing else ""),
        "Run `python -m pip install --force-reinstall -r requirements.txt` in this environment.",
    )


def settings(shared: Path, prefix: Path) -> Finding:
    """Are the workbook's settings, by which questions still show tomorrow, in this environment?"""
    inside = Path("lab/settings/overrides.d/stepping-stones.json")
    here, there = shared / "jupyter" / inside, prefix / "share/jupyter" / inside
    ok = there.is_file() and filecmp.cmp(here, there, shallow=False)
    return Finding(
        ok,
        "the workbook's JupyterLab settings" + ("" if ok else " are not installed, or are older"),
        "Run `python -m pip install -e .` in the workbook's folder.",
    )


def kernels(data_paths: Iterable[Path], python: Path) -> Finding:
    """Does the name `python3` mean this Python, or an environment registered earlier?"""
    for path in data_paths:
        place = path / "kernels" / "python3" / "kernel.json"
        try:
            program = Path(json.loads(place.read_text("utf-8"))["argv"][0])
        except (OSError, ValueError, KeyError, IndexError, TypeError):
            continue
        # A bare name such as "python" is replaced by the running interpreter.
        if program.is_absolute() and _place(program) != _place(python):
            return Finding(
                False,
                f"notebooks would run in another Python, {program}: {place} says so",
                f"Delete the folder {place.parent}, or start with `{LAB}`, which ignores it.",
            )
        break
    return Finding(True, "notebooks run in this Python")


def _place(program: Path) -> Path:
    """The program's folder, links in its name kept: two environments may link to one Python."""
    return program.parent.resolve()


def loopback() -> Finding:
    """May a program here talk to another one, as the browser talks to JupyterLab?"""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(3)
            with socket.create_connection(server.getsockname(), timeout=3):
                server.accept()[0].close()
    except OSError as error:
        return Finding(
            False,
            f"programs on this machine cannot reach one another ({error})",
            "Allow Python in the firewall or security program.",
        )
    return Finding(True, "the browser can reach JupyterLab")


def port(number: int = 8888, tries: int = 50) -> Finding:
    """Is a port free among those that JupyterLab tries?"""
    for offset in range(tries):
        try:
            socket.create_server(("127.0.0.1", number + offset)).close()
        except OSError:
            continue
        other = f" ({number} is taken, by another JupyterLab perhaps)" if offset else ""
        return Finding(True, f"port {number + offset} is free{other}")
    return Finding(
        False,
        f"no port from {number} to {number + tries - 1} is free",
        f"Close other JupyterLabs, or run `{LAB} --port 9900`.",
    )


def examine() -> list[Finding]:
    """All findings for this machine, this interpreter and this copy of the workbook."""
    root = paths.root()
    checkout = bootstrap.is_checkout(root)
    lacking = bootstrap.lacking(root, "learner") if checkout else []
    found = [
        python_version(sys.version_info[:2]),
        folder(root),
        writable(root),
        disk(shutil.disk_usage(root).free, installed=not lacking),
        environment(root),
        *([packages(lacking)] if checkout else []),
        notebooks(paths.notebooks_dir()),
        datasets(paths.data_dir()),
        loopback(),
        port(),
    ]
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError:
        return found  # nothing of Jupyter to look at yet
    places = [Path(path) for path in jupyter_path()]
    shared = Path(__file__).parent / "_shared"
    found += [
        widgets(places),
        settings(shared, Path(sys.prefix)),
        kernels(places, Path(sys.executable)),
    ]
    return found


def main() -> int:
    """Print all findings; 0 if all is in order, 1 if not."""
    found = examine()
    for finding in found:
        print(f"{'ok ' if finding.ok else 'NOT'}  {finding.what}")
        if not finding.ok:
            print(f"     -> {finding.do}")
    wrong = sum(not finding.ok for finding in found)
    print("All is in order." if not wrong else f"Found {wrong} thing{'s' * (wrong > 1)} to mend.")
    return 1 if wrong else 0
