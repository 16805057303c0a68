"""How fast is `funnel` on a log of 600,000 rows? Ratios in one run, to one pandas group-by.

python tests/benchmarks/bench_funnel.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from workbook.analysis.funnels import funnel, transitions
from workbook.widgets import explorer_funnel

ROWS = 600_000
SHARES = {
    "page_view": 0.55, "scroll": 0.33, "view_item": 0.08, "add_to_cart": 0.02,
    "begin_checkout": 0.012, "purchase": 0.008,
}  # fmt: skip


def made_log(rows: int = ROWS, seed: int = 7) -> pd.DataFrame:
    """A log of the shop's size and mix of events; users have 13 rows, sessions 10 on average."""
    draw = np.random.default_rng(seed)
    session = draw.integers(0, rows // 10, rows)
    seconds = np.sort(draw.integers(0, 91 * 86_400, rows))
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2025-09-22") + pd.to_timedelta(seconds, unit="s"),
            "user": pd.Series(session * 3 // 4).map("u_{}".format),
            "session": pd.Series(session).map("s_{}".format),
            "event": draw.choice(list(SHARES), rows, p=list(SHARES.values())),
        }
    )


def seconds(call: Callable[[], object], times: int = 5) -> float:
    """The median of some runs, on the processor's clock: other work on the machine is left out."""
    found = []
    for _ in range(times):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return statistics.median(found)


def main() -> None:
    """Print one line per call: seconds, and how many group-bys that is."""
    log, steps = made_log(), list(explorer_funnel.STEPS)
    calls: dict[str, Callable[[], object]] = {
        "groupby('event')['user'].nunique()": lambda: log.groupby("event")["user"].nunique(),
        "funnel, open": lambda: funnel(log, steps, closed=False),
        "funnel, closed, user": lambda: funnel(log, steps),
        "funnel, closed, session": lambda: funnel(log, steps, scope="session"),
        "funnel, closed, 30 minutes": lambda: funnel(log, steps, window=30),
        "funnel, any order": lambda: funnel(log, steps, order="any"),
        "funnel, directly": lambda: funnel(log, steps, order="directly"),
        "transitions": lambda: transitions(log, "add_to_cart"),
        "explorer, all 17 states of the shop": lambda: explorer_funnel.counts(
            log[~log["event"].isin(explorer_funnel.BACKGROUND)]
        ),
    }
    unit = 0.0
    for name, call in calls.items():
        took = seconds(call)
        unit = unit or took
        print(f"{name:38} {took:6.3f} s   {took / unit:5.1f}")


if __name__ == "__main__":
    main()
