"""Writes the shop's tables, the data dictionary and the teaching tables into a folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd

from workbook import paths
from workbook.shop import dictionary
from workbook.shop.calendar import SEED
from workbook.shop.world import simulate

_LEVEL = 6


def write(folder: Path, seed: int = SEED) -> list[Path]:
    """Write every table of the world of this seed, and return the files written.

    The uncompressed content is the same on every run and machine. A file is replaced only when
    its new content is complete. Teaching tables (`lessons/tables/*.csv`) are copied byte for
    byte. Raises OSError if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = simulate(seed)
    written, rows = [], {}
    for table in dictionary.TABLES:
        frame: pd.DataFrame = getattr(world, table.name)
        rows[table.name] = len(frame)
        written.append(_put(folder / table.file, csv_text(frame).encode()))
    taught = paths.lessons_dir() / "tables"
    small = dictionary.teaching_tables(taught) if taught.is_dir() else []
    for table in small:
        content = (taught / table.file).read_bytes()
        rows[table.name] = max(len(content.splitlines()) - 1, 0)
        written.append(_put(folder / table.file, content))
    everything = [*dictionary.TABLES, *small]
    readme = dictionary.readme(everything, seed, rows)
    written.append(_put(folder / "README.md", readme.encode()))
    package = dictionary.datapackage(everything, seed)
    written.append(_put(folder / "datapackage.json", package.encode()))
    return written


def csv_text(frame: pd.DataFrame) -> str:
    """The table as CSV text: cents with two decimals, times to the second, empty for missing."""
    text: str = frame.to_csv(
        index=False, lineterminator="\n", float_format="%.2f", date_format="%Y-%m-%d %H:%M:%S"
    )
    return text


def _put(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all; a `.gz` without a time stamp in it."""
    if path.suffix == ".gz":
        content = gzip.compress(content, _LEVEL, mtime=0)
    half = path.with_name(path.name + ".part")
    try:
        half.write_bytes(content)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return path
