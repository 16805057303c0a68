"""Stepping Stones: a workbook on micro and macro conversions.

All that a lesson needs: ``from workbook import check, hint, solution, load, quiz``. Names are
loaded when first used, so that the package can set itself up on a machine that has nothing but
Python.
"""

from __future__ import annotations

from typing import Any

_PLACES = {
    "check": "workbook.widgets.checking",
    "hint": "workbook.widgets.checking",
    "solution": "workbook.widgets.checking",
    "show": "workbook.widgets.figures",
    "load": "workbook.data",
    "quiz": "workbook.widgets.quiz",
    "progress_card": "workbook.widgets.record",
    "save_my_work": "workbook.widgets.record",
    "restore": "workbook.widgets.record",
    "consequence": "workbook.widgets.consequence",
    "what_if": "workbook.shop.what_if",
    "four_readings": "workbook.evidence",
    "read_ga4_export": "workbook.ga4",
    "funnel": "workbook.analysis.funnels",
    "transitions": "workbook.analysis.funnels",
    "sessionize": "workbook.analysis.sessions",
    "engaged": "workbook.analysis.sessions",
    "wilson": "workbook.analysis.rates",
    "funnel_explorer": "workbook.widgets.explorer_funnel",
    "model_explorer": "workbook.widgets.explorer_models",
    "comparison": "workbook.widgets.journey",
    "draw_journey": "workbook.widgets.journey",
    "text_table": "workbook.widgets.text_table",
    "hundred_visits": "workbook.widgets.hundred_visits",
    "replay_explorer": "workbook.widgets.explorer_replay",
    "definition_form": "workbook.widgets.definition_form",
    "plan_form": "workbook.widgets.plan_form",
    "my_plan": "workbook.widgets.plan_form",
    "subscriber_explorer": "workbook.widgets.explorer_subscribers",
    "purchase_explorer": "workbook.widgets.explorer_purchase",
    "fault_explorer": "workbook.widgets.explorer_faults",
    "headline_explorer": "workbook.widgets.explorer_headlines",
    "audit": "workbook.widgets.audit_card",
    "finding": "workbook.widgets.audit_card",
    "glossary": "workbook.widgets.glossary",
    "diagnostic": "workbook.widgets.mock_exam",
    "mock_exam": "workbook.widgets.mock_exam",
    "flashcards": "workbook.widgets.flashcards",
    "readiness": "workbook.widgets.readiness",
    "study_sheet": "workbook.widgets.study_sheet",
    "study_plan": "workbook.widgets.study_plan",
}

__all__ = sorted(_PLACES)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module 'workbook' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Names that tab completion offers."""
    return sorted([*globals(), *_PLACES])
