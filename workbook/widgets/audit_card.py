"""The audit: findings about the log, and the card that says what each of them is worth."""

from __future__ import annotations

import html
from collections.abc import Iterable
from itertools import chain, count, repeat
from typing import Any

from workbook import progress
from workbook.audits import METRICS, RULES, Finding, Judged, Problem, Score, Truth, planted, score
from workbook.audits.matching import MONTH, Effect, Match, Verdict
from workbook.widgets.cards import Card, markup, present

KIND, ITEM = "audit", "05-audit"
_HOW = "Put your findings into a list: `audit([finding(...), finding(...)])`."


def finding(
    name: Any = None,
    days: Any = None,
    rows: Any = None,
    metric: Any = None,
    effect: Any = None,
    rule: Any = None,
    *more: Any,
    **unknown: Any,
) -> Finding:
    """Something that is wrong with the log, for `audit`. Never raises; `audit` says what it lacks.

    name: a name of your own; nothing is judged by it
    days: the first and the last day, such as ("2025-10-14", "2025-10-17")
    rows: which rows of load("raw_events"): a Series of True and False, or their index; None if
        events are missing, then the days are judged. Only the rows on these days count
    metric: the number that is wrong (`audit([])` lists them)
    effect: what was recorded less what should have been, over these days
    rule: what to do about it (`audit([])` lists the rules)
    """
    return Finding(name, days, rows, metric, effect, rule, unknown, len(more))


def audit(findings: Any = (), *more: Any) -> None:
    """Hold findings against the faults that were planted in the log, and show what they are worth.

    findings: a list of what `finding` made; without a list around them they are read too.

    For each: which fault it met, precision and recall of its rows (or days), whether its effect
    is within 20 % of the truth and whether its rule fits. For all: precision and recall over the
    planted faults. A fault that was not found is counted, never named. With an empty list: the
    numbers and rules that a finding may name. Never raises.

    The truth is a table like any other: load("fault_log"). Whoever reads it first gets full marks
    here for an audit that was not done, and this card cannot tell.
    """
    given = _listed([findings, *more] if more else findings)
    if isinstance(given, str):
        present(Card("info", given, "the audit"))
        return
    if not given:
        present(Card("info", _help(), "the audit has no findings yet"))
        return
    try:
        truth = _truth()
        found = score(given, truth)
    except (LookupError, OSError) as fault:  # tables that are missing or damaged
        present(Card("error", str(fault)))
        return
    except Exception as fault:  # a learner never sees a traceback of ours
        present(Card("error", _FAILED.format(f"{type(fault).__name__}: {fault}")))
        return
    progress.record(
        KIND,
        ITEM,
        findings=len(found.entries),
        unread=found.unread,
        met=found.met,
        missed=found.missed,
        faults=found.faults,
        precision=None if found.precision is None else round(found.precision, 4),
        recall=round(found.recall, 4),
        effects=found.effects,
        rules=found.rules,
    )
    present(AuditCard(found, truth, [one.name for one in given]))


_FAILED = (
    "The audit could not be done; nothing is lost. Run this cell again, or tell your teacher: `{}`"
)


def _listed(findings: Any) -> list[Finding] | str:
    """The findings, or what is wrong with them."""
    if isinstance(findings, Finding):
        return [findings]
    if isinstance(findings, str) or not isinstance(findings, Iterable) or hasattr(findings, "loc"):
        return f"That is no list of findings. {_HOW}"
    found: list[Finding] = []
    for place, one in enumerate(findings, 1):
        if not isinstance(one, Finding):
            return f"Number {place} of the list was not made by `finding(...)`. {_HOW}"
        found.append(one)
    return found


def _help() -> str:
    numbers = "\n\n".join(f'`"{name}"`: {meaning}' for name, meaning in METRICS.items())
    rules = ", ".join(f'`"{name}"`' for name in RULES)
    return f"{_HOW}\n\n**Numbers** (`metric`):\n\n{numbers}\n\n**Rules** (`rule`): {rules}"


def _truth() -> Truth:
    from workbook.data import load

    return planted(
        load("fault_log"),
        (load("events"), load("sessions")),
        (load("raw_events"), load("raw_sessions")),
    )


# --- in words ------------------------------------------------------------------------------------


