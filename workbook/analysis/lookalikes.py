"""All who had done the same so far, and how many of them reached the goal afterwards.

"The same" is the set of kinds of action: order, number, day, device and channel play no part. A
user passes from one set to the next, each time that a kind is done for the first time, so the
sets are the states that users reach on their way to the goal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from workbook.analysis.inputs import event_times, need_columns, ranking

MOST = 60  # kinds of action; a set is the bits of one whole number


class Alike(NamedTuple):
    """How many users reached a state, and how many of these reached the goal later."""

    users: int
    later: int


def lookalikes(
    log: pd.DataFrame, actions: Sequence[str], goal: str = "purchase"
) -> dict[frozenset[str], Alike]:
    """For every set of actions that somebody had done at some moment: who had, and who went on.

    log      one row per event: `user`, `event`, and `time` (datetimes) or `minute` (numbers);
             events of the same time count in the order of the rows.
    actions  the events that are kinds of action. One that never happens changes nothing.
    goal     the event that ends a user's way; it is none of the actions.

    `users` (the denominator) reached exactly this set at some moment before their first goal;
    `later` (the numerator) of them reached the goal after that moment. Scope: user. Window: from
    that moment to the end of the log, so users who reached it late had less time. Exclusions:
    rows without user or time. The empty set is there for every user: all begin with it.

    Raises ValueError for a log without these columns, for actions that repeat or hold the goal,
    and for more than 60 of them.

    Example: `lookalikes(log, ["view_item", "add_to_cart"])[frozenset({"view_item"})]`
    """
    names = _checked(actions, goal)
    need_columns(log, ["user", "event"])
    code, users = pd.factorize(log["user"])
    number = log["event"].map({name: place for place, name in enumerate([*names, goal])})
    time = event_times(log)
    known = (code >= 0) & ~np.isnan(time)
    everyone = len(np.unique(code[known]))
    kept = known & number.notna().to_numpy()
    code, time = code[kept].astype(np.int64), time[kept]
    kind = number.to_numpy(dtype=np.float64)[kept].astype(np.int64)

    order = ranking(code, time)
    code, kind = code[order], kind[order]
    first = np.sort(np.unique(code * (len(names) + 1) + kind, return_index=True)[1])
    code, bit = code[first], np.int64(1) << kind[first]
    # Each bit comes once per user, so that a running sum is the set so far.
    total = np.cumsum(bit)
    begins = np.flatnonzero(np.diff(code, prepend=-1))
    before = np.repeat(total[begins] - bit[begins], np.diff(begins, append=len(code)))
    state = total - before

    ends = np.int64(1) << np.int64(len(names))
    arrives = np.zeros(len(users), dtype=np.bool_)
    arrives[code[bit == ends]] = True
    open_yet = state < ends
    states, place = np.unique(state[open_yet], return_inverse=True)
    reached = np.bincount(place, minlength=len(states))
    later = np.bincount(place[arrives[code[open_yet]]], minlength=len(states))
    found = {frozenset[str](): Alike(everyone, int(arrives.sum()))}
    for value, n, k in zip(states.tolist(), reached.tolist(), later.tolist(), strict=True):
        done = frozenset(name for bits, name in enumerate(names) if value >> bits & 1)
        found[done] = Alike(n, k)
    return found


def _checked(actions: Sequence[str], goal: str) -> list[str]:
    names = [actions] if isinstance(actions, str) else list(actions)
    if len({*names, goal}) <= len(names):
        raise ValueError(f"The actions differ from one another and from the goal {goal!r}.")
    if len(names) > MOST:
        raise ValueError(f"At most {MOST} kinds of action can be told apart, not {len(names)}.")
    return names
