"""Run a notebook in a clean kernel, the same way on every machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# nbformat loads jsonschema's parsers of international addresses, which no notebook schema uses:
# 1.7 s of import saved.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

CLEAN = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "WORKBOOK_NO_RECORD": "1",
}


AS_LEARNER = Path(__file__).with_name("as_learner")
"""A folder of modules that stand before those that learners do not have."""


def learners_path() -> str:
    """PYTHONPATH with that folder first."""
    return os.pathsep.join(filter(None, [str(AS_LEARNER), os.environ.get("PYTHONPATH")]))


@contextmanager
def clean_environment(extra: Mapping[str, str] | None = None) -> Iterator[Path]:
    """Environment variables for kernels started inside; yields a scratch folder, gone after.

    Kernels inherit the environment of the process, so it is set for the process and put back.
    """
    with tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True) as scratch:
        folders = {"IPYTHONDIR": "ipython", "MPLCONFIGDIR": "mpl", "JUPYTER_RUNTIME_DIR": "run"}
        wanted = {**CLEAN, **{name: str(Path(scratch) / sub) for name, sub in folders.items()}}
        wanted["PYTHONPATH"] = learners_path()
        for sub in folders.values():
            (Path(scratch) / sub).mkdir()
        wanted.update(extra or {})
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield Path(scratch)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


class CellFailed(Exception):
    """A cell stopped with an error: which (from 0), and the error's last words."""

    def __init__(self, cell: int, name: str, text: str, lineno: int | None = None) -> None:
        super().__init__(f"{name}: {text}")
        self.cell, self.name, self.text, self.lineno = cell, name, text, lineno


def run(notebook: Any, folder: Path, timeout: float = 120) -> Any:
    """Execute a notebook (an nbformat node) in `folder`; returns it with outputs.

    Raises `CellFailed` at the first cell that stops with an error or takes over `timeout` s.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(stderr=subprocess.DEVNULL)  # the kernel's own log, not the cells'
    except CellExecutionError as error:
        raise _located(notebook, error) from None
    except (CellTimeoutError, DeadKernelError) as error:
        ran = [place for place, cell in enumerate(notebook.cells) if cell.get("execution_count")]
        raise CellFailed(max(ran, default=-1) + 1, type(error).__name__, "no answer") from None
    return notebook


def _located(notebook: Any, error: Any) -> CellFailed:
    import re

    for place, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output["traceback"]))
                # A syntax error names its line in the cell; in any other trace an arrow marks it.
                cell_part = trace[trace.find("Cell In[") :]
                found = re.findall(r"Cell In\[\d+\], line (\d+)|^-+> ?(\d+)", cell_part, re.M)
                line = int(max(found[0])) if found else None
                return CellFailed(place, output["ename"], output["evalue"], line)
    return CellFailed(0, error.ename, error.evalue)
