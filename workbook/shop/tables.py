"""Writes the shop's tables, the data dictionary and the teaching tables into a folder."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path

import pandas as pd

from workbook import paths
from workbook.shop import (
    advertising,
    archives,
    daily,
    dictionary,
    experiments,
    faults,
    ga4_export,
    history,
    trials,
    truth,
)
from workbook.shop.calendar import SEED
from workbook.shop.dictionary import Table
from workbook.shop.world import World, simulate

_LEVEL = 6


class Shop:
    """All that is made from one seed, each thing once and when it is first asked for."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @cached_property
    def world(self) -> World:
        return simulate(self.seed)

    @cached_property
    def faults(self) -> faults.Faults:
        return faults.make(self.world)

    @cached_property
    def experiments(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return experiments.make(self.seed)

    def frame(self, name: str) -> pd.DataFrame:
        """The table of that name."""
        return _MAKERS[name](self)


def _of_the_world(name: str) -> Callable[[Shop], pd.DataFrame]:
    return lambda shop: getattr(shop.world, name)


_MAKERS: dict[str, Callable[[Shop], pd.DataFrame]] = {
    **{table.name: _of_the_world(table.name) for table in dictionary.TABLES},
    "raw_events_patch": lambda shop: shop.faults.raw_events_patch,
    "raw_sessions_patch": lambda shop: shop.faults.raw_sessions_patch,
    "fault_log": lambda shop: shop.faults.fault_log,
    "ad_spend": lambda shop: advertising.make(shop.world),
    "daily": lambda shop: daily.make(shop.seed),
    "experiments": lambda shop: shop.experiments[0],
    "experiment_sample_ratio": lambda shop: trials.make_sample_ratio(shop.seed),
    "experiment_personalization": lambda shop: trials.make_personalization(shop.seed),
    "experiment_novelty": lambda shop: trials.make_novelty(shop.seed),
    "aa_archive": lambda shop: archives.make_aa_archive(shop.seed),
    "test_archive": lambda shop: archives.make_test_archive(shop.seed),
    "order_history": lambda shop: history.make(shop.seed),
    "truth_test_archive": lambda shop: archives.test_archive_truth(shop.seed),
    "truth_customers": lambda shop: history.truth(shop.seed),
    "experiment_loyal": lambda shop: experiments.make_loyal(shop.seed),
    "truth_experiments": lambda shop: shop.experiments[1],
    "truth_effects": lambda shop: truth.effects(shop.world),
}
TABLES: tuple[Table, ...] = (
    *dictionary.TABLES,
    *faults.TABLES,
    advertising.TABLE,
    daily.TABLE,
    history.TABLE,
    *experiments.TABLES,
    *trials.TABLES,
    *archives.TABLES,
    truth.TABLE,
    experiments.TRUTH_TABLE,
    archives.TRUTH_TABLE,
    history.TRUTH_TABLE,
)
"""Every table that is built, in the order of the data dictionary."""


SLOW = frozenset({"daily", "experiments", "truth_effects", "truth_experiments", ga4_export.FOLDER})
"""Tables that take seconds to make. Lessons that need them name them in their headers."""


def write(folder: Path, seed: int = SEED, leave_out: Collection[str] = ()) -> list[Path]:
    """Write the tables of the shop of this seed, but those to leave out; return the files written.

    The uncompressed content is the same on every run and machine. A file is replaced only when
    its new content is complete. The export in GA4's shape is a folder of days; its name can be
    left out as well. Teaching tables (`lessons/tables/*.csv`) are copied byte for
    byte. Raises OSError if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shop = Shop(seed)
    chosen = [table for table in TABLES if table.name not in leave_out]
    written, rows = [], {}
    for table in chosen:
        frame = shop.frame(table.name)
        rows[table.name] = len(frame)
        written.append(_put(folder / table.file, csv_text(frame, table).encode()))
    exported = ga4_export.FOLDER not in leave_out
    if exported:
        (folder / ga4_export.FOLDER).mkdir(exist_ok=True)
        for name, content in ga4_export.files(shop.world, shop.faults).items():
            written.append(_put(folder / name, content))
    taught = paths.lessons_dir() / "tables"
    small = dictionary.teaching_tables(taught) if taught.is_dir() else []
    for table in small:
        content = (taught / table.file).read_bytes()
        rows[table.name] = max(len(content.splitlines()) - 1, 0)
        written.append(_put(folder / table.file, content))
    more = [ga4_export.ABOUT] if exported else []
    readme = dictionary.readme(chosen, small, seed, rows, more)
    written.append(_put(folder / "README.md", readme.encode()))
    package = dictionary.datapackage([*chosen, *small], seed)
    written.append(_put(folder / "datapackage.json", package.encode()))
    return written


def csv_text(frame: pd.DataFrame, table: Table) -> str:
    """The table as CSV text: times to the second, empty for missing.

    Numbers have as many decimals as their column says, two for cents.
    """
    shown = {}
    for column in table.columns:
        if column.type == "date":
            shown[column.name] = frame[column.name].dt.strftime("%Y-%m-%d")
        elif column.type == "number" and column.places != 2:
            form = f"%.{column.places}f"
            shown[column.name] = frame[column.name].map(form.__mod__, na_action="ignore")
    text: str = frame.assign(**shown).to_csv(
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
