"""Markdown of questions as safe HTML, and as plain text for front ends without widgets."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

from workbook.questions import pages

LINK = "color:var(--jp-content-link-color,#1565c0);text-decoration:underline"
"""How a link looks in an output: by an underline, too, not by color alone."""


def to_html(text: str) -> str:
    """Block HTML of a Markdown text: paragraphs, lists, tables, code; raw HTML is escaped."""
    render = _renderer()
    if render is None:
        return _paragraphs(text)
    return str(render(text)).strip()


def to_inline(text: str) -> str:
    """The same without the paragraph around a single paragraph, for labels and cells."""
    rendered = to_html(str(text))
    one = re.fullmatch(r"<p>((?:(?!<p>).)*)</p>", rendered, re.DOTALL)
    return one[1] if one else rendered


def to_plain(text: str) -> str:
    """The text without the signs of bold, emphasis and code."""
    return re.sub(r"(\*\*|`)(.+?)\1", r"\2", str(text).strip())


def anchor(text: str, link: str) -> str:
    """A link, as HTML, that leaves the page of the notebook open."""
    where = f'href="{html.escape(link)}" target="_blank" rel="noopener"'
    return f'<a {where} style="{LINK}">{html.escape(text)}</a>'


def linked(shown: str) -> str:
    """HTML in which the pages that a source names by number are links."""
    parts, last = [], 0
    for start, end, link in pages.named(shown):
        parts += [shown[last:start], anchor(shown[start:end], link)]
        last = end
    return "".join([*parts, shown[last:]])


def _paragraphs(text: str) -> str:
    """Paragraphs, bold, emphasis and code: enough where mistune is missing (JupyterLite)."""
    safe = html.escape(text.strip(), quote=False)
    for mark, tag in (("`", "code"), (r"\*\*", "strong"), (r"\*", "em")):
        safe = re.sub(rf"{mark}(\S(?:.*?\S)?){mark}", rf"<{tag}>\1</{tag}>", safe)
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", safe))


@cache
def _renderer() -> Any:
    try:
        import mistune
    except ImportError:
        return None
    # escape=True turns raw HTML into text and drops javascript: links.
    return mistune.create_markdown(escape=True, plugins=["table"])
