"""The measurement plan as a form: filled in without code, compiled, handed to the agency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import pandas as pd

from workbook import progress
from workbook.analysis.rates import Rate, change
from workbook.plans import (
    EXCLUSIONS,
    FIELDS,
    LAST_DAY,
    MACRO,
    MEASURES,
    SEGMENTS,
    Compiled,
    Game,
    Plan,
    Shop,
    advice,
    compiled,
    compute,
    game,
    ladder,
    logged,
    percent,
    plan_of,
)
from workbook.shop.calendar import DAY_0
from workbook.widgets.base import placed
from workbook.widgets.cards import Card
from workbook.widgets.explorer_subscribers import PRICE
from workbook.widgets.fields import FieldForm, Html, Outcome, safe, table_html
from workbook.widgets.text_table import TextTable, text_table

ITEM = "03-plan"
_SIGN_UP = "newsletter_signup"
_TITLE = "Measurement plan"
_DATE = f"Year-month-day, such as {DAY_0}."

_DENOMINATORS = (
    ("sessions", "all sessions"),
    ("users", "all users"),
    ("view_item", "only where a product was viewed (view_item)"),
    ("add_to_cart", "only where a cart was filled (add_to_cart)"),
    ("begin_checkout", "only where a checkout was begun (begin_checkout)"),
    ("newsletter_signup", "only where somebody signed up (newsletter_signup)"),
)
_SCOPES = (
    ("event", "events: each time counts"),
    ("session", "sessions: once per visit"),
    ("user", "users: once per browser"),
)
_DIAGNOSTICS = (
    "visits",
    "carts per visit",
    "carts among viewers",
    "checkouts among cart users",
    "buyers among checkout users",
    "sign-ups per visit",
)
_GUARDRAILS = (
    "orders",
    "revenue",
    "margin",
    "visits",
    "orders per visit",
    "buyers among cart users",
    "buyers among subscribers",
    "carts among wish-list users",
)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _measures(keys: tuple[str, ...]) -> list[list[str]]:
    return [[key, _first_up(MEASURES[key].words)] for key in keys]


def _same(keys: Mapping[str, Any]) -> list[list[str]]:
    return [[key, key] for key in keys]


FORM: tuple[dict[str, Any], ...] = (
    {"name": "objective", "kind": "text", "label": "Business objective", "group": "Why",
     "help": "What does the shop exist for? No number yet, and no step on the way to it."},
    {"name": "goal", "kind": "text", "label": "Goal", "group": "Why",
     "help": "What should visitors do more, or more easily, so that the objective comes nearer?"},
    {"name": "event", "kind": "text", "label": "Numerator: the event", "most": 80,
     "group": "Primary metric",
     "help": "One event of the log, as the log spells it: `add_to_cart`, `newsletter_signup` ..."},
    {"name": "denominator", "kind": "choice", "label": "Denominator: of whom?",
     "group": "Primary metric", "options": _DENOMINATORS,
     "help": "Everybody who could have done it."},
    {"name": "scope", "kind": "choice", "label": "Scope: what is counted?",
     "group": "Primary metric", "options": _SCOPES},
    {"name": "first", "kind": "text", "label": "Window: first day", "group": "Primary metric",
     "most": 20, "help": f"{_DATE} The log covers {DAY_0} to {LAST_DAY}."},
    {"name": "last", "kind": "text", "label": "Window: last day", "group": "Primary metric",
     "most": 20, "help": "Whole weeks, since a Sunday is no Tuesday."},
    {"name": "exclusion", "kind": "choice", "label": "Exclusions: what is left out?",
     "group": "Primary metric", "options": _same(EXCLUSIONS), "as": "select"},
    {"name": "target", "kind": "number", "label": "Rate to reach", "unit": "%", "group": "Target",
     "help": "Leave it blank at first: the check tells you the base."},
    {"name": "by", "kind": "text", "label": "By which day?", "group": "Target", "most": 20,
     "help": "At least as many days after the window as the window has: the last button counts "
             "them. The same length is not the same season; only a comparison group mends that."},
    {"name": "diagnostics", "kind": "many", "label": "Diagnostics: why did it move?",
     "group": "Diagnostics and guardrails", "options": _measures(_DIAGNOSTICS),
     "help": "One to four numbers that say where a change comes from."},
    {"name": "guardrails", "kind": "many", "label": "Guardrails: what must not suffer?",
     "group": "Diagnostics and guardrails", "options": _measures(_GUARDRAILS),
     "help": "One to four. If somebody were paid for the primary alone, what would they ruin?"},
    {"name": "limit", "kind": "number", "label": "A guardrail fires if it falls by more than",
     "unit": "%", "group": "Diagnostics and guardrails"},
    {"name": "segment", "kind": "choice", "label": "Segment", "group": "Who and when",
     "options": _same(SEGMENTS), "as": "select", "help": "Whom is the plan about?"},
    {"name": "owner", "kind": "text", "label": "Owner", "group": "Who and when", "most": 60,
     "help": "One person who looks at it and acts."},
    {"name": "review", "kind": "text", "label": "Review on", "group": "Who and when", "most": 20,
     "help": "The day on which it is decided what comes of the plan."},
)  # fmt: skip

_ACTIONS: tuple[dict[str, Any], ...] = (
    {"name": "check", "label": "Check the plan"},
    {"name": "hand over", "label": "Hand it to Northlight"},
    {"name": "dates", "label": "Set both dates: as long as the window", "checks": False},
)
_INTRO = (
    "Northlight is paid a bonus on your primary metric. The check compiles the plan and counts it "
    "on the shop's log; then hand it over. What Northlight does is run in the shop's model, which "
    "takes some seconds. Dates, exclusions and segment are filled in: change what does not fit."
)


def _ahead(first: date, last: date) -> dict[str, Any]:
    """Dates of the target, as long after the window as the window is long, and of the review."""
    by = last + (last - first) + timedelta(days=1)
    return {"by": str(by), "review": str(by + timedelta(days=1))}


START: dict[str, Any] = {
    "first": str(DAY_0),
    "last": str(LAST_DAY),
    "exclusion": "none",
    "segment": "everybody",
    **_ahead(DAY_0, LAST_DAY),
}
"""Filled in beforehand: what takes typing and no thought."""


def plan_form() -> FieldForm:
    """The form; it shows the plan that compiled last, from the record."""
    kept = _last()
    shop = cache(logged)  # read at the first press, not when the lesson is opened
    form = FieldForm(
        _TITLE,
        FORM,
        _ACTIONS,
        lambda action, values: _act(action, values, shop),
        kept or START,
        _plain(),
        intro=_INTRO,
        key=ITEM,
    )
    return placed(form)


def my_plan() -> TextTable | Card:
    """The plan that compiled last, rung by rung; without one, where to write it."""
    kept = _last()
    plan = plan_of(kept) if kept else None
    if plan is None:
        return Card(
            "info",
            "There is no plan yet. Fill in the plan form of lesson 03 and press "
            "**Check the plan**: a plan without faults is kept in your record.",
        )
    frame = pd.DataFrame(ladder(plan), columns=["part", "what it says"])
    return text_table(frame, "Your measurement plan")


def _last() -> dict[str, Any] | None:
    """The values of the plan recorded last, if they are still a plan."""
    for event in reversed(progress.events()):
        answer = event.get("answer")
        if event["kind"] == "plan" and event["item"] == ITEM and isinstance(answer, dict):
            values = {name: answer.get(name) for name in FIELDS}
            return values if plan_of(values) else None
    return None


# --- what the buttons do ----------------------------------------------------------------------


def _act(action: str, values: dict[str, Any], shop: Callable[[], Shop]) -> Outcome:
    if action == "dates":
        return _dates(values)
    return _judged(action, values, shop())


def _dates(values: Mapping[str, Any]) -> Outcome:
    """The target's day and the review, set from the window."""
    days: dict[str, date] = {}
    errors: dict[str, str] = {}
    for name in ("first", "last"):
        try:
            days[name] = date.fromisoformat(values[name])
        except ValueError:
            errors[name] = _DATE
    if errors:
        return Outcome("The window has to be a window first.", errors=errors)
    if days["first"] > days["last"]:
        return Outcome(errors={"last": "The window ends before it begins. Swap the two days."})
    dates = _ahead(days["first"], days["last"])
    length = (days["last"] - days["first"]).days + 1
    return Outcome(
        f"The window has {length} days, so the target is set for {dates['by']} and the review for "
        f"{dates['review']}.",
        values=dates,
    )


