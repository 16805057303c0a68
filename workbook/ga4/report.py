"""What the reader dropped, repaired or merely found in an export, and why: the reader's report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd


class Rule(NamedTuple):
    """One thing looked for; `done` says what became of the rows that have it."""

    name: str
    done: str
    why: str


RULES = (
    Rule("events read", "read", "All rows of all files, before anything else."),
    Rule(
        "intraday files",
        "left out",
        "The final file of the day is there too and repeats their events.",
    ),
    Rule("other files", "left out", "Their names are not those of an export's day files."),
    Rule("unknown columns", "left out", "The reader does not use them; newer exports have more."),
    Rule(
        "absent columns",
        "noted",
        "Older exports lack them, and JSON leaves out what is empty everywhere.",
    ),
    Rule("unparsable values", "emptied", "They are not of the type that the field needs."),
    Rule(
        "events in two files",
        "dropped",
        "The same event stands in an earlier file, field by field: the files overlap.",
    ),
    Rule(
        "repeated events",
        "kept",
        "They equal another event in time, user, session and all values; count them once or "
        "twice, but say so. Purchases are merged by their id, see below.",
    ),
    Rule("days without events", "noted", "Days between the first and the last that have no event."),
    Rule(
        "dates that differ",
        "kept",
        "event_date is not the day of `time` in the time zone asked for: the property has another.",
    ),
    Rule("debug events", "kept", "debug_mode is set: they may come from people testing the site."),
    Rule(
        "events without user id",
        "kept",
        "user_pseudo_id is empty, as after refused consent; they belong to no user or session.",
    ),
    Rule(
        "user ids saved as numbers",
        "kept",
        "A number cannot hold all digits of a client id: users may run together. Export as text.",
    ),
    Rule("events without session id", "kept", "ga_session_id is empty; they belong to no session."),
    Rule(
        "session ids of several users",
        "kept apart",
        "ga_session_id is a start time and unique only with the user: a session is both.",
    ),
    Rule(
        "sessions without session_start",
        "kept",
        "Counting session_start events would miss them; the table counts distinct sessions.",
    ),
    Rule(
        "sessions over midnight",
        "kept whole",
        "They have events on two dates; summed daily counts would count them twice.",
    ),
    Rule(
        "sessions without session_engaged",
        "kept",
        "No event of theirs says whether they were engaged; they count as not engaged.",
    ),
    Rule(
        "sessions of unknown source",
        "kept",
        "No rule gave a source: it is (not set), that is unknown, not direct.",
    ),
    Rule(
        "sources hidden by Google",
        "kept",
        "The source is a placeholder, <Other> or (data deleted): known once, unknown now.",
    ),
    Rule(
        "sources from an ad click id",
        "repaired",
        "Only a gclid was collected, which Google Ads sets: read as google / cpc.",
    ),
    Rule(
        "self-referrals",
        "kept",
        "The source is the site itself: a session was cut in two, or a payment page led back.",
    ),
    Rule(
        "purchases without usable id",
        "dropped",
        "transaction_id is missing, empty or (not set), so repeats cannot be told; they stay in "
        "events and are no orders.",
    ),
    Rule(
        "purchases outside sessions",
        "kept",
        "They have a usable id but no session, as after refused consent: they are orders.",
    ),
    Rule(
        "repeated purchases",
        "merged",
        "Same user and transaction_id: one order, earliest time, highest value.",
    ),
    Rule(
        "orders with conflicting value",
        "merged",
        "Purchases of one id differ in value: the highest was kept.",
    ),
    Rule(
        "ids of several users",
        "kept apart",
        "One transaction_id, several users: one order for each of them.",
    ),
    Rule("orders without value", "kept", "Neither purchase_revenue nor the parameter value."),
    Rule("orders without items", "kept", "The purchase lists no products."),
    Rule(
        "orders that do not add up",
        "kept",
        "The sum of price x quantity is not the value; the value should leave out tax and "
        "shipping.",
    ),
    Rule(
        "purchases with two values",
        "repaired",
        "purchase_revenue and the parameter value differ: purchase_revenue was taken.",
    ),
    Rule("items without quantity", "repaired", "Read as 1, as Google does."),
    Rule("items without id", "kept", "A product of an order has no usable item_id."),
    Rule(
        "orders in another currency",
        "kept",
        "Values are not converted: do not sum over currencies.",
    ),
    Rule(
        "refunds",
        "kept apart",
        "An order's value is before refunds; what went back is in refund_value.",
    ),
    Rule(
        "refunds without order",
        "kept",
        "No order here has their transaction_id, or those of several users do; they stay in "
        "events.",
    ),
    Rule(
        "refunds above the value",
        "kept",
        "More went back than was paid: a refund may have been recorded twice.",
    ),
)
_NAMES = frozenset(rule.name for rule in RULES)
_AT_MOST = 4


@dataclass
class Notes:
    """What was found so far: how many rows by rule, and an example of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    fields: Counter[str] = field(default_factory=Counter)
    at: tuple[str, str, int] = ("", "row", 0)

    @property
    def place(self) -> str:
        """Where the reader is: file and line."""
        return "{}, {} {}".format(*self.at)

    def note(self, rule: str, example: str = "", rows: int = 1) -> None:
        """Count so many rows for a rule; the first example is kept."""
        if rule not in _NAMES:
            raise KeyError(rule)
        if rows:
            self.counts[rule] += rows
            self.examples.setdefault(rule, example)

    def several(self, rule: str, names: list[str]) -> None:
        """Count each name for a rule; the first few are the example."""
        more = " and others" if len(names) > _AT_MOST else ""
        self.note(rule, ", ".join(names[:_AT_MOST]) + more, len(names))

    def unparsable(self, name: str, value: object) -> None:
        """Count a value that a field cannot hold."""
        said = repr(value)
        said = said if len(said) <= 40 else said[:37] + "..."
        self.fields[name] += 1
        self.note("unparsable values", f"{name} = {said} in {self.place}")

    def table(self) -> pd.DataFrame:
        """One row per rule, in the order of `RULES`: rule, rows, done, example, why."""
        examples = dict(self.examples)
        if len(self.fields) > 1:
            fields = ", ".join(f"{name} {count}" for name, count in self.fields.most_common(5))
            examples["unparsable values"] += f"; by field: {fields}"
        rows: list[tuple[Any, ...]] = [
            (name, self.counts[name], done, examples.get(name, ""), why)
            for name, done, why in RULES
        ]
        table = pd.DataFrame(rows, columns=["rule", "rows", "done", "example", "why"])
        texts = dict.fromkeys(["rule", "done", "example", "why"], "str")
        return table.astype(texts | {"rows": "int64"})


def summary(report: pd.DataFrame) -> str:
    """The rules of a report that found something, one a line with an example; then why."""
    lines = []
    for row in report[report.rows > 0].itertuples():
        if row.rule != "events read":
            example = f", for example {row.example!s}" if row.example else ""
            lines.append(f"* {row.rule!s}: {row.rows:,} {row.done!s}{example}. {row.why!s}")
    return "\n".join(lines) or "Nothing was dropped, repaired or out of the ordinary."
