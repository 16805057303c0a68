"""The tests see what a learner sees, though they have more packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_a_kernel_keeps_text_as_where_pyarrow_is_missing(tmp_path: Path) -> None:
    import nbformat

    from workbook.reference import kernel

    code = "from workbook import load\nprint(load('orders')['user'].dtype.storage)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    with kernel.clean_environment() as scratch:
        kernel.run(notebook, scratch)
    assert notebook.cells[0].outputs[0]["text"].strip() == "python"


@pytest.mark.parametrize("code", ["import pyarrow", "import pandas.api.types, pyarrow.parquet"])
def test_programs_that_tests_start_find_no_pyarrow(code: str) -> None:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "learners have no pyarrow" in run.stderr


def test_pandas_works_without_it() -> None:
    code = "import pandas as pd; print(pd.Series(['a']).dtype.storage)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "python"
