"""Measurement plans: compiled like a program, computed on the shop's log, then gamed by an agency.

A plan is an objective, a goal, one primary metric with its target, a few diagnostics and some
guardrails, a segment, an owner and a review date. `compiled` finds what is missing or cannot be,
`compute` counts every number of a plan, and `game` lets an agency that is paid for the primary
raise it by a trick that the shop really runs: do the guardrails notice?
"""

from workbook.plans.advice import advice, luck
from workbook.plans.agency import TRICKS, Game, Trick, game
from workbook.plans.compiler import FIELDS, Compiled, Fault, compiled, faults, plan_of
from workbook.plans.counting import Shop, compute, logged
from workbook.plans.plan import (
    DECLARED,
    EXCLUSIONS,
    LAST_DAY,
    MACRO,
    MEASURES,
    SEGMENTS,
    Guardrail,
    Kpi,
    Measure,
    Plan,
    ladder,
    percent,
)

__all__ = [
    "DECLARED",
    "EXCLUSIONS",
    "FIELDS",
    "LAST_DAY",
    "MACRO",
    "MEASURES",
    "SEGMENTS",
    "TRICKS",
    "Compiled",
    "Fault",
    "Game",
    "Guardrail",
    "Kpi",
    "Measure",
    "Plan",
    "Shop",
    "Trick",
    "advice",
    "compiled",
    "compute",
    "faults",
    "game",
    "ladder",
    "logged",
    "luck",
    "percent",
    "plan_of",
]
