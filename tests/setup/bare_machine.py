"""A bare machine in small: a copy of the commands, and stand-ins of a few kB for the packages."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON = Path(getattr(sys, "_base_executable", sys.executable))  # one without our packages

LAB = """
import json, sys
class LabApp:
    @staticmethod
    def launch_instance(words):
        print(json.dumps({"words": words, "prefix": sys.prefix}))
"""
PYTEST = """
import json, os, sys
def main(words):
    print(json.dumps({"words": words, "prefix": sys.prefix, "folder": os.getcwd()}))
    return 5
"""


def make_wheel(folder: Path, name: str, version: str, module: str, source: str) -> None:
    """Write a wheel with one module; `name` imitates a package that the workbook needs."""
    info = f"{name}-{version}.dist-info"
    files = {
        module: source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
        record += f"{path},sha256={digest.rstrip('=')},{len(text.encode())}\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")


class Machine:
    """A copy of the workbook and a Python that lacks the packages."""

    def __init__(self, root: Path, wheels: Path) -> None:
        self.root, self.wheels = root, wheels

    def write_lock(self, version: str = "1.0") -> None:
        (self.root / "requirements.txt").write_text(f"jupyterlab=={version}\n", "utf-8")

    def env(self, **changes: str) -> dict[str, str]:
        """An environment without this machine's pip settings, and with a silent uv nowhere."""
        kept = ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "LOCALAPPDATA")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "HOME": str(self.root.parent),
            "PATH": str(self.root.parent / "nothing"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            "PIP_NO_INDEX": "1",
            **changes,
        }

    def offline(self) -> dict[str, str]:
        """The environment of a machine whose network is off."""
        nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
        env = self.env(**nowhere)
        return {k: v for k, v in env.items() if k not in ("PIP_FIND_LINKS", "PIP_NO_INDEX")}

    def start(
        self,
        *words: str,
        python: Path = PYTHON,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.Popen[str]:
        """Start `python -m workbook WORDS`, or `python FOLDER/workbook WORDS` from `cwd`."""
        by = ["-m", "workbook"] if cwd is None else [str(self.root / "workbook")]
        return subprocess.Popen(
            [str(python), *by, *words],
            cwd=cwd or self.root,
            env=self.env() if env is None else env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **how: object) -> subprocess.CompletedProcess[str]:
        """The same, waited for."""
        process = self.start(*words, **how)  # type: ignore[arg-type]
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    @property
    def venv_python(self) -> Path:
        return self.root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


PYPROJECT = """
[project]
name = "stepping-stones-workbook"
dependencies = ["jupyterlab>=1"]
[project.optional-dependencies]
test = ["pytest>=1"]
"""
