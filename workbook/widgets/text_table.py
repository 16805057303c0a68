"""Tables of sentences: left-aligned, with a caption, readable in a screen reader and on a phone."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_CELL = "text-align:left;vertical-align:top;white-space:normal"
# With three columns a narrow window has no room for long words; unbroken, the last is cut off.
_BREAK = ";min-width:4em;overflow-wrap:anywhere;hyphens:auto"


class TextTable:
    """A small DataFrame of texts as HTML; the first column heads its row."""

    def __init__(self, frame: pd.DataFrame, caption: str) -> None:
        self.heads = [str(name) for name in frame.columns]
        self.rows = [[str(cell) for cell in row] for row in frame.itertuples(index=False)]
        self.caption = caption

    def __repr__(self) -> str:
        width = max((len(row[0]) for row in self.rows), default=0)
        lines = [self.caption, f"  ({' | '.join(self.heads)})"]
        lines += [f"  {row[0]:<{width}}  {' | '.join(row[1:])}" for row in self.rows]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _html(self) -> str:
        style = _CELL + (_BREAK if len(self.heads) > 2 else "")

        def cell(tag: str, text: str, more: str = "") -> str:
            return f'<{tag}{more} style="{style}">{html.escape(text)}</{tag}>'

        heads = "".join(cell("th", head, ' scope="col"') for head in self.heads)
        body = "".join(
            "<tr>"
            + cell("th", row[0], ' scope="row"')
            + "".join(cell("td", text) for text in row[1:])
            + "</tr>"
            for row in self.rows
        )
        caption = f'<caption style="text-align:left">{html.escape(self.caption)}</caption>'
        head = f"<thead><tr>{heads}</tr></thead>"
        return f'<table lang="en">{caption}{head}<tbody>{body}</tbody></table>'


def text_table(frame: pd.DataFrame, caption: str) -> TextTable:
    """Show a DataFrame whose cells are texts: `text_table(frame, "What it lists")`."""
    return TextTable(frame, caption)
