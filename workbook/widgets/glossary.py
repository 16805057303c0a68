"""The glossary as a learner sees it: the terms of a lesson, one term, or all of them.

HTML without scripts (a definition list; what goes further is folded), and a text form.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from workbook.questions import glossary as book
from workbook.questions.glossary import Term
from workbook.widgets._markdown import to_inline, to_plain
from workbook.widgets.cards import Card

LONGEST = 80  # characters of a name that is looked for; no term has half as many
_BOX = (
    "max-width:46em;color:var(--jp-content-font-color1,inherit);"
    "font-family:var(--jp-ui-font-family,system-ui,sans-serif);"
    "font-size:var(--jp-content-font-size1,14px);line-height:1.5"
)
_RULE = "border-top:1px solid var(--jp-border-color2,#bdbdbd);padding:.35em 0"
# JupyterLab's own style floats the parts of a definition list beside each other.
_PART = "display:block;float:none;clear:both;width:auto;padding:0;text-align:left"
_TERM = f"{_PART};font-weight:bold;margin:0"
_SAID = f"{_PART};margin:.1em 0 0 0"
_FOLD = "position:relative;cursor:pointer;color:var(--jp-content-font-color1,inherit)"
_UNSEEN = (
    "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
)


class Glossary:
    """Some terms under one heading. `full`: with definition in sight; `brief`: all folded.

    If there are both, `brief` are terms met before.
    """

    def __init__(self, title: str, full: Sequence[Term], brief: Sequence[Term] = ()) -> None:
        self.title = title
        self.full = list(full)
        self.brief = list(brief)

    def __repr__(self) -> str:
        blocks = [self.title, *map(_text, self.full)]
        if self.full and self.brief:
            blocks.append(f"Met before: {', '.join(term.term for term in self.brief)}")
        elif self.brief:
            blocks.append(
                "\n".join(f"{one.term}: {to_plain(one.definition)}" for one in self.brief)
            )
        return "\n\n".join(blocks)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _html(self) -> str:
        alone = len(self.full) + len(self.brief) == 1
        head = f'<p style="margin:.3em 0"><strong>{html.escape(self.title)}</strong></p>'
        lists = _list([_entry(term, open_=alone) for term in self.full])
        rest = _list([_folded(term) for term in self.brief])
        if self.full and self.brief:
            count = len(self.brief)
            said = f"{count} term{'s' * (count > 1)} met before"
            rest = f'<details><summary style="{_FOLD}">{said}</summary>{rest}</details>'
            rest = f'<div style="{_RULE}">{rest}</div>'
        return f'<div lang="en" style="{_BOX}">{head}{lists}{rest}</div>'


def glossary(about: object = None) -> Glossary | Card:
    """The terms of a lesson, `glossary("02")`; one term, `glossary("micro conversion")`; or all.

    What is unknown gets a card with the nearest terms; nothing is raised.
    """
    try:
        return _found("" if about is None else str(about).strip())
    except Exception as fault:
        return Card(
            "info",
            f"The glossary of this copy cannot be read ({type(fault).__name__}). Download the "
            "workbook again, or run `python -m workbook doctor`.",
        )


def _found(wanted: str) -> Glossary | Card:
    if not wanted:
        everything = sorted(book.terms(), key=lambda term: term.term.lower())
        return Glossary(f"All {len(everything)} terms, in alphabetical order", [], everything)
    number = wanted.lower().removeprefix("lesson").strip()
    if re.fullmatch(r"\d{1,3}", number):
        return _of_lesson(f"{int(number):02d}")
    wanted = wanted[:LONGEST]
    term = book.find(wanted)
    if term is not None:
        exact = book.stems(wanted) in map(book.stems, term.names)
        return Glossary("Glossary" if exact else f'Glossary, nearest to "{wanted}"', [term])
    near = "\n\n".join(f'`glossary("{one.term}")`' for one in book.nearest(wanted))
    return Card("info", f"The nearest terms:\n\n{near}", f'there is no term "{wanted}"')


def _of_lesson(number: str) -> Glossary | Card:
    found = book.of_lesson(number)
    if not found:
        there = ", ".join(sorted({one for term in book.terms() for one in term.lessons}))
        return Card("info", f"There are terms for: {there}.", f"no terms for lesson {number}")
    new = [term for term in found if term.first == number]
    again = [term for term in found if term.first != number]
    return Glossary(f"Terms of lesson {number}", new, again)


def _parts(term: Term) -> list[tuple[str, str]]:
    """What there is beside the definition: label and Markdown, in the order of reading."""
    parts = []
    if term.formula:
        rate = term.formula
        parts.append(("Numerator", rate.numerator))
        parts.append(("Denominator", rate.denominator))
        parts.append(("Scope", rate.scope))
        parts.append(("Window", rate.window))
        parts.append(("Exclusions", rate.exclusions))
    parts.append(("Example", term.example))
    parts += [(f"Not: {other.name}", other.how) for other in term.not_to_be_confused_with]
    if term.contested:
        parts.append(("Contested", term.contested))
    again = f", used in {', '.join(term.lessons[1:])}" if term.lessons[1:] else ""
    parts.append(("Lesson", f"{term.first}{again}"))
    parts.append(("Source", term.source))
    return parts


def _text(term: Term) -> str:
    also = f" (also: {', '.join(term.aliases)})" if term.aliases else ""
    lines = [f"{term.term}{also}", f"  {to_plain(term.definition)}"]
    return "\n".join([*lines, *(f"  {label}: {to_plain(said)}" for label, said in _parts(term))])


def _list(entries: Sequence[str]) -> str:
    return f'<dl style="margin:0">{"".join(entries)}</dl>' if entries else ""


def _entry(term: Term, open_: bool) -> str:
    """A term with its definition in sight; the rest is folded unless `open_`."""
    said = f'<dd style="{_SAID}">{to_inline(term.definition)}</dd>'
    rest = _rest(term)
    if not open_:
        rest = _fold("Example, and what it is not", term, rest)
    return f'<div style="{_RULE}">{_head(term)}{said}<dd style="{_SAID}">{rest}</dd></div>'


def _folded(term: Term) -> str:
    """A term of which everything but its name is folded."""
    inside = f'<p style="margin:.3em 0">{to_inline(term.definition)}</p>{_rest(term)}'
    said = f'<dd style="{_SAID}">{_fold("Definition", term, inside)}</dd>'
    return f'<div style="{_RULE}">{_head(term)}{said}</div>'


def _head(term: Term) -> str:
    also = (
        f' <span style="font-weight:normal">(also: {html.escape(", ".join(term.aliases))})</span>'
        if term.aliases
        else ""
    )
    return f'<dt style="{_TERM}">{html.escape(term.term)}{also}</dt>'


def _fold(label: str, term: Term, inside: str) -> str:
    # A reader who hears the page hears which term each of the alike labels belongs to.
    whose = f'<span style="{_UNSEEN}"> ({html.escape(term.term)})</span>'
    return (
        f'<details><summary style="{_FOLD}"><span>{label}</span>{whose}</summary>{inside}</details>'
    )


def _rest(term: Term) -> str:
    return "".join(
        f'<p style="margin:.3em 0"><strong>{html.escape(label)}:</strong> {to_inline(said)}</p>'
        for label, said in _parts(term)
    )
