"""A small card: verdict, hint, error in plain words. HTML for eyes, text for everything else.

Colors come from JupyterLab's theme, with fallbacks; the verdict is said by a symbol and a word,
never by color alone.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

SYMBOLS = {
    "right": ("✔", "Right"),
    "wrong": ("✘", "Not yet"),
    "not_attempted": ("○", "Not attempted"),
    "error": ("▲", "An error"),
    "timeout": ("▲", "Took too long"),
    "hint": ("➜", "Hint"),
    "solution": ("§", "Worked answer"),
    "info": ("•", "Note"),
}
_EDGE = {
    "right": "var(--jp-success-color1, #2e7d32)",
    "wrong": "var(--jp-warn-color1, #b26a00)",
    "error": "var(--jp-error-color1, #c62828)",
    "timeout": "var(--jp-error-color1, #c62828)",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One message. `body` is light Markdown: paragraphs, `code`, **bold**, ``` blocks.

    `download` is the name and the relative address of a file to offer.
    """

    kind: str
    body: str
    title: str = ""
    download: tuple[str, str] | None = None

    def heading(self) -> str:
        """Symbol, verdict and subject in one line."""
        symbol, word = SYMBOLS[self.kind]
        return f"{symbol} {word}" + (f": {self.title}" if self.title else "")

    def text(self) -> str:
        """The card without markup."""
        return self.heading() + ("\n" + self.body if self.body else "")

    def html(self) -> str:
        """The card as a fragment of HTML that needs no style sheet."""
        edge = _EDGE.get(self.kind, "var(--jp-brand-color1, #1565c0)")
        style = (
            f"border-left:4px solid {edge};padding:.4em .9em;margin:.3em 0;max-width:46em;"
            "background:var(--jp-layout-color1,#fff);color:var(--jp-ui-font-color1,#1f1f1f);"
            "font-family:var(--jp-ui-font-family,system-ui,sans-serif);"
            "font-size:var(--jp-content-font-size1,14px);line-height:1.5"
        )
        return (
            f'<div role="status" style="{style}"><strong>{html.escape(self.heading())}</strong>'
            f"{markup(self.body)}{self._link()}</div>"
        )

    def _link(self) -> str:
        if self.download is None:
            return ""
        name, place = map(html.escape, self.download)
        style = "color:inherit;text-decoration:underline"
        link = f'<a href="{place}" download style="{style}">Download {name}</a>'
        return f'<p style="margin:.3em 0">{link}</p>'

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}


def markup(body: str) -> str:
    """Light Markdown as HTML; everything else is escaped."""
    parts = re.split(r"```\w*\n(.*?)```", body, flags=re.DOTALL)
    blocks = []
    for place, part in enumerate(parts):
        if place % 2:
            code = html.escape(part.rstrip("\n"))
            style = "margin:.4em 0;white-space:pre-wrap;color:inherit;background:none"
            blocks.append(f'<pre style="{style}">{code}</pre>')
            continue
        for paragraph in re.split(r"\n\s*\n", part.strip()):
            if paragraph:
                blocks.append(f'<p style="margin:.3em 0">{_inline(paragraph)}</p>')
    return "".join(blocks)


def _inline(text: str) -> str:
    def code(found: re.Match[str]) -> str:
        style = "color:inherit;background:var(--jp-layout-color2,#eee);padding:0 .2em"
        return f'<code style="{style}">{found[1]}</code>'

    text = html.escape(text, quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"(?<![\w*])\*([^*\s][^*]*?)\*(?![\w*])", r"<em>\1</em>", text)
    return re.sub(r"`([^`]+)`", code, text)


def present(thing: Any) -> None:
    """Display a card (or whatever has both forms) below the running cell; print its text where
    there is no notebook."""
    try:
        from IPython.core.getipython import get_ipython
        from IPython.display import display
    except ImportError:
        print(thing)
        return
    if get_ipython() is None:
        print(thing)
    else:
        display(thing)
