"""Attribution by a Markov chain: how many orders would be lost without a channel, if paths were
a first-order chain.

Conventions, all of them choices:

* First order: the next state depends on the present channel only. Start, one state per channel,
  conversion, null. A transition's probability is its share of all steps out of a state.
* Whether paths are by person or browser, per order or until the first, with repeats kept (then a
  channel may follow itself) or merged, and whether undecided paths count as lost, is decided by
  `attribution.build_paths`.
* Removal: whoever would step to the removed channel goes to null, not to another channel.
* Removal effects are no shares. They are divided by their sum, then multiplied by the orders.

Probabilities are exact, by linear algebra, not by simulation. Source: Anderl, Becker, von
Wangenheim and Schumann (2016), Int. Journal of Research in Marketing 33.
"""

from __future__ import annotations

from itertools import pairwise
from math import fsum

import numpy as np
import pandas as pd

from workbook.analysis.attribution import all_channels, by_channel, read_paths, spread

START, CONVERSION, NULL = "(start)", "(conversion)", "(null)"


def transition_matrix(paths: pd.DataFrame) -> pd.DataFrame:
    """Probability of each step: rows "(start)" and channels, columns channels and the two ends.

    `paths` has path, conversions and lost (see `attribution`). Every row adds up to 1. Raises
    ValueError for a bad table, one without any path, or a channel named like a state.
    """
    routes, won = read_paths(paths)
    _, lost = read_paths(paths, "lost")
    channels = all_channels(routes)
    if taken := {START, CONVERSION, NULL}.intersection(channels):
        raise ValueError(f"No channel may be called {taken.pop()!r}: that is a state of the chain.")
    counts = pd.DataFrame(
        0.0, index=[START, *channels], columns=[*channels, CONVERSION, NULL], dtype=np.float64
    )
    rows = {name: place for place, name in enumerate(counts.index)}
    columns = {name: place for place, name in enumerate(counts.columns)}
    steps = np.zeros(counts.shape)
    for route, orders, losses in zip(routes, won, lost, strict=True):
        for before, after in pairwise([START, *route]):
            steps[rows[before], columns[after]] += orders + losses
        steps[rows[route[-1]], columns[CONVERSION]] += orders
        steps[rows[route[-1]], columns[NULL]] += losses
    total = steps.sum(axis=1)
    if not total[0]:
        raise ValueError("There are no paths, so there are no steps to count.")
    walked = total > 0  # a channel of paths that count 0 has no steps out
    kept = [name for name, here in zip(counts.index, walked, strict=True) if here]
    chances = steps / np.where(walked, total, 1)[:, None]
    table = pd.DataFrame(chances, index=counts.index, columns=counts.columns)
    return table.loc[kept, [*kept[1:], CONVERSION, NULL]]


def conversion_probability(matrix: pd.DataFrame, without: str | None = None) -> float:
    """P(conversion) from the start, in 0..1; with `without`, steps to that channel go to null.

    With Q the steps among channels and r those to the conversion, the channels' chances h solve
    (I - Q) h = r; the start's chance is the mean of h over its first steps. `matrix` is a
    `transition_matrix`. Raises ValueError for an unknown channel, or a chain that never ends.
    """
    channels = [str(name) for name in matrix.index[1:]]
    if without is not None and without not in channels:
        raise ValueError(f"No path has the channel {without!r}. There are: {', '.join(channels)}.")
    left = [name for name in channels if name != without]
    inner = matrix.loc[left, left].to_numpy(dtype=np.float64)
    try:
        chance = np.linalg.solve(
            np.eye(len(left)) - inner, matrix.loc[left, CONVERSION].to_numpy(dtype=np.float64)
        )
    except np.linalg.LinAlgError:
        raise ValueError("Some channels only lead to one another: no path could end.") from None
    first = matrix.loc[START].to_numpy(dtype=np.float64)
    by_name = dict(zip(matrix.columns, first, strict=True))
    steps = [by_name[name] * one for name, one in zip(left, chance.tolist(), strict=True)]
    return float(min(1.0, max(0.0, fsum(steps))))


def removal_effects(paths: pd.DataFrame) -> pd.Series[float]:
    """By channel: 1 - P(conversion | channel removed) / P(conversion), in 0..1. Not shares.

    Raises ValueError if no path ends in an order: then there is nothing to lose.
    """
    matrix = transition_matrix(paths)
    whole = conversion_probability(matrix)
    if whole <= 0:
        raise ValueError("No path ends in an order, so no channel can lose one.")
    effects = {
        name: max(0.0, 1 - conversion_probability(matrix, name) / whole)
        for name in map(str, matrix.index[1:])
    }
    return by_channel(effects, "removal effect")


def markov_credit(paths: pd.DataFrame, *, of: str = "conversions") -> pd.Series[float]:
    """Credit by channel: removal effect / sum of removal effects x all orders.

    With `of="value"` the same shares divide the money. Adds up to all orders (or money).
    """
    _, amounts = read_paths(paths, of)
    return spread(removal_effects(paths), fsum(amounts)).rename(of)
