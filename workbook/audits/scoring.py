"""All findings of an audit together: precision and recall over the planted faults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbook.audits.finding import Finding, Problem, Read, checked
from workbook.audits.matching import Effect, Match, Verdict, match
from workbook.audits.rules import reason
from workbook.audits.truth import Truth


@dataclass(frozen=True, eq=False)
class Judged:
    """A finding that was read, what it met, and whether its rule fits that fault (and why)."""

    found: Read
    match: Match
    fits: bool | None = None
    why: str = ""


@dataclass(frozen=True, eq=False)
class Score:
    """What an audit is worth.

    entries  one per finding, in their order: judged, or the problems of one that cannot be read
    faults   how many planted faults the raw tables show
    """

    entries: list[Judged | list[Problem]]
    faults: int

    @property
    def judged(self) -> list[Judged]:
        """The findings that could be read."""
        return [entry for entry in self.entries if isinstance(entry, Judged)]

    @property
    def unread(self) -> int:
        """How many could not."""
        return len(self.entries) - len(self.judged)

    @property
    def met(self) -> int:
        """How many different faults were met. Parts of one fault count once."""
        return len({one.match.fault.name for one in self._hits if one.match.fault})

    @property
    def missed(self) -> int:
        """How many findings met none: false alarms, too wide, too narrow, or said before."""
        return len(self.judged) - len(self._hits)

    @property
    def precision(self) -> float | None:
        """Faults met / (faults met + findings that met none); None without findings."""
        reported = self.met + self.missed
        return self.met / reported if reported else None

    @property
    def recall(self) -> float:
        """Faults met / planted faults; 0 in a log without faults."""
        return self.met / self.faults if self.faults else 0.0

    @property
    def effects(self) -> int:
        """How many findings that met a fault state its effect rightly."""
        return sum(one.match.effect is Effect.RIGHT for one in self._hits)

    @property
    def rules(self) -> int:
        """How many findings that met a fault name a rule that fits it."""
        return sum(bool(one.fits) for one in self._hits)

    @property
    def _hits(self) -> list[Judged]:
        return [one for one in self.judged if one.match.verdict is Verdict.MET]


def score(findings: Sequence[Finding], truth: Truth) -> Score:
    """Judge each finding, the later ones also against what the earlier ones named."""
    entries: list[Judged | list[Problem]] = []
    rows: dict[str, set[int]] = defaultdict(set)
    days: dict[str, set[int]] = defaultdict(set)
    claimed: dict[str, set[int]] = defaultdict(set)
    for given in findings:
        found = checked(given, truth)
        if isinstance(found, list):
            entries.append(found)
            continue
        met = match(found, truth)
        fits, why = None, ""
        if met.verdict is Verdict.MET and met.fault is not None:
            name = met.fault.name
            if found.rows is not None:
                on = set(truth.raw_day[sorted(met.hits)].tolist())
                before = rows[name] | {
                    row for row in met.hits if int(truth.raw_day[row]) in claimed[name]
                }
                again = _mostly(met.hits, before)
                rows[name] |= met.hits
                days[name] |= on
            else:
                again = _mostly(met.hits, days[name] | claimed[name])
                claimed[name] |= met.hits
            if again:
                met = replace(met, verdict=Verdict.AGAIN)
            elif found.rule is not None:
                fits, why = reason(found.rule, name)
        entries.append(Judged(found, met, fits, why))
    return Score(entries, len(truth.faults))


def _mostly(hits: frozenset[int], before: set[int]) -> bool:
    """Whether more than half of them were named before."""
    return 2 * len(hits & before) > len(hits)
