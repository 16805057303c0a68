"""One finding against the planted faults: which did it meet, how exactly, and how much did it move?

A finding with rows is judged row by row. A finding without rows is judged day by day against the
faults that left no row to point at. It meets the fault with the highest F1 (harmonic mean of
precision and recall) if its precision and recall reach `PRECISE` and `ENOUGH`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from workbook.audits.finding import Read
from workbook.audits.metrics import days_of, moved
from workbook.audits.truth import Planted, Rows, Truth

PRECISE = 0.5
"""At least half of what a finding names belongs to the fault."""
ENOUGH = 0.1
"""It names at least a tenth of the fault. Whoever finds its worst day has found it."""
NEAR = 0.2
"""An effect counts as right if it is at most this share of the truth away from it."""
MOST = 0.5
"""A finding that names this share of all rows says nothing about any of them."""
MONTH = 28
"""Who names more days than these without rows has to know by how much."""
_A_TRACE = 0.05


class Verdict(Enum):
    """What became of a finding; only `MET` counts as found."""

    MET = "met"
    AGAIN = "again"  # it names what an earlier finding named already
    WIDE = "wide"  # a fault is in it, but most of it is fine
    NARROW = "narrow"  # faulty, but too little of its fault
    POINT = "point"  # the days are right, and the log has rows to point at
    NOTHING = "nothing"  # nothing was wrong there
    CONTROL = "control"  # it names days of the clean weeks
    EVERYTHING = "everything"  # it names most of the log, or many days and not by how much


class Effect(Enum):
    """What a finding's effect is worth."""

    RIGHT = "right"
    TOO_SMALL = "too small"
    TOO_LARGE = "too large"
    OTHER_WAY = "other way"
    NOT_MOVED = "not moved"  # the fault does not move this number on these days
    MISSING = "missing"  # no effect or no number was given


class Overlap(NamedTuple):
    """How many a finding names (rows or days), how many the fault has, how many are in both."""

    named: int
    faulty: int
    both: int

    @property
    def precision(self) -> float:
        """Share of what is named that is faulty, 0 if nothing is named."""
        return self.both / self.named if self.named else 0.0

    @property
    def recall(self) -> float:
        """Share of what is faulty that is named, 0 if nothing is faulty."""
        return self.both / self.faulty if self.faulty else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall: 2 both / (named + faulty)."""
        whole = self.named + self.faulty
        return 2 * self.both / whole if whole else 0.0


NO_OVERLAP = Overlap(0, 0, 0)


@dataclass(frozen=True, eq=False)
class Match:
    """What a finding met.

    fault     the best match, None if there is none
    overlap   with it, in rows, or in days if the finding names days
    hits      the rows or days that are in both
    event     the event whose rows were judged, "" for all rows of the fault
    effect    what the effect is worth; `change` is the truth: by how much the fault moved the
              metric on these days
    """

    verdict: Verdict
    fault: Planted | None = None
    overlap: Overlap = NO_OVERLAP
    hits: frozenset[int] = frozenset()
    event: str = ""
    effect: Effect = Effect.MISSING
    change: float | None = None


def match(found: Read, truth: Truth) -> Match:
    """The match of one finding by itself; `scoring.score` says which name the same."""
    if found.rows is None:
        return _by_days(found, truth)
    return _by_rows(found, found.rows, truth)


def _by_rows(found: Read, rows: Rows, truth: Truth) -> Match:
    if found.last < truth.control or (len(rows) and (truth.raw_day[rows] < truth.control).all()):
        return Match(Verdict.CONTROL)
    if len(rows) >= MOST * len(truth.raw):
        return Match(Verdict.EVERYTHING)
    # Who marks only the rows that the metric counts, such as the purchases of test visits, is
    # judged on these.
    event = found.metric.event if found.metric else ""
    if not (truth.raw_event[rows] == event).all():
        event = ""
    best: tuple[Overlap, Planted, Rows] | None = None
    for fault in truth.faults:
        marks = fault.marks
        if event:
            marks = marks[truth.raw_event[marks] == event]
        both = np.intersect1d(rows, marks, assume_unique=True)
        overlap = Overlap(len(rows), len(marks), len(both))
        if overlap.both and (best is None or overlap.f1 > best[0].f1):
            best = overlap, fault, both
    if best is None:
        return Match(Verdict.NOTHING)
    overlap, fault, both = best
    return _judged(found, fault, overlap, frozenset(both.tolist()), truth, event)


def _by_days(found: Read, truth: Truth) -> Match:
    if found.first == 0 and found.last >= truth.days - 1:
        return Match(Verdict.EVERYTHING)
    if found.first < truth.control:
        return Match(Verdict.CONTROL)
    assert found.metric is not None, "without rows a finding has a metric"
    best = Match(Verdict.NOTHING)
    point = False
    for fault in truth.faults:
        days = days_of(found.metric, fault)
        both = found.days & days
        overlap = Overlap(len(found.days), len(days), len(both))
        if not both or not moved(found.metric, fault, truth, found.first, found.last):
            continue
        if not fault.silent:
            # Named only if it lies on these days and hardly elsewhere: what strikes here and
            # there is on any day.
            point |= min(overlap.precision, overlap.recall) >= PRECISE
        elif best.fault is None or overlap.f1 > best.overlap.f1:
            best = _judged(found, fault, overlap, both, truth)
    if len(found.days) > MONTH and best.effect is not Effect.RIGHT:
        return Match(Verdict.EVERYTHING)
    return Match(Verdict.POINT) if point and best.verdict is not Verdict.MET else best


def _judged(
    found: Read,
    fault: Planted,
    overlap: Overlap,
    hits: frozenset[int],
    truth: Truth,
    event: str = "",
) -> Match:
    if overlap.precision < PRECISE:
        wide = overlap.recall >= PRECISE and overlap.precision >= _A_TRACE
        return Match(Verdict.WIDE if wide else Verdict.NOTHING, fault, overlap, hits, event)
    if overlap.recall < ENOUGH:
        return Match(Verdict.NARROW, fault, overlap, hits, event)
    if found.metric is None:
        return Match(Verdict.MET, fault, overlap, hits, event)
    change = moved(found.metric, fault, truth, found.first, found.last)
    effect = effect_of(found.effect, change)
    return Match(Verdict.MET, fault, overlap, hits, event, effect, change)


def effect_of(said: float | None, change: float) -> Effect:
    """What a stated effect is worth if the fault moved the number by `change`."""
    if said is None:
        return Effect.MISSING
    if not change:
        return Effect.NOT_MOVED
    if abs(said - change) <= NEAR * abs(change) * (1 + 1e-9):
        return Effect.RIGHT
    if said * change < 0:
        return Effect.OTHER_WAY
    return Effect.TOO_SMALL if abs(said) < abs(change) else Effect.TOO_LARGE