class AuditCard:
    """What an audit is worth: HTML for eyes, text for everything else.

    names: what the learner called the findings, in their order; a finding that cannot be read is
        known by this name alone
    """

    def __init__(self, found: Score, truth: Truth, names: Iterable[Any] = ()) -> None:
        self.title = _title(found)
        self.totals = totals(found)
        self.entries = [
            (f"{number}. ", *said(entry, truth, name))
            for number, entry, name in zip(
                count(1), found.entries, chain(names, repeat(None)), strict=False
            )
        ]

    def __repr__(self) -> str:
        lines = [f"• {self.title}", *map(_bare, self.totals)]
        for number, sign, head, more in self.entries:
            lines += [f"{sign} {number}{_bare(head)}", *(f"   {_bare(line)}" for line in more)]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _html(self) -> str:
        style = (
            "border-left:4px solid var(--jp-brand-color1,#1565c0);padding:.4em .9em;margin:.3em 0;"
            "max-width:46em;overflow-wrap:anywhere;"
            "background:var(--jp-layout-color1,#fff);color:var(--jp-ui-font-color1,#1f1f1f);"
            "font-family:var(--jp-ui-font-family,system-ui,sans-serif);"
            "font-size:var(--jp-content-font-size1,14px);line-height:1.5"
        )
        parts = [f"<strong>• {html.escape(self.title)}</strong>"]
        parts += [markup(line) for line in self.totals]
        items = ""
        for number, sign, head, more in self.entries:
            lines = "".join(f'<li style="margin:0">{_line(line)}</li>' for line in more)
            inner = f'<ul style="margin:.1em 0 0;padding-left:1.4em">{lines}</ul>' if more else ""
            items += (
                f'<li style="list-style:none;margin:.6em 0 0">{sign} {number}{_line(head)}'
                f"{inner}</li>"
            )
        parts.append(f'<ol style="margin:0;padding:0">{items}</ol>')
        return f'<div lang="en" role="status" style="{style}">{"".join(parts)}</div>'


def _line(text: str) -> str:
    """Light Markdown as HTML, without a paragraph around it."""
    return markup(text).removeprefix('<p style="margin:.3em 0">').removesuffix("</p>")


def _bare(text: str) -> str:
    return text.replace("**", "").replace("`", "")


def _title(found: Score) -> str:
    if found.met == 0:
        return "The audit: no planted fault was met"
    return f"The audit: {_count(found.met, 'planted fault')} met"


def totals(found: Score) -> list[str]:
    """Precision and recall over the planted faults, in light Markdown."""
    lines = []
    if found.precision is not None:
        reported = found.met + found.missed
        lines.append(
            f"**Precision** {_share(found.met, reported)}: of what you reported, so much is a "
            "planted fault. Different parts of one fault count once; the same said again counts "
            "against you."
        )
    left = found.faults - found.met
    rest = f" {left} {'is' if left == 1 else 'are'} still in the log." if left else ""
    lines.append(
        f"**Recall** {_share(found.met, found.faults)}: of the planted faults that these tables "
        f"show, so many you met.{rest}"
    )
    if found.unread:
        lines.append(
            f"{_count(found.unread, 'finding')} could not be read and "
            f"{'is' if found.unread == 1 else 'are'} not in these numbers."
        )
    return lines


def said(
    entry: Judged | list[Problem], truth: Truth, given: Any = None
) -> tuple[str, str, list[str]]:
    """One finding: a sign, what became of it, and the details, in light Markdown.

    given: what stands for its name, which may be anything, if it cannot be read
    """
    if isinstance(entry, list):
        called = _safe(" ".join(given.split())) if isinstance(given, str) else ""
        head = f"**{called}:** not read." if called else "**not read.**"
        return "▲", f"{head} Something must be written differently.", [
            f"`{_safe(problem.argument)}`: {problem.text}" for problem in entry
        ]  # fmt: skip
    name = f"**{_safe(entry.found.name)}:**"
    match = entry.match
    if match.verdict is Verdict.MET and match.fault is not None:
        return "✔", f"{name} a planted fault, **{match.fault.name}**", _details(entry)
    head, more = _missed(entry, truth)
    if entry.found.elsewhere and match.verdict is not Verdict.CONTROL:
        more.append(_elsewhere(entry))
    return "✘", f"{name} {head}", more


def _details(entry: Judged) -> list[str]:
    found, match = entry.found, entry.match
    named, faulty, both = match.overlap
    if found.rows is None:
        lines = [
            f"Days: {both} of the {named} you named {'is' if both == 1 else 'are'} its own "
            f"(precision {_percent(both, named)}); of its {_count(faulty, 'day')} you have {both} "
            f"(recall {_percent(both, faulty)})."
        ]
    else:
        its = f"{match.event} rows" if match.event else "rows"
        lines = [
            f"Rows: {both:,} of the {named:,} you marked {'is' if both == 1 else 'are'} its own "
            f"(precision {_percent(both, named)}); of its {faulty:,} {its} you have {both:,} "
            f"(recall {_percent(both, faulty)})."
        ]
        if found.elsewhere:
            lines.append(_elsewhere(entry))
    lines.append(_effect(entry))
    if entry.fits is None:
        lines.append("Rule: none was given. What should become of these numbers?")
    else:
        lines.append(f"Rule: {'✔ it fits' if entry.fits else '✘ it does not fit'}. {entry.why}")
    return lines


