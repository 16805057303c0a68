"""The compiler of plans: what keeps a filled-in form from being a plan that can be carried out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.funnels import SCOPES, FunnelError, funnel
from workbook.analysis.inputs import did_you_mean
from workbook.analysis.rates import Rate
from workbook.plans.counting import Part, Shop, kept_visits, logged
from workbook.plans.plan import (
    DECLARED,
    EXCLUSIONS,
    LAST_DAY,
    MACRO,
    MEASURES,
    SEGMENTS,
    UNITS,
    Guardrail,
    Kpi,
    Plan,
    percent,
)
from workbook.shop.calendar import DAY_0

MOST = 4
"""A few diagnostics, some guardrails: not more than this of each."""
FACTOR = 2
"""The form's own convention: a target is at most twice the base, and at least half of it."""


@dataclass(frozen=True)
class Fault:
    """Something that keeps a plan from being carried out: where, what, and what to do."""

    field: str
    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.what} {self.todo}"


@dataclass(frozen=True)
class Compiled:
    """What the compiler found: the plan if it has no fault; the base if the rate can be counted."""

    plan: Plan | None
    faults: list[Fault]
    base: Rate | None


_BLANK = {
    "objective": ("There is no business objective.", "Why does the shop exist? One line will do."),
    "goal": ("There is no goal.", "What should change, so that the objective comes nearer?"),
    "event": ("There is no primary metric.", "Name the one event that the numerator counts."),
    "denominator": ("The rate has no denominator.", "Of whom, or of what, is it a share?"),
    "scope": ("The rate has no scope.", "Does it count events, sessions or users?"),
    "first": ("The window has no first day.", f"The log begins on {DAY_0}."),
    "last": ("The window has no last day.", f"The log ends on {LAST_DAY}."),
    "exclusion": ("The rate does not say what it leaves out.", "If it is nothing, choose none."),
    "target": ("There is no target.", "Which rate, in percent, do you want to reach?"),
    "by": ("The target has no date.", "By which day should it be reached?"),
    "diagnostics": (
        "There is no diagnostic.",
        "When the primary moves, which number would say where it comes from?",
    ),
    "guardrails": (
        "There is no guardrail.",
        "Which number must not suffer while everybody works on the primary?",
    ),
    "limit": ("The guardrails have no limit.", "By how many percent may they fall?"),
    "segment": ("There is no segment.", "Whom is the plan about? It may be everybody."),
    "owner": ("Nobody owns the plan.", "Name the one who looks at it and acts."),
    "review": ("There is no review date.", "On which day is it decided what comes of the plan?"),
}  # fmt: skip
FIELDS = tuple(_BLANK)
"""Keys of a plan's values. Texts, but numbers (percent) for target and limit, and lists of keys
of `MEASURES` for diagnostics and guardrails."""


def faults(values: Mapping[str, Any], shop: Shop | None = None) -> list[Fault]:
    """What keeps these values from being a plan; none if it compiles."""
    return compiled(values, shop).faults


def compiled(values: Mapping[str, Any], shop: Shop | None = None) -> Compiled:
    """Check a plan's values (`FIELDS`), against the log too; the shop's own if none is given.

    The base is counted as soon as the rate itself has no fault. Never raises for wrong values.
    """
    return _compiled(values, shop or logged())


def plan_of(values: Mapping[str, Any]) -> Plan | None:
    """The plan of values that compiled before, read without the log; None if they are no plan.

    What only makes a plan a bad one is not asked again: a plan kept from an earlier version of
    the form stays a plan.
    """
    return _compiled(values, None).plan


def _compiled(values: Mapping[str, Any], shop: Shop | None) -> Compiled:
    given = {name: _clean(name, values.get(name)) for name in FIELDS}
    found = [Fault(name, *_BLANK[name]) for name in FIELDS if given[name] in ("", [])]
    kpi = _kpi(given, found)
    segment = _chosen("segment", given, SEGMENTS, found)
    base = _base(kpi, segment, shop, found) if kpi and segment and shop else None
    target, by = _target(given, kpi, base, found), _by(given, kpi, found)
    diagnostics, guardrails = _watchers(given, kpi, found)
    _why(given, found)
    if shop:
        _objective(given["objective"], shop, found)
        _owner(given["owner"], found)
    review = _day("review", given, found)
    if review and kpi and review <= kpi.last:
        found.append(
            Fault(
                "review",
                f"The window ends on {kpi.last}, and the review would be before there is "
                "anything to review.",
                "Choose a later day.",
            )
        )
    elif shop and review and by and review < by:
        what = f"The target is set for {by}. On {review} nobody can say whether it was reached."
        found.append(Fault("review", what, f"Review on {by} or later."))
    found.sort(key=lambda fault: FIELDS.index(fault.field))
    if found or not (kpi and segment and by and review and target is not None):
        return Compiled(None, found, base)
    plan = Plan(
        given["objective"], given["goal"], kpi, target, by, diagnostics, guardrails, segment,
        given["owner"], review,
    )  # fmt: skip
    return Compiled(plan, [], base)


