"""The first picture of the course: a hundred visits of the log as marks, the orders set off.

It is the first cell that a learner runs, on a machine that has just been set up. There pandas and
matplotlib take many seconds to import, so the tables are read with `csv` and the marks are SVG.
"""

from __future__ import annotations

import base64
import csv
import gzip
import html
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workbook import paths
from workbook.widgets.cards import Card

HUNDRED = 100
IN_ROW = 20
LONGEST = timedelta(days=1)
"""No visit lasts longer: what the log holds later than that belongs to others."""
_CELL = 36  # pixels from mark to mark where the picture has its full width
_DAMAGED = (OSError, EOFError, zlib.error, ValueError, LookupError)


# A triangle, and a star with five points: corners from the top, clockwise.
_CORNERS: dict[str, list[tuple[float, float]]] = {
    "cart": [(0, -10), (10, 8), (-10, 8)],
    "order": [
        (0, -16), (4.1, -5.7), (15.2, -4.9), (6.7, 2.2), (9.4, 12.9),
        (0, 7), (-9.4, 12.9), (-6.7, 2.2), (-15.2, -4.9), (-4.1, -5.7),
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """How far a visit got: its mark as text, its color, and the same in words."""

    sign: str
    color: str
    words: str


KINDS = {
    "order": Kind("★", "#b34700", "had an order"),
    "cart": Kind("▲", "#0072b2", "filled a cart or began a checkout, but had no order"),
    "product": Kind("●", "#4d4d4d", "looked at a product, but filled no cart"),
    "none": Kind("○", "#6b6b6b", "looked at no product"),
}
"""In falling order; each visit is in the first that fits. Colors reach 4.5 : 1 on white."""


class HundredVisits:
    """A hundred visits as a figure: HTML with an `<img alt>`, and a text form.

    kinds: what became of each visit (a key of `KINDS`), in the order in which they began;
    when: the first and the last beginning, in words; number: which hundred. What the whole log
    holds is not said: the learner bets on it here and counts it later.
    """

    def __init__(self, kinds: Sequence[str], when: tuple[str, str], number: int) -> None:
        self.kinds = list(kinds)
        self.when = when
        self.number = number

    @property
    def title(self) -> str:
        """What the picture finds."""
        return f"{self.kinds.count('order') or 'None'} of these {HUNDRED} visits had an order"

    @property
    def which(self) -> str:
        """Which hundred visits these are."""
        last = HUNDRED * self.number
        first = last - HUNDRED + 1
        return (
            f"Visits {first:,} to {last:,}, in the order in which they began: from {self.when[0]} "
            f"to {self.when[1]}."
        )

    def legend(self) -> list[tuple[Kind, int]]:
        """Each kind with the number of its visits."""
        return [(kind, self.kinds.count(key)) for key, kind in KINDS.items()]

    @property
    def alt(self) -> str:
        """What the picture shows, for people who do not see it."""
        counts = "; ".join(f"{count} {kind.words}" for kind, count in self.legend())
        places = [place for place, kind in enumerate(self.kinds, start=1) if kind == "order"]
        orders = f" Places of the orders: {', '.join(map(str, places))}." if places else ""
        return (
            f"{HUNDRED} marks in rows of {IN_ROW}, one for each visit in the order of time: "
            f"{counts}.{orders}"
        )

    def __repr__(self) -> str:
        signs = [KINDS[kind].sign for kind in self.kinds]
        rows = ["".join(signs[at : at + IN_ROW]) for at in range(0, len(signs), IN_ROW)]
        legend = [f"{kind.sign} {count} {kind.words}" for kind, count in self.legend()]
        return "\n".join([self.title, self.which, *rows, *legend])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _html(self) -> str:
        # The marks stand on white in every theme, also in the legend: so their colors do.
        chip = "background:#fff;border-radius:3px;padding:0 .3em;margin-right:.5em"
        legend = "".join(
            f'<li style="margin:.15em 0"><span style="{chip};color:{kind.color}">{kind.sign}'
            f"</span>{count} {html.escape(kind.words)}</li>"
            for kind, count in self.legend()
        )
        data = base64.b64encode(self._svg().encode()).decode()
        box = (
            "max-width:46em;margin:.3em 0;color:var(--jp-content-font-color1,inherit);"
            "font-family:var(--jp-ui-font-family,system-ui,sans-serif);"
            "font-size:var(--jp-content-font-size1,14px);line-height:1.5"
        )
        return (
            f'<div lang="en" style="{box}"><p style="margin:0;font-size:1.3em">'
            f"<strong>{html.escape(self.title)}</strong></p>"
            f'<p style="margin:.2em 0 .5em">{html.escape(self.which)}</p>'
            f'<img alt="{html.escape(self.alt)}" src="data:image/svg+xml;base64,{data}" '
            'style="width:100%;height:auto;border-radius:4px">'
            f'<ul style="list-style:none;margin:.5em 0;padding:0">{legend}</ul></div>'
        )

    def _svg(self) -> str:
        rows = -(-len(self.kinds) // IN_ROW)
        width, height = IN_ROW * _CELL, rows * _CELL
        marks = "".join(
            _mark(kind, (place % IN_ROW + 0.5) * _CELL, (place // IN_ROW + 0.5) * _CELL)
            for place, kind in enumerate(self.kinds)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}"><rect width="100%" height="100%" fill="#fff"/>'
            f"{marks}</svg>"
        )


def _mark(kind: str, x: float, y: float) -> str:
    """One visit as a shape around (x, y); its form says the kind without color."""
    color = KINDS[kind].color
    if kind == "none":
        return f'<circle cx="{x}" cy="{y}" r="6" fill="#fff" stroke="{color}" stroke-width="1.5"/>'
    if kind == "product":
        return f'<circle cx="{x}" cy="{y}" r="7" fill="{color}"/>'
    corners = " ".join(f"{x + dx:g},{y + dy:g}" for dx, dy in _CORNERS[kind])
    return f'<polygon points="{corners}" fill="{color}"/>'


def hundred_visits(hundred: int = 1) -> HundredVisits | Card:
    """A hundred visits that began one after the other: 1 for the log's first, 2 for the next.

    Returns a picture with one mark a visit, the visits with an order set off; or a card that says
    what to do, for a number that the log does not reach and for a table that is missing or
    damaged: this is the first cell a learner runs, so it never ends in a traceback.
    """
    try:
        return _drawn(hundred)
    except _DAMAGED as fault:
        return Card("error", _complaint() or str(fault))


def _drawn(hundred: int) -> HundredVisits | Card:
    sessions = list(_rows("sessions", "session", "start"))
    ordered = {session for (session,) in _rows("orders", "session")}
    last = len(sessions) // HUNDRED
    if isinstance(hundred, bool) or not isinstance(hundred, int) or not 1 <= hundred <= last:
        return Card(
            "info",
            f"There are {last} hundreds of visits: put a whole number from 1 to {last} into the "
            "parentheses.",
        )
    shown = sessions[HUNDRED * (hundred - 1) : HUNDRED * hundred]
    begins = [datetime.fromisoformat(start) for _, start in (shown[0], shown[-1])]
    kinds = kinds_of([name for name, _ in shown], _events_until(begins[-1] + LONGEST), ordered)
    when = _spoken(begins[0]), _spoken(begins[-1])
    return HundredVisits(kinds, when, hundred)


def kinds_of(
    visits: Sequence[str], events: Iterable[tuple[str, str]], ordered: set[str]
) -> list[str]:
    """How far each visit got, as keys of `KINDS`.

    `visits` are names of visits, `events` pairs of a visit and the name of an event, `ordered`
    the visits with an order. A visit with an order counts as such, with or without a cart.
    """
    found: dict[str, set[str]] = {visit: set() for visit in visits}
    for visit, event in events:
        if visit in found:
            found[visit].add(event)

    def kind(visit: str) -> str:
        if visit in ordered:
            return "order"
        if found[visit] & {"add_to_cart", "begin_checkout"}:
            return "cart"
        return "product" if "view_item" in found[visit] else "none"

    return [kind(visit) for visit in visits]


def _events_until(end: datetime) -> Iterator[tuple[str, str]]:
    """Visit and name of each event up to a time; the log is in the order of time."""
    for time, session, event in _rows("events", "time", "session", "event"):
        if time > f"{end}":
            return
        yield session, event


def _rows(name: str, *columns: str) -> Iterator[tuple[str, ...]]:
    """The cells of some columns of a table, row by row."""
    for file in (paths.data_dir() / f"{name}.csv.gz", paths.data_dir() / f"{name}.csv"):
        if file.is_file():
            unzip = gzip.open if file.suffix == ".gz" else open
            with unzip(file, "rt", encoding="utf-8", newline="") as lines:
                rows = csv.reader(lines)
                head = next(rows, [])
                places = [head.index(column) for column in columns]
                for row in rows:
                    yield tuple(row[place] for place in places)
            return
    raise FileNotFoundError(name)


def _complaint() -> str:
    """Which table is missing or damaged, in the words of `load`; "" if it finds none."""
    from workbook.data import load

    try:
        for name in ("sessions", "orders", "events"):
            load(name)
    except (LookupError, OSError) as fault:
        return str(fault)
    return ""


def _spoken(when: datetime) -> str:
    """ "Monday, September 22, 5:33" without what depends on the machine's language."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    )  # fmt: skip
    day = f"{days[when.weekday()]}, {months[when.month - 1]} {when.day}"
    return f"{day}, {when.hour}:{when.minute:02d}"