def _judged(action: str, values: dict[str, Any], shop: Shop) -> Outcome:
    found = compiled(values, shop)
    if found.plan is None:
        return _faulty(found, action)
    saved = values == _last() or progress.record("plan", ITEM, answer=values)
    if action == "check":
        return _clean(found.plan, found.base, shop, saved)
    return _gamed(found.plan, game(found.plan), shop)


def _faulty(found: Compiled, action: str) -> Outcome:
    errors: dict[str, str] = {}
    for fault in found.faults:
        errors[fault.field] = f"{errors.get(fault.field, '')} {fault}".strip()
    count = len(errors)
    text = f"The plan does not compile: {count} field{'s' * (count != 1)} to settle."
    if action != "check":
        text += " Northlight gets no plan that does not compile."
    return Outcome(text, _base(found.base) if found.base else "", errors)


def _base(base: Rate) -> Html:
    low, high = base.interval()
    return Html(
        f"<p>Base: {safe(str(base))}. 95 % interval: {percent(low)} to {percent(high)}.</p>"
    )


def _clean(plan: Plan, base: Rate | None, shop: Shop, saved: bool) -> Outcome:
    rows = [
        [
            _named(row["name"]),
            row["role"],
            _value(row["value"], row["unit"]),
            "" if pd.isna(row["low"]) else f"{percent(row['low'])} to {percent(row['high'])}",
        ]
        for row in compute(plan, shop).to_dict("records")
    ]
    text = f"The plan compiles. Its base is {percent(base.value)}." if base else "It compiles."
    told = advice(plan, base, shop)
    if told:
        text += " Read the remarks below."
    if not saved:
        text += " It could not be saved: the record (progress.jsonl) is not writable."
    return Outcome(
        text,
        Html("".join(f"<p>▲ {safe(one)}</p>" for one in told))
        + table_html(["Rung", "What it says"], ladder(plan, base), "The plan in words")
        + table_html(
            ["Number", "Role", "In the window", "95 % interval"],
            rows,
            "Its numbers on the shop's log",
            numbers=[2],
        ),
    )