def _clean(name: str, value: Any) -> Any:
    if name in ("diagnostics", "guardrails"):
        listed = value if isinstance(value, list | tuple) else [value]
        return [str(one) for one in listed if one not in (None, "")]
    if name in ("target", "limit") and not isinstance(value, str):
        return "" if value is None else value
    return "" if value is None else str(value).strip()


def _chosen(
    name: str, given: Mapping[str, Any], known: Mapping[str, Any], found: list[Fault]
) -> str:
    """The value if it is one of those known, else "" and, unless it is blank, a fault."""
    value = given[name]
    if value == "" or value in known:
        return str(value)
    near = did_you_mean(value, known)
    found.append(Fault(name, f"There is no {name} {value!r}.{near}", "Choose one of the list."))
    return ""


def _day(name: str, given: Mapping[str, Any], found: list[Fault]) -> date | None:
    if given[name] == "":
        return None
    try:
        return date.fromisoformat(given[name])
    except ValueError:
        what = f"{given[name]!r} is no day of the calendar."
        found.append(Fault(name, what, f"Write year-month-day, as in {DAY_0}."))
        return None


def _number(name: str, given: Mapping[str, Any], found: list[Fault]) -> float | None:
    value = given[name]
    if value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if isinstance(value, bool) or not np.isfinite(number):
        found.append(Fault(name, f"{value!r} is no number.", "Give a number of percent."))
        return None
    return number


def _why(given: Mapping[str, Any], found: list[Fault]) -> None:
    for name in ("objective", "goal"):
        if 0 < len(given[name].split()) < 3:
            found.append(
                Fault(name, f"{given[name]!r} is a heading.", "Say it in at least three words.")
            )
    if given["goal"] and given["goal"].lower() == given["objective"].lower():
        found.append(
            Fault(
                "goal",
                "The goal repeats the objective.",
                "An objective says why the shop exists, a goal what to change next.",
            )
        )


_STEPS = re.compile(
    r"\b(sign[- ]?ups?|newsletters?|subscribers?|carts?|baskets?|checkouts?|accounts?|"
    r"wish[- ]?lists?|clicks?|scrolls?|traffic|page[- ]?views?|pop[- ]?ups?)\b",
    re.IGNORECASE,
)
"""A micro conversion, or what leads to one, in the words of a learner."""


def _objective(text: str, shop: Shop, found: list[Fault]) -> None:
    """An objective is no micro conversion, and holds no number."""
    words = set(re.findall(r"\w+", text.lower()))
    events = sorted(words & {name for name in shop.names if "_" in name})
    if step := events[0] if events else _STEPS.search(text):
        named = step if isinstance(step, str) else step[0]
        found.append(
            Fault(
                "objective",
                f"{named!r} names a step on the way, and no reason for a shop.",
                "What does the owner gain if it rises?",
            )
        )
    if re.search(r"\d|%|\bper ?cent\b", text, re.IGNORECASE):
        todo = "Say what the shop is for; how much and by when is the target."
        found.append(Fault("objective", "An objective holds no number.", todo))


_NOBODY = re.compile(
    r"\b(us|we|all|everyone|everybody|anyone|anybody|someone|somebody|nobody)\b"
    r"|\b(team|teams|staff|department|management|marketing)$|^(the )?team\b",
    re.IGNORECASE,
)


def _owner(text: str, found: list[Fault]) -> None:
    """One person owns a plan."""
    if _NOBODY.search(text):
        what = f"{text!r} is nobody in particular: each will think that another one looks."
        found.append(Fault("owner", what, _BLANK["owner"][1]))
    elif len(re.split(r"[&+/]|\band\b", text)) > 1:
        what = f"{text!r} are two owners: each will think that the other one looks."
        found.append(Fault("owner", what, _BLANK["owner"][1]))


