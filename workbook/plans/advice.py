"""What to know of a plan that compiles: a target below the base, a limit too wide or too narrow."""

from __future__ import annotations

from math import sqrt

from workbook.analysis.rates import Z_95, Rate
from workbook.plans.counting import Part, Shop, logged
from workbook.plans.plan import MEASURES, Plan, percent

WIDE = 20
"""Percent; a convention of this form: a limit above it lets much happen before anybody looks."""


def advice(plan: Plan, base: Rate | None = None, shop: Shop | None = None) -> list[str]:
    """Sentences on what is no fault and may still not be meant; none if there is nothing.

    `base` is the primary metric of the plan's window; the shop is its log if none is given.
    """
    said = []
    if base and plan.target < base.value:
        said.append(
            f"The target of {percent(plan.target)} lies below the base of {percent(base.value)}: "
            "you aim to lower the rate, and Northlight is paid for that."
        )
    part = Part(shop or logged(), plan.primary, plan.segment)
    lucks = {rail.measure: luck(part, rail.measure) for rail in plan.guardrails}
    if narrow := [
        f"{MEASURES[rail.measure].words} ({100 * by_luck:.0f} %)"
        for rail in plan.guardrails
        if (by_luck := lucks[rail.measure]) is not None and rail.limit < 100 * by_luck
    ]:
        said.append(
            f"Narrower than luck: {'; '.join(narrow)}. By so much it may fall from one such window "
            f"to the next although nothing changed; your limit is {plan.guardrails[0].limit:g} %. "
            "Widen it, count for longer, or expect false alarms."
        )
    limit = plan.guardrails[0].limit
    widest = max((one for one in lucks.values() if one is not None), default=0.0)
    if limit > max(WIDE, 100 * widest):
        said.append(
            f"A wide limit: a guardrail may lose {limit:g} % before anybody stops. Would you "
            "wait so long?"
        )
    return said


def luck(part: Part, name: str) -> float | None:
    """By which share, 0 to 1, a measure may fall from one window to the next like it if nothing
    changes, in all but the rarest cases (95 % interval, both windows with luck). Totals are taken
    as sums over independent visits or orders. None if there is nothing to count."""
    measure = MEASURES[name]
    if measure.event:
        try:
            found = part.rate(measure.event, measure.denominator, measure.scope)
        except ValueError:
            return None
        low, _ = found.interval()
        return sqrt(2) * (found.value - low) / found.value if found.value else None
    if name in ("visits", "orders"):
        count = part.total(name)
        return Z_95 * sqrt(2 / count) if count else None
    amounts = part.orders["value" if name == "revenue" else name]
    total = float(amounts.sum())
    return Z_95 * sqrt(2 * float((amounts**2).sum())) / total if total > 0 else None
