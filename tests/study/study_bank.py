"""Small banks for the tests of the exam room: questions of one line each."""

from __future__ import annotations

from typing import Any

from workbook.questions import bank
from workbook.questions.bank import Question
from workbook.study.blueprint import Blueprint, Topic


def single(name: str, objective: str = "L1.1", **more: Any) -> Question:
    """A question of four options whose third is right."""
    options = [{"text": f"{c}", "why": "x", "right": c == "c"} for c in "abcd"]
    return bank.build(
        {"id": name, "objective": objective, "bloom": "apply", "stem": f"{name}?",
         "type": "single", "pool": "exam", "options": options, **more}
    )  # fmt: skip


def product(name: str, objective: str = "L1.1", **more: Any) -> Question:
    """A numeric question with numbers of its own: what is a times b?"""
    return bank.build(
        {"id": name, "objective": objective, "bloom": "apply", "stem": "{a} times {b}?",
         "type": "numeric", "pool": "exam", "numbers": {"a": [2, 9, 1], "b": [3, 99, 1]},
         "answer": "a * b", "why": "x", **more}
    )  # fmt: skip


def exam(items: int = 4, **more: Any) -> Blueprint:
    """A blueprint of two topics, "One" (L1.1, L1.2) with twice the weight of "Two" (L2.1)."""
    values: dict[str, Any] = {
        "name": "mini", "title": "Mini", "about": "x", "items": items, "minutes": 10.0,
        "pass_mark": 0.5, "types": ("single", "numeric"), "pool": "exam", "packs": (), "bloom": {},
        "topics": (Topic("One", 2, ("L1.1", "L1.2")), Topic("Two", 1, ("L2.1",))),
    }  # fmt: skip
    return Blueprint(**{**values, **more})
