"""The styles of our forms: one notebook page loads those of several widgets, and keeps them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbook.widgets import base

ROOTS = {
    "form.css": ".ss-form.ss-quiz",
    "mock_exam.css": ".ss-form.ss-quiz.ss-exam",
    "flashcards.css": ".ss-form.ss-flashcards",
    "fields.css": ".ss-form.ss-fields",
    "definition_form.css": ".ss-form.ss-fields",
}
THEME = '[data-jp-theme-light="false"] '


def selectors(text: str) -> list[str]:
    """Every selector of a style sheet, one by one."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    while "(" in text:  # a comma in :is(th, td) parts no selectors
        text = re.sub(r"\([^()]*\)", "", text)
    heads = [head.strip() for head in re.findall(r"([^{};]+)\{", text)]
    return [one.strip() for head in heads if head[0] != "@" for one in head.split(",")]


@pytest.mark.parametrize("name", ROOTS)
def test_each_rule_of_a_form_begins_with_the_classes_of_its_root(name: str) -> None:
    text = Path(base.__file__).with_name(name).read_text("utf-8")
    found = selectors(text)
    assert len(found) > 5
    root = ROOTS[name]
    scoped = re.compile(rf"{re.escape(root)}[ :\[]")
    assert [one for one in found if not scoped.match(one.removeprefix(THEME))] == []
