"""The map in the package's docstring: it names each module, and nothing that is not there."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from workbook import analysis

HOME = Path(analysis.__file__).parent


def the_map() -> dict[str, list[str]]:
    """The functions named for each module."""
    found: dict[str, list[str]] = {}
    module = ""
    for line in str(analysis.__doc__).splitlines():
        if start := re.match(r"    (\w+)  ", line):
            module = start[1]
        if line.startswith("    "):
            found.setdefault(module, []).extend(re.findall(r"`(\w+)`", line))
    return found


def test_every_module_is_on_the_map():
    modules = {path.stem for path in HOME.glob("*.py")} - {"__init__", "inputs", "kinds"}
    assert set(the_map()) == modules


def test_every_name_on_the_map_can_be_imported():
    for module, names in the_map().items():
        assert names, module
        home = import_module(f"workbook.analysis.{module}")
        missing = [name for name in names if not hasattr(home, name)]
        assert not missing, f"{module} has no {missing}"


def test_heavy_libraries_wait_until_a_function_needs_them():
    modules = ", ".join(f"workbook.analysis.{name}" for name in the_map())
    code = f"import sys, {modules}; print(sorted({{'scipy', 'duckdb'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