def _gamed(plan: Plan, played: Game, shop: Shop) -> Outcome:
    tried = ", ".join(f"{name}: {percent(value)}" for name, value in played.tried.items())
    trick = played.trick
    if trick is None:
        return Outcome(
            "Northlight finds no trick: none in its drawer moves your primary metric beyond the "
            "interval of its base.",
            f"<p>The base is {percent(played.base)}. Tried: {safe(tried)}. An agency may know "
            "tricks that are not in this drawer. Your guardrails were not put to the test.</p>",
        )
    fired = played.fired
    primary = played.table.iloc[0]
    moved = change(primary["before"], primary["after"])
    wide = "; ".join(
        f"{_named(row['name'])} fell by {-100 * row['change']:.0f} %"
        for row in played.too_wide.to_dict("records")
    )
    if fired:
        named = "; ".join(map(_named, fired))
        verdict = f"{len(fired)} of {len(plan.guardrails)} guardrails fired: {named}."
    elif wide:
        limit = plan.guardrails[0].limit
        verdict = f"No guardrail fired. But {wide}; your limit is {limit:g} %: right, but too wide."
    else:
        verdict = "No guardrail fired: nothing in the plan stops it."
    return Outcome(
        f"Northlight's trick: {trick.name}. Your primary metric goes from "
        f"{percent(primary['before'])} to {percent(primary['after'])}. {verdict}",
        f"<p>{safe(trick.what)}</p><p>{safe(_first_up(str(moved)))}. What Northlight tried: "
        f"{safe(tried)}.</p>"
        + _before_after(played)
        + _who_noticed(played)
        + _truth(plan, played, shop)
        + _next(plan, played),
    )


_SIGNS = {"fired": "▲\u00a0fired", "silent": "○\u00a0silent", "": ""}


def _before_after(played: Game) -> Html:
    rows = [
        [
            _named(row["name"]),
            row["role"],
            _value(row["before"], row["unit"]),
            _value(row["after"], row["unit"]),
            _moved(row["change"]),
            _SIGNS[row["verdict"]],
        ]
        for row in played.table.to_dict("records")
    ]
    heads = ["Number", "Role", "Before", "After", "Change", "Verdict"]
    said = (
        "The same shop is run twice here, with the same luck, so the change itself decides. In "
        "life two windows differ by luck as well: there, look at the interval of the change."
    )
    return Html(
        table_html(heads, rows, "Your plan before and after the trick", numbers=[2, 3, 4])
        + _below(said)
    )


_BUILT_IN = (
    "One hunter for each sign-up halves by itself what 100 subscribers order: that is built in. "
    "How many would really come, nobody knows."
)