def _kpi(given: Mapping[str, Any], found: list[Fault]) -> Kpi | None:
    """The primary metric, if all its five parts are there and fit together."""
    names = [
        name.strip()
        for name in re.split(r"[,;/&+\n]|\b(?:and|or)\b", given["event"])
        if name.strip()
    ]
    if len(names) > 1:
        found.append(
            Fault(
                "event",
                f"These are {len(names)} primary metrics: {', '.join(names)}. If one rises and "
                "another falls, did the plan succeed?",
                "Keep one; the others can be diagnostics.",
            )
        )
    first, last = _day("first", given, found), _day("last", given, found)
    for name, day in (("first", first), ("last", last)):
        if day and not DAY_0 <= day <= LAST_DAY:
            found.append(
                Fault(
                    name,
                    f"The log knows nothing of {day}.",
                    f"It covers {DAY_0} to {LAST_DAY}: choose days of these.",
                )
            )
    if first and last and first > last:
        found.append(Fault("last", "The window ends before it begins.", "Swap the two days."))
    scope = _chosen("scope", given, dict.fromkeys(SCOPES), found)
    exclusion = _chosen("exclusion", given, EXCLUSIONS, found)
    denominator = given["denominator"]
    if scope and denominator:
        found.extend(_scope_faults(denominator, scope))
    if denominator and names == [denominator]:
        found.append(
            Fault(
                "denominator",
                f"{denominator} of {denominator} is 100 % on any day.",
                "Who could have done it and did not? They belong into the denominator too.",
            )
        )
    # Blank parts are faults already, so without one all five are there.
    if not (first and last) or any(fault.field in _PARTS for fault in found):
        return None
    return Kpi(names[0], denominator, scope, first, last, exclusion)


_PARTS = ("event", "denominator", "scope", "first", "last", "exclusion")


def _scope_faults(denominator: str, scope: str) -> Iterator[Fault]:
    needed = UNITS.get(denominator, scope)
    if scope == needed:
        return
    if scope == "event":
        what = (
            f"Event scope counts rows, and two in one visit count twice: they are no part of "
            f"{denominator}."
        )
    else:
        what = f"The numerator counts {scope}s, the denominator {denominator}."
    todo = f"Take the scope {needed!r}, or another denominator: both have to count the same thing."
    yield Fault("scope", what, todo)


def _base(kpi: Kpi, segment: str, shop: Shop, found: list[Fault]) -> Rate | None:
    """The primary metric on the log, if it can be counted and can move."""
    before = len(found)
    for name, event in (("event", kpi.event), ("denominator", kpi.denominator)):
        if event in UNITS and name == "denominator":
            continue
        try:
            # Only the names matter here, so a log of one row for each will do.
            told = funnel(pd.DataFrame({"event": shop.names}), [event], scope="event", closed=False)
        except FunnelError as error:
            found.append(Fault(name, str(error), "Write it as the log does."))
            continue
        if not told[event]:
            what = f"The log has no {event}."
            found.append(Fault(name, what, f"Its events: {', '.join(shop.names)}."))
        elif name == "event" and event not in DECLARED:
            what = f"{event} is recorded, and nobody declared it to be wanted (lesson 01)."
            todo = f"A bonus needs a declared conversion, one of: {', '.join(DECLARED)}."
            found.append(Fault(name, what, todo))
    if not kept_visits(shop, segment, kpi.exclusion).any():
        what = f"Without {kpi.exclusion} nobody is left of the segment {segment!r}."
        found.append(Fault("exclusion", what, "Change the segment or the exclusion."))
    elif (
        kpi.exclusion != "none"
        and (kept_visits(shop, segment, "none") == kept_visits(shop, segment, kpi.exclusion)).all()
    ):
        what = f"The segment {segment!r} has no {kpi.exclusion}, so nothing is left out."
        found.append(Fault("exclusion", what, "Choose none, or another segment."))
    if len(found) > before:
        return None
    part = Part(shop, kpi, segment)
    here = set(part.events["event"].unique())
    for name, event in (("event", kpi.event), ("denominator", kpi.denominator)):
        if event not in here and event not in UNITS:
            what = f"There is no {event} in this window and segment."
            found.append(Fault(name, what, "Widen them, or take another event."))
    if len(found) > before:
        return None
    try:
        base = part.rate(kpi.event, kpi.denominator, kpi.scope)
    except ValueError as error:  # more of the numerator's events than of the denominator's
        todo = "A part has to lie inside its whole: swap the two, or take another denominator."
        found.append(Fault("denominator", str(error), todo))
        return None
    if base.value in (0, 1):
        what = f"The rate is {base.value:.0%} in this window: {base}."
        todo = "Take an event that some of them do and others do not."
        found.append(Fault("event", what, todo))
        return None
    return base


