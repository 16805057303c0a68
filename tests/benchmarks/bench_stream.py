"""How fast the log is written at any size, as ratios in one run, and how much memory that takes.

python tests/benchmarks/bench_stream.py [SESSIONS]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from workbook.analysis.funnels import funnel
from workbook.analysis.funnels_sql import run_funnel_sql
from workbook.shop import stream
from workbook.shop.calendar import SEED
from workbook.shop.world import simulate

SESSIONS = 300_000
STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
COLUMNS = "time, user, session, event"


def seconds(call: Callable[[], Any], times: int = 3) -> float:
    """The median of some runs, on the processor's clock: other work on the machine is left out."""
    found = []
    for _ in range(times):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return statistics.median(found)


def simulated(sessions: int) -> int:
    """The events of the persons that `stream` would choose, part by part, and nothing written."""
    persons, events = int(sessions / stream.VISITS_PER_PERSON), 0
    for first in range(0, persons, stream.PART):
        world = simulate(SEED, min(stream.PART, persons - first), first_person=first)
        events += len(world._recorded[1].code)
    return events


def memory(form: str, sessions: int) -> tuple[float, int]:
    """The largest memory of a process that streams, in MB; and the events it wrote."""
    code = (
        "import json, resource, sys, tempfile; from pathlib import Path;"
        "from workbook.shop.stream import stream;"
        "folder = Path(tempfile.mkdtemp(dir=sys.argv[1])) / 'shop';"
        "rows = stream(folder, int(sys.argv[2]), form=sys.argv[3]).rows['events'];"
        "print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, rows]))"
    )
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [sys.executable, "-c", code, folder, str(sessions), form],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    most, rows = json.loads(run.stdout)
    return most / (1e6 if sys.platform == "darwin" else 1e3), rows


def main() -> None:
    """Print how fast, how large, how much memory; then a question to the files."""
    sessions = int(float(sys.argv[1])) if len(sys.argv) > 1 else SESSIONS
    # First: a process inherits the largest memory of the one that starts it.
    print("Largest memory")
    for form in stream.FORMATS:
        for size in (sessions // 3, sessions, 3 * sessions):
            most, rows = memory(form, size)
            print(f"{form:10} {rows:12,} events {most:8,.0f} MB")

    print(f"\nWriting, {sessions:,} sessions in parts of {stream.PART:,} persons")
    events = simulated(sessions)
    base = seconds(lambda: simulated(sessions))
    print(f"{'simulation alone':26} {base:7.2f} s   1.00 x {events / base:11,.0f} events/s")
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        for form in stream.FORMATS:
            folders = iter([root / f"{form}-{number}" for number in range(3)])
            took = seconds(lambda to=folders, f=form: stream.stream(next(to), sessions, form=f))
            size = sum(path.stat().st_size for path in (root / f"{form}-0").rglob("part-*"))
            print(
                f"{'simulation and ' + form:26} {took:7.2f} s {took / base:6.2f} x "
                f"{events / took:11,.0f} events/s {size / events:6.1f} bytes an event"
            )

        print("\nThe closed funnel over these events, beside pandas with the log in memory")
        files = str(root / "parquet-0" / "events" / "*.parquet")
        log: pd.DataFrame = duckdb.sql(f"SELECT {COLUMNS} FROM '{files}'").df()
        asked: dict[str, Callable[[], pd.Series[int]]] = {
            "pandas": lambda: funnel(log, STEPS),
            "DuckDB over Parquet": lambda: run_funnel_sql(files, STEPS),
            "DuckDB over the DataFrame": lambda: run_funnel_sql(log, STEPS),
        }
        counts = {name: ask().tolist() for name, ask in asked.items()}
        assert len({str(found) for found in counts.values()}) == 1, counts
        base = seconds(asked["pandas"])
        for name, ask in asked.items():
            took = seconds(ask)
            print(f"{name:26} {took:7.2f} s {took / base:6.2f} x {events / took:11,.0f} events/s")
        print(f"users who reached each step: {counts['pandas']}")


if __name__ == "__main__":
    main()