def _effect(entry: Judged) -> str:
    metric, effect = entry.found.metric, entry.match.effect
    if metric is None:
        return "Effect: no number was named. Which one does this fault spoil?"
    of = f"Effect on {metric.name}: "
    match effect:
        case Effect.RIGHT:
            return of + "✔ within 20 % of the truth."
        case Effect.TOO_SMALL:
            return of + "✘ too small: less than 80 % of the truth."
        case Effect.TOO_LARGE:
            return of + "✘ too large: more than 120 % of the truth."
        case Effect.OTHER_WAY:
            return of + "✘ it goes the other way. Is the number too high or too low?"
        case Effect.NOT_MOVED:
            return of + "✘ this fault does not move that number on these days. Which one does it?"
        case Effect.MISSING:
            return of + "none was given. By how much is the number off?"


def _missed(entry: Judged, truth: Truth) -> tuple[str, list[str]]:
    """Why a finding met no fault; the fault it came near to is not named."""
    found, match = entry.found, entry.match
    match match.verdict:
        case Verdict.AGAIN:
            return "said before.", ["Most of it stands in an earlier finding. It counts once."]
        case Verdict.WIDE:
            return "too wide.", [_wide(found.rows is None, match)]
        case Verdict.NARROW:
            return "too little.", [_narrow(found.rows is None, match)]
        case Verdict.POINT:
            return "not shown yet.", [
                "This number is off on these days, and the rows that make it so are in the log. "
                "Point at them with `rows=`."
            ]
        case Verdict.CONTROL:
            reaches = found.rows is None and found.last >= truth.control
            weeks = f"{truth.spoken(0)} to {truth.spoken(truth.control - 1)}"
            return "a false alarm. Nothing was wrong there.", [
                f"It {'reaches into' if reaches else 'lies in'} the clean weeks, {weeks}. They "
                "show what is usual."
            ]
        case Verdict.EVERYTHING:
            return "a false alarm.", [
                f"It names more than {MONTH} days. A finding says what is wrong where. Over so "
                "many days it counts only with rows, or with an effect that is right."
                if found.rows is None
                else "It names most of the log. A finding says what is wrong where."
            ]
        case _:
            return "a false alarm.", [
                "No planted fault took something away from this number on these days. What is "
                "there too often, or is wrong, has rows: point at them."
                if found.rows is None
                else "Nearly all of these rows are as they should be. If events are missing, there "
                "is no row to point at: then `rows=None`."
            ]


def _wide(by_days: bool, match: Match) -> str:
    named, _, both = match.overlap
    if by_days:
        return (
            f"A fault is in it, but only on {_of_days(both, named)}. When did it begin, and when "
            "did it end?"
        )
    return (
        f"A fault is in it, but only {both:,} of your {named:,} rows belong to it. What do these "
        "have in common that the others have not?"
    )


def _narrow(by_days: bool, match: Match) -> str:
    _, faulty, both = match.overlap
    if by_days:
        return f"It is part of a fault, but {both} of {faulty} days. When did it begin and end?"
    return (
        f"{'It is' if both == 1 else 'They are'} part of a fault, but only {both:,} of {faulty:,} "
        "rows. What do they have in common with the rest? Mark all of them, or only those that "
        "your metric counts."
    )


def _elsewhere(entry: Judged) -> str:
    count = entry.found.elsewhere
    lie = "lies on another day and was" if count == 1 else "lie on other days and were"
    return f"{_count(count, 'more row')} of yours {lie} left out."


def _safe(text: str) -> str:
    """A learner's text without marks that the card would read as Markdown."""
    for mark in "*`":
        text = text.replace(mark, "")
    return text if len(text) <= 60 else text[:59] + "…"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({_percent(part, whole)})"


def _percent(part: int, whole: int) -> str:
    """Rounded, but 100 % is all and 0 % is none."""
    if not whole or part in (0, whole):
        return "100 %" if whole and part else "0 %"
    return f"{min(max(100 * part / whole, 1), 99):.0f} %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _of_days(both: int, named: int) -> str:
    return f"{both} of your {_count(named, 'day')}"
