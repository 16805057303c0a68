"""The fault explorer of lesson 05: seven cases, three queries each, one accusation, the truth.

Charts, the answers of all queries and the truth are computed before the widget shows and lie in
synced traits: a click needs no kernel, also in a reopened notebook.
"""

from __future__ import annotations

from typing import Any

import traitlets

from workbook.audits.queries import QUERIES, Log
from workbook.audits.truth import planted
from workbook.widgets.base import Widget, joined, placed
from workbook.widgets.fault_cases import CULPRITS, NO_FAULT, cases

SPENT = 3
"""Queries that a learner may ask before the accusation."""
NO_LOG = (
    "The fault explorer needs the shop's tables, and they are not here. "
    "Run `python -m workbook data` in a terminal, then this cell again."
)
BLANK: dict[str, Any] = {"asked": [], "culprit": "", "micro": "", "macro": "", "accused": False}
"""A case that nobody has touched: the queries asked in their order, what is marked in the form."""


class FaultExplorer(Widget):
    """The explorer as a widget; made by `fault_explorer()`."""

    _esm = joined("explorer_base.js", "explorer_faults.js")
    _css = joined("explorer_base.css", "explorer_faults.css")

    cases = traitlets.List(traitlets.Dict()).tag(sync=True)
    queries = traitlets.List(traitlets.List()).tag(sync=True)  # [key, label]
    culprits = traitlets.List(traitlets.List()).tag(sync=True)  # [key, words, a fault?]
    spend = traitlets.Int(SPENT).tag(sync=True)
    state = traitlets.Dict().tag(sync=True)  # set by the browser: the case in view, and `BLANK`s

    @property
    def plain(self) -> str:
        """The cases as they are brought forward, without their truth."""
        if not self.cases:
            return NO_LOG
        lines = [
            f"Fault explorer: {len(self.cases)} cases, {SPENT} queries each. Who or what did it?",
            "Asking and accusing need widgets. Without them: which three queries would you ask?",
        ]
        for place, case in enumerate(self.cases):
            days = [day["value"] for day in case["chart"] if day["asked"]]
            shown = ", ".join(f"{value:.{case['decimals']}f}" for value in days)
            lines += [
                f"Case {chr(ord('A') + place)}. {case['who']}: {case['says']}",
                f"  {case['metric']}: {shown}",
            ]
        lines.append("Queries: " + "; ".join(label for _, label in self.queries))
        return "\n".join(lines)


def fault_explorer() -> FaultExplorer:
    """Seven odd numbers of the log. Ask three queries, accuse, see the truth."""
    from workbook.data import load

    try:
        raw, raw_sessions, sessions = (
            load(name) for name in ("raw_events", "raw_sessions", "sessions")
        )
        truth = planted(load("fault_log"), (load("events"), sessions), (raw, raw_sessions))
        log = Log(raw, raw_sessions, load("orders"), load("daily"), truth.first_day, truth.days)
        found = cases(log, truth, sessions)
    except (LookupError, OSError):  # no such table here, or a broken one
        found = []
    return placed(
        FaultExplorer(
            cases=found,
            queries=[[key, query.label] for key, query in QUERIES.items()],
            culprits=[[key, words, key not in NO_FAULT] for key, words in CULPRITS.items()],
            state={"case": 0, "cases": [dict(BLANK, asked=[]) for _ in found]},
        )
    )