def _target(
    given: Mapping[str, Any], kpi: Kpi | None, base: Rate | None, found: list[Fault]
) -> float | None:
    wanted = _number("target", given, found)
    if wanted is None:
        if base and given["target"] == "":
            found[:] = [fault for fault in found if fault.field != "target"]
            todo = f"The base is {percent(base.value)}: which rate do you want to reach?"
            found.append(Fault("target", "There is no target.", todo))
        return None
    target = wanted / 100
    if not 0 < target < 1:
        what = f"A rate lies between 0 and 100 %; {wanted:g} % does not."
        found.append(Fault("target", what, "Give the rate to reach, in percent."))
        return None
    if base is None:
        return target
    low, high = _by_luck(base)
    if low <= target <= high:
        found.append(
            Fault(
                "target",
                f"The base is {percent(base.value)}. With nothing changed, another window of this "
                f"size may show {percent(low)} to {percent(high)} by luck.",
                "Choose a target outside, so that reaching it says something.",
            )
        )
    elif not 1 / FACTOR <= target / base.value <= FACTOR:
        size = "more than twice" if target > base.value else "less than half"
        found.append(
            Fault(
                "target",
                f"The base is {percent(base.value)}; {percent(target)} is {size}.",
                "This form takes at most twice the base, and at least half of it: which rate could "
                "one change of the site reach?",
            )
        )
    return target


def _by_luck(base: Rate) -> tuple[float, float]:
    """Where the rate of a second window of the same size falls in 95 of 100 cases, if nothing
    changes: both windows have luck, so this is wider than the interval of the base."""
    low, high = base.interval()
    return base.value - sqrt(2) * (base.value - low), base.value + sqrt(2) * (high - base.value)


def _by(given: Mapping[str, Any], kpi: Kpi | None, found: list[Fault]) -> date | None:
    by = _day("by", given, found)
    if not (by and kpi):
        return by
    between = (by - kpi.last).days
    if between <= 0:
        what = f"The window of the base ends on {kpi.last}, so {by} is past."
        found.append(Fault("by", what, "A target lies ahead: choose a later day."))
    elif between < kpi.days:
        what = (
            f"The base is counted over {kpi.days} days; from its end to {by} there are "
            f"{between}. The two rates could not be compared."
        )
        todo = f"Choose {kpi.last + timedelta(days=kpi.days)} or later, or a shorter window."
        found.append(Fault("by", what, todo))
    return by


def _watchers(
    given: Mapping[str, Any], kpi: Kpi | None, found: list[Fault]
) -> tuple[tuple[str, ...], tuple[Guardrail, ...]]:
    """Diagnostics and guardrails, with what is wrong about them."""
    chosen: dict[str, list[str]] = {}
    for name in ("diagnostics", "guardrails"):
        chosen[name] = list(dict.fromkeys(given[name]))
        if len(chosen[name]) > MOST:
            what = f"You have {len(chosen[name])} {name}; nobody looks at so many."
            found.append(Fault(name, what, f"Keep the {MOST} you would act on, or fewer."))
        for key in chosen[name]:
            found.extend(_watcher_faults(name, key, kpi))
    if both := [key for key in chosen["guardrails"] if key in chosen["diagnostics"]]:
        what = f"{_first_up(both[0])} is a diagnostic and a guardrail at once."
        todo = "A diagnostic may move either way, a guardrail must not fall: decide."
        found.append(Fault("diagnostics", what, todo))
    rails = [MEASURES[key] for key in chosen["guardrails"] if key in MEASURES]
    if kpi and kpi.event != MACRO and rails and not any(rail.macro for rail in rails):
        found.append(
            Fault(
                "guardrails",
                f"{kpi.event} is a micro conversion, and no guardrail looks at orders or money. "
                "The plan could succeed while the shop loses.",
                "Add one that shows the macro.",
            )
        )
    limit = _number("limit", given, found)
    if limit is not None and not 0 < limit < 100:
        what = f"No number falls by more than {limit:g} % and still exists."
        if limit <= 0:
            what = (
                f"With a limit of {limit:g} % a guardrail fires at the slightest fall, or always."
            )
        found.append(Fault("limit", what, "Choose a number between 0 and 100, such as 5."))
    return (
        tuple(chosen["diagnostics"]),
        tuple(Guardrail(key, limit or 0.0) for key in chosen["guardrails"]),
    )


def _watcher_faults(name: str, key: str, kpi: Kpi | None) -> Iterator[Fault]:
    if key not in MEASURES:
        what = f"There is no number {key!r}.{did_you_mean(key, MEASURES)}"
        yield Fault(name, what, "Choose one of the list.")
        return
    one = MEASURES[key]
    if kpi and (one.event, one.denominator, one.scope) == (kpi.event, kpi.denominator, kpi.scope):
        role = "guardrail" if name == "guardrails" else "diagnostic"
        yield Fault(
            name,
            f"{_first_up(key)} is the primary metric itself.",
            f"As a {role} it would say nothing new: choose another number.",
        )


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
