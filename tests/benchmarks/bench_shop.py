"""How long the shop takes, as ratios within one run: `python tests/benchmarks/bench_shop.py`.

Seconds depend on the machine and on who else uses it; ratios much less.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from workbook import data, paths
from workbook.evidence import four_readings
from workbook.shop import dictionary, draws, tables
from workbook.shop import what_if as worlds
from workbook.shop.policy import Policy
from workbook.shop.world import simulate


def best(what: Callable[[], Any], times: int = 3) -> float:
    """The fewest seconds of several runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        what()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def line(what: str, seconds: float, base: float, against: str) -> None:
    print(f"{what:46} {seconds:9.4f} s {seconds / base:8.2f} x {against}")


def cold(name: str) -> pd.DataFrame:
    data._read.cache_clear()
    data._rebuilt.cache_clear()
    return data.load(name)


def main() -> None:
    file = data._find("events")
    plain = best(lambda: pd.read_csv(file))
    print("Loading")
    line("pandas.read_csv(events), no dates", plain, plain, "itself")
    for name in data.tables():
        line(f"load({name!r}), first time", best(lambda name=name: cold(name)), plain, "read_csv")
    line("load('events'), again", best(lambda: data.load("events")), plain, "read_csv")

    print("\nSimulating, 84,000 persons")
    one = best(simulate)
    line("one world, visits", one, one, "itself")
    line("the same, in chunks of 5,000", best(lambda: simulate(chunk=5_000)), one, "one world")
    both = best(lambda: (simulate(), simulate(policy=Policy(popup=False))))
    line("two worlds", both, one, "one world")
    line("what_if(popup=False), nothing kept", best(fresh_what_if), one, "one world")
    line("four_readings('newsletter'), nothing kept", best(fresh_readings), one, "one world")
    world = simulate()
    line("its tables (events, sessions, orders)", best(lambda: made(world)), one, "one world")
    rows = len(world.events)
    text = best(lambda: tables.csv_text(world.events, dictionary.TABLES[0]), 1)
    line("events as CSV text", text, one, "one world")
    print(f"{rows:,} events, {rows / (one + best(lambda: made(world), 1)):,.0f} a second")

    print("\nDraws")
    n = 2_000_000
    keys = draws.person_keys(1, np.arange(n))
    generator = np.random.default_rng(1)
    stream = best(lambda: generator.random(n))
    line("numpy stream, 2,000,000 draws", stream, stream, "itself")
    line("keyed draws, all at once", best(lambda: draws.uniform(keys, "x")), stream, "stream")
    blocks = np.array_split(keys, n // 16_000)
    blockwise = best(lambda: [draws.uniform(block, "x") for block in blocks])
    line("keyed draws, blocks of 16,000", blockwise, stream, "stream")

    print("\nSizes")
    sizes = {path.name: path.stat().st_size for path in sorted(paths.data_dir().glob("*.csv*"))}
    total = sum(sizes.values())
    for name, size in sizes.items():
        print(f"{name:46} {size / 1e6:9.3f} MB {size / total:8.1%} of all")
    print(f"events: {sizes['events.csv.gz'] / rows:.1f} bytes a row")


def fresh_what_if() -> None:
    """A learner's first what-if: both shops are run."""
    worlds._totals.cache_clear()
    worlds.world.cache_clear()
    worlds.what_if(popup=False)


def fresh_readings() -> None:
    """The four readings of a micro conversion, both shops run anew."""
    worlds.world.cache_clear()
    four_readings("newsletter")


def made(world: Any) -> None:
    """Make a world's tables anew."""
    again = replace(world)
    _ = again.events, again.sessions, again.orders


if __name__ == "__main__":
    main()
