"""What a measurement plan is made of, and a plan in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from workbook.analysis.rates import Rate, change
from workbook.shop.calendar import DAY_0, DAYS

LAST_DAY = DAY_0 + timedelta(days=DAYS - 1)
MACRO = "purchase"
DECLARED = (
    "purchase",
    "newsletter_signup",
    "add_to_wishlist",
    "view_size_guide",
    "add_to_cart",
    "begin_checkout",
    "create_account",
    "add_shipping_info",
    "add_payment_info",
)
"""Events of the log that Pebble Street declared to be wanted (lesson 01), or that lie on the path
to the order. Every other event is recorded and no conversion."""
UNITS = {"sessions": "session", "users": "user"}
"""Denominators that are everybody, and the scope they need; every other one is an event."""


@dataclass(frozen=True)
class Kpi:
    """A rate with its five parts: numerator, denominator, scope, window, exclusions.

    event        the numerator: events of this name, or the units that have one
    denominator  "sessions", "users", or an event's name: those units that have one, or its rows
    scope        "event", "session" or "user"
    first, last  the window's first and last day, both included
    exclusion    one of `EXCLUSIONS`
    """

    event: str
    denominator: str
    scope: str
    first: date
    last: date
    exclusion: str = "none"

    @property
    def days(self) -> int:
        """Length of the window."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        if self.scope == "event":
            counts = f"{self.event} events / {self.denominator} events"
        else:
            whole = f"{self.scope}s"
            narrowed = "" if self.denominator in UNITS else f" with {self.denominator}"
            counts = f"{whole} with {self.event} / {whole}{narrowed}"
        return (
            f"{counts}; scope: {self.scope}; window: {self.first} to {self.last} "
            f"({self.days} days); exclusions: {self.exclusion}"
        )


@dataclass(frozen=True)
class Guardrail:
    """A number of `MEASURES` that must not suffer: fires if it falls by more than `limit` %."""

    measure: str
    limit: float


@dataclass(frozen=True)
class Plan:
    """A plan that compiled. `target` is in 0..1, to be reached `by` that day."""

    objective: str
    goal: str
    primary: Kpi
    target: float
    by: date
    diagnostics: tuple[str, ...]
    guardrails: tuple[Guardrail, ...]
    segment: str
    owner: str
    review: date


@dataclass(frozen=True)
class Measure:
    """A number that can watch over a plan. Without an event it is a total of the window.

    macro: it shows orders or money, so a primary that is a micro can be held to it.
    """

    words: str
    event: str = ""
    denominator: str = ""
    scope: str = ""
    unit: str = ""
    macro: bool = False


MEASURES = {
    "orders": Measure("number of orders", unit="orders", macro=True),
    "revenue": Measure("revenue", unit="$", macro=True),
    "margin": Measure("gross margin", unit="$", macro=True),
    "visits": Measure("number of visits", unit="visits"),
    "orders per visit": Measure(
        "visits with an order, of all visits", MACRO, "sessions", "session", macro=True
    ),
    "buyers among visitors": Measure(
        "users who order, of all users", MACRO, "users", "user", macro=True
    ),
    "buyers among cart users": Measure(
        "users who order, of users with a cart", MACRO, "add_to_cart", "user", macro=True
    ),
    "buyers among subscribers": Measure(
        "users who order, of users who sign up", MACRO, "newsletter_signup", "user", macro=True
    ),
    "carts per visit": Measure(
        "visits with a cart, of all visits", "add_to_cart", "sessions", "session"
    ),
    "carts among viewers": Measure(
        "users with a cart, of users who view a product", "add_to_cart", "view_item", "user"
    ),
    "carts among wish-list users": Measure(
        "users with a cart, of users with a wish list", "add_to_cart", "add_to_wishlist", "user"
    ),
    "checkouts among cart users": Measure(
        "users who begin a checkout, of users with a cart", "begin_checkout", "add_to_cart", "user"
    ),
    "buyers among checkout users": Measure(
        "users who order, of users who begin a checkout", MACRO, "begin_checkout", "user",
        macro=True,
    ),
    "sign-ups per visit": Measure(
        "visits with a newsletter sign-up, of all visits", "newsletter_signup", "sessions",
        "session",
    ),
}  # fmt: skip

_Group = tuple[str, str] | None  # a column of sessions and a value; None: everybody
SEGMENTS: dict[str, _Group] = {
    "everybody": None,
    "new visitors": ("visitor", "new"),
    "returning visitors": ("visitor", "returning"),
    "phones": ("device", "mobile"),
    "desktops": ("device", "desktop"),
}
EXCLUSIONS: dict[str, _Group] = {
    "none": None,
    "tablets": ("device", "tablet"),
    "returning visitors": ("visitor", "returning"),
    "visits from e-mail": ("channel", "email"),
    "visits from display ads": ("channel", "display"),
}


def ladder(plan: Plan, base: Rate | None = None) -> list[tuple[str, str]]:
    """The plan in words, rung by rung: the rung's name and what stands on it."""
    aim = f"{percent(plan.target)} by {plan.by}"
    if base:
        aim += f"; the base is {percent(base.value)}, so {change(base.value, plan.target)}"
        if plan.target < base.value:
            aim += ". You aim to lower it"
    limits = [
        f"{MEASURES[rail.measure].words}: by more than {rail.limit:g} %" for rail in plan.guardrails
    ]
    return [
        ("Objective", plan.objective),
        ("Goal", plan.goal),
        ("KPI", str(plan.primary)),
        ("Target", aim),
        ("Segment", plan.segment),
        ("Event", plan.primary.event),
        ("Diagnostics", "; ".join(MEASURES[name].words for name in plan.diagnostics)),
        ("Guardrails", "one fires if it falls; " + "; ".join(limits)),
        ("Owner and review", f"{plan.owner}, {plan.review}"),
    ]


def percent(share: float) -> str:
    """A share of 0..1 as text: "5.94 %"."""
    return f"{100 * share:.2f} %"