def _who_noticed(played: Game) -> Html:
    """What a guardrail that is missing would have been: behind a fold, so that one try does not
    tell the answer."""
    if played.fired:
        said = _below(
            "A guardrail that fires stops you so that you look. It does not say that money is lost."
        )
        question = "Show what else fell"
    elif not played.too_wide.empty:
        said = Html("")
        question = "Show what else fell"
    else:
        hint = (
            "A prize draw only adds people, so no total falls. Look for a rate among those who "
            "sign up."
            if played.trick and played.trick.policy is None
            else "Who was drawn in by the trick, and what do these people not do afterwards?"
        )
        said = _below(f"{hint} Change your guardrails and hand the plan over again.")
        question = "Guess first: which number fell?"
    offered = played.noticed[played.noticed["name"].isin(_GUARDRAILS)]
    rows = [
        [
            _named(row["name"]),
            _value(row["before"], row["unit"]),
            _value(row["after"], row["unit"]),
            _moved(row["change"]),
        ]
        for row in offered.to_dict("records")
    ]
    if not rows:
        return Html(said + _below("No other guardrail of the form falls by more than 5 %."))
    table = table_html(
        ["Number", "Before", "After", "Change"],
        rows,
        "Guardrails you did not choose that fell by more than 5 %",
        numbers=[1, 2, 3],
    )
    if (
        played.trick
        and played.trick.policy is None
        and "buyers among subscribers" in set(offered["name"])
    ):
        table = Html(table + _below(_BUILT_IN))
    return Html(f"{said}<details><summary>{question}</summary>{table}</details>")


def _truth(plan: Plan, played: Game, shop: Shop) -> Html:
    rows = [
        [name, *(_money(value, name) for value in row[:2]), _money(row.iloc[2], name, sign=True)]
        for name, row in played.truth.iterrows()
    ]
    said = (
        "Only a simulation can show this. Without the bonus, and without what the trick costs "
        "to build."
    )
    if played.trick and played.trick.policy is None:
        said += " By assumption a prize draw brings no orders."
        if "buyers among subscribers" in {rail.measure for rail in plan.guardrails}:
            said += f" {_BUILT_IN}"
        if plan.primary.event == _SIGN_UP:
            more = int((shop.events["event"] == _SIGN_UP).sum())  # one hunter for each
            said += (
                f" But at ${PRICE:g} a sign-up somebody pays for {more:,} more addresses: "
                f"${PRICE * more:,.0f} for nothing."
            )
    return Html(
        table_html(
            ["The whole shop, 13 weeks", "As it was", "Gamed", "Difference"],
            rows,
            "The truth: what the trick did to the shop",
            numbers=[1, 2, 3],
        )
        + _below(said)
    )


def _next(plan: Plan, played: Game) -> Html:
    """Once a bonus on a micro is guarded: is the macro safe by itself?"""
    if not played.fired or plan.primary.event == MACRO:
        return Html("")
    said = f"Next: would a bonus on {MACRO} be safe? Make it the primary, with a new target."
    return _below(said)


# --- numbers in words -------------------------------------------------------------------------


def _value(value: float, unit: str) -> str:
    if pd.isna(value):
        return "none"
    if unit == "%":
        return percent(value).replace(" ", "\u00a0")
    return f"{'$' if unit == '$' else ''}{value:,.0f}"


def _named(name: str) -> str:
    """A number of the plan as the form words it; the primary has no other name."""
    return MEASURES[name].words if name in MEASURES else name


def _below(text: str) -> Html:
    """A paragraph below a table, at a distance from it."""
    return Html(f"<div><p>{safe(text)}</p></div>")


def _moved(change_: float) -> str:
    return "" if pd.isna(change_) else f"{100 * change_:+.1f}\u00a0%"


def _money(value: float, name: object, *, sign: bool = False) -> str:
    plus = "+" if sign and value > 0 else "-" if value < 0 else ""
    return f"{plus}{'' if name == 'orders' else '$'}{abs(value):,.0f}"


def _plain() -> str:
    """The form in words: its groups, fields and choices."""
    lines = [f"Form: {_TITLE}"]
    group = ""
    for one in FORM:
        if one["group"] != group:
            group = one["group"]
            lines.append(group)
        unit = f" ({one['unit']})" if "unit" in one else ""
        choices = "; ".join(label for _, label in one.get("options", ()))
        filled = f" [filled in: {START[name]}]" if (name := str(one["name"])) in START else ""
        lines.append(f"  {one['label']}{unit}{filled}" + (f": {choices}" if choices else ""))
    return "\n".join([*lines, "Buttons: " + ", ".join(one["label"] for one in _ACTIONS)])
