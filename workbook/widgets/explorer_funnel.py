"""The funnel explorer: one log, many definitions, and who vanishes when one of them changes.

Every state is counted by `analysis.funnels.funnel` before the widget shows, and lies in synced
traits: a click redraws at once, also in a notebook reopened without a kernel. Visitors of the
mini-log are dots with names; the whole log is bars and a table.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import traitlets

from workbook.analysis.funnels import funnel, funnel_members
from workbook.widgets.base import Widget, joined, placed

STEPS = ("view_item", "add_to_cart", "begin_checkout", "purchase")
WINDOWS: dict[str, tuple[float | None, str]] = {
    "none": (None, "no limit"),
    "day": (1440, "1 day"),
    "half": (30, "30 minutes"),
}
# Between two steps of the shop's log these lie nearly always; "directly" looks past them.
BACKGROUND = ("page_view", "user_engagement", "scroll", "session_start", "first_visit")
# Per step: did it, never did it, to do it.
WORDS = {
    "view_item": ("viewed a product", "never viewed a product", "the product view"),
    "add_to_cart": ("filled the cart", "never filled a cart", "the cart"),
    "begin_checkout": ("began checkout", "never began checkout", "the checkout"),
    "purchase": ("bought", "never bought", "the purchase"),
}


def choices() -> dict[str, dict[str, Any]]:
    """Every definition the explorer offers: its key, and the arguments of `funnel` it stands for.

    Only those that differ: an open funnel has no order, and "any" order no window.
    """
    found: dict[str, dict[str, Any]] = {"event": {"scope": "event", "closed": False}}
    for scope in ("user", "session"):
        found[f"{scope}|open"] = {"scope": scope, "closed": False}
        found[f"{scope}|any"] = {"scope": scope, "order": "any"}
        for order in ("in order", "directly"):
            for name, (window, _) in WINDOWS.items():
                key = f"{scope}|{order}|{name}"
                found[key] = {"scope": scope, "order": order, "window": window}
    return found


def counts(log: pd.DataFrame) -> dict[str, list[int]]:
    """The four counts of every definition."""
    return {key: funnel(log, STEPS, **choice).tolist() for key, choice in choices().items()}


def lanes(log: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """For every definition one lane per visitor or session of a small log.

    A lane has `name`, `done` (how often each step was taken), `counted` (how much of that the
    definition counts) and `why` (what the definition overlooks and for what reason; "" if all
    that was done is counted).
    """
    found = {}
    for key, choice in choices().items():
        scope = choice["scope"]
        columns = ["user", "session"] if scope == "session" else ["user"]
        done = log.groupby([*columns, "event"]).size().unstack("event", fill_value=0)[list(STEPS)]
        if scope == "event":
            counted = done
        else:
            counted = funnel_members(log, STEPS, **choice).astype(int).reindex(done.index)
        found[key] = [
            {
                "name": " ".join(name) if isinstance(name, tuple) else str(name),
                "done": done.loc[name].tolist(),
                "counted": counted.loc[name].tolist(),
                "why": "" if scope == "event" else _why(log, choice, name, done.loc[name].tolist()),
            }
            for name in done.index
        ]
    return found


def _why(log: pd.DataFrame, choice: dict[str, Any], name: Any, done: list[int]) -> str:
    """What a definition overlooks of one visitor or session, and for what reason."""
    rows = _rows_of(log, name)
    counted = funnel(rows, STEPS, **choice).tolist()
    overlooked = [step for step in range(len(STEPS)) if done[step] and not counted[step]]
    if not overlooked:
        return ""
    first = counted.index(0)
    step, before = STEPS[first], STEPS[first - 1]
    one_session = choice["scope"] == "session"
    if not done[first]:
        said = WORDS[step][1] + (" in this session" if one_session else "")
        if one_session and (log.loc[log["user"] == name[0], "event"] == step).any():
            said = f"{WORDS[step][0]} in another session"
        others = _listed([WORDS[STEPS[s]][2] for s in overlooked])
        return f"{said}, so {others} {'does' if len(overlooked) == 1 else 'do'} not count"
    in_order = funnel(rows, STEPS, **{**choice, "order": "in order", "window": None})
    if not in_order[step]:
        return f"{WORDS[step][0]}, but not after {WORDS[before][2]}"
    if (
        choice["order"] == "directly"
        and not funnel(rows, STEPS, **{**choice, "window": None})[step]
    ):
        return f"{WORDS[step][0]}, but not directly after {WORDS[before][2]}"
    gap = _shortest_gap(rows, before, step)
    return (
        f"{WORDS[step][0]} {gap:,.0f} minutes after {WORDS[before][2]}; "
        f"{choice['window']:,} are allowed"
    )


def _rows_of(log: pd.DataFrame, name: Any) -> pd.DataFrame:
    user, *session = name if isinstance(name, tuple) else (name,)
    rows: pd.DataFrame = log[log["user"] == user]
    return rows[rows["session"] == session[0]] if session else rows


def _shortest_gap(rows: pd.DataFrame, before: str, step: str) -> float:
    minutes = {s: rows.loc[rows["event"] == s, "minute"] for s in (before, step)}
    return min(float(b - a) for a in minutes[before] for b in minutes[step] if b > a)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


class FunnelExplorer(Widget):
    """The explorer as a widget; made by `funnel_explorer()`."""

    _esm = joined("explorer_base.js", "explorer_funnel.js")
    _css = joined("explorer_base.css", "explorer_funnel.css")

    steps = traitlets.List(traitlets.Unicode()).tag(sync=True)
    mini = traitlets.Dict().tag(sync=True)  # definition -> {"counts": [...], "lanes": [...]}
    shop = traitlets.Dict().tag(sync=True)  # definition -> {"counts": [...]}; empty without data
    choice = traitlets.Dict().tag(sync=True)  # what the learner has chosen; set by the browser

    @property
    def plain(self) -> str:
        """The six definitions of the mini-log as a table, for front ends without widgets."""
        lines = ["Funnel explorer: six visitors, counted under six definitions"]
        rows = [["definition", *(SHORT[step] for step in self.steps)]]
        rows += [[name, *map(str, self.mini[key]["counts"])] for key, name in SIX.items()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            lines.append("  ".join(cells))
        return "\n".join(lines)


SHORT = {
    "view_item": "view",
    "add_to_cart": "cart",
    "begin_checkout": "checkout",
    "purchase": "purchase",
}
SIX = {
    "event": "events",
    "user|open": "users, open",
    "session|open": "sessions, open",
    "user|in order|none": "users, closed, in order",
    "session|in order|none": "sessions, closed, in order",
    "user|in order|half": "users, closed, in order, 30 minutes",
}


def funnel_explorer() -> FunnelExplorer:
    """The explorer over the mini-log and, where the shop's tables are there, the shop's log."""
    from workbook.data import load

    mini_log = load("mini_log")
    lanes_of, counts_of = lanes(mini_log), counts(mini_log)
    try:
        log = load("events")
        shop = counts(log[~log["event"].isin(BACKGROUND)])
    except (LookupError, OSError):  # no such table here, or a broken one
        shop = {}
    explorer = FunnelExplorer(
        steps=list(STEPS),
        mini={key: {"counts": counts_of[key], "lanes": lanes_of[key]} for key in lanes_of},
        shop={key: {"counts": found} for key, found in shop.items()},
        choice=dict(START),
    )
    return placed(explorer)


START = {
    "log": "mini",
    "scope": "user",
    "entry": "open",
    "order": "in order",
    "window": "none",
}
