"""Markdown of questions as safe HTML, and as plain text for front ends without widgets."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any


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
