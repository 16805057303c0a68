"""The report on a mock exam: how much was right, how sure that is, by topic, objective and time.

The interval is Wilson's for a rate: right answers of items. It treats the items as drawn by lot
from very many of their kind. They are not: reserved questions come first, so two draws may share
nearly all. It says how little so many items can tell. It leaves out that a real exam asks others,
and that some were guessed or met before. A topic has few items: most are too close to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from workbook.questions.bank import Question
from workbook.study.blueprint import Blueprint, percent, plural
from workbook.study.sitting import Sitting, Verdict, verdicts

DIAGNOSTIC_POOL = "lesson"
ENOUGH = 5
"""With fewer items a topic or an objective is not judged."""
Against = Literal["above", "below", "too close to say", "too few items to say"]


@dataclass(frozen=True)
class Part:
    """One topic or objective, or the whole: `right` of `of` items, Wilson's 95 % interval of that
    rate (None of no items), and where the interval lies against the pass mark (None without)."""

    name: str
    right: int
    of: int
    low: float | None
    high: float | None
    against: Against | None

    @property
    def share(self) -> float | None:
        """Right of all, 0..1; None of no items."""
        return self.right / self.of if self.of else None


@dataclass(frozen=True)
class Report:
    """What came of a sitting. `reached`: whether this score reaches the pass mark (None without
    one); `total.against`: whether the interval lets one say so. `blanks` count as wrong;
    `left_out` count neither way; `fresh` are the items that the learner had not met before. Times
    are seconds; `even_share` is the time per item if all had the same, `slow` are items over twice
    that, the longest first. `to_gain` are the topics in which something was not right, as the study
    plan orders them: what has most to gain first. A topic's items go by its weight, so that is the
    most items missed, then the least share, then the exam's order. `sentences` say all of it to the
    learner."""

    total: Part
    pass_mark: float | None
    reached: bool | None
    topics: tuple[Part, ...]
    objectives: tuple[Part, ...]
    verdicts: Mapping[str, Verdict]
    blanks: tuple[str, ...]
    left_out: tuple[str, ...]
    seconds: Mapping[str, float]
    even_share: float | None
    slow: tuple[str, ...]
    fresh: Part
    to_gain: tuple[Part, ...]
    sentences: tuple[str, ...]


def shows_gaps(minutes: float | None, blueprint: Blueprint | None) -> bool:
    """Whether an exam is a diagnostic: no clock, and only questions that the lessons show. There a
    blank says more than a guess."""
    return minutes is None and (blueprint is None or blueprint.pool == DIAGNOSTIC_POOL)


def report(sitting: Sitting, blueprint: Blueprint | None, questions: Iterable[Question]) -> Report:
    """The report; without a blueprint (its file is gone) there is no pass mark and no topic."""
    known = list(questions)
    marked = verdicts(sitting, known)
    objective = {question.id: question.objective for question in known}
    mark = blueprint.pass_mark if blueprint else None
    total = _part("All", marked.values(), mark)
    by_objective: dict[str, list[Verdict]] = {}
    for name, verdict in marked.items():
        by_objective.setdefault(objective[name], []).append(verdict)
    topics = [
        _part(
            topic.name,
            [v for code in topic.objectives for v in by_objective.get(code, [])],
            mark,
        )
        for topic in (blueprint.topics if blueprint else ())
    ]
    reached = None
    if mark is not None and total.of:
        reached = total.right >= mark * total.of - 1e-9
    even = _even_share(sitting)
    by_time = sorted(sitting.seconds, key=lambda name: (-sitting.seconds[name], name))
    found = Report(
        total=total,
        pass_mark=mark,
        reached=reached,
        topics=tuple(part for part in topics if part.of),
        to_gain=tuple(
            sorted(
                (part for part in topics if part.right < part.of),
                key=lambda part: (part.right - part.of, part.right / part.of),
            )
        ),
        objectives=tuple(_part(code, by_objective[code], mark) for code in sorted(by_objective)),
        verdicts=marked,
        blanks=tuple(name for name, verdict in marked.items() if verdict == "blank"),
        left_out=tuple(item.id for item in sitting.items if item.id not in marked),
        seconds=sitting.seconds,
        even_share=even,
        slow=tuple(n for n in by_time if even is not None and sitting.seconds[n] > 2 * even),
        fresh=_part("New to you", [v for n, v in marked.items() if n not in sitting.met], mark),
        sentences=(),
    )
    return replace(found, sentences=tuple(_sentences(found, sitting, blueprint)))


def _part(name: str, marked: Collection[Verdict], mark: float | None) -> Part:
    right, of = sum(verdict == "right" for verdict in marked), len(marked)
    if not of:
        return Part(name, 0, 0, None, None, None)
    from workbook.analysis.rates import wilson  # pandas, which an exam does not need to start

    low, high = wilson(right, of)
    against: Against | None = None
    if mark is not None:
        if of < ENOUGH:
            against = "too few items to say"
        elif low > mark:
            against = "above"
        else:
            against = "below" if high < mark else "too close to say"
    return Part(name, right, of, low, high, against)


def _even_share(sitting: Sitting) -> float | None:
    """Seconds per item: of the time there is, extra time included; without a clock of that used."""
    if sitting.deadline is not None:
        return (sitting.deadline - sitting.started).total_seconds() / len(sitting.items)
    used = sum(sitting.seconds.values())
    return used / len(sitting.seconds) if used else None


# --- in words ----------------------------------------------------------------------------------


def _sentences(report: Report, sitting: Sitting, blueprint: Blueprint | None) -> Iterator[str]:
    total = report.total
    if total.share is None:
        yield "Nothing can be scored: the bank has changed since this exam was drawn."
    else:
        yield f"{total.right} of {plural(total.of, 'item')} right, {_shown(report)}."
        if report.blanks:
            count = len(report.blanks)
            was = "was" if count == 1 else "were"
            yield f"{plural(count, 'item')} {was} blank and counted as wrong."
        yield from _mark(report)
        yield (
            f"95 % interval of the score: {percent(total.low or 0)} to {percent(total.high or 0)}. "
            f"With {plural(total.of, 'item')}, luck alone can move a score that far, had they been "
            "drawn by lot from very many such questions. It does not cover that a real exam asks "
            "others, or that you guessed some or had met them before."
        )
    if report.left_out:
        yield (
            f"Left out of the score: {plural(len(report.left_out), 'item')}, since the question "
            "was changed or taken out of the bank after this exam was drawn."
        )
    fresh = report.fresh
    if fresh.of != total.of and total.of:
        met = total.of - fresh.of
        new = f"of the {fresh.of} new to you, {fresh.right} right" if fresh.of else "none was new"
        yield f"You had met {met} of the {plural(total.of, 'item')} before; {new}."
    yield from _time(report, sitting)
    if shows_gaps(sitting.minutes, blueprint):
        asked = plural(len(sitting.items), "question")
        yield f"{asked} say where to begin, not how an exam will go."
    else:
        yield "A mock exam is practice. Its score is no prediction of the result of a real exam."


def _shown(report: Report) -> str:
    """The score in percent; with a decimal where rounding would lift it to a mark it misses."""
    share = report.total.share or 0.0
    mark = report.pass_mark
    if report.reached is False and mark is not None and round(100 * share) >= round(100 * mark):
        return f"{int(1000 * share) / 10:.1f} %"
    return percent(share)


def _mark(report: Report) -> Iterator[str]:
    mark, total = report.pass_mark, report.total
    if mark is None:
        return
    needed = ceil(mark * total.of - 1e-9)
    asks = f"The pass mark is {percent(mark)}, here {needed} of {total.of}"
    if report.reached:
        yield f"{asks}: this score reaches it."
    else:
        yield f"{asks}: this score is {plural(needed - total.right, 'item')} short."
    if total.against == "too close to say":
        yield (
            "Too close to say whether you know enough for the mark: the interval below holds it, "
            "so as many other questions of this kind could have ended on its other side."
        )
    elif total.against == "too few items to say":
        yield f"With fewer than {ENOUGH} items, nothing can be said beyond this score."
    elif total.against is not None:
        yield f"The whole interval lies {total.against} the mark."


def _time(report: Report, sitting: Sitting) -> Iterator[str]:
    if sitting.why == "time":
        yield "Time ran out before it was handed in."
    if report.slow and report.even_share is not None and sitting.deadline is not None:
        took = "item took" if len(report.slow) == 1 else "items took"
        yield (
            f"{len(report.slow)} {took} more than twice the even share of "
            f"{spell(report.even_share)} an item."
        )


def spell(seconds: float) -> str:
    """ "45 s", "1 min 30 s": a time for people, to the second."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
