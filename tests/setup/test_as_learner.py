"""The tests see what a learner sees, though they have more packages."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from workbook import load


def test_text_is_kept_as_where_pyarrow_is_missing() -> None:
    assert pd.Series(["a"]).dtype.storage == "python"  # type: ignore[union-attr]
    assert load("orders")["user"].dtype.storage == "python"


@pytest.mark.parametrize("code", ["import pyarrow", "import pandas.api.types, pyarrow.parquet"])
def test_programs_that_tests_start_find_no_pyarrow(code: str) -> None:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "learners have no pyarrow" in run.stderr


def test_pandas_works_without_it() -> None:
    code = "import pandas as pd; print(pd.Series(['a']).dtype.storage)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "python"
