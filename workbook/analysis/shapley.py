"""Attribution by Shapley value: each channel's average contribution over all orders of arrival.

What comes out depends on what a combination of channels is said to be worth:

* `orders_inside`: the orders on paths inside the combination. Each path then splits its order
  equally among its distinct channels: the linear rule in other words (RV-12's note).
* `coalition_rates`: the conversion rate of those who met the combination. It needs the paths
  without an order, and says more.

Source: Shapley (1953); for channels Zhao, Mahboobi and Bagheri (2018), arXiv 1804.05327.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import factorial, fsum
from typing import Any

import pandas as pd

from workbook.analysis.attribution import all_channels, by_channel, read_paths, spread
from workbook.analysis.inputs import number, one_of, share

MOST = 5
"""Five groups make 32 combinations; with more, most of them have next to no visitors."""

Coalition = frozenset[str]


def shapley(worth: Mapping[Any, float]) -> pd.Series[float]:
    """Shapley value by channel: a Series that adds up to v(all) - v(none).

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! x [v(S + i) - v(S)].
    `worth` gives v for every combination, also for none: a tuple, set or frozenset of names, or
    one name alone, as in `{(): 0.02, "A": 0.10, "B": 0.05, ("A", "B"): 0.24}`. Raises ValueError
    for more than five channels, a missing or doubled combination, or a worth that is no number.
    """
    v: dict[Coalition, float] = {}
    for key, amount in worth.items():
        names = _coalition(key)
        if names in v:
            raise ValueError(f"The combination {_told(names)} is given twice.")
        v[names] = number(f"The worth of {_told(names)}", amount)
    channels = _few(sorted({name for names in v for name in names}))
    for some in _combinations(channels):
        if some not in v:
            raise ValueError(f"The worth of {_told(some)} is missing: every combination needs one.")
    n = len(channels)
    values = {}
    for one in channels:
        others = [name for name in channels if name != one]
        values[one] = fsum(
            factorial(len(some)) * factorial(n - len(some) - 1) / factorial(n)
            * (v[some | {one}] - v[some])
            for some in _combinations(others)
        )  # fmt: skip
    return by_channel(values, "shapley")


def orders_inside(paths: pd.DataFrame, *, of: str = "conversions") -> dict[Coalition, float]:
    """v(S): orders (or value) on paths all of whose channels lie in S, for every S; v(none) = 0.

    Raises ValueError for more than five channels.
    """
    one_of("of", of, ("conversions", "value"))
    routes, amounts = read_paths(paths, of)
    sets = [frozenset(route) for route in routes]
    return {
        some: fsum(amount for path, amount in zip(sets, amounts, strict=True) if path <= some)
        for some in _combinations(_few(all_channels(routes)))
    }


def coalition_rates(
    paths: pd.DataFrame, *, baseline: float, met: str = "exactly"
) -> dict[Coalition, float]:
    """v(S): orders per path, in 0..1, for every combination S of channels.

    baseline   v(none): the rate of those who met no channel. Paths cannot tell it: measure it,
               or assume 0 and say so.
    met        "exactly": paths with all channels of S and no other. "inside": paths with no
               channel outside S; needs less data, and lies between the rates of its parts.

    Needs the column `lost`. Raises ValueError for more than five channels, or for a combination
    that no path has.
    """
    one_of("met", met, ("exactly", "inside"))
    routes, won = read_paths(paths)
    _, lost = read_paths(paths, "lost")
    sets = [frozenset(route) for route in routes]
    rates = {frozenset[str](): share("baseline", baseline)}
    for some in _combinations(_few(all_channels(routes)))[1:]:
        here = [
            place
            for place, path in enumerate(sets)
            if (path <= some if met == "inside" else path == some)
        ]
        orders, losses = fsum(won[i] for i in here), fsum(lost[i] for i in here)
        if not orders + losses:
            other = ', or use met="inside"' if met == "exactly" else ""
            raise ValueError(
                f"No path has met {met} {_told(some)}, so it has no rate. Group the channels more "
                f"coarsely{other}."
            )
        rates[some] = orders / (orders + losses)
    return rates


def shapley_credit(worth: Mapping[Any, float], orders: float) -> pd.Series[float]:
    """`orders` divided in proportion to the Shapley values: credit by channel.

    Raises ValueError if the values add up to nothing, as when all rates are at the baseline.
    """
    return spread(shapley(worth), orders).rename("conversions")


def _few(channels: list[str]) -> list[str]:
    if len(channels) > MOST:
        raise ValueError(
            f"{len(channels)} channels make {2 ** len(channels):,} combinations, most of them "
            f"nearly empty. Put the channels into at most {MOST} groups first."
        )
    if not channels:
        raise ValueError("There is no channel to give a share to.")
    return channels


def _combinations(channels: list[str]) -> list[Coalition]:
    sizes = range(len(channels) + 1)
    return [frozenset(some) for size in sizes for some in combinations(channels, size)]


def _coalition(key: Any) -> Coalition:
    if isinstance(key, str):
        return frozenset([key])
    if isinstance(key, Iterable):
        names = frozenset(key)
        if all(isinstance(name, str) for name in names):
            return names
    raise ValueError(f'A combination is a tuple of names such as ("A", "B"), not {key!r}.')


def _told(names: Coalition) -> str:
    return " + ".join(sorted(names)) or "no channel"
